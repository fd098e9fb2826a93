"""Runs that builds elsewhere made, in a folder for others to take them from.

The cache beside the exports knows what *this* folder of exports was made from. CI begins without
one on every machine. So ``ketcontent build --cache DIR`` also keeps each run that went well in a
folder: its `CacheEntry`, and the files it wrote by their hashes. Where a run is stale, the folder
is asked for one of the same code; it is taken where all that it read is now as it was then, by the
same comparison as any other (`ketcontent.building.decide.why_stale`).

::

    runs/<code and home>/<hash of this file>.json      an entry, and the hash of what was executed
    files/<first two digits>/<hash of this file>       a file

Nothing in it is ever changed, and each file is named by what is in it, so that it may be shared by
branches and by builds at once, and a part of it that was lost or cut short is not there. What
nobody took for a month goes. Whoever may write to it may write the pages: a build is to be given no
folder that strangers can reach.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ketcontent.atomic import replace_file
from ketcontent.building.cache import CacheEntry, entry_from
from ketcontent.building.grounds import TAG
from ketcontent.dependencies import ON_DISK
from ketcontent.errors import KetcontentError
from ketcontent.hashing import hash_bytes, hash_json
from ketcontent.places import (
    cannot_write,
    folder_below,
    read_file,
    require_folder,
    what_stands_at,
)

KEPT_FOR = 30 * 24 * 3600
"""The seconds for which a run stays that nobody takes."""

_DAY = 24 * 3600

_SAID = b"""\
Signature: 8a477f597d28d172789f06886806bc55
# What ketcontent made from what; see https://bford.info/cachedir/
"""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as it was kept."""

    entry: CacheEntry
    """What it read and wrote."""
    executed: str
    """The hash of the executed notebook."""


def open_folder(folder: Path) -> None:
    """Make a folder one of runs, known by a tag as one.

    Raises
    ------
    KetcontentError
        When it is somebody else's, cannot be one, or cannot be written.
    """
    tag = folder / TAG
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Of two that begin at once, one may be writing the tag.
        beside = f".{TAG}."
        names = [one for one in os.listdir(require_folder(folder)) if not one.startswith(beside)]
        if names and not (what_stands_at(tag) == "a file" and read_file(tag) == _SAID):
            raise KetcontentError(
                f"{folder} holds what no build put there: {', '.join(sorted(names)[:3])}.",
                hint="Name a folder of its own with --cache, or a new one. Nothing was changed.",
                path=str(folder),
            )
        if not names:
            replace_file(tag, _SAID)
    except OSError as fault:
        raise cannot_write(fault, folder) from None


def find_run(
    folder: Path, key: str, outputs: Iterable[str], is_fresh: Callable[[CacheEntry], bool]
) -> StoredRun | None:
    """Return a run of a code, all that it read and all its files as they were; None without one.

    Parameters
    ----------
    folder
        The folder of the runs.
    key
        The hash of the code of the run.
    outputs
        The files that it writes: one of any other file is somebody's who would write that.
    is_fresh
        Says whether what a run read is as it was.
    """
    named = set(outputs)
    for path in _entries(folder / "runs" / _place_of(key)):
        run = _read_run(path)
        if run is None or run.entry.key != key or run.entry.outputs.keys() != named:
            continue
        if not is_fresh(run.entry):
            continue
        if all(_read_file(folder, one) is not None for one in _files_of(run)):
            with contextlib.suppress(OSError):  # it is in use
                os.utime(path)
            return run
    return None


def take_run(folder: Path, run: StoredRun, executed: Path, work: Path) -> bool:
    """Write what a run wrote; return whether all of it is still there."""
    places = {executed: run.executed}
    places |= {work / name: one for name, one in run.entry.outputs.items()}
    for place, name in places.items():
        data = _read_file(folder, name)
        if data is None:
            return False
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return True


def keep_run(folder: Path, entry: CacheEntry, executed: Path, work: Path) -> str:
    """Keep a run that went well, where all that it read is known; return why it cannot be kept.

    A build can do without: that is no reason to end it.
    """
    if not entry.followed:
        return ""
    try:
        require_folder(folder)
        notebook = _write_file(folder, read_file(executed))
        for name in entry.outputs:
            _write_file(folder, read_file(work / name))
        said = json.dumps({**asdict(entry), "executed": notebook}).encode()
        runs = folder_below(folder, f"runs/{_place_of(entry.key)}")
        replace_file(runs / f"{_named(hash_bytes(said))}.json", said)
    except OSError as fault:
        return cannot_write(fault, folder).message
    except KetcontentError as fault:  # a link, or a file, stands where a folder was
        return fault.message
    return ""


def drop_old_runs(folder: Path) -> None:
    """Remove the runs that nobody took for long, and files that are no run's.

    How long is counted to the end of the build before, which the tag tells: a folder that was
    restored may have dates of its own.
    """
    used = set()
    now, tag = time.time(), folder / TAG
    last = min(now, now - _age(tag, now))  # the clock of whoever built before may go ahead
    for of_code in _entries(folder / "runs"):
        for path in filter(_is_named, _entries(of_code)):
            run = _read_run(path)
            if run is None or _age(path, last) > KEPT_FOR:
                with contextlib.suppress(OSError):
                    path.unlink()
            else:
                used |= _files_of(run)
    for part in _entries(folder / "files"):
        for path in filter(_is_named, _entries(part)):
            # A build that is at work writes its files before it names them.
            if f"sha256:{path.name}" not in used and _age(path, now) > _DAY:
                with contextlib.suppress(OSError):
                    path.unlink()
    with contextlib.suppress(OSError):
        os.utime(tag)


def _files_of(run: StoredRun) -> set[str]:
    return {run.executed, *run.entry.outputs.values()}


def _age(path: Path, now: float) -> float:
    try:
        return now - path.lstat().st_mtime
    except OSError:  # somebody else removed it
        return 0


def _entries(folder: Path) -> list[Path]:
    """Return what is in a folder; nothing of one that a link leads to."""
    try:
        return [] if folder.is_symlink() else sorted(folder.iterdir())
    except OSError:
        return []


def _named(digest: str) -> str:
    return digest.removeprefix("sha256:")


def _place_of(key: str) -> str:
    """Return the folder of the runs of a code, for a home: settings of each user are read there."""
    names = ("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "MPLCONFIGDIR", "XDG_CONFIG_HOME")
    home = os.path.expanduser("~")
    return _named(hash_json([key, home, *(os.environ.get(name, "") for name in names)]))


def _is_named(path: Path) -> bool:
    """Whether a file has a name such as those of the folder have."""
    return re.fullmatch(r"[0-9a-f]{64}(\.json)?", path.name) is not None


def _read_run(path: Path) -> StoredRun | None:
    try:
        data = read_file(path, follow=False)
        if path.name != f"{_named(hash_bytes(data))}.json":
            return None
        said = json.loads(data)
        return StoredRun(entry_from(said), said["executed"]) if _is_a_run(said) else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    except (MemoryError, RecursionError):  # somebody made it so
        return None


_NAMES = dict.fromkeys((*ON_DISK, "table"), 1) | {"page": 3, "day": 0, "root": 0}
"""How many names a dependency of each kind has, of those that are followed."""


def _is_a_run(said: Mapping[str, Any]) -> bool:
    """Whether JSON says what `keep_run` writes."""
    read = [(kind, name, was) for (kind, *name), was in said["read"]]
    words = [said["key"], said["tables"]]
    words += [word for _, name, was in read for word in (*name, was)]
    digests = [said["executed"], *said["outputs"].values()]
    return (
        all(len(name) == _NAMES[kind] for kind, name, _ in read)
        and all(isinstance(word, str) for word in words)
        and all(re.fullmatch("sha256:[0-9a-f]{64}", one) for one in digests)
    )


def _place(folder: Path, digest: str) -> Path:
    name = _named(digest)
    return folder / "files" / name[:2] / name


def _read_file(folder: Path, digest: str) -> bytes | None:
    try:
        data = read_file(_place(folder, digest), follow=False)
    except (OSError, ValueError, MemoryError):  # a file of holes may be as large as it likes
        return None
    return data if hash_bytes(data) == digest else None


def _write_file(folder: Path, data: bytes) -> str:
    digest = hash_bytes(data)
    if _read_file(folder, digest) is None:
        place = _place(folder, digest)
        replace_file(folder_below(folder, f"files/{place.parent.name}") / place.name, data)
    return digest
