"""More replications, fewer, failures, many workers: what is kept is used, and gives what a plain run gives."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from store_runs import CASE, PLAN, chunk_files, contents, folder_of, kept

from dpsim.errors import RunError
from dpsim.experiments import ensemble as module
from dpsim.experiments import executors
from dpsim.experiments.chunks import chunk_bytes, chunk_name, read_chunk
from dpsim.experiments.ensemble import Ensemble, run_ensemble
from dpsim.experiments.executors import over
from dpsim.experiments.replication import prepare, strategy_paths
from dpsim.experiments.sums import is_whole
from dpsim.params.load import load_case, load_strategy


def plain(replications: int, **arguments: Any) -> Ensemble:
    """Run an ensemble that is not kept."""
    return kept(None, replications, **arguments)  # type: ignore[arg-type]


def assert_same(one: Ensemble, other: Ensemble) -> None:
    for name, frame in one.frames().items():
        twin = other.frames()[name]
        assert frame.equals(twin) and (frame.dtypes == twin.dtypes).all(), name


def stamps(store: Path) -> dict[str, tuple[int, int, bytes]]:
    return {f.name: (f.stat().st_ino, f.stat().st_mtime_ns, f.read_bytes()) for f in chunk_files(store)}


@pytest.mark.parametrize("strategy", ["past_pace", "current_arrangement"])
def test_what_is_kept_is_what_a_plain_run_gives(tmp_path: Path, strategy: str) -> None:
    plan = load_strategy(strategy)
    whole = plain(7, strategy=plan, by=("county", "tier"))
    first = kept(tmp_path, 7, strategy=plan, by=("county", "tier"))
    again = kept(tmp_path, 7, strategy=plan, by=("county", "tier"))
    assert_same(whole, first)
    assert_same(whole, again)
    assert whole.counties.empty == (strategy == "past_pace")
    folder = folder_of(tmp_path)
    assert is_whole(folder) and first.record["experiment"] == folder.name and "experiment" not in whole.record
    for name in ("case", "strategy"):
        load, file = {"case": (load_case, CASE), "strategy": (load_strategy, plan)}[name]
        assert load(folder / f"{name}.yaml").digest == file.digest, "the inputs beside it are those that were run"


def test_more_are_added_and_the_first_stay(tmp_path: Path, made: list[int]) -> None:
    told: list[int] = []
    kept(tmp_path / "grown", 20, told=told.append)
    assert told == [5, 10, 15, 20] and made == list(range(20))
    before = stamps(tmp_path / "grown")
    told.clear()
    assert_same(plain(40), kept(tmp_path / "grown", 40, told=told.append))
    assert told == [20, 25, 30, 35, 40], "what an earlier call has finished counts at once"
    after = stamps(tmp_path / "grown")
    assert len(before) == 4 and len(after) == 8 and before.items() <= after.items()
    kept(tmp_path / "straight", 40)
    assert contents(tmp_path / "grown") == contents(tmp_path / "straight")


def test_fewer_take_the_first_and_leave_the_tables_of_all(tmp_path: Path, made: list[int]) -> None:
    kept(tmp_path, 20)
    before = contents(tmp_path)
    made.clear()
    few = kept(tmp_path, 8)
    assert made == [] and contents(tmp_path) == before
    assert (few.targets["replications"] == 8).all() and few.record["replications"] == 8
    assert_same(plain(8), few)


def test_a_chunk_is_run_whole_so_that_it_need_not_be_run_again(tmp_path: Path, made: list[int]) -> None:
    part = kept(tmp_path, 7)
    assert made == list(range(10)) and (part.targets["replications"] == 7).all()
    made.clear()
    kept(tmp_path, 10)
    assert made == []


def test_paths_of_the_callers_own(tmp_path: Path, made: list[int]) -> None:
    import numpy as np

    paths = strategy_paths(prepare(CASE, PLAN), 9, np.arange(7))
    assert_same(plain(6, paths=paths), kept(tmp_path, 6, paths=paths))
    made.clear()
    kept(tmp_path, 7, paths=paths)
    assert made == [], "the last chunk was run as far as there are paths"
    kept(tmp_path, 5, paths=strategy_paths(prepare(CASE, PLAN), 8, np.arange(7)))
    assert made == [0, 1, 2, 3, 4], "other paths are another ensemble"


def test_workers_do_not_matter(tmp_path: Path) -> None:
    kept(tmp_path / "one", 30)
    kept(tmp_path / "two", 10, workers=2)
    kept(tmp_path / "two", 30, workers=2)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_no_worker_is_ahead_of_what_has_been_taken() -> None:
    """So at most one chunk of each worker is lost, whenever this process is killed."""
    begun, lock = [], threading.Lock()

    def task(chunk: int) -> int:
        with lock:
            begun.append(chunk)
        return chunk

    taken: list[int] = []
    with ThreadPoolExecutor(3) as pool:
        for chunk in over(pool, task, range(40), 3):
            with lock:
                assert len(begun) - len(taken) <= 3
            taken.append(chunk)
    assert sorted(taken) == list(range(40)) == sorted(begun)
    with ThreadPoolExecutor(3) as pool:
        ahead = list(pool.map(task, range(40)))
        assert len(begun) - 40 > 3 and ahead, "control: handed out at once they would be"


def test_a_worker_that_is_killed_is_told_and_what_is_finished_stays(tmp_path: Path, made: list[int]) -> None:
    import os
    import signal

    import psutil

    def shoot(done: int) -> None:
        if done == 10:
            for child in psutil.Process().children(recursive=True):
                if any("LokyProcess" in part for part in child.cmdline()):
                    os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(RunError) as caught:
        kept(tmp_path, 60, workers=2, told=shoot, engine="simpy")
    assert caught.value.message == "error.worker_lost" and "--store" in caught.value.text("en")
    there = {path.stem for path in chunk_files(tmp_path)}
    finished = [k for k in range(60) if chunk_name(k) in there]
    assert len(finished) == len(there) >= 2
    assert_same(plain(60, engine="simpy"), kept(tmp_path, 60, engine="simpy"))
    assert all(made.count(k) == 1 for k in finished), "a finished chunk was run again"
    assert any(made.count(k) == 2 for k in range(60)), "control: what was not finished is run again"


def test_a_process_that_has_loaded_other_code_is_not_listened_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "code_id", lambda: "of before the edit")
    with pytest.raises(RunError) as caught:
        kept(tmp_path, 20, workers=2, engine="simpy")
    assert caught.value.message == "error.code_changed" and chunk_files(tmp_path) == []
    monkeypatch.undo()
    kept(tmp_path, 20, workers=2, engine="simpy")
    assert len(chunk_files(tmp_path)) == 4, "control: with the same code it runs"


# ------------------------------------------------------------------ failures


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch, made: list[int]) -> set[int]:
    """Let replications fail, with an error that names an address in memory."""
    wrong: set[int] = set()
    run_one = module.run_one

    def sometimes(setting: Any, paths: Any, row: int, **options: Any) -> Any:
        if int(paths.replications[row]) in wrong:
            made.append(int(paths.replications[row]))
            raise ZeroDivisionError(f"planted in {object()!r}")
        return run_one(setting, paths, row, **options)

    monkeypatch.setattr(module, "run_one", sometimes)
    return wrong


def test_a_failure_is_kept_named_and_not_tried_again(tmp_path: Path, made: list[int], faulty: set[int]) -> None:
    faulty |= {3, 12}
    first = kept(tmp_path, 15)
    assert first.failures["replication"].tolist() == [3, 12] and first.record["finished"] == 13
    assert first.failures["error"].tolist() == ["ZeroDivisionError: planted in <object object at 0x...>"] * 2
    command = "dpsim run case.yaml --strategy past_pace --seed 3 --replication 12"
    assert first.failures["command"].tolist()[1] == command, "an own case by the file beside the chunks"
    assert (folder_of(tmp_path) / "case.yaml").is_file()
    assert (first.targets["replications"] == 13).all()
    before = contents(tmp_path)
    made.clear()
    faulty.clear()
    assert_same(first, kept(tmp_path, 15))
    assert made == [] and contents(tmp_path) == before, "how often it is started changes no result"
    chunk_files(tmp_path)[2].unlink()
    assert kept(tmp_path, 15).failures["replication"].tolist() == [3], (
        "a chunk taken away is run again, failure and all"
    )
    assert made == [10, 11, 12, 13, 14]


def test_when_all_fail_the_reason_is_kept_too(tmp_path: Path, faulty: set[int]) -> None:
    faulty |= set(range(5))
    for _ in range(2):
        with pytest.raises(RunError) as caught:
            kept(tmp_path, 5)
        assert caught.value.message == "error.nothing_finished" and "planted" in caught.value.text("en")


def test_a_chunk_comes_back_as_it_was() -> None:
    setting = prepare(CASE, load_strategy("current_arrangement"))
    import numpy as np

    paths = strategy_paths(setting, 3, np.arange(5))
    runs, failures = module.run_chunk(setting, paths, [0, 1], 3, ("county",))
    content = chunk_bytes((runs, [*failures, {"replication": 2, "error": "E: x"}]), "abc")
    owner, (again, failed) = read_chunk(content)
    assert owner == "abc" and failed == [{"replication": 2, "error": "E: x"}]
    for one, other in zip(runs, again, strict=True):
        assert one.replication == other.replication and one.targets == other.targets
        assert one.values.tobytes() == other.values.tobytes() and one.counties.tobytes() == other.counties.tobytes()
        assert one.counties.shape == other.counties.shape and one.events.dtype == other.events.dtype
    assert chunk_bytes((again, failed), "abc") == content
    with pytest.raises(ValueError, match="columns"):
        read_chunk(other_table())


def other_table() -> bytes:
    import io

    import pandas as pd

    buffer = io.BytesIO()
    pd.DataFrame({"replication": [1]}).to_parquet(buffer)
    return buffer.getvalue()


def test_a_stopped_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: list[int]) -> None:
    def stop(done: int) -> None:
        if done == 10:
            raise KeyboardInterrupt

    part = kept(tmp_path, 20, told=stop)
    assert part.record["interrupted"] is True and part.record["finished"] == 10
    assert not (folder_of(tmp_path) / "tables").exists(), "tables are of whole ensembles"
    made.clear()
    assert_same(plain(20), kept(tmp_path, 20))
    assert made[:20] == list(range(20)) and made[20:] == list(range(10, 20))
    assert run_ensemble is module.run_ensemble
