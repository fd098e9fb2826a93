"""What was read in a file, for whoever is to say whether that is the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ketcontent.importing.readers import SuppliedFile
from ketcontent.importing.supplied_page import BlockForm, SuppliedBlock, SuppliedPage
from ketcontent.text import counted, fold

_NOUNS: tuple[tuple[BlockForm, str], ...] = (
    ("paragraph", "paragraph"),
    ("item", "item"),
    ("notice", "notice"),
    ("caption", "caption"),
    ("header", "header row"),
    ("row", "table row"),
)


_SHOWN = 60
"""How much of what was left out is shown, in characters."""


def look(file: SuppliedFile, *, blocks: bool = False) -> str:
    """Return what was read in a file: an outline, what was left out, what it was unsure of.

    Parameters
    ----------
    file
        The file, read.
    blocks
        Whether to show each block with its number and all of its words, and all words left out.

    Examples
    --------
    >>> from ketcontent.importing.readers import read_supplied
    >>> print(look(read_supplied("tests/importing/pages/aspirin.txt")))
    tests/importing/pages/aspirin.txt: plain text, 1,346 bytes, sha256:...
    Title: Aspirin: what it is and how it is used
      (no heading): 1 paragraph, 27 words
      Important (line 5): 1 notice, 13 words
    ...
    """
    page = file.page
    lines = [
        f"{file.path}: {page.format}, {len(file.data):,} bytes, {file.hash[:19]}…",
        f"Title: {page.title}" if page.title else "No title: the page is called by its key.",
        *([f"Language: {page.language}"] if page.language else []),
        *(_all_blocks(page) if blocks else _outline(page)),
    ]
    if page.left_out:
        words = sum(word_count(one.words) for one in page.left_out)
        lines.append(f"Left out, {counted(words, 'word')}:")
        for one in page.left_out:
            said = fold(one.words)
            if not blocks and len(said) > _SHOWN:
                said = f"{said[: _SHOWN - 1]}… ({counted(word_count(said), 'word')})"
            lines.append(f"  {one.what}{_at(one.where)}: {said}")
    if page.doubts:
        lines.append("Unsure of:")
        lines += [f"  {_at(one.where, '{}: ')}{one.message}" for one in page.doubts]
    return "\n".join(lines)


def _at(where: str, form: str = " ({})") -> str:
    return form.format(where) if where else ""


def word_count(text: str) -> int:
    """Return how many words a block has; the bar between cells is none."""
    return sum(word != "|" for word in text.split())


def _outline(page: SuppliedPage) -> Iterator[str]:
    """Yield a line a heading, with how much stands under it."""
    heading: SuppliedBlock | None = None
    under: list[SuppliedBlock] = []
    for block in [*page.blocks, None]:
        if block is not None and block.form != "heading":
            under.append(block)
            continue
        if heading or under:
            yield _line(heading, under)
        heading, under = block, []


def _line(heading: SuppliedBlock | None, under: list[SuppliedBlock]) -> str:
    """Return the line of a heading."""
    forms = Counter(block.form for block in under)
    held = [counted(forms[form], noun) for form, noun in _NOUNS if forms[form]]
    words = sum(word_count(f"{block.label} {block.text}") for block in under)
    held += [counted(words, "word")] if under else ["nothing under it"]
    if heading is None:
        return f"  (no heading): {', '.join(held)}"
    indent = "  " * max(heading.level - 1, 1)
    name = f"{heading.number} {heading.text}".strip().removesuffix(":")
    return f"{indent}{name}{_at(heading.where)}: {', '.join(held)}"


def _all_blocks(page: SuppliedPage) -> Iterator[str]:
    width = len(str(len(page.blocks)))
    for number, block in enumerate(page.blocks, start=1):
        deep = block.level or (block.depth if block.depth > 1 else 0)
        level = f" {deep}" if deep else ""
        label = f"{block.number} {block.label}".strip()
        label += ": " if label[-1:].isalnum() else " " if label else ""
        words = f"{label}{fold(block.text)}"
        yield f"  {number:>{width}} {block.form}{level}{_at(block.where)}: {words}"
