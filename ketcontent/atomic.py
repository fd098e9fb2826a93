"""Write a file or a folder whole or not at all, one writer at a time.

Every file that the package leaves behind goes through here, so that a process killed at any
moment leaves the old bytes or the new ones. Nothing here imports from the rest of the package
but its errors and places.

Notes
-----
`os.replace` swaps one file in one step everywhere. Two folders can be swapped in one step only
where the kernel offers it (``renameat2`` with ``RENAME_EXCHANGE`` on Linux, ``renamex_np`` with
``RENAME_SWAP`` on macOS); elsewhere, and on file systems that refuse it, the old folder is first
moved aside and a process killed right between the two moves leaves it there, where
`restore_folder` finds it. Nothing here deletes a folder.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from ketcontent.errors import Locked
from ketcontent.places import read_file, require_file


def replace_file(path: Path, data: bytes) -> None:
    """Write `data` to `path` in one step, and make sure that it has reached the disk.

    What a killed process left half written beside it is cleared away.
    """
    for left in path.parent.glob(f".{path.name}.*.new"):
        process = left.name.removesuffix(".new").rpartition(".")[2]
        if process.isdigit() and not _is_running(int(process)):
            left.unlink(missing_ok=True)
    staged = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        write_through(staged, data)
        put_in_place(staged, path)
    finally:
        staged.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    if os.name == "nt":  # there, to ask is to end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is somebody else's
        return True
    return True


def put_in_place(staged: Path, path: Path) -> None:
    """Put a finished file of the same file system in the place of another, in one step."""
    if path.exists():
        shutil.copymode(path, staged)
    os.replace(staged, path)
    flush_folder(path.parent)


def write_through(path: Path, data: bytes) -> None:
    """Write `data` to `path` and wait until the disk has it."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Wait until the disk has the names in `folder`, where the system can do that."""
    if os.name == "nt":  # a folder cannot be opened there; the file itself was flushed
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def swap_folders(new: Path, published: Path) -> None:
    """Put the folder `new` in the place of `published`, in one step where the system can.

    What stood at `published` stands at `new` then. Both must be on the same file system.
    """
    if not os.path.lexists(published):
        os.rename(new, published)
    elif not _exchanged(new, published):
        aside = _aside(new)
        os.rename(published, aside)
        try:
            os.rename(new, published)
        except OSError:
            os.rename(aside, published)
            raise
        os.rename(aside, new)
    flush_folder(published.parent)


def restore_folder(new: Path, published: Path) -> None:
    """Undo, or bring to its end, a `swap_folders` that was killed between its moves."""
    aside = _aside(new)
    if os.path.lexists(aside):
        os.rename(aside, new if os.path.lexists(published) else published)


def _aside(new: Path) -> Path:
    return new.with_name(f"{new.name}.aside")


def _exchanged(one: Path, other: Path) -> bool:
    """Swap two folders in one step; return False where that cannot be done."""
    import ctypes

    exchange = exchange_call()
    if exchange is None:
        return False
    if exchange(os.fsencode(one), os.fsencode(other)) == 0:
        return True
    refused = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EXDEV, errno.EPERM}
    if ctypes.get_errno() in refused:
        return False
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), os.fspath(other))


def exchange_call() -> Callable[[bytes, bytes], int] | None:
    """Return the call of the system that swaps two paths in one step; None where it has none."""
    if os.name != "posix":
        return None
    import ctypes  # which a build with nothing to do can do without

    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin" and hasattr(library, "renamex_np"):
        return lambda one, other: library.renamex_np(one, other, 2)
    if hasattr(library, "renameat2"):
        here = -100  # AT_FDCWD: both paths are relative to the working directory
        return lambda one, other: library.renameat2(here, one, here, other, 2)
    return None


@contextlib.contextmanager
def lock(
    path: Path,
    *,
    purpose: str,
    timeout: float = 60.0,
    waiting: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Hold the lock at `path` while the block runs; the system frees it if the process dies.

    Parameters
    ----------
    path
        The lock file. Beside it lies ``<name>.holder``, which says who holds it.
    purpose
        What is being done, as others will read it: ``"saving tables"``.
    timeout
        Seconds to wait for another holder; below zero, for ever.
    waiting
        Called once with who holds the lock, when there is waiting to do.

    Raises
    ------
    Locked
        When another process still holds the lock after `timeout` seconds.
    KetcontentError
        When the lock file, or the one beside it, is anything but a file.
    """
    from filelock import FileLock, Timeout

    note = path.with_name(f"{path.name}.holder")
    for one in (path, note):
        require_file(one)  # both are emptied: through a link, somebody else's would be
    lock = FileLock(path)
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if waiting is not None:
                waiting(_holder(note))
            lock.acquire(timeout=timeout)
    except Timeout:
        holder = _holder(note)
        raise Locked(
            f"{path} is held by {holder}.",
            hint="Wait until it is done, or end that process, then try again.",
            path=str(path),
            holder=holder,
        ) from None
    try:
        note.write_text(json.dumps({"process": os.getpid(), "purpose": purpose}), "utf-8")
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _holder(note: Path) -> str:
    try:
        facts = json.loads(read_file(note))
        return f"process {facts['process']} ({facts['purpose']})"
    except (OSError, ValueError, KeyError, TypeError):  # cut short by a kill, or not ours
        return "another process"
