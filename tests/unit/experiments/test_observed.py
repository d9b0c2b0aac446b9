"""The state a run starts from: counts of a table, enterprises of a ledger, and everything that is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from dpsim.core.words import STAGES
from dpsim.engines.world import county_names, make_world
from dpsim.errors import InputError
from dpsim.experiments.observed import observe
from dpsim.experiments.replication import check_fit, prepare, run_replication, strategy_paths
from dpsim.forecast.project import forecast
from dpsim.model.population import case_margins, synthesise
from dpsim.model.state import Track
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case
from dpsim.progress.load import load_progress

CASE, PLAN = load_case("linyi-2018"), load_strategy("current_arrangement")
AS_OF = CASE.as_of


def table(weeks: int = 12) -> pd.DataFrame:
    """Return weekly rows of two counties that make up the city; the counts grow by one a week."""
    ends = {"North": (1000, 600, 500, 380, 160, 140), "South": (748, 560, 400, 309, 140, 121)}
    rows = [
        (pd.Timestamp(AS_OF) - pd.Timedelta(weeks=week), unit, stage, own[0], count - week)
        for unit, own in ends.items()
        for stage, count in zip(STAGES, own[1:], strict=True)
        for week in range(weeks)
    ]
    return pd.DataFrame(rows, columns=["date", "unit", "stage", "total", "done"])


def ledger(dated: bool = True) -> pd.DataFrame:
    """Return a ledger of the city in two counties, each enterprise with its own dates, as a bureau keeps it."""
    dice, rows = np.random.default_rng(2), []
    for k in range(int(CASE.population.enterprises.value)):
        unit = "North" if k < 1000 else "South"
        day, reached = dt.date(2018, 1, 8), {}
        for stage in ("built", "connected", "online", "assessed", "passed"):
            day += dt.timedelta(days=int(dice.integers(5, 160 if dated else 400)))
            reached[stage] = day if day <= AS_OF + dt.timedelta(days=30) else None
            if reached[stage] is None:
                break
        rows.append({"unit": unit, "enterprise": f"Works {k}", "credit code": f"E{k:05d}"} | reached)
    return pd.DataFrame(rows).astype(object).fillna("")


def changed(**values: object) -> pd.DataFrame:
    """Return the table with the last row of built in North changed."""
    out = table()
    out = out.astype({name: object for name in values if name not in ("date",)})
    row = out.index[(out["unit"] == "North") & (out["stage"] == "built") & (out["date"] == pd.Timestamp(AS_OF))][0]
    for name, value in values.items():
        out.loc[row, name] = value
    return out


def counts_of(seen: object, case: Case) -> dict[str, dict[str, int]]:
    """Return the counts of a list by county."""
    return {
        name: {s: int(getattr(seen, s)[seen.county == c].sum()) for s in STAGES}  # type: ignore[attr-defined]
        for c, name in enumerate(county_names(case))
    }


def test_every_county_has_the_last_counts_by_the_date() -> None:
    day = AS_OF - dt.timedelta(days=10)  # between two reports: the one of two weeks before the last holds
    seen = observe(CASE, table(), day)
    assert seen.case.as_of == day and county_names(seen.case) == ["North", "South"]
    want = table()
    want = want[want["date"] == pd.Timestamp(AS_OF) - pd.Timedelta(weeks=2)]
    have = counts_of(seen.population, seen.case)
    for row in want.itertuples():
        assert have[row.unit][row.stage] == row.done
    assert np.bincount(seen.population.county).tolist() == [1000, 748] and seen.past is None


def test_an_order_of_rows_a_row_to_come_and_hazards_change_nothing() -> None:
    more = pd.DataFrame([(pd.Timestamp("2018-12-01"), "North", "built", 9, 9)], columns=list(table().columns))
    hazards = pd.DataFrame([(pd.Timestamp(AS_OF), "North", "hazards_found", 9, 9)], columns=list(table().columns))
    same = pd.concat([table().sample(frac=1.0, random_state=4), more, hazards])
    assert observe(CASE, table(), AS_OF).digest == observe(CASE, same, AS_OF).digest
    assert observe(CASE, table(), AS_OF).digest != observe(CASE, changed(done=601), AS_OF).digest


def test_connections_lie_on_built_systems_as_far_as_the_counts_allow() -> None:
    seen = observe(CASE, table(), AS_OF).population
    assert not np.any(seen.connected & ~seen.built)
    ahead = table()
    ahead.loc[(ahead["stage"] == "connected") & (ahead["unit"] == "South"), "done"] = 600
    seen = observe(CASE, ahead, AS_OF).population
    south = seen.county == 1
    assert np.all(seen.connected[south & seen.built]) and int((seen.connected & ~seen.built)[south].sum()) == 600 - 560


def test_stages_that_nobody_counts_stay_the_cases_own() -> None:
    few = table()[lambda rows: rows["stage"].isin(["built", "online"])]
    seen = observe(CASE, few, AS_OF)
    assert (seen.case.state.connected.value, seen.case.state.passed.value) == (900, 261)
    assert int(seen.population.connected.sum()) == 900


REFUSED: dict[str, tuple[Callable[[], object], str, str]] = {
    "no table": (lambda: 3, "state.no_table", "total"),
    "a column missing": (lambda: table().drop(columns="total"), "state.no_table", "total"),
    "dates that are none": (lambda: table().astype({"date": str}).assign(date="soon"), "state.no_table", "date"),
    "an unknown stage": (lambda: changed(stage="finished"), "state.unknown_stage", "finished"),
    "half an enterprise": (lambda: changed(done=599.5), "state.bad_count", "599.5"),
    "more done than there are": (lambda: changed(done=1001), "state.bad_count", "1001"),
    "a negative count": (lambda: changed(done=-1), "state.bad_count", "-1"),
    "no date": (lambda: changed(date=pd.NaT), "state.bad_count", "North"),
    "a text": (lambda: changed(done="600"), "state.bad_count", "600"),
    "a row twice": (lambda: pd.concat([table(), table().tail(1)]), "state.twice", "South"),
    "nobody online": (lambda: table()[lambda rows: rows["stage"] != "online"], "state.stage_missing", "online"),
    "only later": (lambda: table().assign(date=pd.Timestamp("2018-10-01")).drop_duplicates(["unit", "stage"]),
                   "state.nothing_yet", "2018-10-01"),
    "a county without a stage": (
        lambda: table()[lambda rows: (rows["unit"] != "South") | (rows["stage"] != "passed")],
        "state.not_reported",
        "South",
    ),
    "totals that differ by stage": (lambda: changed(total=1001), "state.totals_differ", "1001"),
    "another number of enterprises": (
        lambda: table().assign(total=table()["total"] + 1), "state.total_unlike_city", "1750",
    ),
    "more online than built": (lambda: changed(done=300), "state.not_nested", "380"),
}  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_what_was_given(name: str, lang: str) -> None:
    make, message, said = REFUSED[name]
    with pytest.raises(InputError) as caught:
        prepare(CASE, PLAN, state=make())
    assert caught.value.message == message and said in caught.value.text(lang)


def test_counties_of_a_case_that_lists_them_must_be_its_own() -> None:
    listed = observe(CASE, table(), AS_OF).case
    assert observe(listed, table(), AS_OF).case.population.counties.value == 2
    for frame, message in (
        (table().replace({"unit": {"North": "Nord"}}), "state.unknown_county"),
        (table()[lambda rows: rows["unit"] == "North"], "state.county_missing"),
        (table().assign(total=np.where(table()["unit"] == "North", 999, 749)), "state.total_unlike"),
    ):
        with pytest.raises(InputError) as caught:
            observe(listed, frame, AS_OF)
        assert caught.value.message == message


def test_dates_outside_the_programme_are_refused() -> None:
    with pytest.raises(InputError, match="2017") as caught:
        observe(
            CASE,
            table().assign(date=pd.Timestamp("2017-01-02")).drop_duplicates(["unit", "stage"]),
            dt.date(2017, 6, 1),
        )
    assert caught.value.message == "state.before_start"
    with pytest.raises(InputError) as caught:
        prepare(CASE, PLAN, state=table(), as_of="2018-12-31")
    assert caught.value.message == "state.after_end"
    with pytest.raises(InputError) as caught:
        prepare(CASE, PLAN, state=table(), as_of="2018-12-32")
    assert caught.value.message == "error.bad_date"


def test_paths_belong_to_the_state_they_were_drawn_from() -> None:
    targets = pd.DataFrame({"stage": ["built", "online"], "deadline": "2018-12-31", "target_share": 1.0})

    def paths_of(frame: pd.DataFrame, day: object = AS_OF) -> object:
        return forecast(frame, targets, as_of=day, seed=1, draws=10).path_set()  # type: ignore[arg-type]

    setting = prepare(CASE, PLAN, state=table())
    check_fit(setting, paths_of(table()))  # type: ignore[arg-type]
    for paths, message in (
        (paths_of(table(), "2018-09-03"), "state.paths_date"),
        (paths_of(table().replace({"unit": {"North": "Nord"}})), "state.paths_units"),
        (paths_of(changed(done=601)), "state.paths_counts"),
    ):
        with pytest.raises(InputError) as caught:
            run_replication(CASE, PLAN, seed=1, replication=0, state=table(), paths=paths)  # type: ignore[arg-type]
        assert caught.value.message == message
    with pytest.raises(InputError) as caught:
        run_replication(CASE, PLAN, seed=1, replication=0, paths=paths_of(table()))  # type: ignore[arg-type]
    assert caught.value.message == "state.paths_units"


def test_a_ledger_gives_each_enterprise_its_own_stage_and_date() -> None:
    rows = ledger()
    seen = observe(CASE, load_progress(rows), AS_OF)
    known, day = rows.set_index("credit code"), pd.Timestamp(AS_OF)
    place = {code: i for i, code in enumerate(seen.population.codes)}
    assert set(place) == set(known.index)
    for stage in STAGES:
        reached = pd.to_datetime(known[stage]) <= day
        for code in known.index[::37]:
            assert bool(getattr(seen.population, stage)[place[code]]) == bool(reached[code]), (code, stage)
    built = pd.to_datetime(known["built"])
    world = make_world(
        prepare(CASE, PLAN, state=load_progress(rows)), strategy_paths(prepare(CASE, PLAN), 1, np.arange(1)), 0, seed=1
    )
    for code in known.index[built <= day][::53]:
        i = place[code]
        assert world.entry[i, Track.BUILD] == (built[code] - day).days - 0.5
        assert world.entry[i, Track.START] < world.entry[i, Track.BUILD]
    assert np.all(np.isnan(world.entry[~seen.population.built, Track.BUILD]))


def test_dates_of_a_ledger_after_the_as_of_date_change_nothing() -> None:
    rows, day = ledger(), dt.date(2018, 8, 1)
    cut = rows.copy()
    for stage in STAGES:
        cut.loc[pd.to_datetime(cut[stage]) > pd.Timestamp(day), stage] = ""
    ahead = observe(CASE, load_progress(rows), day)
    assert ahead.digest == observe(CASE, load_progress(cut), day).digest
    assert ahead.digest != observe(CASE, load_progress(rows), dt.date(2018, 8, 8)).digest


def test_a_case_without_a_state_is_as_it_was() -> None:
    setting = prepare(CASE, PLAN)
    assert setting.observed == "" and setting.past is None
    same = synthesise(case_margins(CASE))
    assert np.array_equal(setting.population.connected, same.connected)
