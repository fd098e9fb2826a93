"""Which runs of a build are stale, and why."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketcontent.building.cache import CacheEntry, code_hash, read_entries
from ketcontent.building.plan import EDITIONS, KEPT, RECORD_ENTRY, recorded_outputs
from ketcontent.building.request import UNCHANGED, Job
from ketcontent.dependencies import ON_DISK
from ketcontent.hashing import MISSING, current_hash, hash_bytes, hash_file, hash_json

if TYPE_CHECKING:
    from ketcontent.dependencies import Dependency
    from ketcontent.execution import Outcome, Run
    from ketcontent.model import Content


def notebook_hashes(job: Job) -> dict[str, str]:
    """Return the digest of the cells of each notebook."""
    return {run.notebook.name: notebook_hash(run.notebook) for run in job.runs}


def notebook_hash(notebook: Path) -> str:
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
    return hash_json([cells, said.get("metadata", {}).get("kernelspec", {})])


class BuildState:
    """What is known of each run while a build goes on."""

    def __init__(self, job: Job, notebooks: Mapping[str, str], *, force: bool) -> None:
        self.job = job
        self.notebooks = notebooks
        self.force = force
        self.code = code_hash()
        self.by_page: dict[str, list[Run]] = {page: [] for page in ("", *job.pages)}
        """The runs of each page; of the index, under an empty page."""
        for run in job.runs:
            self.by_page[run.document].append(run)
        self.stale: list[Run] = []
        self.known: dict[str, dict[str, CacheEntry]] = {}
        """By page, the entries that the ledger has."""
        self.tables: dict[str, str] = {}
        """By page, the digest of all the tables that its runs are given."""
        self.views: dict[str, dict[Dependency, str]] = {}
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
        from ketcontent.model import copy_content, slices, table_hashes

        job = self.job
        kept = job.request.exports / KEPT
        # First the index, while the tables that the last build gave it are still there.
        of_index = self._look_at("", self.by_page[""], job.content, dict(job.digests))
        copied = False
        shared: dict[str, str] = {}
        for page, rows in slices(job.content, job.pages):
            stale = self._look_at(page, self.by_page[page], rows, table_hashes(rows, shared))
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
        self.known[page] = read_entries(exports, page)
        self.digests[page] = digests
        self.tables[page] = hash_json(sorted(digests.items()))
        stale = []
        for run in runs:
            entry = self.known[page].get(run.executed)
            why = _Why(self, run, rows).reason(entry)
            for name in run.outputs.values():
                self.reasons[name] = why or UNCHANGED
            if why:
                stale.append(run)
            elif entry is not None:
                self.outputs |= {name: entry.outputs[name] for name in run.outputs.values()}
        return stale

    def _look_at_record(self, page: str, runs: list[Run], *, made_anew: bool) -> bool:
        """Return whether the record of a page is stale, though none of its runs may be."""
        if not recorded_outputs(name for run in runs for name in run.outputs.values()):
            return False
        name = f"{page}/record.json"
        entry = self.known[page].get(RECORD_ENTRY)
        was = entry.outputs.get(name, MISSING) if entry else MISSING
        if made_anew:
            why = "an export that it records was made anew"
        elif entry is None or (entry.key, entry.tables) != (self.code, self.tables[page]):
            why = "a row of the page changed"
        elif hash_file(self.job.request.exports / name) != was:
            why = f"{name} is not as it was written"
        else:
            why = ""
            self.outputs[name] = was
        self.reasons[name] = why or UNCHANGED
        if why:
            self.stale_records[page] = None
        return bool(why)

    def earlier_record(self, page: str) -> dict[str, Any] | None:
        """Return the published record of a page, where this version wrote it as it stands."""
        name = f"{page}/record.json"
        entry = self.known[page].get(RECORD_ENTRY)
        if entry is None or entry.key != self.code:
            return None
        path = self.job.request.exports / name
        known = hash_file(path) == entry.outputs.get(name)
        return dict(json.loads(path.read_bytes())) if known else None

    @property
    def entries(self) -> list[CacheEntry]:
        """The entries of all runs that were asked for."""
        return [self.known[run.document][run.executed] for run in self.job.runs]

    def view_digest(self, reading: Dependency, page: str, rows: Content | None = None) -> str:
        """Return the digest of a page, or of a section of it, as a run reads it."""
        from ketcontent.model import slice_of

        whose = reading[1]
        if whose not in self.views:
            known = whose in set(self.job.content.documents["document"])
            if whose == page:
                self.views[whose] = view_hashes(whose, self.given(page) if rows is None else rows)
            else:
                own = slice_of(self.job.content, whose) if known else None
                self.views[whose] = {} if own is None else view_hashes(whose, own)
        return self.views[whose].get(reading, MISSING)

    def changed_rows(self, run: Run, rows: Content) -> dict[str, list[str]]:
        """Return, by table, the rows that are not as the last build gave them to a run."""
        page = run.document
        if page not in self.changed:
            self.changed[page] = _changed_rows(Path(run.parameters["data"]), rows)
        return self.changed[page]

    def given(self, page: str) -> Content:
        """Return the rows that the runs of a page, or of the index, are given."""
        from ketcontent.model import read_content

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
        self.known[run.document][run.executed] = CacheEntry(
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
        return hash_json([self.code, notebook, given, sorted(run.outputs.items())])

    def digest_of(self, reading: Dependency, page: str, rows: Content | None = None) -> str:
        """Return the digest of what a run read, as it is now."""
        kind, *name = reading
        if kind == "table":
            return self.digests[page].get(name[0], MISSING)
        if kind == "page":
            return self.view_digest(reading, page, rows)
        return current_hash(reading)


def view_hashes(page: str, rows: Content) -> dict[Dependency, str]:
    """Return the digest of each edition of a page and of each section, as a notebook has it."""
    from ketcontent.approvals import signoff_statuses, with_statuses
    from ketcontent.pages import PageView

    found: dict[Dependency, str] = {}
    view = PageView(rows, page)
    statuses = signoff_statuses(view)
    for edition in EDITIONS:
        for key in ("", *(one.section for one in view.edition(edition))):
            shown = with_statuses(view, view.edition(edition, key), statuses)
            said = json.dumps(shown, default=_parts_of)
            found["page", page, edition, key] = hash_bytes(said.encode())
    return found


def _parts_of(one: Any) -> Any:
    """Return what JSON can say of a record or a mapping."""
    return (
        dict(one) if isinstance(one, Mapping) else [getattr(one, name) for name in _fields_of(one)]
    )


def _fields_of(one: Any) -> tuple[str, ...]:
    return tuple(type(one).__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class _Why:
    """Why a run is stale."""

    state: BuildState
    run: Run
    rows: Content

    def reason(self, entry: CacheEntry | None) -> str:
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
            if hash_file(exports / name) != entry.outputs.get(name):
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

    def _now(self, reading: Dependency) -> str:
        return self.state.digest_of(reading, self.run.document, self.rows)

    def _said(self, reading: Dependency) -> str:
        kind, *name = reading
        if kind == "day":
            return "it depends on the day, and another one has come"
        if kind in ON_DISK:
            return f"{os.path.relpath(name[0])} changed"
        changed = self.state.changed_rows(self.run, self.rows)
        rows = _named_rows(changed, [name[0]] if kind == "table" else list(changed))
        what = (
            f"{name[0]}.csv" if kind == "table" else f"section {name[2]}" if name[2] else "the page"
        )
        return f"{what} changed{f': {rows}' if rows else ''}"


_NAMED = 3
"""How many changed rows a reason names."""


def _changed_rows(before: Path, rows: Content) -> dict[str, list[str]]:
    """Return, by table, the keys of the rows that are not as a folder of tables has them."""
    from ketcontent.model import TABLES, table_bytes

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
