"""Every word around the sentences comes from one table, once a language, from either side."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ketcontent import assemble, check, list_documents, read_content, with_signoffs
from ketcontent.execution.exporters import export
from ketcontent.markup.templates import TEMPLATES, english
from ketcontent.model.content import Content, frame_of, rows_of
from ketcontent.pages.assembly import interface
from tests.conftest import ROOT
from tests.judging import page as sound_page
from tests.pages.test_in_a_browser import shown

ENGLISH = english().texts

with (ROOT / "data" / "strings.csv").open(encoding="utf-8", newline="") as _file:
    SHIPPED = list(csv.DictReader(_file))


def invented(language: str) -> list[dict[str, str]]:
    """Return a row for each string in a language that nobody speaks."""
    rows = []
    for name, text in ENGLISH.items():
        fields = " ".join(re.findall(r"\{\w+\}", text))
        said = "|".join("«»" for _ in range(12)) if name == "months" else f"«{fields}»"
        rows.append({"string": name, "language": language, "text": said})
    return rows


def shipped(language: str) -> list[dict[str, str]]:
    """Return the shipped rows of a language."""
    return [row for row in SHIPPED if row["language"] == language]


def spoken_in(content: Content, language: str, rows: list[dict[str, str]]) -> Content:
    """Return a content whose page and notices are in a language, with those strings."""
    return replace(
        content,
        documents=content.documents.assign(language=language),
        notices=content.notices.assign(language=language),
        terms=content.terms.assign(language=language),
        strings=frame_of("strings", rows, content),
    )


def with_everything(content: Content) -> Content:
    """Return the sound page with a term, a person and all that its end can say."""
    people = [
        {
            "person": "ada",
            "name": "Ada",
            "profession": "physician",
            "credential": "MD",
            "conflicts": "none",
        }
    ]
    terms = [{"term": "Zinc", "language": "en", "definition": "A metal."}]
    return replace(
        content,
        people=frame_of("people", people, content),
        terms=frame_of("terms", terms, content),
        documents=content.documents.assign(audience="Adults", publisher="Us", funding="Them"),
        sources=content.sources.assign(unconfirmed="volume", pmid="1"),
    )


class Words(HTMLParser):
    """Collects all that a reader or a screen reader meets: texts, names and descriptions."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.open.append(tag)
        self.found += [
            given[name] or "" for name in ("aria-label", "title", "alt") if name in given
        ]

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"style", "script", "code"} & set(self.open):
            self.found.append(data)


MARK = re.compile(
    r'<p lang="en" dir="ltr">[^<]* The words around its sentences are a translation that no native '
    r"speaker has checked\.</p>|"
    r'<span lang="en" dir="ltr">\([^)]*\)</span>'
)
"""What marks in a page that its furniture is a translation: its state and grades in English."""

MARK_MARKDOWN = re.compile(r"> [^>]* The words around its sentences are a .*|(?<=\*\*) \([^)]*\):")


def english_in(text: str) -> list[str]:
    """Return the strings of the English furniture that stand in a text."""
    plain = [
        words
        for name, words in ENGLISH.items()
        if name not in ("language-name", "date") and "{" not in words and len(words) > 3
    ]
    starts = [words.partition("{")[0].strip() for words in ENGLISH.values() if "{" in words]
    wanted = {*plain, *(one for one in starts if len(one) > 3)}
    return [one for one in wanted if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text)]


# --- one table -------------------------------------------------------------------------------


def test_every_string_is_asked_for_and_every_string_asked_for_is_there() -> None:
    texts = [path.read_text("utf-8") for path in TEMPLATES.rglob("*.j2")]
    texts += [path.read_text("utf-8") for path in (ROOT / "ketcontent").rglob("*.py")]
    asked: set[str] = set()
    for text in texts:
        for start, dynamic, end in re.findall(
            r"""(?:say|self)\(\s*f?["']([a-z-]+)(?:\{[^}]*\}|(["']\s*~[^~,)]+(?:~\s*["'])?))?([a-z-]*)""",
            text,
        ):
            if dynamic or start.endswith("-"):
                asked |= {name for name in ENGLISH if name.startswith(start) and name.endswith(end)}
            else:
                asked.add(start + end)
    assert asked - ENGLISH.keys() == set().union(*OF_ITS_OWN.values())
    assert ENGLISH.keys() - asked == set()


@pytest.mark.parametrize("edition", ["current", "supplied"])
def test_no_word_of_the_furniture_is_left_in_another_language(tmp_path: Path, edition: str) -> None:
    content = spoken_in(with_everything(sound_page()), "qaa", invented("qaa"))
    # Where a project asks for less than the package, that is said in English, whatever it says.
    asked = read_content(ROOT / "data")
    names = ("policies", "rules", "phrases", "topics", "help_lines")
    content = replace(content, **{name: getattr(asked, name) for name in names})
    page = assemble(content, "zinc", edition=edition)
    html = shown(tmp_path, "page", with_signoffs(content, page)._repr_mimebundle_())
    text, marks = MARK.subn("", html.read_text("utf-8"))
    assert marks == (2 if edition == "current" else 1)
    assert '<html lang="qaa" dir="ltr">' in text
    assert 'lang="en"' not in text
    words = "\n".join(Words(text).found)
    assert "«" in words
    assert english_in(words) == []
    style = re.search(r"@top-left \{ content: ([^;]+);", text)
    assert style is not None
    assert "\\ab " in style[1]
    markdown = MARK_MARKDOWN.sub("", export(tmp_path / "page.ipynb", "markdown").decode())
    assert english_in(markdown.replace("record.json", "").replace("ketcontent verify", "")) == []


def test_a_section_and_the_index_speak_the_language_too(tmp_path: Path) -> None:
    rows = invented("qaa") + invented("en")
    content = spoken_in(with_everything(sound_page()), "qaa", rows)
    part = with_signoffs(content, assemble(content, "zinc", section="colds"))
    for name, one in (("section", part), ("index", list_documents(content))):
        text = MARK.sub("", shown(tmp_path, name, one._repr_mimebundle_()).read_text("utf-8"))
        assert english_in("\n".join(Words(text).found)) == []
        markdown = MARK_MARKDOWN.sub("", export(tmp_path / f"{name}.ipynb", "markdown").decode())
        assert english_in(markdown) == []


def test_a_region_uses_the_strings_of_its_language() -> None:
    content = spoken_in(sound_page(), "qaa-BR", invented("qaa"))
    assert interface(rows_of(content.strings), "qaa-BR").language == "qaa-BR"
    assert interface(rows_of(content.strings), "qaa-BR")("sources") == "«»"


def test_a_project_may_reword_the_english_of_one_string() -> None:
    row = {"string": "sources", "language": "en", "text": "What we read"}
    content = spoken_in(sound_page(), "en", [row])
    page = assemble(content, "zinc")
    assert "<h3>What we read</h3>" in page.to_html()
    assert "<h2>About this page</h2>" in page.to_html()


# --- what is missing -------------------------------------------------------------------------


def test_a_missing_string_is_a_fault_and_the_furniture_is_then_english_and_marked_so(
    tmp_path: Path,
) -> None:
    rows = [row for row in invented("qaa") if row["string"] not in ("sources", "never")]
    content = spoken_in(sound_page(), "qaa", rows)
    [fault] = [one for one in check(content).diagnostics if one.rule == "strings-missing"]
    assert (fault.severity, fault.table, fault.key) == ("error", "documents", "zinc")
    assert fault.message == "In 'qaa' the page lacks: never, sources."
    page = with_signoffs(content, assemble(content, "zinc"))
    html = shown(tmp_path, "page", page._repr_mimebundle_()).read_text("utf-8")
    assert "«" not in html
    assert '<h3 lang="en" dir="ltr">Sources</h3>' in html
    assert '<div class="state draft" role="note" lang="en" dir="ltr">' in html
    assert '<a class="skip" href="#_main" lang="en" dir="ltr">Skip to the page</a>' in html


def test_the_strings_of_a_region_lie_over_those_of_the_language() -> None:
    rows = invented("pt") + invented("pt-BR")
    half = len(rows) // 2
    rows = [row for n, row in enumerate(rows) if (n % half % 2) == (row["language"] == "pt")]
    content = spoken_in(sound_page(), "pt-BR", rows)
    assert interface(rows_of(content.strings), "pt-BR").language == "pt-BR"
    assert "strings-missing" not in {one.rule for one in check(content)}


@pytest.mark.parametrize(
    ("name", "text", "lost"),
    [
        pytest.param(
            "about-signer", "{name} «»", "{capacity}, {count}, {date}, {conflicts}", id="fields"
        ),
        pytest.param("months", "a|b", "12 parts between |", id="months"),
    ],
)
def test_a_string_that_lost_what_the_page_fills_in_is_a_fault(
    name: str, text: str, lost: str
) -> None:
    rows = [{**row, "text": text} if row["string"] == name else row for row in invented("qaa")]
    content = spoken_in(sound_page(), "qaa", rows)
    [fault] = [one for one in check(content).diagnostics if one.rule == "string-lacks-fields"]
    assert (fault.table, fault.key, fault.column) == ("strings", f"{name}/qaa", "text")
    assert fault.message == f"It must hold {lost}, as the English does."


def test_a_page_whose_strings_are_all_there_has_no_such_fault() -> None:
    for content in (sound_page(), spoken_in(sound_page(), "qaa", invented("qaa"))):
        assert "strings-missing" not in {one.rule for one in check(content)}


# --- from right to left ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def arabic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page in Arabic, exported, with the shipped strings."""
    rows = shipped("ar")
    content = spoken_in(sound_page(), "ar", rows)
    statements = content.statements.assign(
        text=content.statements["text"].where(
            content.statements["text"] == "",
            "قد يسبب الزنك (Zinc) الغثيان، اتصل 988-116. [@roe-2021]",
        )
    )
    sections = content.sections.assign(
        heading=content.sections["heading"].where(
            content.sections["heading"] == "", "ما وجدته التجارب"
        )
    )
    content = replace(content, statements=statements, sections=sections)
    page = replace(
        with_signoffs(content, assemble(content, "zinc")),
        last_review="2026-01-31",
        next_review="2027-01-31",
    )
    return shown(tmp_path_factory.mktemp("arabic"), "page", page._repr_mimebundle_())


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1440])
def test_a_page_in_arabic_is_mirrored(browser: Any, arabic: Path, width: int) -> None:
    tab = browser.new_page(viewport={"width": width, "height": 900})
    tab.goto(arabic.as_uri())
    assert tab.evaluate("[document.documentElement.lang, document.dir]") == ["ar", "rtl"]
    assert tab.evaluate("document.scrollingElement.scrollWidth") == width
    state = "getComputedStyle(document.querySelector('.state'))"
    assert tab.evaluate(f"parseFloat({state}.borderRightWidth)") > 4
    assert tab.evaluate(f"parseFloat({state}.borderLeftWidth)") == 0
    sources = "getComputedStyle(document.querySelector('#_sources ol'))"
    assert tab.evaluate(f"parseFloat({sources}.paddingRight)") > 10
    assert tab.evaluate(f"parseFloat({sources}.paddingLeft)") == 0
    if width == 1440:
        contents = tab.locator("nav").bounding_box()
        text = tab.locator(".text").bounding_box()
        assert contents["x"] >= text["x"] + text["width"]
    tab.close()


@pytest.mark.browser
def test_a_number_on_a_page_in_arabic_is_read_from_left_to_right(
    browser: Any, arabic: Path
) -> None:
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.goto(arabic.as_uri())
    places = tab.evaluate("""() => {
        const number = [...document.querySelectorAll("bdi")]
            .find(one => one.textContent.includes("988-116")).firstChild;
        return ["988", "116"].map(part => {
            const range = document.createRange(), start = number.data.indexOf(part);
            range.setStart(number, start);
            range.setEnd(number, start + part.length);
            return range.getBoundingClientRect().left;
        });
    }""")
    assert places[0] < places[1]
    tab.close()


def test_dates_are_written_as_the_language_writes_them(arabic: Path) -> None:
    assert "يناير" in arabic.read_text("utf-8")
    assert "January" not in arabic.read_text("utf-8")


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("fr", "1er janvier 2026", "2 janvier 2026"),
        ("de", "1. Januar 2026", "2. Januar 2026"),
        ("en", "1 January 2026", "2 January 2026"),
    ],
)
def test_the_first_of_a_month_is_written_as_the_language_writes_it(
    language: str, first: str, second: str
) -> None:
    say = interface(rows_of(read_content(ROOT / "data").strings), language)
    said = [say.date(day).replace("\u00a0", " ") for day in ("2026-01-01", "2026-01-02")]
    assert said == [first, second]


def test_the_shipped_strings_are_whole_in_english() -> None:
    rows = read_content(ROOT / "data").strings
    assert set(rows.loc[rows["language"] == "en", "string"]) == set(ENGLISH)
    assert not (rows["text"] == "").any()


SAME_IN = {
    "fr": {"about-version", "frame-figure", "important", "sources"},
    "de": {"about-version"},
    "es": {"capacity-editorial"},
    "ar": {"date"},
}
"""Words that a language shares with English, by language."""

OF_ITS_OWN = {"fr": {"date-first"}}
"""Strings that a language has and English does not need."""


@pytest.mark.parametrize("language", SAME_IN)
def test_a_shipped_translation_is_whole_and_not_yet_checked(language: str) -> None:
    rows = {row["string"]: row for row in shipped(language)}
    texts = {name: row["text"] for name, row in rows.items() if name in ENGLISH}
    assert rows.keys() - OF_ITS_OWN.get(language, set()) == texts.keys() == ENGLISH.keys()
    assert {name for name, text in texts.items() if text == ENGLISH[name]} == SAME_IN[language]
    for name, text in texts.items():
        fields = [sorted(re.findall(r"\{\w+\}", one)) for one in (text, ENGLISH[name])]
        assert fields[0] == fields[1], name
        assert text.count("|") == ENGLISH[name].count("|"), name
        assert text.endswith(":") == ENGLISH[name].endswith(":"), name
        assert text.endswith(".") == ENGLISH[name].endswith("."), name
        assert text == text.strip(), name
    assert {row["checked_on"] for row in rows.values()} == {""}
    content = spoken_in(sound_page(), language, list(rows.values()))
    found = {one.rule: one for one in check(content) if one.table in ("strings", "documents")}
    assert not {"strings-missing", "string-lacks-fields", "state-words-alike"} & found.keys()
    assert found["strings-not-checked"].severity == "advice"


@pytest.mark.parametrize(
    ("language", "fault"),
    [
        ("fr", r"(?<!\u202f)[:;?!»]|«(?!\u202f)|[ \u00a0][:;?!»]|[\"']"),
        ("de", r"[ \u00a0\u202f][:;?!]|[\"'«»]"),
        ("es", r"[ \u00a0\u202f][:;?!»]|«[ \u00a0\u202f]|[\"']"),
        ("ar", r"[,;?\"']|[ \u00a0\u202f][:؛؟!»،]|«[ \u00a0\u202f]"),
    ],
)
def test_shipped_translations_set_marks_and_spaces_as_their_language_does(
    language: str, fault: str
) -> None:
    texts = [row["text"] for row in shipped(language)]
    assert [text for text in texts if re.search(fault, text)] == []
    assert any(re.search("[:;»]", text) for text in texts)


def test_a_page_says_that_nobody_checked_its_translation_until_all_of_it_was_read() -> None:
    rows = [{**row, "checked_on": "2026-11-02"} for row in shipped("fr")]
    for checked in (rows, [{**rows[0], "checked_on": ""}, *rows[1:]]):
        content = spoken_in(sound_page(), "fr", checked)
        page = with_signoffs(content, assemble(content, "zinc"))
        note = "no native speaker has checked"
        said = [note in one for one in (page.to_html(), page.to_markdown(), page.to_leaflet())]
        assert said == [checked is not rows] * 3
        rules = {one.rule for one in check(content)}
        assert ("strings-not-checked" in rules) == (checked is not rows)


def test_the_index_of_pages_in_several_languages_is_english() -> None:
    content = spoken_in(sound_page(), "xx", invented("xx"))
    other = content.documents.assign(document="other", language="en")
    both = replace(content, documents=pd.concat([content.documents, other], ignore_index=True))
    assert list_documents(content).say.language == "xx"
    assert list_documents(both).say.language == "en"
    lacking = replace(content, strings=content.strings.iloc[1:])
    assert list_documents(lacking).say.language == "en"
    none = replace(content, documents=content.documents.iloc[:0])
    assert list_documents(none).say.language == "en"
