"""Look into plain content that may be incomplete or wrong, and the small checks the rules share."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeGuard

from dpsim.params.faults import Fault, Path
from dpsim.params.wording import nearest


def is_number(given: object) -> TypeGuard[float]:
    """Tell whether `given` is a finite number and not a truth value."""
    return isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given)


def choice(message: str, path: Path, given: str, allowed: Iterable[str]) -> Fault:
    """Return the fault of a name that is not among `allowed`, with the nearest ones."""
    allowed = list(allowed)
    near = nearest(given, allowed)
    values: dict[str, object] = {"allowed": ", ".join(allowed), "nearest": ", ".join(near)}
    return Fault(f"{message}_near" if near else message, path, given, values)


def dig(content: Any, *path: str | int) -> Any:
    """Return the entry at `path`, None if it is not there."""
    for part in path:
        content = content.get(part) if isinstance(content, dict) else None
    return content


def part(content: Any, *path: str | int) -> Mapping[str, Any]:
    """Return the mapping at `path`, empty if it is not there."""
    found = dig(content, *path)
    return found if isinstance(found, dict) else {}


def entries(content: Any, *path: str | int) -> Iterable[Any]:
    """Return the list at `path`, empty if it is not there."""
    found = dig(content, *path)
    return found if isinstance(found, tuple) else ()


def items(content: Any, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield path and content of every mapping in the list at `path`."""
    for index, item in enumerate(entries(content, *path)):
        if isinstance(item, dict):
            yield (*path, index), item


def value_of(content: Any, *path: str | int) -> float | None:
    """Return the value of the quantity at `path` if it is a number."""
    value = dig(content, *path, "value")
    return value if is_number(value) else None


def blanked(content: Any, path: Path) -> Any:
    """Return a copy of plain content whose entry at `path`, which is there, is None."""
    if not path:
        return None
    head, below = path[0], blanked(content[path[0]], path[1:])
    if isinstance(content, tuple):
        return tuple(below if index == head else item for index, item in enumerate(content))
    return {**content, head: below}


def unique(content: Mapping[str, Any], path: Path) -> Iterator[Fault]:
    """Check that no id of a list stands twice."""
    seen: set[str] = set()
    for place, item in items(content, path):
        name = item.get("id")
        if isinstance(name, str) and name in seen:
            yield Fault("params.duplicate_id", (*place, "id"), name)
        elif isinstance(name, str):
            seen.add(name)


def once(path: Path, entries: Iterable[Any]) -> Iterator[Fault]:
    """Check that no entry of a plain list stands twice."""
    seen: set[str | float] = set()
    for index, entry in enumerate(entries):
        if isinstance(entry, str | int | float) and entry in seen:
            yield Fault("params.duplicate_id", (*path, index), entry)
        elif isinstance(entry, str | int | float):
            seen.add(entry)


def at_most(path: Path, given: float | None, other: str, limit: float | None) -> Iterator[Fault]:
    """Check one count against another."""
    if given is not None and limit is not None and given > limit:
        yield Fault("params.above", path, given, {"other": other, "allowed": limit})
