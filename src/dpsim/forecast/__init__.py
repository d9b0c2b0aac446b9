"""Probability statements given data to the as-of date; `dpsim.forecast(...)` makes one from a progress table.

The public function has the name of this package, so the package can be called: it hands on to `project.forecast`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dpsim.forecast.project import Forecast


class _Called(ModuleType):
    """A package that is a function too."""

    def __call__(self, *given: Any, **named: Any) -> Forecast:
        """Forecast whether targets will be met; see `dpsim.forecast.project.forecast`."""
        from dpsim.forecast.project import forecast

        return forecast(*given, **named)


sys.modules[__name__].__class__ = _Called
