"""Where a county's staff days go: reporting, meetings and advising first, inspecting with what the law allows.

An inspection plan is arithmetic first: inspectors x legal inspection days, less what other lists and duties take, over
what a visit costs (evidence EX01 to EX04, EX36). All duties come out of one pool; borrowed days come from outside it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dpsim.core.compiled import lean_kernel, routine
from dpsim.model.state import Floats
from dpsim.params.schema import Case

WORKING_DAYS = 250.0
"""Working days of a year: turns inspection days a year into days a working day."""
REPORTING, MEETINGS, ADVISING, INSPECTING = range(4)
"""Columns of what is allotted, in the order in which the duties are served (`DUTIES`)."""


class Staff(NamedTuple):
    """A county's staff and what they may do on a working day.

    Attributes
    ----------
    inspectors : float
    pool : float
        Staff-days of a working day that this system may take.
    legal : float
        Inspection days of a working day that the law and other lists leave for this one.
    reporting : float
        Staff-days a working day for reporting.
    visit_cost, advice_cost : float
        Staff-days of one visit.
    payback : float
        Share of the inspection days that is given back to other duties while borrowed days are owed.
    """

    inspectors: float
    pool: float
    legal: float
    reporting: float
    visit_cost: float
    advice_cost: float
    payback: float


def county_staff(case: Case) -> Staff:
    """Return a county's staff."""
    s = case.staff
    inspectors = float(s.inspectors_per_county.value)
    return Staff(
        inspectors=inspectors,
        pool=inspectors * s.system_share.value,
        legal=inspectors * s.inspection_days.value / WORKING_DAYS * s.list_share.value,
        reporting=s.reporting_days_per_week.value / 5.0,
        visit_cost=s.staff_per_visit.value / s.visits_per_team_day.value,
        advice_cost=s.advice_days.value,
        payback=float(s.payback_share.value),
    )


def pool_days(case: Case, working_days: int) -> float:
    """Return the staff-days of all counties over so many working days that this work may take."""
    return county_staff(case).pool * int(case.population.counties.value) * working_days


@lean_kernel
def allot(
    staff: Staff, meetings: float, advising: float, factor: float, borrowed: float, owed: float, out: Floats
) -> float:
    """Write a working day's staff-days by duty (order `DUTIES`) and return the days owed after it.

    No duty gets more than is left of the pool.

    Parameters
    ----------
    staff : Staff
    meetings, advising : float
        Staff-days asked for by a county.
    factor : float
        On the legal inspection days.
    borrowed : float
        Days per inspector that come from other duties today.
    owed : float
        Borrowed days not given back yet.
    out : numpy.ndarray
        Shape (4,).
    """
    left = staff.pool
    for duty, wanted in enumerate((staff.reporting, meetings, advising)):
        out[duty] = min(wanted, left)
        left -= out[duty]
    days = min(staff.legal * factor, left)
    back = 0.0 if borrowed > 0.0 else min(owed, staff.payback * days)
    out[INSPECTING] = days - back + borrowed * staff.inspectors
    return owed - back + borrowed * staff.inspectors


@routine
def allot_counties(
    staff: Staff,
    meetings: float,
    advising: float,
    factor: float,
    borrowed: float,
    owed: Floats,
    advice_credit: Floats,
    credit: Floats,
    total: Floats,
) -> None:
    """Allot a working day in every county: add to what is in hand for advice and visits, and to the day's total.

    Parameters
    ----------
    staff, meetings, advising, factor, borrowed
        As in `allot`; the same in every county.
    owed, advice_credit, credit : numpy.ndarray
        Shape (counties,), changed in place.
    total : numpy.ndarray
        Shape (4,): staff-days by duty of all counties, added to.
    """
    out = np.zeros(4)
    for c in range(owed.size):
        owed[c] = allot(staff, meetings, advising, factor, borrowed, owed[c], out)
        advice_credit[c] += out[ADVISING]
        credit[c] += out[INSPECTING]
        total += out
