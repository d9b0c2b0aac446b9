"""Reading of YAML: values, lines, and files that are no parameter files."""

from __future__ import annotations

import datetime as dt
import math
import os
import re
from pathlib import Path

import pytest

from dpsim.errors import FileFaults
from dpsim.params.load import load_case
from dpsim.params.locate import locate_case
from dpsim.params.reader import MAX_BYTES, MAX_ENTRIES, read_yaml, scalar


def refused(file: Path) -> str:
    with pytest.raises(FileFaults) as caught:
        read_yaml(file)
    (fault,) = caught.value.faults
    assert str(file) in fault.text("en") and "允许" in fault.text("zh")
    return fault.message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1748", 1748), ("-3", -3), ("0.5", 0.5), (".5", 0.5), ("1e3", 1000.0), ("true", True), ("false", False),
        ("null", None), ("~", None), ("", None), ("yes", "yes"), ("on", "on"), ("0x1F", "0x1F"), ("1_000", "1_000"),
        ("12:30", "12:30"), ("2018-09-10", dt.date(2018, 9, 10)), ("2018-02-30", "2018-02-30"),
        (".inf", math.inf), ("-.inf", -math.inf), ("nan", "nan"), ("٣", "٣"), ("1" * 400, math.inf),
    ],
)  # fmt: skip
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


def test_nan_is_read() -> None:
    value = scalar(".nan")
    assert isinstance(value, float) and math.isnan(value)


def test_content_and_lines(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("# 注\na: 1\nb:\n  - {c: 'x', d: [1, 2]}\n  -\n    c: y\n'on': 2018\n", encoding="utf-8-sig")
    document = read_yaml(file)
    assert document.content == {"a": 1, "b": ({"c": "x", "d": (1, 2)}, {"c": "y"}), "on": 2018}
    assert document.faults == ()
    lines = {path: document.origin.line(path) for path in [("a",), ("b",), ("b", 0, "d", 1), ("b", 1, "c"), ("on",)]}
    assert list(lines.values()) == [2, 3, 4, 6, 7]
    assert document.origin.line(("b", 1, "absent", "deeper")) == 6


def test_a_key_given_twice_keeps_the_lines_of_the_first(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("a:\n  b: 1\na:\n  b: 2\n", encoding="utf-8")
    document = read_yaml(file)
    assert document.content == {"a": {"b": 1}}
    assert [(fault.message, fault.path, fault.line) for fault in document.faults] == [
        ("params.duplicate_key", ("a",), 3)
    ]
    assert document.origin.line(("a", "b")) == 2


def test_missing_file_folder_and_device(tmp_path: Path) -> None:
    assert refused(tmp_path / "absent.yaml") == "params.no_file"
    assert refused(tmp_path) == "params.is_folder"
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    assert refused(pipe) == "params.no_file"


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("a: 1\n", encoding="utf-8")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert refused(file) == "params.unreadable"


def test_huge_file(tmp_path: Path) -> None:
    file = tmp_path / "huge.yaml"
    file.write_bytes(b"a: 1\n#" + b"x" * MAX_BYTES)
    assert refused(file) == "params.too_large"
    file.write_bytes(b"a: 1\n#" + b"x" * (MAX_BYTES - 6))
    assert read_yaml(file).content == {"a": 1}


def test_too_many_entries(tmp_path: Path) -> None:
    file = tmp_path / "many.yaml"
    file.write_text("a: [" + "1," * (MAX_ENTRIES + 1) + "]\n", encoding="utf-8")
    assert refused(file) == "params.too_many"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("? [a, b]\n: 1\n", "params.key_not_text"),
        ("a: {" * 30 + "}" * 30, "params.too_deep"),
        ("a: 'x\n", "params.not_yaml"),
        ("a: b: c\n", "params.not_yaml"),
        ("a: 1\n\tb: 2\n", "params.tab"),
        ("just words\n", "params.file_not_mapping"),
        ("--- \n--- \n", "params.several_documents"),
        ("a: \0\n", "params.not_yaml"),
    ],
)
def test_writing_that_cannot_be_read(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(text, encoding="utf-8")
    assert refused(file) == message


@pytest.mark.parametrize("text", ["a: &x 1\n", "a: &x {b: 1}\n", "&x a: 1\n", "a: !!int 1\n", "a: !x [1]\n"])
def test_anchors_and_tags_are_faults(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(text, encoding="utf-8")
    assert {fault.message for fault in read_yaml(file).faults} <= {"params.alias", "params.tag"}
    assert len(read_yaml(file).faults) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [("!case\na: 1\n", "params.tag_whole"), ("&x\na: 1\n", "params.alias_whole"), ("*x\n", "params.alias_whole")],
)
def test_what_the_whole_document_refers_to_has_a_subject(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(text, encoding="utf-8")
    try:
        faults = [fault.message for fault in read_yaml(file).faults]
    except FileFaults as error:
        faults = [fault.message for fault in error.faults]
        assert "the file as a whole" in error.faults[0].text("en") and "整个文件" in error.faults[0].text("zh")
    assert faults == [message]


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        ("*day", ["params.alias"]),
        ("!!x 3", ["params.tag"]),
        ("1" * 5000, ["params.number_too_large"]),
        ("null", ["params.not_a_date"]),
    ],
)
def test_an_entry_that_was_not_read_is_one_fault(value: str, messages: list[str], tmp_path: Path) -> None:
    text = locate_case("linyi-2018").read_text(encoding="utf-8")
    file = tmp_path / "x.yaml"
    file.write_text(re.sub(r"(deadline: *)[0-9-]+", lambda found: found[1] + value, text, count=1), encoding="utf-8")
    with pytest.raises(FileFaults) as caught:
        load_case(file)
    assert [fault.message for fault in caught.value.faults] == messages
    assert "inf" not in caught.value.text("en").lower() or "params.not_a_date" in messages
