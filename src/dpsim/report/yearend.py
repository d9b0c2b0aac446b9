"""Everything the year-end report speaks of, computed once: the snapshot forecast and the runs of each strategy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from dpsim.core.streams import check_word
from dpsim.core.timeline import Timeline
from dpsim.decide.appraisal import Appraised
from dpsim.errors import FileFaults, InputError
from dpsim.experiments.arguments import ENGINES, check_as_of, check_replications, written_date
from dpsim.experiments.ensemble import Ensemble
from dpsim.experiments.published import Standing
from dpsim.experiments.runrecord import input_hash, run_record
from dpsim.forecast.pace import agency_capacity, weekly_pace
from dpsim.forecast.snapshot import SnapshotForecast, snapshot_forecast
from dpsim.language import LANGUAGES
from dpsim.model.prior import case_timeline
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case, Strategy
from dpsim.params.wording import shown
from dpsim.report.ensembles import run_strategies
from dpsim.report.from_table import FromTable, start_from_table
from dpsim.report.held import run_held
from dpsim.report.supervised import Supervised, supervised
from dpsim.report.table_forecast import TableForecast
from dpsim.report.typed import typed_parameter

BESIDE = "past_pace"
"""The yardstick that always stands beside the strategies."""
DRAWS = 2000
"""Paths per cell of the snapshot forecast."""


@dataclass(frozen=True)
class Request:
    """A checked request: everything that can be wrong was refused before any run."""

    case: Case
    strategies: tuple[Strategy, ...]
    replications: int
    seed: int
    lang: str
    case_given: str
    strategies_given: tuple[str, ...]
    """Names or paths as the user gave them, in the order of `strategies`."""
    table: FromTable | None = None
    """The progress table it starts from; `case` is then the one observed in it."""
    loaded: Case | None = None
    """The case of the file, where it is not `case` itself."""

    @property
    def main(self) -> Strategy:
        """The strategy asked for first: fan charts, pace and queues are drawn from its runs."""
        return self.strategies[0]

    @property
    def reference(self) -> Strategy:
        """The arrangement in force, which is always run: headline, targets and bottlenecks speak of it."""
        return next(s for s in self.strategies if s.id == self.case.default_strategy)

    @property
    def asked(self) -> tuple[str, ...]:
        """Names or paths that ask for the same again: without those always run, unless one of them comes first."""
        given = dict(zip((s.id for s in self.strategies), self.strategies_given, strict=True))
        always = {BESIDE, self.case.default_strategy} - {self.main.id}
        return tuple(name for id_, name in given.items() if id_ not in always)

    def record(self) -> dict[str, object]:
        """Return the record of the whole report."""
        case = self.loaded or self.case
        record = run_record(case, self.main, seed=self.seed, replications=self.replications, engine=ENGINES[0])
        if self.table:
            record |= {"as_of": self.case.as_of.isoformat(), "progress": self.table.digest}
        record["strategies"] = {strategy.id: strategy.digest for strategy in self.strategies}
        record["draws_per_cell"] = DRAWS
        return record

    def run_id(self) -> str:
        """Return a name for the run's folder: strategies, language, short hash of all inputs."""
        always = {BESIDE} | ({self.case.default_strategy} - {self.main.id})
        names = "+".join(strategy.id for strategy in self.strategies if strategy.id not in always) or BESIDE
        return f"{names[:80]}-{self.lang}-{input_hash(self.record())}"


@dataclass(frozen=True)
class YearEnd:
    """The results behind the report."""

    request: Request
    timeline: Timeline
    forecast: SnapshotForecast | TableForecast
    """From one snapshot; from the weeks of the table where there is one."""
    ensembles: dict[str, Ensemble]
    pace: pd.DataFrame
    capacity: pd.DataFrame
    supervised: dict[str, Supervised]
    """Hazards, visits and paper systems of each strategy that simulates them."""
    held: dict[str, Standing] = field(default_factory=dict)
    """Published changes and constraints beside runs of their own; of the case's own date only, not of a table."""
    appraised: Appraised | None = None
    """The appraisal of counties under the arrangement in force, where the case has rules for it."""

    @property
    def case(self) -> Case:
        """The case."""
        return self.request.case

    @property
    def main(self) -> Ensemble:
        """The runs of the strategy asked for first."""
        return self.ensembles[self.request.main.id]

    @property
    def reference(self) -> Ensemble:
        """The runs of the arrangement in force."""
        return self.ensembles[self.request.reference.id]


def check_request(
    *,
    case: str,
    as_of: object,
    strategy: str | Sequence[str],
    replications: object,
    seed: object,
    lang: object,
    progress: object = None,
) -> Request:
    """Check all arguments of a report together.

    Parameters
    ----------
    case : str
        Name or path of a case file.
    as_of : date or ISO string, optional
        None or empty takes the case's own.
    strategy : str or sequence of str
        Names or files of strategies; in one text separated by commas. The first is the main one;
        the arrangement in force is run beside it in any case, and so is the past pace where there is no table.
    replications, seed : int
    lang : {"zh", "en"}
    progress : str, optional
        A progress table or a ledger; the report then starts from what it shows at `as_of`, and the runs follow the
        forecast of it. None or empty starts from the case's own snapshot.

    Raises
    ------
    InputError
        One fault, or all of them as FileFaults.
    """
    faults: list[InputError] = []

    def attempt(make: object, *arguments: object) -> object:
        try:
            return make(*arguments)  # type: ignore[operator]
        except FileFaults as error:
            faults.extend(error.faults)
        except InputError as error:
            faults.append(error)
        return None

    loaded = attempt(load_case, case)
    names = list(strategy.split(",") if isinstance(strategy, str) else strategy)
    names = [name.strip() for name in names if name.strip()]
    strategies: dict[str, Strategy] = {}
    given: dict[str, str] = {}
    always = [loaded.default_strategy] if isinstance(loaded, Case) else []
    from_table = progress not in (None, "", "None")
    for name in dict.fromkeys([*names, *always, *([] if from_table else [BESIDE])]):
        strategy_loaded = attempt(load_strategy, name)
        if not isinstance(strategy_loaded, Strategy):
            continue
        if strategies.get(strategy_loaded.id, strategy_loaded).digest != strategy_loaded.digest:
            faults.append(InputError("error.strategy_twice", id=strategy_loaded.id, name=name[:80]))
        if from_table and strategy_loaded.pace == "past":  # it would continue the pace since the case's assumed start
            faults.append(InputError("error.past_with_table", name=shown(name)))
        strategies.setdefault(strategy_loaded.id, strategy_loaded)
        given.setdefault(strategy_loaded.id, name)
    if isinstance(loaded, Case) and not from_table:
        attempt(check_as_of, loaded, as_of or None)
    attempt(check_replications, replications)
    attempt(check_word, "seed", seed)
    if lang not in LANGUAGES:
        faults.append(InputError("error.unknown_language", given=repr(lang)[:80], allowed=", ".join(LANGUAGES)))
    table = None
    if from_table and isinstance(loaded, Case) and not faults:
        table = attempt(_table_of, loaded, progress, as_of, seed)
    if faults:
        raise faults[0] if len(faults) == 1 else FileFaults("report", faults)
    assert isinstance(loaded, Case)
    return Request(
        case=table.case if isinstance(table, FromTable) else loaded,
        strategies=tuple(strategies.values()),
        replications=int(replications),  # type: ignore[call-overload]
        seed=int(seed),  # type: ignore[call-overload]
        lang=str(lang),
        case_given=case,
        strategies_given=tuple(given.values()),
        table=table if isinstance(table, FromTable) else None,
        loaded=loaded if isinstance(table, FromTable) else None,
    )


def _table_of(case: Case, progress: object, as_of: object, seed: int) -> FromTable:
    """Return the checked table a report starts from."""
    day = written_date(as_of) if as_of else case.as_of
    return start_from_table(case, typed_parameter("progress", progress, str), day, seed=seed)


def forecast_of(request: Request) -> SnapshotForecast | TableForecast:
    """Return the forecast of a report: of its table where it has one, else of the case's one snapshot."""
    table = request.table
    if table is None:
        return snapshot_forecast(request.case, seed=request.seed, draws=DRAWS)
    return table.told(seed=request.seed)


def run_year_end(request: Request, *, workers: int | None = None, progress: bool = True) -> YearEnd:
    """Forecast from the snapshot and run every strategy of the request."""
    case, table = request.case, request.table
    forecast = forecast_of(request)
    ensembles, counties = run_strategies(request, workers=workers, progress=progress)
    seen = {name: supervised(ensemble, case) for name, ensemble in ensembles.items()}
    return YearEnd(
        request=request,
        timeline=case_timeline(case),
        forecast=forecast,
        ensembles=ensembles,
        pace=weekly_pace(case) if isinstance(forecast, SnapshotForecast) else forecast.pace,
        capacity=agency_capacity(case),
        supervised={name: one for name, one in seen.items() if one is not None},
        held={}
        if table
        else run_held(case, replications=request.replications, seed=request.seed, workers=workers, progress=progress),
        appraised=counties,
    )
