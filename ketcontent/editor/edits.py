"""What an editor does to statements: reword, grade, add, cut, split, join; set a finding aside.

Each function takes a `ketcontent.editor.session.Session` and returns a new one. `carried` takes the
changes of one to tables that somebody else has saved meanwhile; a row that is no longer that which
a change started from is a `ketcontent.model.Conflict`, at a restore as at a save: one way to settle
both (`settled`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from ketcontent.checks import is_never_waived
from ketcontent.editor.session import (
    EDITABLE,
    UNKEPT,
    Cells,
    RowChange,
    Session,
    edited,
    keys_of,
    opened,
    row_of,
    rows_by_key,
    with_rows,
)
from ketcontent.editor.together import decided_together
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.markup import as_markup, cited
from ketcontent.model import (
    ANSWER_COLUMNS,
    ROW_FORMS,
    TABLE_FORMS,
    TABLES,
    Conflict,
    Content,
    item_depth,
)
from ketcontent.pages import is_behind
from ketcontent.text import fold, joined


def statement_row(session: Session, statement: str) -> dict[str, str]:
    """Return the row of a statement as the editor has it, each cell as text.

    Raises
    ------
    UnknownName
        When the page has no such statement.
    """
    row = row_of(session.content, "statements", (session.document, statement))
    if row is None:
        keys = keys_of(session.content, "statements")
        known = [key for document, key in keys if document == session.document]
        raise UnknownName.of("statement", statement, known)
    return row


def reworded(session: Session, statement: str, cells: Cells, *, burst: str = "") -> Session:
    """Return the session with some cells of a statement changed.

    Characters that no field can hold become spaces, and no words end in one. A statement given a
    notice loses words of its own, and the other way round.

    Raises
    ------
    UnknownName
        When the page has no such statement, or an editor cannot change such a column.
    """
    for name in cells:
        if name not in EDITABLE:
            raise UnknownName.of("column", name, EDITABLE)
    row = statement_row(session, statement)
    cleaned = {name: cleaned_words(cell) for name, cell in cells.items()}
    # A statement has words of its own or those of a notice: the last that was given.
    if cleaned.get("notice"):
        cleaned["text"] = ""
    elif cleaned.get("text"):
        cleaned["notice"] = ""
    changed = [name for name, cell in cleaned.items() if cell != row[name]]
    name = f"Edit {' and '.join(changed).replace('_', ' ')} of {statement}"
    # The sentences of one paragraph, item or notice are set alike.
    alike = [
        {**one, "form": cleaned["form"]}
        for one in (in_order(session, row["section"]) if "form" in changed else ())
        if one["block"] == row["block"]
    ]
    if len(alike) > 1 and cleaned["form"] in ROW_FORMS:  # each row of a table stands by itself
        free = int(new_block(in_order(session, row["section"])))
        alike = [{**one, "block": str(free + place)} for place, one in enumerate(alike)]
        row = next(one for one in alike if one["statement"] == statement)
    return edited(session, name, with_statements(session, *alike, {**row, **cleaned}), burst=burst)


def cleaned_words(words: str) -> str:
    """Return words as a field can hold them, each character in its place."""
    return UNKEPT.sub(" ", words).rstrip()


def with_statements(
    session: Session, *rows: Cells, evidence_rows: Iterable[RowChange] = ()
) -> Content:
    """Return the content with these rows of statements in place, and changes to its evidence."""
    places = [(row["document"], row["statement"]) for row in rows]
    changes = [
        RowChange("statements", key, None, row) for key, row in zip(places, rows, strict=True)
    ]
    return with_rows(session.content, [*changes, *evidence_rows])


def heading_of(session: Session, section: str) -> str:
    """Return the current heading of a section; nothing where it has none."""
    sections = rows_by_key(session.content, "sections")
    return sections.get((session.document, section), {}).get("heading", "")


def in_order(session: Session, section: str) -> list[dict[str, str]]:
    """Return the rows of the statements shown in a section, in reading order."""
    heading = heading_of(session, section)
    rows = [
        row
        for row in rows_by_key(session.content, "statements").values()
        if row["document"] == session.document and row["section"] == section and row["position"]
    ]
    return sorted(rows, key=lambda row: (is_behind(row, heading), int(row["position"])))


def statements_of_section(session: Session, section: str) -> list[str]:
    """Return the statements whose rows lead to a section: shown there, cut or received there."""
    return [
        key
        for (document, key), row in rows_by_key(session.content, "statements").items()
        if document == session.document and section in (row["section"], row["supplied_section"])
    ]


def graded(session: Session, statements: Sequence[str], cells: Cells) -> Session:
    """Return the session with the same grade, or reasons for it, given to several statements.

    Raises
    ------
    UnknownName
        When the page has no such statement, or a cell is none of a grade.
    """
    grade = ("certainty", "certainty_reasons", "grade_reasons")
    for name in cells:
        if name not in grade:
            raise UnknownName.of("column", name, grade)
    cleaned = {name: cleaned_words(cell) for name, cell in cells.items()}
    rows = [{**statement_row(session, one), **cleaned} for one in statements]
    return edited(session, f"Grade {counted_keys(statements)}", with_statements(session, *rows))


def counted_keys(keys: Sequence[str], name: str = "statements") -> str:
    """Return what a step calls the rows that it changes: one by its key, several by their number.

    Examples
    --------
    >>> counted_keys(["form-1"]), counted_keys(["form-1", "form-2"])
    ('form-1', '2 statements')
    """
    return keys[0] if len(keys) == 1 else f"{len(keys)} {name}"


def new_key(session: Session, stem: str, taken: Collection[str] = ()) -> str:
    """Return a key that no statement of the page has, or ever had a sign-off or evidence under.

    Nor one of those that are `taken` by statements that are not there yet.
    """
    used = {*taken}
    used |= {key for document, key in rows_by_key(session.content, "statements")}
    used |= {row["statement"] for row in rows_by_key(session.content, "signoffs").values()}
    stem = re.sub(r"-[0-9]+$", "", stem)[:56]
    number = 1
    while f"{stem}-{number}" in used:
        number += 1
    return f"{stem}-{number}"


def numbered(rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return rows in the order given, with positions that rise; as few as can be are changed."""
    numbered: list[dict[str, str]] = []
    last = 0
    for place, row in enumerate(rows):
        position = int(row["position"] or 0)
        if position <= last:
            later = [int(one["position"] or 0) for one in rows[place + 1 :]]
            after = next((one for one in later if one > last + 1), last + 20)
            position = last + max(1, (after - last) // 2)
        numbered.append({**row, "position": str(position)})
        last = position
    return numbered


def added(session: Session, after: str, text: str = "") -> tuple[Session, str]:
    """Return the session with a new statement after another one, and the new one's key.

    It stands in the same section and takes the form of the one before it; an item of a list and a
    row of a table are one of their own, and any other sentence joins the same paragraph. What is
    added behind a caption or a row of headers is a row.
    """
    before = statement_row(session, after)
    rows = in_order(session, before["section"])
    cells = {"text": cleaned_words(text)}
    if item_depth(before["form"]) or before["form"] in TABLE_FORMS:
        cells["block"] = new_block(rows)
    if before["form"] in TABLE_FORMS:
        cells["form"] = "row"
    content, [key] = with_added(session, after, [cells])
    return edited(session, f"Add {key}", content), key


def with_added(
    session: Session, after: str, added_cells: Sequence[Cells]
) -> tuple[Content, list[str]]:
    """Return the content with new statements after another one, in order, and their keys.

    What their cells do not say of section, block, form and layer is as in the one before them.
    """
    before = statement_row(session, after)
    rows = in_order(session, before["section"])
    keys: list[str] = []
    new = []
    for cells in added_cells:
        keys.append(new_key(session, after, {*keys}))
        home = {name: before[name] for name in ("document", "section", "block", "form", "layer")}
        new.append({**dict.fromkeys(before, ""), **home, **cells, "statement": keys[-1]})
    place = next((n for n, row in enumerate(rows, 1) if row["statement"] == after), len(rows))
    return with_statements(session, *numbered([*rows[:place], *new, *rows[place:]])), keys


def new_block(rows: Sequence[Mapping[str, str]]) -> str:
    """Return the number of a block that none of the rows of a section has."""
    return str(max((int(row["block"]) for row in rows), default=0) + 1)


def cut(session: Session, *statements: str) -> Session:
    """Return the session with statements taken off the page.

    One that was saved keeps its row, with its supplied words; one that never was is gone, with its
    evidence and with what was said of it.
    """
    saved = set(keys_of(session.saved, "statements"))
    changes: list[RowChange] = []
    for statement in statements:
        row, key = statement_row(session, statement), (session.document, statement)
        if key in saved:
            off = {**row, "position": "", "text": "", "label": "", "notice": ""}
            changes.append(RowChange("statements", key, row, off))
        else:
            changes += [RowChange("statements", key, row, None), *_gone_with(session, statement)]
    content = with_rows(session.content, changes)
    return edited(session, f"Cut {counted_keys(statements)}", content)


def _gone_with(session: Session, statement: str) -> list[RowChange]:
    """Return the rows that lead to a statement, each taken away."""
    key = (session.document, statement)
    name = "/".join(key)
    gone = []
    for table in ("evidence", "comments", "proposals", "waivers"):
        for place, row in rows_by_key(session.content, table).items():
            if table == "waivers":
                of_it = row["table"] == "statements" and row["row"] == name
                of_it |= row["table"] == "evidence" and row["row"].startswith(f"{name}/")
            else:
                of_it = (row["document"], row["statement"]) == key
            if of_it:
                gone.append(RowChange(table, place, row, None))
    return gone


def brought_back(session: Session, *statements: str) -> Session:
    """Return the session with statements that were cut at the end of their sections again.

    Their words are those last saved, or else those supplied.

    Raises
    ------
    KetcontentError
        When the section of one is cut too.
    """
    content = session.content
    for statement in statements:
        now = replace(session, content=content)
        row = statement_row(now, statement)
        was = rows_by_key(session.saved, "statements").get((session.document, statement), row)
        home = row_of(content, "sections", (session.document, row["section"]))
        if home is not None and not home["position"]:
            raise KetcontentError(
                f"'{statement}' cannot come back: its section '{row['section']}' is cut.",
                hint="Bring the section back first.",
                statement=statement,
            )
        rows = in_order(now, row["section"])
        kept = {name: was[name] for name in ("text", "label", "notice")}
        if not kept["text"] and not kept["notice"]:
            words = row["supplied"]
            words = as_markup(fold(words)) if row["form"] in ROW_FORMS else cleaned_words(words)
            kept |= {"text": words, "label": row["supplied_label"]}
        last = max((int(one["position"]) for one in rows), default=0)
        back = {**row, **kept, "block": new_block(rows), "position": str(last + 10)}
        content = with_statements(now, back)
    return edited(session, f"Bring back {counted_keys(statements)}", content)


def split(session: Session, statement: str, at: int) -> tuple[Session, str]:
    """Return the session with a statement split in two at a character, and the second one's key.

    Both keep the kind, the grade and its reasons. Each source's row of evidence goes with the
    words that cite it; one that neither cites stays.

    Raises
    ------
    KetcontentError
        When no words would be left on one side.
    """
    row = statement_row(session, statement)
    first, second = row["text"][:at].strip(), row["text"][at:].strip()
    if not first or not second:
        raise KetcontentError(
            f"'{statement}' cannot be split there: one side would have no words.",
            hint="Put the cursor between two sentences.",
            statement=statement,
        )
    rows = in_order(session, row["section"])
    key = new_key(session, statement)
    received = [name for name in row if name.startswith(("supplied", "supplier_"))]
    received += ANSWER_COLUMNS  # what became of the supplied sentence stays with it
    halves = [
        {**row, "text": first},
        {**row, "text": second, "label": "", "statement": key, **dict.fromkeys(received, "")},
    ]
    if row["form"] in ROW_FORMS:  # of the two each is a row
        halves[1] |= {"block": new_block(rows), "form": "row"}
    place = next(n for n, one in enumerate(rows) if one["statement"] == statement)
    ordered = numbered([*rows[:place], *halves, *rows[place + 1 :]])
    moving: list[RowChange] = []
    for found, said in rows_by_key(session.content, "evidence").items():
        if found[:2] != (session.document, statement) or found[2] not in cited(second):
            continue
        there = {**said, "statement": key}
        moving.append(RowChange("evidence", (session.document, key, found[2]), None, there))
        if found[2] not in cited(first):
            moving.append(RowChange("evidence", found, said, None))
    content = with_statements(session, *ordered, evidence_rows=moving)
    return edited(session, f"Split {statement}", content), key


def joined_with_next(session: Session, statement: str) -> Session:
    """Return the session with a statement and the one after it in its section as one.

    Raises
    ------
    KetcontentError
        When none follows, or one of the two is a notice or a row of a table.
    """
    row = statement_row(session, statement)
    rows = in_order(session, row["section"])
    place = next((n for n, one in enumerate(rows) if one["statement"] == statement), len(rows))
    if place + 1 >= len(rows) or row["notice"] or rows[place + 1]["notice"]:
        raise KetcontentError(
            f"'{statement}' has no sentence after it in its section to join with.",
            hint="Choose a sentence that another one follows; notices stand alone.",
            statement=statement,
        )
    other = rows[place + 1]
    if {row["form"], other["form"]} & {*ROW_FORMS}:
        raise KetcontentError(
            f"'{statement}' and '{other['statement']}' are not joined: one is a row of a table.",
            hint="Write the cells into the words of one row, and cut the other.",
            statement=statement,
        )
    together = with_statements(session, {**row, "text": joined([row["text"], other["text"]])})
    said = rows_by_key(session.content, "evidence")
    taken = []
    for key, one in said.items():
        home = (session.document, statement, key[2])
        if key[:2] == (session.document, other["statement"]):
            if home not in said:
                taken.append(RowChange("evidence", home, None, {**one, "statement": statement}))
            taken.append(RowChange("evidence", key, one, None))
    rest = cut(replace(session, content=with_rows(together, taken)), other["statement"])
    name = f"Join {statement} and {other['statement']}"
    return edited(session, name, rest.content)


def waived(session: Session, finding: Cells) -> Session:
    """Return the session with a finding set aside until a day.

    Parameters
    ----------
    session
        The session.
    finding
        ``table``, ``row``, ``rule``, ``reason`` and ``until`` (a day, as ``2027-01-31``).

    Raises
    ------
    KetcontentError
        When there is no reason, or it is a sign-off that is missing.
    """
    row = {name: cleaned_words(finding.get(name, "")) for name in session.content.waivers.columns}
    if row["rule"].startswith("sign-off-"):
        raise KetcontentError("No sign-off can be waived.", hint="Have the statement signed.")
    if is_never_waived(row["rule"]):
        raise KetcontentError(
            "What the supplier changed cannot be waived.",
            hint="Decide: take theirs, keep ours or write it anew.",
        )
    if not row["reason"] or not row["until"]:
        raise KetcontentError(
            f"'{row['rule']}' is set aside without a {'day' if row['reason'] else 'reason'}.",
            hint="Say why it may stand, and until when.",
        )
    key = (row["table"], row["row"], row["rule"])
    content = with_rows(session.content, [RowChange("waivers", key, None, row)])
    return edited(session, f"Waive {row['rule']}", content)


def carried(
    document: str, changes: Iterable[RowChange], fresh: Content
) -> tuple[Session, tuple[Conflict, ...]]:
    """Return a session on freshly read tables with changes made before, and those in conflict.

    A change applies where its row is still the one that it started from, and decisions about
    proposals where they fit what others decided. A row in conflict stays as it is on disk, until
    the editor has chosen.
    """
    changes = tuple(changes)
    rows = {table: rows_by_key(fresh, table) for table in TABLES}
    kept, conflicts = [], []
    for one in changes:
        now = rows[one.table].get(one.key)
        if now == one.after:
            continue
        if now == one.before:
            kept.append(one)
        else:
            conflicts.append(Conflict(one.table, one.key, one.before, now, one.after))
    settled, left = decided_together(changes, conflicts)
    session = opened(fresh, document)
    session = edited(session, "Restore unsaved changes", with_rows(fresh, [*kept, *settled]))
    return session, tuple(left)


def settled(session: Session, conflict: Conflict, mine: Cells | None) -> Session:
    """Return the session with a row in conflict as its editor chose it."""
    change = RowChange(conflict.table, conflict.key, conflict.theirs, mine)
    name = f"Keep my {'/'.join(conflict.key)}"
    return edited(session, name, with_rows(session.content, [change]))
