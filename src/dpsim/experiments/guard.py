"""Refuse to begin a second ensemble of the same case, strategy and seed unasked, and say what was edited since.

Nothing could be mixed: the new ensemble has a folder of its own. But who resumes a run overnight and finds it begun
anew has lost the night, and who does not know of an edit takes two models for one.
"""

from __future__ import annotations

from pathlib import Path

from dpsim.errors import InputError
from dpsim.experiments.identity import Identity, changes, folder_prefix, listed
from dpsim.experiments.manifest import IDENTITY
from dpsim.experiments.plain_json import read_json
from dpsim.params.wording import shown_name

SHOWN = 20
"""Most changes that a message lists."""


def check_unchanged(store: Path, identity: Identity) -> None:
    """Raise InputError where a folder of ensembles holds one that was asked for alike and is made of something else."""
    found = []
    for folder in sorted(store.glob(f"{folder_prefix(identity)}*")):
        other = stored_identity(folder)
        if other is not None and other["asked"] == identity["asked"]:
            found.append((changes(other, identity), folder))
    if not found:
        return
    lines, folder = min(found, key=lambda pair: len(pair[0]))  # the most alike
    where, told = shown_name(folder, 200), listed(lines, SHOWN)
    raise InputError("error.store_edited", where=where, count=len(lines), changes=told)


def stored_identity(folder: Path) -> Identity | None:
    """Return the identity that an ensemble's folder holds; None where there is none, or a damaged one."""
    try:
        held = read_json(folder / IDENTITY)
        sections = all(isinstance(section, dict) for section in held.values())
    except (OSError, ValueError, AttributeError):
        return None
    return held if sections and "asked" in held else None
