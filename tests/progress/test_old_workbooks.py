"""In .xls, too, a number shown as percent is a share: whatever record holds it, and only if it is shown so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from progress_tables import DATES, LONG, Styled, titled, xls_file

from dpsim.core.streams import Stream, uniforms
from dpsim.errors import FileFaults
from dpsim.progress.load import Progress, load_progress
from dpsim.tabular.old_workbook import old_sheets
from dpsim.tabular.sheet import read_sheets

LAST = sorted(row for row in LONG if row[0] == DATES[1])


def rows(progress: Progress) -> list[tuple[object, ...]]:
    table = progress.frame.assign(date=progress.frame["date"].dt.date)
    return sorted(tuple(row) for row in table.itertuples(index=False, name=None))


def messages(progress: Progress) -> set[str]:
    return {name.rpartition(".")[2] for name in progress.repairs["message"]}


def with_built(value: object) -> list[list[object]]:
    """Return the good table with the first county's count of built enterprises, 26 of 40, written otherwise."""
    table = titled(DATES[1])
    assert table[2][2] == 26
    table[2][2] = value
    return table


@pytest.mark.parametrize("code", ["0%", "0.00%", "[Red]0.0%;-0.0%", 9, 10])
@pytest.mark.parametrize("how", ["number", "short", "shorts", "formula"])
def test_a_number_shown_as_percent_is_a_share(tmp_path: Path, code: str | int, how: str) -> None:
    progress = load_progress(xls_file(tmp_path / "t.xls", with_built(Styled(0.65, code, how))))
    assert rows(progress) == LAST and "share_taken" in messages(progress)


@pytest.mark.parametrize("code", ["0", "General", '0.00"%"', "0.00\\%", 1])
def test_a_decimal_that_is_not_shown_as_percent_is_refused(tmp_path: Path, code: str | int) -> None:
    with pytest.raises(FileFaults) as caught:
        load_progress(xls_file(tmp_path / "t.xls", with_built(Styled(0.65, code))))
    assert "C3" in caught.value.text("en")


def test_a_hundred_percent_is_not_one(tmp_path: Path) -> None:
    def built(code: str) -> int:
        table = with_built(Styled(1.0, code))[:-1]  # no row of totals
        table[2][3:] = [0, 0, 0, 0]
        frame = load_progress(xls_file(tmp_path / "t.xls", table)).frame
        return int(frame.query("stage == 'built' and unit == '甲县'")["done"].iloc[0])

    assert built("0%") == 40 and built("0") == 1


def test_a_formula_with_an_error_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFaults) as caught:
        load_progress(xls_file(tmp_path / "t.xls", with_built(Styled(0.0, "0", "error"))))
    assert "C3" in caught.value.text("zh")


def test_where_a_file_tells_no_formats_nothing_is_known(tmp_path: Path) -> None:
    plain = read_sheets(xls_file(tmp_path / "t.xls", titled(DATES[1])))
    told = read_sheets(xls_file(tmp_path / "u.xls", with_built(Styled(26.0, "0"))))
    assert not plain.sheets[0].stored.formats_known and told.sheets[0].stored.formats_known


def test_whatever_the_bytes_the_reader_of_formats_ends(tmp_path: Path) -> None:
    raw = xls_file(tmp_path / "t.xls", with_built(Styled(0.65, "0%"))).read_bytes()
    assert [sheet.percent for sheet in old_sheets(raw)] == [{(2, 2)}]
    luck = uniforms(5, 0, np.arange(600, dtype=np.uint32), int(Stream.TEST), 0)
    for k, u in enumerate(luck):
        at = int(u * (len(raw) if k % 2 else 2500))
        old_sheets(raw[:at])
        old_sheets(raw[:at] + bytes([raw[at] ^ 0xFF]) + raw[at + 1 :])
