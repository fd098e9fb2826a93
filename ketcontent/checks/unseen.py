"""Judge what stands in words and is seen by nobody."""

from __future__ import annotations

from ketcontent.checks.passages import passages_in
from ketcontent.diagnostics import Diagnostic
from ketcontent.pages import Edition, PageView
from ketcontent.text import as_seen, code_point, unseen_places

_BREAKS = "\u00ad\u200b"
"""Where a line may break: a soft hyphen in a long word, a space of no width in Thai or Khmer."""


def judge_unseen(view: PageView, *, edition: Edition = "current") -> list[Diagnostic]:
    """Return the first character of each passage that no reader sees and that breaks no line.

    Such a character changes what was signed, what a search finds and what is read aloud, and
    nobody who reads the words can tell.
    """
    return [
        passage.fault(
            "unseen-character",
            f"{code_point(passage.words[place.start])} stands among the words, and nobody sees it.",
            hint="Delete it; or keep it where it is known to be needed.",
            severity="warning",
            span=(place.start, place.stop),
        )
        for passage in passages_in(view, edition)
        for place in _strange(passage.words)[:1]
    ]


_LATIN = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧοѵ",
    "ABESIJKMHOPCTYXaesijopcyxABEZHIKMNOPTYXov",
)
"""Letters of Cyrillic and Greek that look as those of Latin do."""


def judge_signers(view: PageView) -> list[Diagnostic]:
    """Return a warning for each who signed the page and whose name reads as another person's does.

    A reader knows who reviewed a page by the name alone.
    """
    signed = {row["person"] for row in view.rows("signoffs")}
    alike: dict[str, list[str]] = {}
    for row in view.rows("people") if signed else ():
        alike.setdefault(as_seen(row["name"]).translate(_LATIN).casefold(), []).append(
            row["person"]
        )
    return [
        Diagnostic(
            rule="signers-look-alike",
            severity="warning",
            message=f"The name of '{person}', who signed '{view.document}', reads as that of "
            f"{' and '.join(repr(one) for one in people if one != person)} does.",
            hint="Find out who is who, and add to a name what tells them apart.",
            table="people",
            key=person,
            column="name",
        )
        for people in alike.values()
        if len(people) > 1
        for person in people
        if person in signed
    ]


def _strange(words: str) -> list[range]:
    """Return the places of what is not seen, but for where a word may break."""
    return [
        one
        for one in unseen_places(words)
        if not (words[one.start] in _BREAKS and words[: one.start].strip() and words[one.stop :])
    ]
