"""What a build is asked for, and the tables as they were read for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ketcontent.building.cache import inputs_hash, read_declared
from ketcontent.building.plan import KEPT, NOTEBOOKS, plan
from ketcontent.errors import UnknownName
from ketcontent.execution import declared_parameters, hold_parameters
from ketcontent.hashing import hash_file, hash_json

if TYPE_CHECKING:
    from ketcontent.diagnostics import Report
    from ketcontent.execution import Run
    from ketcontent.model import Content


@dataclass(frozen=True, slots=True)
class Built:
    """What a build wrote."""

    folder: Path
    """The folder of the exports."""
    documents: tuple[str, ...]
    """The pages that were asked for and are published."""
    files: tuple[str, ...]
    """Their files, relative to the folder."""
    made: tuple[str, ...] = ()
    """Those of the files that this build made; the others are as they were."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """By file, why it was made, or why not."""

    def __repr__(self) -> str:
        from ketcontent.text import counted

        return f"<Built {counted(len(self.files), 'file')} in {self.folder}>"


@dataclass(frozen=True, slots=True)
class Request:
    """What a build is asked for."""

    documents: tuple[str, ...]
    """The pages; all, where there are none."""
    data: Path
    """The folder of the tables."""
    exports: Path
    """The folder of the exports."""
    notebooks: Path
    """The folder of the notebooks."""
    editions: tuple[str, ...]
    """``current``, ``supplied`` or both."""
    formats: tuple[str, ...]
    """``html``, ``markdown`` or both."""
    release: bool
    """Whether only pages that may be released are exported."""
    only: tuple[str, ...] = NOTEBOOKS
    """The notebooks to run."""

    @property
    def digest(self) -> str:
        """The digest of all of it but where the exports are."""
        said = [sorted(set(self.documents)), sorted(set(self.editions)), sorted(set(self.formats))]
        places = [str(self.data.absolute()), str(self.notebooks.absolute())]
        return hash_json([said, places, self.release, sorted(self.only)])

    @property
    def inputs(self) -> str:
        """The digest of all that goes in now, but for the files that notebooks open."""
        from ketcontent.model import SCHEMA_FILE, TABLES

        names = [SCHEMA_FILE, *(f"{table}.csv" for table in TABLES)]
        paths = [self.notebooks / f"{name}.ipynb" for name in NOTEBOOKS]
        return inputs_hash(self.data, names, paths)


def known_names(kind: str, names: Collection[str], known: Collection[str]) -> tuple[str, ...]:
    """Return the names, all of which must be known."""
    for name in names:
        if name not in known:
            raise UnknownName.of(kind, name, known)
    return tuple(names)


UNCHANGED = "nothing that it is made from has changed"


@dataclass(frozen=True, slots=True)
class Job:
    """A request with the tables as they were read for it."""

    request: Request
    inputs: str
    """The digest of what went in, taken before any of it was read."""
    content: Content
    digests: Mapping[str, str]
    """The digest of each table as it is on disk."""
    pages: tuple[str, ...]
    """The pages to build, in order of their keys."""
    refused: Mapping[str, Report]
    """By page, what stands against its release."""
    runs: tuple[Run, ...]
    declared: Mapping[str, Any]
    """By the digest of a notebook, the parameters that it takes."""

    @staticmethod
    def of(request: Request) -> Job:
        """Read the tables for a request, and plan its runs."""
        from ketcontent.model import read_with_hashes

        inputs = request.inputs
        content, digests = read_with_hashes(request.data)
        known = list(content.documents["document"])
        for name in request.documents:
            if name not in known:
                raise UnknownName.of("document", name, known)
        chosen = sorted(set(request.documents) or known)
        refused = _refused(content, chosen) if request.release else {}
        pages = tuple(page for page in chosen if page not in refused)
        runs = plan(
            content,
            pages,
            kept=request.exports / KEPT,
            notebooks=request.notebooks,
            editions=request.editions,
            formats=request.formats,
            only=request.only,
        )
        declared = dict(read_declared(request.exports))
        for run in runs:
            digest = hash_file(run.notebook)
            if digest not in declared:
                declared[digest] = declared_parameters(run.notebook)
            hold_parameters(run.notebook, run.parameters, declared[digest])
        return Job(request, inputs, content, digests, pages, refused, tuple(runs), declared)


def _refused(content: Content, pages: Sequence[str]) -> dict[str, Report]:
    """Return, by page, the errors that stand against its release today."""
    from ketcontent.checks import check
    from ketcontent.diagnostics import Report
    from ketcontent.model import slices

    found = {}
    for page, rows in slices(content, pages):
        errors = [one for one in check(rows, [page]) if one.severity == "error"]
        if errors:
            found[page] = Report.of(errors)
    return found
