"""The list of pages: for readers by name, for editors by the day on which a review falls due."""

from __future__ import annotations

import json
import re
import unicodedata
from bisect import bisect
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from ketcontent.markup import EDITORS, FACTS, Strings, direction, english, render
from ketcontent.pages.blocks import Site, State, Translation


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the index."""

    document: str
    """Its key."""
    name: str
    """Its current title."""
    language: str
    """Its language, as a BCP 47 tag."""
    review_every_days: int
    """Days after which a review of it is out of date."""
    supplied: bool
    """Whether it was received from somewhere, so that there is an archive copy."""
    state: State = "draft"
    """Whether every sentence of its current edition is signed off."""
    last_review: str = ""
    """The day of the oldest sign-off that its current edition needs; empty where one lacks."""
    next_review: str = ""
    """The last day on which that is recent enough; empty where one lacks."""
    language_name: str = ""
    """What its language calls itself; its tag where nobody has said that."""
    translations: tuple[Translation, ...] = ()
    """The pages that say the same in other languages."""

    @property
    def direction(self) -> str:
        """Whether its language is written from left to right, ``ltr``, or ``rtl``."""
        return direction(self.language)


@dataclass(frozen=True, slots=True)
class Letter:
    """The pages whose names start with one letter."""

    letter: str
    """The letter, as a heading."""
    anchor: str
    """What its place is called."""
    entries: tuple[Entry, ...]
    """The pages, in order of their names."""


@dataclass(frozen=True, slots=True)
class Index:
    """All pages of a project."""

    entries: tuple[Entry, ...]
    """The pages."""
    say: Strings = field(default_factory=english)
    """The words of the furniture."""
    site: Site | None = None
    """Where the pages are published; None where no row says that."""
    released: bool = False
    """Whether any page was ever released, so that there is a feed of releases."""

    @property
    def facts(self) -> dict[str, Any]:
        """What the index says of itself to a template."""
        title = self.say("index-title")
        return {
            "kind": "index",
            "state": "",
            "title": title,
            "name": title,
            "language": self.say.language,
            "direction": direction(self.say.language),
            "strings": [self.say.language, dict(self.say.texts)],
            "description": self.say("index-description"),
            "contents": [],
            "site": {"canonical": self.site.address} if self.site else {},
            "feed": "feed.xml" if self.site and self.released else "",
        }

    @property
    def letters(self) -> tuple[Letter, ...]:
        """The pages under the first letters of their names."""
        ordered = sorted(self.entries, key=lambda one: (*name_key(one.name), one.document))
        groups = groupby(ordered, lambda one: name_key(one.name)[:2])
        return tuple(
            Letter(letter, _ANCHORS.get(letter, f"_{letter}"), tuple(entries))
            for (_, letter), entries in groups
        )

    @property
    def mixed(self) -> bool:
        """Whether some pages are reviewed and others not, so that there is something to filter."""
        return len({one.state == "reviewed" for one in self.entries}) > 1

    @property
    def by_due_date(self) -> tuple[Entry, ...]:
        """The pages as editors need them: what is due first stands first, then what has no date."""
        return tuple(
            sorted(self.entries, key=lambda one: (one.next_review or "never", *name_key(one.name)))
        )

    def to_html(self) -> str:
        """Return the index for readers as HTML: a line a page."""
        return render("index.html.j2", index=self, facts=self.facts, say=self.say)

    def to_editors_html(self) -> str:
        """Return the index for editors as HTML: a table of reviews, dates and archive copies."""
        return render("editors.html.j2", index=self)

    def to_markdown(self) -> str:
        """Return the index for readers as Markdown."""
        return render("index.md.j2", index=self, facts=self.facts, say=self.say)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {
            "text/plain": "\n".join(entry.name for entry in self.entries),
            "text/html": self.to_html(),
            "text/markdown": self.to_markdown(),
            EDITORS: self.to_editors_html(),
            FACTS: json.dumps(self.facts, ensure_ascii=False),
        }


def name_key(name: str) -> tuple[int, str, str]:
    """Return what a list of pages is sorted and grouped by: a rank, a first letter, the letters.

    Letters are compared without their accents, large and small alike, as the compatibility form of
    Unicode takes them apart; what is no letter and no digit does not count. Each letter stands in
    its own script: A to Z come first, other scripts after them in Unicode's order. Chinese
    characters, of which each would be a group of its own, are one group; so are digits, and names
    that have neither.

    Headings are those that readers of a script know from its indexes, as Unicode's CLDR lists them
    ("index characters"): Korean stands under the first consonant of its first syllable, doubled or
    not, kana under the row of the table of sounds, Thai and Lao under the consonant that is spoken
    before a vowel which is written first. A sign that only modifies a letter (``ʻ``, ``ー``, the
    Arabic tatweel) heads nothing.

    Examples
    --------
    >>> name_key("Éclair"), name_key("(2-)Butanol"), name_key("Ökonomie")[:2]
    ((0, 'E', 'eclair'), (2, '0–9', '2butanol'), (0, 'O'))
    >>> name_key("Жар")[:2], name_key("氯胺酮")[:2], name_key("…")[:2]
    ((1, 'Ж'), (1, '漢'), (3, '–'))
    >>> [name_key(name)[1] for name in ("ʻAwa", "케타민", "까치", "ビタミン", "เคตามีน", "ـدواء")]
    ['A', 'ㅋ', 'ㄱ', 'は', 'ค', 'د']
    """
    apart = unicodedata.normalize("NFKD", name.casefold())
    letters = (
        one
        for one in apart
        if one.isalnum() and not unicodedata.combining(one) and unicodedata.category(one) != "Lm"
    )
    key = _WRITTEN_FIRST.sub(r"\2\1", "".join(letters))
    first = key[:1]
    if not first:
        return 3, "–", ""
    if not first.isalpha():
        return 2, "0–9", key
    if unicodedata.name(first, "").startswith("CJK"):
        return 1, "漢", key
    if kana := _KANA.match(key):
        row = bisect(_ROWS, chr(ord(kana[1] or kana[2]) - (0x60 if kana[2] else 0)))
        return 1, _ROW_NAMES[row - 1], key
    return int(not first.isascii()), _INITIALS.get(first, first.title()), key


_WRITTEN_FIRST = re.compile("([\u0e40-\u0e44\u0ec0-\u0ec4])(.)")
"""Vowels of Thai and Lao that are written before the consonant which they follow."""

_INITIALS = dict(
    zip(map(chr, range(0x1100, 0x1113)), "ㄱㄱㄴㄷㄷㄹㅁㅂㅂㅅㅅㅇㅈㅈㅊㅋㅌㅍㅎ", strict=True)
)
"""By what a Korean syllable starts with when it is taken apart, the consonant of the index."""

_KANA = re.compile("([\u3041-\u3096])|([\u30a1-\u30f6])")
"""A letter of hiragana, or one of katakana."""

_ROWS, _ROW_NAMES = "ぁかさたなはまゃらゎ", "あかさたなはまやらわ"
"""The first letters of the rows of kana in Unicode's order, and as they head an index."""

_ANCHORS = {"0–9": "_digits", "–": "_other"}
