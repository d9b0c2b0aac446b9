"""A JupyterLab of the explorer and a real browser; both end by themselves."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

TOKEN = "only-for-this-test"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS, END_SECONDS, WAIT_MS = 120.0, 60.0, 120_000
READY = """async () => {
  const context = window.jupyterapp.shell.currentWidget.context.sessionContext;
  await context.ready;
  return context.session && context.session.kernel.status === 'idle';
}"""
NOTEBOOK_OPEN = "() => window.jupyterapp?.shell?.currentWidget?.context?.sessionContext !== undefined"
IS_LOCAL = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")


@dataclass
class Lab:
    """An open explorer: the page in the browser, the folder of the notebook, and what went wrong."""

    page: Page
    folder: Path
    errors: list[str] = field(default_factory=list)
    """Errors on the console and requests that left this machine."""


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
        command = [sys.executable, "-m", "dpsim.cli", "explore", "--no-browser", "--lang", lang]
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
        wait_for_server(port, servers[-1], tmp_path / "server.log")
        page = browser.new_page(viewport={"width": 1400, "height": 1500})
        pages.append(page)
        page.set_default_timeout(WAIT_MS)
        lab = Lab(page, folder)
        listen(lab)
        page.goto(f"http://127.0.0.1:{port}/lab/tree/explore-{lang}.ipynb?token={TOKEN}")
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


def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which nothing of the user's own Jupyter is read or written."""
    own = {
        name: folder / name.lower()
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    settings = folder / "settings"
    news = settings / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    news.parent.mkdir(parents=True)
    news.write_text(json.dumps({"fetchNews": "false"}), encoding="utf-8")
    config = {"ServerApp": {"allow_root": True}, "LabApp": {"expose_app_in_browser": True}}
    own["JUPYTER_CONFIG_DIR"].mkdir()
    (own["JUPYTER_CONFIG_DIR"] / "jupyter_server_config.json").write_text(json.dumps(config), encoding="utf-8")
    (own["JUPYTER_CONFIG_DIR"] / "jupyter_lab_config.json").write_text(json.dumps(config), encoding="utf-8")
    shown = {"JUPYTER_TOKEN": TOKEN, "JUPYTERLAB_SETTINGS_DIR": str(settings)}
    return {**os.environ, **{name: str(path) for name, path in own.items()}, **shown}


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_server(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers, or fail with what it said."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api?token={TOKEN}", timeout=5):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}")


def listen(lab: Lab) -> None:
    """Keep every error of the console, of a script, and every request to another machine."""

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            lab.errors.append(f"console: {message.text} ({message.location.get('url', '')})")

    lab.page.on("console", heard)
    lab.page.on("pageerror", lambda error: lab.errors.append(f"script: {error}"))
    lab.page.on(
        "request",
        lambda request: request.url.startswith(IS_LOCAL) or lab.errors.append(f"request: {request.url}"),
    )
