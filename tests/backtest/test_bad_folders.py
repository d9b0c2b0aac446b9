"""Folders, files and options that are wrong: status 2, one clear message with the place, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_programmes import KNOWN, write_programmes

from called import Program

Meddle = Callable[[Path], None]
PROGRESS, TARGETS = f"{KNOWN[0]}/progress.csv", f"{KNOWN[0]}/targets.csv"


def replaced(name: str, old: str, new: str, line: int) -> Meddle:
    """Return what replaces text in one line of a file (1 is the header)."""

    def meddle(data: Path) -> None:
        lines = (data / name).read_text(encoding="utf-8").splitlines()
        assert old in lines[line - 1], lines[line - 1]
        lines[line - 1] = lines[line - 1].replace(old, new, 1)
        (data / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    return meddle


def written(name: str, content: bytes) -> Meddle:
    return lambda data: (data / name).write_bytes(content) and None


FAULTS: dict[str, tuple[Meddle, list[str]]] = {
    "no progress": (lambda data: (data / PROGRESS).unlink(), [KNOWN[0], "no progress.csv"]),
    "empty progress": (written(PROGRESS, b""), ["progress.csv", "cannot be read"]),
    "not UTF-8": (written(TARGETS, "单位,期限\n".encode("gb18030")), ["targets.csv", "cannot be read", "UTF-8"]),
    "not a table": (written(PROGRESS, b'date,unit\n"2020,a\n1,2,3,4\n'), ["progress.csv", "cannot be read"]),
    "a picture": (written(PROGRESS, bytes(range(256))), ["progress.csv", "cannot be read"]),
    "no total": (replaced(PROGRESS, "total", "all", 1), ["progress.csv", "lacks the columns total", "all"]),
    "no unit": (replaced(TARGETS, "unit", "name", 1), ["targets.csv", "lacks the columns unit"]),
    "no outcome": (replaced(TARGETS, "share_at_deadline", "x", 1), ["targets.csv", "share_at_deadline"]),
    "no horizons": (
        lambda data: (
            (data / TARGETS).write_text(
                (data / TARGETS).read_text(encoding="utf-8").replace("case_", "c").replace("open_", "o"),
                encoding="utf-8",
            )
            and None
        ),
        ["targets.csv", "case_9m", "open_3m"],
    ),
    "a date that is none": (
        replaced(PROGRESS, "2020-", "2020-13-", 3),
        ["progress.csv, line 3, column date", "2020-13"],
    ),
    "a date of another form": (replaced(TARGETS, "2021-12-31", "31/12/2021", 2), ["line 2, column deadline", "31/12"]),
    "a count that is none": (replaced(PROGRESS, "ALL,", "ALL,many", 4), ["progress.csv, line 4, column total", "many"]),
    "a count below 0": (replaced(PROGRESS, "ALL,", "ALL,-", 2), ["line 2, column total", "'-"]),
    "an infinite count": (replaced(PROGRESS, "ALL,", "ALL,inf,", 2), ["progress.csv"]),
    "an answer that is none": (replaced(TARGETS, ",yes,", ",perhaps,", 2), ["line 2, column met", "perhaps", "yes"]),
    "a unit without a name": (replaced(TARGETS, "unit 1", " ", 3), ["line 3, column unit"]),
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_programmes(tmp_path / "data")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_fault_of_a_file_is_named(call: Program, data: Path, fault: str, lang: str) -> None:
    meddle, words = FAULTS[fault]
    meddle(data)
    status, out, err = call("--data", str(data), "--out", "o", "--workers", "1", lang=lang)
    assert status == 2 and out == "" and "Traceback" not in err and len(err.splitlines()) == 1, err
    assert not Path("o").exists()
    if lang == "en":
        assert all(word in err for word in words), err


REFUSED = {
    "no folder": ([], ["--data", "DPSIM_DATA"]),
    "an empty folder name": (["--data", " "], ["--data"]),
    "a folder that is not there": (["--data", "nowhere"], ["nowhere", "not a folder"]),
    "a folder without programmes": (["--data", "."], ["no programme"]),
    "an unknown method": (["--data", "DATA", "--methods", "baserate"], ["'baserate'", "base_rate", "Nearest"]),
    "no draws": (["--data", "DATA", "--draws", "0"], ["draws", "20"]),
    "too many draws": (["--data", "DATA", "--draws", "1" + "0" * 30], ["draws", "20000"]),
    "draws that are none": (["--data", "DATA", "--draws", "many"], ["draws", "'many'"]),
    "a seed that is none": (["--data", "DATA", "--seed", "-1"], ["seed"]),
    "no workers": (["--data", "DATA", "--workers", "0"], ["workers"]),
    "an unknown language": (["--data", "DATA", "--lang", "fr"], ["'fr'", "zh, en"]),
}


@pytest.mark.parametrize("given", REFUSED)
def test_a_wrong_option_is_refused(call: Program, data: Path, given: str) -> None:
    arguments, words = REFUSED[given]
    status, out, err = call(*[str(data) if one == "DATA" else one for one in arguments], "--out", "o")
    assert status == 2 and out == "" and "Traceback" not in err, err
    assert all(word in err for word in words), err
    assert not Path("o").exists()


def test_a_place_for_results_that_is_a_file_is_refused_before_anything_is_scored(call: Program, data: Path) -> None:
    Path("o").write_text("mine", encoding="utf-8")
    status, _, err = call("--data", str(data), "--out", "o")
    assert status == 2 and "o" in err and Path("o").read_text(encoding="utf-8") == "mine"


def test_nothing_to_score_is_an_error(call: Program, data: Path) -> None:
    for name in KNOWN:
        file = data / name / "progress.csv"
        file.write_text("date,unit,total,done\n2021-12-30,ALL,5,1\n", encoding="utf-8")
    status, _, err = call("--data", str(data), "--out", "o")
    assert status == 2 and "nothing can be scored" in err


def test_a_mark_at_the_start_of_a_file_is_no_fault(call: Program, data: Path) -> None:
    file = data / PROGRESS
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert call("--data", str(data), "--draws", "20", "--methods", "base_rate", "--workers", "1")[0] == 0
