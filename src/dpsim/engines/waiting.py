"""Enterprises that wait for a server, as one binary heap per organisation in common arrays, for compiled code."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dpsim.core.compiled import inner_routine, lean_inner_routine
from dpsim.model.organisations import is_willing
from dpsim.model.state import Floats, Ints

_WORD = 2**32


class Waiting(NamedTuple):
    """The queues of all organisations.

    Attributes
    ----------
    first : int64, shape (benches + 1,): where each queue's room begins
    size : int64, shape (benches,): how many wait
    key : int64, shape (room,): priority x 2**32 + entity, a heap: the smallest first
    item : int64, shape (room,): the enterprise
    """

    first: Ints
    size: Ints
    key: Ints
    item: Ints


@inner_routine
def make_waiting(room: Ints) -> Waiting:
    """Return empty queues with room for so many in each."""
    first = np.zeros(room.size + 1, dtype=np.int64)
    first[1:] = np.cumsum(room)
    total = first[room.size]
    return Waiting(
        first, np.zeros(room.size, dtype=np.int64), np.zeros(total, dtype=np.int64), np.zeros(total, dtype=np.int64)
    )


@lean_inner_routine
def push(waiting: Waiting, bench: int, priority: int, entity: int, i: int) -> None:
    """Let enterprise `i` wait."""
    base, k = waiting.first[bench], waiting.size[bench]
    waiting.size[bench] = k + 1
    _sift_up(waiting, base, k, priority * _WORD + entity, i)


@lean_inner_routine
def pop(waiting: Waiting, bench: int) -> int:
    """Return the enterprise that comes first and let it wait no more."""
    base = waiting.first[bench]
    i = waiting.item[base]
    _take_out(waiting, bench, 0)
    return i


@lean_inner_routine
def pop_willing(waiting: Waiting, bench: int, reluctance: Floats, share: float) -> int:
    """Return the first whom an added builder may serve and let it wait no more; -1 if there is none."""
    base, first = waiting.first[bench], -1
    for k in range(waiting.size[bench]):
        key = waiting.key[base + k]
        sooner = first < 0 or key < waiting.key[base + first]
        if sooner and is_willing(reluctance[waiting.item[base + k]], share):
            first = k
    if first < 0:
        return -1
    i = waiting.item[base + first]
    _take_out(waiting, bench, first)
    return i


@lean_inner_routine
def forget(waiting: Waiting, i: int) -> None:
    """Take enterprise `i` out of whatever queue it waits in."""
    for bench in range(waiting.size.size):
        base = waiting.first[bench]
        for k in range(waiting.size[bench]):
            if waiting.item[base + k] == i:
                _take_out(waiting, bench, k)
                break


@lean_inner_routine
def _take_out(waiting: Waiting, bench: int, k: int) -> None:
    """Close the gap at place `k` of a heap with its last entry."""
    base, last = waiting.first[bench], waiting.size[bench] - 1
    waiting.size[bench] = last
    if k == last:
        return
    key, item = waiting.key[base + last], waiting.item[base + last]
    while 2 * k + 1 < last:
        child = 2 * k + 1
        if child + 1 < last and waiting.key[base + child + 1] < waiting.key[base + child]:
            child += 1
        waiting.key[base + k], waiting.item[base + k] = waiting.key[base + child], waiting.item[base + child]
        k = child
    _sift_up(waiting, base, k, key, item)


@lean_inner_routine
def _sift_up(waiting: Waiting, base: int, k: int, key: int, item: int) -> None:
    """Put an entry at place `k` of a heap, or above it where it belongs."""
    while k > 0 and waiting.key[base + (k - 1) // 2] > key:
        parent = (k - 1) // 2
        waiting.key[base + k], waiting.item[base + k] = waiting.key[base + parent], waiting.item[base + parent]
        k = parent
    waiting.key[base + k], waiting.item[base + k] = key, item
