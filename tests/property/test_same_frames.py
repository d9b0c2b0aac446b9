"""Same arguments, same frames: whatever the workers, the order of the replications or PYTHONHASHSEED."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from property_runs import frame_hash, fresh_process, small

from dpsim.experiments import ensemble
from dpsim.experiments.ensemble import Ensemble, run_ensemble
from dpsim.experiments.replication import Replication, run_replication
from dpsim.params.load import list_strategies, load_strategy
from dpsim.params.schema import Case

SEED = 5
FRAMES = ("indicators", "targets", "attained", "counties", "failures")


def whole(case: Case, *, replications: int, workers: int, seed: int = SEED) -> Ensemble:
    return run_ensemble(
        case, load_strategy("current_arrangement"), replications=replications, seed=seed, workers=workers
    )


def one(case: Case, replication: int, *, strategy: str = "current_arrangement", seed: int = SEED) -> Replication:
    return run_replication(case, load_strategy(strategy), seed=seed, replication=replication, trace=True)


@pytest.fixture(scope="module")
def serial(linyi: Case) -> Ensemble:
    return whole(linyi, replications=12, workers=1)


def test_one_worker_and_two_give_the_same_frames(linyi: Case, serial: Ensemble) -> None:
    parallel = whole(linyi, replications=12, workers=2)
    for name in FRAMES:
        assert_frame_equal(getattr(parallel, name), getattr(serial, name), check_exact=True, obj=f"{name}, two workers")
    assert parallel.record == serial.record, "the record names nothing of the machine"
    assert serial.failures.empty and serial.record["finished"] == 12 and not serial.record["interrupted"]


def test_chunks_that_finish_in_another_order_change_nothing(
    linyi: Case, serial: Ensemble, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = ensemble._stream
    monkeypatch.setattr(ensemble, "_stream", lambda *args: (part for part in reversed(list(stream(*args)))))
    turned = whole(linyi, replications=12, workers=1)
    for name in FRAMES:
        assert_frame_equal(getattr(turned, name), getattr(serial, name), check_exact=True, obj=f"{name}, turned round")
    monkeypatch.setattr(ensemble, "sorted", lambda runs, key=None: list(runs), raising=False)
    unsorted = whole(linyi, replications=12, workers=1)
    assert not unsorted.indicators.equals(serial.indicators), "frames put together as they come would be noticed"


def test_replications_in_any_order_are_the_rows_of_the_ensemble(linyi: Case, serial: Ensemble) -> None:
    order = np.random.Generator(np.random.PCG64(3)).permutation(12)
    alone = {int(r): one(linyi, int(r)) for r in order}
    rows = pd.concat([alone[r].indicators for r in range(12)], ignore_index=True)
    attained = pd.concat([alone[r].targets for r in range(12)], ignore_index=True)
    assert_frame_equal(rows, serial.indicators, check_exact=True, obj="indicators in shuffled order")
    assert_frame_equal(attained, serial.attained, check_exact=True, obj="targets in shuffled order")
    swapped = pd.concat([alone[r].indicators for r in (1, 0, *range(2, 12))], ignore_index=True)
    assert not swapped.equals(serial.indicators), "two replications changed over would be noticed"


def test_what_a_county_is_appraised_on_is_what_its_indicators_say(linyi: Case, serial: Ensemble) -> None:
    frame, counties = serial.indicators, serial.counties.set_index(["replication", "county"])
    last = frame[frame["date"] == frame["date"].max()].set_index(["replication", "county"])
    assert len(counties) == 12 * 13 and counties["paper"].sum() > 0 and (counties["paper"] <= counties["built"]).all()
    for name, view in (("listed", "reported"), ("built", "reported"), ("paper", "true")):
        said = last.loc[(last["indicator"] == name) & (last["view"] == view), "value"]
        assert (counties[name] == said.reindex(counties.index)).all(), name
    first = frame[(frame["date"] == frame["date"].min()) & (frame["indicator"] == "built")]
    now = first[first["view"] == "reported"].set_index(["replication", "county"])["value"]
    assert (counties["built"] != now.reindex(counties.index)).any(), "the counts of another day would be noticed"
    past = run_ensemble(linyi, load_strategy("past_pace"), replications=1, seed=SEED, workers=1)
    assert past.counties.empty and list(past.counties) == list(serial.counties)


def test_ten_replications_are_the_first_part_of_twelve(linyi: Case, serial: Ensemble) -> None:
    first = whole(linyi, replications=10, workers=1)
    for name in ("indicators", "attained"):
        long = getattr(serial, name)
        assert_frame_equal(
            getattr(first, name), long[long["replication"] < 10].reset_index(drop=True), check_exact=True, obj=name
        )
    other = whole(linyi, replications=2, workers=1, seed=SEED + 1)
    part = serial.indicators[serial.indicators["replication"] < 2].reset_index(drop=True)
    assert not other.indicators.equals(part), "another seed would be noticed"


def test_a_run_twice_is_the_same_run_for_every_strategy(linyi: Case) -> None:
    case = small(linyi)
    for name in list_strategies():
        a, b, c = (one(case, r, strategy=name) for r in (4, 4, 6))
        for frame in ("events", "indicators", "targets"):
            assert_frame_equal(getattr(a, frame), getattr(b, frame), check_exact=True, obj=f"{name}: {frame}")
            assert len(getattr(a, frame)) > 5, f"{name}: {frame} hold something to compare"
        assert not a.events.equals(c.events), f"{name}: replications 4 and 6 must differ"


HASHED = """
import dpsim
from property_runs import frame_hash
case = dpsim.load_case("linyi-2018")
for name in ("current_arrangement", "third_party_capacity"):
    e = dpsim.run_ensemble(case, dpsim.load_strategy(name), replications=2, seed=5, workers=1, by=("county", "tier"))
    print(frame_hash(e.indicators, e.targets, e.attained), hash("a") if SALT else "")
"""


@pytest.mark.long
def test_the_salt_of_hash_changes_nothing() -> None:
    printed = {salt: fresh_process(HASHED.replace("SALT", "False"), PYTHONHASHSEED=salt) for salt in ("0", "12345")}
    assert printed["0"] == printed["12345"] and len(printed["0"].split()) == 2, printed


def test_the_fingerprint_of_frames_sees_every_bit(linyi: Case) -> None:
    run = one(small(linyi), 0)
    base = frame_hash(run.indicators, run.targets)
    nudged = run.indicators.copy()
    nudged.loc[nudged.index[-1], "value"] = np.nextafter(nudged["value"].iloc[-1], np.inf)
    assert frame_hash(nudged, run.targets) != base
    assert frame_hash(run.indicators.iloc[::-1], run.targets) != base
    assert frame_hash(one(small(linyi), 0).indicators, run.targets) == base
    salted = (
        HASHED.replace("SALT", "True").replace('("current_arrangement", "third_party_capacity")', "()")
        + "print(hash('a'))"
    )
    assert fresh_process(salted, PYTHONHASHSEED="0") != fresh_process(salted, PYTHONHASHSEED="12345"), (
        "the salts differ"
    )
