"""Each row of a packet that came back is read exactly, or named."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ketcontent.errors import KetcontentError
from ketcontent.packets.codes import packet_name
from ketcontent.packets.packet import FORMAT, packet_of
from ketcontent.packets.reading import Reading, answer_of, read_packet
from ketcontent.packets.receiving import received
from ketcontent.packets.word import COLUMNS
from ketcontent.packets.word_text import W, cells_of_row, rows_of_table, text_of
from ketcontent.packets.writing import with_receipt
from tests.laws import examples
from tests.packets.made import SENTENCES, Change, File, asked, paragraph_of, tea, typed, words_now

KEYS = [*SENTENCES, "term:nurse"]


def read(file: File, folder: Path) -> Reading:
    return read_packet(file.save(folder))


def test_a_packet_is_read_back_as_it_was_made(tmp_path: Path) -> None:
    packet = asked(tea())
    reading = read(File(), tmp_path)
    assert reading.head == packet.head
    assert [(one.key, one.words) for one in reading.answers] == [
        (row.key, row.words) for row in packet.rows
    ]
    assert [one.key for one in reading.answers] == KEYS
    assert list(reading.listed.values()) == [row.listed for row in packet.rows]
    assert (reading.unread, reading.comments, reading.told) == ((), (), ())
    assert not any(one.answer or one.comment for one in reading.answers)


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        *[
            (f"{mark} yes\n☐ no\n☐ change", "yes")
            for mark in ("☒", "☑", "x", "X", "☐ x", "☐x", "✓")
        ],
        ("☐ yes\n☐ no x\n☐ change", "no"),
        ("☐ yes ☐ no ☒ change", "change"),
        ("☐ yes\n☐ no\n☐ change\nYes.", "yes"),
        ("No", "no"),
        ("change!", "change"),
        ("x yes", "yes"),
        ("", ""),
        ("not asked", ""),
        ("☐ yes\n☐ no\n☐ change", ""),
        ("☐ yes ☐ no ☐ change", ""),
        ("☐ yes", None),
        ("☒ yes\n☒ no\n☐ change", None),
        ("☒ yes\n☐ no\n☐ change\nno", None),
        ("☐ yes x ☐ no ☐ change", None),
        ("☐ yes\nno\n☐ change", None),
        ("yes, but", None),
        ("yes no", None),
        ("ok", None),
        ("yesno", None),
    ],
)
def test_an_answer_is_taken_in_one_way_or_in_none(cell: str, answer: str | None) -> None:
    assert answer_of(cell) == answer


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda file: file.delete("harm-1"), "4-.. harm-1 is not in the file"),
        (
            lambda file: file.delete_tracked("harm-1"),
            "4-.. harm-1 was deleted, tracked as a change by A. Roe: It can burn your tongue. / "
            "☐ yes ☐ no ☐ change",
        ),
        (
            lambda file: file.double("harm-1"),
            "4-.. harm-1 stands 2 times: .*It can burn your tongue.*",
        ),
        (
            lambda file: file.write("harm-1", 0, "4-00\nharm-1\n00000000"),
            "4-00 harm-1 is no row of this packet: .*\n4-.. harm-1 is not in the file",
        ),
        (lambda file: file.track("harm-1", 0, "?"), "4-.. harm-1 has another key than it had: .*"),
        (
            lambda file: file.merge_cells("harm-1"),
            r"4-.. harm-1 has other cells than it had \(4\): .*",
        ),
        (
            lambda file: file.write("harm-1", 3, "perhaps"),
            "4-.. harm-1 has an answer that is neither yes, no nor change: .* / perhaps",
        ),
        (
            lambda file: file.track("calm-3", 3, "yes"),
            "3-.. calm-3 was not asked, and has an answer: Nobody knows why. / yes",
        ),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_no_other_row_suffers(
    tmp_path: Path, change: Change, said: str
) -> None:
    file = File()
    change(file)
    reading = read(file, tmp_path)
    assert re.fullmatch(said, "\n".join(map(str, reading.unread)))
    assert len(reading.answers) == len(KEYS) - 1


def test_a_box_that_was_clicked_is_ticked_also_where_the_click_was_tracked(tmp_path: Path) -> None:
    file = File()
    for key, place in (("harm-1", 0), ("harm-2", 1), ("harm-3", 2)):
        control = list(file.cell(key, 3).iter(f"{W}sdtContent"))[place]
        [run] = list(control)
        control.remove(run)
        gone = SubElement(control, f"{W}del", {f"{W}author": "A. Roe"})
        gone.append(run)
        come = SubElement(control, f"{W}ins", {f"{W}author": "A. Roe"})
        SubElement(SubElement(come, f"{W}r"), f"{W}t").text = "☒"
    answers = {one.key: one.answer for one in read(file, tmp_path).answers if one.answer}
    assert answers == {"harm-1": "yes", "harm-2": "no", "harm-3": "change"}


@pytest.mark.parametrize("what", ["vanish", "drawing", "pict"])
def test_a_row_in_which_somebody_may_see_other_words_is_named(tmp_path: Path, what: str) -> None:
    file = File()
    for run in file.cell("harm-1", 1).iter(f"{W}r"):
        SubElement(next(run.iter(f"{W}rPr")) if what == "vanish" else run, f"{W}{what}")
    [unread] = read(file, tmp_path).unread
    assert unread.why == "has hidden text or pictures"


def test_a_row_without_its_key_is_missed_and_shown(tmp_path: Path) -> None:
    file = File()
    file.write("harm-1", 0, "a new sentence")
    file.write("harm-1", 1, "It cools.")
    assert [str(one) for one in read(file, tmp_path).unread] == [
        "A row without a key belongs to no sentence: a new sentence / It cools. / "
        "risk. Certainty: low / ☐ yes ☐ no ☐ change",
        f"4-{code('harm-1')} harm-1 is not in the file",
    ]


def code(key: str) -> str:
    return text_of(File().cell(key, 0)).accepted.split("\n")[0].partition("-")[2]


def test_the_rows_of_another_packet_are_none_of_this(tmp_path: Path) -> None:
    file = File()
    other = File.of(packet_of(tea(harm1="It is hot."), "tea", person="ada", capacity="clinical"))
    file.table("harm-1").append(other.rows["harm-1"])
    file.delete("harm-1")
    other_row, missing = read(file, tmp_path).unread
    assert "harm-1 is no row of this packet" in str(other_row)
    assert "harm-1 is not in the file" in str(missing)


def test_without_its_list_a_packet_is_read_by_its_rows_and_says_so(tmp_path: Path) -> None:
    file = File()
    body = file.body[0]
    body.remove([one for one in body if "harm-1" in "".join(one.itertext())][-1])
    for key in ("calm-1", "harm-2", "harm-3"):
        file.delete(key)
    reading = read(file, tmp_path)
    assert not reading.listed
    assert [str(one) for one in reading.unread] == [
        "1 is not in the file",
        "Each from 5 to 6 is not in the file",
    ]
    shown = "\n".join(received(tea(), reading).lines())
    assert (
        "The list of the rows, or what the packet says of itself, was changed or is gone" in shown
    )


def test_what_was_typed_beside_the_words_and_tracked_by_nobody_is_a_comment(tmp_path: Path) -> None:
    file = File()
    file.write("calm-1", 2, text_of(file.cell("calm-1", 2)).accepted + " It says the opposite.")
    answers = {one.key: one for one in read(file, tmp_path).answers}
    [said] = answers["calm-1"].comments
    assert said.text.startswith(
        "In “What it rests on, and what changed”, tracked by nobody, stands"
    )
    assert said.text.endswith(" It says the opposite.")
    assert not any(one.comments for key, one in answers.items() if key != "calm-1")


def test_no_yes_counts_of_a_packet_that_says_another_capacity_than_it_was_made_for(
    tmp_path: Path,
) -> None:
    file = File()
    for one in file.body[0].iter(f"{W}t"):
        one.text = (one.text or "").replace("/ clinical /", "/ editorial /")
    for name, data in file.parts.items():
        if "footer" in name:
            file.parts[name] = data.replace(b"/ clinical /", b"/ editorial /")
    file.write("calm-1", 3, "yes")
    reading = read(file, tmp_path)
    outcomes = {one.answer.key: one for one in received(tea(), reading).outcomes}
    assert reading.head.capacity == "editorial"
    assert outcomes["calm-1"].verdict == ""
    assert outcomes["calm-1"].why_not.startswith("without the list of the rows")


def test_a_table_with_other_columns_is_not_read(tmp_path: Path) -> None:
    file = File()
    head = cells_of_row(next(rows_of_table(file.table("term:nurse"))))
    typed(head[3], COLUMNS[4])
    typed(head[4], COLUMNS[3])
    [head_said, unread] = read(file, tmp_path).unread
    assert str(head_said).startswith("The head of a table was changed: No. and key / Words / ")
    assert "term:nurse stands in a table with other columns" in str(unread)


def test_words_outside_of_the_rows_are_shown(tmp_path: Path) -> None:
    file = File()
    heading = next(one for one in file.body.iter(f"{W}p") if "Harm" in "".join(one.itertext()))
    inserted = SubElement(heading, f"{W}ins", {f"{W}author": "A. Roe"})
    SubElement(SubElement(inserted, f"{W}r"), f"{W}t").text = " See page 3."
    assert [str(one) for one in read(file, tmp_path).unread] == [
        "Words outside of the rows belong to no sentence: Harm {+See page 3. +}"
    ]


@pytest.mark.parametrize("place", [0, 3, -1], ids=["the top", "the cover", "the end"])
def test_a_paragraph_outside_of_the_rows_is_shown_where_nobody_tracked_it(
    tmp_path: Path, place: int
) -> None:
    file = File()
    [body] = file.body
    paragraph = paragraph_of("Generally: too long.")
    body.insert(place if place >= 0 else len(body) - 1, paragraph)
    assert [str(one) for one in read(file, tmp_path).unread] == [
        "Words outside of the rows belong to no sentence: Generally: too long."
    ]


def write_behind(part: Element, words: str, more: str) -> None:
    """Write more words behind some, in the run where they stand, tracked by nobody."""
    run = next(one for one in part.iter(f"{W}t") if words in (one.text or ""))
    run.text = f"{run.text}{more}"


@pytest.mark.parametrize(
    "words",
    [
        *("Review of “Tea”", "For Ada Roe: clinical", "What is asked", "Please say of each"),
        *("may stand as it is.", "ketcontent packet 1", "Harm", "Roe J. Cups", "List of the rows"),
    ],
)
def test_words_typed_into_what_the_packet_says_itself_are_shown_where_nobody_tracked_them(
    tmp_path: Path, words: str
) -> None:
    file = File()
    write_behind(file.body, words, " ?!")
    said = [str(one) for one in read(file, tmp_path).unread]
    assert len(said) == 1
    assert said[0].startswith("Words outside of the rows belong to no sentence: ")
    assert said[0].endswith("?!")


@pytest.mark.parametrize(("part", "where"), [("header", "top"), ("footer", "foot")])
def test_words_typed_at_the_top_and_the_foot_of_a_page_are_shown(
    tmp_path: Path, part: str, where: str
) -> None:
    file = File()
    [name] = [one for one in file.parts if re.fullmatch(rf"word/{part}\d*\.xml", one)]
    tree = ElementTree.fromstring(file.parts[name])
    write_behind(tree, "clinical", " Not for children.")
    file.parts[name] = ElementTree.tostring(tree)
    [said] = read(file, tmp_path).unread
    assert str(said).startswith(f"Words at the {where} of a page belong to no sentence: ")
    assert "Not for children." in str(said)


def test_what_programs_set_anew_is_nothing_that_somebody_wrote(tmp_path: Path) -> None:
    file = File()
    for one in file.body.iter(f"{W}t"):
        if "Review of “Tea”" in (one.text or ""):
            one.text = 'Review of  "Tea"'
    assert read(file, tmp_path).unread == ()


def test_words_in_the_head_of_a_table_are_shown(tmp_path: Path) -> None:
    file = File()
    head = cells_of_row(next(rows_of_table(file.table("harm-1"))))
    write_behind(head[0], COLUMNS[0], " Not for children.")
    said = [str(one) for one in read(file, tmp_path).unread]
    assert said == [
        f"A row without a key belongs to no sentence: {COLUMNS[0]} Not for children. / "
        + " / ".join(COLUMNS[1:])
    ]


def test_a_comment_on_a_row_that_is_not_read_is_one_on_the_page(tmp_path: Path) -> None:
    file = File()
    file.note("harm-1", "burn", "How hot?")
    file.double("harm-1")
    file.track("harm-2", 0, "Not for children.")
    reading = read(file, tmp_path)
    assert [one.text for one in reading.comments] == [
        f"On 4-{code('harm-1')} harm-1, of which nothing is read: How hot?"
    ]
    assert any("Not for children." in str(one) for one in reading.unread)


def test_a_comment_is_an_answer_only_to_the_one_that_it_names(tmp_path: Path) -> None:
    """LibreOffice names a comment that is settled, and none that it might answer."""
    file = File()
    file.note("harm-1", "burn", "How hot?")
    file.answer_note("Too long.", "C. Oak")
    said = file.parts["word/comments.xml"].decode()
    file.parts["word/comments.xml"] = re.sub(' w14:paraId="00000001"', "", said).encode()
    more = file.parts["word/commentsExtended.xml"].decode()
    more = re.sub(' w15:paraIdParent="00000001"|<[^<]*"00000001"/>', "", more)
    file.parts["word/commentsExtended.xml"] = more.encode()
    reading = read(file, tmp_path)
    [said_of_it] = next(one for one in reading.answers if one.key == "harm-1").comments
    assert (said_of_it.text, said_of_it.replies) == ("How hot?", ())
    assert [one.text for one in reading.comments] == ["Too long."]


def test_the_cover_that_is_filled_in_twice_loses_neither(tmp_path: Path) -> None:
    file, other = File(), File()
    for one, name in ((file, "Ada Roe"), (other, "Bo Elm")):
        one.answer_cover("Your name", name)
    file.body[0].insert(0, next(other.body.iter(f"{W}tbl")))
    reading = read(file, tmp_path)
    assert reading.signer == "Bo Elm"
    assert [str(one) for one in reading.unread] == ["“Your name” is filled in twice: Ada Roe"]


def test_a_packet_of_before_the_checks_is_read_as_it_was(tmp_path: Path) -> None:
    packet = asked(tea())
    name = packet_name(
        FORMAT,
        (*packet.head.line.split(" / ")[2:6],),
        [row.listed for row in packet.rows],
    )
    file = File()
    body = file.body[0]
    body.remove([one for one in body if "also " in "".join(one.itertext())][-1])
    for one in file.body.iter(f"{W}t"):
        one.text = (one.text or "").replace(packet.head.packet, name)
    for part, data in file.parts.items():
        if "footer" in part:
            file.parts[part] = data.replace(packet.head.packet.encode(), name.encode())
    reading = read(file, tmp_path)
    assert reading.listed
    assert reading.unread == ()


def test_a_note_at_the_foot_is_a_comment_on_the_page(tmp_path: Path) -> None:
    file = File()
    note = Element(f"{W}footnotes")
    SubElement(note, f"{W}footnote").append(paragraph_of("Not in children."))
    file.parts["word/footnotes.xml"] = ElementTree.tostring(note)
    assert [one.text for one in read(file, tmp_path).comments] == [
        "In a note at the foot: Not in children."
    ]


def test_a_sign_of_no_font_is_a_row_that_is_named(tmp_path: Path) -> None:
    file = File()
    sign = next(run for run in file.cell("harm-1", 3).iter(f"{W}r") if len(run))
    SubElement(sign, f"{W}sym", {f"{W}char": "box"})
    [unread] = read(file, tmp_path).unread
    assert "harm-1 has an answer that can be taken in two ways" in str(unread)


def test_a_file_that_is_no_packet_is_refused(tmp_path: Path) -> None:
    import docx

    docx.Document().save(str(tmp_path / "letter.docx"))
    with pytest.raises(KetcontentError, match="is no review packet"):
        read_packet(tmp_path / "letter.docx")


# --- the law ---------------------------------------------------------------------------------

ANSWERS = {"yes": "☒ yes\n☐ no\n☐ change", "no": "No.", "change": "change", "": ""}

DONE = st.lists(
    st.tuples(
        st.sampled_from([key for key in KEYS if key != "calm-3"]),
        st.sampled_from(
            ["delete", "double", "move", "words", "answer", "comment", "key", "strike"]
        ),
        st.sampled_from(["Tea calms.", "It burns.", "", "Calm: It may calm many people."]),
        st.sampled_from([*ANSWERS]),
    ),
    max_size=8,
)

CHANGED = st.dictionaries(
    st.sampled_from([key.replace("-", "") for key in SENTENCES]),
    st.just("Other words."),
    max_size=3,
)


@given(DONE, CHANGED)
@settings(max_examples=examples(24), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_done_to_rows_each_is_read_exactly_or_named_and_a_yes_is_to_its_own_words(
    tmp_path: Path, done: list[tuple[str, str, str, str]], changed: dict[str, str]
) -> None:
    file = File()
    words = {key: one for key, (one, _) in words_now(tea()).items()}
    answers = dict.fromkeys(KEYS, "")
    comments = dict.fromkeys(KEYS, "")
    broken: set[str] = set()
    for key, what, text, answer in done:
        if key in broken:
            continue
        if what == "delete":
            file.delete(key)
        elif what == "strike":
            file.delete_tracked(key)
        elif what == "double":
            file.double(key)
        elif what == "key":
            file.write(key, 0, "1-00\nnot-a-key\n00000000")
        elif what == "move":
            file.move(key)
        elif what == "words":
            file.track(key, 1, text) if answer else file.write(key, 1, text)
            words[key] = text
        elif what == "answer":
            file.write(key, 3, ANSWERS[answer])
            answers[key] = answer
        else:
            file.write(key, 4, text)
            comments[key] = text
        if what in ("delete", "strike", "double", "key"):
            broken.add(key)
    reading = read(file, tmp_path)
    found = {one.key: one for one in reading.answers}
    assert found.keys() == set(KEYS) - broken
    for key, one in found.items():
        assert (one.words, one.answer, one.comment) == (words[key], answers[key], comments[key])
    named = " ".join(str(one) for one in reading.unread)
    assert all(f" {key} " in named for key in broken)

    now = tea(**changed)
    before, after = words_now(tea()), words_now(now)
    written = with_receipt(now, received(now, reading), person="ada")
    for row in written.content.rows("signoffs"):
        key = row["statement"]
        assert row["digest"] == after[key][1] == before[key][1]
        assert row["wording"] == after[key][0]
        if row["verdict"] == "approved":
            assert answers[key] == "yes"
            assert words[key] == after[key][0]
    again = with_receipt(written.content, received(written.content, reading), person="ada")
    assert not any(again.added.values())
