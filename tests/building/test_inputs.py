"""A build is of what it read: what was saved meanwhile is told, and made anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ketcontent.building.builds import rebuild
from ketcontent.building.cache import SWAP, WORK
from ketcontent.building.endings import saved_meanwhile
from ketcontent.building.inputs import inputs_now
from ketcontent.building.ownership import read_manifest
from ketcontent.building.plan import EDITIONS, PAGE_FORMATS
from ketcontent.building.request import Built, Request
from ketcontent.errors import KetcontentError, SavedMeanwhile
from ketcontent.execution import Run, declared_parameters, process_pool
from ketcontent.hashing import hash_files_below
from ketcontent.resources import TEMPLATES_VARIABLE
from tests.conftest import build_in


def test_what_was_put_back_was_another_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    monkeypatch.setenv(TEMPLATES_VARIABLE, str(templates))
    table, notebook, other = (tmp_path / name for name in ("a.csv", "b.ipynb", "c.ipynb"))
    style = templates / "style.css"
    for path in (table, notebook, other, style):
        path.write_text("as it was")
    run = Run(notebook, {}, "tea", {"html": "tea/index.html"})

    def seen(*saved: Path) -> tuple[set[str], bool]:
        before = inputs_now([table], [notebook, other])
        for path in saved:
            path.write_text("another")
            path.write_text("as it was")
        return set(before.moved()), before.stand_for(run)

    assert seen() == (set(), True)
    assert seen(table) == ({str(table)}, True)  # of the tables, what was read was hashed
    assert seen(other) == ({str(other)}, True)
    assert seen(notebook) == ({str(notebook)}, False)
    assert seen(style) == ({str(style)}, False)
    os.utime(table, (1, 1))
    old = inputs_now([table], [notebook]).once_read()
    table.write_text("saved after it was read")
    assert old.moved() == ()
    os.utime(table, (1, 1))
    while_read = inputs_now([table], [notebook])
    table.write_text("saved while it was read")
    os.utime(table, (1, 1))
    assert while_read.once_read().moved() == (str(table),)
    table.write_text("saved a moment ago")
    assert inputs_now([table], [notebook]).once_read().tables  # which may be half of a save
    before = inputs_now([table], [notebook, other])
    (templates / "page").mkdir()  # what lies there stands in for a template of ours
    assert not before.stand_for(run)


def test_files_behind_a_link_to_a_folder_count_and_no_link_leads_round_in_a_circle(
    tmp_path: Path,
) -> None:
    shared, own = tmp_path / "shared", tmp_path / "own"
    (shared / "deep").mkdir(parents=True)
    own.mkdir()
    (shared / "deep" / "style.css").write_text("red")
    for name in ("one", "two"):
        (own / name).symlink_to(shared)
    (shared / "deep" / "back").symlink_to(shared)
    (shared / "home").symlink_to(own)
    before = hash_files_below(own)
    assert [name for name, _ in before] == ["one/deep/style.css", "two/deep/style.css"]
    (shared / "deep" / "style.css").write_text("blue")
    assert hash_files_below(own) != before


def test_of_many_files_that_were_saved_meanwhile_some_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    moved = tuple(str(tmp_path / f"{number}.csv") for number in range(5))
    said = saved_meanwhile(replace(Built(tmp_path, (), ()), moved=moved))
    assert said.message.startswith(
        "Saved while the build read it: 0.csv, 1.csv, 2.csv and 2 more. "
    )


def test_what_may_not_be_read_is_not_called_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> bytes:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "manifest.json").write_text('{"ketcontent": "0", "documents": {}}')
    monkeypatch.setattr("ketcontent.building.ownership.read_file", refuse)
    with pytest.raises(KetcontentError, match=r"manifest\.json cannot be read: Permission") as told:
        read_manifest(tmp_path)
    assert "chmod u+r" in told.value.hint
    monkeypatch.setattr("papermill.inspect_notebook", refuse)
    with pytest.raises(KetcontentError, match=r"a\.ipynb cannot be read: Permission denied\."):
        declared_parameters(tmp_path / "a.ipynb")


def test_what_was_saved_while_it_was_built_from_is_told_and_made_anew(copy_of_built: Path) -> None:
    project, exports = copy_of_built, copy_of_built / "exports"
    notebook, table = project / "notebooks" / "document.ipynb", project / "data" / "terms.csv"
    replaced = table.with_name("people.csv")
    whole = notebook.read_bytes()

    @contextmanager
    def saving() -> Iterator[Any]:
        with process_pool(1, exports / ".notebooks") as executor:
            notebook.write_bytes(whole + b"\n")
            yield executor
            notebook.write_bytes(whole)
            table.write_bytes(table.read_bytes())
            replaced.with_suffix(".new").write_bytes(replaced.read_bytes())
            replaced.with_suffix(".new").replace(replaced)  # which is no half save

    words = project / "data" / "statements.csv"
    words.write_text(words.read_text("utf-8").replace("Green tea", "Black tea"), "utf-8")
    os.utime(table)
    places = [project / name for name in ("data", "exports", "notebooks")]
    request = Request((), *places, EDITIONS, PAGE_FORMATS, release=False)
    with pytest.raises(SavedMeanwhile) as told:
        rebuild(request, saving)
    assert {Path(one) for one in told.value.built.moved} == {notebook, table}
    assert "Black tea" in (exports / "tea" / "index.html").read_text("utf-8")
    again = build_in(project)
    assert {"tea/index.html", "tea/supplied.md"} <= {*again.made}
    assert "tea/sections/description.html" not in again.made  # of a notebook that stood

    # What a killed build left is cleared away, though nothing has changed.
    (exports / WORK / "tea").mkdir(parents=True)
    (exports / SWAP).mkdir()
    assert build_in(project).made == ()
    assert not (exports / WORK).exists()
    assert not (exports / SWAP).exists()
