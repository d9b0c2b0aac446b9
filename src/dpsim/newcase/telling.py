"""What the command says of a case file it has written: what came from the table, what is assumed, what to do next."""

from __future__ import annotations

import datetime as dt

from dpsim.language import LANGUAGES, language_in_force, say
from dpsim.newcase.columns import heading
from dpsim.newcase.job import Made
from dpsim.params.labels import option_label, quantity_label
from dpsim.params.wording import shown_name


def told(made: Made) -> str:
    """Return the lines in the language in force."""
    lang, table = language_in_force(), made.table
    between = say("cli.between")
    file = made.file.as_posix()
    counts = [
        say("newcase.told.count", column=heading(column, lang), n=table.total(column)) for column in table.columns
    ]
    sheet = say("newcase.told.sheet", name=shown_name(table.sheet)) if table.sheet else ""
    case = made.case
    lines = [
        say("newcase.told.written", file=file, case=case.id, as_of=case.as_of, end=case.horizon_end),
        say("newcase.told.table", sheet=sheet, n=len(table.counties), counts=between.join(counts)),
    ]
    if table.hidden:
        names = between.join(shown_name(name) for name in table.hidden[:20])
        lines.append(say("newcase.told.hidden", n=len(table.hidden), names=names))
    if table.guessed:
        lines.append(say("newcase.told.guessed", encoding=table.guessed, name=shown_name(table.counties[0].name)))
    if table.total_row is not None:
        lines.append(say("newcase.told.checked"))
    if table.unused:
        lines.append(say("newcase.told.unused", names=between.join(shown_name(name) for name in table.unused[:20])))
    if made.left_out:
        names = between.join(f"{name} ({day})" for name, day in made.left_out)
        lines.append(say("newcase.told.left_out", names=names))
    lines.append(say("newcase.told.assumed", like=made.like.id, n=made.assumed))
    for k, row in enumerate(made.first):
        value = _shown(row.value, lang)
        lines.append(say("newcase.told.first", k=k + 1, key=row.key, label=quantity_label(row.key, lang), value=value))
    option = "" if lang == LANGUAGES[0] else f" --lang {lang}"
    return "\n".join([*lines, say("newcase.told.next", file=file, option=option)])


def _shown(value: object, lang: str) -> str:
    """Return a value on one line."""
    if isinstance(value, tuple):
        return ", ".join(_shown(item, lang) for item in value)
    return value.isoformat() if isinstance(value, dt.date) else option_label(value, lang)
