"""What a workbench has open: the page as its editor has it, its findings, its draft.

A `Bench` is the one thing here that changes in place: each verb of the browser
(`ketcontent.editor.verbs`) puts another `ketcontent.editor.session.Session` into it. What it holds
is kept in a draft file beside the tables after every change. A draft belongs to one bench, which
holds a lock as long as its process lives; a draft whose lock is free was left by a process that is
gone, and the next workbench on that page takes it over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ketcontent.checks import check
from ketcontent.diagnostics import Diagnostic
from ketcontent.editor.drafts import Draft
from ketcontent.editor.edits import added, carried, cleaned_words, reworded
from ketcontent.editor.session import (
    Session,
    draft_of,
    edited,
    opened,
    read_draft,
    rows_by_key,
    unsaved,
    with_rows,
)
from ketcontent.model import Conflict, Content, Key, read_content
from ketcontent.pages import PageView, assemble


@dataclass(slots=True)
class Bench:
    """One page in the hands of an editor, as a workbench shows it."""

    folder: Path
    """The folder of the tables."""
    session: Session
    """The page as it was saved and as the editor has it."""
    draft: Draft
    """Where unsaved changes are kept."""
    chosen: str
    """The statement that is shown; empty on a page without any."""
    conflicts: tuple[Conflict, ...] = ()
    """Rows that somebody else saved meanwhile, until the editor has chosen."""
    faults: dict[str, list[Diagnostic]] = field(default_factory=dict)
    """What was last found in each statement."""
    page_faults: dict[str, list[Diagnostic]] = field(default_factory=dict)
    """Of these, what only a look at the whole page finds."""
    whole: list[Diagnostic] = field(default_factory=list)
    """What was last found that belongs to no statement."""
    news: str = ""
    """What the browser is told once, when it opens."""
    heard: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    """By view of the browser: the number of its last question, and the answer to it."""
    references: dict[Any, tuple[str, ...]] = field(default_factory=dict)
    """The formatted references of the section shown last, by the rows of its sources."""
    seen: PageView | None = None
    """The page as `page_of` last returned it."""


def open_bench(document: str, data: str, section: str) -> Bench:
    """Return the bench of a page, with what an earlier session left unsaved taken over.

    Raises
    ------
    UnknownName
        When there is no such page or section.
    BrokenTables
        When the tables have faults.
    """
    content = read_content(data)
    shown = [
        one.statement
        for part in assemble(content, document, section=section)
        for one in part.statements
    ]
    folder = Path(data).resolve()
    bench = Bench(folder, opened(content, document), Draft.claimed(folder, document), "")
    bench.chosen = next(iter(shown or shown_statements(bench)), "")
    _take_over_drafts(bench)
    judge_page(bench)
    return bench


def page_of(bench: Bench) -> PageView:
    """Return the page as its editor has it, assembled once until a verb changes something."""
    session = bench.session
    if bench.seen is None or bench.seen.content is not session.content:
        bench.seen = PageView(session.content, session.document)
    return bench.seen


def shown_statements(bench: Bench) -> list[str]:
    """Return the keys of the statements on the page, in reading order."""
    return [one.statement for section in page_of(bench).edition() for one in section.statements]


def statements_of(bench: Bench) -> set[str]:
    """Return the keys of the page's statements, those that were cut too."""
    rows = rows_by_key(bench.session.content, "statements")
    return {key for page, key in rows if page == bench.session.document}


def choose_again(bench: Bench) -> None:
    """Choose another statement where the chosen one is gone."""
    if bench.chosen not in statements_of(bench):
        bench.chosen = next(iter(shown_statements(bench)), "")


def judge_page(bench: Bench) -> None:
    """Look at the whole page with every judge."""
    session = bench.session
    found: dict[str, list[Diagnostic]] = {}
    whole = []
    here = statements_of(bench)
    for one in check(session.content, [session.document]):
        page, _, rest = one.key.partition("/")
        statement = rest.split("/")[0]
        own = one.table in ("statements", "evidence") and page == session.document
        if own and statement in here:
            found.setdefault(statement, []).append(one)
        else:
            whole.append(one)
    bench.faults, bench.whole = found, whole


def keep_draft(bench: Bench) -> None:
    """Keep what is unsaved or in conflict on disk."""
    empty = not bench.conflicts and not unsaved(bench.session)
    text = "" if empty else draft_of(bench.session, bench.conflicts)
    bench.draft.keep(text)


def carry_over(bench: Bench, fresh: Content) -> None:
    """Go on with freshly read tables, unsaved changes and all."""
    changes = unsaved(bench.session)
    session, found = carried(bench.session.document, changes, fresh)
    if not found:  # the steps still fit
        done, undone = bench.session.done, bench.session.undone
        session = replace(session, done=done, undone=undone)
    bench.session, bench.conflicts = session, (*bench.conflicts, *found)


def _take_over_drafts(bench: Bench) -> None:
    """Take up the drafts of sessions that are gone."""
    session = bench.session
    number = 0
    for text in bench.draft.left_behind():
        changes = read_draft(text)
        later, conflicts = carried(session.document, changes, session.saved)
        content = with_rows(bench.session.content, unsaved(later))
        bench.session = edited(bench.session, "Restore unsaved changes", content)
        bench.conflicts = (*bench.conflicts, *conflicts)
        number += len(changes)
    if number:
        keep_draft(bench)
        rows = "1 row" if number == 1 else f"{number} rows"
        bench.news = f"Unsaved changes to {rows} from an earlier session were restored."
        choose_again(bench)
    bench.draft.clear_left_behind()


def cells_of(
    bench: Bench, key: str, rows: Mapping[Key, dict[str, str]] | None = None
) -> dict[str, str] | None:
    """Return a statement's cells as its editor has them, in conflict or not; None if it is gone.

    `rows` are those of the statements by key, where somebody has them already.
    """
    if rows is None:
        rows = rows_by_key(bench.session.content, "statements")
    row = rows.get((bench.session.document, key))
    mine = conflict_of(bench, key)
    if mine is not None and mine.mine is not None:
        return {**(row or {}), **mine.mine}
    return row


def conflict_of(bench: Bench, key: str) -> Conflict | None:
    """Return the conflict that a statement is in; None where it is in none."""
    place = ("statements", (bench.session.document, key))
    return next((one for one in bench.conflicts if (one.table, one.key) == place), None)


def reword(bench: Bench, key: str, cells: Mapping[str, str], burst: str = "") -> None:
    """Change cells of a statement, or of the editor's version of it while it is in conflict."""
    conflict = conflict_of(bench, key)
    if conflict is None or conflict.mine is None:
        bench.session = reworded(bench.session, key, cells, burst=burst)
        return
    cleaned = {name: cleaned_words(cell) for name, cell in cells.items()}
    mine = replace(conflict, mine={**conflict.mine, **cleaned})
    bench.conflicts = tuple(mine if one is conflict else one for one in bench.conflicts)


def restore_typed(bench: Bench, copy: Mapping[str, Any]) -> None:
    """Restore what the browser kept of a cell because no kernel said that it has it.

    What was typed in a row that no kernel ever had becomes a row of its own, after the one
    (``after``) that it was added behind, or else at the end of the page.
    """
    key, column = str(copy["statement"]), str(copy.get("column", "text"))
    text = cleaned_words(str(copy["text"]))
    now = cells_of(bench, key)
    if now is not None and now[column] == text:
        return
    if now is None:
        shown = shown_statements(bench)
        if column != "text" or not text or not shown:
            return
        after = str(copy.get("after"))
        after = after if after in statements_of(bench) else shown[-1]
        bench.session, key = added(bench.session, after, text)
    elif {copy.get("base"), copy.get("seen")} & {_saved_cell(bench, key, column), now[column]}:
        reword(bench, key, {column: text})
    else:
        base, mine = ({**now, column: words} for words in (str(copy.get("base", "")), text))
        place = (bench.session.document, key)
        theirs = rows_by_key(bench.session.content, "statements").get(place)
        bench.conflicts = (*bench.conflicts, Conflict("statements", place, base, theirs, mine))
    bench.chosen = key
    bench.news = "Words that were typed while no kernel answered were restored."


def _saved_cell(bench: Bench, key: str, column: str) -> str:
    rows = rows_by_key(bench.session.saved, "statements")
    return rows.get((bench.session.document, key), {}).get(column, "")
