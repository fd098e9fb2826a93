"""The laws of the judges of words: what they find, what they spare, and where they point."""

from __future__ import annotations

import csv
import math
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ketcontent.checks.reading_levels import (
    count_syllables,
    flesch_kincaid,
    judge_readability,
    readability,
    smog,
)
from ketcontent.checks.repetition import judge_repetition
from ketcontent.checks.rules import judge_phrases, judge_rules
from ketcontent.checks.terms import judge_terms
from ketcontent.checks.unseen import judge_unseen
from ketcontent.diagnostics import Diagnostic
from ketcontent.errors import UnknownName
from ketcontent.model.content import Content, frame_of
from ketcontent.pages.assembly import PageView
from ketcontent.pages.blocks import Edition
from tests.benchmarks.judges import judge as judged_half
from tests.benchmarks.judges import labelled
from tests.conftest import read_shipped
from tests.laws import examples

SHIPPED = read_shipped()
RULES: list[dict[str, str]] = SHIPPED.rules.to_dict("records")  # type: ignore[assignment]
PHRASES: list[dict[str, str]] = SHIPPED.phrases.to_dict("records")  # type: ignore[assignment]
JUDGES = (judge_rules, judge_terms, judge_readability, judge_repetition, judge_unseen)

Judge = Callable[..., list[Diagnostic]]


def page(
    *texts: str | dict[str, Any],
    title: str = "Page",
    headings: tuple[str, ...] = ("",),
    content: Content = SHIPPED,
    **tables: list[dict[str, Any]],
) -> Content:
    """A page `p`: each text a statement `s1`, `s2` … in the section `a`, or in one it names."""
    rows = [
        {
            "document": "p",
            "statement": f"s{number}",
            "section": "a",
            "block": "1",
            "position": str(number),
            "form": "paragraph",
            **({"text": text} if isinstance(text, str) else text),
        }
        for number, text in enumerate(texts, start=1)
    ]
    sections = [
        {"document": "p", "section": key, "position": str(number), "heading": heading}
        for number, (key, heading) in enumerate(zip("abcdef", headings, strict=False))
    ]
    made = {
        "documents": [
            {"document": "p", "title": title, "language": "en", "review_every_days": "9"}
        ],
        "sections": sections,
        "statements": rows,
        **tables,
    }
    frames: dict[str, Any] = {table: frame_of(table, rows, content) for table, rows in made.items()}
    return replace(content, **frames)


def rule(looks_for: str, **cells: str) -> dict[str, str]:
    """A row of rules, `r` unless it says otherwise."""
    return {"rule": "r", "severity": "error", "looks_for": looks_for, "message": "M.",
            "hint": "H.", **cells}  # fmt: skip


def phrases(**lists: str) -> list[dict[str, str]]:
    """Rows of phrases: the phrases of each list with semicolons between them."""
    return [
        {"list": name, "phrase": phrase.strip(), "language": "en"}
        for name, said in lists.items()
        for phrase in said.split(";")
    ]


def found(content: Content, judge: Judge = judge_rules, edition: Edition = "current") -> list[str]:
    """What each diagnostic points at, as ``rule: words``."""
    return [
        f"{one.rule}: {one.words or '-'}" for one in judge(PageView(content, "p"), edition=edition)
    ]


def grave(content: Content) -> list[str]:
    """The rules of severity error and warning that find something."""
    return [one.rule for one in judge_rules(PageView(content, "p")) if one.severity != "advice"]


# --- the rows of rules.csv -------------------------------------------------------------------


EXAMPLES = [
    (row["rule"], column, sentence, "heading" in row["where"].split())
    for row in RULES
    for column in ("bad_examples", "good_examples")
    for sentence in row[column].split(" | ")
]
with (Path(__file__).parent.parent / "judged" / "examples.csv").open(encoding="utf-8") as file:
    OLDER = [(row["place"], row["verdict"], row["sentence"]) for row in csv.DictReader(file)]


def judged_alone(placed: list[tuple[str, bool]]) -> list[set[tuple[str, str]]]:
    """Return the rules that find something in each sentence, or heading, and how severe each is.

    A rule looks at one of them at a time, so they stand on one page: to make a page takes longer
    than to judge it.
    """
    texts = {f"s{number}": text for number, (text, heading) in enumerate(placed) if not heading}
    heads = {f"s{number}": text for number, (text, heading) in enumerate(placed) if heading}
    content = page(
        *({"statement": key, "text": text} for key, text in texts.items()),
        title="T",
        sections=[
            {"document": "p", "section": key, "position": str(at), "heading": text}
            for at, (key, text) in enumerate([("a", ""), *heads.items()])
        ],
    )
    found: dict[str, set[tuple[str, str]]] = {key: set() for key in [*texts, *heads]}
    for one in judge_rules(PageView(content, "p")):
        found[one.key.rpartition("/")[2]].add((one.rule, one.severity))
    return [found[f"s{number}"] for number in range(len(placed))]


@pytest.mark.slow
def test_a_rule_finds_its_bad_examples_and_no_grave_rule_its_good_ones() -> None:
    judged = judged_alone([(sentence, heading) for _, _, sentence, heading in EXAMPLES])
    wrong = [
        (name, column, sentence, found)
        for (name, column, sentence, _), found in zip(EXAMPLES, judged, strict=True)
        if (
            name not in {rule for rule, _ in found}
            if column == "bad_examples"
            else any(severity != "advice" for _, severity in found)
        )
    ]
    assert wrong == []


@pytest.mark.parametrize("row", [pytest.param(row, id=row["rule"]) for row in RULES])
def test_a_rule_can_be_read_aloud_and_has_three_examples_of_each_kind(row: dict[str, str]) -> None:
    ways = row["looks_for"].split(";")
    assert max(map(len, ways)) <= 100
    assert len(row["bad_examples"].split(" | ")) >= 3
    assert len(row["good_examples"].split(" | ")) >= 3
    assert row["authority"]
    assert row["hint"]
    assert "{words}" in row["message"]


@pytest.mark.slow
def test_what_older_rules_found_on_honest_grounds_is_found_and_what_they_spared_is_spared() -> None:
    judged = judged_alone([(sentence, place == "heading") for place, _, sentence in OLDER])
    wrong = [
        (place, verdict, sentence, found)
        for (place, verdict, sentence), found in zip(OLDER, judged, strict=True)
        if any(severity != "advice" for _, severity in found) != (verdict == "bad")
    ]
    assert wrong == []


def test_every_family_has_a_rule() -> None:
    families = {"promotion", "absolute-safety", "minimized-safety", "proof", "dose", "crisis",
                "selling", "stigma", "hedge", "jargon", "number", "stale", "effect",
                "rival"}  # fmt: skip
    assert {
        family for family in families if any(row["rule"].startswith(family) for row in RULES)
    } == families


def test_no_shipped_rule_is_broken() -> None:
    assert {one.table for one in judge_rules(PageView(page(), "p"))} == set()


@pytest.mark.parametrize(
    "sentence",
    [
        "It has not been shown to prevent dementia.",
        "It hasn’t been shown to prevent dementia.",
        "We do not know whether the gel is safe.",
        "We do not know whether it works and is safe.",
        "There is no evidence that the tea cures migraine.",
        "Nobody can say that the implant is safe in pregnancy.",
        "It is not clear whether the brace is harmless.",
        "Is the vaccine safe for children?",
    ],
)
def test_a_negation_in_the_clause_excuses(sentence: str) -> None:
    assert grave(page(sentence)) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "It is not only safe but also cheap.",
        "It does not cause sleep. It is completely safe.",
        "It does not help, but it is completely safe.",
        "It is not new; it is completely safe.",
        "It does not make you sleepy and is completely safe.",
        "There is no doubt that it is completely safe.",
        "Unlike the pill, which never helped, it is completely safe.",
    ],
)
def test_a_negation_elsewhere_does_not_hide_a_claim(sentence: str) -> None:
    assert {"absolute-safety-claim"} <= set(grave(page(sentence)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("risk‑free", "risk-free"),
        ("you don’t need to worry about it", "you don't need to worry about it"),
        ("favorable safety profile", "favourable safety profile"),
        ("revolutionise", "revolutionize"),
        ("mira\u00adcle", "miracle"),
        *((f"mira{one}cle", "miracle") for one in ("\u200b", "\u034f", "\ufe0e", "\U000e0101")),
        ("wonder\u00a0drug", "WONDER  DRUG"),
    ],
)  # fmt: skip
def test_typography_spelling_and_case_make_no_difference(one: str, other: str) -> None:
    first, second = (grave(page(f"This {words} is here.")) for words in (one, other))
    assert first == second != []


def test_the_work_of_a_rule_grows_in_a_straight_line_with_the_text() -> None:
    lists = phrases(a="x; x x; x x x; x x x x", b="y")
    rules = [rule("{a} ** {a} ** {a} ** {b}; {a} * {a} * {a} * {b}")]

    def work(words: int) -> int:
        calls = 0

        def count(_: FrameType, event: str, __: object) -> None:
            nonlocal calls
            calls += event == "call"

        content = page("x " * words + "z", rules=rules, phrases=lists)
        sys.setprofile(count)
        try:
            assert found(content) == []
        finally:
            sys.setprofile(None)
        return calls

    work(10)
    assert work(800) < 2.5 * work(400)


@pytest.mark.parametrize(
    ("column", "cells", "said"),
    [
        ("looks_for", {"looks_for": "{zed} * x"}, "there is no list 'zed'"),
        (
            "looks_for",
            {"looks_for": "x; "},
            "there is nothing between two semicolons, or at an end",
        ),
        ("looks_for", {"looks_for": ""}, "there is nothing between two semicolons, or at an end"),
        ("looks_for", {"looks_for": "* **"}, "it looks for no word"),
        ("looks_for", {"looks_for": "x }"}, "a brace is closed that is not open"),
        ("looks_for", {"looks_for": "{a, }"}, "a list between braces has no name"),
        ("where", {"looks_for": "x", "where": "titel"}, "'titel' means nothing here"),
        ("kinds", {"looks_for": "x", "kinds": "risk benifit"}, "'benifit' means nothing here"),
        ("unless", {"looks_for": "x", "unless": "denid"}, "'denid' means nothing here"),
        ("unless", {"looks_for": "x", "unless": "{zed}"}, "there is no list {zed} here"),
    ],
)
def test_a_rule_that_cannot_be_read_is_a_fault_of_its_row_and_the_others_go_on(
    column: str, cells: dict[str, str], said: str
) -> None:
    rules = [rule("bad", rule="b"), rule(**cells)]
    content = page("A bad word.", rules=rules, phrases=phrases(a="q"))
    (broken, other) = judge_rules(PageView(content, "p"))
    assert (broken.rule, broken.table, broken.key, broken.column) == (
        "rule-cannot-be-read", "rules", "r", column,
    )  # fmt: skip
    assert broken.message == f"'{column}' of 'r' cannot be read: {said}."
    assert (other.rule, other.cell[slice(*other.span or ())]) == ("b", "bad")


@pytest.mark.parametrize(
    ("looks_for", "text", "words"),
    [
        ("{no} * {harm}", "No bad or lasting harm.", "No bad or lasting harm"),
        ("{no} * {harm}", "No pill. The side effect is new.", None),
        ("{no} * {harm}", "No one in our very small trial had side effects.", None),
        ("{no} ** {harm}", "No one in our trial had harms.", "No one in our trial had harms"),
        ("cure", "It has cured many.", "cured"),
        ("=cure", "It has cured many.", None),
        ("cured", "It can cure many.", None),
        ("=safest", "It is safe.", None),
        ("safe", "It is the safest.", None),
        ("# times a day", "Five times a day, and 3 times a day.", "Five times a day"),
        ("risk free", "A risk‑free day.", "risk‑free"),
        ("not safe", "It isn’t safe.", "n’t safe"),
        ("favourable", "A favorable day.", "favorable"),
        ("revolutionize", "It revolutionises care.", "revolutionises"),
        ("nootropic", "Some nootropics.", "nootropics"),
        ("~itis", "It eases bursitis.", "bursitis"),
        ("~statin", "All other statins fail.", None),
        ("other ~statin", "Other simvastatins fail.", "Other simvastatins"),
        ("~itis", "An itis.", None),
    ],
)  # fmt: skip
def test_a_frame_finds_phrases_in_order_with_their_inflections(
    looks_for: str, text: str, words: str | None
) -> None:
    lists = phrases(no="no", harm="side effect; harm")
    hits = found(page(text, rules=[rule(looks_for)], phrases=lists))
    assert hits[:1] == ([f"r: {words}"] if words else [])


def test_a_replacement_is_said_and_can_be_taken() -> None:
    lists = [{**phrases(a="commit suicide")[0], "replacement": "died by suicide"}]
    content = page("He committed suicide.", rules=[rule("{a}", authority="WHO")], phrases=lists)
    (one,) = judge_rules(PageView(content, "p"))
    assert (one.hint, one.replacement, one.authority) == (
        "H. Write 'died by suicide'.", "died by suicide", "WHO",
    )  # fmt: skip


def test_the_message_names_the_words() -> None:
    content = page("A big  miracle.", rules=[rule("big miracle", message="'{words}' sells.")])
    (one,) = judge_rules(PageView(content, "p"))
    assert one.message == "'big miracle' sells."


@pytest.mark.parametrize(
    ("phrase", "cells", "said"),
    [
        ("!", {}, "'!' has no word."),
        ("you", {}, r"'you' stands in \d+ of \d+ sound sentences."),
        ("miracle", {"list": "b"}, "'miracle' is in the list 'a' too."),
        ("wunder", {"language": "de"}, "No page is in 'de': 1 phrase never looked for."),
        ("völlig sicher", {}, "'völlig sicher' is not English, and its language is 'en'."),
        ("completamente seguro", {}, "'completamente seguro' is not English, and its language"),
        ("one two three four five six seven eight nine ten eleven", {}, "The phrase has 11 words"),
    ],
)
def test_a_phrase_of_no_use_or_that_does_harm_is_a_fault_of_its_row(
    phrase: str, cells: dict[str, str], said: str
) -> None:
    row = {**phrases(a=phrase)[0], **cells}
    content = page(rules=[rule("{a}; {b}")], phrases=[*phrases(a="miracle", b="wonder"), row])
    (one,) = judge_phrases(content)
    assert (one.table, one.key) == ("phrases", f"{row['list']}/{phrase}/{row['language']}")
    assert re.match(said, one.message)


def test_no_shipped_phrase_is_at_fault() -> None:
    assert judge_phrases(SHIPPED) == []


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("", ["x title", "x head", "x label", "x one", "x two"]),
        ("heading", ["x head"]),
        ("heading label", ["x head", "x label"]),
        ("kinds benefit", ["x label", "x one"]),
        ("kinds benefit risk", ["x label", "x one", "x two"]),
        ("kinds advice", []),
        ("uncited", ["x title", "x head", "x label", "x one"]),
        ("sentence uncited", ["x one"]),
        ("start", ["x title", "x head", "x label", "x one"]),
    ],
)
def test_a_rule_holds_in_its_places_and_kinds_and_where_no_source_is_cited(
    where: str, words: list[str]
) -> None:
    column = "kinds" if where.startswith("kinds") else "where"
    content = page(
        {"text": "x one", "label": "x label", "kind": "benefit", "certainty": "high"},
        {"text": "So x two [@a-1]", "kind": "risk", "certainty": "low"},
        title="x title",
        headings=("x head",),
        rules=[rule("x {n}", **{column: where.removeprefix("kinds ")})],
        phrases=phrases(n="title; head; label; one; two"),
    )
    assert found(content) == [f"r: {one}" for one in words]


@pytest.mark.parametrize(
    ("cells", "keys"),
    [
        ({"where": "uncited"}, ["p/a", "p/s1", "p/s2"]),
        ({"where": "heading"}, ["p/a"]),
        ({"kinds": "risk"}, ["p/s2", "p/s3"]),
        ({"looks_for": "gold"}, []),
    ],
)
def test_the_same_words_are_judged_anew_where_they_stand_otherwise_or_rules_are_others(
    cells: dict[str, str], keys: list[str]
) -> None:
    content = page(
        {"text": "It glitters.", "kind": "benefit"},
        {"text": "It glitters.", "kind": "risk"},
        {"text": "It glitters. [@a-1]", "kind": "risk"},
        headings=("It glitters.",),
        rules=[rule(**{"looks_for": "glitters", **cells})],
    )
    assert [one.key for one in judge_rules(PageView(content, "p"))] == keys


def test_an_exception_spares_the_phrase_within_it() -> None:
    lists = [{**phrases(a="breakthrough")[0], "exceptions": "breakthrough pain; x y"}]
    content = page("For breakthrough pains, a breakthrough.", rules=[rule("{a}")], phrases=lists)
    (one,) = judge_rules(PageView(content, "p"))
    assert one.span == (26, 38)


def test_the_title_of_a_source_does_not_count() -> None:
    content = page(
        "The book “A miracle cure” is old.",
        "It cites Living with a miracle cure at home twice.",
        "A miracle cure, they say.",
        rules=[rule("miracle")],
        sources=[{"source": "a-1", "title": "A miracle cure"},
                 {"source": "b-1", "title": "Living with a miracle cure at home"}],
    )  # fmt: skip
    assert [one.key for one in judge_rules(PageView(content, "p"))] == ["p/s3"]


# --- where a diagnostic points ---------------------------------------------------------------


@pytest.mark.parametrize(
    "marked",
    [
        "It is a «miracle».",
        "Truly, it is a *«mir*acle».",
        "One [@miracle-1] is a **«miracle»** [@b-2; @c-3].",
        "A [«miracle»](https://example.org/miracle) it is.",
        "See [this](https://example.org/miracle) «miracle».",
        "2 \\* 3 &amp; a `«miracle»`.",
        "[@a-1] «miracle» [@b-2]",
    ],
)
def test_a_span_points_at_the_words_in_a_cell_with_markup(marked: str) -> None:
    cell = marked.replace("«", "").replace("»", "")
    (fault,) = judge_rules(PageView(page(cell, rules=[rule("miracle")]), "p"))
    assert (fault.table, fault.key, fault.column) == ("statements", "p/s1", "text")
    assert (fault.cell, fault.span) == (cell, (marked.index("«"), marked.index("»") - 1))


def test_words_that_stand_nowhere_in_the_cell_have_no_span() -> None:
    (fault,) = judge_rules(PageView(page("&Eacute;clair life.", rules=[rule("éclair life")]), "p"))
    assert fault.span is None


def test_headings_labels_and_the_title_are_judged_in_their_own_cells() -> None:
    content = page(
        {"text": "Fine.", "label": "A miracle"},
        title="Miracle",
        headings=("The miracle:",),
        rules=[rule("miracle")],
    )
    assert [(one.table, one.key, one.column) for one in judge_rules(PageView(content, "p"))] == [
        ("documents", "p", "title"),
        ("sections", "p/a", "heading"),
        ("statements", "p/s1", "label"),
    ]


def test_the_supplied_edition_is_judged_in_its_own_columns() -> None:
    both = {
        "supplied_section": "a",
        "supplied_block": "1",
        "supplied_position": "1",
        "supplied_form": "paragraph",
    }
    content = page(
        {"text": "Fine.", "supplied": "An old\nmiracle.", "supplied_label": "Miracle", **both},
        rules=[rule("old miracle; miracle")],
        sections=[{"document": "p", "section": "a", "position": "1", "heading": "Fine",
                   "supplied_position": "1", "supplied_heading": "Miracle:"}],
        documents=[{"document": "p", "title": "Fine", "supplied_title": "Miracle",
                    "language": "en", "review_every_days": "9"}],
    )  # fmt: skip
    assert found(content) == []
    faults = judge_rules(PageView(content, "p"), edition="supplied")
    assert [(one.column, one.cell[slice(*one.span or ())]) for one in faults] == [
        ("supplied_title", "Miracle"),
        ("supplied_heading", "Miracle"),
        ("supplied_label", "Miracle"),
        ("supplied", "old\nmiracle"),
    ]


def test_the_words_of_a_notice_are_judged_once_and_in_the_notice() -> None:
    content = page(
        {"notice": "n"},
        {"notice": "n"},
        notices=[{"notice": "n", "language": "en", "text": "A *miracle*."}],
        rules=[rule("miracle")],
    )
    (fault,) = judge_rules(PageView(content, "p"))
    assert (fault.table, fault.key, fault.column, fault.cell, fault.span) == (
        "notices", "n/en", "text", "A *miracle*.", (3, 10),
    )  # fmt: skip


# --- terms -----------------------------------------------------------------------------------

PTSD = [{"term": "PTSD", "language": "en", "expansion": "post-traumatic stress disorder"}]


@pytest.mark.parametrize(
    "text",
    [
        "Post‑traumatic stress disorder (PTSD) is common. PTSD hurts.",
        "PTSD (post-traumatic stress disorder) is common.",
        "Posttraumatic stress disorder (PTSD) is common.",
        "Nothing is short here: the US, HIV, Phase II and schedule IV, do NOT worry.",
        "SPRAVATO (esketamine) is a spray.",
    ],
)
def test_an_abbreviation_that_is_spelled_out_or_none_is_well(text: str) -> None:
    assert found(page(text, terms=PTSD), judge_terms) == []


@pytest.mark.parametrize(
    ("text", "words", "severity"),
    [
        ("It helps PTSD. Post-traumatic stress disorder (PTSD) hurts.", "PTSD", "error"),
        ("An MRI is loud.", "MRI", "warning"),
        ("Two MRIs are loud.", "MRI", "warning"),
        ("It blocks mTOR and more.", "mTOR", "warning"),
        ("Some words in vain (MRI) here.", "MRI", "warning"),
        ("It is given IV in hospital.", "IV", "warning"),
    ],
)
def test_an_abbreviation_before_its_words_is_named(text: str, words: str, severity: str) -> None:
    (fault,) = judge_terms(PageView(page(text, terms=PTSD), "p"))
    assert (fault.rule, fault.severity) == ("abbreviation-before-expansion", severity)
    assert fault.message == f"'{words}' is used before it is spelled out."
    assert fault.span == (text.index(words), text.index(words) + len(words))


def test_terms_are_judged_in_the_reading_order_of_each_edition() -> None:
    first = {"text": "PTSD is hard.", "supplied": "PTSD is hard."}
    second = {"text": "Post-traumatic stress disorder (PTSD) is hard."}
    second["supplied"] = second["text"]
    place = {"supplied_section": "a", "supplied_block": "1", "supplied_form": "paragraph"}
    content = page(
        {**first, **place, "position": "2", "supplied_position": "1"},
        {**second, **place, "position": "1", "supplied_position": "2"},
        sections=[{"document": "p", "section": "a", "position": "1", "supplied_position": "1"}],
        terms=PTSD,
    )
    assert found(content, judge_terms) == []
    (fault,) = judge_terms(PageView(content, "p"), edition="supplied")
    assert (fault.key, fault.column) == ("p/s1", "supplied")


@pytest.mark.parametrize("place", ["title", "heading", "label"])
def test_an_abbreviation_in_title_heading_or_label_comes_before_the_sentence(place: str) -> None:
    text = {"text": "Post-traumatic stress disorder (PTSD) is hard."}
    content = page(
        text | ({"label": "PTSD"} if place == "label" else {}),
        title="PTSD" if place == "title" else "T",
        headings=("PTSD" if place == "heading" else "",),
        terms=PTSD,
    )
    assert [one.column for one in judge_terms(PageView(content, "p"))] == [place]


def test_a_term_without_its_plain_word_is_advised() -> None:
    terms = [{"term": "analgesic", "language": "en", "plain": "painkiller"}]
    (fault,) = judge_terms(PageView(page("An Analgesic helps.", terms=terms), "p"))
    assert (fault.rule, fault.severity) == ("term-without-plain-word", "advice")
    assert fault.message == "'Analgesic' stands without its plain word."
    assert fault.hint == "Write 'painkiller', or say it beside 'Analgesic'."
    assert found(page("An analgesic is a painkiller.", terms=terms), judge_terms) == []


# --- readability -----------------------------------------------------------------------------


def test_the_grades_are_those_of_their_formulas() -> None:
    # 0.39 * 12 + 11.8 * 1.5 - 15.59; 3.1291 + 1.0430 * sqrt(36)
    assert flesch_kincaid(sentences=2, words=24, syllables=36) == pytest.approx(6.79)
    assert smog(sentences=30, long_words=36) == pytest.approx(9.3871)
    assert math.isnan(flesch_kincaid(0, 0, 0))
    assert math.isnan(smog(0, 0))


@pytest.mark.parametrize(
    ("word", "count"),
    [("the", 1), ("medicine", 3), ("hospital", 3), ("people", 2), ("side", 1), ("safety", 2),
     ("anxiety", 4), ("area", 3), ("treated", 2), ("helped", 1), ("table", 2), ("idea", 3),
     ("radiation", 4), ("patient", 2), ("science", 2), ("studies", 2), ("didn't", 2),
     ("suicide", 3), ("before", 2), ("12", 1), ("MRI", 3), ("well-known", 2)],
)  # fmt: skip
def test_syllables_are_counted_as_spoken(word: str, count: int) -> None:
    assert count_syllables(word) == count


def test_the_numbers_of_a_page_are_those_counted_by_hand() -> None:
    # The cat sat (3 words, 3 syllables). | A hospital is a place (5, 7). | It was safe (3, 3).
    content = page(
        {"text": "The cat sat [@a-1].", "label": "Animals"},
        "Ketamine: a **hospital** is a place.",
        {"text": "It was safe.", "section": "b"},
        title="Ketamine",
        headings=("Considerations", "Miscellaneous"),
    )
    frame = readability(content, "p")
    assert frame.iloc[:, :4].values.tolist() == [
        ["a", 2, 8, 10], ["b", 1, 3, 3], ["all", 3, 11, 13],
    ]  # fmt: skip
    assert frame["flesch_kincaid"].iloc[2] == pytest.approx(0.39 * 11 / 3 + 11.8 * 13 / 11 - 15.59)
    assert frame["smog"].iloc[2] == pytest.approx(3.1291 + 1.0430 * math.sqrt(10))


def test_the_pages_own_names_are_left_out() -> None:
    terms = [{"term": "Spravato", "language": "en"},
             {"term": "administration", "language": "en", "plain": "giving"}]  # fmt: skip
    one = page("Esketamine, ketamine’s twin (Spravato), is a drug.", title="Ketamine", terms=terms)
    assert readability(one, "p")["words"].tolist() == [4, 4]
    other = page("The administration of it.", title="Ketamine", terms=terms)
    assert readability(other, "p")["words"].tolist() == [4, 4]


def test_a_hard_page_is_an_error_and_a_hard_section_a_warning() -> None:
    hard = "Individuals experiencing dehydration should utilize additional beverages."
    easy = {"text": "It is so.", "section": "b"}
    content = page(hard, hard, hard, easy, headings=("A", "B"))
    faults = [one for one in judge_readability(PageView(content, "p")) if one.rule == "smog-grade"]
    assert [(one.table, one.key, one.severity, one.span) for one in faults] == [
        ("documents", "p", "error", None), ("sections", "p/a", "warning", None),
    ]  # fmt: skip


def test_a_sentence_of_more_than_25_words_is_counted_and_marked() -> None:
    words = "a " * 25
    assert found(page(f"{words}end."), judge_readability)[:1] == [f"long-sentence: {words}end."]
    assert found(page(f"{words.strip()}."), judge_readability) == []
    (fault,) = judge_readability(PageView(page(f"It is. A {words}end."), "p"))
    assert fault.message == "The sentence has 27 words; the target is 25."
    assert fault.span is not None
    assert fault.cell[fault.span[0]] == "A"


def test_a_page_in_another_language_has_no_english_grade() -> None:
    content = page("Considérations supplémentaires indispensables.")
    content = replace(content, documents=content.documents.assign(language="fr"))
    assert found(content, judge_readability) == []


# --- repetition ------------------------------------------------------------------------------


def test_a_sentence_that_returns_is_named_with_its_first_place() -> None:
    content = page("Talk to your doctor.", "It is new.", "talk to  your doctor [@a-1].")
    (fault,) = judge_repetition(PageView(content, "p"))
    assert (fault.rule, fault.key) == ("repeated-sentence", "p/s3")
    assert fault.message == "The sentence stands on the page already, as 's1'."
    assert fault.hint == "Cut one of the two, or make them a notice."


def test_a_notice_may_return_and_a_copy_of_it_may_not() -> None:
    notices = [{"notice": "n", "language": "en", "text": "Talk to your doctor."}]
    twice = page({"notice": "n"}, {"notice": "n"}, notices=notices)
    assert judge_repetition(PageView(twice, "p")) == []
    for order in ((0, 1), (1, 0)):
        texts: list[str | dict[str, Any]] = [{"notice": "n"}, "Talk to your doctor."]
        (fault,) = judge_repetition(
            PageView(page(*(texts[n] for n in order), notices=notices), "p")
        )
        assert fault.column == "text"
        assert fault.table == "statements"
        assert fault.hint == "Use the notice 'n' here, or cut it."


# --- what is not seen -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("It is sa\u034ffe.", "U+034F COMBINING GRAPHEME JOINER"),
        ("It is \U000e0041safe.", "U+E0041 TAG LATIN CAPITAL LETTER A"),
        ("It is\u2060 safe.", "U+2060 WORD JOINER"),
        ("\u00adIt is safe.", "U+00AD SOFT HYPHEN"),
    ],
)
def test_a_character_that_nobody_sees_is_named(words: str, name: str) -> None:
    (fault,) = judge_unseen(PageView(page(words), "p"))
    assert (fault.rule, fault.severity) == ("unseen-character", "warning")
    assert fault.message.startswith(name)
    assert fault.span is not None
    assert len(fault.cell[slice(*fault.span)]) == 1


@pytest.mark.parametrize(
    "words",
    [
        "Blutdruck\u00adsenkung hilft.",
        "ទឹក\u200bតែ",
        "می\u200cخواهم",
        "👩\u200d⚕️ helps.",
        "It is safe.",
    ],
)
def test_what_breaks_a_line_or_joins_letters_is_no_fault(words: str) -> None:
    assert judge_unseen(PageView(page(words), "p")) == []


# --- all of them -----------------------------------------------------------------------------


@pytest.mark.parametrize("judge", JUDGES)
def test_an_unknown_document_is_named(judge: Judge) -> None:
    with pytest.raises(UnknownName, match=r"^No document 'q'\.\nhint: Use one of: p\."):
        judge(PageView(page(), "q"))


TEXT = st.text(max_size=60) | st.text("aA.,;! \n*[]@()“’-ISVtx1%&\\`\u00ad\ud800", max_size=60)


@pytest.mark.slow
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(TEXT, max_size=4), title=TEXT, heading=TEXT, label=TEXT, term=TEXT)
@example(texts=["\ud800 [@a-1] *x*"], title="İ", heading="(A", label="\u200b", term="(")
def test_judges_raise_on_no_content_and_point_into_the_cell(
    texts: list[str], title: str, heading: str, label: str, term: str
) -> None:
    content = page(
        *({"text": text, "label": label} for text in texts),
        title=title,
        headings=(heading,),
        terms=[{"term": term, "language": "en", "expansion": label, "plain": heading}],
        sources=[{"source": "a", "title": title}, {"source": "b", "title": label}],
        rules=[*RULES, rule(label, unless=heading, where=term), rule("{a} * {a}", rule="q")],
        phrases=[*PHRASES, {"list": "a", "phrase": label, "language": "en", "exceptions": term}],
    )
    before = content.statements.copy()
    for judge in JUDGES:
        for fault in judge(PageView(content, "p")):
            assert fault.span is None or 0 <= fault.span[0] < fault.span[1] <= len(fault.cell)
    assert content.statements.equals(before)


@pytest.mark.parametrize(
    ("sentence", "family"),
    [
        ("It is one of the safest medicines.", "absolute-safety"),
        ("It has no severe or permanent side effects.", "absolute-safety"),
        ("Why wait, if it is completely safe?", "selling"),
        ("You will not believe how fast it works.", "promotion"),
        ("It works.", "promotion"),
        ("Black cohosh eliminates hot flashes in 4 days.", "effect"),
        ("Antidepressants only mask the symptoms.", "rival"),
        ("People have used it for thousands of years.", "promotion"),
        ("It is natural, so it is gentle.", "promotion"),
        ("Millions of people trust it.", "promotion"),
        ("If you are thinking of suicide, a drip brings relief within hours.", "crisis"),
        ("Our patients tell us that they sleep again.", "selling"),
        ("We guarantee results.", "proof"),
        ("Book today and save 20%.", "selling"),
    ],
)
def test_what_each_family_is_there_for_is_found(sentence: str, family: str) -> None:
    assert any(name.startswith(family) for name in grave(page(sentence)))


@pytest.mark.parametrize(
    "sentence",
    [
        "Most users were women.",
        "It is given for certain patients.",
        "The risk was 4.44 times more than with placebo.",
        "After the test you'll be able to go home.",
        "Detoxification takes about a week.",
        "Many people think about suicide at some time.",
        "Frequently Asked Questions",
    ],
)
def test_what_was_found_by_mistake_once_is_spared(sentence: str) -> None:
    assert found(page(sentence)) == []


def test_the_labelled_set_is_large_and_halved() -> None:
    rows = labelled()
    honest = [row for row in rows if row["label"] == "honest"]
    assert len(rows) - len(honest) >= 120
    assert len(honest) >= 50
    assert {"tune", "held"} <= {row["half"] for row in rows}
    tuned = [row for row in rows if not row["half"].startswith("strangers")]
    assert not any("ketamine" in row["sentence"].casefold() for row in tuned)


def test_the_half_that_rules_are_tuned_on_is_found_and_its_honest_sentences_are_not() -> None:
    judged = judged_half("tune")
    assert [one.sentence for one in judged if one.label != "honest" and not one.hit] == []
    assert [one.sentence for one in judged if one.label == "honest" and one.rules] == []


def test_the_tuned_half_of_a_stranger_is_found_whole_and_its_crisis_lines_pass() -> None:
    judged = judged_half("strangers-tune")
    assert [one.sentence for one in judged if one.label != "honest" and not one.hit] == []
    wrong = [one.rules for one in judged if one.label == "honest" and one.rules]
    assert [rules for rules in wrong if rules != ("stale-time-word",)] == []


@pytest.mark.parametrize(
    "sentence",
    [
        "If you have thoughts of ending your life, call 988 now.",
        "If you cannot keep yourself safe, call 999 or go to A&E.",
        "You do not need to be suicidal to call the helpline.",
        "Do not make yourself sick after an overdose; call an ambulance.",
        "If chest pain does not go away, do not wait until morning: call 911.",
    ],
)
def test_a_line_that_sends_a_reader_to_help_is_never_at_fault(sentence: str) -> None:
    assert found(page(sentence)) == []
