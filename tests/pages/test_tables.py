"""Tables and lists within lists: from the file of a supplier to what readers get, cell by cell."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketcontent import assemble, import_page
from ketcontent.approvals.scope import signables
from ketcontent.approvals.signing import open_statements, to_sign
from ketcontent.checks.tables import judge_tables
from ketcontent.editor.edits import added, in_order, joined_with_next, split
from ketcontent.editor.feedback import faults_of, open_errors
from ketcontent.editor.session import opened
from ketcontent.errors import KetcontentError
from ketcontent.importing.html_reader import read_html
from ketcontent.importing.markdown_reader import read_markdown
from ketcontent.importing.supplied_page import SuppliedBlock, SuppliedPage, with_form
from ketcontent.markup.cells import markup_cells
from ketcontent.markup.inline import as_markup, inline_plain
from ketcontent.model.content import Content, empty_content, frame_of
from ketcontent.packets.rewording import reworded_cells
from ketcontent.pages.assembly import PageView
from ketcontent.pages.exchange import page_data
from ketcontent.pages.leaflets import leaflet
from ketcontent.reading.clauses import explain
from ketcontent.text.cells import join_cells, split_cells
from ketcontent.text.normalize import fold
from tests.approvals.test_record import exported, mismatches, recorded
from tests.conftest import ROOT
from tests.laws import examples
from tests.markup.test_readers import READERS

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::FutureWarning"
)  # of nbconvert and what it stands on

CELL = st.text(alphabet="ab5 |\\*_`[]<&.-", max_size=6) | st.sampled_from(["شاي", "1. a", "- b"])
ROWS = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=4)
)

TABLE = """\
<h1>Tea</h1><h2>Uses</h2>
<table><caption>Cups a day</caption>
<tr><th>Who</th><th>Cups</th></tr>
<tr><td>Adult</td><td>3 | 4</td></tr>
<tr><td>Child</td><td></td></tr>
</table>
<ul><li>Hot<ul><li>Green<ul><li>Mild</li></ul></li></ul></li><li>Cold</li></ul>
"""


def taken_in(page: SuppliedPage | str) -> Content:
    page = read_html(page, whole=True) if isinstance(page, str) else page
    return import_page(empty_content(), page, document="tea", language="en")


@cache
def tea() -> Content:
    """A page with a table and lists within lists, whose second row cites, and is not sure."""
    content = taken_in(TABLE)
    frame = content.statements.copy()
    row = frame["supplied"] == r"Adult | 3 \| 4"
    frame.loc[row, ["text", "kind", "certainty"]] = [
        r"*Adult* [@lee-2020] | 3 \\| 4 [@lee-2020]",
        "benefit",
        "low",
    ]
    sources = [{"source": "lee-2020", "type": "book", "title": "Tea"}]
    return replace(content, statements=frame, sources=frame_of("sources", sources, content))


def of_form(page: SuppliedPage, *forms: str) -> list[tuple[str, str]]:
    return [(one.form, one.text) for one in page.blocks if one.form in forms]


# --- laws --------------------------------------------------------------------------------------


@settings(max_examples=examples(200))
@given(st.lists(CELL, min_size=1, max_size=5))
def test_cells_come_back_from_the_text_of_their_row_and_from_its_markup(cells: list[str]) -> None:
    row, said = join_cells(cells), tuple(map(fold, cells))
    assert split_cells(row) == split_cells(fold(row)) == said
    assert join_cells(said) == row
    assert tuple(map(inline_plain, markup_cells(as_markup(row)))) == said


@settings(max_examples=examples(200))
@given(st.text(alphabet="ab |\\*_`[]()&#124;.", max_size=20))
def test_the_cells_of_any_markup_have_the_words_that_it_reads_as(markup: str) -> None:
    found = tuple(fold(inline_plain(cell)) for cell in markup_cells(markup))
    assert found == split_cells(inline_plain(markup))


@settings(max_examples=examples(60))
@given(ROWS, st.booleans())
def test_a_table_comes_back_from_what_readers_get_of_it(
    rows: list[list[str]], has_header: bool
) -> None:
    rows = [[f"x{cell}" if not number else cell for cell in row] for number, row in enumerate(rows)]
    blocks = [
        SuppliedBlock("header" if has_header and not n else "row", join_cells(row), table=1)
        for n, row in enumerate(rows)
        if any(map(fold, row))
    ]
    content = taken_in(SuppliedPage("HTML", "Tea", (SuppliedBlock("heading", "Uses"), *blocks)))
    wanted = [(one.form, one.text) for one in blocks]
    supplied = assemble(content, "tea", edition="supplied")
    said = [one.plain for one in supplied.section("uses").statements]
    assert said == [text for _, text in wanted]
    tags = ("thead", "tbody") if has_header else ("tbody",)
    assert cells_of_html(supplied.to_html()) == [split_cells(text) for _, text in wanted]
    assert all(f"<{one}>" in supplied.to_html() for one in tags[: len(blocks)])
    markdown = assemble(content, "tea").to_markdown()
    back = [one for one in of_form(read_markdown(markdown), "header", "row") if one[1].strip("| ")]
    assert back == wanted
    for read in READERS.values():
        found = [row for row in cells_of_html(read(markdown)) if any(row)]
        assert found == [split_cells(text) for _, text in wanted]


def cells_of_html(page: str) -> list[tuple[str, ...]]:
    """Return the words of the cells of all tables, a row each."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return [
        tuple(fold("".join(cell.itertext())) for cell in row if cell.tag in ("td", "th"))
        for row in tree.iter("tr")
    ]


@settings(max_examples=examples(30))
@given(st.lists(st.integers(1, 4), min_size=1, max_size=8))
def test_items_come_back_as_deep_as_they_stood(depths: list[int]) -> None:
    blocks = [
        SuppliedBlock("item", f"Item {number}.", depth=depth) for number, depth in enumerate(depths)
    ]
    page = SuppliedPage("HTML", "Tea", (SuppliedBlock("heading", "Uses"), *blocks))
    content = taken_in(page)
    supplied = assemble(content, "tea", edition="supplied")
    shown = [block.depth for block in supplied.section("uses").blocks]
    for read in (
        read_html(supplied.section("uses").to_html(), whole=True),
        read_markdown(assemble(content, "tea").to_markdown()),
    ):
        items = [one for one in read.blocks if one.text.startswith("Item ")]
        assert [one.text for one in items] == [one.text for one in blocks]
        assert [one.depth for one in items] == shown
    for number, depth in enumerate(shown):
        outer = {other for other in depths[:number] if other < depths[number]}
        assert (depth > 1) == bool(outer and min(depths[: number + 1]) < depths[number])


# --- what a reader gets ------------------------------------------------------------------------


def test_a_table_has_its_caption_its_headers_and_a_header_for_each_row() -> None:
    shown = assemble(tea(), "tea", edition="supplied").to_html()
    columns = "".join(f'<th scope="col">{one}</th>' for one in ("Who", "Cups"))
    assert '<div class="table" role="group" aria-label="Cups a day" tabindex="0">' in shown
    assert '<caption><span id="s_uses-1">Cups a day</span></caption>' in shown
    assert f'<thead>\n<tr id="s_uses-2">{columns}</tr>' in shown
    assert '<tr id="s_uses-3"><th scope="row">Adult</th><td>3 | 4</td></tr>' in shown


def test_lists_within_lists_are_lists_within_items() -> None:
    shown = assemble(tea(), "tea").section("uses").to_html()
    assert shown.count("<ul>\n<li><span") == 3
    assert [one.depth for one in assemble(tea(), "tea").section("uses").blocks][4:] == [1, 2, 3, 1]


def test_a_row_on_paper_and_in_plain_text_keeps_its_cells() -> None:
    page = assemble(tea(), "tea")
    assert (
        "Who | Cups\nAdult | 3 \\| 4\nChild |\n- Hot\n  - Green\n    - Mild\n- Cold"
        in page.to_text()
    )
    nodes = json.loads(page.to_leaflet())["nodes"]
    table = next(node["table"] for node in nodes if "table" in node)
    said = [["".join(run["text"] for run in cell) for cell in row] for row in table["rows"]]
    assert said == [["Adult", "3 | 4\N{NO-BREAK SPACE}(low certainty)"], ["Child", ""]]
    assert any("nested" in node for node in nodes)


@pytest.mark.parametrize("name", ["index.html", "index.md", "sections/uses.html"])
def test_a_page_with_a_table_verifies_and_a_changed_cell_is_named(name: str) -> None:
    text = exported(tea)[name]
    assert mismatches(name, text, recorded(tea)) == []
    found = mismatches(
        name, text.replace("3 | 4", "3 | 9").replace("3 \\| 4", "3 \\| 9"), recorded(tea)
    )
    assert [one.statement for one in found] == ["uses-3"]


def test_the_record_has_the_words_of_a_row_with_its_cells() -> None:
    rows = {one["statement"]: one for one in recorded(tea)["statements"]}
    assert rows["uses-3"]["words"] == r"Adult | 3 \| 4"
    assert rows["uses-3"]["sources"] == ["lee-2020"]


def test_an_item_with_a_number_has_no_bullet_beside_it() -> None:
    text = "# Tea\n\n## Uses\n\n1. Warm the pot.\n2. Wait.\n\nElse:\n\n- Ask.\n"
    content = taken_in(read_markdown(text))
    [section] = assemble(content, "tea").sections
    html = section.to_html()
    assert html.count('<li class="numbered"><strong>') == 2
    assert html.count("<li>") == 1
    assert assemble(content, "tea").has_structure
    lists = [node for node in leaflet(assemble(content, "tea"))["nodes"] if "list" in node]
    assert ["bare" in node for node in lists] == [True, False]


# --- what is signed ----------------------------------------------------------------------------


def digests(content: Content) -> dict[str, str]:
    return {one.key: one.digest for one in signables(PageView(content, "tea"))}


def test_other_words_of_a_header_are_other_words_for_each_row_under_it() -> None:
    frame = tea().statements.copy()
    frame.loc[frame["statement"] == "uses-2", "text"] = "Who | Cups an hour"
    before, after = digests(tea()), digests(replace(tea(), statements=frame))
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {"uses-2", "uses-3", "uses-4"}


def test_a_row_that_goes_asks_for_the_heading_again_and_for_no_other_row() -> None:
    frame = tea().statements.copy()
    frame.loc[frame["statement"] == "uses-4", ["text", "position"]] = ["", None]
    before, after = digests(tea()), digests(replace(tea(), statements=frame))
    assert {key for key in after if before[key] != after[key]} == {"heading:uses"}


def test_an_item_that_is_set_deeper_asks_for_itself_and_the_heading_again() -> None:
    frame = tea().statements.copy()
    cold = frame["supplied"] == "Cold"
    frame.loc[cold, "form"] = "item-2"
    before, after = digests(tea()), digests(replace(tea(), statements=frame))
    asked = {"heading:uses", *frame.loc[cold, "statement"]}
    assert {key for key in after if before[key] != after[key]} == asked


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("- Safe with:\n  - {}\n- Never with:\n  - {}\n", id="within items"),
        pytest.param("Safe with:\n\n- {}\n\nNever with:\n\n- {}\n", id="behind a colon"),
    ],
)
def test_an_item_under_another_one_is_not_what_was_signed(text: str) -> None:
    """No clinician approved alcohol among what is safe, though the words are those signed."""
    text = f"# Tea\n\n## Uses\n\n{text}"
    content = taken_in(read_markdown(text.format("Milk", "Alcohol")))
    newer = read_markdown(text.format("Alcohol", "Milk"))
    after = import_page(content, newer, document="tea", replace=True)
    key = after.statements.set_index("supplied")["statement"]
    changed = {one for one, was in digests(content).items() if digests(after)[one] != was}
    assert changed == {"heading:uses", key["Alcohol"], key["Milk"]}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Child", ["Cups a day", "Who | Cups"]),
        ("Mild", ["Hot", "Green"]),
    ],
)
def test_a_signer_is_told_what_a_row_or_an_item_stands_under(words: str, said: list[str]) -> None:
    one = next(
        one for one in open_statements(tea(), "tea", "lay") if one.signed.words.startswith(words)
    )
    shown = to_sign(tea(), "tea", one).splitlines()
    assert [line.partition(": ")[2] for line in shown if line.startswith("  within")] == said


def test_how_a_row_is_typed_changes_nothing_that_is_signed() -> None:
    frame = tea().statements.copy()
    frame.loc[frame["statement"] == "uses-2", "text"] = "| Who|Cups"[2:]
    assert digests(replace(tea(), statements=frame)) == digests(tea())


# --- hostile -----------------------------------------------------------------------------------


def read_rows(page: str) -> list[tuple[str, str]]:
    return of_form(read_html(page, whole=True), "caption", "header", "row")


@pytest.mark.parametrize(
    ("page", "rows"),
    [
        pytest.param(
            "<table><tr><th rowspan=2>a<th colspan=2>b<tr><th>c<th>d<tr><td>1<td>2<td>3</table>",
            [("header", "a | b |"), ("header", "| c | d"), ("row", "1 | 2 | 3")],
            id="spans of headers",
        ),
        pytest.param(
            "<table><tr><td colspan=1000 rowspan=99999999>a<td>b<tr><td>c<td>d</table>",
            [("row", "a | | b"), ("row", "| | c | d")],
            id="spans beyond the table",
        ),
        pytest.param(
            "<table><tr><th>a<th>b<tr><th colspan=2>Adults<tr><td>1<td>2</table>",
            [("header", "a | b"), ("row", "Adults |"), ("row", "1 | 2")],
            id="a row of headers among the rows",
        ),
        pytest.param(
            "<table><tr><td>a<td><ul><li>b<li>c<ul><li>d</ul></ul><p>e<td></table>",
            [("row", "a | b c d e |")],
            id="lists in a cell",
        ),
        pytest.param(
            "<table><tr><th>a<tr><td>b</table>", [("header", "a"), ("row", "b")], id="one column"
        ),
        pytest.param("<table><tr><td>a</table>", [], id="a box around text"),
        pytest.param("<table><tr><th>a<tr><td><p>b<p>c</table>", [], id="a box with a title"),
        pytest.param("<table><tr><td><td>a<tr><td> <td></table>", [("row", "| a")], id="no words"),
    ],
)
def test_a_hostile_table_keeps_each_word_once_and_in_its_column(
    page: str, rows: list[tuple[str, str]]
) -> None:
    assert read_rows(f"<main>{page}</main>") == rows


def test_two_hundred_columns_stay_two_hundred() -> None:
    cells = "".join(f"<td>{number}" for number in range(200))
    page = assemble(taken_in(f"<h1>T</h1><table><tr>{cells}</table>"), "tea", edition="supplied")
    assert [len(row) for row in cells_of_html(page.to_html())] == [200]


def test_on_paper_a_table_too_wide_for_a_sheet_is_read_row_by_row() -> None:
    heads, cells = ("".join(f"<t{tag}>{tag}{n}" for n in range(9)) for tag in "hd")
    page = assemble(taken_in(f"<h1>T</h1><table><tr>{heads}<tr>{cells}</table>"), "tea")
    nodes = json.loads(page.to_leaflet())["nodes"]
    said = [["".join(run["text"] for run in one) for one in node.get("list", ())] for node in nodes]
    assert [f"h{n}: d{n}" for n in range(1, 9)] in said


def test_two_tables_with_headers_stay_two_and_without_them_it_is_told() -> None:
    second = "<table><tr><td>c<td>d</table>"
    page = read_html("<table><tr><th>a<th>b</table>" + second + second, whole=True)
    assert [one.message for one in page.doubts] == [
        "Two tables that follow each other become one: the second has no header and no caption."
    ] * 2


def test_a_sentence_with_a_bar_is_no_row() -> None:
    block = SuppliedBlock("paragraph", "5 | 6 and C:\\x | y")
    page = assemble(taken_in(SuppliedPage("HTML", "Tea", (block,))), "tea")
    assert "<table" not in page.to_html()
    assert page.statements[0].plain == "5 | 6 and C:\\x | y"


def test_tables_of_an_older_version_are_told_what_lets_them_hold_a_table() -> None:
    """Nothing else of such a project is asked for: it is read and written as before."""
    content = empty_content()
    schema = content.schemas["statements"]
    old = {**schema.fields["supplied_form"], "constraints": {"enum": ["paragraph", "item"]}}
    fields = {**schema.fields, "supplied_form": old}
    older = replace(
        content, schemas={**content.schemas, "statements": replace(schema, fields=fields)}
    )
    import_page(older, read_html("<h1>Tea</h1><p>Hot.<ul><li>a</ul>", whole=True), document="tea")
    with pytest.raises(KetcontentError, match="set as caption, header, item-2, item-3, row") as no:
        import_page(older, read_html(TABLE, whole=True), document="tea")
    assert "'ketcontent upgrade'" in no.value.hint


# --- judges and edits --------------------------------------------------------------------------


def test_a_row_with_a_cell_too_many_is_named_and_what_a_bar_of_its_own_is_written_as() -> None:
    frame = tea().statements.copy()
    frame.loc[frame["statement"] == "uses-4", "text"] = r"Child | 1 \| 2"
    (fault,) = judge_tables(PageView(replace(tea(), statements=frame), "tea"))
    assert (fault.rule, fault.key) == ("ragged-row", "tea/uses-4")
    assert fault.message == "The row has 3 cells, the first one of its table 2."
    mark = fault.hint.split()[-1].rstrip(".")
    frame.loc[frame["statement"] == "uses-4", "text"] = f"Child | 1 {mark} 2"
    assert judge_tables(PageView(replace(tea(), statements=frame), "tea")) == []


def test_who_edits_or_signs_a_row_is_told_of_a_cell_too_many() -> None:
    frame = tea().statements.copy()
    frame.loc[frame["statement"] == "uses-4", "text"] = "Child | 1 | 2"
    content = replace(tea(), statements=frame)
    assert "ragged-row" in {one.rule for one in faults_of(content, "tea", "uses-4")}
    assert "ragged-row" in {one.rule for one in open_errors(PageView(content, "tea"), "uses-4")}
    assert "ragged-row" not in {one.rule for one in faults_of(content, "tea", "uses-3")}


def test_judges_read_no_sentence_across_two_cells() -> None:
    assert [words for words, _ in explain("No | risk of harm")] == ["No", "risk of harm"]


def test_a_proposal_in_a_packet_changes_a_cell_and_keeps_the_marks_of_the_others() -> None:
    row = {"label": "", "notice": "", "text": r"*Adult* | 3 \\| 4 [@lee-2020]"}
    sent, words = r"Adult | 3 \| 4", r"Adult | 3 \| 5"
    assert reworded_cells("", row, sent, words) == {"text": r"*Adult* | 3 \\| 5 [@lee-2020]"}


def test_edits_keep_each_row_a_statement_in_a_block_of_its_own() -> None:
    """Whatever an editor does to them, no two rows share a block, and none is joined to words."""
    session = opened(tea(), "tea")
    session, key = added(session, "uses-2", "Baby | none")
    session, half = split(session, "uses-3", 8)
    session, item = added(session, "uses-6", "Warm")
    forms = {row["statement"]: (row["form"], row["block"]) for row in in_order(session, "uses")}
    assert [forms[one][0] for one in (key, half, item)] == ["row", "row", "item-2"]
    assert len({block for _, block in forms.values()}) == len(forms)
    with pytest.raises(KetcontentError, match="one is a row of a table"):
        joined_with_next(session, key)


def test_what_was_read_as_no_row_is_read_as_one_and_back() -> None:
    lines = SuppliedBlock("item", "3 cups\tdaily\na|b", label="Adult", depth=1, number="1.")
    page = with_form(SuppliedPage("plain text", "Tea", (lines,)), 1, "row")
    assert of_form(page, "row") == [("row", "1. Adult | 3 cups | daily"), ("row", "a | b")]
    assert [one.label + one.number for one in page.blocks] == ["", ""]
    assert with_form(page, 1, "paragraph").blocks[0].text == "1. Adult | 3 cups | daily"
    escaped = SuppliedPage("HTML", "", (SuppliedBlock("row", r"a\|b | c"),))
    assert with_form(escaped, 1, "paragraph").blocks[0].text == "a|b | c"


def test_a_new_version_of_a_table_changes_the_row_that_changed() -> None:
    content = taken_in(TABLE)
    newer = TABLE.replace("3 | 4", "5").replace("</table>", "<tr><td>Baby<td>0</table>")
    page = read_html(newer, whole=True)
    after = import_page(content, page, document="tea", replace=True)
    rows = after.statements.set_index("statement")
    assert rows.loc["uses-3", ["supplied", "supplied_form"]].tolist() == ["Adult | 5", "row"]
    shown = [one.plain for one in assemble(after, "tea", edition="supplied").statements]
    assert shown[1:5] == ["Who | Cups", "Adult | 5", "Child |", "Baby | 0"]


def test_what_other_sites_take_has_the_cells_of_a_row_and_the_depth_of_an_item() -> None:
    blocks = page_data(assemble(tea(), "tea"))["sections"][0]["blocks"]
    assert blocks[2]["statements"][0]["cells"] == ["<em>Adult</em>", "3 | 4"]
    assert [block.get("depth", 1) for block in blocks[4:]] == [1, 2, 3, 1]


def test_the_workbench_shows_each_element_of_a_section_that_has_words_at_once() -> None:
    """What its reader's view does not know it leaves out, with all that is in it."""
    reader = (ROOT / "ketcontent" / "editor" / "widget" / "reader.js").read_text("utf-8")
    kept = {tag for found in re.findall(r'"([A-Z0-9 ]+)"\.split', reader) for tag in found.split()}
    shown = assemble(tea(), "tea").section("uses").to_html()
    tree = html5lib.parse(shown, namespaceHTMLElements=False).find("body")
    assert {one.tag.upper() for one in tree.iter()} - kept == {"BODY", "DETAILS", "SUMMARY"}
