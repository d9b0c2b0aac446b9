"""From a hazard ledger to the hazards that are open at a date, enterprise by enterprise."""

from __future__ import annotations

import datetime as dt
import hashlib
import warnings
from collections.abc import Collection

import numpy as np
import pandas as pd

from dpsim.core.words import CLASSES, HAZARD_STEPS
from dpsim.errors import InputError
from dpsim.experiments.hazard_owners import Listed, contradictions, place_of
from dpsim.experiments.observed_ledger import ledger_codes
from dpsim.language import say
from dpsim.model.open_hazards import OPEN, OpenHazards
from dpsim.params.wording import nearest, shown, shown_name

COLUMNS = ("unit", "enterprise", "code", "class", *HAZARD_STEPS, "due", "state")
"""Columns that are read."""
STATES = (*HAZARD_STEPS, "accident", "dropped")
"""How a hazard may stand."""
_LOOKED_AT = 5000


def open_hazards(
    hazards: object,
    codes: tuple[str, ...],
    as_of: dt.date,
    *,
    former: Collection[str] = (),
    listed: Listed | None = None,
) -> OpenHazards:
    """Return the hazards of a ledger that are open at the end of a date.

    Parameters
    ----------
    hazards : HazardLedger or pandas.DataFrame
        See `dpsim.progress.hazard_ledger.load_hazards`.
    codes : tuple of str
        The list; a ledger without codes names an enterprise by ``county/name``, as an enterprise ledger does.
    as_of : datetime.date
        What lies after it is not looked at: later finds are left out, later steps have not been taken.
    former : collection of str
        Enterprises that an enterprise ledger names and that are not on the list now: their hazards are closed.
    listed : mapping of str to (str, str), optional
        County and name of enterprises by code, as far as they are known, for rows to be held against.

    Raises
    ------
    InputError
        It is no such ledger, a column holds what cannot be, or an enterprise is not on the list.
    FileFaults
        Rows name another county or enterprise than their code.

    Warns
    -----
    UserWarning
        Hazards found after the date are left out.
    """
    frame = getattr(hazards, "frame", hazards)
    if not isinstance(frame, pd.DataFrame) or any(list(frame.columns).count(name) != 1 for name in COLUMNS):
        raise InputError("hazards.no_frame", allowed=", ".join(COLUMNS))
    _check(frame)
    day = pd.Timestamp(as_of)
    rows = frame[frame["found"] <= day].reset_index(drop=True)
    later = np.column_stack([(rows[step] > day).to_numpy() for step in HAZARD_STEPS])
    reached = np.column_stack([(rows[step] <= day).to_numpy() for step in HAZARD_STEPS])
    dated = (reached * np.arange(len(HAZARD_STEPS))).max(axis=1, initial=0)
    said = (
        rows["state"]
        .map({step: k for k, step in enumerate(HAZARD_STEPS)})
        .fillna(len(HAZARD_STEPS))
        .to_numpy(dtype=np.int64)
    )
    standing = np.where(later.any(axis=1), dated, said)
    own = standing < len(OPEN)
    place = {code: i for i, code in enumerate(codes)}
    names = ledger_codes(rows)
    known = names.isin(place) | (~own & (names.isin(former) | (rows["state"] == "dropped")))
    if not known.all():
        at = int(np.flatnonzero(frame["found"] <= day)[np.argmin(known)])
        raise _unknown(str(names[np.argmin(known)]), getattr(hazards, "places", ()), at, codes)
    if listed:
        numbered = frame.reset_index(drop=True)
        found = contradictions(numbered[numbered["found"] <= day], getattr(hazards, "places", ()), listed)
        if found:
            from dpsim.tabular.places import refuse  # words move no number: no part of what a run loads

            refuse("hazards=", found)
    if later_finds := int((frame["found"] > day).sum()):
        text = say("hazards.left_out", given=later_finds, as_of=as_of.isoformat())
        warnings.warn(text, stacklevel=5)  # at the call of run_replication or run_ensemble
    rows, standing, reached = rows[own].reset_index(drop=True), standing[own], reached[own]
    index = names[own].map(place).to_numpy(dtype=np.int64)
    times = {name: (rows[name] - day).dt.days.to_numpy(dtype=np.float64) for name in (*HAZARD_STEPS, "due")}
    steps = np.column_stack(
        [np.where(reached[:, k], times[step] - 0.5, -np.inf) for k, step in enumerate(HAZARD_STEPS)]
    )
    return OpenHazards(
        index=index,
        klass=np.array([CLASSES.index(one) for one in rows["class"]], dtype=np.int64),
        state=np.array([int(OPEN[k]) for k in standing], dtype=np.int64),
        found=times["found"] - 0.5,
        since=steps.max(axis=1, initial=-np.inf) if len(rows) else np.zeros(0),
        due=times["due"],
    )


def _check(frame: pd.DataFrame) -> None:
    """Refuse a frame, made by hand perhaps, with dates that are none, or with classes or states nobody knows."""
    for name in (*HAZARD_STEPS, "due"):
        if getattr(frame[name].dtype, "kind", "") != "M" or getattr(frame[name].dtype, "tz", None) is not None:
            given = f"{name}: {frame[name].dtype}"
            raise InputError("hazards.bad_column", given=shown_name(given), allowed="datetime64, NaT")
    if frame["found"].isna().any():
        raise InputError("hazards.bad_column", given="found: NaT", allowed="datetime64")
    for name, allowed in (("class", CLASSES), ("state", STATES)):
        for given in frame[name].unique():
            if given not in allowed:
                raise InputError("hazards.bad_column", given=f"{name}: {shown(given)}", allowed=", ".join(allowed))


def digest_of(opened: OpenHazards) -> str:
    """Return a digest of the open hazards."""
    digest = hashlib.sha256()
    for name in ("index", "klass", "state", "found", "since", "due"):
        digest.update(np.ascontiguousarray(getattr(opened, name)).tobytes())
    return digest.hexdigest()


def _unknown(name: str, places: tuple[str, ...], at: int, codes: tuple[str, ...]) -> InputError:
    """Return the error of an enterprise that is not on the list; `at` is its row in the frame, counted from 0."""
    near = ", ".join(map(shown, nearest(name, codes[:_LOOKED_AT])))
    message = f"hazards.unknown_enterprise{'_near' if near else ''}"
    return InputError(message, where=place_of(places, at), given=shown(name), nearest=near)
