"""The case all property tests run on."""

from __future__ import annotations

import pytest

from dpsim.params.load import load_case
from dpsim.params.schema import Case


@pytest.fixture(scope="session")
def linyi() -> Case:
    return load_case("linyi-2018")
