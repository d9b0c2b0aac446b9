"""Every strategy on every case, and every instrument: one shared suite that a new file enters by itself."""

from __future__ import annotations

import datetime as dt
import inspect
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from dpsim import strategies
from dpsim.core.funds import Purse
from dpsim.core.levers import COMBINED, Levers, empty_levers
from dpsim.core.reported import Fact, Reported
from dpsim.core.timeline import Timeline
from dpsim.engines.world import Lever
from dpsim.errors import InputError
from dpsim.experiments.ensemble import run_ensemble
from dpsim.experiments.replication import run_replication
from dpsim.model.prior import case_timeline
from dpsim.params.instruments import INSTRUMENTS, Instrument
from dpsim.params.load import list_cases, list_strategies, load_case, load_strategy
from dpsim.params.quantity import Label, Quantity
from dpsim.strategies import instrument, instruments
from scaled_case import scaled_case

TIMELINE = case_timeline(load_case("linyi-2018"))
"""Its intervals begin on working mornings and, after a deadline, on a holiday: 1 October."""
COUNTIES, GROUPS, SECTORS, N = 13, 2, 3, 39


def reported_facts() -> Reported:
    """Counties and enterprises that differ, so that a ranking and a plan have something to say."""
    counts = np.column_stack([np.full(COUNTIES, 100), *(np.arange(COUNTIES) * 5 for _ in range(5))]).astype(np.int64)
    i = np.arange(N)
    facts = np.zeros((N, len(Fact)), dtype=np.int64)
    facts[:, Fact.ENTITY], facts[:, Fact.COUNTY], facts[:, Fact.SECTOR] = 1000 + i, i % COUNTIES, i % SECTORS
    facts[:, Fact.ON_LIST], facts[:, Fact.COLOUR], facts[:, Fact.BENCHMARK] = 1, i % 4, i % 2
    for k, stage in enumerate((Fact.STARTED, Fact.BUILT, Fact.CONNECTED, Fact.ONLINE, Fact.PASSED)):
        facts[:, stage] = i % 7 > k
    facts[:, Fact.LAST_VISIT], facts[:, Fact.PAST_VISITS] = -5 * i - 1, 1 + i % 5
    facts[:, Fact.FINDS], facts[:, Fact.BAD_RECORD] = (i * i) % 31, i % 3 == 0
    return Reported(counts, facts, np.array([1, 0], dtype=np.int64), np.zeros(len(Purse)))


REPORTED = reported_facts()


def settings_in_use() -> dict[str, Instrument]:
    """Return one set of parameters per instrument: of the strategy of its name, else of the first that has it.

    One that acts on no day of `TIMELINE`, as those of another place's year do, is taken only if there is no other, and
    so is one that leaves more settings at 0.
    """
    taken: dict[str, tuple[tuple[bool, bool, int], Instrument]] = {}
    for name in list_strategies():
        for lever in load_strategy(name).instruments:
            silent = not instrument(lever.instrument).due(lever, TIMELINE).any()
            given = (getattr(lever, key) for key in instrument(lever.instrument).SETTINGS)
            idle = sum(value is not None and value.value == 0 for value in given)
            rank = (silent, name != lever.instrument, idle)
            if lever.instrument not in taken or rank < taken[lever.instrument][0]:
                taken[lever.instrument] = (rank, lever)
    return {name: with_optional(lever) for name, (_, lever) in taken.items()}


def with_optional(settings: Instrument) -> Instrument:
    """Return settings with those that may be left out, in the middle of what they may be."""
    extra = {}
    for key, setting in instrument(settings.instrument).SETTINGS.items():
        if setting.optional and getattr(settings, key) is None:
            low, high, reason = setting.expect.low, setting.expect.high, Label(zh="试验", en="test")
            middle = (low + high) / 2
            extra[key] = Quantity(
                value=middle, unit=setting.expect.unit, range=(low, high), grade="assumed", reason=reason
            )
    return settings.model_copy(update=extra)


def moved(settings: Instrument, start: dt.date | None, end: dt.date | None) -> Instrument:
    return settings.model_copy(update={"start": start, "end": end})


def lever_of(module: ModuleType, settings: Instrument, timeline: Timeline = TIMELINE) -> Lever:
    """Return an instrument as the engine holds it."""
    return Lever(module, module.due(settings, timeline), module.parameters(settings))


def written(module: ModuleType, settings: Instrument, day: int, timeline: Timeline = TIMELINE) -> Levers:
    levers = empty_levers(COUNTIES, GROUPS, SECTORS, N)
    lever_of(module, settings, timeline).act(day, REPORTED, levers)
    return levers


def touched(levers: Levers) -> set[str]:
    plain = empty_levers(COUNTIES, GROUPS, SECTORS, N)
    return {name for name, a, b in zip(Levers._fields, levers, plain, strict=True) if not np.array_equal(a, b)}


NAMES = sorted(instruments())


@pytest.mark.parametrize("case", list_cases())
@pytest.mark.parametrize("strategy", list_strategies())
def test_every_strategy_runs_on_every_case(case: str, strategy: str) -> None:
    """Cases with long lists stand here with shorter ones; `tests/full_size` runs them whole."""
    ensemble = run_ensemble(scaled_case(case), load_strategy(strategy), replications=2, seed=1, workers=1)
    assert ensemble.failures.empty and ensemble.record["finished"] == 2, ensemble.failures
    assert ensemble.record["strategy"] == strategy and ensemble.record["case"] == case
    assert set(ensemble.indicators["replication"]) == {0, 1}
    assert not ensemble.indicators["value"].isna().any() and (ensemble.indicators["value"] >= 0).all()
    assert (
        (ensemble.targets["low"] <= ensemble.targets["probability"])
        & (ensemble.targets["probability"] <= ensemble.targets["high"])
    ).all()


def test_a_failing_replication_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    from dpsim.experiments import ensemble as module

    plain = module.run_one

    def broken(setting: object, paths: object, row: int, **rest: object) -> object:
        if row == 1:
            raise RuntimeError("planted")
        return plain(setting, paths, row, **rest)

    monkeypatch.setattr(module, "run_one", broken)
    done = run_ensemble(load_case("linyi-2018"), load_strategy("past_pace"), replications=2, seed=1, workers=1)
    assert done.failures[["replication", "error"]].to_dict("records") == [
        {"replication": 1, "error": "RuntimeError: planted"}
    ]
    assert done.record["finished"] == 1 and done.record["replications"] == 2


def test_the_registry_holds_every_instrument_of_the_schema_and_no_other() -> None:
    files = {file.stem for file in Path(strategies.__file__).parent.glob("*.py") if not file.name.startswith("_")}
    assert len(NAMES) >= 27, "the registry is empty"
    assert set(NAMES) == set(INSTRUMENTS) == set(settings_in_use()), "registry, schema and strategy files agree"
    assert {module.__name__.rpartition(".")[2] for module in instruments().values()} == files
    assert all(instrument(name) is module for name, module in instruments().items())
    with pytest.raises(InputError) as caught:
        instrument("prayer")
    assert caught.value.message == "error.unknown_instrument"
    assert "prayer" in caught.value.text("en") and NAMES[0] in caught.value.text("en")


def shape_of(module: ModuleType) -> dict[str, list[str]]:
    """Return the parameter names of an instrument's three functions."""
    act = getattr(module.act, "py_func", module.act)
    return {
        "act": list(inspect.signature(act).parameters),
        "due": list(inspect.signature(module.due).parameters),
        "parameters": list(inspect.signature(module.parameters).parameters),
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_instrument_has_the_same_parts(name: str) -> None:
    module = instruments()[name]
    assert name == module.NAME and module.__doc__ and module.act.__doc__
    assert shape_of(module) == {
        "act": ["day", "due", "parameters", "reported", "levers"],
        "due": ["settings", "timeline"],
        "parameters": ["settings"],
    }
    assert module.WORDS.zh and module.WORDS.en and set(module.NEEDS) <= {"start", "end"}
    assert [field.name for field in fields(Lever)] == ["module", "due", "parameters"]
    assert hasattr(module.act, "py_func"), "the compiled engine calls it: it must be a kernel"
    settings = settings_in_use()[name]
    numbers, due = module.parameters(settings), module.due(settings, TIMELINE)
    assert numbers.dtype == np.float64 and numbers.ndim == 1 and np.isfinite(numbers).all()
    assert due.dtype == bool and due.shape == (TIMELINE.days,)


@pytest.mark.parametrize("name", NAMES)
def test_an_instrument_writes_on_its_days_and_on_no_other(name: str) -> None:
    """Everything it writes, a factor on the pace included, on its mornings: all of it on each of them."""
    module, settings = instruments()[name], settings_in_use()[name]
    due = lever_of(module, settings).due
    assert due.any() and not due.all(), "the check needs days of both kinds"
    changed = [touched(written(module, settings, day)) for day in range(TIMELINE.days)]
    for day in range(TIMELINE.days):
        assert bool(changed[day]) == bool(due[day]), f"{name} on {TIMELINE.date(day)}: writes {changed[day]}"
    kinds = {frozenset(changed[day]) for day in np.flatnonzero(due)}
    assert len(kinds) == 1, f"{name} writes different levers on its mornings: {kinds}"
    assert any("multiplier" in kind for kind in kinds) == (name in ("deadline_drive", "simple_systems"))
    assert not (due & ~np.array(TIMELINE.working)).any(), "an instrument acts on working mornings only"


def test_the_factor_of_a_drive_is_whole_on_each_of_its_mornings() -> None:
    """From Saturday 1 December: nothing before Monday the 3rd, then the whole factor, and none on free days."""
    module, settings = instruments()["deadline_drive"], settings_in_use()["deadline_drive"]
    factor = settings.factor.value
    assert settings.start == dt.date(2018, 12, 1) and settings.end == TIMELINE.end and factor != 1.0
    whole = [dt.date(2018, 12, day) for week in (3, 10, 17, 24) for day in range(week, week + 5)]
    whole.append(dt.date(2018, 12, 29))  # a Saturday of work
    for day in range(TIMELINE.days):
        wanted = factor if TIMELINE.date(day) in whole else 1.0
        assert written(module, settings, day).multiplier.tolist() == [wanted] * GROUPS, TIMELINE.date(day)
    holiday = TIMELINE.day(dt.date(2018, 10, 1))
    over = moved(settings, dt.date(2018, 9, 30), dt.date(2018, 10, 7))
    assert np.flatnonzero(lever_of(module, over).due).tolist() == [holiday - 1]
    assert touched(written(module, over, holiday)) == set(), "a day without a morning writes nothing"
    assert touched(written(module, over, holiday - 1)) == {"multiplier", "staff_days"}


@pytest.mark.parametrize("name", NAMES)
def test_an_instrument_reads_and_leaves_the_reported_facts(name: str) -> None:
    module, settings = instruments()[name], settings_in_use()[name]
    facts, lever, again = reported_facts(), lever_of(module, settings), lever_of(module, settings)
    for day in np.flatnonzero(lever.due).tolist():
        lever.act(day, facts, empty_levers(COUNTIES, GROUPS, SECTORS, N))
    assert (
        all((a == b).all() for a, b in zip(facts, REPORTED, strict=True))
        and (lever.parameters == again.parameters).all()
    )
    assert (lever.due == again.due).all(), "the schedule depends on settings and calendar only"


PERIODS = [
    (dt.date(2018, 10, 8), dt.date(2018, 11, 30)),
    (dt.date(2018, 11, 1), None),
    (None, dt.date(2018, 11, 20)),
    (dt.date(2018, 12, 3), dt.date(2018, 12, 28)),
]


@pytest.mark.parametrize(("start", "end"), PERIODS)
@pytest.mark.parametrize("name", NAMES)
def test_an_instrument_is_in_force_from_start_to_end(name: str, start: dt.date | None, end: dt.date | None) -> None:
    module, settings = instruments()[name], settings_in_use()[name]
    days = np.flatnonzero(module.due(moved(settings, start, end), TIMELINE))
    dates = [TIMELINE.date(int(day)) for day in days]
    assert all((start is None or date >= start) and (end is None or date <= end) for date in dates), dates
    if name in ("deadline_drive", "third_party_capacity"):
        wanted = [d for d in map(TIMELINE.date, TIMELINE.mornings.tolist()) if (start or d) <= d <= (end or d)]
        assert dates == wanted, "every working morning of its time"


@pytest.mark.parametrize("name", ["dispatch_meeting", "ranking_notice"])
def test_a_moved_date_does_not_pass_the_end(name: str) -> None:
    """Due on 1 October, a holiday, and over on 3 October: nothing may happen on the 8th."""
    module, settings = instruments()[name], settings_in_use()[name]
    each = settings.every_days.model_copy(update={"value": 21})
    moved_ = moved(settings, None, dt.date(2018, 10, 3)).model_copy(update={"every_days": each})
    assert not module.due(moved_, TIMELINE).any()


@pytest.mark.parametrize("name", ["dispatch_meeting", "ranking_notice"])
def test_what_starts_on_a_date_is_first_held_then(name: str) -> None:
    """As for a later start, where the first is held on the start itself (the docstring of `every`)."""
    module, settings = instruments()[name], settings_in_use()[name]
    each = settings.every_days.model_copy(update={"value": 14})
    first = []
    for start in (dt.date(2018, 11, 14), dt.date(2018, 9, 12)):
        due = module.due(moved(settings, start, None).model_copy(update={"every_days": each}), TIMELINE)
        first.append(TIMELINE.date(int(np.flatnonzero(due)[0])))
    assert first == [dt.date(2018, 11, 14), dt.date(2018, 9, 12)]


QUANTITIES = [(name, key) for name, settings in sorted(settings_in_use().items()) for key in settings.named()]


@pytest.mark.parametrize(("name", "key"), QUANTITIES)
def test_every_number_of_an_instrument_does_something(name: str, key: str) -> None:
    module, settings = instruments()[name], settings_in_use()[name]
    quantity = settings.named()[key]
    others = [end for end in (quantity.high, quantity.low) if end != quantity.value]
    other = others[-1] if key == "budget" else others[0]  # a budget of plenty is like one of more
    changed = settings.model_copy(update={key: quantity.model_copy(update={"value": other})})
    same_due = (module.due(settings, TIMELINE) == module.due(changed, TIMELINE)).all()
    a, b = module.parameters(settings), module.parameters(changed)
    assert not (same_due and np.array_equal(a, b)), f"{name}.{key} changes neither the days nor the numbers"
    days = [[written(module, s, day) for day in range(TIMELINE.days)] for s in (settings, changed)]
    assert any(
        not np.array_equal(old, new) for pair in zip(*days, strict=True) for old, new in zip(*pair, strict=True)
    ), f"{name}.{key} reaches no lever"


def test_levers_add_up_over_instruments() -> None:
    """Two instruments of a kind on one morning: contacts and costs add, factors multiply."""
    in_use, seen = settings_in_use(), set()
    for name in NAMES:
        lever = lever_of(instruments()[name], in_use[name])
        morning = int(np.flatnonzero(lever.due)[0])
        once, twice = empty_levers(COUNTIES, GROUPS, SECTORS, N), empty_levers(COUNTIES, GROUPS, SECTORS, N)
        for levers in (once, twice, twice):
            lever.act(morning, REPORTED, levers)
        seen |= touched(once)
        for field, one, two in zip(Levers._fields, once, twice, strict=True):
            together = {"multiply": one**2, "least": one, "most": one}.get(COMBINED.get(field, "add"), 2 * one)
            assert np.allclose(two, together), f"{name}: {field}"
    assert seen == set(Levers._fields), "each lever is pulled by some instrument"


def test_an_instrument_of_another_day_is_caught() -> None:
    """The suite's own check on a planted instrument that acts every day."""

    class Busy(ModuleType):
        @staticmethod
        def due(settings: Instrument, timeline: Timeline) -> np.ndarray:
            return np.zeros(timeline.days, dtype=bool)

        @staticmethod
        def parameters(settings: Instrument) -> np.ndarray:
            return np.zeros(1)

        @staticmethod
        def act(day: int, due: object, parameters: object, reported: object, levers: Levers) -> None:
            levers.multiplier[:] *= 2.0

    assert touched(written(Busy("busy"), settings_in_use()[NAMES[0]], 3)) == {"multiplier"}


@pytest.mark.parametrize("strategy", list_strategies())
def test_meetings_and_notices_are_logged_on_the_days_they_are_due(strategy: str) -> None:
    case, plan = load_case("linyi-2018"), load_strategy(strategy)
    events = run_replication(case, plan, seed=1, replication=0, trace=True).events
    assert len(events) > 100
    for name, kind in (("dispatch_meeting", "meeting"), ("ranking_notice", "notice")):
        due = np.zeros(TIMELINE.days, dtype=bool)
        for lever in plan.instruments:
            if lever.instrument == name:
                due |= instruments()[name].due(lever, TIMELINE)
        assert events["t"][events["kind"] == kind].tolist() == np.flatnonzero(due).astype(float).tolist(), kind


@pytest.mark.parametrize(("page", "words"), [("README.md", "*instruments* ({}:"), ("README.zh.md", "（共{}项：")])
def test_the_readme_counts_the_instruments(page: str, words: str) -> None:
    text = (Path(__file__).parents[2] / page).read_text(encoding="utf-8")
    assert words.format(len(instruments())) in text
    assert words.format(len(instruments()) - 1) not in text, "control"
