"""The sentences of the year-end report, held to the numbers behind them."""

from __future__ import annotations

import math

import pandas as pd

from dpsim.language import say
from dpsim.model.targets import Target, headline_target, resolve_targets
from dpsim.params.load import load_strategy
from dpsim.params.schema import Case
from dpsim.report.show import (
    show_count_range,
    show_date,
    show_met,
    show_probability_range,
    show_ratio_range,
    show_share_range,
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
    return say(
        "letter.headline",
        lang=lang,
        as_of=show_date(case.as_of, lang),
        place=getattr(case.place, lang),
        total=total,
        who=getattr(case.enterprises_called, lang),
        **{stage: share_as_published(case, stage) for stage in ("built", "online", "passed")},
        # the range over the scenarios is that of the arrangement in force, whatever strategies are shown beside it
        sentence=capital(getattr(load_strategy(case.default_strategy).sentence, lang)),
        probability=show_probability_range(cells["probability"].min(), cells["probability"].max(), lang),
        shortfall=show_count_range(cells["shortfall_median"].min(), cells["shortfall_median"].max(), lang),
        need=weekly_need(result),
    )


def weekly_need(result: YearEnd) -> str:
    """Return the end of the headline: the pace needed, against that so far, and what binds; empty when all is done."""
    lang = result.request.lang
    pace = result.pace[result.pace["stage"] == "online"]
    needed = pace.loc[pace["kind"] == "needed", "per_week"].iloc[0]
    if needed <= 0.0:
        return ""
    ratio = pace.loc[pace["kind"] == "so_far", "ratio"]
    known = bool(ratio.map(math.isfinite).all())
    return (
        say("letter.headline_need", lang=lang, needed=math.ceil(needed))
        + (
            say("letter.headline_ratio", lang=lang, ratio=show_ratio_range(ratio.min(), ratio.max(), lang))
            if known
            else say("letter.headline_ratio_none", lang=lang)
        )
        + say("letter.headline_bottleneck", lang=lang, bottleneck=bottleneck(result))
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
    own = own_pooled(result)
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
            paper=show_share_range(case.caveats.paper_share.low, case.caveats.paper_share.high, lang),
            n=result.main.record["finished"],
        ),
    ]
    return sentences + warnings(result)


def why_range(result: YearEnd, cells: pd.DataFrame) -> str:
    """Return why the answer is a range, with n and interval of its lowest and its highest cell."""
    lang = result.request.lang
    least, most = (
        show_met(int(row["met"]), int(row["n"]), float(row["low"]), float(row["high"]), lang, paths=True)
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


def own_pooled(result: YearEnd) -> pd.Series:
    """Return the headline target over all scenarios, weighted as the case states."""
    case, pooled = result.case, result.forecast.pooled
    return pooled[
        (pooled["target"] == case.targets.headline)
        & (pooled["level"] == "all")
        & (pooled["reference_class"] == case.scenario.reference_class.value)
        & (pooled["split"] == case.scenario.benchmark_split.value)
    ].iloc[0]


def bottleneck(result: YearEnd) -> str:
    """Return what holds enterprises up; both steps where the scenarios disagree on the larger one."""
    table, lang = result.forecast.bottlenecks.set_index("where"), result.request.lang
    low, high = table.loc["not_built", "share_low"], table.loc["not_built", "share_high"]
    if low > 0.5:
        return say("letter.bottleneck.build", lang=lang, share=show_share_range(low, high, lang))
    if high < 0.5:
        return say("letter.bottleneck.online", lang=lang, share=show_share_range(1 - high, 1 - low, lang))
    return say("letter.bottleneck.both", lang=lang)


def strategy_sentence(result: YearEnd, name: str) -> str:
    """Return one strategy's result on the headline target, with n and interval."""
    lang, ensemble = result.request.lang, result.ensembles[name]
    strategy = next(s for s in result.request.strategies if s.id == name)
    row = ensemble.targets.set_index("target").loc[result.case.targets.headline]
    return say(
        "letter.beside" if name == BESIDE else "letter.main",
        lang=lang,
        name=getattr(strategy.name, lang) if name == BESIDE else capital(getattr(strategy.name, lang)),
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
                first=_benchmarks_first(result, target, first),
                sample=sample,
            )
        )
    return said


def _benchmarks_first(result: YearEnd, target: Target, cells: pd.DataFrame) -> str:
    """Return what follows if benchmarks came first: no question of chance where all of them are online today."""
    case, lang = result.case, result.request.lang
    if case.state.online.value >= target.total:
        return say("letter.milestone_done", lang=lang, as_of=show_date(case.as_of, lang))
    probability = show_probability_range(cells["probability"].min(), cells["probability"].max(), lang)
    return say("letter.milestone_first", lang=lang, probability=probability)


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


def capital(text: str) -> str:
    """Return a text that can begin a sentence."""
    return text[:1].upper() + text[1:]
