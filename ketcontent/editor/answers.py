"""One answer to each question of the browser, whatever happens.

The browser asks with a message that has an id, a verb (``do``) and its arguments, and each question
has one answer with the same id: what changed on the screen, or a message and a hint.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ketcontent.editor.bench import Bench, choose_again, judge_page, keep_draft
from ketcontent.editor.edits import carried
from ketcontent.editor.session import unsaved
from ketcontent.editor.verbs import VERBS
from ketcontent.editor.views import Answer, conflict_view, everything_shown
from ketcontent.errors import BrokenTables, KetcontentError, SaveConflict, UnknownName
from ketcontent.model import read_content


def answered(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Return the answer to one message of the browser.

    Parameters
    ----------
    bench
        The page, which the verb changes.
    message
        ``id``, ``do`` (the verb) and the verb's own arguments.
    """
    told: Answer = {"id": message.get("id", "")}
    before = (bench.session, bench.conflicts)
    try:
        verb = VERBS.get(str(message.get("do")))
        if verb is None:
            raise UnknownName.of("verb", str(message.get("do")), VERBS)
        if not bench.draft.held:
            raise KetcontentError(
                "This page was opened in another workbench of this notebook.",
                hint="Go on there, or run this cell again.",
            )
        told |= verb(bench, message)
    except SaveConflict as fault:
        told |= _conflicted(bench, fault)
    except BrokenTables as fault:
        lines = [f"{one.key}: {one.message} {one.hint}" for one in list(fault.report)[:5]]
        told["error"] = {"message": " ".join([fault.message, *lines]), "hint": fault.hint}
    except KetcontentError as fault:
        told["error"] = {"message": fault.message, "hint": fault.hint}
    except Exception as fault:  # a browser must not be left without an answer
        told["error"] = {
            "message": f"That did not work: {type(fault).__name__}: {fault}",
            "hint": "Your words are kept. Run this cell again, and tell us what you did.",
        }
    if bench.session is not before[0] or bench.conflicts is not before[1]:
        keep_draft(bench)
    return told | {"status": _status(bench)}


def _status(bench: Bench) -> Answer:
    done, undone = bench.session.done, bench.session.undone
    return {
        "unsaved": len(unsaved(bench.session)),
        "undo": done[-1].name if done else "",
        "redo": undone[-1].name if undone else "",
        "conflicts": [conflict_view(one) for one in bench.conflicts],
        "kept": bench.draft.kept,
    }


def _conflicted(bench: Bench, fault: SaveConflict) -> Answer:
    """Take up what others saved, keep my other changes, and put the rest before the editor."""
    changes = unsaved(bench.session)
    fresh = read_content(bench.folder)
    bench.session, found = carried(bench.session.document, changes, fresh)
    bench.conflicts = (*bench.conflicts, *found)
    choose_again(bench)
    judge_page(bench)
    hint = "Nothing was overwritten. Choose below which words stand, then save."
    return {"error": {"message": fault.message, "hint": hint}, **everything_shown(bench)}
