"""Tables for the page (HTML) and for the folder (CSV and Parquet).

Whatever comes from a user's file is text: escaped on the page, and kept from being read as a formula in a CSV.
"""

from __future__ import annotations

import html
import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from dpsim.report.documents import write_atomically

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def html_table(header: Sequence[str], rows: Sequence[Sequence[object]], *, numeric: Sequence[int] = ()) -> str:
    """Return an HTML table with every cell escaped.

    Parameters
    ----------
    header : sequence of str
    rows : sequence of sequences
        Cells, shown with ``str``.
    numeric : sequence of int
        Columns to align right.
    """
    right = ' style="text-align:right"'
    head = "".join(f"<th{right if k in numeric else ''}>{html.escape(str(cell))}</th>" for k, cell in enumerate(header))
    body = "".join(
        "<tr>"
        + "".join(f"<td{right if k in numeric else ''}>{html.escape(str(cell))}</td>" for k, cell in enumerate(row))
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def save_table(frame: pd.DataFrame, folder: Path, name: str) -> list[Path]:
    """Write a frame as CSV (UTF-8 with mark, so that spreadsheets read Chinese) and Parquet, each at once."""
    folder.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    _harmless(frame).to_csv(text, index=False, lineterminator="\n", float_format="%.10g")
    csv, parquet = folder / f"{name}.csv", folder / f"{name}.parquet"
    write_atomically(csv, text.getvalue().encode("utf-8-sig"))
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False, compression="zstd")
    write_atomically(parquet, buffer.getvalue())
    return [csv, parquet]


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
