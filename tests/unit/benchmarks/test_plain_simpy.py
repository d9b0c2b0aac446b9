"""The plain SimPy model is the same model: its means lie where dpsim's do, and a wrong one is told apart."""

from __future__ import annotations

import numpy as np
import pytest
from plain import COMPARED, dpsim_means, plain_means
from plain_hazards import Places
from scaled import scaled_case

from dpsim.experiments.replication import prepare, strategy_paths
from dpsim.params.load import load_strategy

RUNS, ENTERPRISES = 2, 500
NEAR = 0.12
"""Runs of 500 enterprises with luck of their own: 4% from the enterprises' intensities alone."""


@pytest.fixture(scope="module")
def both() -> tuple:
    setting = prepare(scaled_case(ENTERPRISES), load_strategy("current_arrangement"))
    paths = strategy_paths(setting, 1, np.arange(RUNS))
    return setting, paths, dpsim_means(setting, paths, RUNS)


def far(plain: dict[str, float], own: dict[str, float]) -> set[str]:
    """Return what differs by more than `NEAR`; of penalties there are few."""
    return {name for name in COMPARED if name != "penalties" and abs(plain[name] / own[name] - 1.0) > NEAR}


def test_its_means_agree_with_dpsim(both: tuple) -> None:
    setting, paths, own = both
    plain, _ = plain_means(setting, paths, RUNS)
    assert not far(plain, own), {name: (plain[name], own[name]) for name in COMPARED}
    assert 0.5 < plain["penalties"] / own["penalties"] < 2.0, (plain, own)


def test_a_model_whose_self_checks_are_poor_is_told_apart(both: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    setting, paths, own = both
    monkeypatch.setattr(Places, "self_check_factor", lambda *_: 0.2)
    plain, _ = plain_means(setting, paths, RUNS)
    assert "hazards_latent" in far(plain, own), (plain, own)
