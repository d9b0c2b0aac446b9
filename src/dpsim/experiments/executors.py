"""Chunks of runs over many workers: each gets its next chunk when its last one has been taken.

So whatever happens to this process, no more than one chunk of each worker is lost. A worker waits meanwhile, for the
time it takes to write a chunk.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, ThreadPoolExecutor, wait
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from dpsim.errors import RunError
from dpsim.experiments.identity import code_id

Chunk = TypeVar("Chunk")
Result = TypeVar("Result")
IDLE_SECONDS = 300
"""How long processes wait for the next call before they end."""
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")}
"""Set in each process: there are as many as are asked for, and threads of their own would only wait for each other."""


def over_processes(task: Callable[[Chunk], Result], chunks: Iterable[Chunk], workers: int) -> Generator[Result]:
    """Yield the results of chunks over processes, in the order they finish; the processes end when this is closed.

    Raises
    ------
    RunError
        A process was killed, or the program was edited after this one had loaded it.
    """
    from joblib.externals.loky import get_reusable_executor

    pool: Any = get_reusable_executor(max_workers=workers, timeout=IDLE_SECONDS, env=ONE_THREAD)
    finished = False
    try:
        yield from over(pool, partial(_alike, code_id(), task), chunks, workers)
        finished = True
    finally:
        if not finished:
            pool.shutdown(wait=True, kill_workers=True)


def over_threads(task: Callable[[Chunk], Result], chunks: Iterable[Chunk], workers: int) -> Generator[Result]:
    """Yield the results of chunks over threads: for compiled code, which lets go of the interpreter.

    Nothing is started, copied or sent; what is under way when this is closed is waited for.
    """
    with ThreadPoolExecutor(workers, thread_name_prefix="dpsim-run") as pool:
        yield from over(pool, task, chunks, workers)


def _alike(expected: str, task: Callable[[Chunk], Result], chunk: Chunk) -> Result:
    """Run a chunk in a process, unless it was started after an edit and has loaded other code than the first one."""
    if code_id() != expected:
        raise RunError("error.code_changed")
    return task(chunk)


def over(pool: Executor, task: Callable[[Chunk], Result], chunks: Iterable[Chunk], workers: int) -> Generator[Result]:
    """Yield the results of chunks over the workers of a pool, in the order they finish.

    Raises
    ------
    RunError
        A worker was killed.
    """
    waiting = iter(chunks)
    under_way = {pool.submit(task, chunk) for chunk in islice(waiting, workers)}
    try:
        while under_way:
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
                under_way |= {pool.submit(task, chunk) for chunk in islice(waiting, 1)}
    except BrokenExecutor as error:
        raise RunError("error.worker_lost", why=" ".join(str(error).split())[:300]) from None
    finally:
        for future in under_way:
            future.cancel()
