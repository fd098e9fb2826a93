"""The list of pages, each with its state and dates."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from ketcontent.markup import FACTS, Strings, direction, english, render
from ketcontent.pages.blocks import State


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the index."""

    document: str
    """Its key."""
    name: str
    """Its current title."""
    language: str
    """Its language, as a BCP 47 tag."""
    audience: str
    """Whom it is for; empty until an editor says so."""
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
    """What its language calls itself; its tag where no string says that."""

    @property
    def direction(self) -> str:
        """Whether its language is written from left to right, ``ltr``, or ``rtl``."""
        return direction(self.language)


@dataclass(frozen=True, slots=True)
class Index:
    """All pages of a project."""

    entries: tuple[Entry, ...]
    """The pages, by name."""
    say: Strings = field(default_factory=english)
    """The words of the furniture."""

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
        }

    @property
    def groups(self) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
        """The pages under the first letters of their names."""
        return tuple(
            (letter, tuple(entries))
            for letter, entries in groupby(self.entries, lambda one: one.name[:1].upper() or "–")
        )

    def to_html(self) -> str:
        """Return the index as HTML."""
        return render("index.html.j2", index=self, facts=self.facts, say=self.say)

    def to_markdown(self) -> str:
        """Return the index as Markdown."""
        return render("index.md.j2", index=self, facts=self.facts, say=self.say)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {
            "text/plain": "\n".join(entry.name for entry in self.entries),
            "text/html": self.to_html(),
            "text/markdown": self.to_markdown(),
            FACTS: json.dumps(self.facts, ensure_ascii=False),
        }
