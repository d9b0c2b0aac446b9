"""Read a list of targets: which unit is to have done which stage to what share by when."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dpsim.errors import InputError
from dpsim.params.wording import shown
from dpsim.progress.aliases import more_stages, plain, stage_of
from dpsim.progress.dates import cell_date
from dpsim.tabular.places import cell_name, refuse
from dpsim.tabular.sheet import Cell, read_sheets

if TYPE_CHECKING:
    import pandas as pd

HEADS = {
    "unit": ("单位", "县区", "区县", "地区", "unit", "county"),
    "stage": ("环节", "阶段", "指标", "stage"),
    "deadline": ("时限", "期限", "完成时限", "截止日期", "deadline", "due"),
    "target_share": ("目标", "目标比例", "目标值", "应达到", "target", "target_share", "targetshare", "share"),
}
"""Headers that are understood; compared like those of progress tables. Without a unit a target is everybody's."""
NEEDED = ("stage", "deadline", "target_share")
EVERYBODY = {"": "each", "各单位": "each", "各县区": "each", "each": "each", "全市": "all", "合计": "all", "all": "all"}


def load_targets(path: str | Path, *, stages: Mapping[str, Sequence[str]] | None = None) -> pd.DataFrame:
    """Return the targets of a table.

    Parameters
    ----------
    path : str or pathlib.Path
        A workbook or a text file; its first sheet holds a line of headers (`HEADS`) and one line per target.
    stages : mapping of str to sequence of str, optional
        Further stages, see `load_progress`.

    Returns
    -------
    pandas.DataFrame
        unit (`each` for every unit and all together, `all` for all together), stage, deadline (date), target_share.

    Raises
    ------
    FileFaults
        Everything that is wrong with it, each with its cell.
    """
    with more_stages(stages):
        return _read(path)


def _read(path: str | Path) -> pd.DataFrame:
    """Read with the stages that are known."""
    import pandas as pd

    file = read_sheets(Path(path))
    rows = file.sheets[0].rows
    places = column_places(rows[0], file.name, HEADS, NEEDED)
    faults: list[InputError] = []
    out: list[dict[str, object]] = []
    for number, cells in enumerate(rows[1:], start=1):
        if any(cell != "" for cell in cells):
            row = _target(cells, places, file.name, number, faults)
            out.append(row)
    if not out:
        faults.append(InputError("progress.targets.none", where=file.name))
    refuse(file.name, faults)
    return pd.DataFrame(out)


def column_places(
    head: list[Cell], name: str, heads: Mapping[str, tuple[str, ...]], needed: tuple[str, ...]
) -> dict[str, int]:
    """Return the column of each header; one that is missing or stands twice is refused."""
    known = {plain(alias): key for key, aliases in heads.items() for alias in aliases}
    places: dict[str, int] = {}
    for column, cell in enumerate(head):
        key = known.get(plain(cell))
        if key in places:
            refuse(name, [InputError("progress.targets.twice", where=cell_name(0, column), given=shown(cell))])
        if key is not None:
            places[key] = column
    missing = [heads[key][0] for key in needed if key not in places]
    if missing:
        allowed = "; ".join("/".join(heads[key]) for key in heads)
        refuse(name, [InputError("progress.targets.no_header", where=name, given=", ".join(missing), allowed=allowed)])
    return places


def _target(
    cells: list[Cell], places: dict[str, int], name: str, number: int, faults: list[InputError]
) -> dict[str, object]:
    """Return one line; what is wrong with it is added to the faults."""

    def cell(key: str) -> Any:
        column = places.get(key, len(cells))
        return cells[column] if column < len(cells) else ""

    def wrong(key: str, message: str) -> None:
        faults.append(InputError(message, where=cell_name(number, places[key]), given=shown(cell(key))))

    unit = unicodedata.normalize("NFKC", str(cell("unit"))).strip()
    stage, day, share = stage_of(cell("stage")), cell_date(cell("deadline"), None), share_of(cell("target_share"))
    if stage is None:
        wrong("stage", "progress.targets.stage")
    if isinstance(day, str):
        wrong("deadline", "progress.targets.deadline")
    if math.isnan(share):
        wrong("target_share", "progress.targets.share")
    return {
        "unit": EVERYBODY.get(unit, unit),
        "stage": stage,
        "deadline": None if isinstance(day, str) else day[0],
        "target_share": share,
    }


def share_of(cell: object) -> float:
    """Return a share above 0 and not above 1, written as one or in per cent with its sign; NaN for anything else."""
    text = unicodedata.normalize("NFKC", str(cell)).strip()
    percent = text.endswith("%")
    try:
        number = float(text.rstrip("%").strip()) / (100.0 if percent else 1.0)
    except ValueError:
        return math.nan
    return number if 0.0 < number <= 1.0 else math.nan
