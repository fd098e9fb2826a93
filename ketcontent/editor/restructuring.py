"""What the browser can ask of the structure of a page, and of several statements at once.

A change that voids or leaves behind anything (`ketcontent.editor.consequences`) is not done when it
is asked first: the answer tells what that would be (``ask``), and the browser asks again with the
mark of what was told (``yes``). Where something else would be voided by then, it is told anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Literal

from ketcontent.approvals import signables
from ketcontent.editor.bench import Bench, choose_shown, judge_page, page_of, shown_statements
from ketcontent.editor.consequences import named, told_of_change
from ketcontent.editor.edits import brought_back, counted_keys, cut, graded, statement_row
from ketcontent.editor.listing import content_findings
from ketcontent.editor.moving import deepened, moved_together, placed
from ketcontent.editor.nesting import with_below
from ketcontent.editor.replacing import replaced_words
from ketcontent.editor.rows import filled
from ketcontent.editor.session import Session
from ketcontent.editor.structure import (
    first_added,
    levelled,
    outline,
    section_added,
    section_back,
    section_cut,
    section_moved,
    section_placed,
)
from ketcontent.editor.views import Answer, everything_shown
from ketcontent.hashing import hash_json

Message = Mapping[str, Any]

UNMOVED = "Nothing was moved: it stands there already, or can go no further that way."
"""What is told, and nothing else, of a move that changes nothing."""

NAMED = 8
"""As many statements are named of those in which words are replaced; of more, how many."""

UNREPLACED = "Nothing was replaced: no statement that is listed has these words of its own."
"""What is told where words stand nowhere but in notices, citations or addresses."""


def _weighed(
    bench: Bench,
    message: Message,
    what: str,
    session: Session,
    *first: str,
    meant: Collection[str] = (),
) -> Answer | None:
    """Do it, or return what it would void or leave behind where nobody has agreed to that.

    `first` is told before that, of the page as it would be; `meant` are the statements that are to
    stand elsewhere.
    """
    now, later = page_of(bench), page_of(bench).after(session.content)
    told = [*first, *told_of_change(now, later, meant)]
    mark = hash_json([what, told])
    if told and message.get("yes") != mark:
        # The browser may have asked of a row to which it has given no key yet.
        return {"ask": {"what": what, "told": told, "yes": mark, "of": message.get("statement")}}
    bench.session, bench.seen, bench.stands = session, later, None
    return None


def _keys(message: Message) -> list[str]:
    """Return the statements that a message names: several, or one."""
    return [str(one) for one in message.get("statements", ())] or [str(message["statement"])]


def _direction(message: Message) -> Literal["up", "down"]:
    return "up" if message["direction"] == "up" else "down"


def _cut(bench: Bench, message: Message) -> Answer:
    keys = _keys(message)
    order = shown_statements(bench)
    going = with_below(bench.session, keys)
    below = [one for one in going if one not in keys]
    taken = f"It takes what is below off the page as well: {named(below)}."
    later = cut(bench.session, *going)
    what = f"Cut {counted_keys(keys)}"
    asked = _weighed(bench, message, what, later, *([taken] if below else []))
    if asked:
        return asked
    choose_shown(bench, order)
    return everything_shown(bench)


def _bring_back(bench: Bench, message: Message) -> Answer:
    if "section" in message:
        bench.session = section_back(bench.session, str(message["section"]))
        judge_page(bench)
    else:
        bench.session = brought_back(bench.session, *_keys(message))
    return everything_shown(bench)


def _move(bench: Bench, message: Message) -> Answer:
    """Move statements a step up or down, a level in or out, or to a place in a section."""
    keys = _keys(message)
    if "section" in message:
        beside = {name: str(message[name]) for name in ("before", "after") if message.get(name)}
        session = placed(bench.session, keys, str(message["section"]), **beside)
    elif "level" in message:
        session = deepened(bench.session, keys, str(message["level"]))
    else:
        session = moved_together(bench.session, keys, _direction(message))
    if session is bench.session:
        return {"news": UNMOVED, **everything_shown(bench)}
    meant = with_below(bench.session, keys)
    asked = _weighed(bench, message, f"Move {counted_keys(keys)}", session, meant=meant)
    return asked or everything_shown(bench)


def _grade(bench: Bench, message: Message) -> Answer:
    """Give several statements the same grade."""
    keys = _keys(message)
    cells = {str(name): str(cell) for name, cell in message["cells"].items()}
    session = graded(bench.session, keys, cells)
    asked = _weighed(bench, message, f"Grade {counted_keys(keys)}", session)
    if asked:
        return asked
    judge_page(bench)
    return everything_shown(bench)


def _replace(bench: Bench, message: Message) -> Answer:
    """Put words in the place of others in several statements, once it was told in how many."""
    old = str(message["old"])
    people = set(bench.session.content.people["person"])
    writer = str(message.get("person", ""))
    done = replaced_words(
        bench.session,
        _keys(message),
        old,
        str(message["new"]),
        is_whole=bool(message["is_whole"]),
        writer=writer if writer in people else "",
    )
    if not done.places:
        return {"news": UNREPLACED, **everything_shown(bench)}
    where = f"in {done.places} places" if done.places > 1 else "in 1 place"
    keys, more = done.statements[:NAMED], len(done.statements[NAMED:])
    first = f"It changes words {where}: {', '.join(keys)}{f' and {more} more' if more else ''}."
    notices = [key for key in _keys(message) if statement_row(bench.session, key)["notice"]]
    stay = [f"What shows a notice stays as it is: {', '.join(notices)}."] if notices else []
    asked = _weighed(bench, message, f"Replace “{old}”", done.session, first, *stay)
    if asked:
        return asked
    judge_page(bench)
    return everything_shown(bench)


def _add_section(bench: Bench, message: Message) -> Answer:
    session, key = section_added(
        bench.session, str(message.get("after", "")), str(message["heading"])
    )
    asked = _weighed(bench, message, "Add a section", session)
    if asked:
        return asked
    judge_page(bench)
    return {"section": key, **everything_shown(bench)}


def _rename(bench: Bench, message: Message) -> Answer:
    """Give a section another heading, or the page another title, by the name of its row."""
    name, words = str(message["row"]), str(message["words"]).strip()
    column = "title" if name.startswith("documents:") else "heading"
    session = filled(bench.session, name, {column: words})
    asked = _weighed(bench, message, f"Write “{words}”", session)
    if asked:
        return asked
    judge_page(bench)
    return everything_shown(bench)


def _add_first(bench: Bench, message: Message) -> Answer:
    bench.session, bench.chosen = first_added(bench.session, str(message["section"]))
    return {"new": bench.chosen, **everything_shown(bench)}


def _move_section(bench: Bench, message: Message) -> Answer:
    """Move a section a step up or down, to a place, or set it a level in or out."""
    key = str(message["section"])
    if "level" in message:
        session = levelled(bench.session, key, str(message["level"]))
    elif "target" in message:
        session = section_placed(bench.session, key, str(message["target"]), str(message["where"]))
    else:
        session = section_moved(bench.session, key, _direction(message))
    if session is bench.session:
        return {"news": UNMOVED, **everything_shown(bench)}
    asked = _weighed(bench, message, f"Move the section {key}", session)
    if asked:
        return asked
    judge_page(bench)
    return everything_shown(bench)


def _cut_section(bench: Bench, message: Message) -> Answer:
    """Cut a section; that others and statements go with it is told as well."""
    key = str(message["section"])
    session = section_cut(bench.session, key)
    left = dict(outline(session.content, session.document))
    going = [one for one in page_of(bench).edition() if one.section not in left]
    statements = sum(len(one.statements) for one in going)
    many = f"{len(going)} sections" if len(going) > 1 else "the section"
    taken = f"It takes {many} and {statements} of its statements off the page."
    first = [taken] if statements or len(going) > 1 else []
    asked = _weighed(bench, message, f"Cut the section {key}", session, *first)
    if asked:
        return asked
    judge_page(bench)
    choose_shown(bench)
    return everything_shown(bench)


def _several(bench: Bench, message: Message) -> Answer:
    """Return the words of several statements as a reader reads them, to be signed as they are."""
    keys = _keys(message)
    signed = {one.key: one for one in signables(page_of(bench))}
    return {
        "several": [
            {
                "statement": key,
                "reads": signed[key].words if key in signed else "",
                "digest": signed[key].digest if key in signed else "",
                "certainty": statement_row(bench.session, key)["certainty"],
                "errors": sum(one.severity == "error" for one in content_findings(bench, key)),
            }
            for key in keys
        ]
    }


STRUCTURE_VERBS: dict[str, Callable[[Bench, Message], Answer]] = {
    "cut": _cut,
    "bring_back": _bring_back,
    "move": _move,
    "grade": _grade,
    "rename": _rename,
    "replace": _replace,
    "add_section": _add_section,
    "add_first": _add_first,
    "move_section": _move_section,
    "cut_section": _cut_section,
    "several": _several,
}
"""What the browser can ask of the structure, by its name."""
