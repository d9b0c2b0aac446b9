"""Scenario cells taken together with the weights the case states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.forecast.verdict import SHORTFALL_QUANTILES
from dpsim.measure.probability import wilson_interval
from dpsim.model.chain import STATES
from dpsim.model.prior import CLOSE_WEIGHT, SPREAD_WEIGHT
from dpsim.model.state import Floats
from dpsim.params.schema import Case

BOTTLENECKS = {
    "not_started": ("not_started",),
    "building": ("building", "building_connected"),
    "built_not_connected": ("built",),
    "connected_not_online": ("built_connected",),
    "not_built": ("not_started", "building", "building_connected"),
    "built_not_online": ("built", "built_connected"),
}
"""Where those not online stand; the last two sum up the others."""


def regime_weights(reference_class: str) -> dict[str, float]:
    """Return the weight of each regime in a reference class, as `draw_paths` draws them."""
    close = CLOSE_WEIGHT[reference_class]
    return {"settle": (1.0 - close) * (1.0 - SPREAD_WEIGHT), "spread": (1.0 - close) * SPREAD_WEIGHT, "close": close}


def cell_weight(case: Case, row: Mapping[str, Any], reference_class: str) -> float:
    """Return the weight of a cell in the mixture of a reference class."""
    scenario = case.scenario
    regime = regime_weights(reference_class)[row["regime"]]
    start = dict(zip(scenario.start.dates, scenario.start.weights, strict=True))[row["start"]]
    rush = dict(zip(scenario.rush.chances, scenario.rush.weights, strict=True))[row["rush"]]
    return float(regime * start * rush)


def pooled(case: Case, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the mixture of the cells for each target, level, split and reference class."""
    keys = dict.fromkeys((str(r["target"]), str(r["level"]), str(r["split"])) for r in rows)
    out = []
    for reference_class in CLOSE_WEIGHT:
        for target, level, split in keys:
            chosen = [r for r in rows if (r["target"], r["level"], r["split"]) == (target, level, split)]
            weights = np.array([cell_weight(case, r, reference_class) for r in chosen])
            mixed = mixture(weights / weights.sum(), chosen)
            out.append({"target": target, "level": level, "split": split, "reference_class": reference_class} | mixed)
    return pd.DataFrame(out)


def mixture(weights: Floats, cells: list[dict[str, Any]]) -> dict[str, Any]:
    """Return P(met) of a mixture of cells with a Wilson interval (95%), and the shortfall's quantiles.

    The cells share their draws, so the mixture's error is at most that of one cell's draws: the interval is a
    Wilson interval with the n of one cell, and wider than the error is.
    """
    paths = int(min(cell["n"] for cell in cells))
    probability = float(weights @ np.array([cell["probability"] for cell in cells]))
    low, high = wilson_interval(probability * paths, paths)
    values = np.concatenate([cell["shortfalls"] for cell in cells])
    each = np.concatenate([np.full(cell["n"], w / cell["n"]) for cell, w in zip(cells, weights, strict=True)])
    quantiles = weighted_quantiles(values, each, np.array(list(SHORTFALL_QUANTILES.values())))
    return {
        "n": values.size,
        "probability": probability,
        "low": low,
        "high": high,
        **dict(zip(SHORTFALL_QUANTILES, quantiles.tolist(), strict=True)),
    }


def weighted_quantiles(values: npt.NDArray[np.generic], weights: Floats, levels: Floats) -> Floats:
    """Return, for each level q, the least value at or below which a share q of the weight lies."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    at = np.minimum(np.searchsorted(reached, levels * reached[-1]), values.size - 1)
    return np.asarray(np.asarray(values, dtype=np.float64)[order][at])


def bottlenecks(case: Case, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return before which step those not online at the headline's deadline stand, over the cells."""
    chosen = [
        r
        for r in rows
        if r["target"] == case.targets.headline
        and r["level"] == "all"
        and r["split"] == case.scenario.benchmark_split.value
    ]
    weights = np.array([cell_weight(case, r, case.scenario.reference_class.value) for r in chosen])
    mean = np.array([r["states"] for r in chosen], dtype=np.float64)
    stuck = mean[:, : STATES.index("online")].sum(axis=1)
    out = []
    for where, states in BOTTLENECKS.items():
        share = mean[:, [STATES.index(s) for s in states]].sum(axis=1) / np.maximum(stuck, 1e-9)
        out.append(
            {
                "where": where,
                "share_low": float(share.min()),
                "share": float(np.average(share, weights=weights * np.maximum(stuck, 1e-9))),
                "share_high": float(share.max()),
                "enterprises": float(np.average(share * stuck, weights=weights)),
            }
        )
    return pd.DataFrame(out)
