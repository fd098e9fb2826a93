"""What came back is shown, and becomes sign-offs, proposals and comments, each once."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import SubElement

import pytest
from click.testing import CliRunner, Result

from ketcontent.cli import main
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.model.content import Content
from ketcontent.model.store import read_content, write_content
from ketcontent.packets.by_hand import with_typed
from ketcontent.packets.reading import Reading, read_packet
from ketcontent.packets.receiving import Receipt, received
from ketcontent.packets.word_text import W
from ketcontent.packets.writing import with_receipt
from tests.approvals.test_signatures import BO, with_keys
from tests.packets.made import Change, File, asked, tea


def received_from(change: Change, folder: Path, content: Content | None = None) -> Receipt:
    file = File()
    change(file)
    return received(content or tea(), read_packet(file.save(folder)))


def written(receipt: Receipt, content: Content | None = None, person: str = "ada") -> Content:
    return with_receipt(content or tea(), receipt, person=person).content


def only(content: Content, table: str) -> dict[str, Any]:
    [row] = content.rows(table)
    return row


def test_a_yes_is_a_sign_off_once_somebody_in_people_confirms_it(tmp_path: Path) -> None:
    receipt = received_from(lambda file: file.write("harm-1", 3, "yes"), tmp_path)
    assert written(receipt, person="").signoffs.empty
    row = only(write_content(written(receipt), tmp_path / "data"), "signoffs")
    assert (row["statement"], row["person"], row["capacity"], row["verdict"]) == (
        *("harm-1", "ada", "clinical"),
        "approved",
    )
    with pytest.raises(UnknownName, match="No person 'cy'"):
        written(receipt, person="cy")


def test_a_yes_beside_changed_words_is_no_yes_to_the_old_ones(tmp_path: Path) -> None:
    def change(file: File) -> None:
        file.write("harm-1", 3, "yes")
        file.track("harm-1", 1, "It can scald your tongue.")

    receipt = received_from(change, tmp_path)
    shown = "\n".join(receipt.lines())
    assert "harm-1: yes, not signed: the words beside the yes were changed" in shown
    assert "proposed by A. Roe: It can [-burn -]{+scald +}your tongue." in shown
    content = written(receipt)
    assert content.signoffs.empty
    row = only(content, "proposals")
    assert (row["was"], row["words"]) == ("It can burn your tongue.", "It can scald your tongue.")
    assert (row["name"], row["person"], row["proposed_on"]) == ("A. Roe", "", "2026-11-01")


@pytest.mark.parametrize("mark", ["strike", "dstrike"])
def test_words_that_are_struck_through_are_changed_words(tmp_path: Path, mark: str) -> None:
    def change(file: File) -> None:
        file.write("harm-1", 3, "yes")
        [run] = file.cell("harm-1", 1).iter(f"{W}r")
        words = next(run.iter(f"{W}t"))
        words.text = "It can "
        paragraph = next(file.cell("harm-1", 1).iter(f"{W}p"))
        struck = SubElement(paragraph, f"{W}r")
        SubElement(SubElement(struck, f"{W}rPr"), f"{W}{mark}")
        SubElement(struck, f"{W}t").text = "burn your tongue."

    content = written(received_from(change, tmp_path))
    assert content.signoffs.empty
    assert only(content, "proposals")["words"] == "It can"


def test_changed_words_keep_markup_and_citations_and_label(tmp_path: Path) -> None:
    words = "Rest: It may calm some old people."
    receipt = received_from(lambda file: file.write("calm-1", 1, words), tmp_path)
    assert {row["column"]: row["words"] for row in written(receipt).rows("proposals")} == {
        "label": "Rest",
        "text": "It may calm *some* old people. [@lee-2020]",
    }


def test_words_that_fit_no_cell_are_kept_as_a_comment(tmp_path: Path) -> None:
    receipt = received_from(lambda file: file.write("term:nurse", 1, "nurse: a carer"), tmp_path)
    content = written(receipt)
    assert content.proposals.empty
    assert only(content, "comments")["text"] == (
        "Proposed: nurse: [-who looks after you-]{+a carer+}"
    )


def test_what_has_moved_on_is_shown_with_both_wordings_and_its_yes_does_not_count(
    tmp_path: Path,
) -> None:
    now = tea(harm1="It is hot.")
    receipt = received_from(lambda file: file.write("harm-1", 3, "yes"), tmp_path, now)
    shown = "\n".join(receipt.lines())
    assert "in the packet: It can burn your tongue." in shown
    assert "now: It is hot." in shown
    assert "have moved on" in shown
    assert written(receipt, now).signoffs.empty


def test_a_proposal_for_what_has_moved_on_is_against_the_words_of_the_packet(
    tmp_path: Path,
) -> None:
    now = tea(harm1="It is hot.")
    words = "It can scald your tongue."
    receipt = received_from(lambda file: file.track("harm-1", 1, words), tmp_path, now)
    row = only(written(receipt, now), "proposals")
    assert (row["was"], row["words"], row["digest"]) == ("It can burn your tongue.", words, "")
    untracked = received_from(lambda file: file.write("harm-1", 1, words), tmp_path, now)
    assert "in the packet: not told by the file any more" in "\n".join(untracked.lines())
    content = written(untracked, now)
    assert content.proposals.empty
    assert only(content, "comments")["text"] == f"Proposed: {words}"


@pytest.mark.parametrize("answer", ["no", "change"])
def test_changes_are_requested_with_a_word_on_which(tmp_path: Path, answer: str) -> None:
    def change(file: File) -> None:
        file.write("harm-1", 3, answer)
        file.write("harm-1", 4, "Say how often.")

    content = write_content(written(received_from(change, tmp_path)), tmp_path / "data")
    signoff, comment = only(content, "signoffs"), only(content, "comments")
    assert (signoff["verdict"], signoff["comment"]) == ("changes-requested", "Say how often.")
    assert (comment["text"], comment["signoff"]) == ("Say how often.", signoff["signoff"])
    silent = received_from(lambda file: file.write("harm-1", 3, answer), tmp_path)
    assert "no word on what should change" in "\n".join(silent.lines())
    assert written(silent).signoffs.empty


def test_a_comment_in_the_margin_stays_on_its_words(tmp_path: Path) -> None:
    receipt = received_from(lambda file: file.note("harm-1", "burn", "How?", "C. Oak"), tmp_path)
    assert "comment on “burn” by C. Oak: How?" in "\n".join(receipt.lines())
    row = only(write_content(written(receipt), tmp_path / "data"), "comments")
    assert (row["anchor"], row["anchor_at"], row["person"], row["name"]) == (
        *("burn", 7, "", "C. Oak"),
    )


def test_answers_in_the_margin_stay_answers(tmp_path: Path) -> None:
    def change(file: File) -> None:
        file.note("harm-1", "burn", "How?", "C. Oak")
        file.answer_note("By the heat.", "D. Ash")

    receipt = received_from(change, tmp_path)
    assert "        answered by D. Ash: By the heat." in list(receipt.lines())
    content = write_content(written(receipt), tmp_path / "data")
    first, answer = sorted(content.rows("comments"), key=lambda row: row["reply_to"])
    assert (answer["text"], answer["name"], answer["reply_to"]) == (
        *("By the heat.", "D. Ash"),
        first["comment"],
    )
    assert not any(with_receipt(content, receipt, person="ada").added.values())


def test_what_was_changed_beside_the_words_is_a_comment(tmp_path: Path) -> None:
    receipt = received_from(lambda file: file.track("harm-1", 2, "Not a harm"), tmp_path)
    assert only(written(receipt), "comments")["text"].startswith("In “What it rests on")


def test_the_cover_tells_who_and_what_of_the_page_as_a_whole(tmp_path: Path) -> None:
    def change(file: File) -> None:
        file.answer_cover("Your name", "Dr A. Roe")
        file.answer_cover("On the page as a whole", "Too long.")

    receipt = received_from(change, tmp_path)
    assert receipt.reading.name == "Dr A. Roe"
    row = only(write_content(written(receipt), tmp_path / "data"), "comments")
    assert (row["statement"], row["text"]) == ("title:tea", "Too long.")


def test_what_comes_back_twice_is_written_once(tmp_path: Path) -> None:
    def change(file: File) -> None:
        file.write("harm-1", 3, "yes")
        file.write("harm-2", 3, "no")
        file.write("harm-2", 4, "Not so.")
        file.track("harm-3", 1, "Sleep: It keeps you awake.")
        file.note("harm-4", "nurse", "Which?")

    receipt = received_from(change, tmp_path)
    once = written(receipt)
    assert [len(getattr(once, name)) for name in ("signoffs", "proposals", "comments")] == [2, 1, 2]
    file = receipt.reading
    again = with_receipt(once, received(once, file), person="ada")
    assert again.content is once or not any(again.added.values())


def test_a_no_that_comes_back_after_a_yes_stands_in_its_place_and_no_yes_in_that_of_a_no(
    tmp_path: Path,
) -> None:
    def no(file: File) -> None:
        file.write("harm-1", 3, "no")
        file.write("harm-1", 4, "It does not.")

    yes = received_from(lambda file: file.write("harm-1", 3, "yes"), tmp_path)
    amended = received_from(no, tmp_path)
    now = with_receipt(written(yes), amended, person="ada")
    assert only(now.content, "signoffs")["verdict"] == "changes-requested"
    assert str(now) == "New rows: 1 sign-off, 0 proposals, 1 comment."
    again = with_receipt(now.content, yes, person="ada")
    assert again.content is now.content
    assert "harm-1: ada asked for changes to these words since" in str(again)


def test_who_may_not_sign_is_told_and_the_rest_is_written(tmp_path: Path) -> None:
    content = tea()
    content.people.loc[content.people["person"] == "bo", "credential"] = ""
    receipt = received_from(lambda file: file.write("harm-1", 3, "yes"), tmp_path, content)
    done = with_receipt(content, receipt, person="bo")
    assert done.content.signoffs.empty
    assert "has no credential" in str(done)


def test_somebody_else_may_confirm_it_and_that_is_said(tmp_path: Path) -> None:
    receipt = received_from(lambda file: file.write("harm-1", 3, "yes"), tmp_path)
    assert str(with_receipt(tea(), receipt, person="bo")).startswith(
        "'bo' confirms what 'ada' was asked.\n"
    )


def test_where_signatures_are_asked_for_a_key_signs_what_came_back(tmp_path: Path) -> None:
    content = with_keys(tea(), "clinical")
    receipt = received_from(lambda file: file.write("harm-1", 3, "yes"), tmp_path, content)
    assert "counts only with a signature" in str(with_receipt(content, receipt, person="bo"))
    done = with_receipt(content, receipt, person="bo", signing_key=BO)
    assert only(done.content, "signoffs")["signature"]


# --- from paper ------------------------------------------------------------------------------


def on_paper(lines: str, folder: Path) -> Reading:
    return with_typed(read_packet(File().save(folder)), lines)


def test_answers_typed_from_paper_are_those_of_their_rows(tmp_path: Path) -> None:
    keys = {row.key: row.short_key for row in asked(tea()).rows}
    lines = f"{keys['harm-1']} yes\n\n{keys['harm-2'].upper()} No: Not so.\n"
    reading = on_paper(lines, tmp_path)
    answers = {one.key: (one.answer, one.comment) for one in reading.answers if one.answer}
    assert answers == {"harm-1": ("yes", ""), "harm-2": ("no", "Not so.")}
    assert not reading.unread


def test_a_mistyped_line_is_named_and_counts_for_no_row(tmp_path: Path) -> None:
    keys = {row.key: row.short_key for row in asked(tea()).rows}
    number, check = keys["harm-1"].split("-")
    other = "00" if check != "00" else "01"
    lines = f"{number}-{other} yes\nharm-1 yes\n{keys['harm-2']} yes\n{keys['harm-2']} no\n"
    reading = on_paper(lines, tmp_path)
    assert not any(one.answer for one in reading.answers)
    assert [str(one) for one in reading.unread] == [
        f"Line 1 names no row of this packet: {number}-{other} yes",
        "Line 2 is no short key with yes, no or change: harm-1 yes",
        f"{keys['harm-2']} harm-2 is answered in two ways: yes | no",
    ]


def test_lines_that_are_no_text_are_refused(tmp_path: Path) -> None:
    file = File().save(tmp_path)
    (tmp_path / "lines.txt").write_bytes("1-00 yes".encode("utf-16"))
    data = str(tmp_path / "data")
    write_content(tea(), data)
    more = ("--by-hand", str(tmp_path / "lines.txt"), "--data", data)
    result = CliRunner().invoke(main, ["receive", str(file), *more])
    assert result.exit_code == 1
    assert "lines.txt is not in UTF-8." in result.output


def test_a_packet_with_answers_is_not_read_by_hand(tmp_path: Path) -> None:
    file = File()
    file.write("harm-1", 3, "yes")
    with pytest.raises(KetcontentError, match="has answers of its own"):
        with_typed(read_packet(file.save(tmp_path)), "")


# --- the commands ----------------------------------------------------------------------------


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_the_commands_write_a_packet_and_read_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_content(tea(), "data")
    packet = ("packet", "tea", "--for", "ada", "--capacity", "clinical")
    made = run(*packet, "--section", "harm")
    assert made.exit_code == 0
    assert made.output.startswith("tea-clinical-ada.docx: 4 sentences to answer, for ada (packet ")
    assert run(*packet).exit_code == 1  # nobody's answers are written over
    file = File(Path("tea-clinical-ada.docx").read_bytes())
    file.write("harm-1", 3, "yes")
    file.delete("harm-2")
    back = file.save(tmp_path)
    shown = run("receive", back, "--as", "ada")
    assert shown.exit_code == 1
    assert "harm-2 is not in the file" in shown.output
    assert shown.output.endswith("Nothing was written. Add --yes to do it.\n")
    assert read_content("data").signoffs.empty
    done = run("receive", back, "--as", "ada", "--yes")
    assert "New rows: 1 sign-off, 0 proposals, 0 comments." in done.output
    assert only(read_content("data"), "signoffs")["statement"] == "harm-1"
    left = run(*packet, "--only", "open", "--output", "open.docx", "--section", "harm")
    assert left.output.startswith("open.docx: 3 sentences to answer")
