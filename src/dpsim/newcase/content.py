"""The content of a new case: counts from the table, everything else taken over from another place and marked."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dpsim.language import LANGUAGES
from dpsim.newcase.columns import SECTORS, STATE, TIERS, heading
from dpsim.newcase.due import with_starts, with_targets
from dpsim.newcase.table import Table
from dpsim.newcase.taken import OWN_TABLE, TAKEN_OVER, Template, both, taken_over
from dpsim.params.schema import Case
from dpsim.params.wording import shown_name
from dpsim.tabular.places import cell_name

Content = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What the user asks for.

    Parameters
    ----------
    case : str
        Id of the new case.
    name : mapping
        Its name, by language.
    as_of, horizon_end : datetime.date
    """

    case: str
    name: Mapping[str, str]
    as_of: dt.date
    horizon_end: dt.date


def case_content(table: Table, wanted: Wanted, like: Case) -> tuple[Content, list[tuple[str, dt.date]]]:
    """Return the content of the new case, and the targets left out because their moved date is past."""
    old = like.content()
    ratio = table.total("enterprises") / like.population.enterprises.value
    template = Template(like, wanted.as_of.year - like.as_of.year, ratio)
    own = ("published", "constraints", "outside", "sources", "tasks")  # of the other place alone
    new = taken_over({key: item for key, item in old.items() if key not in own}, template)
    targets, left_out = with_targets(new["targets"], wanted.as_of, wanted.horizon_end)
    scenario = new["scenario"]
    start = with_starts(scenario["start"], old["scenario"]["start"], template, wanted.as_of)
    new |= {"case": wanted.case, "name": dict(wanted.name)}
    new |= {
        "code_prefix": _prefix(wanted.case),
        "as_of": wanted.as_of,
        "horizon_end": wanted.horizon_end,
        "calendar": {**new["calendar"], "days": ()},
        "population": {**new["population"], **_population(table)},
        "state": _state(table, template),
        "scenario": {**scenario, "start": start},
        "targets": targets,
        "published": (),
        "sources": _sources(table, wanted, template),
    }
    first = {key: new[key] for key in ("schema", "case", "name")}
    return {**first, **new}, left_out


def _prefix(case: str) -> str:
    """Return a prefix for the codes of the enterprises."""
    return re.sub("[^a-z]", "", case)[:4].upper() or "QY"


def _counted(value: float, unit: str, table: Table, *columns: str) -> Content:
    """Return a quantity that comes from the table."""
    rows = [county.row for county in table.counties]
    spans = [f"{cell_name(rows[0], table.at[column])}:{cell_name(rows[-1], table.at[column])}" for column in columns]
    words = {lang: heading(columns[0], lang) for lang in LANGUAGES}
    reason = both("newcase.reason_table", column=words, cells=", ".join(spans), n=len(rows))
    return {"value": value, "unit": unit, "range": (value, value), "source": OWN_TABLE, "grade": "own record",
            "reason": reason}  # fmt: skip


def _population(table: Table) -> Content:
    """Return what the table says of the list."""
    total = table.total("enterprises")
    content: Content = {
        "enterprises": _counted(total, "enterprises", table, "enterprises"),
        "counties": {**_counted(len(table.counties), "counties", table, "county"), "reason": _listed(table)},
        "county_names_published": True,
        "county_list": _county_list(table),
    }
    if TIERS[0] in table.columns:
        content["tiers"] = {key: _counted(table.total(key), "enterprises", table, key) for key in TIERS}
    if SECTORS[0] in table.columns:
        content["sectors"] = {
            key: _counted(table.total(key) / total, "share", table, key, "enterprises") for key in SECTORS
        }
    return content


def _county_list(table: Table) -> Content:
    """Return the counties with their counts, which the synthesised list meets in each of them."""
    rows = tuple({"name": county.name, **county.counts} for county in table.counties)
    return {"rows": rows, "source": OWN_TABLE, "grade": "own record", "reason": _listed(table)}


def _listed(table: Table) -> Content:
    """Return the reason of the number of counties."""
    return both("newcase.reason_counties", n=len(table.counties))


def _state(table: Table, template: Template) -> Content:
    """Return the counts at the as-of date; what the table lacks lies between its bounds as in the other place."""
    old = template.case.state.named()
    before = {key: int(old[key].value) for key in STATE}
    now = {key: table.total(key) for key in STATE if key in table.columns}
    listed = int(template.case.population.enterprises.value)
    content: Content = {}
    for key in ("built", "online", "passed", "building", "connected", "assessed"):
        if key in now:
            content[key] = _counted(now[key], "enterprises", table, key)
            continue
        low, high = _bounds(key, now, table.total("enterprises"), _ahead(table))
        shares = [_place(count, *_bounds(key, before, listed, 0)) for count in (old[key].value, *old[key].range)]
        value, least, most = (low + math.floor(share * (high - low) + 0.5) for share in shares)
        now[key] = value
        column = {lang: heading(key, lang) for lang in LANGUAGES}
        reason = both("newcase.reason_between", column=column, place={lang: template.named(lang) for lang in LANGUAGES})
        content[key] = {"value": value, "unit": "enterprises", "range": (least, most), "grade": "assumed",
                        "reason": reason}  # fmt: skip
    return content


def _ahead(table: Table) -> int:
    """Return how many must be under way because more are connected than built in their county."""
    if "connected" not in table.columns:
        return 0
    return sum(max(0, county.counts["connected"] - county.counts["built"]) for county in table.counties)


def _bounds(key: str, count: Mapping[str, int], listed: int, ahead: int) -> tuple[int, int]:
    """Return the least and the most a count can be, given the others."""
    if key == "building":
        return ahead, listed - count["built"]
    if key == "connected":
        return count["online"], count["built"] + count["building"]
    return count["passed"], count["built"]


def _place(count: float, low: float, high: float) -> float:
    """Return where a count lies between its bounds, 0..1; the middle where they leave no room."""
    return min(1.0, max(0.0, (count - low) / (high - low))) if high > low else 0.5


def _sources(table: Table, wanted: Wanted, template: Template) -> tuple[Content, ...]:
    """Return the two sources the case brings: the table, and the other place."""
    place = {lang: template.named(lang) for lang in LANGUAGES}
    sheet = f"[{shown_name(table.sheet)}]" if table.sheet else ""
    return (
        {
            "id": OWN_TABLE,
            "words": both(
                "newcase.source_table",
                file=f"{table.file}{sheet}",
                as_of=wanted.as_of.isoformat(),
                digest=table.digest[:12],
            ),
        },
        {"id": TAKEN_OVER, "words": both("newcase.source_taken", place=place)},
    )
