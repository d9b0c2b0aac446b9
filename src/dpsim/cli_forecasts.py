"""Commands about forecasts from histories: `dpsim backtest`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from dpsim.cli_options import Lang, given, put, use, whole
from dpsim.errors import InputError
from dpsim.language import say
from dpsim.report import helptext

DATA_VARIABLE = "DPSIM_DATA"


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(backtest)


def backtest(
    data: Annotated[str | None, typer.Option("--data", callback=given, help=helptext.PROGRAMMES)] = None,
    out: Annotated[
        str, typer.Option("--out", callback=given, help="结果文件夹 / folder for the scores")
    ] = "reports/backtest",
    methods: Annotated[str | None, typer.Option("--methods", callback=given, help=helptext.METHODS)] = None,
    draws: Annotated[
        str, typer.Option("--draws", callback=given, metavar="<int>", help="每个预测的抽样数 / draws of a forecast")
    ] = "1000",
    seed: Annotated[str, typer.Option("--seed", callback=given, metavar="<int>", help="随机种子 / seed")] = "1",
    workers: Annotated[
        str | None, typer.Option("--workers", callback=given, metavar="<int>", help=helptext.WORKERS_OF_BACKTEST)
    ] = None,
    lang: Lang = None,
) -> None:
    """用已结束的项目检验预测 / Score forecasts on programmes that are over, beside rival methods."""
    from dpsim.experiments.ensemble import check_workers, default_workers
    from dpsim.report.backtest.job import backtest_letter

    use(lang)
    folder = os.environ.get(DATA_VARIABLE, "").strip() if data is None else data
    if not folder:
        raise InputError("backtest.error.no_data", variable=DATA_VARIABLE)
    letter = backtest_letter(
        Path(folder),
        Path(out),
        methods=methods,
        draws=whole(draws),
        seed=whole(seed),
        workers=default_workers() if workers is None else check_workers(whole(workers)),
        tell=_tell if sys.stderr.isatty() else None,
    )
    put(letter.text())
    typer.echo(say("backtest.saved", folder=out), err=True)


def _tell(done: int, of: int) -> None:
    """Show how many blocks are scored, on one line of the terminal."""
    typer.echo("\r" + say("backtest.scored", done=done, of=of), err=True, nl=done == of)
