"""`--out` of every command: its own files are written anew, a file of the same name that is not is refused first."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from called import Program
from dpsim.experiments import ensemble
from dpsim.experiments.sums import SUMS, is_whole, listed_sums
from dpsim.report import compared, needed, published
from dpsim.report.backtest import job as backtest
from dpsim.report.batch.index import INDEX_FILES
from dpsim.report.outlook import request
from dpsim.report.outlook.many import INDEX_FILES as FORECASTS

CASE = "linyi-2018"
LEVER = ("--lever", "assistance.staff_days_per_county", "--values", "0.5", "--attainment", "0.5")
BATCH = (
    "schema: 1\nbatch: tiny\nname: {zh: 小, en: tiny}\ncases: [linyi-2018]\nstrategies: [past_pace]\nlanguages: [zh]\n"
)
FORECAST = ("forecast", "progress.csv", "--targets", "targets.csv", "--as-of", "2018-09-10", "--draws", "20")
BACKTEST = ("--methods", "base_rate,run_rate_8,no_change", "--draws", "20", "--workers", "1")
COMMANDS = {
    "published": ("published", CASE, "--replications", "1"),
    "ledgers": ("ledgers", CASE, "--date", "2018-09-12", "--format", "csv"),
    "needed": ("needed", CASE, "--strategy", "assistance", *LEVER, "--replications", "2"),
    "compare": ("compare", CASE, "--strategy", "past_pace", "--replications", "2"),
    "forecast": FORECAST,
    "many": (*FORECAST, "--each-unit"),
    "backtest": ("backtest", "--data", "data", *BACKTEST),
}
NAMES = {
    "published": published.FILES,
    "ledgers": ("enterprise_ledger.csv", "hazard_ledger.csv", "run.json"),
    "needed": needed.FILES,
    "compare": compared.FILES,
    "backtest": backtest.FILES,
}
"""What each command writes besides its check sums; a forecast leaves out what its table has not."""


@pytest.fixture
def call(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    """Run the program in this process, in a folder with all it is asked for; no report is made."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DPSIM_WORKERS", "1")
    rows = [f"2018-{month:02}-10,{unit},online,100,{9 * month}" for month in range(4, 10) for unit in "ab"]
    (tmp_path / "progress.csv").write_text("\n".join(["date,unit,stage,total,done", *rows]), encoding="utf-8")
    (tmp_path / "targets.csv").write_text("unit,stage,deadline,target\n,online,2018-12-31,0.9\n", encoding="utf-8")

    return program


def contents(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        pytest.fail("a simulation was started")

    monkeypatch.setattr(ensemble, "strategy_paths", never)
    monkeypatch.setattr("dpsim.report.ledger_files.traced_run", never)
    monkeypatch.setattr("dpsim.report.outlook.job.forecast", never)
    monkeypatch.setattr("dpsim.report.backtest.job.run_backtest", never)


@pytest.mark.parametrize("name", COMMANDS)
def test_its_own_files_are_written_anew_and_no_others(
    name: str, call: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "backtest":
        monkeypatch.syspath_prepend(str(Path(__file__).parent / "backtest"))
        from tiny_programmes import write_programmes

        write_programmes(tmp_path / "data")
    out, command = tmp_path / "out", (*COMMANDS[name], "--out", "out")
    for _ in range(2):
        status, _, said = call(*command)
        assert status == 0, said
    sealed = out / "index" if name == "many" else out
    listed = set(listed_sums(sealed) or ())
    own = NAMES.get(name, FORECASTS if name == "many" else request.FILES)
    assert is_whole(sealed) and (listed < set(own) if name == "forecast" else listed == set(own))
    no_run(monkeypatch)
    before, record = contents(out), sealed / ("index.json" if name == "many" else "run.json")
    (sealed / SUMS).unlink()
    record.write_text("mine", encoding="utf-8")
    mine = contents(out)
    status, _, said = call(*command)
    assert status == 2 and contents(out) == mine and "out/" in said and "--out" in said, said
    for file, content in before.items():
        file.write_bytes(content)
    status, _, said = call(*COMMANDS["published" if name != "published" else "needed"], "--out", str(sealed))
    assert status == 2 and contents(out) == before, said
    assert ("another command" if name != "many" else SUMS) in said, "an index keeps no record of a run"


@pytest.mark.parametrize("name", [name for name in NAMES if name != "backtest"])
def test_a_file_of_the_same_name_is_refused_before_anything_is_run(
    name: str, call: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_run(monkeypatch)
    for file in NAMES[name]:
        victim = tmp_path / "out" / file
        victim.parent.mkdir(parents=True, exist_ok=True)
        victim.write_text("mine", encoding="utf-8")
        status, _, said = call(*COMMANDS[name], "--out", "out")
        assert status == 2 and victim.name in said and victim.read_text() == "mine", said
        assert contents(tmp_path / "out") == {victim: b"mine"}
        victim.unlink()


def test_the_index_of_a_batch_is_not_written_over_other_pages(
    call: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dpsim.report.batch.run.make_all", lambda *_, **__: pytest.fail("a report was made"))
    (tmp_path / "tiny.yaml").write_text(BATCH + "replications: 2\nseed: 1\n", encoding="utf-8")
    for name in INDEX_FILES:
        page = tmp_path / "out" / "batch-tiny" / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("mine", encoding="utf-8")
        status, _, said = call("batch", "tiny.yaml", "--out", "out")
        assert status == 2 and name in said and page.read_text() == "mine", said
        page.unlink()


def test_a_folder_of_ledgers_holds_one_run(call: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command, out = ("ledgers", CASE, "--date", "2018-09-12", "--out", "out"), tmp_path / "out"
    assert call(*command, "--format", "csv")[0] == 0
    assert call(*command, "--format", "xlsx", "--seed", "2")[0] == 0
    pair = {"enterprise_ledger.xlsx", "hazard_ledger.xlsx", "run.json"}
    assert {file.name for file in out.iterdir()} == {*pair, SUMS} and set(listed_sums(out) or ()) == pair
    assert is_whole(out)
    (out / "hazard_ledger.xlsx").write_bytes(b"edited")
    no_run(monkeypatch)
    status, _, said = call(*command, "--format", "csv")
    assert status == 2 and "hazard_ledger.xlsx was changed" in said, said
    assert (out / "hazard_ledger.xlsx").read_bytes() == b"edited"


def test_a_trace_is_not_written_to_a_pipe(call: Program, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "t.csv")
    status, _, said = call("trace", CASE, "--of", "LY-000001", "--out", "t.csv")
    assert status == 2 and "t.csv" in said, said


def test_a_file_that_is_too_large_for_the_disk_is_told_as_that(call: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def large(file: Path, content: bytes) -> int:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(file))

    monkeypatch.setattr(Path, "write_bytes", large)
    monkeypatch.setattr("dpsim.report.job.check_out", lambda *_, **__: None)
    for name in ("ledgers", "needed"):
        status, _, said = call(*COMMANDS[name], "--out", "out")
        assert status == 2 and "ulimit" in said and "permissions" not in said, said


def test_a_comparison_stopped_on_the_way_may_be_made_again(call: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    command = (*COMMANDS["compare"], "--out", "out")
    assert call(*command)[0] == 0

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(compared.ComparisonLetter, "table", stopped)
        assert call(*command)[0] == 130
    status, _, said = call(*command)
    assert status == 0 and is_whole(Path("out")), said


@pytest.mark.parametrize("why", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_ends_with_status_1_and_leaves_everything_as_it_was(
    call: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: int
) -> None:
    """The forecast made again in another language, which has room for some of its files only."""
    command, plain = (*FORECAST, "--out", "out"), Path.write_bytes

    def full(file: Path, content: bytes) -> int:
        if "settings.parquet" in file.name:
            raise OSError(why, os.strerror(why), str(file))
        return plain(file, content)

    for there in (False, True):
        before = contents(tmp_path)
        with monkeypatch.context() as patched:
            patched.setattr(Path, "write_bytes", full)
            for lang, word in (("zh", "腾出空间"), ("en", "Free some space")):
                status, _, said = call(*command, "--lang", lang)
                assert status == 1 and word in said and "out/tables/settings.parquet" in said, said
        assert contents(tmp_path) == before and (tmp_path / "out").exists() == there
        assert call(*command)[0] == 0, "control: with room it is written"
    assert is_whole(tmp_path / "out")


def test_a_trace_takes_the_place_of_a_trace_only(
    call: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("t.csv", "t.parquet"):
        command = ("trace", CASE, "--of", "LY-000001", "--out", name)
        for _ in range(2):
            assert call(*command)[0] == 0
        made = (tmp_path / name).read_bytes()
        for other in (b"", b"mine,1\n", made[:20], b"\xff\xfe"):
            (tmp_path / name).write_bytes(other)
            with monkeypatch.context() as patched:
                patched.setattr("dpsim.report.traced.trace", lambda *_, **__: pytest.fail("a simulation was started"))
                status, _, said = call(*command)
            assert status == 2 and name in said and (tmp_path / name).read_bytes() == other, said
