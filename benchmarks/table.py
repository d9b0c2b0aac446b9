"""Write the measured table into both READMEs, between two markers: `python benchmarks/table.py`."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path

from common import COLUMNS, HERE, RESULTS, Row, verdict
from readmes import write_tables

WORDS = {
    "en": {
        "head": ("what", "value", "floor", "target", ""),
        "met": "met",
        "MISSED": "**missed**",
        "machine": "From one run of `make bench` ({family}, {cores}):",
    },
    "zh": {
        "head": ("项目", "实测", "下限", "目标", ""),
        "met": "达到",
        "MISSED": "**未达到**",
        "machine": "`make bench` 一次运行的结果（{family}，{cores}）：",
    },
}
UNITS = {"times": "倍", "KB an enterprise": "KB/家", "enterprises": "家", "s": "秒", "ms": "毫秒", "ratio": ""}
SHOWN = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))["row"]
"""Names that stand in the README and what they are called there; `results.csv` holds all."""


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
    cores = machine.unit if lang == "en" else machine.unit.replace(" cores", "核")
    lines = [words["machine"].format(family=machine.value, cores=cores), ""]
    lines += ["| " + " | ".join(words["head"]) + " |", "|---|---:|---:|---:|---|"]
    for row in rows:
        name = called(row.name, lang)
        if name:
            unit = row.unit if lang == "en" else UNITS.get(row.unit, row.unit)
            target = row.target.replace("<=", "≤ ").replace(">=", "≥ ").replace("..", "–")
            cells = (name, f"{row.value} {unit}".strip(), row.floor, target, words.get(verdict(row), ""))
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def called(name: str, lang: str) -> str:
    """Return what a row is called in the README, nothing if it does not stand there."""
    for entry in SHOWN:
        found = re.fullmatch(entry["name"], name)
        if found:
            return str(entry[lang].format(*found.groups()))
    return ""


def main() -> None:
    """Write the table into both READMEs."""
    rows = read_results()
    write_tables("bench", lambda lang: block(rows, lang))


if __name__ == "__main__":
    main()
