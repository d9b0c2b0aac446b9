"""The explorer: controls in JupyterLab over the same runs, figures and words as everywhere else.

Controls only: what is run comes from `dpsim.experiments`, what is drawn from `dpsim.report`. `entries`, `scenario`,
`export` and `shown` know nothing of widgets.
"""

from dpsim.explorer.page import explorer

__all__ = ["explorer"]
