"""Small worlds with one lever each, and a scan of the lever that shares no code with the inverse answers."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parent))

from property_runs import forced, small

from dpsim.decide.inverse import Needed, needed
from dpsim.experiments.ensemble import run_ensemble
from dpsim.model.paths import Pace
from dpsim.model.prior import PathSet, case_timeline, draw_paths
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case

LEVEL = 0.9


@dataclass(frozen=True)
class Question:
    """A lever of a strategy with the settings to try, the least effort first, and what counts as met."""

    strategy: str
    lever: str
    key: str
    values: tuple[object, ...]
    attainment: float
    fixed: tuple[tuple[str, object], ...] = ()


QUESTIONS = {
    "advisers": Question(
        "assistance", "assistance.staff_days_per_county", "instruments.5.staff_days_per_county",
        (0.02, 0.06, 0.15, 0.3, 0.5), 0.6,
    ),
    "visits": Question(
        "light_touch", "inspection_relief.annual_cap", "instruments.4.annual_cap", (1, 3, 5, 8, 12), 0.45,
        (("instruments.4.kept_share", 1.0),),
    ),
    "start": Question(
        "deadline_drive", "deadline_drive.start", "instruments.2.start",
        tuple(dt.date(2018, 12, 18) - dt.timedelta(days=14 * k) for k in range(8)), 0.6,
        (("instruments.2.factor", 3.0),),
    ),
}  # fmt: skip


def quiet_case() -> Case:
    """Return a case of 40 enterprises that heed visits and advice much: a chance rises within a few settings."""
    strong = {"deterrence.visit_effect": 1.5, "deterrence.advice_effect": 1.5}
    return forced(small(load_case("linyi-2018")), strong)


def past_paths(case: Case, seed: int, replications: int) -> PathSet:
    """Return paths on which the past pace goes on: no regime or shock hides what a lever does."""
    numbers = np.arange(replications)
    return draw_paths(case, case_timeline(case), seed=seed, replications=numbers, pace=Pace.LINEAR)


def asked(name: str, *, seed: int, replications: int) -> Needed:
    """Return the inverse answer to a question."""
    question, case = QUESTIONS[name], quiet_case()
    return needed(
        case,
        load_strategy(question.strategy).with_values(dict(question.fixed)),
        question.lever,
        replications=replications,
        seed=seed,
        level=LEVEL,
        attainment=question.attainment,
        values=question.values[::-1],
        paths=past_paths(case, seed, replications),
        workers=1,
    )


def scanned(name: str, *, seed: int, replications: int) -> list[float]:
    """Return how often the headline is met at each setting, each with fresh luck of its own."""
    question, case = QUESTIONS[name], quiet_case()
    shares = []
    for k, value in enumerate(question.values):
        strategy = load_strategy(question.strategy).with_values(dict(question.fixed) | {question.key: value})
        paths = past_paths(case, seed + k, replications)
        runs = run_ensemble(case, strategy, replications=replications, seed=seed + k, paths=paths, by="city", workers=1)
        rows = runs.attained[runs.attained["target"] == case.targets.headline]
        shares.append(float((rows["attained"] / rows["required"] >= question.attainment - 1e-9).mean()))
    return shares


def first_enough(shares: list[float]) -> int:
    """Return the place of the first setting of which all from there on reach the level."""
    place = len(shares)
    while place > 0 and shares[place - 1] >= LEVEL:
        place -= 1
    return place


def place_of(found: Needed, effort: int) -> int:
    """Return the place of an effort among the settings of the question; -1 without the instrument."""
    return effort if found.lever.takes_away else effort - 1
