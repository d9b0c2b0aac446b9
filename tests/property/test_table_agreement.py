"""A run from a table follows the forecast of it, path by path: the same counts under the arrangement in force.

Thresholds are dealt by the draw's own luck, so the two are not alike by chance but the same: what is left is a day's
work that a rest day holds up, a member here and there, and half a member where the forecast counts shares.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from observed_places import PLACES, Place, ledger, linyi, points_apart, simulated
from property_runs import frame_hash

from dpsim.core.words import STAGES
from dpsim.experiments.ensemble import run_ensemble
from dpsim.experiments.replication import run_replication
from dpsim.forecast.project import Forecast, forecast
from dpsim.model.table_paths import TablePaths
from dpsim.params.load import load_strategy
from dpsim.progress.load import load_progress

DRAWS, BAR = 60, 1.0
REFERENCE = load_strategy("current_arrangement")
Counts = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def place() -> Place:
    return linyi()


@pytest.fixture(scope="module")
def made(place: Place) -> Forecast:
    return place.forecast(DRAWS)


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.usefixtures("adoption_only")
def test_simulation_and_forecast_have_the_same_quantiles(name: str) -> None:
    at = PLACES[name]()
    drawn = at.forecast(DRAWS)
    counts = simulated(at, drawn.path_set())
    apart = points_apart(drawn, counts)
    assert len(apart) == len(drawn.counts) * (len(drawn.units) + 1)
    assert apart["points"].max() <= BAR, apart[apart["points"] > BAR]
    for stage, done in drawn.counts.items():
        difference = counts[stage] - done[:, :, -1]
        assert np.abs(difference).max() <= 2.0 and np.mean(np.abs(difference) > 0.5 + 1e-9) < 0.02, stage


@pytest.mark.usefixtures("adoption_only")
def test_a_table_whose_counts_fall_agrees_too(place: Place) -> None:
    dice, table = np.random.default_rng(1), place.table.copy()
    over = (dice.uniform(size=len(table)) < 0.1) & (table["date"] < pd.Timestamp(place.as_of))
    table.loc[over, "done"] = np.minimum(table["total"], table["done"] + 2)[over]
    fallen = replace(place, table=table)
    drawn = fallen.forecast(DRAWS)
    paths = drawn.path_set()
    today = dict(zip(paths.stages.tolist(), paths.done.T, strict=True))  # below which no run falls
    drawn = replace(drawn, counts={s: np.maximum(of, today[s][None, :, None]) for s, of in drawn.counts.items()})
    assert drawn.fit["churn"].max() > 0.01 and points_apart(drawn, simulated(fallen, paths))["points"].max() <= BAR
    still = replace(paths, churn=np.zeros_like(paths.churn))
    assert points_apart(drawn, simulated(fallen, still))["points"].max() > BAR, "falls are not looked at"


@pytest.mark.usefixtures("adoption_only")
def test_the_forecast_of_a_ledger_agrees_too(place: Place) -> None:
    progress = load_progress(ledger())
    listed = replace(place, table=progress.frame)
    asked = {"as_of": place.as_of, "draws": DRAWS, "reference": "order"}
    drawn = forecast(progress, listed.targets(), seed=1, **asked)  # type: ignore[arg-type]
    paths = drawn.path_set()
    assert not paths.regime.all() and set(drawn.counts) == set(STAGES)
    assert points_apart(drawn, simulated(listed, paths, state=progress))["points"].max() <= BAR
    earlier = forecast(progress, listed.targets(), seed=2, **asked).path_set()  # type: ignore[arg-type]
    other = simulated(listed, replace(paths, own=earlier.own), state=progress)
    assert points_apart(drawn, other)["points"].max() > BAR, "the work that follows is not looked at"


WRONG: dict[str, Callable[[TablePaths], TablePaths]] = {
    "half the shock": lambda paths: replace(paths, own=np.sqrt(paths.own * np.median(paths.own, axis=0))),
    "no closure": lambda paths: replace(paths, ordered=np.zeros_like(paths.ordered)),
    "another draw's luck": lambda paths: replace(paths, luck=np.sqrt(paths.luck)),
    "settling for spreading": lambda paths: replace(
        paths, own=np.where(paths.spreads[:, None, None, None], 0.5, 1.0) * paths.own
    ),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.usefixtures("adoption_only")
def test_another_law_is_noticed(name: str, place: Place, made: Forecast) -> None:
    apart = points_apart(made, simulated(place, WRONG[name](made.path_set())))
    assert apart["points"].max() > BAR, f"{name} passes unnoticed"


@pytest.mark.usefixtures("adoption_only")
def test_the_list_starts_from_the_counts_of_the_table(place: Place, made: Forecast) -> None:
    ensemble = run_ensemble(
        place.case, REFERENCE, replications=1, seed=1, workers=1, state=place.table, paths=made.path_set()
    )
    frame = ensemble.indicators
    first = frame[(frame["date"] == pd.Timestamp(place.as_of)) & (frame["view"] == "reported")]
    last = place.table[place.table["date"] == pd.Timestamp(place.as_of)]
    for row in last.itertuples():
        shown = first[(first["county"] == row.unit) & (first["indicator"] == row.stage)]["value"]
        assert shown.tolist() == [row.done]


def test_facts_after_the_as_of_date_change_nothing(place: Place) -> None:
    """With hazards and visits, to the bit: rows to come may say whatever they like."""
    later = place.table.assign(date=place.table["date"] + pd.Timedelta(weeks=40), done=place.table["total"])
    known = run_from(place, place.table)
    assert known == run_from(place, pd.concat([place.table, later], ignore_index=True))
    changed = place.table.copy()
    row = changed.index[(changed["date"] == pd.Timestamp(place.as_of)) & (changed["stage"] == "built")][0]
    changed.loc[row, "done"] += 1
    assert known != run_from(place, changed), "the table is not looked at"


def run_from(place: Place, table: pd.DataFrame) -> str:
    """Return a hash of the frames of a run that follows the second draw of a table's forecast."""
    paths = replace(place, table=table).forecast(10).path_set()
    run = run_replication(place.case, REFERENCE, seed=4, replication=1, state=table, paths=paths, trace=True)
    return frame_hash(run.events, run.indicators, run.targets)


def test_both_engines_write_the_same(place: Place, made: Forecast) -> None:
    paths, plan = made.path_set(), load_strategy("third_party_capacity")
    frames = [
        run_replication(
            place.case, plan, seed=2, replication=5, engine=engine, state=place.table, paths=paths, trace=True
        )
        for engine in ("compiled", "simpy")
    ]
    hashes = {frame_hash(run.events, run.indicators, run.targets) for run in frames}
    assert len(hashes) == 1 and len(frames[0].events) > 1000


@pytest.mark.usefixtures("adoption_only")
def test_a_stronger_strategy_is_ahead_on_every_path(place: Place, made: Forecast) -> None:
    """A strategy multiplies the intensities of the same draw: never fewer, and more on most."""
    paths, totals = made.path_set(), {}
    for name in ("current_arrangement", "deadline_drive", "no_meetings"):
        ensemble = run_ensemble(
            place.case,
            load_strategy(name),
            replications=DRAWS,
            seed=1,
            workers=1,
            state=place.table,
            paths=paths,
            by="city",
        )
        frame = ensemble.indicators
        last = frame[(frame["date"] == pd.Timestamp(place.deadline)) & (frame["view"] == "reported")]
        totals[name] = last.pivot(index="replication", columns="indicator", values="value")[list(STAGES)].to_numpy()
    drive = totals["deadline_drive"] - totals["current_arrangement"]
    less = totals["no_meetings"] - totals["current_arrangement"]
    assert drive[:, :3].min() >= 0.0 and np.mean(drive[:, 2] > 0.0) > 0.5
    assert less[:, :3].max() <= 0.0 and np.mean(less[:, 2] < 0.0) > 0.5
