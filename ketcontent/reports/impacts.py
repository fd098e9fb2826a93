"""What a change to a source, notice or term touches."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ketcontent.approvals import reader_words
from ketcontent.errors import UnknownName
from ketcontent.markup import FACTS, render, trusted
from ketcontent.model import Content
from ketcontent.pages import assemble
from ketcontent.reports.display import show
from ketcontent.reports.history import Version, valid_signers
from ketcontent.text import counted


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change to one notice, source or term touches."""

    kind: str
    """``notice``, ``source`` or ``term``."""
    key: str
    """Its key."""
    statements: tuple[tuple[str, str, str], ...]
    """The statements: document, statement, words."""
    sign_offs: tuple[tuple[str, str, str], ...]
    """The valid sign-offs on them: document, statement, who."""

    @property
    def head(self) -> str:
        """How much it touches, in words."""
        pages = len({document for document, _, _ in self.statements})
        return (
            f"{self.kind} {self.key}: {counted(len(self.statements), 'statement')} on "
            f"{counted(pages, 'page')}, {counted(len(self.sign_offs), 'sign-off')}"
        )

    def to_html(self) -> str:
        """Return what is touched as HTML: a table of the statements, one of the sign-offs."""
        statements, sign_offs = (
            trusted(
                show(pd.DataFrame(rows, columns=["page", "statement", last]), caption).to_html()
            )
            for rows, last, caption in (
                (self.statements, "words", "Statements it touches"),
                (self.sign_offs, "who", "Valid sign-offs on them"),
            )
        )
        return render("impact.html.j2", impact=self, statements=statements, sign_offs=sign_offs)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {
            "text/plain": str(self),
            "text/html": self.to_html(),
            FACTS: json.dumps({"kind": "part"}),
        }

    def __str__(self) -> str:
        lines = [f"  {document}/{key}: {words}" for document, key, words in self.statements]
        lines += [f"  signed: {document}/{key} by {who}" for document, key, who in self.sign_offs]
        return "\n".join([self.head, *lines])


def impact(content: Content, kind: str, key: str) -> Impact:
    """Return each statement, page and valid sign-off that a change to a row touches.

    Parameters
    ----------
    content
        The tables.
    kind
        ``notice``, ``source`` or ``term``.
    key
        The notice, the source or the term.

    Raises
    ------
    UnknownName
        When there is no such kind, or no such row.
    """
    tables = {"notice": content.notices, "source": content.sources, "term": content.terms}
    if kind not in tables:
        raise UnknownName.of("kind", kind, tables)
    known = list(dict.fromkeys(tables[kind][kind]))
    if key not in known:
        raise UnknownName.of(kind, key, known, hint=f"There are no {kind}s yet.")
    term = re.compile(rf"(?<!\w){re.escape(key)}(?!\w)")
    statements, signed = [], []
    for document in content.documents["document"]:
        page = assemble(content, document)
        signers = valid_signers(Version(content, page))
        for one in page.statements:
            touched = {
                "notice": one.notice == key,
                "source": key in one.cites,
                "term": bool(term.search(reader_words(one))),
            }[kind]
            if touched:
                statements.append((document, one.statement, reader_words(one)))
                signed += [(document, one.statement, who) for who in signers.get(one.statement, ())]
    return Impact(kind, key, tuple(statements), tuple(signed))
