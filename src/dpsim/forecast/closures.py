"""The record of comparable programmes: what share of their gaps units closed, by class and months before the deadline.

The table (`params/closures.csv`) holds quantiles of each programme on record; it is made from the programmes
themselves by `closure_quantiles`, and a test holds it against them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from dpsim.forecast.learned import LEAST_GAP, closures_by_months
from dpsim.forecast.programmes import Block
from dpsim.model.state import Floats
from dpsim.params.locate import params_folder

LEVELS = np.linspace(0.0, 1.0, 41)
DIGITS = 4
DAYS_A_MONTH = 30.44
_QUANTILES = [f"q{1000 * level:04.0f}" for level in LEVELS]


def closure_quantiles(blocks: Mapping[str, Sequence[Block]]) -> pd.DataFrame:
    """Return the record of some programmes: programme, months, cases, quantiles of the share of the gap closed."""
    rows = []
    for programme in sorted(blocks):
        for months, values in sorted(closures_by_months(blocks[programme]).items()):
            quantiles = np.round(np.quantile(values, LEVELS), DIGITS)
            rows.append([programme, months, values.size, *quantiles.tolist()])
    return pd.DataFrame(rows, columns=["programme", "months", "cases", *_QUANTILES])


@lru_cache(maxsize=1)
def closure_record() -> pd.DataFrame:
    """Return the record that comes with the program."""
    return pd.read_csv(params_folder() / "closures.csv")


@lru_cache(maxsize=1)
def _by_programme() -> dict[str, tuple[Floats, Floats]]:
    """Return months and quantiles of each programme on record, shape (rows,) and (rows, levels)."""
    return {
        str(name): (own["months"].to_numpy(dtype=np.float64), own[_QUANTILES].to_numpy(dtype=np.float64))
        for name, own in closure_record().groupby("programme", sort=False)
    }


def base_rates(last: Floats, target: Floats, days: float, programmes: Sequence[str]) -> Floats:
    """Return the chance that each unit reaches its target if it closes what units of these programmes closed.

    Parameters
    ----------
    last, target : numpy.ndarray
        Shape (units,): share done now, share wanted.
    days : float
        To the deadline; of the record the nearest number of months is taken.
    programmes : sequence of str
        They count equally; of those not on record nothing is known.

    Returns
    -------
    numpy.ndarray
        Shape (units,); NaN where none is on record.
    """
    record = _by_programme()
    needed = (target - last) / np.maximum(1.0 - last, LEAST_GAP)
    chances = []
    for programme in programmes:
        if programme not in record:
            continue
        months, rows = record[programme]
        quantiles = rows[int(np.argmin(np.abs(months - days / DAYS_A_MONTH)))]
        chances.append(1.0 - np.interp(needed, quantiles, LEVELS, left=0.0, right=1.0))
    if not chances:
        return np.full(last.size, np.nan)
    return np.where(target <= last, 1.0, np.mean(chances, axis=0))
