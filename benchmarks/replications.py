"""One replication of linyi-2018 with all mechanisms, one core: its time, its parts, and against its own keyed draws.

The draws are counted, not estimated (`count_draws`). Alone they are timed twice: one after the other, as a run makes
them; and in bulk over an array of keys, which the compiler turns into vector instructions. The second is the floor: a
run would have to know all its keys beforehand.
"""

from __future__ import annotations

from time import perf_counter

import numpy as np
from common import FAST, SEED, Row, asked, figure, horizons, median_seconds, replication_seconds, seconds
from count_draws import counted

from dpsim.core.compiled import routine
from dpsim.core.streams import Stream, uniform, uniforms
from dpsim.engines.world import make_world
from dpsim.experiments.arguments import ENGINES
from dpsim.experiments.measured import run_one, run_world
from dpsim.experiments.replication import prepare, strategy_paths
from dpsim.params.load import load_strategy
from dpsim.params.schema import Case

TARGETS_MS = {"year": "<=25", "to_year_end": "<=8"}
RATIO = "<=4"
ENTITIES, ORDINALS = 2_000, 500


@routine
def one_by_one(seed: int, entities: np.ndarray, ordinals: int) -> float:
    """Make keyed draws one after the other and return their sum."""
    total = 0.0
    for i in range(entities.size):
        for k in range(ordinals):
            total += uniform(seed, 0, entities[i], 99, k, 0)
    return total


def draw_seconds() -> tuple[float, float]:
    """Return the time of one keyed draw, one by one and in bulk."""
    entities = np.arange(ENTITIES, dtype=np.uint32) * np.uint32(2_654_435)
    alone = median_seconds(lambda k: one_by_one(k, entities, ORDINALS), 9) / (ENTITIES * ORDINALS)
    many = np.arange(1_000_000, dtype=np.uint32)
    bulk = median_seconds(lambda k: uniforms(SEED, k, many, int(Stream.TEST), 0), 9) / many.size
    return alone, bulk


def parts(case: Case, engine: str, repeats: int) -> dict[str, float]:
    """Return the median time of making a world and of the engine; the rest of a replication is measuring."""
    setting = prepare(case, load_strategy("current_arrangement"), engine=engine)
    paths = strategy_paths(setting, SEED, np.arange(repeats + 1))
    run_one(setting, paths, 0, seed=SEED, trace=False, by=("county",))
    making, running = [], []
    for k in range(1, repeats + 1):
        begin = perf_counter()
        world = make_world(setting, paths, k, seed=SEED)
        making.append(perf_counter() - begin)
        world.hazards.store.count(np.zeros(1), np.zeros(world.state.entity.size, dtype=np.int64), 1, trace=False)
        running.append(seconds(lambda world=world: run_world(world)))
    return {"world": float(np.median(making)), "engine": float(np.median(running))}


def rows() -> list[Row]:
    """Measure."""
    draws, (alone, bulk) = counted(), draw_seconds()
    out = [figure("keyed_draw:one_by_one", alone * 1e9, "ns"), figure("keyed_draw:in_bulk", bulk * 1e9, "ns")]
    for horizon, case in horizons().items():
        for engine in ENGINES:
            number, name = draws[horizon][engine]["all"], f"{horizon}:{engine}"
            repeats = 30 if engine == FAST and len(ENGINES) > 1 else 7
            time = replication_seconds(case, engine, repeats)
            target = asked(engine, TARGETS_MS[horizon])
            out.append(figure(f"replication:{name}", time * 1e3, "ms", number * bulk * 1e3, target))
            out.append(figure(f"draws:{name}", number, "draws"))
            ratio = time / (number * alone)
            out.append(figure(f"ratio_to_own_draws:{name}", ratio, "times", target=asked(engine, RATIO)))
            split = parts(case, engine, repeats)
            split["measuring"] = max(0.0, time - sum(split.values()))
            out += [figure(f"part:{part}:{name}", spent * 1e3, "ms") for part, spent in split.items()]
    return out
