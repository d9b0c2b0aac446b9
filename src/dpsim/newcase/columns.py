"""Which column of a sheet is which count: its header in Chinese or English, in one line or several.

A header is compared after full-width signs are made plain and blanks, brackets with what stands in them, and words
such as 数 or 企业 at its end are taken off.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

REQUIRED = ("county", "enterprises", "built", "online", "passed")
"""Columns a table must have."""
STATE = ("building", "built", "connected", "online", "assessed", "passed")
TIERS = ("benchmark_provincial", "benchmark_municipal", "benchmark_county")
SECTORS = ("mines", "chemicals", "industry_trade")
COUNTS = ("enterprises", *STATE, *TIERS, *SECTORS)
"""Columns that hold counts."""
SEARCHED_ROWS = 30
"""A header stands in one of the first rows."""
_HEADER_LINES = 3

ALIASES: dict[str, tuple[str, ...]] = {
    "county": (
        "县区", "区县", "县市区", "市县区", "县", "县区名称", "地区", "单位", "乡镇", "街道", "镇街", "县区别",
        "county", "counties", "district", "area", "township",
    ),
    "enterprises": (
        "企业数", "企业总数", "企业", "应建", "应建企业", "应建总数", "任务数", "名单内企业", "总企业",
        "enterprises", "number of enterprises", "listed", "enterprises listed", "total",
    ),
    "building": ("创建中", "正在创建", "在建", "建设中", "building", "under way"),
    "built": ("建成", "已建成", "完成建设", "已完成建设", "built"),
    "connected": ("纳入平台", "已纳入平台", "接入", "已接入", "接入平台", "已接入平台", "connected"),
    "online": ("网上运行", "已网上运行", "上线运行", "上线", "已上线", "online"),
    "assessed": ("完成评估", "已完成评估", "评估", "已评估", "assessed"),
    "passed": ("通过评估", "已通过评估", "评估通过", "passed"),
    "benchmark_provincial": ("省级标杆", "省标杆", "provincial benchmarks", "benchmark_provincial"),
    "benchmark_municipal": ("市级标杆", "市标杆", "municipal benchmarks", "benchmark_municipal"),
    "benchmark_county": ("县级标杆", "县标杆", "区县级标杆", "county benchmarks", "benchmark_county"),
    "mines": ("矿山", "非煤矿山", "mines"),
    "chemicals": ("危化品", "危险化学品", "化工", "危化", "chemicals"),
    "industry_trade": ("工商贸", "工贸", "industry and trade", "industry_trade"),
}  # fmt: skip
"""Headers of each column, the one to show first."""

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_TAIL = re.compile(r"(企业)?(家数|户数|个数|数量|数|企业)\Z")


def plain(text: object) -> str:
    """Return a text without blanks and brackets, full-width signs made plain, in lower case."""
    plain_text = unicodedata.normalize("NFKC", str(text)) if isinstance(text, str) else ""
    return re.sub(r"[\s:、,*]+", "", _BRACKETED.sub("", plain_text)).lower()


def _known() -> dict[str, str]:
    """Return plain header to column."""
    return {plain(alias): column for column, aliases in ALIASES.items() for alias in aliases}


_COLUMN_OF = _known()


def column_of(text: object) -> str | None:
    """Return the column a header names, None if it names none.

    Examples
    --------
    >>> column_of(" 建成企业数（家） "), column_of("Online"), column_of("备注")
    ('built', 'online', None)
    """
    header = plain(text)
    return _COLUMN_OF.get(header) or _COLUMN_OF.get(_TAIL.sub("", header))


def heading(column: str, lang: str) -> str:
    """Return the usual header of a column in a language."""
    return next(alias for alias in ALIASES[column] if alias.isascii() == (lang == "en"))


class Header:
    """The header found on a sheet.

    Parameters
    ----------
    row : int
        Its last line, counted from 0.
    at : list of (column, int)
        What was recognised and where, from left to right.
    others : list of str
        Headers that name no count.
    """

    def __init__(self, row: int, at: list[tuple[str, int]], others: list[str]) -> None:
        self.row, self.at, self.others = row, at, others

    @property
    def missing(self) -> list[str]:
        """Required columns that were not recognised."""
        found = {column for column, _ in self.at}
        return [column for column in REQUIRED if column not in found]

    @property
    def twice(self) -> list[tuple[str, int]]:
        """Columns recognised once more than they should be."""
        seen: set[str] = set()
        again = []
        for column, at in self.at:
            if column in seen:
                again.append((column, at))
            seen.add(column)
        return again


def find_header(rows: Sequence[Sequence[object]]) -> Header:
    """Return the first header with all required columns, or the one that comes nearest."""
    best = Header(0, [], [])
    for row in range(min(len(rows), SEARCHED_ROWS)):
        header = _header_at(rows, row)
        if not header.missing:
            return _continued(rows, header)
        if len(header.at) > len(best.at):
            best = header
    return best


def _continued(rows: Sequence[Sequence[object]], header: Header) -> Header:
    """Return the header with the lines below it that belong to it: they name it again, or name more columns."""
    for row in range(header.row + 1, min(len(rows), header.row + _HEADER_LINES)):
        below = _header_at(rows, row)
        again = any(column == "county" and column_of(rows[row][j]) == "county" for column, j in below.at)
        if below.missing or not (again or len(below.at) > len(header.at)):
            break
        header = below
    return header


def _header_at(rows: Sequence[Sequence[object]], row: int) -> Header:
    """Return what a row says as a header; an empty cell takes the text above it, as joined cells do."""
    at, others = [], []
    for j in range(len(rows[row])):
        above = [rows[i][j] for i in range(row, max(-1, row - _HEADER_LINES), -1) if j < len(rows[i])]
        text = next((cell for cell in above if isinstance(cell, str) and cell.strip()), "")
        if column := column_of(text):
            at.append((column, j))
        elif text and text is rows[row][j]:
            others.append(str(text))
    return Header(row, at, others)
