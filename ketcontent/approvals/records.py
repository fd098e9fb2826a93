"""What a page showed: each sentence with its digest, sources, grade and sign-offs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ketcontent.approvals.page_reading import (
    Lines,
    PageReading,
    line_marks,
    markdown_links,
    read_markdown,
    read_page_html,
)
from ketcontent.approvals.proofs import signed_words
from ketcontent.approvals.record_lines import lines_due, one_line, reader_text
from ketcontent.approvals.record_signatures import KEY_COLUMNS
from ketcontent.approvals.scope import Signable
from ketcontent.approvals.signatures import public_key_of
from ketcontent.approvals.status import SignoffStatus, signoff_statuses
from ketcontent.hashing import hash_bytes
from ketcontent.model import Content
from ketcontent.pages import PageView, shown_against, shown_certainty
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
    signed: dict[str, list[dict[str, Any]]] = {}
    statuses = signoff_statuses(view)
    rows = {row["signoff"]: row for row in view.rows("signoffs")}
    for one in statuses:
        signed.setdefault(one.statement, []).append(
            {
                "capacity": one.capacity,
                "state": one.state,
                "person": one.person,
                "signed_on": one.signed_on,
                **_proven(one, rows),
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
            "comparisons": [compared.compared for compared in one.comparisons],
            "sign_offs": signed.get(one.statement, []),
            **_covered(signed_of[one.statement], signed),
        }
        for section in page
        for one in section.statements
    ]
    helps = [one.statement for one in page.opening.statements] if page.opening else []
    shown: dict[str, list[str | list[str]]] = {}
    files: dict[str, Mapping[str, Any]] = {}
    for name, path in sorted(pages.items()):
        kept = _still_there(name, statements, helps, before)
        if kept is None:
            file = _FileOfPage(name, path)
            words = _shown(file, statements, helps)
            kept = words, _written(file, words, statements)
        shown[name], files[name] = kept
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
                **_covered(one, signed),
            }
            for one in signed_of.values()
            if one.table != "statements"
        ],
        **_signing_keys(view, signed),
        "pages": shown,
        "files": files,
    }


def _proven(one: SignoffStatus, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return how it is known who made a sign-off that counts: what was signed, and the signature.

    So whoever has the record can test it, and needs no table of ours for that but the keys.
    """
    if not one.proof:
        return {}
    if one.proof == "recorded":
        return {"proof": one.proof}
    row = rows[one.signoff]
    return {"proof": one.proof, "said": signed_words(row), "signature": row["signature"]}


def _covered(
    one: Signable, signed: Mapping[str, list[dict[str, Any]]]
) -> dict[str, list[str | list[str]]]:
    """Return what the digest is of that a signature is over; nothing, where none is.

    So it can be told that not only the words are as they were signed, but the grade and sources.
    """
    is_signed = any("signature" in each for each in signed.get(one.key, ()))
    return {"covers": one.covers} if is_signed else {}


def _signing_keys(
    view: PageView, signed: Mapping[str, list[dict[str, Any]]]
) -> dict[str, list[dict[str, str]]]:
    """Return the keys that the signatures of a record are by; nothing, where it has none."""
    used = {
        public_key_of(one["signature"])
        for some in signed.values()
        for one in some
        if "signature" in one
    }
    rows = [row for row in view.rows("signing_keys") if row["public_key"] in used]
    kept = [{name: row[name] for name in KEY_COLUMNS} for row in rows]
    return {"signing_keys": kept} if kept else {}


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

    @cached_property
    def lines(self) -> Lines:
        return read_markdown(self.text)


def _written(
    file: _FileOfPage, shown: list[str | list[str]], statements: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return what `verify` holds a file against besides its words.

    Those are the hash of its bytes; of HTML the hashes of its markup alone and of its markup with
    the words in it (`flow`), and the words of each link; where its links lead; marks of its lines.
    """
    if file.name.endswith(".md"):
        said = {one["statement"]: reader_text(one) for one in statements}
        links = markdown_links(file.lines, lines_due(file.name, shown, said))
        markup, flow, on = "", "", []  # other bytes are other marks: there is nothing to tell apart
    else:
        links = list(file.reading.links)
        markup, flow, on = file.reading.markup, file.reading.flow, [one.words for one in links]
    return {
        "hash": file.hash,
        "markup": markup,
        "flow": flow,
        "links": [f"{one.statement} {one.address}".strip() for one in links],
        "link_words": on,
        "lines": line_marks(file.text),
    }


def _still_there(
    name: str,
    statements: list[dict[str, Any]],
    helps: list[str],
    before: tuple[Mapping[str, Any], Collection[str]] | None,
) -> tuple[list[str | list[str]], Mapping[str, Any]] | None:
    """Return what an earlier record says of a file; None where the file is to be read."""
    if before is None:
        return None
    earlier, changed = before
    file = earlier.get("files", {}).get(name, {})
    if name in changed or name not in earlier["pages"] or "flow" not in file:
        return None
    ways = [_due(name, said, helps) for said in (earlier["statements"], statements)]
    then, now = [[(one["statement"], reader_text(one)) for one in due] for due in ways]
    return (list(earlier["pages"][name]), file) if then == now else None


def _due(name: str, statements: list[dict[str, Any]], helps: list[str]) -> list[dict[str, Any]]:
    """Return the statements that are to stand on an exported file.

    Each section repeats what the page opens with for a reader in crisis.
    """
    section = Path(name).stem if name.startswith("sections/") else ""
    return [
        one for one in statements if section in ("", one["section"]) or one["statement"] in helps
    ]


def _shown(
    file: _FileOfPage, statements: list[dict[str, Any]], helps: list[str]
) -> list[str | list[str]]:
    """Return what an exported file shows, in order: keys of statements in a list, or other words.

    A statement that is due on the file and not found there stands at the end, so that the file
    never passes.
    """
    due = _due(file.name, statements, helps)
    said = {one["statement"]: reader_text(one) for one in statements}
    shown: list[str | list[str]] = []
    if not file.name.endswith(".md"):
        found = file.reading.words
        seen = {key for key, _ in found}
        shown = [[key] if key else words for key, words in found]
        return [*shown, *([one["statement"]] for one in due if one["statement"] not in seen)]
    for line, _ in file.lines:
        keys: list[str] = []
        # Sentences that stand closed up share a line.
        while due and line.startswith(one_line([*keys, due[0]["statement"]], said)):
            keys.append(due.pop(0)["statement"])
        shown.append(keys or line)
    return [*shown, *([one["statement"]] for one in due)]
