"""Cases at the edge of what the schema allows load, can be forecast and run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dpsim.core.words import GROUPS, STAGES
from dpsim.errors import FileFaults
from dpsim.experiments.ensemble import Ensemble, run_ensemble
from dpsim.forecast.snapshot import SnapshotForecast, snapshot_forecast
from dpsim.model.targets import group_total
from dpsim.params.faults import Origin
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case
from dpsim.report import yearend
from dpsim.report.sentences import headline

DRAWS, RUNS = 20, 2
STATE = ("building", "built", "connected", "online", "assessed", "passed")
TIERS = ("benchmark_provincial", "benchmark_municipal", "benchmark_county")
ALL = 1748
Content = dict[str, Any]


def counted(content: Content, **counts: int) -> Content:
    """Return the content with other counts, their ranges moved along, and without figures that no longer hold."""
    state = {key: {**content["state"][key], "value": n, "range": (n, n)} for key, n in counts.items()}
    return {**content, "state": {**content["state"], **state}, "published": ()}


def listed(content: Content, enterprises: int, tiers: int) -> Content:
    """Return the content with another size of the list and `tiers` benchmarks in each tier."""
    held = content["population"]
    total = {**held["enterprises"], "value": enterprises, "range": (enterprises, enterprises)}
    each = {key: {**held["tiers"][key], "value": tiers, "range": (tiers, tiers)} for key in TIERS}
    return {**content, "population": {**held, "enterprises": total, "tiers": each}, "published": ()}


def without_benchmarks(content: Content) -> Content:
    """Return the content with no benchmark and no target for them."""
    content = listed(content, content["population"]["enterprises"]["value"], 0)
    rest = tuple(target for target in content["targets"]["list"] if target["group"] != "benchmark")
    return {**content, "targets": {**content["targets"], "list": rest}}


def only(content: Content, *path: str, **values: object) -> Content:
    """Return the content with some entries of the block at `path` replaced."""
    if not path:
        return {**content, **values}
    return {**content, path[0]: only(content[path[0]], *path[1:], **values)}


def spanned(content: Content, key: str, low: float, high: float) -> Content:
    """Return the content with another range of a count of the state."""
    return only(content, "state", key, range=(low, high))


def everyone(content: Content) -> Content:
    return counted(content, building=0, **dict.fromkeys(STATE[1:], ALL))


def nobody(content: Content) -> Content:
    return counted(content, **dict.fromkeys(STATE, 0))


ODD = {
    "everything finished": everyone,
    "nothing done": nobody,
    "all building, nothing built": lambda c: counted(nobody(c), building=ALL),
    "all connected before they are built": lambda c: counted(nobody(c), building=ALL, connected=ALL),
    "all built, none online": lambda c: counted(nobody(c), built=ALL),
    "no benchmark": without_benchmarks,
    "no benchmark and nothing done": lambda c: nobody(without_benchmarks(c)),
    "no benchmark, their targets left in": lambda c: listed(c, ALL, 0),
    "nobody but benchmarks": lambda c: only(
        counted(listed(c, 1749, 583)), "targets", list=tuple(t for t in c["targets"]["list"] if t["group"] != "other")
    ),
    "one reading of the split": lambda c: only(
        c, "scenario", "benchmark_split", options=("benchmark_first",), value="benchmark_first"
    ),
    "one start and one chance": lambda c: only(
        only(c, "scenario", "start", dates=c["scenario"]["start"]["dates"][:1], weights=(1,)),
        "scenario", "rush", chances=(0.2,), weights=(1.0,),
    ),
    "begun the day before": lambda c: only(
        c, "scenario", "start", dates=(c["as_of"].replace(day=c["as_of"].day - 1),), weights=(1.0,)
    ),
    "ranges that break the nesting at both ends": lambda c: spanned(
        spanned(c, "building", 0, ALL), "connected", 0, ALL
    ),
    "ranges without width": lambda c: spanned(spanned(c, "building", 350, 350), "connected", 900, 900),
    "one target only": lambda c: only(c, "targets", list=c["targets"]["list"][:1]),
    "due tomorrow": lambda c: only(
        only(c, "targets", list=({**c["targets"]["list"][0], "deadline": c["as_of"].replace(day=11)},)),
        horizon_end=c["as_of"].replace(day=11),
        published=(),
    ),
    "a list of one, nothing done": lambda c: nobody(without_benchmarks(listed(c, 1, 0))),
    "a list of one, finished": lambda c: counted(
        without_benchmarks(listed(c, 1, 0)), building=0, **dict.fromkeys(STATE[1:], 1)
    ),
    "nothing published": lambda c: {**c, "published": ()},
}  # fmt: skip


@pytest.fixture(scope="module", params=list(ODD))
def case(request: pytest.FixtureRequest) -> Case:
    return Case.from_content(ODD[request.param](load_case("linyi-2018").content()), Origin("odd.yaml"))


def test_it_can_be_forecast(case: Case) -> None:
    forecast: SnapshotForecast = snapshot_forecast(case, seed=1, draws=DRAWS)
    for frame, n in ((forecast.cells, DRAWS), (forecast.pooled, DRAWS)):
        assert set(frame["target"]) <= {target.id for target in case.targets.list}
        assert case.targets.headline in set(frame["target"])
        assert (frame["n"] >= n).all()
        assert_probabilities(frame)
        assert (frame["shortfall_q05"] >= 0).all() and frame.notna().all(axis=None)
    scenario = case.scenario
    headline = forecast.cells[(forecast.cells["target"] == case.targets.headline) & (forecast.cells["level"] == "all")]
    assert len(headline) == 3 * len(scenario.start.dates) * len(scenario.rush.chances), "one per start, regime, rush"
    for frame in (forecast.bottlenecks, forecast.sensitivity, forecast.fan):
        assert np.isfinite(frame.select_dtypes("number")).all(axis=None)
    assert (forecast.bottlenecks[["share_low", "share", "share_high"]] >= 0).all(axis=None)
    total = case.population.enterprises.value
    for stage, rows in forecast.fan.groupby("stage"):
        assert (rows["q025"] >= getattr(case.state, str(stage)).value).all() and (rows["q975"] <= total).all(), stage


def test_it_can_be_run(case: Case) -> None:
    strategy = load_strategy("current_arrangement")
    done: Ensemble = run_ensemble(case, strategy, replications=RUNS, seed=1, workers=1, progress=False)
    assert done.failures.empty and done.record["finished"] == RUNS
    assert (done.targets["replications"] == RUNS).all()
    asked = [target.id for target in case.targets.list if group_total(case, target.group)]
    assert done.targets["target"].tolist() == asked
    assert_probabilities(done.targets)
    frame = done.indicators[done.indicators["view"] == "reported"]
    counts = frame.groupby(["indicator", "replication", "date"])["value"].sum()
    for _, rows in counts.groupby(["replication", "date"]):
        now = rows.droplevel(["replication", "date"])
        for inner, outer in (
            ("passed", "assessed"), ("assessed", "built"), ("online", "built"), ("online", "connected"),
            ("built", "listed"), ("connected", "listed"),
        ):  # fmt: skip
            assert now[inner] <= now[outer], f"{inner} above {outer}"
    first = counts.loc[:, :, pd.Timestamp(case.as_of)]
    for stage in STAGES:
        assert (first.loc[stage] == getattr(case.state, stage).value).all(), stage
    assert (first.loc["listed"] == case.population.enterprises.value).all()


def assert_probabilities(frame: pd.DataFrame) -> None:
    """Check that chances and their intervals lie in [0, 1] and hold together."""
    for name in ("probability", "low", "high"):
        assert frame[name].between(0, 1).all(), name
    assert (frame["low"] <= frame["high"]).all()


@pytest.mark.parametrize(
    ("edit", "key"),
    [
        (lambda c: listed(c, 0, 0), "population.enterprises.value"),
        (lambda c: only(c, "targets", list=()), "targets.list"),
        (lambda c: only(c, "scenario", "benchmark_split", options=()), "scenario.benchmark_split.options"),
        (lambda c: only(c, "scenario", "start", dates=(), weights=()), "scenario.start.dates"),
    ],
)
def test_what_has_nothing_to_run_is_refused(edit: Any, key: str) -> None:
    with pytest.raises(FileFaults) as caught:
        Case.from_content(edit(load_case("linyi-2018").content()), Origin("odd.yaml"))
    assert key in {fault.values["key"] for fault in caught.value.faults}


def test_the_helpers_change_what_they_say() -> None:
    content: Mapping[str, Any] = load_case("linyi-2018").content()
    before = repr(content)
    for edit in ODD.values():
        assert edit(dict(content)) != content
    assert repr(content) == before and len(GROUPS) == 2


@pytest.mark.parametrize(
    ("name", "holds", "lacks"),
    [("everything finished", "over 97%", "a week"), ("nothing done", "(none is online so far)", "inf")],
)
def test_headline_leaves_out_what_has_no_meaning(
    name: str, holds: str, lacks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yearend, "DRAWS", DRAWS)
    case = Case.from_content(ODD[name](load_case("linyi-2018").content()), Origin("odd"))
    names = ("current_arrangement", yearend.BESIDE)
    request = yearend.Request(case, tuple(load_strategy(n) for n in names), RUNS, 1, "en", "odd", names)
    said = headline(yearend.run_year_end(request, workers=1, progress=False))
    assert holds in said and lacks not in said
