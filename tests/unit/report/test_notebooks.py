from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import nbformat
import pytest

from dpsim.errors import FileFaults, InputError, RunError
from dpsim.report import notebooks
from dpsim.report.notebooks import (
    check_parameters,
    execute_notebook,
    load_parameter_file,
    read_declared_parameters,
    refuse_unknown_parameters,
    scrub_notebook,
    typed_parameter,
)

NOTEBOOKS = Path(__file__).parents[2] / "data" / "notebooks"


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    runs = []
    for name in ("first", "{second} 次"):
        folder = tmp_path_factory.mktemp("run")
        given = {"district": "合肥“市”", "seed": 7}
        out = folder / f"{name}.ipynb"
        assert execute_notebook(NOTEBOOKS / "sample.ipynb", out, given, lang="zh", progress=False) == out
        runs.append(out)
    return runs[0], runs[1]


def plain_papermill(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "papermill", str(NOTEBOOKS / "guarded.ipynb"), "out.ipynb", *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, "DPSIM_LANG": "en"}
    )


def test_two_runs_are_equal(twice: tuple[Path, Path]) -> None:
    assert twice[0].read_bytes() == twice[1].read_bytes()


def test_nothing_of_the_machine_remains(twice: tuple[Path, Path]) -> None:
    text = twice[0].read_text(encoding="utf-8")
    assert str(twice[0].parent) not in text and str(NOTEBOOKS) not in text and sys.prefix + "/" not in text
    assert not re.search(r"ipykernel_\d|at 0x[0-9a-f]{4}|20\d\d-\d\d-\d\dT|it/s", text)
    assert json.loads(text)["metadata"]["papermill"]["input_path"] == "sample.ipynb"


def test_chinese_values_are_injected_as_they_are(twice: tuple[Path, Path]) -> None:
    cells = nbformat.read(twice[0], as_version=4).cells
    (injected,) = [cell for cell in cells if "injected-parameters" in cell.metadata.get("tags", [])]
    assert injected.source == "# Parameters\ndistrict = '合肥“市”'\nseed = 7\n"


def test_the_kernel_is_this_interpreter_and_nothing_is_left_beside(twice: tuple[Path, Path]) -> None:
    cells = nbformat.read(twice[0], as_version=4).cells
    printed = cells[3].outputs[0].text
    assert printed.split()[-1] == sys.executable.replace(sys.prefix, "<python>")
    assert [file.name for file in twice[0].parent.iterdir()] == ["first.ipynb"]


def test_the_usual_translator_is_back(twice: tuple[Path, Path]) -> None:
    from papermill.translators import PythonTranslator, papermill_translators

    assert papermill_translators.find_translator("python3", "python") is PythonTranslator


@pytest.mark.parametrize(("kind", "lines"), [("input", 1), ("faults", 3)])
def test_wrong_input_in_a_cell_is_our_error_with_its_text_only(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], kind: str, lines: int
) -> None:
    given = {"kind": kind, "marker": str(tmp_path / "marker")}
    with pytest.raises(InputError) as caught:
        execute_notebook(NOTEBOOKS / "failing.ipynb", tmp_path / "out.ipynb", given, lang="en", progress=True)
    text = str(caught.value)
    assert "“3x” cannot be the name of a parameter" in text and "Traceback" not in text
    assert len(text.splitlines()) == lines
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out.failed.ipynb"]
    said = capfd.readouterr()
    assert "encryption" not in said.err and "Running the notebook" in said.err and said.out == ""


def test_another_failure_keeps_the_part_that_ran_and_an_earlier_result(tmp_path: Path) -> None:
    (tmp_path / "out.ipynb").write_text("earlier", encoding="utf-8")
    given = {"kind": "other", "marker": str(tmp_path / "marker")}
    with pytest.raises(RunError) as caught:
        execute_notebook(NOTEBOOKS / "failing.ipynb", tmp_path / "out.ipynb", given, lang="zh", progress=False)
    assert "ZeroDivisionError：除以零" in caught.value.text("zh")
    assert str(tmp_path / "out.failed.ipynb") in caught.value.text("en")
    assert "前半" in (tmp_path / "out.failed.ipynb").read_text(encoding="utf-8")
    assert (tmp_path / "out.ipynb").read_text(encoding="utf-8") == "earlier"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out.failed.ipynb", "out.ipynb"]


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("where", ["process", "cell"])
def test_what_was_not_kept_is_not_named_and_a_full_disk_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: bool, where: str
) -> None:
    number = errno.ENOSPC if full else errno.EIO

    def run(source: Path, partial: Path, *_: object) -> None:
        partial.write_text("half of it", encoding="utf-8")
        fault = OSError(number, os.strerror(number))
        if where == "cell":
            fault = RuntimeError()  # type: ignore[assignment]
            fault.ename, fault.evalue = "OSError", f"[Errno {number}] {os.strerror(number)}"  # type: ignore[attr-defined]
        raise fault

    monkeypatch.setattr(notebooks, "_run_papermill", run)
    given = {"kind": "other", "marker": ""}
    with pytest.raises(RunError) as caught:
        execute_notebook(NOTEBOOKS / "failing.ipynb", tmp_path / "out.ipynb", given, lang="zh", progress=False)
    assert caught.value.message == ("cli.no_room" if full else "error.notebook_lost")
    for lang, advice in (("zh", "腾出空间"), ("en", "Free some space")):
        text = caught.value.text(lang)
        assert "failed.ipynb" not in text and (advice in text) == full and os.strerror(number) in text
    assert list(tmp_path.iterdir()) == []


def test_a_success_removes_the_earlier_failure_and_runs_in_the_given_folder(tmp_path: Path) -> None:
    (tmp_path / "out.failed.ipynb").write_text("{}", encoding="utf-8")
    (tmp_path / "work").mkdir()
    given = {"marker": "m.txt", "rate_per_year": "1e-3", "district": "a'\"\\\n市"}
    out = tmp_path / "out.ipynb"
    execute_notebook(NOTEBOOKS / "guarded.ipynb", out, given, lang="zh", cwd=tmp_path / "work", progress=False)
    assert (tmp_path / "work" / "m.txt").read_text(encoding="utf-8") == repr(("a'\"\\\n市", 0.001))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out.ipynb", "work"]


def test_a_misspelt_parameter_stops_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="sede.*seed"):
        execute_notebook(NOTEBOOKS / "guarded.ipynb", tmp_path / "out.ipynb", {"sede": 1}, lang="zh")
    assert not list(tmp_path.iterdir())


def test_a_misspelt_parameter_stops_under_plain_papermill(tmp_path: Path) -> None:
    done = plain_papermill("-p", "sede", "3", "-p", "marker", "marker", folder=tmp_path)
    assert done.returncode == 1
    assert "InputError: this notebook has no parameter named “sede”; the nearest is “seed”" in done.stderr
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize("name", ["_seed", "typed_parameter"])
def test_a_misspelt_parameter_may_be_hidden_or_shadowed(tmp_path: Path, name: str) -> None:
    import papermill

    given = {name: [1, {"a": float("nan")}], "marker": str(tmp_path / "marker")}
    source, out = NOTEBOOKS / "guarded.ipynb", tmp_path / "out.ipynb"
    with pytest.raises(papermill.PapermillExecutionError) as caught:
        papermill.execute_notebook(source, out, given, progress_bar=False)
    assert caught.value.ename == "InputError" and name in caught.value.evalue
    assert not (tmp_path / "marker").exists()


def test_right_parameters_run_under_plain_papermill(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("rate_per_year: 2e-3\ndistrict: 肥西\nmarker: m.txt\n", encoding="utf-8")
    done = plain_papermill("-f", "p.yaml", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "m.txt").read_text(encoding="utf-8") == "('肥西', 0.002)"


def test_names_set_later_by_hand_are_no_parameters() -> None:
    check = "refuse_unknown_parameters(globals(), declared=['seed'])"
    history = ["", "seed = 1", "import os", check, "share = 0.3", "seed = 2", check]
    refuse_unknown_parameters({"In": history, "seed": 2, "share": 0.3}, declared=["seed"])
    with pytest.raises(InputError, match="sead"):
        refuse_unknown_parameters({"In": [*history[:2], "sead: int = 4", *history[2:]]}, declared=["seed"])


def test_without_a_history_plain_values_count() -> None:
    namespace = {"seed": 1, "os": os, "_hidden": 3, "repr": repr, "In": [""], "Out": {}}
    refuse_unknown_parameters(namespace, declared=["seed"])
    with pytest.raises(FileFaults) as caught:
        refuse_unknown_parameters({**namespace, "sede": 1, "zzz": None}, declared=["seed"])
    assert [fault.values["given"] for fault in caught.value.faults] == ["sede", "zzz"]
    assert [fault.values["nearest"] for fault in caught.value.faults] == ["seed", ""]


def test_declared_parameters_are_read_without_running_code() -> None:
    assert read_declared_parameters(NOTEBOOKS / "sample.ipynb") == {
        "district": "合肥市=庐州",
        "seed": 1,
        "rate_per_year": 0.001,
    }


@pytest.mark.parametrize("source", ["a = open('x')", "import os", "a = b = 1", "a ="])
def test_a_parameters_cell_holds_plain_values_only(tmp_path: Path, source: str) -> None:
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "n.ipynb")
    with pytest.raises(InputError, match="n.ipynb"):
        read_declared_parameters(tmp_path / "n.ipynb")


def test_all_misspelt_names_are_refused_together() -> None:
    check_parameters(NOTEBOOKS / "sample.ipynb", {"seed": 1})
    with pytest.raises(FileFaults) as caught:
        check_parameters(NOTEBOOKS / "sample.ipynb", {"sead": 1, "rate": 2})
    assert "sead" in caught.value.text("zh") and "rate_per_year" in caught.value.text("en")


def test_a_parameter_file_is_typed(tmp_path: Path) -> None:
    lines = ["rate: 1e-3", "day: 2026-06-30", "word: no", "time: 12:30", "name: 合肥", "seeds: [1, 2]", "none:"]
    (tmp_path / "p.yaml").write_text("\n".join([*lines, "nested: {a: 2026-06-30}\n"]), encoding="utf-8")
    loaded = load_parameter_file(tmp_path / "p.yaml")
    assert loaded == {
        "rate": 0.001,
        "day": "2026-06-30",
        "word": "no",
        "time": "12:30",
        "name": "合肥",
        "seeds": [1, 2],
        "nested": {"a": "2026-06-30"},
        "none": None,
    }
    assert isinstance(loaded["rate"], float)
    (tmp_path / "p.yaml").write_text("# 空\n", encoding="utf-8")
    assert load_parameter_file(tmp_path / "p.yaml") == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"seed: 1\nseed: 2\n", "p.yaml:2.*duplicate key"),
        (b"a: [1\n", "p.yaml:2"),
        (b"- 1\n", "p.yaml"),
        (b"3x: 1\n", "3x"),
        (b"class: 1\n", "class"),
        (b"2: 1\n", "“2”"),
        (b"a: !!binary aGk=\n", "a 的值"),
        (b"a: !!set {b, c}\n", "a 的值"),
        (b"a: !!python/object:os.system {}\n", "p.yaml:1"),
        (b"a: {1: 2}\n", "a 的值"),
        ("a: 合肥".encode("gbk"), "p.yaml"),
        (None, "p.yaml"),
    ],
)
def test_a_parameter_file_with_a_fault_is_refused(tmp_path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / "p.yaml").write_bytes(content)
    with pytest.raises(InputError, match=said):
        load_parameter_file(tmp_path / "p.yaml")


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("1e-3", float, 0.001),
        (2, float, 2.0),
        ("1e3", int, 1000),
        (1e3, int, 1000),
        ("9007199254740993", int, 9007199254740993),
        ("True", bool, True),
        (False, bool, False),
        ("012", str, "012"),
        ("2026-06-30", date, date(2026, 6, 30)),
        (date(2026, 6, 30), date, date(2026, 6, 30)),
    ],
)
def test_a_parameter_gets_its_type(value: object, kind: type, expected: object) -> None:
    got = typed_parameter("p", value, kind)
    assert got == expected and type(got) is type(expected)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("abc", float),
        ("nan", float),
        (float("inf"), float),
        (True, float),
        (None, float),
        ("1e999", float),
        (1.5, int),
        ("1.5", int),
        (True, int),
        ("yes", bool),
        (1, bool),
        (12, str),
        ("20260630", date),
        ("2026-02-30", date),
        (datetime(2026, 6, 30, 1), date),  # noqa: DTZ001
    ],
)
def test_a_parameter_of_another_kind_is_refused(value: object, kind: type) -> None:
    with pytest.raises(InputError) as caught:
        typed_parameter("p_name", value, kind)
    for lang in ("zh", "en"):
        assert "p_name" in caught.value.text(lang) and repr(value) in caught.value.text(lang)


def test_a_value_that_cannot_be_injected_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="district"):
        execute_notebook(NOTEBOOKS / "sample.ipynb", tmp_path / "o.ipynb", {"district": object()}, lang="zh")


def test_scrubbing_keeps_results_and_drops_the_machine() -> None:
    home = str(Path.home())
    error = nbformat.v4.new_output(
        "error", ename="E", evalue=f"{home}/a", traceback=[f"\x1b[32m{sys.prefix}/lib/x.py\x1b[0m /data{home}/b"]
    )
    cell = nbformat.v4.new_code_cell("1", outputs=[error], metadata={"execution": {}, "papermill": {}, "tags": ["t"]})
    notebook = scrub_notebook(nbformat.v4.new_notebook(cells=[cell], metadata={"papermill": {"start_time": "now"}}))
    assert notebook.metadata == {"papermill": {}} and notebook.cells[0].metadata == {"tags": ["t"]}
    assert notebook.cells[0].outputs[0].evalue == "~/a"
    assert notebook.cells[0].outputs[0].traceback == [f"\x1b[32m<python>/lib/x.py\x1b[0m /data{home}/b"]


def test_a_progress_bar_leaves_nothing_and_other_words_stay() -> None:
    bar = "runs:   0%|     | 0/2 [00:00<?, ?run/s]\rruns: 100%|#####| 2/2 [00:00<00:00,  6.59run/s]\n"
    streams = [nbformat.v4.new_output("stream", name="stderr", text=text) for text in (bar, bar + "\n", "\n", "said\n")]
    notebook = scrub_notebook(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=streams)]))
    assert [output.text for output in notebook.cells[0].outputs] == ["said\n"]
