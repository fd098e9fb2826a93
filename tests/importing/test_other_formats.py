"""A file of another format is refused by name; plain text that holds a mark of one is not."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketcontent import import_page, read_page
from ketcontent.errors import UnreadablePage
from ketcontent.importing.other_formats import marked_up, other_format
from ketcontent.model.content import empty_content

PAGES = Path(__file__).parent / "pages"
SAVED = """\
<!-- saved -->
<!DOCTYPE html>
<html><head><title>Asthma</title><script>var a = "<p>";</script></head>
<body><p>It is common. Caf\u00e9.</p></body></html>
"""
MHTML = """\
From: <Saved by a browser>\r
Subject: Asthma\r
MIME-Version: 1.0\r
Content-Type: multipart/related;\r
\ttype="text/html"\r
\r
"""
MARKDOWN = "# Asthma\n\nIt is **common**.\n\n## Signs\n\n- Cough\n"


def zipped(*names: str) -> bytes:
    """Return the bytes of a zip file with members of those names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name in names:
            file.writestr(name, "a")
    return made.getvalue()


OPEN_DOCUMENT = zipped("mimetype").replace(
    b"mimetypea", b"mimetypeapplication/vnd.oasis.opendocument.text"
)


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        pytest.param("page.html", SAVED.encode(), "a web page (HTML)", id="HTML"),
        pytest.param("page", SAVED.encode(), "a web page (HTML)", id="HTML without an ending"),
        pytest.param("page.txt", SAVED.encode(), "a web page (HTML)", id="HTML named as text"),
        pytest.param(
            "page.txt", SAVED.encode("latin-1"), "a web page (HTML)", id="HTML in Latin-1"
        ),
        pytest.param("page.txt", SAVED.encode("utf-16"), "a web page (HTML)", id="HTML in UTF-16"),
        pytest.param(
            "page.txt", b"\xef\xbb\xbf" + SAVED.encode(), "a web page (HTML)", id="HTML with a mark"
        ),
        pytest.param("page.txt", MHTML.encode(), "a web page (HTML)", id="MHTML"),
        pytest.param("PAGE.HTM", b"Asthma\nIt is common.", "a web page (HTML)", id="by its name"),
        pytest.param("page.rtf", b"{\\rtf1\\ansi Asthma}", "rich text (RTF)", id="RTF"),
        pytest.param("page", b"{\\rtf1\\ansi Asthma}", "rich text (RTF)", id="RTF, no ending"),
        pytest.param("page.md", b"Asthma\nIt is common.", "Markdown", id="Markdown by its name"),
        pytest.param("page.docx", zipped("_rels", "word/a"), "a Word document", id="Word"),
        pytest.param("page.txt", zipped("_rels", "word/a"), "a Word document", id="Word as text"),
        pytest.param("page.odt", OPEN_DOCUMENT, "an OpenDocument text", id="OpenDocument"),
        pytest.param("page.xlsx", zipped("xl/a"), "a workbook", id="a workbook"),
        pytest.param("page.zip", zipped("page.txt"), "a zip archive", id="zip"),
        pytest.param(
            "page.doc", b"\xd0\xcf\x11\xe0\xa1", "a document of an older Office", id="old"
        ),
        pytest.param("page.txt", b"%PDF-1.7\n%\xe2\xe3", "a PDF", id="PDF"),
        pytest.param("page.jpg", b"\xff\xd8\xff\xe0\x00", "a picture", id="a scan"),
    ],
)
def test_a_file_of_another_format_is_refused_by_name(
    tmp_path: Path, name: str, data: bytes, what: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UnreadablePage) as refused:
        read_page(path)
    assert refused.value.message == f"{path} is {what}, not plain text."
    assert refused.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(
            "Asthma\n\n<p>It is common.</p>\n",
            "is a web page (HTML), not plain text: line 3 has '<p>'.",
            id="a piece of HTML",
        ),
        pytest.param(
            MARKDOWN, "is Markdown, not plain text: line 1 has '# Asthma'.", id="two kinds of marks"
        ),
        pytest.param(
            "Asthma\r\n\r\n## Signs\r\nCough.\r\n## Help\r\nCall.\r\n",
            "is Markdown, not plain text: line 3 has '## Signs'.",
            id="two lower headings",
        ),
        pytest.param(
            "See [the leaflet](https://example.org/a).\n\n| a | b |\n|---|---|\n",
            "is Markdown, not plain text: line 1 has '[the leaflet](https://example.org/a)'.",
            id="a link and a table",
        ),
    ],
)
def test_marks_are_named_with_the_line_where_they_stand(text: str, said: str) -> None:
    assert str(marked_up(text)) == said
    with pytest.raises(UnreadablePage) as refused:
        import_page(empty_content(), text, document="asthma")
    assert refused.value.message == f"The page for 'asthma' {said}"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("A peak flow <80% of your best, or FEV1 < 1.5 l, is low.", id="less than"),
        pytest.param("Write to <help@example.org> or see <https://example.org>.", id="addresses"),
        pytest.param("Dear <title> <name>, your appointment is on <date>.", id="a letter"),
        pytest.param("The 1<sup>st</sup> is <b>the</b> day, a<b and c>d.", id="marks of prose"),
        pytest.param("One line<br>and another.", id="one stray tag"),
        pytest.param("A <p> starts a text, and </p> ends it. " + "So it is. " * 70, id="prose"),
        pytest.param("# Asthma\nIt is common.", id="one heading of Markdown"),
        pytest.param("# 1 cause: smoke\n# 2 cause: dust\n# 3 cause: pollen", id="numbers"),
        pytest.param("#asthma #health\nIt is common.", id="hashtags"),
        pytest.param("* Cough\n* Wheeze\n  * At night\n- Both", id="a star list"),
        pytest.param("**WARNING**\nDo not *stop* it.\n**NOTE** Ask first.", id="stars"),
        pytest.param("2 * 3 * 4 and 2**3**4", id="sums"),
        pytest.param("Asthma\n======\nSigns\n-----\nCough.\n---\nThe end.", id="underlined"),
        pytest.param("Refs [1](2) and [a] (see b).\n|a|b|\n> quoted\n1. one", id="brackets"),
        pytest.param("Subject: asthma\nContent: text\nIt is common.", id="header lines"),
    ],
)
def test_plain_text_with_a_mark_in_it_is_plain_text(text: str) -> None:
    assert marked_up(text) is None
    assert other_format(text.encode(), ".txt") is None


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.txt")), ids=lambda path: str(path.stem))
def test_every_page_of_the_tests_is_plain_text(path: Path) -> None:
    assert other_format(path.read_bytes(), ".txt") is None


@given(st.text(st.characters(exclude_characters="<#*[{`~|", exclude_categories=["Cs"])))
def test_a_text_without_the_characters_of_marks_is_plain_text(text: str) -> None:
    headers = text.lower().startswith("content-type") or "multipart/related" in text.lower()
    assert marked_up(text) is None or headers


TAGS = st.sampled_from(["<p>", "</p>", "<div class='a'>", "<LI>", "<br />", "</h2>", "<td>"])
WORDS = st.lists(st.sampled_from(["asthma", "is", "common", "<", "5%", "."]), max_size=20)


@given(st.lists(st.tuples(WORDS, TAGS), min_size=2, max_size=9))
def test_tags_among_words_are_html(pieces: list[tuple[list[str], str]]) -> None:
    found: Any = marked_up(" ".join(" ".join([*words, tag]) for words, tag in pieces))
    assert found.name == "a web page (HTML)"


@pytest.mark.parametrize(
    "piece", ["<p ", "<", "[", "**a", "# ", "|-", "<!--", "a:\n", "a:\n b\n", "```", "---", "[a]("]
)
def test_a_long_text_of_half_marks_is_read_in_one_go(piece: str) -> None:
    assert marked_up("\n" + piece * 200_000) is None


CONFLICT = "Tea\n<<<<<<< HEAD\nIt is hot.\n=======\nIt is cold.\n>>>>>>> other\n"


@pytest.mark.parametrize("text", [CONFLICT, CONFLICT.replace("\n", "\r\n")])
def test_a_page_with_a_conflict_of_a_merge_in_it_is_refused(text: str) -> None:
    with pytest.raises(UnreadablePage) as refused:
        import_page(empty_content(), text, document="tea")
    assert refused.value.message == (
        "The page for 'tea' is a text with a conflict that a merge left in it, "
        "not plain text: line 2 has '<<<<<<< HEAD'."
    )
    assert refused.value.hint.startswith("Keep the lines that are right")


@pytest.mark.parametrize("text", ["Tea\n=======\nIt is hot.\n", "Tea\n>>>>>>> So said he.\nHot.\n"])
def test_a_line_under_a_heading_and_quoted_mail_are_no_conflict(text: str) -> None:
    assert marked_up(text) is None


def test_a_pointer_of_git_lfs_is_no_page() -> None:
    found = other_format(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", ".txt")
    assert str(found) == "is a pointer of Git LFS, not plain text."
