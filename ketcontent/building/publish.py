"""Put finished pages in place, each with its record, and the manifest of all.

The manifest never says of a file what is not so, through a kill too: before a page is put in place
it names that page's files as unfinished, and afterwards their hashes.

::

    exports/.ketcontent/work/          what is being laid out; a later build deletes it
    exports/.ketcontent/swap/tea       a page on its way into the exports, then what it replaced
    exports/.ketcontent/swap/tea.json  what of that is ours; the rest goes back (`clear_page`)
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ketcontent
from ketcontent.atomic import (
    flush_folder,
    put_in_place,
    restore_folder,
    swap_folders,
    write_through,
)
from ketcontent.building.cache import SWAP, WORK, CacheEntry, write_entries
from ketcontent.building.decide import RECORD_ENTRY, PageDecision
from ketcontent.building.ownership import (
    Owned,
    clear_page,
    files_of_others,
    is_page,
    put_aside,
    unfinished_files,
)
from ketcontent.building.plan import PARTS, is_recorded
from ketcontent.building.request import Job
from ketcontent.building.site import parts_of
from ketcontent.hashing import hash_bytes, hash_file
from ketcontent.places import folder_below, read_file, refuse_place, what_stands_at


@contextmanager
def no_work_left(exports: Path) -> Iterator[None]:
    """Clear away what was half made where the work ends early: a full disk needs the room."""
    try:
        yield
    except BaseException:
        shutil.rmtree(exports / WORK, ignore_errors=True)
        raise


@dataclass(frozen=True, slots=True)
class Publication:
    """Where a page is published, and what is ours there."""

    exports: Path
    """The folder of the exports."""
    decision: PageDecision
    """What is to become of the page."""
    ours: Owned
    """The files that an earlier build wrote (`ketcontent.building.ownership`)."""

    @property
    def page(self) -> str:
        """The page; empty for the index."""
        return self.decision.page

    @property
    def work(self) -> Path:
        """The folder in which it is laid out."""
        return self.exports / WORK

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
        gone = {f"{page}/{name}" for name in PARTS} if record and record.why else set()
        gone.add(self.decision.withdrawn)
        for name in sorted({*self.ours, *planned} - new - gone):
            section = sections_built and "/sections/" in name
            if not (section and name.rpartition(".")[0] not in stems):
                _take_over(self.exports / name, self.work / name)
        # The record speaks of the current edition alone: where a build leaves that as it was, the
        # tables may have moved on, and the record must not.
        if record is None or not record.why:
            return {}
        was = self.decision.entries.get(RECORD_ENTRY)
        name, *parts = record.outputs
        path = self.exports / name
        before = None
        if was and was.key == record.key and hash_file(path, follow=False) == was.outputs.get(name):
            changed = {one.removeprefix(f"{page}/") for one in new}
            before = dict(json.loads(path.read_bytes())), changed
        given = self.decision.given
        outputs = {}
        for part, text in parts_of(given.rows(), page).items() if parts else ():
            write_through(self.work / page / part, text.encode())
            outputs[f"{page}/{part}"] = hash_bytes(text.encode())
        outputs[name] = self._write_record(self.work / name, before)
        return {RECORD_ENTRY: CacheEntry(record.key, given.hash, (), outputs)}

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

    def note(self, made: Mapping[str, CacheEntry]) -> Owned:
        """Note what is ours of a page, before and after it is put in place; return that."""
        planned = {name for one in self.decision.all for name in one.outputs}
        ours = {name: [*self.ours.get(name, ())] for name in {*self.ours, *planned}}
        for name, was in _written(made).items():
            ours.setdefault(name, []).append(was)
        _note_of(self.exports, self.page).write_text(json.dumps(ours), "utf-8")
        return ours

    def publish(self, made: Mapping[str, CacheEntry]) -> list[str]:
        """Put a page, or the index, in place in one step, and note what it was made from.

        That is noted first: after a kill the cache then names what is ours, and an export that is
        not yet in place is not as its entry says. Returned is what was put aside.
        """
        page, before = self.page, self.decision.entries
        ours = self.note(made)
        if not page:
            write_entries(self.exports, page, {**before, **made})
            new = {name for one in self.decision.stale for name in one.outputs}
            aside = [
                one for name in sorted(new) for one in put_export(self.exports, name, self.ours)
            ]
            for name in sorted(self.ours.keys() - new):  # the site is named no more
                if hash_file(self.exports / name, follow=False) in self.ours[name]:
                    (self.exports / name).unlink()
                elif what_stands_at(self.exports / name):
                    aside.append(put_aside(self.exports, self.exports / name, name))
            return aside
        there = {
            name: entry
            for name, entry in still_known(before, made).items()
            if all((self.work / output).exists() for output in entry.outputs)
        }
        write_entries(self.exports, page, there)
        for name in files_of_others(self.exports / page, ours):
            _take_over(self.exports / name, self.work / name)
        swap = self.exports / SWAP
        os.rename(self.work / page, swap / page)
        swap_folders(swap / page, self.exports / page)
        return _clear(self.exports, page)


def still_known(
    before: Mapping[str, CacheEntry], made: Mapping[str, CacheEntry]
) -> dict[str, CacheEntry]:
    """Return the entries of a page once some were made anew.

    A run that is asked for one format makes that alone; of the other, which stays, it is still
    known what it was made from: each such file has an entry of its own.
    """
    new = _written(made)
    left = {
        name: replace(entry, outputs={name: was})
        for run, entry in before.items()
        if run in made or run in entry.outputs
        for name, was in entry.outputs.items()
        if name not in new and run != RECORD_ENTRY
    }
    others = {run: one for run, one in before.items() if run not in one.outputs}
    return {**others, **left, **made}


def _written(entries: Mapping[str, CacheEntry]) -> dict[str, str]:
    """Return the files that runs wrote, each with its hash."""
    return {name: was for entry in entries.values() for name, was in entry.outputs.items()}


def _take_over(old: Path, new: Path) -> None:
    """Link to a file that stays, or copy it where there are no links."""
    if not what_stands_at(old):
        return
    new.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(old, new, follow_symlinks=False)
    except OSError:  # a file system without links
        shutil.copy2(old, new, follow_symlinks=False)


def put_export(exports: Path, name: str, ours: Owned) -> list[str]:
    """Put a finished file in place beside the pages; return where what was there was put aside."""
    there = exports / name
    aside = []
    if what_stands_at(there) and hash_file(there, follow=False) not in ours.get(name, ()):
        aside = [put_aside(exports, there, name)]
    put_in_place(exports / WORK / name, there)
    return aside


def withdraw(exports: Path, page: str, ours: Owned) -> list[str]:
    """Take a page out of the exports: delete of it what is ours; return what was put aside."""
    if what_stands_at(exports / page) != "a folder":
        return []
    _note_of(exports, page).write_text(json.dumps(ours, default=list), "utf-8")
    os.rename(exports / page, exports / SWAP / page)
    flush_folder(exports)
    return _clear(exports, page)


def settle_swaps(exports: Path) -> tuple[list[str], dict[str, dict[str, list[Any]]]]:
    """Bring to its end what a killed build was putting in place.

    Returned is what was put aside, and by page what that build had noted as ours.

    Raises
    ------
    KetcontentError
        When something else lies there.
    """
    for name in sorted(os.listdir(folder_below(exports, WORK))):
        path = exports / WORK / name
        shutil.rmtree(path) if what_stands_at(path) == "a folder" else path.unlink()
    swap = folder_below(exports, SWAP)
    for name in os.listdir(swap):
        if not is_page(name.removesuffix(".json").removesuffix(".aside")):
            raise refuse_place(swap / name, "not of a build")
    aside, notes = [], {}
    for note in sorted(swap.glob("*.json")):
        notes[note.stem] = _read_note(exports, note.stem)
        restore_folder(note.with_suffix(""), exports / note.stem)
        aside += _clear(exports, note.stem)
    return aside, notes


INDEX = "_index"
"""The name of the index among the notes; no page can have it."""


def _note_of(exports: Path, page: str) -> Path:
    return exports / SWAP / f"{page or INDEX}.json"


def _read_note(exports: Path, page: str) -> dict[str, list[Any]]:
    try:
        said = json.loads(read_file(_note_of(exports, page), follow=False))
    except (OSError, ValueError):  # it was cut short, and nothing had been moved
        return {}
    given = said.items() if isinstance(said, dict) else ()
    return {name: was for name, was in given if isinstance(was, list)}


def _clear(exports: Path, page: str) -> list[str]:
    """Clear away what a page replaced, and the note of what of that is ours."""
    note = _note_of(exports, page)
    aside = clear_page(exports, note.with_suffix(""), page, _read_note(exports, page))
    note.unlink(missing_ok=True)
    return aside


# --- the manifest ----------------------------------------------------------------------------


class Manifest:
    """What the manifest says, and is to say."""

    def __init__(self, job: Job, before: Mapping[str, Any] | None) -> None:
        self.said = said = before or {}
        index = said.get("outputs")
        self.exports = job.request.exports
        self.notebooks = {name: job.notebooks[name] for name in sorted(job.notebooks)}
        self.notebooks.pop("index.ipynb", None)
        self.before = said.get("documents", {})
        self.known = set(job.content.documents["document"])
        self.pages = dict(self.before)
        self.index = index if isinstance(index, dict) else {}
        self.unfinished = unfinished_files(before)
        self.hash = hash_file(self.exports / "manifest.json", follow=False)
        self.ours: Owned = {"manifest.json": {self.hash} if before else ()}
        self.aside: list[str] = []

    def withdraw(self, pages: Mapping[str, Owned]) -> None:
        """Say no more of pages; take them out of the exports."""
        for page, ours in pages.items():
            self.pages.pop(page, None)
            self.unfinished |= ours.keys()
        if pages:
            self._write()
        for page, ours in pages.items():
            self.aside += withdraw(self.exports, page, ours)
            self.unfinished -= ours.keys()

    def publish(
        self, pages: Collection[Publication], made: Mapping[str, Mapping[str, CacheEntry]]
    ) -> None:
        """Put finished pages in place; meanwhile say of them that they are unfinished."""
        for one in pages:
            if one.page:
                self.pages.pop(one.page, None)
            else:
                self.index = {}
            self.unfinished |= _names_of(one)
            one.note(made[one.page])
        self._write()
        for one in pages:
            self.aside += one.publish(made[one.page])
        self.close(pages, made)
        _note_of(self.exports, "").unlink(missing_ok=True)

    def close(
        self, pages: Iterable[Publication], made: Mapping[str, Mapping[str, CacheEntry]]
    ) -> None:
        """Say what pages hold that are in place; of what was not written by a build, as before."""
        for one in pages:
            written = _written({**one.decision.entries, **made.get(one.page, {})})
            new = {name for decision in one.decision.stale for name in decision.outputs}
            before = self.before.get(one.page, {}).get("outputs", {}) if one.page else {}
            outputs = {}
            for name in sorted(_names_of(one)):
                found = hash_file(self.exports / name, follow=False)
                known = name in new or found in (written.get(name), *one.ours.get(name, ()))
                if found and (known or name in before):
                    outputs[name] = found if known else before[name]
            self.unfinished -= _names_of(one)
            if one.page:
                content = one.decision.given.hash
                said = {"content": content, "notebooks": self.notebooks, "outputs": outputs}
                self.pages[one.page] = said
            else:
                self.index = outputs
        self._write()

    def _write(self) -> None:
        said: dict[str, Any] = {
            "ketcontent": ketcontent.__version__,
            "documents": {one: self.pages[one] for one in sorted(self.pages) if one in self.known},
        }
        if self.index:
            said["outputs"] = self.index
        if self.unfinished:
            said["unfinished"] = sorted(self.unfinished)
        data = (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode()
        if hash_bytes(data) != self.hash:
            write_through(self.exports / WORK / "manifest.json", data)
            self.aside += put_export(self.exports, "manifest.json", self.ours)
            self.hash = hash_bytes(data)
            self.ours = {"manifest.json": {self.hash}}


def _names_of(one: Publication) -> set[str]:
    """Return the files of a page that are committed."""
    planned = {name for decision in one.decision.all for name in decision.outputs}
    return {*one.ours, *planned} - {f"{one.page}/review.html"}
