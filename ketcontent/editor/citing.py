"""The evidence of a statement: cite a source, remove it, find one."""

from __future__ import annotations

import re

from ketcontent.editor.edits import cleaned_words, statement_row, with_statements
from ketcontent.editor.session import Cells, RowChange, Session, edited, rows_by_key
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.markup import cited
from ketcontent.model import Content


def with_evidence(session: Session, statement: str, cells: Cells) -> Session:
    """Return the session with what a source says on a statement, and the source cited there.

    Parameters
    ----------
    session, statement
        The session and the statement.
    cells
        ``source``, ``role``, ``finding``, and where known ``locator`` and ``checked_on``. A row
        that is there keeps the cells that are not named.

    Raises
    ------
    UnknownName
        When there is no such statement or source.
    KetcontentError
        When there is no word on what the source found.
    """
    row = statement_row(session, statement)
    known = [key for (key,) in rows_by_key(session.content, "sources")]
    source = cells.get("source", "")
    if source not in known:
        raise UnknownName.of("source", source, known)
    key = (session.document, statement, source)
    was = rows_by_key(session.content, "evidence").get(key)
    empty = dict.fromkeys(session.content.schemas["evidence"].columns, "")
    given = {name: cleaned_words(cell) for name, cell in cells.items() if name in empty}
    said = {**(was or empty), **given, "document": key[0], "statement": statement}
    if not said["finding"]:
        raise KetcontentError(
            f"There is no word on what '{source}' found.",
            hint="Say in a sentence what it says on this statement.",
            source=source,
        )
    if was is None and source not in cited(row["text"]) and not row["notice"]:
        row = {**row, "text": f"{row['text']} [@{source}]".strip()}
    change = RowChange("evidence", key, was, said)
    content = with_statements(session, row, evidence_rows=[change])
    return edited(session, f"Cite {source} in {statement}", content)


def without_evidence(session: Session, statement: str, source: str) -> Session:
    """Return the session without a source's row of evidence on a statement, and uncited there."""
    row = statement_row(session, statement)
    change = RowChange("evidence", (session.document, statement, source), None, None)
    bare = {**row, "text": _uncited(row["text"], source)}
    content = with_statements(session, bare, evidence_rows=[change])
    return edited(session, f"Remove {source} from {statement}", content)


def _uncited(text: str, source: str) -> str:
    """Return a text without its citations of a source."""

    def kept(found: re.Match[str]) -> str:
        keys = [key.strip() for key in found[2].split(";")]
        left = [key for key in keys if key != f"@{source}"]
        return f"{found[1]}[{'; '.join(left)}]" if left else ""

    return re.sub(r"(\s*)(?<!\\)\[(@[a-z0-9-]+(?:\s*;\s*@[a-z0-9-]+)*)\]", kept, text)


def found_sources(content: Content, words: str, *, most: int = 12) -> list[dict[str, str]]:
    """Return the sources in which every word stands somewhere: key, title, authors, year, DOI."""
    wanted = words.casefold().split()
    found = []
    for row in rows_by_key(content, "sources").values():
        if all(word in " ".join(row.values()).casefold() for word in wanted):
            found.append(row)
            if len(found) == most:
                break
    return found
