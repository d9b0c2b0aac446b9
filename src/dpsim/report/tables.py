"""Tables for the page (HTML) and for the folder (CSV and Parquet).

Whatever comes from a user's file is text: escaped on the page, and kept from being read as a formula in a CSV.
"""

from __future__ import annotations

import html
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from dpsim.report.writing import write_atomically

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LONG_HEAD = 8
"""A head of more letters may break over lines; the page keeps the others whole."""


def html_table(
    header: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    numeric: Sequence[int] = (),
    whole: Sequence[int] = (),
) -> str:
    """Return an HTML table with every cell escaped.

    Parameters
    ----------
    header : sequence of str
    rows : sequence of sequences
        Cells, shown with ``str``.
    numeric : sequence of int
        Columns to align right.
    whole : sequence of int
        Columns whose cells stay on one line: dates, ranges, percents. A long head may always break.
    """

    def cell(kind: str, column: int, content: object) -> str:
        style = ["text-align:right"] if column in numeric else []
        if kind == "th" and len(str(content)) > LONG_HEAD:
            style.append("white-space:normal")
        elif kind == "td" and column in whole:
            style.append("white-space:nowrap")
        given = f' style="{"; ".join(style)}"' if style else ""
        return f"<{kind}{given}>{html.escape(str(content))}</{kind}>"

    def line(kind: str, cells: Sequence[object]) -> str:
        return f"<tr>{''.join(cell(kind, k, content) for k, content in enumerate(cells))}</tr>"

    body = "".join(line("td", row) for row in rows)
    return f"<table><thead>{line('th', header)}</thead><tbody>{body}</tbody></table>"


def save_table(frame: pd.DataFrame, folder: Path, name: str) -> list[Path]:
    """Write a frame as CSV (UTF-8 with mark, so that spreadsheets read Chinese) and Parquet, each at once."""
    contents = {folder / file: content for file, content in table_files(frame, name).items()}
    for path, content in contents.items():
        write_atomically(path, content)
    return list(contents)


def table_files(frame: pd.DataFrame, name: str) -> dict[str, bytes]:
    """Return the files of a frame, as `save_table` writes them, by name."""
    return {f"{name}.csv": csv_bytes(frame), f"{name}.parquet": parquet_bytes(frame)}


def table_names(folder: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the files of some frames in a folder."""
    return tuple(f"{folder}/{name}.{ending}" for name in names for ending in ("csv", "parquet"))


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """Return the content of the Parquet file of a frame."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False, compression="zstd")
    return buffer.getvalue()


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Return the content of the CSV file of a frame."""
    text = io.StringIO()
    _harmless(frame).to_csv(text, index=False, lineterminator="\n", float_format="%.10g")
    return text.getvalue().encode("utf-8-sig")


def _harmless(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy in which no text cell can be taken for a formula."""
    safe = frame.copy()
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]) and not pd.api.types.is_datetime64_any_dtype(safe[column]):
            safe[column] = [
                f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
                for cell in safe[column]
            ]
    return safe
