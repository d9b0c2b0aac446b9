"""Points off in the appraisal of a county, from counts it reports."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

ITEMS = ("online", "assessed", "overdue", "coverage")
"""What points are taken off for."""


def points_off(
    *,
    listed: pd.Series,
    listed_first: pd.Series,
    online: pd.Series,
    assessed: pd.Series,
    units_visited: pd.Series,
    open_hazards: pd.Series,
    overdue: pd.Series,
    most: Sequence[float],
    assessed_share: float,
) -> pd.DataFrame:
    """Return the points off by item.

    Parameters
    ----------
    listed, online, assessed, units_visited, open_hazards, overdue : pandas.Series
        Counts of each county at the day of the appraisal; visits since the as-of date.
    listed_first : pandas.Series
        Enterprises on the list at the as-of date, of which visits are a share: some of those visited leave the list.
    most : sequence of float
        Most points off by item; those for too few assessments are off as a whole, the others in proportion.
    assessed_share : float
        Share of the list that has to be assessed, 0..1.

    Returns
    -------
    pandas.DataFrame
        Columns `ITEMS`; a county without enterprises, or without open hazards, loses nothing for them.

    Examples
    --------
    >>> count = lambda *values: pd.Series(values, dtype=float)
    >>> points_off(listed=count(50), listed_first=count(50), online=count(40), assessed=count(4),
    ...            units_visited=count(25), open_hazards=count(200), overdue=count(20), most=(30, 10, 20, 10),
    ...            assessed_share=0.1
    ... ).iloc[0].tolist()
    [6.0, 10.0, 2.0, 5.0]
    """
    whole = listed.where(listed > 0)
    shares = (
        (1.0 - online / whole).fillna(0.0),
        (assessed < assessed_share * listed - 1e-9).astype(float),
        (overdue / open_hazards.where(open_hazards > 0)).fillna(0.0),
        (1.0 - units_visited / listed_first.where(listed_first > 0)).fillna(0.0),
    )
    return pd.DataFrame(
        {item: (points * share).round(9) for item, points, share in zip(ITEMS, most, shares, strict=True)}
    )
