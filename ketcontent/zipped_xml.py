"""A zip file of XML parts (Word and its kin) → its parts, as trees; hostile ones are refused.

Nothing in it runs or is followed. The length that an archive says of a part is not believed:
reading stops at the limit. XML with a document type, which alone can define entities, is never
parsed (CWE-776, CWE-611).

Notes
-----
The names of parts are those of ECMA-376 (Office Open XML), part 2. What a format may hold beside
is for its reader to refuse.
"""

from __future__ import annotations

import codecs
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from xml.etree.ElementTree import Element, ParseError, fromstring

LARGEST_PART = 25_000_000
LARGEST_WHOLE = 60_000_000
MOST_PARTS = 5_000
MOST_TAGS = 1_500_000
"""Of all parts: a packet of a page of 300 sentences has 80,000, and LibreOffice makes some more."""
DEEPEST = 200


class RefusedArchive(ValueError):
    """An archive that is harmed, locked or hostile; its text says why."""


_HARMED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, lzma.LZMAError, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError, IndexError),
)
"""What the library for archives raises of one that is harmed, encrypted or no archive at all.

Beside its own errors and those of what unpacks: a method that it has not, or a password
(NotImplementedError, RuntimeError), a place or length that is beyond the file or beyond what a
number can hold (ValueError, OverflowError), a part without a name (IndexError).
"""


def xml_parts(data: bytes, wanted: Callable[[str], bool]) -> Mapping[str, Element | None]:
    """Return all parts of an archive by name: those that are `wanted` as trees.

    Raises
    ------
    RefusedArchive
        When it cannot be read in full, or grows beyond all measure.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_PARTS:
                raise RefusedArchive(f"has {len(entries):,} parts, more than {MOST_PARTS:,}")
            if len({entry.filename for entry in entries}) < len(entries):
                raise RefusedArchive("has two parts of one name")
            trees = {part: parsed(said, part) for part, said in _unpacked(archive, entries, wanted)}
    except RefusedArchive:
        raise
    except _HARMED as fault:
        if "encrypted" in str(fault):
            raise RefusedArchive("is locked with a password") from None
        raise RefusedArchive("is harmed, or half a file") from None
    return {entry.filename: trees.get(entry.filename) for entry in entries}


def _unpacked(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], wanted: Callable[[str], bool]
) -> Iterator[tuple[str, bytes]]:
    whole = tags = 0
    for entry in entries:
        if not wanted(entry.filename):
            continue
        with archive.open(entry) as part:
            data = part.read(LARGEST_PART + 1)
        whole += len(data)
        if len(data) > LARGEST_PART or whole > LARGEST_WHOLE:
            raise RefusedArchive(f"unpacks to more than {LARGEST_PART:,} bytes (a zip bomb)")
        tags += data.count(b"<")
        if tags > MOST_TAGS:  # before the first is read: each costs a thousand times its bytes
            raise RefusedArchive(f"has more than {MOST_TAGS:,} tags, too many to be read")
        yield entry.filename, data


_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']*)""")


def parsed(data: bytes, part: str) -> Element:
    """Return the tree of a part; one with a document type, and so with entities, is refused."""
    encoding = "utf-16" if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8"
    declared = _DECLARED.match(data.removeprefix(codecs.BOM_UTF8))
    if declared and declared[1].lower() not in (b"utf-8", b"utf-16", b"us-ascii"):
        raise RefusedArchive(f"has a part that is not in UTF-8 ({part})")
    try:
        text = data.decode(encoding)
        if "\0" in text:  # UTF-16 that does not say so, in which nothing would be found
            raise RefusedArchive(f"has a part that is not in UTF-8 ({part})")
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise RefusedArchive(f"has a document type, which may define entities ({part})")
        tree = fromstring(data)
    except (ParseError, UnicodeDecodeError):
        raise RefusedArchive(f"is harmed: {part} is no XML") from None
    level, depth = list(tree), 1
    while level:
        level, depth = [below for one in level for below in one], depth + 1
        if depth > DEEPEST:
            raise RefusedArchive(f"nests more than {DEEPEST} deep ({part})")
    return tree


def local_name(tag: str) -> str:
    """Return the name of an element or attribute without its namespace, of which there are two.

    Examples
    --------
    >>> local_name("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p")
    'p'
    """
    return tag.rpartition("}")[2]


def attribute(element: Element | None, name: str) -> str:
    """Return an attribute, whatever its namespace; nothing where it is not there."""
    if element is None:
        return ""
    return next((said for key, said in element.items() if local_name(key) == name), "")


def child(element: Element | None, *names: str) -> Element | None:
    """Return the first element of a way of names below another; None where there is none."""
    for name in names:
        if element is None:
            return None
        element = next((one for one in element if local_name(one.tag) == name), None)
    return element
