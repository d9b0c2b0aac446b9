"""What the report says of the pace, of its own beliefs, of the two readings of the split and of several strategies."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from dpsim.language import LANGUAGES, say
from dpsim.params.evidence import evidence
from dpsim.params.load import load_case, load_strategy
from dpsim.report import below
from dpsim.report.letter import Letter
from dpsim.report.parts import assumptions, pace, targets
from dpsim.report.show import show_rounded
from dpsim.report.yearend import check_request


def a_letter(lang: str = "zh", **result: object) -> Letter:
    """A letter about a made-up result, without figures and files."""
    made = object.__new__(Letter)
    made.lang, made.folder, made.result = lang, None, SimpleNamespace(**result)  # type: ignore[assignment]
    return made


# ------------------------------------------------------------------ pace


def a_pace(acceleration: tuple[float, float], ratio: tuple[float, float] = (1.8, 3.5)) -> pd.DataFrame:
    rows = [("online", "so_far", r, a) for r, a in zip(ratio, acceleration, strict=True)]
    return pd.DataFrame(rows, columns=["stage", "kind", "ratio", "acceleration"])


def test_the_closure_of_the_gap_is_told_from_the_number_of_enterprises() -> None:
    case = load_case("linyi-2018")
    text = pace._acceleration(a_letter(pace=a_pace((8.1, 15.4)), case=case))
    assert "98%" in text and "8.1—15.4倍" in text and "高于按家数算的1.8—3.5倍" in text
    assert "高于" not in pace._acceleration(a_letter(pace=a_pace((2.0, 3.0)), case=case))
    assert pace._acceleration(a_letter(pace=a_pace((0.0, 0.0)), case=case)) == ""
    assert pace._acceleration(a_letter(pace=a_pace((float("inf"), 2.0)), case=case)) == ""


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("flow", "regimes", "said"),
    [
        (37.5, {"settle": 13.8, "spread": 49.8, "close": 46.1}, ["above", "why_spread", "why_close"]),
        (37.5, {"settle": 13.8, "spread": 49.8, "close": 30.0}, ["above", "why_spread"]),
        (15.0, {"settle": 10.4, "spread": 17.0}, ["below", "why_below"]),
        (30.0, {"settle": 30.0}, []),
    ],
)
def test_runs_beside_the_average_so_far_are_explained_only_when_they_differ(
    lang: str, flow: float, regimes: dict[str, float], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "weekly_flow", lambda ensemble, stage: (0.0, flow, 99.0))
    monkeypatch.setattr(pace, "regime_flow", lambda result, stage: regimes)
    frame = pd.DataFrame({"stage": "online", "kind": "so_far", "per_week": [19.1, 36.3]})
    request, case = SimpleNamespace(main=load_strategy("current_arrangement")), load_case("linyi-2018")
    timeline = SimpleNamespace(end_of=lambda day: 112)
    letter = a_letter(lang, request=request, case=case, main=None, pace=frame, timeline=timeline, forecast=None)
    texts = pace._against_average(letter, "online")
    assert len(texts) == len(said)
    for text, name in zip(texts, said, strict=True):
        pattern = say(f"letter.average.{name}", lang=lang, **dict.fromkeys(AVERAGE, "|"))
        assert all(piece in text for piece in pattern.split("|"))
    if said:
        assert show_rounded(flow, 1) in texts[0] and str(regimes["settle"]) in texts[0]
    if "why_below" in said:
        assert "1059" in texts[1] and "66.2" in texts[1]
    request.main = load_strategy("past_pace")
    assert pace._against_average(letter, "online") == []


AVERAGE = ("stage", "name", "part", "projected", "so_far", "regimes", "gap", "most")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_pace_so_far_stands_with_its_ratio_where_there_is_one(lang: str) -> None:
    case = load_case("linyi-2018")
    frame = pd.DataFrame({"stage": "built", "kind": "so_far", "per_week": [32.09, 61.05], "ratio": [1.145, 0.602]})
    text = pace._so_far(a_letter(lang, pace=frame, forecast=None, case=case), "built")
    assert all(number in text for number in ("32.1", "61.1", "0.6", "1.1"))
    none = pace._so_far(a_letter(lang, pace=frame.assign(ratio=float("inf")), forecast=None, case=case), "built")
    assert "61.1" in none and "1.1" not in none.replace("61.1", "")


# ------------------------------------------------------------------ what the program believes, readings of the split


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_beliefs_of_the_program_are_listed_as_such(lang: str) -> None:
    rows = assumptions.beliefs(a_letter(lang, case=load_case("linyi-2018")))
    assert len(rows) == 5 and {row[4] for row in rows} == {say("letter.belief.grade", lang=lang)}
    order = next(row for row in rows if say("letter.belief.mine", lang=lang) in row[0])
    assert order[1].count("0.33") == 3 and all(row[5] for row in rows)
    assert "0.60" in rows[2][1] and "3%" in rows[4][1] and "97%" in rows[4][1]
    assert not [id_ for row in rows for id_ in assumptions._ID.findall(row[5]) if id_ not in evidence()], "told nowhere"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_two_readings_of_the_split_stand_apart_where_they_differ(lang: str) -> None:
    letter = a_letter(lang, request=SimpleNamespace(table=None))
    cells = pd.DataFrame({"split": ["proportional", "benchmark_first"], "probability": [0.001, 0.999]})
    apart = targets._probability(letter, cells)
    first, second = apart.split(say("letter.join", lang=lang))
    assert "3%" in first and "97%" in second and first.split("3")[0] != second.split("9")[0]
    assert targets._probability(letter, cells.assign(probability=0.001)) == say("show.below", lang=lang, percent="3")
    assert targets._probability(letter, cells[:0]) == "—"


# ------------------------------------------------------------------ several strategies


@pytest.mark.parametrize(
    ("asked", "main", "ran", "again", "named"),
    [
        ("", "current_arrangement", 2, ("current_arrangement",), "current_arrangement"),
        ("deadline_drive", "deadline_drive", 3, ("deadline_drive",), "deadline_drive"),
        ("deadline_drive,current_arrangement", "deadline_drive", 3, ("deadline_drive",), "deadline_drive"),
        ("past_pace", "past_pace", 2, ("past_pace",), "past_pace"),
    ],
)
def test_the_arrangement_in_force_is_always_run(
    asked: str, main: str, ran: int, again: tuple[str, ...], named: str
) -> None:
    given = {"case": "linyi-2018", "as_of": None, "replications": 1, "seed": 1, "lang": "zh"}
    request = check_request(strategy=asked, **given)  # type: ignore[arg-type]
    assert (request.main.id, len(request.strategies), request.asked) == (main, ran, again)
    assert request.reference.id == "current_arrangement" and request.run_id().startswith(f"{named}-zh-")
    assert check_request(strategy=request.asked, **given).run_id() == request.run_id()  # type: ignore[arg-type]


def test_the_arrangement_in_force_stands_first_and_the_yardstick_last() -> None:
    strategies = tuple(load_strategy(s) for s in ("past_pace", "deadline_drive", "current_arrangement"))
    request = SimpleNamespace(strategies=strategies, reference=strategies[2])
    ordered = below.in_order(SimpleNamespace(request=request))  # type: ignore[arg-type]
    assert [s.id for s in ordered] == ["current_arrangement", "deadline_drive", "past_pace"]
