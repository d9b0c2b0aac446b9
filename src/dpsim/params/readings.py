"""The parts of a case file that hold readings and dues: the scenario, the targets and the published figures."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dpsim.params.quantity import Block, Date, Graded, Label, LogRatio, Number, PerYear, Ratio, Share, Text, Weeks

Stage = Literal["built", "connected", "online", "assessed", "passed"]
Group = Literal["all", "benchmark", "other"]
Level = Literal["all", "basically"]
Assessment = Literal["sample", "all"]
Split = Literal["proportional", "benchmark_first"]
AfterMissed = Literal["back_to_normal", "grace", "make_up_drive"]


class Start(Graded):
    """When the work may have begun, with the weight of each date."""

    dates: Annotated[tuple[Date, ...], Field(min_length=1, max_length=50)]
    weights: Annotated[tuple[Number, ...], Field(min_length=1, max_length=50)]


class ReferenceClass(Graded):
    """Which kind of past programmes this one is read against."""

    value: Literal["voluntary", "order", "filing"]


class Rush(Graded):
    """A rush in the last weeks before a deadline: chances to show, the weight of each, and its size."""

    chances: Annotated[tuple[Number, ...], Field(min_length=1, max_length=50)]
    weights: Annotated[tuple[Number, ...], Field(min_length=1, max_length=50)]
    factor: Ratio
    factor_log_sd: LogRatio
    weeks: Weeks


class BenchmarkSplit(Graded):
    """How the counts divide between benchmark and other enterprises."""

    options: Annotated[tuple[Split, ...], Field(min_length=1)]
    value: Split


class AfterMissedDeadline(Graded):
    """What follows a missed date."""

    options: Annotated[tuple[AfterMissed, ...], Field(min_length=1)]
    value: AfterMissed
    make_up_factor: Ratio
    weeks: Weeks


class Scenario(Block):
    """What one snapshot cannot tell."""

    start: Start
    reference_class: ReferenceClass
    rush: Rush
    benchmark_split: BenchmarkSplit
    after_missed_deadline: AfterMissedDeadline
    removals_per_year: PerYear


class LevelSwitch(Block):
    """Two readings of the required level."""

    options: Annotated[tuple[Level, ...], Field(min_length=1)]
    value: Level
    basically_share: Share


class AssessmentSwitch(Block):
    """Two readings of what must be assessed."""

    options: Annotated[tuple[Assessment, ...], Field(min_length=1)]
    value: Assessment
    source: Text


class Switches(Block):
    """Readings of the targets that a user may change."""

    level: LevelSwitch
    assessment: AssessmentSwitch


class Target(Block):
    """One stage of one group of enterprises, due at a date."""

    id: Text
    group: Group
    stage: Stage
    deadline: Date
    required: Literal["level", "assessment"]
    sample_share: Number | None = None
    all_deadline: Date | None = None
    source: Text
    milestone: bool = False
    reason: Label | None = None
    """Why this stage or date was taken where the document prints none."""


class Targets(Block):
    """All targets; one of them makes the headline."""

    switches: Switches
    headline: Text
    list: Annotated[tuple[Target, ...], Field(min_length=1, max_length=100)]


class Means(Block):
    """What the words of the model stand for in a place that built something else, or calls it otherwise."""

    programme: Label | None = None
    built: Label | None = None
    connected: Label | None = None
    online: Label | None = None
    assessed: Label | None = None
    passed: Label | None = None
    benchmark: Label | None = None
    other: Label | None = None
    county: Label | None = None
    as_of: Label | None = None


class Published(Block):
    """One figure the document prints."""

    id: Text
    quantity: Stage
    date: Date
    value: Number
    unit: Literal["share", "enterprises"]
    source: Text
