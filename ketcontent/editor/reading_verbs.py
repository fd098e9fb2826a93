"""What the browser can ask where the page is read: type there, propose, comment, decide.

A verb takes the bench and the message, with the verb's own arguments in it (`READING`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ketcontent.approvals import signables
from ketcontent.discussion import cell_of, row_proposed_for
from ketcontent.editor.bench import Bench, conflict_of, judge_page, page_of, reword
from ketcontent.editor.discussing import (
    chosen_pieces,
    commented,
    decided_change,
    proposed,
    resolved,
    shown_pieces,
)
from ketcontent.editor.headings import heading_shown
from ketcontent.editor.reader import put_back
from ketcontent.editor.rows import row_name
from ketcontent.editor.views import Answer, around_chosen, everything_shown
from ketcontent.errors import KetcontentError

Verb = Callable[[Bench, Mapping[str, Any]], Answer]


def _read(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Show the page as a reader sees it, as it is now or as it was received."""
    bench.edition = "supplied" if message["edition"] == "supplied" else "current"
    return around_chosen(bench)


def _heading(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Show a heading or the title, and what is found in the page as it now is."""
    judge_page(bench)
    return {**everything_shown(bench), **heading_shown(bench, str(message["statement"]))}


def _put_back(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Give a cell the words that it had when somebody began to type in it."""
    name, column, words = (str(message[one]) for one in ("statement", "column", "words"))
    if conflict_of(bench, name) is not None:
        reword(bench, name, {column: words})
    else:
        bench.session = put_back(bench.session, name, column, words)
    return everything_shown(bench)


def _propose(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Make a proposal of the words typed in a cell; the words saved stand again."""
    name = _settled(bench, message)
    bench.session = proposed(
        bench.session, name, person=str(message["person"]), reason=str(message.get("reason", ""))
    )
    return _discussed(bench, name)


def _choose_pieces(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Accept some changes of a proposal, all (where none are named), or none."""
    name = _settled(bench, message)
    _require_as_read(bench, message)
    changes = message.get("changes")
    bench.session = chosen_pieces(
        bench.session,
        str(message["proposal"]),
        None if changes is None else {int(one) for one in changes},
        person=str(message.get("person", "")),
    )
    return _discussed(bench, name)


def _decide_change(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Accept or refuse one change of a proposal; the others stay open."""
    name = _settled(bench, message)
    _require_as_read(bench, message)
    bench.session = decided_change(
        bench.session,
        str(message["proposal"]),
        int(message["change"]),
        accepted=bool(message["accepted"]),
        person=str(message.get("person", "")),
    )
    return _discussed(bench, name)


def _require_as_read(bench: Bench, message: Mapping[str, Any]) -> None:
    """Refuse to decide a proposal that reads otherwise than where the button was pressed.

    Its changes are numbered by what is left of it: after a second press of the same button, or one
    in another window, the number is that of a change which nobody has read.
    """
    if "pieces" not in message:
        return
    if message["pieces"] != shown_pieces(bench.session, str(message["proposal"])):
        raise KetcontentError(
            "The proposal reads otherwise by now; nothing more was decided.",
            hint="Read what is left of it, then decide.",
        )


def _settled(bench: Bench, message: Mapping[str, Any]) -> str:
    """Return what words are proposed for, where its row is in no conflict."""
    name = str(message["statement"])
    place = row_proposed_for(bench.session.document, name)
    if place is not None and conflict_of(bench, row_name(place[0], place[1])) is not None:
        raise KetcontentError(
            f"Somebody else saved '{name}' meanwhile.",
            hint="Choose which words stand, then propose or accept others.",
        )
    return name


def _discussed(bench: Bench, name: str) -> Answer:
    """Show what came of a word on a statement, or on a heading or the title."""
    return {**everything_shown(bench), **(heading_shown(bench, name) if ":" in name else {})}


def _comment(bench: Bench, message: Mapping[str, Any]) -> Answer:
    """Say something of a statement, of words selected in it, or in answer to a comment."""
    name = str(message["statement"])
    place = row_proposed_for(bench.session.document, name)
    selection = quoted = None
    if message.get("selection") is not None:
        column = place[2][-1] if place else ""
        cell = cell_of(bench.session.content, bench.session.document, name, column)
        start, end = (character(cell, int(at)) for at in message["selection"])
        selection = start, end
    elif message.get("quoted") is not None:
        words, behind = message["quoted"]
        quoted = str(words), int(behind)
    read = (signed.words for signed in signables(page_of(bench)) if signed.key == name)
    bench.session = commented(
        bench.session,
        name,
        str(message["text"]),
        reads=next(read, ""),
        person=str(message["person"]),
        selection=selection,
        quoted=quoted,
        reply_to=str(message.get("reply_to", "")),
    )
    return _discussed(bench, name)


def character(text: str, at: int) -> int:
    """Return which character of a text stands at a place that a browser counts: in UTF-16."""
    return len(text.encode("utf-16-le")[: 2 * at].decode("utf-16-le", "ignore"))


def _resolve(bench: Bench, message: Mapping[str, Any]) -> Answer:
    bench.session = resolved(
        bench.session,
        str(message["comment"]),
        person=str(message.get("person", "")),
        is_resolved=bool(message["resolved"]),
    )
    return _discussed(bench, str(message.get("statement", "")))


READING: dict[str, Verb] = {
    "read": _read,
    "heading": _heading,
    "put_back": _put_back,
    "propose": _propose,
    "choose_pieces": _choose_pieces,
    "decide_change": _decide_change,
    "comment": _comment,
    "resolve": _resolve,
}
