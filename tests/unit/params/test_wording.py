"""A user's text inside a message."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from dpsim.errors import FileFaults
from dpsim.params.load import check_file
from dpsim.params.wording import LIMIT, nearest, shown, shown_name


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("a", "'a'"),
        ("a\nb\x1b[31m", r"'a\nb\x1b[31m'"),
        (None, "null"),
        (True, "true"),
        (dt.date(2018, 9, 1), "2018-09-01"),
        ((1, "x", (dt.date(2018, 9, 1),)), "[1, 'x', [2018-09-01]]"),
        ({"a": {"b": False}}, "{a: {b: false}}"),
        (0.5, "0.5"),
    ],
)
def test_values_are_shown_as_in_the_file(given: object, text: str) -> None:
    assert shown(given) == text


def test_long_text_is_cut() -> None:
    assert len(shown("x" * 1000)) == LIMIT + 2
    assert len(shown(("x" * 1000,) * 1000)) == LIMIT
    assert len(shown_name("x" * 1000)) == LIMIT
    assert shown_name("a\u202eb") == r"a\u202eb"


def test_nearest() -> None:
    assert nearest("onlne", ["online", "built"]) == ["online"]
    assert nearest("service_mean", ["agencies.service_mean", "x"]) == ["agencies.service_mean"]
    assert nearest("q", ["online"]) == []


def test_odd_keys_and_braces_cannot_spoil_a_message(tmp_path: Path) -> None:
    file = tmp_path / "{x}.yaml"
    file.write_text('strategy: "{given}{0}"\n"{key}\\e[31m' + "k" * 500 + '": 1\n', encoding="utf-8")
    with pytest.raises(FileFaults) as caught:
        check_file(file)
    for lang in ("zh", "en"):
        text = caught.value.text(lang)
        assert "\x1b" not in text and "'{given}{0}'" in text and "k" * 100 not in text
