"""The tutorial for a place of one's own: every snippet and command of both pages does what the page says."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from dpsim import cli
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case
from dpsim.report import yearend
from dpsim.report.sentences import headline

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("tutorial-own-place.md", "tutorial-own-place.zh.md")


def blocks(page: str, kind: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def commands(page: str) -> list[list[str]]:
    return [shlex.split(line) for block in blocks(page, "sh") for line in block.splitlines()]


def edit(file: Path, page: str) -> None:
    """Do what the page asks for: another block of start dates, and one more source."""
    yaml = YAML()
    yaml.width = 1 << 20
    content, wanted = yaml.load(file), yaml.load(blocks(page, "yaml")[0])
    content["scenario"]["start"] = wanted["scenario"]["start"]
    content["sources"] += wanted["sources"]
    yaml.dump(content, file)


def assert_reported(case: Case, line: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Check the year-end answer for the new case, in the language of the page."""
    monkeypatch.setattr(yearend, "DRAWS", 20)
    assert line[:3] == ["dpsim", "report", "my-city-2026.yaml"]
    lang = "en" if "en" in line else "zh"
    names = ("current_arrangement", yearend.BESIDE)
    request = yearend.Request(case, tuple(map(load_strategy, names)), 2, 1, lang, line[2], names)
    said = headline(yearend.run_year_end(request, workers=1, progress=False))
    assert "1300" in said.replace(" ", "").replace(",", "") and "64.62%" in said, said


@pytest.mark.parametrize("page", PAGES)
def test_the_page_can_be_followed(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DPSIM_LANG", "zh")
    exec(blocks(page, "python")[0], {})
    asked = commands(page)
    assert [line[:2] for line in asked] == [["dpsim", name] for name in ("new-case", "check", "run", "report")]
    for line in asked[:-1]:  # what a report says is looked at below, without its pictures
        if line[1] == "check":
            edit(Path("my-city-2026.yaml"), page)
        monkeypatch.setattr(sys, "argv", line)
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capsys.readouterr()
        assert end.value.code in (0, None), said.err
        assert said.out
    case = load_case("my-city-2026.yaml")
    assert [getattr(case.state, key).value for key in ("built", "online", "passed")] == [840, 500, 195]
    assert case.scenario.start.source == "city-notice" and len(case.sources) == 3
    assert len(case.population.county_list.rows) == 4
    assert_reported(case, asked[-1], monkeypatch)


def test_both_pages_say_the_same() -> None:
    one, other = PAGES
    assert blocks(one, "yaml") == blocks(other, "yaml")
    assert [line[:2] for line in commands(one)] == [line[:2] for line in commands(other)]
    options = [{word for line in commands(page) for word in line if word.startswith("--")} for page in PAGES]
    assert options[0] - options[1] == {"--lang"}
