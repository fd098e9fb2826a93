"""The shapes of a sentence that tells two numbers of people, and the words that they are made of.

The lists are closed: a word that is in none of them is not understood, and draws nothing. That
holds for what the people felt or had, too: of any words that might be let in there, some would
turn the rest ("were forbidden ketamine", "had relatives on ketamine").

Notes
-----
English is read piece by piece, so that whoever wrote a sentence learns which word was not
understood. Of other languages a few whole sentences are known, in which only the numbers and the
names change. No native speaker has read these; a sentence that is missing draws nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import product

from ketcontent.reading.shares import PEOPLE, word_list


def _either(*lists: str) -> str:
    """Return a pattern of one of some words; `_` stands for a space within one."""
    words = sorted(" ".join(lists).split(), key=len, reverse=True)
    return "(?:" + "|".join(word.replace("_", " ") for word in words) + ")"


_ARTICLE = "(?:(?:a|an|the) )?"
_COUNT = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
TIME = (
    rf"(?:{_COUNT} (?:minute|hour|day|week|month|year)s?|(?:hour|day|week|month|year) \d{{1,3}}"
    r"|last \d{1,3} (?:hour|day|week|month|year)s|soon after)"
)
"""When something was counted."""

_WHO = _either(" ".join(one for one in PEOPLE if one.isascii()))
KINDS = re.compile(rf"\b(?!(?:people|persons?|patients|participants|volunteers)\b){_WHO}\b")
"""Words for some people only, as women or children."""
_TRIAL = (
    r"(?:an?|one|the|this|that) (?:(?:small|large|new|randomi[sz]ed|controlled|blinded|first) )?"
    r"(?:trial|study)"
)
_CONDITIONS = _either(
    """
        depression pain anxiety ptsd ocd migraine addiction insomnia cancer fibromyalgia
        bipolar_disorder bipolar_depression thoughts_of_suicide suicidal_thoughts
        """
)
_CONDITION = rf"(?:with|who had) (?:(?:severe|major|chronic|lasting) )?{_CONDITIONS}"
_LEAD = (
    rf"in (?:the first half of )?{_TRIAL}(?: (?:of|with|in) \d[\d,.]* {_WHO})?"
    rf"(?: {_CONDITION})?(?: in hospital)?"
    rf"|(?:of|among) \d[\d,.]* {_WHO}(?: {_CONDITION})?"
    r"|in (?:the|that) trial's (?P<time>last \d{1,3} (?:hour|day|week|month|year)s)"
    r"|(?P<when>soon after) the (?:drip|infusion) in (?:the|that) trial"
)
_TREATED = (
    r"(?:on|with|after|given|taking|receiving|using|treated with|assigned to|allocated to"
    r"|randomi[sz]ed to"
    r"|(?:of those )?(?:who (?:had|took|got|received|used|stayed on|were given)|given|on))"
)
_KIND = "(?: (?:groups?|arm|drips?|infusions?))?"
_EVENT = _either("response remission relapse")
_EFFECT = _either(
    "dizziness nausea vomiting headache sleepiness dissociation anxiety tiredness bladder_pain"
)
_FELT = (
    r"felt (?:(?:much|clearly) )?(?:better|worse|well|unwell|ill|sick|dizzy|sleepy|drowsy|tired|low"
    r"|anxious|depressed|calm|cut off)"
    r"|(?:were|was|became|got|stayed|remained) (?:not )?(?:(?:much|fully|clearly) )?(?:better|worse"
    r"|well|unwell|ill|sick|dizzy|sleepy|drowsy|sedated|tired|anxious|depressed|asleep|awake"
    r"|unconscious|free of (?:pain|symptoms|depression|anxiety))"
    r"|(?:improved|recovered|responded|remitted|relapsed|slept|vomited|died|worsened|fainted)"
    r"(?: (?:well|badly|clearly|fully))?"
    r"|(?:did not|didn't) (?:improve|recover|respond|remit|relapse|sleep|vomit|worsen)"
    r"|(?:had|did not have|didn't have) (?:(?:next to no|no|a|an|clearly fewer|fewer|clearly less"
    r"|less|severe|mild|such|suicidal|no such|next to no such|no suicidal) )*(?:symptoms|pain"
    r"|depression|anxiety|nausea|headaches?|dizziness|dissociation|hallucinations|side effects"
    r"|raised blood pressure|relapse|response|remission|seizures?|fits?|thoughts of suicide"
    r"|(?<=such )thoughts|(?<=suicidal )thoughts)"
    r"|(?:used|drank|smoked) (?:no|less) (?:cocaine|alcohol|heroin|opioids|cannabis|tobacco)"
    r"|fell (?:ill|asleep)"
)
_MEASURE = _either("pain depression anxiety sleep mood symptoms")
_CHANGE = _either("halved gone eased better improved seen found")

PIECES = {
    "number": (
        r"(?:(?:about|around|roughly|approximately|only|just) )?(?P<bracket>\()?#(?(bracket)\))"
    ),
    "people": rf"(?:of )?(?:the |all |those )?{_WHO}",
    "group": (
        rf"(?:(?P<time>{TIME}) after|after (?P<length>{TIME}) (?:of|on|with)|{_TREATED})"
        rf" {_ARTICLE}(?:repeated )?(?P<name>NAME|it){_KIND}"
        rf"|(?:in|of) {_ARTICLE}(?P<among>NAME) (?:group|arm)"
        rf"|(?:(?<=responded )|(?<=than ))to {_ARTICLE}(?P<to>NAME)"
        r"|\((?P<bracketed>NAME)\)"
    ),
    "moved": rf"switched to {_ARTICLE}(?P<name>NAME)",
    "time": rf"(?:after|at|by|within) (?P<time>{TIME})|(?P<later>{TIME}) later",
    "about": (
        rf"in {_TRIAL} of (?:repeated )?(?P<name>NAME){_KIND}"
        "|(?P<better>NAME) (?:worked|did) better:"
    ),
    "lead": _LEAD,
    "more": rf"{_EVENT} was (?:more|less) common",
    "changed": rf"(?:{_EVENT}|{_MEASURE}) (?:was|were) {_CHANGE}",
    "measured": (
        rf"(?<=in that trial )it had been|{_EVENT}(?: rates?)?(?: was| were|:)|{_EFFECT} affected"
    ),
    "outcome": rf"(?:{_FELT})(?: again)?",
    "in": "in|for",
    "some": "(?:more|fewer|most|many) people|they",
    "against": (r"(?:as )?compared (?:with|to)|in comparison with|against|versus|vs\.?|than"),
    "and": "and|while|whereas|but",
    "did": r"did(?= (?:on|with|after|given) )",
    "another": ", another (?:medicine|treatment)",
    "comma": "[,;]",
    "end": r"\.",
}
"""What a sentence is made of; `#` is a number of people, NAME one of both groups."""

_LETTERS = {
    **{"number": "N", "people": "P", "group": "G", "moved": "M", "time": "T", "about": "B"},
    **{"lead": "L", "measured": "Q", "changed": "C", "in": "i", "some": "S", "against": "V"},
    **{"and": "A", "did": "d", "another": "J", "comma": ",", "end": ".", "outcome": "O"},
    "more": "R",
}
_SHAPES = (
    *("NP?OT?G T?,?ANP?O?G T?J?.", "NP?OT?G T?,?VNP?O?G T?J?."),
    *("NP?OT?G T?,?AGNP?O?.", "NP?OT?G,?AN d G.", "NP?OT?G,?VNM."),
    *("NP?G O T?,?ANP?G O?.", "NP?G O T?,?VNP?G O?."),
    *("NP?G A NP?G O.", "NP?G V NP?G O.", "NP?G,A NP?G,O."),
    *("G,?NP?O T?,A?G,?NP?O?.", "GN,A?GN.", "G,?NP?O T?,?VNP?G.", "G,?NP?O T?,?ANP?G."),
    *("VNP?G,NP?O T?G.", "RGNVGN."),
    *("B,?NP?G?O T?,?ANP?G.", "B,?NP?G?O T?,?VNP?G.", "B,?NP?G?O T?,?VNM."),
    *("QNP?G,?ANP?G.", "QNP?G,?VNP?G."),
    *("CT?iNP?G,?AiNP?G.", "CT?iNP?G,?ANP?G.", "CT?iNP?G,?VNP?G."),
    *("SO T?GN V GN.", "SO T?GN A GN."),
)
"""In which order the pieces may stand, each as one letter; a question mark: or not."""


_PREFIX = re.compile("(?:L,?)?(?:T,?)?")
"""How a sentence may start before the number: where, with whom and when."""


@lru_cache(maxsize=1)
def _orders() -> tuple[frozenset[str], frozenset[str]]:
    """Return the known orders of pieces behind a lead-in, and how each may begin."""
    wholes: set[str] = set()
    for shape in _SHAPES:
        steps = re.findall(r"(\S)(\??)", shape.replace(" ", ""))
        some = (("", letter) if may else (letter,) for letter, may in steps)
        wholes.update(map("".join, product(*some)))
    return frozenset(wholes), frozenset(
        whole[:length] for whole in wholes for length in range(len(whole) + 1)
    )


def is_order(kinds: Sequence[str], *, whole: bool) -> bool:
    """Return whether pieces of some kinds may stand so, as a whole sentence or the start of one."""
    letters = "".join(_LETTERS[kind] for kind in kinds)
    lead = _PREFIX.match(letters)
    body = letters[lead.end() :] if lead else letters
    return body in _orders()[0 if whole else 1]


_FIXED = (
    "(?:etwa )?# (?:menschen |erwachsenen |patienten )?ging es mit NAME besser,"
    " (?:etwa |verglichen mit )?# (?:mit|unter) NAME",
    "mit NAME waren es #, mit NAME #",
    "es waren # mit NAME und # mit NAME",
    "unter NAME besserte sich die depression bei #, unter NAME bei #",
    "# (?:des patients )?allaient mieux (?:avec|sous) (?:la |le |l'|un |une )?NAME,"
    " contre # (?:avec|sous) (?:la |le |l'|un |une )?NAME",
    "(?:avec|sous) (?:la |le |l'|un |une )?NAME,"
    " # (?:des patients )?(?:allaient mieux|ont répondu),"
    " contre # (?:avec|sous) (?:la |le |l'|un |une )?NAME",
    "(?:el )?# (?:personas |de los pacientes )?mejor(?:ó|aron) con NAME, frente al? # con NAME",
    "con NAME, el # mejoró, frente al # con NAME",
    "el # mejoró con NAME y el # con NAME",
    "NAME (?:grubunda|ile) #, NAME (?:grubunda|ile) # iyileşti",
    "مع NAME # (?:شخص )?تحسنوا، (?:مقابل |و)# مع NAME",
    "NAME群?では#(?:が改善し)?、NAME群?では#(?:の人)?が改善した",
    "NAME组有?#(?:(?:的患者|的人)?好转)?，而?NAME组有?#(?:的患者|的人)?好转",
)


SPACELESS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


_NO_NAMES = word_list(
    """
    i it its he him she her we us they them this that these those who whom which what one ones
    other others another same first second last next all both each every any some none no not nor
    nobody with without on off in of to by at as than and or but while against after before
    better worse well unwell again more most less fewer half
    minute minutes hour hours day days week weeks month months year years time times later
    average mean median total point points score scores percent risk risks odds ratio rate rates
    response remission relapse
    trial study group groups arm arms patient patients person people participants
    """
)
"""Words that a name does not end with."""


def is_no_name(name: str) -> bool:
    """Return whether words cannot be what a group had: an outcome, a time, a unit, a small word."""
    if re.search(r"[^\w '’-]|^[\W\d]|\W$", name) or compiled("outcome", ("-", "-")).match(name):
        return True
    return bool(re.fullmatch(TIME, name)) or name.split()[-1] in _NO_NAMES


def is_label(words: str, names: tuple[str, str], times: Collection[str]) -> bool:
    """Return whether words before a sentence change nothing of it: when, of what, against what.

    `times` are those that the sentence says itself.
    """
    if found := re.fullmatch(rf"(?P<time>{TIME}) later", words):
        said = {re.sub(r"^(?:an?|one) ", "1 ", one) for one in (found["time"], *times)}
        return len(said) == 1
    against = rf"compared with {_ARTICLE}{named(names)}"
    return bool(re.fullmatch(rf"(?:{_CONDITIONS}|{against})?", words))


@lru_cache(maxsize=256)
def compiled(kind: str, names: tuple[str, str]) -> re.Pattern[str]:
    """Return the pattern of a piece of a sentence that names two groups."""
    edge = {"comma": "(?= |$)", "end": "$"}.get(kind, "(?=[ ,;.]|$)")
    return re.compile(f"(?:{PIECES[kind].replace('NAME', named(names))}){edge}")


@lru_cache(maxsize=32)
def fixed(names: tuple[str, str]) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of the whole sentences that are known of other languages."""
    parts = [one.partition("NAME") for one in _FIXED]
    return tuple(
        re.compile(
            f"{before}(?P<one>{named(names)})"
            + behind.replace("NAME", f"(?P<other>{named(names)})")
            + "[.。]?"
        )
        for before, _, behind in parts
    )


def named(names: tuple[str, str]) -> str:
    """Return a pattern of the names of both groups, the longer one first."""
    return "(?:" + "|".join(re.escape(one) for one in sorted(names, key=len, reverse=True)) + ")"
