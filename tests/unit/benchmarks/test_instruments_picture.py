"""The page of what each instrument does: no name is cut in its picture, and cost stands beside effect."""

from __future__ import annotations

import pandas as pd
import pytest

from dpsim.report.figures import plot_differences
from dpsim.report.figures.words import user_label
from dpsim.strategies import instruments

page = pytest.importorskip("instruments")


def test_no_name_of_an_instrument_is_cut() -> None:
    names = [module.WORDS.en for module in instruments().values()]
    assert [name for name in names if user_label(name, page.LETTERS, lines=1) != name] == []
    assert any(user_label(name, 20, lines=1) != name for name in names), "a narrower column would be noticed"


def test_the_picture_has_effect_staff_days_and_yuan_of_every_instrument() -> None:
    rows = [
        (name, measure, 1.0, 0.5, 1.5, 0.2, 1.8, 40) for measure in page.MEASURES for name in ("look_back", "penalties")
    ]
    columns = ["instrument", "measure", "mean", "low", "high", "adjusted_low", "adjusted_high", "n"]
    frame = pd.DataFrame(rows, columns=columns)
    assert {"staff_days", "yuan", "online", "latent_general"} <= set(page.DRAWN) <= set(page.MEASURES)
    assert page.picture(frame).startswith(b"\x89PNG")
    drawn = plot_differences(
        frame.assign(strategy=frame["instrument"]), lang="en", reference="R", across=3, letters=page.LETTERS
    )
    assert len(drawn.axes) == len(page.MEASURES)
