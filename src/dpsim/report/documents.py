"""From an executed notebook to one HTML file that needs nothing else: no network, no font, no script.

The code is hidden, the pictures and the letters are inside the file. Nothing in it may reach outside: a content
security policy says so to the browser, and the markup is cleaned before that. Links to the outside become their
text followed by the address, which is also what a printed page needs.

The same notebook gives the same bytes.
"""

from __future__ import annotations

import re
from base64 import b64encode
from html import escape
from pathlib import Path
from typing import Any

from dpsim.errors import DpsimError, InputError, RunError
from dpsim.language import say
from dpsim.report import fonts
from dpsim.report.writing import write_atomically

REMOVED_TAGS = ("remove-cell", "parameters", "injected-parameters")
"""Cells with one of these tags are not part of a document."""

LANG_ATTRIBUTE = {"zh": "zh-CN", "en": "en"}
"""How a page names its language."""
_SHOWN_MIME = ("text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/plain")
_DROPPED_ELEMENTS = re.compile(
    "script|style|link|meta|base|iframe|frame|frameset|object|embed|applet|param|form|input|button|select|textarea|"
    "noscript|template|audio|video|source|track|title"
)
_ADDRESS_ATTRIBUTES = {"href", "src", "xlink:href", "data", "action", "poster", "background"}
_TEXT_ATTRIBUTES = {"alt", "title", "aria-label"}
_PROGRESS = re.compile(r"\[\d+:\d\d(:\d\d)?(<.*/\S+\]|, .*/\S+\])")
_POLICY = "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'"

_CSS = """
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 960px; padding: 24px 20px 48px; color: #1f2328; background: #fff; font-size: 16px;
  line-height: 1.75; overflow-wrap: break-word; }
body, h1, h2, h3, h4, h5, h6, table, th, td, pre, code, kbd, samp, svg text { font-family: FAMILIES; }
h1, h2, h3, h4 { line-height: 1.35; margin: 1.6em 0 .6em; font-weight: bold; break-after: avoid; }
h1 { font-size: 28px; margin-top: 0; padding-bottom: .35em; border-bottom: 2px solid #1f4e79; color: #1f4e79; }
h2 { font-size: 22px; padding-bottom: .2em; border-bottom: 1px solid #d0d7de; }
h3 { font-size: 18px; }
h4 { font-size: 16px; }
p, ul, ol, blockquote, pre, table, figure { margin: 0 0 1em; }
blockquote { margin-left: 0; padding: .4em 1em; border-left: 4px solid #1f4e79; background: #f3f6fa; }
blockquote > :last-child { margin-bottom: 0; }
a { color: #0b5394; }
img, svg { max-width: 100%; height: auto; }
.output_png, .output_svg, .output_jpeg { margin: 0 0 1em; text-align: center; break-inside: avoid; }
.output_html { overflow-x: auto; }
table { border: 0; border-collapse: collapse; font-size: 14px; line-height: 1.5; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: bold; padding: .3em 0; }
th, td { padding: 5px 12px; border: 0; border-bottom: 1px solid #d8dee4; text-align: left; vertical-align: top; }
table.dataframe th, table.dataframe td { text-align: right; }
table.dataframe tbody th { text-align: left; font-weight: normal; }
thead th { background: #f3f6fa; white-space: nowrap; }
thead tr:last-child th { border-bottom: 2px solid #1f4e79; }
tbody tr:nth-child(even) { background: #fafbfc; }
pre, code { font-size: 14px; background: #f6f8fa; border-radius: 4px; }
code { padding: .1em .3em; }
pre { padding: 10px 14px; white-space: pre-wrap; line-height: 1.5; }
pre code { padding: 0; background: none; }
.output_text pre { background: none; padding: 0; }
hr { border: 0; border-top: 1px solid #d0d7de; margin: 2em 0; }
@page { size: A4; margin: 18mm 16mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 11pt; }
  table { font-size: 9.5pt; }
  thead { display: table-header-group; }
  tr, blockquote { break-inside: avoid; }
  .output_html { overflow-x: visible; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""


def write_html(executed_notebook: Path, out: Path, *, lang: str, title: str) -> None:
    """Write the document of an executed notebook.

    Parameters
    ----------
    executed_notebook : Path
        Notebook with its outputs, as `execute_notebook` writes it.
    out : Path
        The HTML file; it appears complete or not at all.
    lang : {"zh", "en"}
        Language of the text.
    title : str
        Plain text for the window and the list of files.

    Raises
    ------
    InputError
        The notebook cannot be read.
    RunError
        The notebook holds a failed cell.
    DpsimError
        A character has no glyph in the fonts, or a picture lies outside the document.
    """
    notebook = _reduced(read_notebook(executed_notebook), executed_notebook.name)
    soup = _body(notebook, executed_notebook.parent)
    _confine(soup, lang)
    described = [str(element["alt"]) for element in soup.find_all("img")]
    named = [str(element["title"]) for element in soup.find_all(title=True)]
    text = "".join([soup.get_text(), *described, *named])
    write_atomically(out, page_bytes(str(soup), text, lang=lang, title=title, name=executed_notebook.name))


def page_bytes(body: str, text: str, *, lang: str, title: str, name: str) -> bytes:
    """Return one page that needs nothing else, as HTML.

    Parameters
    ----------
    body : str
        Markup that runs nothing and loads nothing.
    text : str
        All characters a reader of `body` can see: their glyphs go into the page.
    lang : {"zh", "en"}
    title : str
        Plain text for the window and the list of files.
    name : str
        What the page is made of, for an error.

    Raises
    ------
    DpsimError
        A character has no glyph in the fonts.
    """
    page = (
        f'<!DOCTYPE html>\n<html lang="{LANG_ATTRIBUTE[lang]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_style(title + text, name)}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )
    return page.encode("utf-8")


def read_notebook(path: Path) -> Any:
    """Read a notebook file, or say that it is none."""
    import nbformat

    try:
        return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    except (OSError, UnicodeDecodeError, nbformat.reader.NotJSONError, nbformat.ValidationError) as fault:
        raise InputError("error.document_unreadable", file=str(path), fault=str(fault)) from fault


def without_progress(text: str) -> str:
    """Return printed text without the lines a progress bar has left."""
    lines = re.split(r"(?<=\n)", text)
    return "".join(line for line in lines if not ("\r" in line.rstrip("\r\n") or _PROGRESS.search(line)))


def _reduced(notebook: Any, name: str) -> Any:
    """Keep what a reader is to see: no tagged cells, progress bars, stderr, scripts or widgets."""
    cells = [cell for cell in notebook.cells if not set(REMOVED_TAGS) & set(cell.metadata.get("tags", []))]
    for cell in cells:
        if cell.cell_type == "code":
            if any(output.output_type == "error" for output in cell.outputs):
                raise RunError("error.document_failed_cell", file=name)
            cell.outputs = [kept for output in cell.outputs if (kept := _reduced_output(output)) is not None]
    notebook.cells = [cell for cell in cells if cell.cell_type == "markdown" or cell.get("outputs")]
    notebook.metadata.pop("widgets", None)
    return notebook


def _reduced_output(output: Any) -> Any:
    """Return one output with a single representation, or None for nothing to show."""
    if output.output_type == "stream":
        output.text = without_progress(output.text)
        return output if output.name == "stdout" and output.text.strip() else None
    if any("widget" in mime or "javascript" in mime for mime in output.data):
        return None
    shown = next((mime for mime in _SHOWN_MIME if mime in output.data), None)
    if shown == "text/plain" and re.search(r"<[^<>]* at 0x[^<>]*>", output.data[shown]):
        return None  # the name of an object in memory, left by a call at the end of a cell
    output.data = {shown: output.data[shown]} if shown else {}
    return output if shown else None


def _body(notebook: Any, folder: Path) -> Any:
    """Render the cells to a tree of markup, without a page around it."""
    import logging

    from bs4 import BeautifulSoup
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="basic", exclude_input=True, exclude_input_prompt=True, exclude_output_prompt=True
    )
    exporter.embed_images = True
    exporter.log = logging.getLogger("dpsim.report.nbconvert")  # it warns of each picture without description
    exporter.log.setLevel(logging.ERROR)
    markup, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"path": str(folder)}})
    return BeautifulSoup(markup, "html.parser")


def _confine(soup: Any, lang: str) -> None:
    """Remove from the tree whatever runs, reaches outside, changes the font or differs between runs."""
    from bs4.element import PreformattedString

    for element in soup.find_all(lambda found: bool(_DROPPED_ELEMENTS.fullmatch(found.name))):
        element.decompose()
    for element in soup.find_all("a", class_="anchor-link"):
        element.decompose()
    for comment in soup.find_all(string=lambda text: isinstance(text, PreformattedString)):
        comment.extract()
    for element in soup.find_all(True):
        if element.name == "img":
            _check_picture(element, lang)
        if element.name == "a":
            _unlink(element, lang)
        for name, given in list(element.attrs.items()):
            if name == "style":
                element[name] = _plain_style(str(given))
            elif not _is_inert(name, " ".join(given) if isinstance(given, list) else str(given)):
                del element[name]


def _check_picture(element: Any, lang: str) -> None:
    """Refuse a picture that is not inside the document; describe one that has no description."""
    source = str(element.get("src", ""))
    if not source.startswith("data:image/"):
        raise DpsimError("error.document_outside_picture", source=source[:200])
    if str(element.get("alt", "")).startswith("No description has been provided"):
        element["alt"] = say("document.picture", lang=lang)


def _unlink(element: Any, lang: str) -> None:
    """Turn a link to the outside into its text and the address."""
    address = str(element.get("href", ""))
    if address.startswith("#") or not address:
        return
    if address not in element.get_text() and re.match(r"(https?|mailto):", address):
        element.append(say("document.address", lang=lang, address=address))
    element.name = "span"
    element.attrs.clear()


def _is_inert(name: str, given: str) -> bool:
    """Tell whether an attribute can neither run nor load anything."""
    if name in _TEXT_ATTRIBUTES:
        return True
    if name in _ADDRESS_ATTRIBUTES:
        return given.startswith(("#", "data:image/"))
    if name == "id" and given.startswith("cell-id="):
        return False
    reaches_out = re.search(r"//|\\|javascript:|url\((?!['\"]?#)", given, re.IGNORECASE)
    return not (name.startswith("on") or name in {"srcset", "srcdoc", "face", "ping"} or reaches_out)


def _plain_style(given: str) -> str:
    """Keep the declarations that load nothing and leave the font alone."""
    kept = [part.strip() for part in given.split(";") if part.strip()]
    return "; ".join(part for part in kept if not re.match(r"font(-family)?\s*:|.*(url\(|\\|@|//)", part, re.I | re.S))


def _style(text: str, name: str) -> str:
    """Return the style sheet with the letters of `text` inside; our family stands first everywhere.

    (With another family first, Chromium has left the first bold Chinese heading as empty boxes.)
    """
    missing = fonts.missing_glyphs(text)
    if missing:
        listed = " ".join(f"{char} (U+{ord(char):04X})" for char in sorted(missing))
        raise DpsimError("error.document_missing_glyphs", file=name, characters=listed)
    beyond = "".join(sorted(fonts.needs_glyph(text) - fonts.covered(fonts.FONT_FAMILY)))
    faces = [_face("dpsim report", fonts.subset_woff2(text))]
    families = ['"dpsim report"']
    if beyond:
        faces.append(_face("dpsim symbols", fonts.subset_woff2(beyond, family=fonts.FALLBACK_FAMILY)))
        families.append('"dpsim symbols"')
    return "".join(faces) + _CSS.replace("FAMILIES", ", ".join([*families, "sans-serif"]))


def _face(family: str, woff2: bytes) -> str:
    """Return the rule that embeds a font."""
    content = b64encode(woff2).decode("ascii")
    return f'\n@font-face {{ font-family: "{family}"; src: url(data:font/woff2;base64,{content}) format("woff2"); }}'
