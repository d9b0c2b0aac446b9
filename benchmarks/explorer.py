"""How long a planner waits in the browser: from the last change of a control to the first figure that is of it.

Measured inside the page, in a real Chromium over JupyterLab: the time begins at the event of the last change and ends
with the frame in which a new fan chart is loaded and no longer dimmed. Prints each move on standard error.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "browser"))

from browser_lab import chromium, drag, opened, put, watch_moves
from common import Row
from playwright.sync_api import Page, expect

TARGET = "<=1"
FIELDS = (
    ("工作调度会的间隔（天）", ("3", "10", "14", "5")),
    ("月通报的间隔（天）", ("14", "45", "30", "60")),
    ("工作调度会的间隔（天）", ("21", "28", "2", "7")),
)
THINK_SECONDS = 1.0
"""What a planner looks at a figure before the next move."""


def rows() -> list[Row]:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser, opened(browser, Path(folder), "zh") as lab:
        page = lab.page
        page.get_by_role("button", name="推演", exact=True).click()
        expect(page.locator(".dpsim-banner div[role]")).to_contain_text("一致")
        watch_moves(page)
        times = [_move(page, k) for k in range(20)]
        dragged = _dragged(page)
        cancelled = _cancelled(page)
    sys.stderr.write("moves (s): " + " ".join(f"{seconds:.2f}" for seconds in times) + "\n")
    return [
        Row("explorer_first_figure:median_of_20", f"{statistics.median(times):.3g}", "s", "", TARGET),
        Row("explorer_first_figure:slowest_of_20", f"{max(times):.3g}", "s", "", ""),
        Row("explorer_first_figure:slider_through_30", f"{dragged:.3g}", "s", "", TARGET),
        Row("explorer_cancel", f"{cancelled:.3g}", "s", "", TARGET),
    ]


def _move(page: Page, k: int) -> float:
    """Change one control, wait for the first figure and return the seconds between."""
    if k % 4 == 3:
        page.get_by_role("checkbox", name="年底攻坚", exact=True).click()
    else:
        label, values = FIELDS[k % 4]
        put(page, label, values[k // 4 % 4] if k < 16 else str(11 + k))
    seconds = _seconds(page)
    time.sleep(THINK_SECONDS)
    return seconds


def _dragged(page: Page) -> float:
    """Drag a slider through 30 values and return the seconds from the last to the first figure."""
    drag(page, "工作调度会的间隔（天）", 30)
    return _seconds(page)


def _cancelled(page: Page) -> float:
    """Begin anew, cancel, and return the seconds until the page says that nothing is under way."""
    put(page, "推演次数", "5000")
    _seconds(page)
    begin = time.perf_counter()
    page.get_by_role("button", name="停止", exact=True).click()
    page.get_by_text("已停止。").wait_for()
    return time.perf_counter() - begin


def _seconds(page: Page) -> float:
    """Return the seconds from the last change to the first figure of it."""
    page.wait_for_function("() => window.dpsimMoves.figure > window.dpsimMoves.change")
    return float(page.evaluate("() => (window.dpsimMoves.figure - window.dpsimMoves.change) / 1000"))


def main() -> None:
    """Measure and print."""
    sys.stdout.write("name,value,unit,floor,target\n")
    sys.stdout.writelines(",".join(row) + "\n" for row in rows())


if __name__ == "__main__":
    main()
