"""Make a case file from a table: check what is asked for, read, build, check the result, and only then write."""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import dataclass
from pathlib import Path

from dpsim.errors import FileFaults, InputError, RunError
from dpsim.language import say
from dpsim.newcase.content import Wanted, case_content
from dpsim.newcase.table import Table, read_table
from dpsim.newcase.writing import yaml_text
from dpsim.params.assumption import Assumption
from dpsim.params.faults import Origin
from dpsim.params.load import list_cases, load_case
from dpsim.params.locate import NAME
from dpsim.params.rules import YEARS
from dpsim.params.schema import Case
from dpsim.params.wording import shown, shown_name
from dpsim.tabular.sheet import read_sheets

FIRST = (
    "scenario.reference_class",
    "scenario.start",
    "state.connected",
    "scenario.rush",
    "adoption.reference_closure_per_week",
    "state.building",
    "state.assessed",
    "population.tiers.benchmark_provincial",
    "population.tiers.benchmark_municipal",
    "population.tiers.benchmark_county",
    "assessors.teams",
    "staff.inspectors_per_county",
    "staff.past_visits_per_year",
)
"""What to replace first: what moves the median shortfall of Linyi 2018 most, then what a bureau knows of itself."""
COMMENTED = (
    "place",
    "default_strategy",
    "calendar",
    "population",
    "state",
    "scenario",
    "targets",
    "adoption",
    "published",
    "sources",
)
"""Keys of a case file with a comment above them."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_RESERVED = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9])\Z")
"""Windows opens a device instead of a file of this name, whatever its ending."""
_LONGEST_NAME = 60
_LONGEST_DAYS = 731


@dataclass(frozen=True)
class Made:
    """A case file that was written.

    Parameters
    ----------
    file : pathlib.Path
    case, like : Case
        What it holds, and the place the rest was taken over from.
    table : Table
    left_out : list of (str, datetime.date)
        Targets whose moved date is past.
    """

    file: Path
    case: Case
    like: Case
    table: Table
    left_out: list[tuple[str, dt.date]]

    @property
    def assumed(self) -> int:
        """How many values are assumed."""
        return sum(row.grade == "assumed" for row in self.case.assumptions())

    @property
    def first(self) -> list[Assumption]:
        """The assumed values to replace first."""
        return to_replace_first(self.case)


def to_replace_first(case: Case) -> list[Assumption]:
    """Return the assumed values that matter first, in this order."""
    rows = {row.key: row for row in case.assumptions() if row.grade == "assumed"}
    return [rows[key] for key in FIRST if key in rows]


def make_case(
    table: Path,
    *,
    case: str,
    as_of: str,
    horizon_end: str | None = None,
    name_zh: str | None = None,
    name_en: str | None = None,
    like: str = "linyi-2018",
    sheet: str | None = None,
    out: Path | None = None,
    force: bool = False,
) -> Made:
    """Write a case file from a table of counties and counts.

    Parameters
    ----------
    table : pathlib.Path
        Excel, OpenDocument or CSV file.
    case : str
        Id of the new case.
    as_of, horizon_end : str
        ISO dates; the horizon ends with the year when not given.
    name_zh, name_en : str, optional
        Names of the case; its id when not given.
    like : str
        Case, or file of a case, that everything else is taken over from.
    sheet : str, optional
        Sheet of the workbook.
    out : pathlib.Path, optional
        File to write; ``<case>.yaml`` in the current folder when not given.
    force : bool
        Whether a file that is there already is replaced.

    Raises
    ------
    InputError, FileFaults
        Something asked for or something in the table is wrong; nothing is written.
    """
    wanted = _wanted(case, as_of, horizon_end, name_zh, name_en)
    target = out or Path(f"{case}.yaml")
    place = _place(target, force)
    template = load_case(like)
    read = read_table(read_sheets(table), sheet)
    content, left_out = case_content(read, wanted, template)
    made = Case.from_content(content, Origin(target.name))
    _write(place, yaml_text(content, _head(made, template), _comments()), made)
    return Made(target, made, template, read, left_out)


def _wanted(case: str, as_of: str, horizon_end: str | None, name_zh: str | None, name_en: str | None) -> Wanted:
    """Return what is asked for, or raise everything that is wrong with it together."""
    faults: list[InputError] = []
    if not NAME.match(case):
        faults.append(InputError("newcase.bad_case", given=shown(case), allowed=NAME.pattern.removesuffix(r"\Z")))
    elif _RESERVED.match(case):
        faults.append(InputError("newcase.case_reserved", given=shown(case)))
    elif case in list_cases():
        faults.append(InputError("newcase.case_taken", given=shown(case), allowed=", ".join(list_cases())))
    for option, name in (("--name-zh", name_zh), ("--name-en", name_en)):
        if name is not None and (len(name) > _LONGEST_NAME or not name.isprintable()):
            faults.append(InputError("newcase.bad_name", name=option, given=shown(name), allowed=_LONGEST_NAME))
    first, last = _date("--as-of", as_of, faults), None
    if horizon_end is not None:
        last = _date("--horizon-end", horizon_end, faults)
    if first and not (YEARS[0] <= first.year <= YEARS[1] and (first.month, first.day) < (12, 31)):
        allowed = f"{YEARS[0]}-01-01 … {YEARS[1]}-12-30"
        faults.append(InputError("newcase.as_of_outside", given=first.isoformat(), allowed=allowed))
    elif first and last and not 0 < (last - first).days <= _LONGEST_DAYS:
        allowed = f"{first + dt.timedelta(days=1)} … {first + dt.timedelta(days=_LONGEST_DAYS)}"
        faults.append(InputError("newcase.horizon_outside", given=last.isoformat(), allowed=allowed))
    if len(faults) == 1:
        raise faults[0]
    if faults or first is None:
        raise FileFaults("dpsim new-case", faults)
    names = {"zh": name_zh or name_en or case, "en": name_en or case}
    return Wanted(case, names, first, last or dt.date(first.year, 12, 31))


def _date(option: str, text: str, faults: list[InputError]) -> dt.date | None:
    """Return a date, or note that it is none."""
    try:
        return dt.date.fromisoformat(text if _DATE.match(text) else "")
    except ValueError:
        faults.append(InputError("error.bad_date", name=option, given=shown(text)))
        return None


def _place(out: Path, force: bool) -> Path:
    """Return where to write, behind any link; refuse what cannot be written or holds a file already."""
    name = shown_name(out, 200)
    if out.suffix not in (".yaml", ".yml"):
        raise InputError("newcase.out_ending", out=name)
    try:
        place = out.resolve()
        fits = place.parent.is_dir() and (place.is_file() or not place.exists())
    except (OSError, RuntimeError):  # links in a circle
        fits = False
    if not fits:
        raise InputError("newcase.out_no_folder", out=name)
    if place.exists() and not force:
        raise InputError("newcase.out_exists", out=name)
    return place


def _head(case: Case, like: Case) -> str:
    """Return the comment at the top: what to replace first."""
    lines = [say("newcase.head", like=like.id)]
    lines += [f"  {k + 1}. {row.key}" for k, row in enumerate(to_replace_first(case))]
    return "\n".join([*lines, say("newcase.head_end")])


def _comments() -> dict[str, str]:
    """Return the comments above the blocks."""
    return {key: say(f"newcase.comment_{key}") for key in COMMENTED}


def _write(out: Path, text: str, case: Case) -> None:
    """Write beside the place, read back, and move there; what is there already stays whole until then."""
    draft = out.with_name(f".{out.stem}.{os.getpid()}.yaml")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        if not _reads_as(draft, case):
            raise RunError("newcase.not_as_written", out=shown_name(out, 200))
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)


def _reads_as(file: Path, case: Case) -> bool:
    """Tell whether a file holds a case."""
    try:
        return load_case(file) == case
    except FileFaults:
        return False
