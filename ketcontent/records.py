"""What a page showed, and whether a file still shows it.

A record lists every sentence that a page shows, with the digest of its words, its grade, its
sources and who signed it, and beside them all other words on the page: headings, labels, the
state, the references. `verify` reads an exported file and its record and names each sentence that
is not in it: a changed character, an added word, a sentence that is gone.

A record proves that a page says what the record says; that the record itself is the one that was
published is for the repository's history, or a signature on it, to prove.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from ketcontent import rendering
from ketcontent.documents import assemble
from ketcontent.errors import KetcontentError
from ketcontent.signoffs import fingerprint, standings
from ketcontent.tables import Content
from ketcontent.wording import canonical

_BLOCKS = frozenset(
    "p li h1 h2 h3 dt dd caption th td div section article main nav header footer ul ol dl "
    "table title a".split()
)
_SILENT = frozenset({"script", "style", "template"})
_VOID = frozenset({"meta", "link", "br", "hr", "img", "input", "wbr"})


@dataclass(frozen=True, slots=True)
class Departure:
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


def record(content: Content, document: str, pages: dict[str, str]) -> dict[str, Any]:
    """Return the record of a page in its current edition.

    Parameters
    ----------
    content, document
        The tables and the page.
    pages
        The exported HTML files of the page, by name relative to its folder.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> one = record(read_content("data"), "ketamine", {})["statements"][0]
    >>> sorted(one)  # doctest: +NORMALIZE_WHITESPACE
    ['certainty', 'digest', 'kind', 'label', 'section', 'sign_offs', 'sources', 'statement',
     'words']
    """
    page = assemble(content, document)
    signed: dict[str, list[dict[str, str]]] = {}
    for one in standings(content, document):
        signed.setdefault(one.statement, []).append(
            {
                "capacity": one.capacity,
                "state": one.state,
                "person": one.person,
                "signed_on": one.signed_on,
            }
        )
    statements = [
        {
            "statement": one.statement,
            "section": section.section,
            "label": one.label,
            "words": canonical(one.plain),
            "digest": fingerprint(document, one),
            "kind": one.kind,
            "certainty": one.certainty,
            "sources": list(one.cites),
            "sign_offs": signed.get(one.statement, []),
        }
        for section in page
        for one in section.statements
    ]
    return {
        "document": document,
        "title": page.name,
        "language": page.language,
        "edition": "current",
        "statements": statements,
        "pages": {
            name: {
                "statements": [key for key, _ in _read(html).statements],
                "other_words": sorted(set(_read(html).others)),
            }
            for name, html in sorted(pages.items())
        },
    }


def verify(path: str | Path, record_path: str | Path | None = None) -> list[Departure]:
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
    try:
        said = json.loads(_text(found, "Name the page's record.json with --record."))
        statements = {one["statement"]: one["words"] for one in said["statements"]}
        pages = said["pages"]
    except (ValueError, KeyError, TypeError):
        raise KetcontentError(
            f"{found} is not the record of a page.",
            hint="Name the page's record.json with --record.",
            path=str(found),
        ) from None
    name = page.with_suffix(".html").name
    if page.parent.name == "sections":
        name = f"sections/{name}"
    if name not in pages:
        raise KetcontentError(
            f"{found} does not know a page '{name}'.",
            hint="Archive copies have no record: they are what was received, not what was "
            "reviewed.",
            path=str(page),
        )
    expected = {key: statements[key] for key in pages[name]["statements"] if key in statements}
    others = set(pages[name]["other_words"])
    if page.suffix == ".md":
        return _departures_of_lines(rendering.markdown_words(text), expected, others)
    return _departures(_read(text), expected, others)


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


def _departures(
    page: _Reader, expected: dict[str, str], others: set[str]
) -> list[Departure]:
    found: list[Departure] = []
    shown = set()
    for key, words in page.statements:
        shown.add(key)
        if words != expected.get(key, ""):
            found.append(Departure(key, words, expected.get(key, "")))
    found += [
        Departure("", words, _nearest(words, [*expected.values(), *others]))
        for words in page.others
        if words not in others
    ]
    gone = [Departure(key, "", words) for key, words in expected.items() if key not in shown]
    lost = others - set(page.others)
    return [*found, *gone, *(Departure("", "", words) for words in sorted(lost))]


def _departures_of_lines(
    lines: list[str], expected: dict[str, str], others: set[str]
) -> list[Departure]:
    """Return the lines of a Markdown page that are neither a sentence nor known words."""
    by_words = {words: key for key, words in expected.items()}
    found: list[Departure] = []
    shown = set()
    for line in lines:
        words = canonical(line)
        if words in by_words:
            shown.add(words)
        elif words not in others:
            like = _nearest(words, by_words)
            found.append(Departure(by_words.get(like, ""), words, like))
    gone = [words for words in by_words if words not in shown]
    named = {one.recorded for one in found}
    return [*found, *(Departure(by_words[w], "", w) for w in gone if w not in named)]


def _nearest(words: str, known: Any) -> str:
    close = difflib.get_close_matches(words, list(known), n=1, cutoff=0.7)
    return close[0] if close else ""


class _Reader(HTMLParser):
    """Takes the words of a page apart: those of statements, and all others."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.statements: list[tuple[str, str]] = []
        self.others: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._words: list[str] = []
        self._statement = ""
        self._spoken: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for name in ("alt", "title", "aria-label", "content"):
            if given.get(name) and not (tag == "meta" and given.get("name") != "description"):
                self.others.append(canonical(given[name]))
        if tag in _VOID:
            return
        kind = given.get("class", "")
        if "statement" in kind.split():
            self._flush()
            self._statement = given.get("id", "").removeprefix("s_")
            self._open.append((tag, "statement"))
        elif tag in _BLOCKS:
            if not self._statement:
                self._flush()
            self._open.append((tag, "citation" if "cite" in kind.split() else ""))
        else:
            self._open.append((tag, "citation" if "cite" in kind.split() else ""))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            name, kind = self._open.pop()
            if kind == "statement":
                self.statements.append((self._statement, canonical("".join(self._spoken))))
                self._statement, self._spoken = "", []
            elif name in _BLOCKS and not self._statement:
                self._flush()
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        inside = {kind for _, kind in self._open}
        if {name for name, _ in self._open} & _SILENT:
            return
        if "citation" in inside:
            return
        (self._spoken if self._statement else self._words).append(data)

    def _flush(self) -> None:
        words = canonical("".join(self._words))
        if words:
            self.others.append(words)
        self._words = []


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader._flush()
    return reader
