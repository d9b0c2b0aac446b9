"""A report that starts from a progress table: the case as observed, and the forecast whose draws the runs follow."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from dpsim.core.words import STAGES
from dpsim.errors import InputError
from dpsim.experiments.observed import observe
from dpsim.forecast.project import Forecast, forecast
from dpsim.forecast.table_paths import draw_table_paths
from dpsim.language import say
from dpsim.model.table_paths import TablePaths
from dpsim.model.targets import headline_target
from dpsim.params.labels import option_label
from dpsim.params.schema import Case
from dpsim.params.wording import shown_name
from dpsim.progress.load import Progress, load_progress
from dpsim.report.show import show_chance_interval, show_count_range, show_date, show_share_range

DRAWS = 2000
"""Draws of the table's forecast; the runs follow the first of them."""


@dataclass(frozen=True)
class FromTable:
    """What a report starts from.

    Attributes
    ----------
    given : str
        The file as the user gave it.
    progress : Progress
    case : Case
        As observed.
    digest : str
        Of the state.
    made : Forecast
        Of the table, under the case's reference class and its mean chance of a rush.
    """

    given: str
    progress: Progress
    case: Case
    digest: str
    made: Forecast

    def paths(self, replications: int) -> TablePaths:
        """Return the draws that so many replications follow."""
        return draw_table_paths(self.made.origin, self.made.as_of, replications)

    @property
    def _row(self) -> pd.Series:
        """The headline's stage, all units together."""
        rows, stage = self.made.targets, headline_target(self.case).stage
        return rows[(rows["unit"] == "all") & (rows["stage"] == stage)].iloc[0]

    def chance(self, lang: str) -> tuple[str, str]:
        """Return the chance of the headline's target and its shortfall (half of the draws lie within), in words."""
        row, total = self._row, headline_target(self.case).total
        chance = show_chance_interval(float(row["probability"]), float(row["low"]), float(row["high"]), lang)
        least, most = (total * (1.0 - float(row[name])) for name in ("q75", "q25"))
        return chance, show_count_range(least, most, lang)

    def sentence(self, lang: str) -> str:
        """Return what the report says of its start."""
        target, row = headline_target(self.case), self._row
        return say(
            "letter.from_table",
            lang=lang,
            file=shown_name(Path(self.given).name),
            latest=show_date(self.made.latest, lang),
            units=len(self.made.units),
            reference=option_label(self.made.reference, lang),
            draws=self.made.draws,
            stage=say(f"figures.stage.{target.stage}", lang=lang),
            deadline=show_date(target.deadline, lang),
            share=show_share_range(float(row["q05"]), float(row["q95"]), lang),
        )


def start_from_table(case: Case, given: str, as_of: dt.date, *, seed: int) -> FromTable:
    """Return what a report starts from.

    Parameters
    ----------
    case : Case
    given : str
        Path of the table, one file.
    as_of : datetime.date
    seed : int

    Raises
    ------
    InputError
        The file cannot be read, does not fit the case, or no forecast can be made of it.
    """
    if Path(given).is_dir():
        raise InputError("state.one_file", given=shown_name(given, 200))
    progress = load_progress(given)
    seen = observe(case, progress, as_of)
    made = forecast(
        progress,
        stage_targets(seen.case, progress.frame),
        as_of=as_of,
        seed=seed,
        draws=DRAWS,
        reference=case.scenario.reference_class.value,
        rush=mean_rush(case),
    )
    return FromTable(given, progress, seen.case, seen.digest, made)


def stage_targets(case: Case, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a target for every stage of a table: all of each county, by the headline's deadline."""
    stages = [stage for stage in STAGES if stage in set(frame["stage"])]
    deadline = headline_target(case).deadline
    return pd.DataFrame({"stage": stages, "deadline": deadline, "target_share": 1.0})


def mean_rush(case: Case) -> float:
    """Return the mean of the case's chances of a rush."""
    rush = case.scenario.rush
    return float(np.dot(rush.chances, rush.weights) / np.sum(rush.weights))
