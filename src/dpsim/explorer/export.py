"""A scenario as files that anybody can run again: case, strategy, parameters, and the commands that take them.

The folder holds all it needs, with relative names only: it can be moved, sent and run elsewhere.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from dpsim.errors import RunError
from dpsim.experiments.runrecord import input_hash
from dpsim.explorer.scenario import Built, Scenario
from dpsim.params.load import load_case, load_strategy
from dpsim.params.locate import notebooks_folder
from dpsim.params.plain_yaml import yaml_text
from dpsim.params.schema import File
from dpsim.report.job import check_out
from dpsim.report.writing import write_atomically

NOTEBOOK = "year_end_projection.ipynb"
CASE, STRATEGY, PARAMETERS = "case.yaml", "strategy.yaml", "parameters.yaml"
RESULT, TABLES = "result.ipynb", "result"


@dataclass(frozen=True)
class Export:
    """What was written, and how to run it again.

    Attributes
    ----------
    folder : pathlib.Path
    papermill, run : str
        Command lines for a shell in that folder.
    kept : pathlib.Path, optional
        The folder of the same scenario that was left alone: files in it are no longer as they were exported.
    """

    folder: Path
    papermill: str
    run: str
    kept: Path | None = None


def export(scenario: Scenario, out: Path, lang: str) -> Export:
    """Write a scenario into a folder of its own below `out`; the same scenario into the same folder.

    A folder in which one of the files has been changed is left alone: a new one with a number is made beside it.

    Parameters
    ----------
    scenario : Scenario
    out : pathlib.Path
    lang : {"zh", "en"}
        Language of the notebook that is run again.

    Raises
    ------
    InputError
        The scenario cannot be run, or the place cannot be written.
    RunError
        A file that was written does not give the same case or strategy again.
    """
    built = scenario.built()
    values = parameters(scenario, built, lang)
    identity = {**values, "case": built.case.digest, "strategy": built.strategy.digest}
    usual = out / f"{built.case.id}_{built.strategy.id}_{input_hash(identity)}"
    check_out(usual, option="out")
    files = {
        CASE: yaml_text(built.case.content()).encode("utf-8"),
        STRATEGY: yaml_text(built.strategy.content()).encode("utf-8"),
        PARAMETERS: yaml_text(values).encode("utf-8"),
        NOTEBOOK: (notebooks_folder() / NOTEBOOK).read_bytes(),
    }
    folder = _untouched(usual, files)
    for name, content in files.items():
        if not (folder / name).exists():
            write_atomically(folder / name, content)
    for name, file, load in ((CASE, built.case, load_case), (STRATEGY, built.strategy, load_strategy)):
        again: File = load(folder / name)
        if again.digest != file.digest:
            raise RunError("explorer.error.not_the_same", file=name)
    return Export(folder, *commands(scenario, lang), kept=None if folder == usual else usual)


def _untouched(usual: Path, files: Mapping[str, bytes]) -> Path:
    """Return the first of the folders of a scenario in which no file differs from what is to be written."""
    numbered = (usual.with_name(f"{usual.name}-{k}") for k in count(2))
    return next(folder for folder in chain([usual], numbered) if _takes(folder, files))


def _takes(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Tell whether files can be written into a folder without changing one that is there."""
    if not folder.is_dir():
        return not folder.exists()
    there = {folder / name: content for name, content in files.items() if (folder / name).exists()}
    return all(file.is_file() and file.read_bytes() == content for file, content in there.items())


def parameters(scenario: Scenario, built: Built, lang: str) -> dict[str, object]:
    """Return the parameters of the notebook."""
    return {
        "case": CASE,
        "as_of": built.case.as_of.isoformat(),
        "strategy": STRATEGY,
        "replications": scenario.replications,
        "seed": scenario.seed,
        "lang": lang,
        "out": TABLES,
    }


def commands(scenario: Scenario, lang: str) -> tuple[str, str]:
    """Return the command lines of papermill and of `dpsim run`."""
    numbers = ["--replications", str(scenario.replications), "--seed", str(scenario.seed), "--lang", lang]
    return (
        shlex.join(["papermill", NOTEBOOK, RESULT, "-f", PARAMETERS]),
        shlex.join(["dpsim", "run", CASE, "--strategy", STRATEGY, *numbers]),
    )
