"""What each piece of knowledge is worth: the same forecast with less, and how wide its intervals are then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd

from dpsim.forecast.asked import ALL
from dpsim.forecast.known import Table
from dpsim.forecast.members import STARTED
from dpsim.forecast.pipeline import Use
from dpsim.forecast.project import Basis, Forecast, basis_of, draw_rows, first_rows

STEPS = ("counts", "funnel", "jobs", "elapsed", "capacity", "supply")
"""From each stage by itself to all there is: that stages hang together, who has started, for how long jobs have lasted,
what a week has room for, the supply plan."""
_USED = {
    "counts": Use(funnel=False),
    "funnel": Use(jobs=False, elapsed=False, capacity=False),
    "jobs": Use(elapsed=False, capacity=False),
    "elapsed": Use(capacity=False),
    "capacity": Use(),
    "supply": Use(),
}


def knowledge(
    progress: object,
    targets: pd.DataFrame,
    *,
    as_of: dt.date | str,
    seed: int,
    draws: int,
    reference: str | None = None,
    rush: float = 0.0,
    supply: pd.DataFrame | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    made: Forecast | None = None,
) -> pd.DataFrame:
    """Return how the forecast of all units together sharpens with each piece of knowledge there is.

    Parameters are those of `forecast`; `made`: the forecast itself, if there is one.

    Returns
    -------
    pandas.DataFrame
        knowledge (one of `STEPS`, each with all before it), stage, deadline, target_share, probability, q05, q50, q95,
        width90 (q95 - q05, share), ratio (of the width to that with counts only; NaN where that is 0). Knowledge that
        is not there has no row.
    """
    rows, basis = [], basis_of(progress, targets, as_of)
    steps = _steps(basis.table, supply)
    for step in steps:
        if made is not None and step == steps[-1] and _all_used(_USED[step], basis):
            told = first_rows(made, draws)
        else:
            plan = supply if step == "supply" else None
            told = draw_rows(
                basis,
                seed=seed,
                draws=draws,
                reference=reference,
                rush=rush,
                supply=plan,
                use=_USED[step],
                groups=groups,
            )
        rows.append(told[told["unit"] == ALL].assign(knowledge=step))
    out = pd.concat(rows, ignore_index=True)
    out["width90"] = out["q95"] - out["q05"]
    key = ["stage", "deadline", "target_share"]
    plain = out[out["knowledge"] == STEPS[0]].set_index(key)["width90"]
    before = plain[~plain.index.duplicated()].reindex(pd.MultiIndex.from_frame(out[key])).to_numpy()
    out["ratio"] = out["width90"].to_numpy() / pd.Series(before).where(before > 0).to_numpy()
    columns = ["knowledge", *key, "probability", "q05", "q50", "q95", "width90", "ratio"]
    return out[columns]


def _all_used(use: Use, basis: Basis) -> bool:
    """Tell whether nothing that is known is left out; nameless members have no time under way and show no capacity."""
    members = basis.known.members
    return use == Use() or (use.funnel and (members is None or not (members.dated or STARTED in members.stages)))


def _steps(table: Table, supply: pd.DataFrame | None) -> list[str]:
    """Return which knowledge there is."""
    out, members = ["counts", "funnel"], table.members
    if members is not None:
        out += ["jobs"] if STARTED in members.stages else []
        out += ["elapsed", "capacity"]
    return out if supply is None else [*out, "supply"]
