"""What the tests of a batch share: its jobs, and reports as they lie on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from dpsim.experiments.sums import write_sums
from dpsim.params.batch import Batch
from dpsim.params.load import load_batch
from dpsim.report.batch.plan import Job
from dpsim.report.job import NOTEBOOK

BATCH = """schema: 1
batch: {batch}
name: {{zh: '{name}', en: '{name}'}}
cases: [{case}]
strategies: [{strategies}]
languages: [{languages}]
replications: 5
seed: 1
"""


def batch_of(
    folder: Path,
    strategies: str = "no_meetings, past_pace",
    languages: str = "zh, en",
    name: str = "批",
    id_: str = "b",
    case: str = "linyi-2018",
) -> Batch:
    """Return a batch."""
    file = folder / "batch.yaml"
    text = BATCH.format(batch=id_, name=name, strategies=strategies, languages=languages, case=case)
    file.write_text(text, encoding="utf-8")
    return load_batch(file)


def put_report(job: Job, out: Path, headline: str = "一句话 / a sentence", **record: object) -> Path:
    """Write what a finished report holds, as far as a batch looks at it."""
    folder = out / job.place
    (folder / "tables").mkdir(parents=True)
    for name in ("report.html", NOTEBOOK):
        (folder / name).write_text("whole", encoding="utf-8")
    (folder / "headline.txt").write_text(f"{headline}\nbelow\n", encoding="utf-8")
    said = {"run_id": folder.name, "interrupted": False} | record
    (folder / "run.json").write_text(json.dumps(said), encoding="utf-8")
    row = {
        "strategy": job.request.main.id,
        "replications": 5,
        "met": 0,
        "low": 0.0,
        "high": 0.43,
        "shortfall_median": 458.5,
    }
    pd.DataFrame([row]).to_parquet(folder / "tables" / "strategies.parquet")
    write_sums(folder)
    return folder
