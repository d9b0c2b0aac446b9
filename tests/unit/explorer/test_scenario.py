"""A scenario changes what it says and nothing else, says so, and is written so that it reads back the same."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from dpsim.errors import InputError, RunError
from dpsim.explorer import export as exporting
from dpsim.explorer.entries import assumptions, levers, slots
from dpsim.explorer.export import export
from dpsim.explorer.scenario import Scenario
from dpsim.language import LANGUAGES
from dpsim.params.load import list_cases, list_strategies, load_case, load_strategy
from dpsim.params.quantity import GRADES
from dpsim.report.parameters import load_parameter_file

PLAIN = Scenario("linyi-2018", "current_arrangement", 4, 1)


def place(name: str) -> int:
    """Return where an instrument stands in the explorer of the current arrangement."""
    return next(slot.place for slot in slots(load_strategy(PLAIN.strategy)) if slot.name == name)


def changed() -> Scenario:
    drive, notice, meeting = (place(name) for name in ("deadline_drive", "ranking_notice", "dispatch_meeting"))
    values = {f"{meeting}.every_days": 3.0, f"{drive}.factor": 2.5, f"{drive}.start": dt.date(2018, 11, 1)}
    return Scenario(
        "linyi-2018",
        "current_arrangement",
        4,
        1,
        assumptions={
            "agencies.service_mean": 10.0,
            "assessors.pass_score_other": 60,
            "scenario.reference_class": "filing",
        },
        levers=values | {f"{notice}.every_days": 14},
        switched=frozenset({drive, notice}),
    )


def test_nothing_changed_is_the_case_and_the_strategy_themselves() -> None:
    built = PLAIN.built()
    assert built == (load_case("linyi-2018"), load_strategy("current_arrangement"))


def test_changes_arrive_and_carry_grounds_of_their_own() -> None:
    case, strategy = changed().built()
    base = {settings.instrument: settings for settings in load_strategy("current_arrangement").instruments}
    mine = {settings.instrument: settings for settings in strategy.instruments}
    assert list(mine) == [*(name for name in base if name != "ranking_notice"), "deadline_drive"]
    meeting, drive = mine["dispatch_meeting"], mine["deadline_drive"]
    assert (meeting.every_days.value, drive.factor.value, drive.start) == (3, 2.5, dt.date(2018, 11, 1))
    assert meeting.every_days.assumed and meeting.every_days.source is None, "a number set by hand keeps no source"
    assert "LY15" in meeting.every_days.reason.zh and "7" in meeting.every_days.reason.en, "its former ground is told"
    assert meeting.staff_days_each == base["dispatch_meeting"].staff_days_each
    assert case.agencies.service_mean.value == 10 and case.scenario.reference_class.value == "filing"
    assert case.agencies.headroom == load_case("linyi-2018").agencies.headroom, "what was left alone is as it was"
    assert case.id.startswith("linyi-2018-") and strategy.id.startswith("current_arrangement-")
    assert (case.name.zh, strategy.name.en) == ("临沂市2018年（有改动）", "current arrangement (changed)")
    assert changed().built() == (case, strategy), "the same changes make the same ids"


@pytest.mark.parametrize(
    "scenario",
    [
        Scenario("linyi-2018", "current_arrangement", 4, 1, assumptions={"agencies.service_mean": 999}),
        Scenario("linyi-2018", "current_arrangement", 4, 1, levers={"0.every_days": 2.5}),
        Scenario("linyi-2018", "current_arrangement", 0, 1),
        Scenario("linyi-2018", "current_arrangement", 4, -1),
        Scenario("linyi-2018", "no_such_strategy", 4, 1),
    ],
    ids=["beyond its range", "half a day", "no runs", "negative seed", "unknown"],
)
def test_what_cannot_be_run_is_refused(scenario: Scenario) -> None:
    with pytest.raises(InputError):
        scenario.built()


@pytest.mark.parametrize("name", list_strategies())
def test_every_strategy_has_its_levers_in_both_languages(name: str) -> None:
    strategy = load_strategy(name)
    places = slots(strategy)
    assert [slot.place for slot in places] == list(range(len(places)))
    assert [slot.settings for slot in places if slot.on] == list(strategy.instruments)
    assert places or strategy.pace == "past"
    for slot in places:
        zh, en = (levers(slot, lang) for lang in LANGUAGES)
        assert len(zh) >= len(slot.settings.named()) > 0
        assert all(a.label != b.label for a, b in zip(zh, en, strict=True)), "labels are words, not keys"


def test_an_instrument_that_is_off_has_the_settings_of_the_strategy_called_after_it() -> None:
    """Not those of a place's strategy that also has it, with dates of another year."""
    shown = {slot.name: slot.settings for slot in slots(load_strategy("current_arrangement")) if not slot.on}
    called = sorted(set(shown) & set(list_strategies()))
    assert {"training", "simple_systems", "resident_experts"} <= set(called)
    for name in called:
        own = [one for one in load_strategy(name).instruments if one.instrument == name]
        assert shown[name] == own[0]
    elsewhere = [one for one in load_strategy("tonghua_winter").instruments if one.instrument == "training"]
    assert elsewhere and shown["training"] not in elsewhere


@pytest.mark.parametrize("name", list_cases())
def test_assumptions_stand_weakest_first_and_each_control_can_be_set(name: str) -> None:
    entries = assumptions(load_case(name), "zh")
    graded = [GRADES.index(entry.grade) for entry in entries if entry.grade]
    assert graded == sorted(graded) and len(graded) > 20
    choices = [entry for entry in entries if entry.options and not entry.fixed]
    assert {"scenario.reference_class", "targets.switches.level"} <= {entry.key for entry in choices}
    for entry in choices:
        for option in entry.options:
            case, _ = Scenario(name, "current_arrangement", 1, 1, assumptions={entry.key: option}).built()
            assert dict(case.parts())[entry.key].value == option  # type: ignore[attr-defined]


def test_what_a_case_need_not_have_can_be_set_all_the_same() -> None:
    by_key = {entry.key: entry for entry in assumptions(load_case("linyi-2018"), "en")}
    assert by_key["reporting.shading"].value == 0 and by_key["reporting.shading"].grade == "assumed"
    plain, _ = Scenario("linyi-2018", "current_arrangement", 1, 1).built()
    case, _ = Scenario("linyi-2018", "current_arrangement", 1, 1, assumptions={"reporting.shading": 0.4}).built()
    assert plain.reporting is None and case.reporting is not None
    assert case.reporting.shading.value == 0.4 and case.reporting.shading.assumed and case.id != plain.id


@pytest.mark.parametrize("scenario", [PLAIN, changed()], ids=["plain", "changed"])
def test_an_export_is_complete_and_reads_back_the_same(scenario: Scenario, tmp_path: Path) -> None:
    made = export(scenario, tmp_path, "zh")
    assert export(scenario, tmp_path, "zh") == made, "the same scenario goes into the same folder"
    built = scenario.built()
    assert load_case(made.folder / "case.yaml").digest == built.case.digest
    assert load_strategy(made.folder / "strategy.yaml").digest == built.strategy.digest
    values = load_parameter_file(made.folder / "parameters.yaml")
    assert values == {
        "case": "case.yaml", "as_of": "2018-09-10", "strategy": "strategy.yaml", "replications": 4, "seed": 1,
        "lang": "zh", "out": "result",
    }  # fmt: skip
    assert (made.folder / "year_end_projection.ipynb").is_file()
    assert str(tmp_path) not in made.papermill + made.run, "the commands hold no path of this machine"


@pytest.mark.parametrize("name", ["case.yaml", "strategy.yaml", "parameters.yaml", "year_end_projection.ipynb"])
def test_an_edited_export_is_never_overwritten(tmp_path: Path, name: str) -> None:
    first = export(PLAIN, tmp_path, "zh")
    assert first.kept is None
    original = (first.folder / name).read_bytes()
    (first.folder / name).write_bytes(b"# mine\n")
    (first.folder / "result").mkdir()
    second = export(PLAIN, tmp_path, "zh")
    assert (first.folder / name).read_bytes() == b"# mine\n", "the edit is lost"
    assert second.folder == tmp_path / f"{first.folder.name}-2" and second.kept == first.folder
    assert (second.folder / name).read_bytes() == original and load_case(second.folder / "case.yaml")
    assert export(PLAIN, tmp_path, "zh") == second, "a new folder that is untouched serves again"
    (second.folder / name).unlink()
    (second.folder / name).mkdir()
    assert export(PLAIN, tmp_path, "zh").folder.name == f"{first.folder.name}-3"
    (first.folder / name).write_bytes(original)
    assert export(PLAIN, tmp_path, "zh") == first, "control: without the edit the usual folder serves"
    (first.folder / name).unlink()
    assert export(PLAIN, tmp_path, "zh") == first and (first.folder / name).read_bytes() == original


def test_a_file_in_the_place_of_an_export_is_named(tmp_path: Path) -> None:
    folder = export(PLAIN, tmp_path / "made", "zh").folder.name
    for place in (tmp_path / "explored", tmp_path / "mine" / folder):
        place.parent.mkdir(exist_ok=True)
        place.write_text("mine", encoding="utf-8")
        out = place if place.name == "explored" else place.parent
        with pytest.raises(InputError) as caught:
            export(PLAIN, out, "zh")
        assert caught.value.message == "error.out_not_folder"
        assert all(place.name in caught.value.text(lang) for lang in LANGUAGES)
        assert place.read_text(encoding="utf-8") == "mine"


def test_an_export_that_does_not_read_back_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = exporting.yaml_text
    monkeypatch.setattr(exporting, "yaml_text", lambda content: whole(content).replace("value: 1.3\n", "value: 1.4\n"))
    with pytest.raises(RunError, match="case.yaml"):
        export(PLAIN, tmp_path, "zh")
