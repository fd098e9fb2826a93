"""What a cell puts out → what an export prints of it.

A cell may put out anything and say anything of it, so no label makes its HTML ours. HTML is printed
as it stands where each tag is one that our templates write: elements, attributes and addresses that
run nothing and load nothing, closed in the order in which they were opened. Any other is cleaned
with nh3, whoever drew it. Markdown is printed without raw HTML, which some of its readers run; in
Markdown, HTML is words.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ketcontent.markup import EDITORS, escape_markdown, markdown_lines, strange_links
from ketcontent.text import fold, visible


@dataclass(frozen=True, slots=True)
class Shown:
    """Something that a notebook shows."""

    form: str
    """``html``, ``markdown``, ``image`` (a data address) or ``text``."""
    content: str
    """What is shown, in that form."""


_ORDER = {
    EDITORS: (EDITORS, "text/html", "text/markdown", "image/png", "image/jpeg", "text/plain"),
    "html": ("text/html", "text/markdown", "image/png", "image/jpeg", "text/plain"),
    "markdown": ("text/markdown", "image/png", "image/jpeg", "text/plain", "text/html"),
}
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def shown_output(output: Mapping[str, Any], form: str) -> Shown | None:
    """Return what an output shows in an export, by the form that it prefers; None for nothing."""
    if output["output_type"] == "stream":
        return _text(output["text"]) if output["name"] == "stdout" else None
    if output["output_type"] == "error":
        return _text(f"{output['ename']}: {output['evalue']}")
    data = output.get("data", {})
    for mime in _ORDER[form]:
        if not isinstance(data.get(mime), str):
            continue
        text = data[mime]
        if mime == "text/plain" and "text/html" in data and text.startswith("<"):
            continue  # Python's way to say that there are no words for it
        if mime.startswith("image/"):
            return Shown("image", f"data:{mime};base64,{re.sub(r'[^A-Za-z0-9+/=]', '', text)}")
        if mime in ("text/html", EDITORS):
            return Shown("html", printable_html(text)) if form != "markdown" else _words(text)
        return _text(text) if mime == "text/plain" else shown_markdown(text, form)
    return None


def shown_markdown(text: str, form: str) -> Shown:
    """Return Markdown as it is shown in an export to ``html``, whose parser is ours, or any."""
    return Shown("markdown", _steady(text) if form != "markdown" else printable_markdown(text))


def _text(text: str) -> Shown:
    return Shown("text", _steady(_COLOUR.sub("", text)))


def _steady(text: str) -> str:
    """Return text with what steers a terminal or the order of words spelled out."""
    return visible(text.replace("\r\n", "\n").replace("\r", "\n"))


# --- HTML ------------------------------------------------------------------------------------

_ANY = frozenset({"id", "class", "lang", "dir", "role", "style", "title", "tabindex"})
_NAMED = frozenset({"aria-label", "aria-labelledby"})
_DRAWN = frozenset({"x", "y", "x1", "x2", "y1", "y2", "d", "width", "height", "viewBox", "version"})
_PLACED = _DRAWN | {
    "transform",
    "clip-path",
    "patternUnits",
    "fill",
    "stroke-linejoin",
    "stroke-linecap",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "preserveAspectRatio",
}
_ELEMENTS = {
    **dict.fromkeys(("article", "section", "div", "nav", "table", "svg"), _NAMED),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "dl", "dt", "dd"), frozenset()),
    **dict.fromkeys(("span", "sup", "sub", "small", "strong", "em", "b", "i"), frozenset()),
    **dict.fromkeys(("code", "pre", "bdi", "mark", "del", "ins", "br", "hr"), frozenset()),
    **dict.fromkeys(("blockquote", "figure", "figcaption", "fieldset", "legend"), frozenset()),
    **dict.fromkeys(("label", "caption", "thead", "tbody", "tr", "td", "summary"), frozenset()),
    **dict.fromkeys(("path", "defs", "clipPath", "rect", "g", "text", "pattern"), frozenset()),
    "a": frozenset({"href", "hreflang", "aria-label"}),
    "details": frozenset({"open"}),
    "input": frozenset({"type", "name", "checked"}),
    "li": frozenset({"value"}),
    "ol": frozenset({"start"}),
    "th": frozenset({"scope"}),
    "use": frozenset({"href"}),
}
"""The elements that our templates write, each with its attributes besides those of any."""
_OF_A_DRAWING = frozenset(
    {"svg", "path", "defs", "clipPath", "rect", "g", "text", "pattern", "use"}
)
_EMPTY = frozenset({"br", "hr", "input"})

_LOOKS = (
    r"text-align|text-anchor|overflow-wrap|font-size|opacity|fill|fill-opacity|fill-rule|stroke"
    r"|stroke-(?:width|dasharray|dashoffset|linecap|linejoin|opacity|miterlimit)"
)
_VALUES = {
    "class": r"[\w -]*",
    "style": rf"(?:(?:(?:{_LOOKS}): ?(?:[\w.#,% -]+|url\(#\w+\))|position:absolute|width:1px"
    r"|height:1px|overflow:hidden|clip-path:inset\(50%\))(?:; *|\Z))*",
    "href": r"(?:https?://|mailto:|tel:|sms:|#)[^\"<>]*|(?!//)[\w./-]*",
    "type": "radio|search",
    "clip-path": r"url\(#\w+\)",
    "stroke": "currentColor",
    "xmlns": r"http://www\.w3\.org/2000/svg",
    "xmlns:xlink": r"http://www\.w3\.org/1999/xlink",
}
"""What an attribute may say that could load, cover or hide something; others say what they will."""
_VALUE = {name: re.compile(rf"(?:{pattern})\Z") for name, pattern in _VALUES.items()}

_TAG = re.compile(
    r'<(/?)([A-Za-z][A-Za-z0-9]*)((?: [A-Za-z][A-Za-z:0-9-]*(?:="[^"<>]*")?)*) ?(/?)>'
)
_ATTRIBUTE = re.compile(r' ([A-Za-z][A-Za-z:0-9-]*)(?:="([^"<>]*)")?')
_BARS = '<span class="bars" aria-hidden="true">'
"""What our templates hide from who hears a page, since the sentence beside it says it all."""
_LINKED_DATA = re.compile(r'<script type="application/ld\+json">[^<]*</script>')


def printable_html(text: str) -> str:
    """Return HTML as it stands where it is of the kind that we write, else cleaned."""
    # What steers the order of words is spelled out; nothing of ours holds it.
    text = _steady(text).replace("<U+", "&lt;U+")
    if _is_of_our_kind(text):
        return text
    import nh3

    return nh3.clean(text, tags=nh3.ALLOWED_TAGS - {"img"})


def _is_of_our_kind(text: str) -> bool:
    """Whether each tag is one that our templates write, and closed in its order."""
    opened: list[str] = []
    place = 0
    while (place := text.find("<", place)) >= 0:
        if data := _LINKED_DATA.match(text, place):
            place = data.end()
            continue
        if text.startswith(_BARS, place):
            opened.append("span")
            place += len(_BARS)
            continue
        tag = _TAG.match(text, place)
        if tag is None:
            return False
        closing, name, attributes, alone = tag.groups()
        place = tag.end()
        if closing:
            if attributes or alone or not opened or opened.pop() != name:
                return False
        elif not _is_allowed(name, attributes) or (alone and name not in _OF_A_DRAWING):
            return False
        elif name not in _EMPTY and not alone:
            opened.append(name)
    return not opened


def _is_allowed(name: str, attributes: str) -> bool:
    if name not in _ELEMENTS:
        return False
    known = _ANY | _ELEMENTS[name]
    if name in _OF_A_DRAWING:
        known |= _PLACED | {"xmlns", "xmlns:xlink"}
    return all(
        one[1] in known
        and (one[1] not in _VALUE or _VALUE[one[1]].match(html.unescape(one[2] or "")))
        for one in _ATTRIBUTE.finditer(attributes)
    )


# --- Markdown --------------------------------------------------------------------------------

_FENCE = re.compile(r"(`{3,}|~{3,})([\w+#.-]*)[ \t]*\Z")
_ELEMENT = re.compile(
    r"(?P<even>(?<!\\)(?:\\\\)*)\\?<(?=[A-Za-z/!?])"
    r"(?!(?<!\\<)(?:https?://|mailto:|tel:|sms:)[^\s<>]*>)"
)


def printable_markdown(text: str) -> str:
    """Return Markdown in which no reader finds an element of HTML, nor a link that runs something.

    Examples
    --------
    >>> print(printable_markdown("*So* <b onclick=x> <https://example.org>"))
    *So* &lt;b onclick=x> <https://example.org>
    >>> print(printable_markdown("[so](javascript:alert)"))
    \\[so\\](javascript:alert)
    """
    given = _steady(text).split("\n")
    if strange_links("\n".join(given)):
        given = [escape_markdown(line) if strange_links(line) else line for line in given]
    if strange_links("\n".join(given)):  # one that is written over several lines
        given = [escape_markdown(line) for line in given]
    lines: list[str] = []
    fence, blank = "", True
    for line in given:
        mark = _FENCE.match(line)
        if fence:
            closed = mark and mark[1].startswith(fence) and not mark[2]
            fence = "" if closed else fence
        elif mark and blank:
            fence = mark[1]
        else:
            line = _ELEMENT.sub(r"\g<even>&lt;", line)
        lines.append(line)
        blank = not line.strip()
    return "\n".join([*lines, fence] if fence else lines)


_BLOCK = re.compile(r"<(?=/?(?:p|div|li|tr|h[1-6]|table|br|hr|d[dt]|pre|section|ul|ol)\b)", re.I)
_CELL = re.compile(r"<(?=t[dh]\b)", re.I)


def _words(text: str) -> Shown:
    """Return the words of HTML, a paragraph a block."""
    import nh3

    text = nh3.clean(_CELL.sub(" <", _BLOCK.sub("\n<", text)), tags=set())
    lines = filter(None, (fold(visible(html.unescape(line))) for line in text.splitlines()))
    paragraphs = (markdown_lines([escape_markdown(line)]) for line in lines)
    return Shown("markdown", "\n\n".join(line for [line] in paragraphs))


def fenced(text: str) -> str:
    """Return plain text as a block of code in Markdown that no line of it ends.

    Examples
    --------
    >>> print(fenced("So"))
    ```text
    So
    ```
    """
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return f"{fence}text\n{text.strip()}\n{fence}"
