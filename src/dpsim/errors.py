"""What can go wrong, as one small tree.

    DpsimError
    ├── InputError          a file, a parameter or an argument is wrong (exit status 2)
    │   └── FileFaults      all faults of one file at once
    └── RunError            a run could not be finished, or the disk is full (exit status 1)

A message says what was given, where, what is allowed and how to fix it. Its text lives in the language
catalogue under its id, so that it can be read in Chinese and in English.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable

from dpsim.language import say

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
"""No input is wrong: the disk, or the user's share of it, has no room."""


class DpsimError(Exception):
    """Root of all errors dpsim raises on purpose.

    Parameters
    ----------
    message : str
        Message id of the catalogue, such as ``"error.unknown_case"``.
    **values
        What the message names: given, where, allowed, nearest.
    """

    def __init__(self, message: str, **values: object) -> None:
        self.message = message
        self.values = values
        super().__init__(message, values)

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the named values when an error crosses a process border."""
        return (_rebuild, (type(self), self.message, self.values))

    def text(self, lang: str | None = None) -> str:
        """Return the message in `lang` (``"zh"``, ``"en"`` or None for the language in force)."""
        return say(self.message, lang=lang, **self.values)

    def __str__(self) -> str:
        return self.text()


class InputError(DpsimError):
    """A file, a parameter or an argument is wrong; nothing was run."""


class FileFaults(InputError):
    """All faults of one file, found together.

    Parameters
    ----------
    file : str
        Name of the file as the user gave it.
    faults : iterable of InputError
        One entry per fault, in the order of the lines.
    """

    def __init__(self, file: str, faults: Iterable[InputError]) -> None:
        self.file = file
        self.faults = tuple(faults)
        super().__init__("error.file_faults", file=file, count=len(self.faults))

    def __reduce__(self) -> tuple[object, ...]:
        """Rebuild from the file and its faults."""
        return (FileFaults, (self.file, self.faults))

    def text(self, lang: str | None = None) -> str:
        """Return the head line and one line per fault."""
        return "\n".join([super().text(lang), *(f"  - {fault.text(lang)}" for fault in self.faults)])


class RunError(DpsimError):
    """A run was started and could not be finished."""


def failure(error: OSError) -> type[DpsimError]:
    """Return what an error of the disk is to the user: a full disk is no wrong input, any other place that fails is."""
    return RunError if error.errno in DISK_FULL else InputError


def _rebuild(kind: type[DpsimError], message: str, values: dict[str, object]) -> DpsimError:
    """Remake an error after pickling."""
    return kind(message, **values)


def forget_interrupt() -> None:
    """Let a program that dealt with a KeyboardInterrupt end with the exit status it chose.

    Python notes an interrupt that leaves code run from text, as dataclasses are made while a library is imported.
    A program started with ``-m`` is then ended by SIGINT, whatever its status, unless other such code went well.
    """
    exec("")
