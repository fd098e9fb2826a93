"""The one reading of a text: sentences, clauses, who speaks, and what is denied."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketcontent.reading.clauses import EXCUSES, excuses_of, explain, read
from ketcontent.reading.folding import FoldedText
from ketcontent.reading.words import bases_of, words_of


def excuses(text: str, word: str) -> set[str]:
    """What excuses a word of a text."""
    reading = read(text)
    place = next(n for n, one in enumerate(reading.words) if one.form == word)
    return set(excuses_of(reading, place, place + 1))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("There is not yet enough evidence to prove that it works.", "works"),
        ("We do not know whether it works and is safe.", "safe"),
        ("Nobody can say that it works.", "works"),
        ("It has yet to be shown that it works.", "works"),
        ("We could not tell which dose works, and for how many people it is safe.", "safe"),
        ("Ask if it works.", "works"),
    ],
)
def test_a_denial_reaches_to_the_end_of_what_it_denies(text: str, word: str) -> None:
    assert "denied" in excuses(text, word)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("You will not believe how fast it works.", "works"),
        ("It does not help, but it works.", "works"),
        ("It is not only cheap, it works.", "works"),
        ("There is no doubt that it works.", "works"),
        ("It is not new; it works.", "works"),
        ("It does not make you sleepy and is safe.", "safe"),
        ("It is not unclear that it works.", "works"),
        ("You can't wait: it works.", "works"),
    ],
)
def test_what_only_looks_like_a_denial_denies_nothing(text: str, word: str) -> None:
    assert "denied" not in excuses(text, word)


@pytest.mark.parametrize(
    "text",
    [
        "Take 5 mg, as the participants were told.",
        "In the trial 5 mg was plenty.",
        "You need the 5 mg that volunteers were given.",
        "Swallow 5 mg each night.",
    ],
)
def test_a_dose_that_a_reader_could_follow_is_not_told_of_a_study(text: str) -> None:
    assert "told" not in excuses(text, "mg")


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Is it safe?", True),
        ("What makes it safe?", True),
        ("Why wait, if it is completely safe?", False),
        ("Why is it so safe?", False),
        ("Did you know that it is safe?", False),
        ("Ready to try a safe way?", False),
        ("It is safe, isn't it?", False),
    ],
)
def test_a_question_that_claims_what_it_asks_is_none(text: str, asked: bool) -> None:
    assert ("asked" in excuses(text, "safe")) == asked


@pytest.mark.parametrize(
    ("text", "word", "excuse"),
    [
        ("The advert that promised a cure was banned by the regulator.", "cure", "reported"),
        ("The FDA warned that it is no cure.", "cure", "reported"),
        ("That it is a cure is a myth, whatever the adverts say.", "cure", "reported"),
        ('The word "natural" says nothing.', "natural", "quoted"),
        ("If it is safe, you may drive.", "safe", "conditional"),
        ("It may be safe.", "safe", "hedged"),
        ("It was safe compared with placebo.", "safe", "compared"),
        ("Do not think that it is safe.", "safe", "advised"),
        ("Be wary of shops that use words such as miracle.", "miracle", "reported"),
        ("The press called it a miracle, but the trial was small.", "miracle", "reported"),
        ("It is an age-old cure, but that alone does not show that it works.", "cure", "reported"),
        ("Volunteers were given 5 mg of it.", "mg", "told"),
        ("More than 4 g can damage the liver.", "g", "told"),
    ],
)
def test_who_speaks_and_how_is_read_by_the_clause(text: str, word: str, excuse: str) -> None:
    assert excuse in excuses(text, word)
    assert excuse not in excuses(f"It is a {word}.", word)


def test_approved_by_a_regulator_is_no_report_of_one() -> None:
    assert "reported" not in excuses("FDA approved, it is a cure.", "cure")


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("Dr. Lee of the U.S. said so. It works.", ["Dr. Lee of the U.S. said so.", "It works."]),
        ("It works, and it is safe.", ["It works,", "and it is safe."]),
        ("A (big) one.", ["A (", "big)", "one."]),
        ("", []),
    ],
)
def test_a_text_is_taken_apart_into_clauses(text: str, clauses: list[str]) -> None:
    assert [words for words, _ in explain(text)] == clauses


TEXT = st.text(max_size=80) | st.text("aI .,;!?'\"()-—notfi15", max_size=80)


@given(TEXT)
def test_every_word_stands_in_one_clause_and_every_clause_in_one_sentence(text: str) -> None:
    folded = FoldedText.of(text).text
    reading = read(folded)
    placed = [n for one in reading.clauses for n in range(one.start, one.end)]
    assert placed == list(range(len(reading.words)))
    for one in reading.clauses:
        assert one.sentence[0] <= one.start < one.end <= one.sentence[1]
        assert set(excuses_of(reading, one.start, one.end)) <= set(EXCUSES)
    assert all(folded[one.start : one.end] for one in words_of(folded))


@given(st.text("abcdefgstui", min_size=1, max_size=12))
def test_a_form_has_a_base(form: str) -> None:
    assert bases_of(form)
