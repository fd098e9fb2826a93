"""Rows of all tables in the workbench: forms of the descriptor, changed as words are, none lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ketcontent import read_content, write_content
from ketcontent.editor.rows import (
    FORMS,
    acts_for,
    by_hand,
    filled,
    fixed,
    form_of,
    place_of,
    removed,
    row_name,
    used_by,
)
from ketcontent.editor.session import keys_of, opened, rows_by_key, undo, unsaved
from ketcontent.editor.workbench import Workbench
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.model.content import Content, frame_of
from tests.conftest import ROOT
from tests.editor.test_workbench import PEOPLE, ask

CONTENT = read_content(ROOT / "data")
SESSION = opened(CONTENT, "ketamine")
SOURCE = "sources:anand-2023"


def test_each_row_of_each_table_has_one_name_and_that_leads_back_to_it() -> None:
    for table in FORMS:
        for key in keys_of(CONTENT, table)[:40]:
            assert place_of(SESSION, row_name(table, key)) == (table, key)
    assert place_of(SESSION, "terms:and/or/en") == ("terms", ("and/or", "en"))
    assert place_of(SESSION, "help_lines:US/A/B") == ("help_lines", ("US", "A/B"))
    assert place_of(SESSION, "addiction-1") == ("statements", ("ketamine", "addiction-1"))


@pytest.mark.parametrize("name", ["signoffs:x", "sources:No Key", "terms:en", "nothing:x"])
def test_what_is_the_name_of_no_row_is_refused(name: str) -> None:
    with pytest.raises(KetcontentError):
        place_of(SESSION, name)


def test_who_types_a_name_for_a_key_is_told_how_a_key_is_written() -> None:
    with pytest.raises(KetcontentError) as no:
        place_of(SESSION, "people:Ada Roe")
    assert "small letters and digits, with a hyphen between words: ada-roe." in no.value.hint
    with pytest.raises(KetcontentError) as no:
        place_of(SESSION, "terms:en")
    assert "small letters" not in no.value.hint


def test_the_fields_of_a_form_are_those_of_the_descriptor() -> None:
    form = form_of(SESSION, SOURCE)
    fields = {one["column"]: one for one in form["fields"]}
    schema = CONTENT.schemas["sources"]
    assert list(fields) == [name for name in schema.columns if name != "source"]
    for name, field in fields.items():
        assert field["description"] == schema.fields[name]["description"]
    assert fields["title"]["required"]
    assert ["book", "book"] in fields["type"]["choices"]
    assert (fields["title"]["words"], fields["type"]["words"]) == (True, False)
    assert fields["retraction_checked_on"]["type"] == "date"
    assert all(link.startswith("https://") for link in form["links"])


def test_a_foreign_key_is_chosen_among_the_rows_that_are_there() -> None:
    people = replace(CONTENT, people=frame_of("people", PEOPLE, CONTENT))
    waiver = {"table": "sources", "row": "anand-2023", "rule": "retraction-unchecked"}
    cells = {**waiver, "reason": "It was looked up.", "until": "2999-01-31", "owner": "ada"}
    content = replace(people, waivers=frame_of("waivers", [cells], people))
    form = form_of(opened(content, "ketamine"), "waivers:sources/anand-2023/retraction-unchecked")
    [owner] = [one for one in form["fields"] if one["column"] == "owner"]
    assert owner["choices"] == [["ada", "Ada Roe"], ["ben", "Ben Poe"]]


def test_neither_a_key_nor_what_was_received_is_changed_by_hand() -> None:
    for table in FORMS:
        columns = by_hand(CONTENT, table)
        assert not set(columns) & set(CONTENT.schemas[table].key)
        assert not [one for one in columns if one.startswith("suppl")]
    with pytest.raises(UnknownName):
        filled(SESSION, SOURCE, {"source": "other"})
    with pytest.raises(UnknownName):
        filled(SESSION, "documents:ketamine", {"supplied_title": "Other"})


def test_a_change_is_one_step_of_its_row_and_a_word_where_a_number_belongs_is_refused() -> None:
    session = filled(SESSION, SOURCE, {"title": "On  tea\n"}, burst="a")
    session = filled(session, SOURCE, {"title": "On tea and milk"}, burst="a")
    [change] = unsaved(session)
    assert (change.table, change.key) == ("sources", ("anand-2023",))
    assert change.after is not None
    assert change.after["title"] == "On tea and milk"
    assert undo(session).content.sources.equals(CONTENT.sources)
    topic = row_name("topics", keys_of(CONTENT, "topics")[0])
    with pytest.raises(KetcontentError, match="no whole number"):
        filled(SESSION, topic, {"order": "first"})


def test_a_row_is_added_where_pages_share_it_and_removed_where_nothing_leads_to_it() -> None:
    session = filled(SESSION, "terms:HPPD/en", {})
    session = filled(session, "terms:HPPD/en", {"plain": "flashbacks"})
    row = rows_by_key(session.content, "terms")["HPPD", "en"]
    assert (row["plain"], row["definition"]) == ("flashbacks", "")
    assert unsaved(removed(session, "terms:HPPD/en")) == ()
    with pytest.raises(UnknownName):
        filled(SESSION, "documents:other", {"title": "Other"})
    assert "ketamine" in used_by(CONTENT, "sources", ("anand-2023",))[0]
    with pytest.raises(KetcontentError, match="in use"):
        removed(SESSION, SOURCE)


def test_the_language_of_a_translation_is_read_only_and_says_why() -> None:
    page = rows_by_key(CONTENT, "documents")["ketamine",]
    other = {**page, "document": "ketamin", "language": "de", "translation_of": "ketamine"}
    both = with_tables(CONTENT, documents=[page, other])
    of = fixed(both, "documents", ("ketamin",), "language")
    assert of == (
        "This page is a translation of ketamine. For another language, bring in another page."
    )
    assert "the original of ketamin." in fixed(both, "documents", ("ketamine",), "language")
    assert fixed(both, "documents", ("ketamine",), "translation_of") == (
        "ketamin is a translation of this page, so it is the original."
    )
    for content, key in ((both, "ketamin"), (CONTENT, "ketamine")):
        assert fixed(content, "documents", (key,), "translation_of") == ""
    assert fixed(CONTENT, "documents", ("ketamine",), "language") == ""
    session = opened(both, "ketamine")
    [field] = [
        one
        for one in form_of(session, "documents:ketamin")["fields"]
        if one["column"] == "language"
    ]
    assert field["fixed"] == of
    with pytest.raises(KetcontentError, match="language of 'ketamin' is not changed by hand"):
        filled(session, "documents:ketamin", {"language": "fr"})
    assert unsaved(filled(session, "documents:ketamin", {"language": "de", "title": "Ketamin"}))
    [act] = acts_for("strings", "checked_on", "2026-11-27")
    assert act["label"].startswith("I speak this language")


@pytest.fixture
def data(copy_of_made: Path) -> Path:
    """A small page, with a source that nobody has looked up, and people."""
    folder = copy_of_made / "data"
    content = read_content(folder)
    source = {"source": "roe-2020", "type": "book", "title": "On tea", "issued": "2020"}
    write_content(with_tables(content, sources=[source], people=PEOPLE))
    return folder


def with_tables(content: Content, **tables: list[dict[str, str]]) -> Content:
    frames: dict[str, Any] = {name: frame_of(name, some, content) for name, some in tables.items()}
    return replace(content, **frames)


def workbench_on(data: Path) -> Workbench:
    return Workbench(str(read_content(data).documents["document"].iloc[0]), data=str(data))


def on_disk(data: Path, table: str, *key: str) -> dict[str, str]:
    return rows_by_key(read_content(data), table)[key]


def edit(workbench: Workbench, **cells: str) -> dict[str, Any]:
    return ask(workbench, "edit", statement="sources:roe-2020", cells=cells)


def test_a_row_is_told_saved_and_undone_as_a_statement_is(data: Path) -> None:
    workbench = workbench_on(data)
    answer = ask(workbench, "form", statement="sources:roe-2020")
    assert answer["form"]["name"] == "sources:roe-2020"
    assert answer["rows"]["sources:roe-2020"]["title"] == "On tea"
    answer = edit(workbench, title="On tea, again")
    assert answer["rows"]["sources:roe-2020"]["title"] == "On tea, again"
    assert answer["status"]["undo"] == "Edit title of roe-2020"
    assert list((data / ".drafts").glob("*.json"))
    [saved] = ask(workbench, "save")["saved"]
    assert (saved["table"], saved["key"]) == ("sources", "roe-2020")
    assert on_disk(data, "sources", "roe-2020")["title"] == "On tea, again"
    answer = ask(workbench, "undo")
    assert answer["rows"]["sources:roe-2020"]["title"] == "On tea"


def test_what_is_typed_in_a_row_outlives_its_kernel_and_a_browser_that_was_alone(
    data: Path,
) -> None:
    edit(workbench_on(data), title="Typed.")
    later = workbench_on(data)  # the older one lets go of its draft
    row = ask(later, "form", statement="sources:roe-2020")["rows"]["sources:roe-2020"]
    assert row["title"] == "Typed."
    kept = {
        "statement": "sources:roe-2020",
        "column": "title",
        "text": "Typed on.",
        "seen": "Typed.",
    }
    newest = workbench_on(data)
    answer = ask(newest, "open", kept=[{**kept, "base": "On tea"}])
    assert answer["status"]["conflicts"] == []
    answer = ask(newest, "form", statement="sources:roe-2020")
    assert answer["rows"]["sources:roe-2020"]["title"] == "Typed on."
    gone = {**kept, "statement": "terms:HPPD/en", "column": "plain", "seen": "", "base": ""}
    newest = workbench_on(data)
    ask(newest, "open", kept=[gone])
    answer = ask(newest, "form", statement="terms:HPPD/en")
    assert answer["rows"]["terms:HPPD/en"]["plain"] == "Typed on."


def test_a_row_that_somebody_else_saved_meanwhile_is_in_conflict_and_typed_on_in(
    data: Path,
) -> None:
    workbench = workbench_on(data)
    edit(workbench, title="Mine.")
    content = read_content(data)
    theirs = [{**row, "title": "Theirs."} for row in rows_by_key(content, "sources").values()]
    write_content(with_tables(content, sources=theirs))
    answer = ask(workbench, "save")
    assert "roe-2020" in answer["error"]["message"]
    answer = edit(workbench, title="Mine, typed on.")
    assert answer["rows"]["sources:roe-2020"]["title"] == "Mine, typed on."
    [conflict] = answer["status"]["conflicts"]
    settled = {"table": "sources", "key": conflict["key"], "choice": "mine"}
    assert ask(workbench, "settle", **settled)["status"]["conflicts"] == []
    ask(workbench, "save")
    assert on_disk(data, "sources", "roe-2020")["title"] == "Mine, typed on."


def test_a_cell_that_no_table_takes_is_told_with_its_place_and_nothing_is_saved(
    data: Path,
) -> None:
    workbench = workbench_on(data)
    ask(workbench, "add_row", table="people", key=["jo-roe"])
    answer = ask(workbench, "save")
    assert "people.csv, jo-roe: 'conflicts' is empty." in answer["error"]["message"]
    assert ("jo-roe",) not in rows_by_key(read_content(data), "people")
    cells = {"name": "Jo Roe", "conflicts": "none"}
    ask(workbench, "edit", statement="people:jo-roe", cells=cells)
    saved = ask(workbench, "save")
    assert "error" not in saved
    assert on_disk(data, "people", "jo-roe")["name"] == "Jo Roe"
    # Who has added themselves can say at once that they are at the workbench.
    assert {"key": "jo-roe", "name": "Jo Roe", "credential": ""} in saved["choices"]["people"]


def test_the_writer_of_words_is_who_typed_them_unless_somebody_is_named(data: Path) -> None:
    workbench = workbench_on(data)
    rows = ask(workbench, "open")["rows"]
    [key, other, *_] = [key for key, row in rows.items() if row.get("text")]
    answer = ask(workbench, "edit", statement=key, cells={"text": "Mine."}, person="ada")
    assert answer["rows"][key]["author"] == "ada"
    assert ask(workbench, "undo")["rows"][key]["author"] == ""
    cells = {"text": "Mine.", "author": "ben"}
    answer = ask(workbench, "edit", statement=key, cells=cells, person="ada")
    assert answer["rows"][key]["author"] == "ben"
    answer = ask(workbench, "edit", statement=key, cells={"text": "Ours."}, person="ada")
    assert answer["rows"][key]["author"] == "ben"
    answer = ask(workbench, "edit", statement=other, cells={"text": "Mine."}, person="eve")
    assert answer["rows"][other]["author"] == ""
    ask(workbench, "edit", statement=other, cells={"text": "Mine."}, person="ada")
    ask(workbench, "save")
    said = {"statement": other, "person": "ada", "capacity": "clinical", "verdict": "approved"}
    assert "wrote" in ask(workbench, "sign", comment="Fine.", **said)["error"]["message"]


def test_what_has_errors_is_approved_with_a_reason_alone(data: Path) -> None:
    workbench = workbench_on(data)
    rows = ask(workbench, "open")["rows"]
    key = next(key for key, row in rows.items() if row["text"])
    cells = {"text": "It is a miracle cure.", "kind": "benefit", "certainty": "high"}
    ask(workbench, "edit", statement=key, cells=cells)
    ask(workbench, "save")
    said = {"statement": key, "person": "ada", "capacity": "clinical", "verdict": "approved"}
    assert "open errors" in ask(workbench, "sign", **said)["error"]["message"]
    assert read_content(data).signoffs.empty
    assert "error" not in ask(workbench, "sign", comment="It is a quotation.", **said)
    [row] = rows_by_key(read_content(data), "signoffs").values()
    assert row["comment"] == "It is a quotation."
