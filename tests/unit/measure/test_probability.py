"""Wilson intervals against published and independent values; no false 0 or 1."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest, norm

from dpsim.core.streams import Stream, uniforms
from dpsim.measure.probability import (
    DISPLAY_HIGH,
    DISPLAY_LOW,
    clipped,
    paired_share_interval,
    smoothed,
    wilson_interval,
)


def test_wilson_against_printed_values() -> None:
    """Newcombe 1998, table I, method 3 (score without continuity correction)."""
    for met, n, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        got = wilson_interval(met, n)
        assert [round(x, 4) for x in got] == [low, high], f"{met} of {n}"


@pytest.mark.parametrize("n", [1, 2, 7, 100, 2000])
def test_wilson_against_scipy(n: int) -> None:
    for met in sorted({0, 1, n // 3, n // 2, n - 1, n}):
        for level in (0.8, 0.95, 0.99):
            exact = binomtest(met, n).proportion_ci(level, method="wilson")
            got = wilson_interval(met, n, float(norm.ppf(0.5 + level / 2)))
            assert got == pytest.approx((exact.low, exact.high), abs=1e-12), f"{met} of {n} at {level}"
    wald = (0.5 - 1.96 * 0.5 / n**0.5, 0.5 + 1.96 * 0.5 / n**0.5)
    if n == 100:
        assert wilson_interval(50, n) != pytest.approx(wald, abs=1e-4), "the Wald interval would be noticed"


def test_none_and_all_have_exact_ends_and_an_open_other_side() -> None:
    low, high = wilson_interval(0, 10)
    assert low == 0.0 and high == pytest.approx(0.2775327998628892, abs=1e-15)
    low, high = wilson_interval(10, 10)
    assert low == pytest.approx(0.7224672001371107, abs=1e-15) and high == 1.0
    assert wilson_interval(0, 0) == (0.0, 1.0)


def test_the_interval_holds_the_share_and_mirrors() -> None:
    for met in range(31):
        low, high = wilson_interval(met, 30)
        assert 0.0 <= low <= met / 30 <= high <= 1.0
        assert wilson_interval(30 - met, 30) == pytest.approx((1.0 - high, 1.0 - low), abs=1e-15)


@pytest.mark.parametrize(("met", "n"), [(-1, 10), (11, 10), (1, 0)])
def test_impossible_counts_are_refused(met: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"^met {met} of n {n}$"):
        wilson_interval(met, n)


def test_smoothed_is_never_0_or_1() -> None:
    assert smoothed(0, 100) == pytest.approx(0.5 / 101) and smoothed(100, 100) == pytest.approx(100.5 / 101)
    assert smoothed(0, 0) == 0.5
    for n in (1, 50, 10_000):
        for met in (0, n):
            assert 0.0 < smoothed(met, n) < 1.0
            low, high = wilson_interval(met, n)
            assert low <= smoothed(met, n) <= high


def test_shown_probabilities_stay_inside_what_the_record_supports() -> None:
    assert (clipped(0.0), clipped(1.0), clipped(0.5)) == (DISPLAY_LOW, DISPLAY_HIGH, 0.5)
    assert 0.0 < DISPLAY_LOW < DISPLAY_HIGH < 1.0


def coverage(p: float, q: float, same: float, n: int, runs: int, *, student: bool = False) -> float:
    """Return how often the interval of n pairs holds p - q; with chance `same` both follow one draw."""
    held = 0
    entity = np.arange(1, n + 1, dtype=np.uint32)
    for k in range(runs):
        u, v, w = (uniforms(11, k, entity, int(Stream.TEST), j) for j in range(3))
        own, base = u < p, np.where(w < same, u, v) < q
        if student:
            difference = own.astype(float) - base
            half = 1.96 * difference.std(ddof=1) / math.sqrt(n)
            low, high = difference.mean() - half, difference.mean() + half
        else:
            counts = int((own & base).sum()), int((own & ~base).sum()), int((~own & base).sum())
            low, high = paired_share_interval(*counts, n, 1.959964)
        held += low <= p - q <= high
    return held / runs


@pytest.mark.parametrize(("p", "q"), [(0.5, 0.4), (0.05, 0.02), (0.98, 0.9)])
@pytest.mark.parametrize("same", [0.0, 0.9])
def test_the_interval_of_paired_shares_covers(p: float, q: float, same: float) -> None:
    runs = 600
    least = 0.95 - 4 * math.sqrt(0.95 * 0.05 / runs)
    assert coverage(p, q, same, 60, runs) > least
    assert coverage(0.02, 0.01, same, 60, runs, student=True) < least, "control: Student's does not where both are rare"


def test_paired_shares_without_any_success_are_not_certain() -> None:
    low, high = paired_share_interval(0, 0, 0, 20, 1.959964)
    assert (low, high) == pytest.approx((-wilson_interval(0, 20)[1], wilson_interval(0, 20)[1]))
    with pytest.raises(ValueError, match="pairs"):
        paired_share_interval(3, 3, 3, 5, 1.96)
