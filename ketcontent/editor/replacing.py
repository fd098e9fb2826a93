"""Words put in the place of others in many statements at once, where these are read as words.

Sources that are cited and the addresses of links stay as they are: another source or page is no
other wording. So do notices, which are written once for all places that use them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from ketcontent.editor.edits import cleaned_words, counted_keys, statement_row, with_statements
from ketcontent.editor.session import Session, edited
from ketcontent.errors import KetcontentError
from ketcontent.markup import markup_cells
from ketcontent.model import ROW_FORMS

_NO_WORDS = (
    r"(?<!\\)\[@[^\[\]]*\]"
    r'|\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+"[^"]*")?\)'
    r"|https?://[^\s<>()\[\]|]+|<[^<>\s]*>|&#?\w+;"
)
"""Citations, addresses of links or by themselves, and characters that are spelt out."""

_IN_WORD = r"[\w\u00ad\u200c\u200d]"
"""What a word goes on with: letters, and what is not seen between two of them."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """What replacing words did."""

    session: Session
    """The session after it; as it was where the words stand nowhere."""
    places: int
    """In how many places they stood."""
    statements: tuple[str, ...]
    """The statements that were changed."""


def replaced_words(
    session: Session,
    statements: Iterable[str],
    old: str,
    new: str,
    *,
    is_whole: bool = True,
    writer: str = "",
) -> Replacement:
    """Return what putting words in the place of others does to the words and labels of statements.

    A capital at the beginning is no other word, and stays one.

    Parameters
    ----------
    session, statements
        The session, and the keys of the statements.
    old, new
        The words, and those in their place; none takes them out.
    is_whole
        Whether `old` is not meant where it is part of a longer word.
    writer
        Who is named as the writer of a statement that has none: a key of ``people``, or nobody.

    Raises
    ------
    UnknownName
        When the page has no such statement.
    KetcontentError
        When no words are given, a statement would be left without any, or a row have other cells.
    """
    old, new = cleaned_words(old).strip(), cleaned_words(new).strip()
    if not old:
        raise KetcontentError("No words to replace are given.", hint="Write those that stand now.")
    pattern = _pattern(old, is_whole=is_whole, takes_space=not new)
    places, rows = 0, []
    for key in statements:
        row = statement_row(session, key)
        if not row["position"] or row["notice"]:
            continue
        text, of_text = _put(pattern, row["text"], new, is_whole=is_whole)
        label, of_label = _put(pattern, row["label"], new, is_whole=is_whole)
        if not of_text + of_label:
            continue
        of_row = row["form"] in ROW_FORMS
        if of_row and len(markup_cells(text)) != len(markup_cells(row["text"])):
            raise KetcontentError(
                f"'{key}' would have other cells: a bar parts two of them.",
                hint="Replace words without a bar, or change the row by hand.",
                statement=key,
            )
        if not text.strip():
            raise KetcontentError(
                f"'{key}' would be left without words.",
                hint="Cut it, or leave it out of the list first.",
                statement=key,
            )
        places += of_text + of_label
        author = row["author"] or writer
        rows.append({**row, "text": text, "label": label, "author": author})
    keys = tuple(row["statement"] for row in rows)
    if not keys:
        return Replacement(session, 0, ())
    name = f"Replace “{old}” in {counted_keys(keys)}"
    return Replacement(edited(session, name, with_statements(session, *rows)), places, keys)


def _pattern(old: str, *, is_whole: bool, takes_space: bool) -> re.Pattern[str]:
    first, rest = old[0], re.escape(old[1:])
    either = "|".join(re.escape(one) for one in dict.fromkeys((first, first.swapcase())))
    words = f"(?:{either}){rest}"
    if is_whole:
        # A number is one with its decimals and thousands.
        begins = rf"(?<!{_IN_WORD})" + (r"(?<!\d[.,])" if first.isdecimal() else "")
        ends = rf"(?!{_IN_WORD})" + (r"(?![.,]\d)" if old[-1].isdecimal() else "")
        words = (begins if first.isalnum() else "") + words + (ends if _is_letter(old[-1]) else "")
    space = r"\s?" if takes_space else ""
    return re.compile(f"(?P<kept>{_NO_WORDS})|{space}(?P<words>{words})")


def _is_letter(one: str) -> bool:
    return one.isalnum() or _is_mark(one)


def _is_mark(one: str) -> bool:
    """Return whether a character is read as one with the letter before it."""
    return bool(one) and unicodedata.category(one).startswith("M")


def _put(pattern: re.Pattern[str], text: str, new: str, *, is_whole: bool) -> tuple[str, int]:
    """Return a text with words in the place of others, and in how many places these stood."""
    places = 0

    def put(match: re.Match[str]) -> str:
        nonlocal places
        start, end = match.span("words")
        letters = match["kept"] is None and match["words"]
        if not letters or _is_mark(text[end : end + 1]):
            return match[0]
        if is_whole and _is_letter(letters[0]) and _is_mark(text[start - 1 : start]):
            return match[0]
        places += 1
        is_capital = letters[0].isupper() and new[:1].islower()
        return f"{new[:1].upper()}{new[1:]}" if is_capital else new

    found = pattern.sub(put, text)
    return (found.strip() if places else found), places
