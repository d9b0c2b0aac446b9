"""The words a report uses for keys, units, grades and options."""

from __future__ import annotations

import pytest

from dpsim.params.labels import grade_label, option_label, quantity_label, strategy_label, unit_label
from dpsim.params.load import load_strategy


def test_words_in_both_languages() -> None:
    assert quantity_label("state.online", "zh") == "网上运行企业数"
    assert quantity_label("state.online", "en") == "enterprises online"
    assert quantity_label("scenario.after_missed_deadline", "zh") == "逾期之后的做法"
    assert quantity_label("scenario.after_missed_deadline.weeks", "zh") == "逾期后宽限或攻坚的时间"
    assert (unit_label("staff_days", "zh"), unit_label("staff_days", "en")) == ("人天", "staff days")
    assert (grade_label("official page", "zh"), grade_label("official page", "en")) == ("官方网页", "official page")
    assert (option_label("settle", "zh"), option_label("make_up_drive", "en")) == ("回落型", "make-up drive")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_unknown_word_stays_as_it_is(lang: str) -> None:
    assert quantity_label("agencies.new_key", lang) == "agencies.new_key"
    assert unit_label("", lang) == "" and unit_label("furlong days", lang) == "furlong days"
    assert grade_label("hearsay", lang) == "hearsay"
    assert [option_label(value, lang) for value in (True, 3, 0.5, None, "x y")] == ["True", "3", "0.5", "None", "x y"]


def test_an_instrument_is_found_by_its_place() -> None:
    strategy = load_strategy("deadline_drive")
    assert strategy_label(strategy, "instruments.0.every_days", "zh") == "工作调度会的间隔"
    assert strategy_label(strategy, "instruments.1.every_days", "en") == "interval between ranking notices"
    assert strategy_label(strategy, "instruments.2.factor", "zh") == "年底攻坚的提速倍数"


@pytest.mark.parametrize(
    "key",
    ["instruments.9.every_days", "instruments.0.nothing", "instruments.0", "instruments.x.every_days", "instruments",
     "instruments.-1.factor", "pace", ""],
)  # fmt: skip
def test_an_odd_key_of_a_strategy_stays_as_it_is(key: str) -> None:
    assert strategy_label(load_strategy("deadline_drive"), key, "zh") == key


def test_the_language_in_force_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    strategy = load_strategy("no_meetings")
    monkeypatch.delenv("DPSIM_LANG", raising=False)
    assert (unit_label("days"), quantity_label("state.built")) == ("天", "建成企业数")
    monkeypatch.setenv("DPSIM_LANG", "en")
    assert (unit_label("days"), grade_label("seed"), option_label("all")) == ("days", "source document", "all")
    assert strategy_label(strategy, "instruments.0.every_days") == "interval between ranking notices"
