"""Which files among the exports are ours: those that an earlier build recorded, and no others.

A folder of exports may hold more than exports: a blog beside the pages, a picture in a page's own
folder. A build deletes and overwrites only what a record of ours names, the committed
``manifest.json`` or the cache, and follows neither out of the folder, whoever edited them:

- a page that the tables no longer have is withdrawn file by file, and its folder with the last;
- a file of somebody else's in the folder of a page stays, however often that folder is put in
  place anew, and no manifest names it;
- where a build would have to write over such a file, nothing is run and nothing changed.

Notes
-----
Refusing every folder that holds a stranger's file would be stricter, and would stop each build of
whoever keeps a picture beside a page; only a file of the same name cannot be kept.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ketcontent.building.cache import CacheEntry, cached_pages
from ketcontent.errors import KetcontentError

_PART = r"[^/\\.\x00-\x1f][^/\\\x00-\x1f]*"
"""A name that leads nowhere but into the folder, and is not hidden."""

_EXPORT = re.compile(
    rf"{_PART}/((index|supplied|review)\.(html|md)|record\.json|sections/{_PART}\.(html|md))"
)
"""What the files of a page are called."""

_SHOWN = 5
"""How many files a refusal names."""


def read_manifest(exports: Path) -> dict[str, Any] | None:
    """Return the manifest of the exports; None where there is none that a build wrote."""
    try:
        said = json.loads((exports / "manifest.json").read_bytes())
    except (OSError, ValueError):
        return None
    ours = isinstance(said, dict) and "ketcontent" in said
    return said if ours and isinstance(said.get("documents"), dict) else None


def recorded_pages(exports: Path, manifest: Mapping[str, Any] | None) -> set[str]:
    """Return the pages that an earlier build published."""
    pages = {*(manifest or {}).get("documents", ()), *cached_pages(exports)}
    return {page for page in pages if re.fullmatch(_PART, page)}


def recorded_files(
    page: str, manifest: Mapping[str, Any] | None, entries: Mapping[str, CacheEntry]
) -> set[str]:
    """Return the files of a page that an earlier build wrote, relative to the exports."""
    names = {name for entry in entries.values() for name in entry.outputs}
    said = manifest or {}
    if not page:
        return names | {name for name in ("index.html",) if name in said.get("outputs", ())}
    if isinstance(listed := said.get("documents", {}).get(page), dict):
        # The review, which depends on the day, is in no manifest.
        names |= {*listed.get("outputs", ()), f"{page}/review.html"}
    return {name for name in names if name.startswith(f"{page}/") and _EXPORT.fullmatch(name)}


def files_of_others(exports: Path, page: str, ours: Collection[str]) -> Iterator[str]:
    """Yield the files and links in the folder of a page that are not ours."""
    for place, folders, names in os.walk(exports / page):
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        for name in (*links, *names):
            found = Path(place, name).relative_to(exports).as_posix()
            if found not in ours:
                yield found


def refuse_to_overwrite(exports: Path, planned: Iterable[str], ours: Collection[str]) -> None:
    """Refuse a build that would have to write over what is not ours.

    Raises
    ------
    KetcontentError
        When one of them is there, and nothing says that a build wrote it.
    """
    found: dict[str, None] = {}
    for name in sorted(planned):
        path = exports / name
        above = [exports / one for one in Path(name).parents if str(one) != "."]
        odd = [one for one in above if os.path.lexists(one) and not _is_folder(one)]
        if not odd and os.path.lexists(path) and (path.is_dir() or name not in ours):
            odd = [path]
        found |= {one.relative_to(exports).as_posix(): None for one in odd}
    if found:
        names = list(found)
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        said = ", ".join(names[:_SHOWN])
        raise KetcontentError(
            f"{exports} holds what no build recorded as its own: {said}{more}.",
            hint="Move it away, or name another folder with --exports. Nothing was changed.",
            path=str(exports / names[0]),
            names=tuple(names),
        )


def withdraw(exports: Path, page: str, ours: Iterable[str]) -> None:
    """Delete the files of a page that an earlier build wrote, and its folder where that is empty.

    Raises
    ------
    KetcontentError
        When a file cannot be deleted.
    """
    folder = exports / page
    if not _is_folder(folder):
        return
    sections = folder / "sections"
    try:
        for path in [exports / name for name in sorted(ours)]:
            if os.path.lexists(path) and not path.is_dir() and _is_folder(path.parent):
                path.unlink()
        for empty in (sections, folder):
            if _is_folder(empty) and not os.listdir(empty):
                empty.rmdir()
    except OSError as fault:
        raise KetcontentError(
            f"{fault.filename} cannot be deleted: {fault.strerror}.",
            hint=f"The tables have no page {page!r} any more. Delete what it left, or make it "
            "yours to delete, and build again.",
            path=str(fault.filename),
        ) from fault


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
