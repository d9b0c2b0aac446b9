"""The index of a batch: one page and one JSON file that say how far each report is and lead to it."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from dpsim.language import in_words, say
from dpsim.model.targets import headline_target
from dpsim.params.batch import Batch
from dpsim.report import fonts
from dpsim.report.batch.states import STATES, Standing, Standings
from dpsim.report.below import FEW_RUNS
from dpsim.report.documents import LANG_ATTRIBUTE, page_bytes
from dpsim.report.made_files import write_made
from dpsim.report.place import own_words
from dpsim.report.show import show_date, show_met, show_rounded, target_words

INDEX_FILES = ("index.json", "index.html")
_COLOURS = {"failed": "#a40e26", "waiting": "#6b7280"}


def folder_of(batch: Batch) -> Path:
    """Return the folder of the index below the root of all reports; no case lies there."""
    return Path(f"batch-{batch.id}")


def index_path(standings: Standings) -> Path:
    """Return the place of the page; the JSON file lies beside it."""
    return standings.out / folder_of(standings.batch) / "index.html"


def write_index(standings: Standings) -> None:
    """Write both files and their check sums, all or none."""
    page = index_path(standings)
    text = json.dumps(index_content(standings), ensure_ascii=False, indent=2) + "\n"
    languages = standings.batch.languages
    sections = [_drawable(_section(standings, lang)) for lang in languages]
    body = _contents(languages) + "".join(sections)
    title = _drawable(_title(standings, languages[0]))
    content = page_bytes(body, html.unescape(body), lang=languages[0], title=title, name=page.name)
    write_made(page.parent, dict(zip(INDEX_FILES, (text.encode(), content), strict=True)))


def index_content(standings: Standings) -> dict[str, object]:
    """Return what the JSON file holds."""
    batch = standings.batch
    return {
        "batch": batch.id,
        "name": batch.name.model_dump(),
        "languages": list(batch.languages),
        "replications": batch.replications,
        "seed": batch.seed,
        "counts": {state: standings.count(state) for state in STATES},
        "jobs": [_entry(standing) for standing in standings.all()],
    }


def _entry(standing: Standing) -> dict[str, object]:
    """Return what the JSON file tells of one report; paths start at the folder of the index."""
    job, made = standing.job, standing.made
    return {
        "case": job.request.case.id,
        "as_of": job.request.case.as_of.isoformat(),
        "strategy": job.request.main.id,
        "lang": job.lang,
        "state": standing.state,
        "run_id": job.place.name,
        "folder": f"../{job.place.as_posix()}" if made else None,
        "headline": made.headline if made else None,
        "result": made.result if made else None,
        "reason": standing.reason,
    }


def _title(standings: Standings, lang: str) -> str:
    """Return the title of a section."""
    return say("batch.title", lang=lang, name=standings.batch.name.words(lang))


def _contents(languages: tuple[str, ...]) -> str:
    """Return the links to the sections, nothing for one language."""
    links = [f'<a href="#{lang}">{html.escape(say("batch.language", lang=lang))}</a>' for lang in languages]
    return f"<p>{' · '.join(links)}</p>" if len(links) > 1 else ""


def _section(standings: Standings, lang: str) -> str:
    """Return all that is said in one language: the reports written in it."""
    batch, mine = standings.batch, [standing for standing in standings.all() if standing.job.lang == lang]
    counts = {state: standings.count(state) for state in STATES}
    said = [say("batch.counts", lang=lang, jobs=len(standings.all()), replications=batch.replications,
                seed=batch.seed, **counts)]  # fmt: skip
    said += [say("batch.counts_one", lang=lang)] if len(batch.languages) > 1 else []
    notes = [say("batch.note", lang=lang)]
    if batch.replications < FEW_RUNS:
        notes.append(say("letter.few_runs", lang=lang, n=batch.replications, least=FEW_RUNS))
    cases = dict.fromkeys(standing.job.request.case.id for standing in mine)
    space = "" if lang == batch.languages[0] else ' style="margin-top:2.5em"'
    parts = [
        f"<h1{space}>{html.escape(_title(standings, lang))}</h1>",
        _paragraph(say("letter.space", lang=lang).join(said)),
        *(_case([standing for standing in mine if standing.job.request.case.id == case], lang) for case in cases),
        *map(_paragraph, notes),
    ]
    return f'<section id="{lang}" lang="{LANG_ATTRIBUTE[lang]}">{"".join(parts)}</section>'


def _case(standings: list[Standing], lang: str) -> str:
    """Return one case: its headline and a row per strategy."""
    case = standings[0].job.request.case
    name = say("batch.as_of", lang=lang, name=case.name.words(lang), as_of=show_date(case.as_of, lang, year=True))
    headlines = dict.fromkeys(standing.made.headline for standing in standings if standing.made)
    leads = [f"<p><strong>{html.escape(headline)}</strong></p>" for headline in headlines]
    leads = leads or [_paragraph(say("batch.no_headline", lang=lang))]
    target = headline_target(case)
    with in_words(own_words(case)):
        asked = target_words(target.group, target.stage, lang)
    values = {"target": asked, "deadline": show_date(target.deadline, lang)}
    heads = [say(f"batch.column_{column}", lang=lang, **values) for column in ("strategy", "met", "shortfall", "state")]
    head = "".join(f"<th>{html.escape(text)}</th>" for text in heads)
    rows = "".join(f"<tr>{''.join(_cells(standing, lang))}</tr>" for standing in standings)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f"<h2>{html.escape(name)}</h2>{''.join(leads)}{table}"


def _cells(standing: Standing, lang: str) -> Iterator[str]:
    """Yield the cells of one report."""
    name = html.escape(standing.job.request.main.name.words(lang))
    made, none = standing.made, say("batch.none", lang=lang)
    yield f"<td>{_link(standing, 'report.html', name) if made else name}</td>"
    result = made.result if made else {}
    if result:
        met = show_met(int(result["met"]), int(result["replications"]), result["low"], result["high"], lang)
        yield f"<td>{html.escape(met)}</td>"
        yield f'<td style="text-align:right">{show_rounded(result["shortfall_median"])}</td>'
    else:
        yield f"<td>{none}</td>"
        yield f'<td style="text-align:right">{none}</td>'
    state = html.escape(say(f"batch.state_{standing.state}", lang=lang))
    colour = f' style="color:{_COLOURS[standing.state]}"' if standing.state in _COLOURS else ""
    yield f"<td><span{colour}>{state}</span>{_reason(standing, lang)}</td>"


def _reason(standing: Standing, lang: str) -> str:
    """Return why a report failed, line by line."""
    if standing.reason is None:
        return ""
    return "".join(f"<br>{html.escape(line)}" for line in standing.reason[lang].splitlines())


def _link(standing: Standing, file: str, text: str) -> str:
    """Return a link from the folder of the index to a file of a report; `text` is markup."""
    return f'<a href="{quote(f"../{standing.job.place.as_posix()}/{file}")}">{text}</a>'


def _paragraph(text: str) -> str:
    """Return an escaped paragraph."""
    return f"<p>{html.escape(text)}</p>"


def _drawable(text: str) -> str:
    """Return a text with the characters that have no glyph written as their numbers: a name may hold any."""
    for char in fonts.missing_glyphs(text):
        text = text.replace(char, f"U+{ord(char):04X}")
    return text
