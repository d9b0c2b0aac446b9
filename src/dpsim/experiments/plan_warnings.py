"""What is asked for in vain.

Instruments that act on no day of the runs, settings without effect, meetings beyond the counties' staff, reports too
late for the runs. None is a fault of a file: a strategy is written for one year and one place and run in
another. But who is not told takes "no effect" for a finding.
"""

from __future__ import annotations

from dpsim.experiments.reported import reports_notes
from dpsim.language import say
from dpsim.model.prior import case_timeline
from dpsim.model.staffing import pool_days
from dpsim.params.labels import instrument_label
from dpsim.params.schema import Case, Strategy
from dpsim.strategies import instrument

_EACH = ("staff_days_each", "staff_days_per_day")
"""Settings that are staff-days on each day an instrument acts."""


def plan_warnings(case: Case, strategy: Strategy, lang: str | None = None) -> list[str]:
    """Return a sentence for everything in a strategy that comes to nothing in this case, none where all is well."""
    timeline, name = case_timeline(case), strategy.name.words(lang or say("unit.language"))
    ends = {"first": timeline.as_of.isoformat(), "last": timeline.end.isoformat()}
    counties, listed = (int(one.value) for one in (case.population.counties, case.population.enterprises))
    said, asked = [], 0.0
    for settings in strategy.instruments:
        module, word = instrument(settings.instrument), instrument_label(settings.instrument, lang)
        days = module.due(settings, timeline).sum()
        asked += float(days) * sum(float(getattr(settings, key).value) for key in _EACH if hasattr(settings, key))
        if days == 0:
            said.append(say("letter.plan.idle", lang=lang, strategy=name, instrument=word, **ends))
        for why, values in module.in_vain(settings, counties, listed) if hasattr(module, "in_vain") else ():
            said.append(say(f"letter.plan.{why}", lang=lang, strategy=name, instrument=word, **values))
    pool = pool_days(case, len(timeline.mornings))
    if asked > pool:
        values = {"asked": f"{asked:.0f}", "pool": f"{pool:.0f}"}
        said.append(say("letter.plan.meetings", lang=lang, strategy=name, **values))
    delay = case.reporting.delay_days.value if case.reporting else 0
    if delay >= (timeline.end - timeline.as_of).days:
        said.append(say("letter.plan.delay", lang=lang, days=f"{delay:.0f}", **ends))
    return said


def run_notes(case: Case, strategy: Strategy, lang: str | None = None) -> list[str]:
    """Return what must be known to read the targets of a strategy's runs."""
    notes = [say("letter.plan.computing", lang=lang)]
    if len(case.scenario.benchmark_split.options) > 1 and any(
        target.group == "benchmark" for target in case.targets.list
    ):
        notes.append(say("letter.plan.split", lang=lang))
    return notes + reports_notes(case, lang) + plan_warnings(case, strategy, lang)
