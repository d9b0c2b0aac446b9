"""The one font of figures and documents: Noto Sans SC, from a pinned package, never from the system.

A report must look the same on a machine without any Chinese font. Figures draw their letters as outlines;
documents carry a subset with exactly the characters they use. Both come from the same file, so a character is
either in both or refused in both. What Noto Sans SC lacks is looked for in DejaVu Sans, which matplotlib brings.

The font is licensed under the SIL Open Font License 1.1; the subset keeps its copyright and licence records.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from io import BytesIO
from pathlib import Path

FONT_FAMILY = "Noto Sans SC"
FALLBACK_FAMILY = "DejaVu Sans"

_BASIC_LATIN = "".join(map(chr, range(0x20, 0x7F)))
_LAYOUT = ("ccmp", "kern", "locl", "mark", "mkmk")
"""Layout features kept in a subset; the vertical and width variants would add glyphs nobody asked for."""
_NAMES = (0, 1, 2, 3, 4, 5, 6, 7, 13, 14)
"""Name records kept: the names, the version, copyright, trademark and licence."""


def use_report_font() -> dict[str, object]:
    """Register the font with matplotlib and return the settings to draw with.

    Returns
    -------
    dict
        Settings for `matplotlib.rc_context`; the global ones stay as they are. Text in SVG becomes outlines
        (no font needed to look at it) with ids that repeat from run to run.
    """
    from matplotlib import font_manager

    path = str(_sans_path())
    if not any(entry.fname == path for entry in font_manager.fontManager.ttflist):
        font_manager.fontManager.addfont(path)
    return {
        "font.family": [FONT_FAMILY, FALLBACK_FAMILY],
        "axes.unicode_minus": True,
        "svg.fonttype": "path",
        "svg.hashsalt": "dpsim",
    }


def subset_woff2(text: str, *, family: str = FONT_FAMILY) -> bytes:
    """Return a font with basic Latin and the characters of `text`, as woff2.

    Parameters
    ----------
    text : str
        Any text; order and repetition do not matter. Characters the font lacks are left out.
    family : {"Noto Sans SC", "DejaVu Sans"}
        The font to take them from.

    Returns
    -------
    bytes
        The same bytes for the same characters.
    """
    return _subset("".join(sorted(set(text) | set(_BASIC_LATIN))), family)


def missing_glyphs(text: str) -> set[str]:
    """Return the characters of `text` that neither font can draw.

    Blanks, control and joining characters have no glyph of their own and are never missing.
    """
    return {char for char in needs_glyph(text) if not any(char in covered(family) for family in _FILES)}


def needs_glyph(text: str) -> set[str]:
    """Return the characters of `text` that must be drawn."""
    return {char for char in set(text) if not (char.isspace() or _is_invisible(char))}


@cache
def covered(family: str) -> frozenset[str]:
    """Return the characters a font has, by its family name."""
    from fontTools.ttLib import TTFont

    with TTFont(_FILES[family](), lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


def _is_invisible(char: str) -> bool:
    """Tell whether a character only steers the others (control, format, variation selector)."""
    return unicodedata.category(char) in {"Cc", "Cf"} or "\ufe00" <= char <= "\ufe0f"


@cache
def _subset(characters: str, family: str) -> bytes:
    """Cut the font down to sorted `characters`."""
    from fontTools import subset

    options = subset.Options(
        flavor="woff2",
        layout_features=list(_LAYOUT),
        name_IDs=list(_NAMES),
        hinting=False,
        notdef_outline=True,
        recalc_timestamp=False,
    )
    options.drop_tables += ["FFTM"]  # an editor's time stamp in DejaVu Sans
    font = subset.load_font(str(_FILES[family]()), options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=characters)
    cutter.subset(font)
    buffer = BytesIO()
    subset.save_font(font, buffer, options)
    font.close()
    return buffer.getvalue()


def _sans_path() -> Path:
    """Return the font file of the pinned package."""
    from pylopdf_fonts_zh_cn import sans_path

    return Path(sans_path())


def _fallback_path() -> Path:
    """Return the fallback that matplotlib brings with it."""
    from matplotlib import get_data_path

    return Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


_FILES = {FONT_FAMILY: _sans_path, FALLBACK_FAMILY: _fallback_path}
