"""What a forecast drew from its table, handed to the simulator: replication r follows draw r."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dpsim.forecast.counts import count_luck, fall_luck
from dpsim.forecast.history import History
from dpsim.forecast.orders import ordered_closures
from dpsim.forecast.regimes import draw_spreads, fit_pace, own_closures, rush_factors, starting_odds
from dpsim.forecast.rounding import SMALL
from dpsim.forecast.settings import Settings
from dpsim.model.state import Floats
from dpsim.model.table_paths import TablePaths

_NEARLY_ALL = 1.0 - 1e-12


@dataclass(frozen=True)
class Origin:
    """What a forecast was drawn from.

    Attributes
    ----------
    histories : mapping of str to History
        By stage.
    chain : mapping of str to numpy.ndarray
        By stage that follows another one by the work it takes: members done, shape (draws, units, weeks).
    weeks, days : mapping of str to int
        By stage: from the as-of date to its deadline.
    dated : bool
        Whether dates of the members are known; their counts do not fall.
    model : Settings
    seed : int
    """

    histories: Mapping[str, History]
    chain: Mapping[str, Floats]
    weeks: Mapping[str, int]
    days: Mapping[str, int]
    dated: bool
    model: Settings
    seed: int


def draw_table_paths(origin: Origin, as_of: dt.date, draws: int) -> TablePaths:
    """Return the first draws of a forecast as paths of the simulator.

    Parameters
    ----------
    origin : Origin
    as_of : datetime.date
    draws : int
    """
    histories, model, seed = origin.histories, origin.model, origin.seed
    stages, first = list(histories), next(iter(histories.values()))
    longest = max(origin.weeks[stage] for stage in stages)
    own = np.zeros((draws, len(first.units), len(stages), longest))
    churn = np.zeros((len(first.units), len(stages)))
    for k, stage in enumerate(stages):
        history, weeks = histories[stage], origin.weeks[stage]
        pace = fit_pace(history, weeks, model)
        churn[:, k] = 0.0 if origin.dated and stage in origin.chain else pace.churn
        if stage in origin.chain:
            weeks = origin.chain[stage].shape[2]
            gap = np.maximum(history.total - history.done, 1.0)[:, None]
            closed = (origin.chain[stage][:draws] - history.done[:, None]) / gap
        else:
            closed = own_closures(history, pace, weeks, model, seed=seed, draws=draws, every_week=True)
        spent = -np.log1p(-np.minimum(closed, _NEARLY_ALL))
        own[:, :, k, :weeks] = np.diff(spent, axis=2, prepend=0.0)
        own[:, :, k, weeks:] = own[:, :, k, weeks - 1 : weeks]
    columns = [histories[stage] for stage in stages]
    return TablePaths(
        replications=np.arange(draws),
        units=np.array(first.units),
        stages=np.array(stages),
        total=np.column_stack([np.round(history.total).astype(np.int64) for history in columns]),
        done=np.column_stack([np.round(history.done).astype(np.int64) for history in columns]),
        own=own,
        ordered=ordered_closures(first, model, seed=seed, draws=draws),
        luck=count_luck(first, seed=seed, draws=draws),
        counted=np.column_stack([(histories[s].total < SMALL) & (s not in origin.chain) for s in stages]),
        regime=np.array([stage not in origin.chain for stage in stages]),
        churn=churn,
        fall=fall_luck(first, seed=seed, draws=draws),
        start=np.column_stack([starting_odds(history) for history in columns]),
        spreads=draw_spreads(model, seed=seed, draws=draws),
        rush_factor=rush_factors(model, seed=seed, draws=draws),
        weeks=np.array([origin.weeks[stage] for stage in stages], dtype=np.int64),
        days=np.array([origin.days[stage] for stage in stages], dtype=np.int64),
        as_of=np.array([as_of.toordinal()], dtype=np.int64),
    )
