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
another without that, or its elements begin and end at other words, that is said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ketcontent.approvals.departures import (
    Mismatch,
    StatementWords,
    link_mismatches,
    link_word_mismatches,
    word_mismatches,
)
from ketcontent.approvals.page_reading import (
    Link,
    PageReading,
    markdown_links,
    odd_characters,
    other_lines,
    read_markdown,
    read_page_html,
)
from ketcontent.approvals.record_lines import lines_due, reader_text
from ketcontent.approvals.record_parts import part_mismatches
from ketcontent.approvals.record_signatures import signature_mismatches, signed_parts
from ketcontent.approvals.spaces import other_spaces, same_to_readers
from ketcontent.errors import KetcontentError
from ketcontent.hashing import hash_bytes
from ketcontent.markup import link_targets, raw_html
from ketcontent.text import counted


class Verification(NamedTuple):
    """What holding a file against what was recorded of it has shown."""

    departures: list[Mismatch]
    unchecked: list[str]
    """What nobody can tell from what there is."""
    held_to: str
    """What the file was held against; empty where there was nothing."""
    checked: Sequence[str] = ()
    """What was looked at."""
    lines: str = ""
    """Which lines of the file are others than were written, as "3, 7 to 9"; empty for none, or
    where that is not known."""


def verify(
    path: str | Path,
    record_path: str | Path | None = None,
    *,
    signing_keys: str | Path | None = None,
) -> list[Mismatch]:
    """Return where an exported page departs from its record; nothing, where it does not.

    Signatures of sign-offs that the record has, and that do not hold, are named with it.

    Parameters
    ----------
    path
        The exported file: HTML, Markdown, or a leaflet.
    record_path
        Its record; by default ``record.json`` beside it or in the folder above.
    signing_keys
        The table of signing keys, from a place that is trusted; by default the keys are those that
        the record names itself.

    Raises
    ------
    KetcontentError
        When the file, its record or the keys cannot be read, or the record does not know the file.
    """
    return hold(path, record_path, signing_keys=signing_keys).departures


def hold(
    path: str | Path,
    record_path: str | Path | None = None,
    *,
    signing_keys: str | Path | None = None,
) -> Verification:
    """Return where a file departs from its record, as `verify`, and what cannot be told.

    What has no record, the list of pages, an archive copy and a leaflet, is held against the
    manifest, which has a hash of it.
    """
    page = Path(path)
    data = _bytes(page, "Name an exported page.")
    as_data = page.suffix in (".json", ".xml", ".pdf") and page.name != "record.json"
    if as_data and (hashed := _named_in_manifest(page)):
        return _held_as_data(data, hashed)
    text = _text(page, data)
    found = Path(record_path) if record_path else _beside(page)
    name = f"sections/{page.name}" if page.parent.name == "sections" else page.name
    said = _recorded(found, name) if record_path or found.exists() else None
    hashed = _named_in_manifest(page) if said is None and record_path is None else ""
    if hashed:
        published, _ = _held_record(found, name, None) if found.exists() else ([], [])
        held = _held_to_manifest(page, data, text, hashed)
        return held._replace(departures=[*published, *held.departures])
    if said is None:
        _bytes(found, _NAME_A_RECORD)
        raise KetcontentError(
            f"{found} does not know a page '{name}'.",
            hint="Name a page as it was published. Archive copies have no record: they are what "
            "was received, not what was reviewed.",
            path=str(page),
        )
    statements, expected, made, recorded, link_words = said
    as_written = made is not None and _same(data, text, page, made["hash"])
    changed = other_lines(made["lines"], text) if made and made["lines"] and not as_written else []
    links: Sequence[Link]
    same_markup = same_flow = as_written
    reading = None
    if name.endswith(".md"):
        read = read_markdown(text)
        words = word_mismatches(expected, [("", one, 0) for one, _ in read], statements)
        links, other = markdown_links(read, expected), _other_markdown(text)
    else:
        reading = read_page_html(text, whole=name != "fragment.html")
        found_words = zip(reading.words, reading.lines, strict=True)
        words = word_mismatches(expected, [(*one, line) for one, line in found_words], statements)
        links, other = reading.links, _other_markup(reading)
        if made is not None and not as_written:
            same_markup = reading.markup == made["markup"]
            same_flow = made["flow"] in ("", reading.flow)
    if as_written:
        other = []
    elif recorded is not None:
        # A sentence that is named already need not be named for the links that went with its words.
        named = {one.statement for one in words} - {""}
        moved = link_mismatches(recorded, links)
        if link_words and not moved:
            moved = link_word_mismatches(link_words, links, words)
        other = [*(one for one in moved if one.found or one.statement not in named), *other]
    unchecked = []
    if recorded is None and made is not None and not as_written:
        unchecked.append("where its links lead: an older version wrote the record")
    knows_flow = made is None or as_written or name.endswith(".md") or bool(made["flow"])
    if not knows_flow:
        unchecked.append(f"{_AT_WORDS}: an older version wrote the record")
    if made is None:
        unchecked.append("its elements and links: an older version wrote the record")
    elif not same_markup and (words or other):
        unchecked.append("whether its markup differs in more than that")
    elif not same_flow and (words or other):
        unchecked.append(f"{_AT_WORDS}, but for that")
    elif not (same_markup and same_flow):
        in_html = _OTHER_BORDERS if same_markup else _OTHER_MARKUP
        what = _OTHER_BYTES if name.endswith(".md") else in_html
        first = [one.start for one in changed[:_LINES_NAMED]] or [0]  # an older version kept none
        gaps = other_spaces(reading, made["flow"], changed) if reading and same_markup else []
        other = gaps or [Mismatch("", what, "", line) for line in first]
    elif knows_flow and not (words or other or hash_bytes(data) == made["hash"]):
        unchecked.append(_SAME_BUT_BYTES)
    published, not_told = _held_record(found, name, made)
    in_record, not_proven, checked = _against_itself(found, name, signing_keys)
    departures = [*published, *in_record, *words, *other]
    untold = [*unchecked, *not_told, *not_proven]
    checked = [_BYTES if as_written else _AS_READ, *checked]
    return Verification(departures, untold, "its record", checked, _spans(changed))


def verify_alone(path: str | Path) -> Verification:
    """Return what an exported page holds that none of ours does, and what nobody can tell.

    For a page without its record: a copy that was sent on, or one on another site.

    Raises
    ------
    KetcontentError
        When the file cannot be read.
    """
    page = Path(path)
    text = _text(page, _bytes(page, "Name an exported page."))
    if page.suffix == ".md":
        strange = _other_markdown(text)
        links = {to for line in text.splitlines() for to in link_targets(line)}
    else:
        reading = read_page_html(text, whole=page.name != "fragment.html")
        strange, links = _other_markup(reading), {one.address for one in reading.links}
    return Verification(
        strange,
        [
            "whether the words, grades and sources are those that were approved, and by whom",
            "whether a sentence is gone, added or moved",
            f"whether its links, {sum(not one.startswith('#') for one in links)} beyond the page, "
            "lead where they did",
            *([] if page.suffix == ".md" else ["whether its style sheet hides or adds words"]),
        ],
        "",
    )


_LINES_NAMED = 20
_NAME_A_RECORD = "Name the page's record.json with --record."
_NOT_AS_EXPECTED = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
_BYTES = "each byte of the file against the record"
_AS_READ = "the words, elements and links of the file against the record"
_ITS_PARTS = (
    "the record against itself: the sentences, headings, sources{} that it has are those that it "
    "says the file shows"
)
_IN_ITS_LANGUAGE = (
    "how sure the evidence is and whether the page was reviewed, where its own language says so"
)
_SAME_BUT_BYTES = (
    "why its bytes are others than were written (line ends, white space): its words, elements and "
    "links are the same"
)
_OTHER_BYTES = (
    "other marks than were written, though the words are the same: of a list, heading, quotation "
    "or line, emphasis, a link or a source"
)
_OTHER_MARKUP = (
    "other markup than was written: an element, an attribute or the style sheet was changed, added "
    "or taken"
)
_OTHER_BORDERS = (
    "an element that begins or ends at another word than was written, though the words and the "
    "elements are the same"
)
_AT_WORDS = "whether each element begins and ends at the words that it did"


class _Recorded(NamedTuple):
    """What a record says of one file."""

    statements: StatementWords
    expected: list[tuple[tuple[str, ...], str]]
    made: dict[str, str] | None
    """Its hashes; None where an older version wrote the record."""
    links: list[tuple[str, str]] | None
    """Its links in order: a statement, or nothing, and an address; None as with `made`."""
    link_words: list[str]
    """The words that each of those is on; none where an older version wrote the record."""


def _recorded(path: Path, name: str) -> _Recorded | None:
    """Return what a record says of a file; None where it does not know the file."""
    data = _bytes(path, _NAME_A_RECORD)
    try:
        said = json.loads(data)
        statements = {one["statement"]: _strings(reader_text(one)) for one in said["statements"]}
        shown = said["pages"].get(name)
        if shown is None:
            return None
        expected = lines_due(name, shown, statements)
        if "files" not in said:
            return _Recorded(statements, expected, None, None, [])
        file = said["files"][name]
        made = {key: str(file[key]) for key in ("hash", "markup")}
        made |= {key: str(file.get(key, "")) for key in ("flow", "lines")}  # an older one has none
        if "links" not in file:
            return _Recorded(statements, expected, made, None, [])
        parts = [one.rpartition(" ") for one in file["links"]]
        links = [(key, to) for key, _, to in parts]
        link_words = [*_strings(tuple(file.get("link_words", ())))]
        if len(link_words) not in (0, len(links)):
            raise ValueError(link_words)
        return _Recorded(statements, expected, made, links, link_words)
    except _NOT_AS_EXPECTED:
        raise KetcontentError(
            f"{path} is not the record of a page.", hint=_NAME_A_RECORD, path=str(path)
        ) from None


def _against_itself(
    path: Path, name: str, keys: str | Path | None
) -> tuple[list[Mismatch], list[str], list[str]]:
    """Return what a record lacks, which signatures of it do not hold, what is untold and told."""
    try:
        said = json.loads(path.read_bytes())
        gone, untold = part_mismatches(said, name)
        wrong, unproven = signature_mismatches(said, keys)
        is_english = said["language"] == "en"
        kept = ", grades and terms" if is_english else " and terms"
        told = [] if untold else [_ITS_PARTS.format(kept)]
        untold += [] if is_english else [_IN_ITS_LANGUAGE]
        if number := len(signed_parts(said)):
            told.append(f"{counted(number, 'part')} of the record against what was signed")
        return [*gone, *wrong], [*untold, *unproven], told
    except _NOT_AS_EXPECTED:
        raise KetcontentError(
            f"{path} is not the record of a page.", hint=_NAME_A_RECORD, path=str(path)
        ) from None


def _strings(said: tuple[Any, ...]) -> tuple[str, ...]:
    """Return what a record says of a statement; an error where that is not text."""
    if not all(isinstance(one, str) for one in said):
        raise TypeError(said)
    return said


def _same(data: bytes, text: str, page: Path, hashed: str) -> bool:
    """Whether a page is as it was written, or is Markdown that a reader cannot tell from that."""
    return _same_bytes(data, hashed) or (page.suffix == ".md" and same_to_readers(text, hashed))


def _same_bytes(data: bytes, hashed: str) -> bool:
    """Whether a file is as it was written, or as Git writes it on Windows."""
    return hashed in (hash_bytes(data), hash_bytes(data.replace(b"\r\n", b"\n")))


def _spans(lines: Sequence[range]) -> str:
    named = lines[:_LINES_NAMED]
    spans = [str(one.start) if len(one) == 1 else f"{one.start} to {one[-1]}" for one in named]
    return ", ".join([*spans, *(["and others"] if len(lines) > len(named) else [])])


def _other_markup(reading: PageReading) -> list[Mismatch]:
    """Return what a changed page holds besides words that none of ours does."""
    return [Mismatch("", one, "", line) for one, line in reading.strange]


def _other_markdown(text: str) -> list[Mismatch]:
    """Return what a changed Markdown file holds besides words that none of ours does."""
    found: dict[str, int] = {}
    html = ((f"HTML: {one}", line) for one, line in raw_html(text))
    for one, line in (*html, *odd_characters(text)):
        found.setdefault(one, line)
    return [Mismatch("", one, "", line) for one, line in found.items()]


def _manifest(path: Path) -> dict[str, str]:
    """Return the hashes in a manifest, by file; none where there is no manifest of ours."""
    try:
        said = json.loads(path.read_bytes())
        pages = [one["outputs"] for one in said["documents"].values()]
        return {
            name: said for outputs in (said["outputs"], *pages) for name, said in outputs.items()
        }
    except (OSError, *_NOT_AS_EXPECTED):
        return {}


def _held_record(
    record_path: Path, name: str, made: Mapping[str, str] | None
) -> tuple[list[Mismatch], list[str]]:
    """Return whether a record is the one that the manifest beside the pages names."""
    folder = record_path.absolute().parent
    outputs = _manifest(folder.parent / "manifest.json")
    if f"{folder.name}/record.json" not in outputs:
        why = f"no manifest.json beside '{folder.name}' names it"
        said = f"whether {record_path.name} is the one that was published: {why}"
        return [], [f"{said}. What nobody signed may be gone from both, or new in both"]
    if not _same_bytes(record_path.read_bytes(), outputs[f"{folder.name}/record.json"]):
        return [Mismatch("", "a record.json that is not the one in manifest.json", "")], []
    if made is not None and outputs.get(f"{folder.name}/{name}") != made["hash"]:
        return [Mismatch("", "a record.json that knows other bytes than manifest.json", "")], []
    return [], []


def _held_as_data(data: bytes, hashed: str) -> Verification:
    """Return whether what machines read is what the manifest names."""
    same = _same_bytes(data, hashed)
    other = [] if same else [Mismatch("", "other bytes than manifest.json names", "")]
    return Verification(other, [], "manifest.json")


def _named_in_manifest(page: Path) -> str:
    """Return the hash of a file in the manifest beside it or above; nothing where none has it."""
    here = page.absolute()
    for folder in (here.parent, here.parent.parent, here.parent.parent.parent):
        hashed = _manifest(folder / "manifest.json").get(here.relative_to(folder).as_posix())
        if hashed:
            return hashed
    return ""


def _held_to_manifest(page: Path, data: bytes, text: str, hashed: str) -> Verification:
    """Return whether a file without a record is the one that the manifest names."""
    if _same(data, text, page, hashed):
        return Verification([], [], "manifest.json")
    strange = _other_markdown(text) if page.suffix == ".md" else _other_markup(read_page_html(text))
    return Verification(
        [Mismatch("", "other bytes than manifest.json names", ""), *strange],
        ["which words are others: it has no record"],
        "manifest.json",
    )


def _beside(page: Path) -> Path:
    for folder in (page.parent, page.parent.parent):
        if (folder / "record.json").exists():
            return folder / "record.json"
    return page.parent / "record.json"


def _bytes(path: Path, hint: str) -> bytes:
    """Return what a file holds, or say why it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as fault:
        reason = fault.strerror or "it cannot be opened"
    except ValueError:  # a NUL in a path
        reason = "no file has such a name"
    raise KetcontentError(f"{path} cannot be read: {reason}.", hint=hint, path=str(path))


def _text(path: Path, data: bytes) -> str:
    """Return the text of an exported page; an error where it is none."""
    if path.suffix == ".pdf":
        fault = "is a leaflet that no manifest.json beside it or above names"
        hint = "Name it where it was published, below the manifest of that build."
    elif path.suffix not in (".html", ".md"):
        fault, hint = "is no page: those are HTML and Markdown", "Name an exported page."
    elif path.name == "review.html":
        fault = "is for editors, and nothing records what it says"
        hint = "Name a page that readers get: index.html or one of its sections."
    else:
        try:
            return data.decode()
        except UnicodeDecodeError as bad:
            fault = f"is not UTF-8 from byte {bad.start} on, so it is not the page that was written"
            hint = "Take it from where it was published, or export it again."
    raise KetcontentError(f"{path} {fault}.", hint=hint, path=str(path))
