"""When two texts are the same words, and how sentences run on."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ketcontent.text.normalize import (
    FORBIDDEN,
    canonical,
    counted,
    digest,
    fold,
    gap,
    joined,
    same_words,
    visible,
)
from ketcontent.text.tokenizer import tokens, words

TEXTS = st.text()
SPACES = st.text(" \t\n\r\u00a0\u2003\u2028", min_size=1)


@given(TEXTS)
@example("e\u0301")
@example("\u1100\u1161 \u0344")
def test_the_canonical_form_of_a_canonical_form_is_itself(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@given(st.lists(st.text("aé. ", min_size=1).map(fold).filter(bool), min_size=1), st.data())
def test_white_space_does_not_make_other_words(parts: list[str], data: st.DataObject) -> None:
    other = "".join(part + data.draw(SPACES) for part in parts)
    assert same_words(" ".join(parts), other)


@given(TEXTS)
@example("Ångström naïve 각")
def test_how_a_letter_is_composed_does_not_make_other_words(text: str) -> None:
    assert same_words(unicodedata.normalize("NFD", text), unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("It helps.", "It help.", id="letter"),
        pytest.param("It helps.", "it helps.", id="capital"),
        pytest.param("It helps.", "It helps", id="full stop"),
        pytest.param("the brain's", "the brain’s", id="apostrophe"),
        pytest.param("off-label", "off label", id="hyphen or space"),
        pytest.param("cannot", "can not", id="space or none"),
        pytest.param("m²", "m2", id="raised figure"),
        pytest.param("ﬁne", "fine", id="ligature"),
        pytest.param("a", "а", id="Latin and Cyrillic"),
        pytest.param("a", "a\u200b", id="zero width space"),
    ],
)
def test_anything_that_can_be_seen_or_read_makes_other_words(one: str, other: str) -> None:
    assert not same_words(one, other)


@given(TEXTS)
def test_folded_text_has_no_white_space_but_single_spaces(text: str) -> None:
    folded = fold(text)
    assert folded == folded.strip()
    assert folded.split(" ") == (text.split() or [""])


@given(TEXTS)
@example(" \u0300")
def test_the_words_and_marks_of_a_text_are_all_of_it_but_white_space(text: str) -> None:
    # A space that carries a mark is seen.
    assert "".join("".join(words(text)).split()) == "".join(text.split())


def test_an_apostrophe_a_hyphen_and_a_decimal_point_are_inside_a_word() -> None:
    found = words("It isn’t off-label, 2.5 or 10:30.")
    assert found == ["It", "isn’t", "off-label", ",", "2.5", "or", "10", ":", "30", "."]


@pytest.mark.parametrize(
    ("sentences", "text"),
    [
        pytest.param([], "", id="none"),
        pytest.param(["It works."], "It works.", id="one"),
        pytest.param(["It works.", "So?"], "It works. So?", id="spaced"),
        pytest.param(
            ["有效。", "很快！", "真的？", "Yes."], "有效。很快！真的？Yes.", id="closed up"
        ),
        pytest.param(["Yes.", "有效。"], "Yes. 有效。", id="mixed"),
    ],
)
def test_sentences_run_on_as_their_script_has_it(sentences: list[str], text: str) -> None:
    assert joined(sentences) == text


@pytest.mark.parametrize("mark", ["。", "！", "？", "｡"])
def test_nothing_stands_after_a_full_stop_of_chinese_or_japanese(mark: str) -> None:
    assert gap(f"好{mark}") == ""


@pytest.mark.parametrize("mark", [".", "!", "?", "…", "؟", ".”", ""])
def test_a_space_stands_after_any_other_sentence(mark: str) -> None:
    assert gap(f"So{mark}") == " "


@given(TEXTS)
def test_the_tokens_of_a_text_joined_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


def test_the_digest_of_what_was_signed_never_changes() -> None:
    # Sign-offs hold these: another way of making a digest starts with another number.
    assert digest("It may  help; café.", ["lii-2023"], context=["ketamine", "form-1"]) == (
        "w1:e89e3e8a14730612cbb03beae1604dd70f0f4cd5bb2208773395f3f424483839"
    )


@pytest.mark.parametrize(("number", "said"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows")])
def test_a_number_stands_with_its_noun(number: int, said: str) -> None:
    assert counted(number, "row") == said


@pytest.mark.parametrize(
    "hidden", ["\x1b", "\x00", "\x7f", "\x85", "\u202e", "\u2066", "\ud800", "\uffff"]
)
def test_what_steers_a_terminal_is_spelled_out_and_nothing_else_is(hidden: str) -> None:
    assert visible(f"a{hidden}b") == f"a<U+{ord(hidden):04X}>b"
    assert visible("a\tb\nç 好 \u200d") == "a\tb\nç 好 \u200d"


def test_hidden_is_what_xml_forbids_what_unicode_never_assigns_and_what_turns_text_around() -> None:
    # XML 1.0, section 2.2, says what it has a place for; C1 and DEL it allows and discourages.
    hidden = re.compile(f"[{FORBIDDEN}]")
    found = {code for code in range(0x110000) if hidden.match(chr(code))}
    forbidden = {*range(0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF} - {9, 10, 13}
    never = {code for code in range(0x110000) if code & 0xFFFE == 0xFFFE}
    never |= {*range(0xFDD0, 0xFDF0)}
    turning = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}
    assert found | {11, 12} == forbidden | never | turning | {*range(0x7F, 0xA0)}
