"""Stopped and closed enterprises in whole runs: alike in both engines, the former build on, the latter leave."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from property_runs import forced, laddered

from dpsim.core.streams import Stream, uniform
from dpsim.engines.log import merged_log
from dpsim.engines.outcome import Outcome
from dpsim.engines.world import World, make_world
from dpsim.experiments import replication
from dpsim.experiments.measured import run_world
from dpsim.experiments.replication import Replication, prepare, run_replication, strategy_paths
from dpsim.experiments.tracing.trace import trace
from dpsim.params.load import load_case
from dpsim.params.schema import Case, Strategy

SEED, DAYS, SHARE = 97, 30.0, 0.3
STAGES = ["started", "ready", "built", "connected", "online", "entered", "reworked"]


@cache
def strict() -> Case:
    """Return Linyi with half of the visits with a find punished, and few ways back: many reach the upper rungs."""
    return forced(load_case("linyi-2018"), {"deterrence.penalty_share": 0.5, "deterrence.return_share": 0.1})


@cache
def ran(stop_days: float = DAYS, close_share: float = SHARE, engine: str = "compiled") -> Replication:
    strategy = laddered(stop_days=stop_days, close_share=close_share)
    return run_replication(strict(), strategy, seed=SEED, replication=0, trace=True, engine=engine)


def of(run: Replication, *kinds: str) -> pd.DataFrame:
    return run.events[run.events["kind"].isin(kinds)]


def by_order(run: Replication) -> pd.DataFrame:
    """Return the removals of closed enterprises."""
    gone = of(run, "removed")
    return gone[gone["channel"] == "city_bureau"]


def listed(run: Replication) -> pd.Series:
    rows = run.indicators[run.indicators["indicator"] == "listed"]
    return rows.groupby("date")["value"].sum()


@cache
def reports() -> np.ndarray:
    """Return the times of the weekly reports."""
    return prepare(strict(), laddered(stop_days=DAYS, close_share=SHARE)).timeline.refresh_times


def stops(run: Replication, times: np.ndarray, *, days: float = DAYS, least: int = 3) -> list[tuple[int, float, float]]:
    """Return the stops that follow from the penalties of the log: entity, begin, end."""
    hit = of(run, "penalty")
    hit = hit[hit["value"] >= least]
    begin = times[np.searchsorted(times, hit["t"].to_numpy(), side="right").clip(max=times.size - 1)]
    whole = begin > hit["t"].to_numpy()  # those of the last week are not followed by a report
    pairs = zip(hit["entity"][whole], begin[whole], strict=True)
    return [(int(entity), float(b), float(b) + days) for entity, b in pairs]


def within(events: pd.DataFrame, spans: list[tuple[int, float, float]]) -> int:
    """Return how many events fall into a stop of their enterprise."""
    count = 0
    for entity, rows in events.groupby("entity"):
        mine = [(b, e) for one, b, e in spans if one == entity]
        t = rows["t"].to_numpy()
        count += int(np.any([(t >= b) & (t < e) for b, e in mine], axis=0).sum()) if mine else 0
    return count


@pytest.mark.parametrize("rungs", [(DAYS, 0.0), (0.0, SHARE), (DAYS, SHARE), (DAYS, 1.0)])
def test_both_engines_give_the_same(rungs: tuple[float, float]) -> None:
    compiled, simpy = ran(*rungs), ran(*rungs, engine="simpy")
    for frame in ("events", "indicators", "targets"):
        pd.testing.assert_frame_equal(getattr(compiled, frame), getattr(simpy, frame), check_exact=True)
    assert len(by_order(compiled)) > 0 or rungs[1] == 0.0
    other = ran(*((rungs[0], 0.5) if rungs[1] == 0.0 else (rungs[0], 0.0)), engine="simpy")
    assert not compiled.events.equals(other.events), "the check must see the rungs"


def test_while_stopped_nothing_arises_and_the_enterprise_builds_on() -> None:
    run, times = ran(DAYS, 0.0), reports()
    spans = stops(run, times)
    assert len(spans) > 50
    own = of(run, "found")[of(run, "found")["channel"] == "self_check"]
    for what, events in (("born", of(run, "born")), ("accident", of(run, "accident")), ("self-checks", own)):
        assert within(events, spans) == 0, what
    assert within(of(run, *STAGES), spans) > 5, "its building, going online and assessment go on"
    assert within(of(run, "rectified", "closed"), spans) > 50, "and so does the closed loop"
    free = ran(0.0, 0.0)
    assert within(of(free, "born"), stops(free, times)) > 50, "the check must see what arises without stops"
    assert within(of(run, "born"), stops(run, times, days=DAYS + 7.0)) > 0, "and a stop that were longer"


def test_a_closed_enterprise_leaves_at_the_next_report() -> None:
    run, times = ran(), reports()
    gone = by_order(run)
    assert len(gone) > 20 and not gone["entity"].duplicated().any()
    last = of(run, "penalty")
    last = last[last["value"] == 4].groupby("entity")["t"].max()
    for row in gone.itertuples():
        assert row.t == times[times > last[row.entity]][0], "the first weekly report after the penalty"
        later = run.events[(run.events["entity"] == row.entity) & (run.events["t"] > row.t)]
        assert later.empty, "nothing happens there any more"
    waiting = set(last.index) - set(gone["entity"])
    assert all(last[entity] >= times[-1] for entity in waiting), "the others were closed after the last report"
    plain = ran(DAYS, 0.0)
    assert by_order(plain).empty and (listed(plain) == listed(plain).iloc[0]).all(), "without a share nobody leaves"
    assert listed(run).iloc[0] - listed(run).iloc[-1] == len(gone), "they are counted as having left"


def outcome(case: Case, strategy: Strategy, engine: str) -> tuple[World, Outcome]:
    setting = prepare(case, strategy, engine=engine)
    world = make_world(setting, strategy_paths(setting, SEED, np.array([0])), 0, seed=SEED)
    return world, run_world(world)


def test_who_has_left_has_no_hazards() -> None:
    world, done = outcome(strict(), laddered(stop_days=DAYS, close_share=SHARE), "compiled")
    assert done.hazards is not None
    sites = done.hazards.sites
    left = sites["on_list"] == 0
    assert left.sum() > 20 and (sites["held"][left] == 0).all() and (sites["held"][~left].sum(axis=1) > 0).any()
    log = merged_log(done.events, done.hazards.store.ledger, world.state.entity)
    assert log.size > 1000


def test_a_strategy_that_is_the_reference_closes_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The anchor rule: paths are of what comes under the reference, closures too, so that none is made beside."""
    own = []
    for share in (0.0, SHARE):
        strategy = laddered(stop_days=DAYS, close_share=share)
        monkeypatch.setattr(replication, "load_strategy", lambda name, mine=strategy: mine)
        own.append(run_replication(strict(), strategy, seed=SEED, replication=0, trace=True))
    pd.testing.assert_frame_equal(own[0].events, own[1].events, check_exact=True)
    assert by_order(own[1]).empty and len(by_order(ran())) > 0, "against the arrangement in force it does"


def test_stops_move_no_stage_of_a_strategy_that_is_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    own = []
    for days in (0.0, DAYS):
        strategy = laddered(stop_days=days, close_share=0.0)
        monkeypatch.setattr(replication, "load_strategy", lambda name, mine=strategy: mine)
        own.append(run_replication(strict(), strategy, seed=SEED, replication=0, trace=True))
    pd.testing.assert_frame_equal(own[0].targets, own[1].targets, check_exact=True)
    assert len(of(own[0], "born")) > len(of(own[1], "born")), "though hazards move"


def test_a_trace_names_the_draw_that_closed() -> None:
    run = ran()
    population = prepare(strict(), laddered(stop_days=DAYS, close_share=SHARE)).population
    entity = int(by_order(run)["entity"].iloc[0])
    code = population.codes[int(np.flatnonzero(population.entity == entity)[0])]
    rows = trace(strict(), laddered(stop_days=DAYS, close_share=SHARE), of=code, seed=SEED, replication=0)
    row = rows[rows["kind"] == "removed"].iloc[0]
    last = rows[(rows["kind"] == "penalty") & (rows["value"] == 4)].iloc[0]
    assert (row["law"], row["stream"], row["check"]) == ("closing", "VISIT_CLOSING", "within")
    assert row["key_ordinal"] == last["ordinal"] and row["uniform"] < SHARE == row["observed"]
    others = rows[(rows["kind"] == "penalty") & (rows["value"] == 3)]["ordinal"].tolist()
    before = [uniform(SEED, 0, entity, int(Stream.VISIT_CLOSING), k, 0) for k in others[1:]]
    assert all(u >= SHARE for u in before), "a smaller draw would have closed it before"
