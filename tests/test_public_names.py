"""The public names of dpsim are these and no others."""

from __future__ import annotations

import importlib
import inspect

import pytest

import dpsim

PUBLIC = [
    "Comparison",
    "DpsimError",
    "Ensemble",
    "InputError",
    "Progress",
    "Replication",
    "SnapshotForecast",
    "compare",
    "list_cases",
    "list_strategies",
    "load_case",
    "load_progress",
    "load_strategy",
    "run_ensemble",
    "run_replication",
    "snapshot_forecast",
]
"""Change this list only with a page in docs/decisions/."""


def test_the_public_names_are_pinned() -> None:
    assert dpsim.__all__ == PUBLIC == dir(dpsim)


@pytest.mark.parametrize("name", PUBLIC)
def test_each_name_resolves_to_something_documented(name: str) -> None:
    entry = getattr(dpsim, name)
    assert inspect.isclass(entry) == name[0].isupper(), name
    assert callable(entry) and entry.__name__ == name and inspect.getdoc(entry), f"{name} has no docstring"
    assert getattr(importlib.import_module(entry.__module__), name) is entry
    assert entry.__module__.startswith("dpsim.")


def test_an_unknown_name_is_an_ordinary_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'dpsim' has no attribute 'run_replications'"):
        dpsim.run_replications  # type: ignore[attr-defined]
    with pytest.raises(ImportError, match="cannot import name 'simulate' from 'dpsim'"):
        from dpsim import simulate  # type: ignore[attr-defined]  # noqa: F401


def signature(name: str) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(getattr(dpsim, name)).parameters)


@pytest.mark.parametrize(
    ("name", "positional", "keywords"),
    [
        ("load_case", ["name_or_path"], []),
        ("load_strategy", ["name_or_path"], []),
        ("load_progress", ["path_or_frame"], []),
        (
            "run_replication",
            ["case", "strategy"],
            ["seed", "replication", "engine", "as_of", "state", "paths", "trace", "by"],
        ),
        (
            "run_ensemble",
            ["case", "strategy"],
            ["replications", "seed", "engine", "workers", "as_of", "state", "paths", "by", "store"],
        ),
    ],
)
def test_signatures_are_those_agreed(name: str, positional: list[str], keywords: list[str]) -> None:
    """What notebooks and outside users rely on (interfaces); more keywords may follow."""
    parameters = signature(name)
    by_place = [n for n, p in parameters.items() if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    by_name = [n for n, p in parameters.items() if p.kind is inspect.Parameter.KEYWORD_ONLY]
    assert by_place == positional and by_name[: len(keywords)] == keywords
    assert "seed" not in parameters or parameters["seed"].default is inspect.Parameter.empty, "no hidden seed"
