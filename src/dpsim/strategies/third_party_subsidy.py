"""Third-party subsidy (财政购买服务): agencies do part of the hazard work on public money (LY11, LY20, LY27).

More is found while it lasts; own ability is crowded out, templates burden the workers (`dpsim.model.ability`). With a
budget it ends when the next morning would cost more than is left.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.funds import NO_BUDGET, Purse, affords
from dpsim.core.instrument import (
    A_YEAR,
    BUDGET,
    LOG_RATIO,
    SHARE,
    YUAN,
    Setting,
    Settings,
    Vain,
    Words,
    budget_short,
    value_or,
)
from dpsim.core.levers import Levers
from dpsim.core.reported import Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "third_party_subsidy"
WORDS = Words("财政购买服务", "third-party subsidy")
NEEDS = ()
SETTINGS = {
    "served_share": Setting(SHARE, "由机构承担的排查工作比例", "share of the hazard work done by agencies"),
    "agency_detection": Setting(SHARE, "机构的发现能力", "chance that an agency finds what is there"),
    "learning_per_year": Setting(A_YEAR, "自身能力的学习速度", "learning of own ability"),
    "forgetting_per_year": Setting(A_YEAR, "自身能力的遗忘速度", "forgetting of own ability"),
    "burden": Setting(LOG_RATIO, "模板化材料的负担", "loss to templates where all is done by agencies"),
    "yuan_per_enterprise": Setting(YUAN, "每家企业每年的费用", "cost per enterprise and year"),
    "budget": BUDGET,
}
_SUBSIDY = int(Purse.SUBSIDY)
_WORKING_DAYS = 250.0


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return share, agencies' detection, learning and forgetting per day, burden, yuan per day of one, budget."""
    rates = settings.learning_per_year.value / 365.0, settings.forgetting_per_year.value / 365.0
    cost = settings.yuan_per_enterprise.value / _WORKING_DAYS
    shares = settings.served_share.value, settings.agency_detection.value
    budget = value_or(settings.budget, NO_BUDGET)
    return np.array([*shares, *rates, settings.burden.value, cost, budget], dtype=np.float64)


@kernel
def morning_price(parameters: npt.NDArray[np.float64], listed: int) -> float:
    """Return what a morning costs (yuan) with so many enterprises on the list."""
    return float(parameters[0] * parameters[5] * listed)


def in_vain(settings: Settings, counties: int, enterprises: int) -> Iterator[Vain]:
    """Yield why nothing is bought: the budget is below the first morning."""
    yield from budget_short(settings, morning_price(parameters(settings), enterprises))


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts and its budget pays the morning, let agencies do their share of the work."""
    if due[day]:
        yuan = morning_price(parameters, reported.counts[:, 0].sum())
        if affords(reported.spent[_SUBSIDY], yuan, parameters[6]):
            for k in range(5):
                levers.subsidy[k] = max(levers.subsidy[k], parameters[k])
            levers.yuan[0] += yuan
            levers.subsidy_yuan[0] += yuan
