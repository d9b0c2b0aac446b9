"""From the state of a case to the state a bureau observes: a progress table, or a ledger of enterprises, at a date.

The case is moved to the as-of date and its counties hold the observed counts; so everything that starts from a case
starts from them. A ledger also gives each enterprise's own stages and dates. Rows after the as-of date are not looked
at.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dpsim.core.words import STAGES
from dpsim.engines.world import county_names
from dpsim.errors import InputError
from dpsim.experiments.observed_ledger import Counts, ledger_counts, on_list, own_enterprises
from dpsim.language import LANGUAGES, say
from dpsim.model.population import Population, case_margins, connected_when_built, synthesise
from dpsim.model.state import Floats
from dpsim.model.table_paths import TablePaths
from dpsim.params.faults import Origin
from dpsim.params.schema import Case
from dpsim.params.wording import shown

COLUMNS = ("date", "unit", "stage", "total", "done")
NEEDED = ("built", "online")
"""Stages without which there is no state."""
NOT_STAGES = ("hazards_found", "hazards_rectified")
"""Counts of hazards, which are no stages of enterprises; they are left out."""
WITHIN = (
    ("online", "built"),
    ("online", "connected"),
    ("assessed", "built"),
    ("passed", "assessed"),
    ("passed", "built"),
)
SOURCE = "observed-table"


@dataclass(frozen=True)
class Observed:
    """A case as it was observed.

    Attributes
    ----------
    case : Case
        At the as-of date, its counties with the observed counts.
    population : Population
        The list; with a ledger its own enterprises.
    past : numpy.ndarray or None
        Times of the steps that a ledger dates, shape (n, PATH_TRACKS), days before the as-of date's end, NaN elsewhere.
    digest : str
        Of all of it.
    """

    case: Case
    population: Population
    past: Floats | None
    digest: str


def observe(case: Case, state: object, as_of: dt.date) -> Observed:
    """Return a case in the state that a table or a ledger shows at the end of a date.

    Parameters
    ----------
    case : Case
    state : Progress or pandas.DataFrame
        Columns date, unit, stage, total, done, the units being the case's counties; of a `Progress` with a ledger that.
    as_of : datetime.date

    Raises
    ------
    InputError
        The table is none, or does not fit the case: counties, numbers of enterprises, stages, counts that do not nest,
        nothing reported by that date.
    """
    ledger = getattr(state, "ledger", None)
    frame = _checked_frame(getattr(state, "frame", state))
    rows = None
    if isinstance(ledger, pd.DataFrame):
        rows = on_list(ledger, as_of)
        counts = ledger_counts(rows, [s for s in STAGES if s in set(frame["stage"])])
    else:
        counts = _last_counts(frame, as_of)
    _check_fits(case, counts)
    seen = _moved(case, counts, as_of)
    population = synthesise(case_margins(seen))
    past = None
    if rows is None:
        population = connected_when_built(population)
    else:
        population, past = own_enterprises(population, county_names(seen), rows, counts, as_of)
    return Observed(seen, population, past, _digest(population, past))


def check_follow(case: Case, population: Population, paths: TablePaths) -> None:
    """Raise InputError where paths were drawn from another table, or as of another date, than the state that is run."""
    drawn = dt.date.fromordinal(int(paths.as_of[0]))
    if drawn != case.as_of:
        raise InputError("state.paths_date", given=drawn.isoformat(), allowed=case.as_of.isoformat())
    names, units = county_names(case), paths.units.tolist()
    if set(names) != set(units):
        other = sorted(set(names) ^ set(units))
        raise InputError("state.paths_units", given=shown(other[0]), allowed=", ".join(names[:30]))
    for k, stage in enumerate(paths.stages.tolist()):
        done = np.bincount(population.county, weights=getattr(population, stage), minlength=len(names))
        total = np.bincount(population.county, minlength=len(names))
        for c, name in enumerate(names):
            u = units.index(name)
            given, allowed = (int(paths.done[u, k]), int(paths.total[u, k])), (int(done[c]), int(total[c]))
            if given != allowed:
                values = {"given": "{} / {}".format(*given), "allowed": "{} / {}".format(*allowed)}
                raise InputError("state.paths_counts", unit=shown(name), stage=stage, **values)


def _checked_frame(frame: object) -> pd.DataFrame:
    """Return the rows of a table that are about stages, with dates and whole numbers."""
    if not isinstance(frame, pd.DataFrame) or any(name not in frame for name in COLUMNS):
        raise InputError("state.no_table", allowed=", ".join(COLUMNS))
    out = frame[list(COLUMNS)].reset_index(drop=True)
    try:
        out["date"] = pd.to_datetime(out["date"])
    except (ValueError, TypeError, OverflowError):
        raise InputError("state.no_table", allowed=", ".join(COLUMNS)) from None
    unknown = [stage for stage in out["stage"].unique() if stage not in (*STAGES, *NOT_STAGES)]
    if unknown:
        raise InputError("state.unknown_stage", given=shown(unknown[0]), allowed=", ".join(STAGES))
    out = out[out["stage"].isin(STAGES)]
    for row in out.itertuples():
        whole = all(
            isinstance(x, int | float | np.number) and math.isfinite(x) and x == int(x) for x in (row.total, row.done)
        )
        if pd.isna(row.date) or not whole or not 0 <= row.done <= row.total:
            where = {"unit": shown(row.unit), "stage": row.stage, "date": str(row.date)[:10]}
            raise InputError("state.bad_count", given=f"{row.done} / {row.total}"[:80], **where)
    twice = out[out.duplicated(["date", "unit", "stage"])]
    if len(twice):
        first = twice.iloc[0]
        raise InputError("state.twice", unit=shown(first["unit"]), stage=first["stage"], date=str(first["date"])[:10])
    missing = [stage for stage in NEEDED if stage not in set(out["stage"])]
    if missing:
        raise InputError("state.stage_missing", given=", ".join(missing), allowed=", ".join(NEEDED))
    return out


def _last_counts(frame: pd.DataFrame, as_of: dt.date) -> Counts:
    """Return what was last reported of each county and stage by the end of a date."""
    known = frame[frame["date"] < pd.Timestamp(as_of) + pd.Timedelta(days=1)].sort_values("date", kind="stable")
    if known.empty:
        first = str(frame["date"].min())[:10]
        raise InputError("state.nothing_yet", as_of=as_of.isoformat(), given=first)
    last = known.groupby(["unit", "stage"], sort=True).last()
    stages = [stage for stage in STAGES if stage in set(known["stage"])]
    counts: Counts = {}
    for unit in sorted(set(known["unit"])):
        for stage in stages:
            if (unit, stage) not in last.index:
                raise InputError("state.not_reported", unit=shown(unit), stage=stage, as_of=as_of.isoformat())
            row = last.loc[(unit, stage)]
            own = counts.setdefault(unit, {"enterprises": int(row["total"])})
            if own["enterprises"] != int(row["total"]):
                given, allowed = int(row["total"]), own["enterprises"]
                raise InputError("state.totals_differ", unit=shown(unit), stage=stage, given=given, allowed=allowed)
            own[stage] = int(row["done"])
    return counts


def _check_fits(case: Case, counts: Counts) -> None:
    """Check counties, their numbers of enterprises, and that stages nest."""
    listed = case.population.county_list
    if listed:
        known = {row.name: int(row.enterprises) for row in listed.rows}
        other = [name for name in counts if name not in known]
        if other:
            raise InputError("state.unknown_county", given=shown(other[0]), allowed=", ".join(list(known)[:30]))
        absent = [name for name in known if name not in counts]
        if absent:
            raise InputError("state.county_missing", given=shown(absent[0]))
        for name, own in counts.items():
            if own["enterprises"] != known[name]:
                values = {"given": own["enterprises"], "allowed": known[name]}
                raise InputError("state.total_unlike", unit=shown(name), **values)
    total, asked = sum(own["enterprises"] for own in counts.values()), int(case.population.enterprises.value)
    if total != asked:
        raise InputError("state.total_unlike_city", given=total, allowed=asked)
    for name, own in counts.items():
        for inner, outer in WITHIN:
            if inner in own and outer in own and own[inner] > own[outer]:
                given, allowed = own[inner], own[outer]
                raise InputError(
                    "state.not_nested", unit=shown(name), stage=inner, given=given, other=outer, allowed=allowed
                )


def _moved(case: Case, counts: Counts, as_of: dt.date) -> Case:
    """Return the case at another date, its counties with the observed counts."""
    content = case.content()
    observed = {"source": SOURCE, "grade": "own record"}
    rows = _county_rows(case, counts)
    city = {stage: sum(row[stage] for row in rows) for stage in STAGES if stage in rows[0]}
    state = _whole_state(case, rows, city)
    population = content["population"]
    population |= {
        "counties": {"value": len(rows), "unit": "counties", "range": (len(rows), len(rows)), **observed},
        "county_names_published": True,
        "county_list": {"rows": tuple(rows), **observed},
    }
    counted = {
        key: {**{k: v for k, v in item.items() if k in ("unit", "source", "grade", "reason")}, **_counted(state[key])}
        | ({} if key not in city else {"source": SOURCE, "grade": "own record", "reason": None})
        for key, item in content["state"].items()
        if key in state
    }
    content["state"] |= {key: {k: v for k, v in item.items() if v is not None} for key, item in counted.items()}
    start = content["scenario"]["start"]
    kept = [k for k, day in enumerate(start["dates"]) if day < as_of]
    if not kept:
        raise InputError("state.before_start", as_of=as_of.isoformat(), allowed=start["dates"][0].isoformat())
    if not as_of < case.horizon_end:
        raise InputError("state.after_end", as_of=as_of.isoformat(), allowed=case.horizon_end.isoformat())
    weights = [start["weights"][k] for k in kept]
    start["dates"] = tuple(start["dates"][k] for k in kept)
    start["weights"] = tuple(weight / sum(weights) for weight in weights)
    targets = content["targets"]
    targets["list"] = tuple(
        item for item in targets["list"] if item["deadline"] > as_of or item["id"] == targets["headline"]
    )
    if "questioning" in content and content["questioning"]["date"] <= as_of:
        content.pop("questioning")
    words = {lang: say("state.source_words", lang=lang, as_of=as_of.isoformat()) for lang in LANGUAGES}
    others = tuple(item for item in content.get("sources", ()) if item["id"] != SOURCE)
    content |= {"as_of": as_of, "published": (), "sources": (*others, {"id": SOURCE, "words": words})}
    return Case.from_content(content, Origin(case.id))


def _counted(count: int) -> dict[str, Any]:
    """Return value and range of a count that is known."""
    return {"value": count, "range": (count, count)}


def _county_rows(case: Case, counts: Counts) -> list[dict[str, Any]]:
    """Return the rows of a case's county list, in its own order, else by name; with passes as well as assessments."""
    listed = case.population.county_list
    before: dict[str, dict[str, int]] = {name: {} for name in counts}
    if listed:
        before = {row.name: row.known() for row in listed.rows}
    passes = float(case.state.passed.value) / max(1.0, float(case.state.assessed.value))
    rows = []
    for name, known in before.items():
        own = dict(counts[name])
        if "assessed" in own and "passed" not in own:
            own["passed"] = round(own["assessed"] * passes)
        elif "passed" in own and "assessed" not in own:
            own["assessed"] = own["passed"]
        kept = {key: count for key, count in known.items() if key not in (*STAGES, "building")}
        rows.append({"name": name, **kept, **own})
    return rows


def _whole_state(case: Case, rows: list[dict[str, Any]], city: dict[str, int]) -> dict[str, int]:
    """Return the city's counts: the observed ones; the case's own, as near as can be, for what nobody observed."""
    total = sum(row["enterprises"] for row in rows)
    state = dict(city)
    ahead = sum(max(0, row["connected"] - row["built"]) for row in rows) if "connected" in city else 0

    def within(name: str, low: int, high: int) -> int:
        return min(max(int(getattr(case.state, name).value), low), high)

    state["building"] = within("building", ahead, total - state["built"])
    if "connected" not in state:
        state["connected"] = within("connected", state["online"], state["built"] + state["building"])
    if "passed" not in state:
        state["passed"] = within("passed", 0, state["built"])
        state["assessed"] = within("assessed", state["passed"], state["built"])
    return state


def _digest(population: Population, past: Floats | None) -> str:
    """Return a digest of who is on the list and where each stands."""
    digest = hashlib.sha256("\n".join(population.codes).encode())
    for name in ("county", "sector", "tier", "building", *STAGES):
        digest.update(np.ascontiguousarray(getattr(population, name)).tobytes())
    digest.update(b"" if past is None else past.tobytes())
    return digest.hexdigest()
