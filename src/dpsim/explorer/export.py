"""A scenario as files that anybody can run again: case, strategy, parameters, and the commands that take them.

The folder holds all it needs, with relative names only: it can be moved, sent and run elsewhere.
"""

from __future__ import annotations

import datetime as dt
import io
import shlex
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from dpsim.errors import InputError, RunError
from dpsim.experiments.runrecord import input_hash
from dpsim.explorer.scenario import Built, Scenario
from dpsim.params.load import load_case, load_strategy
from dpsim.params.locate import notebooks_folder
from dpsim.params.schema import File
from dpsim.params.wording import shown_name
from dpsim.report.documents import write_atomically

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
    """

    folder: Path
    papermill: str
    run: str


def export(scenario: Scenario, out: Path, lang: str) -> Export:
    """Write a scenario into a folder of its own below `out`; the same scenario into the same folder.

    What somebody has changed there since stays: then the folder is a new one with a number.

    Parameters
    ----------
    scenario : Scenario
    out : pathlib.Path
    lang : {"zh", "en"}
        Language of the notebook that is run again.

    Raises
    ------
    InputError
        The scenario cannot be run, or nothing can be written in `out`.
    RunError
        A file that was written does not give the same case or strategy again.
    """
    built = scenario.built()
    values = parameters(scenario, built, lang)
    identity = {**values, "case": built.case.digest, "strategy": built.strategy.digest}
    files = {
        CASE: yaml_text(built.case.content()).encode("utf-8"),
        STRATEGY: yaml_text(built.strategy.content()).encode("utf-8"),
        PARAMETERS: yaml_text(values).encode("utf-8"),
        NOTEBOOK: (notebooks_folder() / NOTEBOOK).read_bytes(),
    }
    try:
        folder = _place(out, f"{built.case.id}_{built.strategy.id}_{input_hash(identity)}", files)
        for name, content in files.items():
            write_atomically(folder / name, content)
    except OSError as error:
        raise InputError("cli.no_access", where=shown_name(out, 200), why=error.strerror or str(error)) from None
    for name, file, load in ((CASE, built.case, load_case), (STRATEGY, built.strategy, load_strategy)):
        again: File = load(folder / name)
        if again.digest != file.digest:
            raise RunError("explorer.error.not_the_same", file=name)
    return Export(folder, *commands(scenario, lang))


def _place(out: Path, name: str, files: dict[str, bytes]) -> Path:
    """Return the folder for an export, made if need be: the first that holds nothing else under these names."""
    for number in count(1):
        folder = out / (name if number == 1 else f"{name}-{number}")
        if folder.exists() and not folder.is_dir():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        there = [folder / file for file in files if (folder / file).exists()]
        if all(file.is_file() and file.read_bytes() == files[file.name] for file in there):
            return folder
    raise AssertionError("numbers do not end")


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


def yaml_text(content: Any) -> str:
    """Return plain content as YAML that the reader of parameter files takes back unchanged."""
    from ruamel.yaml import YAML

    writer, text = YAML(typ="safe", pure=True), io.StringIO()
    writer.allow_unicode, writer.default_flow_style, writer.width = True, False, 4096
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.representer.ignore_aliases = lambda _: True  # the reader refuses anchors
    writer.dump(_plain(content), text)
    return text.getvalue()


def _plain(entry: Any) -> Any:
    """Return an entry with lists for tuples."""
    if isinstance(entry, dict):
        return {key: _plain(item) for key, item in entry.items()}
    if isinstance(entry, list | tuple):
        return [_plain(item) for item in entry]
    return entry if not isinstance(entry, dt.datetime) else entry.date()
