"""When a label, guideline or web page was last changed, as far as its publisher says so.

A label at DailyMed has a history of versions. Other pages say in their head when they were last
modified, or their server does for a file. A page that says nothing of it cannot be judged here.
"""

from __future__ import annotations

import datetime
import email.utils
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from ketcontent.registries.client import DAILYMED, Answer, Client

_LABEL = re.compile(
    r"https?://dailymed\.nlm\.nih\.gov/\S*[?&]setid=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",
    re.IGNORECASE,
)
_NAMES = frozenset(
    {
        *("dcterms.modified", "dc.date.modified", "article:modified_time", "last-modified"),
        *("datemodified", "revised", "og:updated_time", "last-updated"),
    }
)
"""What a page's own head calls the day of its last change: Dublin Core, Open Graph, schema.org."""
_DAY = re.compile(r"\s*([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9])")
_IN_DATA = re.compile(r'"dateModified"\s*:\s*"([0-9]{4}-[0-9]{2}-[0-9]{2})')


def last_change(client: Client, address: str) -> tuple[str, datetime.date]:
    """Return the day of the last change, empty where nobody says; and the day of that answer.

    Raises
    ------
    NoAnswer
        When the address, or DailyMed, gives none.
    LookupError
        When there is nothing at the address any more.
    """
    if label := _LABEL.match(address):
        path = f"/spls/{label[1].lower()}/history.json"
        found, day = client.ask(DAILYMED, path, _newest_label)
    else:
        found, day = client.ask_page(address, _newest_day)
    if found is None:
        raise LookupError(address)
    return found, day


def _newest_label(answer: Answer) -> str | None:
    """Return the day of the newest version of a label; None where there is no such label."""
    if not answer.is_there:
        return None
    versions = json.loads(answer.body)["data"]["history"]
    days = [datetime.datetime.strptime(one["published_date"], "%b %d, %Y") for one in versions]
    return max(days).date().isoformat()


def _newest_day(answer: Answer) -> str | None:
    """Return the last day that a page gives as that of its change; None where there is no page."""
    if not answer.is_there:
        return None
    days = set(_declared(answer.body))
    if not days and answer.changed and answer.body.lstrip()[:1] != "<":
        # Of a file the server knows; of a page that is made for each visit it would be that.
        days = {email.utils.parsedate_to_datetime(answer.changed).date().isoformat()}
    return max(days, default="")


def _declared(page: str) -> Iterator[str]:
    """Yield the days of change that a page declares, in its head or for search engines."""
    yield from _IN_DATA.findall(page)
    reader = _Head()
    reader.feed(page[:500_000])
    for said in reader.found:
        if day := _DAY.match(said):
            yield day[1]


class _Head(HTMLParser):
    """The dates in a page's ``meta`` elements."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "time"):
            return
        said = dict(attrs)
        names = (said.get(name) or "" for name in ("name", "property", "itemprop", "http-equiv"))
        if _NAMES.intersection(name.casefold() for name in names):
            self.found.append(said.get("content") or said.get("datetime") or "")
