"""A picture shows the numbers of the sentence beside it, and nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketcontent import assemble
from ketcontent.pages.comparisons import Comparison, bar_of
from tests.judging import page
from tests.laws import examples


def compared(
    events: int, total: int, other: int, of: int, people: int | None = None, **words: str
) -> Comparison:
    said = {"treatment": "tea", "comparator": "milk", "time": "", **words}
    return Comparison(
        source="lee-2020",
        treatment=said["treatment"],
        events=events,
        total=total,
        comparator=said["comparator"],
        comparator_events=other,
        comparator_total=of,
        people=people,
        time=said["time"],
    )


def drawn(comparison: Comparison, words: str) -> list[tuple[str, int, int]]:
    return [(one.label, one.events, one.total) for one in comparison.bars(words)]


@pytest.mark.parametrize(
    ("comparison", "words", "bars"),
    [
        pytest.param(
            compared(12, 17, 6, 17),
            "Of those on tea 12 of 17 slept, and 6 of 17 on milk.",
            [("tea 12 of 17", 12, 17), ("milk 6 of 17", 6, 17)],
            id="few",
        ),
        pytest.param(
            compared(91, 336, 60, 340),
            "27 in 100 slept on tea, and 18 in 100 on milk.",
            [("tea 27 in 100", 27, 100), ("milk 18 in 100", 18, 100)],
            id="many",
        ),
        pytest.param(
            compared(91, 336, 60, 340),
            "On tea 91 of 336 slept, on milk 60 of 340.",
            [("tea 91 of 336", 91, 336), ("milk 60 of 340", 60, 340)],
            id="many, one by one",
        ),
        pytest.param(
            compared(4, 2000, 1, 1000),
            "2 in 1,000 fell ill on tea, and 1 in 1.000 on milk.",
            [("tea 2 in 1,000", 2, 1000), ("milk 1 in 1.000", 1, 1000)],
            id="thousandths",
        ),
        pytest.param(
            compared(64, 100, 28, 100, 73),
            "Bei 64 % half Tee (tea), bei 28\u00a0% milk.",
            [("tea 64 %", 64, 100), ("milk 28\u00a0%", 28, 100)],
            id="percentages",
        ),
        pytest.param(
            compared(3, 9, 0, 9),
            "tea: ٣ من ٩، milk: ٠ من ٩",
            [("tea ٣ من ٩", 3, 9), ("milk ٠ من ٩", 0, 9)],
            id="other digits",
        ),
        pytest.param(
            compared(91, 336, 60, 340),
            "27 in 100 slept on tea, and fewer on milk.",
            [],
            id="the other number is not told",
        ),
        pytest.param(
            compared(12, 17, 6, 17),
            "Of those on tea 71 in 100 slept, and 35 in 100 on milk.",
            [],
            id="few, told in hundredths",
        ),
        pytest.param(
            compared(64, 100, 28, 100, 40),
            "64 in 100 slept on tea, and 28 in 100 on milk.",
            [],
            id="percentages of few",
        ),
        pytest.param(
            compared(64, 100, 28, 100, 73),
            "64 in 100 slept on coffee, and 28 in 100 on milk.",
            [],
            id="of another group",
        ),
        pytest.param(
            compared(18, 17, 6, 17),
            "Of those on tea 18 of 17 slept, and 6 of 17 on milk.",
            [],
            id="more than there were",
        ),
    ],
)
def test_what_is_drawn_is_what_the_sentence_says(
    comparison: Comparison, words: str, bars: list[tuple[str, int, int]]
) -> None:
    assert drawn(comparison, words) == bars


COUNTS = st.integers(1, 2000).flatmap(
    lambda total: st.tuples(st.integers(0, total), st.just(total))
)


@settings(max_examples=examples(200))
@given(COUNTS, COUNTS, st.sampled_from((" in ", " of ", " von ", " من ")))
def test_whatever_is_counted_is_drawn_as_it_is_told(
    first: tuple[int, int], second: tuple[int, int], between: str
) -> None:
    told = [f"{events:,}{between}{total:,}" for events, total in (first, second)]
    comparison = compared(*first, *second, people=2000)
    bars = comparison.bars(f"It was {told[0]} on tea, and {told[1]} on milk.")
    assert [(one.events, one.total) for one in bars] == [first, second]
    assert [bar_of(one.label) for one in bars] == list(bars)


def html_of(**cells: Any) -> str:
    numbers = {"treatment": "zinc", "events": 8, "total": 12, "comparator": "sugar"}
    row = {**numbers, "comparator_events": 3, "comparator_total": 12, **cells}
    text = "Of 24 people 8 of 12 felt sick on zinc, and 3 of 12 on sugar. [@roe-2021]"
    content = page({("statements", "unsure"): {"text": text}, ("evidence", "unsure roe-2021"): row})
    return assemble(content, "zinc").to_html()


def test_a_picture_stands_behind_its_sentence_and_is_not_read_aloud_once_more() -> None:
    [(mark, picture)] = re.findall(
        r'on sugar\.</span>(.*?)(<span class="bars".*?)</p>', html_of(), re.DOTALL
    )
    assert "low certainty" in mark
    assert picture.startswith('<span class="bars" aria-hidden="true">\n<span>zinc 8 of 12</span>')
    assert re.findall(r'viewBox="0 0 (\d+) 8".*?dasharray="(.*?)".*?M0 4h(\d+)"', picture) == [
        ("12", "0.9 0.1", "8"),
        ("12", "0.9 0.1", "3"),
    ]


def test_without_all_its_numbers_nothing_is_drawn() -> None:
    assert '<span class="bars"' not in html_of(comparator_total=None)
    assert '<span class="bars"' not in html_of(events=9)
