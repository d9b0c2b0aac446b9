"""The figures of the year-end report: which frame goes into which plot, and all of them drawn at once.

Drawing Chinese text is slow, so the figures are drawn over the cores that ran the replications.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dpsim.experiments.arguments import default_workers
from dpsim.forecast.snapshot import SnapshotForecast
from dpsim.language import OwnWords, in_words, say
from dpsim.model.targets import Target, resolve_targets
from dpsim.params.labels import quantity_label
from dpsim.report import sentences
from dpsim.report.bands import organisation_bands, stage_bands, weekly_flow
from dpsim.report.drawings_supervised import supervised_drawings
from dpsim.report.place import agencies_told, assessed, fan_stages, level_of, pace_stages
from dpsim.report.show import (
    show_chance_interval,
    show_date,
    show_met,
    show_probability_range,
    show_setting,
)
from dpsim.report.table_forecast import TableForecast
from dpsim.report.yearend import BESIDE, YearEnd


@dataclass(frozen=True)
class Drawing:
    """One figure to be drawn.

    Attributes
    ----------
    plot : str
        Name of a function of `dpsim.report.figures`.
    frame : pandas.DataFrame
    options : dict
        Its keyword arguments.
    """

    plot: str
    frame: pd.DataFrame
    options: dict[str, Any]


def year_end_drawings(result: YearEnd) -> dict[str, Drawing]:
    """Return all figures of the report by file name, in the order they are shown."""
    lang = {"lang": result.request.lang}
    runs = lang | {"name": getattr(result.request.main.name, result.request.lang)}
    return {
        **{f"fan_{stage}": _fan(result, stage) for stage in fan_stages(result.case)},
        "pace": Drawing("plot_pace", pace_rows(result), runs),
        **({} if (queues := _queues(result)).empty else {"queues": Drawing("plot_queues", queues, runs)}),
        **_snapshot_drawings(result),
        **{name: Drawing(*drawing) for name, drawing in supervised_drawings(result).items()},
    }


def _queues(result: YearEnd) -> pd.DataFrame:
    """Return the queues of the organisations that the place has."""
    bands = organisation_bands(result.main)
    of_assessors = bands["organisation"] == "assessors"
    shown = of_assessors if assessed(result.case) else of_assessors & False
    return bands[(shown | ~of_assessors) if agencies_told(result.case) else shown]


def _snapshot_drawings(result: YearEnd) -> dict[str, Drawing]:
    """Return the figures of what one snapshot leaves open; none where there is a table."""
    if not isinstance(result.forecast, SnapshotForecast):
        return {}
    lang = {"lang": result.request.lang}
    return {
        "scenario_cells": Drawing("plot_scenario_cells", sentences.headline_cells(result), lang),
        "sensitivity": Drawing("plot_sensitivity", sensitivity_rows(result.forecast, result.request.lang), lang),
    }


def draw_all(drawings: dict[str, Drawing], own: OwnWords | None = None) -> dict[str, dict[str, bytes]]:
    """Draw figures over all cores, in a place's own words; return, by name, the bytes of each file kind (png, svg)."""
    from joblib.externals.loky import get_reusable_executor

    workers = min(default_workers(), len(drawings))
    if workers == 1:
        return {name: draw(drawing, own) for name, drawing in drawings.items()}
    pool = get_reusable_executor(max_workers=workers)  # not joblib's: it does not take over the pool of the runs
    drawn = dict(zip(drawings, pool.map(draw, drawings.values(), [own] * len(drawings)), strict=True))
    getattr(pool, "terminate", pool.shutdown)()  # the last use: a kernel that ends with idle workers complains
    return drawn


def draw(drawing: Drawing, own: OwnWords | None = None) -> dict[str, bytes]:
    """Draw one figure and return its files by kind."""
    from dpsim.report import figures

    with in_words(own or {}):  # another process knows nothing of the letter's
        figure = getattr(figures, drawing.plot)(drawing.frame, **drawing.options)
    with tempfile.TemporaryDirectory() as folder:
        return {path.suffix[1:]: path.read_bytes() for path in figures.save_figure(figure, Path(folder), "figure")}


def draw_png(drawing: Drawing) -> bytes:
    """Draw one figure here and now, for a screen: no files, no other processes."""
    from dpsim.report import figures

    return figures.png_bytes(getattr(figures, drawing.plot)(drawing.frame, **drawing.options))


def _fan(result: YearEnd, stage: str) -> Drawing:
    """Return the fan chart of one stage."""
    case, target = result.case, stage_target(result, stage)
    options = {
        "stage": stage,
        "observed": _observed(result, stage),
        "target": {
            "deadline": target.deadline if target else case.horizon_end,
            "required": float(target.required) if target else float("nan"),
            "total": float(case.population.enterprises.value),
        },
        "probability_text": fan_sentence(result, stage),
        "n": int(str(result.main.record["finished"])),
        "lang": result.request.lang,
        "name": getattr(result.request.main.name, result.request.lang),
        "second": _beside(result, stage),
        "assumed": getattr(case.state, stage).assumed,
        "reports": sentences.of_reports(case, result.request.lang),
    }
    return Drawing("plot_fan_chart", stage_bands(result.main, stage), options)


def _observed(result: YearEnd, stage: str) -> pd.DataFrame:
    """Return the counts up to the as-of date: the table's weeks, or the one count of the case."""
    case = result.case
    if isinstance(result.forecast, TableForecast) and stage in result.forecast.past:
        return result.forecast.past[stage]
    return pd.DataFrame({"date": [pd.Timestamp(case.as_of)], "done": [float(getattr(case.state, stage).value)]})


def fan_sentence(result: YearEnd, stage: str) -> str:
    """Return the text box of a fan chart: the runs with n, and the scenarios' range if it is of the same strategy."""
    case, lang = result.case, result.request.lang
    target = stage_target(result, stage)
    if target is None:
        word = say(f"figures.stage.{stage}", lang=lang)
        message = "no_target" if any(item.stage == stage for item in case.targets.list) else "untargeted"
        return say(f"letter.fan_text_{message}", lang=lang, stage=word)
    row = result.main.targets.set_index("target").loc[target.id]
    met = show_met(row["met"], row["replications"], row["low"], row["high"], lang)
    deadline = show_date(target.deadline, lang)
    cells = result.forecast.cells
    mine = cells[
        (cells["target"] == target.id)
        & (cells["level"] == level_of(case))
        & (cells["split"] == case.scenario.benchmark_split.value)
    ]
    name = sentences.capital(getattr(result.request.main.name, lang))
    values = {"deadline": deadline, "required": target.required, "met": met, "name": name}
    if mine.empty or result.request.main.id != result.request.reference.id:
        return say("letter.fan_text_target_only", lang=lang, **values)
    if result.request.table is not None:
        own = sentences.own_pooled(result, target=target.id)
        chance = show_chance_interval(own["probability"], own["low"], own["high"], lang)
        return say("letter.table.fan", lang=lang, probability=chance, draws=result.forecast.draws, **values)
    probability = show_probability_range(mine["probability"].min(), mine["probability"].max(), lang)
    return say("letter.fan_text", lang=lang, range=probability, draws=result.forecast.draws, **values)


def stage_target(result: YearEnd, stage: str) -> Target | None:
    """Return the target of the whole list for a stage, or None."""
    return next((t for t in resolve_targets(result.case) if t.group == "all" and t.stage == stage), None)


def _beside(result: YearEnd, stage: str) -> pd.DataFrame | None:
    """Return the median of the yardstick, unless it is the main strategy itself; from a table, its pace continued."""
    if isinstance(result.forecast, TableForecast):
        return _continued(result, result.forecast, stage)
    if result.request.main.id == BESIDE:
        return None
    name = next(getattr(s.name, result.request.lang) for s in result.request.strategies if s.id == BESIDE)
    return stage_bands(result.ensembles[BESIDE], stage)[["date", "q50"]].assign(label=name)


def _continued(result: YearEnd, told: TableForecast, stage: str) -> pd.DataFrame | None:
    """Return the pace of the table's last weeks continued to the horizon: the yardstick a bureau computes by hand."""
    pace = told.pace[(told.pace["stage"] == stage) & (told.pace["kind"] == "so_far")]
    if pace.empty or not told.weeks[stage]:
        return None
    lang, case = result.request.lang, result.case
    dates = pd.to_datetime(pd.Series(result.timeline.weekly_dates))
    weeks = (dates - pd.Timestamp(case.as_of)).dt.days / 7.0
    done = float(getattr(case.state, stage).value) + float(pace["per_week"].iloc[0]) * weeks
    total = float(case.population.enterprises.value)
    label = say("letter.table.continued", lang=lang, weeks=told.of_weeks(stage))
    return pd.DataFrame({"date": dates, "q50": done.clip(0.0, total), "label": label})


def pace_rows(result: YearEnd) -> pd.DataFrame:
    """Return the rows of the pace figure: stage, label, kind, low, value, high (enterprises per week)."""
    lang, pace, rows = result.request.lang, result.pace, []
    for stage in pace_stages(result.case):
        word = say(f"figures.stage.{stage}", lang=lang)
        for _, row in pace[pace["stage"] == stage].iterrows():
            if row["kind"] == "needed":
                label = say("letter.pace_row_needed", lang=lang)
            else:
                label = _so_far_label(result, stage, row["start"])
            rows.append((word, label, row["kind"], np.nan, row["per_week"], np.nan))
        low, middle, high = weekly_flow(result.main, stage)
        rows.append((word, say("letter.pace_row_projected", lang=lang), "projected", low, middle, high))
    return pd.DataFrame(rows, columns=["stage", "label", "kind", "low", "value", "high"])


def _so_far_label(result: YearEnd, stage: str, start: dt.date) -> str:
    """Return of what the pace so far is: since an assumed start, or of the table's last weeks."""
    lang = result.request.lang
    if isinstance(result.forecast, TableForecast):
        return say("letter.table.row_so_far", lang=lang, weeks=result.forecast.of_weeks(stage))
    return say("letter.pace_row_so_far", lang=lang, start=show_date(start, lang, year=True))


def sensitivity_rows(forecast: SnapshotForecast, lang: str) -> pd.DataFrame:
    """Return the rows of the sensitivity figure with words for keys and settings."""
    table = forecast.sensitivity
    return pd.DataFrame(
        {
            "label": [quantity_label(key, lang) for key in table["key"]],
            "low_label": [show_setting(value, lang) for value in table["low_setting"]],
            "high_label": [show_setting(value, lang) for value in table["high_setting"]],
            "low": table["low"],
            "base": table["base"],
            "high": table["high"],
        }
    )
