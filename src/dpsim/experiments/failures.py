"""Runs that failed: why, and the command that shows it again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

import pandas as pd

from dpsim.params.load import list_cases, list_strategies, load_case, load_strategy
from dpsim.params.schema import Case, Strategy

CASE, STRATEGY = "case.yaml", "strategy.yaml"
"""Names under which a store keeps the inputs of an ensemble."""
_ADDRESS = re.compile("0x[0-9a-f]+", re.IGNORECASE)


def reason(error: Exception) -> str:
    """Return why a run failed; addresses in memory, which differ from process to process, are left out."""
    return _ADDRESS.sub("0x...", f"{type(error).__name__}: {error}")


def command_of(case: str, strategy: str, *, seed: int, replication: int) -> str:
    """Return the command that runs one replication again; case and strategy are names or files."""
    numbers = ["--seed", str(seed), "--replication", str(replication)]
    return shlex.join(["dpsim", "run", case, "--strategy", strategy, *numbers])


def failure_frame(failed: Sequence[dict[str, object]], case: Case, strategy: Strategy, *, seed: int) -> pd.DataFrame:
    """Return the failures in the order of the replications: replication, error, command.

    The command names a shipped case or strategy by its id, any other by the file a store keeps it in.
    """
    frame = pd.DataFrame(failed, columns=["replication", "error"]).sort_values("replication", ignore_index=True)
    commands: list[str] = []
    if failed:
        named = case.id in list_cases() and load_case(case.id).digest == case.digest
        known = strategy.id in list_strategies() and load_strategy(strategy.id).digest == strategy.digest
        given = case.id if named else CASE, strategy.id if known else STRATEGY
        commands = [command_of(*given, seed=seed, replication=int(number)) for number in frame["replication"]]
    return frame.assign(command=commands)
