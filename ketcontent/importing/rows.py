"""A page as received → rows of documents, sections and statements."""

from __future__ import annotations

import dataclasses
import re
import unicodedata

import pandas as pd

from ketcontent.errors import AlreadyThere, KetcontentError
from ketcontent.importing.places import place_rows
from ketcontent.importing.plain_text import (
    POSITION_STEP,
    ReceivedPage,
    parse_page,
    refuse_hidden,
    refuse_marked_up,
    split_sentences,
)
from ketcontent.importing.received import received_hash
from ketcontent.importing.versions import (
    OldRows,
    Rows,
    drop_empty_sections,
    loosen_moved,
    mark_forms,
    merge_sections,
    merge_statements,
    merge_title,
    not_received,
    paired_statements,
)
from ketcontent.model import KEPT, KEY_PATTERN, Content, frame_of, stands_as_supplied


def import_page(
    content: Content, text: str, *, document: str, language: str = "", replace: bool = False
) -> Content:
    """Return `content` with a page taken in as received, its current edition the same words.

    Parameters
    ----------
    content
        The tables to add to.
    text
        The page, as `read_page` returns it.
    document
        The key of the page: lower-case letters, digits and single hyphens.
    language
        The language of the page, as a BCP 47 tag; sentences are split by its rules. By default
        the one that the page has already, else English.
    replace
        Whether to take in a new version of a page that is there already. Each sentence keeps its
        key, its kind, its grade and its evidence. What nobody has worked on follows the supplier;
        where an editor has, or a source, a grade or a sign-off stands on the words, and where
        something was withdrawn, the current edition stays as it is and the row is marked for an
        editor to decide. `supplier_changes` says what happened.

    Raises
    ------
    AlreadyThere
        When the document exists and `replace` is not set.
    UnreadablePage
        When the text is empty or holds control characters.
    KetcontentError
        When `document` is no key.

    Examples
    --------
    >>> from ketcontent.model import empty_content
    >>> content = import_page(empty_content(), "Aspirin\\nForms:\\n- Oral: Tablets. Not gum.",
    ...     document="aspirin")
    >>> content.statements[["statement", "supplied_label", "supplied"]].values.tolist()
    [['oral-1', 'Oral', 'Tablets.'], ['oral-2', '', 'Not gum.']]
    """
    known = document in set(content.documents["document"])
    if known and not replace:
        raise AlreadyThere(
            f"The document '{document}' is there already.",
            hint="Add --replace to take it in as the supplier's new version; edited sentences keep "
            "their wording until you decide.",
            name=document,
        )
    if not KEY_PATTERN.fullmatch(document):
        raise KetcontentError(
            f"'{document}' is not a key for a page.",
            hint="Use lower-case letters a to z, digits, and single hyphens between them.",
            name=document,
        )
    refuse_marked_up(text, f"The page for '{document}'")
    refuse_hidden(text, f"The page for '{document}'")
    old = OldRows.of(content, document)
    spoken = language or old.document.get("language", "en")
    documents, sections, statements = _rows(parse_page(text), document, spoken, old)
    return dataclasses.replace(
        content,
        documents=_put(content, "documents", document, documents),
        sections=_put(content, "sections", document, sections),
        statements=_put(content, "statements", document, statements),
    )


def _put(content: Content, table: str, document: str, rows: Rows) -> pd.DataFrame:
    """Return a table with the document's rows replaced, sorted by key."""
    frame: pd.DataFrame = getattr(content, table)
    kept = frame[frame["document"] != document]
    key = list(content.schemas[table].key)
    together = pd.concat([kept, frame_of(table, rows, content)], ignore_index=True)
    return together.sort_values(key, ignore_index=True)


def _rows(
    page: ReceivedPage, document: str, language: str, old: OldRows
) -> tuple[Rows, Rows, Rows]:
    """Return the rows of documents, sections and statements for a page."""
    sections, statements = _received_rows(page, document, language)
    kept = paired_statements(statements, old)
    merge_sections(sections, statements, kept, old)
    merge_statements(statements, kept, old)
    gone_sections, gone_statements = not_received(old, sections, statements)
    sections += gone_sections
    statements += gone_statements
    loosen_moved(sections, statements, old)
    place_rows(sections, scope=(), within=())
    _cut_with_their_section(statements, sections)
    place_rows(statements, scope=("section",), within=("supplied_section",))
    _answer_as_they_stand(statements)
    mark_forms(statements, kept)
    drop_empty_sections(sections, statements, old)
    received, spare = _cell(page.title), document.replace("-", " ").capitalize()
    page_row = {
        **{"audience": "", "purpose": "", "publisher": "", "funding": "", "review_every_days": 365},
        "title": received or spare,
        **old.document,
        "document": document,
        "supplied_title": received,
        "supplied_hash": received_hash(received, sections, statements),
        "language": language,
    }
    if old.document:
        merge_title(page_row, old.document, spare=spare)
    return [page_row], sections, statements


def _received_rows(page: ReceivedPage, document: str, language: str) -> tuple[Rows, Rows]:
    """Return rows of sections and statements with their received half, and the wanted keys."""
    sections: Rows = []
    statements: Rows = []
    for place, section in enumerate(page.sections, start=1):
        wanted = _slug(section.heading) or ("lede" if place == 1 else "section")
        sections.append(
            {
                "document": document,
                "section": place,  # its key comes once it is known whether it was here before
                "wanted": wanted,
                "supplied_position": place * POSITION_STEP,
                "supplied_number": _cell(section.number),
                "supplied_heading": _cell(section.heading),
                "supplied_run_in": section.run_in,
            }
        )
        order = 0
        for number, block in enumerate(section.blocks, start=1):
            for first, sentence in enumerate(split_sentences(block.text, language)):
                order += 1
                statements.append(
                    {
                        "document": document,
                        "wanted": _slug(block.label) or wanted,
                        "supplied_section": place,
                        "supplied_block": number,
                        "supplied_position": order * POSITION_STEP,
                        "supplied_form": block.form,
                        "supplied_label": "" if first else _cell(block.label),
                        "supplied": sentence,
                    }
                )
    return sections, statements


def _cell(text: str) -> str:
    """Return a heading or label as the tables hold it: without tabs."""
    return text.replace("\t", " ")


def _slug(text: str) -> str:
    """Return up to five words of a heading as a key, accents dropped."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", plain))
    slug = "-".join(words[:5])[:48].strip("-")
    return slug if re.search("[a-z]", slug) else ""


def _cut_with_their_section(statements: Rows, sections: Rows) -> None:
    """Keep new statements out of the current edition where their whole section was cut."""
    cut = {row["section"] for row in sections if row["position"] is None}
    for row in statements:
        if "position" not in row and row["supplied_section"] in cut:
            row["section"], row["block"] = row["supplied_section"], row["supplied_block"]
            row["position"], row["text"] = None, ""


def _answer_as_they_stand(statements: Rows) -> None:
    """Say of each new sentence that stands as it is received that it was kept.

    One that came in under another heading, or not at all, waits for an editor to say why.
    """
    for row in statements:
        if "answer" not in row and stands_as_supplied(row):
            row["answer"] = KEPT
