"""Other assumptions beside the forecast: each has its row, the forecast's own among them."""

from __future__ import annotations

from test_project import AS_OF, DEADLINE, made, table, targets

from dpsim.forecast.scenarios import RUSHES, scenarios
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
