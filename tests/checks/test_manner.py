"""The laws of weighing: what reads like an advert is found, what reads like information spared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ketcontent.checks.manner import ADVERT, INFORMATION, parts_of, shipped_weights, weighed
from ketcontent.checks.rules import judge_rules
from ketcontent.model.content import frame_of
from ketcontent.pages.assembly import PageView
from ketcontent.reading import read
from tests.checks.test_rules import SHIPPED, found, grave, page, phrases, rule

UNHEARD = "Let the sound carry your worries off."
"""What no phrase of a list says, and is selling."""


def test_a_sentence_that_reads_like_an_advert_is_found_with_the_words_that_weigh_most() -> None:
    [said] = found(page(f"The room is on the first floor. {UNHEARD}"))
    assert said == "promotion-manner: Let the sound carry your worries"


@pytest.mark.parametrize(
    "sentence",
    [
        f"{UNHEARD} [@a-1]",
        "The regulator ruled that “let the sound carry your worries off” was misleading.",
        "Does the sound carry your worries off?",
        "Tell your doctor about any other medicines that you take.",
        "The trial was small, and the people who took part knew which treatment they had.",
    ],
)
def test_what_cites_asks_reports_or_informs_does_not_read_like_an_advert(sentence: str) -> None:
    assert "promotion-manner" not in grave(page(sentence))


def test_where_another_rule_finds_something_the_manner_says_nothing() -> None:
    rules = [
        rule("glitters", rule="glitter", severity="error"),
        rule("{an advert}", rule="manner", severity="warning", where="alone"),
    ]
    content = page(UNHEARD, f"It glitters. {UNHEARD}", f"It glitters, so {UNHEARD}", rules=rules)
    assert [one.partition(":")[0] for one in found(content)] == [
        *("manner", "glitter", "manner", "glitter"),
    ]


def test_a_soft_rule_is_silent_in_a_sentence_that_reads_like_information() -> None:
    informs = (
        "Ask your pharmacist whether the brightly coloured tablets may be taken with other"
        " medicines, and do not stop taking them suddenly."
    )
    for unless, expected in (("", ["r"]), ("{plain information}", [])):
        content = page(informs, rules=[rule("brightly", unless=unless)])
        assert grave(content) == expected


def test_a_short_sentence_excuses_nothing() -> None:
    content = page(
        "Ask whether it is brightly coloured.",
        rules=[rule("brightly", unless="{plain information}")],
    )
    assert grave(content) == ["r"]


def test_an_excuse_with_dots_must_stand_before_the_words() -> None:
    rules = [rule("eases pain", unless="{usual ...}")]
    content = page(
        "Aspirin eases pain.",
        "It eases pain without aspirin.",
        rules=rules,
        phrases=phrases(usual="aspirin"),
    )
    assert [one.key for one in judge_rules(PageView(content, "p"))] == ["p/s2"]


def test_a_page_in_another_language_is_not_weighed() -> None:
    content = page(UNHEARD)
    german = [{"document": "p", "title": "P", "language": "de", "review_every_days": "9"}]
    content = replace(content, documents=frame_of("documents", german, content))
    assert "promotion-manner" not in grave(content)


def test_each_sentence_of_a_text_is_weighed_by_itself() -> None:
    reading = read(f"Tell your doctor about any other medicines that you take at home. {UNHEARD}")
    first, second = dict(parts_of(reading, {}))
    called = weighed(reading, {})
    assert [one.start < first[1] for one in called.get(INFORMATION, [])] == [True]
    assert all(second[0] <= one.start < one.end <= second[1] for one in called.get(ADVERT, []))


def test_every_list_that_is_weighed_is_there() -> None:
    named = {part.strip("{}") for part in shipped_weights() if part.startswith("{")}
    assert named <= set(SHIPPED.phrases["list"])
