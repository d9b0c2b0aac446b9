"""A JupyterLab of the explorer and a real browser; both end by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from browser_lab import Lab, chromium, opened
from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; without one the tests fail, they are never passed over."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def open_lab(browser: Browser, tmp_path: Path) -> Iterator[Callable[[str], Lab]]:
    """Start `dpsim explore` in a folder of its own, open its notebook and run all cells."""
    with ExitStack() as labs:
        yield lambda lang: labs.enter_context(opened(browser, tmp_path, lang))
