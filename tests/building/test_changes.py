"""What is found to have changed: rows by table, and pages by section; all without a build."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from ketcontent.building.decide import Decision, Given, Views, changed_rows, entry_of, hash_of
from ketcontent.execution import Outcome
from ketcontent.hashing import MISSING
from ketcontent.importing import import_page
from ketcontent.model import Content, copy_content, empty_content, write_content
from tests.conftest import PAGES

PAGE = "aspirin"


def pages() -> Content:
    content = empty_content()
    for document, text in PAGES.items():
        content = import_page(content, text, document=document)
    return content


def with_cell(content: Content, table: str, place: int, column: str, value: str) -> Content:
    frame = getattr(content, table).copy()
    frame.loc[place, column] = value
    return replace(content, **{table: frame})


def without_row(content: Content, table: str, place: int) -> Content:
    frame = getattr(content, table).drop(index=place).reset_index(drop=True)
    return replace(content, **{table: frame})


def key_of(content: Content, place: int) -> str:
    row = content.statements.loc[place]
    return f"{row['document']}/{row['statement']}"


# --- rows ------------------------------------------------------------------------------------


def test_no_row_has_changed_of_tables_that_are_as_they_were(tmp_path: Path) -> None:
    write_content(pages(), tmp_path)
    assert changed_rows(tmp_path, pages()) == {}


@pytest.mark.parametrize("place", [0, 1, 3])
def test_a_row_that_changed_came_or_went_is_named_alone(tmp_path: Path, place: int) -> None:
    content = pages()
    key = key_of(content, place)
    write_content(content, tmp_path)
    changed = with_cell(content, "statements", place, "text", "Other words.")
    assert changed_rows(tmp_path, changed) == {"statements": [key]}
    gone = without_row(content, "statements", place)
    assert changed_rows(tmp_path, gone) == {"statements": [key]}
    write_content(gone, tmp_path / "shorter")
    assert changed_rows(tmp_path / "shorter", content) == {"statements": [key]}


def test_rows_of_several_tables_are_named_by_table_in_the_order_of_their_keys(
    tmp_path: Path,
) -> None:
    content = pages()
    write_content(content, tmp_path)
    for place in (3, 0):
        content = with_cell(content, "statements", place, "text", f"Other words {place}.")
    content = with_cell(content, "sections", 1, "heading", "Another heading")
    row = content.sections.loc[1]
    assert changed_rows(tmp_path, content) == {
        "sections": [f"{row['document']}/{row['section']}"],
        "statements": sorted([key_of(content, 0), key_of(content, 3)]),
    }


def test_of_a_table_that_is_not_there_no_row_is_named_and_of_the_others_each(
    tmp_path: Path,
) -> None:
    write_content(pages(), tmp_path)
    (tmp_path / "documents.csv").unlink()
    content = with_cell(pages(), "statements", 0, "text", "Other words.")
    assert changed_rows(tmp_path, content) == {"statements": [key_of(content, 0)]}


def test_of_a_table_that_was_cut_short_no_row_that_stayed_is_named(tmp_path: Path) -> None:
    content = with_cell(pages(), "statements", 0, "text", "Wait – then drink “it”.")
    write_content(content, tmp_path)
    path = tmp_path / "statements.csv"
    whole = path.read_bytes()
    cuts = {*range(0, len(whole), 211), whole.index("–".encode()) + 1, len(whole) - 2}
    for size in cuts:
        path.write_bytes(whole[:size])
        named = changed_rows(tmp_path, content).get("statements", [])
        there = whole[:size].decode(errors="replace").split("\n")[1:-1]
        assert not {"/".join(row.split(",")[:2]) for row in there} & {*named}
    path.write_bytes(b"\0\xff\n,")
    assert changed_rows(tmp_path, content) == {}


def test_tables_are_copied_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, content = tmp_path / "copies" / "data", pages()
    write = Path.write_bytes

    def half(path: Path, data: bytes) -> int:
        if path.name == "statements.csv":
            write(path, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return write(path, data)

    copy_content(content, folder)
    whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(OSError, match="No space left"):
        copy_content(with_cell(content, "statements", 0, "text", "Other words."), folder)
    found = {path.name: path.read_bytes() for path in folder.glob("*")}
    assert found.items() <= whole.items()
    assert [path.name for path in folder.parent.iterdir()] in ([], ["data"])


# --- pages and sections ----------------------------------------------------------------------


def given_of(content: Content, page: str = PAGE) -> Given:
    return Given(page, {"terms": "hash of terms"}, lambda: content)


def hashes(content: Content, page: str = PAGE) -> dict[tuple[str, str], str]:
    """Return the hash of each edition of a page and of each section."""
    views, given = Views(content), given_of(content, page)
    sections = ("", *content.sections.loc[content.sections["document"] == page, "section"])
    return {
        (edition, section): hash_of(("page", page, edition, section), given, views)
        for edition in ("current", "supplied")
        for section in sections
    }


def test_each_edition_and_section_of_a_page_has_a_hash_of_its_own() -> None:
    found = hashes(pages())
    assert MISSING not in found.values()
    assert len(set(found.values())) == len(found)


def test_words_change_the_hash_of_their_section_and_page_and_of_no_other() -> None:
    content = pages()
    place = content.statements.index[content.statements["text"] == "It lowers a fever."][0]
    section = content.statements.loc[place, "section"]
    before = hashes(content)
    after = hashes(with_cell(content, "statements", place, "text", "It may lower a fever."))
    assert {name for name in before if before[name] != after[name]} == {
        ("current", ""),
        ("current", section),
    }


def test_another_page_is_hashed_by_its_own_rows_and_an_unknown_one_is_missing() -> None:
    content = pages()
    views, given = Views(content), given_of(content)
    tea = ("page", "tea", "current", "")
    assert hash_of(tea, given, views) == hashes(content, "tea")["current", ""]
    assert hash_of(("page", "nobody", "current", ""), given, views) == MISSING
    assert hash_of(("page", PAGE, "current", "nobody"), given, views) == MISSING


def test_a_table_is_hashed_as_the_run_is_given_it() -> None:
    views = Views(pages())
    assert hash_of(("table", "terms"), given_of(pages()), views) == "hash of terms"
    assert hash_of(("table", "sources"), given_of(pages()), views) == MISSING


def test_a_file_is_hashed_as_it_is_now(tmp_path: Path) -> None:
    path = tmp_path / "extra.txt"
    found = []
    for words in ("one", "two", "one"):
        path.write_text(words)
        found.append(hash_of(("file", str(path)), given_of(pages()), Views(pages())))
    assert found[0] == found[2] != found[1]


# --- what is kept of a run -------------------------------------------------------------------


def test_what_a_run_read_is_kept_with_the_hash_it_had_or_the_one_of_the_tables_given() -> None:
    views, given = Views(pages()), given_of(pages())
    decision = Decision("a.ipynb", ("a.html",), "key", "everything was asked for")
    read = ((("file", "/extra.txt"), "hash when read"), (("table", "terms"), ""))
    entry = entry_of(decision, Outcome(None, 0.1, read, (("a.html", "hash of a"),)), given, views)
    assert entry.key == "key"
    assert entry.tables == given.hash
    assert entry.read == (
        (("file", "/extra.txt"), "hash when read"),
        (("table", "terms"), "hash of terms"),
    )
    assert entry.outputs == {"a.html": "hash of a"}
    unknown = entry_of(decision, Outcome(None, 0.1), given, views)
    assert not unknown.followed
