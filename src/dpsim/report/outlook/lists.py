"""Changes of the list in words: the chance and what is missing under each, beside the list as it is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dpsim.core.words import STAGES
from dpsim.forecast.asked import ALL
from dpsim.forecast.list_asked import DEFINITION, DONE, LIST, STOPS, list_change
from dpsim.forecast.lists import UNCHANGED
from dpsim.forecast.project import Forecast
from dpsim.language import language_in_force, say
from dpsim.params.wording import shown_name
from dpsim.progress.aliases import ALL_STAGES, heading
from dpsim.report.show import show_chance, show_date, show_percent, show_rounded


def stage_word(stage: str) -> str:
    """Return what a stage is called."""
    if stage in STAGES:
        return say(f"figures.stage.{stage}")
    return heading(stage, language_in_force()) if stage in ALL_STAGES else shown_name(stage)


def list_lines(made: Forecast) -> list[str]:
    """Return a sentence per target with its chance under each change of the list: of all units together, if any is."""
    lang = language_in_force()
    rows = made.lists[made.lists["unit"] == ALL] if (made.lists["unit"] == ALL).any() else made.lists
    if rows.empty:
        return []
    out = []
    for (unit, stage, deadline, share), own in rows.groupby(["unit", "stage", "deadline", "target_share"], sort=False):
        values = {"unit": say("outlook.list_all") if unit == ALL else shown_name(unit), "stage": stage_word(stage)}
        values |= {"share": show_percent(share), "date": deadline.date().isoformat()}
        words = say("outlook.semicolon").join(_under(row, made, lang) for row in own.itertuples())
        out.append(say("outlook.lists", effects=words, **values))
    stopped = [say("outlook.list_stopped")] if (rows["kind"] == STOPS).any() else []
    return [*out, say("outlook.list_rests"), *stopped]


def _under(row: Any, made: Forecast, lang: str) -> str:
    """Return the chance and the shortfall under one change."""
    values = {"chance": show_chance(row.probability, lang), "shortfall": show_rounded(row.shortfall)}
    return say("outlook.list_under", name=_name(row, made, lang), **values)


def _name(row: Any, made: Forecast, lang: str) -> str:
    """Return a change in words, with how many enterprises it concerns."""
    if row.change == UNCHANGED:
        return say("outlook.list.unchanged")
    date = pd.Timestamp(row.date).date()
    since = say("outlook.list_from", date=show_date(date, lang)) if date > made.as_of else ""
    if row.kind != DEFINITION:
        return say(f"outlook.list.{row.kind}", members=show_rounded(row.members)) + since
    counted = list_change(row.change).counted
    parts = (
        say(
            "outlook.list_counted",
            what=say(f"outlook.list_part.{name}") if name in (LIST, DONE) else stage_word(name),
            share=show_percent(share, 1).removesuffix(".0"),
        )
        for name, share in counted.items()
    )
    return say("outlook.list.definition", parts=say("outlook.comma").join(parts)) + since
