"""What a page holds, for those who review it: counts, lengths, repeats, changes.

Each function looks at Content from the side and returns a DataFrame with a row a thing to look
at; `show` draws one so that it can be read on an exported page, by a screen reader too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ketcontent.importing import supplier_marks
from ketcontent.model import Content
from ketcontent.pages import Document, Edition, Reference, assemble, references
from ketcontent.reports.display import Table
from ketcontent.reports.history import (
    answers_between,
    in_reading_order,
    kind_of_change,
    laid_over,
    told_of,
)
from ketcontent.text import Redline, canonical, counted, word_count


def holdings(content: Content, document: str, *, edition: Edition = "current") -> pd.DataFrame:
    """Return how many statements of each kind each section of a page has.

    Returns
    -------
    pandas.DataFrame
        A row a section in reading order, then ``all``. Columns: ``section`` (its heading), one
        for each kind that occurs (``not set`` for statements without one), ``all``: counts.
    """
    page = assemble(content, document, edition=edition)
    kinds = sorted({one.kind or "not set" for one in page.statements})
    rows: list[dict[str, Any]] = []
    for section in page:
        found = [one.kind or "not set" for one in section.statements]
        row = {kind: found.count(kind) for kind in kinds}
        rows.append({"section": section.title or "(no heading)", **row, "all": len(found)})
    frame = pd.DataFrame(rows, columns=["section", *kinds, "all"])
    total = frame[[*kinds, "all"]].sum().to_dict()
    return pd.concat([frame, pd.DataFrame([{"section": "all", **total}])], ignore_index=True)


def lengths(content: Content, document: str, *, edition: Edition = "current") -> pd.DataFrame:
    """Return how long the sentences of each section of a page are.

    Returns
    -------
    pandas.DataFrame
        A row a section with statements, in reading order. Columns: ``section`` (its heading),
        ``statements`` (count), ``words`` (count), ``mean`` and ``longest`` (words a statement).
    """
    rows = []
    for section in assemble(content, document, edition=edition):
        counts = [word_count(one.plain) for one in section.statements]
        if counts:
            row = [section.title or "(no heading)", len(counts), sum(counts)]
            rows.append([*row, round(sum(counts) / len(counts)), max(counts)])
    return pd.DataFrame(rows, columns=["section", "statements", "words", "mean", "longest"])


def repeats(content: Content, document: str, *, edition: Edition = "current") -> pd.DataFrame:
    """Return the sentences that a page says more than once.

    Returns
    -------
    pandas.DataFrame
        A row a repeated sentence, in order of first use. Columns: ``words`` (the sentence),
        ``times`` (count), ``statements`` (the keys, separated by commas).
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for one in assemble(content, document, edition=edition).statements:
        found.setdefault(canonical(one.plain).casefold(), []).append((one.plain, one.statement))
    rows = [
        (same[0][0], len(same), ", ".join(key for _, key in same))
        for same in found.values()
        if len(same) > 1
    ]
    return pd.DataFrame(rows, columns=["words", "times", "statements"])


def changes(
    content: Content,
    document: str,
    *,
    old: Edition = "supplied",
    new: Edition = "current",
    section: str = "",
) -> pd.DataFrame:
    """Return what changed in a page from one edition to another, statement by statement.

    Parameters
    ----------
    content, document
        The tables and the page.
    old, new
        The editions.
    section
        One section, where a statement stands in the new edition, or stood in the old one if it was
        cut; by default all.

    Returns
    -------
    pandas.DataFrame
        A row a statement that changed, in the order of the new edition, then those it cut.
        Columns: ``statement`` (its key), ``change`` (``reworded``, ``added``, ``cut``; as an editor
        says of a supplied sentence, ``answered`` by others or ``moved`` with the same words;
        ``kept`` where the supplier withdrew it and it still stands), ``redline`` (a `Redline` of
        its label and words), ``answer`` (what became of the supplied sentence and why, as an editor
        says it; empty of one that was added, and between other editions than supplied and current).
    """
    pages = [assemble(content, document, edition=edition) for edition in (old, new)]
    before, after = (_wordings(page) for page in pages)
    homes = {key: home for page in pages for key, (home, _) in in_reading_order(page).items()}
    marks = {mark.key: mark for mark in supplier_marks(content, document)}
    answers = answers_between(content, document, old, new)
    rows: list[tuple[str, str, Redline, str]] = []
    for key in [*after, *(key for key in before if key not in after)]:
        if section not in ("", homes[key]):
            continue
        was, now = before.get(key, ""), after.get(key, "")
        answer = answers.get(key)
        if canonical(was) != canonical(now) or (answer and answer.answer == "moved"):
            mark = marks.get(f"{document}/{key}") if old == "supplied" else None
            change = kind_of_change(was, now, mark, answer)
            rows.append((key, change, laid_over(change, was, now), told_of(answer)))
    return pd.DataFrame(rows, columns=["statement", "change", "redline", "answer"])


def grounds(
    content: Content, document: str, *, section: str = "", edition: Edition = "current"
) -> pd.DataFrame:
    """Return what the sentences of a page, or of a section of it, rest on.

    Parameters
    ----------
    content, document
        The tables and the page.
    section
        One section; by default all.
    edition
        The edition whose sentences are looked at.

    Raises
    ------
    UnknownName
        When there is no such page or section.

    Returns
    -------
    pandas.DataFrame
        A row what one source says on one statement, in reading order. Columns: ``statement`` (its
        key), ``certainty``, ``source`` (a `ketcontent.pages.blocks.Reference`), ``role``,
        ``finding``, ``where`` (in the source), ``checked`` (when, or ``never``).
    """
    page = assemble(content, document, section=section, edition=edition)
    said: dict[str, list[dict[str, str]]] = {}
    for row in content.rows("evidence", document):
        said.setdefault(row["statement"], []).append(row)
    used = {row["source"] for one in page.statements for row in said.get(one.statement, ())}
    sources = [row for row in content.rows("sources") if row["source"] in used]
    known = _references(sources, page)
    rows = [
        (
            one.statement,
            one.certainty or "not graded",
            known[row["source"]],
            row["role"],
            row["finding"],
            row["locator"],
            row["checked_on"] or "never",
        )
        for one in page.statements
        for row in said.get(one.statement, ())
    ]
    columns = ["statement", "certainty", "source", "role", "finding", "where", "checked"]
    return pd.DataFrame(rows, columns=columns)


def _references(
    rows: Sequence[Mapping[str, Any]], page: Document | None = None
) -> dict[str, Reference]:
    """Return sources as references, by key; those that a page cites with their numbers."""
    numbered = {one.source: one for one in page.references} if page else {}
    others = [row for row in rows if row["source"] not in numbered]
    return numbered | {
        row["source"]: Reference(
            source=row["source"],
            number=0,
            text=text,
            doi=row["doi"],
            pmid=row["pmid"],
            url=row["url"],
            unconfirmed=row["unconfirmed"],
        )
        for row, text in zip(others, references(others), strict=True)
    }


def list_sources(
    content: Content, document: str = "", *, section: str = "", edition: Edition = "current"
) -> Table:
    """Return the references of a page, of a section or of all content, and how far to trust them.

    Parameters
    ----------
    content
        The tables.
    document
        The page; by default all of them, with the sources that none cites.
    section
        One section of the page; by default all.
    edition
        The edition of the page; as received, it cites nothing.

    Returns
    -------
    Table
        A row a source; `Table.frame` has the DataFrame. Columns: ``source`` (its key), ``number``
        (on the page; not for all content), ``reference`` (a `ketcontent.pages.blocks.Reference`),
        ``not confirmed`` (its fields), ``confirmed``, ``retraction check``, ``newer version
        check`` (dates, or ``never``), ``announced`` (retracted, concern or corrected), ``cited in``
        (statements; for all content, how many on how many pages, which `impact` lists).

    Raises
    ------
    UnknownName
        When there is no such page or section.
    """
    if document:
        page = assemble(content, document, section=section, edition=edition)
        found = list(page.references)
        uses = {one.source: ", ".join(one.cited_in) for one in found}
    else:
        found = list(_references(content.rows("sources")).values())
        uses = _uses(content)
    rows = {row["source"]: row for row in content.rows("sources")}
    drawn = [
        {
            "source": one.source,
            **({"number": one.number} if document else {}),
            "reference": one,
            "not confirmed": one.unconfirmed or ("" if one.source in rows else "all: no such row"),
            **{
                name: rows.get(one.source, {}).get(column, "") or "never"
                for name, column in _CHECKS.items()
            },
            "announced": rows.get(one.source, {}).get("state", ""),
            "cited in": uses.get(one.source, "nothing"),
        }
        for one in found
    ]
    columns = ["source", *(["number"] if document else []), "reference", "not confirmed"]
    frame = pd.DataFrame(drawn, columns=[*columns, *_CHECKS, "announced", "cited in"])
    of = "/".join(filter(None, [document, section])) or "all pages"
    unsure = int((frame["not confirmed"] != "").sum())
    caption = f"Sources of {of}: {len(frame)}, of which {unsure} with unconfirmed fields"
    return Table(frame, caption, "None.")


_CHECKS = {
    "confirmed": "confirmed_on",
    "retraction check": "retraction_checked_on",
    "newer version check": "revision_checked_on",
}
"""What somebody must look at in a source, and the column that says when they last did."""


def _uses(content: Content) -> dict[str, str]:
    """Return how many sentences cite each source that any does, on how many pages, in words."""
    pages: dict[str, list[str]] = {}
    for document in content.documents["document"]:
        for one in assemble(content, document).statements:
            for key in one.cites:
                pages.setdefault(key, []).append(document)
    return {
        key: f"{counted(len(found), 'statement')} on {counted(len(set(found)), 'page')}"
        for key, found in pages.items()
    }


def _wordings(page: Document) -> dict[str, str]:
    return {one.statement: f"{one.label_text} {one.plain}".strip() for one in page.statements}
