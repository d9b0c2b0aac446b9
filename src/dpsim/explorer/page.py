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
from dpsim.explorer.controls import Controls
from dpsim.explorer.export import export
from dpsim.explorer.job import Job, error_text, kernel_post
from dpsim.explorer.pace import Rest
from dpsim.explorer.scenario import Built, Scenario
from dpsim.explorer.shown import Shown
from dpsim.explorer.style import STYLE
from dpsim.language import LANGUAGES, say
from dpsim.params.load import load_case
from dpsim.report.parameters import injectable
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
        self.controls = Controls(start, lang, self._soon, self.post)
        self.run = widgets.Button(description=self.say("run"), button_style="primary")
        self.stop = widgets.Button(description=self.say("stop"), disabled=True)
        self.save = widgets.Button(description=self.say("export"))
        self.bar = widgets.IntProgress(layout={"visibility": "hidden", "width": "14em"})
        for button, act in ((self.run, self._run), (self.stop, self._stop), (self.save, self._export)):
            button.on_click(lambda _, act=act: self.post(act))
        self.banner, self.status, self.exported, self.results = (widgets.HTML() for _ in range(4))
        self.results.add_class("dpsim-results")
        self.banner.add_class("dpsim-banner")
        self.widget = widgets.VBox(
            [
                widgets.HTML(STYLE),
                self.controls.choices,
                self.controls.panels,
                widgets.HBox(
                    [
                        self.controls.replications,
                        self.controls.seed,
                        self.run,
                        self.controls.watch,
                        self.stop,
                        self.save,
                        self.bar,
                    ],
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

    # -------------------------------------------------------------- what follows a change

    def _soon(self) -> None:
        """Take up a change on the kernel's own thread: JupyterLab may hand on what the browser sends in another one."""
        self.post(self._changed)

    def _changed(self) -> None:
        """Check what the controls say; have it run once they rest, in the place of what is under way."""
        self.rest.cancel()
        built = self._built(tell=True)
        if built is not None and self.controls.watch.value and not self._at_work_on(built):
            self.job.drop()
            self.bar.layout.visibility = "hidden"
            shown, now = self.shown, _identity(built, self.controls.scenario())
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
            built = self.controls.scenario().built()
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
        if order is None:
            return False
        return _identity(built, self.controls.scenario()) == _identity(order.built, order.scenario)

    def _mark(self, built: Built | None = None) -> None:
        """Mark the results as stale while the controls say something else."""
        built = built or self._built()
        if self.shown is None:
            self.banner.value = _box("info", self.say("nothing_yet"))
            return
        shown, at_work = self.shown, self.job.running or self.rest.waiting
        now = None if built is None else _identity(built, self.controls.scenario())
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
        built, scenario = self._built(tell=True), self.controls.scenario()
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
            made = export(self.controls.scenario(), self.out, self.lang)
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
