"""Levers do nothing until an instrument writes, and nothing again after a reset."""

from __future__ import annotations

import numpy as np

from dpsim.core.levers import Contact, Levers, empty_levers, reset_levers


def neutral(levers: Levers) -> bool:
    return bool(
        (levers.multiplier == 1.0).all()
        and all((array == 0.0).all() for array in levers if array is not levers.multiplier)
    )


def test_empty_levers_do_nothing() -> None:
    levers = empty_levers(13, 2, 3)
    assert neutral(levers)
    shapes = [array.shape for array in levers]
    assert shapes == [(len(Contact), 13), (2,), (3,), (1,), (1,), (1,)]
    assert Levers._fields == ("contact", "multiplier", "builders_added", "yuan_per_job", "staff_days", "yuan")
    assert all(array.dtype == np.float64 for array in levers)


def test_a_reset_puts_everything_back() -> None:
    for k in range(len(Levers._fields)):
        levers = empty_levers(4, 2, 3)
        levers[k][...] = 7.0
        assert not neutral(levers), f"the check must see a change of {Levers._fields[k]}"
        reset_levers(levers)
        assert neutral(levers), f"{Levers._fields[k]} is not reset"
