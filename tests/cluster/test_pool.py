"""A Dask cluster: the same bytes as here, whatever dies, and nothing taken on trust.

The scheduler and the workers are programs of their own, started as a user starts them, each worker
under its nanny.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import pytest

import ketcontent
from ketcontent import read_content, write_content
from ketcontent.building.cache import read_entries
from ketcontent.building.request import Built
from ketcontent.cluster import pool
from ketcontent.cluster.code import Result, code_of_worker, held_file, other_code_error
from ketcontent.cluster.pool import connect
from ketcontent.cluster.worker import store_files
from ketcontent.errors import BuildFailed, KetcontentError
from ketcontent.execution import Failure
from ketcontent.hashing import hash_bytes
from ketcontent.resources import TEMPLATES_VARIABLE
from tests.conftest import LONG, add_pages, build_in, start, tree, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*:ResourceWarning"),  # sockets of a killed peer
]


class Cluster:
    """A scheduler, and the workers it is given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        self.scheduler = self.start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file)
        )
        wait_until(lambda: file.exists() and file.read_text("utf-8").strip().endswith("}"))
        self.address: str = json.loads(file.read_text("utf-8"))["address"]

    def start(self, kind: str, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        program = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{kind}", *words, "--no-dashboard"],
            cwd=self.folder,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / f"{kind}.log").open("ab"),
        )
        self.programs.append(program)
        return program

    def add_worker(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a worker, under its nanny unless the words say otherwise."""
        options = ("--nthreads", "1", "--local-directory", str(self.folder))
        return self.start("worker", self.address, *options, *words, **environment)

    def wait_for(self, workers: int) -> None:
        from distributed import Client

        client_of: Any = Client  # half of it has no types
        with client_of(self.address, timeout=LONG, set_as_default=False) as client:
            wait_until(lambda: len(client.nthreads()) == workers)

    def stop(self) -> None:
        self.end(self.programs)

    def end(self, programs: list[subprocess.Popen[bytes]]) -> None:
        for program in programs:
            kill(program.pid)
            program.wait(LONG)


def kill(pid: int) -> None:
    """Kill a process and all that it started, it first, so that it cannot mend anything."""
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for one in family:
        if psutil.pid_exists(one.pid):
            one.kill()


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler whose workers come and go with those who borrow it."""
    cluster = Cluster(tmp_path_factory.mktemp("scheduler"))
    yield cluster
    cluster.stop()


@contextmanager
def without_workers(scheduler: Cluster) -> Iterator[Cluster]:
    """Lend a scheduler that has no workers, and leave it so."""
    yield scheduler
    scheduler.end([one for one in scheduler.programs if one is not scheduler.scheduler])
    scheduler.programs = [scheduler.scheduler]
    scheduler.wait_for(0)


@pytest.fixture
def lone(scheduler: Cluster) -> Iterator[Cluster]:
    """A scheduler without workers."""
    with without_workers(scheduler) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler with a worker: each one more has to import what notebooks need, each build."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    cluster.add_worker()
    cluster.wait_for(1)
    yield cluster
    cluster.stop()


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Path:
    """The project that was built here, without its exports."""
    ignored = shutil.ignore_patterns("exports")
    return Path(shutil.copytree(built, tmp_path / "project", ignore=ignored))


def insert_cell(notebook: Path, source: str) -> None:
    """Put a cell of code after the cell of the parameters."""
    content = json.loads(notebook.read_bytes())
    cell = {"cell_type": "code", "execution_count": None, "id": "inserted", "metadata": {}}
    content["cells"].insert(2, {**cell, "outputs": [], "source": source})
    notebook.write_text(json.dumps(content), "utf-8")


def in_background(work: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Start work in a thread; its result, or how it failed, comes to be in the list."""
    ended: list[Any] = []

    def run() -> None:
        try:
            ended.append(work())
        except KetcontentError as fault:
            ended.append(fault)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, ended


def wait_in_notebook(project: Path, marks: Path) -> None:
    """Let the notebook of a section say who it is, and go on when it may."""
    marks.mkdir()
    insert_cell(
        project / "notebooks" / "section.ipynb",
        f"import os, pathlib, time\n"
        f"marks = pathlib.Path({str(marks)!r})\n"
        f"_ = (marks / f'{{document}}-{{section}}.{{os.getpid()}}').touch()\n"
        f"while not (marks / 'go').exists():\n"
        f"    time.sleep(0.02)",
    )


ALONE = ("--no-nanny",)
"""A worker without a nanny: where neither is the matter, one program is enough."""

CURRENT: dict[str, Any] = {"editions": ["current"]}
CURRENT_HTML: dict[str, Any] = {**CURRENT, "formats": ["html"]}
CURRENT_MARKDOWN: dict[str, Any] = {**CURRENT, "formats": ["markdown"]}
"""As little of a page as has a section of its own."""


def markdown_below(page: str, project: Path) -> dict[str, bytes]:
    """Return the Markdown of the current edition of a page, or of all, by name."""
    found = tree(project / "exports")
    return {
        name: found[name]
        for name in found
        if name.startswith(page) and name.endswith(".md") and not name.endswith("/supplied.md")
    }


def marks_below(marks: Path, pid: int) -> list[Path]:
    """Return the marks of notebooks that run in processes which `pid` started."""
    below = {one.pid for one in psutil.Process(pid).children(recursive=True)}
    return [mark for mark in marks.glob("*.*") if int(mark.suffix[1:]) in below]


# --- the same bytes --------------------------------------------------------------------------


@dataclass(frozen=True)
class There:
    """What came of the project that was built here, built on two workers."""

    project: Path
    built: Built
    folder: Path
    """Where the workers wrote."""
    sent: list[bytes]
    """What was sent ahead, by itself."""
    given: list[int]
    """How many contents each run was given beside that."""


@pytest.fixture(scope="module")
def there(scheduler: Cluster, built: Path, tmp_path_factory: pytest.TempPathFactory) -> There:
    from distributed import Client

    sent: list[bytes] = []
    given: list[int] = []
    submit = Client.submit

    def watched(self: Any, task: Any, *arguments: Any, **options: Any) -> Any:
        if task is held_file:
            sent.append(arguments[0])
        else:
            given.append(sum(isinstance(one, bytes) for one in arguments))
        return submit(self, task, *arguments, **options)

    ignored = shutil.ignore_patterns("exports")
    project = tmp_path_factory.mktemp("there") / "project"
    shutil.copytree(built, project, ignore=ignored)
    with without_workers(scheduler), pytest.MonkeyPatch.context() as patch:
        for _ in range(2):
            scheduler.add_worker(*ALONE)
        scheduler.wait_for(2)
        patch.setattr(Client, "submit", watched)
        made = build_in(project, dask=scheduler.address)
    return There(project, made, scheduler.folder, sent, given)


def test_a_cluster_makes_the_bytes_that_this_machine_makes(there: There, built: Path) -> None:
    assert tree(there.project / "exports") == tree(built / "exports")
    assert set(there.built.made) == set(there.built.files)


def test_each_file_is_sent_once(there: There) -> None:
    assert len(there.given) == 11
    assert set(there.given) == {0}  # the runs themselves carry no content
    assert len(there.sent) == len(set(there.sent))
    folders = (there.project / "exports" / ".notebooks").rglob("data")
    needed = {path.read_bytes() for folder in folders for path in folder.iterdir()}
    needed |= {path.read_bytes() for path in (there.project / "notebooks").iterdir()}
    assert set(there.sent) == needed


def test_what_a_cluster_made_stands_here_and_is_as_well_known(there: There, built: Path) -> None:
    assert build_in(there.project).made == ()
    known, here = (
        {
            # The trace is in the order of what happened, and of the places of its own project.
            name: {
                (tuple(part.removeprefix(str(folder)) for part in one), was)
                for one, was in entry.read or ()
            }
            for name, entry in read_entries(folder / "exports", "tea").items()
        }
        for folder in (there.project, built)
    )
    assert known == here


def test_executed_notebooks_come_home_without_the_paths_of_a_worker(there: There) -> None:
    kept = there.project / "exports" / ".notebooks" / "tea"
    text = (kept / "index.ipynb").read_text("utf-8")
    assert str(there.folder) not in text
    assert str(kept / "data") in text


def test_only_what_changed_runs_on_the_cluster(cluster: Cluster, copy_of_built: Path) -> None:
    content = read_content(copy_of_built / "data")
    statements = content.statements.copy()
    statements["text"] = statements["text"].str.replace("Green", "White", regex=False)
    write_content(replace(content, statements=statements))
    # Its paths are another project's: all that was built there stands here too.
    before = tree(copy_of_built / "exports")
    made = build_in(copy_of_built, dask=cluster.address)
    assert {name.split("/")[0] for name in made.made} == {
        *("tea", "index.html", "editors.html", "manifest.json")
    }
    after = tree(copy_of_built / "exports")
    assert {name for name in after if after[name] != before[name]} <= set(made.made)
    assert "White tea" in after["tea/index.md"].decode()


@dataclass(frozen=True)
class Away:
    """What came of a project whose notebooks read more than tables, built on a worker."""

    project: Path
    exports: dict[str, bytes]
    known: dict[str, Any]
    """What each of its runs is known to have read."""
    executed: str
    """The notebook of the index as it came home."""
    again: Built
    """What came of it, and of that notebook, when the file beside the notebooks was another."""
    executed_again: str


@pytest.fixture(scope="module")
def away(cluster: Cluster, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Away]:
    folder = tmp_path_factory.mktemp("away")
    project = folder / "project"
    shutil.copytree(built, project, ignore=shutil.ignore_patterns("exports"))
    beside = project / "notebooks" / "own" / "words.txt"
    beside.parent.mkdir()
    beside.write_text("first", "utf-8")
    insert_cell(project / "notebooks" / "index.ipynb", "print(open('own/words.txt').read())")
    outside = folder / "outside.txt"
    outside.write_text("there", "utf-8")
    insert_cell(project / "notebooks" / "section.ipynb", f"print(open({str(outside)!r}).read())")
    style = Path("ketcontent-html", "style.css")
    shipped = Path(ketcontent.__file__).parent / "templates" / style
    own = folder / "templates" / style
    own.parent.mkdir(parents=True)
    own.write_text(shipped.read_text("utf-8") + "b { color: teal }\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(TEMPLATES_VARIABLE, str(folder / "templates"))
        patch.setenv("SOURCE_DATE_EPOCH", "2000000000")
        executed = project / "exports" / ".notebooks" / "index.ipynb"
        build_in(project, "tea", **CURRENT_HTML, dask=cluster.address)
        exports, first = tree(project / "exports"), executed.read_text("utf-8")
        known = read_entries(project / "exports", "tea")
        beside.write_text("second", "utf-8")
        again = build_in(project, "tea", **CURRENT_HTML, dask=cluster.address)
        beside.write_text("first", "utf-8")
        yield Away(project, exports, known, first, again, executed.read_text("utf-8"))


def test_files_beside_the_notebooks_templates_and_the_day_travel(away: Away) -> None:
    assert "first" in away.executed
    assert b"b { color: teal }" in away.exports["tea/index.html"]
    assert (("day",), "2033-05-18") in (away.known["tea/review.ipynb"].read or ())
    build_in(away.project, "tea", **CURRENT_HTML, force=True)
    assert tree(away.project / "exports") == away.exports


def test_files_beside_the_notebooks_are_followed(away: Away) -> None:
    assert away.again.reasons["index.html"].endswith("words.txt changed")
    assert "second" in away.executed_again
    assert away.again.reasons["tea/index.html"] == "nothing that it is made from has changed"


def test_a_notebook_that_opens_a_file_of_the_worker_runs_every_time(away: Away) -> None:
    said = "its notebook uses what cannot be followed, so it runs every time"
    assert away.again.reasons["tea/sections/description.html"] == said


def test_the_threads_of_a_worker_are_used_and_share_nothing(
    lone: Cluster, built: Path, project: Path, tmp_path: Path
) -> None:
    lone.add_worker(*ALONE, "--nthreads", "2")
    lone.wait_for(1)
    marks = tmp_path / "marks"
    wait_in_notebook(project, marks)
    thread, ended = in_background(
        lambda: build_in(project, "aspirin", **CURRENT_MARKDOWN, dask=lone.address)
    )
    wait_until(lambda: len(list(marks.glob("*.*"))) == 2)
    (marks / "go").touch()
    thread.join(LONG)
    assert isinstance(ended[0], Built), ended[0]
    assert markdown_below("aspirin", project) == markdown_below("aspirin", built)


# --- what dies -------------------------------------------------------------------------------


def test_the_notebooks_of_a_killed_worker_run_elsewhere(
    lone: Cluster, built: Path, project: Path, tmp_path: Path
) -> None:
    marks = tmp_path / "marks"
    wait_in_notebook(project, marks)
    workers = [lone.add_worker(), lone.add_worker()]
    lone.wait_for(2)
    thread, ended = in_background(
        lambda: build_in(project, "aspirin", **CURRENT_MARKDOWN, dask=lone.address)
    )
    doomed = wait_until(lambda: next((w for w in workers if marks_below(marks, w.pid)), None))
    (mark,) = marks_below(marks, doomed.pid)
    family = psutil.Process(doomed.pid).children(recursive=True)
    # The nanny first, so that it starts no other worker; then the worker. The rest ends by itself.
    os.kill(doomed.pid, signal.SIGKILL)
    os.kill(next(one.pid for one in family if one.ppid() in (doomed.pid, 1) and is_worker(one)), 9)
    (marks / "go").touch()
    thread.join(LONG)
    assert isinstance(ended[0], Built), ended[0]
    assert len(list(marks.glob(f"{mark.stem}.*"))) == 2  # it ran twice
    assert markdown_below("aspirin", project) == markdown_below("aspirin", built)
    wait_until(lambda: not [one for one in family if one.is_running() and not is_gone(one)])


def test_what_only_the_killed_worker_had_is_had_again(
    lone: Cluster, built: Path, project: Path, tmp_path: Path
) -> None:
    marks = tmp_path / "marks"
    wait_in_notebook(project, marks)
    worker = lone.add_worker(*ALONE)
    lone.wait_for(1)
    thread, ended = in_background(
        lambda: build_in(project, "tea", **CURRENT_MARKDOWN, dask=lone.address)
    )
    wait_until(lambda: marks_below(marks, worker.pid))
    kill(worker.pid)
    (marks / "go").touch()
    lone.add_worker(*ALONE)
    thread.join(LONG)
    assert isinstance(ended[0], Built), ended[0]
    assert markdown_below("tea", project) == markdown_below("tea", built)


def is_worker(process: psutil.Process) -> bool:
    return "spawn_main" in " ".join(process.cmdline())


def is_gone(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


FAILING_PAGE = """\
Failing
Raises
One sentence.
Dies
Two sentences.
Kills
Three sentences.
"""
FAILS = """\
import os, psutil, signal, time
if section == "raises":
    assert False, data
if section == "dies":
    os.kill(os.getpid(), signal.SIGKILL)
if section == "kills":
    psutil.Process(os.getppid()).parent().kill()
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def failed(
    cluster: Cluster, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Failure]]:
    """A project in which one page fails in three ways, and how each section of it failed."""
    project = tmp_path_factory.mktemp("failed") / "project"
    shutil.copytree(built, project, ignore=shutil.ignore_patterns("exports"))
    add_pages(project, {"failing": FAILING_PAGE})
    insert_cell(project / "notebooks" / "section.ipynb", FAILS)
    with pytest.raises(BuildFailed) as caught:
        build_in(project, "failing", "tea", **CURRENT_MARKDOWN, dask=cluster.address)
    failures = caught.value.failures
    # What killed its process left no notebook that would be named.
    found = {Path(one.saved).stem or "kills": one for one in failures}
    assert len(found) == len(failures) == 3
    return project, found


def test_a_notebook_that_fails_is_named_as_it_is_here(
    failed: tuple[Path, dict[str, Failure]],
) -> None:
    project, failures = failed
    failure = failures["raises"]
    kept = project / "exports" / ".notebooks" / "failing"
    assert (failure.document, failure.notebook, failure.line) == ("failing", "section.ipynb", 3)
    assert failure.exception == f"AssertionError: {kept / 'data'}"
    assert failure.saved == str(kept / "sections" / "raises.ipynb")
    assert Path(failure.saved).exists()


def test_a_kernel_that_dies_fails_its_run_alone(failed: tuple[Path, dict[str, Failure]]) -> None:
    project, failures = failed
    assert failures["dies"].exception == "DeadKernelError: Kernel died"
    assert "tea/index.md" in tree(project / "exports")


def test_a_notebook_that_kills_what_runs_it_fails_its_run_alone(
    failed: tuple[Path, dict[str, Failure]],
) -> None:
    project, failures = failed
    said = "failing: section.ipynb: the process that ran it was killed"
    assert str(failures["kills"]) == said
    assert "tea/index.md" in tree(project / "exports")


def test_a_notebook_that_kills_every_worker_it_is_given_is_given_up(
    tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "1")
    insert_cell(
        project / "notebooks" / "document.ipynb",
        "import os, psutil\npsutil.Process(os.getppid()).parent().parent().kill()",
    )
    cluster = Cluster(tmp_path)
    cluster.add_worker()
    cluster.wait_for(1)
    try:
        with pytest.raises(
            BuildFailed, match=r"document.ipynb: the process that ran it was killed"
        ):
            build_in(
                *(project, "tea"),
                editions=["supplied"],
                formats=["markdown"],
                dask=cluster.address,
            )
    finally:
        cluster.stop()


def test_a_build_that_loses_every_worker_ends(
    lone: Cluster, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "NO_WORKER_TIMEOUT", 2)
    marks = tmp_path / "marks"
    wait_in_notebook(project, marks)
    worker = lone.add_worker(*ALONE)
    lone.wait_for(1)
    thread, ended = in_background(
        lambda: build_in(project, "tea", **CURRENT_MARKDOWN, dask=lone.address)
    )
    wait_until(lambda: marks_below(marks, worker.pid))
    kill(worker.pid)
    thread.join(LONG)
    assert str(ended[0]) == (
        f"The Dask scheduler at {lone.address!r} has lost all its workers.\n"
        f"hint: Start one on each machine, and build again: dask worker {lone.address}"
    )


def test_a_build_that_loses_its_scheduler_ends(tmp_path: Path, project: Path) -> None:
    marks = tmp_path / "marks"
    wait_in_notebook(project, marks)
    cluster = Cluster(tmp_path)
    worker = cluster.add_worker(*ALONE)
    try:
        cluster.wait_for(1)
        thread, ended = in_background(
            lambda: build_in(project, "tea", **CURRENT_MARKDOWN, dask=cluster.address)
        )
        wait_until(lambda: marks_below(marks, worker.pid))
        kill(cluster.scheduler.pid)
        thread.join(LONG)
    finally:
        cluster.stop()
    assert str(ended[0]) == (
        f"The Dask scheduler at {cluster.address!r} is gone.\n"
        "hint: Start it again, and build again: what was published is still there."
    )


def test_after_ctrl_c_nothing_of_the_build_runs_on_the_cluster_and_the_command_builds_there(
    cluster: Cluster, built: Path, project: Path, tmp_path: Path
) -> None:
    marks = tmp_path / "marks"
    wait_in_notebook(project, marks)
    before = set(cluster.folder.rglob("ketcontent-*"))  # a killed worker's
    words = ("tea", "--edition", "current", "--format", "markdown")
    build = start("build", *words, "--dask", cluster.address, cwd=project)
    wait_until(lambda: list(marks.glob("*.*")))
    os.killpg(build.pid, signal.SIGINT)
    build.communicate()
    assert build.returncode == 1
    wait_until(
        lambda: not [mark for mark in marks.glob("*.*") if psutil.pid_exists(int(mark.suffix[1:]))]
    )
    wait_until(lambda: set(cluster.folder.rglob("ketcontent-*")) == before)
    # The cluster is as good as before.
    (marks / "go").touch()
    build = start("build", *words, "--dask", cluster.address, cwd=project)
    said, complained = build.communicate()
    assert build.returncode == 0, complained
    assert said == "Wrote 4 files to exports. Start at exports/tea/index.md\n"
    assert complained.splitlines()[-1].startswith("[2/2] ")
    assert len(complained.splitlines()) == 2
    assert markdown_below("tea", project) == markdown_below("tea", built)


# --- nothing on trust ------------------------------------------------------------------------


def test_what_comes_back_damaged_is_refused(
    cluster: Cluster, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import Future

    result = Future.result

    def damaged(self: Any, timeout: float | None = None) -> Any:
        found = result(self, timeout)
        if not isinstance(found, Result) or "tea/supplied.md" not in found.exports:
            return found
        exports = {**found.exports, "tea/supplied.md": found.exports["tea/supplied.md"] + b" "}
        return replace(found, exports=exports)

    monkeypatch.setattr(Future, "result", damaged)
    with pytest.raises(BuildFailed) as caught:
        build_in(project, editions=["supplied"], formats=["markdown"], dask=cluster.address)
    (failure,) = caught.value.failures
    said = "tea: document.ipynb: came back from a Dask worker damaged: tea/supplied.md"
    assert str(failure) == said
    assert "tea/supplied.md" not in tree(project / "exports")
    assert "aspirin/supplied.md" in tree(project / "exports")


def test_what_arrives_damaged_is_refused(tmp_path: Path) -> None:
    known = hash_bytes(b"sent")
    with pytest.raises(KetcontentError) as caught:
        store_files(tmp_path, [(known, b"went")])
    assert str(caught.value) == f"A file came to a Dask worker damaged: {known}."
    assert list(tmp_path.iterdir()) == []


def other_code(folder: Path) -> str:
    """Copy the package with one file changed; return the folder to put on the path."""
    package = Path(ketcontent.__file__).parent
    shutil.copytree(package, folder / "ketcontent", ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "ketcontent" / "errors.py").open("a") as file:
        file.write("# changed\n")
    (folder / "data").symlink_to(package.parent / "data")
    return str(folder)


def test_a_worker_with_other_code_is_refused(
    lone: Cluster, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lone.add_worker(*ALONE, PYTHONPATH=other_code(tmp_path / "other"))
    lone.wait_for(1)
    with pytest.raises(KetcontentError) as caught:
        build_in(project, dask=lone.address)
    assert caught.value.message == (
        f"The Dask worker {caught.value.worker} would make other bytes: "  # type: ignore[attr-defined]
        "ketcontent/errors.py differs."
    )
    assert caught.value.hint == (
        "Install the same versions there as here, and start the worker again."
    )
    assert tree(project / "exports") == {}
    # So is one that joins when the others have been looked at.
    monkeypatch.setattr(pool, "refuse_other_code", lambda _: None)
    with pytest.raises(KetcontentError) as caught:
        build_in(project, dask=lone.address)
    assert caught.value.message == (
        "The Dask worker that joined while the build ran would make other bytes: "
        "ketcontent/errors.py differs."
    )
    assert tree(project / "exports") == {}


def test_other_versions_are_named() -> None:
    theirs = {**code_of_worker(), "pandas": "3.0.1", "platform": "win32"}
    del theirs["nh3"]
    ours = code_of_worker()
    assert other_code_error("tcp://there:1", theirs).message == (
        f"The Dask worker tcp://there:1 would make other bytes: "
        f"nh3 is missing, here {ours['nh3']}, pandas is 3.0.1, here {ours['pandas']}, "
        f"platform is win32, here {sys.platform}."
    )


def test_a_worker_without_ketcontent_is_refused(
    lone: Cluster, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['ketcontent'] = None")
    lone.add_worker(*ALONE, PYTHONPATH=str(tmp_path))
    lone.wait_for(1)
    with pytest.raises(KetcontentError, match="cannot load ketcontent") as caught:
        build_in(project, dask=lone.address)
    assert caught.value.hint == (
        "Install the same ketcontent there as here, and start the worker again."
    )


def test_a_cluster_without_workers_is_refused(
    lone: Cluster, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "TIMEOUT", 1)
    with pytest.raises(KetcontentError) as caught:
        build_in(project, dask=lone.address)
    assert str(caught.value) == (
        f"The Dask scheduler at {lone.address!r} has no workers.\n"
        f"hint: Start one on each machine: dask worker {lone.address}"
    )


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:1", "tcp://no-such-host.invalid:8786", "http://127.0.0.1", "x", ""]
)
def test_where_no_scheduler_answers_one_sentence_says_so(
    project: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "TIMEOUT", 1)
    with pytest.raises(KetcontentError) as caught:
        build_in(project, dask=address)
    assert str(caught.value) == (
        f"No Dask scheduler answers at {address!r}.\n"
        "hint: Start one with 'dask scheduler', and give --dask the address that it prints."
    )


def test_a_worker_is_not_taken_for_a_scheduler(cluster: Cluster, project: Path) -> None:
    with connect(cluster.address) as client:
        worker = next(iter(client.nthreads()))
    with pytest.raises(KetcontentError, match="No Dask scheduler answers"):
        build_in(project, dask=worker)


def test_without_distributed_the_hint_installs_it(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(KetcontentError) as caught:
        build_in(project, dask="tcp://127.0.0.1:8786")
    assert str(caught.value) == (
        "--dask needs the package 'distributed', which is not installed.\n"
        "hint: Install it with: python -m pip install 'ketcontent[dask]'"
    )


# --- the command line ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["--jobs", "2"], "--jobs is for this machine", id="jobs"),
        pytest.param(["--watch"], "leave out --dask", id="watch"),
    ],
)
def test_what_is_of_this_machine_does_not_go_with_a_cluster(
    project: Path, words: list[str], said: str
) -> None:
    build = start("build", "--dask", "tcp://127.0.0.1:1", *words, cwd=project)
    _, complained = build.communicate()
    assert build.returncode == 2
    assert said in complained
