"""The action cache: what the last build made from what, in one SQLite file beside the exports.

For each run there is a `CacheEntry`: the key of its code, what it read
(`ketcontent.dependencies`) and what it wrote, each with its hash. A run is fresh when all of that
is as it was. For a build as a whole there is what was made for its request, and the hash of all
that went in, so that a build for which nothing has changed is known without reading a table.

The file, ``exports/.ketcontent/actions.sqlite``, is one table of sealed rows. A row whose seal does
not fit is not there: a file that is cut short, edited, another program's or another layout's says
nothing, and one that cannot be written is not, for a cache is never needed. One that came with the
content, and not from a build of this user, is not even opened (`ketcontent.building.grounds`). It
is not trusted with what it cannot compare either: an export that was edited by hand is not what its
entry says.

Notes
-----
SQLite's own journal makes each change whole or not at all, through a kill too. The seal covers the
text of this module, so that rows of another layout are never read, whatever version wrote them;
what depends on more of the package has the hash of all of it in its key (`code_hash`).
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import ketcontent
from ketcontent.building.grounds import claim_folder, is_trusted
from ketcontent.clock import today
from ketcontent.dependencies import ON_DISK, Dependency, as_placed
from ketcontent.errors import KetcontentError
from ketcontent.hashing import (
    current_hash,
    hash_bytes,
    hash_file,
    hash_files_below,
    hash_json,
)
from ketcontent.installed import versions
from ketcontent.places import require_file, what_stands_at
from ketcontent.resources import FONTS_VARIABLE, TEMPLATES_VARIABLE

HIDDEN = ".ketcontent"
"""The folder of what is no export, in that of the exports; it is ours alone."""

WORK, SWAP = f"{HIDDEN}/work", f"{HIDDEN}/swap"
"""The folders in which pages are laid out, and in which they change places."""

CACHE_FILE = f"{HIDDEN}/actions.sqlite"
"""The file of the cache, in the folder of the exports."""


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """A run that went well, or the record of a page."""

    key: str
    """The hash of the notebook's cells, its parameters, the templates and the versions."""
    tables: str
    """The hash of all the tables it was given."""
    read: tuple[tuple[Dependency, str], ...] | None
    """What it read, each with its hash at the time; None where nobody knows."""
    outputs: Mapping[str, str]
    """The files it wrote, each with its hash."""

    @property
    def followed(self) -> bool:
        """Whether all that it read is known, so that it can be fresh."""
        return self.read is not None and all(one[0] != "unknown" for one, _ in self.read)


def code_hash() -> str:
    """Return the hash of what turns rows into pages: this package, templates, versions."""
    own = os.environ.get(TEMPLATES_VARIABLE)
    folders = [Path(ketcontent.__file__).parent, *([Path(own)] if own else [])]
    return hash_json([[hash_files_below(folder) for folder in folders], versions(), sys.platform])


def leaflet_hash() -> str:
    """Return the hash of what sets leaflets, beside the code: typst, and a project's own fonts."""
    fonts = os.environ.get(FONTS_VARIABLE)
    return hash_json([versions(["typst"]), hash_files_below(Path(fonts)) if fonts else ""])


def inputs_hash(code: str, data: Path, tables: Iterable[str], notebooks: Iterable[Path]) -> str:
    """Return the hash of what goes into a build, but for the files that its notebooks open.

    `tables` are the names of the files in the folder `data`.
    """
    tables = list(tables)
    paths = [data / name for name in tables]
    paths += [data / ".saving" / name for name in tables]  # a save that is half moved counts
    hashes = [hash_file(path) for path in (*paths, *notebooks)]
    return hash_json([code, today().isoformat(), hashes])


@dataclass(frozen=True, slots=True)
class Made:
    """What a build made for a request."""

    inputs: str
    """The hash of what went in (`inputs_hash`)."""
    documents: tuple[str, ...]
    """The pages that were asked for."""
    outputs: Mapping[str, str]
    """The files, each with its hash."""
    read: tuple[tuple[Dependency, str], ...] = ()
    """What its runs read beside the tables, each with its hash."""


def what_stands(exports: Path, request: str, inputs: str, notebooks: Path) -> Made | None:
    """Return what a build made for a request, where a new one would make the same.

    `notebooks` is the folder of the notebooks, which what they read is kept relative to.
    """
    said = _read(exports, "request", request).get(request)
    if said is None or said["inputs"] != inputs:
        return None
    made = Made(inputs, tuple(said["documents"]), said["outputs"], _dependencies(said["read"]))
    folder = os.path.realpath(notebooks)
    if any(current_hash(as_placed(one, folder)) != was for one, was in made.read):
        return None
    if any(hash_file(exports / name, follow=False) != was for name, was in made.outputs.items()):
        return None
    return made


def keep_made(exports: Path, request: str, made: Made, entries: Iterable[CacheEntry]) -> None:
    """Note what was made for a request, if all its runs can be followed; forget other inputs."""
    left = {key: said for key, said in _read(exports, "request").items() if key != request}
    left = {key: said for key, said in left.items() if said["inputs"] == made.inputs}
    entries = list(entries)
    if all(entry.followed for entry in entries):
        read = {
            dependency: was
            for entry in entries
            for dependency, was in entry.read or ()
            if dependency[0] in (*ON_DISK, "root")
        }
        left[request] = {**asdict(made), "read": list(read.items())}
    _write(exports, "request", left, alone=True)


def read_entries(exports: Path, page: str) -> dict[str, CacheEntry]:
    """Return the entries of the runs of a page, by name; of the index, for an empty page."""
    return _entries(_read(exports, "page", page).get(page, {}))


def cached_pages(exports: Path) -> set[str]:
    """Return the pages that have entries."""
    query = "SELECT key FROM actions WHERE kind = 'page' AND key != ''"
    with contextlib.suppress(sqlite3.Error), _opened(exports) as opened:
        return {key for (key,) in opened.execute(query)}
    return set()


def write_entries(exports: Path, page: str, entries: Mapping[str, CacheEntry]) -> None:
    """Keep the entries of the runs of a page."""
    said = {name: asdict(entry) for name, entry in sorted(entries.items())}
    _write(exports, "page", {page: said})


def forget_page(exports: Path, page: str) -> None:
    """Forget the entries of a page."""
    _write(exports, "page", {page: None})


def read_declared(exports: Path, code: str) -> dict[str, Any]:
    """Return, by the hash of a notebook, the parameters it takes, as the same code found them."""
    return dict(_read(exports, "declared", code).get(code, {}))


def write_declared(exports: Path, code: str, declared: Mapping[str, Any]) -> None:
    """Keep the parameters that notebooks take (`read_declared`)."""
    _write(exports, "declared", {code: dict(declared)}, alone=True)


def _entries(said: Mapping[str, Any]) -> dict[str, CacheEntry]:
    return {name: entry_from(one) for name, one in said.items()}


def entry_from(said: Mapping[str, Any]) -> CacheEntry:
    """Return an entry from what JSON says of it.

    Raises
    ------
    KeyError, TypeError, ValueError
        When that is no entry.
    """
    read = None if said["read"] is None else _dependencies(said["read"])
    return CacheEntry(said["key"], said["tables"], read, said["outputs"])


def _dependencies(said: Iterable[Any]) -> tuple[tuple[Dependency, str], ...]:
    return tuple((tuple(dependency), was) for dependency, was in said)


# --- the file --------------------------------------------------------------------------------

_TABLE = """\
CREATE TABLE IF NOT EXISTS actions (
    kind TEXT, key TEXT, said TEXT, seal TEXT, PRIMARY KEY (kind, key)
) WITHOUT ROWID"""

_NOT_OURS = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""How SQLite says that a file is none of its own, or has other columns than ours."""


def claim_cache(exports: Path) -> None:
    """Make the folder of the cache a build's own; another user's cache is not even opened.

    Raises
    ------
    KetcontentError
        When the folder is somebody else's.
    """
    journals = (f"{CACHE_FILE}{end}" for end in ("", "-journal", "-wal", "-shm"))
    claim_folder(exports / HIDDEN, not_of_others=(Path(one).name for one in journals))


@contextlib.contextmanager
def _opened(exports: Path) -> Iterator[sqlite3.Connection]:
    """Open the file to be read; where a killed build left a change half done, that is undone."""
    path = exports / CACHE_FILE
    if what_stands_at(path) != "a file" or not is_trusted(path.parent):
        raise sqlite3.OperationalError("There is no cache of this user.")
    with _connection(path, "rw") as opened:
        yield opened


@contextlib.contextmanager
def _connection(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)) as opened:
        yield opened


def _read(exports: Path, kind: str, key: str | None = None) -> dict[str, Any]:
    """Return what the rows of a kind say, by key, or one of them alone."""
    query, given = "SELECT key, said, seal FROM actions WHERE kind = ?", [kind]
    if key is not None:
        query, given = f"{query} AND key = ?", [kind, key]
    try:
        with _opened(exports) as opened:
            rows = opened.execute(query, given).fetchall()
    except sqlite3.Error:
        return {}
    return {name: json.loads(said) for name, said, seal in rows if seal == _seal(kind, name, said)}


def _write(exports: Path, kind: str, said: Mapping[str, Any], *, alone: bool = False) -> None:
    """Put rows of a kind in place, or delete those that say None; `alone`, all others go too."""
    path = exports / CACHE_FILE
    with contextlib.suppress(OSError, sqlite3.Error, KetcontentError):  # it then knows less
        claim_cache(exports)
        require_file(path)
        try:
            _commit(path, kind, said, alone=alone)
        except sqlite3.Error as fault:
            if getattr(fault, "sqlite_errorcode", 0) & 0xFF not in _NOT_OURS:
                raise
            for one in (path, path.with_name(f"{path.name}-journal")):
                one.unlink(missing_ok=True)
            _commit(path, kind, said, alone=alone)


def _commit(path: Path, kind: str, said: Mapping[str, Any], *, alone: bool) -> None:
    texts = {key: json.dumps(one) for key, one in said.items() if one is not None}
    rows = [(kind, key, text, _seal(kind, key, text)) for key, text in texts.items()]
    with _connection(path, "rwc") as opened, opened:
        opened.execute(_TABLE)
        if alone:
            opened.execute("DELETE FROM actions WHERE kind = ?", (kind,))
        gone = [(kind, key) for key in said.keys() - texts.keys()]
        opened.executemany("DELETE FROM actions WHERE kind = ? AND key = ?", gone)
        opened.executemany("INSERT OR REPLACE INTO actions VALUES (?, ?, ?, ?)", rows)


def _seal(kind: str, key: str, said: str) -> str:
    return hash_bytes(f"{_layout()}\n{kind}\n{key}\n{said}".encode(errors="replace"))


@cache
def _layout() -> str:
    return hash_file(__file__)
