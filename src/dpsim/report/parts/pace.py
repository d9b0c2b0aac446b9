"""The weekly pace needed, so far and projected, and how far the closure of the gap would have to rise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dpsim.model.targets import headline_target
from dpsim.report.parts import Part
from dpsim.report.show import show_date, show_number, show_ratio_range, show_setting
from dpsim.report.yearend import BESIDE, stage_bands

if TYPE_CHECKING:
    from dpsim.report.letter import Letter


def part(letter: Letter) -> Part:
    """Return the pace in words and as a chart."""
    result, pace = letter.result, letter.result.pace
    deadline = headline_target(result.case).deadline
    needed = pace[pace["kind"] == "needed"].set_index("stage")["per_week"]
    text = letter.paragraph(
        letter.say(
            "letter.pace_text",
            deadline=show_date(deadline, letter.lang),
            weeks=show_number(round(result.timeline.end_of(deadline) / 7.0, 1)),
            built=math.ceil(needed["built"]),
            online=math.ceil(needed["online"]),
            built_exact=f"{needed['built']:.1f}",
            online_exact=f"{needed['online']:.1f}",
        )
    )
    text += letter.paragraph(_acceleration(letter))
    text += letter.paragraph(*(_slower(letter, stage) for stage in ("built", "online")))
    letter.save_table(pace.assign(start=pace["start"].astype("string")), "pace")
    return letter.headed("part_pace", text + letter.picture("pace", letter.say("letter.part_pace")))


def _acceleration(letter: Letter) -> str:
    """Return how far the weekly closure of the gap must rise to reach "basically"; nothing where that is reached."""
    pace = letter.result.pace
    so_far = pace[(pace["stage"] == "online") & (pace["kind"] == "so_far")]
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


def _slower(letter: Letter, stage: str) -> str:
    """Return why the runs of the main strategy end below the past pace continued; nothing where they do not."""
    result, lang = letter.result, letter.lang
    if result.request.main.id == BESIDE or result.request.main.pace != "path":
        return ""
    deadline = headline_target(result.case).deadline
    runs, past = (_median(letter, name, stage) for name in (result.request.main.id, BESIDE))
    if runs >= past:
        return ""
    names = {s.id: getattr(s.name, lang) for s in result.request.strategies}
    return letter.say(
        "letter.slower_text",
        stage=letter.stage(stage),
        deadline=show_setting(deadline, lang),
        name=names[result.request.main.id],
        runs=f"{runs:.0f}",
        beside=names[BESIDE],
        past=f"{past:.0f}",
    )


def _median(letter: Letter, strategy: str, stage: str) -> float:
    """Return the median count of a stage over the runs of a strategy at the headline's deadline."""
    bands = stage_bands(letter.result.ensembles[strategy], stage)
    deadline = headline_target(letter.result.case).deadline
    return float(bands.loc[bands["date"].dt.date <= deadline, "q50"].iloc[-1])
