"""Chicago's food inspections: the package's targeting gives the pilot's figures, and who inspects explains most of it.

Source: City of Chicago, food-inspections-evaluation (7.5 days earlier); methods 3.4-23. Run with `-s` for the figures.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from chicago_pilot import (
    FOLDER,
    Ints,
    Pilot,
    bootstrap,
    both_inspectors,
    days_before_actual,
    days_before_random,
    days_within_inspectors,
    found_in_first_half,
    load_inspections,
    load_pilot,
    order_of,
    rank_within_inspectors,
    shuffled,
)
from outside_data import read_table
from scipy.stats import mannwhitneyu

from dpsim.core.priorities import random_score
from dpsim.core.streams import Stream
from dpsim.model.targeting import days_earlier, targeting_gain

PUBLISHED = {
    "risk score": "glmnet_risk_score",
    "risk class": "rule_risk_class_then_original_order",
    "none": "business_as_usual",
    "longest unvisited": "rule_longest_since_last",
}
"""The pilot's strategies, best first."""
DAYS = 60.0


@pytest.fixture(scope="module")
def inspections() -> pd.DataFrame:
    return load_inspections()


@pytest.fixture(scope="module")
def pilot(inspections: pd.DataFrame) -> Pilot:
    return load_pilot(inspections)


@pytest.fixture(scope="module")
def benchmark() -> pd.DataFrame:
    return read_table(FOLDER, "pilot_benchmark.csv").set_index("strategy")


def lots(pilot: Pilot, draw: int) -> Ints:
    return np.array([random_score(1, draw, int(who), int(Stream.TEST), 0) for who in pilot.entity])


def auc(score: Ints, violator: np.ndarray) -> float:
    above = mannwhitneyu(score[violator], score[~violator]).statistic
    return float(above / (violator.sum() * (~violator).sum()))


def test_each_strategy_gives_its_published_days_and_finds(pilot: Pilot, benchmark: pd.DataFrame) -> None:
    assert (pilot.entity.size, pilot.violator.sum()) == (1665, 263)
    for name, row in PUBLISHED.items():
        days, half = days_before_actual(pilot, pilot.scores[name]), found_in_first_half(pilot, pilot.scores[name])
        print(f"chicago | {name} | {days:.2f} days before actual | first half {half:.4f}")
        assert days == pytest.approx(benchmark.loc[row, "mean_days_earlier"], abs=0.006), name
        assert half == pytest.approx(benchmark.loc[row, "share_found_first_half"], abs=6e-5), name
    reverse = -pilot.scores["risk score"]
    assert days_before_actual(pilot, reverse) < -7.0, "the reverse order must lose"
    for name in ("risk class, then longest unvisited", "own record", "inspector's record"):
        print(f"chicago | {name} | {days_before_actual(pilot, pilot.scores[name]):.2f} days before actual")


def test_lots_give_nothing(pilot: Pilot, benchmark: pd.DataFrame) -> None:
    gains = np.array([days_before_random(pilot, lots(pilot, draw)) for draw in range(200)])
    error = gains.std(ddof=1) / np.sqrt(gains.size)
    against_actual = (
        gains.mean() + days_before_actual(pilot, pilot.scores["none"]) - days_before_random(pilot, pilot.scores["none"])
    )
    print(f"chicago | lots | {gains.mean():+.3f} days +- {error:.3f} (se), against actual {against_actual:.2f}")
    assert abs(gains.mean()) < 4.0 * error
    assert against_actual == pytest.approx(benchmark.loc["random_order(500 draws)", "mean_days_earlier"], abs=4 * error)
    scores = [shuffled(pilot, pilot.scores["risk score"], draw) for draw in range(200)]
    gains = np.array([days_before_random(pilot, score) for score in scores])
    assert abs(gains.mean()) < 4.0 * gains.std(ddof=1) / np.sqrt(gains.size), "shuffled scores"
    assert days_before_random(pilot, pilot.scores["risk score"]) > 4.0 * gains.std(ddof=1), "the true ones do not pass"


def test_order_of_strategies_and_how_sure_it_is(pilot: Pilot) -> None:
    names = list(PUBLISHED)

    def gains(sample: Pilot) -> list[float]:
        return [days_before_actual(sample, sample.scores[name]) for name in names]

    point, draws = gains(pilot), bootstrap(pilot, gains, 1000)
    assert point == sorted(point, reverse=True), "risk score, risk class, none, longest unvisited"
    for better, worse in zip(range(3), range(1, 4), strict=True):
        low, high = np.quantile(draws[:, better] - draws[:, worse], [0.025, 0.975])
        print(
            f"chicago | {names[better]} before {names[worse]} | {point[better] - point[worse]:.2f} days "
            f"[{low:.2f}, {high:.2f}]"
        )
        assert low > 0.0
    low, high = np.quantile(draws[:, 0], [0.025, 0.975])
    print(f"chicago | risk score before actual | {point[0]:.2f} days [{low:.2f}, {high:.2f}]")


def test_identity_gives_the_gain_from_the_score_alone(pilot: Pilot) -> None:
    prevalence = float(pilot.violator.mean())
    for name in PUBLISHED:
        score = pilot.scores[name]
        quality = auc(score, pilot.violator)
        identity = targeting_gain(DAYS, prevalence, quality)
        ties = [  # an order of lots among equals, as the identity counts them
            days_earlier(order_of(pilot, score * 2**40 + lots(pilot, draw) // 2**13), pilot.violator, DAYS)
            for draw in range(100)
        ]
        counted, error = np.mean(ties), np.std(ties) / 10.0
        print(
            f"chicago | identity, {name} | AUC {quality:.4f} | {identity:.2f} days; counted {counted:.2f}; "
            f"in the true calendar {days_before_random(pilot, score):.2f}"
        )
        assert abs(identity - counted) < 4.0 * error + 1e-9, name
    quality = auc(pilot.scores["risk score"], pilot.violator)
    assert targeting_gain(DAYS, 0.15, 0.647) == pytest.approx(7.5, abs=0.01), "what the published figures imply"
    without_prevalence = DAYS * (quality - 0.5)
    counted = days_earlier(order_of(pilot, pilot.scores["risk score"]), pilot.violator, DAYS)
    assert abs(without_prevalence - counted) > 1.0, "the check must see a missing factor"
    implied = 0.5 + (7.59 + 1.51) / (DAYS * (1.0 - prevalence))
    print(
        f"chicago | identity | prevalence {prevalence:.4f}, gain over lots implies AUC {implied:.4f}, is {quality:.4f}"
    )
    assert implied == pytest.approx(quality, abs=0.01), "what happened was 1.5 days better than lots"


def test_inspectors_find_very_different_shares(inspections: pd.DataFrame) -> None:
    framed = inspections[inspections["in_model_frame"] == 1]
    rates = framed.groupby("inspector")["violator"].mean()
    print("chicago | critical share by inspector |", rates.sort_values().round(4).to_dict())
    assert rates["brown"] == pytest.approx(0.025, abs=5e-4) and rates.min() == rates["brown"]
    assert rates["purple"] == pytest.approx(0.408, abs=5e-4) and rates.max() == rates["purple"]


@pytest.mark.parametrize(
    ("few", "many"), [("brown", "blue"), ("yellow", "blue"), ("green", "blue"), ("yellow", "purple")]
)
def test_the_same_premises_look_different_to_different_inspectors(
    inspections: pd.DataFrame, few: str, many: str
) -> None:
    shares = both_inspectors(inspections, few, many)
    gap = (shares[many] - shares[few]).to_numpy()
    z = gap.mean() / (gap.std(ddof=1) / np.sqrt(gap.size))
    means = shares[[few, many]].mean().round(3).to_dict()
    print(f"chicago | same {gap.size} premises | {means} | z {z:.1f}")
    assert z > 4.0
    signs = np.where(np.array([random_score(1, 0, k, int(Stream.TEST), 1) for k in range(gap.size)]) % 2, 1.0, -1.0)
    null = (gap * signs).mean() / ((gap * signs).std(ddof=1) / np.sqrt(gap.size))
    assert abs(null) < 4.0, "inspectors exchanged at random must show nothing"


def test_who_inspects_explains_most_of_the_gain_and_not_all(pilot: Pilot) -> None:
    def parts(sample: Pilot) -> list[float]:
        score = sample.scores["risk score"]
        gain, within = days_before_random(sample, score), days_within_inspectors(sample, score)
        purged = days_before_random(sample, rank_within_inspectors(sample, score))
        return [
            gain,
            within,
            purged,
            days_before_random(sample, sample.scores["inspector's record"]),
            1 - within / gain,
        ]

    point = parts(pilot)
    low, high = np.quantile(bootstrap(pilot, parts, 1000), [0.025, 0.975], axis=0)
    words = ("gain over lots", "within inspectors", "score purged", "inspector's record alone", "explained")
    for word, value, a, b in zip(words, point, low, high, strict=True):
        print(f"chicago | {word} | {value:.2f} [{a:.2f}, {b:.2f}]")
    assert low[1] > 0.0 and low[2] > 0.0, "something is left without the inspector"
    assert low[4] > 0.3 and high[4] < 1.0, "and a good part is hers"
    assert high[3] > point[0] > low[3], "her record alone gains as much as the whole score"


def test_the_share_explained_is_not_made_by_the_method(pilot: Pilot) -> None:
    score = pilot.scores["risk score"]
    gain = days_before_random(pilot, score)
    strangers = [pilot._replace(inspector=shuffled(pilot, pilot.inspector, draw)) for draw in range(100)]
    explained = np.array([1.0 - days_within_inspectors(world, score) / gain for world in strangers])
    print(f"chicago | explained by inspectors exchanged at random | {explained.mean():.3f} sd {explained.std():.3f}")
    assert abs(explained.mean()) < 0.05, "inspectors who mean nothing explain nothing"
    empty = [shuffled(pilot, score, draw, within=True) for draw in range(100)]
    within = np.array([days_within_inspectors(pilot, world) for world in empty])
    overall = np.mean([days_before_random(pilot, world) for world in empty])
    print(f"chicago | score shuffled within inspectors | within {within.mean():+.2f}, overall {overall:.2f}")
    assert abs(within.mean()) < 4.0 * within.std(ddof=1) / 10.0, (
        "a score that knows inspectors only leaves nothing within"
    )
    assert overall > 0.8 * gain
