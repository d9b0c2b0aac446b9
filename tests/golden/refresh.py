"""Write the golden numbers anew: python tests/golden/refresh.py "why the numbers move".

The reason is required; it is added as one line to REASONS.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

from golden_values import FOLDER, as_text, golden_file, golden_values

from dpsim.params.load import list_cases


def checked_reason(arguments: list[str]) -> str:
    """Return the reason as one line, or end the program."""
    reason = " ".join(" ".join(arguments).split())
    if len(reason) < 10:
        raise SystemExit('A reason is needed: python tests/golden/refresh.py "why the numbers move"')
    return reason


def add_reason(reason: str, file: Path) -> None:
    """Add one line to the list of reasons."""
    before = file.read_text(encoding="utf-8") if file.exists() else "# Why golden numbers moved, oldest first\n\n"
    file.write_text(f"{before}- {reason}\n", encoding="utf-8")


def main() -> None:
    """Refresh all cases."""
    reason = checked_reason(sys.argv[1:])
    for case in list_cases():
        golden_file(case).write_text(as_text(golden_values(case)), encoding="utf-8")
    add_reason(reason, FOLDER / "REASONS.md")


if __name__ == "__main__":
    main()
