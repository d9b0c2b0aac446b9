"""The parts of a case file that hold readings and dues: the scenario, the targets and the published figures."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dpsim.language import LANGUAGES
from dpsim.params.quantity import Block, Date, Graded, Label, LogRatio, Number, PerYear, Ratio, Share, Text, Weeks

Stage = Literal["built", "connected", "online", "assessed", "passed"]
Group = Literal["all", "benchmark", "other"]
Level = Literal["all", "basically"]
Assessment = Literal["sample", "all"]
Split = Literal["proportional", "benchmark_first"]
AfterMissed = Literal["back_to_normal", "grace", "make_up_drive"]
Sector = Literal["mines", "chemicals", "industry_trade"]
HazardClass = Literal["general", "major"]
PrintedUnit = Literal[
    "share", "enterprises", "visits", "hazards", "penalties", "accidents", "yuan", "ratio", "per_year"
]
Discovery = Literal["self_check", "worker_report", "expert", "spot_check", "oversight", "patrol", "look_back", "grid"]


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


class Task(Block):
    """A programme with a list of its own that was finished within the year: what was to be done, and what was.

    It is told and never simulated: whom it covers is not the list of the case.
    """

    id: Text
    name: Label
    task: Number
    done: Number
    unit: Literal["enterprises", "people"]
    date: Date
    source: Text


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


class Called(Block):
    """Short words of a place for stages, groups and the offices below it, printed in the place of the usual ones.

    A stage stands after a number and after "are": 建档, "on file".
    """

    built: Label | None = None
    connected: Label | None = None
    online: Label | None = None
    assessed: Label | None = None
    passed: Label | None = None
    benchmark: Label | None = None
    other: Label | None = None
    county: Label | None = None
    counties: Label | None = None

    def words(self) -> dict[str, dict[str, str]]:
        """Return the words by language, as `dpsim.language.in_words` takes them."""
        own = {name: label for name, label in self if label is not None}
        for name, like in (("done", "online"), ("live", "online"), ("benchmark_county", "benchmark")):
            if like in own:
                own[name] = own[like]
        return {lang: {name: label.words(lang) for name, label in own.items()} for lang in LANGUAGES}


class Published(Block):
    """One figure that a document prints and a run gives too.

    Parameters
    ----------
    id : str
    quantity : str
        A name of `dpsim.published.quantities`.
    klass, channel : str, optional
        The only class of hazards (`class`), the only channel of discovery that counts.
    sector, group : str, optional
        The only sector, the only target group whose enterprises count.
    date : datetime.date, optional
        When it stands, of a quantity that stands at a date.
    begin, until : datetime.date, optional
        First and last day (`from`, `to`) over which it is counted, of a quantity that is counted over days.
    value : int or float
    unit : str
        With `against` a change as a share: -0.4936 for 49.36% less.
    source : str
        Id of `params/evidence.csv` or of the case's own `sources`.
    strategy : str, optional
        Strategy that is run for it; the case's default one if there is none.
    against : str, optional
        Strategy against whose runs it is set, pair by pair.
    note : Label, optional
        Why the runs lie elsewhere, or far apart.
    """

    id: Text
    quantity: Text
    klass: HazardClass | None = Field(default=None, alias="class")
    channel: Discovery | None = None
    sector: Sector | None = None
    group: Literal["benchmark", "other"] | None = None
    date: Date | None = None
    begin: Date | None = Field(default=None, alias="from")
    until: Date | None = Field(default=None, alias="to")
    value: Number
    unit: PrintedUnit
    source: Text
    strategy: Text | None = None
    against: Text | None = None
    note: Label | None = None

    @property
    def of_all(self) -> bool:
        """Whether it is of the whole list, not of a sector or a group."""
        return self.sector is None and self.group is None


class Constraint(Block):
    """A target of outcomes that a plan sets: no stage of this programme, but what the runs are held against.

    Parameters
    ----------
    id : str
    name : Label
        What is bound, and over which years.
    value : int or float
        A change as a share (-0.15 for 15% less), or the most accidents there may be.
    unit : str
    source : str
        Id of `params/evidence.csv` or of the case's own `sources`.
    quantity : str, optional
        What a run gives of it, where it gives something.
    reason : Label, optional
        Why no run can tell, where none can.
    """

    id: Text
    name: Label
    value: Number
    unit: Literal["share", "accidents"]
    source: Text
    quantity: Literal["no_grave_accident"] | None = None
    reason: Label | None = None


class Outside(Block):
    """A fact of the place's documents that the model does not hold, and why."""

    id: Text
    name: Label
    source: Text
    reason: Label


def printed_step(value: float, unit: str) -> float:
    """Return one unit of the last digit a figure is printed with: that much it may be off, being rounded or cut off.

    A whole count is exact; of other figures a file cannot tell 0.50 from 0.5, so that two digits are taken for printed.
    """
    if unit != "share" and float(value).is_integer():
        return 0.0
    digits = len(f"{value:.12f}".rstrip("0").partition(".")[2])
    return float(10.0 ** -max(2, digits))
