"""Inline markup → Markdown that every reader takes alike."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from ketcontent.markup.inline import (
    SENTENCES_KEPT,
    block_parser,
    inline_plain,
    inline_tokens,
    link_definitions,
    take_links,
)
from ketcontent.text import gap, join_cells

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# What could open or close markup of CommonMark, GitHub's Markdown, Pandoc's or TeX, whatever
# sentence stands before it or after: "5 * 4", "a_b", "p < 0.05" and "AT&T" are left as they are.
# An address that GitHub makes a link of swallows every mark up to the next space, so that what
# it was to escape lives: it is taken apart.
_MARK = re.compile(
    r"[`\[\]$]|\A\{|\{(?=[\s\w{%#.:=]|\+\+|--|~~|>>)"
    r"|(?<=\S)[*^]|[*^](?=\S|\Z)"
    r"|(?<![^\W_])_|_(?![^\W_])"
    r"|(?<=\S)~|~(?=~|\Z|[^\s~]{1,99}~)"
    r"|<(?=[^\s=\d]|[=\d][^\s>]{0,200}@)"
    r"|&(?=\#?[0-9A-Za-z]{1,40};)"
    r"|\\(?=[!-/:-@\[-`{-~]|\Z)"
    r"|:(?=//)|(?<=www)\.(?=\S)"
    r"|(?<==)=|=(?==|\Z)|\+(?=\+)|>(?=!)",
    re.IGNORECASE,
)

# What may stand between the last letter of a sentence and the end of its line.
_MARKS_AT_END = re.compile(r"(?:[*_`]|\[\^[a-z0-9-]+\]|\]\(<[^<>\s]*>\))+\Z")
_LONGEST_END = 400

# What would start a block at the start of a line.
_AT_LINE_START = re.compile(
    r"\(?(?:\d{0,9}|[a-z]|[ivxlcdm]{1,9})[.)](?=\s|$)"
    r"|#(?=#{0,5}(?:\s|$))|[-+*](?=\s|$)|[<>|]|=(?==*\s*$)|[-:](?=[-:|\s]*$)"
    r"|(?P<rule>[*_])(?=(?:(?P=rule)|\s)*$)|~(?=~~|\s)|:(?=::|\s)",
    re.IGNORECASE,
)


@lru_cache(maxsize=SENTENCES_KEPT)
def inline_markdown(markup: str) -> str:
    """Return inline markup as Markdown in which all else is safe from every renderer.

    Raw HTML, which is text here, is escaped, since others would run it.

    Examples
    --------
    >>> print(inline_markdown("*may* help <script>"))
    *may* help &lt;script>
    """
    tokens = inline_tokens(markup)
    for token in tokens:
        # An entity may spell a line break out, and behind one a block would start.
        token.content = _LINE_BREAK.sub(" ", token.content)
    parts: list[str] = []
    links: list[str] = []
    for token in tokens:
        match token.type:
            case "text" if token.content:
                parts.append(escape_markdown(token.content))
            case "code_inline":
                # Who takes a part of it for text must not find an element there.
                code = token.content
                parts.append(escape_markdown(code) if _ELEMENT.search(code) else _code(code))
            case "link_open":
                if parts and parts[-1].endswith("!"):  # else it would be a picture
                    parts[-1] = f"{parts[-1][:-1]}\\!"
                links.append(str(token.attrs["href"]).replace("&", "&amp;"))
                parts.append("[")
            case "link_close":
                parts.append(f"](<{links.pop()}>)")
            case _:
                parts.append(token.markup)  # emphasis, opened or closed
    text = "".join(parts)
    # Where markup cannot be said again (emphasis that ends in an entity), the words are.
    same = _shape(inline_tokens(text)) == _shape(tokens)
    return text if same else escape_markdown(_LINE_BREAK.sub(" ", inline_plain(markup)))


_LINE_BREAK = re.compile(r"[\n\r]")
_ELEMENT = re.compile(r"<[A-Za-z/!?]")


def _shape(tokens: Iterable[Token]) -> list[list[str]]:
    """Return what tokens say, code that could be an element as text."""
    shape: list[list[str]] = []
    for token in tokens:
        code = token.type == "code_inline" and not _ELEMENT.search(token.content)
        kind = "text" if token.type == "code_inline" and not code else token.type
        if shape and kind == "text" == shape[-1][0]:
            shape[-1][1] += token.content
        elif kind != "text" or token.content:
            shape.append([kind, token.content, str(token.attrs.get("href", ""))])
    return shape


def _code(code: str) -> str:
    """Return a code span; a space is put inside where CommonMark would take one away."""
    runs = {len(run) for run in re.findall("`+", code)}
    fence = "`" * next(n for n in range(1, len(runs) + 2) if n not in runs)
    stripped = code[:1] == code[-1:] == " " and code.strip(" ")
    pad = " " if stripped or "`" in (code[:1], code[-1:]) else ""
    return f"{fence}{pad}{code}{pad}{fence}"


def escape_markdown(plain: str) -> str:
    """Return plain text as Markdown in which nothing is markup, whoever renders it.

    What starts an element or an entity is spelled as one: not every reader knows it escaped.

    Examples
    --------
    >>> print(escape_markdown("5 * 4 is 20"), escape_markdown("a <b> c"))
    5 * 4 is 20 a &lt;b> c
    """
    return _MARK.sub(lambda found: _ENTITY.get(found[0], f"\\{found[0]}"), plain)


_ENTITY = {"<": "&lt;", "&": "&amp;"}


def strong(plain: str) -> str:
    """Return plain text as Markdown for a label that stands out.

    Examples
    --------
    >>> print(strong("Form:"), strong("5 * 4"))
    **Form:** **5 \\* 4**
    """
    words = re.sub(r"(?<!\\)\*", r"\\*", escape_markdown(plain.strip()))
    return f"**{words}**"


def markdown_lines(sentences: Iterable[str], run_on: Collection[int] = ()) -> list[str]:
    """Return sentences as lines of Markdown, one each, none of which starts a block.

    Sentences that stand closed up, as in Chinese and at the places `run_on`, stay on one line: a
    line break is a space.

    Examples
    --------
    >>> markdown_lines(["It works.", "- Or not.", "1. So"])
    ['It works.', '\\\\- Or not.', '1\\\\. So']
    """
    lines: list[str] = []
    for place, sentence in enumerate(
        map(str.strip, sentences)
    ):  # white space at either end can start a block
        if len(sentence[len(sentence.rstrip("\\")) :]) % 2:
            sentence += "\\"  # before a space it escaped nothing; now it would, or break the line
        if lines and (place in run_on or not gap(_MARKS_AT_END.sub("", lines[-1][-_LONGEST_END:]))):
            lines[-1] += sentence
        else:
            start = _AT_LINE_START.match(sentence)
            mark = start.end() - 1 if start else 0
            lines.append(f"{sentence[:mark]}\\{sentence[mark:]}" if start else sentence)
    return lines


def markdown_words(markdown: str) -> list[str]:
    """Return the visible words of a page of Markdown, a string a line, without its marks.

    Front matter is none of them; the text of a footnote is, its mark is not.

    Examples
    --------
    >>> markdown_words("# Use\\n\\n- **Form:** It *may* help.[^a]\\n\\n[^a]: Lee A. A trial.\\n")
    ['Use', 'Form: It may help.', 'Lee A. A trial.']
    """
    return [words for words, _ in linked_lines(markdown) if words.strip()]


def linked_lines(markdown: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the lines of a page of Markdown, each with its links: an address and its words.

    The mark of a footnote is a link to it, and so is the one before its text.

    Examples
    --------
    >>> linked_lines("It *may* [help](#a).[^b]\\n\\n[^b]: Lee A.\\n")
    [('It may help.', [('#a', 'help'), ('[^b]', '')]), ('Lee A.', [('[^b]:', '')])]
    """
    _, text = split_front_matter(markdown)
    notes = set(re.findall(r"^\[\^([a-z0-9-]+)\]:", text, re.MULTILINE))
    # A number between marks stands for each footnote's mark, and until the text is parsed: what
    # follows one starts no line.
    mark = next((one for one in "\U0001056f\u2e3d\u2e3e" if one not in text), "\u2e42")
    text = text.replace(mark, "\ufffd")  # no page of ours has all of them
    kept: dict[str, str] = {}

    def numbered(address: str) -> str:
        number = str(len(kept))
        kept[number] = address
        return f"{mark}{number}{mark}"

    # A paragraph of its own, which is what the text of a footnote is.
    text = re.sub(
        r"^(\[\^[a-z0-9-]+\]:)[ ]*(.*)",
        lambda found: f"\n\n{numbered(found[1])}{found[2]}\n",
        text,
        flags=re.MULTILINE,
    )
    text = re.sub(
        r"(?<!\\)((?:\\\\)*)(\[\^([a-z0-9-]+)\])",
        lambda found: f"{found[1]}{numbered(found[2])}" if found[3] in notes else found[0],
        text,
    )
    thinned = _thinned(text)
    lines: list[str] = []
    row: int | None = None  # where the cells of a row begin, which are one line
    for token in block_parser().parse(thinned):
        if token.type == "tr_open":
            row = len(lines)
        elif token.type == "tr_close":
            lines[row:], row = [join_cells(lines[row:])], None
        if row is not None and token.type != "inline":
            continue
        if token.type in ("fence", "code_block"):
            lines += token.content.splitlines()
        words = ""
        for part in token.children or []:
            match part.type:
                case "softbreak" | "hardbreak":
                    lines.append(words)
                    words = ""
                case "link_open":
                    words += numbered(str(part.attrs["href"]))
                case "link_close":
                    words += mark * 2
                case _:
                    words += part.content
        lines.append(words)
    if thinned != text:
        lines = [line.replace(_THIN, "[") for line in lines]
    return [_linked(line, mark, kept) for line in lines if line.strip()]


def _linked(
    line: str, mark: str, addresses: Mapping[str, str]
) -> tuple[str, list[tuple[str, str]]]:
    """Return the words of a line, and its links where a number between marks stands for each."""
    words, *parts = re.split(f"{mark}([0-9]*){mark}", line)
    links = []
    for number, after in zip(parts[::2], parts[1::2], strict=True):
        words += after
        if number in addresses:
            address = addresses[number]
            links.append((address, "" if address.startswith("[^") else after))
    return words.replace(mark, ""), links


_THIN = "\u27e6"


def _thinned(markdown: str) -> str:
    """Return Markdown that is full of brackets, as no page of ours is, without what opens a link.

    The parser looks behind each bracket for the end of a link, up to twenty times.
    """
    dense = markdown.count("[") >= max(1000, len(markdown) / 16)
    return markdown.replace("[", _THIN) if dense else markdown


def raw_html(markdown: str) -> list[tuple[str, int]]:
    r"""Return the HTML in a page of Markdown, which a reader of it may let act, with its lines.

    Examples
    --------
    >>> raw_html("It is hot.\n\nIt is <b>old</b>.\n")
    [('<b>', 3), ('</b>', 3)]
    """
    from markdown_it import MarkdownIt

    _, text = split_front_matter(markdown)
    above = markdown.count("\n") - text.count("\n") + 1
    found = []
    for token in MarkdownIt("commonmark", {"html": True}).parse(_thinned(text)):
        line = above + token.map[0] if token.map else 0
        found += [
            (one.content.strip(), line)
            for one in (token, *(token.children or []))
            if one.type in ("html_block", "html_inline")
        ]
    return found


LINE = "data-source-line"
"""The attribute that names the line of a text in which an element of its HTML starts."""


def markdown_as_html(markdown: str) -> str:
    r"""Return the HTML of a text in Markdown; each block says in which line it starts.

    Examples
    --------
    >>> markdown_as_html("# Tea\n\nIt is *hot*.\n")
    '<h1 data-source-line="1">Tea</h1>\n<p data-source-line="3">It is <em>hot</em>.</p>\n'
    """
    from markdown_it import MarkdownIt

    _, text = split_front_matter(markdown)
    above = markdown.count("\n") - text.count("\n") + 1
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    # What is in more lists and quotations than the parser takes would be left out, and not told.
    shallow, parser.options["maxNesting"] = parser.options["maxNesting"], _DEEPER_THAN_ANY

    def keep_brackets_shallow(_: object) -> None:
        parser.options["maxNesting"] = shallow

    parser.core.ruler.before("inline", "shallow", keep_brackets_shallow)
    # "[Note]: important" is a sentence; what is taken for the address of a link is not shown.
    take_links(parser, lambda url: bool(_LIKE_AN_ADDRESS.search(url)))
    if _thinned(text) != text:
        parser.disable(["link", "image"])
    tokens = parser.parse(_FOOTNOTE.sub(r"\\[^", text))
    for token in tokens:
        line = str(above + token.map[0]) if token.map else ""
        if line and token.type == "html_block":
            token.content = _OPENS.sub(rf'\g<0> {LINE}="{line}"', token.content, count=1)
        elif line and token.nesting >= 0:
            token.attrSet(LINE, line)
    return str(parser.renderer.render(tokens, parser.options, {}))


_DEEPER_THAN_ANY = 1_000_000
"""Python's own stack ends long before that."""


_LIKE_AN_ADDRESS = re.compile(r"[/#:.]|%2F", re.IGNORECASE)


_FOOTNOTE = re.compile(r"(?<=\n)\[\^|\A\[\^")


_OPENS = re.compile(r"^\s*<[A-Za-z][A-Za-z0-9-]*(?=[\s/>])")


def strange_links(markdown: str) -> list[str]:
    """Return the addresses of links and pictures in Markdown that lead to no page and no person."""
    if not _ADDRESS.search(markdown):
        return []
    tokens = _any_links().parse(markdown)
    parts = [part for token in tokens for part in token.children or []]
    addresses = [
        (str(part.attrs.get("href") or part.attrs.get("src") or ""), _SAFE[part.type == "image"])
        for part in parts
    ]
    return [one for one, safe in addresses if re.match(r"[^/?#]*:", one) and not safe.match(one)]


# An address in Markdown that has a scheme, or may have one in other letters.
_ADDRESS = re.compile(
    r"\](?:\(|:)\s{0,99}<?(?!https?://|mailto:|tel:|sms:)[^\s/#)>]{0,99}[:&\\%]", re.IGNORECASE
)
# Of links, and of pictures: in one of those no drawing runs a script.
_SAFE = (
    re.compile(r"(?:https?|mailto|tel|sms):|data:image/(?:png|jpeg|gif);", re.IGNORECASE),
    re.compile(r"https?:|data:image/[\w.+-]+[;,]", re.IGNORECASE),
)


@lru_cache
def _any_links() -> MarkdownIt:
    """Return a parser that takes every address for one."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    take_links(parser, lambda _: True)
    return parser


def split_front_matter(markdown: str) -> tuple[list[str], str]:
    """Return the lines of a page's front matter, and the Markdown after it.

    Examples
    --------
    >>> split_front_matter("---\\ntitle: Tea\\n---\\n\\nIt is hot.\\n")
    (['title: Tea'], '\\nIt is hot.\\n')
    """
    front, mark, after = markdown.removeprefix("---\n").partition("\n---\n")
    if mark and markdown.startswith("---\n"):
        return front.splitlines(), after
    return [], markdown


def footnote(plain: str) -> str:
    """Return plain text as the Markdown of a footnote.

    Who knows no footnotes may take ``[^a]: address`` for where a link leads; never this.

    Examples
    --------
    >>> print(footnote("Lee A. A trial."), footnote("javascript:x"))
    Lee A. A trial. **javascript:x**
    """
    [line] = markdown_lines([escape_markdown(plain)])
    return line if link_definitions().parse(f"[x]: {line}") else strong(plain)


def web_address(address: str) -> str:
    """Return an address of the web, fit to stand in HTML and in Markdown; nothing for any other.

    Examples
    --------
    >>> web_address("https://doi.org/10.1/a<1::b>2"), web_address("javascript:alert(1)")
    ('https://doi.org/10.1/a%3C1::b%3E2', '')
    """
    if not re.match(r"https?://[^/?#]", address, re.IGNORECASE):
        return ""
    return quote(address, safe="%/:?#@!$&'()*+,;=~[]")


def doi_address(doi: str) -> str:
    """Return the address that a DOI leads to; nothing for what is none.

    Examples
    --------
    >>> doi_address("10.1/a#<b>"), doi_address("x")
    ('https://doi.org/10.1/a%23%3Cb%3E', '')
    """
    return f"https://doi.org/{quote(doi, safe='/:;(),.')}" if doi.startswith("10.") else ""


def markdown_heading(plain: str) -> str:
    """Return plain text as the words of a Markdown heading.

    Examples
    --------
    >>> print(markdown_heading("C #"))
    C \\#
    """
    text = escape_markdown(plain).rstrip()  # what ends in "# " ends in "#" too
    return f"{text[:-1]}\\#" if text.endswith("#") and not text.endswith("\\#") else text


def escape_cell(plain: str) -> str:
    """Return plain text as a cell of a Markdown table.

    Examples
    --------
    >>> print(escape_cell("a | b"))
    a \\| b
    """
    return escape_markdown(" ".join(plain.split())).replace("|", "\\|")
