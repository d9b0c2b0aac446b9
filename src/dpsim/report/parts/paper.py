"""What share of the built systems is paper, and the chance that a county is vetoed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dpsim.decide.readiness import readiness
from dpsim.experiments.reported import how_reports_differ
from dpsim.model.sampling import veto_probability
from dpsim.params.labels import grade_label
from dpsim.report import alts
from dpsim.report.parts import Part
from dpsim.report.parts.hazards import without
from dpsim.report.place import paper_part
from dpsim.report.show import show_band, show_date, show_percent, show_probability, show_probability_range, show_rounded
from dpsim.report.supervised import TRUE, Supervised, at_begin, at_end, built_done, three

if TYPE_CHECKING:
    from dpsim.report.letter import Letter


def part(letter: Letter) -> Part:
    """Return paper systems and the county appraisal under the arrangement in force."""
    mine, case = letter.result.supervised.get(letter.result.request.reference.id), letter.result.case
    head = paper_part(case).removeprefix("letter.")
    if mine is None:
        return letter.headed(head, without(letter))
    letter.save_table(letter.drawings["paper"].frame, "paper")
    body = letter.paragraph(_share(letter, mine)) + letter.picture("paper", alts.paper(letter))
    body += letter.paragraph(_reports(letter, mine))
    body += letter.paragraph(*veto(letter, mine)) if case.formalism.appraised else ""
    return letter.headed(head, body + letter.paragraph(ready(letter)))


def _share(letter: Letter, mine: Supervised) -> str:
    """Return how many of the built systems are paper, at the as-of date and at the last day."""
    case, base = letter.result.case, letter.result.case.caveats.paper_share
    now = at_begin(mine.weekly)["paper", TRUE]
    return letter.say(
        "letter.veto.share",
        as_of=show_date(case.as_of, letter.lang),
        built_now=show_rounded(case.state.built.value),
        grade=grade_label("assumed", letter.lang) if case.state.built.assumed else letter.say("figures.view.reported"),
        paper_now=show_rounded(float(now.median())),
        end=show_date(case.horizon_end, letter.lang),
        name=getattr(letter.result.request.reference.name, letter.lang),
        n=mine.runs,
        counted=_counted(letter, mine),
        paper=show_band(mine.quantiles("paper"), letter.lang),
        share=show_band(mine.quantiles("paper_share"), letter.lang, percent=True),
        base=f"{show_percent(base.value)}%",
        base_low=f"{show_percent(base.low)}%",
        base_high=f"{show_percent(base.high)}%",
    )


def _counted(letter: Letter, mine: Supervised) -> str:
    """Return the count that paper is part of: what is reported, or where reports differ from it what is done."""
    differs = bool(how_reports_differ(letter.result.case))
    count = three(built_done(at_end(mine.weekly))) if differs else mine.quantiles("built")
    message = f"letter.veto.counted_{'done' if differs else 'reported'}"
    return letter.say(message, count=show_band(count, letter.lang))


def _reports(letter: Letter, mine: Supervised) -> str:
    """Return what is reported, done and really operating at the last day; empty where reports say what is done."""
    case, lang = letter.result.case, letter.lang
    how = how_reports_differ(case, lang)
    if not how:
        return ""
    end = at_end(mine.weekly)
    return letter.say(
        "letter.veto.reports",
        how=how,
        end=show_date(case.horizon_end, lang),
        name=getattr(letter.result.request.reference.name, lang),
        n=mine.runs,
        built=show_band(mine.quantiles("built"), lang),
        done=show_band(three(built_done(end)), lang),
        really=show_band(three(end["built", TRUE]), lang),
    )


def veto(letter: Letter, mine: Supervised) -> list[str]:
    """Return the rule of the county appraisal, the chance of its veto, and how it hangs on the share of paper."""
    case, lang = letter.result.case, letter.lang
    rule, base = case.formalism, case.caveats.paper_share
    checked, failing = int(rule.veto_checked.value), int(rule.veto_failing.value)
    low, high = np.quantile(mine.veto.to_numpy(), (0.05, 0.95))
    first, last = (show_probability(veto_probability(float(q), checked, failing), lang) for q in (base.low, base.high))
    counties = mine.veto.shape[1]
    hidden = "anonymous_assumed" if case.population.counties.assumed else "anonymous"
    values = {
        "name": getattr(letter.result.request.reference.name, lang),
        "n": mine.runs,
        "mean": show_probability(float(mine.numbers["veto_mean"].median()), lang),
        "range": show_probability_range(float(low), float(high), lang),
    }
    if counties > 1:
        values |= {"counties": counties, "expected": expected(mine, lang)}
    return [
        letter.say(
            "letter.veto.rule_assumed" if rule.veto_checked.assumed else "letter.veto.rule",
            checked=checked,
            failing=failing,
            drawn=letter.say("letter.veto.drawn", end=show_date(case.horizon_end, letter.lang)),
        ),
        letter.say("letter.veto.chance_one" if counties == 1 else "letter.veto.chance", **values),
        "" if case.population.county_list or counties == 1 else letter.say(f"letter.veto.{hidden}"),
        letter.say(
            "letter.veto.ends",
            base_low=f"{show_percent(base.low)}%",
            base_high=f"{show_percent(base.high)}%",
            chance_low=first,
            chance_high=last,
        ),
    ]


def ready(letter: Letter) -> str:
    """Return the chance that the workers of the enterprises drawn know what they are asked; empty if none are asked."""
    case, strategy, lang = letter.result.case, letter.result.request.reference, letter.lang
    asked = case.questioning
    if asked is None:
        return ""
    got = readiness(case, strategy)
    return letter.say(
        "letter.veto.ready",
        date=show_date(asked.date, lang, year=True),
        name=getattr(strategy.name, lang),
        checked=int(case.formalism.veto_checked.value),
        failing=int(case.formalism.veto_failing.value),
        asked=int(asked.workers_asked.value),
        trained=f"{show_percent(got.trained)}%",
        untrained_know=f"{show_percent(asked.known_untrained.value)}%",
        trained_know=f"{show_percent(asked.known_trained.value)}%",
        chance=show_probability(got.chance, lang),
        low=show_probability(got.low, lang),
        high=show_probability(got.high, lang),
    )


def expected(mine: Supervised, lang: str) -> str:
    """Return the expected number of counties vetoed, with one decimal and its band over the runs."""
    return show_band(mine.quantiles("veto_counties"), lang, digits=1)
