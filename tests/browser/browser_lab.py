"""What the tests in a browser share: the command's environment, its start, and an ear for errors."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, TimeoutError, expect, sync_playwright

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


EXECUTE = """async code => {
  const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
  const said = [], call = kernel.requestExecute({code, store_history: false});
  call.onIOPub = message => said.push(message.content.text ?? message.content.evalue ?? '');
  await call.done;
  return said.join('');
}"""
WATCH = """() => {
  const moves = window.dpsimMoves = {change: 0, figure: 0, dimmed: true, seen: ''};
  const fan = () => document.querySelector('.dpsim-results section[data-part=fan] img');
  const changed = () => { moves.change = performance.now(); moves.dimmed = false; moves.seen = fan()?.src ?? ''; };
  document.addEventListener('change', changed, true);
  document.addEventListener('pointermove', event => event.buttons && changed(), true);
  const look = () => {
    const picture = fan(), dimmed = document.querySelector('.dpsim-results.dpsim-stale') !== null;
    moves.dimmed ||= dimmed;
    if (moves.figure <= moves.change && moves.dimmed && !dimmed && picture?.complete && picture.src !== moves.seen)
      moves.figure = performance.now();
    requestAnimationFrame(look);
  };
  look();
}"""
"""A figure counts once the page has dimmed the old results and shows another one that is not dimmed."""


@dataclass
class Lab:
    """An open explorer: the page in the browser, the folder of the notebook, and what went wrong."""

    page: Page
    folder: Path
    errors: list[str] = field(default_factory=list)
    """Errors on the console and requests that left this machine."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium; fail where there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail(f"no browser: none of {', '.join(BROWSERS)} is installed (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        expect.set_options(timeout=WAIT_MS)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, folder: Path, lang: str) -> Iterator[Lab]:
    """Start `dpsim explore` in a folder, open its notebook and run all cells; end it all at the end."""
    port, own, log = free_port(), folder / "explorations", folder / "server.log"
    command = [sys.executable, "-m", "dpsim.cli", "explore", "--no-browser", "--lang", lang, *as_root()]
    with log.open("wb") as said:
        server = subprocess.Popen(
            [*command, "--port", str(port), "--out", str(own)],
            env=environment(folder),
            cwd=folder,
            stdout=said,
            stderr=said,
        )
    page: Page | None = None
    try:
        address = wait_for_server(port, server, log)
        page = browser.new_page(viewport={"width": 1400, "height": 1500})
        page.set_default_timeout(WAIT_MS)
        lab = Lab(page, own)
        listen(lab)
        assert f"/explore-{lang}.ipynb" in address, "the address that is printed leads elsewhere"
        page.goto(address)
        page.wait_for_function(NOTEBOOK_OPEN)
        page.wait_for_function(READY)
        page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
        page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        page.locator(".dpsim-explorer").wait_for()
        yield lab
    finally:
        if page is not None:
            page.close()
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
    tracker = settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True)  # cells out of sight stay in the page, where the test looks for them
    tracker.write_text(json.dumps({"windowingMode": "none"}), encoding="utf-8")
    config = {"LabApp": {"expose_app_in_browser": True}}
    own["JUPYTER_CONFIG_DIR"].mkdir()
    (own["JUPYTER_CONFIG_DIR"] / "jupyter_lab_config.json").write_text(json.dumps(config), encoding="utf-8")
    shown = {"JUPYTER_TOKEN": TOKEN, "JUPYTERLAB_SETTINGS_DIR": str(settings)}
    return {**os.environ, **{name: str(path) for name, path in own.items()}, **shown}


def as_root() -> list[str]:
    """Return the option that root needs, for whom these tests may run, and nothing for anybody else."""
    return ["--allow-root"] if os.name == "posix" and os.geteuid() == 0 else []


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_server(port: int, server: subprocess.Popen[bytes], log: Path) -> str:
    """Wait until the server answers; return the address it prints, or fail with what it said."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api?token={TOKEN}", timeout=5):
                said = log.read_text(encoding="utf-8", errors="replace")
                if printed := re.search(rf"http://127\.0\.0\.1:{port}/\S+\?token=", said):
                    return printed[0] + TOKEN  # one that was given is not printed
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            pass
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


def put(page: Page, label: str, value: str) -> None:
    """Type a number and leave the field, as a user does."""
    field = page.get_by_label(label, exact=True)
    field.fill(value)
    field.press("Tab")


def open_tab(page: Page, name: str, label: str) -> None:
    """Open a tab and wait for a control on it; a click that meets the page while it is drawn anew is made again."""
    for _ in range(5):
        page.get_by_role("tab", name=name).click()
        with suppress(TimeoutError):
            page.get_by_label(label, exact=True).wait_for(timeout=WAIT_MS / 8)
            return
    pytest.fail(f"the tab {name} does not show {label}")


def drag(page: Page, label: str, values: int) -> None:
    """Drag the slider beside a field to its low end and from there in so many steps to its high end."""
    row = page.locator(".widget-hbox", has=page.get_by_label(label, exact=True)).last
    handle, base = row.locator(".noUi-handle"), row.locator(".noUi-base")
    handle.scroll_into_view_if_needed()
    grip, box = handle.bounding_box(), base.bounding_box()
    assert grip is not None and box is not None, f"no slider beside {label}"
    middle = grip["y"] + grip["height"] / 2
    page.mouse.move(grip["x"] + grip["width"] / 2, middle)
    page.mouse.down()
    for step in range(values + 1):
        page.mouse.move(box["x"] + box["width"] * step / values, middle)
    page.mouse.up()


def watch_moves(page: Page) -> None:
    """Have the page note when a control was last changed, and when the first figure of that change was there."""
    page.evaluate(WATCH)


def in_kernel(page: Page, code: str) -> str:
    """Run code in the kernel of the notebook and return what it prints."""
    return str(page.evaluate(EXECUTE, code))
