"""The figures of the report, one kind per file.

Each ``plot_`` function takes tidy frames and a language and returns a `matplotlib.figure.Figure` that belongs to
no window and no global state. All words come from the language catalogue. matplotlib is imported on first use.
"""

from dpsim.report.figures.channels import plot_channels
from dpsim.report.figures.differences import plot_differences
from dpsim.report.figures.duties import plot_duties
from dpsim.report.figures.fan_chart import plot_fan_chart
from dpsim.report.figures.pace import plot_pace
from dpsim.report.figures.queues import plot_queues
from dpsim.report.figures.reported_true import plot_reported_true
from dpsim.report.figures.save import png_bytes, save_figure
from dpsim.report.figures.scenario_cells import plot_scenario_cells
from dpsim.report.figures.sensitivity import plot_sensitivity
from dpsim.report.figures.style import figure_style

__all__ = [
    "figure_style",
    "plot_channels",
    "plot_duties",
    "plot_differences",
    "plot_fan_chart",
    "plot_pace",
    "plot_queues",
    "plot_reported_true",
    "plot_scenario_cells",
    "plot_sensitivity",
    "png_bytes",
    "save_figure",
]
