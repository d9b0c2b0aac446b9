"""Queues and utilisation, how much the agencies can carry, and where the unfinished stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dpsim.forecast.pace import agency_capacity
from dpsim.model.organisations import capacity_bound
from dpsim.model.prior import case_timeline
from dpsim.model.targets import headline_target
from dpsim.report import alts
from dpsim.report.parts import Part
from dpsim.report.place import agencies_told, pace_stages
from dpsim.report.show import (
    show_count_range,
    show_date,
    show_number,
    show_percent,
    show_rounded,
    show_share_range,
)
from dpsim.report.tables import html_table

if TYPE_CHECKING:
    import pandas as pd

    from dpsim.params.quantity import Quantity
    from dpsim.report.letter import Letter

WHERE = ("not_started", "building", "built_not_connected", "connected_not_online")
NOT_BUILT = ("not_started", "building", "not_built")
OF_TABLE = ("not_built", "built_not_online")
"""A table's draws tell these two apart only."""


def part(letter: Letter) -> Part:
    """Return what the agencies can carry, their queues, and where the unfinished stand."""
    result = letter.result
    if "queues" in letter.drawings:
        letter.save_table(letter.drawings["queues"].frame, "queues")
    letter.save_table(result.capacity.assign(start=result.capacity["start"].astype("string")), "agency_capacity")
    letter.save_table(result.forecast.bottlenecks, "bottlenecks")
    rows = [
        (
            letter.say(f"letter.where.{row.where}"),
            show_share_range(row.share_low, row.share_high, letter.lang),
            show_rounded(row.enterprises),
        )
        for row in result.forecast.bottlenecks.itertuples()
        if row.where in (WHERE if result.request.table is None else OF_TABLE)
        if "built" in pace_stages(result.case) or row.where not in NOT_BUILT
    ]
    text = _agencies(letter)
    name = getattr(result.request.reference.name, letter.lang)
    message = "letter.bottleneck_text" if result.request.table is None else "letter.table.bottleneck_text"
    stuck = letter.paragraph(letter.say(message, name=name))
    stuck += html_table(letter.columns("where", "share", "enterprises"), rows, numeric=(1, 2), whole=(0, 1, 2))
    stuck += letter.paragraph(_beginning(letter))
    if "queues" not in letter.drawings:
        return letter.headed("part_stuck", text + stuck)
    return letter.headed("part_queues", text + letter.picture("queues", alts.queues(letter)) + stuck)


def _agencies(letter: Letter) -> str:
    """Return what agencies can carry; where the documents name none, only that; nothing where nobody is to build."""
    agencies = letter.result.case.agencies
    if agencies_told(letter.result.case):
        carried = letter.say(f"letter.capacity.{verdict(letter.result.capacity)}")
        return letter.paragraph(*_bound(letter), carried) + letter.paragraph(*extremes(letter))
    if "built" not in pace_stages(letter.result.case):
        return ""
    ends = {"share": show_percent(agencies.user_share.value), "headroom": show_number(float(agencies.headroom.value))}
    return letter.paragraph(letter.say("letter.capacity.unnamed", **ends))


def verdict(capacity: pd.DataFrame, *, bound: str = "bound", needed: str = "needed") -> str:
    """Return whether the agencies carry what is needed: ``enough``, ``short``, or ``mixed`` by assumed start."""
    carried = capacity[bound] >= capacity[needed]
    return "enough" if carried.all() else "mixed" if carried.any() else "short"


def extremes(letter: Letter) -> list[str]:
    """Return whether the verdict stands at the ends of the ranges: more reliance, less capacity, more time."""
    capacity, agencies = letter.result.capacity, letter.result.case.agencies
    first, said = verdict(capacity), []
    if first == "short":
        return []
    more = capacity.assign(needed=needed_at_most(capacity, agencies.user_share))
    if (users := verdict(more)) != first:
        values = {"share": show_percent(agencies.user_share.high), "needed": show_rounded(more["needed"].max())}
        said.append(letter.say(f"letter.capacity.users_{users}", **values))
    if "bound_low" in capacity and (less := verdict(capacity, bound="bound_low")) != first:
        bound = show_count_range(capacity["bound_low"].min(), capacity["bound_low"].max(), letter.lang)
        headroom = show_number(float(agencies.headroom.low))
        said.append(letter.say(f"letter.capacity.headroom_{less}", headroom=headroom, bound=bound))
    longest = float(agencies.service_mean.high)
    slow = verdict(agency_capacity(letter.result.case.with_values({"agencies.service_mean": longest})))
    if slow != first:
        said.append(letter.say(f"letter.capacity.slow_{slow}", days=show_number(longest)))
    return [*said, letter.say("letter.capacity.turns")] if said else [letter.say("letter.capacity.stands")]


def needed_at_most(capacity: pd.DataFrame, reliance: Quantity) -> pd.Series:
    """Return the need where those not yet built rely on agencies as much as believable."""
    if "needed_high" in capacity:
        return capacity["needed_high"]
    return capacity["needed"] * (float(reliance.high) / float(reliance.value) if reliance.value > 0 else 1.0)


def _bound(letter: Letter) -> list[str]:
    """Return what the agencies can hand over by the deadline, and what is needed."""
    capacity, case = letter.result.capacity, letter.result.case
    supply = letter.say(
        "letter.capacity.supply",
        deadline=show_date(headline_target(case).deadline, letter.lang),
        headroom=show_number(float(case.agencies.headroom.value)),
        builders=show_count_range(capacity["builders"].min(), capacity["builders"].max(), letter.lang),
        bound=show_count_range(capacity["bound"].min(), capacity["bound"].max(), letter.lang),
    )
    needed, share = show_rounded(capacity["needed"].iloc[0]), show_percent(case.agencies.user_share.value)
    days, service = case_timeline(case).end_of(headline_target(case).deadline), float(case.agencies.service_mean.value)
    each = capacity_bound(0.0, 1, service, days)
    rule = letter.say(
        "letter.capacity.rule", service=show_number(service), days=show_number(days), each=show_rounded(each)
    )
    return [supply, rule, letter.say("letter.capacity.need", needed=needed, share=share)]


def _beginning(letter: Letter) -> str:
    """Return which assumed count the table of bottlenecks starts from; nothing where it is published."""
    connected = letter.result.case.state.connected
    if not connected.assumed or letter.result.request.table is not None:
        return ""
    ends = {"low": show_rounded(connected.low), "high": show_rounded(connected.high)}
    return letter.say("letter.bottleneck_assumed", count=show_rounded(connected.value), **ends)
