"""What the parser of the command line found wrong, in words."""

from __future__ import annotations

import re
from typing import Any

from dpsim.language import say
from dpsim.params.wording import shown, shown_name


def usage_text(error: Any, arguments: list[str]) -> str:
    """Return what the parser found wrong in the language in force."""
    context: Any = getattr(error, "ctx", None)
    command = context.command_path if context else " ".join(["dpsim", *arguments[: arguments[0][:1] != "-"]])
    match type(error).__name__:
        case "MissingParameter" if error.param:
            return say("cli.missing_argument", name=error.param.opts[0], command=command)
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
