"""What was run, so that it can be run again: names, hashes, versions; nothing of the machine."""

from __future__ import annotations

import hashlib
import json
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dpsim.params.schema import Case, Strategy

LIBRARIES = ("numpy", "pandas", "scipy", "numba", "simpy", "joblib", "matplotlib", "papermill")
DISTRIBUTION = "dual-prevention-sim"


@cache
def code_hash() -> str:
    """Return 16 hex digits over all sources of the package."""
    package = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for file in sorted(package.rglob("*.py")):
        digest.update(file.relative_to(package).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def library_version(name: str) -> str:
    """Return the version of an installed distribution, or `unknown`."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def run_record(case: Case, strategy: Strategy, *, seed: int, replications: int, engine: str) -> dict[str, object]:
    """Return the record of an experiment; equal inputs give equal records."""
    return {
        "version": library_version(DISTRIBUTION),
        "code": code_hash(),
        "case": case.id,
        "case_digest": case.digest,
        "strategy": strategy.id,
        "strategy_digest": strategy.digest,
        "as_of": case.as_of.isoformat(),
        "seed": int(seed),
        "replications": int(replications),
        "engine": engine,
        "python": platform.python_version(),
        "libraries": {name: library_version(name) for name in LIBRARIES},
    }


def input_hash(record: dict[str, object]) -> str:
    """Return 8 hex digits over everything in a record that can move a number."""
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:8]
