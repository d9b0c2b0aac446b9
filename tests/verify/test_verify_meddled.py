"""Whatever lies in a folder, `verify` ends with a list that names it, and never with a trace."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from store_runs import folder_of, kept
from verify_tools import changed, files_of, sealed, wrong

from dpsim.errors import InputError
from dpsim.report.comparison import comparison_letter
from dpsim.report.verify.frames import read_frame, read_runs
from dpsim.report.verify.job import verify

Edit = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("store")
    kept(store, 5)
    return folder_of(store)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / made.name))


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("comparison")
    letter = comparison_letter(
        case="linyi-2018", strategies="past_pace", replications=2, seed=1, lang="en", out=str(place), progress=False
    )
    letter.table()
    letter.figure()
    return place


CONTENTS = {
    "emptied": b"",
    "nested": b"[" * 200_000,
    "a list": b"[1]",
    "null": b"null",
    "without end": b'{"replications": Infinity, "experiment": "x", "chunks": []}',
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_every_file_of_odd_content_is_named(made: Path, content: bytes) -> None:
    for name in files_of(made):
        with changed(made / name, content):
            assert any(name in line for line in wrong(made)), name


def test_a_folder_or_a_link_in_the_place_of_a_file_is_named(folder: Path) -> None:
    for name in files_of(folder):
        file = folder / name
        content = file.read_bytes()
        file.unlink()
        file.mkdir()
        assert any(name in line for line in wrong(folder)), name
        file.rmdir()
        for target in ("nowhere", file.name):
            file.symlink_to(target)
            assert any(name in line for line in wrong(folder)), name
            file.unlink()
        file.write_bytes(content)
    assert wrong(folder) == []


def test_a_pipe_is_named_and_not_waited_for(folder: Path) -> None:
    for name in ("chunks/000000-000004.parquet", "manifest.json", "record.json", "tables/targets.parquet"):
        content = (folder / name).read_bytes()
        (folder / name).unlink()
        os.mkfifo(folder / name)
        assert any(name in line for line in wrong(folder)), name
        (folder / name).unlink()
        (folder / name).write_bytes(content)


def test_links_that_were_added_are_extra_files(folder: Path) -> None:
    (folder / "nowhere").symlink_to("gone")
    (folder / "elsewhere").symlink_to(folder.parent)
    lines = wrong(folder)
    assert len(lines) == 2 and all("extra" in line for line in lines), lines


@pytest.mark.parametrize("sign", ["\0", "\n", "/../../"])
def test_a_name_that_none_can_be_among_the_check_sums_is_named(folder: Path, sign: str) -> None:
    sums = folder / "SHA256SUMS"
    sums.write_text(sums.read_text().replace("targets.parquet\n", f"targets{sign}parquet\n"))
    assert any("SHA256SUMS" in line for line in wrong(folder))


def test_text_that_is_none_and_columns_nobody_knows_are_not_read(tmp_path: Path) -> None:
    file = tmp_path / "table.parquet"
    torn = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xec")])
    pq.write_table(pa.table({"text": torn}), file)
    assert read_frame(file) is None
    pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({"pandas": '{"columns": [{}]}'}), file)
    assert read_frame(file) is None
    pq.write_table(pa.table({"a": [1]}), file)
    assert read_frame(file) is not None and read_runs(file) is None, "control"


EDITS: dict[str, Edit] = {
    "below nothing": lambda frame: frame.assign(replication=frame["replication"] - 1),
    "too large": lambda frame: frame.assign(replication=2**40),
    "a text": lambda frame: frame.assign(replication="x"),
    "no number": lambda frame: frame.assign(replication=frame["replication"].where(frame["replication"] > 0)),
    "no runs": lambda frame: frame.drop(columns="replication"),
    "no strategy": lambda frame: frame.drop(columns="strategy"),
    "values that are none": lambda frame: frame.assign(value="x"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("put_right", [False, True])
def test_runs_of_a_comparison_that_cannot_be_are_named(
    comparison: Path, tmp_path: Path, edit: Edit, put_right: bool
) -> None:
    place = Path(shutil.copytree(comparison, tmp_path / "comparison"))
    file = place / "tables" / "runs.parquet"
    edit(pd.read_parquet(file)).to_parquet(file, index=False)
    if put_right:
        sealed(place)
    assert wrong(place, replications=1), "named, whatever the check sums say"


@pytest.mark.parametrize("jobs", [5, [5], {"a": 1}, [{"folder": 5}], [{"folder": "a\0b"}], [{"folder": ["x"]}]])
def test_an_index_of_odd_jobs_is_named(tmp_path: Path, jobs: object) -> None:
    (tmp_path / "index.json").write_text(json.dumps({"jobs": jobs}), encoding="utf-8")
    sealed(tmp_path)
    assert any("index.json" in line for line in wrong(tmp_path))


@pytest.mark.parametrize("given", [None, 5, b"x", [], "", " ", "a\0b", 1.5])
def test_what_is_no_path_is_refused(given: object) -> None:
    with pytest.raises(InputError) as caught:
        verify(given)  # type: ignore[arg-type]
    assert caught.value.message == "verify.folder_kind"
    assert all("{" not in caught.value.text(lang) for lang in ("zh", "en"))


def test_a_path_may_be_given_as_a_text(made: Path) -> None:
    assert verify(str(made), replications=0).well
