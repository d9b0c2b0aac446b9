"""The settings a strategy file gives each instrument: one class per file of `strategies/`, made from its `SETTINGS`."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import Field, create_model

from dpsim.params.quantity import Block, Date, Quantity
from dpsim.strategies import instruments


class Instrument(Block):
    """What all instruments share: in force from `start` to `end`, or all the time."""

    start: Date | None = None
    end: Date | None = None


def _settings_class(module: ModuleType) -> type[Instrument]:
    """Return the class of an instrument's settings."""
    fields: dict[str, Any] = {"instrument": (Literal[module.NAME], ...)}
    fields |= {date: (Date, ...) for date in module.NEEDS}
    for key, setting in module.SETTINGS.items():
        held = Annotated[Quantity | None, setting.expect], None
        fields[key] = held if setting.optional else (Annotated[Quantity, setting.expect], ...)
    name = "".join(part.capitalize() for part in module.NAME.split("_"))
    return create_model(name, __base__=Instrument, __doc__=module.__doc__, **fields)


INSTRUMENTS: dict[str, type[Instrument]] = {name: _settings_class(module) for name, module in instruments().items()}
"""Instrument name to the class of its settings."""

if TYPE_CHECKING:
    Chosen = Any
else:
    Chosen = Annotated[Union[tuple(INSTRUMENTS.values())], Field(discriminator="instrument")]  # noqa: UP007
