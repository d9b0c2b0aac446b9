"""The notes: the model in short, on what its rates rest, and how to repeat the report."""

from __future__ import annotations

import html
import shlex
from typing import TYPE_CHECKING

from dpsim.experiments.runrecord import input_hash
from dpsim.params.evidence import evidence
from dpsim.report.job import INPUTS
from dpsim.report.parts import Part
from dpsim.report.place import assessed
from dpsim.report.show import show_number_range

if TYPE_CHECKING:
    from dpsim.report.letter import Letter


def part(letter: Letter) -> Part:
    """Return the model in short, on what its rates rest, and how to repeat the report."""
    request, record = letter.result.request, letter.result.request.record()
    names = " ".join(f"--strategy {name}" for name in request.asked)
    again = letter.say(
        "letter.rerun",
        where=letter.say("letter.rerun_here") if f"{INPUTS}/" in f"{request.case_given} {names}" else "",
        case=request.case_given,
        strategies=names if request.table is None else f"{names} {_from_table(letter)}",
        n=request.replications,
        seed=request.seed,
        language=letter.lang,
    )
    body = letter.paragraph(model(letter)) + letter.paragraph(*grounds(letter))
    if request.reference.id in letter.result.supervised:
        body += letter.paragraph(letter.say("letter.method_hazards"))
    body += letter.paragraph(letter.say("letter.method_draws")) + f"<p><code>{html.escape(again)}</code></p>"
    body += letter.paragraph(letter.say("letter.version", version=record["version"], hash=input_hash(record)))
    return letter.headed("part_method", body)


def model(letter: Letter) -> str:
    """Return the model in short, in the words of the place: of assessment only where there is one."""
    two = "" if assessed(letter.result.case) else "_two"
    parts = {name: letter.say(f"letter.method_{name}{two}") for name in ("tracks", "waits")}
    return letter.say("letter.method_text", **parts)


def _from_table(letter: Letter) -> str:
    """Return the options that name the table and its date."""
    request = letter.result.request
    assert request.table is not None
    return f"--progress {shlex.quote(request.table.given)} --as-of {request.case.as_of.isoformat()}"


def grounds(letter: Letter) -> list[str]:
    """Return on what the rates of the paths rest: only what this case cites."""
    case, said = letter.result.case, []
    cited = {a.source for a in case.assumptions()}
    said += [letter.say(f"letter.ground.{source}") for source in ("FC01", "FC02", "FC04") if source in cited]
    reference, measured = case.adoption.reference_closure_per_week, evidence().get("FC01")
    if reference.source == "FC01" and measured is not None and measured.low and measured.high:
        low, high = float(measured.low), float(measured.high)
        if (reference.low, reference.high) != (low, high):
            said.append(
                letter.say(
                    "letter.ground.range",
                    measured=show_number_range(low, high, letter.lang),
                    used=show_number_range(float(reference.low), float(reference.high), letter.lang),
                )
            )
    return said
