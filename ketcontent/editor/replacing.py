"""Words put in the place of others in many statements at once, where these are read as words.

Sources that are cited and the addresses of links stay as they are: another source or page is no
other wording. So do notices, which are written once for all places that use them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ketcontent.editor.edits import cleaned_words, counted_keys, statement_row, with_statements
from ketcontent.editor.session import Session, edited
from ketcontent.errors import KetcontentError

_NO_WORDS = r"(?<!\\)\[@[^\[\]]*\]|\]\([^()\s]*\)|<[^<>\s]*>|&#?\w+;"
"""Citations, addresses of links, and characters that are spelt out."""


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
        When no words are given, or a statement would be left without any.
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
        text, of_text = _put(pattern, row["text"], new)
        label, of_label = _put(pattern, row["label"], new)
        if not of_text + of_label:
            continue
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
        begins, ends = (r"(?<!\w)" if first.isalnum() else ""), old[-1].isalnum()
        words = f"{begins}{words}" + (r"(?!\w)" if ends else "")
    space = r"\s?" if takes_space else ""
    return re.compile(f"(?P<kept>{_NO_WORDS})|{space}(?P<words>{words})")


def _put(pattern: re.Pattern[str], text: str, new: str) -> tuple[str, int]:
    """Return a text with words in the place of others, and in how many places these stood."""
    places = 0

    def put(match: re.Match[str]) -> str:
        nonlocal places
        if match["kept"] is not None:
            return match[0]
        places += 1
        is_capital = match["words"][0].isupper() and new[:1].islower()
        return f"{new[:1].upper()}{new[1:]}" if is_capital else new

    return pattern.sub(put, text), places
