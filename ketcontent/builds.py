"""Plan, run what changed, export, record: from tables to the exports that readers open.

A build is a list of runs (`ketcontent.workers`). A page's runs are given the rows of that page
(`ketcontent.parts`) and nothing else; what each of them read of these is in its trace
(`ketcontent.traces`), and the ledger (`ketcontent.ledgers`) has what all of it was like. A run is
left out when nothing that it read has changed and its exports are as it wrote them. When all runs
of a page have succeeded, its folder is put in place in one step; when one has failed, what was
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
    exports/.ledger/                          what was made from what; not committed
    exports/.work/                            what a build is working on; not committed

Same inputs, same bytes: the exports hold no clock, no random id and no path of the machine.

Notes
-----
What is needed only where something has changed is imported there: a build for which nothing has
changed loads no table and no pandas.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ketcontent
from ketcontent import files, ledgers
from ketcontent.errors import (
    BuildFailed,
    KetcontentError,
    NotReady,
    UnknownName,
)
from ketcontent.parameters import declared_parameters, hold_parameters

if TYPE_CHECKING:
    from ketcontent.diagnostics import Report
    from ketcontent.documents import Edition
    from ketcontent.tables import Content
    from ketcontent.traces import Reading
    from ketcontent.workers import Outcome, Progress, Run

FORMATS = {"html": ".html", "markdown": ".md"}
"""The formats of an export, and the ending of each."""

EDITIONS: tuple[Edition, ...] = ("current", "supplied")
"""The editions of a page."""

NOTEBOOKS = ("section", "document", "review", "index")
"""The notebooks that a build runs."""

KEPT = ".notebooks"
"""The folder of the executed notebooks, in that of the exports."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build wrote."""

    folder: Path
    """The folder of the exports."""
    documents: tuple[str, ...]
    """The pages that were asked for and are published."""
    files: tuple[str, ...]
    """Their files, relative to the folder."""
    made: tuple[str, ...] = ()
    """Those of the files that this build made; the others are as they were."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """By file, why it was made, or why not."""

    def __repr__(self) -> str:
        from ketcontent.schemas import counted

        return f"<Built {counted(len(self.files), 'file')} in {self.folder}>"


@dataclass(frozen=True, slots=True)
class Request:
    """What a build is asked for."""

    documents: tuple[str, ...]
    """The pages; all, where there are none."""
    data: Path
    """The folder of the tables."""
    exports: Path
    """The folder of the exports."""
    notebooks: Path
    """The folder of the notebooks."""
    editions: tuple[str, ...]
    """``current``, ``supplied`` or both."""
    formats: tuple[str, ...]
    """``html``, ``markdown`` or both."""
    release: bool
    """Whether only pages that may be released are exported."""
    only: tuple[str, ...] = NOTEBOOKS
    """The notebooks to run."""

    @property
    def digest(self) -> str:
        """The digest of all of it but where the exports are."""
        said = [sorted(set(self.documents)), sorted(set(self.editions)), sorted(set(self.formats))]
        places = [str(self.data.absolute()), str(self.notebooks.absolute())]
        return ledgers.digest_of([said, places, self.release, sorted(self.only)])

    @property
    def inputs(self) -> str:
        """The digest of all that goes in now, but for the files that notebooks open."""
        from ketcontent.schemas import SCHEMA_FILE, TABLES

        names = [SCHEMA_FILE, *(f"{table}.csv" for table in TABLES)]
        paths = [self.notebooks / f"{name}.ipynb" for name in NOTEBOOKS]
        return ledgers.input_digest(self.data, names, paths)


def build(
    documents: Sequence[str] = (),
    *,
    data: str | os.PathLike[str] = "data",
    exports: str | os.PathLike[str] = "exports",
    notebooks: str | os.PathLike[str] = "notebooks",
    editions: Collection[str] = EDITIONS,
    formats: Collection[str] = tuple(FORMATS),
    jobs: int | None = None,
    release: bool = False,
    force: bool = False,
    dask: str | None = None,
    progress: Callable[[Progress], None] | None = None,
    waiting: Callable[[str], None] | None = None,
) -> Built:
    """Run the notebooks for which something has changed, and publish their exports.

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
        How many notebooks to run at once on this machine; by default one a core.
    release
        Whether to export only pages that may be released today: no error of any judge, no
        sign-off missing or stale, no date past. The others are not exported at all.
    force
        Whether to run every notebook, whatever has changed.
    dask
        The address of the scheduler of a Dask cluster to run them on (`ketcontent.clusters`);
        by default they run on this machine.
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
    KetcontentError
        When the Dask cluster cannot be used, or is gone; what was published stays.

    Examples
    --------
    >>> build(["ketamin"])
    Traceback (most recent call last):
        ...
    ketcontent.errors.UnknownName: No document 'ketamin'.
    hint: Did you mean 'ketamine'?
    """
    request = Request(
        tuple(documents),
        Path(data),
        Path(exports).absolute(),
        Path(notebooks),
        _known("edition", editions, EDITIONS),
        _known("format", formats, FORMATS),
        release,
    )
    if not force and (built := as_it_stands(request)) is not None:
        return built
    if dask is not None:
        from ketcontent import clusters

        cluster = partial(clusters.pool, dask)
        return rebuild(request, cluster, force=force, progress=progress, waiting=waiting)
    from ketcontent import workers

    workers.begin()  # to import, while the tables are read
    return rebuild(
        request,
        lambda: workers.pool(jobs or workers.cores(), request.exports / KEPT),
        force=force,
        progress=progress,
        waiting=waiting,
    )


def _known(kind: str, names: Collection[str], known: Collection[str]) -> tuple[str, ...]:
    for name in names:
        if name not in known:
            raise UnknownName.of(kind, name, known)
    return tuple(names)


def as_it_stands(request: Request) -> Built | None:
    """Return what an earlier build made for a request, where a new one would make the same.

    Examples
    --------
    >>> folders = (Path("data"), Path("no-such-exports"), Path("notebooks"))
    >>> as_it_stands(Request((), *folders, EDITIONS, ("html",), False)) is None
    True
    """
    known = ledgers.what_stands(request.exports, request.digest, request.inputs)
    if known is None:
        return None
    named = tuple(known["files"])
    reasons = dict.fromkeys(named, _AS_IT_WAS)
    return Built(request.exports, tuple(known["documents"]), named, (), reasons)


_AS_IT_WAS = "nothing that it is made from has changed"


def rebuild(
    request: Request,
    pool: Callable[[], Any],
    *,
    force: bool = False,
    progress: Callable[[Progress], None] | None = None,
    waiting: Callable[[str], None] | None = None,
) -> Built:
    """Build what is asked for with workers that the caller holds.

    Parameters
    ----------
    request
        What is asked for.
    pool
        Returns a context manager that gives an executor; called when there is something to run.
    force, progress, waiting
        As `build` takes them.

    Raises
    ------
    KetcontentError
        As `build` does.

    Examples
    --------
    >>> folders = (Path("no-such-data"), Path("exports"), Path("notebooks"))
    >>> rebuild(Request((), *folders, EDITIONS, ("html",), False), nullcontext)
    Traceback (most recent call last):
        ...
    ketcontent.errors.KetcontentError: No datapackage.json in no-such-data.
    hint: ...
    """
    waited = False

    def wait(holder: str) -> None:
        nonlocal waited
        waited = True
        if waiting is not None:
            waiting(holder)

    job = _Job.of(request)
    request.exports.mkdir(parents=True, exist_ok=True)
    with files.hold(request.exports / ".lock", purpose="building", patience=-1, waiting=wait):
        if waited:  # what was read before may be older than what the other build published
            if not force and (built := as_it_stands(request)) is not None:
                return built
            job = _Job.of(request)
        built = None
        # Where nothing may be released there is no page to plan, and plan takes that for all.
        if not (job.refused and not job.pages):
            built = _build(job, pool, force=force, progress=progress)
    if job.refused:
        from ketcontent.diagnostics import Report
        from ketcontent.schemas import counted

        report = Report.of([one for found in job.refused.values() for one in found])
        raise NotReady(
            f"Not released: {', '.join(job.refused)}. "
            f"{counted(len(report), 'row')} stand against it.",
            hint="Settle each row above, then build again; without --release the page is "
            "exported as a draft.",
            report=report,
        )
    assert built is not None  # only a refusal leaves a build idle
    return built


@dataclass(frozen=True, slots=True)
class _Job:
    """A request with the tables as they were read for it."""

    request: Request
    inputs: str
    """The digest of what went in, taken before any of it was read."""
    content: Content
    digests: Mapping[str, str]
    """The digest of each table as it is on disk."""
    pages: tuple[str, ...]
    """The pages to build, in order of their keys."""
    refused: Mapping[str, Report]
    """By page, what stands against its release."""
    runs: tuple[Run, ...]
    declared: Mapping[str, Any]
    """By the digest of a notebook, the parameters that it takes."""

    @staticmethod
    def of(request: Request) -> _Job:
        from ketcontent.tables import read_again

        inputs = request.inputs
        content, digests = read_again(request.data, ledgers.read_sound(request.exports))
        known = list(content.documents["document"])
        for name in request.documents:
            if name not in known:
                raise UnknownName.of("document", name, known)
        chosen = sorted(set(request.documents) or known)
        refused = _refused(content, chosen) if request.release else {}
        pages = tuple(page for page in chosen if page not in refused)
        runs = plan(
            content,
            pages,
            kept=request.exports / KEPT,
            notebooks=request.notebooks,
            editions=request.editions,
            formats=request.formats,
            only=request.only,
        )
        declared = dict(ledgers.read_declared(request.exports))
        for run in runs:
            digest = ledgers.file_digest(run.notebook)
            if digest not in declared:
                declared[digest] = declared_parameters(run.notebook)
            hold_parameters(run.notebook, run.parameters, declared[digest])
        return _Job(request, inputs, content, digests, pages, refused, tuple(runs), declared)


def _refused(content: Content, pages: Sequence[str]) -> dict[str, Report]:
    """Return, by page, the errors that stand against its release today."""
    from ketcontent.checks import check
    from ketcontent.diagnostics import Report
    from ketcontent.parts import divided

    found = {}
    for page, rows in divided(content, pages):
        errors = [one for one in check(rows, [page]) if one.severity == "error"]
        if errors:
            found[page] = Report.of(errors)
    return found


def plan(
    content: Content,
    documents: Sequence[str] = (),
    *,
    kept: Path,
    notebooks: Path = Path("notebooks"),
    editions: Collection[str] = EDITIONS,
    formats: Collection[str] = tuple(FORMATS),
    only: Collection[str] = NOTEBOOKS,
) -> list[Run]:
    """Return the runs of a build, the pages in order of their keys, the index last.

    Parameters
    ----------
    content
        The tables.
    documents
        The pages; by default all.
    kept
        The folder of the executed notebooks. There each page's runs read the rows of the page, in
        ``<page>/data``; the index reads all, in ``data``.
    notebooks
        The folder of the notebooks.
    editions, formats
        As `build` takes them.
    only
        The notebooks to run.

    Raises
    ------
    UnknownName
        When there is no such document.
    KetcontentError
        When a notebook is not there.

    Examples
    --------
    >>> from ketcontent import read_content
    >>> runs = plan(read_content("data"), kept=Path("kept"), editions=["supplied"])
    >>> [run.name for run in runs]
    ['ketamine: supplied edition', 'index']
    >>> runs[0].outputs["markdown"]
    'ketamine/supplied.md'
    """
    from ketcontent.workers import Run

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
        notebook: str, stem: str, parameters: dict[str, str], forms: Collection[str] = FORMATS
    ) -> Run:
        page = parameters.get("document", "")
        return Run(
            paths[notebook],
            {**parameters, "data": str((kept / page / "data").absolute())},
            page,
            {name: f"{stem}{ending}" for name, ending in endings.items() if name in forms},
        )

    frame = content.sections
    standing = frame[frame["position"].notna()].sort_values(["document", "position"])
    sections = standing.groupby("document")["section"].apply(list).to_dict()
    received = set(frame.loc[frame["supplied_position"].notna(), "document"])
    runs: list[Run] = []
    for key in sorted(set(documents) or known):
        if "current" in editions:
            current = {"document": key, "edition": "current"}
            runs.append(run("review", f"{key}/review", {"document": key}, ["html"]))
            runs.append(run("document", f"{key}/index", current))
            for section in sections.get(key, ()):
                stem = f"{key}/sections/{section}"
                runs.append(run("section", stem, {**current, "section": section}))
        if "supplied" in editions and key in received:
            runs.append(
                run("document", f"{key}/supplied", {"document": key, "edition": "supplied"})
            )
    runs.append(run("index", "index", {}, ["html"]))
    return [one for one in runs if one.outputs and one.notebook.stem in only]


# --- building --------------------------------------------------------------------------------


def _build(
    job: _Job,
    pool: Callable[[], Any],
    *,
    force: bool,
    progress: Callable[[Progress], None] | None,
) -> Built:
    """Run what is stale, publish each page as it is done, and keep the ledger."""
    exports = job.request.exports
    work = exports / ".work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    for page in job.pages:
        files.restore_folder(exports / page)
    # A page that was deleted goes even where another one fails.
    _withdraw(exports, set(job.content.documents["document"]))
    state = _State(job, _code_of(job), force=force)
    state.look()
    ledgers.write_sound(exports, job.digests.values())
    ledgers.write_declared(exports, job.declared)
    failures = _run_stale(state, work, pool, progress)
    failed = {failure.document for failure in failures}
    manifest = _write_manifest(state, failed)
    shutil.rmtree(work, ignore_errors=True)
    files_ = tuple(sorted([*state.outputs, "manifest.json"]))
    if failures:
        from ketcontent.schemas import counted

        published = [page for page in job.pages if page not in failed]
        raise BuildFailed(
            f"{counted(len(failures), 'notebook')} failed; "
            f"{counted(len(published), 'page')} published.\n"
            + "\n".join(str(failure) for failure in failures),
            hint="Open the half-run notebook in JupyterLab, mend the cell or the row, and build "
            "again. What was published before is still there.",
            failures=tuple(failures),
        )
    made = {
        "documents": job.pages,
        "files": files_,
        "outputs": {**state.outputs, "manifest.json": manifest},
    }
    ledgers.keep_request(exports, job.request.digest, job.inputs, state.entries, made)
    return Built(exports, job.pages, files_, tuple(sorted(state.made)), state.reasons)


def _code_of(job: _Job) -> dict[str, str]:
    """Return the digest of the cells of each notebook."""
    return {run.notebook.name: _notebook_digest(run.notebook) for run in job.runs}


def _notebook_digest(notebook: Path) -> str:
    """Return the digest of what a notebook does: its cells and their tags, and its kernel.

    What it showed when it was last run, and how JupyterLab was showing it, does not count.
    """
    said = json.loads(notebook.read_bytes())
    cells = [
        [
            cell["cell_type"],
            "".join(cell["source"]),
            cell["metadata"].get("tags", []),
            cell.get("attachments", {}),
        ]
        for cell in said["cells"]
    ]
    return ledgers.digest_of([cells, said.get("metadata", {}).get("kernelspec", {})])


class _State:
    """What is known of each run while a build goes on."""

    def __init__(self, job: _Job, notebooks: Mapping[str, str], *, force: bool) -> None:
        self.job = job
        self.notebooks = notebooks
        self.force = force
        self.code = ledgers.code_digest()
        self.by_page: dict[str, list[Run]] = {page: [] for page in ("", *job.pages)}
        """The runs of each page; of the index, under an empty page."""
        for run in job.runs:
            self.by_page[run.document].append(run)
        self.stale: list[Run] = []
        self.known: dict[str, dict[str, ledgers.Entry]] = {}
        """By page, the entries that the ledger has."""
        self.tables: dict[str, str] = {}
        """By page, the digest of all the tables that its runs are given."""
        self.views: dict[str, dict[Reading, str]] = {}
        """By page, the digest of it and of each section, as a run reads them."""
        self.outputs: dict[str, str] = {}
        """The files of the runs that stand, each with its digest."""
        self.reasons: dict[str, str] = {}
        self.made: set[str] = set()
        self.stale_records: dict[str, None] = {}
        """The pages whose record must be written anew, in order."""
        self.digests: dict[str, Mapping[str, str]] = {}
        """By page, the digest of each table that its runs are given."""
        self.last: tuple[str, Content] | None = None
        """The page whose rows were last asked for, and these; not more, of a thousand pages."""
        self.changed: dict[str, dict[str, list[str]]] = {}
        """By page and table, the rows that the last build gave otherwise."""

    def look(self) -> None:
        """Find the runs that are stale, and give each page that has one the rows it is made of."""
        from ketcontent import parts
        from ketcontent.tables import copy_content, unchanged

        job = self.job
        kept = job.request.exports / KEPT
        # First the index, while the tables that the last build gave it are still there.
        of_index = self._look_at("", self.by_page[""], job.content, dict(job.digests))
        copied = False
        shared: dict[int, str] = {}
        for page, rows in parts.divided(job.content, job.pages):
            with unchanged():
                stale = self._look_at(page, self.by_page[page], rows, parts.digests(rows, shared))
                self.stale += stale
                record = self._look_at_record(page, self.by_page[page], made_anew=bool(stale))
                if not (stale or record):
                    continue
                if not copied:
                    copy_content(job.content, kept / "data")
                    copied = True
                copy_content(rows, kept / page / "data", shared=(job.content, kept / "data"))
        if of_index and not copied:
            copy_content(job.content, kept / "data")
        self.stale += of_index

    def _look_at(
        self, page: str, runs: list[Run], rows: Content, digests: Mapping[str, str]
    ) -> list[Run]:
        """Return the stale ones among the runs of a page, or of the index."""
        exports = self.job.request.exports
        self.known[page] = ledgers.read_entries(exports, page)
        self.digests[page] = digests
        self.tables[page] = ledgers.digest_of(sorted(digests.items()))
        stale = []
        for run in runs:
            entry = self.known[page].get(run.executed)
            why = _Why(self, run, rows).reason(entry)
            for name in run.outputs.values():
                self.reasons[name] = why or _AS_IT_WAS
            if why:
                stale.append(run)
            elif entry is not None:
                self.outputs |= {name: entry.outputs[name] for name in run.outputs.values()}
        return stale

    def _look_at_record(self, page: str, runs: list[Run], *, made_anew: bool) -> bool:
        """Return whether the record of a page is stale, though none of its runs may be."""
        if not _records(name for run in runs for name in run.outputs.values()):
            return False
        name = f"{page}/record.json"
        entry = self.known[page].get(_RECORD)
        was = entry.outputs.get(name, ledgers.GONE) if entry else ledgers.GONE
        if made_anew:
            why = "an export that it records was made anew"
        elif entry is None or (entry.key, entry.tables) != (self.code, self.tables[page]):
            why = "a row of the page changed"
        elif ledgers.file_digest(self.job.request.exports / name) != was:
            why = f"{name} is not as it was written"
        else:
            why = ""
            self.outputs[name] = was
        self.reasons[name] = why or _AS_IT_WAS
        if why:
            self.stale_records[page] = None
        return bool(why)

    def earlier_record(self, page: str) -> dict[str, Any] | None:
        """Return the published record of a page, where this version wrote it as it stands."""
        name = f"{page}/record.json"
        entry = self.known[page].get(_RECORD)
        if entry is None or entry.key != self.code:
            return None
        path = self.job.request.exports / name
        known = ledgers.file_digest(path) == entry.outputs.get(name)
        return dict(json.loads(path.read_bytes())) if known else None

    @property
    def entries(self) -> list[ledgers.Entry]:
        """The entries of all runs that were asked for."""
        return [self.known[run.document][run.executed] for run in self.job.runs]

    def view_digest(self, reading: Reading, page: str, rows: Content | None = None) -> str:
        """Return the digest of a page, or of a section of it, as a run reads it."""
        from ketcontent import parts

        whose = reading[1]
        if whose not in self.views:
            known = whose in set(self.job.content.documents["document"])
            if whose == page:
                self.views[whose] = _view_digests(whose, self.given(page) if rows is None else rows)
            else:
                own = parts.part(self.job.content, whose) if known else None
                self.views[whose] = {} if own is None else _view_digests(whose, own)
        return self.views[whose].get(reading, ledgers.GONE)

    def changed_rows(self, run: Run, rows: Content) -> dict[str, list[str]]:
        """Return, by table, the rows that are not as the last build gave them to a run."""
        page = run.document
        if page not in self.changed:
            self.changed[page] = _changed_rows(Path(run.parameters["data"]), rows)
        return self.changed[page]

    def given(self, page: str) -> Content:
        """Return the rows that the runs of a page, or of the index, are given."""
        from ketcontent.tables import read_content

        if not page:
            return self.job.content
        if self.last is None or self.last[0] != page:
            self.last = page, read_content(self.job.request.exports / KEPT / page / "data")
        return self.last[1]

    def enter(self, run: Run, outcome: Outcome) -> None:
        """Note what a run read and wrote."""
        read = None
        if outcome.read is not None:
            read = tuple(
                (reading, was or self.digest_of(reading, run.document))
                for reading, was in outcome.read
            )
        self.known[run.document][run.executed] = ledgers.Entry(
            key=self.key(run),
            tables=self.tables[run.document],
            read=read,
            outputs=dict(outcome.outputs),
        )
        self.outputs |= dict(outcome.outputs)
        self.made |= set(run.outputs.values())

    def key(self, run: Run) -> str:
        """Return the digest of a run's code: the notebook's, the parameters, and all behind it."""
        given = {name: value for name, value in run.parameters.items() if name != "data"}
        notebook = [run.notebook.name, self.notebooks[run.notebook.name]]
        return ledgers.digest_of([self.code, notebook, given, sorted(run.outputs.items())])

    def digest_of(self, reading: Reading, page: str, rows: Content | None = None) -> str:
        """Return the digest of what a run read, as it is now."""
        kind, *name = reading
        if kind == "table":
            return self.digests[page].get(name[0], ledgers.GONE)
        if kind == "page":
            return self.view_digest(reading, page, rows)
        return ledgers.digest_now(reading)


def _view_digests(page: str, rows: Content) -> dict[Reading, str]:
    """Return the digest of each edition of a page and of each section, as a notebook has it."""
    from ketcontent.documents import assemble
    from ketcontent.signoffs import with_signoffs
    from ketcontent.tables import unchanged

    found: dict[Reading, str] = {}
    with unchanged():
        for edition in EDITIONS:
            sections = [one.section for one in assemble(rows, page, edition=edition)]
            for key in ("", *sections):
                view = with_signoffs(rows, assemble(rows, page, edition=edition, section=key))
                said = json.dumps(view, default=_parts_of)
                found["page", page, edition, key] = ledgers.digest(said.encode())
    return found


def _parts_of(one: Any) -> Any:
    """Return what JSON can say of a record or a mapping."""
    return dict(one) if isinstance(one, Mapping) else [getattr(one, name) for name in _names(one)]


def _names(one: Any) -> tuple[str, ...]:
    return tuple(type(one).__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class _Why:
    """Why a run is stale."""

    state: _State
    run: Run
    rows: Content

    def reason(self, entry: ledgers.Entry | None) -> str:
        """Return why a run must be run; nothing, where it need not."""
        exports = self.state.job.request.exports
        if self.state.force:
            return "everything was asked for"
        if entry is None:
            return "it is not known from what it was made, if it ever was"
        if not entry.followed:
            return "its notebook uses what cannot be followed, so it runs every time"
        if entry.key != self.state.key(self.run):
            return "its notebook, a template, ketcontent or a package changed"
        for name in self.run.outputs.values():
            if not (exports / name).exists():
                return f"{name} is not there"
            if ledgers.file_digest(exports / name) != entry.outputs.get(name):
                return f"{name} is not as it was written"
        for reading, was in entry.read or ():
            same = (
                reading[0] in ("table", "page")
                and entry.tables == self.state.tables[self.run.document]
            )
            if same or self._now(reading) == was:
                continue
            return self._said(reading)
        return ""

    def _now(self, reading: Reading) -> str:
        return self.state.digest_of(reading, self.run.document, self.rows)

    def _said(self, reading: Reading) -> str:
        kind, *name = reading
        if kind == "day":
            return "it depends on the day, and another one has come"
        if kind in ("file", "folder"):
            return f"{os.path.relpath(name[0])} changed"
        changed = self.state.changed_rows(self.run, self.rows)
        rows = _named_rows(changed, [name[0]] if kind == "table" else list(changed))
        what = (
            f"{name[0]}.csv" if kind == "table" else f"section {name[2]}" if name[2] else "the page"
        )
        return f"{what} changed{f': {rows}' if rows else ''}"


_RECORD = "record"
"""The name under which the ledger has the entry of a page's record."""

_NAMED = 3
"""How many changed rows a reason names."""


def _changed_rows(before: Path, rows: Content) -> dict[str, list[str]]:
    """Return, by table, the keys of the rows that are not as a folder of tables has them."""
    from ketcontent.schemas import TABLES
    from ketcontent.tables import table_bytes

    found = {}
    for table in TABLES:
        try:
            was = (before / f"{table}.csv").read_bytes()
        except FileNotFoundError:  # it is not known how it was
            continue
        now = table_bytes(rows, table)
        if was == now:
            continue
        key = rows.schemas[table].key
        ways = [
            {tuple(row[name] for name in key): row for row in csv.DictReader(io.StringIO(text))}
            for text in (was.decode(), now.decode())
        ]
        keys = sorted(ways[0].keys() | ways[1].keys())
        found[table] = ["/".join(key) for key in keys if ways[0].get(key) != ways[1].get(key)]
    return found


def _named_rows(changed: Mapping[str, list[str]], tables: Sequence[str]) -> str:
    """Return the first of the rows that changed in some tables, and how many more there are."""
    names = [f"{table} {key}" for table in tables for key in changed.get(table, ())]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _run_stale(
    state: _State,
    work: Path,
    pool: Callable[[], Any],
    progress: Callable[[Progress], None] | None,
) -> list[Any]:
    """Run what is stale; publish each page when the last of its runs is done."""
    from ketcontent import workers

    exports = state.job.request.exports
    left = Counter(run.document for run in state.stale)
    unrecorded = Counter(run.document for run in state.stale if _records(run.outputs.values()))
    outcomes: dict[str, list[tuple[Run, Outcome]]] = {}
    laid_out: dict[str, Mapping[str, str]] = {}
    failures: dict[int, Any] = {}
    for page in [page for page in state.stale_records if not left[page]]:
        _publish_page(state, work, page, (), _lay_out(state, work, page))
    with pool() if state.stale else nullcontext() as executor:
        for place, outcome in workers.run_all(
            executor, state.stale, work, exports / KEPT, progress
        ):
            run = state.stale[place]
            outcomes.setdefault(run.document, []).append((run, outcome))
            left[run.document] -= 1
            if outcome.failure is not None:
                failures[place] = outcome.failure
            unrecorded[run.document] -= bool(_records(run.outputs.values()))
            ended = outcomes[run.document]
            if any(outcome.failure for _, outcome in ended):
                continue
            # The review, which takes longest, is no part of the record.
            if run.document and not unrecorded[run.document] and run.document not in laid_out:
                laid_out[run.document] = _lay_out(state, work, run.document)
            if left[run.document]:
                continue
            del outcomes[run.document]
            if run.document:
                _publish_page(state, work, run.document, ended, laid_out.pop(run.document))
            else:
                files.replace_file(exports / "index.html", (work / "index.html").read_bytes())
                _enter_all(state, "", ended)
    return [failures[place] for place in sorted(failures)]


def _standing(state: _State, page: str) -> dict[str, ledgers.Entry]:
    """Return the entries of a page whose exports are there."""
    exports = state.job.request.exports
    return {
        name: entry
        for name, entry in state.known[page].items()
        if all((exports / output).exists() for output in entry.outputs)
    }


def _enter_all(
    state: _State,
    page: str,
    ended: Sequence[tuple[Run, Outcome]],
) -> None:
    """Note what the runs of a page, or of the index, read and wrote."""
    for run, outcome in ended:
        state.enter(run, outcome)
    ledgers.write_entries(state.job.request.exports, page, _standing(state, page))


# --- publishing ------------------------------------------------------------------------------


def _withdraw(exports: Path, known: set[str]) -> set[str]:
    """Delete the folders of pages that a build once published and the tables no longer have."""
    gone = _published(exports) - known
    for page in gone:
        shutil.rmtree(exports / page, ignore_errors=True)
    ledgers.forget_pages(exports, known)
    return gone


def _published(exports: Path) -> set[str]:
    """Return the pages with a folder in the exports: those with a page in it."""
    return {path.parent.name for path in exports.glob("*/index.html")} | {
        path.parent.name for path in exports.glob("*/supplied.html")
    }


def _write_record(
    rows: Content, made: Path, page: str, before: tuple[Mapping[str, Any], Collection[str]] | None
) -> str:
    """Write the record of what the finished pages show, beside them; return its digest."""
    from ketcontent.records import record

    pages = {
        path.relative_to(made).as_posix(): path
        for path in sorted([*made.rglob("*.html"), *made.rglob("*.md")])
        if _records([str(path.relative_to(made.parent))])
    }
    text = json.dumps(record(rows, page, pages, before=before), indent=1, ensure_ascii=False)
    text += "\n"
    path = made / "record.json"
    path.unlink(missing_ok=True)  # it may be a link to the one that is published
    files.write_through(path, text.encode())
    return ledgers.digest(text.encode())


def _lay_out(state: _State, work: Path, page: str) -> dict[str, str]:
    """Lay out the folder of a page, but for what is still to be made; return its record's digest.

    What this build does not make (what has not changed, the other edition, the other format) is
    taken over from what is published, except for sections that the page no longer has.
    """
    exports = state.job.request.exports
    planned = {path for run in state.by_page[page] for path in run.outputs.values()}
    new = {path for run in state.stale if run.document == page for path in run.outputs.values()}
    made = work / page
    published = exports / page
    sections_built = any("/sections/" in path for path in planned)
    for old in sorted(published.rglob("*")) if published.exists() else ():
        name = old.relative_to(exports).as_posix()
        gone = sections_built and "/sections/" in name and not _same_section(name, planned)
        if old.is_file() and name not in new and not gone:
            _take_over(old, work / name)
    # The record speaks of the current edition alone: where a build leaves that as it was, the
    # tables may have moved on, and the record must not.
    if page not in state.stale_records:
        return {}
    changed = {path.removeprefix(f"{page}/") for path in new}
    earlier = state.earlier_record(page)
    before = (earlier, changed) if earlier else None
    return {f"{page}/record.json": _write_record(state.given(page), made, page, before)}


def _publish_page(
    state: _State,
    work: Path,
    page: str,
    ended: Sequence[tuple[Run, Outcome]],
    record: Mapping[str, str],
) -> None:
    """Put the folder of a page in place in one step, and note what it was made from."""
    exports = state.job.request.exports
    if record:
        state.known[page][_RECORD] = ledgers.Entry(state.code, state.tables[page], (), record)
        state.outputs |= record
        state.made |= record.keys()
    files.swap_folders(work / page, exports / page)
    _enter_all(state, page, ended)


def _take_over(old: Path, new: Path) -> None:
    new.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(old, new)
    except OSError:  # a file system without links
        shutil.copy2(old, new)


def _records(outputs: Collection[str] | Iterator[str]) -> set[str]:
    """Return those of some outputs that show a current edition, which its record holds."""
    return {
        path
        for path in outputs
        # Of a section, whose name may be any, the folder is two deep.
        if len(Path(path).parts) > 2 or Path(path).stem not in ("supplied", "review")
    }


def _same_section(name: str, outputs: set[str]) -> bool:
    stem = name.rpartition(".")[0]
    return any(path.rpartition(".")[0] == stem for path in outputs)


def _write_manifest(state: _State, failed: Collection[str]) -> str:
    """Write what went into each published page, and what came out; return the digest of it."""
    job = state.job
    exports = job.request.exports
    path = exports / "manifest.json"
    try:
        pages = dict(json.loads(path.read_bytes())["documents"])
    except (OSError, ValueError, KeyError, TypeError):
        pages = {}
    for page in [page for page in job.pages if page not in failed]:
        outputs = sorted(
            one.relative_to(exports).as_posix()
            for one in (exports / page).rglob("*")
            if one.is_file() and one != exports / page / "review.html"
        )
        pages[page] = {
            "content": state.tables[page],
            "notebooks": {
                name: state.notebooks[name]
                for name in sorted(state.notebooks)
                if name != "index.ipynb"
            },
            "outputs": {name: ledgers.file_digest(exports / name) for name in outputs},
        }
    known = set(job.content.documents["document"])
    manifest = {
        "ketcontent": ketcontent.__version__,
        "documents": {page: pages[page] for page in sorted(pages) if page in known},
    }
    if (exports / "index.html").exists():
        manifest["outputs"] = {"index.html": ledgers.file_digest(exports / "index.html")}
    said = (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()
    state.reasons[path.name] = _AS_IT_WAS
    if ledgers.file_digest(path) != ledgers.digest(said):
        files.replace_file(path, said)
        state.reasons[path.name] = "what it holds the hashes of changed"
        state.made.add(path.name)
    return ledgers.digest(said)


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
    from ketcontent.tables import empty_content, write_content

    write_content(empty_content(), project / "data")
    for name in ("rules.csv", "policies.csv", "strings.csv"):  # the house's own, to be changed
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
data/.sound.json
exports/.*
exports/*/review.html
"""
