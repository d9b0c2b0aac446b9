"""Change single values of plain content by dotted keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from dpsim.errors import InputError
from dpsim.params.wording import cut, nearest, shown, shown_name

_GROUNDS = {"unit", "range", "source", "grade", "reason", "value", "options"}
"""Words of keys that are never proposed."""
MAX_DEPTH = 20
"""Deepest nesting of a value, as in a file."""


def changed(
    content: dict[str, Any], values: Mapping[str, object], where: str, off: Mapping[str, dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Return `content` with the values of some keys replaced.

    Parameters
    ----------
    content : dict
        Plain content; it is not changed itself.
    values : mapping of str to object
        Dotted key to value; the key of a block with a ``value`` names that value.
    where : str
        What is changed, for messages.
    off : mapping of str to dict, optional
        Blocks that a file need not have, as they are where they change nothing; one is put in when a key is of it.

    Raises
    ------
    InputError
        `values` is no mapping, a key names nothing that can be changed, or a value contains itself.
    """
    if not isinstance(values, Mapping):
        raise InputError("error.values_no_mapping", where=shown_name(where), kind=type(values).__name__)
    named = {str(key).partition(".")[0] for key in values}
    content = {**content, **{name: block for name, block in (off or {}).items() if name in named - content.keys()}}
    known = _keys(content, "")
    for key, value in values.items():
        if _too_deep(value):
            raise InputError(
                "error.value_too_deep", where=shown_name(where), key=cut(shown_name(key)), allowed=MAX_DEPTH
            )
        if key not in known:
            near = _proposed(str(key), known)
            raise InputError(
                "params.unknown_value" + ("_near" if near else ""),
                where=shown_name(where),
                key=cut(shown_name(key)),
                given=shown(value),
                nearest=", ".join(near),
                allowed=", ".join(content),
            )
        content = _replaced(content, key.split("."), value)
    return content


def _too_deep(value: object, levels: int = MAX_DEPTH) -> bool:
    """Tell whether a value is nested deeper than allowed, as one that contains itself is."""
    inner: Iterable[object] = ()
    if isinstance(value, Mapping):
        inner = value.values()
    elif isinstance(value, list | tuple | set | frozenset):
        inner = value
    return levels == 0 or any(_too_deep(item, levels - 1) for item in inner)


def _keys(entry: Any, prefix: str) -> list[str]:
    """List the keys that name a value, in both their forms."""
    if isinstance(entry, dict):
        keys = [prefix] if "value" in entry else []
        for name, item in entry.items():
            keys += _keys(item, f"{prefix}.{name}" if prefix else str(name))
        return keys
    if isinstance(entry, tuple) and any(isinstance(item, dict) for item in entry):
        return [key for index, item in enumerate(entry) for key in _keys(item, f"{prefix}.{index}")]
    return [prefix]


def _proposed(key: str, known: list[str]) -> list[str]:
    """Return what may have been meant: keys inside a named block, else those that look alike."""
    names = [name for name in known if _GROUNDS.isdisjoint(name.split("."))]
    return [name for name in names if key and name.startswith(f"{key}.")][:3] or nearest(key, names)


def _replaced(entry: Any, path: list[str], value: object) -> Any:
    """Return a copy of `entry` with the value at `path` replaced."""
    if not path:
        if isinstance(entry, dict):
            return {**entry, "value": _fitted(value, entry["value"])}
        return _fitted(value, entry)
    head, *rest = path
    if isinstance(entry, tuple):
        index = int(head)
        return (*entry[:index], _replaced(entry[index], rest, value), *entry[index + 1 :])
    return {**entry, head: _replaced(entry[head], rest, value)}


def _fitted(value: object, old: object) -> object:
    """Return a value in the type a file would have: numpy scalars, lists and ISO dates are translated."""
    if hasattr(value, "item") and not isinstance(value, str | bytes | int | float):
        value = value.item() if getattr(value, "size", 1) == 1 else value.tolist()  # type: ignore[attr-defined]
    if isinstance(value, list | tuple):
        like = old[0] if isinstance(old, tuple) and old else None
        return tuple(_fitted(item, like) for item in value)
    if isinstance(value, float) and value.is_integer() and isinstance(old, int):
        return int(value)
    if isinstance(value, dt.datetime):
        value = value.date() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, str) and isinstance(old, dt.date):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return value
    return value
