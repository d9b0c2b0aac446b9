"""Write the measured table into both READMEs, between two markers: `python benchmarks/table.py`."""

from __future__ import annotations

import csv
from pathlib import Path

from common import COLUMNS, HERE, RESULTS, Row, verdict

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
READMES = {"en": HERE.parent / "README.md", "zh": HERE.parent / "README.zh.md"}
WORDS = {
    "en": {
        "head": ("what", "value", "unit", "floor", "target", "met?"),
        "met": "met",
        "MISSED": "**missed**",
        "machine": "Measured by `make bench` on an {family} with {cores}, all in one run; nothing in it is asserted.",
    },
    "zh": {
        "head": ("项目", "数值", "单位", "下限", "目标", "达标"),
        "met": "达到",
        "MISSED": "**未达到**",
        "machine": "由 `make bench` 在一台 {family}（{cores}）上一次运行测得；测试中不作判定。",
    },
}
SHOWN = (
    "replication:",
    "ratio_to_own_draws:",
    "pairs:",
    "two_workers_over_one:",
    "plain_simpy:",
    "times_faster_than_plain_simpy:",
    "log_log_slope:",
    "scaling:500000:",
    "memory:",
    "first_call",
    "later_start:",
    "import_dpsim",
)
"""Beginnings of the names that stand in the README; `results.csv` holds all."""


def read_results(file: Path = RESULTS) -> list[Row]:
    """Return the rows of the last run."""
    with file.open(encoding="utf-8", newline="") as opened:
        head, *rows = csv.reader(opened)
    if tuple(head) != COLUMNS:
        raise SystemExit(f"{file}: {','.join(head)} is not {','.join(COLUMNS)}")
    return [Row(*row) for row in rows]


def block(rows: list[Row], lang: str) -> str:
    """Return what stands between the markers."""
    words = WORDS[lang]
    machine = next(row for row in rows if row.name == "machine")
    lines = [words["machine"].format(family=machine.value, cores=machine.unit), ""]
    lines += ["| " + " | ".join(words["head"]) + " |", "|---|---:|---|---:|---:|---|"]
    for row in rows:
        if row.name.startswith(SHOWN):
            word = words.get(verdict(row), "")
            target = row.target.replace("<=", "≤ ").replace(">=", "≥ ").replace("..", "–")
            lines.append(f"| `{row.name}` | {row.value} | {row.unit} | {row.floor} | {target} | {word} |")
    return "\n".join(lines)


def between(text: str) -> tuple[str, str, str]:
    """Return a README before, between and after the markers."""
    before, rest = text.split(BEGIN)
    inside, after = rest.split(END)
    return before, inside, after


def main() -> None:
    """Write the table into both READMEs."""
    rows = read_results()
    for lang, file in READMES.items():
        before, _, after = between(file.read_text(encoding="utf-8"))
        file.write_text(f"{before}{BEGIN}\n{block(rows, lang)}\n{END}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
