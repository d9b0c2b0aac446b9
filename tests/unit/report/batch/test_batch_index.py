"""The index: every report in its state, in the languages of the batch, closed in itself, whatever names say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from batch_jobs import batch_of, put_report
from bs4 import BeautifulSoup

from dpsim.language import LANGUAGES
from dpsim.params.locate import params_folder
from dpsim.report.batch import run
from dpsim.report.batch.index import write_index
from dpsim.report.batch.plan import Job, find_made, plan_jobs
from dpsim.report.batch.processes import Reason
from dpsim.report.batch.run import outcome_text, prepare_batch, run_batch
from dpsim.report.batch.states import Standings

MARKUP = "<script>alert(1)</script>&lt;b&gt; {x} \U00013000"
REASON = {"zh": "坏了<img src=x onerror=y>\n第二行", "en": "broke <b>\nsecond line"}


def page(out: Path, id_: str = "b") -> BeautifulSoup:
    return BeautifulSoup((out / f"batch-{id_}" / "index.html").read_text(encoding="utf-8"), "html.parser")


def rows(section: BeautifulSoup) -> list[list[str]]:
    return [[cell.get_text("|") for cell in row.find_all("td")] for row in section.select("tbody tr")]


@pytest.fixture
def standings(tmp_path: Path) -> Standings:
    """Four reports in four states."""
    batch = batch_of(tmp_path)
    jobs = plan_jobs(batch)
    put_report(jobs[0], tmp_path)
    standings = prepare_batch(batch, jobs, tmp_path)
    put_report(jobs[1], tmp_path, headline="Said <i>now</i>")
    made = find_made(jobs[1], tmp_path)
    assert made
    standings.made(jobs[1], made)
    standings.failed(jobs[2], REASON)
    return standings


def test_the_page_tells_every_state_in_its_language(standings: Standings, tmp_path: Path) -> None:
    write_index(standings)
    soup = page(tmp_path)
    zh, en = soup.find_all("section")
    assert (zh["lang"], en["lang"], soup.html["lang"]) == ("zh-CN", "en", "zh-CN")
    assert [row[-1] for row in rows(zh)] == ["原已有", "失败|坏了<img src=x onerror=y>|第二行"]
    assert [row[-1] for row in rows(en)] == ["made now", "not made yet"]
    assert rows(en)[0] == [
        "no dispatch meetings",
        "met in none of 5 runs (95% Wilson upper bound 43.0%)",
        "459",
        "made now",
    ]
    assert "一句话" in zh.strong.get_text() and en.strong.get_text() == "Said <i>now</i>"
    for section, words in (
        (zh, ("新做 1 份", "原已有 1 份", "失败 1 份", "没有做 1 份")),
        (en, ("1 made now, 1 already",)),
    ):
        assert all(word in section.get_text() for word in words)
    assert "5次，少于100次" in zh.get_text() and "only 5 runs" in en.get_text(), "few runs carry a warning"


def test_the_columns_name_the_target_of_the_case_in_its_words(tmp_path: Path) -> None:
    """Not every place has a target of the year end, or one that is called online; the control: Linyi's words."""
    met = {
        "tonghua-winter": [
            "推演中到5月10日达到“全部企业闭环运行”",
            '"all enterprises: closing the loop" met by 10 May in the runs',
        ],
        "linyi-2018": [
            "推演中到12月31日达到“全部企业网上运行”",
            '"all enterprises: online" met by 31 Dec in the runs',
        ],
    }
    for name, said in met.items():
        batch = batch_of(tmp_path, case=name)
        write_index(prepare_batch(batch, plan_jobs(batch), tmp_path))
        heads = [section.select("thead th")[1].get_text() for section in page(tmp_path).find_all("section")]
        assert heads == said


def test_links_lead_to_the_reports_and_nothing_leads_outside(standings: Standings, tmp_path: Path) -> None:
    write_index(standings)
    soup, index = page(tmp_path), tmp_path / "batch-b" / "index.html"
    links = [link["href"] for link in soup.find_all("a")]
    assert [link for link in links if link.startswith("#")] == ["#zh", "#en"]
    assert all(soup.find(id=link[1:]) for link in links[:2])
    files = [(index.parent / link).resolve() for link in links[2:]]
    assert len(files) == 2 and all(file.is_file() and file.name == "report.html" for file in files)
    text = index.read_text(encoding="utf-8")
    assert "default-src 'none'" in text and "http:" not in text and "https:" not in text and "<script" not in text


def test_the_json_file_tells_the_same(standings: Standings, tmp_path: Path) -> None:
    write_index(standings)
    content = json.loads((tmp_path / "batch-b" / "index.json").read_text(encoding="utf-8"))
    assert [job["state"] for job in content["jobs"]] == ["there", "made", "failed", "waiting"]
    assert content["counts"] == {"made": 1, "there": 1, "failed": 1, "waiting": 1}
    assert content["jobs"][2]["reason"] == REASON and content["jobs"][2]["folder"] is None
    assert content["jobs"][0]["result"]["shortfall_median"] == 458.5
    assert (tmp_path / "batch-b" / content["jobs"][0]["folder"] / "run.json").is_file()
    assert content["name"] == {"zh": "批", "en": "批"} and content["seed"] == 1


@pytest.mark.parametrize("languages", ["zh", "en", "en, zh"])
def test_the_languages_are_those_of_the_batch(tmp_path: Path, languages: str) -> None:
    batch = batch_of(tmp_path, languages=languages)
    write_index(prepare_batch(batch, plan_jobs(batch), tmp_path))
    soup, asked = page(tmp_path), languages.split(", ")
    assert [section["id"] for section in soup.find_all("section")] == asked
    assert bool(soup.find("a")) == (len(asked) > 1), "one language needs no links between languages"
    text = soup.body.get_text()
    assert ("还没有做成的报告" in text) == ("zh" in asked) and ("No report of this case" in text) == ("en" in asked)


def test_odd_names_are_text(tmp_path: Path) -> None:
    text = (params_folder() / "strategies" / "no_meetings.yaml").read_text(encoding="utf-8")
    head, _, rest = text.partition("\nname:")
    text = (
        f"{head.replace('no_meetings', 'own')}\nname: {{zh: '{MARKUP}', en: '{MARKUP}'}}\n{rest.partition(chr(10))[2]}"
    )
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    batch = batch_of(tmp_path, "own.yaml", name=MARKUP)
    jobs = plan_jobs(batch)
    put_report(jobs[0], tmp_path, headline=MARKUP)
    write_index(prepare_batch(batch, jobs, tmp_path))
    soup = page(tmp_path)
    shown = MARKUP.replace("\U00013000", "U+13000")
    assert soup.find("script") is None and shown in soup.title.string and shown in soup.h1.get_text()
    assert rows(soup)[0][0] == shown and soup.strong.get_text() == shown
    content = json.loads((tmp_path / "batch-b" / "index.json").read_text(encoding="utf-8"))
    assert content["jobs"][0]["headline"] == MARKUP, "the JSON file keeps the name itself"


# ------------------------------------------------------------------ kept up to date


def test_the_index_is_right_after_every_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = batch_of(tmp_path)
    jobs = plan_jobs(batch)
    put_report(jobs[0], tmp_path)
    seen: list[list[str]] = []
    lines: list[str] = []

    def states() -> list[str]:
        return [job["state"] for job in json.loads((tmp_path / "batch-b" / "index.json").read_text("utf-8"))["jobs"]]

    def made(missing: list[Job], out: Path, *, at_once: int):  # type: ignore[no-untyped-def]
        assert missing == list(jobs[1:]) and at_once == 2, "what is there is not made again"
        seen.append(states())
        put_report(missing[0], out)
        yield missing[0], None
        seen.append(states())
        failed: Reason = REASON
        yield missing[1], failed
        seen.append(states())
        yield missing[2], None  # it says it is made, and is not there

    monkeypatch.setattr(run, "make_all", made)
    monkeypatch.setenv("DPSIM_LANG", "en")
    standings = prepare_batch(batch, jobs, tmp_path)
    run_batch(standings, at_once=2, progress=False, tell=lines.append)
    seen.append(states())
    assert seen == [
        ["there", "waiting", "waiting", "waiting"],
        ["there", "made", "waiting", "waiting"],
        ["there", "made", "failed", "waiting"],
        ["there", "made", "failed", "failed"],
    ]
    assert [line[:6] for line in lines] == ["[2/4] ", "[3/4] ", "[4/4] "]
    assert "report.html" in lines[0] and "broke <b>" in lines[1] and "does not hold all of it" in lines[2]
    assert "1 made now, 1 already there, 2 failed" in outcome_text(standings, "summary")
    names = sorted(entry.name for entry in (tmp_path / "batch-b").iterdir())
    assert names == ["SHA256SUMS", "index.html", "index.json"]
    for lang in LANGUAGES:
        assert not any("{" in reason.reason[lang] for reason in standings.all() if reason.reason)


def test_with_a_bar_only_failures_have_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = batch_of(tmp_path)
    jobs = plan_jobs(batch)

    def made(missing: list[Job], out: Path, *, at_once: int):  # type: ignore[no-untyped-def]
        put_report(missing[0], out)
        yield missing[0], None
        yield missing[1], REASON

    monkeypatch.setattr(run, "make_all", made)
    lines: list[str] = []
    run_batch(prepare_batch(batch, jobs, tmp_path), at_once=1, progress=True, tell=lines.append)
    assert len(lines) == 1 and "第二行" in lines[0]
    assert "2/4" in capsys.readouterr().err
