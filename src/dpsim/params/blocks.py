"""The parts of a case file, one class each; the keys are those of the YAML."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dpsim.core.expect import Expect
from dpsim.params.quantity import (
    Block,
    Cv,
    Date,
    Days,
    Enterprises,
    Graded,
    Label,
    LogRatio,
    Number,
    PassScore,
    PerWeek,
    Points,
    Quantity,
    Ratio,
    Share,
    Text,
    Yuan,
)
from dpsim.params.readings import Sector


class Source(Block):
    """A table or document of the user's own that values of the case cite by its id."""

    id: Text
    words: Label


class CalendarDay(Block):
    """One day that differs from the holiday calendar of the country."""

    date: Date
    working: bool
    reason: Label


class Calendar(Block):
    """Working days."""

    country: Literal["CN"]
    days: tuple[CalendarDay, ...]


class Tiers(Block):
    """Benchmark enterprises; the rest of the list is `other`."""

    benchmark_provincial: Enterprises
    benchmark_municipal: Enterprises
    benchmark_county: Enterprises


class Sectors(Block):
    """Shares of the list."""

    mines: Share
    chemicals: Share
    industry_trade: Share


class CountyCounts(Block):
    """Enterprises of one county at the as-of date, all of them and by stage, tier and sector, as far as known."""

    name: Text
    enterprises: Number
    building: Number | None = None
    built: Number | None = None
    connected: Number | None = None
    online: Number | None = None
    assessed: Number | None = None
    passed: Number | None = None
    benchmark_provincial: Number | None = None
    benchmark_municipal: Number | None = None
    benchmark_county: Number | None = None
    mines: Number | None = None
    chemicals: Number | None = None
    industry_trade: Number | None = None

    def known(self) -> dict[str, int]:
        """Return the counts that are given, by name."""
        return {key: int(value) for key, value in self if key != "name" and value is not None}


class CountyList(Graded):
    """The counties with their counts, which the list meets exactly; every row gives the same counts."""

    rows: Annotated[tuple[CountyCounts, ...], Field(min_length=1, max_length=1000)]


class Population(Block):
    """Whom the programme covers."""

    enterprises: Annotated[Quantity, Expect("enterprises", 1, 1_000_000, whole=True)]
    tiers: Tiers
    sectors: Sectors
    counties: Annotated[Quantity, Expect("counties", 1, 1000, whole=True)]
    county_size_cv: Cv
    county_names_published: bool
    county_list: CountyList | None = None


class AllBuilt(Graded):
    """Sectors that are wholly built, as far as the counts allow; who else is built is not known."""

    sectors: Annotated[tuple[Sector, ...], Field(min_length=1)]


class State(Block):
    """Counts at the as-of date."""

    built: Enterprises
    online: Enterprises
    passed: Enterprises
    building: Enterprises
    connected: Enterprises
    assessed: Enterprises
    all_built: AllBuilt | None = None


class Adoption(Block):
    """How the remaining enterprises move on."""

    frailty_shape: Annotated[Quantity, Expect("shape", 0.01, 1e6)]
    reference_closure_per_week: Annotated[Quantity, Expect("per_week", 0.0001, 1)]
    reversion_per_week: PerWeek
    weekly_noise_log_sd: LogRatio
    shock_settle: LogRatio
    shock_spread: LogRatio
    damping_per_week: Annotated[Quantity, Expect("ratio", 0, 1, above=True)]
    max_rate_per_day: Annotated[Quantity, Expect("per_day", 0, 100, above=True)]


class Attention(Block):
    """What meetings and notices do to the pace."""

    meeting_effect: LogRatio
    meeting_memory: Days
    notice_effect: LogRatio
    notice_memory: Days
    pass_on_share: Share
    levels: Annotated[Quantity, Expect("levels", 0, 10, whole=True)]


class Agencies(Block):
    """Third-party agencies that help to build.

    Where the documents of the place name none (`documented`), the report concludes nothing about them.
    """

    documented: bool = True
    user_share: Share
    headroom: Ratio
    service_mean: Days
    service_cv: Cv
    cost_per_enterprise: Yuan


class Assessors(Block):
    """Who assesses, how long it takes and what passes."""

    teams: Annotated[Quantity, Expect("teams", 1, 10_000, whole=True)]
    service_mean: Days
    service_cv: Cv
    score_mean: Points
    score_scale: Annotated[Quantity, Expect("points", 0, 100, above=True)]
    pass_score_benchmark: PassScore
    pass_score_other: PassScore
    rework_mean: Days


class Caveats(Block):
    """Numbers the report warns with."""

    paper_share: Share
