"""What an order closes of the gaps of units by its deadline.

Each unit's gap is closed or not, with one chance for all; what decides it is partly common to all of them. Of those
that are closed, an order closes shares whose mean all units have in common.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from dpsim.core.streams import Stream
from dpsim.forecast.history import History
from dpsim.forecast.luck import Entities, common_normal, common_uniform, normal_draws, uniform_draws
from dpsim.forecast.settings import Settings
from dpsim.model.state import Floats

_LEAST_OWN = 1e-12


def ordered_closures(history: History, settings: Settings, *, seed: int, draws: int) -> Floats:
    """Return the share of its gap that an order closes by the deadline, 0 where none does, shape (draws, units)."""
    s = settings
    if s.close_weight == 0.0:
        return np.zeros((draws, history.entity.size))
    return _shares(history.entity.tobytes(), s.close_weight, s.order_common, s.agreement, seed, draws).copy()


def ordered_units(entity: Entities, settings: Settings, *, seed: int, draws: int) -> npt.NDArray[np.bool_]:
    """Return whose gaps an order closes a share of, shape (draws, units)."""
    return _closed(entity, settings.close_weight, settings.order_common, seed, draws)


def means_of_sums(own: Floats, passed: Floats, settings: Settings, *, seed: int, draws: int) -> Floats:
    """Return the share of its gap that a sum of many units closes, shape as `own`.

    The mean over units that the draw's order reaches or not, each of which closes at least what the pace gives.

    Parameters
    ----------
    own : numpy.ndarray
        Shape (draws, sums, weeks): share of the gap closed at the draw's own pace.
    passed : numpy.ndarray
        Shape (weeks,): share of the time to the deadline that has passed, above 0.
    settings, seed, draws
        As of the units.
    """
    from scipy.special import betaincc, ndtr, ndtri

    common = common_normal(seed, draws, Stream.FORECAST_CLOSE)
    own_part = np.sqrt(max(1.0 - settings.order_common, _LEAST_OWN))
    reached = ndtr((ndtri(settings.close_weight) - np.sqrt(settings.order_common) * common) / own_part)
    mean = _means(seed, draws)[:, None, None]
    a, b = settings.agreement * mean, settings.agreement * (1.0 - mean)
    least = np.clip(own / passed, 0.0, 1.0)
    above = mean * betaincc(a + 1.0, b, least) - least * betaincc(a, b, least)  # the mean of a Beta law beyond `least`
    return np.asarray(own + reached[:, None, None] * passed * above)


def _closed(entity: Entities, close_weight: float, order_common: float, seed: int, draws: int) -> npt.NDArray[np.bool_]:
    from scipy.special import ndtri

    common = common_normal(seed, draws, Stream.FORECAST_CLOSE)[:, None]
    own = normal_draws(seed, draws, entity, Stream.FORECAST_CLOSE)
    held_back = np.sqrt(order_common) * common + np.sqrt(1.0 - order_common) * own
    return np.asarray(held_back < ndtri(close_weight))


@lru_cache(maxsize=2)
def _shares(units: bytes, close_weight: float, order_common: float, agreement: float, seed: int, draws: int) -> Floats:
    """Return what an order closes of each unit's gap, shape (draws, units).

    All stages share it, so it is kept for the next one: it takes longer than the rest.
    """
    from scipy.special import betaincinv

    entity = np.frombuffer(units, dtype=np.uint32)
    closed = _closed(entity, close_weight, order_common, seed, draws)
    mean = np.broadcast_to(_means(seed, draws)[:, None], closed.shape)[closed]
    own = uniform_draws(seed, draws, entity, Stream.FORECAST_CLOSE_SHARE)[closed]
    out = np.zeros(closed.shape)
    out[closed] = betaincinv(agreement * mean, agreement * (1.0 - mean), own)
    return out


def _means(seed: int, draws: int) -> Floats:
    """Return the mean share of the gap that an order closes, shape (draws,)."""
    return np.clip(common_uniform(seed, draws, Stream.FORECAST_CLOSE_SHARE), 0.01, 0.99)
