"""One scenario of the explorer: which case and strategy, what was changed, and the checked files that follow.

A changed case or strategy gets an id and a name of its own, and every changed value says so in its grade: a number
the user set must never be printed with the source of the number it replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from dpsim.core.streams import check_word
from dpsim.experiments.arguments import check_replications
from dpsim.explorer.entries import slots
from dpsim.language import LANGUAGES, say
from dpsim.params.faults import Origin
from dpsim.params.load import load_case, load_strategy
from dpsim.params.locate import locate_case, locate_strategy, typed_as_path
from dpsim.params.quantity import MAX_TEXT, Graded
from dpsim.params.schema import Case, File, Strategy
from dpsim.report.show import show_setting

Kind = TypeVar("Kind", Case, Strategy)
ID_LENGTH = 50
"""Most letters taken from the id of what was changed."""


class Built(NamedTuple):
    """What a scenario runs: checked, under ids of its own where anything was changed."""

    case: Case
    strategy: Strategy


@dataclass(frozen=True)
class Scenario:
    """What the controls say.

    Attributes
    ----------
    case, strategy : str
        Name or path of what the changes start from.
    assumptions : dict
        Changed values of the case by dotted key.
    levers : dict
        Changed settings by ``<place>.<setting>``, the place being that in `dpsim.explorer.entries.slots`.
    switched : frozenset of int
        Places of the instruments switched on or off.
    replications, seed : int
    """

    case: str
    strategy: str
    replications: int
    seed: int
    assumptions: dict[str, Any] = field(default_factory=dict)
    levers: dict[str, Any] = field(default_factory=dict)
    switched: frozenset[int] = frozenset()

    def built(self) -> Built:
        """Return the checked case and strategy.

        Raises
        ------
        InputError
            A value is out of its range, or against another rule; all faults of a file together.
        """
        check_replications(self.replications)
        check_word("seed", self.seed)
        return Built(changed_case(self), changed_strategy(self))


def changed_case(scenario: Scenario) -> Case:
    """Return the case with the changes of a scenario."""
    base = _base(load_case, locate_case, scenario.case)
    if not scenario.assumptions:
        return base
    changed = _marked(base.with_values(scenario.assumptions), base, scenario.assumptions)
    return _own(changed, base, "case")


def changed_strategy(scenario: Scenario) -> Strategy:
    """Return the strategy with the changes of a scenario."""
    base = _base(load_strategy, locate_strategy, scenario.strategy)
    if not scenario.levers and not scenario.switched:
        return base
    kept = [slot for slot in slots(base) if slot.on != (slot.place in scenario.switched)]
    places = [slot.place for slot in kept]
    content = tuple(slot.settings.model_dump(by_alias=True, exclude_none=True) for slot in kept)
    start = Strategy.from_content({**base.content(), "instruments": content}, Origin(base.id))
    values = {}
    for key, value in scenario.levers.items():
        place, _, setting = key.partition(".")
        if int(place) in places:  # what is set of an instrument that is off waits until it is on
            values[f"instruments.{places.index(int(place))}.{setting}"] = value
    changed = _marked(start.with_values(values), start, values)
    return base if changed.digest == base.digest else _own(changed, base, "strategy")


def _base(load: Callable[[str], Kind], locate: Callable[[str], Path], name: str) -> Kind:
    """Return what changes start from, read again only when its file has changed: a slider asks many times a second."""
    path = Path(name) if typed_as_path(name) else locate(name)
    try:
        stamp = path.stat()
    except (OSError, ValueError):  # loading says what is wrong with it
        return load(name)
    return _kept(load, name, str(path.absolute()), stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=8)
def _kept(load: Callable[[str], Kind], name: str, path: str, changed_ns: int, size: int) -> Kind:
    """Return a file as it was at one time."""
    return load(name)


def _marked(changed: Kind, base: Kind, values: dict[str, Any]) -> Kind:
    """Return the file with every changed entry graded as assumed, its former value and source in the reason."""
    content, before = changed.content(), dict(base.parts())
    for key in values:
        part = before.get(key)
        if isinstance(part, Graded):  # a date of an instrument and a reading of a target have no grade
            content = _edited(content, key.split("."), _reason(part))
    return type(changed).from_content(content, Origin(base.id))


def _reason(part: Graded) -> dict[str, Any]:
    """Return the grade and the reason of a value that replaces that of `part`."""
    value, source = getattr(part, "value", None), part.source or "—"
    reason = {
        lang: say("explorer.reason", lang=lang, was=show_setting(value, lang), source=source) for lang in LANGUAGES
    }
    return {"grade": "assumed", "reason": reason}


def _own(changed: Kind, base: File, key: str) -> Kind:
    """Return the file under an id and a name of its own."""
    names = {lang: say("explorer.changed", lang=lang, name=base.name.words(lang))[:MAX_TEXT] for lang in LANGUAGES}
    values: dict[str, object] = {key: f"{base.id[:ID_LENGTH]}-{changed.digest[:8]}"}
    values |= {f"name.{lang}": name for lang, name in names.items()}
    if key == "strategy":
        sentences = {lang: say("explorer.sentence", lang=lang, name=name)[:MAX_TEXT] for lang, name in names.items()}
        values |= {f"sentence.{lang}": sentence for lang, sentence in sentences.items()}
    return changed.with_values(values)


def _edited(entry: Any, path: list[str], grounds: dict[str, Any]) -> Any:
    """Return a copy of plain content with other grounds for the block at `path`."""
    if not path:
        return {key: item for key, item in entry.items() if key != "source"} | grounds
    head, *rest = path
    if isinstance(entry, tuple):
        index = int(head)
        return (*entry[:index], _edited(entry[index], rest, grounds), *entry[index + 1 :])
    return {**entry, head: _edited(entry[head], rest, grounds)}
