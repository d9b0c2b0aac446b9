"""Independent assessors: who is refused, and how often (EX33)."""

from __future__ import annotations

import numpy as np
from hazard_tools import make_lab, make_law
from verification_tools import agrees, detects, z_count

from dpsim.model.completion import refused

N = 20_000


def refusals(*, paper: int = 1, user: int = 1, independence: float = 0.5, share: float = 0.8) -> int:
    laws = make_law(independence=independence, refused_share=share)
    lab = make_lab(N, laws, 0.0)
    lab.sites["paper"] = paper
    return sum(refused(lab.sites, laws, i, user, i + 1, 0) for i in range(N))


def test_paper_built_by_agencies_is_refused_in_its_share() -> None:
    agrees("refused: half of the assessments, 0.8 of these", z_count(refusals(), N, 0.4))
    detects("refused by all assessors", z_count(refusals(independence=1.0), N, 0.4))


def test_nobody_else_is_refused() -> None:
    assert refusals(paper=0) == refusals(user=0) == refusals(independence=0.0) == refusals(independence=-0.5) == 0
    assert refusals(independence=1.0, share=1.0) == N


def test_where_hazards_are_off_nobody_is_refused() -> None:
    laws = make_law(independence=1.0, refused_share=1.0)
    assert not refused(np.zeros(0, dtype=make_lab(1, laws, 0.0).sites.dtype), laws, 0, 1, 1, 0)
