"""Spot checks and sampled assessment: who is drawn, and what a draw tells of the rest.

A spot check vetoes a county when too many of the enterprises drawn fail; a sampled assessment accepts a list when
few enough fail. Laws: binomial with independent failures, hypergeometric on a finite list, beta-binomial when the
failure share differs between counties (methods 3.3-18 and 3.3-19). Draws are keyed like all others: an
enterprise has the same luck whoever else is on the list.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.streams import uniforms
from dpsim.model.state import Ints


@kernel
def veto_probability(q: float, n: int, fail: int) -> float:
    """Return the chance that at least `fail` of `n` enterprises fail, each independently with chance `q`.

    The law of methods 3.3-18: for `fail` = 2 it is 1 - (1-q)^n - n q (1-q)^(n-1).

    Parameters
    ----------
    q : float
        Chance that one enterprise fails, 0..1.
    n : int
        Enterprises checked, 0 or more.
    fail : int
        Failures that bring the veto; 0 or less always does.

    Returns
    -------
    float
        Probability, summed over the upper tail (no cancellation at small `q`).

    Examples
    --------
    >>> round(veto_probability(0.2, 3, 2), 6)
    0.104
    """
    if fail <= 0:
        return 1.0
    if fail > n or q <= 0.0:
        return 0.0
    if q >= 1.0:
        return 1.0
    total = 0.0
    for k in range(fail, n + 1):
        ways = math.lgamma(n + 1.0) - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0)
        total += math.exp(ways + k * math.log(q) + (n - k) * math.log1p(-q))
    return min(1.0, total)


def veto_probability_finite(total: int, failing: int, n: int, fail: int) -> float:
    """Return the chance that at least `fail` of `n` drawn fail, drawn without replacement from a finite list.

    The law of methods 3.3-18: for `fail` = 2 it is 1 - [C(M-K, n) + K C(M-K, n-1)] / C(M, n).

    Parameters
    ----------
    total, failing : int
        Enterprises on the list (M) and those among them that would fail (K).
    n : int
        Enterprises drawn, at most `total`.
    fail : int
        Failures that bring the veto.

    Examples
    --------
    >>> round(veto_probability_finite(60, 12, 3, 2), 4)
    0.099
    """
    from scipy.stats import hypergeom

    return float(hypergeom.sf(fail - 1, total, failing, n))


def veto_probability_counties(alpha: float, beta: float, n: int, fail: int) -> float:
    """Return the chance that at least `fail` of `n` fail in a county whose failure chance is Beta(alpha, beta).

    The beta-binomial law of methods 3.3-18. Enterprises of one county fail together, so a veto is likelier than
    with the mean failure chance everywhere.

    Parameters
    ----------
    alpha, beta : float
        Above 0; the mean failure chance is alpha / (alpha + beta).
    n, fail : int
        Enterprises checked in the county, and failures that bring the veto.

    Examples
    --------
    >>> round(veto_probability_counties(2.0, 8.0, 3, 2), 4)
    0.1273
    """
    from scipy.stats import betabinom

    return float(betabinom.sf(fail - 1, n, alpha, beta))


def acceptance_probability(total: int, failing: int, drawn: int, accept: int) -> float:
    """Return the chance that a sampled assessment accepts: at most `accept` of the `drawn` fail.

    The hypergeometric law of methods 3.3-19.

    Parameters
    ----------
    total, failing : int
        Enterprises on the list and those among them that would fail.
    drawn : int
        Enterprises drawn without replacement, at most `total`.
    accept : int
        Largest number of failures that is still accepted.

    Examples
    --------
    >>> [round(acceptance_probability(60, failing, 8, 1), 3) for failing in (3, 6, 12, 20)]
    [0.956, 0.822, 0.493, 0.176]
    """
    from scipy.stats import hypergeom

    return float(hypergeom.cdf(accept, total, failing, drawn))


def draw_sample(
    entities: npt.NDArray[np.uint32], count: int, seed: int, replication: int, stream: int, ordinal: int
) -> Ints:
    """Return which enterprises are drawn without replacement: those with the lowest keyed uniforms.

    Every subset of the size is equally likely. Since each enterprise has a draw of its own, taking one off the list
    lets the next one in and leaves all others drawn (methods 3.3-19).

    Parameters
    ----------
    entities : numpy.ndarray of uint32
        Entity numbers of the enterprises that can be drawn, shape (n,).
    count : int
        How many are drawn; everybody where the list is shorter.
    seed, replication, stream, ordinal : int
        Name of the draw; a new `ordinal` is a new sample.

    Returns
    -------
    numpy.ndarray of int64
        Positions in `entities`, ascending, shape (min(count, n),).

    Examples
    --------
    >>> from dpsim.core.streams import Stream
    >>> draw_sample(np.arange(1, 4, dtype=np.uint32), 9, 1, 0, int(Stream.TEST), 0)
    array([0, 1, 2])
    """
    luck = uniforms(seed, replication, entities, stream, ordinal)
    order = np.lexsort((entities, luck))  # ties by entity, not by row
    return np.sort(order[: max(0, count)]).astype(np.int64)
