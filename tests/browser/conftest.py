"""A JupyterLab of the explorer and a real browser; both end by themselves."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser_lab import (
    ARGUMENTS,
    BROWSERS,
    END_SECONDS,
    NOTEBOOK_OPEN,
    READY,
    WAIT_MS,
    Lab,
    as_root,
    environment,
    free_port,
    listen,
    wait_for_server,
)
from playwright.sync_api import Browser, Page, expect, sync_playwright


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; without one the tests fail, they are never passed over."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail(f"no browser: none of {', '.join(BROWSERS)} is installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        expect.set_options(timeout=WAIT_MS)
        yield browser
        browser.close()


@pytest.fixture
def open_lab(browser: Browser, tmp_path: Path) -> Iterator[Callable[[str], Lab]]:
    """Start `dpsim explore` in a folder of its own, open its notebook and run all cells."""
    servers: list[subprocess.Popen[bytes]] = []
    pages: list[Page] = []

    def start(lang: str) -> Lab:
        port, folder = free_port(), tmp_path / "explorations"
        command = [sys.executable, "-m", "dpsim.cli", "explore", "--no-browser", "--lang", lang, *as_root()]
        with (tmp_path / "server.log").open("wb") as log:
            servers.append(
                subprocess.Popen(
                    [*command, "--port", str(port), "--out", str(folder)],
                    env=environment(tmp_path),
                    cwd=tmp_path,
                    stdout=log,
                    stderr=log,
                )
            )
        address = wait_for_server(port, servers[-1], tmp_path / "server.log")
        page = browser.new_page(viewport={"width": 1400, "height": 1500})
        pages.append(page)
        page.set_default_timeout(WAIT_MS)
        lab = Lab(page, folder)
        listen(lab)
        assert f"/explore-{lang}.ipynb" in address, "the address that is printed leads elsewhere"
        page.goto(address)
        page.wait_for_function(NOTEBOOK_OPEN)
        page.wait_for_function(READY)
        page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
        page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        page.locator(".dpsim-explorer").wait_for()
        return lab

    yield start
    for page in pages:
        page.close()
    for server in servers:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
