"""The list of finished chunks of an ensemble on disk: what is not in it, or not as it says, is not finished."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from dpsim.core.words import MAX_REPLICATIONS
from dpsim.experiments.chunks import chunk_first, chunk_name, read_chunk, replications_of
from dpsim.experiments.plain_json import read_json, read_plain

MANIFEST, IDENTITY, CHUNKS = "manifest.json", "identity.json", "chunks"


@dataclass(frozen=True)
class Chunk:
    """A finished chunk.

    Attributes
    ----------
    name : str
        Of its file, without folder and ending.
    first, last : int
        Its first and last replication.
    rows : int
        Replications it holds, finished or failed.
    sha256 : str
        Digest of its file.
    """

    name: str
    first: int
    last: int
    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """An ensemble and its finished chunks.

    Attributes
    ----------
    experiment : str
        The id of the ensemble.
    chunks : dict of int to Chunk
        By first replication.
    """

    experiment: str
    chunks: dict[int, Chunk]


def chunk_file(folder: Path, name: str) -> Path:
    """Return the file of a chunk."""
    return folder / CHUNKS / f"{name}.parquet"


def chunk_entry(content: bytes, replications: list[int]) -> Chunk:
    """Return the entry of a chunk's file."""
    digest = hashlib.sha256(content).hexdigest()
    return Chunk(chunk_name(chunk_first(replications[0])), replications[0], replications[-1], len(replications), digest)


def manifest_bytes(manifest: Manifest) -> bytes:
    """Return the file of a manifest: one line per chunk, in their order."""
    lines = ",\n".join(json.dumps(asdict(manifest.chunks[first])) for first in sorted(manifest.chunks))
    return f'{{"experiment": {json.dumps(manifest.experiment)}, "chunks": [\n{lines}\n]}}\n'.encode()


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of an ensemble's folder; None where there is none, or a torn or a damaged one."""
    try:
        held = read_json(folder / MANIFEST)
        chunks = [Chunk(**entry) for entry in held["chunks"]]
        if not all(isinstance(chunk.first, int) and 0 <= chunk.first < MAX_REPLICATIONS for chunk in chunks):
            return None
        return Manifest(str(held["experiment"]), {chunk.first: chunk for chunk in chunks})
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def whole_chunk(folder: Path, chunk: Chunk, experiment: str) -> bytes | None:
    """Return the file of a chunk if it is as the manifest says and of this ensemble, else None."""
    try:
        content = read_plain(chunk_file(folder, chunk_name(chunk_first(chunk.first))))
    except FileNotFoundError:
        return None
    if hashlib.sha256(content).hexdigest() != chunk.sha256:
        return None
    try:
        owner, part = read_chunk(content)
        as_said = chunk_entry(content, replications_of(part)) == chunk
    except Exception:  # whatever a reader makes of a file that was meddled with, its digest put right
        return None
    return content if as_said and owner == experiment else None
