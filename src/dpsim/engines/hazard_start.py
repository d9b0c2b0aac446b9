"""Put the open hazards of a ledger in the place of the synthesised ones; everything nobody knows of stays."""

from __future__ import annotations

import numpy as np

from dpsim.model.hazard_stock import KNOWN
from dpsim.model.hazard_store import HazardStore
from dpsim.model.hazards import Records
from dpsim.model.open_hazards import OPEN, OpenHazards, open_records


def set_open(sites: Records, store: HazardStore, laws: Records, opened: OpenHazards) -> None:
    """Replace the open hazards of all enterprises, at the as-of date; both arrays of the store are changed in place.

    Parameters
    ----------
    sites : records of SITE
    store : HazardStore
    laws : records of LAW
        Shape (1,).
    opened : OpenHazards
    """
    stock = store.stock
    held, first = sites["held"][:, KNOWN].copy(), sites["row"][:, KNOWN]
    owner = np.repeat(np.arange(sites.size), held)
    place = np.arange(owner.size) - np.repeat(np.cumsum(held) - held, held) + np.repeat(first, held)
    before = stock.table[place]
    kept = ~np.isin(before["state"], [int(state) for state in OPEN])
    new = open_records(opened, sites["entity"], laws[0])
    owner = np.concatenate([owner[kept], opened.index])
    rows = np.concatenate([before[kept], new])[np.argsort(owner, kind="stable")]
    table = np.zeros(max(stock.table.size, rows.size + rows.size // 4 + 16), dtype=rows.dtype)
    begin = table.size - rows.size if stock.way[0] > 0 else 0  # the next interval writes from the other end on
    table[begin : begin + rows.size] = rows
    counts = np.bincount(owner, minlength=sites.size)
    sites["held"][:, KNOWN], sites["row"][:, KNOWN] = counts, begin + np.cumsum(counts) - counts
    sites["open"] = np.bincount(opened.index, minlength=sites.size)
    sites["overdue"] = np.bincount(opened.index, weights=new["late"], minlength=sites.size)
    store.stock = stock._replace(table=table)
