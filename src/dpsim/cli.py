"""The command line: `dpsim cases | strategies | check | report | run`.

Exit status: 0 done, 2 bad input. Heavy libraries are imported inside the commands.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from dpsim.errors import DpsimError, InputError
from dpsim.language import LANGUAGES, language_in_force, say

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="双重预防体系：监管方案推演与年底预测 / Dual-prevention system: policy simulation and year-end forecast.",
)
Lang = Annotated[str, typer.Option("--lang", help="语言 / language: zh, en")]


@app.command()
def cases(lang: Lang = "") -> None:
    """列出案例 / List the cases."""
    from dpsim.params.load import list_cases, load_case

    _use(lang)
    for name in list_cases():
        case = load_case(name)
        typer.echo(f"{name}\t{getattr(case.name, language_in_force())}\t{case.as_of.isoformat()}")


@app.command()
def strategies(lang: Lang = "") -> None:
    """列出监管方案 / List the strategies."""
    from dpsim.params.load import list_strategies, load_strategy

    _use(lang)
    for name in list_strategies():
        strategy = load_strategy(name)
        measures = ", ".join(settings.instrument for settings in strategy.instruments) or "-"
        typer.echo(f"{name}\t{getattr(strategy.name, language_in_force())}\t{measures}")


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="案例或方案文件 / case or strategy files")], lang: Lang = ""
) -> None:
    """检查案例或方案文件，一次列出全部错误 / Check case or strategy files: all faults at once."""
    from dpsim.params.load import check_file

    _use(lang)
    wrong = 0
    for file in files:
        try:
            check_file(file)
            typer.echo(say("cli.file_good", file=str(file)))
        except InputError as error:
            wrong += 1
            typer.echo(error.text(), err=True)
    if wrong:
        raise typer.Exit(2)


@app.command()
def report(
    case: Annotated[str, typer.Argument(help="案例名或文件 / case name or file")],
    as_of: Annotated[str, typer.Option("--as-of", help="数据截止日 / as-of date, 2018-09-10")] = "",
    strategy: Annotated[
        list[str] | None, typer.Option("--strategy", help="监管方案，可重复 / strategy, repeatable")
    ] = None,
    replications: Annotated[int, typer.Option("--replications", help="推演次数 / runs per strategy")] = 200,
    seed: Annotated[int, typer.Option("--seed", help="随机种子 / seed")] = 1,
    lang: Lang = "",
    out: Annotated[Path, typer.Option("--out", help="报告文件夹 / folder for reports")] = Path("reports"),
) -> None:
    """年底推演报告 / The year-end report."""
    from dpsim.report.job import check_out, make_report
    from dpsim.report.yearend import check_request

    _use(lang)
    request = check_request(
        case=case,
        as_of=as_of or None,
        strategy=strategy or [],
        replications=replications,
        seed=seed,
        lang=language_in_force(),
    )
    check_out(out)
    title = say("cli.report_title", case=getattr(request.case.name, request.lang))
    typer.echo(say("cli.report_running", case=request.case.id, n=request.replications), err=True)
    finished = make_report(request, out, title=title, progress=sys.stderr.isatty())
    typer.echo((finished.folder / "headline.txt").read_text(encoding="utf-8").rstrip("\n"))
    typer.echo(say("cli.report_done", html=finished.html.as_posix(), folder=finished.folder.as_posix()))


@app.command()
def run(
    case: Annotated[str, typer.Argument(help="案例名或文件 / case name or file")],
    strategy: Annotated[str, typer.Option("--strategy", help="监管方案 / strategy")] = "",
    replications: Annotated[int, typer.Option("--replications", help="推演次数 / runs")] = 20,
    seed: Annotated[int, typer.Option("--seed", help="随机种子 / seed")] = 1,
    lang: Lang = "",
) -> None:
    """推演一个方案并打印各目标 / Run one strategy and print the targets."""
    from dpsim.experiments.ensemble import run_ensemble
    from dpsim.params.load import load_case, load_strategy

    _use(lang)
    loaded = load_case(case)
    ensemble = run_ensemble(
        loaded,
        load_strategy(strategy or loaded.default_strategy),
        replications=replications,
        seed=seed,
        progress=sys.stderr.isatty(),
    )
    columns = ["target", "deadline", "required", "replications", "met", "low", "high", "shortfall_median"]
    typer.echo(ensemble.targets[columns].to_string(index=False))


def _use(lang: str) -> None:
    """Put a language in force for this process and those it starts."""
    if lang:
        if lang not in LANGUAGES:
            raise InputError("error.unknown_language", given=repr(lang)[:80], allowed=", ".join(LANGUAGES))
        os.environ["DPSIM_LANG"] = lang


def main() -> None:
    """Run the command line: errors of the input end with status 2 and one clear message, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app()
    except DpsimError as error:
        typer.echo(error.text(), err=True)
        raise SystemExit(2 if isinstance(error, InputError) else 1) from None
    except KeyboardInterrupt:
        typer.echo(say("cli.stopped"), err=True)
        raise SystemExit(130) from None
    except OSError as error:
        where = Path(error.filename).name if isinstance(error.filename, str) else ""
        typer.echo(say("cli.no_access", where=where or "--out", why=error.strerror or str(error)), err=True)
        raise SystemExit(1 if error.errno == errno.ENOSPC else 2) from None


if __name__ == "__main__":
    main()
