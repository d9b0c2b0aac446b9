"""How many keyed draws a replication really makes: counted, in a process of its own.

Run as a script it prints one line of JSON: replications by horizon, engine and stream. Before anything is compiled,
Philox is replaced by the same function with a counter behind it; so every draw is counted whoever makes it. The
compiled code goes to a folder of its own (`NUMBA_CACHE_DIR`, set by `counted`), never to the cache of real runs.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

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


COUNTING = """
from llvmlite import ir as _ir
from numba import types as _types
from numba.extending import intrinsic as _intrinsic

_counts = np.zeros({streams}, dtype=np.int64)
_address, _plain_philox = _counts.ctypes.data, philox


@_intrinsic
def _one_more(typingctx, at):
    def generate(context, builder, signature, arguments):
        place = builder.inttoptr(arguments[0], _ir.IntType(64).as_pointer())
        builder.store(builder.add(builder.load(place), _ir.Constant(_ir.IntType(64), 1)), place)
        return context.get_dummy_value()

    return _types.void(_types.int64), generate


@kernel
def philox(c0, c1, c2, c3, k0, k1):
    _one_more(np.int64(_address + 8 * (np.int64(c1) & ({streams} - 1))))
    return _plain_philox(c0, c1, c2, c3, k0, k1)


"""


def count_philox() -> np.ndarray:
    """Load `dpsim.core.streams` with a counter behind its Philox, before anything else does; return the counts."""
    folder = Path(os.environ["NUMBA_CACHE_DIR"])
    found = importlib.util.find_spec("dpsim.core.streams")
    assert found is not None and found.origin is not None
    source = Path(found.origin).read_text(encoding="utf-8")
    at = re.search(r"^@.*\ndef uniform\(", source, re.MULTILINE)
    assert at is not None and "dpsim.core.streams" not in sys.modules
    copy = folder / "counting_streams.py"
    copy.write_text(source[: at.start()] + COUNTING.format(streams=STREAMS) + source[at.start() :], encoding="utf-8")
    spec = importlib.util.spec_from_file_location("dpsim.core.streams", copy)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["dpsim.core.streams"] = module
    spec.loader.exec_module(module)
    import dpsim.core

    dpsim.core.streams = module
    return module._counts


def main() -> None:
    """Count the draws of one replication by horizon and engine, and print them."""
    counts = count_philox()
    from common import SEED, horizons

    from dpsim.core.streams import Stream
    from dpsim.experiments.arguments import ENGINES
    from dpsim.experiments.measured import run_one
    from dpsim.experiments.replication import prepare, strategy_paths
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
