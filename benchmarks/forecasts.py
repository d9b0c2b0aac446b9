"""A forecast from a weekly table of Linyi's size, 13 counties over 40 weeks: the call, and the command from its start.

The counts are made up and the same in every run; targets are those of five stages for every county and for all.
The command also forecasts under every other class and rush, and with a changed list: 15 forecasts more.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from common import SEED, Row, figure, median_seconds
from starts import started

from dpsim import load_progress
from dpsim.core.streams import Stream, uniforms
from dpsim.forecast.project import forecast

COUNTIES, WEEKS, ENTERPRISES, DRAWS = 13, 40, 1748, 2000
AS_OF = dt.date(2018, 9, 10)
STAGES = ("built", "connected", "online", "assessed", "passed")
DEADLINE, SHARE = "2018-12-31", 0.9
REPEATS = 5


def table() -> pd.DataFrame:
    """Return the weekly table, wide as a bureau keeps it: date, unit, total and one column a stage."""
    entity = np.arange(COUNTIES, dtype=np.uint32)
    pace = [0.01 + 0.02 * uniforms(SEED, 0, entity, int(Stream.TEST), k) for k in range(len(STAGES))]
    rows = []
    for week in range(WEEKS):
        date = (AS_OF - dt.timedelta(weeks=WEEKS - 1 - week)).isoformat()
        for county in range(COUNTIES):
            total, done = ENTERPRISES // COUNTIES + 10 * (county - COUNTIES // 2), []
            before = total
            for speed in pace:
                before = int(before * (1.0 - np.exp(-speed[county] * (week + 1))))
                done.append(before)
            rows.append((date, f"county {county + 1:02}", total, *done))
    return pd.DataFrame(rows, columns=["date", "unit", "total", *STAGES])


def rows() -> list[Row]:
    """Measure."""
    frame = table()
    wanted = pd.DataFrame({"unit": "each", "stage": STAGES, "deadline": DEADLINE, "target_share": SHARE})
    progress = load_progress(frame)
    call = median_seconds(
        lambda k: forecast(progress, wanted, as_of=AS_OF, seed=k, draws=DRAWS, reference="order"), REPEATS
    )
    reading = median_seconds(lambda _: load_progress(frame), REPEATS)
    with tempfile.TemporaryDirectory() as folder:
        own, asked = Path(folder) / "progress.csv", Path(folder) / "targets.csv"
        frame.to_csv(own, index=False)
        wanted.rename(columns={"target_share": "target"}).to_csv(asked, index=False)
        line = ("-m", "dpsim", "forecast", str(own), "--targets", str(asked), "--as-of", AS_OF.isoformat())
        command = median_seconds(lambda k: started(*line, "--reference", "order", "--seed", str(k)), REPEATS)
    return [
        figure("forecast:13_counties", call, "s", target="<=1"),
        figure("forecast:reading_the_table", reading, "s"),
        figure("forecast:13_counties:command", command, "s", target="<=4"),
    ]
