"""The inline markup of a row of a table → the inline markup of each of its cells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from ketcontent.markup.inline import SENTENCES_KEPT, as_markup, inline_plain, inline_tokens
from ketcontent.markup.markdown import escape_markdown, inline_markdown
from ketcontent.text import split_cells

# As markup has it: a backslash or bar of a cell, a bar between two, what else is escaped.
_UNIT = re.compile(r"\\\\(?:(?P<backslash>\\\\)|(?P<bar>\\?\|))|(?P<border>\\?\|)|\\.|[^\\|]+|\\")


@lru_cache(maxsize=SENTENCES_KEPT)
def markup_cells(markup: str) -> tuple[str, ...]:
    r"""Return the markup of each cell of a row, read as `split_cells` reads its plain words.

    Markup that goes from one cell into the next belongs to none of them: then the words of each
    cell are returned, without it.

    Examples
    --------
    >>> markup_cells("*Adult* | | 5 mg")
    ('*Adult*', '', '5 mg')
    >>> markup_cells("*Adult | 5* mg")
    ('Adult', '5 mg')
    """
    if not re.search(r"[|\\&]", markup):
        return (markup.strip(),)
    cells = [""]
    for unit in _UNIT.finditer(markup):
        if unit["border"]:
            cells.append("")
        else:
            cells[-1] += r"\\" if unit["backslash"] else r"\|" if unit["bar"] else unit[0]
    said = split_cells(inline_plain(markup))
    cells = [cell.strip() for cell in cells]
    if tuple(" ".join(inline_plain(cell).split()) for cell in cells) == said:
        return tuple(cells)
    return tuple(map(as_markup, said))


def cells_with_citations(
    parts: Iterable[tuple[str, tuple[str, ...]]],
) -> list[list[tuple[str, tuple[str, ...]]]]:
    """Return the parts of a row, each with the sources cited behind it, by cell.

    Examples
    --------
    >>> cells_with_citations([("Adult | 5", ("a-1",)), (" mg | daily", ())])
    [[('Adult', ())], [('5', ('a-1',)), (' mg', ())], [('daily', ())]]
    """
    cells: list[list[tuple[str, tuple[str, ...]]]] = [[]]
    for words, keys in parts:
        first, *others = markup_cells(words)
        lead = " " if cells[-1] and words[:1].isspace() and first else ""
        cells[-1].append((lead + first, ()))
        cells += [[(other, ())] for other in others]
        if keys:
            cells[-1][-1] = (cells[-1][-1][0], keys)
    return cells


def cell_markdown(markup: str) -> str:
    r"""Return the markup of a cell as Markdown of a cell, which no bar of its own ends.

    Examples
    --------
    >>> print(cell_markdown("*1|2* mg"))
    *1\|2* mg
    """
    if "|" not in markup:
        return inline_markdown(markup)
    in_code = any(one.type == "code_inline" and "|" in one.content for one in inline_tokens(markup))
    # Not every reader takes the backslash away again that stands within code.
    text = escape_markdown(inline_plain(markup)) if in_code else inline_markdown(markup)
    return text.replace("|", r"\|")
