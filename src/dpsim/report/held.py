"""What a year-end report holds against runs of its own: published changes with what they leave unsaid, constraints.

These runs draw the values that are not known, as those of `dpsim published` do: with its seed and as many runs, the
figures are the same. Only a case that lists such figures pays for them.
"""

from __future__ import annotations

import datetime as dt
import math

from dpsim.experiments.published import Standing, run_published
from dpsim.params.readings import Published
from dpsim.params.schema import Case

MOST_RUNS = 100
"""Runs of each strategy, or as many as the report has if these are fewer: more narrow no interval that matters."""
FOUND = ("majors_found", "hazards_found")
VISITS = "spot_check"
"""The channel of the supervisors' own visits."""


def changes(case: Case) -> list[Published]:
    """Return the published figures that are changes against another strategy."""
    return [figure for figure in case.published if figure.against is not None]


def held_figures(case: Case) -> dict[str, Published]:
    """Return what the runs are asked for, by the role it has in the report: ``of``, or ``of:beside``."""
    asked: dict[str, Published] = {}
    for figure in changes(case):
        asked[figure.id] = figure
        if figure.quantity in FOUND and figure.until is not None:
            asked |= {f"{figure.id}:{name}": one for name, one in _beside(case, figure).items()}
    if asked:
        asked |= {one.id: one for one in case.published if one.quantity == "self_found_share"}
    for constraint in case.constraints or ():
        if constraint.quantity is not None:
            asked[f"constraint:{constraint.id}"] = Published.model_construct(
                id=constraint.id,
                quantity=constraint.quantity,
                begin=case.as_of + dt.timedelta(days=1),
                until=case.horizon_end,
                value=math.nan,
                unit="share",
                source=constraint.source,
            )
    return asked


def _beside(case: Case, figure: Published) -> dict[str, Published]:
    """Return what belongs beside a change in hazards found: found by visits, and hidden all the while."""
    klass = "major" if figure.quantity == "majors_found" else figure.klass
    by_visits = figure.model_copy(update={"channel": VISITS, "value": math.nan})
    hidden = figure.model_copy(
        update={"quantity": "latent", "klass": klass, "channel": None, "begin": None, "until": None, "value": math.nan}
    )
    at_end, unit = {"date": figure.until}, {"against": None, "unit": "hazards"}
    return {
        "visits": by_visits,
        "hidden": hidden.model_copy(update=at_end),
        "hidden_begin": hidden.model_copy(update={"date": case.as_of} | unit),
        "hidden_own": hidden.model_copy(update=at_end | unit),
        "hidden_other": hidden.model_copy(update=at_end | unit | {"strategy": figure.against}),
    }


def run_held(
    case: Case, *, replications: int, seed: int, workers: int | None = None, progress: bool = False
) -> dict[str, Standing]:
    """Return what the runs say of `held_figures`, under the same keys; nothing where there are none.

    Parameters
    ----------
    case : Case
    replications : int
        Those of the report; at most `MOST_RUNS` are made of each strategy.
    seed, workers, progress
        As in `run_published`.
    """
    asked = held_figures(case)
    if not asked:
        return {}
    runs = min(replications, MOST_RUNS)
    made = run_published(
        case, replications=runs, seed=seed, workers=workers, progress=progress, figures=list(asked.values())
    )
    return dict(zip(asked, made, strict=True))
