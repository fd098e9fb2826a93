"""What the browser can ask: each verb changes the bench, and returns what to show.

A verb takes the bench and the message, with the verb's own arguments in it (`VERBS`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ketcontent.approvals import sign_off, signables, unlock
from ketcontent.checks import installed_judges
from ketcontent.clock import today
from ketcontent.discussion import propose
from ketcontent.editor.bench import (
    Bench,
    carry_over,
    choose_again,
    judge_page,
    restore_typed,
    reword,
    statements_of,
    unsaved_of,
)
from ketcontent.editor.bringing_in import INCOMING_VERBS, incoming_of
from ketcontent.editor.citing import with_evidence, without_evidence
from ketcontent.editor.deciding import decided
from ketcontent.editor.edits import (
    added,
    carried,
    cleaned_words,
    joined_with_next,
    settled,
    split,
    statement_row,
    waived,
)
from ketcontent.editor.feedback import open_errors
from ketcontent.editor.listing import changed_statements
from ketcontent.editor.pasting import PASTE_VERBS
from ketcontent.editor.reader import reader_view
from ketcontent.editor.reading_verbs import READING, Verb, character
from ketcontent.editor.restructuring import STRUCTURE_VERBS
from ketcontent.editor.rows import filled, place_of, removed, row_name, tables_shown
from ketcontent.editor.session import Session, redo, rows_by_key, undo
from ketcontent.editor.source_verbs import SOURCE_VERBS, contact
from ketcontent.editor.views import (
    Answer,
    all_rows,
    around_chosen,
    cells_view,
    everything_shown,
    findings_while_typing,
    row_form,
    written_rows,
)
from ketcontent.errors import KetcontentError, SaveConflict
from ketcontent.model import TABLES, Content, read_content, write_content
from ketcontent.pages import PageView


def _open(bench: Bench, message: Mapping[str, Any]) -> Answer:
    if not bench.session.document:
        news, bench.news = bench.news, ""
        page = {"document": "", "title": "No page yet", "language": "en"}
        return {"page": page, "listing": [], "news": news, "incoming": incoming_of(bench)}
    if message.get("was") in statements_of(bench):  # where the editor was before a reload
        bench.chosen = str(message["was"])
    for one in message.get("kept", ()):
        restore_typed(bench, one)
    news, bench.news = bench.news, ""
    return {
        "choices": _choices(bench.session.content),
        "news": news,
        "incoming": incoming_of(bench),
        "rows": all_rows(bench),
        **everything_shown(bench),
    }


def _choices(content: Content) -> Answer:
    """Return what the menus offer, among it who can say that they are at the workbench."""
    return {
        "judges": installed_judges(),
        "contact": contact(),
        "notices": list(dict.fromkeys(content.notices["notice"])),
        "topics": [
            {"key": key, "question": row["question"]}
            for (key,), row in rows_by_key(content, "topics").items()
        ],
        "people": [
            {"key": key, "name": row["name"], "credential": row["credential"]}
            for (key,), row in rows_by_key(content, "people").items()
        ],
    }


def _choose(bench: Bench, message: Mapping[str, Any]) -> Answer:
    bench.chosen = str(message.get("statement", bench.chosen))
    return around_chosen(bench)


def _look(bench: Bench, _: Mapping[str, Any]) -> Answer:
    return {"rows": all_rows(bench), **everything_shown(bench)}


def _judge(bench: Bench, _: Mapping[str, Any]) -> Answer:
    judge_page(bench)
    return everything_shown(bench)


def _edit(bench: Bench, message: Mapping[str, Any]) -> Answer:
    name = str(message["statement"])
    cells = {str(column): str(cell) for column, cell in message["cells"].items()}
    people = rows_by_key(bench.session.content, "people")
    writer = str(message.get("person", ""))
    reword(bench, name, cells, str(message.get("burst", "")), writer if (writer,) in people else "")
    if ":" in name:
        return {}
    if "chosen" not in message:
        bench.chosen = name
    return {"faults": findings_while_typing(bench, name)}


def _form(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Show the form of a row, and what is found in the page as it now is."""
    judge_page(bench)
    name = str(message["statement"])
    cells = cells_view(bench, name)
    shown = everything_shown(bench)
    table, key = place_of(bench.session, name)
    if table == "sections" and key[0] == bench.session.document and cells:
        shown["preview"] = reader_view(bench, key[1])
    return {"form": row_form(bench, name), "rows": {name: cells} if cells else {}, **shown}


def _tables(bench: Bench, _: Mapping[str, Any]) -> Answer:
    pages = [
        {"document": key, "title": row["title"] or key}
        for (key,), row in rows_by_key(bench.session.content, "documents").items()
        if key != bench.session.document
    ]
    return {"tables": tables_shown(bench.session), "pages": pages}


def _put_right(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Fill cells of a row at once, as a button at a finding says."""
    name = str(message["statement"])
    reword(bench, name, {str(one): str(cell) for one, cell in message["cells"].items()})
    judge_page(bench)
    return everything_shown(bench)


def _add_row(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Add a row of which there is the key alone, where none is there yet."""
    table, key = place_of(bench.session, f"{message['table']}:{'/'.join(message['key'])}")
    name = row_name(table, key)
    bench.session = filled(bench.session, name, {})
    return _form(bench, {"statement": name})


def _remove_row(bench: Bench, message: Mapping[str, Any]) -> Answer:
    bench.session = removed(bench.session, str(message["statement"]))
    judge_page(bench)
    return everything_shown(bench)


def _add(bench: Bench, message: Mapping[str, Any]) -> Answer:
    bench.session, bench.chosen = added(bench.session, str(message["statement"]))
    return {"new": bench.chosen, **everything_shown(bench)}


def _split(bench: Bench, message: Mapping[str, Any]) -> Answer:
    key = str(message["statement"])
    text = statement_row(bench.session, key)["text"]
    at = character(text, int(message["at"]))
    bench.session, new = split(bench.session, key, at)
    return {"new": new, **everything_shown(bench)}


def _join(bench: Bench, message: Mapping[str, Any]) -> Answer:
    bench.session = joined_with_next(bench.session, str(message["statement"]))
    return everything_shown(bench)


def _cite(bench: Bench, message: Mapping[str, Any]) -> Answer:
    cells = {str(name): str(cell) for name, cell in message["cells"].items()}
    bench.session = with_evidence(bench.session, str(message["statement"]), cells)
    return around_chosen(bench)


def _uncite(bench: Bench, message: Mapping[str, Any]) -> Answer:
    key, source = str(message["statement"]), str(message["source"])
    bench.session = without_evidence(bench.session, key, source)
    return around_chosen(bench)


def _waive(bench: Bench, message: Mapping[str, Any]) -> Answer:
    finding = {str(name): str(cell) for name, cell in message["finding"].items()}
    bench.session = waived(bench.session, finding)
    judge_page(bench)
    return everything_shown(bench)


def _decide(bench: Bench, message: Mapping[str, Any]) -> Answer:
    table, key = str(message["table"]), tuple(str(part) for part in message["key"])
    bench.session = decided(
        bench.session,
        table,
        key,
        str(message["choice"]),
        reason=str(message.get("reason", "")),
        words=str(message.get("words", "")),
    )
    if table == "statements":
        bench.chosen = key[1]
    judge_page(bench)
    return everything_shown(bench)


def _undo(bench: Bench, _: Mapping[str, Any]) -> Answer:
    return _stepped(bench, undo(bench.session))


def _redo(bench: Bench, _: Mapping[str, Any]) -> Answer:
    return _stepped(bench, redo(bench.session))


def _save(bench: Bench, _: Mapping[str, Any]) -> Answer:
    changes = unsaved_of(bench)
    if not changes:
        return {"news": "Everything is saved already."}
    try:
        written = write_content(bench.session.content)
    except SaveConflict:
        # What others decided of the same sentence may fit: then nobody has to choose.
        fresh = read_content(bench.folder)
        session, conflicts = carried(bench.session.document, changes, fresh)
        if conflicts:
            raise
        bench.session = session
        changes = unsaved_of(bench)
        written = write_content(session.content)
    saved = as_edited(as_before(written, bench.session.saved), bench.session.content)
    bench.session = replace(bench.session, saved=saved, content=saved)
    judge_page(bench)
    return {
        "saved": [written_rows(one) for one in changes],
        "choices": _choices(saved),  # who was added can choose their name
        **everything_shown(bench),
    }


def as_before(fresh: Content, before: Content) -> Content:
    """Return freshly read tables with the frames of those that say what they said before.

    What is the same frame is compared and judged no second time.
    """
    if fresh.origin is None or before.origin is None:
        return fresh
    read, was = fresh.origin.read, before.origin.read
    same = {table: getattr(before, table) for table in TABLES if read[table] == was[table]}
    return replace(fresh, **same)


def as_edited(fresh: Content, edited: Content) -> Content:
    """Return tables just saved with the frames that the editor had, of those that say the same.

    What was assembled of them need not be assembled once more.
    """
    both = ((table, getattr(fresh, table), getattr(edited, table)) for table in TABLES)
    others = ((table, now, had) for table, now, had in both if now is not had)
    return replace(fresh, **{table: had for table, now, had in others if now.equals(had)})


def _settle(bench: Bench, message: Mapping[str, Any]) -> Answer:
    place = (str(message["table"]), tuple(message["key"]))
    found = next((one for one in bench.conflicts if (one.table, one.key) == place), None)
    if found is None:
        return everything_shown(bench)
    mine = found.mine
    if message["choice"] == "edit" and mine is not None:
        mine = {**mine, "text": cleaned_words(str(message["text"]))}
    if message["choice"] != "theirs":
        bench.session = settled(bench.session, found, mine)
    bench.conflicts = tuple(one for one in bench.conflicts if one is not found)
    choose_again(bench)
    if found.table not in ("statements", "evidence"):
        judge_page(bench)
    if found.table == "statements" and found.key[1] in statements_of(bench):
        bench.chosen = found.key[1]
    return everything_shown(bench)


def _sign(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Sign one thing, or several statements that the reviewer has before them.

    ``digests`` says what each was when it was shown to be read.
    """
    keys = [str(one) for one in message.get("statements", ())] or [str(message["statement"])]
    document = bench.session.document
    if ":" not in keys[0]:
        bench.chosen = keys[0]
    changed = changed_statements(bench)
    for key in keys:
        if key in changed:
            raise KetcontentError(
                f"'{key}' has changes that are not saved.",
                hint="Save them, or undo them, then sign the words that stand.",
            )
    fresh = read_content(bench.folder)
    seen, now = (
        {one.key: one.digest for one in signables(PageView(tables, document)) if one.key in keys}
        for tables in (bench.session.saved, fresh)
    )
    seen |= message.get("digests", {})
    comment = str(message.get("comment", ""))
    for key in keys:
        if key not in seen or seen[key] != now.get(key):
            carry_over(bench, fresh)
            raise KetcontentError(
                f"Somebody changed '{key}' while you read it; nothing was signed.",
                hint="Read the words as they are now, then sign.",
            )
        errors = open_errors(PageView(fresh, document), key)
        if errors and message["verdict"] == "approved" and not comment.strip():
            raise KetcontentError(
                f"'{key}' has open errors ({len(errors)}): {errors[0].message}",
                hint="Put them right, or say in the comment why it may be approved as it stands.",
            )
    signed = fresh
    for key in keys:
        signed = sign_off(
            signed,
            document,
            key,
            person=str(message["person"]),
            capacity=message["capacity"],
            verdict=message["verdict"],
            comment=comment,
            signed_on=today(),
            signing_key=bench.signing_key,
        )
    words = cleaned_words(str(message.get("words", "")))
    if words and message["verdict"] == "changes-requested":
        signed = propose(
            signed,
            document,
            keys[0],
            words,
            digest=seen[keys[0]],
            person=str(message["person"]),
            reason=comment,
            proposed_on=today(),
        )
    carry_over(bench, write_content(signed))
    if ":" in keys[0]:  # a title, a heading, a term: listed with what is found in the whole page
        judge_page(bench)
    return everything_shown(bench)


def _unlock(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Take a signing key to hand, or put it away where no file is named."""
    bench.signing_key = None
    if not message["file"]:
        return around_chosen(bench)
    file, passphrase = str(message["file"]), str(message["passphrase"])
    bench.signing_key = unlock(file, passphrase, data=bench.folder)
    if bench.signing_key.public in set(bench.session.content.signing_keys["public_key"]):
        return around_chosen(bench)
    carry_over(bench, read_content(bench.folder))  # somebody may just have entered it
    return everything_shown(bench)


def _stepped(bench: Bench, session: Session) -> Answer:
    """Show where a step that was undone or done again happened."""
    longer = max(session, bench.session, key=lambda one: len(one.done))
    step = longer.done[-1] if session is not bench.session else None
    bench.session = session
    # What is of no one statement: the page is judged anew.
    own = ("statements", "evidence", "proposals", "comments")
    if step and any(one.table not in own for one in step.changes):
        judge_page(bench)
    choose_again(bench)
    touched = [
        str((one.after or one.before or {}).get("statement"))
        for one in (step.changes if step else ())
        if one.table in own
    ]
    here = statements_of(bench)
    if touched and bench.chosen not in touched:
        bench.chosen = next((key for key in touched if key in here), bench.chosen)
    return everything_shown(bench)


VERBS: dict[str, Verb] = {
    **STRUCTURE_VERBS,
    "open": _open,
    "choose": _choose,
    "look": _look,
    "judge": _judge,
    "edit": _edit,
    "form": _form,
    "put_right": _put_right,
    "tables": _tables,
    "add_row": _add_row,
    "remove_row": _remove_row,
    "add": _add,
    "split": _split,
    "join": _join,
    "cite": _cite,
    "uncite": _uncite,
    **SOURCE_VERBS,
    **PASTE_VERBS,
    **INCOMING_VERBS,
    "waive": _waive,
    "decide": _decide,
    "undo": _undo,
    "redo": _redo,
    "save": _save,
    "settle": _settle,
    "sign": _sign,
    "unlock": _unlock,
    **READING,
}

WITHOUT_A_PAGE = (_open, *INCOMING_VERBS.values())
"""The verbs of a project that has no page yet."""
