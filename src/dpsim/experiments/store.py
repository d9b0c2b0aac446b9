"""Ensembles on disk: each in a folder of its own, finished chunks kept, what is missing run, nothing mixed.

A folder holds ``identity.json`` (what the ensemble is made of), ``case.yaml`` and ``strategy.yaml`` (its inputs),
``manifest.json`` (its finished chunks), ``chunks/`` and, once all replications asked for are there, ``tables/``,
``record.json`` and ``SHA256SUMS``. One process at a time writes; a lock that ends with the process sees to it, so
whatever else is found under way was left by one that was killed. Nothing depends on a clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from dpsim.engines.world import Setting
from dpsim.errors import InputError, RunError, failure
from dpsim.experiments.arguments import written
from dpsim.experiments.chunks import (
    Part,
    chunk_bytes,
    chunk_first,
    chunk_name,
    chunks_of,
    first_runs,
    read_chunk,
    replications_of,
)
from dpsim.experiments.durable import sweep, write_whole
from dpsim.experiments.failures import CASE, STRATEGY
from dpsim.experiments.guard import check_unchanged, stored_identity
from dpsim.experiments.identity import Identity, experiment_id, folder_name, identity_text
from dpsim.experiments.manifest import (
    CHUNKS,
    IDENTITY,
    MANIFEST,
    Manifest,
    chunk_entry,
    chunk_file,
    manifest_bytes,
    read_manifest,
    whole_chunk,
)
from dpsim.experiments.plain_json import as_path, read_json
from dpsim.experiments.sums import SUMS, sums_text
from dpsim.params.plain_yaml import yaml_text
from dpsim.params.wording import shown_name

RECORD, TABLES = "record.json", "tables"
INPUTS = (IDENTITY, CASE, STRATEGY)
CHUNK_FILES = "[0-9]*-[0-9]*.parquet"


def check_store(store: object, fork: bool) -> Path | None:
    """Return the folder of ensembles, None where nothing is kept, or raise InputError."""
    if store is None:
        if fork:
            raise InputError("error.fork_alone")
        return None
    folder = as_path(store)
    if folder is None:
        raise InputError("error.store_kind", given=written(store))
    return folder


@contextmanager
def opened(store: Path, identity: Identity, setting: Setting, *, fork: bool) -> Iterator[Kept]:
    """Take an ensemble's folder for this process alone, made where it is new.

    Parameters
    ----------
    store : pathlib.Path
        Folder of ensembles.
    identity : dict
        Of the ensemble.
    setting : Setting
    fork : bool
        Begin a new ensemble beside one of the same case, strategy and seed that was made of something else.

    Raises
    ------
    InputError
        Something was edited since, another process is at work here, or the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    folder = store / folder_name(identity)
    with _told(store):
        store.mkdir(parents=True, exist_ok=True)
        lock = FileLock(store / f".{folder.name}.lock", timeout=0, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            raise InputError("error.store_busy", where=shown_name(folder, 200)) from None
    try:
        with _told(store):
            if not (folder / IDENTITY).exists() and not fork:
                check_unchanged(store, identity)
            kept = _kept(folder, identity, setting)
        yield kept
    finally:
        lock.release()


def _kept(folder: Path, identity: Identity, setting: Setting) -> Kept:
    """Return an ensemble's folder with its inputs in it and what is finished looked through."""
    experiment, text = experiment_id(identity), identity_text(identity)
    sweep(folder)
    manifest = read_manifest(folder) or Manifest(experiment, {})
    if manifest.experiment != experiment:
        raise InputError(
            "error.store_foreign", where=shown_name(folder / MANIFEST, 200), given=manifest.experiment[:80]
        )
    other = stored_identity(folder)
    if other is not None and identity_text(other) != text:
        raise InputError("error.store_foreign", where=shown_name(folder / IDENTITY, 200), given=experiment_id(other))
    files = {IDENTITY: text, CASE: yaml_text(setting.case.content()), STRATEGY: yaml_text(setting.strategy.content())}
    for name, content in files.items():
        _write(folder / name, content.encode())
    whole = {first: chunk for first, chunk in manifest.chunks.items() if whole_chunk(folder, chunk, experiment)}
    return Kept(folder, Manifest(experiment, whole))


class Kept:
    """The finished chunks of one ensemble, and where the next ones go.

    Parameters
    ----------
    folder : pathlib.Path
    manifest : Manifest
        Of chunks that were looked through.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder, self.manifest = folder, manifest

    def missing(self, replications: list[int]) -> list[list[int]]:
        """Return the chunks of some replications that are not finished."""
        rows = {first: chunk.rows for first, chunk in self.manifest.chunks.items()}
        return [chunk for chunk in chunks_of(replications) if rows.get(chunk_first(chunk[0])) != len(chunk)]

    def finished(self, count: int) -> int:
        """Return how many of the first `count` replications are finished."""
        return sum(max(0, min(chunk.last + 1, count) - chunk.first) for chunk in self.manifest.chunks.values())

    def save(self, part: Part) -> None:
        """Keep a finished chunk."""
        content, replications = chunk_bytes(part, self.manifest.experiment), replications_of(part)
        entry = chunk_entry(content, replications)
        with _told(self.folder):
            (self.folder / SUMS).unlink(missing_ok=True)  # what it says of the manifest ends here
            write_whole(chunk_file(self.folder, entry.name), content, synced=False)
            chunks = self.manifest.chunks | {entry.first: entry}
            write_whole(self.folder / MANIFEST, manifest_bytes(Manifest(self.manifest.experiment, chunks)))
        self.manifest.chunks[entry.first] = entry

    def parts(self, count: int) -> list[Part]:
        """Return the finished ones of the first `count` replications, chunk by chunk.

        Raises
        ------
        RunError
            A file was changed while the ensemble was run.
        """
        parts = []
        for first in sorted(first for first in self.manifest.chunks if first < count):
            with _told(self.folder):
                content = whole_chunk(self.folder, self.manifest.chunks[first], self.manifest.experiment)
            if content is None:
                raise RunError("error.store_changed", where=shown_name(chunk_file(self.folder, chunk_name(first)), 200))
            parts.append(first_runs(read_chunk(content)[1], count))
        return parts

    def conclude(self, frames: Mapping[str, pd.DataFrame], record: Mapping[str, object]) -> None:
        """Write the tables, the record and the check sums, unless those of as many replications or more stand."""
        with _told(self.folder):
            ours = [*INPUTS, MANIFEST, RECORD, *(f"{TABLES}/{name}.parquet" for name in frames), *self._chunk_files()]
            if self._is_summed(ours) and _replications(self.folder) >= int(str(record["replications"])):
                return
            (self.folder / SUMS).unlink(missing_ok=True)
            self._sweep_chunks()
            _write(self.folder / MANIFEST, manifest_bytes(self.manifest))
            for name, frame in frames.items():
                content = frame.to_parquet(None, index=False, compression="zstd")
                _write(self.folder / TABLES / f"{name}.parquet", content)
            text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
            _write(self.folder / RECORD, text.encode())
            write_whole(self.folder / SUMS, sums_text(self.folder, [self.folder / name for name in ours]).encode())

    def _is_summed(self, names: list[str]) -> bool:
        """Tell whether the check sums are those of some files, and of no others."""
        files = [self.folder / name for name in names]
        sums = self.folder / SUMS
        whole = sums.is_file() and all(file.is_file() for file in files)
        return whole and sums.read_bytes() == sums_text(self.folder, files).encode()

    def _chunk_files(self) -> list[str]:
        """Return the names of the files of the finished chunks."""
        return [f"{CHUNKS}/{chunk.name}.parquet" for chunk in self.manifest.chunks.values()]

    def _sweep_chunks(self) -> None:
        """Remove the files of chunks that a killed writer had not yet listed: without a digest they are never used."""
        for file in (self.folder / CHUNKS).glob(CHUNK_FILES):
            if f"{CHUNKS}/{file.name}" not in self._chunk_files():
                file.unlink()


def _replications(folder: Path) -> int:
    """Return how many replications the tables of a whole folder are of; 0 where its record does not say."""
    try:
        return int(read_json(folder / RECORD)["replications"])
    except (ValueError, TypeError, LookupError, OverflowError):
        return 0


def _write(path: Path, content: bytes) -> None:
    """Write a file where it is not there as it should be."""
    if not path.is_file() or path.read_bytes() != content:
        write_whole(path, content)


@contextmanager
def _told(where: Path) -> Iterator[None]:
    """Let an error of the disk say where and why, with status 1 where it is full; what is finished stays."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise failure(error)("error.store_failed", where=shown_name(where, 200), why=why) from None
