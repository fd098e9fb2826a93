"""A cell that means harm, or merely overflows, is words on every page, whichever cell it is."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ketcontent import assemble, check, list_documents, sign_off, with_signoffs
from ketcontent.approvals.status import signoff_statuses
from ketcontent.errors import BrokenTables
from ketcontent.execution.exporters import export
from ketcontent.markup.templates import english, index_script
from ketcontent.model.content import Content, frame_of
from ketcontent.model.schema import TABLES, shipped_path
from ketcontent.model.store import read_content, write_content
from ketcontent.pages.assembly import PageView
from ketcontent.reports.charts import balance, coverage, evidence_map, reading_grades
from ketcontent.reports.display import show
from ketcontent.reports.finding_tables import falling_due, findings, tally
from ketcontent.reports.impacts import impact
from ketcontent.reports.summaries import summary
from ketcontent.reports.tables import changes, grounds, holdings, lengths, list_sources, repeats
from tests.judging import DAY
from tests.judging import page as sound_page
from tests.pages.test_in_a_browser import shown

CELLS = {
    "a script": "<script>window.ran = true; alert(1)</script>",
    "a script from elsewhere": '</title></style><script src="https://evil.example/a.js"></script>',
    "an event": '<img src="https://evil.example/b.png" onerror="window.ran = true">',
    "an event of a drawing": '</p></dd></svg><svg onload="window.ran = true"><g></g></svg>',
    "an attribute left": '" autofocus tabindex="0" onfocus="window.ran = true" x="',
    "an attribute left by an apostrophe": "' onmouseover='window.ran = true' style='color: red",
    "an end of data": '</script><script>window.ran = true</script>"}]<!--',
    "an end of the style": '"; } } @import url(https://evil.example/c.css); </style><b>',
    "a style": '<p style="background: url(https://evil.example/d.png); width: 900px">wide</p>',
    "a frame": '<iframe src="https://evil.example"></iframe><base href="https://evil.example/">',
    "a refresh": '<meta http-equiv="refresh" content="0; url=https://evil.example/">',
    "a form": '<form action="https://evil.example"><button autofocus>Go</button></form>',
    "a comment": "<!-- hidden --> <![CDATA[x]]> <?php echo 1 ?> -->",
    "Jinja": "{{ 7 * 7 }} {% raw %}{% include 'style.css' %} {# gone #} {{ page }}",
    "fields": "{name} {date} {0} {conflicts} %s ${7*7}",
    "a link that runs": "[so](javascript:window.ran=true) <javascript:window.ran=true>",
    "a link of data": "[so](data:text/html;base64,PHNjcmlwdD4=) ![x](data:image/png;base64,iVBO=)",
    "a picture": "![dot](https://evil.example/e.png) [x]: https://evil.example/f.png",
    "a picture by reference": "![dot][x]",
    "entities": "&lt;script&gt; &amp;amp; &#60;b&#62; &nbsp; &quot; &copy",
    "Markdown": "# a ## **b** *c* `d` ~~e~~ | f | - g > h 1. i *** [^j] [ ] ::: $k$ $$l$$",
    "a fence": "```html <script>window.ran = true</script> ```",
    "front matter": "--- state: reviewed ---",
    "YAML": "*a &b !!python/object:os.system {c: d} # e: 'f",
    "TeX": "$\\frac{1$ \\input{x} $a_",
    "a formula": "=cmd|' /C calc'!A0",
    "another formula": '@SUM(1+9)*HYPERLINK("https://evil.example","Go")',
    "a backslash at the end": "C:\\new\\",
    "a path": "../../../etc/passwd",
    "a long word": "W" * 10_000,
    "long words of a link": "https://example.org/" + "w" * 10_000,
    "emoji": "👩🏽‍⚕️ 🏳️‍🌈 👨‍👩‍👧‍👦 1️⃣",
    "marks upon marks": "Z" + "\u0301\u0323\u0336" * 60,
    "signs upon signs": "न" + "ा" * 400 + " " + "a" + "\u20dd" * 400 + " " + "👩\u200d" * 300,
    "marks upon nothing": "\u0301\u0336 a",
    "words from right to left": "كيتامين (100) ועוד <b>",
    "spaces that nobody sees": "a\u200bb\u00a0c\u2060d\ufeffe\u00adf",
    "lines of Unicode": "a\u2028b\u2029c",
}
"""What somebody may put into a cell, by what it tries."""

FREE = "^[^"
"""How the pattern of a field starts that takes any words."""
SET = {("site", "address"), ("waivers", "row"), ("statements", "topics"), ("notices", "needs")}
"""Fields of words that name something: rows, topics, needs."""


def string_fields() -> list[tuple[str, str]]:
    """Return every field of text of the data package, with its table."""
    package = json.loads(shipped_path().read_text("utf-8"))
    return [
        (table["name"], field["name"])
        for table in package["resources"]
        for field in table["schema"]["fields"]
        if field["type"] == "string"
    ]


def said_in(field: dict[str, Any], cell: str) -> str:
    """Return what a field can hold of a cell; nothing where it takes no words."""
    pattern = field["constraints"].get("pattern", "")
    if field["name"] in ("doi", "url"):
        start = "10.1000/" if field["name"] == "doi" else "https://example.org/"
        return start + re.sub(r"\s", "", cell)
    return cell if pattern.startswith(FREE) else ""


def everywhere(cell: str) -> Content:
    """Return a page, signed in full, that has the cell in every field that takes words."""
    rows = [{"kind": "risk", "capacity": capacity} for capacity in ("clinical", "editorial")]
    content = sound_page(
        {
            ("evidence", "colds lee-2020"): {"checked_on": "2026-11-01"},
            ("documents", "zinc"): {"about_type": "Drug"},
        },
        terms={"term": cell, "language": "en"},
        releases={
            "document": "zinc",
            "released_on": "2026-11-02",
            "statement": "colds",
            "change": "added",
        },
        site={"address": "https://example.org/health/"},
        people={"person": "ada", "profession": "nurse"},
        rules={"rule": "own", "severity": "error"},
        phrases={"language": "en"},
        waivers={
            "table": "statements",
            "row": "zinc/colds",
            "rule": "mechanism-as-benefit",
            "until": "2026-12-31",
        },
        signing_keys={
            "signing_key": "ada-1",
            "person": "ada",
            "namespace": "signoff@example.org",
            "public_key": f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{'A' * 43}",
            "valid_from": "2026-01-01",
        },
        proposals={
            **{"proposal": "one", "document": "zinc", "statement": "colds", "column": "text"},
            **{"person": "ada", "proposed_on": "2026-11-02", "digest": f"w2:{'0' * 64}"},
            **{"decision": "accepted", "decided_by": "ada", "decided_on": "2026-11-03"},
        },
        comments={
            **{"comment": "one", "document": "zinc", "statement": "colds", "anchor_at": 0},
            **{"person": "ada", "said_on": "2026-11-02"},
        },
    )
    strings = [{"string": name, "language": "en", "text": cell} for name in sorted(english().texts)]
    for row in strings:
        if row["string"] == "months":
            row["text"] = "|".join([cell.replace("|", "")] * 12)
    statements = content.statements.assign(
        kind="risk",
        supplied_section=content.statements["section"],
        supplied_block=content.statements["position"],
        supplied_position=content.statements["position"],
        supplied_form="item",
        form="item",
    )
    content = replace(
        content,
        policies=frame_of("policies", rows, content),
        strings=frame_of("strings", strings, content),
        statements=statements,
        sections=content.sections.assign(supplied_position=content.sections["position"]),
    )
    content = filled(content, cell)
    view = PageView(content, "zinc")
    for one in signoff_statuses(view):
        content = sign_off(
            *(content, "zinc", one.statement),
            person="ada",
            capacity=one.capacity,
            signed_on=DAY,
            view=view,
        )
    return replace(content, signoffs=content.signoffs.assign(comment=cell))


def filled(content: Content, cell: str) -> Content:
    """Return a content with the cell in every field that takes words."""
    for table, name in string_fields():
        said = said_in(content.schemas[table].fields[name], cell)
        if not said or (table, name) in SET or (table == "strings" and name == "text"):
            continue
        frame = getattr(content, table).copy()
        if (table, name) == ("statements", "text"):
            # A notice has no words of its own; citations stay, so that there are sources.
            cites = frame[name].str.extract(r"(\[@[^\]]+\])")[0].fillna("")
            frame[name] = (said + " " + cites).where(frame["notice"] == "", "")
        else:
            frame[name] = said
        content = replace(content, **{table: frame})
    return content


def drawn(content: Content) -> dict[str, list[dict[str, Any]]]:
    """Return what a notebook shows of a content, by the notebook."""
    report = check(content, as_of=DAY)
    found = findings(report, content, "zinc")
    tables = {
        "tally": tally(found),
        "findings": found,
        "lengths": lengths(content, "zinc"),
        "dates": falling_due(content, "zinc", as_of=DAY, days=4000),
        "holdings": holdings(content, "zinc"),
        "repeats": repeats(content, "zinc"),
        "changes": changes(content, "zinc"),
        "evidence": content.evidence,
        "people": content.people,
    }
    charts = (evidence_map, balance, reading_grades, coverage)
    drawn_in_charts = content.documents.loc[0, "title"] in list(CELLS.values())[::6]
    pages: dict[str, list[Any]] = {
        "page": [with_signoffs(content, assemble(content, "zinc"))],
        "archive": [assemble(content, "zinc", edition="supplied")],
        "section": [with_signoffs(content, assemble(content, "zinc", section="colds"))],
        "index": [list_documents(content)],
        "review": [
            summary(content, "zinc"),
            *(show(frame, f"{name} {content.documents.loc[0, 'title']}")
              for name, frame in tables.items()),
            # A chart takes a second: every sixth cell is drawn in all of them.
            *(chart(content, "zinc") for chart in (charts if drawn_in_charts else ())),
        ],
        "workplace": [
            summary(content, "zinc"),
            content,
            assemble(content, "zinc").statement("colds"),
            report,
            list_sources(content),
            list_sources(content, "zinc"),
            show(grounds(content, "zinc"), "What it rests on"),
            impact(content, "source", content.sources.loc[0, "source"]),
        ],
    }  # fmt: skip
    return {name: [one._repr_mimebundle_() for one in shows] for name, shows in pages.items()}


@pytest.fixture(scope="module", params=CELLS.values(), ids=CELLS)
def cell(request: pytest.FixtureRequest) -> str:
    """What somebody put into every field."""
    return str(request.param)


@pytest.fixture(scope="module")
def content(cell: str) -> Content:
    """The page with the cell in every field."""
    return everywhere(cell)


@pytest.fixture(scope="module")
def exports(content: Content, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The exported pages of that content, by what they are."""
    folder = tmp_path_factory.mktemp("hostile")
    return {name: shown(folder, name, *bundles) for name, bundles in drawn(content).items()}


@pytest.fixture(scope="module")
def unguarded(browser: Any) -> Iterator[Any]:
    """A tab that minds no policy of a page: what is not escaped runs."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, bypass_csp=True)
    page = context.new_page()
    page.route("http*://**/*", lambda route: route.abort())
    yield page
    context.close()


# --- on pages --------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_field_that_takes_words_holds_the_cell(content: Content, cell: str) -> None:
    for table, name in string_fields():
        said = said_in(content.schemas[table].fields[name], cell)
        column = getattr(content, table)[name]
        assert len(column), table
        if said and (table, name) not in SET | {("signoffs", "wording"), ("signoffs", "signer")}:
            assert column.str.contains(said, regex=False).any(), (table, name)


@pytest.mark.slow
def test_tables_with_the_cell_are_written_and_read_back_as_they_were(
    content: Content, tmp_path: Path
) -> None:
    write_content(content, tmp_path / "data")
    found = read_content(tmp_path / "data")
    for table in TABLES:
        assert getattr(found, table).equals(getattr(content, table).sort_values(
            list(content.schemas[table].key)).reset_index(drop=True)), table  # fmt: skip


@pytest.mark.browser
def test_nothing_runs_loads_or_overflows(
    unguarded: Any, exports: dict[str, Path], cell: str
) -> None:
    assert list(exports) == ["page", "archive", "section", "index", "review", "workplace"]
    for path in exports.values():
        require_harmless(unguarded, path.as_uri(), cell)
    editors = exports["index"].with_name("editors.html")
    editors.write_bytes(export(exports["index"].with_suffix(".ipynb"), "editors"))
    require_harmless(unguarded, editors.as_uri(), cell, titled=False)
    assert cell in unguarded.locator("th[scope=row]").first.inner_text()


def require_harmless(page: Any, address: str, cell: str, *, titled: bool = True) -> None:
    """Open an exported page, and see that of a cell it shows the words and does nothing.

    The list of pages runs the script that finds pages in it, and no other.
    """
    asked: list[str] = []
    dialogs: list[str] = []

    def dismiss(dialog: Any) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    def note(request: Any) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.on("dialog", dismiss)
    page.goto(address, wait_until="load")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    found = page.evaluate(
        """ours => ({
        ran: window.ran ?? null,
        width: document.scrollingElement.scrollWidth,
        handlers: [...document.querySelectorAll("*")].flatMap(one => [...one.attributes])
            .filter(one => one.name.startsWith("on")).map(one => one.name),
        links: [...document.querySelectorAll("[href]:not(use)")]
            .map(one => new URL(one.getAttribute("href"), document.baseURI).protocol),
        strange: [...document.querySelectorAll(
            "script:not([type='application/ld+json']), img, iframe, base, form, object, b," +
            "link:not([rel='prev'], [rel='next'], [rel='canonical'], [rel='license'], " +
            "[rel='alternate'])")]
            .filter(one => one.outerHTML !== `<script>${ours}</script>`)
            .map(one => one.outerHTML.slice(0, 80)),
        title: document.querySelector("h1").textContent,
        named: document.title,
    })""",
        index_script(),
    )
    page.remove_listener("request", note)
    page.remove_listener("dialog", dismiss)
    assert (found["ran"], dialogs, asked) == (None, [], [address])
    assert found["handlers"] == []
    assert found["strange"] == []
    assert set(found["links"]) <= {"file:", "https:"}
    assert found["width"] == 320
    if not titled:
        return
    assert cell in found["title"]
    assert " ".join(cell.split()) in " ".join(found["named"].split())


@pytest.mark.slow
@pytest.mark.parametrize("name", ["page", "archive", "section", "index"])
def test_the_front_matter_says_the_cell_and_nothing_else(
    exports: dict[str, Path], cell: str, name: str
) -> None:
    import yaml

    front = export(exports[name].with_suffix(".ipynb"), "markdown").decode().split("\n---\n")[0]
    said = yaml.safe_load(front.removeprefix("---\n"))
    assert cell in said["title"]
    assert said["description"] == cell
    assert said.get("state") == {"page": "reviewed", "archive": "archive", "section": "reviewed",
                                 "index": None}[name]  # fmt: skip


@pytest.mark.browser
def test_what_is_not_escaped_would_run_here(unguarded: Any, tmp_path: Path) -> None:
    raw = tmp_path / "raw.html"
    raw.write_text(f"<!doctype html>{CELLS['a script']}", "utf-8")
    unguarded.once("dialog", lambda dialog: dialog.dismiss())
    unguarded.goto(raw.as_uri())
    assert unguarded.evaluate("window.ran") is True


# --- in tables -------------------------------------------------------------------------------

NOBODY_SEES = ["\0", "\x07", "\x1b", "\x7f", "\x85", "\ufdd0", "\uffff", "\U0010fffe",
               *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))]  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of tables without faults, each with a row whose every field of words is filled."""
    folder = tmp_path_factory.mktemp("sound") / "data"
    write_content(everywhere("words"), folder)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("character", NOBODY_SEES, ids=ascii)
def test_a_character_that_nobody_sees_is_refused_in_every_field(
    sound: Path, tmp_path: Path, character: str
) -> None:
    folder = Path(shutil.copytree(sound, tmp_path / "data"))
    places = set()
    for table in TABLES:
        path = folder / f"{table}.csv"
        header, *rows = list(csv.reader(io.StringIO(path.read_text("utf-8"))))
        for name in [name for among, name in string_fields() if among == table]:
            place = header.index(name)
            rows[-1][place] = f"{rows[-1][place] or 'a'}{character}b"
            places.add((str(path), len(rows) + 1, name))
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([header, *rows])
        path.write_text(out.getvalue(), "utf-8")
    with pytest.raises(BrokenTables) as raised:
        read_content(folder)
    found: dict[tuple[Any, ...], list[str]] = {}
    for one in raised.value.report:
        found.setdefault((one.file, one.line, one.column), []).append(one.message)
    assert places <= set(found)
    for file, line, name in places:
        named = f"U+{ord(character):04X}" in " ".join(found[file, line, name])
        assert named or field_is_listed(Path(file).stem, name), found[file, line, name]


def field_is_listed(table: str, field: str) -> bool:
    """Whether a field takes only the values of a list, so that the fault names those."""
    package = json.loads(shipped_path().read_text("utf-8"))
    [found] = [
        one
        for resource in package["resources"]
        if resource["name"] == table
        for one in resource["schema"]["fields"]
        if one["name"] == field
    ]
    return "enum" in found["constraints"]
