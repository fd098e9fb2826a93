"""The words around the sentences in a page's language: what is missing, what a row must hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ketcontent.checks.coverage import judge_strings
from ketcontent.diagnostics import Diagnostic
from ketcontent.markup.templates import english
from ketcontent.model.content import empty_content, frame_of
from ketcontent.pages.assembly import PageView


def found(language: str, *rows: tuple[str, str, str]) -> list[Diagnostic]:
    """What is found on a page in a language, with rows of string, language and text."""
    content = empty_content()
    page = {"document": "p", "title": "P", "language": language, "review_every_days": 365}
    strings: list[dict[str, Any]] = [
        {"string": name, "language": tag, "text": text, "checked_on": "2026-11-02"}
        for name, tag, text in rows
    ]
    content = replace(
        content,
        documents=frame_of("documents", [page], content),
        strings=frame_of("strings", strings, content),
    )
    return judge_strings(PageView(content, "p"))


def all_in(language: str, but: str = "") -> list[tuple[str, str, str]]:
    """Every string, said in English and called a language."""
    return [(name, language, text) for name, text in english().texts.items() if name != but]


@pytest.mark.parametrize("language", ["en", "en-GB", "EN-us"])
def test_a_page_in_english_lacks_nothing(language: str) -> None:
    assert found(language) == []


@pytest.mark.parametrize(
    ("language", "of_the_rows"), [("fr", "fr"), ("pt-BR", "pt"), ("pt-BR", "pt-br"), ("FR", "fr")]
)
def test_rows_of_the_language_or_of_the_one_it_is_a_kind_of_count(
    language: str, of_the_rows: str
) -> None:
    assert found(language, *all_in(of_the_rows)) == []
    [one] = found(language, *all_in(of_the_rows, but="on-this-page"))
    assert one.rule == "strings-missing"
    assert one.message == f"In '{language}' the page lacks: on-this-page."


@pytest.mark.parametrize("other", ["de", "pt-PT", "en"])
def test_rows_of_another_language_do_not_count_and_are_not_judged(other: str) -> None:
    rows = [("sentence", other, "without its field")]
    [one] = found("pt-BR", *rows)
    assert one.rule == "strings-missing"
    assert "sentence" in one.message


def test_a_row_must_hold_the_fields_that_the_english_has() -> None:
    rows = [*all_in("fr", but="sentence"), ("sentence", "fr", "Phrase")]
    [one] = found("fr", *rows)
    assert (one.rule, one.key) == ("string-lacks-fields", "sentence/fr")
    assert one.message == "It must hold {number}, as the English does."


def test_a_row_must_hold_as_many_parts_as_the_english_has() -> None:
    rows = [*all_in("fr", but="months"), ("months", "fr", "janvier|février")]
    [one] = found("fr", *rows)
    assert one.message == "It must hold 12 parts between |, as the English does."


def test_a_row_that_no_template_asks_for_is_left_alone() -> None:
    assert found("fr", *all_in("fr"), ("our-own", "fr", "À nous")) == []


def test_of_an_english_page_too_a_row_is_judged() -> None:
    [one] = found("en-GB", ("sentence", "en-GB", "Sentence"))
    assert one.rule == "string-lacks-fields"
