"""What stands around a sentence, and whether it may say that the sentence is not so.

Notes
-----
Here nothing can be closed: whoever writes beside a sentence may write anything. So all is refused
that goes on with it, speaks of it, is too short to speak of something else, is in another language
than the page, or has a word for what is claimed, wrong or taken back. What is left are whole
sentences about something else, and a denial that hides in one of those is not found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ketcontent.reading.folding import FoldedText
from ketcontent.reading.words import bases_of, in_english, word_set, words_of


@dataclass(frozen=True, slots=True)
class Around:
    """What a reader sees around a sentence; each empty where there is nothing."""

    heading: str = ""
    """The heading of its section."""
    lead: str = ""
    """The last sentence of the paragraph before that of its own, or before its list."""
    before: str = ""
    """The sentence before it in its paragraph, or the item before it in its list."""
    behind: str = ""
    """The sentence or item behind it."""
    after: str = ""
    """The first sentence of the next paragraph or list."""


_INTRODUCES = re.compile(
    r"(?i).*\b(?:the following|what follows|as follows|here(?: is|'s| are)|the next)\b.*"
    r"|.*\bthis[.!?]|.*[^.!?。！？ )\"']"
)
"""What goes on in the next sentence, or says what it is: above all what ends without a stop."""

_TAKES_BACK = re.compile(
    r"(?i)(?!(?:these|they) were [1-9]\d* people\b)(?:but |yet |though |however, )?(?:"
    r"(?:that|this|these|those|it|they|both|neither|which|such)"
    r"(?:'s|'re| (?:last )?(?:is|isn't|are|aren't|was|wasn't|were|weren't|has|have|had|cannot"
    r"|can't|could|may|might|would|did|does|do|never|seems?|claims?|numbers?"
    r"|figures?|statements?|sentences?|results?|percentages?|shares?|only|holds?|comes?))"
    r"|(?:not|no|none|nobody|nothing|never|false|untrue|wrong|or|in (?:fact|truth|reality)|actually"
    r"|on the contrary|the (?:other way|opposite|reverse|numbers|figures|claim|statement|truth))\b"
    r"|(?:das|dies|es|sie) (?:ist|sind|war|waren|stimmt|gilt)|falsch|nein|nicht"
    r"|c'est|c'était|cela|ceci|ce n'|ces chiffres|faux|non|eso|esto|es (?:falso|mentira)"
    r"|falso|no |bu |bunlar|yanlış|hayır|هذا|هذه|ذلك|لا |غير|これ|それ|この|その|嘘|这|那|该|不|假)"
)
"""How a sentence starts that speaks of the one before it."""

_DOUBTED = word_set(
    """
    false untrue wrong incorrect inaccurate mistake mistaken error myth lie liar untruth invent
    fabricate fake forge fraud hoax rumor withdraw retract mislead misleading swap reverse opposite
    contrary claim advert advertise advertisement brochure seller vendor marketing promise pretend
    allege allegedly supposedly reportedly suppose imagine believe belief boast say tell hear quote
    nonsense rubbish doubt doubtful dispute deny disprove debunk refute correct correction invalid
    unproven unfounded baseless true truth fiction joke
    """
)
"""What is said of a claim, each word standing for all its forms."""

_FEWEST_WORDS, _FEWEST_LETTERS = 5, 30
"""Of fewer a sentence lives on the one before it: "If only.", "Dat klopt niet."."""

_KNOWN = 0.75
"""How many of the words of an English sentence are known, at least: the rest is names."""

_SIGNS = (("(", ")"), ("[", "]"), ("「", "」"), ("（", "）"), ("『", "』"))
_OPENED = re.compile(r"(?<!\w)'(?=\w|$)")
_CLOSED = re.compile(r"(?<=[\w.,!])'(?!\w)")


def turning(around: Around, language: str = "en") -> str:
    """Return which of what stands around a sentence may say that it is not so; empty where none.

    Examples
    --------
    >>> turning(Around(before="Nobody has shown that:"))
    'Nobody has shown that:'
    >>> turning(Around(before="Ketamine is a medicine.", behind="This is false."))
    'This is false.'
    """
    heading, lead, before, behind, after = (
        FoldedText.of(one).text.strip()
        for one in (around.heading, around.lead, around.before, around.behind, around.after)
    )
    is_english = language.partition("-")[0] == "en"
    suspects = (
        # Of other languages nobody has listed how a sentence speaks of the one beside it.
        *(one for one in (before, behind) if not is_english),
        *(one for one in (lead, before) if _INTRODUCES.fullmatch(one) or _is_open(one)),
        *(one for one in (behind, after) if one and _goes_on(one)),
        *(one for one in (lead, before, behind, after) if is_english and not _is_plain(one)),
        *([heading] if is_english and _is_doubted(heading) else ()),
    )
    return next(filter(None, suspects), "")


def _goes_on(words: str) -> bool:
    """Return whether a sentence may go on with the one before it, or speak of it."""
    first = words[0]
    is_short = len(re.findall(r"\w+", words)) < _FEWEST_WORDS and len(words) < _FEWEST_LETTERS
    starts = (first.isalnum() and not first.islower()) or first in "¿¡"
    return is_short or not starts or _is_open(words) or bool(_TAKES_BACK.match(words))


def _is_plain(words: str) -> bool:
    """Return whether a sentence is in English, and has no word for what is claimed or wrong."""
    forms = [one.form for one in words_of(words)]
    return in_english(forms, least=_KNOWN) and not _is_doubted(words)


def _is_doubted(words: str) -> bool:
    forms = (one.form for one in words_of(words))
    return not _DOUBTED.isdisjoint(base for form in forms for base in (form, *bases_of(form)))


def _is_open(words: str) -> bool:
    """Return whether quotation marks or brackets open or close outside of a text."""
    return (
        words.count('"') % 2 == 1
        or len(_OPENED.findall(words)) != len(_CLOSED.findall(words))
        or any(words.count(one) != words.count(other) for one, other in _SIGNS)
    )
