"""dpsim: simulate and forecast how enterprises come into the dual-prevention system (双重预防体系).

The public names below are all there is; they are loaded when first used, so that importing dpsim costs nothing.
"""

from __future__ import annotations

import gc
import importlib

_HOME = {
    "load_case": "dpsim.params.load",
    "load_strategy": "dpsim.params.load",
    "list_cases": "dpsim.params.load",
    "list_strategies": "dpsim.params.load",
    "run_replication": "dpsim.experiments.replication",
    "Replication": "dpsim.experiments.replication",
    "run_ensemble": "dpsim.experiments.ensemble",
    "Ensemble": "dpsim.experiments.ensemble",
    "trace": "dpsim.experiments.tracing.trace",
    "compare": "dpsim.decide.compare",
    "Comparison": "dpsim.decide.compare",
    "snapshot_forecast": "dpsim.forecast.snapshot",
    "SnapshotForecast": "dpsim.forecast.snapshot",
    "forecast": "dpsim.forecast",
    "Forecast": "dpsim.forecast.project",
    "load_targets": "dpsim.progress.wanted",
    "load_hazards": "dpsim.progress.hazard_ledger",
    "load_progress": "dpsim.progress.load",
    "Progress": "dpsim.progress.load",
    "DpsimError": "dpsim.errors",
    "InputError": "dpsim.errors",
}

__all__ = sorted(_HOME)  # noqa: PLE0605


def __getattr__(name: str) -> object:
    """Load a public name from its module."""
    if name not in _HOME:
        raise AttributeError(f"module 'dpsim' has no attribute {name!r}")
    collecting = gc.isenabled()
    gc.disable()  # loading makes no garbage; looking for it takes a seventh of the time until the first run is over
    try:
        if name == "forecast":  # the package of this name, which can be called
            return importlib.import_module("dpsim.forecast")
        return getattr(importlib.import_module(_HOME[name]), name)
    finally:
        if collecting:
            gc.enable()


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
