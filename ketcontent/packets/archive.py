"""A Word file that somebody sent → its parts as trees of XML; hostile ones are refused by name.

Nothing of it runs or is followed. A file is refused whole that has macros, embedded objects or
controls, links that a program opens by itself (to a template, a picture, another document), or
fields that fetch or start something; what no archive of XML may hold, `ketcontent.zipped_xml`
refuses before. Links for a reader to click are what a packet itself has, and are let through where
they lead to the web or a mailbox.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn
from xml.etree.ElementTree import Element

from ketcontent.errors import KetcontentError
from ketcontent.importing import other_format
from ketcontent.places import read_file
from ketcontent.zipped_xml import RefusedArchive, attribute, local_name, xml_parts

LARGEST_FILE = 30_000_000

_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"

_RISKY_PARTS = re.compile(
    r"(?P<macros>vbaProject|vbaData|macrosheets/)"
    r"|(?P<objects>embeddings/|activeX/|oleObject|\.(?:exe|dll|js|vbs|ps1|bat|cmd|html?)\Z)",
    re.IGNORECASE,
)

_RISKY_FIELDS = re.compile(
    r"\b(DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|IMPORT|INCLUDE|LINK|MACROBUTTON|DATABASE|EMBED)\b",
    re.IGNORECASE,
)

_STRICT = "{http://purl.oclc.org/ooxml/"

_SHOWN_LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)


def read_parts(file: Path) -> Mapping[str, Element]:
    """Return the parts of a Word file that are XML, by name.

    Raises
    ------
    KetcontentError
        When it is no Word file, or is refused; the message says why.
    """
    try:
        if (size := file.stat().st_size) > LARGEST_FILE:  # before any of it is in memory
            _refuse_size(str(file), size)
        data = read_file(file)
    except OSError as fault:
        raise KetcontentError(
            f"{file} cannot be read: {fault.strerror}.", hint="Name the file that came back."
        ) from None
    return parts_of(data, str(file))


def parts_of(data: bytes, name: str) -> Mapping[str, Element]:
    """Return the parts of the bytes of a Word file that are XML, by name.

    Parameters
    ----------
    data
        The bytes.
    name
        What to call the file in a message.

    Raises
    ------
    KetcontentError
        When it is no Word file, or is refused; the message says why.
    """
    if len(data) > LARGEST_FILE:
        _refuse_size(name, len(data))
    if why := _why_no_word_file(data):
        raise KetcontentError(f"{name} {why}.", hint=_SAVE_AS_WORD)
    try:
        found = xml_parts(data, lambda part: part.endswith((".xml", ".rels")))
    except RefusedArchive as fault:
        raise KetcontentError(f"{name} {fault}.", hint=_SAVE_AS_WORD) from None
    for part in found:
        if risk := _RISKY_PARTS.search(part):
            _refuse(name, f"it has {'macros' if risk['macros'] else 'embedded objects'} ({part})")
    parts = {part: tree for part, tree in found.items() if tree is not None}
    if any(one.tag.startswith(_STRICT) for one in parts.values()):
        raise KetcontentError(
            f"{name} was saved as 'Strict Open XML', which is not read.",
            hint="Open it in Word or LibreOffice, and save it as a Word document (.docx), the "
            "first of its kinds.",
        )
    if "word/document.xml" not in parts:
        _refuse(name, "it has no text of a Word document (word/document.xml)", kind="no packet")
    for part, tree in parts.items():
        _refuse_links(name, part, tree)
        _refuse_content(name, part, tree)
    return parts


_SAVE_AS_WORD = (
    "Name the Word file that came back. One that was saved as something else: open it in Word or "
    "LibreOffice, and save it as a Word document (.docx) again, without a password."
)


def _why_no_word_file(data: bytes) -> str:
    """Return what a file is that is no Word document, nor harmed; nothing of one that may be."""
    if not data:
        return "is empty"
    kind = other_format(data[:4096], "")
    if kind and kind.name not in _MAY_BE_WORD:
        return f"is {kind.name}, no Word document (.docx), and so no review packet"
    if not (kind or data.startswith(b"PK") or b"\0" in data[:4096]):
        return "is no Word document (.docx), and so no review packet"
    return ""


_MAY_BE_WORD = ("a Word document", "a zip archive")


def _refuse_links(name: str, part: str, tree: Element) -> None:
    """Refuse relations out of the file that are not for a reader to click."""
    for one in tree.iter(_RELATIONS) if part.endswith(".rels") else ():
        if one.get("TargetMode", "").lower() != "external":
            continue
        kind, target = one.get("Type", "").rpartition("/")[2], one.get("Target", "")
        if kind != "hyperlink" or not _SHOWN_LINK.match(target):
            said = f"{kind} to {target!r}"
            _refuse(name, f"it has an external link that is no web address to click: {said}")


def _refuse_content(name: str, part: str, tree: Element) -> None:
    """Refuse what makes a program do more than show text."""
    for one in tree.iter():
        tag = local_name(one.tag)
        if tag in ("altChunk", "object", "OLEObject", "control"):
            _refuse(name, f"it has embedded objects ({part}: {tag})")
        if tag == "Override" and "macroEnabled" in one.get("ContentType", ""):
            _refuse(name, f"it has macros ({one.get('PartName')})")
    for told in _fields(tree):
        if field := _RISKY_FIELDS.match(told.strip()):
            _refuse(name, f"it has a field that fetches or starts something ({field[0].upper()})")


def _fields(tree: Element) -> Iterator[str]:
    """Yield what each field says that it does, which may be told in many runs."""
    told = ""
    for one in tree.iter():
        tag = local_name(one.tag)
        if tag == "fldChar":
            yield told
            told = ""
        elif tag == "instrText":
            told += one.text or ""
        yield attribute(one, "instr")
    yield told


def _refuse_size(name: str, size: int) -> NoReturn:
    _refuse(name, f"it has {size:,} bytes, more than {LARGEST_FILE:,}")


def _refuse(name: str, why: str, *, kind: str = "refused") -> NoReturn:
    said = f"{name} is {kind}: {why}."
    raise KetcontentError(
        said, hint="Copy what was written into the packet as it was sent, and send that back."
    )
