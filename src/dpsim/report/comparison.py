"""Strategies compared: the request checked and run, for the command line and a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dpsim.decide.compare import compare
from dpsim.errors import InputError
from dpsim.experiments.arguments import check_as_of
from dpsim.language import LANGUAGES
from dpsim.params.load import load_case, load_strategy
from dpsim.report.compared import FILES, RUN, ComparisonLetter
from dpsim.report.job import check_out
from dpsim.report.made_files import check_replaced
from dpsim.report.typed import typed_parameter


def comparison_letter(
    *,
    case: str,
    strategies: str | Sequence[str],
    reference: str = "",
    as_of: object = None,
    replications: object = 50,
    seed: object = 1,
    lang: object = "zh",
    out: str = "",
    progress: bool = True,
    store: str | None = None,
    fork: bool = False,
    scheduler: str | None = None,
) -> ComparisonLetter:
    """Check the request, run it and return the letter.

    Parameters
    ----------
    case : str
        Name or file.
    strategies : str or sequence of str
        Names or files; in one text separated by commas.
    reference : str
        Name or file; empty for the arrangement in force.
    as_of, replications, seed, lang
        As in the year-end report.
    out : str
        Folder for figure, table and `run.json`; nothing is written when empty.
    progress : bool
        Show progress on standard error.
    store : str, optional
        Folder that keeps the runs.
    fork : bool
        Keep them beside those from before an edit.
    scheduler : str, optional
        Address of a Dask cluster that makes the runs.

    Raises
    ------
    InputError
        The request cannot be met: said before anything is run.
    """
    if lang not in LANGUAGES:
        raise InputError("error.unknown_language", given=repr(lang)[:80], allowed=", ".join(LANGUAGES))
    given = typed_parameter("strategies", strategies, str).split(",") if isinstance(strategies, str) else strategies
    loaded = load_case(typed_parameter("case", case, str))
    check_as_of(loaded, as_of or None)
    folder = Path(out) if typed_parameter("out", out, str) else None
    if folder is not None:
        check_out(folder, option="out")
        check_ours(folder, option="out")
    base = load_strategy(typed_parameter("reference", reference, str) or loaded.default_strategy)
    chosen = [load_strategy(name.strip()) for name in given if name.strip()]
    runs = typed_parameter("replications", replications, int)
    number = typed_parameter("seed", seed, int)
    result = compare(
        loaded,
        chosen,
        replications=runs,
        seed=number,
        reference=base,
        progress=progress,
        store=store,
        fork=fork,
        scheduler=scheduler,
    )
    named = {strategy.id: strategy for strategy in (base, *chosen)}
    return ComparisonLetter(loaded, named, result, number, str(lang), folder)


def check_ours(folder: Path, *, option: str = "--out") -> None:
    """Refuse a folder in which a file is in the way that no comparison has written."""
    check_replaced(folder, FILES, record=RUN, option=option)
