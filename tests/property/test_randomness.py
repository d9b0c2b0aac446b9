"""Keyed draws are uniform and unrelated across names; nothing else in the program is random."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import numpy as np
import pytest
from property_runs import forced, fresh_process
from scipy.stats import kstest

import dpsim
from dpsim.core.streams import Stream, entity_numbers, uniform, uniforms
from dpsim.engines import benches, world
from dpsim.experiments.replication import prepare, strategy_paths
from dpsim.params.load import list_strategies, load_strategy
from dpsim.params.schema import Case

SOURCES = sorted(Path(dpsim.__file__).parent.rglob("*.py"))
N = 100_000
SEED, TEST = 2018, int(Stream.TEST)
ENTITIES = entity_numbers([f"XX-{k:06d}" for k in range(N)])
LIMIT = 4.0


def correlation_z(a: np.ndarray, b: np.ndarray) -> float:
    """Return the z value of the correlation of two uniform series under independence (known moments)."""
    return float(((a - 0.5) * (b - 0.5)).mean() * 12.0 * np.sqrt(a.size))


def test_draws_are_uniform() -> None:
    u = uniforms(SEED, 0, ENTITIES, TEST, 0)
    assert kstest(u, "uniform").pvalue > 1e-4, "draws of neighbouring enterprises are not uniform"
    assert abs((u.mean() - 0.5) * np.sqrt(12 * N)) < LIMIT
    assert abs((u.var() - 1 / 12) * np.sqrt(180 * N)) < LIMIT
    assert kstest(u**1.05, "uniform").pvalue < 1e-4, "a bend of five per cent would be noticed"


@pytest.mark.parametrize("along", ["entity", "ordinal", "draw", "replication", "seed", "stream"])
def test_neighbours_are_unrelated(along: str) -> None:
    name = {"seed": SEED, "replication": 0, "entity": 1, "stream": TEST, "ordinal": 0, "draw": 0}
    n = N // 5
    u = np.array([uniform(**{**name, along: name[along] + k}) for k in range(n)])
    assert kstest(u, "uniform").pvalue > 1e-4, f"not uniform along {along}"
    for lag in (1, 2, 3, 7, 64):
        z = correlation_z(u[:-lag], u[lag:])
        assert abs(z) < LIMIT, f"lag {lag} along {along}: z = {z:.2f}"
    mixed = 0.95 * u[1:] + 0.05 * u[:-1]
    assert abs(correlation_z(mixed, u[:-1])) > LIMIT, "a five per cent echo would be noticed"


@pytest.mark.parametrize("along", ["stream", "ordinal", "replication", "seed"])
def test_two_neighbouring_columns_of_all_enterprises_are_unrelated(along: str) -> None:
    name = {"seed": SEED, "replication": 5, "stream": TEST, "ordinal": 2}
    a, b = (
        uniforms(v["seed"], v["replication"], ENTITIES, v["stream"], v["ordinal"])
        for v in (name, {**name, along: name[along] + 1})
    )
    z = correlation_z(a, b)
    assert abs(z) < LIMIT, f"neighbours along {along}: z = {z:.2f}"
    assert abs(correlation_z(a, a)) > LIMIT, "the same column would be noticed"


# ------------------------------------------------------------------ one meaning per stream
SHARED = {
    f"CLOCK_{name}": {"engines/world.py", "model/adoption.py"}
    for name in ("START", "BUILD", "CONNECT", "ONLINE", "ASSESS", "REWORK")
}
"""First spell at assembly, later spells when a clock is renewed: one clock, two places."""
SHARED |= {
    f"HAZARD_CLOCK_{name}": {"engines/hazard_world.py", "model/hazard_sites.py"} for name in ("GENERAL", "MAJOR")
}
"""The same of the clocks on which hazards arise."""
SHARED |= {"PAPER": {"engines/hazard_world.py", "model/completion.py"}}
"""Drawn once per enterprise: built before the as-of date, or after it."""
SHARED |= {
    f"HAZARD_{name}": {"model/hazard_life.py", "model/open_hazards.py", "experiments/ledgers/hazard_rows.py"}
    for name in ("STEP", "AGAIN")
}
"""A hazard's own steps, worked out when it is found or when a ledger has it open; the ledger's dates are drawn anew."""
SHARED |= {
    "FORECAST_RIVAL": {
        "forecast/backtest.py",
        *(f"forecast/methods/{name}.py" for name in ("_curves", "_run_rate", "_series", "base_rate", "recent_weeks")),
    }
}
"""Methods that are held against each other; each has ordinals of its own."""
RESERVED = {"ASSESS_RESIDUAL", "TEST"}


def stream_uses(sources: dict[str, str]) -> dict[str, set[str]]:
    """Return in which files each member of `Stream` is named; a trace draws nothing of its own, it draws anew."""
    uses: dict[str, set[str]] = {}
    for file, text in sources.items():
        if file.startswith("experiments/tracing/"):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Stream":
                uses.setdefault(node.attr, set()).add(file)
    return uses


def package_sources() -> dict[str, str]:
    root = Path(dpsim.__file__).parent
    return {file.relative_to(root).as_posix(): file.read_text(encoding="utf-8") for file in SOURCES}


def shared_without_reason(uses: dict[str, set[str]]) -> dict[str, set[str]]:
    return {
        name: files
        for name, files in uses.items()
        if len(files) > 1 and not files <= SHARED.get(name, set()) and name != "TEST"
    }


def test_each_stream_is_used_in_one_place() -> None:
    sources = package_sources()
    uses = stream_uses(sources)
    assert not shared_without_reason(uses), "a stream used in two files needs a reason in SHARED"
    unused = set(Stream.__members__) - set(uses) - RESERVED
    assert not unused, f"streams that nothing draws: {unused}"
    assert set(uses) <= set(Stream.__members__)
    planted = stream_uses({**sources, "model/planted.py": "u = f(Stream.PROPENSITY)"})
    assert set(shared_without_reason(planted)) == {"PROPENSITY"}, "a second use would be noticed"


STRATEGIES = ("current_arrangement", "past_pace", "balanced", "assessor_independence", "laddered")
"""Together they draw from every stream; the last is `balanced` with the upper rungs of the penalty ladder."""
BOTH_SIDES = ["VISIT_HOUR", "DOUBLE_RANDOM"]
"""One decision drawn for the strategy and for the reference that it is held against: the same lot, the same hour."""

KEYS = """
import json, sys
import numpy as np
from dpsim.core import streams
plain, drawn = streams.uniform, {}

def point():
    frame = sys._getframe(2)
    inner = ("exponential", "uniforms", "luck", "<lambda>", "<listcomp>", "<genexpr>", "enter", "renew")
    while frame.f_code.co_name in inner:
        frame = frame.f_back
    return f"{frame.f_globals['__name__']}:{frame.f_code.co_name}:{frame.f_lineno}"

def counted(seed, replication, entity, stream, ordinal, draw):
    key = tuple(int(word) for word in (seed, replication, entity, stream, ordinal, draw))
    places = drawn.setdefault(key, [])
    places.append(point())
    return plain(*key)

streams.uniform = counted

def counting(part):
    def more(*name):
        key = tuple(int(word) for word in name)
        drawn.setdefault(key, []).append(point())
        return part(*key)
    return more

for name in ("uniform_pair", "uniform_three", "words"):
    setattr(streams, name, counting(getattr(streams, name)))
import dpsim, dpsim.engines.simpy_engine
from dpsim.engines import world
from dpsim.model import adoption, completion, hazard_life, population, prior
for module in (adoption, completion, hazard_life, population, prior):
    assert module.uniform is counted, module
from property_runs import forced, laddered, small
from dpsim.experiments.replication import run_replication
case = small(dpsim.load_case("linyi-2018")).with_values({"scenario.removals_per_year": 0.1})
case = forced(case, {"incidents.accidents.general": 0.5})
if PLANT:
    uses = world.uniforms
    shared = {int(streams.Stream.AGENCY_USER): int(streams.Stream.PROPENSITY)}
    world.uniforms = lambda s, r, e, stream, k: uses(s, r, e, shared.get(stream, stream), k)
kinds = set()
for name in STRATEGIES:
    drawn.clear()
    closing = laddered(stop_days=20.0, close_share=0.5)
    strategy = closing if name == "laddered" else dpsim.load_strategy(name)
    own = forced(case, {"deterrence.penalty_share": 1.0, "deterrence.return_share": 0.0, "staff.revisit_gap": 1})
    own = own if name == "laddered" else case  # few get to the rung at which a closing is drawn
    run = run_replication(own, strategy, seed=0, replication=0, engine="simpy", trace=True)
    kinds |= set(run.events["kind"])
    both = {int(streams.Stream[name]) for name in BOTH_SIDES}
    twice = {str(key): places for key, places in drawn.items() if len(places) > (2 if key[3] in both else 1)}
    print(json.dumps({
        "strategy": name,
        "keys": len(drawn),
        "twice": len(twice),
        "points": sorted(set(sum(twice.values(), []))),
        "example": next(iter(twice.items()), None),
        "streams": sorted({key[3] for key in drawn}),
        "kinds": sorted(kinds),
    }))
"""


def keys_of_runs(strategies: list[str], *, plant: bool) -> list[dict[str, object]]:
    script = (
        KEYS.replace("BOTH_SIDES", repr(BOTH_SIDES))
        .replace("PLANT", str(plant))
        .replace("STRATEGIES", repr(strategies))
    )
    return [json.loads(line) for line in fresh_process(script, NUMBA_DISABLE_JIT="1").splitlines()]


def test_no_draw_of_a_replication_is_used_twice() -> None:
    """Every key drawn in whole runs, uncompiled; seed 0 replication 0 shares its key words with the synthesis."""
    drawn: set[int] = set()
    for run in keys_of_runs([*STRATEGIES], plant=False):
        assert run["keys"] > 1000, run
        assert run["twice"] == 0, f"{run['strategy']}: a key is drawn twice, e.g. {run['example']} at {run['points']}"
        drawn |= set(run["streams"])  # type: ignore[arg-type]
        assert {"built", "online", "assessed", "passed"} <= set(run["kinds"])  # type: ignore[arg-type]
    left = {int(s) for s in Stream} - drawn
    before = {int(stream) for stream in Stream if stream.name.startswith("FORECAST_")} | {int(Stream.CHAIN)}
    before.add(int(Stream.UNCERTAIN))  # draws the case a run rests on, before the run
    assert left <= {int(Stream[name]) for name in RESERVED} | before, f"streams never drawn: {left}"


def test_two_decisions_on_one_stream_would_be_noticed() -> None:
    (run,) = keys_of_runs(["past_pace"], plant=True)
    assert run["twice"] == 40 and len(run["points"]) == 2, run  # type: ignore[arg-type]


def test_builders_of_two_sectors_never_share_a_draw(linyi: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """All values inside the ranges of the case: many agency users, long services, much headroom."""
    values = {"agencies.user_share": 0.8, "agencies.headroom": 2.5, "agencies.service_mean": 60}
    shares = {"mines": 0.2, "chemicals": 0.3, "industry_trade": 0.5}
    case = linyi.with_values({**values, **{f"population.sectors.{name}": share for name, share in shares.items()}})
    assert shared_builders(case, monkeypatch) == 0, "builders of two sectors have the same luck"


def test_builders_of_the_case_as_it_stands_share_no_draw(linyi: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shared_builders(linyi, monkeypatch) == 0


def shared_builders(case: Case, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many residual services are drawn under a key another builder has too."""
    setting = prepare(case, load_strategy(case.default_strategy))
    drawn: list[tuple[int, int]] = []
    plain = benches.uniforms

    def counted(seed: int, replication: int, entities: np.ndarray, stream: int, ordinal: int) -> np.ndarray:
        if stream == int(Stream.AGENCY_RESIDUAL):
            drawn.extend((int(e), ordinal) for e in entities)
        return plain(seed, replication, entities, stream, ordinal)

    monkeypatch.setattr(benches, "uniforms", counted)
    worst = 0
    for start in range(len(case.scenario.start.dates)):
        drawn.clear()
        world.make_world(setting, strategy_paths(setting, 1, np.array([0]), start=start), 0, seed=1)
        assert drawn, "the wrapper sees the draws"
        worst = max(worst, len(drawn) - len(set(drawn)))
    return worst


# ------------------------------------------------------------------ no other randomness
STRAY = """
import random, tempfile, secrets, uuid
import numpy as np, pandas, scipy.special, chinese_calendar, simpy
import dpsim
from property_runs import small, frame_hash
from dpsim.experiments.replication import run_replication
case = dpsim.load_case("linyi-2018")
case = small(case)
strategies = [dpsim.load_strategy(name) for name in dpsim.list_strategies()]
def results():
    runs = [run_replication(case, strategy, seed=3, replication=1, trace=True) for strategy in strategies]
    assert all(len(run.events) > 20 for run in runs)
    return [frame_hash(run.events, run.indicators, run.targets) for run in runs]
before = results()

class Stray(Exception):
    pass

def refuse(*args, **kwargs):
    raise Stray

banned = 0
for name in dir(random):
    if not name.startswith("_") and callable(getattr(random, name)):
        setattr(random, name, refuse); banned += 1
for name in dir(np.random):
    entry = getattr(np.random, name)
    if name.startswith("_") or not callable(entry):
        continue
    if isinstance(entry, type):
        try:
            entry = type(name, (entry,), {"__new__": refuse, "__init__": refuse})
        except TypeError:
            entry = refuse
    else:
        entry = refuse
    setattr(np.random, name, entry); banned += 1
assert banned > 70, banned
for call in (random.random, np.random.rand, np.random.seed, np.random.default_rng, lambda: np.random.Generator(None),
             lambda: np.random.RandomState(1), lambda: random.Random(1), np.random.PCG64, np.random.normal):
    try:
        call()
    except Stray:
        continue
    raise SystemExit(f"{call} is not banned")
assert results() == before, "the frames moved"
print(len(before), banned)
"""


@pytest.mark.parametrize("compiled", [True, pytest.param(False, marks=pytest.mark.long)])
def test_runs_need_no_other_randomness(compiled: bool) -> None:
    """`random` and all of `numpy.random` refuse to work; uncompiled, so that kernels are held to it as well."""
    printed = fresh_process(STRAY, **({} if compiled else {"NUMBA_DISABLE_JIT": "1"}))
    assert int(printed.split()[0]) == len(list_strategies()) >= 5


def stray_names(text: str) -> set[str]:
    """Return uses of Python's and numpy's generators and of the salted `hash` in a source."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {
                a.name
                for a in node.names
                if a.name.split(".")[0] in ("random", "secrets") or a.name.startswith("numpy.random")
            }
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
            found |= (
                {node.module}
                if node.module.split(".")[0] in ("random", "secrets") or node.module.startswith("numpy.random")
                else set()
            )
            found |= (
                {"numpy.random"} if node.module == "numpy" and any(a.name == "random" for a in node.names) else set()
            )
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "random"
            and isinstance(node.value, ast.Name)
            and node.value.id in ("np", "numpy")
        ):
            found.add("np.random")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "hash":
            found.add("hash(")
    return found


def test_no_source_names_another_generator_or_hash() -> None:
    assert len(SOURCES) > 40
    stray = {file.name: names for file in SOURCES if (names := stray_names(file.read_text(encoding="utf-8")))}
    assert not stray, "draws are keyed: use dpsim.core.streams"
    for planted in (
        "import random",
        "import random as r",
        "from random import choice",
        "import numpy.random",
        "from numpy import random",
        "from numpy.random import default_rng",
        "import numpy as np\nnp.random.seed(1)",
        "x = hash('a')",
        "import secrets",
    ):
        assert stray_names(planted), f"not noticed: {planted}"
    assert not stray_names("from dpsim.core.streams import uniform\nx = kernel_hash()"), "no false alarm"


def test_numbered_copies_of_a_case_share_no_luck(linyi: Case) -> None:
    """Two codes of one list never share an entity number, in every case at hand (and with a larger list)."""
    for count in (int(linyi.population.enterprises.value), 50_000):
        numbers = entity_numbers([f"{linyi.code_prefix}-{k + 1:06d}" for k in range(count)])
        assert np.unique(numbers).size == count
    assert forced(linyi, {"assessors.teams": 5000}).assessors.teams.value == 5000
