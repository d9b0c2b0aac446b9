"""The commands that keep runs, repeat one that failed, and compare what is left: status, words, nothing lost."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from store_runs import CASE, contents, folder_of

from called import Program
from dpsim.decide.compare import MOST_DROPPED, compare
from dpsim.errors import RunError
from dpsim.experiments import ensemble as module
from dpsim.params.load import load_strategy
from dpsim.params.plain_yaml import yaml_text


@pytest.fixture
def call(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    """Run the program in this process, in a folder with the small case, on one processor."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DPSIM_WORKERS", "1")
    Path("small.yaml").write_text(yaml_text(CASE.content()), encoding="utf-8")

    return program


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, int]]:
    """Let replications of a strategy fail."""
    wrong: set[tuple[str, int]] = set()
    run_one = module.run_one

    def sometimes(setting: Any, paths: Any, row: int, **options: Any) -> Any:
        if (setting.strategy.id, int(paths.replications[row])) in wrong:
            raise ZeroDivisionError("planted")
        return run_one(setting, paths, row, **options)

    monkeypatch.setattr(module, "run_one", sometimes)
    return wrong


RUN = ("run", "small.yaml", "--strategy", "past_pace")


def test_runs_are_kept_and_go_on(call: Program) -> None:
    plain = call(*RUN, "--replications", "10")
    first = call(*RUN, "--replications", "10", "--store", "kept")
    before = contents(Path("kept"))
    again = call(*RUN, "--replications", "10", "--store", "kept")
    assert [said[0] for said in (plain, first, again)] == [0, 0, 0]
    assert plain[1] == first[1] == again[1] and "(n=10)" in again[1]
    assert f"Kept in kept/{folder_of(Path('kept')).name}" in first[2] and "Kept in" not in plain[2]
    assert contents(Path("kept")) == before


def test_an_edit_is_refused_with_status_2_and_fork_begins_beside(call: Program) -> None:
    call(*RUN, "--replications", "5", "--store", "kept")
    edited = CASE.with_values({"state.building": 10})
    Path("small.yaml").write_text(yaml_text(edited.content()), encoding="utf-8")
    for lang, words in (("en", "--fork"), ("zh", "处改动")):
        status, out, err = call(*RUN, "--replications", "5", "--store", "kept", lang=lang)
        assert status == 2 and out == "" and words in err
        assert "case: state.building.value: 9 -> 10" in err and "Traceback" not in err
    assert call(*RUN, "--replications", "5", "--store", "kept", "--fork")[0] == 0
    assert len([entry for entry in Path("kept").iterdir() if entry.is_dir()]) == 2


def test_fork_alone_and_a_file_as_store_are_refused(call: Program) -> None:
    assert call(*RUN, "--fork")[0] == 2
    status, out, err = call(*RUN, "--store", "small.yaml")
    assert status == 2 and out == "" and "small.yaml" in err and "Traceback" not in err


def test_failures_are_listed_with_a_command_that_shows_them_again(
    call: Program, faulty: set[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "failed" not in call(*RUN, "--replications", "5")[2], "control: nothing is listed where nothing failed"
    faulty |= {("past_pace", number) for number in (1, 3)}
    status, out, err = call(*RUN, "--replications", "20", "--seed", "5", "--store", "kept")
    assert status == 0 and "(n=18)" in out, "the table says of how many runs it is"
    assert "2 runs failed" in err and "of the 18 finished ones" in err
    command = "dpsim run small.yaml --strategy past_pace --seed 5 --replication 3"
    assert f"run 3: ZeroDivisionError: planted; again: {command}" in err
    assert "重现：" in call(*RUN, "--replications", "20", "--seed", "5", "--store", "kept", lang="zh")[2]
    from dpsim.experiments import replication

    monkeypatch.setattr(replication, "run_one", module.run_one)
    with pytest.raises(ZeroDivisionError, match="planted"):
        call(*shlex.split(command)[1:])
    faulty.clear()
    status, out, _ = call(*shlex.split(command)[1:])
    assert (
        status == 0
        and "all_online" in out
        and out.splitlines()[0].split()[:4]
        == [
            "target",
            "deadline",
            "required",
            "attained",
        ]
    )


def test_many_failures_are_not_all_listed(call: Program, faulty: set[tuple[str, int]]) -> None:
    faulty |= {("past_pace", number) for number in range(14)}
    err = call(*RUN, "--replications", "20")[2]
    assert err.count("again: ") == 10 and "... and 4 more" in err


@pytest.mark.parametrize("option", ["--store=x", "--fork"])
def test_a_single_run_is_not_kept(call: Program, option: str) -> None:
    status, out, err = call(*RUN, "--replication", "3", option)
    assert status == 2 and out == "" and option.partition("=")[0] in err and not Path("x").exists()


def test_one_run_or_many_not_both(call: Program) -> None:
    status, out, err = call(*RUN, "--replication", "3", "--replications", "20")
    assert status == 2 and out == "" and "--replications was given together with --replication" in err


@pytest.mark.parametrize("number", ["-1", "x", "4294967296"])
def test_an_odd_replication_is_refused(call: Program, number: str) -> None:
    status, out, err = call(*RUN, "--replication", number)
    assert status == 2 and out == "" and "replication" in err and "Traceback" not in err


# ------------------------------------------------------------------ comparisons

PLANS = [load_strategy("past_pace"), load_strategy("no_meetings")]


def compared(store: Path | None, runs: int) -> Any:
    return compare(CASE, PLANS, replications=runs, seed=3, workers=1, store=store)


def test_a_comparison_is_kept_strategy_by_strategy(tmp_path: Path, made: list[int]) -> None:
    first = compared(tmp_path, 5)
    assert len(made) == 15 and len([entry for entry in tmp_path.iterdir() if entry.is_dir()]) == 3
    before = contents(tmp_path)
    again, plain = compared(tmp_path, 5), compared(None, 5)
    assert first.differences.equals(plain.differences) and again.differences.equals(plain.differences)
    assert contents(tmp_path) == before and len(made) == 30, "the second time nothing was run"
    assert first.dropped == {"past_pace": 0, "no_meetings": 0}


def test_pairs_with_a_failed_half_drop_together_and_are_counted(
    call: Program, tmp_path: Path, faulty: set[tuple[str, int]]
) -> None:
    faulty |= {("no_meetings", 7), ("current_arrangement", 11)}
    result = compared(tmp_path / "kept", 40)
    rows = result.differences.groupby("strategy")["n"].agg(["min", "max"])
    assert rows.loc["past_pace"].tolist() == [39, 39] and rows.loc["no_meetings"].tolist() == [38, 38]
    assert result.dropped == {"past_pace": 1, "no_meetings": 2}, "exactly one in twenty is still compared"
    arguments = ["compare", "small.yaml", "--strategy", "no_meetings", "--strategy", "past_pace"]
    status, _, err = call(*arguments, "--replications", "40", "--seed", "3", "--store", "kept")
    assert status == 0 and "2 pairs are left out because one of their runs failed" in err


def test_above_one_in_twenty_no_comparison_is_drawn(
    tmp_path: Path, faulty: set[tuple[str, int]], call: Program
) -> None:
    faulty |= {("no_meetings", 7), ("current_arrangement", 11), ("past_pace", 2), ("past_pace", 3)}
    with pytest.raises(RunError) as caught:
        compared(tmp_path / "kept", 40)
    error = caught.value
    assert error.message == "error.too_many_failed" and error.values["failed"] == 3 and MOST_DROPPED == 0.05
    command = "dpsim run case.yaml --strategy past_pace --seed 3 --replication 2"
    for lang in ("en", "zh"):
        assert command in error.text(lang) and "planted" in error.text(lang) and "{" not in error.text(lang)
    arguments = ["compare", "small.yaml", "--strategy", "past_pace", "--replications", "40", "--seed", "3"]
    status, out, err = call(*arguments, "--store", "kept")
    assert status == 1 and out == "" and command in err
    faulty.clear()
    assert compared(None, 40).dropped == {"past_pace": 0, "no_meetings": 0}, "control: without failures it is drawn"
