"""On which draw an enterprise's stage, assessment, visit or penalty came about."""

from __future__ import annotations

import math

import numpy as np

from dpsim.core.streams import Stream, uniform
from dpsim.core.words import Channel, Kind
from dpsim.experiments.tracing.draw import CLOSE, EXACT, NAMED, WITHIN, Draw, compared
from dpsim.experiments.tracing.run import TracedRun
from dpsim.model.adoption import score_points
from dpsim.model.penalty_ladder import Rung
from dpsim.model.state import Track
from dpsim.model.visits import ADVICE_ORDINAL, visit_time

CLOCKS = {
    Kind.STARTED: (Track.START, Stream.CLOCK_START),
    Kind.READY: (Track.BUILD, Stream.CLOCK_BUILD),
    Kind.BUILT: (Track.BUILD, Stream.CLOCK_BUILD),
    Kind.CONNECTED: (Track.CONNECT, Stream.CLOCK_CONNECT),
    Kind.ONLINE: (Track.ONLINE, Stream.CLOCK_ONLINE),
    Kind.ENTERED: (Track.ASSESS, Stream.CLOCK_ASSESS),
    Kind.REWORKED: (Track.REWORK, Stream.CLOCK_REWORK),
}
_REPEATED = (Track.ASSESS, Track.REWORK)


def enterprise_draw(run: TracedRun, event: np.void) -> Draw | None:
    """Return the draw of an event that is not a hazard's; None where nothing is drawn (a meeting, a notice)."""
    kind, world = Kind(int(event["kind"])), run.world
    entity, ordinal, i = int(event["entity"]), int(event["ordinal"]), int(event["index"])
    t, value = float(event["t"]), float(event["value"])
    name = (world.seed, world.replication, entity)

    def drawn(stream: Stream, number: int) -> float:
        return uniform(*name, int(stream), number, 0)

    if kind == Kind.BUILT and event["channel"] == Channel.AGENCY:
        u, sector = drawn(Stream.AGENCY_SERVICE, 0), int(world.state.sector[i])
        return Draw("service", Stream.AGENCY_SERVICE, entity, 0, 0, 0, u, float(world.agencies[sector].service[i]))
    if kind in CLOCKS:
        track, stream = CLOCKS[kind]
        u = drawn(stream, ordinal)
        threshold = -math.log(u)
        # A clock that is never started again holds nothing once it has gone off: all of its draw was spent.
        spent = float(run.clocks[i, track] - world.state.residual[i, track])
        whole = ordinal == 0 and track not in _REPEATED
        observed = spent if whole else math.nan
        check = compared(threshold, spent) if whole else NAMED
        return Draw("clock", stream, entity, ordinal, 0, 0, u, threshold, observed, check)
    if kind == Kind.ASSESSED:
        u = drawn(Stream.ASSESS_HOUR, ordinal)
        hour = 9.0 + 8.0 * u
        return _hour("hour", Stream.ASSESS_HOUR, entity, ordinal, u, hour, t)
    if kind in (Kind.PASSED, Kind.SENT_BACK):
        scores = world.setting.case.assessors
        u = drawn(Stream.ASSESS_SCORE, ordinal)
        points = float(score_points(u, float(scores.score_mean.value), float(scores.score_scale.value)))
        check = EXACT if points == value else NAMED
        return Draw("score", Stream.ASSESS_SCORE, entity, ordinal, 0, 0, u, points, value, check)
    if kind == Kind.REMOVED and event["channel"] == Channel.CITY_BUREAU:
        return _closing(run, entity, i)
    if kind == Kind.REMOVED:
        u = drawn(Stream.CLOCK_REMOVAL, 0)
        due = -math.log(u) * 365.0 / world.setting.case.scenario.removals_per_year.value
        mornings = world.timeline.mornings
        before = mornings[mornings < t]
        seen = due <= t and (not before.size or due > before[-1])
        return Draw("removal", Stream.CLOCK_REMOVAL, entity, 0, 0, 0, u, due, t, WITHIN if seen else NAMED)
    if kind == Kind.VISIT:
        number = 1 + int((run.of_kind(i, Kind.VISIT)["t"] < t).sum())
        return _visit(run, entity, number, t, slots=int(world.setting.case.staff.visits_per_team_day.value))
    if kind == Kind.ADVISED:
        return _visit(run, entity, ADVICE_ORDINAL + math.floor(t), t, slots=1)
    if kind in (Kind.PENALTY, Kind.REVEALED, Kind.PAPER):
        return _share(run, kind, entity, ordinal)
    return None


def _hour(law: str, stream: Stream, entity: int, ordinal: int, u: float, hour: float, t: float) -> Draw:
    """Return the draw of an hour of the day."""
    observed = 24.0 * (t - math.floor(t))
    check = EXACT if abs(hour - observed) < 24.0 * CLOSE else NAMED
    return Draw(law, stream, entity, ordinal, 0, 0, u, hour, observed, check)


def _visit(run: TracedRun, entity: int, ordinal: int, t: float, *, slots: int) -> Draw:
    """Return the draw of a visit's hour: of the slots of a day the one it fell into."""
    world, day = run.world, math.floor(t)
    u = uniform(world.seed, world.replication, entity, int(Stream.VISIT_HOUR), ordinal, 0)
    per_day = int(world.setting.case.staff.visits_per_team_day.value)
    hours = [
        24.0 * (visit_time(day, slot, per_day, world.seed, world.replication, entity, ordinal) - day)
        for slot in range(slots)
    ]
    hour = min(hours, key=lambda one: abs(one - 24.0 * (t - day)))
    return _hour("visit", Stream.VISIT_HOUR, entity, ordinal, u, hour, t)


def _closing(run: TracedRun, entity: int, i: int) -> Draw:
    """Return the draw by which a penalty closed an enterprise: of the first penalty on the last rung."""
    assert run.world.hazards is not None
    penalties = run.of_kind(i, Kind.PENALTY)
    ordinal = int(penalties["ordinal"][penalties["value"] == Rung.CLOSED][0])
    u = uniform(run.world.seed, run.world.replication, entity, int(Stream.VISIT_CLOSING), ordinal, 0)
    # an instrument that ended before the last week leaves `named`
    share = float(run.world.hazards.laws[0]["close_share"])
    return Draw("closing", Stream.VISIT_CLOSING, entity, ordinal, 0, 0, u, u, share, WITHIN if u < share else NAMED)


def _share(run: TracedRun, kind: Kind, entity: int, ordinal: int) -> Draw:
    """Return the draw of something that befalls a share: it fell below it."""
    world = run.world
    assert world.hazards is not None
    laws = world.hazards.laws[0]
    stream = {
        Kind.PENALTY: Stream.VISIT_PENALTY,
        Kind.REVEALED: Stream.PAPER_REVEALED,
        Kind.PAPER: Stream.PAPER,
    }[kind]
    u = uniform(world.seed, world.replication, entity, int(stream), ordinal, 0)
    if kind == Kind.PAPER:  # the share depends on what the enterprise felt then, which the log does not tell
        return Draw("paper", stream, entity, ordinal, 0, 0, u, u)
    # What an instrument adds to penalties is known of the last week; an order that ended before leaves `named`.
    punished = float(laws["penalty_share"]) * max(1.0, float(laws["penalty_factor"]))
    share = punished if kind == Kind.PENALTY else float(laws["reveal_share"])
    law = "penalty" if kind == Kind.PENALTY else "revealed"
    return Draw(law, stream, entity, ordinal, 0, 0, u, u, share, WITHIN if u < share else NAMED)
