"""The forecast on programmes that are over: calibrated everywhere, ahead of the base rate in the mean."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from outside_data import data_file

from dpsim.forecast.backtest import Backtest, run_backtest
from dpsim.forecast.closures import closure_quantiles, closure_record
from dpsim.forecast.programme_files import find_programmes
from dpsim.forecast.programmes import Block, load_blocks
from dpsim.forecast.scores import SHOWN
from dpsim.forecast.settings import Settings, class_settings
from dpsim.params.forecast import CLASSES, load_forecast_settings

STATED = load_forecast_settings()
CLASS_OF = {one.programme: str(one.reference) for one in STATED.programmes}
SETTINGS = {name: class_settings(STATED, name) for name in CLASSES}


@pytest.fixture(scope="module")
def blocks() -> Mapping[str, list[Block]]:
    """Return the blocks of all programmes whose class is stated."""
    folders = [data_file(name, "progress.csv").parent for name in CLASS_OF]
    return {folder.name: load_blocks(folder) for folder in folders}


def scored(blocks: Mapping[str, list[Block]], settings: Mapping[str, Settings] = SETTINGS) -> Backtest:
    return run_backtest(blocks, CLASS_OF, settings, ["dpsim", "base_rate", "run_rate_8"], seed=3, draws=200)


@pytest.fixture(scope="module")
def result(blocks: Mapping[str, list[Block]]) -> Backtest:
    return scored(blocks)


def of(frame: pd.DataFrame, method: str) -> pd.DataFrame:
    return frame[frame["method"] == method].reset_index(drop=True)


def test_every_programme_of_the_settings_is_there_and_found(blocks: Mapping[str, list[Block]]) -> None:
    place: Path = data_file("us_federal_https", "progress.csv").parent.parent
    assert {folder.name for folder in find_programmes(place)} >= set(blocks)
    assert len(blocks) == 7 and all(blocks.values())


def test_no_history_reaches_beyond_its_as_of_date(blocks: Mapping[str, list[Block]]) -> None:
    for name, found in blocks.items():
        progress = pd.read_csv(data_file(name, "progress.csv"), dtype={"unit": str})
        for block in found:
            series = progress[progress["metric"] == block.stage] if "metric" in progress else progress
            known = series[series["date"] <= block.as_of.isoformat()].drop_duplicates(["unit", "date"])
            counts = known["unit"].value_counts()
            assert (block.history.observed <= counts[list(block.history.units)].to_numpy()).all(), (name, block.as_of)


def test_the_mean_is_ahead_of_the_base_rate_and_the_run_rate(result: Backtest) -> None:
    means = result.overall().set_index("method")
    assert (means["programmes"] == 7).all()
    assert means.loc["dpsim", "crps"] < 0.95 * means.loc["base_rate", "crps"]
    assert means.loc["dpsim", "brier"] < 0.85 * means.loc["base_rate", "brier"]
    assert means.loc["dpsim", "crps"] < 0.6 * means.loc["run_rate_8", "crps"]


def test_intervals_hold_together_and_in_each_programme(result: Backtest) -> None:
    assert 0.85 <= of(result.overall(), "dpsim")["pooled90"].iloc[0] <= 0.95
    assert of(result.by_programme(), "dpsim")["cov90"].min() >= 0.8
    assert of(result.totals(), "dpsim")["cov90"].iloc[0] >= 0.8
    assert of(result.overall(), "run_rate_8")["pooled90"].iloc[0] < 0.5, "what does not hold would be noticed"


def test_without_lasting_shocks_and_orders_the_intervals_would_not_hold(blocks: Mapping[str, list[Block]]) -> None:
    sure = {name: s._replace(settle_shock=0.0, spread_shock=0.0, close_weight=0.0) for name, s in SETTINGS.items()}
    assert of(scored(blocks, sure).by_programme(), "dpsim")["cov90"].min() < 0.8


def test_small_and_large_probabilities_mean_what_they_say(result: Backtest) -> None:
    """Beyond what a forecast shows the record does not bear a probability out, so that it is not asked there."""
    table, own = result.reliability("dpsim"), of(result.cases, "dpsim")
    assert table["happened"].iloc[0] < 0.2 and table["cases"].sum() == len(own)
    high = own[own["probability"] >= SHOWN[1]]
    assert len(high) > 500 and high["met"].mean() > SHOWN[1]
    assert high.groupby("programme")["met"].mean().mean() > SHOWN[1] - 0.1


def test_the_record_of_closures_is_that_of_the_programmes(blocks: Mapping[str, list[Block]]) -> None:
    found, kept = closure_quantiles(blocks), closure_record()
    pd.testing.assert_frame_equal(found, kept[found.columns.tolist()], check_exact=False, atol=1.1e-4, rtol=0.0)
    other = closure_quantiles({name: blocks[name] for name in blocks if name != "us_federal_https"})
    assert len(other) < len(kept), "a programme left out must be missed"
