"""The page as a reader sees it: a section of an edition, and why nothing is typed there if so."""

from __future__ import annotations

from typing import Any

from ketcontent.editor.bench import Bench, page_of
from ketcontent.editor.discussing import open_counts
from ketcontent.editor.edits import cleaned_words, reworded, statement_row
from ketcontent.editor.rows import filled, row_name
from ketcontent.editor.session import Session, row_of, rows_by_key

Answer = dict[str, Any]


def reader_view(bench: Bench, section: str = "") -> Answer:
    """Return a section in the edition that is shown; by default that of the chosen statement.

    Of an edition that has no such section there is no HTML.
    """
    content, document = bench.session.content, bench.session.document
    section = section or statement_row(bench.session, bench.chosen)["section"]
    view = page_of(bench)
    shown: Answer = {
        "section": section,
        "edition": bench.edition,
        "locked": why_locked(bench.session, bench.edition),
        "language": view.edition(bench.edition).language,
        "title": view.edition(bench.edition).title,
        "discussed": {
            key: [one.get(key, 0) for one in open_counts(content, document)]
            for key in (f"title:{document}", f"heading:{section}")
        },
        "html": "",
        "sources": [],
        "terms": [],
        "people": [],
    }
    if section not in (one.section for one in view.edition(bench.edition)):
        return shown
    page = view.edition(bench.edition, section)
    texts = tuple(tuple(row.values()) for row in page.sources)
    if texts not in bench.references:
        bench.references = {texts: tuple(one.text for one in page.references)}
    numbered = zip(page.sources, bench.references[texts], strict=True)
    language = page.language
    terms = [
        {
            "row": row_name("terms", (one.term, language)),
            "name": one.term,
            "cells": {
                "expansion": one.expansion,
                "plain": one.plain,
                "definition": one.definition,
            },
        }
        for one in page.terms
    ]
    people = [
        {
            "row": row_name("people", key),
            "name": row["person"],
            "cells": {
                name: row[name] for name in ("name", "credential", "affiliation", "conflicts")
            },
        }
        for key, row in rows_by_key(content, "people").items()
        if row["name"] in {*page.writers, *(one.name for one in page.signers)}
    ]
    return shown | {
        "terms": terms,
        "people": people,
        "html": "".join(one.to_html() for one in page),
        "sources": [
            {"number": page.numbers[row["source"]], "text": text} for row, text in numbered
        ],
    }


def why_locked(session: Session, edition: str) -> Answer | None:
    """Return why no words are typed where an edition of the page is read, and what to do instead.

    None where they are: in the current edition of a page that is no translation.

    Parameters
    ----------
    session
        The session.
    edition
        ``current`` or ``supplied``.
    """
    if edition == "supplied":
        return {
            "message": "This is the page as it was received: it is kept word for word.",
            "hint": "Show the page as it is now, and change it there.",
        }
    page = rows_by_key(session.content, "documents")[session.document,]
    if page["translation_of"]:
        return {
            "message": f"This page is a translation of '{page['translation_of']}', which decides "
            "what it says: nothing is typed where it is read.",
            "hint": "Compare the sentence with its original, then change it with all its fields.",
        }
    return None


def put_back(session: Session, name: str, column: str, words: str) -> Session:
    """Return the session with a cell as it was before somebody typed in it.

    Who typed in a sentence that nobody had written yet is named as its writer; once its words are
    those that are saved again, they are not.

    Parameters
    ----------
    session
        The session.
    name
        The row, as the browser names it (`ketcontent.editor.rows.row_name`).
    column, words
        The cell, and what it said.
    """
    if ":" in name:
        return filled(session, name, {column: words})
    cells = {column: words}
    was = row_of(session.saved, "statements", (session.document, name))
    now = {**statement_row(session, name), column: cleaned_words(words)}
    if was is not None and all(now[one] == was[one] for one in ("text", "label", "notice")):
        cells["author"] = was["author"]
    return reworded(session, name, cells)
