"""What a page showed, and whether a file still shows it.

A record lists every sentence that a page shows, with the digest of its words, its grade, its
sources and who signed it, and for each exported file what it shows in reading order: those
sentences, and beside them all other words: headings, labels, the state, the references. `verify`
reads an exported file and its record and names each sentence that is not in it: a changed
character, an added word, a sentence that is gone.

A record proves that a page says what the record says; that the record itself is the one that was
published is for the manifest, the repository's history, or a signature on it, to prove.

Each file's hash is in the record, and the record's in the manifest. Where a file is not byte for
byte as it was written, it is read as a browser reads it (`ketcontent.approvals.page_reading`): an
element, an attribute or an address that does not belong on it is named, and where its markup is
another without that, that is said.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ketcontent.approvals.page_reading import PageReading, read_page_html
from ketcontent.errors import KetcontentError
from ketcontent.hashing import hash_bytes, hash_file
from ketcontent.markup import link_targets, markdown_words, raw_html, split_front_matter
from ketcontent.text import canonical, joined


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Words on a page that its record does not have, or the other way round."""

    statement: str
    """The statement they belong to; empty where it is none, or not known."""
    found: str
    """The words on the page; empty where the record's are gone."""
    recorded: str
    """The words in the record; empty where there are none like them."""

    def __str__(self) -> str:
        name = self.statement or "page"
        if not self.found:
            return f"{name}: gone from the page: {self.recorded}"
        if not self.recorded:
            return f"{name}: not in the record: {self.found}"
        return f"{name}: the page says: {self.found}\n    the record says: {self.recorded}"


def verify(path: str | Path, record_path: str | Path | None = None) -> list[Mismatch]:
    """Return where an exported page departs from its record; nothing, where it does not.

    Parameters
    ----------
    path
        The exported file, HTML or Markdown.
    record_path
        Its record; by default ``record.json`` beside it or in the folder above.

    Raises
    ------
    KetcontentError
        When the file or its record cannot be read, or the record does not know the file.
    """
    page = Path(path)
    text = _text(page, "Name an exported page.")
    found = Path(record_path) if record_path else _beside(page)
    name = f"sections/{page.name}" if page.parent.name == "sections" else page.name
    try:
        said = json.loads(_text(found, "Name the page's record.json with --record."))
        statements = {one["statement"]: reader_text(one) for one in said["statements"]}
        shown = said["pages"].get(name)
        expected = _expected(name, [] if shown is None else shown, statements)
    except (ValueError, LookupError, TypeError, AttributeError):
        raise KetcontentError(
            f"{found} is not the record of a page.",
            hint="Name the page's record.json with --record.",
            path=str(found),
        ) from None
    if shown is None:
        raise KetcontentError(
            f"{found} does not know a page '{name}'.",
            hint="Name a page as it was published. Archive copies have no record: they are what "
            "was received, not what was reviewed.",
            path=str(page),
        )
    made = _recorded_file(said, name)
    known = None if made is None else set(said.get("addresses", ()))
    as_written = made is not None and hash_bytes(page.read_bytes()) == made["hash"]
    if name.endswith(".md"):
        words = _mismatches(expected, [("", one) for one in read_markdown(text)], statements)
        other = [] if as_written else _other_markdown(text, known)
    else:
        reading = read_page_html(text)
        words = _mismatches(expected, list(reading.words), statements)
        other = [] if as_written else _other_markup(reading, known)
    if made is not None and not (as_written or words or other):
        if name.endswith(".md"):
            other = [Mismatch("", _OTHER_BYTES, "")]
        elif reading.markup != made["markup"]:
            other = [Mismatch("", _OTHER_MARKUP, "")]
    return [*_not_of_the_manifest(found), *words, *other]


def verify_alone(path: str | Path) -> tuple[list[Mismatch], list[str]]:
    """Return what an exported page of HTML holds that none of ours does, and what nobody can tell.

    For a page without its record: a copy that was sent on, or one on another site.

    Raises
    ------
    KetcontentError
        When the file cannot be read.
    """
    page = Path(path)
    reading = read_page_html(_text(page, "Name an exported page of HTML."))
    return [Mismatch("", one, "") for one in reading.strange], [
        "whether the words, grades and sources are those that were approved, and by whom",
        "whether a sentence is gone, added or moved",
        f"whether its links, {len(reading.addresses)} beyond the page, lead where they did",
        "whether its style sheet hides or adds words",
    ]


_OTHER_BYTES = "other bytes than were written, though the words are the same"
_OTHER_MARKUP = "other markup than was written: an element or attribute was changed, added or taken"


def _recorded_file(said: Mapping[str, Any], name: str) -> dict[str, str] | None:
    """Return the hashes of a file in a record; None where an older version wrote the record."""
    files = said.get("files", {})
    return {key: str(files[name][key]) for key in ("hash", "markup")} if name in files else None


def _other_markup(reading: PageReading, known: set[str] | None) -> list[Mismatch]:
    """Return what a changed page holds besides words that was not written."""
    found = [*reading.strange]
    if known is not None:
        found += [f"a link to {one}" for one in reading.addresses if not _belongs(one, known)]
    return [Mismatch("", one, "") for one in found]


def _belongs(address: str, known: set[str]) -> bool:
    """Whether an address is one of the record's, or leads to another page of ours."""
    return address in known or (":" not in address and not address.startswith("//"))


def _other_markdown(text: str, known: set[str] | None) -> list[Mismatch]:
    """Return what a changed Markdown file holds besides words that was not written."""
    found = []
    if known is not None:
        links = dict.fromkeys(to for line in text.splitlines() for to in link_targets(line))
        found = [f"a link to {one}" for one in links if not _belongs(one, known | _in_page(one))]
    found += [f"HTML: {one}" for one in raw_html(text)]
    return [Mismatch("", one, "") for one in found]


def _in_page(address: str) -> set[str]:
    return {address} if address.startswith("#") else set()


def _not_of_the_manifest(record_path: Path) -> list[Mismatch]:
    """Return that a record is not the one that the manifest beside the pages names."""
    page = record_path.parent
    try:
        manifest = json.loads((page.parent / "manifest.json").read_bytes())
        [named] = [
            outputs[f"{page.name}/record.json"]
            for outputs in (manifest["documents"][page.name]["outputs"],)
        ]
    except (OSError, ValueError, LookupError, TypeError):  # a record that was taken elsewhere
        return []
    if named == hash_file(record_path):
        return []
    return [Mismatch("", "a record.json that is not the one in manifest.json", "")]


def _beside(page: Path) -> Path:
    for folder in (page.parent, page.parent.parent):
        if (folder / "record.json").exists():
            return folder / "record.json"
    return page.parent / "record.json"


def _text(path: Path, hint: str) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise KetcontentError(f"{path} cannot be read.", hint=hint, path=str(path)) from None


_Statements = Mapping[str, tuple[str, ...]]
"""What is read of each statement, by key: label, words, certainty, that a source is against it."""


def reader_text(statement: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a reader of Markdown reads of a statement of a record, in order."""
    # An older record says nothing of sources that are against it.
    against = statement.get("against_shown", "")
    return statement["label"], statement["words"], statement["certainty_shown"], against


def _expected(
    name: str, shown: Sequence[str | list[str]], statements: _Statements
) -> list[tuple[tuple[str, ...], str]]:
    """Return what a file should show: the keys of the statements, and the words."""
    if not isinstance(shown, list):
        raise TypeError(shown)
    return [
        ((), one)
        if isinstance(one, str)
        else (
            tuple(one),
            one_line(one, statements) if name.endswith(".md") else statements[one[0]][1],
        )
        for one in shown
    ]


def one_line(keys: Sequence[str], statements: _Statements) -> str:
    """Return statements as they stand on a line of Markdown, with all that stands around them."""
    return canonical(joined(" ".join(filter(None, statements[key])) for key in keys))


def _mismatches(
    expected: list[tuple[tuple[str, ...], str]],
    found: list[tuple[str, str]],
    statements: _Statements,
) -> list[Mismatch]:
    """Return where two pages, each a list of words with what they belong to, are not the same.

    What was found in Markdown names no statements.
    """
    named = any(key for key, _ in found)
    recorded = [(keys[0] if keys and named else "", words) for keys, words in expected]
    mismatches: list[Mismatch] = []
    matcher = difflib.SequenceMatcher(None, recorded, found, autojunk=False)
    for operation, r0, r1, f0, f1 in matcher.get_opcodes():
        if operation == "equal":
            continue
        gone, added = list(range(r0, r1)), list(range(f0, f1))
        for place in list(added):
            key, words = found[place]
            like = _like(key, words, [(one, recorded[one]) for one in gone], alone=len(added) == 1)
            if like is not None:
                gone.remove(like)
                name = key or _named(expected[like][0], words, statements)
                mismatches.append(Mismatch(name, words, expected[like][1]))
            else:
                mismatches.append(Mismatch(key, words, ""))
        for one in gone:
            keys, words = expected[one]
            mismatches.append(Mismatch(_named(keys, "", statements), "", words))
    return mismatches


def _like(
    key: str, words: str, gone: list[tuple[int, tuple[str, str]]], *, alone: bool
) -> int | None:
    """Return the place of the recorded words that found words stand for; None for new ones."""
    kin = [one for one in gone if one[1][0] == key]
    if key:
        return kin[0][0] if kin else None
    if alone and len(gone) == 1 and kin:
        return kin[0][0]
    close = difflib.get_close_matches(words, [said for _, (_, said) in kin], n=1, cutoff=0.6)
    return next((place for place, (_, said) in kin if said in close), None)


def _named(keys: tuple[str, ...], words: str, statements: _Statements) -> str:
    """Return the first of the statements on a line that the words found there do not hold."""
    lost = (key for key in keys if statements[key][1] not in words)
    return next(lost, keys[0] if keys else "")


def read_markdown(text: str) -> list[str]:
    """Return the words of a Markdown page, line by line, those of its front matter first."""
    front, _ = split_front_matter(text)
    return [one for one in map(canonical, [*front, *markdown_words(text)]) if one]
