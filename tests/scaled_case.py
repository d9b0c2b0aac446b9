"""A case with a shorter list: what does not depend on how many enterprises there are need not wait for 70 000."""

from __future__ import annotations

from typing import Any

from dpsim.params.faults import Origin
from dpsim.params.load import load_case
from dpsim.params.schema import Case

MOST = 2000
COUNTED = ("population.enterprises", "population.tiers.", "state.", "staff.inspectors_per_county", "assessors.teams")


def scaled_case(name: str, most: int = MOST) -> Case:
    """Return a case with at most so many enterprises: counts, inspectors and assessors in proportion, rounded down."""
    case = load_case(name)
    enterprises = int(case.population.enterprises.value)
    if enterprises <= most:
        return case
    counts = {key: part.value for key, part in case.quantities().items() if key.startswith(COUNTED)}
    content: Any = {**case.content(), "published": ()}
    for key, value in counts.items():
        least = 0 if key.startswith(("population", "state")) else 1
        number = max(least, int(value * most / enterprises))
        content = _edited(content, key.split("."), {"value": number, "range": (number, number)})
    return Case.from_content(content, Origin(f"{name}, scaled"))


def _edited(content: dict[str, Any], path: list[str], values: dict[str, Any]) -> dict[str, Any]:
    """Return content with some entries of the block at a path replaced."""
    if not path:
        return {**content, **values}
    return {**content, path[0]: _edited(content[path[0]], path[1:], values)}
