"""Put finished pages in place, each with its record, and the manifest of all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ketcontent
from ketcontent.atomic import replace_file, swap_folders, write_through
from ketcontent.building.cache import CacheEntry, write_entries
from ketcontent.building.decide import RECORD_ENTRY, PageDecision
from ketcontent.building.ownership import files_of_others
from ketcontent.building.plan import is_recorded
from ketcontent.building.request import Job
from ketcontent.hashing import hash_bytes, hash_file


@dataclass(frozen=True, slots=True)
class Publication:
    """Where a page is laid out and published, and what is ours there."""

    exports: Path
    """The folder of the exports."""
    work: Path
    """The folder in which pages are laid out, on the same file system."""
    decision: PageDecision
    """What is to become of the page."""
    ours: Collection[str]
    """The files that an earlier build wrote (`ketcontent.building.ownership`)."""

    @property
    def page(self) -> str:
        """The page; empty for the index."""
        return self.decision.page

    def lay_out(self) -> dict[str, CacheEntry]:
        """Lay out the folder of a page, but for what is still to be made; return its record entry.

        What this build does not make (what has not changed, the other edition, the other format)
        is taken over from what is published, except for sections that the page no longer has.
        """
        page, record = self.page, self.decision.record
        planned = {name for one in self.decision.runs for name in one.outputs}
        new = {name for one in self.decision.stale for name in one.outputs}
        sections_built = any("/sections/" in name for name in planned)
        stems = {name.rpartition(".")[0] for name in planned}
        for name in sorted({*self.ours, *planned} - new):
            section = sections_built and "/sections/" in name
            if not (section and name.rpartition(".")[0] not in stems):
                _take_over(self.exports / name, self.work / name)
        # The record speaks of the current edition alone: where a build leaves that as it was, the
        # tables may have moved on, and the record must not.
        if record is None or not record.why:
            return {}
        was = self.decision.entries.get(RECORD_ENTRY)
        (name,) = record.outputs
        path = self.exports / name
        before = None
        if was and was.key == record.key and hash_file(path) == was.outputs.get(name):
            changed = {one.removeprefix(f"{page}/") for one in new}
            before = dict(json.loads(path.read_bytes())), changed
        written = self._write_record(self.work / name, before)
        given = self.decision.given
        return {RECORD_ENTRY: CacheEntry(record.key, given.hash, (), {name: written})}

    def _write_record(
        self, path: Path, before: tuple[Mapping[str, Any], Collection[str]] | None
    ) -> str:
        """Write the record of what the finished pages show; return its hash."""
        from ketcontent.approvals import record

        page, made = self.page, path.parent
        found = (path for path in made.rglob("*") if path.suffix in (".html", ".md"))
        pages = {
            path.relative_to(made).as_posix(): path
            for path in sorted(found)
            if is_recorded(str(path.relative_to(self.work)))
        }
        said = record(self.decision.given.rows(), page, pages, before=before)
        text = json.dumps(said, indent=1, ensure_ascii=False) + "\n"
        write_through(path, text.encode())
        return hash_bytes(text.encode())

    def publish(self, made: Mapping[str, CacheEntry]) -> None:
        """Put a page, or the index, in place in one step, and note what it was made from.

        That is noted first: after a kill the cache then names what is ours, and an export that is
        not yet in place is not as its entry says.
        """
        page, entries = self.page, {**self.decision.entries, **made}
        if not page:
            write_entries(self.exports, page, entries)
            replace_file(self.exports / "index.html", (self.work / "index.html").read_bytes())
            return
        there = {
            name: entry
            for name, entry in entries.items()
            if all((self.work / output).exists() for output in entry.outputs)
        }
        write_entries(self.exports, page, there)
        planned = {name for one in self.decision.all for name in one.outputs}
        for name in files_of_others(self.exports, page, {*self.ours, *planned}):
            _take_over(self.exports / name, self.work / name)
        swap_folders(self.work / page, self.exports / page)


def _take_over(old: Path, new: Path) -> None:
    """Link to a file that stays, or copy it where there are no links."""
    if not os.path.lexists(old):
        return
    new.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(old, new, follow_symlinks=False)
    except OSError:  # a file system without links
        shutil.copy2(old, new, follow_symlinks=False)


def write_manifest(
    job: Job,
    before: Mapping[str, Any] | None,
    published: Iterable[Publication],
) -> tuple[str, bool]:
    """Write what went into each published page, and what came out.

    What the manifest said before of other pages holds. Returned is its hash, and whether that is
    another one now.
    """
    exports = job.request.exports
    known = set(job.content.documents["document"])
    pages = dict((before or {}).get("documents", {}))
    notebooks = {name: job.notebooks[name] for name in sorted(job.notebooks)}
    notebooks.pop("index.ipynb", None)
    for one in published:
        page = one.page
        planned = {name for decision in one.decision.all for name in decision.outputs}
        outputs = {
            name: hash_file(exports / name)
            for name in sorted({*one.ours, *planned} - {f"{page}/review.html"})
            if (exports / name).is_file()
        }
        content = one.decision.given.hash
        pages[page] = {"content": content, "notebooks": notebooks, "outputs": outputs}
    manifest: dict[str, Any] = {
        "ketcontent": ketcontent.__version__,
        "documents": {page: pages[page] for page in sorted(pages) if page in known},
    }
    if (exports / "index.html").exists():
        manifest["outputs"] = {"index.html": hash_file(exports / "index.html")}
    said = (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()
    path = exports / "manifest.json"
    changed = hash_file(path) != hash_bytes(said)
    if changed:
        replace_file(path, said)
    return hash_bytes(said), changed
