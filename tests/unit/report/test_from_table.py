"""A report that starts from a progress table: its case, what it says, its runs, what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dpsim.errors import InputError
from dpsim.report.below import below_headline
from dpsim.report.sentences import headline
from dpsim.report.show import show_chance_interval
from dpsim.report.yearend import Request, check_request, run_year_end

COUNTS = {"built": 1180, "connected": 950, "online": 720, "assessed": 320, "passed": 290}
ASKED = {"case": "linyi-2018", "strategy": "no_meetings", "replications": 4, "seed": 3}


def write_table(folder: Path, *, later: bool = False, short: int = 0) -> str:
    """Write 10 weekly rows of two counties up to 24 September; `short` enterprises are missing in the north."""
    rows = []
    for name, total, part in (("North", 1000 - short, 0.6), ("South", 748, 0.4)):
        for week in range(10 + 4 * later):
            day = pd.Timestamp("2018-07-23") + pd.Timedelta(weeks=week)
            done = {stage: round(part * count) - 3 * (9 - week) for stage, count in COUNTS.items()}
            rows.append({"date": day.date().isoformat(), "county": name, "total": total} | done)
    file = folder / "weekly.csv"
    pd.DataFrame(rows).to_csv(file, index=False)
    return str(file)


def asked(folder: Path, *, as_of: str = "2018-09-24", lang: str = "en", **table: object) -> Request:
    return check_request(**ASKED, as_of=as_of, lang=lang, progress=write_table(folder, **table))  # type: ignore[arg-type]


def test_the_report_starts_from_the_table_and_says_so(tmp_path: Path) -> None:
    request = asked(tmp_path)
    assert request.case.as_of.isoformat() == "2018-09-24"
    assert {stage: getattr(request.case.state, stage).value for stage in COUNTS} == COUNTS
    result = run_year_end(request, workers=1, progress=False)
    row = request.table.made.targets.set_index(["unit", "stage"]).loc[("all", "online")]  # type: ignore[union-attr]
    first = headline(result)
    assert show_chance_interval(row["probability"], row["low"], row["high"], "en") in first, first
    assert any("do not know" not in text and "If only the counts" in text for text in below_headline(result))
    plain = run_year_end(check_request(**ASKED, as_of=None, lang="en"), workers=1, progress=False)  # type: ignore[arg-type]
    assert "draws" not in headline(plain) and headline(plain) != first, "control: without a table it is the snapshot's"
    assert not any("weeks before" in text for text in below_headline(plain))
    said = below_headline(result)[0]
    assert "weekly.csv" in said and "2 counties" in said and "24 Sep" in said
    for ensemble in result.ensembles.values():
        first = ensemble.indicators[ensemble.indicators["view"] == "reported"]
        first = first[first["date"] == first["date"].min()].groupby("indicator")["value"].unique()
        assert {stage: first[stage].tolist() for stage in COUNTS} == {stage: [n] for stage, n in COUNTS.items()}
    last = result.reference.indicators
    last = last[(last["date"] == pd.Timestamp("2018-12-31")) & (last["view"] == "reported")]
    assert request.table is not None
    drawn = request.table.made.counts["built"][:4, :, 13].sum(axis=1)  # 14 weeks to the deadline
    assert np.abs(last[last["indicator"] == "built"]["value"].to_numpy() - drawn).max() <= 2.0


def test_rows_to_come_change_nothing_and_the_table_names_the_run(tmp_path: Path) -> None:
    known, more = asked(tmp_path), asked(tmp_path, later=True)
    assert known.run_id() == more.run_id() != asked(tmp_path, as_of="2018-09-17").run_id()
    plain = check_request(**ASKED, as_of=None, lang="en")  # type: ignore[arg-type]
    assert plain.table is None and plain.run_id() != known.run_id()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_does_not_fit_is_refused_before_any_run(tmp_path: Path, lang: str) -> None:
    with pytest.raises(InputError) as caught:
        asked(tmp_path, lang=lang, short=1)
    assert caught.value.message == "state.total_unlike_city" and "1747" in caught.value.text(lang)
    with pytest.raises(InputError) as caught:
        check_request(**ASKED, as_of="2018-09-24", lang=lang, progress=str(tmp_path))  # type: ignore[arg-type]
    assert caught.value.message == "state.one_file"
    with pytest.raises(InputError):
        check_request(**ASKED, as_of="2018-09-24", lang=lang, progress=str(tmp_path / "none.csv"))  # type: ignore[arg-type]
