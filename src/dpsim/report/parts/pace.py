"""The weekly pace needed, so far and projected, why they differ, and how far the closure of the gap must rise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dpsim.forecast.pace import unfinished
from dpsim.model.targets import headline_target
from dpsim.params.labels import option_label
from dpsim.report import alts
from dpsim.report.bands import regime_flow, weekly_flow
from dpsim.report.parts import Part
from dpsim.report.place import pace_stages
from dpsim.report.show import show_date, show_number, show_ratio_range, show_rounded
from dpsim.report.table_forecast import TableForecast

if TYPE_CHECKING:
    import pandas as pd

    from dpsim.report.letter import Letter


def part(letter: Letter) -> Part:
    """Return the pace in words and as a chart."""
    result, pace = letter.result, letter.result.pace
    deadline, stages = headline_target(result.case).deadline, pace_stages(result.case)
    needed = pace[pace["kind"] == "needed"].set_index("stage")["per_week"]
    text = letter.paragraph(
        letter.say(
            "letter.pace_text" if "built" in stages else "letter.pace_text_online",
            deadline=show_date(deadline, letter.lang),
            weeks=show_number(float(show_rounded(result.timeline.end_of(deadline) / 7.0, 1))),
            **{stage: math.ceil(needed[stage]) for stage in stages},
            **{f"{stage}_exact": show_rounded(needed[stage], 1) for stage in stages},
        ),
        *(_so_far(letter, stage) for stage in stages),
    )
    text += letter.paragraph(_acceleration(letter))
    text += "".join(letter.paragraph(*_against_average(letter, stage)) for stage in stages)
    finite = pace.assign(start=pace["start"].astype("string")).replace(math.inf, math.nan)
    letter.save_table(finite, "pace")
    return letter.headed("part_pace", text + letter.picture("pace", alts.pace(letter)))


def _rows(letter: Letter, stage: str) -> pd.DataFrame:
    """Return the pace so far of a stage under each assumed start."""
    pace = letter.result.pace
    return pace[(pace["stage"] == stage) & (pace["kind"] == "so_far")]


def _so_far(letter: Letter, stage: str) -> str:
    """Return the pace so far of a stage and how many times it the needed pace is."""
    rows, told = _rows(letter, stage), letter.result.forecast
    if isinstance(told, TableForecast) and not told.weeks[stage]:
        return letter.say("letter.table.no_pace", stage=letter.stage(stage))
    so_far = show_ratio_range(rows["per_week"].min(), rows["per_week"].max(), letter.lang)
    values: dict[str, object] = {"stage": letter.stage(stage), "so_far": so_far}
    if isinstance(told, TableForecast):
        text = letter.say("letter.table.pace_so_far", weeks=told.of_weeks(stage), **values)
    else:
        text = letter.say("letter.pace_so_far", **values)
    if not rows["ratio"].map(math.isfinite).all() or not (rows["ratio"] > 0.0).any():
        return text + letter.say("letter.pace_end")
    ratio = show_ratio_range(rows["ratio"].min(), rows["ratio"].max(), letter.lang)
    text += letter.say("letter.pace_ratio", ratio=ratio)
    rest = None if isinstance(told, TableForecast) else unfinished(letter.result.case, stage)
    if rest is not None and rest[1] > 0:
        count, there = rest
        part = there / float(getattr(letter.result.case.state, stage).value)
        own = {"so_far": rows["per_week"] * part, "ratio": rows["ratio"] / part}
        shown = {name: show_ratio_range(one.min(), one.max(), letter.lang) for name, one in own.items()}
        text += letter.say("letter.pace_rest", count=count, **shown)
    return text + letter.say("letter.pace_end")


def _acceleration(letter: Letter) -> str:
    """Return how far the weekly closure of the gap must rise to reach "basically"; nothing where that is reached."""
    so_far = _rows(letter, "online")
    closure = so_far["acceleration"]
    if not (closure > 0.0).all() or not closure.map(math.isfinite).all():
        return ""
    share = float(letter.result.case.targets.switches.level.basically_share.value)
    ratio = show_ratio_range(so_far["ratio"].min(), so_far["ratio"].max(), letter.lang)
    closures = show_ratio_range(closure.min(), closure.max(), letter.lang)
    text = letter.say("letter.acceleration_text", share=show_number(100 * share), closure=closures)
    if closure.min() > so_far["ratio"].max():
        text += letter.say("letter.space") + letter.say("letter.acceleration_why", ratio=ratio)
    return text


def _against_average(letter: Letter, stage: str) -> list[str]:
    """Return why the runs go above or below the average so far of every start; nothing where they do neither."""
    result = letter.result
    if result.request.main.pace != "path":
        return []
    so_far, projected = _rows(letter, stage)["per_week"], weekly_flow(result.main, stage)[1]
    where = "above" if projected > so_far.max() else "below" if projected < so_far.min() else ""
    if not where:
        return []
    word = letter.stage(stage)
    if isinstance(result.forecast, TableForecast):
        both = {"projected": show_rounded(projected, 1), "so_far": show_rounded(so_far.max(), 1)}
        name, last = getattr(result.request.main.name, letter.lang), result.forecast.of_weeks(stage)
        return [letter.say(f"letter.table.{where}", stage=word, name=name, weeks=last, **both)]
    flows = regime_flow(result, stage)
    said = [
        letter.say(
            f"letter.average.{where}",
            stage=word,
            name=getattr(result.request.main.name, letter.lang),
            part=letter.say("letter.part_method"),
            projected=show_rounded(projected, 1),
            so_far=show_ratio_range(so_far.min(), so_far.max(), letter.lang),
            regimes=letter.join(
                [
                    letter.say(
                        "letter.average.regime", regime=option_label(regime, letter.lang), flow=show_rounded(f, 1)
                    )
                    for regime, f in flows.items()
                ]
            ),
        )
    ]
    if where == "below":
        gap = float(result.case.population.enterprises.value - getattr(result.case.state, stage).value)
        weeks = result.timeline.end_of(headline_target(result.case).deadline) / 7.0
        values = {"gap": show_rounded(gap), "most": show_rounded(gap / weeks, 1)}
        return [*said, letter.say("letter.average.why_below", stage=word, **values)]
    faster = [regime for regime in ("spread", "close") if flows.get(regime, 0.0) > so_far.max()]
    return said + [letter.say(f"letter.average.why_{regime}", stage=word) for regime in faster]
