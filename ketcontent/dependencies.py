"""What a notebook read while it ran.

A build runs a notebook again when something that it read has changed, so it must know all that it
read. Each run writes a *trace*: a line for each thing read, once. Tables and pages (or one section)
are noted by those who hand them out (`ketcontent.model.store`, `ketcontent.pages.document`), the
day by the one who tells it (`today`); files, folders and modules of one's own are seen by an audit
hook, whoever opens them. What cannot be followed (another program, a host) is noted as such, and a
notebook that uses it runs every time.

::

    ["table", "statements"]
    ["page", "ketamine", "current", "uses"]
    ["day"]
    ["file", "/home/ada/pages/notebooks/extra.csv"]
    ["folder", "/home/ada/pages/notebooks/pictures"]
    ["place", "/home/ada/pages/notebooks/draft.csv"]
    ["unknown", "subprocess.Popen"]

Notes
-----
The other way is to declare what a notebook needs. A declaration is forgotten when the notebook
changes, and a stale page is the price: this is how jupyter-cache and Quarto's freeze come not to
see a changed table.

Not seen: a file that a C library opens by itself (Arrow, HDF5), a link that is only read or looked
at, the sizes and dates that `os.scandir` tells of a folder's files, connections that are waited
for, what is below ``/proc``, ``/dev`` and ``/sys``, the environment's variables, and clocks other
than `ketcontent.clock.today`.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import pkgutil
import site
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

TRACE = "KETCONTENT_TRACE"
"""The environment variable that names the file a run's trace goes to."""

TABLES_OF_RUN = "KETCONTENT_TABLES"
"""The environment variable that names the folder of tables which a build gives a run."""

Dependency = tuple[str, ...]
"""A kind of thing read, and its name."""

ON_DISK = ("file", "folder", "place")
"""The kinds of dependency whose name is a path."""

_UNKNOWN = frozenset(
    {
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.posix_spawn",
        "os.spawn",
        "os.fork",
        "os.forkpty",
    }
    | {"socket.getaddrinfo", "socket.gethostbyname"}
    | {"socket.connect", "socket.sendto", "socket.sendmsg"}
)
"""What Python tells an audit hook when something happens that no trace can follow."""

_FINDERS = ("<frozen importlib._bootstrap_external>", pkgutil.__file__)
"""The code that lists folders in search of modules."""


class _Quiet(IntEnum):
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

_quiet: ContextVar[_Quiet] = ContextVar("_quiet", default=_Quiet.NO)


def start_trace() -> None:
    """Write the trace of this process to the file that the environment names, where it does."""
    global _handle, _owner
    path = os.environ.get(TRACE)
    if path and _handle is None:
        _owner = os.getpid()
        _handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        _of_no_interest()  # it looks at files itself, which the hook must not wait for
        sys.addaudithook(_listen)
        _watch_what_is_not_audited()


def is_tracing() -> bool:
    """Return whether what this process reads of the tables is noted at the moment."""
    return _handle is not None and not _quiet.get()


def record_dependency(*reading: str) -> None:
    """Note that something was read."""
    if is_tracing():
        _write(reading)


def _write(reading: Dependency) -> None:
    # A fork of a run has been noted as such, and may have closed the trace.
    if _handle is not None and reading not in _noted and os.getpid() == _owner:
        _noted.add(reading)
        os.write(_handle, f"{json.dumps(reading)}\n".encode())


@contextlib.contextmanager
def reading_whole(*reading: str) -> Iterator[None]:
    """Note one thing as read, and none of the tables that it is made from."""
    record_dependency(*reading)
    with _set(max(_quiet.get(), _Quiet.WHOLE)):
        yield


@contextlib.contextmanager
def handing_out(folder: Path) -> Iterator[bool]:
    """Read tables that note by themselves what is taken from them; return whether they must.

    They must where they are those that the build gave this run. Any other tables are files.
    """
    given = os.environ.get(TABLES_OF_RUN)
    must = is_tracing() and given is not None and os.path.abspath(folder) == os.path.abspath(given)
    with _set(_Quiet.YES if must else _quiet.get()):
        yield must


@contextlib.contextmanager
def _set(level: _Quiet | int) -> Iterator[None]:
    token = _quiet.set(_Quiet(level))
    try:
        yield
    finally:
        _quiet.reset(token)


def read_trace(path: Path) -> list[Dependency] | None:
    """Return what a run read, in order; None where it left no trace, or not a whole one."""
    try:
        return [tuple(json.loads(line)) for line in path.read_text("utf-8").splitlines()]
    except (FileNotFoundError, ValueError):  # it was cut short: the disk is full
        return None


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    # Called for much that happens in the process: the common events leave at once.
    if event == "open":
        if _quiet.get() != _Quiet.YES:
            _opened(arguments[0], arguments[2])
    elif event in ("os.listdir", "os.scandir"):
        if sys._getframe(1).f_code.co_filename in _FINDERS:
            return  # it looks for a module, and reads the file if it finds one
        if path := _path("." if arguments[0] is None else arguments[0]):
            _write(("folder", path))
    elif event == "sqlite3.connect":
        if path := _path(arguments[0]) if arguments[0] != ":memory:" else "":
            _write(("file", path))
    elif event in _UNKNOWN:
        _write(("unknown", event))


def _watch_what_is_not_audited() -> None:
    """Note what Python tells no audit hook: a file that is only looked at, a spawned worker."""
    for name in ("stat", "access"):
        setattr(os, name, _noting(getattr(os, name), _looked_at))
    # multiprocessing starts its spawned processes and its servers without subprocess.
    import _posixsubprocess

    _posixsubprocess.fork_exec = _noting(
        _posixsubprocess.fork_exec, lambda *_: _write(("unknown", "subprocess.Popen"))
    )


def _noting(function: Callable[..., Any], note: Callable[..., None]) -> Callable[..., Any]:
    @functools.wraps(function)
    def noting(*arguments: Any, **options: Any) -> Any:
        if arguments:
            note(arguments[0])
        return function(*arguments, **options)

    return noting


def _looked_at(path: object) -> None:
    if _quiet.get() == _Quiet.YES:
        return
    name = _path(path)
    given = os.path.abspath(os.environ.get(TABLES_OF_RUN, os.devnull))
    if name and given not in (name, os.path.dirname(name)):
        _write(("place", name))


def _opened(path: object, flags: object) -> None:
    if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_CREAT) and not flags & os.O_RDWR:
        return  # it writes
    name = _path(path)
    if not name:
        return
    folder, file = os.path.split(name)
    if folder == os.path.abspath(os.environ.get(TABLES_OF_RUN, os.devnull)):
        _write(("table", os.path.splitext(file)[0]))
        return
    if file.endswith(".pyc") and os.path.basename(folder) == "__pycache__":
        # Python looks at the date of the source, and reads what it compiled before.
        name = os.path.join(os.path.dirname(folder), f"{file.split('.')[0]}.py")
    _write(("file", name))


def _path(path: object) -> str:
    """Return the whole path of a file or folder that counts; nothing for any other."""
    if not isinstance(path, (str, bytes, os.PathLike)):
        return ""
    name = os.path.abspath(os.fsdecode(path))
    return "" if os.path.join(name, "").startswith(_of_no_interest()) else name


@lru_cache(maxsize=1)
def _of_no_interest() -> tuple[str, ...]:
    """Return how the paths begin that no key holds: of Python, of the system, of kept settings.

    The versions of Python and of the packages that matter are in every key
    (`ketcontent.building.cache`).
    """
    home, temporary = os.path.expanduser("~"), tempfile.gettempdir()
    # Not the whole of a prefix, or of a home's hidden folders: a project may lie there.
    python = {path for name, path in sysconfig.get_paths().items() if name != "data"}
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix}
    python |= {os.path.join(one, part) for one in prefixes for part in ("etc", "lib", "share")}
    python |= {*site.getsitepackages(), site.getusersitepackages(), os.path.dirname(__file__)}
    system = {"/proc", "/dev", "/sys", "/lib", "/lib64", "/run/systemd", "/var/cache"}
    system |= {f"/usr/{name}" for name in ("bin", "include", "lib", "lib64", "sbin", "share")}
    own = (".cache", ".config", ".jupyter", ".local/share/jupyter", ".local/share/fonts")
    settings = {os.path.join(home, name) for name in own}
    settings |= {os.environ.get("IPYTHONDIR") or os.path.join(home, ".ipython")}
    kernel = [os.path.join(temporary, "ket-"), os.path.join(temporary, "ipykernel_")]
    kernel += [os.environ.get(TRACE, "")]
    folders = {os.path.join(os.path.abspath(one), "") for one in python | system | settings}
    return tuple(sorted(folders | {os.path.abspath(one) for one in kernel if one}))
