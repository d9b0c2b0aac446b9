"""A forecast in words: the answer first, then each target, what is needed, and what it rests on."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from dpsim.forecast.asked import ALL
from dpsim.forecast.scores import SHOWN
from dpsim.forecast.signposts import LEAST_TELLING
from dpsim.language import language_in_force, say
from dpsim.params.forecast import UNSTATED, load_forecast_settings
from dpsim.params.wording import shown_name
from dpsim.report.outlook.content import SIDE_DRAWS, Outlook
from dpsim.report.outlook.lists import list_lines, stage_word
from dpsim.report.outlook.unknown import unknown_text
from dpsim.report.show import show_chance, show_date, show_number, show_percent, show_rounded

MOST_REPAIRS = 10
KEY = ["stage", "deadline", "target_share"]
OLD_DAYS = 21
"""A last report older than this before the as-of date is pointed out."""
SILENT_DAYS = 7
"""A unit whose last report is older than this before the last of all is pointed out: it has left out a week."""


def outlook_text(outlook: Outlook) -> str:
    """Return the forecast as text in the language in force."""
    lang, made = language_in_force(), outlook.made
    name = getattr(load_forecast_settings().classes, made.reference).name.words(lang)
    head = say("outlook.head", as_of=show_date(made.as_of, lang, year=True), n=made.draws, units=len(made.units))
    origin = say("outlook.class_none" if made.reference == UNSTATED else "outlook.class_given")
    lines = [head, say("outlook.class", name=name, origin=origin)]
    if (outlook.progress.repairs["message"] == "progress.repair.example_read").any():
        lines.insert(0, say("outlook.example"))
    if (made.as_of - made.latest).days > OLD_DAYS:
        lines.append(say("outlook.old", latest=show_date(made.latest, lang, year=True)))
    lines += _silent(outlook, lang) + ["", _targets(outlook, lang), ""]
    if len(made.joint) > 1:
        worst = made.joint.loc[made.joint["missed"].idxmax()]
        lines.append(
            say(
                "outlook.joint",
                probability=show_chance(float(np.clip(made.all_met, *SHOWN)), lang),
                stage=stage_word(worst["stage"]),
                share=show_percent(worst["target_share"]),
                missed=show_percent(worst["missed"]),
            )
        )
    lines += [_needed(row) for row in made.needed.itertuples() if row.unit == ALL]
    lines += _bounds(outlook) + _posts(outlook, lang) + _classes(outlook, lang)
    lines += _rushes(outlook, lang) + _starts(outlook, lang) + list_lines(made) + _knowledge(outlook) + _record(outlook)
    lines += [say("outlook.side", side=SIDE_DRAWS)] if made.draws > SIDE_DRAWS else []
    return "\n".join([*lines, *_repairs(outlook), unknown_text(made.reference, outlook.rush), say("outlook.rests")])


def _targets(outlook: Outlook, lang: str) -> str:
    """Return the table of targets."""
    heads = ("unit", "stage", "deadline", "share", "probability", "base_rate", "shares", "date", "bound")
    rows = [
        [
            say("outlook.all") if row.unit == ALL else shown_name(row.unit),
            stage_word(row.stage),
            row.deadline.date().isoformat(),
            f"{show_percent(row.target_share, 1)}%",
            show_chance(row.probability, lang),
            "-" if math.isnan(row.base_rate) else show_chance(row.base_rate, lang),
            "–".join(f"{show_percent(value)}%" for value in (row.q05, row.q50, row.q95)),
            "-" if pd.isna(row.date_median) else row.date_median.date().isoformat(),
            _bound(bound, lang),
        ]
        for row, bound in zip(outlook.made.targets.itertuples(), outlook.made.bound.itertuples(), strict=True)
    ]
    frame = pd.DataFrame(rows, columns=[say(f"outlook.column.{name}") for name in heads])
    with pd.option_context("display.unicode.east_asian_width", True, "display.max_colwidth", 60):
        return str(frame.to_string(index=False))


def _bound(row: Any, lang: str) -> str:
    """Return the share reached at full capacity; marked where it was stated, and where it is below the target."""
    if math.isnan(row.bound):
        return "-"
    short = "short" if row.bound < row.target_share - 1e-9 else "enough"
    return say(f"outlook.bound.{short}", lang=lang, bound=show_percent(row.bound))


def _bounds(outlook: Outlook) -> list[str]:
    """Return what the bounds of all units together rest on, and what they say of the chances."""
    bound = outlook.made.bound
    lines = []
    for row in bound[(bound["unit"] == ALL) & bound["bound"].notna()].itertuples():
        values = {
            "stage": stage_word(row.stage),
            "limit": stage_word(row.limit),
            "bound": show_percent(row.bound, 1),
            "share": show_percent(row.target_share),
            "per_week": show_rounded(row.per_week, 1),
            "weeks": row.weeks,
        }
        lines.append(say(f"outlook.bound.{row.capacity}", **values))
    return [*lines, say("outlook.bound.rests")] if len(bound) and bound["bound"].notna().any() else []


def _rushes(outlook: Outlook, lang: str) -> list[str]:
    """Return the chance of each target of all units with a rush of none, some and even chance."""
    own = outlook.scenarios
    if own.empty:
        return []
    own = own[own["reference"] == outlook.made.reference]
    return _side_by_side(own, "outlook.rushes", lambda row: say("outlook.rush", rush=show_percent(row.rush)), lang=lang)


def _starts(outlook: Outlook, lang: str) -> list[str]:
    """Return the chance of each target of all units by when the work is assumed to have begun."""
    return _side_by_side(
        outlook.starts,
        "outlook.starts",
        lambda row: say("outlook.start" if row.weeks_before else "outlook.start_unsaid", weeks=row.weeks_before),
        lang=lang,
    )


def _side_by_side(frame: pd.DataFrame, message: str, name: Callable[[Any], str], *, lang: str) -> list[str]:
    """Return a sentence per target with its chances under several assumptions."""
    out = []
    for (stage, deadline, share), rows in frame.groupby(["stage", "deadline", "target_share"], sort=False):
        words = say("outlook.comma").join(
            f"{name(row)} {show_chance(row.probability, lang)}" for row in rows.itertuples()
        )
        date = pd.Timestamp(deadline).date().isoformat()
        out.append(say(message, stage=stage_word(stage), share=show_percent(share), date=date, chances=words))
    return out


def _needed(row: Any) -> str:
    """Return what a target of all units needs each week, beside what was done."""
    known = not math.isnan(row.past_per_week)
    return say(
        "outlook.needed" if known else "outlook.needed_alone",
        stage=stage_word(row.stage),
        needed=show_rounded(row.needed_per_week, 1),
        past=show_rounded(row.past_per_week, 1) if known else "",
        weeks=show_number(round(row.past_weeks, 1)),
    )


def _posts(outlook: Outlook, lang: str) -> list[str]:
    """Return the signposts of all units together that tell enough, and how many do not."""
    rows = outlook.signposts[outlook.signposts["unit"] == ALL] if len(outlook.signposts) else outlook.signposts
    lines = [
        say(
            "outlook.signpost",
            date=show_date(row.date.date(), lang, year=True),
            stage=stage_word(row.stage),
            below=show_rounded(row.below),
            share=show_percent(row.target_share),
            hit=show_percent(row.hit),
            alarm=show_percent(row.false_alarm),
        )
        for row in rows.itertuples()
        if row.telling
    ]
    dull = sum(not row.telling for row in rows.itertuples())
    return [*lines, *([say("outlook.posts_dull", n=dull, least=show_percent(LEAST_TELLING))] if dull else [])]


def _silent(outlook: Outlook, lang: str) -> list[str]:
    """Return which units had reported before, but not for some time before the last report of the others."""
    frame, latest = outlook.progress.frame, pd.Timestamp(outlook.made.latest)
    own = frame[frame["stage"].isin(set(outlook.wanted["stage"])) & frame["unit"].isin(outlook.made.units)]
    last = own.groupby("unit")["date"].max()
    silent = last[last < latest - pd.Timedelta(days=SILENT_DAYS)].sort_index()
    if silent.empty:
        return []
    names = (
        say("outlook.silent_unit", unit=shown_name(unit), date=show_date(day.date(), lang, year=True))
        for unit, day in silent.head(MOST_REPAIRS).items()
    )
    more = say("outlook.silent_more", more=len(silent) - MOST_REPAIRS) if len(silent) > MOST_REPAIRS else ""
    return [say("outlook.silent", n=len(silent), units=say("outlook.semicolon").join(names) + more)]


def _classes(outlook: Outlook, lang: str) -> list[str]:
    """Return the chance of each target of all units under every class without a rush."""
    if outlook.scenarios.empty:
        return []
    classes = load_forecast_settings().classes
    return _side_by_side(
        outlook.scenarios[outlook.scenarios["rush"] == 0.0],
        "outlook.classes",
        lambda row: str(getattr(classes, row.reference).name.words(lang)),
        lang=lang,
    )


def _knowledge(outlook: Outlook) -> list[str]:
    """Return how wide the intervals are with each piece of knowledge, all units together."""
    out = []
    for (stage, deadline, share), rows in outlook.knowledge.groupby(KEY, sort=False):
        widths = say("outlook.comma").join(
            f"{say(f'outlook.known.{row.knowledge}')} {show_percent(row.width90, 1)}" for row in rows.itertuples()
        )
        date = pd.Timestamp(deadline).date().isoformat()
        values = {"stage": stage_word(stage), "share": show_percent(share), "date": date}
        out.append(say("outlook.knowledge", widths=widths, **values))
    return out


def _record(outlook: Outlook) -> list[str]:
    """Return how earlier forecasts fared."""
    record = outlook.record
    if record.empty:
        return []
    return [
        say(
            "outlook.record_worse" if record["brier"].mean() > record["base_brier"].mean() else "outlook.record",
            n=len(record),
            brier=show_rounded(record["brier"].mean(), 3),
            base=show_rounded(record["base_brier"].mean(), 3),
            covered=show_percent(record["covered90"].mean()),
        )
    ]


def _repairs(outlook: Outlook) -> list[str]:
    """Return what was repaired in the table."""
    texts = outlook.progress.repair_texts()
    more = len(texts) - MOST_REPAIRS
    return [*texts[:MOST_REPAIRS], *([say("outlook.more_repairs", more=more)] if more > 0 else [])]
