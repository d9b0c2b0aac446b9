"""One decorator for all compiled functions: Numba without fastmath, with a cache that notices every edit.

Why not `numba.njit(cache=True)` alone: Numba does not see that a function called from another file has changed,
so a stale result can come out of its cache. Here the cache folder is named by a hash of all kernel sources: an
edit anywhere makes a new folder. It also works where the package folder is read-only or no home exists.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numba
from numba.core import config as numba_config

P = ParamSpec("P")
R = TypeVar("R")

KERNEL_FOLDERS = ("core", "model", "strategies", "engines", "measure")
"""Folders whose compiled functions are called from everywhere. One elsewhere (`forecast/`) may call these and those of
its own file, whose edits Numba sees by itself."""


LAST_COMPILED = "scheduler.simulate-"
"""How the files begin of what is compiled last: when it is there, so is all that it calls."""


@cache
def kernel_hash() -> str:
    """Return 16 hex digits that change with any edit of a kernel source, and with the place of the package.

    Numba takes compiled code of another place for that of another program: a copy must not be told that it is there.
    """
    package = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256(f"{numba.__version__} {package}".encode())
    for folder in KERNEL_FOLDERS:
        for file in sorted((package / folder).rglob("*.py")):
            digest.update(file.relative_to(package).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@cache
def cache_folder() -> str:
    """Return a writable folder for compiled code: the user's cache, else the temporary folder."""
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    places = [Path(home)] if home else []
    with contextlib.suppress(RuntimeError):  # no home folder at all
        places.append(Path.home() / ".cache")
    for place in [*places, Path(tempfile.gettempdir())]:
        folder = place / "dpsim" / f"kernels-{kernel_hash()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return str(folder)
    return str(Path(tempfile.mkdtemp(prefix="dpsim-")))


def is_compiled() -> bool:
    """Tell whether compiled code of these sources is there: what is not takes a while, which a user should be told."""
    return any(Path(os.environ.get("NUMBA_CACHE_DIR") or cache_folder()).rglob(f"{LAST_COMPILED}*.nbi"))


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` for both engines.

    Strict floating point (no fastmath) and no interpreter lock, so that results are the same to the bit wherever
    the function is called from.
    """
    return _compiled(function, forceinline=True)


def typed_kernel(signature: object) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Compile a function of numbers like `kernel`, once, for arguments of the given types; others are converted.

    Without it a function that is called everywhere is compiled anew for every mixture of widths and constants.
    """
    return lambda function: _compiled(function, signature, forceinline=True)


def typed_lean_kernel(signature: object) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Compile a function like `lean_kernel`, once, for the given types (see `typed_kernel`)."""
    return lambda function: _compiled(function, signature, forceinline=True, _nrt=False)


def inner_routine(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` like `routine`, to be called by compiled functions only: the rest is quicker to compile."""
    return _compiled(function, no_cpython_wrapper=True)


def lean_inner_routine(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` like `lean_routine`, to be called by compiled functions only."""
    return _compiled(function, _nrt=False, no_cpython_wrapper=True)


def routine(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` like `kernel`, called instead of copied into each caller: for what is long or called often.

    Copies of long functions in each other cost minutes of compilation and save nothing.
    """
    return _compiled(function)


def lean_kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` like `kernel`; it makes no array and does not count the references to those it is given.

    The caller keeps its arrays alive. Counting (two locked operations per array and call) took more than half of the
    time of hazard life.
    """
    return _compiled(function, forceinline=True, _nrt=False)


def lean_routine(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` like `routine`, lean like `lean_kernel`."""
    return _compiled(function, _nrt=False)


def _compiled(function: Callable[P, R], *signature: object, **options: Any) -> Callable[P, R]:
    """Compile with the package's cache."""
    config: Any = numba_config
    before = config.CACHE_DIR
    config.CACHE_DIR = os.environ.get("NUMBA_CACHE_DIR") or cache_folder()
    try:
        compiler: Any = numba.njit
        return compiler(*signature, cache=True, nogil=True, fastmath=False, error_model="numpy", **options)(function)
    finally:
        config.CACHE_DIR = before
