"""Check the content of a parameter file against its schema and find all faults at once.

pydantic tells which keys are missing, unknown or of the wrong type; the rules of a quantity (unit, bounds, range,
grade and source) are read from the schema and applied to whatever is readable, so one fault never hides another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from dpsim.core.expect import Expect
from dpsim.params.dig import blanked, choice, is_number, items
from dpsim.params.evidence import evidence
from dpsim.params.faults import MOST_FAULTS, Fault, Origin, Path, refuse
from dpsim.params.instruments import INSTRUMENTS
from dpsim.params.quantity import Block, Graded, Label
from dpsim.params.reader import unread
from dpsim.params.source_rules import own_ids

Kind = TypeVar("Kind", bound=Block)
Rules = Callable[[Mapping[str, Any]], Iterable[Fault]]

_TYPES = {
    "model_type": "params.not_a_mapping",
    "model_attributes_type": "params.not_a_mapping",
    "tuple_type": "params.not_a_list",
    "bool_type": "params.not_true_false",
    "too_short": "params.empty_list",
    "too_long": "params.long_list",
}
"""pydantic's name of a fault to our message."""


class Place(NamedTuple):
    """One mapping of a file and the class that describes it."""

    path: Path
    model: type[Block]
    expect: Expect | None
    content: Mapping[str, Any]


def checked(
    model: type[Kind], content: Mapping[str, Any], rules: Rules, origin: Origin, found: Iterable[Fault] = ()
) -> Kind:
    """Return the model of `content`, or raise all its faults together.

    Parameters
    ----------
    model : type
        `Case` or `Strategy`.
    content : mapping
        Plain values; sequences are tuples.
    rules : callable
        Rules that look at several keys of the content; they pass over what is missing. A value out of its own
        bounds is kept from them: nothing can be compared with it.
    origin : Origin
        File name and lines.
    found : iterable of Fault, optional
        Faults found while reading.

    Raises
    ------
    FileFaults
        Something is wrong.
    """
    places = list(_places(model, content, ()))
    made, faults = _structure(model, content, {place.path: place.model for place in places})
    sound: Mapping[str, Any] = content
    known = [*evidence(), *own_ids(content)]
    for place in places:
        faults += _sources(place, known)
        if place.expect is not None:
            own = list(_quantity(place, place.expect))
            faults += own
            if any(fault.path[-1] == "value" and fault.message != "params.outside_range" for fault in own):
                sound = blanked(sound, (*place.path, "value"))
    found = tuple(found)
    told = (fault for fault in (*faults, *rules(sound)) if not unread(fault, found))
    names = {path: item.get("instrument") for path, item in items(content, ("instruments",))}
    called = {path: name for path, name in names.items() if isinstance(name, str)}
    refuse([*found, *told], replace(origin, called=called))
    assert made is not None  # no fault, so the model was made
    return made


def _places(model: type[Block], content: object, path: Path, expect: Expect | None = None) -> Iterator[Place]:
    """Yield every mapping the schema describes, as far as the content has it."""
    if not isinstance(content, dict):
        return
    yield Place(path, model, expect, content)
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key not in content:
            continue
        entry = content[key]
        if isinstance(entry, tuple):
            for index, item in enumerate(entry):
                below = _item_model(field, item)
                if below is not None:
                    yield from _places(below, item, (*path, key, index))
        elif (held := _held_model(field.annotation)) is not None:
            expected = next((part for part in field.metadata if isinstance(part, Expect)), None)
            yield from _places(held, entry, (*path, key), expected)


def _held_model(annotation: object) -> type[Block] | None:
    """Return the class of a key that holds a block, or may leave it out (``Label | None``)."""
    options = get_args(annotation)
    for part in options if type(None) in options else [annotation]:
        if isinstance(part, type) and issubclass(part, Block):
            return part
    return None


def _item_model(field: FieldInfo, item: object) -> type[Block] | None:
    """Return the class of one list entry: that of the list, or for instruments the one it names."""
    options = get_args(field.annotation)
    inner = get_args(options[0])[:1] if type(None) in options else options[:1]
    if inner and isinstance(inner[0], type) and issubclass(inner[0], Block):
        return inner[0]
    name = item.get("instrument") if isinstance(item, dict) else None
    return INSTRUMENTS.get(name) if isinstance(name, str) else None


def _structure(
    model: type[Kind], content: Mapping[str, Any], models: Mapping[Path, type[Block]]
) -> tuple[Kind | None, list[Fault]]:
    """Return the model, or the faults of keys and types."""
    try:
        return model.model_validate(content), []
    except ValidationError as error:
        entries = [entry for entry in error.errors(include_url=False) if not _only_seems_empty(entry)][:MOST_FAULTS]
        faults = [_translated(dict(entry), content, models) for entry in entries]
    meant = {(*fault.path[:-1], str(fault.values["nearest"]).split(", ")[0]) for fault in faults if _misspelt(fault)}
    return None, [fault for fault in faults if fault.message != "params.missing_key" or fault.path not in meant]


def _only_seems_empty(entry: Mapping[str, Any]) -> bool:
    """Tell whether a list is called too short because its entries are wrong, which is said of each of them."""
    return entry["type"] == "too_short" and len(entry["input"]) >= entry["ctx"]["min_length"]


def _misspelt(fault: Fault) -> bool:
    """Tell whether a fault is a key written wrongly: then the right one is not reported as missing as well."""
    return fault.message == "params.unknown_key_near"


def _translated(entry: Mapping[str, Any], content: Mapping[str, Any], models: Mapping[Path, type[Block]]) -> Fault:
    """Say one of pydantic's faults in our words."""
    path, kind, given = _plain_path(entry["loc"], content), str(entry["type"]), entry["input"]
    if "range" in path[-2:] and kind in {"missing", "too_long", "too_short"}:
        return Fault("params.bad_range", path[: path.index("range") + 1], given)
    if kind == "union_tag_invalid":
        return choice("params.unknown_instrument", (*path, "instrument"), str(given["instrument"]), INSTRUMENTS)
    if kind == "union_tag_not_found":
        return Fault("params.missing_key", (*path, "instrument"), values={"allowed": ", ".join(INSTRUMENTS)})
    if kind in {"missing", "extra_forbidden"}:
        keys = _keys(models.get(path[:-1]))
        if kind == "extra_forbidden":
            return choice("params.unknown_key", path, str(path[-1]), keys)
        return Fault("params.missing_key", path, values={"allowed": ", ".join(keys)})
    if kind == "literal_error":
        expected = str(entry["ctx"]["expected"])
        allowed = re.findall(r"'([^']*)'", expected) or [expected]
        if isinstance(given, str):
            return choice("params.not_a_choice", path, given, allowed)
        return Fault("params.not_a_choice", path, given, {"allowed": ", ".join(allowed)})
    if kind.startswith("params."):
        return Fault(kind, path, given)
    if kind in {"model_type", "model_attributes_type"} and entry.get("ctx", {}).get("class_name") == Label.__name__:
        return Fault("params.not_both_languages", path, given)
    return Fault(_TYPES.get(kind, "params.not_accepted"), path, given)


def _keys(model: type[BaseModel] | None) -> list[str]:
    """List the keys a mapping may have."""
    return [] if model is None else [field.alias or name for name, field in model.model_fields.items()]


def _plain_path(loc: Iterable[str | int], content: object) -> Path:
    """Return the path in the file: pydantic adds the name of a chosen instrument class to it."""
    path: list[str | int] = []
    for part in loc:
        if isinstance(content, dict) and part not in content and content.get("instrument") == part:
            continue
        path.append(part)
        held = content if isinstance(content, dict) else dict(enumerate(content)) if isinstance(content, tuple) else {}
        content = held.get(part)
    return tuple(path)


def _sources(place: Place, known: Collection[str]) -> list[Fault]:
    """Check grade, source and reason of one mapping."""
    if "source" not in place.model.model_fields:
        return []
    faults = []
    grade, source, reason = (place.content.get(key) for key in ("grade", "source", "reason"))
    if issubclass(place.model, Graded) and isinstance(grade, str):
        if grade == "assumed" and reason is None:
            faults.append(Fault("params.assumed_needs_reason", (*place.path, "reason")))
        elif grade != "assumed" and source is None:
            faults.append(Fault("params.needs_source", (*place.path, "source"), grade))
    if isinstance(source, str) and source not in known:
        faults.append(choice("params.unknown_source", (*place.path, "source"), source, known))
    return faults


def _quantity(place: Place, expect: Expect) -> Iterator[Fault]:
    """Check unit, value and range of one quantity."""
    unit, value, span = (place.content.get(key) for key in ("unit", "value", "range"))
    value_path, range_path = (*place.path, "value"), (*place.path, "range")
    if isinstance(unit, str) and unit != expect.unit:
        yield Fault("params.wrong_unit", (*place.path, "unit"), unit, {"allowed": expect.unit})
    inside = is_number(value) and expect.admits(value)
    if is_number(value) and not inside:
        yield Fault("params.outside_bounds", value_path, value, {"allowed": expect.span()})
    elif inside and expect.whole and not isinstance(value, int):
        yield Fault("params.not_whole", value_path, value)
    if not isinstance(span, tuple) or len(span) != 2 or not all(map(is_number, span)):
        return
    low, high = span
    if low > high:
        yield Fault("params.range_order", range_path, span)
    elif not (expect.admits(low) and expect.admits(high)):
        yield Fault("params.outside_bounds", range_path, span, {"allowed": expect.span()})
    elif inside and not low <= value <= high:
        yield Fault("params.outside_range", value_path, value, {"allowed": f"{low} ≤ x ≤ {high}"})
