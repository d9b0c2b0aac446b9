from __future__ import annotations

import subprocess
import sys
from io import BytesIO, StringIO

import pytest
from fontTools.ttLib import TTFont

from dpsim.report import fonts


def test_a_subset_has_basic_latin_and_just_the_characters_asked_for() -> None:
    with TTFont(BytesIO(fonts.subset_woff2("双重预防，双重预防"))) as font:
        assert {chr(code) for code in font.getBestCmap()} == {*"双重预防，", *map(chr, range(0x20, 0x7F))}


def test_a_subset_keeps_its_licence_and_is_woff2() -> None:
    content = fonts.subset_woff2("安全")
    assert content[:4] == b"wOF2"
    with TTFont(BytesIO(content)) as font:
        assert "SIL Open Font License" in font["name"].getDebugName(13)
        assert "Adobe" in font["name"].getDebugName(0)


def test_the_same_characters_give_the_same_bytes() -> None:
    first = fonts.subset_woff2("整改率")
    fonts._subset.cache_clear()
    assert fonts.subset_woff2("率改整整") == first


def test_missing_glyphs_names_only_what_neither_font_has() -> None:
    assert fonts.missing_glyphs("喆𬭎㛃 ≥ ㎡ −1 ✗\n\t\u3000\u200b\ufeff\ufe0f") == set()
    assert fonts.missing_glyphs("好✅\U0001f9ef") == {"✅", "\U0001f9ef"}


def test_the_fallback_has_what_the_first_lacks() -> None:
    assert "✗" not in fonts.covered(fonts.FONT_FAMILY)
    with TTFont(BytesIO(fonts.subset_woff2("✗", family=fonts.FALLBACK_FAMILY))) as font:
        assert ord("✗") in font.getBestCmap()


def test_figures_are_drawn_with_the_report_font_and_repeat() -> None:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    names = ("font.family", "axes.unicode_minus", "svg.fonttype", "svg.hashsalt")
    before = [mpl.rcParams[name] for name in names]

    def drawn() -> str:
        with mpl.rc_context(fonts.use_report_font()):
            figure = Figure(figsize=(3, 2))
            figure.subplots().set_title("安全生产 −1 ✗")
            out = StringIO()
            figure.savefig(out, format="svg", metadata={"Date": None})  # a missing glyph would warn: an error here
        return out.getvalue()

    picture = drawn()
    assert "NotoSansSC" in picture and "<text" not in picture
    assert drawn() == picture
    assert [mpl.rcParams[name] for name in names] == before


def test_the_font_is_registered_once() -> None:
    from matplotlib import font_manager

    fonts.use_report_font()
    count = len(font_manager.fontManager.ttflist)
    fonts.use_report_font()
    assert len(font_manager.fontManager.ttflist) == count


@pytest.mark.parametrize("module", ["fonts", "documents", "notebooks"])
def test_importing_is_quick(module: str) -> None:
    heavy = {"matplotlib", "fontTools", "nbconvert", "nbformat", "papermill", "bs4", "pandas"}
    code = f"import sys, dpsim.report.{module}; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"
