"""The table of all targets with their probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dpsim.model.targets import Target, resolve_targets
from dpsim.params.labels import option_label, unit_label
from dpsim.report.parts import Part
from dpsim.report.place import level_of
from dpsim.report.sentences import own_pooled
from dpsim.report.show import (
    show_chance_interval,
    show_date,
    show_met,
    show_percent,
    show_probability_range,
    show_rounded,
    show_start,
)
from dpsim.report.tables import html_table

if TYPE_CHECKING:
    from dpsim.params.schema import Case
    from dpsim.report.letter import Letter


def part(letter: Letter) -> Part:
    """Return all targets under the arrangement in force, and what must be known to read the table."""
    result, lang = letter.result, letter.lang
    rows, cells, notes = [], result.forecast.cells, []
    table = result.reference.targets.set_index("target")
    for target in resolve_targets(result.case):
        row = table.loc[target.id]
        mine = cells[(cells["target"] == target.id) & (cells["level"] == level_of(result.case))]
        name = letter.say("letter.target_name", group=_group(letter, target), stage=letter.stage(target.stage))
        note = _already(letter, target, name)
        notes += [note] if note else []
        rows.append(
            (
                letter.say("letter.already_mark", name=name) if note else name,
                show_start(target.deadline, lang, result.case.as_of),
                f"{row['required']}/{target.total}",
                _probability(letter, mine),
                show_met(row["met"], row["replications"], row["low"], row["high"], lang),
                show_rounded(row["shortfall_median"]),
            )
        )
    letter.save_table(result.reference.targets, "targets")
    letter.save_table(result.forecast.cells, "forecast_cells")
    letter.save_table(result.forecast.pooled, "forecast_pooled")
    kind = "range_all" if result.request.table is None else "range_table"
    header = letter.columns("target", "deadline", "required", kind, "met", "shortfall", n=result.forecast.draws)
    body = html_table(header, rows, numeric=(2, 5), whole=(0, 1, 2, 5))
    name = getattr(result.request.reference.name, lang)
    split = option_label(result.case.scenario.benchmark_split.value, lang)
    if result.request.table is None:
        more = letter.say("letter.targets_split", split=split) if _grouped(result.case) else ""
        more += letter.say("letter.targets_runs_only") if any(row[3] == "—" for row in rows) else ""
        body += letter.paragraph(letter.say("letter.targets_note", name=name, more=more))
    else:
        body += letter.paragraph(letter.say("letter.table.targets_note", name=name, split=split))
    notes += [*_reasons(letter), *tasks(letter)]
    return letter.headed("part_targets", body + "".join(letter.paragraph(note) for note in notes))


def _grouped(case: Case) -> bool:
    """Tell whether a target is of one group only, so that the split of the counts matters."""
    return any(target.group != "all" for target in case.targets.list)


def _reasons(letter: Letter) -> list[str]:
    """Return why each target stands as it does where the document prints no date or no stage."""
    case, lang = letter.result.case, letter.lang
    reasons = {item.id: item.reason.words(lang) for item in case.targets.list if item.reason is not None}
    return [
        letter.say(
            "letter.target_reason",
            target=letter.say("letter.target_name", group=_group(letter, target), stage=letter.stage(target.stage)),
            deadline=show_date(target.deadline, lang, year=True),
            reason=reasons[target.id],
        )
        for target in resolve_targets(case)
        if target.id in reasons
    ]


def tasks(letter: Letter) -> list[str]:
    """Return what was done of the programmes with lists of their own, and that no run stands behind it."""
    told, lang = letter.result.case.tasks or (), letter.lang
    lines = [
        letter.say(
            "letter.task",
            name=one.name.words(lang),
            date=show_date(one.date, lang, year=True),
            done=show_rounded(one.done),
            task=show_rounded(one.task),
            unit=unit_label(one.unit, lang),
            share=show_percent(one.done / one.task),
            source=one.source,
        )
        for one in told
    ]
    return [letter.say("letter.tasks"), *lines] if lines else []


def _probability(letter: Letter, cells: pd.DataFrame) -> str:
    """Return the range over the scenarios; where the split of the benchmarks matters, each reading apart.

    From a table: the chance that its forecast gives.
    """
    if letter.result.request.table is not None:
        if cells.empty:
            return "—"
        own = own_pooled(letter.result, target=str(cells["target"].iloc[0]))
        return show_chance_interval(own["probability"], own["low"], own["high"], letter.lang)
    by_split = {
        option_label(split, letter.lang): show_probability_range(
            mine["probability"].min(), mine["probability"].max(), letter.lang
        )
        for split, mine in cells.groupby("split", sort=False)
    }
    if len(set(by_split.values())) < 2:
        return next(iter(by_split.values()), "—")
    return letter.join([letter.say("letter.under_split", split=s, probability=p) for s, p in by_split.items()])


def _group(letter: Letter, target: Target) -> str:
    """Return the word of a target's group."""
    return letter.say(f"letter.group.{target.group}")


def _already(letter: Letter, target: Target, name: str) -> str:
    """Return the note on a target met at the as-of date in every run, and by which counts; nothing for others."""
    case = letter.result.case
    attained = letter.result.reference.attained
    dates = pd.to_datetime(attained.loc[attained["target"] == target.id, "date"])
    if dates.isna().any() or (dates > pd.Timestamp(case.as_of)).any():
        return ""
    state = getattr(case.state, target.stage)
    values = {
        "target": name,
        "as_of": show_date(case.as_of, letter.lang),
        "stage": letter.stage(target.stage),
        "count": show_rounded(state.value),
        "split": option_label(case.scenario.benchmark_split.value, letter.lang),
        "required": target.required,
    }
    ground = "split" if target.group != "all" else "assumed" if state.assumed else "reported"
    if ground == "split" and state.assumed:
        ground = "split_assumed"
    return letter.say(f"letter.already.{ground}", **values)
