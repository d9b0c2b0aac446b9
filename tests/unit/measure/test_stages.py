"""Counts over time from a log written by hand."""

from __future__ import annotations

import numpy as np

from dpsim.core.words import STAGES, Kind
from dpsim.engines.log import Log
from dpsim.measure.events import event_frame
from dpsim.measure.stages import stage_counts_over_time
from dpsim.model.state import Phase

BUILT, CONNECTED, ONLINE, ASSESSED, PASSED = (1 + k for k in range(len(STAGES)))


def written(*rows: tuple[float, Kind, int, float]) -> np.ndarray:
    """A log of (time, kind, enterprise, value)."""
    log = Log()
    for t, kind, i, value in rows:
        log.add(t, Phase.ENTERPRISES, int(kind), entity=100 + i if i >= 0 else 0, value=value, index=i)
    return log.sorted()


INITIAL = np.zeros((4, len(STAGES)), dtype=bool)
INITIAL[2, :3] = True  # built, connected, online
INITIAL[3] = [True, False, False, True, False]  # built, assessed once and sent back
CELL = np.array([0, 0, 1, 1])
LOG = written(
    (0.4, Kind.STARTED, 0, 0.0),
    (1.2, Kind.BUILT, 0, 0.0),
    (1.0, Kind.MEETING, -1, 1.0),
    (2.3, Kind.CONNECTED, 0, 0.0),
    (2.4, Kind.ONLINE, 0, 0.0),
    (2.5, Kind.ASSESSED, 3, 50.0),  # a second assessment of one already assessed
    (2.5, Kind.SENT_BACK, 3, 50.0),
    (3.1, Kind.ASSESSED, 0, 70.0),
    (3.1, Kind.SENT_BACK, 0, 70.0),
    (3.6, Kind.ASSESSED, 0, 90.0),
    (3.6, Kind.PASSED, 0, 90.0),
    (4.2, Kind.REMOVED, 2, float(0b00111)),  # takes built, connected and online along
)
TIMES = np.arange(6.0)


def test_a_log_written_by_hand_is_counted() -> None:
    counts = stage_counts_over_time(INITIAL, CELL, 2, LOG, TIMES)
    assert counts.shape == (6, 2, 6)
    assert counts[0].tolist() == [[2, 0, 0, 0, 0, 0], [2, 2, 1, 1, 1, 0]], "the as-of date"
    assert counts[:, 0, BUILT].tolist() == [0, 0, 1, 1, 1, 1]
    assert counts[:, 0, CONNECTED].tolist() == counts[:, 0, ONLINE].tolist() == [0, 0, 0, 1, 1, 1]
    assert counts[:, 0, ASSESSED].tolist() == [0, 0, 0, 0, 1, 1], "two assessments of one enterprise count once"
    assert counts[:, 0, PASSED].tolist() == [0, 0, 0, 0, 1, 1]
    assert counts[:, 1, ASSESSED].tolist() == [1] * 6, "assessed before the as-of date: counts once"
    assert counts[:, 1, 0].tolist() == [2, 2, 2, 2, 2, 1], "the removed one leaves the list"
    assert counts[5, 1].tolist() == [1, 1, 0, 0, 1, 0], "and takes its stages along"


def test_cells_sum_to_one_cell() -> None:
    one = stage_counts_over_time(INITIAL, np.zeros(4, dtype=np.int64), 1, LOG, TIMES)
    two = stage_counts_over_time(INITIAL, CELL, 2, LOG, TIMES)
    assert (two.sum(axis=1) == one[:, 0]).all()
    swapped = stage_counts_over_time(INITIAL, CELL[[1, 2, 0, 3]], 2, LOG, TIMES)
    assert (swapped != two).any(), "the cell must count"


def test_an_empty_log_leaves_the_state() -> None:
    counts = stage_counts_over_time(INITIAL, CELL, 2, written(), TIMES)
    assert (counts == counts[0]).all() and counts[0, :, 0].tolist() == [2, 2]


def test_events_of_organisations_count_for_no_enterprise() -> None:
    without = LOG[LOG["kind"] != int(Kind.MEETING)]
    a, b = (stage_counts_over_time(INITIAL, CELL, 2, log, TIMES) for log in (LOG, without))
    assert (a == b).all()


def test_a_morning_belongs_to_its_own_day_not_to_the_day_before() -> None:
    """An agency hands over at t = 3.0, the morning of day 3; day 2 is over at that moment and did not see it."""
    counts = stage_counts_over_time(INITIAL, CELL, 2, written((3.0, Kind.BUILT, 0, 0.0)), TIMES)
    assert counts[:, 0, BUILT].tolist() == [0, 0, 0, 0, 1, 1]


def test_the_event_frame_has_words_for_codes() -> None:
    frame = event_frame(LOG)
    assert list(frame.columns) == ["t", "phase", "entity", "ordinal", "kind", "channel", "actor", "value"]
    assert len(frame) == len(LOG) and frame["t"].is_monotonic_increasing
    assert frame["kind"].tolist()[:3] == ["started", "meeting", "built"]
    assert set(frame["channel"]) == {"none"}
