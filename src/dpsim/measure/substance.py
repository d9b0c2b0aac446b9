"""What stands behind the reported stages: systems that are really operating, and those on paper only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import routine
from dpsim.core.words import KIND_OF_STAGE, REMOVED, STAGES, Kind

TRUE_INDICATORS: tuple[tuple[str, str], ...] = (*((stage, "true") for stage in STAGES), ("paper", "true"))
"""Indicator and view, in the order of the last axis of `substance_values`."""
_NEVER, _CONNECTED = np.inf, STAGES.index("connected")


def substance_values(
    initial: npt.NDArray[np.bool_],
    paper: npt.NDArray[np.int64],
    events: npt.NDArray[np.void],
    revealed: npt.NDArray[np.float64],
    cell: npt.NDArray[np.int64],
    cells: int,
    times: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return true stage counts (paper systems left out; a connection is an account and always true) and paper ones.

    Parameters
    ----------
    initial : numpy.ndarray of bool
        Shape (n, stages): stages reached at the as-of date.
    paper : numpy.ndarray
        Shape (n,): 1 for a system that is paper at the as-of date.
    events : numpy.ndarray
        Log of the enterprises.
    revealed : numpy.ndarray
        Shape (n,): when a paper system was seen through, infinity for never.
    cell, cells, times
        As in `stage_counts_over_time`.

    Returns
    -------
    numpy.ndarray
        Shape (times, cells, len(TRUE_INDICATORS)).
    """
    n = initial.shape[0]
    reached = np.where(initial, -_NEVER, _NEVER)
    for k, stage in enumerate(STAGES):
        _earliest(reached[:, k], events[events["kind"] == KIND_OF_STAGE[stage]])
    gone, begins = np.full(n, _NEVER), np.where(paper == 1, -_NEVER, _NEVER)
    _earliest(gone, events[events["kind"] == REMOVED])
    _earliest(begins, events[events["kind"] == Kind.PAPER])
    out = np.zeros((times.size, cells, len(TRUE_INDICATORS)))
    add_true(reached, gone, begins, revealed, cell, times, out)
    return out


@routine
def add_true(
    reached: npt.NDArray[np.float64],
    gone: npt.NDArray[np.float64],
    begins: npt.NDArray[np.float64],
    ends: npt.NDArray[np.float64],
    cell: npt.NDArray[np.int64],
    times: npt.NDArray[np.float64],
    out: npt.NDArray[np.float64],
) -> None:
    """Count at each of `times` those on the list with a stage and no paper system, and last the built paper ones.

    `reached` has shape (n, stages); a system is paper between `begins` and `ends`; shape of `out` as above.
    """
    for t in range(times.size):
        for i in range(cell.size):
            if gone[i] < times[t]:
                continue
            sham = begins[i] < times[t] <= ends[i]
            for k in range(reached.shape[1]):
                if reached[i, k] < times[t] and (k == _CONNECTED or not sham):
                    out[t, cell[i], k] += 1.0
            if sham and reached[i, 0] < times[t]:
                out[t, cell[i], reached.shape[1]] += 1.0


def _earliest(time: npt.NDArray[np.float64], events: npt.NDArray[np.void]) -> None:
    """Put in each enterprise's earliest event."""
    np.minimum.at(time, events["index"], events["t"])
