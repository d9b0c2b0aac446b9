"""The ledgers of a run hold what its bureau knows at a date; read back they are the state a run starts from."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ledger_case import DATES, SEED, ledgers, run, small

from dpsim import load_hazards, load_progress, load_strategy, run_ensemble, run_replication
from dpsim.core.words import STAGES
from dpsim.report.ledger_files import save_ledgers

STRATEGY = "balanced"


def indicators(date: dt.date, removals: float = 0.0, **more: object) -> pd.DataFrame:
    """Return a run's indicators at a date: reported ones by county, the names as columns."""
    made = run_replication(small(removals), load_strategy(STRATEGY), seed=SEED, replication=0, **more)  # type: ignore[arg-type]
    frame = made.indicators
    own = frame[(frame["date"] == pd.Timestamp(date)) & (frame["view"] == "reported") & (frame["county"] != "")]
    assert len(own), f"{date} is no reporting date"
    return own.pivot_table(index="county", columns="indicator", values="value", aggfunc="sum")


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize("removals", [0.0, 0.5])
def test_an_enterprise_ledger_read_back_counts_what_the_run_reported(
    date: dt.date, kind: str, removals: float, tmp_path: Path
) -> None:
    save_ledgers(ledgers(date, removals), tmp_path, kind)
    progress = load_progress(tmp_path / f"enterprise_ledger.{kind}")
    last = progress.frame[progress.frame["date"] == pd.Timestamp(date)]
    wanted = indicators(date, removals)
    done = last.pivot(index="unit", columns="stage", values="done").reindex(wanted.index, fill_value=0)
    total = last.groupby("unit")["total"].first().reindex(wanted.index, fill_value=0)
    assert set(done.columns) == set(STAGES)
    np.testing.assert_array_equal(done[list(STAGES)], wanted[list(STAGES)])
    np.testing.assert_array_equal(total, wanted["listed"])
    names = ("column_unused", "sheet_unused", "total_moved", "count_fell", "never_listed")
    told = {f"progress.repair.{name}" for name in names}
    assert set(progress.repairs["message"]) <= told, (
        "removals move totals, no date of listing is written; nothing else is repaired"
    )


@pytest.mark.parametrize("date", DATES)
def test_a_hazard_ledger_read_back_counts_what_the_run_reported(date: dt.date, tmp_path: Path) -> None:
    save_ledgers(ledgers(date), tmp_path, "xlsx")
    frame = load_hazards(tmp_path / "hazard_ledger.xlsx").frame
    wanted = indicators(date)
    still = frame[frame["state"].isin(["found", "assigned", "rectified", "accepted"])]
    for klass in ("general", "major"):
        own = still[still["class"] == klass]["unit"].value_counts().reindex(wanted.index, fill_value=0)
        np.testing.assert_array_equal(own, wanted[f"hazards_open:{klass}"])
    written = ledgers(date).hazards
    assert (frame["state"].to_numpy() == written["state"].to_numpy()).all() and len(frame) == len(written) > 150
    for name in ("found", "due", "assigned", "rectified", "accepted", "closed"):
        pd.testing.assert_series_equal(frame[name], written[name], check_names=False)
    found = frame[frame["channel"] != ""].groupby("channel").size().sum()
    columns = [name for name in wanted if name.startswith("hazards_found:")]
    assert found == wanted[columns].to_numpy().sum(), "every find since the as-of date has a row and its channel"


def test_a_run_started_from_both_ledgers_starts_where_the_other_one_stood(tmp_path: Path) -> None:
    date = DATES[1]
    save_ledgers(ledgers(date), tmp_path, "xlsx")
    progress = load_progress(tmp_path / "enterprise_ledger.xlsx")
    hazards = load_hazards(tmp_path / "hazard_ledger.xlsx")
    before = indicators(date)
    names = [
        *STAGES,
        "listed",
        *(f"hazards_{how}:{klass}" for how in ("open", "overdue") for klass in ("general", "major")),
    ]
    started = indicators(date, as_of=date, state=progress, hazards=hazards)
    np.testing.assert_array_equal(started[names], before[names])
    without = indicators(date, as_of=date, state=progress)
    np.testing.assert_array_equal(without[list(STAGES)], before[list(STAGES)])
    assert (without["hazards_open:general"] != before["hazards_open:general"]).any(), (
        "the synthesised ones were as good"
    )


def test_hazards_nobody_knows_of_and_those_to_come_are_as_without_a_ledger() -> None:
    """Under an arrangement whose re-checks take no staff-days: where they do, what is known moves later visits."""
    hazards = ledgers(DATES[0]).hazards.assign(enterprise="")
    case, strategy = small(), load_strategy("current_arrangement")
    runs = [
        run_replication(case, strategy, seed=SEED, replication=0, trace=True, hazards=given)
        for given in (None, hazards, hazards[:0])
    ]
    true = [
        r.indicators[(r.indicators["view"] == "true") & r.indicators["indicator"].str.startswith("hazards_latent")]
        for r in runs
    ]
    first = [one[one["date"] == pd.Timestamp(case.as_of)]["value"].sum() for one in true]
    assert first[0] == first[1] == first[2] > 100
    born = [r.events[r.events["kind"] == "born"][["t", "entity", "ordinal"]] for r in runs]
    assert len(born[0]) > 50
    pd.testing.assert_frame_equal(born[0].reset_index(drop=True), born[2].reset_index(drop=True))
    counts = [
        r.indicators[
            (r.indicators["date"] == pd.Timestamp(case.as_of))
            & r.indicators["indicator"].str.startswith("hazards_open")
        ]
        for r in runs
    ]
    assert [int(one["value"].sum()) for one in counts][1:] == [len(hazards), 0]


def test_both_engines_start_from_a_ledger_alike_and_an_ensemble_takes_it(tmp_path: Path) -> None:
    hazards = ledgers(DATES[0]).hazards.assign(enterprise="")
    case, strategy = small(), load_strategy(STRATEGY)
    one, other = (
        run_replication(case, strategy, seed=SEED, replication=1, trace=True, hazards=hazards, engine=engine)
        for engine in ("compiled", "simpy")
    )
    pd.testing.assert_frame_equal(one.events, other.events, check_exact=True)
    pd.testing.assert_frame_equal(one.indicators, other.indicators, check_exact=True)
    kept = run_ensemble(case, strategy, replications=2, seed=SEED, hazards=hazards, store=tmp_path, workers=1)
    own = kept.indicators[kept.indicators["replication"] == 1].reset_index(drop=True)
    pd.testing.assert_frame_equal(own, one.indicators, check_exact=True)
    plain = run_ensemble(case, strategy, replications=2, seed=SEED, store=tmp_path, workers=1)
    assert not plain.indicators.equals(kept.indicators), "another start is another ensemble in the same store"


def test_open_hazards_go_on_from_their_own_step() -> None:
    """What stands accepted is closed next, what stands rectified is accepted or refused: nothing is found again."""
    hazards = ledgers(DATES[0]).hazards.assign(enterprise="")
    made = run_replication(small(), load_strategy(STRATEGY), seed=SEED, replication=0, trace=True, hazards=hazards)
    events = made.events
    own = events[(events["ordinal"] >= 20_000_000) & (events["kind"] != "overdue")]
    first = own.groupby(["entity", "ordinal"])["kind"].first()
    assert len(first) > 0.8 * len(hazards)
    counts = first.value_counts()
    wanted = hazards["state"].value_counts()
    assert counts["assigned"] <= wanted["found"] and counts["closed"] <= wanted["accepted"]
    assert counts["accepted"] + counts["refused"] <= wanted["rectified"] and counts["rectified"] <= wanted["assigned"]
    assert counts["closed"] > 0.9 * wanted["accepted"] and "found" not in counts
    assert run().events["ordinal"].max() < 20_000_000, "the control: no such number arises by itself"
