"""Which files among the exports are ours: those that an earlier build recorded, and no others.

A folder of exports may hold more than exports: a blog beside the pages, a picture in a page's own
folder. A build deletes only what it wrote, byte for byte, as the committed ``manifest.json`` or the
cache says, and follows neither out of the folder, whoever edited them:

- a page that the tables no longer have is withdrawn file by file, and its folder with the last;
- a file of somebody else's in the folder of a page stays, however often that folder is put in
  place anew, and no manifest names it;
- where an export has other bytes than a build wrote, it is put aside before it is made again, in
  ``.aside``, which nothing here deletes;
- where a build would have to write over any other file, nothing is run and nothing changed.

Notes
-----
Refusing every folder that holds a stranger's file would be stricter, and would stop each build of
whoever keeps a picture beside a page; only a file of the same name cannot be kept. To refuse an
export with other bytes would stop each build after a merge that left its marks in the exports.
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
from ketcontent.hashing import hash_file
from ketcontent.places import cannot_read, folder_below, read_file, refuse_place, what_stands_at

ASIDE = ".aside"
"""The folder of what was not as a build wrote it, in that of the exports."""

Owned = Mapping[str, Collection[str]]
"""By file, the hashes it had when a build wrote it; none, where only its name is known."""

_PART = r"[^/\\.\x00-\x1f][^/\\\x00-\x1f]*"
"""A name that leads nowhere but into the folder, and is not hidden."""

_EXPORT = re.compile(
    rf"({_PART})/(?:(?:index|supplied|review)\.(?:html|md)|record\.json|fragment\.html|page\.json"
    rf"|leaflet\.pdf"
    rf"|sections/{_PART}\.(?:html|md))"
)
"""What the files of a page are called."""

INDEX_FILES = ("index.html", "editors.html", "sitemap.xml", "feed.xml")
"""What the files beside the pages are called that list them."""

_SHOWN = 5
"""How many files a refusal names."""


def read_manifest(exports: Path) -> dict[str, Any] | None:
    """Return the manifest of the exports; None where there is none that a build wrote.

    Raises
    ------
    KetcontentError
        When there is one that may not be read: it may be that of a build.
    """
    path = exports / "manifest.json"
    try:
        said = json.loads(read_file(path, follow=False))
    except PermissionError as fault:
        raise cannot_read(fault, path) from None
    except (OSError, ValueError, RecursionError):
        return None
    ours = isinstance(said, dict) and "ketcontent" in said
    return said if ours and isinstance(said.get("documents"), dict) else None


def is_page(name: str) -> bool:
    """Return whether a name can be that of a page's folder, and leads nowhere else."""
    return re.fullmatch(_PART, name) is not None


def unfinished_files(manifest: Mapping[str, Any] | None) -> set[str]:
    """Return the exports that were being put in place when the manifest was written."""
    names = (manifest or {}).get("unfinished")
    return {one for one in names if isinstance(one, str)} if isinstance(names, list) else set()


def recorded_pages(exports: Path, manifest: Mapping[str, Any] | None) -> set[str]:
    """Return the pages that an earlier build published."""
    pages = {*(manifest or {}).get("documents", ()), *cached_pages(exports)}
    pages |= {found[1] for name in unfinished_files(manifest) if (found := _EXPORT.fullmatch(name))}
    return {page for page in pages if is_page(page)}


def recorded_files(
    page: str,
    manifest: Mapping[str, Any] | None,
    entries: Mapping[str, CacheEntry],
    noted: Mapping[str, Any] | None = None,
) -> dict[str, set[str]]:
    """Return the files of a page that an earlier build wrote, relative to the exports.

    Parameters
    ----------
    page
        The page; empty for the index.
    manifest
        The manifest.
    entries
        What the cache knows of its runs.
    noted
        What a build that was killed while it put the page in place had noted as ours.
    """
    said = manifest or {}
    listed = said.get("documents", {}).get(page, {}) if page else said
    outputs = listed.get("outputs") if isinstance(listed, dict) else None
    found: dict[str, set[str]] = {name: set() for name in unfinished_files(manifest)}
    if page and (isinstance(outputs, dict) or any(one.startswith(f"{page}/") for one in found)):
        found[f"{page}/review.html"] = set()  # which depends on the day, and is in no manifest
    for known in (outputs, *(entry.outputs for entry in entries.values())):
        for name, was in known.items() if isinstance(known, dict) else ():
            found.setdefault(name, set()).update({was} if isinstance(was, str) and was else ())
    for name, hashes in (noted or {}).items():
        found.setdefault(name, set()).update(was for was in hashes if isinstance(was, str) and was)
    below = rf"{re.escape(page)}/.*" if page else "|".join(map(re.escape, INDEX_FILES))
    return {
        name: was
        for name, was in found.items()
        if re.fullmatch(below, name) and (not page or _EXPORT.fullmatch(name))
    }


def files_of_others(folder: Path, ours: Collection[str]) -> Iterator[str]:
    """Yield what is not ours in the folder of a page and in that of its sections, but folders."""
    for place in ("", "sections/"):
        if what_stands_at(folder / place) == "a folder":
            for name in sorted(os.listdir(folder / place)):
                kind = what_stands_at(folder / place / name)
                if f"{folder.name}/{place}{name}" not in ours and kind != "a folder":
                    yield f"{folder.name}/{place}{name}"


def refuse_to_overwrite(exports: Path, planned: Iterable[str], ours: Collection[str]) -> None:
    """Refuse a build that would have to write over what is not ours.

    Raises
    ------
    KetcontentError
        When one of them is there, and nothing says that a build wrote it.
    """
    found: dict[str, None] = {}
    for name in sorted(planned):
        for above in reversed(Path(name).parents[:-1]):
            kind = what_stands_at(exports / above)
            if kind not in ("", "a folder"):
                found[f"{above.as_posix()} ({kind}, where a folder is to be)"] = None
                break
            if os.path.ismount(exports / above):
                found[f"{above.as_posix()} (a file system of its own)"] = None
                break
        else:
            kind = what_stands_at(exports / name)
            if kind and not (name in ours and (kind == "a file" or kind.startswith("a link"))):
                found[name if kind == "a file" else f"{name} ({kind})"] = None
    if found:
        names = list(found)
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        raise KetcontentError(
            f"{exports} holds what no build recorded as its own: "
            f"{', '.join(names[:_SHOWN])}{more}.",
            hint="Move it away, or name another folder with --exports. Nothing was changed.",
            path=str(exports / names[0].partition(" (")[0]),
            names=tuple(names),
        )


def require_aside(
    exports: Path, documents: Iterable[str], manifest: Mapping[str, Any] | None
) -> None:
    """Refuse a folder of what is put aside in which nothing can be put: before anything is moved.

    Raises
    ------
    KetcontentError
        When it, or a folder in it for a page or its sections, is anything else: a link, a file.
    """
    pages = sorted({*documents, *recorded_pages(exports, manifest)})
    below = [f"{page}{place}" for page in pages for place in ("", "/sections")]
    for place in (exports / ASIDE, *(exports / ASIDE / one for one in below)):
        if (found := what_stands_at(place)) not in ("", "a folder"):
            raise refuse_place(place, f"{found}, not a folder")


# --- clearing away ---------------------------------------------------------------------------


def put_aside(exports: Path, found: Path, name: str) -> str:
    """Keep what was found where an export is to be; return where, relative to the exports.

    The same bytes are kept once.
    """
    folder = folder_below(exports, (Path(ASIDE) / name).parent.as_posix())
    stem, dot, ending = Path(name).name.partition(".")
    was = hash_file(found, follow=False)
    mark = was.removeprefix("sha256:")[:12] or "link"
    kept, number = folder / f"{stem}.{mark}{dot}{ending}", 1
    while os.path.lexists(kept) and not (was and hash_file(kept, follow=False) == was):
        number += 1
        kept = folder / f"{stem}.{mark}-{number}{dot}{ending}"
    os.replace(found, kept)
    return kept.relative_to(exports).as_posix()


def clear_page(exports: Path, old: Path, page: str, ours: Owned) -> list[str]:
    """Delete of a page's folder that was taken out of the exports what is ours, and the folder.

    What is somebody else's goes back to where it was. Where an export stands there now, or stood,
    it is put aside; returned is where.
    """
    if what_stands_at(old) not in ("", "a folder"):
        return [put_aside(exports, old, page)]
    aside = []
    for below in ("sections", ""):
        if what_stands_at(old / below) != "a folder":
            continue
        for here in sorted((old / below).iterdir()):
            export = (Path(page) / below / here.name).as_posix()
            there = exports / export
            if hash_file(here, follow=False) in ours.get(export, ()) or _is_same(here, there):
                here.unlink()
            elif export in ours or os.path.lexists(there):
                aside.append(put_aside(exports, here, export))
            else:
                folder_below(exports, Path(export).parent.as_posix())
                os.rename(here, there)
        (old / below).rmdir()
    return aside


def _is_same(one: Path, other: Path) -> bool:
    """Whether two names are of one file, however many bytes are the same."""
    return os.path.lexists(other) and os.path.samestat(os.lstat(one), os.lstat(other))
