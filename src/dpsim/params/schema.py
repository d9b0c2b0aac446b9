"""The two kinds of parameter file: a case and a strategy.

A case says whom the programme covers, where it stands and what is due; a strategy says what the supervisor does.
Both are frozen. Make them with `dpsim.params.load`, which applies all rules; the classes alone check shapes only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field

from dpsim.core.expect import Expect
from dpsim.params.assumption import Assumption, assumptions_of
from dpsim.params.blocks import Adoption, Agencies, Assessors, Attention, Calendar, Caveats, Population, Source, State
from dpsim.params.blocks_hazards import (
    Appraisal,
    ClosedLoop,
    Deterrence,
    Discovery,
    Formalism,
    Hazards,
    Incidents,
    Questioning,
    Staff,
)
from dpsim.params.blocks_reporting import Reporting, reporting_off
from dpsim.params.change import changed
from dpsim.params.check import Rules, checked
from dpsim.params.faults import Fault, Origin
from dpsim.params.instruments import INSTRUMENTS, Chosen, Instrument
from dpsim.params.quantity import GRADES, Block, Date, Graded, Label, Quantity, Text, Version
from dpsim.params.readings import (
    Called,
    Constraint,
    Means,
    Outside,
    Published,
    Scenario,
    Target,
    Targets,
    Task,
)
from dpsim.params.rules import case_rules, strategy_rules

__all__ = [
    "GRADES",
    "INSTRUMENTS",
    "Assumption",
    "Case",
    "Expect",
    "Graded",
    "Instrument",
    "Label",
    "Quantity",
    "Strategy",
    "Target",
]


class File(Block):
    """What a case and a strategy have in common."""

    schema_version: Version = Field(alias="schema")
    name: Label

    @property
    def id(self) -> str:
        """The name it is called by."""
        raise NotImplementedError

    @property
    def digest(self) -> str:
        """SHA-256 of the content, whatever the order of its keys and its comments."""
        text = json.dumps(canonical(self.content()), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def content(self) -> dict[str, Any]:
        """Return the plain content under the keys of the file; sequences are tuples, absent keys stay absent."""
        return self.model_dump(by_alias=True, exclude_none=True)

    def quantities(self) -> dict[str, Quantity]:
        """Return every quantity by its dotted key, such as ``agencies.service_mean``."""
        return {key: part for key, part in self.parts() if isinstance(part, Quantity)}

    def assumptions(self) -> list[Assumption]:
        """Return everything that has a grade, the weakest first."""
        return assumptions_of(self)

    def with_values(self, values: Mapping[str, object]) -> Self:
        """Return a checked copy with other values.

        Parameters
        ----------
        values : mapping of str to object
            Dotted key to value. The key of a block that has a ``value`` names that value:
            ``agencies.service_mean``, ``scenario.reference_class``, ``targets.switches.level``. Other keys name
            the entry itself (``scenario.rush.weights``, ``targets.list.0.deadline``). Grade, source and range stay.

        Returns
        -------
        Case or Strategy
            Of the same kind.

        Raises
        ------
        InputError
            A key is unknown.
        FileFaults
            A value is out of its range, of the wrong type or against another rule; all faults together.
        """
        return self.from_content(changed(self.content(), values, self.id, self._off()), Origin(self.id))

    @classmethod
    def _off(cls) -> dict[str, dict[str, Any]]:
        """Return blocks that may be absent but can be set, as they are when they change nothing."""
        return {}

    @classmethod
    def from_content(cls, content: Mapping[str, Any], origin: Origin, found: tuple[Fault, ...] = ()) -> Self:
        """Return the checked model of plain content.

        Raises
        ------
        FileFaults
            Something is wrong; all faults together.
        """
        return checked(cls, content, cls._rules(), origin, found)

    @classmethod
    def _rules(cls) -> Rules:
        """Return the rules that look at several keys."""
        raise NotImplementedError


class Case(File):
    """One place and year: its population, its state at the as-of date, its targets and the assumptions."""

    case: Text
    place: Label
    enterprises_called: Label
    means: Means | None = None
    called: Called | None = None
    code_prefix: Text
    as_of: Date
    horizon_end: Date
    default_strategy: Text
    calendar: Calendar
    population: Population
    state: State
    scenario: Scenario
    targets: Targets
    adoption: Adoption
    attention: Attention
    agencies: Agencies
    assessors: Assessors
    hazards: Hazards
    discovery: Discovery
    closed_loop: ClosedLoop
    staff: Staff
    deterrence: Deterrence
    formalism: Formalism
    incidents: Incidents
    caveats: Caveats
    published: tuple[Published, ...]
    sources: tuple[Source, ...] | None = None
    appraisal: Appraisal | None = None
    constraints: tuple[Constraint, ...] | None = None
    outside: tuple[Outside, ...] | None = None
    questioning: Questioning | None = None
    tasks: tuple[Task, ...] | None = None
    reporting: Reporting | None = None

    @property
    def id(self) -> str:
        """The name of the case."""
        return self.case

    @classmethod
    def _off(cls) -> dict[str, dict[str, Any]]:
        return {"reporting": reporting_off().model_dump(by_alias=True, exclude_none=True)}

    @classmethod
    def _rules(cls) -> Rules:
        return case_rules


class Strategy(File):
    """What the supervisor does."""

    strategy: Text
    sentence: Label
    pace: Literal["path", "past"]
    instruments: tuple[Chosen, ...]

    @property
    def id(self) -> str:
        """The name of the strategy."""
        return self.strategy

    @classmethod
    def _rules(cls) -> Rules:
        return strategy_rules


def canonical(entry: Any) -> Any:
    """Return plain content that JSON writes in one way only."""
    if isinstance(entry, dict):
        return {key: canonical(item) for key, item in entry.items()}
    if isinstance(entry, tuple):
        return [canonical(item) for item in entry]
    if isinstance(entry, float) and entry.is_integer():
        return int(entry)
    return entry if isinstance(entry, str | int | float | bool) else entry.isoformat()
