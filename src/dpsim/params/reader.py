"""Read one YAML file into plain values, with the line of every key.

Only what a parameter file needs: mappings with text keys, sequences, and the scalars of YAML 1.2 with ISO dates.
Tags are never executed; anchors and aliases are refused, so a small file cannot unfold into a large one. The file
is read as a stream of parser events (ruamel.yaml), which lets nesting be stopped before it is followed.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from dpsim.params.faults import Fault, Origin, Path, refuse

MAX_BYTES = 1 << 20
"""Largest parameter file: 1 MiB."""
MAX_DEPTH = 20
"""Deepest nesting; the deepest key of a case stands at 6."""
MAX_ENTRIES = 20_000
"""Most entries of one file; a case has about 900."""

_UNREAD = ("params.alias", "params.tag", "params.number_too_large")
"""Faults of an entry whose value is not what stands there: what else is wrong with it says nothing."""
_SPARE = "(again)"
"""Stands for a key given twice, so that the lines of the first stay."""
_INT = re.compile(r"[-+]?[0-9]{1,18}\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)\Z")
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read.

    Parameters
    ----------
    content : dict
        Plain values; sequences are tuples.
    origin : Origin
        File name and line of every key.
    faults : tuple of Fault
        What is wrong with the writing itself (a key twice, an anchor); the content is usable all the same, but for the
        entries that `unread` tells.
    """

    content: dict[str, Any]
    origin: Origin
    faults: tuple[Fault, ...]


def read_yaml(file: FilePath) -> Document:
    """Read a parameter file.

    Parameters
    ----------
    file : pathlib.Path

    Returns
    -------
    Document

    Raises
    ------
    FileFaults
        There is no such file, it is a directory, too large, not UTF-8, not YAML, empty or not a mapping.
    """
    text = _text_of(file)
    build = _Build()
    try:
        content = build.document(text)
    except _StopReading as stop:
        refuse([stop.fault], Origin(str(file), {(): stop.line}))
        raise  # not reached: refuse raised
    if not isinstance(content, dict):
        empty = content is None
        fault = Fault("params.empty_file" if empty else "params.file_not_mapping", (), content)
        referred = any(not found.path for found in build.faults)  # nothing was read, and why is told already
        refuse(build.faults if referred else [*build.faults, fault], Origin(str(file), {(): 1}))
    return Document(content, Origin(str(file), {(): 1, **build.lines}), tuple(build.faults))


def unread(fault: Fault, found: Iterable[Fault]) -> bool:
    """Tell whether a fault is of an entry that was not read as it stands, of which another fault tells already."""
    for path in (other.path for other in found if other.message in _UNREAD):
        of_list = isinstance(path[-1], int) and fault.path == path[:-1]
        if of_list or fault.path[: len(path)] == path:
            return True
    return False


def scalar(text: str) -> object:
    """Return the value of an unquoted scalar by the rules of YAML 1.2, ISO dates added."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    if _INFINITE.match(text):
        return float("-inf") if text[0] == "-" else float("inf")
    if _DATE.match(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:  # 2018-02-30: stays text, and the key that wants a date says so
            return text
    return text


class _StopReading(Exception):
    """Reading cannot go on."""

    def __init__(self, message: str, line: int, given: object = None, **values: object) -> None:
        self.line = line
        self.fault = Fault(message, (), given, values)
        super().__init__(message)


@dataclass
class _Build:
    """Plain values out of parser events."""

    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def document(self, text: str) -> Any:
        """Return the value of the only document in `text`."""
        content: Any = None
        events, documents = _events(text), 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _StopReading("params.several_documents", _line(event))
                content = self.value(next(events), events, ())
        return content

    def value(self, event: Any, events: Iterator[Any], path: Path) -> Any:
        """Return the value that starts with `event`."""
        if len(path) > MAX_DEPTH:
            raise _StopReading("params.too_deep", _line(event), allowed=MAX_DEPTH)
        self._refuse_references(event, path)
        if isinstance(event, ScalarEvent):
            read = scalar(event.value) if event.style is None else event.value
            if isinstance(read, float) and math.isinf(read) and not _INFINITE.match(event.value):
                self.faults.append(Fault("params.number_too_large", path, event.value, {}, _line(event)))
            return read
        if isinstance(event, MappingStartEvent):
            return self._mapping(events, path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(events, path)
        return None

    def _mapping(self, events: Iterator[Any], path: Path) -> dict[str, Any]:
        """Return a mapping; a key that stands twice is a fault and keeps its first value."""
        content: dict[str, Any] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            if not isinstance(event, ScalarEvent):
                raise _StopReading("params.key_not_text", _line(event))
            key = event.value
            place = (*path, key)
            self._refuse_references(event, place)
            if key not in content:
                self.lines[place] = _line(event)
                content[key] = self.value(next(events), events, place)
            else:
                self.faults.append(
                    Fault("params.duplicate_key", place, key, {"first": self.lines[place]}, _line(event))
                )
                self.value(next(events), events, (*path, _SPARE))
        return content

    def _sequence(self, events: Iterator[Any], path: Path) -> tuple[Any, ...]:
        """Return a sequence as a tuple."""
        items: list[Any] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            place = (*path, len(items))
            self.lines[place] = _line(event)
            items.append(self.value(event, events, place))
        return tuple(items)

    def _refuse_references(self, event: Any, path: Path) -> None:
        """Note an anchor, an alias or a tag as a fault."""
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            message = "params.alias" if path else "params.alias_whole"
            self.faults.append(Fault(message, path, str(event.anchor), {}, _line(event)))
        elif getattr(event, "tag", None) is not None:
            message = "params.tag" if path else "params.tag_whole"
            self.faults.append(Fault(message, path, str(event.tag), {}, _line(event)))


def _text_of(file: FilePath) -> str:
    """Return the text of a file that is small enough and UTF-8."""
    origin = Origin(str(file))
    try:
        if file.is_dir():
            refuse([Fault("params.is_folder", ())], origin)
        if not file.is_file():
            refuse([Fault("params.no_file", ())], origin)
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        refuse([Fault("params.unreadable", (), error.strerror)], origin)
    if len(raw) > MAX_BYTES:
        refuse([Fault("params.too_large", (), None, {"allowed": MAX_BYTES})], origin)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        refuse([Fault("params.not_utf8", (), bytes(raw[error.start : error.start + 4]))], Origin(str(file), {(): line}))
        raise


def _events(text: str) -> Iterator[Any]:
    """Yield parser events; a fault of the writing stops with its line."""
    line = 1
    try:
        for count, event in enumerate(YAML(typ="safe", pure=True).parse(text)):
            line = _line(event)
            if count > MAX_ENTRIES:
                raise _StopReading("params.too_many", line, allowed=MAX_ENTRIES)
            yield event
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        position = getattr(error, "position", None)
        at = mark.index if mark is not None else position if isinstance(position, int) else 0
        line = text.count("\n", 0, at) + 1
        given = _line_text(text, line)
        tab = text[at : at + 1] == "\t" or re.match(r" *\t", given) is not None
        raise _StopReading("params.tab" if tab else "params.not_yaml", line, given) from error
    except (ValueError, OverflowError) as error:  # the scanner, at an escape such as "\U99999999"
        raise _StopReading("params.not_yaml", line, _line_text(text, line)) from error


def _line_text(text: str, line: int) -> str:
    """Return one line, counted from 1."""
    lines = text.split("\n")
    return lines[min(line, len(lines)) - 1].strip("\r")


def _line(event: Any) -> int:
    """Return the line of an event, counted from 1."""
    return int(event.start_mark.line) + 1
