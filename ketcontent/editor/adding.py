"""Sources that an editor pasted or dropped: what each would become, and what was answered.

Nothing of them is in the tables before the editor has said so, one by one or all that are new. A
look-up is asked for by hand, and waited for by a thread of its own: who types meanwhile is not kept
waiting by a registry.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ketcontent.editor.session import Session, edited
from ketcontent.errors import KetcontentError
from ketcontent.importing import Choice, Entry, Suggestion, chosen, suggested, told
from ketcontent.model import Content
from ketcontent.registries import Client, complete


@dataclass(frozen=True, slots=True)
class Offered:
    """References that came in and were not answered yet."""

    entries: tuple[Entry, ...]
    """What they say."""
    told: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """What registries answered, by place among them."""


@dataclass(slots=True)
class Asking:
    """A question to the registries that is under way, or answered."""

    place: int
    """Which of those offered it is about."""
    thread: threading.Thread
    """Who waits for the answer."""
    answers: list[tuple[Entry, list[str]]] = field(default_factory=list)
    """The answer, once it is there."""


def asked(content: Content, offered: Offered, place: int, client: Client) -> Asking:
    """Return the question about one of the references, which is on its way now."""

    def ask() -> None:
        try:
            asking.answers.append(complete(content, entry, client))
        except Exception as fault:  # whoever waits is told, and not left waiting
            asking.answers.append((entry, [f"That did not work: {type(fault).__name__}: {fault}"]))

    entry = offered.entries[place]
    asking = Asking(place, threading.Thread(target=ask, daemon=True))
    asking.thread.start()
    return asking


def with_answer(offered: Offered, asking: Asking) -> Offered:
    """Return the references with the one that was asked about as the registries have it."""
    [(entry, lines)] = asking.answers
    entries = list(offered.entries)
    entries[asking.place] = entry
    return Offered(tuple(entries), {**offered.told, asking.place: tuple(lines)})


def seen_as(one: Suggestion) -> str:
    """Return what tells whether a reference would still become what the editor was shown."""
    return f"{one.kind} {one.key} {one.both} {one.changes}"


def answered_sources(
    session: Session,
    offered: Offered,
    choices: Mapping[int, Choice],
    *,
    keys: Mapping[int, str],
    seen: Mapping[int, str],
) -> tuple[Session, Offered, list[str], list[str]]:
    """Return the session with the answers, what is left, the keys of what is in, and what to tell.

    Parameters
    ----------
    session, offered
        The session, and what was offered.
    choices
        By place, what is to become of a reference.
    keys
        By place, the key that the editor gave to one that is new.
    seen
        By place, what the editor was shown of it (`seen_as`).

    Raises
    ------
    KetcontentError
        When a key is none or is taken, or the sources have changed since they were shown.
    """
    plans = suggested(session.content, offered.entries)
    moved = [place for place, was in seen.items() if seen_as(plans[place]) != was]
    if moved:
        raise KetcontentError(
            f"The sources have changed since '{plans[moved[0]].key}' was shown.",
            hint="Nothing was added. Look at it again, then answer.",
        )
    taken = chosen(session.content, plans, choices, keys=keys)
    entries = [plans[place].entry for place in taken.keys]
    lines = told(entries, replace(taken, refused=()), "What was given")
    left = [place for place in range(len(plans)) if place not in choices]
    rest = Offered(
        tuple(offered.entries[place] for place in left),
        {now: offered.told[place] for now, place in enumerate(left) if place in offered.told},
    )
    found = list(dict.fromkeys(taken.keys.values()))
    if taken.content is session.content:
        return session, rest, found, lines
    return edited(session, f"Add {', '.join(found)}", taken.content), rest, found, lines
