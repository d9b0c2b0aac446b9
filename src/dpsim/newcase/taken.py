"""What a case of one's own takes over from another place: every value marked as assumed, every date moved.

The content of the other case is walked whole, block by block, so that blocks added to the schema later are taken
over and marked like the rest.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dpsim.language import LANGUAGES, say
from dpsim.params.evidence import evidence
from dpsim.params.faults import Path
from dpsim.params.labels import grade_label
from dpsim.params.schema import Case

OWN_TABLE, TAKEN_OVER = "own-table", "taken-over"
"""Ids of the two sources a case of one's own brings."""
GROWING = (("population", "tiers"), ("assessors", "teams"))
"""Entries that grow with the number of enterprises; everything else is taken over as it is."""
MOST_TEAMS = 10_000
"""Most teams of a case; what else grows counts enterprises of a list that is within the limit itself."""
_WORDS = 60
"""Characters of another case's name that a reason repeats."""


@dataclass(frozen=True)
class Template:
    """The other place.

    Parameters
    ----------
    case : Case
    years : int
        Years by which its dates are moved.
    ratio : float
        Enterprises of the new list over those of the other.
    """

    case: Case
    years: int
    ratio: float

    def named(self, lang: str) -> str:
        """Return its name."""
        return self.case.name.words(lang)[:_WORDS]


def both(message: str, **values: Mapping[str, object] | object) -> dict[str, str]:
    """Return a sentence in both languages; a value that differs between them is given by language."""
    return {
        lang: say(message, lang=lang, **{k: v[lang] if isinstance(v, Mapping) else v for k, v in values.items()})
        for lang in LANGUAGES
    }


def moved(day: dt.date, years: int) -> dt.date:
    """Return the same day of another year; 29 February becomes the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def taken_over(entry: Any, template: Template, path: Path = ()) -> Any:
    """Return plain content of the other case, of the entry at `path`, as an assumption of the new one."""
    if isinstance(entry, dt.date):
        return moved(entry, template.years)
    if isinstance(entry, tuple):
        return tuple(taken_over(item, template, (*path, index)) for index, item in enumerate(entry))
    if not isinstance(entry, dict):
        return entry
    if "grade" in entry:
        return _assumed(entry, template, path)
    content = {key: taken_over(item, template, (*path, key)) for key, item in entry.items()}
    return {**content, "source": TAKEN_OVER} if "source" in entry else content


def _assumed(entry: dict[str, Any], template: Template, path: Path) -> dict[str, Any]:
    """Return one graded entry, marked as assumed and, where it grows with the list, scaled to it."""
    ground = {"grade", "source", "reason"}
    content = {key: taken_over(item, template, (*path, key)) for key, item in entry.items() if key not in ground}
    place = {lang: template.named(lang) for lang in LANGUAGES}
    grade = {lang: grade_label(entry["grade"], lang) for lang in LANGUAGES}
    if path[:2] in GROWING:
        content |= _scaled(content, template.ratio)
        return {**content, "grade": "assumed", "reason": both("newcase.reason_scaled", place=place, grade=grade)}
    if entry.get("source") in evidence():
        content["source"] = entry["source"]
    return {**content, "grade": "assumed", "reason": both("newcase.reason_taken", place=place, grade=grade)}


def _scaled(quantity: dict[str, Any], ratio: float) -> dict[str, Any]:
    """Return value and range of a quantity for a list of another size; whole numbers stay whole and above 0."""
    low, high = quantity["range"]
    if not isinstance(quantity["value"], int):
        return {"value": quantity["value"] * ratio, "range": (low * ratio, high * ratio)}
    teams = quantity["unit"] != "enterprises"
    least, most = 1 if low >= 1 and teams else 0, MOST_TEAMS if teams else math.inf
    value, low, high = (
        min(most, max(least, whole))
        for whole in (math.floor(quantity["value"] * ratio), math.floor(low * ratio), math.ceil(high * ratio))
    )
    return {"value": value, "range": (min(value, low), max(value, high))}
