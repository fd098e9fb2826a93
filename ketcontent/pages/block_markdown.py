"""The sentences of a block, and the cells of a row, as Markdown.

As in `ketcontent.pages.tables`, statements are taken and are not known by type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ketcontent.markup import (
    Strings,
    cell_markdown,
    cells_with_citations,
    escape_markdown,
    inline_markdown,
    inline_plain,
    markdown_lines,
    markup_cells,
    strong,
)
from ketcontent.text import fold, split_cells


def sentence_lines(statements: Iterable[Any], say: Strings) -> list[str]:
    """Return statements as lines of Markdown, a line a sentence, each with its certainty."""
    sentences: list[str] = []
    run_on = set()
    for one in statements:
        run_on |= {len(sentences)} if one.run_on else set()
        label = strong(one.label_text) if one.label else ""
        words = _written(one.parts, one.against, inline_markdown)
        sentences.append(" ".join(filter(None, [label, words, *_after(one, say)])))
    return markdown_lines(sentences, run_on)


def row_cells(statements: Iterable[Any], say: Strings) -> list[str]:
    """Return the cells of a row as Markdown, in the last of them its certainty."""
    cells: list[str] = []
    for one in statements:
        parts = cells_with_citations(one.parts)
        plain = tuple(fold("".join(inline_plain(words) for words, _ in cell)) for cell in parts)
        if plain != split_cells(one.plain):  # what is escaped goes across a citation
            parts = [[(cell, ())] for cell in markup_cells(one.words)]
            parts[-1].append(("", one.cites))
        cells += [_written(cell, one.against, cell_markdown).strip() for cell in parts]
        cells[-1] = " ".join(filter(None, [cells[-1], *_after(one, say)]))
    return cells


def _written(
    parts: Iterable[tuple[str, tuple[str, ...]]],
    against: Sequence[str],
    write: Callable[[str], str],
) -> str:
    """Return words as Markdown, behind each part the marks of the sources that bear it out."""
    words = ""
    for part, keys in parts:
        text = write(part)
        # Beside a bracket, a mark that stood alone could open or close markup.
        if words:
            text = re.sub(r"\A[*~](?!\S)", r"\\\g<0>", text)
        if keys:
            text = re.sub(r"(?:(?<!\S)[*~]|(?<!\\)!)\Z", r"\\\g<0>", text)
        words += text + "".join(f"[^{key}]" for key in keys if key not in against)
    return words


def _after(one: Any, say: Strings) -> list[str]:
    """Return as Markdown what stands behind a sentence: how sure it is, and who found otherwise."""
    after = [escape_markdown(shown_certainty(one, say))]
    if one.against:
        marks = "".join(f"[^{key}]" for key in one.against)
        after.append(escape_markdown(shown_against(one, say)) + marks)
    return after


def shown_certainty(statement: Any, say: Strings) -> str:
    """Return the mark of certainty of a sentence, as a reader of Markdown reads it, or nothing.

    Examples
    --------
    >>> from ketcontent.markup import english
    >>> from ketcontent.pages import Statement
    >>> shown_certainty(Statement("s", "", "", "", "risk", "", certainty="low"), english())
    '(low certainty)'
    """
    return f"({say(f'certainty-{statement.certainty}')})" if statement.is_marked else ""


def shown_against(statement: Any, say: Strings) -> str:
    """Return what a reader of Markdown reads before the marks of sources that found otherwise.

    Examples
    --------
    >>> from ketcontent.markup import english
    >>> from ketcontent.pages import Statement
    >>> shown_against(Statement("s", "", "", "", "", "", against=("lii-2023",)), english())
    'against:'
    """
    return say("against") if statement.against else ""
