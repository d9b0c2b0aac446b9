"""What is really run, counted."""

from __future__ import annotations

from typing import Any

import pytest

from dpsim.experiments import ensemble as module


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """List the replications that are really run in this process."""
    numbers: list[int] = []
    run_one = module.run_one

    def counted(setting: Any, paths: Any, row: int, **options: Any) -> Any:
        numbers.append(int(paths.replications[row]))
        return run_one(setting, paths, row, **options)

    monkeypatch.setattr(module, "run_one", counted)
    return numbers
