"""The shared words: numbers of kinds, channels and stages are written into logs and must not move."""

from __future__ import annotations

from dpsim.core.words import GROUPS, KIND_OF_STAGE, REMOVED, STAGES, Channel, Kind


def test_kinds_and_channels_are_numbered_from_0_without_gaps() -> None:
    for words in (Kind, Channel):
        assert [member.value for member in words.__members__.values()] == list(range(len(words))), words


def test_every_stage_has_its_kind() -> None:
    assert tuple(KIND_OF_STAGE) == STAGES == ("built", "connected", "online", "assessed", "passed")
    assert {Kind(value).name.lower() for value in KIND_OF_STAGE.values()} == set(STAGES)
    assert Kind(REMOVED) is Kind.REMOVED
    assert GROUPS == ("other", "benchmark")
