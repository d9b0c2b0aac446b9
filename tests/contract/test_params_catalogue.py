"""Every case, strategy, source and message that comes with the program passes one shared suite."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Callable, Iterable
from importlib.resources import files
from pathlib import Path
from typing import get_args

import pytest

import dpsim.params.load as load
from dpsim import language
from dpsim.language import catalogue
from dpsim.model.prior import REGIMES
from dpsim.params.blocks import Population, Sector
from dpsim.params.blocks_reporting import Reporting
from dpsim.params.evidence import evidence
from dpsim.params.instruments import INSTRUMENTS
from dpsim.params.labels import grade_label, option_label, quantity_label, strategy_label, unit_label
from dpsim.params.locate import locate_case, locate_strategy, params_folder
from dpsim.params.quantity import GRADES, Block, Expect, Quantity
from dpsim.params.readings import AfterMissed, Assessment, Level, Published, ReferenceClass, Split
from dpsim.params.schema import Case

CHINESE = "[\u4e00-\u9fff]"
SOURCE = r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?![A-Za-z0-9])"  # a Chinese character may stand beside an id
SOURCES = Path(load.__file__).parent
FILES = [*map(locate_case, load.list_cases()), *map(locate_strategy, load.list_strategies())]


def test_the_catalogue_is_not_empty() -> None:
    assert load.list_cases() and len(load.list_strategies()) >= 5 and len(INSTRUMENTS) >= 4


@pytest.mark.parametrize("name", load.list_cases())
def test_case(name: str) -> None:
    case = load.load_case(name)
    assert case.id == name
    assert load.load_case(locate_case(name)).digest == case.digest
    assert load.load_strategy(case.default_strategy).id == case.default_strategy
    assert case.with_values({key: entry.value for key, entry in case.quantities().items()}) == case
    for key, entry in case.quantities().items():
        assert entry.low <= entry.value <= entry.high, key


@pytest.mark.parametrize("name", load.list_strategies())
def test_strategy(name: str) -> None:
    strategy = load.load_strategy(name)
    assert strategy.id == name
    assert all(type(lever) is INSTRUMENTS[lever.instrument] for lever in strategy.instruments)
    assert strategy.with_values({key: entry.value for key, entry in strategy.quantities().items()}) == strategy


def test_every_instrument_is_used_by_a_strategy() -> None:
    used = {lever.instrument for name in load.list_strategies() for lever in load.load_strategy(name).instruments}
    assert used == set(INSTRUMENTS)


def test_sources_and_evidence_fit_together() -> None:
    text = "\n".join(file.read_text(encoding="utf-8") for file in FILES)
    cited = set(re.findall(SOURCE, text))
    assert cited == set(evidence())
    assert {row.grade for row in evidence().values()} <= set(GRADES)


def test_parameters_mention_nothing_private() -> None:
    for file in [*FILES, params_folder() / "evidence.csv"]:
        assert not re.search(r"/work|seed 00|session|helper", file.read_text(encoding="utf-8")), file.name


def blocks(model: type[Block]) -> set[type[Block]]:
    below: set[type[Block]] = {model}
    for field in model.model_fields.values():
        parts = [field.annotation, *getattr(field.annotation, "__args__", ())]
        for part in parts:
            if isinstance(part, type) and issubclass(part, Block):
                below |= blocks(part)
    return below


def test_every_quantity_of_the_schema_says_what_it_expects() -> None:
    models = blocks(Case).union(*(blocks(model) for model in INSTRUMENTS.values()))
    assert Population in models
    fields = [field for model in models for field in model.model_fields.values() if field.annotation is Quantity]
    expects = [[part for part in field.metadata if isinstance(part, Expect)] for field in fields]
    assert len(fields) > 40 and all(len(found) == 1 for found in expects)


def catalogue_file(lang: str, name: str) -> dict[str, str]:
    text = files("dpsim.language").joinpath(lang, name).read_text(encoding="utf-8")
    return dict(language._flat("", tomllib.loads(text)))


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


CATALOGUES = sorted(entry.name for entry in files("dpsim.language").joinpath("zh").iterdir())


def test_both_languages_have_the_same_catalogue_files() -> None:
    assert "params.toml" in CATALOGUES and "quantities.toml" in CATALOGUES
    assert sorted(entry.name for entry in files("dpsim.language").joinpath("en").iterdir()) == CATALOGUES


@pytest.mark.parametrize("name", CATALOGUES)
def test_ids_and_placeholders_are_the_same_in_both_languages(name: str) -> None:
    zh, en = catalogue_file("zh", name), catalogue_file("en", name)
    assert set(zh) == set(en)
    assert {key for key in zh if names(zh[key]) != names(en[key])} == set()
    assert {key for key in en if re.search(CHINESE, en[key])} == set()


@pytest.mark.parametrize("name", ["params.toml", "quantities.toml"])
def test_chinese_texts_are_chinese(name: str) -> None:
    assert {key for key, text in catalogue_file("zh", name).items() if not re.search(CHINESE, text)} == set()


def test_reasons_are_in_both_languages() -> None:
    shipped = [*map(load.load_case, load.list_cases()), *map(load.load_strategy, load.list_strategies())]
    reasons = [row.reason for file in shipped for row in file.assumptions() if row.reason is not None]
    assert len(reasons) > 40
    for reason in reasons:
        assert re.search(CHINESE, reason.zh) and not re.search(CHINESE, reason.en), reason
        assert re.findall(SOURCE, reason.zh) == re.findall(SOURCE, reason.en), reason
        assert not reason.zh.endswith("。") and not reason.en.endswith("."), reason


def ids(lang: str) -> dict[str, str]:
    return {key: text for key, text in catalogue(lang).items() if key.startswith("params.")}


def test_messages_and_code_fit_together() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in SOURCES.glob("*.py"))
    named = set(re.findall(r'"(params\.[a-z0-9_]+)"', code))
    made = {key for key in ids("en") if key.removesuffix("_near") in named}
    made |= {f"params.bad_{one}_name{end}" for one in ("case", "strategy", "batch") for end in ("", "_key")}
    made |= {
        f"params.{start}_{one}{end}"
        for one in ("case", "strategy", "batch")
        for start, end in (("unknown", ""), ("unknown", "_near"), ("not_a", ""))
    }
    made |= {f"params.unknown_{one}_key{end}" for one in ("case", "strategy") for end in ("", "_near")}
    made |= {f"params.reporting.{name}" for name in Reporting.model_fields}
    assert named <= set(ids("en"))
    assert set(ids("en")) == made


OPTIONS = {
    *get_args(ReferenceClass.model_fields["value"].annotation),
    *(name for options in (Split, AfterMissed, Level, Assessment, Sector) for name in get_args(options)),
    *REGIMES,
}
BESIDE_THE_FILES = {
    "regime",
    "scenario.rush",
    "targets.switches.level",
    "targets.switches.assessment",
    "population.county_list",
    *(f"reporting.{name}" for name in Reporting.model_fields),
}
"""Labels of readings that a report varies although they have no grade of their own, and of what only own cases have."""


def unlabelled(keys: Iterable[str], label: Callable[[str, str], str]) -> set[str]:
    """Return the keys that have no Chinese word."""
    return {key for key in keys if not re.search(CHINESE, label(key, "zh"))}


def without_english(keys: Iterable[str], group: str) -> set[str]:
    return {key for key in keys if f"{group}.{key.replace(' ', '_')}" not in catalogue("en")}


def case_keys() -> set[str]:
    cases = map(load.load_case, load.list_cases())
    return {key for case in cases for key in (*case.quantities(), *(row.key for row in case.assumptions()))}


def units() -> set[str]:
    models = blocks(Case).union(*(blocks(model) for model in INSTRUMENTS.values()))
    expected = {
        part.unit
        for model in models
        for field in model.model_fields.values()
        for part in field.metadata
        if isinstance(part, Expect)
    }
    of_evidence = {unit for row in evidence().values() for unit in row.unit.split("; ")}
    return expected | of_evidence | set(get_args(Published.model_fields["unit"].annotation))


WORDS = {
    "quantity": (case_keys() | BESIDE_THE_FILES, quantity_label),
    "unit_name": (units(), unit_label),
    "grade": (set(GRADES), grade_label),
    "option": (OPTIONS, option_label),
}


@pytest.mark.parametrize("group", WORDS)
def test_every_word_of_the_parameters_has_a_label(group: str) -> None:
    wanted, label = WORDS[group]
    assert len(wanted) > 5
    assert unlabelled(wanted, label) == set() == without_english(wanted, group)
    have = {key.removeprefix(f"{group}.") for key in catalogue("zh") if key.startswith(f"{group}.")}
    assert have == {key.replace(" ", "_") for key in wanted}


@pytest.mark.parametrize("group", WORDS)
def test_a_missing_label_is_found(group: str) -> None:
    wanted, label = WORDS[group]
    more = {*wanted, "agencies.no_such_key"}
    assert unlabelled(more, label) == without_english(more, group) == {"agencies.no_such_key"}


@pytest.mark.parametrize("group", WORDS)
def test_labels_tell_their_keys_apart(group: str) -> None:
    wanted, label = WORDS[group]
    for lang in ("zh", "en"):
        shown = [label(key, lang) for key in wanted if group != "unit_name" or not key.startswith("mechanism")]
        assert len(set(shown)) == len(shown)


@pytest.mark.parametrize("name", load.list_strategies())
def test_every_key_of_a_strategy_has_a_label(name: str) -> None:
    strategy = load.load_strategy(name)
    keys = {*strategy.quantities(), *(row.key for row in strategy.assumptions())}
    assert unlabelled(keys, lambda key, lang: strategy_label(strategy, key, lang)) == set()
    assert not any(strategy_label(strategy, key, "en") == key for key in keys)
    far = "instruments.99.every_days"
    assert unlabelled({*keys, far}, lambda key, lang: strategy_label(strategy, key, lang)) == {far}
