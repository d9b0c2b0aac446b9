"""The new case: counts from the table, the rest taken over and marked, dates moved, a file that reads as written."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from table_files import FULL, GOOD, HEAD, ROWS, text, workbook

from dpsim.errors import FileFaults, InputError, RunError
from dpsim.newcase import job
from dpsim.newcase.due import with_targets
from dpsim.newcase.job import Made, make_case
from dpsim.newcase.taken import Template, moved, taken_over
from dpsim.newcase.telling import told
from dpsim.params.faults import Origin
from dpsim.params.load import check_file, load_case
from dpsim.params.quantity import Graded, Quantity
from dpsim.params.schema import Case

CASE, AS_OF = "own-2026", "2026-09-10"
OWN = {
    "population.enterprises",
    "population.counties",
    "population.county_list",
    "state.built",
    "state.online",
    "state.passed",
}


def make(folder: Path, rows: Any = GOOD, **options: Any) -> Made:
    table = workbook(folder / "t.xlsx", rows)
    return make_case(table, **{"case": CASE, "as_of": AS_OF, "out": folder / "own.yaml", **options})


def graded(case: Case) -> Iterator[tuple[str, Graded]]:
    return ((key, part) for key, part in case.parts() if isinstance(part, Graded))


def test_the_file_loads_checks_and_holds_the_sums(tmp_path: Path) -> None:
    made = make(tmp_path)
    case = load_case(made.file)
    check_file(made.file)
    assert case == made.case and case.id == CASE
    assert (case.as_of, case.horizon_end) == (dt.date(2026, 9, 10), dt.date(2026, 12, 31))
    assert case.population.enterprises.value == 105 and case.population.counties.value == 3
    assert [getattr(case.state, key).value for key in ("built", "online", "passed")] == [71, 44, 17]
    assert case.population.county_names_published
    assert [row.name for row in case.population.county_list.rows] == [row[0] for row in ROWS]
    assert case.name.zh == case.name.en == CASE and case.code_prefix == "OWN"


def test_everything_that_is_not_from_the_table_is_marked_as_assumed(tmp_path: Path) -> None:
    case = make(tmp_path).case
    marked = {key: part for key, part in graded(case)}
    theirs = {key for key, _ in graded(load_case("linyi-2018"))} - {"state.all_built"}  # a fact of that place alone
    assert set(marked) >= theirs, "nothing else of the other case is lost"
    for key, part in marked.items():
        if key in OWN:
            assert (part.grade, part.source) == ("own record", "own-table"), key
        else:
            assert part.grade == "assumed" and part.reason is not None, key
            assert "替换" in part.reason.zh and "replace" in part.reason.en, key
    for item in (*case.targets.list, case.targets.switches.assessment):
        assert item.source == "taken-over"
    assert [source.id for source in case.sources] == ["own-table", "taken-over"] and case.published == ()


def test_a_block_the_schema_does_not_have_yet_is_taken_over_and_marked_too() -> None:
    template = Template(load_case("linyi-2018"), 8, 0.5)
    block = {
        "new_block": {
            "pools": {"value": 12, "unit": "enterprises", "range": (1, 30), "source": "LY15", "grade": "seed"},
            "deep": {
                "grade": "derived",
                "source": "FC01",
                "windows": ({"start": dt.date(2018, 3, 1), "source": "LY09"},),
            },
            "note": "text",
        }
    }
    new = taken_over(block, template)["new_block"]
    assert (new["pools"]["value"], new["pools"]["range"]) == (12, (1, 30)), "nobody knows that it grows with the list"
    assert (new["pools"]["grade"], new["pools"]["source"]) == ("assumed", "LY15") and "reason" in new["pools"]
    assert new["deep"]["grade"] == "assumed" and new["deep"]["source"] == "FC01" and "reason" in new["deep"]
    assert new["deep"]["windows"] == ({"start": dt.date(2026, 3, 1), "source": "taken-over"},)
    assert new["note"] == "text" and block["new_block"]["pools"]["grade"] == "seed", "the other case is not changed"


def test_values_that_do_not_grow_with_the_list_are_those_of_the_other_case(tmp_path: Path) -> None:
    new, old = make(tmp_path).case.quantities(), load_case("linyi-2018").quantities()
    others = {"population.enterprises", "population.counties", "assessors.teams"}
    for key, quantity in old.items():
        if key not in others and not key.startswith(("state.", "population.tiers.")):
            assert (new[key].value, new[key].range) == (quantity.value, quantity.range), key
    assert new["assessors.teams"].value == 1 and new["population.tiers.benchmark_county"].value == 17


def test_a_count_the_table_lacks_lies_between_its_bounds(tmp_path: Path) -> None:
    state = make(tmp_path).case.state
    assert state.building.assumed and state.connected.assumed and state.assessed.assumed
    assert state.building.value == round(350 / 588 * (105 - 71)) == 20
    assert state.connected.value == 44 + round((900 - 689) / (1510 - 689) * (71 + 20 - 44)) == 56
    assert state.assessed.value == 17 + round((300 - 261) / (1160 - 261) * (71 - 17)) == 19
    full = make(tmp_path, FULL, force=True).case.state
    assert [full.building.value, full.connected.value, full.assessed.value] == [13, 43, 14]
    assert {full.building.grade, full.connected.grade, full.assessed.grade} == {"own record"}


@pytest.mark.parametrize("connected", [0, 4, 9, 10])
def test_connected_without_building_leaves_room_for_those_under_way(tmp_path: Path, connected: int) -> None:
    rows = [[*HEAD, "接入"], ["甲", 10, 0, 0, 0, connected], ["乙", 10, 10, 0, 0, 0]]
    case = make(tmp_path, rows).case
    assert connected <= case.state.building.value <= 10, "as many as are connected and not built"


EDGES = {
    "one county of one enterprise": [HEAD, ["甲", 1, 0, 0, 0]],
    "nothing done": [HEAD, *([row[0], row[1], 0, 0, 0] for row in ROWS)],
    "all done": [HEAD, *([row[0], *[row[1]] * 4] for row in ROWS)],
    "a county without enterprises": [*GOOD, ["空县", 0, 0, 0, 0]],
    "as large as a case can be": [HEAD, ["甲", 1_000_000, 9, 4, 3], ["乙", 0, 0, 0, 0]],
    "all built, none online": [HEAD, *([row[0], row[1], row[1], 0, 0] for row in ROWS)],
}


@pytest.mark.parametrize("name", EDGES)
def test_tables_at_the_edge_make_cases(tmp_path: Path, name: str) -> None:
    made = make(tmp_path, EDGES[name])
    assert load_case(made.file) == made.case
    assert made.case.population.enterprises.value == sum(row[1] for row in EDGES[name][1:])


def test_tiers_and_sectors_of_the_table_are_used(tmp_path: Path) -> None:
    extra = ["省级标杆", "市级标杆", "县级标杆", "矿山", "危化品", "工商贸"]
    case = make(tmp_path, [[*HEAD, *extra], *([*row, 1, 2, 3, 4, 5, row[1] - 9] for row in ROWS)]).case
    tiers, sectors = case.population.tiers, case.population.sectors
    assert [tiers.benchmark_provincial.value, tiers.benchmark_county.value] == [3, 9]
    assert sectors.mines.value == 12 / 105 and sectors.mines.grade == "own record"


# ------------------------------------------------------------------ dates


def test_dates_move_by_years(tmp_path: Path) -> None:
    case = make(tmp_path).case
    assert case.scenario.start.dates == (dt.date(2026, 1, 1), dt.date(2026, 3, 1), dt.date(2026, 5, 1))
    old = load_case("linyi-2018").targets.list
    assert [t.deadline for t in case.targets.list] == [moved(t.deadline, 8) for t in old]
    assert moved(dt.date(2024, 2, 29), 1) == dt.date(2025, 2, 28) and moved(dt.date(2024, 2, 29), 4).day == 29


def test_starts_that_would_lie_after_the_as_of_date_keep_their_distance(tmp_path: Path) -> None:
    early = make(tmp_path, as_of="2026-02-10").case
    old = load_case("linyi-2018")
    assert [(early.as_of - day).days for day in early.scenario.start.dates] == [
        (old.as_of - day).days for day in old.scenario.start.dates
    ]
    assert "天数" in early.scenario.start.reason.zh and "as many days" in early.scenario.start.reason.en
    assert len(early.targets.list) == len(old.targets.list)


def test_targets_whose_moved_date_is_past_are_left_out_and_told(tmp_path: Path) -> None:
    made = make(tmp_path, as_of="2026-10-15")
    gone = {"benchmark_built", "benchmark_connected", "benchmark_online", "benchmark_assessed"}
    assert {name for name, _ in made.left_out} == gone
    assert {target.id for target in made.case.targets.list} == {
        t.id for t in load_case("linyi-2018").targets.list
    } - gone
    assert all(name in told(made) for name in gone)


def test_a_short_horizon_brings_deadlines_forward_and_a_long_one_does_not_move_them(tmp_path: Path) -> None:
    short = make(tmp_path, horizon_end="2026-11-30").case
    assert max(target.deadline for target in short.targets.list) == dt.date(2026, 11, 30)
    long = make(tmp_path, horizon_end="2027-06-30", force=True).case
    assert long.horizon_end == dt.date(2027, 6, 30)
    assert max(target.deadline for target in long.targets.list) == dt.date(2026, 12, 31)


def test_the_headline_stays_even_if_its_date_is_past() -> None:
    item = {"id": "a", "deadline": dt.date(2026, 6, 30)}
    targets = {"headline": "a", "list": (item, {**item, "id": "b"})}
    kept, gone = with_targets(targets, dt.date(2026, 9, 10), dt.date(2026, 11, 30))
    assert kept["list"] == ({"id": "a", "deadline": dt.date(2026, 11, 30)},) and gone == [("b", item["deadline"])]
    assert with_targets(targets, dt.date(2026, 6, 29), dt.date(2026, 11, 30)) == (targets, [])


# ------------------------------------------------------------------ the file


HOSTILE = [
    "=cmd()|' /C calc'!A0",
    "<b>x</b>",
    "a: b # c",
    '"}]',
    "yes",
    "2026-09-10",
    "null",
    "&a *a !!x",
    "{zh: 1}",
    "\\",
]


def test_names_of_the_table_stay_texts_in_the_file(tmp_path: Path) -> None:
    table = text(tmp_path / "t.csv", [HEAD, *([f'"{n.replace(chr(34), chr(34) * 2)}"', 9, 5, 4, 3] for n in HOSTILE)])
    made = make_case(table, case=CASE, as_of=AS_OF, out=tmp_path / "own.yaml", name_zh="甲：“乙”# {丙}", name_en="- &x")
    case = load_case(made.file)
    assert [row.name for row in case.population.county_list.rows] == HOSTILE
    assert (case.name.zh, case.name.en) == ("甲：“乙”# {丙}", "- &x")
    assert not any(
        "# " in line and name in line.partition("# ")[2]
        for name in HOSTILE[:2]
        for line in made.file.read_text(encoding="utf-8").splitlines()
        if line.startswith("#")
    ), "no name in a comment"


def test_the_file_says_what_to_replace_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for lang, word in (("zh", "请先核实"), ("en", "First check")):
        monkeypatch.setenv("DPSIM_LANG", lang)
        made = make(tmp_path, force=True)
        head = made.file.read_text(encoding="utf-8").split("schema:")[0]
        assert word in head and all(line.startswith("#") for line in head.splitlines())
        keys = [line.rpartition(" ")[2] for line in head.splitlines() if line.startswith("#   ")]
        assert keys == [row.key for row in made.first] and "state.connected" in keys
        assert set(keys) <= {key for key, part in graded(made.case) if part.assumed}
    monkeypatch.setenv("DPSIM_LANG", "zh")
    assert "state.connected" not in {row.key for row in make(tmp_path, FULL, force=True).first}, "it is in the table"


def test_what_is_told_counts_and_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for lang, words in (
        ("zh", ("3 个县区", "企业数 105", "假设值")),
        ("en", ("3 counties", "enterprises 105", "assumed")),
    ):
        monkeypatch.setenv("DPSIM_LANG", lang)
        made = make(tmp_path, force=True)
        said = told(made)
        assert all(word in said for word in words), said
        assert str(made.assumed) in said and "dpsim report" in said
        assert made.assumed == sum(part.assumed for _, part in graded(made.case))


def test_an_encoding_that_was_guessed_is_told_with_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for lang in ("zh", "en"):
        monkeypatch.setenv("DPSIM_LANG", lang)
        for encoding in ("gb18030", "utf-8"):
            table = text(tmp_path / "t.csv", GOOD, encoding)
            said = told(make_case(table, case=CASE, as_of=AS_OF, out=tmp_path / "own.yaml", force=True))
            assert ("GB 18030" in said and "甲县" in said) == (encoding == "gb18030"), said


def test_hidden_rows_are_counted_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = openpyxl.load_workbook(workbook(tmp_path / "t.xlsx", [["说明"]], GOOD))
    book["A"].row_dimensions[2].hidden = True  # another sheet
    book.save(tmp_path / "t.xlsx")
    for lang in ("zh", "en"):
        monkeypatch.setenv("DPSIM_LANG", lang)
        made = make_case(tmp_path / "t.xlsx", case=CASE, as_of=AS_OF, out=tmp_path / "own.yaml", force=True)
        assert made.table.hidden == () and "乙县" not in told(made)
    for row in (3, 4, 9):
        book["B"].row_dimensions[row].hidden = True
    book.save(tmp_path / "t.xlsx")
    for lang, words in (("zh", "2 行也已计入：乙县、丙区"), ("en", "2 (乙县, 丙区)")):
        monkeypatch.setenv("DPSIM_LANG", lang)
        made = make_case(tmp_path / "t.xlsx", case=CASE, as_of=AS_OF, out=tmp_path / "own.yaml", force=True)
        assert words in told(made) and made.case.population.enterprises.value == 105, told(made)


def test_what_to_run_next_answers_in_the_language_in_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for lang, option in (("zh", ""), ("en", " --lang en")):
        monkeypatch.setenv("DPSIM_LANG", lang)
        steps = told(made := make(tmp_path, force=True)).splitlines()[-3:]
        file = made.file.as_posix()
        assert steps == [f"  dpsim check {file}{option}", f"  dpsim run {file} --replications 20{option}",
                         f"  dpsim report {file}{option}"]  # fmt: skip


@pytest.mark.parametrize("case", ["con-2026", "common", "com10", "nul1"])
def test_an_id_that_only_begins_like_a_device_is_taken(tmp_path: Path, case: str) -> None:
    assert make(tmp_path, case=case).case.id == case


def test_a_case_made_this_way_can_be_the_other_place(tmp_path: Path) -> None:
    first = make(tmp_path)
    table = workbook(tmp_path / "u.xlsx", FULL)
    second = make_case(table, case="next-2027", as_of="2027-06-30", like=str(first.file), out=tmp_path / "next.yaml")
    assert second.case.population.enterprises.value == 75 and load_case(second.file) == second.case
    assert [source.id for source in second.case.sources] == ["own-table", "taken-over"]
    assert [row.name for row in second.case.population.county_list.rows] == ["North", "South"]


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("options", "messages"),
    [
        ({"case": "Own City"}, ["newcase.bad_case"]),
        ({"case": "../up"}, ["newcase.bad_case"]),
        ({"case": "con"}, ["newcase.case_reserved"]),
        ({"case": "lpt1"}, ["newcase.case_reserved"]),
        ({"case": "linyi-2018"}, ["newcase.case_taken"]),
        ({"as_of": "10.9.2026"}, ["error.bad_date"]),
        ({"as_of": "2026-02-30"}, ["error.bad_date"]),
        ({"as_of": "20260910"}, ["error.bad_date"]),
        ({"as_of": "2026-12-31"}, ["newcase.as_of_outside"]),
        ({"as_of": "1999-12-30"}, ["newcase.as_of_outside"]),
        ({"horizon_end": "2026-09-10"}, ["newcase.horizon_outside"]),
        ({"horizon_end": "2029-01-01"}, ["newcase.horizon_outside"]),
        ({"name_zh": "x" * 61}, ["newcase.bad_name"]),
        ({"name_en": "a\nb"}, ["newcase.bad_name"]),
        ({"case": "A", "as_of": "x", "name_en": "\x07"}, ["newcase.bad_case", "newcase.bad_name", "error.bad_date"]),
        ({"out": "x.txt"}, ["newcase.out_ending"]),
        ({"out": "nowhere/x.yaml"}, ["newcase.out_no_folder"]),
        ({"like": "linyi-2019"}, ["params.unknown_case_near"]),
        ({"like": "absent.yaml"}, ["params.no_file"]),
    ],
)
def test_what_is_asked_for_is_checked_and_nothing_is_written(
    tmp_path: Path, options: dict[str, Any], messages: list[str]
) -> None:
    table = workbook(tmp_path / "t.xlsx", GOOD)
    options = {**options, "out": tmp_path / options.get("out", "own.yaml")}
    with pytest.raises(InputError) as caught:
        make_case(table, **{"case": CASE, "as_of": AS_OF, **options})
    found = caught.value.faults if isinstance(caught.value, FileFaults) else [caught.value]
    assert sorted(fault.message for fault in found) == sorted(messages)
    assert [file.name for file in tmp_path.iterdir()] == ["t.xlsx"]


def test_a_file_that_is_there_is_kept_unless_told_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "own.yaml"
    out.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="own.yaml") as caught:
        make(tmp_path)
    assert caught.value.message == "newcase.out_exists" and out.read_text(encoding="utf-8") == "mine"
    with pytest.raises(FileFaults):
        make(tmp_path, [HEAD, ["甲", 1, 2, 3, 4]], force=True)
    assert out.read_text(encoding="utf-8") == "mine", "a faulty table replaces nothing"
    monkeypatch.setattr(job, "load_case", lambda given: load_case("linyi-2018"))
    with pytest.raises(RunError, match="own.yaml"):
        make(tmp_path, force=True)
    assert out.read_text(encoding="utf-8") == "mine", "nor does a file that does not read as written"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["own.yaml", "t.xlsx"], "no draft is left"
    monkeypatch.undo()
    make(tmp_path, force=True)
    assert load_case(out).id == CASE


def test_a_link_stays_and_the_file_behind_it_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    link, behind = tmp_path / "own.yaml", tmp_path / "kept" / "real.yaml"
    link.symlink_to(behind)
    behind.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        make(tmp_path)
    assert caught.value.message == "newcase.out_exists" and behind.read_text(encoding="utf-8") == "mine"
    made = make(tmp_path, force=True)
    assert link.is_symlink() and not behind.is_symlink() and made.file == link, "the link is still one"
    assert load_case(behind) == load_case(link) == made.case
    assert [file.name for file in (tmp_path / "kept").iterdir()] == ["real.yaml"], "no draft is left"


@pytest.mark.parametrize("to", ["pipe", "own.yaml", "absent/own.yaml", "."])
def test_a_link_to_what_holds_no_file_is_refused(tmp_path: Path, to: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "own.yaml").symlink_to(to)
    with pytest.raises(InputError, match="own.yaml") as caught:
        make(tmp_path, force=True)
    assert caught.value.message == "newcase.out_no_folder" and (tmp_path / "own.yaml").is_symlink()


def test_quantities_of_a_case_may_cite_its_own_sources_only(tmp_path: Path) -> None:
    case = make(tmp_path).case
    content = case.content()
    for sources, message in (
        (None, "params.unknown_source"),
        (({**content["sources"][0], "id": "LY01"}, content["sources"][1]), "params.source_taken"),
        (({**content["sources"][0], "id": "a b"}, content["sources"][1]), "params.bad_source_id"),
        ((content["sources"][0], content["sources"][0]), "params.duplicate_id"),
        (({"id": "own-table"}, content["sources"][1]), "params.missing_key"),
    ):
        wrong = {**content, "sources": sources} if sources else {k: v for k, v in content.items() if k != "sources"}
        with pytest.raises(FileFaults) as caught:
            Case.from_content(wrong, Origin("own.yaml"))
        found = {fault.message.removesuffix("_near") for fault in caught.value.faults}
        assert message in found, found
    assert isinstance(case.state.built, Quantity)
