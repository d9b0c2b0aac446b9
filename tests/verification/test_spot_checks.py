"""Methods 3.3-18 and 3.3-19: spot checks and sampled assessment, by the package's keyed draw."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.stats import beta, chi2
from verification_tools import SEED, agrees, detects, luck, z_count, z_mean

from dpsim.core.streams import Stream, uniforms
from dpsim.model.sampling import (
    acceptance_probability,
    draw_sample,
    veto_probability,
    veto_probability_counties,
    veto_probability_finite,
)

RUNS = 20_000
TEST = int(Stream.TEST)


def entities(n: int) -> np.ndarray:
    return np.arange(1, n + 1, dtype=np.uint32)


def failures_drawn(total: int, failing: int, drawn: int) -> np.ndarray:
    """Failures among those the package draws, in many samples from one list; the first `failing` fail."""
    who = entities(total)
    return np.array([np.sum(draw_sample(who, drawn, SEED, r, TEST, 0) < failing) for r in range(RUNS)])


def failures_with_replacement(total: int, failing: int, drawn: int) -> np.ndarray:
    """Broken: each of the drawn is put back."""
    u = np.array([uniforms(SEED, r, entities(drawn), TEST, 1) for r in range(RUNS)])
    return np.asarray(np.sum(u * total < failing, axis=1))


def test_published_values() -> None:
    """The numbers that methods 3.3-18 and 3.3-19 print."""
    assert veto_probability(0.2, 3, 2) == pytest.approx(3 * 0.2**2 - 2 * 0.2**3, rel=1e-12)
    assert veto_probability_finite(60, 12, 3, 2) == pytest.approx(0.0990, abs=5e-5)
    assert veto_probability_counties(2.0, 8.0, 3, 2) == pytest.approx(0.1273, abs=5e-5)
    accept = [acceptance_probability(60, k, 8, 1) for k in (3, 6, 12, 20)]
    assert accept == pytest.approx([0.956, 0.822, 0.493, 0.176], abs=5e-4)


def test_veto_by_independent_failures() -> None:
    n = 8
    u = np.array([uniforms(SEED, r, entities(n), TEST, 2) for r in range(RUNS)])
    zs, wrong = [], []
    for q, fail in itertools.product((0.02, 0.2, 0.5), (1, 2, 3)):
        vetoes, p = np.sum(np.sum(u < q, axis=1) >= fail), veto_probability(q, n, fail)
        zs.append(z_count(vetoes, RUNS, p))
        wrong.append(z_count(np.sum(np.sum(u < q, axis=1) > fail), RUNS, p))
    agrees("3.3-18 spot check, independent failures", *zs)
    detects("3.3-18 veto at one failure more", *wrong)


def test_veto_on_a_finite_list() -> None:
    cases = [(15, 6, 5), (60, 12, 8)]
    zs, wrong = [], []
    for total, failing, drawn in cases:
        p = veto_probability_finite(total, failing, drawn, 2)
        exact = 1 - (math.comb(total - failing, drawn) + failing * math.comb(total - failing, drawn - 1)) / math.comb(
            total, drawn
        )
        assert p == pytest.approx(exact, rel=1e-12)
        zs.append(z_count(np.sum(failures_drawn(total, failing, drawn) >= 2), RUNS, p))
        wrong.append(z_count(np.sum(failures_with_replacement(total, failing, drawn) >= 2), RUNS, p))
    agrees("3.3-18 spot check, finite list", *zs)
    detects("3.3-18 drawn with replacement", *wrong)


def test_veto_between_counties() -> None:
    a, b, n = 2.0, 8.0, 3
    u = np.array([uniforms(SEED, r, entities(n), TEST, 3) for r in range(RUNS)])
    q = beta.ppf(luck(RUNS, 4), a, b)
    p = veto_probability_counties(a, b, n, 2)
    agrees("3.3-18 spot check, counties differ", z_count(np.sum(np.sum(u < q[:, None], axis=1) >= 2), RUNS, p))
    same = np.sum(np.sum(u < a / (a + b), axis=1) >= 2)
    detects("3.3-18 the mean failure chance everywhere", z_count(same, RUNS, p))


def test_sampled_assessment() -> None:
    zs, wrong = [], []
    for total, failing, drawn, accept in ((60, 6, 8, 1), (25, 5, 10, 2), (60, 20, 8, 1)):
        p = acceptance_probability(total, failing, drawn, accept)
        zs.append(z_count(np.sum(failures_drawn(total, failing, drawn) <= accept), RUNS, p))
        wrong.append(z_count(np.sum(failures_with_replacement(total, failing, drawn) <= accept), RUNS, p))
    agrees("3.3-19 sampled assessment", *zs)
    detects("3.3-19 drawn with replacement", *wrong)
    missed = 1.0 - math.comb(54, 8) / math.comb(60, 8)
    assert 1.0 - acceptance_probability(60, 6, 8, 0) == pytest.approx(missed, rel=1e-12), "detect at least one"


def test_every_subset_is_equally_likely() -> None:
    who, drawn = entities(6), 3
    subsets = {frozenset(s): k for k, s in enumerate(itertools.combinations(range(6), drawn))}

    def z(samples: list[frozenset[int]]) -> float:
        """Chi-square against equal chances, as a normal deviate."""
        counts = np.bincount([subsets[s] for s in samples], minlength=len(subsets))
        mean = len(samples) / len(subsets)
        degrees = len(subsets) - 1
        return float((np.sum((counts - mean) ** 2) / mean - degrees) / math.sqrt(2.0 * degrees))

    good = [frozenset(draw_sample(who, drawn, SEED, r, TEST, 5).tolist()) for r in range(RUNS)]
    agrees("3.3-19 every subset equally likely", z(good))
    assert chi2.sf(z(good) * math.sqrt(38.0) + 19.0, 19) > 1e-4, "chi-square of the subsets"
    u = np.array([uniforms(SEED, r, who, TEST, 5) for r in range(RUNS)])
    neighbours = [frozenset(((int(x * 6) + np.arange(3)) % 6).tolist()) for x in u[:, 0]]
    detects("3.3-19 three neighbours instead of three drawn", z(neighbours))


def test_samples_of_different_ordinals_are_independent() -> None:
    who = entities(30)
    first = [set(draw_sample(who, 10, SEED, r, TEST, 6).tolist()) for r in range(4000)]
    second = [set(draw_sample(who, 10, SEED, r, TEST, 7).tolist()) for r in range(4000)]
    both = [len(a & b) for a, b in zip(first, second, strict=True)]
    mean, sd = 100.0 / 30.0, math.sqrt(10.0 / 3.0 * 2.0 / 3.0 * 20.0 / 29.0)  # hypergeometric
    agrees("3.3-19 two samples share 10 x 10 / 30", z_mean(both, mean, sd))
    detects("3.3-19 the same ordinal twice", z_mean([len(a) for a in first], mean, sd))
