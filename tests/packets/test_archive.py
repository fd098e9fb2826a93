"""A file that would do more than be read is refused, and the refusal says why."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ketcontent import zipped_xml
from ketcontent.errors import KetcontentError
from ketcontent.packets import archive
from ketcontent.packets.archive import parts_of, read_parts
from ketcontent.packets.word_text import W
from tests.packets.made import File, sent

RELATIONS = "word/_rels/document.xml.rels"
DOCUMENT = "word/document.xml"


def with_part(name: str, data: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda parts: parts.update({name: data})


def put(part: str, before: bytes, what: bytes) -> Callable[[dict[str, bytes]], None]:
    """Return the change that puts XML into a part."""

    def change(parts: dict[str, bytes]) -> None:
        assert before in parts[part]
        parts[part] = parts[part].replace(before, what + before, 1)

    return change


def relation(kind: str, target: str) -> Callable[[dict[str, bytes]], None]:
    address = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    one = f'<Relationship Id="rX" Type="{address}/{kind}" Target="{target}" TargetMode="External"/>'
    return put(RELATIONS, b"</Relationships>", one.encode())


def field(*told: str) -> Callable[[dict[str, bytes]], None]:
    runs = "".join(f"<w:r><w:instrText>{one}</w:instrText></w:r>" for one in told)
    return put(DOCUMENT, b"<w:sectPr", f"<w:p>{runs}</w:p>".encode())


DOCTYPE = b'<!DOCTYPE w [<!ENTITY a "b"><!ENTITY c SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (with_part("word/vbaProject.bin", b""), "it has macros"),
        (with_part("word/vbaData.xml", b"<a/>"), "it has macros"),
        (
            put(
                "[Content_Types].xml",
                b"</Types>",
                b'<Override PartName="/word/document.xml" ContentType='
                b'"application/vnd.ms-word.document.macroEnabled.main+xml"/>',
            ),
            "it has macros",
        ),
        (with_part("word/embeddings/oleObject1.bin", b""), "it has embedded objects"),
        (with_part("word/activeX/activeX1.xml", b"<a/>"), "it has embedded objects"),
        (put(DOCUMENT, b"<w:sectPr", b"<w:p><w:object/></w:p>"), "it has embedded objects"),
        (put(DOCUMENT, b"<w:sectPr", b"<w:altChunk/>"), "it has embedded objects"),
        (relation("attachedTemplate", "https://example.org/a.dotm"), "it has an external link"),
        (relation("image", "https://example.org/a.png"), "it has an external link"),
        (relation("hyperlink", "file:///etc/passwd"), "it has an external link"),
        (relation("hyperlink", "\\\\host\\share"), "it has an external link"),
        (relation("hyperlink", "javascript:alert(1)"), "it has an external link"),
        (field("DDEAUTO c:\\\\cmd.exe"), r"a field that fetches or starts something \(DDEAUTO\)"),
        (field(" INCLUDE", "TEXT a.docx"), r"something \(INCLUDETEXT\)"),
        (with_part("customXml/item9.xml", DOCTYPE + b"<w/>"), "may define entities"),
        (
            with_part("customXml/item9.xml", (DOCTYPE.decode() + "<w/>").encode("utf-16")),
            "may define entities",
        ),
        (
            with_part("customXml/item9.xml", (DOCTYPE.decode() + "<w/>").encode("utf-16-le")),
            "is not in UTF-8",
        ),
        (
            with_part("customXml/item9.xml", b'<?xml version="1.0" encoding="utf-7"?><w/>'),
            "is not in UTF-8",
        ),
        (with_part("customXml/item9.xml", b"<a>" * 300 + b"</a>" * 300), "nests more than 200"),
        (with_part("customXml/item9.xml", b"<a>"), "is no XML"),
        (lambda parts: parts.pop(DOCUMENT), "no text of a Word document"),
    ],
)
def test_a_hostile_file_is_refused_by_name(
    tmp_path: Path, change: Callable[[dict[str, bytes]], None], said: str
) -> None:
    file = File()
    path = tmp_path / "back.docx"
    change(file.parts)
    with zipfile.ZipFile(path, "w") as written:
        for name, data in file.parts.items():
            written.writestr(name, data)
    with pytest.raises(KetcontentError, match=said) as refused:
        read_parts(path)
    assert str(path) in refused.value.message
    assert refused.value.hint


def test_a_file_in_the_strict_form_is_called_so(tmp_path: Path) -> None:
    file = File()
    for tag in file.body.iter():
        tag.tag = tag.tag.replace(W, "{http://purl.oclc.org/ooxml/wordprocessingml/main}")
    with pytest.raises(KetcontentError, match="was saved as 'Strict Open XML'"):
        read_parts(file.save(tmp_path))


def test_links_for_a_reader_to_click_are_let_through(tmp_path: Path) -> None:
    file = File()
    assert b"https://doi.org/10.1000/leaf" in file.parts[RELATIONS]
    assert DOCUMENT in read_parts(file.save(tmp_path))


@pytest.mark.parametrize("data", [b"PK", sent()[:2000], sent()[2000:], b"PK\x03\x04" + b"\0" * 100])
def test_half_a_file_is_refused(data: bytes) -> None:
    with pytest.raises(KetcontentError, match=r"a.docx is harmed, or half a file\."):
        parts_of(data, "a.docx")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"person,name\nada,Ada Roe\n", "is no Word document"),
        (b"%PDF-1.7", "is a PDF, no Word document"),
        (rb"{\rtf1 Tea}", "is rich text (RTF), no Word document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "is a document of an older Office, no Word"),
        (b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.text", "is an OpenDocument text"),
        (b"<!doctype html><title>Tea</title>", "is a web page (HTML), no Word document"),
    ],
)
def test_what_is_no_word_file_is_called_what_it_is(data: bytes, said: str) -> None:
    with pytest.raises(KetcontentError) as refused:
        parts_of(data, "a.docx")
    assert refused.value.message.startswith(f"a.docx {said}")
    assert refused.value.message.endswith("and so no review packet.") or not data
    assert "save it as a Word document (.docx)" in refused.value.hint


def test_a_file_of_millions_of_paragraphs_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(zipped_xml, "parsed", None)  # nothing of it may be
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("word/document.xml", b"<w:p/>" * 3_000_000)
    with pytest.raises(KetcontentError, match="has more than 1,500,000 tags"):
        parts_of(data.getvalue(), "a.docx")


def test_an_encrypted_archive_is_refused() -> None:
    data = bytearray(sent())
    place = data.index(b"PK\x01\x02")
    while place >= 0:
        data[place + 8] |= 1
        place = data.find(b"PK\x01\x02", place + 1)
    with pytest.raises(KetcontentError, match="is locked with a password"):
        parts_of(bytes(data), "a.docx")


def test_a_bomb_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipped_xml, "LARGEST_PART", 1_000_000)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("word/document.xml", b"0" * 5_000_000)
    with pytest.raises(KetcontentError, match="a zip bomb"):
        parts_of(data.getvalue(), "a.docx")
    # What the archive says of its length is not believed.
    lied = data.getvalue().replace((5_000_000).to_bytes(4, "little"), (50).to_bytes(4, "little"))
    with pytest.raises(KetcontentError):
        parts_of(lied, "a.docx")


def test_a_file_too_large_or_of_too_many_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_FILE", 1000)
    with pytest.raises(KetcontentError, match="more than 1,000"):
        parts_of(sent(), "a.docx")
    monkeypatch.undo()
    monkeypatch.setattr(zipped_xml, "MOST_PARTS", 3)
    with pytest.raises(KetcontentError, match="parts, more than 3"):
        parts_of(sent(), "a.docx")


def test_two_parts_of_one_name_are_refused() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as written:
        written.writestr(DOCUMENT, b"<a/>")
        with pytest.warns(UserWarning, match="Duplicate"):
            written.writestr(DOCUMENT, b"<a/>")
    with pytest.raises(KetcontentError, match="two parts of one name"):
        parts_of(data.getvalue(), "a.docx")


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(KetcontentError, match=r"gone.docx cannot be read"):
        read_parts(tmp_path / "gone.docx")
