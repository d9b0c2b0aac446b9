"""Every method of the folder on one small block: the same demands on all of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny_programmes import KNOWN, write_programmes

from dpsim.forecast.backtest import Backtest, score_block, thinned
from dpsim.forecast.learned import Learned, learn
from dpsim.forecast.methods import all_methods, is_available, variants_tried
from dpsim.forecast.programmes import Block, load_blocks
from dpsim.forecast.settings import class_settings
from dpsim.params.forecast import CLASSES, load_forecast_settings

METHODS = all_methods()
DRAWS = 50


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> tuple[Block, Learned]:
    folder = write_programmes(tmp_path_factory.mktemp("programmes"))
    blocks = {name: load_blocks(folder / name) for name in KNOWN}
    settings = {name: class_settings(load_forecast_settings(), name) for name in CLASSES}
    return blocks[KNOWN[0]][0], learn(blocks, dict.fromkeys(KNOWN, "order"), KNOWN[0], settings)


def test_the_folder_holds_ours_and_the_rivals() -> None:
    roles = {name: method.ROLE for name, method in METHODS.items()}
    assert [name for name, role in roles.items() if role == "ours"] == ["dpsim"]
    rivals = {"arima", "base_rate", "bass", "ets", "logistic", "recent_weeks", "run_rate_6", "run_rate_8"}
    assert rivals <= {name for name, role in roles.items() if role == "rival"}
    assert set(roles.values()) <= {"ours", "rival", "yardstick"} and roles["no_change"] == "yardstick"
    assert all(len(method.WORDS) == 2 and all(method.WORDS) for method in METHODS.values())
    assert variants_tried() >= 160, "the count never falls"


@pytest.mark.parametrize("name", METHODS)
def test_a_method_gives_shares_of_all_units(ground: tuple[Block, Learned], name: str) -> None:
    block, learned = ground
    shares = METHODS[name].draw(block, learned, seed=1, draws=DRAWS)
    assert shares.shape == (DRAWS, len(block.history.units))
    assert np.isfinite(shares).all() and (shares >= 0.0).all() and (shares <= 1.0).all()
    members = shares * block.history.total
    assert members == pytest.approx(np.round(members), abs=1e-6), "small units have whole members"


@pytest.mark.parametrize("name", METHODS)
def test_a_method_says_the_same_again_and_something_else_for_another_seed(
    ground: tuple[Block, Learned], name: str
) -> None:
    block, learned = ground
    one, again, other = (METHODS[name].draw(block, learned, seed=seed, draws=DRAWS) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert np.array_equal(one, other) is (name == "no_change")


@pytest.mark.parametrize("name", METHODS)
def test_more_draws_leave_the_first_ones(ground: tuple[Block, Learned], name: str) -> None:
    block, learned = ground
    few, many = (METHODS[name].draw(block, learned, seed=1, draws=draws) for draws in (DRAWS, 2 * DRAWS))
    assert np.array_equal(many[:DRAWS], few)


def test_a_library_that_is_missing_is_noticed() -> None:
    method = METHODS["ets"]
    assert is_available(method) and is_available(METHODS["dpsim"])
    absent = type(method)("absent")
    absent.NEEDS = "no_such_library_here"  # type: ignore[attr-defined]
    assert not is_available(absent)


def test_scores_of_a_sure_forecast_that_is_right_and_one_that_is_wrong(ground: tuple[Block, Learned]) -> None:
    block, learned = ground

    def sure(shift: float) -> Backtest:
        method = type(METHODS["dpsim"])("sure")
        at_end = np.zeros(len(block.history.units))
        at_end[block.unit] = block.happened + shift
        method.NAME, method.draw = "sure", lambda *_, draws, **__: np.tile(at_end, (draws, 1))  # type: ignore[attr-defined]
        return Backtest(next(score_block(block, learned, [method], seed=1, draws=DRAWS)))

    right, wrong = sure(0.0).overall().iloc[0], sure(-0.25).overall().iloc[0]
    assert right["crps"] == pytest.approx(0.0) and right["cov90"] == right["least90"] == right["pooled90"] == 1.0
    assert wrong["crps"] == pytest.approx(0.25) and wrong["cov90"] == 0.0
    assert sure(0.0).scores()["cases"].tolist() == [block.unit.size]
    assert sure(0.0).totals()["cases"].tolist() == [1], "the sum over units is told apart"


def test_a_thinned_block_keeps_its_cases_together(tmp_path: Path) -> None:
    from tiny_programmes import write_programme

    (block, *_) = load_blocks(write_programme(tmp_path, "many", units=30))
    fewer = thinned(block, 12)
    assert len(fewer.history.units) == 12 and set(fewer.history.units) < set(block.history.units)
    known = {name: (t, s) for name, t, s in zip(
        np.array(block.history.units)[block.unit], block.target, block.happened, strict=True)}  # fmt: skip
    for name, target, share in zip(
        np.array(fewer.history.units)[fewer.unit], fewer.target, fewer.happened, strict=True
    ):
        assert known[name] == (target, share)
    assert thinned(block, 30) is block
