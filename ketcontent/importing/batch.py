"""Many files at once: which of them are pages, what was read in each, one table of all of them.

A file that cannot be taken in is told and keeps no other out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ketcontent.errors import AlreadyThere, KetcontentError
from ketcontent.importing.outline import word_count
from ketcontent.importing.readers import ENDINGS, SuppliedFile, key_of_name, read_supplied
from ketcontent.importing.rows import import_pages
from ketcontent.model import KEY_PATTERN, Content
from ketcontent.text import counted

_BESIDE = ("_files", ".files", "_dateien", "_fichiers", "_archivos")
"""How browsers call the folder with the pictures of a saved page."""


@dataclass(frozen=True, slots=True)
class FileRead:
    """What became of one file of many."""

    path: Path
    document: str
    """The key of its page."""
    file: SuppliedFile | None
    failure: KetcontentError | None


def page_files(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Return the files that may be pages, those of folders in order, and the others of folders.

    Parameters
    ----------
    paths
        Files, which are all taken for pages, and folders, of which those are that have the ending
        of a format that is read. What a browser puts beside a page is passed over.
    """
    found: dict[Path, None] = {}
    others: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found[path] = None
            continue
        for below in sorted(path.rglob("*")):
            parts = below.relative_to(path).parts
            hidden = any(part.startswith((".", "~$")) for part in parts)
            if hidden or not below.is_file() or any(one.endswith(_BESIDE) for one in parts[:-1]):
                continue
            outside = not below.resolve().is_relative_to(path.resolve())  # by a link in the folder
            if below.suffix.lower() in ENDINGS and not outside:
                found[below] = None
            else:
                others.append(below)
    return list(found), others


def read_files(
    content: Content,
    paths: Sequence[Path],
    *,
    replace: bool = False,
    whole: bool = False,
    accept_changes: bool = False,
) -> Iterator[FileRead]:
    """Yield what was read in each file, which is the page that its name says.

    Parameters
    ----------
    content
        The tables that the pages are to come into.
    paths
        The files.
    replace
        Whether a page that is there already may be taken in anew.
    whole, accept_changes
        As `read_supplied` has them.
    """
    known, taken = set(content.documents["document"]), dict[str, Path]()
    for path in paths:
        document = key_of_name(path)
        try:
            _require_free(document, path, known=known, taken=taken, replace=replace)
            file = read_supplied(path, whole=whole, accept_changes=accept_changes)
        except KetcontentError as failure:
            yield FileRead(path, document, None, failure)
        else:
            taken[document] = path
            yield FileRead(path, document, file, None)


def _require_free(
    document: str, path: Path, *, known: set[str], taken: Mapping[str, Path], replace: bool
) -> None:
    if not KEY_PATTERN.fullmatch(document):
        raise KetcontentError(
            f"{path} has a name that makes no key for a page.",
            hint="Import it alone, with --document ID.",
        )
    if document in taken:
        raise AlreadyThere(
            f"{path} would be the page '{document}', and so would {taken[document]}.",
            hint="Import one of them alone, with --document ID.",
            name=document,
        )
    if document in known and not replace:
        raise AlreadyThere(
            f"{path}: the document '{document}' is there already.",
            hint="Add --replace to take new versions in.",
            name=document,
        )


def taken_in(
    content: Content, read: Iterable[FileRead], *, language: str = "", replace: bool = False
) -> Content:
    """Return `content` with all pages that could be read taken in."""
    pages = {one.document: one.file.page for one in read if one.file}
    return import_pages(content, pages, language=language, replace=replace)


def told_of_files(read: Sequence[FileRead], after: Content, others: Sequence[Path]) -> list[str]:
    """Return a line a file, those that could not be read last, and what was passed over."""
    sections, statements = (
        Counter(frame["document"].tolist()) for frame in (after.sections, after.statements)
    )
    lines = []
    for one in read:
        if one.file is None:
            continue
        page = one.file.page
        held = [
            counted(sections[one.document], "section"),
            counted(statements[one.document], "statement"),
        ]
        if page.left_out:
            words = sum(word_count(left.words) for left in page.left_out)
            held.append(f"{counted(words, 'word')} left out")
        if page.doubts:
            held.append(f"unsure of {counted(len(page.doubts), 'thing')}")
        lines.append(f"{one.path} → {one.document}: {', '.join(held)}")
    failures = [one.failure for one in read if one.failure]
    lines += [f"not taken in: {one.message} {one.hint}".rstrip() for one in failures]
    linked = [one for one in others if one.suffix.lower() in ENDINGS]
    lines += [f"Passed over {one}: it is a link to a file outside of the folder." for one in linked]
    if other := [one for one in others if one not in linked]:
        endings = ", ".join(sorted({one.suffix.lower() or one.name for one in other}))
        lines.append(f"Passed over {counted(len(other), 'file')} of other kinds: {endings}.")
    good = len(read) - len(failures)
    lines.append(f"{counted(good, 'page')} of {counted(len(read), 'file')}.")
    return lines
