"""What a page says of its releases: what each changed, in words that somebody approved."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ketcontent.pages.publication import ReleasedChange, releases_of


def row(day: str, statement: str, change: str, words: str) -> dict[str, Any]:
    return {"released_on": day, "statement": statement, "change": change, "words": words}


ROWS = [
    row("2026-11-01", "use", "added", "It helps."),
    row("2026-11-01", "harm", "added", "It harms."),
    row("2026-11-09", "use", "reworded", "It may help."),
    row("2026-11-09", "harm", "removed", "It harms."),
    row("2026-11-09", "more", "added", "More."),
]
APPROVED = {(one["statement"], one["words"]) for one in ROWS}


def test_the_newest_release_stands_first_and_the_first_is_counted_alone() -> None:
    last, first = releases_of(reversed(ROWS), APPROVED)
    assert (first.day, first.is_first, first.added, first.changes) == ("2026-11-01", True, 2, ())
    assert (last.day, last.is_first) == ("2026-11-09", False)
    assert (last.added, last.reworded, last.removed) == (1, 1, 1)
    assert last.changes == (
        ReleasedChange("removed", "It harms.", ""),
        ReleasedChange("added", "More.", ""),
        ReleasedChange("reworded", "It may help.", "It helps."),
    )


def test_no_row_of_releases_says_that_a_page_was_published_as_reviewed() -> None:
    [_, first] = releases_of(ROWS, APPROVED - {("use", "It helps.")})
    assert (first.is_first, first.added, first.changes) == (False, 2, ())


def test_words_that_nobody_approved_are_counted_and_not_shown() -> None:
    [last, _] = releases_of(ROWS, APPROVED - {("harm", "It harms."), ("use", "It helps.")})
    assert (last.added, last.reworded, last.removed) == (1, 1, 1)
    assert last.changes == (
        ReleasedChange("added", "More.", ""),
        ReleasedChange("reworded", "It may help.", ""),
    )


WORDS = st.sampled_from(["A.", "B.", "C."])
ANY_ROW = st.builds(
    row,
    st.sampled_from(["2026-11-01", "2026-11-02", "2026-11-03"]),
    st.sampled_from("abc"),
    st.sampled_from(["added", "reworded", "removed"]),
    WORDS,
)


@given(st.lists(ANY_ROW, max_size=8), st.sets(st.tuples(st.sampled_from("abc"), WORDS)))
def test_no_row_of_releases_puts_words_on_a_page_that_nobody_approved(
    rows: list[dict[str, Any]], approved: set[tuple[str, str]]
) -> None:
    known = {words for _, words in approved}
    found = releases_of(rows, approved)
    changes = [change for release in found for change in release.changes]
    assert {one.words for one in changes} | {one.before for one in changes} <= known | {""}
    assert sum(one.added + one.reworded + one.removed for one in found) == len(rows)


def test_before_a_release_there_is_none() -> None:
    assert releases_of([], APPROVED) == ()
