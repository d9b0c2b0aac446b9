"""The simulated arrangement in force and the forecast of a table at full size: quantiles within a point everywhere."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[1] / "property"))

from observed_places import PLACES, points_apart, simulated

from dpsim.engines.world import Setting

DRAWS, BAR = 2000, 1.0


@pytest.mark.parametrize("name", PLACES)
def test_quantiles_agree_in_every_stage_and_county(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hazards and visits are left out: under the arrangement in force no stage depends on them."""
    monkeypatch.setattr(Setting, "with_hazards", property(lambda self: False))
    place = PLACES[name]()
    made = place.forecast(DRAWS)
    paths = made.path_set()
    apart = points_apart(made, simulated(place, paths))
    print(name, len(apart), "stages and counties, largest difference", round(float(apart["points"].max()), 3), "points")
    assert apart["points"].max() <= BAR, apart[apart["points"] > BAR]
    narrow = replace(paths, own=np.sqrt(paths.own * np.median(paths.own, axis=0)))
    assert points_apart(made, simulated(place, narrow))["points"].max() > BAR, "half the lasting shock passes unnoticed"
