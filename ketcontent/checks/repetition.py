"""Judge what a page says twice."""

from __future__ import annotations

from functools import lru_cache

from ketcontent.checks.passages import Passage, passages_in
from ketcontent.diagnostics import Diagnostic
from ketcontent.model import ROW_FORMS
from ketcontent.pages import Edition, PageView
from ketcontent.text import canonical


def judge_repetition(view: PageView, *, edition: Edition = "current") -> list[Diagnostic]:
    """Return each sentence that stands on the page already and is not a notice.

    Notes
    -----
    Capitals, citations and the last mark do not make another sentence; one of fewer than three
    words may return, and so may a row of a table, which says something else under other headers.
    """
    first: dict[str, Passage] = {}
    faults: list[Diagnostic] = []
    for passage in passages_in(view, edition):
        said = _said(passage.words)
        is_row = passage.form in ROW_FORMS
        if passage.place != "sentence" or is_row or said.count(" ") < 2:
            continue
        before = first.setdefault(said, passage)
        if before is passage or (passage.notice and before.notice == passage.notice):
            continue
        at_fault, other = (before, passage) if passage.notice else (passage, before)
        name = other.notice or other.key.partition("/")[2]
        faults.append(
            at_fault.fault(
                "repeated-sentence",
                f"The sentence stands on the page already, as '{name}'.",
                hint=f"Use the notice '{name}' here, or cut it."
                if other.notice
                else "Cut one of the two, or make them a notice.",
                severity="warning",
                span=(0, len(at_fault.words)),
            )
        )
    return list(dict.fromkeys(faults))


@lru_cache(maxsize=4096)
def _said(words: str) -> str:
    return canonical(words).casefold().rstrip(" .!")
