"""What README prints about forecasts does what it says, in an empty folder, with the tables it prints."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from test_outlook import call

from dpsim.experiments.observed import observe
from dpsim.params.load import load_case
from dpsim.progress.load import load_progress
from dpsim.report.outlook.job import make_outlook

ROOT = Path(__file__).parents[2]


class Printed(NamedTuple):
    """A README: its file, and its tables of progress and of targets as it names them."""

    file: str
    names: tuple[str, str]

    @property
    def text(self) -> str:
        return (ROOT / self.file).read_text(encoding="utf-8")

    def tables(self, folder: Path) -> tuple[Path, Path]:
        """Write the two tables into a folder."""
        blocks = re.findall(r"```csv\n(.*?)```", self.text, re.DOTALL)
        assert len(blocks) == 2
        for name, block in zip(self.names, blocks, strict=True):
            (folder / name).write_text(block, encoding="utf-8")
        return folder / self.names[0], folder / self.names[1]


READMES = [Printed("README.md", ("progress.csv", "targets.csv")), Printed("README.zh.md", ("进度.csv", "目标.csv"))]
AS_OF = "2018-09-10"


@pytest.mark.parametrize("printed", READMES, ids=lambda printed: printed.file)
def test_commands_of_the_readme_work_as_printed(printed: Printed, tmp_path: Path) -> None:
    printed.tables(tmp_path)
    commands = re.findall(r"^dpsim (forecast .*)$", printed.text, re.MULTILINE)
    dates = re.findall(r"`--as-of ([\d,-]+)`", printed.text)
    assert len(commands) == 1 and dates == ["2018-08-06,2018-09-10"]
    several = commands[0].replace(AS_OF, dates[0]).replace("--out ", "--out many-")
    said = []
    for command in (several, f"{commands[0]} --each-unit".replace("--out ", "--out each-"), commands[0]):
        done = call(*shlex.split(command), folder=tmp_path)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        said.append(done.stdout)
    assert "last weeks of the table: 5," in said[-1], "the past pace rests on the weeks of the table"


@pytest.mark.parametrize("printed", READMES, ids=lambda printed: printed.file)
def test_options_of_the_readme_are_taken(printed: Printed, tmp_path: Path) -> None:
    table, targets = printed.tables(tmp_path)
    lists = re.findall(
        r"`(?:--list )?((?:stops|removals|additions|definition|停产|移出|新增|口径)=[^` ]+)`", printed.text
    )
    assert len(lists) >= 7
    capacity = dict(re.findall(r"`--capacity (\w+)=(\d+)`", printed.text))
    plan = tmp_path / "plan.csv"
    head = next(found for found in re.findall(r"`((?:stage|环节),[^`]+)`", printed.text))
    plan.write_text(" ".join(head.split()) + f"\nbuilt,{AS_OF},20\n", encoding="utf-8")
    groups = tmp_path / "groups.csv"
    units = sorted(load_progress(table).frame["unit"].unique())
    head = next(found for found in re.findall(r"`((?:unit|单位),(?:group|上级))`", printed.text))
    groups.write_text(f"{head}\n" + "".join(f"{unit},G\n" for unit in units), encoding="utf-8")
    outlook = make_outlook(
        table, targets, as_of=AS_OF, reference=None, rush=0.0, seed=1, draws=40, kept=None, groups=groups, supply=plan,
        capacity={stage: float(number) for stage, number in capacity.items()}, lists=tuple(dict.fromkeys(lists)),
    )  # fmt: skip
    bound = outlook.made.bound.set_index("stage")["capacity"]
    assert "G" in set(outlook.made.targets["unit"]) and set(bound["built"]) == {"planned"}


@pytest.mark.parametrize("printed", READMES, ids=lambda printed: printed.file)
def test_a_report_starts_from_the_table_and_a_case_from_its_last_lines(printed: Printed, tmp_path: Path) -> None:
    table, _ = printed.tables(tmp_path)
    asked = re.findall(r"dpsim report (\S+) --progress (\S+) --as-of (\S+)`", printed.text)
    assert (asked[0][1], asked[0][2]) == (table.name, AS_OF)
    seen = observe(load_case(asked[0][0]), load_progress(table), dt.date.fromisoformat(AS_OF))
    assert seen.case.population.enterprises.value == 1748
    lines = table.read_text(encoding="utf-8").splitlines()
    own = tmp_path / "counties.csv"
    own.write_text("\n".join([lines[0], *(line for line in lines if line.startswith(AS_OF))]), encoding="utf-8")
    done = call("new-case", own.name, "--case", "my-place", "--as-of", AS_OF, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    own_case = load_case(str(tmp_path / "my-place.yaml"))
    assert observe(own_case, load_progress(table), pd.Timestamp(AS_OF).date()).case.id == "my-place"
