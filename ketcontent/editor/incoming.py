"""A page that is on its way into the tables: read, looked at, put right, not yet written.

What `ketcontent import` shows without ``--yes``, for the pane of the workbench. The functions are
those of the command; each here returns a new `Incoming`, so that a correction is taken back by
going back to the page before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ketcontent.errors import KetcontentError
from ketcontent.importing import (
    FORMS,
    LEVELLED,
    TITLE,
    SuppliedFile,
    SuppliedPage,
    import_page,
    keeping,
    key_of_name,
    supplied_from,
    told_of_page,
    with_form,
    with_title,
)
from ketcontent.model import DEEPEST, Content, read_content, write_content


@dataclass(frozen=True, slots=True)
class Incoming:
    """A page that is looked at before it is written."""

    file: SuppliedFile
    """The file, and its page with what was put right."""
    read: SuppliedPage
    """The page as it was read."""
    document: str
    """The key that it is to have."""
    language: str = ""
    """Its language, as a BCP 47 tag; by default the one that it has."""
    replace: bool = False
    """Whether it is a new version of the page that has this key."""
    whole: bool = False
    """Whether nothing of a web page is left out."""
    accept_changes: bool = False
    """Whether changes that are tracked in a Word document are taken."""
    before: tuple[SuppliedPage, ...] = ()
    """The page before each correction, the last at the end."""


def arrived(file: SuppliedFile) -> Incoming:
    """Return a file as it is first looked at."""
    return Incoming(file, file.page, key_of_name(file.path))


def read_as(
    incoming: Incoming, numbers: Collection[int], form: str, level: int = 0
) -> tuple[Incoming, list[int]]:
    """Return a page with some of its blocks read as something else, and their numbers then.

    Block 0 is the title, and the first of those that are read as ``title`` becomes it. Without a
    form, headings and items among the blocks get the level.

    Raises
    ------
    KetcontentError
        When there is no such block, or no such form of one.
    """
    known = next((one for one in FORMS if one == form), None)
    if known is None and form not in ("", TITLE):
        raise KetcontentError(f"A block is no '{form}'.", hint=f"It is one of {', '.join(FORMS)}.")
    if not 0 <= level <= DEEPEST:
        raise KetcontentError(f"There is no level {level}.", hint=f"It is one from 1 to {DEEPEST}.")
    page, later = incoming.file.page, 0
    chosen: list[int] = []
    for number in sorted(set(numbers)):  # a block may become several
        if form == TITLE and number == 0 and page.title:
            break  # it is that already
        if form == TITLE:
            page, chosen = with_title(page, number), [1]
            break
        length, block = len(page.blocks), number + later
        as_it_is = page.blocks[block - 1].form if 0 < block <= length else "heading"
        if known is None and as_it_is not in LEVELLED:
            continue
        page = with_form(page, block, known or as_it_is, level)
        more = len(page.blocks) - length
        chosen += range(max(block, 1), block + more + 1)
        later += more
    if page == incoming.file.page:
        return incoming, chosen
    before = (*incoming.before, incoming.file.page)
    return replace(incoming, file=replace(incoming.file, page=page), before=before), chosen


def read_back(incoming: Incoming) -> Incoming:
    """Return a page before its last correction; as it is where there is none."""
    if not incoming.before:
        return incoming
    *before, page = incoming.before
    return replace(incoming, file=replace(incoming.file, page=page), before=tuple(before))


def with_options(incoming: Incoming, **options: Any) -> Incoming:
    """Return a page to be taken in otherwise: its key, its language, what is left out of it.

    Where it has to be read anew for that, what was put right is to be put right again.
    """
    changed = replace(incoming, **options)
    asks = ("whole", "accept_changes")
    if all(getattr(changed, name) == getattr(incoming, name) for name in asks):
        return changed
    file = supplied_from(
        incoming.file.path,
        incoming.file.data,
        whole=changed.whole,
        accept_changes=changed.accept_changes,
    )
    return replace(changed, file=file, read=file.page, before=())


def incoming_view(incoming: Incoming, content: Content) -> dict[str, Any]:
    """Return what the browser shows of a page that is looked at, as JSON can hold it."""
    page = incoming.file.page
    known = incoming.document in set(content.documents["document"])
    as_read = set(incoming.read.blocks)
    forms = Counter(block.form for block in page.blocks)
    return {
        "name": str(incoming.file.path),
        "format": page.format,
        "bytes": len(incoming.file.data),
        "hash": incoming.file.hash,
        "title": page.title,
        "document": incoming.document,
        "language": incoming.language,
        "read_language": page.language,
        "known": known,
        "replace": incoming.replace,
        "whole": incoming.whole,
        "accept_changes": incoming.accept_changes,
        "corrections": len(incoming.before),
        "forms": [[form, forms[form]] for form in FORMS],
        "blocks": [
            {
                "form": block.form,
                "level": block.level,
                "depth": block.depth,
                "label": f"{block.number} {block.label}".strip(),
                "text": block.text,
                "where": block.where,
                "corrected": block not in as_read,
            }
            for block in page.blocks
        ],
        "left_out": [
            {"what": one.what, "words": one.words, "where": one.where} for one in page.left_out
        ],
        "doubts": [{"message": one.message, "where": one.where} for one in page.doubts],
        **_outcome(incoming, content),
    }


def _outcome(incoming: Incoming, content: Content) -> dict[str, Any]:
    """Return what the page would become in the tables, or why it cannot be written."""
    try:
        taken = _taken(incoming, content)
    except KetcontentError as fault:
        return {"becomes": [], "fault": {"message": fault.message, "hint": fault.hint}}
    return {"becomes": _told(content, taken, incoming), "fault": None}


def _taken(incoming: Incoming, content: Content) -> Content:
    return import_page(
        content,
        incoming.file.page,
        document=incoming.document,
        language=incoming.language,
        replace=incoming.replace,
    )


def _told(before: Content, after: Content, incoming: Incoming) -> list[str]:
    folder = before.origin.folder.name if before.origin else "the tables"
    return told_of_page(before, after, incoming.document, folder)


def write_incoming(incoming: Incoming, data: str | Path) -> tuple[Content, list[str]]:
    """Write a page as rows of the tables, and the file as received beside them.

    Returns the tables then, and what to tell.

    Raises
    ------
    AlreadyThere
        When there is such a page, and this is no new version of it.
    SaveConflict, BrokenTables, KetcontentError
        When the tables cannot be written, or the page cannot be taken in; nothing is written then.
    """
    content = read_content(data)
    taken = _taken(incoming, content)
    with keeping(data, {incoming.document: incoming.file}):
        written = write_content(taken)
    return written, _told(content, taken, incoming)
