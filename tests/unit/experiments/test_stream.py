"""Runs as they come in: in their order, the same as those of an ensemble, and at an end when nobody wants more."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from dpsim.engines.world import Setting
from dpsim.errors import InputError
from dpsim.experiments import stream
from dpsim.experiments.ensemble import Part, run_ensemble
from dpsim.experiments.replication import prepare
from dpsim.experiments.stream import Growing, of_the_same_runs, stream_ensemble
from dpsim.params.load import load_case, load_strategy

RUNS, BY = 11, ("city",)


@pytest.fixture(scope="module")
def setting() -> Setting:
    return prepare(load_case("linyi-2018"), load_strategy("past_pace"))


def grown(setting: Setting, runs: int, seed: int = 1, **options: Any) -> Growing:
    growing = Growing(setting, seed=seed, asked=runs, by=BY)
    for part in stream_ensemble(setting, replications=runs, seed=seed, by=BY, **options):
        growing.add(part)
    return growing


@pytest.mark.parametrize(("workers", "pause"), [(1, 0), (2, 0), (3, 4), (2, 100)])
def test_what_comes_in_is_what_an_ensemble_has(setting: Setting, workers: int, pause: int) -> None:
    whole = run_ensemble(setting.case, setting.strategy, replications=RUNS, seed=1, by=BY, workers=1)
    mine = grown(setting, RUNS, workers=workers, pause=pause).ensemble()
    assert mine is not None
    for name in ("indicators", "targets", "attained", "counties"):
        pd.testing.assert_frame_equal(getattr(mine, name), getattr(whole, name))
    assert mine.record == whole.record and mine.failures.empty
    other = grown(setting, RUNS, seed=2).ensemble()
    assert other is not None and not other.indicators.equals(whole.indicators), "control: another seed, the same frame"


def test_what_is_there_at_any_time_are_the_first_runs(setting: Setting) -> None:
    growing = Growing(setting, seed=1, asked=RUNS, by=BY)
    assert growing.ensemble() is None, "nothing is there yet"
    for n, part in enumerate(stream_ensemble(setting, replications=RUNS, seed=1, by=BY, workers=3), start=1):
        growing.add(part)
        assert growing.done == n and [run.replication for run in growing.runs] == list(range(n))
    first = Growing(setting, seed=1, asked=RUNS, by=BY)
    for run in growing.runs[:5]:
        first.add(([run], []))
    interim, alone = first.ensemble(), run_ensemble(setting.case, setting.strategy, replications=5, seed=1, by=BY)
    assert interim is not None
    pd.testing.assert_frame_equal(interim.targets, alone.targets)
    assert (interim.record["finished"], interim.record["replications"]) == (5, RUNS)
    assert interim.record["interrupted"] and not alone.record["interrupted"]


def test_closing_it_begins_no_other_run_and_leaves_no_thread(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []

    def counted(setting: Setting, paths: object, rows: Sequence[int], seed: int, by: object) -> Part:
        begun.extend(rows)
        return [], [{"replication": rows[0], "error": "none"}]

    monkeypatch.setattr(stream, "run_chunk", counted)
    runs = stream_ensemble(setting, replications=10_000, seed=1, by=BY, workers=2)
    next(runs)
    runs.close()
    last = len(begun)
    assert last <= 2 * stream.AHEAD + 1, "more than a few runs were begun ahead of who takes them"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("dpsim-run")]
    assert len(begun) == last and len(list(stream_ensemble(setting, replications=40, seed=1, by=BY))) == 40


def test_a_pause_holds_back_all_other_runs(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []

    def counted(setting: Setting, paths: object, rows: Sequence[int], seed: int, by: object) -> Part:
        begun.extend(rows)
        return [], [{"replication": rows[0], "error": "none"}]

    monkeypatch.setattr(stream, "run_chunk", counted)
    for pause, expected in ((4, 4), (0, 10)):  # without one all ten were begun before the first was taken
        begun.clear()
        runs = stream_ensemble(setting, replications=10, seed=1, by=BY, workers=2, pause=pause)
        for _ in range(4):
            next(runs)
        if pause:
            assert sorted(begun) == list(range(expected)), "a run began during the pause"
        assert len(list(runs)) == 6 and sorted(begun) == list(range(10))


def test_a_failed_run_is_kept_and_the_others_go_on(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = stream.run_chunk

    def broken(setting: Setting, paths: Any, rows: Sequence[int], seed: int, by: tuple[str, ...]) -> Part:
        return (
            ([], [{"replication": 2, "error": "broken"}])
            if list(rows) == [2]
            else whole(setting, paths, rows, seed, by)
        )

    monkeypatch.setattr(stream, "run_chunk", broken)
    growing = grown(setting, 4)
    ensemble = growing.ensemble()
    assert ensemble is not None and growing.done == 4 and ensemble.record["finished"] == 3
    assert ensemble.failures["replication"].tolist() == [2] and not ensemble.record["interrupted"]


@pytest.mark.parametrize("wrong", [{"replications": 0}, {"seed": -1}, {"workers": 0}])
def test_wrong_arguments_are_refused(setting: Setting, wrong: dict[str, int]) -> None:
    with pytest.raises(InputError):
        next(stream_ensemble(setting, **({"replications": 2, "seed": 1, "by": BY} | wrong)))


def test_what_stands_beside_a_part_are_the_same_runs(setting: Setting) -> None:
    whole, part = grown(setting, RUNS).ensemble(), grown(setting, 4).ensemble()
    assert whole is not None and part is not None
    cut = of_the_same_runs(whole, part)
    pd.testing.assert_frame_equal(cut.targets, part.targets)
    pd.testing.assert_frame_equal(cut.indicators, part.indicators)
    assert not whole.targets.equals(part.targets), "control: cutting changes nothing"
    pd.testing.assert_frame_equal(of_the_same_runs(part, whole).targets, part.targets)
