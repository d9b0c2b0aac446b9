"""What a call of the program leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Said(NamedTuple):
    """Exit status, standard output and error."""

    status: object
    out: str
    err: str

    @property
    def text(self) -> str:
        """Both outputs."""
        return self.out + self.err


Program = Callable[..., Said]
"""A function of the program's arguments, and `lang`."""
