"""Markdown (CommonMark with tables) → blocks, by way of the HTML that it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ketcontent.importing.html_reader import read_html
from ketcontent.importing.supplied_page import LeftOut, SuppliedBlock, SuppliedPage
from ketcontent.markup import markdown_as_html, split_front_matter
from ketcontent.text import fold, split_cells

_TITLE = re.compile(r"title:\s*(?P<quote>['\"]?)(?P<words>[^>|\s].*?)(?P=quote)\s*")


_BAR = re.compile(r"(?<!\\)\|")


def _beyond(lines: Sequence[str], blocks: Iterable[SuppliedBlock]) -> Iterator[LeftOut]:
    """Yield the cells of rows that are longer than their table, which Markdown does not show."""
    for block in blocks:
        if block.table and block.form != "caption" and (at := _LINE.fullmatch(block.where)):
            line = _STANDS_IN.sub("", lines[int(at[1]) - 1]).strip()
            cells = _BAR.split(line.removeprefix("|").removesuffix("|"))
            if words := fold(" ".join(cells[len(split_cells(block.text)) :])):
                yield LeftOut("cell beyond the last column", words, block.where)


_LINE = re.compile(r"line (\d+)")


_STANDS_IN = re.compile(r"^(?:\s*(?:>|[-+*]\s|\d{1,9}[.)]\s))+")
"""The marks of what a table stands in: a quotation, an item of a list."""


def read_markdown(text: str) -> SuppliedPage:
    r"""Return the page that a text in Markdown holds; all of it is the page.

    Examples
    --------
    >>> page = read_markdown("# Tea\n\n## Uses\n\n1. Hot\n2. Cold\n")
    >>> [(block.form, block.number, block.text, block.where) for block in page.blocks]
    [('heading', '', 'Uses', 'line 3'), ('item', '1.', 'Hot', 'line 5'), ('item', '2.', ...)]
    """
    text = re.sub(r"\r\n?", "\n", text.removeprefix("\ufeff"))
    front, _ = split_front_matter(text)
    page = read_html(markdown_as_html(text), whole=True, format_="Markdown")
    page = replace(page, left_out=(*page.left_out, *_beyond(text.split("\n"), page.blocks)))
    if not front:
        return page
    found = next(filter(None, map(_TITLE.fullmatch, front)), None)
    return replace(
        page,
        title=page.title or (found["words"] if found else ""),
        left_out=(LeftOut("front matter", "\n".join(front), "line 1"), *page.left_out),
    )
