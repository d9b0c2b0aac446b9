"""Chunks of runs over an existing Dask cluster; everything about machines is Dask's own (its commands, its settings).

The scheduler keeps the job itself, so a worker that is killed takes nothing with it: what it was doing, and its copy of
the job, are made again on another. Every worker must hold the same code and libraries as this process; that is looked
at before any run, and again with each chunk, because a worker may join at any time.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from dpsim.errors import DpsimError, InputError, RunError
from dpsim.experiments.arguments import ENGINES, written
from dpsim.experiments.identity import Identity, changes, code_files, library_versions, listed

Chunk = TypeVar("Chunk")
Result = TypeVar("Result")
INSTALL = 'pip install "dual-prevention-sim[distributed]"'
CONNECT_SECONDS = 4
"""How long a scheduler may take to answer, and how long a cluster may be without a worker at the start."""
PATIENCE_SECONDS = 60
"""How long a cluster that had workers may be without any before the call ends."""
SHOWN = 12
"""Most differences of a worker that a message lists."""


def check_scheduler(value: object) -> str | None:
    """Return the address of a scheduler, None where none is given, or raise InputError."""
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise InputError("error.scheduler_kind", given=written(value))
    return value.strip()


def over_cluster(address: str, task: Callable[[Chunk], Result], chunks: Iterable[Chunk]) -> Generator[Result]:
    """Yield the results of chunks over the workers of a cluster, in the order they finish.

    Raises
    ------
    InputError
        Nobody answers at the address, no worker is there, or one holds other code or libraries than this process.
    RunError
        A chunk has ended several workers, or no worker or scheduler is left.
    """
    with _told(address), _connected(address) as client:
        _check_alike(client, address)
        held, expected = _sent(client, task), here()
        waiting, finished = iter(chunks), SimpleQueue[Any]()
        under_way: set[Any] = set()
        while True:
            free = max(1, sum(client.nthreads().values())) - len(under_way)
            for chunk in islice(waiting, max(0, free)):
                future = client.submit(_work, expected, held, chunk, pure=False)
                future.add_done_callback(finished.put)
                under_way.add(future)
            if not under_way:
                return
            future = _next(client, finished)
            under_way.remove(future)
            yield future.result()


def here() -> Identity:
    """Return what of this process can move a number: its code and its libraries."""
    return {"code": code_files(), "libraries": library_versions(*ENGINES)}


def _work(expected: Identity, task: Callable[[Chunk], Result], chunk: Chunk) -> Result:
    """Run a chunk on a worker, which may have joined after the others were looked at."""
    differences = changes(expected, here())
    if differences:
        from distributed import get_worker

        raise _unlike(str(get_worker().address), differences)
    return task(chunk)


def _sent(client: Any, task: Callable[..., Any]) -> Any:
    """Return a job that the scheduler can make anew: data that only lies on workers ends with them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sending large graph", UserWarning)  # a large case is sent once, as it is
        return client.submit(_itself, task, pure=False)


def _itself(task: Callable[..., Any]) -> Callable[..., Any]:
    """Return a job: what is a result of the cluster is made again there when it is lost."""
    return task


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    """Connect to a scheduler; at the end what is still under way is given up."""
    import asyncio  # takes as long to load as all of this folder, and few runs are over a cluster

    try:
        from distributed import Client
    except ImportError:
        raise InputError("error.no_distributed", install=INSTALL) from None
    try:
        with ThreadPoolExecutor(1) as thread:  # a notebook has a loop of its own in this one
            kind = thread.submit(lambda: asyncio.run(_asked(address))).result()
    except Exception as error:  # a web server is read as a message of 3 EiB
        why = str(error) or type(error).__name__
        raise InputError("error.no_scheduler", given=written(address), why=" ".join(why.split())[:200]) from None
    if kind != "Scheduler":
        raise InputError("error.no_scheduler", given=written(address), why=kind)
    with _silent(), Client(address, timeout=CONNECT_SECONDS, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        yield client


@contextmanager
def _silent() -> Iterator[None]:
    """Let Dask print no trace of a cluster that ends: the error that comes of it says so."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == "distributed"]
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


async def _asked(address: str) -> str:
    """Return what answers at an address: a client that fails to connect would linger."""
    import asyncio

    from distributed import rpc
    from distributed.security import Security

    secured = Security().get_connection_args("client")  # type: ignore[no-untyped-call]
    async with rpc(address, timeout=CONNECT_SECONDS, connection_args=secured) as other:  # type: ignore[no-untyped-call]
        return str((await asyncio.wait_for(other.identity(), CONNECT_SECONDS))["type"])


def _check_alike(client: Any, address: str) -> None:
    """Raise InputError where there is no worker, or one that would compute something else."""
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError:
        raise InputError("error.no_workers", given=written(address)) from None
    for worker, found in sorted(client.run(here, on_error="return").items()):
        if isinstance(found, BaseException):  # no dpsim there, or one that does not know this question
            raise _unlike(worker, [" ".join(f"{type(found).__name__}: {found}".split())[:200]])
        differences = changes(here(), found)
        if differences:
            raise _unlike(worker, differences)


def _unlike(worker: str, differences: list[str]) -> InputError:
    """Return the error of a worker that holds something else."""
    told = listed(differences, SHOWN)
    return InputError("error.worker_unlike", worker=worker, count=len(differences), changes=told)


def _next(client: Any, finished: SimpleQueue[Any]) -> Any:
    """Wait for a chunk that is finished."""
    without = 0
    while without < PATIENCE_SECONDS:
        try:
            return finished.get(timeout=CONNECT_SECONDS)
        except Empty:
            without = 0 if client.nthreads() else without + CONNECT_SECONDS
    raise TimeoutError(f"no worker for {PATIENCE_SECONDS} s")


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Let what ends a cluster be an error of this program."""
    try:
        yield
    except DpsimError:
        raise
    except Exception as error:  # a chunk keeps the failures of its runs: this is a worker's or the scheduler's
        why = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise RunError("error.cluster_lost", given=written(address), why=why) from None
