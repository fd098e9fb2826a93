"""A Word file that came back → what its rows say, each read exactly or named.

No row is found by where it stands: the cells of its own line say which it is. A row whose key was
changed, that stands twice, that has other cells than it had, or whose answer can be taken in two
ways is named and not read; one that is not there is missed by the list at the end.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree.ElementTree import Element

from ketcontent.errors import KetcontentError
from ketcontent.packets.archive import read_parts
from ketcontent.packets.codes import packet_name
from ketcontent.packets.outside import (
    CHECKS,
    LISTED,
    Sent,
    Unread,
    foot_notes,
    outermost_tables,
    words_outside,
)
from ketcontent.packets.packet import FORMAT, Head
from ketcontent.packets.word import ABOUT_YOU, ANSWERS, BOX, COLUMNS, NOT_ASKED
from ketcontent.packets.word_rows import HYPHENS, Listed, Row, Said, margin_comments, row_of
from ketcontent.packets.word_text import W, rows_of_table, text_of
from ketcontent.text import fold

_HEAD = re.compile(
    rf"ketcontent packet (?P<format>[0-9]{{1,6}}) / (?P<packet>k[{HYPHENS}][0-9a-f]{{8}}) / "
    r"(?P<document>[^/\s]+) / (?P<capacity>editorial|clinical|lay) / (?P<person>[^/\s]+) / "
    rf"(?P<made_on>[0-9]{{4}}[{HYPHENS}][0-9]{{2}}[{HYPHENS}][0-9]{{2}}) / "
    r"(?P<rows>[0-9]{1,6}) rows"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a row says."""

    number: int
    """Its number in the packet."""
    key: str
    """How a sign-off names it."""
    code: str
    """Eight digits of the digest that it was made with."""
    words: str
    """Its words as they stand in the file, with tracked changes taken."""
    sent: tuple[str, ...]
    """What they may have been when the packet was made: as it is without tracked changes."""
    answer: str
    """yes, no, change, or nothing."""
    comment: str
    """The last column."""
    names: tuple[str, ...] = ()
    """Who changed its words, as the file says."""
    changed_on: str = ""
    """When they were last changed, as the file says."""
    comments: tuple[Said, ...] = ()
    """Comments in the margin, and what was changed in the other columns."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a packet says that came back."""

    head: Head
    """Which packet it is."""
    listed: Mapping[int, Listed]
    """The list of its rows, by number; empty where it was changed or is gone."""
    answers: tuple[Answer, ...]
    """The rows that were read, by number."""
    unread: tuple[Unread, ...]
    """The rows that were not."""
    told: tuple[tuple[str, str], ...]
    """Who the file says it is: where it says so, and what."""
    comments: tuple[Said, ...] = ()
    """What was said of the page as a whole."""

    @property
    def signer(self) -> str:
        """Whom the cover names as who filled it in; empty where it names nobody."""
        return next((name for where, name in self.told if where == ABOUT_YOU[0].lower()), "")

    @property
    def name(self) -> str:
        """Whom the file names as who filled it in: on the cover, else in its changes."""
        return self.signer or next((name for _, name in self.told), "the reviewer")


def read_packet(file: Path) -> Reading:
    """Return what a packet says that came back as a Word file.

    Raises
    ------
    KetcontentError
        When the file is refused (`ketcontent.packets.archive`), or is no packet.
    """
    parts = read_parts(file)
    body = parts["word/document.xml"]
    feet = [tree for name, tree in parts.items() if re.fullmatch(r"word/footer\d*\.xml", name)]
    head = _head([body, *feet], str(file))
    listed, checks = _listed(body, head)
    notes = margin_comments(parts)
    about: dict[str, str] = {}
    rows: list[Row] = []
    elsewhere: list[Row] = []
    unread = list(words_outside(parts, Sent(head, checks)))
    for table in outermost_tables(body):
        columns: tuple[str, ...] = COLUMNS
        for row in map(row_of, rows_of_table(table)):
            if row.texts[0] == COLUMNS[0] or row.sent == COLUMNS:
                columns = row.sent if row.sent == COLUMNS else row.texts
                if row.texts != COLUMNS:
                    unread.append(Unread("The head of a table", "was changed", row.said))
            elif len(row.texts) == 2 and row.texts[0] in ABOUT_YOU:
                if about.get(row.texts[0], "") not in ("", row.texts[1]):
                    unread.append(Unread(f"“{row.texts[0]}”", "is filled in twice", row.texts[1]))
                about.setdefault(*row.texts)
                about[row.texts[0]] = about[row.texts[0]] or row.texts[1]
            elif row.key and columns != COLUMNS and not row.is_gone:
                elsewhere.append(row)
            elif row.key:
                rows.append(row)
            elif any(row.texts):
                unread.append(Unread("A row without a key", "belongs to no sentence", row.said))
    ours = [row for row in rows if row.is_of(head, listed)]
    found = [_read(some, notes, listed) for some in _by_number(ours)]
    unread += [one for one in found if isinstance(one, Unread)]
    unread += [
        Unread(row.name, "is no row of this packet", row.said)
        for row in rows
        if row not in ours and not row.is_gone
    ]
    unread += [
        Unread(row.name, "stands in a table with other columns", row.all_said) for row in elsewhere
    ]
    missing = set(range(1, head.rows + 1)) - {row.number for row in [*ours, *elsewhere]}
    unread += [Unread(one, "is not in the file") for one in _row_names(listed, missing)]
    read = {one.number for one in found if isinstance(one, Answer)}
    counted = [row for row in ours if row.number in read and not row.is_gone]
    placed = {one.comment for row in counted for cell in row.cells for one in cell.comments}
    left = {number: one for number, one in notes.items() if number not in placed}
    general = []
    for row in (row for row in [*rows, *elsewhere] if row not in counted):
        said_of_it = [*row.notes(left), *row.changed_beside(_beside(listed, row.number))]
        general += [
            replace(one, text=f"On {row.name}, of which nothing is read: {one.text}", anchor="")
            for one in said_of_it
        ]
        left = {number: one for number, one in left.items() if number not in row.noted}
    general += left.values()
    general += [Said(f"In a note at the foot: {text}") for text in foot_notes(parts)]
    if said := about.get(ABOUT_YOU[-1]):
        general.append(Said(said))
    return Reading(
        head=head,
        listed=listed,
        answers=tuple(one for one in found if isinstance(one, Answer)),
        unread=tuple(unread),
        told=tuple(_told(parts, about, rows, notes)),
        comments=tuple(general),
    )


def _beside(listed: Mapping[int, Listed], number: int) -> str:
    """Return the digits of what was sent beside the words of a row; nothing where it is unknown."""
    return listed[number][4] if number in listed else ""


def _by_number(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield the rows that have one number, those that still stand or else those that are gone."""
    by_number: dict[int, list[Row]] = {}
    for row in rows:
        by_number.setdefault(row.number, []).append(row)
    for number in sorted(by_number):
        yield [row for row in by_number[number] if not row.is_gone] or by_number[number]


def _read(
    rows: Sequence[Row], notes: Mapping[str, Said], listed: Mapping[int, Listed]
) -> Answer | Unread:
    """Return what the one row says that has a number, or why nothing of it counts."""
    row = rows[0]
    if row.is_gone:
        who = f", tracked as a change by {row.names[0]}" if row.names else ""
        return Unread(row.name, f"was deleted{who}", row.said)
    if len(rows) > 1:
        return Unread(row.name, f"stands {len(rows)} times", " | ".join(one.said for one in rows))
    if why := row.why_not():
        return Unread(row.name, why, row.said)
    answer = answer_of(row.cells[3].accepted)
    if answer is None:
        given = set(re.findall(r"\w+", row.texts[3].lower()))
        why = "can be taken in two ways" if given & {*ANSWERS} else "is neither yes, no nor change"
        return Unread(row.name, f"has an answer that {why}", row.said)
    if answer and fold(row.cells[3].rejected) == NOT_ASKED:
        return Unread(row.name, "was not asked, and has an answer", row.said)
    words = row.cells[1]
    return Answer(
        number=row.number,
        key=row.key,
        code=row.code,
        words=fold(words.accepted),
        sent=tuple(dict.fromkeys([fold(words.rejected), fold(words.accepted)])),
        answer=answer,
        comment=row.texts[4],
        names=tuple(dict.fromkeys(filter(None, words.authors))),
        changed_on=max(words.dates, default=""),
        comments=(*row.notes(notes), *row.changed_beside(_beside(listed, row.number))),
    )


def answer_of(text: str) -> str | None:
    """Return the answer in a cell: yes, no, change or nothing; None where it may be two.

    Examples
    --------
    >>> answer_of("\u2610 yes\\n\u2612 no\\n\u2610 change"), answer_of("Yes."), answer_of("x no")
    ('no', 'yes', 'no')
    >>> answer_of("\u2612 yes\\n\u2612 no\\n\u2610 change"), answer_of("\u2610 yes")
    (None, None)
    """
    lines = [_LINE.fullmatch(line.strip()) for line in text.splitlines() if line.strip()]
    if len(lines) == 1 and (apart := _IN_A_LINE.fullmatch(fold(text))):
        lines = [_LINE.fullmatch(line) for line in apart.groups()]
    if fold(text) in ("", NOT_ASKED):
        return ""
    if None in lines:
        return None
    said = [(one["word"].lower(), one["before"] + one["after"]) for one in lines if one]
    said = [(word, "".join(filter((BOX + _TICKS).__contains__, mark))) for word, mark in said]
    boxed = [(word, mark) for word, mark in said if mark]
    bare = [word for word, mark in said if not mark]
    whole = sorted(word for word, _ in boxed) == sorted(ANSWERS)
    ticked = [word for word, mark in boxed if set(mark) & set(_TICKS)]
    if len(ticked) + len(bare) == 1 and (whole or len(said) == 1):
        return (ticked + bare)[0]
    return "" if whole and not ticked and not bare else None


_TICKS = "xX\u2713\u2714\u2715\u2716\u2717\u2718\u2611\u2612\u00d7"
_LINE = re.compile(
    rf"(?P<before>[\s{BOX}{_TICKS}]*?)(?P<word>yes|no|change)(?P<after>[\s.!{BOX}{_TICKS}]*)",
    re.IGNORECASE,
)
_IN_A_LINE = re.compile(
    rf"([{BOX}\u2611\u2612]\s?yes)\s*([{BOX}\u2611\u2612]\s?no)\s*([{BOX}\u2611\u2612]\s?change)",
    re.IGNORECASE,
)
"""The three boxes where a program has put their lines together."""


def _row_names(listed: Mapping[int, Listed], numbers: Collection[int]) -> Iterator[str]:
    """Yield what to call rows: their short key and key where the list has them, else numbers."""
    for number in sorted(numbers):
        if number in listed:
            _, key, code, *_ = listed[number]
            yield f"{number}-{code[:2]} {key}"
        elif number - 1 not in numbers:
            last = next(one for one in itertools.count(number) if one + 1 not in numbers)
            yield str(number) if last == number else f"Each from {number} to {last}"


def _head(trees: Iterable[Element], name: str) -> Head:
    """Return what the packet says of itself; wherever that stands, it says one thing."""
    found = set()
    for tree in trees:
        for text in _paragraphs(tree):
            if match := _HEAD.search(text):
                found.add(tuple(one.translate(_PLAIN) for one in match.groups()))
    if len(found) != 1 or not all(_is_day(one[5]) for one in found):
        said = "says of itself that it is two packets" if found else "is no review packet"
        raise KetcontentError(
            f"{name} {said}.",
            hint="Its line, 'ketcontent packet …', stands on the cover and at the foot of each "
            "page: copy the answers into the packet as it was sent.",
        )
    [(version, packet, document, capacity, person, made_on, rows)] = found
    if int(version) != FORMAT:
        raise KetcontentError(
            f"{name} is a packet of format {version}, and this version reads format {FORMAT}.",
            hint="Read it with the version of ketcontent that made it, or make a new packet.",
        )
    return Head(packet, document, capacity, person, made_on, int(rows))


_PLAIN = str.maketrans(dict.fromkeys(HYPHENS, "-"))


def _is_day(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _paragraphs(tree: Element) -> Iterator[str]:
    """Yield the text of each paragraph, as it was sent and as it is."""
    for one in tree.iter(f"{W}p"):
        text = text_of(one)
        yield from {fold(text.rejected), fold(text.accepted)}


def _listed(body: Element, head: Head) -> tuple[dict[int, Listed], tuple[str, ...] | None]:
    """Return the list of the rows, nothing where it is not that of the packet any more; and checks.

    The checks are of what stands outside of the rows; None where the packet was made without.
    """
    found: dict[int, Listed] = {}
    checks: tuple[str, ...] = ()
    for text in _paragraphs(body):
        if match := LISTED.fullmatch(text):
            found[int(match[1])] = (match[1], match[2], match[3], match[4], match[5])
        elif match := CHECKS.fullmatch(text):
            checks = tuple(match[1].split())
    told = (head.document, head.capacity, head.person, head.made_on)
    listed = [found[number] for number in sorted(found)]
    sound = len(listed) == head.rows and packet_name(FORMAT, told, listed, checks) == head.packet
    return (found, checks or None) if sound else ({}, checks)


def _told(
    parts: Mapping[str, Element],
    about: Mapping[str, str],
    rows: Iterable[Row],
    notes: Mapping[str, Said],
) -> Iterator[tuple[str, str]]:
    """Yield who the file says it is: where it says so, and what."""
    yield from ((where.lower(), about[where]) for where in ABOUT_YOU[:-1] if about.get(where))
    changed = (name for row in rows for name in row.names)
    yield from (("tracked changes", name) for name in dict.fromkeys(changed))
    yield from (("comments", name) for name in dict.fromkeys(one.name for one in notes.values()))
    core = parts.get("docProps/core.xml")
    last = [
        one.text or "" for one in (core if core is not None else ()) if "lastModified" in one.tag
    ]
    yield from (("last saved", name) for name in last if name not in ("", "ketcontent"))
