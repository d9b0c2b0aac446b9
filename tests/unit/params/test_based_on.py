"""A case that leaves out what its place does not publish takes it from another one, marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from dpsim.errors import FileFaults
from dpsim.params.evidence import evidence
from dpsim.params.load import list_cases, load_case
from dpsim.params.locate import locate_case

LINYI = load_case("linyi-2018")
TEXT = locate_case("qixian-2023").read_text(encoding="utf-8")
BASED = [name for name in list_cases() if "based_on:" in locate_case(name).read_text(encoding="utf-8")]


def own(tmp_path: Path, old: str, new: str) -> Path:
    assert old in TEXT
    file = tmp_path / "own.yaml"
    file.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    return file


@pytest.mark.parametrize("name", BASED)
def test_what_is_taken_is_marked_and_what_rests_on_the_literature_is_not_changed(name: str) -> None:
    case, there = load_case(name), {row.key: row for row in LINYI.assumptions()}
    taken = kept = 0
    for row in case.assumptions():
        old = there.get(row.key)
        if row.reason is not None and row.reason.zh.startswith("沿用“临沂市2018年”"):
            assert old is not None and row.grade == "assumed" and (row.value, row.source) == (old.value, old.source)
            assert LINYI.name.en in row.reason.en
            taken += 1
        elif old is not None and row == old:
            kept += str(row.source).startswith(("EX", "FC"))
        local = str(row.source)[:2] in ("LY",)
        assert not local or row.grade == "assumed", f"{row.key}: {row.source} is no source of {name}"
    assert taken > 30 and kept > 10, "most of the blocks are taken over"
    assert case.population != LINYI.population and case.scenario.start != LINYI.scenario.start


def test_an_own_entry_stands_and_its_neighbours_are_taken() -> None:
    case = load_case("qixian-2023")
    assert case.hazards.arising.general.value == 20
    assert case.hazards.heterogeneity_shape.value == LINYI.hazards.heterogeneity_shape.value
    assert case.attention.levels.value == 1
    assert case.attention.meeting_effect.value == LINYI.attention.meeting_effect.value
    assert case.attention.meeting_effect.reason != LINYI.attention.meeting_effect.reason
    assert "based_on" not in case.content()


def test_a_figure_of_the_other_place_s_documents_is_taken_over_whatever_its_id() -> None:
    """The agency fee (EX21) is printed in Linyi's speech; the controls: EX01 is not, and Linyi keeps its own."""
    assert evidence()["EX21"].source == evidence()["LY01"].source != evidence()["EX01"].source
    for name in BASED:
        fee = load_case(name).agencies.cost_per_enterprise
        assert (fee.value, fee.source, fee.grade) == (33300, "EX21", "assumed")
        assert fee.reason is not None and fee.reason.en.startswith("taken over from Linyi 2018 (grade there: derived)")
        assert load_case(name).staff.inspection_days == LINYI.staff.inspection_days
    assert (LINYI.agencies.cost_per_enterprise.grade, LINYI.agencies.cost_per_enterprise.reason) == ("derived", None)


def test_without_it_every_block_is_asked_for(tmp_path: Path) -> None:
    """Negative control: nothing else fills the blocks."""
    with pytest.raises(FileFaults) as caught:
        load_case(own(tmp_path, "based_on: linyi-2018\n", ""))
    missing = {fault.values["key"] for fault in caught.value.faults}
    assert {"adoption", "discovery", "closed_loop", "attention.meeting_effect"} <= missing


def test_the_start_is_never_taken_from_another_place(tmp_path: Path) -> None:
    begin, end = TEXT.index("  start:"), TEXT.index("  reference_class:")
    with pytest.raises(FileFaults) as caught:
        load_case(own(tmp_path, TEXT[begin:end], ""))
    assert [fault.values["key"] for fault in caught.value.faults] == ["scenario.start"]


@pytest.mark.parametrize("given", ["linyi-2081", "yiyang-2025", "../linyi-2018", "[linyi-2018]", "3", "{a: b}"])
def test_only_a_complete_case_that_comes_with_the_program_will_do(tmp_path: Path, given: str) -> None:
    with pytest.raises(FileFaults) as caught:
        load_case(own(tmp_path, "based_on: linyi-2018", f"based_on: {given}"))
    (fault,) = caught.value.faults
    assert fault.message in ("params.not_a_choice", "params.not_a_choice_near")
    for lang in ("zh", "en"):
        assert "based_on" in fault.text(lang) and "linyi-2018" in fault.text(lang)


def test_a_wrong_own_entry_is_found_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(FileFaults) as caught:
        load_case(own(tmp_path, "levels: {value: 1,", "levels: {value: 99,"))
    assert any("attention.levels.value" in fault.text("en") for fault in caught.value.faults)
    assert all(fault.values["where"].rpartition(":")[2].isdigit() for fault in caught.value.faults)


def test_every_source_of_a_based_case_is_known() -> None:
    assert BASED
    for name in BASED:
        assert {row.source for row in load_case(name).assumptions() if row.source} <= set(evidence())
