"""Hazards found and not found, their life in the ledger, and on which assumptions the latent number rests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dpsim.core.words import CLASSES
from dpsim.params.labels import grade_label, quantity_label, unit_label
from dpsim.params.quantity import GRADES
from dpsim.report import alts
from dpsim.report.parts import Part
from dpsim.report.show import (
    show_about,
    show_band,
    show_date,
    show_number,
    show_number_range,
    show_percent,
    show_rounded,
)
from dpsim.report.supervised import MEASURES, TRUE, Supervised, at_begin, at_end, in_time_share, of_class, three
from dpsim.report.tables import html_table

if TYPE_CHECKING:
    from dpsim.report.letter import Letter

ROWS = ("found", "open", "overdue", "closed", "repaired", "in_time_share", "relapsed", "latent")
DRIVERS = ("arising", "self_check", "expert", "spot_check", "oversight", "not_built_factor", "paper_factor")
"""Assumptions behind the number of latent hazards: entries of `hazards` and `discovery`."""
FEW = 20
"""Below so many found, one more or less moves the ratio to those not found by a twentieth and more."""


def part(letter: Letter) -> Part:
    """Return hazards found and not found under the arrangement in force."""
    mine = letter.result.supervised.get(letter.result.request.reference.id)
    if mine is None:
        return letter.headed("part_hazards", without(letter))
    for name in ("hazards", "hazards_found"):
        letter.save_table(letter.drawings[name].frame, name)
    body = letter.paragraph(_gap(letter, mine)) + letter.picture("hazards", alts.hazards(letter))
    body += letter.paragraph(_model_only(letter)) + _drivers(letter)
    body += letter.picture("hazards_found", alts.hazards_found(letter))
    body += _life(letter, mine) + letter.paragraph(
        *(letter.say(f"letter.hazards.{name}") for name in ("closing", "overdue_until"))
    )
    return letter.headed("part_hazards", body + letter.paragraph(_accidents(letter, mine)))


def without(letter: Letter) -> str:
    """Return that the arrangement in force simulates no hazards."""
    name = getattr(letter.result.request.reference.name, letter.lang)
    return letter.paragraph(letter.say("letter.hazards.none", name=name))


def _gap(letter: Letter, mine: Supervised) -> str:
    """Return how many hazards are not found for every 100 found, where enough are found to say so."""
    end = show_date(letter.result.case.horizon_end, letter.lang)
    major, text = of_class(at_end(mine.weekly), "major"), ""
    if mine.numbers["found"].median() < FEW:
        text = letter.say("letter.hazards.ratio_few_all", few=FEW)
    else:
        text = letter.say("letter.hazards.ratio", end=end, ratio=show_about(_per_100(mine.numbers)))
        if major["found"].median() < FEW:
            text += letter.say("letter.hazards.ratio_few", few=FEW)
        else:
            text += letter.say("letter.hazards.ratio_major", ratio=show_about(_per_100(major)))
    return letter.say(
        "letter.hazards.gap",
        name=getattr(letter.result.request.reference.name, letter.lang),
        n=mine.runs,
        end=end,
        ratios=text,
    )


def _per_100(counts: pd.DataFrame) -> float:
    """Return the median over the runs of how many are not found for every 100 found."""
    return float(100.0 * (counts["latent"] / counts["found"].where(counts["found"] > 0)).median())


def _model_only(letter: Letter) -> str:
    """Return that no table can show the latent number, and how far two of its assumptions move it."""
    case = letter.result.case
    found, arising = case.discovery.self_check.general, case.hazards.arising.general
    return letter.say(
        "letter.hazards.model_only",
        self_low=f"{show_percent(found.low)}%",
        self_high=f"{show_percent(found.high)}%",
        self_times=show_rounded(found.high / found.low, 1),
        arising_low=show_number(float(arising.low)),
        arising_high=show_number(float(arising.high)),
        arising_times=show_rounded(arising.high / arising.low, 1),
    )


def _drivers(letter: Letter) -> str:
    """Return the assumptions that drive the latent number, the weakest ground first."""
    keys = [tuple(f"{block}.{name}" for block in ("hazards", "discovery")) for name in DRIVERS]
    starts = tuple(key for pair in keys for key in pair)
    mine = [a for a in letter.result.case.assumptions() if a.key.startswith(starts)]
    rows = [
        (
            quantity_label(a.key, letter.lang),
            show_number(float(a.value)),  # type: ignore[arg-type]
            unit_label(a.unit, letter.lang),
            show_number_range(float(a.low), a.high, letter.lang) if a.low is not None else "",
            grade_label(a.grade, letter.lang),
        )
        for a in sorted(mine, key=lambda a: GRADES.index(a.grade))
    ]
    return html_table(letter.columns("assumption", "value", "unit", "range", "grade"), rows, numeric=(1, 3), whole=(3,))


def _life(letter: Letter, mine: Supervised) -> str:
    """Return what was found, open, closed and latent at the last day, by class."""
    end = at_end(mine.weekly)
    counts = {klass: of_class(end, klass) for klass in CLASSES}
    for table in counts.values():
        table["in_time_share"] = in_time_share(table)
    begin = {klass: of_class(at_begin(mine.weekly), klass)["open"] for klass in CLASSES}
    first = (
        letter.say("letter.measure.open_begin"),
        letter.say("figures.view.true"),
        *(show_band(three(begin[klass]), letter.lang) for klass in CLASSES),
    )
    rows = [first] + [
        (
            letter.say(f"letter.measure.{name}"),
            letter.say(f"figures.view.{MEASURES[name]}"),
            *(show_band(three(counts[klass][name]), letter.lang, percent=name.endswith("share")) for klass in CLASSES),
        )
        for name in ROWS
    ]
    saved = [(klass, "open_begin", TRUE, mine.runs, *three(begin[klass])) for klass in CLASSES]
    saved += [
        (klass, name, MEASURES[name], mine.runs, *three(counts[klass][name])) for klass in CLASSES for name in ROWS
    ]
    names = ["class", "measure", "view", "replications", "q05", "q50", "q95"]
    letter.save_table(pd.DataFrame(saved, columns=names), "hazards_by_class")
    header = letter.columns("measure", "view", "general", "major")
    return html_table(header, rows, numeric=(2, 3), whole=(0, 1, 2, 3))


def _accidents(letter: Letter, mine: Supervised) -> str:
    """Return between which numbers the assumed rates let the accidents lie, which are in proportion to them."""
    by_class = letter.result.case.incidents.accidents
    rates = [q for q in (getattr(by_class, klass) for klass in CLASSES) if q.value > 0]
    if not rates:
        return ""
    low, _, high = mine.quantiles("accidents")
    least, most = min(q.low / q.value for q in rates), max(q.high / q.value for q in rates)
    return letter.say(
        "letter.hazards.accidents",
        name=getattr(letter.result.request.reference.name, letter.lang),
        as_of=show_date(letter.result.case.as_of, letter.lang),
        times=show_about(most / least),
        low=show_about(low * least, 2),
        high=show_about(high * most, 2),
    )
