"""What stands at a place, and whether something of ours may be put there.

A folder of content may come from anybody, and where a file of ours is to be there may be a link, a
named pipe, a file with a second name elsewhere. Each kind of place is refused in words of its own;
nothing here follows a link, and nothing here deletes.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from ketcontent.errors import KetcontentError

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFREG: "a file",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
}


def what_stands_at(path: Path) -> str:
    """Return what stands at a place, in words; nothing, where nothing does.

    Examples
    --------
    >>> what_stands_at(Path("data")), what_stands_at(Path("data/no-such-file"))
    ('a folder', '')
    """
    return _seen_at(path)[0]


def _seen_at(path: Path) -> tuple[str, int]:
    """Return what stands at a place, and how many names it has, as of one look.

    What another process removes between two looks would be there for the first one alone.
    """
    try:
        seen = os.lstat(path)
        if stat.S_ISLNK(seen.st_mode):
            gone = "" if os.path.exists(path) else ", which is not there"
            return f"a link to {os.readlink(path)}{gone}", seen.st_nlink
    except (FileNotFoundError, NotADirectoryError):
        return "", 0
    return _KINDS.get(stat.S_IFMT(seen.st_mode), "a device"), seen.st_nlink


def refuse_place(path: Path, said: str) -> KetcontentError:
    """Return the failure for a place where something of ours cannot be."""
    return KetcontentError(
        f"{path} is {said}.",
        hint="Move it away, then try again. Nothing was changed.",
        path=str(path),
    )


def require_folder(path: Path) -> Path:
    """Return a folder, made where nothing was; anything else at its place is refused.

    Raises
    ------
    KetcontentError
        When it is anything else: a link, a file.
    """
    found = what_stands_at(path)
    if not found:
        path.mkdir(exist_ok=True)
    elif found != "a folder":
        raise refuse_place(path, f"{found}, not a folder")
    return path


def folder_below(root: Path, name: str) -> Path:
    """Return a folder below another, each part of its way made, and none of it a link.

    Raises
    ------
    KetcontentError
        As `require_folder` does.
    """
    for part in Path(name).parts:
        root = require_folder(root / part)
    return root


def require_file(path: Path) -> None:
    """Refuse a place at which there is anything but a file of one name, or nothing.

    Raises
    ------
    KetcontentError
        When a file cannot be written there without writing somewhere else.
    """
    found, names = _seen_at(path)
    if found not in ("", "a file"):
        raise refuse_place(path, f"{found}, not a file")
    if names > 1:
        raise refuse_place(path, "a file with another name elsewhere (a hard link)")


def read_file(path: str | os.PathLike[str], *, follow: bool = True) -> bytes:
    """Return the bytes of a file; a named pipe or a device is not waited for.

    Parameters
    ----------
    path
        The file.
    follow
        Whether it may be a link to one.

    Raises
    ------
    OSError
        When it is no file, or cannot be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags | (0 if follow else getattr(os, "O_NOFOLLOW", 0)))
    try:
        seen = os.fstat(handle)
        if not stat.S_ISREG(mode := seen.st_mode):
            kind = f"It is {_KINDS.get(stat.S_IFMT(mode), 'a device')}"
            said = os.strerror(errno.EISDIR) if stat.S_ISDIR(mode) else kind
            raise OSError(errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL, said, str(path))
        # A build for which nothing has changed reads hundreds, and a file object takes as long.
        parts = [os.read(handle, seen.st_size + 1)]
        while parts[-1] and sum(map(len, parts)) != seen.st_size:
            parts.append(os.read(handle, 1 << 20))
        return b"".join(parts)
    finally:
        os.close(handle)


def cannot_read(fault: OSError, path: Path) -> KetcontentError:
    """Return what to say of a file that is there and cannot be read, and what to do.

    Examples
    --------
    >>> print(cannot_read(PermissionError(13, "Permission denied"), Path("no-such-file")))
    no-such-file cannot be read: Permission denied.
    hint: Permit yourself to read it (chmod u+r no-such-file), or ask whoever owns it to.
    """
    hint = f"Permit yourself to read it (chmod u+r {path}), or ask whoever owns it to."
    return KetcontentError(f"{path} cannot be read: {fault.strerror}.", hint=hint, path=str(path))


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def has_no_room(fault: Exception) -> bool:
    """Whether something failed since a disk is full, or a file may not become so large."""
    return isinstance(fault, OSError) and fault.errno in _NO_ROOM


def cannot_write(fault: OSError, place: Path) -> KetcontentError:
    """Return what to say of something that could not be written at a place."""
    said = fault.strerror
    if fault.errno == errno.EXDEV:
        said = "it is on another file system than the folder around it"
    hint = "Make it a folder that you may write, with room on its disk."
    if has_no_room(fault):
        hint = "Make room on its disk, then try again."
    if fault.errno == errno.EFBIG:
        hint = "Allow larger files (ulimit -f), then try again."
    where = fault.filename2 or fault.filename or place
    return KetcontentError(f"{where} cannot be written: {said}.", hint=hint, path=str(where))
