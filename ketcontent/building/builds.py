"""Plan, run what changed, export, record: from tables to the exports that readers open.

A build is a list of runs (`ketcontent.execution.pool`). A page's runs are given the rows of that
page (`ketcontent.model.page_slices`) and nothing else; what each of them read of these is in its
trace (`ketcontent.dependencies`), and the ledger (`ketcontent.building.cache`) has what all of it
was like. A run is left out when nothing that it read has changed and its exports are as it wrote
them. When all runs of a page have succeeded, its folder is put in place in one step; when one has
failed, what was published before stays, and the others go on.

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

import os
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketcontent.atomic import lock, replace_file, restore_folder
from ketcontent.building.cache import keep_request, what_stands, write_declared
from ketcontent.building.plan import EDITIONS, FORMATS, KEPT, recorded_outputs
from ketcontent.building.publish import (
    lay_out,
    note_outcomes,
    publish_page,
    withdraw_pages,
    write_manifest,
)
from ketcontent.building.request import UNCHANGED, Built, Job, Request, known_names
from ketcontent.building.staleness import BuildState, notebook_hashes
from ketcontent.errors import BuildFailed, NotReady

if TYPE_CHECKING:
    from ketcontent.execution import Outcome, Progress, Run


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
        The address of the scheduler of a Dask cluster to run them on (`ketcontent.cluster.pool`);
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
        known_names("edition", editions, EDITIONS),
        known_names("format", formats, FORMATS),
        release,
    )
    if not force and (built := as_it_stands(request)) is not None:
        return built
    if dask is not None:
        from ketcontent.cluster import dask_pool

        cluster = partial(dask_pool, dask)
        return rebuild(request, cluster, force=force, progress=progress, waiting=waiting)
    from ketcontent.execution import available_cores, process_pool, start_pool

    start_pool()  # to import, while the tables are read
    return rebuild(
        request,
        lambda: process_pool(jobs or available_cores(), request.exports / KEPT),
        force=force,
        progress=progress,
        waiting=waiting,
    )


def as_it_stands(request: Request) -> Built | None:
    """Return what an earlier build made for a request, where a new one would make the same.

    Examples
    --------
    >>> folders = (Path("data"), Path("no-such-exports"), Path("notebooks"))
    >>> as_it_stands(Request((), *folders, EDITIONS, ("html",), False)) is None
    True
    """
    known = what_stands(request.exports, request.digest, request.inputs)
    if known is None:
        return None
    named = tuple(known["files"])
    reasons = dict.fromkeys(named, UNCHANGED)
    return Built(request.exports, tuple(known["documents"]), named, (), reasons)


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

    job = Job.of(request)
    request.exports.mkdir(parents=True, exist_ok=True)
    with lock(request.exports / ".lock", purpose="building", patience=-1, waiting=wait):
        if waited:  # what was read before may be older than what the other build published
            if not force and (built := as_it_stands(request)) is not None:
                return built
            job = Job.of(request)
        built = None
        # Where nothing may be released there is no page to plan, and plan takes that for all.
        if not (job.refused and not job.pages):
            built = _build(job, pool, force=force, progress=progress)
    if job.refused:
        from ketcontent.diagnostics import Report
        from ketcontent.text import counted

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


def _build(
    job: Job,
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
        restore_folder(exports / page)
    # A page that was deleted goes even where another one fails.
    withdraw_pages(exports, set(job.content.documents["document"]))
    state = BuildState(job, notebook_hashes(job), force=force)
    state.look()
    write_declared(exports, job.declared)
    failures = _run_stale(state, work, pool, progress)
    failed = {failure.document for failure in failures}
    manifest = write_manifest(state, failed)
    shutil.rmtree(work, ignore_errors=True)
    files_ = tuple(sorted([*state.outputs, "manifest.json"]))
    if failures:
        from ketcontent.text import counted

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
    keep_request(exports, job.request.digest, job.inputs, state.entries, made)
    return Built(exports, job.pages, files_, tuple(sorted(state.made)), state.reasons)


def _run_stale(
    state: BuildState,
    work: Path,
    pool: Callable[[], Any],
    progress: Callable[[Progress], None] | None,
) -> list[Any]:
    """Run what is stale; publish each page when the last of its runs is done."""
    from ketcontent.execution import run_all

    exports = state.job.request.exports
    left = Counter(run.document for run in state.stale)
    unrecorded = Counter(
        run.document for run in state.stale if recorded_outputs(run.outputs.values())
    )
    outcomes: dict[str, list[tuple[Run, Outcome]]] = {}
    laid_out: dict[str, Mapping[str, str]] = {}
    failures: dict[int, Any] = {}
    for page in [page for page in state.stale_records if not left[page]]:
        publish_page(state, work, page, (), lay_out(state, work, page))
    with pool() if state.stale else nullcontext() as executor:
        for place, outcome in run_all(executor, state.stale, work, exports / KEPT, progress):
            run = state.stale[place]
            outcomes.setdefault(run.document, []).append((run, outcome))
            left[run.document] -= 1
            if outcome.failure is not None:
                failures[place] = outcome.failure
            unrecorded[run.document] -= bool(recorded_outputs(run.outputs.values()))
            ended = outcomes[run.document]
            if any(outcome.failure for _, outcome in ended):
                continue
            # The review, which takes longest, is no part of the record.
            if run.document and not unrecorded[run.document] and run.document not in laid_out:
                laid_out[run.document] = lay_out(state, work, run.document)
            if left[run.document]:
                continue
            del outcomes[run.document]
            if run.document:
                publish_page(state, work, run.document, ended, laid_out.pop(run.document))
            else:
                replace_file(exports / "index.html", (work / "index.html").read_bytes())
                note_outcomes(state, "", ended)
    return [failures[place] for place in sorted(failures)]
