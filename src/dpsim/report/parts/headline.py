"""Title, headlines and what must stand below it."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from dpsim.report import below, sentences
from dpsim.report.parts import Part

if TYPE_CHECKING:
    from dpsim.report.letter import Letter


def part(letter: Letter) -> Part:
    """Return title, headlines and what must stand below it."""
    title = html.escape(sentences.title(letter.result))
    leads = "".join(
        f"<p class='lead'><strong>{html.escape(said)}</strong></p>" for said in sentences.headlines(letter.result)
    )
    text = "".join(letter.paragraph(said) for said in below.below_headline(letter.result))
    return Part(f"<h1>{title}</h1>{letter.paragraph(sentences.beside(letter.result))}{leads}{text}")
