"""The runs of one strategy on the command line: targets, failures, a single run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from dpsim.experiments.ensemble import Ensemble, run_ensemble
from dpsim.experiments.failures import command_of
from dpsim.experiments.plan_warnings import run_notes
from dpsim.experiments.replication import run_replication
from dpsim.experiments.reported import reports_notes
from dpsim.language import language_in_force, say
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case
from dpsim.params.wording import shown_name
from dpsim.report.show import target_words

COLUMNS = ("target", "deadline", "required", "replications", "met", "interval", "shortfall_median", "name")
ONE = ("target", "deadline", "required", "attained", "met_once", "date", "name")
MOST = 10
"""Most failures that are listed."""


def many_runs(
    case: str,
    strategy: str | None,
    *,
    replications: Any,
    seed: Any,
    store: str | None = None,
    fork: bool = False,
    scheduler: str | None = None,
    progress: bool = False,
) -> tuple[str, list[str]]:
    """Run a strategy, by default the arrangement in force; return the table of its targets, and notes on it."""
    loaded = load_case(case)
    named = strategy or loaded.default_strategy
    chosen = load_strategy(named)
    ensemble = run_ensemble(
        loaded,
        chosen,
        replications=replications,
        seed=seed,
        store=store,
        fork=fork,
        scheduler=scheduler,
        progress=progress,
    )
    notes = failure_notes(ensemble, case=case, strategy=named, seed=seed)
    kept = (
        []
        if store is None
        else [say("cli.kept", folder=shown_name(Path(store) / str(ensemble.record["experiment"]), 200))]
    )
    return targets_text(ensemble, loaded), [*notes, *kept, *run_notes(loaded, chosen)]


def one_run(case: str, strategy: str | None, *, seed: Any, replication: Any) -> tuple[str, list[str]]:
    """Make one run; return the table of its targets, and notes on it."""
    loaded = load_case(case)
    chosen = load_strategy(strategy or loaded.default_strategy)
    targets = run_replication(loaded, chosen, seed=seed, replication=replication).targets
    met = [say("cli.met_yes" if met else "cli.met_no") for met in targets["met"]]
    return _text(targets.assign(met_once=met, name=_names(targets, loaded))[list(ONE)]), reports_notes(loaded)


def targets_text(ensemble: Ensemble, case: Case) -> str:
    """Return the table of the targets of many runs."""
    targets = ensemble.targets
    ends = zip(targets["low"], targets["high"], targets["replications"], strict=True)
    interval = [say("cli.interval", low=f"{100 * low:.1f}", high=f"{100 * high:.1f}", n=n) for low, high, n in ends]
    return _text(targets.assign(interval=interval, name=_names(targets, case))[list(COLUMNS)])


def failure_notes(ensemble: Ensemble, *, case: str, strategy: str, seed: int) -> list[str]:
    """Return what failed, each with the command that shows it again, and how many runs are used.

    `case` and `strategy` are the names or files that the user gave.
    """
    failed = ensemble.failures
    if failed.empty:
        return []
    notes = [say("cli.failed", failed=len(failed), done=ensemble.record["finished"])]
    for number, error in zip(failed["replication"][:MOST], failed["error"][:MOST], strict=True):
        command = command_of(case, strategy, seed=seed, replication=int(number))
        notes.append(say("cli.failed_run", replication=number, why=" ".join(str(error).split())[:200], command=command))
    return notes + [say("cli.failed_more", more=len(failed) - MOST)] * (len(failed) > MOST)


def _names(targets: pd.DataFrame, case: Case) -> pd.Series:
    """Return what the targets are called in the language in force."""
    lang = language_in_force()
    return targets["target"].map({one.id: target_words(one.group, one.stage, lang) for one in case.targets.list})


def _text(table: pd.DataFrame) -> str:
    """Return a table with headers in the language in force."""
    with pd.option_context("display.unicode.east_asian_width", True):
        return table.to_string(index=False, header=[say(f"cli.column_{name}") for name in table.columns], na_rep="-")
