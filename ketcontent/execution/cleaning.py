"""What somebody else's notebook shows, as HTML that runs nothing and loads nothing.

Markdown is read by nbconvert's own parser. Pictures of the notebook's folder and drawings (SVG) are
put into the page as pictures, in which no browser runs a script; formulas are drawn as MathML. What
is left out (scripts, frames, sounds, pictures of other hosts) is named where it stood. nh3 has the
last word: whatever was done before, no more comes out than it lets through.
"""

from __future__ import annotations

import base64
import html
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import nh3
from bs4 import BeautifulSoup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from ketcontent.text import visible


@dataclass(frozen=True, slots=True)
class Cleaned:
    """HTML that runs nothing and loads nothing."""

    html: str
    left_out: tuple[str, ...]
    """The notes in the HTML that name what was left out."""
    shows: bool
    """Whether anything else is in it."""


KINDS = {
    "script": "Script",
    "iframe": "Frame",
    "object": "Object",
    "embed": "Object",
    "applet": "Object",
    "canvas": "Drawing",
    "svg": "Drawing",
    "audio": "Sound",
    "video": "Video",
    "form": "Form",
    "img": "Picture",
}
"""The elements that are left out, each with what a reader calls it."""
UNSPOKEN = re.compile(r"<(?:math\b.*?</math|(img)\b[^<>]*)>", re.DOTALL)
"""What clean HTML shows without words: a formula, or a picture."""
LARGEST_PICTURE = 20_000_000
"""Bytes of a picture that is taken into a page."""

_MATHML = {
    *("math", "mrow", "mi", "mo", "mn", "mtext", "mspace", "mstyle", "msup", "msub", "msubsup"),
    *("mfrac", "msqrt", "mroot", "mover", "munder", "munderover", "mtable", "mtr", "mtd"),
    *("menclose", "mpadded", "mphantom"),
}
_MATHML_LOOKS = {
    *("display", "displaystyle", "scriptlevel", "accent", "accentunder", "stretchy", "fence"),
    *("form", "linethickness", "mathvariant", "notation", "columnalign", "rowspacing"),
    *("columnspacing", "columnlines", "rowlines", "lspace", "rspace", "width", "height", "depth"),
    *("minsize", "maxsize", "movablelimits", "separator", "largeop"),
}
_TAGS = (nh3.ALLOWED_TAGS | _MATHML | {"tfoot"}) - {"map", "area"}
_ATTRIBUTES = {
    **nh3.ALLOWED_ATTRIBUTES,
    **dict.fromkeys(_MATHML, _MATHML_LOOKS),
    "*": {"id", "lang", "dir", "title", "hidden"},
}
_SEEN = {
    **_ATTRIBUTES,
    **dict.fromkeys(KINDS, frozenset({"src", "type", "alt", "width", "height"})),
    "input": {"checked"},
    "*": {*_ATTRIBUTES["*"], "class"},
}
_TO_BE_CHANGED = re.compile(
    rf"<(?:title|input|{'|'.join(KINDS)})\b|[$\\]|anchor-link|mermaid|left-out"
)
"""What in whole elements is left out, drawn or counted; all else comes out as it is."""
_BETWEEN = re.compile(r"<pre\b(?:(?!<pre\b).)*?</pre>|(?:(?<=>)|\A)[ \n\t\f\r]+(?=<|\Z)", re.DOTALL)
"""The space between two elements, which says nothing; a block of code is passed by as a whole."""
_SCHEMES = {"http", "https", "mailto", "tel", "sms", "data"}


def clean(text: str, folder: Path | None = None) -> Cleaned:
    """Return HTML of anyone's as it may stand in a page.

    Parameters
    ----------
    text
        The HTML.
    folder
        The folder of the notebook, whose pictures are taken into the page; none where there is no
        folder.

    Examples
    --------
    >>> clean("<p onclick=x>So <b>on</b></p><iframe srcdoc=x></iframe>").html
    '<p>So <b>on</b></p><em>(Frame left out)</em>'
    """
    # Whole elements for the parser that follows, which takes long over halves of them.
    whole = nh3.clean(
        with_drawings(text),
        tags=_TAGS | set(KINDS) | {"input", "title"},
        clean_content_tags={"style"},
        attributes=_SEEN,
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    left_out: list[str] = []
    notes = 0
    if _TO_BE_CHANGED.search(whole):
        whole, left_out, notes = _changed(whole, folder)
    else:  # to make a tree of a long text takes seconds
        whole = _BETWEEN.sub(_one_space, whole)
    cleaned = nh3.clean(
        whole,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_steered,
        url_schemes=_SCHEMES,
    )
    cleaned = steady(cleaned).replace("<U+", "&lt;U+")  # entities had spelled it out
    said = len(html.unescape(nh3.clean(cleaned, tags=set())).strip())
    return Cleaned(cleaned, tuple(left_out), said > notes or bool(UNSPOKEN.search(cleaned)))


def _changed(whole: str, folder: Path | None) -> tuple[str, list[str], int]:
    """Return whole elements with formulas drawn and pictures taken in.

    Also the notes that name what was left out, and how many letters such notes have in all.
    """
    # Text alone could be taken for the name of a file.
    soup = BeautifulSoup(f"<p></p>{whole}", "html.parser")
    left_out: list[str] = []

    def leave_out(element: Any, kind: str, words: str = "", address: str = "") -> None:
        note = soup.new_tag("em", attrs={"class": "left-out"})
        note.string = left_out_note(kind, words)
        left_out.append(str(note.string))
        if re.match(r"https?://", address) and not element.find_parent("a"):
            link = soup.new_tag("a", attrs={"href": address})
            link.append(note)
            note = link
        element.replace_with(note)

    for element in soup.select("title, a.anchor-link"):
        element.decompose()
    for box in soup.select("input.task-list-item-checkbox"):
        box.replace_with("☑ " if box.has_attr("checked") else "☐ ")
    for diagram in soup.select("pre.mermaid"):
        leave_out(diagram, "Diagram")
    for element in soup.find_all(list(KINDS)):
        if element.decomposed or element.find_parent(list(KINDS)):
            continue
        source = str(element.get("src") or "")
        if element.name == "script" and str(element.get("type", "")).endswith("json"):
            element.decompose()  # data, which shows nothing
        elif element.name != "img":
            leave_out(element, KINDS[element.name], address=source * (element.name != "script"))
        elif picture := _picture(source, folder):
            element["src"] = picture
        else:
            leave_out(element, "Picture", str(element.get("alt") or file_name(source)), source)
    for words in soup.find_all(string=FORMULA):
        if words.find_parent(["code", "pre", "style", "samp", "kbd"]) is None:
            drawn, missed = _with_formulas(str(words))
            left_out += [left_out_note("Formula")] * missed
            words.replace_with(BeautifulSoup(drawn, "html.parser"))
    notes = sum(len(note.get_text()) for note in soup.select("em.left-out"))
    return str(soup).removeprefix("<p></p>"), left_out, notes


def _one_space(found: re.Match[str]) -> str:
    """Return the space between two elements as it comes out of a tree of them."""
    return found[0] if found[0].strip() else "\n" if "\n" in found[0] else " "


def steady(text: str) -> str:
    """Return text with what steers a terminal or the order of words spelled out."""
    return visible(text.replace("\r\n", "\n").replace("\r", "\n"))


def left_out_note(kind: str, words: str = "") -> str:
    """Return what stands in a page where something was left out.

    Examples
    --------
    >>> left_out_note("Picture", "a map")
    '(Picture left out: a map)'
    """
    return f"({kind} left out: {words.strip()})" if words.strip() else f"({kind} left out)"


def _steered(element: str, attribute: str, value: str) -> str | None:
    """Return the value of an attribute; nothing for one that loads something."""
    if element == "img" and attribute == "src":
        return value if value.startswith("data:image/") else None
    return None if re.match(r"\s*data:", value, re.IGNORECASE) else value


# --- pictures --------------------------------------------------------------------------------


def _picture(source: str, folder: Path | None) -> str:
    """Return a picture as a data address; nothing where it is not here."""
    if re.match(r"data:image/[\w.+-]+[;,]", source):
        return source
    if folder is None or not source or re.match(r"[^/?#]*:|/", source):
        return ""
    try:
        path = (folder / unquote(source)).resolve()
        kind = mimetypes.guess_type(path)[0] or ""
        inside = path.is_relative_to(folder.resolve()) and kind.startswith("image/")
        if not inside or not path.is_file() or path.stat().st_size > LARGEST_PICTURE:
            return ""
        return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
    except (OSError, ValueError):  # no file can have such a name, or it is not ours to read
        return ""


def file_name(address: str) -> str:
    """Return the file that an address ends in, to call a picture by; nothing where it has none.

    Examples
    --------
    >>> file_name("https://example.org/a%20map.png?x=1"), file_name("data:,x")
    ('a map.png', '')
    """
    found = re.search(r"([^/:;,]+\.\w{2,5})(?:[?#].*)?\Z", address)
    return unquote(found[1]) if found else ""


def drawing(text: str) -> str:
    """Return a drawing (SVG) as the data address of a picture; nothing for what is none.

    Examples
    --------
    >>> drawing("<svg></svg>")[:26], drawing("words")
    ('data:image/svg+xml;base64,', '')
    """
    text = text[max(text.find("<svg"), 0) :]
    head = text.partition(">")[0]
    for name, address in (
        ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
        ("xmlns", "http://www.w3.org/2000/svg"),
    ):
        if not re.search(rf"\s{name}\s*=", head):
            text = text.replace("<svg", f'<svg {name}="{address}"', 1)
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return ""
    if root.tag != "{http://www.w3.org/2000/svg}svg":
        return ""
    return f"data:image/svg+xml;base64,{base64.b64encode(text.encode()).decode()}"


def with_drawings(text: str) -> str:
    """Return HTML in which each drawing is a picture."""
    parts = []
    place = 0
    while (start := text.find("<svg", place)) >= 0 and (end := text.find("</svg>", start)) >= 0:
        end += len("</svg>")
        picture = drawing(text[start:end])
        parts += [text[place:start], f'<img alt="" src="{picture}">' if picture else ""]
        parts += [] if picture else [text[start:end]]
        place = end
    return "".join([*parts, text[place:]])


# --- formulas --------------------------------------------------------------------------------

FORMULA = re.compile(
    r"\$\$(?P<block>[^$]+)\$\$"
    r"|(?<!\\)\\\[(?P<display>(?:(?!(?<!\\)\\\[)[^\0])+?)(?<!\\)\\\]"
    r"|(?<!\\)\\\((?P<inline>(?:(?!(?<!\\)\\\()[^\0])+?)(?<!\\)\\\)"
    r"|(?P<environment>\\begin\{(?P<name>[a-z]{1,20}\*?)\}"
    r"(?:(?!\\begin\{(?P=name)\})[^\0])*?\\end\{(?P=name)\})"
    r"|(?<![\\$\w])\$(?P<dollar>(?![\s$])[^$]*?(?<![\s\\]))\$(?![\d$])"
)
"""A formula in text, as nbconvert's pages know one."""


def _with_formulas(text: str) -> tuple[str, int]:
    """Return text as HTML in which each formula is drawn, and how many could not be."""
    missed = 0
    parts = []
    place = 0
    for found in FORMULA.finditer(text):
        tex = next(filter(None, found.group("block", "display", "inline", "environment", "dollar")))
        block = not (found["inline"] or found["dollar"])
        drawn = formula(tex, block=block)
        missed += not drawn
        note = f'<em class="left-out">{left_out_note("Formula")}</em>'
        parts += [html.escape(text[place : found.start()]), drawn or note]
        place = found.end()
    return "".join([*parts, html.escape(text[place:])]), missed


def formula(tex: str, *, block: bool) -> str:
    r"""Return a formula as MathML; nothing where it holds what is not known.

    Examples
    --------
    >>> formula("x^2", block=False)[-47:]
    '<msup><mi>x</mi><mn>2</mn></msup></mrow></math>'
    >>> formula(r"\unknown{x}", block=False)
    ''
    """
    from latex2mathml.converter import convert_to_element

    tex = re.sub(r"\\(?:label\{[^{}]*\}|nonumber\b|notag\b)", "", tex)
    if re.search(r"\\begin\{(?:tab|document|figure|table|itemize|enumerate|center)", tex):
        return ""  # a text of LaTeX, and no formula
    try:
        drawn = convert_to_element(tex, display="block" if block else "inline")
    # Its twelve errors share no class but this; what is half a formula makes it raise IndexError,
    # StopIteration, TypeError or RecursionError as well. The formula is shown as it was typed then.
    except Exception:
        return ""
    for element in drawn.iter():
        element.text = html.unescape(element.text or "")
        if re.match(r"\\[A-Za-z]|[{}]\Z", element.text):
            return ""  # a command that it does not know
    return str(ElementTree.tostring(drawn, encoding="unicode"))


# --- Markdown --------------------------------------------------------------------------------


class _Renderer(IPythonRenderer):
    """nbconvert's, with pictures and formulas left to `clean`."""

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return str(super(IPythonRenderer, self).image(text, url, title))

    def block_math(self, body: str) -> str:
        return f"\\[{self.escape_html(body)}\\]"

    def inline_math(self, body: str) -> str:
        return f"\\({self.escape_html(body)}\\)"


def markdown_html(markdown: str) -> str:
    """Return Markdown as HTML, which is not yet clean."""
    return str(MarkdownWithMath(renderer=_Renderer(escape=False)).render(markdown))
