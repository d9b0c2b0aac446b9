"""Third-party capacity (增加第三方服务力量): more builders at the agencies from a date (LY10-LY12).

It helps only where the agencies' queue binds. With a budget the added builders hand over until the next one would cost
more than is left; with a share of willing enterprises they serve only these, and the others wait for the builders that
were there before.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.expect import Expect
from dpsim.core.funds import NO_BUDGET, Purse, affords
from dpsim.core.instrument import BUDGET, SHARE, YUAN, Setting, Settings, Vain, Words, budget_short, value_or
from dpsim.core.levers import Levers
from dpsim.core.reported import Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "third_party_capacity"
WORDS = Words("增加第三方力量", "more third-party capacity")
NEEDS = ("start",)
SETTINGS = {
    "added_share": Setting(Expect("share", 0, 100), "第三方服务力量的增加比例", "added share of third-party capacity"),
    "cost_per_enterprise": Setting(YUAN, "财政购买服务每家企业费用", "public cost per enterprise served"),
    "budget": BUDGET,
    "willing_share": Setting(
        SHARE,
        "依靠机构的企业中愿意由新增力量服务的比例",
        "share willing to be served by it, of those who rely on an agency",
        optional=True,
    ),
}
_HAND_OVERS = int(Purse.HAND_OVERS)


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which the added builders work."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the added share of builders, price of a hand-over by one (yuan), budget (yuan), share of the willing."""
    limits = value_or(settings.budget, NO_BUDGET), value_or(settings.willing_share, 1.0)
    return np.array([settings.added_share.value, settings.cost_per_enterprise.value, *limits], dtype=np.float64)


def in_vain(settings: Settings, counties: int, enterprises: int) -> Iterator[Vain]:
    """Yield why no enterprise is served: none is willing, or the budget is below one hand-over."""
    if value_or(settings.willing_share, 1.0) == 0:
        yield Vain("unwilling", {})
    yield from budget_short(settings, settings.cost_per_enterprise.value)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts and its budget pays one more hand-over, add the share of builders in every sector."""
    if due[day] and affords(reported.spent[_HAND_OVERS], parameters[1], parameters[2]):
        levers.builders_added[:] += parameters[0]
        levers.yuan_per_job[0] += parameters[1]
        levers.funds[0] = min(levers.funds[0], parameters[2])
        levers.willing[0] = min(levers.willing[0], parameters[3])
