"""Which runs a build is made of, and the files that each writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ketcontent.errors import KetcontentError, UnknownName, given_names

if TYPE_CHECKING:
    from ketcontent.execution import Run
    from ketcontent.model import Content
    from ketcontent.pages import Edition


FORMATS = {"html": ".html", "markdown": ".md", "pdf": ".pdf"}
"""The formats of an export, and the ending of each."""

PAGE_FORMATS = ("html", "markdown")
"""Those that are made where none is asked for: a leaflet, the PDF, takes an extra."""

EDITIONS: tuple[Edition, ...] = ("current", "supplied")
"""The editions of a page."""

NOTEBOOKS = ("section", "document", "review", "index")
"""The notebooks that a build runs."""

KEPT = ".notebooks"
"""The folder of the executed notebooks, in that of the exports."""


PARTS = ("fragment.html", "page.json")
"""What a web team finds in the folder of each page, where the tables name a site."""

SITE_MAP, FEED = "sitemap.xml", "feed.xml"
"""What it finds beside the pages."""


def site_files(content: Content) -> tuple[str, ...]:
    """Return what a build writes beside the list of pages: the map of a site, and its feed."""
    if not site_address(content):
        return ()
    return (SITE_MAP,) if content.releases.empty else (SITE_MAP, FEED)


def site_address(content: Content) -> str:
    """Return the address of the site; nothing, where no row says it."""
    return next(iter(content.site["address"]), "")


def plan_runs(
    content: Content,
    documents: Sequence[str] = (),
    *,
    kept: Path,
    notebooks: Path = Path("notebooks"),
    editions: Collection[str] = EDITIONS,
    formats: Collection[str] = PAGE_FORMATS,
    only: Collection[str] = NOTEBOOKS,
) -> list[Run]:
    """Return the runs of a build, the pages in order of their keys, the index last.

    Parameters
    ----------
    content
        The tables.
    documents
        The pages; by default all.
    kept
        The folder of the executed notebooks. There each page's runs read the rows of the page, in
        ``<page>/data``; the index reads all, in ``data``.
    notebooks
        The folder of the notebooks.
    editions, formats
        As `build` takes them.
    only
        The notebooks to run.

    Raises
    ------
    UnknownName
        When there is no such document.
    KetcontentError
        When a notebook is not there.
    """
    from ketcontent.execution import Run

    chosen = chosen_pages(content, documents)
    paths = {name: notebooks / f"{name}.ipynb" for name in NOTEBOOKS}
    for path in paths.values():
        if not path.is_file():
            raise KetcontentError(
                f"No notebook {path}.",
                hint="Run this in the folder of the project, or name the folder of the notebooks "
                "with --notebooks.",
                path=str(path),
            )
    endings = {name: ending for name, ending in FORMATS.items() if name in formats}

    def run(
        notebook: str,
        stem: str,
        parameters: dict[str, str],
        forms: Collection[str] = PAGE_FORMATS,
    ) -> Run:
        page = parameters.get("document", "")
        return Run(
            paths[notebook],
            {**parameters, "data": str((kept / page / "data").absolute())},
            page,
            {name: f"{stem}{ending}" for name, ending in endings.items() if name in forms},
        )

    frame = content.sections
    placed = frame[frame["position"].notna()].sort_values(["document", "position"])
    sections = placed.groupby("document")["section"].apply(list).to_dict()
    received = set(frame.loc[frame["supplied_position"].notna(), "document"])
    runs: list[Run] = []
    for key in chosen:
        if "current" in editions:
            current = {"document": key, "edition": "current"}
            runs.append(run("review", f"{key}/review", {"document": key}, ["html"]))
            runs.append(run("document", f"{key}/index", current))
            # A run of its own, so that to ask for it or not makes nothing else anew.
            runs.append(run("document", leaflet_of(key).removesuffix(".pdf"), current, ["pdf"]))
            for section in sections.get(key, ()):
                stem = f"{key}/sections/{section}"
                runs.append(run("section", stem, {**current, "section": section}))
        if "supplied" in editions and key in received:
            runs.append(
                run(
                    "document",
                    f"{key}/supplied",
                    {"document": key, "edition": "supplied"},
                )
            )
    listing = run("index", "index", {}, ["html"])
    if listing.outputs:  # one notebook shows both sides
        listing.outputs["editors"] = "editors.html"
    runs.append(listing)
    return [one for one in runs if one.outputs and one.notebook.stem in only]


def chosen_pages(content: Content, documents: Sequence[str] = ()) -> list[str]:
    """Return the pages that are asked for, by default all, in order of their keys."""
    known = list(content.documents["document"])
    return sorted(set(known_names("document", documents, known)) or known)


def known_names(kind: str, names: Collection[str], known: Collection[str]) -> tuple[str, ...]:
    """Return the names, or the one alone, all of which must be known."""
    names = given_names(kind, names)
    for name in names:
        if name not in known:
            raise UnknownName.of(kind, name, known)
    return names


def is_recorded(output: str) -> bool:
    """Return whether an export of a page shows its current edition, and its record says so."""
    # Of a section, whose name may be any, the folder is two deep.
    path = Path(output)
    return len(path.parts) > 2 or path.stem not in ("supplied", "review", "leaflet")


def leaflet_of(page: str) -> str:
    """Return the file of a page's leaflet."""
    return f"{page}/leaflet.pdf"
