"""Two strategies side by side on two cores, and what the second core is worth.

The call is the planner's own, `compare`, with its frames, intervals and verdicts. It is timed after start-up: workers
are there, everything is compiled. The reference engine gets fewer pairs, as its name in the table says.
"""

from __future__ import annotations

import statistics

from common import FAST, SEED, Row, asked, figure, seconds

from dpsim import compare, load_case, load_strategy
from dpsim.experiments.arguments import ENGINES

PAIRS, FEW = 200, 20
STRATEGY = "balanced"
PATIENCE = 5.0
"""A call that takes longer is not repeated."""


def timed(engine: str, pairs: int, workers: int) -> float:
    """Return the time of one comparison after start-up: the median of three where it is short."""
    case, strategy = load_case("linyi-2018"), load_strategy(STRATEGY)

    def call(number: int) -> None:
        compare(case, [strategy], replications=number, seed=SEED, engine=engine, workers=workers)

    call(10)
    times = [seconds(lambda: call(pairs))]
    while times[0] < PATIENCE and len(times) < 3:
        times.append(seconds(lambda: call(pairs)))
    return statistics.median(times)


def rows() -> list[Row]:
    """Measure."""
    out = []
    for engine in ENGINES:
        pairs = PAIRS if engine == FAST else FEW
        one, two = timed(engine, pairs, 1), timed(engine, pairs, 2)
        name = f"2x{pairs}:{engine}"
        out.append(figure(f"pairs:{name}:2_workers", two, "s", one / 2, asked(engine, "<=2")))
        out.append(figure(f"pairs:{name}:1_worker", one, "s"))
        out.append(figure(f"two_workers_over_one:{name}", one / two, "times", target=asked(engine, ">=1.8")))
    return out
