"""Grid supervision (网格化监管): township grid staff look in at the smaller units; more eyes, less trained (CC16).

Who is no benchmark counts as a smaller unit. Their checks impose nothing; the county instructs them and sees to finds.
On trial they come in a share of the counties: the first of the list, by as many as make that share, rounded.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import EVERY_DAYS, SHARE, STAFF_DAYS, YUAN, Setting, Settings, Vain, Words
from dpsim.core.levers import Levers
from dpsim.core.reported import Fact, Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import DAYS_A_MORNING, within

NAME = "grid_supervision"
WORDS = Words("网格化监管", "grid supervision")
NEEDS = ()
SETTINGS = {
    "every_days": Setting(EVERY_DAYS, "网格员到每家企业的间隔", "interval between grid staff's checks of a unit"),
    "quality": Setting(
        SHARE, "网格员检查发现能力与执法人员之比", "what a check by grid staff finds over an inspector's"
    ),
    "staff_days_per_check": Setting(STAFF_DAYS, "每次网格检查占用县区的用工", "county staff time per check"),
    "yuan_per_check": Setting(YUAN, "每次网格检查的费用", "cost of a check"),
    "county_share": Setting(SHARE, "实行网格化监管的县区比例", "share of the counties that have grid staff"),
}
_BENCHMARK, _LISTED, _COUNTY = int(Fact.BENCHMARK), int(Fact.ON_LIST), int(Fact.COUNTY)


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return checks per day, their quality, staff-days and yuan of a check, the share of the counties."""
    price = settings.staff_days_per_check.value, settings.yuan_per_check.value
    share = settings.county_share.value
    return np.array([1.0 / settings.every_days.value, settings.quality.value, *price, share], dtype=np.float64)


@kernel
def counties_with(share: float, counties: int) -> int:
    """Return how many counties have grid staff, for a share of so many."""
    return int(share * counties + 0.5)


def in_vain(settings: Settings, counties: int, enterprises: int) -> Iterator[Vain]:
    """Yield why no county has grid staff: the share comes to none."""
    share = settings.county_share.value
    if counties_with(share, counties) == 0:
        yield Vain("no_county", {"share": f"{share:g}", "counties": str(counties)})


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts, have grid staff come to all units on the list of these counties that are no benchmarks."""
    if due[day]:
        facts, units = reported.facts, 0
        counties = counties_with(parameters[4], reported.counts.shape[0])
        for i in range(facts.shape[0]):
            if facts[i, _LISTED] == 1 and facts[i, _BENCHMARK] == 0 and facts[i, _COUNTY] < counties:
                levers.grid[i] = max(levers.grid[i], parameters[0])
                units += 1
        levers.grid_quality[0] = max(levers.grid_quality[0], parameters[1])
        checks = units * parameters[0] * DAYS_A_MORNING
        levers.staff_days[0] += checks * parameters[2]
        levers.yuan[0] += checks * parameters[3]
