"""What travels to a worker and back, and whether it has our code."""

from __future__ import annotations

import datetime
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import ketcontent
from ketcontent.dependencies import TABLES_OF_RUN, TRACE
from ketcontent.errors import KetcontentError
from ketcontent.execution import Outcome, Run
from ketcontent.hashing import hash_file, hash_files_below
from ketcontent.installed import versions
from ketcontent.markup import TEMPLATES_VARIABLE
from ketcontent.resources import shipped_file

TIMEOUT = 5
"""How many seconds a scheduler has to answer, and its first worker to be there."""


SENT_FILES = ("LANG", "LC_", "TZ", "SOURCE_DATE_EPOCH", "PYTHONHASHSEED", "KETCONTENT_")
"""How the environment variables begin that a run has from here and not from its worker."""


_STAYS = (TEMPLATES_VARIABLE, TRACE, TABLES_OF_RUN)
"""Those among them that name a path of this machine."""


class OtherCode(Exception):
    """A worker that does not have our code; `theirs` is what it has (`code_of_worker`)."""

    def __init__(self, theirs: Mapping[str, str]) -> None:
        super().__init__(theirs)
        self.theirs = theirs


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is told of a run; the contents of the files come beside it."""

    build: str
    """The build, by a name that no other has."""
    job: Callable[[Run, Path, Path], Outcome]
    """What to do with the run and two folders."""
    run: Run
    folders: Mapping[str, Mapping[str, str]]
    """The folders it needs: ``data``, ``notebooks``, ``templates``; of each file the digest."""
    digests: tuple[str, ...]
    """The digests of the contents, in their order."""
    environment: Mapping[str, str]
    """The part of the environment that travels."""
    code: str
    """The digest of the code that the worker must have."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a worker sends back."""

    outcome: Outcome
    places: Mapping[str, str]
    """Where it had the folders that it was sent, and the executed notebook."""
    exports: Mapping[str, bytes]
    """The exports."""
    notebook: bytes | None
    """The executed notebook; None where there is none."""
    digest: str
    """The digest of that."""


def code_of_worker() -> dict[str, str]:
    """Return what turns rows into pages on this machine: versions, and digests of own files.

    Examples
    --------
    >>> code_of_worker()["platform"] == sys.platform
    True
    """
    package = Path(ketcontent.__file__).parent
    own = {f"ketcontent/{name}": known for name, known in hash_files_below(package)}
    strings = hash_file(shipped_file("data") / "strings.csv")
    return {**versions(), "platform": sys.platform, **own, "strings.csv": strings}


def other_code_error(worker: str, theirs: Mapping[str, str]) -> KetcontentError:
    """Return the failure that names where the code of a worker is not ours."""
    ours = code_of_worker()
    differ = [name for name in sorted({*ours, *theirs}) if ours.get(name) != theirs.get(name)]
    said = [
        f"{name} differs"
        if "." in Path(name).name
        else f"{name} is {theirs.get(name, 'missing')}, here {ours.get(name, 'missing')}"
        for name in differ
    ]
    more = f", and {len(said) - MOST_NAMED} more" if len(said) > MOST_NAMED else ""
    return KetcontentError(
        f"The Dask worker {worker} would make other bytes: {', '.join(said[:MOST_NAMED])}{more}.",
        hint="Install the same versions there as here, and start the worker again.",
        worker=worker,
        differences=tuple(differ),
    )


MOST_NAMED = 5
"""How many differences a failure names."""


def with_moved_paths(text: str, moves: Mapping[str, str]) -> str:
    """Return a text with the paths of a worker as those of this machine."""
    for there, here in moves.items():
        text = text.replace(there, here)
    return text


def files_to_send(day: datetime.date) -> dict[str, str]:
    """Return the environment that a run has from here; with the day, so that all have the same."""
    found = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(SENT_FILES) and name not in _STAYS
    }
    start = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    return {"SOURCE_DATE_EPOCH": str(int(start.timestamp())), **found}


def names_below(folder: Path) -> list[str]:
    """Return the files of a folder, but for what is hidden or compiled."""
    found = []
    for place, inner, names in os.walk(folder):
        inner[:] = [name for name in inner if name[0] != "." and name != "__pycache__"]
        found += [Path(place, name) for name in names if os.path.isfile(os.path.join(place, name))]
    return sorted(path.relative_to(folder).as_posix() for path in found)


def is_held(content: bytes) -> bytes:
    """Be the task that holds a file."""
    return content
