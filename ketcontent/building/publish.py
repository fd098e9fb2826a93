"""Put finished pages in place, with records and the manifest; withdraw the pages that went."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ketcontent
from ketcontent.atomic import replace_file, swap_folders, write_through
from ketcontent.building.cache import CacheEntry, forget_pages, write_entries
from ketcontent.building.plan import RECORD_ENTRY, recorded_outputs
from ketcontent.building.request import UNCHANGED
from ketcontent.building.staleness import BuildState
from ketcontent.hashing import hash_bytes, hash_file

if TYPE_CHECKING:
    from ketcontent.execution import Outcome, Run
    from ketcontent.model import Content


def _entries_in_place(state: BuildState, page: str) -> dict[str, CacheEntry]:
    """Return the entries of a page whose exports are there."""
    exports = state.job.request.exports
    return {
        name: entry
        for name, entry in state.known[page].items()
        if all((exports / output).exists() for output in entry.outputs)
    }


def note_outcomes(
    state: BuildState,
    page: str,
    ended: Sequence[tuple[Run, Outcome]],
) -> None:
    """Note what the runs of a page, or of the index, read and wrote."""
    for run, outcome in ended:
        state.enter(run, outcome)
    write_entries(state.job.request.exports, page, _entries_in_place(state, page))


def withdraw_pages(exports: Path, known: set[str]) -> set[str]:
    """Delete the folders of pages that a build once published and the tables no longer have."""
    gone = _published(exports) - known
    for page in gone:
        shutil.rmtree(exports / page, ignore_errors=True)
    forget_pages(exports, known)
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
    from ketcontent.approvals import record

    pages = {
        path.relative_to(made).as_posix(): path
        for path in sorted([*made.rglob("*.html"), *made.rglob("*.md")])
        if recorded_outputs([str(path.relative_to(made.parent))])
    }
    text = json.dumps(record(rows, page, pages, before=before), indent=1, ensure_ascii=False)
    text += "\n"
    path = made / "record.json"
    path.unlink(missing_ok=True)  # it may be a link to the one that is published
    write_through(path, text.encode())
    return hash_bytes(text.encode())


def lay_out(state: BuildState, work: Path, page: str) -> dict[str, str]:
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


def publish_page(
    state: BuildState,
    work: Path,
    page: str,
    ended: Sequence[tuple[Run, Outcome]],
    record: Mapping[str, str],
) -> None:
    """Put the folder of a page in place in one step, and note what it was made from."""
    exports = state.job.request.exports
    if record:
        state.known[page][RECORD_ENTRY] = CacheEntry(state.code, state.tables[page], (), record)
        state.outputs |= record
        state.made |= record.keys()
    swap_folders(work / page, exports / page)
    note_outcomes(state, page, ended)


def _take_over(old: Path, new: Path) -> None:
    new.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(old, new)
    except OSError:  # a file system without links
        shutil.copy2(old, new)


def _same_section(name: str, outputs: set[str]) -> bool:
    stem = name.rpartition(".")[0]
    return any(path.rpartition(".")[0] == stem for path in outputs)


def write_manifest(state: BuildState, failed: Collection[str]) -> str:
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
            "outputs": {name: hash_file(exports / name) for name in outputs},
        }
    known = set(job.content.documents["document"])
    manifest = {
        "ketcontent": ketcontent.__version__,
        "documents": {page: pages[page] for page in sorted(pages) if page in known},
    }
    if (exports / "index.html").exists():
        manifest["outputs"] = {"index.html": hash_file(exports / "index.html")}
    said = (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()
    state.reasons[path.name] = UNCHANGED
    if hash_file(path) != hash_bytes(said):
        replace_file(path, said)
        state.reasons[path.name] = "what it holds the hashes of changed"
        state.made.add(path.name)
    return hash_bytes(said)
