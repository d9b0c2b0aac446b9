"""What the tests of the notebook share: ways to run it, and a case whose texts are hostile."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat

from dpsim.params.locate import notebooks_folder, params_folder

SOURCE = notebooks_folder() / "year_end_projection.ipynb"
RUNS = 4
HEADLINE, TARGETS = 'letter.part("headline")', 'letter.part("targets")'

HOSTILE = {
    "name: {zh: 临沂市2018年, en: Linyi 2018}": "<script>alert(1)</script>",
    "place: {zh: 全市, en: the city}": "{total}{0!r:>99}%s ../../x",
    "enterprises_called: {zh: 高危和规上企业, en: high-risk and above-scale enterprises}": (
        "<img src=x onerror=alert(2)>&amp;"
    ),
    "reason: {zh: 没有公布评估机构的数量, en: the number of assessment firms is not published}": "=1+1",
    "reason: {zh: 没有公布距再次评估的时间, en: no time to a second assessment is published}": "-2+3",
    "reason: {zh: 来源没有给出启动日期；年度计划和6月推进会限定了大致范围, en: the source gives no start date; "
    "the annual plan and the June promotion meeting bracket it}": "=cmd|'/C calc'!A0",
    "reason: {zh: 来源没有提到企业退出名单；仅用于敏感性分析, en: no removal from the list is reported; "
    "shown as a sensitivity}": "</td></table><iframe src=//x>",
    "reason: {zh: 属于有时限、有惩戒（扣分、否决、执法）的工作部署，不是法定申报期限, en: "
    '"an order with dates and sanctions (deductions, veto, enforcement); not a legal filing date"}': (
        r"{chosen.__class__} $\frac{$ Ω=cmd"
    ),
}
"""Texts of the case file, and what a user might write instead, in both languages."""


def called(*command: str, cwd: Path, lang: str = "zh") -> subprocess.CompletedProcess[str]:
    """Run this environment's Python."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env={**os.environ, "DPSIM_LANG": lang},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=500,
    )


def with_papermill(folder: Path, *arguments: str, source: Path = SOURCE) -> subprocess.CompletedProcess[str]:
    """Run a notebook with plain papermill."""
    return called("-m", "papermill", str(source), "out.ipynb", "--no-progress-bar", *arguments, cwd=folder)


def beginning() -> nbformat.NotebookNode:
    """Return the notebook up to the table of targets: all runs, but none of the slow figures."""
    notebook = nbformat.read(SOURCE, as_version=4)
    last = next(k for k, cell in enumerate(notebook.cells) if cell.source.strip() == TARGETS)
    notebook.cells = notebook.cells[: last + 1]
    return notebook


def reported(folder: Path, case: str, lang: str, replications: int = RUNS) -> Path:
    """Make a report with the command line and return its folder."""
    options = ["--lang", lang, "--replications", str(replications), "--out", "reports"]
    done = called("-m", "dpsim.cli", "report", case, *options, cwd=folder, lang=lang)
    assert done.returncode == 0, done.stderr
    (made,) = (folder / "reports").glob("*/*/*")
    assert made.relative_to(folder).as_posix() in done.stdout
    return made


def hostile_case() -> str:
    """Return the text of a good case file with hostile texts in it."""
    text = (params_folder() / "cases" / "linyi-2018.yaml").read_text(encoding="utf-8")
    for old, new in HOSTILE.items():
        assert text.count(old) == 1, f"the case file no longer holds {old}"
        quoted = new.replace("'", "''")
        text = text.replace(old, f"{old.split(':')[0]}: {{zh: '{quoted}', en: '{quoted}'}}")
    return text


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """Return the code cells."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(notebook: nbformat.NotebookNode, source: str) -> str:
    """Return the HTML that the cell with this source shows."""
    (cell,) = [cell for cell in code_cells(notebook) if cell.source.strip() == source]
    (output,) = cell.outputs
    return str(output.data["text/html"])
