"""Commands about one single run: `dpsim trace | ledgers`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dpsim.cli_options import Lang, given, put, use, whole
from dpsim.language import say
from dpsim.params.wording import shown_name
from dpsim.report import helptext
from dpsim.report.telling import tell_compiling

Case = Annotated[str, typer.Argument(help="案例名或文件 / case name or file")]
Strategy = Annotated[str | None, typer.Option("--strategy", callback=given, help=helptext.STRATEGY)]
Seed = Annotated[str, typer.Option("--seed", callback=given, metavar="<int>", help="随机种子 / seed")]
Replication = Annotated[
    str, typer.Option("--replication", callback=given, metavar="<int>", help="第几次推演 / which run")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (trace, ledgers):
        app.command()(command)


def trace(
    case: Case,
    of: Annotated[str, typer.Option("--of", callback=given, help=helptext.TRACED)],
    strategy: Strategy = None,
    against: Annotated[str | None, typer.Option("--against", callback=given, help=helptext.AGAINST)] = None,
    seed: Seed = "1",
    replication: Replication = "0",
    out: Annotated[str | None, typer.Option("--out", callback=given, help=helptext.TRACE_FILE)] = None,
    lang: Lang = None,
) -> None:
    """一家企业、一个机构或一项隐患的经过和每件事的依据 / What happened to one enterprise, organisation or hazard."""
    use(lang)
    from dpsim.core.streams import check_word
    from dpsim.report.traced import check_file, make_trace, save_trace, trace_text

    file = None if out is None else check_file(out)
    numbers = {"seed": check_word("seed", whole(seed)), "replication": check_word("replication", whole(replication))}
    tell_compiling()
    told = make_trace(case, of=of, strategy=strategy, against=against, **numbers)
    if file is not None:  # before anything is printed: whoever reads it may go away
        save_trace(told, file)
    put(trace_text(told))
    if file is not None:
        typer.echo(say("trace.saved", file=shown_name(file, 200)), err=True)


def ledgers(
    case: Case,
    out: Annotated[str, typer.Option("--out", callback=given, help="台账文件夹 / folder for the ledgers")],
    strategy: Strategy = None,
    date: Annotated[str | None, typer.Option("--date", callback=given, help=helptext.LEDGER_DATE)] = None,
    kind: Annotated[str, typer.Option("--format", callback=given, help="xlsx, csv")] = "xlsx",
    seed: Seed = "1",
    replication: Replication = "0",
    lang: Lang = None,
) -> None:
    """写出一次推演的企业台账和隐患台账 / Write the enterprise and hazard ledgers of one run."""
    use(lang)
    from dpsim.core.streams import check_word
    from dpsim.report.job import check_out
    from dpsim.report.ledger_files import FILES, RECORD, check_format, make_ledgers, save_ledgers, too_large
    from dpsim.report.made_files import check_replaced

    check_format(kind)
    numbers = {"seed": check_word("seed", whole(seed)), "replication": check_word("replication", whole(replication))}
    check_out(Path(out))
    check_replaced(Path(out), FILES, record=RECORD)
    tell_compiling()
    made = make_ledgers(case, strategy=strategy, date=date, **numbers)
    files = save_ledgers(made, Path(out), kind)
    put(say("ledgers.written", files=say("cli.between").join(shown_name(file, 200) for file in files)))
    for name in too_large(made, files):
        typer.echo(say("ledgers.too_large", file=name), err=True)
