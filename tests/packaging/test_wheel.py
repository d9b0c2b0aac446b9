"""An installed wheel finds its cases, strategies, evidence and notebooks."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ASK = """
import dpsim, dpsim.params.locate as locate
from dpsim.params.evidence import evidence
assert "unpacked" in dpsim.__file__, dpsim.__file__
print(dpsim.list_cases(), dpsim.list_strategies(), len(evidence()))
print((locate.notebooks_folder() / "year_end_projection.ipynb").is_file())
print(dpsim.load_case("linyi-2018").digest, locate.list_batches())
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    target = folder / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def ask(folder: Path, where: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(folder), "DPSIM_LANG": "en"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=where, env=environment, capture_output=True, text=True, check=False
    )


def test_an_unpacked_wheel_is_complete(unpacked, tmp_path):
    done = ask(unpacked, tmp_path, "-c", ASK)
    assert done.returncode == 0, done.stderr
    here = ask(ROOT / "src", tmp_path, "-c", ASK.replace('"unpacked" in', '"unpacked" not in'))
    assert here.returncode == 0, here.stderr
    assert done.stdout == here.stdout, "a checkout and a wheel hold the same cases and evidence"


def test_its_command_line_runs_from_any_folder(unpacked, tmp_path):
    done = ask(unpacked, tmp_path, "-m", "dpsim", "cases")
    assert done.returncode == 0, done.stderr
    assert "linyi-2018" in done.stdout, done.stdout


def test_the_wheel_holds_no_tests_and_no_reports(unpacked):
    names = {path.relative_to(unpacked).parts[0] for path in unpacked.rglob("*") if path.is_file()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"dpsim"}, names
