"""Who is meant: an enterprise by its code, a hazard by its code and number, an organisation by its name."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass

from dpsim.core.words import HazardClass
from dpsim.engines.world import Setting, county_names
from dpsim.errors import InputError
from dpsim.params.wording import nearest, shown

ASSESSORS, CITY_BUREAU = "assessors", "city_bureau"
LETTERS = {HazardClass.GENERAL: "G", HazardClass.MAJOR: "M"}
_HAZARD = re.compile(r"(.+)#([GM])([1-9][0-9]{0,8})\Z", re.DOTALL)
_LOOKED_AT = 5000
"""Most codes among which the nearest is looked for by likeness."""


@dataclass(frozen=True)
class Traced:
    """What is traced.

    Attributes
    ----------
    name : str
    kind : {"enterprise", "hazard", "county", "agency", "assessors", "city_bureau"}
    place : int
        Of an enterprise or a hazard the place on the list; of a county or an agency's sector its number.
    ordinal : int
        Of a hazard: as in the log.
    """

    name: str
    kind: str
    place: int = -1
    ordinal: int = -1


def hazard_name(code: str, ordinal: int) -> str:
    """Return how a hazard is called: its enterprise's code, its class and its number there, from 1.

    Examples
    --------
    >>> hazard_name("LY-000001", 2), hazard_name("LY-000001", 5)
    ('LY-000001#G2', 'LY-000001#M3')
    """
    return f"{code}#{LETTERS[HazardClass(ordinal & 1)]}{ordinal // 2 + 1}"


def find(setting: Setting, of: object) -> Traced:
    """Return what a name means.

    Raises
    ------
    InputError
        Nobody has that name; the nearest known ones are given.
    """
    codes, organisations = setting.population.codes, _organisations(setting)
    if isinstance(of, str):
        if of in organisations:
            return organisations[of]
        if of in codes:
            return Traced(of, "enterprise", codes.index(of))
        match = _HAZARD.match(of)
        if match and match[1] in codes:
            ordinal = 2 * (int(match[3]) - 1) + (match[2] == LETTERS[HazardClass.MAJOR])
            return Traced(of, "hazard", codes.index(match[1]), ordinal)
    near = _near(of.partition("#")[0], codes, list(organisations)) if isinstance(of, str) else []
    raise InputError(
        "trace.unknown",
        given=shown(of),
        nearest=", ".join(shown(name) for name in near or codes[:1]),
        organisations=", ".join(shown(name) for name in list(organisations)[:30]),
    )


def _organisations(setting: Setting) -> dict[str, Traced]:
    """Return the organisations by name."""
    found = {CITY_BUREAU: Traced(CITY_BUREAU, CITY_BUREAU), ASSESSORS: Traced(ASSESSORS, ASSESSORS)}
    for number, sector in enumerate(setting.population.sector_names):
        found[f"agency_{sector}"] = Traced(f"agency_{sector}", "agency", number)
    for number, county in enumerate(county_names(setting.case)):
        found.setdefault(county, Traced(county, "county", number))
    return found


def _near(given: str, codes: tuple[str, ...], organisations: list[str]) -> list[str]:
    """Return the names most like a given one; the same number with other zeros first.

    Of a very long list those beside it in the alphabet are looked at too.
    """
    ordered = sorted(codes)
    at = bisect.bisect(ordered, given)
    number = re.fullmatch(r"(.{1,40}?)0*([0-9]{1,9})", given, re.DOTALL)
    if number:
        same = [f"{number[1]}{number[2].zfill(width)}" for width in range(1, 10)]
        found = [code for code in same if code in codes or code in organisations]
        if found:
            return found
    return nearest(given, [*organisations, *codes[:_LOOKED_AT], *ordered[max(0, at - 3) : at + 3]])
