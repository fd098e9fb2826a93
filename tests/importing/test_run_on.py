"""A sentence right behind the stop of another is one of its own, and comes back right behind it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ketcontent import assemble, import_page, write_content
from ketcontent.importing.marks import supplier_marks
from ketcontent.importing.readers import read_supplied, supplied_from
from ketcontent.importing.received_files import against_received, keeping
from ketcontent.model.content import Content, empty_content, frame_of, rows_of

HALVES = ["Take two tablets.Then rest!", "Ask *us* now.Or ring."]
WORDS = " ".join(HALVES)
TEA = f"Tea\n\nUses\n- Care: {WORDS}\n"


def taken_in(text: str = TEA, content: Content | None = None) -> Content:
    return import_page(content or empty_content(), text, document="tea", replace=bool(content))


def test_sentences_that_run_into_one_another_are_rows_and_come_back_as_received() -> None:
    content = taken_in()
    rows = content.statements.sort_values("supplied_position")
    assert rows[["supplied", "supplied_gap"]].values.tolist() == [
        ["Take two tablets.", ""],
        ["Then rest!", "none"],
        ["Ask *us* now.", ""],
        ["Or ring.", "none"],
    ]
    supplied = assemble(content, "tea", edition="supplied")
    assert supplied.to_text() == f"Tea\nUses\n- Care: {WORDS}"
    assert "tablets.</span><span" in supplied.to_html()
    assert "rest!</span> <span" in supplied.to_html()
    assert "tablets.Then rest!\n" in supplied.to_markdown()
    current = assemble(content, "tea")
    assert "tablets. Then rest! Ask *us* now. Or ring." in current.to_text()
    assert "tablets.</span> <span" in current.to_html()


def test_what_was_one_row_before_stays_one_and_is_no_change_of_the_supplier(
    tmp_path: Path,
) -> None:
    content = taken_in()
    first, _, second, _ = rows_of(content.statements.sort_values("supplied_position"))
    rows = [
        {**first, "supplied": HALVES[0], "text": HALVES[0]},
        {**second, "supplied": HALVES[1], "text": HALVES[1].replace("*", r"\*")},
    ]
    content = replace(content, statements=frame_of("statements", rows, content))
    again = taken_in(TEA, content)
    assert again.statements["supplied"].tolist() == HALVES
    assert supplier_marks(again, "tea") == []
    file = tmp_path / "tea.txt"
    file.write_text(TEA, "utf-8")
    (tmp_path / "data").mkdir()
    with keeping(tmp_path / "data", {"tea": read_supplied(file)}):
        write_content(again, tmp_path / "data")
    assert against_received(again, tmp_path / "data", "tea").same


def test_tables_that_cannot_hold_the_gap_keep_such_sentences_in_one_row() -> None:
    content = empty_content()
    schema = content.schemas["statements"]
    fields = {name: one for name, one in schema.fields.items() if name != "supplied_gap"}
    schema = replace(schema, fields=fields, columns=tuple(fields))
    schemas = {**content.schemas, "statements": schema}
    older = replace(
        content, schemas=schemas, statements=content.statements.drop(columns="supplied_gap")
    )
    taken = import_page(older, TEA, document="tea")
    assert taken.statements["supplied"].tolist() == HALVES
    assert assemble(taken, "tea", edition="supplied").to_text() == f"Tea\nUses\n- Care: {WORDS}"


def test_no_sentence_ends_right_before_another_where_a_space_would_not_end_it() -> None:
    said = "Ask Prof.Meier or Mrs.Jones first.Then rest. Meier T.Trial of rest.Lancet 2019;3:4."
    content = taken_in(
        f"Tea\n\nUses\n{said}\n\nMeier TA, Jones B. A trial of rest.Lancet 2019;3:4."
    )
    assert content.statements.sort_values("supplied_position")["supplied"].tolist()[:2] == [
        "Ask Prof.Meier or Mrs.Jones first.",
        "Then rest.",
    ]
    assert "Meier TA, Jones B. A trial of rest.Lancet 2019;3:4." in set(
        content.statements["supplied"]
    )
    file = supplied_from(Path("tea.txt"), f"Tea\n\nUses\nWait. {said}".encode())
    told = [one.message.rpartition("read as ")[2] for one in file.page.doubts]
    assert told[:3] == ["one: Prof.Meier", "one: Mrs.Jones", "two: first.Then"]


def test_what_was_one_row_and_came_back_after_it_was_withdrawn_stays_one() -> None:
    content = taken_in()
    first, _, second, _ = rows_of(content.statements.sort_values("supplied_position"))
    rows = [{**first, "supplied": HALVES[0], "text": HALVES[0]}, second]
    content = replace(content, statements=frame_of("statements", rows, content))
    gone = taken_in("Tea\n\nUses\n- Care: Ask *us* now.\n", content)
    assert HALVES[0] in set(gone.statements["supplier_was"])
    back = taken_in(TEA, gone)
    assert HALVES[0] in set(back.statements["supplied"])
    assert "Then rest!" not in set(back.statements["supplied"])
