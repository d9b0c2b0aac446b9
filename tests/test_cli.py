"""The command line: what is right is done, what is wrong ends with status 2, one clear message and nothing written."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import unicodedata
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from called import Program, Said
from dpsim.language import say
from dpsim.params.load import list_cases, list_strategies
from dpsim.params.locate import params_folder

BAD = Path(__file__).parent / "data" / "bad"
BAD_FILES = sorted(BAD.glob("*.yaml"))
GOOD = ("good_case", "good_strategy")
CASE = "linyi-2018"


@pytest.fixture
def call(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    """Run the program in this process, in an empty folder; any start of a simulation is a failure."""
    from dpsim.core import compiled
    from dpsim.experiments import ensemble
    from dpsim.forecast import snapshot
    from dpsim.report import job

    def never(*_: object, **__: object) -> None:
        pytest.fail("a simulation was started")

    monkeypatch.setattr(compiled, "is_compiled", lambda: True)
    monkeypatch.setattr(job, "execute_notebook", never)
    monkeypatch.setattr(ensemble, "strategy_paths", never)
    monkeypatch.setattr(snapshot, "draw_paths", never)
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)

    return partial(program, lang="zh")


def entries(folder: Path) -> list[str]:
    return sorted(entry.relative_to(folder).as_posix() for entry in folder.rglob("*"))


def assert_refused(said: Said, *words: str, lines: int = 1) -> None:
    """Status 2, the words, no traceback, nothing on standard output, no more than `lines` lines."""
    assert said.status == 2, said.text
    assert said.out == ""
    for word in words:
        assert word in said.err, said.err
    for sign in ("Traceback", 'File "', "Error:", "pydantic"):
        assert sign not in said.err, said.err
    assert len(said.err.splitlines()) <= lines, said.err


# ------------------------------------------------------------------ what is right


def test_cases_are_listed_in_both_languages(call: Program) -> None:
    for lang, name in (("zh", "临沂市2018年"), ("en", "Linyi 2018")):
        said = call("cases", "--lang", lang)
        rows = [line.split("\t") for line in said.out.splitlines()]
        assert said.status == 0 and said.err == ""
        assert [row[0] for row in rows] == list_cases() and [CASE, name, "2018-09-10"] in rows


def test_strategies_are_listed_with_their_instruments(call: Program) -> None:
    for lang, name, measures in (
        ("zh", "现行部署", "工作调度会、月通报、分类分级检查、双随机抽查、专项行动"),
        ("en", "current arrangement", "dispatch meeting, ranking notice, risk-weighted plan, double random, campaign"),
    ):
        rows = [line.split("\t") for line in call("strategies", "--lang", lang).out.splitlines()]
        assert [row[0] for row in rows] == list_strategies()
        assert ["current_arrangement", name, measures] in rows
        assert next(row for row in rows if row[0] == "past_pace")[2] == "-"


def test_the_table_of_a_run_has_headers_in_the_language(call: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    import pandas as pd

    from dpsim.report import runs

    names = ["target", "deadline", "required", "replications", "met", "low", "high", "shortfall_median"]
    rows = [
        ("all_online", pd.Timestamp("2018-12-31"), 1748, 5, 0, 0.0, 0.43448, 80.0),
        ("half_online", pd.Timestamp("2018-12-31"), 874, 5, 5, 0.56552, 1.0, 0.0),
    ]
    table = pd.DataFrame(rows, columns=names)
    asked: dict[str, object] = {}

    def stand_in(case: object, strategy: object, **arguments: object) -> SimpleNamespace:
        asked.update(arguments)
        return SimpleNamespace(targets=table, failures=pd.DataFrame(), record={})

    monkeypatch.setattr(runs, "run_ensemble", stand_in)
    said = call("run", CASE, "--replications", "5", "--seed", "0")
    assert said.status == 0 and asked["replications"] == 5 and asked["seed"] == 0
    head, line, other = said.out.splitlines()
    assert head.split() == ["目标", "期限", "要求家数", "推演次数", "达到次数", "95%威尔逊区间", "尚差中位数", "名称"]
    assert line.split()[:3] == ["all_online", "2018-12-31", "1748"]
    assert line.endswith("全部企业网上运行"), "what the target is called"
    assert "0.0%—43.4%（n=5）" in line and "56.6%—100.0%（n=5）" in other

    def width(text: str) -> int:
        return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)

    assert width(head) == width(line), "the columns stand below their headers"
    out = call("run", CASE, "--lang", "en").out
    head = out.splitlines()[0]
    assert head.split()[:5] == ["target", "deadline", "required", "runs", "met"] and not has_chinese(out)
    assert "95% Wilson interval" in head and "0.0% to 43.4% (n=5)" in out and "56.6% to 100.0% (n=5)" in out


def test_the_language_of_the_environment_is_used_and_an_unknown_one_is_refused(call: Program) -> None:
    for given, name in (("en", "Linyi 2018"), ("", "临沂市2018年")):
        said = call("cases", lang=given)
        assert said.status == 0 and name in said.out
    for given in ("fr", "EN", " ", "../en\n"):
        assert_refused(call("cases", lang=given), "DPSIM_LANG", repr(given), "zh, en", "--lang")
        assert call("cases", "--lang", "en", lang=given).status == 0, "the option goes first"


def test_the_version_is_told(call: Program) -> None:
    from dpsim.experiments.runrecord import DISTRIBUTION, library_version

    said = call("--version")
    assert said.status == 0 and said.out == f"dpsim {library_version(DISTRIBUTION)}\n" and said.err == ""
    assert "--version" in call("--help").out


EMPTY = [
    *((command, f"--{name}") for command in ("report", "run") for name in ("seed", "replications", "strategy", "lang")),
    ("report", "--as-of"),
    ("report", "--out"),
    ("cases", "--lang"),
]


@pytest.mark.parametrize(("command", "option"), EMPTY)
@pytest.mark.parametrize("value", ["", " "])
def test_an_option_given_empty_is_refused(call: Program, command: str, option: str, value: str) -> None:
    case = [] if command == "cases" else [CASE]
    for written in ([option, value], [f"{option}={value}"]):
        said = call(command, *case, *written)
        assert_refused(said, option, "''", f"dpsim {command} --help")
    if option == "--strategy" and command == "report":
        assert_refused(call(command, *case, option, "past_pace", option, value), option)
    assert entries(Path.cwd()) == []


def test_a_language_is_not_read_behind_an_empty_one(call: Program) -> None:
    assert has_chinese(call("cases", "--lang=", "en").err)


@pytest.mark.parametrize("command", ["report", "run"])
@pytest.mark.parametrize("given", ["1" + "0" * 24, "+" + "9" * 5000, "0" * 200 + "100001"], ids=["25", "5000", "zeros"])
def test_a_very_large_number_of_runs_is_told_the_limit(call: Program, command: str, given: str) -> None:
    said = call(command, CASE, "--replications", given)
    assert_refused(said, "100000", "最多")
    assert len(said.err) < 300


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices are a POSIX matter")
def test_check_refuses_what_is_no_regular_file(call: Program) -> None:
    os.mkfifo("pipe")
    Path("loop.yaml").symlink_to("loop.yaml")
    for name in ("pipe", "loop.yaml", "/dev/zero", "/dev/stdin"):
        if Path(name).is_file():  # the tests may be fed from a file
            continue
        assert_refused(call("check", name, lang="en"), name, "not a regular file", lines=2)
    assert_refused(call("check", ""), "文件名是空的")


def test_good_files_have_no_faults(call: Program) -> None:
    shipped = [str(file) for kind in ("cases", "strategies") for file in (params_folder() / kind).glob("*.yaml")]
    said = call("check", *shipped, *(str(BAD / f"{name}.yaml") for name in GOOD), "--lang", "en")
    assert said.status == 0 and said.err == ""
    assert len(said.out.splitlines()) == len(shipped) + 2 and said.out.count(": no faults.") == len(shipped) + 2


def test_a_request_without_a_fault_reaches_the_notebook(call: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    given = received(monkeypatch)
    assert call("report", CASE, "--seed", "0", "--replications", "3", "--lang", "en").status == 2
    assert given["seed"] == 0 and given["replications"] == 3 and given["lang"] == "en"
    assert given["strategy"] == "current_arrangement,past_pace" and given["as_of"] == "2018-09-10"


def received(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Catch what the notebook would be given; the run then ends with an error of the input."""
    from dpsim.errors import InputError
    from dpsim.report import job

    caught: dict[str, object] = {}

    def catch(source: Path, out: Path, parameters: dict[str, object], **_: object) -> None:
        caught.update(parameters)
        caught["inputs"] = {file.name: file.read_bytes() for file in (out.parent / "inputs").glob("*")}
        raise InputError("error.empty_file_name")

    monkeypatch.setattr(job, "execute_notebook", catch)
    return caught


def test_a_report_from_a_table_is_given_the_table(call: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    given = received(monkeypatch)
    rows = [f"2018-09-10,North,1000,{stage},{done}" for stage, done in (("built", 700), ("online", 400))]
    rows += [f"2018-09-10,South,748,{stage},{done}" for stage, done in (("built", 460), ("online", 289))]
    Path("weekly.csv").write_text("\n".join(["date,county,total,stage,done", *rows]), encoding="utf-8")
    call("report", CASE, "--progress", "weekly.csv")
    assert given["progress"] == "inputs/weekly.csv" and given["as_of"] == "2018-09-10"
    assert given["inputs"] == {"weekly.csv": Path("weekly.csv").read_bytes()}
    said = call("report", CASE, "--progress", "none.csv")
    assert said.status == 2 and "none.csv" in said.err and not Path("reports").exists()


def test_the_help_names_every_command(call: Program) -> None:
    said = call("--help")
    assert said.status == 0
    assert all(name in said.out for name in ("cases", "strategies", "check", "report", "run"))
    said = call("report", "--help")
    assert said.status == 0 and all(name in said.out for name in ("--replications", "--seed", "200"))
    for command in ("report", "verify"):
        said = call(command, "--help")
        assert all(words in said.out for words in ("参数 / Arguments", "选项 / Options", "显示本说明 / show this help"))
        assert "Show this message" not in said.out
    said = call()
    assert said.status == 2 and "strategies" in said.out and said.err == ""


# ------------------------------------------------------------------ files with faults


@pytest.mark.parametrize("file", BAD_FILES, ids=lambda file: file.stem)
def test_a_bad_file_is_refused_by_check(call: Program, file: Path) -> None:
    if file.stem in GOOD:
        assert call("check", str(file)).status == 0
        return
    for lang in ("zh", "en"):
        said = call("check", str(file), "--lang", lang)
        assert_refused(said, file.name, lines=60)
        assert len(said.err.splitlines()) >= 2
        assert has_chinese(said.err.splitlines()[0]) == (lang == "zh")


@pytest.mark.parametrize("file", BAD_FILES, ids=lambda file: file.stem)
def test_a_bad_file_is_refused_before_a_report(call: Program, file: Path) -> None:
    if not file.stem.startswith("strategy_") and file.stem != "good_case":
        assert_refused(call("report", str(file), "--out", "reports"), file.name, lines=100)
    if not file.stem.startswith("case_") and file.stem != "good_strategy":
        assert_refused(call("report", CASE, "--strategy", str(file), "--out", "reports"), file.name, lines=100)
    assert entries(Path.cwd()) == []


def test_a_file_of_the_other_kind_is_refused(call: Program) -> None:
    case, strategy = (str(BAD / f"{name}.yaml") for name in GOOD)
    for command in ("report", "run"):
        assert_refused(call(command, strategy), "good_strategy.yaml", lines=4)
        assert_refused(call(command, CASE, "--strategy", case), "good_case.yaml", lines=4)
    assert_refused(call("run", str(BAD / "case_nan_count.yaml")), "state.built.value", lines=2)
    assert entries(Path.cwd()) == []


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in text)


def test_all_faults_of_several_files_are_listed(call: Program) -> None:
    names = ["several_faults", "good_case", "case_nan_count", "file_empty"]
    said = call("check", *(str(BAD / f"{name}.yaml") for name in names), "no-such.yaml", ".")
    assert said.status == 2
    assert said.out.count("没有错误") == 1 and "good_case.yaml" in said.out
    for word in ("case_nan_count.yaml:27", "file_empty.yaml:1", "no-such.yaml", "state.built.value", "文件夹"):
        assert word in said.err, said.err
    several = [line for line in said.err.splitlines() if "several_faults.yaml:" in line and line[:4] == "  - "]
    assert len(several) == 5
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00", b"case: [", b"a: &a [*a]", "case: 临沂\n".encode("gbk"), b"\x00" * 50, b"%YAML 9.9\n---\n"],
)
def test_a_file_of_rubbish_is_refused(call: Program, content: bytes) -> None:
    Path("mine.yaml").write_bytes(content)
    assert_refused(call("check", "mine.yaml"), "mine.yaml", lines=40)
    assert_refused(call("report", "mine.yaml", "--out", "reports"), "mine.yaml", lines=40)
    assert entries(Path.cwd()) == ["mine.yaml"]


@pytest.mark.parametrize("name", ["{0} {file!r}.yaml", "%s%n.yaml", "案例（一）.yaml", "a b;c&d.yaml", "-.yaml"])
def test_a_file_may_have_an_odd_name(call: Program, name: str) -> None:
    Path(name).write_bytes((BAD / "good_case.yaml").read_bytes())
    said = call("check", "--", name)
    assert said.status == 0 and name in said.out
    Path(name).write_text("case: 1\n", encoding="utf-8")
    assert_refused(call("check", "--", name), name, lines=30)


# ------------------------------------------------------------------ arguments that are wrong

NAMES = [
    "linyi-2017",
    "Linyi-2018",
    "linyi-2018 ",
    "",
    " ",
    ".",
    "..",
    "../linyi-2018",
    "../../cases/linyi-2018",
    "linyi-2018/../linyi-2018",
    "/etc",
    "/etc/hostname",
    "~",
    "a" * 5000,
    "临沂",
    "linyi-2018\0",
    "linyi-2018\n",
    "\udcff",
    "{given}",
    "%s",
    "*",
    "con",
    "linyi-2018.yaml",
    "no/such/file.yaml",
    "folder",
    "folder.yaml",
    "file:///etc/hostname",
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name[:30]))
@pytest.mark.parametrize("command", ["report", "run"])
def test_a_wrong_case_name_is_refused(call: Program, command: str, name: str) -> None:
    for folder in ("folder", "folder.yaml"):
        Path(folder).mkdir()
    extra = ("--out", "reports") if command == "report" else ()
    assert_refused(call(command, *extra, "--", name), lines=4)
    assert entries(Path.cwd()) == ["folder", "folder.yaml"]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name[:30]))
def test_a_wrong_strategy_name_is_refused(call: Program, name: str) -> None:
    for folder in ("folder", "folder.yaml"):
        Path(folder).mkdir()
    assert_refused(call("report", CASE, "--out", "reports", "--strategy", name), lines=8)
    assert_refused(call("run", CASE, "--strategy", name), lines=4)
    assert entries(Path.cwd()) == ["folder", "folder.yaml"]


ARGUMENTS = [
    ("case near", ["linyi-2019"], ["linyi-2018"]),
    ("replications 0", [CASE, "--replications", "0"], ["replications", "1"]),
    ("replications -1", [CASE, "--replications", "-1"], ["replications", "-1"]),
    ("replications 1e9", [CASE, "--replications", "1000000000"], ["1000000000", "100000"]),
    ("seed -1", [CASE, "--seed", "-1"], ["seed", "-1", "4294967295"]),
    ("seed 2**32", [CASE, "--seed", "4294967296"], ["seed", "4294967296", "4294967295"]),
    ("language", [CASE, "--lang", "fr"], ["fr", "zh, en"]),
    ("language odd", [CASE, "--lang", "../en"], ["../en", "zh, en"]),
    ("strategy near", [CASE, "--strategy", "past_pase"], ["past_pase", "past_pace"]),
    ("strategy near 2", [CASE, "--strategy", "past_pace", "--strategy", "no_meeting"], ["no_meetings"]),
    ("as-of other", [CASE, "--as-of", "2018-09-11"], ["2018-09-11", "2018-09-10"]),
    ("as-of garbage", [CASE, "--as-of", "yesterday"], ["yesterday", "2018-09-10"]),
    ("as-of not a day", [CASE, "--as-of", "2018-02-30"], ["2018-02-30"]),
    ("as-of hostile", [CASE, "--as-of", "{name}\n\x1b[31m"], ["as_of"]),
]


@pytest.mark.parametrize(("arguments", "words"), [row[1:] for row in ARGUMENTS], ids=[row[0] for row in ARGUMENTS])
def test_a_wrong_argument_is_refused(call: Program, arguments: list[str], words: list[str]) -> None:
    said = call("report", *arguments, "--out", "reports")
    assert_refused(said, *words)
    assert not any(unicodedata.category(char) == "Cc" for char in said.err.rstrip("\n"))
    assert entries(Path.cwd()) == []


@pytest.mark.parametrize("value", ["abc", "1e9", "1.5", "", "0x10", "１２a", "nan", "--seed"])
@pytest.mark.parametrize("option", ["--replications", "--seed"])
@pytest.mark.parametrize("command", ["report", "run"])
def test_a_number_that_is_none_is_refused(call: Program, command: str, option: str, value: str) -> None:
    for lang in ("zh", "en"):
        said = call(command, CASE, option, value, "--lang", lang)
        assert_refused(said, option[2:], repr(value))
        assert has_chinese(said.err) == (lang == "zh")
    assert entries(Path.cwd()) == []


COMMAND_LINES = [
    (["report"], ["case", "dpsim report --help"]),
    (["check"], ["files", "dpsim check --help"]),
    (["run", "--seed", "1"], ["case", "dpsim run --help"]),
    (["nonsense"], ["'nonsense'", "strategies", "dpsim --help"]),
    (["非命令 \x1b[31m"], ["非命令", "dpsim --help"]),
    (["--"], ["'--'"]),
    (["report", CASE, "--replicatons", "4"], ["--replicatons", "--replications", "dpsim report --help"]),
    (["report", CASE, "--方案\x1b", "4"], ["--方案", "--strategy"]),
    (["cases", "-x"], ["-x", "--lang"]),
    (["cases", "x"], ["'x'", "dpsim cases --help"]),
    (["cases", "x (y)", "\n"], ["x (y)"]),
    (["--x"], ["--x", "dpsim --help"]),
    (["--lang"], ["--lang", "dpsim --help"]),
    (["run", CASE, "--seed"], ["--seed", "dpsim run --help"]),
    (["report", CASE, "--lang=en", "--out"], ["--out"]),
    (["cases", "--help=3"], ["--help", "dpsim cases --help"]),
]


@pytest.mark.parametrize(("arguments", "words"), COMMAND_LINES, ids=lambda row: ascii(row))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_command_line_that_is_none_is_refused_in_the_language(
    call: Program, arguments: list[str], words: list[str], lang: str
) -> None:
    said = call(*arguments, lang=lang)
    assert_refused(said, *words)
    assert has_chinese(said.err.replace("非命令", "").replace("方案", "")) == (
        lang == "zh" and "--lang=en" not in arguments
    )
    assert not any(unicodedata.category(char) == "Cc" for char in said.err.rstrip("\n"))
    assert entries(Path.cwd()) == []


def test_a_language_asked_for_holds_for_what_the_parser_says(call: Program) -> None:
    for arguments in (["cases", "x", "--lang", "en"], ["cases", "--lang=en", "x"], ["--lang", "en", "cases"]):
        assert not has_chinese(call(*arguments).err), arguments
    for arguments in (["cases", "x", "--lang", "xx"], ["cases", "x", "y", "--", "--lang", "en"]):
        assert has_chinese(call(*arguments).err), arguments


def test_all_wrong_arguments_are_listed_together(call: Program) -> None:
    arguments = ["--replications", "0", "--seed", "-1", "--as-of", "x", "--strategy", "zz", "--out", "reports"]
    said = call("report", CASE, *arguments, "--lang", "en")
    assert_refused(said, "'zz'", "as_of", "replications", "seed", lines=5)
    assert len(said.err.splitlines()) == 5 and not has_chinese(said.err)
    assert entries(Path.cwd()) == []


@pytest.mark.parametrize("command", ["cases", "strategies", "check", "report", "run"])
def test_an_unknown_language_is_refused_everywhere(call: Program, command: str) -> None:
    more = {"check": [str(BAD / "good_case.yaml")], "report": [CASE], "run": [CASE]}.get(command, [])
    assert_refused(call(command, *more, "--lang", "xx"), "'xx'", "zh, en")
    assert entries(Path.cwd()) == []


@pytest.mark.parametrize(
    "option", [["--seed", "-1"], ["--seed", "4294967296"], ["--replications", "0"], ["--replications", "9" * 5000]]
)
def test_run_refuses_numbers_out_of_range(call: Program, option: list[str]) -> None:
    assert_refused(call("run", CASE, *option))


# ------------------------------------------------------------------ where it writes


def test_out_that_is_a_file_is_refused_before_the_run(call: Program) -> None:
    Path("taken").write_text("mine", encoding="utf-8")
    for out in ("taken", "taken/below"):
        assert_refused(call("report", CASE, "--out", out), "taken")
    assert entries(Path.cwd()) == ["taken"] and Path("taken").read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder in which nobody can write")
def test_out_where_nobody_can_write_is_refused_before_the_run(call: Program) -> None:
    said = call("report", CASE, "--out", "/proc/reports")
    assert_refused(said, "无法在", "/proc/reports", "--out")


@pytest.mark.parametrize("out", ["x" * 300, "x" * 256, "y/" * 3000, "a\0b"], ids=["300", "256", "deep", "zero"])
def test_out_with_a_name_that_cannot_be_is_refused_before_the_run(call: Program, out: str) -> None:
    assert_refused(call("report", CASE, "--out", out), "无法在", "--out")
    assert entries(Path.cwd()) == []


def test_a_disk_without_room_is_refused_before_the_run(call: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(total=10**12, used=10**12, free=0))
    said = call("report", CASE, "--out", "我的 报告")
    assert said.status == 1 and said.out == "" and len(said.err.splitlines()) == 1, "no input is wrong"
    assert all(word in said.err for word in ("我的 报告", "100 MB", "--out"))
    assert entries(Path.cwd()) == []


@pytest.mark.parametrize("out", ["我的 报告", "a b/c'd", "{0} %s", "-out", "…/深/处", "."])
@pytest.mark.parametrize("terminal", [False, True])
def test_a_report_says_what_it_does_and_where_it_is(
    call: Program, monkeypatch: pytest.MonkeyPatch, out: str, terminal: bool
) -> None:
    from dpsim.report import job

    def execute(source: Path, notebook: Path, parameters: object, *, progress: bool, **_: object) -> None:
        assert progress == terminal
        notebook.write_text("{}", encoding="utf-8")
        (notebook.parent / "headline.txt").write_text("一句话。\n", encoding="utf-8")

    monkeypatch.setattr(job, "execute_notebook", execute)
    monkeypatch.setattr(job, "write_html", lambda notebook, file, **_: file.write_text("x", encoding="utf-8"))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    said = call("report", CASE, "--strategy", "no_meetings", f"--out={out}")
    assert said.status == 0 and said.out.splitlines()[0] == "一句话。"
    (page,) = Path(out).rglob("report.html")
    assert page.as_posix() in said.out
    steps = said.err.splitlines()[1:]
    assert steps == ([] if terminal else ["准备报告文件夹……", notebook_step(3), "生成网页……", "报告已完成。"])


@pytest.mark.parametrize(("lang", "word"), [("zh", "正在编译"), ("en", "compiling")])
@pytest.mark.parametrize("there", [True, False])
def test_the_first_run_says_that_it_compiles(
    call: Program, monkeypatch: pytest.MonkeyPatch, lang: str, word: str, there: bool
) -> None:
    from dpsim.core import compiled
    from dpsim.report import runs

    class Begun(Exception):
        """The runs begin."""

    def begin(*_: object, **__: object) -> None:
        raise Begun

    monkeypatch.setattr(compiled, "is_compiled", lambda: there)
    monkeypatch.setattr(runs, "run_ensemble", begin)
    said: list[str] = []
    monkeypatch.setattr(sys.stderr, "write", said.append)
    with pytest.raises(Begun):
        call("run", CASE, lang=lang)
    assert (word in "".join(said)) != there, f"compiled code there: {there}, said: {said}"


def notebook_step(strategies: int) -> str:
    return say("cli.report_step_notebook", lang="zh", strategies=strategies)


@pytest.mark.parametrize(
    ("raised", "shown"),
    [
        ("reports/我的 文件.html", "reports/我的 文件.html"),
        ("/elsewhere/a/run.json", "/elsewhere/a/run.json"),
        (b"/elsewhere/b", "/elsewhere/b"),
        ("HERE/reports/x/run.json", "reports/x/run.json"),
        ("HERE/reports/case/.making-0-1-abc/report/run.json", "reports/case"),
        (None, "--out"),
        (3, "--out"),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="the examples are POSIX paths")
def test_a_file_that_cannot_be_used_is_named_as_the_user_knows_it(
    call: Program, monkeypatch: pytest.MonkeyPatch, raised: object, shown: str
) -> None:
    from dpsim.report import job

    named = raised.replace("HERE", str(Path.cwd())) if isinstance(raised, str) else raised

    def fail(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", named)

    monkeypatch.setattr(job, "execute_notebook", fail)
    said = call("report", CASE, "--out", "reports")
    assert said.err.splitlines()[-1] == say("cli.no_access", lang="zh", where=shown, why="Permission denied")
    assert said.status == 2


def test_stopping_ends_with_status_130_and_a_word(call: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    from dpsim.report import job

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(job, "execute_notebook", stop)
    said = call("report", CASE, "--out", "reports")
    assert said.status == 130 and "用户中止" in said.err and "Traceback" not in said.err
    assert entries(Path.cwd()) == []


@pytest.mark.skipif(os.name != "posix", reason="SIGTERM is a POSIX matter")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sigterm_ends_as_ctrl_c_does_with_status_143(call: Program, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    from dpsim.report import job

    def stop(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(job, "execute_notebook", stop)
    said = call("report", CASE, "--out", "reports", lang=lang)
    assert said.status == 143 and said.err.splitlines()[-1] == say("cli.terminated", lang=lang)
    assert "Traceback" not in said.err and entries(Path.cwd()) == []
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_run_that_fails_leaves_nothing_half_written(call: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    from dpsim.report import job

    def fail(source: Path, out: Path, parameters: object, **_: object) -> None:
        out.write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device", str(out))

    monkeypatch.setattr(job, "execute_notebook", fail)
    said = call("report", CASE, "--out", "reports")
    assert said.status == 1, "a full disk is no fault of the input"
    assert "No space left" in said.err and "腾出空间" in said.err and "Traceback" not in said.err
    assert ".making" not in said.err, "a folder that is gone is not named"
    assert [entry for entry in entries(Path.cwd()) if (Path.cwd() / entry).is_file() or ".making" in entry] == []


def test_the_path_of_a_report_comes_from_checked_names_only(call: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    from dpsim.report.yearend import check_request

    asked = check_request(
        case=CASE, as_of=None, strategy="past_pace,no_meetings", replications=1, seed=1, lang="zh", progress=None
    )
    assert asked.run_id().startswith("no_meetings-zh-") and set(asked.run_id()) <= set(
        "abcdefghijklmnopqrstuvwxyz0123456789_-+"
    )


# ------------------------------------------------------------------ as a program


def program(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dpsim.cli", *arguments],
        cwd=cwd,
        env={**os.environ, "DPSIM_LANG": "zh", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=120,
    )


def test_the_program_ends_with_status_2_and_one_message(tmp_path: Path) -> None:
    done = program("report", "linyi-2017", "--out", str(tmp_path / "reports"), cwd=tmp_path)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == f"没有案例 'linyi-2017'，是否指 linyi-2018？允许：{', '.join(list_cases())}。\n"
    assert entries(tmp_path) == []


def test_the_installed_command_is_the_same_program(tmp_path: Path) -> None:
    command = Path(sys.executable).with_name("dpsim.exe" if os.name == "nt" else "dpsim")
    done = subprocess.run([str(command), "cases", "--lang", "en"], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0 and done.stderr == "" and "Linyi 2018" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("command", ["cases", "strategies", "--version", "--help"])
def test_a_full_disk_behind_standard_output_is_named(tmp_path: Path, command: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "dpsim", command], stdout=full, stderr=subprocess.PIPE, encoding="utf-8",
            cwd=tmp_path, env={**os.environ, "DPSIM_LANG": "zh"}, timeout=120,
        )  # fmt: skip
    assert done.returncode == 1 and done.stderr == say("cli.no_output", lang="zh", why="No space left on device") + "\n"


@pytest.mark.skipif(os.name != "posix", reason="a closed pipe is another error elsewhere")
def test_files_of_a_comparison_are_there_though_nobody_reads_what_is_printed(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    options = ["--strategy", "no_meetings", "--replications", "3", "--out", "made"]
    ended = subprocess.run(
        [sys.executable, "-m", "dpsim", "compare", "linyi-2018", *options],
        stdout=writing, stderr=subprocess.PIPE, cwd=tmp_path, timeout=300,
    )  # fmt: skip
    os.close(writing)
    assert ended.returncode == 141, f"what is printed must have been lost, or nothing is tested: {ended.stderr!r}"
    assert {path.suffix for path in (tmp_path / "made").rglob("differences.*")} >= {".csv", ".png", ".svg"}


@pytest.mark.skipif(os.name != "posix", reason="a closed pipe is another error elsewhere")
def test_output_that_nobody_reads_ends_quietly(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "dpsim", "cases"], stdout=writing, stderr=subprocess.PIPE, cwd=tmp_path, timeout=120
    )
    os.close(writing)
    assert done.returncode == 141 and done.stderr == b""


@pytest.mark.skipif(os.name != "posix", reason="signals to one process are a POSIX matter")
@pytest.mark.parametrize(("number", "status", "wait"), [("SIGTERM", 143, 0.0), ("SIGINT", 130, 4.0)])
def test_a_signal_to_the_program_alone_leaves_nothing(tmp_path: Path, number: str, status: int, wait: float) -> None:
    """It comes while the notebook runs: no traceback, no folder, no kernel, nothing beside."""
    command = [sys.executable, "-m", "dpsim", "report", CASE, "--replications", "300", "--out", "reports/deep"]
    (tmp_path / "temporary").mkdir()
    environment = {**os.environ, "DPSIM_LANG": "en", "TMPDIR": str(tmp_path / "temporary")}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stderr is not None
        lines = [process.stderr.readline() for _ in range(3)]
        while not list(tmp_path.rglob("*.partial.ipynb")):
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.05)
        time.sleep(wait)
        process.send_signal(getattr(signal, number))
        out, err = process.communicate(timeout=120)
    assert process.returncode == status and out == ""
    assert lines[2].startswith("Running the notebook") and err.splitlines() == [
        say("cli.terminated" if status == 143 else "cli.stopped", lang="en")
    ]
    assert not (tmp_path / "reports").exists()
    assert not list((tmp_path / "temporary").rglob("*.json")), "the kernel's connection file"
    assert not running_below(tmp_path)


INTERRUPTED = """
import os, signal
from dpsim import cli

def app(**_):
    exec("import os, signal; os.kill(os.getpid(), signal.{number}); [None for _ in range(10**9)]")

cli.helptext.in_both_languages = lambda _: app
{forget}
cli.main()
"""


@pytest.mark.skipif(os.name != "posix", reason="signals to one process are a POSIX matter")
@pytest.mark.parametrize(
    ("number", "forget", "status"),
    [
        ("SIGTERM", "", 143),
        ("SIGINT", "", 130),
        ("SIGTERM", "cli.forget_interrupt = lambda: None", -signal.SIGINT),
    ],
    ids=["SIGTERM", "Ctrl-C", "not forgotten"],
)
def test_a_signal_while_code_is_run_from_text_gives_the_same_status(
    tmp_path: Path, number: str, forget: str, status: int
) -> None:
    """As while dataclasses of a library are made; Python itself would end the program by SIGINT."""
    (tmp_path / "interrupted.py").write_text(INTERRUPTED.format(number=number, forget=forget), encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "interrupted"], cwd=tmp_path, capture_output=True, timeout=120)
    assert done.returncode == status and b"Traceback" not in done.stderr


def running_below(folder: Path) -> list[str]:
    """Return the processes that work in a folder or below."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(folder):
                found.append((process / "cmdline").read_text())
        except OSError:
            continue
    return found


def test_a_terminal_without_chinese_letters_is_no_reason_to_fail(tmp_path: Path) -> None:
    for arguments, status in ((["cases"], 0), (["report", "临沂"], 2), (["check", "无.yaml"], 2)):
        done = program(*arguments, cwd=tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
        assert done.returncode == status and "Traceback" not in done.stderr, done.stderr


# ------------------------------------------------------------------ a user's own files reach the run as they are


def test_a_case_file_is_copied_beside_the_report_and_run_from_there(
    call: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = received(monkeypatch)
    Path("mine.yaml").write_bytes((BAD / "good_case.yaml").read_bytes())
    call("report", "mine.yaml", "--out", "reports")
    assert given["case"] == "inputs/case.yaml", "no path of the machine enters the notebook"
    assert given["inputs"] == {"case.yaml": Path("mine.yaml").read_bytes()}


def test_a_strategy_file_is_what_the_notebook_runs(call: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    from dpsim.params.load import load_strategy

    given = received(monkeypatch)
    text = (params_folder() / "strategies" / "current_arrangement.yaml").read_text(encoding="utf-8")
    text = text.replace("{value: 7, unit: days", "{value: 28, unit: days").replace(
        "strategy: current_", "strategy: my_"
    )
    Path("mine.yaml").write_text(text, encoding="utf-8")
    call("report", CASE, "--strategy", "mine.yaml", "--out", "reports")
    assert str(given["strategy"]).split(",")[0] == "inputs/strategy_1.yaml"
    assert given["inputs"] == {"strategy_1.yaml": Path("mine.yaml").read_bytes()}
    assert load_strategy("mine.yaml").digest != load_strategy("current_arrangement").digest, "control"


def test_two_strategies_of_one_id_and_other_content_are_refused(call: Program) -> None:
    text = (params_folder() / "strategies" / "current_arrangement.yaml").read_text(encoding="utf-8")
    Path("mine.yaml").write_text(text.replace("{value: 7, unit: days", "{value: 28, unit: days"), encoding="utf-8")
    said = call("report", CASE, "--strategy", "current_arrangement", "--strategy", "mine.yaml", "--out", "reports")
    assert_refused(said, "current_arrangement")


def test_a_strategy_file_with_a_comma_in_its_name_is_one_file(call: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    given = received(monkeypatch)
    text = (params_folder() / "strategies" / "no_meetings.yaml").read_text(encoding="utf-8")
    Path("a,b.yaml").write_text(text, encoding="utf-8")
    call("report", CASE, "--strategy", "a,b.yaml", "--out", "reports")
    assert str(given["strategy"]).split(",")[0] == "inputs/strategy_1.yaml"


def test_a_file_in_the_place_of_the_folder_is_refused(call: Program) -> None:
    Path("reports").write_text("", encoding="utf-8")
    assert_refused(call("report", CASE, "--out", "reports"), "reports")


def test_a_name_stays_a_name_beside_a_file_of_that_name(call: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    given = received(monkeypatch)
    Path(CASE).write_text("rubbish", encoding="utf-8")
    call("report", CASE, "--out", "reports")
    assert given["case"] == CASE


def test_run_refuses_more_runs_than_a_report_may_have(call: Program) -> None:
    assert_refused(call("run", CASE, "--replications", "100001"), "100000")
