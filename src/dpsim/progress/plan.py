"""Read a supply plan: how many enterprises agencies and assessors can do a week, of which stage, from when on."""

from __future__ import annotations

import math
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from dpsim.errors import InputError
from dpsim.params.wording import shown
from dpsim.progress.aliases import meaning, stage_of
from dpsim.progress.dates import cell_date
from dpsim.progress.wanted import column_places
from dpsim.tabular.places import cell_name, refuse
from dpsim.tabular.sheet import read_sheets

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

    file = read_sheets(Path(path))
    rows = file.sheets[0].rows
    places = column_places(rows[0], file.name, HEADS, tuple(HEADS))
    faults: list[InputError] = []
    out: list[dict[str, object]] = []
    for number, cells in enumerate(rows[1:], start=1):
        if not any(cell != "" for cell in cells):
            continue
        held = {key: cells[column] if column < len(cells) else "" for key, column in places.items()}
        found = meaning(held["stage"])
        stage = STARTED if found and found.kind == STARTED else stage_of(held["stage"])
        day, most = cell_date(held["date"], None), _number(held["per_week"])
        wrong = {"stage": stage is None, "date": isinstance(day, str), "per_week": math.isnan(most)}
        for key in (name for name, is_wrong in wrong.items() if is_wrong):
            at = cell_name(number, places[key])
            faults.append(InputError(f"progress.plan.{key}", where=at, given=shown(held[key])))
        out.append({"stage": stage, "date": None if isinstance(day, str) else day[0], "per_week": most})
    if not out:
        faults.append(InputError("progress.plan.none", where=file.name))
    refuse(file.name, faults)
    return pd.DataFrame(out)


def _number(cell: object) -> float:
    """Return a number not below 0; NaN for anything else."""
    try:
        number = float(unicodedata.normalize("NFKC", str(cell)).strip())
    except ValueError:
        return math.nan
    return number if 0.0 <= number < math.inf else math.nan
