"""Changes of the list: made in the same draws, exact where they can be counted, refused where they cannot be read."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, hypergeom
from test_project import DEADLINE, made, table, targets

from dpsim.errors import InputError
from dpsim.forecast.history import history_of
from dpsim.forecast.list_asked import ListChange, list_change
from dpsim.forecast.lists import UNCHANGED, changed_counts, lost_among
from dpsim.forecast.project import Forecast

DAY = dt.date(2018, 9, 10)
WANTED = targets(("all", "built", DEADLINE, 0.9), ("all", "built", DEADLINE, 1.0), ("all", "online", DEADLINE, 0.6))
KINDS = ["stops=20%", "removals=20%", "additions=20%", "definition=list:50%,done:40%", "definition=online:60%"]


def told(*lists: str, frame: pd.DataFrame | None = None, **options: object) -> Forecast:
    return made(table() if frame is None else frame, WANTED, lists=list(lists), **options)


def test_lost_ones_follow_the_hypergeometric_law() -> None:
    """As many of the gone are among the done as the law says; the binomial law, with its mean, is found out."""
    n, whole, gone, late = 4000, 12, 5, 7
    u = np.random.default_rng(3).random((n, 1))

    weeks = np.broadcast_to(np.arange(late + 1.0), (n, 1, late + 1)).copy()
    lost = lost_among(u, np.full((n, 1), float(gone)), np.full((n, 1), float(whole)), weeks)
    assert (np.diff(lost, axis=2) >= 0).all() and (np.diff(lost, axis=2) <= 1).all(), "never falls, nor does the rest"
    law = hypergeom(whole, gone, late)
    counted = np.bincount(lost[:, 0, -1].astype(int), minlength=gone + 1)
    expected = n * law.pmf(np.arange(gone + 1))
    z = (counted - expected) / np.sqrt(expected * (1.0 - expected / n) + 1e-12)
    assert np.abs(z).max() < 4.0
    other = n * binom(gone, late / whole).pmf(np.arange(gone + 1))
    assert (np.abs(counted - other) / np.sqrt(other)).max() > 4.0, "control: a law with the same mean is told apart"


def test_effects_stand_beside_the_forecast_itself() -> None:
    result = told(*KINDS)
    assert result.lists["change"].unique().tolist() == [UNCHANGED, *KINDS]
    same = result.lists[result.lists["change"] == UNCHANGED].reset_index(drop=True)
    for name in ("probability", "low", "high", "q05", "q50", "q95"):
        assert same[name].tolist() == result.targets[name].tolist(), name
    assert result.targets.equals(told().targets) and told().lists.empty, "asking changes no forecast"


def test_who_stops_stays_on_the_list_and_who_leaves_does_not() -> None:
    rows = told("stops=20%", "removals=20%", "additions=20%").lists.set_index(["kind", "stage", "target_share"])
    built = rows.xs("built", level="stage")
    own, last = built.xs(0.9, level="target_share"), built.xs(1.0, level="target_share")
    assert own.loc["stops", "total"] == own.loc["unchanged", "total"]
    assert own.loc["removals", "total"] == own.loc["unchanged", "total"] - own.loc["removals", "members"]
    assert own.loc["additions", "total"] == own.loc["unchanged", "total"] + own.loc["additions", "members"]
    assert own.loc["removals", "q50"] > own.loc["unchanged", "q50"] > own.loc["additions", "q50"]
    assert own.loc["stops", "q50"] < own.loc["unchanged", "q50"]
    assert own.loc["stops", "shortfall"] > own.loc["unchanged", "shortfall"] > own.loc["removals", "shortfall"]
    assert last.loc["stops", "low"] == 0.0, "with one that stays undone not everyone can be done"
    assert last.loc["removals", "low"] >= last.loc["unchanged", "low"]


def test_all_done_needs_the_right_ones_to_leave() -> None:
    """Ten in the gap, nine done, eight leave: both who stay are done when the one undone is among the eight."""
    n = 6000
    u = np.random.default_rng(5).random((n, 1))
    lost = lost_among(u, np.full((n, 1), 8.0), np.full((n, 1), 10.0), np.full((n, 1, 1), 9.0))
    share = float((9.0 - lost[:, 0, 0] == 2.0).mean())
    assert share == pytest.approx(0.8, abs=4 * np.sqrt(0.16 / n)), share


def test_a_later_date_changes_less_and_nothing_before_it() -> None:
    result = told("stops=30%", "stops=30%@2018-11-01")
    rows = result.lists[result.lists["stage"] == "online"].set_index("change")["q50"]
    assert rows["stops=30%"] < rows["stops=30%@2018-11-01"] < rows[UNCHANGED]
    frame = table()
    histories = {stage: history_of(frame[frame["stage"] == stage], DAY) for stage in result.counts}
    late = changed_counts(list_change("stops=30%@2018-11-01"), histories, result.counts, DAY, seed=1, supply={})
    start = (dt.date(2018, 11, 1) - DAY).days // 7
    for stage, done in result.counts.items():
        assert np.array_equal(late.done[stage][:, :, :start], done[:, :, :start]), stage
        assert (late.done[stage] <= done + 1e-9).all(), stage
    assert not np.array_equal(late.done["built"][:, :, start:], result.counts["built"][:, :, start:]), "control"


@pytest.mark.parametrize("text", KINDS)
def test_no_draw_has_more_done_than_its_list_or_than_the_stage_before(text: str) -> None:
    result, frame = told(), table()
    histories = {stage: history_of(frame[frame["stage"] == stage], DAY) for stage in result.counts}
    changed = changed_counts(list_change(text), histories, result.counts, DAY, seed=1, supply={})
    for stage, done in changed.done.items():
        assert (done >= 0.0).all() and (done <= changed.total[stage] + 1e-9).all(), stage
        assert (done <= changed.done["built"] + 1e-9).all(), stage


def test_a_number_is_spread_over_the_units_and_a_share_is_of_those_who_have_done_nothing() -> None:
    result, frame = told("removals=37", "removals=10%", groups={"pair": ["county 0", "county 1"]}), table()
    last = frame[(frame["date"] == frame["date"].max()) & (frame["stage"] == "built")]
    idle = float((last["total"] - last["done"]).sum())
    rows = result.lists[(result.lists["stage"] == "built") & (result.lists["target_share"] == 1.0)].set_index("change")
    assert rows.loc["removals=37", "members"] == 37
    assert abs(rows.loc["removals=10%", "members"] - 0.1 * idle) <= 0.5
    each = made(frame, targets(("each", "built", DEADLINE, 1.0)), lists=["removals=37"]).lists
    own = each[(each["kind"] == "removals") & (each["unit"] != "all")]["members"]
    assert own.sum() == 37 and (own > 0).all()


def test_a_definition_counts_what_it_says() -> None:
    frame = table(2, pace=0.05)
    done = frame[(frame["date"] == frame["date"].max()) & (frame["stage"] == "built")]
    full = frame.assign(done=frame["done"].where(frame["stage"] != "built", frame["total"]))
    rows = made(full, targets(("all", "built", DEADLINE, 1.0)), lists=["definition=list:40%"]).lists.set_index("kind")
    assert rows.loc["definition", "total"] == round(0.4 * 100) + round(0.4 * 110) and done["total"].sum() == 210
    assert rows.loc["definition", "probability"] == rows.loc["unchanged", "probability"] == 0.9, "all done stays so"
    rows = told("definition=done:50%", "definition=online:50%").lists.set_index(["change", "stage", "target_share"])
    for change in ("definition=done:50%", "definition=online:50%"):
        assert rows.loc[(change, "online", 0.6), "q50"] < rows.loc[(UNCHANGED, "online", 0.6), "q50"], change
    assert rows.loc[("definition=online:50%", "built", 0.9), "q50"] == rows.loc[(UNCHANGED, "built", 0.9), "q50"]


def test_texts_are_read_in_either_language() -> None:
    assert list_change("停产＝５％") == list_change("stops=5%") == ListChange("stops", share=0.05)
    assert list_change("新增=120＠2018-11-01").text == "additions=120@2018-11-01"
    assert list_change("口径=名单：40%，已完成：70%").text == "definition=list:40%,done:70%"
    assert list_change("口径=建成:80%").counted == {"built": 0.8}
    for text in KINDS:
        assert list_change(text).text == text


@pytest.mark.parametrize(
    "text",
    ["", "stops", "stops=", "stops=0", "stops=0%", "stops=101%", "stops=-3", "stops=5", "removals=1.5", "moves=5%",
     "stops=5%@", "stops=5%@soon", "stops=5%@2018-09-09", "stops=5%@2018-12-31", "definition=", "definition=80%",
     "definition=built:0%", "definition=built:120%", "definition=list:100%", "definition=roof:80%",
     "definition=built:80%,list:40%", "definition=built:80%,built:70%", "additions=1001%", "removals=9999",
     "definition=list:10%,done:90%"],
)  # fmt: skip
def test_a_change_that_cannot_be_is_refused_in_both_languages(text: str) -> None:
    if text == "stops=5":
        assert len(told(text).lists), "control: a good one of the same form is taken"
        return
    with pytest.raises(InputError) as caught:
        told(text)
    assert caught.value.text("zh") != caught.value.text("en") and len(caught.value.text("en")) > 40


def test_a_change_given_twice_or_as_no_sequence_is_refused() -> None:
    for lists in (["stops=5%", "停产=5%"], "stops=5%", 3):
        with pytest.raises(InputError):
            made(table(), WANTED, lists=lists)
