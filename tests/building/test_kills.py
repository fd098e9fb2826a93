"""A build that is killed or ended: each page is wholly old or wholly new, and the next one works.

One build is gone through step by step: before each that changes a file or a folder, what a kill
would leave there and then is looked at, and from some of these states the next build goes on. That
a kill leaves no other state is seen where some processes are killed at random moments.
"""

from __future__ import annotations

import builtins
import ctypes
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from ketcontent import atomic
from ketcontent.building.publish import WORK
from tests.building.publishing import build, published, require_whole
from tests.building.test_build import ASPIRIN, TEA, TREE, reword
from tests.conftest import LONG, ROOT, build_in, start, tree, wait_until
from tests.laws import examples

# --- at each step ----------------------------------------------------------------------------

CHANGES = ("link", "mkdir", "remove", "rename", "replace", "rmdir", "unlink")


@contextmanager
def before_each_step(look: Callable[[], None]) -> Iterator[None]:
    """Look before each step that changes a file or a folder, and at each file that is yet empty."""
    looking = False

    def look_once() -> None:
        nonlocal looking
        if not looking:
            looking = True
            look()
            looking = False

    def looked(does: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            look_once()
            return does(*given, **named)

        return call

    def opens(path: Any, mode: str = "r", *given: Any, **named: Any) -> Any:
        if set(mode) & set("wax+"):
            look_once()
        if "w" in mode and not looking:
            opened(path, mode, *given, **named).close()
            look_once()
        return opened(path, mode, *given, **named)

    def exchange_call() -> Callable[..., Any] | None:
        exchange = offered()
        return looked(exchange) if exchange else None

    opened, offered = io.open, atomic.exchange_call
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(io, "open", opens)
        patch.setattr(builtins, "open", opens)
        patch.setattr(atomic, "exchange_call", exchange_call)
        for name in CHANGES:
            patch.setattr(os, name, looked(getattr(os, name)))
        yield


def counts_of(state: dict[str, list[str]], page: str) -> set[tuple[str, ...]]:
    return {tuple(count) for name, count in state.items() if name.startswith(f"{page}/")}


@pytest.fixture
def project(copy_of_built: Path) -> Path:
    """The project, of which nothing is published."""
    shutil.rmtree(copy_of_built / "exports")
    (copy_of_built / "exports").mkdir()
    return copy_of_built


@pytest.mark.parametrize("exchange", [True, False], ids=["exchanged", "two moves"])
def test_a_page_is_wholly_old_or_wholly_new_at_each_step_and_the_next_build_brings_back_the_rest(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    exports = project / "exports"
    if not exchange:  # a system whose library cannot exchange folders
        monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: object())
    build(project, 1)
    states: list[dict[str, list[str]]] = []
    with before_each_step(lambda: states.append(published(exports))):
        build(project, 2)
    for state in states:
        for page in ("aspirin", "tea"):
            found = counts_of(state, page)
            assert found in ({("1",)}, {("2",)}) or (not exchange and not found)
        # Where folders cannot be exchanged a page is away for a moment, and whole before and after.
        assert set(state) in (ASPIRIN | TEA, *(() if exchange else (ASPIRIN, TEA)))
    turns = [place for place in range(1, len(states)) if states[place] != states[place - 1]]
    assert len(turns) == (2 if exchange else 4)

    some = range(0, len(states), len(states) // examples(12))
    kept = {*some, *turns, *(place - 1 for place in turns)}
    left: list[Path] = []
    steps = 0

    def keep() -> None:
        nonlocal steps
        if steps in kept:
            left.append(Path(shutil.copytree(exports, tmp_path / "left" / str(steps))))
        steps += 1

    with before_each_step(keep):
        build(project, 3)
    assert (steps, len(left)) == (len(states), len(kept))
    for folder in left:
        shutil.rmtree(exports)
        folder.rename(exports)
        build(project, 4)
        found = require_whole(exports)
        assert set(found) == ASPIRIN | TEA
        assert [count for count in found.values() if count != ["4"]] == [], folder.name


def test_a_page_is_wholly_old_or_wholly_new_after_a_kill_at_any_moment(project: Path) -> None:
    kills = examples(15)
    done = subprocess.run(
        [sys.executable, "-m", "tests.building.publishing", str(project), str(kills)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=LONG,
    )
    states = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(states) == 2 * kills
    for state in states:
        assert set(state) == ASPIRIN | TEA
        for page in ("aspirin", "tea"):
            [count] = counts_of(state, page)  # one count in all files: never a mixture
            assert len(count) == 1  # and never half a file


# --- a build that is ended -------------------------------------------------------------------


def processes_of(project: Path) -> list[psutil.Process]:
    """Return the processes that a build of a project started (see `start_marked`)."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("BUILD_UNDER_TEST") == str(project):
                found.append(process)
        except psutil.Error:
            continue
    return found


def kernels_of(project: Path) -> list[psutil.Process]:
    """Return the kernels among them: each leads a session, as the build does, and nothing else."""
    found = []
    for process in processes_of(project):
        try:
            is_build = {"ketcontent", "build"} <= {*process.cmdline()}
            if os.getsid(process.pid) == process.pid and not is_build:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def helpers_of(project: Path) -> list[psutil.Process]:
    """Return the processes that a build has besides itself, once it has all that run notebooks."""
    found = processes_of(project)
    return found if len(found) > 2 else []


def start_marked(project: Path, *words: str) -> subprocess.Popen[str]:
    return start("build", *words, cwd=project, env={"BUILD_UNDER_TEST": str(project)})


@pytest.mark.parametrize(
    ("moment", "end", "status", "said", "leaves"),
    [
        pytest.param(
            *(kernels_of, lambda build: os.killpg(build.pid, signal.SIGKILL), -9, None, True),
            id="its group killed",  # nobody is left who could clear up
        ),
        pytest.param(
            *(kernels_of, lambda build: os.kill(build.pid, signal.SIGKILL), -9, None, False),
            id="it alone killed",
        ),
        pytest.param(
            *(kernels_of, lambda build: os.killpg(build.pid, signal.SIGINT), 1, "Aborted!", False),
            id="Ctrl-C",
        ),
        pytest.param(
            *(helpers_of, lambda build: os.killpg(build.pid, signal.SIGINT), 1, "Aborted!", False),
            id="Ctrl-C while what runs notebooks is loaded",
        ),
        pytest.param(
            *(helpers_of, lambda build: os.kill(build.pid, signal.SIGTERM), 143, None, False),
            id="asked to end",
        ),
    ],
)
def test_a_build_that_is_ended_leaves_the_old_exports_and_no_process_and_the_next_one_works(
    copy_of_built: Path,
    moment: Callable[[Path], Any],
    end: Callable[[subprocess.Popen[str]], None],
    status: int,
    said: str | None,
    leaves: bool,
) -> None:
    before = tree(copy_of_built / "exports")
    reword(copy_of_built, "Green tea", "Black tea")
    with tempfile.TemporaryDirectory(prefix="k") as temporary:  # a socket's name must be short
        end_a_build(copy_of_built, moment, end, status, said, temporary)
        assert status < 0 or not (copy_of_built / "exports" / WORK).exists()
        if not leaves:
            wait_until(lambda: not os.listdir(temporary))
    assert tree(copy_of_built / "exports") == before
    build_in(copy_of_built, "tea", editions=["current"], formats=["markdown"])
    after = tree(copy_of_built / "exports")
    assert set(after) == TREE
    assert b"Black tea" in after["tea/index.md"]


def end_a_build(
    copy_of_built: Path,
    moment: Callable[[Path], Any],
    end: Callable[[subprocess.Popen[str]], None],
    status: int,
    said: str | None,
    temporary: str,
) -> None:
    """End a build at a moment of it."""
    build = start(
        *("build", "tea", "--edition", "current"),
        cwd=copy_of_built,
        env={"BUILD_UNDER_TEST": str(copy_of_built), "TMPDIR": temporary},
    )
    wait_until(lambda: moment(copy_of_built))
    end(build)
    assert build.wait() == status
    wait_until(lambda: not processes_of(copy_of_built))
    _, error = build.communicate()
    assert said is None or error.splitlines()[-1] == said
    assert "Traceback" not in error
