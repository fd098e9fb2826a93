"""What two people made of one wording, in one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ketcontent.text import merged_words

WORDS = st.lists(st.sampled_from(["It ", "may ", "can ", "calm. ", "é ", "e\u0301 ", "Ask ", "人"]))
TEXTS = WORDS.map(lambda some: "".join(some).rstrip())


@given(TEXTS, TEXTS, TEXTS)
def test_what_two_made_of_a_wording_is_merged_alike_from_both_sides(
    base: str, one: str, other: str
) -> None:
    merged = merged_words(base, one, other)
    assert merged == merged_words(base, other, one)
    assert merged_words(base, base, other) == other
    assert merged_words(base, one, one) == one
    if merged is not None:
        # What neither of them wrote is not there.
        assert set(merged) <= {*base, *one, *other}


SOME = st.lists(st.sampled_from(["it", "may", "can", "calm", "é"]), min_size=1).map(" ".join)


@given(SOME, SOME, SOME, SOME)
def test_changes_on_both_sides_of_words_that_nobody_touched_are_both_kept(
    first: str, better: str, second: str, other: str
) -> None:
    base, ours, theirs, both = (
        f"{one}. Stop there. {two}"
        for one, two in [(first, second), (better, second), (first, other), (better, other)]
    )
    assert merged_words(base, ours, theirs) == both
