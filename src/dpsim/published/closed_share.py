"""Share closed, as reported, of the hazards in the ledger: open at the beginning or found since."""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.core.words import DISCOVERY
from dpsim.published._asked import Asked, Floats, Seen, Takes, classes, flows, found, ratio, stock

NAMES = {"closed_share": Words("隐患销号率", "share of hazards closed")}
UNITS = ("share",)
TAKES = Takes(window=True, klass=True)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the share, shape (runs,)."""
    ledger = stock(seen, asked, "open", asked.begin) + found(seen, asked, DISCOVERY, classes(asked))
    return ratio(flows(seen, asked, "closed"), ledger)
