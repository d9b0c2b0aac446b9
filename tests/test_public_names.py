"""The public names of dpsim are these and no others."""

from __future__ import annotations

import importlib
import inspect
import subprocess
import sys

import pytest

import dpsim
from dpsim.forecast import project

PUBLIC = [
    "Comparison",
    "DpsimError",
    "Ensemble",
    "Forecast",
    "InputError",
    "Progress",
    "Replication",
    "SnapshotForecast",
    "compare",
    "forecast",
    "list_cases",
    "list_strategies",
    "load_case",
    "load_hazards",
    "load_progress",
    "load_strategy",
    "load_targets",
    "run_ensemble",
    "run_replication",
    "snapshot_forecast",
    "trace",
]
"""Change this list only with a page in docs/decisions/."""


def test_the_public_names_are_pinned() -> None:
    assert dpsim.__all__ == PUBLIC == dir(dpsim)


@pytest.mark.parametrize("name", [name for name in PUBLIC if name != "forecast"])
def test_each_name_resolves_to_something_documented(name: str) -> None:
    entry = getattr(dpsim, name)
    assert inspect.isclass(entry) == name[0].isupper(), name
    assert callable(entry) and entry.__name__ == name and inspect.getdoc(entry), f"{name} has no docstring"
    assert getattr(importlib.import_module(entry.__module__), name) is entry
    assert entry.__module__.startswith("dpsim.")


def test_the_package_of_forecasts_is_the_function() -> None:
    """Whether it was imported before or not: `dpsim.forecast(...)` and `from dpsim.forecast import ...` both work."""
    code = (
        "{first}import dpsim, pandas as pd\n"
        "day = pd.date_range('2018-06-04', periods=9, freq='7D')\n"
        "table = dpsim.load_progress(pd.DataFrame({{'date': day, 'unit': 'North', 'total': 40, 'built': range(9)}}))\n"
        "target = pd.DataFrame({{'stage': ['built'], 'deadline': ['2018-12-31'], 'target_share': [0.5]}})\n"
        "from dpsim import forecast\n"
        "made = forecast(table, target, as_of='2018-07-30', seed=1, draws=20)\n"
        "assert isinstance(made, dpsim.Forecast) and forecast is dpsim.forecast\n"
    )
    for first in ("", "import dpsim.forecast.project\n"):
        subprocess.run([sys.executable, "-c", code.format(first=first)], check=True, timeout=120)
    assert inspect.signature(project.forecast).parameters.keys() >= {"as_of", "seed", "draws", "groups", "reference"}
    assert (project.__doc__ and dpsim.forecast.__doc__) and dpsim.forecast.__name__ == "dpsim.forecast"


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
