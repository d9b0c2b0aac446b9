"""Draw what the published tests say: `python tests/published/draw_figures.py FOLDER [--data DIR]`.

`delay_quantiles.png`: observed against fitted quantiles of each family. `inspectors.png`: critical share by inspector
and days earlier with and without her.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import chicago_pilot as chicago
import delay_families as toronto
import matplotlib.pyplot as plt
import numpy as np

COLOURS = {"brown": "#7a4a21", "yellow": "gold", "green": "g", "orange": "orange", "blue": "C0", "purple": "purple"}


def draw_delays(file: Path, data: str | None) -> None:
    """Draw one panel per family: a point on the line is a quantile as observed."""
    name = "one violation, opened two years before the end"
    sample = toronto.samples(toronto.load_files(data))[name]
    observed = np.sort(sample.days)
    shares = (np.arange(observed.size) + 0.5) / observed.size
    figure, axes = plt.subplots(2, 4, figsize=(13, 7), sharex=True, sharey=True)
    for ax, family in zip(axes.flat, toronto.CDF, strict=False):
        fitted = toronto.quantiles(toronto.fit(family, sample), shares)
        ax.plot([0, 900], [0, 900], color="0.6", lw=1)
        ax.plot(fitted, observed, ".", ms=4, color="#2b6ca3")
        beyond = int((fitted > 900).sum())
        ax.set(title=family + (f" ({beyond} beyond 900)" if beyond else ""), xlim=(0, 900), ylim=(0, 900))
    axes.flat[-1].set_axis_off()
    figure.supxlabel("fitted quantile, days")
    figure.supylabel("observed quantile, days")
    figure.suptitle(f"Rectification delay, Toronto, {name} (n={observed.size})")
    figure.tight_layout()
    figure.savefig(file, dpi=80)
    plt.close(figure)


def draw_inspectors(file: Path, data: str | None) -> None:
    """Draw the critical share by inspector group, and the gain over lots of four orders, with 95% intervals."""
    inspections = chicago.load_inspections(data)
    pilot = chicago.load_pilot(inspections)
    framed = inspections[inspections["in_model_frame"] == 1]
    rates = framed.groupby("inspector")["violator"].agg(["mean", "size"]).sort_values("mean")

    def gains(sample: chicago.Pilot) -> list[float]:
        score = sample.scores["risk score"]
        return [
            chicago.days_before_random(sample, score),
            chicago.days_before_random(sample, sample.scores["inspector's record"]),
            chicago.days_before_random(sample, chicago.rank_within_inspectors(sample, score)),
            chicago.days_within_inspectors(sample, score),
        ]

    words = [
        "risk score",
        "inspector's record\nalone",
        "risk score ranked\nwithin inspectors",
        "own visits on\nown days",
    ]
    point = np.array(gains(pilot))
    low, high = np.quantile(chicago.bootstrap(pilot, gains, 1000), [0.025, 0.975], axis=0)
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5))
    error = 1.96 * np.sqrt(rates["mean"] * (1 - rates["mean"]) / rates["size"])
    left.bar(rates.index, 100 * rates["mean"], yerr=100 * error, color=[COLOURS[name] for name in rates.index])
    left.set(
        ylabel="visits with critical violations, %",
        xlabel="inspector group",
        title=f"Found by inspector group, 2011-2014 (n={len(framed)})",
    )
    right.errorbar(range(4), point, yerr=[point - low, high - point], fmt="o", capsize=4, color="#2b6ca3")
    right.axhline(0, color="0.6", lw=1)
    right.set_xticks(range(4), words)
    right.set(
        ylabel="days earlier than in a random order",
        title="What is left without the inspector, Sep-Oct 2014 (n=1665)",
        ylim=(-1, 12),
    )
    figure.suptitle("Chicago food inspections: critical violations")
    figure.tight_layout()
    figure.savefig(file, dpi=80)
    plt.close(figure)


def main() -> None:
    """Draw both into a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", help="folder that holds the data folders (default: DPSIM_DATA)")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    draw_delays(given.folder / "delay_quantiles.png", given.data)
    draw_inspectors(given.folder / "inspectors.png", given.data)


if __name__ == "__main__":
    main()
