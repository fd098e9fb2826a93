"""Answers that were written on paper → the same reading as of a file, typed a line a row.

A line is the short key that stands on the paper, the answer, and what was written beside it::

    17-3f yes
    18-a0 change Say how many people.

The two digits behind the number are a check: who mistypes a number has no other row's answer.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ketcontent.errors import KetcontentError
from ketcontent.packets.outside import Unread
from ketcontent.packets.reading import Answer, Reading

_TYPED = re.compile(
    r"(?P<key>\d+-[0-9a-f]{2})\s+(?P<answer>yes|no|change)\b[\s:.]*(?P<comment>.*)", re.IGNORECASE
)


def with_typed(reading: Reading, text: str) -> Reading:
    """Return a packet as it was sent with the answers that were typed from paper.

    Parameters
    ----------
    reading
        The packet as it was sent.
    text
        The lines.

    Raises
    ------
    KetcontentError
        When the file has answers of its own: it is received without lines first.
    """
    own = [one for one in reading.answers if one.answer or one.comment or one.names or one.comments]
    if own or reading.unread:
        raise KetcontentError(
            f"The packet has answers of its own, as of '{own[0].key}'."
            if own
            else "The packet is not as it was sent.",
            hint="Give the file that was sent with --by-hand; receive one that came back without.",
        )
    rows = {f"{one.number}-{one.code[:2]}": one for one in reading.answers}
    typed: dict[str, list[Answer]] = {}
    unread = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = _TYPED.fullmatch(line.strip())
        key = found["key"].lower() if found else ""
        if not found:
            unread.append(Unread(f"Line {number}", "is no short key with yes, no or change", line))
        elif key not in rows:
            unread.append(Unread(f"Line {number}", "names no row of this packet", line))
        else:
            said = replace(
                rows[key],
                answer=found["answer"].lower(),
                comment=" ".join(found["comment"].split()),
            )
            typed.setdefault(key, []).append(said)
    for key, some in typed.items():
        if len(set(some)) > 1:
            both = " | ".join(f"{one.answer} {one.comment}".strip() for one in some)
            unread.append(Unread(f"{key} {some[0].key}", "is answered in two ways", both))
    once = {key: some[0] for key, some in typed.items() if len(set(some)) == 1}
    return replace(
        reading,
        answers=tuple(once.get(key, one) for key, one in rows.items()),
        unread=tuple(unread),
        told=(("paper", f"typed by hand, of the packet for {reading.head.person}"),),
    )
