"""A redline: accepting all of it is the new wording, rejecting all of it the old."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ketcontent import redline
from ketcontent.redlines import Piece

WORDS = st.sampled_from(
    [
        "It",
        "may",
        "help.",
        "“helps”",
        " ",
        "  ",
        "\n",
        "<b>",
        "&amp;",
        "isn’t",
        "10:30",
        "效。",
        "\u0301",
    ]
)
WORDINGS = st.one_of(st.text(), st.lists(WORDS).map(" ".join), st.lists(WORDS).map("".join))


class Elements(HTMLParser):
    """Collects elements with their attributes, and text by the element it stands in."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.starts: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.texts: list[tuple[str, str]] = []
        self.other: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.starts.append((tag, attrs))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_decl(self, decl: str) -> None:
        self.other.append(decl)

    def handle_pi(self, data: str) -> None:
        self.other.append(data)

    def text_without(self, tag: str) -> str:
        return "".join(text for inside, text in self.texts if inside != tag)


@given(WORDINGS, WORDINGS)
@example("", "new")
@example("old", "")
@example("a  b", "a b ")
def test_accepted_is_the_new_wording_and_rejected_the_old(old: str, new: str) -> None:
    line = redline(old, new)
    assert line.accepted() == new
    assert line.rejected() == old


@given(WORDINGS, WORDINGS)
def test_a_redline_is_changed_when_the_wordings_differ(old: str, new: str) -> None:
    assert redline(old, new).changed == (old != new)


@given(WORDINGS)
def test_a_wording_has_no_change_from_itself(text: str) -> None:
    assert redline(text, text).pieces == ((Piece("kept", text),) if text else ())


@given(WORDINGS, WORDINGS)
@example("<script>alert(1)</script>", '<img src="x" onerror="y"> & more')
@example("a", "</ins><b>a</b>")
def test_its_html_is_text_with_deletions_and_insertions_alone(old: str, new: str) -> None:
    # A parser of HTML reads line ends and the null character in its own way.
    old, new = (text.replace("\r", " ").replace("\0", " ") for text in (old, new))
    drawn = Elements(redline(old, new).to_html())
    assert drawn.other == []
    assert all(tag in ("del", "ins") and not attributes for tag, attributes in drawn.starts)
    assert drawn.text_without("del") == new
    assert drawn.text_without("ins") == old


def test_words_change_whole() -> None:
    assert str(redline("It isn’t safe.", "It isn’t known.")) == "It isn’t {--safe--}{++known++}."


def test_a_deletion_stands_before_the_insertion_in_its_place() -> None:
    pieces = redline("one two three", "one 2 three").pieces
    assert [piece.change for piece in pieces] == ["kept", "deleted", "inserted", "kept"]


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        pytest.param("", "New.", "{++New.++}", id="added"),
        pytest.param("Old.", "", "{--Old.--}", id="cut"),
        pytest.param("It helps.", "It may help.", "It {--helps--}{++may help++}.", id="reworded"),
        pytest.param("Same.", "Same.", "Same.", id="unchanged"),
    ],
)
def test_its_text_is_in_the_marks_of_criticmarkup(old: str, new: str, text: str) -> None:
    assert redline(old, new).to_text() == text


def test_a_notebook_is_given_both_forms() -> None:
    line = redline("It helps.", "It may help.")
    assert line._repr_mimebundle_() == {
        "text/plain": "It {--helps--}{++may help++}.",
        "text/html": "It <del>helps</del><ins>may help</ins>.",
    }
