"""What the tests in a browser share: the command's environment, its start, and an ear for errors."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page

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
