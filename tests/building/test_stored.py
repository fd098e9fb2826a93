"""Runs are taken from a folder that other builds filled: the same bytes, and nothing missed."""

from __future__ import annotations

import json
import os
import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from ketcontent.building.cache import CacheEntry
from ketcontent.building.grounds import TAG
from ketcontent.building.request import Built
from ketcontent.building.stored import (
    KEPT_FOR,
    drop_old_runs,
    find_run,
    keep_run,
    open_folder,
)
from ketcontent.errors import KetcontentError
from ketcontent.hashing import hash_bytes
from tests.building.test_decide import change
from tests.conftest import build_with, tree

TAKEN = "; it was taken from the cache"


class Nobody:
    """Workers of whom nobody may ask anything."""

    def submit(self, *asked: Any) -> None:
        pytest.fail(f"it ran {asked[1].name}")


def taken(built: Built) -> set[str]:
    return {name for name, why in built.reasons.items() if why.endswith(TAKEN)}


def run(built: Built) -> set[str]:
    """What was made by a notebook that ran."""
    return {
        name
        for name in set(built.made) - taken(built)
        if name.endswith((".html", ".md")) and name != "index.html"
    }


@pytest.fixture(scope="module")
def filled(made: Path, executor: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the project as it was first built, and the cache that it filled."""
    folder = tmp_path_factory.mktemp("filled")
    shutil.copytree(made, folder / "project")
    build_with(executor, folder / "project", cache=folder / "cache")
    return folder


@pytest.fixture
def fresh(filled: Path, made: Path, tmp_path: Path) -> Path:
    """A clone of the project on another machine, with a copy of the cache beside it."""
    shutil.copytree(made, tmp_path / "elsewhere" / "project")
    shutil.copytree(filled / "cache", tmp_path / "cache")
    return tmp_path / "elsewhere" / "project"


@pytest.mark.slow
def test_a_new_machine_takes_all_that_was_made_and_runs_nothing(filled: Path, fresh: Path):
    built = build_with(Nobody(), fresh, cache=fresh.parent.parent / "cache")
    assert tree(fresh / "exports") == tree(filled / "project" / "exports")
    assert {"aspirin/index.html", "aspirin/sections/uses.md", "tea/review.html"} <= taken(built)
    assert built.made == built.files
    # And it knows what it took as if it had made it.
    assert build_with(Nobody(), fresh).made == ()


@pytest.mark.slow
def test_of_a_change_only_that_is_run_and_the_bytes_are_those_of_a_clean_build(
    fresh: Path, executor: Any, tmp_path: Path
):
    cache = tmp_path / "cache"
    change(fresh, "statements", {"statement": "pain-1"}, text="It soothes a headache.")
    clean = Path(shutil.copytree(fresh, tmp_path / "clean"))
    built = build_with(executor, fresh, cache=cache)
    build_with(executor, clean)
    assert tree(fresh / "exports") == tree(clean / "exports")
    assert "tea/index.html" in taken(built)
    assert run(built) == {
        *("aspirin/index.html", "aspirin/index.md", "aspirin/review.html", "editors.html"),
        *("aspirin/sections/uses.html", "aspirin/sections/uses.md"),
    }
    # Another branch finds its own in the same folder.
    change(fresh, "statements", {"statement": "pain-1"}, text="It eases a headache.")
    shutil.rmtree(fresh / "exports")
    assert run(build_with(Nobody(), fresh, cache=cache)) == set()


def entry_for(cache: Path, output: str) -> Path:
    [found] = [
        path
        for path in cache.glob("runs/*/*.json")
        if output in json.loads(path.read_bytes())["outputs"]
    ]
    return found


def file_of(cache: Path, output: str) -> Path:
    digest = json.loads(entry_for(cache, output).read_bytes())["outputs"][output][7:]
    return cache / "files" / digest[:2] / digest


def forge(cache: Path, output: str) -> None:
    """Put in place of an export one that calls its page reviewed, with all hashes in order."""
    entry, old = entry_for(cache, output), file_of(cache, output)
    data = old.read_bytes().replace(b"state: draft", b"state: reviewed")
    digest = hash_bytes(data)[7:]
    new = cache / "files" / digest[:2] / digest
    new.parent.mkdir(exist_ok=True)
    new.write_bytes(data)
    said = entry.read_bytes().replace(old.name.encode(), digest.encode())
    entry.with_name(f"{hash_bytes(said)[7:]}.json").write_bytes(said)
    entry.unlink()


@pytest.mark.slow
def test_what_was_restored_half_or_changed_is_run(filled: Path, fresh: Path, executor: Any):
    cache = fresh.parent.parent / "cache"
    file_of(cache, "aspirin/index.html").unlink()
    lost = file_of(cache, "aspirin/sections/uses.md")
    lost.write_bytes(lost.read_bytes()[:-9])
    other = file_of(cache, "tea/supplied.html")
    other.unlink()
    other.symlink_to(filled / "project" / "exports" / "tea" / "supplied.html")
    forge(cache, "tea/index.md")
    entry_for(cache, "aspirin/review.html").write_bytes(b'{"key": "')
    built = build_with(executor, fresh, cache=cache)
    assert tree(fresh / "exports") == tree(filled / "project" / "exports")
    assert {
        *("aspirin/index.html", "aspirin/sections/uses.md", "aspirin/review.html"),
        "tea/supplied.html",
    } <= run(built)
    assert "aspirin/supplied.html" in taken(built)
    # What was lost is there again.
    shutil.rmtree(fresh / "exports")
    assert run(build_with(executor, fresh, cache=cache)) == set()


def entry(read: tuple[Any, ...] | None = ()) -> CacheEntry:
    return CacheEntry("sha256:0", "sha256:1", read, {"page.html": hash_bytes(b"<p>")})


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, Path]:
    """An executed notebook, and the folder with what it wrote."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "page.html").write_bytes(b"<p>")
    (tmp_path / "one.ipynb").write_bytes(b"{}")
    return tmp_path / "one.ipynb", tmp_path / "work"


def test_a_run_is_found_by_its_code_where_all_that_it_read_is_as_it_was(
    tmp_path: Path, written: tuple[Path, Path]
):
    keep_run(tmp_path / "cache", entry(), *written)
    cache, names = tmp_path / "cache", ["page.html"]
    found = find_run(cache, "sha256:0", names, lambda one: one == entry())
    assert found is not None
    assert asdict(found.entry) == asdict(entry())
    assert find_run(cache, "sha256:0", names, lambda _: False) is None
    assert find_run(cache, "sha256:2", names, lambda _: True) is None
    assert find_run(tmp_path / "other", "sha256:0", names, lambda _: True) is None
    # A run of other files is of somebody who would have them written.
    assert find_run(cache, "sha256:0", ["page.md"], lambda _: True) is None


@pytest.mark.parametrize("name", ["HOME", "IPYTHONDIR", "XDG_CONFIG_HOME", "MPLCONFIGDIR"])
def test_a_run_is_found_where_the_settings_of_its_user_are(
    tmp_path: Path, written: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, name: str
):
    keep_run(tmp_path / "cache", entry(), *written)
    monkeypatch.setenv(name, str(tmp_path))
    assert find_run(tmp_path / "cache", "sha256:0", ["page.html"], lambda _: True) is None


@pytest.mark.parametrize(
    "changed",
    [
        *({"outputs": []}, {"outputs": {"page.html": {}}}, {"outputs": {"page.html": "sha256:1"}}),
        *({"executed": []}, {"executed": "../x"}, {"read": [[["file"], ""]]}, {"read": 3}),
        *({"read": [[["file", 1], ""]]}, {"read": None}, {"key": 0}, {"tables": None}),
        *({"read": [[["table"], ""]]}, {"read": [[["page", "tea"], ""]]}, {"read": [[[], ""]]}),
        *({"read": [[["day", "x"], ""]]}, {"read": [[["other", "x"], ""]]}, {"read": [[[[]], ""]]}),
    ],
)
def test_a_file_that_says_something_else_than_a_run_is_none(
    tmp_path: Path, written: tuple[Path, Path], changed: dict[str, Any]
):
    keep_run(cache := tmp_path / "cache", entry(), *written)
    [kept] = cache.glob("runs/*/*.json")
    data = json.dumps({**json.loads(kept.read_bytes()), **changed}).encode()
    kept.unlink()
    kept.with_name(f"{hash_bytes(data)[7:]}.json").write_bytes(data)
    assert find_run(cache, "sha256:0", ["page.html"], lambda _: True) is None
    drop_old_runs(cache)
    assert not list(cache.glob("runs/*/*.json"))


@pytest.mark.parametrize("read", [None, ((("unknown", "subprocess.Popen"), ""),)])
def test_a_run_of_which_nobody_knows_what_it_read_is_not_kept(
    tmp_path: Path, written: tuple[Path, Path], read: Any
):
    keep_run(tmp_path / "cache", entry(read), *written)
    assert not (tmp_path / "cache").exists()


def test_what_nobody_took_for_a_month_goes_and_what_is_being_written_stays(
    tmp_path: Path, written: tuple[Path, Path]
):
    open_folder(cache := tmp_path / "cache")
    keep_run(cache, entry(), *written)
    drop_old_runs(cache)
    [kept] = cache.glob("runs/*/*.json")
    files = set(cache.glob("files/*/*"))
    assert len(files) == 2
    long_ago = time.time() - KEPT_FOR - 60
    for path in (kept, *files):
        os.utime(path, (long_ago, long_ago))
    begun = cache / "files" / "00" / ("00" * 32)
    begun.parent.mkdir(exist_ok=True)
    begun.write_bytes(b"not named yet")
    assert find_run(cache, "sha256:0", ["page.html"], lambda _: True)  # it is in use again
    drop_old_runs(cache)
    assert kept.exists()
    os.utime(kept, (long_ago, long_ago))
    drop_old_runs(cache)
    assert {path for path in cache.rglob("*") if path.is_file()} == {begun, cache / TAG}


@pytest.mark.parametrize("of", [0, 4_000_000_000], ids=["old", "a year to come"])
def test_a_folder_that_was_restored_with_other_dates_is_as_new(
    tmp_path: Path, written: tuple[Path, Path], of: int
):
    open_folder(cache := tmp_path / "cache")
    keep_run(cache, entry(), *written)
    for path in cache.rglob("*"):
        os.utime(path, (of, of))
    open_folder(cache)
    drop_old_runs(cache)
    assert find_run(cache, "sha256:0", ["page.html"], lambda _: True)


def test_what_links_lead_to_is_left_alone(tmp_path: Path):
    open_folder(cache := tmp_path / "cache")
    other = tmp_path / "other"
    other.mkdir()
    (theirs := other / ("0" * 64)).write_bytes(b"")
    os.utime(theirs, (0, 0))
    for name in ("runs", "files"):
        (cache / name).mkdir()
        (cache / name / "zz").symlink_to(other)
    drop_old_runs(cache)
    assert theirs.exists()


def test_a_tag_of_a_day_to_come_drops_no_run(tmp_path: Path, written: tuple[Path, Path]):
    open_folder(cache := tmp_path / "cache")
    keep_run(cache, entry(), *written)
    os.utime(cache / TAG, (4_000_000_000, 4_000_000_000))
    drop_old_runs(cache)
    assert find_run(cache, "sha256:0", ["page.html"], lambda _: True)


@pytest.mark.parametrize("name", ["runs", "files"])
@pytest.mark.parametrize("deep", [False, True])
def test_nothing_is_written_where_links_lead_to(
    tmp_path: Path, written: tuple[Path, Path], name: str, deep: bool
):
    open_folder(cache := tmp_path / "cache")
    keep_run(cache, entry(), *written)
    other = tmp_path / "other"
    other.mkdir()
    places = list((cache / name).iterdir()) if deep else [cache / name]
    for place in places:
        shutil.rmtree(place)
        place.symlink_to(other)
    assert f"is a link to {other}, not a folder." in keep_run(cache, entry(), *written)
    assert list(other.iterdir()) == []


def test_a_file_of_holes_that_no_memory_holds_is_none_of_a_run(
    tmp_path: Path, written: tuple[Path, Path]
):
    open_folder(cache := tmp_path / "cache")
    keep_run(cache, entry(), *written)
    for path in [*cache.glob("files/*/*"), *cache.glob("runs/*/*")]:
        os.truncate(path, 1 << 43)
    assert find_run(cache, "sha256:0", ["page.html"], lambda _: True) is None
    drop_old_runs(cache)


def test_a_folder_that_cannot_be_written_ends_no_build(tmp_path: Path, written: tuple[Path, Path]):
    (tmp_path / "cache").write_bytes(b"")
    said = keep_run(tmp_path / "cache", entry(), *written)
    assert said.startswith(str(tmp_path / "cache"))
    assert said.endswith(" is a file, not a folder.")
    assert f"Not all was kept for builds elsewhere: {said}" in Built(
        tmp_path, (), (), unkept=said
    ).told(tmp_path)


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path):
    other = tmp_path / "files" / "2024" / "report.pdf"
    other.parent.mkdir(parents=True)
    other.write_bytes(b"")
    with pytest.raises(KetcontentError, match="holds what no build put there: files") as refused:
        open_folder(tmp_path)
    assert refused.value.path == str(tmp_path)
    os.utime(other, (0, 0))
    drop_old_runs(tmp_path)
    assert other.exists()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".profile").write_bytes(b"")
    with pytest.raises(KetcontentError, match=r"holds what no build put there: \.profile"):
        open_folder(tmp_path / "home")
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(KetcontentError, match="a file, not a folder"):
        open_folder(tmp_path / "taken")


def test_a_folder_of_runs_is_opened_again(tmp_path: Path, written: tuple[Path, Path]):
    for _ in range(2):
        open_folder(tmp_path / "new" / "cache")
        keep_run(tmp_path / "new" / "cache", entry(), *written)
    assert (tmp_path / "new" / "cache" / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: ")
