"""How long `ketcontent build` takes, beside what else would do its work.

::

    python -m tests.benchmarks.build                      the whole shipped page
    python -m tests.benchmarks.build --runs 6             its first six notebooks and no more
    python -m tests.benchmarks.build --peers ENVIRONMENT  with Jupyter Book 1 and ploomber-engine

All is timed in one run, one after the other, on the same notebooks and the same tables (a copy in
a temporary folder):

- the plain loop: for each run of `ketcontent.building.plan.plan_runs`, the ``papermill`` command,
  then ``jupyter nbconvert`` once a format, each in a process of its own, as a shell script does it;
- ``ketcontent build`` cold: nothing was built before;
- warm: all notebooks again, in workers that are ready;
- ``ketcontent build`` again, with nothing changed;
- one statement changed, in a new process: its section, its page, the review and the index;
- ``ketcontent build --watch``: from the save of a statement to its page and section in their
  place;
- with ``--peers``, the folder of a virtual environment with this package and ``jupyter-book<2``,
  ``papermill`` and ``ploomber-engine`` in it: the same executed by ``jupyter-book build``, and by
  papermill's engine ``embedded``, which runs all notebooks in one process that they share. That
  one is the floor: it starts no kernel, and one notebook sees what another left behind.

Each is timed five times and the median printed (``--times``); the plain loop, which takes minutes
for what the others do in seconds, once unless ``--plain-times`` says otherwise. What is printed is
wall time, so leave the machine alone meanwhile. Compare the ratios, not the seconds, of two
machines.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ketcontent import read_content, write_content
from ketcontent.building.plan import EDITIONS, FORMATS, KEPT, plan_runs
from ketcontent.building.preview import News
from ketcontent.building.request import Request
from ketcontent.building.watching import watch
from ketcontent.execution.pool import available_cores, process_pool, run_all
from ketcontent.execution.run import Run

ROOT = Path(__file__).parent.parent.parent

BUILD = """\
import sys
from ketcontent.cli import main
runs = int(sys.argv.pop(1))
if runs:
    from ketcontent.building import request
    plan_runs = request.plan_runs
    request.plan_runs = lambda *given, **options: plan_runs(*given, **options)[:runs]
main()
"""

EMBEDDED = """\
import json, sys, time
from pathlib import Path
import papermill
from nbconvert.exporters import get_exporter
start = time.perf_counter()
exporters = {}
for notebook, parameters, outputs, folder in json.load(sys.stdin):
    executed = Path(folder, "executed.ipynb")
    papermill.execute_notebook(notebook, executed, parameters=parameters, cwd=str(
        Path(notebook).parent), engine_name="embedded", progress_bar=False)
    for form, name in outputs.items():
        exporter = exporters.setdefault(form, get_exporter(f"ketcontent-{form}")())
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(exporter.from_filename(str(executed))[0])
print(time.perf_counter() - start)
"""


def main() -> None:
    """Time all of it, and print a table."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.build", description="Time ketcontent build."
    )
    parser.add_argument("--runs", type=int, default=0, metavar="N", help="the first N notebooks")
    parser.add_argument("--times", type=int, default=5, metavar="N", help="the median of N")
    parser.add_argument("--plain-times", type=int, default=1, metavar="N", help="for the loop")
    parser.add_argument("--peers", type=Path, metavar="DIR", help="a virtual environment")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        project = Path(folder, "project")
        for name in ("data", "notebooks"):
            shutil.copytree(ROOT / name, project / name)
        content = read_content(project / "data")
        planned = plan_runs(content, kept=project / "kept", notebooks=project / "notebooks")
        whole = {"data": str(project / "data")}
        chosen = [
            replace(run, parameters={**run.parameters, **whole})
            for run in (planned[: options.runs] if options.runs else planned)
        ]
        notebooks = len(chosen)
        cores = available_cores()
        print(f"{notebooks} notebooks in {' and '.join(FORMATS)} on {cores} cores\n")
        heads = ("median of", "seconds", "notebooks", "s a notebook", "times as fast")
        print(f"{'':46}" + "".join(f"{head:>14}" for head in heads))
        slowest = 0.0
        for name, count, times, work in ways(project, chosen, options):
            took = [work() for _ in range(times)]
            median = statistics.median(took)
            slowest = slowest or median / notebooks
            ratio = slowest * notebooks / median
            cells = (str(times), f"{median:.2f}", str(count), f"{median / max(1, count):.2f}")
            print(f"{name:46}" + "".join(f"{cell:>14}" for cell in (*cells, f"{ratio:.1f}")))
            sys.stdout.flush()


Way = tuple[str, int, int, Callable[[], float]]


def ways(project: Path, runs: list[Run], options: argparse.Namespace) -> Iterator[Way]:
    """Yield what to time: its name, how many notebooks it runs, how often, and the work."""
    count, times = len(runs), options.times
    limit = options.runs
    yield (
        "papermill, then nbconvert once a format",
        count,
        options.plain_times,
        lambda: seconds(lambda: [plain_run(project, run) for run in runs]),
    )
    yield "ketcontent build, cold", count, times, lambda: cold(project, limit)
    with warm_workers(project) as again:
        yield (
            "all notebooks again, in warm workers",
            count,
            times,
            lambda: again(runs_of(project)[:count]),
        )
    cold(project, limit)
    yield "ketcontent build, nothing changed", 0, times, lambda: build(project, limit)
    if not limit:
        yield "one statement changed, a new process", 4, times, lambda: changed(project)
        with watched(project) as save:
            yield "--watch, from the save to the written page", 2, times, save
    if options.peers:
        yield "Jupyter Book 1, cold", count, times, lambda: book(project, runs, options.peers)
        yield (
            "papermill's engine embedded, one process",
            count,
            times,
            lambda: embedded(project, runs, options.peers),
        )


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def quietly(command: list[str], folder: Path, given: str = "") -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, input=given
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return done.stdout


# --- ours ------------------------------------------------------------------------------------


def build(project: Path, limit: int) -> float:
    return seconds(lambda: quietly([sys.executable, "-c", BUILD, str(limit), "build"], project))


def cold(project: Path, limit: int) -> float:
    shutil.rmtree(project / "exports", ignore_errors=True)
    return build(project, limit)


def reword(project: Path) -> None:
    """Change one statement, as an editor saves it."""
    content = read_content(project / "data")
    statements = content.statements.copy()
    text = statements.loc[statements["statement"] == "description-1", "text"].iloc[0]
    longer = text[:-1] if text.endswith(" .") else f"{text} ."
    statements.loc[statements["statement"] == "description-1", "text"] = longer
    write_content(replace(content, statements=statements))


def changed(project: Path) -> float:
    reword(project)
    return build(project, 0)


@contextmanager
def warm_workers(project: Path) -> Iterator[Callable[[list[Run]], float]]:
    """Give a way to run notebooks in workers that have run one before."""
    work, kept = project / "work", project / "kept"
    with process_pool(available_cores(), kept) as executor:

        def again(runs: list[Run]) -> float:
            return seconds(lambda: list(run_all(executor, runs, work, kept)))

        again(runs_of(project)[:2])
        yield again


def runs_of(project: Path) -> list[Run]:
    """Return the runs of a build of the project, on the tables that the build gave them."""
    return plan_runs(
        read_content(project / "data"),
        kept=project / "exports" / KEPT,
        notebooks=project / "notebooks",
    )


@contextmanager
def watched(project: Path) -> Iterator[Callable[[], float]]:
    """Give a way to time the way from a save to the page that shows it."""
    places = (project / "data", project / "exports", project / "notebooks")
    request = Request((), *places, EDITIONS, tuple(FORMATS), False)
    stop, written = threading.Event(), threading.Semaphore(0)
    moment = 0.0

    def told(news: News) -> None:
        nonlocal moment
        if news.built is None:
            sys.exit(news.fault)
        moment = time.perf_counter()
        written.release()

    thread = threading.Thread(target=lambda: watch(request, told=told, stop=stop), daemon=True)
    thread.start()
    for _ in range(2):  # the page, then the index and the review
        written.acquire()

    def save() -> float:
        reword(project)
        saved = time.perf_counter()
        written.acquire()
        took = moment - saved
        written.acquire()
        time.sleep(0.2)
        return took

    try:
        yield save
    finally:
        stop.set()
        thread.join()


# --- the others ------------------------------------------------------------------------------


def plain_run(project: Path, run: Run) -> None:
    """Execute and export one notebook the way that a shell script does."""
    executed = project / "loop" / run.executed
    executed.parent.mkdir(parents=True, exist_ok=True)
    given = [word for pair in run.parameters.items() for word in ("-p", *pair)]
    call("papermill", "--no-progress-bar", str(run.notebook), str(executed), *given)
    for form, name in run.outputs.items():
        written = project / "loop" / name
        call(
            *("nbconvert", "--to", f"ketcontent-{form}", str(executed)),
            *("--output-dir", str(written.parent), "--output", written.name),
        )


def call(module: str, *words: str) -> None:
    quietly([sys.executable, "-m", module, *words], ROOT / "notebooks")


def book(project: Path, runs: list[Run], peers: Path) -> float:
    """Build a book of the same notebooks with the same parameters, nothing of it cached."""
    folder = project / "book"
    shutil.rmtree(folder, ignore_errors=True)
    names = []
    for run in runs:
        said = json.loads(run.notebook.read_bytes())
        for cell in said["cells"]:
            if "parameters" in cell["metadata"].get("tags", ()):
                given = [f"{name} = {value!r}" for name, value in run.parameters.items()]
                cell["source"] = "\n".join(given)
        path = folder / run.executed
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(said))
        names.append(str(Path(run.executed).with_suffix("")))
    root, *others = names[::-1]
    chapters = "".join(f"  - file: {name}\n" for name in others)
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: {root}\nchapters:\n{chapters}")
    (folder / "_config.yml").write_text("title: The same\nexecute:\n  execute_notebooks: force\n")
    command = [str(peers / "bin" / "jupyter-book"), "build", "--quiet", str(folder)]
    return seconds(lambda: quietly(command, project))


def embedded(project: Path, runs: list[Run], peers: Path) -> float:
    """Run and export all notebooks in one process that they share."""
    folder = project / "embedded"
    folder.mkdir(exist_ok=True)
    given = [[str(run.notebook), run.parameters, run.outputs, str(folder)] for run in runs]
    command = [str(peers / "bin" / "python"), "-c", EMBEDDED]
    return float(quietly(command, project, json.dumps(given)).splitlines()[-1])


if __name__ == "__main__":
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    # Where Python may not keep what it compiled, all that is started here compiles it anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    main()
