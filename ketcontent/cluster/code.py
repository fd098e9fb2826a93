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
from ketcontent.hashing import hash_bytes, hash_file, hash_files_below
from ketcontent.installed import PACKAGES, versions
from ketcontent.resources import OWN_FOLDERS, shipped_file

SENT_VARIABLES = ("LANG", "LC_", "TZ", "SOURCE_DATE_EPOCH", "PYTHONHASHSEED", "KETCONTENT_")
"""How the environment variables begin that a run has from here and not from its worker."""

_STAYS = (*OWN_FOLDERS.values(), TRACE, TABLES_OF_RUN)
"""Those among them that name a path of this machine."""

_MOST_NAMED = 5
"""How many differences a failure names."""


@dataclass(frozen=True, slots=True)
class OtherCode:
    """The answer of a worker that does not have our code.

    It is no exception: Dask cuts what a long one says.
    """

    theirs: Mapping[str, str]
    """What it has (`code_of_worker`)."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is told of a run; the contents of the files come beside it."""

    build: str
    """The build, by a name that no other has."""
    job: Callable[[Run, Path, Path], Outcome]
    """What to do with the run and two folders."""
    run: Run
    folders: Mapping[str, Mapping[str, str]]
    """The folders it needs: ``data``, ``notebooks``, `OWN_FOLDERS`; of each file the hash."""
    hashes: tuple[str, ...]
    """The hashes of the contents, in their order."""
    environment: Mapping[str, str]
    """The part of the environment that travels."""
    code: str
    """The hash of the code that the worker must have."""


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
    hash: str
    """The hash of that."""

    def damaged(self, run: Run) -> list[str]:
        """Return the files of a run that are not as the worker wrote them."""
        due = () if self.outcome.failure else sorted(run.outputs.values())
        known = dict(self.outcome.outputs)
        found = [n for n in due if known.get(n) != hash_bytes(self.exports.get(n, b""))]
        if self.notebook is not None and hash_bytes(self.notebook) != self.hash:
            found.append(run.executed)
        return found


def code_of_worker() -> dict[str, str]:
    """Return what turns rows into pages on this machine: versions, and hashes of own files."""
    package = Path(ketcontent.__file__).parent
    own = {f"ketcontent/{name}": known for name, known in hash_files_below(package)}
    strings = hash_file(shipped_file("data") / "strings.csv")
    return {**versions(PACKAGES), "platform": sys.platform, **own, "strings.csv": strings}


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
    more = f", and {len(said) - _MOST_NAMED} more" if len(said) > _MOST_NAMED else ""
    return KetcontentError(
        f"The Dask worker {worker} would make other bytes: {', '.join(said[:_MOST_NAMED])}{more}.",
        hint="Install the same versions there as here, and start the worker again.",
        worker=worker,
        differences=tuple(differ),
    )


def with_moved_paths(text: str, moves: Mapping[str, str]) -> str:
    """Return a text with the paths of a worker as those of this machine."""
    for there, here in moves.items():
        text = text.replace(there, here)
    return text


def sent_environment(day: datetime.date) -> dict[str, str]:
    """Return the environment that a run has from here; with the day, so that all have the same."""
    found = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(SENT_VARIABLES) and name not in _STAYS
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


def held_file(content: bytes) -> bytes:
    """Be the task that holds a file."""
    return content
