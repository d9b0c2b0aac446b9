"""The parts of a case file about hazards and supervision, one class each; the keys are those of the YAML."""

from __future__ import annotations

from typing import Annotated

from dpsim.core.expect import Expect
from dpsim.params.quantity import Block, Cv, Date, Days, LogRatio, PerYear, Points, Quantity, Ratio, Share, Yuan

PerYear1 = Annotated[Quantity, Expect("per_year", 0, 1000)]
Growth = Annotated[Quantity, Expect("log_ratio", -1, 1)]
EitherSign = Annotated[Quantity, Expect("log_ratio", -10, 10)]
"""A log ratio whose sign is an assumption too: after a visit more care or less (methods 3.5)."""
Shape = Annotated[Quantity, Expect("shape", 0.01, 1e6)]
DaysOr0 = Annotated[Quantity, Expect("days", 0, 3660)]
People = Annotated[Quantity, Expect("people", 0, 100_000, whole=True)]
DaysYear = Annotated[Quantity, Expect("days", 0, 366)]
Visits = Annotated[Quantity, Expect("visits", 1, 20, whole=True)]
StaffDays = Annotated[Quantity, Expect("staff_days", 0, 1e6)]
Rungs = Annotated[Quantity, Expect("rungs", 0, 3, whole=True)]
Enterprises1 = Annotated[Quantity, Expect("enterprises", 1, 1000, whole=True)]


class DaysByClass(Block):
    """One number for general and one for major hazards."""

    general: Days
    major: Days


class DaysOr0ByClass(Block):
    """One number for general and one for major hazards."""

    general: DaysOr0
    major: DaysOr0


class PerYearByClass(Block):
    """One number for general and one for major hazards."""

    general: PerYear
    major: PerYear


class PerYear1ByClass(Block):
    """One number for general and one for major hazards."""

    general: PerYear1
    major: PerYear1


class ShareByClass(Block):
    """One number for general and one for major hazards."""

    general: Share
    major: Share


class Hazards(Block):
    """How hazards arise."""

    arising: PerYear1ByClass
    heterogeneity_shape: Shape
    colour_ratio: Ratio
    yellow_share: Share
    orange_share: Share
    red_share: Share
    growth_per_year: Growth


class Discovery(Block):
    """How hazards are found: by channel and class."""

    self_check: ShareByClass
    expert: ShareByClass
    spot_check: ShareByClass
    oversight: ShareByClass
    patrol: ShareByClass
    look_back: ShareByClass
    worker_reports: PerYearByClass
    self_check_every: Days
    expert_every: Days
    oversight_every: Days
    patrol_every: Days
    not_built_factor: Ratio
    paper_factor: Ratio
    quality_cv: Cv
    fatigue_drop: Share


class ClosedLoop(Block):
    """The closed loop: find, assign, rectify, accept, close, look back."""

    assign: DaysOr0ByClass
    rectify: DaysOr0ByClass
    accept: DaysOr0ByClass
    close: DaysOr0ByClass
    delay_shape: Shape
    limit: DaysOr0ByClass
    accepted: ShareByClass
    sham: ShareByClass
    relapse: ShareByClass
    relapse_days: DaysByClass
    listed_time: Ratio
    listed_sham: Ratio


class Staff(Block):
    """A county bureau's staff and what their days allow."""

    inspectors_per_county: People
    inspection_days: DaysYear
    staff_per_visit: Ratio
    visits_per_team_day: Visits
    list_share: Share
    system_share: Share
    reporting_days_per_week: StaffDays
    advice_days: StaffDays
    past_visits_per_year: PerYear
    revisit_gap: Days
    payback_share: Share


class Deterrence(Block):
    """What visits and penalties do to behaviour."""

    visit_jump: Share
    penalty_jump: Share
    published_jump: Share
    memory: Days
    effort: EitherSign
    penalty_share: Share
    mean_fine: Yuan
    return_share: Share
    top_rung: Rungs
    open_harm: Share
    visit_effect: LogRatio
    visit_memory: Days
    advice_effect: LogRatio
    advice_memory: Days
    leaning_effect: LogRatio
    leaning_memory: Days


class Formalism(Block):
    """Systems built for show, and the appraisal that draws some of those built (`appraised`: the place has one)."""

    appraised: bool = True
    rush_effect: LogRatio
    agency_effect: LogRatio
    perceived_effect: LogRatio
    reveal_share: Share
    veto_checked: Enterprises1
    veto_failing: Enterprises1


class Questioning(Block):
    """Workers who are questioned in the enterprises that an assessment draws (as many as for the veto)."""

    date: Date
    workers_asked: Annotated[Quantity, Expect("people", 1, 100, whole=True)]
    known_untrained: Share
    known_trained: Share


class Appraisal(Block):
    """How a county is appraised by what it reports: points off, and where the grades begin."""

    full_points: Points
    online_points: Points
    assessed_points: Points
    assessed_share: Share
    overdue_points: Points
    coverage_points: Points
    good_points: Points
    pass_points: Points


class Incidents(Block):
    """Accidents: the least certain part."""

    accidents: PerYearByClass
    one_death_share: Share
    three_death_share: Share
    ten_death_share: Share
