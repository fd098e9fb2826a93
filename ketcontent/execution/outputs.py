"""What a cell puts out → what an export prints of it.

A cell may put out anything and say anything of it, so no label makes its HTML ours. HTML is printed
as it stands where each tag is one that our templates write: elements, attributes and addresses that
run nothing and load nothing, closed in the order in which they were opened. Any other is cleaned
(`ketcontent.execution.cleaning`), whoever drew it. Markdown is printed with no more raw HTML than
elements that do nothing, since some of its readers run it; in Markdown, HTML of an output is words.

An output that has no form which may be printed is named where it stood.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbconvert.filters.ansi import strip_ansi

from ketcontent.execution.cleaning import (
    FORMULA,
    clean,
    drawing,
    left_out_note,
    markdown_html,
    steady,
)
from ketcontent.execution.markdown import markdown_formula, markdown_words, printable_markdown
from ketcontent.markup import EDITORS, FACTS


@dataclass(frozen=True, slots=True)
class Shown:
    """Something that a notebook shows."""

    form: str
    """``html``, ``markdown``, ``image`` (a data address), ``text``, or ``left-out``."""
    content: str
    """What is shown, in that form; of what is left out, the words that say so."""


_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_FORMS = ("text/html", "text/markdown", "image/svg+xml", "text/latex", *_PICTURES, "text/plain")
_ORDER = {
    EDITORS: (EDITORS, *_FORMS),
    "html": _FORMS,
    "markdown": (
        *("text/markdown", *_PICTURES, "image/svg+xml", "text/latex", "text/plain", "text/html"),
    ),
}
_NAMES = {
    r"widget": "Interactive control",
    r"plotly|vega|bokeh|holoviews": "Interactive chart",
    r"javascript": "Script",
    r"image/": "Picture",
    r"latex": "Formula",
    r"mermaid": "Diagram",
    r"audio/": "Sound",
    r"video/": "Video",
    r"pdf": "PDF",
    r"json": "Data",
}
"""What a reader calls what is left out, by what is in the name of its form."""
_ALIVE = re.compile("widget-view|plotly|vega|bokeh|holoviews")
"""What works by a script alone: the words beside it are code."""
_TITLED = re.compile(r"\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)")
"""What tells a terminal a title, or where a link leads."""
_OVERWRITTEN = re.compile(r"[^\n\r]*\r(?![\n\r]|\Z)")
"""What a carriage return takes back: a bar of progress as it was."""


def shown_output(output: Mapping[str, Any], form: str, folder: Path | None = None) -> Shown | None:
    """Return what an output shows in an export, by the form that it prefers; None for nothing.

    Parameters
    ----------
    output
        The output of a cell.
    form
        ``html``, ``markdown``, or the form for editors.
    folder
        The folder of the notebook, whose pictures its HTML may show.
    """
    if output["output_type"] == "stream":
        said = output["text"]
        return _text(_OVERWRITTEN.sub("", said)) if output["name"] == "stdout" else None
    if output["output_type"] == "error":
        return _text(f"{output['ename']}: {output['evalue']}")
    data = output.get("data", {})
    alive = any(_ALIVE.search(mime) for mime in data)
    left_out: list[str] = []
    for mime in _ORDER[form]:
        text = data.get(mime)
        if not isinstance(text, str):
            continue
        if mime == "text/plain" and (
            alive or (len(data) > 1 and text.startswith("<")) or _is_script(data.get("text/html"))
        ):
            continue  # Python's way to say that there are no words for it, or code
        if one := _in_form(mime, data, form, folder, left_out):
            return one
    # The name of a form says more than the element in it.
    forms = " ".join(data)
    left_out[:0] = [left_out_note(name) for part, name in _NAMES.items() if re.search(part, forms)]
    return Shown("left-out", left_out[0]) if left_out else None


def _is_script(text: Any) -> bool:
    """Whether HTML is nothing but room for what a script is to draw."""
    return isinstance(text, str) and "<script" in text and not clean(text).shows


def _in_form(
    mime: str, data: Mapping[str, Any], form: str, folder: Path | None, left_out: list[str]
) -> Shown | None:
    """Return what is shown of an output in one of its forms; None where that is nothing."""
    text = str(data[mime])
    if mime == "image/svg+xml":
        picture = drawing(text)
        return Shown("image", picture) if picture else None
    if mime.startswith("image/"):
        return Shown("image", f"data:{mime};base64,{re.sub(r'[^A-Za-z0-9+/=]', '', text)}")
    if mime == "text/plain":
        return _text(text)
    if mime == "text/markdown":
        return shown_markdown(text, form, folder)
    if mime == "text/latex":
        formula = clean(html.escape(text.strip()))
        if "<math" not in formula.html or formula.left_out:
            return None
        markdown = form == "markdown"
        drawn = f"<p>{formula.html}</p>"
        return Shown(form, markdown_formula(text)) if markdown else Shown("html", drawn)
    text = _unturned(text)
    # What says that it is ours may speak of dollars.
    if not _is_of_our_kind(text) or (FACTS not in data and FORMULA.search(text)):
        cleaned = clean(text, folder)
        left_out += cleaned.left_out
        text = cleaned.html if cleaned.shows else ""
    if form == "markdown":
        text = markdown_words(text)
    return Shown(form if form == "markdown" else "html", text) if text else None


def shown_markdown(text: str, form: str, folder: Path | None = None) -> Shown:
    """Return Markdown as it is shown in an export to HTML, or to ``markdown``."""
    if form == "markdown":
        return Shown(form, printable_markdown(text))
    return Shown("html", clean(markdown_html(steady(text)), folder).html)


_HEADING_LINE = re.compile(r"\s*# [^\n\[<]*(?:\n|\Z)")
"""A heading at the beginning that no other line of its text has to do with."""
_PERHAPS_HEADING = re.compile(
    r"^[>*+:.)\d \t\f\v-]*#(?!#)|^[>*+:.)\d \t\f\v=-]*=[ \t\f\v]*$|<h1",
    re.MULTILINE | re.IGNORECASE,
)
_HEADING = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.DOTALL)


def first_heading(text: str) -> str:
    """Return the words of the first heading of level 1 in Markdown; empty where it has none.

    To draw a long text takes seconds, so all of it is drawn only where its first line does not say.

    Examples
    --------
    >>> first_heading("# So *it* is")
    'So it is'
    """
    text = steady(text)
    if not _PERHAPS_HEADING.search(text):
        return ""
    alone = _HEADING_LINE.match(text)
    for part in filter(None, (alone and alone[0], text)):
        if heading := _HEADING.search(shown_markdown(part, "html").content):
            return " ".join(Markup(heading[1]).striptags().split())
    return ""


def shown_raw(cell: Mapping[str, Any], form: str, folder: Path | None = None) -> Shown | None:
    """Return what a raw cell shows in an export to the form that it was written for, else None."""
    metadata = cell["metadata"]
    mime = metadata.get("raw_mimetype") or metadata.get("format")
    wanted = "text/markdown" if form == "markdown" else "text/html"
    data = {wanted: cell["source"]}
    return _in_form(wanted, data, form, folder, []) if mime == wanted else None


def _text(text: str) -> Shown:
    return Shown("text", steady(strip_ansi(_TITLED.sub("", text))))


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
    "direction",
    "font-size",
    "text-anchor",
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
    text = _unturned(text)
    return text if _is_of_our_kind(text) else clean(text).html


def _unturned(text: str) -> str:
    # What steers the order of words is spelled out; nothing of ours holds it.
    return steady(text).replace("<U+", "&lt;U+")


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
