"""Write the table of the invented worlds into both READMEs: `python benchmarks/synthetic_table.py`.

It is that of the run kept in `benchmarks/synthetic` (`python benchmarks/synthetic.py --keep`).
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from readmes import write_tables

HERE = Path(__file__).parent
KEPT = HERE / "synthetic"
OURS = ("counts", "+ funnel", "+ jobs in progress", "+ elapsed times", "+ capacity")
WORDS = {
    "en": {
        "run": "`python benchmarks/synthetic.py`: {worlds} worlds of each of five types, seed {seed}, {draws} draws, "
        "about {tried} variants tried on other worlds before.",
        "head": "forecast | CRPS, city | CRPS, counties | 90% covered, city | counties | width of 90% interval, city",
        "bar": "{level}, {method}: {ratio:.2f} [{low:.2f}, {high:.2f}] of the best count-only rival's CRPS ({rival}); "
        "at most {allowed:.2f} is asked for: {verdict}. The 90% interval covered {cov:.0%}; "
        "85% to 97% is asked for: {covers}.",
        "uneven": "Least covered with the ledger: {cov:.0%} of the city's shares, in worlds of type {type} "
        "at week {cut}.",
        "types": "{level}, {method}, against the best rival of each type by itself: {list}.",
        "type": "{type} {ratio:.2f} ({rival})",
        "between": "; ",
        True: "met",
        False: "**missed**",
        "city": "City",
        "county": "Counties",
        "counts": "each stage from its counts alone",
        "+ funnel": "counts: stages as a funnel",
        "+ jobs in progress": "ledger: and who has started",
        "+ elapsed times": "ledger: and for how long jobs have lasted",
        "+ capacity": "ledger: and what a week has room for",
        "shipped": " (closure of the class as it comes)",
    },
    "zh": {
        "run": "`python benchmarks/synthetic.py`：五类世界各{worlds}个，种子{seed}，{draws}条路径；"
        "此前在另外的世界上约试过{tried}个变型。",
        "head": "预测 | CRPS，全市 | CRPS，各县区 | 90%区间覆盖，全市 | 各县区 | 90%区间宽度，全市",
        "bar": "{level}，{method}：CRPS 为最好的只用家数的对照方法（{rival}）的{ratio:.2f}倍"
        "[{low:.2f}, {high:.2f}]；要求不超过{allowed:.2f}：{verdict}。"
        "90%区间覆盖{cov:.0%}，要求85%至97%：{covers}。",
        "uneven": "覆盖最差的：用台账，第{cut}周，{type}类世界的全市比例，覆盖{cov:.0%}。",
        "types": "{level}，{method}，与各类世界各自最好的对照方法相比：{list}。",
        "type": "{type} {ratio:.2f}（{rival}）",
        "between": "；",
        True: "达到",
        False: "**未达到**",
        "city": "全市",
        "county": "各县区",
        "counts": "各环节只用本环节家数",
        "+ funnel": "家数：各环节相互衔接",
        "+ jobs in progress": "台账：另知已启动的企业",
        "+ elapsed times": "台账：另知各企业已用时间",
        "+ capacity": "台账：另知每周能办多少",
        "shipped": "（用该类自带的参照速度）",
    },
}


def called(method: str, lang: str) -> str:
    """Return what a forecast is called."""
    from dpsim.forecast.methods import all_methods

    own, _, rest = method.partition(" (")
    if own in OURS:
        return str(WORDS[lang][own]) + (str(WORDS[lang]["shipped"]) if rest else "")
    return str(all_methods()[method].WORDS[0 if lang == "zh" else 1])


def block(folder: Path, lang: str) -> str:
    """Return what stands between the markers."""
    words, run = WORDS[lang], json.loads((folder / "run.json").read_text(encoding="utf-8"))
    scores, bars = pd.read_csv(folder / "scores.csv"), pd.read_csv(folder / "bars.csv")
    values = ["crps_city", "crps_county", "cov90_city", "cov90_county", "width90_city"]
    means = scores.groupby("method", sort=False)[values].mean()
    lines = [str(words["run"]).format(**run), ""]
    for row in bars.itertuples():
        lines.append(
            "- "
            + str(words["bar"]).format(
                level=words[row.level],
                method=called(row.method, lang),
                rival=called(row.best_rival, lang),
                ratio=row.ratio,
                low=row.low,
                high=row.high,
                allowed=row.allowed,
                verdict=words[bool(row.met)],
                cov=row.cov90,
                covers=words[bool(row.cov90_met)],
            )
        )
    city = bars[bars["level"] == "city"]  # where counts alone are least ahead
    lines += [by_type(scores, row.level, row.method, run["rivals"], lang) for row in city.itertuples()]
    ledger = scores[scores["method"] == OURS[-1]].groupby(["type", "cut"], as_index=False)["cov90_city"].mean()
    worst = ledger.loc[ledger["cov90_city"].idxmin()]
    lines.append("- " + str(words["uneven"]).format(cov=worst["cov90_city"], type=worst["type"], cut=worst["cut"]))
    lines += ["", f"| {words['head']} |", "|---|---:|---:|---:|---:|---:|"]
    rest = [name for name in means.index if name not in OURS]
    for method in [*OURS, *sorted(rest, key=lambda name: means.loc[name, "crps_city"])]:
        row = means.loc[method]
        cells = [called(method, lang), f"{row['crps_city']:.2f}", f"{row['crps_county']:.2f}"]
        cells += [f"{row['cov90_city']:.0%}", f"{row['cov90_county']:.0%}", f"{row['width90_city']:.1f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def by_type(scores: pd.DataFrame, level: str, method: str, rivals: list[str], lang: str) -> str:
    """Return how a forecast stands to the best rival of each type of world: above 1 the rival is ahead."""
    words, parts = WORDS[lang], []
    for kind, rows in scores.groupby("type"):
        means = rows.groupby("method")[f"crps_{level}"].mean()
        best = str(means[rivals].idxmin())
        values = {"type": kind, "ratio": means[method] / means[best], "rival": called(best, lang)}
        parts.append(str(words["type"]).format(**values))
    found = str(words["between"]).join(parts)
    return "- " + str(words["types"]).format(level=words[level], method=called(method, lang), list=found)


def main() -> None:
    """Write the table into both READMEs."""
    write_tables("synthetic", lambda lang: block(KEPT, lang))


if __name__ == "__main__":
    main()
