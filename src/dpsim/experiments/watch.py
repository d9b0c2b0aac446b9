"""How far an ensemble is: a bar on standard error, and the caller's own count."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from dpsim.language import say
from dpsim.params.schema import Strategy


class Watch:
    """Count runs while they are made; runs beyond those asked for are not counted.

    Parameters
    ----------
    strategy : Strategy
        Named before the bar.
    asked : int
        Replications asked for.
    progress : bool
        Show a bar.
    told : callable, optional
        Called with the number of runs so far.

    Attributes
    ----------
    done : int
        Runs so far; those of an earlier call are set before the start, and told at once.
    """

    def __init__(self, strategy: Strategy, asked: int, progress: bool, told: Callable[[int], object] | None) -> None:
        self.asked, self.told, self.shown = asked, told, progress
        self.label = strategy.name.zh if say("unit.language") == "zh" else strategy.name.en
        self.done = 0
        self._bar: Any = None

    def __enter__(self) -> Self:
        if self.shown:
            from tqdm.std import tqdm

            self._bar = tqdm(
                total=self.asked,
                initial=self.done,
                desc=self.label,
                unit=say("unit.run"),
                file=sys.stderr,
                leave=True,
                mininterval=0.5,
                ncols=88,
                ascii=" #",
            )
        if self.done and self.told is not None:
            self.told(self.done)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def add(self, runs: int) -> None:
        """Count some runs more."""
        before, self.done = self.done, min(self.asked, self.done + runs)
        if self._bar is not None:
            self._bar.update(self.done - before)
        if self.told is not None:
            self.told(self.done)
