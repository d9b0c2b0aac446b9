"""What must stand below the headline: the one working figure, what the words mean, why it is a range, warnings."""

from __future__ import annotations

import pandas as pd

from dpsim.experiments.plan_warnings import plan_warnings
from dpsim.experiments.reported import how_reports_differ
from dpsim.language import say
from dpsim.model.targets import Target, headline_target, resolve_targets
from dpsim.params.labels import option_label, quantity_label
from dpsim.params.schema import Case, Strategy
from dpsim.report.place import extent, level_of, meanings, paper_part
from dpsim.report.sentences import capital, chance_range, headline_cells, own_pooled, scenario_range
from dpsim.report.show import (
    show_chance_interval,
    show_count_range,
    show_date,
    show_met,
    show_number,
    show_percent,
    show_pooled,
    show_probability_range,
    show_rounded,
    show_share_range,
)
from dpsim.report.yearend import BESIDE, YearEnd

FEW_RUNS = 100
"""Reports of fewer runs carry a warning: their medians and intervals are too wide for use."""

COUNTED = ("population.enterprises", "state.built", "state.online")
"""The counts that the headline's range starts from; no scenario moves them."""


def below_headline(result: YearEnd) -> list[str]:
    """Return the sentences that must stand below the headline."""
    case, lang = result.case, result.request.lang
    sentences = [
        meanings(case, lang),
        result.request.table.sentence(lang) if result.request.table else working_figure(result),
        say("letter.words", lang=lang, total=headline_target(case).total),
        *[strategy_sentence(result, strategy) for strategy in in_order(result)],
        say("letter.effects", lang=lang) if {*result.ensembles} - {BESIDE, case.default_strategy} else "",
        other_level(result),
        why_range(result, headline_cells(result)),
        *milestones(result),
        say(
            "letter.reported",
            lang=lang,
            basis=basis(case, lang),
            paper=show_share_range(case.caveats.paper_share.low, case.caveats.paper_share.high, lang),
            part=say(paper_part(case), lang=lang),
            name=getattr(result.request.main.name, lang),
            n=result.main.record["finished"],
        ),
    ]
    return [sentence for sentence in sentences if sentence] + warnings(result)


def basis(case: Case, lang: str) -> str:
    """Return what the numbers are judged on: reports, or where these differ from it what is done."""
    how = how_reports_differ(case, lang)
    return say("letter.reports.basis", lang=lang, how=how) if how else say("letter.reported_basis", lang=lang)


def working_figure(result: YearEnd) -> str:
    """Return the one figure to work with: the scenarios pooled by their weights, with the error and the range."""
    lang, own = result.request.lang, own_pooled(result)
    return say(
        "letter.working_figure",
        lang=lang,
        name=getattr(result.request.reference.name, lang),
        cells=len(headline_cells(result)),
        draws=result.forecast.draws,
        probability=show_pooled(own["probability"], own["low"], own["high"], lang),
        median=show_rounded(own["shortfall_median"]),
        range=show_count_range(own["shortfall_q05"], own["shortfall_q95"], lang),
        part=say("letter.part_unknown", lang=lang),
        extent=extent(result.case, lang),
    )


def other_level(result: YearEnd) -> str:
    """Return the chance of the headline target under the other reading of its level: "basically" for "all", or back."""
    case, lang = result.case, result.request.lang
    level = "basically" if level_of(case) == "all" else "all"
    if result.request.table is None:
        chance = chance_range(result, headline_cells(result, level))
    else:
        own = own_pooled(result, level)
        chance = show_chance_interval(own["probability"], own["low"], own["high"], lang)
    values = {"deadline": show_date(headline_target(case).deadline, lang), "probability": chance}
    if level == "all":
        return say("letter.not_basically", lang=lang, **values)
    share = case.targets.switches.level.basically_share
    message = "letter.basically" if share.assumed else "letter.basically_printed"
    return say(message, lang=lang, share=show_number(100.0 * float(share.value)), **values)


def in_order(result: YearEnd) -> list[Strategy]:
    """Return the strategies with the arrangement in force first and the yardstick last."""
    first = result.request.reference.id
    return sorted(result.request.strategies, key=lambda s: 0 if s.id == first else 2 if s.id == BESIDE else 1)


def why_range(result: YearEnd, cells: pd.DataFrame) -> str:
    """Return why the answer is a range, with n and interval of its lowest and its highest cell.

    From a table: what the other reference classes and chances of a rush would make of it.
    """
    lang, table = result.request.lang, result.request.table
    if table is not None:
        probability, shortfall = scenario_range(result)
        rushes = cells["rush"]
        return say(
            "letter.table.why",
            lang=lang,
            reference=option_label(table.made.reference, lang),
            mean=show_percent(table.made.origin.model.rush_chance),
            rushes=show_share_range(rushes.min(), rushes.max(), lang),
            cells=len(cells),
            draws=result.forecast.draws,
            probability=probability,
            shortfall=shortfall,
        )
    least, most = (
        show_met(int(row["met"]), int(row["n"]), float(row["low"]), float(row["high"]), lang, paths=True)
        for row in (cells.loc[cells["probability"].idxmin()], cells.loc[cells["probability"].idxmax()])
    )
    guessed = [
        key for key in COUNTED if (quantity := result.case.quantities()[key]).assumed and quantity.low < quantity.high
    ]
    values = {"cells": len(cells), "draws": result.forecast.draws, "least": least, "most": most}
    values["known"] = say(f"letter.known_{'none' if {*COUNTED[1:]} <= {*guessed} else 'one'}", lang=lang)
    values["beyond"] = beyond(result.case, guessed, lang) if guessed else ""
    return say("letter.why_range", lang=lang, **values)


def beyond(case: Case, guessed: list[str], lang: str) -> str:
    """Return which assumed counts the range of the headline leaves where they are."""
    counts = [
        say(
            "letter.beyond_one",
            lang=lang,
            label=quantity_label(key, lang),
            **{name: show_rounded(getattr(case.quantities()[key], name)) for name in ("value", "low", "high")},
        )
        for key in guessed
    ]
    return say("letter.beyond", lang=lang, counts=say("letter.join", lang=lang).join(counts))


def strategy_sentence(result: YearEnd, strategy: Strategy) -> str:
    """Return one strategy's result on the headline target, with n and interval."""
    lang, ensemble = result.request.lang, result.ensembles[strategy.id]
    row = ensemble.targets.set_index("target").loc[result.case.targets.headline]
    return say(
        "letter.beside" if strategy.id == BESIDE else "letter.main",
        lang=lang,
        name=getattr(strategy.name, lang) if strategy.id == BESIDE else capital(getattr(strategy.name, lang)),
        sentence=getattr(strategy.sentence, lang),
        reference=getattr(result.request.reference.name, lang),
        met=show_met(row["met"], row["replications"], row["low"], row["high"], lang),
        shortfall=show_rounded(row["shortfall_median"]),
    )


def milestones(result: YearEnd) -> list[str]:
    """Return a sentence per intermediate date whose outcome hangs on a split that was not reported."""
    case, lang, cells = result.case, result.request.lang, result.forecast.cells
    said = []
    for target in resolve_targets(case):
        if not target.milestone or target.stage != "online" or result.request.table:
            continue  # a table has no counts of groups
        mine = cells[(cells["target"] == target.id) & (cells["level"] == level_of(case))]
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
                    proportional["probability"].min(), proportional["probability"].max(), lang, sentence=True
                ),
                shortfall=show_count_range(
                    proportional["shortfall_median"].min(), proportional["shortfall_median"].max(), lang
                ),
                first=_benchmarks_first(result, target, first),
                sample=say("letter.milestone_sample", lang=lang, sample=sample) if sample else "",
                group=say(f"letter.group.{target.group}", lang=lang),
            )
        )
    return said


def _benchmarks_first(result: YearEnd, target: Target, cells: pd.DataFrame) -> str:
    """Return what follows if benchmarks came first: no question of chance where all of them are online today."""
    case, lang = result.case, result.request.lang
    if case.state.online.value >= target.total:
        return say("letter.milestone_done", lang=lang, as_of=show_date(case.as_of, lang))
    probability = show_probability_range(cells["probability"].min(), cells["probability"].max(), lang, sentence=True)
    return say("letter.milestone_first", lang=lang, probability=probability)


def warnings(result: YearEnd) -> list[str]:
    """Return what a reader must know of the runs themselves."""
    lang, record, notes = result.request.lang, result.main.record, []
    if result.timeline.unknown_years:
        years = ", ".join(str(year) for year in result.timeline.unknown_years)
        notes.append(say("letter.calendar_warning", lang=lang, years=years))
    for strategy in result.request.strategies:
        notes += plan_warnings(result.case, strategy, lang)
    fewest = min(int(str(ensemble.record["finished"])) for ensemble in result.ensembles.values())
    if fewest < FEW_RUNS:
        notes.append(say("letter.few_runs", lang=lang, n=fewest, least=FEW_RUNS))
    if record["interrupted"]:
        notes.append(say("letter.interrupted", lang=lang, asked=record["replications"], done=record["finished"]))
    failed = sum(len(ensemble.failures) for ensemble in result.ensembles.values())
    if failed:
        notes.append(say("letter.failed", lang=lang, failed=failed, done=record["finished"]))
    return notes
