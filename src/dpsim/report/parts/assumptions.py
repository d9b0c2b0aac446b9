"""Every value with its ground, the weakest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from dpsim.forecast.pooling import regime_weights
from dpsim.language import LANGUAGES, say
from dpsim.measure.probability import DISPLAY_HIGH, DISPLAY_LOW
from dpsim.model.prior import CLOSE_WEIGHT
from dpsim.params.evidence import evidence
from dpsim.params.labels import grade_label, option_label, quantity_label, strategy_label, unit_label
from dpsim.params.locate import list_strategies
from dpsim.params.quantity import GRADES, Label
from dpsim.report.parts import Part
from dpsim.report.place import assessed
from dpsim.report.show import show_number_range, show_percent, show_rounded, show_setting
from dpsim.report.tables import html_table

if TYPE_CHECKING:
    from dpsim.params.assumption import Assumption
    from dpsim.params.schema import Case, Strategy
    from dpsim.report.letter import Letter

PRINTED = ("seed", "official page")
"""Grades whose value stands in the document as it is; the others are told what was counted there."""
_ID = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?![0-9])")
"""An id of the evidence within a text."""
WEIGHTED = ("scenario.rush", "scenario.start")
"""Entries with several values and a weight for each."""


def part(letter: Letter) -> Part:
    """Return every value with its ground, the weakest first."""
    request, rows = letter.result.request, beliefs(letter)
    entries = [(quantity_label(a.key, letter.lang), a) for a in request.case.assumptions() if _has(request.case, a)]
    for strategy in request.strategies:
        entries += [(strategy_label(strategy, a.key, letter.lang), a) for a in strategy_grounds(letter, strategy)]
    seen: set[tuple[str, str]] = set()
    for label, a in sorted(entries, key=lambda entry: GRADES.index(entry[1].grade)):
        if (label, str(a.value)) in seen:
            continue  # the same instrument stands in several strategies
        seen.add((label, str(a.value)))
        rows.append(
            (
                label,
                _value(letter, a.value),
                unit_label(a.unit, letter.lang) if a.unit else "",
                "" if a.low is None else show_number_range(a.low, a.high, letter.lang),
                grade_label(a.grade, letter.lang),
                _ground(letter, a),
            )
        )
    header = letter.columns("assumption", "value", "unit", "range", "grade", "source")
    letter.save_table(pd.DataFrame(rows, columns=["item", "value", "unit", "range", "grade", "source"]), "assumptions")
    table = html_table(header, rows, numeric=(1, 3), whole=(2, 3, 4))
    said = [letter.say("letter.units_note"), *_named_only([row[-1] for row in rows], letter)]
    return letter.headed("part_assumptions", table + "".join(map(letter.paragraph, said)))


def _named_only(grounds: Sequence[str], letter: Letter) -> list[str]:
    """Return what stands behind the ids that reasons name without their document; nothing where there are none."""
    text, known = " ".join(grounds), evidence()
    named = {id_ for id_ in _ID.findall(text) if id_ in known and f"[{id_}]" not in text}
    entries = [
        letter.say(
            "letter.id_one",
            id=id_,
            quantity=known[id_].words("quantity", letter.lang),
            source=known[id_].words("source", letter.lang),
        )
        for id_ in sorted(named)
    ]
    return [letter.say("letter.ids", entries=letter.join(entries))] if entries else []


def _has(case: Case, a: Assumption) -> bool:
    """Tell whether a value is of something the place has: its own groups, an assessment, an appraisal."""
    if case.called and case.called.benchmark and a.key.startswith("population.tiers."):
        return a.value != 0
    if a.key.startswith("assessors.") or a.key in ("state.passed", "state.assessed"):
        return assessed(case)
    return case.formalism.appraised or not a.key.startswith("formalism.veto_")


def strategy_grounds(letter: Letter, strategy: Strategy) -> list[Assumption]:
    """Return the graded entries of a strategy.

    In a case with documents of its own, what the program's strategies say is of another place: no better than assumed.
    """
    mine = strategy.assumptions()
    if letter.result.case.sources is None or strategy.id not in list_strategies():
        return mine
    words = {lang: say("letter.plan.elsewhere", lang=lang) for lang in LANGUAGES}
    return [replace(a, grade="assumed", reason=_after(a.reason, words)) for a in mine]


def _after(reason: Label | None, words: dict[str, str]) -> Label:
    """Return a reason with words before it."""
    return Label(**{lang: "; ".join(filter(None, [words[lang], getattr(reason, lang, "")])) for lang in LANGUAGES})


def beliefs(letter: Letter) -> list[tuple[str, str, str, str, str, str]]:
    """Return what the program believes without an estimate: weights of regimes, share that closes, limits."""
    grade = letter.say("letter.belief.grade")
    mine = letter.result.case.scenario.reference_class.value
    rows = []
    for name in CLOSE_WEIGHT:
        weights = [
            letter.say("letter.belief.weight", regime=option_label(regime, letter.lang), weight=show_rounded(weight, 2))
            for regime, weight in regime_weights(name).items()
        ]
        label = letter.say("letter.belief.regimes", reference_class=option_label(name, letter.lang))
        label += letter.say("letter.belief.mine") if name == mine else ""
        rows.append((label, letter.join(weights), "", "", grade, letter.say(f"letter.belief.ground_{name}")))
    uniform = letter.say("letter.belief.uniform")
    ends = show_number_range(0.0, 1.0, letter.lang)
    ground = letter.say("letter.belief.ground_share")
    share = (letter.say("letter.belief.share"), uniform, unit_label("share", letter.lang), ends, grade, ground)
    limits = letter.join([f"{show_percent(DISPLAY_LOW)}%", f"{show_percent(DISPLAY_HIGH)}%"])
    floor = (letter.say("letter.belief.limits"), limits, "", "", grade, letter.say("letter.belief.ground_limits"))
    return [*rows, share, floor]


def _ground(letter: Letter, a: Assumption) -> str:
    """Return where a value comes from, why it was taken or what was counted, and the weights of several values."""
    reason = getattr(a.reason, letter.lang) if a.reason is not None else ""
    weights = ""
    if a.key in WEIGHTED:
        block = getattr(letter.result.case.scenario, a.key.removeprefix("scenario."))
        weights = letter.say(
            "letter.weights", weights=letter.join([show_rounded(weight, 2) for weight in block.weights])
        )
    if not a.source:
        return letter.join([reason, weights])
    own = {source.id: source.words.words(letter.lang) for source in letter.result.case.sources or ()}
    if a.source in own:
        return letter.join([f"[{a.source}] {own[a.source]}", reason, weights])
    known = evidence()[a.source]
    counted = "" if a.grade in PRINTED else known.words("quantity", letter.lang)
    return letter.join([f"[{a.source}] {known.words('source', letter.lang)}", reason or counted, weights])


def _value(letter: Letter, value: object) -> str:
    """Return an assumed value in words."""
    if isinstance(value, list | tuple):
        return letter.join([show_setting(v, letter.lang) for v in value])
    return show_setting(value, letter.lang) if value is not None else ""
