"""The sentences of a block, as they stand in it."""

from __future__ import annotations

import heapq
import re
from collections.abc import Container, Iterator

from ketcontent.text import canonical, gap, joined

_NO_END = re.compile(
    r"\b(?:approx|max|min|tel|ext|mind|ca|no|nr|art|fig|hrs?|mins?|secs?|hr|vol|pp?"
    r"|abb|tab|kap|aprox|apr|env|núm|pág|напр|стр|рис|прибл)\.$",
    re.IGNORECASE,
)
"""What ends in a stop before a number and ends no sentence."""
_TITLE = re.compile(r"\b(?:Drs?|Dra|Prof|Pr|Mme|Mlle|Mr|Sra?|Sig|Dott|Доц|Проф|доц|проф|د|أ)\.$")
"""What ends in a stop before a name; sentencex knows those of English, where *St.* is a street."""
_ORDINAL = re.compile(r"\b\d{1,2}\.$")
_COUNTED = re.compile(
    r"(?:Jahrhundert|Lebens(?:jahr|monat|woche)|Schwangerschafts(?:woche|monat)|Geburtstag|Woche"
    r"|Tag|Monat|Jahr|Trimester|Trimenon|Auflage|Klasse|Stock|Platz|Mal|Rippe|Finger|Zyklustag)"
)
"""What is counted behind an ordinal number of German, where each noun has a capital letter."""
_CAPITAL = r"(?=\s+[“„«\"'¿¡(]?[A-ZÀ-ÖØ-ÞА-ЯЁ])"
_MORE_ENDS = re.compile(
    rf"[.!?]\){_CAPITAL}"
    rf"|(?<=[^\W\d_]{{2}})[.!?](?:\d{{1,2}}|[¹²³⁰⁴-⁹]{{1,3}})(?:[,–⁻](?:\d{{1,2}}|[¹²³⁰⁴-⁹]{{1,3}}))*"
    rf"{_CAPITAL}"
    rf"|\b(?:etc|usw|ecc|enz|itd|т\.\s?д|т\.\s?п)\.{_CAPITAL}"
)
"""Ends that sentencex passes over: behind a bracket, a figure of a note, and the end of a list."""
_REFERENCE = re.compile(r"[\W\d]{0,8}[^\W\d_][\w'’-]+ [A-Z]{1,3}(?:,|\.| et al| \()")
_YEAR = re.compile(r"\((?:19|20)\d\d\w?\)|\b(?:19|20)\d\d(?:[;:]|\.?$)|\bdoi\b", re.IGNORECASE)
_LONGEST_REFERENCE = 600
_STOP = re.compile(r"\w\.[)\]]?$")
_SIR = re.compile(r"\bMM?\.$")
# Not among them: marks that say something of what follows, and hands that point to it.
_MOODS = "\u2615\u2764\U0001f389\U0001f38a\U0001f44a-\U0001f44f\U0001f493-\U0001f49f"
_MOODS += "\U0001f4a9\U0001f4aa"
_MOODS += "\U0001f600-\U0001f64f\U0001f900-\U0001f97f\U0001f980-\U0001f9cf"
_MOOD = re.compile(rf"[{_MOODS}][{_MOODS}\ufe0f\u200d\U0001f3fb-\U0001f3ff ]*(?=[^{_MOODS}]|$)")
"""Emoji of a mood stand behind the sentence that they belong to, often in the place of its stop."""
_LAST_PICTURE = re.compile(r"[^\w\s.,:;!?()\[\]\"'“”«»]{1,8}\s*")
_FULL_STOP = re.compile(r"[.!?؟…।。！？][\"'”’»)\]]*$")


_BEHIND = 100
"""Characters behind an end that say whether it is one."""
_WINDOW = 2_000
"""Characters that sentencex is given at once: for some texts its time grows with the square."""


def split_sentences(text: str, language: str) -> list[str]:
    """Return the sentences of a block; joined again, they are its words, and no other.

    A sentence ends only where `ketcontent.text.normalize.gap` will put back what stood after it.
    """
    if _is_reference(text):
        return [text.rstrip()]
    found: list[str] = []
    start = position = 0
    for cut in _ends(text, language):
        end = _after_mood(text, _after_space(text, cut))
        if end <= position:
            continue
        piece = text[position:end]
        said = piece.rstrip()
        after = piece[len(said) :]
        position = end
        if "\n" in after:  # a line that was broken inside a sentence is no end of one
            closes = _FULL_STOP.search(said[-8:]) is not None
        else:
            closes = bool(said) and bool(after) == bool(gap(said))
        if closes and not _goes_on(said, text[end : end + 20], language):
            found.append(text[start : start + len(text[start:end].rstrip())])
            # The line break stays: each line comes back as it was received.
            start = end - 1 if "\n" in after else end
    last = text[start:].rstrip()
    found += [last] if last.strip() else []
    if canonical(joined(found)) != canonical(text):
        return [text]  # whatever a splitter does to a text, no letter of it is lost
    return found


RUN_ON = "none"
"""What ``supplied_gap`` says of a sentence that stood right behind the stop of another."""


def sentences_of(
    text: str, language: str, *, whole: Container[str] | None = frozenset()
) -> Iterator[tuple[str, str]]:
    """Yield the sentences of a block, each with the gap before it: empty, or `RUN_ON`.

    Parameters
    ----------
    text, language
        As `split_sentences` takes them.
    whole
        Sentences that stay whole where they run into one another, in their canonical form; None
        for all of them.

    Examples
    --------
    >>> list(sentences_of("Take two tablets.Then rest. See www.Example.org.", "en"))
    [('Take two tablets.', ''), ('Then rest.', 'none'), ('See www.Example.org.', '')]
    """
    for sentence in split_sentences(text, language):
        start = 0
        ends = [] if whole is None else run_on_ends(sentence, language)
        if ends and whole is not None and canonical(sentence) in whole:
            ends = []
        for end in ends:
            yield sentence[start:end], RUN_ON if start else ""
            start = end
        yield sentence[start:], RUN_ON if start else ""


def run_on_ends(text: str, language: str) -> list[int]:
    """Return where a sentence ends that another stands right behind, as `split_sentences` left it.

    No sentence ends there that would not with a space behind it: not "Prof.Meier", and not the
    parts of a reference.

    Examples
    --------
    >>> run_on_ends("Ask Prof.Meier first.Then rest.", "en")
    [21]
    """
    ends: list[int] = []
    start = 0
    for found in RUN_TOGETHER.finditer(text):
        end = found.end("stop")
        said = text[max(start, end - _LONGEST_REFERENCE) : end]
        if split_sentences(f"{said} {text[end : end + _BEHIND]}", language)[0] == said:
            ends.append(end)
            start = end
    return ends


RUN_TOGETHER = re.compile(
    r"(?<![\w.@/:-])(?P<stop>[^\W\d_]*[a-zß-ÿ]{2}[.!?])"
    r"(?!(?:Com|Org|Net|Edu|Gov|Info|Biz|Txt|Pdf|Docx?|Html?)\b)[A-ZÀ-Þ][a-zß-ÿ]+(?![\w@/]|\.\w)"
)
"""A word, a stop, and a word with a capital: no address and no name of a file."""


def _after_space(text: str, end: int) -> int:
    while end < len(text) and text[end].isspace():
        end += 1
    return end


def _after_mood(text: str, end: int) -> int:
    """Return the end of a sentence with the emoji behind it."""
    found = _MOOD.match(text, end) or _LAST_PICTURE.fullmatch(text, end)
    return _after_space(text, found.end()) if found else end


def _is_reference(text: str) -> bool:
    """Return whether a block is an entry of a list of sources, whose stops end no sentence."""
    return (
        len(text) <= _LONGEST_REFERENCE
        and _REFERENCE.match(text) is not None
        and _YEAR.search(text) is not None
    )


def _goes_on(said: str, after: str, language: str) -> bool:
    """Return whether a sentence goes on behind a stop: with a small letter, a number or a name."""
    last = said[-20:]
    if language.startswith("fr") and _SIR.search(last):
        return True
    if not language.startswith("en") and _TITLE.search(last):
        return True
    if language.startswith("de") and _ORDINAL.search(last) and _COUNTED.match(after):
        return True
    short = _NO_END.search(last) is not None
    return (short and after[:1].isdigit()) or (
        after[:1].islower() and _STOP.search(said[-8:]) is not None
    )


def _ends(text: str, language: str) -> Iterator[int]:
    """Yield where a sentence ends, in order: behind its stop, or behind an emoji in its place."""
    moods = (found.end() for found in _MOOD.finditer(text) if text[found.end() - 1] == " ")
    moods_before_capitals = (end for end in moods if text[end : end + 1].isupper())
    more = (found.end() for found in _MORE_ENDS.finditer(text) if not _is_short(text, found))
    return heapq.merge(moods_before_capitals, more, _stops(text, language))


def _is_short(text: str, end: re.Match[str]) -> bool:
    """Return whether a figure stands behind what was shortened: *fig.2*."""
    stop = end.start() + 1
    return end.group()[-1] not in ")." and bool(_NO_END.search(text[max(stop - 20, 0) : stop]))


def _stops(text: str, language: str) -> Iterator[int]:
    """Yield where sentencex ends a sentence; where it finds none in a window, none ends there."""
    from sentencex import segment

    start = 0
    while start < len(text):
        window = text[start : start + _WINDOW]
        # It panics at "A.", with a space of more than one byte before the stop.
        lengths = [len(one) for one in segment(language.split("-")[0], re.sub(r"\s", " ", window))]
        cut = start + _WINDOW < len(text)
        if cut and len(lengths) == 1:
            start += _WINDOW
            continue
        for length in lengths[:-1] if cut else lengths:  # the last one goes on behind the window
            start += length
            yield start
