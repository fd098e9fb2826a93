"""A packet as a Word file is one that a reviewer can work in."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ketcontent.approvals.signing import sign_off
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.model.content import Content, frame_of
from ketcontent.packets.word import save_packet, write_packet
from ketcontent.packets.word_text import W, cells_of_row, rows_of_table, text_of
from tests.packets.made import MADE_ON, File, asked, tea, tea_in_lists


def cell_of(file: File, key: str, column: int) -> str:
    return text_of(file.cell(key, column)).accepted


def signed(content: Content, key: str, person: str = "bo") -> Content:
    return sign_off(content, "tea", key, capacity="clinical", person=person, signed_on=MADE_ON)


def test_tracking_is_on_and_the_page_is_a4_across_in_columns_that_fit() -> None:
    file = File()
    assert b"<w:trackRevisions/>" in file.parts["word/settings.xml"]
    [size, *_] = file.body.iter(f"{W}pgSz")
    assert (size.get(f"{W}orient"), size.get(f"{W}w"), size.get(f"{W}h")) == (
        *("landscape", "16838"),
        "11906",
    )
    margin = next(file.body.iter(f"{W}pgMar"))
    room = 16838 - int(margin.get(f"{W}left", "0")) - int(margin.get(f"{W}right", "0"))
    for table in file.body.iter(f"{W}tbl"):
        grid = [int(one.get(f"{W}w", "0")) for one in table.iter(f"{W}gridCol")]
        assert sum(grid) <= room + 5
        for row in rows_of_table(table):
            widths = [int(one.get(f"{W}w", "0")) for one in row.iter(f"{W}tcW")]
            assert widths == grid  # LibreOffice takes the one, Word the other
            assert row.find(f"{W}trPr/{W}cantSplit") is not None


def test_the_head_of_each_table_of_rows_is_repeated() -> None:
    file = File()
    for key in ("calm-1", "harm-1", "term:nurse"):
        first = next(rows_of_table(file.table(key)))
        assert first.find(f"{W}trPr/{W}tblHeader") is not None
        assert text_of(cells_of_row(first)[1]).accepted.strip() == "Words"


def test_a_row_says_how_deep_its_item_stands_and_under_which_headers() -> None:
    file = File.of(asked(tea_in_lists()))
    places = {key: cell_of(file, key, 2).split("\n")[1] for key in file.rows if "set-" in key}
    assert places == {
        "set-1": "",
        "set-2": "Item of level 1 of a list, under: Never with:",
        "set-3": "Item of level 2 of a list, under: Never with: > other drinks:",
        "set-4": "Item of level 3 of a list, under: Never with: > other drinks: > hot milk",
        "set-5": "Says what the table below shows",
        "set-6": "Names the columns of the table below",
        "set-7": "Row of a table, under: Cups a day; Who | Morning | Night",
        "set-8": "Row of a table, under: Cups a day; Who | Morning | Night",
    }
    deep = {
        key: [int(one.get(f"{W}left", "0")) for one in file.cell(key, 1).iter(f"{W}ind")]
        for key in ("set-2", "set-3", "set-4")
    }
    assert deep["set-2"] == []
    assert 0 < deep["set-3"][0] < deep["set-4"][0]


def test_an_item_without_a_list_around_and_a_row_without_headers_say_so() -> None:
    content = tea_in_lists()
    rows = [
        row
        for row in content.rows("statements")
        if row["statement"] not in ("set-1", "set-2", "set-5", "set-6")
    ]
    packet = asked(replace(content, statements=frame_of("statements", rows, content)))
    places = {row.key: row.place for row in packet.rows if row.place}
    assert places == {
        "set-3": "Item of level 2 of a list",
        "set-4": "Item of level 3 of a list, under: hot milk",
        "set-7": "Row of a table, without headers",
        "set-8": "Row of a table, without headers",
    }


def test_a_row_shows_words_evidence_with_links_and_certainty() -> None:
    file = File()
    assert cell_of(file, "calm-1", 1) == "Calm: It may calm some people.\n"
    assert cell_of(file, "calm-1", 2) == (
        "benefit. Certainty: low\nLee 2020 supports: 12 of 40 felt calmer. (p. 7)\n"
    )
    assert cell_of(file, "calm-2", 2) == (
        "benefit. Certainty: low\nLee 2020 is cited\nRoe is cited\n"
    )
    [link] = file.cell("calm-1", 2).iter(f"{W}hyperlink")
    number = next(cell for name, cell in link.items() if name.endswith("}id"))
    relations = ElementTree.fromstring(file.parts["word/_rels/document.xml.rels"])
    [target] = [one.get("Target") for one in relations if one.get("Id") == number]
    assert target == "https://doi.org/10.1000/leaf"


def test_who_is_not_asked_sees_neighbours_and_no_box() -> None:
    file = File()
    assert cell_of(file, "calm-3", 3) == "not asked\n"
    assert cell_of(file, "calm-2", 3) == "☐ yes\n☐ no\n☐ change\n"


def test_what_changed_since_it_was_signed_is_a_redline_for_the_eye() -> None:
    content = signed(signed(tea(harm1="It burns."), "harm-1"), "harm-4")
    now = replace(tea(), signoffs=content.signoffs)
    file = File(write_packet(asked(now)))
    said = cell_of(file, "harm-1", 2)
    assert "Approved by Bo Elm on 2026-10-01." in said
    assert "Changed since: It burnscan burn your tongue." in said
    marked = {
        mark: "".join(
            "".join(run.itertext())
            for run in file.cell("harm-1", 2).iter(f"{W}r")
            if next(run.iter(f"{W}{mark}"), None) is not None
        )
        for mark in ("strike", "u")
    }
    assert marked == {"strike": "burns", "u": "can burn your tongue"}
    # It is no tracked change of the file, which nobody made.
    assert not [*file.body.iter(f"{W}ins"), *file.body.iter(f"{W}del")]
    assert "Approved by Bo Elm on 2026-10-01, as it is." in cell_of(file, "harm-4", 2)


def test_only_open_leaves_out_what_is_signed_and_keeps_whole_paragraphs() -> None:
    content = tea()
    rows = content.rows("statements")
    for row in rows:
        row["block"] = 1 if row["section"] == "harm" else row["block"]
    content = replace(content, statements=frame_of("statements", rows, content))
    content = signed(signed(content, "harm-1"), "calm-1")
    packet = asked(content, only_open=True)
    asks = {row.key: row.asked for row in packet.rows}
    assert "calm-1" not in asks
    assert asks["harm-1"] is False
    assert asks["harm-2"] is True
    for key in ("calm-2", "harm-2", "harm-3", "harm-4", "term:nurse"):
        content = signed(content, key)
    with pytest.raises(KetcontentError, match="Nothing of 'tea' waits for a clinical sign-off"):
        asked(content, only_open=True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"person": "cy"}, "No person 'cy'"),
        ({"capacity": "medical"}, "No capacity 'medical'"),
        ({"section": "taste"}, "No section 'taste'"),
    ],
)
def test_what_is_not_there_is_not_asked(options: dict[str, str], said: str) -> None:
    with pytest.raises(UnknownName, match=said):
        asked(tea(), **options)


def test_a_packet_is_called_by_what_it_asks_and_whom() -> None:
    names = {
        asked(tea(), **options).head.packet
        for options in ({}, {"person": "bo"}, {"section": "harm"}, {"capacity": "editorial"})
    } | {asked(tea(harm1="It is hot.")).head.packet}
    assert len(names) == 5
    assert asked(tea()).head == asked(tea()).head


def test_the_line_of_the_packet_stands_on_the_cover_and_at_the_foot_of_each_page() -> None:
    file, head = File(), asked(tea()).head
    assert head.line in "".join(file.body.itertext())
    feet = [data for name, data in file.parts.items() if re.match(r"word/footer", name)]
    assert any(head.line.encode() in data for data in feet)


def test_what_xml_cannot_hold_is_spelled_out_and_words_of_markup_are_words() -> None:
    file = File(write_packet(asked(tea(harm1="A <b> & \ufffe “c”."))))
    assert cell_of(file, "harm-1", 1) == "A <b> & <U+FFFE> “c”.\n"


def test_a_page_from_right_to_left_is_set_so() -> None:
    content = tea(harm1="قد يحرق لسانك.")
    content.documents["language"] = "ar"
    content.terms["language"] = "ar"
    file = File(write_packet(asked(content)))
    assert next(file.cell("harm-1", 1).iter(f"{W}bidi"), None) is not None
    assert next(file.cell("harm-1", 1).iter(f"{W}rtl"), None) is not None


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(KetcontentError, match="need the extra 'word'"):
        write_packet(asked(tea()))


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "packet.docx"
    save_packet(asked(tea()), file)
    with pytest.raises(KetcontentError, match="may have somebody's answers"):
        save_packet(asked(tea()), file)
    with pytest.raises(KetcontentError, match="cannot be written"):
        save_packet(asked(tea()), tmp_path / "gone" / "packet.docx")
