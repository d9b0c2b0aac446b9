"""A batch in real processes and kernels: killed, shot at, stopped, rerun. Only what is missing is made."""

from __future__ import annotations

import os
import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from batch_runs import Installed, wait_for

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals to one process are a POSIX matter")

STRATEGIES = ("balanced", "lagging_first", "light_touch")
ALL = {f"{strategy} {lang}" for strategy in STRATEGIES for lang in ("zh", "en")}


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    return Installed(tmp_path)


def smaller(installed: Installed, languages: str, *strategies: str) -> str:
    """Write a smaller batch, called demo as well."""
    text = (installed.library / "dpsim" / "_data" / "params" / "batches" / "demo.yaml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith(("strategies:", "languages:"))]
    lines += [f"strategies: [{', '.join(strategies)}]", f"languages: [{languages}]"]
    (installed.folder / "small.yaml").write_text("\n".join(lines), encoding="utf-8")
    return "small.yaml"


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def making(batch: psutil.Process, strategy: str) -> list[psutil.Process]:
    """Return the process that makes the report of a strategy."""
    found = []
    for process in batch.children():
        with suppress(psutil.Error):  # it may just end
            found += [process] if any(f'["{strategy}"]' in part for part in process.cmdline()) else []
    return found


@pytest.mark.long  # that what is there is not made again is in tests/unit/report/batch
def test_a_batch_killed_in_the_middle_makes_only_what_is_missing(installed: Installed) -> None:
    process = installed.start("demo", seconds=2.0)
    family = psutil.Process(process.pid)
    wait_for(lambda: Counter(installed.states().values())["made"] >= 2, "two reports are made")
    under_way = family.children(recursive=True)
    assert under_way, "it was killed in the middle: others were under way"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    wait_for(lambda: not alive(under_way), "the reports end with it")
    assert installed.hidden() == [], "and tidy up"
    before, states = installed.files("made"), installed.states()
    made = {name for name, state in states.items() if state == "made"}
    assert set(states) == ALL and 2 <= len(made) < 6, states
    assert before, "there are files to compare"

    installed.begun()
    done = installed.run("demo")
    assert done.returncode == 0, done.stderr
    begun = {line.rpartition(" ")[0] for line in installed.begun()}
    there = {name for name, state in installed.states().items() if state == "there"}
    assert made <= there, "a report whose last step was done when the batch died counts too"
    assert begun == ALL - there, "only the missing are made, each once"
    after = installed.files("there")
    assert all(after[file] == kept for file, kept in before.items()), "the finished ones are untouched"
    assert f"{len(begun)} made now, {len(there)} already there, 0 failed" in done.stdout
    assert installed.files("made"), "control: those made now are found as such"

    again = installed.run("demo")
    assert again.returncode == 0 and "0 made now, 6 already there" in again.stdout and installed.begun() == []


@pytest.mark.long  # tests/batch/test_batch.py and the batch that is killed guard the same in `make test`
def test_a_report_that_fails_or_is_shot_is_listed_and_the_rest_stands(installed: Installed) -> None:
    file = smaller(installed, "zh", *STRATEGIES)
    process = installed.start(file, seconds=5.0, fails="balanced zh")
    batch = psutil.Process(process.pid)
    wait_for(lambda: any(shot.children() for shot in making(batch, "light_touch")), "its notebook is running")
    (shot,) = making(batch, "light_touch")
    kernels = shot.children(recursive=True)
    shot.kill()
    out, err = process.communicate(timeout=300)
    assert process.returncode == 3, err
    failed = {"balanced zh", "light_touch zh"}
    assert {name for name, state in installed.states().items() if state == "failed"} == failed
    assert {name for name, state in installed.states().items() if state == "made"} == {"lagging_first zh"}
    assert "1 made now, 0 already there, 2 failed" in out and err.count("failed:") == 2
    assert "planted" in err and "-9" in err and "Traceback" not in err, err
    page = (installed.folder / "reports" / "batch-demo" / "index.html").read_text(encoding="utf-8")
    assert "planted" in page and "（退出码 -9）" in page, "each reason stands in the language of its report"
    (kept,) = (installed.folder / "reports" / "linyi-2018").rglob("*.failed.ipynb")
    assert "planted" in kept.read_text(encoding="utf-8"), "the notebook is kept as far as it ran"
    wait_for(lambda: not alive(kernels), "a kernel ends with its report")

    installed.begun()
    done = installed.run(file, "--workers", "1")
    assert done.returncode == 0 and "2 made now, 1 already there, 0 failed" in done.stdout
    cores = os.cpu_count() or 1
    assert sorted(installed.begun()) == sorted(f"{name} {cores}" for name in failed), "one at a time has all cores"
    assert not kept.exists() and installed.hidden() == [], "what the failures left is gone"


@pytest.mark.parametrize(
    ("number", "status"), [pytest.param(signal.SIGINT, 130, marks=pytest.mark.long), (signal.SIGTERM, 143)]
)
def test_a_batch_that_is_stopped_ends_its_reports_and_says_so(
    installed: Installed, number: signal.Signals, status: int
) -> None:
    file = smaller(installed, "en", "balanced", "light_touch")
    process = installed.start(file, "--workers", "2", seconds=200.0)
    wait_for(lambda: len(installed.log.read_text().splitlines() if installed.log.exists() else []) == 2, "both began")
    share = max(1, (os.cpu_count() or 1) // 2)
    assert all(line.endswith(f" {share}") for line in installed.begun()), "reports at a time share the cores"
    under_way = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, number)  # as a terminal does
    out, err = process.communicate(timeout=60)
    assert process.returncode == status, err
    assert "was stopped: 0 reports made now" in out and "Traceback" not in out + err, out + err
    assert not alive(under_way), "no report outlives it"
    assert installed.hidden() == [] and set(installed.states().values()) == {"waiting"}
