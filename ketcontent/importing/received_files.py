"""Files as they were received, kept beside the tables, and the supplied edition held against them.

``received/<document>/<number>-<hash>.<ending>`` in the folder of the tables: the number says in
which order they came, the hash (the first 16 digits of their SHA-256) that nobody changed them
since. A file is there before the rows that were made of it, and goes again where those could not be
written.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ketcontent.atomic import replace_file
from ketcontent.errors import KetcontentError
from ketcontent.hashing import hash_bytes
from ketcontent.importing.marks import labelled, page_rows
from ketcontent.importing.readers import SuppliedFile, read_supplied
from ketcontent.importing.rows import received_rows
from ketcontent.importing.supplied_page import SuppliedPage
from ketcontent.model import Content
from ketcontent.places import cannot_write, folder_below, read_file
from ketcontent.text import Redline, canonical, compare, joined

FOLDER = "received"


_NAME = re.compile(r"(?P<number>\d+)-(?P<hash>[0-9a-f]{16})(?P<ending>\.\w+)?")


def kept_files(data: str | Path, document: str) -> list[Path]:
    """Return the files that were received of a page, the last one first."""
    folder = Path(data, FOLDER, document)
    found = [
        (int(name["number"]), path)
        for path in (folder.iterdir() if folder.is_dir() else ())
        if (name := _NAME.fullmatch(path.name))
    ]
    return [path for _, path in sorted(found, reverse=True)]


@contextlib.contextmanager
def keeping(data: str | Path, files: Mapping[str, SuppliedFile]) -> Iterator[None]:
    """Keep files, each by the key of its page, while the rows made of them are written.

    Where that fails, what was put there goes again.
    """
    made: list[Path] = []
    try:
        try:
            for document, file in files.items():
                for path in _kept(Path(data), document, file):
                    made.append(path)
        except OSError as fault:
            raise cannot_write(fault, Path(data, FOLDER)) from None
        yield
    except BaseException:
        for path in reversed(made):
            with contextlib.suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
        raise


def _kept(data: Path, document: str, file: SuppliedFile) -> Iterator[Path]:
    """Put a file in its place, and yield what was made for it: folders, then the file."""
    there = kept_files(data, document)
    digest = file.hash.partition(":")[2][:16]
    if there and f"-{digest}" in there[0].name:
        return
    for name in (FOLDER, f"{FOLDER}/{document}"):
        if not (data / name).exists():
            yield data / name
        folder_below(data, name)
    number = int(there[0].name.partition("-")[0]) + 1 if there else 1
    path = data / FOLDER / document / f"{number}-{digest}{file.path.suffix.lower()}"
    yield path
    replace_file(path, file.data)


@dataclass(frozen=True, slots=True)
class Against:
    """The supplied edition of a page, held against a file that was received."""

    file: SuppliedFile
    redline: Redline
    """What the file says against what the supplied edition says."""

    @property
    def same(self) -> bool:
        """Whether they say the same, word for word."""
        return not self.redline.changed


def against_received(content: Content, data: str | Path, document: str) -> Against:
    """Return the supplied edition of a page held against the last file that was received of it.

    Where they differ because rows could not be written, or the file was read with other options,
    the file and the reading that the edition agrees with is looked for.

    Raises
    ------
    KetcontentError
        When no file was kept, or one was changed since.
    """
    paths = kept_files(data, document)
    if not paths:
        raise KetcontentError(
            f"No file as received is kept of '{document}'.",
            hint="It is from the next import on: ketcontent import FILE --replace.",
        )
    now = _words_of_rows(content, document)
    [row] = page_rows(content, "documents", document)
    first: Against | None = None
    for path in paths:
        name = _NAME.fullmatch(path.name)
        if name and not hash_bytes(read_file(path)).startswith(f"sha256:{name['hash']}"):
            raise KetcontentError(
                f"{path} was changed since it was received: its hash is not the one in its name.",
                hint="Restore it from the history of the repository.",
            )
        for options in ({}, {"whole": True}, {"accept_changes": True}):
            file = read_supplied(path, **options)
            was = _words_of_page(file.page, row["language"])
            found = Against(file, compare(was, now))
            if found.same:
                return found
            first = first or found
    assert first is not None  # there was a file
    return first


def _words_of_page(page: SuppliedPage, language: str) -> str:
    sections, statements = received_rows(page, "", language)
    return _words(page.title, sections, statements)


def _words_of_rows(content: Content, document: str) -> str:
    [page] = page_rows(content, "documents", document)
    tables = []
    for table in ("sections", "statements"):
        rows = page_rows(content, table, document)
        tables.append([row for row in rows if row["supplied_position"] is not None])
    sections = sorted(tables[0], key=lambda row: int(row["supplied_position"]))
    statements = sorted(tables[1], key=lambda row: int(row["supplied_position"]))
    return _words(page["supplied_title"], sections, statements)


def _words(
    title: str, sections: list[dict[str, object]], statements: list[dict[str, object]]
) -> str:
    """Return all words in the order of the page."""
    said = [title]
    for section in sections:
        said += [str(section["supplied_number"]), str(section["supplied_heading"])]
        here = [row for row in statements if row["supplied_section"] == section["section"]]
        run_on = {place for place, row in enumerate(here) if row.get("supplied_gap")}
        words = [labelled(str(row["supplied_label"]), str(row["supplied"])) for row in here]
        said.append(joined(words, run_on))
    return canonical(" ".join(filter(None, said)))
