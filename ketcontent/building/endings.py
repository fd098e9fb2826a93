"""What a build ends with that could not do all it was asked: each failure says what it did do."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ketcontent.diagnostics import Report
from ketcontent.errors import BuildFailed, NotReady, SavedMeanwhile
from ketcontent.text import counted

if TYPE_CHECKING:
    from ketcontent.building.request import Built
    from ketcontent.execution import Failure

_NAMED = 3
"""How many files a failure names."""


def failed(failures: Sequence[Failure], built: Built, refused: Mapping[str, Report]) -> BuildFailed:
    """Return the failure of a build in which notebooks failed."""
    said = f"{counted(len(failures), 'notebook')} failed"
    lines = [f"{said}; {counted(len(built.documents), 'page')} published.", *map(str, failures)]
    lines += [_said_of(refused)] if refused else []
    mend = (
        "Do what the hint above says, and build again."
        if all(one.hint for one in failures)
        else "Open the half-run notebook in JupyterLab, mend the cell or the row, and build again."
    )
    return BuildFailed(
        "\n".join(lines),
        hint=f"{mend} What was published before of a page that failed is still there.",
        failures=tuple(failures),
        built=built,
    )


def not_ready(built: Built, refused: Mapping[str, Report]) -> NotReady:
    """Return the failure of a release that was refused to some pages."""
    return NotReady(
        _said_of(refused),
        hint="Settle each row above, then build again; without --release the page is "
        "exported as a draft.",
        report=Report.of([one for found in refused.values() for one in found]),
        built=built,
    )


def saved_meanwhile(built: Built) -> SavedMeanwhile:
    """Return the failure of a build whose tables, notebooks or templates did not hold still."""
    names = [os.path.relpath(one) for one in built.moved]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return SavedMeanwhile(
        f"Saved while the build read it: {', '.join(names[:_NAMED])}{more}. "
        "What was written may be of half a save.",
        hint="Build again once it is saved; only what has changed is made anew.",
        built=built,
    )


def _said_of(refused: Mapping[str, Report]) -> str:
    rows = counted(sum(map(len, refused.values())), "row")
    return f"Not released: {', '.join(refused)}. {rows} stand against it."
