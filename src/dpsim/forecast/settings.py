"""Numbers of the model of forecasts from a history, of one reference class."""

from __future__ import annotations

from typing import NamedTuple

from dpsim.params.forecast import ForecastSettings


class Settings(NamedTuple):
    """Numbers of the model; see `params/forecast.yaml` for range, source and grade of each.

    Attributes
    ----------
    forgetting : float, weight of a week against the one after it, 0..1
    pooling : float, members' worth of the pooled closure in each unit's
    cap : float, members a unit counts for at most
    reference : float, weekly closure of the reference class
    reversion : float, share of the log distance to it given back each week
    noise : float, weekly noise of the log closure
    settle_shock, spread_shock : float, s.d. of the lasting shock (log)
    common : float, share of the shock's variance that is common to all units
    damping : float, of the growth, per week
    spread_weight : float, chance that a future spreads rather than settles
    close_weight : float, chance that an order closes a share of a unit's gap
    order_common : float, share of what decides whether an order closes a unit's gap that is common to all
    agreement : float, how alike units are in what an order closes (concentration of a Beta law)
    rush_chance, rush_factor, rush_log_sd, rush_weeks : float, a rush before the deadline
    """

    forgetting: float
    pooling: float
    cap: float
    reference: float
    reversion: float
    noise: float
    settle_shock: float
    spread_shock: float
    common: float
    damping: float
    spread_weight: float
    close_weight: float
    order_common: float
    agreement: float
    rush_chance: float
    rush_factor: float
    rush_log_sd: float
    rush_weeks: float


def class_settings(settings: ForecastSettings, reference: str, rush: float = 0.0) -> Settings:
    """Return the numbers of the model for a reference class and a supposed chance of a rush."""
    pace, own = settings.pace, getattr(settings.classes, reference)
    return Settings(
        **{name: float(getattr(pace, name).value) for name in type(pace).model_fields},
        **{name: float(getattr(own, name).value) for name in type(own).model_fields if name != "name"},
        rush_chance=rush,
        rush_factor=float(settings.rush.factor.value),
        rush_log_sd=float(settings.rush.log_sd.value),
        rush_weeks=float(settings.rush.weeks.value),
    )
