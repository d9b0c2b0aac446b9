"""What the property tests share: small and quiet cases, one run with its outcome, and a fresh process."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from dpsim.core.words import KIND_OF_STAGE, Kind
from dpsim.engines.simpy_engine import Outcome, run
from dpsim.engines.world import Setting, World, make_world
from dpsim.experiments.replication import prepare, strategy_paths
from dpsim.model.paths import Pace
from dpsim.model.prior import draw_paths
from dpsim.params.faults import Origin
from dpsim.params.load import load_strategy
from dpsim.params.schema import Case, Strategy

SMALL = {
    "population.enterprises": 40,
    "population.tiers.benchmark_provincial": 2,
    "population.tiers.benchmark_municipal": 5,
    "population.tiers.benchmark_county": 6,
    "state.built": 24,
    "state.online": 14,
    "state.passed": 5,
    "state.building": 9,
    "state.connected": 19,
    "state.assessed": 8,
    "hazards.arising.general": 8.0,
}
FIRST_TIMES = (Kind.STARTED, Kind.ENTERED, *(Kind(kind) for kind in KIND_OF_STAGE.values()))


def forced(case: Case, values: dict[str, float]) -> Case:
    """Return a case with values outside their believable ranges: the ranges move along."""
    spans = {}
    for key, value in values.items():
        old = case.quantities()[key]
        spans[f"{key}.range"] = [min(old.low, value), max(old.high, value)]
    return case.with_values({**values, **spans})


def small(case: Case) -> Case:
    """Return a case with 40 enterprises, and a tenth of the hazards at each."""
    return forced(case.model_copy(update={"published": ()}), SMALL)


def laddered(*, stop_days: float, close_share: float, factor: float = 4.0) -> Strategy:
    """Return `balanced` with these upper rungs of the penalty ladder, and `factor` times as many penalties."""
    content = load_strategy("balanced").content()
    values = {"stop_days": stop_days, "close_share": close_share, "factor": factor}
    items = [dict(item) for item in content["instruments"]]
    mine = next(item for item in items if item["instrument"] == "penalties")
    mine.update({key: {**mine[key], "value": value, "range": (value, value)} for key, value in values.items()})
    return Strategy.from_content({**content, "instruments": tuple(items)}, Origin("laddered"))


def queueless(case: Case) -> Case:
    """Return a case in which no queue can bind: nobody relies on an agency, and every enterprise has its assessor."""
    return forced(case, {"agencies.user_share": 0.0, "assessors.teams": 5000})


def make_run(setting: Setting, replication: int, *, seed: int, pace: Pace | None = None, speed: float = 1.0) -> World:
    """Return the world of one replication, its weekly pace times `speed`."""
    numbers = np.array([replication])
    if pace is None:
        paths = strategy_paths(setting, seed, numbers)
    else:
        paths = draw_paths(setting.case, setting.timeline, seed=seed, replications=numbers, pace=pace)
    world = make_world(setting, paths, 0, seed=seed)
    world.path = world.path._replace(weekly=world.path.weekly * speed)
    return world


def outcome_of(case: Case, strategy: str, replication: int, *, seed: int = 11) -> tuple[World, Outcome]:
    """Run one replication and return its world (at the end) and its outcome."""
    world = make_run(prepare(case, load_strategy(strategy)), replication, seed=seed)
    return world, run(world)


def first_times(world: World, outcome: Outcome) -> np.ndarray:
    """Return when each enterprise first reached each of `FIRST_TIMES`, infinity if it did not."""
    times = np.full((world.state.entity.size, len(FIRST_TIMES)), np.inf)
    for k, kind in enumerate(FIRST_TIMES):
        events = outcome.events[outcome.events["kind"] == int(kind)]
        np.minimum.at(times[:, k], events["index"], events["t"])
    return times


def frame_hash(*frames: pd.DataFrame) -> str:
    """Return a hash of frames to the bit: column names, order, index and every value."""
    digest = hashlib.sha256()
    for frame in frames:
        digest.update(repr([(name, str(kind)) for name, kind in frame.dtypes.items()]).encode())
        digest.update(frame.to_csv(float_format="%.17g").encode())
        digest.update(pd.util.hash_pandas_object(frame).to_numpy().tobytes())
    return digest.hexdigest()


def fresh_process(script: str, **environment: str) -> str:
    """Run a script in a fresh interpreter where warnings are errors, and return what it printed."""
    folders = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders), **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, f"the fresh process failed:\n{done.stdout}\n{done.stderr[-4000:]}"
    return done.stdout
