"""Commands about histories, forecasts and what would be enough: `dpsim template | forecast | needed | backtest`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dpsim.cli_options import SOME_FAILED, Lang, given, put, use, whole
from dpsim.errors import InputError
from dpsim.language import language_in_force, say
from dpsim.params.wording import shown, shown_name
from dpsim.report import helptext
from dpsim.report.telling import tell_compiling

if TYPE_CHECKING:
    from dpsim.report.outlook.many import Told

DATA_VARIABLE = "DPSIM_DATA"


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (template, forecast, needed, backtest):
        app.command()(command)


def template(out: Annotated[str, typer.Argument(help="模板 / template")] = "progress.xlsx", lang: Lang = None) -> None:
    """写出进度填报模板 / Write a workbook to fill in with progress."""
    from dpsim.params.wording import shown_name
    from dpsim.progress.template import write_template

    use(lang)
    put(say("progress.template.written", file=shown_name(write_template(out))))


def forecast(
    table: Annotated[str, typer.Argument(help="进度表：文件或文件夹 / progress table: file or folder")],
    targets: Annotated[str, typer.Option("--targets", callback=given, help=helptext.TARGETS)],
    as_of: Annotated[str, typer.Option("--as-of", callback=given, help=helptext.AS_OF_DATES)],
    reference: Annotated[str | None, typer.Option("--reference", callback=given, help=helptext.REFERENCE_CLASS)] = None,
    rush: Annotated[
        str, typer.Option("--rush", callback=given, metavar="<0..1>", help="赶工的概率 / chance of a rush")
    ] = "0",
    supply: Annotated[str | None, typer.Option("--supply", callback=given, help=helptext.SUPPLY)] = None,
    draws: Annotated[str, typer.Option("--draws", callback=given, metavar="<int>", help="推演路径数 / draws")] = "2000",
    seed: Annotated[str, typer.Option("--seed", callback=given, metavar="<int>", help="随机种子 / seed")] = "1",
    capacity: Annotated[
        list[str] | None, typer.Option("--capacity", callback=given, metavar="STAGE=N", help=helptext.CAPACITY)
    ] = None,
    kept: Annotated[str | None, typer.Option("--scoreboard", callback=given, help=helptext.SCOREBOARD)] = None,
    out: Annotated[str | None, typer.Option("--out", callback=given, help="结果文件夹 / folder for the tables")] = None,
    stage: Annotated[
        list[str] | None,
        typer.Option("--stage", callback=given, metavar="NAME=HEADER,...", help=helptext.MORE_STAGES),
    ] = None,
    lists: Annotated[
        list[str] | None, typer.Option("--list", callback=given, metavar="KIND=N[@DATE]", help=helptext.LISTS)
    ] = None,
    groups: Annotated[str | None, typer.Option("--groups", callback=given, help=helptext.GROUPS)] = None,
    townships: Annotated[bool, typer.Option("--townships", help=helptext.TOWNSHIPS)] = False,
    each_unit: Annotated[bool, typer.Option("--each-unit", help=helptext.EACH_UNIT)] = False,
    lang: Lang = None,
) -> None:
    """按进度表预测目标能否达到 / Forecast from a progress table whether targets will be met."""
    from dpsim.forecast.list_asked import DEFAULT
    from dpsim.report.outlook.job import make_outlook, save_outlook
    from dpsim.report.outlook.many import dates_of, many_outlooks
    from dpsim.report.outlook.request import check_ours

    use(lang)
    if out is not None or kept is not None:
        from dpsim.report.job import check_out  # brings all of the year-end report along

        for option, folder in (("--out", out), ("--scoreboard", kept)):
            if folder is not None:
                check_out(Path(folder), option=option)
    if out is not None and kept is not None and Path(out).resolve() == Path(kept).resolve():
        raise InputError("forecast.kept_in_out", given=shown_name(kept, 200))
    board = None if kept is None else Path(kept)
    asked: dict[str, Any] = {
        "reference": reference,
        "rush": _fraction(rush),
        "seed": whole(seed),
        "draws": whole(draws),
        "capacity": _capacities(capacity or []),
        "supply": supply,
    }
    asked |= {"kept": board, "stages": _stages(stage or []), "lists": lists or DEFAULT}
    asked |= {"groups": groups, "townships": townships}
    dates = dates_of(as_of)
    if each_unit or len(dates) > 1:
        if out is None:
            raise InputError("forecast.many_out")
        return _tell_many(many_outlooks(table, targets, Path(out), dates=dates, each_unit=each_unit, **asked), out)
    if out is not None:
        check_ours(Path(out))
    outlook = make_outlook(table, targets, as_of=dates[0], **asked)
    put(save_outlook(outlook, None if out is None else Path(out), kept=board))
    typer.echo(say("outlook.not_saved") if out is None else say("outlook.saved", folder=out), err=True)
    return None


def _tell_many(told: list[Told], out: str) -> None:
    """Say how many forecasts were made and why the others were not; end with a status of its own if any failed."""
    failed = [one for one in told if one.reason is not None]
    for one in failed:
        reason = (one.reason or {})[language_in_force()]
        put(say("outlook.not_made", as_of=one.entry.as_of, unit=shown_name(one.entry.unit), reason=reason))
    index = (Path(out) / "index").as_posix()
    put(say("outlook.many", made=len(told) - len(failed), failed=len(failed), index=index))
    if failed:
        raise typer.Exit(SOME_FAILED)


def _stages(options: list[str]) -> dict[str, list[str]]:
    """Return further stages with their headers from options such as `ported=ported,已移植`."""
    found: dict[str, list[str]] = {}
    for option in options:
        name, sign, headers = option.partition("=")
        name = name.strip()
        if not sign or name in found:
            raise InputError("forecast.stage_option", given=shown(option))
        found[name] = [head.strip() for head in headers.replace("，", ",").split(",")]
    return found


def _capacities(texts: list[str]) -> dict[str, Any]:
    """Return capacities by stage; what is none is left for the check of the forecast to refuse by name."""
    from dpsim.progress.aliases import stage_of

    out: dict[str, Any] = {}
    for text in texts:
        name, _, number = text.partition("=")
        stage = stage_of(name.strip()) or name.strip()
        out[stage] = text if stage in out else _fraction(number)  # given twice it is none
    return out


def needed(
    case: Annotated[str, typer.Argument(help="案例名或文件 / case name or file")],
    strategy: Annotated[str, typer.Option("--strategy", callback=given, help="监管方案 / strategy")],
    lever: Annotated[str, typer.Option("--lever", callback=given, help=helptext.LEVER)],
    target: Annotated[str | None, typer.Option("--target", callback=given, help=helptext.ONE_TARGET)] = None,
    level: Annotated[
        str, typer.Option("--level", callback=given, metavar="<0..1>", help="要求的可能性 / chance asked for")
    ] = "0.9",
    attainment: Annotated[
        str, typer.Option("--attainment", callback=given, metavar="<0..1>", help=helptext.ATTAINMENT)
    ] = "1",
    values: Annotated[str | None, typer.Option("--values", callback=given, help=helptext.VALUES)] = None,
    points: Annotated[
        str, typer.Option("--points", callback=given, metavar="<int>", help="试算几个取值 / settings to try")
    ] = "9",
    replications: Annotated[
        str, typer.Option("--replications", callback=given, metavar="<int>", help="每个取值的推演次数 / runs of each")
    ] = "200",
    seed: Annotated[str, typer.Option("--seed", callback=given, metavar="<int>", help="随机种子 / seed")] = "1",
    table: Annotated[str | None, typer.Option("--progress", callback=given, help=helptext.PROGRESS)] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", callback=given, help=helptext.AS_OF)] = None,
    out: Annotated[str | None, typer.Option("--out", callback=given, help="结果文件夹 / folder for the table")] = None,
    lang: Lang = None,
) -> None:
    """反推：最晚何时开始、最少需要多少 / The latest start, or the fewest, that is enough."""
    use(lang)
    tell_compiling()
    from dpsim.core.streams import check_word
    from dpsim.report.job import check_out
    from dpsim.report.made_files import check_replaced
    from dpsim.report.needed import FILES, RUN, make_needed, needed_text, save_needed

    if out is not None:
        check_out(Path(out))
        check_replaced(Path(out), FILES, record=RUN)
    number = check_word("seed", whole(seed))
    loaded, found = make_needed(
        case,
        strategy,
        lever,
        values=values,
        seed=number,
        target=target,
        level=_fraction(level),
        attainment=_fraction(attainment),
        points=whole(points),
        replications=whole(replications),
        table=table,
        as_of=as_of,
        progress=sys.stderr.isatty(),
    )
    if out is not None:
        save_needed(loaded, found, Path(out), seed=number)
    put(needed_text(loaded, found, seed=number))
    if out is not None:
        typer.echo(say("needed.saved", folder=out), err=True)


def _fraction(text: str) -> Any:
    """Return a number as one; any other text as it is, for the check of the numbers to refuse by name."""
    try:
        return float(text)
    except ValueError:
        return text


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
    from dpsim.experiments.arguments import check_workers, default_workers
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
