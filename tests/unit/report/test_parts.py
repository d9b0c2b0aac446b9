"""The parts of the letter: found by name, each in the notebook once, and their conditional sentences."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from dpsim.errors import InputError
from dpsim.forecast.snapshot import SnapshotForecast
from dpsim.language import LANGUAGES, catalogue, say
from dpsim.params.load import load_case, load_strategy
from dpsim.params.locate import notebooks_folder
from dpsim.report import letter as letter_module
from dpsim.report.letter import Letter
from dpsim.report.parts import assumptions, find_part, method, part_names, queues, targets, unknown
from dpsim.report.tables import html_table

PARTS = {"headline", "targets", "fans", "pace", "queues", "unknown", "strategies", "assumptions", "method"}
PARTS |= {"hazards", "visits", "paper", "county_appraisal", "supervision", "changes", "constraints"}


def a_letter(lang: str = "zh", **result: object) -> Letter:
    """A letter about a made-up result, without figures and files."""
    made = object.__new__(Letter)
    made.lang, made.folder, made.result = lang, None, SimpleNamespace(**result)  # type: ignore[assignment]
    return made


def test_parts_are_found_by_the_names_of_their_files() -> None:
    folder = Path(letter_module.__file__).parent / "parts"
    assert set(part_names()) == {file.stem for file in folder.glob("[a-z]*.py")} == PARTS
    for name in part_names():
        assert find_part(name).__module__ == f"dpsim.report.parts.{name}"


@pytest.mark.parametrize("name", ["nothing", "", "__init__", "../letter", "headline.part"])
def test_an_unknown_part_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(InputError, match="headline") as refused:
        a_letter().part(name)
    assert "no part" in refused.value.text("en")


def test_every_part_has_one_cell_of_the_notebook() -> None:
    notebook = json.loads((notebooks_folder() / "year_end_projection.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]).strip() for cell in notebook["cells"] if cell["cell_type"] == "code"]
    shown = [cell for cell in cells if cell.startswith("letter.part(")]
    assert sorted(shown) == sorted(f'letter.part("{name}")' for name in part_names())


def test_no_file_of_the_report_grows_long() -> None:
    root = Path(letter_module.__file__).parent
    ours = [*root.glob("parts/*.py"), *root.glob("figures/*.py")]
    ours += [
        root / f"{name}.py"
        for name in ("alts", "bands", "below", "letter", "sentences", "show", "tables", "drawings", "yearend")
    ]
    assert {file.name for file in ours if len(file.read_text(encoding="utf-8").splitlines()) > 250} == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_texts_keep_to_the_glossary(lang: str) -> None:
    texts = " ".join(text for id_, text in catalogue(lang).items() if id_.startswith(("letter.", "figures.", "show.")))
    for word in {"zh": ("推演集", "接入平台", "概率", "关闭", "双控"), "en": ("ensemble", "Ensemble")}[lang]:
        assert word not in texts, word
    if lang == "en":
        assert "}—{" not in texts and "%—" not in texts


# ------------------------------------------------------------------ tables


def test_cells_that_stay_whole_and_heads_that_may_break() -> None:
    markup = html_table(["a", "a head of many words"], [["<b>", "1 to 2"]], numeric=(1,), whole=(1,))
    assert "<th>a</th>" in markup and "<td>&lt;b&gt;</td>" in markup
    assert '<th style="text-align:right; white-space:normal">a head' in markup
    assert '<td style="text-align:right; white-space:nowrap">1 to 2</td>' in markup


# ------------------------------------------------------------------ what agencies can carry


def capacity(bounds: tuple[float, float], needed: float = 294.0, **more: object) -> pd.DataFrame:
    frame = pd.DataFrame({"start": [dt.date(2018, 1, 1), dt.date(2018, 5, 1)], "builders": [60, 115], "bound": bounds})
    return frame.assign(needed=needed, **more)


def test_the_verdict_is_over_all_starts() -> None:
    assert [queues.verdict(capacity(b)) for b in ((300, 690), (200, 690), (200, 250))] == ["enough", "mixed", "short"]
    assert queues.verdict(capacity((294, 294))) == "enough"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("bounds", "low", "said"),
    [
        ((360, 690), 0.8, ["users_mixed", "headroom_mixed", "turns"]),
        ((400, 450), 0.6, ["users_short", "headroom_short", "turns"]),
        ((900, 950), 0.9, ["stands"]),
        ((100, 150), 0.9, []),
    ],
)
def test_a_verdict_that_turns_at_the_ends_of_the_ranges_says_so(
    lang: str, bounds: tuple[float, float], low: float, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = capacity(bounds).assign(bound_low=[low * bound for bound in bounds])
    monkeypatch.setattr(queues, "agency_capacity", lambda case: frame)
    letter = a_letter(lang, capacity=frame, case=load_case("linyi-2018"))
    texts = queues.extremes(letter)
    assert len(texts) == len(said)
    for text, name in zip(texts, said, strict=True):
        assert text.startswith(say(f"letter.capacity.{name}", lang=lang, **dict.fromkeys(FIELDS, "|")).split("|")[0])
    if said[:1] == ["users_mixed"]:
        assert "80%" in texts[0] and "470" in texts[0]


FIELDS = ("share", "needed", "headroom", "bound", "days")


def test_slow_agencies_turn_the_verdict_too(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def slower(case: object) -> pd.DataFrame:
        asked.append(case.agencies.service_mean.value)  # type: ignore[attr-defined]
        return capacity((100, 150))

    monkeypatch.setattr(queues, "agency_capacity", slower)
    case = load_case("linyi-2018")
    texts = queues.extremes(a_letter(capacity=capacity((900, 950)), case=case))
    assert asked == [case.agencies.service_mean.high] and "60天" in texts[0] and len(texts) == 2


# ------------------------------------------------------------------ three medians


def medians(lang: str, missing: list[int], base: float, pooled: float) -> list[str]:
    case = load_case("linyi-2018")
    attained = pd.DataFrame({"target": "all_online", "required": 1748, "attained": [1748 - m for m in missing]})
    own = {"target": "all_online", "level": "all", "reference_class": "order", "split": "proportional"}
    forecast = SnapshotForecast(
        sensitivity=pd.DataFrame({"base": [base]}),
        pooled=pd.DataFrame([own | {"shortfall_median": pooled}]),
        cells=pd.DataFrame([own] * 27),
        draws=2000,
        bottlenecks=pd.DataFrame(),
        fan=pd.DataFrame(),
    )
    request = SimpleNamespace(lang=lang, reference=load_strategy("current_arrangement"))
    reference = SimpleNamespace(attained=attained)
    return unknown.medians(a_letter(lang, case=case, forecast=forecast, reference=reference, request=request))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_medians_stand_side_by_side_with_their_error(lang: str) -> None:
    three, error = medians(lang, list(range(400, 520)), 455, 471)
    for number in ("120", "460", "1000", "455", "27", "471"):
        assert number in three
    assert {"zh": "不是新的信息", "en": "not information"}[lang] in error
    _, error = medians(lang, list(range(400, 520)), 455, 700)
    assert {"zh": "超出了抽样误差", "en": "by more than that"}[lang] in error


def test_the_interval_of_a_median_is_made_of_order_statistics() -> None:
    assert unknown.median_interval(pd.Series(range(200))) == (86, 114)
    assert unknown.median_interval(pd.Series([7])) == (7, 7)
    assert unknown.median_interval(pd.Series([1, 2])) == (1, 2)


# ------------------------------------------------------------------ targets met already, grounds of the rates


@pytest.mark.parametrize(
    ("target", "date", "said"),
    [
        ("other_assessed", "2018-09-10", "300家是假设"),
        ("benchmark_built", "2018-09-10", "不是公布的数"),
        ("all_built", "2018-09-10", "填报1160家"),
        ("other_assessed", "2018-09-11", ""),
        ("other_assessed", None, ""),
    ],
)
def test_a_target_met_at_the_as_of_date_says_by_which_counts(target: str, date: str | None, said: str) -> None:
    from dpsim.model.targets import resolve_targets

    case = load_case("linyi-2018")
    attained = pd.DataFrame({"target": target, "date": pd.to_datetime(["2018-09-10", date])})
    letter = a_letter(case=case, reference=SimpleNamespace(attained=attained))
    one = next(t for t in resolve_targets(case) if t.id == target)
    note = targets._already(letter, one, "某项")
    assert said in note and bool(said) == bool(note)


def test_the_grounds_are_those_the_case_cites() -> None:
    case = load_case("linyi-2018")
    said = " ".join(method.grounds(a_letter(case=case)))
    assert "十个" in said and "约六个" in said and "0.005—0.015" in said and "0.004—0.016" in said
    silent = SimpleNamespace(assumptions=lambda: [], adoption=case.adoption)
    silent.adoption = SimpleNamespace(reference_closure_per_week=SimpleNamespace(source="LY01"))
    assert method.grounds(a_letter(case=silent)) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_values_with_weights_show_them_and_their_reason(lang: str) -> None:
    case = load_case("linyi-2018")
    letter = a_letter(lang, case=case)
    rows = {a.key: a for a in case.assumptions()}
    for key in assumptions.WEIGHTED:
        ground = assumptions._ground(letter, rows[key])
        assert "0.33" in ground and getattr(rows[key].reason, lang) in ground
    assert assumptions._value(letter, rows["scenario.rush"].value) == letter.join(["0", "0.2", "0.5"])
    fee = assumptions._ground(letter, rows["agencies.cost_per_enterprise"])
    assert "[EX21]" in fee and {"zh": "化工企业", "en": "chemical enterprise"}[lang] in fee
