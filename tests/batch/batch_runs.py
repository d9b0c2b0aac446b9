"""What the tests of a real batch share: an installed copy of the program whose notebook only writes its files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat

import dpsim
from dpsim.params.locate import params_folder

LIGHT = """
import json, os, time
from pathlib import Path
from dpsim.report.yearend import check_request

request = check_request(case=case, as_of=as_of, strategy=strategy, replications=replications, seed=seed, lang=lang)
name = f"{request.main.id} {lang}"
with open(os.environ["LIGHT_LOG"], "a") as log:
    log.write(f"{name} {os.environ['DPSIM_WORKERS']}\\n")
if name in os.environ["LIGHT_FAILS"].split(","):
    raise RuntimeError("planted")
time.sleep(float(os.environ["LIGHT_SECONDS"]))
Path("headline.txt").write_text(f"{name}\\n", encoding="utf-8")
Path("run.json").write_text(json.dumps({"run_id": request.run_id(), "interrupted": False}), encoding="utf-8")
print(name)
"""
PARAMETERS = """
case = ""
as_of = ""
strategy = ""
replications = 1
seed = 1
lang = "zh"
progress = None
out = ""
"""


class Installed:
    """A copy of the program, as an installation lays it out, and an empty folder to run it in."""

    def __init__(self, root: Path) -> None:
        self.library, self.folder, self.log = root / "library", root / "here", root / "log"
        self.folder.mkdir()
        data = self.library / "dpsim" / "_data"
        ignored = shutil.ignore_patterns("__pycache__", "_data")
        shutil.copytree(Path(dpsim.__file__).parent, self.library / "dpsim", ignore=ignored)
        shutil.copytree(params_folder(), data / "params")
        (data / "notebooks").mkdir()
        make = nbformat.v4
        cells = [make.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}), make.new_code_cell(LIGHT)]
        notebook = make.new_notebook(cells=cells)
        notebook.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "python3"}
        nbformat.write(notebook, data / "notebooks" / "year_end_projection.ipynb")

    def start(self, *arguments: str, seconds: float = 0.0, fails: str = "") -> subprocess.Popen[str]:
        """Start `dpsim batch demo` and return the process."""
        said = {"LIGHT_LOG": str(self.log), "LIGHT_SECONDS": str(seconds), "LIGHT_FAILS": fails, "DPSIM_LANG": "en"}
        environment = {**os.environ, "PYTHONPATH": str(self.library), **said}
        environment.pop("DPSIM_WORKERS", None)
        return subprocess.Popen(
            [sys.executable, "-m", "dpsim", "batch", *arguments],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def run(self, *arguments: str, seconds: float = 0.0, fails: str = "") -> subprocess.CompletedProcess[str]:
        """Run it to the end."""
        process = self.start(*arguments, seconds=seconds, fails=fails)
        out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def begun(self) -> list[str]:
        """Return the reports that were begun since the last call, each with the processes it may use."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return lines

    def states(self) -> dict[str, str]:
        """Return the state of every report by strategy and language, as the index tells it."""
        index = self.folder / "reports" / "batch-demo" / "index.json"
        jobs = json.loads(index.read_text(encoding="utf-8"))["jobs"] if index.exists() else []
        return {f"{job['strategy']} {job['lang']}": job["state"] for job in jobs}

    def files(self, state: str) -> dict[Path, tuple[int, int, bytes]]:
        """Return every file of the reports that are there or made: node, time and content."""
        index = self.folder / "reports" / "batch-demo" / "index.json"
        jobs = json.loads(index.read_text(encoding="utf-8"))["jobs"]
        folders = [index.parent / job["folder"] for job in jobs if job["state"] == state]
        found = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
        return {file.resolve(): (file.stat().st_ino, file.stat().st_mtime_ns, file.read_bytes()) for file in found}

    def hidden(self) -> list[Path]:
        """Return what unfinished reports have left."""
        return list((self.folder / "reports").rglob(".making-*"))


def wait_for(true: Callable[[], bool], what: str) -> None:
    """Wait until something is so; no test depends on how long it takes."""
    for _ in range(1200):
        if true():
            return
        time.sleep(0.1)
    raise AssertionError(f"it did not happen: {what}")
