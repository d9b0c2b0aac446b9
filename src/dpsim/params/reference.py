"""Write the parameter reference page from the shipped cases, strategies and evidence, in both languages.

A page that is generated cannot contradict the files. Refresh it with
``python -m dpsim.params.reference > docs/parameters.md``; a test compares the two.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence

from dpsim.language import LANGUAGES, say
from dpsim.params.assumption import Assumption
from dpsim.params.evidence import evidence
from dpsim.params.labels import grade_label, option_label, quantity_label, strategy_label, unit_label
from dpsim.params.load import list_cases, list_strategies, load_case, load_strategy
from dpsim.params.quantity import GRADES
from dpsim.params.schema import File, Label, Strategy

_COLUMNS = ("key", "label_zh", "label_en", "value", "unit", "range", "grade", "ground")
_EVIDENCE_COLUMNS = ("id", "quantity", "value", "unit", "place", "period", "source", "grade")


def reference_page() -> str:
    """Return the page as Markdown, Chinese before English.

    Returns
    -------
    str
        Ends with a line break.
    """
    lines = [f"# {_word('title')}", ""]
    for lang in LANGUAGES:
        lines += [say("reference.intro", lang=lang), ""]
    lines += [f"{_word('grades')}: {'; '.join(_both(grade_label, grade) for grade in GRADES)}", ""]
    for name in list_cases():
        lines += _section("case", load_case(name))
    for name in list_strategies():
        lines += _section("strategy", load_strategy(name))
    lines += [f"## {_word('evidence')}", "", *_table(_EVIDENCE_COLUMNS, _evidence_rows())]
    return "\n".join(lines) + "\n"


def _section(kind: str, file: File) -> list[str]:
    """Return the heading and the table of one file, in the order of the file."""
    lines = [f"## {_word(kind)}: {_texts(file.name)} (`{file.id}`)", ""]
    order = {key: place for place, (key, _) in enumerate(file.parts())}
    entries = sorted(file.assumptions(), key=lambda entry: order[entry.key])
    if not entries:
        return [*lines, _word("none"), ""]
    return [*lines, *_table(_COLUMNS, (_row(file, entry) for entry in entries)), ""]


def _row(file: File, entry: Assumption) -> list[str]:
    """Return the cells of one parameter."""
    labels = [
        strategy_label(file, entry.key, lang) if isinstance(file, Strategy) else quantity_label(entry.key, lang)
        for lang in LANGUAGES
    ]
    reason = "" if entry.reason is None else _texts(entry.reason)
    return [
        f"`{entry.key}`",
        *labels,
        _value(entry.value),
        _both(unit_label, entry.unit) if entry.unit else "",
        "" if entry.low is None else f"{_value(entry.low)} … {_value(entry.high)}",
        _both(grade_label, entry.grade),
        ": ".join(part for part in (entry.source, reason) if part),
    ]


def _evidence_rows() -> Iterator[list[str]]:
    """Yield the cells of every source."""
    for row in evidence().values():
        span = f" ({row.low} … {row.high})" if row.low else ""
        yield [
            row.id,
            _joined(row.quantity_zh, row.quantity_en),
            row.value + span,
            "; ".join(_both(unit_label, unit) for unit in row.unit.split("; ")) if row.value else "",
            _joined(row.place_zh, row.place_en),
            row.period,
            _joined(row.source_zh, row.source_en),
            _both(grade_label, row.grade),
        ]


def _table(columns: Iterable[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table."""
    head = [_word(column) for column in columns]
    return [_line(head), _line(["---"] * len(head)), *map(_line, rows)]


def _line(cells: Sequence[str]) -> str:
    """Return one line of a table."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _value(value: object) -> str:
    """Write a number, a chosen option, the dates of the start or the chances of a rush."""
    if isinstance(value, tuple):
        return ", ".join(map(_value, value))
    if isinstance(value, dt.date):
        return value.isoformat()
    return f"{value:.10g}" if isinstance(value, int | float) else f"`{value}` {_both(option_label, str(value))}"


def _word(name: str) -> str:
    """Return a word of the page in both languages."""
    return _both(lambda id_, lang: say(f"reference.{id_}", lang=lang), name)


def _both(words: Callable[[str, str], str], name: str) -> str:
    """Return what `words` calls `name` in both languages."""
    return _joined(*(words(name, lang) for lang in LANGUAGES))


def _texts(label: Label) -> str:
    """Return both texts of a label."""
    return _joined(label.zh, label.en)


def _joined(zh: str, en: str) -> str:
    """Return two texts side by side, once if they are the same or absent."""
    return zh if zh == en else f"{zh} / {en}"


if __name__ == "__main__":
    sys.stdout.buffer.write(reference_page().encode("utf-8"))
