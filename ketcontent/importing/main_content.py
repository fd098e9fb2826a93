"""Which part of a saved web page is the page: the rest is left out, and named.

In this order: the element that says so (``main``, ``role="main"``), an ``article`` with most of the
words, the smallest element that is called content or article and holds at least half of the words,
the whole body. From that, what names itself as something else is taken out: by element and role
(HTML and ARIA define navigation, banner, search and the like), by what its class or id is called
(cookie, advert, share …), and a menu by being hardly anything but links.

What holds the first heading is never taken out, and what holds more than half of the words only
where its element or role says what it is: a form can be the frame of a whole page. Nothing goes
unsaid: each piece is a `LeftOut`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import sub
from typing import Any, NamedTuple

from ketcontent.importing.supplied_page import LeftOut
from ketcontent.markup import LINE, attributes_of, in_order
from ketcontent.text import fold

SILENT = frozenset({"script", "style", "template", "head", "link", "meta", "base", "source"})
"""What a browser shows nothing of."""


BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details"}
    | {"dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "hgroup", "hr", "html", "legend", "li", "main", "menu"}
    | {"nav", "ol", "optgroup", "p", "pre", "search", "section", "summary", "table"}
    | {"tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)
"""The elements that a browser begins a new line for, and ends with one."""


def is_silent(node: Any) -> bool:
    """Return whether a browser shows nothing of an element.

    A template is shown where it is the inside of an element (a declarative shadow root), which is
    how browsers save pages made of components.
    """
    shown = node.name == "template" and _SHADOW & attributes_of(node).keys()
    return node.name in SILENT and not shown


_SHADOW = frozenset({"shadowrootmode", "shadowroot", "shadowmode"})


_BY_ELEMENT = {
    "nav": "navigation",
    "footer": "footer",
    "dialog": "dialog",
    "form": "form",
    "button": "button",
    "select": "form",
    "textarea": "form",
    "input": "form",
    "noscript": "shown without scripts",
    "iframe": "frame",
    "object": "embedded object",
    "audio": "sound",
    "video": "video",
    "canvas": "drawing",
    "svg": "drawing",
}


_BY_ROLE = {
    "navigation": "navigation",
    "banner": "header",
    "contentinfo": "footer",
    "search": "search",
    "dialog": "dialog",
    "alertdialog": "dialog",
    "menu": "navigation",
    "menubar": "navigation",
    "toolbar": "buttons",
    "tablist": "buttons",
}


_BY_NAME = {
    **dict.fromkeys(("cookie", "cookies", "consent", "gdpr", "onetrust"), "cookie banner"),
    **dict.fromkeys(
        ("ad", "ads", "advert", "adverts", "advertisement", "advertising", "sponsored"), "advert"
    ),
    **dict.fromkeys(("adsbygoogle", "promo", "promotion", "sponsor"), "advert"),
    **dict.fromkeys(("breadcrumb", "breadcrumbs", "pagination", "pager"), "navigation"),
    **dict.fromkeys(("nav", "navbar", "navigation", "menu", "skiplink", "skiplinks"), "navigation"),
    **dict.fromkeys(("share", "sharing", "social", "addthis"), "share links"),
    **dict.fromkeys(("newsletter", "subscribe", "subscription", "signup"), "newsletter"),
    **dict.fromkeys(("related", "recommended", "recommendations"), "related pages"),
    **dict.fromkeys(("comments", "disqus", "feedback", "survey"), "comments and feedback"),
    **dict.fromkeys(("popup", "modal", "overlay"), "dialog"),
    **dict.fromkeys(("sidebar",), "sidebar"),
}


_MAY_BE_A_TOPIC = frozenset(
    {"ad", "comments", "consent", "feedback", "overlay", "promotion", "related", "share"}
    | {"sharing", "social", "survey", "subscription", "menu"}
)
"""What the id of a part is not taken to mean: ids are made of headings (``social-anxiety``)."""


_PARTS_OF_A_NAME = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


_HIDDEN_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)


_CONTENT = frozenset({"main", "content", "article", "post", "entry"})


_NAMED = frozenset({"div", "section", "aside", "ul", "ol", "p", "header", "td", "span", "table"})
"""What is left out by the name of its class or id: what holds a page's words otherwise."""


SPACED = frozenset({"button", "option", "meter", "progress", "text", "title", "desc"})
"""The elements within a line, or of a drawing, that do not run into what stands beside them."""


_APART = BLOCKS | SPACED | {"br", "select"}


def plain_words(node: Any) -> str:
    """Return the words of a node that a browser would show, white space folded."""
    if node.name == "#text":
        return fold(str(node.data))
    pieces = [
        str(one.data) if kind == "text" else " " if one.name in _APART else ""
        for kind, one in in_order(node, skip=is_silent)
        if one.name != "#comment"
    ]
    return fold("".join(pieces))


def main_of(body: Any) -> tuple[Any, bool]:
    """Return the element that holds the page, and whether the file says so itself."""
    words = _Counts(body)
    said = [one for one in words.elements if _is_main(one) and words.of(one)]
    if said:
        return max(said, key=words.of), True
    articles = [one for one in words.elements if one.name == "article"]
    if articles:
        largest = max(articles, key=words.of)
        if 2 * words.of(largest) >= words.of(body):
            return largest, True
    named = [
        one
        for one in words.elements
        if one.name in ("div", "section", "td")
        and _CONTENT
        & _parts(" ".join(attributes_of(one).get(name, "") for name in ("class", "id")))
        and words.sums(one).headings
        and 2 * words.of(one) >= words.of(body)
    ]
    return (min(named, key=words.of) if named else body), False


def _is_main(node: Any) -> bool:
    given = attributes_of(node)
    return (node.name == "main" or given.get("role") == "main") and not _is_hidden(given)


def pruned(main: Any, *, strict: bool) -> dict[int, str]:
    """Return what is no part of the page: by the id of each node, what it was taken for.

    Parameters
    ----------
    main
        The element that holds the page.
    strict
        Whether the file did not say itself where its page is: then asides and menus go as well.
    """
    words = _Counts(main)
    folded = {id(node) for node in folded_parts(main)}
    found: dict[int, str] = {}
    for node in words.elements:
        what = _taken_for(node, strict=strict) or (_menu(node, words) if strict else "")
        if what == "hidden" and id(node) in folded:
            continue
        if what and not _holds_the_page(node, words, main):
            found[id(node)] = what
    return found


def folded_parts(main: Any) -> list[Any]:
    """Return the hidden parts that a reader can open, since something on the page controls them.

    That is the pattern of disclosures, accordions and tabs of the ARIA Authoring Practices.
    """
    elements = [node for kind, node in in_order(main) if kind == "start" and node.name[0] != "#"]
    controlled = {
        name for node in elements for name in attributes_of(node).get("aria-controls", "").split()
    }
    return [
        node
        for node in elements
        if attributes_of(node).get("id") in controlled and _is_hidden(attributes_of(node))
    ]


def _holds_the_page(node: Any, words: _Counts, main: Any) -> bool:
    if node.name == "button":  # the heading of a part that folds
        return any(one.name in _HEADINGS for one in _around(node))
    if words.sums(node).titles:
        return True
    said = node.name in _SURE or attributes_of(node).get("role", "") in _BY_ROLE
    return not said and 2 * words.of(node) > words.of(main)


_SURE = frozenset({"nav", "footer", "dialog"})


_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt")


def _around(node: Any) -> Iterator[Any]:
    while node := node.parent:
        yield node


def _taken_for(node: Any, *, strict: bool) -> str:
    given = attributes_of(node)
    if _is_hidden(given):
        return "hidden"
    if node.name in _NAMED:
        classes, own = _parts(given.get("class", "")), _parts(given.get("id", ""))
        names = classes | (own - _MAY_BE_A_TOPIC)
        if what := next((what for name, what in _BY_NAME.items() if name in names), ""):
            return what
    if strict and (node.name == "aside" or given.get("role") == "complementary"):
        return "aside"
    return _BY_ELEMENT.get(node.name) or _BY_ROLE.get(given.get("role", ""), "")


def _is_hidden(given: dict[str, str]) -> bool:
    return (
        "hidden" in given
        or given.get("aria-hidden", "").lower() == "true"
        or bool(_HIDDEN_STYLE.search(given.get("style", "")))
    )


def _parts(name: str) -> set[str]:
    return {one.lower() for one in _PARTS_OF_A_NAME.findall(name)}


_FEWEST_LINKS = 4


def _menu(node: Any, words: _Counts) -> str:
    """Return whether an element is hardly anything but links, as a menu is."""
    if node.name not in ("ul", "ol", "div", "p", "table"):
        return ""
    sums = words.sums(node)
    hardly_else = 5 * sums.linked >= 4 * sums.words
    return "list of links" if sums.links >= _FEWEST_LINKS and hardly_else else ""


class _Sums(NamedTuple):
    words: int = 0
    links: int = 0
    linked: int = 0
    """Words in links."""
    headings: int = 0
    titles: int = 0
    """1 where the first heading of the first level is among them."""


class _Counts:
    """How much each element holds, counted in one walk."""

    def __init__(self, root: Any) -> None:
        self.elements: list[Any] = []
        self._sums: dict[int, _Sums] = {}
        total, open_links = _Sums(), 0
        starts: list[_Sums] = []
        for kind, node in in_order(root, skip=is_silent):
            if kind == "text":
                count = len(str(node.data).split())
                linked = total.linked + (count if open_links else 0)
                total = total._replace(words=total.words + count, linked=linked)
            elif node.name == "#comment":
                continue
            elif kind == "start":
                self.elements.append(node)
                starts.append(total)
                open_links += node.name == "a"
                total = total._replace(
                    links=total.links + (node.name == "a"),
                    headings=total.headings + (node.name in _HEADINGS[:6]),
                    titles=total.titles or int(node.name == "h1"),
                )
            else:
                open_links -= node.name == "a"
                self._sums[id(node)] = _Sums(*map(sub, total, starts.pop()))
        self._sums[id(root)] = total

    def of(self, node: Any) -> int:
        """Return how many words an element holds."""
        return self.sums(node).words

    def sums(self, node: Any) -> _Sums:
        """Return all that is counted of an element."""
        return self._sums[id(node)]


def outside(body: Any, main: Any, title: Any = None) -> Iterator[LeftOut]:
    """Yield what stands outside of the main element, piece by piece, in order.

    Parameters
    ----------
    body, main
        The whole of the file, and the element that holds the page.
    title
        The heading outside of it that was taken for the title of the page.
    """
    inside = [main] if title is None else [main, title]
    above = {id(one) for node in inside for one in _around(node)}
    mixed = _around_what_says(body)
    left = [body] if main is not body else []
    while left:
        node = left.pop()
        if any(node is one for one in inside):
            continue
        if id(node) in above or (id(node) in mixed and _kind_of(node) == _OUTSIDE):
            left += reversed(node.children or [])
        elif node.name != "#comment" and not is_silent(node) and (words := plain_words(node)):
            yield LeftOut(_kind_of(node), words, line_of(node))


def _around_what_says(body: Any) -> set[int]:
    """Return the ids of the elements that hold something which says of itself what it is."""
    found: set[int] = set()
    for kind, node in in_order(body, skip=is_silent):
        if kind == "start" and node.name not in ("#comment", "button"):
            if _kind_of(node) == _OUTSIDE:
                continue
            for one in _around(node):
                if id(one) in found:
                    break
                found.add(id(one))
    return found


_OUTSIDE = "outside the main part"


def _kind_of(node: Any) -> str:
    """Return what an element outside of the page is, as far as it says."""
    if node.name == "#text":
        return _OUTSIDE
    what = _taken_for(node, strict=True)
    return what or {"header": "header"}.get(node.name, _OUTSIDE)


_FURTHEST = 8


def line_of(node: Any) -> str:
    """Return the line of the file in which a node starts."""
    around = node
    for _ in range(_FURTHEST):
        if around is None:
            break
        if line := attributes_of(around).get(LINE):
            return f"line {line}"
        around = around.parent
    return f"line {node.origin_line}" if getattr(node, "origin_line", None) else ""
