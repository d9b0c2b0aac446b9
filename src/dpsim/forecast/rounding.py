"""Shares as whole members over the total, where a unit is small enough for it to matter."""

from __future__ import annotations

import numpy as np

from dpsim.model.state import Floats

SMALL = 500.0
"""Below this number of members a unit's share is a count over its total."""


def in_members(share: Floats, total: Floats) -> Floats:
    """Return shares (draws, units) within 0 and 1, of small units rounded to whole members."""
    share = np.clip(share, 0.0, 1.0)
    small = total < SMALL
    share[:, small] = np.round(share[:, small] * total[small]) / total[small]
    return share
