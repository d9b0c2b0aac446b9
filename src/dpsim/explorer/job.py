"""At most one job at a time, beside the kernel's main thread, so that the controls stay alive.

Whatever a job has to tell is handed to `post`, which runs it on the thread of the widgets.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Protocol

from dpsim.errors import DpsimError
from dpsim.experiments.ensemble import run_ensemble
from dpsim.explorer.scenario import Built, Scenario
from dpsim.explorer.shown import Shown, show_runs

Post = Callable[[Callable[[], None]], object]


class Listener(Protocol):
    """What a job tells; always on the thread of the widgets."""

    def told(self, done: int) -> None:
        """Take the number of runs so far."""

    def drawing(self) -> None:
        """Take note that the runs are done."""

    def finished(self, shown: Shown | None, error: Exception | None) -> None:
        """Take the result, or why there is none; neither when it was stopped."""


class _Stopped(Exception):
    """The user asked for the end."""


class Job:
    """The one job of a page.

    Parameters
    ----------
    listener : Listener
    lang : {"zh", "en"}
    post : callable
        Runs a call on the thread of the widgets.
    """

    def __init__(self, listener: Listener, lang: str, post: Post) -> None:
        self.listener, self.lang, self.post = listener, lang, post
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    @property
    def running(self) -> bool:
        """Whether a job is under way."""
        return self._thread is not None

    def start(self, scenario: Scenario, built: Built) -> bool:
        """Start a job; refused while another is under way."""
        if self.running:
            return False
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, args=(scenario, built), name="dpsim-explorer", daemon=True)
        self._thread.start()
        return True

    def stop(self) -> None:
        """End the job after the runs that are under way."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Wait for the end of the job, for tests."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _run(self, scenario: Scenario, built: Built) -> None:
        """Run, draw, and tell the end, whatever it is."""
        shown: Shown | None = None
        error: Exception | None = None
        try:
            ensemble = run_ensemble(
                built.case,
                built.strategy,
                replications=scenario.replications,
                seed=scenario.seed,
                by=("city",),
                told=self._told,
            )
            self.post(self.listener.drawing)
            shown = show_runs(scenario, built, ensemble, self.lang)
        except _Stopped:
            pass
        except Exception as fault:  # shown in the page: a thread has nobody else to tell
            error = fault
        self.post(lambda: self._end(shown, error))

    def _told(self, done: int) -> None:
        """Pass on how far it is, or end it."""
        if self._stop.is_set():
            raise _Stopped
        self.post(lambda: self.listener.told(done))

    def _end(self, shown: Shown | None, error: Exception | None) -> None:
        """Make room for the next job, then tell."""
        self._thread = None
        self.listener.finished(shown, error)


def kernel_post() -> Post:
    """Return how to reach the thread of the widgets: through the loop of the kernel where there is one."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:  # no kernel: whoever calls is alone
        return lambda call: call()
    return loop.call_soon_threadsafe


def error_text(error: Exception, lang: str) -> str:
    """Return what an error says to a reader."""
    return error.text(lang) if isinstance(error, DpsimError) else f"{type(error).__name__}: {error}"
