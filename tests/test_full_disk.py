"""Where a disk is full, at whatever step, it is one clear error, and all is as it was.

A stand-in for the disk counts each step that needs room on it: a file or folder that is made, what
is written to it, a new name. From the n-th on there is none.
"""

from __future__ import annotations

import errno
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from stat import S_ISREG
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from ketcontent import import_page, read_content, write_content
from ketcontent.building.builds import rebuild
from ketcontent.building.request import Request
from ketcontent.cli import main
from ketcontent.errors import KetcontentError
from ketcontent.execution.run import Outcome, Run
from ketcontent.hashing import hash_bytes
from ketcontent.model.content import empty_content, frame_of
from tests.conftest import PAGES, tree
from tests.laws import examples


@dataclass
class Disk:
    """A disk on which there is room for so many steps."""

    room: int
    steps: int = 0

    def step(self, place: Any, *, name_alone: bool = False) -> None:
        self.steps += 1
        # For a name there is mostly room.
        if self.steps == self.room + 1 or (self.is_full and not name_alone):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(place))

    @property
    def is_full(self) -> bool:
        return self.steps > self.room


@contextmanager
def disk_with(room: int, below: Path) -> Iterator[Disk]:
    """Let there be room for so many steps below a folder."""
    disk = Disk(room)
    with pytest.MonkeyPatch.context() as patch:

        def needs_room(place: Any) -> bool:
            return isinstance(place, str | os.PathLike) and Path(place).absolute().is_relative_to(
                below
            )

        def before(module: Any, name: str, asks: Callable[..., Any]) -> None:
            does = getattr(module, name)

            def call(*given: Any, **named: Any) -> Any:
                place = asks(*given)
                if place is not None and needs_room(place):
                    disk.step(place, name_alone=name in ("rename", "replace"))
                return does(*given, **named)

            patch.setattr(module, name, call)

        def opens(path: Any, mode: str = "r", *given: Any, **named: Any) -> Any:
            writes = isinstance(mode, str) and set(mode) & set("wax+")
            if writes and needs_room(path):
                disk.step(path)
                opened(path, mode, *given, **named).close()  # it is there, and nothing is in it
                disk.step(path)
            return opened(path, mode, *given, **named)

        def flushes(handle: int) -> None:
            if S_ISREG(os.fstat(handle).st_mode):
                disk.step(f"/proc/self/fd/{handle}")
            flushed(handle)

        opened, flushed = io.open, os.fsync
        patch.setattr(io, "open", opens)
        patch.setattr("builtins.open", opens)
        patch.setattr(os, "fsync", flushes)
        before(os, "open", lambda path, flags, *_: path if flags & os.O_CREAT else None)
        before(os, "mkdir", lambda path, *_: path)
        before(os, "link", lambda _, new, *__: new)
        before(os, "rename", lambda _, new: None if os.path.lexists(new) else new)
        before(os, "replace", lambda _, new: None if os.path.lexists(new) else new)
        yield disk


def files_in(folder: Path) -> dict[str, bytes]:
    """Return what stands in a folder, but for the lock, which stays."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
        if path.name != ".lock"
    }


REFERENCE = "@book{roe, title={On tea}, author={Roe, Jo}, year={2020}, publisher={P}}"
SIGN = ["--person", "ada", "--capacity", "editorial", "--verdict", "approved"]
VERBS: dict[str, Sequence[str]] = {
    "sign": ["sign", "tea", "--statement", "description-1", *SIGN],
    "import": ["import", "page.txt", "--document", "aspirin", "--yes"],
    "import-sources": ["import-sources", "references.bib"],
    "upgrade": ["upgrade", "--data", "old"],
    "init": ["init", "new"],
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a page, somebody to sign it, what is to be taken in, and a table too few."""
    folder = tmp_path_factory.mktemp("prepared")
    content = import_page(empty_content(), PAGES["tea"], document="tea")
    people = frame_of(
        "people", [{"person": "ada", "name": "Ada Roe", "conflicts": "none"}], content
    )
    write_content(replace(content, people=people), folder / "data")
    (folder / "page.txt").write_text(PAGES["aspirin"], "utf-8")
    (folder / "references.bib").write_text(REFERENCE, "utf-8")
    shutil.copytree(folder / "data", folder / "old")
    package = json.loads((folder / "old" / "datapackage.json").read_bytes())
    package["resources"] = [one for one in package["resources"] if one["name"] != "help_lines"]
    (folder / "old" / "datapackage.json").write_text(json.dumps(package), "utf-8")
    (folder / "old" / "help_lines.csv").unlink()
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_for_which_the_disk_is_full_at_any_step_is_one_error_and_changes_nothing(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    project = tmp_path / "project"
    shutil.copytree(prepared, project)
    monkeypatch.chdir(project)
    before = files_in(project)
    for room in range(0, 500, 11 if verb == "init" else 1):  # that one writes every table
        with disk_with(room, project) as disk:
            result = CliRunner().invoke(main, VERBS[verb])
        if not disk.is_full:
            break
        assert result.exit_code == 1, f"{room} steps: {result.output}"
        first, second = result.output.splitlines()
        assert re.fullmatch(r"error: \S+ cannot be written: No space left on device\.", first)
        assert second == "hint: Make room on its disk, then try again."
        assert files_in(project) == before, f"{room} steps"
    assert room > 5
    assert result.exit_code == 0
    assert files_in(project) != before
    assert [name for name in files_in(project) if Path(name).name.startswith(".")] in (
        [],
        ["new/.gitignore"],
    )


# --- builds ----------------------------------------------------------------------------------


@dataclass
class Workers:
    """Workers of which each run is known, by its exports: what came of it, and what it wrote."""

    outcomes: dict[tuple[str, ...], Future[Outcome]]
    written: dict[str, bytes]

    def recording(self, executor: Any) -> Any:
        """Return what has an executor do what it is asked, and remembers what came of it."""

        def submit(do: Any, run: Run, work: Path, kept: Path) -> Future[Outcome]:
            future: Future[Outcome] = executor.submit(do, run, work, kept)
            self.outcomes[tuple(run.outputs.values())] = future
            return future

        return nullcontext(SimpleNamespace(submit=submit))

    def again(self) -> Any:
        """Return what does the same again, without running anything."""

        def submit(_: Any, run: Run, work: Path, __: Path) -> Future[Outcome]:
            future: Future[Outcome] = Future()
            try:
                for name in run.outputs.values():
                    (work / name).write_bytes(self.written[name])
            except OSError as fault:
                future.set_exception(fault)
            else:
                future.set_result(self.outcomes[tuple(run.outputs.values())].result())
            return future

        return nullcontext(SimpleNamespace(submit=submit))


def pages_in(exports: Path) -> dict[str, dict[str, bytes]]:
    """Return what is published, by page; what stands beside the pages, by its name."""
    found: dict[str, dict[str, bytes]] = {}
    for name, data in tree(exports).items():
        found.setdefault(name.partition("/")[0], {})[name] = data
    return found


def hashes_of(manifest: dict[str, bytes]) -> dict[str, str]:
    said = json.loads(manifest["manifest.json"])
    pages = [one["outputs"] for one in said["documents"].values()]
    return {name: was for one in (said.get("outputs", {}), *pages) for name, was in one.items()}


def test_a_build_for_which_the_disk_is_full_at_any_step_leaves_each_page_old_or_new(
    built: Path, executor: Any, tmp_path: Path
) -> None:
    project, exports = tmp_path / "project", tmp_path / "project" / "exports"
    shutil.copytree(built, project)
    content = read_content(project / "data")
    text = content.statements["text"].str.replace("eases pain", "may ease pain", regex=False)
    write_content(replace(content, statements=content.statements.assign(text=text)))
    shutil.copytree(exports, tmp_path / "before")
    places = (project / "data", exports, project / "notebooks")
    request = Request((), *places, ("current", "supplied"), ("html", "markdown"), release=False)
    workers = Workers({}, {})
    old = pages_in(exports)
    rebuild(request, lambda: workers.recording(executor))
    workers.written, new = tree(exports), pages_in(exports)
    assert old["aspirin"] != new["aspirin"]

    every = (120 // examples(120)) ** 2  # before a release all, else each ninth
    for room in range(0, 1000, every):
        shutil.rmtree(exports)
        shutil.copytree(tmp_path / "before", exports)
        refused = None
        with disk_with(room, project) as disk:
            try:
                rebuild(request, workers.again)
            except KetcontentError as fault:
                refused = fault
        if not disk.is_full:
            break
        # Where there was no link there was room for a copy, and so on: then it went well.
        if refused is not None:
            assert re.fullmatch(
                r"\S+ cannot be written: No space left on device\.", refused.message
            ), f"{room} steps"
            assert refused.hint == "Make room on its disk, then try again."
        found = pages_in(exports)
        assert found.keys() == new.keys(), f"{room} steps"
        for name in found.keys() - {"manifest.json"}:
            assert found[name] in (old[name], new[name]), f"{room} steps: {name}"
        for name, was in hashes_of(found["manifest.json"]).items():
            assert hash_bytes(found[name.partition("/")[0]][name]) == was, f"{room} steps: {name}"
        assert not (exports / ".ketcontent" / "work").exists(), f"{room} steps"
        again = rebuild(request, workers.again)
        assert again.aside == (), f"{room} steps"
        assert pages_in(exports) == new, f"{room} steps"
    assert room > 50
    assert refused is None
    assert pages_in(exports) == new
