"""Kept forecasts: before the fact, unchanged, scored by what came; and what changed between two of them."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_project import AS_OF, DEADLINE, made, table, targets

from dpsim.errors import InputError
from dpsim.forecast.changes import PARTS, what_changed, with_totals_of
from dpsim.forecast.scoreboard import inputs_digest, keep_forecast, kept_forecasts, outcome, scoreboard

WANTED = targets(("each", "online", DEADLINE, 0.5))


def with_outcome(frame: pd.DataFrame, share: float, date: str = "2018-12-28") -> pd.DataFrame:
    """Return a table with one more report, in which every unit has done a share."""
    last = frame.drop_duplicates(["unit", "stage"], keep="last")
    return pd.concat([frame, last.assign(date=pd.Timestamp(date), done=(last["total"] * share).round())])


def test_a_forecast_is_scored_when_its_outcome_arrives(tmp_path: Path) -> None:
    result = made(table(), WANTED)
    keep_forecast(result, table(), tmp_path, seed=1)
    open_still = scoreboard(tmp_path, with_outcome(table(), 0.8), today="2018-12-30")
    assert open_still["share"].isna().all() and open_still["brier"].isna().all()
    scored = scoreboard(tmp_path, with_outcome(table(), 0.8), today="2019-01-02")
    assert (scored["met"] == 1.0).all() and np.allclose(scored["share"], 0.8, atol=0.01)
    assert np.allclose(scored["brier"], (result.targets["probability"] - 1.0) ** 2)
    missed = scoreboard(tmp_path, with_outcome(table(), 0.4), today="2019-01-02")
    assert np.allclose(missed["brier"], result.targets["probability"] ** 2) and (missed["met"] == 0.0).all()
    rows = result.targets
    inside = (rows["q05"] <= missed["share"] + 1e-9) & (missed["share"] <= rows["q95"] + 1e-9)
    assert missed["covered90"].tolist() == inside.astype(float).tolist()
    old = scoreboard(tmp_path, with_outcome(table(), 0.8, "2018-11-20"), today="2019-01-02")
    assert old["share"].isna().all(), "a report six weeks before the deadline is no outcome"


def test_the_same_forecast_is_kept_once_and_another_beside_it(tmp_path: Path) -> None:
    first = keep_forecast(made(table(), WANTED), table(), tmp_path, seed=1)
    assert keep_forecast(made(table(), WANTED), table(), tmp_path, seed=1) == first
    keep_forecast(made(table(), WANTED, seed=2), table(), tmp_path, seed=2)
    assert len(kept_forecasts(tmp_path)) == 2 and kept_forecasts(tmp_path)[0]["as_of"] == AS_OF


@pytest.mark.parametrize("how", ["digit", "torn", "empty", "other", "nested"])
def test_a_changed_forecast_is_refused(tmp_path: Path, how: str) -> None:
    file = keep_forecast(made(table(), WANTED), table(), tmp_path, seed=1)
    text = file.read_text(encoding="utf-8")
    wrong = {
        "digit": text.replace('"draws": 400', '"draws": 401'),
        "torn": text[:-20],
        "empty": "",
        "other": json.dumps([1, 2]),
        "nested": "[" * 100_000,
    }[how]
    assert wrong != text
    file.write_text(wrong, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        kept_forecasts(tmp_path)
    assert file.name in caught.value.text("zh") and file.name in caught.value.text("en")


@pytest.mark.parametrize(
    "change", [{"targets": 5}, {"targets": [{}]}, {"deadline": "x"}, {"probability": "x"}, {"q25": None}, {"unit": 3}]
)
def test_a_file_with_the_right_digest_and_other_content_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    file = keep_forecast(made(table(), WANTED), table(), tmp_path, seed=1)
    record = json.loads(file.read_bytes())
    (record if "targets" in change else record["targets"][0]).update(change)
    content = json.dumps(record).encode()
    file.unlink()
    (tmp_path / f"{AS_OF}-{hashlib.sha256(content).hexdigest()[:12]}.json").write_bytes(content)
    with pytest.raises(InputError, match=AS_OF):
        scoreboard(tmp_path, table(), today=AS_OF)


def test_the_digest_is_of_what_was_known() -> None:
    frame, day = table(), made(table()).as_of
    same = inputs_digest(frame.sample(frac=1.0, random_state=1), day)
    assert inputs_digest(frame, day) == same == inputs_digest(with_outcome(frame, 0.9), day)
    moved = frame.assign(done=frame["done"].where(frame.index != 5, frame["done"] + 1))
    assert inputs_digest(moved, day) != same


def test_an_outcome_of_all_is_the_sum() -> None:
    frame, day = with_outcome(table(), 0.7), pd.Timestamp(DEADLINE).date()
    last = frame[(frame["stage"] == "online") & (frame["date"] == "2018-12-28")]
    assert outcome(frame, "all", "online", day) == pytest.approx(last["done"].sum() / last["total"].sum())
    assert math.isnan(outcome(frame, "nowhere", "online", day))


def test_the_parts_of_a_change_add_up() -> None:
    before = table()
    after = with_outcome(before, 0.65, "2018-10-08")
    after = after.assign(total=after["total"] + 10 * (after["date"] > pd.Timestamp(AS_OF)))
    wanted = targets(("each", "built", DEADLINE, 0.7))
    told = what_changed(
        before, after, wanted, as_of=(AS_OF, "2018-10-08"), seed=1, draws=400, reference=("voluntary", "order"),
        said={("all", "built"): 0.5},
    )  # fmt: skip
    assert np.allclose(told["then"] + told[list(PARTS)].sum(axis=1), told["now"])
    row = told[told["unit"] == "all"].iloc[0]
    assert row["then"] == 0.5 and row["code"] != 0.0
    assert (told[told["unit"] != "all"]["code"] == 0.0).all()
    assert row["list"] < 0.0, "more to do, less likely"
    assert row["data"] > 0.0 and row["assumptions"] > 0.0
    same = what_changed(before, before, wanted, as_of=(AS_OF, AS_OF), seed=1, draws=400)
    assert (same[list(PARTS)] == 0.0).all().all(), "nothing has changed"


def test_old_counts_get_the_new_list() -> None:
    old, new = table(), table().assign(total=lambda rows: rows["total"] * 2)
    moved = with_totals_of(old, new, made(old).as_of)
    assert (moved["total"] == new["total"]).all() and (moved["done"] == old["done"]).all()
    fewer = with_totals_of(old, old.assign(total=1), made(old).as_of)
    assert (fewer["total"] == old["done"].clip(lower=1)).all(), "never fewer than are done"
