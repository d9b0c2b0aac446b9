"""The parameter reference page follows the parameter files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dpsim.params.evidence import evidence
from dpsim.params.load import list_cases, list_strategies, load_case, load_strategy
from dpsim.params.reference import reference_page

PAGE = Path(__file__).resolve().parents[3] / "docs" / "parameters.md"
REFRESH = "docs/parameters.md is out of date; refresh it: python -m dpsim.params.reference > docs/parameters.md"


def rows(page: str) -> list[list[str]]:
    return [re.split(r"(?<!\\) \| ", line[2:-2]) for line in page.splitlines() if line.startswith("| ")]


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_bytes().decode("utf-8") == reference_page(), REFRESH


def test_every_parameter_and_source_has_its_row() -> None:
    page = reference_page()
    files = [*map(load_case, list_cases()), *map(load_strategy, list_strategies())]
    keys = [f"`{key}`" for file in files for key in (row.key for row in file.assumptions())]
    cells = [row[0] for row in rows(page)]
    assert sorted(cell for cell in cells if cell.startswith("`")) == sorted(keys)
    assert [cell for cell in cells if cell in evidence()] == list(evidence())
    assert {len(row) for row in rows(page)} == {8}
    for file in files:
        assert f"{file.name.zh} / {file.name.en} (`{file.id}`)" in page


def test_a_row_tells_all_about_its_parameter() -> None:
    linyi = reference_page().partition("(`linyi-2018`)")[2].partition("\n## ")[0]
    by_key = {row[0]: row for row in rows(linyi)}
    assert by_key["`agencies.service_mean`"] == [
        "`agencies.service_mean`",
        "服务机构每家企业用时（平均）",
        "agency time per enterprise (mean)",
        "20",
        "天 / days",
        "5 … 60",
        "假设 / assumed",
        "没有公布服务机构每家企业的用时 / no agency's working time per enterprise is published",
    ]
    assert by_key["`state.built`"][3:] == [
        "1160",
        "家 / enterprises",
        "1160 … 1160",
        "原始文件 / source document",
        "LY02",
    ]
    assert by_key["`caveats.paper_share`"][7].startswith("EX24: ")
    assert by_key["`scenario.start`"][3] == "2018-01-01, 2018-03-01, 2018-05-01"
    assert by_key["`scenario.rush`"][1:4] == [
        "临近时限赶工的可能性",
        "chance of a rush before the deadline",
        "0, 0.2, 0.5",
    ]
    assert by_key["`scenario.reference_class`"][3] == "`order` 限期部署 / order with a deadline"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_prints_the_same_page_in_every_language(lang: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "dpsim.params.reference"],
        capture_output=True,
        check=True,
        env={"DPSIM_LANG": lang, "PYTHONIOENCODING": "ascii"},
    )
    assert done.stdout.decode("utf-8") == reference_page()
