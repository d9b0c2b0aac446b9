"""A trace in words: a line per event, and below it why, with the key of the draw; two strategies side by side."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from dpsim.core.words import CLASSES, DISCOVERY
from dpsim.errors import InputError
from dpsim.experiments.tracing.trace import BOTH, KEY, ONE, OTHER, trace
from dpsim.language import language_in_force, say
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case, Strategy
from dpsim.params.wording import shown, shown_name
from dpsim.report.job import check_out
from dpsim.report.tables import csv_bytes, parquet_bytes
from dpsim.report.writing import write_atomically

ENDINGS = (".csv", ".parquet")
_MARKS = {BOTH: "= ", ONE: "< ", OTHER: "> "}
_MODEL_ONLY = ("born", "relapsed", "paper")
_HAZARD = ("born", "found", "assigned", "rectified", "refused", "accepted", "closed", "overdue", "relapsed", "accident")
_TEAMS = ("assessor", "agency")
_CONTINUOUS = ("started", "ready", "built", "connected", "online", "entered", "reworked", "born", "assigned",
               "rectified", "refused", "accepted", "closed", "relapsed", "accident")  # fmt: skip
"""Events whose hour and day of the week mean nothing: organisations act on working mornings, nobody else does."""


@dataclass(frozen=True)
class Told:
    """A trace and what it is of."""

    case: Case
    strategy: Strategy
    against: Strategy | None
    of: str
    seed: int
    replication: int
    frame: pd.DataFrame


def check_file(out: str) -> Path:
    """Return the file a trace is written to; refuse what cannot be one before anything is run."""
    file = Path(out)
    if file.suffix.lower() not in ENDINGS:
        raise InputError("trace.out_kind", out=shown_name(file, 200), allowed=", ".join(ENDINGS))
    if file.is_dir():
        raise InputError("error.out_is_folder", out=shown_name(file, 200), option="--out")
    if (file.exists() or file.is_symlink()) and not _is_trace(file):
        raise InputError("trace.out_no_trace", out=shown_name(file, 200))
    check_out(file.parent)
    return file


def _is_trace(file: Path) -> bool:
    """Tell whether a file is a trace: it has the columns that name the draws. From a pipe or device nothing is read."""
    try:
        if not file.is_file():
            return False
        if file.suffix.lower() == ".csv":
            with file.open(encoding="utf-8-sig") as stream:
                return set(KEY) <= set(stream.readline().rstrip("\n").split(","))
        from pyarrow.parquet import read_schema

        return set(KEY) <= set(read_schema(file).names)
    except (OSError, ValueError):  # pyarrow's errors are ValueErrors
        return False


def make_trace(case: str, *, of: str, strategy: str | None, against: str | None, seed: Any, replication: Any) -> Told:
    """Run a case, by default under the arrangement in force, and trace somebody."""
    loaded = load_case(case)
    chosen = load_strategy(strategy or loaded.default_strategy)
    other = None if against is None else load_strategy(against)
    if other is not None and other == chosen:
        raise InputError("trace.twice", given=shown(against))
    frame = trace(loaded, chosen, of=of, seed=seed, replication=replication, against=other)
    return Told(loaded, chosen, other, of, seed, replication, frame)


def save_trace(told: Told, file: Path) -> None:
    """Write the frame of a trace as CSV or Parquet, whole or not at all."""
    if file.suffix.lower() == ".csv":
        return write_atomically(file, csv_bytes(told.frame))
    return write_atomically(file, parquet_bytes(told.frame))


def trace_text(told: Told) -> str:
    """Return a trace as text."""
    frame, lang = told.frame, language_in_force()
    values: dict[str, Any] = {
        "case": getattr(told.case.name, lang),
        "strategy": getattr(told.strategy.name, lang),
        "seed": told.seed,
        "replication": told.replication,
        "name": shown_name(told.of, 200),
    }
    if told.against is None:
        lines = [say("trace.head", **values, n=len(frame))]
    else:
        same, one, other = (int((frame["side"] == side).sum()) for side in _MARKS)
        beside = getattr(told.against.name, lang)
        lines = [say("trace.head_against", **values, against=beside, same=same, one=one, other=other)]
    if frame.empty:
        return "\n".join([*lines, say("trace.none")])
    lines += _legend(frame)
    for row in frame.itertuples():
        if told.against is not None and row.divergence:
            lines.append(say("trace.diverges"))
        lines.append(_line(row, "" if told.against is None else _MARKS[row.side]))
    if told.against is not None:
        lines.append(_verdict(frame))
    return "\n".join(lines)


def _legend(frame: pd.DataFrame) -> list[str]:
    """Return what must be known to read the events: whose hours mean nothing, and how long a hazard is overdue."""
    kinds = frame["kind"]
    own = kinds.isin(_CONTINUOUS) & (frame["channel"] != "agency")
    late = (kinds == "overdue") | ((kinds == "closed") & (frame["value"].astype(int) & 1 == 0))
    said = (("trace.hours", own), ("letter.hazards.overdue_until", late))
    return [say(message) for message, of in said if of.any()]


def _verdict(frame: pd.DataFrame) -> str:
    """Return where two strategies part."""
    apart = frame[frame["divergence"]]
    if apart.empty:
        return say("trace.same")
    first = apart.iloc[0]
    return say("trace.divergence_at", time=str(first["time"]), what=say(f"trace.kind.{first['kind']}"))


def _line(row: Any, mark: str) -> str:
    """Return what is said of one event."""
    parts = [part for part in (_channel(row), *_details(row)) if part]
    if row.kind in _MODEL_ONLY:
        parts.append(say("trace.model_only"))
    return say(
        "trace.line",
        mark=mark,
        time=str(row.time),
        who=shown_name(row.hazard or row.code or "-", 200),
        what=say(f"trace.kind.{row.kind}"),
        how=say("trace.how", parts=say("trace.between").join(parts)) if parts else "",
        why=_why(row),
    )


def _channel(row: Any) -> str:
    """Return the channel of an event, with the number of the team or builder where one acted."""
    if row.channel == "none":
        return ""
    name = say(f"figures.channel.{row.channel}" if row.channel in DISCOVERY else f"trace.channel.{row.channel}")
    return f"{name} {say('trace.team', n=row.actor + 1)}" if row.channel in _TEAMS else name


def _details(row: Any) -> list[str]:
    """Return what the number of an event says."""
    value, found = int(row.value), []
    if row.kind in _HAZARD:
        found.append(say(f"trace.class.{CLASSES[row.actor]}"))
    if row.kind in ("assessed", "passed", "sent_back"):
        found.append(say("trace.score", points=value))
    elif row.kind == "accident":
        found.append(say("trace.deaths", n=value))
    elif row.kind == "closed":
        found.append(say("trace.in_time" if value & 1 else "trace.late"))
        found += [say("trace.on_paper")] if value & 2 else []
    elif row.kind == "found" and value:
        found.append(say("trace.cycle", n=value))
    elif row.kind == "penalty":
        found.append(say("trace.rung", n=value))
    elif row.kind == "visit":
        found.append(say("trace.quality", x=f"{row.value:.2f}"))
    return found


def _why(row: Any) -> str:
    """Return the law of an event with the key of its draw."""
    if not row.law:
        return say("trace.nothing_drawn", law=say(f"trace.law.none_{row.kind}"))
    key = say(
        "trace.key",
        stream=row.stream,
        entity=row.key_entity,
        ordinal=row.key_ordinal,
        draw=row.key_draw,
        part=row.part,
        uniform=f"{row.uniform:.12f}",
    )
    unseen = row.law == "rectify" and math.isnan(row.observed)
    name = "rectify_begun_before" if unseen else row.law
    law = say(f"trace.law.{name}", follows=_number(row.follows), observed=_number(row.observed))
    return say("trace.law_line", law=law, key=key, check=say(f"trace.check.{row.check}"))


def _number(x: float) -> str:
    """Return a number with four digits behind the point, as few as it has."""
    return "-" if math.isnan(x) else f"{x:.4f}".rstrip("0").rstrip(".")
