"""What a fork server imports, what that depended on, and whether a kernel may be forked from it.

A library may read the environment when it is imported. What was read is noted, so that a request
with another value of that, and of nothing else, is refused: whoever asked starts a server anew.
What C code reads it asks the system for, unseen: those names are listed.
"""

from __future__ import annotations

import builtins
import contextlib
import enum
import importlib
import os
import site
import sys
import sysconfig
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from importlib.machinery import all_suffixes
from types import SimpleNamespace
from typing import Any

import psutil

from .parents import Ended

PRELOAD_ENVIRONMENT = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # as ipykernel sets it
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
"""What a process that imports all this should find in its environment, unless it is set."""


class Refusal(enum.Enum):
    """Why no kernel is forked."""

    ENVIRONMENT = enum.auto()
    """Something that was imported here read another value from the environment, or was another."""
    SHADOWED = enum.auto()
    """In the folder of the notebook is a module with the name of one that was imported here."""


_READ_BY_C = (
    *("BLIS_", "GOTO_", "KMP_", "LANG", "LC_", "LD_", "MALLOC_", "MKL_", "NUMEXPR_", "OMP_"),
    *("OPENBLAS_", "PYTHON", "TZ", "VECLIB_"),
)
"""How the names begin of what C libraries and Python itself read from the environment."""

_ALL = ""
"""What stands among the names that were read where all were."""

_OF_EACH_KERNEL = "JPY_PARENT_PID"
"""What is read by an import and is another for each kernel by its nature."""


@dataclass(slots=True)
class Imported:
    """What the imports of this server depended on."""

    environment: dict[str, str]
    """The environment then."""
    noted: set[str]
    """The names that were read."""
    changed: dict[str, str]
    """What they set."""
    files: frozenset[int]
    """The descriptors that they opened."""
    sources: dict[str, int]
    """When the files were written that a package installer does not write, and its folders."""
    warm: frozenset[str]
    """The modules and packages at the top that a kernel would not have imported by itself."""
    settings: str
    """The file of settings that matplotlib read; empty where it was not imported."""


imported = Imported({}, set(), {}, frozenset(), {}, frozenset(), "")


def import_all(own: Sequence[str], extra: Sequence[str]) -> None:
    """Import, as a kernel would, and note what that depended on."""
    imported.environment = dict(os.environ)
    opened = _open_files()
    before = {**PRELOAD_ENVIRONMENT, **os.environ}
    os.environ.update(before)
    # pandas asks at import whether it shows its tables in a kernel, and how that is encoded.
    vars(builtins)["get_ipython"] = _a_kernel
    stdout: Any = sys.stdout
    encoding, errors = stdout.encoding, stdout.errors
    stdout.reconfigure(encoding="UTF-8", errors=errors)
    environment: Any = os.environ
    plain = type(environment)
    environment.__class__ = _noting(plain)
    try:
        for name in own:
            importlib.import_module(name)
        cold = _top_names()
        _import_extra(extra)
    finally:
        environment.__class__ = plain
        stdout.reconfigure(encoding=encoding, errors=errors)
        del vars(builtins)["get_ipython"]
    imported.warm = _top_names() - cold
    imported.files = _open_files() - opened
    imported.sources = {path: _written(path) for path in _sources(extra)}
    imported.changed = {
        name: value for name, value in os.environ.items() if before.get(name) != value
    }
    if "matplotlib" in sys.modules:
        imported.settings = sys.modules["matplotlib"].matplotlib_fname()


def _import_extra(names: Sequence[str]) -> None:
    """Import what a kernel can do without; begin again without what cannot be forked."""
    threads, children = _count_threads(), _children()
    without = set()
    for name in names:
        try:
            importlib.import_module(name)
        except Ended:
            raise
        except (Exception, SystemExit, KeyboardInterrupt) as fault:
            print(f"Kernels do not start with {name}, which fails: {fault!r}", file=sys.stderr)
        if _count_threads() > threads and _count_threads_after_fork() > threads:
            print(f"Kernels do not start with {name}, which starts threads.", file=sys.stderr)
            without.add(name)
            threads = _count_threads()
        if _children() - children:
            print(f"Kernels do not start with {name}, which starts a process.", file=sys.stderr)
            without.add(name)
            _end(_children() - children)
    if without:
        words = [word for word in sys.orig_argv if word not in without]
        os.execve(sys.executable, words, imported.environment)


def _count_threads() -> int:
    with contextlib.suppress(OSError):  # where the system does not say, nothing is left out
        return len(os.listdir("/proc/self/task"))
    return 0


def _count_threads_after_fork() -> int:
    """Return how many threads are left after a fork, before which some libraries end theirs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of forking with threads, which is what is tried
        pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return _count_threads()


def _children() -> set[psutil.Process]:
    if hasattr(os, "waitid"):  # to look through all processes takes longer
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return set()
    return set(psutil.Process().children())


def _end(children: Iterable[psutil.Process]) -> None:
    """End processes with all that they started: Python begins again, and would keep them."""
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            for one in [child, *child.children(recursive=True)]:
                one.kill()
        child.wait()


def _a_kernel() -> SimpleNamespace:
    """Return what a shell is taken for that belongs to a kernel."""
    return SimpleNamespace(kernel=None)


def _noting(plain: type[Any]) -> type[Any]:
    """Return a kind of environment that notes what is read from it."""

    def one(self: Any, name: str) -> str:
        imported.noted.add(os.fsdecode(name))
        return str(plain.__getitem__(self, name))

    def every(self: Any) -> Iterator[str]:
        imported.noted.add(_ALL)
        return iter(plain.__iter__(self))

    return type("Noting", (plain,), {"__getitem__": one, "__iter__": every})


def _open_files() -> frozenset[int]:
    return frozenset(number for number in map(int, os.listdir("/dev/fd")) if _is_open(number))


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:  # the one that listed the folder is closed already
        return False
    return True


def _sources(extra: Sequence[str]) -> list[str]:
    """Return the files that may be written again while this server lives, as nothing installed is.

    What is installed, or taken away, changes the folder that it is in.
    """
    installed = site.getsitepackages() if hasattr(site, "getsitepackages") else []
    places = [place for place in (*installed, site.getusersitepackages()) if place]
    roots = tuple(os.path.join(place, "") for place in (*places, *sysconfig.get_paths().values()))
    files = [getattr(module, "__file__", None) or "" for module in [*sys.modules.values()]]
    return [*places, *(path for path in files if extra and path and not path.startswith(roots))]


def _written(path: str) -> int:
    with contextlib.suppress(OSError):
        return os.stat(path).st_mtime_ns
    return 0


def _top_names() -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in sys.modules)


def refusal_of(
    environment: Mapping[str, str],
    folder: str,
    of_each_run: Set[str] = frozenset(),
    *,
    any_environment: bool,
) -> Refusal | None:
    """Return why a fork of this process would not be the kernel that is asked for.

    Parameters
    ----------
    environment, folder
        The environment and the working directory of the kernel.
    of_each_run
        The variables of the environment that are others for each run by their nature.
    any_environment
        Whether it is asked for although something was imported in another environment.
    """
    if not any_environment and any(
        _ALL in imported.noted or name in imported.noted or name.startswith(_READ_BY_C)
        for name in _others(environment) - {_OF_EACH_KERNEL} - of_each_run
    ):
        return Refusal.ENVIRONMENT
    if not any_environment and any(_written(path) != was for path, was in imported.sources.items()):
        return Refusal.ENVIRONMENT
    with contextlib.suppress(OSError):  # the kernel says so itself
        beside = {name.partition(".")[0] for name in os.listdir(folder)}
        if any(_is_module(folder, name) for name in beside & imported.warm):
            return Refusal.SHADOWED
    return None


def _others(environment: Mapping[str, str]) -> set[str]:
    """Return the names that have another value in the environment of a request."""
    was = {**PRELOAD_ENVIRONMENT, **imported.environment}
    now = {**PRELOAD_ENVIRONMENT, **environment}
    return {name for name in was.keys() | now.keys() if was.get(name) != now.get(name)}


def _is_module(folder: str, name: str) -> bool:
    """Return whether a folder has a module, or a package that is more than a folder."""
    path = os.path.join(folder, name)
    return any(
        os.path.isfile(start + suffix)
        for start in (path, os.path.join(path, "__init__"))
        for suffix in all_suffixes()
    )


def make_profile() -> None:
    """Make IPython's folder for this user's settings, as a kernel does that finds none.

    It is there before anybody notes what is read: a first run would depend on there being none.
    """
    from IPython.core import profiledir

    profiles: Any = profiledir.ProfileDir  # its functions have no types
    place = os.environ.get("IPYTHONDIR") or os.path.join(os.path.expanduser("~"), ".ipython")
    with contextlib.suppress(OSError):  # the kernel says so itself
        os.makedirs(place, exist_ok=True)
        profiles.create_profile_dir_by_name(place)
