"""A source of which somebody gives a DOI, a PubMed id, an ISBN, an address or a reference line.

Nothing is made up: the row has what was given and no more. Its title is the line as it was given,
with the identifier in it, until somebody completes it: so the table, the page and `is_incomplete`
all show what it is. Which words of a line are the authors and which the title is not guessed; the
key alone takes a name and a year of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote, unquote

from ketcontent.importing.entities import unescaped
from ketcontent.importing.entries import SECRET, Entry, secret_in, settled
from ketcontent.importing.names import slug
from ketcontent.text import FORBIDDEN

_DOI = re.compile(
    r"(?<![\w./])10\.[0-9]{4,9}(?:\.[0-9]+)*/"
    r"(?:(?![,;]10\.[0-9]{4,9}/)(?:[^\s<>\"“”„|{}\\^`]|<[0-9]+:[^\s<>]*>))+",
    re.IGNORECASE,
)
"""Brackets as `<1::AID-SIM2>` belong to the older ones of articles (SICI, ANSI/NISO Z39.56)."""
_SHORT_DOI = re.compile(r"(?:\bdoi\.org/|\bdoi:\s*)(10/[a-z0-9]+)", re.IGNORECASE)
_PMID = re.compile(
    r"(?:\bPMID\W{0,3}|\bpubmed\.ncbi\.nlm\.nih\.gov/|\bncbi\.nlm\.nih\.gov/pubmed/"
    r"|\beuropepmc\.org/(?:article|abstract)/MED/)0*([0-9]{1,8})(?![0-9])",
    re.IGNORECASE,
)
_PMC = re.compile(r"\bPMC[0-9]{3,9}\b", re.IGNORECASE)
_ISBN = re.compile(r"\bISBN(?:-1[03])?[\s:]*([0-9][0-9\s-]{8,20}[0-9X])(?![0-9])", re.IGNORECASE)
_ARXIV = re.compile(
    r"(?:\barXiv:\s*|\barxiv\.org/(?:abs|pdf)/)"
    r"([0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7})(?:v[0-9]+)?(?![0-9])",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"“”„]+", re.IGNORECASE)
_BETWEEN = re.compile(r"[|{}\\^`]")
"""What no address may hold as it is (RFC 3986): it parts two cells, or is written by mistake."""
_HOMES = re.compile(
    r"https?://(?:dx\.|www\.)?(?:doi\.org|pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/",
    re.IGNORECASE,
)
_PMC_HOME = re.compile(
    r"https?://(?:www\.)?(?:ncbi\.nlm\.nih\.gov/pmc|pmc\.ncbi\.nlm\.nih\.gov)/articles/"
    r"(PMC[0-9]+)(?:/?|/?[?#].*)",
    re.IGNORECASE,
)
"""Where an address says no more than the DOI or the PubMed id in it."""
_END_OF_ADDRESS = re.compile(
    r"(?:[?#].*|/(?:full|fulltext|abstract|abs|pdf|epdf|html|meta|summary)/?|\.pdf)$", re.IGNORECASE
)
"""What publishers put behind a DOI in an address."""
_BEFORE_A_KEY = re.compile(r"https?://(?:www\.|pmc\.ncbi\.nlm\.nih\.gov/articles/)?")
_LONGEST = 3_000
"""The most letters of one reference."""
_LABELS = re.compile(
    r"\b(?:doi\.org/|doi|pmid|pmcid|isbn(?:-1[03])?|url|available (?:at|from))(?!\w)", re.I
)


def given_sources(text: str) -> list[Entry]:
    """Return the sources that somebody gives by what they are known by, each to be completed.

    A line is a source, and so are lines that follow each other where only one of them says what
    it is known by. What says nothing of the kind is an entry with a fault: it is named, not lost.

    Examples
    --------
    >>> [entry] = given_sources("https://doi.org/10.1000/tea.1")
    >>> entry.row["doi"], entry.row["title"], entry.row["unconfirmed"]
    ('10.1000/tea.1', 'doi:10.1000/tea.1', 'everything but the DOI')
    >>> [entry] = given_sources("Lee A. Tea and sleep. J Tea 2020;12:45. PMID: 123.")
    >>> entry.row["title"], entry.row["pmid"], entry.name
    ('Lee A. Tea and sleep. J Tea 2020;12:45. PMID: 123.', '123', 'lee-2020')
    >>> given_sources("Lee A. Tea and sleep.")[0].fault
    'There is no DOI, PubMed id, ISBN or address in it.'
    """
    text = re.sub(f"[{FORBIDDEN}]", "", unescaped(text).replace("\u00a0", " "))
    return [_entry(line, words) for line, words in _references(text)]


def _references(text: str) -> Iterator[tuple[int, str]]:
    """Yield each reference with the line on which it begins."""
    waiting: list[tuple[int, str]] = []
    has_one = False
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        words = " ".join(line.split())
        known = bool(words) and bool(_known_by(words)[0])
        if waiting and (not words or (known and has_one)):
            yield waiting[0][0], " ".join(one for _, one in waiting)
            waiting, has_one = [], False
        if words:
            waiting.append((number, words))
            has_one = has_one or known


def _entry(line: int, words: str) -> Entry:
    cells, fault = _known_by(words)
    if fault == SECRET:
        hint = "Give the address without it: what is in the tables is published."
        return Entry(line, "", {}, fault=fault, hint=hint)
    if fault or not cells:
        return Entry(
            line,
            words[:60],
            {"title": words},
            fault=fault or NOTHING_GIVEN,
            hint="Give one of them, give the reference as CSL-JSON, RIS or BibTeX, or add the row "
            "by hand.",
        )
    names = " and ".join(_NAMES[name] for name in cells)
    isbn = cells.pop("isbn", "")
    typed = _typed(words)
    is_bare = not re.search(r"\w", _without_ids(typed)) or bool(re.fullmatch(r"[\d\sX-]+", typed))
    words = re.sub(
        r"^(?:\[[0-9]{1,3}\]|[0-9]{1,3}[.)])\s+(?=\w)", "", words
    )  # its number in a list
    unconfirmed = f"everything but the {names}"
    row = {
        "type": "book" if isbn else "webpage" if set(cells) == {"url"} else "document",
        "title": _title(cells, isbn) if is_bare else words,
        **cells,
        "unconfirmed": unconfirmed
        if is_bare
        else f"{unconfirmed}; the title is the reference as it was given",
    }
    key = slug(_BEFORE_A_KEY.sub("", _title(cells, isbn)), words=8)
    return settled(Entry(line, key if is_bare else _key_of(words), row))


NOTHING_GIVEN = "There is no DOI, PubMed id, ISBN or address in it."

_NAMES = {"doi": "DOI", "pmid": "PubMed id", "isbn": "ISBN", "url": "address"}


def _title(cells: Mapping[str, str], isbn: str) -> str:
    """Return what stands for a title that nobody gave."""
    if "doi" in cells:
        return f"doi:{cells['doi']}"
    if "pmid" in cells:
        return f"PMID {cells['pmid']}"
    return f"ISBN {isbn}" if isbn else cells["url"]


def _known_by(words: str) -> tuple[dict[str, str], str]:
    """Return what a source is known by, by column (and ``isbn``); and why that is not clear."""
    if len(words) > _LONGEST:
        return {}, f"It has more than {_LONGEST:,} letters, as no reference has."
    cells: dict[str, str] = {}
    words = _typed(words)
    addresses = _addresses(words)
    if any(map(secret_in, addresses)):
        return {}, SECRET
    dois = [*_dois(words, addresses), *_SHORT_DOI.findall(words)]
    dois = dois or [f"10.48550/arXiv.{one}" for one in _ARXIV.findall(words)]
    pmids = _PMID.findall(words)
    if re.fullmatch(r"[0-9]{1,8}", words):  # alone, it is nothing else
        pmids = [words.lstrip("0") or "0"]
    if "0" in pmids:
        return {}, "A PubMed id of 0 is none."
    isbns = [re.sub(r"[\s-]", "", one).upper() for one in _ISBN.findall(words)]
    bare = re.sub(r"[\s-]", "", words).upper()
    if re.fullmatch(r"97[89][0-9]{10}|[0-9]{9}[0-9X]", bare):
        isbns = [bare]
    for name, found in (("doi", dois), ("pmid", pmids), ("isbn", isbns)):
        different = list(dict.fromkeys(one.casefold() for one in found))
        if len(different) > 1 and name != "isbn":  # a book has one for each binding
            return {}, f"There are two of them in it: {different[0]} and {different[1]}."
        if found:
            cells[name] = found[0]
    if "isbn" in cells and not _is_isbn(cells["isbn"]):
        return {}, f"Its ISBN {cells['isbn']} is none: the last digit does not fit the others."
    own = [one for one in addresses if not _HOMES.match(one)]
    if (pmc := _PMC.search(words)) and (not own or _PMC_HOME.fullmatch(own[0])):
        own = [f"https://pmc.ncbi.nlm.nih.gov/articles/{pmc[0].upper()}"]
    if own:
        cells["url"] = own[0] if "://" in own[0] else f"https://{own[0]}"
    return cells, ""


_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\uff0d"), ord("-"))
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Letters, figures and marks as wide as Chinese characters, each with the one of ASCII."""


def _typed(words: str) -> str:
    """Return what was given with the dashes, letters and slashes that are typed for identifiers.

    Word processors and Japanese keyboards write others; addresses are left as they are.

    Examples
    --------
    >>> _typed("ISBN 978\u20110\u2011306"), _typed("10.1000%2Ftea"), _typed("１０.1000/a")
    ('ISBN 978-0-306', '10.1000/tea', '10.1000/a')
    """
    parts = re.split(f"({_ADDRESS.pattern})", words, flags=re.IGNORECASE)
    parts[::2] = [
        re.sub(r"\b(10\.[0-9]{4,9})%2F", r"\1/", one.translate(_WIDE | _DASHES), flags=re.I)
        for one in parts[::2]
    ]
    return "".join(parts)


def _addresses(words: str) -> list[str]:
    """Return the addresses of a line; a bar in one is written as it may stand there.

    Where a line has bars besides those, it is a row of a table, and each ends a cell.

    Examples
    --------
    >>> _addresses("https://example.org/a|b"), _addresses("| Tea | https://example.org/a|b |")
    (['https://example.org/a%7Cb'], ['https://example.org/a'])
    """
    is_row = "|" in _ADDRESS.sub(" ", words)
    found = []
    for one in _ADDRESS.findall(words):
        address = one.partition("|")[0] if is_row else one
        address = _trimmed(address.rstrip("|{}\\^`"))
        found.append(_BETWEEN.sub(lambda mark: quote(mark[0]), address))
    return found


def _dois(words: str, addresses: list[str]) -> Iterator[str]:
    """Yield the DOIs of a line; of those in an address, without what a publisher puts behind."""
    for address in addresses:
        plain = unquote(address)
        if home := re.match(r"https?://(?:dx\.|www\.)?doi\.org/(?=10\.)", plain, re.IGNORECASE):
            # All that stands there is the DOI, whatever marks are in it.
            yield unquote(re.split("[?#]", address[home.end() :], maxsplit=1)[0]).rstrip("/")
            continue
        for found in _DOI.findall(re.sub(r"(?<=[\w])/(?=10\.)", " ", plain)):
            doi = _trimmed(found)
            while (shorter := _END_OF_ADDRESS.sub("", doi)) != doi and shorter.count("/"):
                doi = shorter
            yield doi
    rest = _ADDRESS.sub(" ", words)
    rest = re.sub(r"\bdoi\.org/", " ", rest, flags=re.IGNORECASE)
    rest = re.sub(r"\bdoi:\s*", " ", rest, flags=re.IGNORECASE)
    yield from (_trimmed(found).rstrip("/") for found in _DOI.findall(rest))


def _trimmed(found: str) -> str:
    """Return what was found without the marks of the sentence around it."""
    while found and (
        found[-1] in ".,;:'’…!?"
        or any(
            found[-1] == end and found.count(start) < found.count(end)
            for start, end in ("()", "[]")
        )
    ):
        found = found[:-1]
    return found


def _is_isbn(digits: str) -> bool:
    """Return whether the last digit of an ISBN fits the others (ISO 2108)."""
    values = [10 if one == "X" else int(one) for one in digits]
    if len(digits) == 13 and "X" not in digits:
        return sum(value * (3 if at % 2 else 1) for at, value in enumerate(values)) % 10 == 0
    return (
        len(digits) == 10
        and "X" not in digits[:-1]
        and sum(value * (10 - at) for at, value in enumerate(values)) % 11 == 0
    )


def _without_ids(words: str) -> str:
    for mark in (_ADDRESS, _ARXIV, _ISBN, _PMID, _SHORT_DOI, _DOI, _PMC, _LABELS):
        words = mark.sub(" ", words)
    return words


def _key_of(words: str) -> str:
    """Return a key made of a reference: its first name and year; empty where there is no year."""
    year = re.search(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])", _without_ids(words))
    name = slug(re.split(r"[\s,.;:]", words, maxsplit=1)[0])
    return f"{name}-{year[0]}" if name and year else ""


def other_ids(row: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what a source is known by besides DOI and PubMed id: ISBNs in its title, its PMC id.

    An ISBN of ten figures is the one of thirteen that the same book has.

    Examples
    --------
    >>> other_ids({"title": "Tea. ISBN 0-306-40615-2."})
    [('isbn', '9780306406157')]
    >>> other_ids({"title": "Tea", "url": "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC123456/"})
    [('pmc', 'pmc123456')]
    """
    isbns = (re.sub(r"[\s-]", "", one).upper() for one in _ISBN.findall(_typed(row["title"])))
    pmc = _PMC_HOME.fullmatch(row.get("url", ""))
    return [
        *(("isbn", _thirteen(one)) for one in isbns if _is_isbn(one)),
        *([("pmc", pmc[1].casefold())] if pmc else []),
    ]


def _thirteen(isbn: str) -> str:
    """Return an ISBN in thirteen figures (ISO 2108)."""
    if len(isbn) == 13:
        return isbn
    figures = f"978{isbn[:9]}"
    last = -sum(int(one) * (3 if at % 2 else 1) for at, one in enumerate(figures)) % 10
    return f"{figures}{last}"


def is_incomplete(row: Mapping[str, str]) -> bool:
    """Return whether a source has no more than what somebody gave to know it by.

    Its title holds its own identifier then, as no title does.

    Examples
    --------
    >>> is_incomplete({"title": "doi:10.1000/tea", "doi": "10.1000/tea"})
    True
    >>> is_incomplete({"title": "Tea and sleep", "doi": "10.1000/tea"})
    False
    """
    title = row.get("title", "").casefold()
    own = [row.get("doi", ""), row.get("url", "").partition("://")[2]]
    if any(one and one.casefold() in title for one in own):
        return True
    pmid, pmc, isbn = _PMID.search(title), _PMC.search(title), _ISBN.search(title)
    return bool(
        (pmid and pmid[1] == row.get("pmid"))
        or (pmc and pmc[0].casefold() in row.get("url", "").casefold())
        or (isbn and _is_isbn(re.sub(r"[\s-]", "", isbn[1]).upper()))
    )
