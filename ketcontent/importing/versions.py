"""A new version of a page over the rows that are there.

`ketcontent.importing.pairing` says which sentence is which, `ketcontent.importing.merge` what
becomes of its words, `ketcontent.importing.places` where it stands. No row goes: a key would be
free to be given to other words, and its evidence and sign-offs would dangle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from ketcontent.importing.marks import page_rows
from ketcontent.importing.merge import (
    Outcome,
    Reading,
    base_reading,
    form_waits,
    marks_of,
    merged_marks,
)
from ketcontent.importing.pairing import Pairs, alike_texts, same_texts
from ketcontent.importing.places import (
    Row,
    current_places,
    moved_between,
    moved_sections,
    supplied_places,
)
from ketcontent.markup import as_markup, cited, inline_plain, without_citations
from ketcontent.model import Content
from ketcontent.text import canonical, fold

Rows = list[Row]


@dataclass(frozen=True, slots=True)
class OldRows:
    """The rows of the document before a version is taken in."""

    document: Row
    sections: Rows
    statements: Rows
    held: frozenset[str]
    """The statements that have evidence or a sign-off."""

    @classmethod
    def of(cls, content: Content, document: str) -> OldRows:
        """Return those of a page; none where it is not there."""
        found = page_rows(content, "documents", document)
        held = frozenset(
            row["statement"]
            for table in ("evidence", "signoffs")
            for row in page_rows(content, table, document)
        )
        return cls(
            document=found[0] if found else {},
            sections=page_rows(content, "sections", document),
            statements=page_rows(content, "statements", document),
            held=held,
        )

    @classmethod
    def none(cls) -> OldRows:
        """Return those of a page that is not there."""
        return cls({}, [], [], frozenset())


class NewKeys:
    """Hands out keys that are not taken, and were not before."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = set(taken)
        self.numbers: dict[str, Iterator[int]] = {}

    def plain(self, wanted: str) -> str:
        """Return `wanted`, or the first of ``wanted-2``, ``wanted-3`` … that is free."""
        if wanted not in self.taken:
            self.taken.add(wanted)
            return wanted
        return self.numbered(wanted, first=2)

    def numbered(self, wanted: str, *, first: int = 1) -> str:
        """Return the first of ``wanted-1``, ``wanted-2`` … that is free."""
        numbers = self.numbers.setdefault(wanted, count(first))
        candidates = (f"{wanted}-{number}" for number in numbers)
        key = next(key for key in candidates if key not in self.taken)
        self.taken.add(key)
        return key


Kept = dict[int, Row]  # the row that a received row was before, by its place


def paired_statements(statements: Rows, old: OldRows) -> Kept:
    """Return the old row of each received statement that was there before, by its place.

    By the words received last time; then by those that stand on the page now, which the supplier
    may have taken over; then by those received once, and withdrawn or changed since; then by
    likeness.
    """
    order = {row["section"]: row["supplied_position"] for row in old.sections}
    live = sorted(
        (row for row in old.statements if row["supplied"]),
        key=lambda row: (order[row["supplied_section"]], row["supplied_position"]),
    )
    gone = [row for row in old.statements if not row["supplied"]]
    rows = live + gone
    now = [canonical(row["supplied"]) for row in statements]
    last = [canonical(row["supplied"]) for row in live]
    pairs = same_texts(last, now)
    for words in (_current_words, _words_before):
        pairs = _also_same([words(row) for row in rows], now, pairs)
    # Rows that are not live have no place among the others: they are taken, wherever.
    near = {new: old_ if old_ < len(live) else -1 for new, old_ in pairs.items()}
    pairs = alike_texts(last, now, near) | pairs
    pairs = alike_texts([_words_before(row) for row in rows], now, pairs, near=_NEVER)
    return {place: rows[pair] for place, pair in pairs.items()}


_NEVER = 2.0  # no two texts are as like as that


def _current_words(row: Row) -> str:
    return canonical(inline_plain(without_citations(row["text"])))


def _words_before(row: Row) -> str:
    return canonical(row["supplier_was"])


def _also_same(was: Sequence[str], now: Sequence[str], pairs: Pairs) -> Pairs:
    """Return `pairs` and those of the texts left that are the same words; no words are none."""
    taken = set(pairs.values())
    olds = [place for place, words in enumerate(was) if place not in taken and words]
    news = [place for place in range(len(now)) if place not in pairs]
    found = same_texts([was[place] for place in olds], [now[place] for place in news])
    return pairs | {news[new]: olds[old] for new, old in found.items()}


def _paired_sections(sections: Rows, statements: Rows, kept: Kept, old: OldRows) -> Kept:
    """Return the old row of each received section that was there before, by its place.

    They have the same heading; or stand over most of the same statements; or had the heading once;
    or have one that is like it.
    """
    live = sorted(
        (row for row in old.sections if row["supplied_position"] is not None),
        key=lambda row: row["supplied_position"],
    )
    rows = live + [row for row in old.sections if row["supplied_position"] is None]
    place_of = {row["section"]: place for place, row in enumerate(live)}
    now = [canonical(row["supplied_heading"]) for row in sections]
    last = [canonical(row["supplied_heading"]) for row in live]
    pairs = same_texts(last, now)
    shared: Counter[tuple[int, int]] = Counter()
    for place, row in kept.items():
        if row["supplied_section"] in place_of:
            number = statements[place]["supplied_section"] - 1
            shared[number, place_of[row["supplied_section"]]] += 1
    size = Counter(row["supplied_section"] - 1 for row in statements)
    for (new, before), number in shared.most_common():
        if new not in pairs and before not in pairs.values() and 2 * number >= size[new]:
            pairs[new] = before
    once = [canonical(row["supplier_was"]) for row in rows]
    pairs = _also_same(once, now, pairs)
    near = {new: before if before < len(live) else -1 for new, before in pairs.items()}
    pairs = alike_texts(last, now, near) | pairs
    return {place: rows[pair] for place, pair in pairs.items()}


def merge_sections(sections: Rows, statements: Rows, kept: Kept, old: OldRows) -> None:
    """Give each section its key, and one that was here before its current edition, merged."""
    keys = NewKeys(row["section"] for row in old.sections)
    found = _paired_sections(sections, statements, kept, old)
    key_of_place = {}
    for place, row in enumerate(sections):
        wanted, number = row.pop("wanted"), row["section"]
        if place in found:
            row["section"] = found[place]["section"]
            _merge_section(row, found[place])
        else:
            row["section"] = keys.plain(wanted)
            row["number"], row["heading"] = row["supplied_number"], row["supplied_heading"]
        key_of_place[number] = row["section"]
    for row in statements:
        row["supplied_section"] = key_of_place[row["supplied_section"]]


def _merge_section(row: Row, was: Row) -> None:
    """Give a received section the current half that it had, its heading merged."""
    row |= {name: was[name] for name in was if name not in row}
    if was["supplier_change"] == "withdrawn" and was["supplier_decision"] == "followed":
        # It went with its last sentence, and comes back as it is received.
        del row["position"]
        row |= {"number": row["supplied_number"], "heading": row["supplied_heading"]}
        row |= marks_of(Outcome())
        return
    if was["position"] is not None and was["number"] == was["supplied_number"]:
        row["number"] = row["supplied_number"]
    before, theirs = _received_heading(was), _received_heading(row)
    row |= merged_marks(was, before, theirs, _current_heading(was))
    if row["supplier_decision"] == "followed" and theirs != before:
        row["heading"] = row["supplied_heading"]


def _received_heading(row: Row) -> Reading | None:
    return None if row["supplied_position"] is None else Reading(row["supplied_heading"])


def _current_heading(row: Row) -> Reading | None:
    return None if row["position"] is None else Reading(row["heading"])


def merge_statements(statements: Rows, kept: Kept, old: OldRows) -> None:
    """Give each statement its key, and one that was here before its current edition, merged."""
    keys = NewKeys(row["statement"] for row in old.statements)
    for place, row in enumerate(statements):
        wanted = row.pop("wanted")
        if place not in kept:
            row["statement"] = keys.numbered(wanted)
            row["form"], row["label"] = row["supplied_form"], row["supplied_label"]
            row["text"] = as_markup(fold(row["supplied"]))
            continue
        was = kept[place]
        row |= {name: was[name] for name in was if name not in row}
        before, theirs = _received_reading(was), _received_reading(row)
        assert theirs is not None  # it was received
        base = base_reading(was, before)
        ours = _current_reading(was, base, theirs)
        row |= merged_marks(was, before, theirs, ours, held=_is_held(was, old))
        if row["supplier_decision"] == "followed" and theirs != before:
            parts = theirs.differs(base)
            row["text"] = as_markup(fold(theirs.words)) if "words" in parts else was["text"]
            row["label"] = theirs.label if "label" in parts else was["label"]


def _received_reading(row: Row) -> Reading | None:
    if not row["supplied"]:
        return None
    return Reading(row["supplied"], row["supplied_label"], row["supplied_form"])


def _current_reading(row: Row, base: Reading | None, theirs: Reading | None) -> Reading | None:
    """Return a sentence as it stands on the page; None where it was cut.

    Citations and other markup count as work on the words, unless they are those of `theirs`.
    """
    if row["position"] is None:
        return None
    words = row["text"] or row["notice"]
    if theirs and canonical(theirs.words) == _current_words(row):
        words = theirs.words
    elif base and row["text"] == as_markup(fold(base.words)):
        words = base.words
    return Reading(words, row["label"], row["form"])


def _is_held(row: Row, old: OldRows) -> bool:
    """Whether a source, a grade or a person vouches for the words of a statement."""
    vouched = any(row[name] for name in ("certainty", "certainty_reasons", "author", "notice"))
    return bool(vouched or row["statement"] in old.held or cited(row["text"]))


def not_received(old: OldRows, sections: Rows, statements: Rows) -> tuple[Rows, Rows]:
    """Return the rows of sections and statements that are not in this version.

    Those of the version before are marked as withdrawn; the others are editors' own, or were
    withdrawn before.
    """
    there = {row["section"] for row in sections}
    gone_sections = [
        {
            **row,
            **_NO_SECTION,
            **merged_marks(row, _received_heading(row), None, _current_heading(row)),
        }
        for row in old.sections
        if row["section"] not in there
    ]
    there = {row["statement"] for row in statements}
    gone_statements = [
        {
            **row,
            **_NO_STATEMENT,
            **merged_marks(row, _received_reading(row), None, _current_reading(row, None, None)),
        }
        for row in old.statements
        if row["statement"] not in there
    ]
    return gone_sections, gone_statements


_NO_SECTION: Row = {
    "supplied_position": None,
    "supplied_number": "",
    "supplied_heading": "",
    "supplied_run_in": False,
}


_NO_STATEMENT: Row = {
    "supplied_section": "",
    "supplied_block": None,
    "supplied_position": None,
    "supplied_form": "",
    "supplied_label": "",
    "supplied": "",
    "supplied_gap": "",
}


def loosen_moved(sections: Rows, statements: Rows, old: OldRows) -> None:
    """Take what the supplier moved and no editor has out of its place, to be placed anew.

    A statement that would go to a section that an editor cut stays where it is, and so does one
    whose other form waits for a decision; under another heading it goes at once, in its old form.
    """
    orders = [
        {row["section"]: row[name] for row in rows if row.get(name) is not None}
        for rows, name in (
            (old.sections, "supplied_position"),
            (sections, "supplied_position"),
            (old.sections, "position"),
        )
    ]
    loose = moved_sections(orders[0], orders[1]) - moved_sections(orders[0], orders[2])
    for row in sections:
        if row["section"] in loose and row.get("position") is not None:
            del row["position"]
    cut = {row["section"] for row in sections if row.get("position", 0) is None}
    was = supplied_places(old.statements)
    loose = moved_between(was, supplied_places(statements))
    # Who waits for a decision about its form was not moved by an editor.
    stood = (
        {**row, "form": row["supplied_form"]} if form_waits(row) else row for row in old.statements
    )
    loose -= moved_between(was, current_places(stood))
    loose |= _came_back_elsewhere(statements, old)
    for row in statements:
        if form_waits(row) and row["section"] == row["supplied_section"]:
            continue
        to_go = row["statement"] in loose and row["supplied_section"] not in cut
        if to_go and row.get("position") is not None:
            del row["position"]
            row["form"] = row["form"] if form_waits(row) else row["supplied_form"]


def _came_back_elsewhere(statements: Rows, old: OldRows) -> set[str]:
    """Return the statements that were withdrawn, are received again, and stand elsewhere.

    A sentence that stays on the page under its old heading could say there what its supplier says
    of the opposite: "Who must not take it".
    """
    back = {row["statement"] for row in old.statements if row["supplier_change"] == "withdrawn"}
    now, stands = supplied_places(statements), current_places(old.statements)
    found = {
        key
        for key in back & now.keys() & stands.keys()
        if (now[key].section, now[key].form) != (stands[key].section, stands[key].form)
    }
    for section in {now[key].section for key in back & now.keys()}:
        there = [
            key
            for key in now.keys() & stands.keys() - found
            if now[key].section == stands[key].section == section
        ]
        received = sorted(there, key=lambda key: now[key].position)
        shown = sorted(there, key=lambda key: stands[key].position)
        before = [dict(zip(order, ["", *order], strict=False)) for order in (received, shown)]
        found |= {key for key in back & {*there} if before[0][key] != before[1][key]}
    return found


def mark_forms(statements: Rows, kept: Kept) -> None:
    """Mark the statements that the supplier sets otherwise than before and the page does not."""
    for place, was in kept.items():
        row = statements[place]
        before, theirs = was["supplied_form"], row["supplied_form"]
        if before and theirs != before and row["form"] != theirs and row["position"] is not None:
            base = base_reading(was, _received_reading(was))
            row |= {
                **marks_of(Outcome("changed", base)),
                "text": was["text"],
                "label": was["label"],
            }


def drop_empty_sections(sections: Rows, statements: Rows, old: OldRows) -> None:
    """Take the sections out of the page that the supplier withdrew and nothing stands in."""
    live = {row["section"] for row in old.sections if row["supplied_position"] is not None}
    shown = {row["section"] for row in statements if row["position"] is not None}
    for row in sections:
        withdrawn = row["supplied_position"] is None and row["section"] in live - shown
        if withdrawn and not row["supplier_decision"] and row["heading"] == row["supplier_was"]:
            row["supplier_decision"], row["position"] = "followed", None


def merge_title(row: Row, was: Row, *, spare: str) -> None:
    """Merge the title of a page, whose row has the one received; `spare` is that of one unnamed."""
    received = row["supplied_title"]
    if was["title"] == spare and not was["supplied_title"]:
        row["title"] = received or spare  # nobody had named it yet
        return
    waits = was["supplier_change"] and not was["supplier_decision"]
    if not received and waits and not was["supplier_was"]:
        row |= marks_of(Outcome())  # as before a title was sent: there is nothing to decide
        return
    before, theirs = (Reading(one) if one else None for one in (was["supplied_title"], received))
    row |= merged_marks(was, before, theirs, Reading(was["title"]))
    if row["supplier_decision"] == "followed" and theirs != before:
        row["title"] = received
