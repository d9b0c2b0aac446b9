"""The case all property tests run on."""

from __future__ import annotations

import pytest

from dpsim.engines.world import Setting
from dpsim.params.load import load_case
from dpsim.params.schema import Case


@pytest.fixture(scope="session")
def linyi() -> Case:
    return load_case("linyi-2018")


@pytest.fixture
def adoption_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave hazards and visits out: for laws of adoption alone (with them: test_staff_days.py, test_always_laws.py)."""
    monkeypatch.setattr(Setting, "with_hazards", property(lambda self: False))
