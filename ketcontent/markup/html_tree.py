"""HTML → the tree that a browser makes of it, and its nodes in the order of the page.

The parser is justhtml, which follows the HTML standard to the letter of its tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

_NOT_A_TAG = re.compile(r"<(?![A-Za-z/!?])")


def parse_html(html: str) -> Any:
    """Return the root of the tree of a page; each node has the line that it starts in.

    Examples
    --------
    >>> [node.name for kind, node in in_order(parse_html("<p>A <b>cup")) if kind == "start"]
    ['html', 'head', 'body', 'p', 'b']
    """
    from justhtml import JustHTML

    # What opens nothing is text; the parser takes long over a run of it.
    html = _NOT_A_TAG.sub("&lt;", html)
    return JustHTML(html, sanitize=False, track_node_locations=True).root


def in_order(
    root: Any, *, skip: Callable[[Any], bool] = lambda _: False
) -> Iterator[tuple[str, Any]]:
    """Yield the starts, texts and ends of a tree; by a stack, since it may be of any depth.

    Parameters
    ----------
    root
        The node whose inside is walked.
    skip
        Asked of each element before its start: whether to pass over it with all that is in it.
    """
    left: list[tuple[str, Any]] = [("start", child) for child in reversed(root.children or [])]
    while left:
        kind, node = left.pop()
        if kind == "start" and node.name == "#text":
            yield "text", node
            continue
        if node.name == "!doctype" or (kind == "start" and skip(node)):
            continue
        yield kind, node
        if kind == "start" and node.name != "#comment":
            left.append(("end", node))
            inert = getattr(node, "template_content", None)
            children = (inert.children if inert else None) or node.children or []
            left += [("start", child) for child in reversed(children)]


def attributes_of(node: Any) -> dict[str, str]:
    """Return the attributes of an element; one without a value is empty."""
    given = getattr(node, "attrs", None) or {}
    return {name: value or "" for name, value in given.items()}
