"""Words replaced in many statements: all that are read, and no source, address or notice."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketcontent import sign_off, write_content
from ketcontent.editor.edits import reworded, statement_row, with_statements
from ketcontent.editor.replacing import replaced_words
from ketcontent.editor.session import edited, opened, undo
from ketcontent.editor.workbench import Workbench
from ketcontent.errors import KetcontentError
from ketcontent.markup import cited, inline_plain, link_targets, without_citations
from tests.editor.test_structure import TEA, ask, tables
from tests.laws import examples

PAGE = opened(TEA, "tea")


def replaced(text: str, old: str, new: str, *, is_whole: bool = True) -> str:
    session = reworded(PAGE, "flu-1", {"text": text})
    done = replaced_words(session, ["flu-1"], old, new, is_whole=is_whole)
    return statement_row(done.session, "flu-1")["text"]


@pytest.mark.parametrize(
    ("text", "old", "new", "found"),
    [
        ("Ask a doctor. Doctors know.", "doctor", "nurse", "Ask a nurse. Doctors know."),
        ("Doctor or doctor.", "doctor", "nurse", "Nurse or nurse."),
        ("Ask Dr. Roe.", "Dr.", "Doctor", "Ask Doctor Roe."),
        ("a (b) a", "(b)", "c", "a c a"),
        ("Take it very often.", "very", "", "Take it often."),
        ("[tea](#tea) tea. [@tea-2020; @tea-2]", "tea", "it", "[it](#tea) it. [@tea-2020; @tea-2]"),
        (r"\[@tea] &amp; amp", "amp", "so", r"\[@tea] &amp; so"),
        ("A.*b and axxb", "a.*b", "c", "C and axxb"),
        ("[a](https://a.b/tea_(tea)) tea", "tea", "it", "[a](https://a.b/tea_(tea)) it"),
        ('[a](#tea "tea") https://a.b/tea tea', "tea", "it", '[a](#tea "tea") https://a.b/tea it'),
        ("caf\u0065\u0301 cafe", "cafe", "tea", "caf\u0065\u0301 tea"),
        ("\u0915\u093f \u0915", "\u0915", "\u0916", "\u0915\u093f \u0916"),
        ("e\u0301tea tea", "tea", "it", "e\u0301tea it"),
        ("1.5, 5,000 or 5.", "5", "6", "1.5, 5,000 or 6."),
        ("Very often.", "very", "", "often."),
    ],
)
def test_words_are_replaced_where_they_are_read_as_words(
    text: str, old: str, new: str, found: str
) -> None:
    assert replaced(text, old, new) == found


def test_no_words_make_other_cells_of_a_row() -> None:
    row = {**statement_row(PAGE, "flu-1"), "form": "row", "text": "tea | cup"}
    session = edited(PAGE, "Make a row", with_statements(PAGE, row))
    for old, new in (("tea", "a | b"), ("|", "or")):
        with pytest.raises(KetcontentError, match="would have other cells"):
            replaced_words(session, ["flu-1"], old, new)
    done = replaced_words(session, ["flu-1"], "cup", "pot")
    assert statement_row(done.session, "flu-1")["text"] == "tea | pot"


def test_parts_of_words_are_replaced_where_that_is_asked() -> None:
    assert replaced("Doctors and a doctor", "doctor", "nurse", is_whole=False) == (
        "Nurses and a nurse"
    )


PARTS = st.sampled_from(["tea ", "Tea ", "teas ", "[tea](#tea) ", "[@tea-1] ", "**tea** ", "cup "])


@settings(max_examples=examples(60))
@given(parts=st.lists(PARTS, min_size=1, max_size=8))
def test_sources_and_addresses_stay_and_no_such_word_is_left(parts: list[str]) -> None:
    before = "".join(["A ", *parts]).strip()
    after = replaced(before, "tea", "milk")
    assert (cited(after), link_targets(after)) == (cited(before), link_targets(before))
    read = inline_plain(without_citations(before)).split()
    words = {"tea": "milk", "Tea": "Milk"}
    assert inline_plain(without_citations(after)).split() == [words.get(one, one) for one in read]


def test_several_statements_change_in_one_step_and_their_writer_is_named() -> None:
    keys = ["colds-1", "colds-2", "flu-1"]
    session = PAGE
    for key in keys:
        session = reworded(session, key, {"text": f"Tea, {key}.", "label": "Tea"})
    session = reworded(session, "flu-1", {"author": "ben"})
    done = replaced_words(session, [*keys, "harms-1"], "tea", "milk", writer="ada")
    assert (done.places, done.statements) == (6, tuple(keys))
    rows = [statement_row(done.session, key) for key in keys]
    assert [(row["label"], row["text"]) for row in rows] == [
        ("Milk", f"Milk, {key}.") for key in keys
    ]
    assert [row["author"] for row in rows] == ["ada", "ada", "ben"]
    assert statement_row(undo(done.session), "colds-1")["text"] == "Tea, colds-1."
    assert replaced_words(session, keys, "absent", "milk").session is session


def test_no_statement_is_left_without_words_and_none_are_replaced_by_nothing() -> None:
    with pytest.raises(KetcontentError, match="'flu-1' would be left without words"):
        replaced("Tea", "tea", "")
    with pytest.raises(KetcontentError, match="No words to replace are given"):
        replaced("Tea", " ", "milk")


def test_it_is_told_where_words_are_replaced_and_whose_sign_offs_that_voids(tmp_path: Path) -> None:
    notice = {"notice": "call", "language": "en", "text": "Words to call."}
    shows = {"statement": "flu-2", "text": "", "notice": "call"}
    content = sign_off(
        tables(notices=[notice], changed=[shows]), "tea", "flu-1", person="ada", capacity="clinical"
    )
    write_content(content, tmp_path / "data")
    bench = Workbench("tea", data=str(tmp_path / "data"))
    word = statement_row(PAGE, "flu-1")["text"].split()[0]
    given = {
        "statements": ["flu-1", "flu-2"],
        "old": word,
        "new": "Milk",
        "is_whole": True,
        "person": "x",
    }
    asked = ask(bench, "replace", **given)["ask"]
    assert asked["what"] == f"Replace “{word}”"
    assert asked["told"] == [
        "It changes words in 1 place: flu-1.",
        "What shows a notice stays as it is: flu-2.",
        "It voids what Ada Roe signed (clinical): flu-1.",
    ]
    done = ask(bench, "replace", **given, yes=asked["yes"])
    assert done["status"]["undo"] == f"Replace “{word}” in flu-1"
    assert "no statement that is listed" in ask(bench, "replace", **{**given, "old": "zz"})["news"]
