"""The laws of weighing: what reads like an advert is found, what reads like information spared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest

from ketcontent.checks.manner import (
    ADVERT,
    INFORMATION,
    PERHAPS,
    parts_of,
    shipped_weights,
    weighed,
)
from ketcontent.checks.phrases import Found, Phrase
from ketcontent.checks.rules import judge_rules
from ketcontent.model.content import frame_of
from ketcontent.pages.assembly import PageView
from ketcontent.reading import Reading, read
from tests.benchmarks.weights import FILE as WEIGHTS
from tests.benchmarks.weights import learned_from
from tests.checks.test_rules import SHIPPED, found, grave, page, phrases, rule

UNHEARD = "Let the sound carry your worries off."
"""What no phrase of a list says, and is selling."""


def test_a_sentence_that_reads_like_an_advert_is_found_with_the_words_that_weigh_most() -> None:
    [said] = judge_rules(PageView(page(f"The room is *on* the first floor. {UNHEARD}"), "p"))
    named = [said.cell[slice(*mark)] for mark in said.marks]
    assert said.message == f"The sentence reads like an advert, most by '{_listed(named)}'."
    assert said.words == " … ".join(named)
    assert "worries" in said.words
    assert "the" not in named


def _listed(words: Sequence[str]) -> str:
    return "', '".join(words[:-1]) + "' and '" + words[-1]


def test_no_more_than_three_places_are_named_and_none_that_is_light_or_a_sign() -> None:
    reading = read("One pearl, two pearls: a glow, a buzz and a ring by you!")
    light = {"(any)": 1.0, ",": 3.0, "!": 3.0, "you": 3.0, "one": 0.2}
    weights = {**light, "pearl": 2.0, "glow": 0.9, "buzz": 1.0}
    [heaviest] = weighed(reading, {}, weights)[ADVERT]
    assert _said(reading, heaviest.marks) == ["pearl", "glow", "buzz"]
    [named] = weighed(reading, {}, {**weights, "ring": 1.5})[ADVERT]
    assert _said(reading, named.marks) == ["pearl", "buzz", "ring"]
    [only] = weighed(reading, {}, {**weights, "pearl": 9.0})[ADVERT]
    assert _said(reading, only.marks) == ["pearl"]


def test_a_phrase_weighs_what_its_words_and_lists_weigh_together() -> None:
    reading = read("The steady slow hum lifts the whole grey day.")
    listed = {"sound": [Found(1, 4, Phrase("steady slow hum", "sound"))]}
    weights = {"(any)": 1.0, "slow": 0.5, "{sound}": 0.6, "hum": 0.4, "lift": 1.2, "day": 0.2}
    [one] = weighed(reading, listed, weights)[ADVERT]
    assert _said(reading, one.marks) == ["steady slow hum lifts"]


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


def test_the_weights_were_learned_from_the_phrases_and_sets_as_they_are() -> None:
    first = WEIGHTS.read_text(encoding="utf-8").partition("\n")[0]
    assert first == f"# learned from {learned_from()}", (
        "A phrase, an example or a labelled sentence is another than when the weights were learned:"
        " run `python -m tests.benchmarks.weights write`."
    )


def test_what_is_only_perhaps_an_advert_is_advice_and_named_alike() -> None:
    [said] = judge_rules(PageView(page("A cup in the evening, and the day lets go of you."), "p"))
    assert (said.rule, said.severity) == ("promotion-leaning", "advice")
    assert said.message.startswith("The sentence may read like an advert, most by '")


def test_a_short_sentence_is_either_an_advert_or_nothing() -> None:
    reading = read("The day ward closes.")
    likely = {weight: [*weighed(reading, {}, {"(any)": 0.0, "ward": weight})] for weight in (1, 3)}
    assert likely == {1: [], 3: [ADVERT]}


@pytest.mark.parametrize(
    ("weight", "called"),
    [(3.0, ADVERT), (1.0, PERHAPS), (0.0, None), (-1.0, INFORMATION)],
)
def test_a_sentence_is_called_by_how_likely_it_is_an_advert(
    weight: float, called: str | None
) -> None:
    reading = read("The bus for the day ward leaves from the gate at the back.")
    assert [*weighed(reading, {}, {"(any)": 0.0, "ward": weight})] == [called] * (
        called is not None
    )
