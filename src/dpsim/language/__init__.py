"""Every sentence a user can read, by message id, in Chinese and English.

The catalogues are TOML files, one folder per language; the files of a folder together make one catalogue, so a
part of the program can bring a file of its own. Ids and placeholders are the same in both languages (a test
holds them together). Errors need texts, so this package sits below everything else.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files

LANGUAGES = ("zh", "en")
"""Chinese first."""


_for_now: ContextVar[str] = ContextVar("language_for_now", default="")
OwnWords = Mapping[str, Mapping[str, str]]
"""By language: words of ``words.toml`` (``built``, ``county``) that a place calls otherwise."""

_own: ContextVar[OwnWords | None] = ContextVar("own_words", default=None)


def language_in_force() -> str:
    """Return the language of messages: the variable ``DPSIM_LANG`` if it names one, else Chinese."""
    wanted = _for_now.get() or os.environ.get("DPSIM_LANG", "")
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


@contextmanager
def in_language(lang: str) -> Iterator[None]:
    """Put a language in force for a while, such as that of a text that is made again."""
    token = _for_now.set(lang)
    try:
        yield
    finally:
        _for_now.reset(token)


@contextmanager
def in_words(own: OwnWords) -> Iterator[None]:
    """Let a place's own words stand for a while in every message, in the place of those of the catalogue."""
    token = _own.set(own)
    try:
        yield
    finally:
        _own.reset(token)


@cache
def catalogue(lang: str) -> dict[str, str]:
    """Return all messages of one language.

    Parameters
    ----------
    lang : {"zh", "en"}

    Returns
    -------
    dict
        Message id to text with named ``{placeholders}``.
    """
    texts: dict[str, str] = {}
    for file in sorted(files(__name__).joinpath(lang).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            for id_, text in _flat("", tomllib.loads(file.read_text(encoding="utf-8"))):
                if id_ in texts:
                    raise ValueError(f"message id {id_!r} stands twice in language/{lang}")
                texts[id_] = text
    return texts


def say(message: str, *, lang: str | None = None, **values: object) -> str:
    """Return message `message` with its placeholders filled; those of words (``{word_built}``) fill themselves.

    Parameters
    ----------
    message : str
        Message id, such as ``"error.unknown_case"``.
    lang : {"zh", "en"}, optional
        The language in force when not given.
    **values
        One value for each placeholder.

    Raises
    ------
    KeyError
        The id or a placeholder is unknown: a fault of ours, never of the user.
    """
    lang = lang or language_in_force()
    return catalogue(lang)[message].format_map(_Filled(values, lang))


class _Filled(dict[str, object]):
    """The values of a message, with the words in force for what is not among them."""

    def __init__(self, values: Mapping[str, object], lang: str) -> None:
        super().__init__(values)
        self.lang = lang

    def __missing__(self, name: str) -> str:
        """Return a word: the place's own where it has one."""
        kind, _, word = name.partition("word_")
        if kind or not word:
            raise KeyError(name)
        own = (_own.get() or {}).get(self.lang, {})
        return own[word] if word in own else catalogue(self.lang)[f"word.{word}"]


def _flat(prefix: str, table: dict[str, object]) -> list[tuple[str, str]]:
    """List the leaves of nested tables with dotted ids."""
    leaves: list[tuple[str, str]] = []
    for key, entry in table.items():
        id_ = f"{prefix}{key}"
        leaves += _flat(f"{id_}.", entry) if isinstance(entry, dict) else [(id_, str(entry))]
    return leaves
