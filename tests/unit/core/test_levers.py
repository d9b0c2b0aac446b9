"""Levers do nothing until an instrument writes, and nothing again after a reset."""

from __future__ import annotations

import numpy as np

from dpsim.core.levers import COMBINED, NEUTRAL, Contact, Levers, Occasion, Plan, empty_levers, reset_levers


def neutral(levers: Levers) -> bool:
    pairs = zip(Levers._fields, levers, strict=True)
    return all(bool((array == NEUTRAL.get(name, 0.0)).all()) for name, array in pairs)


def test_empty_levers_do_nothing() -> None:
    levers = empty_levers(13, 2, 3, 20)
    assert neutral(levers)
    shapes = {name: array.shape for name, array in zip(Levers._fields, levers, strict=True)}
    assert shapes["contact"] == (len(Contact), 13) and shapes["multiplier"] == (2,) and shapes["builders_added"] == (3,)
    assert shapes["priority"] == (len(Plan), 20) and shapes["plan_share"] == (len(Plan),)
    assert shapes["visit_cap"] == (20,) and shapes["look_back"] == (2,)
    assert shapes["pull"] == (13,) and shapes["residence"] == shapes["grid"] == shapes["reward"] == (20,)
    assert shapes["price"] == (len(Occasion), 2)
    widths = {"training": 4, "independence": 2, "petty": 2, "subsidy": 5}
    assert {name: shapes[name] for name in widths} == {name: (width,) for name, width in widths.items()}
    assert {name for name, shape in shapes.items() if shape == (1,)} == {
        *(
            "yuan_per_job",
            "funds",
            "willing",
            "subsidy_yuan",
            "staff_days",
            "yuan",
            "inspect_factor",
            "borrowed",
            "advising",
            "penalty",
        ),
        *("publicity", "listing", "warning", "verified", "grid_quality", "patrol"),
    }
    assert set(NEUTRAL) | set(COMBINED) <= set(Levers._fields)
    whole = {name for name, array in zip(Levers._fields, levers, strict=True) if array.dtype == np.int64}
    assert whole == {"priority", "visit_cap"}
    assert all(array.dtype in (np.float64, np.int64) for array in levers)


def test_a_reset_puts_everything_back() -> None:
    for k in range(len(Levers._fields)):
        levers = empty_levers(4, 2, 3, 5)
        levers[k][...] = 7.0
        assert not neutral(levers), f"the check must see a change of {Levers._fields[k]}"
        reset_levers(levers)
        assert neutral(levers), f"{Levers._fields[k]} is not reset"
