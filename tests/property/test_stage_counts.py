"""Stages nest, grow, begin at the published counts in every replication, and come in the order of their law."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from property_runs import first_times, forced, make_run, outcome_of

from dpsim.core.words import STAGES, Channel, Kind
from dpsim.engines.simpy_engine import Outcome, run
from dpsim.engines.world import World
from dpsim.experiments.replication import prepare, run_replication
from dpsim.measure.indicators import COUNTED, INDICATORS
from dpsim.measure.stages import stage_counts_over_time
from dpsim.model.state import Phase, stage_flags
from dpsim.params.load import list_strategies, load_strategy
from dpsim.params.schema import Case

REPLICATIONS = range(10)
NESTED = (
    ("passed", "assessed"),
    ("assessed", "built"),
    ("online", "built"),
    ("online", "connected"),
    ("connected", "listed"),
    ("built", "listed"),
)


LISTED_AND_STAGES = [name for name, _ in INDICATORS]


def weekly(indicators: pd.DataFrame) -> pd.DataFrame:
    """Return counts of the city: one row per date, one column per indicator."""
    stages = indicators[indicators["indicator"].isin(LISTED_AND_STAGES) & (indicators["view"] == "reported")]
    return stages.pivot_table(index="date", columns="indicator", values="value", aggfunc="sum")


def not_nested(counts: pd.DataFrame) -> list[str]:
    return [f"{a} > {b}" for a, b in NESTED if (counts[a] > counts[b]).any()]


@pytest.mark.parametrize("strategy", list_strategies())
def test_every_replication_starts_at_the_published_counts_and_grows(linyi: Case, strategy: str) -> None:
    published = {"listed": linyi.population.enterprises.value} | {
        stage: getattr(linyi.state, stage).value for stage in STAGES
    }
    moved = 0.0
    for r in REPLICATIONS:
        counts = weekly(run_replication(linyi, load_strategy(strategy), seed=11, replication=r).indicators)
        first = counts.loc[pd.Timestamp(linyi.as_of)].to_dict()
        assert first == published, f"replication {r} does not start at the published counts"
        assert counts.index[-1] == pd.Timestamp(linyi.horizon_end)
        assert not not_nested(counts), f"replication {r}"
        drops = counts.diff().min()
        assert (drops[1:].fillna(0.0) >= 0).all() and (counts["listed"] == published["listed"]).all(), (
            f"replication {r}"
        )
        moved += (counts.iloc[-1] - counts.iloc[0]).sum()
    assert moved > 0.0, "something happens"
    broken = counts.assign(online=counts["built"] + 1)
    assert "online > built" in not_nested(broken), "a count that does not nest would be noticed"


def test_counts_nest_in_every_county_sector_and_tier(linyi: Case) -> None:
    run = run_replication(linyi, load_strategy("past_pace"), seed=11, replication=0, by=("county", "sector", "tier"))
    stages = run.indicators[
        run.indicators["indicator"].isin(LISTED_AND_STAGES) & (run.indicators["view"] == "reported")
    ]
    counts = stages.pivot_table(index=["date", "county", "sector", "tier"], columns="indicator", values="value")
    assert len(counts) > 17 * 13 * 3 and not not_nested(counts)


def removals(case: Case) -> Case:
    return case.with_values({"scenario.removals_per_year": 0.1})


@pytest.mark.parametrize("strategy", ["current_arrangement", "past_pace"])
def test_with_removals_a_count_falls_only_where_someone_left(linyi: Case, strategy: str) -> None:
    fell, left = 0, 0
    for r in REPLICATIONS:
        world, outcome = outcome_of(removals(linyi), strategy, r)
        times = np.arange(world.timeline.days + 1, dtype=np.float64)
        initial = stage_flags(make_run(world.setting, r, seed=11).state.status)
        counts = stage_counts_over_time(initial, np.zeros(len(initial), dtype=np.int64), 1, outcome.events, times)[:, 0]
        gone = outcome.events[outcome.events["kind"] == int(Kind.REMOVED)]
        bits = gone["value"].astype(np.int64)[:, None] >> np.arange(len(STAGES)) & 1
        taken = np.zeros_like(counts)
        slot = np.searchsorted(times, gone["t"], side="right")  # who leaves on a morning is missing at that day's end
        np.add.at(taken, slot, np.column_stack([np.ones(len(gone), dtype=np.int64), bits]))
        assert (np.diff(counts, axis=0) >= -taken[1:]).all(), f"replication {r}: a drop without a removal"
        frame = pd.DataFrame(counts, columns=LISTED_AND_STAGES)
        assert not not_nested(frame), f"replication {r}"
        final = stage_flags(world.state.status).sum(axis=0)
        assert (counts[-1, 1:] == final).all(), f"replication {r}: log and state disagree: {counts[-1, 1:]} and {final}"
        assert counts[-1, 0] == world.state.status[:, 0].sum()
        entities, times_gone = gone["index"], dict(zip(gone["index"], gone["t"], strict=True))
        assert np.unique(entities).size == entities.size, "nobody leaves twice"
        late = [e for e in outcome.events if e["index"] in times_gone and e["t"] > times_gone[e["index"]]]
        assert not late, f"replication {r}: an event of one who had left: {late[0]}"
        fell, left = fell + int((np.diff(counts[:, 1:], axis=0) < 0).sum()), left + len(gone)
    assert fell > 0 and 300 < left < 800, f"{left} left in ten runs (about 1 748 x 0.1 x 112/365 = 54 each)"


def runs(case: Case) -> Iterator[tuple[str, World, Outcome]]:
    for k, strategy in enumerate(list_strategies()):
        for r in (2 * k, 2 * k + 1):
            world, outcome = outcome_of(removals(case) if r % 2 else case, strategy, r)
            yield f"{strategy}, replication {r}", world, outcome


@pytest.fixture(scope="module")
def all_runs(linyi: Case) -> list[tuple[str, World, Outcome]]:
    return list(runs(linyi))


def test_events_lie_inside_the_horizon_and_in_their_phase(all_runs: list[tuple[str, World, Outcome]]) -> None:
    for name, world, outcome in all_runs:
        events, days, mornings = outcome.events, world.timeline.days, set(world.timeline.mornings.tolist())
        assert events["t"].min() >= 0.0, f"{name}: an event before the as-of date is over"
        assert events["t"].max() < days, f"{name}: an event after the horizon"
        assert (np.diff(events["t"]) >= 0).all(), f"{name}: the log is sorted"
        organised = events[events["phase"] != Phase.ENTERPRISES]
        assert set(organised["t"].astype(int)) <= mornings and (organised["t"] % 1 == 0).all(), (
            f"{name}: not on a morning"
        )
        visits = events[np.isin(events["kind"], [int(Kind.ASSESSED), int(Kind.PASSED), int(Kind.SENT_BACK)])]
        hours = visits["t"] % 1 * 24
        assert ((hours >= 9) & (hours < 17)).all() and set(visits["t"].astype(int)) <= mornings, f"{name}: office hours"
        built = events[events["kind"] == int(Kind.BUILT)]
        by_agency = built["channel"] == int(Channel.AGENCY)
        user = world.state.status[built["index"], 6] == 1
        assert (by_agency == user).all(), f"{name}: the agency's enterprises are those that rely on one"
        assert (by_agency == (built["phase"] == Phase.ALLOCATION)).all()


def out_of_order(world: World, outcome: Outcome) -> list[str]:
    """Return which steps came before the step they need, over all enterprises."""
    names = ("started", "entered", *STAGES)
    times = dict(zip(names, first_times(world, outcome).T, strict=True))
    entry = dict(zip(("started", "built", "connected", "online", "passed"), world.entry.T, strict=True))
    done = {name: np.where(np.isnan(entry[name]), times[name], entry[name]) for name in entry}
    needs = (
        ("built", "started"),
        ("connected", "started"),
        ("online", "built"),
        ("online", "connected"),
        ("passed", "built"),
    )
    found = [f"{b} before {a}" for b, a in needs if ((done[b] < done[a]) & np.isfinite(done[b])).any()]
    found += [f"{b} without {a}" for b, a in needs if (np.isfinite(done[b]) & np.isinf(done[a])).any()]
    for b, a in (("assessed", "entered"), ("passed", "assessed")):
        if ((times[b] < times[a]) & np.isfinite(times[b])).any():
            found.append(f"{b} before {a}")
    found += [
        f"{name} twice"
        for name in ("started", "built", "connected", "online", "passed")
        if (np.isfinite(times[name]) & (entry.get(name, times[name]) <= 0)).any()
    ]
    return found


def test_steps_come_in_the_order_of_the_law(all_runs: list[tuple[str, World, Outcome]]) -> None:
    for name, world, outcome in all_runs:
        assert not out_of_order(world, outcome), name
        once = outcome.events[
            np.isin(
                outcome.events["kind"],
                [int(k) for k in (Kind.STARTED, Kind.BUILT, Kind.CONNECTED, Kind.ONLINE, Kind.PASSED)],
            )
        ]
        pairs = once["index"] * 64 + once["kind"]
        assert np.unique(pairs).size == pairs.size, f"{name}: a step was done twice"
        passed = outcome.events[outcome.events["kind"] == int(Kind.PASSED)]
        sent = outcome.events[outcome.events["kind"] == int(Kind.SENT_BACK)]
        assert (passed["value"] >= world.state.pass_score[passed["index"]]).all(), name
        refused = sent["index"][sent["value"] >= world.state.pass_score[sent["index"]]]
        if name.startswith("assessor_independence"):  # its assessors refuse paper that has the score
            assert refused.size and outcome.hazards is not None and (outcome.hazards.sites["paper"][refused] >= 1).all()
        else:
            assert refused.size == 0, name
    name, world, outcome = all_runs[0]
    turned = outcome.events.copy()
    turned["t"] = 112.0 - turned["t"]
    backwards = Outcome(turned, outcome.queue, outcome.busy, outcome.servers, outcome.spent, outcome.purse)
    assert {"online before built", "assessed before entered"} <= set(out_of_order(world, backwards)), (
        "time turned round would be noticed"
    )


def test_every_life_follows_its_tracks(all_runs: list[tuple[str, World, Outcome]]) -> None:
    """Between two assessments stand a rework and a new entry; a hand-over follows its own READY."""
    follows = {
        Kind.ENTERED: (Kind.ASSESSED,),
        Kind.ASSESSED: (Kind.PASSED, Kind.SENT_BACK),
        Kind.SENT_BACK: (Kind.REWORKED,),
        Kind.REWORKED: (Kind.ENTERED,),
        Kind.PASSED: (),
    }
    seen = 0
    for name, _, outcome in all_runs:
        track = outcome.events[np.isin(outcome.events["kind"], [int(k) for k in follows])]
        order = np.lexsort((np.arange(len(track)), track["index"]))
        for a, b in zip(track[order], track[order][1:], strict=False):
            if a["index"] == b["index"]:
                assert Kind(b["kind"]) in follows[Kind(a["kind"])], (
                    f"{name}: {Kind(a['kind']).name} then {Kind(b['kind']).name}"
                )
                seen += 1
        ready = {e["index"]: e["t"] for e in outcome.events if e["kind"] == int(Kind.READY)}
        for event in outcome.events[
            (outcome.events["kind"] == int(Kind.BUILT)) & (outcome.events["channel"] == int(Channel.AGENCY))
        ]:
            assert ready[event["index"]] < event["t"], f"{name}: handed over before it was ready"
    assert seen > 1000


def test_no_more_servers_are_busy_than_there_are(all_runs: list[tuple[str, World, Outcome]]) -> None:
    waited = 0
    for name, world, outcome in all_runs:
        mornings = world.timeline.mornings
        assert (outcome.busy <= outcome.servers).all() and (outcome.busy >= 0).all(), name
        assert (outcome.servers[mornings] >= 1).all() and (outcome.queue >= 0).all(), name
        idle = outcome.busy[mornings] < outcome.servers[mornings]
        assert (outcome.queue[mornings][idle] == 0).all(), f"{name}: someone waits while a server is free"
        assert outcome.queue.shape == (world.timeline.days, len(world.agencies) + 1)
        waited += int(outcome.queue.max())
    assert waited > 0, "the queues bind somewhere, or the check above is empty"


def test_no_server_has_two_jobs_at_once(all_runs: list[tuple[str, World, Outcome]]) -> None:
    """Hand-overs of one builder, and assessments of one team, are at least the service time apart."""
    pairs = 0
    for name, world, outcome in all_runs:
        events = outcome.events
        assessed = events[events["kind"] == int(Kind.ASSESSED)]
        handed = events[(events["kind"] == int(Kind.BUILT)) & (events["channel"] == int(Channel.AGENCY))]
        groups = [(bench, handed[world.state.sector[handed["index"]] == k]) for k, bench in enumerate(world.agencies)]
        for bench, jobs in [*groups, (world.assessors, assessed)]:
            for server in np.unique(jobs["actor"]):
                mine = jobs[jobs["actor"] == server]
                starts = np.floor(mine["t"])
                gaps, need = np.diff(starts), bench.service[mine["index"][:-1]]
                assert (gaps >= need).all(), f"{name}: {bench.name} {server} took a job before the last was done"
                pairs += gaps.size
    assert pairs > 100


def reported_at(world: World, outcome: Outcome, date: dt.date) -> int:
    """Return how many had been built by the end of a date, by the calendar day of each event."""
    built = outcome.events[outcome.events["kind"] == int(Kind.BUILT)]
    days = [world.timeline.date(int(t)) for t in built["t"]]
    return int(world.setting.case.state.built.value) + sum(day <= date for day in days)


def test_nothing_is_reported_before_its_day(linyi: Case) -> None:
    """An agency's hand-over on Tuesday morning must not stand in Monday's figures."""
    run_ = run_replication(linyi, load_strategy("current_arrangement"), seed=11, replication=1)
    world, outcome = outcome_of(linyi, "current_arrangement", 1)
    counts = weekly(run_.indicators)["built"]
    early = {str(date.date()): int(counts[date]) - reported_at(world, outcome, date.date()) for date in counts.index}
    assert not any(early.values()), f"built too early: {early}"
    built = outcome.events[outcome.events["kind"] == int(Kind.BUILT)]
    midnights = {world.timeline.end_of(date.date()) for date in counts.index}
    assert midnights & set(built["t"]), "hand-overs at the midnight that ends a date put the check to the test"


def test_own_events_are_reported_from_their_day_on(linyi: Case) -> None:
    """The same for going online, which never happens on the stroke of a morning."""
    world, outcome = outcome_of(linyi, "current_arrangement", 1)
    counts = weekly(run_replication(linyi, load_strategy("current_arrangement"), seed=11, replication=1).indicators)[
        "online"
    ]
    online = outcome.events[outcome.events["kind"] == int(Kind.ONLINE)]
    for date in counts.index:
        by_day = sum(world.timeline.date(int(t)) <= date.date() for t in online["t"])
        assert counts[date] == linyi.state.online.value + by_day, date
    assert online.size > 10


def test_nothing_is_spent_by_the_as_of_date(linyi: Case) -> None:
    """A drive from the day after the as-of date: organisations and costs have no row before a week is over."""
    drive = load_strategy("deadline_drive")
    place = [lever.instrument for lever in drive.instruments].index("deadline_drive")
    drive = drive.with_values({f"instruments.{place}.start": linyi.as_of + dt.timedelta(days=1)})
    frame = run_replication(linyi, drive, seed=1, replication=0).indicators
    of_stages = frame["indicator"].isin(LISTED_AND_STAGES)
    dates = [pd.Timestamp(date) for date in prepare(linyi, drive).timeline.weekly_dates]
    assert frame[of_stages]["date"].unique().tolist() == dates and dates[0] == pd.Timestamp(linyi.as_of)
    counted = frame["indicator"].isin([name for name, _ in COUNTED])
    assert frame[counted]["date"].unique().tolist() == dates
    for indicator, rows in frame[~counted].groupby("indicator"):
        assert rows["date"].tolist() == dates[1:], indicator
    spent = frame[frame["indicator"] == "staff_days:city_bureau"].set_index("date")["value"]
    each = {lever.instrument: lever.named() for lever in drive.instruments}
    mornings = 5  # 11 to 17 September without the weekend; the first meeting falls on the 17th
    meeting = each["dispatch_meeting"]["staff_days_each"].value
    assert spent.iloc[0] == mornings * each["deadline_drive"]["staff_days_per_day"].value + meeting
    assert (spent.diff().iloc[1:] >= 0).all() and spent.iloc[-1] > spent.iloc[0]


def test_added_builders_are_paid_by_the_job(linyi: Case) -> None:
    """Yuan spent are the price times the hand-overs by builders beyond those at the start."""
    tight = forced(linyi, {"agencies.headroom": 0.2, "agencies.user_share": 0.8})
    plan = load_strategy("third_party_capacity")
    place = [lever.instrument for lever in plan.instruments].index("third_party_capacity")
    plan = plan.with_values({f"instruments.{place}.added_share": 3.0})
    price, start = plan.instruments[place].cost_per_enterprise.value, plan.instruments[place].start
    for r in range(3):
        world = make_run(prepare(tight, plan), r, seed=11)
        outcome = run(world)
        handed = outcome.events[outcome.events["channel"] == int(Channel.AGENCY)]
        assert (handed["kind"] == int(Kind.BUILT)).all()
        base = np.array([bench.base for bench in world.agencies])
        added = handed[handed["actor"] >= base[world.state.sector[handed["index"]]]]
        assert 20 < added.size < handed.size and added["t"].min() >= world.timeline.day(start)
        by_day = np.bincount(added["t"].astype(int), minlength=world.timeline.days)
        assert outcome.spent[:, 1].tolist() == (price * by_day).tolist()
        yuan = run_replication(tight, plan, seed=11, replication=r).indicators
        yuan = yuan[yuan["indicator"] == "yuan:city_bureau"]["value"]
        assert yuan.iloc[-1] == price * added.size
    _, without = outcome_of(tight, "current_arrangement", 0)
    assert (without.spent[:, 1] == 0.0).all(), "nobody is added, nothing is paid"


def test_two_engine_runs_of_one_world_agree(linyi: Case) -> None:
    setting = prepare(linyi, load_strategy("third_party_capacity"))
    a, b = (run(make_run(setting, 3, seed=11)) for _ in range(2))
    assert (a.events == b.events).all() and (a.queue == b.queue).all()
    other = run(make_run(setting, 4, seed=11))
    assert a.events.size != other.events.size or (a.events != other.events).any()
