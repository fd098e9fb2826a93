"""The cache knows what was made from what, trusts only what is its own, and is never needed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ketcontent.building.cache import (
    CACHE_FILE,
    CacheEntry,
    Made,
    cached_pages,
    code_hash,
    forget_page,
    keep_made,
    read_declared,
    read_entries,
    what_stands,
    write_declared,
    write_entries,
)
from ketcontent.hashing import hash_file
from tests.conftest import limited

NOTEBOOKS = Path("notebooks")
DAY = (("day",), "2026-01-31")
ENTRY = CacheEntry("key", "tables", (DAY, (("file", "/a.txt"), "")), {"tea/index.md": "sha256:0"})


def save_something(exports: Path) -> Path:
    """Note a run of a page; return the file of the cache."""
    write_entries(exports, "tea", {"tea/index": ENTRY})
    return exports / CACHE_FILE


# --- what an entry says ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "followed"),
    [
        pytest.param(None, False, id="nobody knows what it read"),
        pytest.param((), True, id="nothing"),
        pytest.param((DAY,), True, id="the day"),
        pytest.param((DAY, (("file", "/a.txt"), "x")), True, id="a file"),
        pytest.param(((("unknown", "os.system"), ""),), False, id="another program"),
        pytest.param((DAY, (("unknown", "os.system"), "x")), False, id="that, after others"),
    ],
)
def test_a_run_is_followed_where_all_that_it_read_is_known(
    read: tuple[tuple[tuple[str, ...], str], ...] | None, followed: bool
) -> None:
    assert CacheEntry("key", "tables", read, {}).followed is followed


def test_what_is_noted_of_a_page_is_read_again_and_of_no_other_page(tmp_path: Path) -> None:
    assert read_entries(tmp_path, "tea") == {}
    unknown = CacheEntry("key", "tables", None, {})
    write_entries(tmp_path, "tea", {"tea/index": ENTRY, "record": unknown})
    write_entries(tmp_path, "", {"index": unknown})
    assert read_entries(tmp_path, "tea") == {"tea/index": ENTRY, "record": unknown}
    assert read_entries(tmp_path, "") == {"index": unknown}
    assert read_entries(tmp_path, "aspirin") == {}
    assert cached_pages(tmp_path) == {"tea"}
    write_entries(tmp_path, "tea", {"tea/index": unknown})
    assert read_entries(tmp_path, "tea") == {"tea/index": unknown}
    forget_page(tmp_path, "tea")
    assert (read_entries(tmp_path, "tea"), cached_pages(tmp_path)) == ({}, set())
    assert read_entries(tmp_path, "") == {"index": unknown}


def test_what_one_code_found_another_does_not_know(tmp_path: Path) -> None:
    write_declared(tmp_path, "code", {"sha256:0": {"title": "str"}})
    assert read_declared(tmp_path, "code") == {"sha256:0": {"title": "str"}}
    assert read_declared(tmp_path, "other") == {}
    write_declared(tmp_path, "other", {})
    assert read_declared(tmp_path, "code") == {}  # nor is it kept for ever


# --- what stands -----------------------------------------------------------------------------


def test_what_was_made_stands_while_inputs_outputs_and_files_read_are_as_they_were(
    tmp_path: Path,
) -> None:
    export, beside = tmp_path / "a.html", tmp_path / "beside.txt"
    export.write_text("made")
    beside.write_text("read")
    made = Made("inputs", ("tea",), {"a.html": hash_file(export)})
    read = ((("file", str(beside)), hash_file(beside)), (("table", "terms"), "x"), DAY)
    keep_made(tmp_path, "request", made, [CacheEntry("key", "tables", read, {})])
    stands = what_stands(tmp_path, "request", "inputs", NOTEBOOKS)
    assert stands is not None
    assert (stands.documents, stands.outputs) == (("tea",), made.outputs)
    # Of what a run read, only files are looked at again: the rest is in the hash of the inputs.
    assert stands.read == (read[0],)
    assert what_stands(tmp_path, "another", "inputs", NOTEBOOKS) is None
    assert what_stands(tmp_path, "request", "others", NOTEBOOKS) is None
    for path in (export, beside):
        whole = path.read_text()
        path.write_text("changed")
        assert what_stands(tmp_path, "request", "inputs", NOTEBOOKS) is None
        path.write_text(whole)
        assert what_stands(tmp_path, "request", "inputs", NOTEBOOKS) == stands


def test_requests_of_the_same_inputs_are_kept_together_and_go_with_them(tmp_path: Path) -> None:
    one, two = Made("inputs", ("tea",), {}), Made("inputs", ("aspirin",), {})
    keep_made(tmp_path, "one", one, [])
    keep_made(tmp_path, "two", two, [])
    assert what_stands(tmp_path, "one", "inputs", NOTEBOOKS) == one
    assert what_stands(tmp_path, "two", "inputs", NOTEBOOKS) == two
    keep_made(tmp_path, "three", Made("others", (), {}), [])
    assert what_stands(tmp_path, "one", "inputs", NOTEBOOKS) is None
    assert what_stands(tmp_path, "three", "others", NOTEBOOKS) is not None


def test_a_request_with_a_run_that_cannot_be_followed_never_stands(tmp_path: Path) -> None:
    made = Made("inputs", ("tea",), {})
    keep_made(tmp_path, "request", made, [ENTRY])
    assert what_stands(tmp_path, "request", "inputs", NOTEBOOKS) is not None
    keep_made(tmp_path, "request", made, [CacheEntry("key", "tables", None, {})])
    assert what_stands(tmp_path, "request", "inputs", NOTEBOOKS) is None


# --- a file that is not as the cache wrote it ------------------------------------------------


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3000])


def run_sql(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as opened:
        for statement in statements:
            opened.execute(statement)
    opened.close()


def replaced_by(*statements: str) -> Callable[[Path], None]:
    def harm(path: Path) -> None:
        path.unlink()
        run_sql(path, *statements)

    return harm


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
        pytest.param(lambda path: path.write_text("not a database, " * 99), id="no database"),
        pytest.param(cut_short, id="cut short"),
        pytest.param(lambda path: path.write_bytes(os.urandom(8192)), id="noise"),
        pytest.param(replaced_by("CREATE TABLE actions (kind, key)"), id="other columns"),
        pytest.param(replaced_by("CREATE TABLE bookmarks (url)"), id="another program's"),
        pytest.param(
            lambda path: run_sql(path, "UPDATE actions SET said = replace(said, 'key', 'kay')"),
            id="edited",
        ),
        pytest.param(lambda path: run_sql(path, "UPDATE actions SET seal = ''"), id="not sealed"),
        pytest.param(lambda path: run_sql(path, "UPDATE actions SET said = 3"), id="a number"),
        pytest.param(
            lambda path: run_sql(path, "UPDATE actions SET said = x'ff', seal = x'ff'"), id="bytes"
        ),
    ],
)
def test_a_cache_that_is_not_as_it_was_written_knows_nothing_and_is_begun_anew(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    harm(save_something(tmp_path))
    assert read_entries(tmp_path, "tea") == {}
    assert what_stands(tmp_path, "request", "inputs", NOTEBOOKS) is None
    save_something(tmp_path)
    assert read_entries(tmp_path, "tea") == {"tea/index": ENTRY}


def test_a_row_that_was_moved_to_another_page_says_nothing_of_it(tmp_path: Path) -> None:
    run_sql(save_something(tmp_path), "UPDATE actions SET key = 'aspirin'")
    assert read_entries(tmp_path, "aspirin") == {}


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    in_the_way = tmp_path / CACHE_FILE
    in_the_way.mkdir(parents=True)
    write_entries(tmp_path, "tea", {"tea/index": ENTRY})
    assert read_entries(tmp_path, "tea") == {}
    assert cached_pages(tmp_path) == set()
    (tmp_path / "exports").write_text("a file")
    write_entries(tmp_path / "exports", "tea", {"tea/index": ENTRY})
    assert read_entries(tmp_path / "exports", "tea") == {}


def test_a_cache_in_a_folder_that_may_only_be_read_is_read(tmp_path: Path) -> None:
    path = save_something(tmp_path)
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        assert read_entries(tmp_path, "tea") == {"tea/index": ENTRY}
        write_entries(tmp_path, "cup", {"cup/index": ENTRY})  # of no use, unless to root; no error
        assert read_entries(tmp_path, "tea") == {"tea/index": ENTRY}
    finally:
        path.parent.chmod(0o755)


def test_reading_writes_nothing(tmp_path: Path) -> None:
    read_entries(tmp_path, "tea")
    assert list(tmp_path.iterdir()) == []
    path = save_something(tmp_path)
    before = {one: one.stat().st_mtime_ns for one in (path, path.parent)}
    read_entries(tmp_path, "tea")
    cached_pages(tmp_path)
    assert {one: one.stat().st_mtime_ns for one in before} == before
    assert {one.name for one in path.parent.iterdir()} == {path.name, "CACHEDIR.TAG"}


WRITES_FOR_EVER = """\
import sys
from pathlib import Path
from ketcontent.building.cache import CacheEntry, write_entries
count = 0
while True:
    count += 1
    entries = {f"tea/{n}": CacheEntry(str(count), "tables", (), {}) for n in range(300)}
    write_entries(Path(sys.argv[1]), "tea", entries)
    print(count, flush=True)
"""


def test_a_kill_at_any_moment_leaves_the_cache_as_it_was_before_or_after_a_change(
    tmp_path: Path,
) -> None:
    keys = set()
    for _ in range(8):
        command = [sys.executable, "-c", WRITES_FOR_EVER, str(tmp_path)]
        with limited(subprocess.Popen(command, stdout=subprocess.PIPE, text=True)) as writer:
            assert writer.stdout is not None
            for _ in range(3):
                said = int(writer.stdout.readline())
            os.kill(writer.pid, signal.SIGKILL)
        entries = read_entries(tmp_path, "tea")
        assert len(entries) == 300
        (key,) = {entry.key for entry in entries.values()}
        assert int(key) >= said
        keys.add(key)
    assert keys


def test_each_installed_package_counts_with_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    before = code_hash()
    (tmp_path / "team_dosage-1.0.dist-info").mkdir()
    first = code_hash()
    (tmp_path / "team_dosage-1.0.dist-info").rename(tmp_path / "team_dosage-2.0.dist-info")
    assert len({before, first, code_hash()}) == 3
