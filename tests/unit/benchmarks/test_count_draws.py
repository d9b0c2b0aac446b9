"""Draws are counted, each once and under its stream."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[3] / "benchmarks"
ASK = """
import sys
sys.path.insert(0, sys.argv[1])
from count_draws import count_philox
counts = count_philox()
import numpy as np
from dpsim.core import streams
before = int(counts.sum())
luck = streams.uniforms(1, 2, np.arange(1000, dtype=np.uint32), 34, 0)
print(before, int(counts[34]), int(counts.sum()), float(luck[7]))
"""


def test_a_thousand_draws_count_a_thousand_and_are_what_they_were(tmp_path: Path) -> None:
    from dpsim.core.streams import uniform

    done = subprocess.run(
        [sys.executable, "-c", ASK, str(FOLDER)],
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    before, of_stream, everything, drawn = done.stdout.split()
    assert (before, of_stream, everything) == ("0", "1000", "1000")
    assert float(drawn) == uniform(1, 2, 7, 34, 0, 0), "a counted draw is the same draw"
