"""Judge whether each claim rests on a source that was read, and each source on a claim."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ketcontent.checks.statements import (
    CLAIMS,
    evidence_roles,
    statement_fault,
)
from ketcontent.diagnostics import Diagnostic
from ketcontent.importing import is_incomplete
from ketcontent.markup import cited
from ketcontent.model import Content
from ketcontent.pages import Document, Edition, PageView, Statement


def judge_support(view: PageView, *, edition: Edition = "current") -> list[Diagnostic]:
    """Return the claims without a source, and the citations that lead nowhere."""
    page = view.edition(edition)
    known = {row["source"] for row in view.rows("sources")}
    roles = evidence_roles(view)
    faults: list[Diagnostic] = []
    for one in page.statements:
        said = roles.get(one.statement, {}) if edition == "current" else {}
        if edition == "current" and not one.kind and not one.notice:
            faults.append(
                statement_fault(
                    page,
                    one,
                    "no-kind",
                    "Nobody has said what kind of statement this is.",
                    "Set its kind: what it must rest on, and who must sign it, depend on it.",
                    column="kind",
                    cell="",
                )
            )
        if one.kind in CLAIMS and not one.notice:
            faults += _support(page, one, said)
        for source in one.cites:
            if source not in known:
                faults.append(
                    statement_fault(
                        page,
                        one,
                        "unknown-source",
                        f"There is no source '{source}'.",
                        "Add it with 'ketcontent import-sources FILE', or cite another.",
                        span=_citation(one.text, source),
                        of_notice=True,
                    )
                )
            elif source not in said and not one.notice:
                faults.append(
                    statement_fault(
                        page,
                        one,
                        "no-finding",
                        f"It cites '{source}', but no row of evidence says what that found.",
                        "Add the row to evidence.csv: role, finding, where in the source.",
                        span=_citation(one.text, source),
                    )
                )
    return faults


def _citation(text: str, source: str) -> tuple[int, int] | None:
    """Return where a text cites a source, without the brackets."""
    found = re.search(rf"[\[;]\s*(@{re.escape(source)})(?![a-z0-9-])", text)
    return found.span(1) if found else None


def _support(page: Document, one: Statement, said: dict[str, str]) -> Iterator[Diagnostic]:
    supporting = [source for source in one.cites if said.get(source) == "supports"]
    if not supporting:
        graded = f" graded {one.certainty}" if one.certainty else ""
        yield statement_fault(
            page,
            one,
            "no-source",
            f"A {one.kind} statement{graded} cites no source that supports it.",
            "Cite one, with its row of evidence, or cut the statement.",
        )
    against = [source for source, role in said.items() if role == "contradicts"]
    if one.kind == "benefit" and against and not set(against) & set(one.cites):
        yield statement_fault(
            page,
            one,
            "contradiction-hidden",
            f"{', '.join(against)} found otherwise, and the statement cites none of it.",
            "Say so in the sentence or the next, and cite it.",
        )


def judge_sources(content: Content, documents: Sequence[str] = ()) -> list[Diagnostic]:
    """Return the sources that nobody cites or completed, and fields of cited ones not confirmed.

    A source of which there is no more than what somebody gave to know it by is an error where a
    page cites it: a reader could not tell which work it is.

    Parameters
    ----------
    content
        The tables.
    documents
        The pages whose sources must be confirmed; by default all.
    """
    used = _citing(content)
    faults: list[Diagnostic] = []
    for row in content.rows("sources"):
        cited_by = used.get(row["source"], set())
        place = {"table": "sources", "key": row["source"]}
        if not cited_by:
            faults.append(
                Diagnostic(
                    rule="source-not-cited",
                    severity="warning",
                    message=f"No page cites '{row['source']}'.",
                    hint="Cite it where it belongs, or delete the row.",
                    column="source",
                    cell=row["source"],
                    **place,
                )
            )
        concerns = not documents or bool(cited_by & set(documents))
        if is_incomplete(row) and (concerns or not cited_by):
            faults.append(
                Diagnostic(
                    rule="source-incomplete",
                    severity="error" if cited_by else "warning",
                    message=f"Of '{row['source']}' there is only what was given: {row['title']}",
                    hint=f"Ask the registries with 'ketcontent sources look-up {row['source']}', "
                    "or fill in its title, authors and date from the source itself.",
                    column="title",
                    cell=row["title"],
                    **place,
                )
            )
        elif cited_by and row["unconfirmed"] and concerns:
            faults.append(
                Diagnostic(
                    rule="source-unconfirmed",
                    message=f"Nobody has confirmed: {row['unconfirmed']}.",
                    hint="Compare the row with the source itself, empty this cell, and date "
                    "confirmed_on.",
                    column="unconfirmed",
                    cell=row["unconfirmed"],
                    **place,
                )
            )
    return faults


def _citing(content: Content) -> dict[str, set[str]]:
    """Return, by source, the pages whose current edition cites it."""
    languages = dict(zip(content.documents["document"], content.documents["language"], strict=True))
    sections = content.sections[content.sections["position"].notna()]
    shown = set(zip(sections["document"], sections["section"], strict=True))
    notices = {
        (notice, language): text
        for notice, language, text in zip(
            *(content.notices[name] for name in ("notice", "language", "text")), strict=True
        )
    }
    statements = content.statements[content.statements["position"].notna()]
    columns = (statements[name] for name in ("document", "section", "notice", "text"))
    used: dict[str, set[str]] = {}
    for document, section, notice, own in zip(*columns, strict=True):
        if (document, section) in shown and document in languages:
            text = notices[notice, languages[document]] if notice else own
            for source in cited(text) if "[" in text else ():
                used.setdefault(source, set()).add(document)
    return used
