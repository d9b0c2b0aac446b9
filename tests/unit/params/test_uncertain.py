"""Values that are not known are drawn from their ranges, each by its own key; what is known stays."""

from __future__ import annotations

import numpy as np
import pytest

from dpsim.core.streams import Stream, uniform
from dpsim.errors import InputError
from dpsim.params import uncertain
from dpsim.params.faults import Origin
from dpsim.params.load import list_cases, load_case
from dpsim.params.quantity import Quantity
from dpsim.params.schema import Case
from dpsim.params.uncertain import between, drawn_and_again, drawn_case, uncertain_values, whole_keys

SKEWED = Quantity(value=0.26, unit="per_year", range=(0.07, 1.05), grade="assumed")


def below(x: float) -> float:
    """Chance that a draw of SKEWED lies below x, after the law as it is written down."""
    low, value, high = 0.07, 0.26, 1.05
    if x < value:
        return 0.5 * ((x - low) / (value - low)) ** 2
    return 1.0 - 0.5 * ((high - x) / (high - value)) ** 2


def far(draws: np.ndarray, x: float) -> float:
    """How many standard errors the share of draws below x lies from its chance."""
    chance = below(x)
    return abs(float((draws < x).mean()) - chance) / np.sqrt(chance * (1 - chance) / draws.size)


def test_the_law_of_a_draw() -> None:
    """The control: the usual triangle over the same range, its peak at the value, is told apart."""
    assert [between(SKEWED, u) for u in (0.0, 0.5, 1.0)] == pytest.approx([0.07, 0.26, 1.05])
    luck = np.array([uniform(3, r, 9, int(Stream.UNCERTAIN), 0, 0) for r in range(4000)])
    draws = np.array([between(SKEWED, float(u)) for u in luck])
    places = (0.15, 0.22, 0.26, 0.4, 0.7)
    assert max(far(draws, x) for x in places) < 4.0
    share = (0.26 - 0.07) / (1.05 - 0.07)
    usual = np.where(luck < share, 0.07 + np.sqrt(luck * 0.98 * 0.19), 1.05 - np.sqrt((1 - luck) * 0.98 * 0.79))
    assert max(far(usual, x) for x in places) > 8.0


@pytest.mark.parametrize("name", list_cases())
def test_drawn_cases_are_allowed_and_within_their_ranges(name: str) -> None:
    case = load_case(name)
    values, whole = uncertain_values(case), whole_keys(case)
    assert len(values) > 100
    for replication in range(30):
        drawn = drawn_case(case, seed=1, replication=replication).quantities()
        for key, one in case.quantities().items():
            got = drawn[key].value
            if key in values:
                assert one.low <= got <= one.high, key
                assert key not in whole or isinstance(got, int), key
            else:
                assert got == one.value, key
    moved = [drawn_case(case, seed=1, replication=r).quantities() for r in range(3)]
    stuck = [key for key in values if key not in whole and len({one[key].value for one in moved}) == 1]
    ends = [key for key, one in values.items() if one.value in one.range]
    assert set(stuck) <= set(ends), "a value at the end of its range stays there half of the time"


def test_what_is_known_is_held() -> None:
    """The control: the same value, marked as assumed, is drawn."""
    case = load_case("linyi-2018")
    values = uncertain_values(case)
    assert "hazards.arising.general" not in values and case.hazards.arising.general.source == "LY07"
    assert {"hazards.arising.major", "discovery.self_check_every", "state.building"} <= set(values)
    assert not [key for key in values if key.startswith(("population.", "targets.", "scenario."))]
    content = case.content()
    content["hazards"]["arising"]["general"] |= {"grade": "assumed", "reason": {"zh": "假设", "en": "assumed"}}
    assert "hazards.arising.general" in uncertain_values(Case.from_content(content, Origin("x")))


def test_an_own_document_holds_what_rests_on_it() -> None:
    content = load_case("linyi-2018").content()
    content["hazards"]["arising"]["major"] |= {"source": "PLAN", "grade": "own record"}
    content["sources"] = ({"id": "PLAN", "words": {"zh": "计划", "en": "plan"}},)
    assert "hazards.arising.major" not in uncertain_values(Case.from_content(content, Origin("x")))


def test_a_printed_count_and_a_list_of_counties_are_held() -> None:
    content = load_case("tonghua-winter").content()
    assert "state.built" in uncertain_values(Case.from_content(content, Origin("x")))
    figure = {"id": "x", "quantity": "built", "date": content["as_of"], "value": 320, "unit": "enterprises"}
    content["published"] = ({**figure, "source": "TH06"},)
    assert "state.built" not in uncertain_values(Case.from_content(content, Origin("x")))
    content["published"] = ({**figure, "source": "TH06", "sector": "mines", "value": 20},)
    assert "state.built" in uncertain_values(Case.from_content(content, Origin("x"))), "of a part of the list"
    qixian = load_case("qixian-2023")
    assert qixian.state.connected.assumed and "state.connected" not in uncertain_values(qixian)


def test_a_draw_depends_on_its_own_key_alone() -> None:
    case = load_case("linyi-2018")
    one, same = (drawn_case(case, seed=1, replication=4) for _ in range(2))
    assert one == same
    assert drawn_case(case, seed=2, replication=4) != one != drawn_case(case, seed=1, replication=5)
    content = case.content()
    content["staff"]["advice_days"] |= {"range": (0.5, 2.0)}
    other = drawn_case(Case.from_content(content, Origin("x")), seed=1, replication=4).quantities()
    moved = {key for key, value in one.quantities().items() if other[key].value != value.value}
    assert moved == {"staff.advice_days"}


def test_counts_of_the_as_of_date_keep_their_order() -> None:
    for name in ("chancheng-2013", "tonghua-winter"):
        case = load_case(name)
        for replication in range(40):
            state = drawn_case(case, seed=5, replication=replication).state
            assert state.online.value <= state.built.value and state.passed.value <= state.assessed.value


def test_a_list_whose_length_nobody_printed_is_drawn_with_its_groups() -> None:
    """The control: the printed lists of Linyi and Chancheng are held, with groups that are assumed."""
    case = load_case("tonghua-winter")
    drawn = [drawn_case(case, seed=1, replication=number).population for number in range(20)]
    lengths = [one.enterprises.value for one in drawn]
    groups = [one.tiers.benchmark_county.value for one in drawn]
    assert len(set(lengths)) > 15 and len(set(groups)) > 15
    assert (np.diff(np.array(groups)[np.argsort(lengths)]) >= 0).all()
    for name in ("linyi-2018", "chancheng-2013"):
        held = load_case(name)
        assert drawn_case(held, seed=1, replication=0).population == held.population


def printed_share(step: float) -> Case:
    """Return a case whose list is drawn while a share of it is printed, so exactly that hardly a draw fits."""
    content = load_case("tonghua-winter").content()
    count, total = content["state"]["built"]["value"], content["population"]["enterprises"]["value"]
    share = round(count / total, round(-np.log10(step)))
    figure = {"id": "x", "quantity": "built", "date": content["as_of"], "value": share, "unit": "share"}
    content["published"] = ({**figure, "source": "TH06"},)
    return Case.from_content(content, Origin("x"))


def test_ranges_that_never_fit_are_refused_by_their_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uncertain, "_TRIES", 3)
    with pytest.raises(InputError) as caught:
        drawn_and_again(printed_share(1e-6), seed=1, replication=0)
    assert caught.value.message == "published.never_valid" and "population.enterprises" in str(
        caught.value.values["keys"]
    )
    for lang in ("zh", "en"):
        text = caught.value.text(lang)
        assert all(word in text for word in ("tonghua-winter", "population.enterprises", "published.0.value")), text
    assert "允许" not in caught.value.text("en"), "no words of the other language"


def test_draws_made_again_are_counted() -> None:
    """The control: without the printed share fewer are made again."""
    tight, free = printed_share(1e-2), load_case("tonghua-winter")
    again = [drawn_and_again(tight, seed=1, replication=r)[1] for r in range(4)]
    assert sum(again) > 0, again
    assert sum(drawn_and_again(free, seed=1, replication=r)[1] for r in range(4)) < sum(again)
    shares = [drawn_case(tight, seed=1, replication=r) for r in range(4)]
    printed = shares[0].published[0].value
    assert all(abs(one.state.built.value / one.population.enterprises.value - printed) < 1e-2 for one in shares)
