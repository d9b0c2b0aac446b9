"""The funnel: who can be online without being built or connected? Nobody, so neither can a draw."""

from __future__ import annotations

import numpy as np

from dpsim.model.state import Floats

LIMITED_BY = {"online": ("built", "connected"), "assessed": ("built",), "passed": ("assessed", "built")}
"""Stages that a stage needs (model 3); stages of other programmes are limited by none."""


def funnelled(counts: dict[str, Floats]) -> dict[str, Floats]:
    """Return counts of members, shape (draws, units, weeks) each, with no more in a stage than in those it needs."""
    out = dict(counts)
    for stage, limits in LIMITED_BY.items():
        for limit in limits:
            if stage in out and limit in out:
                out[stage] = np.minimum(out[stage], out[limit])
    return out
