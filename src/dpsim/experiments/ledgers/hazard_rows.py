"""The hazard ledger at a date: one row per hazard found, with its six steps, as the bureau knows it.

What only the model knows is not in it: hazards nobody has found, systems and repairs on paper, what has come back and
was not found again.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd

from dpsim.core.streams import Stream, words
from dpsim.core.words import CLASSES, DISCOVERY, FIRST_DISCOVERY, Kind
from dpsim.engines.world import county_names
from dpsim.experiments.ledgers.enterprise_rows import day_of
from dpsim.experiments.tracing.hazard_draws import HAZARD_KINDS
from dpsim.experiments.tracing.run import TracedRun
from dpsim.experiments.tracing.who import hazard_name
from dpsim.model.delays import word_delay
from dpsim.model.hazards import Hazard

DATES = ("found", "due", "assigned", "rectified", "accepted", "closed")
STATES = ("found", "assigned", "rectified", "accepted", "closed", "accident", "dropped")
"""How a row stands; the first four are open."""
COLUMNS = ("number", "unit", "code", "class", *DATES, "channel", "refusals", "cycle", "overdue", "state")
_STEP = {Kind.ASSIGNED: "assigned", Kind.RECTIFIED: "rectified", Kind.ACCEPTED: "accepted", Kind.CLOSED: "closed"}
_OPEN = {Hazard.FOUND: "found", Hazard.ASSIGNED: "assigned", Hazard.RECTIFIED: "rectified", Hazard.ACCEPTED: "accepted"}

Row = dict[str, Any]


def hazard_rows(run: TracedRun, date: dt.date) -> pd.DataFrame:
    """Return the hazard ledger at the end of a date.

    Parameters
    ----------
    run : TracedRun
    date : datetime.date
        From the as-of date to the last simulated day.

    Returns
    -------
    pandas.DataFrame
        One row per hazard found since the as-of date or open then, ordered by date of finding and number: ``number``,
        ``unit``, ``code``, ``class`` (of `CLASSES`), the dates ``found``, ``due``, ``assigned``, ``rectified``,
        ``accepted``, ``closed`` (datetime64, NaT: not yet, or not known where it lies before the as-of date),
        ``channel`` (of `DISCOVERY`, empty before the as-of date), ``refusals`` (acceptances refused since then),
        ``cycle`` (how often it had come back), ``overdue`` (bool), ``state`` (of `STATES`).
    """
    rows, open_rows = _at_first(run)
    law = run.world.hazards.laws[0] if run.world.hazards is not None else None
    events = run.events[(run.events["t"] < run.world.timeline.end_of(date))]
    events = events[np.isin(events["kind"], list(HAZARD_KINDS))]
    for t, ordinal, number, channel, value, i in zip(
        *(events[name].tolist() for name in ("t", "ordinal", "kind", "channel", "value", "index")), strict=True
    ):
        kind, key = Kind(number), (i, ordinal)
        if kind == Kind.FOUND:
            row = _row(i, ordinal, t, t + float(law["limit"][ordinal & 1]), "found")  # type: ignore[index]
            row |= {"channel": DISCOVERY[channel - FIRST_DISCOVERY], "cycle": int(value)}
            rows.append(row)
            open_rows[key] = row
        elif key in open_rows:
            _go_on(open_rows[key], kind, t)
            if open_rows[key]["state"] in STATES[4:]:
                del open_rows[key]
    return _table(run, rows)


def _row(i: int, ordinal: int, found: float, due: float, state: str) -> Row:
    """Return a row as it is when a hazard is entered."""
    blank = dict.fromkeys(DATES[2:], math.nan)
    row: Row = {"index": i, "ordinal": ordinal, "found": found, "due": due, "state": state, **blank}
    return row | {"channel": "", "refusals": 0, "cycle": 0, "overdue": False}


def _go_on(row: Row, kind: Kind, t: float) -> None:
    """Enter the next event of a hazard."""
    if kind in _STEP:
        row[_STEP[kind]], row["state"] = t, _STEP[kind]
    elif kind == Kind.REFUSED:
        row["refusals"] += 1
        row["rectified"], row["state"] = math.nan, "assigned"
    elif kind == Kind.OVERDUE:
        row["overdue"] = True
    elif kind == Kind.ACCIDENT:
        row["state"] = "accident"
    elif kind == Kind.DROPPED:
        row["state"] = "dropped"


def _at_first(run: TracedRun) -> tuple[list[Row], dict[tuple[int, int], Row]]:
    """Return the rows that were open on the first morning, with those of their dates that their state tells."""
    rows: list[Row] = []
    world = run.world
    for i in range(run.sites.size):
        for h in run.known_at(i):
            state = _OPEN.get(Hazard(int(h["state"])))
            if state is None:
                continue
            law, klass = world.hazards.laws[0], int(h["klass"])  # type: ignore[union-attr]
            found = float(h["due"] - law["limit"][klass])
            row = _row(i, int(h["ordinal"]), found, float(h["due"]), state)
            row |= {"cycle": int(h["cycle"]), "overdue": bool(h["late"])}
            if state == "accepted":
                row["accepted"] = float(h["step"] - law["close"][klass] * float(h["close"]))
                row["rectified"] = row["accepted"] - float(law["accept"][klass]) * float(h["accept"])
            elif state == "rectified":
                row["rectified"] = float(h["step"] - law["accept"][klass] * float(h["accept"]))
            if state != "found" and int(h["draws"]) == 2 * (int(h["cycle"]) + 1):  # never refused: its first round
                entity = int(world.state.entity[i])
                name = (world.seed, world.replication, entity, int(Stream.HAZARD_STEP), int(h["ordinal"]))
                first = words(*name, int(h["draws"]) - 2)[0]
                delay = word_delay(first, law["delay"], law["delay_scale"], law["delay_power"])
                row["assigned"] = found + float(law["assign"][klass]) * float(delay)
            rows.append(row)
    return rows, {(row["index"], row["ordinal"]): row for row in rows}


def _table(run: TracedRun, rows: list[Row]) -> pd.DataFrame:
    """Return the rows as a frame."""
    population, names = run.setting.population, county_names(run.setting.case)
    raw = pd.DataFrame(rows, columns=["index", "ordinal", *DATES, "channel", "refusals", "cycle", "overdue", "state"])
    index, ordinal = raw["index"].astype("int64").tolist(), raw["ordinal"].astype("int64").tolist()
    table = raw.assign(
        number=[hazard_name(population.codes[i], k) for i, k in zip(index, ordinal, strict=True)],
        unit=[names[int(population.county[i])] for i in index],
        code=[population.codes[i] for i in index],
        **{"class": [CLASSES[k & 1] for k in ordinal]},
        at=raw["found"].astype("float64"),
        **{name: day_of(run.world.timeline, raw[name].to_numpy(dtype=np.float64)) for name in DATES},
    )
    table = table.sort_values(["at", "number"], kind="stable")[list(COLUMNS)].reset_index(drop=True)
    return table.astype({"refusals": "int64", "cycle": "int64", "overdue": "bool"})
