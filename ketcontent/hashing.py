"""One word a kind of hash: of bytes, of what JSON can say, of a file, of files below a folder."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ketcontent.clock import today
from ketcontent.dependencies import JOURNALS, Dependency, identity_of, state_of
from ketcontent.places import read_file

MISSING = ""
"""The digest of what is not there."""


def hash_bytes(data: bytes) -> str:
    """Return the digest of bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def hash_json(said: Any) -> str:
    """Return the digest of anything that JSON can say."""
    return hash_bytes(json.dumps(said).encode())


def hash_file(path: str | os.PathLike[str], *, follow: bool = True) -> str:
    """Return the digest of a file, or `MISSING`; of a link to one only where it may `follow`."""
    try:
        return hash_bytes(read_file(path, follow=follow))
    except (OSError, ValueError):  # it is not there, or no path can have that name
        return MISSING


def hash_files_below(folder: Path) -> list[tuple[str, str]]:
    """Return the files below a folder of the package or of templates, each with its digest."""
    found, above = [], len(f"{folder}/")
    for place, names in folders_below(os.fspath(folder)):
        paths = [f"{place}/{name}" for name in names]
        found += [(path[above:], hash_file(path)) for path in paths]
    return found


def folders_below(
    folder: str, around: frozenset[tuple[int, int]] = frozenset()
) -> Iterator[tuple[str, list[str]]]:
    """Yield a folder of the package or of templates, and those below it, with names of files.

    Links to folders are followed, as who looks for a template does, but for one that leads back to
    a folder around it (`around`).
    """
    try:
        there = os.stat(folder)
        with os.scandir(folder) as found:
            entries = sorted((one.name, one.is_dir()) for one in found)
    except OSError:  # it is not there, or cannot be read
        return
    here = (there.st_dev, there.st_ino)
    if here in around:
        return
    yield folder, [name for name, is_folder in entries if not is_folder]
    for name, is_folder in entries:
        if is_folder and name not in ("__pycache__", "_project"):
            yield from folders_below(os.path.join(folder, name), around | {here})


def current_hash(dependency: Dependency) -> str:
    """Return what a dependency of a run is like now.

    That is the day, where the folder of the notebooks is, the hash of a file, of a database with
    the journals beside it, or what counts of something that was only looked at
    (`ketcontent.dependencies.state_of`).
    """
    kind, *rest = dependency
    if kind == "day":
        return today().isoformat()
    if kind == "root":
        return os.path.realpath(rest[0])
    if kind == "file":
        return hash_file(rest[0])
    if kind == "database":
        found = [hash_file(rest[0] + end) for end in ("", *JOURNALS)]
        found = [one for one in found if one not in (MISSING, hash_bytes(b""))]
        return hash_json(found) if found else MISSING
    return state_of(dependency)


def hash_when_read(dependency: Dependency, identity: str, began: int) -> str:
    """Return the hash of a file or database, where it is the one that was read.

    A clock may not tell a change from what was there a moment before it; so what was written since
    the run began has changed.

    Parameters
    ----------
    dependency
        The file.
    identity
        What it was known by when it was first read (`ketcontent.dependencies.identity_of`).
    began
        When the run began, in nanoseconds.
    """
    if not identity and not identity_of(dependency):
        return MISSING
    known = current_hash(dependency)
    written = any(modified >= began for _, _, modified, _ in json.loads(identity or "[]"))
    return _CHANGED if written or identity_of(dependency) != identity else known


_CHANGED = "changed while the notebook ran"
"""What stands for the hash of a file of which it is not known what was read."""
