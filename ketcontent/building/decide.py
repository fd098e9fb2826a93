"""What a build is to make, and why: a decision for each run and for the record of each page.

A decision is drawn from what the cache knows and how things are now, and changes nothing. What
``ketcontent build --why`` prints are the decisions.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ketcontent.building.cache import CacheEntry, leaflet_hash
from ketcontent.building.plan import (
    EDITIONS,
    PARTS,
    is_recorded,
    leaflet_of,
    site_address,
    site_files,
)
from ketcontent.building.request import Job
from ketcontent.building.stored import StoredRun, find_run
from ketcontent.clock import is_to_come
from ketcontent.dependencies import ON_DISK, as_kept, as_placed
from ketcontent.hashing import MISSING, current_hash, hash_bytes, hash_file, hash_json

if TYPE_CHECKING:
    from ketcontent.dependencies import Dependency
    from ketcontent.execution import Outcome, Run
    from ketcontent.markup import Strings
    from ketcontent.model import Content, Deviation
    from ketcontent.pages import Edition, PageView


RECORD_ENTRY = "record"
"""The name under which the cache has the entry of a page's record."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to become of a run, or of the record of a page."""

    name: str
    """The name of its cache entry."""
    outputs: tuple[str, ...]
    """The files that it writes."""
    key: str
    """The hash of its code, as the entry is to have it."""
    why: str
    """Why it is to be made; empty where nothing that it is made from has changed."""
    run: Run | None = None
    """The run; None for a record."""
    stored: StoredRun | None = None
    """What a build elsewhere made of the same, to be taken instead; None where none is known."""


@dataclass(frozen=True, slots=True)
class Given:
    """The tables that the runs of a page, or of the index, are given."""

    page: str
    """The page; empty for the index."""
    tables: Mapping[str, str]
    """The hash of each table."""
    rows: Callable[[], Content]
    """Returns the tables."""

    @property
    def hash(self) -> str:
        """The hash of all the tables."""
        return hash_json(sorted(self.tables.items()))


def given_of(page: str, rows: Content, tables: Mapping[str, str]) -> Given:
    """Return what the runs of a page are given, where its rows are at hand.

    The same sign-offs are others on a day on which one of them is still to come.
    """
    signed = rows.signoffs
    later = [
        key
        for key, day in zip(signed["signoff"], signed["signed_on"], strict=True)
        if is_to_come(day)
    ]
    if later:
        tables = {**tables, "signoffs": hash_json([tables["signoffs"], later])}
    return Given(page, tables, lambda: rows)


@dataclass(frozen=True, slots=True)
class PageDecision:
    """What is to become of a page, or of the index."""

    given: Given
    entries: Mapping[str, CacheEntry]
    """What the cache knows of its runs."""
    runs: tuple[Decision, ...]
    record: Decision | None
    """That of its record; None where nothing is made that a record speaks of."""
    withdrawn: str = ""
    """The file of a leaflet that is not made, and not known to say what the page says now."""

    @property
    def page(self) -> str:
        """The page; empty for the index."""
        return self.given.page

    @property
    def all(self) -> tuple[Decision, ...]:
        """The decisions of the runs and of the record."""
        return (*self.runs, self.record) if self.record else self.runs

    @property
    def stale(self) -> tuple[Decision, ...]:
        """Those of the decisions by which something is to be made."""
        return tuple(one for one in self.all if one.why)


@dataclass(frozen=True, slots=True)
class Now:
    """How things are at the moment that a run is decided on; asked for only where it matters."""

    key: str
    """The hash of the run's code."""
    tables: str
    """The hash of all the tables it would be given."""
    hash_of: Callable[[Dependency], str]
    """Returns the hash of something that the run read."""
    export_hash: Callable[[str], str]
    """Returns the hash of an export."""
    changed_rows: Callable[[], Mapping[str, Sequence[str]]]
    """Returns, by table, the rows that are not as the last build gave them."""


def why_stale(entry: CacheEntry | None, outputs: Iterable[str], now: Now) -> str:
    """Return why a run must be run; nothing, where it need not."""
    if entry is None:
        return "it is not known from what it was made, if it ever was"
    if not entry.followed:
        return "its notebook uses what cannot be followed, so it runs every time"
    if entry.key != now.key:
        return "its notebook, a template, ketcontent, a package or what it may lead to changed"
    if harm := _harmed(entry, outputs, now.export_hash):
        return harm
    for dependency, was in entry.read or ():
        same = dependency[0] in ("table", "page") and entry.tables == now.tables
        if not same and now.hash_of(dependency) != was:
            return _changed(dependency, now)
    return ""


def why_record(
    entry: CacheEntry | None, names: Iterable[str], now: Now, *, exports_made: bool
) -> str:
    """Return why the record of a page, and what is written with it, must be; else nothing."""
    if exports_made:
        return "an export that it records was made anew"
    if entry is None or (entry.key, entry.tables) != (now.key, now.tables):
        return "a row of the page changed"
    return _harmed(entry, names, now.export_hash)


def _harmed(entry: CacheEntry, outputs: Iterable[str], export_hash: Callable[[str], str]) -> str:
    """Return what is no longer as it was written."""
    for name in outputs:
        found = export_hash(name)
        if found == MISSING:
            return f"{name} is not there"
        if found != entry.outputs.get(name):
            return f"{name} is not as it was written"
    return ""


def _changed(dependency: Dependency, now: Now) -> str:
    kind, *name = dependency
    if kind == "day":
        return "it depends on the day, and another one has come"
    if kind == "root":
        return "the project lies elsewhere now, and its notebook read what is outside of it"
    if kind in ON_DISK:
        return f"{os.path.relpath(name[0])} changed"
    changed = now.changed_rows()
    if kind == "table":
        what, tables = f"{name[0]}.csv", [name[0]]
    else:
        what, tables = f"section {name[2]}" if name[2] else "the page", list(changed)
    rows = _named_rows(changed, tables)
    return f"{what} changed{f': {rows}' if rows else ''}"


_NAMED = 3
"""How many changed rows a reason names."""


def _named_rows(changed: Mapping[str, Sequence[str]], tables: Sequence[str]) -> str:
    """Return the first of the rows that changed in some tables, and how many more there are."""
    names = [f"{table} {key}" for table in tables for key in changed.get(table, ())]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def changed_rows(before: Path, rows: Content) -> dict[str, list[str]]:
    """Return, by table, the keys of the rows that are not as a folder of tables has them."""
    from ketcontent.model import TABLES, table_bytes

    found = {}
    for table in TABLES:
        now, key = table_bytes(rows, table), rows.schemas[table].key
        try:
            if (data := (before / f"{table}.csv").read_bytes()) == now:
                continue
            was = _by_key(data, key)
        except (OSError, ValueError, KeyError, csv.Error):  # it is not known how it was
            continue
        new = _by_key(now, key)
        keys = sorted(was.keys() | new.keys())
        found[table] = ["/".join(key) for key in keys if was.get(key) != new.get(key)]
    return found


def _by_key(data: bytes, key: Sequence[str]) -> dict[tuple[str, ...], dict[str, str]]:
    """Return the rows of a table by their keys; a table that was cut short is refused."""
    found = list(csv.DictReader(io.StringIO(data.decode()), strict=True))
    if any(None in row or None in row.values() for row in found):
        raise ValueError("A row has more cells than the table has columns, or less.")
    return {tuple(row[name] for name in key): row for row in found}


# --- a page ----------------------------------------------------------------------------------


def decide_page(
    job: Job,
    given: Given,
    entries: Mapping[str, CacheEntry],
    views: Views,
    *,
    force: bool,
) -> PageDecision:
    """Return what is to become of the runs of a page, or of the index."""
    exports = job.request.exports

    @cache
    def changed() -> Mapping[str, list[str]]:
        return changed_rows(Path(job.runs[given.page][0].parameters["data"]), given.rows())

    def now(key: str) -> Now:
        return Now(
            key,
            given.hash,
            lambda dependency: hash_of(dependency, given, views),
            lambda name: hash_file(exports / name, follow=False),
            changed,
        )

    folder = os.path.realpath(job.request.notebooks)
    here = {name: placed(entry, folder) for name, entry in entries.items()}
    runs = []
    for run in job.runs[given.page]:
        outputs, key = tuple(run.outputs.values()), run_key(job, run)
        if not given.page:
            outputs += site_files(job.shown)
        why = (
            "everything was asked for"
            if force
            else why_stale(here.get(run.executed), outputs, now(key))
        )
        stored = None
        if why and not force and job.request.cache:
            fresh = partial(_is_fresh, now=now(key), folder=folder)
            stored = find_run(job.request.cache, key, run.outputs.values(), fresh)
            why += "; it was taken from the cache" if stored else ""
        runs.append(Decision(run.executed, outputs, key, why, run, stored))
    record = None
    if given.page and any(is_recorded(name) for one in runs for name in one.outputs):
        names = [f"{given.page}/record.json"]
        if site_address(job.shown):
            names += [f"{given.page}/{part}" for part in PARTS]
        made = any(one.why and any(map(is_recorded, one.outputs)) for one in runs)
        why = why_record(entries.get(RECORD_ENTRY), names, now(job.code), exports_made=made)
        record = Decision(RECORD_ENTRY, tuple(names), job.code, why)
    gone = ""
    if record and record.why and not any("pdf" in run.outputs for run in job.runs[given.page]):
        gone = _outdated_leaflet(given, here, now(""))
    return PageDecision(given, entries, tuple(runs), record, gone)


def _is_fresh(entry: CacheEntry, now: Now, folder: str) -> bool:
    """Whether all that a run read is as it was; its files are looked at by whoever has them."""
    return not why_stale(placed(entry, folder), (), now)


def _outdated_leaflet(given: Given, entries: Mapping[str, CacheEntry], now: Now) -> str:
    """Return the leaflet of a page that nobody asked for, where what it was set from is another.

    It does not stay beside a page that says something else; of one that came from elsewhere it is
    not known what it was set from.
    """
    name = leaflet_of(given.page)
    if now.export_hash(name) == MISSING:
        return ""
    entry = entries.get(str(Path(name).with_suffix(".ipynb")))
    as_it_was = replace(now, key=entry.key) if entry else now  # newer letters are no other words
    return name if why_stale(entry, [name], as_it_was) else ""


def placed(entry: CacheEntry, notebooks: str) -> CacheEntry:
    """Return an entry with what was read as it is called where the notebooks are now.

    `notebooks` is the whole path of their folder, which a cache keeps names relative to.
    """
    read = entry.read and tuple((as_placed(one, notebooks), was) for one, was in entry.read)
    return replace(entry, read=read)


def run_key(job: Job, run: Run) -> str:
    """Return the hash of a run's code: the notebook's, the parameters, and all behind it."""
    given = {name: value for name, value in run.parameters.items() if name != "data"}
    notebook = [run.notebook.name, job.notebooks[run.notebook.name]]
    if "pdf" in run.outputs:
        notebook.append(leaflet_hash())
    return hash_json([job.code, notebook, given, sorted(run.outputs.items()), run.lacks])


def entry_of(decision: Decision, outcome: Outcome, given: Given, views: Views) -> CacheEntry:
    """Return the cache entry of a run that went well: what it read, with hashes, and wrote."""
    read = None
    if outcome.read is not None:
        notebooks = os.path.realpath(decision.run.notebook.parent if decision.run else "")
        read = tuple(
            (
                as_kept(one, notebooks),
                was if was or one[0] in _TOLD else hash_of(as_placed(one, notebooks), given, views),
            )
            for one, was in outcome.read
        )
    return CacheEntry(decision.key, given.hash, read, dict(outcome.outputs))


_TOLD = (*ON_DISK, "unknown")
"""The kinds of dependency of which a run itself tells what they were, be it nothing."""


def hash_of(dependency: Dependency, given: Given, views: Views) -> str:
    """Return the hash of what a run read, as it is now."""
    kind, *name = dependency
    if kind == "table":
        return given.tables.get(name[0], MISSING)
    if kind == "page":
        view = views.view(dependency, given)
        return view.hash if view else MISSING
    return current_hash(dependency)


class View(NamedTuple):
    """A page or a section as a notebook has it."""

    hash: str
    state: str
    """How far it is reviewed."""
    say: Strings
    """The words of its furniture."""


class Views:
    """Each page and section as a notebook has it; worked out when first asked for."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.known: dict[str, Mapping[Dependency, View]] = {}
        self.at_hand: PageView | None = None

    @cached_property
    def below(self) -> Sequence[Deviation]:
        """Where the project asks less than the package: the same on each of its pages."""
        from ketcontent.model import deviations

        return deviations(self.content)

    def view(self, dependency: Dependency, given: Given) -> View | None:
        """Return a page, or a section of it; `given` is what is asked for it."""
        from ketcontent.model import slice_of

        page = dependency[1]
        if page not in self.known:
            if page == given.page:
                self.known[page] = _views(page, given.rows(), self.below)
            elif page in set(self.content.documents["document"]):
                self.known[page] = _views(page, slice_of(self.content, page), self.below)
            else:
                self.known[page] = {}
        return self.known[page].get(dependency)

    def shown(self, edition: Edition, section: str, given: Given) -> Mapping[str, str]:
        """Return what a notebook of ours shows of a page or section, in each form."""
        from ketcontent.approvals import signoff_statuses, with_statuses
        from ketcontent.pages import PageView

        if self.at_hand is None or self.at_hand.document != given.page:
            self.at_hand = PageView(given.rows(), given.page)
        view = self.at_hand
        page = with_statuses(
            view, view.edition(edition, section), signoff_statuses(view), self.below
        )
        return page._repr_mimebundle_()


def _views(page: str, rows: Content, below: Sequence[Deviation]) -> dict[Dependency, View]:
    """Return each edition of a page and each section, as a notebook has it."""
    from ketcontent.approvals import signoff_statuses, with_statuses
    from ketcontent.pages import PageView

    found: dict[Dependency, View] = {}
    view = PageView(rows, page)
    statuses = signoff_statuses(view)
    for edition in EDITIONS:
        for key in ("", *(one.section for one in view.edition(edition))):
            shown = with_statuses(view, view.edition(edition, key), statuses, below)
            said = json.dumps(shown, default=_parts_of)
            found["page", page, edition, key] = View(
                hash_bytes(said.encode()), shown.state, shown.say
            )
    return found


def _parts_of(one: Any) -> Any:
    """Return what JSON can say of a record or a mapping."""
    if isinstance(one, Mapping):
        return dict(one)
    fields = type(one).__dataclass_fields__
    return [getattr(one, name) for name, field in fields.items() if field.compare]
