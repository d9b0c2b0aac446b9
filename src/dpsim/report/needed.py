"""What is needed of a lever, in words and files: the answer, its error, whether more was better, all that was tried."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dpsim.decide.inverse import Needed, needed
from dpsim.decide.least import REACHED, WITHOUT, exact_limits
from dpsim.decide.levers import find_lever
from dpsim.experiments.arguments import ENGINES, check_replications, written_date
from dpsim.experiments.plan_warnings import plan_warnings
from dpsim.experiments.reported import reports_notes
from dpsim.experiments.runrecord import run_record
from dpsim.forecast.pace import case_bounds
from dpsim.language import in_words, language_in_force, say
from dpsim.params.labels import grade_label, instrument_label, strategy_label, unit_label
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case
from dpsim.params.wording import shown_name
from dpsim.report.from_table import FromTable, start_from_table
from dpsim.report.made_files import write_made
from dpsim.report.place import own_words
from dpsim.report.show import show_date, show_number, show_percent, show_range, show_rounded, target_words
from dpsim.report.sources import SOURCES, sources_text
from dpsim.report.tables import table_files, table_names

RUN = "run.json"
FILES = (*table_names("tables", ("points", "bound")), RUN, SOURCES)


class Start(NamedTuple):
    """What the runs start from: the case, as observed where there is a table, and then the case as it is kept too."""

    case: Case
    table: FromTable | None = None
    kept: Case | None = None


def make_needed(
    case: str,
    strategy: str,
    lever: str,
    *,
    values: str | None,
    seed: Any,
    replications: Any,
    table: str | None = None,
    as_of: str | None = None,
    **asked: Any,
) -> tuple[Start, Needed]:
    """Load, and find what is needed; the words of `asked` are those of `dpsim.decide.inverse.needed`.

    From a progress table the runs start from its counts at `as_of` (the case's when None) and follow the draws of its
    forecast.
    """
    loaded, plan = load_case(case), load_strategy(strategy)
    given = None if values is None else [part.strip() for part in values.replace("，", ",").split(",")]
    asked |= {"values": given, "seed": seed, "replications": check_replications(replications)}
    if table is None:
        return Start(loaded), needed(loaded, plan, lever, as_of=as_of, **asked)
    find_lever(plan, lever)  # a forecast takes a while: what is no lever is refused before
    day = loaded.as_of if as_of is None else written_date(as_of)
    start = start_from_table(loaded, table, day, seed=seed)
    paths = start.paths(asked["replications"])
    found = needed(loaded, plan, lever, as_of=day, state=start.progress, paths=paths, **asked)
    return Start(start.case, start, loaded), found


def needed_text(start: Start, found: Needed, *, seed: int) -> str:
    """Return the answer as text in the language in force."""
    case = start.case
    with in_words(own_words(case)):
        lines = [_title(case, found), *_answer(found), *_capacity(case, found)]
        return "\n".join([*lines, "", _table(found), "", *_from_table(start), *_notes(case, found, seed)])


def save_needed(start: Start, found: Needed, folder: Path, *, seed: int) -> None:
    """Write table, record, digests of the sources and check sums into a folder."""
    strategy, inverse, case = found.lever.strategy, found.inverse, start.case
    n = int(found.points["n"].iloc[0])
    record = run_record(case, strategy, seed=seed, replications=n + found.dropped, engine=ENGINES[0])
    record |= {
        "lever": {"instrument": found.lever.instrument, "place": found.lever.place, "setting": found.lever.setting},
        "strategies": {strategy.id: strategy.digest},
        "target": found.target.id,
        "level": found.level,
        "attainment": found.attainment,
        "outcome": found.outcome,
        "answer": {name: _plain(found, effort) for name, effort in inverse._asdict().items()},
        "reversed_runs": found.reversed_runs,
        "fall": {name: float(value) for name, value in found.fall.items()},
        "dropped": found.dropped,
    }
    if start.table is not None:
        record["progress"] = start.table.digest
    if start.kept is not None:  # whoever verifies has the case as it is kept, not as it was observed
        record |= {"case_digest": start.kept.digest, "observed": case.digest}
    contents = table_files(found.points, "tables/points") | table_files(case_bounds(case), "tables/bound")
    contents[RUN] = (json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
    contents[SOURCES] = sources_text(case.id, [strategy.id]).encode()
    write_made(folder, contents)


def _plain(found: Needed, effort: int) -> object:
    """Return the value at an effort as JSON holds it."""
    if effort in (found.without, len(found.points)):
        return "without" if effort == found.without else "beyond"
    value: Any = found.points["value"].iloc[effort]
    return value.date().isoformat() if found.lever.is_date else float(value)


def _title(case: Case, found: Needed) -> str:
    """Return what was asked."""
    lang, target = language_in_force(), found.target
    share = "" if found.attainment == 1.0 else say("needed.attainment", share=_percent(found.attainment))
    return say(
        "needed.title",
        case=case.name.words(lang),
        strategy=found.lever.strategy.name.words(lang),
        lever=_lever(found),
        target=target_words(target.group, target.stage, lang) + share,
        deadline=show_date(target.deadline, lang, year=True),
        level=_percent(found.level),
    )


def _lever(found: Needed) -> str:
    """Return what the lever is called."""
    if found.lever.is_date:
        return say("needed.start", instrument=instrument_label(found.lever.instrument))
    return strategy_label(found.lever.strategy, f"instruments.{found.lever.place}.{found.lever.setting}")


def _setting(found: Needed, effort: int) -> str:
    """Return a setting in words."""
    if effort == found.without:
        return say("needed.without_word", instrument=instrument_label(found.lever.instrument))
    if effort == len(found.points):
        if found.lever.takes_away:
            return say("needed.beyond_all")
        word = "earlier_word" if found.lever.is_date else "below_word" if found.lever.falls else "beyond_word"
        return say(f"needed.{word}", value=_setting(found, len(found.points) - 1))
    value: Any = found.points["value"].iloc[effort]
    if found.lever.is_date:
        return show_date(value.date(), language_in_force(), year=True)
    return say("needed.number", value=show_number(float(value)), unit=unit_label(found.lever.expect.unit))


def _answer(found: Needed) -> list[str]:
    """Return the answer, its interval, and what the paths say of "more is better"."""
    points, inverse = found.points, found.inverse
    n, last = int(points["n"].iloc[0]), len(points) - 1
    at = {WITHOUT: 0, REACHED: inverse.answer}.get(found.outcome, last)
    enough = points["share"] >= found.level - 1e-9
    values: dict[str, Any] = {
        "value": _setting(found, at),
        "met": int(points["met"].iloc[at]),
        "n": n,
        "level": _percent(found.level),
        "settings": say("needed.join").join(_setting(found, int(k)) for k in points["effort"][enough]),
    }
    latest = found.outcome == REACHED and found.lever.is_date and not found.lever.takes_away
    word = f"{found.outcome}_start" if latest else found.outcome
    lines = [say(f"needed.{word}", **values)]
    if inverse.least > last:
        lines.append(say("needed.surely_beyond", n=n))
    elif inverse.least == inverse.most:
        lines.append(say("needed.sure", n=n, value=_setting(found, inverse.least)))
    else:
        ends = {"least": _setting(found, inverse.least), "most": _setting(found, inverse.most)}
        lines.append(say("needed.interval", n=n, **ends))
    return [*lines, *_monotone(found, n)]


def _monotone(found: Needed, n: int) -> list[str]:
    """Return whether more was better in the runs."""
    if not found.reversed_runs:
        return [say("needed.never_reversed", n=n)]
    lines, fall = [say("needed.reversed", count=found.reversed_runs, n=n)], found.fall
    if fall["low"] > 0.0:
        values = {name: show_percent(fall[name]) for name in ("mean", "low", "high")}
        ends = {name: _setting(found, int(fall[name])) for name in ("before", "after")}
        lines.append(say("needed.fall", **values, **ends))
    return lines


def _capacity(case: Case, found: Needed) -> list[str]:
    """Return what agencies and assessors could bring to the target at most."""
    bounds = case_bounds(case)
    own = bounds[bounds["target"] == found.target.id]
    low, high, wanted = int(own["bound"].min()), int(own["bound"].max()), found.attainment * found.target.required
    values: dict[str, Any] = {
        "bound": show_range(show_number(low), show_number(high), language_in_force()),
        "total": found.target.total,
        "wanted": show_number(math.ceil(wanted - 1e-9)),
        "headroom": show_number(float(case.agencies.headroom.value)),
    }
    word = "short" if high < wanted - 1e-9 else "enough" if low >= wanted - 1e-9 else "mixed"
    return [say("needed.capacity", **values) + say(f"needed.capacity_{word}")]


def _table(found: Needed) -> str:
    """Return every setting tried."""
    inverse, lang = found.inverse, language_in_force()
    heads = ("setting", "met", "interval", "visits", "advising", "mark")
    rows = []
    for row in found.points.itertuples():
        inside = inverse.least <= row.effort <= inverse.most
        mark = "answer" if row.effort == inverse.answer else "inside" if inside else "outside"
        ends = {"low": show_percent(row.low, 1), "high": show_percent(row.high, 1)}
        rows.append(
            [
                _setting(found, int(row.effort)),
                say("needed.met_of", met=row.met, n=row.n),
                say("needed.ends", lang=lang, **ends),
                *("-" if np.isnan(number) else show_rounded(number) for number in (row.visits, row.advising_days)),
                say(f"needed.mark.{mark}"),
            ]
        )
    frame = pd.DataFrame(rows, columns=[say(f"needed.column.{name}") for name in heads])
    with pd.option_context("display.unicode.east_asian_width", True, "display.max_colwidth", 60):
        return str(frame.to_string(index=False))


def _notes(case: Case, found: Needed, seed: int) -> list[str]:
    """Return what the answer rests on."""
    n, lever = int(found.points["n"].iloc[0]), found.lever
    notes = [say("needed.method", n=n, seed=seed)]
    if not lever.is_date:
        quantity = getattr(lever.strategy.instruments[lever.place], lever.setting)
        low, high = show_number(float(quantity.low)), show_number(float(quantity.high))
        notes.append(say("needed.ground", lever=_lever(found), low=low, high=high, grade=grade_label(quantity.grade)))
    if exact_limits(n, n)[0] < found.level:
        notes.append(say("needed.few", n=n, level=_percent(found.level), wanted=_runs_to_show(found.level)))
    if found.dropped:
        notes.append(say("needed.dropped", dropped=found.dropped))
    lang = language_in_force()
    return notes + reports_notes(case, lang) + plan_warnings(case, lever.strategy, lang)


def _from_table(start: Start) -> list[str]:
    """Return what the runs start from, where it is a table."""
    if start.table is None:
        return []
    made, lang = start.table.made, language_in_force()
    values: dict[str, Any] = {"file": shown_name(Path(start.table.given).name), "units": len(made.units)}
    return [say("needed.from_table", latest=show_date(made.latest, lang, year=True), **values)]


def _runs_to_show(level: float) -> int:
    """Return the fewest runs of which all must meet a target to show a chance."""
    n = 1
    while exact_limits(n, n)[0] < level and n < 100_000:
        n += 1 + n // 100
    return n


def _percent(share: float) -> str:
    """Return a share in per cent with as many digits as it has, at most two."""
    return show_number(float(show_percent(share, 2)))
