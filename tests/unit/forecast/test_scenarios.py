"""Other assumptions beside the forecast: each has its row, the forecast's own among them."""

from __future__ import annotations

import pytest
from test_project import AS_OF, DEADLINE, made, table, targets

from dpsim.forecast.knowledge import knowledge
from dpsim.forecast.scenarios import RUSHES, scenarios, starts
from dpsim.params.forecast import CLASSES

WANTED = targets(("all", "built", DEADLINE, 0.8))


def test_every_class_and_rush_has_its_chance() -> None:
    told = scenarios(table(), WANTED, as_of=AS_OF, seed=1, draws=400)
    assert list(zip(told["reference"], told["rush"], strict=True)) == [(c, r) for c in CLASSES for r in RUSHES]
    own = told[(told["reference"] == "order") & (told["rush"] == 0.0)]
    assert own["probability"].tolist() == made(table(), WANTED).targets["probability"].tolist()
    by_class = told[told["rush"] == 0.0].set_index("reference")["probability"]
    assert by_class["voluntary"] < by_class["unstated"] < by_class["order"] < by_class["filing"]
    for reference in CLASSES:
        chances = told[told["reference"] == reference]["probability"].tolist()
        assert chances == sorted(chances), f"{reference}: a rush makes it no less likely"


def test_targets_of_every_unit_are_told_for_all_together() -> None:
    """What is told of all together is that of the whole forecast; a target of one unit is not told, but counts."""
    each = targets(("each", "built", DEADLINE, 0.8), ("county 1", "built", "2019-03-31", 0.9))
    told = scenarios(table(), each, as_of=AS_OF, seed=1, draws=400)
    own = told[(told["reference"] == "order") & (told["rush"] == 0.0)]
    whole = made(table(), each).targets.set_index("unit").loc["all"]
    assert own["q50"].tolist() == [whole["q50"]] and own["probability"].tolist() == [whole["probability"]]
    alone = scenarios(table(), each[:1], as_of=AS_OF, seed=1, draws=400)
    assert not alone["q50"].equals(told["q50"]), "control: the later deadline of the stage is not forgotten"
    assert scenarios(table(), each[1:], as_of=AS_OF, seed=1, draws=20).empty


@pytest.mark.parametrize("rush", [0.0, 0.3])
def test_draws_made_already_serve_where_nothing_differs(rush: float) -> None:
    """Tables beside a forecast are the same to the bit with its draws and with new ones; others' draws show."""
    asked = {"as_of": AS_OF, "seed": 1, "draws": 100}
    own = {"reference": "order", "rush": rush}
    frame = table()
    frame.loc[frame["stage"] == "built", "done"] += 3  # begun before the first report
    whole, other = (made(frame, WANTED, draws=250, rush=rush, seed=seed) for seed in (1, 2))
    for tell, more in ((scenarios, {}), (starts, own), (knowledge, own)):
        alone = tell(frame, WANTED, **asked, **more)
        assert alone.equals(tell(frame, WANTED, **asked, **more, made=whole)), tell.__name__
        used = rush == 0.0 or tell in (starts, knowledge)
        assert used != alone.equals(tell(frame, WANTED, **asked, **more, made=other)), tell.__name__


def test_a_rush_of_some_draws_is_that_of_a_forecast_with_its_chance() -> None:
    told = scenarios(table(), WANTED, as_of=AS_OF, seed=1, draws=400)
    told = told[told["reference"] == "order"].set_index("rush")
    for rush in RUSHES:
        whole = made(table(), WANTED, rush=rush, draws=400).targets.iloc[0]
        assert told.loc[rush, ["probability", "q05", "q50", "q95"]].tolist() == [
            whole[name] for name in ("probability", "q05", "q50", "q95")
        ]
    assert told["q50"].nunique() == len(RUSHES), "control: a rush is seen"
