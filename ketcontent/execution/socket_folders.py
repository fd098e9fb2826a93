"""Folders for sockets. Whoever makes one holds a lock in it, which ends with the process.

So a later process can tell which of them nobody needs any more, though whoever made them was killed
together with all that would have cleared up.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from functools import cache
from pathlib import Path
from tempfile import gettempdir, mkdtemp

_PREFIX = "ket-"

_PREFIXES = (_PREFIX, "pymp-")
"""How the names begin of our folders, and of those that multiprocessing makes."""

_held: dict[str, int] = {}
"""The locks of the folders that this process made."""


def new_socket_folder() -> str:
    """Return a new folder, which only the user may open (`hold_socket_folder`)."""
    folder = mkdtemp(prefix=_PREFIX)
    hold_socket_folder(folder)
    return folder


def hold_socket_folder(folder: str) -> None:
    """Lock a folder of this process for as long as it lives; first clear away those of the dead."""
    import fcntl

    _clear_once()
    handle = os.open(f"{folder}/locking", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    os.rename(f"{folder}/locking", f"{folder}/lock")  # nobody finds it unlocked
    _held[folder] = handle


def release_socket_folder(folder: str) -> None:
    """Hold a folder no more, so that whoever finds it may remove it."""
    if (handle := _held.pop(folder, None)) is not None:
        os.close(handle)


def remove_socket_folder(folder: str) -> None:
    """Remove a folder of sockets."""
    release_socket_folder(folder)
    # A kernel may be removing its sockets itself; what is left then is cleared away later.
    shutil.rmtree(folder, ignore_errors=True)


def clear_socket_folder(folder: str) -> None:
    """Remove a folder of sockets, unless somebody holds it."""
    try:
        _clear_unheld(folder)
    except FileNotFoundError:  # whoever held it is removing it, and may not get to its end
        remove_socket_folder(folder)
    except BlockingIOError:
        pass


def _clear_unheld(folder: str) -> None:
    import fcntl

    handle = os.open(f"{folder}/lock", os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove_socket_folder(folder)
    finally:
        os.close(handle)


def clear_socket_folders() -> None:
    """Remove the folders of this user whose makers are gone."""
    with contextlib.suppress(OSError):  # there is no such place any more
        for folder in Path(gettempdir()).iterdir():
            if folder.name.startswith(_PREFIXES):
                _clear_if_own(folder)


def _clear_if_own(folder: Path) -> None:
    with contextlib.suppress(OSError):  # it is not ours, in use, or gone meanwhile
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
            _clear_unheld(str(folder))


_clear_once = cache(clear_socket_folders)
