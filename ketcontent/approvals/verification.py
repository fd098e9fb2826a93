"""What a page showed, and whether a file still shows it.

A record lists every sentence that a page shows, with the digest of its words, its grade, its
sources and who signed it, and for each exported file what it shows in reading order: those
sentences, and beside them all other words: headings, labels, the state, the references. `verify`
reads an exported file and its record and names each sentence that is not in it: a changed
character, an added word, a sentence that is gone.

A record proves that a page says what the record says; that the record itself is the one that was
published is for the repository's history, or a signature on it, to prove. It knows words, not
looks: where a link leads, and what a style sheet hides, are for the manifest's hashes to prove.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from ketcontent.errors import KetcontentError
from ketcontent.markup import markdown_words, split_front_matter
from ketcontent.text import canonical, joined

_BLOCKS = frozenset(
    {"p", "li", "h1", "h2", "h3", "dt", "dd", "caption", "th", "td", "div", "section", "article"}
    | {"main", "nav", "header", "footer", "ul", "ol", "dl", "table", "title", "a", "script"}
)


_SILENT = frozenset({"style", "template"})


_VOID = frozenset({"meta", "link", "br", "hr", "img", "input", "wbr"})


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Words on a page that its record does not have, or the other way round."""

    statement: str
    """The statement they belong to; empty where it is none, or not known."""
    found: str
    """The words on the page; empty where the record's are gone."""
    recorded: str
    """The words in the record; empty where there are none like them."""

    def __str__(self) -> str:
        name = self.statement or "page"
        if not self.found:
            return f"{name}: gone from the page: {self.recorded}"
        if not self.recorded:
            return f"{name}: not in the record: {self.found}"
        return f"{name}: the page says: {self.found}\n    the record says: {self.recorded}"


def verify(path: str | Path, record_path: str | Path | None = None) -> list[Mismatch]:
    """Return where an exported page departs from its record; nothing, where it does not.

    Parameters
    ----------
    path
        The exported file, HTML or Markdown.
    record_path
        Its record; by default ``record.json`` beside it or in the folder above.

    Raises
    ------
    KetcontentError
        When the file or its record cannot be read, or the record does not know the file.

    Examples
    --------
    >>> verify("nowhere.html")
    Traceback (most recent call last):
        ...
    ketcontent.errors.KetcontentError: nowhere.html cannot be read.
    hint: Name an exported page.
    """
    page = Path(path)
    text = _text(page, "Name an exported page.")
    found = Path(record_path) if record_path else _beside(page)
    name = f"sections/{page.name}" if page.parent.name == "sections" else page.name
    try:
        said = json.loads(_text(found, "Name the page's record.json with --record."))
        statements = {one["statement"]: reader_text(one) for one in said["statements"]}
        shown = said["pages"].get(name)
        expected = _expected(name, [] if shown is None else shown, statements)
    except (ValueError, LookupError, TypeError, AttributeError):
        raise KetcontentError(
            f"{found} is not the record of a page.",
            hint="Name the page's record.json with --record.",
            path=str(found),
        ) from None
    if shown is None:
        raise KetcontentError(
            f"{found} does not know a page '{name}'.",
            hint="Name a page as it was published. Archive copies have no record: they are what "
            "was received, not what was reviewed.",
            path=str(page),
        )
    if name.endswith(".md"):
        return _mismatches(expected, [("", words) for words in read_markdown(text)], statements)
    return _mismatches(expected, read_html(text), statements)


def _beside(page: Path) -> Path:
    for folder in (page.parent, page.parent.parent):
        if (folder / "record.json").exists():
            return folder / "record.json"
    return page.parent / "record.json"


def _text(path: Path, hint: str) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise KetcontentError(f"{path} cannot be read.", hint=hint, path=str(path)) from None


_Statements = Mapping[str, tuple[str, str, str]]
"""The label, the words and the certainty of each statement as they are read, by key."""


def reader_text(statement: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return label, words and shown certainty of a statement of a record."""
    return statement["label"], statement["words"], statement["certainty_shown"]


def _expected(
    name: str, shown: Sequence[str | list[str]], statements: _Statements
) -> list[tuple[tuple[str, ...], str]]:
    """Return what a file should show: the keys of the statements, and the words."""
    if not isinstance(shown, list):
        raise TypeError(shown)
    return [
        ((), one)
        if isinstance(one, str)
        else (
            tuple(one),
            one_line(one, statements) if name.endswith(".md") else statements[one[0]][1],
        )
        for one in shown
    ]


def one_line(keys: Sequence[str], statements: _Statements) -> str:
    """Return statements as they stand on a line of Markdown: with label and certainty."""
    return canonical(joined(" ".join(filter(None, statements[key])) for key in keys))


def _mismatches(
    expected: list[tuple[tuple[str, ...], str]],
    found: list[tuple[str, str]],
    statements: _Statements,
) -> list[Mismatch]:
    """Return where two pages, each a list of words with what they belong to, are not the same.

    What was found in Markdown names no statements.
    """
    named = any(key for key, _ in found)
    recorded = [(keys[0] if keys and named else "", words) for keys, words in expected]
    departures: list[Mismatch] = []
    matcher = difflib.SequenceMatcher(None, recorded, found, autojunk=False)
    for operation, r0, r1, f0, f1 in matcher.get_opcodes():
        if operation == "equal":
            continue
        gone, added = list(range(r0, r1)), list(range(f0, f1))
        for place in list(added):
            key, words = found[place]
            like = _like(key, words, [(one, recorded[one]) for one in gone], alone=len(added) == 1)
            if like is not None:
                gone.remove(like)
                name = key or _named(expected[like][0], words, statements)
                departures.append(Mismatch(name, words, expected[like][1]))
            else:
                departures.append(Mismatch(key, words, ""))
        for one in gone:
            keys, words = expected[one]
            departures.append(Mismatch(_named(keys, "", statements), "", words))
    return departures


def _like(
    key: str, words: str, gone: list[tuple[int, tuple[str, str]]], *, alone: bool
) -> int | None:
    """Return the place of the recorded words that found words stand for; None for new ones."""
    kin = [one for one in gone if one[1][0] == key]
    if key:
        return kin[0][0] if kin else None
    if alone and len(gone) == 1 and kin:
        return kin[0][0]
    close = difflib.get_close_matches(words, [said for _, (_, said) in kin], n=1, cutoff=0.6)
    return next((place for place, (_, said) in kin if said in close), None)


def _named(keys: tuple[str, ...], words: str, statements: _Statements) -> str:
    """Return the first of the statements on a line that the words found there do not hold."""
    lost = (key for key in keys if statements[key][1] not in words)
    return next(lost, keys[0] if keys else "")


def read_markdown(text: str) -> list[str]:
    """Return the words of a Markdown page, line by line, those of its front matter first."""
    front, _ = split_front_matter(text)
    return [one for one in map(canonical, [*front, *markdown_words(text)]) if one]


class _Reader(HTMLParser):
    """Takes the words of a page apart: pairs of a statement, or nothing, and words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._open: list[tuple[str, str]] = []
        self._words: list[str] = []
        self._statement = ""
        self._spoken: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        statement = tag == "span" and given.get("id", "").startswith("s_")
        role = "statement" if statement else "cite" if tag == "sup" else ""
        if role or (tag in _BLOCKS and not self._statement):
            self.flush()
        for name in ("alt", "title", "aria-label", "content"):
            if given.get(name) and not (tag == "meta" and given.get("name") != "description"):
                self.found.append(("", canonical(given[name])))
        if tag in _VOID:
            return
        if role == "statement":
            self._statement = given["id"].removeprefix("s_") or "(no key)"
        self._open.append((tag, role))

    def handle_endtag(self, tag: str) -> None:
        if tag not in (name for name, _ in self._open):
            return
        closed = ""
        while closed != tag:
            closed, role = self._open.pop()
            if role == "statement":
                self.found.append((self._statement, canonical("".join(self._spoken))))
                self._statement, self._spoken = "", []
            if role or (closed in _BLOCKS and not self._statement):
                self.flush()

    def handle_data(self, data: str) -> None:
        if {name for name, _ in self._open} & _SILENT:
            return
        citation = any(role == "cite" for _, role in self._open)
        (self._spoken if self._statement and not citation else self._words).append(data)

    def flush(self) -> None:
        """Keep the words that belong to no statement, up to here."""
        words = canonical("".join(self._words))
        if words:
            self.found.append(("", words))
        self._words = []


def read_html(html: str) -> list[tuple[str, str]]:
    """Return what a page of HTML shows: each text with the statement that it belongs to."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if reader._spoken:  # a statement that nothing closes
        reader.found.append((reader._statement, canonical("".join(reader._spoken))))
    reader.flush()
    return reader.found
