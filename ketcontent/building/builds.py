"""Plan → decide → run → publish: from tables to the exports that readers open.

A build is *planned* as a list of runs (`ketcontent.building.plan`). A page's runs are given the
rows of that page (`ketcontent.model.page_slices`) and nothing else; what each of them read of these
is in its trace (`ketcontent.dependencies`), and the cache (`ketcontent.building.cache`) has what
all of it was like. So it is *decided* (`ketcontent.building.decide`) which runs to leave out: those
that read nothing which has changed, and whose exports are as they were written. The others are
*run* (`ketcontent.execution.pool`), and each page is *published* in one step when the last of its
runs is done (`ketcontent.building.publish`); when one has failed, what was published before stays,
and the others go on.

::

    exports/index.html                        every page by name, for readers
    exports/editors.html                      every page by the day on which its review is due
    exports/<document>/index.html  .md        the current edition
    exports/<document>/supplied.html  .md     the page as received
    exports/<document>/sections/<section>.html  .md
    exports/<document>/leaflet.pdf            the current edition on paper, where asked for
    exports/<document>/record.json            each sentence shown, and who signed it
    exports/<document>/fragment.html          its article alone, where a site is named
    exports/<document>/page.json              the page as data, where a site is named
    exports/sitemap.xml                       the pages that may be listed, where a site is named
    exports/<document>/review.html            for editors; not committed
    exports/manifest.json                     hashes of what went in and what came out
    exports/.notebooks/                       the executed notebooks, and the tables they ran
                                              on; not committed
    exports/.ketcontent/                      the cache, and what a build is working on; not
                                              committed
    exports/.aside/                           what was not as a build wrote it; not committed

Same inputs, same bytes: the exports hold no clock, no random id and no path of the machine. What
is not ours among them stays (`ketcontent.building.ownership`), and nothing is written elsewhere
(`ketcontent.building.grounds`).

Notes
-----
What is needed only where something has changed is imported there: a build for which nothing has
changed loads no table and no pandas.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketcontent.atomic import lock
from ketcontent.building.cache import (
    HIDDEN,
    SWAP,
    WORK,
    CacheEntry,
    Made,
    claim_cache,
    code_hash,
    forget_page,
    keep_made,
    read_entries,
    what_stands,
    write_declared,
)
from ketcontent.building.grounds import claim_folder, require_exports, require_own
from ketcontent.building.plan import (
    EDITIONS,
    FORMATS,
    KEPT,
    NOTEBOOKS,
    PAGE_FORMATS,
    PARTS,
    known_names,
    site_address,
    site_files,
)
from ketcontent.building.request import UNCHANGED, Built, Job, Request, job_of
from ketcontent.errors import given_names
from ketcontent.places import cannot_write, folder_below, require_file, what_stands_at

if TYPE_CHECKING:
    from ketcontent.building.decide import PageDecision, Views
    from ketcontent.building.publish import Manifest
    from ketcontent.execution import Failure, Progress
    from ketcontent.model import Content


def build(
    documents: Sequence[str] = (),
    *,
    data: str | os.PathLike[str] = "data",
    exports: str | os.PathLike[str] = "exports",
    notebooks: str | os.PathLike[str] = "notebooks",
    editions: Collection[str] = EDITIONS,
    formats: Collection[str] = PAGE_FORMATS,
    jobs: int | None = None,
    release: bool = False,
    force: bool = False,
    dask: str | None = None,
    site: str | None = None,
    cache: str | os.PathLike[str] | None = None,
    progress: Callable[[Progress], None] | None = None,
    waiting: Callable[[str], None] | None = None,
) -> Built:
    """Run the notebooks for which something has changed, and publish their exports.

    A page is exported as a draft, and says so, until every sentence of it has its sign-offs.

    Parameters
    ----------
    documents
        The pages to build, or one alone: ``"ketamine"``; by default all.
    data, exports, notebooks
        The folders of the tables, of the exports and of the notebooks.
    editions
        ``current``, ``supplied`` or both.
    formats
        ``html``, ``markdown``, ``pdf`` (a leaflet a page; extra ``pdf``); by default the first two.
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
    site
        The address of the site that the pages are published on, as ``https://example.org/health/``,
        or an empty text where they are on none; by default what ``site.csv`` says.
    cache
        A folder in which runs are kept for builds elsewhere, and from which theirs are taken
        (`ketcontent.building.stored`); by default none.
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
    SavedMeanwhile
        When a table, a notebook or a template was saved while the build read it: what was
        published may be of half a save.
    WrongParameter
        When a notebook does not take a parameter the build gives it; nothing was run.
    BrokenTables
        When the tables have faults; nothing was run.
    UnknownName
        When there is no such document, edition or format.
    KetcontentError
        When the folder of the exports cannot be one, or holds a file that the build would write and
        no build recorded; when leaflets are asked for without typst; when something cannot be
        written; or when the Dask cluster cannot be used, or is gone: what was published stays.
    """
    request = Request(
        given_names("document", documents),
        Path(data),
        Path(exports).absolute(),
        Path(notebooks),
        known_names("edition", editions, EDITIONS),
        known_names("format", formats, FORMATS),
        release,
        site=site,
        cache=None if cache is None else Path(cache).absolute(),
    )
    if request.cache is not None:
        from ketcontent.building.stored import open_folder

        open_folder(request.cache)
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
    """Return what an earlier build made for a request, where a new one would make the same."""
    if any(what_stands_at(request.exports / one) for one in (WORK, SWAP)):
        return None  # a build is at work, or was killed: what it left is cleared away
    inputs = request.inputs(code_hash())
    made = what_stands(request.exports, request.hash, inputs, request.notebooks)
    if made is None:
        return None
    reasons = dict.fromkeys(made.outputs, UNCHANGED)
    return Built(request.exports, made.documents, tuple(made.outputs), (), reasons)


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
    """
    waited = False

    def wait(holder: str) -> None:
        nonlocal waited
        waited = True
        if waiting is not None:
            waiting(holder)

    from ketcontent.building.endings import failed, not_ready, saved_meanwhile
    from ketcontent.building.publish import no_work_left

    exports = request.exports
    if "pdf" in request.formats:
        from ketcontent.execution import require_fonts, require_typst

        require_typst()
        require_fonts()
    require_exports(exports, request.data, request.notebooks)
    job = job_of(request)
    try:
        exports.mkdir(parents=True, exist_ok=True)
        claim_cache(exports)
        door = lock(exports / HIDDEN / "lock", purpose="building", timeout=-1, waiting=wait)
        with door, no_work_left(exports):
            if waited:  # what was read before may be older than what the other build published
                if not force and (built := as_it_stands(request)) is not None:
                    return built
                job = job_of(request)
            built = Built(exports, (), ())
            failures: list[Failure] = []
            if job.pages or not job.refused:
                job, built, failures = _build_all(job, pool, force=force, progress=progress)
            if job.refused:
                from ketcontent.building.remainder import files_left

                built = replace(built, left=files_left(exports, job.refused))
            if request.release:
                from ketcontent.building.releases import remember

                remember(job.content, request.data)
    except BrokenPipeError:  # whoever was told how far it is does not listen any more
        raise
    except OSError as fault:
        raise cannot_write(fault, exports) from fault
    if failures:
        raise failed(failures, built, job.refused)
    if job.refused:
        raise not_ready(built, job.refused)
    if built.moved:
        raise saved_meanwhile(built)
    return built


def _build_all(
    job: Job,
    pool: Callable[[], Any],
    *,
    force: bool,
    progress: Callable[[Progress], None] | None,
) -> tuple[Job, Built, list[Failure]]:
    """Build, and again without the pages that failed where others were made to lead to them.

    That is so where a page fails that never was published: only now is it known that it is not
    there. Returned is what was built last, and all that failed.
    """
    built, failures = _build(job, pool, force=force, progress=progress)
    while failed := {one.document for one in failures if one.document}:
        again = job_of(job.request, without=failed)
        if again.tables == job.tables:
            break
        job, before = again, built
        built, more = _build(job, pool, force=False, progress=progress)
        built = replace(
            built,
            aside=(*before.aside, *built.aside),
            withdrawn={**before.withdrawn, **built.withdrawn},
            unkept=before.unkept or built.unkept,
        )
        failures += more
    return job, built, failures


def _build(
    job: Job,
    pool: Callable[[], Any],
    *,
    force: bool,
    progress: Callable[[Progress], None] | None,
) -> tuple[Built, list[Failure]]:
    """Decide what to make, run it, publish each page as it is done, and keep what was made."""
    from ketcontent.building.decide import Views
    from ketcontent.building.ownership import read_manifest, require_aside
    from ketcontent.building.publish import Manifest, Publication, settle_swaps
    from ketcontent.building.remainder import files_behind, files_missing, standing, why_withdrawn
    from ketcontent.building.running import run_and_publish
    from ketcontent.building.stored import drop_old_runs
    from ketcontent.execution import make_profile

    exports, documents = job.request.exports, set(job.content.documents["document"])
    require_own(exports / KEPT)
    require_aside(exports, documents, said := read_manifest(exports))
    aside, noted = settle_swaps(exports)
    manifest = Manifest(job, said)
    known = {page: read_entries(exports, page) for page in job.runs}
    ours, gone = _recorded(job, manifest, known, noted)
    there = standing(exports, [*ours.values(), *gone.values()])
    # They go even where another page fails.
    manifest.withdraw(gone)
    for page in gone:
        forget_page(exports, page)
    claim_folder(exports / KEPT)
    require_file(exports / KEPT / "kernels.log")  # what kernels say at their end is added to it
    if job.request.cache is not None:
        # A run finds it, be it that it made it: a new machine must be as one that had a run.
        make_profile()
    views = Views(job.shown)
    pages = [
        Publication(exports, one, ours[one.page])
        for one in _decided(job, known, views, force=force)
    ]
    write_declared(exports, job.code, job.declared)
    was = manifest.hash
    cache = job.request.cache
    made, failures, unkept = run_and_publish(
        pages, views, pool, manifest, progress, job.seen, cache
    )
    if cache is not None:
        drop_old_runs(cache)
    failed = {failure.document for failure in failures}
    stood = [one for one in pages if one.page not in failed and not one.decision.stale]
    manifest.close(stood, made)
    aside += manifest.aside
    shutil.rmtree(exports / WORK)
    (exports / SWAP).rmdir()
    decided = [
        (one.page, decision)
        for one in pages
        if one.page not in failed
        for decision in one.decision.all
    ]
    entries = [{**known[page], **made.get(page, {})}[one.name] for page, one in decided]
    outputs = {name: was for entry in entries for name, was in entry.outputs.items()}
    outputs["manifest.json"] = manifest.hash
    outputs = dict(sorted(outputs.items()))
    reasons = {name: one.why or UNCHANGED for _, one in decided for name in one.outputs}
    same = manifest.hash == was
    reasons["manifest.json"] = UNCHANGED if same else "what it holds the hashes of changed"
    names = tuple(name for name in outputs if reasons[name] != UNCHANGED)
    taken = {
        name: why_withdrawn(name, documents)
        for name in sorted(there)
        if not what_stands_at(exports / name)
    }
    published = tuple(page for page in job.pages if page not in failed)
    whole = job.request.only == NOTEBOOKS
    behind = files_behind(job, ours, manifest.said) if whole else ()
    missing = files_missing(job, manifest.said, taken) if whole else ()
    moved = job.seen.moved()
    # What has something to say is looked at again the next time, and says it again.
    unsaid = not (failures or job.without or job.refused or behind or missing or job.later)
    if unsaid and not moved:
        keep_made(exports, job.request.hash, Made(job.inputs, job.pages, outputs), entries)
    built = Built(
        exports,
        published,
        tuple(outputs),
        names,
        reasons,
        tuple(aside),
        taken,
        behind,
        job.later,
        missing=missing,
        moved=moved,
        unkept=unkept,
    )
    return built, failures


def _recorded(
    job: Job,
    manifest: Manifest,
    known: Mapping[str, Mapping[str, CacheEntry]],
    noted: Mapping[str, Mapping[str, Any]],
) -> tuple[dict[str, dict[str, set[str]]], dict[str, dict[str, set[str]]]]:
    """Return, by page, what is ours of the pages of a job, and of those that the tables lost.

    What is not ours, and would be written over, is refused.
    """
    from ketcontent.building.ownership import recorded_files, recorded_pages, refuse_to_overwrite
    from ketcontent.building.publish import INDEX

    exports, said = job.request.exports, manifest.said
    published = recorded_pages(exports, said)
    ours = {
        page: recorded_files(page, said, entries, noted.get(page or INDEX))
        for page, entries in known.items()
    }
    planned = {name for runs in job.runs.values() for run in runs for name in run.outputs.values()}
    planned |= {"manifest.json", *(f"{page}/record.json" for page in job.pages)}
    if site_address(job.shown):
        planned |= {
            *site_files(job.shown),
            *(f"{page}/{name}" for page in job.pages for name in PARTS),
        }
    of_all = {"manifest.json"} if said or published or known[""] else set()
    refuse_to_overwrite(exports, planned, of_all.union(*ours.values()))
    gone = sorted(published - set(job.content.documents["document"]))
    return ours, {page: recorded_files(page, said, read_entries(exports, page)) for page in gone}


def _decided(
    job: Job,
    known: Mapping[str, Mapping[str, CacheEntry]],
    views: Views,
    *,
    force: bool,
) -> list[PageDecision]:
    """Decide on each page and the index, and give those that have work the tables it is made of.

    Of a thousand pages, the rows of one are held at a time.
    """
    from ketcontent.building.decide import decide_page, given_of
    from ketcontent.model import copy_content, read_given, slices, table_hashes

    exports, kept = job.request.exports, job.request.exports / KEPT

    @lru_cache(maxsize=1)
    def given_rows(page: str) -> Content:
        return read_given(kept / page / "data")

    def for_runs(decision: PageDecision) -> Path:
        """Return the folder of the tables of runs; make those that they write to."""
        for one in decision.runs:
            if one.run is not None and one.why:
                for name in (f"{KEPT}/{one.name}", *(f"{WORK}/{name}" for name in one.outputs)):
                    folder_below(exports, Path(name).parent.as_posix())
        return folder_below(kept, decision.page) / "data"

    # First the index, while the tables that the last build gave it are still there.
    given = given_of("", job.shown, job.tables)
    index = decide_page(job, given, known[""], views, force=force)
    found, copied, listed, shared = [], False, False, dict[str, str]()
    for page, rows in slices(job.shown, job.pages):
        given = given_of(page, rows, table_hashes(rows, shared))
        decision = decide_page(job, given, known[page], views, force=force)
        later = replace(given, rows=partial(given_rows, page))
        found.append(replace(decision, given=later))
        made = {name for one in decision.stale for name in one.outputs}
        listed = listed or f"{page}/index.html" in made
        if not decision.stale:
            continue
        if not copied:
            copy_content(job.shown, kept / "data")
            copied = True
        copy_content(rows, for_runs(decision), shared=(job.shown, kept / "data"))
    if listed and not index.stale:  # it says of each page what that says of itself
        runs = [replace(one, why="a page that it lists is made anew") for one in index.runs]
        index = replace(index, runs=tuple(runs))
    if index.stale and not copied:
        copy_content(job.shown, for_runs(index))
    return [*found, index]
