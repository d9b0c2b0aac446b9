"""The event log as a tidy frame (interfaces: events)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.core.words import Channel, Kind


def event_frame(events: npt.NDArray[np.void]) -> pd.DataFrame:
    """Return events with words for codes: t, phase, entity, ordinal, kind, channel, actor, value."""
    kinds = np.array([kind.name.lower() for kind in Kind])
    channels = np.array([channel.name.lower() for channel in Channel])
    return pd.DataFrame(
        {
            "t": events["t"],
            "phase": events["phase"],
            "entity": events["entity"],
            "ordinal": events["ordinal"],
            "kind": kinds[events["kind"]],
            "channel": channels[events["channel"]],
            "actor": events["actor"],
            "value": events["value"],
        }
    )
