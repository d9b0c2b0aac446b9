"""Keyed draws of a forecast: one for each draw and unit, or each draw, whatever else is forecast beside it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.streams import CITY_ENTITY, Stream, uniform
from dpsim.model.state import Floats

Entities = npt.NDArray[np.uint32]
COMMON = np.array([CITY_ENTITY], dtype=np.uint32)


@kernel
def keyed_uniforms(seed: int, draws: int, entity: Entities, stream: int, ordinal: int) -> Floats:
    """Return uniform draws, shape (draws, entities): the draw's number stands where a replication's does."""
    out = np.empty((draws, entity.size))
    for d in range(draws):
        for i in range(entity.size):
            out[d, i] = uniform(seed, d, entity[i], stream, ordinal, 0)
    return out


def uniform_draws(seed: int, draws: int, entity: Entities, stream: Stream, ordinal: int = 0) -> Floats:
    """Return uniform draws in (0, 1), shape (draws, entities)."""
    return keyed_uniforms(seed, draws, entity, int(stream), ordinal)


def normal_draws(seed: int, draws: int, entity: Entities, stream: Stream, ordinal: int = 0) -> Floats:
    """Return standard normal draws, shape (draws, entities)."""
    from scipy.special import ndtri

    return np.asarray(ndtri(uniform_draws(seed, draws, entity, stream, ordinal)), dtype=np.float64)


def common_uniform(seed: int, draws: int, stream: Stream, ordinal: int = 0) -> Floats:
    """Return one uniform draw for all units together, shape (draws,)."""
    return uniform_draws(seed, draws, COMMON, stream, ordinal)[:, 0]


def common_normal(seed: int, draws: int, stream: Stream, ordinal: int = 0) -> Floats:
    """Return one standard normal draw for all units together, shape (draws,)."""
    return normal_draws(seed, draws, COMMON, stream, ordinal)[:, 0]
