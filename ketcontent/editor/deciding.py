"""Decide about what the supplier changed or withdrew: take theirs, keep ours, write anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from ketcontent.editor.edits import cleaned_words, in_order, new_block, numbered
from ketcontent.editor.session import Cells, RowChange, Session, edited, rows_by_key, with_rows
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.markup import as_markup, cited
from ketcontent.model import ROW_FORMS, TABLE_FORMS, Key, table_numbers
from ketcontent.text import fold

Choice = Literal["theirs", "ours", "anew"]


def decided(
    session: Session, table: str, key: Key, choice: str, *, reason: str, words: str = ""
) -> Session:
    """Return the session after an editor's decision about a row that the supplier changed.

    Parameters
    ----------
    session
        The session.
    table, key
        ``statements``, ``sections`` or ``documents``, and the key of the row there.
    choice
        ``theirs``: the row becomes what the supplier sends now, its citations kept, or is cut
        where it was withdrawn. ``ours``: it stays as it stands. ``anew``: it gets `words`.
    reason
        Why.
    words
        With ``anew``: the words of the sentence, the heading or the title.

    Raises
    ------
    UnknownName
        When there is no such row or choice.
    KetcontentError
        When the supplier did nothing to the row, there is no reason, no words to write anew, or
        it cannot be cut or brought back where it stands.
    """
    if choice not in get_args(Choice):
        raise UnknownName.of("choice", choice, get_args(Choice))
    rows = rows_by_key(session.content, table)
    name = "/".join(key)
    if key not in rows:
        raise UnknownName.of(table.removesuffix("s"), name, ["/".join(one) for one in rows])
    row, words, reason = rows[key], cleaned_words(words).strip(), cleaned_words(reason).strip()
    if not row["supplier_change"]:
        raise KetcontentError(
            f"The supplier did nothing to '{name}' that is to be decided.",
            hint="Change its words as any others.",
            row=name,
        )
    if not reason:
        raise KetcontentError(
            f"It is not said why '{name}' is decided so.", hint="Give a reason.", row=name
        )
    if choice == "anew" and not words:
        raise KetcontentError(
            f"There are no words to write '{name}' anew with.", hint="Write them.", row=name
        )
    if table == "statements":
        changed = [_decided_statement(session, row, choice, words)]
        if changed[0]["form"] != row["form"]:
            changed = _set_as_received(session, changed[0])
    elif table == "sections":
        changed = [_decided_section(session, row, choice, words)]
    else:
        changed = [_decided_title(row, choice, words)]
    marks = {"supplier_decision": choice, "supplier_reason": reason}
    changed[0] = {**changed[0], **marks}
    columns = session.content.schemas[table].key
    content = with_rows(
        session.content,
        [RowChange(table, tuple(one[name] for name in columns), None, one) for one in changed],
    )
    names = {"theirs": "Take theirs", "ours": "Keep ours", "anew": "Write anew"}
    return edited(session, f"{names[choice]}: {key[-1]}", content)


def _decided_statement(session: Session, row: Cells, choice: str, words: str) -> Cells:
    if choice == "ours":
        return row
    if choice == "anew":
        return _shown(session, {**row, "text": words, "notice": ""})
    if row["supplier_change"] == "withdrawn":
        return {**row, "position": "", "text": "", "label": "", "notice": ""}
    keys = "; ".join(f"@{source}" for source in cited(row["text"]))
    text = as_markup(fold(row["supplied"])) + (f" [{keys}]" if keys else "")
    taken = {**row, "text": text, "label": row["supplied_label"], "notice": ""}
    if row["supplier_was_form"] == row["supplied_form"] or not row["position"]:
        return _shown(session, taken)
    return {**taken, "form": row["supplied_form"]}


def _set_as_received(session: Session, row: Cells) -> list[Cells]:
    """Return a statement that takes its supplier's form, then the others of its section.

    It leaves its block, whose other sentences are not decided with it, and joins the one that it
    was received in where that is set so already. A row goes into the table that it is received in.
    """
    rows = in_order(session, row["section"])
    there = next(place for place, one in enumerate(rows) if one["statement"] == row["statement"])
    old = row["block"]
    row = {**row, "block": new_block(rows)}
    del rows[there]
    place = _place_in_table(session, row, rows)
    place = there if place is None else place
    for beside in rows[max(0, place - 1) : place + 1]:
        alike = all(beside[name] == row[name] for name in ("form", "layer", *_RECEIVED_IN))
        if alike and row["form"] not in ROW_FORMS:
            row["block"] = beside["block"]
    parted = {one["block"] for one in rows[:place]} & {one["block"] for one in rows[place:]} & {old}
    if parted and row["block"] != old:
        free = str(int(new_block([*rows, row])))
        behind = [{**one, "block": free} if one["block"] == old else one for one in rows[place:]]
        rows = [*rows[:place], *behind]
    ordered = numbered([*rows[:place], row, *rows[place:]])
    return [ordered[place], *ordered[:place], *ordered[place + 1 :]]


_RECEIVED_IN = ("supplied_section", "supplied_block")


def _place_in_table(session: Session, row: Cells, rows: Sequence[Cells]) -> int | None:
    """Return the place of a row among the others of its section, in the table it is received in.

    None where it is of no table, or no other row stands in that yet.
    """
    received = sorted(
        (
            one
            for one in rows_by_key(session.content, "statements").values()
            if one["document"] == row["document"]
            and one["supplied_section"] == row["supplied_section"]
            and one["supplied_position"]
        ),
        key=lambda one: int(one["supplied_position"]),
    )
    tables = table_numbers(one["supplied_form"] for one in received)
    order = {one["statement"]: place for place, one in enumerate(received)}
    own = order[row["statement"]]
    stand = {
        order[one["statement"]]: place
        for place, one in enumerate(rows)
        if one["form"] in TABLE_FORMS
        and one["statement"] in order
        and tables[own]
        and tables[order[one["statement"]]] == tables[own]
    }
    before = [number for number in stand if number < own]
    if before:
        return stand[max(before)] + 1
    return stand[min(stand)] if stand else None


def _shown(session: Session, row: Cells) -> Cells:
    """Return a statement where it stands, or at the end of its section where it was cut."""
    if row["position"]:
        return row
    # Where it is received now, which need not be where it stood.
    row = {**row, "section": row["supplied_section"] or row["section"]}
    home = rows_by_key(session.content, "sections")[row["document"], row["section"]]
    if not home["position"]:
        raise KetcontentError(
            f"'{row['statement']}' cannot come back: its section '{row['section']}' is cut.",
            hint="Keep ours, or bring the section back first.",
            statement=row["statement"],
        )
    rows = in_order(session, row["section"])
    last = max((int(one["position"]) for one in rows), default=0)
    return {**row, "block": new_block(rows), "position": str(last + 10)}


def _decided_section(session: Session, row: Cells, choice: str, words: str) -> Cells:
    if choice == "ours":
        return row
    if choice == "theirs" and not row["supplied_position"]:
        if in_order(session, row["section"]):
            raise KetcontentError(
                f"The section '{row['section']}' cannot go while sentences stand in it.",
                hint="Decide about these first, or move them to another section.",
                section=row["section"],
            )
        return {**row, "position": ""}
    rows = rows_by_key(session.content, "sections").values()
    places = (int(one["position"] or 0) for one in rows if one["document"] == row["document"])
    heading = words if choice == "anew" else row["supplied_heading"]
    return {**row, "heading": heading, "position": row["position"] or str(max(places) + 10)}


def _decided_title(row: Cells, choice: str, words: str) -> Cells:
    if choice == "ours":
        return row
    title = words if choice == "anew" else row["supplied_title"]
    if not title:
        raise KetcontentError(
            "The supplier sends no title now, and a page needs one.",
            hint="Keep ours, or write one anew.",
            document=row["document"],
        )
    return {**row, "title": title}
