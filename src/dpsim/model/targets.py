"""Targets as whole numbers: what a case's switches (all or basically, sample or everyone) ask of each group."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np

from dpsim.model.state import Ints
from dpsim.params.schema import Case


@dataclass(frozen=True)
class Target:
    """One target, resolved.

    Attributes
    ----------
    id, group, stage : str
    deadline : datetime.date
    required, total : int
        Enterprises that must have reached the stage, of how many.
    milestone : bool
        An intermediate date, shown below the headline.
    """

    id: str
    group: str
    stage: str
    deadline: dt.date
    required: int
    total: int
    milestone: bool

    def required_of(self, listed: Ints) -> Ints:
        """Return how many must have reached the stage when `listed` of the group are still on the list.

        Who leaves the list leaves the denominator too.
        """
        share = np.ceil(self.required / self.total * np.asarray(listed) - 1e-9).astype(np.int64)
        return np.asarray(np.minimum(self.required, share))


def resolve_targets(case: Case, *, level: str | None = None, assessment: str | None = None) -> tuple[Target, ...]:
    """Return the case's targets under its switches.

    Parameters
    ----------
    case : Case
    level : {"all", "basically"}, optional
        Override the switch of the required level.
    assessment : {"sample", "all"}, optional
        Override the switch of the assessment.
    """
    level = level or case.targets.switches.level.value
    assessment = assessment or case.targets.switches.assessment.value
    share = 1.0 if level == "all" else float(case.targets.switches.level.basically_share.value)
    resolved = []
    for item in case.targets.list:
        total, deadline = group_total(case, item.group), item.deadline
        if total == 0:
            continue  # nobody is asked
        required = required_count(share, total)
        if item.required == "assessment":
            required = total
            if assessment == "sample":
                required = required_count(float(item.sample_share or 0.0), total)
            elif item.all_deadline is not None:
                deadline = item.all_deadline
        resolved.append(Target(item.id, item.group, item.stage, deadline, required, total, bool(item.milestone)))
    return tuple(resolved)


def headline_target(case: Case, *, level: str | None = None) -> Target:
    """Return the target that the headline speaks of."""
    return next(t for t in resolve_targets(case, level=level) if t.id == case.targets.headline)


def group_total(case: Case, group: str) -> int:
    """Return how many enterprises a target group has at the as-of date."""
    tiers = case.population.tiers
    benchmark = int(tiers.benchmark_provincial.value + tiers.benchmark_municipal.value + tiers.benchmark_county.value)
    total = int(case.population.enterprises.value)
    return {"all": total, "benchmark": benchmark, "other": total - benchmark}[group]


def required_count(share: float, total: int) -> int:
    """Return the least whole number that is at least `share` of `total` (a share of 0.3 of 538 asks for 162)."""
    return math.ceil(share * total - 1e-9)
