"""Every case, strategy, source and message that comes with the program passes one shared suite."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import dpsim.params.load as load
from dpsim.language import catalogue
from dpsim.params.blocks import Population
from dpsim.params.evidence import evidence
from dpsim.params.instruments import INSTRUMENTS
from dpsim.params.locate import locate_case, locate_strategy, params_folder
from dpsim.params.quantity import GRADES, Block, Expect, Quantity
from dpsim.params.schema import Case

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
    cited = set(re.findall(r"\b[A-Z]{2}[0-9]{2}\b", text))
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


def ids(lang: str) -> dict[str, str]:
    return {key: text for key, text in catalogue(lang).items() if key.startswith("params.")}


def test_messages_exist_in_both_languages_with_the_same_words() -> None:
    assert set(ids("zh")) == set(ids("en"))
    for key, text in ids("zh").items():
        words = [{name for _, name, _, _ in string.Formatter().parse(t) if name} for t in (text, ids("en")[key])]
        assert words[0] == words[1], key
        assert not re.search(r"[\u4e00-\u9fff]", ids("en")[key])
        assert re.search(r"[\u4e00-\u9fff]", text)


def test_messages_and_code_fit_together() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in SOURCES.glob("*.py"))
    named = set(re.findall(r'"(params\.[a-z0-9_]+)"', code))
    made = {key for key in ids("en") if key.removesuffix("_near") in named}
    made |= {f"params.bad_{one}_name{end}" for one in ("case", "strategy") for end in ("", "_key")}
    made |= {
        f"params.{start}_{one}{end}"
        for one in ("case", "strategy")
        for start, end in (("unknown", ""), ("unknown", "_near"), ("not_a", ""))
    }
    assert named <= set(ids("en"))
    assert set(ids("en")) == made
