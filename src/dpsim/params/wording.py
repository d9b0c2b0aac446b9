"""How a user's own text is shown in a message: escaped, and never longer than a line."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable

LIMIT = 80
"""Characters of a user's text that a message shows."""


def shown(given: object) -> str:
    """Return `given` as a message shows it: quoted if text, control characters escaped, at most 80 characters.

    Parameters
    ----------
    given : object
        Text, number, date, mapping or sequence read from a file.

    Returns
    -------
    str
    """
    if isinstance(given, str):
        return repr(given if len(given) <= LIMIT else f"{given[: LIMIT - 3]}...")
    return cut(_plain(given))


def shown_name(given: object, limit: int = LIMIT) -> str:
    """Return a key or a file name without quotes, escaped, its end kept when it is too long."""
    text = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in str(given)[-limit:])
    return text if len(text) <= limit and len(str(given)) <= limit else f"...{text[3 - limit :]}"


def cut(text: str) -> str:
    """Return `text` shortened to the limit."""
    return text if len(text) <= LIMIT else f"{text[: LIMIT - 3]}..."


def nearest(given: str, known: Iterable[str]) -> list[str]:
    """Return at most three names of `known` that look like `given`, the nearest first."""
    known = sorted(set(known))
    close = difflib.get_close_matches(given[:LIMIT], known, n=3, cutoff=0.6)
    if close:
        return close
    last = given[:LIMIT].rpartition(".")[2]
    return [name for name in known if name.rpartition(".")[2] == last][:3]


def _plain(given: object) -> str:
    """Write a value as YAML would, on one line."""
    match given:
        case None:
            return "null"
        case bool():
            return "true" if given else "false"
        case dt.date():
            return given.isoformat()
        case str():
            return repr(given[: LIMIT + 1])
        case tuple() | list():
            return f"[{', '.join(_plain(item) for item in given[:LIMIT])}]"
        case dict():
            return f"{{{', '.join(f'{shown_name(key)}: {_plain(item)}' for key, item in list(given.items())[:LIMIT])}}}"
    return str(given)
