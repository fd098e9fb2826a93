"""A page as received → rows of documents, sections and statements."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Container, Mapping

import pandas as pd

from ketcontent.errors import AlreadyThere, KetcontentError
from ketcontent.importing.places import place_rows
from ketcontent.importing.plain_text import (
    POSITION_STEP,
    refuse_hidden,
    refuse_marked_up,
)
from ketcontent.importing.plain_text_blocks import read_plain_text
from ketcontent.importing.received import received_hash
from ketcontent.importing.sentences import sentences_of
from ketcontent.importing.supplied_page import SuppliedBlock, SuppliedPage, item_depths
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
from ketcontent.model import (
    KEPT,
    KEY_PATTERN,
    ROW_FORMS,
    Content,
    frame_of,
    item_form,
    stands_as_supplied,
)
from ketcontent.text import canonical, fold


def import_page(
    content: Content,
    page: str | SuppliedPage,
    *,
    document: str,
    language: str = "",
    replace: bool = False,
) -> Content:
    """Return `content` with a page taken in as received, its current edition the same words.

    Parameters
    ----------
    content
        The tables to add to.
    page
        The page, as `read_supplied` or `with_form` returns it; or plain text, as `read_page` does.
    document
        The key of the page: lower-case letters, digits and single hyphens.
    language
        The language of the page, as a BCP 47 tag; sentences are split by its rules. By default
        the one that the page has already, or that its file names, else English.
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
        When `document` is no key, or the tables are of a version that knew no tables within pages
        and the page has one.

    Examples
    --------
    >>> from ketcontent.model import empty_content
    >>> content = import_page(empty_content(), "Aspirin\\nForms:\\n- Oral: Tablets. Not gum.",
    ...     document="aspirin")
    >>> content.statements[["statement", "supplied_label", "supplied"]].values.tolist()
    [['oral-1', 'Oral', 'Tablets.'], ['oral-2', '', 'Not gum.']]
    """
    return import_pages(content, {document: page}, language=language, replace=replace)


def import_pages(
    content: Content,
    pages: Mapping[str, str | SuppliedPage],
    *,
    language: str = "",
    replace: bool = False,
) -> Content:
    """Return `content` with many pages taken in, each by its key, as `import_page` does one.

    The tables are put together once, whatever the number of pages.
    """
    known = set(content.documents["document"])
    holds_gaps = "supplied_gap" in content.schemas["statements"].fields
    taken: dict[str, Rows] = {"documents": [], "sections": [], "statements": []}
    for document, given in pages.items():
        page = _checked(given, document, known=document in known, replace=replace)
        old = OldRows.of(content, document) if document in known else OldRows.none()
        spoken = language or old.document.get("language") or page.language or "en"
        # What was received as one row stays one; tables of an older version cannot hold two.
        said = (row[name] for row in old.statements for name in ("supplied", "supplier_was"))
        whole = set(map(canonical, said)) if holds_gaps else None
        for table, rows in zip(taken, _rows(page, document, spoken, old, whole), strict=True):
            taken[table] += rows
    _refuse_unknown_forms(content, taken["statements"])
    return dataclasses.replace(
        content,
        documents=_put(content, "documents", pages, taken["documents"]),
        sections=_put(content, "sections", pages, taken["sections"]),
        statements=_put(content, "statements", pages, taken["statements"]),
    )


def _refuse_unknown_forms(content: Content, statements: Rows) -> None:
    """Refuse what tables of an older version have no form for, before anything is made of it."""
    fields = content.schemas["statements"].fields
    known = fields["supplied_form"].get("constraints", {}).get("enum")
    forms = {row["supplied_form"] for row in statements if row["supplied_form"]}
    if known is not None and (unknown := sorted(forms - {*known})):
        raise KetcontentError(
            "The tables of this project are of an older version: they cannot hold what is set as "
            f"{', '.join(unknown)}.",
            hint="Run 'ketcontent upgrade', which lets them hold tables and lists within lists, "
            "and import again.",
            forms=unknown,
        )


def _checked(
    page: str | SuppliedPage, document: str, *, known: bool, replace: bool
) -> SuppliedPage:
    """Return a page that may be taken in under a key."""
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
    if isinstance(page, SuppliedPage):
        return page
    refuse_marked_up(page, f"The page for '{document}'")
    refuse_hidden(page, f"The page for '{document}'")
    return read_plain_text(page)


def _put(content: Content, table: str, documents: Container[str], rows: Rows) -> pd.DataFrame:
    """Return a table with the rows of these documents replaced, sorted by key."""
    frame: pd.DataFrame = getattr(content, table)
    kept = frame[[document not in documents for document in frame["document"].tolist()]]
    key = list(content.schemas[table].key)
    together = pd.concat([kept, frame_of(table, rows, content)], ignore_index=True)
    return together.sort_values(key, ignore_index=True)


def _rows(
    page: SuppliedPage, document: str, language: str, old: OldRows, whole: Container[str] | None
) -> tuple[Rows, Rows, Rows]:
    """Return the rows of documents, sections and statements for a page."""
    sections, statements = received_rows(page, document, language, whole=whole)
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


def received_rows(
    page: SuppliedPage,
    document: str,
    language: str,
    *,
    whole: Container[str] | None = frozenset(),
) -> tuple[Rows, Rows]:
    """Return rows of sections and statements with their received half, and the wanted keys.

    Sentences that run into one another are as many rows, but for those that `sentences_of` is to
    leave `whole`.
    """
    sections: Rows = []
    statements: Rows = []
    number = order = 0
    depths: list[int] = []
    for block in page.blocks:
        depths = item_depths(depths, block)
        if block.form == "heading" or not sections:
            heading = block if block.form == "heading" else SuppliedBlock("heading", "")
            place = len(sections) + 1
            wanted = heading_slug(heading.text) or ("lede" if place == 1 else "section")
            sections.append(
                {
                    "document": document,
                    "section": place,  # its key comes once it is known whether it was here before
                    "wanted": wanted,
                    "supplied_position": place * POSITION_STEP,
                    "supplied_number": _cell(heading.number),
                    "supplied_heading": _cell(heading.text),
                    "supplied_run_in": heading.run_in,
                }
            )
            number = order = 0
        if block.form == "heading":
            continue
        number += 1
        label = f"{block.number} {block.label}".strip()
        row = block.form in ROW_FORMS
        sentences = (
            [(fold(block.text), "")] if row else sentences_of(block.text, language, whole=whole)
        )
        for first, (sentence, gap) in enumerate(sentences):
            order += 1
            statements.append(
                {
                    "document": document,
                    "wanted": heading_slug(label) or sections[-1]["wanted"],
                    "supplied_section": len(sections),
                    "supplied_block": number,
                    "supplied_position": order * POSITION_STEP,
                    "supplied_form": item_form(len(depths)) if depths else block.form,
                    "supplied_label": "" if first else _cell(label),
                    "supplied": sentence,
                    "supplied_gap": gap,
                }
            )
    return sections, statements


def _cell(text: str) -> str:
    """Return a heading or label as the tables hold it: without tabs."""
    return text.replace("\t", " ")


def heading_slug(text: str) -> str:
    """Return up to five words of a heading as a key, in Latin letters without accents."""
    if any(one.isalpha() and "LATIN" not in unicodedata.name(one, "LATIN") for one in text):
        from slugify import slugify

        text = slugify(text)
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
