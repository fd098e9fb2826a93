"""What is copied from Word, Google Docs and web pages becomes sentences in the marks of a cell."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketcontent.importing.copied import read_copied
from ketcontent.importing.html_reader import read_html, selected
from ketcontent.importing.readers import pasted_file
from ketcontent.markup import inline_plain, markup_cells

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns="http://www.w3.org/TR/REC-html40"><head><meta name=ProgId content=Word.Document>
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
<style><!-- p.MsoNormal {margin:0cm; font-family:"Calibri"} --></style></head>
<body lang=EN-GB style='tab-interval:36.0pt'><!--StartFragment-->
<h2 style='mso-list:l1 level1 lfo2'><![if !supportLists]><span style='mso-list:Ignore'>2.<span
style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]>Side
effects<o:p></o:p></h2>
<p class=MsoNormal>Some people feel <b style='mso-bidi-font-weight:normal'>very tired</b> for a
day<span style='mso-spacerun:yes'>&nbsp; </span>or two. Call <st1:place w:st="on">the
ward</st1:place> <i>at once</i>, see <a href="https://example.org/a b(c)">the
leaflet</a>.<sup>1</sup><o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span
style='mso-list:Ignore'>·<span>&nbsp; </span></span></span><![endif]><b>Nausea:</b>
it passes.<o:p></o:p></p>
<p class=MsoNormal style='mso-list:l0 level2 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>o<span>&nbsp;</span></span><![endif]>Dizzi&shy;ness</p>
<p class=MsoNormal>Take <span class=msoDel><del cite="mailto:A%20B">two</del></span><span
class=msoIns><ins cite="mailto:A%20B">no</ins></span> more<span class=MsoCommentReference><a
class=msocomanchor href="#_msocom_1">[AB1]</a></span>.<span style='mso-hide:all'>Draft</span></p>
<div style='mso-element:comment-list'><p class=MsoCommentText>Is this so?</p></div>
<!--EndFragment--></body></html>"""

_RUN = "font-size:11pt;font-family:Arial;font-style:normal;white-space:pre-wrap;font-weight:"
DOCS = (
    '<meta charset=\'utf-8\'><b style="font-weight:normal;" id="docs-internal-guid-1">'
    f'<p dir="ltr" style="line-height:1.38;"><span style="{_RUN}400">It </span>'
    f'<span style="{_RUN}700">may</span><span style="font-weight:700;font-style:italic">'
    " help</span><span> some people. H</span>"
    '<span style="font-size:0.6em;vertical-align:sub;">2</span>'
    '<span>O is </span><a href="https://example.org/x"><span>water</span></a>'
    '<span style="text-decoration:line-through;">gone</span><span>.</span></p>'
    '<ol style="margin-top:0;"><li dir="ltr" style="font-weight:400" aria-level="1">'
    '<p dir="ltr" role="presentation"><span>One</span></p></li></ol></b>'
    '<br class="Apple-interchange-newline">'
)


def texts(html: str, text: str = "") -> list[str]:
    return [one.text for one in read_copied(html, text, "en").sentences]


def test_a_paste_from_word_keeps_what_a_cell_holds_and_tells_the_rest() -> None:
    copied = read_copied(WORD, "", "en")
    assert [(one.form, one.block, one.label, one.text) for one in copied.sentences] == [
        ("paragraph", 2, "2. Side effects", "Some people feel **very tired** for a day or two."),
        (
            "paragraph",
            2,
            "",
            "Call the ward *at once*, see [the leaflet](https://example.org/a%20b%28c%29).¹",
        ),
        ("item", 3, "Nausea", "it passes."),
        ("item-2", 4, "", "Dizziness"),
        ("paragraph", 5, "", "Take no more."),
    ]
    told = "\n".join(copied.told)
    for said in [
        "1 no-break space became a space.",
        "1 soft hyphen taken out.",
        "Left out (struck out): two",
        "Left out (comment): [AB1]",
        "Left out (comment): Is this so?",
        "Left out (hidden): Draft",
        "A tracked insertion, taken as text: no",
        "1 heading, here the label of the sentence after it: Side effects",
        "1 raised or lowered figure: kept with its look",
    ]:
        assert said in told
    assert told.count("tracked insertion") == 1
    assert "stands in the file" not in told  # the link is kept, and what is bold


def test_a_paste_from_google_docs_is_bold_where_its_letters_are() -> None:
    copied = read_copied(DOCS, "", "en")
    assert [(one.form, one.label, one.text) for one in copied.sentences] == [
        ("paragraph", "", "It **may *help*** some people."),
        ("paragraph", "", "H₂O is [water](https://example.org/x)."),
        ("item", "1.", "One"),
    ]
    assert "Left out (struck out): gone" in copied.told


def test_a_table_that_is_pasted_stays_one_row_by_row() -> None:
    html = "<table><tr><th>Age<th>Cups<tr><td>Adults.<td>2 | 3<tr><td><b>Others</b><td>1</table>"
    copied = read_copied(html, "", "en")
    assert [(one.form, one.block, one.text) for one in copied.sentences] == [
        ("header", 1, "Age | Cups"),
        ("row", 2, r"Adults. | 2 \\| 3"),
        ("row", 3, "**Others** | 1"),
    ]


def test_the_cells_of_a_table_that_is_pasted_keep_their_marks_each_in_its_place() -> None:
    html = (
        "<table><tr><th>Age<th>How<th>See"
        "<tr><td rowspan=2> <b>Adults </b><br> only<td><i>a|b</i> \\ c<td>"
        "<a href='https://example.org/x'>here</a> <b>and</b> there"
        "<tr><td><b>d</b><td><script>x()</script><b>e</b></table>"
    )
    _, first, second = read_copied(html, "", "en").sentences
    assert markup_cells(first.text) == (
        "**Adults** only",
        r"*a\|b* \\ c",
        "[here](https://example.org/x) **and** there",
    )
    assert markup_cells(second.text) == ("", "**d**", "**e**")


def test_a_heading_that_is_pasted_is_the_label_of_what_comes_after_it() -> None:
    table = "<table><tr><th>A<th>B<tr><td>1<td>2</table>"
    html = f"<h2>Use</h2><p>It is hot. Wait.<h3>Risks</h3>{table}<h2>More"
    copied = read_copied(html, "", "en")
    assert [(one.form, one.label, one.text) for one in copied.sentences] == [
        ("paragraph", "Use", "It is hot."),
        ("paragraph", "", "Wait."),
        ("paragraph", "", "Risks"),  # a row has no label
        ("header", "", "A | B"),
        ("row", "", "1 | 2"),
        ("paragraph", "", "More"),
    ]
    assert "3 headings, here a label or a sentence: Use; Risks; More" in copied.told


def test_a_heading_before_an_item_with_a_label_stays_a_sentence() -> None:
    copied = read_copied("<h2>Use</h2><ul><li>Form: tablets</ul>", "", "en")
    assert [(one.form, one.label, one.text) for one in copied.sentences] == [
        ("paragraph", "", "Use"),
        ("item", "Form", "tablets"),
    ]


def test_nothing_of_a_paste_runs_or_leads_into_what_it_comes_from() -> None:
    html = (
        "<p onclick='x()'>Read <a href='javascript:x()'>this</a> and <a href='#_ftn1'>that</a>."
        "<script>alert(1)</script><img src='https://example.org/pixel.gif' alt='A cup'>"
    )
    copied = read_copied(html, "", "en")
    assert [one.text for one in copied.sentences] == ["Read this and that."]
    assert "2 links into the text that this comes from: the words are kept." in copied.told
    assert "Left out (picture): A cup" in copied.told


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("2 *times* 3 [@x]", "2 \\*times\\* 3 \\[@x\\]"),
        ("<b>a</b><b>b</b> c", "**ab** c"),
        ("<b>bold </b>words", "**bold** words"),
        ("w<i>o</i>rd", "w*o*rd"),
        ("<i>(x)</i>y", "(x)y"),  # no mark of CommonMark can end there
        ("<b>one <i>two</i></b>", "**one *two***"),
        ("<a href='https://example.org'><b>here</b></a>", "[**here**](https://example.org)"),
        ("a&nbsp;b\u200b\u202ec", "a bc"),
        ("x<sup>st</sup> y", "xst y"),
    ],
)
def test_marks_are_written_so_that_they_are_read_as_they_looked(html: str, text: str) -> None:
    assert texts(html) == [text]


def test_plain_words_are_cleaned_and_read_by_line_and_keep_their_marks() -> None:
    assert texts("", "*may*\u00a0help") == ["*may* help"]
    copied = read_copied("", "It is hot. Wait.\n- one\n- two", "en")
    assert [(one.form, one.text) for one in copied.sentences] == [
        ("paragraph", "It is hot."),
        ("paragraph", "Wait."),
        ("item", "one"),
        ("item", "two"),
    ]


_PIECES = st.sampled_from(
    [
        "<b>{}</b>",
        "<i>{}</i>",
        "<b><i>{}</i></b>",
        "<span style='font-weight:700'>{}</span>",
        "<a href='https://e.org/x'>{}</a>",
        "<sup>{}</sup>",
        "<p>{}</p>",
        "<li>{}",
        "{}",
        "{} ",
    ]
)
_WORDS = st.text("ab*_[]()`\\.! \u00a0\u00ad\u200d&<'\u05d0", min_size=1, max_size=6)


@given(st.lists(st.tuples(_PIECES, _WORDS), min_size=1, max_size=8))
def test_the_words_of_a_paste_are_those_that_a_browser_would_show(
    parts: list[tuple[str, str]],
) -> None:
    escaped = [
        form.format(words.replace("&", "&amp;").replace("<", "&lt;")) for form, words in parts
    ]
    html = "".join(escaped)
    page = read_html(selected(html))
    blocks = " ".join([page.title, *(f"{one.label} {one.text}" for one in page.blocks)])

    def letters(words: str) -> str:
        return re.sub(r"[\s\u00ad\u200d]", "", words)

    said = " ".join(
        f"{one.label} {inline_plain(one.text)}" for one in read_copied(html, "", "en").sentences
    )
    assert letters(said) == letters(blocks)


def test_a_selection_that_was_copied_is_a_page_as_far_as_it_goes() -> None:
    html = (
        "<div class='content'><h2>Use</h2><p>It is hot.</p></div><p>More below, in some words.</p>"
    )
    assert [one.where for one in read_html(html).left_out] == []
    file = pasted_file(f"{html}<nav>Home</nav>", "")
    assert [one.text for one in file.page.blocks][-1] == "More below, in some words."
    assert [one.what for one in file.page.left_out] == ["navigation"]
    assert str(pasted_file("", "Tea\n\nIt is hot.").path) == "pasted.txt"
    assert (
        str(pasted_file("", "# Tea\n\nIt **is** [hot](https://e.org).\n\n- a\n").path)
        == "pasted.md"
    )


def test_marks_in_the_cells_of_a_pasted_table_stay_in_their_cells() -> None:
    copied = read_copied(
        "<table><tr><th>Name</th><th></th><th>Use <i> now </i></th></tr><tr><td>a|b   <b>bold</b> x"
        "<td><td><p>one</p><p><b>two</b> <a href='https://x.example/a'>link</a></p></table>",
        "",
        "en",
    )
    assert [(one.form, one.text) for one in copied.sentences] == [
        ("header", "Name | | Use *now*"),
        ("row", r"a\\|b **bold** x | | one **two** [link](https://x.example/a)"),
    ]
