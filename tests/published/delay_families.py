"""Families of delays fitted to closed inspection files, and how they are compared.

The files end with the data, so a file opened late is only there if it was short. Each file's likelihood is therefore
taken given that it closed before the end: P(delay = d) / P(delay <= days to the end). Delays are whole days: d stands
for [d - 1/2, d + 1/2].

A file with many violations is closed when the last of them is put right, so only a file with one violation shows the
delay of one hazard. `last_of_many` fits all files at once: F(t) to the power (violations ^ parts); parts = 1 means
independent delays, 0 means that all are put right together.
"""

from __future__ import annotations

from collections.abc import Callable
from math import gamma
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from outside_data import read_table
from scipy import optimize, stats

FOLDER = "toronto_highrise_fire_inspections"
Array = npt.NDArray[np.float64]


def _hyperexponential(t: Array, p: Array) -> Array:
    """Mixture of two exponentials: means p[0] and p[1], odds p[2] of the first."""
    share = p[2] / (1.0 + p[2])
    return -share * np.expm1(-t / p[0]) - (1.0 - share) * np.expm1(-t / p[1])


CDF: dict[str, tuple[Callable[[Array, Array], Array], tuple[float, ...]]] = {
    "exponential": (lambda t, p: -np.expm1(-t / p[0]), (100.0,)),
    "Weibull": (lambda t, p: -np.expm1(-((t / p[0]) ** p[1])), (100.0, 1.0)),
    "gamma": (lambda t, p: stats.gamma.cdf(t / p[0], p[1]), (100.0, 1.0)),
    "lognormal": (lambda t, p: stats.norm.cdf(np.log(np.maximum(t, 1e-300) / p[0]) / p[1]), (80.0, 1.0)),
    "log-logistic": (lambda t, p: 1.0 - 1.0 / (1.0 + (t / p[0]) ** p[1]), (80.0, 1.5)),
    "two exponentials": (_hyperexponential, (60.0, 150.0, 1.0)),
    "Burr XII": (lambda t, p: 1.0 - (1.0 + (t / p[0]) ** p[1]) ** -p[2], (500.0, 1.2, 5.0)),
}
"""Distribution function by family with its starting values; all parameters above 0, the first a scale in days."""


class Files(NamedTuple):
    """Closed files with violations."""

    days: Array
    to_end: Array
    """Days from opening to the end of the data: longer delays cannot be seen."""
    least: Array
    """Shorter delays are left out: 0, or 1/2 where closing on the day of opening does not count."""
    opened: npt.NDArray[np.datetime64]
    violations: npt.NDArray[np.int64]
    building: npt.NDArray[np.str_]
    codes: npt.NDArray[np.str_]
    """Sections of the Ontario fire code, by semicolons."""


class Fit(NamedTuple):
    """One family at its maximum likelihood."""

    family: str
    parameters: Array
    log_likelihood: float

    @property
    def aic(self) -> float:
        """Akaike's criterion."""
        return 2.0 * self.parameters.size - 2.0 * self.log_likelihood

    def bic(self, n: int) -> float:
        """Schwarz's criterion."""
        return float(np.log(n) * self.parameters.size - 2.0 * self.log_likelihood)


def load_files(data: str | None = None) -> Files:
    """Return the closed files in which violations were found."""
    frame = read_table(FOLDER, "inspections.csv", data=data)
    found = frame[frame["result"] == "violations"]
    return Files(
        found["days_open"].to_numpy(dtype=np.float64),
        (frame["closed"].max() - found["date"]).dt.days.to_numpy(dtype=np.float64),
        np.zeros(len(found)),
        found["date"].to_numpy(dtype="datetime64[D]"),
        found["violations"].to_numpy(dtype=np.int64),
        found["establishment"].to_numpy(dtype=np.str_),
        found["codes"].to_numpy(dtype=np.str_),
    )


def some(files: Files, which: npt.NDArray) -> Files:
    """Return the files that a mask or positions pick."""
    return Files(*(column[which] for column in files))


def not_on_the_day(files: Files) -> Files:
    """Return the files that were not closed on the day of opening, given that they were not."""
    kept = some(files, files.days > 0)
    return kept._replace(least=np.full(kept.days.size, 0.5))


def bounds(
    family: str, parameters: Array, files: Files, power: Array | float = 1.0
) -> tuple[Array, Array, Array, Array]:
    """Return the distribution function at the least, the lower, the upper and the largest delay of each file."""
    cdf = CDF[family][0]
    ends = files.least, np.maximum(files.days - 0.5, 0.0), files.days + 0.5, files.to_end + 0.5
    least, low, high, most = (cdf(end, parameters) ** power for end in ends)
    return least, low, high, most


def log_likelihoods(family: str, parameters: Array, files: Files, power: Array | float = 1.0) -> Array:
    """Return each file's log likelihood, given that it closed before the end of the data."""
    least, low, high, most = bounds(family, parameters, files, power)
    return np.log(np.maximum(high - low, 1e-300)) - np.log(np.maximum(most - least, 1e-300))


def _maximise(total: Callable[[Array], float], start: Array) -> tuple[Array, float]:
    """Return where a log likelihood is largest, and how large."""
    options = {"maxiter": 6000, "xatol": 1e-5, "fatol": 1e-5}
    with np.errstate(over="ignore"):
        best = optimize.minimize(lambda x: -total(x), start, method="Nelder-Mead", options=options)
    return best.x, -float(best.fun)


def fit(family: str, files: Files) -> Fit:
    """Return the maximum likelihood fit (searched on the log scale)."""
    start = np.log(CDF[family][1])
    best, value = _maximise(lambda x: float(log_likelihoods(family, np.exp(x), files).sum()), start)
    return Fit(family, np.exp(best), value)


def last_of_many(family: str, files: Files) -> Fit:
    """Return the fit of the delay of one hazard to all files; the last parameter is `parts`."""

    def total(x: Array) -> float:
        return float(log_likelihoods(family, np.exp(x[:-1]), files, files.violations ** x[-1]).sum())

    best, value = _maximise(total, np.append(np.log(CDF[family][1]), 0.5))
    return Fit(family, np.append(np.exp(best[:-1]), best[-1]), value)


def samples(files: Files) -> dict[str, Files]:
    """Return the files on which the family of one hazard's delay is chosen."""
    one = some(files, files.violations == 1)
    return {
        "one violation": one,
        "one violation, opened two years before the end": some(one, one.to_end >= 730),
        "one violation, not closed on the day of opening": not_on_the_day(one),
    }


def year_opened(files: Files) -> npt.NDArray[np.int64]:
    """Return the year of opening; the few files of 2020 count with 2019."""
    return np.minimum(1970 + files.opened.astype("datetime64[Y]").astype(np.int64), 2019)


def weibull_mean(best: Fit) -> float:
    """Return the mean in days of a Weibull fit."""
    return float(best.parameters[0] * gamma(1.0 + 1.0 / best.parameters[1]))


def held_out(family: str, files: Files, fold: npt.NDArray[np.int64]) -> float:
    """Return the log likelihood of every fold under the fit to the others, summed."""
    total = 0.0
    for k in np.unique(fold):
        parameters = fit(family, some(files, fold != k)).parameters
        total += log_likelihoods(family, parameters, some(files, fold == k)).sum()
    return float(total)


def shares_below(best: Fit, files: Files) -> Array:
    """Return what share of the delays that could be seen each delay exceeds: uniform where the family is right."""
    least, low, high, most = bounds(best.family, best.parameters, files)
    return ((low + high) / 2.0 - least) / (most - least)


def anderson_darling(best: Fit, files: Files) -> float:
    """Return the Anderson-Darling distance, which weighs both tails."""
    u = np.clip(np.sort(shares_below(best, files)), 1e-12, 1.0 - 1e-12)
    k = np.arange(1, u.size + 1)
    return float(-u.size - np.mean((2 * k - 1) * (np.log(u) + np.log1p(-u[::-1]))))


def quantiles(best: Fit, shares: Array) -> Array:
    """Return quantiles in days, by bisection in the distribution function (one way for all families)."""
    cdf = CDF[best.family][0]
    low, high = np.zeros_like(shares), np.full_like(shares, 1e6)
    for _ in range(60):
        middle = (low + high) / 2.0
        below = cdf(middle, best.parameters) < shares
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return high
