"""What a comparison says of itself: adjusted only where it is, variance reductions one can read, assumed lists."""

from __future__ import annotations

import pandas as pd
import pytest

from dpsim.decide.compare import Comparison
from dpsim.params.load import load_case, load_strategy
from dpsim.report.compared import ComparisonLetter

REFERENCE = "current_arrangement"


def letter(
    lang: str,
    *,
    strategies: int = 1,
    ratio: float = 111583.7,
    case: str = "linyi-2018",
    measures: tuple[str, ...] = ("overdue", "visits"),
) -> ComparisonLetter:
    """Return a letter on made-up differences of some measures."""
    names = ("light_touch", "balanced")[:strategies]
    base = load_case(case).default_strategy
    rows = [
        {
            "measure": measure,
            "unit": "hazards",
            "strategy": name,
            "reference": base,
            "mean": 2.0,
            "low": 1.0,
            "high": 3.0,
            "adjusted_low": 1.0 if strategies == 1 else 0.5,
            "adjusted_high": 3.0 if strategies == 1 else 3.5,
            "better_share": 0.5,
            "variance_reduction": ratio,
            "n": 9,
        }
        for measure in measures
        for name in names
    ]
    result = Comparison(pd.DataFrame(rows), {}, base, dict.fromkeys(names, 0), pd.DataFrame())
    loaded = {name: load_strategy(name) for name in (base, *names)}
    return ComparisonLetter(load_case(case), loaded, result, 1, lang)


def everything(made: ComparisonLetter) -> str:
    return "\n".join([made.text(), made.answer().content, *made.notes()])


@pytest.mark.parametrize(("lang", "words"), [("zh", ("校正", "Bonferroni")), ("en", ("adjusted", "Bonferroni"))])
def test_one_strategy_is_not_called_adjusted(lang: str, words: tuple[str, str]) -> None:
    one, two = everything(letter(lang)), everything(letter(lang, strategies=2))
    assert [word for word in words if word in one] == []
    assert [word for word in words if word not in two] == [], "control: of two it is said"
    assert "95%" in one


def test_the_figure_shows_an_adjusted_interval_only_where_there_is_one() -> None:
    assert "adjusted" not in legend(1) and "adjusted" in legend(2), "the second is the control"


def legend(strategies: int) -> str:
    """Return the words of the figure's legend."""
    from dpsim.report.figures import plot_differences

    made = letter("en", strategies=strategies)
    drawn = plot_differences(made.result.differences, lang="en", reference="R")
    return " ".join(text.get_text() for part in drawn.legends for text in part.get_texts())


@pytest.mark.parametrize(("lang", "above"), [("zh", "大于1000"), ("en", ">1000")])
def test_a_variance_reduction_nobody_can_read_is_cut(lang: str, above: str) -> None:
    assert above in letter(lang).text() and "111583" not in letter(lang).text()
    assert above not in letter(lang, ratio=1000.0).text() and "1000.0" in letter(lang, ratio=1000.0).text()


@pytest.mark.parametrize(("lang", "said"), [("zh", "名单上有多少家本身也是假设"), ("en", "is itself assumed")])
def test_an_assumed_list_is_told_with_value_and_range(lang: str, said: str) -> None:
    listed = load_case("tonghua-winter").population.enterprises
    assert listed.assumed and not load_case("linyi-2018").population.enterprises.assumed
    (note,) = [note for note in letter(lang, case="tonghua-winter").notes() if said in note]
    assert all(f"{value:g}" in note.replace(" ", "") for value in (listed.value, listed.low, listed.high))
    assert not [note for note in letter(lang).notes() if said in note], "control: Linyi's list is printed"


@pytest.mark.parametrize(("lang", "said"), [("zh", "从整改时限算到销号"), ("en", "from the time limit to closing")])
def test_overdue_is_explained_where_it_is_compared(lang: str, said: str) -> None:
    assert sum(said in note for note in letter(lang).notes()) == 1
    made = letter(lang, measures=("visits",))
    assert not [note for note in made.notes() if said in note], "control: not where it is not printed"
