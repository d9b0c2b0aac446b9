"""What the commands share: options, the language, numbers as typed, printing, exit status."""

from __future__ import annotations

import os
import re
import sys
from typing import Annotated, Any

import typer

from dpsim.errors import InputError, RunError
from dpsim.language import LANGUAGES
from dpsim.params.wording import shown
from dpsim.report import helptext

SOME_FAILED, DIFFERS, STOPPED, UNREAD, TERMINATED = 3, 4, 130, 141, 143
"""Exit status of a batch with a failure, of a folder that differs when verified,
after Ctrl-C, where nobody reads the output any more, after SIGTERM."""


def given(context: typer.Context, param: typer.CallbackParam, value: Any) -> Any:
    """Refuse an option that is given empty."""
    if any(isinstance(text, str) and not text.strip() for text in ([value] if isinstance(value, str) else value or ())):
        raise InputError("cli.empty_option", given=param.opts[0], command=context.command_path)
    return value


Lang = Annotated[str | None, typer.Option("--lang", callback=given, help="语言 / language: zh, en")]
Store = Annotated[str | None, typer.Option("--store", callback=given, help=helptext.STORE)]
Scheduler = Annotated[str | None, typer.Option("--scheduler", callback=given, help="Dask 集群地址 / Dask cluster")]
Fork = Annotated[bool, typer.Option("--fork", help="改动之后另存一份 / keep anew beside runs from before an edit")]


def put(text: str) -> None:
    """Print on standard output; where nobody reads it any more, end without a word."""
    try:
        typer.echo(text)
    except BrokenPipeError:
        # What is still held back must not be tried again at the end of the process.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(UNREAD) from None
    except OSError as error:
        raise RunError("cli.no_output", why=error.strerror or str(error)) from None


def use(lang: str | None) -> None:
    """Put a language in force for this process and those it starts."""
    wanted = os.environ.get("DPSIM_LANG", "") if lang is None else lang
    if wanted and wanted not in LANGUAGES:
        message = "error.unknown_language" + ("_set" if lang is None else "")
        raise InputError(message, given=shown(wanted), allowed=", ".join(LANGUAGES))
    if lang:
        os.environ["DPSIM_LANG"] = lang


def whole(text: str) -> Any:
    """Return a whole number as one; any other text as it is, for the check of the numbers to refuse by name."""
    number = re.fullmatch("([+-]?)0*([0-9]+)", text)
    # No number is that long: its first hundred digits are refused as the whole would be.
    return int(number[1] + number[2][:100]) if number else text
