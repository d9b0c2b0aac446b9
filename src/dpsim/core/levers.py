"""What an instrument may write, and nothing else: contacts, multipliers, priorities, capacities, and what it costs.

Levers are filled anew every working morning. Instruments read reported facts only.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import routine
from dpsim.core.funds import NO_BUDGET


class Contact(IntEnum):
    """Kinds of contact that raise an enterprise's attention."""

    MEETING = 0
    NOTICE = 1
    VISIT = 2
    ADVICE = 3


class Plan(IntEnum):
    """Rules by which inspectors are sent; each has its row of `Levers.priority`."""

    DOUBLE_RANDOM = 0
    COVERAGE_ROTA = 1
    RISK_WEIGHTED = 2
    PREDICTED_SCORE = 3
    LAGGING_FIRST = 4
    ESCALATION = 5
    SECTOR_FOCUS = 6


class Occasion(IntEnum):
    """What is paid for each time it happens; rows of `Levers.price`."""

    REPORT = 0
    """A hazard reported by a worker."""
    LOOK_BACK = 1
    LISTING = 2
    PENALTY = 3
    """One that the case's usual share of visits would not have brought."""


NO_CAP = 2**31
"""Annual visits where no cap is set."""


class Levers(NamedTuple):
    """One morning's levers.

    Attributes
    ----------
    contact : numpy.ndarray
        Shape (contact kinds, counties): size of the contact given to each county today, 0 for none.
    multiplier : numpy.ndarray
        Shape (groups,): factor on all adoption intensities of a target group while it lasts.
    builders_added : numpy.ndarray
        Shape (sectors,): builders added, as a share of those at the start.
    yuan_per_job : numpy.ndarray
        Shape (1,): price of each hand-over by an added builder.
    funds : numpy.ndarray
        Shape (1,): most that the hand-overs by added builders may have cost when the morning is over, yuan since the
        as-of date.
    willing : numpy.ndarray
        Shape (1,): share of those who rely on an agency that an added builder may serve.
    staff_days, yuan : numpy.ndarray
        Shape (1,): spent today, staff-days of all counties together.
    price : numpy.ndarray
        Shape (occasions, 2): staff-days of all counties together and yuan for each `Occasion` of the week.
    plan_share : numpy.ndarray
        Shape (plans,): weight of each plan in today's visits; all 0 leaves the coverage rota.
    priority : numpy.ndarray of int64
        Shape (plans, n): larger is visited sooner, ties by entity.
    visit_cap : numpy.ndarray of int64
        Shape (n,): most planned visits to an enterprise in a calendar year.
    inspect_factor : numpy.ndarray
        Shape (1,): factor on the legal inspection days.
    borrowed : numpy.ndarray
        Shape (1,): inspection days borrowed from other duties (negative: given back), per inspector and day.
    advising : numpy.ndarray
        Shape (1,): staff-days for one-to-one assistance, per county and day.
    reward : numpy.ndarray
        Shape (n,): factor on the rate of workers' reports of an enterprise.
    penalty, publicity : numpy.ndarray
        Shape (1,): factor on the share of visits that end in a penalty; share of penalties made public.
    ladder : numpy.ndarray
        Shape (2,): days of a stop of production; share of the penalties at the stop rung that close the enterprise.
    look_back : numpy.ndarray
        Shape (2,): share of closed hazards checked again, and after how many days.
    listing : numpy.ndarray
        Shape (1,): share of the major hazards found that the upper level follows by name.
    pull : numpy.ndarray
        Shape (counties,): factor on all adoption intensities of a county, from what its benchmarks show.
    training : numpy.ndarray
        Shape (4,): share of the enterprises taught today; log factor on their self-checks, and on top of it where a
        system really works; memory (days).
    warning : numpy.ndarray
        Shape (1,): share of what is missing to certainty by which perceived risk rises everywhere today.
    residence, grid : numpy.ndarray
        Shape (n,): visits per day of resident experts, checks per day by grid staff; 0 for none.
    simple : numpy.ndarray
        Shape (n,): share of a self-check's effect that an enterprise loses because its system is a simple one.
    verified : numpy.ndarray
        Shape (1,): share of the rectifications on paper that resident experts prevent.
    grid_quality : numpy.ndarray
        Shape (1,): what a check by grid staff spends over what an inspector's does.
    patrol : numpy.ndarray
        Shape (1,): online patrols per enterprise and day, where they are more than the case has.
    independence : numpy.ndarray
        Shape (2,): share of the assessments assigned and paid centrally; share of passes of systems on paper that these
        refuse.
    petty : numpy.ndarray
        Shape (2,): share of penalties imposed for their count alone; share of a visit's search lost to them.
    subsidy : numpy.ndarray
        Shape (5,): share of the enterprises' work done by agencies on public money; their chance of detection; own
        ability learnt and forgotten per day; log loss to templates where all is done by them.
    subsidy_yuan : numpy.ndarray
        Shape (1,): what of `yuan` pays for the subsidy.
    """

    contact: npt.NDArray[np.float64]
    multiplier: npt.NDArray[np.float64]
    builders_added: npt.NDArray[np.float64]
    yuan_per_job: npt.NDArray[np.float64]
    funds: npt.NDArray[np.float64]
    willing: npt.NDArray[np.float64]
    staff_days: npt.NDArray[np.float64]
    yuan: npt.NDArray[np.float64]
    price: npt.NDArray[np.float64]
    plan_share: npt.NDArray[np.float64]
    priority: npt.NDArray[np.int64]
    visit_cap: npt.NDArray[np.int64]
    inspect_factor: npt.NDArray[np.float64]
    borrowed: npt.NDArray[np.float64]
    advising: npt.NDArray[np.float64]
    reward: npt.NDArray[np.float64]
    penalty: npt.NDArray[np.float64]
    publicity: npt.NDArray[np.float64]
    ladder: npt.NDArray[np.float64]
    look_back: npt.NDArray[np.float64]
    listing: npt.NDArray[np.float64]
    pull: npt.NDArray[np.float64]
    training: npt.NDArray[np.float64]
    warning: npt.NDArray[np.float64]
    residence: npt.NDArray[np.float64]
    grid: npt.NDArray[np.float64]
    simple: npt.NDArray[np.float64]
    verified: npt.NDArray[np.float64]
    grid_quality: npt.NDArray[np.float64]
    patrol: npt.NDArray[np.float64]
    independence: npt.NDArray[np.float64]
    petty: npt.NDArray[np.float64]
    subsidy: npt.NDArray[np.float64]
    subsidy_yuan: npt.NDArray[np.float64]


NEUTRAL: dict[str, float] = {
    "multiplier": 1.0,
    "funds": NO_BUDGET,
    "willing": 1.0,
    "visit_cap": NO_CAP,
    "inspect_factor": 1.0,
    "reward": 1.0,
    "penalty": 1.0,
    "pull": 1.0,
}
"""What a lever is when no instrument touches it; 0 for all others."""

COMBINED: dict[str, str] = {
    "multiplier": "multiply",
    "funds": "least",
    "willing": "least",
    "visit_cap": "least",
    "inspect_factor": "multiply",
    "reward": "multiply",
    "penalty": "multiply",
    "price": "most",
    "ladder": "most",
    "look_back": "most",
    "pull": "multiply",
    "training": "most",
    "warning": "most",
    "residence": "most",
    "grid": "most",
    "simple": "most",
    "verified": "most",
    "grid_quality": "most",
    "patrol": "most",
    "independence": "most",
    "petty": "most",
    "subsidy": "most",
}
"""How two instruments on one lever go together; all others add."""


def empty_levers(counties: int, groups: int, sectors: int, enterprises: int) -> Levers:
    """Return levers that do nothing."""
    one = tuple(np.zeros(1) for _ in range(13))
    levers = Levers(
        contact=np.zeros((len(Contact), counties)),
        multiplier=np.zeros(groups),
        builders_added=np.zeros(sectors),
        yuan_per_job=np.zeros(1),
        funds=one[10],
        willing=one[11],
        staff_days=np.zeros(1),
        yuan=np.zeros(1),
        price=np.zeros((len(Occasion), 2)),
        plan_share=np.zeros(len(Plan)),
        priority=np.zeros((len(Plan), enterprises), dtype=np.int64),
        visit_cap=np.zeros(enterprises, dtype=np.int64),
        inspect_factor=one[0],
        borrowed=one[1],
        advising=one[2],
        reward=np.zeros(enterprises),
        penalty=one[3],
        publicity=one[4],
        ladder=np.zeros(2),
        look_back=np.zeros(2),
        listing=one[5],
        pull=np.zeros(counties),
        training=np.zeros(4),
        warning=one[6],
        residence=np.zeros(enterprises),
        grid=np.zeros(enterprises),
        verified=one[7],
        grid_quality=one[8],
        patrol=one[9],
        simple=np.zeros(enterprises),
        independence=np.zeros(2),
        petty=np.zeros(2),
        subsidy=np.zeros(5),
        subsidy_yuan=one[12],
    )
    reset_levers(levers)
    return levers


@routine
def reset_levers(levers: Levers) -> None:
    """Put all levers back to doing nothing (`NEUTRAL`)."""
    levers.contact[:, :] = 0.0
    levers.multiplier[:] = 1.0
    levers.builders_added[:] = 0.0
    levers.yuan_per_job[:] = 0.0
    levers.funds[:] = NO_BUDGET
    levers.willing[:] = 1.0
    levers.staff_days[:] = 0.0
    levers.yuan[:] = 0.0
    levers.price[:, :] = 0.0
    levers.plan_share[:] = 0.0
    levers.priority[:, :] = 0
    levers.visit_cap[:] = NO_CAP
    levers.inspect_factor[:] = 1.0
    levers.borrowed[:] = 0.0
    levers.advising[:] = 0.0
    levers.reward[:] = 1.0
    levers.penalty[:] = 1.0
    levers.publicity[:] = 0.0
    levers.ladder[:] = 0.0
    levers.look_back[:] = 0.0
    levers.listing[:] = 0.0
    levers.pull[:] = 1.0
    levers.training[:] = 0.0
    levers.warning[:] = 0.0
    levers.residence[:] = 0.0
    levers.grid[:] = 0.0
    levers.simple[:] = 0.0
    levers.verified[:] = 0.0
    levers.grid_quality[:] = 0.0
    levers.patrol[:] = 0.0
    levers.independence[:] = 0.0
    levers.petty[:] = 0.0
    levers.subsidy[:] = 0.0
    levers.subsidy_yuan[:] = 0.0
