"""What the last build made from what, and whether that still stands.

Beside the exports lies a ledger. For each run it has an `CacheEntry`: the key of its code, what the
run read (`ketcontent.dependencies`), each with its digest, and the files it wrote, each with its
digest. A run is fresh when all of that is as it was. For a build as a whole it has a *request*: the
digest of all that went in, file by file, so that a build for which nothing has changed is known
without reading a table or importing anything but what stands here.

::

    exports/.ledger/requests.json       builds for which nothing has changed since
    exports/.ledger/pages/<page>.json   the entries of the runs of a page
    exports/.ledger/index.json          the entry of the index

A file of the ledger that was cut short, edited, or written by another version says nothing. Nor is
the ledger trusted with what it cannot compare: an export that was edited, cut short or
deleted by hand is not what the ledger says, and neither is a file that changed while it was read.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ketcontent
from ketcontent.atomic import replace_file
from ketcontent.clock import today
from ketcontent.dependencies import ON_DISK, Dependency
from ketcontent.hashing import current_hash, hash_file, hash_files_below, hash_json
from ketcontent.installed import versions
from ketcontent.markup import TEMPLATES_VARIABLE

CACHE_FOLDER = ".ledger"
"""The folder of the ledger, in that of the exports."""


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """A run that went well."""

    key: str
    """The digest of the notebook's cells, its parameters, the templates and the versions."""
    tables: str
    """The digest of all the tables it was given."""
    read: tuple[tuple[Dependency, str], ...] | None
    """What it read, each with its digest at the time; None where nobody knows."""
    outputs: Mapping[str, str]
    """The files it wrote, each with its digest."""

    @property
    def followed(self) -> bool:
        """Whether all that it read is known, so that it can be fresh.

        Examples
        --------
        >>> CacheEntry("k", "t", None, {}).followed
        False
        """
        return self.read is not None and all(reading[0] != "unknown" for reading, _ in self.read)


def code_hash() -> str:
    """Return the digest of what turns rows into pages: this package, templates, versions.

    Examples
    --------
    >>> code_hash() == code_hash()
    True
    """
    own = os.environ.get(TEMPLATES_VARIABLE)
    folders = [Path(ketcontent.__file__).parent, *([Path(own)] if own else [])]
    said = [[hash_files_below(folder) for folder in folders], versions(), sys.platform]
    return hash_json(said)


def inputs_hash(data: Path, tables: Iterable[str], notebooks: Iterable[Path]) -> str:
    """Return the digest of all that goes into a build, but for the files that its notebooks open.

    Parameters
    ----------
    data
        The folder of the tables.
    tables
        The names of the files in it.
    notebooks
        The notebooks.

    Examples
    --------
    >>> inputs_hash(Path("data"), ["terms.csv"], []) == inputs_hash(Path("data"), [], [])
    False
    """
    saved = [data / ".saving" / name for name in tables]  # a save that is half moved counts
    return hash_json(
        [
            code_hash(),
            today().isoformat(),
            [hash_file(data / name) for name in tables],
            [hash_file(path) for path in saved],
            [hash_file(path) for path in notebooks],
        ]
    )


def what_stands(exports: Path, request: str, inputs: str) -> dict[str, Any] | None:
    """Return what the last build made for a request, where a new one would make the same.

    Parameters
    ----------
    exports
        The folder of the exports.
    request
        The digest of what is asked for.
    inputs
        The digest of what goes in now.

    Examples
    --------
    >>> what_stands(Path("no-such-folder"), "", "") is None
    True
    """
    known = _requests(exports).get(request)
    if known is None or known["inputs"] != inputs:
        return None
    if any(current_hash(tuple(reading)) != was for reading, was in known["also"]):
        return None
    if any(hash_file(exports / name) != was for name, was in known["outputs"].items()):
        return None
    return dict(known)


def keep_request(
    exports: Path, request: str, inputs: str, entries: Sequence[CacheEntry], made: Mapping[str, Any]
) -> None:
    """Note that a request was met; forget those that were met with other inputs.

    Parameters
    ----------
    exports, request, inputs
        As for `what_stands`.
    entries
        The entries of its runs; where one of them cannot be followed, nothing is noted.
    made
        What to remember; ``outputs`` holds the digest of each file.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     keep_request(Path(folder), "request", "inputs", [], {"outputs": {}})
    ...     what_stands(Path(folder), "request", "inputs")["outputs"]
    {}
    """
    left = {key: one for key, one in _requests(exports).items() if one["inputs"] == inputs}
    left.pop(request, None)
    if all(entry.followed for entry in entries):
        also = {
            reading: was
            for entry in entries
            for reading, was in entry.read or ()
            if reading[0] in ON_DISK
        }
        left[request] = {**made, "inputs": inputs, "also": list(also.items())}
    _write(exports / CACHE_FOLDER / "requests.json", left)


def _requests(exports: Path) -> dict[str, Any]:
    return _read(exports / CACHE_FOLDER / "requests.json")


def read_entries(exports: Path, page: str) -> dict[str, CacheEntry]:
    """Return the entries of the runs of a page, by name; of the index, for an empty page.

    Examples
    --------
    >>> read_entries(Path("no-such-folder"), "ketamine")
    {}
    """
    return {
        name: CacheEntry(
            key=one["key"],
            tables=one["tables"],
            read=None
            if one["read"] is None
            else tuple((tuple(reading), was) for reading, was in one["read"]),
            outputs=one["outputs"],
        )
        for name, one in _read(_place(exports, page)).items()
    }


def write_entries(exports: Path, page: str, entries: Mapping[str, CacheEntry]) -> None:
    """Keep the entries of the runs of a page.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> entry = CacheEntry("k", "t", ((("day",), "2026-01-31"),), {"tea/index.md": "sha256:0"})
    >>> with TemporaryDirectory() as folder:
    ...     write_entries(Path(folder), "tea", {"tea/index": entry})
    ...     read_entries(Path(folder), "tea") == {"tea/index": entry}
    True
    """
    said = {
        name: {"key": e.key, "tables": e.tables, "read": e.read, "outputs": dict(e.outputs)}
        for name, e in sorted(entries.items())
    }
    _write(_place(exports, page), said)


def forget_pages(exports: Path, known: Collection[str]) -> None:
    """Forget the pages that are not there any more.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_entries(Path(folder), "tea", {"tea/index": CacheEntry("k", "t", (), {})})
    ...     forget_pages(Path(folder), {"aspirin"})
    ...     read_entries(Path(folder), "tea")
    {}
    """
    for path in (exports / CACHE_FOLDER / "pages").glob("*.json"):
        if path.stem not in known:
            path.unlink()


def read_declared(exports: Path) -> dict[str, Any]:
    """Return, by the digest of a notebook, the parameters that it takes, as the last build knew.

    Examples
    --------
    >>> read_declared(Path("no-such-folder"))
    {}
    """
    return _read(exports / CACHE_FOLDER / "declared.json")


def write_declared(exports: Path, declared: Mapping[str, Any]) -> None:
    """Keep the parameters that notebooks take.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_declared(Path(folder), {"sha256:0": {}})
    ...     read_declared(Path(folder))
    {'sha256:0': {}}
    """
    _write(exports / CACHE_FOLDER / "declared.json", dict(declared))


def _place(exports: Path, page: str) -> Path:
    return exports / CACHE_FOLDER / (f"pages/{page}.json" if page else "index.json")


def _read(path: Path) -> dict[str, Any]:
    """Return what a file of the ledger says; nothing, where this version did not write it so."""
    try:
        sealed, said = json.loads(path.read_bytes())
    except (OSError, ValueError, TypeError):
        return {}
    return dict(said) if sealed == _seal(said) else {}


def _write(path: Path, said: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, json.dumps([_seal(said), said]).encode())


def _seal(said: Any) -> str:
    return hash_json([ketcontent.__version__, said])
