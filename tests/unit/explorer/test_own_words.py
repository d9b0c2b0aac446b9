"""The page speaks in the words of the place: tables, texts, figures and the labels of the assumptions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dpsim.experiments.ensemble import Ensemble, run_ensemble
from dpsim.explorer import controls, shown
from dpsim.explorer.page import Page
from dpsim.explorer.scenario import Built, Scenario
from dpsim.language import say
from dpsim.report.drawings import Drawing

START = Scenario("yiyang-2025", "past_pace", 2, 1)
OWN = {
    "zh": ("实施机制", "重点行业企业", "建立机制"),
    "en": ("using a scheme", "key-sector enterprises", "holding a scheme"),
}
USUAL = {"zh": ("网上运行", "标杆企业"), "en": ("benchmark enterprises", "online")}


@pytest.fixture(scope="module")
def built() -> Built:
    return Built(*START.built())


@pytest.fixture(scope="module")
def runs(built: Built) -> Ensemble:
    return run_ensemble(built.case, built.strategy, replications=2, seed=1, by=("city",), workers=1)


def texts(built: Built, runs: Ensemble, lang: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return all that is shown first, and then with all figures, with the word a figure finds while it is drawn."""
    drawn: list[str] = []

    def png(drawing: Drawing) -> bytes:
        drawn.append(say("figures.stage.online", lang=lang))
        return PNG

    monkeypatch.setattr(shown, "draw_png", png)
    first = shown.show_first(START, built, runs, lang)
    whole = shown.show_all(first, lang, check=lambda: None)
    assert len(drawn) >= 2
    return " ".join([first.content, whole.content, *drawn])


PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_results_are_told_in_the_words_of_the_place(
    built: Built, runs: Ensemble, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without them the usual words stand there."""
    text = texts(built, runs, lang, monkeypatch)
    assert all(word in text for word in OWN[lang]) and not any(word in text for word in USUAL[lang])
    monkeypatch.setattr(shown, "own_words", lambda case: {})
    plain = texts(built, runs, lang, monkeypatch)
    assert all(word in plain for word in USUAL[lang]) and OWN[lang][0] not in plain


def test_assumptions_are_labelled_in_the_words_of_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def labels() -> str:
        made: Any = Page(START, "zh", tmp_path)
        return " ".join(row.entry.label for row in made.controls.assumption_panel.rows)

    assert "实施机制企业数" in labels() and "网上运行企业数" not in labels()
    monkeypatch.setattr(controls, "own_words", lambda case: {})
    assert "网上运行企业数" in labels()
