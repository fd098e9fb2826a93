"""One editor's changes to a page before they are saved: edits, undo, drafts, what a save writes.

A `Session` holds the tables as they were read and as the editor has them now, and the steps
between. Every function returns a new one. What differs between the two is always known row by
row (`unsaved`): it is what a save writes, what a draft keeps, and what is carried over when
somebody else has saved meanwhile (`carried`).

Notes
-----
A step is kept as the rows before and after, not as a copy of the tables, so that undo still works
after a save, when the tables have been read anew.

A draft names the row each change started from. A row that is no longer that on disk is a
`ketcontent.tables.Conflict`, at a restore as at a save: one way to settle both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from ketcontent import evidence, prose, signoffs
from ketcontent.checks import today
from ketcontent.citations import cited, parse_sources, take_in
from ketcontent.diagnostics import Diagnostic
from ketcontent.documents import assemble
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.schemas import TABLES, Key
from ketcontent.tables import Conflict, Content, frame_of
from ketcontent.wording import joined

Cells = Mapping[str, str]

EDITABLE = (
    "label",
    "text",
    "notice",
    "form",
    "kind",
    "certainty",
    "certainty_reasons",
    "topics",
    "author",
)
"""The columns of a statement that an editor changes by hand."""

STEPS = 500
"""Steps that can be undone."""

# What no field of words can hold: control characters, those that turn text around, half letters.
_UNKEPT = re.compile("[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row before and after."""

    table: str
    """The table."""
    key: Key
    """The row's key."""
    before: Cells | None
    """Its cells as text; None where it was not there."""
    after: Cells | None
    """Its cells as text; None where it is not there any more."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that an editor did."""

    name: str
    """What it was, as the button that undoes it says."""
    changes: tuple[RowChange, ...]
    """The rows that it changed."""
    burst: str = ""
    """What keystrokes of one run of typing share, so that they are one step."""


@dataclass(frozen=True, slots=True)
class Session:
    """A page in the hands of an editor."""

    document: str
    """The page."""
    saved: Content
    """The tables as they were last read or saved."""
    content: Content
    """The tables as the editor has them."""
    done: tuple[Step, ...] = ()
    """What can be undone, the last at the end."""
    undone: tuple[Step, ...] = ()
    """What can be done again, the next at the end."""


# --- rows ------------------------------------------------------------------------------------


def rows_of(content: Content, table: str) -> dict[Key, dict[str, str]]:
    """Return the rows of a table by key, each cell as text.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> rows_of(read_content("data"), "documents")[("ketamine",)]["title"]
    'Ketamine'
    """
    schema = content.schemas[table]
    frame = getattr(content, table)
    columns = [[_text(cell) for cell in frame[name]] for name in schema.columns]
    named = (dict(zip(schema.columns, row, strict=True)) for row in zip(*columns, strict=True))
    return {tuple(row[name] for name in schema.key): row for row in named}


def _text(cell: Any) -> str:
    if cell is pd.NA or cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) or cell in (True, False) else str(cell)


def changes_of(old: Content, new: Content) -> tuple[RowChange, ...]:
    """Return the rows that differ between two contents, by table and key.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> content = read_content("data")
    >>> changes_of(content, content)
    ()
    """
    found = []
    for table in TABLES:
        if getattr(old, table) is getattr(new, table):
            continue  # functions never change a frame: the same one has the same rows
        before, after = rows_of(old, table), rows_of(new, table)
        found += [
            RowChange(table, key, before.get(key), after.get(key))
            for key in sorted(before.keys() | after.keys())
            if before.get(key) != after.get(key)
        ]
    return tuple(found)


def with_rows(content: Content, changes: Iterable[RowChange]) -> Content:
    """Return `content` with each changed row as it is afterwards.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> content = read_content("data")
    >>> new = {"notice": "n", "language": "en", "text": "Call.", "needs": ""}
    >>> more = with_rows(content, [RowChange("notices", ("n", "en"), None, new)])
    >>> len(more.notices) - len(content.notices)
    1
    """
    by_table: dict[str, list[RowChange]] = {}
    for change in changes:
        by_table.setdefault(change.table, []).append(change)
    frames: dict[str, Any] = {}
    for table, some in by_table.items():
        rows = rows_of(content, table)
        for change in some:
            if change.after is None:
                rows.pop(change.key, None)
            else:
                rows[change.key] = dict(change.after)
        frames[table] = frame_of(table, [dict(row) for row in rows.values()], content)
    return replace(content, **frames)


def unsaved(session: Session) -> tuple[RowChange, ...]:
    """Return the rows that a save would write.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session = opened(read_content("data"), "ketamine")
    >>> [one.key for one in unsaved(reworded(session, "form-1", {"label": "How"}))]
    [('ketamine', 'form-1')]
    """
    return changes_of(session.saved, session.content)


# --- a session and its steps -----------------------------------------------------------------


def opened(content: Content, document: str) -> Session:
    """Return a session on a page, with nothing changed yet.

    Raises
    ------
    UnknownName
        When there is no such page.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> opened(read_content("data"), "ketamine").done
    ()
    """
    assemble(content, document)
    return Session(document, content, content)


def edited(session: Session, name: str, content: Content, *, burst: str = "") -> Session:
    """Return the session after a step to `content`; as it was where that changes nothing.

    Parameters
    ----------
    session, name
        The session, and what the step is called.
    content
        The tables after it.
    burst
        Keystrokes of one run of typing share one, and are one step.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session = opened(read_content("data"), "ketamine")
    >>> edited(session, "nothing", session.content) == session
    True
    """
    changes = changes_of(session.content, content)
    if not changes:
        return session
    done, last = session.done, session.done[-1] if session.done else None
    if burst and last is not None and last.burst == burst:
        first = {(one.table, one.key): one.before for one in last.changes}
        now = {(one.table, one.key): one for one in (*last.changes, *changes)}
        together = (replace(one, before=first.get(place, one.before)) for place, one in now.items())
        changes = tuple(one for one in together if one.before != one.after)
        done = done[:-1]
    step = (Step(name, changes, burst),) if changes else ()
    return replace(session, content=content, done=(*done, *step)[-STEPS:], undone=())


def undo(session: Session) -> Session:
    """Return the session before its last step.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session = opened(read_content("data"), "ketamine")
    >>> unsaved(undo(reworded(session, "form-1", {"label": "How"})))
    ()
    """
    if not session.done:
        return session
    step = session.done[-1]
    back = [replace(one, before=one.after, after=one.before) for one in step.changes]
    content = with_rows(session.content, back)
    return replace(session, content=content, done=session.done[:-1], undone=(*session.undone, step))


def redo(session: Session) -> Session:
    """Return the session after the step that was undone last.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session = reworded(opened(read_content("data"), "ketamine"), "form-1", {"label": "How"})
    >>> unsaved(redo(undo(session))) == unsaved(session)
    True
    """
    if not session.undone:
        return session
    step = session.undone[-1]
    content = with_rows(session.content, step.changes)
    # A step done again ends its run of typing.
    done = (*session.done, replace(step, burst=""))
    return replace(session, content=content, done=done, undone=session.undone[:-1])


# --- the words of a statement ----------------------------------------------------------------


def statement_row(session: Session, statement: str) -> dict[str, str]:
    """Return the row of a statement as the editor has it, each cell as text.

    Raises
    ------
    UnknownName
        When the page has no such statement.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> statement_row(opened(read_content("data"), "ketamine"), "addiction-1")["kind"]
    'risk'
    """
    rows = rows_of(session.content, "statements")
    try:
        return rows[session.document, statement]
    except KeyError:
        known = [key for document, key in rows if document == session.document]
        raise UnknownName.of("statement", statement, known) from None


def reworded(session: Session, statement: str, cells: Cells, *, burst: str = "") -> Session:
    """Return the session with some cells of a statement changed.

    Characters that no field can hold become spaces, and no words end in one. A statement given a
    notice loses words of its own, and the other way round.

    Raises
    ------
    UnknownName
        When the page has no such statement, or an editor cannot change such a column.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session = opened(read_content("data"), "ketamine")
    >>> session = reworded(session, "addiction-1", {"text": "It may harm.\\n"})
    >>> statement_row(session, "addiction-1")["text"], session.done[-1].name
    ('It may harm.', 'Edit text of addiction-1')
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
    return edited(session, name, _with(session, *alike, {**row, **cleaned}), burst=burst)


def cleaned_words(words: str) -> str:
    """Return words as a field can hold them, each character in its place.

    Examples
    --------
    >>> cleaned_words("one\\ntwo\\u202e ")
    'one two'
    """
    return _UNKEPT.sub(" ", words).rstrip()


def _with(session: Session, *rows: Cells, evidence_rows: Iterable[RowChange] = ()) -> Content:
    """Return the content with these rows of statements in place, and changes to its evidence."""
    places = [(row["document"], row["statement"]) for row in rows]
    changes = [
        RowChange("statements", key, None, row) for key, row in zip(places, rows, strict=True)
    ]
    return with_rows(session.content, [*changes, *evidence_rows])


def in_order(session: Session, section: str) -> list[dict[str, str]]:
    """Return the rows of the statements shown in a section, in reading order.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session = opened(read_content("data"), "ketamine")
    >>> [row["statement"] for row in in_order(session, "lasting-harm")][:2]
    ['lasting-1', 'addiction-1']
    """
    rows = [
        row
        for row in rows_of(session.content, "statements").values()
        if row["document"] == session.document and row["section"] == section and row["position"]
    ]
    return sorted(rows, key=lambda row: int(row["position"]))


def _new_key(session: Session, stem: str) -> str:
    """Return a key that no statement of the page has, or ever had a sign-off or evidence under."""
    used = {key for document, key in rows_of(session.content, "statements")}
    used |= {row["statement"] for row in rows_of(session.content, "signoffs").values()}
    stem = re.sub(r"-[0-9]+$", "", stem)[:56]
    number = 1
    while f"{stem}-{number}" in used:
        number += 1
    return f"{stem}-{number}"


def _numbered(rows: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
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

    It stands in the same section and takes the form of the one before it; an item of a list is an
    item of its own, and any other sentence joins the same paragraph.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session, key = added(opened(read_content("data"), "ketamine"), "addiction-1", "New.")
    >>> key, statement_row(session, key)["section"]
    ('addiction-4', 'lasting-harm')
    """
    before = statement_row(session, after)
    rows = in_order(session, before["section"])
    key = _new_key(session, after)
    new = {
        **dict.fromkeys(before, ""),
        **{name: before[name] for name in ("document", "section", "block", "form")},
        "statement": key,
        "text": cleaned_words(text),
    }
    if before["form"] == "item":
        new["block"] = _new_block(rows)
    place = next((n for n, row in enumerate(rows, 1) if row["statement"] == after), len(rows))
    content = _with(session, *_numbered([*rows[:place], new, *rows[place:]]))
    return edited(session, f"Add {key}", content), key


def _new_block(rows: Sequence[Mapping[str, str]]) -> str:
    return str(max((int(row["block"]) for row in rows), default=0) + 1)


def cut(session: Session, statement: str) -> Session:
    """Return the session with a statement taken off the page.

    One that was received keeps its supplied words; one that was never saved is gone, with its
    evidence.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session = cut(opened(read_content("data"), "ketamine"), "addiction-1")
    >>> statement_row(session, "addiction-1")["position"]
    ''
    """
    row = statement_row(session, statement)
    key = (session.document, statement)
    if key not in rows_of(session.saved, "statements"):
        gone = [
            RowChange("evidence", place, None, None)
            for place in rows_of(session.content, "evidence")
            if place[:2] == key
        ]
        content = with_rows(session.content, [RowChange("statements", key, row, None), *gone])
    else:
        content = _with(session, {**row, "position": "", "text": "", "label": "", "notice": ""})
    return edited(session, f"Cut {statement}", content)


def brought_back(session: Session, statement: str) -> Session:
    """Return the session with a statement that was cut at the end of its section again.

    Its words are those last saved, or else those supplied.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session = brought_back(opened(read_content("data"), "ketamine"), "reviews-1")
    >>> statement_row(session, "reviews-1")["text"]
    'There are no reviews yet.'
    """
    row = statement_row(session, statement)
    was = rows_of(session.saved, "statements").get((session.document, statement), row)
    rows = in_order(session, row["section"])
    kept = {name: was[name] for name in ("text", "label", "notice")}
    if not kept["text"] and not kept["notice"]:
        kept |= {"text": cleaned_words(row["supplied"]), "label": row["supplied_label"]}
    last = max((int(one["position"]) for one in rows), default=0)
    back = {**row, **kept, "block": _new_block(rows), "position": str(last + 10)}
    return edited(session, f"Bring back {statement}", _with(session, back))


def moved(session: Session, statement: str, direction: Literal["up", "down"]) -> Session:
    """Return the session with a statement one place up or down, into the next section at an end.

    Two neighbours change places: each takes the other's place in its paragraph or list.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session = moved(opened(read_content("data"), "ketamine"), "addiction-2", "up")
    >>> [row["statement"] for row in in_order(session, "lasting-harm")][1:3]
    ['addiction-2', 'addiction-1']
    """
    row = statement_row(session, statement)
    rows = in_order(session, row["section"])
    places = {one["statement"]: place for place, one in enumerate(rows)}
    if statement not in places:
        return session
    step = -1 if direction == "up" else 1
    place = places[statement] + step
    name = f"Move {statement} {direction}"
    if 0 <= place < len(rows):
        other = rows[place]
        spots = ("position", "block", "form")
        content = _with(
            session,
            {**row, **{spot: other[spot] for spot in spots}},
            {**other, **{spot: row[spot] for spot in spots}},
        )
        return edited(session, name, content)
    sections = [one.section for one in assemble(session.content, session.document)]
    beside = sections.index(row["section"]) + step
    if not 0 <= beside < len(sections):
        return session
    return edited(session, name, _placed(session, row, sections[beside], first=step > 0))


def placed(session: Session, statement: str, section: str) -> Session:
    """Return the session with a statement at the end of another section.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session = placed(opened(read_content("data"), "ketamine"), "addiction-2", "conclusion")
    >>> in_order(session, "conclusion")[-1]["statement"]
    'addiction-2'
    """
    row = statement_row(session, statement)
    if row["section"] == section or not row["position"]:
        return session
    content = _placed(session, row, section, first=False)
    return edited(session, f"Move {statement} to {section}", content)


def _placed(session: Session, row: Mapping[str, str], section: str, *, first: bool) -> Content:
    rows = in_order(session, section)
    there = {**row, "section": section, "block": _new_block(rows), "position": ""}
    if first:
        return _with(session, *_numbered([{**there, "position": "1"}, *rows]))
    last = max((int(one["position"]) for one in rows), default=0)
    return _with(session, {**there, "position": str(last + 10)})


def split(session: Session, statement: str, at: int) -> tuple[Session, str]:
    """Return the session with a statement split in two at a character, and the second one's key.

    Both keep the kind, the grade and its reasons. Each source's row of evidence goes with the
    words that cite it; one that neither cites stays.

    Raises
    ------
    KetcontentError
        When no words would be left on one side.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session = opened(read_content("data"), "ketamine")
    >>> session = reworded(session, "addiction-2", {"text": "Tell your doctor. Ask for help."})
    >>> session, key = split(session, "addiction-2", 17)
    >>> [statement_row(session, one)["text"] for one in ("addiction-2", key)]
    ['Tell your doctor.', 'Ask for help.']
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
    key = _new_key(session, statement)
    received = [name for name in row if name.startswith("supplied")]
    halves = [
        {**row, "text": first},
        {**row, "text": second, "label": "", "statement": key, **dict.fromkeys(received, "")},
    ]
    place = next(n for n, one in enumerate(rows) if one["statement"] == statement)
    ordered = _numbered([*rows[:place], *halves, *rows[place + 1 :]])
    moving: list[RowChange] = []
    for found, said in rows_of(session.content, "evidence").items():
        if found[:2] != (session.document, statement) or found[2] not in cited(second):
            continue
        there = {**said, "statement": key}
        moving.append(RowChange("evidence", (session.document, key, found[2]), None, there))
        if found[2] not in cited(first):
            moving.append(RowChange("evidence", found, said, None))
    content = _with(session, *ordered, evidence_rows=moving)
    return edited(session, f"Split {statement}", content), key


def joined_with_next(session: Session, statement: str) -> Session:
    """Return the session with a statement and the one after it in its section as one.

    Raises
    ------
    KetcontentError
        When none follows, or one of the two is a notice.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session = joined_with_next(opened(read_content("data"), "ketamine"), "addiction-2")
    >>> statement_row(session, "addiction-2")["text"].count(".")
    2
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
    together = _with(session, {**row, "text": joined([row["text"], other["text"]])})
    said = rows_of(session.content, "evidence")
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


# --- evidence --------------------------------------------------------------------------------


def with_evidence(session: Session, statement: str, cells: Cells) -> Session:
    """Return the session with what a source says on a statement, and the source cited there.

    Parameters
    ----------
    session, statement
        The session and the statement.
    cells
        ``source``, ``role``, ``finding``, and where known ``locator`` and ``checked_on``. A row
        that is there keeps the cells that are not named.

    Raises
    ------
    UnknownName
        When there is no such statement or source.
    KetcontentError
        When there is no word on what the source found.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session = opened(read_content("data"), "ketamine")
    >>> row = {"source": "berman-2000", "role": "supports", "finding": "Seven people."}
    >>> session = with_evidence(session, "addiction-2", row)
    >>> statement_row(session, "addiction-2")["text"][-16:]
    '. [@berman-2000]'
    """
    row = statement_row(session, statement)
    known = [key for (key,) in rows_of(session.content, "sources")]
    source = cells.get("source", "")
    if source not in known:
        raise UnknownName.of("source", source, known)
    key = (session.document, statement, source)
    was = rows_of(session.content, "evidence").get(key)
    empty = dict.fromkeys(session.content.schemas["evidence"].columns, "")
    given = {name: cleaned_words(cell) for name, cell in cells.items() if name in empty}
    said = {**(was or empty), **given, "document": key[0], "statement": statement}
    if not said["finding"]:
        raise KetcontentError(
            f"There is no word on what '{source}' found.",
            hint="Say in a sentence what it says on this statement.",
            source=source,
        )
    if was is None and source not in cited(row["text"]) and not row["notice"]:
        row = {**row, "text": f"{row['text']} [@{source}]".strip()}
    change = RowChange("evidence", key, was, said)
    content = _with(session, row, evidence_rows=[change])
    return edited(session, f"Cite {source} in {statement}", content)


def without_evidence(session: Session, statement: str, source: str) -> Session:
    """Return the session without a source's row of evidence on a statement, and uncited there.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session = opened(read_content("data"), "ketamine")
    >>> session = without_evidence(session, "addiction-1", "winstock-2012")
    >>> "@" in statement_row(session, "addiction-1")["text"]
    False
    """
    row = statement_row(session, statement)
    change = RowChange("evidence", (session.document, statement, source), None, None)
    bare = {**row, "text": _uncited(row["text"], source)}
    content = _with(session, bare, evidence_rows=[change])
    return edited(session, f"Remove {source} from {statement}", content)


def _uncited(text: str, source: str) -> str:
    """Return a text without its citations of a source."""

    def kept(found: re.Match[str]) -> str:
        keys = [key.strip() for key in found[2].split(";")]
        left = [key for key in keys if key != f"@{source}"]
        return f"{found[1]}[{'; '.join(left)}]" if left else ""

    return re.sub(r"(\s*)(?<!\\)\[(@[a-z0-9-]+(?:\s*;\s*@[a-z0-9-]+)*)\]", kept, text)


def with_pasted(session: Session, text: str) -> tuple[Session, tuple[str, ...]]:
    """Return the session with the sources of a pasted text, and the keys that they have here.

    Raises
    ------
    KetcontentError
        When the text is neither CSL-JSON, RIS nor BibTeX, or an entry lacks a title or a type.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session = opened(read_content("data"), "ketamine")
    >>> text = "TY  - BOOK\\nTI  - Tea\\nAU  - Roe, Jo\\nPY  - 2020\\nER  - "
    >>> with_pasted(session, text)[1]
    ('roe-2020',)
    """
    rows = parse_sources(text, "What was pasted")
    content = take_in(session.content, rows)
    found = tuple(key for row in rows if (key := _key_of_source(content, row)))
    return edited(session, f"Add {', '.join(found)}", content), found


def _key_of_source(content: Content, row: Mapping[str, str]) -> str:
    """Return the key under which a source that was taken in stands."""
    for (key,), known in rows_of(content, "sources").items():
        same = any(
            row.get(name) and row[name].lower() == known[name].lower() for name in ("doi", "pmid")
        )
        if same or key == row["source"]:
            return key
    return ""


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

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session = opened(read_content("data"), "ketamine")
    >>> waived(session, {"table": "statements", "row": "ketamine/form-1", "rule": "promotion",
    ...     "reason": "", "until": "2027-01-31"})
    Traceback (most recent call last):
        ...
    ketcontent.errors.KetcontentError: 'promotion' is set aside without a reason.
    hint: Say why it may stand, and until when.
    """
    row = {name: cleaned_words(finding.get(name, "")) for name in session.content.waivers.columns}
    if row["rule"].startswith("sign-off-"):
        raise KetcontentError("No sign-off can be waived.", hint="Have the statement signed.")
    if not row["reason"] or not row["until"]:
        raise KetcontentError(
            f"'{row['rule']}' is set aside without a {'day' if row['reason'] else 'reason'}.",
            hint="Say why it may stand, and until when.",
        )
    key = (row["table"], row["row"], row["rule"])
    content = with_rows(session.content, [RowChange("waivers", key, None, row)])
    return edited(session, f"Waive {row['rule']}", content)


def found_sources(content: Content, words: str, *, most: int = 12) -> list[dict[str, str]]:
    """Return the sources in which every word stands somewhere: key, title, authors, year, DOI.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> [row["source"] for row in found_sources(read_content("data"), "NONPSYCHOTIC anand")]
    ['anand-2023']
    """
    wanted = words.casefold().split()
    found = []
    for row in rows_of(content, "sources").values():
        if all(word in " ".join(row.values()).casefold() for word in wanted):
            found.append(row)
            if len(found) == most:
                break
    return found


# --- what the judges say while one types -----------------------------------------------------


def faults_of(content: Content, document: str, statement: str) -> list[Diagnostic]:
    """Return what the judges find in one statement, worst first, waived findings aside.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> content = read_content("data")
    >>> session = reworded(opened(content, "ketamine"), "form-1", {"text": "A miracle cure."})
    >>> {one.severity for one in faults_of(session.content, "ketamine", "form-1")}
    {'error'}
    """
    return worst_first(
        [
            *sentence_faults(content, document, statement),
            *page_faults(content, document, statement),
        ]
    )


def sentence_faults(content: Content, document: str, statement: str) -> list[Diagnostic]:
    """Return what the judges find in a statement who look at one sentence at a time.

    They see a page of that sentence alone, so this takes no longer on a long page.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> sentence_faults(read_content("data"), "ketamine", "addiction-2")[0].rule
    'sign-off-missing'
    """
    alone = alone_with(content, document, statement)
    judges: tuple[Callable[..., list[Diagnostic]], ...] = (
        evidence.judge_support,
        evidence.judge_certainty,
        prose.judge_rules,
        prose.judge_readability,
        signoffs.judge_signoffs,
    )
    found = [fault for judge in judges for fault in judge(alone, document)]
    return _standing(content, found, f"{document}/{statement}")


def page_faults(content: Content, document: str, statement: str) -> list[Diagnostic]:
    """Return what the judges find in a statement who read the whole page: first uses, repetition.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> page_faults(read_content("data"), "ketamine", "addiction-2")
    []
    """
    found = [*prose.judge_terms(content, document), *prose.judge_repetition(content, document)]
    return _standing(content, found, f"{document}/{statement}")


def worst_first(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return faults of one statement, each once, errors first, then by their place.

    Examples
    --------
    >>> worst_first([])
    []
    """
    order = {"error": 0, "warning": 1, "advice": 2}
    return sorted(dict.fromkeys(found), key=lambda one: (order[one.severity], one.span or (0, 0)))


def _standing(content: Content, found: list[Diagnostic], key: str) -> list[Diagnostic]:
    """Return the faults of a statement and its evidence that no waiver sets aside today."""
    day = today().isoformat()
    passing = {
        (row["table"], row["row"], row["rule"])
        for row in rows_of(content, "waivers").values()
        if row["until"] >= day and not row["rule"].startswith("sign-off-")
    }
    return [
        one
        for one in found
        if (one.key == key or one.key.startswith(f"{key}/"))
        and (one.table, one.key, one.rule) not in passing
    ]


def alone_with(content: Content, document: str, statement: str) -> Content:
    """Return `content` with a page of one statement.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> len(alone_with(read_content("data"), "ketamine", "form-1").statements)
    1
    """
    frames: dict[str, Any] = {
        "documents": content.documents[content.documents["document"] == document]
    }
    for table in ("statements", "evidence", "signoffs"):
        frame = getattr(content, table)
        own = (frame["document"] == document) & (frame["statement"] == statement)
        frames[table] = frame[own].reset_index(drop=True)
    homes = set(frames["statements"]["section"])
    sections = content.sections
    shown = (sections["document"] == document) & sections["section"].isin(homes)
    frames["sections"] = sections[shown].assign(heading="")
    return replace(content, **frames)


@dataclass(frozen=True, slots=True)
class Voided:
    """A sign-off that is valid as saved and would not be after a save."""

    statement: str
    """The statement."""
    capacity: str
    """As what it was signed."""
    person: str
    """Who signed."""
    signed_on: str
    """When."""


def voided(session: Session) -> list[Voided]:
    """Return the sign-offs that a save would void.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> voided(opened(read_content("data"), "ketamine"))
    []
    """
    if session.saved.signoffs.empty or session.saved is session.content:
        return []
    now = {
        (one.statement, one.capacity): one.state
        for one in signoffs.standings(session.content, session.document)
    }
    return [
        Voided(one.statement, one.capacity, one.person, one.signed_on)
        for one in signoffs.standings(session.saved, session.document)
        if one.state == "valid" and now.get((one.statement, one.capacity)) != "valid"
    ]


# --- others, and what outlives a process -----------------------------------------------------


def carried(
    document: str, changes: Iterable[RowChange], fresh: Content
) -> tuple[Session, tuple[Conflict, ...]]:
    """Return a session on freshly read tables with changes made before, and those in conflict.

    A change applies where its row is still the one that it started from. A row in conflict stays
    as it is on disk, until the editor has chosen.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> content = read_content("data")
    >>> session = reworded(opened(content, "ketamine"), "form-1", {"label": "How"})
    >>> carried("ketamine", unsaved(session), content)[1]
    ()
    """
    rows = {table: rows_of(fresh, table) for table in TABLES}
    kept, conflicts = [], []
    for one in changes:
        now = rows[one.table].get(one.key)
        if now == one.after:
            continue
        if now == one.before:
            kept.append(one)
        else:
            conflicts.append(Conflict(one.table, one.key, one.before, now, one.after))
    session = opened(fresh, document)
    session = edited(session, "Restore unsaved changes", with_rows(fresh, kept))
    return session, tuple(conflicts)


def settled(session: Session, conflict: Conflict, mine: Cells | None) -> Session:
    """Return the session with a row in conflict as its editor chose it.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session = opened(read_content("data"), "ketamine")
    >>> row = statement_row(session, "form-1")
    >>> conflict = Conflict("statements", ("ketamine", "form-1"), row, row, row)
    >>> unsaved(settled(session, conflict, row))
    ()
    """
    change = RowChange(conflict.table, conflict.key, conflict.theirs, mine)
    name = f"Keep my {'/'.join(conflict.key)}"
    return edited(session, name, with_rows(session.content, [change]))


def draft_of(session: Session, conflicts: Collection[Conflict] = ()) -> str:
    """Return the unsaved changes of a session as JSON, and what is still in conflict.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> session = opened(read_content("data"), "ketamine")
    >>> read_draft(draft_of(session))
    ()
    """
    changes = [*unsaved(session), *_waiting(conflicts)]
    rows = [
        {"table": one.table, "key": one.key, "before": one.before, "after": one.after}
        for one in changes
    ]
    return json.dumps({"document": session.document, "rows": rows}, indent=1, ensure_ascii=False)


def _waiting(conflicts: Collection[Conflict]) -> list[RowChange]:
    return [RowChange(one.table, one.key, one.base, one.mine) for one in conflicts]


def read_draft(text: str) -> tuple[RowChange, ...]:
    """Return the changes that a draft holds; none where it is no draft.

    Examples
    --------
    >>> read_draft("cut sho")
    ()
    """
    try:
        rows = json.loads(text)["rows"]
        return tuple(
            RowChange(row["table"], tuple(row["key"]), row["before"], row["after"])
            for row in rows
            if row["table"] in TABLES
        )
    except (ValueError, KeyError, TypeError):
        return ()
