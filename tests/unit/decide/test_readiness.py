"""Readiness for being questioned: who is trained by then as in the runs, and the law of the draw."""

from __future__ import annotations

import datetime as dt
import math
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from dpsim.core.rates import decayed
from dpsim.decide.readiness import Readiness, readiness, ready_chance, trained_share
from dpsim.engines import compiled_engine, simpy_engine
from dpsim.engines.world import make_world
from dpsim.errors import FileFaults, InputError
from dpsim.experiments.observed import observe
from dpsim.experiments.replication import prepare, strategy_paths
from dpsim.language import say
from dpsim.model.prior import case_timeline
from dpsim.params.faults import Origin
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case, Strategy
from dpsim.report.parts.paper import ready
from dpsim.report.show import show_percent


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("tonghua-winter")


def taught(share: float) -> Strategy:
    """Return the winter campaign whose courses reach another share."""
    campaign = load_strategy("tonghua_winter")
    at = next(k for k, item in enumerate(campaign.instruments) if item.instrument == "training")
    return campaign.with_values({f"instruments.{at}.share": share})


@pytest.mark.parametrize("engine", [compiled_engine, simpy_engine])
def test_the_share_trained_is_that_of_a_run(case: Case, engine: object) -> None:
    few = case.model_copy(update={"published": ()}).with_values(
        {"hazards.arising.general": 10.0, "population.enterprises": 700}
    )
    setting = prepare(few, load_strategy("tonghua_winter"))
    world = make_world(setting, strategy_paths(setting, 3, np.array([0])), 0, seed=3)
    law = engine.run(world).hazards.laws[0]  # type: ignore[attr-defined]
    end = float(case_timeline(few).days)
    in_the_run = decayed(law["trained"], end - law["trained_at"], law["training_memory"])
    told = trained_share(setting.strategy, setting.timeline, few.horizon_end)
    assert told == pytest.approx(in_the_run, rel=1e-12) and 0.3 < told < 0.9
    assert trained_share(taught(0.1), setting.timeline, few.horizon_end) < 0.8 * told, "the check must see the courses"


def test_who_is_trained_grows_with_courses_and_is_forgotten(case: Case) -> None:
    timeline = case_timeline(case)
    shares = [trained_share(taught(share), timeline, dt.date(2024, 12, 31)) for share in (0.0, 0.2, 0.5, 1.0)]
    assert shares[0] == 0.0 and shares == sorted(set(shares)) and shares[-1] < 1.0
    before = trained_share(taught(0.2), timeline, case.as_of + dt.timedelta(days=1))
    assert before == 0.0, "nothing is taught before the campaign"
    assert trained_share(load_strategy("no_meetings"), timeline, case.horizon_end) == 0.0


def test_the_draw_is_the_binomial_law() -> None:
    p, drawn = 0.25 * 0.9**2 + 0.75 * 0.6**2, 6
    at_most_one = p**drawn + drawn * (1 - p) * p ** (drawn - 1)
    assert ready_chance(0.25, 0.6, 0.9, 2, drawn, 2) == pytest.approx(at_most_one)
    rng = np.random.default_rng(5)
    trained = rng.random((40_000, drawn)) < 0.25
    knows = rng.random((40_000, drawn, 2)) < np.where(trained, 0.9, 0.6)[..., None]
    share = float(((~knows.all(axis=2)).sum(axis=1) < 2).mean())
    error = math.sqrt(at_most_one * (1 - at_most_one) / 40_000)
    assert abs(share - at_most_one) < 4 * error
    other = ready_chance(0.75, 0.6, 0.9, 2, drawn, 2)
    assert abs(share - other) > 4 * error, "the check must see another share trained"


def test_training_and_literacy_raise_the_chance(case: Case) -> None:
    chances = [readiness(case, taught(share)).chance for share in (0.0, 0.2, 0.5, 1.0)]
    assert chances == sorted(set(chances))
    literate = [case.with_values({"questioning.known_trained": share}) for share in (0.6, 0.9, 1.0)]
    knowing = [readiness(each, taught(0.5)).chance for each in literate]
    assert knowing == sorted(set(knowing))
    alike = case.with_values({"questioning.known_trained": 0.6})
    assert readiness(alike, taught(0.0)).chance == readiness(alike, taught(1.0)).chance, "training that teaches nothing"
    got = readiness(case, load_strategy("tonghua_winter"))
    assert isinstance(got, Readiness) and 0.0 < got.low < got.chance < got.high < 1.0


def test_cases_without_it_and_dates_outside_are_refused(case: Case) -> None:
    with pytest.raises(InputError, match="questioning"):
        readiness(load_case("linyi-2018"), taught(0.2))
    content = case.content()
    for day in (case.as_of, case.horizon_end + dt.timedelta(days=1)):
        with pytest.raises(FileFaults, match="questioning.date"):
            Case.from_content({**content, "questioning": {**content["questioning"], "date": day}}, Origin("x"))
    with pytest.raises(FileFaults, match="questioning.known_untrained"):
        case.with_values({"questioning.known_untrained": 0.9, "questioning.known_trained": 0.6})


def test_a_later_start_drops_what_is_over(case: Case) -> None:
    whole = case.model_copy(update={"published": ()})
    for day, left in ((dt.date(2024, 12, 30), True), (dt.date(2024, 12, 31), False)):
        counts = {"built": 400, "connected": 390, "online": 300, "assessed": 30, "passed": 25}
        fixed = {"date": day, "unit": "全区", "total": 800}
        rows = [{**fixed, "stage": stage, "done": done} for stage, done in counts.items()]
        seen = observe(whole, pd.DataFrame(rows).astype({"date": "datetime64[ns]"}), day)
        assert (seen.case.questioning is not None) is left


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_says_that_it_is_worked_out(case: Case, lang: str) -> None:
    def letter(of: Case) -> SimpleNamespace:
        result = SimpleNamespace(case=of, request=SimpleNamespace(reference=load_strategy("tonghua_winter")))
        return SimpleNamespace(result=result, lang=lang, say=partial(say, lang=lang))

    text = ready(letter(case))  # type: ignore[arg-type]
    assert {"zh": "没有经过推演", "en": "not simulated"}[lang] in text and {"zh": "假设", "en": "assumed"}[lang] in text
    assert f"{show_percent(readiness(case, load_strategy('tonghua_winter')).trained)}%" in text
    assert ready(letter(load_case("linyi-2018"))) == ""  # type: ignore[arg-type]
