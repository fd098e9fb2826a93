"""A folder of pages is taken in at once: one reading of the tables, a report by file."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ketcontent import import_page, read_content, write_content
from ketcontent.cli import main
from ketcontent.importing.batch import page_files, told_of_files
from ketcontent.importing.rows import import_pages
from ketcontent.model import store
from ketcontent.model.content import empty_content
from tests.importing.test_plain_text import assert_equal
from tests.importing.word_files import document, paragraph

TEA = "<html><body><nav>Home</nav><h1>Tea</h1><p>It is hot. It is old.</p></body></html>"


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with empty tables and a folder of received files."""
    write_content(empty_content(), tmp_path / "data")
    files = {
        "tea.html": TEA.encode(),
        "tea_files/frame.html": TEA.encode(),
        "tea_files/logo.png": b"",
        "more/coffee.md": b"# Coffee\n\nIt is black.\n",
        "more/index.txt": b"More\n\nIt is a folder.\n",
        "more/tea.docx": document(paragraph("Tea again.")),
        "more/broken.html": TEA.partition("It is old")[0].replace("<p>", "<p><b>").encode(),
        ".hidden.md": b"# Not this\n",
        "photo.jpg": b"",
    }
    for name, data in files.items():
        path = tmp_path / "received" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    monkeypatch.chdir(tmp_path)
    return tmp_path


inside_it = pytest.mark.usefixtures("inside")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["import", *words])


REPORT = """\
received/more/coffee.md → coffee: 1 section, 1 statement
received/more/index.txt → more: 1 section, 1 statement
received/more/tea.docx → tea: 1 section, 1 statement
not taken in: received/more/broken.html breaks off inside of <b>: it is half a page. Save the page \
again.
not taken in: received/tea.html would be the page 'tea', and so would received/more/tea.docx. \
Import one of them alone, with --document ID.
Passed over 1 file of other kinds: .jpg.
3 pages of 5 files.
"""


@inside_it
def test_a_folder_is_shown_file_by_file_and_written_when_told() -> None:
    looked = run("received")
    assert looked.exit_code == 1
    assert looked.stdout == (
        f"{REPORT}Nothing is written yet. Add --yes to write these pages; "
        "look at one by its name.\n"
    )
    assert looked.stderr.splitlines()[-1] == "[5/5] received/tea.html"
    assert read_content().documents.empty
    assert run("received", "--yes").stdout == REPORT
    assert read_content().documents["document"].tolist() == ["coffee", "more", "tea"]


def test_a_list_of_files_is_taken_in_and_what_is_there_only_when_told(inside: Path) -> None:
    files = ["received/tea.html", "received/more/coffee.md"]
    assert run(*files, "--yes").exit_code == 0
    (inside / "received/tea.html").write_text(TEA.replace("old", "new"))
    again = run(*files, "--yes")
    assert again.exit_code == 1
    assert "received/tea.html: the document 'tea' is there already." in again.stdout
    assert again.stdout.endswith("0 pages of 2 files.\n")
    assert run(*files, "--yes", "--replace").exit_code == 0
    statements = read_content().statements
    assert statements["supplied"].tolist() == ["It is black.", "It is hot.", "It is new."]


@inside_it
def test_the_tables_are_read_and_written_once_for_all_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed = []
    reads = store.read_with_hashes
    monkeypatch.setattr(
        store, "read_with_hashes", lambda folder: parsed.append(folder) or reads(folder)
    )
    saves = []
    commits = store.commit_files
    monkeypatch.setattr(
        store, "commit_files", lambda *given: saves.append(given) or commits(*given)
    )
    run("received", "--yes")
    assert (len(parsed), len(saves)) == (1, 1)


@inside_it
def test_options_of_one_file_are_refused_for_many() -> None:
    for option in (["--document", "tea"], ["--as", "1=item"], ["--blocks"]):
        assert run("received", *option).exit_code == 2


def test_many_pages_at_once_become_the_rows_that_each_would_alone() -> None:
    pages = {"tea": "Tea\n\nIt is hot.\n", "milk": "Milk\n\nIt is white.\n- Cold\n"}
    alone = empty_content()
    for key, text in pages.items():
        alone = import_page(alone, text, document=key)
    assert_equal(import_pages(empty_content(), pages), alone)
    assert_equal(import_pages(alone, pages, replace=True), alone)


@inside_it
def test_what_a_browser_saves_beside_a_page_is_no_page() -> None:
    found, others = page_files([Path("received"), Path("received/photo.jpg")])
    assert [str(one.relative_to("received")) for one in found] == [
        "more/broken.html",
        "more/coffee.md",
        "more/index.txt",
        "more/tea.docx",
        "tea.html",
        "photo.jpg",
    ]
    assert [one.name for one in others] == ["photo.jpg"]


def test_a_link_in_a_folder_brings_no_file_from_outside_of_it(tmp_path: Path) -> None:
    inside = tmp_path / "pages"
    inside.mkdir()
    (tmp_path / "private.txt").write_text("Tea")
    (inside / "tea.txt").symlink_to(tmp_path / "private.txt")
    found, others = page_files([inside])
    assert (found, others) == ([], [inside / "tea.txt"])
    assert told_of_files([], empty_content(), others) == [
        f"Passed over {inside / 'tea.txt'}: it is a link to a file outside of the folder.",
        "0 pages of 0 files.",
    ]
