"""A notebook that is not ours: what it shows is drawn or named where it stood, never its source."""

from __future__ import annotations

import base64
import logging
from pathlib import Path
from typing import Any

import cmarkgfm
import mistune
import pypandoc
import pytest
import yaml
from bs4 import BeautifulSoup
from cmarkgfm.cmark import Options
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from nbconvert.exporters import get_exporter
from nbformat import v4
from traitlets.config import Config

from ketcontent.errors import KetcontentError
from ketcontent.execution import outputs
from ketcontent.execution.cleaning import clean, markdown_html
from ketcontent.execution.exporters import export
from ketcontent.execution.markdown import fenced, printable_markdown
from ketcontent.execution.outputs import first_heading, shown_markdown
from tests.execution.test_exporters import PIXEL, code, loads, prints, saved

SVG = '<svg viewBox="0 0 9 9"><script>alert(1)</script><text>Dose</text></svg>'
WIDGET = {"model_id": "a", "version_major": 2, "version_minor": 0}


def words(source: str, **attachments: str) -> Any:
    kept = {name: {"image/png": data} for name, data in attachments.items()}
    return v4.new_markdown_cell(source, **({"attachments": kept} if kept else {}))


def puts_out(data: dict[str, Any]) -> Any:
    return code(v4.new_output("display_data", data=data))


def both(*cells: Any, folder: Path) -> tuple[str, str]:
    notebook = saved(folder, *cells)
    return export(notebook, "html").decode(), export(notebook, "markdown").decode()


@pytest.mark.parametrize(
    ("cell", "html", "markdown"),
    [
        pytest.param(
            words("![a chart](pic.png)"),
            f'<img alt="a chart" src="data:image/png;base64,{PIXEL}">',
            "![a chart](pic.png)",
            id="a picture beside the notebook",
        ),
        pytest.param(
            words("![a chart](<a folder/pic.png>)"),
            f'<img alt="a chart" src="data:image/png;base64,{PIXEL}">',
            "![a chart](a%20folder/pic.png)",
            id="a picture in a folder with a space",
        ),
        pytest.param(
            words('<img src="pic.png" width="9" onerror="alert(1)">'),
            f'<img src="data:image/png;base64,{PIXEL}" width="9">',
            '<img alt="" src="pic.png">',
            id="a picture in HTML",
        ),
        pytest.param(
            words("![secret](../secret.png) ![gone](gone.png)"),
            "<em>(Picture left out: secret)</em> <em>(Picture left out: gone)</em>",
            "![secret](../secret.png) ![gone](gone.png)",
            id="pictures that are not in the folder",
        ),
        pytest.param(
            words("![far](https://example.org/y.png)"),
            '<a href="https://example.org/y.png" rel="noopener noreferrer">'
            "<em>(Picture left out: far)</em></a>",
            "![far](https://example.org/y.png)",
            id="a picture of another host",
        ),
        pytest.param(
            words("![x](attachment:a.png) ![lost](attachment:b.png)", **{"a.png": PIXEL}),
            f'<img alt="x" src="data:image/png;base64,{PIXEL}"> <em>(Picture left out: lost)</em>',
            f"![x](data:image/png;base64,{PIXEL}) *(Picture left out: lost)*",
            id="attachments",
        ),
        pytest.param(
            puts_out({"image/svg+xml": SVG, "text/plain": "<Figure>"}),
            '<img alt="Figure" src="data:image/svg+xml;base64,',
            "![Figure](data:image/svg+xml;base64,",
            id="a drawing",
        ),
        pytest.param(
            puts_out({"text/html": f"<figure>{SVG}<figcaption>One</figcaption></figure>"}),
            '<figure><img alt="" src="data:image/svg+xml;base64,',
            "(Picture left out)\n\nOne\n",
            id="a drawing in HTML",
        ),
        pytest.param(
            puts_out({"image/svg+xml": "<svg", "text/plain": "<Figure>"}),
            "<p><em>(Picture left out)</em></p>",
            "*(Picture left out)*",
            id="a drawing that is none",
        ),
        pytest.param(
            puts_out({"image/gif": PIXEL, "text/plain": "<IPython.core.display.Image object>"}),
            f'<img alt="Figure" src="data:image/gif;base64,{PIXEL}">',
            f"![Figure](data:image/gif;base64,{PIXEL})",
            id="a picture of another kind",
        ),
        pytest.param(
            words("It is $x^2$, and $ y $, for $5 more."),
            "It is <math",
            "It is $x^2$, and $ y $, for $5 more.",
            id="a formula",
        ),
        pytest.param(
            words("\\begin{align}a &= \\frac{1}{2} \\label{a} \\\\ b &= 2\\end{align}"),
            "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>",
            "\\begin{align}",
            id="a formula of several lines",
        ),
        pytest.param(
            words("See $\\unknown{x}$."), "See <em>(Formula left out)</em>.", "$\\unknown{x}$",
            id="a formula with an unknown command",
        ),
        pytest.param(
            puts_out({"text/latex": "$\\displaystyle \\sqrt{2}$", "text/plain": "sqrt(2)"}),
            "<msqrt>", "\n$\\displaystyle \\sqrt{2}$\n",
            id="a formula that a cell puts out",
        ),
        pytest.param(
            puts_out({"text/html": "<p>$\\alpha$</p>"}), "<p><math", "(Formula left out)",
            id="a formula in HTML",
        ),
        pytest.param(
            puts_out({"text/latex": "\\begin{tabular}{l}a\\end{tabular}", "text/plain": "<Latex>"}),
            "<p><em>(Formula left out)</em></p>", "*(Formula left out)*",
            id="a table in LaTeX",
        ),
        pytest.param(
            words('<!-- why --><span style="color: red">H<sub class="x">2</sub>O</span> <T>'),
            "<span>H<sub>2</sub>O</span>",
            "\nH<sub>2</sub>O &lt;T>\n",
            id="HTML in Markdown",
        ),
        pytest.param(
            words("Use `<b>`, then\n```c\n#include <stdio.h>\n```\n- [x] done"),
            "<p>Use <code>&lt;b&gt;</code>, then</p>",
            "Use &lt;b>, then\n\n```c\n#include <stdio.h>\n```\n",
            id="code in Markdown",
        ),
        pytest.param(
            puts_out({"text/html": '<p>A</p><iframe src="https://example.org/a"></iframe>'}),
            '<em>(Frame left out)</em></a>',
            "(Frame left out)",
            id="a frame",
        ),
        pytest.param(
            puts_out({
                "application/vnd.jupyter.widget-view+json": WIDGET, "text/plain": "IntSlider()"
            }),
            "<p><em>(Interactive control left out)</em></p>",
            "*(Interactive control left out)*",
            id="a widget",
        ),
        pytest.param(
            puts_out({
                "application/vnd.plotly.v1+json": {"data": []},
                "text/html": "<div><script>alert(1)</script><div></div></div>",
                "text/plain": "Figure({'data': []})",
            }),
            "<p><em>(Interactive chart left out)</em></p>",
            "*(Interactive chart left out)*",
            id="a chart that a script draws",
        ),
        pytest.param(
            puts_out({
                "text/html": "<div></div><script>alert(1)</script>", "text/plain": "alt.Chart()"
            }),
            "<p><em>(Script left out)</em></p>",
            "*(Script left out)*",
            id="a script with code beside it",
        ),
        pytest.param(
            words("```mermaid\ngraph TD; A-->B\n```"),
            "<em>(Diagram left out)</em>",
            "```mermaid\ngraph TD; A-->B\n```",
            id="a diagram",
        ),
        pytest.param(
            v4.new_raw_cell("<i>raw</i>", metadata={"raw_mimetype": "text/html"}),
            "\n<i>raw</i>\n", "",
            id="a raw cell",
        ),
        pytest.param(
            code(prints(" 1%\r 50%\r100%\n\x1b]8;;http://x\x07a\x1b[Kb\x1b]8;;\x07\n")),
            "<pre>100%\nab\n</pre>", "```text\n100%\nab\n```",
            id="a bar of progress",
        ),
    ],
)  # fmt: skip
def test_what_a_notebook_shows_is_drawn_or_named_where_it_stood(
    tmp_path: Path, cell: Any, html: str, markdown: str
) -> None:
    folder = tmp_path / "notebooks"
    (folder / "a folder").mkdir(parents=True)
    for place in (folder / "pic.png", folder / "a folder" / "pic.png", tmp_path / "secret.png"):
        place.write_bytes(base64.b64decode(PIXEL))
    page, text = both(cell, code(prints("end\n")), folder=folder)
    assert html in page
    assert markdown in text
    assert loads(page) == []
    for source in (
        "![",
        "alert(",
        "attachment:",
        "&lt;sub",
        "why",
        "IntSlider",
        "\x1b",
        "<IPython",
    ):
        assert source not in page
        assert source == "![" or source not in text


PIECES = [
    *(
        "<",
        ">",
        "<script>",
        "</script>",
        "<b ",
        "onclick=x ",
        "<img src=x onerror=alert(1)>",
        "<p>",
    ),
    *("<div>", "</div>", "\n", "\n\n", "`", "``", "```\n", "\n```\n", "   ```\n", "```{=html}\n"),
    *(
        "> ```\n",
        "- ```\n",
        "~~~\n",
        "\\",
        "<!--",
        "-->",
        "words",
        "- ",
        "1. ",
        "    ",
        "[a](",
        ")",
    ),
    *("<https://x/onclick=1>", "$", "$$", "\\(", "<svg onload=x>", "</svg>", SVG, "<style>", "]]>"),
    *(
        "<a href='javascript:x'>",
        '<a href="https://x" onclick=x>',
        "</a>",
        "<iframe src=x>",
        "<td>",
    ),
    *(
        "| a |\n|--|\n",
        "&lt;",
        "&#60;script>",
        '"',
        "'",
        "<T>",
        "<details>",
        "<math><mtext>",
        "<?x",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_nobodys_markdown_runs_or_loads_anything_whoever_reads_it(markdown: str) -> None:
    assert loads(clean(markdown_html(markdown)).html) == []
    printed = printable_markdown(markdown)
    unsafe = Options.CMARK_OPT_UNSAFE
    for drawn in (
        cmarkgfm.markdown_to_html_with_extensions(printed, options=unsafe, extensions=["table"]),
        str(mistune.create_markdown(escape=False, plugins=["table"])(printed)),
    ):
        assert loads(drawn) == []


@pytest.mark.parametrize(
    "markdown",
    [
        pytest.param("```{=html}\n\n```\n<script>alert(1)</script>", id="an end taken for a start"),
        pytest.param("</b>```\n<script>alert(1)</script>\n```\n<a onclick=x>", id="a start made"),
        pytest.param("<p>\n<https://x/onclick=alert(1)>", id="an address in an element"),
        pytest.param("1. a\n   ```\nb <a onclick=x>\n```\n<a onclick=x>", id="a list that ends"),
    ],
)
def test_no_block_of_code_hides_what_is_none(markdown: str) -> None:
    printed = printable_markdown(markdown)
    unsafe = Options.CMARK_OPT_UNSAFE
    assert loads(cmarkgfm.markdown_to_html_with_extensions(printed, options=unsafe)) == []


NEXT = fenced("```\n\n<img src=x onerror=alert(1)>\n\n```")
"""What a later cell prints, as text: nobody may take its HTML for HTML."""


def in_readers(markdown: str) -> list[str]:
    """Return what some readers of Markdown make of it."""
    return [
        cmarkgfm.markdown_to_html_with_extensions(markdown, options=Options.CMARK_OPT_UNSAFE),
        str(mistune.create_markdown(escape=False)(markdown)),
        MarkdownIt("commonmark").render(markdown),
    ]


OPEN = ("- ```\nx\n  ```", "1. a\n\n   ```\n  x\n   ```", "\t```\n\nx\n\n\t```")


@pytest.mark.parametrize(
    "before",
    [
        *(*OPEN, "> ```\n\nx", "> ```\n> x\n\n> ```", "* * ~~~\n\nx\n    ~~~"),
        *("10) ````\n    ```\n", "```\n    ```\nx", "   ```\n  x\n   ```", "~~~ a`b\n~~~"),
    ],
)
def test_a_block_of_code_of_one_cell_is_not_open_in_the_next(before: str) -> None:
    for drawn in in_readers(f"{printable_markdown(before)}\n\n{NEXT}"):
        assert loads(drawn) == [], drawn


@pytest.mark.parametrize("form", ["gfm", "markdown"])
def test_nor_is_it_to_the_loosest_reader(form: str) -> None:
    for before in OPEN:
        page = f"{printable_markdown(before)}\n\n{NEXT}"
        drawn = pypandoc.convert_text(page, "html", format=form, extra_args=["--quiet"])
        assert loads(drawn) == [], drawn


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_no_cell_makes_html_of_the_text_of_the_next(markdown: str) -> None:
    for drawn in in_readers(f"{printable_markdown(markdown)}\n\n{NEXT}"):
        assert loads(drawn) == [], drawn


def test_a_picture_whose_name_no_file_can_have_is_named(tmp_path: Path) -> None:
    names = ("%00.png", f"{'a' * 5000}.png")
    for name in names:
        page, _ = both(words(f"![one]({name})"), folder=tmp_path)
        assert "<em>(Picture left out: one)</em>" in page


def test_an_entity_spells_out_nothing_that_turns_the_words(tmp_path: Path) -> None:
    page, _ = both(puts_out({"text/html": "<p onclick=x>a &#x202e;b</p>"}), folder=tmp_path)
    assert "<p>a &lt;U+202E>b</p>" in page


# --- what a page says of itself --------------------------------------------------------------


def test_a_notebook_of_somebody_else_is_no_draft_of_ours(tmp_path: Path) -> None:
    page, text = both(words("```sh\n# no title\n```\n\nTea\n===\n"), folder=tmp_path)
    assert yaml.safe_load(text.split("---\n")[1]) == {"title": "Tea", "lang": "en"}
    assert "<title>Tea</title>" in page
    assert "Draft" not in page


def test_the_title_in_the_metadata_comes_first() -> None:
    notebook = v4.new_notebook(cells=[words("# Tea")], metadata={"title": "Green tea"})
    text, _ = get_exporter("ketcontent-markdown")().from_notebook_node(notebook)
    assert text == "---\ntitle: Green tea\nlang: en\n---\n\n# Tea\n"


MARKS = (
    *(
        "# ",
        "#",
        "## ",
        "\n",
        "\n\n",
        "a",
        "*b*",
        "$$",
        "\\[",
        "\\]",
        "[a]",
        "[a]: /b\n",
        "`",
        "```\n",
    ),
    *("<b>", "</b>", "<h1>", "</h1>", "<!--", "-->", "=", "=-=", "> ", "- ", "1. ", ": ", "    "),
)


@given(st.lists(st.sampled_from(MARKS), max_size=9).map("".join))
@example("# [a]\n\n[a]: /b\n")
@example("    # a\n\n# b")
@example("# <!--\n\n# a -->")
@example("-=-\n\na\n-=")
@example("- 1. > # a")
def test_the_title_is_the_first_heading_of_the_whole_text(markdown: str) -> None:
    drawn = BeautifulSoup(shown_markdown(markdown, "html").content, "html.parser").find("h1")
    assert first_heading(markdown) == (" ".join(drawn.get_text().split()) if drawn else "")


@pytest.mark.parametrize("text", ["# Tea\n\nWords.", "Words.\n\n## Green\n\n- Tea"])
def test_a_long_text_is_not_drawn_for_its_title(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(outputs, "markdown_html", lambda one: drawn.append(one) or "<h1>Tea</h1>")
    first_heading(text)
    assert "Words." not in "".join(drawn)


WHOLE = ("<p>a</p>", "<b> </b>", "<ul>\n  <li>b</li>\n\n</ul>", " ", "\n\n", "\t", "c &amp; d")
WHOLE += (
    "<pre>\n  x\n\n</pre>",
    '<a href="/e" title="f&gt;">g</a>',
    "&nbsp;",
    "<br>",
    "<td> </td>",
)


@given(st.lists(st.sampled_from(WHOLE), max_size=6).map("".join))
def test_html_of_which_nothing_changes_comes_out_as_beside_what_does(text: str) -> None:
    formula = '<p>$$</p><em class="left-out">x</em>'
    assert clean(text + formula).html == clean(text).html + "<p>$$</p><em>x</em>"


# --- what is refused, and what is asked for --------------------------------------------------


@pytest.mark.parametrize("form", ["html", "markdown", "pdf"])
def test_a_notebook_that_was_not_run_is_refused(tmp_path: Path, form: str) -> None:
    notebook = saved(tmp_path, words("# Tea"), v4.new_code_cell("1 / 3"), v4.new_code_cell(" "))
    with pytest.raises(KetcontentError) as caught:
        get_exporter(f"ketcontent-{form}")().from_filename(str(notebook))
    assert str(caught.value) == (
        "strange.ipynb was not run.\n"
        "hint: Run it first: in JupyterLab, with papermill, or with nbconvert's --execute."
    )


def test_cells_that_are_not_to_be_run_are_not_missed(tmp_path: Path) -> None:
    skipped = v4.new_code_cell("1 / 3", metadata={"tags": ["skip-execution"]})
    page, _ = both(words("# Tea"), skipped, folder=tmp_path)
    assert "Tea</h1>" in page


def test_a_notebook_that_was_run_in_part_is_exported_and_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    notebook = saved(tmp_path, code(prints("so\n")), v4.new_code_cell("1 / 3"))
    exporter = get_exporter("ketcontent-markdown")(log=logging.getLogger("nbconvert"))
    assert "so" in exporter.from_filename(str(notebook))[0]
    assert caplog.messages == ["strange.ipynb: 1 of 2 code cells were not run, and show nothing."]


def test_another_template_is_drawn_by_nbconverts_own_exporter(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "conf.json").write_text('{"mimetypes": {"text/html": true}}')
    (tmp_path / "theirs" / "index.html.j2").write_text(
        "{{ resources.theme }} {{ nb.cells[0].source | markdown2html }}"
    )
    config = Config()
    config.TemplateExporter.template_name = "theirs"
    config.TemplateExporter.extra_template_basedirs = [str(tmp_path)]
    config.HTMLExporter.theme = "dark"
    exporter = get_exporter("ketcontent-html")(config=config)
    page, _ = exporter.from_filename(str(saved(tmp_path, words("# Tea"), v4.new_code_cell("1"))))
    assert page.startswith("dark <h1")
    config.TemplateExporter.template_name = "nosuch"
    with pytest.raises(ValueError, match="No template sub-directory with name 'nosuch' found"):
        get_exporter("ketcontent-html")(config=config).from_notebook_node(v4.new_notebook())


def test_an_option_that_the_template_makes_no_use_of_is_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    config = Config()
    config.HTMLExporter.theme = "dark"
    config.HTMLExporter.embed_images = True
    exporter = get_exporter("ketcontent-html")(config=config, log=logging.getLogger("nbconvert"))
    exporter.from_notebook_node(v4.new_notebook(cells=[words("# Tea")]))
    assert caplog.messages == [
        "The template ketcontent-html makes no use of HTMLExporter.theme. "
        "Name one that does with --template."
    ]


@pytest.mark.parametrize(
    ("option", "gone"),
    [("exclude_markdown", "Tea"), ("exclude_output", "put out"), ("exclude_code_cell", "put out")],
)
def test_what_nbconvert_is_told_to_leave_out_is_left_out(option: str, gone: str) -> None:
    config = Config({"TemplateExporter": {option: True}})
    notebook = v4.new_notebook(cells=[words("Tea"), code(prints("put out\n"))])
    [left] = {"Tea", "put out"} - {gone}
    text, _ = get_exporter("ketcontent-markdown")(config=config).from_notebook_node(notebook)
    assert gone not in text
    assert left in text
