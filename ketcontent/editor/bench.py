"""What a workbench has open: the page as its editor has it, its findings, its draft.

A `Bench` is the one thing here that changes in place: each verb of the browser
(`ketcontent.editor.verbs`) puts another `ketcontent.editor.session.Session` into it. What it holds
is kept in a draft file beside the tables after every change. A draft belongs to one bench, which
holds a lock as long as its process lives; a draft whose lock is free was left by a process that is
gone, and the next workbench on that page takes it over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ketcontent.approvals import SigningKey, SignoffStatus, signoff_statuses
from ketcontent.checks import check_page
from ketcontent.diagnostics import Diagnostic
from ketcontent.editor.adding import Asking, Offered
from ketcontent.editor.drafts import Draft
from ketcontent.editor.edits import added, carried, cleaned_words, reworded
from ketcontent.editor.incoming import Incoming
from ketcontent.editor.rows import ADDED, filled, place_of
from ketcontent.editor.session import (
    RowChange,
    Session,
    draft_of,
    edited,
    keys_of,
    opened,
    read_draft,
    row_of,
    unsaved,
    with_rows,
)
from ketcontent.errors import KetcontentError
from ketcontent.model import Conflict, Content, Key, read_content
from ketcontent.pages import Edition, PageView, assemble


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
    edition: Edition = "current"
    """Which edition the browser shows as a reader sees it."""
    references: dict[Any, tuple[str, ...]] = field(default_factory=dict)
    """The formatted references of the section shown last, by the rows of its sources."""
    seen: PageView | None = None
    """The page as `page_of` last returned it."""
    stands: list[SignoffStatus] | None = None
    """Where its sign-offs stand, as `statuses_of` last returned it."""
    incoming: Incoming | None = None
    """A page that is looked at before it is written."""
    arriving: bytes = b""
    """What has come so far of a file that the browser sends in parts."""
    waiting: tuple[Session, tuple[RowChange, ...]] | None = None
    """A session, and its rows that are unsaved, as `unsaved_of` last returned them."""
    signing_key: SigningKey | None = None
    """What the editor signs with: here and nowhere else, as long as the kernel lives."""
    offered: Offered | None = None
    """Sources that were pasted or dropped, until somebody has answered what becomes of each."""
    asking: Asking | None = None
    """What registries were asked about one of them, until the answer is taken."""


def open_bench(document: str, data: str, section: str) -> Bench:
    """Return the bench of a page, with what an earlier session left unsaved taken over.

    Where no page is named it is that of the first one. A project that has none yet has a bench
    without a page, on which one can be brought in and nothing else be done.

    Raises
    ------
    UnknownName
        When there is no such page or section.
    BrokenTables
        When the tables have faults.
    """
    content = read_content(data)
    known = content.documents["document"].tolist()
    if not document and not known:
        folder = Path(data).resolve()
        return Bench(folder, Session("", content, content), Draft.claimed(folder, ""), "")
    document = document or known[0]
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
    content = bench.session.content
    if bench.seen is None:
        bench.seen = PageView(content, bench.session.document)
    elif bench.seen.content is not content:
        bench.seen, bench.stands = bench.seen.after(content), None
    return bench.seen


def statuses_of(bench: Bench) -> list[SignoffStatus]:
    """Return where all that is signed of the page stands, as its editor has it."""
    page = page_of(bench)
    if bench.stands is None:
        bench.stands = signoff_statuses(page)
    return bench.stands


def unsaved_of(bench: Bench) -> tuple[RowChange, ...]:
    """Return the rows that a save would write, compared once until a verb changes something."""
    if bench.waiting is None or bench.waiting[0] is not bench.session:
        bench.waiting = (bench.session, unsaved(bench.session))
    return bench.waiting[1]


def shown_statements(bench: Bench) -> list[str]:
    """Return the keys of the statements on the page, in reading order."""
    return [one.statement for section in page_of(bench).edition() for one in section.statements]


def statements_of(bench: Bench) -> set[str]:
    """Return the keys of the page's statements, those that were cut too."""
    keys = keys_of(bench.session.content, "statements")
    return {key for page, key in keys if page == bench.session.document}


def choose_again(bench: Bench) -> None:
    """Choose another statement where the chosen one is gone."""
    if bench.chosen not in statements_of(bench):
        bench.chosen = next(iter(shown_statements(bench)), "")


def choose_shown(bench: Bench, order: Sequence[str] = ()) -> None:
    """Choose another statement where the chosen one is off the page: that which follows it.

    `order` are the statements as they were shown before.
    """
    left = shown_statements(bench)
    if bench.chosen in left:
        return
    shown = set(left)
    place = order.index(bench.chosen) if bench.chosen in order else 0
    following = (key for key in [*order[place:], *reversed(order[:place]), *left] if key in shown)
    bench.chosen = next(following, "")


def judge_page(bench: Bench) -> None:
    """Look at the whole page with every judge."""
    session = bench.session
    found: dict[str, list[Diagnostic]] = {}
    whole = []
    here = statements_of(bench)
    for one in check_page(page_of(bench), statuses_of(bench)):
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
    empty = not bench.conflicts and not unsaved_of(bench)
    text = "" if empty else draft_of(bench.session, bench.conflicts)
    bench.draft.keep(text)


def carry_over(bench: Bench, fresh: Content) -> None:
    """Go on with freshly read tables, unsaved changes and all."""
    changes = unsaved_of(bench)
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
    bench: Bench, name: str, rows: Mapping[Key, dict[str, str]] | None = None
) -> dict[str, str] | None:
    """Return a row's cells as its editor has them, in conflict or not; None if it is gone.

    `rows` are those of its table by key, where somebody has them already.
    """
    table, place = place_of(bench.session, name)
    row = rows.get(place) if rows else row_of(bench.session.content, table, place)
    mine = conflict_of(bench, name)
    if mine is not None and mine.mine is not None:
        return {**(row or {}), **mine.mine}
    return row


def conflict_of(bench: Bench, name: str) -> Conflict | None:
    """Return the conflict that a row is in; None where it is in none."""
    place = place_of(bench.session, name) if bench.conflicts else None
    return next((one for one in bench.conflicts if (one.table, one.key) == place), None)


def reword(
    bench: Bench, name: str, cells: Mapping[str, str], burst: str = "", writer: str = ""
) -> None:
    """Change cells of a row, or of the editor's version of it while it is in conflict.

    Of a statement of which nobody has said who wrote it, `writer` is who did, where its words
    change: so that no one approves as a clinician what they wrote themselves.
    """
    conflict = conflict_of(bench, name)
    if conflict is None or conflict.mine is None:
        if ":" in name:
            bench.session = filled(bench.session, name, cells, burst=burst)
            return
        row = cells_of(bench, name) or {}
        if (
            writer
            and not row.get("author")
            and cells.keys() & {"text", "label"}
            and "author" not in cells
        ):
            cells = {**cells, "author": writer}
        bench.session = reworded(bench.session, name, cells, burst=burst)
        return
    cleaned = {column: cleaned_words(cell) for column, cell in cells.items()}
    mine = replace(conflict, mine={**conflict.mine, **cleaned})
    bench.conflicts = tuple(mine if one is conflict else one for one in bench.conflicts)


def restore_typed(bench: Bench, copy: Mapping[str, Any]) -> None:
    """Restore what the browser kept of a cell because no kernel said that it has it.

    What was typed in a statement that no kernel ever had becomes one of its own, after the one
    (``after``) that it was added behind, or else at the end of the page. A row of another table
    that is gone is there again, where a form adds rows to it. Words that have no place any more are
    told: the browser keeps them no longer.
    """
    name, column = str(copy["statement"]), str(copy.get("column", "text"))
    text = cleaned_words(str(copy["text"]))
    try:
        is_placed = _put_typed(bench, name, column, text, copy)
    except KetcontentError:  # a table that takes no rows by hand, or no such cell
        is_placed = False
    told = "Words that were typed while no kernel answered were restored."
    if is_placed is False and text:
        told = f"'{name}' is gone, and with it what was typed in its {column}: {text}"
    if is_placed is not None and told not in bench.news:
        bench.news = f"{bench.news} {told}".strip()


def _put_typed(
    bench: Bench, name: str, column: str, text: str, copy: Mapping[str, Any]
) -> bool | None:
    """Return whether words that were typed have their cell again; None where they stand there."""
    now = cells_of(bench, name)
    of_page = ":" not in name
    if now is not None and now.get(column) == text:
        return None
    if now is not None and column not in now:
        return False
    if now is None and of_page:
        shown = shown_statements(bench)
        if column != "text" or not text or not shown:
            return False if text else None
        after = str(copy.get("after"))
        after = after if after in statements_of(bench) else shown[-1]
        bench.session, name = added(bench.session, after, text)
    elif now is None and name.partition(":")[0] not in ADDED:
        return False
    elif now is None or {copy.get("base"), copy.get("seen")} & {
        _saved_cell(bench, name, column),
        now[column],
    }:
        reword(bench, name, {column: text})
    else:
        base, mine = ({**now, column: words} for words in (str(copy.get("base", "")), text))
        table, place = place_of(bench.session, name)
        theirs = row_of(bench.session.content, table, place)
        bench.conflicts = (*bench.conflicts, Conflict(table, place, base, theirs, mine))
    if of_page:
        bench.chosen = name
    return True


def _saved_cell(bench: Bench, name: str, column: str) -> str:
    row = row_of(bench.session.saved, *place_of(bench.session, name))
    return row[column] if row else ""
