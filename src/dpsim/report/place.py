"""What a place has and what it calls its own: the report speaks of nothing else, and in no other words."""

from __future__ import annotations

from dpsim.core.words import GROUPS, STAGES
from dpsim.language import say
from dpsim.params.schema import Case
from dpsim.report.show import show_number

FANS = ("built", "online", "passed", "connected", "assessed")
"""Stages in the order of their charts."""
WORDS = {
    **{stage: f"figures.stage.{stage}" for stage in STAGES},
    **{group: f"letter.group.{group}" for group in GROUPS},
    "county": "letter.means_county",
}
"""What a case may say the meaning of, by the message that prints the word."""


def own_words(case: Case) -> dict[str, dict[str, str]]:
    """Return what the place calls otherwise, by language."""
    return case.called.words() if case.called else {}


def meanings(case: Case, lang: str) -> str:
    """Return what the words of the report stand for where the place built something else; empty where it did not."""
    entries = [
        say("letter.means_one", lang=lang, word=say(WORDS[key], lang=lang), meaning=label.words(lang))
        for key, label in case.means or ()
        if key in WORDS and label is not None
    ]
    if not entries:
        return ""
    day = getattr(case.means, "as_of", None)
    date = say("letter.means_date", lang=lang, meaning=day.words(lang)) if day is not None else ""
    return say("letter.means", lang=lang, entries=say("letter.join", lang=lang).join(entries), date=date)


def assessed(case: Case) -> bool:
    """Tell whether the place assesses enterprises at all."""
    return case.state.passed.value > 0 or any(target.stage in ("assessed", "passed") for target in case.targets.list)


def fan_stages(case: Case) -> tuple[str, ...]:
    """Return the stages that a place has: none of assessment where nothing is assessed."""
    return FANS if assessed(case) else tuple(s for s in FANS if s not in ("passed", "assessed"))


def pace_stages(case: Case) -> tuple[str, ...]:
    """Return the stages whose pace is told: building only where somebody is left to build."""
    return ("built", "online") if case.state.built.value < case.population.enterprises.value else ("online",)


def agencies_told(case: Case) -> bool:
    """Tell whether agencies are spoken of: the documents name some, and something is left to build."""
    return case.agencies.documented and "built" in pace_stages(case)


def paper_part(case: Case) -> str:
    """Return the message that heads the part on paper systems: with the appraisal where the place has one."""
    return "letter.part_appraisal" if case.formalism.appraised else "letter.part_paper"


def level_of(case: Case) -> str:
    """Return how the case reads the required level: that of every target, probability and shortfall of its report."""
    return case.targets.switches.level.value


def extent(case: Case, lang: str) -> str:
    """Return how many the headline's target asks for, in words."""
    if level_of(case) == "all":
        return say("letter.extent.all", lang=lang)
    share = case.targets.switches.level.basically_share
    message = "letter.extent.basically_assumed" if share.assumed else "letter.extent.basically"
    return say(message, lang=lang, share=show_number(100.0 * float(share.value)))
