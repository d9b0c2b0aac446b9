"""Who has done what, and since when: the enterprises of a ledger, or as many nameless ones as a table counts.

Stages hang together as jobs do: what is built has been started, what is online has been built. The first stage of
a programme, which hangs on none, is its source.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.core.streams import entity_numbers
from dpsim.forecast.history import History
from dpsim.model.state import Floats

STARTED = "started"
ORDER = (STARTED, "built", "online", "assessed", "passed")
"""Stages in the order of the work; being connected runs beside it (model 3) and is forecast from its counts."""
DAYS_A_WEEK = 7.0
MOST_MEMBERS = 50_000


@dataclass(frozen=True)
class Members:
    """The members of a programme at an as-of date.

    Attributes
    ----------
    units : tuple of str
        In alphabetical order.
    stages : tuple of str
        In the order of the work; the first is the source.
    parent : numpy.ndarray of int64
        Shape (stages,): the stage that each hangs on, -1 for the source.
    unit : numpy.ndarray of int64
        Shape (members,).
    entity : numpy.ndarray of uint32
        Shape (members,): the numbers of their draws, from their names alone.
    entered : numpy.ndarray
        Shape (members, stages): weeks from the as-of date, 0 or less; NaN where not yet done.
    dated : bool
        Whether the dates are known; those of nameless members are not.
    """

    units: tuple[str, ...]
    stages: tuple[str, ...]
    parent: npt.NDArray[np.int64]
    unit: npt.NDArray[np.int64]
    entity: npt.NDArray[np.uint32]
    entered: Floats
    dated: bool

    def without(self, stage: str) -> Members:
        """Return the same members with nothing known of one stage, on which the others no longer hang."""
        keep = [k for k, name in enumerate(self.stages) if name != stage]
        stages = tuple(self.stages[k] for k in keep)
        entered = self.entered[:, keep]
        return Members(self.units, stages, parents(stages, entered), self.unit, self.entity, entered, dated=self.dated)


def parents(stages: Sequence[str], entered: Floats) -> npt.NDArray[np.int64]:
    """Return what each stage hangs on: the one before it, but assessment on being built where it does not wait longer.

    `entered`: shape (members, stages).
    """
    out = np.arange(-1, len(stages) - 1, dtype=np.int64)
    if {"built", "online", "assessed"} <= set(stages):
        built, online, assessed = (stages.index(name) for name in ("built", "online", "assessed"))
        done = ~np.isnan(entered[:, assessed])
        early = np.isnan(entered[done, online]) | (entered[done, online] > entered[done, assessed])
        if early.any():
            out[assessed] = built
    return out


def ledger_members(ledger: pd.DataFrame, as_of: dt.date) -> Members | None:
    """Return the enterprises of a ledger that are on the list at the end of a day; later dates are not looked at.

    None where no stage has a date by then. An enterprise whose date of a stage is missing though it has done a later
    one has done it too, when it did the later one.
    """
    day = np.datetime64(as_of, "D")
    frame = _on_list(ledger, day)
    stages = tuple(name for name in ORDER if name in frame and bool((_days(frame, name) <= day).any()))
    if not stages or len(frame) > MOST_MEMBERS:
        return None
    entered = np.column_stack([_weeks(_days(frame, name), day) for name in stages])
    for k in range(len(stages) - 2, -1, -1):
        later = entered[:, k + 1]
        if stages[k] != "online":
            entered[:, k] = np.where(np.isnan(entered[:, k]), later, np.fmin(entered[:, k], later))
    units = tuple(sorted(frame["unit"].unique()))
    names = (frame["unit"] + "\n" + frame["code"] + "\n" + frame["enterprise"]).tolist()
    place = {name: k for k, name in enumerate(units)}
    unit = frame["unit"].map(place).to_numpy(dtype=np.int64)
    return Members(units, stages, parents(stages, entered), unit, entity_numbers(names), entered, dated=True)


def counted_members(histories: Mapping[str, History]) -> Members | None:
    """Return nameless members as a weekly table counts them; the table does not tell since when.

    None where there are fewer than two stages of the work, totals that differ, or too many members.
    """
    stages = tuple(name for name in ORDER if name in histories)
    if len(stages) < 2:
        return None
    first = histories[stages[0]]
    done = np.column_stack([np.round(histories[name].done) for name in stages])
    total = np.round(first.total)
    same = all(np.array_equal(np.round(histories[name].total), total) for name in stages)
    nested = bool(np.all(np.diff(done, axis=1) <= 0.0))
    if not same or not nested or total.sum() > MOST_MEMBERS:
        return None
    unit = np.repeat(np.arange(len(first.units)), total.astype(np.int64))
    rank = np.concatenate([np.arange(n) for n in total.astype(np.int64)])
    entered = np.where(rank[:, None] < done[unit], 0.0, np.nan)
    names = [f"{first.units[j]}\n{k}" for j, k in zip(unit.tolist(), rank.tolist(), strict=True)]
    return Members(first.units, stages, parents(stages, entered), unit, entity_numbers(names), entered, dated=False)


def ledger_frame(
    members: Members, as_of: dt.date, ledger: pd.DataFrame | None = None, others: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the counts of dated members every week back to the first date: date, unit, stage, total, done.

    So also of other stages that their `ledger` dates, which do not hang together with theirs or which none has reached.
    """
    oldest = int(np.ceil(-np.nanmin(members.entered)))
    total = np.bincount(members.unit, minlength=len(members.units))
    day, parts, dates = np.datetime64(as_of, "D"), [], dict(zip(members.stages, members.entered.T, strict=True))
    if ledger is not None:
        dates |= {name: _weeks(_days(_on_list(ledger, day), name), day) for name in others}
    for stage, entered in dates.items():
        for week in range(oldest + 1):
            done = np.bincount(members.unit[entered <= -week], minlength=len(members.units))
            date = pd.Timestamp(as_of - dt.timedelta(weeks=week))
            parts.append(
                pd.DataFrame({"date": date, "unit": members.units, "stage": stage, "total": total, "done": done})
            )
    return pd.concat(parts, ignore_index=True)


def ledger_until(ledger: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return a ledger with what is dated later than a day left out, and who came onto the list later."""
    out = ledger[~(pd.to_datetime(ledger["listed"]) > day)].copy() if "listed" in ledger else ledger.copy()
    for name in (*ORDER, "connected", "removed"):
        if name in out:
            when = pd.to_datetime(out[name])
            out[name] = when.where(when <= day)
    return out


def _on_list(ledger: pd.DataFrame, day: np.datetime64) -> pd.DataFrame:
    """Return the enterprises that are on the list at the end of a day, in the order of their units, codes and names."""
    frame = ledger.sort_values(["unit", "code", "enterprise"], kind="stable")
    listed, removed = (_days(frame, name) for name in ("listed", "removed"))
    return frame[~(listed > day) & ~(removed <= day)]


def _days(frame: pd.DataFrame, name: str) -> npt.NDArray[np.datetime64]:
    """Return a column of dates as days; all missing where there is no such column."""
    if name not in frame:
        return np.full(len(frame), np.datetime64("NaT", "D"))
    return pd.to_datetime(frame[name]).to_numpy().astype("datetime64[D]")


def _weeks(day: npt.NDArray[np.datetime64], as_of: np.datetime64) -> Floats:
    """Return weeks from the end of the as-of date back to the middle of a day; NaN where it is missing or later."""
    weeks = (day - as_of).astype(np.float64) / DAYS_A_WEEK - 0.5 / DAYS_A_WEEK
    return np.where(np.isnat(day) | (day > as_of), np.nan, weeks)
