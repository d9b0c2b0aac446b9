"""`dpsim backtest` from a small folder of programmes to its files and its text."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from tiny_programmes import KNOWN, write_programme, write_programmes

from called import Program

COLUMNS = ["programme", "months_before", "method", "cases", "brier", "crps", "cov50", "cov80", "cov90"]
FILES = ["SHA256SUMS", "overall.csv", "pit.csv", "programmes.csv", "reliability.csv", "run.json", "scores.csv"]
QUICK = ("--methods", "base_rate,run_rate_8,no_change", "--draws", "50", "--workers", "1")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_programmes(tmp_path / "data")


def test_all_methods_are_scored_in_the_files(call: Program, data: Path) -> None:
    from dpsim.forecast.methods import all_methods, variants_tried

    status, out, err = call("--data", str(data), "--out", "o", "--draws", "50", "--workers", "1")
    assert status == 0, err
    assert sorted(path.name for path in Path("o").iterdir()) == FILES
    scores = pd.read_csv("o/scores.csv")
    assert list(scores.columns) == COLUMNS and not scores.isna().any(axis=None)
    assert not scores.duplicated(["programme", "months_before", "method"]).any()
    assert set(scores["method"]) == set(all_methods()) and set(scores["programme"]) == set(KNOWN)
    assert (scores["crps"] >= 0).all() and scores[["brier", "cov50", "cov80", "cov90"]].stack().between(0, 1).all()
    pit = pd.read_csv("o/pit.csv")
    assert pit.groupby(["programme", "method"])["share"].sum().to_numpy() == pytest.approx(1.0)
    assert set(pd.read_csv("o/reliability.csv")["method"]) == set(all_methods())
    assert all(
        name in out for name in (*KNOWN, "Base rate", "3 independent programmes", f"{variants_tried()} variants")
    )


def test_means_are_over_programmes_first(call: Program, data: Path) -> None:
    assert call("--data", str(data), "--out", "o", *QUICK)[0] == 0
    parts, means = pd.read_csv("o/programmes.csv"), pd.read_csv("o/overall.csv").set_index("method")
    for method, own in parts.groupby("method"):
        assert means.loc[method, "crps"] == pytest.approx(own["crps"].mean())
        assert means.loc[method, "least90"] == pytest.approx(own["cov90"].min())
        assert means.loc[method, "pooled90"] == pytest.approx((own["cov90"] * own["cases"]).sum() / own["cases"].sum())
    scores = pd.read_csv("o/scores.csv").query("method == 'dpsim'")
    one = scores[scores["programme"] == KNOWN[0]]
    row = parts[(parts["programme"] == KNOWN[0]) & (parts["method"] == "dpsim")].iloc[0]
    assert row["brier"] == pytest.approx((one["brier"] * one["cases"]).sum() / one["cases"].sum())


def test_the_first_line_says_who_wins(call: Program, data: Path) -> None:
    for lang, ours, theirs in (
        ("en", "dpsim has the best", "another method is better"),
        ("zh", "都最好", "优于本模型"),
    ):
        status, out, _ = call("--data", str(data), "--out", "o", *QUICK, lang=lang)
        first = out.splitlines()[0]
        means = pd.read_csv("o/overall.csv").set_index("method")[["crps", "brier"]]
        parts = pd.read_csv("o/programmes.csv").set_index("method")
        in_mean = bool((means.drop("dpsim") < means.loc["dpsim"]).any(axis=None))
        lost = any(
            (own.drop("dpsim")[score] < own.loc["dpsim", score]).any()
            for _, own in parts.groupby("programme")
            for score in ("crps", "brier")
        )
        assert status == 0 and (in_mean or lost), "the small programmes are made so that a rival wins somewhere"
        assert theirs in first.lower() or theirs in first
        assert (ours in first) is not in_mean


def test_the_ratio_is_to_the_best_rival(call: Program, data: Path) -> None:
    _, out, _ = call("--data", str(data), "--out", "o", *QUICK)
    means = pd.read_csv("o/overall.csv").set_index("method")
    for score, word in (("crps", "CRPS"), ("brier", "Brier")):
        ratio = means.loc["dpsim", score] / means.loc[["base_rate", "run_rate_8"], score].min()
        said = re.search(rf"{word} is ([0-9.]+) of the best rival's mean.*: (met|missed)", out)
        assert said is not None and float(said[1]) == pytest.approx(ratio, abs=0.006)
        assert (said[2] == "met") == (ratio <= 0.85)


def test_the_number_of_workers_changes_nothing(call: Program, data: Path) -> None:
    for workers in ("1", "2"):
        assert call("--data", str(data), "--out", workers, *QUICK[:-2], "--workers", workers)[0] == 0
    for name in FILES:
        assert Path("1", name).read_bytes() == Path("2", name).read_bytes(), name


def test_another_seed_gives_other_scores_and_the_same_one_the_same(call: Program, data: Path) -> None:
    for out, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        assert call("--data", str(data), "--out", out, *QUICK, "--seed", seed)[0] == 0
    a, b, c = (Path(name, "scores.csv").read_bytes() for name in "abc")
    assert a == b != c


def test_a_programme_of_no_stated_class_is_said_to_learn_from_all(call: Program, data: Path) -> None:
    write_programme(data, "somewhere_else")
    for lang, words in (("en", "its class is not stated; its base rate comes from all other 3"), ("zh", "其余全部3个")):
        _, out, _ = call("--data", str(data), "--out", "o", *QUICK, lang=lang)
        assert any("somewhere_else" in line and words in line for line in out.splitlines())
    assert "nyc_census2020_self_response: no other programme of its class" in call("--data", str(data), *QUICK)[1]


def test_one_programme_alone_is_scored_and_said_to_have_no_other(call: Program, data: Path) -> None:
    status, out, _ = call("--data", str(data / KNOWN[0]), "--out", "o", *QUICK)
    assert status == 0 and "there is no other programme to learn from" in out
    assert set(pd.read_csv("o/scores.csv")["programme"]) == {KNOWN[0]}


def test_the_variable_names_the_folder(call: Program, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DPSIM_DATA", str(data))
    status, _, err = call(*QUICK)
    assert status == 0 and Path("reports/backtest/scores.csv").is_file() and "reports/backtest" in err


def test_a_programme_where_nothing_is_open_is_left_out_by_name(call: Program, data: Path) -> None:
    file = data / KNOWN[1] / "targets.csv"
    targets = pd.read_csv(file)
    targets[[name for name in targets if name.startswith("open")]] = 0
    targets.to_csv(file, index=False)
    status, out, _ = call("--data", str(data), "--out", "o", *QUICK)
    assert status == 0 and f"nothing can be scored: {KNOWN[1]}" in out
    assert KNOWN[1] not in set(pd.read_csv("o/scores.csv")["programme"])


def test_methods_without_their_library_are_left_out_and_named(
    call: Program, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dpsim.forecast.methods import arima, ets

    for method in (arima, ets):
        monkeypatch.setattr(method, "NEEDS", "no_such_library_here")
    status, out, _ = call("--data", str(data), "--out", "o", "--draws", "50", "--workers", "1")
    assert status == 0 and "ARIMA(0,1,1)" in out.splitlines()[-1] and "not installed" in out
    assert not {"arima", "ets"} & set(pd.read_csv("o/scores.csv")["method"])
    status, out, err = call("--data", str(data), "--methods", "ets")
    assert status == 2 and out == "" and "no_such_library_here" in err and "pip install" in err


def test_the_record_names_inputs_and_settings(call: Program, data: Path) -> None:
    assert call("--data", str(data), "--out", "o", *QUICK, "--seed", "7")[0] == 0
    run = json.loads(Path("o/run.json").read_text(encoding="utf-8"))
    assert run["seed"] == 7 and run["draws"] == 50 and "dpsim" in run["methods"]
    assert set(run["inputs"]) == {f"{name}/{file}.csv" for name in KNOWN for file in ("progress", "targets")}


def test_a_fault_leaves_earlier_results_as_they_were(call: Program, data: Path) -> None:
    assert call("--data", str(data), "--out", "o", *QUICK)[0] == 0
    before = {path.name: path.read_bytes() for path in Path("o").iterdir()}
    shutil.copy(data / KNOWN[2] / "targets.csv", data / KNOWN[2] / "progress.csv")
    assert call("--data", str(data), "--out", "o", *QUICK)[0] == 2
    assert {path.name: path.read_bytes() for path in Path("o").iterdir()} == before
