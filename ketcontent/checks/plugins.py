"""The judges that others add: functions under the entry-point group ``ketcontent.judges``.

A team's house style, or a model that it trusts, is a function like ours, from a view of a page to
diagnostics::

    [project.entry-points."ketcontent.judges"]
    house-style = "our_package.judges:judge_style"

What it finds is advice, whatever it says, unless a row of ``policies`` names it for the kind of
the statement: then it is as bad as it says. A judge that fails is a finding, never a crash.

It looks at whole pages, and may take its time: in the workbench it looks when a page is opened or
saved, when a statement is chosen, and when typing rests, not at each letter.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from ketcontent.diagnostics import Diagnostic
from ketcontent.pages import Edition, PageView

JUDGE_GROUP = "ketcontent.judges"
"""The entry-point group of judges."""

Judge = Callable[..., Iterable[Diagnostic]]


def judge_by_plugins(view: PageView, *, edition: Edition = "current") -> list[Diagnostic]:
    """Return what the judges of other packages find on a page, and which of them failed."""
    found: list[Diagnostic] = []
    for point in _points():
        try:
            judged = [_as_found(one, point, view) for one in point.load()(view, edition=edition)]
        except Exception as fault:  # a stranger's code: whatever it raises
            judged = [_failed(point, fault, view)]
        found += judged
    return found


def installed_judges() -> tuple[str, ...]:
    """Return the names of the judges that other packages add."""
    return tuple(point.name for point in _points())


def _points() -> tuple[EntryPoint, ...]:
    return _installed(tuple(sys.path))


@lru_cache(maxsize=4)
def _installed(_path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    """Return the entry points; to look for them takes longer than to judge a page."""
    return tuple(entry_points(group=JUDGE_GROUP))


def _as_found(one: object, point: EntryPoint, view: PageView) -> Diagnostic:
    if not isinstance(one, Diagnostic):
        raise TypeError(f"it returned {type(one).__name__}, and no Diagnostic")
    if one.table != "statements":
        return replace(one, severity="advice")
    statement = one.key.partition("/")[2].partition("/")[0]
    kinds = {row["kind"] for row in view.rows("statements") if row["statement"] == statement}
    trusted = any(
        row["kind"] in kinds and point.name in row["judges"].split()
        for row in view.rows("policies")
    )
    return one if trusted else replace(one, severity="advice")


def _failed(point: EntryPoint, fault: Exception, view: PageView) -> Diagnostic:
    said = " ".join(str(fault).split())
    return Diagnostic(
        rule="judge-failed",
        message=f"The judge '{point.name}' failed: {type(fault).__name__}{said and f': {said}'}.",
        hint=f"Tell those who made '{point.value}', or uninstall it.",
        severity="warning",
        table="documents",
        key=view.document,
        column="document",
        cell=view.document,
    )
