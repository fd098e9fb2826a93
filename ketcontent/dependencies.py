"""What a notebook read while it ran.

A build runs a notebook again when something that it read has changed, so it must know all that it
read. Each run writes a *trace*: a line for each thing read, once. Tables and pages (or one section)
are noted by those who hand them out (`ketcontent.model.store`, `ketcontent.pages.document`), the
day by the one who tells it (`today`); what is read or looked at on disk is seen by whoever watches
the process (`ketcontent.tracing`). What cannot be followed (another program, a host) is noted as
such, and a notebook that uses it runs every time.

Beside each thing on disk stands what it was like when it was first read, so that what changes while
the notebook runs has changed: of most kinds all that counts of it (`state_of`), of a file
how to know it again (`identity_of`).

::

    [["table", "statements"], ""]
    [["page", "ketamine", "current", "uses"], ""]
    [["day"], ""]
    [["file", "/home/ada/pages/notebooks/extra.csv"], "[[5431, 12, 1764182400, 1764182400]]"]
    [["folder", "/home/ada/pages/notebooks/pictures"], "4f53c7"]
    [["place", "/home/ada/pages/notebooks/draft.csv"], ""]
    [["root"], ""]
    [["unknown", "subprocess.Popen"], ""]

*root* says that the notebook read what lies outside its project: a copy of the project may mean
another place by it.

Notes
-----
The other way is to declare what a notebook needs. A declaration is forgotten when the notebook
changes, and a stale page is the price: this is how jupyter-cache and Quarto's freeze come not to
see a changed table.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from enum import IntEnum
from importlib.machinery import all_suffixes
from pathlib import Path
from typing import Any

TRACE = "KETCONTENT_TRACE"
"""The environment variable that names the file a run's trace goes to."""

TABLES_OF_RUN = "KETCONTENT_TABLES"
"""The environment variable that names the folder of tables which a build gives a run."""

Dependency = tuple[str, ...]
"""A kind of thing read, and its name."""

READ_WHOLE = ("file", "database")
"""The kinds of dependency that are hashed by all that is in them."""

LOOKED_AT = ("place", "status", "link", "attributes", "module", "folder", "entries")
"""The kinds of dependency of which little is looked at."""

ON_DISK = (*READ_WHOLE, *LOOKED_AT)
"""The kinds of dependency whose name is a path."""

JOURNALS = ("-wal", "-journal")
"""How the names end of the files beside a database of SQLite that are a part of it."""


class Quiet(IntEnum):
    """How much is noted at the moment."""

    NO = 0
    """All."""
    WHOLE = 1
    """No tables: what is made of them has been noted as a whole."""
    YES = 2
    """Nothing."""


_noted: set[Dependency] = set()

_handle: int | None = None

_owner = 0

_quiet: ContextVar[Quiet] = ContextVar("_quiet", default=Quiet.NO)


def open_trace() -> bool:
    """Open the file for the trace of this process, where the environment names one."""
    global _handle, _owner
    path = os.environ.get(TRACE)
    if not path or _handle is not None:
        return False
    _owner = os.getpid()
    _handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return True


def is_tracing() -> bool:
    """Return whether what this process reads of the tables is noted at the moment."""
    return _handle is not None and not _quiet.get()


def is_silent() -> bool:
    """Return whether nothing at all is noted at the moment."""
    return _quiet.get() == Quiet.YES


def record_dependency(*reading: str) -> None:
    """Note that something was read."""
    if is_tracing():
        write_dependency(reading)


def is_noted(reading: Dependency) -> bool:
    """Return whether something need not be noted: it has been, or this is only a fork of the run.

    A fork has been noted as such, and may have closed the trace.
    """
    return _handle is None or reading in _noted or os.getpid() != _owner


def write_dependency(reading: Dependency, state: str = "") -> None:
    """Note something, once, with what it was like."""
    if _handle is not None and not is_noted(reading):
        _noted.add(reading)
        os.write(_handle, f"{json.dumps([reading, state])}\n".encode())


@contextlib.contextmanager
def reading_whole(*reading: str) -> Iterator[None]:
    """Note one thing as read, and none of the tables that it is made from."""
    record_dependency(*reading)
    with quiet(max(_quiet.get(), Quiet.WHOLE)):
        yield


@contextlib.contextmanager
def handing_out(folder: Path) -> Iterator[bool]:
    """Read tables that note by themselves what is taken from them; return whether they must.

    They must where they are those that the build gave this run. Any other tables are files.
    """
    given = os.environ.get(TABLES_OF_RUN)
    must = is_tracing() and given is not None and os.path.abspath(folder) == os.path.abspath(given)
    with quiet(Quiet.YES if must else _quiet.get()):
        yield must


@contextlib.contextmanager
def quiet(level: Quiet | int = Quiet.YES) -> Iterator[None]:
    """Note no more than that for a while."""
    token = _quiet.set(Quiet(level))
    try:
        yield
    finally:
        _quiet.reset(token)


def read_trace(path: Path) -> dict[Dependency, str] | None:
    """Return what a run read, in order, each with what it was like when it was first read.

    None where it left no trace, or not a whole one.
    """
    try:
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    except (FileNotFoundError, ValueError):  # it was cut short: the disk is full
        return None
    return {tuple(reading): state for reading, state in lines}


def identity_of(dependency: Dependency) -> str:
    """Return what a file, or a database, is known by again: another one has another identity.

    It is empty where there is none. A file that is written, replaced or renamed is another one; so
    is one whose permissions change, which does no harm.
    """
    kind, path = dependency
    found = []
    for end in ("", *JOURNALS) if kind == "database" else ("",):
        with contextlib.suppress(OSError, ValueError):
            one = os.stat(path + end)
            # Whoever opens a database may leave an empty journal, and makes one his that is there.
            if one.st_size or not end:
                changed = 0 if end else one.st_ctime_ns
                found.append([one.st_ino, one.st_size, one.st_mtime_ns, changed])
    return json.dumps(found) if found else ""


# --- what is only looked at ------------------------------------------------------------------


def state_of(dependency: Dependency) -> str:
    """Return what counts of something that is only looked at; nothing, where it is not there.

    ============== ======================================================
    kind           what counts of it
    ============== ======================================================
    folder         the names in it, and whether they are folders or links
    entries        as well, sizes, dates and permissions
    place          whether there is a folder or a file; a file's size, date and permissions
    status         as well, the date and permissions of a folder, the owner and count of names
    link           where it leads to; nothing, for what is no link
    attributes     the extended attributes
    module         the names in its folder that could be that module
    ============== ======================================================
    """
    kind, path = dependency
    try:
        return _STATES[kind](path)
    except (OSError, ValueError):  # it is not there, or no path can have that name
        return ""


def _folder(path: str) -> str:
    with os.scandir(path) as entries:
        return _digest(sorted([one.name, one.is_dir(), one.is_symlink()] for one in entries))


def _entries(path: str) -> str:
    with os.scandir(path) as entries:
        names = sorted(one.name for one in entries)
    return _digest([[name, _status(os.path.join(path, name))] for name in names])


def _place(path: str) -> str:
    found = os.stat(path)
    if stat.S_ISDIR(found.st_mode):
        return "folder"
    return f"file of {found.st_size} bytes, {found.st_mtime_ns}, {stat.filemode(found.st_mode)}"


def _status(path: str) -> str:
    try:
        found = os.stat(path)
        whose = f"{found.st_uid}:{found.st_gid}, {found.st_nlink}"
        return f"{_place(path)}, {found.st_mtime_ns}, {stat.filemode(found.st_mode)}, {whose}"
    except FileNotFoundError:  # a link that leads nowhere, or nothing
        return _link(path)


def _link(path: str) -> str:
    return os.readlink(path) if os.path.islink(path) else ""


def _attributes(path: str) -> str:
    return _digest([[name, os.getxattr(path, name).hex()] for name in os.listxattr(path)])


def _module(path: str) -> str:
    folder, module = os.path.split(path)
    endings = tuple(all_suffixes())
    found = [
        name
        for name in os.listdir(folder)
        if name == module or (name.partition(".")[0] == module and name.endswith(endings))
    ]
    if module in found:
        with contextlib.suppress(NotADirectoryError):
            found += [f"{module}/{name}" for name in os.listdir(path) if name[:9] == "__init__."]
    return json.dumps(sorted(found)) if found else ""


_STATES: dict[str, Callable[[str], str]] = {
    "folder": _folder,
    "entries": _entries,
    "place": _place,
    "status": _status,
    "link": _link,
    "attributes": _attributes,
    "module": _module,
}


def _digest(said: list[Any]) -> str:
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


# --- in a project that is copied or moved ----------------------------------------------------


def as_kept(dependency: Dependency, notebooks: str) -> Dependency:
    """Return a dependency as the cache has it: what lies in the project by its way from there.

    So a copy of a project, or one that was moved, looks at its own files.

    Parameters
    ----------
    dependency
        The dependency.
    notebooks
        The folder of the notebooks, which is that of each run; the project is the folder around it.
    """
    kind, *name = dependency
    if kind in ON_DISK and is_within(name[0], os.path.dirname(notebooks)):
        return kind, os.path.relpath(name[0], notebooks)
    return dependency


def as_placed(dependency: Dependency, notebooks: str) -> Dependency:
    """Return a dependency as it is called in a project that has its notebooks here."""
    kind, *name = dependency
    if kind in ON_DISK and not os.path.isabs(name[0]):
        return kind, os.path.normpath(os.path.join(notebooks, name[0]))
    return (kind, notebooks) if kind == "root" else dependency


def is_within(path: str, folder: str) -> bool:
    """Return whether a path is that of a folder, or of something in it."""
    return os.path.join(path, "").startswith(os.path.join(folder, ""))
