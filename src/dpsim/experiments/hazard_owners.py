"""Whose a hazard of a ledger is: county and name of its row held against the enterprise that its code names.

A mistyped code moves a hazard to another enterprise; the county and the name beside it tell.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

import pandas as pd

from dpsim.engines.world import county_names
from dpsim.errors import InputError
from dpsim.experiments.observed_ledger import ledger_codes
from dpsim.model.population import Population
from dpsim.params.schema import Case
from dpsim.params.wording import shown

Listed = Mapping[str, tuple[str, str]]
"""By code: the county and the name of an enterprise, empty where there is none."""
_NUMBERED = re.compile(r"county\d+\Z")
"""A synthesised county, made plain: its place has another name in reality."""


def listed_names(case: Case, population: Population, ledger: object = None) -> Listed:
    """Return county and name of the enterprises on the list, and of all that an enterprise ledger names."""
    counties = county_names(case)
    known = {code: (counties[int(c)], "") for code, c in zip(population.codes, population.county, strict=True)}
    if isinstance(ledger, pd.DataFrame):
        own = ledger[["unit", "enterprise"]].fillna("").astype(str)
        known |= dict(zip(ledger_codes(ledger), zip(own["unit"], own["enterprise"], strict=True), strict=True))
    return known


def contradictions(frame: pd.DataFrame, places: Sequence[str], listed: Listed) -> list[InputError]:
    """Return the rows whose county or name is not that of the enterprise with their code.

    A place or a name may be written in other words of the same: one holds the other and is not another's on the list.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns unit, enterprise, code; its index counts the rows of the ledger from 0.
    places : sequence of str
        Where each row of the ledger stands, by that index; empty for a frame made by hand.
    listed : mapping
        See `Listed`; a row whose code it does not have is passed over.
    """
    known = [{_plain(names[k]) for names in listed.values()} for k in (0, 1)]
    faults = []
    rows = frame[["unit", "enterprise"]].fillna("").astype(str)
    codes = frame["code"].fillna("").astype(str)
    for at, code, *said in zip(frame.index, codes, rows["unit"], rows["enterprise"], strict=True):
        own = listed.get(code, ("", ""))
        for k, which in enumerate(("county", "enterprise")):
            if said[k] and own[k] and not _same(_plain(said[k]), _plain(own[k]), known[k]):
                values = {"code": shown(code), "allowed": shown(own[k]), "given": shown(said[k])}
                faults.append(InputError(f"hazards.other_{which}", where=place_of(places, int(at)), **values))
                break
    return faults


def place_of(places: Sequence[str], at: int) -> str:
    """Return where a row stands, counted from 0."""
    return places[at] if at < len(places) else f"hazards[{at}]"


def _same(said: str, own: str, known: set[str]) -> bool:
    """Tell whether two names made plain are of one thing, `known` being the names of all."""
    if said == own or not said:
        return True
    if said in known:
        return False
    return said in own or own in said or _NUMBERED.match(own) is not None


def _plain(text: str) -> str:
    """Return a name without blanks and signs, full-width ones made plain, in lower case."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).lower()
