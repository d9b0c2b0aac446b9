"""Arguments of a run, checked: what is allowed, and what an error says of what was given."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable
from itertools import islice

import numpy as np

from dpsim.core.words import MAX_REPLICATIONS
from dpsim.errors import InputError
from dpsim.model.prior import PathSet
from dpsim.model.table_paths import TablePaths
from dpsim.params.schema import Case

ENGINES = ("compiled", "simpy")
"""The first is the default."""
GROUPINGS = ("city", "county", "sector", "tier", "group")
MAX_WORKERS = 1024
WORKERS_VARIABLE = "DPSIM_WORKERS"


def check_by(by: object) -> tuple[str, ...]:
    """Return the groupings in the order given; one alone may be given as a plain text.

    Raises
    ------
    InputError
        There is none, one is unknown or stands twice, or they come in no order of their own.
    """
    allowed = ", ".join(GROUPINGS)
    if isinstance(by, set | frozenset) or not isinstance(by, Iterable) or getattr(by, "ndim", 1) == 0:
        raise InputError("error.by_kind", given=written(by), allowed=allowed)
    names = (by,) if isinstance(by, str) else tuple(islice(by, len(GROUPINGS) + 1))  # more would repeat one
    for name in names or ((),):
        if not isinstance(name, str) or name not in GROUPINGS:
            raise InputError("error.unknown_grouping", given=written(name), allowed=allowed)
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InputError("error.grouping_twice", given=written(twice[0]))
    return tuple(str(name) for name in names)


def check_paths(paths: object) -> None:
    """Raise InputError for what is neither None nor a set of paths."""
    if paths is not None and not isinstance(paths, PathSet | TablePaths):
        raise InputError("error.not_paths", given=written(paths))


def check_flag(name: str, value: object) -> bool:
    """Return True or False, or raise InputError."""
    if not isinstance(value, bool | np.bool_):
        raise InputError("error.not_true_false", name=name, given=written(value))
    return bool(value)


def check_as_of(case: Case, as_of: object) -> dt.date:
    """Return the as-of date if the case has facts for it; it is a plain date or a text such as 2018-09-10."""
    wanted = case.as_of if as_of is None else written_date(as_of)
    if wanted != case.as_of:
        raise InputError("error.as_of_unknown", given=wanted.isoformat(), case=case.id, known=case.as_of.isoformat())
    return wanted


def written_date(as_of: object) -> dt.date:
    """Return an as-of date given as a plain date or as a text such as 2018-09-10."""
    try:
        if isinstance(as_of, str) and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", as_of):
            return dt.date.fromisoformat(as_of)
        if isinstance(as_of, dt.date) and not isinstance(as_of, dt.datetime):
            return as_of
        raise ValueError(as_of)
    except ValueError:
        raise InputError("error.bad_date", name="as_of", given=written(as_of)) from None


def check_positive(name: str, value: object) -> int:
    """Return a whole number of at least 1, or raise InputError."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise InputError("error.not_positive", name=name, given=written(value))
    return int(value)


def check_replications(value: object) -> int:
    """Return a number of replications that one call may run, or raise InputError."""
    number = check_positive("replications", value)
    if number > MAX_REPLICATIONS:
        raise InputError("error.too_many_replications", given=written(number), largest=MAX_REPLICATIONS)
    return number


def check_workers(value: object) -> int:
    """Return a number of processes, or raise InputError."""
    number = check_positive("workers", value)
    if number > MAX_WORKERS:
        raise InputError("error.too_many_workers", given=written(number), largest=MAX_WORKERS)
    return number


def default_workers() -> int:
    """Return how many processes to use where nothing is said: the variable ``DPSIM_WORKERS``, else all cores.

    Raises
    ------
    InputError
        The variable holds no number of processes.
    """
    said = os.environ.get(WORKERS_VARIABLE, "").strip()
    if not said:
        return os.cpu_count() or 1
    if not re.fullmatch("[0-9]{1,9}", said) or not 1 <= int(said) <= MAX_WORKERS:
        raise InputError("error.workers_set", name=WORKERS_VARIABLE, given=written(said), largest=MAX_WORKERS)
    return int(said)


def written(value: object) -> str:
    """Return how an argument is shown in a message: as Python writes it, on one short line; else its kind."""
    try:
        text = repr(value)
    except Exception:  # a repr of its own may fail, and a whole number may be too long to be written
        text = f"<{type(value).__name__}>"
    return " ".join(text.split())[:80]
