"""What a backtest says: who wins first, then each programme, the means, and how much stands behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from dpsim.forecast.backtest import MOST_UNITS, Backtest
from dpsim.forecast.methods import all_methods, variants_tried
from dpsim.forecast.methods.base_rate import NAME as BASE
from dpsim.forecast.methods.three_regimes import NAME as OURS
from dpsim.language import language_in_force, say
from dpsim.params.forecast import UNSTATED
from dpsim.params.quantity import Label
from dpsim.report.backtest.standing import BAR, Win, bar_ratios, best_rival, wins
from dpsim.report.show import show_percent

PERCENTS = ("cov50", "cov80", "cov90", "pooled90", "least90")


@dataclass(frozen=True)
class BacktestLetter:
    """The text of a backtest, in the language in force.

    Attributes
    ----------
    result : Backtest
    classes : mapping of str to str
        Reference class by programme.
    learned_from : mapping of str to tuple of str
        The programmes each one's base rate comes from.
    class_names : mapping of str to Label
    thinned, absent, empty : tuple of str
        Programmes with more units than are forecast; methods whose library is missing; programmes without open cases.
    draws, seed : int
    """

    result: Backtest
    classes: Mapping[str, str]
    learned_from: Mapping[str, tuple[str, ...]]
    class_names: Mapping[str, Label]
    thinned: tuple[str, ...]
    absent: tuple[str, ...]
    empty: tuple[str, ...]
    draws: int
    seed: int

    @cached_property
    def programmes(self) -> pd.DataFrame:
        """Scores by programme and method."""
        return self.result.by_programme()

    @cached_property
    def overall(self) -> pd.DataFrame:
        """Means over programmes by method."""
        return self.result.overall()

    def text(self) -> str:
        """Return all of it."""
        blocks = [
            "\n".join([self.verdict(), *self.bar()]),
            f"{say('backtest.head_programmes')}\n{_table(self.programme_rows())}",
            f"{say('backtest.head_means')}\n{_table(self.mean_rows())}",
            "\n".join(self.coverage()),
            f"{say('backtest.head_reliability')}\n{_table(self.reliability_rows())}",
            "\n".join([*self.ground(), *self.notes()]),
        ]
        return "\n\n".join(blocks)

    def verdict(self) -> str:
        """Return the first line: who wins."""
        if len(self.overall) == 1:
            return say("backtest.alone")
        found = wins(self.overall, self.programmes)
        count = len(self.classes)
        if not found:
            return say("backtest.ours_wins", programmes=count)
        means = [self._win(win) for win in found if not win.programme]
        places = [self._win(win) for win in found if win.programme]
        first = say("backtest.mean_lost", list=say("backtest.between").join(means)) if means else ""
        first = first or say("backtest.mean_won", programmes=count)
        return first + (say("backtest.place_lost", list=say("backtest.between").join(places)) if places else "")

    def bar(self) -> list[str]:
        """Return the ratio of the means to those of the best rival, with the bar it should stay below."""
        return [
            say(
                "backtest.ratio",
                score=say(f"backtest.score.{ratio.score}"),
                ratio=f"{ratio.value:.2f}",
                rival=method_name(ratio.method),
                bar=f"{BAR:.2f}",
                verdict=say("backtest.met" if ratio.value <= BAR else "backtest.missed"),
            )
            for ratio in bar_ratios(self.overall)
        ]

    def programme_rows(self) -> pd.DataFrame:
        """Return one row per programme: our score, the base rate's, the best other rival's."""
        rows = []
        for name, parts in self.programmes.groupby("programme", sort=True):
            by = parts.set_index("method")
            row = {
                "programme": name,
                "class": self.class_names[self.classes[str(name)]].words(language_in_force()),
                "cases": f"{by.loc[OURS, 'cases']:.0f}",
            }
            for score in ("crps", "brier"):
                best = best_rival(by[score], without=(BASE,))
                row[f"{score}_ours"] = show_score(by.loc[OURS, score], score)
                row[f"{score}_base"] = show_score(by.loc[BASE, score], score) if BASE in by.index else "-"
                row[f"{score}_other"] = f"{show_score(by.loc[best, score], score)} {best}" if best else "-"
            rows.append({**row, "cov90": show_percent(by.loc[OURS, "cov90"])})
        return pd.DataFrame(rows)

    def mean_rows(self) -> pd.DataFrame:
        """Return one row per method: means over programmes."""
        rows = []
        for line in self.overall.to_dict("records"):
            shown = {name: show_percent(line[name]) for name in PERCENTS}
            scores = {name: show_score(line[name], name) for name in ("crps", "brier", "log_score")}
            rows.append({"method": f"{method_name(line['method'])}", "id": line["method"], **scores, **shown})
        return pd.DataFrame(rows)

    def coverage(self) -> list[str]:
        """Return how often our 90% intervals held, and how often for sums over units."""
        ours = self.overall.set_index("method").loc[OURS]
        least = self.programmes[self.programmes["method"] == OURS].sort_values("cov90").iloc[0]
        pooled, low = show_percent(ours["pooled90"], 1), show_percent(least["cov90"], 1)
        lines = [say("backtest.coverage", pooled=pooled, least=low, programme=least["programme"])]
        totals = self.result.totals().set_index("method")
        if OURS in totals.index:
            held = totals.loc[OURS]
            lines.append(say("backtest.totals", cases=f"{held['cases']:.0f}", covered=show_percent(held["cov90"], 1)))
        return lines

    def reliability_rows(self) -> pd.DataFrame:
        """Return what was said and what happened."""
        rows = self.result.reliability(OURS)
        bins = [
            f"{show_percent(low)}-{show_percent(high)}%" for low, high in zip(rows["low"], rows["high"], strict=True)
        ]
        shown = {name: [f"{show_percent(share)}%" for share in rows[name]] for name in ("said", "happened")}
        return pd.DataFrame({"bin": bins, **shown, "cases": rows["cases"], "in_programmes": rows["programmes"]})

    def ground(self) -> list[str]:
        """Return how much stands behind the scores."""
        cases = int((self.result.cases["method"] == OURS).sum())
        return [
            say("backtest.ground", programmes=len(self.classes), cases=cases, variants=variants_tried()),
            say("backtest.how", draws=self.draws, seed=self.seed),
        ]

    def notes(self) -> list[str]:
        """Return what is particular to this run."""
        between = say("backtest.between")
        lines = []
        for name, reference in self.classes.items():
            known = self.learned_from[name]
            others = [other for other in self.classes if other != name]
            if not known:
                lines.append(say("backtest.note_nothing", programme=name))
            elif reference == UNSTATED:
                lines.append(say("backtest.note_unstated", programme=name, others=len(known)))
            elif len(known) == len(others) and all(self.classes[other] != reference for other in others):
                lines.append(say("backtest.note_only_one", programme=name, others=len(known)))
        if self.thinned:
            lines.append(say("backtest.note_thinned", list=between.join(self.thinned), most=MOST_UNITS))
        if self.absent:
            lines.append(say("backtest.note_absent", list=between.join(map(method_name, self.absent))))
        if self.empty:
            lines.append(say("backtest.note_empty", list=between.join(self.empty)))
        return lines

    def _win(self, win: Win) -> str:
        """Return one win of a rival in words."""
        return say(
            "backtest.win_place" if win.programme else "backtest.win_mean",
            programme=win.programme,
            score=say(f"backtest.score.{win.score}"),
            rival=method_name(win.method),
            theirs=show_score(win.theirs, win.score),
            ours=show_score(win.ours, win.score),
        )


def method_name(name: str) -> str:
    """Return what a method is called in the language in force."""
    zh, en = all_methods()[name].WORDS
    return str({"zh": zh, "en": en}[language_in_force()])


def show_score(value: float, score: str) -> str:
    """Return a score as it is printed: CRPS in points of the share (0 to 100), the others as they are."""
    return f"{100.0 * value:.2f}" if score == "crps" else f"{value:.3f}"


def _table(rows: pd.DataFrame) -> str:
    """Return a table with headers in the language in force."""
    header = [say(f"backtest.column_{name}") for name in rows.columns]
    with pd.option_context(
        "display.unicode.east_asian_width", True, "display.width", None, "display.max_colwidth", None
    ):
        return str(rows.to_string(index=False, header=header, na_rep="-"))
