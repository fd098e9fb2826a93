"""Builds without kernels: what is left of one is the publishing, with a count in every file."""

from __future__ import annotations

import contextlib
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from os import WEXITSTATUS, _exit, fork, kill, waitpid
from pathlib import Path
from signal import SIGKILL
from typing import Any
from unittest import mock

from ketcontent import execution
from ketcontent.atomic import write_through
from ketcontent.building.builds import rebuild
from ketcontent.building.plan import EDITIONS, PAGE_FORMATS
from ketcontent.building.request import Request
from ketcontent.execution.run import Outcome, Run
from ketcontent.hashing import hash_file

DRAFT = b'<meta name="robots" content="noindex"> '


def build(project: Path, count: int) -> None:
    """Publish each page of a project anew."""

    def run_all(_: Any, runs: Sequence[Run], work: Path, *__: Any) -> Iterator[tuple[int, Outcome]]:
        for place, run in enumerate(runs):
            for name in run.outputs.values():
                (work / name).parent.mkdir(parents=True, exist_ok=True)
                write_through(work / name, DRAFT + b"%d " % count * 1000)
            made = tuple((name, hash_file(work / name)) for name in run.outputs.values())
            yield place, Outcome(None, 0.0, None, made)

    places = [project / name for name in ("data", "exports", "notebooks")]
    request = Request((), *places, EDITIONS, PAGE_FORMATS, False)
    with mock.patch.object(execution, "run_all", run_all):
        rebuild(request, contextlib.nullcontext, force=True)


def published(exports: Path) -> dict[str, list[str]]:
    """Return the counts in each file of a page, by its name; what the manifest says is so."""
    said = json.loads((exports / "manifest.json").read_bytes())
    for part in (said, *said["documents"].values()):
        for name, was in part.get("outputs", {}).items():
            assert hash_file(exports / name) == was, name
    return {
        path.relative_to(exports).as_posix(): _counts(path)
        for path in exports.glob("[a-z]*/**/*")
        if path.is_file()
    }


def _counts(path: Path) -> list[str]:
    text = path.read_text()
    if path.name == "record.json":  # which counts the pages show that it records
        pages = json.loads(text)["pages"].values()
        text = " ".join(words for page in pages for words in page if isinstance(words, str))
    return sorted({word for word in text.split() if word.isdigit()})


def require_whole(exports: Path) -> dict[str, list[str]]:
    """Return what is published once a build went well: nothing of another is left."""
    found = published(exports)
    assert len(json.loads((exports / "manifest.json").read_bytes())["documents"]) == 2
    assert {one.name for one in exports.iterdir() if one.name[0] == "."} == {
        *(".ketcontent", ".notebooks")  # nothing of ours was taken for somebody else's
    }
    left = {one.name for one in (exports / ".ketcontent").iterdir()}
    assert left - {"actions.sqlite-journal"} == {"CACHEDIR.TAG", "actions.sqlite", "lock"}
    return found


def kill_at_random(project: Path, kills: int) -> None:
    """Kill builds at random moments; print what each left, and what the next build published."""
    exports = project / "exports"
    build(project, 0)  # the first one imports
    began = time.monotonic()
    build(project, 1)
    one_build = time.monotonic() - began
    for number in range(1, kills + 1):
        builder = fork()
        if builder == 0:
            for count in range(1000 * number, 1000 * number + 900):
                build(project, count)
            _exit(0)  # it was never killed
        time.sleep(random.Random(number).uniform(0.2, 3) * one_build)
        kill(builder, SIGKILL)
        assert WEXITSTATUS(waitpid(builder, 0)[1]) == 0
        print(json.dumps(published(exports)))
        build(project, 1000 * number + 999)
        print(json.dumps(require_whole(exports)))


if __name__ == "__main__":
    kill_at_random(Path(sys.argv[1]), int(sys.argv[2]))
