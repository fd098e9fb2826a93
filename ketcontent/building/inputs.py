"""Whether what goes into a build is still what it was when the build began to read it.

A table may be saved while it is read, piece by piece, by a program that writes in place; a notebook
or a template is hashed when a build is planned, and read when a worker comes to it. None of them is
held still meanwhile, and each may be put back before anybody looks again. So it is noted how each
is to be known again (`ketcontent.dependencies.identity_of`), before anything of it is read.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ketcontent.dependencies import identity_of
from ketcontent.hashing import folders_below
from ketcontent.resources import FONTS_VARIABLE, TEMPLATES_VARIABLE

if TYPE_CHECKING:
    from ketcontent.execution import Run

_SAVE = 10_000_000_000
"""The nanoseconds between two writes of one save."""

ANOTHER = "another while it ran"
"""What stands for the key of a run of which it is not known what it was made from."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The tables, notebooks, templates and fonts of a build, as they were before it read them."""

    tables: Mapping[str, str]
    """By path, what each table is known by again."""
    notebooks: Mapping[str, str]
    """The same of each notebook."""
    templates: Mapping[str, str]
    """The same of the files and folders of the project's own templates and fonts."""

    def once_read(self) -> Inputs:
        """Return these, of the tables those that may have been read in the middle of a save.

        Such a one is another now, or was written a moment before; what is written later to one that
        had long stood still was not read.
        """
        late = time.time_ns() - _SAVE
        tables = {
            path: was
            for path, was in self.tables.items()
            if was and (_written(was) > late or identity_of(("file", path)) != was)
        }
        return replace(self, tables=tables)

    def moved(self) -> tuple[str, ...]:
        """Return the paths at which something else is now.

        A table that was replaced by another file was read whole before, or is read whole next time.
        """
        tables = {
            path: was
            for path, was in self.tables.items()
            if _number(was) == _number(identity_of(("file", path)))
        }
        return tuple(_moved({**tables, **self.notebooks, **self.templates}))

    def stand_for(self, run: Run) -> bool:
        """Return whether the notebook and the templates of a run are those that were hashed."""
        path = str(run.notebook)
        return not _moved({path: self.notebooks[path], **self.templates})


def inputs_now(tables: Iterable[Path], notebooks: Iterable[Path]) -> Inputs:
    """Return what goes into a build as it is now."""
    found = []
    for name in (TEMPLATES_VARIABLE, FONTS_VARIABLE):
        for place, names in folders_below(own) if (own := os.environ.get(name)) else ():
            found += [place, *(os.path.join(place, one) for one in names)]
    return Inputs(_known(map(str, tables)), _known(map(str, notebooks)), _known(found))


def _known(paths: Iterable[str]) -> dict[str, str]:
    return {path: identity_of(("file", path)) for path in paths}


def _moved(known: Mapping[str, str]) -> list[str]:
    return [path for path, was in known.items() if identity_of(("file", path)) != was]


def _number(identity: str) -> object:
    """Return the number of a file on its disk; None where there is none."""
    return json.loads(identity)[0][0] if identity else None


def _written(identity: str) -> int:
    """Return when a file was written, in nanoseconds."""
    return int(json.loads(identity)[0][2])
