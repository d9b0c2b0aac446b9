"""The papers, what they found and what the model gives: one entry each, and the page made of them.

``python tests/published/paper_table.py`` writes docs/papers.md; a test compares the two.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from paper_experiments import (
    Estimate,
    added_visits,
    campaign_reversal,
    effect_of_one_visit,
    finds_by_order,
    growth_in_five_years,
    odds_in_the_rush,
    repeat_visits,
    targeting,
    visits_worth_a_name,
    where_it_is_safer,
    without_regard_to_record,
)
from paper_worlds import CASE

from dpsim.params.evidence import evidence
from dpsim.params.load import load_case
from dpsim.params.quantity import Graded

PAGE = Path(__file__).resolve().parents[2] / "docs" / "papers.md"
NONE = math.inf


class Paper(NamedTuple):
    """One finding.

    Attributes
    ----------
    id : str
        Of the evidence, or a section of the methods.
    what, condition : str
        The finding; what the experiment isolates and how it is set.
    low, high : float
        Band; infinite on the side that is open.
    why : str
        Where the band comes from.
    model, control : callable
        The experiment, and the same with the mechanism off.
    off : str
        What is off in the control.
    printed : str
        What the paper says, where the band is only a sign.
    """

    id: str
    what: str
    condition: str
    low: float
    high: float
    why: str
    model: Callable[[], Estimate]
    control: Callable[[], Estimate]
    off: str
    printed: str = ""


def printed_band(source: str, factor: float) -> tuple[float, float]:
    """Return the interval of a row of the evidence, in the unit of the experiment."""
    row = evidence()[source]
    low, high = sorted((float(row.low) * factor, float(row.high) * factor))
    return low, high


def _papers() -> tuple[Paper, ...]:
    """Return all findings."""
    ex25, ex26, ex28 = printed_band("EX25", 100.0), printed_band("EX26", 1.0), printed_band("EX28", 1.0)
    return (
        Paper(
            "EX25",
            "improvement lost again after a campaign, %",
            "effort at self-checks, mean of the 60 days after four weeks in which all are visited",
            *ex25,
            "printed",
            lambda: times_100(campaign_reversal()),
            lambda: times_100(campaign_reversal(memory=180.0)),
            "memory of 180 days",
        ),
        Paper(
            "EX26",
            "accidents after one random visit, %",
            "one visit or none, two years after the last; expected accidents of five years",
            *ex26,
            "printed",
            effect_of_one_visit,
            lambda: effect_of_one_visit(
                n=100, growth=0.0, spot_check=(0.0, 0.0), visit_jump=0.0, penalty_jump=0.0, penalty_share=0.0
            ),
            "a visit finds nothing, is not felt, and stops no growth",
        ),
        Paper(
            "EX27",
            "accidents averted, targeted over random",
            "a fifth is visited, by predicted score from past finds or at random; as EX26",
            1.5,
            3.0,
            "methods 3.5",
            lambda: targeting()[0],
            lambda: targeting(n=600, alike=True)[0],
            "all enterprises alike",
        ),
        Paper(
            "EX27",
            "level targeting over effect targeting",
            "predicted score against the true intensity, to which a visit's effect is proportional",
            0.8,
            NONE,
            "methods 3.5",
            lambda: targeting()[1],
            lambda: targeting(blind=True)[1],
            "records mixed up",
        ),
        Paper(
            "EX28",
            "finds, second visit against first, %",
            "nobody visited before the 34 years of the sample, the first visit at any time in it, two years between",
            *ex28,
            "printed",
            lambda: repeat_visits()[0],
            lambda: repeat_visits(n=300, growth=0.0)[0],
            "no growth without a visit",
        ),
        Paper(
            "EX28",
            "finds, third visit against second, %",
            "as above; the paper: much slower after the second",
            -14.0,
            14.0,
            "half the least fall to the second",
            lambda: repeat_visits()[1],
            lambda: repeat_visits()[0],
            "the fall to the second visit itself",
        ),
        Paper(
            "EX29",
            "finds after five more years without a visit, %",
            "seven years against two years since the last visit",
            12.5,
            17.5,
            "15, printed to the nearest 5",
            growth_in_five_years,
            lambda: growth_in_five_years(n=300, growth=0.0),
            "no growth without a visit",
        ),
        Paper(
            "EX30",
            "accidents if visits ignore the record, % more",
            "three years, equal visits; the record counts by the escalation plan or not",
            0.0,
            NONE,
            "sign",
            lambda: without_regard_to_record()[0],
            lambda: without_regard_to_record(mixed_up=True)[0],
            "records mixed up",
            "164",
        ),
        Paper(
            "EX31",
            "own visits that are felt as much as one published name",
            "perceived risk of all enterprises of a county of mean size",
            21.0,
            2100.0,
            "order of magnitude of 210",
            visits_worth_a_name,
            lambda: visits_worth_a_name(published_jump=0.01),
            "a name is felt a tenth as much",
        ),
        Paper(
            "EX32",
            "finds per further visit of a day, %",
            "the same visit as the first and the fourth of a day",
            -4.2,
            -2.2,
            "within one point",
            finds_by_order,
            lambda: finds_by_order(n=300, drop=0.0),
            "no fatigue",
        ),
        Paper(
            "methods 3.5",
            "effect of an added visit over a planned one",
            "visits doubled: first a quarter by predicted score, then the next quarter",
            -NONE,
            1.0,
            "sign",
            added_visits,
            lambda: added_visits(n=600, alike=True),
            "all enterprises alike",
            "only slight gain",
        ),
        Paper(
            "methods 3.5",
            "accidents averted by a visit, safer place over this",
            "one visit or none; self-checks as where a system works, or as here without one",
            -NONE,
            1.0,
            "sign",
            where_it_is_safer,
            lambda: where_it_is_safer(n=600, condition=(0.5, 0.4, 1.0)),
            "self-checks the same in both",
            "19, 11, 1% in three periods",
        ),
        Paper(
            "methods 3.5",
            "odds of low quality in the year-end rush",
            "a paper system in the rush and before it",
            2.0,
            6.0,
            "methods 3.5",
            odds_in_the_rush,
            lambda: odds_in_the_rush(effect=0.0),
            "no effect of the rush",
        ),
    )


def times_100(estimate: Estimate) -> Estimate:
    """Return a share in percent."""
    return Estimate(100.0 * estimate.value, 100.0 * estimate.error)


PAPERS = _papers()


@cache
def measured(number: int) -> Estimate:
    """Return what the model gives for a paper, by its place in `PAPERS`."""
    return PAPERS[number].model()


@cache
def values_set() -> tuple[tuple[str, str, str], ...]:
    """Return which values of the case cite a foreign study, with the ids: as source or in the reason."""
    rows = []
    studies = {row.id for row in evidence().values() if row.grade == "paper"}
    for key, block in load_case(CASE).parts():
        for name, entry in block.named().items():
            cited = _cited(entry, studies)
            if cited:
                how = "source" if entry.source in studies else "reason"
                rows.append((f"{key}.{name}", f"{entry.value:g} {entry.unit}", f"{', '.join(cited)} ({how})"))
    return tuple(rows)


def _cited(entry: Graded, studies: set[str]) -> list[str]:
    """Return the studies that an entry names."""
    words = entry.reason.en if entry.reason else ""
    return sorted({entry.source or "", *re.findall(r"EX\d\d", words)} & studies)


def band(paper: Paper) -> str:
    """Return a band as text."""
    if math.isinf(paper.high):
        return f"above {paper.low:g}"
    return f"below {paper.high:g}" if math.isinf(paper.low) else f"{paper.low:g} to {paper.high:g}"


def result_rows() -> list[str]:
    """Return the lines of the table of results."""
    rows = []
    for number, paper in enumerate(PAPERS):
        value, error = measured(number)
        says = f"{band(paper)} ({paper.why}{'; paper ' + paper.printed if paper.printed else ''})"
        inside = "yes" if paper.low <= value <= paper.high else "no"
        rows.append(
            f"| {paper.id} | {paper.what} | {says} | {value:.2f} ± {error:.2f} | {inside} | {paper.condition} |"
        )
    return rows


def page() -> str:
    """Return docs/papers.md."""
    parts = {
        "<results>": "\n".join(result_rows()),
        "<values>": "\n".join(f"| `{key}` | {value} | {cited} |" for key, value, cited in values_set()),
        "<long_memory>": f"{100.0 * campaign_reversal(memory=180.0).value:.0f}",
        "<short_sample>": f"{repeat_visits(n=600, years=20.0)[0].value:.0f}",
    }
    text = TEXT
    for mark, words in parts.items():
        text = text.replace(mark, words)
    return text


TEXT = """# The papers, and what the model gives

Made by `python tests/published/paper_table.py`; a test compares. One parameter set, `params/cases/linyi-2018.yaml`, for
all; none is changed for a paper. ± is the standard error over enterprises. Bands are those printed, except where the
table says otherwise. Enterprises have no dual-prevention system here, as those of the papers had none.

| id | finding | band | model | inside | experiment |
|---|---|---|---|---|---|
<results>

Which values of the case name these studies, as their source or in their reason:

| value | is | study |
|---|---|---|
<values>

What to know before believing it:

- **EX25** asks for a short memory of perceived risk: at 180 days <long_memory>% is lost again afterwards. What lasts
  is the other mechanism: hazards arise more often the longer nobody came (EX29), and a visit starts that anew. So one
  memory is enough.
- **EX28** follows from EX29 carried back to the years before the first visit. It depends on how long nobody came: a
  sample of 20 years gives <short_sample>% and misses the band. Both are associations, not proven effects of visits.
- **EX26** comes from what the visit finds and from the growth it stops; the felt risk adds little.
- **EX30**: the sign is right, the size is far from the paper's 164%. Enterprises here do not reckon with their future
  record, which is where the paper's gain comes from; a visit only reaches worse enterprises sooner.
- **EX31** counts what is felt. The paper's own sum divides falls in violations at the next inspection (30% at 311
  neighbours by 48% at a second visit); by that count a name is worth less here, because what is felt is forgotten in
  months. The value stands at the upper end of its range.
- **EX33** (assessors assigned and paid centrally) has no row: its 80% is a setting of the instrument
  `assessor_independence`, whose effects are tested by their signs (tests/property/test_mechanisms.py).
- False reporting near a target is a block of a case, off where none is given (docs/decisions/0045); no study gives
  its size. What is reported and what is true are counted apart all the same.
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
