"""The invented worlds are what they are said to be, and on a few of them a ledger is worth what it should be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import synthetic
import synthetic_table
import synthetic_worlds as sw
from readmes import READMES, between

from dpsim.progress.load import load_progress

SEED, FEW = 77, 3
FAST = ["base_rate", "run_rate_6", "run_rate_8", "recent_weeks"]


@pytest.fixture(scope="module")
def worlds() -> synthetic.Worlds:
    """Return three worlds of each type, none of those that are scored or were chosen on."""
    assert SEED not in (synthetic.SEED, synthetic.TRIED_ON)
    return synthetic.Worlds(FEW, seed=SEED)


@pytest.fixture(scope="module")
def rows(worlds: synthetic.Worlds) -> pd.DataFrame:
    """Return the scores of fast methods only."""
    return synthetic.run(worlds, FAST, 200, shipped=False)


def test_a_ledger_and_the_counts_alone_beat_every_count_only_rival(rows: pd.DataFrame) -> None:
    for level in synthetic.LEVELS:
        mean = rows.groupby("method")[f"crps_{level}"].mean()
        best = mean[FAST].min()
        assert mean[synthetic.COUNTS] < 0.9 * best, (level, mean.to_dict())
        assert mean[synthetic.LEDGER] < 0.7 * best, (level, mean.to_dict())
        assert mean[synthetic.LEDGER] < mean["+ jobs in progress"] < mean["counts"], (level, mean.to_dict())


def test_each_piece_of_knowledge_narrows_the_interval(rows: pd.DataFrame) -> None:
    width = rows.groupby("method", sort=False)["width90_city"].mean()[list(synthetic.RUNGS)]
    assert np.all(np.diff(width) < 0.0), width.to_dict()


def test_the_ledger_of_another_world_is_worth_nothing(worlds: synthetic.Worlds) -> None:
    own, other, without = [], [], []
    for kind in sw.TYPES:
        key, ledger = (kind, 0, 22), synthetic.LEDGER
        alien = ("BCDEA"[sw.TYPES.index(kind)], 1, 22)
        for found, use, source in ((own, ledger, None), (other, ledger, alien), (without, synthetic.COUNTS, None)):
            for stage, drawn in synthetic.ours(worlds, key, use, 100, other=source):
                found.append(synthetic.scored(worlds.all[key], "x", stage, drawn)["crps_city"])
    means = [float(np.mean(found)) for found in (own, without, other)]
    assert means[0] < means[1] < means[2], f"{means}: its own ledger is worth something, another one less than none"


def test_nothing_of_the_scored_world_is_learned(worlds: synthetic.Worlds) -> None:
    key = ("B", 1, 33)
    before = worlds.reference(key, "built"), worlds.past(key, "built", city=False)
    changed = synthetic.Worlds(FEW, seed=SEED)
    for one in ("B", 1, 33), ("B", 1, 22):
        changed.pace[one, "built"], changed.closed[one, "built"] = 9.0, changed.closed[one, "built"] + 1.0
    after = changed.reference(key, "built"), changed.past(key, "built", city=False)
    assert before[0] == after[0] and all(np.array_equal(a, b) for a, b in zip(before[1], after[1], strict=True))
    assert changed.reference(("B", 0, 33), "built") != worlds.reference(("B", 0, 33), "built"), "others do learn of it"


@pytest.mark.parametrize("kind", sw.TYPES)
def test_the_rest_differs_by_cut_off_and_what_was_before_does_not(kind: str) -> None:
    early, late = (sw.world(kind, 4, cut, seed=SEED) for cut in sw.CUTS)
    for stage in sw.CHAIN:
        assert np.array_equal(early.done(stage, 22), late.done(stage, 22)), stage
    assert not np.array_equal(early.done("built", 44), late.done("built", 44))
    assert np.all(np.diff(early.when[np.isfinite(early.when).all(axis=1)], axis=1) >= 0.0), "stages in their order"
    assert early.total.sum() == sw.ENTERPRISES and early.total.size == sw.COUNTIES


def test_caps_bind_in_c_and_nowhere_else() -> None:
    def most(kind: str) -> tuple[float, float]:
        started = [sw.world(kind, number, 33, seed=SEED).when[:, 0] for number in range(6)]
        counts = [np.bincount(when.clip(max=400).astype(int), minlength=33)[:33] for when in started]
        return max(c.max() / sw.ENTERPRISES for c in counts), float(np.mean([c.var() / c.mean() for c in counts]))

    assert most("C")[0] <= 0.022 and most("C")[1] < 1.0
    assert most("A")[0] > 0.022 and most("A")[1] > 1.0


def test_service_times_have_the_mean_that_is_stated() -> None:
    def lasted(service: float) -> np.ndarray:
        when = sw.world("D", 2, 44, seed=SEED, service=service).when
        return when[when[:, 0] < 22, 1] - when[when[:, 0] < 22, 0]

    mean, spread = sw.SERVICE["built"]
    weeks = lasted(1.0)
    error = mean * spread / np.sqrt(weeks.size)
    assert abs(weeks.mean() - mean) < 4 * error
    assert abs(weeks.std() - mean * spread) < 4 * error, "the s.d. of an s.d. is below that of the mean here"
    assert abs(lasted(0.8).mean() - mean) > 4 * error, "a fifth less is told apart"


def test_the_lasting_shock_has_the_spread_that_is_stated() -> None:
    steps = []
    for number in range(60):
        done = [sw.world("D", number, 22, seed=SEED).done("started", week).sum() for week in (14, 22, 26)]
        before, after = (np.log((done[k + 1] - done[k] + 1) / (w * (1748 - done[k]))) for k, w in ((0, 8), (1, 4)))
        steps.append(after - before)
    wide = float(np.std(steps, ddof=1))
    error = wide / np.sqrt(2 * 60)
    # the common part has sqrt(0.6) = 0.77; weekly shocks and the counties' own parts add to it
    assert 0.77 - 4 * error < wide < 1.1 + 4 * error, wide


def test_what_a_world_gives_is_what_a_reader_would_read() -> None:
    one = sw.world("A", 1, 22, seed=SEED)
    frame = one.ledger()[["unit", "enterprise", "started", "built", "online", "assessed"]]
    read = load_progress(frame.rename(columns={"unit": "county"}).astype(object))
    last = read.frame[read.frame["date"] == read.frame["date"].max()]
    for stage in sw.STAGES:
        counts = last[last["stage"] == stage].sort_values("unit")["done"].to_numpy()
        assert np.array_equal(counts, one.done(stage, 22)), stage
    assert read.ledger is not None
    assert read.ledger["started"].notna().sum() == one.done("started", 22).sum()


def test_what_is_kept_is_what_the_settings_gave() -> None:
    bars, scores = (pd.read_csv(synthetic.HERE / f"{name}.csv") for name in ("bars", "scores"))
    for row in bars.itertuples():
        own = scores[scores["method"] == row.method][f"crps_{row.level}"].mean()
        assert own == pytest.approx(row.crps, abs=0.01)
        assert row.ratio == pytest.approx(row.crps / row.rival_crps, abs=0.001)
        assert row.met == (row.ratio <= row.allowed)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_readme_shows_the_worlds_that_are_kept(lang: str) -> None:
    _, inside, _ = between(READMES[lang].read_text(encoding="utf-8"), "synthetic")
    assert inside == synthetic_table.block(synthetic_table.KEPT, lang)


def test_a_missed_bar_is_named(tmp_path: Path) -> None:
    for name in ("scores.csv", "bars.csv", "run.json"):
        (tmp_path / name).write_bytes((synthetic_table.KEPT / name).read_bytes())
    bars = pd.read_csv(tmp_path / "bars.csv")
    bars.assign(met=False, ratio=0.99).to_csv(tmp_path / "bars.csv", index=False)
    assert synthetic_table.block(tmp_path, "en").count("**missed**") >= len(bars)


def test_where_a_rival_is_ahead_is_shown() -> None:
    rows = [{"type": "C", "method": name, "crps_city": value} for name, value in (("+ funnel", 5.0), ("ets", 2.5))]
    assert "C 2.00" in synthetic_table.by_type(pd.DataFrame(rows), "city", "+ funnel", ["ets"], "en")
