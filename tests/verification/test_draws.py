"""Ten million keyed draws over neighbouring enterprises, streams and ordinals: uniform, and unrelated to each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pytest
from verification_tools import LIMIT, SEED, Array, agrees, detects, z_mean, z_variance

from dpsim.core.compiled import routine
from dpsim.core.streams import Stream, uniform_pair, uniform_three, uniforms, word_uniform, words

ENTITIES = np.arange(1, 1001, dtype=np.uint32)
STREAMS = [int(stream) for stream in Stream][:10]
ORDINALS = 1000
BINS = 1000


def philox_draws(ordinal: int, replication: int = 0) -> Array:
    """Draws of one ordinal, shape (streams, entities)."""
    return np.array([uniforms(SEED, replication, ENTITIES, stream, ordinal) for stream in STREAMS])


def congruential_draws(ordinal: int, replication: int = 0) -> Array:
    """The same shape from a linear rule of the key: uniform to the eye, and neighbours go together."""
    key = ENTITIES[None, :] * 69069.0 + np.array(STREAMS)[:, None] * 1234567.0 + ordinal * 987654.321 + replication
    return np.asarray(key * 0.6180339887498949 % 1.0)


Draws = Callable[..., Array]


def z_chi(counts: Array) -> float:
    """z of a chi-square over equally likely bins (Wilson and Hilferty)."""
    expected, freedom = counts.sum() / counts.size, counts.size - 1
    ratio = float(((counts - expected) ** 2 / expected).sum()) / freedom
    return (ratio ** (1 / 3) - (1 - 2 / (9 * freedom))) / math.sqrt(2 / (9 * freedom))


def z_related(a: Array, b: Array) -> float:
    """z of the correlation of two sets of uniform draws, if they are unrelated."""
    return float(12.0 * np.sum((a - 0.5) * (b - 0.5)) / math.sqrt(a.size))


def z_pairs(a: Array, b: Array) -> float:
    """z of a chi-square over a grid of 32 x 32 cells: relations that are no correlation show too."""
    cell = (a * 32).astype(np.int64) * 32 + (b * 32).astype(np.int64)
    return z_chi(np.bincount(cell.ravel(), minlength=1024).astype(np.float64))


@pytest.fixture(scope="module")
def draws() -> Array:
    """All of them, shape (ordinals, streams, entities): ten million."""
    made = np.array([philox_draws(ordinal) for ordinal in range(ORDINALS)])
    assert made.size == 10_000_000
    return made


@pytest.fixture(scope="module")
def control() -> Array:
    """As many from the linear rule."""
    return np.array([congruential_draws(ordinal) for ordinal in range(ORDINALS)])


def uniformity(values: Array) -> list[float]:
    """z of mean, variance, bins, and of each of the first 32 binary digits."""
    flat = values.ravel()
    counts = np.bincount((flat * BINS).astype(np.int64), minlength=BINS).astype(np.float64)
    words = (flat * 2.0**32).astype(np.uint64)
    digits = [float((words >> np.uint64(k) & np.uint64(1)).sum()) for k in range(32)]
    half, spread = flat.size / 2, math.sqrt(flat.size) / 2
    moments = [z_mean(flat, 0.5, math.sqrt(1 / 12)), z_variance(flat, 1 / 12), z_chi(counts)]
    return moments + [(count - half) / spread for count in digits]


def neighbours(values: Array) -> Iterator[tuple[str, Array, Array]]:
    """Draws whose names differ by one step along one axis, or along two at once."""
    yield "ordinals", values[1:], values[:-1]
    yield "streams", values[:, 1:], values[:, :-1]
    yield "entities", values[:, :, 1:], values[:, :, :-1]
    yield "ordinals and entities", values[1:, :, 1:], values[:-1, :, :-1]
    yield "ordinals against entities", values[1:, :, :-1], values[:-1, :, 1:]
    yield "streams and entities", values[:, 1:, 1:], values[:, :-1, :-1]


def test_ten_million_draws_are_uniform(draws: Array, control: Array) -> None:
    agrees("draws, uniform", *uniformity(draws))
    detects("draws of a linear rule, uniform", *uniformity(control))
    detects("two draws in a thousand halved", *uniformity(np.where(draws < 0.002, draws / 2, draws)))


def test_neighbouring_draws_are_unrelated(draws: Array, control: Array) -> None:
    for along, a, b in neighbours(draws):
        agrees(f"draws along {along}", z_related(a, b), z_pairs(a, b))
    zs = [z for _, a, b in neighbours(control) for z in (z_related(a, b), z_pairs(a, b))]
    detects("draws of a linear rule along any axis", *zs)
    assert sum(abs(z) >= LIMIT for z in zs) >= 6, "not by one axis alone"


def test_neighbouring_replications_and_seeds_are_unrelated(draws: Array) -> None:
    """The same names in the next replication; streams against each other, pair by pair."""
    others = np.array([philox_draws(ordinal, replication=1) for ordinal in range(200)])
    agrees("draws of the next replication", z_related(draws[:200], others), z_pairs(draws[:200], others))
    flat = draws.transpose(1, 0, 2).reshape(len(STREAMS), -1)
    agrees("draws of two streams", *(z_related(a, b) for a, b in pairwise(flat)))
    detects("the same replication twice", z_related(draws[:200], draws[:200]))


@routine
def parts(seed: int, first: int, count: int, stream: int) -> Array:
    """Return all that one name gives, shape (9, count): `uniform_pair`, `uniform_three`, the four words."""
    out = np.empty((9, count))
    for k in range(count):
        out[0, k], out[1, k] = uniform_pair(seed, 0, first + k, stream, 7, 0)
        out[2, k], out[3, k], out[4, k] = uniform_three(seed, 0, first + k, stream, 7, 0)
        four = words(seed, 0, first + k, stream, 7, 0)
        for j in range(4):
            out[5 + j, k] = word_uniform(four[j])
    return out


def test_all_parts_of_a_name_are_uniform_and_unrelated() -> None:
    """Four million names: each part is uniform, and the parts that are used together are unrelated to each other."""
    all_, first = parts(SEED, 1, 4_000_000, STREAMS[0]), uniforms(SEED, 0, ENTITIES, STREAMS[0], 7)
    assert (all_[0, : first.size] == first).all() and (all_[2, : first.size] == first).all(), "the first is `uniform`"
    for k, values in enumerate(all_):
        assert values.min() > 0.0 and values.max() < 1.0
        agrees(f"draws, part {k}", *uniformity(values))
    together = [(0, 1), (2, 3), (2, 4), (3, 4), *((a, b) for a in range(5, 9) for b in range(a + 1, 9))]
    for a, b in together:
        agrees(f"draws, parts {a} and {b}", z_related(all_[a], all_[b]), z_pairs(all_[a], all_[b]))
    detects("the same word twice", z_related(all_[5], all_[5]))
    detects("one half taken from the other", *uniformity(all_[0] * all_[1]))
