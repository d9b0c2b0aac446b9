"""How many processes are used where nobody says."""

from __future__ import annotations

import os

import pytest

from dpsim.errors import InputError
from dpsim.experiments.arguments import MAX_WORKERS, default_workers


@pytest.mark.parametrize(("said", "workers"), [("1", 1), (" 3 ", 3), ("007", 7), (str(MAX_WORKERS), MAX_WORKERS)])
def test_the_variable_says_how_many(monkeypatch: pytest.MonkeyPatch, said: str, workers: int) -> None:
    monkeypatch.setenv("DPSIM_WORKERS", said)
    assert default_workers() == workers


@pytest.mark.parametrize("said", [None, "", " "])
def test_without_it_all_cores_are_used(monkeypatch: pytest.MonkeyPatch, said: str | None) -> None:
    monkeypatch.delenv("DPSIM_WORKERS", raising=False)
    if said is not None:
        monkeypatch.setenv("DPSIM_WORKERS", said)
    assert default_workers() == (os.cpu_count() or 1)


@pytest.mark.parametrize("said", ["0", "-1", "1.5", "two", "１", "1" * 5000, str(MAX_WORKERS + 1)], ids=lambda s: s[:6])
def test_what_is_no_number_of_processes_is_refused(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("DPSIM_WORKERS", said)
    with pytest.raises(InputError) as caught:
        default_workers()
    for lang in ("zh", "en"):
        text = caught.value.text(lang)
        assert "DPSIM_WORKERS" in text and "1024" in text and len(text) < 300, text
