"""A Dask cluster makes the frames of one process, whatever happens to its workers; what does not fit is refused."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dask_commands import SOURCES, Starter
from distributed import Client

from dpsim.cli import main
from dpsim.errors import InputError, RunError
from dpsim.experiments import cluster
from dpsim.experiments.ensemble import Ensemble, run_ensemble
from dpsim.params.load import load_case, load_strategy

CASE, PLAN, RUNS = load_case("linyi-2018"), load_strategy("past_pace"), 60


def made(**arguments: Any) -> Ensemble:
    given = {"replications": RUNS, "seed": 4, "by": "city", **arguments}
    return run_ensemble(CASE, PLAN, **given)


def content(ensemble: Ensemble) -> dict[str, bytes]:
    """Return every frame as the bytes of its file."""
    return {name: frame.to_parquet(None, index=False) for name, frame in ensemble.frames().items()}


@pytest.fixture
def watcher(address: str) -> Iterator[Client]:
    with Client(address, set_as_default=False) as client:
        yield client


def refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    """Run the command line, check that it refuses its input, and return what it says."""
    monkeypatch.setattr(sys, "argv", ["dpsim", *arguments, "--lang", "en"])
    monkeypatch.setenv("DPSIM_LANG", "en")
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert ended.value.code == 2 and not said.out, said
    return said.err


# ------------------------------------------------------------------ refused


def test_a_scheduler_without_workers_is_refused_with_the_command_that_starts_one(
    address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = refused(capsys, monkeypatch, "run", "linyi-2018", "--scheduler", address)
    assert "no workers" in said and f"dask worker '{address}'" in said


@pytest.mark.parametrize("command", ["run", "compare"])
def test_an_address_where_nobody_answers_is_refused(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = ["--strategy", "no_meetings"]
    said = refused(capsys, monkeypatch, command, "linyi-2018", *plan, "--scheduler", "tcp://127.0.0.1:1")
    assert "'tcp://127.0.0.1:1'" in said and "dask scheduler" in said and "Nothing was run" in said


@pytest.mark.parametrize("given", ["nonsense", "http://127.0.0.1:1", 5, "", "a\nb"])
def test_what_is_no_address_is_refused(given: object) -> None:
    with pytest.raises(InputError) as caught:
        made(scheduler=given)
    assert caught.value.message in ("error.no_scheduler", "error.scheduler_kind")
    assert all(repr(given)[:20] in caught.value.text(lang) for lang in ("zh", "en"))


def test_without_the_extra_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError) as caught:
        made(scheduler="tcp://127.0.0.1:1")
    for lang in ("zh", "en"):
        assert 'pip install "dual-prevention-sim[distributed]"' in caught.value.text(lang)


def test_arguments_that_a_cluster_cannot_heed_are_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="workers"):
        made(scheduler="tcp://127.0.0.1:1", workers=2)
    one = ("--replication", "3", "--scheduler", "tcp://127.0.0.1:1")
    assert "this machine" in refused(capsys, monkeypatch, "run", "linyi-2018", *one)


def test_a_worker_with_one_edited_line_is_refused_and_the_file_named(
    address: str, worker: Starter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 60)
    copy = tmp_path / "src"
    shutil.copytree(SOURCES / "dpsim", copy / "dpsim", ignore=shutil.ignore_patterns("__pycache__"))
    edited = copy / "dpsim" / "model" / "paths.py"
    edited.write_bytes(edited.read_bytes() + b"\n")
    worker(sources=copy)
    with pytest.raises(InputError) as caught:
        made(scheduler=address, told=lambda done: pytest.fail("a run was made"))
    text = caught.value.text("en")
    assert caught.value.message == "error.worker_unlike" and "1 difference" in text, text
    assert text.count("code: ") == 1 and "code: model/paths.py (*)" in text and "tcp://127.0.0.1:" in text, text


# ------------------------------------------------------------------ runs


def test_killed_workers_lose_nothing(address: str, worker: Starter, watcher: Client) -> None:
    """Both workers are killed in the middle, so every copy of the job is lost with them; a third one takes over."""
    here = made(workers=1)  # compiled code is there when the workers begin
    for _ in range(2):
        worker()
    watcher.wait_for_workers(2, timeout=60)
    numbers: dict[str, int] = watcher.run(os.getpid)
    killed: list[int] = []

    def kill_both(done: int) -> None:
        """The first chunk was taken: the second is under way, or its result still lies on its worker."""
        if not killed and done < RUNS:
            for number in numbers.values():
                os.kill(number, signal.SIGKILL)
                killed.append(number)
            worker(threads=2)

    found = made(scheduler=address, told=kill_both)
    assert len(killed) == 2, "both were killed in the middle"
    left = watcher.run(os.getpid)
    assert left and not set(left) & set(numbers), "the runs were finished by others"
    assert content(found) == content(here), "every frame is that of one process, to the byte"
    assert found.record == here.record
    assert content(found) != content(made(workers=1, seed=5)), "control: other draws show"


def test_a_worker_is_looked_at_again_with_each_chunk(address: str, worker: Starter, watcher: Client) -> None:
    worker()
    watcher.wait_for_workers(1, timeout=60)
    same = watcher.submit(cluster._work, cluster.here(), len, [1, 2], pure=False)
    other = cluster.here() | {"libraries": cluster.here()["libraries"] | {"numpy": "0.1"}}
    unlike = watcher.submit(cluster._work, other, len, [1, 2], pure=False)
    assert same.result(timeout=60) == 2
    with pytest.raises(InputError, match="numpy: '0.1' -> "):
        unlike.result(timeout=60)


def test_a_chunk_that_ends_every_worker_ends_the_call(
    address: str, worker: Starter, watcher: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker()
    watcher.wait_for_workers(1, timeout=60)
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    monkeypatch.setattr(cluster, "PATIENCE_SECONDS", 2)
    with pytest.raises(RunError) as caught:
        list(cluster.over_cluster(address, os._exit, [3]))
    assert caught.value.message == "error.cluster_lost"
    assert address in caught.value.text("en") and "no worker" in caught.value.text("zh")
