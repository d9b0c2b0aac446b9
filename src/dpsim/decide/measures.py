"""What strategies are compared by: one number per run, its unit, and whether more of it is better.

"Hazards found" has no direction: in a steady state as many are found as arise, whatever the plan, so a campaign that
finds more is followed by weeks that find less (methods 3.3-17).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import pandas as pd

from dpsim.experiments.ensemble import Ensemble


@dataclass(frozen=True)
class Measure:
    """One number per run, read off the indicators at the end of the horizon.

    Attributes
    ----------
    name : str
        Also the id of its label (`compare.measure.<name>`).
    indicators : tuple of str
        Summed; one that ends in ``:`` stands for all that begin so. None for the headline target: met is 100, else 0.
    view : str
        `reported` or `true`.
    unit : str
    better : int
        +1: more is better, -1: less is, 0: neither.
    """

    name: str
    indicators: tuple[str, ...]
    view: str
    unit: str
    better: int


MEASURES: tuple[Measure, ...] = (
    Measure("met", (), "reported", "percent", 1),
    Measure("online", ("online",), "reported", "enterprises", 1),
    Measure("built", ("built",), "reported", "enterprises", 1),
    Measure("online_true", ("online",), "true", "enterprises", 1),
    Measure("paper", ("paper",), "true", "enterprises", -1),
    Measure("latent_general", ("hazards_latent:general",), "true", "hazards", -1),
    Measure("latent_major", ("hazards_latent:major",), "true", "hazards", -1),
    Measure("found", ("hazards_found:",), "reported", "hazards", 0),
    Measure("overdue", ("hazards_overdue:",), "reported", "hazards", -1),
    Measure("accidents", ("accidents",), "true", "accidents", -1),
    Measure("visits", ("visits",), "reported", "visits", 0),
    Measure("units_visited", ("units_visited",), "reported", "enterprises", 0),
    Measure(
        "staff_days",
        ("staff_days:reporting", "staff_days:meetings", "staff_days:advising", "staff_days:inspecting"),
        "true",
        "staff_days",
        -1,
    ),
    Measure("yuan", ("yuan:city_bureau",), "true", "yuan", -1),
)


def measure_runs(ensemble: Ensemble, headline: str) -> dict[str, pd.Series]:
    """Return every measure that the runs hold, by name; each a series over the replications.

    A measure of hazards is left out where they were not simulated. `headline` is the id of the headline target.
    """
    frame = ensemble.indicators
    last = frame[frame["date"] == frame["date"].max()]
    sums = last.groupby(["view", "indicator", "replication"], observed=True)["value"].sum()
    by_name = dict(sorted(sums.unstack(["view", "indicator"]).items()))
    attained = ensemble.attained[ensemble.attained["target"] == headline].set_index("replication")
    out: dict[str, pd.Series] = {"met": 100.0 * attained["met"]}
    for measure in MEASURES:
        parts = [
            part
            for wanted in measure.indicators
            for (view, name), part in by_name.items()
            if view == measure.view and (name.startswith(wanted) if wanted.endswith(":") else name == wanted)
        ]
        if parts:  # one after the other: the last bit of a sum by groups depends on how many runs there are
            out[measure.name] = reduce(pd.Series.add, parts)
    return out


def find_measure(name: str) -> Measure:
    """Return a measure by its name."""
    return next(measure for measure in MEASURES if measure.name == name)
