"""What a verification has looked at and found, and how it is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dpsim.language import say
from dpsim.params.wording import shown_name

MOST = 50
"""Most differences that are listed."""


@dataclass(frozen=True)
class Finding:
    """One difference, or one remark.

    Attributes
    ----------
    message : str
        Id below ``verify``.
    values : dict
        What the message names.
    """

    message: str
    values: dict[str, Any]

    def text(self) -> str:
        """Return the line in the language in force."""
        return say(f"verify.{self.message}", **self.values)


@dataclass
class Verified:
    """What was found in one folder.

    Attributes
    ----------
    folder : pathlib.Path
    kind : str
        ensemble, report, comparison, forecast, needed, backtest, published, ledgers or batch.
    wrong : list of Finding
        Differences; none where all is well.
    checked, notes : list of Finding
        What was held against what; what could not be, and what else to know.
    """

    folder: Path
    kind: str
    wrong: list[Finding] = field(default_factory=list)
    checked: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    def differs(self, message: str, **values: object) -> None:
        """Keep a difference, once."""
        finding = Finding(message, values)
        if finding not in self.wrong:
            self.wrong.append(finding)

    @property
    def sound(self) -> bool:
        """Whether the inputs are those that the folder was made of."""
        return not any(finding.message in ("input", "foreign", "digest", "unreadable") for finding in self.wrong)

    def looked(self, message: str, **values: object) -> None:
        """Keep what was looked at."""
        self.checked.append(Finding(message, values))

    def note(self, message: str, **values: object) -> None:
        """Keep a remark."""
        self.notes.append(Finding(message, values))

    def text(self) -> str:
        """Return everything in the language in force, the verdict last."""
        where = shown_name(self.folder, 200)
        lines = [say(f"verify.kind_{self.kind}", where=where)]
        lines += _listed(self.checked) + _listed(self.notes)
        if not self.wrong:
            return "\n".join([*lines, say("verify.well")])
        more = [f"  {say('verify.more', more=len(self.wrong) - MOST)}"] * (len(self.wrong) > MOST)
        return "\n".join([*lines, say("verify.not_well", count=len(self.wrong)), *_listed(self.wrong[:MOST]), *more])


def _listed(findings: Iterable[Finding]) -> list[str]:
    """Return findings as lines."""
    return [f"  - {finding.text()}" for finding in findings]
