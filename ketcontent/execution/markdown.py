"""Markdown of anyone's → Markdown that no reader of it runs; words of HTML as Markdown.

Some readers of Markdown run the HTML in it. Elements that do nothing, such as ``<sub>``, are kept
without their attributes, so that what they say is not lost; pictures beside the notebook and links
keep their address; what would run or load something is named where it stood; any other is words.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from urllib.parse import quote

from ketcontent.execution.cleaning import KINDS, UNSPOKEN, drawing, file_name, left_out_note, steady
from ketcontent.markup import escape_markdown, markdown_lines, strange_links
from ketcontent.text import fold, visible

_INERT = {
    *("b", "strong", "i", "em", "u", "s", "sub", "sup", "small", "kbd", "br", "hr", "p", "div"),
    *("center", "table", "thead", "tbody", "tr", "th", "td", "ul", "ol", "li", "dl", "dt", "dd"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "blockquote"),
}
_SILENT = {
    *("a", "abbr", "article", "base", "body", "button", "caption", "cite", "code", "col", "del"),
    *("details", "figcaption", "figure", "font", "footer", "head", "header", "html", "input"),
    *("ins", "label", "link", "main", "mark", "meta", "nav", "noscript", "pre", "q", "section"),
    *("source", "span", "style", "summary", "tfoot", "tt"),
}
"""Elements that are taken away around their words."""
_WHOLE = {"script", "style", "svg", "iframe", "object", "canvas", "audio", "video", "form"}
"""Elements that are taken away with what is in them."""

_FENCE = re.compile(r"( {0,3})(`{3,}|~{3,})([\w+#.-]*)[ \t]*\Z")
_LIKE_A_FENCE = re.compile(r"[\s>*+.)0-9-]*(`{3,}|~{3,})")
"""What some readers take for the start or the end of a block of code: in a list, in a quotation."""
_FENCES = re.compile(r"`{3,}|~{3,}")
_MARK = re.compile(r"`+|(?<!\\)(?P<escapes>\\*)<")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?=[\s/>])([^<>]*)>")
_ATTRIBUTE = re.compile(
    r"""(?<![\w-])(alt|src|href)\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE
)
# What follows a slash is an attribute where such an address is taken for an element.
_ADDRESS = re.compile(r"<(?:https?://|mailto:|tel:|sms:)(?:(?!/on\w*=)[^\s<>])*>", re.IGNORECASE)
_LEADS = re.compile(r"(?:https?://|mailto:|#)[^\s\"'<>`]*\Z", re.IGNORECASE)
_HERE = re.compile(
    r"(?![/\\])[^:<>\"`\n]*\.(?:png|jpe?g|gif|svg|webp)\Z"
    r"|data:image/[\w.+-]+;base64,[A-Za-z0-9+/=]*\Z",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"!\[([^\[\]\n]{0,999})\]\(<?([A-Za-z][A-Za-z0-9+.-]{0,30}):([^)\n]*)\)")
_BRACKETED = re.compile(r"\]\(<(?!https?:|mailto:)([^<>\n:]*)>(?=[)\s])")


def printable_markdown(text: str) -> str:
    r"""Return Markdown in which no reader finds what runs or loads something, nor such a link.

    Examples
    --------
    >>> print(printable_markdown("*So* <b onclick=x>H<sub>2</sub></b> <https://example.org>"))
    *So* <b>H<sub>2</sub></b> <https://example.org>
    >>> print(printable_markdown("<script>alert(1)</script> and a <T> b"))
    *(Script left out)* and a &lt;T> b
    >>> print(printable_markdown("[so](javascript:alert)"))
    \[so\](javascript:alert)
    """
    text = _BRACKETED.sub(lambda found: f"]({quote(found[1], safe='%/?#&=.~')}", steady(text))
    text = _PICTURE.sub(_known_picture, text)
    given = text.split("\n")
    if strange_links("\n".join(given)):
        given = [escape_markdown(line) if strange_links(line) else line for line in given]
    if strange_links("\n".join(given)):  # one that is written over several lines
        given = [escape_markdown(line) for line in given]
    text = "\n".join(given)
    for _ in range(3):
        before, text = text, _without_html(text)
        if text == before:
            return text
    # What is taken away may make a block of code of what was none, time and again.
    return "\n".join(map(escape_markdown, text.split("\n")))


def _without_html(text: str) -> str:
    """Return Markdown in which the HTML outside of blocks of code does nothing.

    Where readers do not agree on where a block of code ends, it may be open to the end of the page,
    or of the next cell. So there nothing is left that starts or ends one.
    """
    parts: list[str] = []
    words: list[str] = []
    fence = indent = ""
    for line in text.split("\n"):
        mark, like = _FENCE.match(line), _LIKE_A_FENCE.match(line)
        if fence:
            closes = mark and mark[2].startswith(fence) and not mark[3]
            outside = line.strip() and not line.startswith(indent)
            if outside or (like and like[1].startswith(fence) and not closes):
                return _inert(_FENCES.sub(_spelled_out, text))
            parts.append(line)
            fence = "" if closes else fence
        elif mark:
            # Not every reader knows that a block of code may follow a paragraph.
            words += [""] if words and words[-1].strip() else []
            parts += [_inert("\n".join(words)), line] if words else [line]
            words, indent, fence = [], mark[1], mark[2]
        elif like:
            return _inert(_FENCES.sub(_spelled_out, text))
        else:
            words.append(line)
    parts += [_inert("\n".join(words))] if words else []
    return "\n".join([*parts, f"{indent}{fence}"] if fence else parts)


def _spelled_out(marks: re.Match[str]) -> str:
    return f"&#{ord(marks[0][0])};" * len(marks[0])


def _known_picture(found: re.Match[str]) -> str:
    scheme = found[2].lower()
    if scheme in ("http", "https") or (scheme == "data" and found[3].startswith("image/")):
        return found[0]
    return f"*{left_out_note('Picture', found[1])}*"


def _inert(text: str) -> str:
    """Return Markdown without blocks of code in which HTML does nothing."""
    lower = text.lower()
    blank = [found.start() for found in re.finditer(r"\n[ \t]*\n", text)] + [len(text)]
    runs = [(found.start(), found.end()) for found in re.finditer("`+", text)]
    ends: dict[int, int] = {}  # where the next run of as many marks starts, by where one ends
    later: dict[int, int] = {}
    for start, end in reversed(runs):
        ends[end] = later.get(end - start, -1)
        later[end - start] = start
    parts: list[str] = []
    place = 0
    never: set[str] = set()  # the ends that are not to be found any more
    while found := _MARK.search(text, place):
        parts.append(text[place : found.start()])
        place = found.end()
        if found["escapes"] is None:
            end = ends.get(place, -1)
            if place <= end < blank[bisect_left(blank, place)]:
                parts.append(_code(found[0], text[place:end]))
                place = end + len(found[0])
            else:
                parts.append(found[0])
            continue
        escapes = found["escapes"]
        escaped = len(escapes) % 2
        parts.append(escapes[: len(escapes) - escaped])
        start = place - 1
        tag = None if escaped else _TAG.match(text, start)
        if escaped:
            parts.append("&lt;")
        elif address := _ADDRESS.match(text, start):
            parts.append(address[0])
            place = address.end()
        elif text.startswith("<!--", start) and "-->" not in never:
            end = text.find("-->", place)
            never |= {"-->"} if end < 0 else set()
            parts += ["&lt;"] if end < 0 else []
            place = end + 3 if end >= 0 else place
        elif tag:
            name = tag[2].lower()
            place = tag.end()
            end = -1
            if name in _WHOLE and not tag[1] and name not in never:
                end = lower.find(f"</{name}", place)
                never |= {name} if end < 0 else set()
                place = text.find(">", end) + 1 or len(text) if end >= 0 else place
            parts.append(_element(tag, text[start:place]))
        else:
            parts.append("&lt;" if re.match(r"[A-Za-z/!?]", text[place : place + 1]) else "<")
    return "".join([*parts, text[place:]])


def _code(fence: str, code: str) -> str:
    """Return a span of code; its words where a reader could take them for an element."""
    if re.search(r"<[A-Za-z/!?]", code):
        return escape_markdown(" ".join(code.split()))
    return f"{fence}{code}{fence}"


def _element(tag: re.Match[str], whole: str) -> str:
    """Return what is printed of an element, whose tag this is."""
    closing, name, rest = tag[1], tag[2].lower(), tag[3]
    said = {one[1].lower(): one[2] or one[3] or one[4] or "" for one in _ATTRIBUTE.finditer(rest)}
    if name == "a":
        leads = _LEADS.match(html.unescape(said.get("href", "")))
        return "</a>" if closing else f'<a href="{html.escape(leads[0])}">' if leads else "<a>"
    if name in _INERT:
        return f"<{closing}{name}>"
    if closing or name in _SILENT:
        return "" if name in _SILENT or name in KINDS else f"&lt;{closing}{tag[2]}{rest}>"
    source = drawing(whole) if name == "svg" else html.unescape(said.get("src", ""))
    alternative = html.escape(html.unescape(said.get("alt", "")))
    if name in ("img", "svg") and _HERE.match(source):
        return f'<img alt="{alternative}" src="{html.escape(source)}">'
    if name in KINDS:
        words = escape_markdown(html.unescape(said.get("alt", "")) or file_name(source))
        return f"*{left_out_note(KINDS[name], words)}*"
    return f"&lt;{tag[2]}{rest}>"


def markdown_formula(latex: str) -> str:
    r"""Return a formula of LaTeX as Markdown knows one.

    Examples
    --------
    >>> print(markdown_formula("$x^2$"), markdown_formula(r"\begin{align}x\end{align}"))
    $x^2$ $$\begin{align}x\end{align}$$
    """
    latex = latex.strip()
    return printable_markdown(latex if latex.startswith("$") else f"$${latex}$$")


# --- HTML ------------------------------------------------------------------------------------

_BLOCK = re.compile(r"<(?=/?(?:p|div|li|tr|h[1-6]|table|br|hr|d[dt]|pre|section|ul|ol)\b)", re.I)
_CELL = re.compile(r"<(?=t[dh]\b)", re.I)


def markdown_words(text: str) -> str:
    """Return the words of clean HTML as Markdown, a paragraph a block.

    Examples
    --------
    >>> print(markdown_words("<p>So <b>it</b> is.</p><img alt='' src='data:image/png,'>"))
    So it is.
    <BLANKLINE>
    (Picture left out)
    """
    import nh3

    text = UNSPOKEN.sub(
        lambda found: f"<p>{left_out_note('Picture' if found[1] else 'Formula')}</p>", text
    )
    text = nh3.clean(_CELL.sub(" <", _BLOCK.sub("\n<", text)), tags=set())
    lines = filter(None, (fold(visible(html.unescape(line))) for line in text.splitlines()))
    paragraphs = (markdown_lines([escape_markdown(line)]) for line in lines)
    return "\n\n".join(line for [line] in paragraphs)


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
