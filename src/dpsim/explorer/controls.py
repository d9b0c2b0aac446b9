"""The controls of the page: what the changes start from, the two panels of changes, and the numbers of the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from dpsim.errors import DpsimError
from dpsim.explorer.job import Post
from dpsim.explorer.panels import AssumptionPanel, LeverPanel
from dpsim.explorer.scenario import Scenario
from dpsim.language import in_words, say
from dpsim.params.load import list_cases, list_strategies, load_case, load_strategy
from dpsim.params.schema import File
from dpsim.report.place import own_words
from dpsim.report.show import show_date


class Controls:
    """The controls of one scenario at a time.

    Parameters
    ----------
    start : Scenario
    lang : {"zh", "en"}
    soon : callable
        Called after every change of what would be run.
    post : callable
        Has a function called on the kernel's own thread.
    """

    def __init__(self, start: Scenario, lang: str, soon: Callable[[], None], post: Post) -> None:
        self.lang, self._soon, self._post = lang, soon, post
        self._choices(start)
        number = {"style": {"description_width": "initial"}, "layout": {"width": "11em"}}
        self.replications = widgets.IntText(start.replications, description=self._say("replications"), **number)
        self.seed = widgets.IntText(start.seed, description=self._say("seed"), **number)
        self.watch = widgets.Checkbox(
            value=True, description=self._say("watch"), indent=False, layout={"width": "auto"}
        )
        for control in (self.replications, self.seed, self.watch):
            control.observe(lambda _: self._soon(), "value")
        self.panels = widgets.Tab(layout={"max_height": "26em"})
        self.panels.add_class("dpsim-panels")
        self._load_case()
        self._load_strategy()
        self.choices = widgets.HBox([self.case, self.as_of, self.strategy], layout={"flex_flow": "row wrap"})

    def scenario(self) -> Scenario:
        """Return what the controls say now."""
        return Scenario(
            case=self.case.value,
            strategy=self.strategy.value,
            replications=self.replications.value,
            seed=self.seed.value,
            assumptions=self.assumption_panel.changes(),
            levers=self.lever_panel.changes(),
            switched=self.lever_panel.switched(),
        )

    def _say(self, message: str) -> str:
        """Return a message of the explorer in the language of the page."""
        return say(f"explorer.{message}", lang=self.lang)

    def _choices(self, start: Scenario) -> None:
        """Make the controls of what the changes start from."""
        self.case = self._dropdown("case", list_cases(), start.case, load_case)
        self.strategy = self._dropdown("strategy", list_strategies(), start.strategy, load_strategy)
        self.as_of = widgets.Dropdown(description=self._say("as_of"), layout={"width": "20em"})
        self.as_of.style.description_width = "initial"
        self.as_of.tooltip = self._say("as_of_note")
        for control, load in ((self.case, self._load_case), (self.strategy, self._load_strategy)):
            control.observe(lambda _, load=load: self._post(load), "value")
            control.observe(lambda _: self._soon(), "value")

    def _dropdown(self, name: str, known: list[str], given: str, load: Any) -> Any:
        """Return a choice among what comes with the program and what was given."""
        options = []
        for id_ in dict.fromkeys([given, *known]):
            try:
                file: File = load(id_)
            except DpsimError:  # a broken file among the known ones; the one given was loaded before
                continue
            options.append((file.name.words(self.lang) if id_ in known else id_, id_))
        control = widgets.Dropdown(options=options, value=given, description=self._say(name), layout={"width": "24em"})
        control.style.description_width = "initial"
        return control

    def _load_case(self) -> None:
        """Fill what belongs to the case."""
        case = load_case(self.case.value)
        self.as_of.options = [(show_date(case.as_of, self.lang, year=True), case.as_of)]
        self.as_of.value = case.as_of
        with in_words(own_words(case)):
            self.assumption_panel = AssumptionPanel(case, self.lang, self._soon)
        self._show_panels()

    def _load_strategy(self) -> None:
        """Fill what belongs to the strategy."""
        self.lever_panel = LeverPanel(load_strategy(self.strategy.value), self.lang, self._soon, self._post)
        self._show_panels()

    def _show_panels(self) -> None:
        """Show both panels once there are both."""
        if hasattr(self, "lever_panel"):
            self.panels.children = (self.lever_panel.widget, self.assumption_panel.widget)
            self.panels.titles = (self._say("tab_levers"), self._say("tab_assumptions"))
