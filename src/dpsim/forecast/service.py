"""How long jobs take: the intensity of being done by weeks under way, estimated with those still under way.

The law is constant within each week under way (piecewise exponential), so jobs that are not done count for as long
as they have lasted (censoring). With a conjugate Gamma law about the mean intensity of the stage, d jobs done in e
weeks of work give Gamma(d + m, e + m / mean): one draw of it for each future, so what few jobs tell stays uncertain.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dpsim.core.streams import Stream
from dpsim.forecast.history import History
from dpsim.forecast.luck import common_uniform
from dpsim.forecast.members import Members
from dpsim.model.state import Floats

LEAST_INTENSITY = 1e-4
LEAST_EXPOSURE = 20.0
"""Job-weeks that a week under way must have for an intensity of its own; beyond it all longer ones share one."""


class Law(NamedTuple):
    """Jobs done and job-weeks of one stage by weeks under way, shape (bands,) each; the last band is open.

    Attributes
    ----------
    done : numpy.ndarray
    exposure : numpy.ndarray
    factor : numpy.ndarray
        Shape (units,): pace of each unit against all together, drawn towards 1.
    """

    done: Floats
    exposure: Floats
    factor: Floats

    @property
    def mean(self) -> float:
        """Intensity over all bands, per week."""
        return max(float(self.done.sum()) / max(float(self.exposure.sum()), 1e-9), LEAST_INTENSITY)

    def memoryless(self) -> Law:
        """Return the law of jobs whose time under way tells nothing."""
        return Law(self.done.sum(keepdims=True), self.exposure.sum(keepdims=True), self.factor)


def ledger_law(members: Members, stage: int, pooling: float) -> Law:
    """Return the law of a stage from a ledger; `pooling` jobs' worth of the common pace are in each unit's own."""
    begun, ended = members.entered[:, members.parent[stage]], members.entered[:, stage]
    under = ~np.isnan(begun)
    finished = under & ~np.isnan(ended)
    lasted = np.where(finished, ended, 0.0)[under] - begun[under]
    done, unit = finished[under], members.unit[under]
    lasted = np.maximum(lasted, 0.0)
    bands = int(np.ceil(lasted.max(initial=0.0))) + 1
    spent = np.clip(lasted[:, None] - np.arange(bands), 0.0, 1.0)
    exposure = spent.sum(axis=0)
    ends = np.bincount(lasted[done].astype(np.int64), minlength=bands).astype(np.float64)
    last = max(int((exposure >= LEAST_EXPOSURE).sum()) - 1, 0)
    ends = np.append(ends[:last], ends[last:].sum())
    exposure = np.append(exposure[:last], exposure[last:].sum())
    expected = np.append(spent[:, :last], spent[:, last:].sum(axis=1, keepdims=True), axis=1) @ (
        ends / np.maximum(exposure, 1e-9)
    )
    return Law(ends, exposure, _factors(unit, done.astype(np.float64), expected, len(members.units), pooling))


def counted_law(upper: History, lower: History, pooling: float) -> Law:
    """Return the law of a stage from weekly counts: of those who had done the stage before it and not this one."""
    before, after = (np.nan_to_num(h.share) * h.total[:, None] for h in (upper, lower))
    waiting = np.maximum(before - after, 0.0)
    waiting = 0.5 * (waiting[:, :-1] + waiting[:, 1:])
    steps = np.maximum(np.diff(after, axis=1), 0.0)
    known = ~np.isnan(upper.share[:, :-1]) & ~np.isnan(lower.share[:, :-1])
    ends, exposure = (steps * known).sum(axis=1), (waiting * known).sum(axis=1)
    mean = ends.sum() / max(exposure.sum(), 1e-9)
    factor = (ends + pooling) / (exposure * mean + pooling)
    return Law(ends.sum(keepdims=True), exposure.sum(keepdims=True), factor)


def _factors(unit: np.ndarray, done: Floats, expected: Floats, units: int, pooling: float) -> Floats:
    """Return the pace of each unit against all together, shape (units,)."""
    ends = np.bincount(unit, weights=done, minlength=units)
    return np.asarray((ends + pooling) / (np.bincount(unit, weights=expected, minlength=units) + pooling))


def draw_intensities(law: Law, stage: int, *, seed: int, draws: int) -> Floats:
    """Return intensities per week by weeks under way, shape (draws, bands); `stage` names the draws."""
    from scipy.special import gammaincinv

    out = np.empty((draws, law.done.size))
    for band in range(law.done.size):
        u = common_uniform(seed, draws, Stream.FORECAST_LAW, 1000 * stage + band)
        out[:, band] = gammaincinv(law.done[band] + 1.0, u) / (law.exposure[band] + 1.0 / law.mean)
    return out
