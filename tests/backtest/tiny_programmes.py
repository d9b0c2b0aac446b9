"""Small programmes with known files: a few units, weekly reports, targets half a year and a quarter ahead."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

DEADLINE = pd.Timestamp("2021-12-31")
TARGET = 0.6
KNOWN = ("us_federal_https", "fedora_python3_porting", "nyc_census2020_self_response")
"""Two of one reference class and one of another, by their names in `params/forecast.yaml`; the rest is invented."""


def progress_frame(name: str, units: int = 5) -> pd.DataFrame:
    """Return weekly counts of a programme, different for each name; the first unit is the sum of the others."""
    rng = np.random.default_rng(sum(name.encode()))
    dates = pd.date_range(DEADLINE - pd.Timedelta(weeks=80), DEADLINE, freq="7D")
    parts = []
    for k in range(1, units):
        total = 8 * k + 4
        done = np.minimum(np.cumsum(rng.binomial(total, 0.003 + 0.0015 * k, dates.size)), total)
        parts.append(pd.DataFrame({"date": dates, "unit": f"unit {k}", "total": total, "done": done}))
    frame = pd.concat(parts)
    whole = frame.groupby("date", as_index=False)[["total", "done"]].sum().assign(unit="ALL")
    return pd.concat([whole, frame], ignore_index=True)[["date", "unit", "total", "done"]]


def targets_frame(progress: pd.DataFrame) -> pd.DataFrame:
    """Return the targets with what came of them and which cases were open."""
    rows = []
    for unit, reports in progress.groupby("unit", sort=False):
        shares = (reports["done"] / reports["total"]).to_numpy()
        happened = float(shares[-1])
        row: dict[str, object] = {"unit": unit, "deadline": DEADLINE.date(), "target_share": TARGET}
        row |= {"share_at_deadline": round(happened, 6), "met": "yes" if happened >= TARGET else "no"}
        for months in (9, 6, 3):
            known = reports["date"] <= DEADLINE - pd.DateOffset(months=months)
            row |= {f"case_{months}m": 1, f"open_{months}m": int(shares[known.to_numpy()][-1] < TARGET)}
        rows.append(row)
    return pd.DataFrame(rows)


def write_programme(folder: Path, name: str, units: int = 5) -> Path:
    """Write one programme and return its folder."""
    place = folder / name
    place.mkdir(parents=True)
    progress = progress_frame(name, units)
    progress.to_csv(place / "progress.csv", index=False)
    targets_frame(progress).to_csv(place / "targets.csv", index=False)
    return place


def write_programmes(folder: Path, names: tuple[str, ...] = KNOWN) -> Path:
    """Write programmes and return the folder that holds them."""
    for name in names:
        write_programme(folder, name)
    return folder
