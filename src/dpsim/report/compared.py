"""What a comparison says: answer, table, figure, method; and the files it leaves in its folder."""

from __future__ import annotations

import base64
import html
import json
import math
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from dpsim.decide.compare import LESS, MORE, SAME, UNTOLD, Comparison, verdict
from dpsim.decide.measures import find_measure
from dpsim.experiments.arguments import ENGINES
from dpsim.experiments.plan_warnings import plan_warnings
from dpsim.experiments.reported import reports_notes
from dpsim.experiments.runrecord import run_record
from dpsim.language import in_words, say
from dpsim.params.schema import Case, Strategy
from dpsim.params.wording import shown_name
from dpsim.report.figures import plot_differences
from dpsim.report.figures.save import figure_files
from dpsim.report.made_files import write_made
from dpsim.report.parts import Part
from dpsim.report.place import own_words
from dpsim.report.show import show_number, show_number_range, show_percent, show_rounded
from dpsim.report.sources import SOURCES, sources_text
from dpsim.report.tables import html_table, table_files, table_names

RUN = "run.json"
_TABLES, _FIGURES = ("differences", "runs"), ("figures/differences.png", "figures/differences.svg")
FILES = (*table_names("tables", _TABLES), *_FIGURES, RUN, SOURCES)
"""Every file the folder of a comparison may hold, without its check sums."""

MOST_REDUCTION = 1000.0
"""Largest variance reduction that is printed as a number: above it no digit tells more."""
DRAWN = ("online", "paper", "latent_general", "latent_major", "overdue", "accidents", "visits", "staff_days")
"""Measures of the figure; the table holds all."""


class ComparisonLetter:
    """A comparison in one language.

    Parameters
    ----------
    case : Case
    strategies : dict of str to Strategy
        The reference first.
    result : Comparison
    seed : int
    lang : {"zh", "en"}
    folder : pathlib.Path, optional
        Where figure, table and `run.json` go.
    """

    def __init__(
        self,
        case: Case,
        strategies: dict[str, Strategy],
        result: Comparison,
        seed: int,
        lang: str,
        folder: Path | None = None,
    ) -> None:
        self.case, self.strategies, self.result, self.seed = case, strategies, result, seed
        self.lang, self.folder = lang, folder
        self._write_record()

    def say(self, message: str, **values: object) -> str:
        """Return a message of `compare.toml`, in the place's own words."""
        with in_words(own_words(self.case)):
            return say(f"compare.{message}", lang=self.lang, **values)

    def name(self, strategy: str) -> str:
        """Return the printed name of a strategy, with its id where another has the same."""
        names = [getattr(one.name, self.lang) for one in self.strategies.values()]
        name = str(getattr(self.strategies[strategy].name, self.lang))
        return self.say("named", name=name, id=strategy) if names.count(name) > 1 else name

    @property
    def reference(self) -> str:
        """The printed name of the reference."""
        return self.name(self.result.reference)

    def verdict(self, row: pd.Series) -> str:
        """Return the verdict of a row in words."""
        word, better = verdict(row), find_measure(row["measure"]).better
        if word in (MORE, LESS) and better:
            word = "better" if (word == MORE) == (better > 0) else "worse"
        return self.say(word, n=int(row["n"]), reference=self.reference)

    def rows(self) -> tuple[list[str], list[tuple[str, ...]]]:
        """Return head and cells of the table of differences."""
        frame = self.result.differences
        k = frame["strategy"].nunique()
        interval = "adjusted" if k > 1 else "interval"  # of one strategy nothing is adjusted
        heads = ("measure", "strategy", "difference", interval, "better", "reduction", "verdict")
        head = [self.say(f"column_{name}", reference=self.reference, k=k) for name in heads]
        return head, [self._cells(row) for _, row in frame.iterrows()]

    def _cells(self, row: pd.Series) -> tuple[str, ...]:
        """Return the cells of one row."""
        span = say(
            "show.range_words", lang=self.lang, low=_number(row["adjusted_low"]), high=_number(row["adjusted_high"])
        )
        better, saved = row["better_share"], row["variance_reduction"]
        return (
            self.say(f"measure.{row['measure']}"),
            self.name(row["strategy"]),
            _number(row["mean"], sign=True),
            span,
            self.say("none") if math.isnan(better) else f"{show_percent(better)}%",
            self._reduction(saved),
            self.verdict(row),
        )

    def _reduction(self, ratio: float) -> str:
        """Return how much pairs reduce the variance."""
        if math.isnan(ratio):
            return self.say("none")
        return self.say("above", most=f"{MOST_REDUCTION:g}") if ratio > MOST_REDUCTION else show_rounded(ratio, 1)

    def text(self) -> str:
        """Return title and table for a terminal."""
        head, rows = self.rows()
        with pd.option_context("display.unicode.east_asian_width", True, "display.max_colwidth", None):
            return f"{self.title()}\n{pd.DataFrame(rows, columns=head).to_string(index=False)}"

    def answer(self) -> Part:
        """Return what can be told, and what cannot."""
        frame, lines = self.result.differences, []
        interval = self.say("adjusted_interval" if frame["strategy"].nunique() > 1 else "interval")
        for strategy in frame["strategy"].drop_duplicates():
            part = frame[frame["strategy"] == strategy]
            words = part.apply(verdict, axis=1)
            for _, row in part[words.isin([MORE, LESS])].iterrows():
                lines.append(
                    self.say(
                        "sentence_better",
                        measure=self.say(f"measure.{row['measure']}"),
                        strategy=self.name(strategy),
                        verdict=self.verdict(row),
                        mean=_number(row["mean"], sign=True),
                        interval=interval,
                        low=_number(row["adjusted_low"]),
                        high=_number(row["adjusted_high"]),
                        n=int(row["n"]),
                    )
                )
            for word, sentence in ((UNTOLD, "sentence_untold"), (SAME, "sentence_same")):
                alike = [self.say(f"measure.{name}") for name in part[words == word]["measure"]]
                if alike:
                    listed = say("letter.join", lang=self.lang).join(alike)
                    text = self.say(sentence, n=int(part["n"].max()), list=listed)
                    lines.append(self.name(strategy) + say("compare.colon", lang=self.lang) + text)
        body = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
        return Part(f"<h1>{html.escape(self.title())}</h1><h2>{self.say('head_answer')}</h2>{body}")

    def title(self) -> str:
        """Return the title."""
        return self.say("title", case=getattr(self.case.name, self.lang))

    def table(self) -> Part:
        """Return the table of differences, and save it and the runs behind it if there is a folder."""
        if self.folder is not None:
            for name, frame in (("differences", self.result.differences), ("runs", self.result.runs)):
                self._write(table_files(frame, f"tables/{name}"))
        head, rows = self.rows()
        table = html_table(head, rows, numeric=(2, 3, 4, 5), whole=(2, 3, 4, 5))
        return Part(f"<h2>{self.say('head_table')}</h2>{table}")

    def figure(self) -> Part:
        """Return the figure, and save it if there is a folder."""
        frame = self.result.differences
        frame = frame[frame["measure"].isin(DRAWN)]
        shown = frame.assign(
            measure=[self.say(f"measure.{name}") for name in frame["measure"]],
            strategy=[self.name(name) for name in frame["strategy"]],
        )
        files = figure_files(plot_differences(shown, lang=self.lang, reference=self.reference), "differences")
        if self.folder is not None:
            self._write({f"figures/{name}": content for name, content in files.items()})
        data = base64.b64encode(files["differences.png"]).decode()
        alt = html.escape(self.title())
        return Part(f'<p><img alt="{alt}" style="max-width:100%" src="data:image/png;base64,{data}"></p>')

    def notes(self) -> list[str]:
        """Return how the strategies were compared, and what in them comes to nothing in this case."""
        frame = self.result.differences
        k = frame["strategy"].nunique()
        adjusted = self.say("method_adjusted", k=k) if k > 1 else ""
        values = {"reference": self.reference, "n": int(frame["n"].max()), "seed": self.seed}
        said = [self.say("method", adjusted=adjusted, **values)]
        if "overdue" in set(frame["measure"]):
            said.append(say("letter.hazards.overdue_until", lang=self.lang))
        listed = self.case.population.enterprises
        if listed.assumed:
            span = show_number_range(listed.low, listed.high, self.lang)
            said.append(self.say("listed_assumed", total=show_number(listed.value), range=span))
        left = {name: count for name, count in self.result.dropped.items() if count}
        lost = [self.say("dropped", strategy=self.name(name), dropped=count) for name, count in left.items()]
        plans = [note for s in self.strategies.values() for note in plan_warnings(self.case, s, self.lang)]
        return [*said, *lost, *reports_notes(self.case, self.lang), *plans]

    def saved(self, store: str | None) -> list[str]:
        """Write table and figure if there is a folder; return where they and the runs are."""
        told = []
        for ensemble in self.result.ensembles.values() if store is not None else ():
            folder = Path(str(store)) / str(ensemble.record["experiment"])
            told.append(say("cli.kept", lang=self.lang, folder=shown_name(folder, 200)))
        if self.folder is None:
            return told
        self.table()
        self.figure()
        return [*told, self.say("saved", folder=shown_name(self.folder, 200))]

    def method(self) -> Part:
        """Return `notes` with their heading."""
        text = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes())
        return Part(f"<h2>{self.say('head_method')}</h2>{text}")

    def _write_record(self) -> None:
        """Write run.json if there is a folder."""
        if self.folder is None:
            return
        main = self.strategies[self.result.reference]
        n = int(self.result.differences["n"].max())
        record = run_record(self.case, main, seed=self.seed, replications=n, engine=ENGINES[0])
        record |= {"lang": self.lang, "strategies": {s.id: s.digest for s in self.strategies.values()}}
        text = json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        self._write({RUN: text.encode(), SOURCES: sources_text(self.case.id, self.strategies).encode()})

    def _write(self, contents: Mapping[str, bytes]) -> None:
        """Write files into the folder with their check sums.

        What the letter will replace stays listed: stopped on the way, the folder is a comparison's still.
        """
        assert self.folder is not None
        write_made(self.folder, contents)


def _number(value: float, *, sign: bool = False) -> str:
    """Return a difference with as many digits as its size deserves."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 1 else 2
    text = show_rounded(value, digits)
    return f"+{text}" if sign and value > 0 else text
