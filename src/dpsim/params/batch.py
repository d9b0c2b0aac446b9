"""A batch file: which reports to make, cases x strategies x languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from dpsim.core.streams import MAX_WORD
from dpsim.params.check import Rules
from dpsim.params.faults import Fault
from dpsim.params.load import made_of, read_file
from dpsim.params.locate import NAME, locate_batch, typed_as_path
from dpsim.params.quantity import Text, Whole
from dpsim.params.schema import File

MOST_REPORTS = 200
"""Reports of one batch."""
MOST_REPLICATIONS = 100_000
_NAMES = Annotated[tuple[Text, ...], Field(min_length=1, max_length=50)]


class Batch(File):
    """Reports to be made together."""

    batch: Text
    cases: _NAMES
    strategies: _NAMES
    languages: Annotated[tuple[Literal["zh", "en"], ...], Field(min_length=1, max_length=2)]
    replications: Whole
    seed: Whole

    @property
    def id(self) -> str:
        """The name of the batch."""
        return self.batch

    @classmethod
    def _rules(cls) -> Rules:
        return batch_rules


def batch_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield every fault of a batch that a type does not show: its name, doubles, bounds, its size."""
    name = content.get("batch")
    if isinstance(name, str) and not NAME.match(name):
        yield Fault("params.bad_batch_name_key", ("batch",), name, {"allowed": NAME.pattern.removesuffix(r"\Z")})
    size = 1
    for key in ("cases", "strategies", "languages"):
        listed = content.get(key)
        if not isinstance(listed, tuple):
            continue
        size *= len(listed)
        for index, entry in enumerate(listed):
            if entry in listed[:index]:
                yield Fault("params.duplicate_id", (key, index), entry)
    if size > MOST_REPORTS:
        yield Fault("params.long_batch", ("strategies",), size, {"allowed": MOST_REPORTS})
    for key, low, high in (("replications", 1, MOST_REPLICATIONS), ("seed", 0, MAX_WORD)):
        given = content.get(key)
        if type(given) is int and not low <= given <= high:
            yield Fault("params.outside_bounds", (key,), given, {"allowed": f"{low} ≤ x ≤ {high}"})


def load_batch(name_or_path: str | Path) -> Batch:
    """Return a batch.

    Parameters
    ----------
    name_or_path : str or pathlib.Path
        A name of `params/batches/`, or a YAML file. Files of cases and strategies in it are found from the current
        folder.

    Raises
    ------
    FileFaults
        The file cannot be read or breaks rules; all faults together.
    InputError
        No batch has this name.
    """
    file = Path(name_or_path) if typed_as_path(name_or_path) else locate_batch(name_or_path)
    return made_of(Batch, "batch", read_file(file))
