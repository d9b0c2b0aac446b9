"""How many keyed draws a replication really makes: counted, in a process of its own.

Run as a script it prints one line of JSON: replications by horizon, engine and stream. Before anything is compiled,
Philox is replaced by the same function with a counter behind it; so every draw is counted whoever makes it. The
compiled code goes to a folder of its own (`NUMBA_CACHE_DIR`, set by `counted`), never to the cache of real runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

STREAMS = 256


def counted() -> dict[str, dict[str, dict[str, int]]]:
    """Return draws by horizon, engine and stream (`all` is their sum), counted in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, str(Path(__file__).resolve())],
            env={**os.environ, "NUMBA_CACHE_DIR": folder},
            check=True,
            capture_output=True,
            text=True,
        )
    return json.loads(done.stdout.splitlines()[-1])


def count_philox() -> np.ndarray:
    """Replace `dpsim.core.streams.philox` by one that counts, and return the counts by stream."""
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    from dpsim.core import streams
    from dpsim.core.compiled import kernel

    counts = np.zeros(STREAMS, dtype=np.int64)
    address, philox = counts.ctypes.data, streams.philox

    @intrinsic
    def one_more(typingctx: Any, at: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            place = builder.inttoptr(arguments[0], ir.IntType(64).as_pointer())
            builder.store(builder.add(builder.load(place), ir.Constant(ir.IntType(64), 1)), place)
            return context.get_dummy_value()

        return types.void(types.int64), generate

    def counting(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
        one_more(np.int64(address + 8 * (np.int64(c1) & (STREAMS - 1))))
        return philox(c0, c1, c2, c3, k0, k1)

    streams.philox = kernel(counting)
    return counts


def main() -> None:
    """Count the draws of one replication by horizon and engine, and print them."""
    counts = count_philox()
    from common import SEED, horizons

    from dpsim.core.streams import Stream
    from dpsim.experiments.replication import ENGINES, prepare, run_one, strategy_paths
    from dpsim.params.load import load_strategy

    out: dict[str, dict[str, dict[str, int]]] = {}
    for name, case in horizons().items():
        out[name] = {}
        for engine in ENGINES:
            setting = prepare(case, load_strategy("current_arrangement"), engine=engine)
            paths = strategy_paths(setting, SEED, np.arange(2))
            counts[:] = 0
            run_one(setting, paths, 1, seed=SEED, trace=False, by=("county",))
            of = {Stream(k).name.lower(): int(counts[k]) for k in np.flatnonzero(counts).tolist()}
            out[name][engine] = {**dict(sorted(of.items(), key=lambda item: -item[1])), "all": int(counts.sum())}
    sys.stdout.write(json.dumps(out) + "\n")


if __name__ == "__main__":
    main()
