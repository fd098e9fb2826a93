"""What stands around a sentence on its page decides whether its picture is drawn, and how often."""

from __future__ import annotations

from typing import Any

import pytest

from ketcontent.checks.comparisons import judge_comparisons
from ketcontent.pages import PageView
from tests.judging import page

SAID = "Of 24 people 8 of 12 felt sick on zinc, and 3 of 12 on sugar. [@roe-2021]"
NUMBERS = {
    **{"treatment": "zinc", "events": 8, "total": 12},
    **{"comparator": "sugar", "comparator_events": 3, "comparator_total": 12},
}
COLDS = "Zinc may shorten a cold by a day. [@lee-2020]"


def view(**cells: dict[str, Any]) -> PageView:
    """A page that compares numbers in its last statement, with cells of some rows changed."""
    changed = {
        ("sections", "colds"): cells.get("section", {}),
        ("statements", "colds"): {"text": COLDS, **cells.get("colds", {})},
        ("statements", "unsure"): {"text": SAID, **cells.get("unsure", {})},
        ("evidence", "unsure roe-2021"): {**NUMBERS, **cells.get("evidence", {})},
        ("evidence", "colds lee-2020"): cells.get("other", {}),
    }
    return PageView(page(changed, **cells.get("added", {})), "zinc")


def drawn(seen: PageView) -> list[str]:
    shown = {one.statement: one.pictures for one in seen.edition().statements}
    faults = {one.key.split("/")[1] for one in judge_comparisons(seen)}
    pictures = [key for key, bars in shown.items() if bars]
    assert faults.isdisjoint(pictures)
    return pictures


ITEM = {"form": "item", "block": 2}
CLAIM = {"text": "What sellers say. [@lee-2020]"}


@pytest.mark.parametrize(
    ("cells", "is_drawn"),
    [
        pytest.param({}, True, id="a sentence about something else"),
        pytest.param({"section": {"heading": "What sellers say"}}, False, id="a heading"),
        pytest.param({"colds": CLAIM}, False, id="a sentence before it"),
        pytest.param({"unsure": ITEM}, True, id="a list"),
        pytest.param({"colds": CLAIM, "unsure": ITEM}, False, id="the lead of a list"),
        pytest.param(
            {"colds": {"text": "What you get [@lee-2020]"}, "unsure": ITEM},
            False,
            id="the lead of a list without a stop",
        ),
        pytest.param(
            {"colds": {**CLAIM, "position": 60, "block": 2}}, False, id="the next paragraph"
        ),
        pytest.param({"colds": {**ITEM, **CLAIM, "position": 60}}, False, id="a list behind it"),
        pytest.param({"colds": {"position": 60, "block": 2}}, True, id="a sound paragraph"),
    ],
)
def test_a_picture_depends_on_all_that_a_reader_sees_around_its_sentence(
    cells: dict[str, Any], is_drawn: bool
) -> None:
    assert drawn(view(**cells)) == ["unsure"] * is_drawn


def test_the_same_numbers_are_drawn_once_and_the_other_row_is_found() -> None:
    again = "Of 24 people 8 of 12 slept badly on zinc, and 3 of 12 on sugar. [@lee-2020]"
    twice = view(colds={"text": again}, other=NUMBERS)
    assert drawn(twice) == ["colds"]
    [fault] = judge_comparisons(twice)
    assert fault.key == "zinc/unsure/roe-2021"
    assert fault.message == "The same numbers are drawn beside 'colds'."
    swapped = {
        **{"treatment": "sugar", "events": 3, "total": 12},
        **{"comparator": "zinc", "comparator_events": 8, "comparator_total": 12},
    }
    assert drawn(view(colds={"text": again}, other=swapped)) == ["colds"]
    other = again.replace("8 of 12", "9 of 12")
    assert drawn(view(colds={"text": other}, other={**NUMBERS, "events": 9})) == ["colds", "unsure"]
    untold = view(colds={"text": COLDS}, other=NUMBERS)
    assert drawn(untold) == ["unsure"]


def test_two_sources_that_count_the_same_draw_one_picture() -> None:
    both = view(
        unsure={"text": f"{SAID} [@lee-2020]"},
        added={
            "evidence": {"statement": "unsure", "source": "lee-2020", "role": "supports", **NUMBERS}
        },
    )
    [shown] = [one for one in both.edition().statements if one.comparisons]
    assert len(shown.comparisons) == 2
    assert len(shown.pictures) == 1
