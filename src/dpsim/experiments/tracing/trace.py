"""The trace of one enterprise, organisation or hazard: what happened, when, on which draw; two runs side by side."""

from __future__ import annotations

import datetime as dt
from dataclasses import astuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.core.streams import check_word
from dpsim.core.words import Channel, Kind
from dpsim.errors import InputError
from dpsim.experiments.arguments import ENGINES
from dpsim.experiments.replication import prepare
from dpsim.experiments.tracing.draw import Draw
from dpsim.experiments.tracing.enterprise_draws import enterprise_draw
from dpsim.experiments.tracing.hazard_draws import HAZARD_KINDS, hazard_draws
from dpsim.experiments.tracing.run import TracedRun, traced_run
from dpsim.experiments.tracing.who import Traced, find, hazard_name
from dpsim.measure.events import event_frame
from dpsim.params.schema import Case, Strategy
from dpsim.params.wording import shown

KEY = ("law", "stream", "key_entity", "key_ordinal", "key_draw", "part", "uniform", "follows", "observed", "check")
SAME = ["t", "phase", "entity", "ordinal", "kind", "channel", "actor", "value"]
"""Two events are the same one where all of this is."""
BOTH, ONE, OTHER = "both", "strategy", "against"
_VISITS = (Kind.VISIT, Kind.ADVISED, Kind.PENALTY, Kind.REVEALED)


def trace(
    case: Case,
    strategy: Strategy,
    *,
    of: str,
    seed: int,
    replication: int,
    against: Strategy | None = None,
    engine: str = ENGINES[0],
    as_of: dt.date | str | None = None,
    state: object = None,
    hazards: object = None,
) -> pd.DataFrame:
    """Return everything that happened to one enterprise, organisation or hazard in one replication.

    Parameters
    ----------
    case : Case
    strategy : Strategy
    of : str
        An enterprise by its code (`LY-000001`), a hazard by code, class and number (`LY-000001#G12`: the twelfth
        general one there, `#M3`: the third major one), or an organisation: `city_bureau` (meetings, notices), a county
        (its visits, penalties, systems seen through), `agency_<sector>` (hand-overs), `assessors` (assessments).
    seed, replication : int
        Name of the run.
    against : Strategy, optional
        A second strategy under the same luck, to stand beside the first.
    engine : {"compiled", "simpy"}
        The same trace from both.
    as_of, state, hazards
        As of `run_replication`.

    Returns
    -------
    pandas.DataFrame
        One row per event, in the order that counts: the columns of the frame `events`, and ``time`` (datetime64, civil
        time), ``code`` and ``hazard`` (of whom it is), ``law``, ``stream``, ``key_entity``, ``key_ordinal``,
        ``key_draw``, ``part`` (which number of the call), ``uniform`` (drawn anew from that key), ``follows`` (what
        the law makes of it), ``observed`` (the same as the log or the state tells it, NaN where it does not) and
        ``check``: `exact` (both agree), `within` (the law allows it), `named` (the log cannot show it), empty
        (nothing was drawn). With `against` also ``side`` (`both`, `strategy`, `against`) and ``divergence``, true in
        the first row that is not of both.

    Raises
    ------
    InputError
        An argument is not allowed; nobody has that name; the hazard never arose.
    """
    seed, replication = check_word("seed", seed), check_word("replication", replication)
    sides = [strategy] if against is None else [strategy, against]
    settings = [prepare(case, one, engine=engine, as_of=as_of, state=state, hazards=hazards) for one in sides]
    who = find(settings[0], of)
    runs = [traced_run(setting, seed=seed, replication=replication) for setting in settings]
    if who.kind == "hazard":
        _check_arose(who, runs)
    frames = [_frame(run, who) for run in runs]
    return frames[0] if against is None else side_by_side(*frames)


def side_by_side(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return two traces in one frame, an event of both once; ``divergence`` marks the first that is not of both."""
    merged = one.merge(other[SAME], how="left", on=SAME, indicator="side")
    missing = other.merge(one[SAME], how="left", on=SAME, indicator="side")
    missing = missing[missing["side"] == "left_only"].assign(side=OTHER)
    merged = merged.assign(side=np.where(merged["side"] == BOTH, BOTH, ONE))
    parts = [part for part in (merged, missing) if len(part)]
    whole = pd.concat(parts) if parts else merged
    whole = whole.sort_values(["t", "phase", "entity", "ordinal"], kind="stable").reset_index(drop=True)
    apart = np.flatnonzero(whole["side"].to_numpy() != BOTH)
    return whole.assign(divergence=np.arange(len(whole)) == (apart[0] if apart.size else -1))


def _check_arose(who: Traced, runs: list[TracedRun]) -> None:
    """Raise InputError where a hazard is in no log, naming the nearest numbers that are."""
    seen = np.unique(np.concatenate([_hazards(run, who.place)["ordinal"] for run in runs]))
    if who.ordinal in seen:
        return
    same = seen[(seen & 1) == (who.ordinal & 1)]
    near = same[np.argsort(np.abs(same - who.ordinal), kind="stable")][:3]
    code = runs[0].setting.population.codes[who.place]
    names = ", ".join(shown(hazard_name(code, int(one))) for one in near)
    raise InputError("trace.no_hazard", given=shown(who.name), nearest=names or "-")


def _hazards(run: TracedRun, i: int) -> npt.NDArray[np.void]:
    """Return the events of an enterprise's hazards."""
    events = run.events
    return events[(events["index"] == i) & np.isin(events["kind"], list(HAZARD_KINDS))]


def _chosen(run: TracedRun, who: Traced) -> npt.NDArray[np.int64]:
    """Return the places of the events in the log that are about someone."""
    events, population = run.events, run.setting.population
    kind, index, channel = events["kind"], events["index"], events["channel"]
    if who.kind == "enterprise":
        mine = index == who.place
    elif who.kind == "hazard":
        mine = (index == who.place) & np.isin(kind, list(HAZARD_KINDS)) & (events["ordinal"] == who.ordinal)
    elif who.kind == "county":
        mine = np.isin(kind, _VISITS) & (index >= 0) & (population.county[index] == who.place)
    elif who.kind == "agency":
        mine = (channel == Channel.AGENCY) & (population.sector[index] == who.place)
    elif who.kind == "assessors":
        mine = channel == Channel.ASSESSOR
    else:
        mine = channel == Channel.CITY_BUREAU
    return np.flatnonzero(mine)


def _frame(run: TracedRun, who: Traced) -> pd.DataFrame:
    """Return the trace of one run."""
    rows = _chosen(run, who)
    events = run.events[rows]
    frame = event_frame(events)
    codes = run.setting.population.codes
    midnight = np.datetime64(run.world.timeline.as_of, "D") + np.timedelta64(1, "D")
    seconds = np.round(events["t"] * 86400.0).astype("timedelta64[s]")
    frame.insert(1, "time", midnight.astype("datetime64[s]") + seconds)
    frame["code"] = [codes[i] if i >= 0 else "" for i in events["index"].tolist()]
    frame["hazard"] = [
        hazard_name(codes[int(e["index"])], int(e["ordinal"])) if int(e["kind"]) in HAZARD_KINDS else "" for e in events
    ]
    loop = hazard_draws(run, who.place) if who.kind in ("enterprise", "hazard") and run.sites.size else {}
    return pd.concat([frame, _keys([_draw(run, row, loop) for row in rows.tolist()])], axis=1)


def _draw(run: TracedRun, row: int, loop: dict[int, Draw]) -> Draw | None:
    """Return the draw of an event."""
    event = run.events[row]
    return loop.get(row) if int(event["kind"]) in HAZARD_KINDS else enterprise_draw(run, event)


def _keys(draws: list[Draw | None]) -> pd.DataFrame:
    """Return the columns that name the draws."""
    nothing = ("", "", -1, -1, -1, -1, np.nan, np.nan, np.nan, "")
    rows = [nothing if draw is None else (draw.law, draw.stream.name, *astuple(draw)[2:]) for draw in draws]
    table = pd.DataFrame(rows, columns=list(KEY))
    whole = dict.fromkeys(("key_entity", "key_ordinal", "key_draw", "part"), "int64")
    return table.astype({**whole, **dict.fromkeys(("uniform", "follows", "observed"), "float64")})
