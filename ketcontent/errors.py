"""The tree of failures, and how a failure speaks.

Nothing here imports from the rest of the package. A failure has three parts: a message that
names the thing and the place, a hint that is an order, and facts as attributes for programs. In a
notebook it shows the line of the cell, the message and the hint, without a traceback.

::

    KetcontentError            anything of ours
    ├── UnknownName            a document, section, edition … that is not there  kind, name, known
    │   └── UnknownTable       an attribute that the tables in memory have not
    ├── UnreadablePage         a file that cannot be taken in as a page          path
    ├── AlreadyThere           something would be written over                   name
    ├── BrokenTables           the tables on disk have faults                    report
    ├── SaveConflict           someone else changed the same row                 conflicts
    ├── Locked                 another process holds the lock                    path, holder
    ├── WrongParameter         a parameter that is not taken, or not so          notebook, parameter
    ├── NotReady               pages that may not be released                    report, built
    ├── SavedMeanwhile         what was built from was saved meanwhile           built
    └── BuildFailed            notebooks failed; what was published stays        failures, built

Faults of the *content* are not raised one by one: they are `Diagnostic` records in a `Report`
(see `ketcontent.diagnostics`), and `BrokenTables` carries the report.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any, Self, TypeVar, cast

Name = TypeVar("Name", bound=str)


class KetcontentError(Exception):
    """A call that cannot be done; the base of every failure of this package.

    Parameters
    ----------
    message
        What is wrong, naming the thing and the place.
    hint
        What to do about it, as an order.
    **facts
        What the failure knows, kept as attributes.

    Examples
    --------
    >>> failure = KetcontentError("No folder 'dta'.", hint="Did you mean 'data'?", folder="dta")
    >>> print(failure)
    No folder 'dta'.
    hint: Did you mean 'data'?
    >>> failure.folder
    'dta'
    """

    def __init__(self, message: str, *, hint: str = "", **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self._facts = facts
        for name, fact in facts.items():
            setattr(self, name, fact)

    def __str__(self) -> str:
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message

    def _render_traceback_(self) -> list[str]:
        # IPython asks a failure for this before it draws a traceback. An editor's notebook shows
        # the line of the cell, what is wrong and what to do, as the command line does.
        import traceback

        said = f"{type(self).__name__}: {self}"
        for frame in reversed(traceback.extract_tb(self.__traceback__)):
            if frame.name == "<module>" and frame.line and not os.path.exists(frame.filename):
                shell = sys.modules["IPython"].get_ipython()
                cell = shell.compile.format_code_name(frame.filename) or ("File", frame.filename)
                return [f"{' '.join(cell)}, line {frame.lineno}", f"    {frame.line}", "", said]
        return [said]

    def __reduce__(self) -> tuple[Any, ...]:
        # A failure crosses process borders (builds run notebooks in workers) with all it knows.
        return _restored, (type(self), self.message, self.hint, self._facts)


def _restored(
    kind: type[KetcontentError], message: str, hint: str, facts: dict[str, Any]
) -> KetcontentError:
    return kind(message, hint=hint, **facts)


class UnknownName(KetcontentError):
    """A name that was looked up and is not there."""

    kind: str
    name: str
    known: tuple[str, ...]

    @classmethod
    def of(cls, kind: str, name: str, known: Iterable[str], *, hint: str = "") -> Self:
        """Return the failure for `name`, with the nearest known name as its hint.

        Parameters
        ----------
        kind
            What was looked for, in the singular: ``"document"``.
        name
            The name that was given.
        known
            The names there are.
        hint
            What to do instead when nothing is known at all.
        """
        names = tuple(known)
        return cls(
            f"No {kind} {name!r}.",
            hint=nearest(name, names) or hint,
            kind=kind,
            name=name,
            known=names,
        )


class UnknownTable(UnknownName, AttributeError):
    """An attribute that the tables in memory do not have; an AttributeError to Python too."""

    kind: str
    name: str
    known: tuple[str, ...]


class UnreadablePage(KetcontentError):
    """A file that cannot be taken in as a page: missing, empty, too large, no plain UTF-8 text."""

    path: str


class AlreadyThere(KetcontentError):
    """Something that would have been written over without being asked to."""

    name: str


class BrokenTables(KetcontentError):
    """Tables that do not fit their schema; `report` lists every fault."""

    report: Any

    def __str__(self) -> str:
        return f"{self.report}\n{super().__str__()}"


class SaveConflict(KetcontentError):
    """Rows that someone else changed since they were read; nothing was written.

    `conflicts` is a tuple of records with `table`, `key`, `base`, `theirs` and `mine`, the last
    three a row as a dict of column to cell, or None where the row is not there.
    """

    conflicts: tuple[Any, ...]


class Locked(KetcontentError):
    """A lock that another process did not release in time."""

    path: str
    holder: str


class WrongParameter(KetcontentError):
    """A parameter that a notebook does not declare, or a value that is not of its type.

    `notebook` is empty where a function was given the value.
    """

    notebook: str
    parameter: str


class NotReady(KetcontentError):
    """Pages that may not be released; `report` says which rows stand against it.

    `built` is what the build did beside that.
    """

    report: Any
    built: Any


class SavedMeanwhile(KetcontentError):
    """Tables, notebooks or templates that were saved while a build read them.

    `built` is what the build wrote, which may be of half a save.
    """

    built: Any


class BuildFailed(KetcontentError):
    """Notebooks that failed in a build; every other document was published.

    `failures` is a tuple of `ketcontent.building.builds.Failure`, `built` what the build did.
    """

    failures: tuple[Any, ...]
    built: Any


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint with the known name nearest to `name`, or all of them when none is near."""
    names = list(known)
    folded = {one.casefold(): one for one in names}
    import difflib

    close = difflib.get_close_matches(name.casefold(), folded, n=1)
    if close:
        return f"Did you mean {folded[close[0]]!r}?"
    if not names:
        return ""
    shown = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    return f"Use one of: {shown}."


def require_text(parameter: str, given: object) -> None:
    """Refuse a value that is not a text, where a text is a parameter.

    papermill makes a number of ``-p section 5``, and False of ``-p section False``: taken as they
    are, the one is no key and the other asks for the whole page.

    Raises
    ------
    WrongParameter
        Naming the parameter, and how to write it, for papermill too.

    Examples
    --------
    >>> require_text("section", 5)
    Traceback (most recent call last):
        ...
    ketcontent.errors.WrongParameter: 'section' is a text, not the int 5.
    hint: Write section="5"; for papermill -r section "5" instead of -p, or section: "5" in YAML.
    """
    if isinstance(given, str):
        return
    written = "" if given is None else str(given)
    what = "None" if given is None else f"the {type(given).__name__} {given!r}"
    raise WrongParameter(
        f"'{parameter}' is a text, not {what}.",
        hint=f'Write {parameter}="{written}"; for papermill -r {parameter} "{written}" instead of '
        f'-p, or {parameter}: "{written}" in YAML.',
        notebook="",
        parameter=parameter,
    )


def given_names(parameter: str, given: Name | Iterable[Name]) -> tuple[Name, ...]:
    """Return the names that a verb was given: one alone, or several.

    One alone is a page, an edition, a format, as every verb for one page takes it; a text is never
    meant as the list of its letters.

    Raises
    ------
    WrongParameter
        When one of them is no text.

    Examples
    --------
    >>> given_names("document", "ketamine"), given_names("document", ["tea", "zinc"])
    (('ketamine',), ('tea', 'zinc'))
    """
    several = isinstance(given, Iterable) and not isinstance(given, str)
    names = cast("tuple[Name, ...]", tuple(given) if several else (given,))
    for name in names:
        require_text(parameter, name)
    return names
