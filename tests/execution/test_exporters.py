"""The exporters: what nbconvert makes of a notebook, its own or a stranger's."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cmarkgfm
import html5lib
import mistune
import nbformat
import pytest
import yaml
from cmarkgfm.cmark import Options
from nbconvert.exporters import get_export_names, get_exporter
from nbformat import v4

from ketcontent.errors import KetcontentError
from ketcontent.execution.exporters import export
from ketcontent.markup import index_script
from tests.conftest import ROOT, start, tree

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)
STRANGE_MARKDOWN = """\
# A *stranger's* notebook

<script>alert("markdown")</script>

![remote](https://evil.example/y.png) <img src="https://evil.example/x.png"> [go](javascript:alert)
"""
STRANGE_HTML = """\
<script src="https://evil.example/a.js"></script><script>alert(1)</script>
<p onclick="alert(2)" style="background: url(https://evil.example/b.png)">kept words</p>
<img src="https://evil.example/c.png" onerror="alert(3)"><iframe src="https://evil.example"></iframe>
<link rel="stylesheet" href="https://evil.example/d.css"><style>@import "https://evil.example";</style>
<svg onload="alert(4)"><image href="https://evil.example/e.svg"/></svg><base href="https://evil.example">
<video src="https://evil.example/f" poster="https://evil.example/g"></video>
<a href="javascript:alert(5)">a link</a><form action="https://evil.example"><input></form>
<meta http-equiv="refresh" content="0; url=https://evil.example">
"""
FRAME = (
    '<div><style scoped>.dataframe tbody tr th { color: red; }</style><table border="1" '
    'class="dataframe"><thead><tr><th></th><th>dose</th></tr></thead><tbody><tr><th>0</th>'
    "<td>12</td></tr></tbody></table></div>"
)


def code(*outputs: Any, source: str = "secret_name = 1", **metadata: Any) -> Any:
    return v4.new_code_cell(source, outputs=list(outputs), execution_count=17, metadata=metadata)


def shows(**data: str) -> Any:
    """An output with a form a keyword: `html`, `markdown`, `plain`, `png`."""
    kinds = {"html": "text/html", "markdown": "text/markdown", "plain": "text/plain"}
    kinds |= {"png": "image/png", "script": "application/javascript"}
    return v4.new_output("display_data", data={kinds[name]: text for name, text in data.items()})


def prints(text: str, name: str = "stdout") -> Any:
    return v4.new_output("stream", name=name, text=text)


def saved(folder: Path, *cells: Any) -> Path:
    path = folder / "strange.ipynb"
    nbformat.write(v4.new_notebook(cells=list(cells)), path)
    return path


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """A notebook with a bit of everything that somebody else's notebook may show."""
    return saved(
        tmp_path,
        v4.new_markdown_cell(STRANGE_MARKDOWN),
        code(prints("printed <b>words</b>\n"), prints("a warning\n", "stderr")),
        code(shows(html=STRANGE_HTML, plain="<IPython.core.display.HTML object>")),
        code(shows(html=FRAME, plain="   dose\n0    12")),
        code(shows(png=f"{PIXEL}\n", plain="<Figure size 1x1>")),
        code(shows(script="alert(6)", plain="a script")),
        v4.new_raw_cell("<script>alert('raw')</script>"),
    )


class Tags(HTMLParser):
    """Every start tag of a page, with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


BARS = re.compile(
    r'<span class="bars" aria-hidden="true">\n'
    r'(?:<span>[^<]+</span><svg [^<>]+>(?:<path d="[\w ]+"/>)+</svg>)+</span>'
)
"""What is drawn of the numbers in the sentence before it."""


def loads(page: str) -> list[str]:
    """Return what a page would run, or load from anywhere but itself."""
    found = []
    for tag, attributes in Tags(BARS.sub("", page)).found:
        data = tag == "script" and attributes == {"type": "application/ld+json"}  # runs nothing
        data |= tag == "link" and attributes.get("rel") in {"prev", "next"}  # leads there, no more
        if not data and tag in {"script", "iframe", "object", "embed", "link", "base", "form"}:
            found.append(tag)
        if tag == "svg" and attributes.get("role") != "img":  # ours are pictures with a name
            found.append(tag)
        for name, value in attributes.items():
            text = value or ""
            if name.startswith("on") or re.match(r"\s*javascript:", text, re.IGNORECASE):
                found.append(f"{tag} {name}")
            elif name in {"src", "srcset", "poster", "data", "background", "action"}:
                found += [f"{tag} {name}"] if not text.startswith("data:image/") else []
            elif name == "http-equiv" and text.lower() == "refresh":
                found.append("refresh")
    return found + re.findall(r"url\((?!#)[^)]*\)|@import[^;]*", page)


# --- what every exported page is -------------------------------------------------------------


def pages_of(built: Path, shipped: Path, ending: str) -> dict[str, str]:
    everything = {**tree(built / "exports"), **tree(shipped)}
    return {name: data.decode() for name, data in everything.items() if name.endswith(ending)}


def test_every_html_page_has_a_doctype_a_title_a_language_one_h1_and_a_main_landmark(
    built: Path, shipped: Path
) -> None:
    for name, page in pages_of(built, shipped, ".html").items():
        assert page.startswith("<!doctype html>\n"), name
        tags = Tags(page).found
        names = [tag for tag, _ in tags]
        assert names[0] == "html", name
        assert tags[0][1]["lang"] == "en", name
        assert re.search(r"<title>[^<]+</title>", page), name
        assert names.count("h1") == 1, name
        assert names.count("main") == 1, name


def test_every_html_page_runs_no_script_and_loads_nothing(built: Path, shipped: Path) -> None:
    ours = f"<script>{index_script()}</script>"  # the list of pages alone may run one
    for name, page in pages_of(built, shipped, ".html").items():
        assert page.count(ours) == (name == "index.html")
        assert loads(page.replace(ours, "")) == [], name


def test_every_link_on_a_page_leads_to_an_exported_file_or_a_place_on_the_page(
    built: Path,
) -> None:
    exports = built / "exports"
    for name, page in pages_of(built, exports, ".html").items():
        tags = Tags(page).found
        ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
        assert len(ids) == len(set(ids)), name
        links = [str(attributes["href"]) for tag, attributes in tags if tag == "a"]
        assert links, name
        for link in links:
            if link.startswith("#"):
                assert link[1:] in ids, f"{name}: {link}"
            else:
                assert ((exports / name).parent / link).is_file(), f"{name}: {link}"


def test_the_contents_list_names_every_heading_of_the_page_in_order(built: Path) -> None:
    page = (built / "exports" / "aspirin" / "index.html").read_text()
    contents = re.search(r"<nav .*?</nav>", page, re.DOTALL)
    assert contents is not None
    assert re.findall(r'<a href="#(.*?)">(.*?)</a>', contents[0]) == [
        ("uses", "Uses"),
        ("side-effects", "Side Effects"),
        ("_about", "About this page"),
    ]
    assert re.findall(r'<section id="([^"]+)">\n<h2>(.*?)</h2>', page) == [
        ("uses", "Uses"),
        ("side-effects", "Side Effects"),
        ("_about", "About this page"),
    ]


@pytest.mark.parametrize("ending", [".html", ".md"])
def test_no_export_holds_a_trace_of_notebook_cells(built: Path, shipped: Path, ending: str) -> None:
    traces = re.compile(
        r"In \[|Out\[|jp-|class=\"(?:cell|input|output|prompt)|from ketcontent|read_content"
        r"|injected-parameters|papermill|<Document|application/vnd|```|\.ipynb"
    )
    for name, page in pages_of(built, shipped, ending).items():
        assert traces.findall(page) == [], name


def test_the_front_matter_of_every_markdown_file_is_yaml_with_title_and_language(
    built: Path, shipped: Path
) -> None:
    for name, page in pages_of(built, shipped, ".md").items():
        assert page.startswith("---\n"), name
        facts = yaml.safe_load(page.split("---\n")[1])
        assert facts["title"], name
        assert facts["lang"] == "en", name


def test_the_markdown_is_what_a_person_would_have_written(built: Path) -> None:
    assert (
        (built / "exports" / "aspirin" / "index.md").read_text()
        == """\
---
title: Aspirin
lang: en
document: aspirin
edition: current
state: draft
---

# Aspirin

> **Draft.**
> No clinician has reviewed this page. Do not use it to decide about your health.
> Last review: none yet. Next review: before it is published as reviewed.
> If you or someone else is in danger now, call your emergency number.

Aspirin eases pain.
It is “old”, and cheap.

## Uses

- **Pain:** It eases a headache.
- **Fever:** It lowers a fever.

## Side Effects

It may cause bleeding.
It eases a headache.

## About this page

- **Written by**: not stated
- **Reviewed by**: Nobody has signed off this page yet.
- **Last review**: none yet
- **Next review**: before it is published as reviewed
- **Published by**: not stated
- **Paid for by**: not stated
- **Asked less of than ketcontent asks**: topics: no question must be answered.
- **Asked less of than ketcontent asks**: help_lines: it is empty: no crisis contact is known.
- **Version**: `w2:0bbe803edbb45ca7e15e5f8a62356cc7a865161005870728b59ba0a3296b9329`

To check that nobody has changed this page, compare it with its record: \
the record of this page, `record.json` (`ketcontent verify index.md`).
"""
    )


def test_front_matter_holds_a_title_that_yaml_would_read_otherwise(tmp_path: Path) -> None:
    facts = {"kind": "document", "title": "Yes: a #1 'page'", "language": "no", "state": "draft"}
    bundle = {"text/markdown": "x", "application/vnd.ketcontent+json": json.dumps(facts)}
    page = saved(tmp_path, code(v4.new_output("display_data", data=bundle)))
    said = yaml.safe_load(export(page, "markdown").decode().split("---\n")[1])
    assert said == {"title": "Yes: a #1 'page'", "lang": "no", "state": "draft"}


# --- a team's own templates ------------------------------------------------------------------


@pytest.mark.slow
def test_a_folder_of_templates_is_looked_in_before_the_package(
    copy_of_made: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    (own / "page").mkdir(parents=True)
    (own / "ketcontent-html").mkdir()
    (own / "page" / "about.html.j2").write_text("<p>Ours: {{ page.name }}</p>\n")
    (own / "ketcontent-html" / "style.css").write_text(":root { --link: #123456; }\n")
    project = copy_of_made
    done = start("build", "tea", "--edition", "current", "--templates", str(own), cwd=project)
    assert done.wait() == 0, done.communicate()
    done.communicate()
    page = (project / "exports" / "tea" / "index.html").read_text()
    assert "<p>Ours: Thé vert</p>" in page
    assert "About this page</h2>" not in page
    assert ":root { --link: #123456; }" in page
    assert "--measure" not in page  # the whole style sheet is theirs
    assert "<h1>Thé vert</h1>" in page  # what they do not have is the package's


# --- through nbconvert -----------------------------------------------------------------------


def test_nbconvert_lists_the_exporters_each_with_a_name_for_menus() -> None:
    ours = ("ketcontent-html", "ketcontent-markdown", "ketcontent-pdf")
    assert {*ours} <= set(get_export_names())
    names = {name: get_exporter(name)().export_from_notebook for name in ours}
    assert names == {
        "ketcontent-html": "ketcontent page (HTML)",
        "ketcontent-markdown": "ketcontent page (Markdown)",
        "ketcontent-pdf": "ketcontent leaflet (PDF)",
    }


@pytest.mark.parametrize(
    ("exporter", "ending"), [("ketcontent-html", ".html"), ("ketcontent-markdown", ".md")]
)
def test_nbconvert_writes_the_bytes_that_the_build_published(
    built: Path, tmp_path: Path, exporter: str, ending: str
) -> None:
    executed = built / "exports" / ".notebooks" / "aspirin"
    stems = ("index", "supplied", "sections/uses")
    words = [sys.executable, "-m", "nbconvert", "--to", exporter, "--output-dir", str(tmp_path)]
    subprocess.run(
        [*words, *(str(executed / f"{stem}.ipynb") for stem in stems)],
        check=True,
        capture_output=True,
    )
    for stem in stems:
        written = (tmp_path / Path(stem).name).with_suffix(ending).read_bytes()
        assert written == (built / "exports" / "aspirin" / f"{stem}{ending}").read_bytes(), stem


# --- a stranger's notebook -------------------------------------------------------------------


def test_the_html_of_a_strangers_notebook_runs_and_loads_nothing(strange: Path) -> None:
    page = export(strange, "html").decode()
    assert loads(page) == []
    assert "alert(1)" not in page
    assert "evil.example/a.js" not in page
    assert "(Script left out)" in page
    assert "markdown" not in page
    assert "alert('raw')" not in page


def test_the_html_of_a_strangers_notebook_shows_what_its_cells_show(strange: Path) -> None:
    page = export(strange, "html").decode()
    assert "<title>A stranger's notebook</title>" in page.replace("&#39;", "'")
    assert "<pre>printed &lt;b&gt;words&lt;/b&gt;\n</pre>" in page
    assert "<p>kept words</p>" in page
    assert "<td>12</td>" in page
    assert f'<img alt="Figure" src="data:image/png;base64,{PIXEL}">' in page
    assert "<pre>a script</pre>" in page
    assert "a warning" not in page


def test_the_markdown_of_a_strangers_notebook_shows_what_its_cells_show(strange: Path) -> None:
    page = export(strange, "markdown").decode()
    assert "```text\nprinted <b>words</b>\n```\n" in page
    assert "\nkept words\n" in page
    assert "```text\ndose\n0    12\n```\n" in page
    assert f"![Figure](data:image/png;base64,{PIXEL})\n" in page
    assert "alert(1)" not in page
    assert "alert(6)" not in page
    assert "alert('raw')" not in page


with (ROOT / "tests" / "attacks" / "output.csv").open(encoding="utf-8", newline="") as _file:
    ATTACKS = [
        pytest.param(row["mime"], row["output"], row["kept"], id=row["attack"])
        for row in csv.DictReader(_file)
    ]


@pytest.mark.parametrize(("mime", "output", "kept"), ATTACKS)
def test_an_output_that_says_that_it_is_ours_runs_and_loads_nothing(
    tmp_path: Path, mime: str, output: str, kept: str
) -> None:
    label = {"application/vnd.ketcontent+json": json.dumps({"kind": "part"})}
    bundle = {mime: output.replace("\\x1b", "\x1b").replace("\\u202e", "\u202e"), **label}
    notebook = saved(tmp_path, code(v4.new_output("display_data", data=bundle), prints("end\n")))
    page = export(notebook, "html").decode()
    assert loads(page) == []
    assert page.count("<style") == 1
    assert page.count("<pre>end\n</pre>") == 1
    assert kept in " ".join(html5lib.parse(page, namespaceHTMLElements=False).itertext())
    markdown = export(notebook, "markdown").decode()
    for drawn in (cmarkgfm.markdown_to_html_with_extensions(
        markdown.split("\n---\n", 1)[1], options=Options.CMARK_OPT_UNSAFE, extensions=["autolink"]
    ), str(mistune.create_markdown(escape=False)(markdown.split("\n---\n", 1)[1]))):  # fmt: skip
        assert loads(drawn) == []
        assert kept in " ".join(html5lib.parseFragment(drawn).itertext())
        assert "javascript:" not in [*re.findall(r'href="(\w+:)', drawn)]
    assert not re.search("[\x1b\u202e]", page + markdown)


@pytest.mark.parametrize(
    "facts", ["[", "[1]", "1", '{"kind": 1}', '{"kind": "x"}', '{"kind": "document", "state": "x"}',
              "[" * 100_000, '{"kind": "document"}', '{"kind": "index", "strings": 1}']
)  # fmt: skip
def test_facts_in_a_form_that_we_do_not_write_are_none(tmp_path: Path, facts: str) -> None:
    bundle = {"text/html": "<p>Words</p>", "application/vnd.ketcontent+json": facts}
    page = export(
        saved(tmp_path, code(v4.new_output("display_data", data=bundle))), "html"
    ).decode()
    assert '<meta name="robots" content="noindex">' in page or '"kind": "index"' in facts
    assert "<p>Words</p>" in page


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_no_code_and_no_execution_count_of_a_strangers_notebook_is_shown(
    strange: Path, form: str
) -> None:
    page = export(strange, form).decode()
    assert "secret_name" not in page
    assert "[17]" not in page


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_cells_tagged_remove_cell_and_outputs_tagged_remove_output_are_not_shown(
    tmp_path: Path, form: str
) -> None:
    notebook = saved(
        tmp_path,
        v4.new_markdown_cell("Kept words."),
        v4.new_markdown_cell("Gone words.", metadata={"tags": ["remove-cell"]}),
        code(prints("gone print"), tags=["remove-cell"]),
        code(prints("gone output"), tags=["remove-output"]),
    )
    page = export(notebook, form).decode()
    assert "Kept words." in page
    assert "gone" not in page.lower()


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param([code()], id="no output"),
        pytest.param([code(prints("a warning", "stderr"))], id="a warning alone"),
        pytest.param([code(prints("\n \n"))], id="white space"),
        pytest.param([code(shows(html="<script>alert(1)</script>"))], id="a script alone"),
        pytest.param([code(prints("x"), tags=["remove-output"])], id="a removed output"),
    ],
)
@pytest.mark.parametrize("form", ["html", "markdown"])
def test_a_notebook_that_shows_nothing_is_not_exported(
    tmp_path: Path, cells: list[Any], form: str
) -> None:
    notebook = saved(tmp_path, *cells)
    with pytest.raises(KetcontentError) as caught:
        export(notebook, form)
    assert str(caught.value) == (
        "strange.ipynb shows nothing.\nhint: End it with a cell that shows the page."
    )
