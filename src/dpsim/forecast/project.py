"""Will the targets be met? The forecast of a progress table under the arrangement in force, without a simulation."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.forecast.asked import (
    ALL,
    EACH,
    check_numbers,
    checked_class,
    checked_day,
    checked_targets,
    memberships,
    units_of,
    weeks_to,
)
from dpsim.forecast.bound import bound_rows, checked_capacity
from dpsim.forecast.chances import ROUNDING, chances
from dpsim.forecast.closures import base_rates
from dpsim.forecast.history import History
from dpsim.forecast.known import (
    Known,
    Table,
    chain_counts,
    draw_counts,
    known_at,
    last_deadlines,
    latest_report,
    table_of,
)
from dpsim.forecast.list_asked import ListChange, checked_changes
from dpsim.forecast.lists import check_sizes, list_rows
from dpsim.forecast.pipeline import Use
from dpsim.forecast.regimes import fit_pace
from dpsim.forecast.scores import SHOWN
from dpsim.forecast.settings import Settings, class_settings
from dpsim.forecast.supply import checked_supply
from dpsim.forecast.table_paths import Origin, draw_table_paths
from dpsim.model.state import Floats
from dpsim.model.table_paths import TablePaths
from dpsim.params.forecast import UNSTATED, load_forecast_settings

RECENT_WEEKS = 8
Members = Mapping[str, npt.NDArray[np.bool_]]


@dataclass(frozen=True)
class Forecast:
    """What is to be expected of a programme from its own table.

    Attributes
    ----------
    targets : pandas.DataFrame
        One row per target and unit: unit, stage, deadline, target_share; `probability`, no nearer to 0 and 1 than the
        record supports; `low`, `high`: its 95% Wilson interval by the number of draws, widened to hold it; q05 to q95
        of the share at the deadline; `date_median`: end of the week (or the deadline in it) by which half of the draws
        have reached the target (NaT: not by the deadline); `base_rate` of the comparable programmes on record.
    needed : pandas.DataFrame
        unit, stage, deadline, needed_per_week and past_per_week (of the last 8 weeks), members; ratio of the two.
    joint : pandas.DataFrame
        Targets of all units together: stage, deadline, target_share, missed (share of the draws), missed_alone (all
        others met).
    all_met : float
        Share of the draws in which all targets of all units together are met.
    bound : pandas.DataFrame
        One row per target and unit: the share reached by the deadline if capacity worked fully; see `bound_rows`.
    fit : pandas.DataFrame
        unit, stage, total, done, observed (reports), closure (of the gap, per week), growth (per week), churn.
    as_of, latest, draws, reference, units
        What the forecast was made of; `latest` is the date of the last report, `reference` the class.
    members : mapping of str to numpy.ndarray of bool
        Which units make up each unit, group and `all`.
    counts : mapping of str to numpy.ndarray
        By stage: members done, shape (draws, units, weeks).
    origin : Origin
        What it was drawn from, for `path_set`.
    lists : pandas.DataFrame
        The targets under each change of the list asked for, beside the unchanged list; see `list_rows`.
    """

    targets: pd.DataFrame
    needed: pd.DataFrame
    joint: pd.DataFrame
    all_met: float
    bound: pd.DataFrame
    fit: pd.DataFrame
    as_of: dt.date
    latest: dt.date
    draws: int
    reference: str
    units: tuple[str, ...]
    members: Members
    counts: Mapping[str, Floats]
    origin: Origin
    lists: pd.DataFrame

    def total(self, stage: str, own: npt.NDArray[np.bool_]) -> float:
        """Return how many members some of the units have that are to do a stage."""
        return float(self.fit[self.fit["stage"] == stage]["total"].to_numpy()[own].sum())

    def path_set(self) -> TablePaths:
        """Return the draws as paths for `run_ensemble(..., state=..., paths=...)`: replication r follows draw r."""
        return draw_table_paths(self.origin, self.as_of, self.draws)

    @cached_property
    def paths(self) -> pd.DataFrame:
        """Every draw by week: draw, date, unit, stage, done."""
        parts = []
        for stage, done in self.counts.items():
            draws, units, weeks = done.shape
            dates = [self.as_of + dt.timedelta(weeks=week + 1) for week in range(weeks)]
            parts.append(
                pd.DataFrame(
                    {
                        "draw": np.repeat(np.arange(draws), units * weeks),
                        "date": np.tile(pd.to_datetime(dates), draws * units),
                        "unit": np.tile(np.repeat(np.array(self.units), weeks), draws),
                        "stage": stage,
                        "done": done.ravel(),
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)


def forecast(
    progress: object,
    targets: pd.DataFrame,
    *,
    as_of: dt.date | str,
    seed: int,
    draws: int = 2000,
    groups: Mapping[str, Sequence[str]] | None = None,
    reference: str | None = None,
    rush: float = 0.0,
    capacity: Mapping[str, float] | None = None,
    supply: pd.DataFrame | None = None,
    use: Use | None = None,
    lists: Sequence[str | ListChange] = (),
) -> Forecast:
    """Forecast whether targets will be met.

    Parameters
    ----------
    progress : Progress or pandas.DataFrame
        Columns date, unit, stage, total, done. Rows after `as_of` are not looked at. The ledger of a Progress is read
        too where it holds all units: jobs in progress, how long they have lasted, what a week has room for.
    targets : pandas.DataFrame
        Columns stage, deadline, target_share and, if wanted, unit: a unit, a group, `all`; `each` or nothing for all
        of them. What is ordered for a stage is closed by its last deadline.
    as_of : datetime.date or str
    seed, draws : int
        The name of the draws, and their number.
    groups : mapping of str to sequence of str, optional
        Units that are also wanted together, such as the townships of a county.
    reference : {"voluntary", "order", "filing", "unstated"}, optional
        Reference class of the programme; None is `unstated`, between the first two.
    rush : float
        Supposed chance of a rush before the deadline, 0 to 1. It is one of the first stage known.
    capacity : mapping of str to float, optional
        By stage, how many members a week all units together can bring there; it bounds, and changes no chance. The
        largest weekly throughput so far where a stage is left out.
    supply : pandas.DataFrame, optional
        What agencies and assessors can do: columns stage, date (from then on), per_week (of all units together).
    use : Use, optional
        What of a ledger's knowledge is used; all of it if nothing is said.
    lists : sequence of str or ListChange
        Changes of the list whose effect is to be told, each by itself: `stops=5%`, `removals=40@2018-11-01`,
        `additions=10%`, `definition=list:40%,done:70%`; see `list_asked`.

    Returns
    -------
    Forecast

    Raises
    ------
    InputError
        Something asked for is not there or out of its range.
    """
    checked_class(reference)
    check_numbers(seed, draws, rush)
    return forecast_from(
        basis_of(progress, targets, as_of),
        seed=seed,
        draws=draws,
        groups=groups,
        reference=reference,
        rush=rush,
        capacity=capacity,
        supply=supply,
        use=use,
        lists=lists,
    )


class Basis(NamedTuple):
    """What a forecast starts from; one serves all that differ in their assumptions only."""

    as_of: dt.date
    table: Table
    wanted: pd.DataFrame
    known: Known


def basis_of(progress: object, targets: pd.DataFrame, as_of: dt.date | str) -> Basis:
    """Return what forecasts of a table start from; see `forecast`."""
    day = checked_day("as_of", as_of)
    table = table_of(progress, day)
    wanted = checked_targets(targets, table.frame, day)
    return Basis(day, table, wanted, known_at(table, wanted, day))


class Options(NamedTuple):
    """What a forecast is asked beside its targets, checked."""

    capacity: dict[str, float]
    supply: dict[str, Floats]
    changes: list[ListChange]
    members: Members


def options_of(
    basis: Basis,
    *,
    capacity: Mapping[str, float] | None = None,
    supply: pd.DataFrame | None = None,
    lists: Sequence[str | ListChange] = (),
    groups: Mapping[str, Sequence[str]] | None = None,
) -> Options:
    """Check what a forecast is asked beside its targets; see `forecast`."""
    day, known = basis.as_of, basis.known
    last = max(basis.wanted["deadline"])
    changes = checked_changes(lists, day, last, list(known.histories))
    check_sizes(changes, known.histories)
    return Options(
        capacity=checked_capacity(capacity, list(known.histories)),
        supply=checked_supply(supply, known.members.stages if known.members else (), day, weeks_to(day, last)),
        changes=changes,
        members=memberships(next(iter(known.histories.values())).units, groups or {}),
    )


def forecast_from(
    basis: Basis,
    *,
    seed: int,
    draws: int,
    groups: Mapping[str, Sequence[str]] | None = None,
    reference: str | None = None,
    rush: float = 0.0,
    capacity: Mapping[str, float] | None = None,
    supply: pd.DataFrame | None = None,
    use: Use | None = None,
    lists: Sequence[str | ListChange] = (),
) -> Forecast:
    """Forecast from what is known already; parameters as those of `forecast`."""
    name = checked_class(reference)
    check_numbers(seed, draws, rush)
    day, table, wanted, known = basis
    histories = known.histories
    asked = options_of(basis, capacity=capacity, supply=supply, lists=lists, groups=groups)
    model, deadlines = class_settings(load_forecast_settings(), name, rush), last_deadlines(wanted)
    chain, counts = draw_from(basis, model, seed=seed, draws=draws, supply=supply, use=use)
    members = asked.members
    rows, needed = target_rows(wanted, histories, counts, members, day, comparable_with(name))
    joint, all_met = joint_rows(wanted, histories, counts, day)
    return Forecast(
        targets=rows,
        needed=needed,
        joint=joint,
        all_met=all_met,
        bound=bound_rows(wanted, histories, members, day, asked.capacity),
        fit=fit_rows(histories, deadlines, day, model),
        as_of=day,
        latest=latest_report(table.frame, day),
        draws=draws,
        reference=name,
        units=next(iter(histories.values())).units,
        members=members,
        counts=counts,
        origin=origin_of(known, chain, deadlines, day, model, seed),
        lists=list_rows(asked.changes, wanted, histories, counts, members, day, seed=seed, supply=asked.supply),
    )


def draw_from(
    basis: Basis,
    model: Settings,
    *,
    seed: int,
    draws: int,
    supply: pd.DataFrame | None = None,
    use: Use | None = None,
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Draw the counts of the stages that hang together, before any fall, and of all stages; see `forecast`.

    By stage, shape (draws, units, weeks). Draws are independent: the first of many are those of fewer.
    """
    day, known, deadlines = basis.as_of, basis.known, last_deadlines(basis.wanted)
    stages = known.members.stages if known.members else ()
    plan = checked_supply(supply, stages, day, weeks_to(day, max(deadlines.values())))
    work = load_forecast_settings().work
    chain = chain_counts(known, deadlines, day, model, work, seed=seed, draws=draws, use=use, supply=plan)
    return chain, draw_counts(known, chain, deadlines, day, model, seed=seed, draws=draws)


def draw_rows(
    basis: Basis,
    *,
    seed: int,
    draws: int,
    reference: str | None = None,
    rush: float = 0.0,
    supply: pd.DataFrame | None = None,
    use: Use | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """Return the frame `targets` of a forecast and nothing else; see `forecast_from`."""
    name = checked_class(reference)
    model = class_settings(load_forecast_settings(), name, rush)
    _, counts = draw_from(basis, model, seed=seed, draws=draws, supply=supply, use=use)
    histories = basis.known.histories
    members = memberships(next(iter(histories.values())).units, groups or {})
    return target_rows(basis.wanted, histories, counts, members, basis.as_of, comparable_with(name))[0]


def comparable_with(reference: str) -> list[str]:
    """Return the programmes on record of a class; all of them if none is stated."""
    programmes = load_forecast_settings().programmes
    return [entry.programme for entry in programmes if reference in (entry.reference, UNSTATED)]


def first_counts(made: Forecast, draws: int) -> dict[str, Floats]:
    """Return the counts that a forecast of fewer draws has, by stage: they are the first of those made."""
    return {stage: done[:draws] for stage, done in made.counts.items()}


def first_rows(made: Forecast, draws: int) -> pd.DataFrame:
    """Return the frame `targets` of a forecast of fewer draws."""
    counts, comparable = first_counts(made, draws), comparable_with(made.reference)
    wanted = made.targets.assign(deadline=made.targets["deadline"].dt.date)
    return target_rows(wanted, made.origin.histories, counts, made.members, made.as_of, comparable)[0]


def origin_of(
    known: Known,
    chain: Mapping[str, Floats],
    deadlines: Mapping[str, dt.date],
    as_of: dt.date,
    model: Settings,
    seed: int,
) -> Origin:
    """Return what a forecast is drawn from; a stage without a target of its own goes by the last deadline."""
    due = {stage: deadlines.get(stage, max(deadlines.values())) for stage in known.histories}
    weeks = {stage: weeks_to(as_of, day) for stage, day in due.items()}
    days = {stage: (day - as_of).days for stage, day in due.items()}
    source, dated = (known.members.stages[0], known.members.dated) if known.members else ("", False)
    after = {stage: counts for stage, counts in chain.items() if stage != source}
    return Origin(known.histories, after, weeks, days, dated, model, seed)


def target_rows(
    wanted: pd.DataFrame,
    histories: Mapping[str, History],
    counts: Mapping[str, Floats],
    members: Members,
    as_of: dt.date,
    comparable: Sequence[str],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the frames `targets` and `needed` of a forecast."""
    rows, needed = [], []
    for target in wanted.itertuples():
        history, done = histories[target.stage], counts[target.stage]
        weeks = weeks_to(as_of, target.deadline)
        for unit in units_of(target.unit, members):
            own = members[unit]
            total, now = float(history.total[own].sum()), float(history.done[own].sum())
            share = done[:, own, :weeks].sum(axis=1) / total
            head = {"unit": unit, "stage": target.stage, "deadline": pd.Timestamp(target.deadline)}
            rate = base_rates(
                np.array([now / total]), np.array([target.target_share]), (target.deadline - as_of).days, comparable
            )
            rows.append(
                head
                | {"target_share": float(target.target_share)}
                | chances(share, target.target_share, as_of, target.deadline)
                | {"base_rate": float(np.clip(rate[0], *SHOWN))}
            )
            before = history.share[own][:, -1 - RECENT_WEEKS]
            past = now - float(np.nansum(np.nan_to_num(before) * history.total[own]))
            asked = max(0.0, math.ceil(target.target_share * total - ROUNDING) - now) / weeks
            pace = past / RECENT_WEEKS if not np.isnan(before).any() else math.nan
            ratio = asked / pace if pace > 0 else (0.0 if asked == 0 else math.inf)
            needed.append(head | {"needed_per_week": asked, "past_per_week": pace, "ratio": ratio})
    return pd.DataFrame(rows), pd.DataFrame(needed)


def joint_rows(
    wanted: pd.DataFrame, histories: Mapping[str, History], counts: Mapping[str, Floats], as_of: dt.date
) -> tuple[pd.DataFrame, float]:
    """Return how often the targets of all units together are missed, and how often all of them are met."""
    overall = wanted[wanted["unit"].isin([ALL, EACH])].drop_duplicates(["stage", "deadline", "target_share"])
    columns = ["stage", "deadline", "target_share", "missed", "missed_alone"]
    if overall.empty:
        return pd.DataFrame(columns=columns), math.nan
    met = np.column_stack(
        [
            counts[row.stage][:, :, weeks_to(as_of, row.deadline) - 1].sum(axis=1)
            >= row.target_share * histories[row.stage].total.sum() - 1e-6
            for row in overall.itertuples()
        ]
    )
    alone = [float((~met[:, k] & np.delete(met, k, axis=1).all(axis=1)).mean()) for k in range(met.shape[1])]
    frame = overall[["stage", "deadline", "target_share"]].reset_index(drop=True)
    return frame.assign(missed=(~met).mean(axis=0), missed_alone=alone), float(met.all(axis=1).mean())


def fit_rows(
    histories: Mapping[str, History], deadlines: Mapping[str, dt.date], as_of: dt.date, model: Settings
) -> pd.DataFrame:
    """Return what the table says of the pace of each unit and stage."""
    parts, last = [], max(deadlines.values())
    for stage, history in histories.items():
        pace = fit_pace(history, weeks_to(as_of, deadlines.get(stage, last)), model)
        parts.append(
            pd.DataFrame(
                {
                    "unit": list(history.units),
                    "stage": stage,
                    "total": history.total,
                    "done": history.done,
                    "observed": history.observed,
                    "closure": pace.closure,
                    "growth": pace.growth,
                    "churn": pace.churn,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
