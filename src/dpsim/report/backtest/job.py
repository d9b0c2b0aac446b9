"""The backtest from a folder of programmes to files and a letter."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from dpsim.core.streams import check_word
from dpsim.errors import InputError
from dpsim.experiments.runrecord import DISTRIBUTION, code_hash, library_version
from dpsim.experiments.sums import file_digest
from dpsim.forecast.backtest import MOST_UNITS, Backtest, run_backtest
from dpsim.forecast.learned import learn
from dpsim.forecast.methods import all_methods, is_available
from dpsim.forecast.methods.three_regimes import NAME as OURS
from dpsim.forecast.programme_files import PROGRESS, TARGETS, find_programmes
from dpsim.forecast.programmes import Block, load_blocks
from dpsim.forecast.settings import Settings, class_settings
from dpsim.params.forecast import CLASSES, UNSTATED, load_forecast_settings
from dpsim.params.locate import params_folder
from dpsim.params.quantity import Label
from dpsim.params.wording import nearest, shown, shown_name
from dpsim.report.backtest.letter import BacktestLetter
from dpsim.report.job import check_out
from dpsim.report.made_files import check_replaced, write_made

SCORES = ("programme", "months_before", "method", "cases", "brier", "crps", "cov50", "cov80", "cov90")
RUN = "run.json"
FILES = ("scores.csv", "programmes.csv", "overall.csv", "reliability.csv", "pit.csv", RUN)
FEWEST_DRAWS, MOST_DRAWS = 20, 20_000
INSTALL = '.venv/bin/python -m pip install -c constraints.txt -e ".[backtest]"'
LIBRARIES = ("numpy", "pandas", "scipy", "numba", "statsmodels")


def backtest_letter(
    data: Path,
    out: Path,
    *,
    methods: str | None,
    draws: Any,
    seed: Any,
    workers: int,
    tell: Callable[[int, int], None] | None = None,
) -> BacktestLetter:
    """Check the request, score all programmes, write the files and return the letter.

    Parameters
    ----------
    data, out : pathlib.Path
        Folder of programmes, folder of the results.
    methods : str, optional
        Names by commas, beside our own; all that can be used if not said.
    draws, seed
        Whole numbers, checked here.
    workers : int
    tell : callable, optional
        See `run_backtest`.

    Raises
    ------
    InputError
        A folder, a file, a name or a number is wrong.
    """
    number, count = check_word("seed", seed), check_draws(draws)
    chosen, absent = choose_methods(methods)
    folders = find_programmes(data)
    check_out(out)
    check_replaced(out, FILES, record=RUN)
    ground = read_ground(folders, data)
    blocks, classes, settings = ground.blocks, ground.classes, ground.settings
    result = run_backtest(blocks, classes, settings, chosen, seed=number, draws=count, workers=workers, tell=tell)
    learned = {name: learn(blocks, classes, name, settings).programmes for name in blocks}
    write_results(result, out, {**record(folders), "seed": number, "draws": count, "methods": list(chosen)})
    return BacktestLetter(result, classes, learned, ground.labels, ground.thinned, absent, ground.empty, count, number)


class Ground(NamedTuple):
    """What is scored, and what is known of it; `thinned` and `empty` as in the letter."""

    blocks: dict[str, list[Block]]
    classes: dict[str, str]
    settings: dict[str, Settings]
    labels: dict[str, Label]
    thinned: tuple[str, ...]
    empty: tuple[str, ...]


def read_ground(folders: list[Path], data: Path) -> Ground:
    """Return the programmes of some folders with their classes.

    Raises
    ------
    InputError
        A file is wrong, or nothing in them can be scored.
    """
    loaded = {folder.resolve().name: load_blocks(folder) for folder in folders}
    blocks = {name: found for name, found in loaded.items() if found}
    if not blocks:
        raise InputError("backtest.error.no_cases", folder=shown_name(data, 200))
    stated = load_forecast_settings()
    named = {one.programme: str(one.reference) for one in stated.programmes}
    return Ground(
        blocks=blocks,
        classes={name: named.get(name, UNSTATED) for name in blocks},
        settings={name: class_settings(stated, name) for name in CLASSES},
        labels={name: getattr(stated.classes, name).name for name in CLASSES},
        thinned=tuple(name for name in blocks if any(len(b.history.units) > MOST_UNITS for b in blocks[name])),
        empty=tuple(name for name, found in loaded.items() if not found),
    )


def check_draws(given: Any) -> int:
    """Return a number of draws, or raise InputError."""
    if isinstance(given, bool) or not isinstance(given, int) or not FEWEST_DRAWS <= given <= MOST_DRAWS:
        raise InputError("backtest.error.draws", given=shown(given), least=FEWEST_DRAWS, largest=MOST_DRAWS)
    return given


def choose_methods(given: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the methods to use, ours always among them, and those whose library is not installed.

    Raises
    ------
    InputError
        A name is unknown, or its library is not installed.
    """
    known = all_methods()
    absent = tuple(name for name, method in known.items() if not is_available(method))
    if given is None:
        return tuple(name for name in known if name not in absent), absent
    asked = [name.strip() for name in given.replace("，", ",").split(",") if name.strip()]
    for name in asked:
        if name not in known:
            near = ", ".join(nearest(name, known)) or "-"
            raise InputError("backtest.error.method", given=shown(name), allowed=", ".join(known), nearest=near)
        if name in absent:
            raise InputError("backtest.error.extra", method=name, library=known[name].NEEDS, install=INSTALL)
    return tuple(name for name in known if name in {*asked, OURS}), ()


def write_results(result: Backtest, out: Path, run: dict[str, object]) -> None:
    """Write the tables and the record, all or none."""
    tables = {
        "scores": result.scores()[list(SCORES)],
        "programmes": result.by_programme(),
        "overall": result.overall(),
        "reliability": result.reliabilities(),
        "pit": result.pit(),
    }
    texts = {f"{name}.csv": table.to_csv(index=False, lineterminator="\n", float_format="%.10g")
             for name, table in tables.items()}  # fmt: skip
    texts[RUN] = json.dumps(run, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    write_made(out, {name: text.encode("utf-8") for name, text in texts.items()})


def record(folders: list[Path]) -> dict[str, object]:
    """Return what the scores were made with and of."""
    inputs = {f"{folder.resolve().name}/{name}": file_digest(folder / name)
              for folder in folders for name in (PROGRESS, TARGETS)}  # fmt: skip
    return {
        "version": library_version(DISTRIBUTION),
        "code": code_hash(),
        "settings": file_digest(params_folder() / "forecast.yaml"),
        "libraries": {name: library_version(name) for name in LIBRARIES},
        "inputs": inputs,
    }
