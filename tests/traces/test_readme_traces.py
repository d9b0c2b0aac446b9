"""What README names to be traced gives events, with the case, seed and run of the command's defaults."""

from __future__ import annotations

import inspect
import re
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from dpsim import cli_runs
from dpsim.errors import InputError
from dpsim.report.traced import make_trace

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh.md")
DEFAULTS = inspect.signature(cli_runs.trace).parameters


def row(page: str) -> tuple[str, list[str]]:
    """Return the case of the row about `dpsim trace`, and everything it says can be traced."""
    (line,) = re.findall(r"^\| `(dpsim trace .*)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    case, first = re.match(r"dpsim trace (\S+) --of (\S+) ", line).groups()  # type: ignore[union-attr]
    named = re.findall(r"`([^`]+)`", line.split("`", 1)[1])
    return case, [first, *(name for name in named if not name.startswith("-"))]


@cache
def traced(case: str, of: str) -> pd.DataFrame:
    numbers = {name: int(DEFAULTS[name].default) for name in ("seed", "replication")}
    return make_trace(case, of=of, strategy=DEFAULTS["strategy"].default, against=None, **numbers).frame


@pytest.mark.parametrize("page", READMES)
def test_everything_the_readme_names_has_events(page: str) -> None:
    case, names = row(page)
    assert len(names) == 6 and sum("#" in name for name in names) == 1 and "city_bureau" in names
    assert [name for name in names if traced(case, name).empty] == []


def test_a_name_without_events_would_be_seen() -> None:
    """The control: an organisation nothing happens to, and a hazard that does not occur."""
    assert traced("linyi-2018", "agency_mines").empty
    with pytest.raises(InputError):
        traced("linyi-2018", "LY-000001#G51")


def test_both_readmes_name_the_same() -> None:
    assert row(READMES[0]) == row(READMES[1])
