"""A PDF with a text layer is read by its type and its space; one without is refused by name."""

from __future__ import annotations

import builtins
import io
import re
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketcontent.errors import KetcontentError, UnreadablePage
from ketcontent.importing.pdf_lines import RefusedPdf
from ketcontent.importing.pdf_reader import read_pdf
from ketcontent.importing.readers import read_supplied
from ketcontent.importing.supplied_page import SuppliedPage
from tests.importing.pdf_files import column, pdf
from tests.laws import examples


def shown(page: SuppliedPage) -> list[str]:
    return [
        " ".join(filter(None, [one.form, str(one.level or ""), one.number, one.text]))
        for one in page.blocks
    ]


def said(page: SuppliedPage) -> str:
    return " ".join(one.message for one in page.doubts)


def test_headings_are_told_by_the_size_of_type_and_paragraphs_by_the_space_between() -> None:
    page = read_pdf(
        pdf(
            [
                ("Ear drops", 72, 780, 24, False),
                *column(
                    "# How to use them", "", "Lie on your side.", "It takes a minute.", "", "Then",
                    "sit up.", "", "**Storage", "Keep them cold.", "- one", "- two, which is long",
                    "and goes on", "1. first", "2. second",
                ),
            ]
        )
    )  # fmt: skip
    assert page.title == "Ear drops"
    assert shown(page) == [
        "heading 2 How to use them",
        "paragraph Lie on your side. It takes a minute.",
        "paragraph Then sit up.",
        "heading 3 Storage",
        "paragraph Keep them cold.",
        "item one",
        "item two, which is long and goes on",
        "item 1. first",
        "item 2. second",
    ]
    assert "1 line taken for a heading by bold type alone." in said(page)


def test_a_word_that_was_broken_at_the_end_of_a_line_is_joined_and_told() -> None:
    page = read_pdf(
        pdf(
            column(
                "A well-known treatment. This treat-", "ment is well-", "known, and the medi-",
                "cine is for child-", "Birth.",
            )
        )
    )  # fmt: skip
    assert shown(page) == [
        "paragraph A well-known treatment. This treatment is well-known, and the medicine is for "
        "child-Birth."
    ]
    assert "Joined where a line broke them: medicine." in said(page)


def test_what_comes_again_on_each_sheet_is_left_out_and_listed() -> None:
    page = read_pdf(
        pdf(
            *(
                [
                    ("Example Hospitals", 72, 810, 9, False),
                    *column(f"Sheet {word} says this."),
                    (f"Page {number} of 3", 72, 30, 9, False),
                ]
                for number, word in enumerate(["one", "two", "three"], start=1)
            )
        )
    )
    assert [one.text for one in page.blocks] == [
        f"Sheet {word} says this." for word in ("one", "two", "three")
    ]
    assert [(one.what, one.words, one.where) for one in page.left_out][:2] == [
        ("head or foot of the sheets", "Example Hospitals", "page 1"),
        ("page number", "Page 1 of 3", "page 1"),
    ]
    assert len(page.left_out) == 6


def test_raised_figures_keep_their_look_and_a_sentence_goes_on_behind_a_sheet() -> None:
    page = read_pdf(
        pdf(
            [
                ("Take no more than 10", 72, 700, 12, False),
                ("3", 190, 705, 7, False),
                (" mg of it, and", 196, 700, 12, False),
            ],
            [("ask your doctor.", 72, 700, 12, False)],
        )
    )
    assert shown(page) == ["paragraph Take no more than 10³ mg of it, and ask your doctor."]


def test_lines_with_wide_gaps_are_rows_and_that_is_told() -> None:
    page = read_pdf(
        pdf(
            [
                (text, left, 700 - 14 * place, 11, False)
                for place, row in enumerate([("Who", "Why"), ("Adults", "It hurts.")])
                for left, text in zip((72, 300), row, strict=True)
            ]
        )
    )
    assert shown(page) == ["row Who | Why", "row Adults | It hurts."]
    assert "A table of 2 rows" in said(page)


_WORD = st.sampled_from(["pain", "it", "is", "heart-rate", "(see)", "a", "Two", "end.", "•", "10"])
_TEXTS = st.lists(st.lists(_WORD, min_size=1, max_size=9).map(" ".join) | st.just(""), min_size=1)


@settings(max_examples=examples(60))
@given(st.lists(_TEXTS, min_size=1, max_size=3), st.sampled_from(["", "# ", "**"]))
def test_each_word_of_a_pdf_comes_back_once(pages: list[list[str]], mark: str) -> None:
    count = 0
    sheets = []
    for texts in pages:
        lines = []
        for place, text in enumerate(texts[:40]):
            count += bool(text)
            words = f"{text} wx{count}z" if text else ""
            lines.append(mark + words if words and place % 3 == 0 else words)
        sheets.append(column(*lines, top=800, step=18))
    if not count:
        return
    page = read_pdf(pdf(*sheets))
    read = [page.title, *(f"{one.number} {one.text}" for one in page.blocks)]
    read += [one.words for one in page.left_out]
    found = re.findall(r"wx\d+z", " ".join(read))
    assert sorted(found) == sorted(f"wx{number}z" for number in range(1, count + 1))
    drawn = "".join(text for sheet in sheets for text, *_ in sheet)
    letters = [re.sub(r"[\s•|]", "", one) for one in (drawn, "".join(read))]
    assert sorted(letters[0]) == sorted(letters[1])


def in_arabic(*texts: str) -> bytes:
    """Return a PDF whose letters x and y stand for lam and alef."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(column(*texts)))) as file:
        fonts = file.pages[0].Resources.Font
        fonts.F0.ToUnicode = file.make_stream(
            b"1 begincodespacerange <00> <ff> endcodespacerange "
            b"2 beginbfchar <78> <0644> <79> <0627> endbfchar"
        )
        file.save(made)
    return made.getvalue()


def test_arabic_whose_letters_a_pdf_does_not_keep_in_order_is_refused_or_told() -> None:
    with pytest.raises(RefusedPdf, match="is in Arabic script"):
        read_pdf(in_arabic("xyxy xy xyx"))
    page = read_pdf(in_arabic("This leaflet is to be had in other tongues as well.", "xy"))
    assert page.doubts[0].message.startswith("Words in Arabic script")
    assert not any("Arabic" in one.message for one in read_pdf(pdf(column("Hot."))).doubts)


# --- files that are no page ----------------------------------------------------------------------


def locked() -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(column("It is hot.")))) as file:
        file.save(made, encryption=pikepdf.Encryption(owner="a", user="b"))
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(locked(), "is locked with a password", id="a password"),
        pytest.param(pdf([]), "has no text, only pictures: it is a scan", id="a scan"),
        pytest.param(pdf(column("It is hot."))[:-200], "is half a file", id="half a file"),
        pytest.param(b"%PDF-1.4\n%%EOF\n", "is harmed, or half a file", id="nothing in it"),
        pytest.param(b"It is hot.", "is no .pdf file", id="text"),
        pytest.param(b"PK\x03\x04word/", "is a Word document, though its name", id="Word"),
    ],
)
def test_a_pdf_that_cannot_be_read_is_one_error(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(data)
    with pytest.raises(UnreadablePage) as refused:
        read_supplied(path)
    assert reason in refused.value.message
    assert refused.value.hint
    assert ("ocrmypdf" in refused.value.hint) == ("scan" in reason)


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def gone(name: str, *given: Any, **named: Any) -> Any:
        if name.startswith("pypdfium2"):
            raise ImportError(name)
        return real(name, *given, **named)

    monkeypatch.setattr(builtins, "__import__", gone)
    with pytest.raises(KetcontentError) as refused:
        read_pdf(pdf(column("It is hot.")))
    assert refused.value.hint == "python -m pip install 'ketcontent[import]'"
