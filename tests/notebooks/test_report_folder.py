"""The folder of a report: complete, readable, closed in itself, the same each time, and in one language."""

from __future__ import annotations

import base64
import io
import json
import platform
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from notebook_runs import HOSTILE, RUNS, SOURCE

from dpsim.params.evidence import evidence
from dpsim.params.labels import option_label
from dpsim.params.locate import notebooks_folder
from dpsim.report.fonts import needs_glyph
from dpsim.report.show import show_about
from dpsim.report.tables import FORMULA_STARTS

FIGURES = ["fan_assessed", "fan_built", "fan_connected", "fan_online", "fan_passed", "pace", "queues"]
FIGURES += ["scenario_cells", "sensitivity", "hazards", "hazards_found", "staff_days", "paper"]
TABLES = ["agency_capacity", "assumptions", "bottlenecks", "fan_assessed", "fan_built", "fan_connected", "fan_online"]
TABLES += ["fan_passed", "forecast_cells", "forecast_pooled", "indicators", "pace", "queues", "sensitivity"]
TABLES += ["strategies", "targets", "hazards", "hazards_found", "hazards_by_class", "staff_days", "paper"]
TABLES += ["supervision", "county_appraisal", "county_ranks"]
TABLES += ["targets_current_arrangement", "targets_past_pace"]
CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
PICTURE = re.compile(r"base64,[A-Za-z0-9+/=]+")


def page(folder: Path) -> BeautifulSoup:
    return BeautifulSoup((folder / "report.html").read_text(encoding="utf-8"), "html.parser")


def visible(folder: Path) -> str:
    """Return the text a reader sees."""
    soup = page(folder)
    for element in soup.find_all(["style", "head"]):
        element.decompose()
    return str(soup.get_text("\n", strip=True))


def files(folder: Path) -> list[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def without_pictures(file: Path) -> str:
    return PICTURE.sub("base64,", file.read_text(encoding="utf-8"))


@pytest.fixture(params=["zh", "en"])
def made(request: pytest.FixtureRequest) -> tuple[Path, str]:
    """The report of either language, and the language."""
    return request.getfixturevalue(request.param), request.param


# ------------------------------------------------------------------ complete


def test_the_folder_holds_everything_and_nothing_else(made: tuple[Path, str]) -> None:
    folder, lang = made
    expected = ["inputs/case.yaml"] if lang == "en" else []  # made from a user's own file
    expected += ["SHA256SUMS", "headline.txt", "report.html", "run.json", "sources.json", SOURCE.name]
    expected += [f"figures/{name}.{kind}" for name in FIGURES for kind in ("png", "svg")]
    expected += [f"tables/{name}.{kind}" for name in TABLES for kind in ("csv", "parquet")]
    assert files(folder) == sorted(expected)
    assert [file.name for file in folder.parent.iterdir()] == [folder.name], "nothing is left beside the report"


def test_the_record_says_what_was_run(made: tuple[Path, str]) -> None:
    folder, lang = made
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    runs = RUNS if lang == "zh" else 2
    wanted = {"case": "linyi-2018", "strategy": "current_arrangement", "as_of": "2018-09-10", "seed": 1, "lang": lang}
    wanted |= {"replications": runs, "engine": "compiled", "interrupted": False, "draws_per_cell": 2000}
    wanted |= {"finished": {"current_arrangement": runs, "past_pace": runs}, "python": platform.python_version()}
    assert {key: record[key] for key in wanted} == wanted
    digests = {"version", "code", "case_digest", "strategy_digest", "strategies", "libraries", "run_id"}
    assert set(record) == set(wanted) | digests
    assert set(record["strategies"]) == {"current_arrangement", "past_pace"}
    assert {"numpy", "pandas", "scipy", "numba", "simpy", "matplotlib", "papermill"} <= set(record["libraries"])
    assert all(re.fullmatch(r"[0-9a-f]{8,64}", record[key]) for key in ("code", "case_digest", "strategy_digest"))
    assert record["run_id"] == folder.name == f"current_arrangement-{lang}-{folder.name[-8:]}"
    assert folder.name[-8:] in visible(folder), "the page names the fingerprint of its run"


def test_figures_are_pairs_that_can_be_opened(zh: Path) -> None:
    from matplotlib import image

    for name in FIGURES:
        height, width = image.imread(zh / "figures" / f"{name}.png").shape[:2]
        assert width >= 600 and height >= 300, name
        text = (zh / "figures" / f"{name}.svg").read_text(encoding="utf-8")
        root = ElementTree.fromstring(text)
        assert root.tag.endswith("svg")
        outside = [value for part in root.iter() for key, value in part.attrib.items() if key.endswith("href")]
        assert all(value.startswith(("#", "data:")) for value in outside), name
        assert not any(part.tag.endswith(("}text", "}script", "}image")) for part in root.iter()), name


def test_tables_are_pairs_with_the_same_content(made: tuple[Path, str]) -> None:
    folder, _ = made
    for name in TABLES:
        kept = pd.read_parquet(folder / "tables" / f"{name}.parquet")
        raw = (folder / "tables" / f"{name}.csv").read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf") and b"\r" not in raw, name
        read = pd.read_csv(io.BytesIO(raw), encoding="utf-8-sig", dtype=str, keep_default_na=False)
        assert list(read.columns) == list(kept.columns) and len(read) == len(kept) > 0, name
        for column in kept.columns:
            assert_same_column(read[column], kept[column], f"{name}.{column}")


def assert_same_column(read: pd.Series, kept: pd.Series, where: str) -> None:
    """Compare texts of a CSV with values: numbers to ten digits, days as days, texts but for the guard."""
    for text, value in zip(read, kept, strict=True):
        if pd.isna(value):
            assert text == "", where
        elif isinstance(value, bool):
            assert text == str(value), where
        elif isinstance(value, int | float):
            assert float(text) == pytest.approx(float(value), rel=1e-9, abs=1e-12), where
        elif isinstance(value, str):
            assert text.removeprefix("'") == value.removeprefix("'"), where
        else:
            assert pd.Timestamp(text) == pd.Timestamp(value), where


def test_every_column_of_every_table_is_explained(zh: Path) -> None:
    described = (notebooks_folder().parent / "docs" / "tables.md").read_text(encoding="utf-8")
    for name in TABLES:
        if name.startswith(("targets_", "fan_")):
            name = name.split("_")[0]
            assert f"`{name}_<" in described
        else:
            assert f"`{name}`" in described
    for name in TABLES:
        for column in pd.read_parquet(zh / "tables" / f"{name}.parquet").columns:
            assert f"`{column}`" in described, f"{name}.{column}"


def test_few_runs_are_said_to_be_few(made: tuple[Path, str]) -> None:
    folder, lang = made
    assert {"zh": "注意：只推演了4次，少于100次", "en": "only 2 runs were made, fewer than 100"}[lang] in visible(
        folder
    )


def test_every_picture_is_described_with_its_numbers(made: tuple[Path, str]) -> None:
    described = [str(picture["alt"]) for picture in page(made[0]).find_all("img")]
    assert len(set(described)) == len(FIGURES) and all(len(re.findall(r"\d+", text)) >= 3 for text in described)


# ------------------------------------------------------------------ closed in itself


def test_the_page_needs_nothing_from_outside(made: tuple[Path, str]) -> None:
    folder, lang = made
    soup = page(folder)
    assert soup.html["lang"] == {"zh": "zh-CN", "en": "en"}[lang]
    assert soup.find("meta", charset=True)["charset"] == "utf-8"
    assert not soup.find_all(
        ["script", "link", "iframe", "object", "embed", "base", "form", "video", "audio", "source"]
    )
    policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none'")
    for element in soup.find_all(True):
        for name, value in element.attrs.items():
            text = " ".join(value) if isinstance(value, list) else str(value)
            assert not name.startswith("on"), element.name
            if name in ("src", "href", "srcset", "data", "action", "poster", "background") or name.endswith(":href"):
                assert text.startswith(("#", "data:image/")), text[:80]
            elif name not in ("alt", "title", "content"):
                assert "//" not in text and "url(" not in text, text[:80]
    css = "".join(style.get_text() for style in soup.find_all("style"))
    assert "@import" not in css
    assert all(address.startswith("data:font/woff2;base64,") for address in re.findall(r"url\(['\"]?([^)]*)", css))
    assert len(soup.find_all("img")) == len(FIGURES)


def test_every_letter_of_the_page_is_in_its_fonts(made: tuple[Path, str]) -> None:
    from fontTools.ttLib import TTFont

    folder, _ = made
    soup = page(folder)
    css = "".join(style.get_text() for style in soup.find_all("style"))
    letters: set[int] = set()
    for font in re.findall(r"url\(data:font/woff2;base64,([^)]+)\)", css):
        letters |= set(TTFont(io.BytesIO(base64.b64decode(font))).getBestCmap())
    shown = [visible(folder), soup.title.get_text(), *(str(picture["alt"]) for picture in soup.find_all("img"))]
    missing = {char for char in needs_glyph("".join(shown)) if ord(char) not in letters}
    assert missing == set() and len(letters) > 90


def test_nothing_of_the_machine_is_in_the_report(zh: Path) -> None:
    places = {str(zh.parents[4]), str(Path(__file__).parents[2]), sys.prefix, sys.base_prefix, str(Path.home())}
    places |= {"/tmp/", "/home/", "/root", "site-packages", "ipykernel_", platform.node()}
    for name in ("report.html", SOURCE.name, "run.json", "headline.txt", "figures/pace.svg"):
        text = without_pictures(zh / name)
        found = sorted(place for place in places if len(place) > 3 and place in text)
        assert found == [], f"{name} holds {found}"
        assert not re.search(r"20\d\d-\d\d-\d\dT\d\d|\d\d:\d\d:\d\d| at 0x[0-9a-f]{6}", text), name


def test_the_executed_notebook_ran_through(made: tuple[Path, str]) -> None:
    folder, _ = made
    notebook = nbformat.read(folder / SOURCE.name, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    kinds = {output.output_type for cell in cells for output in cell.outputs}
    assert kinds == {"execute_result"}
    assert notebook.metadata.papermill["exception"] is None


# ------------------------------------------------------------------ the same each time


@pytest.mark.long  # another whole report; that three ways give the same numbers is in `make test`
def test_the_same_command_gives_the_same_bytes(zh: Path, zh_again: Path) -> None:
    assert zh.name == zh_again.name and files(zh) == files(zh_again)
    for name in files(zh):
        assert (zh / name).read_bytes() == (zh_again / name).read_bytes(), name


# ------------------------------------------------------------------ one language


def test_the_second_headline_is_of_the_hazards_and_stands_in_both_places(made: tuple[Path, str]) -> None:
    folder, lang = made
    said = (folder / "headline.txt").read_text(encoding="utf-8").splitlines()
    leads = [lead.get_text() for lead in page(folder).select("p.lead")]
    assert leads == said[:2]
    table = pd.read_parquet(folder / "tables" / "supervision.parquet").set_index("measure")
    for name in ("found", "latent"):
        assert show_about(table.loc[name, "q50"]) in leads[1], name
    assert {"zh": "填报数", "en": "reported"}[lang] in leads[1] and {"zh": "推演值", "en": "model"}[lang] in leads[1]


def test_the_english_page_has_no_chinese(en: Path) -> None:
    text = visible(en) + page(en).title.get_text() + (en / "headline.txt").read_text(encoding="utf-8")
    assert CJK.findall(text) == []
    for name in TABLES:
        assert CJK.findall((en / "tables" / f"{name}.csv").read_text(encoding="utf-8-sig")) == [], name


def test_the_chinese_page_has_no_words_of_the_program(zh: Path) -> None:
    soup = page(zh)
    for element in soup.find_all(["style", "head", "code"]):
        element.decompose()
    text = soup.get_text("\n", strip=True)
    assert "agency_chemicals" not in text and "current_arrangement" not in text
    for cited in evidence().values():  # authors of papers are named in their own letters
        text = text.replace(cited.words("source", "zh"), "")
    text = re.sub(r"\[?[A-Z]{2}\d\d\]?", "", text.replace(zh.name[-8:], ""))  # sources, and the fingerprint of the run
    left = set(re.findall(r"[A-Za-z_][A-Za-z_.]+", text))
    assert left <= {"dpsim"}, f"not in Chinese: {sorted(left)}"
    assert len(CJK.findall(text)) > 1500


def test_the_chinese_pictures_are_described_in_chinese(zh: Path) -> None:
    described = [str(picture["alt"]) for picture in page(zh).find_all("img")]
    assert [text for text in described if not CJK.search(text)] == []


def test_the_command_to_repeat_stands_in_the_report(zh: Path) -> None:
    (line,) = [code.get_text() for code in page(zh).find_all("code") if "dpsim report" in code.get_text()]
    assert f"dpsim report linyi-2018 --strategy current_arrangement --replications {RUNS} --seed 1 --lang zh" in line


def test_the_command_to_repeat_names_the_users_file(en: Path) -> None:
    (line,) = [code.get_text() for code in page(en).find_all("code") if "dpsim report" in code.get_text()]
    assert "dpsim report inputs/case.yaml" in line
    assert (en / "inputs" / "case.yaml").read_bytes() == (en.parents[3] / "mine {total}.yaml").read_bytes()


# ------------------------------------------------------------------ never more than the interval says

MET = {
    "zh": r"\d+次推演(中没有一次达到（95%威尔逊上限 [\d.]+%）|次次达到（95%威尔逊下限 [\d.]+%）"
    r"|中\d+次达到（95%威尔逊区间 [\d.]+%—[\d.]+%）)",
    "en": r"met in (none of \d+ runs \(95% Wilson upper bound [\d.]+%\)"
    r"|all of \d+ runs \(95% Wilson lower bound [\d.]+%\)"
    r"|\d+ of \d+ runs \(95% Wilson interval [\d.]+% to [\d.]+%\))",
}
ONE = {"zh": r"(不足3%|超过97%|\d{1,2}%?)", "en": r"(under 3%|over 97%|\d{1,2}%?)"}
PATHS = {
    "zh": r"\d+条路径(中没有一条达到（95%威尔逊上限 [\d.]+%）|条条达到（95%威尔逊下限 [\d.]+%）"
    r"|中\d+条达到（95%威尔逊区间 [\d.]+%—[\d.]+%）)",
    "en": r"met on (none of \d+ paths \(95% Wilson upper bound [\d.]+%\)"
    r"|all of \d+ paths \(95% Wilson lower bound [\d.]+%\)"
    r"|\d+ of \d+ paths \(95% Wilson interval [\d.]+% to [\d.]+%\))",
}
POOLED = {
    "zh": r"（95%威尔逊区间 [\d.]+%—[\d.]+%，保守）",
    "en": r"\(95% Wilson interval [\d.]+% to [\d.]+%, conservative\)",
}
JOIN = {"zh": "(—|至)", "en": " to "}
CLAIMS = {"zh": r"可能性为|达到的可能性|按期全部上线的可能性", "en": r"probability"}


def test_no_probability_is_nought_or_one(made: tuple[Path, str]) -> None:
    folder, _ = made
    text = visible(folder) + (folder / "headline.txt").read_text(encoding="utf-8")
    assert re.findall(r"(?<![\d.])(?:0|0\.0+|100|100\.0+)%", text) == []
    assert re.findall(r"(?<![\d.])(?:[12]|9[89])%(?!）|\)| (?:is|share)|计)", re.sub(r"\D98%", " ", text)) == []


def test_a_probability_is_a_range_and_every_count_has_its_runs_and_interval(made: tuple[Path, str]) -> None:
    folder, lang = made
    tables = page(folder).find_all("table")
    one = f"{ONE[lang]}({JOIN[lang]}{ONE[lang]})?"
    splits = [option_label(split, lang) for split in ("proportional", "benchmark_first")]
    apart = {"zh": "{}：{}；{}：{}", "en": "{}: {}; {}: {}"}[lang].format(splits[0], one, splits[1], one)
    pattern = re.compile(f"{one}|{apart}|—")
    rows = [[cell.get_text() for cell in row.find_all("td")] for row in tables[0].find("tbody").find_all("tr")]
    assert len(rows) == 9
    for row in rows:
        assert pattern.fullmatch(row[3]), row[3]
        assert re.fullmatch(MET[lang], row[4]), row[4]
    word = {"zh": "威尔逊", "en": "Wilson"}[lang]
    text = visible(folder)
    runs, paths, pooled = (len(re.findall(kind[lang], text)) for kind in (MET, PATHS, POOLED))
    assert text.count(word) == runs + paths + pooled + 1, "and once its explanation"
    assert (paths, pooled) == (2, 7) and runs >= 9 + 2 + 2
    said = {"zh": r"推演中\d+次达到|没有一次达到|次次达到", "en": r"\bmet in\b"}[lang]
    assert len(re.findall(said, text)) == len(re.findall(MET[lang], text)), "no count without runs and interval"


def test_the_negative_control_of_the_patterns() -> None:
    assert not re.fullmatch(MET["zh"], "4次推演中0次达到") and not re.fullmatch(MET["en"], "met in 0 of 4 runs (0%)")
    assert re.findall(r"(?<![\d.])(?:0|0\.0+|100|100\.0+)%", "0% 10% 100% 0.0% 30% 0.7%") == ["0%", "100%", "0.0%"]


# ------------------------------------------------------------------ hostile texts of a user's case


def test_hostile_texts_are_shown_and_do_nothing(en: Path) -> None:
    soup, text = page(en), visible(en)
    for given in HOSTILE.values():
        assert given in text, f"not shown as it was written: {given}"
    assert "<script>alert(1)</script>" in soup.title.get_text()
    markup = PICTURE.sub("", (en / "report.html").read_text(encoding="utf-8"))
    assert not re.search(r"<script|<iframe|onerror=alert\(2\)>|<img src=x", markup)
    lead, _ = soup.select("p.lead")  # the targets, the hazards
    assert (
        "{total}{0!r:>99}%s ../../x" in lead.get_text() and "1748 <img src=x onerror=alert(2)>&amp;" in lead.get_text()
    )


def test_hostile_texts_are_no_formulas_in_a_table(en: Path) -> None:
    kept = 0
    for name in TABLES:
        read = pd.read_csv(en / "tables" / f"{name}.csv", dtype=str, keep_default_na=False)
        for cell in read.to_numpy().ravel():
            kept += cell.startswith("'")
            number = re.fullmatch(r"-\d+(\.\d+)?(e[-+]?\d+)?", cell)
            assert not cell.startswith(FORMULA_STARTS) or number, f"{name}: {cell}"
    assert kept >= 3
    sources = pd.read_csv(en / "tables" / "assumptions.csv", dtype=str)["source"].tolist()
    assert {"'=1+1", "'-2+3"} <= set(sources)
    assert any(source.startswith("'=cmd|'/C calc'!A0") for source in sources)


def test_hostile_texts_choose_no_path(en: Path) -> None:
    root = en.parents[3]
    assert en.relative_to(root).as_posix().startswith("reports/linyi-2018/2018-09-10/current_arrangement-en-")
    assert sorted(entry.name for entry in root.iterdir()) == ["mine {total}.yaml", "reports"]


def test_the_labels_looked_for_are_those_of_the_program() -> None:
    assert option_label("proportional", "en") == "in proportion" and CJK.search(option_label("proportional", "zh"))
