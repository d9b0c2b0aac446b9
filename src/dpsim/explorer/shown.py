"""What the page shows of one set of runs: the targets, where the unfinished stand, hazards, and the figures.

Twice: at once with the figure of the headline target, and with all figures when the runs are complete. Both in the
words of the place.
"""

from __future__ import annotations

import base64
import html
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from dpsim.experiments.ensemble import Ensemble
from dpsim.experiments.plan_warnings import plan_warnings
from dpsim.experiments.reported import reports_notes
from dpsim.experiments.stream import of_the_same_runs
from dpsim.explorer.scenario import Built, Scenario
from dpsim.language import in_words, say
from dpsim.model.targets import headline_target, resolve_targets
from dpsim.params.schema import Case
from dpsim.report import sentences
from dpsim.report.bands import organisation_bands, stage_bands
from dpsim.report.below import FEW_RUNS
from dpsim.report.drawings import Drawing, draw_png
from dpsim.report.drawings_supervised import gap_drawing
from dpsim.report.pace_words import bottleneck_words
from dpsim.report.place import own_words
from dpsim.report.show import (
    show_count_range,
    show_date,
    show_met,
    show_probability_range,
    show_rounded,
    target_words,
)
from dpsim.report.supervised import supervised
from dpsim.report.tables import html_table

MIDDLE = (0.1, 0.5, 0.9)
"""Quantiles of the middle 80% of the runs, and the median."""


@dataclass(frozen=True)
class Shown:
    """The results of a scenario, ready for the page.

    Attributes
    ----------
    scenario : Scenario
    built : Built
    ensemble : Ensemble
    content : str
        Escaped HTML with the figures inside.
    pictures : dict
        The figures as PNG, by name.
    drawn : bool
        Whether all figures are there.
    """

    scenario: Scenario
    built: Built
    ensemble: Ensemble
    content: str
    pictures: dict[str, bytes] = field(default_factory=dict, repr=False)
    drawn: bool = False

    @property
    def n(self) -> int:
        """How many runs these are the results of."""
        return int(str(self.ensemble.record["finished"]))

    @property
    def whole(self) -> bool:
        """Whether all runs that were asked for are in."""
        return not self.ensemble.record["interrupted"]


def show_first(
    scenario: Scenario, built: Built, ensemble: Ensemble, lang: str, *, before: Shown | None = None
) -> Shown:
    """Return the tables and the figure of the headline target, beside the same runs from before a change."""
    beside = None if before is None else of_the_same_runs(before.ensemble, ensemble)
    with in_words(own_words(built.case)):
        pictures = {"fan": draw_png(fan_drawing(built, ensemble, lang, beside))}
        return Shown(scenario, built, ensemble, _content(built, ensemble, lang, pictures, beside, more=True), pictures)


def show_all(first: Shown, lang: str, *, before: Shown | None = None, check: Callable[[], None]) -> Shown:
    """Return the same results with all figures; `check` is called between them, and what it raises ends the call."""
    pictures = dict(first.pictures)
    with in_words(own_words(first.built.case)):
        for name, drawing in further_drawings(first.built, first.ensemble, lang).items():
            check()
            pictures[name] = draw_png(drawing)
        check()
        beside = None if before is None else of_the_same_runs(before.ensemble, first.ensemble)
        content = _content(first.built, first.ensemble, lang, pictures, beside)
    return Shown(first.scenario, first.built, first.ensemble, content, pictures, drawn=True)


def _content(
    built: Built,
    ensemble: Ensemble,
    lang: str,
    pictures: dict[str, bytes],
    before: Ensemble | None,
    *,
    more: bool = False,
) -> str:
    """Return the page's results; `more`: figures are still to come."""
    hazards = hazard_table(ensemble.indicators, lang)
    if more:
        later = _paragraph(say("explorer.later", lang=lang), "dpsim-note")
    else:
        later = ""
        hazards += _optional(pictures, "hazards", lang)
    queues = _optional(pictures, "queues", lang) or later
    table = target_table(built.case, ensemble, lang, before=before)
    parts = {
        "targets": table + _notes(built, ensemble, lang, compared=before is not None),
        "fan": _picture(pictures["fan"], "fan", lang),
        "bottleneck": _paragraph(bottleneck(built, ensemble, lang)) + queues,
        "hazards": hazards,
    }
    return "".join(_headed(name, lang, body) for name, body in parts.items())


def fan_drawing(built: Built, ensemble: Ensemble, lang: str, before: Ensemble | None = None) -> Drawing:
    """Return the fan chart of the headline target's stage, with the median from before a change."""
    case, name = built.case, built.strategy.name.words(lang)
    target, row = headline_target(case), _row(ensemble, case.targets.headline)
    count = getattr(case.state, target.stage)
    values = {"deadline": show_date(target.deadline, lang), "required": target.required, "met": _met(row, lang)}
    second = None
    if before is not None:
        label = say("explorer.before", lang=lang)
        second = stage_bands(before, target.stage)[["date", "q50"]].assign(label=label)
    fan = {
        "stage": target.stage,
        "observed": pd.DataFrame({"date": [pd.Timestamp(case.as_of)], "done": [float(count.value)]}),
        "target": {"deadline": target.deadline, "required": float(target.required), "total": float(target.total)},
        "probability_text": say("letter.fan_text_target_only", lang=lang, name=sentences.capital(name), **values),
        "n": int(row["replications"]),
        "lang": lang,
        "name": name,
        "second": second,
        "assumed": count.assumed,
        "reports": sentences.of_reports(case, lang),
    }
    return Drawing("plot_fan_chart", stage_bands(ensemble, target.stage), fan)


def further_drawings(built: Built, ensemble: Ensemble, lang: str) -> dict[str, Drawing]:
    """Return the other figures: the queues, and hazards where there are any."""
    name = built.strategy.name.words(lang)
    mine = supervised(ensemble, built.case)
    gap = {} if mine is None else {"hazards": Drawing(*gap_drawing(mine, name, lang))}
    return {"queues": Drawing("plot_queues", organisation_bands(ensemble), {"lang": lang, "name": name}), **gap}


def target_table(case: Case, ensemble: Ensemble, lang: str, *, before: Ensemble | None = None) -> str:
    """Return all targets with the interval of P(met), how often it was met of n, and the median shortfall.

    Beside them how often each was met in the runs from `before` a change, where there are any.
    """
    rows = []
    for target in resolve_targets(case):
        row = _row(ensemble, target.id)
        rows.append(
            (
                target_words(target.group, target.stage, lang),
                show_date(target.deadline, lang),
                f"{row['required']}/{target.total}",
                show_probability_range(row["low"], row["high"], lang),
                _met(row, lang),
                show_rounded(row["shortfall_median"]),
                *([] if before is None else [_met(_row(before, target.id), lang)]),
            )
        )
    names = ["target", "deadline", "required", "probability", "met", "shortfall_median"]
    names += [] if before is None else ["before"]
    return html_table(
        [say(f"explorer.column.{name}", lang=lang) for name in names], rows, numeric=(2, 3, 5), whole=(0, 1, 2, 3, 5)
    )


def bottleneck(built: Built, ensemble: Ensemble, lang: str) -> str:
    """Return which step those who miss the headline target stand before, over the middle 80% of the runs."""
    target, frame = headline_target(built.case), ensemble.indicators
    mine = frame[(frame["view"] == "reported") & (frame["date"] <= pd.Timestamp(target.deadline))]
    last = mine[mine["date"] == mine["date"].max()]
    counts = last.groupby(["replication", "indicator"])["value"].sum().unstack()
    missing, unbuilt = counts["listed"] - counts["online"], counts["listed"] - counts["built"]
    if not (missing > 0).any():
        return say("explorer.bottleneck_none", lang=lang)
    share = (unbuilt / missing)[missing > 0]
    low, high = np.quantile(share, (MIDDLE[0], MIDDLE[-1]))
    words = bottleneck_words(float(low), float(high), lang)
    values = {"name": built.strategy.name.words(lang), "date": show_date(target.deadline, lang)}
    return say("explorer.bottleneck", lang=lang, bottleneck=words, n=len(share), **values)


def hazard_table(indicators: pd.DataFrame, lang: str) -> str:
    """Return latent against found hazards by class, at the end of the runs; a sentence where the model has none.

    Latent ones are what is in the model, found ones what the ledger says: two columns, never one sum.
    """
    last = indicators[indicators["date"] == indicators["date"].max()]
    parts = last["indicator"].str.split(":")
    latent = (parts.str[0] == "hazards_latent") & (last["view"] == "true")
    found = (parts.str[0] == "hazards_found") & (last["view"] == "reported")
    if not latent.any() or not found.any():
        return _paragraph(say("explorer.hazards_none", lang=lang))
    rows = []
    for kind in dict.fromkeys(parts[latent].str[-1]):
        here = parts.str[-1] == kind
        word = say(f"explorer.hazard_class.{kind}", lang=lang) if kind in ("general", "major") else str(kind)
        rows.append((word, *(_range(last[where & here], lang) for where in (latent, found))))
    names = ("hazard_class", "hazards_latent", "hazards_found")
    table = html_table([say(f"explorer.column.{name}", lang=lang) for name in names], rows, numeric=(1, 2))
    return table + _paragraph(say("explorer.hazards_note", lang=lang))


def _range(frame: pd.DataFrame, lang: str) -> str:
    """Return median and middle 80% over the runs of the city's sum."""
    totals = frame.groupby("replication")["value"].sum()
    low, middle, high = np.quantile(totals, MIDDLE) if len(totals) else (np.nan,) * 3
    values = {"middle": show_rounded(float(middle)), "range": show_count_range(float(low), float(high), lang)}
    return say("explorer.median_range", lang=lang, **values)


def _notes(built: Built, ensemble: Ensemble, lang: str, *, compared: bool) -> str:
    """Return what must be known to read the table."""
    finished, failed = int(str(ensemble.record["finished"])), len(ensemble.failures)
    notes = [say("explorer.targets_note", lang=lang, name=built.strategy.name.words(lang))]
    notes += reports_notes(built.case, lang) + plan_warnings(built.case, built.strategy, lang)
    if compared:
        notes.append(say("explorer.before_note", lang=lang))
    if finished < FEW_RUNS:
        notes.append(say("letter.few_runs", lang=lang, n=finished, least=FEW_RUNS))
    if failed:
        notes.append(say("letter.failed", lang=lang, failed=failed, done=finished))
    return _paragraph(say("letter.space", lang=lang).join(notes))


def _met(row: pd.Series, lang: str) -> str:
    """Return how often a target was met, of how many runs, with the interval."""
    return show_met(row["met"], row["replications"], row["low"], row["high"], lang)


def _row(ensemble: Ensemble, target: str) -> pd.Series:
    """Return the row of one target."""
    return ensemble.targets.set_index("target").loc[target]


def _headed(name: str, lang: str, body: str) -> str:
    """Return a part with its heading."""
    head = html.escape(say(f"explorer.head.{name}", lang=lang))
    return f"<section data-part='{name}'><h3>{head}</h3>{body}</section>"


def _paragraph(text: str, kind: str = "") -> str:
    """Return an escaped paragraph."""
    return f"<p class='{kind}'>{html.escape(text)}</p>" if kind else f"<p>{html.escape(text)}</p>"


def _optional(pictures: dict[str, bytes], name: str, lang: str) -> str:
    """Return a picture, or nothing where it was not drawn."""
    return _picture(pictures[name], name, lang) if name in pictures else ""


def _picture(png: bytes, name: str, lang: str) -> str:
    """Return an inline picture; its size is told, so that nothing jumps when the next one takes its place."""
    width, height = struct.unpack(">II", png[16:24])
    alt = html.escape(say(f"explorer.head.{name}", lang=lang))
    source = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    return f'<img alt="{alt}" width="{width}" height="{height}" src="{source}">'
