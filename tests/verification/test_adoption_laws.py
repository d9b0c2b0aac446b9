"""Methods 3.6 on adoption and on whole runs: what changes nothing, and what cannot happen.

Nothing goes off without intensity, rows are names only, and so is the unit of time. (Of hazards: test_hazard_laws.py.)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from test_engine_schedule import plain_case
from verification_tools import SEED, drive, make_state

from dpsim.core.words import Kind
from dpsim.engines.world import make_setting, make_world
from dpsim.experiments.measured import run_world
from dpsim.model.paths import Pace
from dpsim.model.population import Population
from dpsim.model.prior import draw_paths
from dpsim.model.state import Col, Track
from dpsim.params.load import load_strategy

RATES = {Track.START: 0.05, Track.BUILD: 0.09, Track.CONNECT: 0.04, Track.ONLINE: 0.03, Track.ASSESS: 0.02}
OWN = {int(kind) for kind in (Kind.STARTED, Kind.READY, Kind.CONNECTED, Kind.ONLINE, Kind.ENTERED)}
"""Steps that an enterprise takes by an intensity of its own."""
Story = list[tuple[object, ...]]


# ------------------------------------------------------------------------------------------------ whole runs
def story(engine: str, order: np.ndarray | None = None, *, speed: float = 3.0, by_row: bool = False) -> Story:
    """Return all events of a run by entity, adoption and hazards, the list's rows in another order if given."""
    case, strategy = plain_case(), load_strategy("current_arrangement")
    setting = make_setting(case, strategy, load_strategy(case.default_strategy), engine=engine)
    if order is not None:
        setting = replace(setting, population=in_order(setting.population, order, by_row=by_row))
    paths = draw_paths(case, setting.timeline, seed=SEED, replications=np.arange(1), start=1, pace=Pace.CONSTANT)
    world = make_world(setting, paths, 0, seed=SEED)
    world.path = world.path._replace(weekly=speed * world.path.weekly)
    outcome = run_world(world)
    assert outcome.hazards is not None
    entity = world.state.entity
    events, ledger = outcome.events, outcome.hazards.store.ledger
    own = [events[name].tolist() for name in ("entity", "t", "kind", "ordinal", "channel", "value")]
    of_hazards = [ledger[name].tolist() for name in ("t", "kind", "ordinal", "channel", "value", "klass", "detail")]
    return sorted([*zip(*own, strict=True), *zip(entity[ledger["index"]].tolist(), *of_hazards, strict=True)])


def in_order(population: Population, order: np.ndarray, *, by_row: bool) -> Population:
    """Return the same list with its rows in another order; broken: whose numbers are those of the rows."""
    moved = {name: values[order] for name, values in vars(population).items() if isinstance(values, np.ndarray)}
    if by_row:
        moved["entity"] = population.entity
    return replace(population, codes=tuple(population.codes[k] for k in order), **moved)


@pytest.mark.parametrize("engine", ["compiled", "simpy"])
def test_the_order_of_the_list_changes_nothing(engine: str) -> None:
    plain = story(engine)
    order = np.random.default_rng(7).permutation(240)
    assert len(plain) > 5000 and {row[2] for row in plain} >= OWN - {int(Kind.READY)}
    assert story(engine, order) == plain, "events follow the entity, not the row"
    assert story(engine, order, by_row=True) != plain, "control: luck that goes with the row would be noticed"


def test_without_intensity_no_enterprise_moves() -> None:
    still = {row[2] for row in story("compiled", speed=0.0)}
    assert not still & (OWN - {int(Kind.ENTERED)}), "a step without an intensity"
    assert int(Kind.BORN) in still, "though hazards arise"
    assert {row[2] for row in story("compiled", speed=0.1)} & OWN, "control: with a tenth of the pace somebody moves"


# -------------------------------------------------------------------------------------------- functions of a step
def steps(factor: float, *, forgotten: Track | None = None, none: Track | None = None) -> list[tuple[float, int, int]]:
    """Return time, enterprise and kind of all own events in 100 days, in units of time `factor` as many to the day."""
    state = make_state(600)
    state.status[:, Col.AGENCY_USER] = 0
    for track, rate in RATES.items():
        state.rate[:, track] = rate / (1.0 if track == forgotten else factor)
    if none is not None:
        state.rate[:, none] = 0.0
    return [(event.t, event.i, event.kind) for event in drive(state, 100.0 * factor)]


@pytest.mark.parametrize("factor", [2.0, 0.25])
def test_the_unit_of_time_changes_nothing(factor: float) -> None:
    """Twice as many units and half the intensities: the same events at twice the times, to the bit."""
    plain = steps(1.0)
    assert len(plain) > 1500
    assert [(factor * t, i, kind) for t, i, kind in plain] == steps(factor)
    for track in RATES:
        wrong = [(i, kind) for _, i, kind in steps(factor, forgotten=track)]
        assert wrong != [(i, kind) for _, i, kind in plain], f"control: {track.name} that does not scale is noticed"


@pytest.mark.parametrize("track", list(RATES))
def test_a_clock_without_intensity_never_goes_off(track: Track) -> None:
    kinds = {
        Track.START: Kind.STARTED,
        Track.BUILD: Kind.BUILT,
        Track.CONNECT: Kind.CONNECTED,
        Track.ONLINE: Kind.ONLINE,
        Track.ASSESS: Kind.ENTERED,
    }
    assert int(kinds[track]) not in {kind for _, _, kind in steps(1.0, none=track)}
    assert int(kinds[track]) in {kind for _, _, kind in steps(1.0)}, "control: with its intensity it does"
