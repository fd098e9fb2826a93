"""The numbers that a picture is drawn of are all there, can be, and are those of the sentence."""

from __future__ import annotations

from typing import Any

import pytest

from ketcontent.checks.comparisons import judge_comparisons
from ketcontent.pages.assembly import PageView
from tests.judging import page

SENTENCE = "In a trial, 8 of 12 people felt sick a day after zinc, and 3 of 12 after sugar."
HUNDREDTHS = "In a trial of 90 people 60 in 100 felt sick on zinc, and 20 in 100 on sugar."
COUNTED: dict[str, Any] = {
    **{"treatment": "zinc", "events": 8, "total": 12},
    **{"comparator": "sugar", "comparator_events": 3, "comparator_total": 12, "time": "a day"},
}
SHARES = {
    **{**COUNTED, "events": 60, "total": 100, "time": ""},
    **{"comparator_events": 20, "comparator_total": 100, "people": 90},
}
NO_STOP = "no full stop stands at the end: what comes behind it may go on with it"


def found(cells: dict[str, Any], words: str = SENTENCE) -> list[tuple[str, str, str]]:
    content = page(
        {
            ("statements", "unsure"): {"text": f"{words} [@roe-2021]"},
            ("evidence", "unsure roe-2021"): cells,
        }
    )
    faults = judge_comparisons(PageView(content, "zinc"))
    assert {one.key for one in faults} <= {"zinc/unsure/roe-2021"}
    return [(one.rule, one.column, one.message) for one in faults]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        pytest.param({}, SENTENCE, id="no numbers"),
        pytest.param(COUNTED, SENTENCE, id="people of a small trial"),
        pytest.param(SHARES, HUNDREDTHS, id="percentages"),
        pytest.param(
            {**SHARES, "events": 204, "total": 340, "comparator_events": 66}
            | {"comparator_total": 330, "people": None},
            HUNDREDTHS.replace("90", "670"),
            id="people of a large trial, told in hundredths",
        ),
        pytest.param(SHARES, HUNDREDTHS.replace(" in 100", " %"), id="told as percentages"),
    ],
)
def test_sound_numbers_are_spared(cells: dict[str, Any], words: str) -> None:
    assert found(cells, words) == []


@pytest.mark.parametrize(
    ("cells", "words", "fault"),
    [
        pytest.param(
            {**COUNTED, "comparator_total": None, "treatment": ""},
            SENTENCE,
            (
                *("comparison-half-filled", "treatment"),
                "Numbers are compared, and there is nothing in treatment, comparator_total.",
            ),
            id="half filled",
        ),
        pytest.param(
            {"time": "a day"},
            SENTENCE,
            (
                *("comparison-half-filled", "treatment"),
                "Numbers are compared, and there is nothing in treatment, events, total, "
                "comparator, comparator_events, comparator_total.",
            ),
            id="a time and no numbers",
        ),
        pytest.param(
            {**COUNTED, "comparator_events": 13},
            SENTENCE.replace("3 of 12", "13 of 12"),
            ("more-events-than-people", "comparator_events", "13 of 12 people cannot be."),
            id="more than there were",
        ),
        pytest.param(
            {**SHARES, "people": None},
            HUNDREDTHS,
            (
                *("comparison-half-filled", "people"),
                "Percentages are compared, and nobody says of how many people.",
            ),
            id="percentages of nobody knows how many",
        ),
        pytest.param(
            {**SHARES, "people": 49},
            HUNDREDTHS,
            (
                *("share-of-few", "people"),
                "Of 49 people, shares in 100 say more than is known.",
            ),
            id="percentages of few",
        ),
        pytest.param(
            COUNTED,
            SENTENCE.replace("8 of 12", "67 in 100"),
            (
                *("comparison-not-told", "events"),
                "Of 'zinc' the statement says '67 in 100', and not '8 of 12'.",
            ),
            id="few told in hundredths",
        ),
        pytest.param(
            {**SHARES, "events": 70},
            HUNDREDTHS,
            (
                *("comparison-not-told", "events"),
                "Of 'zinc' the statement says '60 in 100', and not '70 of 100'.",
            ),
            id="other numbers than the sentence",
        ),
        pytest.param(
            {**SHARES, "events": 204, "total": 340, "people": None},
            HUNDREDTHS.replace("60 in", "6 in"),
            (
                *("comparison-not-told", "events"),
                "Of 'zinc' the statement says '6 in 100', and not '204 of 340' or '60 in 100'.",
            ),
            id="other hundredths than the people make",
        ),
        pytest.param(
            COUNTED,
            SENTENCE.replace("8 of 12", "8 of 12,000").replace("3 of 12", "3 of 123"),
            (
                *("comparison-not-told", "events"),
                "Of 'zinc' the statement says '8 of 12,000', and not '8 of 12'.",
            ),
            id="a part of another number",
        ),
        pytest.param(
            COUNTED,
            SENTENCE.replace("zinc", "milk").replace("sugar", "zinc").replace("milk", "sugar"),
            (
                *("comparison-not-told", "events"),
                "Of 'zinc' the statement says '3 of 12', and not '8 of 12'.",
            ),
            id="groups swapped",
        ),
        pytest.param(
            COUNTED,
            SENTENCE.replace("8 of 12", "up to 8 of 12"),
            (
                *("comparison-not-told", "treatment"),
                "It cannot be drawn: 'up' stands behind ',': go on with a number, or with 'on' and "
                "the name, or with when it was, or with 'compared with'.",
            ),
            id="a number that is a bound",
        ),
        pytest.param(
            {**COUNTED, "time": ""},
            "In a trial, 8 of 12 people felt sick after zinc. After sugar it was 3 of 12.",
            (
                *("comparison-not-told", "treatment"),
                "It cannot be drawn: more than one sentence stands there: give this one a "
                "statement of its own.",
            ),
            id="two sentences",
        ),
        pytest.param(
            {**COUNTED, "people": 25},
            SENTENCE,
            ("people-differ", "people", "By their totals both groups had 24 people, not 25."),
            id="other people than the totals",
        ),
        pytest.param(
            {**SHARES, "people": 91},
            HUNDREDTHS,
            ("comparison-not-told", "people", "The statement speaks of 90 people, not of 91."),
            id="other people than the sentence",
        ),
        pytest.param(
            SHARES,
            HUNDREDTHS.replace("a trial of 90 people", "a trial"),
            (
                *("people-differ", "people"),
                "Neither the statement nor the finding speaks of 90 people.",
            ),
            id="people that nobody speaks of",
        ),
        pytest.param(
            {**SHARES, "total": 1000, "comparator_total": 1000, "people": 7},
            HUNDREDTHS,
            ("share-of-few", "people", "Of 7 people, shares in 1000 say more than is known."),
            id="thousandths of few",
        ),
        pytest.param(
            {**COUNTED, "time": "day a"},
            SENTENCE,
            (
                *("comparison-not-told", "time"),
                "The statement does not say 'day a' of when it was, but 'a day'.",
            ),
            id="a part of the words of a time",
        ),
        pytest.param(
            {**COUNTED, "comparator": "placebo"},
            SENTENCE,
            ("comparison-not-told", "comparator", "The statement does not say 'placebo'."),
            id="another group",
        ),
        pytest.param(
            {**COUNTED, "time": "trial"},
            SENTENCE,
            (
                *("comparison-not-told", "time"),
                "The statement does not say 'trial' of when it was, but 'a day'.",
            ),
            id="a time that is none",
        ),
        pytest.param(
            {**SHARES, "people": 200, "total": 100},
            HUNDREDTHS,
            ("comparison-not-told", "people", "The statement speaks of 90 people, not of 200."),
            id="people that are both totals",
        ),
        pytest.param(
            COUNTED,
            SENTENCE.replace("after zinc", "after zinc withdrawn"),
            (
                *("comparison-not-told", "treatment"),
                "It cannot be drawn: 'withdrawn' stands behind 'a day after zinc': go on with when "
                "it was, or with 'and', or with 'compared with', or with a comma.",
            ),
            id="a word behind a name",
        ),
        pytest.param(
            COUNTED,
            SENTENCE.replace("felt sick", "allegedly felt sick"),
            (
                *("comparison-not-told", "treatment"),
                "It cannot be drawn: 'allegedly' stands behind 'people': go on with what they "
                "felt or had, or with 'on' and the name.",
            ),
            id="a word before what they felt",
        ),
        pytest.param(
            COUNTED,
            SENTENCE.replace("felt sick", "felt allegedly sick"),
            (
                *("comparison-not-told", "treatment"),
                "It cannot be drawn: 'allegedly' is not understood behind 'felt'.",
            ),
            id="a word within what they felt",
        ),
        pytest.param(
            {**COUNTED, "time": "a week"},
            SENTENCE,
            (
                *("comparison-not-told", "time"),
                "The statement does not say 'a week' of when it was, but 'a day'.",
            ),
            id="another time",
        ),
    ],
)
def test_one_break_has_one_rule(
    cells: dict[str, Any], words: str, fault: tuple[str, str, str]
) -> None:
    assert found(cells, words) == [fault]
    drawn = page(
        {
            ("statements", "unsure"): {"text": words},
            ("evidence", "unsure roe-2021"): cells,
        }
    )
    [shown] = [one for one in PageView(drawn, "zinc").edition().statements if "trial" in one.plain]
    assert shown.pictures == []


@pytest.mark.parametrize(
    ("good", "bad", "reason"),
    [
        *(("sugar.", "sugar", NO_STOP), ("sugar.", "sugar!", "'!' is not understood {sugar}")),
        ("after zinc", "after real zinc", "'real' is not understood behind 'a day after'"),
        ("after zinc", "after zinc (all)", "'(' stands behind 'a day after zinc': {on}"),
        ("a trial", "a trial of 24 teenagers", "'teenagers' is not understood behind 'of 24'"),
        ("a trial", "a trial of 7.3 people", "'7.3' is not understood behind 'of'"),
        ("a trial", "a trial of 24k people", "'24k' is not understood behind 'of'"),
        ("a trial", "24 clinics", "'24' is not understood behind 'in'"),
        ("a trial", "a dreadful trial", "'dreadful' is not understood behind 'in a'"),
        ("12 people", "12¤", "'¤' is not understood behind '8 of 12'"),
        ("12 people", "12² people", "'²' is not understood behind '8 of 12'"),
        ("people felt", "were women who felt", "'women' is not understood behind 'were'"),
        ("In a trial,", "Zinc was better:", "'was' is not understood behind 'zinc'"),
        ("In a trial,", "Zinc worked better than", "'than' is not understood {better}"),
        (", and 3", "; 3", "'3 of 12' stands behind ';': go on with 'and', or with {against}"),
        ("after sugar", "after sugar did", "'did' stands behind 'after sugar': {stop}"),
        ("felt sick a", "a", "the sentence ends behind 'after sugar': say what they felt or had"),
    ],
)
def test_the_words_that_are_not_understood_are_named(good: str, bad: str, reason: str) -> None:
    [(rule, _, message)] = found(COUNTED, SENTENCE.replace(good, bad))
    said = reason.format(
        sugar="behind 'after sugar'",
        better="behind 'zinc worked better'",
        against="'compared with'",
        on="go on with when it was, or with 'and', or with 'compared with', or with a comma",
        stop="go on with when it was, or with a full stop",
    )
    assert (rule, message) == ("comparison-not-told", f"It cannot be drawn: {said}.")


@pytest.mark.parametrize(("language", "hint"), [("fr-CA", "allaient mieux"), ("nl", "Empty all")])
def test_a_sentence_that_is_not_known_is_told_one_of_its_own_language(
    language: str, hint: str
) -> None:
    content = page(
        {
            ("documents", "zinc"): {"language": language},
            ("notices", "talk-first"): {"language": language},
            ("notices", "crisis-line"): {"language": language},
            ("statements", "unsure"): {"text": "8 sur 12 allaient bien, zinc, et 3 sur 12, sugar."},
            ("evidence", "unsure roe-2021"): {**COUNTED, "time": ""},
        }
    )
    [fault] = judge_comparisons(PageView(content, "zinc"))
    assert "none of the sentences that are known in the language of the page" in fault.message
    assert hint in fault.hint


def test_a_neighbour_that_may_deny_it_is_named() -> None:
    content = page(
        {
            ("statements", "colds"): {"text": "Nobody has shown that: [@lee-2020]"},
            ("statements", "unsure"): {"text": SENTENCE},
            ("evidence", "unsure roe-2021"): COUNTED,
        }
    )
    [fault] = judge_comparisons(PageView(content, "zinc"))
    assert fault.message.startswith("'Nobody has shown that:' stands beside it")


def test_a_statement_that_is_cut_is_asked_for_no_words() -> None:
    content = page(
        {
            ("statements", "unsure"): {"text": "", "position": None},
            ("evidence", "unsure roe-2021"): COUNTED,
        }
    )
    assert judge_comparisons(PageView(content, "zinc")) == []
