"""An ensemble on disk: its files, its identity, its chunks, its tables, and some of its runs made again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from dpsim.core.streams import check_word
from dpsim.engines.world import Setting
from dpsim.errors import DpsimError
from dpsim.experiments.arguments import check_by, check_replications
from dpsim.experiments.chunks import Part, chunk_bytes, first_runs, read_chunk, replications_of
from dpsim.experiments.ensemble import assembled
from dpsim.experiments.failures import CASE, STRATEGY, reason
from dpsim.experiments.guard import stored_identity
from dpsim.experiments.identity import Identity, changes, experiment_id, identity_of
from dpsim.experiments.manifest import CHUNKS, IDENTITY, MANIFEST, chunk_file, read_manifest, whole_chunk
from dpsim.experiments.measured import labels_of
from dpsim.experiments.plain_json import read_json
from dpsim.experiments.replication import prepare
from dpsim.experiments.store import RECORD, TABLES
from dpsim.params.load import load_case, load_strategy
from dpsim.params.wording import shown
from dpsim.report.verify.again import chosen, run_again
from dpsim.report.verify.files import check_sums
from dpsim.report.verify.findings import Verified
from dpsim.report.verify.frames import first_difference, read_frame

VERSIONS = ("code", "libraries", "python", "version")
"""Items of a record that tell of the program: the identity holds those that can move a number."""


def verify_ensemble(folder: Path, *, count: int, choice: int) -> Verified:
    """Verify an ensemble's folder; `count` runs, chosen with the seed `choice`, are made again."""
    found = Verified(folder, "ensemble")
    check_sums(found)
    identity = stored_identity(folder)
    if identity is None:
        found.differs("unreadable", file=IDENTITY)
        return found
    parts = _chunks(found, experiment_id(identity))
    setting = _setting(found, identity)
    if setting is not None:
        _made_again(found, identity, setting, parts, count=count, choice=choice)
    if setting is None or not found.sound:
        found.note("not_again")
    return found


def _made_again(
    found: Verified, identity: Identity, setting: Setting, parts: list[Part], *, count: int, choice: int
) -> None:
    """Hold identity, some runs and all tables against what the program that is installed makes of the inputs."""
    try:
        asked = identity["asked"]
        by, seed, drawn = check_by(asked["by"]), check_word("seed", asked["seed"]), asked["paths"]
    except (DpsimError, KeyError, TypeError, ValueError):
        return found.differs("unreadable", file=IDENTITY)
    now = identity_of(setting, seed=seed, by=by, paths=None)
    now["asked"]["paths"] = drawn
    from_state = "state" in asked  # the digest of a table or ledger that is not kept here
    if from_state:
        now["asked"]["state"] = asked["state"]
    _check_identity(found, identity, now, setting.case.default_strategy)
    if not found.sound:  # other inputs make other tables
        return None
    if from_state:
        found.note("state_given")
    elif drawn != "drawn":
        found.note("paths_given")
    else:
        stored, experiment, labels = _single(parts), experiment_id(identity), labels_of(setting, by)

        def compare(part: Part) -> str | None:
            kept = stored[replications_of(part)[0]]
            same = chunk_bytes(part, experiment) == chunk_bytes(kept, experiment)
            return None if same else _first_value(part, kept, labels)

        numbers = chosen(list(stored), count, choice)
        run_again(found, setting.case, setting.strategy, seed=seed, by=by, replications=numbers, compare=compare)
    return _check_tables(found, setting, parts, seed=seed, by=by)


def _setting(found: Verified, identity: Identity) -> Setting | None:
    """Return the setting of the inputs that lie in the folder; None where one cannot be read."""
    loaded: list[Any] = []
    for name, load in ((CASE, load_case), (STRATEGY, load_strategy)):
        try:
            loaded.append(load(found.folder / name))
        except (DpsimError, OSError):
            found.differs("unreadable", file=name)
    try:
        if len(loaded) == 2:
            return prepare(*loaded, engine=identity["asked"]["engine"], as_of=None, state=None)
    except (DpsimError, KeyError, TypeError):
        found.differs("unreadable", file=IDENTITY)
    return None


def _check_identity(found: Verified, kept: Identity, now: Identity, reference: str) -> None:
    """Name the code, the inputs and the requests that differ from what the folder was made of."""
    files = {"case": CASE, "strategy": STRATEGY, "reference": f"params/strategies/{reference}.yaml"}
    for section in now:
        lines = changes({section: kept.get(section, {})}, {section: now[section]})
        for line in lines:
            if section == "code":
                name, _, kind = line.removeprefix("code: ").rpartition(" ")
                message = {"(+)": "source_new", "(-)": "source_gone"}.get(kind, "source_changed")
                found.differs(message, file=f"dpsim/{name}")
            elif section == "libraries":
                found.note("library", change=line.removeprefix("libraries: "))
            else:
                found.differs("input", file=files.get(section, IDENTITY), change=line)
    found.looked("identity", files=len(kept.get("code", {})))


def _chunks(found: Verified, experiment: str) -> list[Part]:
    """Return the chunks that are as the manifest says, in their order; name the others."""
    try:
        manifest = read_manifest(found.folder)
    except OSError:
        manifest = None
    if manifest is None:
        found.differs("unreadable", file=MANIFEST)
        return []
    if manifest.experiment != experiment:
        found.differs("foreign", file=MANIFEST, other=IDENTITY)
    parts = []
    for first in sorted(manifest.chunks):
        chunk = manifest.chunks[first]
        try:
            content = whole_chunk(found.folder, chunk, experiment)
        except OSError:
            content = None
        if content is None:
            found.differs("chunk", file=f"{CHUNKS}/{chunk_file(found.folder, chunk.name).name}", manifest=MANIFEST)
        else:
            parts.append(read_chunk(content)[1])
    listed = {chunk_file(found.folder, chunk.name).name for chunk in manifest.chunks.values()}
    there = {file.name for file in (found.folder / CHUNKS).glob("*")}
    for name in sorted(there - listed):
        found.differs("extra", file=f"{CHUNKS}/{name}", sums=MANIFEST)
    found.looked("chunks", count=len(manifest.chunks), manifest=MANIFEST)
    return parts


def _single(parts: list[Part]) -> dict[int, Part]:
    """Return every replication by itself, finished or failed."""
    single: dict[int, Part] = {}
    for finished, failures in parts:
        single |= {run.replication: ([run], []) for run in finished}
        single |= {int(str(failure["replication"])): ([], [failure]) for failure in failures}
    return single


def _first_value(made: Part, kept: Part, labels: pd.DataFrame) -> str:
    """Return what of a run differs first, with both values."""
    if not made[0] or not kept[0]:
        return " -> ".join("finished" if part[0] else shown(part[1][0]["error"]) for part in (kept, made))
    new, old = made[0][0], kept[0][0]
    if new.values.shape == old.values.shape:
        for k, (before, after) in enumerate(zip(old.values, new.values, strict=True)):
            if before.tobytes() != after.tobytes():
                label = " ".join(str(cell) for cell in labels.iloc[k])
                return f"{label}: {before!r} -> {after!r}"
    for before, after in zip(old.targets, new.targets, strict=False):
        for name in before:
            if str(before[name]) != str(after.get(name)):
                return f"{before['target']} {name}: {before[name]} -> {after.get(name)}"
    return "counties"


def _check_tables(found: Verified, setting: Setting, parts: list[Part], *, seed: int, by: tuple[str, ...]) -> None:
    """Put the tables and the record together anew from the chunks and hold them against the stored ones."""
    try:
        record = read_json(found.folder / RECORD)
        asked = check_replications(record["replications"])
    except (DpsimError, OSError, ValueError, TypeError, LookupError):
        return found.differs("unreadable", file=RECORD)
    kept = [first_runs(part, asked) for part in parts]
    if sum(len(finished) + len(failures) for finished, failures in kept) != asked:
        return found.differs("too_few", file=MANIFEST, asked=asked)
    try:
        ensemble = assembled(setting, kept, seed=seed, by=by, asked=asked)
    except DpsimError as error:
        return found.differs("no_tables", why=error.text())
    except Exception as error:  # chunks that hold something else, with their digests put right
        return found.differs("no_tables", why=reason(error))
    for name, frame in ensemble.frames().items():
        file = f"{TABLES}/{name}.parquet"
        stored = read_frame(found.folder / file)
        where = "?" if stored is None else first_difference(stored, frame)
        if where is not None:
            found.differs("table", file=file, where=where)
    _check_record(found, record, ensemble.record | {"experiment": record.get("experiment")})
    return found.looked("tables", count=len(ensemble.frames()))


def _check_record(found: Verified, kept: Mapping[str, object], now: Mapping[str, object]) -> None:
    """Hold a record against one made now; the versions of the program are told, not judged, here."""
    for name in sorted(kept.keys() | now.keys()):
        if kept.get(name) != now.get(name):
            if name in VERSIONS:
                found.note("version", item=name)
            else:
                found.differs("record", file=RECORD, change=f"{name}: {kept.get(name)} -> {now.get(name)}")
