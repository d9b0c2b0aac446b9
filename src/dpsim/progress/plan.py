"""Read a supply plan: how many enterprises agencies and assessors can do a week, of which stage, from when on."""

from __future__ import annotations

import math
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from dpsim.progress.aliases import meaning, stage_of
from dpsim.progress.dates import cell_date
from dpsim.progress.listing import read_listing

if TYPE_CHECKING:
    import pandas as pd

STARTED = "started"
HEADS = {
    "stage": ("环节", "阶段", "stage"),
    "date": ("自", "起始日期", "开始日期", "日期", "from", "date"),
    "per_week": ("每周家数", "每周", "每周能力", "周能力", "per week", "per_week", "perweek", "weekly"),
}
"""Headers that are understood."""


def load_supply(path: str | Path) -> pd.DataFrame:
    """Return a supply plan.

    Parameters
    ----------
    path : str or pathlib.Path
        A workbook or a text file; its first sheet holds a line of headers (`HEADS`) and one line per stage and date.

    Returns
    -------
    pandas.DataFrame
        stage, date, per_week (of all units together, from the date on).

    Raises
    ------
    FileFaults
        Everything that is wrong with it, each with its cell.
    """
    import pandas as pd

    listing = read_listing(path, HEADS, tuple(HEADS))
    out: list[dict[str, object]] = []
    for row, cells in listing.lines:
        found = meaning(cells["stage"])
        stage = STARTED if found and found.kind == STARTED else stage_of(cells["stage"])
        day, most = cell_date(cells["date"], None), _number(cells["per_week"])
        wrong = {"stage": stage is None, "date": isinstance(day, str), "per_week": math.isnan(most)}
        for key in (name for name, is_wrong in wrong.items() if is_wrong):
            listing.wrong(f"progress.plan.{key}", row, key)
        out.append({"stage": stage, "date": None if isinstance(day, str) else day[0], "per_week": most})
    listing.check("progress.plan.none")
    return pd.DataFrame(out)


def _number(cell: object) -> float:
    """Return a number not below 0; NaN for anything else."""
    try:
        number = float(unicodedata.normalize("NFKC", str(cell)).strip())
    except ValueError:
        return math.nan
    return number if 0.0 <= number < math.inf else math.nan
