"""A file or a folder is replaced whole or not at all, by one process at a time."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ketcontent import atomic
from ketcontent.atomic import lock, replace_file, restore_folder, swap_folders
from ketcontent.errors import KetcontentError, Locked
from ketcontent.places import read_file
from ketcontent.resources import shipped_file


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- files -----------------------------------------------------------------------------------


def test_a_file_is_made_and_replaced_with_nothing_left_beside_it(tmp_path: Path):
    path = tmp_path / "page.html"
    for data in (b"one", b"two", b""):
        replace_file(path, data)
        assert path.read_bytes() == data
        assert names_in(tmp_path) == ["page.html"]


def test_a_replaced_file_keeps_its_mode(tmp_path: Path):
    path = tmp_path / "page.html"
    path.write_bytes(b"old")
    path.chmod(0o640)
    replace_file(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_file_that_cannot_be_written_stays_as_it_was_with_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
):
    path = tmp_path / "page.html"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(OSError, match="No space left on device"):
            replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["page.html"]


# --- folders ---------------------------------------------------------------------------------


@pytest.fixture(params=["in one step", "in two steps", "refused by the file system"])
def swapping(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Swap folders as a system does that can exchange them, and as one that cannot."""
    if request.param == "in two steps":
        monkeypatch.setattr(atomic, "exchange_call", lambda: None)
    if request.param == "refused by the file system":

        def refuse(*_: bytes) -> int:
            ctypes.set_errno(errno.EINVAL)
            return -1

        monkeypatch.setattr(atomic, "exchange_call", lambda: refuse)
    return request.param


def folder(path: Path, text: str) -> Path:
    """Return a folder with a page and a page in a folder inside it."""
    (path / "sections").mkdir(parents=True)
    for name in ("index.html", "sections/lede.html"):
        (path / name).write_text(text)
    return path


def text_of(path: Path) -> str:
    texts = {(path / name).read_text() for name in ("index.html", "sections/lede.html")}
    assert len(texts) == 1
    return texts.pop()


@pytest.mark.usefixtures("swapping")
def test_a_folder_takes_the_place_of_another_and_nothing_is_left_but_that(tmp_path: Path):
    published = folder(tmp_path / "ketamine", "old")
    (published / "gone.html").write_text("old")
    swap_folders(folder(tmp_path / "made", "new"), published)
    assert text_of(published) == "new"
    assert names_in(published) == ["index.html", "sections"]
    assert text_of(tmp_path / "made") == "old"
    assert names_in(tmp_path / "made") == ["gone.html", "index.html", "sections"]
    assert names_in(tmp_path) == ["ketamine", "made"]


@pytest.mark.usefixtures("swapping")
def test_a_folder_takes_a_place_where_nothing_was(tmp_path: Path):
    swap_folders(folder(tmp_path / "made", "new"), tmp_path / "ketamine")
    assert text_of(tmp_path / "ketamine") == "new"
    assert names_in(tmp_path) == ["ketamine"]


@pytest.mark.usefixtures("swapping")
def test_a_swap_with_a_folder_that_is_not_there_keeps_what_is_published(tmp_path: Path):
    published = folder(tmp_path / "ketamine", "old")
    with pytest.raises(FileNotFoundError):
        swap_folders(tmp_path / "made", published)
    assert text_of(published) == "old"
    assert names_in(tmp_path) == ["ketamine"]


class Killed(BaseException):
    """The process ends here; nothing of it runs any more."""


@pytest.mark.parametrize(
    ("renames", "now", "restored", "other"),
    [
        pytest.param(0, "old", "old", "new", id="before the first move"),
        pytest.param(1, None, "old", "new", id="between the first two"),
        pytest.param(2, "new", "new", "old", id="before the last move"),
        pytest.param(3, "new", "new", "old", id="after it"),
    ],
)
def test_a_swap_killed_at_any_step_is_brought_to_an_end(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    renames: int,
    now: str | None,
    restored: str,
    other: str,
):
    published = folder(tmp_path / "ketamine", "old")
    made = folder(tmp_path / "made", "new")
    done = []

    def killed_or(call):
        def change(*arguments: object) -> None:
            if len(done) == renames:
                raise Killed
            done.append(arguments)
            call(*arguments)

        return change

    with monkeypatch.context() as patch:
        patch.setattr(atomic, "exchange_call", lambda: None)
        patch.setattr(os, "rename", killed_or(os.rename))
        patch.setattr(atomic, "flush_folder", killed_or(atomic.flush_folder))
        with pytest.raises(Killed):
            swap_folders(made, published)
    assert (text_of(published) if published.exists() else None) == now
    restore_folder(made, published)
    assert (text_of(published), text_of(made)) == (restored, other)
    assert names_in(tmp_path) == ["ketamine", "made"]


def test_restoring_a_folder_that_was_not_moved_changes_nothing(tmp_path: Path):
    published = folder(tmp_path / "ketamine", "old")
    restore_folder(tmp_path / "made", published)
    assert text_of(published) == "old"
    assert names_in(tmp_path) == ["ketamine"]


def test_what_a_killed_process_left_of_a_file_goes_with_the_next_and_a_living_ones_stays(
    tmp_path: Path,
):
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    left = tmp_path / f".page.html.{gone.pid}.new"
    others = [tmp_path / f".page.html.{os.getppid()}.new", tmp_path / ".page.html.mine.new"]
    for path in (left, *others):
        path.write_text("half")
    replace_file(tmp_path / "page.html", b"whole")
    assert set(tmp_path.iterdir()) == {tmp_path / "page.html", *others}


def test_a_swap_that_fails_otherwise_names_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: bytes) -> int:
        ctypes.set_errno(errno.EIO)
        return -1

    monkeypatch.setattr(atomic, "exchange_call", lambda: fail)
    published = folder(tmp_path / "ketamine", "old")
    with pytest.raises(OSError, match="Input/output error") as failed:
        swap_folders(folder(tmp_path / "made", "new"), published)
    assert failed.value.filename == str(published)
    assert text_of(published) == "old"


# --- locks -----------------------------------------------------------------------------------

HOLDER = """
import sys
from pathlib import Path
from ketcontent import atomic

with atomic.lock(Path(sys.argv[1]), purpose="building"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def held(tmp_path: Path):
    """Return a lock that another process holds, and that process."""
    pipe = subprocess.PIPE
    path = tmp_path / ".lock"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            assert process.stdout.readline() == "held\n"
            yield path, process
        finally:
            process.kill()


def test_a_lock_that_another_process_holds_names_it(held):
    path, process = held
    asked = []
    with (
        pytest.raises(Locked) as refused,
        lock(path, purpose="saving", timeout=0.01, waiting=asked.append),
    ):
        pytest.fail("two processes hold one lock")
    holder = f"process {process.pid} (building)"
    assert str(refused.value) == (
        f"{path} is held by {holder}.\n"
        "hint: Wait until it is done, or end that process, then try again."
    )
    assert (refused.value.path, refused.value.holder) == (str(path), holder)
    assert asked == [holder]


def test_a_lock_is_free_when_its_holder_has_died(held):
    path, process = held
    process.kill()
    process.wait()
    with lock(path, purpose="saving", timeout=0):
        assert json.loads(path.with_name(".lock.holder").read_text()) == {
            "process": os.getpid(),
            "purpose": "saving",
        }


def test_a_lock_is_waited_for_until_its_holder_is_done(held):
    path, process = held
    with lock(path, purpose="saving", timeout=-1, waiting=lambda _: process.stdin.close()):
        assert process.wait() == 0


@pytest.mark.parametrize("note", ["", "[]", "7", "{}", '{"process": 7}', None])
def test_a_holder_that_left_no_readable_note_is_another_process(held, note: str | None):
    path, _ = held
    told = path.with_name(".lock.holder")
    told.unlink() if note is None else told.write_text(note)
    with (
        pytest.raises(Locked, match=r"\.lock is held by another process\."),
        lock(path, purpose="saving", timeout=0.01),
    ):
        pytest.fail("two processes hold one lock")


def test_a_lock_is_released_and_its_note_goes_when_the_block_fails(tmp_path: Path):
    path = tmp_path / ".lock"

    def fail() -> None:
        assert path.with_name(".lock.holder").exists()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), lock(path, purpose="failing"):
        fail()
    assert not path.with_name(".lock.holder").exists()
    with lock(path, purpose="again", timeout=0):
        pass


def test_a_lock_is_taken_while_its_last_holder_removes_the_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    note = tmp_path / ".lock.holder"
    note.write_text("{}")
    look = os.lstat

    def look_and_lose(path: Path) -> os.stat_result:
        seen = look(path)
        note.unlink(missing_ok=True)
        return seen

    with monkeypatch.context() as patch:
        patch.setattr(os, "lstat", look_and_lose)
        with lock(tmp_path / ".lock", purpose="saving"):
            assert note.exists()


@pytest.mark.parametrize("name", [".lock", ".lock.holder"])
@pytest.mark.parametrize("kind", ["link", "dangling link", "hard link", "folder", "pipe"])
def test_a_lock_is_not_taken_through_somebody_elses_file(tmp_path: Path, name: str, kind: str):
    victim, place = tmp_path / "victim", tmp_path / "data" / name
    place.parent.mkdir()
    victim.write_text("mine")
    makes = {
        "link": lambda: place.symlink_to(victim),
        "dangling link": lambda: place.symlink_to(tmp_path / "nowhere"),
        "hard link": lambda: place.hardlink_to(victim),
        "folder": place.mkdir,
        "pipe": lambda: os.mkfifo(place),
    }
    makes[kind]()
    with pytest.raises(KetcontentError) as refused, lock(tmp_path / "data" / ".lock", purpose="x"):
        pytest.fail("it is held")
    assert str(place) in str(refused.value)
    assert victim.read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


# --- what was shipped ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["data/datapackage.json", "notebooks"])
def test_what_the_package_came_with_is_there(name: str):
    assert shipped_file(name).exists()


@pytest.mark.parametrize("size", [0, 1, 4096, (1 << 20) + 7])
def test_a_file_is_read_whole(tmp_path: Path, size: int):
    (tmp_path / "file").write_bytes(b"x" * size)
    assert read_file(tmp_path / "file") == b"x" * size


def test_a_file_that_says_no_size_and_one_that_becomes_another_are_read_to_their_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert read_file("/proc/self/status").startswith(b"Name:")
    (tmp_path / "file").write_bytes(b"x" * 10)
    look = os.fstat
    for late in (b"x" * 30, b"x" * 3):

        def look_and_write(handle: int, late: bytes = late) -> os.stat_result:
            seen = look(handle)
            (tmp_path / "file").write_bytes(late)
            return seen

        with monkeypatch.context() as patch:
            patch.setattr(os, "fstat", look_and_write)
            assert read_file(tmp_path / "file") == late
