"""Inspection visits, how many enterprises they reached, and where the counties' staff-days went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dpsim.core.words import DUTIES
from dpsim.report import alts
from dpsim.report.below import in_order
from dpsim.report.drawings_supervised import staff_pool
from dpsim.report.parts import Part
from dpsim.report.parts.hazards import without
from dpsim.report.show import show_band, show_date, show_number, show_percent, show_rounded
from dpsim.report.supervised import MEASURES, Supervised, three
from dpsim.report.tables import html_table

if TYPE_CHECKING:
    from dpsim.report.letter import Letter

ROWS = ("visits", "units_visited", "coverage", "penalties")


def part(letter: Letter) -> Part:
    """Return visits, coverage and staff-days by duty."""
    mine = letter.result.supervised.get(letter.result.request.reference.id)
    if mine is None:
        return letter.headed("part_visits", without(letter))
    letter.save_table(letter.drawings["staff_days"].frame, "staff_days")
    rows = [
        (
            letter.say(f"letter.measure.{name}"),
            letter.say(f"figures.view.{MEASURES[name]}"),
            show_band(mine.quantiles(name), letter.lang, percent=name == "coverage"),
        )
        for name in ROWS
    ]
    table = html_table(letter.columns("measure", "view", "count"), rows, numeric=(2,), whole=(0, 1, 2))
    body = letter.paragraph(_text(letter, mine)) + table + letter.paragraph(_pool(letter))
    body += letter.picture("staff_days", alts.staff_days(letter)) + _duties(letter)
    return letter.headed("part_visits", body)


def _text(letter: Letter, mine: Supervised) -> str:
    """Return how many visits reached how many enterprises."""
    return letter.say(
        "letter.visits.text",
        name=getattr(letter.result.request.reference.name, letter.lang),
        as_of=show_date(letter.result.case.as_of, letter.lang),
        n=mine.runs,
        visits=show_band(mine.quantiles("visits"), letter.lang),
        units=show_band(mine.quantiles("units_visited"), letter.lang),
        coverage=show_band(mine.quantiles("coverage"), letter.lang, percent=True),
    )


def _pool(letter: Letter) -> str:
    """Return the arithmetic of the counties' staff-days."""
    result, staff = letter.result, letter.result.case.staff
    counties = int(result.case.population.counties.value)
    values: dict[str, object] = {"counties": counties} if counties > 1 else {}
    return letter.say(
        "letter.visits.pool" if counties > 1 else "letter.visits.pool_one",
        inspectors=show_number(float(staff.inspectors_per_county.value)),
        share=f"{show_percent(staff.system_share.value)}%",
        days=len(result.timeline.mornings),
        pool=show_rounded(staff_pool(result)),
        rest=letter.say(
            "letter.visits.pool_rest",
            legal=show_number(float(staff.inspection_days.value)),
            list_share=f"{show_percent(staff.list_share.value)}%",
        ),
        **values,
    )


def _duties(letter: Letter) -> str:
    """Return staff-days by duty of every strategy."""
    rows = []
    for strategy in in_order(letter.result):
        mine = letter.result.supervised.get(strategy.id)
        if mine is not None:
            days = [show_band(three(mine.days[duty]), letter.lang) for duty in DUTIES]
            total = show_band(mine.quantiles("staff_days"), letter.lang)
            rows.append((getattr(strategy.name, letter.lang), *days, total))
    header = [*letter.columns("strategy"), *(letter.say(f"figures.duty.{duty}") for duty in DUTIES)]
    header += letter.columns("total")
    return html_table(header, rows, numeric=(1, 2, 3, 4, 5), whole=(0, 1, 2, 3, 4, 5))
