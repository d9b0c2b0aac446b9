"""What the table cannot tell is named, every setting of it, and never fitted."""

from __future__ import annotations

import numpy as np
import pytest

from dpsim.core.streams import entity_numbers
from dpsim.forecast.orders import ordered_units
from dpsim.forecast.regimes import draw_spreads
from dpsim.forecast.settings import class_settings
from dpsim.language import catalogue
from dpsim.params.forecast import CLASSES, ReferenceClass, load_forecast_settings
from dpsim.report.outlook.unknown import CLASS, settings_frame, unknown_text


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("reference", CLASSES)
def test_every_setting_of_the_class_is_named(reference: str, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DPSIM_LANG", lang)
    text, words = unknown_text(reference, 0.0), catalogue(lang)
    names = set(ReferenceClass.model_fields) - {"name"}
    assert names == set(settings_frame(reference).query("origin == @CLASS", local_dict={"CLASS": CLASS})["setting"])
    for name in names:
        entry = getattr(getattr(load_forecast_settings().classes, reference), name)
        label = words[f"outlook.setting.{name}"]
        assert (f"{label}*" in text) == (entry.grade == "assumed") and label in text, name
    assert "{" not in text and "settings.csv" in text


def test_a_rush_is_told_where_one_is_supposed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DPSIM_LANG", "en")
    assert "No rush" in unknown_text("order", 0.0)
    assert "with a chance of 20%" in unknown_text("order", 0.2) and "No rush" not in unknown_text("order", 0.2)


def test_the_table_of_settings_holds_all_that_the_model_takes() -> None:
    model = class_settings(load_forecast_settings(), "order")
    told = settings_frame("order")
    assert np.isin(told["value"], list(model)).all()
    assert len(told) == len(model) - 1, "all but the chance of a rush, which is asked for"
    assert ((told["low"] <= told["value"]) & (told["value"] <= told["high"])).all()
    assert ((told["grade"] == "assumed") == (told["source"] == "")).all()


def test_regimes_come_from_the_class_alone() -> None:
    settings = load_forecast_settings()
    for reference in CLASSES:
        model = class_settings(settings, reference)
        spreads = draw_spreads(model, seed=3, draws=20_000)
        closes = ordered_units(entity_numbers(["north"]), model, seed=3, draws=20_000)
        for drawn, weight in ((spreads, model.spread_weight), (closes, model.close_weight)):
            error = 4.0 * np.sqrt(max(weight * (1.0 - weight), 1e-9) / drawn.size)
            assert abs(drawn.mean() - weight) <= error
        assert abs(spreads.mean() - (1.0 - model.spread_weight)) > 0.1 or reference == "voluntary", "control"
