"""The page: controls above, results below, and a banner that tells how the two stand to each other.

Once a control has come to rest the runs begin anew, in the place of those under way, and the results are shown while
they come in; unless the planner wants to press the button.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any, NamedTuple

import ipywidgets as widgets

from dpsim.errors import DpsimError, InputError
from dpsim.experiments.arguments import check_as_of
from dpsim.explorer.export import export
from dpsim.explorer.job import Job, error_text, kernel_post
from dpsim.explorer.pace import Rest
from dpsim.explorer.panels import AssumptionPanel, LeverPanel
from dpsim.explorer.scenario import Built, Scenario
from dpsim.explorer.shown import Shown
from dpsim.explorer.style import STYLE
from dpsim.language import LANGUAGES, in_words, say
from dpsim.params.load import list_cases, list_strategies, load_case, load_strategy
from dpsim.params.schema import File
from dpsim.report.parameters import injectable
from dpsim.report.place import own_words
from dpsim.report.show import show_date
from dpsim.report.typed import typed_parameter


class Identity(NamedTuple):
    """What tells one set of runs from another."""

    case: str
    strategy: str
    replications: int
    seed: int


def explorer(
    *,
    case: str = "linyi-2018",
    as_of: object = None,
    strategy: str = "",
    replications: object = 200,
    seed: object = 1,
    lang: object = "zh",
    out: str = "explored",
) -> Any:
    """Return the explorer; nothing is shown until a control is changed or its button pressed.

    Parameters
    ----------
    case, strategy : str
        Name or path to begin with; an empty strategy is the case's own.
    as_of : date or ISO string, optional
        A date the case has facts for.
    replications, seed : int
    lang : {"zh", "en"}
    out : str
        Folder for what is exported.

    Raises
    ------
    InputError
        The case or the strategy cannot be loaded, or another argument is wrong.
    """
    if lang not in LANGUAGES:
        raise InputError("error.unknown_language", given=repr(lang)[:80], allowed=", ".join(LANGUAGES))
    loaded = load_case(typed_parameter("case", case, str))
    check_as_of(loaded, injectable("as_of", as_of) or None)
    chosen = typed_parameter("strategy", strategy, str).strip() or loaded.default_strategy
    start = Scenario(
        case, chosen, typed_parameter("replications", replications, int), typed_parameter("seed", seed, int)
    )
    built = start.built()
    page = Page(start, str(lang), Path(typed_parameter("out", out, str) or "."))
    page.job.warm(start, built)
    return page.widget


class Page:
    """The explorer of one scenario at a time.

    Parameters
    ----------
    start : Scenario
    lang : {"zh", "en"}
    out : pathlib.Path
        Where exports go.
    """

    def __init__(self, start: Scenario, lang: str, out: Path) -> None:
        self.lang, self.out = lang, out
        self.shown: Shown | None = None
        self.whole: Shown | None = None
        """The last results that are complete."""
        self.post = kernel_post()
        self.job, self.rest = Job(self, lang, self.post), Rest(self._run)
        self._choices(start)
        self._actions(start)
        self.banner, self.status, self.exported, self.results = (widgets.HTML() for _ in range(4))
        self.results.add_class("dpsim-results")
        self.banner.add_class("dpsim-banner")
        self.panels = widgets.Tab(layout={"max_height": "26em"})
        self.panels.add_class("dpsim-panels")
        self._load_case()
        self._load_strategy()
        self.widget = widgets.VBox(
            [
                widgets.HTML(STYLE),
                widgets.HBox([self.case, self.as_of, self.strategy], layout={"flex_flow": "row wrap"}),
                self.panels,
                widgets.HBox(
                    [self.replications, self.seed, self.run, self.watch, self.stop, self.save, self.bar],
                    layout={"flex_flow": "row wrap", "align_items": "center"},
                ),
                self.status,
                self.exported,
                self.banner,
                self.results,
            ]
        )
        self.widget.add_class("dpsim-explorer")
        self._tell(self._built(tell=True))

    def say(self, message: str, **values: object) -> str:
        """Return a message of the explorer in the language of the page."""
        return say(f"explorer.{message}", lang=self.lang, **values)

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

    # -------------------------------------------------------------- what a job tells

    def told(self, done: int) -> None:
        """Show how many runs are done."""
        self.bar.value = done
        self._status(self.say("running", done=done, n=self.bar.max))

    def looked(self, shown: Shown) -> None:
        """Show what has come in."""
        self._show(shown)
        if shown.whole:
            self._status(self.say("drawing"))

    def finished(self, shown: Shown | None, error: Exception | None) -> None:
        """Show the results, or why there are none."""
        self.bar.layout.visibility = "hidden"
        if shown is not None:
            self._show(shown)
            self._status("")
        elif error is not None:
            self._status(error_text(error, self.lang), wrong=True)
        else:
            self._status(self.say("stopped"))
        self._buttons(self._built())
        self._mark()

    def _show(self, shown: Shown) -> None:
        """Show results, and how they stand to the controls."""
        self.shown = shown
        if shown.whole:
            self.whole = shown
        self.results.value = shown.content
        self._mark()

    # -------------------------------------------------------------- controls

    def _choices(self, start: Scenario) -> None:
        """Make the controls of what the changes start from."""
        self.case = self._dropdown("case", list_cases(), start.case, load_case)
        self.strategy = self._dropdown("strategy", list_strategies(), start.strategy, load_strategy)
        self.as_of = widgets.Dropdown(description=self.say("as_of"), layout={"width": "20em"})
        self.as_of.style.description_width = "initial"
        self.as_of.tooltip = self.say("as_of_note")
        for control, load in ((self.case, self._load_case), (self.strategy, self._load_strategy)):
            control.observe(lambda _, load=load: self.post(load), "value")
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
        control = widgets.Dropdown(options=options, value=given, description=self.say(name), layout={"width": "24em"})
        control.style.description_width = "initial"
        return control

    def _actions(self, start: Scenario) -> None:
        """Make the buttons and the numbers of the run."""
        number = {"style": {"description_width": "initial"}, "layout": {"width": "11em"}}
        self.replications = widgets.IntText(start.replications, description=self.say("replications"), **number)
        self.seed = widgets.IntText(start.seed, description=self.say("seed"), **number)
        self.run = widgets.Button(description=self.say("run"), button_style="primary")
        self.watch = widgets.Checkbox(value=True, description=self.say("watch"), indent=False, layout={"width": "auto"})
        self.stop = widgets.Button(description=self.say("stop"), disabled=True)
        self.save = widgets.Button(description=self.say("export"))
        self.bar = widgets.IntProgress(layout={"visibility": "hidden", "width": "14em"})
        for control in (self.replications, self.seed):
            control.observe(lambda _: self._soon(), "value")
        self.watch.observe(lambda _: self._soon(), "value")
        self.run.on_click(lambda _: self.post(self._run))
        self.stop.on_click(lambda _: self.post(self._stop))
        self.save.on_click(lambda _: self.post(self._export))

    def _load_case(self) -> None:
        """Fill what belongs to the case."""
        case = load_case(self.case.value)
        self.as_of.options = [(show_date(case.as_of, self.lang, year=True), case.as_of)]
        self.as_of.value = case.as_of
        with in_words(own_words(case)):
            self.assumption_panel = AssumptionPanel(case, self.lang, self._soon)
        self._panels()

    def _load_strategy(self) -> None:
        """Fill what belongs to the strategy."""
        self.lever_panel = LeverPanel(load_strategy(self.strategy.value), self.lang, self._soon, self.post)
        self._panels()

    def _panels(self) -> None:
        """Show both panels once there are both."""
        if hasattr(self, "lever_panel"):
            self.panels.children = (self.lever_panel.widget, self.assumption_panel.widget)
            self.panels.titles = (self.say("tab_levers"), self.say("tab_assumptions"))

    # -------------------------------------------------------------- what follows a change

    def _soon(self) -> None:
        """Take up a change on the kernel's own thread: JupyterLab may hand on what the browser sends in another one."""
        self.post(self._changed)

    def _changed(self) -> None:
        """Check what the controls say; have it run once they rest, in the place of what is under way."""
        self.rest.cancel()
        built = self._built(tell=True)
        if built is not None and self.watch.value and not self._at_work_on(built):
            self.job.drop()
            self.bar.layout.visibility = "hidden"
            shown, now = self.shown, _identity(built, self.scenario())
            if shown is None or not shown.drawn or now != _identity(shown.built, shown.scenario):
                self.rest.touch()
        self._tell(built)

    def _tell(self, built: Built | None) -> None:
        """Allow what can be done, and tell how the results stand to what the controls say."""
        self.exported.value = ""
        self._buttons(built)
        self._mark(built)

    def _built(self, *, tell: bool = False) -> Built | None:
        """Return what would be run; where it cannot be, say why if asked to."""
        try:
            built = self.scenario().built()
        except DpsimError as error:
            if tell:
                self._status(error_text(error, self.lang), wrong=True)
            return None
        if tell and not self.job.running:
            self._status("")
        return built

    def _buttons(self, built: Built | None) -> None:
        """Allow what can be done now."""
        self.run.disabled = built is None or self._at_work_on(built)
        self.stop.disabled = not self.job.running
        self.save.disabled = built is None

    def _at_work_on(self, built: Built) -> bool:
        """Tell whether the job under way is of what the controls say."""
        order = self.job.order
        return order is not None and _identity(built, self.scenario()) == _identity(order.built, order.scenario)

    def _mark(self, built: Built | None = None) -> None:
        """Mark the results as stale while the controls say something else."""
        built = built or self._built()
        if self.shown is None:
            self.banner.value = _box("info", self.say("nothing_yet"))
            return
        shown, at_work = self.shown, self.job.running or self.rest.waiting
        now = None if built is None else _identity(built, self.scenario())
        if now != _identity(shown.built, shown.scenario):
            self.results.add_class("dpsim-stale")
            self.banner.value = _box("stale", self.say("stale_at_work" if at_work and built else "stale"))
            return
        self.results.remove_class("dpsim-stale")
        if shown.whole:
            names = say("explorer.between", lang=self.lang).join(file.name.words(self.lang) for file in shown.built)
            self.banner.value = _box("fresh", self.say("fresh", names=names, n=shown.n))
        else:
            state = "interim" if at_work else "partial"
            self.banner.value = _box("interim", self.say(state, done=shown.n, n=shown.scenario.replications))

    # -------------------------------------------------------------- what the buttons do

    def _run(self) -> None:
        """Start the job."""
        self.rest.cancel()
        built, scenario = self._built(tell=True), self.scenario()
        if built is None:
            return
        self.bar.max, self.bar.value, self.bar.layout.visibility = scenario.replications, 0, "visible"
        self._status(self.say("begun"))
        self.job.start(scenario, built, self._before(built, scenario))
        self._buttons(built)
        self._mark(built)

    def _before(self, built: Built, scenario: Scenario) -> Shown | None:
        """Return the last complete results of the same place and chances, if they are of something else."""
        before = self.whole
        if before is None or (before.scenario.case, before.scenario.seed) != (scenario.case, scenario.seed):
            return None
        return None if _identity(before.built, before.scenario) == _identity(built, scenario) else before

    def _stop(self) -> None:
        """End the job."""
        self.rest.cancel()
        self.job.stop()
        self.stop.disabled = True
        self._status(self.say("stopping"))

    def _export(self) -> None:
        """Write the files of what the controls say, and show how to run them again."""
        try:
            made = export(self.scenario(), self.out, self.lang)
        except (DpsimError, OSError) as error:
            self._status(error_text(error, self.lang), wrong=True)
            return
        commands = "".join(f"<pre><code>{html.escape(line)}</code></pre>" for line in (made.papermill, made.run))
        folder = html.escape(self.say("exported", folder=made.folder.as_posix()))
        if made.kept is not None:
            folder = html.escape(self.say("export_kept", kept=made.kept.as_posix())) + f"</p><p>{folder}"
        after = html.escape(self.say("exported_after"))
        self.exported.value = (
            f"<div class='dpsim-export'><p>{folder}</p>{commands}<p class='dpsim-note'>{after}</p></div>"
        )

    def _status(self, text: str, *, wrong: bool = False) -> None:
        """Show a line below the buttons."""
        self.status.value = _box("wrong" if wrong else "status", text) if text else ""


def _identity(built: Built, scenario: Scenario) -> Identity:
    """Return what tells these runs from others."""
    return Identity(built.case.digest, built.strategy.digest, scenario.replications, scenario.seed)


def _box(kind: str, text: str) -> str:
    """Return an escaped text in a box that a screen reader is told of."""
    role = "alert" if kind in ("wrong", "stale") else "status"
    return f"<div class='dpsim-{kind}' role='{role}'>{html.escape(text)}</div>"
