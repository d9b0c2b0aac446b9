"""Arguments of the wrong kind are refused in words before anything is run, and harmless ways of writing accepted."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from dpsim.errors import InputError
from dpsim.experiments import arguments, ensemble, replication
from dpsim.experiments.arguments import check_as_of, check_by
from dpsim.experiments.ensemble import run_ensemble
from dpsim.experiments.replication import run_replication
from dpsim.params.load import load_case, load_strategy

CASE, PLAN = load_case("linyi-2018"), load_strategy("past_pace")


@pytest.fixture(autouse=True)
def _no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        pytest.fail("the population was made before the arguments were checked")

    monkeypatch.setattr(replication, "make_setting", never)
    monkeypatch.setattr(ensemble, "run_one", never)


class Shy:
    def __repr__(self) -> str:
        raise RuntimeError("no words")


BOTH = [
    ({"case": Shy()}, "error.not_loaded", ["<Shy>", "load_case"]),
    ({"by": Shy()}, "error.by_kind", ["<Shy>"]),
    ({"case": "linyi-2018"}, "error.not_loaded", ["case", "'linyi-2018'", "load_case"]),
    ({"case": None}, "error.not_loaded", ["case", "None", "load_case"]),
    ({"case": PLAN}, "error.not_loaded", ["case", "load_case"]),
    ({"strategy": "past_pace"}, "error.not_loaded", ["strategy", "'past_pace'", "load_strategy"]),
    ({"strategy": CASE}, "error.not_loaded", ["strategy", "load_strategy"]),
    ({"engine": None}, "error.unknown_engine", ["None", "simpy"]),
    ({"engine": np.array(["simpy", "simpy"])}, "error.unknown_engine", ["simpy"]),
    ({"by": None}, "error.by_kind", ["by", "None", "county"]),
    ({"by": 3}, "error.by_kind", ["by", "3", "county"]),
    ({"by": {"county", "tier"}}, "error.by_kind", ["by", "county"]),
    ({"by": ""}, "error.unknown_grouping", ["''", "county"]),
    ({"by": "village"}, "error.unknown_grouping", ["village", "county"]),
    ({"by": [3]}, "error.unknown_grouping", ["3", "county"]),
    ({"by": [["county"]]}, "error.unknown_grouping", ["county"]),
    ({"by": [np.array(["county", "tier"])]}, "error.unknown_grouping", ["county"]),
    ({"by": ["county", np.array(["county", "tier"])]}, "error.unknown_grouping", ["county"]),
    ({"by": b"county"}, "error.unknown_grouping", ["99"]),
    ({"by": ["county", "tier", "county"]}, "error.grouping_twice", ["county"]),
    ({"by": itertools.repeat("county")}, "error.grouping_twice", ["county"]),
    ({"paths": "mine"}, "error.not_paths", ["paths", "'mine'", "PathSet"]),
    ({"paths": np.zeros((3, 3))}, "error.not_paths", ["paths", "PathSet"]),
    ({"seed": True}, "error.key_word", ["seed", "True"]),
    ({"seed": 1.0}, "error.key_word", ["seed", "1.0"]),
    ({"seed": "1"}, "error.key_word", ["seed", "'1'"]),
    ({"seed": None}, "error.key_word", ["seed", "None"]),
    ({"state": "full"}, "state.no_table", ["state", "total"]),
]
ONE = [
    *(({"trace": given}, "error.not_true_false", ["trace", repr(given)]) for given in (1, "yes", None)),
    ({"replication": True}, "error.key_word", ["replication", "True"]),
    ({"replication": 1.0}, "error.key_word", ["replication", "1.0"]),
    ({"replication": None}, "error.key_word", ["replication", "None"]),
]
MANY = [
    *(({"replications": given}, "error.not_positive", ["replications"]) for given in (0, -1, True, 2.5, "5", None)),
    *(({"workers": given}, "error.not_positive", ["workers"]) for given in (0, -1, "x", True, 1.5)),
    *(({"workers": given}, "error.too_many_workers", ["workers", "1024"]) for given in (1025, 10**30, 10**5000)),
    *(({"progress": given}, "error.not_true_false", ["progress", repr(given)]) for given in (1, "yes", None)),
    ({"replications": 10**9}, "error.too_many_replications", ["1000000000"]),
    ({"replications": 10**24}, "error.too_many_replications", [str(10**24), "100000"]),
    ({"replications": 10**5000}, "error.too_many_replications", ["<int>"]),
    *(({"store": given}, "error.store_kind", ["store", repr(given)]) for given in (3, True, b"x", "", " ", "a\0b")),
    *(({"fork": given}, "error.not_true_false", ["fork", repr(given)]) for given in (1, "yes", None)),
    ({"fork": True}, "error.fork_alone", ["fork", "store"]),
]


def assert_refused(error: InputError, message: str, words: list[str]) -> None:
    assert error.message == message
    for lang in ("zh", "en"):
        text = error.text(lang)
        assert all(word in text for word in words), text
        assert "\n" not in text and len(text) < 400, text


@pytest.mark.parametrize(("arguments", "message", "words"), [*BOTH, *ONE])
def test_a_replication_refuses(arguments: dict[str, object], message: str, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        run_replication(**{"case": CASE, "strategy": PLAN, "seed": 0, "replication": 0, **arguments})  # type: ignore[arg-type]
    assert_refused(caught.value, message, words)


@pytest.mark.parametrize(("arguments", "message", "words"), [*BOTH, *MANY])
def test_an_ensemble_refuses(arguments: dict[str, object], message: str, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        run_ensemble(**{"case": CASE, "strategy": PLAN, "seed": 0, "replications": 1, **arguments})  # type: ignore[arg-type]
    assert_refused(caught.value, message, words)


def generated() -> Iterator[str]:
    yield "tier"
    yield "county"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("county", ("county",)),
        (["tier", "county"], ("tier", "county")),
        (generated(), ("tier", "county")),
        (np.array(["tier"]), ("tier",)),
        ({"tier": 1, "city": 2}, ("tier", "city")),
    ],
)
def test_groupings_may_be_written_in_several_ways(given: object, taken: tuple[str, ...]) -> None:
    assert check_by(given) == taken
    assert all(type(name) is str for name in check_by(list(taken)))


def test_a_generator_of_groupings_is_used_up_once_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    frame = run_replication(CASE, PLAN, seed=0, replication=0, by=generated()).indicators
    assert list(frame.columns)[2:4] == ["tier", "county"] and len(frame)


# ------------------------------------------------------------------ as-of date


@pytest.mark.parametrize("given", [None, CASE.as_of, "2018-09-10"])
def test_the_cases_own_day_is_taken(given: dt.date | str | None) -> None:
    assert check_as_of(CASE, given) == CASE.as_of


@pytest.mark.parametrize(
    "given",
    [
        20180910,
        "20180910",
        "2018-W37-1",
        "2018W371",
        "2018-9-10",
        " 2018-09-10",
        "2018-09-10\n",
        "2018-09-10T00:00:00",
        "２０１８-09-10",
        "2018-02-30",
        "",
        0,
        True,
        1.5,
        dt.datetime(2018, 9, 10),  # noqa: DTZ001
        pd.Timestamp("2018-09-10"),
        np.datetime64("2018-09-10"),
    ],
    ids=repr,
)
def test_anything_else_than_a_plain_day_is_refused(given: object) -> None:
    with pytest.raises(InputError) as caught:
        check_as_of(CASE, given)  # type: ignore[arg-type]
    assert_refused(caught.value, "error.bad_date", ["as_of", "2018-09-10"])


# ------------------------------------------------------------------ processes


def test_no_more_processes_than_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def count(task: object, chunks: list[object], workers: int) -> Iterator[object]:
        asked.append(workers)
        yield from chunks

    monkeypatch.setattr(ensemble, "over_processes", count)
    monkeypatch.setattr(ensemble, "over_threads", count)
    for engine in arguments.ENGINES:
        setting = SimpleNamespace(engine=engine)
        chunks = [[0], [1], [2]]
        assert len(list(ensemble._stream(setting, None, chunks, 0, (), arguments.MAX_WORKERS))) == 3  # type: ignore[arg-type]
    assert asked == [3, 3]


@pytest.mark.parametrize("given", [True, False, np.True_])
def test_a_flag_of_numpy_is_a_flag(given: object) -> None:
    assert arguments.check_flag("trace", given) is bool(given)
