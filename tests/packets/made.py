"""A small page, its packet as a Word file, and what somebody does to the rows of one."""

from __future__ import annotations

import copy
import datetime
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from ketcontent.approvals.scope import signables
from ketcontent.model.content import Content, empty_content, frame_of
from ketcontent.packets.packet import Packet, packet_of
from ketcontent.packets.word import write_packet
from ketcontent.packets.word_text import W, cells_of_row, text_of
from ketcontent.pages import PageView

MADE_ON = datetime.date(2026, 10, 1)

DAY = "2026-11-01"
"""When somebody changed it."""

SENTENCES = {
    "calm-1": ("Calm", "It may calm *some* people. [@lee-2020]", "benefit"),
    "calm-2": ("", "In one trial 12 of 40 felt calmer. [@lee-2020; @roe-2021]", "benefit"),
    "calm-3": ("", "Nobody knows why.", "background"),
    "harm-1": ("", "It can burn your tongue.", "risk"),
    "harm-2": ("", "Let it cool, and see [more](https://example.org/more).", "advice"),
    "harm-3": ("Sleep", "It may keep you awake.", "risk"),
    "harm-4": ("", "Ask a nurse about your medicines.", "advice"),
}
"""By key, label, text and kind of each sentence."""


def tea(**texts: str) -> Content:
    """A page with two sections; `texts` replaces the text of sentences, by key without hyphen."""
    content = empty_content()
    statements = []
    for place, (key, (label, text, kind)) in enumerate(SENTENCES.items(), start=1):
        row = {"document": "tea", "statement": key, "section": key.partition("-")[0]}
        row |= {"block": place, "position": place, "form": "paragraph", "kind": kind}
        row |= {"label": label, "text": texts.get(key.replace("-", ""), text)}
        row |= {"certainty": "low"} if kind in ("benefit", "risk") else {}
        statements.append(row)
    tables: dict[str, list[dict[str, Any]]] = {
        "documents": [
            {"document": "tea", "title": "Tea", "language": "en", "review_every_days": 365}
        ],
        "sections": [
            {"document": "tea", "section": key, "heading": key.title(), "position": place}
            | {"supplied_run_in": False}
            for place, key in enumerate(("calm", "harm"), start=1)
        ],
        "statements": statements,
        "terms": [{"term": "nurse", "language": "en", "plain": "who looks after you"}],
        "sources": [
            {"source": "lee-2020", "type": "book", "title": "Leaves", "authors": "Lee, Ann"}
            | {"issued": "2020", "doi": "10.1000/leaf"},
            {"source": "roe-2021", "type": "book", "title": "Cups", "authors": "Roe, Jo"},
        ],
        "evidence": [
            {"document": "tea", "statement": "calm-1", "source": "lee-2020", "role": "supports"}
            | {"finding": "12 of 40 felt calmer.", "locator": "p. 7"}
        ],
        "people": [
            {"person": key, "name": name, "profession": "nurse", "credential": "RN"}
            | {"conflicts": "none"}
            for key, name in (("ada", "Ada Roe"), ("bo", "Bo Elm"))
        ],
        "policies": [
            {"kind": kind, "capacity": "clinical"} for kind in ("benefit", "risk", "advice", "term")
        ]
        + [{"kind": kind, "capacity": "editorial"} for kind in ("background", "heading", "title")],
    }
    frames = {name: frame_of(name, rows, content) for name, rows in tables.items()}
    return replace(content, **frames)


SET = {
    "set-1": ("paragraph", "Never with:", "advice"),
    "set-2": ("item", "other drinks:", "advice"),
    "set-3": ("item-2", "hot milk", "advice"),
    "set-4": ("item-3", "from a *can*", "advice"),
    "set-5": ("caption", "Cups a day", "background"),
    "set-6": ("header", "Who | Morning | Night", "background"),
    "set-7": ("row", "Adults | two | one", "advice"),
    "set-8": ("row", "Children | one \\| half | ", "advice"),
}
"""By key, form, text and kind of what a list and a table are made of."""


def tea_in_lists() -> Content:
    """The same page with a third section: lists within a list, and a table."""
    content = tea()
    rows = [
        {"document": "tea", "statement": key, "section": "set", "form": form, "kind": kind}
        | {"block": place, "position": place, "text": text}
        for place, (key, (form, text, kind)) in enumerate(SET.items(), start=1)
    ]
    section = {"document": "tea", "section": "set", "heading": "Set", "position": 3}
    return replace(
        content,
        sections=frame_of(
            "sections",
            [*content.rows("sections"), {**section, "supplied_run_in": False}],
            content,
        ),
        statements=frame_of("statements", [*content.rows("statements"), *rows], content),
    )


def asked(content: Content, **options: Any) -> Packet:
    """The packet of the page for Ada, as a clinician."""
    options = {"person": "ada", "capacity": "clinical", "made_on": MADE_ON, **options}
    return packet_of(content, "tea", **options)


@cache
def sent() -> bytes:
    """The packet of the page as it is, as a Word file."""
    return write_packet(asked(tea()))


def words_now(content: Content) -> dict[str, tuple[str, str]]:
    """By key, the words and the digest of what is signed of the page."""
    return {one.key: (one.words, one.digest) for one in signables(PageView(content, "tea"))}


class File:
    """A Word file, to be changed as programs and people change one."""

    def __init__(self, data: bytes = b"") -> None:
        with zipfile.ZipFile(io.BytesIO(data or sent())) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.body = ElementTree.fromstring(self.parts["word/document.xml"])
        self.rows: dict[str, Element] = {}
        """The rows as they were sent, by key."""
        for row in self.body.iter(f"{W}tr"):
            key = text_of(cells_of_row(row)[0]).accepted.split("\n")
            if len(key) == 4:
                self.rows[key[1]] = row

    @staticmethod
    def of(packet: Packet) -> File:
        return File(write_packet(packet))

    def save(self, folder: Path, name: str = "back.docx") -> Path:
        self.parts["word/document.xml"] = ElementTree.tostring(self.body)
        file = folder / name
        with zipfile.ZipFile(file, "w") as archive:
            for part, data in self.parts.items():
                archive.writestr(part, data)
        return file

    def answer_cover(self, name: str, text: str) -> None:
        """Fill in what the cover asks."""
        for row in self.body.iter(f"{W}tr"):
            cells = cells_of_row(row)
            if text_of(cells[0]).accepted.strip() == name:
                typed(cells[1], text)

    def table(self, key: str) -> Element:
        """The table in which a row stands now."""
        return next(one for one in self.body.iter(f"{W}tbl") if self.rows[key] in list(one))

    def cell(self, key: str, column: int) -> Element:
        return cells_of_row(self.rows[key])[column]

    def write(self, key: str, column: int, text: str) -> None:
        """Write other text into a cell, tracked by nobody."""
        typed(self.cell(key, column), text)

    def track(self, key: str, column: int, text: str, author: str = "A. Roe") -> None:
        """Write other text into a cell, as a program does that tracks changes."""
        cell = self.cell(key, column)
        for paragraph in list(cell.iter(f"{W}p")):
            gone = SubElement(paragraph, f"{W}del", {f"{W}author": author, f"{W}date": f"{DAY}T10"})
            for own in paragraph.findall(f"{W}ins"):  # what one inserted oneself just goes
                paragraph.remove(own)
            for run in [one for one in paragraph if one.tag in (f"{W}r", f"{W}sdt")]:
                paragraph.remove(run)
                gone.append(run)
        come = SubElement(
            list(cell.iter(f"{W}p"))[-1], f"{W}ins", {f"{W}author": author, f"{W}date": f"{DAY}T11"}
        )
        SubElement(SubElement(come, f"{W}r"), f"{W}t").text = text

    def delete(self, key: str) -> None:
        self.table(key).remove(self.rows[key])

    def delete_tracked(self, key: str) -> None:
        """Delete a row, as a program does that tracks changes."""
        for column in range(5):
            self.track(key, column, "")
        [form] = self.rows[key].iter(f"{W}trPr")
        SubElement(form, f"{W}del", {f"{W}author": "A. Roe"})

    def double(self, key: str) -> None:
        self.table(key).append(copy.deepcopy(self.rows[key]))

    def move(self, key: str) -> None:
        """Take a row to the end of the last table."""
        last = next(one for one in reversed(list(self.body.iter(f"{W}tbl"))))
        self.delete(key)
        last.append(self.rows[key])

    def merge_cells(self, key: str) -> None:
        self.rows[key].remove(self.cell(key, 4))

    def note(self, key: str, on: str, text: str, author: str = "A. Roe") -> None:
        """Comment on words in the margin."""
        run = next(one for one in self.cell(key, 1).iter(f"{W}r"))
        words = next(run.iter(f"{W}t"))
        before, _, after = (words.text or "").partition(on)
        paragraph = next(self.cell(key, 1).iter(f"{W}p"))
        paragraph.remove(run)
        for text_, mark in ((before, "Start"), (on, "End"), (after, "")):
            part = copy.deepcopy(run)
            next(part.iter(f"{W}t")).text = text_
            paragraph.append(part)
            if mark:
                SubElement(paragraph, f"{W}commentRange{mark}", {f"{W}id": "0"})
        self.parts["word/comments.xml"] = (
            f'<w:comments xmlns:w="{W[1:-1]}"><w:comment w:id="0" w:author="{author}" '
            f'w:date="{DAY}T12:00:00Z"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:comment>'
            "</w:comments>"
        ).encode()

    def answer_note(self, text: str, author: str) -> None:
        """Answer the comment in the margin, as Word keeps it."""
        address = "http://schemas.microsoft.com/office/word/{}/wordml"
        words, more = address.format(2010), address.format(2012)
        first = f'<w:p xmlns:w14="{words}" w14:paraId="00000001">'
        answer = (
            f'<w:comment w:id="1" w:author="{author}" w:date="{DAY}T13:00:00Z">'
            f'<w:p xmlns:w14="{words}" w14:paraId="00000002"><w:r><w:t>{text}</w:t></w:r></w:p>'
            "</w:comment></w:comments>"
        )
        said = self.parts["word/comments.xml"].decode()
        said = said.replace("<w:p>", first).replace("</w:comments>", answer)
        self.parts["word/comments.xml"] = said.encode()
        self.parts["word/commentsExtended.xml"] = (
            f'<w15:commentsEx xmlns:w15="{more}"><w15:commentEx w15:paraId="00000001"/>'
            '<w15:commentEx w15:paraId="00000002" w15:paraIdParent="00000001"/></w15:commentsEx>'
        ).encode()


def paragraph_of(text: str) -> Element:
    """A paragraph with a text."""
    paragraph = Element(f"{W}p")
    SubElement(SubElement(paragraph, f"{W}r"), f"{W}t").text = text
    return paragraph


def typed(cell: Element, text: str) -> None:
    """Have a cell hold nothing but a text."""
    paragraphs = list(cell.iter(f"{W}p"))
    for one in paragraphs[1:]:
        cell.remove(one)
    for one in list(paragraphs[0]):
        if one.tag != f"{W}pPr":
            paragraphs[0].remove(one)
    SubElement(SubElement(paragraphs[0], f"{W}r"), f"{W}t").text = text


Change = Callable[[File], None]
