"""`dpsim published`: the published figures of some cases beside the runs, as a text and as a table."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from dpsim.core.instrument import Words
from dpsim.core.words import STAGES
from dpsim.errors import InputError
from dpsim.experiments.published import HIGH, LOW, WIDEST, Standing, run_published, strategies_of, unused
from dpsim.experiments.runrecord import DISTRIBUTION, LIBRARIES, code_hash, library_version
from dpsim.language import in_words, language_in_force, say
from dpsim.params.labels import unit_label
from dpsim.params.load import list_cases, load_case, load_strategy
from dpsim.params.readings import Published
from dpsim.params.schema import Case
from dpsim.params.uncertain import uncertain_values
from dpsim.published import quantities
from dpsim.report.made_files import write_made
from dpsim.report.place import own_words
from dpsim.report.show import show_number, show_percent, show_rounded
from dpsim.report.sources import EVIDENCE, SOURCES, files_text
from dpsim.report.tables import csv_bytes

COLUMNS = ("case", "id", "quantity", "published", "median", "low", "high", "inside", "used_to_set", "note")
TABLE, RECORD = "published.csv", "run.json"
FILES = (TABLE, RECORD, SOURCES)
_SHOWN = ("figure", "published", "median", "interval", "inside", "used_to_set")


def load_cases(names: Sequence[str]) -> list[Case]:
    """Return the cases asked for, all shipped ones if none are.

    Raises
    ------
    InputError
        A case is wrong, none of this name exists, or one stands twice.
    """
    cases = [load_case(name) for name in names or list_cases()]
    twice = [case.id for k, case in enumerate(cases) if case.id in {other.id for other in cases[:k]}]
    if twice:
        raise InputError("published.case_twice", given=twice[0])
    return cases


def run_cases(cases: Iterable[Case], *, replications: int, seed: int, progress: bool = False) -> list[Standing]:
    """Return the published figures of some cases beside the runs, case by case."""
    return [
        one for case in cases for one in run_published(case, replications=replications, seed=seed, progress=progress)
    ]


def published_frame(standings: Iterable[Standing]) -> pd.DataFrame:
    """Return the table: one row per figure, columns `COLUMNS`, notes in the language in force.

    `published`, `median`, `low`, `high` are in the figure's unit (a change against another strategy as a share).
    """
    lang = language_in_force()
    rows = [
        (
            one.case.id,
            one.figure.id,
            one.figure.quantity,
            float(one.figure.value),
            one.median,
            one.low,
            one.high,
            one.inside,
            one.used_to_set,
            "" if one.figure.note is None else one.figure.note.words(lang),
        )
        for one in standings
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def save_published(standings: Sequence[Standing], cases: Sequence[Case], out: Path, *, seed: int, runs: int) -> None:
    """Write the table, what it was made with, and the check sums; whole or not at all."""
    strategies = {name for one in standings for name in strategies_of(one.case, one.figure)}
    strategies |= {case.default_strategy for case in cases}
    record = {
        "version": library_version(DISTRIBUTION),
        "code": code_hash(),
        "seed": seed,
        "replications": runs,
        "lang": language_in_force(),
        "cases": {case.id: case.digest for case in cases},
        "drawn": {case.id: sorted(uncertain_values(case)) for case in cases},
        "drawn_again": {one.case.id: one.again for one in standings},
        "strategies": {name: load_strategy(name).digest for name in sorted(strategies)},
        "libraries": {name: library_version(name) for name in LIBRARIES},
    }
    text = json.dumps(record, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    inputs = [EVIDENCE, *(f"params/cases/{case.id}.yaml" for case in cases)]
    sources = files_text([*inputs, *(f"params/strategies/{name}.yaml" for name in sorted(strategies))])
    contents = (csv_bytes(published_frame(standings)), text.encode("utf-8"), sources.encode("utf-8"))
    write_made(out, dict(zip(FILES, contents, strict=True)))


def published_text(standings: Sequence[Standing], cases: Sequence[Case], *, seed: int, runs: int) -> str:
    """Return all of it: a table and its notes for each case, then how many figures lie inside."""
    lang, blocks = language_in_force(), []
    for case in cases:
        own = [one for one in standings if one.case.id == case.id]
        title = say("published.title", case=case.name.words(lang), id=case.id, n=runs, seed=seed)
        with in_words(own_words(case)):
            blocks.append("\n".join([title, _table(own) if own else say("published.nothing"), *_notes(own)]))
    return "\n\n".join([*blocks, "\n".join(_summary(standings))])


def missing_notes(standings: Iterable[Standing]) -> list[str]:
    """Return what is to be said of figures outside, or too wide an interval, without a reason in the case file."""
    ids = [f"{one.case.id}: {one.figure.id}" for one in standings if one.unexplained]
    return [say("published.unexplained", list=say("published.between").join(ids), widest=f"{WIDEST:g}")] if ids else []


def figure_words(case: Case, figure: Published, lang: str | None = None) -> str:
    """Return what a figure is, in a language (that in force): quantity, class, channel, dates, strategies."""
    lang, names = lang or language_in_force(), strategies_of(case, figure)
    words: Words = quantities()[figure.quantity].NAMES[figure.quantity]
    stage = figure.quantity in STAGES  # these a place may call otherwise
    name = say(f"figures.stage.{figure.quantity}", lang=lang) if stage else getattr(words, lang)
    parts = [
        "" if figure.sector is None else say(f"ledgers.sector.{figure.sector}", lang=lang),
        "" if figure.group is None else say(f"letter.group.{figure.group}", lang=lang),
        "" if figure.klass is None else say(f"figures.class.{figure.klass}", lang=lang),
        "" if figure.channel is None else say(f"figures.channel.{figure.channel}", lang=lang),
        str(figure.date) if figure.date else say("published.window", lang=lang, begin=figure.begin, until=figure.until),
    ]
    called = [load_strategy(name).name.words(lang) for name in names]
    if figure.against is not None:
        parts.append(say("published.against", lang=lang, strategy=called[0], against=called[1]))
    elif figure.strategy is not None:
        parts.append(called[0])
    more = say("published.comma", lang=lang).join(part for part in parts if part)
    return say("published.figure", lang=lang, quantity=name, more=more)


def _table(standings: Sequence[Standing]) -> str:
    """Return the table of one case."""
    rows: list[dict[str, Any]] = []
    for one in standings:
        low, high = _shown(one.low, one.figure), _shown(one.high, one.figure)
        rows.append(
            {
                "figure": f"{one.figure.id}: {figure_words(one.case, one.figure)}",
                "published": f"{_shown(one.figure.value, one.figure)} {_unit(one.figure)}".strip(),
                "median": _shown(one.median, one.figure),
                "interval": low if low == high else say("published.interval", low=low, high=high),
                "inside": say("published.yes" if one.inside else "published.no"),
                "used_to_set": say("published.yes" if one.used_to_set else "published.no"),
            }
        )
    frame = pd.DataFrame(rows, columns=list(_SHOWN))
    heads = [say(f"published.column.{name}", percent=show_percent(HIGH - LOW)) for name in _SHOWN]
    with pd.option_context("display.unicode.east_asian_width", True, "display.max_colwidth", 200):
        return str(frame.to_string(index=False, header=heads))


def _notes(standings: Sequence[Standing]) -> list[str]:
    """Return the notes of one case: draws made again, its own, and of which figures some runs give no value."""
    lang, lines = language_in_force(), []
    for one in standings[:1]:
        if one.again:
            lines.append(say("published.drawn_again", count=one.again, n=one.runs + one.silent))
    for one in standings:
        if one.figure.note is not None:
            lines.append(say("published.note", id=one.figure.id, note=one.figure.note.words(lang)))
        if one.silent:
            lines.append(say("published.silent", id=one.figure.id, silent=one.silent, n=one.runs + one.silent))
    return lines


def _summary(standings: Sequence[Standing]) -> list[str]:
    """Return how many figures lie inside, those that set nothing first."""
    fresh = list(unused(standings))
    lines = [
        say(
            "published.unused",
            inside=sum(one.inside for one in fresh),
            all=len(fresh),
            wide=sum(one.inside and one.spread > WIDEST for one in fresh),
            widest=f"{WIDEST:g}",
        ),
        say("published.all", inside=sum(one.inside for one in standings), all=len(standings)),
    ]
    return [*lines, say("published.how", percent=show_percent(HIGH - LOW))]


def _shown(value: float, figure: Published) -> str:
    """Return a number in a figure's unit."""
    if not math.isfinite(value):
        return "-"
    if figure.unit == "share":
        return f"{show_percent(value, 2)}%"
    return show_rounded(value) if abs(value) >= 100 else show_number(float(f"{value:.3g}"))


def _unit(figure: Published) -> str:
    """Return a figure's unit in words; a share is shown in per cent, a ratio has none."""
    return "" if figure.unit in ("share", "ratio") else unit_label(figure.unit)
