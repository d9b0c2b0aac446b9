"""What changed since the last forecast, split into changed code, changed list, new data and changed assumptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

from dpsim.forecast.asked import checked_day, checked_table
from dpsim.forecast.project import forecast

PARTS = ("code", "list", "data", "assumptions")
_KEYS = ["unit", "stage", "deadline", "target_share"]


def what_changed(
    before: object,
    after: object,
    targets: pd.DataFrame,
    *,
    as_of: tuple[dt.date | str, dt.date | str],
    seed: int,
    draws: int,
    reference: tuple[str | None, str | None] = (None, None),
    rush: tuple[float, float] = (0.0, 0.0),
    said: Mapping[tuple[str, str], float] | None = None,
) -> pd.DataFrame:
    """Return what each change does to the chance of each target; the parts add up to the whole.

    One thing is changed after the other, in the order of `PARTS`: what was said then is held against today's code on
    the same inputs; then the old counts get the new totals; then the new counts and date come in; then the assumptions.
    Where a table has a ledger, a changed list counts with the new data.

    Parameters
    ----------
    before, after : Progress or pandas.DataFrame
        The tables of then and now.
    targets : pandas.DataFrame
        As in `forecast`.
    as_of, reference, rush
        Then and now.
    seed, draws : int
    said : mapping, optional
        The chances that were said then, by unit and stage; without it the code counts as unchanged.

    Returns
    -------
    pandas.DataFrame
        unit, stage, deadline, target_share, then, code, list, data, assumptions, now.
    """
    old, new = checked_table(before), checked_table(after)
    days = checked_day("as_of", as_of[0]), checked_day("as_of", as_of[1])
    with_ledger = any(getattr(table, "ledger", None) is not None for table in (before, after))
    steps = [
        (before, days[0], reference[0], rush[0]),
        (before if with_ledger else with_totals_of(old, new, days[1]), days[0], reference[0], rush[0]),
        (after, days[1], reference[0], rush[0]),
        (after, days[1], reference[1], rush[1]),
    ]
    chances = []
    for table, day, name, chance in steps:
        made = forecast(table, targets, as_of=day, seed=seed, draws=draws, reference=name, rush=chance)
        chances.append(made.targets.set_index(_KEYS)["probability"])
    out = chances[0].to_frame("now_then")
    out["then"] = [
        out["now_then"].iloc[k] if said is None else said.get((unit, stage), out["now_then"].iloc[k])
        for k, (unit, stage, *_) in enumerate(out.index)
    ]
    out["code"] = out["now_then"] - out["then"]
    for name, earlier, later in zip(PARTS[1:], chances[:-1], chances[1:], strict=True):
        out[name] = later - earlier
    out["now"] = chances[-1]
    return out.drop(columns="now_then").reset_index()[[*_KEYS, "then", *PARTS, "now"]]


def with_totals_of(old: pd.DataFrame, new: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Return old counts on the new list: each unit's and stage's last total by a date, no fewer than are done."""
    known = new[pd.to_datetime(new["date"]) <= pd.Timestamp(as_of)].sort_values("date", kind="stable")
    totals = known.groupby(["unit", "stage"])["total"].last()
    places = pd.MultiIndex.from_frame(old[["unit", "stage"]])
    total = totals.reindex(places).to_numpy()
    return old.assign(total=pd.Series(total, index=old.index).fillna(old["total"]).clip(lower=old["done"]))
