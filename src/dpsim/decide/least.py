"""Of runs at several settings of a lever: the least that is enough, its error, and whether more is better.

The answer has an error of its own, because the chances are counted on a finite number of runs. With exact (Clopper and
Pearson) one-sided limits of each chance at 97.5%:

- *least*: the first setting whose upper limit reaches the level. It lies beyond the true answer only if the upper limit
  at the true answer, whose chance is enough, does not: at most 2.5%.
- *most*: where the unbroken run of settings whose lower limits reach the level, up to the greatest effort, begins. It
  lies before the true answer only if the run takes in the setting just before that answer, whose chance is not enough:
  one setting, at most 2.5% (tests in a fixed order; Maurer, Hothorn and Lehmacher 1995).

Together they hold the true answer among the settings tried with at least 95%, whether or not more is better, and
without an allowance for the number of settings.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dpsim.decide.compare import LEVEL
from dpsim.measure.probability import paired_share_interval

WITHOUT, REACHED, BEYOND, LOST = "without", "reached", "beyond", "lost"
"""What was found: met without the instrument; a setting; none tried is enough; some are, but more of it is not."""
_ROUNDING = 1e-9


class Inverse(NamedTuple):
    """Where a column of `met` is enough.

    Attributes
    ----------
    answer, least, most : int
        Columns; the number of columns stands for "beyond all of them".
    """

    answer: int
    least: int
    most: int


def invert(met: npt.NDArray[np.bool_], level: float) -> Inverse:
    """Return the least effort from which on the target is met often enough, and the interval of this answer.

    Parameters
    ----------
    met : numpy.ndarray of bool
        Shape (replications, efforts), the least effort first.
    level : float
        The chance asked for.
    """
    count, efforts = met.sum(axis=0), met.shape[1]
    low, high = exact_limits(count, met.shape[0])
    may_be = np.flatnonzero(high >= level)
    return Inverse(
        answer=_tail(count / met.shape[0] >= level - _ROUNDING),
        least=int(may_be[0]) if may_be.size else efforts,
        most=_tail(low >= level),
    )


def outcome_of(met: npt.NDArray[np.bool_], level: float, without: int | None) -> str:
    """Return what was found, one of the words of this module; `without` is the least effort where it is none at all."""
    enough = met.mean(axis=0) >= level - _ROUNDING
    answer = _tail(enough)
    if answer == enough.size:
        return LOST if enough.any() else BEYOND
    return WITHOUT if answer == without else REACHED


def exact_limits(met: npt.ArrayLike, n: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the ends of the exact 95% intervals of chances (Clopper and Pearson 1934), each end at 97.5%.

    Parameters
    ----------
    met : array_like
        Successes of n, any shape.
    n : int
    """
    from scipy.special import betaincinv

    k, tail = np.asarray(met, dtype=np.float64), (1.0 - LEVEL) / 2.0
    low = np.where(k > 0, betaincinv(np.maximum(k, 1), n - k + 1, tail), 0.0)
    high = np.where(k < n, betaincinv(k + 1, np.maximum(n - k, 1), 1.0 - tail), 1.0)
    return low, high


def reversed_runs(met: npt.NDArray[np.bool_]) -> int:
    """Return how many replications meet the target with some effort and miss it with more."""
    return int((np.maximum.accumulate(met, axis=1) & ~met).any(axis=1).sum())


def largest_fall(met: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Return the largest fall of the share met between a setting and one of more effort; see `Needed`.

    The interval is Newcombe's for shares in pairs, for all pairs of settings together (Bonferroni).
    """
    from scipy.stats import norm

    share = met.mean(axis=0)
    pairs = [(float(share[a] - share[b]), a, b) for a in range(share.size) for b in range(a + 1, share.size)]
    mean, before, after = max(pairs)
    first, second = met[:, before], met[:, after]
    counts = int((first & second).sum()), int((first & ~second).sum()), int((~first & second).sum())
    low, high = paired_share_interval(*counts, met.shape[0], float(norm.ppf(1.0 - (1.0 - LEVEL) / 2.0 / len(pairs))))
    return {"before": before, "after": after, "mean": mean, "low": low, "high": high}


def _tail(enough: npt.NDArray[np.bool_]) -> int:
    """Return where the unbroken run of True at the end begins; the length where there is none."""
    wrong = np.flatnonzero(~enough)
    return int(wrong[-1]) + 1 if wrong.size else 0
