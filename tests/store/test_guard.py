"""After an edit of code, an input, a default or a target nothing goes on unasked, and the edit is named."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from store_runs import CASE, PLAN, contents, folder_of, kept

import dpsim
from dpsim.errors import InputError
from dpsim.experiments import guard, identity
from dpsim.experiments.identity import FOLDERS, changes, experiment_id
from dpsim.params.load import load_case, load_strategy
from dpsim.params.locate import params_folder
from dpsim.params.plain_yaml import yaml_text
from dpsim.params.schema import Case, Strategy

RUNS = 5


@pytest.fixture
def store(tmp_path: Path) -> Path:
    kept(tmp_path / "store", RUNS)
    return tmp_path / "store"


def refused(store: Path, **arguments: object) -> str:
    """Return what a refused call says; nothing was begun, and `fork` begins beside it."""
    before = contents(store)
    with pytest.raises(InputError) as caught:
        kept(store, RUNS, **arguments)
    assert caught.value.message == "error.store_edited" and contents(store) == before
    kept(store, RUNS, fork=True, **arguments)
    after = contents(store)
    assert before.items() < after.items(), "the old one is left alone"
    assert len({name.partition("/")[0] for name in after}) == 2
    kept(store, RUNS, **arguments)
    assert contents(store) == after, "the new one goes on without being asked again"
    kept(store, RUNS)
    assert contents(store) == after, "and so does the old one where the edit is undone"
    assert "{" not in caught.value.text("zh")
    return caught.value.text("en")


def test_nothing_edited_nothing_refused(store: Path, made: list[int]) -> None:
    before = contents(store)
    kept(store, RUNS, case=CASE.model_copy(), workers=2)
    assert made == [] and contents(store) == before


def test_an_input_cell(store: Path, tmp_path: Path) -> None:
    text = yaml_text(CASE.content())
    assert text.count("\n  built:\n    grade:") <= 1
    edited = CASE.with_values({"state.building": 10})
    (tmp_path / "edited.yaml").write_text(yaml_text(edited.content()), encoding="utf-8")
    said = refused(store, case=load_case(tmp_path / "edited.yaml"))
    assert "case: state.building.value: 9 -> 10" in said and "1 change(s)" in said


def test_a_target(store: Path) -> None:
    day = CASE.targets.list[0].deadline - dt.timedelta(days=1)
    said = refused(store, case=CASE.with_values({"targets.list.0.deadline": day}))
    assert f"case: targets.list.0.deadline: '2018-12-31' -> '{day.isoformat()}'" in said and "1 change(s)" in said


def test_a_strategy(store: Path) -> None:
    assert "strategy: sentence.en: " in refused(store, strategy=reworded(PLAN))


def reworded(strategy: Strategy) -> Strategy:
    return strategy.with_values({"sentence.en": "Another sentence."})


def test_a_default(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The arrangement in force, against which effects are held, is a file of its own that nobody names."""

    def edited(name: str) -> Strategy:
        return load_strategy(name).with_values({"instruments.0.every_days": 14})

    monkeypatch.setattr(identity, "load_strategy", edited)
    before = contents(store)
    with pytest.raises(InputError) as caught:
        kept(store, RUNS)
    assert "reference: instruments.0.every_days" in caught.value.text("en") and contents(store) == before
    monkeypatch.undo()
    kept(store, RUNS)
    assert contents(store) == before, "control: undone, it goes on"


LINES = {
    "model/adoption.py": "\nEXTRA = 1\n",
    "strategies/campaign.py": "\nEXTRA = 1\n",
    "core/rates.py": "# a comment: what cannot be told apart from a change counts as one\n",
}
SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from store_runs import kept
from dpsim.errors import InputError
try:
    kept(Path(sys.argv[2]), int(sys.argv[3]))
except InputError as error:
    print(error.text("en"))
"""


def test_a_line_of_code(store: Path, tmp_path: Path) -> None:
    """A copy of the program, uncompiled; unedited it is the same program wherever it lies."""
    library = tmp_path / "library"
    shutil.copytree(Path(dpsim.__file__).parent, library / "dpsim", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(params_folder(), library / "dpsim" / "_data" / "params", dirs_exist_ok=True)

    def run() -> str:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", SCRIPT, str(Path(__file__).parent), str(store), str(RUNS)],
            env={**os.environ, "PYTHONPATH": str(library), "NUMBA_DISABLE_JIT": "1"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout

    before = contents(store)
    assert run() == "", "control: nothing edited, nothing refused"
    for name, line in LINES.items():
        with (library / "dpsim" / name).open("a", encoding="utf-8") as file:
            file.write(line)
    (library / "dpsim" / "model" / "newcomer.py").write_text('"""New."""\n', encoding="utf-8")
    (library / "dpsim" / "report" / "usage.py").write_text('"""What cannot move a number."""\n', encoding="utf-8")
    said = run()
    for name in LINES:
        assert f"code: {name} (*)" in said, said
    assert "code: model/newcomer.py (+)" in said and "report/" not in said and "4 change(s)" in said
    assert contents(store) == before


def test_the_code_that_counts_is_all_that_a_run_loads() -> None:
    script = (
        "import sys\nfrom store_runs import CASE, PLAN\nfrom dpsim.params.load import load_strategy\n"
        "from dpsim.experiments.ensemble import run_ensemble\n"
        "plan = load_strategy('current_arrangement')\n"
        "for engine in ('compiled', 'simpy'):\n"
        "    run_ensemble(CASE, plan, replications=1, seed=0, workers=1, engine=engine)\n"
        "print(*[name for name in sys.modules if name.startswith('dpsim.')])"
    )
    folders = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    loaded = {name.split(".")[1] for name in done.stdout.split()}
    aside = {"errors", "language", "published"}
    assert loaded - aside == set(FOLDERS), "words move no number, nor does what published figures are held against"


OTHERWISE: dict[str, dict[str, object]] = {
    "seed": {"seed": 4},
    "groupings": {"by": ("county", "tier")},
    "strategy": {"strategy": load_strategy("no_meetings")},
    "engine": {"engine": "simpy"},
}


@pytest.mark.parametrize("asked", OTHERWISE.values(), ids=OTHERWISE)
def test_what_is_asked_for_otherwise_is_another_ensemble_beside(store: Path, asked: dict[str, object]) -> None:
    before = contents(store)
    kept(store, RUNS, **asked)
    after = contents(store)
    assert before.items() < after.items() and len({name.partition("/")[0] for name in after}) == 2


def test_a_library_and_a_format(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = identity.library_version
    monkeypatch.setattr(identity, "library_version", lambda name: "9.9" if name == "numpy" else known(name))
    with pytest.raises(InputError) as caught:
        kept(store, RUNS)
    assert "libraries: numpy: " in caught.value.text("en") and "-> '9.9'" in caught.value.text("en")


def test_a_long_list_is_cut_and_a_text_of_a_file_stays_on_its_line(store: Path, tmp_path: Path) -> None:
    held = folder_of(store) / "identity.json"
    old = json.loads(held.read_text())
    old["case"] |= {f"extra.{k:02d}": "a\nb\x1b[31m" + "x" * 500 for k in range(30)}
    folder = folder_of(store)
    held.write_text(json.dumps(old))
    folder.rename(folder.with_name(f"{folder.name[:-16]}{'0' * 16}"))
    with pytest.raises(InputError) as caught:
        kept(store, RUNS)
    lines = caught.value.text("en").splitlines()
    assert len(lines) == guard.SHOWN + 3 and lines[-2].strip() == "..." and "30 change(s)" in lines[0]
    assert all(len(line) < 300 and line.isprintable() for line in lines)


Edit = Callable[[dict[str, dict[str, object]]], object]


def test_every_item_counts() -> None:
    base = {"asked": {"seed": 1}, "code": {"a.py": "1"}, "case": {"x": 1, "y": 2.5}}
    edits: list[Edit] = [
        lambda new: new["asked"].update(seed=2),
        lambda new: new["code"].update({"a.py": "2"}),
        lambda new: new["case"].update(y=2.5000000000000004),
        lambda new: new["case"].pop("x"),
        lambda new: new["case"].update(z=None),
    ]
    for edit in edits:
        new = json.loads(json.dumps(base))
        edit(new)
        assert experiment_id(new) != experiment_id(base) and len(changes(base, new)) == 1
    assert changes(base, json.loads(json.dumps(base))) == []
    assert isinstance(CASE, Case)
