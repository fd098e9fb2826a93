"""What a reviewer does in LibreOffice, and what a converter does, is read back.

LibreOffice is driven by its own interface, from Debian's Python (`libreoffice-writer` and
`python3-uno`); where these are absent the tests fail.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pypandoc
import pytest

from ketcontent.packets.reading import Reading, read_packet
from ketcontent.packets.receiving import received
from ketcontent.packets.word import write_packet
from ketcontent.packets.writing import with_receipt
from tests.packets.made import asked, sent, tea_in_lists

PAGE = tea_in_lists()

SCRIPT = Path(__file__).with_name("edit_in_libreoffice.py")

EDITS: list[tuple[str, dict[str, Any]]] = [
    ("calm-1", {"answer": "yes"}),
    ("calm-2", {"swap": ["felt", "were"], "answer": "change", "comment": "They were asked once."}),
    ("harm-1", {"swap": ["burn", "scald"], "answer": "yes"}),
    (
        "harm-2",
        {"note": ["cool", "How long?"], "by": "C. Oak", "answer": "no", "comment": "Vague."},
    ),
    ("harm-3", {"row": "move"}),
    ("harm-4", {"row": "delete"}),
    ("set-1", {"answer": "yes"}),
    ("set-4", {"swap": ["can", "tin"], "answer": "change"}),
    ("set-7", {"answer": "yes", "comment": "As on the tin."}),
    ("set-8", {"swap": ["half", "none"], "answer": "yes"}),
    ("term:nurse", {"answer": "perhaps"}),
]


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A packet as LibreOffice saved it after a reviewer's edits, and in its own form before."""
    assert shutil.which("soffice"), "Install libreoffice-writer: these tests edit with it."
    folder = tmp_path_factory.mktemp("libreoffice")
    (folder / "sent.docx").write_bytes(write_packet(asked(PAGE)))
    (folder / "edits.json").write_text(json.dumps(EDITS), "utf-8")
    names = ("sent.docx", "edits.json", "back.docx", "through.odt")
    run = subprocess.run(
        ["/usr/bin/python3", str(SCRIPT), *(str(folder / name) for name in names)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return folder / "back.docx"


def shown_of(reading: Reading) -> str:
    return "\n".join(received(PAGE, reading).lines())


@pytest.mark.slow
def test_what_was_done_in_libreoffice_is_read_back(edited: Path) -> None:
    reading = read_packet(edited)
    answers = {one.key: (one.answer, one.comment) for one in reading.answers}
    assert answers == {
        "calm-1": ("yes", ""),
        "calm-2": ("change", "They were asked once."),
        "calm-3": ("", ""),
        "harm-1": ("yes", ""),
        "harm-2": ("no", "Vague."),
        "harm-3": ("", ""),
        "set-1": ("yes", ""),
        "set-2": ("", ""),
        "set-3": ("", ""),
        "set-4": ("change", ""),
        "set-5": ("", ""),
        "set-6": ("", ""),
        "set-7": ("yes", "As on the tin."),
        "set-8": ("yes", ""),
    }
    shown = shown_of(reading)
    assert "harm-1: yes, not signed: the words beside the yes were changed" in shown
    assert "It can [-burn -]{+scald +}your tongue." in shown
    assert "comment on “cool” by C. Oak: How long?" in shown
    assert "harm-4 is not in the file" in shown or "harm-4 was deleted" in shown
    assert "term:nurse has an answer that is neither yes, no nor change" in shown
    assert len(reading.unread) == 2
    content = with_receipt(PAGE, received(PAGE, reading), person="ada").content
    assert {row["statement"]: row["verdict"] for row in content.rows("signoffs")} == {
        "calm-1": "approved",
        "calm-2": "changes-requested",
        "harm-2": "changes-requested",
        "set-1": "approved",
        "set-4": "changes-requested",
        "set-7": "approved",
    }
    assert {row["words"] for row in content.rows("proposals")} == {
        "In one trial 12 of 40 were calmer. [@lee-2020; @roe-2021]",
        "It can scald your tongue.",
        "from a *tin*",
        r"Children | one \| none |",
    }
    assert shown.count("tracked by nobody") == 1  # beside the row that was moved, as text alone


@pytest.mark.slow
@pytest.mark.parametrize("tracked", [True, False])
def test_a_rewriting_converter_loses_nothing_that_was_said(
    edited: Path, tmp_path: Path, tracked: bool
) -> None:
    """Where it takes the changes itself, they are read as changed words all the same."""
    converted = tmp_path / "converted.docx"
    options = ["--track-changes=all"] if tracked else ["--track-changes=accept"]
    pypandoc.convert_file(str(edited), "docx", outputfile=str(converted), extra_args=options)
    was, now = read_packet(edited), read_packet(converted)
    assert now.head == was.head
    assert now.listed == was.listed
    assert [(one.key, one.words, one.answer, one.comment) for one in now.answers] == [
        (one.key, one.words, one.answer, one.comment) for one in was.answers
    ]
    assert "It can [-burn -]{+scald +}your tongue." in shown_of(now)


@pytest.mark.slow
def test_a_packet_goes_through_a_converter_as_it_was_sent(tmp_path: Path) -> None:
    file = tmp_path / "sent.docx"
    file.write_bytes(sent())
    converted = tmp_path / "converted.docx"
    pypandoc.convert_file(str(file), "docx", outputfile=str(converted))
    assert read_packet(converted).answers == read_packet(file).answers
    assert read_packet(converted).unread == ()
