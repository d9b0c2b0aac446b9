"""How counties report to the city's bureau; a case without the block has reports that are on time and true."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from dpsim.core.expect import Expect
from dpsim.language import LANGUAGES, say
from dpsim.params.quantity import Block, Label, Quantity, Share


class Reporting(Block):
    """Delay of the counties' reports, and what they report as done before the date of a target though it is not."""

    delay_days: Annotated[Quantity, Expect("days", 0, 366, whole=True)]
    shading: Share
    shading_days: Annotated[Quantity, Expect("days", 1, 3660, whole=True)]

    @property
    def on(self) -> bool:
        """Whether reports differ from what is done."""
        return self.delay_days.value > 0 or self.shading.value > 0


@cache
def reporting_off() -> Reporting:
    """Return the block that changes nothing, to set values in: reports on time and true, a window of 30 days."""

    def assumed(name: str, value: int, unit: str, ends: tuple[int, int]) -> Quantity:
        reason = Label(**{lang: say(f"params.reporting.{name}", lang=lang) for lang in LANGUAGES})
        return Quantity(value=value, unit=unit, range=ends, grade="assumed", reason=reason)

    return Reporting(
        delay_days=assumed("delay_days", 0, "days", (0, 60)),
        shading=assumed("shading", 0, "share", (0, 1)),
        shading_days=assumed("shading_days", 30, "days", (7, 90)),
    )
