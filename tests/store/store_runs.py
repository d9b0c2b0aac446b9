"""What the tests of ensembles on disk share: a small case, whole folders compared, runs that are counted or killed."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dpsim.experiments import ensemble as module
from dpsim.experiments.ensemble import Ensemble, run_ensemble
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case

SIZES = {
    "population.enterprises": 40,
    "population.tiers.benchmark_provincial": 2,
    "population.tiers.benchmark_municipal": 5,
    "population.tiers.benchmark_county": 6,
    "state.built": 24,
    "state.online": 14,
    "state.passed": 5,
    "state.building": 9,
    "state.connected": 19,
    "state.assessed": 8,
}


def small_case() -> Case:
    """Return a case of 40 enterprises."""
    case = load_case("linyi-2018").model_copy(update={"published": ()})
    spans = {f"{key}.range": [1, 2000] for key in SIZES}
    return case.with_values({**SIZES, **spans})


CASE, PLAN = small_case(), load_strategy("past_pace")
"""Hazards are not simulated under the past pace: a run takes some milliseconds."""


def kept(store: Path, replications: int, **arguments: Any) -> Ensemble:
    """Run an ensemble that is kept, in this process."""
    given = {"case": CASE, "strategy": PLAN, "seed": 3, "by": "city", "workers": 1, **arguments}
    return run_ensemble(given.pop("case"), given.pop("strategy"), replications=replications, store=store, **given)


def contents(store: Path) -> dict[str, bytes]:
    """Return every file below a store but the locks."""
    return {
        file.relative_to(store).as_posix(): file.read_bytes()
        for file in sorted(store.rglob("*"))
        if file.is_file() and file.suffix != ".lock"
    }


def folder_of(store: Path) -> Path:
    """Return the only ensemble's folder of a store."""
    (folder,) = (entry for entry in store.iterdir() if entry.is_dir())
    return folder


def chunk_files(store: Path) -> list[Path]:
    """Return the files of the chunks of the only ensemble, in their order."""
    return sorted((folder_of(store) / "chunks").glob("*.parquet"))


def listed(store: Path) -> set[str]:
    """Return the names of the chunks in the manifest of the only ensemble; none where there is none yet."""
    for file in store.glob("*/manifest.json"):
        return {chunk["name"] for chunk in json.loads(file.read_text(encoding="utf-8"))["chunks"]}
    return set()


# ------------------------------------------------------------------ processes to be killed


def _child(store: str, replications: int, step: int, log: str) -> None:
    """Run until the `step`-th step of running and writing, then be killed; every run begun stands in the log."""
    from dpsim.experiments import durable

    left = step

    def before(call: Callable[..., Any], told: Callable[..., None] | None = None) -> Callable[..., Any]:
        def stepping(*given: Any, **options: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            if told is not None:
                told(*given)
            return call(*given, **options)

        return stepping

    def note(_: Any, paths: Any, row: int) -> None:
        with Path(log).open("a", encoding="utf-8") as stream:
            stream.write(f"{int(paths.replications[row])}\n")

    class Torn:
        """A file that is killed between its first half and its second, too."""

        def __init__(self, stream: Any) -> None:
            self.stream = stream

        def __enter__(self) -> Torn:
            return self

        def __exit__(self, *_: object) -> None:
            self.stream.close()

        def write(self, content: bytes) -> None:
            half = len(content) // 2
            before(self.stream.write)(content[:half])
            self.stream.flush()
            before(self.stream.write)(content[half:])

        def __getattr__(self, name: str) -> Any:
            return getattr(self.stream, name)

    opening = Path.open
    module.run_one = before(module.run_one, note)  # type: ignore[assignment]
    durable.os.fsync = before(os.fsync)  # type: ignore[assignment]
    Path.replace = before(Path.replace)  # type: ignore[method-assign]
    Path.open = lambda self, mode="r", *rest, **options: (  # type: ignore[method-assign,assignment]
        Torn(opening(self, mode)) if mode == "wb" else opening(self, mode, *rest, **options)
    )
    kept(Path(store), replications)


def _hold(store: str, replications: int, pipe: Any) -> None:
    """Run, and wait after the first chunk until told to go on."""

    def wait(_: int) -> None:
        pipe.send("running")
        pipe.recv()

    kept(Path(store), replications, told=wait)


def process(target: Callable[..., None], *arguments: Any) -> Any:
    """Return a process of its own, quick to start where the system allows: forked from one with everything loaded."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        from multiprocessing import forkserver

        context.set_forkserver_preload(["store_warm"])  # type: ignore[attr-defined]
        with pytest.MonkeyPatch.context() as patch:  # the server looks for the module on its own path
            patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]))
            forkserver.ensure_running()
    return context.Process(target=target, args=arguments)


def killed_at(store: Path, replications: int, step: int, log: Path) -> bool:
    """Run in a process of its own; True if it was killed at that step, False if it was done before."""
    child = process(_child, str(store), replications, step, str(log))
    child.start()
    child.join(120)
    assert child.exitcode in (0, -signal.SIGKILL), f"neither done nor killed: {child.exitcode}"
    return child.exitcode != 0


def held(store: Path, replications: int) -> tuple[Any, Any]:
    """Return a process at work on a store, and the pipe that lets it go on."""
    pipe, other = multiprocessing.Pipe()
    child = process(_hold, str(store), replications, other)
    child.start()
    assert pipe.poll(120) and pipe.recv() == "running"
    return child, pipe
