"""Fields and sliders: the same number, round steps, and nothing changed by being shown."""

from __future__ import annotations

import pytest

from dpsim.explorer.entries import Entry, assumptions, levers, slots
from dpsim.explorer.rows import STEPS, Row, slider_values
from dpsim.params.load import list_cases, load_case, load_strategy


def entries() -> list[Entry]:
    """Return all that can be changed in the cases and the arrangement in force."""
    cases = [entry for name in list_cases() for entry in assumptions(load_case(name), "zh")]
    return cases + [entry for slot in slots(load_strategy("current_arrangement")) for entry in levers(slot, "zh")]


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (7, 1, 31, [float(k) for k in range(1, 32)]),
        (0.15, 0.1, 0.3, [0.1, 0.102, 0.104]),
        (2, 0.5, 3.0, [0.5, 1.0, 2.0, 3.0]),
        (0.0003, 3e-05, 0.003, [3e-05, 5e-05, 1e-04]),
    ],
)
def test_steps_are_round(value: float, low: float, high: float, expected: list[float]) -> None:
    values = slider_values(Entry("key", "label", value, low=low, high=high))
    assert values[: len(expected)] == expected and value in values and values[-1] == high


def test_every_slider_begins_at_the_value_and_stays_in_the_range() -> None:
    found = [(entry, slider_values(entry)) for entry in entries()]
    sliders = [(entry, values) for entry, values in found if values]
    assert len(sliders) > 100
    for entry, values in sliders:
        row = Row(entry, "zh", lambda: None)
        assert entry.fixed or (values[row.slider.value] == entry.value and row.change() == {}), entry.key
        assert (values[0], values[-1]) == (entry.low, entry.high) and len(values) <= STEPS + 4, entry.key
        if isinstance(entry.value, int):
            assert all(float(value).is_integer() for value in values[1:-1]), f"{entry.key}: part of one"
    assert all(not values for entry, values in found if entry.options), "a choice has no slider"


def test_slider_and_field_move_together_and_what_is_typed_stays_typed() -> None:
    changes: list[int] = []
    row = Row(Entry("key", "label", 7, low=1, high=31), "zh", lambda: changes.append(1))
    row.slider.value = 11
    assert row.control.value == 12 and row.change() == {"key": 12} and len(changes) == 1
    for typed, place in ((99, 30), (12.4, 11), (-5, 0)):
        row.control.value = typed
        assert (row.slider.value, row.control.value) == (place, typed), "the slider changed what was typed"
    row.slider.value = 6
    assert row.change() == {}, "back at the value is no change"
