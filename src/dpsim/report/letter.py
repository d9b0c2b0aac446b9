"""The year-end report as a letter: each method gives one part to show, and saves its figures and tables.

The notebook calls these one after the other; the same parts serve plain papermill, `dpsim report` and JupyterLab.
"""

from __future__ import annotations

import base64
import html
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dpsim.experiments.runrecord import input_hash
from dpsim.language import say
from dpsim.model.targets import resolve_targets
from dpsim.params.assumption import Assumption
from dpsim.params.evidence import evidence
from dpsim.params.labels import grade_label, option_label, quantity_label, strategy_label, unit_label
from dpsim.report import sentences
from dpsim.report.documents import write_atomically
from dpsim.report.drawings import STAGES, draw_all, year_end_drawings
from dpsim.report.notebooks import typed_parameter
from dpsim.report.show import (
    show_count_range,
    show_date,
    show_met,
    show_number,
    show_probability,
    show_probability_range,
)
from dpsim.report.tables import html_table, save_table
from dpsim.report.yearend import (
    BESIDE,
    YearEnd,
    check_request,
    run_year_end,
)

if TYPE_CHECKING:
    pass

DETAILED = ("not_started", "building", "built_not_connected", "connected_not_online")


def year_end_letter(
    *,
    case: str,
    as_of: object = None,
    strategy: str | list[str] = "",
    replications: object = 200,
    seed: object = 1,
    lang: object = "zh",
    progress: object = None,
    out: str = "",
) -> Letter:
    """Check the request, run it and return the letter.

    Parameters
    ----------
    case, as_of, strategy, replications, seed, lang, progress
        As in `check_request`.
    out : str
        Folder for figures, tables and `run.json`; nothing is written when empty.
    """
    request = check_request(
        case=typed_parameter("case", case, str),
        as_of=as_of,
        strategy=strategy if isinstance(strategy, list) else typed_parameter("strategy", strategy, str),
        replications=typed_parameter("replications", replications, int),
        seed=typed_parameter("seed", seed, int),
        lang=lang,
        progress=progress,
    )
    return Letter(run_year_end(request), Path(out) if out else None)


class Letter:
    """The parts of the year-end report.

    Parameters
    ----------
    result : YearEnd
    folder : pathlib.Path, optional
        Where figures, tables and `run.json` go.
    """

    def __init__(self, result: YearEnd, folder: Path | None = None) -> None:
        self.result = result
        self.folder = folder
        self.lang = result.request.lang
        self.drawings = year_end_drawings(result)
        self.drawn = draw_all(self.drawings)
        self._write_record()

    # ------------------------------------------------------------------ parts
    def headline(self) -> Part:
        """Return title, headline and what must stand below it."""
        first, *rest = sentences.below_headline(self.result)
        text = "".join(f"<p>{html.escape(s)}</p>" for s in [first, *rest])
        lead = html.escape(sentences.headline(self.result))
        return Part(
            f"<h1>{html.escape(sentences.title(self.result))}</h1><p class='lead'><strong>{lead}</strong></p>{text}"
        )

    def targets(self) -> Part:
        """Return the table of all targets with their probabilities."""
        rows, cells = [], self.result.forecast.cells
        table = self.result.main.targets.set_index("target")
        for target in resolve_targets(self.result.case):
            row = table.loc[target.id]
            mine = cells[(cells["target"] == target.id) & (cells["level"] == "all")]
            rows.append(
                (
                    f"{self._say(f'letter.group.{target.group}')}{self._gap()}{self._stage(target.stage)}",
                    show_date(target.deadline, self.lang),
                    f"{row['required']}/{target.total}",
                    show_probability_range(mine["probability"].min(), mine["probability"].max(), self.lang)
                    if len(mine)
                    else "—",
                    show_met(row["met"], row["replications"], row["low"], row["high"], self.lang),
                    f"{row['shortfall_median']:.0f}",
                )
            )
        self._save_table(self.result.main.targets, "targets")
        self._save_table(self.result.forecast.cells, "forecast_cells")
        self._save_table(self.result.forecast.pooled, "forecast_pooled")
        header = self._columns("target", "deadline", "required", "met", "shortfall")
        header.insert(3, self._say("letter.column.range_all", n=self.result.forecast.draws))
        note = self._paragraph("letter.targets_note")
        return self._part("part_targets", html_table(header, rows, numeric=(2, 5)) + note)

    def fans(self) -> Part:
        """Return a fan chart per stage."""
        pictures, case = [], self.result.case
        for stage in STAGES:
            pictures.append(self._picture(f"fan_{stage}", self._stage(stage)))
            self._save_table(self.drawings[f"fan_{stage}"].frame, f"fan_{stage}")
            now = getattr(case.state, stage)
            if now.assumed:
                counts = {"count": now.value, "low": now.low, "high": now.high}
                pictures.append(self._paragraph("letter.fan_assumed", stage=self._stage(stage), **counts))
        self._save_table(self.result.main.indicators, "indicators")
        return self._part("part_fans", "".join(pictures))

    def pace(self) -> Part:
        """Return the weekly pace needed, so far and projected, and the required acceleration."""
        case, pace = self.result.case, self.result.pace
        needed_by = {
            s: pace.loc[(pace["stage"] == s) & (pace["kind"] == "needed"), "per_week"].iloc[0]
            for s in ("built", "online")
        }
        target = next(t for t in case.targets.list if t.id == case.targets.headline)
        weeks = self.result.timeline.end_of(target.deadline) / 7.0
        text = self._paragraph(
            "letter.pace_text",
            deadline=show_date(target.deadline, self.lang),
            weeks=show_number(round(weeks, 1)),
            built=f"{np.ceil(needed_by['built']):.0f}",
            online=f"{np.ceil(needed_by['online']):.0f}",
        )
        text += self._paragraph("letter.acceleration_text", ratio=sentences.acceleration(self.result))
        self._save_table(pace.assign(start=pace["start"].astype("string")), "pace")
        return self._part("part_pace", text + self._picture("pace", self._say("letter.part_pace")))

    def queues(self) -> Part:
        """Return queues and utilisation, the capacity bound, and where the unfinished stand."""
        capacity = self.result.capacity
        self._save_table(self.drawings["queues"].frame, "queues")
        self._save_table(capacity.assign(start=capacity["start"].astype("string")), "agency_capacity")
        self._save_table(self.result.forecast.bottlenecks, "bottlenecks")
        bound = show_count_range(capacity["bound"].min(), capacity["bound"].max(), self.lang)
        text = self._paragraph(
            "letter.capacity_text",
            builders=show_count_range(capacity["builders"].min(), capacity["builders"].max(), self.lang),
            bound=bound,
            needed=f"{capacity['needed'].iloc[0]:.0f}",
        )
        enough = bool((capacity["bound"] >= capacity["needed"]).all())
        text += self._paragraph("letter.capacity_enough" if enough else "letter.capacity_short")
        rows = [
            (
                self._say(f"letter.where.{row.where}"),
                f"{100 * row.share_low:.0f}%—{100 * row.share_high:.0f}%",
                f"{row.enterprises:.0f}",
            )
            for row in self.result.forecast.bottlenecks.itertuples()
            if row.where in DETAILED
        ]
        stuck = self._paragraph("letter.bottleneck_text")
        stuck += html_table(self._columns("where", "share", "enterprises"), rows, numeric=(1, 2))
        picture = self._picture("queues", self._say("letter.part_queues"))
        return self._part("part_queues", text + picture + stuck)

    def unknown(self) -> Part:
        """Return how the answer moves with what the data cannot tell."""
        case, forecast = self.result.case, self.result.forecast
        alt = self._say("letter.part_unknown")
        body = self._picture("scenario_cells", alt)
        body += self._paragraph("letter.sensitivity_text", draws=forecast.draws // 2)
        body += self._picture("sensitivity", alt)
        self._save_table(self.drawings["sensitivity"].frame, "sensitivity")
        body += self._paragraph(
            "letter.class_text",
            chosen=option_label(case.scenario.reference_class.value, self.lang),
            reason=getattr(case.scenario.reference_class.reason, self.lang, ""),
        )
        return self._part("part_unknown", body + self._class_table())

    def strategies(self) -> Part:
        """Return all strategies side by side."""
        rows, case = [], self.result.case
        for strategy in self.result.request.strategies:
            ensemble = self.result.ensembles[strategy.id]
            row = ensemble.targets.set_index("target").loc[case.targets.headline]
            spent = ensemble.indicators
            days = (
                spent[(spent["indicator"] == "staff_days:city_bureau")].groupby("replication")["value"].max().median()
            )
            rows.append(
                (
                    getattr(strategy.name, self.lang),
                    show_met(row["met"], row["replications"], row["low"], row["high"], self.lang),
                    f"{row['required'] - row['shortfall_median']:.0f}",
                    f"{row['shortfall_median']:.0f}",
                    f"{days:.0f}",
                )
            )
            self._save_table(ensemble.targets, f"targets_{strategy.id}")
        table = html_table(
            self._columns("strategy", "met", "median", "shortfall", "staff_days"), rows, numeric=(2, 3, 4)
        )
        return self._part("part_strategies", table + self._paragraph("letter.strategy_note"))

    def assumptions(self) -> Part:
        """Return every value with its ground, the weakest first."""
        case, rows = self.result.case, []
        entries = [(quantity_label(a.key, self.lang), a) for a in case.assumptions() if a.key != "scenario.start"]
        entries += [
            (strategy_label(s, a.key, self.lang), a) for s in self.result.request.strategies for a in s.assumptions()
        ]
        rush, start = case.scenario.rush, case.scenario.start
        for key, values, weights in (
            ("scenario.rush", [show_number(float(chance)) for chance in rush.chances], rush.weights),
            ("scenario.start", [show_date(date, self.lang) for date in start.dates], start.weights),
        ):
            shares = self._join([f"{weight:.2f}" for weight in weights])
            text = self._say("letter.weighted", values=self._join(values), weights=shares)
            why = start.reason if key == "scenario.start" else None
            row = Assumption(key, text, "", None, None, None, "assumed", why)
            entries.append((quantity_label(key, self.lang), row))
        order = {"assumed": 0, "weak": 1, "news": 2, "derived": 3, "paper": 4, "official page": 5, "seed": 6}
        known = evidence()
        seen: set[tuple[str, str]] = set()
        for label, a in sorted(entries, key=lambda entry: order[entry[1].grade]):
            if (label, str(a.value)) in seen:
                continue  # the same instrument stands in several strategies
            seen.add((label, str(a.value)))
            reason = getattr(a.reason, self.lang) if a.reason is not None else ""
            source = known[a.source].words("source", self.lang) if a.source else ""
            rows.append(
                (
                    label,
                    self._value(a.value),
                    unit_label(a.unit, self.lang) if a.unit else "",
                    "" if a.low is None else show_count(a.low, a.high, self.lang),
                    grade_label(a.grade, self.lang),
                    self._join([f"[{a.source}] {source}" if a.source else "", reason]),
                )
            )
        header = self._columns("assumption", "value", "unit", "range", "grade", "source")
        self._save_table(
            pd.DataFrame(rows, columns=["item", "value", "unit", "range", "grade", "source"]), "assumptions"
        )
        return self._part("part_assumptions", html_table(header, rows, numeric=(1, 3)))

    def method(self) -> Part:
        """Return the notes: the model in short, and how to repeat the report."""
        request, record = self.result.request, self.result.request.record()
        names = " ".join(f"--strategy {name}" for name in request.strategies_given if name != BESIDE)
        again = self._say(
            "letter.rerun",
            case=request.case_given,
            strategies=names,
            n=request.replications,
            seed=request.seed,
            language=self.lang,
        )
        body = self._paragraph("letter.method_text") + f"<p><code>{html.escape(again)}</code></p>"
        body += self._paragraph("letter.version", version=record["version"], hash=input_hash(record))
        return self._part("part_method", body)

    # ---------------------------------------------------------------- helpers
    def _class_table(self) -> str:
        """Return the pooled probability under each reference class, for both readings of the level."""
        case, pooled = self.result.case, self.result.forecast.pooled
        mine = pooled[
            (pooled["target"] == case.targets.headline) & (pooled["split"] == case.scenario.benchmark_split.value)
        ]
        rows = []
        for name in mine["reference_class"].unique():
            by_level = mine[mine["reference_class"] == name].set_index("level")
            low, high = by_level.loc["all", "shortfall_q05"], by_level.loc["all", "shortfall_q95"]
            rows.append(
                (
                    option_label(name, self.lang),
                    self._pooled(by_level.loc["all"]),
                    self._pooled(by_level.loc["basically"]),
                    show_count_range(low, high, self.lang),
                )
            )
        share = f"{100 * case.targets.switches.level.basically_share.value:.0f}"
        header = [
            self._say("letter.column.class"),
            self._say("letter.column.p_all"),
            self._say("letter.column.p_basically", share=share),
            self._say("letter.column.shortfall_90"),
        ]
        return html_table(header, rows, numeric=(1, 2, 3))

    def _pooled(self, row: pd.Series) -> str:
        """Return a pooled probability with its n and the interval of its Monte Carlo error."""
        shown = show_probability(row["probability"], self.lang)
        low, high = f"{100 * row['low']:.1f}", f"{100 * row['high']:.1f}"
        return self._say("letter.pooled_n", probability=shown, n=int(row["n"]), low=low, high=high)

    def _value(self, value: object) -> str:
        """Return an assumed value in words."""
        if isinstance(value, list | tuple):
            return self._join([sentences.setting_text(v, self.lang) for v in value])
        return sentences.setting_text(value, self.lang) if value is not None else ""

    def _join(self, texts: list[str]) -> str:
        """Return the texts that are not empty, joined as the language does."""
        return ("；" if self.lang == "zh" else "; ").join(t for t in texts if t)

    def _gap(self) -> str:
        """Return what stands between two words."""
        return "" if self.lang == "zh" else ": "

    def _say(self, message: str, **values: object) -> str:
        """Return a message in the language of the letter."""
        return say(message, lang=self.lang, **values)

    def _stage(self, stage: str) -> str:
        """Return the word of a stage."""
        return self._say(f"figures.stage.{stage}")

    def _columns(self, *names: str) -> list[str]:
        """Return table heads."""
        return [self._say(f"letter.column.{name}") for name in names]

    def _paragraph(self, message: str, **values: object) -> str:
        """Return a message as an escaped paragraph."""
        return f"<p>{html.escape(self._say(message, **values))}</p>"

    def _part(self, head: str, body: str) -> Part:
        """Return a part with its heading."""
        return Part(f"<h2>{html.escape(self._say(f'letter.{head}'))}</h2>{body}")

    def _picture(self, name: str, alt: str) -> str:
        """Save a figure if there is a folder, and return it as an inline picture of the same bytes."""
        files = self.drawn[name]
        if self.folder is not None:
            (self.folder / "figures").mkdir(parents=True, exist_ok=True)
            for kind, content in files.items():
                write_atomically(self.folder / "figures" / f"{name}.{kind}", content)
        data = base64.b64encode(files["png"]).decode()
        return f'<p><img alt="{html.escape(alt)}" style="max-width:100%" src="data:image/png;base64,{data}"></p>'

    def _save_table(self, frame: pd.DataFrame, name: str) -> None:
        """Save a table if there is a folder."""
        if self.folder is not None:
            save_table(frame, self.folder / "tables", name)

    def _write_record(self) -> None:
        """Write run.json if there is a folder."""
        if self.folder is None:
            return
        request = self.result.request
        record = request.record() | {
            "lang": self.lang,
            "finished": {name: e.record["finished"] for name, e in self.result.ensembles.items()},
            "interrupted": any(bool(e.record["interrupted"]) for e in self.result.ensembles.values()),
            "run_id": request.run_id(),
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        write_atomically(self.folder / "run.json", text.encode())
        said = "\n".join([sentences.headline(self.result), *sentences.below_headline(self.result)])
        write_atomically(self.folder / "headline.txt", (said + "\n").encode())


class Part:
    """One part of the letter: shows itself as HTML in a notebook."""

    def __init__(self, content: str) -> None:
        self.content = content

    def _repr_html_(self) -> str:
        return self.content

    def __repr__(self) -> str:
        return ""


def show_count(low: float, high: float | None, lang: str) -> str:
    """Return a range of values, one number where both ends are the same."""
    if high is None or low == high:
        return show_number(float(low))
    return say("show.range", lang=lang, low=show_number(float(low)), high=show_number(float(high)))
