"""How long a step of the closed loop takes: Weibull delays by mean and shape.

Of the families with a mean and a shape it fits the delays of 930 inspection files with one violation best, with a
shape of 0.86 (decision 0013). Shape 1 is the exponential delay of the closed forms (methods 3.2-11).
"""

from __future__ import annotations

import math

import numpy as np

from dpsim.core.compiled import kernel, lean_kernel
from dpsim.core.streams import word_exponential
from dpsim.model.quantiles import ENDS_SHARE, cubic_table
from dpsim.model.state import Floats

DELAY_BINS = 512
_ENDS = int(DELAY_BINS * ENDS_SHARE)
_WIDTH = 32 - (DELAY_BINS - 1).bit_length()
_REST = np.uint64(2**_WIDTH - 1)


@kernel
def delay_quantile(u: float, mean: float, shape: float) -> float:
    """Return the delay in days that a share `u` of all delays does not exceed.

    Parameters
    ----------
    u : float
        Uniform draw in (0, 1); the delay never falls as it grows.
    mean : float
        Mean delay in days, 0 or more; 0 is no delay.
    shape : float
        Above 0: below 1 more spread out than exponential, above 1 less, infinity the constant `mean`.

    Returns
    -------
    float
        mean (-ln(1 - u))^(1/shape) / Gamma(1 + 1/shape), in days.

    Examples
    --------
    >>> round(delay_quantile(0.5, 100.0, 1.0), 3)
    69.315
    """
    return mean * unit_delay(-math.log1p(-u), delay_scale(shape), 1.0 / shape)


@kernel
def delay_scale(shape: float) -> float:
    """Return the scale of a Weibull delay of mean 1: worked out once for a run."""
    return 1.0 / math.gamma(1.0 + 1.0 / shape)


@kernel
def unit_delay(threshold: float, scale: float, power: float) -> float:
    """Return the delay of mean 1 that a unit exponential gives, from its `delay_scale` and `power` = 1 / shape."""
    return scale * math.exp(power * math.log(threshold))


def delay_table(shape: float) -> Floats:
    """Return the table that `word_delay` looks delays of mean 1 up in.

    Parameters
    ----------
    shape : float
        As in `delay_quantile`.

    Returns
    -------
    numpy.ndarray
        Shape (DELAY_BINS, 4): of each bin of a uniform draw the cubic that has the delay's values and slopes at both
        edges, by powers of the place in the bin (0..1). Relative error below 1e-6: less than that of the four bytes
        in which delays are kept, for shapes from 0.75 to 2.
    """
    scale, power = delay_scale(shape), 1.0 / shape
    u = np.clip(np.arange(DELAY_BINS + 1) / DELAY_BINS, 1.0 / DELAY_BINS, 1.0 - 1.0 / DELAY_BINS)
    threshold = -np.log1p(-u)
    value = scale * threshold**power
    slope = value * power / threshold / (1.0 - u) / DELAY_BINS
    return cubic_table(value, slope)


@lean_kernel
def word_delay(word: int, table: Floats, scale: float, power: float) -> float:
    """Return the delay of mean 1 that a 32-bit word gives: from its `delay_table`, near 0 and 1 from the formula.

    The same as `unit_delay` of `word_exponential`, for a tenth of the time: two logarithms and an exponential for each
    of the four delays of every hazard found took more time than all else about hazards.
    """
    k = np.int64(np.uint64(word) >> np.uint64(_WIDTH))
    if k < _ENDS or k >= DELAY_BINS - _ENDS:
        return unit_delay(word_exponential(word), scale, power)
    x = (np.float64(np.uint64(word) & _REST) + 0.5) * 2.0**-_WIDTH
    return table[k, 0] + x * (table[k, 1] + x * (table[k, 2] + x * table[k, 3]))
