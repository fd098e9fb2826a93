"""What one entry of a file of references says, before it has a key, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import unquote

from ketcontent.importing.entities import unescaped
from ketcontent.model import shipped_schemas
from ketcontent.text import FORBIDDEN

_IDS = {"doi": "DOI", "pmid": "PubMed id"}


_TITLES = ("title", "container_title", "collection_title", "event_title")


_MARKUP = {
    **{"i": "i", "em": "i", "italic": "i", "b": "b", "strong": "b", "bold": "b"},
    **{"sub": "sub", "inf": "sub", "sup": "sup"},
}


# Of the tags of titles: what CSL writes, and what Crossref and PubMed send. Others are words.
_TAG = re.compile(r"<(/?)(?:jats:|mml:)?([a-z]{1,12})(?:\s[^<>]{0,200})?/?>", re.I)


_NAMELESS = {
    "span",
    "scp",
    "sc",
    "u",
    "p",
    "title",
    "math",
    "mi",
    "mn",
    "mo",
    "mrow",
    "mtext",
    "br",
}


PART_OF_A_DATE = "part of a date"
"""What is left out where a date says more than a day, a month or a year."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a file."""

    line: int
    """The line on which it starts; 0 where that is not known."""
    name: str
    """What the file calls it; may be empty."""
    row: Mapping[str, str]
    """Its cells, by column of the table of sources."""
    left_out: tuple[str, ...] = ()
    """What it says that has no column, by the file's own names."""
    fault: str = ""
    """Why it cannot be taken in; empty where it can."""
    hint: str = ""
    """What to do about that."""


SECRET = "There is a password or a key in its address."
_SECRETS = re.compile(
    r"(?:^|[?&;#])(?:access_token|api_?key|pass(?:word|wd)?|pwd|secret|signature|token"
    r"|x-amz-(?:signature|credential|security-token))=[^&;#]",
    re.IGNORECASE,
)


def secret_in(address: str) -> bool:
    """Return whether an address names who may read it, with a password or a key.

    Examples
    --------
    >>> secret_in("https://ada:tea@example.org/"), secret_in("https://example.org/@ada?page=2")
    (True, False)
    """
    found = re.match(r"(?:https?:)?/{2,}([^/?#\\]*)", address.strip(), re.IGNORECASE)
    return bool((found and "@" in found[1]) or _SECRETS.search(address))


def settled(entry: Entry) -> Entry:
    """Return an entry with each cell in the form that its column asks for.

    What a column would refuse is left out, and said. An entry without a title, or with a DOI or a
    PubMed id that is none, cannot be taken in.

    Examples
    --------
    >>> row = {"type": "book", "title": "<em>Tea</em> &amp; us", "doi": "DOI: 10.1000/A"}
    >>> settled(Entry(1, "a", {**row, "url": "x"})).row
    {'type': 'book', 'title': '<i>Tea</i> & us', 'doi': '10.1000/A'}
    >>> settled(Entry(1, "a", {**row, "url": "x"})).left_out
    ('url (x)',)
    >>> settled(Entry(1, "a", {**row, "pmid": "x"})).fault
    "Its pmid 'x' is no PubMed id."
    """
    if entry.fault:
        return entry
    rules = _rules()
    row: dict[str, str] = {}
    left = list(entry.left_out)
    for name, cell in entry.row.items():
        if name == "source":  # what the file calls it; its key here is given later
            continue
        value = _FORMS.get(name, _plain)(_visible(cell))
        if not value or (name in _IDS and value.casefold() in ("n/a", "none", "na", "-", "null")):
            continue
        if name == "url" and secret_in(value):
            left.append("url (there is a password or a key in it)")
            continue
        pattern, allowed = rules[name]
        is_none = name == "pmid" and value == "0"
        if re.fullmatch(pattern, value, re.S) and value in (allowed or (value,)) and not is_none:
            row[name] = value
        else:
            if name in _IDS:
                # Who takes in a paper without the id it was given may have it twice.
                return replace(
                    entry,
                    fault=f"Its {name} '{value[:60]}' is no {_IDS[name]}.",
                    hint="Correct it in the file, or empty it.",
                )
            left.append(f"{name} ({value[:60]})")
    row.setdefault("type", "document")
    if not row.get("doi") and re.match(
        r"https?://(dx\.|www\.)?doi\.org/10\.", row.get("url", ""), re.I
    ):
        doi = plain_doi(row["url"])
        row |= {"doi": doi} if re.fullmatch(rules["doi"][0], doi) else {}
    if not row.get("title"):
        return replace(
            entry, row=row, fault="It has no title.", hint="Give it a title in the file."
        )
    return replace(entry, row=row, left_out=tuple(left))


@lru_cache
def _rules() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the pattern and the allowed words of each column."""
    found = {}
    for name, said in shipped_schemas()["sources"].fields.items():
        rules = said.get("constraints", {})
        any_of_it = "[0-9-]{10}" if said["type"] == "date" else ".*"
        found[name] = (rules.get("pattern", any_of_it), tuple(rules.get("enum", ())))
    return found


def plain_doi(text: str) -> str:
    """Return a DOI without what is written before it or after.

    Examples
    --------
    >>> plain_doi("doi: 10.1000/tea.1."), plain_doi("https://dx.doi.org/10.1000/a%2Fb")
    ('10.1000/tea.1', '10.1000/a/b')
    """
    text = unescaped(" ".join(text.split()))
    address = re.match(r"(?:https?:)?(?://)?(?:dx\.|www\.)?doi\.org/", text, re.I)
    if address:
        text = unquote(text[address.end() :])
    text = re.sub(r"^[^0-9/]{0,40}?(?=10[./])", "", text)
    return text.partition(" ")[0].rstrip(".,;") if text.startswith("10") else text


def plain_pmid(text: str) -> str:
    """Return a PubMed id without what is written before it or after.

    Examples
    --------
    >>> plain_pmid("PMID: 031234567 [indexed]"), plain_pmid("https://pubmed.ncbi.nlm.nih.gov/12/")
    ('31234567', '12')
    """
    found = re.fullmatch(
        r"\s*(?:PMID\W*|MEDLINE:\s*|https?://(?:www\.)?(?:pubmed\.ncbi\.nlm\.nih\.gov|"
        r"ncbi\.nlm\.nih\.gov/pubmed)/)?0*([0-9]{1,8})/?(?:\s*\[[^\]]*\])?\s*",
        text,
        re.I,
    )
    return found[1] if found else text.strip()


def _plain_url(text: str) -> str:
    text = text.strip().replace(" ", "%20")
    if re.match(r"(www\.|[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}/)", text, re.I):
        return f"https://{text}"
    return re.sub("^(https?)(?=:)", lambda found: found[1].lower(), text, flags=re.I)


def _plain_title(text: str) -> str:
    """Return a title with its entities as letters, and of its markup what CSL knows."""
    text = unescaped(unescaped(text)).replace("\0", "")

    def known(found: re.Match[str]) -> str:
        name = found[2].lower()
        if name in _MARKUP:
            return f"<{found[1]}{_MARKUP[name]}>"
        return "" if name in _NAMELESS else found[0]

    return " ".join(_visible(_TAG.sub(known, text)).split())


def _plain(text: str) -> str:
    return " ".join(_visible(unescaped(text)).split())


def _visible(text: str) -> str:
    """Return a text without the characters that no cell may hold."""
    return re.sub(r"[\s\u2028\u2029]+", " ", re.sub(f"[{FORBIDDEN}]", "", text))


def _plain_page(text: str) -> str:
    """Return pages with a hyphen between them, the last one whole where it was cut short.

    Examples
    --------
    >>> _plain_page("1134--42"), _plain_page("e12 – e15")
    ('1134-42', 'e12-e15')
    """
    pages = re.sub(r"\s*(?:-{1,3}|[‐‑‒–—])\s*", "-", _plain(text)).strip("-")
    return re.sub(r"^(pp?\.\s*)(?=[A-Za-z]?[0-9])", "", pages)


_FORMS = {
    "doi": plain_doi,
    "pmid": plain_pmid,
    "url": _plain_url,
    "page": _plain_page,
    **dict.fromkeys(_TITLES, _plain_title),
}
