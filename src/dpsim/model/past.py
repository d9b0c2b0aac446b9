"""What a list at the as-of date tells of the time before: when each step was done, and the propensity it speaks for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dpsim.core.streams import Stream
from dpsim.model.paths import settle_level
from dpsim.model.population import Population
from dpsim.model.prior import stage_counts, weeks_since
from dpsim.model.quantiles import entry_interval, gamma_unit_quantile
from dpsim.model.state import PATH_TRACKS, Flags, Floats
from dpsim.params.schema import Case

Luck = Callable[[Stream], Floats]
"""One uniform per enterprise for a stream."""


def draw_entries(case: Case, population: Population, start: int, luck: Luck, past: Floats | None = None) -> Floats:
    """Return when each step was done before the as-of date, conditional on the stage and the assumed start.

    Steps whose time `past` gives (shape (n, PATH_TRACKS), NaN where it does not) have it. The others, one after the
    other, are each truncated-exponential between their predecessor and the as-of date at the constant rate that the
    assumed start implies; shape (n, PATH_TRACKS), NaN where the step is still to come.
    """
    weeks, total, counts = weeks_since(case, start), float(population.entity.size), stage_counts(case)
    rate = [settle_level(count / total, weeks, total) / 7.0 for count in counts]
    n = population.entity.size
    begin, now = np.full(n, -7.0 * weeks), np.zeros(n)
    started = population.building | population.built
    times = np.full((n, PATH_TRACKS), np.nan)
    known = np.full((n, PATH_TRACKS), np.nan) if past is None else past

    def enter(track: int, stream: Stream, who: Flags, lows: Floats, highs: Floats) -> None:
        drawn = entry_interval(lows[who], highs[who], rate[track], luck(stream)[who])
        times[who, track] = np.where(np.isnan(known[who, track]), drawn, known[who, track])

    if past is None:
        enter(0, Stream.ENTRY_STARTED, started, begin, now)
    else:  # who has done a step had started before it
        first = np.fmin(np.fmin.reduce(past, axis=1), now)
        enter(0, Stream.ENTRY_STARTED, started, np.minimum(begin, first - 1.0), first)
    enter(1, Stream.ENTRY_BUILT, population.built, times[:, 0], now)
    enter(3, Stream.ENTRY_ONLINE, population.online, times[:, 1], now)
    latest = np.where(population.online, times[:, 3], now)
    enter(2, Stream.ENTRY_CONNECTED, population.connected, times[:, 0], latest)
    enter(4, Stream.ENTRY_PASSED, population.passed, times[:, 1], now)
    return times


def draw_propensity(case: Case, start: int, entry: Floats, luck: Luck) -> Floats:
    """Return Z, shape (n,): Gamma with mean 1, updated by what each enterprise has done since the assumed start.

    With frailty shape k, m steps done and integrated rate L while at risk: Gamma(k + m) / (k + L).
    """
    weeks, counts = weeks_since(case, start), stage_counts(case)
    n, shape = entry.shape[0], float(case.adoption.frailty_shape.value)
    begin = np.full(n, -7.0 * weeks)
    before = np.column_stack([begin, entry[:, 0], entry[:, 0], np.maximum(entry[:, 1], entry[:, 2]), entry[:, 1]])
    exposure = np.zeros(n)
    for track in range(PATH_TRACKS):
        rate = settle_level(counts[track] / n, weeks, float(n)) / 7.0
        until = np.where(np.isnan(entry[:, track]), 0.0, entry[:, track])
        exposure += np.nan_to_num(rate * np.maximum(until - before[:, track], 0.0))
    steps = (~np.isnan(entry)).sum(axis=1)
    u, quantile = luck(Stream.PROPENSITY), np.zeros(n)
    for m in np.unique(steps).tolist():
        those = steps == m
        quantile[those] = gamma_unit_quantile(u[those], shape + m)
    return quantile / (shape + exposure)
