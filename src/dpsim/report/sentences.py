"""The sentences of the year-end report, held to the numbers behind them."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd

from dpsim.language import say
from dpsim.model.targets import Target, headline_target, resolve_targets
from dpsim.params.labels import option_label
from dpsim.params.load import load_strategy
from dpsim.params.schema import Case
from dpsim.report.show import (
    show_count_range,
    show_date,
    show_met,
    show_number,
    show_probability_range,
    show_ratio_range,
)
from dpsim.report.yearend import BESIDE, YearEnd


def title(result: YearEnd) -> str:
    """Return the title of the report."""
    case, lang = result.case, result.request.lang
    return say("letter.title", lang=lang, case=getattr(case.name, lang), as_of=show_date(case.as_of, lang, year=True))


def headline(result: YearEnd) -> str:
    """Return the sentence a bureau uses: where it stands, the range of P, what is missing, the pace, what binds."""
    case, lang, total = result.case, result.request.lang, headline_target(result.case).total
    cells = headline_cells(result, "all")
    pace = result.pace[result.pace["stage"] == "online"]
    needed = pace.loc[pace["kind"] == "needed", "per_week"].iloc[0]
    ratio = pace.loc[pace["kind"] == "so_far", "ratio"]
    return say(
        "letter.headline",
        lang=lang,
        as_of=show_date(case.as_of, lang),
        place=getattr(case.place, lang),
        total=total,
        who=getattr(case.enterprises_called, lang),
        **{stage: share_as_published(case, stage) for stage in ("built", "online", "passed")},
        # the range over the scenarios is that of the arrangement in force, whatever strategies are shown beside it
        sentence=_capital(getattr(load_strategy(case.default_strategy).sentence, lang)),
        probability=show_probability_range(cells["probability"].min(), cells["probability"].max(), lang),
        shortfall=show_count_range(cells["shortfall_median"].min(), cells["shortfall_median"].max(), lang),
        needed=math.ceil(needed),
        ratio=show_ratio_range(ratio.min(), ratio.max(), lang),
        bottleneck=bottleneck(result),
    )


def share_as_published(case: Case, stage: str) -> str:
    """Return a stage's share in per cent as the document prints it; worked out where it prints none."""
    for figure in case.published:
        if figure.quantity == stage and figure.unit == "share" and figure.date == case.as_of:
            return f"{100 * figure.value:.2f}"
    return f"{100 * getattr(case.state, stage).value / case.population.enterprises.value:.2f}"


def below_headline(result: YearEnd) -> list[str]:
    """Return the sentences that must stand below the headline."""
    case, lang = result.case, result.request.lang
    basically = headline_cells(result, "basically")["probability"]
    pooled = result.forecast.pooled
    own = pooled[
        (pooled["target"] == case.targets.headline)
        & (pooled["level"] == "all")
        & (pooled["reference_class"] == case.scenario.reference_class.value)
        & (pooled["split"] == case.scenario.benchmark_split.value)
    ].iloc[0]
    cells = headline_cells(result, "all")
    sentences = [
        say(
            "letter.basically",
            lang=lang,
            share=f"{100 * case.targets.switches.level.basically_share.value:.0f}",
            deadline=show_date(headline_target(case).deadline, lang),
            probability=show_probability_range(basically.min(), basically.max(), lang),
            low=f"{own['shortfall_q05']:.0f}",
            high=f"{own['shortfall_q95']:.0f}",
        ),
        why_range(result, cells),
        *[strategy_sentence(result, name) for name in result.ensembles],
        *milestones(result),
        say(
            "letter.reported",
            lang=lang,
            paper_low=f"{100 * case.caveats.paper_share.low:.0f}",
            paper_high=f"{100 * case.caveats.paper_share.high:.0f}",
            n=result.main.record["finished"],
        ),
    ]
    return sentences + warnings(result)


def why_range(result: YearEnd, cells: pd.DataFrame) -> str:
    """Return why the answer is a range, with n and interval of its lowest and its highest cell."""
    lang = result.request.lang
    least, most = (
        show_met(int(row["met"]), int(row["n"]), float(row["low"]), float(row["high"]), lang)
        for row in (cells.loc[cells["probability"].idxmin()], cells.loc[cells["probability"].idxmax()])
    )
    draws = result.forecast.draws
    return say("letter.why_range", lang=lang, cells=len(cells), draws=draws, least=least, most=most)


def headline_cells(result: YearEnd, level: str) -> pd.DataFrame:
    """Return the cells of the headline target (start x regime x rush)."""
    cells, case = result.forecast.cells, result.case
    return cells[
        (cells["target"] == case.targets.headline)
        & (cells["level"] == level)
        & (cells["split"] == case.scenario.benchmark_split.value)
    ]


def bottleneck(result: YearEnd) -> str:
    """Return what holds enterprises up; both steps where the scenarios disagree on the larger one."""
    table, lang = result.forecast.bottlenecks.set_index("where"), result.request.lang
    low, high = table.loc["not_built", "share_low"], table.loc["not_built", "share_high"]
    if low > 0.5:
        return say("letter.bottleneck.build", lang=lang, low=f"{100 * low:.0f}", high=f"{100 * high:.0f}")
    if high < 0.5:
        return say("letter.bottleneck.online", lang=lang, low=f"{100 * (1 - high):.0f}", high=f"{100 * (1 - low):.0f}")
    return say("letter.bottleneck.both", lang=lang)


def strategy_sentence(result: YearEnd, name: str) -> str:
    """Return one strategy's result on the headline target, with n and interval."""
    lang, ensemble = result.request.lang, result.ensembles[name]
    strategy = next(s for s in result.request.strategies if s.id == name)
    row = ensemble.targets.set_index("target").loc[result.case.targets.headline]
    return say(
        "letter.beside" if name == BESIDE else "letter.main",
        lang=lang,
        name=getattr(strategy.name, lang) if name == BESIDE else _capital(getattr(strategy.name, lang)),
        sentence=getattr(strategy.sentence, lang),
        met=show_met(row["met"], row["replications"], row["low"], row["high"], lang),
        shortfall=f"{row['shortfall_median']:.0f}",
    )


def milestones(result: YearEnd) -> list[str]:
    """Return a sentence per intermediate date whose outcome hangs on a split that was not reported."""
    case, lang, cells = result.case, result.request.lang, result.forecast.cells
    said = []
    for target in resolve_targets(case):
        if not target.milestone or target.stage != "online":
            continue
        mine = cells[(cells["target"] == target.id) & (cells["level"] == "all")]
        by_split = {split: mine[mine["split"] == split] for split in case.scenario.benchmark_split.options}
        if len(by_split) < 2 or mine.empty:
            continue  # the case knows the split: the table of targets says it all
        proportional, first = by_split["proportional"], by_split["benchmark_first"]
        sample = next(
            (
                t.required
                for t in resolve_targets(case, assessment="sample")
                if t.group == target.group and t.stage == "assessed"
            ),
            0,
        )
        said.append(
            say(
                "letter.milestone",
                lang=lang,
                deadline=show_date(target.deadline, lang),
                total=target.total,
                proportional=show_probability_range(
                    proportional["probability"].min(), proportional["probability"].max(), lang
                ),
                shortfall=show_count_range(
                    proportional["shortfall_median"].min(), proportional["shortfall_median"].max(), lang
                ),
                first=show_probability_range(first["probability"].min(), first["probability"].max(), lang),
                sample=sample,
            )
        )
    return said


def warnings(result: YearEnd) -> list[str]:
    """Return what a reader must know of the runs themselves."""
    lang, record, notes = result.request.lang, result.main.record, []
    if result.timeline.unknown_years:
        years = ", ".join(str(year) for year in result.timeline.unknown_years)
        notes.append(say("letter.calendar_warning", lang=lang, years=years))
    if record["interrupted"]:
        notes.append(say("letter.interrupted", lang=lang, asked=record["replications"], done=record["finished"]))
    failed = sum(len(ensemble.failures) for ensemble in result.ensembles.values())
    if failed:
        notes.append(say("letter.failed", lang=lang, failed=failed, done=record["finished"]))
    return notes


def fan_sentence(result: YearEnd, stage: str) -> str:
    """Return the text box of a fan chart: the scenarios' range where there is one, and the ensemble with n."""
    case, lang = result.case, result.request.lang
    target = stage_target(result, stage)
    if target is None:
        word = say(f"figures.stage.{stage}", lang=lang)
        return say("letter.fan_text_no_target", lang=lang, stage=word, n=result.main.record["finished"])
    rows = result.main.targets.set_index("target")
    row = rows.loc[target.id]
    met = show_met(row["met"], row["replications"], row["low"], row["high"], lang)
    deadline = show_date(target.deadline, lang)
    cells = result.forecast.cells
    mine = cells[
        (cells["target"] == target.id)
        & (cells["level"] == "all")
        & (cells["split"] == case.scenario.benchmark_split.value)
    ]
    if mine.empty:
        return say("letter.fan_text_target_only", lang=lang, deadline=deadline, required=target.required, met=met)
    return say(
        "letter.fan_text",
        lang=lang,
        deadline=deadline,
        required=target.required,
        range=show_probability_range(mine["probability"].min(), mine["probability"].max(), lang),
        draws=result.forecast.draws,
        met=met,
    )


def stage_target(result: YearEnd, stage: str) -> Target | None:
    """Return the target of the whole list for a stage, or None."""
    return next((t for t in resolve_targets(result.case) if t.group == "all" and t.stage == stage), None)


def acceleration(result: YearEnd) -> str:
    """Return how many times faster the gap must close."""
    pace = result.pace[(result.pace["stage"] == "online") & (result.pace["kind"] == "so_far")]["acceleration"]
    return show_ratio_range(pace.min(), pace.max(), result.request.lang)


def setting_text(value: object, lang: str) -> str:
    """Return one end of a sensitivity range in words."""
    if isinstance(value, dt.date):
        return show_date(value, lang)
    if isinstance(value, str):
        return option_label(value, lang)
    return show_number(float(value))  # type: ignore[arg-type]


def _capital(text: str) -> str:
    """Return a text that can begin a sentence."""
    return text[:1].upper() + text[1:]
