"""At most one job at a time, beside the kernel's main thread, so that the controls stay alive.

A job runs replications and shows what there is so far, more and more of it. A new order ends the job that is under
way and takes its place; nothing is queued but the newest order. Whatever a job has to tell is handed to `post`,
which runs it on the thread of the page; what an older order still had to tell is not heard any more.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from dpsim.errors import DpsimError, RunError
from dpsim.experiments.replication import prepare
from dpsim.experiments.stream import Growing, stream_ensemble
from dpsim.explorer.pace import FIRST, Pace
from dpsim.explorer.scenario import Built, Scenario
from dpsim.explorer.shown import Shown, show_all, show_first

BY = ("city",)
Post = Callable[[Callable[[], None]], object]


class Listener(Protocol):
    """What a job tells; always on the thread of the page."""

    def told(self, done: int) -> None:
        """Take the number of runs so far."""

    def looked(self, shown: Shown) -> None:
        """Take what there is so far."""

    def finished(self, shown: Shown | None, error: Exception | None) -> None:
        """Take the result, or why there is none; neither when it was stopped."""


class _Stopped(Exception):
    """The user asked for the end, or for something else."""


@dataclass(frozen=True, eq=False)
class Order:
    """What a job is to do.

    Attributes
    ----------
    scenario : Scenario
    built : Built
    before : Shown, optional
        Results to be shown beside.
    ended : threading.Event
        Set to end it.
    """

    scenario: Scenario
    built: Built
    before: Shown | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Leave the job if it is to end."""
        if self.ended.is_set():
            raise _Stopped


class Job:
    """The one job of a page.

    Parameters
    ----------
    listener : Listener
    lang : {"zh", "en"}
    post : callable
        Runs a call on the thread of the page.
    """

    def __init__(self, listener: Listener, lang: str, post: Post) -> None:
        self.listener, self.lang, self.post = listener, lang, post
        self.order: Order | None = None
        """The order that is heard; None while nothing is under way."""
        self._lock = threading.Lock()
        self._newest: Order | None = None
        self._next: Order | None = None
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether a job is under way."""
        return self.order is not None

    @property
    def idle(self) -> bool:
        """Whether nothing is left behind: no thread at work, no order waiting."""
        return self._thread is None and self._next is None

    def start(self, scenario: Scenario, built: Built, before: Shown | None = None) -> None:
        """Start a job in the place of the one that may be under way."""
        self.drop()
        self.order = self._put(Order(scenario, built, before))

    def warm(self, scenario: Scenario, built: Built) -> None:
        """Load all that a job needs by one run that is not shown: the first answer is then as quick as the others."""
        self._put(Order(replace(scenario, replications=1), built))

    def _put(self, order: Order) -> Order:
        """Have an order carried out next, and whatever came before it ended."""
        if self._newest is not None:
            self._newest.ended.set()
        self._newest = order
        with self._lock:
            self._next = order
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="dpsim-explorer", daemon=True)
                self._thread.start()
        return order

    def stop(self) -> None:
        """End the job after the runs that are under way; the listener is told."""
        if self.order is not None:
            self.order.ended.set()

    def drop(self) -> None:
        """End the job; nothing more of it is told."""
        self.stop()
        self.order = None

    def wait(self, seconds: float) -> None:
        """Wait for the end of the job, for tests."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _work(self) -> None:
        """Run the newest order until there is none."""
        while True:
            with self._lock:
                order, self._next = self._next, None
                if order is None:
                    self._thread = None
                    return
            self._run(order)

    def _run(self, order: Order) -> None:
        """Run, draw, and tell the end, whatever it is."""
        shown: Shown | None = None
        error: Exception | None = None
        try:
            order.check()
            shown = self._shown(order)
        except _Stopped:
            pass
        except Exception as fault:  # shown in the page: a thread has nobody else to tell
            error = fault
        self._tell(order, lambda: self._end(shown, error))

    def _shown(self, order: Order) -> Shown:
        """Run the replications of an order, showing them as they come in, and return all of them."""
        scenario, pace = order.scenario, Pace(order.scenario.replications)
        setting = prepare(*order.built)
        growing = Growing(setting, seed=scenario.seed, asked=scenario.replications, by=BY)
        stream = stream_ensemble(setting, replications=scenario.replications, seed=scenario.seed, by=BY, pause=FIRST)
        with closing(stream):
            for part in stream:
                order.check()
                growing.add(part)
                if pace.tells(growing.done):
                    self._tell(order, partial(self.listener.told, growing.done))
                if pace.due(growing.done) and growing.runs:
                    with pace.looking():
                        self._look(order, growing)
        return show_all(self._look(order, growing), self.lang, before=order.before, check=order.check)

    def _look(self, order: Order, growing: Growing) -> Shown:
        """Show what has come in."""
        ensemble = growing.ensemble()
        if ensemble is None:
            raise RunError("error.nothing_finished", asked=growing.asked, why=growing.failed[0]["error"])
        shown = show_first(order.scenario, order.built, ensemble, self.lang, before=order.before)
        order.check()
        self._tell(order, lambda: self.listener.looked(shown))
        return shown

    def _tell(self, order: Order, call: Callable[[], None]) -> None:
        """Hand over a call; it is made if the order is still the one that is heard."""

        def heard() -> None:
            if self.order is order:
                call()

        self.post(heard)

    def _end(self, shown: Shown | None, error: Exception | None) -> None:
        """Make room for the next job, then tell."""
        self.order = None
        self.listener.finished(shown, error)


def kernel_post() -> Post:
    """Return how to reach the thread of the page: through the loop of the kernel where there is one."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # no kernel: whoever calls is alone
        return lambda call: call()
    return loop.call_soon_threadsafe


def error_text(error: Exception, lang: str) -> str:
    """Return what an error says to a reader."""
    return error.text(lang) if isinstance(error, DpsimError) else f"{type(error).__name__}: {error}"
