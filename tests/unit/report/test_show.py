"""Numbers as a reader sees them: probabilities inside what the record supports, counts with their runs."""

from __future__ import annotations

import datetime as dt

import pytest

from dpsim.measure.probability import DISPLAY_HIGH, DISPLAY_LOW, wilson_interval
from dpsim.report.show import (
    show_about,
    show_band,
    show_count_range,
    show_date,
    show_met,
    show_number,
    show_number_range,
    show_probability,
    show_probability_range,
    show_ratio_range,
    show_rounded,
    show_setting,
    show_share_range,
)


def test_a_probability_is_clipped_on_both_sides() -> None:
    assert (DISPLAY_LOW, DISPLAY_HIGH) == (0.03, 0.97)
    for probability in (0.0, 1e-9, 0.0299999):
        assert show_probability(probability, "zh") == "不足3%" and show_probability(probability, "en") == "under 3%"
    for probability in (1.0, 1 - 1e-9, 0.9700001):
        assert show_probability(probability, "zh") == "超过97%" and show_probability(probability, "en") == "over 97%"
    assert [show_probability(p, "en") for p in (0.03, 0.0349, 0.5, 0.97)] == ["3%", "3%", "50%", "97%"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_probability_is_ever_shown_as_nought_or_one(lang: str) -> None:
    for k in range(10_001):
        text = show_probability(k / 10_000, lang)
        assert text not in ("0%", "1%", "2%", "98%", "99%", "100%")
        assert text.endswith("%")


def test_a_range_of_probabilities_is_one_word_where_both_ends_look_the_same() -> None:
    assert show_probability_range(0.0, 0.02, "zh") == "不足3%"
    assert (
        show_probability_range(0.0, 0.031, "zh") == "不超过3%"
        and show_probability_range(0, 0.031, "en") == "3% or less"
    )
    assert show_probability_range(0.969, 0.99, "en") == "97% or more"
    assert (
        show_probability_range(0.0, 0.07, "zh") == "不足3%至7%"
        and show_probability_range(0, 0.07, "en") == "under 3% to 7%"
    )
    assert (
        show_probability_range(0.1, 0.32, "zh") == "10%—32%" and show_probability_range(0.1, 0.32, "en") == "10% to 32%"
    )
    assert show_probability_range(0.0, 1.0, "en") == "under 3% to over 97%"
    assert show_probability_range(0.501, 0.499, "en") == "50%"
    assert show_probability_range(0.0, 0.07, "en", sentence=True) == "between under 3% and 7%"
    assert show_probability_range(0.1, 0.32, "zh", sentence=True) == "10%—32%"
    assert show_probability_range(0.0, 0.07, "zh", sentence=True) == "不足3%至7%"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("n", [1, 4, 200])
def test_a_count_always_stands_with_its_runs_and_an_interval(lang: str, n: int) -> None:
    for met in {0, n // 2, n}:
        low, high = wilson_interval(met, n)
        text = show_met(met, n, low, high, lang)
        assert str(n) in text and ("Wilson" in text or "威尔逊" in text)
        assert (f"{100 * high:.1f}%" in text) == (met < n) and (f"{100 * low:.1f}%" in text) == (met > 0)
        assert "(0%" not in text and " 0.0%" not in text and "100.0%" not in text
        paths = show_met(met, n, low, high, lang, paths=True)
        assert {"zh": "路径", "en": "paths"}[lang] in paths and str(n) in paths and paths != text


def test_ranges_numbers_and_days() -> None:
    assert show_count_range(102.4, 884.6, "zh") == "102—885" and show_count_range(5.2, 4.9, "en") == "5"
    assert show_ratio_range(1.84, 3.51, "en") == "1.8 to 3.5" and show_ratio_range(2.04, 1.96, "zh") == "2.0"
    assert show_ratio_range(0.953, 2.4, "en") == "0.95 to 2.4", "on which side of 1 is shown"
    assert show_ratio_range(1.001, 1.04, "zh") == "1.0—1.04" and show_ratio_range(0.8, 1.1, "en") == "0.8 to 1.1"
    assert [show_number(value) for value in (3.0, 0.5, 33300, 0.123456, -2.0)] == ["3", "0.5", "33300", "0.1235", "-2"]
    assert show_share_range(0.1, 0.18, "zh") == "10%—18%" and show_share_range(0.1, 0.18, "en") == "10% to 18%"
    assert show_number_range(0.03, 0.2, "en") == "0.03 to 0.2" and show_number_range(80, 80, "zh") == "80"
    assert [show_number(value) for value in (3e-05, 12345.6)] == ["0.00003", "12350"], "no powers of ten"
    assert show_number_range(3, None, "en") == "3"
    day = dt.date(2018, 9, 10)
    assert [show_setting(value, "en") for value in (day, "order", 0.5)] == [
        "10 Sep 2018",
        "order with a deadline",
        "0.5",
    ]
    assert show_date(day, "zh") == "9月10日" and show_date(day, "zh", year=True) == "2018年9月10日"
    assert show_date(day, "en") == "10 Sep" and show_date(day, "en", year=True) == "10 Sep 2018"


def test_a_half_is_rounded_up_as_people_do() -> None:
    assert [show_rounded(value) for value in (458.5, 459.5, 0.5, 1.499, 458.49)] == [
        "459",
        "460",
        "1",
        "1",
        "458",
    ]
    assert [show_rounded(value, 1) for value in (36.75, 36.25, 0.05, -0.04)] == ["36.8", "36.3", "0.1", "0.0"]
    assert show_rounded(100 * 0.145) == "15" and show_rounded(float("inf")) == "inf"
    assert show_count_range(458.5, 884.5, "zh") == "459—885" and show_share_range(0.125, 0.145, "zh") == "13%—15%"


def test_bands_and_about() -> None:
    assert [show_about(value) for value in (55542.0, 31499.9, 278.4, 9.6, 0.4, 0.0, 999.6)] == [
        "55500",
        "31500",
        "278",
        "10",
        "0",
        "0",
        "1000",
    ]
    assert show_band((1.0, 2.0, 3.4), "zh") == "2（1—3）" and show_band((1.0, 2.0, 3.4), "en") == "2 (1 to 3)"
    assert show_band((5.0, 5.2, 5.4), "en") == "5" and show_band((5.0, 5.2, 5.4), "en", digits=1) == "5.2 (5.0 to 5.4)"
    assert show_band((0.25, 0.3, 0.352), "zh", percent=True) == "30.0%（25.0%—35.2%）"
