"""What a picture depends on beside its sentence: the words around that, and the pictures above."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ketcontent.pages.blocks import Block, Section, Statement
from ketcontent.pages.comparisons import Comparison, Untold
from ketcontent.reading import Around


def surrounded(blocks: Sequence[Block], language: str) -> list[Block]:
    """Return blocks of a section, where what is compared in them knows what stands around it."""
    if not any(one.comparisons for block in blocks for one in block.statements):
        return list(blocks)
    firsts = [*(_words(block.statements[0]) for block in blocks[1:]), ""]
    found = []
    lead = last = ""
    for block, after in zip(blocks, firsts, strict=True):
        if block.form != "item" or not lead:
            lead = last
        words = [_words(one) for one in block.statements]
        last = words[-1]
        statements = tuple(
            replace(
                one,
                language=language,
                around=Around(one.stands[1], lead, before, behind, "" if behind else after),
            )
            if one.comparisons
            else one
            for one, before, behind in zip(
                block.statements, ["", *words], [*words[1:], ""], strict=False
            )
        )
        found.append(replace(block, statements=statements))
        if block.form != "item":
            lead = ""
    return found


def _words(one: Statement) -> str:
    return f"{one.label_text} {one.plain}".strip()


def drawn_once(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Return the sections of a page, where numbers that are drawn already are not drawn again."""
    sections = tuple(sections)
    compared = [
        (one, comparison, _numbers(comparison))
        for section in sections
        for one in section.statements
        for comparison in one.comparisons
    ]
    times = Counter(numbers for _, _, numbers in compared)
    drawn: dict[frozenset[tuple[str, int]], str] = {}
    again: dict[str, list[tuple[str, str]]] = {}
    for one, comparison, numbers in compared:
        if numbers in drawn:
            again.setdefault(one.statement, []).append((comparison.source, drawn[numbers]))
        elif times[numbers] > 1 and not isinstance(one.told(comparison), Untold):
            drawn[numbers] = one.statement
    return tuple(_marked(section, again) for section in sections) if again else sections


def _numbers(comparison: Comparison) -> frozenset[tuple[str, int]]:
    """Return what a picture of a comparison shows: of each group how many in 100."""
    return frozenset(
        (name.lower(), round(100 * events / (total or 1)))
        for name, events, total in comparison.groups
    )


def _marked(section: Section, again: dict[str, list[tuple[str, str]]]) -> Section:
    """Return a section whose statements know which of their numbers are drawn above."""
    blocks = (
        replace(
            block,
            statements=tuple(
                replace(one, drawn_at=tuple(again[one.statement]))
                if one.statement in again
                else one
                for one in block.statements
            ),
        )
        for block in section.blocks
    )
    return replace(section, blocks=tuple(blocks))
