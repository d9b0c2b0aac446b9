"""The table in the READMEs is that of the last run; verdicts follow from the figures."""

from __future__ import annotations

import platform

import pytest
from common import Row, digits, figure, verdict
from readmes import READMES, between
from table import block, read_results

ASKED = {"<=25", "<=8", "<=4", "<=2", ">=1.8", ">=100", "0.9..1.1", "<=20", "<=1", "<=0.3"}
"""The targets of the project for speed and size."""


@pytest.mark.parametrize("lang", sorted(READMES))
def test_the_readme_shows_the_last_run(lang: str) -> None:
    _, inside, _ = between(READMES[lang].read_text(encoding="utf-8"), "bench")
    assert inside == block(read_results(), lang), "run: make bench"


@pytest.mark.parametrize("lang", sorted(READMES))
def test_a_figure_that_was_changed_is_seen(lang: str) -> None:
    rows = read_results()
    shown = block(rows, lang)
    for k, row in enumerate(rows):
        if row.name.startswith("replication:"):
            other = [*rows[:k], row._replace(value="0.001"), *rows[k + 1 :]]
            assert block(other, lang) != shown, f"{row.name} can change unseen"


def test_every_target_is_in_the_last_run_once_and_no_name_of_a_host() -> None:
    rows = read_results()
    names = [row.name for row in rows]
    assert len(set(names)) == len(names), "a name stands twice"
    assert {row.target for row in rows} >= ASKED, ASKED - {row.target for row in rows}
    text = "\n".join(",".join(row) for row in rows)
    assert platform.node() not in text, "the name of a host"


@pytest.mark.parametrize(
    ("value", "target", "word"),
    [
        ("8", "<=8", "met"),
        ("8.01", "<=8", "MISSED"),
        ("100", ">=100", "met"),
        ("99.9", ">=100", "MISSED"),
        ("0.9", "0.9..1.1", "met"),
        ("0.89", "0.9..1.1", "MISSED"),
        ("1.11", "0.9..1.1", "MISSED"),
        ("5", "", ""),
    ],
)
def test_a_verdict_follows_from_value_and_target(value: str, target: str, word: str) -> None:
    assert verdict(Row("x", value, "ms", "", target)) == word


@pytest.mark.parametrize(
    ("number", "text"), [(4573141.0, "4570000"), (123.4, "123"), (0.01234, "0.0123"), (9.999, "10"), (25.0, "25")]
)
def test_numbers_have_three_digits(number: float, text: str) -> None:
    assert digits(number) == text
    assert figure("x", number, "ms", number).floor == text


def test_markers_must_be_there() -> None:
    with pytest.raises(ValueError, match="unpack"):
        between("no beginning\n<!-- bench: end -->", "bench")
