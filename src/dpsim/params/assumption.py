"""List everything with a grade, the weakest ground first: what the report prints as its assumptions."""

from __future__ import annotations

from dataclasses import dataclass

from dpsim.params.quantity import GRADES, Block, Graded, Label, Quantity


@dataclass(frozen=True, slots=True)
class Assumption:
    """One graded entry.

    Parameters
    ----------
    key : str
        Dotted key, such as ``agencies.service_mean``.
    value : object
        A number; for a chosen reading its name; for the start of the work its dates; for a rush its chances; for
        sectors that are wholly built their names.
    unit : str
        Empty when it is no quantity.
    low, high : float or None
        Believable range; None when it is no quantity.
    source : str or None
        Id of the evidence.
    grade : str
        One of `GRADES`.
    reason : Label or None
        Why it was assumed, in both languages.
    """

    key: str
    value: object
    unit: str
    low: float | None
    high: float | None
    source: str | None
    grade: str
    reason: Label | None


def assumptions_of(file: Block) -> list[Assumption]:
    """Return all graded entries below `file`, weakest grade first, then in the order of the schema."""
    rows = [_row(key, part) for key, part in file.parts() if isinstance(part, Graded)]
    return sorted(rows, key=lambda row: GRADES.index(row.grade))


def _row(key: str, part: Graded) -> Assumption:
    """Return one row."""
    ground = (part.source, part.grade, part.reason)
    if isinstance(part, Quantity):
        return Assumption(key, part.value, part.unit, part.low, part.high, *ground)
    value = next(
        (getattr(part, name) for name in ("value", "dates", "chances", "sectors") if hasattr(part, name)), None
    )
    return Assumption(key, value, "", None, None, *ground)
