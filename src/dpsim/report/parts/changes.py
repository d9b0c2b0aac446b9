"""Published changes against a year before: how much of them the runs explain, and what stayed hidden all the while."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from dpsim.experiments.published import Standing, strategies_of
from dpsim.params.load import load_strategy
from dpsim.params.readings import Published
from dpsim.published import quantities
from dpsim.report.held import changes
from dpsim.report.parts import Part
from dpsim.report.published import figure_words
from dpsim.report.show import show_band, show_date, show_percent, show_range
from dpsim.report.supervised import REPORTED, TRUE
from dpsim.report.tables import html_table
from dpsim.strategies import instrument

if TYPE_CHECKING:
    from dpsim.report.letter import Letter


def part(letter: Letter) -> Part:
    """Return published changes beside pairs of runs; nothing for a case that has none."""
    held = letter.result.held
    own = [figure for figure in changes(letter.result.case) if figure.id in held]
    if not own:
        return Part("")
    rows = {key: one for key, one in held.items() if not key.startswith("constraint:")}
    letter.save_table(_frame(letter, rows), "changes")
    body = letter.paragraph(*_pairs(letter, held[own[0].id]))
    shown = [one for key, one in rows.items() if one.figure.unit == "share" and not key.endswith("_begin")]
    body += html_table(
        letter.columns("measure", "view", "published", "runs_median", "interval"),
        [_row(letter, one) for one in shown],
        numeric=(2, 3, 4),
        whole=(1, 2, 3, 4),
    )
    for figure in own:
        if f"{figure.id}:hidden" in held:
            body += letter.paragraph(*attribution(letter, figure, held)) + letter.paragraph(*_hidden(letter, figure))
    return letter.headed("part_changes", body + letter.paragraph(letter.say("letter.changes.note")))


def _pairs(letter: Letter, one: Standing) -> list[str]:
    """Return between which strategies the pairs stand, in what these differ, and how many runs there are."""
    own, other = (load_strategy(name) for name in strategies_of(one.case, one.figure))
    mine, theirs = ({item["instrument"]: item for item in s.content()["instruments"]} for s in (own, other))
    differ = [name for name in {**mine, **theirs} if mine.get(name) != theirs.get(name)]
    return [
        letter.say(
            "letter.changes.pairs",
            strategy=own.name.words(letter.lang),
            against=other.name.words(letter.lang),
            n=one.runs + one.silent,
            differ=letter.join([getattr(instrument(name).WORDS, letter.lang) for name in differ]),
        )
    ]


def view(figure: Published) -> str:
    """Return whether a figure is of what is reported or of what is true."""
    return TRUE if figure.quantity == "latent" else REPORTED


def _row(letter: Letter, one: Standing) -> tuple[str, ...]:
    """Return a row of the table."""
    low, high = (show_percent(value, 1) for value in (one.low, one.high))
    return (
        figure_words(one.case, one.figure, letter.lang),
        letter.say(f"figures.view.{view(one.figure)}"),
        "—" if math.isnan(one.figure.value) else f"{show_percent(one.figure.value, 2)}%",
        "—" if math.isnan(one.median) else f"{show_percent(one.median, 1)}%",
        "—" if math.isnan(one.median) else show_range(f"{low}%", f"{high}%", letter.lang),
    )


def attribution(letter: Letter, figure: Published, held: dict[str, Standing]) -> list[str]:
    """Return how much of a change in hazards found the pairs explain, and that the rest cannot be attributed.

    The rest is spoken of only where the published change lies beyond what the pairs give.
    """
    one = held[figure.id]
    said = {
        "words": getattr(quantities()[figure.quantity].NAMES[figure.quantity], letter.lang),
        "published": f"{show_percent(figure.value, 1)}%",
        "points": f"{show_percent(one.median, 1)}",
        "range": show_range(show_percent(one.low, 1), show_percent(one.high, 1), letter.lang),
    }
    if one.inside:
        return [letter.say("letter.changes.reached", **said)]
    if one.low <= 0.0 <= one.high:
        return [letter.say("letter.changes.nothing", **said), *_rest(letter, figure, held, 0.0)]
    return [letter.say("letter.changes.explained", **said), *_rest(letter, figure, held, one.median)]


def _splits(other: Published, figure: Published) -> bool:
    """Tell whether a figure splits those found by channel; how many found by a channel are major does not."""
    return "self_found" in other.quantity or (other.channel is not None and other.quantity == figure.quantity)


def _rest(letter: Letter, figure: Published, held: dict[str, Standing], explained: float) -> list[str]:
    """Return what is left of a change, and whether a split by channel of the period before says where it lies."""
    case = letter.result.case
    before = [f for f in case.published if f.strategy == figure.against and _splits(f, figure)]
    now = [one for one in held.values() if one.figure.quantity == "self_found_share"]
    said = [letter.say("letter.changes.rest", points=show_percent(figure.value - explained, 0))]
    if not before:
        said.append(letter.say("letter.changes.no_split"))
    return said + [
        letter.say(
            "letter.changes.split_now",
            share=f"{show_percent(one.figure.value, 1)}%",
            runs=show_band((one.low, one.median, one.high), letter.lang, percent=True),
        )
        for one in now
        if not before
    ]


def _hidden(letter: Letter, figure: Published) -> list[str]:
    """Return what was hidden at the as-of date and at the end, under both strategies, and how the pairs differ."""
    held, case = letter.result.held, letter.result.case
    change = held[f"{figure.id}:hidden"]
    names = strategies_of(case, figure)
    own, other = (load_strategy(name).name.words(letter.lang) for name in names)
    begin, mine, theirs = (
        show_band((one.low, one.median, one.high), letter.lang)
        for one in (held[f"{figure.id}:hidden_{role}"] for role in ("begin", "own", "other"))
    )
    sign = "more" if change.low > 0.0 else "fewer" if change.high < 0.0 else "untold"
    return [
        letter.say(
            "letter.changes.hidden",
            klass=letter.say(f"letter.changes.class_{change.figure.klass or 'all'}"),
            as_of=show_date(case.as_of, letter.lang),
            end=show_date(change.figure.date or case.horizon_end, letter.lang),
            begin=begin,
            strategy=own,
            against=other,
            own=mine,
            other=theirs,
        ),
        letter.say(
            f"letter.changes.{sign}",
            strategy=own,
            change=f"{show_percent(abs(change.median), 1)}%",
            range=show_range(f"{show_percent(change.low, 1)}%", f"{show_percent(change.high, 1)}%", letter.lang),
        ),
    ]


def _frame(letter: Letter, rows: dict[str, Standing]) -> pd.DataFrame:
    """Return all that the runs were asked for."""
    names = ["key", "quantity", "class", "channel", "view", "strategy", "against", "unit", "published"]
    table = [
        (
            key, one.figure.quantity, one.figure.klass or "", one.figure.channel or "", view(one.figure),
            strategies_of(one.case, one.figure)[0], one.figure.against or "", one.figure.unit, float(one.figure.value),
            one.runs, one.low, one.median, one.high,
        )
        for key, one in rows.items()
    ]  # fmt: skip
    return pd.DataFrame(table, columns=[*names, "runs", "q05", "q50", "q95"])
