"""The worked example of docs/add-an-instrument.md does what the page says, in the lines it says."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import yaml

import dpsim
from dpsim.engines import simpy_engine
from dpsim.engines.world import Lever, make_world
from dpsim.experiments.replication import prepare, strategy_paths
from dpsim.params.load import load_case, load_strategy
from dpsim.strategies import instruments

PAGE = (Path(dpsim.__file__).parents[2] / "docs" / "add-an-instrument.md").read_text(encoding="utf-8")


def block(kind: str) -> str:
    """Return the page's block of a kind; there is one."""
    (found,) = re.findall(rf"```{kind}\n(.*?)```", PAGE, re.S)
    return str(found)


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    file = tmp_path_factory.mktemp("example") / "night_checks.py"
    file.write_text(block("python"), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("night_checks", file)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def entry() -> dict[str, dict[str, object]]:
    """Return the strategy's entry."""
    (item,) = yaml.safe_load(block("yaml"))
    assert item.pop("instrument") == "night_checks"
    return dict(item)


def test_the_example_takes_under_60_lines(module: ModuleType) -> None:
    assert len((block("python") + block("yaml")).splitlines()) + 1 < 60


def test_whoever_has_followed_the_page_has_its_file(module: ModuleType) -> None:
    """Before the page is followed nothing is registered by this name; afterwards it is what the page shows."""
    assert module.NAME == "night_checks"
    added = instruments().get(module.NAME, module)
    assert (added.NAME, added.WORDS, added.SETTINGS) == (module.NAME, module.WORDS, module.SETTINGS)


def test_the_page_says_what_tests_need_and_which_pages_to_bring_up_to_date() -> None:
    for named in ("make setup-dev", "dpsim.params.reference > docs/parameters.md", "benchmarks/instruments.py"):
        assert named in PAGE
    assert "README.zh.md" in PAGE and "## 3. The word" not in PAGE


def test_its_settings_are_those_of_its_entry(module: ModuleType) -> None:
    assert set(entry()) == set(module.SETTINGS)
    for key, given in entry().items():
        expect = module.SETTINGS[key].expect
        assert expect.unit == given["unit"] and expect.admits(given["value"])
        assert {"range", "grade", "reason"} <= set(given)


def run_with(module: ModuleType, **changed: float) -> tuple[float, float]:
    """Return inspection days and mean perceived risk at the end of a run with the example added."""
    settings = SimpleNamespace(start=None, end=None)
    for key, given in entry().items():
        setattr(settings, key, SimpleNamespace(value=changed.get(key, given["value"])))
    setting = prepare(load_case("linyi-2018"), load_strategy("current_arrangement"))
    own, reference = setting.levers
    added = Lever(module, module.due(settings, setting.timeline), module.parameters(settings))
    setting = replace(setting, levers=((*own, added), reference))
    world = make_world(setting, strategy_paths(setting, 1, np.array([0])), 0, seed=1)
    hazards = simpy_engine.run(world).hazards
    assert hazards is not None
    sites, ago = hazards.sites, setting.timeline.days - hazards.sites["perceived_at"]
    felt = sites["perceived"] * np.exp(-ago / hazards.laws["memory"][0])
    return float(hazards.duties[:, -1].sum()), float(felt.mean())


def test_it_does_what_the_page_says(module: ModuleType) -> None:
    days, felt = run_with(module)
    without_days, without_felt = run_with(module, borrowed=0.0, jump=0.0)
    assert days > without_days and felt > without_felt
