"""Content from anybody writes and deletes nothing out of its exports, and there only what is ours.

Each line of ``places.csv`` puts something where a file or folder of ours is to be, and says what
must become of it: it is refused in words of its own, it stays as it was, it is put aside among the
exports, or, in a folder that is a build's own, it is replaced. What it leads to stays as it was.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ketcontent.building.builds import rebuild
from ketcontent.building.request import Request
from ketcontent.editor.drafts import Draft
from ketcontent.editor.launch import set_out
from ketcontent.errors import KetcontentError
from ketcontent.model import read_content, write_content
from tests.building.test_build import drop, reword
from tests.conftest import build_in, build_with, tree
from tests.test_full_disk import Workers

TABLE = Path(__file__).with_name("places.csv").read_text("utf-8")
LINES = list(csv.DictReader(TABLE.splitlines()))


def what_is(path: Path) -> tuple[object, ...]:
    """Return what stands somewhere, and all that is below it, but for what a link leads to."""
    if not os.path.lexists(path):
        return ("nothing",)
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        return ("link", os.readlink(path))
    if stat.S_ISDIR(mode):
        return ("folder", *((one.name, what_is(one)) for one in sorted(path.iterdir())))
    return ("file", path.read_bytes()) if stat.S_ISREG(mode) else ("pipe",)


def set_up(project: Path, kind: str, name: str, target: Path) -> None:
    """Put something of a stranger's at a place."""
    place = project / name
    if kind in ("path", "key"):
        package = project / "data" / "datapackage.json"
        said = json.loads(package.read_bytes())
        if kind == "path":
            said["resources"][0]["path"] = name
        for field in said["resources"][0]["schema"]["fields"]:
            field.get("constraints", {}).pop("pattern", None)
        package.write_text(json.dumps(said), "utf-8")
        table = project / "data" / "documents.csv"
        if kind == "key":
            table.write_text(table.read_text("utf-8").replace("\ntea,", f"\n{name},"), "utf-8")
        return
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    makes: dict[str, Callable[[], object]] = {
        "link": lambda: place.symlink_to(target),
        "hard link": lambda: place.hardlink_to(target),
        "file": lambda: place.write_text("mine"),
        "pipe": lambda: os.mkfifo(place),
        "folder": lambda: (place.mkdir(), (place / "mine.txt").write_text("mine")),
    }
    makes[kind]()


@pytest.fixture(scope="module")
def workers(built: Path, executor: Any, tmp_path_factory: pytest.TempPathFactory) -> Workers:
    """Workers that know what comes of the notebooks of a page of which a word was changed."""
    workers = Workers({}, {})
    for form in FORMS.values():
        project = Path(shutil.copytree(built, tmp_path_factory.mktemp("known") / "project"))
        reword(project, "Green tea", "Black tea")
        rebuild(request_of(project, form), lambda: workers.recording(executor))
        workers.written |= tree(project / "exports")
    return workers


FORMS = {"build": "markdown", "build html": "html"}


def request_of(project: Path, form: str) -> Request:
    places = [project / name for name in ("data", "exports", "notebooks")]
    return Request(("tea",), *places, ("current",), (form,), release=False)


def carry_out(project: Path, act: str, place: str, workers: Workers, executor: Any) -> None:
    if act in FORMS:
        reword(project, "Green tea", "Black tea")
        # Among the executed notebooks it is those who run them that write.
        runs = place.startswith("exports/.notebooks")
        known = workers.recording(executor) if runs else workers.again()
        rebuild(request_of(project, FORMS[act]), lambda: known)
    elif act == "withdraw":
        drop(project, "tea")
        build_with(executor, project, formats=["markdown"])
    elif act.startswith("build "):
        build_in(project, exports=project / place / ("below" if act == "build below" else ""))
    elif act == "lab":
        set_out("tea", data=project / "data", notebooks=project / "notebooks")
    elif act == "draft":
        draft = Draft(project / "data", "tea")
        draft.keep("what was typed")
        assert draft.left_behind() == []
        draft.let_go()
    else:
        content = read_content(project / "data")
        if act == "save":
            documents = content.documents.assign(title="Another title")
            write_content(replace(content, documents=documents))


@pytest.mark.parametrize("line", LINES, ids=[line["attack"] for line in LINES])
def test_a_place_that_is_not_ours_is_left_alone(
    copy_of_built: Path,
    workers: Workers,
    executor: Any,
    line: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(copy_of_built)
    victim = copy_of_built.parent / "victim"
    (victim / "data").mkdir(parents=True)
    for name in ("mine.txt", "index.html", "data/mine.txt", "documents.csv"):
        (victim / name).write_text("mine")
    place = copy_of_built / line["place"]
    if line["kind"]:
        set_up(copy_of_built, line["kind"], line["place"], victim.parent / line["target"])
    found, outside = what_is(place) if line["kind"] else None, what_is(victim)
    exports = what_is(copy_of_built / "exports")[1:]
    published = [one for one in exports if str(one[0])[0] != "."]
    if line["must"] == "refused":
        with pytest.raises(KetcontentError) as caught:
            carry_out(copy_of_built, line["act"], line["place"], workers, executor)
        assert line["says"] in str(caught.value)
        after = what_is(copy_of_built / "exports")[1:]
        assert [one for one in after if str(one[0])[0] != "."] == published
    else:
        carry_out(copy_of_built, line["act"], line["place"], workers, executor)
    assert what_is(victim) == outside
    assert not (victim.parent / "nowhere").exists()
    if found is None:
        return
    if line["must"] in ("refused", "stays"):
        assert what_is(place) == found
    elif line["must"] == "aside":
        name = Path(line["place"]).relative_to("exports")
        (kept,) = (copy_of_built / "exports" / ".aside" / name).parent.iterdir()
        assert what_is(kept) == found
    else:
        assert what_is(place)[0] == "file"
