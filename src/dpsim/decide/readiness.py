"""Readiness for an assessment that questions workers: the chance that the enterprises it draws pass (TH03).

Nothing of it is drawn: whom a strategy's courses have reached is the same in every run, and what workers know is
assumed. So there are no runs behind it and no interval; the ends of the assumed ranges are shown instead.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from dpsim.core.rates import decayed
from dpsim.core.timeline import Timeline
from dpsim.errors import InputError
from dpsim.model.detection import raised
from dpsim.model.prior import case_timeline
from dpsim.model.sampling import veto_probability
from dpsim.params.schema import Case, Strategy
from dpsim.strategies import instrument, training


class Readiness(NamedTuple):
    """What the workers of the enterprises drawn are likely to show.

    Attributes
    ----------
    trained : float
        Share of the enterprises taught and not forgotten at the date.
    chance, low, high : float
        Chance that fewer than `formalism.veto_failing` of the enterprises drawn fail, and at the ends of the assumed
        ranges of what workers know.
    """

    trained: float
    chance: float
    low: float
    high: float


def readiness(case: Case, strategy: Strategy) -> Readiness:
    """Return the readiness of a case for being questioned, under a strategy.

    Parameters
    ----------
    case : Case
        With a block `questioning`.
    strategy : Strategy
        Its courses (instrument `training`) count; without any, workers know what they do untrained.

    Raises
    ------
    InputError
        The case has no block `questioning`.
    """
    asked = case.questioning
    if asked is None:
        raise InputError("error.no_questioning", case=case.id)
    trained = trained_share(strategy, case_timeline(case), asked.date)
    drawn, fail = int(case.formalism.veto_checked.value), int(case.formalism.veto_failing.value)
    without, taught, many = asked.known_untrained, asked.known_trained, asked.workers_asked
    ends = [
        ready_chance(trained, a, b, int(n), drawn, fail)
        for a, b, n in (
            (without.value, taught.value, many.value),
            (without.low, taught.low, many.high),
            (without.high, taught.high, many.low),
        )
    ]
    return Readiness(trained, *ends)


def ready_chance(
    trained: float, untrained_know: float, trained_know: float, asked: int, drawn: int, fail: int
) -> float:
    """Return the chance that fewer than `fail` of `drawn` enterprises fail, each of which passes if all asked know.

    Parameters
    ----------
    trained : float
        Share of the enterprises whose workers are trained, 0..1.
    untrained_know, trained_know : float
        Share of the workers who know the answer, 0..1.
    asked, drawn, fail : int
        Workers asked at an enterprise, enterprises drawn, failures that fail the whole.

    Examples
    --------
    >>> round(ready_chance(0.5, 0.0, 1.0, 3, 2, 1), 4)
    0.25
    """
    passing = trained * trained_know**asked + (1.0 - trained) * untrained_know**asked
    return 1.0 - float(veto_probability(1.0 - passing, drawn, fail))


def trained_share(strategy: Strategy, timeline: Timeline, date: dt.date) -> float:
    """Return the share of the enterprises that courses have reached by the end of a date, less what is forgotten.

    A course counts from the next weekly report on, as in the runs (`model/controls.py`).
    """
    courses = _courses(strategy, timeline)
    until, trained, at, memory, last = timeline.end_of(date), 0.0, 0.0, 1.0, -1.0
    for time in timeline.refresh_times[timeline.refresh_times < until].tolist():
        taught = 0.0
        for day, share, days in courses:
            if last < day <= time:
                taught, memory = raised(taught, day, day, days, share), days
        if taught > 0.0:
            trained, at = raised(trained, at, time, memory, taught), time
        last = time
    return float(decayed(trained, until - at, memory))


def _courses(strategy: Strategy, timeline: Timeline) -> list[tuple[float, float, float]]:
    """Return day, share reached and memory (days) of each course, in the order of time."""
    made = [item for item in strategy.instruments if instrument(item.instrument) is training]
    return sorted(
        (float(day), float(item.share.value), float(item.memory_days.value))
        for item in made
        for day in training.due(item, timeline).nonzero()[0].tolist()
    )
