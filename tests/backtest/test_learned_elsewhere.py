"""What is learned for a programme comes from the others: its own outcomes change nothing, theirs do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from tiny_programmes import KNOWN, write_programmes

from dpsim.forecast.learned import Learned, closures_of, learn
from dpsim.forecast.methods import all_methods
from dpsim.forecast.programmes import Block, load_blocks
from dpsim.forecast.settings import class_settings
from dpsim.params.forecast import CLASSES, load_forecast_settings

Blocks = Mapping[str, Sequence[Block]]
HTTPS, FEDORA, CENSUS = KNOWN
OF = {HTTPS: "order", FEDORA: "order", CENSUS: "voluntary"}
SETTINGS = {name: class_settings(load_forecast_settings(), name) for name in CLASSES}
QUICK = [name for name, method in all_methods().items() if not hasattr(method, "NEEDS")]


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory) -> Blocks:
    folder = write_programmes(tmp_path_factory.mktemp("programmes"))
    return {name: load_blocks(folder / name) for name in KNOWN}


def other_outcomes(blocks: Blocks, programme: str) -> Blocks:
    """Return the blocks with everything turned round that came of one programme."""
    turned = [replace(b, happened=1.0 - b.happened, met=~b.met) for b in blocks[programme]]
    return {**blocks, programme: turned}


def forecast(method: ModuleType, blocks: Blocks, programme: str) -> list[np.ndarray]:
    learned = learn(blocks, OF, programme, SETTINGS)
    return [method.draw(block, learned, seed=2, draws=60) for block in blocks[programme]]


def learns_from_itself(method: ModuleType, blocks: Blocks, programme: str) -> bool:
    before, after = forecast(method, blocks, programme), forecast(method, other_outcomes(blocks, programme), programme)
    return not all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))


@pytest.mark.parametrize("name", QUICK)
def test_its_own_outcomes_change_no_forecast(blocks: Blocks, name: str) -> None:
    assert not any(learns_from_itself(all_methods()[name], blocks, programme) for programme in KNOWN)


def test_a_method_that_reads_the_outcome_is_caught(blocks: Blocks) -> None:
    peeking = ModuleType("peeking")

    def draw(block: Block, learned: Learned, *, seed: int, draws: int) -> np.ndarray:
        return np.tile(block.happened, (draws, 1))

    peeking.draw = draw  # type: ignore[attr-defined]
    assert learns_from_itself(peeking, blocks, HTTPS)


def test_outcomes_of_another_programme_of_the_class_move_the_base_rate(blocks: Blocks) -> None:
    base = all_methods()["base_rate"]
    for changed, moved in ((FEDORA, True), (CENSUS, False)):
        after = forecast(base, other_outcomes(blocks, changed), HTTPS)
        pairs = zip(forecast(base, blocks, HTTPS), after, strict=True)
        assert all(np.array_equal(one, other) for one, other in pairs) is not moved


def test_the_closures_are_those_of_the_others(blocks: Blocks) -> None:
    learned = learn(blocks, OF, HTTPS, SETTINGS)
    assert learned.programmes == (FEDORA,) and learned.reference == "order"
    at_six = np.concatenate([closures_of(block) for block in blocks[FEDORA] if block.months == 6])
    assert np.array_equal(learned.closures(6)[0], at_six)
    assert learned.closures(7) is learned.past[6] and learned.closures(100) is learned.past[9]


def test_without_a_class_or_another_of_it_all_others_are_learned_from(blocks: Blocks) -> None:
    assert learn(blocks, OF, CENSUS, SETTINGS).programmes == (FEDORA, HTTPS), "the only one of its class"
    unstated = {**OF, HTTPS: "unstated"}
    assert learn(blocks, unstated, HTTPS, SETTINGS).programmes == (FEDORA, CENSUS)
    assert learn(blocks, unstated, FEDORA, SETTINGS).programmes == (CENSUS, HTTPS), "none of its class is left"


def test_alone_any_share_is_as_likely(blocks: Blocks) -> None:
    learned = learn({HTTPS: blocks[HTTPS]}, OF, HTTPS, SETTINGS)
    assert learned.programmes == ()
    (closures,) = learned.closures(6)
    assert closures.mean() == pytest.approx(0.5) and closures.min() > 0.0 and closures.max() < 1.0
