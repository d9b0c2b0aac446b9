"""What the runs of an experiment come to: one row per target, the counties of every run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dpsim.engines.world import Setting, county_names
from dpsim.experiments.measured import Measured
from dpsim.measure.probability import smoothed, wilson_interval


def county_frame(setting: Setting, runs: Sequence[Measured]) -> pd.DataFrame:
    """Return the counties of all runs: replication, county, listed, built, paper."""
    table = np.concatenate([run.counties for run in runs])
    names = county_names(setting.case) if len(table) else []
    frame = pd.DataFrame(table, columns=["listed", "built", "paper"])
    frame.insert(0, "replication", np.repeat([run.replication for run in runs], len(names)))
    frame.insert(1, "county", names * len(runs))
    return frame


def summarise_targets(attained: pd.DataFrame) -> pd.DataFrame:
    """Return one row per target with P(met), its Wilson interval and n (interfaces: targets of an ensemble)."""
    rows = []
    for (target, unit), group in attained.groupby(["target", "unit"], sort=False):
        n, met = len(group), int(group["met"].sum())
        low, high = wilson_interval(met, n)
        reached = group["date"].sort_values(na_position="last").iloc[(n - 1) // 2]
        first = group.iloc[0]
        rows.append(
            {
                "target": target,
                "unit": unit,
                "stage": first["stage"],
                "view": first["view"],
                "deadline": first["deadline"],
                "required": int(group["required"].median()),
                "replications": n,
                "met": met,
                "probability": smoothed(met, n),
                "low": low,
                "high": high,
                "attainment_median": float((group["attained"] / group["required"]).median()),
                "shortfall_median": float((group["required"] - group["attained"]).clip(lower=0).median()),
                "date_median": reached,
            }
        )
    return pd.DataFrame(rows)
