"""The tables of a folder at each commit, as they were written, whatever version wrote them.

A folder may have been another one before: where git saw the tables move, they are read from where
they lay. A table that is the same at two commits is one object of git's, and is read once.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ketcontent.errors import KetcontentError
from ketcontent.repository import ask_git

Rows = list[dict[str, str]]

_TRACED = "statements.csv"
"""The table by which it is seen that a folder had another name."""

_KEPT = 200
"""The tables that are kept in memory; one that many commits share is asked for again and again."""

_LOG_FORMAT = "%H%x00%P%x00%an%x00%aI%x00%s"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit, as git tells it."""

    hash: str
    """Its name."""
    parents: tuple[str, ...]
    """What it was made from."""
    author: str
    """Who made it."""
    made_at: str
    """When, as ISO 8601."""
    subject: str
    """The first line of what they said of it."""


class OldTables:
    """The tables of a folder at each commit.

    Parameters
    ----------
    folder
        The folder, in a git checkout with a commit.
    names
        The tables that are read.
    """

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self.folder = folder
        self._names = names
        self._objects: dict[str, dict[str, str]] = {}
        self._read: dict[str, Rows] = {}

    def at(self, version: str) -> dict[str, Rows]:
        """Return the tables as they were at a commit; empty where there were none."""
        if version not in self._objects:
            self._objects[version] = self._objects_at(version)
        objects = self._objects[version]
        return {
            name: self._table(objects[name], name, version) if name in objects else []
            for name in self._names
        }

    def commits(self, keys: Iterable[str], names: Iterable[str]) -> list[Commit]:
        """Return the commits that changed a line with a cell that is just one of some keys."""
        wanted = "|".join(sorted(set(keys)))
        if not wanted:
            return []
        found = self._ask(
            "log",
            *("--no-patch", f"--format={_LOG_FORMAT}"),
            "--encoding=UTF-8",
            "--full-history",  # of side branches too, whatever became of them
            "--diff-merges=separate",  # of merges, against each commit that they were made from
            "--text",  # whatever attributes the repository gives a table
            f'-G(^|,)"?({wanted})"?(,|$)',
            "HEAD",
            "--",
            *(f":(top,literal){place}{name}.csv" for place in self._places for name in names),
        )
        commits = {}
        for line in filter(None, found.decode("utf-8", "replace").split("\n")):
            hash_, parents, author, made_at, subject = line.split("\0", 4)
            commits[hash_] = Commit(hash_, tuple(parents.split()), author, made_at, subject)
        return list(commits.values())

    @cached_property
    def order(self) -> dict[str, int]:
        """The place of each commit in the order in which they were made, parents first."""
        found = self._ask("rev-list", "--date-order", "--reverse", "HEAD")
        return {commit: place for place, commit in enumerate(found.decode().split())}

    @cached_property
    def is_whole(self) -> bool:
        """Whether git has the history from its beginning; a shallow clone has not."""
        return self._ask("rev-parse", "--is-shallow-repository").strip() != b"true"

    @cached_property
    def _places(self) -> list[str]:
        """The folders that the tables lay in, the newest first: nothing, or a name and a slash."""
        found = [os.fsdecode(self._ask("rev-parse", "--show-prefix")).rstrip("\n")]
        for place in found:  # which grows
            traced = f"{place}{_TRACED}"
            began = self._ask(
                "log",
                *("--no-patch", "--format=%H", "--full-history"),
                *("--diff-merges=separate", "--diff-filter=A", "HEAD", "--"),
                f":(top,literal){traced}",
            )
            for commit in dict.fromkeys(began.decode().split()):
                words = ("-1", "-z", "--format=", "-M", "--diff-filter=R", "--name-status")
                moved = self._ask("log", *words, "--diff-merges=separate", commit)
                _, *renames = re.split(r"(?:^|\0)R\d+\0", os.fsdecode(moved))
                for was, now in (one.split("\0")[:2] for one in renames):
                    before = was.removesuffix(_TRACED)
                    if now == traced and before != was and before not in found:
                        found.append(before)
        return found

    def _objects_at(self, version: str) -> dict[str, str]:
        """Return the names of git's objects that hold the tables at a commit."""
        paths = {f"{place}{name}.csv": name for name in self._names for place in self._places}
        listed = self._ask("ls-tree", "-z", "--full-tree", version, "--", *paths)
        there = {}
        for line in filter(None, os.fsdecode(listed).split("\0")):
            told, _, path = line.partition("\t")
            there[path] = told.split()[2]
        found: dict[str, str] = {}
        for path, name in paths.items():
            if path in there:
                found.setdefault(name, there[path])
        return found

    def _table(self, object_: str, name: str, version: str) -> Rows:
        if object_ in self._read:
            return self._read[object_]
        held = self._ask("cat-file", "blob", object_)
        try:
            text = held.decode("utf-8-sig")
        except UnicodeDecodeError:  # one bad commit is no reason to tell nothing of the others
            text = held.decode("utf-8", "backslashreplace")
        try:
            rows = list(csv.DictReader(io.StringIO(text, newline="")))
        except csv.Error as fault:
            raise KetcontentError(
                f"{name}.csv at {version[:10]} cannot be read: {fault}.",
                hint="The history of a statement needs every version of the tables.",
                commit=version,
            ) from None
        while len(self._read) >= _KEPT:
            del self._read[next(iter(self._read))]
        self._read[object_] = rows
        return rows

    def _ask(self, command: str, *words: str) -> bytes:
        """Return what git says.

        Raises
        ------
        KetcontentError
            When it cannot say it: a partial clone lacks what the tables were.
        """
        said = ask_git(self.folder, command, *words)
        if said is None:
            raise KetcontentError(
                f"Git does not have the whole history of {self.folder}: 'git {command}' failed. A "
                "partial clone, for one, lacks what the tables were.",
                hint="Clone the project anew, without --filter.",
                folder=str(self.folder),
            )
        return said
