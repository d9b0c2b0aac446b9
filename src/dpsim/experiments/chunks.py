"""A chunk of runs as one Parquet file: everything that was measured, and the failures.

Chunks are fixed ranges of replication numbers, whatever was asked for and however many processes ran it, and equal runs
give equal bytes: nothing of the clock or the machine is in them.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dpsim.engines.log import EVENT
from dpsim.experiments.measured import Measured

if TYPE_CHECKING:
    import pyarrow as pa

Part = tuple[list[Measured], list[dict[str, object]]]
"""Finished runs and failures of a chunk."""
CHUNK = 5
"""Replications of a chunk."""
EXPERIMENT = b"dpsim.experiment"
"""Under this key a chunk says which ensemble it belongs to."""


def chunk_name(first: int) -> str:
    """Return the name of the chunk that begins with a replication, without folder and ending."""
    return f"{first:06d}-{first + CHUNK - 1:06d}"


def chunk_first(replication: int) -> int:
    """Return the first replication of the chunk that holds a replication."""
    return replication - replication % CHUNK


def chunks_of(replications: Iterable[int]) -> list[list[int]]:
    """Return replications by the chunk that holds them."""
    return [list(chunk) for _, chunk in groupby(replications, key=chunk_first)]


def whole_chunks(asked: int, known: Sequence[int] | None) -> list[int]:
    """Return replications 0 .. `asked` - 1 and the rest of the last chunk, as far as there are paths for it.

    A chunk is run whole, so that it need not be run again when more are asked for.
    """
    rest = range(asked, chunk_first(asked - 1) + CHUNK)
    return [*range(asked), *(number for number in rest if known is None or number in known)]


def replications_of(part: Part) -> list[int]:
    """Return the replications of a chunk, finished or failed, in their order."""
    finished, failures = part
    return sorted([run.replication for run in finished] + [int(str(failure["replication"])) for failure in failures])


def chunk_bytes(part: Part, experiment: str) -> bytes:
    """Return the file of a chunk: one row per replication, in their order."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    finished, failures = part
    rows = [_row(run) for run in finished] + [failure | _EMPTY for failure in failures]
    table = pa.Table.from_pylist(sorted(rows, key=lambda row: int(str(row["replication"]))), schema=_schema())
    buffer = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({EXPERIMENT: experiment}), buffer, compression="zstd")
    return buffer.getvalue()


def read_chunk(content: bytes) -> tuple[str, Part]:
    """Return the ensemble a chunk belongs to and what it holds.

    Raises
    ------
    ValueError
        This is no chunk (`pyarrow.ArrowInvalid` is one).
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(pa.BufferReader(content), use_threads=False)
    if not table.schema.remove_metadata().equals(_schema()):
        raise ValueError("columns")
    arrays = {name: table.column(name).combine_chunks() for name in ("values", "counties")}
    finished, failures = [], []
    for k, row in enumerate(table.select(["replication", "error", "targets"]).to_pylist()):
        if row["error"] is not None:
            failures.append({"replication": row["replication"], "error": row["error"]})
            continue
        values, counties = (arrays[name][k].values.to_numpy(zero_copy_only=False) for name in ("values", "counties"))
        finished.append(
            Measured(
                replication=row["replication"],
                values=values.astype(np.float64),
                targets=[_target(row["replication"], target) for target in row["targets"]],
                events=np.empty(0, dtype=EVENT),
                counties=counties.astype(np.int64).reshape(-1, 3),
            )
        )
    return (table.schema.metadata or {}).get(EXPERIMENT, b"").decode(), (finished, failures)


def first_runs(part: Part, count: int) -> Part:
    """Return a chunk without the replications from `count` on."""
    finished, failures = part
    return (
        [run for run in finished if run.replication < count],
        [failure for failure in failures if int(str(failure["replication"])) < count],
    )


_EMPTY: dict[str, object] = {"values": [], "targets": [], "counties": []}


def _schema() -> pa.Schema:
    """Return the columns of a chunk."""
    import pyarrow as pa

    target = {"target": pa.string(), "unit": pa.string(), "stage": pa.string(), "view": pa.string()}
    target |= {"deadline": pa.date32(), "required": pa.int64(), "attained": pa.int64(), "met": pa.bool_()}
    return pa.schema(
        {
            "replication": pa.int64(),
            "error": pa.string(),
            "values": pa.list_(pa.float64()),
            "targets": pa.list_(pa.struct(target | {"date": pa.date32()})),
            "counties": pa.list_(pa.int64()),
        }
    )


def _row(run: Measured) -> dict[str, object]:
    """Return the row of a finished run; its days are dates without a time."""
    targets = [
        {name: _day(value) if name in ("deadline", "date") else value for name, value in target.items()}
        for target in run.targets
    ]
    return {
        "replication": run.replication,
        "error": None,
        "values": run.values,
        "targets": targets,
        "counties": run.counties.reshape(-1),
    }


def _day(value: object) -> object:
    """Return the date of a time stamp, None of none."""
    return None if value is pd.NaT else pd.Timestamp(value).date()


def _target(replication: int, target: dict[str, object]) -> dict[str, object]:
    """Return a row of the targets frame, as `dpsim.experiments.replication.target_rows` makes it."""
    days = {name: pd.NaT if target[name] is None else pd.Timestamp(target[name]) for name in ("deadline", "date")}
    return {"replication": replication, **target, **days}
