"""What a page showed: each sentence with its digest, sources, grade and sign-offs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from ketcontent.approvals.status import signoff_statuses, statement_digest
from ketcontent.approvals.verification import one_line, read_html, read_markdown, reader_text
from ketcontent.model import Content, memo_scope
from ketcontent.pages import assemble, shown_certainty
from ketcontent.text import canonical


def record(
    content: Content,
    document: str,
    pages: Mapping[str, str | Path],
    *,
    before: tuple[Mapping[str, Any], Collection[str]] | None = None,
) -> dict[str, Any]:
    """Return the record of a page in its current edition.

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

    Examples
    --------
    >>> from ketcontent.model import read_content
    >>> one = record(read_content("data"), "ketamine", {})["statements"][0]
    >>> sorted(one)  # doctest: +NORMALIZE_WHITESPACE
    ['certainty', 'certainty_shown', 'digest', 'kind', 'label', 'section', 'sign_offs', 'sources',
     'statement', 'words']
    """
    with memo_scope():
        return _record(content, document, pages, before)


def _record(
    content: Content,
    document: str,
    pages: Mapping[str, str | Path],
    before: tuple[Mapping[str, Any], Collection[str]] | None,
) -> dict[str, Any]:
    page = assemble(content, document)
    signed: dict[str, list[dict[str, str]]] = {}
    for one in signoff_statuses(content, document):
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
            "label": canonical(one.label_text),
            "words": canonical(one.plain),
            "digest": statement_digest(document, one),
            "kind": one.kind,
            "certainty": one.certainty,
            "certainty_shown": shown_certainty(one, page.say),
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
            name: _still_shown(name, statements, before) or _shown(name, page, statements)
            for name, page in sorted(pages.items())
        },
    }


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


def _shown(name: str, page: str | Path, statements: list[dict[str, Any]]) -> list[str | list[str]]:
    """Return what an exported file shows, in order: keys of statements in a list, or other words.

    A statement that is due on the file and not found there stands at the end, so that the file
    never passes.
    """
    text = page if isinstance(page, str) else page.read_text("utf-8")
    due = _due(name, statements)
    said = {one["statement"]: reader_text(one) for one in statements}
    shown: list[str | list[str]] = []
    if not name.endswith(".md"):
        found = read_html(text)
        seen = {key for key, _ in found}
        shown = [[key] if key else words for key, words in found]
        return [*shown, *([one["statement"]] for one in due if one["statement"] not in seen)]
    for line in read_markdown(text):
        keys: list[str] = []
        # Sentences that stand closed up share a line.
        while due and line.startswith(one_line([*keys, due[0]["statement"]], said)):
            keys.append(due.pop(0)["statement"])
        shown.append(keys or line)
    return [*shown, *([one["statement"]] for one in due)]
