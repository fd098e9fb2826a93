"""What a page showed: each sentence with its digest, sources, grade and sign-offs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ketcontent.approvals.page_reading import PageReading, read_page_html
from ketcontent.approvals.status import signoff_statuses
from ketcontent.approvals.verification import one_line, read_markdown, reader_text
from ketcontent.hashing import hash_bytes
from ketcontent.markup import doi_address, link_targets, web_address
from ketcontent.model import Content
from ketcontent.pages import Document, PageView, shown_against, shown_certainty
from ketcontent.text import canonical


def record(
    content: Content,
    document: str,
    pages: Mapping[str, str | Path],
    *,
    before: tuple[Mapping[str, Any], Collection[str]] | None = None,
) -> dict[str, Any]:
    """Return the record of a page in its current edition: its sentences, and what is signed around.

    Parameters
    ----------
    content, document
        The tables and the page.
    pages
        The exported files of the page, HTML and Markdown, by name relative to its folder: the
        text of each, or where it is.
    before
        An earlier record of the page, and the names of the files that have changed since then.
        What it says of another file holds where the statements due on it are the same, so that
        file is not read again.
    """
    view = PageView(content, document)
    page = view.edition()
    signed: dict[str, list[dict[str, str]]] = {}
    statuses = signoff_statuses(view)
    for one in statuses:
        signed.setdefault(one.statement, []).append(
            {
                "capacity": one.capacity,
                "state": one.state,
                "person": one.person,
                "signed_on": one.signed_on,
            }
        )
    signed_of = {one.statement: one.signed for one in statuses}
    statements = [
        {
            "statement": one.statement,
            "section": section.section,
            "label": canonical(one.label_text),
            "words": canonical(one.plain),
            "digest": signed_of[one.statement].digest,
            "kind": one.kind,
            "certainty": one.certainty,
            "certainty_shown": shown_certainty(one, page.say),
            "sources": list(one.cites),
            "against": list(one.against),
            "against_shown": shown_against(one, page.say),
            "sign_offs": signed.get(one.statement, []),
        }
        for section in page
        for one in section.statements
    ]
    shown: dict[str, list[str | list[str]]] = {}
    files: dict[str, dict[str, str]] = {}
    for name, path in sorted(pages.items()):
        file = _FileOfPage(name, path)
        shown[name] = _still_shown(name, statements, before) or _shown(file, statements)
        files[name] = _still_written(name, before) or {"hash": file.hash, "markup": file.markup}
    return {
        "document": document,
        "title": page.name,
        "language": page.language,
        "edition": "current",
        "statements": statements,
        "around": [
            {
                "key": one.key,
                "words": one.words,
                "digest": one.digest,
                "sign_offs": signed.get(one.key, []),
            }
            for one in signed_of.values()
            if one.table != "statements"
        ],
        "pages": shown,
        "files": files,
        "addresses": _addresses(page),
    }


@dataclass(frozen=True)
class _FileOfPage:
    """An exported file as it was written, read where something of it is asked for."""

    name: str
    page: str | Path
    """Its text, or where it is."""

    @cached_property
    def _data(self) -> bytes:
        return self.page.encode() if isinstance(self.page, str) else self.page.read_bytes()

    @property
    def text(self) -> str:
        return self._data.decode()

    @property
    def hash(self) -> str:
        return hash_bytes(self._data)

    @cached_property
    def reading(self) -> PageReading:
        return read_page_html(self.text)

    @property
    def markup(self) -> str:
        """The hash of the elements and attributes of a page of HTML; nothing for Markdown."""
        return "" if self.name.endswith(".md") else self.reading.markup


def _addresses(page: Document) -> list[str]:
    """Return where the links of a page may lead: its sources, and what its sentences name."""
    found = {
        address
        for one in page.references
        for address in (
            doi_address(one.doi),
            web_address(one.url),
            f"https://pubmed.ncbi.nlm.nih.gov/{one.pmid}/" if one.pmid else "",
        )
    }
    found |= {to for one in page.statements for to in link_targets(one.text)}
    return sorted(found - {""})


def _still_written(
    name: str, before: tuple[Mapping[str, Any], Collection[str]] | None
) -> dict[str, str] | None:
    """Return what an earlier record says of a file that was not changed since; else None."""
    if before is None or name in before[1]:
        return None
    known: dict[str, str] | None = before[0].get("files", {}).get(name)
    return known


def _still_shown(
    name: str,
    statements: list[dict[str, Any]],
    before: tuple[Mapping[str, Any], Collection[str]] | None,
) -> list[str | list[str]] | None:
    """Return what an earlier record says that a file shows; None where the file is to be read."""
    if before is None:
        return None
    earlier, changed = before
    if name in changed or name not in earlier["pages"]:
        return None
    ways = [_due(name, said) for said in (earlier["statements"], statements)]
    then, now = [[(one["statement"], reader_text(one)) for one in due] for due in ways]
    return list(earlier["pages"][name]) if then == now else None


def _due(name: str, statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the statements that are to stand on an exported file."""
    section = Path(name).stem if name.startswith("sections/") else ""
    return [one for one in statements if section in ("", one["section"])]


def _shown(file: _FileOfPage, statements: list[dict[str, Any]]) -> list[str | list[str]]:
    """Return what an exported file shows, in order: keys of statements in a list, or other words.

    A statement that is due on the file and not found there stands at the end, so that the file
    never passes.
    """
    due = _due(file.name, statements)
    said = {one["statement"]: reader_text(one) for one in statements}
    shown: list[str | list[str]] = []
    if not file.name.endswith(".md"):
        found = file.reading.words
        seen = {key for key, _ in found}
        shown = [[key] if key else words for key, words in found]
        return [*shown, *([one["statement"]] for one in due if one["statement"] not in seen)]
    for line in read_markdown(file.text):
        keys: list[str] = []
        # Sentences that stand closed up share a line.
        while due and line.startswith(one_line([*keys, due[0]["statement"]], said)):
            keys.append(due.pop(0)["statement"])
        shown.append(keys or line)
    return [*shown, *([one["statement"]] for one in due)]
