"""What the tests of builds, exporters, notebooks, pages and JupyterLab share."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import settings

# First, since much of what is tested imports jsonschema: each process collects all tests.
from ketcontent import fast_jsonschema  # noqa: F401  # isort: skip

from ketcontent import execution, import_page, read_content, sign_off, write_content
from ketcontent.approvals.signing import open_statements
from ketcontent.building.builds import build, rebuild
from ketcontent.building.plan import EDITIONS, PAGE_FORMATS
from ketcontent.building.request import Built, Request
from ketcontent.execution.pool import is_broken, process_pool, run_all
from ketcontent.execution.process_attributes import own_attributes
from ketcontent.execution.run import Failure, Run
from ketcontent.model.content import Content
from ketcontent.scaffold import create_project
from tests.laws import FEW, USUAL

gc.disable()  # until all is collected

# A machine under load is not a fault of what is tested, and what CI says of a change it says twice:
# there each law tries the same examples each time, and others in the weekly run of all of them.
LAWS = settings(deadline=None, derandomize=bool(os.environ.get("CI")), print_blob=True)
settings.register_profile("ketcontent", LAWS, max_examples=USUAL)
settings.register_profile("thorough", LAWS, derandomize=False)
settings.load_profile("ketcontent")

# The fast lane tries a few of the examples that the whole suite tries.
settings.register_profile("fast", LAWS, max_examples=FEW)

# Where Ctrl-C is ignored (a background shell, some runners of CI), whatever is started would ignore
# it as well, and never end when a test presses it.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parent.parent

PAGES = {
    "aspirin": """\
Aspirin
Aspirin eases pain. It is “old”, and cheap.
Uses
- Pain: It eases a headache.
- Fever: It lowers a fever.
Side Effects
It may cause bleeding. It eases a headache.
""",
    "tea": """\
Thé vert
Description
Green tea holds caffeine.
""",
}
"""Two short pages: one with a lede and headings, one with a single section."""


SLOW_FIXTURES = {"browser", "built", "copy_of_built", "executor", "lab", "shipped"}

TOKEN = "for-this-test-alone"
"""What opens the JupyterLab of a test."""


def pytest_configure(config: pytest.Config) -> None:
    """Try fewer examples of each law in the fast lane."""
    if config.option.markexpr == "not slow":
        settings.load_profile("fast")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each process whole files, in their order: a JupyterLab or a build serves a file."""
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False
    return LoadFileScheduling(config, log)


LONGEST = (
    *("test_in_jupyterlab.py", "test_engine.py", "test_pool.py", "test_no_typed_word_is_lost.py"),
    *("test_decide.py", "test_hostile.py", "test_workbench.py", "test_faithful.py"),
    *("test_kills.py", "test_places.py", "test_forkserver.py", "test_build.py", "test_release.py"),
    *("test_reading.py", "test_launch.py", "test_linear.py", "test_slices.py", "test_store.py"),
    *("test_full_disk.py", "test_widths.py", "test_supplier_in_jupyterlab.py", "test_house.py"),
    *("test_edits.py", "test_terminal.py", "test_exporters.py", "test_remainder.py"),
    *("test_ownership.py", "test_watch.py", "test_site.py", "test_cli.py"),
)
"""The files that take longest begin first: at the end no process is left alone with one of them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow whatever needs a build, the notebooks run, a browser or a JupyterLab."""
    for item in items:
        if SLOW_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
    order = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


def pytest_collection_finish() -> None:
    """Take what was collected out of the sight of the garbage collector: it stays to the end.

    Until then it found nothing, a third of the time; from then on it looks less often than usual.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@cache
def read_shipped() -> Content:
    """The shipped tables; read once in each process, since each collects all tests."""
    return read_content(ROOT / "data")


def make_project(folder: Path, pages: Mapping[str, str] = PAGES) -> Path:
    """Make a content project that holds `pages`, by key."""
    create_project(folder)
    add_pages(folder, pages)
    return folder


def add_pages(project: Path, pages: Mapping[str, str]) -> None:
    """Take pages into a project, each in a save of its own."""
    for document, text in pages.items():
        write_content(import_page(read_content(project / "data"), text, document=document))


def sign_all(content: Content, document: str, **people: str) -> Content:
    """Return the tables with a page signed in full: each capacity by the person named for it."""
    for capacity, person in people.items():
        for one in open_statements(content, document, capacity):
            content = sign_off(content, document, one.statement, person=person, capacity=capacity)
    return content


def build_in(project: Path, *documents: str, **options: Any) -> Built:
    """Build a project, wherever this process stands."""
    places = {name: project / name for name in ("data", "exports", "notebooks")}
    if threading.current_thread() is not threading.main_thread():
        return build(documents, **{**places, **options})
    with pytest.MonkeyPatch.context() as patch:
        # To start workers takes longer than many a build with them.
        patch.setattr(execution, "process_pool", lent_workers)
        return build(documents, **{**places, **options})


_lent: dict[str, Any] = {}
"""The workers of the last build of this process, what they were started with, and their end."""


@contextmanager
def lent_workers(jobs: int, kept: Path) -> Iterator[Any]:
    """Lend a build the workers of the one before, where it would start the same.

    Whoever builds as another user of the machine would (in another folder, with another
    environment, other limits) has workers of that moment, and so has whoever comes after a build
    that ended in an exception, since nobody knows what these still do.
    """
    if threading.current_thread() is not threading.main_thread():
        with process_pool(jobs, kept) as executor:
            yield executor
        return
    environment = {name: said for name, said in os.environ.items() if name[:7] != "PYTEST_"}
    started_with = (jobs, os.getcwd(), environment, own_attributes())
    if _lent.get("started_with") != started_with or is_broken(_lent["executor"]):
        end_lent_workers()
        end = ExitStack()
        executor = end.enter_context(process_pool(jobs, kept))
        _lent.update(started_with=started_with, executor=executor, end=end)
    try:
        yield _lent["executor"]
    except BaseException:
        end = _lent["end"]
        _lent.clear()
        with end:
            raise


def end_lent_workers() -> None:
    if _lent:
        end = _lent["end"]
        _lent.clear()
        end.close()


def build_with(
    executor: Any,
    project: Path,
    *documents: str,
    editions: Sequence[str] = EDITIONS,
    formats: Sequence[str] = PAGE_FORMATS,
    release: bool = False,
    **options: Any,
) -> Built:
    """Build a project with workers that are there already: to start some takes longer than that."""
    places = [project / name for name in ("data", "exports", "notebooks")]
    request = Request(documents, *places, tuple(editions), tuple(formats), release, **options)
    return rebuild(request, lambda: nullcontext(executor))


def run_notebooks(runs: list[Run], folder: Path) -> list[Failure]:
    """Run and export notebooks into a folder; return how they failed."""
    kept = folder / ".notebooks"
    with process_pool(2, kept) as executor:
        outcomes = [one for _, one in run_all(executor, runs, folder, kept)]
    return [one.failure for one in outcomes if one.failure is not None]


def tree(folder: Path) -> dict[str, bytes]:
    """Return what is published in a folder of exports: the bytes of each file, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.relative_to(folder).parts[0].startswith(".")
    }


def wait_until(happened: Callable[[], Any]) -> Any:
    """Return what `happened` returns as soon as that is true; give up after two minutes."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if found := happened():
            return found
        time.sleep(0.02)
    raise AssertionError("It did not happen within two minutes.")


LONG = 300
"""Seconds after which what is waited for is taken to hang."""


def limited(program: subprocess.Popen[str]) -> subprocess.Popen[str]:
    """End a program that hangs, so that no wait for it, or for what it says, is without an end."""
    timer = threading.Timer(LONG, program.kill)
    timer.daemon = True
    timer.start()
    return program


def start(*words: str, cwd: Path, **options: Any) -> subprocess.Popen[str]:
    """Start the command line in a process group of its own, as a shell does."""
    program = [sys.executable, "-m", "ketcontent", *words]
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    environment |= options.pop("env", {})
    return limited(
        subprocess.Popen(
            program,
            cwd=cwd,
            env=environment,
            text=True,
            start_new_session=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        )
    )


@pytest.fixture(scope="session", autouse=True)
def quick_disk() -> Iterator[None]:
    """Wait for no disk: what a cut of power leaves is not tried here, and each save waits often."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", os.fstat)  # refuses what is no open file, as that does
        yield


@pytest.fixture(scope="module", autouse=True)
def workers_of_a_file() -> Iterator[None]:
    """Leave no process to the next file."""
    yield
    end_lent_workers()


@contextmanager
def lent(folder: Path) -> Iterator[Path]:
    """Lend a folder to many tests, and fail if one of them wrote into it.

    Files of tests run in any order: what one leaves, another takes for the product's.
    """
    before = tree(folder)
    yield folder
    after = tree(folder)
    changed = sorted(name for name in before.keys() | after if before.get(name) != after.get(name))
    assert changed == [], f"Written by a test, into {folder}"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with two pages that was never built. Copy it before changing it."""
    with lent(make_project(tmp_path_factory.mktemp("made") / "project")) as folder:
        yield folder


@pytest.fixture
def copy_of_made(made: Path, tmp_path: Path) -> Path:
    """A copy of the project that was never built, to be changed by one test."""
    return Path(shutil.copytree(made, tmp_path / "project"))


def copied(name: str, make: Callable[[Path], object], factory: pytest.TempPathFactory) -> Path:
    """Return a copy of a folder that is dear to make: one process makes it for all of a run."""
    own = factory.getbasetemp()
    place = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / f"once-{name}"
    with FileLock(f"{place}.lock"):
        if not place.exists():
            with tempfile.TemporaryDirectory(dir=place.parent) as unfinished:
                make(folder := Path(unfinished, name))
                folder.rename(place)
    return Path(shutil.copytree(place, factory.mktemp(name) / "project"))


@pytest.fixture(scope="session")
def built(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The same project, built. Copy it before changing it."""

    def make(folder: Path) -> None:
        shutil.copytree(made, folder)
        build_in(folder)

    with lent(copied("built", make, tmp_path_factory)) as folder:
        yield folder


@pytest.fixture(scope="module")
def executor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Workers that stay for all builds of a file."""
    with process_pool(2, tmp_path_factory.mktemp("kept")) as executor:
        yield executor


@pytest.fixture
def copy_of_built(built: Path, tmp_path: Path) -> Path:
    """A copy of the built project, to be changed by one test."""
    return Path(shutil.copytree(built, tmp_path / "project"))


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The shipped notebooks run with their defaults on the shipped tables, and exported.

    The archive copy is there too. The folder is laid out as a build lays out its exports; the
    executed notebooks are in ``.notebooks``.
    """
    places: dict[str, tuple[str, dict[str, Any]]] = {
        "index": ("index", {}),
        "ketamine/index": ("document", {}),
        "ketamine/supplied": ("document", {"edition": "supplied"}),
        "ketamine/sections/description": ("section", {}),
        "ketamine/review": ("review", {}),
    }
    runs = [
        Run(
            ROOT / "notebooks" / f"{notebook}.ipynb",
            parameters,
            "ketamine",
            {"html": f"{place}.html", "markdown": f"{place}.md"},
        )
        for place, (notebook, parameters) in places.items()
    ]
    runs[0].outputs["editors"] = "editors.html"

    def make(folder: Path) -> None:
        folder.mkdir()
        assert run_notebooks(runs, folder) == []

    with lent(copied("shipped", make, tmp_path_factory)) as folder:
        yield folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, as Debian packages it."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("There is no Chromium: install Debian's package 'chromium'.")
    from playwright.sync_api import sync_playwright

    flags = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags.split())
        yield browser
        browser.close()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/api?token={TOKEN}"):
            return True
    except OSError:
        return False


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tables and the notebooks."""
    folder = tmp_path_factory.mktemp("lab") / "project"
    for name in ("data", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def lab(browser: Any, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab that serves the project, with settings of its own."""
    assert browser  # where Chromium is missing, nothing is started
    own = tmp_path_factory.mktemp("jupyter")
    address = f"http://127.0.0.1:{(port := free_port())}"
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    options = [
        "--no-browser",
        "--allow-root",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={project}",
        f"--IdentityProvider.token={TOKEN}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    with (own / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env={**os.environ, **{name: str(own / name) for name in places}},
            stdout=log,
            stderr=log,
        )
    try:
        wait_until(lambda: answers(address) or server.poll() is not None)
        assert server.poll() is None, (own / "log").read_text()
        yield address
    finally:
        server.terminate()
        server.wait()
