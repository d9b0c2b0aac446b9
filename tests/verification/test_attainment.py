"""Methods 3.1-6: the chance to attain a target where enterprises differ, through `run_ensemble`.

Enterprises begin at different stages, so their chances to be there at the deadline differ; how many are is then
Poisson-binomial. A binomial count of the mean chance is far too wide.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.stats import binom, norm
from verification_tools import SEED, agrees, detects, generator, z_count

from dpsim.engines.world import Setting, make_world
from dpsim.experiments.ensemble import run_ensemble
from dpsim.experiments.replication import prepare
from dpsim.model.paths import Pace
from dpsim.model.prior import draw_paths
from dpsim.model.state import Build, Col, Track
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case

RUNS = 800
VALUES = {
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
    "agencies.user_share": 0.0,
    "assessors.teams": 5000,
    "scenario.removals_per_year": 0.0,
    "targets.switches.level": "basically",
}


def forty(share: float) -> Case:
    """Linyi with 40 enterprises, no queue that binds, and `share` of all to be built by the end."""
    case = load_case("linyi-2018").model_copy(update={"published": ()})
    values = {**VALUES, "targets.switches.level.basically_share": share}
    old, spans = case.quantities(), {}
    for key, value in values.items():
        if key in old and not isinstance(value, str):
            spans[f"{key}.range"] = [min(old[key].low, value), max(old[key].high, value)]
    return case.with_values({**values, **spans})


@cache
def attained(share: float) -> tuple[Setting, dict[str, int], dict[str, int]]:
    """Setting, and by target how many must be there and in how many of RUNS runs they were."""
    strategy = load_strategy("past_pace")
    setting = prepare(forty(share), strategy)
    paths = draw_paths(
        setting.case, setting.timeline, seed=SEED, replications=np.arange(RUNS), start=1, pace=Pace.CONSTANT
    )
    rows = run_ensemble(setting.case, strategy, replications=RUNS, seed=SEED, workers=1, paths=paths).targets
    rows = rows[rows["target"].isin(["all_built", "all_online"])].set_index("target")
    assert (rows["replications"] == RUNS).all() and (rows["probability"] - rows["met"] / RUNS).abs().max() < 1e-3
    return setting, rows["required"].astype(int).to_dict(), rows["met"].astype(int).to_dict()


def chances(setting: Setting) -> dict[str, np.ndarray]:
    """Each enterprise's chance to be built, and online, at the end, by the matrix exponential of its track."""
    paths = draw_paths(
        setting.case, setting.timeline, seed=SEED, replications=np.arange(1), start=1, pace=Pace.CONSTANT
    )
    world = make_world(setting, paths, 0, seed=SEED)
    rate, status = world.path.weekly[:, 0] / 7.0, world.state.status
    tracks = (rate[track] for track in (Track.START, Track.BUILD, Track.CONNECT, Track.ONLINE))
    law = expm(generator(*tracks, 0.0) * setting.timeline.days)
    build, connected = status[:, Col.BUILD], status[:, Col.CONNECTED]
    first = np.where(build == Build.BUILT, 3 + connected, np.where(build == Build.BUILDING, 1 + connected, 0))
    first = np.where(status[:, Col.ONLINE] == 1, 5, first)
    return {"all_built": law[first][:, [3, 4, 5]].sum(axis=1), "all_online": law[first, 5]}


def tail(p: np.ndarray, required: int) -> float:
    """Chance that at least so many happen, by convolution."""
    mass = np.ones(1)
    for each in p:
        mass = np.convolve(mass, [1.0 - each, each])
    return float(mass[required:].sum())


@pytest.mark.parametrize(("target", "share"), [("all_built", 0.775), ("all_online", 0.4)])
def test_attainment_is_a_poisson_binomial_tail(target: str, share: float) -> None:
    setting, required, met = attained(share)
    p, count = chances(setting)[target], required[target]
    assert p.size == 40 and count == round(40 * share)
    exact = tail(p, count)
    agrees(f"3.1-6 {target}", z_count(met[target], RUNS, exact))
    mean = float(binom.sf(count - 1, p.size, p.mean()))
    detects(f"3.1-6 {target}, a binomial count of the mean chance", z_count(met[target], RUNS, mean))
    near = norm.sf((count - 0.5 - p.sum()) / math.sqrt((p * (1 - p)).sum()))
    assert abs(near - exact) < abs(mean - exact) / 2, "a normal count of the same variance comes nearer"
