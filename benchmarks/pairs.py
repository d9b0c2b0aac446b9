"""Two strategies side by side on two cores, and what the second core is worth.

The call is the planner's own, `compare`, with its frames, intervals and verdicts. It is timed after start-up: workers
are there, everything is compiled. The reference engine gets fewer pairs, as its name in the table says.
"""

from __future__ import annotations

from common import FAST, SEED, Row, asked, figure, median_seconds

from dpsim import compare, load_case, load_strategy
from dpsim.experiments.replication import ENGINES

PAIRS = {True: 200, False: 20}
STRATEGY = "balanced"


def rows() -> list[Row]:
    """Measure."""
    case, strategy, out = load_case("linyi-2018"), load_strategy(STRATEGY), []
    for engine in ENGINES:
        fast = engine == FAST and len(ENGINES) > 1
        pairs = PAIRS[fast]

        def call(seed: int, workers: int, engine: str = engine, pairs: int = pairs) -> None:
            compare(case, [strategy], replications=pairs, seed=SEED + seed, engine=engine, workers=workers)

        one, two = (median_seconds(lambda k, w=w: call(k, w), 3 if fast else 1) for w in (1, 2))
        name = f"2x{pairs}:{engine}"
        out.append(figure(f"pairs:{name}:2_workers", two, "s", one / 2, asked(engine, "<=2") if fast else ""))
        out.append(figure(f"pairs:{name}:1_worker", one, "s"))
        out.append(figure(f"two_workers_over_one:{name}", one / two, "times", target=asked(engine, ">=1.8")))
    return out
