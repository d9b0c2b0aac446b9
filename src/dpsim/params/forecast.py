"""The settings of forecasts from a history: one file, the same for every programme, with reference classes."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field

from dpsim.params.check import Rules
from dpsim.params.locate import params_folder
from dpsim.params.quantity import Block, Enterprises, Label, LogRatio, PerWeek, Ratio, Share, Text, Weeks
from dpsim.params.reader import read_yaml
from dpsim.params.schema import File

UNSTATED = "unstated"
CLASSES = ("voluntary", "order", "filing", UNSTATED)
"""Reference classes; the last one where nobody says which."""
Class = Literal["voluntary", "order", "filing", "unstated"]


class PaceSettings(Block):
    """How a history becomes a pace, and how the pace goes on (`dpsim.forecast.settings.Settings`)."""

    forgetting: Share
    pooling: Ratio
    cap: Enterprises
    reversion: PerWeek
    noise: LogRatio
    common: Share
    order_common: Share
    damping: Share


class RushSettings(Block):
    """The rush before a deadline, where one is supposed."""

    factor: Ratio
    log_sd: LogRatio
    weeks: Weeks


class WorkSettings(Block):
    """How jobs go on in a chain of stages (`dpsim.forecast.pipeline`)."""

    shock: LogRatio
    pooling: Enterprises
    weeks: Weeks
    level: Share


class ReferenceClass(Block):
    """What programmes of one kind have in common."""

    name: Label
    reference: PerWeek
    spread_weight: Share
    close_weight: Share
    agreement: Ratio
    settle_shock: LogRatio
    spread_shock: LogRatio


class ReferenceClasses(Block):
    """All kinds of programmes."""

    voluntary: ReferenceClass
    order: ReferenceClass
    filing: ReferenceClass
    unstated: ReferenceClass


class ProgrammeClass(Block):
    """Which class a programme on record belongs to, and why."""

    programme: Text
    reference: Class
    reason: Label


class ForecastSettings(File):
    """All of it."""

    forecast: Text
    pace: PaceSettings
    rush: RushSettings
    work: WorkSettings
    classes: ReferenceClasses
    programmes: Annotated[tuple[ProgrammeClass, ...], Field(max_length=1000)]

    @property
    def id(self) -> str:
        """The name of the settings."""
        return self.forecast

    @classmethod
    def _rules(cls) -> Rules:
        return lambda content: ()


@lru_cache(maxsize=1)
def load_forecast_settings() -> ForecastSettings:
    """Return the settings that come with the program, read once in a process.

    Raises
    ------
    FileFaults
        The file breaks rules.
    """
    document = read_yaml(params_folder() / "forecast.yaml")
    return ForecastSettings.from_content(document.content, document.origin, document.faults)
