"""The year-end report as a letter: what every part needs to say, to draw and to save.

The notebook asks for one part after the other; the same parts serve plain papermill, `dpsim report` and JupyterLab.
"""

from __future__ import annotations

import base64
import html
import json
from pathlib import Path

import pandas as pd

from dpsim.language import in_words, say
from dpsim.report import below, sentences
from dpsim.report.drawings import draw_all, year_end_drawings
from dpsim.report.job import check_out
from dpsim.report.notebooks import typed_parameter
from dpsim.report.parts import Part, find_part
from dpsim.report.place import own_words
from dpsim.report.sources import SOURCES, sources_text
from dpsim.report.tables import save_table
from dpsim.report.writing import write_atomically
from dpsim.report.yearend import YearEnd, check_request, run_year_end


def year_end_letter(
    *,
    case: str,
    as_of: object = None,
    strategy: str | list[str] = "",
    replications: object = 200,
    seed: object = 1,
    lang: object = "zh",
    progress: object = None,
    out: str = "",
) -> Letter:
    """Check the request, run it and return the letter.

    Parameters
    ----------
    case, as_of, strategy, replications, seed, lang, progress
        As in `check_request`.
    out : str
        Folder for figures, tables and `run.json`; nothing is written when empty.

    Raises
    ------
    InputError
        The request cannot be met, or no file can be written in `out`: said before anything is run.
    """
    request = check_request(
        case=typed_parameter("case", case, str),
        as_of=as_of,
        strategy=strategy if isinstance(strategy, list) else typed_parameter("strategy", strategy, str),
        replications=typed_parameter("replications", replications, int),
        seed=typed_parameter("seed", seed, int),
        lang=lang,
        progress=progress,
    )
    folder = Path(out) if typed_parameter("out", out, str) else None
    if folder is not None:
        check_out(folder, option="out")
    return Letter(run_year_end(request), folder)


class Letter:
    """A year-end result, its language and its folder.

    Parameters
    ----------
    result : YearEnd
    folder : pathlib.Path, optional
        Where figures, tables and `run.json` go.
    """

    def __init__(self, result: YearEnd, folder: Path | None = None) -> None:
        self.result = result
        self.folder = folder
        self.lang = result.request.lang
        own = own_words(result.case)
        with in_words(own):
            self.drawings = year_end_drawings(result)
            self.drawn = draw_all(self.drawings, own)
            self._write_record()

    def part(self, name: str) -> Part:
        """Return one part, by the name of its file in `dpsim.report.parts`.

        Raises
        ------
        InputError
            No part has this name.
        """
        part = find_part(name)
        with in_words(own_words(self.result.case)):
            return part(self)

    def say(self, message: str, **values: object) -> str:
        """Return a message in the language of the letter."""
        return say(message, lang=self.lang, **values)

    def stage(self, stage: str) -> str:
        """Return the word of a stage."""
        return self.say(f"figures.stage.{stage}")

    def columns(self, *names: str, **values: object) -> list[str]:
        """Return table heads."""
        return [self.say(f"letter.column.{name}", **values) for name in names]

    def join(self, texts: list[str]) -> str:
        """Return the texts that are not empty, joined as the language does."""
        return self.say("letter.join").join(t for t in texts if t)

    def paragraph(self, *texts: str) -> str:
        """Return texts that follow each other as one escaped paragraph, nothing where all are empty."""
        text = self.say("letter.space").join(t for t in texts if t)
        return f"<p>{html.escape(text)}</p>" if text else ""

    def headed(self, head: str, body: str) -> Part:
        """Return a part with its heading."""
        return Part(f"<h2>{html.escape(self.say(f'letter.{head}'))}</h2>{body}")

    def picture(self, name: str, alt: str) -> str:
        """Save a figure if there is a folder, and return it as an inline picture of the same bytes."""
        files = self.drawn[name]
        if self.folder is not None:
            (self.folder / "figures").mkdir(parents=True, exist_ok=True)
            for kind, content in files.items():
                write_atomically(self.folder / "figures" / f"{name}.{kind}", content)
        data = base64.b64encode(files["png"]).decode()
        return f'<p><img alt="{html.escape(alt)}" style="max-width:100%" src="data:image/png;base64,{data}"></p>'

    def save_table(self, frame: pd.DataFrame, name: str) -> None:
        """Save a table if there is a folder."""
        if self.folder is not None:
            save_table(frame, self.folder / "tables", name)

    def _write_record(self) -> None:
        """Write run.json and the headline if there is a folder."""
        if self.folder is None:
            return
        request = self.result.request
        record = request.record() | {
            "lang": self.lang,
            "finished": {name: e.record["finished"] for name, e in self.result.ensembles.items()},
            "interrupted": any(bool(e.record["interrupted"]) for e in self.result.ensembles.values()),
            "run_id": request.run_id(),
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        write_atomically(self.folder / "run.json", text.encode())
        sources = sources_text(request.case.id, [strategy.id for strategy in request.strategies])
        write_atomically(self.folder / SOURCES, sources.encode())
        said = "\n".join([*sentences.headlines(self.result), *below.below_headline(self.result)])
        write_atomically(self.folder / "headline.txt", (said + "\n").encode())
