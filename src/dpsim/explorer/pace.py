"""When to show what has come in, and when a control has come to rest."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

FIRST, LEAST, PATIENCE_SECONDS = 8, 4, 0.25
"""The first look is at so many runs, or at the least number of them after so long."""
PAUSE_SECONDS, SHARE = 0.4, 3.0
"""Between two looks pass so many seconds, and so many times what the last one took: drawing never holds up the runs."""
TELL_SECONDS = 0.1
"""The number of runs is told so often at most."""
REST_SECONDS = 0.15
"""A control rests when nothing was changed for so long."""


class Pace:
    """When to look at runs that are coming in.

    Parameters
    ----------
    asked : int
        How many there will be; all of them are no matter of the pace.
    clock : callable
        Seconds.
    """

    def __init__(self, asked: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.asked, self.clock = asked, clock
        self.begun, self.looked, self.cost = clock(), 0.0, 0.0
        self.looks = 0
        self._told = -math.inf

    def tells(self, done: int) -> bool:
        """Tell whether to say that `done` runs are there."""
        now = self.clock()
        if done < self.asked and now - self._told < TELL_SECONDS:
            return False
        self._told = now
        return True

    def due(self, done: int) -> bool:
        """Tell whether to look now that `done` runs are there."""
        if done >= self.asked:
            return False
        if self.looks == 0:
            return done >= FIRST or (done >= LEAST and self.clock() - self.begun >= PATIENCE_SECONDS)
        return self.clock() - self.looked >= max(PAUSE_SECONDS, SHARE * self.cost)

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Take the time of a look."""
        begin = self.clock()
        yield
        self.looked = self.clock()
        self.cost, self.looks = self.looked - begin, self.looks + 1


class Rest:
    """Calls once controls have come to rest; without a kernel's loop at once, as nobody could wait.

    Parameters
    ----------
    call : callable
    seconds : float
    """

    def __init__(self, call: Callable[[], None], seconds: float = REST_SECONDS) -> None:
        self.call, self.seconds = call, seconds
        self._handle: asyncio.TimerHandle | None = None
        try:
            self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None

    @property
    def waiting(self) -> bool:
        """Whether a call is to come."""
        return self._handle is not None

    def touch(self) -> None:
        """Take note of a change."""
        self.cancel()
        if self._loop is None:
            self.call()
        else:
            self._handle = self._loop.call_later(self.seconds, self._over)

    def cancel(self) -> None:
        """Forget the changes so far."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _over(self) -> None:
        """Call."""
        self._handle = None
        self.call()
