"""A page as received becomes rows: nothing is lost, nothing added, the order is kept."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from ketcontent import assemble, import_page, read_content, read_page, write_content
from ketcontent.errors import AlreadyThere, KetcontentError, UnreadablePage
from ketcontent.importing.text_tables import is_rule
from ketcontent.model.content import Content, empty_content, frame_of
from ketcontent.model.schema import TABLES
from ketcontent.pages.document import Document
from tests.laws import examples

PAGES = Path(__file__).parent / "pages"
LANGUAGES = {"physiotherapie": "de", "influenza-vaccine": "zh"}
NAMES = sorted(path.stem for path in PAGES.glob("*.txt"))

# --- what the law compares -------------------------------------------------------------------

_MARK = re.compile(r"[-*–◦‣▪●·∙⁃]\s+|•\s*")


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, bullet marks dropped, white space and borders of cells alike."""
    found = []
    for line in re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")):
        words = re.sub(r"[|\\]", " ", "" if is_rule(line) else line).strip()
        mark = _MARK.match(words)
        words = words[mark.end() :] if mark else words
        if words.strip() and words.strip() not in ("-", "*", "–", "•"):
            found.append(" ".join(words.split()))
    return found


def words_of(page: Document) -> str:
    """Return all words of a page as one string, white space made alike."""
    words = [page.title]
    for section in page:
        words += [section.title, *(block.plain for block in section.blocks)]
    return " ".join(" ".join(words).split())


def taken_in(text: str, language: str = "en") -> Content:
    return import_page(empty_content(), text, document="page", language=language)


def supplied_lines(content: Content) -> list[str]:
    return lines_of(assemble(content, "page", edition="supplied").to_text())


def assert_equal(one: Content, other: Content) -> None:
    for table in TABLES:
        assert_frame_equal(getattr(one, table), getattr(other, table))


@contextmanager
def saved(content: Content) -> Iterator[Content]:
    """Write a content to a folder of its own, and give what is read back."""
    with TemporaryDirectory() as folder:
        write_content(content, folder)
        yield read_content(folder)


# --- pages nobody has seen -------------------------------------------------------------------

SENTENCES = st.sampled_from(
    [
        "It may help some people.",
        "Take it at 10:30 with water.",
        "Dr. Smith and Prof. Jones agree, e.g. on this.",
        "About 2.5 in 10 people felt sick (see below.)",
        "She said “It works.” He said 'no'.",
        "See https://example.org/a_b?c=d&e=[f] or www.example.org.",
        "Ask: is it safe?",
        "Élise a pris un café… à midi !",
        "疫苗有效。请咨询医生！",
        "هذا الدواء قد يساعد. هل هو آمن؟",
        "5 < 6 & *this* is _not_ `code` <b>bold</b> [link](javascript:x) \\ and \\*.",
        "No full stop",
        "It works.[1] It lasts 1.5 h.Then it stops.",
        "Form: tablets",
        "A line, with a comma,",
        "and one that goes on.",
        "Max. 5 a day! Approx. 6?! Yes…  And so on",
        "A no\u00a0break\u00a0space and a tab\there.",
        "---",
        "***",
        "- -",
        "* a second mark",
        "1. a number in it",
        "2.1 Subheading",
        "(3) a note",
        "Step 4: Stir.",
        "|a|b|",
        ": a colon first",
        "Q: Why?",
        "“Quoted: yes.”",
        "·5 of it",
        "○",
    ]
)
HEADINGS = st.sampled_from(
    [
        "Description",
        "Key Features:",
        "Side effects",
        "What is it?",
        "Häufige Fragen",
        "注意事项",
        "الآثار الجانبية",
        "Warning:",
        "Reviews",
        "A *heading* <b>& more</b>",
        "Uses \u00a0 and\tforms",
    ]
)
LABELS = st.sampled_from(["Form", "Medical Uses", "How it works", "Größe", "用法", "A (b)"])
PARAGRAPHS = st.lists(SENTENCES, min_size=1, max_size=3).map(" ".join)
BULLETS = st.sampled_from(["- ", "* ", "• ", "•", "– ", "-\n", "*\n", "•\n", "–\n", "-\t", "▪ "])
NUMBERS = st.sampled_from(["1. ", "2. ", "3) ", "(4) ", "1.2 ", "Step 5: "])


@st.composite
def wrapped(draw: st.DrawFn) -> str:
    """A paragraph whose lines break inside sentences."""
    words = (draw(PARAGRAPHS) + " " + draw(PARAGRAPHS)).split(" ")
    places = draw(st.sets(st.integers(1, len(words))))
    return "".join(
        word + ("\n" if place in places else " ") for place, word in enumerate(words, start=1)
    )


@st.composite
def numbered_list(draw: st.DrawFn) -> str:
    items = draw(st.lists(st.one_of(LABELS, PARAGRAPHS), min_size=2, max_size=4))
    return "\n".join(f"{number}. {item}" for number, item in enumerate(items, start=1))


PARTS = st.one_of(
    HEADINGS,
    PARAGRAPHS,
    wrapped(),
    numbered_list(),
    st.builds(str.__add__, NUMBERS, st.one_of(HEADINGS, PARAGRAPHS)),
    st.builds(str.__add__, BULLETS, PARAGRAPHS),
    st.builds("{}{}: {}".format, BULLETS, LABELS, PARAGRAPHS),
    st.builds("{}: {}".format, LABELS, PARAGRAPHS),
    st.builds(
        "{}: {}".format,
        st.sampled_from(["Important Note", "Conclusion", "Disclaimer", "Warning"]),
        PARAGRAPHS,
    ),
    st.sampled_from(["", "  ", "\u00a0", "Reviews\nThere are no reviews yet.", "-", "•"]),
)


@st.composite
def pages(draw: st.DrawFn) -> str:
    """A page like the real one, and unlike it."""
    title = draw(
        st.sampled_from(["", "Aspirin\n", "What is it?\n", "Tea: a plant\n\n", "1. One\n"])
    )
    text = title + "\n".join(draw(st.lists(PARTS, min_size=1, max_size=10))) + "\nEnd"
    ends = draw(st.sampled_from(["\n", "\r\n", "\r", "mixed"]))
    if ends == "mixed":
        kinds = iter(draw(st.lists(st.sampled_from(["\n", "\r\n", "\r\n", "\n\n"]), min_size=99)))
        text = re.sub("\n", lambda _: next(kinds, "\n"), text)
    else:
        text = text.replace("\n", ends)
    return draw(st.sampled_from(["", "\ufeff"])) + text


# No control characters, no surrogates, and none that turn the direction of what follows.
PRINTABLE = st.characters(
    exclude_categories=("Cc", "Cn", "Cs", "Zl", "Zp"),
    exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
)
ANY_LINES = st.lists(
    st.one_of(st.text(PRINTABLE, max_size=60), st.text("-*•– .:1a\t\u00a0A。?", max_size=12)),
    min_size=1,
    max_size=8,
).map("\n".join)


@pytest.mark.slow
@settings(max_examples=examples(150))
@given(pages())
def test_a_page_comes_back_line_by_line(text: str) -> None:
    assert supplied_lines(taken_in(text)) == lines_of(text)


@settings(max_examples=examples(150))
@given(ANY_LINES.filter(lines_of))
def test_lines_of_any_text_come_back(text: str) -> None:
    assert supplied_lines(taken_in(text)) == lines_of(text)


@settings(max_examples=examples(60))
@example("A\xa0.")
@example("Before A\u202f. After.")
@given(st.one_of(pages(), ANY_LINES.filter(lines_of)))
def test_right_after_import_both_editions_say_the_same_words(text: str) -> None:
    content = taken_in(text)
    current = assemble(content, "page")
    supplied = assemble(content, "page", edition="supplied")
    if supplied.title:
        assert current.title == supplied.title
    else:  # a page without a title is called by its key
        assert current.title == "Page"
        supplied = replace(supplied, title="Page")
    assert words_of(current) == words_of(supplied)


@settings(max_examples=examples(15))
@given(st.one_of(pages(), ANY_LINES.filter(lines_of)))
def test_what_was_imported_is_valid_and_survives_the_disk(text: str) -> None:
    content = taken_in(text)
    with saved(content) as read:
        assert_equal(read, content)


# --- golden pages ----------------------------------------------------------------------------


def outline(page: Document) -> str:
    """Return the structure of a page as a person reads it: a line a section, block, sentence."""
    lines = [f"title: {page.title}".rstrip()]
    for section in page:
        run_in = " (runs in)" if section.run_in else ""
        lines += ["", f"[{section.section}] {section.title or '(no heading)'}{run_in}"]
        for block in section.blocks:
            lines.append(f"  {block.form}")
            for one in block.statements:
                label = f"<{one.label_text}> " if one.label else ""
                lines.append(f"    {label}{' / '.join(one.plain.splitlines())}")
    return "\n".join(lines) + "\n"


def sample(name: str) -> Content:
    text = read_page(PAGES / f"{name}.txt")
    language = LANGUAGES.get(name, "en")
    return import_page(empty_content(), text, document=name, language=language)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_the_structure_an_editor_expects(name: str) -> None:
    page = assemble(sample(name), name, edition="supplied")
    assert outline(page) == (PAGES / f"{name}.structure").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_page_comes_back_line_by_line(name: str) -> None:
    received = (PAGES / f"{name}.txt").read_bytes().decode()
    page = assemble(sample(name), name, edition="supplied")
    assert lines_of(page.to_text()) == lines_of(received)


def test_the_real_page_comes_back_word_for_word() -> None:
    received = (PAGES / "ketamine.txt").read_text(encoding="utf-8").splitlines()
    printed = assemble(sample("ketamine"), "ketamine", edition="supplied").to_text().splitlines()
    alone = received.count("-")
    bullets = [line.removeprefix("- ") for line in received if line != "-"]
    assert [line.removeprefix("- ") for line in printed] == bullets
    assert alone == 5
    assert sum(line.startswith("- ") for line in printed) == 13


def test_the_shipped_tables_hold_the_page_as_received() -> None:
    shipped = assemble(read_content("data"), "ketamine", edition="supplied")
    assert outline(shipped) == (PAGES / "ketamine.structure").read_text(encoding="utf-8")


# --- single lines ----------------------------------------------------------------------------


def structure(text: str) -> list[tuple[str, ...]]:
    """Return headings and blocks in short: (number, heading) and (form, label, words)."""
    found: list[tuple[str, ...]] = []
    for section in assemble(taken_in(text), "page", edition="supplied"):
        if section.title:
            found.append((section.number, section.heading))
        for block in section.blocks:
            words = " | ".join(one.plain for one in block.statements)
            found.append((block.form, block.statements[0].label, words))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("-\nForm: Oral.", [("item", "Form", "Oral.")], id="dash alone"),
        pytest.param("•Oral", [("item", "", "Oral")], id="round mark without space"),
        pytest.param("–\u00a0Oral", [("item", "", "Oral")], id="dash and no-break space"),
        pytest.param("-5 is cold.", [("paragraph", "", "-5 is cold.")], id="minus sign"),
        pytest.param("·5 is half.", [("paragraph", "", "·5 is half.")], id="decimal point"),
        pytest.param("2. Side effects", [("2.", "Side effects")], id="numbered heading"),
        pytest.param("2. It hurts.", [("item", "2.", "It hurts.")], id="numbered sentence"),
        pytest.param(
            "1. Wash\n2. Dry", [("item", "1.", "Wash"), ("item", "2.", "Dry")], id="numbered list"
        ),
        pytest.param(
            "1. Uses\nIt helps.\n2. Harms",
            [("1.", "Uses"), ("paragraph", "", "It helps."), ("2.", "Harms")],
            id="numbered headings",
        ),
        pytest.param(
            "Note: It hurts.", [("", "Note:"), ("notice", "", "It hurts.")], id="run-in notice"
        ),
        pytest.param(
            "Safety Profile: It is new.",
            [("", "Safety Profile:"), ("paragraph", "", "It is new.")],
            id="run-in heading",
        ),
        pytest.param(
            "Caution\nIt hurts.", [("", "Caution"), ("notice", "", "It hurts.")], id="notice under"
        ),
        pytest.param(
            "It hurts.\nNote: It hurts.",
            [("notice", "", "It hurts."), ("", "Note:"), ("notice", "", "It hurts.")],
            id="notice said twice",
        ),
        pytest.param(
            "Note: It hurts.\nIt helps.",
            [("", "Note:"), ("notice", "", "It hurts."), ("paragraph", "", "It helps.")],
            id="paragraph after a run-in notice",
        ),
        pytest.param("Is it safe?", [("", "Is it safe?")], id="question"),
        pytest.param(
            "Q: Is it safe?\nA: Yes.",
            [("", "Q: Is it safe?"), ("paragraph", "", "A: Yes.")],
            id="question and answer",
        ),
        pytest.param(
            "Symptoms include:\n- pain",
            [("paragraph", "", "Symptoms include:"), ("item", "", "pain")],
            id="words before a list",
        ),
        pytest.param(
            "- You may ask: is it safe?",
            [("item", "", "You may ask: is it safe?")],
            id="sentence with a colon",
        ),
        pytest.param("- At 10:30 go home.", [("item", "", "At 10:30 go home.")], id="time of day"),
        pytest.param(
            "A sentence that is broken at the edge of a column\nand goes on here. Then ends.",
            [
                (
                    "paragraph",
                    "",
                    "A sentence that is broken at the edge of a column\nand goes on here."
                    " | Then ends.",
                )
            ],
            id="hard-wrapped paragraph",
        ),
        pytest.param(
            "- Form: Tablets, or\n  drops.",
            [("item", "Form", "Tablets, or\ndrops.")],
            id="hard-wrapped item",
        ),
        pytest.param("Harms\nUses", [("", "Harms"), ("", "Uses")], id="nothing under a heading"),
        pytest.param(
            "Uses \tand forms\n- Big\tform: Oral.",
            [("", "Uses  and forms"), ("item", "Big form", "Oral.")],
            id="tabs",
        ),
    ],
)
def test_a_line_is_read_by_its_form(text: str, expected: list[tuple[str, ...]]) -> None:
    assert structure(f"Page\n{text}") == expected


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param("Tea: a plant\nIt is green.", "Tea: a plant", id="title with a colon"),
        pytest.param("Is tea safe?\nYes.", "Is tea safe?", id="question"),
        pytest.param("Tea is green.\nSo it is.", "", id="sentence"),
        pytest.param("- Tea\nUses", "", id="item"),
        pytest.param("Key Features:\n- Tea", "", id="heading of a list"),
        pytest.param("1. Tea\nIt is green.", "", id="numbered heading"),
        pytest.param(
            "Tea is a drink that people have made for very long\nand still make.",
            "",
            id="broken sentence",
        ),
    ],
)
def test_the_first_line_is_the_title_when_it_reads_as_one(text: str, title: str) -> None:
    page = assemble(taken_in(text), "page", edition="supplied")
    assert page.title == title


def test_text_before_any_heading_is_a_section_without_one() -> None:
    first = assemble(taken_in("Tea\nIt is green. It is hot.\nUses\nDrink it."), "page").sections[0]
    assert (first.section, first.heading, len(first.statements)) == ("lede", "", 2)


def test_keys_come_from_headings_and_labels() -> None:
    content = taken_in("Tea\nHäufige Fragen\n- Größe: Klein. Fein.\nUses\nUses\n疫苗\n有效。")
    assert set(content.sections["section"]) == {"haufige-fragen", "uses", "uses-2", "yi-miao"}
    assert set(content.statements["statement"]) == {"grosse-1", "grosse-2", "yi-miao-1"}


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("Как подготовиться", "kak-podgotovitsia"),
        ("注意事项", "zhu-yi-shi-xiang"),
    ],
)
def test_a_heading_in_any_script_has_a_key_of_its_own(heading: str, key: str) -> None:
    assert key in set(taken_in(f"Tea\nIt is hot.\n1. {heading}\nIt is old.").sections["section"])


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("Dr. Osei is here. Ask.", ["Dr. Osei is here.", "Ask."], id="title of a man"),
        pytest.param("Use ice, e.g. crushed, i.e. small.", None, id="Latin abbreviations"),
        pytest.param("In the U.S. it is sold.", None, id="initials"),
        pytest.param("It took 2.5 h at 10:30 a.m. on Monday.", None, id="numbers and times"),
        pytest.param("Approx. 5 people, max. 6, tel. 7.", None, id="abbreviation before a number"),
        pytest.param("See Fig. 2 and No. 5 here.", None, id="numbered things"),
        pytest.param("Jones et al. (2010) agreed.", None, id="citation"),
        pytest.param(
            "He said “It works.” Then he left.",
            ["He said “It works.”", "Then he left."],
            id="closing quote",
        ),
        pytest.param("It is sold (as a gel.)", None, id="closing bracket"),
        pytest.param("Really?! Yes… No.", ["Really?!", "Yes… No."], id="marks in a row"),
        pytest.param(
            "See www.example.org. Or ask.", ["See www.example.org.", "Or ask."], id="site"
        ),
        pytest.param("有效。很快！真的？", ["有效。", "很快！", "真的？"], id="no space between"),
        pytest.param("It lasts 1 h.Then it ends.", None, id="no space after a full stop"),
    ],
)
def test_a_paragraph_is_split_into_its_sentences(text: str, sentences: list[str] | None) -> None:
    rows = taken_in(f"Tea\nUses\n{text}").statements.sort_values("supplied_position")
    assert rows["supplied"].tolist() == (sentences or [text])


# --- a file that is no page ------------------------------------------------------------------


def refused(path: Path) -> tuple[str, str]:
    with pytest.raises(UnreadablePage) as caught:
        read_page(path)
    assert caught.value.path == str(path)
    return caught.value.message.replace(str(path), "FILE"), caught.value.hint


UTF_8 = "Save it as UTF-8 in your text editor."
NOT_TEXT = "Copy the words of the page into a plain text file."
HIDDEN = "Delete it: nobody can see it, and it can change what is read."
ONE_PAGE = "Name a page: a saved web page, a Word document, a PDF, Markdown or plain text."


@pytest.mark.parametrize(
    ("data", "message", "hint"),
    [
        pytest.param(b"caf\xe9", "FILE is not UTF-8: byte 3 is 0xe9.", UTF_8, id="Latin-1"),
        pytest.param(
            b"\xef\xbb\xbfcaf\xe9", "FILE is not UTF-8: byte 6 is 0xe9.", UTF_8, id="after the mark"
        ),
        pytest.param(
            "Tea".encode("utf-16"),
            "FILE is not UTF-8: byte 0 starts the mark of UTF-16.",
            UTF_8,
            id="UTF-16",
        ),
        pytest.param(
            "\ufeffTea".encode("utf-16-be"),
            "FILE is not UTF-8: byte 0 starts the mark of UTF-16.",
            UTF_8,
            id="UTF-16, big end first",
        ),
        pytest.param(b"Tea\x00\n", "FILE is not text.", NOT_TEXT, id="zero byte"),
        pytest.param(
            b"Tea\r\nab\x07c",
            "FILE is not plain text: line 2, character 3 is U+0007 control character.",
            HIDDEN,
            id="control character",
        ),
        pytest.param(
            "Tea\n\nDo \u202eton".encode(),
            "FILE is not plain text: line 3, character 4 is U+202E RIGHT-TO-LEFT OVERRIDE.",
            HIDDEN,
            id="text turned around",
        ),
        pytest.param(
            "Tea\n\nHot \U0001fffe".encode(),
            "FILE is not plain text: line 3, character 5 is U+1FFFE noncharacter.",
            HIDDEN,
            id="what is no character",
        ),
        pytest.param(b"", "FILE is empty.", ONE_PAGE, id="empty"),
        pytest.param(b"\xef\xbb\xbf", "FILE is empty.", ONE_PAGE, id="only the mark"),
        pytest.param(b" \n\t\r\n\xc2\xa0\n", "FILE is empty.", ONE_PAGE, id="only white space"),
        pytest.param(b"-\n * \n\xe2\x80\xa2\n", "FILE is empty.", ONE_PAGE, id="only bullets"),
    ],
)
def test_a_file_that_is_no_page_is_one_clear_error(
    tmp_path: Path, data: bytes, message: str, hint: str
) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(data)
    assert refused(path) == (message, hint)


def test_a_missing_file_is_one_clear_error(tmp_path: Path) -> None:
    message = "FILE cannot be read: no such file or directory."
    assert refused(tmp_path / "page.txt") == (message, ONE_PAGE)


def test_a_folder_is_one_clear_error(tmp_path: Path) -> None:
    assert refused(tmp_path) == ("FILE cannot be read: is a directory.", ONE_PAGE)


def test_a_file_over_ten_megabytes_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    with path.open("wb") as file:
        file.truncate(10_000_001)
    assert refused(path) == (
        "FILE has 10,000,001 bytes, more than 10 MB.",
        "Import one page, not a site; cut the file into its pages.",
    )


def test_a_byte_order_mark_is_not_part_of_the_page(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(b"\xef\xbb\xbfTea\r\n")
    assert read_page(path) == "Tea\r\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("\n- \n", "The page for 'page' is empty.", id="empty"),
        pytest.param(
            "Tea\nHot\u2066 tea",
            "The page for 'page' is not plain text: line 2, character 4 is U+2066 "
            "LEFT-TO-RIGHT ISOLATE.",
            id="text turned around",
        ),
    ],
)
def test_text_from_elsewhere_is_held_to_the_same(text: str, message: str) -> None:
    with pytest.raises(UnreadablePage) as caught:
        taken_in(text)
    assert caught.value.message == message


# --- taking a page in anew -------------------------------------------------------------------

TEA = """\
Tea
Tea is a drink.
Uses
Tea wakes people up. It is hot.
- Green: It is mild. It is old.
- Black: It is strong.
Harms
It may stain teeth.
"""


def anew(content: Content, text: str) -> Content:
    return import_page(content, text, document="page", replace=True)


def edited(content: Content, statement: str, **cells: Any) -> Content:
    """Return a content with cells of one statement changed."""
    frame = content.statements.copy()
    for column, cell in cells.items():
        frame.loc[frame["statement"] == statement, column] = cell
    return replace(content, statements=frame)


def cut(content: Content, statement: str) -> Content:
    return edited(content, statement, text="", position=pd.NA)


def row_of(content: Content, statement: str) -> dict[str, Any]:
    frame = content.statements
    return frame[frame["statement"] == statement].iloc[0].to_dict()


def current_half(content: Content, statement: str) -> dict[str, Any]:
    row = row_of(content, statement)
    return {name: cell for name, cell in row.items() if not name.startswith("supplied")}


def reading(content: Content, section: str) -> list[str]:
    return [one.plain for one in assemble(content, "page").section(section).statements]


def blocks(content: Content, section: str) -> list[str]:
    return [block.plain for block in assemble(content, "page").section(section).blocks]


def added(content: Content, table: str, **cells: Any) -> Content:
    frame = getattr(content, table)
    row = frame_of(table, [{"document": "page", **cells}], content)
    key = list(content.schemas[table].key)
    together = pd.concat([frame, row], ignore_index=True).sort_values(key, ignore_index=True)
    return replace(content, **{table: together})


def test_a_page_that_is_there_is_not_written_over_unasked() -> None:
    content = taken_in(TEA)
    with pytest.raises(AlreadyThere) as caught:
        import_page(content, "Coffee", document="page")
    assert caught.value.message == "The document 'page' is there already."
    assert caught.value.hint == (
        "Add --replace to take it in as the supplier's new version; edited sentences keep "
        "their wording until you decide."
    )
    assert caught.value.name == "page"


def test_an_import_leaves_other_pages_and_what_it_was_given_alone() -> None:
    first = import_page(empty_content(), "Coffee\nIt is black.", document="coffee")
    before = {table: getattr(first, table).copy() for table in TABLES}
    both = import_page(first, TEA, document="page")
    for table in ("documents", "sections", "statements"):
        assert_frame_equal(getattr(first, table), before[table])
        frame = getattr(both, table)
        kept = frame[frame["document"] == "coffee"].reset_index(drop=True)
        assert_frame_equal(kept, before[table])


def test_an_unchanged_sentence_keeps_its_key_and_its_current_half() -> None:
    content = edited(
        taken_in(TEA),
        "uses-2",
        text="It may be *hot*.",
        section="harms",
        block=7,
        position=5,
        form="notice",
        label="Heat",
        kind="risk",
        certainty="low",
        certainty_reasons="One study",
        topics="heat",
    )
    content = cut(content, "green-2")
    after = anew(content, TEA.replace("Tea is a drink.", "Tea was a drink."))
    for statement in ("uses-1", "uses-2", "green-1", "green-2", "black-1"):
        assert current_half(after, statement) == current_half(content, statement)
    # It stood before the one sentence of its new section, and does.
    assert reading(after, "harms") == ["It may be hot.", "It may stain teeth."]


def test_a_sentence_that_moved_on_the_page_keeps_its_words_and_moves_along() -> None:
    content = edited(taken_in(TEA), "harms-1", text="It stains teeth.", kind="risk")
    after = anew(content, "Tea\nIt may stain teeth.\nTea is a drink.\nUses\nIt is hot.\n")
    moved = {"section": "lede", "block": 2}
    assert current_half(after, "harms-1") == current_half(content, "harms-1") | moved
    assert row_of(after, "harms-1")["supplied_section"] == "lede"
    assert reading(after, "lede") == ["It stains teeth.", "Tea is a drink."]


def test_a_new_sentence_stands_after_the_one_received_before_it() -> None:
    page = TEA.replace("It is hot.", "It is wet. It is hot. It is brown.")
    after = anew(taken_in(TEA), page.replace("Uses\n", "Uses\nDrink it.\n"))
    assert blocks(after, "uses") == [
        "Drink it.",
        "Tea wakes people up. It is wet. It is hot. It is brown.",
        "Green: It is mild. It is old.",
        "Black: It is strong.",
    ]


def test_a_sentence_that_changed_stays_in_its_paragraph() -> None:
    after = anew(taken_in(TEA), TEA.replace("Tea wakes people up.", "Tea wakes us up."))
    assert blocks(after, "uses")[0] == "Tea wakes us up. It is hot."
    after = anew(taken_in(TEA), TEA.replace("Tea wakes people up.", "Most have caffeine."))
    assert blocks(after, "uses")[0] == "Tea wakes people up. Most have caffeine. It is hot."
    after = anew(taken_in(TEA), TEA.replace("It is mild.", "It is weak."))
    assert blocks(after, "uses")[1] == "Green: It is weak. It is old."


def test_a_new_sentence_follows_where_an_editor_moved_the_one_before_it() -> None:
    moved = edited(taken_in(TEA), "uses-2", section="harms", block=9, position=90)
    after = anew(moved, TEA.replace("It is hot.", "It is hot. It is wet."))
    assert reading(after, "uses")[0] == "Tea wakes people up."
    assert reading(after, "harms") == ["It may stain teeth.", "It is hot.", "It is wet."]


def test_a_new_sentence_passes_over_those_that_were_cut() -> None:
    content = cut(cut(taken_in(TEA), "uses-1"), "uses-2")
    after = anew(content, TEA.replace("It is hot.", "It is hot. It is wet."))
    assert reading(after, "uses")[:2] == ["It is wet.", "It is mild."]


def test_a_new_paragraph_does_not_break_one_that_an_editor_put_together() -> None:
    together = edited(taken_in(TEA), "harms-1", section="uses", block=1, position=15)
    after = anew(together, TEA.replace("It is hot.\n", "It is hot.\nIt is wet.\n"))
    assert blocks(after, "uses")[:2] == [
        "Tea wakes people up. It may stain teeth. It is hot.",
        "It is wet.",
    ]


def test_a_new_sentence_in_a_section_that_was_cut_stays_out_of_the_current_edition() -> None:
    content = cut(taken_in(TEA), "harms-1")
    sections = content.sections.copy()
    sections.loc[sections["section"] == "harms", ["position", "heading"]] = [pd.NA, ""]
    content = replace(content, sections=sections)
    after = anew(content, TEA + "It may burn.\n")
    assert "It may burn." not in assemble(after, "page").to_text()
    with saved(after) as read:
        assert supplied_lines(read) == lines_of(TEA + "It may burn.")


def test_a_new_section_stands_after_the_one_received_before_it() -> None:
    content = taken_in(TEA)
    sections = content.sections.copy()
    sections.loc[sections["section"] == "uses", "position"] = 90  # behind harms
    after = anew(
        replace(content, sections=sections), TEA.replace("Harms\n", "Taste\nIt varies.\nHarms\n")
    )
    assert [one.section for one in assemble(after, "page")] == ["lede", "harms", "uses", "taste"]


def test_headings_that_were_numbered_anew_are_so_in_the_current_edition() -> None:
    content = taken_in("Tea\n1. Uses\nIt wakes.\n2. Harms\nIt stains.")
    after = anew(content, "Tea\n1. Uses\nIt wakes.\n2. Taste\nIt varies.\n3. Harms\nIt stains.")
    assert [one.title for one in assemble(after, "page")] == ["1. Uses", "2. Taste", "3. Harms"]


def test_a_heading_that_changed_over_the_same_words_keeps_the_key_of_its_section() -> None:
    content = taken_in(TEA)
    after = anew(content, TEA.replace("Harms", "Risks"))
    assert set(after.sections["section"]) == {"lede", "uses", "harms"}
    assert [one.title for one in assemble(after, "page")] == ["", "Uses", "Risks"]
    named = replace(content, sections=content.sections.replace({"heading": {"Harms": "Dangers"}}))
    after = anew(named, TEA.replace("Harms", "Risks"))
    assert [one.title for one in assemble(after, "page")] == ["", "Uses", "Dangers"]


def test_a_label_follows_the_page_until_an_editor_changes_it() -> None:
    content = edited(taken_in(TEA), "black-1", label="Dark")
    after = anew(content, TEA.replace("Green:", "Light:").replace("Black:", "Strong:"))
    assert blocks(after, "uses")[1:] == ["Light: It is mild. It is old.", "Dark: It is strong."]


def test_a_new_sentence_gets_a_key_that_was_not_used_before() -> None:
    content = taken_in(TEA)
    after = anew(content, TEA.replace("It is hot.", "It is warm.") + "Uses\nNone.\n")
    new_statements = set(after.statements["statement"]) - set(content.statements["statement"])
    assert new_statements == {"uses-3", "uses-4"}
    assert set(after.sections["section"]) == {"lede", "uses", "harms", "uses-2"}
    twice = anew(content, TEA + "It is hot.\n")
    assert set(twice.statements["statement"]) - set(content.statements["statement"]) == {"harms-2"}


def test_what_editors_added_stays() -> None:
    content = taken_in(TEA)
    content = added(content, "sections", section="help", position=5, heading="Help")
    content = edited(content, "uses-1", kind="use")
    own = {"position": 10, "block": 1, "form": "paragraph", "section": "help", "text": "Call 112."}
    content = added(content, "statements", statement="help-1", **own)
    after = anew(content, "Tea\nCoffee is a drink too.\n")
    assert current_half(after, "help-1") == current_half(content, "help-1")
    assert next(iter(assemble(after, "page"))).section == "help"
    with saved(after) as read:
        assert reading(read, "help") == ["Call 112."]


def test_an_edited_title_stays_and_one_that_nobody_edited_follows_the_page() -> None:
    content = taken_in(TEA)
    assert assemble(anew(content, "Green tea\nIt is hot."), "page").title == "Green tea"
    unnamed = taken_in("Tea is hot.")
    assert assemble(anew(unnamed, "Green tea\nIt is hot."), "page").title == "Green tea"
    named = replace(content, documents=content.documents.assign(title="About tea"))
    assert assemble(anew(named, "Green tea\nIt is hot."), "page").title == "About tea"


@settings(max_examples=examples(40))
@given(pages())
def test_a_page_imported_twice_is_the_same_content(text: str) -> None:
    once = taken_in(text)
    assert_equal(anew(once, text), once)


def shuffled_edit(content: Content, seed: int) -> Content:
    """Return a content whose current half somebody worked over: moved, cut, reworded, added to."""
    chance = random.Random(seed)
    sections = content.sections.to_dict("records")
    places = chance.sample(range(1, 99), len(sections))
    for row, place in zip(sections, places, strict=True):
        row["position"] = place if chance.random() < 0.8 else None
        row["heading"] = chance.choice([row["heading"], "New heading"]) if row["position"] else ""
        row["number"] = chance.choice([row["number"], "", "9."]) if row["position"] else ""
    own = {"document": "page", "section": "own", "position": 99, "heading": "Own"}
    sections.append({**own, "supplied_run_in": False})
    shown = [row["section"] for row in sections if row["position"]]
    statements = content.statements.to_dict("records")
    for number in range(2):
        statements.append({"document": "page", "statement": f"own-{number}", "supplied": ""})
    for place, row in enumerate(chance.sample(statements, len(statements)), start=1):
        kept = chance.random() < 0.8 or not row["supplied"]
        if chance.random() < 0.5 or row.get("section") not in shown or not row["supplied"]:
            row["section"], row["block"] = chance.choice(shown), 100 + place
        row["position"] = place if kept else None
        row["form"] = chance.choice(["paragraph", "item", "notice"])
        row["block"] = 100 + place
        row["text"] = chance.choice([row.get("text") or "Own.", "*New* words."]) if kept else ""
        row["label"] = chance.choice([row.get("label", ""), "New label"])
        row["kind"] = chance.choice(["", "risk", "benefit"])
        row["certainty"] = chance.choice(["", "low"])
    return replace(
        content,
        sections=frame_of("sections", sections, content),
        statements=frame_of("statements", statements, content),
    )


@settings(max_examples=examples(40))
@given(pages(), st.integers(0, 10_000))
def test_a_page_received_again_changes_nothing_that_editors_did(text: str, seed: int) -> None:
    content = shuffled_edit(taken_in(text), seed)
    assert_equal(anew(content, text), content)


@settings(max_examples=examples(8))
@given(pages(), st.integers(0, 10_000))
def test_the_edited_pages_of_these_laws_are_valid(text: str, seed: int) -> None:
    content = shuffled_edit(taken_in(text), seed)
    with saved(content) as read:
        assert_equal(read, content)


@settings(max_examples=examples(12))
@given(pages(), pages(), st.one_of(st.none(), st.integers(0, 10_000)))
def test_any_page_can_replace_any_other(first: str, second: str, seed: int | None) -> None:
    content = taken_in(first)
    if seed is not None:
        content = shuffled_edit(content, seed)
    after = anew(content, second)
    with saved(after) as read:
        assert supplied_lines(read) == lines_of(second)


@settings(max_examples=examples(40))
@given(pages(), pages())
def test_a_replaced_page_that_nobody_edited_says_what_the_new_one_says(
    first: str, second: str
) -> None:
    after = anew(taken_in(first), second)
    marks = dict(
        zip(after.statements["statement"], after.statements["supplier_change"], strict=True)
    )

    def said(content: Content) -> tuple[list[tuple[str, str]], set[str]]:
        page = assemble(content, "page")
        statements = [
            (one.label, one.plain)
            for part in page
            for one in part.statements
            if content is not after or marks[one.statement] != "withdrawn"
        ]
        return sorted(statements), {" ".join(part.title.split()) for part in page}

    statements, headings = said(after)
    assert statements == said(taken_in(second))[0]
    assert headings >= said(taken_in(second))[1]


@pytest.mark.parametrize("key", ["Bad Key", "../x", "", "a--b"])
def test_a_page_is_taken_in_under_a_key_only(key: str) -> None:
    with pytest.raises(KetcontentError) as refused:
        import_page(empty_content(), "Tea\nIt is mild.\n", document=key)
    assert refused.value.message == f"'{key}' is not a key for a page."
