"""What is asked for in vain.

Instruments that act on no day of the runs, settings without effect, meetings beyond the counties' staff, reports too
late for the runs. None is a fault of a file: a strategy is written for one year and one place and run in
another. But who is not told takes "no effect" for a finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dpsim.language import say
from dpsim.model.prior import case_timeline
from dpsim.model.staffing import pool_days
from dpsim.params.labels import instrument_label
from dpsim.params.schema import Case, Strategy
from dpsim.strategies import grid_supervision, instrument, third_party_capacity, third_party_subsidy

_EACH = ("staff_days_each", "staff_days_per_day")
"""Settings that are staff-days on each day an instrument acts."""


def plan_warnings(case: Case, strategy: Strategy, lang: str | None = None) -> list[str]:
    """Return a sentence for everything in a strategy that comes to nothing in this case, none where all is well."""
    timeline, name = case_timeline(case), strategy.name.words(lang or say("unit.language"))
    ends = {"first": timeline.as_of.isoformat(), "last": timeline.end.isoformat()}
    said, asked = [], 0.0
    for settings in strategy.instruments:
        days = instrument(settings.instrument).due(settings, timeline).sum()
        asked += float(days) * sum(float(getattr(settings, key).value) for key in _EACH if hasattr(settings, key))
        if days == 0:
            word = instrument_label(settings.instrument, lang)
            said.append(say("letter.plan.idle", lang=lang, strategy=name, instrument=word, **ends))
        for why, values in _in_vain(case, settings):
            word = instrument_label(settings.instrument, lang)
            said.append(say(f"letter.plan.{why}", lang=lang, strategy=name, instrument=word, **values))
    pool = pool_days(case, len(timeline.mornings))
    if asked > pool:
        values = {"asked": f"{asked:.0f}", "pool": f"{pool:.0f}"}
        said.append(say("letter.plan.meetings", lang=lang, strategy=name, **values))
    delay = case.reporting.delay_days.value if case.reporting else 0
    if delay >= (timeline.end - timeline.as_of).days:
        said.append(say("letter.plan.delay", lang=lang, days=f"{delay:.0f}", **ends))
    return said


def _in_vain(case: Case, settings: Any) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the message, and its values, of each setting by which an instrument does nothing in this case.

    Closing without a stop of production is none: the stop rung is reached all the same.
    """
    counties, listed = (int(one.value) for one in (case.population.counties, case.population.enterprises))
    price = 0.0
    match settings.instrument:
        case third_party_capacity.NAME:
            price = settings.cost_per_enterprise.value
            if settings.willing_share is not None and settings.willing_share.value == 0:
                yield "unwilling", {}
        case third_party_subsidy.NAME:
            price = third_party_subsidy.morning_price(third_party_subsidy.parameters(settings), listed)
        case grid_supervision.NAME:
            share = settings.county_share.value
            if grid_supervision.counties_with(share, counties) == 0:
                yield "no_county", {"share": f"{share:g}", "counties": str(counties)}
    budget = getattr(settings, "budget", None)
    if budget is not None and price > budget.value:
        yield "budget", {"budget": f"{budget.value:,.0f}", "price": f"{price:,.0f}"}


def run_notes(case: Case, strategy: Strategy, lang: str | None = None) -> list[str]:
    """Return what must be known to read the targets of a strategy's runs."""
    notes = [say("letter.plan.computing", lang=lang)]
    if len(case.scenario.benchmark_split.options) > 1 and any(
        target.group == "benchmark" for target in case.targets.list
    ):
        notes.append(say("letter.plan.split", lang=lang))
    return notes + plan_warnings(case, strategy, lang)
