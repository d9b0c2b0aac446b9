"""The weekly pace: needed from now, and so far under each assumed start."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from dpsim.model.paths import settle_level
from dpsim.model.prior import case_timeline, weeks_since
from dpsim.model.targets import headline_target
from dpsim.params.schema import Case


def weekly_pace(case: Case) -> pd.DataFrame:
    """Return the weekly pace needed from now and the pace so far under each assumed start.

    Returns
    -------
    pandas.DataFrame
        Columns stage, start (None for the needed pace), kind (`needed` or `so_far`), per_week (enterprises),
        ratio (needed over so far), acceleration (of the closure of the gap to the `basically` level).
    """
    timeline, target = case_timeline(case), headline_target(case)
    weeks = timeline.end_of(target.deadline) / 7.0
    total = float(target.total)
    rows: list[dict[str, Any]] = []
    for stage, done in (("built", case.state.built.value), ("online", case.state.online.value)):
        needed = (total - done) / weeks
        rows.append(
            {
                "stage": stage,
                "start": None,
                "kind": "needed",
                "per_week": needed,
                "ratio": 1.0,
                "acceleration": math.nan,
            }
        )
        basically = float(case.targets.switches.level.basically_share.value)
        for k, start in enumerate(case.scenario.start.dates):
            elapsed = weeks_since(case, k)
            level = settle_level(done / total, elapsed, total)
            gap = math.log((1.0 - done / total) / (1.0 - basically)) if done / total < basically else 0.0
            rows.append(
                {
                    "stage": stage,
                    "start": start,
                    "kind": "so_far",
                    "per_week": done / elapsed,
                    "ratio": needed / (done / elapsed) if done > 0 else math.inf,
                    "acceleration": gap / (level * weeks),
                }
            )
    return pd.DataFrame(rows)
