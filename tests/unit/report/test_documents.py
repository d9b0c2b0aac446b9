from __future__ import annotations

import re
from base64 import b64decode
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import nbformat
import pytest
from fontTools.ttLib import TTFont

from dpsim.errors import DpsimError, InputError, RunError
from dpsim.report.documents import without_progress, write_html
from dpsim.report.notebooks import execute_notebook

NOTEBOOKS = Path(__file__).parents[2] / "data" / "notebooks"
VOID = {"meta", "img", "br", "hr", "col"}
LOADING = {"src", "href", "srcset", "data", "poster", "action", "background", "xlink:href"}


class Page(HTMLParser):
    """What a reader sees, and what a browser would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.visible = ""
        self.css = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.addresses += [value or "" for name, value in attrs if name in LOADING]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            self.css += data
        else:
            self.visible += data


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("executed")
    return execute_notebook(
        NOTEBOOKS / "sample.ipynb", folder / "sample.ipynb", {"district": "巢湖“市”"}, lang="zh", progress=False
    )


@pytest.fixture(scope="module")
def html(executed: Path) -> str:
    out = executed.parent / "sample.html"
    write_html(executed, out, lang="zh", title="推演 <报告>")
    return out.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def written(tmp_path: Path, *cells: nbformat.NotebookNode) -> Path:
    file = tmp_path / "notebook.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), file)
    return file


def shown(tmp_path: Path, *cells: nbformat.NotebookNode) -> str:
    write_html(written(tmp_path, *cells), tmp_path / "out.html", lang="zh", title="t")
    return (tmp_path / "out.html").read_text(encoding="utf-8")


def displayed(**data: str) -> nbformat.NotebookNode:
    bundle = {name.replace("_", "/"): content for name, content in data.items()}
    return nbformat.v4.new_code_cell("", outputs=[nbformat.v4.new_output("display_data", data=bundle)])


def test_nothing_is_fetched(page: Page) -> None:
    assert page.addresses
    assert [a for a in page.addresses if not a.startswith(("data:", "#"))] == []
    assert [u for u in re.findall(r"url\(([^)]{0,12})", page.css) if not u.startswith("data:")] == []
    assert "@import" not in page.css
    assert not {"script", "iframe", "link", "object", "embed", "base", "form"} & set(page.tags)
    assert [name for name, value in page.attributes if name.startswith("on") or "cdn.example" in value] == []


def test_the_browser_is_told_to_fetch_nothing(page: Page) -> None:
    policies = [value for name, value in page.attributes if name == "content" and "default-src" in value]
    assert policies == ["default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'"]


def test_every_visible_character_is_in_the_embedded_fonts(page: Page) -> None:
    embedded: set[str] = set()
    for content in re.findall(r"data:font/woff2;base64,([A-Za-z0-9+/=]+)", page.css):
        with TTFont(BytesIO(b64decode(content))) as font:
            embedded |= {chr(code) for code in font.getBestCmap()}
    described = "".join(value for name, value in page.attributes if name in {"alt", "title"})
    assert {"双", "✗", "提", "图"} <= embedded
    assert set(page.visible + described) - embedded - {"\n"} == set()


def test_our_font_stands_first_everywhere(page: Page) -> None:
    families = re.findall(r"font-family: ([^;}]+)", re.sub(r"@font-face \{.*?\}", "", page.css, flags=re.S))
    assert families and all(family.startswith('"dpsim report"') for family in families)
    assert not any("font-family" in value for name, value in page.attributes if name == "style")


def test_code_prompts_warnings_progress_and_tagged_cells_are_gone(html: str, page: Page) -> None:
    for gone in (
        "refuse_unknown",
        "In [",
        "In\xa0[",
        "Parameters",
        "请忽略",
        "it/s",
        "3/3",
        "不得出现",
        "注释",
        "¶",
        "Javascript",
        "0x",
        "Figure",
    ):
        assert gone not in page.visible
        assert gone not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", html)
    assert "地区： 巢湖“市” 比率： 0.501" in page.visible


def test_language_title_and_structure(html: str, page: Page) -> None:
    assert html.startswith('<!DOCTYPE html>\n<html lang="zh-CN">')
    assert "<title>推演 &lt;报告&gt;</title>" in html
    assert page.open == []
    assert {"h1", "h2", "table", "img", "blockquote"} <= set(page.tags)


def test_pictures_are_inside_and_described(page: Page) -> None:
    pictures = [a for a in page.addresses if a.startswith("data:image/")]
    assert [p.split(";")[0] for p in pictures] == ["data:image/png", "data:image/svg+xml"]
    assert [value for name, value in page.attributes if name == "alt"] == ["图", "图"]


def test_escaped_data_stays_escaped(html: str) -> None:
    assert "&lt;script&gt;某公司&lt;/script&gt;" in html


def test_outside_links_become_text_and_inside_links_stay(page: Page) -> None:
    assert "应急管理部（https://www.mem.gov.cn/）" in page.visible
    target = next(a for a in page.addresses if a.startswith("#"))
    assert ("id", target[1:]) in page.attributes


def test_harmless_style_is_kept(page: Page) -> None:
    assert ("style", "color: #c00") in page.attributes


def test_the_same_notebook_gives_the_same_bytes(executed: Path, html: str) -> None:
    again = executed.parent / "again.html"
    write_html(executed, again, lang="zh", title="推演 <报告>")
    assert again.read_text(encoding="utf-8") == html
    assert not list(executed.parent.glob(".*"))


def test_english(tmp_path: Path) -> None:
    cell = nbformat.v4.new_markdown_cell("# Report\n\n[site](https://a.example/b)")
    write_html(written(tmp_path, cell), tmp_path / "out.html", lang="en", title="Report")
    text = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in text and "site (https://a.example/b)" in text


def test_a_missing_glyph_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(DpsimError) as caught:
        shown(tmp_path, nbformat.v4.new_markdown_cell("完成 ✅"))
    assert "✅ (U+2705)" in caught.value.text("zh") and "✅ (U+2705)" in caught.value.text("en")
    assert not (tmp_path / "out.html").exists()


@pytest.mark.parametrize("markup", ["<img src='https://a.example/b.png'>", "<img src='//a/b.png'>", "![图](none.png)"])
def test_a_picture_outside_is_refused(tmp_path: Path, markup: str) -> None:
    with pytest.raises(DpsimError, match="b.png|none.png"):
        shown(tmp_path, nbformat.v4.new_markdown_cell(markup))


def test_a_picture_file_beside_the_notebook_is_taken_in(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    assert 'alt="标志" src="data:image/png;base64,iVBORw=="' in shown(
        tmp_path, nbformat.v4.new_markdown_cell("![标志](a.png)")
    )


def test_widgets_are_left_out_and_a_plain_text_is_shown(tmp_path: Path) -> None:
    widget = nbformat.v4.new_output(
        "display_data", data={"application/vnd.jupyter.widget-view+json": {"model_id": "x"}, "text/plain": "Slider(1)"}
    )
    text = shown(tmp_path, nbformat.v4.new_code_cell("", outputs=[widget]), displayed(text_plain="合计 3"))
    assert "Slider" not in text and "合计 3" in text


@pytest.mark.parametrize(
    "markup",
    [
        "<p style='background:url(https://a.example)'>x</p>",
        "<p style='background:u\\72l(https://a.example)'>x</p>",
        "<svg><image href='https://a.example/b.png'></image><use xlink:href='a.svg#x'></use></svg>",
        "<svg><rect fill='url(https://a.example#x)'></rect></svg>",
        "<table background='b.png'><tr><td>x</td></tr></table>",
        "<img src='data:image/png;base64,AA==' srcset='a.example/b.png 2x'>",
        "<video poster='a.example'></video><meta http-equiv='refresh' content='0;a.example'><base href='a.example'>",
        "<a href='data:text/html,a.example'>x</a><a href='a.example/x'>x</a>",
        "<![CDATA[a.example]]><?a.example?>",
    ],
)
def test_markup_that_reaches_outside_is_cleaned(tmp_path: Path, markup: str) -> None:
    text = shown(tmp_path, displayed(text_html=markup))
    assert "a.example" not in text and "b.png" not in text and "a.svg" not in text


def test_a_failed_notebook_is_no_document(tmp_path: Path) -> None:
    error = nbformat.v4.new_output("error", ename="E", evalue="", traceback=[])
    with pytest.raises(RunError, match="notebook.ipynb"):
        shown(tmp_path, nbformat.v4.new_code_cell("", outputs=[error]))


@pytest.mark.parametrize("content", [None, "不是笔记本", "{}"])
def test_what_is_no_notebook_is_refused(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "x.ipynb"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="x.ipynb"):
        write_html(file, tmp_path / "out.html", lang="zh", title="t")


def test_progress_lines_are_told_from_results() -> None:
    bar = "\r  0%|     | 0/5 [00:00<?, ?it/s]\r100%|█████| 5/5 [00:01<00:00,  4.1it/s]\n"
    kept = "完成率 75% | 目标 80%\n区间 [10:20, 11:30]\n时段 [08:00<09:00]\n"
    assert without_progress(bar + kept + "7it [00:00, 10.02it/s]") == kept
