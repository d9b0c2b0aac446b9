"""Toronto's fire inspections: which family rectification delays follow (decision 0013). Run with `-s` for the figures.

One hazard's delay is read from files with one violation; a file with many closes when the last is put right.
"""

from __future__ import annotations

import numpy as np
import pytest
from delay_families import (
    CDF,
    Files,
    Fit,
    anderson_darling,
    fit,
    held_out,
    last_of_many,
    load_files,
    quantiles,
    samples,
    some,
    weibull_mean,
    year_opened,
)

from dpsim.core.streams import Stream, uniforms
from dpsim.model.delays import delay_quantile

TWO_PARAMETERS = [family for family, (_, start) in CDF.items() if len(start) == 2]
SHARES = np.array([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99])


@pytest.fixture(scope="module")
def files() -> Files:
    return load_files()


def luck(n: int, ordinal: int) -> np.ndarray:
    return uniforms(1, 0, np.arange(1, n + 1, dtype=np.uint32), int(Stream.TEST), ordinal)


def drawn(like: Files, truth: Fit, draw: int) -> Files:
    """The same files with delays of a known family, each given that it ends before the data do."""
    seen = CDF[truth.family][0](like.to_end + 0.5, truth.parameters)
    shares = luck(like.days.size, 1000 + draw) * seen
    if truth.family == "Weibull":
        mean, shape = weibull_mean(truth), float(truth.parameters[1])
        delays = np.array([delay_quantile(share, mean, shape) for share in shares])
    else:
        delays = quantiles(truth, shares)
    return like._replace(days=np.minimum(np.floor(delays + 0.5), like.to_end))


def test_all_delays_end_before_the_data_do(files: Files) -> None:
    assert files.days.size == 4016 and (files.violations == 1).sum() == 930
    assert (files.days >= 0.0).all() and (files.days <= files.to_end).all()


def test_the_delay_of_one_hazard_is_weibull_among_two_parameter_families(files: Files) -> None:
    for name, sample in samples(files).items():
        fits = {family: fit(family, sample) for family in CDF}
        years = year_opened(sample)
        for family, best in fits.items():
            print(
                f"toronto | {name} (n={sample.days.size}) | {family} | AIC {best.aic:.1f} "
                f"BIC {best.bic(sample.days.size):.1f} AD {anderson_darling(best, sample):.2f} "
                f"held out by year {held_out(family, sample, years):.1f} | {best.parameters.round(3).tolist()}"
            )
        assert min(TWO_PARAMETERS, key=lambda family: fits[family].aic) == "Weibull", name
        assert fits["Weibull"].aic < fits["exponential"].aic - 10.0 and fits["Weibull"].parameters[1] < 1.0
        assert fits["Weibull"].aic < fits["lognormal"].aic - 10.0
    one = samples(files)["one violation"]
    assert max(TWO_PARAMETERS, key=lambda family: held_out(family, one, year_opened(one))) == "Weibull"


def test_quantiles_agree_with_the_observed_ones_and_heavy_tails_do_not(files: Files) -> None:
    sample = samples(files)["one violation, opened two years before the end"]
    observed = np.quantile(sample.days, SHARES)
    ratio = {family: quantiles(fit(family, sample), SHARES) / observed for family in CDF}
    for family, values in ratio.items():
        print(f"toronto | quantile over observed at {SHARES.tolist()} | {family} | {values.round(2).tolist()}")
    assert (np.abs(ratio["Weibull"][2:] - 1.0) < 0.15).all(), "from the lower quartile to the 99th percentile"
    for family in ("lognormal", "log-logistic"):
        assert ratio[family][-1] > 2.0, f"{family}: the check must see a tail that is too heavy"


@pytest.mark.long
def test_the_choice_finds_the_tail_it_was_given(files: Files) -> None:
    one = samples(files)["one violation"]
    observed = fit("gamma", one).aic - fit("Weibull", one).aic
    light = {"Weibull", "gamma"}
    for family in TWO_PARAMETERS:
        truth, picked, gaps, shapes = fit(family, one), [], [], []
        for draw in range(12):
            fits = {other: fit(other, drawn(one, truth, draw)) for other in TWO_PARAMETERS}
            picked.append(min(fits, key=lambda other: fits[other].aic))
            gaps.append(fits["gamma"].aic - fits["Weibull"].aic)
            shapes.append(fits["Weibull"].parameters[1])
        counts = {other: picked.count(other) for other in TWO_PARAMETERS}
        print(f"toronto | truth {family} | picked {counts} | AIC gamma - Weibull up to {max(gaps):.1f}")
        assert (set(picked) <= light) if family in light else not (set(picked) & light), "tails are told apart"
        if family == "gamma":
            assert max(gaps) < observed, f"no gamma world favours Weibull by {observed:.1f} as the data do"
        if family == "Weibull":
            error = np.std(shapes, ddof=1) / np.sqrt(len(shapes))
            assert abs(np.mean(shapes) - truth.parameters[1]) < 4.0 * error, "the package's delays, through the fit"


def test_the_shape_of_one_hazard_with_its_interval(files: Files) -> None:
    one = samples(files)["one violation"]
    _, where = np.unique(one.building, return_inverse=True)
    groups = [np.flatnonzero(where == k) for k in range(where.max() + 1)]
    fits = []
    for draw in range(200):  # whole buildings
        chosen = (len(groups) * luck(len(groups), 100 + draw)).astype(int)
        best = fit("Weibull", some(one, np.concatenate([groups[k] for k in chosen])))
        fits.append((best.parameters[1], weibull_mean(best)))
    (low, mean_low), (high, mean_high) = np.quantile(fits, [0.025, 0.975], axis=0)
    best = fit("Weibull", one)
    print(f"toronto | one violation | shape {best.parameters[1]:.3f} [{low:.3f}, {high:.3f}]")
    print(f"toronto | one violation | mean {weibull_mean(best):.1f} days [{mean_low:.1f}, {mean_high:.1f}]")
    assert 0.75 < low < high < 1.0, "more spread out than exponential"
    for year in (2017, 2018, 2019):
        part = some(one, year_opened(one) == year)
        own = fit("Weibull", part)
        print(
            f"toronto | opened {year} (n={part.days.size}) | shape {own.parameters[1]:.2f} mean {weibull_mean(own):.0f}"
        )
    for code, word in (("6.3.1.4", "fire alarm"), ("2.2.3.2", "closures in fire separations")):
        part = some(one, one.codes == code)
        own = fit("Weibull", part)
        print(f"toronto | {word} (n={part.days.size}) | shape {own.parameters[1]:.2f} mean {weibull_mean(own):.0f}")


def test_a_file_closes_when_its_last_hazard_is_put_right(files: Files) -> None:
    whole = fit("Weibull", files)
    print(f"toronto | whole files (n=4016) | shape {whole.parameters[1]:.2f} mean {weibull_mean(whole):.0f}")
    means = []
    for few, many in ((1, 1), (2, 2), (3, 4), (5, 7), (8, 99)):
        part = some(files, (files.violations >= few) & (files.violations <= many))
        own = fit("Weibull", part)
        means.append(weibull_mean(own))
        shape = own.parameters[1]
        print(f"toronto | {few}-{many} violations (n={part.days.size}) | shape {shape:.2f} mean {means[-1]:.0f}")
    assert means == sorted(means) and means[-1] > 2.5 * means[0]
    last = {family: last_of_many(family, files) for family in CDF}
    for family, best in last.items():
        print(f"toronto | last of many | {family} | AIC {best.aic:.1f} | {best.parameters.round(3).tolist()}")
    assert last["Weibull"].aic < whole.aic - 1000.0, "the number of violations says far more than any family"
    assert min(TWO_PARAMETERS, key=lambda family: last[family].aic) == "Weibull"
    assert 0.7 < last["Weibull"].parameters[1] < 0.9 and 0.5 < last["Weibull"].parameters[2] < 1.0
    exchanged = files._replace(violations=files.violations[np.argsort(luck(files.days.size, 5))])
    best = last_of_many("Weibull", exchanged)
    assert best.aic > whole.aic - 4.0, "numbers of violations exchanged at random must say nothing"


def test_closed_files_only_hides_long_delays(files: Files) -> None:
    one = samples(files)["one violation"]
    blind = fit("Weibull", one._replace(to_end=np.full(one.days.size, 1e6)))
    best = fit("Weibull", one)
    print(f"toronto | ignoring the end of the data | mean {weibull_mean(blind):.1f} for {weibull_mean(best):.1f} days")
    assert weibull_mean(blind) < weibull_mean(best)
