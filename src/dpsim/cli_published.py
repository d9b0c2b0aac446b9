"""The command about published figures: `dpsim published`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dpsim.cli_options import Lang, given, put, use, whole
from dpsim.language import say
from dpsim.report import helptext
from dpsim.report.telling import tell_compiling


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(published)


def published(
    case: Annotated[list[str] | None, typer.Argument(help=helptext.SOME_CASES)] = None,
    replications: Annotated[
        str, typer.Option("--replications", callback=given, metavar="<int>", help="推演次数 / runs of each strategy")
    ] = "100",
    seed: Annotated[str, typer.Option("--seed", callback=given, metavar="<int>", help="随机种子 / seed")] = "1",
    out: Annotated[str | None, typer.Option("--out", callback=given, help="结果文件夹 / folder for the table")] = None,
    lang: Lang = None,
) -> None:
    """公布的数字与推演对照 / Published figures beside what the runs give."""
    use(lang)
    tell_compiling()
    from dpsim.core.streams import check_word
    from dpsim.experiments.arguments import check_replications
    from dpsim.report.job import check_out
    from dpsim.report.made_files import check_replaced
    from dpsim.report.published import (
        FILES,
        RECORD,
        load_cases,
        missing_notes,
        published_text,
        run_cases,
        save_published,
    )

    runs, number = check_replications(whole(replications)), check_word("seed", whole(seed))
    cases = load_cases(case or [])
    if out is not None:
        check_out(Path(out))
        check_replaced(Path(out), FILES, record=RECORD)
    standings = run_cases(cases, replications=runs, seed=number, progress=sys.stderr.isatty())
    if out is not None:  # before anything is printed: whoever reads it may go away
        save_published(standings, cases, Path(out), seed=number, runs=runs)
    put(published_text(standings, cases, seed=number, runs=runs))
    for note in missing_notes(standings):
        typer.echo(note, err=True)
    if out is not None:
        typer.echo(say("published.saved", folder=out), err=True)
