"""Open hazards of a ledger: what is drawn of each so that it can live on, given how far it has come.

A delay that has lasted a while is conditioned on that: with the threshold E of a unit exponential, a Weibull delay of
scale s and power b that is past a days ends after s ((a / s)^(1 / b) + E)^b days; for exponential delays a + s E.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dpsim.core.streams import Stream, uniform_pair, word_exponential, word_uniform, words
from dpsim.model.hazard_life import Record, harm_time
from dpsim.model.hazards import HAZARD, Hazard, Mark, Records
from dpsim.model.state import Floats, Ints

FIRST_NUMBER = 10_000_000
"""Number in their class of the first at an enterprise: those that arise there keep their own draws."""
OPEN = (Hazard.FOUND, Hazard.ASSIGNED, Hazard.RECTIFIED, Hazard.ACCEPTED)
_MEANS = ("assign", "rectify", "accept", "close")


@dataclass(frozen=True, eq=False)
class OpenHazards:
    """Hazards that are open at the as-of date, one entry each.

    Attributes
    ----------
    index : numpy.ndarray of int64
        Place of the enterprise on the list.
    klass, state : numpy.ndarray of int64
        Class, and state (of `OPEN`).
    since, due : numpy.ndarray
        Time of the last step and time limit, days; a limit that is NaN is the case's own after the finding.
    found : numpy.ndarray
        Time of the finding.
    """

    index: Ints
    klass: Ints
    state: Ints
    found: Floats
    since: Floats
    due: Floats


def lasting_delay(threshold: float, past: float, mean: float, scale: float, power: float) -> float:
    """Return a Weibull delay in days, known to last longer than `past` days.

    Parameters
    ----------
    threshold : float
        A unit exponential.
    past : float
        Days it has lasted, 0 or more.
    mean : float
        Mean delay in days, 0 or more.
    scale, power : float
        See `delay_scale`; power is 1 / shape.

    Examples
    --------
    >>> lasting_delay(0.5, 3.0, 10.0, 1.0, 1.0)
    8.0
    """
    unit = mean * scale
    if unit <= 0.0:
        return past
    return max(past, unit * float(((past / unit) ** (1.0 / power) + threshold) ** power))


def open_records(opened: OpenHazards, entity: np.ndarray, law: Record) -> Records:
    """Return the hazards as they stand at the as-of date, records of HAZARD in the order given."""
    rows = np.zeros(opened.index.size, dtype=HAZARD)
    taken: dict[int, int] = {}
    for k, row in enumerate(rows):
        i = int(opened.index[k])
        number = taken[i] = taken.get(i, FIRST_NUMBER - 1) + 1
        klass, state = int(opened.klass[k]), Hazard(int(opened.state[k]))
        row["ordinal"], row["klass"], row["state"] = 2 * number + klass, klass, state
        _draw(row, int(entity[i]), float(opened.found[k]), float(opened.since[k]), float(opened.due[k]), law)
    return rows


def _draw(row: np.void, entity: int, found: float, since: float, due: float, law: Record) -> None:
    """Draw what is to come of one hazard."""
    seed, replication, ordinal, klass = (
        int(law["seed"]),
        int(law["replication"]),
        int(row["ordinal"]),
        int(row["klass"]),
    )
    name = (seed, replication, entity, int(Stream.HAZARD_STEP), ordinal)
    first, second = words(*name, 0), words(*name, 1)
    scale, power = float(law["delay_scale"]), float(law["delay_power"])
    sham = word_uniform(second[0]) < law["sham"][klass]
    returns = word_uniform(second[1]) < law["relapse"][klass]
    passes = word_uniform(second[2]) < law["accepted"][klass]
    said = ((Mark.SHAM, sham), (Mark.RETURNS, returns), (Mark.PASSES, passes))
    row["marks"] = sum(int(mark) for mark, holds in said if holds)
    row["rectify"], row["accept"], row["close"] = (
        lasting_delay(word_exponential(word), 0.0, 1.0, scale, power) for word in first[1:]
    )
    step = OPEN.index(Hazard(int(row["state"])))
    mean = float(law[_MEANS[step]][klass])
    row["step"] = since + lasting_delay(word_exponential(first[step]), max(0.0, -since), mean, scale, power)
    row["due"] = found + float(law["limit"][klass]) if math.isnan(due) else due
    row["late"], row["draws"], row["level"] = int(row["due"] <= 0.0), 2, math.inf
    harmless = row["state"] in (Hazard.RECTIFIED, Hazard.ACCEPTED) and not sham
    rate = 0.0 if harmless else float(law["harm"][klass] * law["open_harm"][klass])
    row["harm"] = harm_time(uniform_pair(seed, replication, entity, int(Stream.HAZARD_AGAIN), ordinal, 0)[1], rate, 0.0)
    row["wake"] = min(row["step"], row["harm"], math.inf if row["late"] else row["due"])
