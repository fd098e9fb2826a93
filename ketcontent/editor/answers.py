"""One answer to each question of the browser, whatever happens.

The browser asks with a message that has an id, a verb (``do``) and its arguments, and each question
has one answer with the same id: what changed on the screen, or a message and a hint.

Notes
-----
Messages may be late, lost or in another order. A browser therefore numbers its questions and asks
one at a time; one that it asks again is answered again and not done again. What it typed meanwhile
is newer than the answer: the answer tells the rows that changed (``rows``), and the browser brings
them into its own words. Numbers alone, with many questions under way, would not do: words typed
before a split and sent after it mean another sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ketcontent.editor.bench import (
    Bench,
    choose_again,
    judge_page,
    keep_draft,
    statements_of,
    unsaved_of,
)
from ketcontent.editor.edits import carried
from ketcontent.editor.verbs import VERBS, WITHOUT_A_PAGE
from ketcontent.editor.views import (
    Answer,
    changed_rows,
    conflict_view,
    everything_shown,
    key_view,
)
from ketcontent.errors import BrokenTables, KetcontentError, SaveConflict, UnknownName
from ketcontent.model import read_content


def answered(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Return the answer to one message of the browser.

    Parameters
    ----------
    bench
        The page, which the verb changes.
    message
        ``id``, ``do`` (the verb) and the verb's own arguments; where the browser shows one, the
        statement that is ``chosen``. A question that must not be done twice, nor after a later
        one, has ``view`` and ``number``.
    """
    view, number = str(message.get("view", "")), int(message.get("number", 0))
    last, answer = bench.heard.get(view, (0, {}))
    if view and number <= last:  # asked again because its answer is late, or overtaken
        return {**answer, "id": message.get("id", "")}
    answer = {"id": message.get("id", ""), **_done(bench, message), "status": _status(bench)}
    if view:
        bench.heard[view] = (number, answer)
    return answer


def refused_elsewhere(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Return the answer to a message that is about a page which is not open any more."""
    error = {
        "message": "Another page was opened in this workbench meanwhile; nothing was done.",
        "hint": "What you typed is kept: it is here again when you open its page again.",
    }
    return {"id": message.get("id", ""), "error": error, "status": _status(bench)}


def _done(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Do what is asked, and keep what it changed."""
    session, conflicts = bench.session, bench.conflicts
    bench.stands = None  # another day may have begun
    told: Answer = {}
    try:
        verb = VERBS.get(str(message.get("do")))
        if verb is None:
            raise UnknownName.of("verb", str(message.get("do")), VERBS)
        if not bench.session.document and verb not in WITHOUT_A_PAGE:
            raise KetcontentError(
                "This project has no page yet.", hint="Bring one in, then load this tab again."
            )
        if not bench.draft.held:
            raise KetcontentError(
                "This page was opened in another workbench of this notebook.",
                hint="Go on there, or load this page again to go on here: what you typed is kept.",
            )
        if message.get("chosen") in statements_of(bench):
            bench.chosen = str(message["chosen"])
        told = verb(bench, message)
    except SaveConflict as fault:
        told = _conflicted(bench, fault)
    except BrokenTables as fault:
        lines = [
            f"{one.table}.csv, {one.key}: {one.message} {one.hint}"
            for one in list(fault.report)[:5]
        ]
        told = {"error": {"message": " ".join([fault.message, *lines]), "hint": fault.hint}}
    except KetcontentError as fault:
        told = {"error": {"message": fault.message, "hint": fault.hint}}
    except Exception as fault:  # a browser must not be left without an answer
        told = {
            "error": {
                "message": f"That did not work: {type(fault).__name__}: {fault}",
                "hint": "Your words are kept. Run this cell again, and tell us what you did.",
            }
        }
    if bench.session is session and bench.conflicts is conflicts:
        return told
    keep_draft(bench)
    return {"rows": changed_rows(bench, session, conflicts), **told}


def _status(bench: Bench) -> Answer:
    done, undone = bench.session.done, bench.session.undone
    return {
        "unsaved": len(unsaved_of(bench)),
        "undo": done[-1].name if done else "",
        "redo": undone[-1].name if undone else "",
        "conflicts": [conflict_view(one) for one in bench.conflicts],
        "kept": bench.draft.kept,
        "key": key_view(bench),
    }


def _conflicted(bench: Bench, fault: SaveConflict) -> Answer:
    """Take up what others saved, keep my other changes, and put the rest before the editor."""
    changes = unsaved_of(bench)
    fresh = read_content(bench.folder)
    bench.session, found = carried(bench.session.document, changes, fresh)
    bench.conflicts = (*bench.conflicts, *found)
    choose_again(bench)
    judge_page(bench)
    hint = "Nothing was overwritten. Choose which words stand, then save."
    return {"error": {"message": fault.message, "hint": hint}, **everything_shown(bench)}
