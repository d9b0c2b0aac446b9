"""The enterprises of a ledger as the list of a run: each with its own stages and dates at the as-of date."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from dpsim.core.streams import entity_numbers
from dpsim.core.words import STAGES
from dpsim.errors import InputError
from dpsim.model.population import Population
from dpsim.model.state import PATH_TRACKS, Floats, Track

_TRACK_OF = {"built": Track.BUILD, "connected": Track.CONNECT, "online": Track.ONLINE, "passed": Track.ASSESS}
Counts = dict[str, dict[str, int]]
"""By county: its enterprises, and how many have reached each stage that is observed."""


def on_list(ledger: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Return the enterprises of a ledger that are on the list at the end of a date, ordered by county and code."""
    day = pd.Timestamp(as_of)
    listed = (ledger["listed"].isna() | (ledger["listed"] <= day)) & ~(ledger["removed"] <= day)
    rows = ledger[listed].copy()
    rows["code"] = ledger_codes(rows)
    for stage in STAGES:
        rows[stage] = rows[stage].where(rows[stage] <= day)
    if rows.empty:
        raise InputError("state.nothing_yet", as_of=as_of.isoformat(), given=str(ledger["listed"].min())[:10])
    return rows.sort_values(["unit", "code"], kind="stable").reset_index(drop=True)


def ledger_codes(rows: pd.DataFrame) -> pd.Series:
    """Return the code of each enterprise, ``county/name`` where it has none."""
    own = rows["code"].fillna("").astype(str)
    return own.where(own != "", rows["unit"].astype(str) + "/" + rows["enterprise"].astype(str))


def ledger_counts(rows: pd.DataFrame, stages: list[str]) -> Counts:
    """Return the counts of a ledger by county."""
    return {
        str(unit): {"enterprises": len(own), **{stage: int(own[stage].notna().sum()) for stage in stages}}
        for unit, own in rows.groupby("unit", sort=True)
    }


def own_enterprises(
    population: Population, names: list[str], rows: pd.DataFrame, counts: Counts, as_of: dt.date
) -> tuple[Population, Floats]:
    """Return the list with the stages, codes and dates of a ledger's enterprises, the traits being synthesised ones.

    Within a county the furthest in the ledger takes the traits of the furthest in the synthesised list.
    """
    n = population.entity.size
    observed = [stage for stage in STAGES if stage in next(iter(counts.values()))]
    code = np.array(population.codes, dtype=object)
    flags = {stage: np.array(getattr(population, stage)) for stage in STAGES}
    past = np.full((n, PATH_TRACKS), np.nan)
    far = np.sum([flags[stage] for stage in observed], axis=0)
    for c, name in enumerate(names):
        here = np.flatnonzero(population.county == c)
        own = rows[rows["unit"] == name]
        place = here[np.argsort(-far[here], kind="stable")]
        own = own.iloc[np.argsort(-own[observed].notna().sum(axis=1).to_numpy(), kind="stable")]
        code[place] = own["code"].to_numpy()
        for stage in observed:
            flags[stage][place] = own[stage].notna().to_numpy()
            if stage in _TRACK_OF:
                days = (own[stage] - pd.Timestamp(as_of)).dt.days.to_numpy(dtype=np.float64)
                past[place, _TRACK_OF[stage]] = days - 0.5  # at noon of its day
    if "connected" not in observed:
        flags["connected"] = flags["online"] | (flags["connected"] & (flags["built"] | population.building))
    if "passed" not in observed:
        flags["passed"] = flags["passed"] & flags["assessed" if "assessed" in observed else "built"]
    if "assessed" not in observed:
        flags["assessed"] = flags["passed"] | (flags["assessed"] & flags["built"] & ("passed" not in observed))
    codes = tuple(str(one) for one in code)
    moved = replace(
        population,
        codes=codes,
        entity=entity_numbers(codes),
        building=(population.building | flags["connected"]) & ~flags["built"],
        built=flags["built"],
        connected=flags["connected"],
        online=flags["online"],
        assessed=flags["assessed"],
        passed=flags["passed"],
    )
    return moved, past
