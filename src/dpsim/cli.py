"""The command line: cases, strategies, check, new-case, report, run, compare, batch, verify, explore; see `--help`.

Commands about histories and their forecasts: `dpsim.cli_forecasts`; about published figures: `dpsim.cli_published`;
about one single run: `dpsim.cli_runs`; what all commands share: `dpsim.cli_options`.

Exit status: 0 done, 1 not finished, 2 bad input, 3 some of a batch failed, 4 verified and found different,
130 stopped, 141 nobody reads the output, 143 told to end.
Heavy libraries are imported inside the commands.
"""

from __future__ import annotations

import atexit
import errno
import gc
import logging
import os
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, cast

import typer

from dpsim import cli_forecasts, cli_published, cli_runs
from dpsim.cli_options import (
    DIFFERS,
    SOME_FAILED,
    STOPPED,
    TERMINATED,
    Fork,
    Lang,
    Scheduler,
    Store,
    given,
    put,
    use,
    whole,
)
from dpsim.errors import DISK_FULL, DpsimError, InputError, RunError, forget_interrupt
from dpsim.language import LANGUAGES, language_in_force, say
from dpsim.params.wording import shown_name
from dpsim.report import helptext
from dpsim.report.telling import tell_compiling

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="双重预防体系：监管方案推演与年底预测 / Dual-prevention system: policy simulation and year-end forecast.",
)
DEFAULT_RUNS = "20"
OBJECTS_BETWEEN_SEARCHES = 50_000
"""Objects made before garbage is looked for (Python: 700): loading libraries makes half a million and no garbage."""
UsageError = cast("type[typer.BadParameter]", typer.BadParameter.__mro__[1])
"""The parser's own error: click's, or that of the copy of click inside newer typer."""


def _show_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        from dpsim.experiments.runrecord import DISTRIBUTION, library_version

        put(f"dpsim {library_version(DISTRIBUTION)}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="版本 / version")
    ] = False,
) -> None:
    """Take the options of the program itself."""


@app.command()
def cases(lang: Lang = None) -> None:
    """列出案例 / List the cases."""
    from dpsim.params.load import list_cases, load_case

    use(lang)
    for name in list_cases():
        case = load_case(name)
        put(f"{name}\t{getattr(case.name, language_in_force())}\t{case.as_of.isoformat()}")


@app.command()
def strategies(lang: Lang = None) -> None:
    """列出监管方案 / List the strategies."""
    from dpsim.params.labels import instrument_label
    from dpsim.params.load import list_strategies, load_strategy

    use(lang)
    for name in list_strategies():
        strategy = load_strategy(name)
        named = [instrument_label(settings.instrument) for settings in strategy.instruments]
        measures = say("cli.between").join(named) or "-"
        put(f"{name}\t{getattr(strategy.name, language_in_force())}\t{measures}")


@app.command()
def check(
    files: Annotated[list[str], typer.Argument(help="案例、方案或批次文件 / case, strategy or batch files")],
    lang: Lang = None,
) -> None:
    """检查案例、方案或批次文件，一次列出全部错误 / Check case, strategy or batch files: all faults at once."""
    from dpsim.params.load import check_file

    use(lang)
    wrong = 0
    for file in files:
        try:
            check_file(file)
            put(say("cli.file_good", file=file))
        except InputError as error:
            wrong += 1
            typer.echo(error.text(), err=True)
    if wrong:
        raise typer.Exit(2)


@app.command("new-case")
def new_case(
    table: Annotated[str, typer.Argument(help="各县区一览表 / table of counties: .xlsx .xls .ods .csv")],
    case: Annotated[str, typer.Option("--case", callback=given, help="新案例的编号 / id of the new case")],
    as_of: Annotated[str, typer.Option("--as-of", callback=given, help="数据截止日 / as-of date, like 2026-09-10")],
    horizon_end: Annotated[str | None, typer.Option("--horizon-end", callback=given, help=helptext.HORIZON_END)] = None,
    name_zh: Annotated[str | None, typer.Option("--name-zh", callback=given, help="中文名称 / Chinese name")] = None,
    name_en: Annotated[str | None, typer.Option("--name-en", callback=given, help="英文名称 / English name")] = None,
    like: Annotated[
        str, typer.Option("--like", callback=given, help="其余沿用哪个案例 / case to take the rest from")
    ] = "linyi-2018",
    sheet: Annotated[str | None, typer.Option("--sheet", callback=given, help="工作表 / sheet")] = None,
    out: Annotated[str | None, typer.Option("--out", callback=given, help=helptext.CASE_FILE)] = None,
    force: Annotated[bool, typer.Option("--force", help="覆盖已有文件 / replace a file that exists")] = False,
    lang: Lang = None,
) -> None:
    """由各县区一览表生成案例文件 / Make a case file from a table of counties and counts."""
    from dpsim.newcase.job import make_case
    from dpsim.newcase.telling import told

    use(lang)
    made = make_case(
        Path(table),
        case=case,
        as_of=as_of,
        horizon_end=horizon_end,
        name_zh=name_zh,
        name_en=name_en,
        like=like,
        sheet=sheet,
        out=Path(out) if out else None,
        force=force,
    )
    put(told(made))


@app.command()
def report(
    case: Annotated[str, typer.Argument(help="案例名或文件 / case name or file")],
    as_of: Annotated[str | None, typer.Option("--as-of", callback=given, help=helptext.AS_OF)] = None,
    strategy: Annotated[
        list[str] | None, typer.Option("--strategy", callback=given, help="监管方案，可重复 / strategy, repeatable")
    ] = None,
    replications: Annotated[
        str, typer.Option("--replications", callback=given, metavar="<int>", help="推演次数 / runs per strategy")
    ] = "200",
    seed: Annotated[str, typer.Option("--seed", callback=given, metavar="<int>", help="随机种子 / seed")] = "1",
    progress: Annotated[str | None, typer.Option("--progress", callback=given, help=helptext.PROGRESS)] = None,
    lang: Lang = None,
    out: Annotated[str, typer.Option("--out", callback=given, help="报告文件夹 / folder for reports")] = "reports",
) -> None:
    """年底推演报告 / The year-end report."""
    use(lang)
    tell_compiling()
    from dpsim.experiments.arguments import default_workers
    from dpsim.experiments.duration import expected_minutes
    from dpsim.report.job import check_out, make_report, place_below
    from dpsim.report.sentences import document_title
    from dpsim.report.yearend import check_request

    request = check_request(
        case=case,
        as_of=as_of,
        strategy=strategy or [],
        replications=whole(replications),
        seed=whole(seed),
        lang=language_in_force(),
        progress=progress,
    )
    check_out(Path(out), place_below(request))
    title = document_title(request.case, request.lang)
    minutes = expected_minutes(request.case, len(request.strategies) * request.replications, default_workers())
    typer.echo(say("cli.report_running", case=request.case.id, n=request.replications, minutes=minutes), err=True)

    def tell(step: str) -> None:
        typer.echo(say(f"cli.report_step_{step}", strategies=len(request.strategies)), err=True)

    # A terminal has the bar; a file or the log of a service gets a line per step.
    bar = sys.stderr.isatty()
    finished = make_report(request, Path(out), title=title, progress=bar, **({} if bar else {"tell": tell}))
    put(finished.headline.rstrip("\n"))
    put(say("cli.report_done", html=finished.html.as_posix(), folder=finished.folder.as_posix()))


@app.command()
def batch(
    file: Annotated[str, typer.Argument(help="批次名或文件 / batch name or file")],
    workers: Annotated[
        str | None,
        typer.Option("--workers", callback=given, metavar="<int>", help=helptext.WORKERS),
    ] = None,
    lang: Lang = None,
    out: Annotated[str, typer.Option("--out", callback=given, help="报告文件夹 / folder for reports")] = "reports",
) -> None:
    """批量报告，只补做缺少的 / Many reports; only what is missing is made."""
    use(lang)
    tell_compiling()
    from dpsim.experiments.arguments import check_workers, default_workers
    from dpsim.params.load import load_batch
    from dpsim.report.batch.plan import plan_jobs
    from dpsim.report.batch.run import outcome_text, prepare_batch, run_batch

    asked = default_workers() if workers is None else check_workers(whole(workers))
    loaded = load_batch(file)
    standings = prepare_batch(loaded, plan_jobs(loaded), Path(out))
    missing, there = len(standings.missing()), standings.count("there")
    at_once = max(1, min(asked, missing))
    typer.echo(
        say("batch.running", batch=loaded.id, jobs=missing + there, there=there, missing=missing, at_once=at_once),
        err=True,
    )

    def tell(line: str) -> None:
        typer.echo(line, err=True)

    try:
        run_batch(standings, at_once=at_once, progress=sys.stderr.isatty(), tell=tell)
    except KeyboardInterrupt:
        put(outcome_text(standings, "stopped"))
        raise SystemExit(STOPPED) from None
    put(outcome_text(standings, "summary"))
    if standings.count("failed"):
        raise typer.Exit(SOME_FAILED)


@app.command()
def run(
    case: Annotated[str, typer.Argument(help="案例名或文件 / case name or file")],
    strategy: Annotated[str | None, typer.Option("--strategy", callback=given, help=helptext.STRATEGY)] = None,
    replications: Annotated[
        str | None,
        typer.Option("--replications", callback=given, metavar="<int>", help="推演次数，缺省 20 / runs, otherwise 20"),
    ] = None,
    replication: Annotated[
        str | None,
        typer.Option("--replication", callback=given, metavar="<int>", help="只做这一次推演 / this one run only"),
    ] = None,
    seed: Annotated[str, typer.Option("--seed", callback=given, metavar="<int>", help="随机种子 / seed")] = "1",
    store: Store = None,
    fork: Fork = False,
    scheduler: Scheduler = None,
    lang: Lang = None,
) -> None:
    """推演一个方案并打印各目标 / Run one strategy and print the targets."""
    use(lang)
    tell_compiling()
    from dpsim.report.runs import many_runs, one_run

    if replication is not None:
        if replications is not None:
            raise InputError("cli.one_run_or_many")
        if store is not None or fork:
            raise InputError("cli.one_run_kept", given="--fork" if store is None else "--store")
        if scheduler is not None:
            raise InputError("cli.one_run_here")
        text, notes = one_run(case, strategy, seed=whole(seed), replication=whole(replication))
    else:
        bar = sys.stderr.isatty()
        numbers = {"replications": whole(replications or DEFAULT_RUNS), "seed": whole(seed)}
        text, notes = many_runs(case, strategy, **numbers, store=store, fork=fork, scheduler=scheduler, progress=bar)
    put(text)
    for note in notes:
        typer.echo(note, err=True)


@app.command()
def compare(
    case: Annotated[str, typer.Argument(help="案例名或文件 / case name or file")],
    strategy: Annotated[
        list[str] | None, typer.Option("--strategy", callback=given, help="监管方案，可重复 / strategy, repeatable")
    ] = None,
    reference: Annotated[str | None, typer.Option("--reference", callback=given, help=helptext.REFERENCE)] = None,
    replications: Annotated[
        str, typer.Option("--replications", callback=given, metavar="<int>", help="配对推演次数 / pairs of runs")
    ] = "50",
    seed: Annotated[str, typer.Option("--seed", callback=given, metavar="<int>", help="随机种子 / seed")] = "1",
    store: Store = None,
    fork: Fork = False,
    scheduler: Scheduler = None,
    lang: Lang = None,
    out: Annotated[str | None, typer.Option("--out", callback=given, help=helptext.FIGURES)] = None,
) -> None:
    """逐次配对比较监管方案 / Compare strategies, paired run by run."""
    use(lang)
    tell_compiling()
    from dpsim.core.streams import check_word
    from dpsim.experiments.arguments import check_replications
    from dpsim.report.comparison import check_ours, comparison_letter
    from dpsim.report.job import check_out

    if out is not None:
        check_out(Path(out))
        check_ours(Path(out))
    letter = comparison_letter(
        case=case,
        strategies=strategy or [],
        reference=reference or "",
        replications=check_replications(whole(replications)),
        seed=check_word("seed", whole(seed)),
        lang=language_in_force(),
        out=out or "",
        store=store,
        fork=fork,
        scheduler=scheduler,
        progress=sys.stderr.isatty(),
    )
    if out:  # before anything is printed: whoever reads it may go away
        letter.table()
        letter.figure()
    put(letter.text())
    for note in [*letter.notes(), *letter.saved(store)]:
        typer.echo(note, err=True)


@app.command()
def verify(
    folder: Annotated[str, typer.Argument(metavar="DIR", help=helptext.VERIFIED)],
    replications: Annotated[
        str, typer.Option("--replications", callback=given, metavar="<int>", help="重做几次推演 / runs made again")
    ] = "3",
    choice: Annotated[
        str | None,
        typer.Option("--seed-of-choice", callback=given, metavar="<int>", help="抽取用的种子 / seed of their choice"),
    ] = None,
    lang: Lang = None,
) -> None:
    """核对文件夹：文件、程序、输入，并重做几次推演 / Verify a folder: files, code, inputs, some runs again."""
    use(lang)
    if whole(replications) != 0:
        tell_compiling()
    from dpsim.report.verify.job import verify as verified

    seed = None if choice is None else whole(choice)
    outcome = verified(Path(folder), replications=whole(replications), choice=seed)
    put(outcome.text())
    if not outcome.well:
        raise typer.Exit(DIFFERS)


@app.command()
def explore(
    out: Annotated[
        str, typer.Option("--out", callback=given, help="笔记和导出所在的文件夹 / folder for notebook and exports")
    ] = "explorations",
    port: Annotated[str, typer.Option("--port", callback=given, metavar="<int>", help="端口 / port")] = "8888",
    browser: Annotated[bool, typer.Option(help="打开浏览器 / open a browser")] = True,
    allow_root: Annotated[bool, typer.Option("--allow-root", help="允许 root 用户启动 / let root start it")] = False,
    lang: Lang = None,
) -> None:
    """在 JupyterLab 里探索方案和假设 / Explore strategies and assumptions in JupyterLab."""
    from dpsim.report.lab import check_user, lab_command, own_copy, serve

    use(lang)
    check_user(allow_root=allow_root)
    notebook = own_copy("explore", Path(out), language_in_force())
    command = lab_command(notebook, port=whole(port), browser=browser, allow_root=allow_root)
    typer.echo(say("explorer.serving", notebook=notebook.as_posix(), name=notebook.name), err=True)
    try:
        status = serve(command, lang=language_in_force())
    except KeyboardInterrupt:
        typer.echo(say("explorer.ended"), err=True)
        raise SystemExit(STOPPED) from None
    if status:
        raise RunError("explorer.error.no_lab", why=say("explorer.see_above"))


for others in (cli_forecasts, cli_published, cli_runs):
    others.register(app)


def _use_given(arguments: list[str]) -> None:
    """Put a language named anywhere in the arguments in force, also for what the parser has to say."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    for k, option in enumerate(options):
        name, sign, value = option.partition("=")
        lang = value if sign else "".join(options[k + 1 : k + 2])
        if name == "--lang" and lang in LANGUAGES:
            os.environ["DPSIM_LANG"] = lang


def _as_typed(name: str | bytes) -> str:
    """Return a path as the user knows it: from the current folder where it lies below, never a temporary one."""
    path = Path(os.fsdecode(name))
    for folder in (path, *path.parents):
        if folder.name.startswith(".making-"):
            path = folder.parent
    with suppress(ValueError, OSError):
        path = path.relative_to(Path.cwd())
    return shown_name(path, 200)


@contextmanager
def _told_to_end() -> Iterator[list[int]]:
    """Let SIGTERM stop the program as Ctrl-C does, and list what came; Windows has no SIGTERM to wait for.

    What was given up half-way is not heard when it is cleared away: coroutines nobody waits for, half-made loops.
    """
    received: list[int] = []

    def stop(number: int, _: object) -> None:
        received.append(number)
        warnings.simplefilter("ignore")
        sys.unraisablehook = lambda _: None
        raise KeyboardInterrupt

    usual: dict[int, object] = {signal.SIGINT: signal.default_int_handler}
    if os.name == "posix":
        usual[signal.SIGTERM] = signal.SIG_DFL
    ours = {number: before for number, before in usual.items() if signal.getsignal(number) is before}
    heard = sys.unraisablehook
    with warnings.catch_warnings():
        for number in ours:
            signal.signal(number, stop)
        try:
            yield received
        finally:
            for number, before in ours.items():
                signal.signal(number, before)
            if received:
                gc.collect()
                forget_interrupt()
            sys.unraisablehook = heard


def main() -> None:
    """Run the command line; after SIGTERM the status says so, whatever could still be finished."""
    gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)
    atexit.register(gc.freeze)  # searching for garbage once more would take Python half a second at the end
    with _told_to_end() as received:
        try:
            _main(received)
        except SystemExit:
            if signal.SIGTERM in received:
                raise SystemExit(TERMINATED) from None
            raise


def _main(received: list[int]) -> None:
    """Run the command line: errors of the input end with status 2 and one clear message, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    arguments = sys.argv[1:]
    _use_given(arguments)
    try:
        status = helptext.in_both_languages(app)(prog_name="dpsim", standalone_mode=False)
    except UsageError as error:
        if arguments:  # without any, the help has been shown
            from dpsim.report.usage import usage_text

            typer.echo(usage_text(error, arguments), err=True)
        raise SystemExit(2) from None
    except DpsimError as error:
        typer.echo(error.text(), err=True)
        raise SystemExit(2 if isinstance(error, InputError) else 1) from None
    except (KeyboardInterrupt, typer.Abort):
        status = STOPPED
    except OSError as error:
        where = _as_typed(error.filename) if isinstance(error.filename, str | bytes) else "--out"
        why = error.strerror or str(error)
        shows_help, full = not error.filename and (not arguments or "--help" in arguments), error.errno in DISK_FULL
        message = "no_room" if full else "file_limit" if error.errno == errno.EFBIG else "no_access"
        text = say("cli.no_output", why=why) if shows_help else say(f"cli.{message}", where=where, why=why)
        typer.echo(text, err=True)
        raise SystemExit(1 if full else 2) from None
    if status == STOPPED:
        logging.disable()  # what was given up half-way complains when it is cleared away
        typer.echo(say("cli.terminated" if signal.SIGTERM in received else "cli.stopped"), err=True)
    raise SystemExit(status or 0)


if __name__ == "__main__":
    main()
