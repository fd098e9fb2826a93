"""The structure of plain text is read as people read it, measured on labelled pages.

``python -m tests.benchmarks.structure`` prints the measures, by kind and language.
"""

from __future__ import annotations

from functools import cache

import pytest

from tests.benchmarks.structure import (
    HALVES,
    LabelledPage,
    Score,
    labelled_outline,
    labelled_pages,
    score_page,
    total,
)

LEAST = {
    "headings": (0.92, 0.92),
    "items": (0.92, 0.90),
    "rows": (0.90, 0.90),
    "sentences": (0.97, 0.97),
}
"""Precision and recall that a change may not fall below."""
LEAST_LATER = {**LEAST, "headings": (0.85, 0.87), "sentences": (0.9, 0.92)}
"""The same of the pages that were written last, and that nothing was made for."""


@cache
def scored(half: str) -> Score:
    return total(labelled_pages(half))


@pytest.mark.parametrize("half", HALVES)
def test_the_structure_of_each_half_is_read_well(half: str) -> None:
    score = scored(half)
    least = LEAST_LATER if half == "later" else LEAST
    for kind, (precision, recall) in least.items():
        assert score.precision(kind) >= precision, kind
        assert score.recall(kind) >= recall, kind
    assert score.mean_structure >= 4.5


@pytest.mark.parametrize("half", HALVES)
def test_no_word_of_a_labelled_page_is_lost(half: str) -> None:
    assert scored(half).lost == 0


@pytest.mark.parametrize("half", HALVES[:2])
def test_each_half_has_pages_of_many_kinds_and_languages(half: str) -> None:
    pages = labelled_pages(half)
    assert len(pages) >= 30
    assert {"en", "de", "fr", "es", "ar"} <= {page.language for page in pages}
    assert len({page.kind for page in pages}) >= 10


def test_a_page_that_is_read_as_it_was_labelled_scores_five_and_its_faults_cost() -> None:
    lines = [("t", "Tea"), ("h2", "Uses"), ("p", "It is hot.‖ It wakes."), ("i1", "- green")]
    page = LabelledPage("tea", "leaflet", "en", tuple(lines))
    assert page.text == "Tea\nUses\nIt is hot. It wakes.\n- green"
    assert labelled_outline(page).parts["sentences"].total() == 3
    assert score_page(page).structure == [5]
    other = LabelledPage("tea", "leaflet", "en", (lines[0], ("p", "Uses"), *lines[2:]))
    assert score_page(other).precision("headings") == 0.5
    assert score_page(other).structure[0] < 5
