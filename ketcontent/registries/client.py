"""Asking a registry as it wants to be asked: who calls, how often, again after a fault, cached.

Every base address can be replaced by an environment variable, named in `SERVICES`. Only answers
that are definite are kept (here it is, or there is no such thing), for a day: a run that was
interrupted goes on from them. What was announced this week is not to be hidden by what was
answered last week.
"""

from __future__ import annotations

import datetime
import email.utils
import json
import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urljoin, urlsplit

import ketcontent
from ketcontent.atomic import replace_file
from ketcontent.errors import KetcontentError
from ketcontent.hashing import hash_bytes
from ketcontent.registries.public_web import open_session, require_public
from ketcontent.registries.records import NoAnswer

T = TypeVar("T")

_GONE = (404, 410)
_PASSING = (408, 425, 429, 500, 502, 503, 504)
"""What a server answers that may answer otherwise soon (RFC 9110, RFC 6585)."""
_TRIES = 4
_TRIES_TO_CONNECT = 3
_LONGEST_WAIT = 120.0
"""The seconds that are waited for a server that says when to come again; beyond, it is left."""
_LARGEST = 8_000_000
_SLOWEST = 60.0
_SLOWEST_PACE = 10.0
"""The most seconds between two questions that a registry can ask for."""
_TIMEOUT = (10.0, 20.0)  # seconds to connect, and for each piece
_KEPT_FOR = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Service:
    """A registry that answers questions."""

    name: str
    """What it is called."""
    base: str
    """Its address."""
    variable: str
    """The environment variable that replaces the address."""
    pace: float
    """The seconds from one question to the next, until it says itself (``x-rate-limit-*``)."""

    @property
    def address(self) -> str:
        """The address in use."""
        return (os.environ.get(self.variable) or self.base).rstrip("/")


CROSSREF = Service("Crossref", "https://api.crossref.org", "KETCONTENT_CROSSREF", 0.2)
DATACITE = Service("DataCite", "https://api.datacite.org", "KETCONTENT_DATACITE", 0.2)
PUBMED = Service(
    "PubMed", "https://eutils.ncbi.nlm.nih.gov/entrez/eutils", "KETCONTENT_PUBMED", 0.34
)
DAILYMED = Service(
    "DailyMed", "https://dailymed.nlm.nih.gov/dailymed/services/v2", "KETCONTENT_DAILYMED", 0.34
)
SERVICES = (CROSSREF, DATACITE, PUBMED, DAILYMED)

PAGES_VARIABLE = "KETCONTENT_PAGES"
"""The environment variable with an address to ask for web pages at, instead of theirs."""

PUBMED_KEY_VARIABLE = "KETCONTENT_PUBMED_KEY"
"""The environment variable with a key of NCBI's, with which PubMed takes ten questions a second."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A definite answer."""

    status: int
    """200, or that there is no such thing: 404, 410."""
    body: str
    """What it says."""
    day: datetime.date
    """The day on which it was given."""
    changed: str
    """The header ``Last-Modified``; empty where there is none."""

    @property
    def is_there(self) -> bool:
        """Whether the registry has what was asked for."""
        return self.status not in _GONE


def cache_folder() -> Path:
    """Return the folder of this user in which answers are kept for a day."""
    from platformdirs import user_cache_path

    return user_cache_path("ketcontent", appauthor=False) / "look-ups"


def checked_contact(contact: str) -> str:
    """Return an address at which who asks can be reached.

    Raises
    ------
    KetcontentError
        When it is none, or has letters that a header cannot hold.
    """
    if re.fullmatch(r"[!-~]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}", contact):
        return contact
    raise KetcontentError(
        f"Registries ask who is calling, and {contact!r} is no mail address."
        if contact
        else "Registries ask who is calling.",
        hint="Give a mail address in plain letters: --contact you@example.org, or set "
        "KETCONTENT_CONTACT.",
    )


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _sleep(seconds: float) -> None:
    time.sleep(seconds)


@dataclass(slots=True)
class Client:
    """Who asks, at the pace that each registry wants.

    Parameters
    ----------
    contact
        A mail address, which goes with every question.
    cache
        The folder in which answers are kept; none to keep none.
    fresh
        Whether to ask again for what was answered within the day.
    clock, wait, now
        Seconds that only go up, how to let some pass, and the time of the day.
    patience
        The seconds that an answer may take until it is whole.
    """

    contact: str
    cache: Path | None = None
    fresh: bool = False
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = _sleep
    now: Callable[[], datetime.datetime] = _now
    patience: float = _SLOWEST
    was_answered: bool = False
    _paces: dict[str, float] = field(default_factory=dict)
    _next: dict[str, float] = field(default_factory=dict)
    _failed: dict[str, int] = field(default_factory=dict)
    _session: Any = None

    def __post_init__(self) -> None:
        self.contact = checked_contact(self.contact)

    def ask(
        self, service: Service, path: str, read: Callable[[Answer], T], **words: str
    ) -> tuple[T, datetime.date]:
        """Return what a registry answers, as it is read, and the day on which it was answered.

        Raises
        ------
        NoAnswer
            When it gives no definite answer, or one that cannot be read: that is not kept.
        """
        said = urlencode(words)
        question = f"{service.address}{path}{'?' if said else ''}{said}"
        manners = {CROSSREF.name: {"mailto": self.contact}}
        if service is PUBMED:
            key = os.environ.get(PUBMED_KEY_VARIABLE, "")
            manners[PUBMED.name] = {
                "tool": "ketcontent",
                "email": self.contact,
                **({"api_key": key} if key else {}),
            }
            self._paces.setdefault(service.name, 0.1 if key else service.pace)
        more = urlencode(manners.get(service.name, {}))
        address = f"{question}{'&' if said else '?'}{more}" if more else question
        return self._answer(service.name, question, address, service.pace, read)

    def ask_page(self, address: str, read: Callable[[Answer], T]) -> tuple[T, datetime.date]:
        """Return a web page, as it is read, and the day on which it was so.

        Raises
        ------
        NoAnswer
            When it cannot be had, or is no page of the public web.
        """
        instead = os.environ.get(PAGES_VARIABLE, "").rstrip("/")
        if not instead:
            require_public(address)
        asked = f"{instead}/{quote(address, safe='')}" if instead else address
        return self._answer(urlsplit(address).hostname or address, asked, asked, 1.0, read)

    def _answer(
        self, name: str, question: str, address: str, pace: float, read: Callable[[Answer], T]
    ) -> tuple[T, datetime.date]:
        kept = self._kept(question)
        if kept is not None:
            return _read(name, read, kept), kept.day
        if self._failed.get(name, 0) >= 2:
            raise NoAnswer(f"{name} gave no answer twice and is not asked again in this run")
        try:
            status, headers, body = self._asked_again(name, address, pace)
        except NoAnswer:
            self._failed[name] = self._failed.get(name, 0) + 1
            raise
        self._failed[name] = 0
        now = self.now()
        changed = headers.get("Last-Modified", "")
        answer = Answer(status, body, now.astimezone().date(), changed)
        found = _read(name, read, answer)
        self._keep(question, {"status": status, "body": body, "at": f"{now}", "changed": changed})
        return found, answer.day

    def _asked_again(
        self, name: str, address: str, pace: float
    ) -> tuple[int, Mapping[str, str], str]:
        """Return the answer, asked for again after a fault that may pass."""
        import requests

        why, tries, unreachable = "", 0, False
        while True:
            tries += 1
            self._pace(name, pace)
            delay = float(2 ** (tries - 1))
            try:
                status, headers, body = self._asked_in_time(name, address)
            except requests.RequestException as fault:
                unreachable = isinstance(fault, requests.ConnectionError)
                why = f"{name} cannot be reached" if unreachable else f"{name} did not answer whole"
                last = tries >= (_TRIES_TO_CONNECT if unreachable else _TRIES)
            except ValueError:  # of what reads addresses: from a redirection that is none
                raise NoAnswer(f"{name} leads to an address that cannot be read") from None
            else:
                self.was_answered = True
                self._hear_limits(name, headers)
                if status == 200 or status in _GONE:
                    return status, headers, body
                why, unreachable = f"{name} answers {status}", False
                if status not in _PASSING:
                    raise NoAnswer(why)
                delay = _asked_to_wait(headers, delay)
                if delay > _LONGEST_WAIT:
                    raise NoAnswer(f"{name} asks to come again in {delay:.0f} seconds")
                last = tries >= _TRIES
            if last:
                raise NoAnswer(why, is_unreachable=unreachable)
            self.wait(delay)

    def _pace(self, name: str, pace: float) -> None:
        """Wait until the registry may be asked the next question."""
        now = self.clock()
        start = max(now, self._next.get(name, now))
        self._next[name] = start + self._paces.get(name, pace)
        if start > now:
            self.wait(start - now)

    def _hear_limits(self, name: str, headers: Mapping[str, str]) -> None:
        """Take the pace that the registry asks for."""
        limit = re.fullmatch(r"\s*([0-9]{1,9})\s*", headers.get("x-rate-limit-limit", ""))
        interval = re.fullmatch(
            r"\s*([0-9]{1,9})\s*s?\s*", headers.get("x-rate-limit-interval", "")
        )
        if limit and interval and int(limit[1]):
            self._paces[name] = min(int(interval[1]) / int(limit[1]), _SLOWEST_PACE)

    def _asked_in_time(self, name: str, address: str) -> tuple[int, Mapping[str, str], str]:
        """Return one answer; of one that comes letter by letter, nothing.

        The time limits of a connection begin anew with each letter. So the answer is waited for
        from outside, and whoever still waits for its end is left behind.
        """
        given: list[tuple[int, Mapping[str, str], str]] = []
        faults: list[BaseException] = []

        def ask() -> None:
            try:
                given.append(self._asked(name, address))
            except BaseException as fault:  # raised again where it is waited for
                faults.append(fault)

        waiting = threading.Thread(target=ask, daemon=True)
        waiting.start()
        waiting.join(self.patience)
        if faults:
            raise faults[0]
        if not given:
            self._session = None
            raise NoAnswer(f"{name} answers with too much, or too slowly")
        return given[0]

    def _asked(self, name: str, address: str) -> tuple[int, Mapping[str, str], str]:
        """Return status, headers and text of one answer, behind at most five redirections."""
        if self._session is None:
            instead = os.environ.get(PAGES_VARIABLE, "").rstrip("/")
            services = [service.address for service in SERVICES]
            self._session = open_session([*services, *([instead] if instead else [])])
            self._session.headers["User-Agent"] = (
                f"ketcontent/{ketcontent.__version__} (mailto:{self.contact})"
            )
        host = urlsplit(address).hostname
        for _ in range(6):
            with self._session.get(
                address, timeout=_TIMEOUT, stream=True, allow_redirects=False
            ) as found:
                if not found.is_redirect:
                    return found.status_code, found.headers, self._text(name, found)
                address = urljoin(address, found.headers["Location"])
                if urlsplit(address).hostname != host:
                    require_public(address)
        raise NoAnswer(f"{name} leads from one address to the next")

    def _text(self, name: str, found: Any) -> str:
        """Return what an answer says; of one without an end, or too slow, nothing."""
        end = self.clock() + self.patience
        read = bytearray()
        for piece in found.iter_content(65_536):
            read += piece
            if len(read) > _LARGEST or self.clock() > end:
                raise NoAnswer(f"{name} answers with too much, or too slowly")
        return read.decode("utf-8", "replace")

    # --- the cache ----------------------------------------------------------------------------

    def _place(self, question: str) -> Path | None:
        name = hash_bytes(question.encode()).removeprefix("sha256:")
        return self.cache / f"{name}.json" if self.cache else None

    def _kept(self, question: str) -> Answer | None:
        """Return what was answered within a day; nothing where it cannot be read."""
        place = self._place(question)
        if place is None or self.fresh:
            return None
        try:
            kept = json.loads(place.read_bytes())
            at = datetime.datetime.fromisoformat(kept["at"])
            answer = Answer(
                int(kept["status"]), str(kept["body"]), at.astimezone().date(), str(kept["changed"])
            )
            age = self.now() - at
        except (OSError, ValueError, KeyError, TypeError):
            return None
        is_same = kept.get("question") == question
        return answer if is_same and datetime.timedelta(0) <= age < _KEPT_FOR else None

    def _keep(self, question: str, said: dict[str, Any]) -> None:
        place = self._place(question)
        if place is None:
            return
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            replace_file(place, json.dumps({"question": question, **said}).encode())
        except OSError:
            pass  # a cache that cannot be written costs a question, no more

    def clear_up(self) -> None:
        """Remove the answers that are older than a day."""
        oldest = time.time() - _KEPT_FOR.total_seconds()
        for place in self.cache.glob("*.json") if self.cache else ():
            try:
                if re.fullmatch("[0-9a-f]{64}", place.stem) and place.stat().st_mtime < oldest:
                    place.unlink()
            except OSError:
                pass


def _read(name: str, read: Callable[[Answer], T], answer: Answer) -> T:
    """Return what an answer says; a registry may send anything."""
    try:
        return read(answer)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        raise NoAnswer(f"{name} answers with something that cannot be read") from None


def _asked_to_wait(headers: Mapping[str, str], seconds: float) -> float:
    """Return the seconds after which a server wants to be asked again (RFC 9110, 10.2.3)."""
    said = headers.get("Retry-After", "").strip()
    if re.fullmatch("[0-9]{1,9}", said):
        return float(said)
    try:
        at = email.utils.parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return seconds
    if at.tzinfo is None:
        at = at.replace(tzinfo=datetime.UTC)
    return max(seconds, (at - datetime.datetime.now(datetime.UTC)).total_seconds())
