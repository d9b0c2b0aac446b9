"""One fault of a parameter file, before it becomes an error: where, what was given, what is allowed.

Checks only say which key is wrong and why. The file and the line are added here, in one place, so that the same
checks serve a file and a changed copy of a loaded case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dpsim.errors import FileFaults, InputError
from dpsim.params.wording import cut, shown, shown_name

Path = tuple[str | int, ...]
"""Keys from the top of a file down to one entry; list entries count from 0."""
MOST_FAULTS = 100
"""Faults that are shown of one file."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Parameters
    ----------
    message : str
        Id of the language catalogue.
    path : tuple
        Where it stands.
    given : object
        What stood there.
    values : dict
        Further words of the message.
    line : int
        Line, if the path alone does not tell it.
    """

    message: str
    path: Path
    given: object = None
    values: dict[str, object] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """Where content came from.

    Parameters
    ----------
    name : str
        File as the user typed it, or the id of the case that is changed.
    lines : mapping of path to int, optional
        Line of every key, counted from 1; empty when there is no file.
    called : mapping of path to str, optional
        What an entry of a list is called: the path only counts it.
    """

    name: str
    lines: Mapping[Path, int] = field(default_factory=dict)
    called: Mapping[Path, str] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Return the line of `path` or of the nearest entry above it; 0 when there is no file."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 0


def dotted(path: Path) -> str:
    """Return ``agencies.service_mean.unit`` for a path."""
    return ".".join(shown_name(part) for part in path)


def as_error(fault: Fault, origin: Origin) -> InputError:
    """Return the fault as an error that names file, line, key, what was given and what is allowed."""
    file, line = shown_name(origin.name, 200), fault.line or origin.line(fault.path)
    called = origin.called.get(fault.path[:2], "")
    return InputError(
        fault.message,
        file=file,
        line=line,
        where=(f"{file}:{line}" if line else file) + (f" ({shown_name(called)})" if called else ""),
        key=cut(dotted(fault.path)),
        given=shown(fault.given),
        **fault.values,
    )


def as_errors(faults: Iterable[Fault], origin: Origin) -> list[InputError]:
    """Return all faults as errors, in the order of the lines, each once."""
    errors: dict[object, InputError] = {}
    for error in (as_error(fault, origin) for fault in faults):
        errors.setdefault((error.message, error.values["key"], error.values["line"]), error)
    return sorted(errors.values(), key=lambda error: int(str(error.values["line"])))


def refuse(faults: Iterable[Fault], origin: Origin) -> None:
    """Raise all faults together, if there are any.

    Raises
    ------
    FileFaults
        There is at least one fault.
    """
    errors = as_errors(faults, origin)
    if len(errors) > MOST_FAULTS:
        more = Fault("params.more_faults", (), None, {"more": len(errors) - MOST_FAULTS})
        errors = [*errors[:MOST_FAULTS], as_error(more, origin)]
    if errors:
        raise FileFaults(shown_name(origin.name, 200), errors)
