"""A report speaks of what the place has, in the words of the place; what is asked for is what is counted."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace

import pandas as pd
import pytest
from tests.unit.report.test_parts import a_letter

from dpsim.language import LANGUAGES, catalogue, in_words, say
from dpsim.params.evidence import evidence
from dpsim.params.faults import Origin
from dpsim.params.labels import option_label, quantity_label
from dpsim.params.load import list_cases, load_case
from dpsim.params.readings import Published
from dpsim.params.schema import Case
from dpsim.report import below, drawings, sentences
from dpsim.report.compared import ComparisonLetter
from dpsim.report.parts import assumptions, find_part, method
from dpsim.report.place import agencies_told, extent, fan_stages, level_of, own_words, pace_stages

USUAL = {
    "zh": {
        "online": "网上运行|上线",
        "connected": "纳入平台",
        "assessed": "完成评估",
        "passed": "通过评估",
        "benchmark": "标杆",
    },
    "en": {"benchmark": "benchmark"},
}
"""How a text may name a stage or a group where it does not ask the place. "Built" also names the work as such."""
OF_TABLES = ("letter.from_table", "letter.table.", "quantity.appraisal.")
"""A table has columns of the usual stages, and points off are of Linyi alone."""
REPORT = (
    "letter.",
    "figures.",
    "show.",
    "quantity.",
    "option.",
    "unit_name.",
    "compare.",
    "needed.",
    "explorer.",
    "batch.",
)


@pytest.fixture(params=[name for name in list_cases() if load_case(name).called])
def case(request: pytest.FixtureRequest) -> Case:
    """Each case that calls something otherwise."""
    return load_case(request.param)


def filled(id_: str, lang: str) -> str:
    """Return a message with its words in force and its values left open."""
    values = {name: "…" for name in re.findall(r"\{(\w+)\}", catalogue(lang)[id_]) if not name.startswith("word_")}
    return say(id_, lang=lang, **values)


def hard_coded(case: Case, lang: str) -> list[tuple[str, str]]:
    """Return the messages of the report that print a usual word where the place has its own."""
    called = {name for name, label in case.called or () if label is not None}
    found = []
    for id_ in catalogue(lang):
        if not id_.startswith(REPORT) or id_.startswith(OF_TABLES) or "tiers.benchmark_" in id_ and "county" not in id_:
            continue
        text = filled(id_, lang).replace("scenario.benchmark_split", "")
        for word in (case.called.words() if case.called else {}).get(lang, {}).values():
            text = text.replace(word, "")
        found += [(id_, word) for word, usual in USUAL[lang].items() if word in called and re.search(usual, text)]
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_message_names_what_the_place_calls_otherwise(case: Case, lang: str) -> None:
    with in_words(own_words(case)):
        assert hard_coded(case, lang) == []
    assert hard_coded(case, lang), "without the place's words the same messages are found"


def test_most_cases_have_words_of_their_own() -> None:
    assert len([name for name in list_cases() if load_case(name).called]) >= 4


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_stand_in_messages_and_labels_and_leave_with_the_place(lang: str) -> None:
    case = load_case("chancheng-2013")
    own = own_words(case)[lang]
    asked = [lambda: say("figures.stage.built", lang=lang), lambda: quantity_label("state.built", lang)]
    before = [ask() for ask in asked]
    with in_words(own_words(case)):
        assert all(own["built"] in ask() for ask in asked)
        assert own["online"] in say("letter.column.p_all", lang=lang), "done follows the word for online"
        assert own["benchmark"] in option_label("benchmark_first", lang)
        assert own["county"] in say("letter.part_visits", lang=lang)
    assert [ask() for ask in asked] == before and not any(own["built"] in text for text in before)
    with pytest.raises(KeyError):
        say("letter.fan_assumed", lang=lang)


def test_a_report_has_no_stage_agency_or_pace_that_the_place_has_not() -> None:
    cases = {name: load_case(name) for name in list_cases()}
    without = [name for name, case in cases.items() if "passed" not in fan_stages(case)]
    assert without == ["qixian-2023", "yiyang-2025"]
    assert [name for name, case in cases.items() if "built" not in pace_stages(case)] == ["qixian-2023"]
    assert [name for name, case in cases.items() if agencies_told(case)] == ["linyi-2018"]
    assert [name for name, case in cases.items() if case.formalism.appraised] == ["linyi-2018", "tonghua-winter"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_notes_name_the_tracks_in_the_words_of_the_place(lang: str) -> None:
    """Yiyang sets up a scheme and assesses nobody; the control: Linyi's report names the usual tracks, all three."""
    said = {}
    for name in ("yiyang-2025", "linyi-2018"):
        case = load_case(name)
        with in_words(own_words(case)):
            said[name] = method.model(a_letter(lang, case=case))
    own = own_words(load_case("yiyang-2025"))[lang]
    assert all(own[stage] in said["yiyang-2025"] for stage in ("built", "connected", "online"))
    usual = {stage: say(f"figures.stage.{stage}", lang=lang) for stage in ("connected", "assessed", "passed")}
    assert not any(word in said["yiyang-2025"] for word in (usual["assessed"], usual["passed"]))
    assert all(word in said["linyi-2018"] for word in usual.values())


def test_the_length_of_the_list_is_told_as_surely_as_it_is_known() -> None:
    """Printed exactly, printed as "more than 70 000", assumed."""
    listed = {
        name: load_case(name).population.enterprises for name in ("linyi-2018", "chancheng-2013", "tonghua-winter")
    }
    assert [(one.assumed, one.low < one.high) for one in listed.values()] == [
        (False, False),
        (False, True),
        (True, True),
    ]
    assert (
        sentences._listed(load_case("linyi-2018"), "zh") == sentences._listed(load_case("chancheng-2013"), "en") == ""
    )
    for lang, words in (("zh", "800家，范围200—3000家"), ("en", "800, range 200 to 3000")):
        assert words in sentences._listed(load_case("tonghua-winter"), lang)


def test_a_share_of_a_sector_is_not_taken_for_that_of_the_list() -> None:
    """The control: the same figure of the whole list is printed as it stands."""
    content = load_case("linyi-2018").content()
    figure = {
        "id": "x",
        "quantity": "built",
        "date": content["as_of"],
        "value": 0.99,
        "unit": "share",
        "source": "LY21",
    }
    part = Case.from_content(
        {**content, "published": ({**figure, "sector": "mines"}, *content["published"])}, Origin("x")
    )
    assert "66.36%" in sentences.standing(part, "zh") and "99%" not in sentences.standing(part, "zh")
    whole = Published.model_validate({**figure, "value": 0.6637})
    assert "66.37%" in sentences.standing(part.model_copy(update={"published": (whole,)}), "zh")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_ids_that_reasons_only_name_are_told_what_they_are(lang: str) -> None:
    """The control: an id whose document is given beside the value is not told again."""
    letter = a_letter(lang)
    (text,) = assumptions._named_only(["没有依据（FC04）", "EX20是有奖励之后的", "[EX21] 讲话；XY99"], letter)
    assert "FC04" in text and "EX20" in text and "EX21" not in text and "XY99" not in text
    assert evidence()["EX20"].words("source", lang) in text
    assert assumptions._named_only(["[EX21] 讲话", ""], letter) == []


def test_grounds_of_what_the_place_has_not_are_left_out() -> None:
    def keys(name: str) -> set[str]:
        case = load_case(name)
        return {a.key for a in case.assumptions() if assumptions._has(case, a)}

    groups, yiyang = "population.tiers.benchmark_provincial", keys("yiyang-2025")
    assert groups not in yiyang and "population.tiers.benchmark_county" in yiyang
    assert not any(key.startswith(("assessors.", "formalism.veto_", "state.pass", "state.asse")) for key in yiyang)
    assert {groups, "assessors.teams", "formalism.veto_checked"} <= keys("linyi-2018")


# ------------------------------------------------------------------ what is asked for


def cells_of(case: Case) -> pd.DataFrame:
    """Return one cell of the headline for each reading of the level: their chances tell them apart."""
    both = {"level": ["all", "basically"], "probability": [0.1, 0.6], "shortfall_median": [90.0, 20.0]}
    split = case.scenario.benchmark_split.value
    frame = pd.DataFrame(both).assign(target=case.targets.headline, split=split, reference_class="order")
    return frame.assign(n=100, met=[10, 60], low=[0.05, 0.5], high=[0.2, 0.7])


@pytest.mark.parametrize(
    ("name", "level", "chance"), [("linyi-2018", "all", 0.1), ("chancheng-2013", "basically", 0.6)]
)
def test_chance_and_shortfall_are_of_the_level_that_the_target_requires(name: str, level: str, chance: float) -> None:
    case = load_case(name)
    forecast = SimpleNamespace(cells=cells_of(case), pooled=cells_of(case), draws=100)
    request = SimpleNamespace(lang="zh", table=None)
    result = SimpleNamespace(case=case, forecast=forecast, request=request)
    assert level_of(case) == level
    assert sentences.headline_cells(result)["probability"].tolist() == [chance]  # type: ignore[arg-type]
    assert sentences.own_pooled(result)["probability"] == chance  # type: ignore[arg-type]
    other = below.other_level(result)  # type: ignore[arg-type]
    assert f"{100 * (0.7 - chance):.0f}%" in other
    assert ("98%" in extent(case, "zh")) == (level == "basically")


def test_every_share_of_an_assumed_count_says_so_without_false_digits() -> None:
    said = sentences.standing(load_case("tonghua-winter"), "zh")
    assert said.count("假设") == 3 and "." in said and ".00%" not in said and "40%" in said
    assert "66.36%" in sentences.standing(load_case("linyi-2018"), "zh")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_date_that_no_document_prints_is_not_told_as_one(lang: str) -> None:
    mark = {"zh": "推定", "en": "not printed"}[lang]
    marked = {name for name in list_cases() if mark in sentences.due(load_case(name), lang)}
    assert marked == {"chancheng-2013", "qixian-2023", "tonghua-winter"}


def test_counts_that_no_scenario_moves_are_named() -> None:
    case = load_case("tonghua-winter")
    cells = cells_of(case)
    request = SimpleNamespace(lang="zh", table=None)
    result = SimpleNamespace(case=case, forecast=SimpleNamespace(cells=cells, draws=100), request=request)
    text = below.why_range(result, cells)  # type: ignore[arg-type]
    assert "200—3000家" in text and "50—700家" in text and "20—320家" in text and "只有一个时点的数据" not in text
    result.case = load_case("linyi-2018")
    text = below.why_range(result, cells)  # type: ignore[arg-type]
    assert "范围里没有计入" not in text and "只有一个时点的数据" in text


def test_starts_of_several_years_have_their_year() -> None:
    case = load_case("qixian-2023")
    result = SimpleNamespace(case=case, forecast=None, request=SimpleNamespace(lang="zh"))
    labels = [drawings._so_far_label(result, "online", day) for day in case.scenario.start.dates]  # type: ignore[arg-type]
    assert len({*labels}) == 3 and "2022年1月1日" in labels[0]
    assert case.scenario.start.dates[0] == dt.date(2022, 1, 1)


def test_the_parts_stand_under_their_heads_without_the_place() -> None:
    page = find_part("queues")(letter_without_queues("zh"))._repr_html_()
    assert page.startswith(f"<h2>{say('letter.part_stuck', lang='zh')}") and "机构" not in page
    assert "40%" in page and "未启动" not in page


def letter_without_queues(lang: str):  # type: ignore[no-untyped-def]
    """A letter about a place without agencies and assessors."""
    case = load_case("qixian-2023")
    bottlenecks = pd.DataFrame(
        [("not_started", 0.0, 0.0, 0.0), ("built_not_connected", 0.4, 0.5, 3.0)],
        columns=["where", "share_low", "share_high", "enterprises"],
    )
    request = SimpleNamespace(lang=lang, table=None, reference=SimpleNamespace(name=case.name))
    capacity = pd.DataFrame({"start": [dt.date(2023, 1, 1)]})
    forecast = SimpleNamespace(bottlenecks=bottlenecks)
    made = a_letter(lang, case=case, forecast=forecast, capacity=capacity, request=request)
    made.drawings = {}
    return made


def test_pictures_are_drawn_in_the_words_of_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    from dpsim.report import figures

    seen: list[str] = []
    plot = lambda frame, **options: seen.append(say("figures.stage.built", lang="zh"))  # noqa: E731
    monkeypatch.setattr(figures, "plot_pace", plot)
    monkeypatch.setattr(figures, "save_figure", lambda figure, folder, name: [])
    for own in (own_words(load_case("chancheng-2013")), None):
        drawings.draw(drawings.Drawing("plot_pace", pd.DataFrame(), {}), own)
    assert seen == ["建档", "建成"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_comparison_speaks_in_the_words_of_the_place(lang: str, case: Case) -> None:
    """The control: outside of it the usual words stand."""
    letter = SimpleNamespace(case=case, lang=lang)
    said = ComparisonLetter.say(letter, "measure.online")  # type: ignore[arg-type]
    own = own_words(case)[lang].get("online")
    usual = say("compare.measure.online", lang=lang)
    assert said == usual.replace(say("word.online", lang=lang), own) if own else said == usual
