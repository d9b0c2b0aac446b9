"""Linyi 2018 scaled to another length of list: everything that is counted grows with it, every rate stays.

The list, its published counts and tiers, the counties and the assessors' teams grow alike; agencies grow by themselves
(their size follows from the flow). A county keeps its staff. Above 1 000 counties, the most a case may have, counties
become larger instead.
"""

from __future__ import annotations

from typing import Any

from dpsim import load_case
from dpsim.params.faults import Origin
from dpsim.params.schema import Case

MOST_COUNTIES = 1_000


def scaled_case(enterprises: int) -> Case:
    """Return linyi-2018 with so many enterprises; the ranges of what is scaled are widened to hold it."""
    case = load_case("linyi-2018")
    content, factor = case.content(), enterprises / float(case.population.enterprises.value)
    population, state = content["population"], content["state"]
    counties = min(MOST_COUNTIES, max(1, round(factor * population["counties"]["value"])))
    _set(population["enterprises"], enterprises)
    _set(population["counties"], counties)
    for counted in (*population["tiers"].values(), *(count for count in state.values() if "value" in count)):
        _set(counted, int(factor * counted["value"]))
    _set(content["assessors"]["teams"], max(1, round(factor * content["assessors"]["teams"]["value"])))
    content["published"] = tuple(printed for printed in content["published"] if printed["quantity"] in state)
    for printed in content["published"]:
        printed["value"] = round(state[printed["quantity"]]["value"] / enterprises, 4)
    return Case.from_content(content, Origin(f"{case.id} x {factor:.3g}"))


def _set(quantity: dict[str, Any], value: int) -> None:
    """Give a quantity of plain content a value and the range that this value alone fills."""
    quantity["value"], quantity["range"] = value, (value, value)
