"""A packet → a Word file that a reviewer fills in with Word or LibreOffice, or prints.

All that is read back is text (`ketcontent.packets.packet`). Content controls are there as boxes to
click, and nothing needs them: the sign in the box is read. Tracking is switched on, so that Word
and LibreOffice show who changed what.

Notes
-----
LibreOffice takes the widths of columns from the grid of a table and not from its cells, and Word
from the cells: both are set. Rows do not break over pages, and their heads are repeated.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from ketcontent.atomic import replace_file
from ketcontent.errors import KetcontentError
from ketcontent.markup import direction
from ketcontent.packets.packet import CHANGED_SINCE, Basis, Packet, PacketRow
from ketcontent.places import cannot_write, what_stands_at
from ketcontent.text import Redline, visible

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

COLUMNS = ("No. and key", "Words", "What it rests on, and what changed", "Answer", "Comment")
"""The heads of the columns, by which they are known again."""

ANSWERS = ("yes", "no", "change")
"""What a reviewer may answer."""

BOX, TICKED = "\u2610", "\u2612"
"""An empty box, and one that was ticked."""

ABOUT_YOU = ("Your name", "Profession and registration", "Date", "On the page as a whole")
"""What the cover asks of whoever fills it in, by which its cells are known again."""

OUTSIDE = "also"
"""With what the line of the list begins that has the checks of headings and references."""

LIST_TITLE = "List of the rows"
"""The heading of the list at the end."""

ASKED = (
    "Please say of each sentence whether these exact words may stand, on the sources beside "
    "them. Your answer counts for these words alone: if they, their grade or their sources "
    "change, you are asked again."
)
MEANINGS = (
    ("yes: ", "the sentence may stand as it is."),
    ("no: ", "it should not stand. Say why in the last column."),
    (
        "change: ",
        "it may stand once it is changed. Change the words, or say in the last column "
        "what you would have.",
    ),
)
MANNERS = (
    "Tick one box of the row, or type yes, no or change there. A row without an answer stays "
    "open. Rows that say “not asked” are there so that you can read their neighbours.",
    "You may change the words in the column “Words”. Your changes are tracked. Beside words "
    "that you changed, a yes does not count: the new words come back to you. You may comment "
    "on any words, as Word and LibreOffice do it.",
    "Leave the first column as it is: by it your answers find their sentences. You may answer "
    "in any order, and save and go on as often as you like.",
    "Save it as a Word document (.docx) and send it back by mail. On paper: tick a box, write "
    "beside it, and send the pages back.",
)
"""What the cover says, by which other words on it are known."""

ABOUT_LIST = (
    "Each row with its number, its key, and the digits that tell whether it and its words are "
    "those of this packet. By it a row that was lost is missed: please leave it as it is."
)
"""What stands above the list."""

NOT_ASKED = "not asked"
"""What stands in the place of an answer that nobody needs."""

_WIDTHS = (2.6, 8.4, 8.4, 2.1, 5.2)  # centimetres; A4 across, less two margins of 1.5
_INDENT = 0.6
"""How many centimetres an item of a list within a list stands further in."""
_FONT = "Arial"
_GREY, _RED, _GREEN, _BLUE = "595959", "A61B1B", "0B6B3A", "0B4F8A"
_W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'


def write_packet(packet: Packet) -> bytes:
    """Return a packet as a Word file.

    Raises
    ------
    KetcontentError
        When the library that writes Word files is not installed.
    """
    try:
        import docx
    except ImportError:
        raise KetcontentError(
            "Word files need the extra 'word', which is not installed.",
            hint="Install it: python -m pip install 'ketcontent[word]'.",
        ) from None
    document = docx.Document()
    _set_up(document, packet)
    _cover(document, packet)
    for number, group in enumerate(packet.groups):
        heading = document.add_heading(_clean(group.title), level=2)
        heading.paragraph_format.page_break_before = number == 0
        _append(document, _table(document, group.rows, packet.language))
    _sources(document, packet)
    _list(document, packet)
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def save_packet(packet: Packet, file: Path) -> None:
    """Write a packet to a file that is not there yet: one that is may have somebody's answers.

    Raises
    ------
    KetcontentError
        When the file is there, or cannot be written.
    """
    if what_stands_at(file):
        raise KetcontentError(
            f"{file} is there already, and may have somebody's answers.",
            hint="Name another file with --output, or move that one away.",
            path=str(file),
        )
    data = write_packet(packet)
    try:
        replace_file(file, data)
    except OSError as fault:
        fault.filename = fault.filename2 = None
        raise cannot_write(fault, file) from None


def _set_up(document: WordDocument, packet: Packet) -> None:
    """Set page, fonts, foot and properties; switch tracking on."""
    from docx.enum.section import WD_ORIENT
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls
    from docx.shared import Cm, Pt, RGBColor

    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Cm(29.7), Cm(21)
    page.left_margin = page.right_margin = Cm(1.5)
    page.top_margin, page.bottom_margin = Cm(1.8), Cm(1.6)
    page.header_distance = page.footer_distance = Cm(0.8)
    for name, size, space in (
        ("Normal", 10, 4),
        ("Title", 22, 4),
        ("Heading 1", 14, 4),
        ("Heading 2", 12, 4),
        ("Header", 8, 0),
        ("Footer", 7, 0),
    ):
        style: Any = document.styles[name]
        style.font.name, style.font.size = _FONT, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in [name for name in fonts.attrib if "heme" in name]:
            del fonts.attrib[theme]
        fonts.set(_w("cs"), _FONT)
        fonts.set(_w("eastAsia"), _FONT)
        style.font.color.rgb = RGBColor(0, 0, 0)
        style.paragraph_format.space_after = Pt(space)
        for border in style.element.xpath(".//w:pBdr"):
            border.getparent().remove(border)
    document.styles["Heading 2"].paragraph_format.space_before = Pt(12)
    settings = document.settings.element
    settings.insert(0, parse_xml(f"<w:trackRevisions {nsdecls('w')}/>"))
    about = document.core_properties
    about.title = _clean(f"Review of {packet.title}")
    about.subject = packet.head.line
    about.author = about.last_modified_by = "ketcontent"
    about.comments = ""
    page.header.paragraphs[0].text = _clean(packet.running_line)
    foot = page.footer.paragraphs[0]
    foot.style.paragraph_format.tab_stops.clear_all()
    foot.paragraph_format.tab_stops.add_tab_stop(Cm(26.7), alignment=_right())
    for part in _parsed(_run(packet.head.line + "\t", size=7, color=_GREY), _run("Page ", size=7)):
        foot._p.append(part)
    for field, word in (("PAGE", " of "), ("NUMPAGES", "")):
        simple = f'<w:fldSimple w:instr="{field}">{_run("1", size=7)}</w:fldSimple>'
        for part in _parsed(simple, _run(word, size=7)):
            foot._p.append(part)


def _right() -> Any:
    from docx.enum.text import WD_TAB_ALIGNMENT

    return WD_TAB_ALIGNMENT.RIGHT


def _cover(document: WordDocument, packet: Packet) -> None:
    """Write what is asked, and how; who fills it in; and the line by which it is known again."""
    head = packet.head
    document.add_paragraph(_clean(packet.name_line), style="Title")
    document.add_paragraph(_clean(packet.asked_line))
    document.add_heading("What is asked", level=1)
    document.add_paragraph(ASKED)
    document.add_heading("How to answer", level=1)
    for bold, text in MEANINGS:
        paragraph = document.add_paragraph(style="List Bullet")
        paragraph.add_run(bold).bold = True
        paragraph.add_run(text)
    for text in MANNERS:
        document.add_paragraph(text)
    document.add_heading("About you", level=1)
    rows = [
        _row_xml(
            [
                _cell(_paragraph(_run(name, bold=True, size=9)), 6.5),
                _cell(_paragraph("") * (3 if name == ABOUT_YOU[-1] else 1), 20.2),
            ]
        )
        for name in ABOUT_YOU
    ]
    _append(document, _table_xml((6.5, 20.2), rows))
    note = document.add_paragraph()
    note.paragraph_format.space_before = 90000
    for part_ in _parsed(_run(head.line, size=7, color=_GREY)):
        note._p.append(part_)


def _table(document: WordDocument, rows: Iterable[PacketRow], language: str) -> str:
    head = [
        _cell(_paragraph(_run(name, bold=True, size=8)), width, fill="E3E8EE")
        for name, width in zip(COLUMNS, _WIDTHS, strict=True)
    ]
    return _table_xml(
        _WIDTHS,
        [_row_xml(head, is_head=True), *(_packet_row(document, row, language) for row in rows)],
    )


def _packet_row(document: WordDocument, row: PacketRow, language: str) -> str:
    key = [
        _paragraph(_run(row.short_key, bold=True, size=10)),
        _paragraph(_run(row.key, size=7, color=_GREY)),
        _paragraph(_run(row.code, size=7, color=_GREY)),
    ]
    words = _paragraph(
        _run(
            row.words, size=10.5 if row.asked else 9, color="" if row.asked else _GREY, rtl=language
        ),
        rtl=direction(language) == "rtl",
        indent=_INDENT * (row.level - 1),
    )
    answers = (
        [_paragraph(_box() + _run(f" {answer}", size=9)) for answer in ANSWERS]
        if row.asked
        else [_paragraph(_run(NOT_ASKED, size=8, color=_GREY))]
    )
    cells = ("".join(key), words, "".join(_basis(document, row)), "".join(answers), _paragraph(""))
    fill = "" if row.asked else "F4F5F7"
    return _row_xml(
        [_cell(inner, width, fill=fill) for inner, width in zip(cells, _WIDTHS, strict=True)]
    )


def _basis(document: WordDocument, row: PacketRow) -> Iterator[str]:
    """Yield what a row rests on, and what changed since it was signed, as paragraphs."""
    yield _paragraph(_run(row.kind, bold=True, size=8) + _run(row.graded, size=8))
    if row.place:
        yield _paragraph(_run(row.place, size=8, color=_GREY))
    for one in row.basis:
        yield _paragraph(_link(document, one) + _run(one.said, size=8))
    for note in row.notes:
        yield _paragraph(_run(note, size=8, color=_GREY))
    if row.since:
        yield _paragraph(_run(row.since, bold=True, size=8))
    if row.changed:
        yield _paragraph(_run(CHANGED_SINCE, size=8) + _redline(row.changed))


def _redline(changed: Redline) -> str:
    marks: dict[str, dict[str, Any]] = {
        "kept": {},
        "deleted": {"strike": True, "color": _RED},
        "inserted": {"underline": True, "color": _GREEN},
    }
    return "".join(_run(piece.shown, size=8, **marks[piece.change]) for piece in changed.pieces)


def _link(document: WordDocument, one: Basis) -> str:
    from docx.opc.constants import RELATIONSHIP_TYPE

    if not one.address:
        return _run(one.name, size=8)
    target = document.part.relate_to(one.address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    name = _run(one.name, size=8, color=_BLUE, underline=True)
    return f'<w:hyperlink r:id="{target}">{name}</w:hyperlink>'


def _sources(document: WordDocument, packet: Packet) -> None:
    if not packet.sources:
        return
    document.add_heading("Sources", level=1)
    for text, address in packet.sources:
        paragraph = document.add_paragraph()
        one = Basis(address, address, "", "")
        runs = _run(f"{text} ", size=8) + (_link(document, one) if address else "")
        for part in _parsed(runs):
            paragraph._p.append(part)


def _list(document: WordDocument, packet: Packet) -> None:
    """Write the list of the rows, in columns on pages of their own."""
    from docx.enum.section import WD_SECTION
    from docx.oxml import OxmlElement

    document.add_heading(LIST_TITLE, level=1)
    document.add_paragraph(ABOUT_LIST)
    section = document.add_section(WD_SECTION.CONTINUOUS)
    columns = section._sectPr.xpath("./w:cols")
    element = columns[0] if columns else OxmlElement("w:cols")
    element.set(_w("num"), "3")
    element.set(_w("space"), "400")
    if not columns:
        section._sectPr.append(element)
    body = document.element.body
    lines = [" ".join(row.listed) for row in packet.rows]
    for line in [*lines, " ".join([OUTSIDE, *packet.outside])]:
        body.insert(len(body) - 1, _parsed(_paragraph(_run(line, size=6.5)))[0])


def _table_xml(widths: Iterable[float], rows: Iterable[str]) -> str:
    grid = "".join(f'<w:gridCol w:w="{_twips(width)}"/>' for width in widths)
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="A6ADB5"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    margins = "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>'
        for side, width in (("top", 40), ("left", 85), ("bottom", 40), ("right", 85))
    )
    total = sum(map(_twips, widths))
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{total}" w:type="dxa"/><w:tblBorders>{lines}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row_xml(cells: Iterable[str], *, is_head: bool = False) -> str:
    head = "<w:tblHeader/>" if is_head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(inner: str, width: float, *, fill: str = "") -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{_twips(width)}" w:type="dxa"/>{shade}</w:tcPr>{inner}</w:tc>'
    )


def _paragraph(runs: str, *, rtl: bool = False, indent: float = 0) -> str:
    order = "<w:bidi/>" if rtl else ""
    start = f'<w:ind w:left="{_twips(indent)}"/>' if indent else ""
    return f'<w:p><w:pPr>{order}<w:spacing w:before="0" w:after="20"/>{start}</w:pPr>{runs}</w:p>'


def _run(
    text: str,
    *,
    bold: bool = False,
    size: float = 9,
    color: str = "",
    strike: bool = False,
    underline: bool = False,
    rtl: str = "",
) -> str:
    """Return words as a run; `rtl` is their language, where it is that of the page."""
    if not text:
        return ""
    marks = [
        f'<w:rFonts w:ascii="{_FONT}" w:hAnsi="{_FONT}" w:cs="{_FONT}"/>',
        "<w:b/><w:bCs/>" * bold,
        "<w:strike/>" * strike,
        f'<w:color w:val="{color}"/>' if color else "",
        f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>',
        '<w:u w:val="single"/>' * underline,
        "<w:rtl/>" * (direction(rtl) == "rtl" if rtl else False),
    ]
    parts = [
        f'<w:t xml:space="preserve">{escape(part)}</w:t>' if part else ""
        for part in _clean(text).split("\t")
    ]
    return f"<w:r><w:rPr>{''.join(marks)}</w:rPr>{'<w:tab/>'.join(parts)}</w:r>"


def _box() -> str:
    """Return a box that a click ticks, as a content control around its sign."""
    states = "".join(
        f'<w14:{name} w14:val="{ord(sign):04X}" w14:font="MS Gothic"/>'
        for name, sign in (("checkedState", TICKED), ("uncheckedState", BOX))
    )
    fonts = "".join(f' w:{name}="MS Gothic"' for name in ("ascii", "hAnsi", "eastAsia"))
    return (
        f'<w:sdt><w:sdtPr><w14:checkbox {_W14}><w14:checked w14:val="0"/>{states}</w14:checkbox>'
        f'</w:sdtPr><w:sdtContent><w:r><w:rPr>{fonts}<w:sz w:val="20"/></w:rPr>'
        f"<w:t>{BOX}</w:t></w:r></w:sdtContent></w:sdt>"
    )


def _append(document: WordDocument, xml: str) -> None:
    """Put a table at the end of a document, in front of the properties of its last section."""
    body = document.element.body
    body.insert(len(body) - 1, _parsed(xml)[0])


def _parsed(*xml: str) -> list[Any]:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    return list(parse_xml(f"<w:body {nsdecls('w', 'r')}>{''.join(xml)}</w:body>"))


def _w(name: str) -> str:
    from docx.oxml.ns import qn

    return qn(f"w:{name}")


def _twips(centimetres: float) -> int:
    return round(centimetres * 567)


def _clean(text: str) -> str:
    """Return text without what XML cannot hold."""
    return visible(text)
