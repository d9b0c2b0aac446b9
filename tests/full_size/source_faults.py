"""Faults planted into the text of the compiled scheduler, each in a copy of the package of its own process."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import dpsim

SCHEDULER = ("scheduler.py", "mornings.py", "enterprises.py", "waiting.py")
"""Files of the compiled scheduler; a mark in each makes the compiler take all of them anew."""
SCRIPT = Path(__file__).parents[1] / "engines_same" / "compare_engines.py"


@dataclass(frozen=True)
class Edit:
    """One small change of one file: what must match, once, and what stands there instead."""

    file: str
    pattern: str
    instead: str
    scenarios: tuple[int, ...]
    """Random scenarios in which it shows."""

    def applied(self, text: str) -> str:
        """Return the changed text; the pattern must be found exactly once."""
        changed, times = re.subn(self.pattern, self.instead, text)
        assert times == 1, f"{self.pattern!r} stands {times} times in {self.file}: the fault is not planted"
        return changed


FAULTS: dict[str, Edit] = {
    "a phase swapped: agencies and visits before the new intensities": Edit(
        "scheduler.py",
        r"(?m)^(        set_intensities\(now.*\n)(        if morning:\n(?: {12}.*\n)+)",
        r"\2\1",
        (1, 2, 4),
    ),
    "a tie broken the other way: the larger entity number first": Edit(
        "waiting.py", r"priority \* _WORD \+ entity", "priority * _WORD + (_WORD - 1 - entity)", (1, 2, 4)
    ),
    "an off-by-one day: a removal a day early": Edit("scheduler.py", r"(removal\[i\] > now)", r"\1 + 1.0", (0, 5, 7)),
    "an off-by-one day: a server free a day late": Edit(
        "scheduler.py", r"(free_at\[server\] = now) \+", r"\1 + 1.0 +", (1, 2, 4)
    ),
    "a stale perception: paper by the risk perceived as the interval began": Edit(
        "enterprises.py",
        r"(?m)^(    if complete\()",
        "    site = sites[i]\n"
        "    new, new_at = site.perceived, site.perceived_at\n"
        "    site.perceived, site.perceived_at = site.felt, site.felt_at\n"
        "    paper = complete(sites, laws, i, kind, now, entity, state.group[i], user, rush, rules.formalism)\n"
        "    site.perceived, site.perceived_at = new, new_at\n"
        "    if paper:\n"
        "        record(book, now, _ENTERPRISES, entity, 0, _K_PAPER, _NONE, 0, 0.0, i)\n"
        "    return\n"
        r"\1",
        (30, 46),
    ),
    "a stale perception: the ledger is never read": Edit(
        "scheduler.py", r"know\((.*), begins\)", r"know(\1, False)", (44, 51)
    ),
}


def copied(folder: Path) -> Path:
    """Copy the package and what it reads into a folder and return the folder of its scheduler."""
    package = Path(dpsim.__file__).parent
    shutil.copytree(package, folder / "src" / "dpsim", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("params", "notebooks"):
        shutil.copytree(package.parents[1] / name, folder / name)
    return folder / "src" / "dpsim" / "engines"


def planted(folder: Path, edit: Edit | None) -> None:
    """Bring the copied scheduler into its state with one edit, or none."""
    source, target = Path(dpsim.__file__).parent / "engines", folder / "src" / "dpsim" / "engines"
    mark = "" if edit is None else f"\n# {edit.pattern.encode().hex()}\n"
    for name in SCHEDULER:
        text = (source / name).read_text(encoding="utf-8")
        if edit is not None and edit.file == name:
            text = edit.applied(text)
        (target / name).write_text(text + mark, encoding="utf-8")


def compared(folder: Path, scenarios: tuple[int, ...]) -> tuple[int, str]:
    """Compare the engines of the copied package in a fresh process; return its exit status and what it printed."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "NUMBA_CACHE_DIR": str(folder / "compiled")}
    done = subprocess.run(
        [sys.executable, "-W", "error", str(SCRIPT), *map(str, scenarios)],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=900,
    )
    assert not done.stderr, done.stderr[-4000:]
    return done.returncode, done.stdout
