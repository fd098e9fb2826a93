"""A build deletes and overwrites what a record of ours names, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from ketcontent.building import publish
from ketcontent.building.ownership import (
    files_of_others,
    read_manifest,
    recorded_files,
    recorded_pages,
    refuse_to_overwrite,
)
from ketcontent.building.publish import withdraw
from ketcontent.errors import KetcontentError
from tests.building.test_build import TEA, TREE, cut, drop, reword
from tests.conftest import build_in, tree

BLOG = {"blog/index.html": b"<p>my blog</p>", "blog/supplied.html": b"a gift", "blog/2026/x": b"x"}


def put(exports: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (exports / name).parent.mkdir(parents=True, exist_ok=True)
        (exports / name).write_bytes(data)


def edit_manifest(exports: Path, page: str, *names: str) -> None:
    """Let the manifest say that a page was published, of these files."""
    path = exports / "manifest.json"
    said = json.loads(path.read_bytes())
    said["documents"][page] = {"outputs": dict.fromkeys(names, "sha256:0")}
    path.write_text(json.dumps(said), "utf-8")


def forget_cache(exports: Path) -> None:
    """Leave of the exports what a clone of the repository has."""
    shutil.rmtree(exports / ".ketcontent")


# --- what is deleted -------------------------------------------------------------------------


def test_a_blog_beside_the_pages_survives_every_build(copy_of_built: Path) -> None:
    exports = copy_of_built / "exports"
    put(exports, BLOG)
    drop(copy_of_built, "tea")
    build_in(copy_of_built)
    forget_cache(exports)
    build_in(copy_of_built, force=True)
    after = tree(exports)
    assert {name: after[name] for name in BLOG} == BLOG
    assert set(after) == (TREE - TEA) | set(BLOG)
    assert "blog" not in after["manifest.json"].decode()


@pytest.mark.parametrize("clone", [False, True], ids=["with its cache", "in a clone"])
def test_a_page_that_the_tables_no_longer_have_is_withdrawn_with_its_folder(
    copy_of_built: Path, clone: bool
) -> None:
    exports = copy_of_built / "exports"
    if clone:
        forget_cache(exports)
    drop(copy_of_built, "tea")
    build_in(copy_of_built, formats=["markdown"])
    assert not (exports / "tea").exists()
    assert set(tree(exports)) == TREE - TEA
    assert set(json.loads((exports / "manifest.json").read_bytes())["documents"]) == {"aspirin"}


def test_of_a_page_that_is_withdrawn_a_file_of_somebody_elses_stays(copy_of_built: Path) -> None:
    exports = copy_of_built / "exports"
    theirs = {"tea/photo.jpg": b"a cup", "tea/sections/notes.txt": b"remember"}
    put(exports, theirs)
    drop(copy_of_built, "tea")
    build_in(copy_of_built)
    assert set(tree(exports)) == (TREE - TEA) | set(theirs)


def test_a_page_that_cannot_be_withdrawn_is_one_clear_error(
    copy_of_built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = copy_of_built / "exports" / "tea"
    rename = os.rename

    def refuse(one: Path, other: Path) -> None:
        if one == stuck:
            raise PermissionError(13, "Permission denied", str(one))
        rename(one, other)

    monkeypatch.setattr(os, "rename", refuse)
    drop(copy_of_built, "tea")
    with pytest.raises(KetcontentError) as caught:
        build_in(copy_of_built)
    assert str(caught.value) == (
        f"{stuck} cannot be written: Permission denied.\n"
        "hint: Make it a folder that you may write, with room on its disk."
    )
    monkeypatch.undo()
    build_in(copy_of_built)
    assert not stuck.exists()


@pytest.mark.parametrize(
    "name",
    [
        *("../victim", "..", ".", "", "victim/..", ".git", "a/b", "/etc", "a\\b", "a\0b", "a\nb"),
    ],
)
def test_a_page_of_a_manifest_that_leads_out_of_the_exports_is_not_followed(
    tmp_path: Path, name: str
) -> None:
    manifest = {"ketcontent": "1", "documents": {name: {"outputs": {f"{name}/index.html": ""}}}}
    assert recorded_pages(tmp_path, manifest) == set()
    assert recorded_files("tea", manifest, {}) == {}


@pytest.mark.parametrize(
    "name",
    [
        *("../victim/index.html", "tea/../../victim/index.html", "tea/../victim/index.html"),
        *(
            "/etc/passwd",
            "tea/sections/../../x.html",
            "tea/sections/.x.html",
            "tea/.git/index.html",
        ),
        *("tea/photo.jpg", "tea/sections/x.txt", "tea/sections/a/b.html", "tea\\index.html"),
        *(
            "victim/index.html",
            "teapot/index.html",
            "tea",
            "tea/",
            "index.html",
            "tea/index.html\n",
        ),
    ],
)
def test_a_file_of_a_manifest_that_no_build_writes_for_the_page_is_not_ours(name: str) -> None:
    outputs = {name: "", "tea/index.html": "", "tea/sections/x.y.md": ""}
    manifest = {"ketcontent": "1", "documents": {"tea": {"outputs": outputs}}}
    # The review is in no manifest.
    ours = {"tea/index.html", "tea/sections/x.y.md", "tea/review.html"}
    assert set(recorded_files("tea", manifest, {})) == ours


def test_a_manifest_edited_by_hand_to_name_a_victim_is_not_followed(copy_of_built: Path) -> None:
    exports, victim = copy_of_built / "exports", copy_of_built / "victim"
    put(copy_of_built, {"victim/index.html": b"mine", "exports/other/index.html": b"mine too"})
    edit_manifest(exports, "../victim", "../victim/index.html")
    edit_manifest(exports, "gone", "gone/../../victim/index.html", "other/index.html")
    (exports / "gone").mkdir()
    (exports / "linked").symlink_to(victim)
    edit_manifest(exports, "linked", "linked/index.html")
    build_in(copy_of_built)
    assert (victim / "index.html").read_bytes() == b"mine"
    assert (exports / "other" / "index.html").read_bytes() == b"mine too"
    assert set(json.loads((exports / "manifest.json").read_bytes())["documents"]) == {
        *("aspirin", "tea"),
    }


def test_what_says_it_is_a_manifest_and_is_none_names_nothing(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    for said in ("", "[", "[]", '"ketcontent"', '{"documents": {}}', '{"ketcontent": "1"}'):
        path.write_text(said)
        assert read_manifest(tmp_path) is None
    path.write_text('{"ketcontent": "1", "documents": []}')
    assert read_manifest(tmp_path) is None
    path.write_text('{"ketcontent": "1", "documents": {}}')
    assert read_manifest(tmp_path) is not None


def test_withdrawing_a_page_whose_folder_is_gone_or_is_no_folder_changes_nothing(
    tmp_path: Path,
) -> None:
    ours = {"tea/index.html": {"sha256:0"}}
    assert withdraw(tmp_path, "tea", ours) == []
    (tmp_path / "tea").write_text("a file")
    assert withdraw(tmp_path, "tea", ours) == []
    assert (tmp_path / "tea").read_text() == "a file"


# --- what is overwritten ---------------------------------------------------------------------


def refused(project: Path, **options: Any) -> KetcontentError:
    """Return how a build is refused, which changes nothing and runs nothing."""
    before = tree(project / "exports")
    with pytest.raises(KetcontentError) as caught:
        build_in(project, **options)
    assert tree(project / "exports") == before
    assert not (project / "exports" / ".notebooks").exists()
    assert caught.value.hint == (
        "Move it away, or name another folder with --exports. Nothing was changed."
    )
    return caught.value


def test_a_strangers_folder_with_the_name_of_a_page_is_refused_by_the_names_of_its_files(
    copy_of_made: Path,
) -> None:
    put(
        copy_of_made / "exports", {"tea/index.html": b"my tea", "tea/sections/description.md": b"x"}
    )
    assert refused(copy_of_made).message == (
        f"{copy_of_made / 'exports'} holds what no build recorded as its own: "
        "tea/index.html, tea/sections/description.md."
    )


def test_many_files_of_a_stranger_are_not_all_named(tmp_path: Path) -> None:
    names = [f"tea/sections/{number}.md" for number in range(7)]
    put(tmp_path, dict.fromkeys(names, b""))
    with pytest.raises(KetcontentError, match=r"sections/4\.md and 2 more\."):
        refuse_to_overwrite(tmp_path, names, ())
    refuse_to_overwrite(tmp_path, names, names)


@pytest.mark.parametrize("name", ["index.html", "manifest.json"])
def test_a_strangers_index_or_web_manifest_is_not_written_over(
    copy_of_made: Path, name: str
) -> None:
    put(copy_of_made / "exports", {name: b'{"name": "my site"}'})
    assert refused(copy_of_made).message.endswith(f": {name}.")


def test_what_stands_where_a_folder_of_a_page_is_to_be_is_refused(copy_of_made: Path) -> None:
    exports = copy_of_made / "exports"
    put(exports, {"tea": b"a file"})
    assert refused(copy_of_made).message.endswith(": tea (a file, where a folder is to be).")
    (exports / "tea").unlink()
    (copy_of_made / "elsewhere").mkdir()
    (exports / "tea").symlink_to(elsewhere := copy_of_made / "elsewhere")
    assert refused(copy_of_made).message.endswith(
        f": tea (a link to {elsewhere}, where a folder is to be)."
    )
    (exports / "tea").unlink()
    (exports / "tea" / "index.html").mkdir(parents=True)
    assert refused(copy_of_made).message.endswith(": tea/index.html (a folder).")


def test_a_strangers_file_in_the_folder_of_a_page_stays_whenever_that_is_put_in_place_anew(
    copy_of_built: Path,
) -> None:
    exports = copy_of_built / "exports"
    theirs = {"tea/photo.jpg": b"a cup", "tea/sections/notes.md": b"mine", "tea/a/b.html": b"b"}
    put(exports, theirs)
    (exports / "tea" / "link").symlink_to("photo.jpg")
    (exports / "tea" / "elsewhere").symlink_to(copy_of_built)
    reword(copy_of_built, "Green tea", "Black tea")
    built = build_in(copy_of_built)
    assert "tea/index.md" in built.made
    after = tree(exports)
    assert {name: after[name] for name in theirs} == theirs
    assert (exports / "tea" / "link").readlink() == Path("photo.jpg")
    assert (exports / "tea" / "elsewhere").readlink() == copy_of_built
    said = json.loads(after["manifest.json"])["documents"]["tea"]["outputs"]
    assert set(said) == TEA - {"tea/review.html"}
    pages = json.loads(after["tea/record.json"])["pages"]
    assert set(pages) == {"index.html", "index.md"} | {
        *("sections/description.html", "sections/description.md"),
    }


def test_a_section_that_was_cut_goes_and_a_strangers_file_beside_it_stays(
    copy_of_built: Path,
) -> None:
    exports = copy_of_built / "exports"
    put(exports, {"aspirin/sections/uses.txt": b"mine"})
    cut(copy_of_built, "aspirin", "uses")
    build_in(copy_of_built)
    found = {path.name for path in (exports / "aspirin" / "sections").glob("uses.*")}
    assert found == {"uses.txt"}


def test_the_files_of_others_are_those_that_are_not_ours(tmp_path: Path) -> None:
    put(tmp_path, dict.fromkeys(("tea/index.html", "tea/sections/y", "tea/x/y", "cup/z"), b""))
    # A folder of somebody else's moves as a whole.
    assert list(files_of_others(tmp_path / "tea", ["tea/index.html"])) == ["tea/sections/y"]
    assert list(files_of_others(tmp_path / "milk", [])) == []


@pytest.fixture
def stopped_before_the_manifest(copy_of_made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose first build ended when its pages were in place, and its manifest was not."""

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(publish.Manifest, "close", stop)
        with pytest.raises(KeyboardInterrupt):
            build_in(copy_of_made)
    return copy_of_made


def test_a_first_build_that_was_ended_before_its_manifest_knows_its_pages_for_its_own(
    stopped_before_the_manifest: Path, built: Path
) -> None:
    project = stopped_before_the_manifest
    said = json.loads((project / "exports" / "manifest.json").read_bytes())
    assert (said["documents"], {name.partition("/")[0] for name in said["unfinished"]}) == (
        *({}, {"aspirin"}),
    )
    build_in(project)
    assert tree(project / "exports") == tree(built / "exports")
