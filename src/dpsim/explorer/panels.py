"""The two panels of changes: the levers of a strategy, and the assumptions of a case."""

from __future__ import annotations

import html
from collections.abc import Callable
from itertools import groupby
from typing import Any

import ipywidgets as widgets

from dpsim.explorer.entries import Entry, Slot, assumptions, levers, slots
from dpsim.explorer.job import Post
from dpsim.explorer.rows import Changed, Look, Row
from dpsim.language import say
from dpsim.params.labels import grade_label, instrument_label
from dpsim.params.schema import Case, Strategy
from dpsim.report.sentences import capital


class LeverPanel:
    """Instruments of a strategy, to be switched on and off, and their settings.

    `post` hands a call on to the thread on which controls may be made.
    """

    def __init__(self, strategy: Strategy, lang: str, changed: Changed, post: Post) -> None:
        look = Look(lang)
        self.groups = [_Group(slot, lang, changed, look, post) for slot in slots(strategy)]
        text = say("explorer.levers_note" if self.groups else "explorer.levers_none", lang=lang)
        self.widget = widgets.VBox([_note(text), *(group.widget for group in self.groups)])

    def switched(self) -> frozenset[int]:
        """Return the places of the instruments switched on or off."""
        return frozenset(group.slot.place for group in self.groups if group.switch.value != group.slot.on)

    def changes(self) -> dict[str, Any]:
        """Return the changed settings by key."""
        return {key: value for group in self.groups for row in group.rows for key, value in row.change().items()}


class _Group:
    """One instrument: its switch, and its settings while it is on.

    Controls of what is off are made when it is switched on first: of nearly 30 instruments few are.
    """

    def __init__(self, slot: Slot, lang: str, changed: Changed, look: Look, post: Post) -> None:
        self.slot = slot
        self.rows: list[Row] = []
        self._row: Callable[[Entry], Row] = lambda entry: Row(entry, lang, changed, look)
        self._lang = lang
        self.switch = widgets.Checkbox(
            value=slot.on, description=instrument_label(slot.name, lang), indent=False, layout={"width": "auto"}
        )
        self.settings = widgets.VBox(layout={"margin": "0 0 6px 1.5em"})
        self.widget = widgets.VBox([self.switch, self.settings])
        self._show()
        self.switch.observe(lambda _: post(self._show), "value")
        self.switch.observe(lambda _: changed(), "value")

    def _show(self) -> None:
        """Show the settings of what is on."""
        if self.switch.value and not self.rows:
            self.rows = [self._row(entry) for entry in levers(self.slot, self._lang)]
            self.settings.children = [row.widget for row in self.rows]
        self.settings.layout.display = "" if self.switch.value else "none"


class AssumptionPanel:
    """What a case takes for granted, the weakest ground first."""

    def __init__(self, case: Case, lang: str, changed: Changed) -> None:
        self.rows: list[Row] = []
        look = Look(lang)
        children: list[Any] = [_note(say("explorer.assumptions_note", lang=lang))]
        for grade, entries in groupby(assumptions(case, lang), key=lambda entry: entry.grade):
            children.append(widgets.HTML(f"<h4>{html.escape(capital(_head(grade, lang)))}</h4>"))
            children += [self._row(entry, lang, changed, look) for entry in entries]
        self.widget = widgets.VBox(children)

    def changes(self) -> dict[str, Any]:
        """Return the changed values by key."""
        return {key: value for row in self.rows for key, value in row.change().items()}

    def _row(self, entry: Entry, lang: str, changed: Changed, look: Look) -> Any:
        """Make and keep the row of one entry."""
        self.rows.append(Row(entry, lang, changed, look))
        return self.rows[-1].widget


def _head(grade: str, lang: str) -> str:
    """Return the heading of the entries of one grade."""
    return grade_label(grade, lang) if grade else say("explorer.readings", lang=lang)


def _note(text: str) -> Any:
    """Return a line of explanation."""
    return widgets.HTML(f"<p class='dpsim-note'>{html.escape(text)}</p>")
