"""What each picture shows, in one sentence with its main numbers: for readers who cannot see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dpsim.core.words import CLASSES
from dpsim.experiments.reported import how_reports_differ
from dpsim.measure.probability import DISPLAY_LOW
from dpsim.model.targets import headline_target
from dpsim.report import sentences
from dpsim.report.drawings import stage_target
from dpsim.report.figures.queues import organisation_name
from dpsim.report.show import show_count_range, show_date, show_probability_range, show_ratio_range, show_rounded

if TYPE_CHECKING:
    from dpsim.report.letter import Letter


def fan(letter: Letter, stage: str) -> str:
    """Return what the fan chart of a stage shows."""
    case, target = letter.result.case, stage_target(letter.result, stage)
    now = getattr(case.state, stage)
    deadline = target.deadline if target else headline_target(case).deadline
    bands = letter.drawings[f"fan_{stage}"].frame
    last = bands[bands["date"].dt.date <= deadline].iloc[-1]
    text = letter.say(
        "letter.alt.fan_assumed" if now.assumed else "letter.alt.fan",
        stage=letter.stage(stage),
        as_of=show_date(case.as_of, letter.lang),
        now=show_rounded(now.value),
        name=getattr(letter.result.request.main.name, letter.lang),
        deadline=show_date(deadline, letter.lang),
        median=show_rounded(last["q50"]),
        range=show_count_range(last["q10"], last["q90"], letter.lang),
    )
    text += letter.say("letter.alt.fan_target", required=target.required) if target else ""
    reports = sentences.of_reports(case, letter.lang)
    return letter.join([text, reports])


def pace(letter: Letter) -> str:
    """Return what the chart of the weekly pace shows."""
    rows, parts = letter.drawings["pace"].frame, []
    for stage in rows["stage"].unique():
        values = {kind: part["value"] for kind, part in rows[rows["stage"] == stage].groupby("kind")}
        parts.append(
            letter.say(
                "letter.alt.pace_stage",
                stage=stage,
                needed=show_rounded(values["needed"].iloc[0], 1),
                so_far=show_ratio_range(values["so_far"].min(), values["so_far"].max(), letter.lang)
                if values["so_far"].notna().any()
                else letter.say("figures.pace.unknown"),
                projected=show_rounded(values["projected"].iloc[0], 1),
            )
        )
    return letter.say("letter.alt.pace", stages=letter.join(parts))


def queues(letter: Letter) -> str:
    """Return what the charts of queues and workload show."""
    frame, parts = letter.drawings["queues"].frame, []
    for name in frame["organisation"].unique():
        most = frame[frame["organisation"] == name].groupby("measure")["q50"].max()
        parts.append(
            letter.say(
                "letter.alt.queue",
                organisation=organisation_name(name, letter.lang).replace("\n", letter.say("letter.space")),
                queue=show_rounded(most["queue_length"]),
                utilisation=show_rounded(100.0 * most["utilisation"]),
            )
        )
    return letter.say("letter.alt.queues", organisations=letter.join(parts))


def cells(letter: Letter) -> str:
    """Return what the chart of the scenarios shows."""
    table = letter.drawings["scenario_cells"].frame
    return letter.say(
        "letter.alt.cells",
        cells=len(table),
        probability=show_probability_range(table["probability"].min(), table["probability"].max(), letter.lang),
        few=int((table["probability"] < DISPLAY_LOW).sum()),
        shortfall=show_count_range(table["shortfall_median"].min(), table["shortfall_median"].max(), letter.lang),
    )


def sensitivity(letter: Letter) -> str:
    """Return what the tornado shows: its longest bar."""
    table = letter.drawings["sensitivity"].frame
    longest = table.loc[(table[["low", "high"]].sub(table["base"], axis=0)).abs().max(axis=1).idxmax()]
    return letter.say(
        "letter.alt.sensitivity",
        label=longest["label"],
        low_label=longest["low_label"],
        high_label=longest["high_label"],
        low=show_rounded(longest["low"]),
        high=show_rounded(longest["high"]),
        base=show_rounded(longest["base"]),
    )


def hazards(letter: Letter) -> str:
    """Return what the chart of hazards found, open and latent shows."""
    rows = letter.drawings["hazards"].frame
    last = rows[rows["date"] == rows["date"].max()]["q50"].tolist()
    names = [f"{prefix}{name}" for prefix in ("", "major_") for name in ("found", "open", "latent")]
    values: dict[str, object] = {name: show_rounded(value) for name, value in zip(names, last, strict=True)}
    return letter.say("letter.alt.hazards", end=show_date(letter.result.case.horizon_end, letter.lang), **values)


def hazards_found(letter: Letter) -> str:
    """Return what the chart of the channels shows."""
    table = letter.drawings["hazards_found"].frame.pivot(index="channel", columns="klass", values="q50")
    said = [
        letter.say(
            "letter.alt.hazards_found_one",
            channel=letter.say(f"figures.channel.{channel}"),
            **{klass: show_rounded(row[klass]) for klass in CLASSES},
        )
        for channel, row in table.sort_values("general", ascending=False).iterrows()
    ]
    return letter.say("letter.alt.hazards_found", channels=letter.join(said))


def staff_days(letter: Letter) -> str:
    """Return what the chart of staff-days shows."""
    rows = letter.drawings["staff_days"].frame
    said = [
        letter.say(
            "letter.alt.staff_days_one",
            name=mine["label"].iloc[0],
            total=show_rounded(mine["days"].sum()),
            inspecting=show_rounded(mine.set_index("duty")["days"]["inspecting"]),
        )
        for _, mine in rows.groupby("strategy", sort=False)
    ]
    pool = show_rounded(rows["pool"].iloc[0])
    return letter.say("letter.alt.staff_days", pool=pool, strategies=letter.join(said))


def paper(letter: Letter) -> str:
    """Return what the chart of systems built and really operating shows."""
    rows = letter.drawings["paper"].frame
    last = rows[rows["date"] == rows["date"].max()]["q50"].tolist()
    names = ("built", "substantive", "paper")
    values: dict[str, object] = {name: show_rounded(value) for name, value in zip(names, last, strict=True)}
    case = letter.result.case
    message = "letter.alt.paper_reports" if how_reports_differ(case) else "letter.alt.paper"
    return letter.say(message, end=show_date(case.horizon_end, letter.lang), **values)
