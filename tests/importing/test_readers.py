"""Web pages and Markdown are read as a person reads them, and no word of theirs is lost."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketcontent import assemble, import_page
from ketcontent.errors import KetcontentError, UnreadablePage
from ketcontent.importing.html_reader import read_html
from ketcontent.importing.markdown_reader import read_markdown
from ketcontent.importing.outline import look
from ketcontent.importing.readers import corrected, key_of_name, read_supplied
from ketcontent.importing.supplied_page import SuppliedPage, with_form
from ketcontent.model.content import empty_content
from tests.laws import examples

SAVED = Path(__file__).parent / "saved"
PAGES = sorted(path.name for path in SAVED.iterdir() if path.suffix != ".look")

# --- pages in the shapes of real ones ----------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_a_saved_page_is_read_as_its_golden_file_shows(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(SAVED)
    assert look(read_supplied(name), blocks=True) + "\n" == Path(f"{name}.look").read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_each_word_of_a_saved_page_stands_in_the_rows_or_among_what_was_left_out(
    name: str,
) -> None:
    file = read_supplied(SAVED / name)
    content = import_page(empty_content(), file.page, document="page")
    shown = assemble(content, "page", edition="supplied").to_text()
    found = Counter(
        re.findall(r"\w+", " ".join([shown, *(one.words for one in file.page.left_out)]))
    )
    page = file.page
    read = " ".join([page.title, *(f"{one.label} {one.text}" for one in page.blocks)])
    assert not Counter(re.findall(r"\w+", read)) - found
    whole = read_supplied(SAVED / name, whole=True).page
    everything = " ".join([whole.title, *(f"{one.label} {one.text}" for one in whole.blocks)])
    assert not Counter(re.findall(r"\w+", everything)) - found


# --- the law -------------------------------------------------------------------------------------

_INLINE = st.sampled_from(
    ["{}", "<b>{}</b>", "<a href='/x'>{}</a>", "<em>{}</em> ", "{}<br>", "<i>{}:</i>"]
)
_HOLDERS = st.sampled_from(
    [
        "<p>{}</p>",
        "<p>{}",
        "<div>{}</div>",
        "<div class='warning'>{}</div>",
        "<div class='share'>{}</div>",
        "<aside>{}</aside>",
        "<section id='social-care'>{}</section>",
        "<ul><li>{}</ul>",
        "<ol start=2><li>{}<li>{}</ol>",
        "<dl><dt>{}<dd>{}</dl>",
        "<dl><dd>{}<dt>{}</dl>",
        "<table><tr><th>{}<td>{}<tr><td>{}</table>",
        "<table><caption>{}</caption><tr><td>{}</table>",
        "<h2>{}</h2>{}",
        "<h1>{}</h1>",
        "<h3><button>{}</button></h3>",
        "<details><summary>{}</summary>{}</details>",
        "<figure>{}<figcaption>{}</figcaption></figure>",
        "<nav>{}</nav>",
        "<form>{}<label>{}</label></form>",
        "<p hidden>{}</p>",
        "<blockquote>{}</blockquote>",
        "<pre>{}\n{}</pre>",
        "<main>{}</main>",
        "<article>{}</article>",
        "<footer>{}</footer>",
        "<header>{}</header>",
        "<p class=MsoListParagraph>{}</p>",
        "{}<sup>1</sup>",
        "<font>{}</p></font>",
    ]
)


def filled(shapes: list[str], draw: st.DrawFn) -> str:
    """Put the shapes into each other, and words that occur once in what is left open."""
    html = "{}"
    for shape in shapes:
        html = html.replace("{}", shape, 1) if draw(st.booleans()) else html + shape
    count = html.count("{}")
    words = [draw(_INLINE).format(f"wx{number}z") for number in range(count)]
    for word in words:
        html = html.replace("{}", f" {word} ", 1)
    return html


@st.composite
def html_pages(draw: st.DrawFn) -> str:
    return filled(draw(st.lists(_HOLDERS, min_size=1, max_size=12)), draw)


def words_of(page: SuppliedPage) -> list[str]:
    said = [page.title, *(f"{one.label} {one.text}" for one in page.blocks)]
    return re.findall(r"wx\d+z", " ".join([*said, *(one.words for one in page.left_out)]))


@settings(max_examples=examples(150))
@given(html_pages(), st.booleans())
def test_each_word_of_a_web_page_comes_back_once(html: str, whole: bool) -> None:
    page = read_html(html, whole=whole)
    assert sorted(words_of(page)) == sorted(re.findall(r"wx\d+z", html))


@settings(max_examples=examples(60))
@given(html_pages())
def test_what_is_read_of_a_web_page_becomes_rows_word_by_word(html: str) -> None:
    page = read_html(html, whole=True)
    content = import_page(empty_content(), page, document="page")
    shown = assemble(content, "page", edition="supplied").to_text()
    assert sorted(re.findall(r"wx\d+z", shown)) == sorted(re.findall(r"wx\d+z", html))


_LINES = st.sampled_from(
    [
        "# {}",
        "## {}",
        "{}\n---",
        "{} **{}** {}",
        "- {}\n- {}\n  - {}",
        "1. {}\n\n   {}",
        "> {}",
        "    {}",
        "```\n{}\n```",
        "| {} | {} |\n|---|---|\n| {} | {} |",
        "<div class='share'>{}</div>",
        "{}<br>{}",
        "[{}](https://example.org)",
        "![{}](a.png)",
        "~~{}~~",
        "{}\\\n{}",
        "- [ ] {}",
        "[^1]: {}",
        "***",
        "<!-- a remark -->",
    ]
)


@settings(max_examples=examples(100))
@given(st.lists(_LINES, min_size=1, max_size=10), st.sampled_from(["\n", "\r\n", "\r"]))
def test_each_word_of_a_text_in_markdown_comes_back_once(parts: list[str], end: str) -> None:
    text = "\n\n".join(parts)
    for number in range(text.count("{}")):
        text = text.replace("{}", f"wx{number}z", 1)
    page = read_markdown(text.replace("\n", end))
    assert sorted(words_of(page)) == sorted(re.findall(r"wx\d+z", text))


# --- what must not happen to a word ------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("Wash your hands<sup>1</sup>", "Wash your hands¹", id="a reference"),
        pytest.param("10<sup>-9</sup> M", "10⁻⁹ M", id="a power"),
        pytest.param("CO<sub>2</sub>", "CO₂", id="lowered"),
        pytest.param("10<span style='vertical-align: super'>3</span>", "10³", id="by its style"),
        pytest.param("the 1<sup>st</sup> day", "the 1st day", id="letters"),
        pytest.param("one<br>two", "one\ntwo", id="a line"),
        pytest.param("One.<br>Two.", "One. Two.", id="a line behind a sentence"),
        pytest.param("a&nbsp;b &lt;c&gt; &amp;amp;", "a\u00a0b <c> &amp;", id="entities"),
        pytest.param("a<![if x]>b<?c?>", "ab", id="a condition of Word"),
        pytest.param("1 < 2<3", "1 < 2<3", id="less than"),
        pytest.param("Take <s>10</s><del>20</del>5 mg", "Take 5 mg", id="struck out"),
        pytest.param(
            "A <span style='text-decoration: line-through red'>b</span>c",
            "A c",
            id="struck by style",
        ),
        pytest.param("5<sup>1/2</sup> mg", "5¹/² mg", id="a raised fraction"),
        pytest.param("He said <q>never</q>.", "He said “never”.", id="a quotation"),
        pytest.param(
            "5<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math> mg", "5 1/2 mg", id="a fraction"
        ),
        pytest.param(
            "<math><mn>5</mn><msup><mn>10</mn><mn>6</mn></msup></math>", "5 10⁶", id="a formula"
        ),
        pytest.param(
            "<math><semantics><msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt><annotation>y"
            "</annotation></semantics></math>",
            "√(x+1)",
            id="a root",
        ),
        pytest.param(
            "<b><template shadowrootmode=open>Never</template></b> inject",
            "Never inject",
            id="the inside of an element",
        ),
        pytest.param("<template>Never</template>Tea", "Tea", id="a template"),
    ],
)
def test_words_of_a_paragraph_are_as_a_browser_shows_them(html: str, text: str) -> None:
    [block] = read_html(f"<p>{html}</p>").blocks
    assert block.text == text


def test_links_and_emphasis_are_kept_with_their_places() -> None:
    [block] = read_html("<p> A <b>hot</b> cup <a href='/tea'>of tea</a>").blocks
    assert [(one.kind, block.text[one.start : one.end], one.target) for one in block.marks] == [
        ("strong", "hot", ""),
        ("link", "of tea", "/tea"),
    ]


def test_how_words_look_is_not_kept_and_that_is_told() -> None:
    page = read_html(
        "<h1>Tea</h1><p>It <b>may</b> <i></i>help.<table><tr><td><em>A</em><td>B</table>"
    )
    assert [(one.about, one.message[:12]) for one in page.doubts] == [("marks", "2 bold or sl")]


def test_an_item_has_the_label_that_it_has_in_plain_text() -> None:
    page = read_html("<ul><li>Form: tablets<li><b>How it works:</b> well<li>You may ask: why</ul>")
    assert [(one.label, one.text) for one in page.blocks] == [
        ("Form", "tablets"),
        ("How it works", "well"),
        ("", "You may ask: why"),
    ]


FOLDED = """<main><h1>Gout</h1><p>Gout is a kind of arthritis that comes in attacks.</p>
<h2><button aria-controls="a">Causes</button></h2><div id="a" hidden><p>Too much meat.</p></div>
<div id="b" hidden><p>Nobody opens this.</p></div></main>"""


def test_what_a_reader_can_open_is_of_the_page_and_what_is_only_hidden_is_not() -> None:
    page = read_html(FOLDED)
    assert [one.text for one in page.blocks][1:] == ["Causes", "Too much meat."]
    assert [(one.what, one.words) for one in page.left_out] == [("hidden", "Nobody opens this.")]
    assert page.doubts[0].message == "1 hidden part that a reader can open: read."


# --- files that are no page ----------------------------------------------------------------------

PAGE = "<!doctype html><html><body><main><h1>Tea</h1><p>It is hot.</p></main></body></html>"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        pytest.param(
            "page.html", PAGE[:-25].encode(), "breaks off inside of <main>", id="half a page"
        ),
        pytest.param("page.html", PAGE[:43].encode(), "breaks off inside a tag", id="half a tag"),
        pytest.param(
            "page.html",
            b"<p>Tea</p><script>var a",
            "breaks off inside a script",
            id="half a script",
        ),
        pytest.param("page.html", b"<p>Caf\xe9</p>", "is not UTF-8: byte 6 is 0xe9", id="no UTF-8"),
        pytest.param(
            "page.html", b"<meta charset=klingon><p>Tea", "written in 'klingon'", id="no encoding"
        ),
        pytest.param("page.html", b"%PDF-1.7", "is a PDF, though its name ends in .html", id="PDF"),
        pytest.param("page.md", b"\x89PNG", "is a picture, though its name ends in .md", id="PNG"),
        pytest.param(
            "page.md", PAGE.encode(), "is a web page (HTML), though its name", id="HTML as .md"
        ),
        pytest.param(
            "page.txt", PAGE.encode(), "is a web page (HTML), not plain text", id="HTML as .txt"
        ),
        pytest.param("page.html", b"<nav>Home</nav> ", "holds no words of a page", id="no words"),
        pytest.param(
            "page.xhtml",
            b'<?xml version="1.0"?>\n<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/hosts">]>\n'
            b"<html><body><p>It is &a; hot.</p></body></html>",
            "has a document type that defines entities",
            id="entities",
        ),
        pytest.param(
            "page.md",
            b">" * 5000 + b" Tea",
            "is nested too deeply to be read",
            id="5000 quotations",
        ),
        pytest.param(
            "page.html",
            "<p>A\u202eB</p>".encode(),
            "holds U+202E RIGHT-TO-LEFT OVERRIDE in line 1",
            id="hidden",
        ),
        pytest.param("page.md", b"a\x00b", "is not text", id="a null"),
        *(
            pytest.param(
                "page.html",
                f"<meta charset={name}><p>+AGE-".encode(),
                f"written in '{name}', which is not known",
                id=name,
            )
            for name in ("hex", "utf-7", "unicode_escape")
        ),
        pytest.param(
            "page.mht",
            b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=a\n\n--a\n"
            b"Content-Type: text/html\n\n<p>Tea",
            "is half a web archive",
            id="half an archive",
        ),
    ],
)
def test_a_file_that_cannot_be_read_in_full_is_one_error(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UnreadablePage) as refused:
        read_supplied(path)
    assert said in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize(
    "html",
    [
        "<!doctype html><html><body><h1>Tea</h1><p>It is <b>hot</b>.<ul><li>Green</ul><p>Black",
        "<body><!-- <div> --><script>'<main>'</script><h1>Tea</h1><p>Hot.<dl><dt>Green<dd>Tea</dl>",
        "<body class='a'><h1>Tea</h1><table><tr><th>A<td>B</table><p>It is<br/>hot.<i/>",
    ],
)
def test_a_page_without_the_ends_that_html_lets_be_left_out_is_whole(
    tmp_path: Path, html: str
) -> None:
    page = tmp_path / "page.html"
    page.write_text(html, "utf-8")
    assert read_supplied(page).page.title == "Tea"


def test_sentences_with_no_space_between_them_are_told(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Tea\n\nDrink it hot.Then rest. See www.Example.org, Node.js, a.Bc.\n", "utf-8")
    told = "No space stands between two sentences, read as two: hot.Then"
    assert [(one.where, one.message) for one in read_supplied(page).page.doubts] == [
        ("line 3", told)
    ]


def test_a_web_archive_holds_a_page(tmp_path: Path) -> None:
    path = tmp_path / "page.mhtml"
    path.write_bytes(
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=a\r\n\r\n--a\r\n"
        b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable"
        b"\r\n\r\n<h1>Caf=C3=A9</h1><p>It is =\r\nhot.\r\n--a--\r\n"
    )
    page = read_supplied(path).page
    assert (page.title, [one.text for one in page.blocks]) == ("Café", ["It is hot."])


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "page.txt")
    with pytest.raises(UnreadablePage, match="cannot be read: it is no file"):
        read_supplied(tmp_path / "page.txt")


def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.txt"
    path.write_text("Tea\n\nIt is hot.\n", "utf-8")

    def read_while_it_is_written(place: Path) -> bytes:
        with place.open("ab") as file:
            file.write(b"Drink it.\n")
        return b"Tea\n\nIt is hot.\n"

    monkeypatch.setattr(Path, "read_bytes", read_while_it_is_written)
    with pytest.raises(UnreadablePage, match="changed while it was read"):
        read_supplied(path)


def test_no_word_of_markdown_is_lost_however_deep_it_stands() -> None:
    lists = "\n".join(f"{'  ' * depth}- deep{depth}" for depth in range(40))
    page = read_markdown(f"{lists}\n\n{'> ' * 60}quoted\n\nafter\n")
    words = [block.text for block in page.blocks]
    assert words == [*(f"deep{depth}" for depth in range(40)), "quoted", "after"]


def test_the_frames_of_a_web_archive_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "page.mhtml"
    parts = "".join(f"--a\nContent-Type: text/html\n\n<p>{one}</p>\n" for one in ("Tea", "Hot"))
    path.write_text(f"Content-Type: multipart/related; boundary=a\n\n{parts}--a--\n")
    page = read_supplied(path).page
    assert [one.text for one in page.blocks] == ["Tea"]
    assert [(one.what, one.words) for one in page.left_out] == [("frame", "Hot")]


def test_the_declaration_of_xml_names_an_encoding(tmp_path: Path) -> None:
    path = tmp_path / "page.xhtml"
    path.write_bytes(
        b"<?xml version='1.0' encoding='ISO-8859-1'?><html><body>Caf\xe9</body></html>"
    )
    assert read_supplied(path).page.blocks[0].text == "Café"


@pytest.mark.parametrize(
    ("attributes", "numbers"),
    [
        ("", "1. 2. 3."),
        ("reversed", "3. 2. 1."),
        ("start=0", "0. 1. 2."),
        ("reversed start=9", "9. 8. 7."),
        ("style='list-style-type: upper-roman'", "I. II. III."),
        ("style='list-style: inside lower-alpha'", "a. b. c."),
        ("style='list-style: none'", ""),
    ],
)
def test_items_have_the_numbers_that_a_browser_shows(attributes: str, numbers: str) -> None:
    page = read_html(f"<ol {attributes}><li>hot<li>cold<li>old</ol>")
    assert " ".join(one.number for one in page.blocks).strip() == numbers


def test_what_a_page_shows_that_is_no_running_text_is_told() -> None:
    page = read_html(
        "<p>Take <s>10</s> 5 mg<sup>a</sup> <input value=now> <iframe src=x></iframe>"
        "<iframe srcdoc='<p>Inner'></iframe></p><table><tr><td rowspan=2>A<td>B<tr><td>C</table>"
        "<p><math><mi>x</mi></math>",
        whole=True,
    )
    assert [(one.what, one.words) for one in page.left_out] == [
        ("struck out", "10"),
        ("form", "now"),
        ("frame", "Inner"),
    ]
    told = " ".join(one.message for one in page.doubts)
    for said in ("1 raised or lowered word:", "1 formula:", "1 spanning cell:", "1 frame:"):
        assert said in told


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            "<thead><tr><th rowspan=2>Drug<th>Dose</thead><tbody><tr><td>A<td>5 mg</tbody>",
            ["Drug | Dose", "A | 5 mg"],
        ),
        (
            "<tr><td rowspan=0>A<td>oral<td>5 mg<tr><td>nasal<td>6 mg</tr>"
            "<tbody><tr><td>B<td>oral<td>7 mg",
            ["A | oral | 5 mg", "| nasal | 6 mg", "B | oral | 7 mg"],
        ),
    ],
)
def test_a_cell_spans_the_rows_of_its_group_alone(rows: str, expected: list[str]) -> None:
    """As in a browser: one column further, a dose stands under another header."""
    page = read_html(f"<table>{rows}</table>", whole=True)
    assert [one.text for one in page.blocks] == expected


def test_the_numbers_of_a_list_in_a_cell_stay_and_its_lines_are_told() -> None:
    page = read_html(
        "<table><tr><td>A<td><ol start=3><li>one tablet<li>two</ol><tr><td>B<td>5<br>10 mg"
        "<tr><td>C<td><p style='mso-list:l0'><span style='mso-list:Ignore'>2.</span>three</table>",
        whole=True,
    )
    assert [one.text for one in page.blocks] == [
        "A | 3. one tablet 4. two",
        "B | 5 10 mg",
        "C | 2. three",
    ]
    assert any(one.message.startswith("2 many-line cells:") for one in page.doubts)


@pytest.mark.parametrize(("cell", "told"), [("th", True), ("td", False)])
def test_a_table_that_loses_its_rows_is_told_and_a_layout_is_not(cell: str, told: bool) -> None:
    inner = "<table><tr><th>c<th>d<tr><td>1<td>2</table>"
    page = read_html(f"<table><tr><{cell}>a<td>b<tr><td>x<td>{inner}</table>", whole=True)
    assert any("read cell by cell" in one.message for one in page.doubts) == told
    assert [one.text for one in page.blocks][-2:] == ["c | d", "1 | 2"]


@pytest.mark.parametrize(
    "html",
    [
        "<tfoot><tr><td>C<td>3</tfoot><tbody><tr><td>B<td>2</tbody><thead><tr><th>A<th>1</thead>",
        "<thead><tr><th>A<th>1</thead><tfoot><tr><td>C<td>3</tfoot><tbody><tr><td>B<td>2</tbody>",
    ],
)
def test_the_parts_of_a_table_stand_as_a_browser_shows_them(html: str) -> None:
    page = read_html(f"<h1>Tea</h1><table>{html}<caption>Sum</caption></table>")
    assert [(block.form, block.text) for block in page.blocks] == [
        ("caption", "Sum"),
        ("header", "A | 1"),
        ("row", "B | 2"),
        ("row", "C | 3"),
    ]


@pytest.mark.parametrize("before", ["> ", "- ", "> 1. "])
def test_no_cell_of_a_table_within_something_is_said_to_be_left_out(before: str) -> None:
    inner = " " * len(before) if ">" not in before else ">" + " " * (len(before) - 1)
    page = read_markdown(f"{before}| a | b |\n{inner}|---|---|\n{inner}| 1 | 2 | 3 |\n")
    assert [(one.words, one.where) for one in page.left_out] == [("3", "line 3")]


def test_what_markdown_does_not_show_is_listed() -> None:
    page = read_markdown("---\ntitle: >\n  Tea\n---\n\nTake ~~10~~ 5.\n\n|a|b|\n|-|-|\n|1|2|3|\n")
    assert page.title == ""
    assert [(one.what, one.words) for one in page.left_out[1:]] == [
        ("struck out", "10"),
        ("cell beyond the last column", "3"),
    ]


# --- putting a reading right -------------------------------------------------------------------


def test_a_wrong_reading_is_put_right_before_rows_exist() -> None:
    page = read_html("<h1>Tea</h1><h2>Not a heading</h2><p>Uses</p><ul><li><b>Hot:</b> cup</ul>")
    page = with_form(with_form(with_form(page, 1, "paragraph"), 2, "heading"), 3, "paragraph")
    content = import_page(empty_content(), page, document="tea")
    assert assemble(content, "tea", edition="supplied").to_text() == (
        "Tea\nNot a heading\nUses\nHot: cup"
    )
    assert content.sections["supplied_heading"].tolist() == ["", "Uses"]


def test_several_blocks_and_the_lines_of_one_become_a_list_by_one_correction() -> None:
    file = read_supplied(SAVED / "page.md")
    page = read_html("<p>You need:<p>a pen<br>a cup<p>a bag<p>The end.")
    listed = corrected(replace(file, page=page), ["4=notice", "2-3=item"]).page
    assert [(one.form, one.text) for one in listed.blocks] == [
        ("paragraph", "You need:"),
        ("item", "a pen"),
        ("item", "a cup"),
        ("item", "a bag"),
        ("notice", "The end."),
    ]


@pytest.mark.parametrize(
    "said",
    ["1", "1-=item", "x=item", "1=paragraph-2", "=item", "99=item", "1=item-7", "0-1=title"],
)
def test_a_correction_that_names_no_block_or_no_form_is_an_error(said: str) -> None:
    with pytest.raises(KetcontentError) as refused:
        corrected(read_supplied(SAVED / "page.md"), [said])
    assert refused.value.hint


def test_title_level_and_depth_are_named_with_a_correction(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text("Home\n\nTea\nIt is hot.\n\n- Green\n- Black\n", "utf-8")
    file = read_supplied(path)
    page = corrected(file, ["1=title", "3=item-2", "2=heading-4"]).page
    assert (page.title, [(one.text, one.level, one.depth) for one in page.blocks]) == (
        "Tea",
        [("Home", 1, 0), ("It is hot.", 4, 0), ("Green", 0, 2), ("Black", 0, 1)],
    )
    page = corrected(file, ["0=paragraph"]).page
    assert (page.title, page.blocks[0].form, page.blocks[0].text) == ("", "paragraph", "Home")


def test_a_file_without_a_name_for_its_page_has_no_key() -> None:
    assert key_of_name("Über uns!.html") == "uber-uns"
    assert key_of_name("注意.html") == ""
