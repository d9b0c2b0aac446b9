"""Starting: the first call after installation, later ones, and `import dpsim`, each in a process of its own.

The first call compiles everything (an empty `NUMBA_CACHE_DIR`); a bureau's clerk sees the command line, so what is
started is `dpsim run` with one replication, and whether it says something meanwhile is looked at too. Later starts load
the compiled code from the cache: once as a library (load a case, run one replication), once as a command.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from common import Row, figure, median_seconds

LIBRARY = (
    "from dpsim import load_case, load_strategy, run_replication;"
    "run_replication(load_case('linyi-2018'), load_strategy('current_arrangement'), seed=1, replication=0)"
)
RUN = ("-m", "dpsim", "run", "linyi-2018", "--replications", "1", "--lang", "en")


def started(*arguments: str, folder: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python with some arguments to the end, its compiled code in `folder`."""
    place = {} if folder is None else {"NUMBA_CACHE_DIR": folder}
    command = [sys.executable, *arguments]
    return subprocess.run(command, env={**os.environ, **place}, check=True, capture_output=True, text=True)


def first_words(folder: str) -> tuple[float, float]:
    """Return how long the first command of all takes, and when it first says something."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *RUN],
        env={**os.environ, "NUMBA_CACHE_DIR": folder},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    process.stdout.read(1)
    said = time.perf_counter() - begin
    process.stdout.read()
    if process.wait() != 0:
        raise SystemExit("the first command failed")
    return time.perf_counter() - begin, said


def rows() -> list[Row]:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        whole, said = first_words(folder)
    started(*RUN)
    nothing = median_seconds(lambda _: started("-c", "pass"), 9)
    with_import = median_seconds(lambda _: started("-c", "import dpsim"), 9)
    library = median_seconds(lambda _: started("-c", LIBRARY), 5)
    libraries = median_seconds(lambda _: started("-c", "import numpy, numba, pandas, scipy.special"), 5)
    command = median_seconds(lambda _: started(*RUN), 5)
    return [
        figure("first_call", whole, "s", target="<=20"),
        figure("first_call:told_after", said, "s", target="<=2"),
        figure("later_start:library", library, "s", libraries, "<=1"),
        figure("later_start:command", command, "s", libraries, "<=1"),
        figure("import_dpsim", with_import - nothing, "s", target="<=0.3"),
        figure("import_dpsim:with_start_of_python", with_import, "s", nothing, "<=0.3"),
    ]
