"""Title, headline and what must stand below it."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from dpsim.report import below, sentences
from dpsim.report.parts import Part

if TYPE_CHECKING:
    from dpsim.report.letter import Letter


def part(letter: Letter) -> Part:
    """Return title, headline and what must stand below it."""
    title, lead = (html.escape(said(letter.result)) for said in (sentences.title, sentences.headline))
    text = "".join(letter.paragraph(said) for said in below.below_headline(letter.result))
    return Part(f"<h1>{title}</h1><p class='lead'><strong>{lead}</strong></p>{text}")
