"""Measure everything once: `make bench` writes `benchmarks/results.csv` and prints it.

Nothing is asserted. Names of groups as arguments measure these alone and write nothing.
"""

from __future__ import annotations

import csv
import importlib
import sys
import time

from common import COLUMNS, RESULTS, Row, machine, verdict

GROUPS = ("replications", "pairs", "plain", "scaling", "starts", "forecasts", "explorer")


def measure(groups: tuple[str, ...]) -> list[Row]:
    """Return the rows of all groups, and how long it took."""
    begin, rows = time.perf_counter(), [machine()]
    for group in groups:
        sys.stderr.write(f"{group} ...\n")
        rows += importlib.import_module(group).rows()
    return [*rows, Row("this_run", f"{time.perf_counter() - begin:.0f}", "s", "", "<=600")]


def table(rows: list[Row]) -> str:
    """Return the rows as a table for the terminal."""
    shown = [(*COLUMNS, ""), *((*row, verdict(row)) for row in rows)]
    widths = [max(len(line[k]) for line in shown) for k in range(len(shown[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in shown
    )


def main(chosen: tuple[str, ...]) -> None:
    """Measure, print, and write if all groups were measured."""
    rows = measure(chosen or GROUPS)
    sys.stdout.write(table(rows) + "\n")
    if not chosen:
        with RESULTS.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])


if __name__ == "__main__":
    main(tuple(sys.argv[1:]))
