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
from dataclasses import replace
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
from ketcontent.hashing import hash_bytes
from ketcontent.resources import TEMPLATES_VARIABLE
from tests.conftest import LONG, build_in, start, tree, wait_until

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
        options = ("--nthreads", "1", "--local-directory", str(self.folder))
        return self.start("worker", self.address, *options, *words, **environment)

    def wait_for(self, workers: int) -> None:
        from distributed import Client

        client_of: Any = Client  # half of it has no types
        with client_of(self.address, timeout=LONG, set_as_default=False) as client:
            wait_until(lambda: len(client.nthreads()) == workers)

    def stop(self) -> None:
        for program in self.programs:
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


@pytest.fixture
def lone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler without workers."""
    cluster = Cluster(tmp_path_factory.mktemp("lone"))
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler with two workers."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    for _ in range(2):
        cluster.add_worker()
    cluster.wait_for(2)
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


def marks_below(marks: Path, pid: int) -> list[Path]:
    """Return the marks of notebooks that run in processes which `pid` started."""
    below = {one.pid for one in psutil.Process(pid).children(recursive=True)}
    return [mark for mark in marks.glob("*.*") if int(mark.suffix[1:]) in below]


# --- the same bytes --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made_there(
    cluster: Cluster, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Built]:
    """The project that was built here, built on the cluster."""
    ignored = shutil.ignore_patterns("exports")
    project = tmp_path_factory.mktemp("there") / "project"
    shutil.copytree(built, project, ignore=ignored)
    return project, build_in(project, dask=cluster.address)


def test_a_cluster_makes_the_bytes_that_this_machine_makes(
    made_there: tuple[Path, Built], built: Path
) -> None:
    project, made = made_there
    assert tree(project / "exports") == tree(built / "exports")
    assert set(made.made) == set(made.files)


def test_what_a_cluster_made_stands_here_and_is_as_well_known(
    made_there: tuple[Path, Built], built: Path
) -> None:
    project, _ = made_there
    assert build_in(project).made == ()
    there, here = (
        {
            # The trace is in the order of what happened, and of the places of its own project.
            name: {
                (tuple(part.removeprefix(str(folder)) for part in one), was)
                for one, was in entry.read or ()
            }
            for name, entry in read_entries(folder / "exports", "tea").items()
        }
        for folder in (project, built)
    )
    assert there == here


def test_executed_notebooks_come_home_without_the_paths_of_a_worker(
    cluster: Cluster, made_there: tuple[Path, Built]
) -> None:
    kept = made_there[0] / "exports" / ".notebooks" / "tea"
    text = (kept / "index.ipynb").read_text("utf-8")
    assert str(cluster.folder) not in text
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


def test_files_beside_the_notebooks_travel_and_are_followed(
    cluster: Cluster, project: Path
) -> None:
    beside = project / "notebooks" / "own" / "words.txt"
    beside.parent.mkdir()
    beside.write_text("first", "utf-8")
    insert_cell(project / "notebooks" / "index.ipynb", "print(open('own/words.txt').read())")
    build_in(project, "tea", editions=["supplied"], dask=cluster.address)
    executed = project / "exports" / ".notebooks" / "index.ipynb"
    assert "first" in executed.read_text("utf-8")
    assert build_in(project, "tea", editions=["supplied"]).made == ()
    beside.write_text("second", "utf-8")
    made = build_in(project, "tea", editions=["supplied"], dask=cluster.address)
    assert made.made == ("editors.html", "index.html", "manifest.json")
    assert made.reasons["index.html"].endswith("words.txt changed")
    assert "second" in executed.read_text("utf-8")


def test_a_notebook_that_opens_a_file_of_the_worker_runs_every_time(
    cluster: Cluster, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside.txt").write_text("there", "utf-8")
    insert_cell(
        project / "notebooks" / "index.ipynb",
        f"print(open({str(tmp_path / 'outside.txt')!r}).read())",
    )
    build_in(project, "tea", editions=["supplied"], dask=cluster.address)
    again = build_in(project, "tea", editions=["supplied"], dask=cluster.address)
    assert again.made == ("editors.html", "index.html")


def test_templates_travel(
    cluster: Cluster, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "templates"
    shipped = Path(ketcontent.__file__).parent / "templates"
    style = Path("ketcontent-html", "style.css")
    (own / style).parent.mkdir(parents=True)
    (own / style).write_text((shipped / style).read_text("utf-8") + "b { color: teal }\n", "utf-8")
    monkeypatch.setenv(TEMPLATES_VARIABLE, str(own))
    build_in(project, "tea", editions=["supplied"], dask=cluster.address)
    there = tree(project / "exports")
    assert b"b { color: teal }" in there["tea/supplied.html"]
    build_in(project, "tea", editions=["supplied"], force=True)
    assert tree(project / "exports") == there


def test_the_day_is_ours_wherever_a_worker_stands(
    cluster: Cluster, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "2000000000")
    build_in(project, "tea", dask=cluster.address)
    entries = read_entries(project / "exports", "tea")
    assert (("day",), "2033-05-18") in (entries["tea/review.ipynb"].read or ())
    there = tree(project / "exports")
    build_in(project, "tea", force=True)
    assert tree(project / "exports") == there


def test_each_file_is_sent_once(
    cluster: Cluster, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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

    monkeypatch.setattr(Client, "submit", watched)
    build_in(project, dask=cluster.address)
    assert len(given) == 11
    assert set(given) == {0}  # the runs themselves carry no content
    assert len(sent) == len(set(sent))
    folders = (project / "exports" / ".notebooks").rglob("data")
    needed = {path.read_bytes() for folder in folders for path in folder.iterdir()}
    needed |= {path.read_bytes() for path in (project / "notebooks").iterdir()}
    assert set(sent) == needed


def test_the_threads_of_a_worker_are_used_and_share_nothing(
    lone: Cluster, built: Path, project: Path, tmp_path: Path
) -> None:
    lone.add_worker("--nthreads", "2")
    lone.wait_for(1)
    marks = tmp_path / "marks"
    wait_in_notebook(project, marks)
    thread, ended = in_background(lambda: build_in(project, "aspirin", dask=lone.address))
    wait_until(lambda: len(list(marks.glob("*.*"))) == 2)
    (marks / "go").touch()
    thread.join(LONG)
    assert isinstance(ended[0], Built), ended[0]
    there, here = tree(project / "exports"), tree(built / "exports")
    names = [name for name in here if name.startswith("aspirin/")]
    assert {name: there[name] for name in names} == {name: here[name] for name in names}


# --- what dies -------------------------------------------------------------------------------


def test_the_notebooks_of_a_killed_worker_run_elsewhere(
    lone: Cluster, built: Path, project: Path, tmp_path: Path
) -> None:
    marks = tmp_path / "marks"
    wait_in_notebook(project, marks)
    workers = [lone.add_worker(), lone.add_worker()]
    lone.wait_for(2)
    thread, ended = in_background(lambda: build_in(project, dask=lone.address))
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
    there, here = tree(project / "exports"), tree(built / "exports")
    # The manifest names the notebooks, and one has a cell more; it is no part of what it exports.
    assert there.pop("manifest.json") != here.pop("manifest.json")
    assert there == here
    wait_until(lambda: not [one for one in family if one.is_running() and not is_gone(one)])


def test_what_only_the_killed_worker_had_is_had_again(
    lone: Cluster, built: Path, project: Path, tmp_path: Path
) -> None:
    marks = tmp_path / "marks"
    wait_in_notebook(project, marks)
    worker = lone.add_worker()
    lone.wait_for(1)
    thread, ended = in_background(lambda: build_in(project, "tea", dask=lone.address))
    wait_until(lambda: marks_below(marks, worker.pid))
    kill(worker.pid)
    (marks / "go").touch()
    lone.add_worker()
    thread.join(LONG)
    assert isinstance(ended[0], Built), ended[0]
    there, here = tree(project / "exports"), tree(built / "exports")
    names = [name for name in here if name.startswith("tea/")]
    assert {name: there[name] for name in names} == {name: here[name] for name in names}


def is_worker(process: psutil.Process) -> bool:
    return "spawn_main" in " ".join(process.cmdline())


def is_gone(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_notebook_that_fails_is_named_as_it_is_here(cluster: Cluster, project: Path) -> None:
    insert_cell(project / "notebooks" / "section.ipynb", "assert document != 'tea', data")
    with pytest.raises(BuildFailed) as caught:
        build_in(project, dask=cluster.address)
    (failure,) = caught.value.failures
    kept = project / "exports" / ".notebooks" / "tea"
    assert (failure.document, failure.notebook, failure.line) == ("tea", "section.ipynb", 1)
    assert failure.exception == f"AssertionError: {kept / 'data'}"
    assert failure.saved == str(kept / "sections" / "description.ipynb")
    assert Path(failure.saved).exists()
    assert "aspirin/index.html" in tree(project / "exports")


def test_a_kernel_that_dies_fails_its_run_alone(cluster: Cluster, project: Path) -> None:
    insert_cell(
        project / "notebooks" / "section.ipynb",
        "import os, signal\nif document == 'tea': os.kill(os.getpid(), signal.SIGKILL)",
    )
    with pytest.raises(BuildFailed) as caught:
        build_in(project, dask=cluster.address)
    (failure,) = caught.value.failures
    assert failure.exception == "DeadKernelError: Kernel died"


def test_a_notebook_that_kills_what_runs_it_fails_its_run_alone(
    cluster: Cluster, project: Path
) -> None:
    insert_cell(
        project / "notebooks" / "section.ipynb",
        "import os, psutil\n"
        "if document == 'tea': psutil.Process(os.getppid()).parent().kill()\n"
        "import time; time.sleep(document == 'tea' and 600)",
    )
    with pytest.raises(BuildFailed) as caught:
        build_in(project, dask=cluster.address)
    (failure,) = caught.value.failures
    assert str(failure) == "tea: section.ipynb: the process that ran it was killed"
    assert "aspirin/index.html" in tree(project / "exports")


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
            build_in(project, "tea", editions=["supplied"], dask=cluster.address)
    finally:
        cluster.stop()


def test_a_build_that_loses_every_worker_ends(
    lone: Cluster, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "NO_WORKER_TIMEOUT", 2)
    marks = tmp_path / "marks"
    wait_in_notebook(project, marks)
    worker = lone.add_worker()
    lone.wait_for(1)
    thread, ended = in_background(lambda: build_in(project, "tea", dask=lone.address))
    wait_until(lambda: marks_below(marks, worker.pid))
    kill(worker.pid)
    thread.join(LONG)
    assert str(ended[0]) == (
        f"The Dask scheduler at {lone.address!r} has lost all its workers.\n"
        f"hint: Start one on each machine, and build again: dask worker {lone.address}"
    )


def test_a_build_that_loses_its_scheduler_ends(
    lone: Cluster, project: Path, tmp_path: Path
) -> None:
    marks = tmp_path / "marks"
    wait_in_notebook(project, marks)
    worker = lone.add_worker()
    lone.wait_for(1)
    thread, ended = in_background(lambda: build_in(project, "tea", dask=lone.address))
    wait_until(lambda: marks_below(marks, worker.pid))
    kill(lone.scheduler.pid)
    thread.join(LONG)
    assert str(ended[0]) == (
        f"The Dask scheduler at {lone.address!r} is gone.\n"
        "hint: Start it again, and build again: what was published is still there."
    )


def test_after_ctrl_c_nothing_of_the_build_runs_on_the_cluster(
    cluster: Cluster, project: Path, tmp_path: Path
) -> None:
    marks = tmp_path / "marks"
    wait_in_notebook(project, marks)
    before = set(cluster.folder.rglob("ketcontent-*"))  # a killed worker's
    build = start("build", "--dask", cluster.address, cwd=project)
    wait_until(lambda: list(marks.glob("*.*")))
    os.killpg(build.pid, signal.SIGINT)
    build.communicate()
    assert build.returncode == 1
    wait_until(
        lambda: not [mark for mark in marks.glob("*.*") if psutil.pid_exists(int(mark.suffix[1:]))]
    )
    wait_until(lambda: set(cluster.folder.rglob("ketcontent-*")) == before)
    # The cluster is as good as before.
    build_in(project, "tea", editions=["supplied"], dask=cluster.address)


# --- nothing on trust ------------------------------------------------------------------------


def test_what_comes_back_damaged_is_refused(
    cluster: Cluster, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import Future

    result = Future.result

    def damaged(self: Any, timeout: float | None = None) -> Any:
        found = result(self, timeout)
        if not isinstance(found, Result) or "tea/index.md" not in found.exports:
            return found
        exports = {**found.exports, "tea/index.md": found.exports["tea/index.md"] + b" "}
        return replace(found, exports=exports)

    monkeypatch.setattr(Future, "result", damaged)
    with pytest.raises(BuildFailed) as caught:
        build_in(project, dask=cluster.address)
    (failure,) = caught.value.failures
    assert str(failure) == "tea: document.ipynb: came back from a Dask worker damaged: tea/index.md"
    assert "tea/index.html" not in tree(project / "exports")
    assert "aspirin/index.html" in tree(project / "exports")


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
    lone.add_worker(PYTHONPATH=other_code(tmp_path / "other"))
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
    lone.add_worker(PYTHONPATH=str(tmp_path))
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


def test_the_command_builds_on_a_cluster(cluster: Cluster, built: Path, project: Path) -> None:
    build = start("build", "--dask", cluster.address, cwd=project)
    said, complained = build.communicate()
    assert build.returncode == 0, complained
    assert said == "Wrote 23 files to exports. Start at exports/index.html\n"
    assert complained.splitlines()[-1].startswith("[11/11] ")
    assert len(complained.splitlines()) == 11
    assert tree(project / "exports") == tree(built / "exports")


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
