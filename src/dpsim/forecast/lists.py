"""What a change of the list does to the chances: a target is as much a matter of the list as of the pace.

Each draw of the forecast stays as it is; the change is made in it. Those concerned are enterprises that have done
nothing by then (of stages counted on one list: none of them). Of those who leave or stop, chance says how many the draw
would have seen done (hypergeometric: everyone in the gap is as likely to go). Those added go on as those in the gap do
in that draw; where nobody is left in a unit's gap, as in all units together, and where nobody is left at all the change
is refused: nothing tells their pace. In a chain of stages who is done first goes on first, so that the added do not
overtake. A supply plan holds for them too: they get what the draw leaves of it. A number is one of the longest list; of
the list of another stage it is as large a share. Another definition scales every stage: see `_recounted`.

Stopped for good: nobody's records say when they start again, so they stay undone to the deadline.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.core.compiled import routine
from dpsim.core.streams import Stream
from dpsim.errors import InputError
from dpsim.forecast.asked import units_of, weeks_to
from dpsim.forecast.chances import ROUNDING, chances
from dpsim.forecast.history import History
from dpsim.forecast.list_asked import ADDITIONS, DEFAULT, DEFINITION, DONE, LIST, REMOVALS, ListChange
from dpsim.forecast.luck import uniform_draws
from dpsim.forecast.rounding import SMALL
from dpsim.forecast.stages import funnelled
from dpsim.model.state import Floats

UNCHANGED = "unchanged"
COLUMNS = (
    *("change", "kind", "date", "members", "unit", "stage", "deadline", "target_share", "total"),
    *("probability", "low", "high", "q05", "q50", "q95", "shortfall"),
)
_DIGITS = 1e-6
"""Shares times totals leave the last digits of a count behind."""


class Changed(NamedTuple):
    """Members done and on the list by stage, shape (draws, units, weeks); and how many are concerned, (units,)."""

    done: dict[str, Floats]
    total: dict[str, Floats]
    members: dict[str, Floats]


def list_rows(
    changes: Sequence[ListChange],
    wanted: pd.DataFrame,
    histories: Mapping[str, History],
    counts: Mapping[str, Floats],
    members: Mapping[str, npt.NDArray[np.bool_]],
    as_of: dt.date,
    *,
    seed: int,
    supply: Mapping[str, Floats],
) -> pd.DataFrame:
    """Return the chances of the targets as the list is, and under each change by itself, from the same draws.

    Returns
    -------
    pandas.DataFrame
        change (`unchanged`, or as asked for), kind, date (from then on; NaT where unchanged), members (how many are
        concerned; of a definition how many fewer count as done), unit, stage, deadline, target_share, total (median of
        the list at the deadline), probability, low, high, q05, q50, q95 (of the share), shortfall (median, members).
        No rows where no change is asked for.
    """
    if not changes:
        return pd.DataFrame(columns=list(COLUMNS))
    same = {
        stage: np.broadcast_to(history.total[None, :, None], counts[stage].shape)
        for stage, history in histories.items()
    }
    none = {stage: np.zeros(len(history.units)) for stage, history in histories.items()}
    parts = [_rows(None, Changed(dict(counts), same, none), wanted, members, as_of)]
    begun = max(idle.sum() for idle in _idle_now(histories).values()) == 0
    for change in changes:
        if change.kind == ADDITIONS and begun:  # one that stands by itself in every forecast: it cannot be told here
            continue
        changed = changed_counts(change, histories, counts, as_of, seed=seed, supply=supply)
        parts.append(_rows(change, changed, wanted, members, as_of))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def check_sizes(changes: Sequence[ListChange], histories: Mapping[str, History]) -> None:
    """Raise InputError where more leave or stop than have done nothing, or more is done than is listed."""
    most = max(int(idle.sum()) for idle in _idle_now(histories).values())
    for change in changes:
        if change.number and change.kind != ADDITIONS and change.number > most:
            raise InputError("forecast.list_more", given=change.text, most=most)
        if change.kind == ADDITIONS and most == 0 and change.text not in DEFAULT:
            raise InputError("forecast.list_no_pace", given=change.text)
        share = change.counted.get(LIST, 1.0)
        counted = change.counted.get(DONE, share)
        for stage, history in histories.items():
            if counted * float(history.done.sum()) > share * float(history.total.sum()) + _DIGITS:
                raise InputError("forecast.list_definition", given=change.text, stage=stage)
            again = (
                change.counted.get(stage, 1.0) if change.counted.keys().isdisjoint((LIST, DONE)) else counted / share
            )
            if change.kind == DEFINITION and again < 1.0 and history.done.sum() >= history.total.sum():
                raise InputError("forecast.list_no_pace", given=change.text)


def changed_counts(
    change: ListChange,
    histories: Mapping[str, History],
    counts: Mapping[str, Floats],
    as_of: dt.date,
    *,
    seed: int,
    supply: Mapping[str, Floats],
) -> Changed:
    """Make one change in every draw; stages of hazards, which are not counted on a list, stay as they are."""
    start = max((change.date - as_of).days // 7, 0) if change.date else 0
    out = Changed({}, {}, {})
    idle_now = _idle_now(histories)
    most = max(idle.sum() for idle in idle_now.values())
    for stage, history in histories.items():
        done, whole = counts[stage], np.broadcast_to(history.total[None, :, None], counts[stage].shape)
        if stage.startswith("hazards"):
            out.done[stage], out.total[stage], out.members[stage] = done, whole, np.zeros(history.total.size)
            continue
        then = {name: counts[name][:, :, start - 1] if start else h.done[None, :] for name, h in histories.items()}
        if change.kind == DEFINITION:
            kept, total, own = _recounted(
                change, stage, history, then[stage], done[:, :, start:], supply.get(stage), start
            )
        else:
            idle = np.broadcast_to(_idle(stage, histories, then), done.shape[:2])
            late = np.maximum(done[:, :, start:] - (history.total - idle)[:, :, None], 0.0)
            share = change.share if change.share is not None else change.number / max(most, 1.0)
            own = _spread(math.floor(share * float(idle_now[stage].sum()) + 0.5), idle_now[stage], history)
            if change.kind == ADDITIONS:
                more = _more(np.broadcast_to(own[None, :], idle.shape), idle, late)
                more = _left(more, done[:, :, start:], then[stage], supply.get(stage), start)
                kept, total = done[:, :, start:] + more, np.broadcast_to(history.total + own, idle.shape)
                ceiling = total
            else:
                gone = np.minimum(own[None, :], idle)
                luck = uniform_draws(seed, done.shape[0], history.entity, Stream.FORECAST_LIST)
                known = np.floor(late + _DIGITS)
                missed = lost_among(luck, np.ascontiguousarray(gone), np.ascontiguousarray(idle), known)
                kept, total = done[:, :, start:] - missed, history.total - (gone if change.kind == REMOVALS else 0.0)
                ceiling = history.total - gone
            kept, total = np.clip(kept, 0.0, ceiling[:, :, None]), np.broadcast_to(total, idle.shape)
        out.done[stage] = np.concatenate([done[:, :, :start], kept], axis=2)
        out.total[stage] = np.concatenate([whole[:, :, :start], np.broadcast_to(total[:, :, None], kept.shape)], axis=2)
        out.members[stage] = own
    return out._replace(done=funnelled(out.done))


def _idle_now(histories: Mapping[str, History]) -> dict[str, Floats]:
    """Return by stage how many of each unit have done nothing today."""
    done = {name: history.done for name, history in histories.items()}
    return {stage: _idle(stage, histories, done) for stage in histories}


def _idle(stage: str, histories: Mapping[str, History], done: Mapping[str, Floats]) -> Floats:
    """Return how many of each unit have done none of the stages that are counted on the list of one stage."""
    total = histories[stage].total
    most = done[stage]
    for name, history in histories.items():
        if not name.startswith("hazards"):
            most = np.where(history.total == total, np.maximum(most, done[name]), most)
    return np.asarray(np.maximum(np.round(total - most), 0.0))


def _recounted(
    change: ListChange,
    stage: str,
    history: History,
    then: Floats,
    later: Floats,
    supply: Floats | None,
    start: int,
) -> tuple[Floats, Floats, Floats]:
    """Return who is done by week under another definition, the list, and how many fewer count as done now.

    Of what is left of each stage's gap as large a share is closed by a week as the draw closes of its own. The shares
    are counted in parts of enterprises: rounded in each unit, small units would be lost or doubled.
    """
    share = change.counted.get(LIST, 1.0)
    counted = change.counted.get(DONE, share)
    if LIST not in change.counted and DONE not in change.counted:
        counted = change.counted.get(stage, 1.0)
    now = np.broadcast_to(then, later.shape[:2])[:, :, None]
    total = np.broadcast_to(share * history.total, later.shape[:2])
    gap = np.maximum(history.total[None, :, None] - now, 0.0)
    every = gap.sum(axis=1, keepdims=True)
    steps = later - now  # below 0 where counts fall
    common = np.divide(
        steps.sum(axis=1, keepdims=True), every, out=np.zeros((later.shape[0], 1, later.shape[2])), where=every > 0
    )
    closed = np.divide(steps, gap, out=np.broadcast_to(common, later.shape).copy(), where=gap > 0)
    left = np.minimum(counted * now, total[:, :, None])
    made = (total[:, :, None] - left) * closed
    more = _left(np.maximum(made - steps, 0.0), later, then, supply, start)
    kept = left + np.minimum(made, steps) + more
    return np.clip(kept, 0.0, total[:, :, None]), total, (1.0 - min(counted, 1.0)) * history.done


def _spread(number: float, idle: Floats, history: History) -> Floats:
    """Return a number spread over the units by who has done nothing (by the list where nobody is left), whole ones."""
    weight = idle if idle.sum() > 0 else history.total
    exact = number * weight / weight.sum()
    whole = np.floor(exact + ROUNDING)
    order = np.lexsort((history.entity, whole - exact))  # the largest rest first; of equal ones by name
    whole[order[: int(round(number - whole.sum()))]] += 1.0
    return np.asarray(whole)


def _more(fresh: Floats, idle: Floats, late: Floats) -> Floats:
    """Return how many of the fresh are done by week: as large a share of them as of those in the gap, whole ones."""
    gap = idle.sum(axis=1)
    common = np.divide(
        late.sum(axis=1), gap[:, None], out=np.zeros((late.shape[0], late.shape[2])), where=gap[:, None] > 0
    )
    own = np.divide(
        late, idle[:, :, None], out=np.repeat(common[:, None, :], late.shape[1], axis=1), where=idle[:, :, None] > 0
    )
    return np.floor(fresh[:, :, None] * np.minimum(own, 1.0) + _DIGITS)


def _left(more: Floats, done: Floats, then: Floats, supply: Floats | None, start: int) -> Floats:
    """Return no more of the fresh than a supply plan has room for beside the draw's own."""
    if supply is None:
        return more
    before = np.broadcast_to(then, done.shape[:2])[:, :, None]
    steps = np.diff(np.concatenate([before, done], axis=2), axis=2).sum(axis=1)
    room = np.cumsum(np.maximum(supply[None, start:] - steps, 0.0), axis=1)
    wanted = more.sum(axis=1)
    part = np.minimum(1.0, np.divide(room, wanted, out=np.ones_like(wanted), where=wanted > 0))
    return np.asarray(more * part[:, None, :])


@routine
def lost_among(u: Floats, gone: Floats, idle: Floats, late: Floats) -> Floats:
    """Return how many of the `gone` (draws, units) are among those of the `idle` that are done (draws, units, weeks).

    The hypergeometric quantile at `u` (draws, units): by one `u` it never falls from week to week, nor does the rest.
    Of a gap of `SMALL` or more its mean.
    """
    out = np.zeros(late.shape)
    for d in range(late.shape[0]):
        for i in range(late.shape[1]):
            marked, whole = int(gone[d, i]), int(idle[d, i])
            for k in range(late.shape[2]):
                taken = min(int(late[d, i, k]), whole)
                if marked == 0 or taken == 0:
                    continue
                if whole >= SMALL:
                    out[d, i, k] = round(marked * taken / whole)
                    continue
                x, most = max(0, taken + marked - whole), min(marked, taken)
                mass = np.exp(log_ways(marked, x) + log_ways(whole - marked, taken - x) - log_ways(whole, taken))
                rest = u[d, i]
                while rest > mass and x < most:
                    rest -= mass
                    mass *= (marked - x) * (taken - x) / ((x + 1.0) * (whole - marked - taken + x + 1.0))
                    x += 1
                out[d, i, k] = x
    return out


@routine
def log_ways(of: int, chosen: int) -> float:
    """Return the logarithm of the number of ways to choose some of others."""
    return math.lgamma(of + 1.0) - math.lgamma(chosen + 1.0) - math.lgamma(of - chosen + 1.0)


def _rows(
    change: ListChange | None,
    changed: Changed,
    wanted: pd.DataFrame,
    members: Mapping[str, npt.NDArray[np.bool_]],
    as_of: dt.date,
) -> pd.DataFrame:
    """Return the targets under one change."""
    rows = []
    for target in wanted.itertuples():
        weeks = weeks_to(as_of, target.deadline)
        for unit in units_of(target.unit, members):
            own = members[unit]
            done = changed.done[target.stage][:, own, :weeks].sum(axis=1)
            total = changed.total[target.stage][:, own, :weeks].sum(axis=1)
            asked = np.ceil(target.target_share * total[:, -1] - ROUNDING)
            share = np.divide(done, total, out=np.ones_like(done), where=total > 0)
            rows.append(
                {
                    "change": UNCHANGED if change is None else change.text,
                    "kind": UNCHANGED if change is None else change.kind,
                    "date": pd.NaT if change is None else pd.Timestamp(change.date or as_of),
                    "members": float(changed.members[target.stage][own].sum()),
                    "unit": unit,
                    "stage": target.stage,
                    "deadline": pd.Timestamp(target.deadline),
                    "target_share": float(target.target_share),
                    "total": float(np.median(total[:, -1])),
                    "shortfall": float(np.median(np.maximum(asked - done[:, -1], 0.0))),
                }
                | chances(share, target.target_share, as_of, target.deadline)
            )
    return pd.DataFrame(rows)
