"""A batch file: names with lines and nearest ones, files from its own folder, all faults at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dpsim.errors import FileFaults, InputError
from dpsim.params.load import check_file, load_batch, load_case, load_strategy
from dpsim.params.locate import list_batches, list_strategies, locate_batch, params_folder

GOOD = """schema: 1
batch: mine
name: {zh: 我的, en: mine}
cases: [linyi-2018]
strategies: [current_arrangement, no_meetings]
languages: [en]
replications: 5
seed: 0
"""


def written(folder: Path, *changes: str, text: str = GOOD) -> Path:
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert old in text, f"not in the file: {old}"
        text = text.replace(old, new)
    file = folder / "batch.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def faults(file: Path | str) -> list[str]:
    """Return the ids of all faults, after looking at their texts."""
    with pytest.raises(FileFaults) as caught:
        load_batch(file)
    with pytest.raises(FileFaults) as checked:
        check_file(file)
    assert checked.value.text("en") == caught.value.text("en"), "check says what loading says"
    for fault in caught.value.faults:
        for lang in ("zh", "en"):
            text = fault.text(lang)
            own = re.sub(r"\b(" + "|".join(list_strategies()) + r")(, |、)", "", text)  # the list of them may grow
            assert text.isprintable() and len(own) < 400, text
    return [fault.message for fault in caught.value.faults]


def own_strategy(folder: Path, name: str, id_: str) -> None:
    text = (params_folder() / "strategies" / "no_meetings.yaml").read_text(encoding="utf-8")
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text.replace("strategy: no_meetings", f"strategy: {id_}"), encoding="utf-8")


def test_every_shipped_batch_is_good_and_called_as_its_file() -> None:
    assert "demo" in list_batches()
    for name in list_batches():
        assert load_batch(name).id == name and check_file(locate_batch(name)) is None


def test_a_good_batch_is_read(tmp_path: Path) -> None:
    batch = load_batch(written(tmp_path))
    assert (batch.cases, batch.languages, batch.replications, batch.seed) == (("linyi-2018",), ("en",), 5, 0)
    assert batch.strategies == ("current_arrangement", "no_meetings")


BAD = [
    ("key misspelt", ("replications:", "replicatons:"), ["unknown_key_near"]),
    ("key missing", ("seed: 0\n", ""), ["missing_key"]),
    ("name misspelt", ("no_meetings", "no_meeting"), ["unknown_strategy_key_near"]),
    ("no such name", ("no_meetings", "qqqqqq"), ["unknown_strategy_key"]),
    ("no such case", ("linyi-2018", "linyi-2019"), ["unknown_case_key_near"]),
    ("name that climbs", ("linyi-2018", "..\\\\x"), ["no_file_named"]),
    ("strategy twice", ("no_meetings", "current_arrangement"), ["duplicate_id"]),
    ("language twice", ("[en]", "[en, en]"), ["duplicate_id"]),
    ("language unknown", ("[en]", "[fr]"), ["not_a_choice"]),
    ("no language", ("[en]", "[]"), ["empty_list"]),
    ("no case", ("[linyi-2018]", "[]"), ["empty_list"]),
    ("a text for a list", ("[linyi-2018]", "linyi-2018"), ["not_a_list"]),
    ("a number for a name", ("no_meetings", "5"), ["not_text"]),
    ("no runs", ("replications: 5", "replications: 0"), ["outside_bounds"]),
    ("too many runs", ("replications: 5", "replications: 100001"), ["outside_bounds"]),
    ("half a run", ("replications: 5", "replications: 2.5"), ["not_whole"]),
    ("runs as truth", ("replications: 5", "replications: true"), ["not_whole"]),
    ("seed below zero", ("seed: 0", "seed: -1"), ["outside_bounds"]),
    ("seed too large", ("seed: 0", "seed: 4294967296"), ["outside_bounds"]),
    ("id that climbs", ("batch: mine", "batch: ../mine"), ["bad_batch_name_key"]),
    ("schema of the future", ("schema: 1", "schema: 2"), ["not_a_choice"]),
    ("key twice", ("seed: 0", "seed: 0\nseed: 1"), ["duplicate_key"]),
    ("a tag", ("seed: 0", "seed: !!python/object:os.system 0"), ["tag"]),
    ("a file that is not there", ("no_meetings", "sub/mine.yaml"), ["no_file_named"]),
    ("a case for a strategy", ("no_meetings", "case.yaml"), ["not_a_strategy"]),
    ("a strategy for a case", ("linyi-2018", "own.yaml"), ["not_a_case"]),
    ("an id of its own, twice", ("no_meetings", "own.yaml, own2.yaml"), ["same_id"]),
    ("the id of a name", ("no_meetings", "same.yaml"), ["same_id"]),
    ("a name after its file", ("[current_arrangement, no_meetings]", "[same.yaml, current_arrangement]"), ["same_id"]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_batch_is_refused(tmp_path: Path, changes: tuple[str, ...], expected: list[str]) -> None:
    own_strategy(tmp_path, "own.yaml", "own")
    own_strategy(tmp_path, "own2.yaml", "own")
    own_strategy(tmp_path, "same.yaml", "current_arrangement")
    case = (params_folder() / "cases" / "linyi-2018.yaml").read_text(encoding="utf-8")
    (tmp_path / "case.yaml").write_text(case, encoding="utf-8")
    found = faults(written(tmp_path, *changes))
    assert found == [f"params.{name}" for name in expected]


def test_all_faults_are_told_at_once_with_those_of_the_files_it_names(tmp_path: Path) -> None:
    own_strategy(tmp_path, "own.yaml", "own")
    text = (tmp_path / "own.yaml").read_text(encoding="utf-8")
    (tmp_path / "own.yaml").write_text(text.replace("pace: path", "pace: paths"), encoding="utf-8")
    file = written(tmp_path, "no_meetings", "own.yaml, past_pce", "seed: 0", "sed: 0", "[en]", "[fr, fr]")
    found = faults(file)
    assert sorted(found) == sorted(
        ["params.unknown_strategy_key_near", "params.unknown_key_near", "params.not_a_choice", "params.not_a_choice"]
        + ["params.duplicate_id", "params.not_a_choice_near"]
    )
    with pytest.raises(FileFaults) as caught:
        load_batch(file)
    text = caught.value.text("en")
    assert "batch.yaml:5" in text and "past_pace" in text and "own.yaml:" in text and "seed" in text


def test_too_many_reports_are_refused(tmp_path: Path) -> None:
    for index in range(101):
        own_strategy(tmp_path, f"s{index}.yaml", f"s{index}")
    names = ", ".join(f"s{index}.yaml" for index in range(101))
    both = ("[current_arrangement, no_meetings]", f"[{names}]", "[en]", "[zh, en]")
    assert faults(written(tmp_path, *both)) == ["params.too_many_jobs"]
    assert len(load_batch(written(tmp_path, *both, f", s{100}.yaml]", "]")).strategies) == 100, "200 may be"


def test_files_are_looked_for_from_the_folder_of_the_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, elsewhere = tmp_path / "批次", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    own_strategy(folder, "sub/own {x}.yaml", "own")
    written(folder, "no_meetings", "'sub/own {x}.yaml'")
    monkeypatch.chdir(elsewhere)
    batch = load_batch("../批次/batch.yaml")
    assert batch.strategies[0] == "current_arrangement", "a name stays a name"
    assert load_strategy(batch.strategies[1]).id == "own", "and a file can be opened from here"
    monkeypatch.chdir(folder)
    assert load_strategy(load_batch("batch.yaml").strategies[1]).id == "own"


def test_other_kinds_of_file_are_refused_where_a_batch_is_wanted(tmp_path: Path) -> None:
    for kind, name in (("cases", "linyi-2018"), ("strategies", "no_meetings")):
        with pytest.raises(FileFaults) as caught:
            load_batch(params_folder() / kind / f"{name}.yaml")
        assert [fault.message for fault in caught.value.faults] == ["params.not_a_batch"]
    for load, message in ((load_case, "params.not_a_case"), (load_strategy, "params.not_a_strategy")):
        with pytest.raises(FileFaults) as caught:
            load(written(tmp_path))
        assert [fault.message for fault in caught.value.faults] == [message]


@pytest.mark.parametrize(
    ("name", "message"),
    [("demoo", "unknown_batch_near"), ("qqq", "unknown_batch"), ("../demo", "bad_batch_name")],
)
def test_a_wrong_name_is_refused(name: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        load_batch(name)
    assert caught.value.message == f"params.{message}"
    assert all(repr(name) in caught.value.text(lang) for lang in ("zh", "en"))
