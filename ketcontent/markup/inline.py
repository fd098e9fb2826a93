"""The inline markup of a sentence → HTML and plain text.

A sentence is CommonMark inline markup: emphasis, strong, code, links to ``http``, ``https``,
``mailto``, and to a phone number by ``tel`` or ``sms``. Raw HTML, images and every other link are
plain text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ketcontent.text import visible

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from markupsafe import Markup

SENTENCES_KEPT = 4096
"""How many sentences are kept as they were drawn: a page and its review draw each many times."""

_RIGHT_TO_LEFT = re.compile(
    r"(?:ar|arc|ckb|dv|fa|he|ks|nqo|ps|sd|syr|ug|ur|yi)(?:-|$)(?!latn|cyrl)"
    r"|[a-z]{2,3}-(?:arab|hebr|syrc|thaa|nkoo|adlm)(?:-|$)",
    re.IGNORECASE,
)

_MAY_BE_MARKUP = re.compile(r"[\\*_`\[&\r\n\0]")
"""What stands in every sentence that the parser would change."""

_LINK = re.compile(r"https?://|mailto:|#|(?:tel|sms):\+?[0-9]{2,15}\Z", re.IGNORECASE)
"""Where a link may lead. Of a phone number only digits: a service code could change a phone."""

_SPECIAL = re.compile(r"([\\`*_\[\]<>&~$#])")


def direction(language: str) -> str:
    """Return ``rtl`` for a language, as a BCP 47 tag, that is written from right to left.

    Examples
    --------
    >>> direction("ar"), direction("en-GB"), direction("az-Arab"), direction("ur-Latn")
    ('rtl', 'ltr', 'rtl', 'ltr')
    """
    return "rtl" if _RIGHT_TO_LEFT.match(language) else "ltr"


def trusted(html: str) -> Markup:
    """Return HTML that a template of this module drew, marked so that no other escapes it."""
    from markupsafe import Markup

    return Markup(html)


@lru_cache(maxsize=SENTENCES_KEPT)
def inline_html(markup: str) -> Markup:
    """Return inline markup as HTML.

    Examples
    --------
    >>> str(inline_html("*may* help <b onclick=x>now</b> [more](javascript:x)"))
    '<em>may</em> help &lt;b onclick=x&gt;now&lt;/b&gt; [more](javascript:x)'
    """
    # An entity may spell out what no cell may hold.
    drawn = _inline_parser(links="](" in markup).renderInline(markup)
    return trusted(visible(drawn).replace("<U+", "&lt;U+"))


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


@lru_cache(maxsize=SENTENCES_KEPT)
def inline_plain(markup: str) -> str:
    """Return the words of inline markup, without the markup.

    Examples
    --------
    >>> inline_plain("*may* help, see [the label](https://example.org)")
    'may help, see the label'
    """
    if not _MAY_BE_MARKUP.search(markup):
        return markup
    return "".join(token.content for token in inline_tokens(markup))


def inline_runs(markup: str, language: str = "en") -> list[dict[str, Any]]:
    """Return inline markup as runs of words, each with the marks on it, as ``em`` or ``href``.

    Numbers and Latin words of a language that is written from right to left are runs of their own,
    marked ``ltr``, so that they keep their order (`isolated`).

    Examples
    --------
    >>> inline_runs("It *may* help.")
    [{'text': 'It '}, {'text': 'may', 'em': True}, {'text': ' help.'}]
    >>> inline_runs("اتصل 112", "ar")
    [{'text': 'اتصل '}, {'text': '112', 'ltr': True}]
    """
    tokens = inline_tokens(markup) if _MAY_BE_MARKUP.search(markup) else ()
    found: list[dict[str, Any]] = [] if tokens else _runs_of(visible(markup), {}, language)
    marks: dict[str, Any] = {}
    for token in tokens:
        name, _, end = token.type.partition("_")
        if token.type == "link_open":
            marks["href"] = str(token.attrs["href"])
        elif token.type == "link_close":
            marks.pop("href")
        elif end == "open":
            marks[name] = True
        elif end == "close":
            marks.pop(name, None)
        elif token.content:
            code = {"code": True} if token.type == "code_inline" else {}
            found += _runs_of(token.content, {**marks, **code}, language)
    return found


def _runs_of(words: str, marks: dict[str, Any], language: str) -> list[dict[str, Any]]:
    if direction(language) == "ltr" or "code" in marks:
        return [{"text": words, **marks}] if words else []
    parts, start = [], 0
    for found in _LEFT_TO_RIGHT.finditer(words):
        parts += [(words[start : found.start()], {}), (found[0], {"ltr": True})]
        start = found.end()
    parts.append((words[start:], {}))
    return [{"text": text, **marks, **order} for text, order in parts if text]


@lru_cache(maxsize=SENTENCES_KEPT)
def link_targets(markup: str) -> tuple[str, ...]:
    """Return the addresses that inline markup links to, in order."""
    if "](" not in markup:
        return ()
    return tuple(
        str(token.attrs["href"]) for token in inline_tokens(markup) if token.type == "link_open"
    )


def phone_links(markup: str) -> list[tuple[str, str]]:
    """Return the links of inline markup that dial or text, as the words shown and the number.

    Examples
    --------
    >>> phone_links("Call [116 123](tel:116123), or see [more](https://example.org).")
    [('116 123', '116123')]
    """
    found: list[tuple[str, str]] = []
    words: list[str] | None = None
    number = ""
    for token in inline_tokens(markup) if "](" in markup else ():
        if token.type == "link_open":
            scheme, _, number = str(token.attrs["href"]).partition(":")
            words = [] if scheme.lower() in ("tel", "sms") else None
        elif token.type == "link_close" and words is not None:
            found.append(("".join(words), number))
            words = None
        elif words is not None:
            words.append(token.content)
    return found


@lru_cache(maxsize=SENTENCES_KEPT)
def link_titles(markup: str) -> tuple[str, ...]:
    """Return what a reader is told of each link of inline markup who points at it, in order."""
    if "](" not in markup:
        return ()
    return tuple(
        str(token.attrs.get("title", ""))
        for token in inline_tokens(markup)
        if token.type == "link_open"
    )


@lru_cache(maxsize=SENTENCES_KEPT)
def link_words(markup: str) -> tuple[str, ...]:
    """Return the words that each link of inline markup is on, with those before it, in order.

    Examples
    --------
    >>> link_words("Call [13 11 14](tel:131114) or [text](sms:131114) them.")
    ('Call |13 11 14', ' or |text')
    """
    found = []
    words = ""
    for token in inline_tokens(markup) if "](" in markup else ():
        if token.type == "link_close":
            found.append(words)
            words = ""
        else:
            words += "|" if token.type == "link_open" else token.content
    return tuple(found)


@lru_cache(maxsize=SENTENCES_KEPT)
def as_markup(plain: str) -> str:
    """Return inline markup that reads exactly as `plain`, with escapes only where it needs them.

    Examples
    --------
    >>> as_markup("It may help (CRPS)."), as_markup("2 *times* 3")
    ('It may help (CRPS).', '2 \\\\*times\\\\* 3')
    """
    # "[@a]" reads as text and would be a citation.
    return plain if _reads_as(plain) and "[@" not in plain else _SPECIAL.sub(r"\\\1", plain)


def _reads_as(plain: str) -> bool:
    tokens = inline_tokens(plain)
    return all(token.type == "text" for token in tokens) and (
        "".join(token.content for token in tokens) == plain
    )


def inline_tokens(markup: str) -> list[Token]:
    """Return inline markup as tokens of CommonMark."""
    tokens = _inline_parser(links="](" in markup).parseInline(markup)[0].children or []
    for token in tokens:
        token.content = visible(token.content)
    return tokens


def take_links(parser: MarkdownIt, is_taken: Callable[[str], bool]) -> None:
    """Have a parser take such addresses for those of links, in the way that its library has it."""
    vars(parser)["validateLink"] = is_taken


@lru_cache
def _inline_parser(*, links: bool) -> MarkdownIt:
    """Return the parser of a sentence: inline markup only, no raw HTML, no images.

    Where there are no links none are looked for, since each open bracket takes its time.
    """
    from markdown_it import MarkdownIt

    parser = MarkdownIt("zero", {"html": False})
    parser.enable(["emphasis", "backticks", "escape", "entity", *(["link"] if links else [])])
    take_links(parser, lambda url: bool(_LINK.match(url)))
    return parser


@lru_cache
def block_parser() -> MarkdownIt:
    """Return the parser of whole texts: CommonMark and tables, no raw HTML, no images."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    take_links(parser, lambda url: bool(_LINK.match(url)))
    return parser


@lru_cache
def link_definitions() -> MarkdownIt:
    """Return a parser that takes ``[x]: address`` for a definition, whatever the address."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("zero").enable("reference")
    take_links(parser, lambda _: True)
    return parser
