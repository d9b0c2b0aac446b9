"""One report of a batch in a process of its own: `python -m dpsim.report.batch.child JOB`.

Its standard input is held open by the batch and never written to: when it closes, the batch is gone, however it
ended, and so is the report. The answer goes to standard output as JSON: null, or why it failed in every language.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from dpsim.errors import DpsimError, InputError, RunError, forget_interrupt
from dpsim.language import LANGUAGES

ENDED = 143
LONGEST = 500
"""Characters of an unforeseen error that are passed on."""


def main() -> None:
    """Make the report that the argument describes and answer."""
    try:
        _end_when_told()
        threading.Thread(target=_end_with_the_batch, daemon=True).start()
        with redirect_stdout(sys.stderr):
            reason = _attempt(json.loads(sys.argv[1]))
        sys.stdout.write(json.dumps(reason))
        sys.stdout.flush()
    except KeyboardInterrupt:
        forget_interrupt()
        raise SystemExit(ENDED) from None


def _attempt(wanted: dict[str, Any]) -> dict[str, str] | None:
    """Make the report; return None, or why it failed."""
    try:
        _make(**wanted)
    except DpsimError as error:
        return {lang: error.text(lang) for lang in LANGUAGES}
    except Exception as error:  # one report must not take the others along; it is listed
        broke = RunError("error.batch_job_broke", kind=type(error).__name__, text=str(error)[:LONGEST])
        return {lang: broke.text(lang) for lang in LANGUAGES}
    return None


def _make(*, place: str, out: str, **asked: Any) -> None:
    """Make the report, if it is still the one the batch has planned."""
    from dpsim.report.job import make_report, place_below
    from dpsim.report.sentences import document_title
    from dpsim.report.yearend import check_request

    request = check_request(as_of=None, **asked)
    if (place_below(request) / request.run_id()).as_posix() != place:
        raise InputError("error.batch_job_differs")
    lang = request.lang
    title = document_title(request.case, lang)
    make_report(request, Path(out), title=title, progress=False)


def _end_when_told() -> None:
    """Let the first SIGTERM stop the report as Ctrl-C does; what comes later must not stop the tidying."""

    def stop(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)


def _end_with_the_batch() -> None:
    """Wait until the batch is gone, then stop."""
    while os.read(0, 1):
        pass
    if os.name == "posix":
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
    else:
        os._exit(ENDED)


if __name__ == "__main__":
    main()
