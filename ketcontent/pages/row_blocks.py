"""Rows of statements → the blocks of each section, as a reader meets them.

Each edition reads one half of each row, in its own order. A section is made of the rows of its
statements and of what lies beside them, so one of which nobody changed anything is made once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from operator import attrgetter, is_, itemgetter
from typing import Any

from ketcontent.markup import as_markup, cited, inline_plain, without_citations
from ketcontent.model import ROW_FORMS, item_depth
from ketcontent.pages.blocks import Block, Edition, Statement
from ketcontent.pages.citations import read_by_readers
from ketcontent.pages.comparisons import Comparison, comparison_of
from ketcontent.pages.runs import placed
from ketcontent.pages.surroundings import surrounded
from ketcontent.text import canonical, fold, join_cells, split_cells

Rows = list[dict[str, Any]]
"""Rows of a table, each a dictionary of its cells by column."""


@dataclass(frozen=True, slots=True)
class Laid:
    """The blocks of each section of an edition, and what they were made of."""

    language: str
    """The language of the page."""
    beside: tuple[Rows, ...]
    """The rows of the other tables that they depend on."""
    sections: Mapping[str, tuple[Rows, list[Block]]]
    """By section: the rows of its statements, in order, and the blocks."""


def laid_blocks(
    rows_of: Callable[[str], Rows], language: str, edition: Edition, before: Laid | None = None
) -> Laid:
    """Return the blocks of each section of an edition, in order.

    Parameters
    ----------
    rows_of
        Returns the rows that a page has of a table.
    language, edition
        The language of the page, and which half of its rows to take.
    before
        What it had before: the sections that nobody changed since are the same blocks.
    """
    supplied = edition == "supplied"
    half = "supplied_" if supplied else ""
    chosen = [row for row in rows_of("statements") if row[f"{half}position"] is not None]

    beside = tuple(map(rows_of, ("sections", "notices", "sources", "evidence")))
    of_sections, of_notices, of_sources, of_evidence = beside
    headings = {row["section"]: row["heading"] for row in of_sections}

    def place(row: Mapping[str, Any]) -> tuple[str, bool, int]:
        behind = not supplied and is_behind(row, headings.get(row["section"], ""))
        return (row[f"{half}section"], behind, row[f"{half}position"])

    ordered = sorted(chosen, key=place)
    notices = {
        row["notice"]: (row["text"], row["needs"] == "crisis")
        for row in of_notices
        if row["language"] == language
    }
    sources = {row["source"]: row for row in of_sources}

    @cache
    def read(source: str) -> str:
        return read_by_readers(sources[source]) if source in sources else ""

    evidence: dict[str, dict[str, tuple[str, str]]] = {}
    compared: dict[str, list[Comparison]] = {}
    for row in of_evidence:
        said = (row["role"], row["finding"])
        evidence.setdefault(row["statement"], {})[row["source"]] = said
        if comparison := comparison_of(row):
            compared.setdefault(row["statement"], []).append(comparison)
    titles = {row["section"]: _title(row) for row in of_sections}
    names = [f"{half}{name}" for name in ("block", "form")]
    alike = itemgetter(*names, *([] if supplied else ["layer"]))

    upper = {row["section"]: titles.get(row["under"], "") for row in of_sections}

    def made(section: str, standing: Rows) -> list[Block]:
        """Return the blocks of a section, each of statements that stand together."""
        blocks = []
        for (_, form, *layer), together in groupby(standing, alike):
            rows = list(together)
            keys = ["", *(row["statement"] for row in rows), ""]
            statements = tuple(
                _as_received(row)
                if supplied
                else _statement(
                    row,
                    notices,
                    read,
                    evidence.get(row["statement"], {}),
                    compared.get(row["statement"], []),
                    (section, titles.get(section, ""), *around),
                )
                for row, *around in zip(rows, keys, keys[2:], strict=False)
            )
            depth = item_depth(form)
            blocks.append(Block("item" if depth else form, statements, "".join(layer), depth or 1))
        blocks = surrounded(placed(blocks), language)
        return blocks if supplied else _under(upper.get(section, ""), blocks)

    kept = before.sections if before and _is_same(before, language, beside) else {}
    sections = {}
    for section, together in groupby(ordered, itemgetter(f"{half}section")):
        rows = list(together)
        was = kept.get(section)
        sections[section] = was if was and was[0] == rows else (rows, made(section, rows))
    return Laid(language, beside, sections)


def _is_same(before: Laid, language: str, beside: tuple[Rows, ...]) -> bool:
    """Return whether all but the statements is what it was."""
    return before.language == language and all(map(is_, before.beside, beside))


def is_behind(row: Mapping[str, Any], heading: str) -> bool:
    """Whether a statement stands behind all of its section that a reader sees at once.

    Under no heading what is folded stays where it is: help lines by country, in the box of those
    that are seen at once.
    """
    return bool(row["layer"] and heading)


def _under(heading: str, blocks: list[Block]) -> list[Block]:
    """Return blocks whose statements are bound to the heading above their own, if there is one."""
    if not heading:
        return blocks

    def bound(one: Statement) -> Statement:
        return replace(one, stands=(*one.stands, "under", heading))

    return [replace(one, statements=tuple(map(bound, one.statements))) for one in blocks]


def _title(section: Mapping[str, Any]) -> str:
    """Return the current heading of a section with its number."""
    return f"{section['number']} {section['heading']}".strip()


def _as_received(row: dict[str, Any]) -> Statement:
    plain = row["supplied"]
    text = as_markup(fold(plain))
    run_on = bool(row.get("supplied_gap"))  # tables of an older version have none
    return Statement(
        row["statement"], row["supplied_label"], text, plain, row["kind"], "", run_on=run_on
    )


def _statement(
    row: dict[str, Any],
    notices: dict[str, tuple[str, bool]],
    read: Callable[[str], str],
    evidence: Mapping[str, tuple[str, str]],
    compared: Sequence[Comparison],
    stands: tuple[str, ...],
) -> Statement:
    text, urgent = notices[row["notice"]] if row["notice"] else (row["text"], False)
    plain = inline_plain(without_citations(text))
    plain = join_cells(split_cells(plain)) if row["form"] in ROW_FORMS else plain
    cites = cited(text)
    return Statement(
        statement=row["statement"],
        label=row["label"],
        text=text,
        plain=plain,
        kind=row["kind"],
        notice=row["notice"],
        certainty=row["certainty"],
        cites=cites,
        urgent=urgent,
        contested=_contested(row, plain) if row["supplier_change"] else "",
        rests_on=tuple(
            " ".join([key, read(key), *evidence.get(key, ())])
            for key in sorted({*cites, *evidence})
        ),
        against=tuple(key for key in cites if evidence.get(key, ("",))[0] == "contradicts"),
        stands=stands,
        author=row["author"],
        comparisons=tuple(sorted(compared, key=attrgetter("source"))),
    )


def _contested(row: dict[str, Any], plain: str) -> str:
    """Return what the supplier sends in place of a statement, where it is not what stands there.

    While nobody has decided, it is in question even where the words agree and the form does not.
    """
    theirs = [canonical(row[name]) for name in ("supplied_label", "supplied")]
    other_form = row["supplied_form"] not in (row["supplier_was_form"], row["form"])
    agree = theirs == [canonical(row["label"]), canonical(plain)] and not other_form
    if agree and row["supplier_decision"]:
        return ""
    return " ".join([row["supplier_change"], row["supplied_form"] if other_form else "", *theirs])
