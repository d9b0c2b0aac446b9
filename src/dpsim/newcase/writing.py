"""Write the content of a case as YAML that a person can edit: one quantity per line, comments, texts in quotes."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

_WORD = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*\Z", re.IGNORECASE)
_NO_TEXT = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
_GROUND = ("source", "grade", "reason")


def yaml_text(content: Mapping[str, Any], head: str, comments: Mapping[str, str]) -> str:
    """Return a case file.

    Parameters
    ----------
    content : mapping
        Plain content of a case; sequences are tuples.
    head : str
        Comment at the top; several lines.
    comments : mapping of str to str
        Comment above a key of the top level.

    Returns
    -------
    str
        Every text that is not a plain word stands in quotation marks, so that it is read as the text it is.
    """
    top = CommentedMap()
    for key, entry in content.items():
        top[key] = _laid_out(entry, inside_list=False)
    for key, comment in comments.items():
        if key in top:
            top.yaml_set_comment_before_after_key(key, before=f"\n{comment}")
    top.yaml_set_start_comment(head)
    yaml = YAML()
    yaml.representer.ignore_aliases = lambda *_: True  # a date used twice is written twice
    yaml.width = 1 << 20
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(top, stream)
    return stream.getvalue()


def _laid_out(entry: Any, *, inside_list: bool) -> Any:
    """Return an entry for the writer: lists of values, texts in both languages and quantities on one line."""
    if isinstance(entry, tuple):
        nested = any(isinstance(item, dict) for item in entry)
        sequence = CommentedSeq(_laid_out(item, inside_list=True) for item in entry)
        if not nested:
            sequence.fa.set_flow_style()
        return sequence
    if isinstance(entry, dict):
        mapping = CommentedMap((key, _laid_out(entry[key], inside_list=False)) for key in _ordered(entry))
        if inside_list or "unit" in entry or entry.keys() == {"zh", "en"}:
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(entry, str) and (not _WORD.match(entry) or entry.lower() in _NO_TEXT):
        return DoubleQuotedScalarString(entry)
    return entry


def _ordered(entry: Mapping[str, Any]) -> list[str]:
    """Return the keys: values, then where they come from, then blocks below."""

    def rank(key: str) -> int:
        if key in _GROUND:
            return 1 + _GROUND.index(key)
        return 9 if isinstance(entry[key], dict) and "grade" in entry else 0

    return sorted(entry, key=rank)
