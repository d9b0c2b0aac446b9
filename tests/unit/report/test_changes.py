"""Published changes and constraints in the letter: what is said follows from the interval; nothing without a list."""

from __future__ import annotations

import html
import math
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from dpsim.experiments.published import Standing
from dpsim.language import LANGUAGES, say
from dpsim.params.load import list_cases, load_case
from dpsim.params.schema import Case
from dpsim.report.held import FOUND, held_figures, run_held
from dpsim.report.letter import Letter
from dpsim.report.parts import changes, constraints

KEY = "majors_found_change"


def a_letter(case: Case, lang: str, held: dict[str, Standing]) -> Letter:
    made = object.__new__(Letter)
    made.lang, made.folder, made.result = lang, None, SimpleNamespace(case=case, held=held)  # type: ignore[assignment]
    return made


def made_up(case: Case, **ends: tuple[float, float, float]) -> dict[str, Standing]:
    """Return what runs might say: (low, median, high) by role, a fall of a tenth to a fifth for all others."""
    return {
        key: Standing(case, figure, *_turned(ends.get(key.replace(":", "_"), (-0.2, -0.15, -0.1))), 60, 0, False)
        for key, figure in held_figures(case).items()
    }


def _turned(ends: tuple[float, float, float]) -> tuple[float, float, float]:
    low, median, high = ends
    return median, low, high


@pytest.fixture(scope="module")
def yiyang() -> Case:
    return load_case("yiyang-2025")


def test_only_a_case_that_lists_such_figures_is_run_for_them() -> None:
    for name in list_cases():
        case = load_case(name)
        listed = [figure.id for figure in case.published if figure.against] or case.constraints
        assert bool(held_figures(case)) == bool(listed), name
    assert run_held(load_case("linyi-2018"), replications=5, seed=1) == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_shown_where_nothing_is_listed(yiyang: Case, lang: str) -> None:
    linyi = load_case("linyi-2018")
    assert changes.part(a_letter(linyi, lang, {})).content == constraints.part(a_letter(linyi, lang, {})).content == ""
    assert changes.part(a_letter(yiyang, lang, {})).content == "", "from a table there are no such runs"
    full = a_letter(yiyang, lang, made_up(yiyang))
    assert "<table>" in changes.part(full).content and "<table>" in constraints.part(full).content


def test_hidden_hazards_stand_beside_those_found_with_their_own_view(yiyang: Case) -> None:
    held, found = held_figures(yiyang), [f for f in yiyang.published if f.against and f.quantity in FOUND]
    assert [figure.id for figure in found] == [KEY]
    own, other, hidden = (held[f"{KEY}:hidden{role}"] for role in ("_own", "_other", ""))
    assert (own.strategy, other.strategy) == (found[0].strategy, found[0].against) and own.date == found[0].until
    assert hidden.against == found[0].against and hidden.klass == "major"
    assert [changes.view(one) for one in (hidden, found[0])] == ["true", "reported"]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("ends", "said"),
    [((-0.2, -0.1, -0.05), "explained"), ((-0.2, -0.1, 0.05), "nothing"), ((-0.9, -0.5, 0.1), "reached")],
)
def test_what_is_explained_follows_from_the_interval(
    yiyang: Case, lang: str, ends: tuple[float, float, float], said: str
) -> None:
    letter = a_letter(yiyang, lang, made_up(yiyang, **{KEY: ends}))
    figure = letter.result.held[KEY].figure
    texts = changes.attribution(letter, figure, letter.result.held)
    assert f"{100 * ends[1]:.1f}" in texts[0] and "-82.9%" in texts[0]
    begins = {name: say(f"letter.changes.{name}", lang=lang, **dict.fromkeys(FIELDS, "|")) for name in SAID}
    assert [name for name in SAID if texts[0].endswith(begins[name].split("|")[-1])] == [said]
    rest = {"explained": "-73", "nothing": "-83", "reached": ""}[said]
    assert (rest in " ".join(texts[1:])) and bool(texts[1:]) == bool(rest)
    no_split = say("letter.changes.no_split", lang=lang)
    assert (no_split in texts) == bool(rest)


SAID = ("explained", "nothing", "reached")
FIELDS = ("words", "published", "points", "range")


def test_a_split_of_the_year_before_is_not_called_unpublished(yiyang: Case) -> None:
    one = next(figure for figure in yiyang.published if figure.quantity == "self_found_share")
    split = one.model_copy(update={"id": "split_before", "strategy": "yiyang_full_visits"})
    case = yiyang.model_copy(update={"published": (*yiyang.published, split)})
    letter = a_letter(case, "en", made_up(case))
    texts = changes.attribution(letter, letter.result.held[KEY].figure, letter.result.held)
    assert say("letter.changes.no_split", lang="en") not in texts and len(texts) == 2


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("ends", "said"), [((0.01, 0.04, 0.08), "more"), ((-0.08, -0.04, -0.01), "fewer"), ((-0.01, 0.04, 0.08), "untold")]
)
def test_more_hidden_is_said_only_where_the_interval_holds_it(
    yiyang: Case, lang: str, ends: tuple[float, float, float], said: str
) -> None:
    letter = a_letter(yiyang, lang, made_up(yiyang, **{f"{KEY}_hidden": ends}))
    content = changes.part(letter).content
    marks = {}
    for name in ("more", "fewer", "untold"):
        parts = say(f"letter.changes.{name}", lang=lang, strategy="|", change="|", range="|").split("|")
        marks[name] = html.escape(parts[0 if name == "untold" else 1])
    assert [name for name, mark in marks.items() if mark in content] == [said]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_constraint_says_its_chance_or_why_there_is_none(yiyang: Case, lang: str) -> None:
    held = made_up(yiyang, constraint_grave_accidents=(0.91, 0.94, 0.96))
    letter, bound = a_letter(yiyang, lang, held), {one.id: one for one in yiyang.constraints or ()}
    assert [one.source for one in bound.values()] == ["YY01", "YY02", "YY03", "YY04"]
    said = constraints.told(letter, bound["grave_accidents"])
    assert "94%" in said and "60" in said and "91%" in said
    silent = {key: replace(one, runs=0) for key, one in held.items()}
    assert constraints.told(a_letter(yiyang, lang, silent), bound["grave_accidents"]) != said
    for name in ("deaths", "deaths_per_gdp", "deaths_per_employed"):
        reason = bound[name].reason
        assert reason is not None and reason.words(lang) in constraints.told(letter, bound[name])
    assert constraints.required(letter, bound["deaths"]).count("-15%") == 1


def test_what_is_saved_keeps_no_number_where_there_is_none(yiyang: Case) -> None:
    frame: pd.DataFrame = constraints._frame(a_letter(yiyang, "en", made_up(yiyang)))
    assert frame["q50"].isna().tolist() == [True, False, True, True]
    saved = changes._frame(a_letter(yiyang, "en", {}), made_up(yiyang)).set_index("key")
    assert math.isnan(saved["published"][f"{KEY}:hidden"]) and saved["view"][f"{KEY}:hidden"] == "true"
