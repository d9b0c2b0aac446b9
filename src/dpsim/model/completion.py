"""An enterprise completes something: what its hazards learn of it, and whether the new system is paper (model 4)."""

from __future__ import annotations

from typing import NamedTuple

from dpsim.core.compiled import lean_routine
from dpsim.core.rates import decayed
from dpsim.core.streams import Stream, uniform
from dpsim.core.words import Kind
from dpsim.model.formalism import paper_probability
from dpsim.model.hazards import Records
from dpsim.model.paths import Rush, rush_mean
from dpsim.params.schema import Case

_ONLINE, _BUILT = int(Kind.ONLINE), int(Kind.BUILT)
_PAPER, _REFUSED = int(Stream.PAPER), int(Stream.ASSESS_REFUSED)


class Formalism(NamedTuple):
    """What makes a system paper: its share without any of the following, and their log odds (`paper_probability`)."""

    base: float
    rush_effect: float
    agency_effect: float
    perceived_effect: float


def case_formalism(case: Case) -> Formalism:
    """Return the law of a case."""
    f = case.formalism
    return Formalism(
        float(case.caveats.paper_share.value),
        float(f.rush_effect.value),
        float(f.agency_effect.value),
        float(f.perceived_effect.value),
    )


@lean_routine
def complete(
    sites: Records,
    laws: Records,
    i: int,
    kind: int,
    time: float,
    entity: int,
    group: int,
    agency_user: int,
    rush: Rush,
    formalism: Formalism,
) -> bool:
    """Let enterprise `i`'s new stage count for its self-checks; return whether what it built now is paper."""
    if kind == _ONLINE:
        sites[i].online_at = time
    if kind != _BUILT:
        return False
    s, law = sites[i], laws[0]
    s.built_at = time
    chance = paper_probability(
        formalism.base,
        rush_mean(rush, group, time, time),
        formalism.rush_effect,
        agency_user == 1,
        formalism.agency_effect * (1.0 - law.independence),
        decayed(s.perceived, max(0.0, time - s.perceived_at), law.memory),
        formalism.perceived_effect,
    )
    s.paper = 1 if uniform(law.seed, law.replication, entity, _PAPER, 0, 0) < chance else 0
    return bool(s.paper == 1)


@lean_routine
def refused(sites: Records, laws: Records, i: int, agency_user: int, entity: int, spell: int) -> bool:
    """Return whether an assessor who owes nobody anything refuses enterprise `i` the pass, whatever its score.

    Only systems on paper that an agency built are concerned (EX33); where hazards are not simulated nobody knows which
    those are, and nobody is refused.
    """
    if sites.size == 0 or agency_user == 0:
        return False
    s, law = sites[i], laws[0]
    share = law.refused_share * max(0.0, law.independence)
    if s.paper == 0 or share <= 0.0:
        return False
    return uniform(law.seed, law.replication, entity, _REFUSED, spell, 0) < share
