"""Parameters of each instrument a strategy file can name, one class each."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from dpsim.params.quantity import Block, Date, Expect, Quantity, StaffDays, WholeDays, Yuan


class Instrument(Block):
    """What all instruments share: in force from `start` to `end`, or all the time."""

    start: Date | None = None
    end: Date | None = None


class DispatchMeeting(Instrument):
    """A meeting at which progress is reported and chased."""

    instrument: Literal["dispatch_meeting"]
    every_days: WholeDays
    staff_days_each: StaffDays


class RankingNotice(Instrument):
    """A notice that ranks the counties."""

    instrument: Literal["ranking_notice"]
    every_days: WholeDays
    staff_days_each: StaffDays


class ThirdPartyCapacity(Instrument):
    """More builders at the agencies, paid by the public purse."""

    instrument: Literal["third_party_capacity"]
    start: Date
    added_share: Annotated[Quantity, Expect("share", 0, 100)]
    cost_per_enterprise: Yuan


class DeadlineDrive(Instrument):
    """A concentrated drive in the last weeks."""

    instrument: Literal["deadline_drive"]
    start: Date
    end: Date
    factor: Annotated[Quantity, Expect("ratio", 0, 100, above=True)]
    staff_days_per_day: StaffDays


AnyInstrument = DispatchMeeting | RankingNotice | ThirdPartyCapacity | DeadlineDrive
Chosen = Annotated[AnyInstrument, Field(discriminator="instrument")]

INSTRUMENTS: dict[str, type[Block]] = {
    get_args(model.model_fields["instrument"].annotation)[0]: model for model in get_args(AnyInstrument)
}
"""Instrument name to the class of its parameters."""
