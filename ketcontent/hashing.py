"""One word a kind of hash: of bytes, of what JSON can say, of a file, of files below a folder."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any

from ketcontent.clock import today
from ketcontent.dependencies import Dependency
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
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in ("__pycache__", "_project"))
        found += [
            (os.path.relpath(os.path.join(place, name), folder), hash_file(f"{place}/{name}"))
            for name in sorted(names)
        ]
    return found


def current_hash(dependency: Dependency) -> str:
    """Return what a dependency of a run is like now: a file, a folder, a place, or the day.

    Of a file that is its content; of a folder the names in it; of a place, which was only looked
    at, whether there is a folder or a file, and the file's size and date.
    """
    kind, *rest = dependency
    if kind == "day":
        return today().isoformat()
    if kind == "file":
        return hash_file(rest[0])
    try:
        if kind == "folder":
            return hash_json(sorted(os.listdir(rest[0])))
        found = os.stat(rest[0])
    except OSError:
        return MISSING
    if stat.S_ISDIR(found.st_mode):
        return "folder"
    return f"file of {found.st_size} bytes, {found.st_mtime_ns}"
