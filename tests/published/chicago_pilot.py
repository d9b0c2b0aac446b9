"""The pilot of Chicago's food inspections: the same visits in another order, with the package's own functions.

1 665 canvass inspections of September and October 2014. "None" is what happened. A strategy gives each inspection a
whole score; the k-th in its order takes the k-th place of the calendar as it happened (same visits a day).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from outside_data import read_table

from dpsim.core.priorities import find_rate, longest_unvisited_score, predicted_score, risk_class_score, visit_order
from dpsim.core.streams import Stream, uniforms
from dpsim.model.targeting import mean_day_found

FOLDER = "chicago_food_inspections"
GRADES = {"Risk 1 (High)": 3, "Risk 2 (Medium)": 2, "Risk 3 (Low)": 1}
SEED = 20140902
PRIOR_VISITS = 4.0
"""A record counts in full from about so many visits; stated, not fitted."""
Ints = npt.NDArray[np.int64]


class Pilot(NamedTuple):
    """One row per inspection, in the order in which it happened."""

    entity: npt.NDArray[np.uint32]
    day: npt.NDArray[np.float64]
    """Days since the first; ascending, so it is also the calendar of places."""
    violator: npt.NDArray[np.bool_]
    inspector: npt.NDArray[np.str_]
    scores: dict[str, Ints]
    """By strategy; "none" is the same for all, so that ties leave what happened."""


def load_inspections(data: str | None = None) -> pd.DataFrame:
    """Return all inspections with `violator`: at least one critical violation was found."""
    frame = read_table(FOLDER, "inspections.csv", data=data)
    return frame.assign(violator=frame["critical_violations"] > 0)


def load_pilot(inspections: pd.DataFrame) -> Pilot:
    """Return the pilot's test set with the scores of all strategies."""
    test = inspections[inspections["pilot_test_set"] == 1].sort_values(["date", "id"])
    before = inspections[inspections["date"] < test["date"].min()]
    unvisited = [longest_unvisited_score(0, -round(years * 365.25)) for years in test["years_since_last"]]
    scores = {
        "risk score": [predicted_score(p) for p in test["glmnet_score"]],
        "risk class": [risk_class_score(GRADES[name], 0) for name in test["risk_class"]],
        "risk class, then longest unvisited": [
            risk_class_score(GRADES[name], days) for name, days in zip(test["risk_class"], unvisited, strict=True)
        ],
        "none": [0] * len(test),
        "longest unvisited": unvisited,
        "own record": record_scores(before, test, "establishment"),
        "inspector's record": record_scores(before, test, "inspector"),
    }
    return Pilot(
        np.arange(1, len(test) + 1, dtype=np.uint32),
        (test["date"] - test["date"].min()).dt.days.to_numpy(dtype=np.float64),
        test["violator"].to_numpy(dtype=bool),
        test["inspector"].to_numpy(dtype=np.str_),
        {name: np.array(score, dtype=np.int64) for name, score in scores.items()},
    )


def record_scores(before: pd.DataFrame, test: pd.DataFrame, key: str) -> list[int]:
    """Return the scores from the finds per visit of each establishment or inspector before the test set."""
    record = before.groupby(key)["violator"].agg(["sum", "size"]).reindex(test[key]).fillna(0)
    prior = PRIOR_VISITS * before["violator"].mean()
    return [
        predicted_score(find_rate(finds, visits, prior, PRIOR_VISITS)) for finds, visits in record.itertuples(False)
    ]


def order_of(pilot: Pilot, score: Ints) -> Ints:
    """Return the order of visits under a score."""
    return visit_order(score, pilot.entity)


def days_before_actual(pilot: Pilot, score: Ints) -> float:
    """Return how many days earlier than it happened violators are found."""
    return float(pilot.day[pilot.violator].mean() - mean_day_found(order_of(pilot, score), pilot.violator, pilot.day))


def days_before_random(pilot: Pilot, score: Ints) -> float:
    """Return how many days earlier than in a random order violators are found."""
    return float(pilot.day.mean() - mean_day_found(order_of(pilot, score), pilot.violator, pilot.day))


def found_in_first_half(pilot: Pilot, score: Ints) -> float:
    """Return the share of violators among the first half of the visits."""
    order = order_of(pilot, score)
    return float(pilot.violator[order[: (order.size + 1) // 2]].sum() / pilot.violator.sum())


def days_within_inspectors(pilot: Pilot, score: Ints) -> float:
    """Return the gain over a random order when each inspector reorders her own visits among her own days.

    Sending the inspector who finds most first is worth nothing here: only what the score says of the premises is.
    """
    total = 0.0
    for name in np.unique(pilot.inspector):
        own = np.flatnonzero(pilot.inspector == name)
        found = pilot.violator[own]
        if found.any():
            order = visit_order(score[own], pilot.entity[own])
            total += found.sum() * (pilot.day[own].mean() - mean_day_found(order, found, pilot.day[own]))
    return float(total / pilot.violator.sum())


def rank_within_inspectors(pilot: Pilot, score: Ints) -> Ints:
    """Return the score's rank among the inspector's own visits, in per mille: purged of who comes."""
    rank = pd.Series(score).groupby(pilot.inspector).rank(pct=True)
    return np.array([predicted_score(share) for share in rank], dtype=np.int64)


def shuffled(pilot: Pilot, what: npt.NDArray, draw: int, *, within: bool = False) -> npt.NDArray:
    """Return scores or inspectors exchanged at random, among the visits of each inspector where `within`."""
    luck = uniforms(SEED, draw, pilot.entity, int(Stream.TEST), 0)
    out = np.empty_like(what)
    groups = [pilot.inspector == name for name in np.unique(pilot.inspector)] if within else [pilot.day >= 0.0]
    for group in groups:
        own = np.flatnonzero(group)
        out[own] = what[own[np.argsort(luck[own])]]
    return out


def take(pilot: Pilot, rows: Ints) -> Pilot:
    """Return the pilot with these of its inspections (in order of date), numbered anew."""
    return Pilot(
        np.arange(1, rows.size + 1, dtype=np.uint32),
        pilot.day[rows],
        pilot.violator[rows],
        pilot.inspector[rows],
        {name: score[rows] for name, score in pilot.scores.items()},
    )


def bootstrap(pilot: Pilot, measure: Callable[[Pilot], list[float]], draws: int) -> npt.NDArray[np.float64]:
    """Return `measure` on `draws` resamples of the inspections, shape (draws, measures)."""
    n = pilot.entity.size
    resamples = (np.sort((n * uniforms(SEED, k, pilot.entity, int(Stream.TEST), 1)).astype(int)) for k in range(draws))
    return np.array([measure(take(pilot, rows)) for rows in resamples])


def both_inspectors(inspections: pd.DataFrame, few: str, many: str) -> pd.DataFrame:
    """Return, for establishments that both inspectors visited, the share of visits with critical violations."""
    pair = inspections[inspections["inspector"].isin([few, many])]
    return pair.groupby(["establishment", "inspector"])["violator"].mean().unstack().dropna()
