"""Quantiles looked up: a cubic for each bin of a uniform draw, with the law's own values and slopes at both edges.

Worked out one by one, quantiles of Gamma took a twentieth of a replication and delays more than anything else did.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from dpsim.model.state import Floats

GAMMA_BINS = 4096
ENDS_SHARE = 1 / 32
"""Below this share of all draws and above its complement a law bends too much for a table: its formula is used."""


def cubic_table(value: Floats, slope: Floats) -> Floats:
    """Return the cubics between points, by powers of the place (0..1) in the bin.

    Parameters
    ----------
    value, slope : numpy.ndarray
        Shape (bins + 1,): at the edges; the slope per bin.

    Returns
    -------
    numpy.ndarray
        Shape (bins, 4).
    """
    rise, left, right = np.diff(value), slope[:-1], slope[1:]
    return np.column_stack([value[:-1], left, 3.0 * rise - 2.0 * left - right, left + right - 2.0 * rise])


def gamma_unit_quantile(u: Floats, shape: float) -> Floats:
    """Return the quantiles of a Gamma law of scale 1.

    Parameters
    ----------
    u : numpy.ndarray
        In (0, 1), of any shape.
    shape : float
        Above 0. From 0.1 to 400 the relative error is below 1e-6; a value does not depend on what stands beside it.

    Returns
    -------
    numpy.ndarray
        Of the same shape.
    """
    from scipy.special import gammaincinv

    u = np.asarray(u, dtype=np.float64)
    place = u * GAMMA_BINS
    k = place.astype(np.int64)
    x, table = place - k, _gamma_table(shape)[k]
    out: Floats = table[..., 0] + x * (table[..., 1] + x * (table[..., 2] + x * table[..., 3]))
    ends = np.abs(u - 0.5) > 0.5 - ENDS_SHARE
    out[ends] = gammaincinv(shape, u[ends])
    return out


@lru_cache(maxsize=64)
def _gamma_table(shape: float) -> Floats:
    """Return the cubics of a Gamma law; those of the ends are not used."""
    from scipy.special import gammaincinv, gammaln

    ends = 0.5 * ENDS_SHARE
    value = gammaincinv(shape, np.clip(np.arange(GAMMA_BINS + 1) / GAMMA_BINS, ends, 1.0 - ends))
    log_density: npt.NDArray[np.float64] = (shape - 1.0) * np.log(value) - value - gammaln(shape)
    return cubic_table(value, np.exp(-log_density) / GAMMA_BINS)


def entry_interval(lows: Floats, highs: Floats, rate_per_day: float, u: Floats) -> Floats:
    """Return entry times between `lows` and `highs`: truncated exponential at `rate_per_day` from `lows`.

    All arrays have shape (n,); a closed interval of no length gives its end.
    """
    width = np.maximum(highs - lows, 0.0)
    if rate_per_day <= 0.0:
        return np.asarray(lows + u * width)
    return np.asarray(lows - np.log1p(u * np.expm1(-rate_per_day * width)) / rate_per_day)
