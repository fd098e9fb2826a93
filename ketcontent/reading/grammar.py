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
from collections.abc import Sequence
from functools import lru_cache
from itertools import product

from ketcontent.reading.shares import ANYBODY, PEOPLE


def _either(*lists: str) -> str:
    """Return a pattern of one of some words; `_` stands for a space within one."""
    words = sorted(" ".join(lists).split(), key=len, reverse=True)
    return "(?:" + "|".join(word.replace("_", " ") for word in words) + ")"


_ARTICLE = "(?:(?:a|an|the) )?"
_COUNT = r"(?:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
SPAN = rf"{_COUNT} (?:minute|hour|day|week|month|year)s?"
TIME = (
    rf"(?:{SPAN}|(?:hour|day|week|month|year) \d{{1,3}}"
    r"|last \d{1,3} (?:hour|day|week|month|year)s|soon after)"
)
"""When something was counted."""

_WHO = _either(" ".join(one for one in PEOPLE if one.isascii()))
_SIZE = r"(?:[1-9]\d{0,2}(?:[,. ]\d{3}){1,2}|[1-9]\d{0,8})"
"""How many people there were: a number that can be read whole."""
_THE = r"(?:an?|one|the|this|that)"
_TRIAL = (
    rf"{_THE} (?:(?:small|large|new|randomi[sz]ed|controlled|placebo-controlled|blinded"
    r"|double-blind|clinical|first),? ){0,4}(?:trial|study)"
)
CONDITIONS = _either(
    """
        depression pain anxiety ptsd ocd migraine addiction insomnia cancer fibromyalgia
        bipolar_disorder bipolar_depression thoughts_of_suicide suicidal_thoughts
        """
)
_CONDITION = (
    r"(?:with|who had) (?:(?:severe|major|chronic|lasting|treatment-resistant) ){0,2}"
    rf"(?P<condition>{CONDITIONS})"
)
_LEAD = (
    rf"(?:in (?:the first half of )?{_TRIAL}(?: (?:of|with|in) (?P<size>{_SIZE}) {_WHO})?"
    rf"|(?:of|among) (?P<counted>{_SIZE}) {_WHO})(?: {_CONDITION})?(?: in hospital)?"
    r"|in (?:the|that) trial's (?P<last>last \d{1,3} (?:hour|day|week|month|year)s)"
    r"|(?P<soon>soon after) the (?:drip|infusion) in (?:the|that) trial"
)
_GIVEN = "given|treated with|assigned to|allocated to|randomi[sz]ed to"
_TREATED = (
    rf"(?:of those )?(?:who (?:had|took|got|received|used|(?P<stayed>stayed on)|were (?:{_GIVEN}))"
    rf"|on|with|after|taking|receiving|using|{_GIVEN})"
)
_KIND = "(?: (?:groups?|arm|drips?|infusions?))?"
_EVENT = _either("response remission relapse")
_EFFECT = _either(
    "dizziness nausea vomiting headache sleepiness drowsiness dissociation anxiety tiredness"
    " bladder_pain side_effects"
)
_AMOUNT = r"(?:next to no|no|an?|(?:(?:clearly|slightly) )?(?:fewer|less)) "
_ILLS = (
    r"(?:(?:severe|mild|such) )?(?:symptoms|pain|depression|anxiety|nausea|headaches?|dizziness"
    r"|dissociation|hallucinations|side effects|raised blood pressure|relapse|response|remission"
    r"|seizures?|fits?|thoughts of suicide|suicidal thoughts|(?<=such )thoughts)"
)
_FELT = (
    r"felt (?:(?:much|clearly|slightly|a little) )?(?:better|worse|well|unwell|ill|sick|dizzy"
    r"|sleepy|drowsy|tired|low|anxious|depressed|calm|cut off)"
    r"|(?:were|was|became|got|stayed|remained) (?:not )?(?:(?:much|fully|clearly|slightly) )?(?:"
    r"better|worse|well|unwell|ill|sick|dizzy|sleepy|drowsy|sedated|tired|anxious|depressed"
    r"|asleep|awake|unconscious|free of (?:pain|symptoms|depression|anxiety))"
    r"|(?:(?:had )?(?:improved|recovered|responded|remitted|relapsed|slept|vomited|died|worsened"
    r"|fainted))(?: (?:well|badly|clearly|fully))?"
    r"|(?:did not|didn't) (?:improve|recover|respond|remit|relapse|sleep|vomit|worsen)"
    rf"|had (?:{_AMOUNT})?{_ILLS}|(?:did not|didn't) have (?:an? )?{_ILLS}"
    r"|were in remission|achieved (?:a )?(?:remission|response)"
    r"|met (?:the )?(?:response|remission) criteria"
    r"|(?:used|drank|smoked) (?:no|less) (?:cocaine|alcohol|heroin|opioids|cannabis|tobacco)"
    r"|fell (?:ill|asleep)"
)
MEASURE = _either("pain depression anxiety sleep mood symptoms")
_WERE = "(?:was|were)"

PIECES = {
    "number": (
        r"(?:(?:about|around|roughly|approximately|only|just) )?(?P<bracket>\()?[#%](?(bracket)\))"
    ),
    "people": rf"(?:of )?(?:the |those )?{_WHO}",
    "group": (
        rf"(?:(?P<since>{TIME}) after|after (?P<during>{TIME}) (?:of|on|with)|{_TREATED})"
        rf" {_ARTICLE}(?:repeated )?(?P<name>NAME|it){_KIND}"
        rf"|(?:in|of) {_ARTICLE}(?P<among>NAME) (?:group|arm)"
        rf"|(?:(?<=responded )|(?<=than ))to {_ARTICLE}(?P<to>NAME)"
        r"|\((?P<bracketed>NAME)\)"
    ),
    "moved": rf"switched to {_ARTICLE}(?P<name>NAME)",
    "time": (
        rf"after (?P<after>{TIME})|at (?P<at>{TIME})|by (?P<by>{TIME})|within (?P<within>{TIME})"
        rf"|(?P<later>{TIME}) later"
    ),
    "about": (
        rf"in {_TRIAL} of (?:repeated )?(?P<name>NAME){_KIND}"
        "|(?P<better>NAME) (?:worked|did) better:"
    ),
    "lead": _LEAD,
    "more": rf"(?:{_EVENT}|{_EFFECT}) {_WERE} (?:more|less) common",
    "changed": (
        rf"{_ARTICLE}(?:{_EVENT}|{_EFFECT}) (?:{_WERE} (?:seen|found|reported)|occurred)"
        rf"|{_ARTICLE}(?:response|remission) {_WERE} achieved"
        rf"|{MEASURE} {_WERE} (?:halved|gone|eased|better|improved)"
    ),
    "measured": rf"(?:{_EVENT}|(?:the )?{_EVENT} rates?)(?: {_WERE}|:)",
    "affected": rf"{_EFFECT}(?: affected|:)",
    "outcome": rf"(?:{_FELT})(?: again)?",
    "in": "in|for|(?<=achieved )by|(?<=reported )by",
    "for": rf"for {_ARTICLE}(?P<name>NAME)",
    "some": "(?:more|fewer) people",
    "against": (r"(?:as )?compared (?:with|to)|in comparison with|against|versus|vs\.?|than"),
    "and": "and|while|whereas|but",
    "did": r"did(?= (?:on|with|after|given) |\.$)",
    "another": ", another (?:medicine|treatment)",
    "comma": "[,;]",
    "end": r"\.",
}
"""What a sentence is made of; NAME is one of both groups, `%` a bare percentage, and `#` any other
number of people: one that says of how many, or, in Turkish, that it is some of them."""

TIMES = ("since", "during", "after", "at", "by", "within", "later", "last", "soon")
"""How a sentence says when it was, as the pieces name it."""
AFTER = frozenset(("since", "after", "later"))
"""Ways that say the same as "one day later"."""

_STARTS = (
    rf"in (?:the first half of )?{_TRIAL}(?: (?:of|with|in)(?: repeated|"
    rf" {_SIZE}(?= ))?)?",
    rf"in (?:the first half of )?{_THE}(?: (?:small|large|new|randomi[sz]ed|controlled|first),?)*",
    rf"(?:of|among) {_SIZE}(?= )(?: {_WHO})?",
    r"(?:of|among|in)(?: (?:the|those|an?))?",
    r"NAME(?: (?:worked|did)(?: better)?)?",
    "more|fewer",
    rf"(?:in {_TRIAL} of|of|among) {_SIZE} {_WHO}(?: (?:with|who had)(?: (?:severe|major|chronic"
    r"|lasting|treatment-resistant))*)?",
    rf"(?:(?:{TIME} )?after|after {TIME} (?:of|on|with)|{_TREATED})(?: (?:a|an|the))?"
    rf"(?: repeated)?(?: NAME{_KIND})?",
    rf"(?:in|of) {_ARTICLE}NAME",
    rf"(?:after|at|by|within) {_COUNT}",
    r"(?:felt|were|was|had|became|got|did not|did|didn't|used|fell)(?: (?:much|clearly|fully|not"
    r"|next to no|no|an?|less|fewer|severe|mild|such))*",
    rf"{_ARTICLE}(?:{_EVENT}|{_EFFECT}|{MEASURE})(?: rates?)?(?: {_WERE})?",
)
"""How pieces start: where the rest is not understood, the word behind that is to blame."""

_LETTERS = {
    **{"number": "N", "people": "P", "group": "G", "moved": "M", "time": "T", "about": "B"},
    **{"lead": "L", "measured": "Q", "changed": "C", "in": "i", "some": "S", "against": "V"},
    **{"and": "A", "did": "d", "another": "J", "comma": ",", "end": ".", "outcome": "O"},
    **{"more": "R", "affected": "E", "for": "F"},
}
_SHAPES = (
    *("NP?OT?G T?,?ANP?O?G T?J?.", "NP?OT?G T?,?VNP?O?G T?J?."),
    *("NP?OT?G T?,?AGNP?O?.", "NP?OT?G,?AN d G.", "NP?OT?G,?VNM."),
    *("NP?G O T?,?ANP?G O?.", "NP?G O T?,?VNP?G O?.", "NP?G O T?,?VNM.", "NP?G O,?ANP?G d."),
    *("G,?NP?O,A?G,?NP?d.", "G,?NP?O A G,?NP?d."),
    *("NP?G A NP?G O.", "NP?G V NP?G O.", "NP?G,A NP?G,O."),
    *("G,?NP?O T?,A?G,?NP?O?.", "G,?NP?O T?AG,?NP?O?.", "G,?NP,A?G,?NP?.", "G,?NPAG,?NP?."),
    *("G,?NP?O T?,?VNP?G.", "G,?NP?O T?,?ANP?G."),
    *("VNP?G,NP?O T?G.", "RGNVGN."),
    *("B,?NP?G?O T?,?ANP?G.", "B,?NP?G?O T?,?VNP?G.", "B,?NP?G?O T?,?VNM."),
    *("B,?NP?O G T?,?ANP?G.", "B,?NP?O G T?,?VNP?G."),
    *(
        "QNP?G,?ANP?G.",
        "QNP?G,?VNP?G.",
        "QNP?F,?ANP?F.",
        "QNP?F,?VNP?F.",
        "ENP?G,?ANP?G.",
        "ENP?G,?VNP?G.",
    ),
    *("CT?iNP?G,?AiNP?G.", "CT?iNP?G,?ANP?G.", "CT?iNP?G,?VNP?G.", "CT?iNP?G,?ViNP?G."),
    *("SO T?GNVGN.",),
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


_ALL = _either(" ".join(PEOPLE))
_ANY = _either(" ".join(word for word, kind in PEOPLE.items() if kind in ANYBODY))
_LE = "(?:la |le |l'|un |une )?"
_DER = f"(?:# (?:{_ALL} )?|% der {_ALL} )"
_BEI = f"bei (?:# (?:der )?|% der ){_ALL}"
_EL = f"(?:(?:el )?#(?: (?:de los )?{_ALL})?|el %|(?:el )?% de los {_ALL})"
_FIXED = (
    f"(?:etwa )?{_DER}ging es mit NAME besser, (?:etwa |verglichen mit )?[#%] (?:mit|unter) NAME",
    f"mit NAME ging es {_DER}besser, mit NAME [#%]",
    f"unter NAME sprachen [#%] (?:der {_ALL} )?an, unter NAME [#%]",
    f"mit NAME waren es (?:# (?:der )?|% der ){_ANY}, mit NAME [#%](?: der {_ANY})?",
    f"es waren (?:# (?:der )?|% der ){_ANY} mit NAME und [#%] (?:der {_ANY} )?mit NAME",
    f"unter NAME besserte sich die depression {_BEI}, unter NAME (?:{_BEI}|bei [#%])",
    f"[#%] (?:des {_ALL} )?allaient mieux (?:avec|sous) {_LE}NAME,"
    f" contre [#%] (?:avec|sous) {_LE}NAME",
    f"[#%] (?:des {_ALL} )?ont répondu à {_LE}NAME, contre [#%] (?:avec|sous) {_LE}NAME",
    f"(?:avec|sous) {_LE}NAME, [#%] (?:des {_ALL} )?(?:allaient mieux|ont répondu),"
    f" contre [#%] (?:avec|sous) {_LE}NAME",
    f"{_EL} (?:mejor(?:ó|aron) con|respondió a(?: la| el)?) NAME,"
    " (?:frente al?|en comparación con(?: el)?) [#%] con NAME",
    "con NAME, el [#%] mejoró, frente al [#%] con NAME",
    "el [#%] mejoró con NAME y el [#%] con NAME",
    "NAME (?:grubunda|ile|alan) #, NAME (?:grubunda|ile|alan) # iyileşti",
    "مع NAME [#%] (?:شخص )?تحسنوا، (?:مقابل |و)[#%] مع NAME",
    "NAME群?では[#%](?:が改善し)?、NAME群?では[#%](?:の人)?が改善(?:した|しました)",
    "NAME组有?(?:[#%](?:的患者|的人)(?:好转)?|#(?:好转)?)，"
    "而?NAME组有?(?:[#%](?:的患者|的人)|#)好转",
)
"""Percentages stand in them only where they are of people: "ging es 64 % besser" is a change in how
much, and so may be "%64 iyileşti"."""

EXAMPLES = {
    "en": "In a trial of 73 people, 64 in 100 felt better on ketamine, and 28 in 100 on placebo.",
    "de": "64 von 100 Menschen ging es mit Ketamin besser, 28 von 100 mit Placebo.",
    "fr": "64 personnes sur 100 allaient mieux avec la kétamine, contre 28 sur 100 sous placebo.",
    "es": "64 de cada 100 personas mejoraron con ketamina, frente a 28 de cada 100 con placebo.",
    "tr": "Ketamin grubunda %64'ü, plasebo grubunda %28'i iyileşti.",
    "ar": "مع الكيتامين ٦٤ من كل ١٠٠ تحسنوا، مقابل ٢٨ من كل ١٠٠ مع الدواء الوهمي.",
    "ja": "ケタミンでは100人中64人、鎮静薬では100人中28人が改善した。",
    "zh": "氯胺酮组100人中有64人好转，镇静药组100人中有28人好转。",
}
"""By language, a sentence that is understood."""


SPACELESS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@lru_cache(maxsize=256)
def compiled(kind: str, names: tuple[str, str]) -> re.Pattern[str]:
    """Return the pattern of a piece of a sentence that names two groups."""
    edge = {"comma": "(?= |$)", "end": "$"}.get(kind, "(?=[ ,;.]|$)")
    return re.compile(f"(?:{PIECES[kind].replace('NAME', named(names))}){edge}")


@lru_cache(maxsize=32)
def _starts(names: tuple[str, str]) -> tuple[re.Pattern[str], ...]:
    either = named(names)
    starts = (f"(?:{one.replace('NAME', either)})(?!\\w)" for one in _STARTS)
    return tuple(map(re.compile, (*starts, "[#%](?=[^ ,;.)])")))


def understood(text: str, place: int, names: tuple[str, str]) -> int:
    """Return where what is not understood starts: behind the longest known start of a piece."""
    found = (one.match(text, place) for one in _starts(names))
    return max((one.end() for one in found if one), default=place)


@lru_cache(maxsize=32)
def fixed(names: tuple[str, str]) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of the whole sentences that are known of other languages."""
    parts = [one.partition("NAME") for one in _FIXED]
    return tuple(
        re.compile(
            f"{before}(?P<one>{named(names)})"
            + behind.replace("NAME", f"(?P<other>{named(names)})")
            + "[.。]"
        )
        for before, _, behind in parts
    )


def named(names: tuple[str, str]) -> str:
    """Return a pattern of the names of both groups, the longer one first."""
    return "(?:" + "|".join(re.escape(one) for one in sorted(names, key=len, reverse=True)) + ")"
