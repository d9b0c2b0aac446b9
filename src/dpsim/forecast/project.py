"""Will the targets be met? The forecast of a progress table under the arrangement in force, without a simulation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.forecast.asked import Groups, check_numbers, checked_class, memberships, weeks_to
from dpsim.forecast.basis import Basis, basis_of, draw_from, options_of
from dpsim.forecast.bound import bound_rows
from dpsim.forecast.known import Known, last_deadlines, latest_report
from dpsim.forecast.list_asked import ListChange
from dpsim.forecast.lists import list_rows
from dpsim.forecast.pipeline import Use
from dpsim.forecast.rows import comparable_with, fit_rows, joint_rows, needed_rows, target_rows
from dpsim.forecast.settings import Settings, class_settings
from dpsim.forecast.table_paths import Origin, draw_table_paths
from dpsim.model.state import Floats
from dpsim.model.table_paths import TablePaths
from dpsim.params.forecast import load_forecast_settings

__all__ = ["Forecast", "basis_of", "draw_rows", "first_counts", "first_rows", "forecast", "options_of"]


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
        unit, stage, deadline, needed_per_week and past_per_week (members), past_weeks (over how many weeks that was: 8,
        or those that the reports hold; 0, and NaN a week, where no two are known), ratio of the two (infinite where
        something is needed and nothing was done).
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
    members: Groups
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
        largest weekly throughput so far where a stage is left out. What `supply` plans of a stage comes before both.
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
    name = checked_class(reference)
    check_numbers(seed, draws, rush)
    basis = basis_of(progress, targets, as_of)
    day, table, wanted, known = basis
    histories = known.histories
    asked = options_of(basis, capacity=capacity, supply=supply, lists=lists, groups=groups)
    model, deadlines = class_settings(load_forecast_settings(), name, rush), last_deadlines(wanted)
    chain, counts = draw_from(basis, model, seed=seed, draws=draws, supply=supply, use=use)
    members = asked.members
    joint, all_met = joint_rows(wanted, histories, counts, day)
    return Forecast(
        targets=target_rows(wanted, histories, counts, members, day, comparable_with(name)),
        needed=needed_rows(wanted, histories, members, day),
        joint=joint,
        all_met=all_met,
        bound=bound_rows(wanted, known.chain | histories, members, day, asked.capacity, asked.supply),
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
    """Return the frame `targets` of a forecast and nothing else; see `forecast`."""
    name = checked_class(reference)
    model = class_settings(load_forecast_settings(), name, rush)
    _, counts = draw_from(basis, model, seed=seed, draws=draws, supply=supply, use=use)
    histories = basis.known.histories
    members = memberships(next(iter(histories.values())).units, groups or {})
    return target_rows(basis.wanted, histories, counts, members, basis.as_of, comparable_with(name))


def first_counts(made: Forecast, draws: int) -> dict[str, Floats]:
    """Return the counts that a forecast of fewer draws has, by stage: they are the first of those made."""
    return {stage: done[:draws] for stage, done in made.counts.items()}


def first_rows(made: Forecast, draws: int) -> pd.DataFrame:
    """Return the frame `targets` of a forecast of fewer draws."""
    counts, comparable = first_counts(made, draws), comparable_with(made.reference)
    wanted = made.targets.assign(deadline=made.targets["deadline"].dt.date)
    return target_rows(wanted, made.origin.histories, counts, made.members, made.as_of, comparable)


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
