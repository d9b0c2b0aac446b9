"""What is known at an as-of date: counts by week, and where there is a ledger, who has done what since when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from dpsim.errors import InputError
from dpsim.forecast.asked import checked_table, weeks_to
from dpsim.forecast.history import History, history_of
from dpsim.forecast.members import STARTED, Members, counted_members, ledger_frame, ledger_members, ledger_until
from dpsim.forecast.pipeline import Use, churned, draw_chain, fewest_done
from dpsim.forecast.regimes import draw_shares
from dpsim.forecast.settings import Settings
from dpsim.forecast.stages import LIMITED_BY, funnelled
from dpsim.model.state import Floats
from dpsim.params.forecast import WorkSettings
from dpsim.progress.load import Progress

OLDEST_DAYS = 182
"""A table whose last report is older than this says nothing of the pace now."""
FEWEST_DONE = 10
"""Jobs that the reports of a table must have seen done at each stage to tell how fast they are done; with fewer, as in
a single report, each stage goes by itself."""


class Table(NamedTuple):
    """A progress table.

    Attributes
    ----------
    frame : pandas.DataFrame
        Columns date, unit, stage, total, done.
    members : Members or None
        The enterprises, where a ledger holds all units of the table.
    """

    frame: pd.DataFrame
    members: Members | None


class Known(NamedTuple):
    """What a forecast is made of.

    Attributes
    ----------
    histories : dict of str to History
        Of the stages with a target and those that limit them, for the same units.
    members : Members or None
        Of a ledger, or as the table counts them; None where the stages do not hang together.
    chain : dict of str to History
        Of the stages of the members, for the same units.
    """

    histories: dict[str, History]
    members: Members | None
    chain: dict[str, History]


def table_of(progress: object, as_of: dt.date) -> Table:
    """Return a table; of the stages of a ledger that holds all its units, the counts up to the end of a date."""
    frame, ledger = checked_table(progress), getattr(progress, "ledger", None)
    known = frame[pd.to_datetime(frame["date"]) <= pd.Timestamp(as_of)]
    if ledger is None or known.empty:
        return Table(frame, None)
    _check_fresh(known["date"].max(), as_of)
    members = ledger_members(ledger, as_of)
    if members is None or set(members.units) != set(known["unit"]):
        return Table(frame, None)
    further = [name for name in _counted(known, ledger, as_of) if name not in members.stages]
    others = frame[~frame["stage"].isin([*members.stages, *further])]
    return Table(pd.concat([others, ledger_frame(members, as_of, ledger, further)], ignore_index=True), members)


def _counted(known: pd.DataFrame, ledger: pd.DataFrame, last: dt.date) -> list[str]:
    """Return the stages of a table that were counted from its ledger: it has a date of them, or nobody has done any."""
    done = known.groupby("stage", sort=True)["done"].max()
    held = [name for name in done.index if name in ledger]
    return [name for name in held if done[name] == 0 or (pd.to_datetime(ledger[name]) <= pd.Timestamp(last)).any()]


def progress_until(progress: object, as_of: dt.date) -> Any:
    """Return a table as it stands at the end of a date: no rows, dates or enterprises of a ledger from later on."""
    day, frame = pd.Timestamp(as_of), table_of(progress, as_of).frame
    frame = frame[pd.to_datetime(frame["date"]) <= day].reset_index(drop=True)
    if not isinstance(progress, Progress):
        return frame
    ledger = None if progress.ledger is None else ledger_until(progress.ledger, day)
    return replace(progress, frame=frame, ledger=ledger)


def known_at(table: Table, wanted: pd.DataFrame, as_of: dt.date) -> Known:
    """Return what is known of the stages with a target, of those that limit them, and of their members.

    Raises
    ------
    InputError
        The last report is too old, or no unit has all stages.
    """
    frame, members = table.frame[pd.to_datetime(table.frame["date"]) <= pd.Timestamp(as_of)], table.members
    stages = list(dict.fromkeys(wanted["stage"]))
    stages += [s for stage in stages for s in LIMITED_BY.get(stage, ()) if s in set(frame["stage"])]
    last = frame[frame["stage"].isin(stages)]["date"].max()
    _check_fresh(last, as_of)
    both = [*stages, *(members.stages if members else ())]
    out = {stage: history_of(frame[frame["stage"] == stage], as_of) for stage in dict.fromkeys(both)}
    shared = sorted(set.intersection(*(set(history.units) for history in out.values())))
    if not shared:
        raise InputError("forecast.no_units", as_of=as_of.isoformat())
    out = {stage: history.only(np.isin(np.array(history.units), shared)) for stage, history in out.items()}
    histories = {stage: out[stage] for stage in dict.fromkeys(stages)}
    if members is None or len(shared) < len(members.units):
        members = counted_members(histories)
        if members is not None and fewest_done(members, histories) < FEWEST_DONE:
            members = None
    return Known(histories, members, {stage: out[stage] for stage in members.stages} if members else {})


def _check_fresh(last: object, as_of: dt.date) -> None:
    """Raise InputError where the last report up to a date is too old to tell the pace."""
    if not pd.isna(last) and (pd.Timestamp(as_of) - pd.Timestamp(last)).days > OLDEST_DAYS:
        found = pd.Timestamp(last).date().isoformat()
        raise InputError("forecast.stale", as_of=as_of.isoformat(), last=found, days=OLDEST_DAYS)


def latest_report(frame: pd.DataFrame, as_of: dt.date) -> dt.date:
    """Return the date of the last report up to a date."""
    dates = pd.to_datetime(frame["date"])
    return pd.Timestamp(dates[dates <= pd.Timestamp(as_of)].max()).date()


def last_deadlines(wanted: pd.DataFrame) -> dict[str, dt.date]:
    """Return by stage the last of its deadlines."""
    return {str(stage): max(rows["deadline"]) for stage, rows in wanted.groupby("stage", sort=False)}


def chain_counts(
    known: Known,
    deadlines: Mapping[str, dt.date],
    as_of: dt.date,
    model: Settings,
    work: WorkSettings,
    *,
    seed: int,
    draws: int,
    use: Use | None = None,
    supply: Mapping[str, Floats] | None = None,
) -> dict[str, Floats]:
    """Draw how many members of each unit have done each of the stages that hang together (`draw_chain`), by week.

    `supply`: by stage, see there. Counts that fall are left to `draw_counts`.

    Returns
    -------
    dict of str to numpy.ndarray
        Shape (draws, units, weeks); empty where no stages hang together.
    """
    use = use or Use()
    if known.members is None or not use.funnel:
        return {}
    last = max(deadlines.values())
    members = known.members if use.jobs else known.members.without(STARTED)
    return draw_chain(
        members,
        known.chain,
        weeks_to(as_of, last),
        model,
        work,
        seed=seed,
        draws=draws,
        use=use,
        supply=supply,
        source_weeks=weeks_to(as_of, deadlines.get(members.stages[0], last)),
    )


def draw_counts(
    known: Known,
    chain: Mapping[str, Floats],
    deadlines: Mapping[str, dt.date],
    as_of: dt.date,
    model: Settings,
    *,
    seed: int,
    draws: int,
) -> dict[str, Floats]:
    """Draw how many members of each unit have done each stage by week, with the funnel's limits.

    A stage shares its regime and shocks with the others; one without a target of its own goes by the last deadline.
    Those in `chain` are drawn already.

    Returns
    -------
    dict of str to numpy.ndarray
        Shape (draws, units, weeks).
    """
    last, out = max(deadlines.values()), {}
    ahead = weeks_to(as_of, last)
    for stage, history in known.histories.items():
        if stage in chain:
            dated = known.members is not None and known.members.dated
            out[stage] = chain[stage] if dated else churned(history, chain[stage], model, seed=seed)
            continue
        weeks = weeks_to(as_of, deadlines.get(stage, last))
        share = draw_shares(history, weeks, model, seed=seed, draws=draws, every_week=True)
        done = np.round(share.reshape(draws, len(history.units), weeks) * history.total[None, :, None], 6)
        out[stage] = np.concatenate([done, np.repeat(done[:, :, -1:], ahead - weeks, axis=2)], axis=2)
    return funnelled(out)
