"""What a build is asked for, and the tables as they were read for it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketcontent.building.cache import code_hash, inputs_hash, leaflet_hash, read_declared
from ketcontent.building.plan import KEPT, NOTEBOOKS, chosen_pages, plan_runs
from ketcontent.clock import today
from ketcontent.errors import KetcontentError
from ketcontent.execution import check_parameters, declared_parameters
from ketcontent.hashing import hash_file, hash_json
from ketcontent.places import what_stands_at

if TYPE_CHECKING:
    from ketcontent.building.inputs import Inputs
    from ketcontent.diagnostics import Report
    from ketcontent.execution import Run
    from ketcontent.model import Content


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
    aside: tuple[str, ...] = ()
    """What was not as a build wrote it, and where it is kept now, relative to the folder."""
    withdrawn: Mapping[str, str] = field(default_factory=dict)
    """By file that the build took away, why."""
    behind: tuple[str, ...] = ()
    """Exports that were not asked for, and are not known to say what the tables say now."""
    later: tuple[str, ...] = ()
    """Releases of a day that has not come, which nothing tells: a page and a day each."""
    left: tuple[str, ...] = ()
    """Exports of pages that were refused a release: an earlier build published them."""
    missing: tuple[str, ...] = ()
    """Exports that were not asked for, and are not there as an earlier build left them."""
    moved: tuple[str, ...] = ()
    """Files that were saved while they were built from: tables, notebooks, templates, fonts."""
    unkept: str = ""
    """Why nothing more was kept for builds elsewhere; empty where it was, or was not asked for."""

    @property
    def start(self) -> str:
        """The file that leads to the others, or the first to read; empty where there is none."""
        ends = ("index.html", "index.md", "supplied.html", "supplied.md", "leaflet.pdf")
        first = [name for name in self.files if Path(name).name in ends]
        return next((name for name in ("index.html", *first) if name in first), "")

    def told(self, folder: Path) -> list[str]:
        """Return what somebody must hear of it; `folder` is what they call that of the exports."""
        by_reason: dict[str, list[str]] = {}
        for name, reason in self.withdrawn.items():
            by_reason.setdefault(reason, []).append(str(Path(folder, name)))
        lines = [f"Not as a build wrote it, and kept: {Path(folder, name)}" for name in self.aside]
        lines += [f"Withdrawn, since {why}: {', '.join(names)}" for why, names in by_reason.items()]
        if self.behind:
            lines.append(
                "Not built, and not known to say what the tables say now: "
                f"{', '.join(named_files(self.behind))}. "
                "Build again without naming pages, editions or formats."
            )
        if self.missing:
            lines.append(
                "Not built, and no longer there, though a page may lead to it: "
                f"{', '.join(named_files(self.missing))}. "
                "Build again without naming pages, editions or formats."
            )
        if self.left:
            lines.append(
                "Not released, and still there as an earlier build made it: "
                f"{', '.join(named_files(self.left))}."
            )
        if self.unkept:
            lines.append(f"Not all was kept for builds elsewhere: {self.unkept}")
        if self.later:
            lines.append(
                f"Left out, of a day that has not come (releases.csv): {', '.join(self.later)}."
            )
        return lines

    def __repr__(self) -> str:
        from ketcontent.text import counted

        return f"<Built {counted(len(self.files), 'file')} in {self.folder}>"


def named_files(files: Iterable[str]) -> list[str]:
    """Return files by page, its sections counted, as a person would name them.

    Examples
    --------
    >>> named_files(["index.html", "tea/index.html", "tea/sections/use.html"])
    ['index.html', 'tea (index.html, 1 section)']
    """
    from ketcontent.text import counted

    by_page: dict[str, list[str]] = {}
    for name in files:
        page, below, file = name.partition("/")
        by_page.setdefault(page, []).extend([file] if below else [])
    named = []
    for page, of_page in by_page.items():
        parts = [file for file in of_page if "/" not in file]
        sections = {file.rpartition(".")[0] for file in of_page if "/" in file}
        parts += [counted(len(sections), "section")] if sections else []
        named.append(f"{page} ({', '.join(parts)})" if parts else page)
    return named


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
    """``html``, ``markdown``, ``pdf``: some of them."""
    release: bool
    """Whether only pages that may be released are exported."""
    only: tuple[str, ...] = NOTEBOOKS
    """The notebooks to run."""
    site: str | None = None
    """The address of the site that pages are published on, empty where there is none; None where
    the tables say it."""
    cache: Path | None = None
    """A folder of runs that builds elsewhere made, and for them; None for none."""

    @property
    def hash(self) -> str:
        """The hash of all of it but where the exports are."""
        chosen = [sorted(set(one)) for one in (self.documents, self.editions, self.formats)]
        places = [str(self.data.absolute()), str(self.notebooks.absolute())]
        return hash_json([chosen, places, self.release, sorted(self.only), self.site])

    def inputs(self, code: str) -> str:
        """Return the hash of all that goes in now, but for the files that notebooks open."""
        if "pdf" in self.formats:
            code = hash_json([code, leaflet_hash()])
        return inputs_hash(code, self.data, _names_of_tables(), self._notebooks())

    def seen(self) -> Inputs:
        """Return by what all of that is to be known again."""
        from ketcontent.building.inputs import inputs_now

        return inputs_now([self.data / name for name in _names_of_tables()], self._notebooks())

    def _notebooks(self) -> list[Path]:
        return [self.notebooks / f"{name}.ipynb" for name in NOTEBOOKS]


def _names_of_tables() -> list[str]:
    from ketcontent.model import SCHEMA_FILE, TABLES

    return [SCHEMA_FILE, *(f"{table}.csv" for table in TABLES)]


UNCHANGED = "nothing that it is made from has changed"
"""The reason of what stands."""


@dataclass(frozen=True, slots=True)
class Job:
    """A request with the tables as they were read for it, and the runs that it takes."""

    request: Request
    code: str
    """The hash of what turns rows into pages (`ketcontent.building.cache.code_hash`)."""
    inputs: str
    """The hash of what went in, taken before any of it was read."""
    seen: Inputs
    """By what all of that is known again."""
    content: Content
    shown: Content
    """Of these tables the rows of the pages that are published once it is built: no page leads to
    another that is not there."""
    tables: Mapping[str, str]
    """The hash of each table as it is on disk, but for the rows of other pages."""
    pages: tuple[str, ...]
    """The pages to build, in order of their keys."""
    refused: Mapping[str, Report]
    """By page, what stands against its release."""
    runs: Mapping[str, tuple[Run, ...]]
    """The runs of each page; of the index, under an empty page."""
    notebooks: Mapping[str, str]
    """The hash of what each notebook does (`notebook_hash`), by its file name."""
    declared: Mapping[str, Any]
    """By the hash of a notebook, the parameters that it takes."""
    without: Collection[str]
    """Pages that were asked for, and have failed."""
    later: tuple[str, ...]
    """Releases of a day that has not come: a page and a day each."""


def job_of(request: Request, *, without: Collection[str] = ()) -> Job:
    """Read the tables for a request, and plan its runs.

    Parameters
    ----------
    request
        What is asked for.
    without
        Pages that are not to be built: they have failed.

    Raises
    ------
    KetcontentError
        As `ketcontent.building.builds.build` does before anything is run.
    """
    from ketcontent.model import OWN, only_pages, read_with_hashes, table_bytes, table_hash

    seen = request.seen()
    exports, code = request.exports, code_hash()
    inputs = request.inputs(code)
    content, tables = read_with_hashes(request.data)
    seen = seen.once_read()
    if request.site is not None:
        content = _with_address(content, request.site)
        tables = {**tables, "site": hash_json([tables["site"], request.site])}
    chosen = chosen_pages(content, request.documents)
    refused = _refused(content, chosen, request.notebooks) if request.release else {}
    pages = tuple(page for page in chosen if page not in refused and page not in without)
    if request.release:
        from ketcontent.building.releases import with_releases

        content = with_releases(content, pages, today())
        released = table_hash(content.schemas["releases"], table_bytes(content, "releases"))
        tables = {**tables, "releases": released}
    past, later = until(content, today().isoformat())
    shown = only_pages(past, published_pages(request, content, pages))
    if shown is not content:
        changed = {one: table_hash(content.schemas[one], table_bytes(shown, one)) for one in OWN}
        tables = {**tables, **changed}
    runs = []
    if pages or without or not refused:
        runs = plan_runs(
            content,
            pages,
            kept=exports / KEPT,
            notebooks=request.notebooks,
            editions=request.editions,
            formats=request.formats,
            only=request.only,
        )
        runs = [one for one in runs if one.document in ("", *pages)]  # to plan, no pages are all
        made = {name for one in runs for name in one.outputs.values()}
        runs = [replace(one, lacks=lacking(one, made, exports)) for one in runs]
    declared = read_declared(exports, code)
    for run in runs:
        if (known := hash_file(run.notebook)) not in declared:
            declared[known] = declared_parameters(run.notebook)
        check_parameters(run.notebook, run.parameters, declared[known])
    by_page: dict[str, list[Run]] = {page: [] for page in (*pages, "")}
    for run in runs:
        by_page[run.document].append(run)
    notebooks = {path.name: notebook_hash(path) for path in {run.notebook for run in runs}}
    together = {page: tuple(ones) for page, ones in by_page.items()}
    return Job(
        request,
        code,
        inputs,
        seen,
        content,
        shown,
        tables,
        pages,
        refused,
        together,
        notebooks,
        declared,
        without,
        later,
    )


def until(content: Content, day: str) -> tuple[Content, tuple[str, ...]]:
    """Return the tables without the releases of a day to come, and these: a page and a day each."""
    releases = content.releases
    later = releases["released_on"] > day
    if not later.any():
        return content, ()
    named = releases.loc[later, ["document", "released_on"]].drop_duplicates()
    told = tuple(sorted(f"{one.document} {one.released_on}" for one in named.itertuples()))
    return replace(content, releases=releases[~later].reset_index(drop=True)), told


def published_pages(request: Request, content: Content, pages: Sequence[str]) -> set[str]:
    """Return the pages that a reader finds once `pages` are built as a request says.

    Beside them there are those of an earlier build.
    """
    names = ["index.html"] if "html" in request.formats else ["index.html", "index.md"]
    return {*pages} | {
        page
        for page in content.documents["document"]
        if any(what_stands_at(request.exports / page / name) == "a file" for name in names)
    }


def lacking(run: Run, made: Collection[str], exports: Path) -> tuple[str, ...]:
    """Return the editions of a run's page that are not there in HTML once `made` is made."""
    if run.notebook.stem != "document" or "html" not in run.outputs:
        return ()
    return tuple(
        name
        for name in ("index.html", "supplied.html")
        if f"{run.document}/{name}" not in made
        and what_stands_at(exports / run.document / name) != "a file"
    )


def notebook_hash(notebook: Path) -> str:
    """Return the hash of what a notebook does: its cells and their tags, and its kernel.

    What it showed when it was last run, and how JupyterLab was showing it, does not count.
    """
    said: Any = json.loads(notebook.read_bytes())
    cells = [
        [
            cell["cell_type"],
            "".join(cell["source"]),
            cell["metadata"].get("tags", []),
            cell.get("attachments", {}),
        ]
        for cell in said["cells"]
    ]
    return hash_json([cells, said.get("metadata", {}).get("kernelspec", {})])


def _refused(content: Content, pages: Sequence[str], notebooks: Path) -> dict[str, Report]:
    """Return, by page, the errors that stand against its release today."""
    from ketcontent.checks import check, release_faults
    from ketcontent.diagnostics import Report
    from ketcontent.model import slices

    found = {}
    more = release_faults(content, pages, notebooks)
    for page, rows in slices(content, pages):
        faults = [*check(rows, [page]), *more[page]]
        errors = [one for one in faults if one.severity == "error"]
        if errors:
            found[page] = Report.of(errors)
    return found


def _with_address(content: Content, address: str) -> Content:
    """Return the tables with the address of the site that a build was asked for, or with no site.

    Raises
    ------
    KetcontentError
        When it is none.
    """
    from ketcontent.model import frame_of, site_fault

    if not address:
        return replace(content, site=frame_of("site", [], content))
    said, hint = site_fault(address)
    if said:
        raise KetcontentError(f"{address!r} is no address of a site. {said}", hint=hint)
    rows: list[dict[str, Any]] = content.rows("site") or [{"name": address.split("/")[2]}]
    return replace(content, site=frame_of("site", [{**rows[0], "address": address}], content))
