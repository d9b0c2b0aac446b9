"""Whether compiled code is there: a first run is told from a later one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dpsim.core import compiled


def test_a_folder_without_compiled_code_is_told_from_one_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert not compiled.is_compiled(), "an empty folder"
    assert list(tmp_path.iterdir()) == [], "looking leaves nothing behind"
    (tmp_path / "core_1").mkdir()
    (tmp_path / "core_1" / "streams.philox-1.py311.nbi").write_bytes(b"")
    assert not compiled.is_compiled(), "draws are compiled as they are loaded; the rest is still to come"
    (tmp_path / "core_1" / "scheduler.simulate-1.py311.nbi").write_bytes(b"")
    assert compiled.is_compiled(), "an index of what is compiled last"


def test_without_a_folder_of_its_own_the_users_cache_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(compiled, "cache_folder", lambda: str(tmp_path))
    assert not compiled.is_compiled()
    (tmp_path / "scheduler.simulate-2.nbi").write_bytes(b"")
    assert compiled.is_compiled()


def test_the_name_is_that_of_the_scheduler() -> None:
    from dpsim.engines import scheduler

    module, _, function = compiled.LAST_COMPILED.rstrip("-").partition(".")
    assert scheduler.__name__.endswith(f".{module}") and callable(getattr(scheduler, function))


def test_a_copy_of_the_package_has_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = compiled.kernel_hash.__wrapped__()
    assert compiled.kernel_hash.__wrapped__() == here, "the same place and sources, the same folder"
    package = Path(compiled.__file__).resolve().parent.parent
    shutil.copytree(package, tmp_path / "dpsim", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(compiled, "__file__", str(tmp_path / "dpsim" / "core" / "compiled.py"))
    assert compiled.kernel_hash.__wrapped__() != here
