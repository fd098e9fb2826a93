"""Watch what a process reads and looks at, and note it in its trace (`ketcontent.dependencies`).

Python tells an audit hook of each file that is opened, each folder that is listed, each program and
each connection. What it does not tell is seen by standing before the functions that do it: files
that are only looked at, names given beside the descriptor of a folder, modules that are looked for,
databases that a connection attaches, zmq's sockets.

Notes
-----
What a run makes itself it does not depend on: a new file, one that it emptied, all in a new folder.

A module is what a folder has of its name, so that one that comes, or another that now comes first,
is seen; to note the listing that Python's finders make would have any new file run everything.

Of a folder the date counts only for who asks for it: `os.path.isdir` and the like, which ask
whether it is there, see no change when something in it changes.

Not seen: a file that a C library opens by itself (Arrow, HDF5), attributes of a file but by name,
its number on the disk (`os.path.samefile`), how much is in one that is appended to, connections
that are waited for, a database that is attached by a connection with an authorizer of its own or
one not made by `sqlite3.connect`, what is in `_of_no_interest`, the environment's variables, and
clocks other than `ketcontent.clock.today`.
"""

from __future__ import annotations

import contextlib
import functools
import os
import site
import stat
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterable
from importlib.util import source_from_cache
from types import FrameType
from typing import Any
from urllib.parse import unquote

from ketcontent.dependencies import (
    READ_WHOLE,
    TABLES_OF_RUN,
    TRACE,
    Dependency,
    identity_of,
    is_noted,
    is_silent,
    is_within,
    open_trace,
    quiet,
    state_of,
    write_dependency,
)

_UNKNOWN = frozenset(
    {"subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"}
    | {"os.system", "socket.getaddrinfo", "socket.gethostbyaddr", "socket.gethostbyname"}
    | {"socket.getnameinfo", "socket.connect", "socket.sendto", "socket.sendmsg"}
)
"""What Python tells an audit hook when something happens that no trace can follow."""

_IMPORTS = ("importlib._bootstrap_external", "zipimport", "importlib.metadata", "pkg_resources")
"""The modules that look for modules; where they list a folder, the names say enough."""

_WHETHER = (*_IMPORTS, "genericpath", "posixpath", "ntpath", "linecache", "tempfile", "pathlib")
"""The modules that ask a place whether there is something, and not what it is like."""

_TELLING = ("getmtime", "getsize", "getctime", "getatime", "samefile", "stat", "lstat", "owner")
"""The functions of those modules that tell what it is like."""

_LINKS = ("_joinrealpath", "realpath", "islink", "is_symlink")
"""The functions that ask only whether a place is a link, and where to."""

_NAMES = ("os", "glob", "pathlib", "shutil", *_IMPORTS)
"""The modules that take names and kinds from the entries of `os.scandir`, and no more."""

_PACKAGE = os.path.dirname(os.path.abspath(__file__))

_made: set[str] = set()
"""The files and folders that this process made."""

_project = ""
"""The folder around that of the notebook, once it runs."""

_is_kernel = False
"""Whether a kernel is starting, and no notebook runs yet."""


def start_trace(*own: str) -> None:
    """Write the trace of this process to the file that the environment names, where it does.

    Parameters
    ----------
    *own
        Folders that belong to the process itself, as that of the sockets of a kernel, which says
        when its notebook begins (`trace_notebook`).
    """
    global _is_kernel
    if not open_trace():
        return
    _is_kernel = bool(own)
    folders = [*own, os.path.join(tempfile.gettempdir(), f"ipykernel_{os.getpid()}")]
    _of_no_interest.update(_prefixes(folders))
    _follow_looks()
    _follow_imports()
    _follow_databases()
    _follow_processes()
    sys.addaudithook(_listen)


def trace_notebook() -> None:
    """Note from now on what is read outside the project as such.

    What was read before, the kernel read for itself: settings of the user and of the machine, which
    are the same wherever a project lies.
    """
    global _project, _is_kernel
    _is_kernel = False
    _project = os.path.dirname(os.getcwd())


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    # Called for much that happens in the process: the common events leave at once.
    if event == "open":
        if not is_silent():
            _opened(arguments[0], arguments[2])
    elif event in ("os.listdir", "os.scandir"):
        if not is_silent():
            _listed(event, arguments[0], sys._getframe(1))
    elif event == "os.mkdir":
        _makes(_path(arguments[0], arguments[2]))
    elif event in ("os.rename", "os.link"):
        _renamed(event, *arguments)
    elif event in ("import", "ctypes.dlopen") and not is_silent():
        _note_library(arguments[event == "import"])
    elif event == "sqlite3.connect":
        _note_database(arguments[0])
    elif event in _UNKNOWN:
        write_dependency(("unknown", event))


def _note(kind: str, path: str) -> None:
    """Note something on disk, with what it is like now."""
    reading: Dependency = (kind, path)
    if path and not is_noted(reading):
        with quiet():
            state = identity_of(reading) if kind in READ_WHOLE else state_of(reading)
        if _is_kernel and state == "folder":
            return  # it asks for its folders of settings; what it finds in them is noted
        write_dependency(reading, state)
        # Who resolves a path asks of each folder above whether it is a link.
        counts = kind != "module" and (kind, state) != ("link", "")
        if _project and counts and not _is_own(path):
            write_dependency(("root",))


def _is_own(path: str) -> bool:
    """Whether something is in the project, or came with this package."""
    return any(is_within(path, one) for one in (_project, os.path.dirname(_PACKAGE)))


# --- files and folders -----------------------------------------------------------------------


def _opened(path: object, flags: object, folder: object = None) -> None:
    name = _path(path, folder)
    if not name:
        return
    flags = flags if isinstance(flags, int) else 0
    if flags & os.O_CREAT:
        if _makes(name, emptied=bool(flags & os.O_TRUNC)):
            return
        if flags & os.O_EXCL:  # it fails, since something is there
            _note("place", name)
            return
    if flags & (os.O_WRONLY | os.O_RDWR) == os.O_WRONLY or flags & os.O_TRUNC:
        return  # it writes
    place, file = os.path.split(name)
    if place == os.path.abspath(os.environ.get(TABLES_OF_RUN, os.devnull)):
        write_dependency(("table", os.path.splitext(file)[0]))
        return
    if file.endswith(".pyc"):
        with contextlib.suppress(ValueError):
            # Python looks at the date of the source, and reads what it compiled before.
            name = _path(source_from_cache(name))
    if not _is_plain(name):
        write_dependency(("unknown", "a named pipe or a device"))
        return
    _note("file", name)


def _is_plain(path: str) -> bool:
    """Whether there is a file, a folder or nothing: what can be read twice."""
    with quiet():
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError):
            return True
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def _renamed(
    event: str, path: object, new: object, folder: object = None, new_folder: object = None
) -> None:
    """Follow what gets another name. What the process did not make is another file thereby."""
    name = _path(path, folder, made=True)
    if not name or is_silent():
        return
    if not _is_made(name):
        write_dependency(("unknown", f"{event} of a file that it did not make"))
    _made.add(_path(new, new_folder, made=True))


def _note_library(path: object) -> None:
    """Note a file of machine code, which the system reads; not one that it is to find itself."""
    if isinstance(path, (str, bytes, os.PathLike)) and os.sep in os.fsdecode(path):
        _note("file", _path(path))


def _makes(path: str, *, emptied: bool = False) -> bool:
    """Keep in mind that a file or folder is made, if it is; return whether."""
    if not path:
        return False
    with quiet():
        made = not os.path.lexists(path) or (emptied and os.path.isfile(path))
    if made:
        _made.add(path)
    return made


def _listed(event: str, folder: object, frame: FrameType) -> None:
    """Note the listing of a folder; of an entry that `os.scandir` gives more may be asked."""
    if _is_of(frame, _IMPORTS[:1]):
        return  # it looks for a module, which is noted by its name
    named = event == "os.listdir" or _is_of(frame, _NAMES)
    _note("folder" if named else "entries", _path("." if folder is None else folder))


def _path(path: object, folder: object = None, *, made: bool = False) -> str:
    """Return the whole path of a file or folder that counts; nothing for any other.

    Parameters
    ----------
    path
        A path, or the descriptor of an open file or folder.
    folder
        The descriptor of the folder that it is relative to; None or -1 for the working directory.
    made
        Whether what the process made itself counts too.
    """
    if isinstance(path, int):
        name = _path_of(path)
    elif isinstance(path, (str, bytes, os.PathLike)):
        name = os.fsdecode(path)
        if isinstance(folder, int) and folder >= 0 and not os.path.isabs(name):
            name = os.path.join(_path_of(folder), name)
    else:
        return ""
    if not name or "\0" in name:
        return ""
    if os.pardir in name.split(os.sep):
        with quiet():  # what is above a link is not what its name says
            above, _, last = name.rpartition(os.pardir)
            name = os.path.realpath(above + os.pardir) + last
    name = os.path.abspath(name)
    if os.path.join(name, "").startswith(tuple(_of_no_interest)):
        return ""
    return name if made or not _made or not _is_made(name) else ""


def _path_of(descriptor: int) -> str:
    """Return the path of what is open; nothing for a pipe or a socket."""
    with quiet():
        try:
            found = os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            return ""
    return found if os.path.isabs(found) else ""


def _is_made(path: str) -> bool:
    """Whether a process made something itself, or the folder that it is in."""
    above = path
    while above not in _made:
        above, below = os.path.split(above)
        if not below:
            return False
    with quiet():  # a link to what it did not make counts
        return above == path or os.path.realpath(path).startswith(os.path.realpath(above))


# --- what is only looked at ------------------------------------------------------------------


def _follow_looks() -> None:
    """Note what Python tells no audit hook of: a file that is only looked at."""
    import posix

    notes: dict[str, Callable[..., None]] = {
        "stat": _asked,
        "lstat": functools.partial(_asked, follow_symlinks=False),
        "fstat": _asked,
        "access": lambda path, dir_fd=None, **_: _note("place", _path(path, dir_fd)),
        "readlink": lambda path, dir_fd=None, **_: _note("link", _path(path, dir_fd)),
        "getxattr": lambda path, **_: _note("attributes", _path(path)),
        "listxattr": lambda path, **_: _note("attributes", _path(path)),
        "statvfs": lambda *_, **__: write_dependency(("unknown", "how full a disk is")),
    }
    watched = {
        name: _noting(getattr(os, name), note) for name, note in notes.items() if hasattr(os, name)
    }
    for name, noting in {**watched, "open": _opening(os.open)}.items():
        for functions in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
            if getattr(os, name) in functions:
                functions.add(noting)  # who asks what a function can do still finds it
        setattr(os, name, noting)
        setattr(posix, name, noting)


def _noting(function: Callable[..., Any], note: Callable[..., None]) -> Callable[..., Any]:
    @functools.wraps(function)
    def noting(*arguments: Any, **options: Any) -> Any:
        if not is_silent():
            told = {
                name: options[name] for name in ("dir_fd", "follow_symlinks") if name in options
            }
            path = arguments[0] if arguments else options.get("path", options.get("fd"))
            note(path, **told)
        return function(*arguments, **options)

    return noting


def _opening(function: Callable[..., int]) -> Callable[..., int]:
    """Stand before `os.open`, which tells the hook no folder that a name is relative to."""

    @functools.wraps(function)
    def opening(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if dir_fd is None or is_silent():
            return function(path, flags, mode, dir_fd=dir_fd)
        _opened(path, flags, dir_fd)
        with quiet():
            return function(path, flags, mode, dir_fd=dir_fd)

    return opening


def _asked(path: object, *, dir_fd: int | None = None, follow_symlinks: bool = True) -> None:
    """Note what was asked about a place."""
    name = _path(path, dir_fd)
    given = os.path.abspath(os.environ.get(TABLES_OF_RUN, os.devnull))
    if not name or given in (name, os.path.dirname(name)):
        return
    frame: FrameType | None = sys._getframe(2)
    asking = set()
    while frame and _is_of(frame, _WHETHER):
        if _is_of(frame, _IMPORTS[:1]):
            if not name.endswith("__pycache__"):
                _note_if_missing(name)
            return
        asking.add(frame.f_code.co_name)
        frame = frame.f_back
    if not follow_symlinks:
        if not is_within(os.getcwd(), name):  # whose own path has no link in it
            _note("link", name)
        if asking.intersection(_LINKS):
            return
    if asking.intersection(("getctime", "getatime")):
        write_dependency(("unknown", "a time that is another in each copy"))
    _note("status" if asking.issubset(_TELLING) else "place", name)


def _is_of(frame: FrameType, modules: tuple[str, ...]) -> bool:
    """Whether code is of one of some modules, or of one within them."""
    name = frame.f_globals.get("__name__", "")
    return name.startswith(modules) and any(f"{name}.".startswith(f"{one}.") for one in modules)


def _note_if_missing(path: str) -> None:
    """Note a folder of modules that is not there: what is there is noted by what it has."""
    with quiet():
        missing = not os.path.exists(path)
    if missing:
        _note("place", path)


# --- modules, databases, processes, hosts ----------------------------------------------------


def _follow_imports() -> None:
    """Note each module that is looked for, in each folder where it is."""
    from importlib import machinery

    finders: Any = machinery.FileFinder
    find = finders.find_spec

    @functools.wraps(find)
    def find_spec(self: Any, fullname: str, target: Any = None) -> Any:
        _note("module", _path(os.path.join(self.path or ".", fullname.rpartition(".")[2])))
        return find(self, fullname, target)

    finders.find_spec = find_spec


def _follow_databases() -> None:
    """Note the databases that a connection attaches, which no audit hook is told of."""
    import sqlite3

    connect = sqlite3.connect

    @functools.wraps(connect)
    def connecting(*arguments: Any, **options: Any) -> Any:
        connection = connect(*arguments, **options)
        connection.set_authorizer(_authorized)
        return connection

    sqlite3.connect = sqlite3.dbapi2.connect = connecting


_ATTACH = 24
"""SQLite's number for the action; `sqlite3.SQLITE_ATTACH` is there from Python's 3.11 on."""


def _authorized(action: int, name: str | None, *_: object) -> int:
    if action == _ATTACH:
        if name is None:  # it is no part of the statement, but given beside it
            write_dependency(("unknown", "a database that is attached"))
        else:
            _note_database(name)
    return 0


def _note_database(given: object) -> None:
    if is_silent() or given in (":memory:", b":memory:", "", b""):
        return
    if path := _path(given):
        _note("database", path)
    if isinstance(given, str) and given.startswith("file:"):  # it may be an address
        name, _, said = given.removeprefix("file:").partition("#")[0].partition("?")
        if name.startswith("//"):
            name = "/" + name[2:].partition("/")[2]
        name = unquote(name)
        if name not in ("", ":memory:") and "mode=memory" not in said:
            _note("database", _path(name))


def _follow_processes() -> None:
    """Note what starts a process, or asks a host, without a word to an audit hook."""
    # multiprocessing starts its spawned processes and its servers without subprocess.
    import _posixsubprocess

    _posixsubprocess.fork_exec = _noting(
        _posixsubprocess.fork_exec,
        lambda *_, **__: write_dependency(("unknown", "subprocess.Popen")),
    )
    if "zmq" in sys.modules:
        socket = sys.modules["zmq"].Socket
        socket.connect = _connecting(socket.connect)


def _connecting(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def connecting(*arguments: Any, **options: Any) -> Any:
        own = _is_of(sys._getframe(1), ("ipykernel", "jupyter_client"))
        address = options.get("addr", arguments[-1])
        if not own and not str(address).startswith("inproc:"):
            write_dependency(("unknown", "a connection of zmq"))
        return function(*arguments, **options)

    return connecting


# --- what does not count ---------------------------------------------------------------------

_of_no_interest: set[str] = set()
"""How the paths begin that no key holds: of Python, of the system, of kept settings."""


def _prefixes(folders: Iterable[str]) -> set[str]:
    """Return how the paths begin that do not count.

    The versions of Python and of the packages that matter are in every key
    (`ketcontent.building.cache`).
    """
    home = os.path.expanduser("~")
    # Not the whole of a prefix, or of a home's hidden folders: a project may lie there.
    python = {path for name, path in sysconfig.get_paths().items() if name != "data"}
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix}
    python |= {os.path.join(one, part) for one in prefixes for part in ("etc", "lib", "share")}
    python |= {*site.getsitepackages(), site.getusersitepackages(), _PACKAGE}
    system = {"/proc", "/dev", "/sys", "/lib", "/lib64", "/run/systemd", "/var/cache"}
    system |= {f"/usr/{name}" for name in ("bin", "include", "lib", "lib64", "sbin", "share")}
    kept = {os.path.join(home, name) for name in (".cache", ".local/share/fonts")}
    kept |= {os.environ[TRACE], *filter(None, folders)}
    profile = os.environ.get("IPYTHONDIR") or os.path.join(home, ".ipython")
    own = ("history.sqlite", "pid", "security", "log", "db")
    kept |= {os.path.join(profile, "profile_default", name) for name in own}
    return {os.path.join(os.path.abspath(one), "") for one in python | system | kept}
