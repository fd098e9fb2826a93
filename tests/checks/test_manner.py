"""The laws of weighing: what reads like an advert is found, what reads like information spared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from ketcontent.checks.manner import ADVERT, INFORMATION, parts_of, shipped_weights, weighed
from ketcontent.checks.phrases import Found, Phrase
from ketcontent.checks.rules import judge_rules
from ketcontent.model.content import frame_of
from ketcontent.pages.assembly import PageView
from ketcontent.reading import Reading, read
from tests.checks.test_rules import SHIPPED, found, grave, page, phrases, rule

UNHEARD = "Let the sound carry your worries off."
"""What no phrase of a list says, and is selling."""


def test_a_sentence_that_reads_like_an_advert_is_found_with_the_words_that_weigh_most() -> None:
    [said] = judge_rules(PageView(page(f"The room is *on* the first floor. {UNHEARD}"), "p"))
    assert said.message == ("The sentence reads like an advert, most by 'Let' and 'worries off'.")
    assert [said.cell[slice(*mark)] for mark in said.marks] == ["Let", "worries off"]
    assert said.words == "Let … worries off"


def test_no_more_than_three_places_are_named_and_none_that_is_light_or_a_sign() -> None:
    reading = read("One gem, two gems: a glow, a hum and a ring!")
    weights = {"(any)": 1.0, ",": 3.0, "!": 3.0, "gem": 2.0, "glow": 0.9, "hum": 1.0, "one": 0.2}
    [heaviest] = weighed(reading, {}, weights)[ADVERT]
    assert _said(reading, heaviest.marks) == ["gem", "glow", "hum"]
    assert (heaviest.start, heaviest.end) == (heaviest.marks[0][0], heaviest.marks[-1][1])
    [named] = weighed(reading, {}, {**weights, "ring": 1.5})[ADVERT]
    assert _said(reading, named.marks) == ["gem", "hum", "ring"]
    [only] = weighed(reading, {}, {**weights, "gem": 9.0})[ADVERT]
    assert (only.marks, _said(reading, [(only.start, only.end)])) == ((), ["gem"])


def test_a_phrase_weighs_what_its_words_and_lists_weigh_together() -> None:
    reading = read("The steady slow hum lifts the whole grey day.")
    listed = {"sound": [Found(1, 4, Phrase("steady slow hum", "sound"))]}
    weights = {"(any)": 1.0, "slow": 0.5, "{sound}": 0.6, "hum": 0.4, "lift": 1.2, "day": 0.2}
    [one] = weighed(reading, listed, weights)[ADVERT]
    assert _said(reading, [(one.start, one.end)]) == ["steady slow hum lifts"]


def _said(reading: Reading, places: Iterable[tuple[int, int]]) -> list[str]:
    return [" ".join(word.form for word in reading.words[slice(*one)]) for one in places]


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
    called = weighed(reading, {}, shipped_weights())
    assert [one.start < first[1] for one in called.get(INFORMATION, [])] == [True]
    assert all(second[0] <= one.start < one.end <= second[1] for one in called.get(ADVERT, []))


def test_every_list_that_is_weighed_is_there() -> None:
    named = {part.strip("{}") for part in shipped_weights() if part.startswith("{")}
    assert named <= set(SHIPPED.phrases["list"])
