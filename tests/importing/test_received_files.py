"""The file as received stays beside the tables, and the supplied edition can be held against it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings

from ketcontent import read_content, write_content
from ketcontent.cli import main
from ketcontent.importing.readers import read_supplied
from ketcontent.importing.received_files import against_received, keeping, kept_files
from ketcontent.importing.rows import import_page
from ketcontent.model.content import empty_content, frame_of, rows_of
from tests.importing.test_plain_text import pages
from tests.importing.test_word import TRACKED
from tests.laws import examples

TEA = "<html><body><nav>Home</nav><h1>Tea</h1><h2>Uses</h2><p>It is hot.</p></body></html>"


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with empty tables and a page."""
    write_content(empty_content(), tmp_path / "data")
    (tmp_path / "tea.html").write_text(TEA)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, [*words])


def test_each_version_that_was_taken_in_is_kept_once_as_it_was(inside: Path) -> None:
    assert not kept_files("data", "tea")
    run("import", "tea.html")
    assert not kept_files("data", "tea")
    assert run("import", "tea.html", "--yes").exit_code == 0
    assert run("import", "tea.html", "--replace", "--yes").exit_code == 0
    [kept] = kept_files("data", "tea")
    assert kept.read_text() == TEA
    assert kept.name.startswith("1-")
    assert kept.suffix == ".html"
    (inside / "tea.md").write_text("# Tea\n\n## Uses\n\nIt is cold.\n")
    assert run("import", "tea.md", "--replace", "--yes").exit_code == 0
    assert [one.name.partition("-")[0] for one in kept_files("data", "tea")] == ["2", "1"]


@pytest.mark.parametrize("options", [[], ["--whole"], ["--as", "1=paragraph"]])
def test_the_supplied_edition_says_what_the_file_says_however_it_was_read(
    inside: Path, options: list[str]
) -> None:
    assert run("import", "tea.html", "--yes", *options).exit_code == 0
    held = run("received", "tea")
    assert held.exit_code == 0
    assert held.stdout.endswith("The supplied edition says the same, word for word.\n")
    assert str(kept_files(inside / "data", "tea")[0].name) in held.stdout


def test_tracked_changes_that_were_taken_are_held_against_the_file_as_taken(inside: Path) -> None:
    (inside / "dose.docx").write_bytes(TRACKED)
    assert run("import", "dose.docx", "--yes", "--accept-changes").exit_code == 0
    assert run("received", "dose").exit_code == 0


def test_a_supplied_word_that_was_changed_by_hand_is_shown_against_the_file(inside: Path) -> None:
    run("import", "tea.html", "--yes")
    content = read_content()
    rows: list[dict[str, Any]] = rows_of(content.statements)
    rows[0]["supplied"] = "It is cold."
    write_content(replace(content, statements=frame_of("statements", rows, content)))
    held = run("received", "tea")
    assert held.exit_code == 1
    assert "The supplied edition says otherwise: Tea Uses It is [-hot-]{+cold+}." in held.stdout
    assert str(inside) not in held.stdout


@pytest.mark.usefixtures("inside")
def test_a_kept_file_that_was_changed_is_an_error() -> None:
    run("import", "tea.html", "--yes")
    kept_files("data", "tea")[0].write_text(TEA.replace("hot", "cold"))
    held = run("received", "tea")
    assert held.exit_code == 1
    assert "was changed since it was received: its hash is not the one" in held.stderr


def test_a_page_of_which_no_file_was_kept_and_one_that_is_not_there_are_errors(
    inside: Path,
) -> None:
    write_content(import_page(read_content(), "Tea\n\nHot.\n", document="tea"))
    assert "No file as received is kept of 'tea'." in run("received", "tea").stderr
    assert "No document 'te'." in run("received", "te").stderr
    assert (inside / "data").exists()


def test_where_the_rows_cannot_be_written_no_file_is_kept(inside: Path) -> None:
    file = read_supplied(inside / "tea.html")
    there = []

    def fails() -> None:
        with keeping("data", {"tea": file}):
            there.extend(kept_files("data", "tea"))
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        fails()
    assert there
    assert not (inside / "data" / "received").exists()


@settings(max_examples=examples(40))
@given(pages())
def test_the_supplied_edition_of_any_plain_text_says_what_its_file_says(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("page")
    (folder / "page.txt").write_bytes(text.encode())
    file = read_supplied(folder / "page.txt")
    content = import_page(empty_content(), file.page, document="page")
    with keeping(folder, {"page": file}):
        pass
    assert against_received(content, folder, "page").same
