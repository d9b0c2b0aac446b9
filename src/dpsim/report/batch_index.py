"""The index page of a batch: every report with its state, its first sentence and a relative link."""

from __future__ import annotations

import json
import os
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from dpsim.language import say
from dpsim.report.documents import one_page, write_atomically

if TYPE_CHECKING:
    from dpsim.report.batch import BatchRun, Job


def write_index(run: BatchRun) -> None:
    """Write index.html and index.json of a batch; each appears complete or not at all."""
    rows = [record_of(run, job) for job in run.jobs]
    content = {"batch": run.batch.id, "digest": run.batch.digest, "reports": rows}
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    write_atomically(run.folder / "index.json", text.encode())
    lang = run.batch.languages[0]
    title = run.batch.name.words(lang)
    body = "".join(_section(run, rows, language) for language in run.batch.languages)
    write_atomically(run.folder / "index.html", one_page(body, lang=lang, title=title).encode())


def record_of(run: BatchRun, job: Job) -> dict[str, object]:
    """Return what the index tells of one report."""
    link = os.path.relpath(job.folder / "report.html", run.folder)
    headline = ""
    if job.state in ("made", "there"):
        headline = (job.folder / "headline.txt").read_text(encoding="utf-8").splitlines()[0]
    return {
        "case": job.request.case.id,
        "strategy": job.strategy,
        "lang": job.request.lang,
        "replications": job.request.replications,
        "seed": job.request.seed,
        "state": job.state,
        "report": link.replace(os.sep, "/"),
        "headline": headline,
        "reason": job.reason,
    }


def _section(run: BatchRun, rows: list[dict[str, object]], lang: str) -> str:
    """Return the page in one language: its own reports."""
    jobs = [(job, row) for job, row in zip(run.jobs, rows, strict=True) if job.request.lang == lang]
    counts = say(
        "batch.counts",
        lang=lang,
        total=len(run.jobs),
        made=run.count("made"),
        there=run.count("there"),
        failed=run.count("failed"),
        waiting=run.count("waiting"),
    )
    head = "".join(
        f"<th>{escape(say(f'batch.column_{name}', lang=lang))}</th>" for name in ("report", "state", "answer")
    )
    body = "".join(_row(job, row, lang) for job, row in jobs)
    title = run.batch.name.words(lang)
    return (
        f"<h1>{escape(title)}</h1><p>{escape(counts)}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _row(job: Job, row: dict[str, object], lang: str) -> str:
    """Return one report's row."""
    strategy = job.request.main
    name = f"{job.request.case.name.words(lang)} · {strategy.name.words(lang)}"
    there = row["headline"] != ""
    link = f'<a href="{escape(quote(str(row["report"])))}">{escape(name)}</a>' if there else escape(name)
    said = str(row["headline"]) if there else str(row["reason"])
    return f"<tr><td>{link}</td><td>{escape(say(f'batch.{job.state}', lang=lang))}</td><td>{escape(said)}</td></tr>"
