"""What reads as a title, a heading, a label; on which level a heading stands."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ketcontent.importing.short_lines import (
    has_strength,
    is_field,
    is_number,
    is_of_an_address,
    is_stamp,
)
from ketcontent.importing.text_lines import Unit, ends_sentence

_QUESTION = ("?", "？", "؟")
_LABEL = re.compile(r"(?P<label>[^\s:：][^:：.!?;]{0,79}?)(?P<colon>\s?[:：])\s+(?=\S)")
_BEFORE_A_LIST = re.compile(
    r"\b(include|includes|including|are|is|be|have|has|if|when|that|to|with|of|for|from|by|as)\s?:$"
)
_CALL = (
    "note|notice|warning|caution|disclaimer|attention|alert|danger"
    "|wichtig|hinweis|achtung|warnung|remarque|avertissement|nota|aviso|advertencia"
    "|atención|attenzione|avvertenza|atenção|let op|waarschuwing|uwaga|ostrzeżenie"
    "|внимание|предупреждение|تحذير|تنبيه|ملاحظة|चेतावनी|सावधानी"
)
_NOTICE = re.compile(
    rf"(?:{_CALL})\b.*|.*\b(?:{_CALL})|(?:very )?important(?: safety)?(?: information)?"
    r"|importante|belangrijk|ważne|важно|هام|مهم|注意|警告|重要",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:he|she|they|it|we|you|i|this|that|these|those|there|who|which|an?)\b", re.IGNORECASE
)
_LINKING = re.compile(
    r"(?:here|the|as|for|if|so|before|after|when|while|during|until|unless|to|in|on|at|by|from|with"
    r"|see|ask|call|tell|mit|vor|nach|bei|wenn|zum|zur|im|in|am|siehe|avant|après|pendant|si|en|pour|voir"
    r"|antes|después|durante|cuando|para|con|ver|véase|قبل|بعد|إذا|عند|في|من)(?:\b|\s)",
    re.IGNORECASE,
)
_SMALL_WORDS = frozenset(
    {"a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "of", "on", "or", "the"}
    | {"to", "vs", "with"}
)
_LONGEST_QUESTION = 200
_SENTENCE_WITHIN = re.compile(r"[.!?؟]\s|[。！？｡].")
_PART_OF_SOURCES = re.compile(
    r"(?:references|see also|notes|further reading|external links|summary|contact|sources|literatur"
    r"|quellen|références|sources|referencias|fuentes|kontakt|zusammenfassung|résumé|resumen)",
    re.IGNORECASE,
)


def is_question(line: str) -> bool:
    """Return whether a line ends as a question."""
    return line.endswith(_QUESTION)


def is_title(line: str) -> bool:
    """Return whether a line can be the title of a page."""
    bare = line.rstrip("".join(_QUESTION))
    return (
        len(line) <= 150
        and not line.endswith((":", "："))
        and not ends_sentence(bare)
        and any(map(str.isalpha, line))
    )


def is_heading(line: str) -> bool:
    """Return whether a line outside a list reads as a heading."""
    words = line.split()
    if line[0].islower() or line.startswith(("* ", "- ", "– ")):  # a footnote, or dashes around
        return False
    if not any(map(str.isalpha, line)) or _SENTENCE_WITHIN.search(line):
        return False
    if is_question(line):
        return len(line) <= _LONGEST_QUESTION
    if len(line) > 100 or len(words) > 12:
        return False
    if line.endswith((":", "：")):
        return is_title_case(words) or (len(words) <= 5 and not _BEFORE_A_LIST.search(line))
    return not ends_sentence(line)


def is_other_line(line: str) -> bool:
    """Return whether a short line is no heading by what it says: a price, an address, a number."""
    return (
        is_stamp(line)
        or is_of_an_address(line)
        or is_number(line)
        or has_strength(line)
        or is_field(line)
    )


def is_title_case(words: Sequence[str]) -> bool:
    """Return whether words are written as English headings are: all but small words with capitals.

    A script without capitals has none to show.
    """
    return not any(word[0].islower() and word not in _SMALL_WORDS for word in words)


def labelled(line: str) -> tuple[str, str]:
    """Return the label of an item and its words; the label is empty where there is none."""
    match = _LABEL.match(line)
    if match is None or line[0].islower():
        return "", line
    words = match["label"].split()
    if len(words) > 8 or (_SUBJECT.match(line) and not is_title_case(words)):
        return "", line  # "You may ask: …" is the start of a sentence
    return _label(match), line[match.end() :]


def _label(match: re.Match[str]) -> str:
    """Return a label so that `ketcontent.pages.document.label_text` gives it back as received."""
    bare = match["colon"] == ":" and match["label"][-1].isalnum()
    return match["label"] if bare else match["label"] + match["colon"]


def run_in(line: str) -> tuple[str, str]:
    """Return the heading that a line starts with, with its colon, and the words after it."""
    match = _LABEL.match(line)
    if match is None or line[0].islower():
        return "", line
    words = match["label"].split()
    rest = line[match.end() :]
    heading = match["label"] + match["colon"]
    if is_notice(match["label"]) and len(words) <= 6:
        return heading, rest
    if len(match["label"]) == 1 or is_field(line) or is_of_an_address(line):
        return "", line  # the Q and A of questions and answers, or a number to call
    cased = line[0].isupper() and is_title_case(words) and len(words) <= 6
    short = len(words) <= 3 and not _SUBJECT.match(line)
    if _LINKING.match(line) or not (cased or short) or rest[0].islower():
        return "", line
    return heading, rest


def is_notice(heading: str) -> bool:
    """Return whether what stands under a heading is a notice."""
    return _NOTICE.fullmatch(heading.rstrip(":： ")) is not None


# --- levels -------------------------------------------------------------------------------------


def set_levels(units: Sequence[Unit]) -> None:
    """Give each heading its level: the title is 1, and what stands right under that is 2.

    Numbers tell the level where there are numbers. Of headings without, those in capitals stand
    over others on a page with both, and a heading right over another stands over it: then the one
    after that is its sibling, since nothing is divided into one part.
    """
    headings = [unit for unit in units if unit.role == "heading" and not unit.level]
    capitals = [unit for unit in headings if unit.order is None and unit.words.isupper()]
    plain = [unit for unit in headings if unit.order is None and not unit.words.isupper()]
    shout = len(capitals) > 1 and len(plain) > 1
    inside = False
    left = 0
    seen = False
    for place, unit in enumerate(units):
        if unit.role != "heading" or unit.level:
            continue
        under = units[place + 1] if place + 1 < len(units) else None
        opens = under is not None and under.role == "heading" and under.order is None
        if unit.order and unit.order.scheme[0] not in "rl":  # neither Roman nor a letter
            unit.level = min(unit.order.depth, 5) + 1
            inside = inside or unit.order.scheme in ("bare", "1", "1.", "1)", "(1)")
            left = 0
        elif unit.order:
            unit.level = 3 if seen else 2
        elif _PART_OF_SOURCES.fullmatch(unit.words.rstrip(":：")):
            unit.level, left = 2, 0
        elif inside and not (shout and unit.words.isupper()):
            unit.level = 3
        elif shout:
            unit.level = 2 if unit.words.isupper() else 3
        elif left:
            unit.level = 3
            left -= 1
        else:
            unit.level = 2
            left = 2 if opens else 0
        seen = True
