"""Remove from an executed notebook what belongs to the machine and the hour: two runs then compare equal."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from dpsim.report.documents import without_progress


def scrub_notebook(notebook: Any) -> Any:
    """Remove from an executed notebook what belongs to the machine and the hour, in place, and return it.

    Times, durations, absolute paths, process numbers, object addresses and progress bars go; cell ids are counted
    anew. Two runs with the same results then compare equal.
    """
    kept = notebook.metadata.get("papermill", {})
    for name in ("output_path", "start_time", "end_time", "duration"):
        kept.pop(name, None)
    if kept.get("input_path"):
        kept["input_path"] = Path(kept["input_path"]).name
    for number, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"cell-{number:03d}"
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            for output in cell.outputs:
                _scrub_output(output)
            cell.outputs = [output for output in cell.outputs if output.get("text") != ""]
    return notebook


def _scrub_output(output: Any) -> None:
    """Clean one output of a cell."""
    output.get("metadata", {}).pop("execution", None)
    if output.output_type == "stream":
        kept = without_progress(output.text)
        output.text = _scrub_text(kept) if kept.strip() else ""  # a progress bar may leave the end of its line
    if output.output_type == "error":
        output.evalue = _scrub_text(output.evalue)
        output.traceback = [_scrub_text(line) for line in output.traceback]
    for mime, content in output.get("data", {}).items():
        if mime == "image/svg+xml":
            output.data[mime] = re.sub(r"<dc:date>[^<]*</dc:date>", "", content)
        elif mime.startswith("text/"):
            output.data[mime] = _scrub_text(content)


def _scrub_text(text: str) -> str:
    """Replace folders of this machine, the kernel's process number and object addresses."""
    if "ipykernel_" in text:  # the pattern is slow on a text that embeds pictures
        text = re.sub(r"[^\s'\"]*ipykernel_\d+[/\\]\d+\.py", "<cell>", text)
    text = re.sub(r" at 0x[0-9a-fA-F]{6,}", " at 0x...", text)
    package, home = str(Path(__file__).parents[1]), str(Path.home())
    for folder, name in ((package, "<dpsim>"), (sys.prefix, "<python>"), (sys.base_prefix, "<python>"), (home, "~")):
        if len(folder) > 1 and folder in text:  # the start of a word, or the end of a colour code
            text = re.sub(rf"(?:(?<![\w./~-])|(?<=\dm)){re.escape(folder)}(?=[/\\])", name, text)
    return text
