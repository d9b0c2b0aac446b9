"""Share of the hazards found that the enterprises found themselves: at self-checks, or reported by their workers."""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.core.words import DISCOVERY
from dpsim.published._asked import Asked, Floats, Seen, Takes, classes, found, ratio

NAMES = {"self_found_share": Words("企业自查发现占比", "share found by the enterprises themselves")}
UNITS = ("share",)
TAKES = Takes(window=True, klass=True)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the share, shape (runs,)."""
    of = classes(asked)
    return ratio(found(seen, asked, ["self_check", "worker_report"], of), found(seen, asked, DISCOVERY, of))
