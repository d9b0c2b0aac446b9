"""The forecast of a chain of stages: built limits online, online limits assessed, and jobs take their time.

How the source goes on is drawn as any stage is (`dpsim.forecast.regimes`: regime, reference class, lasting shocks).
What follows it is no matter of will any more: jobs in progress and those to come are done after their service times.
What an order closes, and a rush, is the source's; the pace of work has lasting shocks of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from dpsim.core.streams import Stream
from dpsim.forecast.capacity import shown_capacity
from dpsim.forecast.counts import moves_of_falls, settle_counts
from dpsim.forecast.flow import run_members
from dpsim.forecast.history import History
from dpsim.forecast.luck import common_normal, normal_draws
from dpsim.forecast.members import ORDER, STARTED, Members
from dpsim.forecast.regimes import draw_closures, fit_pace
from dpsim.forecast.service import Law, counted_law, draw_intensities, ledger_law
from dpsim.forecast.settings import Settings
from dpsim.model.state import Floats
from dpsim.params.forecast import WorkSettings

SOURCE = 0
"""What names the draws of the source's own pace; those of the stages after it are named by their place in the order."""


class Use(NamedTuple):
    """What of a ledger's knowledge is used.

    Attributes
    ----------
    funnel : bool
        Stages hang together; without it each is forecast by itself and so is all the rest not used.
    jobs : bool
        Who has started and is not built; without it what is built is the source.
    elapsed : bool
        For how long jobs have lasted.
    capacity : bool
        What a week has room for, as the throughput shows it.
    """

    funnel: bool = True
    jobs: bool = True
    elapsed: bool = True
    capacity: bool = True


def draw_chain(
    members: Members,
    histories: Mapping[str, History],
    weeks: int,
    source: Settings,
    work: WorkSettings,
    *,
    seed: int,
    draws: int,
    use: Use,
    supply: Mapping[str, Floats] | None = None,
    source_weeks: int | None = None,
) -> dict[str, Floats]:
    """Draw how many members of each unit have done each stage by week.

    Parameters
    ----------
    members : Members
    histories : mapping of str to History
        Of all stages of the members, for the same units in the same order.
    weeks : int
        From the as-of date to the last deadline.
    source : Settings
        By which the source goes on.
    work : WorkSettings
    seed, draws : int
    use : Use
    supply : mapping of str to numpy.ndarray, optional
        By stage: how many all units together can do in each week ahead, shape (weeks,); stands in the place of what
        the throughput shows.
    source_weeks : int, optional
        From the as-of date to the deadline of the source, the last one where it has none.

    Returns
    -------
    dict of str to numpy.ndarray
        Shape (draws, units, weeks).
    """
    laws = [_law(members, histories, k, work, use) for k in range(len(members.stages))]
    bands = np.array([1 if law is None else law.done.size for law in laws], dtype=np.int64)
    intensity = np.ones((draws, len(laws), int(bands.max())))
    pace, factor = np.ones((draws, len(laws))), np.ones((len(laws), len(members.units)))
    for k, law in enumerate(laws):
        if law is None:
            continue
        name = ORDER.index(members.stages[k])
        intensity[:, k, : bands[k]] = draw_intensities(law, name, seed=seed, draws=draws)
        pace[:, k] = np.exp(work.shock.value * common_normal(seed, draws, Stream.FORECAST_WORK, name))
        factor[k] = law.factor
    counts = run_members(
        seed,
        int(Stream.FORECAST_SERVICE),
        members.entity,
        members.unit,
        members.entered,
        members.parent,
        source_counts(members, histories, source_weeks or weeks, weeks, source, work, seed=seed, draws=draws),
        intensity,
        bands,
        pace,
        factor,
        _most(members, weeks, work, use, supply or {}),
    )
    return {stage: counts[:, k] for k, stage in enumerate(members.stages)}


def churned(history: History, counts: Floats, settings: Settings, *, seed: int) -> Floats:
    """Return counts (draws, units, weeks) that fall as often as those of the past have, as `settle_counts` has them."""
    draws, _, weeks = counts.shape
    churn = fit_pace(history, weeks, settings).churn
    if not churn.any():
        return counts
    total = history.total[None, :, None]
    moved = total * moves_of_falls(history, churn, weeks, seed=seed, draws=draws)
    return np.asarray(np.round(np.clip(counts + moved, 0.0, total)))


def source_counts(
    members: Members,
    histories: Mapping[str, History],
    until: int,
    weeks: int,
    source: Settings,
    work: WorkSettings,
    *,
    seed: int,
    draws: int,
) -> Floats:
    """Return how many more will have entered the source by week, shape (draws, units, weeks); none after `until`.

    Decisions to start change their pace at once, while counts of what is built move slowly for as long as jobs in
    progress last (the shocks of `regimes` take eight weeks): they have the lasting shock on the pace of work too.
    """
    first = histories[members.stages[0]]
    pace = fit_pace(first, until, source)
    share = draw_closures(first, pace, until, source, seed=seed, draws=draws, every_week=True)
    share = settle_counts(first, np.zeros_like(pace.churn), share, seed=seed).reshape(share.shape)
    gap = np.maximum(1.0 - first.last, 0.0)[:, None]
    closed = np.clip((share - first.last[:, None]) / np.maximum(gap, 1e-9), 0.0, 1.0)
    if members.stages[0] == STARTED:
        together = common_normal(seed, draws, Stream.FORECAST_WORK, SOURCE)[:, None]
        own = normal_draws(seed, draws, first.entity, Stream.FORECAST_WORK, SOURCE)
        shock = np.sqrt(source.common) * together + np.sqrt(1.0 - source.common) * own
        closed = 1.0 - (1.0 - closed) ** np.exp(work.shock.value * shock)[:, :, None]
    closed = np.concatenate([closed, np.repeat(closed[:, :, -1:], weeks - until, axis=2)], axis=2)
    return np.asarray(np.maximum.accumulate(np.round(closed * gap * first.total[:, None]), axis=2))


def fewest_done(members: Members, histories: Mapping[str, History]) -> float:
    """Return how many jobs weekly counts have seen done, at the stage after the source with the fewest."""
    pairs = [(members.stages[p], stage) for p, stage in zip(members.parent, members.stages, strict=True) if p >= 0]
    return min(float(counted_law(histories[a], histories[b], 1.0).done.sum()) for a, b in pairs)


def _law(members: Members, histories: Mapping[str, History], stage: int, work: WorkSettings, use: Use) -> Law | None:
    """Return the law of a stage; None for the source."""
    parent, pooling = int(members.parent[stage]), float(work.pooling.value)
    if parent < 0:
        return None
    if not members.dated:
        return counted_law(histories[members.stages[parent]], histories[members.stages[stage]], pooling)
    law = ledger_law(members, stage, pooling)
    return law if use.elapsed else law.memoryless()


def _most(members: Members, weeks: int, work: WorkSettings, use: Use, supply: Mapping[str, Floats]) -> Floats:
    """Return how many all units together can do of each stage in each week ahead, shape (stages, weeks)."""
    out = np.full((len(members.stages), weeks), np.inf)
    for k, stage in enumerate(members.stages):
        if stage in supply:
            out[k] = supply[stage]
        elif use.capacity and members.dated:
            out[k] = shown_capacity(members.entered[:, k], int(work.weeks.value), float(work.level.value))
    return out
