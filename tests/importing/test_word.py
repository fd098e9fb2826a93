"""Word documents are read by their styles; nothing tracked is accepted unsaid, and no word lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketcontent.errors import UnreadablePage
from ketcontent.importing.readers import read_supplied
from ketcontent.importing.supplied_page import SuppliedPage
from ketcontent.importing.word_reader import read_word
from tests.importing.word_files import (
    PLAIN,
    STYLES,
    TYPES,
    W,
    document,
    item,
    paragraph,
    run,
    table,
    zipped,
)
from tests.laws import examples


def shown(page: SuppliedPage) -> list[str]:
    return [
        " ".join(filter(None, [one.form, str(one.level or one.depth or ""), one.number, one.text]))
        for one in page.blocks
    ]


def test_headings_lists_and_tables_are_known_by_their_styles() -> None:
    page = read_word(
        document(
            paragraph("Gout", "T")
            + paragraph("Causes", "H1")
            + paragraph("Food", "H2")
            + paragraph("Meat.", "L")
            + item("first", 2)
            + item("inner", 2, 1)
            + item("inner", 2, 1)
            + item("second", 2)
            + table(["Who", "Why"], ["All", "It hurts."])
        )
    )
    assert page.title == "Gout"
    assert shown(page) == [
        "heading 2 Causes",
        "heading 3 Food",
        "item 1 Meat.",
        "item 1 3. first",
        "item 2 3.a) inner",
        "item 2 3.b) inner",
        "item 1 4. second",
        "row Who | Why",
        "row All | It hurts.",
    ]


TRACKED = document(
    paragraph(
        run("Take ")
        + f'<w:del w:author="Ed">{run("two").replace("w:t", "w:delText")}</w:del>'
        + f'<w:ins w:author="Ed">{run("three")}</w:ins>'
        + run(" tablets.")
    )
)


def test_tracked_changes_are_undone_and_told_and_taken_only_when_asked() -> None:
    page = read_word(TRACKED)
    assert shown(page) == ["paragraph Take two tablets."]
    assert [(one.what, one.words) for one in page.left_out] == [
        ("tracked insertion by Ed", "three")
    ]
    assert page.doubts[0].message == ("2 tracked changes undone: --accept-changes takes them.")
    taken = read_word(TRACKED, accept=True)
    assert shown(taken) == ["paragraph Take three tablets."]
    assert [(one.what, one.words) for one in taken.left_out] == [("tracked deletion by Ed", "two")]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ('<w:vertAlign w:val="superscript"/>', "10³ mg"),
        ('<w:position w:val="8"/>', "10³ mg"),
        ('<w:vertAlign w:val="subscript"/>', "10₃ mg"),
        ('<w:position w:val="-4"/>', "10₃ mg"),
        ('<w:position w:val="0"/>', "103 mg"),
    ],
)
def test_a_raised_figure_does_not_become_a_digit_of_the_number_before_it(
    said: str, text: str
) -> None:
    [block] = read_word(document(paragraph(run("10") + run("3", said) + run(" mg")))).blocks
    assert block.text == text


M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def math(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def test_a_formula_is_written_in_a_line_and_no_number_of_it_joins_another() -> None:
    half = f"<m:f><m:fPr/><m:num>{math('1')}</m:num><m:den>{math('2')}</m:den></m:f>"
    power = f"<m:sSup><m:e>{math('10')}</m:e><m:sup>{math('6')}</m:sup></m:sSup>"
    root = f"<m:rad><m:deg/><m:e>{math('x+1')}</m:e></m:rad>"
    page = read_word(
        document(paragraph(run("5") + f"<m:oMath {M}>{half}{power}{root}</m:oMath>" + run(" mg")))
    )
    assert page.blocks[0].text == "5 1/2 10⁶ √(x+1) mg"
    assert page.doubts[0].message == "1 formula: written in one line."


def test_the_cells_of_a_row_that_begins_further_in_stay_in_their_columns() -> None:
    rows = table(["a", "b", "c"], ["d", "e"])
    indented = '<w:trPr><w:gridBefore w:val="1"/></w:trPr>'
    before, _, last = rows.rpartition("<w:tr>")
    page = read_word(document(f"{before}<w:tr>{indented}{last}"))
    assert [one.text for one in page.blocks] == ["a | b | c", "| d | e"]


def test_numbers_in_cells_stay_and_count_on_behind_the_table() -> None:
    """A column of Word's own numbers has no other words; and a list may go on below a table."""
    cells = table(["@", "one tablet"], ["@@", "two"]).replace(paragraph("@@"), item("wait", 2))
    page = read_word(document(cells.replace(paragraph("@"), item("", 2)) + item("three", 2)))
    said = [f"{one.number} {one.text}".strip() for one in page.blocks]
    assert said == ["3. | one tablet", "4. wait | two", "5. three"]
    assert not any("many-line" in one.message for one in page.doubts)


def test_lines_of_a_cell_that_become_one_are_told() -> None:
    cells = table(["@", "a"]).replace(paragraph("@"), paragraph("5") + paragraph("10 mg"))
    page = read_word(document(cells))
    assert [one.text for one in page.blocks] == ["5 10 mg | a"]
    assert any(one.message.startswith("1 many-line cell:") for one in page.doubts)


def test_a_style_of_a_list_within_a_list_is_one_by_its_name() -> None:
    deeper = (
        '<w:style w:styleId="L2"><w:name w:val="List Bullet 2"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style></w:styles>'
    )
    page = read_word(
        document(
            paragraph("a", "L") + paragraph("b", "L2"),
            styles_xml=STYLES.replace("</w:styles>", deeper),
        )
    )
    assert [one.depth for one in page.blocks] == [1, 2]


def test_struck_words_and_tracked_formatting_and_spanning_cells_are_told() -> None:
    wide = '<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p><w:r><w:t>A</w:t></w:r></w:p></w:tc>'
    inserted = '<w:rPr><w:ins w:id="1" w:author="Ed"/></w:rPr>'
    ruby = (
        f"<w:r><w:ruby><w:rt>{run('kan')}</w:rt><w:rubyBase>{run('漢')}</w:rubyBase></w:ruby></w:r>"
    )
    page = read_word(
        document(
            paragraph(
                run("10", "<w:strike/>")
                + run("20", "<w:dstrike/>")
                + run("5 mg")
                + run("a", '<w:vertAlign w:val="superscript"/>')
                + ruby,
                said=inserted,
            )
            + table(["a", "b", "c"]).replace("<w:tc>", f"{wide}<w:tc>", 1)
        )
    )
    assert page.blocks[0].text == "5 mga漢(kan)"
    assert [(one.what, one.words) for one in page.left_out] == [
        ("struck out", "10"),
        ("struck out", "20"),
    ]
    assert [one.message.partition(":")[0] for one in page.doubts] == [
        "1 raised or lowered word",
        "1 spanning cell",
        "1 formatting change",
    ]


def test_comments_notes_headers_hidden_words_and_boxes_are_told() -> None:
    box = f"<w:pict><w:txbxContent>{paragraph('In a box.')}</w:txbxContent></w:pict>"
    page = read_word(
        document(
            paragraph(
                run("Wash")
                + '<w:r><w:footnoteReference w:id="2"/></w:r>'
                + run("secret", "<w:vanish/>")
                + run("2", '<w:vertAlign w:val="superscript"/>')
                + f"<w:r>{box}</w:r>"
            ),
            comments_xml=f'<w:comments {W}><w:comment w:id="1" w:author="Ed">'
            f"{paragraph('Really?')}</w:comment></w:comments>",
            footnotes_xml=f'<w:footnotes {W}><w:footnote w:id="2">{paragraph("With soap.")}'
            "</w:footnote></w:footnotes>",
            header1_xml=f"<w:hdr {W}>{paragraph('Example Hospitals')}</w:hdr>",
        )
    )
    assert shown(page) == ["paragraph Wash¹²", "paragraph In a box.", "item 1 1. With soap."]
    assert [(one.what, one.words) for one in page.left_out] == [
        ("hidden", "secret"),
        ("comment by Ed", "Really?"),
        ("header of the sheets", "Example Hospitals"),
    ]


def test_without_any_heading_a_short_line_in_bold_is_one_and_that_is_told() -> None:
    bold = "<w:b/>"
    page = read_word(
        document(
            paragraph(run("Gout", bold))
            + paragraph("It hurts.")
            + paragraph(run("Causes", bold))
            + paragraph(run("Do not stop.", bold))
        )
    )
    assert page.title == "Gout"
    assert shown(page) == ["paragraph It hurts.", "heading 3 Causes", "paragraph Do not stop."]
    assert page.doubts[-1].message == "No heading has a style: 2 lines in bold taken for one."


# --- the law -------------------------------------------------------------------------------------

_RUNS = st.sampled_from(
    [
        run("{}"),
        run("{}", "<w:b/>") + run(" "),
        run("{} ", "<w:vanish/>"),
        f'<w:ins w:author="A">{run("{} ")}</w:ins>',
        f'<w:del w:author="A">{run("{} ").replace("w:t", "w:delText")}</w:del>',
        f"<w:moveTo>{run('{} ')}</w:moveTo>",
        f"<w:hyperlink>{run('{} ')}</w:hyperlink>",
        f"<w:sdt><w:sdtPr/><w:sdtContent>{run('{} ')}</w:sdtContent></w:sdt>",
        f"<w:smartTag>{run('{}')}</w:smartTag>",
        "<w:r><w:instrText>PAGE</w:instrText><w:t>{}</w:t><w:br/><w:t>{}</w:t><w:tab/></w:r>",
        f"<w:r><w:drawing><w:txbxContent>{paragraph('{}')}</w:txbxContent></w:drawing></w:r>",
        f"<w:ins><w:del>{run('{} ')}</w:del></w:ins>",
        run("{}", '<w:vertAlign w:val="superscript"/>') + run(" "),
    ]
)
_PARAGRAPHS = st.lists(_RUNS, min_size=1, max_size=4).map("".join)
_BLOCKS = st.one_of(
    st.builds(paragraph, _PARAGRAPHS, st.sampled_from(["", "T", "H1", "H2", "L", "gone"])),
    st.builds(item, _PARAGRAPHS, st.integers(0, 3), st.integers(0, 2)),
    st.builds(lambda one, two: table([one, two], [two]), _PARAGRAPHS, _PARAGRAPHS),
    st.builds(lambda one: table([one], [one]), _PARAGRAPHS),
    st.builds(lambda one: f"<w:sdt><w:sdtContent>{paragraph(one)}</w:sdtContent></w:sdt>", _RUNS),
    st.builds(lambda one: f"<w:ins>{paragraph(one)}</w:ins>", _RUNS),
)


@settings(max_examples=examples(100))
@given(st.lists(_BLOCKS, min_size=1, max_size=8).map("".join), st.booleans())
def test_each_word_of_a_word_document_comes_back_once(body: str, accept: bool) -> None:
    for number in range(body.count("{}")):
        body = body.replace("{}", f"wx{number}z", 1)
    page = read_word(document(body), accept=accept)
    said = [page.title, *(f"{one.label} {one.text}" for one in page.blocks)]
    found = re.findall(r"wx\d+z", " ".join([*said, *(one.words for one in page.left_out)]))
    assert sorted(found) == sorted(re.findall(r"wx\d+z", body))


# --- files that are no page ----------------------------------------------------------------------

BODY = f"<w:document {W}><w:body>{paragraph('Tea.')}</w:body></w:document>".encode()
BOMB = zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b" " * 25_000_001})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(document(paragraph("Tea."))[:-30], "is harmed, or half a file", id="half"),
        pytest.param(BOMB, "unpacks to more than 25,000,000 bytes", id="a zip bomb"),
        pytest.param(
            document(paragraph("Tea."), **{"vbaProject.bin": ""}), "has macros", id="macros"
        ),
        pytest.param(
            zipped(
                {
                    "[Content_Types].xml": TYPES.format(
                        PLAIN.replace("openxmlformats-officedocument.wordprocessingml", "a")
                        + "macroEnabled"
                    ).encode(),
                    "word/document.xml": BODY,
                }
            ),
            "has macros",
            id="macros by type",
        ),
        pytest.param(
            zipped(
                {
                    "word/document.xml": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
                    + BODY
                }
            ),
            "has a document type, which may define entities",
            id="external entities",
        ),
        pytest.param(zipped({"word/a.xml": b""}), "has no text of a Word document", id="no text"),
        pytest.param(zipped({"word/document.xml": b"<w:document"}), "is no XML", id="half a part"),
        pytest.param(
            zipped({"word/document.xml": b"<a>" * 300 + b"</a>" * 300}), "deep", id="too deep"
        ),
        pytest.param(
            b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
            "is locked with a password",
            id="a password",
        ),
        pytest.param(
            b"\xd0\xcf\x11\xe0\x00", "is a document of an older Office, though", id="older"
        ),
        pytest.param(zipped({"xl/a.xml": b""}), "is a workbook, though its name", id="a workbook"),
        pytest.param(b"<html><body>a</body></html>", "is a web page (HTML), though", id="HTML"),
        pytest.param(b"It is hot.", "is no .docx file", id="text"),
        pytest.param(document(""), "holds no words of a page", id="empty"),
    ],
)
def test_a_file_that_is_no_sound_word_document_is_one_error(
    tmp_path: Path, data: bytes, said: str
) -> None:
    path = tmp_path / "page.docx"
    path.write_bytes(data)
    with pytest.raises(UnreadablePage) as refused:
        read_supplied(path)
    assert said in refused.value.message
    assert refused.value.hint


def test_a_file_of_200_mb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    for name in ("page.docx", "page.html", "page.md", "page.txt"):
        path = tmp_path / name
        with path.open("wb") as file:
            file.truncate(200_000_000)
        with pytest.raises(UnreadablePage, match="has 200,000,000 bytes, more than"):
            read_supplied(path)


def test_a_single_heading_of_the_first_level_is_the_title_and_the_others_follow_it() -> None:
    body = paragraph("Tea", "H1") + paragraph("Uses", "H2") + paragraph("It is hot.")
    page = read_word(document(body))
    assert (page.title, [(one.form, one.level) for one in page.blocks]) == (
        "Tea",
        [("heading", 2), ("paragraph", 0)],
    )
