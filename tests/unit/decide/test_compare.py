"""Paired comparison: statistics against scipy, adjusted intervals, verdicts, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_1samp, ttest_rel

from dpsim.core.streams import Stream, uniforms
from dpsim.decide.compare import COLUMNS, LESS, MORE, SAME, UNTOLD, compare, pair_statistics, share_ends, verdict
from dpsim.decide.measures import MEASURES, find_measure, measure_runs
from dpsim.errors import InputError
from dpsim.experiments.ensemble import run_ensemble
from dpsim.language import say
from dpsim.measure.indicators import COUNTED
from dpsim.params.load import load_case, load_strategy


def normal(n: int, k: int) -> np.ndarray:
    from scipy.special import ndtri

    return np.asarray(ndtri(uniforms(7, k, np.arange(1, n + 1, dtype=np.uint32), int(Stream.TEST), 0)))


def test_mean_and_interval_are_those_of_the_paired_t_test() -> None:
    common, n = normal(40, 0), 40
    own, base = 3.0 * common + 0.3 * normal(40, 1) + 0.2, 3.0 * common
    row = pair_statistics(own, base, better=1)
    other = ttest_rel(own, base).confidence_interval(0.95)
    assert (row["low"], row["high"]) == pytest.approx((other.low, other.high))
    assert row["mean"] == pytest.approx((own - base).mean()) and row["n"] == n
    assert row["better_share"] == pytest.approx((own > base).mean())
    assert row["variance_reduction"] > 50, "what the runs share is gone from the difference"
    alone = pair_statistics(own[::-1].copy(), base, better=1)
    assert alone["variance_reduction"] < 3, "with other partners it is not"
    assert alone["high"] - alone["low"] > 4 * (row["high"] - row["low"])


def test_the_adjusted_interval_is_bonferronis() -> None:
    own, base = normal(30, 2), normal(30, 3)
    row = pair_statistics(own, base, family=4)
    wide = ttest_1samp(own - base, 0.0).confidence_interval(1.0 - 0.05 / 4)
    assert (row["adjusted_low"], row["adjusted_high"]) == pytest.approx((wide.low, wide.high))
    one = pair_statistics(own, base)
    assert (one["adjusted_low"], one["adjusted_high"]) == (one["low"], one["high"])
    assert math.isnan(one["better_share"]), "a measure without a direction has no better"


def test_intervals_cover_no_difference_as_often_as_they_say() -> None:
    runs, wrong, wrong_together = 400, 0, 0
    for k in range(runs):
        rows = [
            pair_statistics(normal(12, 10 + 8 * k + 2 * j), normal(12, 11 + 8 * k + 2 * j), family=4) for j in range(4)
        ]
        wrong += not rows[0]["low"] <= 0.0 <= rows[0]["high"]
        wrong_together += any(not row["adjusted_low"] <= 0.0 <= row["adjusted_high"] for row in rows)
    se = math.sqrt(0.05 * 0.95 * runs)
    assert abs(wrong - 0.05 * runs) < 4 * se, f"{wrong} of {runs}"
    assert wrong_together - 0.05 * runs < 4 * se, f"{wrong_together} of {runs} families"


def row_of(mean: float, low: float, high: float, wide_low: float, wide_high: float) -> pd.Series:
    return pd.Series({"mean": mean, "low": low, "high": high, "adjusted_low": wide_low, "adjusted_high": wide_high})


def test_a_verdict_never_goes_beyond_the_adjusted_interval() -> None:
    assert verdict(row_of(2, 1, 3, -0.1, 4)) == UNTOLD, "significant alone, not together"
    assert verdict(row_of(2, 1, 3, 0.5, 4)) == MORE and verdict(row_of(-2, -3, -1, -4, -0.5)) == LESS
    assert verdict(row_of(0, 0, 0, 0, 0)) == SAME and verdict(row_of(5, 5, 5, 5, 5)) == MORE


def test_every_measure_has_its_words_and_reads_what_the_runs_hold() -> None:
    names = [measure.name for measure in MEASURES]
    assert len(set(names)) == len(names) >= 10
    for lang in ("zh", "en"):
        assert len({say(f"compare.measure.{name}", lang=lang) for name in names}) == len(names)
    known = {(name, view) for name, view in COUNTED}
    for measure in MEASURES:
        for wanted in measure.indicators:
            if measure.unit not in ("staff_days", "yuan"):
                assert any(
                    (n.startswith(wanted) if wanted[-1] == ":" else n == wanted) and v == measure.view for n, v in known
                )
        assert measure.better in (-1, 0, 1)
    assert find_measure("found").better == 0, "found is no measure of success (methods 3.3-17)"


@pytest.fixture(scope="module")
def few() -> dict[str, object]:
    case = load_case("linyi-2018")
    chosen = [load_strategy(name) for name in ("light_touch", "past_pace")]
    return {"case": case, "result": compare(case, chosen, replications=3, seed=2, workers=1)}


def test_the_frame_is_that_of_the_interface(few: dict[str, object]) -> None:
    result = few["result"]
    frame = result.differences
    assert tuple(frame.columns) == COLUMNS and set(frame["reference"]) == {"current_arrangement"} == {result.reference}
    assert list(result.ensembles) == ["current_arrangement", "light_touch", "past_pace"]
    assert (frame["n"] == 3).all() and not frame[["mean", "low", "high"]].isna().any(axis=None)
    light = frame[frame["strategy"] == "light_touch"].set_index("measure")
    assert set(light.index) == {measure.name for measure in MEASURES}
    past = frame[frame["strategy"] == "past_pace"]
    assert set(past["measure"]) == {"met", "online", "built", "yuan"}, "no hazards where they are not simulated"
    assert light.loc["visits", "mean"] < -500 and light.loc["latent_general", "mean"] > 0


def test_a_pair_is_one_replication_of_both(few: dict[str, object]) -> None:
    case, result = few["case"], few["result"]
    own = run_ensemble(case, load_strategy("light_touch"), replications=3, seed=2, workers=1, by="county")
    base = measure_runs(result.ensembles["current_arrangement"], "all_online")["online"]
    other = measure_runs(own, "all_online")["online"]
    row = result.differences.set_index(["strategy", "measure"]).loc[("light_touch", "online")]
    assert row["mean"] == pytest.approx((other - base).mean()), "whatever the grouping of the indicators"


def test_a_run_measures_the_same_alone_and_among_others() -> None:
    """To the bit, or no comparison could be verified: sums by groups had another last bit for one run than for two."""
    case, strategy = load_case("qixian-2023"), load_strategy("light_touch")
    alone, among = (
        measure_runs(run_ensemble(case, strategy, replications=n, seed=1, workers=1, by="city"), "all_online")
        for n in (1, 3)
    )
    assert {name: one[0] for name, one in alone.items()} == {name: one[0] for name, one in among.items()}


def test_targets_met_are_compared_with_width_even_where_none_is(few: dict[str, object]) -> None:
    """Of 3 runs none meets the headline target under either: no difference is seen, and none is excluded."""
    row = few["result"].differences.set_index(["measure", "strategy"]).loc["met", "light_touch"]
    assert row["mean"] == 0.0 and row["low"] < -50 and row["high"] > 50 and verdict(row) == UNTOLD
    assert row["adjusted_low"] < row["low"], "two strategies together"
    own, base = np.arange(100) < 40, np.arange(100) < 10
    ends = share_ends(own, base, family=1)
    assert 15 < ends["low"] < 30 < ends["high"] < 45 and ends["adjusted_low"] == ends["low"]
    assert share_ends(base, own, family=1)["low"] == pytest.approx(-ends["high"])


def test_what_cannot_be_compared_is_refused() -> None:
    case, a, b = load_case("linyi-2018"), load_strategy("balanced"), load_strategy("current_arrangement")
    for strategies, runs, message in (
        ([b], 5, "error.nothing_to_compare"),
        ([], 5, "error.nothing_to_compare"),
        ([a, a], 5, "error.compared_twice"),
        ([a], 1, "error.pairs"),
        (["balanced"], 5, "error.not_loaded"),
    ):
        with pytest.raises(InputError) as caught:
            compare(case, strategies, replications=runs, seed=1)
        assert caught.value.message == message
        assert caught.value.text("zh") != caught.value.text("en")
    with pytest.raises(InputError) as caught:
        compare("linyi-2018", a, replications=5, seed=1)
    assert caught.value.message == "error.not_loaded"
