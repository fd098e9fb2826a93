"""The project's templates and the inline markup of a sentence → HTML, Markdown, plain text.

A sentence is CommonMark inline markup: emphasis, strong, code, links to ``http``, ``https`` and
``mailto``. Raw HTML, images and every other link are plain text. HTML comes from Jinja templates
with autoescape, so a cell of a table reaches a reader as visible text and nothing else.

Notes
-----
The words around the sentences (labels, states, legends) are `Strings` of one language: rows of the
table of strings, which a template asks for by name.

This module knows strings and templates, not rows: `documents` stands above it, and a Document
draws itself with `render`. That is why it lies lower than in the first sketch of the house.
"""

from __future__ import annotations

import csv
import html
import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ketcontent import files
from ketcontent.errors import KetcontentError
from ketcontent.wording import gap

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
"""The folder of all templates: ``page`` for what a notebook shows, the rest for nbconvert."""

FACTS = "application/vnd.ketcontent+json"
"""The MIME type, in a bundle, of what a page says of itself to the template that frames it."""

_SENTENCES = 4096
"""How many sentences are kept as they were drawn: a page and its review draw each many times."""

_RIGHT_TO_LEFT = re.compile(
    r"(?:ar|arc|ckb|dv|fa|he|ks|nqo|ps|sd|syr|ug|ur|yi)(?:-|$)(?!latn|cyrl)"
    r"|[a-z]{2,3}-(?:arab|hebr|syrc|thaa|nkoo|adlm)(?:-|$)",
    re.IGNORECASE,
)
_MAY_BE_MARKUP = re.compile(r"[\\*_`\[&\r\n\0]")
"""What stands in every sentence that the parser would change."""
_LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_SPECIAL = re.compile(r"([\\`*_\[\]<>&|~$#])")
# What could open or close markup of CommonMark, GitHub's Markdown or TeX, whatever sentence stands
# before it or after: "5 * 4", "a_b", "p < 0.05" and "AT&T" are left as they are.
_MARK = re.compile(
    r"[`\[\]$]"
    r"|(?<=\S)\*|\*(?=\S)"
    r"|(?<![^\W_])_|_(?![^\W_])"
    r"|(?<=\S)~|~(?=~)"
    r"|<(?=[^\s=\d]|[=\d][^\s>]*@)"
    r"|&(?=\#?[0-9A-Za-z]+;)"
    r"|\\(?=[!-/:-@\[-`{-~]|\Z)"
)
# What may stand between the last letter of a sentence and the end of its line.
_MARKS_AT_END = re.compile(r"(?:[*_`]|\[\^[a-z0-9-]+\]|\]\(<[^<>\s]*>\))+\Z")
# What would start a block at the start of a line.
_AT_LINE_START = re.compile(
    r"(?P<before>\d{0,9})(?P<mark>#(?=#{0,5}(?:\s|$))|[-+*](?=\s|$)|[.)](?=\s|$)|[<>|]"
    r"|=(?==*\s*$)|[-:](?=[-:|\s]*$)|(?P<rule>[*_])(?=(?:(?P=rule)|\s)*$)|~(?=~~)|:(?=::|\s))"
)


@dataclass(frozen=True, slots=True)
class Strings:
    """The words of the furniture of a page, in one language.

    Examples
    --------
    >>> say = english()
    >>> say("sentence", number=3), say.date("2026-11-23")
    ('Sentence 3', '23 November 2026')
    """

    language: str
    """The language, as a BCP 47 tag."""
    texts: Mapping[str, str]
    """The text of each string, by its name."""

    def __call__(self, name: str, /, **values: object) -> str:
        """Return a string, with ``{name}`` replaced by the values given.

        Raises
        ------
        KetcontentError
            When there is no such string: a template asks for what no table has.
        """
        if name not in self.texts:
            raise KetcontentError(
                f"A template asks for the string '{name}', which no table has.",
                hint="Mend the name in the template, or add the row to strings.csv.",
                string=name,
            )
        return re.sub(
            r"\{(\w+)\}", lambda found: str(values.get(found[1], found[0])), self.texts[name]
        )

    def date(self, day: str) -> str:
        """Return a date, given as 2026-11-23, as this language writes it; nothing for nothing."""
        if not day:
            return ""
        year, month, number = day.split("-")
        names = self("months").split("|")
        return self("date", day=int(number), month=names[int(month) - 1], year=year)

    def attributes(self, language: str) -> Markup:
        """Return what marks these words up within a page of another language; else nothing.

        Examples
        --------
        >>> english().attributes("ar"), english().attributes("en")
        (Markup(' lang="en" dir="ltr"'), Markup(''))
        """
        if language == self.language:
            return trusted("")
        return trusted(f' lang="{html.escape(self.language)}" dir="{direction(self.language)}"')


def back_to(language: str, say: Strings) -> Markup:
    """Return what marks up words of a page within furniture of another language; else nothing.

    Examples
    --------
    >>> back_to("ar", english()), back_to("en", english())
    (Markup(' lang="ar" dir="rtl"'), Markup(''))
    """
    if language == say.language:
        return trusted("")
    return trusted(f' lang="{html.escape(language)}" dir="{direction(language)}"')


@lru_cache
def english() -> Strings:
    """Return the strings that the package came with.

    Examples
    --------
    >>> english()("on-this-page")
    'On this page'
    """
    with files.shipped("data/strings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return Strings("en", {row["string"]: row["text"] for row in rows if row["language"] == "en"})


def direction(language: str) -> str:
    """Return ``rtl`` for a language, as a BCP 47 tag, that is written from right to left.

    Examples
    --------
    >>> direction("ar"), direction("en-GB"), direction("az-Arab"), direction("ur-Latn")
    ('rtl', 'ltr', 'rtl', 'ltr')
    """
    return "rtl" if _RIGHT_TO_LEFT.match(language) else "ltr"


def template_folders() -> list[Path]:
    """Return the folders in which templates are looked for, a team's own first.

    Examples
    --------
    >>> template_folders()[-1].name
    'templates'
    """
    own = os.environ.get(files.TEMPLATES_VARIABLE)
    return [Path(own), TEMPLATES] if own else [TEMPLATES]


@lru_cache
def compiled_templates() -> BytecodeCache | None:
    """Return where templates are kept as they were compiled: beside them, as Python keeps modules.

    To compile them takes as long as to draw a page. Nothing is kept, and None returned, where
    Python keeps nothing either, or this user may not write there.

    Examples
    --------
    >>> compiled_templates() is compiled_templates()
    True
    """
    from jinja2 import FileSystemBytecodeCache

    folder = TEMPLATES / "__pycache__"
    if sys.dont_write_bytecode:
        return None
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    return FileSystemBytecodeCache(str(folder)) if os.access(folder, os.W_OK) else None


def render(template: str, **values: Any) -> str:
    """Return a template of ``templates/page``, filled in.

    Templates that end in ``.html.j2`` escape every value; a name they use and are not given is
    an error.

    Examples
    --------
    >>> print(render("text.html.j2", text="1 < 2 & *so*"))
    1 &lt; 2 &amp; <em>so</em>
    """
    text = _environment(tuple(template_folders())).get_template(template).render(**values)
    if template.endswith(".md.j2"):
        text = re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
    return text


def trusted(html: str) -> Markup:
    """Return HTML that a template of this module drew, marked so that no other escapes it.

    Examples
    --------
    >>> trusted("<ins>may</ins>")
    Markup('<ins>may</ins>')
    """
    from markupsafe import Markup

    return Markup(html)


@lru_cache(maxsize=_SENTENCES)
def inline_html(markup: str) -> Markup:
    """Return inline markup as HTML.

    Examples
    --------
    >>> str(inline_html("*may* help <b onclick=x>now</b> [more](javascript:x)"))
    '<em>may</em> help &lt;b onclick=x&gt;now&lt;/b&gt; [more](javascript:x)'
    """
    return trusted(_markdown().renderInline(markup))


def define(sentence: str, terms: Mapping[str, str]) -> Markup:
    """Return a sentence of HTML in which the first use of each term links to where it is defined.

    Parameters
    ----------
    sentence
        HTML of this module: escaped text and inline marks.
    terms
        Where each term is defined, by the term.

    Examples
    --------
    >>> print(define("<em>ECT</em>, <code>ECT</code> and ECT", {"ECT": "#_ect"}))
    <em><a class="term" href="#_ect">ECT</a></em>, <code>ECT</code> and ECT
    """
    if not terms:
        return trusted(str(sentence))
    # As the text is escaped: an apostrophe stays.
    escaped = {html.escape(term, quote=False).replace('"', "&quot;"): term for term in terms}
    places = {term: html.escape(terms[name]) for term, name in escaped.items()}
    longest = "|".join(re.escape(term) for term in sorted(places, key=len, reverse=True))
    # Behind the terms, so that none is found inside it: a character that HTML spells out.
    pattern = re.compile(rf"(?<!\w)(?P<term>{longest})(?!\w)|&#?\w+;")

    def link(found: re.Match[str]) -> str:
        place = places.pop(found["term"] or "", "")
        return f'<a class="term" href="{place}">{found[0]}</a>' if place else found[0]

    parts = re.split(r"(<a .*?</a>|<code>.*?</code>|<[^>]*>)", str(sentence))
    parts[::2] = [pattern.sub(link, part) for part in parts[::2]]  # text stands between the tags
    return trusted("".join(parts))


_LEFT_TO_RIGHT = re.compile(
    r"&#?\w+;|(?P<run>\+?[0-9A-Za-z\u00c0-\u024f]"
    r"(?:[0-9A-Za-z\u00c0-\u024f .,:/()+%-]*[0-9A-Za-z\u00c0-\u024f%])?)"
)
"""A number or words in Latin letters; or a character that HTML spells out, which is neither."""


def isolated(sentence: str, language: str) -> Markup:
    """Return a sentence of HTML in which numbers and Latin words keep their own order.

    Without that, a phone number on a page in Arabic is drawn with its groups in reverse.

    Examples
    --------
    >>> print(isolated("اتصل 1-800", "ar"), isolated("Call 1-800", "en"))
    اتصل <bdi dir="ltr">1-800</bdi> Call 1-800
    """
    if direction(language) == "ltr":
        return trusted(str(sentence))

    def run(found: re.Match[str]) -> str:
        return f'<bdi dir="ltr">{found[0]}</bdi>' if found["run"] else found[0]

    parts = re.split(r"(<[^>]*>)", str(sentence))
    parts[::2] = [_LEFT_TO_RIGHT.sub(run, part) for part in parts[::2]]
    return trusted("".join(parts))


def block_html(markdown: str) -> Markup:
    """Return CommonMark with raw HTML off, and no images, as HTML.

    Examples
    --------
    >>> print(block_html("A *word* <script>").strip())
    <p>A <em>word</em> &lt;script&gt;</p>
    """
    return trusted(_block_markdown().render(markdown))


@lru_cache(maxsize=_SENTENCES)
def inline_plain(markup: str) -> str:
    """Return the words of inline markup, without the markup.

    Examples
    --------
    >>> inline_plain("*may* help, see [the label](https://example.org)")
    'may help, see the label'
    """
    if not _MAY_BE_MARKUP.search(markup):
        return markup
    return "".join(token.content for token in _tokens(markup))


@lru_cache(maxsize=_SENTENCES)
def link_targets(markup: str) -> tuple[str, ...]:
    """Return the addresses that inline markup links to, in order.

    Examples
    --------
    >>> link_targets("see [the label](https://example.org)")
    ('https://example.org',)
    """
    if "](" not in markup:
        return ()
    return tuple(str(token.attrs["href"]) for token in _tokens(markup) if token.type == "link_open")


@lru_cache(maxsize=_SENTENCES)
def inline_markdown(markup: str) -> str:
    """Return inline markup as Markdown in which all else is safe from every renderer.

    Raw HTML, which is text here, is escaped, since others would run it.

    Examples
    --------
    >>> print(inline_markdown("*may* help <script>"))
    *may* help \\<script>
    """
    tokens = _tokens(markup)
    parts: list[str] = []
    links: list[str] = []
    for token in tokens:
        match token.type:
            case "text":
                parts.append(escape_markdown(token.content))
            case "code_inline":
                parts.append(_code(token.content))
            case "link_open":
                if image := re.search(r"!\Z", "".join(parts)):
                    parts = ["".join(parts)[: image.start()], "\\!"]
                links.append(str(token.attrs["href"]).replace("&", "&amp;"))
                parts.append("[")
            case "link_close":
                parts.append(f"](<{links.pop()}>)")
            case _:
                parts.append(token.markup)  # emphasis, opened or closed
    text = "".join(parts)
    # Where markup cannot be said again (emphasis that ends in an entity), the words are.
    same = [_shape(token) for token in _tokens(text)] == [_shape(token) for token in tokens]
    return text if same else escape_markdown(inline_plain(markup))


def _shape(token: Token) -> tuple[str, str, str]:
    return token.type, token.content, str(token.attrs.get("href", ""))


def _code(code: str) -> str:
    """Return a code span; a space is put inside where CommonMark would take one away."""
    runs = [len(run) for run in re.findall("`+", code)]
    fence = "`" * next(n for n in range(1, len(runs) + 2) if n not in runs)
    stripped = code[:1] == code[-1:] == " " and code.strip(" ")
    pad = " " if stripped or "`" in (code[:1], code[-1:]) else ""
    return f"{fence}{pad}{code}{pad}{fence}"


@lru_cache(maxsize=_SENTENCES)
def as_markup(plain: str) -> str:
    """Return inline markup that reads exactly as `plain`, with escapes only where it needs them.

    Examples
    --------
    >>> as_markup("It may help (CRPS)."), as_markup("2 *times* 3")
    ('It may help (CRPS).', '2 \\\\*times\\\\* 3')
    """
    # "[@a]" reads as text and would be a citation.
    return plain if _reads_as(plain) and "[@" not in plain else _SPECIAL.sub(r"\\\1", plain)


def escape_markdown(plain: str) -> str:
    """Return plain text as Markdown in which nothing is markup, whoever renders it.

    Examples
    --------
    >>> print(escape_markdown("5 * 4 is 20"), escape_markdown("a <b> c"))
    5 * 4 is 20 a \\<b> c
    """
    return _MARK.sub(r"\\\g<0>", plain)


def strong(plain: str) -> str:
    """Return plain text as Markdown for a label that stands out.

    Examples
    --------
    >>> print(strong("Form:"), strong("5 * 4"))
    **Form:** **5 \\* 4**
    """
    words = re.sub(r"(?<!\\)\*", r"\\*", escape_markdown(plain.strip()))
    return f"**{words}**"


def markdown_lines(sentences: Iterable[str]) -> list[str]:
    """Return sentences as lines of Markdown, one each, none of which starts a block.

    Sentences that stand closed up, as in Chinese, stay on one line: a line break is a space.

    Examples
    --------
    >>> markdown_lines(["It works.", "- Or not.", "1. So"])
    ['It works.', '\\\\- Or not.', '1\\\\. So']
    """
    lines: list[str] = []
    for sentence in map(str.strip, sentences):  # white space at either end can start a block
        if lines and not gap(_MARKS_AT_END.sub("", lines[-1])):
            lines[-1] += sentence
        else:
            start = _AT_LINE_START.match(sentence)
            mark = start.start("mark") if start else 0
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
    _, text = split_front_matter(markdown)
    notes = re.findall(r"^\[\^([a-z0-9-]+)\]:", text, re.MULTILINE)
    # A paragraph of its own, which is what the text of a footnote is.
    text = re.sub(r"^\[\^[a-z0-9-]+\]:[ ]*(.*)", r"\n\n\1\n", text, flags=re.MULTILINE)
    # Until the text is parsed, a mark stands for each footnote's: what follows starts no line.
    mark = next(one for one in "\U0001056f\u2e3d\u2e3e\u2e42" if one not in text)
    if notes:
        pattern = rf"(?<!\\)((?:\\\\)*)\[\^(?:{'|'.join(notes)})\]"
        text = re.sub(pattern, rf"\1{mark}", text)
    lines: list[str] = []
    for token in _block_markdown().parse(text):
        if token.type in ("fence", "code_block"):
            lines += token.content.splitlines()
        words = ""
        for part in token.children or []:
            if part.type in ("softbreak", "hardbreak"):
                lines.append(words)
                words = ""
            words += part.content
        lines.append(words)
    lines = [line.replace(mark, "") for line in lines]
    return [line for line in lines if line.strip()]


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
    return line if _definitions().parse(f"[x]: {line}") else strong(plain)


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


def _reads_as(plain: str) -> bool:
    tokens = _tokens(plain)
    return all(token.type == "text" for token in tokens) and (
        "".join(token.content for token in tokens) == plain
    )


def _tokens(markup: str) -> list[Token]:
    return _markdown().parseInline(markup)[0].children or []


@lru_cache
def _markdown() -> MarkdownIt:
    """Return the parser of a sentence: inline markup only, no raw HTML, no images."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("zero", {"html": False})
    parser.enable(["emphasis", "backticks", "link", "escape", "entity"])
    parser.validateLink = lambda url: bool(_LINK.match(url))  # type: ignore[method-assign]
    return parser


@lru_cache
def _block_markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    parser.validateLink = lambda url: bool(_LINK.match(url))  # type: ignore[method-assign]
    return parser


@lru_cache
def _definitions() -> MarkdownIt:
    """Return a parser that takes ``[x]: address`` for a definition, whatever the address."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("zero").enable("reference")
    parser.validateLink = lambda url: url is not None  # type: ignore[method-assign]
    return parser


@lru_cache
def _environment(folders: tuple[Path, ...]) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([folder / "page" for folder in folders]),
        autoescape=lambda name: (name or "").endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=compiled_templates(),
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "ensure_ascii": False}
    environment.filters.update(
        inline_html=inline_html,
        inline_markdown=inline_markdown,
        escape_cell=escape_cell,
        escape_markdown=escape_markdown,
        markdown_lines=markdown_lines,
        markdown_heading=markdown_heading,
        strong=strong,
        footnote=footnote,
        web_address=web_address,
        doi_address=doi_address,
        define=define,
        isolated=isolated,
        gap=gap,
    )
    return environment
