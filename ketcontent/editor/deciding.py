"""Decide about what the supplier changed or withdrew: take theirs, keep ours, write anew."""

from __future__ import annotations

from typing import Literal, get_args

from ketcontent.editor.edits import cleaned_words, in_order, new_block
from ketcontent.editor.session import Cells, RowChange, Session, edited, rows_by_key, with_rows
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.markup import as_markup, cited
from ketcontent.model import Key
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
        changed = _decided_statement(session, row, choice, words)
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


def _decided_statement(session: Session, row: Cells, choice: str, words: str) -> list[Cells]:
    """Return the statement as decided, then those of its block that are set alike with it."""
    if choice == "ours":
        return [row]
    if choice == "anew":
        return [_shown(session, {**row, "text": words, "notice": ""})]
    if row["supplier_change"] == "withdrawn":
        return [{**row, "position": "", "text": "", "label": "", "notice": ""}]
    keys = "; ".join(f"@{source}" for source in cited(row["text"]))
    text = as_markup(fold(row["supplied"])) + (f" [{keys}]" if keys else "")
    taken = {**row, "text": text, "label": row["supplied_label"], "notice": ""}
    if row["supplier_was_form"] == row["supplied_form"] or not row["position"]:
        return [_shown(session, taken)]
    alike = [
        {**one, "form": row["supplied_form"]}
        for one in in_order(session, row["section"])
        if one["block"] == row["block"] and one["statement"] != row["statement"]
    ]
    return [{**taken, "form": row["supplied_form"]}, *alike]


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
