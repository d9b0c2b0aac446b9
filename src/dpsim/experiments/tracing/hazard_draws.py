"""On which draw a hazard arose, was found, took its steps through the closed loop, came back or ended in an accident.

The story of a hazard is told in the order of its events, from how it stood on the first morning: which call of the
generator a step uses depends on how often it was found and refused before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dpsim.core.streams import Stream, uniform, uniform_pair, uniform_three, word_uniform, words
from dpsim.core.words import HazardClass, Kind
from dpsim.experiments.tracing.draw import CLOSE, EXACT, NAMED, WITHIN, Draw, compared
from dpsim.experiments.tracing.run import TracedRun
from dpsim.model.delays import word_delay
from dpsim.model.detection import growth_mean
from dpsim.model.hazard_life import Record
from dpsim.model.hazards import Hazard
from dpsim.model.open_hazards import FIRST_NUMBER
from dpsim.model.state import Floats

HAZARD_KINDS = frozenset((*range(int(Kind.BORN), int(Kind.DROPPED) + 1), int(Kind.LISTED)))
_BIRTH = {HazardClass.GENERAL: Stream.HAZARD_CLOCK_GENERAL, HazardClass.MAJOR: Stream.HAZARD_CLOCK_MAJOR}
_STEPS = {Kind.ASSIGNED: 0, Kind.RECTIFIED: 1, Kind.ACCEPTED: 2, Kind.REFUSED: 2, Kind.CLOSED: 3}
_MEANS = ("assign", "rectify", "accept", "close")
_OPEN = (Hazard.FOUND, Hazard.ASSIGNED, Hazard.RECTIFIED, Hazard.ACCEPTED)


def hazard_draws(run: TracedRun, i: int) -> dict[int, Draw]:
    """Return the draws of all events of an enterprise's hazards, by their place in the log."""
    events = run.events
    found: dict[int, Draw] = {}
    mine = np.flatnonzero((events["index"] == i) & np.isin(events["kind"], list(HAZARD_KINDS)))
    births = _Births(run, i)
    stories: dict[int, _Story] = {}
    for row in mine.tolist():
        event = events[row]
        ordinal = int(event["ordinal"])
        story = stories.get(ordinal)
        if story is None:
            story = stories[ordinal] = _Story(run, i, ordinal)
        draw = story.draw(event)
        if event["kind"] == Kind.BORN:
            draw = births.draw(event)
        if draw is not None:
            found[row] = draw
    return found


class _Births:
    """The births at one enterprise: what its birth clocks had spent at any time."""

    def __init__(self, run: TracedRun, i: int) -> None:
        self.run, self.i = run, i
        self.last = [0.0, 0.0]
        self.born = run.sites["born"][i].tolist()
        self.fresh = [False, False]
        seen, growth = float(run.sites["seen_at"][i]), float(run.world.hazards.laws["growth"][0])  # type: ignore[union-attr]
        visits = np.sort(run.of_kind(i, Kind.VISIT)["t"])
        edges, speeds = [0.0], []
        begins = [*run.world.timeline.refresh_times.tolist(), float(run.world.timeline.days)]
        for begin, end in zip(begins[:-1], begins[1:], strict=True):
            start = begin
            for stop in [*visits[(visits >= begin) & (visits < end)].tolist(), end]:
                speeds.append(growth_mean(growth, 0.0, stop - start) * math.exp(growth * max(0.0, start - seen)))
                edges.append(stop)
                if stop < end:
                    seen = start = stop
        self.edges: Floats = np.array(edges)
        self.spent: Floats = np.concatenate([[0.0], np.cumsum(np.diff(self.edges) * np.array(speeds))])

    def draw(self, event: np.void) -> Draw:
        """Return the clock that went off at a birth; calls must come in the order of births."""
        run, klass, t = self.run, int(event["ordinal"]) & 1, float(event["t"])
        world, number = run.world, int(event["ordinal"]) // 2
        stream, entity = _BIRTH[HazardClass(klass)], int(event["entity"])
        u = uniform(world.seed, world.replication, entity, int(stream), number, 0)
        threshold = -math.log(u)
        rate = float(run.sites["intensity"][self.i, klass])
        spent = rate * float(np.interp(t, self.edges, self.spent) - np.interp(self.last[klass], self.edges, self.spent))
        check = compared(threshold, spent)
        if not self.fresh[klass]:  # a part of this clock was spent before the first morning, by what is not in the log
            left = float(run.sites["clock"][self.i, klass])
            check = WITHIN if compared(left, spent) == EXACT and left <= threshold else NAMED
        self.last[klass], self.fresh[klass] = t, True
        return Draw("birth", stream, entity, number, 0, 0, u, threshold, spent, check)


@dataclass
class _Story:
    """One hazard on its way."""

    run: TracedRun
    i: int
    ordinal: int

    def __post_init__(self) -> None:
        world = self.run.world
        assert world.hazards is not None
        self.law: Record = world.hazards.laws[0]
        self.name = (world.seed, world.replication, int(world.state.entity[self.i]))
        self.klass = HazardClass(self.ordinal & 1)
        self.draws, self.cycle, self.at, self.harm = 0, 0, math.nan, math.nan
        self.sham = False
        known = self.run.known_at(self.i)
        for h in known[known["ordinal"] == self.ordinal]:
            self._stood(h)

    def _stood(self, h: np.void) -> None:
        """Take over how it stood on the first morning: the time of its last step, as far as its state tells it."""
        state = Hazard(int(h["state"]))
        self.draws, self.cycle = int(h["draws"]), int(h["cycle"])
        self.harm = float(h["harm"]) if state <= Hazard.FALSELY_CLOSED else math.nan
        law, klass = self.law, int(self.klass)
        if self.ordinal >= 2 * FIRST_NUMBER:  # of a ledger: its first step lasted for a while before it was drawn
            return
        if state == Hazard.FOUND:
            self.at = float(h["due"] - law.limit[klass])
        elif state == Hazard.RECTIFIED:
            self.at = float(h["step"] - law.accept[klass] * float(h["accept"]))
        elif state == Hazard.ACCEPTED:
            self.at = float(h["step"] - law.close[klass] * float(h["close"]))

    def draw(self, event: np.void) -> Draw | None:
        """Return the draw of its next event."""
        kind, t = Kind(int(event["kind"])), float(event["t"])
        made = None
        if kind == Kind.BORN:
            self.at, self.harm = t, self._harm(t)
        elif kind == Kind.FOUND:
            made = self._detection()
            self.at, self.harm, self.draws = t, math.nan, self.draws + 2
        elif kind == Kind.LISTED:
            made = self._listing()
        elif kind in _STEPS:
            made = self._step(kind, t)
            self.at = t
            if kind == Kind.REFUSED:
                self.draws += 2
            if kind == Kind.CLOSED:
                self.sham = bool(int(event["value"]) & 2)
        elif kind == Kind.RELAPSED:
            made = self._return(t)
            self.at, self.cycle = t, int(event["value"])
            self.harm = self._harm(t)
        elif kind == Kind.ACCIDENT:
            made = self._accident(t)
        return made

    def _again(self) -> tuple[Stream, int, int, tuple[float, float]]:
        """Return stream, ordinal, first part and values of the two thresholds of its present life."""
        if self.cycle:
            both = uniform_pair(*self.name, int(Stream.HAZARD_AGAIN), self.ordinal, self.cycle)
            return Stream.HAZARD_AGAIN, self.ordinal, 0, both
        stream, number = _BIRTH[self.klass], self.ordinal // 2 + 1
        three = uniform_three(*self.name, int(stream), number, 0)
        return stream, number, 1, (three[1], three[2])

    def _key(self) -> int:
        """Return the draw's number within the key of its thresholds."""
        return self.cycle if self.cycle else 0

    def _detection(self) -> Draw:
        """Return the threshold that the chances of detection had spent when it was found."""
        stream, number, part, (u, _) = self._again()
        return Draw("detection", stream, self.name[2], number, self._key(), part, u, -math.log(u))

    def _listing(self) -> Draw:
        """Return why it was listed: the share is that of its week, which the log does not tell."""
        u = uniform(*self.name, int(Stream.HAZARD_LISTING), self.ordinal, self.cycle)
        return Draw("listed", Stream.HAZARD_LISTING, self.name[2], self.ordinal, self.cycle, 0, u, u)

    def _harm(self, now: float) -> float:
        """Return when its accident would come if nobody found it, NaN for never."""
        rate = float(self.law.harm[int(self.klass)])
        u = self._again()[3][1]
        return now - math.log(u) / rate if rate > 0.0 else math.nan

    def _accident(self, t: float) -> Draw:
        """Return the threshold of its accident."""
        stream, number, part, (_, u) = self._again()
        check = NAMED if math.isnan(self.harm) else compared(self.harm, t)
        observed = math.nan if math.isnan(self.harm) else t
        follows = -math.log(u) if math.isnan(self.harm) else self.harm
        law = "harm" if math.isnan(self.harm) else "harm_time"
        return Draw(law, stream, self.name[2], number, self._key(), part + 1, u, follows, observed, check)

    def _step(self, kind: Kind, t: float) -> Draw:
        """Return the delay of a step of the closed loop."""
        part, law, klass = _STEPS[kind], self.law, int(self.klass)
        call = self.draws - 2
        word = words(*self.name, int(Stream.HAZARD_STEP), self.ordinal, call)[part]
        delay = float(word_delay(word, law.delay, law.delay_scale, law.delay_power))
        delay = delay if kind == Kind.ASSIGNED else float(np.float32(delay))  # the others are kept in four bytes
        most, observed = float(getattr(law, _MEANS[part])[klass]) * delay, t - self.at
        check = NAMED
        if kind == Kind.RECTIFIED:  # shorter where the risk of a visit is felt or the hazard is listed
            least = most * float(law.listed_time) * math.exp(-max(0.0, float(law.effort)))
            check = WITHIN if least - CLOSE <= observed <= most + CLOSE else NAMED
        elif not math.isnan(observed):
            check = compared(most, observed)
        u = word_uniform(word)
        name = "rectify" if kind == Kind.RECTIFIED else "delay"
        return Draw(name, Stream.HAZARD_STEP, self.name[2], self.ordinal, call, part, u, most, observed, check)

    def _return(self, t: float) -> Draw:
        """Return why it is unsafe again: repaired on paper only, or back after a rest."""
        law, klass = self.law, int(self.klass)
        if self.sham:
            call = self.draws - 1
            u = word_uniform(words(*self.name, int(Stream.HAZARD_STEP), self.ordinal, call)[0])
            share = float(law.sham[klass])
            check = WITHIN if u < share else NAMED
            return Draw("sham", Stream.HAZARD_STEP, self.name[2], self.ordinal, call, 0, u, u, share, check)
        u = uniform(*self.name, int(Stream.HAZARD_RETURN), self.ordinal, self.cycle)
        rest, observed = -float(law.relapse_days[klass]) * math.log(u), t - self.at
        check = NAMED if math.isnan(observed) else compared(rest, observed)
        return Draw("return", Stream.HAZARD_RETURN, self.name[2], self.ordinal, self.cycle, 0, u, rest, observed, check)
