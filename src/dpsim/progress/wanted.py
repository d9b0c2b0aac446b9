"""Read a list of targets: which unit is to have done which stage to what share by when."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dpsim.errors import InputError
from dpsim.params.wording import shown
from dpsim.progress.aliases import counts_in_brackets, more_stages, stage_of
from dpsim.progress.dates import cell_date
from dpsim.progress.listing import Listing, read_listing
from dpsim.progress.rows import name_of
from dpsim.tabular.places import cell_name, refuse

if TYPE_CHECKING:
    import pandas as pd

HEADS = {
    "unit": ("单位", "县区", "区县", "地区", "unit", "county"),
    "stage": ("环节", "阶段", "指标", "stage"),
    "deadline": ("时限", "期限", "完成时限", "截止日期", "deadline", "due"),
    "target_share": ("目标", "目标比例", "目标值", "应达到", "target", "target_share", "targetshare", "share"),
}
"""Headers that are understood; compared like those of progress tables. Without a unit a target is everybody's."""
SMALLEST = 0.01
"""A smaller share is hardly a target: 0.95% stands for 95% or 0.95."""
_SHARE = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*(%?)", re.ASCII)
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

    listing = read_listing(path, HEADS, NEEDED)
    head = listing.heads["target_share"]
    if counts_in_brackets(head):
        at = cell_name(0, listing.places["target_share"])
        refuse(listing.name, [InputError("progress.targets.counts", where=at, given=shown(head))])
    out = [_target(listing, row, cells) for row, cells in listing.lines]
    listing.check("progress.targets.none")
    return pd.DataFrame(out)


def _target(listing: Listing, row: int, cells: dict[str, Any]) -> dict[str, object]:
    """Return one line; what is wrong with it is kept."""
    unit, stage, day = name_of(cells["unit"]), stage_of(cells["stage"]), cell_date(cells["deadline"], None)
    share = share_of(cells["target_share"])
    if stage is None:
        listing.wrong("progress.targets.stage", row, "stage")
    if isinstance(day, str):
        listing.wrong("progress.targets.deadline", row, "deadline")
    signed = "%" in unicodedata.normalize("NFKC", str(cells["target_share"]))
    percent = "%" in unicodedata.normalize("NFKC", listing.heads["target_share"])
    if percent and not signed and str(cells["target_share"]).strip():
        listing.wrong("progress.targets.unclear", row, "target_share")
    elif share < SMALLEST:
        listing.wrong("progress.targets.small", row, "target_share")
    elif math.isnan(share):
        listing.wrong("progress.targets.share", row, "target_share")
    return {
        "unit": EVERYBODY.get(unit, unit),
        "stage": stage,
        "deadline": None if isinstance(day, str) else day[0],
        "target_share": share,
    }


def share_of(cell: object) -> float:
    """Return a share above 0 and not above 1, written as one or in per cent with its sign; NaN for anything else."""
    match = _SHARE.fullmatch(unicodedata.normalize("NFKC", str(cell)).strip())
    if match is None:
        return math.nan
    number = float(match[1]) / (100.0 if match[2] else 1.0)
    return number if 0.0 < number <= 1.0 else math.nan
