"""A redline: accepting all of it is the new wording, rejecting all of it the old."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError
from html.parser import HTMLParser

import pytest
import regex
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ketcontent import redline
from ketcontent.errors import UnknownName
from ketcontent.text.normalize import as_seen, unseen_spelled
from ketcontent.text.redlines import Piece, compare
from ketcontent.text.tokenizer import words

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
    """Collects elements with their attributes, and text by the elements it stands in."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.starts: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.other: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.starts.append((tag, attrs))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((tuple(self.open), data))

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_decl(self, decl: str) -> None:
        self.other.append(decl)

    def handle_pi(self, data: str) -> None:
        self.other.append(data)

    def text_without(self, *tags: str) -> str:
        return "".join(text for inside, text in self.texts if not {*inside} & {*tags})


@given(WORDINGS, WORDINGS)
@example("", "new")
@example("old", "")
@example("a  b", "a b ")
def test_accepted_is_the_new_wording_and_rejected_the_old(old: str, new: str) -> None:
    line = compare(old, new)
    assert line.accepted() == new
    assert line.rejected() == old


MARKS = re.compile(
    r"(?<!\\)\{--(?P<deleted>.*?)--\}|(?<!\\)\{\+\+(?P<inserted>.*?)\+\+\}", re.DOTALL
)


@given(WORDINGS, WORDINGS)
@example("It helps.", "It may help.")
@example("{--It--} helps.", "{++It++} ++} helps {>>a lot<<}")
@example("a}", "a{")
@example("a-", "a+")
def test_whoever_parses_its_criticmarkup_gets_both_wordings(old: str, new: str) -> None:
    assume("\\" not in old + new)  # a backslash may be an escape of the wording's own
    assume(unseen_spelled(old + new) == old + new)
    text = redline(old, new, style="criticmarkup")
    rejected = MARKS.sub(lambda found: found["deleted"] or "", text)
    accepted = MARKS.sub(lambda found: found["inserted"] or "", text)
    was, now = (re.sub(r"\\([{}])", r"\1", one) for one in (rejected, accepted))
    assert as_seen(was) == as_seen(old)
    assert now == new


def test_a_backslash_at_the_end_of_a_wording_escapes_no_mark() -> None:
    assert redline("a", "a\\", style="criticmarkup") == "a{++\\\\++}"


@given(WORDINGS, WORDINGS)
@example("cafe\u0301  au lait", "caf\u00e9 au lait")
def test_a_redline_is_changed_when_a_reader_can_tell_the_wordings_apart(old: str, new: str) -> None:
    assert compare(old, new).changed == (as_seen(old) != as_seen(new))


NOT_SEEN = [
    *("\u00ad", "\u034f", "\u115f", "\u180e", "\u200b", "\u200c", "\u200d", "\u2060", "\u2062"),
    *("\u206a", "\u3164", "\ufe0e", "\ufe0f", "\ufeff", "\uffa0", "\ufff9", "\ufffb"),
    *("\U000e0001", "\U000e0041", "\U000e0101"),
]


@pytest.mark.parametrize("unseen", NOT_SEEN, ids=lambda one: f"U+{ord(one):04X}")
@pytest.mark.parametrize("times", [1, 2, 20])
def test_what_no_reader_sees_is_no_change_and_is_kept(unseen: str, times: int) -> None:
    marked = f"It is{unseen * times} a treat{unseen * times}ment. {unseen * times}"
    for old, new in ((marked, "It is a treatment."), ("It is a treatment.", marked)):
        laid = compare(old, new)
        assert not laid.changed
        assert (laid.rejected(), laid.accepted()) == (old, new)
    laid = compare(marked, "It is a statement.")
    assert str(laid).startswith("It is a [-treat<U+")
    assert laid.rejected() == marked


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("5 \u00b5g", "5 \u03bcg", id="micro and mu"),
        pytest.param("off\u2010label", "off-label", id="hyphen"),
        pytest.param("off\u2011label", "off-label", id="hyphen that does not break"),
        pytest.param("\u0e19\u0e33", "\u0e19\u0e4d\u0e32", id="Thai sara am"),
        pytest.param("a\u200eb", "ab", id="a mark of the direction that there is"),
    ],
)
def test_what_looks_the_same_is_no_change(one: str, other: str) -> None:
    assert not compare(one, other).changed
    assert not compare(other, one).changed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("می\u200cخواهم", "میخواهم", id="Persian"),
        pytest.param("क्\u200dष", "क्ष", id="Hindi"),
        pytest.param("❤\ufe0f", "❤\ufe0e", id="emoji or sign"),
        pytest.param("👨\u200d👩", "👨👩", id="one emoji or two"),
        pytest.param("葛\U000e0100", "葛", id="another form of a letter"),
        pytest.param("\U0001f3f4\U000e0067\U000e0062\U000e007f", "\U0001f3f4", id="flag"),
        pytest.param("1 \u200f- 2", "1 - 2", id="another order"),
        pytest.param("s\u0430fe", "safe", id="a letter of another alphabet"),
    ],
)
def test_what_a_reader_can_tell_apart_is_a_change(one: str, other: str) -> None:
    assert compare(one, other).changed
    assert compare(other, one).changed


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        pytest.param("नमस्ते दुनिया।", "नमस्ते दुनियां।", "नमस्ते [-दुनिया-]{+दुनियां+}।", id="Hindi"),
        pytest.param("ใช้ยานี้", "ใช้ยานั้", "ใช้ยา[-นี้-]{+นั้+}", id="Thai"),
        pytest.param("دَوَاءٌ آمِنٌ", "دَوَاءٌ مُفِيدٌ", "دَوَاءٌ [-آمِنٌ-]{+مُفِيدٌ+}", id="Arabic with vowel marks"),
        pytest.param("安全的药", "有效的药", "[-安全-]{+有效+}的药", id="Chinese"),
        pytest.param("👩‍⚕️ yes", "👨‍⚕️ yes", "[-👩‍⚕️ -]{+👨‍⚕️ +}yes", id="emoji"),
        pytest.param("👨‍👩‍👧‍👦 yes", "👨‍👩‍👧 yes", "[-👨‍👩‍👧‍👦 -]{+👨‍👩‍👧 +}yes", id="a family"),
        pytest.param(
            "a 👩🏽‍🤝‍👨🏿 b",
            "a 👩🏽‍🤝‍👨🏾 b",
            "a [-👩🏽‍🤝‍👨🏿 -]{+👩🏽‍🤝‍👨🏾 +}b",
            id="skins of two",
        ),
        pytest.param("ថ្នាំនេះ", "ថ្នំនេះ", "[-ថ្នាំ-]{+ថ្នំ+}នេះ", id="Khmer"),
        pytest.param("ស្រី", "ស្លី", "[-ស្រី-]{+ស្លី+}", id="Khmer, a letter below"),
        pytest.param("ဆေးလာ", "ဆေးလ", "ဆေး[-လာ-]{+လ+}", id="Burmese, a vowel sign"),
        pytest.param("သတ္တ", "သတ္ထ", "သ[-တ္တ-]{+တ္ထ+}", id="Burmese, a stacked letter"),
    ],
)
def test_a_change_is_shown_in_whole_letters_and_words(old: str, new: str, text: str) -> None:
    assert redline(old, new, style="text") == text


LETTERS = st.sampled_from(
    [
        "न",
        "ि",
        "म",
        "्",
        "ก",
        "ำ",
        "ั",
        "े",
        "ب",
        "َ",
        "e",
        "\u0301",
        "👩",
        "\u200d",
        "⚕",
        "️",
        "🇩",
        "🇪",
        " ",
    ]
)


@given(st.lists(LETTERS).map("".join), st.lists(LETTERS).map("".join))
@example("\u093f\u0928", " \u093f\u0928\u0915")
@example("\u0928 ", "\u0928 \u093f")
@example("\u0e33", "\u0928 \u0e33")
def test_no_piece_starts_inside_a_letter(old: str, new: str) -> None:
    for side in ("deleted", "inserted"):
        text, starts = "", set()
        for piece in compare(old, new).pieces:
            if piece.change in ("kept", side):
                starts.add(len(text))
                same = side == "inserted" or piece.before is None
                text += piece.text if same else piece.before or ""
        letters = {found.start() for found in regex.finditer(r"\X", text)}
        assert starts - letters <= {0}


def test_nothing_in_a_wording_steers_a_terminal_or_turns_the_order_of_a_page() -> None:
    for style in ("text", "html", "criticmarkup"):
        drawn = redline("safe\x1b[2J", "\u202esafe", style=style)  # type: ignore[arg-type]
        assert "\x1b" not in drawn
        assert "\u202e" not in drawn
        assert "U+202E" in drawn


@given(WORDINGS)
def test_a_wording_has_no_change_from_itself(text: str) -> None:
    assert compare(text, text).pieces == ((Piece("kept", text),) if text else ())


@given(WORDINGS, WORDINGS)
@example("<script>alert(1)</script>", '<img src="x" onerror="y"> & more')
@example("a", "</ins><b>a</b>")
def test_its_html_is_text_with_deletions_and_insertions_alone(old: str, new: str) -> None:
    # A parser of HTML reads line ends and the null character in its own way.
    old, new = (text.replace("\r", " ").replace("\0", " ") for text in (old, new))
    old, new = unseen_spelled(old), unseen_spelled(new)
    drawn = Elements(redline(old, new, style="html"))
    assert drawn.other == []
    assert {tag for tag, _ in drawn.starts} <= {"del", "ins", "span"}
    assert all(
        [name for name, _ in attributes] == (["style"] if tag == "span" else [])
        for tag, attributes in drawn.starts
    )
    assert drawn.text_without("del", "span") == new
    assert as_seen(drawn.text_without("ins", "span")) == as_seen(old)


@given(WORDINGS, WORDINGS)
def test_each_change_says_aloud_what_it_is(old: str, new: str) -> None:
    old, new = (text.replace("\r", " ").replace("\0", " ") for text in (old, new))
    line = compare(old, new)
    texts = Elements(line.to_html()).texts
    said = [(inside[0], text) for inside, text in texts if "span" in inside]
    expected = []
    for piece in line.pieces:
        if piece.change != "kept":
            tag = "del" if piece.change == "deleted" else "ins"
            expected += [(tag, f"[{piece.change}: "), (tag, "]")]
    assert said == expected


def test_what_is_said_aloud_is_not_seen_and_is_not_hidden_from_a_screen_reader() -> None:
    html = redline("It helps.", "It may help.")
    styles = [
        dict(attributes)["style"] or ""
        for tag, attributes in Elements(html).starts
        if tag == "span"
    ]
    assert len(styles) == 4
    for style in styles:
        assert "clip-path:inset(50%)" in style
        assert "position:absolute" in style
        assert "display" not in style
        assert "visibility" not in style
    assert "aria-hidden" not in html


def test_html_is_the_style_unless_another_is_asked_for() -> None:
    line = compare("It helps.", "It may help.")
    assert redline("It helps.", "It may help.") == line.to_html()
    assert redline("It helps.", "It may help.", style="html") == line.to_html()
    assert redline("It helps.", "It may help.", style="criticmarkup") == line.to_criticmarkup()
    assert redline("It helps.", "It may help.", style="text") == line.to_text() == str(line)


def test_an_unknown_style_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="No style 'critic-markup'") as caught:
        redline("a", "b", style="critic-markup")  # type: ignore[arg-type]
    assert caught.value.hint == "Did you mean 'criticmarkup'?"


def test_words_change_whole() -> None:
    text = redline("It isn’t safe.", "It isn’t known.", style="criticmarkup")
    assert text == "It isn’t {--safe--}{++known++}."


def test_a_deletion_stands_before_the_insertion_in_its_place() -> None:
    pieces = compare("one two three", "one 2 three").pieces
    assert [piece.change for piece in pieces] == ["kept", "deleted", "inserted", "kept"]


@pytest.mark.parametrize(
    ("old", "new", "critic", "text"),
    [
        pytest.param("", "New.", "{++New.++}", "{+New.+}", id="added"),
        pytest.param("Old.", "", "{--Old.--}", "[-Old.-]", id="cut"),
        pytest.param(
            "It helps.",
            "It may help.",
            "It {--helps--}{++may help++}.",
            "It [-helps-]{+may help+}.",
            id="reworded",
        ),
        pytest.param("Same.", "Same.", "Same.", "Same.", id="unchanged"),
    ],
)
def test_its_text_is_in_the_marks_of_criticmarkup_or_wdiff(
    old: str, new: str, critic: str, text: str
) -> None:
    assert redline(old, new, style="criticmarkup") == critic
    assert redline(old, new, style="text") == text


def test_a_notebook_is_given_both_forms() -> None:
    line = compare("It helps.", "It may help.")
    assert line._repr_mimebundle_() == {
        "text/plain": "It [-helps-]{+may help+}.",
        "text/html": line.to_html(),
    }


def test_a_redline_cannot_be_changed_afterwards() -> None:
    line = compare("It helps.", "It may help.")
    for thing, name in ((line, "pieces"), (line.pieces[0], "text")):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, name, ())
        assert not hasattr(thing, "__dict__")


def test_the_style_is_named() -> None:
    with pytest.raises(TypeError):
        redline("a", "b", "text")  # type: ignore[misc]


def test_a_word_that_stands_often_in_a_long_wording_is_kept() -> None:
    many = "the dose and " * 300
    assert redline(f"{many}end.", f"{many}stop.", style="text") == f"{many}[-end-]{{+stop+}}."


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("ថ្នាំព្យាបាល", ["ថ្នាំ", "ព្យា", "បា", "ល"]),
        ("ဆေးဝါးမင်္ဂလာ", ["ဆေး", "ဝါး", "မ", "င်္ဂ", "လာ"]),
        ("👨‍👩‍👧‍👦👩🏽‍🤝‍👨🏿🏴󠁧󠁢󠁥󠁮󠁧󠁿🇩🇪🇫🇷", ["👨‍👩‍👧‍👦", "👩🏽‍🤝‍👨🏿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇩🇪", "🇫🇷"]),
    ],
    ids=["Khmer", "Burmese", "emoji"],
)
def test_words_are_cut_between_letters_as_their_readers_take_them(
    text: str, letters: list[str]
) -> None:
    assert words(text) == letters
