"""Changes of the list that a forecast is asked about: `KIND=AMOUNT[@DATE]`, in words of either language.

| kind | what happens | amount |
|---|---|---|
| `stops`, 停产 | enterprises stop, stay on the list and are not done by the deadline | `5%` or `40` |
| `removals`, 移出 | enterprises leave the list | `5%` or `40` |
| `additions`, 新增 | enterprises come onto the list that have done nothing | `5%` or `120` |
| `definition`, 口径 | the list, or what counts as done, is counted otherwise | `list:40%,done:70%` or `built:80%` |

A share is one of the enterprises that have done nothing at the as-of date; a whole number is one of all units together.
Of a definition, `list` is the share of the list that is still counted, `done` that of what is done; a stage's name that
of what is done there alone. Without a date a change holds from the as-of date on.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dpsim.errors import InputError
from dpsim.forecast.asked import checked_day
from dpsim.params.wording import shown
from dpsim.progress.aliases import stage_of

STOPS, REMOVALS, ADDITIONS, DEFINITION = "stops", "removals", "additions", "definition"
KINDS = {STOPS: "停产", REMOVALS: "移出", ADDITIONS: "新增", DEFINITION: "口径"}
LIST, DONE = "list", "done"
_PARTS = {"名单": LIST, "已完成": DONE}
MOST_MEMBERS = 1_000_000
DEFAULT = ("removals=10%", "additions=10%")
"""Shown where nothing is asked for."""


@dataclass(frozen=True)
class ListChange:
    """One change of the list.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    share : float or None
        Of those who have done nothing at the as-of date.
    number : int or None
        Of all units together; either this or `share`, neither for a definition.
    date : datetime.date or None
        From then on; the as-of date when None.
    counted : mapping of str to float
        Of a definition: what is still counted of the `list`, of what is `done`, or of a stage.
    """

    kind: str
    share: float | None = None
    number: int | None = None
    date: dt.date | None = None
    counted: Mapping[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """It as it is asked for."""
        if self.kind == DEFINITION:
            amount = ",".join(f"{name}:{_percent(share)}" for name, share in self.counted.items())
        else:
            amount = str(self.number) if self.share is None else _percent(self.share)
        return f"{self.kind}={amount}" + (f"@{self.date.isoformat()}" if self.date else "")


def list_change(text: object) -> ListChange:
    """Return a change of the list from a text.

    Raises
    ------
    InputError
        It is not `KIND=AMOUNT` or `KIND=AMOUNT@DATE`.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split()) if isinstance(text, str) else ""
    head, _, date = plain.partition("@")
    name, _, amount = head.partition("=")
    kind = {word: kind for kind, word in KINDS.items()}.get(name, name)
    day = checked_day("@", date) if "@" in plain else None
    if kind == DEFINITION:
        return ListChange(kind, date=day, counted=_counted(amount, text))
    share, number = _share(amount), int(amount) if re.fullmatch("[0-9]{1,7}", amount) else 0
    most = 10.0 if kind == ADDITIONS else 1.0
    if kind not in KINDS or not (0.0 < share <= most or 0 < number <= MOST_MEMBERS):
        raise InputError("forecast.list", given=shown(text))
    return ListChange(kind, share=share or None, number=number or None, date=day)


def checked_changes(lists: object, as_of: dt.date, last: dt.date, stages: Sequence[str]) -> list[ListChange]:
    """Return the changes asked for.

    Raises
    ------
    InputError
        They are no sequence, one is none, stands twice, has a date before the as-of date or not before the last
        deadline, or names a stage that is not forecast.
    """
    if isinstance(lists, str) or not isinstance(lists, Sequence):
        raise InputError("forecast.list", given=shown(lists))
    out: list[ListChange] = []
    for given in lists:
        change = given if isinstance(given, ListChange) else list_change(given)
        if change.date is not None and not as_of <= change.date < last:
            values = {"given": change.date.isoformat(), "as_of": as_of.isoformat(), "last": last.isoformat()}
            raise InputError("forecast.list_date", **values)
        unknown = [name for name in change.counted if name not in (LIST, DONE, *stages)]
        if unknown:
            raise InputError("forecast.list_stage", given=shown(unknown[0]), allowed=", ".join((LIST, DONE, *stages)))
        if change in out:
            raise InputError("forecast.list_twice", given=shown(change.text))
        out.append(change)
    return out


def _counted(amount: str, text: object) -> dict[str, float]:
    """Return what a definition still counts, by name."""
    out: dict[str, float] = {}
    for part in amount.split(","):
        word, _, number = part.partition(":")
        name = _PARTS.get(word) or stage_of(word) or word
        share = _share(number)
        if not name or name in out or not 0.0 < share <= 1.0:
            raise InputError("forecast.list", given=shown(text))
        out[name] = share
    mixed = {LIST, DONE} & out.keys() and out.keys() - {LIST, DONE}
    if mixed or all(share == 1.0 for share in out.values()):
        raise InputError("forecast.list", given=shown(text))
    return out


def _share(text: str) -> float:
    """Return a share written in per cent; 0 for anything else."""
    number = re.fullmatch(r"([0-9]{1,4}(?:\.[0-9]{1,6})?)%", text)
    return float(number[1]) / 100.0 if number else 0.0


def _percent(share: float) -> str:
    """Return a share in per cent, with its sign."""
    return f"{100.0 * share:.10g}%"
