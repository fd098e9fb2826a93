"""A page as received → rows of sections and statements, also over rows that are there."""

from __future__ import annotations

import dataclasses
import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any

import pandas as pd

from ketcontent.errors import AlreadyThere
from ketcontent.importing.plain_text import (
    POSITION_STEP,
    ReceivedPage,
    parse_page,
    refuse_hidden,
    split_sentences,
)
from ketcontent.markup import as_markup
from ketcontent.model import Content, frame_of
from ketcontent.text import canonical, fold


def import_page(
    content: Content, text: str, *, document: str, language: str = "", replace: bool = False
) -> Content:
    """Return `content` with a page taken in as received, its current edition the same words.

    Parameters
    ----------
    content
        The tables to add to.
    text
        The page, as `read_page` returns it.
    document
        The key of the page: lower-case letters, digits and single hyphens.
    language
        The language of the page, as a BCP 47 tag; sentences are split by its rules. By default
        the one that the page has already, else English.
    replace
        Whether to take the page in anew where it is there already. A section whose heading and a
        statement whose words are unchanged keep their keys and all of their current edition;
        what editors added stays, and so do rewordings of sentences that were not received again.

    Raises
    ------
    AlreadyThere
        When the document exists and `replace` is not set.
    UnreadablePage
        When the text is empty or holds control characters.

    Examples
    --------
    >>> from ketcontent.model import empty_content
    >>> content = import_page(empty_content(), "Aspirin\\nForms:\\n- Oral: Tablets. Not gum.",
    ...     document="aspirin")
    >>> content.statements[["statement", "supplied_label", "supplied"]].values.tolist()
    [['oral-1', 'Oral', 'Tablets.'], ['oral-2', '', 'Not gum.']]
    """
    known = document in set(content.documents["document"])
    if known and not replace:
        raise AlreadyThere(
            f"The document '{document}' is there already.",
            hint="Add --replace to take it in anew; edited sentences keep their current wording.",
            name=document,
        )
    refuse_hidden(text, f"The page for '{document}'")
    page = parse_page(text)
    old = _Old.of(content, document)
    spoken = language or old.document.get("language", "en")
    documents, sections, statements = _rows(page, document, spoken, old)
    return dataclasses.replace(
        content,
        documents=_put(content, "documents", document, documents),
        sections=_put(content, "sections", document, sections),
        statements=_put(content, "statements", document, statements),
    )


_Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Old:
    """The rows of the document before it is taken in anew."""

    document: dict[str, Any]
    sections: _Rows
    statements: _Rows

    @classmethod
    def of(cls, content: Content, document: str) -> _Old:
        def rows(frame: pd.DataFrame) -> _Rows:
            chosen = frame[frame["document"] == document]
            # An empty whole number is None here, so that it is false and sorts by hand.
            return [
                {str(name): None if cell is pd.NA else cell for name, cell in row.items()}
                for row in chosen.astype(object).to_dict("records")
            ]

        found = rows(content.documents)
        return cls(found[0] if found else {}, rows(content.sections), rows(content.statements))


def _put(content: Content, table: str, document: str, rows: _Rows) -> pd.DataFrame:
    """Return a table with the document's rows replaced, sorted by key."""
    frame: pd.DataFrame = getattr(content, table)
    kept = frame[frame["document"] != document]
    key = list(content.schemas[table].key)
    together = pd.concat([kept, frame_of(table, rows, content)], ignore_index=True)
    return together.sort_values(key, ignore_index=True)


def _rows(
    page: ReceivedPage, document: str, language: str, old: _Old
) -> tuple[_Rows, _Rows, _Rows]:
    """Return the rows of documents, sections and statements for a page."""
    sections, statements = _received_rows(page, document, language)
    kept = _kept_statements(statements, old)
    _restore_sections(sections, statements, kept, old)
    _restore_statements(statements, kept, old)
    statements += _own_statements(statements, old)
    sections += _own_sections(sections, statements, old)
    _place(sections, scope=(), within=())
    _cut_with_their_section(statements, sections)
    _place(statements, scope=("section",), within=("supplied_section",))
    was = old.document
    spare = document.replace("-", " ").capitalize()
    received = _cell(page.title)
    untouched = not was or was["title"] == (was["supplied_title"] or spare)
    row = {
        **{"audience": "", "purpose": "", "publisher": "", "funding": "", "review_every_days": 365},
        **was,
        "document": document,
        "title": (received or spare) if untouched else was["title"],
        "supplied_title": received,
        "language": language,
    }
    return [row], sections, statements


def _received_rows(page: ReceivedPage, document: str, language: str) -> tuple[_Rows, _Rows]:
    """Return rows of sections and statements with their received half, and the wanted keys."""
    sections: _Rows = []
    statements: _Rows = []
    for place, section in enumerate(page.sections, start=1):
        wanted = _slug(section.heading) or ("lede" if place == 1 else "section")
        sections.append(
            {
                "document": document,
                "section": place,  # its key comes once it is known whether it was here before
                "wanted": wanted,
                "supplied_position": place * POSITION_STEP,
                "supplied_number": _cell(section.number),
                "supplied_heading": _cell(section.heading),
                "supplied_run_in": section.run_in,
            }
        )
        order = 0
        for number, block in enumerate(section.blocks, start=1):
            for first, sentence in enumerate(split_sentences(block.text, language)):
                order += 1
                statements.append(
                    {
                        "document": document,
                        "wanted": _slug(block.label) or wanted,
                        "supplied_section": place,
                        "supplied_block": number,
                        "supplied_position": order * POSITION_STEP,
                        "supplied_form": block.form,
                        "supplied_label": "" if first else _cell(block.label),
                        "supplied": sentence,
                    }
                )
    return sections, statements


def _cell(text: str) -> str:
    """Return a heading or label as the tables hold it: without tabs."""
    return text.replace("\t", " ")


class _Keys:
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


def _slug(text: str) -> str:
    """Return up to five words of a heading as a key, accents dropped."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", plain))
    slug = "-".join(words[:5])[:48].strip("-")
    return slug if re.search("[a-z]", slug) else ""


_Kept = dict[int, dict[str, Any]]  # the row that a received row was before, by its place


def _kept_statements(statements: _Rows, old: _Old) -> _Kept:
    """Return the old rows of the statements whose words were received before."""
    order = {row["section"]: row["supplied_position"] for row in old.sections}
    before = sorted(
        (row for row in old.statements if row["supplied"]),
        key=lambda row: (order[row["supplied_section"]], row["supplied_position"]),
    )
    was = [canonical(row["supplied"]) for row in before]
    pairs = _pairs(was, [canonical(row["supplied"]) for row in statements])
    return {place: before[pair] for place, pair in pairs.items()}


def _kept_sections(sections: _Rows, statements: _Rows, kept: _Kept, old: _Old) -> _Kept:
    """Return the old rows of the sections that were received before.

    They have the same heading; or a new one over the same words, in the place of an old one.
    """
    before = sorted(
        (row for row in old.sections if row["supplied_position"] is not None),
        key=lambda row: row["supplied_position"],
    )
    was = [canonical(row["supplied_heading"]) for row in before]
    pairs = _pairs(was, [canonical(row["supplied_heading"]) for row in sections])
    found = {place: before[pair] for place, pair in pairs.items()}
    there = {row["section"] for row in found.values()}
    spare = {row["section"]: row for row in before if row["section"] not in there}
    for place, row in kept.items():
        number = statements[place]["supplied_section"] - 1
        if number not in found and row["supplied_section"] in spare:
            found[number] = spare.pop(row["supplied_section"])
    return found


def _restore_sections(sections: _Rows, statements: _Rows, kept: _Kept, old: _Old) -> None:
    """Give each section its key, and one that was here before its current edition."""
    keys = _Keys(row["section"] for row in old.sections)
    found = _kept_sections(sections, statements, kept, old)
    key_of_place = {}
    for place, row in enumerate(sections):
        wanted, number = row.pop("wanted"), row["section"]
        if place in found:
            _keep(row, found[place], follows=("number", "heading"))
            row["section"] = found[place]["section"]
        else:
            row["section"] = keys.plain(wanted)
            row["number"], row["heading"] = row["supplied_number"], row["supplied_heading"]
        key_of_place[number] = row["section"]
    for row in statements:
        row["supplied_section"] = key_of_place[row["supplied_section"]]


def _restore_statements(statements: _Rows, kept: _Kept, old: _Old) -> None:
    """Give each statement its key, and one that was here before its current edition."""
    keys = _Keys(row["statement"] for row in old.statements)
    for place, row in enumerate(statements):
        wanted = row.pop("wanted")
        if place in kept:
            _keep(row, kept[place], follows=("label",))
        else:
            row["statement"] = keys.numbered(wanted)
            row["form"], row["label"] = row["supplied_form"], row["supplied_label"]
            row["text"] = as_markup(fold(row["supplied"]))


def _keep(row: dict[str, Any], was: dict[str, Any], *, follows: tuple[str, ...]) -> None:
    """Give a received row the current half that it had.

    The columns of `follows`, where nobody edited them, read as they are received now.
    """
    row.update({name: was[name] for name in was if name not in row})
    for name in follows:
        if row["position"] is not None and was[name] == was[f"supplied_{name}"]:
            row[name] = row[f"supplied_{name}"]


def _pairs(was: list[str], now: list[str]) -> dict[int, int]:
    """Return, by the place of a text in `now`, its place in `was`.

    Texts that kept their order are paired first, then those that moved; each at most once.
    """
    pairs: dict[int, int] = {}
    for run in difflib.SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks():
        pairs.update((run.b + step, run.a + step) for step in range(run.size))
    spare: dict[str, list[int]] = defaultdict(list)
    for place in sorted(set(range(len(was))) - set(pairs.values())):
        spare[was[place]].append(place)
    for place, text in enumerate(now):
        if place not in pairs and spare[text]:
            pairs[place] = spare[text].pop(0)
    return pairs


def _own_statements(statements: _Rows, old: _Old) -> _Rows:
    """Return the statements that editors added, or reworded and that were not received again."""
    there = {row["statement"] for row in statements}
    return [
        {**row, **_NOT_RECEIVED["statement"]}
        for row in old.statements
        if row["statement"] not in there and _is_own_statement(row)
    ]


def _is_own_statement(row: dict[str, Any]) -> bool:
    if not row["supplied"]:
        return True
    return row["position"] is not None and row["text"] != as_markup(fold(row["supplied"]))


def _own_sections(sections: _Rows, statements: _Rows, old: _Old) -> _Rows:
    """Return the sections that editors added or renamed, and those that statements stand in."""
    there = {row["section"] for row in sections}
    used = {row.get("section") for row in statements}
    return [
        {**row, **_NOT_RECEIVED["section"]}
        for row in old.sections
        if row["section"] not in there
        and (
            row["section"] in used
            or row["supplied_position"] is None
            or row["heading"] != row["supplied_heading"]
        )
    ]


_NOT_RECEIVED: dict[str, dict[str, Any]] = {
    "section": {
        "supplied_position": None,
        "supplied_number": "",
        "supplied_heading": "",
        "supplied_run_in": False,
    },
    "statement": {
        "supplied_section": "",
        "supplied_block": None,
        "supplied_position": None,
        "supplied_form": "",
        "supplied_label": "",
        "supplied": "",
    },
}


def _place(rows: _Rows, *, scope: tuple[str, ...], within: tuple[str, ...]) -> None:
    """Put rows without a place in the current edition where they were received.

    A new row follows the one received before it (in the same section, for statements), wherever
    an editor has moved that one; the rows of a scope are numbered again only where one came in.
    """
    order: dict[tuple[Any, ...], _Group] = defaultdict(_Group)
    for row in rows:
        if row.get("position") is not None:
            order[tuple(row[name] for name in scope)].rows.append(row)
    for group in order.values():
        group.rows.sort(key=lambda row: row["position"])
    anchor: dict[str, Any] | None = None
    for row in rows:
        if row["supplied_position"] is None:
            continue
        if anchor is not None and any(anchor[name] != row[name] for name in within):
            anchor = None
        if "position" not in row:
            for name in scope:
                row[name] = anchor[name] if anchor else row[f"supplied_{name}"]
            order[tuple(row[name] for name in scope)].insert(row, anchor)
        if row["position"] is not None:
            anchor = row
    for group in order.values():
        if any(row["position"] == _NEW for row in group.rows):
            for place, row in enumerate(group.rows, start=1):
                row["position"] = place * POSITION_STEP


_NEW = 0  # no row has this position: the schema starts at 1


def _cut_with_their_section(statements: _Rows, sections: _Rows) -> None:
    """Keep new statements out of the current edition where their whole section was cut."""
    cut = {row["section"] for row in sections if row["position"] is None}
    for row in statements:
        if "position" not in row and row["supplied_section"] in cut:
            row["section"], row["block"] = row["supplied_section"], row["supplied_block"]
            row["position"], row["text"] = None, ""


@dataclass(slots=True)
class _Group:
    """The sections of a page or the statements of a section, as the current edition has them."""

    rows: _Rows = field(default_factory=list)
    found: int = 0
    """Where the last anchor was found; the next one is seldom far behind it."""
    blocks: int = 0
    """The highest number of a block, once it was asked for."""

    def insert(self, row: dict[str, Any], anchor: dict[str, Any] | None) -> None:
        """Put a new row behind its anchor, or first where it has none."""
        place = 0 if anchor is None else self._place(anchor) + 1
        if "supplied_block" in row:
            place = self._join_block(row, anchor, place)
        row["position"] = _NEW
        self.rows.insert(place, row)

    def _place(self, anchor: dict[str, Any]) -> int:
        places = chain(range(self.found, len(self.rows)), range(self.found))
        self.found = next(place for place in places if self.rows[place] is anchor)
        return self.found

    def _join_block(self, row: dict[str, Any], anchor: dict[str, Any] | None, place: int) -> int:
        """Give a new statement its block, and return its place in the section.

        It joins the block of the sentence that it was received in one block with, before or
        after it; else it gets a block of its own, and breaks no other.
        """
        received = row["supplied_section"], row["supplied_block"]
        behind = self.rows[place] if place < len(self.rows) else None
        for other in (anchor, behind):
            if other and (other["supplied_section"], other["supplied_block"]) == received:
                row["block"], row["form"] = other["block"], other["form"]
                return place
        while anchor and place < len(self.rows) and self.rows[place]["block"] == anchor["block"]:
            place += 1
        if not self.blocks:
            self.blocks = max((one["block"] for one in self.rows), default=0)
        self.blocks += 1
        row["block"] = self.blocks
        return place
