"""Published figures of a case: what each may say of its quantity, its dates, its strategies and its value."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dpsim.errors import FileFaults
from dpsim.params.cited import cited_sources
from dpsim.params.faults import Origin
from dpsim.params.load import list_cases, load_case, load_strategy
from dpsim.params.readings import printed_step
from dpsim.params.schema import Case
from dpsim.published import quantities

FIRST, LAST = dt.date(2018, 9, 11), dt.date(2018, 12, 31)
FLOW = {
    "id": "x",
    "quantity": "penalties",
    "from": FIRST,
    "to": LAST,
    "value": 200,
    "unit": "penalties",
    "source": "EX28",
}
STOCK = {"id": "x", "quantity": "open_majors", "date": LAST, "value": 100, "unit": "hazards", "source": "EX28"}
FOUND = {**FLOW, "quantity": "hazards_found", "unit": "hazards"}
UNITS = {**FLOW, "quantity": "units_inspected", "unit": "enterprises"}
PAIR = {**FLOW, "strategy": "light_touch", "against": "current_arrangement", "unit": "share", "value": -0.4936}


def with_figure(figure: dict[str, Any]) -> Case:
    content = load_case("linyi-2018").content()
    return Case.from_content({**content, "published": (figure,)}, Origin("case.yaml"))


@pytest.mark.parametrize(
    "figure",
    [
        FLOW,
        STOCK,
        {**FOUND, "class": "major", "channel": "spot_check"},
        {**FLOW, "from": dt.date(2018, 9, 10), "to": dt.date(2018, 9, 10)},
        {**FLOW, "strategy": "light_touch", "note": {"zh": "说明", "en": "note"}},
        {**STOCK, "quantity": "online", "sector": "chemicals", "unit": "enterprises", "date": dt.date(2018, 9, 10)},
        {**STOCK, "quantity": "built", "group": "other", "unit": "share", "value": 0.95},
        PAIR,
        {**PAIR, "value": 1.5},
        {**STOCK, "quantity": "latent", "class": "major", "against": "light_touch", "unit": "share", "value": -1},
    ],
)
def test_a_good_figure_is_taken(figure: dict[str, Any]) -> None:
    case = with_figure(figure)
    assert case.content()["published"][0] == figure, "what was written comes back"


def changed(figure: dict[str, Any], **changes: Any) -> dict[str, Any]:
    whole = {**figure, **{key.removesuffix("_"): entry for key, entry in changes.items()}}
    return {key: entry for key, entry in whole.items() if entry is not None}


BAD = [  # figure, message, key
    (changed(FLOW, quantity="penaltys"), "not_a_choice_near", "quantity"),
    (changed(FLOW, quantity="x"), "not_a_choice", "quantity"),
    (changed(FLOW, date=LAST), "not_of_quantity", "date"),
    (changed(FLOW, from_=None), "missing_key", "from"),
    (changed(FLOW, to=None), "missing_key", "to"),
    (changed(STOCK, date=None), "missing_key", "date"),
    (changed(STOCK, from_=FIRST), "not_of_quantity", "from"),
    (changed(FLOW, from_=dt.date(2018, 9, 9)), "date_before", "from"),
    (changed(FLOW, to=dt.date(2019, 1, 1)), "date_after", "to"),
    (changed(STOCK, date=dt.date(2019, 1, 1)), "date_after", "date"),
    (changed(STOCK, date=dt.date(2018, 9, 9)), "date_before", "date"),
    (changed(FLOW, from_=dt.date(2018, 12, 2), to=dt.date(2018, 12, 1)), "date_before", "to"),
    (changed(FLOW, class_="major"), "not_of_quantity", "class"),
    (changed(FLOW, channel="expert"), "not_of_quantity", "channel"),
    (changed(FLOW, sector="chemicals"), "not_of_quantity", "sector"),
    (changed(STOCK, group="benchmark"), "not_of_quantity", "group"),
    (changed(STOCK, quantity="built", unit="share", value=0.9, sector="chemical"), "not_a_choice_near", "sector"),
    (changed(STOCK, quantity="built", unit="share", value=0.9, group="all"), "not_a_choice", "group"),
    (changed(FOUND, class_="majors"), "not_a_choice_near", "class"),
    (changed(FOUND, channel="experts"), "not_a_choice_near", "channel"),
    (changed(UNITS, from_=dt.date(2018, 9, 12)), "counted_from_as_of", "from"),
    (changed(FLOW, unit="hazards"), "wrong_unit", "unit"),
    (changed(FLOW, unit="percent"), "not_a_choice", "unit"),
    (changed(FLOW, value=-1), "outside_bounds", "value"),
    (changed(FLOW, quantity="penalties_per_visit", unit="share", value=13.9), "outside_bounds", "value"),
    (changed(STOCK, quantity="built", unit="enterprises", value=1749), "outside_bounds", "value"),
    (changed(PAIR, value=-1.1), "outside_bounds", "value"),
    (changed(PAIR, unit="penalties"), "wrong_unit", "unit"),
    (changed(FLOW, strategy="light_tuch"), "unknown_strategy_key_near", "strategy"),
    (changed(PAIR, against="light_tuch"), "unknown_strategy_key_near", "against"),
    (changed(PAIR, against="light_touch"), "against_itself", "against"),
    (changed(PAIR, strategy=None), "against_itself", "against"),
    (changed(FLOW, source="EX99"), "unknown_source_near", "source"),
    (changed(FLOW, id="A b"), "bad_id", "id"),
    (changed(FLOW, note="text"), "not_both_languages", "note"),
    (changed(FLOW, remark="text"), "unknown_key", "remark"),
]


@pytest.mark.parametrize(("figure", "message", "key"), BAD, ids=[f"{row[1]}-{row[2]}-{k}" for k, row in enumerate(BAD)])
def test_a_bad_figure_is_refused_with_its_key(figure: dict[str, Any], message: str, key: str) -> None:
    with pytest.raises(FileFaults) as caught:
        with_figure(figure)
    (fault,) = caught.value.faults
    assert (fault.message, fault.values["key"]) == (f"params.{message}", f"published.0.{key}")
    for lang in ("zh", "en"):
        assert "{" not in fault.text(lang) or message == "not_both_languages"
        assert ("允许" if lang == "zh" else "llowed") in fault.text(lang)


def test_every_fault_of_a_figure_is_told_at_once() -> None:
    with pytest.raises(FileFaults) as caught:
        with_figure(changed(FLOW, date=LAST, class_="major", unit="yuan", value=-1, strategy="zz"))
    assert len(caught.value.faults) == 5


def test_a_horizon_that_ends_too_soon_is_one_fault() -> None:
    content = load_case("linyi-2018").content()
    with pytest.raises(FileFaults) as caught:
        Case.from_content({**content, "horizon_end": content["as_of"]}, Origin("case.yaml"))
    assert [fault.message for fault in caught.value.faults] == ["params.date_not_after"]


def test_what_is_cited_is_found_and_published_figures_cite_nothing() -> None:
    """The control: the same id under a value is found, under a figure it is not."""
    case = with_figure(FLOW)
    assert FLOW["source"] not in cited_sources(case)
    content = case.content()
    content["deterrence"]["visit_jump"] |= {"source": FLOW["source"], "grade": "paper"}
    assert FLOW["source"] in cited_sources(Case.from_content(content, Origin("case.yaml")))
    assert {"LY02", "LY08", "EX05"} <= cited_sources(case), "values, targets and readings"
    strategy = load_strategy("current_arrangement")
    assert "EX36" not in cited_sources(case) and "EX36" in cited_sources(case, strategy), "a strategy's settings count"


@pytest.mark.parametrize(
    ("value", "unit", "step"),
    [(0.6636, "share", 1e-4), (0.4, "share", 1e-2), (1, "share", 1e-2), (-0.829, "share", 1e-3),
     (432, "penalties", 0.0), (6, "hazards", 0.0), (1.3, "hazards", 1e-2), (0.577, "hazards", 1e-3)],
)  # fmt: skip
def test_how_exactly_a_figure_is_printed(value: float, unit: str, step: float) -> None:
    assert printed_step(value, unit) == pytest.approx(step)


def test_every_quantity_has_words_units_and_one_way_of_measuring() -> None:
    assert len(quantities()) >= 20
    for name, module in quantities().items():
        words = module.NAMES[name]
        assert words.zh and words.en and words.zh != words.en and words.en.isascii()
        assert module.UNITS and module.__doc__
        assert hasattr(module, "measure") != hasattr(module, "measure_run"), name
        assert not module.TAKES.distinct or module.TAKES.window, name


@pytest.mark.parametrize("name", list_cases())
def test_a_case_has_figures_of_quantities_that_are_known(name: str) -> None:
    assert {figure.quantity for figure in load_case(name).published} <= set(quantities())


TWICE = [  # how the second differs, whether that makes it another figure
    ({}, False),
    ({"source": "EX04"}, False),
    ({"strategy": "current_arrangement"}, False),
    ({"strategy": "light_touch"}, True),
    ({"date": dt.date(2018, 12, 30)}, True),
    ({"quantity": "latent"}, True),
]


@pytest.mark.parametrize(("changes", "another"), TWICE)
def test_one_quantity_of_one_date_has_one_value(changes: dict[str, Any], another: bool) -> None:
    content = load_case("linyi-2018").content()
    for value in (100, 101):
        pair = (STOCK, {**STOCK, "id": "y", "value": value, **changes})
        if another or value == STOCK["value"]:
            Case.from_content({**content, "published": pair}, Origin("case.yaml"))
            continue
        with pytest.raises(FileFaults) as caught:
            Case.from_content({**content, "published": pair}, Origin("case.yaml"))
        (fault,) = caught.value.faults
        assert (fault.message, fault.values["key"]) == ("params.published_twice", "published.1.value")
        assert all("published.0.value = 100" in fault.text(lang) for lang in ("zh", "en"))
