"""Write the tables of a backtest into both READMEs: `python benchmarks/backtest_table.py [FOLDER]`.

FOLDER is what `dpsim backtest --out FOLDER` has written; without it the tables are those of the run kept in
`benchmarks/backtest`. With it, what the tables need is kept there.
"""

from __future__ import annotations

import csv
import json
import shutil
import sys
from pathlib import Path

from readmes import write_tables

from dpsim.forecast.methods import all_methods, variants_tried
from dpsim.params.forecast import load_forecast_settings

HERE = Path(__file__).parent
KEPT = HERE / "backtest"
FILES = ("overall.csv", "programmes.csv", "run.json")
OURS, BASE, BAR = "dpsim", "base_rate", 0.85
WORDS = {
    "en": {
        "run": "`dpsim backtest --draws {draws} --seed {seed}{chosen}`: {programmes} independent programmes, {cases} "
        "open cases, about {variants} variants tried before this one was kept.",
        "programme": "programme | class | CRPS: dpsim | base rate | best other | Brier: dpsim | base rate | best other "
        "| 90% covered",
        "means": "mean over programmes | CRPS | Brier | 50% covered | 80% | 90% | pooled 90% | least 90%",
        "ratio": "{score}: {value:.2f} of the best rival's mean ({rival}); at most {bar} is asked for: {verdict}.",
        "ahead": "Ahead of dpsim: {list}.",
        "nobody": "Nobody is ahead of dpsim in a programme.",
        "win": "{rival} in {programme} ({score} {theirs} against {ours})",
        "met": "met",
        "missed": "**missed**",
        "between": "; ",
        "absent": "Not in this run, which is therefore no comparison with them: {list}.",
    },
    "zh": {
        "run": "`dpsim backtest --draws {draws} --seed {seed}{chosen}`：{programmes}个相互独立的项目，{cases}个未达标的"
        "预测对象；保留现有模型之前约试过{variants}个变型。",
        "programme": "项目 | 类别 | CRPS：本模型 | 基准 | 其他最好 | Brier：本模型 | 基准 | 其他最好 | 90%区间覆盖",
        "means": "各项目平均 | CRPS | Brier | 50%覆盖 | 80% | 90% | 90%合计 | 90%最低",
        "ratio": "{score}：为最好对照方法（{rival}）平均的{value:.2f}倍；要求不超过{bar}：{verdict}。",
        "ahead": "优于本模型的：{list}。",
        "nobody": "没有方法在任何一个项目上优于本模型。",
        "win": "{programme} 的{score}，{rival} {theirs}，本模型 {ours}",
        "met": "达到",
        "missed": "**未达到**",
        "between": "；",
        "absent": "这次运行没有用到、因而没有比较的方法：{list}。",
    },
}
Row = dict[str, str]


def read(folder: Path, name: str) -> list[Row]:
    """Return the rows of a table."""
    with (folder / name).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def shown(row: Row, score: str) -> str:
    """Return a score as the command prints it."""
    return f"{100 * float(row[score]):.2f}" if score == "crps" else f"{float(row[score]):.3f}"


def block(folder: Path, lang: str) -> str:
    """Return what stands between the markers."""
    words, overall, parts = WORDS[lang], read(folder, "overall.csv"), read(folder, "programmes.csv")
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    ours = [row for row in parts if row["method"] == OURS]
    cases = sum(int(float(row["cases"])) for row in ours)
    counts = {"programmes": len(ours), "cases": cases, "variants": variants_tried()}
    chosen = f" --methods {','.join(run['methods'])}" if len(run["methods"]) < len(all_methods()) else ""
    lines = [words["run"].format(chosen=chosen, draws=run["draws"], seed=run["seed"], **counts), ""]
    lines += [ratio(overall, score, lang) for score in ("crps", "brier")]
    lines += [ahead(parts, lang), *absent(overall, lang), ""]
    lines += [f"| {words['programme']} |", "|---|---|---:|---:|---|---:|---:|---|---:|"]
    lines += [programme_line(parts, row["programme"], lang) for row in ours]
    lines += ["", f"| {words['means']} |", "|---|---:|---:|---:|---:|---:|---:|---:|"]
    return "\n".join(lines + [mean_line(row, lang) for row in overall])


def absent(overall: list[Row], lang: str) -> list[str]:
    """Return which methods were not used."""
    left = sorted(set(all_methods()) - {row["method"] for row in overall})
    named = WORDS[lang]["between"].join(called(name, lang) for name in left)
    return ["- " + WORDS[lang]["absent"].format(list=named)] if left else []


def called(method: str, lang: str) -> str:
    """Return what a method is called."""
    return str(all_methods()[method].WORDS[0 if lang == "zh" else 1])


def best(rows: list[Row], score: str, without: tuple[str, ...] = ()) -> Row:
    """Return the row of the best rival."""
    known = all_methods()
    rivals = [row for row in rows if known[row["method"]].ROLE == "rival" and row["method"] not in without]
    return min(rivals, key=lambda row: float(row[score]))


def ratio(overall: list[Row], score: str, lang: str) -> str:
    """Return how our mean stands to the best rival's."""
    words, rival = WORDS[lang], best(overall, score)
    value = float(next(row for row in overall if row["method"] == OURS)[score]) / float(rival[score])
    verdict = words["met" if value <= BAR else "missed"]
    name = {"crps": "CRPS", "brier": "Brier"}[score]
    return "- " + words["ratio"].format(
        score=name, value=value, rival=called(rival["method"], lang), bar=BAR, verdict=verdict
    )


def ahead(parts: list[Row], lang: str) -> str:
    """Return in which programmes a method is ahead of ours."""
    words, found = WORDS[lang], []
    for mine in (row for row in parts if row["method"] == OURS):
        own = [row for row in parts if row["programme"] == mine["programme"] and row["method"] != OURS]
        for score, name in (("crps", "CRPS"), ("brier", "Brier")):
            first = min(own, key=lambda row: float(row[score]))
            if float(first[score]) < float(mine[score]):
                rival, scores = (
                    called(first["method"], lang),
                    {"theirs": shown(first, score), "ours": shown(mine, score)},
                )
                found.append(words["win"].format(rival=rival, programme=mine["programme"], score=name, **scores))
    return "- " + (words["ahead"].format(list=words["between"].join(found)) if found else words["nobody"])


def programme_line(parts: list[Row], programme: str, lang: str) -> str:
    """Return one programme: our score, the base rate's, the best other rival's."""
    settings = load_forecast_settings()
    reference = {one.programme: str(one.reference) for one in settings.programmes}.get(programme, "unstated")
    own = [row for row in parts if row["programme"] == programme]
    by = {row["method"]: row for row in own}
    cells = [programme, getattr(settings.classes, reference).name.words(lang)]
    for score in ("crps", "brier"):
        other = best(own, score, without=(BASE,))
        cells += [shown(by[OURS], score), shown(by[BASE], score)]
        cells += [f"{shown(other, score)} {called(other['method'], lang)}"]
    return "| " + " | ".join([*cells, f"{100 * float(by[OURS]['cov90']):.0f}%"]) + " |"


def mean_line(row: Row, lang: str) -> str:
    """Return the means of one method."""
    covered = [f"{100 * float(row[name]):.0f}%" for name in ("cov50", "cov80", "cov90", "pooled90", "least90")]
    return "| " + " | ".join([called(row["method"], lang), shown(row, "crps"), shown(row, "brier"), *covered]) + " |"


def main() -> None:
    """Keep a run and write its tables into both READMEs."""
    if len(sys.argv) > 1:
        KEPT.mkdir(exist_ok=True)
        for name in FILES:
            shutil.copy(Path(sys.argv[1]) / name, KEPT / name)
    write_tables("backtest", lambda lang: block(KEPT, lang))


if __name__ == "__main__":
    main()
