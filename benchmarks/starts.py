"""Starting: the first call after installation, later ones, and `import dpsim`, each in a process of its own.

The first call compiles everything (an empty `NUMBA_CACHE_DIR`); a bureau's clerk sees the command line, so what is
started is `dpsim run` with one replication, and whether it says something meanwhile is looked at too. Later starts load
the compiled code from the cache: once as a library (load a case, run one replication), once as a command.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from common import Row, figure, median_seconds

LIBRARY = (
    "from dpsim import load_case, load_strategy, run_replication;"
    "run_replication(load_case('linyi-2018'), load_strategy('current_arrangement'), seed=1, replication=0)"
)
FIRST = """
import json, runpy, sys, time
from numba.core import event

class Optimising(event.Listener):
    depth, begin, seconds = 0, 0.0, 0.0

    def on_start(self, _):
        self.depth += 1
        if self.depth == 1:
            self.begin = time.perf_counter()

    def on_end(self, _):
        self.depth -= 1
        if not self.depth:
            self.seconds += time.perf_counter() - self.begin

llvm = Optimising()
event.register("numba:llvm_lock", llvm)
sys.argv = ["dpsim", *sys.argv[1:]]
try:
    runpy.run_module("dpsim", run_name="__main__")
finally:
    sys.stderr.write(f"\\n{llvm.seconds}")
"""
"""Runs the command line and says at the end how long LLVM has worked."""
LATER = """
import json, time
begin = time.perf_counter()
import numpy, numba, pandas, scipy.special
libraries = time.perf_counter()
from dpsim import load_case, load_strategy, run_replication
case, strategy = load_case("linyi-2018"), load_strategy("current_arrangement")
import dpsim.experiments.replication
modules = time.perf_counter()
run_replication(case, strategy, seed=1, replication=0)
first = time.perf_counter()
run_replication(case, strategy, seed=1, replication=0)
again = time.perf_counter() - first
print(json.dumps({"libraries": libraries - begin, "modules_and_case": modules - libraries,
                  "compiled_code": first - modules - again, "replication": again}))
"""
RUN = ("-m", "dpsim", "run", "linyi-2018", "--replications", "1", "--lang", "en")


def started(*arguments: str, folder: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python with some arguments to the end, its compiled code in `folder`."""
    place = {} if folder is None else {"NUMBA_CACHE_DIR": folder}
    command = [sys.executable, *arguments]
    return subprocess.run(command, env={**os.environ, **place}, check=True, capture_output=True, text=True)


def first_words(folder: str) -> tuple[float, float, float]:
    """Return how long the first command of all takes, when it first says something, and how long LLVM works."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", FIRST, *RUN[2:]],
        env={**os.environ, "NUMBA_CACHE_DIR": folder},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    process.stderr.read(1)
    said = time.perf_counter() - begin
    rest = process.stderr.read()
    if process.wait() != 0:
        raise SystemExit("the first command failed")
    return time.perf_counter() - begin, said, float(rest.splitlines()[-1])


def later_parts() -> dict[str, float]:
    """Return the parts of a later start in Python, each the median of five."""
    found = [json.loads(started("-c", LATER).stdout) for _ in range(5)]
    return {part: statistics.median(one[part] for one in found) for part in found[0]}


def rows() -> list[Row]:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        whole, said, optimised = first_words(folder)
    started(*RUN)
    nothing = median_seconds(lambda _: started("-c", "pass"), 9)
    with_import = median_seconds(lambda _: started("-c", "import dpsim"), 9)
    library = median_seconds(lambda _: started("-c", LIBRARY), 5)
    libraries = median_seconds(lambda _: started("-c", "import numpy, numba, pandas, scipy.special"), 5)
    command = median_seconds(lambda _: started(*RUN), 5)
    return [
        figure("first_call", whole, "s", target="<=20"),
        figure("first_call:told_after", said, "s", target="<=2"),
        figure("part:machine_code:first_call", optimised, "s"),
        figure("part:all_else:first_call", whole - optimised, "s"),
        figure("later_start:library", library, "s", libraries, "<=1"),
        figure("later_start:command", command, "s", libraries, "<=1"),
        *(figure(f"part:{part}:later_start", spent, "s") for part, spent in later_parts().items()),
        figure("import_dpsim", with_import - nothing, "s", target="<=0.3"),
        figure("import_dpsim:with_start_of_python", with_import, "s", nothing, "<=0.3"),
    ]
