"""Plan, run, export, record: from tables to the exports that readers open.

A build is a list of runs. A run is one notebook with its parameters, and the files its exports
go to. Runs are independent, so they share the machine's cores; each is executed by papermill in a
process of its own (`ketcontent.engine`) and exported by the worker that ran it. When all runs of a
document have succeeded, its folder is put in place in one step; when one has failed, what was
published before stays, and the others go on.

::

    exports/index.html                        every document, its state, its dates
    exports/<document>/index.html  .md        the current edition
    exports/<document>/supplied.html  .md     the page as received
    exports/<document>/sections/<section>.html  .md
    exports/<document>/record.json            each sentence shown, and who signed it
    exports/<document>/review.html            for editors; not committed
    exports/manifest.json                     hashes of what went in and what came out
    exports/.notebooks/                       the executed notebooks, and the tables they ran
                                              on; not committed
    exports/.work/                            what a build is working on; not committed

Same inputs, same bytes: the exports hold no clock, no random id and no path of the machine.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, get_args

import ketcontent
from ketcontent import files
from ketcontent.diagnostics import Report
from ketcontent.documents import Edition, assemble
from ketcontent.errors import (
    BuildFailed,
    KetcontentError,
    NotReady,
    UnknownName,
    WrongParameter,
    nearest,
)
from ketcontent.records import record
from ketcontent.schemas import counted
from ketcontent.tables import Content, empty_content, read_content, write_content

FORMATS = {"html": ".html", "markdown": ".md"}
"""The formats of an export, and the ending of each."""

NOTEBOOKS = ("section", "document", "review", "index")
"""The notebooks that a build runs."""


@dataclass(frozen=True, slots=True)
class Run:
    """One notebook to execute and export."""

    notebook: Path
    """The notebook."""
    parameters: dict[str, Any]
    """Its parameters."""
    document: str
    """The page it belongs to; empty for the index."""
    outputs: dict[str, str]
    """By format, the file to write, relative to the folder of the exports."""

    @property
    def name(self) -> str:
        """What to call the run in a line: notebook, page and part.

        Examples
        --------
        >>> Run(Path("n/section.ipynb"), {"section": "uses"}, "ketamine", {}).name
        'ketamine: section uses'
        """
        what = self.notebook.stem
        if what == "document":
            what = f"{self.parameters.get('edition', '')} edition"
        part = self.parameters.get("section", "")
        return ": ".join(filter(None, [self.document, f"{what} {part}".strip()]))

    @property
    def executed(self) -> str:
        """Where the executed notebook is kept, relative to the folder of executed notebooks.

        Examples
        --------
        >>> Run(Path("n/index.ipynb"), {}, "", {"html": "index.html"}).executed
        'index.ipynb'
        """
        return str(Path(next(iter(self.outputs.values()))).with_suffix(".ipynb"))


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that failed."""

    document: str
    """The page; empty for the index."""
    notebook: str
    """The file name of the notebook."""
    cell: int | None
    """The number of the cell in the saved notebook, counted from 1; None before any cell ran."""
    line: int | None
    """The line in the cell's source, counted from 1; None where it is not known."""
    source: str
    """That line; the first of the cell where it is not known."""
    exception: str
    """The exception, with its message."""
    saved: str
    """Where the half-run notebook is kept; empty where there is none."""

    def __str__(self) -> str:
        where = ", ".join(
            filter(
                None,
                [
                    self.notebook,
                    f"cell {self.cell}" if self.cell else "",
                    f"line {self.line}" if self.line else "",
                ],
            )
        )
        lines = [f"{self.document or 'all pages'}: {where}: {self.exception}"]
        lines += [f"    {self.source.strip()}"] if self.source.strip() else []
        lines += [f"    half-run notebook: {self.saved}"] if self.saved else []
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is."""

    done: int
    """Notebooks done."""
    total: int
    """Notebooks in all."""
    finished: str
    """The notebook just done; empty at the start."""
    seconds: float
    """How long that one took."""
    at_work: str
    """The first notebook that is not done; empty at the end."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build wrote."""

    folder: Path
    """The folder of the exports."""
    documents: tuple[str, ...]
    """The pages that were published."""
    files: tuple[str, ...]
    """The files, relative to the folder."""

    def __repr__(self) -> str:
        return f"<Built {counted(len(self.files), 'file')} in {self.folder}>"


def build(
    documents: Sequence[str] = (),
    *,
    data: str | os.PathLike[str] = "data",
    exports: str | os.PathLike[str] = "exports",
    notebooks: str | os.PathLike[str] = "notebooks",
    editions: Collection[str] = get_args(Edition),
    formats: Collection[str] = tuple(FORMATS),
    jobs: int | None = None,
    release: bool = False,
    progress: Callable[[Progress], None] | None = None,
    waiting: Callable[[str], None] | None = None,
) -> Built:
    """Run the notebooks, export them, and publish the exports.

    A page is exported as a draft, and says so, until every sentence of it has its sign-offs.

    Parameters
    ----------
    documents
        The pages to build; by default all.
    data, exports, notebooks
        The folders of the tables, of the exports and of the notebooks.
    editions
        ``current``, ``supplied`` or both.
    formats
        ``html``, ``markdown`` or both.
    jobs
        How many notebooks to run at once; by default one a core.
    release
        Whether to export only pages that may be released today: no error of any judge, no
        sign-off missing or stale, no date past. The others are not exported at all.
    progress
        Called at the start, and as each notebook is done.
    waiting
        Called once with who is building, when another build is to be waited for.

    Raises
    ------
    NotReady
        When `release` is set and a page is not ready; the ready ones were published.
    BuildFailed
        When a notebook failed; every other document was published.
    WrongParameter
        When a notebook does not take a parameter the build gives it; nothing was run.
    BrokenTables
        When the tables have faults; nothing was run.
    UnknownName
        When there is no such document, edition or format.

    Examples
    --------
    >>> build(["ketamin"])
    Traceback (most recent call last):
        ...
    ketcontent.errors.UnknownName: No document 'ketamin'.
    hint: Did you mean 'ketamine'?
    """
    for kind, names, known in (
        ("edition", editions, get_args(Edition)),
        ("format", formats, tuple(FORMATS)),
    ):
        for name in names:
            if name not in known:
                raise UnknownName.of(kind, name, known)
    _workers()  # they import while the tables are read
    target = Path(exports).absolute()
    waited = False
    refused: dict[str, Report] = {}

    def prepare() -> tuple[Content, list[Run]]:
        content = read_content(data)
        chosen = documents
        if release:
            _refuse_unready(content, documents, refused)
            known = documents or list(content.documents["document"])
            chosen = [page for page in known if page not in refused]
        runs = plan(
            content,
            chosen,
            data=target / ".notebooks" / "data",
            notebooks=Path(notebooks),
            editions=editions,
            formats=formats,
        )
        for run in runs:
            check_parameters(run.notebook, run.parameters)
        # Where nothing may be released there is no page to plan, and plan takes that for all.
        return content, [] if refused and not chosen else runs

    def wait(holder: str) -> None:
        nonlocal waited
        waited = True
        if waiting is not None:
            waiting(holder)

    content, runs = prepare()
    target.mkdir(parents=True, exist_ok=True)
    with files.hold(target / ".lock", purpose="building", patience=-1, waiting=wait):
        if waited:  # what was read before may be older than what the other build published
            content, runs = prepare()
        kept = target / ".notebooks"
        shutil.rmtree(kept, ignore_errors=True)
        # All notebooks of a build read the same tables, whatever is saved meanwhile; and whoever
        # opens an executed notebook afterwards finds the tables that it ran on.
        write_content(content, kept / "data")
        idle = bool(refused) and not runs
        built = None if idle else _build(content, runs, target, jobs or _cores(), progress)
    if refused:
        report = Report.of([one for found in refused.values() for one in found])
        raise NotReady(
            f"Not released: {', '.join(refused)}. {counted(len(report), 'row')} stand against it.",
            hint="Settle each row above, then build again; without --release the page is "
            "exported as a draft.",
            report=report,
        )
    assert built is not None  # only a refusal leaves a build idle
    return built


def _refuse_unready(content: Content, documents: Sequence[str], refused: dict[str, Report]) -> None:
    """Note, by page, the errors that stand against its release today."""
    from ketcontent.checks import check

    refused.clear()
    for page in documents or list(content.documents["document"]):
        errors = [one for one in check(content, [page]) if one.severity == "error"]
        if errors:
            refused[page] = Report.of(errors)


def plan(
    content: Content,
    documents: Sequence[str] = (),
    *,
    data: Path,
    notebooks: Path = Path("notebooks"),
    editions: Collection[str] = get_args(Edition),
    formats: Collection[str] = tuple(FORMATS),
) -> list[Run]:
    """Return the runs of a build, the pages in order of their keys, the index last.

    Parameters
    ----------
    content
        The tables.
    documents
        The pages; by default all.
    data
        The folder the notebooks shall read.
    notebooks
        The folder of the notebooks.
    editions, formats
        As `build` takes them.

    Raises
    ------
    UnknownName
        When there is no such document.
    KetcontentError
        When a notebook is not there.

    Examples
    --------
    >>> runs = plan(read_content("data"), data=Path("data"), editions=["supplied"])
    >>> [run.name for run in runs]
    ['ketamine: supplied edition', 'index']
    >>> runs[0].outputs["markdown"]
    'ketamine/supplied.md'
    """
    known = list(content.documents["document"])
    for name in documents:
        if name not in known:
            raise UnknownName.of("document", name, known)
    paths = {name: notebooks / f"{name}.ipynb" for name in NOTEBOOKS}
    for path in paths.values():
        if not path.is_file():
            raise KetcontentError(
                f"No notebook {path}.",
                hint="Run this in the folder of the project, or name the folder of the notebooks "
                "with --notebooks.",
                path=str(path),
            )
    endings = {name: ending for name, ending in FORMATS.items() if name in formats}

    def run(
        notebook: str, stem: str, parameters: dict[str, str], only: Collection[str] = FORMATS
    ) -> Run:
        return Run(
            paths[notebook],
            {**parameters, "data": str(data.absolute())},
            parameters.get("document", ""),
            {name: f"{stem}{ending}" for name, ending in endings.items() if name in only},
        )

    runs: list[Run] = []
    for key in sorted(set(documents) or known):
        page = assemble(content, key)
        if "current" in editions:
            current = {"document": key, "edition": "current"}
            runs.append(run("document", f"{key}/index", current))
            for section in page:
                stem = f"{key}/sections/{section.section}"
                runs.append(run("section", stem, {**current, "section": section.section}))
            runs.append(run("review", f"{key}/review", {"document": key}, ["html"]))
        if "supplied" in editions and page.received:
            runs.append(
                run("document", f"{key}/supplied", {"document": key, "edition": "supplied"})
            )
    runs.append(run("index", "index", {}, ["html"]))
    return [one for one in runs if one.outputs]


# --- parameters ------------------------------------------------------------------------------


def check_parameters(notebook: Path, parameters: dict[str, Any]) -> None:
    """Refuse parameters that a notebook does not take, before any kernel starts.

    Every parameter must be declared in the cell tagged ``parameters``, with a value of the type
    it is annotated with, and every declared parameter without a default must be given.

    Raises
    ------
    WrongParameter
        Naming the notebook, the parameter, and the nearest one it declares.

    Notes
    -----
    papermill logs an unknown parameter and runs the notebook with the default: a page exported
    under another's name.

    Examples
    --------
    >>> check_parameters(Path("notebooks/section.ipynb"), {"documnet": "ketamine"})
    Traceback (most recent call last):
        ...
    ketcontent.errors.WrongParameter: section.ipynb has no parameter 'documnet'.
    hint: Did you mean 'document'?
    """
    declared = _declared(notebook)

    def refuse(name: str, message: str, hint: str) -> WrongParameter:
        return WrongParameter(
            f"{notebook.name} {message}", hint=hint, notebook=str(notebook), parameter=name
        )

    for name, value in parameters.items():
        if name not in declared:
            hint = nearest(name, declared) or "Declare it in the cell tagged 'parameters'."
            raise refuse(name, f"has no parameter '{name}'.", hint)
        wanted = _TYPES.get(declared[name]["inferred_type_name"].partition("[")[0])
        if wanted and not _is_a(value, wanted):
            raise refuse(
                name,
                f"takes a {wanted.__name__} as '{name}', not {value!r}.",
                f"Give it a {wanted.__name__}.",
            )
    for name, parameter in declared.items():
        if parameter["default"] == "..." and name not in parameters:
            raise refuse(name, f"needs the parameter '{name}'.", f"Give {name} a value.")


def _is_a(value: Any, wanted: type) -> bool:
    if isinstance(value, bool):  # an int to Python, but not to whoever wrote `count: int`
        return wanted is bool
    return isinstance(value, (int, float) if wanted is float else wanted)


_TYPES: dict[str, type] = {one.__name__: one for one in (str, int, float, bool, list, dict)}


def _declared(notebook: Path) -> dict[str, Any]:
    from papermill import inspect_notebook

    try:
        return dict(inspect_notebook(str(notebook)))
    except Exception as fault:
        raise KetcontentError(
            f"{notebook} is not a notebook: {_first_line(str(fault))}",
            hint="Restore it, or save it anew in JupyterLab.",
            path=str(notebook),
        ) from None


# --- running ---------------------------------------------------------------------------------


def _build(
    content: Content,
    runs: list[Run],
    exports: Path,
    jobs: int,
    progress: Callable[[Progress], None] | None,
) -> Built:
    work = exports / ".work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    pages = sorted({run.document for run in runs if run.document})
    for page in pages:
        files.restore_folder(exports / page)
    failures = _run_all(runs, work, exports / ".notebooks", jobs, progress)
    failed = {failure.document for failure in failures}
    for page in pages:
        if page not in failed:
            _publish_page(content, exports, work, page, runs)
    written = {path for run in runs if run.document not in failed for path in run.outputs.values()}
    if "" not in failed and (work / "index.html").exists():
        files.replace_file(exports / "index.html", (work / "index.html").read_bytes())
    published = tuple(page for page in pages if page not in failed)
    written |= {f"{Path(path).parts[0]}/record.json" for path in _records(written - {"index.html"})}
    _write_manifest(content, runs, exports, published)
    # A page that was deleted goes even where another one failed; index and manifest forgot it.
    _withdraw(exports, set(content.documents["document"]))
    shutil.rmtree(work, ignore_errors=True)
    if failures:
        raise BuildFailed(
            f"{counted(len(failures), 'notebook')} failed; "
            f"{counted(len(published), 'page')} published.\n"
            + "\n".join(str(failure) for failure in failures),
            hint="Open the half-run notebook in JupyterLab, mend the cell or the row, and build "
            "again. What was published before is still there.",
            failures=tuple(failures),
        )
    return Built(exports, published, tuple(sorted([*written, "manifest.json"])))


def _run_all(
    runs: list[Run],
    work: Path,
    kept: Path,
    jobs: int,
    progress: Callable[[Progress], None] | None,
) -> list[Failure]:
    """Execute and export every run; return those that failed, in the order of the plan."""
    report = progress or (lambda _: None)
    failures: dict[int, Failure] = {}
    remaining = dict(enumerate(run.name for run in runs))
    before = set(multiprocessing.active_children())
    with ProcessPoolExecutor(
        max(1, min(jobs, len(runs))),
        mp_context=_workers(),
        initializer=_start_worker,
        initargs=(kept, dict(os.environ)),
    ) as pool:
        places = {pool.submit(_run_one, run, work, kept): n for n, run in enumerate(runs)}
        report(Progress(0, len(runs), "", 0.0, next(iter(remaining.values()), "")))
        try:
            for future in as_completed(places):
                place = places[future]
                failure, seconds = _result(future, runs[place])
                if failure:
                    failures[place] = failure
                name = remaining.pop(place)
                at_work = next(iter(remaining.values()), "")
                report(Progress(len(runs) - len(remaining), len(runs), name, seconds, at_work))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in set(multiprocessing.active_children()) - before:
                worker.terminate()
            raise
    return [failures[place] for place in sorted(failures)]


def _workers() -> Any:
    """Return where workers come from: forks of one fresh interpreter that imports all they need.

    What the caller has imported or changed reaches no notebook. The interpreter imports in the
    background, from the first call on.
    """
    from ketcontent import engine

    if not engine.can_fork():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*engine.KERNEL, *_NEEDED, *engine.WARM])
    missing = {name: engine.SURROUNDINGS[name] for name in engine.SURROUNDINGS.keys() - os.environ}
    os.environ.update(missing)
    try:
        forkserver.ensure_running()
    finally:
        for name in missing:
            del os.environ[name]
    return context


_NEEDED = ["papermill", "ketcontent.exporters", "ketcontent.engine", "ketcontent.builds", "nh3"]
"""What a worker imports, beside what its notebooks do."""


def _start_worker(kept: Path, environment: dict[str, str]) -> None:
    """Make a worker end when it is told to, or when its parent is gone; its kernel follows."""
    from ketcontent import engine

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    os.environ.clear()
    os.environ.update(environment)
    # Kernels say on stderr how they died.
    kept.mkdir(parents=True, exist_ok=True)
    handle = os.open(kept / "kernels.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(handle, 2)
    if (kept / "data").is_dir():
        # What frictionless says of rows is remembered by the rows: a second to each notebook.
        read_content(kept / "data")
    if engine.can_fork():
        engine.branch()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        # SystemExit would not do: to the pool it is the result of a task, and the worker goes on.
        os._exit(1)


def _result(future: Future[tuple[Failure | None, float]], run: Run) -> tuple[Failure | None, float]:
    try:
        return future.result()
    except BrokenProcessPool:
        lost = "the process that ran it was killed"
        return Failure(run.document, run.notebook.name, None, None, "", lost, ""), 0.0


def _run_one(run: Run, work: Path, kept: Path) -> tuple[Failure | None, float]:
    """Execute a notebook, export it in each format; return how it failed, and the seconds."""
    start = time.perf_counter()
    executed = kept / run.executed
    executed.parent.mkdir(parents=True, exist_ok=True)
    executed.unlink(missing_ok=True)
    failure = _executed(run, executed) or _exported(run, executed, work)
    return failure, time.perf_counter() - start


def _executed(run: Run, saved: Path) -> Failure | None:
    import logging

    import papermill

    logging.getLogger("papermill").setLevel(logging.ERROR)
    fault: Exception | None = None
    try:
        # papermill saves after every cell, so that the notebook is kept when its kernel dies.
        papermill.execute_notebook(
            str(run.notebook),
            str(saved),
            parameters=run.parameters,
            cwd=str(run.notebook.parent),
            kernel_name="python3",
            engine_name="ketcontent",
            progress_bar=False,
        )
    except papermill.PapermillExecutionError as raised:
        fault = raised
    except Exception as raised:
        return _failure(run, saved, raised)
    # To papermill, a cell tagged raises-exception fails, and one that calls sys.exit() is the end
    # of a notebook that went well. What counts here is whether all cells were run.
    notebook = json.loads(saved.read_bytes())
    if any(_facts(cell).get("exception") for cell in notebook["cells"]):
        return _failure(run, saved, fault)
    if fault:
        notebook["cells"] = [cell for cell in notebook["cells"] if not _is_marker(cell)]
        saved.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return None


def _facts(cell: dict[str, Any]) -> dict[str, Any]:
    """Return what papermill says of a cell it ran."""
    return dict(cell["metadata"].get("papermill", {}))


def _is_marker(cell: dict[str, Any]) -> bool:
    """Whether papermill put the cell in to point at an error."""
    return "papermill-error-cell-tag" in cell["metadata"].get("tags", ())


def _exported(run: Run, executed: Path, work: Path) -> Failure | None:
    from ketcontent.exporters import export

    try:
        for form, name in run.outputs.items():
            path = work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            files.write_through(path, export(executed, form))
    except Exception as fault:
        said = f"{type(fault).__name__} while exporting: {_first_line(str(fault))}"
        return Failure(run.document, run.notebook.name, None, None, "", said, str(executed))
    return None


def _failure(run: Run, saved: Path, fault: Exception | None) -> Failure:
    """Return where a notebook failed, as it stands in the notebook that was saved."""
    said = f"{type(fault).__name__}: {_first_line(str(fault))}"
    cells = json.loads(saved.read_bytes())["cells"] if saved.exists() else []
    # papermill marks the cell that raised; when the kernel died, the last one that was started.
    raised = [place for place, cell in enumerate(cells) if _facts(cell).get("exception")]
    started = [place for place, cell in enumerate(cells) if _facts(cell).get("start_time")]
    if not (raised or started):
        kept = str(saved) if cells else ""
        return Failure(run.document, run.notebook.name, None, None, "", said, kept)
    place = raised[0] if raised else started[-1]
    source = "".join(cells[place]["source"]).splitlines()
    line = 1 if len(source) == 1 else None
    for output in cells[place].get("outputs", ()):
        if output["output_type"] == "error":
            said = f"{output['ename']}: {_first_line(output['evalue'])}".removesuffix(": ")
            line = _line_of(output["traceback"]) or line
    shown = source[(line or 1) - 1] if source else ""
    return Failure(run.document, run.notebook.name, place + 1, line, shown, said, str(saved))


_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_IN_CELL = re.compile(r"Cell In\[\d+\], line (\d+)")


def _line_of(traceback: Iterable[str]) -> int | None:
    """Return the line of the cell that a traceback starts from."""
    for entry in traceback:
        found = _IN_CELL.search(_ANSI.sub("", entry))
        if found:
            return int(found.group(1))
    return None


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else ""


# --- publishing ------------------------------------------------------------------------------


def _withdraw(exports: Path, known: set[str]) -> None:
    """Delete the folders of pages that a build once published and the tables no longer have."""
    for page in _published(exports) - known:
        shutil.rmtree(exports / page, ignore_errors=True)


def _published(exports: Path) -> set[str]:
    """Return the pages with a folder in the exports: those with a page in it."""
    return {path.parent.name for path in exports.glob("*/index.html")} | {
        path.parent.name for path in exports.glob("*/supplied.html")
    }


def _write_record(content: Content, made: Path, page: str) -> None:
    """Write the record of what the finished pages show, beside them."""
    pages = {
        path.relative_to(made).as_posix(): path.read_text("utf-8")
        for path in sorted([*made.rglob("*.html"), *made.rglob("*.md")])
        if _records([path.name])
    }
    text = json.dumps(record(content, page, pages), indent=1, ensure_ascii=False) + "\n"
    files.write_through(made / "record.json", text.encode())


def _publish_page(content: Content, exports: Path, work: Path, page: str, runs: list[Run]) -> None:
    """Put the folder of a page in place in one step.

    What this build did not make (the other edition, the other format) is taken over from what is
    published, except for sections that the page no longer has.
    """
    outputs = {path for run in runs if run.document == page for path in run.outputs.values()}
    made = work / page
    published = exports / page
    sections_built = any("/sections/" in path for path in outputs)
    for old in sorted(published.rglob("*")) if published.exists() else ():
        name = old.relative_to(exports).as_posix()
        gone = sections_built and "/sections/" in name and not _same_section(name, outputs)
        if old.is_file() and name not in outputs and not gone:
            new = work / name
            new.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(old, new)
    # The record speaks of the current edition alone: where a build leaves that as it was, the
    # tables may have moved on, and the record must not.
    if _records(outputs):
        _write_record(content, made, page)
    files.swap_folders(made, published)


def _records(outputs: Collection[str]) -> set[str]:
    """Return those of some outputs that show a current edition, which its record holds."""
    return {path for path in outputs if Path(path).stem not in ("supplied", "review")}


def _same_section(name: str, outputs: set[str]) -> bool:
    stem = name.rpartition(".")[0]
    return any(path.rpartition(".")[0] == stem for path in outputs)


def _write_manifest(
    content: Content, runs: list[Run], exports: Path, published: tuple[str, ...]
) -> None:
    """Write what went into each published page, and what came out, as hashes."""
    path = exports / "manifest.json"
    try:
        pages = dict(json.loads(path.read_bytes())["documents"])
    except (OSError, ValueError, KeyError, TypeError):
        pages = {}
    code = {run.notebook.name: _notebook_hash(run.notebook) for run in runs}
    for page in published:
        outputs = sorted(
            one.relative_to(exports).as_posix()
            for one in (exports / page).rglob("*")
            if one.is_file() and one.name != "review.html"
        )
        pages[page] = {
            "content": content_hash(content, page),
            "notebooks": {name: code[name] for name in sorted(code) if name != "index.ipynb"},
            "outputs": {name: _file_hash(exports / name) for name in outputs},
        }
    known = set(content.documents["document"])
    manifest = {
        "ketcontent": ketcontent.__version__,
        "documents": {page: pages[page] for page in sorted(pages) if page in known},
    }
    if (exports / "index.html").exists():
        manifest["outputs"] = {"index.html": _file_hash(exports / "index.html")}
    files.replace_file(path, (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode())


def content_hash(content: Content, document: str) -> str:
    """Return the hash of the rows that a page is made of.

    Examples
    --------
    >>> content_hash(read_content("data"), "ketamine")[:7]
    'sha256:'
    """
    rows: list[Any] = []
    for table in ("documents", "sections", "statements"):
        frame = getattr(content, table)
        rows.append(frame[frame["document"] == document].astype(str).values.tolist())
    rows += [content.notices.values.tolist(), content.terms.values.tolist()]
    return _hash(json.dumps(rows, ensure_ascii=False).encode())


def _notebook_hash(notebook: Path) -> str:
    """Return the hash of a notebook's sources, whatever its outputs and metadata."""
    cells = json.loads(notebook.read_bytes())["cells"]
    said = [[cell["cell_type"], "".join(cell["source"])] for cell in cells]
    return _hash(json.dumps(said, ensure_ascii=False).encode())


def _file_hash(path: Path) -> str:
    return _hash(path.read_bytes())


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _hash(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


# --- a new project ---------------------------------------------------------------------------


def create_project(folder: str | os.PathLike[str]) -> Path:
    """Make an empty content project: tables, notebooks, a folder for the exports.

    The tables are empty but for the rules of prose and the policies of sign-off.

    Raises
    ------
    KetcontentError
        When the folder is there and not empty.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     project = create_project(Path(folder, "pages"))
    ...     print(sorted(path.name for path in project.iterdir()))
    ['.gitignore', 'data', 'exports', 'notebooks']
    """
    project = Path(folder)
    if project.exists() and (not project.is_dir() or any(project.iterdir())):
        raise KetcontentError(
            f"{project} is there already, and not empty.",
            hint="Name a folder that does not exist yet.",
            path=str(project),
        )
    write_content(empty_content(), project / "data")
    for name in (
        "rules.csv",
        "policies.csv",
        "strings.csv",
    ):  # the house's own, to be changed
        shutil.copyfile(files.shipped("data") / name, project / "data" / name)
    (project / "exports").mkdir()
    (project / "notebooks").mkdir()
    for name in (*NOTEBOOKS, "workbench"):
        shipped = files.shipped("notebooks") / f"{name}.ipynb"
        shutil.copyfile(shipped, project / "notebooks" / shipped.name)
    files.replace_file(project / ".gitignore", _IGNORED.encode())
    return project


_IGNORED = """\
.ipynb_checkpoints/
data/.lock*
data/.saving/
data/.staged/
data/.drafts/
exports/.*
exports/*/review.html
"""
