"""Keyed draws: the published known answers, the open interval, entity numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dpsim.core import streams
from dpsim.core.streams import MAX_WORD, Stream, check_word, entity_numbers, exponential, philox, uniform, uniforms
from dpsim.errors import InputError

ONES = 0xFFFFFFFF
KNOWN = [
    ((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ((ONES,) * 4, (ONES,) * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]


def words(counter: tuple[int, ...], key: tuple[int, ...]) -> str:
    return " ".join(f"{int(word):08x}" for word in philox(*counter, *key))


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_philox_gives_the_published_answers(counter: tuple[int, ...], key: tuple[int, ...], answer: str) -> None:
    assert words(counter, key) == answer
    assert words((counter[0] ^ 1, *counter[1:]), key) != answer, "another counter must give another answer"
    assert words(counter, (key[0], key[1] ^ 1)) != answer, "another key must give another answer"


def plain_philox(counter: list[int], key: list[int], rounds: int = 10) -> list[int]:
    """Philox4x32 as printed by Salmon et al. 2011, in plain integers."""
    x, k = list(counter), list(key)
    for _ in range(rounds):
        p0, p1 = 0xD2511F53 * x[0], 0xCD9E8D57 * x[2]
        x = [(p1 >> 32) ^ x[1] ^ k[0], p1 & ONES, (p0 >> 32) ^ x[3] ^ k[1], p0 & ONES]
        k = [(k[0] + 0x9E3779B9) & ONES, (k[1] + 0xBB67AE85) & ONES]
    return x


def test_philox_agrees_with_plain_integers_on_many_names() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    for row in rng.integers(0, 2**32, (500, 6)).tolist():
        assert [int(w) for w in philox(*row)] == plain_philox(row[:4], row[4:]), f"words of {row}"
    assert plain_philox([0] * 4, [0] * 2, rounds=9) != plain_philox([0] * 4, [0] * 2), "nine rounds would be noticed"


def from_words(w0: int, w1: int) -> float:
    return ((((w0 << 32) | w1) >> 12) + 0.5) / 2.0**52


def test_uniform_is_the_first_52_bits_and_never_0_or_1() -> None:
    """The formula derived anew: the first 52 of 64 bits, plus a half, over 2**52."""
    rng = np.random.Generator(np.random.PCG64(2))
    for seed, replication, entity, stream, ordinal, draw in rng.integers(0, 2**32, (500, 6)).tolist():
        w0, w1, _, _ = plain_philox([entity, stream, ordinal, draw], [seed, replication])
        assert uniform(seed, replication, entity, stream, ordinal, draw) == from_words(w0, w1)
    assert 0.0 < from_words(0, 0) == 2.0**-53
    assert from_words(ONES, ONES) == 1.0 - 2.0**-53 < 1.0
    assert math.isfinite(-math.log(from_words(0, 0))), "the longest threshold is finite"
    assert -math.log(from_words(ONES, ONES)) > 0.0, "the shortest threshold is above 0"
    assert (2**53 - 1 + 0.5) / 2.0**53 == 1.0, "with 53 bits the largest would be 1: the check can fail"


def test_the_extreme_words_through_the_compiled_formula() -> None:
    """The same two lines as in `uniform`, on the words that no search would find."""
    for word, expected in ((0, 2.0**-53), (ONES, 1.0 - 2.0**-53)):
        k = (np.uint64(word) << np.uint64(20)) ^ (np.uint64(word) >> np.uint64(12))
        assert (np.float64(k) + 0.5) * 2.0**-52 == expected


def test_every_part_of_a_name_counts() -> None:
    name = (7, 3, 123456, int(Stream.TEST), 2, 1)
    drawn = {uniform(*name)}
    for place in range(6):
        other = [*name]
        other[place] += 1
        drawn.add(uniform(*other))
    assert len(drawn) == 7, "each part of a draw's name must change the draw"
    assert uniform(*name) == uniform(*name)
    assert uniform(0, 0, 0, 0, 0, 0) != uniform(1, 0, 0, 0, 0, 0), "seed 0 is a seed like any other"


def test_exponential_and_uniforms_are_the_same_draws() -> None:
    entities = np.array([5, 2**32 - 1, 77], dtype=np.uint32)
    many = uniforms(9, 4, entities, int(Stream.TEST), 3)
    one = [uniform(9, 4, int(e), int(Stream.TEST), 3, 0) for e in entities]
    assert many.tolist() == one
    assert exponential(9, 4, 77, int(Stream.TEST), 3) == -math.log(one[2])


def test_no_stream_number_is_used_twice() -> None:
    values = [member.value for member in Stream.__members__.values()]
    assert len(values) == len(set(values)) == len(list(Stream)), "an alias would share its draws"
    assert all(0 < value <= MAX_WORD for value in values)


@pytest.mark.parametrize("given", [-1, MAX_WORD + 1, 1.0, "1", None, True])
def test_a_word_outside_32_bits_is_refused(given: object) -> None:
    with pytest.raises(InputError) as caught:
        check_word("seed", given)  # type: ignore[arg-type]
    assert caught.value.message == "error.key_word"
    assert "seed" in caught.value.text("en") and repr(given) in caught.value.text("en")


def test_words_of_32_bits_are_taken() -> None:
    assert [check_word("seed", v) for v in (0, MAX_WORD, np.uint32(7), np.int64(8))] == [0, MAX_WORD, 7, 8]


CODES = [f"LY-{k:06d}" for k in range(1, 400)]


def test_entity_numbers_come_from_the_code_alone() -> None:
    number = dict(zip(CODES, entity_numbers(CODES).tolist(), strict=True))
    backwards = dict(zip(CODES[::-1], entity_numbers(CODES[::-1]).tolist(), strict=True))
    part = dict(zip(CODES[::3], entity_numbers(CODES[::3]).tolist(), strict=True))
    assert backwards == number, "the order of the rows must not matter"
    assert part == {code: number[code] for code in CODES[::3]}, "absent rows must not matter"
    assert len(set(number.values())) == len(CODES) and 0 not in number.values()
    assert entity_numbers([]).size == 0
    assert entity_numbers(CODES).dtype == np.uint32


def test_a_code_that_stands_twice_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        entity_numbers(["LY-000001", "LY-000002", "LY-000001"])
    assert caught.value.message == "error.code_twice"
    assert "LY-000001" in caught.value.text("en")


def test_colliding_codes_get_different_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """`b` and `c` fall on the same number, `z` on the number of the case itself."""
    table = {("a", 0): 10, ("b", 0): 20, ("c", 0): 20, ("c", 1): 10, ("c", 2): 30, ("z", 0): 0, ("z", 1): 40}
    monkeypatch.setattr(streams, "_hash_word", lambda code, attempt: table[code, attempt])
    for order in ("abcz", "zcba", "cabz"):
        number = dict(zip(order, entity_numbers(order).tolist(), strict=True))
        assert number == {"a": 10, "b": 20, "c": 30, "z": 40}, f"rows in the order {order}"
    assert entity_numbers("ac").tolist() == [10, 20], "without a collision every code keeps its first hash"


def test_real_hashes_are_published_ones() -> None:
    """BLAKE2b of `0:LY-000001`, four bytes, little end first: pinned, because all results hang on it."""
    assert [f"{int(n):08x}" for n in entity_numbers(["LY-000001", "LY-000002"])] == ["21024526", "90de0889"]
