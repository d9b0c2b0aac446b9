"""The command line: `dpsim cases | strategies | check | report | run`.

Exit status: 0 done, 1 not finished, 2 bad input, 130 stopped. Heavy libraries are imported inside the commands.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from dpsim.errors import DpsimError, InputError
from dpsim.language import LANGUAGES, catalogue, language_in_force, say
from dpsim.params.wording import shown, shown_name

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="双重预防体系：监管方案推演与年底预测 / Dual-prevention system: policy simulation and year-end forecast.",
)
Lang = Annotated[str, typer.Option("--lang", help="语言 / language: zh, en")]
STOPPED = 130
"""Exit status after Ctrl-C."""
RUN_COLUMNS = ("target", "deadline", "required", "replications", "met", "low", "high", "shortfall_median")
UsageError = cast("type[typer.BadParameter]", typer.BadParameter.__mro__[1])
"""The parser's own error: click's, or that of the copy of click inside newer typer."""


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
        named = [_instrument_name(settings.instrument) for settings in strategy.instruments]
        measures = say("cli.between").join(named) or "-"
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
    replications: Annotated[
        str, typer.Option("--replications", metavar="<int>", help="推演次数 / runs per strategy")
    ] = "200",
    seed: Annotated[str, typer.Option("--seed", metavar="<int>", help="随机种子 / seed")] = "1",
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
        replications=_whole(replications),
        seed=_whole(seed),
        lang=language_in_force(),
    )
    check_out(out)
    title = say("cli.report_title", case=getattr(request.case.name, request.lang))
    typer.echo(say("cli.report_running", case=request.case.id, n=request.replications), err=True)

    def tell(step: str) -> None:
        typer.echo(say(f"cli.report_step_{step}", strategies=len(request.strategies)), err=True)

    # A terminal has the bar; a file or the log of a service gets a line per step.
    bar = sys.stderr.isatty()
    finished = make_report(request, out, title=title, progress=bar, **({} if bar else {"tell": tell}))
    typer.echo(finished.headline.rstrip("\n"))
    typer.echo(say("cli.report_done", html=finished.html.as_posix(), folder=finished.folder.as_posix()))


@app.command()
def run(
    case: Annotated[str, typer.Argument(help="案例名或文件 / case name or file")],
    strategy: Annotated[str, typer.Option("--strategy", help="监管方案 / strategy")] = "",
    replications: Annotated[str, typer.Option("--replications", metavar="<int>", help="推演次数 / runs")] = "20",
    seed: Annotated[str, typer.Option("--seed", metavar="<int>", help="随机种子 / seed")] = "1",
    lang: Lang = "",
) -> None:
    """推演一个方案并打印各目标 / Run one strategy and print the targets."""
    import pandas as pd

    from dpsim.experiments.ensemble import run_ensemble
    from dpsim.params.load import load_case, load_strategy

    _use(lang)
    loaded = load_case(case)
    ensemble = run_ensemble(
        loaded,
        load_strategy(strategy or loaded.default_strategy),
        replications=_whole(replications),
        seed=_whole(seed),
        progress=sys.stderr.isatty(),
    )
    table = ensemble.targets[list(RUN_COLUMNS)]
    with pd.option_context("display.unicode.east_asian_width", True):
        typer.echo(table.to_string(index=False, header=[say(f"cli.column_{name}") for name in RUN_COLUMNS]))


def _use(lang: str) -> None:
    """Put a language in force for this process and those it starts."""
    if lang:
        if lang not in LANGUAGES:
            raise InputError("error.unknown_language", given=repr(lang)[:80], allowed=", ".join(LANGUAGES))
        os.environ["DPSIM_LANG"] = lang


def _whole(text: str) -> Any:
    """Return a whole number as one; any other text as it is, for the check of the numbers to refuse by name."""
    return int(text) if re.fullmatch("[+-]?[0-9]{1,20}", text) else text


def _instrument_name(instrument: str) -> str:
    """Return what an instrument is called; its own word if it has no name yet."""
    return catalogue(language_in_force()).get(f"cli.instrument.{instrument}", instrument)


def _use_given(arguments: list[str]) -> None:
    """Put a language named anywhere in the arguments in force, also for what the parser has to say."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    for k, option in enumerate(options):
        name, _, value = option.partition("=")
        lang = value or "".join(options[k + 1 : k + 2])
        if name == "--lang" and lang in LANGUAGES:
            os.environ["DPSIM_LANG"] = lang


def _usage_text(error: Any, arguments: list[str]) -> str:
    """Return what the parser found wrong in the language in force."""
    context: Any = getattr(error, "ctx", None)
    command = context.command_path if context else " ".join(["dpsim", *arguments[: arguments[0][:1] != "-"]])
    match type(error).__name__:
        case "MissingParameter" if error.param:
            return say("cli.missing_argument", name=error.param.name, command=command)
        case "NoSuchOption":
            known = [name for option in context.command.params for name in option.opts if name[:2] == "--"]
            allowed = ", ".join([*known, "--help"])
            return say("cli.no_option", given=shown_name(error.option_name), allowed=allowed, command=command)
        case "BadOptionUsage":
            kind = "with" if "not take" in error.message else "without"
            return say(f"cli.option_{kind}_value", given=shown_name(error.option_name), command=command)
    if context and context.parent is None and arguments:
        given = next((argument for argument in arguments if argument[:1] != "-"), arguments[0])
        return say("cli.no_command", given=shown(given), allowed=", ".join(context.command.commands))
    extra = re.search(r"\s\((.*)\)", error.message, re.DOTALL)
    if extra:
        return say("cli.extra_argument", given=shown(extra[1]), command=command)
    return say("cli.usage", given=shown_name(error.format_message(), 200), command=command)


def _as_typed(name: str | bytes) -> str:
    """Return a path as the user knows it: from the current folder where it lies below, never a temporary one."""
    path = Path(os.fsdecode(name))
    for folder in (path, *path.parents):
        if folder.name.startswith(".making-"):
            path = folder.parent
    with suppress(ValueError, OSError):
        path = path.relative_to(Path.cwd())
    return shown_name(path, 200)


def main() -> None:
    """Run the command line: errors of the input end with status 2 and one clear message, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    arguments = sys.argv[1:]
    _use_given(arguments)
    try:
        status = app(prog_name="dpsim", standalone_mode=False)
    except UsageError as error:
        if arguments:  # without any, the help has been shown
            typer.echo(_usage_text(error, arguments), err=True)
        raise SystemExit(2) from None
    except DpsimError as error:
        typer.echo(error.text(), err=True)
        raise SystemExit(2 if isinstance(error, InputError) else 1) from None
    except (KeyboardInterrupt, typer.Abort):
        status = STOPPED
    except OSError as error:
        where = _as_typed(error.filename) if isinstance(error.filename, str | bytes) else "--out"
        typer.echo(say("cli.no_access", where=where, why=error.strerror or str(error)), err=True)
        raise SystemExit(1 if error.errno == errno.ENOSPC else 2) from None
    if status == STOPPED:
        typer.echo(say("cli.stopped"), err=True)
    raise SystemExit(status or 0)


if __name__ == "__main__":
    main()
