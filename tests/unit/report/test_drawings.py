"""Figures are drawn over processes, whatever ran in processes before."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
from dpsim import load_case, load_strategy, run_ensemble
from dpsim.report.bands import organisation_bands
from dpsim.report.drawings import Drawing, draw_all

if __name__ == "__main__":
    case, strategy = load_case("linyi-2018"), load_strategy("past_pace")
    runs = run_ensemble(case, strategy, replications=10, seed=1, engine="simpy", workers=2)
    one = Drawing("plot_queues", organisation_bands(runs), {"lang": "en", "name": "one"})
    drawn = draw_all({"first": one, "second": one})
    assert list(drawn) == ["first", "second"], drawn
    assert drawn["first"] == drawn["second"] and drawn["first"]["png"].startswith(b"\\x89PNG"), "not the same figure"
"""


def test_figures_are_drawn_after_runs_over_processes() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
