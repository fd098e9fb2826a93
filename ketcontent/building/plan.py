"""Which runs a build is made of, and the files that each writes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ketcontent.errors import KetcontentError, UnknownName

if TYPE_CHECKING:
    from ketcontent.execution import Run
    from ketcontent.model import Content
    from ketcontent.pages import Edition


FORMATS = {"html": ".html", "markdown": ".md"}
"""The formats of an export, and the ending of each."""


EDITIONS: tuple[Edition, ...] = ("current", "supplied")
"""The editions of a page."""


NOTEBOOKS = ("section", "document", "review", "index")
"""The notebooks that a build runs."""


KEPT = ".notebooks"
"""The folder of the executed notebooks, in that of the exports."""


def plan(
    content: Content,
    documents: Sequence[str] = (),
    *,
    kept: Path,
    notebooks: Path = Path("notebooks"),
    editions: Collection[str] = EDITIONS,
    formats: Collection[str] = tuple(FORMATS),
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

    Examples
    --------
    >>> from ketcontent import read_content
    >>> runs = plan(read_content("data"), kept=Path("kept"), editions=["supplied"])
    >>> [run.name for run in runs]
    ['ketamine: supplied edition', 'index']
    >>> runs[0].outputs["markdown"]
    'ketamine/supplied.md'
    """
    from ketcontent.execution import Run

    known = list(content.documents["document"])
    for name in documents:
        if name not in known:
            raise UnknownName.of("document", name, known)
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
        notebook: str, stem: str, parameters: dict[str, str], forms: Collection[str] = FORMATS
    ) -> Run:
        page = parameters.get("document", "")
        return Run(
            paths[notebook],
            {**parameters, "data": str((kept / page / "data").absolute())},
            page,
            {name: f"{stem}{ending}" for name, ending in endings.items() if name in forms},
        )

    frame = content.sections
    standing = frame[frame["position"].notna()].sort_values(["document", "position"])
    sections = standing.groupby("document")["section"].apply(list).to_dict()
    received = set(frame.loc[frame["supplied_position"].notna(), "document"])
    runs: list[Run] = []
    for key in sorted(set(documents) or known):
        if "current" in editions:
            current = {"document": key, "edition": "current"}
            runs.append(run("review", f"{key}/review", {"document": key}, ["html"]))
            runs.append(run("document", f"{key}/index", current))
            for section in sections.get(key, ()):
                stem = f"{key}/sections/{section}"
                runs.append(run("section", stem, {**current, "section": section}))
        if "supplied" in editions and key in received:
            runs.append(
                run("document", f"{key}/supplied", {"document": key, "edition": "supplied"})
            )
    runs.append(run("index", "index", {}, ["html"]))
    return [one for one in runs if one.outputs and one.notebook.stem in only]


RECORD_ENTRY = "record"
"""The name under which the ledger has the entry of a page's record."""


def recorded_outputs(outputs: Collection[str] | Iterator[str]) -> set[str]:
    """Return those of some outputs that show a current edition, which its record holds."""
    return {
        path
        for path in outputs
        # Of a section, whose name may be any, the folder is two deep.
        if len(Path(path).parts) > 2 or Path(path).stem not in ("supplied", "review")
    }
