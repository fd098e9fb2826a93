"""A picture shows the numbers of the sentence beside it, and nothing else."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketcontent import assemble, read_content
from ketcontent.pages.comparisons import Bar, Comparison, Untold, bar_of
from ketcontent.reading import Around
from tests.conftest import ROOT
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
        finding=f"{people} people" if people else "",
    )


def bars_of(comparison: Comparison, words: str, label: str = "", **around: str) -> tuple[Bar, ...]:
    told = comparison.told(words, label, Around(**around))
    return () if isinstance(told, Untold) else told


def drawn(comparison: Comparison, words: str) -> list[tuple[str, int, int]]:
    return [(one.label, one.events, one.total) for one in bars_of(comparison, words)]


def of_row(row: Mapping[str, str]) -> Comparison:
    (events, total), (other, of) = (row[name].split("/") for name in ("first", "second"))
    return compared(
        *map(int, (events, total, other, of)),
        people=int(row["people"]) if row["people"] else None,
        treatment=row["treatment"],
        comparator=row["comparator"],
    )


with (ROOT / "tests" / "judged" / "pictures.csv").open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file))
"""Sentences, and whether the picture of a row may stand beside them."""


@pytest.mark.parametrize("row", [pytest.param(one, id=one["why"]) for one in CASES])
def test_a_picture_stands_beside_what_says_the_same_and_beside_nothing_else(
    row: Mapping[str, str],
) -> None:
    comparison = of_row(row)
    bars = bars_of(comparison, row["sentence"])
    assert bool(bars) == (row["drawn"] == "yes")
    if bars:
        shares = [round(one.events / one.total, 3) for one in bars]
        counted = [int(a) / int(b) for a, b in (row[of].split("/") for of in ("first", "second"))]
        assert [one.group for one in bars] == [row["treatment"], row["comparator"]]
        assert shares == pytest.approx(counted, abs=0.006)
        assert all(one.said in row["sentence"] for one in bars)


@pytest.mark.parametrize(
    ("comparison", "words", "bars"),
    [
        pytest.param(
            compared(91, 336, 60, 340),
            "27 in 100 slept on tea, and 18 in 100 on milk.",
            [("tea 27 in 100", 27, 100), ("milk 18 in 100", 18, 100)],
            id="many",
        ),
        pytest.param(
            compared(4, 2000, 1, 1000),
            "2 in 1,000 fell ill on tea, and 1 in 1.000 on milk.",
            [("tea 2 in 1,000", 2, 1000), ("milk 1 in 1.000", 1, 1000)],
            id="thousandths",
        ),
        pytest.param(
            compared(64, 100, 28, 100, 73),
            "Response was 64 % with tea, and 28\u00a0% with milk.",
            [("tea 64 %", 64, 100), ("milk 28\u00a0%", 28, 100)],
            id="percentages",
        ),
        pytest.param(
            compared(3, 9, 0, 9),
            "٣ من ٩ slept on tea, and ٠ من ٩ on milk.",
            [("tea ٣ من ٩", 3, 9), ("milk ٠ من ٩", 0, 9)],
            id="other digits",
        ),
        pytest.param(
            compared(64, 100, 28, 100, 40),
            "64 in 100 slept on tea, and 28 in 100 on milk.",
            [],
            id="percentages of few",
        ),
        pytest.param(
            compared(18, 17, 6, 17),
            "Of those on tea 18 of 17 slept, and 6 of 17 on milk.",
            [],
            id="more than there were",
        ),
        pytest.param(
            compared(6, 17, 5, 17, treatment="tea 100", comparator="tea"),
            "6 of 17 slept on tea 100, and 5 of 17 on tea.",
            [("tea 100 6 of 17", 6, 17), ("tea 5 of 17", 5, 17)],
            id="a name that ends in a number",
        ),
    ],
)
def test_what_stands_beside_a_bar_are_words_of_the_sentence(
    comparison: Comparison, words: str, bars: list[tuple[str, int, int]]
) -> None:
    assert drawn(comparison, words) == bars


COUNTS = st.integers(1, 2000).flatmap(
    lambda total: st.tuples(st.integers(0, total), st.just(total))
)
BETWEEN = st.sampled_from((" in ", " of ", " out of ", " von ", " sur ", " من "))
WAYS = st.sampled_from(
    (
        "{0} slept on tea, and {1} on milk.",
        "On tea {0} slept, on milk {1}.",
        "Compared with {1} on milk, {0} slept on tea.",
        "In a trial of tea, {0} slept, compared with {1} on milk.",
        "Sleep was better in {0} people on tea and in {1} people on milk.",
    )
)


@settings(max_examples=examples(200))
@given(COUNTS, COUNTS, BETWEEN, WAYS)
def test_whatever_is_counted_is_drawn_as_it_is_told(
    first: tuple[int, int], second: tuple[int, int], between: str, way: str
) -> None:
    told = [f"{events:,}{between}{total:,}" for events, total in (first, second)]
    comparison = compared(*first, *second, people=first[1] + second[1])
    bars = bars_of(comparison, way.format(*told))
    assert [(one.events, one.total) for one in bars] == [first, second]
    assert [bar_of(one.label) for one in bars] == list(bars)


@settings(max_examples=examples(200))
@given(COUNTS, COUNTS, BETWEEN, WAYS)
def test_groups_that_are_swapped_are_never_drawn(
    first: tuple[int, int], second: tuple[int, int], between: str, way: str
) -> None:
    told = [f"{events:,}{between}{total:,}" for events, total in (second, first)]
    comparison = compared(*first, *second, people=first[1] + second[1])
    assert first == second or bars_of(comparison, way.format(*told)) == ()


SOUND = [row for row in CASES if row["drawn"] == "yes"]


@settings(max_examples=examples(400))
@given(st.sampled_from(SOUND), st.data())
def test_where_a_digit_is_another_nothing_or_the_same_is_drawn(
    row: Mapping[str, str], data: st.DataObject
) -> None:
    words = row["sentence"]
    place = data.draw(st.sampled_from([at for at, one in enumerate(words) if one.isdecimal()]))
    digit = data.draw(st.sampled_from("0123456789٠٣٩"))
    changed = data.draw(st.sampled_from((digit, digit + words[place], words[place] + digit, "")))
    bars = bars_of(of_row(row), words[:place] + changed + words[place + 1 :])
    before = bars_of(of_row(row), words)
    assert [(one.events, one.total) for one in bars] in (
        [],
        [(one.events, one.total) for one in before],
    )


CHANGERS = (
    *("not ", "no ", "never ", "up to ", "more than ", "less than ", "at least ", "by ", "to "),
    *("under ", "over ", "nearly ", "40 to ", "40-", "40–", "-", "−", "+", "<", "≥ ", "~", "0."),
    *("1/", "1 ", "nicht ", "bis zu ", "fast ", "mehr als ", "sans ", "près de ", "moins de "),
    *("no el ", "hasta ", "casi ", "más de ", "en az ", "%", "ليس ", "حتى ", "不到"),
)
CHANGED = (
    *(" to 70", "-70", " million", " percentage points", " fewer", " more", ".5", "½", " or more"),
    *(" 000", "\u202f000", "'000", " at most", " times", " points", "-fold", " Mio", " Punkte"),
    *(" bis 70", " plus", " más", " puan", " نقطة", "万", "以上", "个百分点"),
)


@settings(max_examples=examples(600))
@given(st.sampled_from(SOUND), st.booleans(), st.sampled_from(CHANGERS), st.sampled_from(CHANGED))
def test_what_changes_a_number_from_before_or_behind_draws_nothing(
    row: Mapping[str, str], is_first: bool, changer: str, changed: str
) -> None:
    words, bars = row["sentence"], bars_of(of_row(row), row["sentence"])
    said = bars[0 if is_first else 1].said
    before, _, behind = words.partition(said) if is_first else words.rpartition(said)
    assert bars_of(of_row(row), f"{before}{changer}{said}{behind}") == ()
    assert bars_of(of_row(row), f"{before}{said}{changed}{behind}") == ()


COMMON = (ROOT / "tests" / "judged" / "common_words.txt").read_text(encoding="utf-8").split()
"""Common English words, and whatever turns, bounds, doubts or reports."""

ENGLISH = [
    row for row in SOUND if row["language"] == "en" and not re.search(r"\. [A-Z]", row["sentence"])
]
"""Sound statements of one English sentence."""

HARMLESS = re.compile(
    "a|about|again|all|an|and|as|did|each|every|first|got|group|had|it|just|large|last|long|men|new"
    "|of|only|people|person|small|that|the|their|those|three|was|women|were|adults|patients"
    "|children"
)
"""Those of them that may stand beside a number, a name or a small word and leave all as it was."""

NOT_BESIDE = re.compile(
    r"(?:\d|[(,.;:%]|^$|^(?:on|with|after|in|of|by|at|to|than|against|versus|and|but|as|compared|"
    r"percent|cent|people|those|who|treated|assigned|given|it|group|ketamine|esketamine|ECT|tea)\b)"
)
"""What a word that is not harmless never stands directly behind in what is drawn."""


@settings(max_examples=examples(1500))
@given(
    st.sampled_from(ENGLISH),
    st.sampled_from(COMMON),
    st.data(),
)
def test_a_word_more_is_refused_unless_it_only_says_what_people_felt(
    row: Mapping[str, str], word: str, data: st.DataObject
) -> None:
    words = row["sentence"].split(" ")
    place = data.draw(st.integers(0, len(words)))
    bars = bars_of(of_row(row), " ".join([*words[:place], word, *words[place:]]))
    if bars:
        before = bars_of(of_row(row), row["sentence"])
        assert [(one.group, one.events, one.total) for one in bars] == [
            (one.group, one.events, one.total) for one in before
        ]
        behind = words[place - 1] if place else ""
        # "and in 28%" is said as often as "and 28%".
        again = word in ("in", "for") and words[place : place + 1] and words[place][0].isdigit()
        assert again or HARMLESS.fullmatch(word) or not NOT_BESIDE.search(behind)


DAY_LATER = "In a trial of 73 people, 64 in 100 slept a day after tea, and 28 in 100 after milk."


@pytest.mark.parametrize(
    ("label", "is_drawn"),
    [
        *(("", True), ("One day later", True), ("OCD", True), ("Compared with milk", True)),
        *(("Myth", False), ("Not true", False), ("Up to", False), ("Mice", False)),
        *(("One week later", False), ("Compared with hopes", False), ("OCD, a myth", False)),
        *(("Compared with tea", False), ("Soon after later", False)),
    ],
)
def test_a_picture_stands_behind_a_label_only_that_changes_nothing(
    label: str, is_drawn: bool
) -> None:
    assert bool(bars_of(compared(64, 100, 28, 100, 73), DAY_LATER, label)) == is_drawn


@pytest.mark.parametrize("name", ["TeA", "\u200ftea", "te\u00ada", "slept", "100", "a day", "tea,"])
def test_a_group_has_a_name_as_the_sentence_writes_it(name: str) -> None:
    assert bars_of(compared(64, 100, 28, 100, 73), DAY_LATER)
    assert bars_of(compared(64, 100, 28, 100, 73, treatment=name), DAY_LATER) == ()


@pytest.mark.parametrize(
    ("label", "words", "is_drawn"),
    [
        ("3 days later", "64 in 100 slept after 3 days on tea, and 28 in 100 on milk.", False),
        ("3 days later", "64 in 100 slept 3 days after tea, and 28 in 100 after milk.", True),
        (
            "OCD",
            "Of 73 people with depression, 64 in 100 slept on tea, and 28 in 100 on milk.",
            False,
        ),
        ("OCD", "Of 73 people with OCD, 64 in 100 slept on tea, and 28 in 100 on milk.", True),
    ],
)
def test_a_label_says_what_its_sentence_says(label: str, words: str, is_drawn: bool) -> None:
    assert bool(bars_of(compared(64, 100, 28, 100, 73), words, label)) == is_drawn


KINDS = ("people", "patients", "volunteers", "participants", "adults", "children", "women", "men")
TWO = "64 in 100{} slept on tea, and 28 in 100{} on milk."


@pytest.mark.parametrize("first", KINDS)
def test_both_numbers_are_of_one_kind_of_people(first: str) -> None:
    row = compared(64, 100, 28, 100, 73)
    drawn_with = {second for second in KINDS if bars_of(row, TWO.format(f" {first}", f" {second}"))}
    assert drawn_with == {first}
    assert bars_of(row, TWO.format(f" {first}", ""))
    assert bool(bars_of(row, TWO.format("", f" {first}"))) == (first == "people")
    lead = f"Among 73 {first}, {TWO}"
    assert bars_of(row, lead.format("", ""))
    assert bars_of(row, lead.format(f" {first}", f" {first}"))
    other = "men" if first == "women" else "women"
    assert not bars_of(row, lead.format(f" {other}", f" {other}"))
    assert not bars_of(row, lead.format("", f" {other}"))


WAYS_OF_TIME = (
    *("on tea at 8 weeks", "on tea by 8 weeks", "on tea within 8 weeks", "on tea after 8 weeks"),
    *("on tea 8 weeks later", "8 weeks after tea", "after 8 weeks of tea", "on tea at week 8"),
)


@pytest.mark.parametrize("first", WAYS_OF_TIME)
def test_a_time_that_is_said_twice_is_said_in_one_way(first: str) -> None:
    row = compared(64, 100, 28, 100, 73)
    drawn_with = [
        second
        for second in WAYS_OF_TIME
        if bars_of(row, f"64 in 100 slept {first}, and 28 in 100 {second.replace('tea', 'milk')}.")
    ]
    assert drawn_with == [first]


NEIGHBOURS = (
    *(("Nobody has shown that:", ""), ("Sellers claim", ""), ("The following is a myth.", "")),
    *(("Sellers like to say this.", ""), ("", "That is a false claim of sellers.")),
    *(("", "This was never shown."), ("", "It is not true."), ("", "But that is wrong.")),
    *(("", "False."), ("", "These numbers were made up."), ("", "The opposite is true.")),
    *(("", "Das ist falsch."), ("", "C’est faux."), ("", "Es mentira."), ("", "これは嘘です。")),
)


@pytest.mark.parametrize(("before", "behind"), NEIGHBOURS)
def test_nothing_is_drawn_beside_what_its_neighbours_may_deny(before: str, behind: str) -> None:
    row = compared(64, 100, 28, 100, 73)
    assert bars_of(row, DAY_LATER, before=before, behind=behind) == ()
    plain = "Tea is a drink."
    assert bars_of(row, DAY_LATER, before=plain, behind="In both groups some felt sick.")
    assert bars_of(row, DAY_LATER, before=plain, behind="These were 73 people who slept badly.")


def test_a_source_that_contradicts_its_statement_draws_nothing() -> None:
    row = compared(64, 100, 28, 100, 73)
    assert bars_of(replace(row, role="qualifies"), DAY_LATER)
    assert bars_of(replace(row, role="contradicts"), DAY_LATER) == ()


SIZED = "64 in 100 of {} people slept on tea, and 28 in 100{} on milk."


@pytest.mark.parametrize(
    ("size", "other", "finding", "is_drawn"),
    [
        *((80, "", "156 people", True), (80, "", "a trial", False), (156, "", "a trial", False)),
        *((155, "", "156 people", False), (131, "", "156 people", True)),
        *((132, "", "156 people", False), (80, " of 76", "a trial", True)),
    ],
)
def test_the_size_of_one_group_is_not_that_of_both(
    size: int, other: str, finding: str, is_drawn: bool
) -> None:
    row = replace(compared(64, 100, 28, 100, 156), finding=finding)
    assert bool(bars_of(row, SIZED.format(size, other))) == is_drawn


TURNERS = (
    *("never", "without", "might", "would", "could", "may", "if", "unless", "whether", "nobody"),
    *("allegedly", "supposedly", "reportedly", "hardly", "nearly", "almost", "neither", "nor"),
    *("except", "until", "before", "instead", "like", "claimed", "predicted", "expected", "false"),
    *(
        "up",
        "max",
        "minimum",
        "untreated",
        "placebo",
        "controls",
        "withdrawn",
        "failing",
        "waiting",
    ),
)


@settings(max_examples=examples(1000))
@given(
    st.sampled_from(ENGLISH),
    st.sampled_from(TURNERS),
    st.data(),
)
def test_a_word_that_turns_or_doubts_draws_nothing_wherever_it_stands(
    row: Mapping[str, str], word: str, data: st.DataObject
) -> None:
    words = row["sentence"].split(" ")
    place = data.draw(st.integers(0, len(words)))
    assert bars_of(of_row(row), " ".join([*words[:place], word, *words[place:]])) == ()


def test_the_pictures_of_our_own_page_are_the_eleven_that_people_looked_at() -> None:
    shown = assemble(read_content(ROOT / "data"), "ketamine").statements
    pictures = {one.statement: one.pictures for one in shown if one.pictures}
    assert {
        key: [(bar.label, bar.events, bar.total) for bar in bars]
        for key, [bars] in pictures.items()
    } == OURS


OURS = {
    "alternative-option-5": [("ketamine 55 in 100", 55, 100), ("ECT 41 in 100", 41, 100)],
    "alternative-option-6": [("ECT 63 in 100", 63, 100), ("ketamine 46 in 100", 46, 100)],
    "alternative-option-9": [("esketamine 27 in 100", 27, 100), ("placebo 45 in 100", 45, 100)],
    "broader-applications-6": [("ketamine 4 of 8", 4, 8), ("placebo 0 of 7", 0, 7)],
    "broader-applications-8": [("ketamine 13 of 27", 13, 27), ("sedative 3 of 28", 3, 28)],
    "chronic-pain-relief-6": [("S-ketamine 2 of 12", 2, 12), ("sedative 2 of 12", 2, 12)],
    "esk-quetiapine": [("esketamine 27 in 100", 27, 100), ("quetiapine 18 in 100", 18, 100)],
    "fm-early": [("S-ketamine 8 of 12", 8, 12), ("sedative 3 of 12", 3, 12)],
    "ketis-1": [("ketamine 63 in 100", 63, 100), ("placebo 32 in 100", 32, 100)],
    "ptsd-30": [("ketamine 10 of 15", 10, 15), ("sedative 3 of 15", 3, 15)],
    "quick-relief-3": [("ketamine 64 in 100", 64, 100), ("sedative 28 in 100", 28, 100)],
}


def html_of(text: str = "", before: str = "Zinc may help.", **cells: Any) -> str:
    numbers = {"treatment": "zinc", "events": 8, "total": 12, "comparator": "sugar"}
    row = {**numbers, "comparator_events": 3, "comparator_total": 12, **cells}
    said = text or "Of 24 people 8 of 12 felt sick on zinc, and 3 of 12 on sugar. [@roe-2021]"
    content = page(
        {
            ("statements", "unsure"): {"text": said},
            ("statements", "colds"): {"text": before},
            ("evidence", "unsure roe-2021"): row,
        }
    )
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


def test_a_statement_that_the_one_before_introduces_has_no_picture() -> None:
    assert '<span class="bars"' in html_of(before="Zinc may help. [@lee-2020]")
    assert '<span class="bars"' not in html_of(before="Nobody has shown that: [@lee-2020]")


def test_a_citation_within_a_number_parts_it() -> None:
    text = "Of 24 people {} of 12 felt sick on zinc, and 3 of 12 on sugar."
    assert '<span class="bars"' in html_of(text.format("8 [@roe-2021]"))
    assert '<span class="bars"' not in html_of(text.format("1[@roe-2021]0"), events=10)
    assert '<span class="bars"' in html_of(text.format("10 [@roe-2021]"), events=10)
