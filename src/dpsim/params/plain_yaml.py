"""Plain content as YAML: what a run or an export keeps of its inputs."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any


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
