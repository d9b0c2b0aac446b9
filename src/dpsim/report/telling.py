"""What a command says on standard error before it is silent for a while."""

from __future__ import annotations

import sys

from dpsim.language import say


def tell_compiling() -> None:
    """Say that the first run takes longer, where nothing is compiled yet; before anything that compiles is imported."""
    from dpsim.core.compiled import is_compiled

    if not is_compiled():
        print(say("cli.compiling"), file=sys.stderr, flush=True)
