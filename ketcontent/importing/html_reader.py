"""HTML → blocks: a page saved from a browser, or rich text as it is pasted.

`ketcontent.importing.main_content` says which part of a file is the page,
`ketcontent.importing.html_blocks` makes blocks of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ketcontent.importing.block_text import titled
from ketcontent.importing.html_blocks import BlockWriter
from ketcontent.importing.main_content import (
    folded_parts,
    line_of,
    main_of,
    outside,
    plain_words,
    pruned,
)
from ketcontent.importing.supplied_page import Doubt, LeftOut, SuppliedPage
from ketcontent.markup import attributes_of, in_order, parse_html
from ketcontent.text import counted

# What is no tag, no comment and no doctype is a comment to a browser (HTML, 13.2.5.41), as are
# Word's conditions and declarations of XML; the parser, where it counts lines, takes it for text.
_BOGUS = re.compile(r"<(?:!(?!--|doctype)|\?|/(?![A-Za-z]))[^>]*>", re.IGNORECASE)


def _without_words(found: re.Match[str]) -> str:
    return "<!--" + "\n" * found.group().count("\n") + "-->"


_SELECTED = "<!--StartFragment-->"
"""What stands before a selection that was copied (Windows, CF_HTML): all of that was meant."""


def selected(html: str) -> str:
    """Return the HTML of a clipboard with the mark of a selection; some programs write none."""
    return html if _SELECTED in html else f"{_SELECTED}{html}<!--EndFragment-->"


def read_html(html: str, *, whole: bool = False, format_: str = "HTML") -> SuppliedPage:
    """Return the page that HTML holds; of a selection that was copied, all that a browser shows.

    Parameters
    ----------
    html
        The text of the file.
    whole
        Whether all of it is the page, and nothing is to be left out by a guess.
    format_
        What the file is, where the HTML was made of it.

    Examples
    --------
    >>> page = read_html("<h1>Tea</h1><nav>Home</nav><p>It is <b>hot</b>.<ul><li>Green</ul>")
    >>> page.title, [(block.form, block.text) for block in page.blocks]
    ('Tea', [('paragraph', 'It is hot.'), ('item', 'Green')])
    >>> page.left_out
    (LeftOut(what='navigation', words='Home', where='line 1'),)
    """
    root = parse_html(_BOGUS.sub(_without_words, html))
    body = next(node for kind, node in in_order(root) if node.name in ("body", "frameset"))
    main, said = (body, True) if whole or _SELECTED in html else main_of(body)
    writer = BlockWriter(taken_out={} if whole else pruned(main, strict=not said))
    writer.read(main)
    doubts = list(writer.doubts())
    if folded := sum(not _is_inside(node, writer.taken_out) for node in folded_parts(main)):
        doubts.append(Doubt(f"{counted(folded, 'hidden part')} that a reader can open: read."))
    title, blocks = titled(writer.blocks)
    heads = [plain_words(node) for _, node in in_order(root) if _is_window_title(node)]
    window = heads[0] if heads else ""
    top = None
    if not title and main is not body:
        found = (
            node
            for kind, node in in_order(body)
            if kind == "start"
            and node.name == "h1"
            and plain_words(node)
            and not _holds(node, main)
        )
        if (top := next(found, None)) is not None:
            title = plain_words(top)
            doubts.append(Doubt("The title stands outside of the main part.", line_of(top)))
    left_out = [*outside(body, main, top), *writer.left_out]
    if not title and window:
        title = window
        doubts.append(Doubt("The page has no first heading: its title is that of the window."))
    elif window and window != title:
        left_out.append(LeftOut("title of the window", window))
    if not said and main is not body:
        doubts.append(
            Doubt("Nothing says where the main part begins; it was guessed.", line_of(main))
        )
    if re.search(r"<html\b", html, re.IGNORECASE) and not re.search(r"</html\s*>", html, re.I):
        doubts.append(Doubt("The file does not end with </html>: it may be cut off."))
    return SuppliedPage(
        format_, title, tuple(blocks), tuple(left_out), tuple(doubts), _language_of(root)
    )


def words_of_html(html: str) -> str:
    """Return the words of HTML that a browser would show."""
    return plain_words(parse_html(_BOGUS.sub(_without_words, html)))


_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|\d{3}))?")


def _language_of(root: Any) -> str:
    top = next((node for _, node in in_order(root) if node.name == "html"), None)
    said = attributes_of(top).get("lang", "").strip()
    return said if _TAG.fullmatch(said) else ""


def _is_window_title(node: Any) -> bool:
    return bool(node.name == "title" and node.parent.name == "head")


def _is_inside(node: Any, taken_out: Mapping[int, str]) -> bool:
    while node is not None and id(node) not in taken_out:
        node = node.parent
    return node is not None


def _holds(node: Any, other: Any) -> bool:
    return any(one is other for _, one in in_order(node))
