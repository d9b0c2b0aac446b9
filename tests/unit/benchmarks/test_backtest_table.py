"""The tables of the backtest in the READMEs are those of the run that is kept, and name what was missed."""

from __future__ import annotations

import backtest_table
import pytest
from readmes import READMES, between

from dpsim.forecast.methods import all_methods


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_readme_shows_the_kept_run(lang: str) -> None:
    _, inside, _ = between(READMES[lang].read_text(encoding="utf-8"), "backtest")
    assert inside == backtest_table.block(backtest_table.KEPT, lang)
    used = {row["method"] for row in backtest_table.read(backtest_table.KEPT, "overall.csv")}
    for name in set(all_methods()) - used:
        assert backtest_table.called(name, lang) in inside, "a method that was not used is named"


def test_a_miss_and_whoever_is_ahead_are_named() -> None:
    def rows(ours: float) -> list[dict[str, str]]:
        scores = {"dpsim": ours, "base_rate": 0.2, "ets": 0.3, "no_change": 0.9}
        return [{"programme": "p", "method": name, "crps": str(x), "brier": str(x)} for name, x in scores.items()]

    assert "**missed**" in backtest_table.ratio(rows(0.19), "crps", "en")
    assert "0.50 of the best rival" in backtest_table.ratio(rows(0.1), "brier", "en")
    assert "**未达到**" in backtest_table.ratio(rows(0.19), "crps", "zh")
    assert "Nobody" in backtest_table.ahead(rows(0.19), "en")
    assert "base rate of comparable programmes in p (CRPS 20.00 against 21.00)" in backtest_table.ahead(
        rows(0.21), "en"
    )
