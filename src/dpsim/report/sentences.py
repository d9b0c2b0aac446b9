"""The sentences of the year-end report, held to the numbers behind them."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from dpsim.experiments.reported import how_reports_differ
from dpsim.language import say
from dpsim.model.targets import headline_target
from dpsim.params.readings import Published
from dpsim.params.schema import Case
from dpsim.report.pace_words import weekly_need
from dpsim.report.place import assessed, extent, level_of
from dpsim.report.show import (
    show_about,
    show_chance_interval,
    show_chance_range,
    show_count_range,
    show_date,
    show_number,
    show_number_range,
    show_percent,
    show_probability_range,
    show_range,
)
from dpsim.report.supervised import at_end, of_class, three
from dpsim.report.yearend import BESIDE, YearEnd


def title(result: YearEnd) -> str:
    """Return the title of the report."""
    case, lang = result.case, result.request.lang
    return _titled("letter.title", case, lang, as_of=show_date(case.as_of, lang, year=True))


def document_title(case: Case, lang: str) -> str:
    """Return the title of the file."""
    return _titled("cli.report_title", case, lang)


def _titled(message: str, case: Case, lang: str, **values: str) -> str:
    """Return a title with what the case projects and until when."""
    own = case.means.programme if case.means else None
    return say(
        message,
        lang=lang,
        case=getattr(case.name, lang),
        span=say(f"letter.span_{'year_end' if due_at_year_end(case) else 'date'}", lang=lang),
        programme=own.words(lang) if own else say("letter.programme", lang=lang),
        **values,
    )


def due_at_year_end(case: Case) -> bool:
    """Tell whether the headline target is due on the last day of the as-of date's year."""
    return headline_target(case).deadline == dt.date(case.as_of.year, 12, 31)


def due(case: Case, lang: str) -> str:
    """Return when the headline target is due, in words."""
    if due_at_year_end(case):
        due = say("letter.due_year_end", lang=lang)
    else:
        due = say("letter.due_date", lang=lang, date=show_date(headline_target(case).deadline, lang, year=True))
    printed = all(item.reason is None for item in case.targets.list if item.id == case.targets.headline)
    return due if printed else say("letter.due_assumed", lang=lang, due=due, part=say("letter.part_targets", lang=lang))


def beside(result: YearEnd) -> str:
    """Return which strategies were asked for beside the arrangement in force, and of what the headline speaks."""
    request, lang = result.request, result.request.lang
    names = [s.name.words(lang) for s in request.strategies if s.id not in (request.reference.id, BESIDE)]
    if not names:
        return ""
    joined = say("letter.join", lang=lang).join(names)
    return say("letter.also", lang=lang, names=joined, reference=request.reference.name.words(lang))


def headline(result: YearEnd) -> str:
    """Return the sentence a bureau uses: where it stands, the range of P, what is missing, the pace, what binds."""
    case, lang, total = result.case, result.request.lang, headline_target(result.case).total
    listed = case.population.enterprises
    counted = "assumed" if listed.assumed else "about" if listed.low < listed.high else "known"
    snapshot = result.request.table is None
    probability, shortfall = scenario_range(result) if snapshot else table_chance(result)
    return say(
        "letter.headline",
        lang=lang,
        as_of=show_date(case.as_of, lang),
        place=getattr(case.place, lang),
        total=say(f"letter.total_{counted}", lang=lang, total=total),
        who=getattr(case.enterprises_called, lang),
        standing=standing(case, lang),
        # the range over the scenarios is that of the arrangement in force, whatever strategies are shown beside it
        sentence=capital(getattr(result.request.reference.sentence, lang)),
        due=due(case, lang),
        extent=extent(case, lang),
        probability=probability,
        shortfall=shortfall,
        shortfall_is=say("letter.shortfall_medians" if snapshot else "letter.shortfall_half", lang=lang),
        need=weekly_need(result),
    )


def of_reports(case: Case, lang: str) -> str:
    """Return what a chart of reports beside a target must say; empty where reports are what is done."""
    how = how_reports_differ(case, lang)
    return say("letter.reports.fan", lang=lang, how=how) if how else ""


def scenario_range(result: YearEnd) -> tuple[str, str]:
    """Return the ranges of chance and median shortfall over the scenarios that one date, or the table, leaves open."""
    cells = headline_cells(result)
    missing = cells["shortfall_median"]
    return chance_range(result, cells), show_count_range(missing.min(), missing.max(), result.request.lang)


def chance_range(result: YearEnd, cells: pd.DataFrame) -> str:
    """Return the range of the chances of some cells."""
    least, most, lang = cells["probability"].min(), cells["probability"].max(), result.request.lang
    if result.request.table is not None:
        return show_chance_range(least, most, lang)
    return show_probability_range(least, most, lang, sentence=True)


def table_chance(result: YearEnd) -> tuple[str, str]:
    """Return the chance of the headline's target by the table, and the shortfall within which half of the draws lie."""
    own, lang = own_pooled(result), result.request.lang
    chance = show_chance_interval(own["probability"], own["low"], own["high"], lang)
    return chance, show_count_range(own["shortfall_q25"], own["shortfall_q75"], lang)


def headlines(result: YearEnd) -> list[str]:
    """Return the headlines: the targets, and the hazards where they are simulated."""
    return [said for said in (headline(result), hazard_headline(result)) if said]


def hazard_headline(result: YearEnd) -> str:
    """Return the second headline: hazards found (reported) and not found (true), never mixed; empty without hazards."""
    mine, lang = result.supervised.get(result.request.reference.id), result.request.lang
    if mine is None:
        return ""
    end = at_end(mine.weekly)
    major = of_class(end, "major")
    values = {name: mine.quantiles(name) for name in ("found", "latent")}
    values |= {f"major_{name}": three(major[name]) for name in ("found", "latent")}
    shown: dict[str, object] = {name: show_about(middle) for name, (_, middle, _) in values.items()}
    for name, (low, _, high) in values.items():
        shown[f"{name}_range"] = show_range(show_about(low), show_about(high), lang)
    dates = {"as_of": show_date(result.case.as_of, lang), "end": show_date(result.case.horizon_end, lang)}
    return say("letter.hazards.headline", lang=lang, listed=_listed(result.case, lang), **dates, **shown)


def _listed(case: Case, lang: str) -> str:
    """Return that the length of the list is assumed; empty where it is not."""
    total = case.population.enterprises
    if not total.assumed:
        return ""
    values = {"total": show_number(total.value), "range": show_number_range(total.low, total.high, lang)}
    return say("letter.hazards.listed_assumed", lang=lang, **values)


def standing(case: Case, lang: str) -> str:
    """Return how far all are; what rests on an assumed count says so, and no assessments where there are none."""
    shares = {}
    for stage in ("built", "online", "passed"):
        printed = any(_is_share(figure, case, stage) for figure in case.published)
        guessed = getattr(case.state, stage).assumed or case.population.enterprises.assumed
        if printed or not guessed:
            shares[stage] = say("letter.share_known", lang=lang, share=share_as_published(case, stage))
        else:
            share = 100.0 * getattr(case.state, stage).value / case.population.enterprises.value
            shares[stage] = say("letter.share_assumed", lang=lang, share=show_number(float(f"{share:.2g}")))
    return say("letter.standing" if assessed(case) else "letter.standing_two", lang=lang, **shares)


def _is_share(figure: Published, case: Case, stage: str) -> bool:
    """Tell whether a figure is the share of the whole list at a stage at the as-of date."""
    plain = figure.unit == "share" and figure.against is None and figure.of_all
    return figure.quantity == stage and plain and figure.date == case.as_of


def share_as_published(case: Case, stage: str) -> str:
    """Return a stage's share in per cent as the document prints it; worked out where it prints none."""
    for figure in case.published:
        if _is_share(figure, case, stage):
            return show_number(float(show_percent(figure.value, 2)))
    return show_number(float(show_percent(getattr(case.state, stage).value / case.population.enterprises.value, 2)))


def headline_cells(result: YearEnd, level: str | None = None) -> pd.DataFrame:
    """Return the cells of the headline target (start x regime x rush), read as the case does if not said otherwise."""
    cells, case = result.forecast.cells, result.case
    level = level or level_of(case)
    return cells[
        (cells["target"] == case.targets.headline)
        & (cells["level"] == level)
        & (cells["split"] == case.scenario.benchmark_split.value)
    ]


def own_pooled(result: YearEnd, level: str | None = None, target: str | None = None) -> pd.Series:
    """Return the headline target, or another, over all scenarios, weighted as the case states."""
    case, pooled = result.case, result.forecast.pooled
    return pooled[
        (pooled["target"] == (target or case.targets.headline))
        & (pooled["level"] == (level or level_of(case)))
        & (pooled["reference_class"] == case.scenario.reference_class.value)
        & (pooled["split"] == case.scenario.benchmark_split.value)
    ].iloc[0]


def capital(text: str) -> str:
    """Return a text that can begin a sentence."""
    return text[:1].upper() + text[1:]
