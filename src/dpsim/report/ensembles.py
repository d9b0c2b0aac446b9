"""The runs behind a year-end report, of every strategy it asks for; by county only where counties are appraised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dpsim.decide.appraisal import Appraised, by_city
from dpsim.experiments.ensemble import Ensemble, run_ensemble

if TYPE_CHECKING:
    from dpsim.report.yearend import Request


def run_strategies(
    request: Request, *, workers: int | None = None, progress: bool = True
) -> tuple[dict[str, Ensemble], Appraised | None]:
    """Return the runs of every strategy by city, and the appraisal of counties under the arrangement in force.

    Parameters
    ----------
    request : Request
    workers, progress
        As in `run_ensemble`.

    Returns
    -------
    tuple of dict and Appraised or None
        No appraisal where the case has no rules for it, or no paper systems are simulated.
    """
    case, table = request.case, request.table
    paths = table.paths(request.replications) if table else None
    ensembles = {
        strategy.id: run_ensemble(
            request.loaded or case,
            strategy,
            replications=request.replications,
            seed=request.seed,
            workers=workers,
            as_of=case.as_of,
            state=table.progress if table else None,
            paths=paths,
            by=("county",) if case.appraisal and strategy.id == case.default_strategy else ("city",),
            progress=progress,
        )
        for strategy in request.strategies
    }
    counties = None
    if case.appraisal:
        ensembles[case.default_strategy], counties = by_city(ensembles[case.default_strategy], case)
    return ensembles, counties
