"""Faults planted into the SimPy engine's scheduler: each is one small thing done at the wrong time or in another order.

By hand, from the top folder: `PYTHONPATH=src python tests/engines_same/scheduler_faults.py [COUNT]` prints which of the
first random scenarios catch which fault.
"""

from __future__ import annotations

import heapq
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import simpy
from compare_engines import SECOND, Engine, finished, same_bits
from random_scenarios import COUNT, scenario

from dpsim.core.levers import Levers
from dpsim.core.reported import Reported
from dpsim.engines import simpy_engine
from dpsim.engines.benches import Bench
from dpsim.engines.outcome import Outcome
from dpsim.engines.simpy_engine import Process, SimpyRun
from dpsim.engines.supervision import Supervision
from dpsim.engines.world import World
from dpsim.model.state import Col, Phase

Array = np.ndarray


# ------------------------------------------------------------------------------------------- phases swapped
class Swapped(SimpyRun):
    """Two phases of the morning in the other order."""

    pair: tuple[Phase, Phase]

    def at(self, time: float, phase: int) -> simpy.Event:
        one, two = self.pair
        return super().at(time, {one: two, two: one}.get(Phase(phase), phase))


class RemovalAfterReporting(Swapped):
    pair = (Phase.CALENDAR, Phase.REPORTING)


class ReportingAfterMeetings(Swapped):
    pair = (Phase.REPORTING, Phase.MEETINGS)


class MeetingsAfterRefresh(Swapped):
    pair = (Phase.MEETINGS, Phase.REFRESH)


class AllocationBeforeRefresh(Swapped):
    pair = (Phase.REFRESH, Phase.ALLOCATION)


# --------------------------------------------------------------------------------------------- ties broken
class LargestEntityFirst(SimpyRun):
    """Of two that have waited equally long, the one with the larger number is served first."""

    def _join(self, number: int, i: int) -> None:
        super()._join(number, i)
        queue = self.waiting[number]
        place = next(k for k, entry in enumerate(queue) if entry[2] == i)
        queue[place] = (queue[place][0], -queue[place][1], i)
        heapq.heapify(queue)


class LaterReadyFirst(SimpyRun):
    """The last come is the first served."""

    def _join(self, number: int, i: int) -> None:
        ready = self.state.status[i, Col.READY_DAY]
        self.state.status[i, Col.READY_DAY] = -ready
        super()._join(number, i)
        self.state.status[i, Col.READY_DAY] = ready


class HighestServerFirst(SimpyRun):
    """Of several free servers the one with the highest number takes the job."""

    def _serve(self, number: int, bench: Bench, servers: int, day: int) -> None:
        with_free = simpy_engine.free_server

        def last_free(free_at: Array, servers: int, now: float) -> int:
            free = np.flatnonzero(free_at[:servers] <= now)
            return int(free[-1]) if free.size else -1

        simpy_engine.free_server = last_free
        try:
            super()._serve(number, bench, servers, day)
        finally:
            simpy_engine.free_server = with_free


# ------------------------------------------------------------------------------------------ off by one day
class RemovalADayLate(SimpyRun):
    def __post_init__(self) -> None:
        self.world.removal = self.world.removal + 1.0
        super().__post_init__()

    def run(self) -> Outcome:
        outcome = super().run()
        self.world.removal = self.world.removal - 1.0
        return outcome


class InstrumentsADayEarly(SimpyRun):
    """An instrument acts on the day before it is due."""

    def bureau(self) -> Process:
        sides = tuple(
            tuple(replace(lever, due=np.roll(lever.due, -1)) for lever in side) for side in self.world.setting.levers
        )
        self.world.setting = replace(self.world.setting, levers=sides)
        yield from super().bureau()


class ServersADayLate(SimpyRun):
    """A server is free again one day later."""

    def _serve(self, number: int, bench: Bench, servers: int, day: int) -> None:
        before = bench.free_at.copy()
        super()._serve(number, bench, servers, day)
        bench.free_at[bench.free_at != before] += 1.0


class VisitsADayLate(SimpyRun):
    """Inspectors and advisers go out in the name of the next day."""

    def __post_init__(self) -> None:
        super().__post_init__()
        plain = self.supervision.send

        def send(day: int) -> None:
            plain(min(day + 1, self.world.timeline.days - 1))

        self.supervision.send = send  # type: ignore[method-assign]


class YearTurnsAMorningLate(SimpyRun):
    """The visits of the new year count from 0 only from the second morning on."""

    def calendar(self) -> Process:
        turned = [False]
        plain = self.supervision.new_year
        self.supervision.new_year = lambda: turned.__setitem__(0, True)  # type: ignore[method-assign]
        for step in super().calendar():
            late = turned[0]
            yield step
            if late:
                turned[0] = False
                plain()


class IntervalEndsADayEarly(SimpyRun):
    """Intensities hold until the day before the next ones are set."""

    def _refresh(self, time: float, multiplier: Array) -> None:
        self.refresh_end -= 1.0
        super()._refresh(time, multiplier)
        self.refresh_end += 1.0


# --------------------------------------------------------------------------------------- stale perceptions
class AttentionBeforeTheLastContact(SimpyRun):
    """Intensities are set with the attention of the evening before, without this morning's contacts."""

    def bureau(self) -> Process:
        for step in super().bureau():
            yield step
            self.evening = self.state.attention.copy(), self.state.attention_time.copy()

    def _refresh(self, time: float, multiplier: Array) -> None:
        now = self.state.attention.copy(), self.state.attention_time.copy()
        if hasattr(self, "evening"):
            self.state.attention[:], self.state.attention_time[:] = self.evening
        super()._refresh(time, multiplier)
        self.state.attention[:], self.state.attention_time[:] = now


class PerceivedBeforeTheLastVisits(SimpyRun):
    """Whether a new system is paper depends on the risk perceived a weekly report ago."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.supervision = _Stale(self.world)


class _Stale(Supervision):
    """Supervision that remembers what was perceived before the last weekly report."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.before: tuple[Array, Array] | None = None

    def live(self, time: float) -> None:
        if self.hazards is not None:
            sites = self.hazards.sites
            self.before = sites["perceived"].copy(), sites["perceived_at"].copy()
        super().live(time)

    def tell(self, i: int, kind: int, time: float) -> bool:
        if self.hazards is None or self.before is None:
            return super().tell(i, kind, time)
        site = self.hazards.sites[i]
        now = site["perceived"], site["perceived_at"]
        site["perceived"], site["perceived_at"] = self.before[0][i], self.before[1][i]
        paper = super().tell(i, kind, time)
        site["perceived"], site["perceived_at"] = now
        return paper


class LedgerKnownAMorningLate(SimpyRun):
    """The weekly report is read on the morning after the one it is there."""

    def __post_init__(self) -> None:
        super().__post_init__()
        plain, yesterday = self.supervision.know, [False]

        def know(day: int, *, ledger: bool) -> tuple[Reported, Reported]:
            read, yesterday[0] = yesterday[0], ledger
            return plain(day, ledger=read)

        self.supervision.know = know  # type: ignore[method-assign]


class LeversOfYesterday(SimpyRun):
    """Agencies and visits go by the levers of the morning before."""

    def allocation(self) -> Process:
        levers = self.world.levers[0]
        today = yesterday = Levers(*(array.copy() for array in levers))
        for step in super().allocation():  # between two steps lies the work of a morning
            _write(levers, today)
            yield step
            yesterday, today = today, Levers(*(array.copy() for array in levers))
            _write(levers, yesterday)
        _write(levers, today)


def _write(levers: Levers, values: Levers) -> None:
    """Put other values into the levers."""
    for array, value in zip(levers, values, strict=True):
        array[:] = value


FAULTS: dict[str, Callable[[World], SimpyRun]] = {
    "phases swapped: removal and reporting": RemovalAfterReporting,
    "phases swapped: reporting and meetings": ReportingAfterMeetings,
    "phases swapped: meetings and intensities": MeetingsAfterRefresh,
    "phases swapped: intensities and allocation": AllocationBeforeRefresh,
    "tie broken the other way: queue": LargestEntityFirst,
    "tie broken the other way: server": HighestServerFirst,
    "order of a queue turned round": LaterReadyFirst,
    "off by one day: removal": RemovalADayLate,
    "off by one day: instruments": InstrumentsADayEarly,
    "off by one day: servers": ServersADayLate,
    "off by one day: visits": VisitsADayLate,
    "off by one day: new year": YearTurnsAMorningLate,
    "off by one day: end of an interval": IntervalEndsADayEarly,
    "stale perception: attention": AttentionBeforeTheLastContact,
    "stale perception: perceived risk": PerceivedBeforeTheLastVisits,
    "stale perception: ledger": LedgerKnownAMorningLate,
    "stale perception: levers": LeversOfYesterday,
}


def engine(name: str) -> Engine:
    """Return the SimPy engine with a fault in it."""
    return lambda world: FAULTS[name](world).run()


def catches(numbers: Iterable[int]) -> dict[str, list[int]]:
    """Return, for each fault, the scenarios in which its log is not that of the engine it is compared with."""
    caught: dict[str, list[int]] = {name: [] for name in FAULTS}
    for number in numbers:
        each = scenario(number)
        good = finished(each, SECOND).log
        for name in FAULTS:
            if not same_bits(finished(each, engine(name)).log, good):
                caught[name].append(number)
    return caught


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    for fault, seen in catches(range(count)).items():
        print(f"{fault:<46}{len(seen):>4} of {count}, first {seen[:6]}")
