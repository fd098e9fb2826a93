"""Read an exported page as its readers do: its words, its links, its markup, what does not belong.

A browser ends a comment, opens a shadow root and takes bytes for text in ways of its own. What a
reader sees is therefore read off the tree that the HTML standard's parser makes, and an element,
attribute or address that our templates never write is named, whatever it would show.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Any, NamedTuple

from ketcontent.hashing import hash_bytes, hash_json
from ketcontent.markup import (
    in_order,
    index_script,
    linked_lines,
    parse_html,
    policy_of,
    render,
    split_front_matter,
)
from ketcontent.pages import bar_of
from ketcontent.text import canonical, join_cells, without_empty_end

_BLOCKS = frozenset(
    {"p", "li", "h1", "h2", "h3", "dt", "dd", "caption", "th", "td", "div", "section", "article"}
    | {"main", "nav", "header", "footer", "ul", "ol", "dl", "table", "title", "a", "script"}
    | {"details", "summary"}
)
_INLINE = frozenset({"a", "bdi", "code", "del", "em", "ins", "small", "span", "strong"})
"""The elements of a line: white space at their borders parts words. `bars` stand beside a line."""
_SILENT = frozenset({"style", "template"})
_SAID = ("alt", "title", "aria-label", "content")
"""The attributes whose words a reader may come to hear or see."""

_ANYWHERE = frozenset({"lang", "dir", "id"})
ELEMENTS: Mapping[str, Collection[str]] = {
    **dict.fromkeys(("html", "head", "body", "title", "style", "header", "h1", "h2", "h3"), ()),
    **dict.fromkeys(("strong", "em", "code", "br", "details", "summary", "dl"), ()),
    **dict.fromkeys(("dt", "dd", "ol", "footer", "article", "bdi", "blockquote", "hr"), ()),
    **dict.fromkeys(("table", "thead", "tbody", "tr", "td", "caption", "del", "ins"), ()),
    **dict.fromkeys(("fieldset", "section", "small", "span", "ul", "legend", "label"), ()),
    "th": ("scope",),
    "a": ("href", "hreflang"),
    "div": ("role", "aria-label", "tabindex"),
    "input": ("type", "name", "checked"),
    "li": ("value",),
    "link": ("rel", "href", "hreflang", "type"),
    "main": ("tabindex",),
    "meta": ("charset", "name", "content", "http-equiv", "property"),
    "nav": ("aria-label", "aria-labelledby"),
    "p": ("role",),
    "path": ("d",),
    "script": ("type",),
    "svg": (
        *("width", "height", "viewBox", "preserveAspectRatio", "stroke", "stroke-width"),
        "stroke-dasharray",
    ),
}
"""The elements that the templates of a page write, each with its attributes besides `_ANYWHERE`."""

_CLASSES: Mapping[str, Collection[str]] = {
    "a": ("skip", "term"),
    "div": (
        *("columns", "from", "text", "urgent", "notice", "table", "table wide", "state"),
        "state draft",
        *("state reviewed", "state part-reviewed", "state archive", "find"),
    ),
    "fieldset": ("filter",),
    "li": ("draft", "reviewed", "numbered"),
    "nav": ("jumps", "turn"),
    "section": ("letter", "urgent"),
    "small": ("high", "moderate", "low", "very-low"),
    "span": ("bars", "lacks", "of"),
    "ul": ("trail", "pages"),
}
"""The classes that those elements may have: each one changes how they look."""

_POLICIES = frozenset({policy_of("page"), policy_of("index")})
_META: Collection[Mapping[str, str]] = (
    {"charset": "utf-8"},
    *({"http-equiv": "Content-Security-Policy", "content": one} for one in sorted(_POLICIES)),
    {"name": "viewport", "content": "width=device-width, initial-scale=1"},
    {"name": "robots", "content": "noindex"},
    {"name": "color-scheme", "content": "light dark"},
)
"""What the templates tell a browser; the description, which is words, besides."""

# One in a row joins two words; several move what comes after them out of sight.
_RUN_OF_SPACES = re.compile(r"(?:[^\S \t\r\n\f][ \t\r\n\f]*){3}")
_LINKED = ("prev", "next", "alternate", "canonical", "license")
_SHARED = (
    *("og:type", "og:title", "og:description", "og:url", "og:site_name"),
    *("article:published_time", "article:modified_time"),
)
_DATA = {"type": "application/ld+json"}
_WEB = ("http:", "https:", "mailto:", "tel:", "sms:")


class Link(NamedTuple):
    """A link of a page."""

    statement: str
    """The statement that it stands in, or nothing."""
    address: str
    words: str
    """The words that it is on."""
    line: int
    """The line of the file; 0 where that is not known."""


@dataclass(frozen=True, slots=True)
class PageReading:
    """What a page of HTML is to a reader."""

    words: tuple[tuple[str, str], ...]
    """Its words in order, each with the statement that it belongs to, or nothing."""
    lines: tuple[int, ...]
    """The line of the file that each of those words begins in; 0 where that is not known."""
    markup: str
    """The hash of its elements, attributes and style sheet, in order."""
    flow: str
    """The hash of its elements with what is said in each: where they start and end among words."""
    flow_parts: tuple[Any, ...]
    """What that is the hash of."""
    flow_lines: Mapping[int, int]
    """Where in it words stand, each with the line of the file that they begin in."""
    strange: tuple[tuple[str, int], ...]
    """What our templates never write, each once, and the line that it is first in; 0 for none."""
    links: tuple[Link, ...]
    """Its links, in order."""


def read_page_html(html: str, *, whole: bool = True) -> PageReading:
    """Return what a page of HTML is to a reader; what is not `whole` has no frame of its own."""
    reader, flow = _Reader(), _Flow()
    strange: dict[str, int] = {}
    markup: list[Any] = []
    policies = 0
    for one, line in _strange_bytes(html) if whole else odd_characters(html):
        strange.setdefault(one, line)
    for kind, node in in_order(parse_html(html)):
        line = node.origin_line or 0
        if kind == "text":
            reader.text(str(node.data), line)
            flow.text(str(node.data), line)
            for one, _ in odd_characters(str(node.data)):
                strange.setdefault(one, line)
            if node.parent is not None and node.parent.name == "style":
                markup.append(str(node.data))  # what it says is seen on every word
        elif kind == "end":
            markup.append(node.name)
            flow.border(node, [node.name])
            reader.end(node.name)
        elif node.name == "#comment":
            strange.setdefault("a comment", line)
        else:
            given = {name: value or "" for name, value in (node.attrs or {}).items()}
            silent = {name: said for name, said in given.items() if name not in _SAID}
            markup.append([node.name, sorted(silent.items())])
            heard = sorted((name, canonical(given[name])) for name in given.keys() - silent)
            flow.border(node, [*markup[-1], *heard])
            for one in (*_strange(node.name, given), *_strange_drawing(node, given)):
                strange.setdefault(one, line)
            if node.name == "script" and given != _DATA and _inside(node) != index_script():
                strange.setdefault("a script that runs", line)
            # In the body a browser does not heed it.
            policies += given.get("content") in _POLICIES and node.parent.name == "head"
            reader.start(node.name, given, line)
    reader.flush()
    if whole and not policies:
        strange["a page without its Content-Security-Policy"] = 0
    links = tuple(
        Link(statement, address, canonical("".join(words)), line)
        for statement, address, words, line in reader.links
    )
    return PageReading(
        words=tuple(reader.found),
        lines=tuple(reader.lines),
        markup=hash_json(markup),
        flow=hash_json(flow.parts),
        flow_parts=tuple(flow.parts),
        flow_lines=flow.lines,
        strange=tuple(strange.items()),
        links=links,
    )


def _says(meta: Mapping[str, str]) -> bool:
    """Whether an element of the head holds words: its description, or what a link to it shows."""
    return meta.get("name") == "description" or meta.get("property") in _SHARED


def _inside(node: Any) -> str:
    return "".join(str(one.data) for one in node.children or ())


def _strange_bytes(html: str) -> Iterator[tuple[str, int]]:
    """Yield what our templates do not write of a page before it is parsed, and in which line."""
    if not html.lstrip("\ufeff \t\r\n").lower().startswith("<!doctype html>"):
        yield "a page without <!doctype html>", 1
    if not (end := html.rstrip()).lower().endswith("</html>"):
        yield "a page that does not end with </html>", end.count("\n") + 1
    # Beyond that a browser looks for no encoding, and takes letters for others.
    if not re.search(rb"<meta\s+charset=[\"']?utf-8", html.encode()[:1024], re.IGNORECASE):
        yield 'a page without <meta charset="utf-8"> in its first 1024 bytes', 1
    yield from odd_characters(html)


def odd_characters(text: str) -> Iterator[tuple[str, int]]:
    """Yield what counts as white space, or as nothing, and does not look like it; and its line."""
    for one in sorted(set(text) - {"\n", "\r", "\t"}):
        if unicodedata.category(one) in ("Cc", "Zl", "Zp") or one == "\u1680":
            yield f"the character U+{ord(one):04X}", _line_of(text, text.index(one))
    if found := _RUN_OF_SPACES.search(text):
        yield "a run of spaces that a browser shows", _line_of(text, found.start())


def _line_of(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _strange(name: str, given: Mapping[str, str]) -> Iterator[str]:
    """Yield what our templates do not write of an element."""
    if name not in ELEMENTS:
        yield f"the element <{name}>"
        return
    for attribute, value in given.items():
        allowed = (
            value in _CLASSES.get(name, ())
            if attribute == "class"
            else attribute in ELEMENTS[name] or attribute in _ANYWHERE or given == _BARS
        )
        if not allowed:
            yield f'the attribute {attribute}="{canonical(value)}" of <{name}>'
    if name == "meta" and not _says(given) and given not in _META:
        yield (
            " ".join(["<meta", *(f'{key}="{canonical(said)}"' for key, said in given.items())])
            + ">"
        )
    if name == "link" and given.get("rel") not in _LINKED:
        yield f"a <link> to what is '{given.get('rel', '')}'"
    if name == "input" and given.get("type") not in ("radio", "search"):
        yield f"a field of the type '{given.get('type', 'text')}'"
    address = given.get("href", "")
    if address and ":" in address.split("/")[0] and not address.lower().startswith(_WEB):
        yield f"a link to {address}"


_BARS = {"class": "bars", "aria-hidden": "true"}
"""The attributes of what is drawn beside a sentence that says the same."""


def _strange_drawing(node: Any, given: Mapping[str, str]) -> Iterator[str]:
    """Yield where something is drawn, or kept from who hears a page, that is not as words say."""
    if node.name in ("svg", "path"):
        around = node.parent if node.name == "svg" else getattr(node.parent, "parent", None)
        if _attributes(around) != _BARS:
            yield f"the element <{node.name}>"
    elif given.get("class") == "bars":
        inside = [one for one in node.children if one.name != "#text" or str(one.data).strip()]
        if given != _BARS or len(inside) % 2 or not inside:
            yield "bars that stand otherwise than ours"
        for label, drawing in zip(inside[::2], inside[1::2], strict=False):
            name, attributes, words = _drawn(label)
            said = canonical("".join(word for kind, _, word in words if kind == "#text"))
            bar = bar_of(said) if (name, attributes, len(words)) == ("span", {}, 1) else None
            if bar is None or _drawn(drawing) != _drawn_html(render("bar.html.j2", bar=bar)):
                yield f"a bar that is not drawn as '{said}'"


_Drawn = tuple[str, dict[str, str], list[tuple[str, dict[str, str], Any]]]
"""An element: its name, its attributes, and of each thing in it those, and its words or number."""


@lru_cache(maxsize=256)
def _drawn_html(html: str) -> _Drawn:
    """Return what HTML of one drawing draws."""
    nodes = in_order(parse_html(html))
    return next(_drawn(node) for kind, node in nodes if kind == "start" and node.name == "svg")


def _drawn(node: Any) -> _Drawn:
    """Return an element with what is right in it; whatever is deeper is none of ours."""
    inside = getattr(node, "children", None) or []
    return (
        node.name,
        _attributes(node),
        [
            (
                one.name,
                _attributes(one),
                one.data if one.name == "#text" else len(one.children or ()),
            )
            for one in inside
        ],
    )


def _attributes(node: Any) -> dict[str, str]:
    return dict(getattr(node, "attrs", None) or {})


class _Flow:
    """Puts down in order what starts, is said and ends on a page.

    White space between words counts once, wherever the borders of elements of a line stand in it;
    beside other elements it is none.
    """

    def __init__(self) -> None:
        self.parts: list[Any] = []
        self.lines: dict[int, int] = {}
        self._said = False
        self._apart = False

    def border(self, node: Any, part: list[Any]) -> None:
        """Put down the start or the end of an element."""
        self.parts.append(part)
        if node.name not in _INLINE or (node.name == "span" and _attributes(node) == _BARS):
            self._said = self._apart = False

    def text(self, data: str, line: int) -> None:
        """Put down words, and the line that they begin in."""
        if not (words := canonical(data)):
            self._apart = True
            return
        self.lines[len(self.parts)] = line + _lines_before(data)
        apart = self._said and (self._apart or data[0].isspace())
        self.parts.append(f" {words}" if apart else words)
        self._said, self._apart = True, data[-1].isspace()


def _lines_before(data: str) -> int:
    """Return how many lines end before the words of a text."""
    return data[: len(data) - len(data.lstrip())].count("\n")


class _Reader:
    """Takes the words of a page apart: pairs of a statement, or nothing, and words."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self.lines: list[int] = []
        self.links: list[tuple[str, str, list[str], int]] = []
        self._open: list[tuple[str, str]] = []
        self._words: list[str] = []
        self._line = 0
        self._statement = ""
        self._statement_line = 0
        self._spoken: list[str] = []
        self._cells: list[str] | None = None
        """The cells of the row that is a statement; None in any other."""

    def start(self, tag: str, given: Mapping[str, str], line: int) -> None:
        statement = tag in ("span", "tr") and given.get("id", "").startswith("s_")
        # Pages of older versions have the numbers of sources among the words.
        role = "statement" if statement else "cite" if tag == "sup" else ""
        if self._cells is not None and (tag == "small" or given.get("class") == "bars"):
            role = "beside"  # in the last cell of a row, where any other has them behind it
        if role in ("statement", "cite") or (tag in _BLOCKS and not self._statement):
            self.flush()
        for name in _SAID:
            if given.get(name) and not (tag == "meta" and not _says(given)):
                self._keep("", given[name], line)
        if role == "statement":
            self._statement_line = line
            self._statement = given["id"].removeprefix("s_") or "(no key)"
            self._cells = [] if tag == "tr" else None
        if "href" in given:
            self.links.append((self._statement, given["href"], [], line))
        self._open.append((tag, role))

    def end(self, tag: str) -> None:
        _, role = self._open.pop()
        if tag in ("td", "th") and self._cells is not None:
            self._cells.append("".join(self._spoken))
            self._spoken = []
        if role == "statement":
            words = "".join(self._spoken)
            if self._cells is not None:
                words = join_cells([*self._cells, *([words] if words.strip() else [])])
            self._keep(self._statement, words, self._statement_line)
            self._statement, self._spoken, self._cells = "", [], None
        if role in ("statement", "cite") or (tag in _BLOCKS and not self._statement):
            self.flush()

    def text(self, data: str, line: int) -> None:
        tags = {name for name, _ in self._open}
        if tags & _SILENT:
            return
        if "a" in tags and self.links:
            self.links[-1][2].append(data)
        beside = any(role in ("cite", "beside") for _, role in self._open)
        if self._statement and not beside:
            self._spoken.append(data)
            return
        if not self._line and data.strip():
            self._line = line + _lines_before(data)
        self._words.append(data)

    def flush(self) -> None:
        """Keep the words that belong to no statement, up to here."""
        words = "".join(self._words)
        if canonical(words):
            self._keep("", words, self._line)
        self._words, self._line = [], 0

    def _keep(self, statement: str, words: str, line: int) -> None:
        self.found.append((statement, canonical(words)))
        self.lines.append(line)


Lines = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""The lines of a Markdown page: the words of each, and its links with the words they are on."""


def read_markdown(text: str) -> Lines:
    """Return the lines of a Markdown page that have words, those of its front matter first."""
    front, _ = split_front_matter(text)
    lines: Lines = [*((one, []) for one in front), *linked_lines(text)]
    return [(words, links) for one, links in lines if (words := without_empty_end(canonical(one)))]


def markdown_links(lines: Lines, expected: Sequence[tuple[tuple[str, ...], str]]) -> list[Link]:
    """Return the links of a Markdown page, each with the first statement of a line as expected."""
    keys = {words: keys[0] for keys, words in expected if keys}
    return [
        Link(keys.get(line, ""), to, canonical(words), 0)
        for line, links in lines
        for to, words in links
    ]


_MARK = 4
"""How many characters tell a line from the one that was written."""
_LINES_COMPARED = 2000


def line_marks(text: str) -> str:
    """Return what tells each line of a file from another, for `verify` to say where one differs.

    Two spaces at the end of a line of Markdown break it; how Windows ends lines changes none.
    """
    lines = (one.removesuffix("\r").encode() for one in text.split("\n"))
    return "".join(hash_bytes(one)[-_MARK:] for one in lines)


def other_lines(recorded: str, text: str) -> list[range]:
    """Return which lines of a file are others than were written, in order.

    Where lines are gone, that is the line which stands in their place now, or the last one.
    Between the first and the last line that differ, no more than some thousands are told apart.
    """
    then, now = (
        [marks[place : place + _MARK] for place in range(0, len(marks), _MARK)]
        for marks in (recorded, line_marks(text))
    )
    if then == now:
        return []
    start = same_from_the_start(then, now)
    end = same_from_the_start(then[start:][::-1], now[start:][::-1])
    then, now_there = then[start : len(then) - end], now[start : len(now) - end]
    spans = [(0, len(now_there))]
    if len(then) + len(now_there) < _LINES_COMPARED:
        matcher = difflib.SequenceMatcher(None, then, now_there, autojunk=False)
        spans = [(a, b) for what, _, _, a, b in matcher.get_opcodes() if what != "equal"]
    lines = [(start + first, start + max(after, first + 1)) for first, after in spans]
    return [range(min(first, len(now) - 1) + 1, min(after, len(now)) + 1) for first, after in lines]


def same_from_the_start(these: Sequence[str], those: Sequence[str]) -> int:
    """Return how many are the same from the start on."""
    return sum(
        1 for _ in takewhile(lambda both: both[0] == both[1], zip(these, those, strict=False))
    )
