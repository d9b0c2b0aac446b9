"""A batch: only what is missing is made, a killed one is taken up, a failure is listed and the rest stands."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from notebook_runs import called

from dpsim.errors import FileFaults
from dpsim.params.batch import MAX_JOBS
from dpsim.params.load import check_file, load_batch
from dpsim.params.locate import params_folder
from dpsim.report.batch.plan import plan_jobs
from dpsim.report.batch.run import prepare_batch, run_batch

MADE, THERE, FAILED, WAITING = "made", "there", "failed", "waiting"
TEXT = """\
schema: 1
batch: mine
name: {zh: 我的批次<b>, en: "mine <script>alert(1)</script>"}
cases: [linyi-2018]
strategies: [light_touch, lagging_first]
languages: [zh, en]
replications: 2
seed: 1
"""


def batch_file(folder: Path, **changes: str) -> Path:
    text = TEXT
    for key, value in changes.items():
        lines = [f"{key}: {value}" if line.startswith(f"{key}:") else line for line in text.splitlines()]
        text = "\n".join(lines) + "\n"
    file = folder / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def times(folder: Path) -> dict[str, int]:
    return {file.parent.name: file.stat().st_mtime_ns for file in folder.glob("linyi-2018/*/*/report.html")}


def index(folder: Path) -> list[dict[str, object]]:
    return list(json.loads((folder / "batch-mine" / "index.json").read_text(encoding="utf-8"))["jobs"])


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A batch of four that was killed with all its processes once the first reports were there, then run again."""
    folder = tmp_path_factory.mktemp("批次")
    batch_file(folder)
    command = [sys.executable, "-m", "dpsim", "batch", "mine.yaml", "--workers", "2", "--lang", "en"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    run = subprocess.Popen(command, cwd=folder, start_new_session=True, **quiet)  # type: ignore[call-overload]
    for _ in range(4000):
        if times(folder / "reports") or run.poll() is not None:
            break
        time.sleep(0.1)
    assert run.poll() is None, "killed before it was done"
    os.killpg(run.pid, signal.SIGKILL)
    run.wait(timeout=60)
    before = times(folder / "reports")
    again = called("-m", "dpsim", "batch", "mine.yaml", "--lang", "en", cwd=folder, lang="en")
    assert again.returncode == 0, again.stderr
    (folder / "before.json").write_text(json.dumps(before))
    (folder / "said.txt").write_text(again.stderr + again.stdout, encoding="utf-8")
    return folder


def test_after_a_kill_only_the_missing_are_made(killed: Path) -> None:
    before, after = json.loads((killed / "before.json").read_text()), times(killed / "reports")
    assert 1 <= len(before) < 4 == len(after)
    assert {name: after[name] for name in before} == before, "what was there is untouched"
    said = (killed / "said.txt").read_text(encoding="utf-8")
    assert f"{len(before)} already there, {4 - len(before)} to make" in said
    assert f"{4 - len(before)} made now, {len(before)} already there, 0 failed" in said
    states = [row["state"] for row in index(killed / "reports")]
    assert sorted(states) == sorted([THERE] * len(before) + [MADE] * (4 - len(before)))
    assert not list((killed / "reports").glob("linyi-2018/*/.making-*")), "what was half made is swept away"


def test_a_third_run_makes_nothing(killed: Path) -> None:
    before = times(killed / "reports")
    done = called("-m", "dpsim", "batch", "mine.yaml", cwd=killed)
    assert done.returncode == 0 and times(killed / "reports") == before
    assert {row["state"] for row in index(killed / "reports")} == {THERE}


def test_the_index_links_and_escapes(killed: Path) -> None:
    page = (killed / "reports" / "batch-mine" / "index.html").read_text(encoding="utf-8")
    assert "<script>" not in page and "&lt;script&gt;" in page and "我的批次&lt;b&gt;" in page
    for row in index(killed / "reports"):
        link = f"{row['folder']}/report.html"
        assert (killed / "reports" / "batch-mine" / link).is_file() and link in page
        assert str(row["headline"])[:20] in page
    assert "http" not in page.split("</style>")[1], "nothing from outside"


def test_a_failure_is_listed_and_the_rest_stands(killed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One report cannot be made: its strategy file is gone when its turn comes."""
    own = killed / "own.yaml"
    shipped = (params_folder() / "strategies" / "light_touch.yaml").read_text(encoding="utf-8")
    own.write_text(shipped.replace("strategy: light_touch", "strategy: own_touch"), encoding="utf-8")
    monkeypatch.chdir(killed)
    batch = load_batch(batch_file(killed, strategies="[light_touch, own.yaml]", languages="[zh]"))
    standings = prepare_batch(batch, plan_jobs(batch), Path("reports"))
    assert [standing.state for standing in standings.all()] == [THERE, WAITING]
    own.unlink()
    run_batch(standings, at_once=1, progress=False, tell=lambda line: None)
    reasons = [standing.reason for standing in standings.all()]
    assert reasons[0] is None and reasons[1] and "own.yaml" in reasons[1]["zh"]
    assert [row["state"] for row in index(Path("reports"))] == [THERE, FAILED]
    assert "own.yaml" in Path("reports/batch-mine/index.html").read_text(encoding="utf-8")


def test_a_place_that_cannot_be_used_is_refused_before_anything_is_made(killed: Path) -> None:
    batch_file(killed, languages="[zh]")
    blocked = killed / "blocked"
    blocked.mkdir()
    (blocked / "linyi-2018").write_text("in the way", encoding="utf-8")
    done = called("-m", "dpsim", "batch", "mine.yaml", "--out", "blocked", cwd=killed)
    assert done.returncode == 2 and "blocked" in done.stderr and "--out" in done.stderr, done.stderr
    assert [file.name for file in blocked.iterdir()] == ["linyi-2018"]


def test_wrong_files_are_refused_before_anything_is_made(tmp_path: Path) -> None:
    for changes, words in (
        ({"strategies": "[balancd]"}, "balanced"),
        ({"strategies": "[balanced, balanced]"}, "strategies.1"),
        ({"cases": "[nowhere]"}, "linyi-2018"),
        ({"languages": "[fr]"}, "zh, en"),
        ({"replications": "0"}, "replications"),
        ({"replications": "yes"}, "replications"),
        ({"seed": "-1"}, "seed"),
        ({"batch": "../up"}, "batch"),
        ({"strategies": "[]"}, "strategies"),
    ):
        batch_file(tmp_path, **changes)
        done = called("-m", "dpsim", "batch", "mine.yaml", cwd=tmp_path)
        assert done.returncode == 2 and words in done.stderr and not done.stdout, (changes, done.stderr)
        assert [file.name for file in tmp_path.iterdir()] == ["mine.yaml"]


def test_the_shipped_batch_is_the_one_of_the_readme() -> None:
    demo = load_batch("demo")
    assert len(demo.cases) * len(demo.strategies) * len(demo.languages) == 6 and demo.replications >= 50
    check_file(params_folder() / "batches" / "demo.yaml")


def test_a_batch_has_its_limit(tmp_path: Path) -> None:
    many = ", ".join(f"s{k}" for k in range(50))
    file = batch_file(tmp_path, strategies=f"[{many}]", cases="[a, b, c]")
    with pytest.raises(FileFaults) as caught:
        load_batch(file)
    assert str(MAX_JOBS) in caught.value.text("en")
