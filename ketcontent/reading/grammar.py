"""The shapes of a sentence that tells two numbers of people, and the words that they are made of.

The lists are closed: a word that is in none of them is not understood, and draws nothing. One slot
is open, for what the people felt or had: behind a listed verb any word may stand that bounds,
turns, doubts and reports nothing, and names no group, unit or time.

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

from ketcontent.reading.shares import PEOPLE, word_list
from ketcontent.reading.words import NUMBERS


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
_CONDITION = r"(?:with|who had) (?:(?:severe|major|chronic|lasting) )?" + _either(
    """
        depression pain anxiety ptsd ocd migraine addiction insomnia cancer fibromyalgia
        bipolar_disorder bipolar_depression thoughts_of_suicide suicidal_thoughts
        """
)
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
    "measured": (rf"it (?:was|had been)|{_EVENT}(?: rates?)?(?: was| were|:)|{_EFFECT} affected"),
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


HEADS = word_list(
    """
    felt had was were became got did improved recovered responded remitted relapsed slept stayed
    remained lost used drank smoked vomited fell died worsened
    didn't hadn't wasn't weren't
    """
)
"""How what people felt or had starts."""

AUXILIARIES = word_list("had was were became got did used stayed remained didn't hadn't")
"""Those of them that alone do not say it, and behind which "not" may stand."""

INNER = word_list("no a the such their more less")
"""The small words that may stand in it, but not at its end."""

IDIOMS = {"next to no ": "no ", "free of ": "free ", "had not been ": "had not "}
"""Words that may stand there together, and what is read for them."""

ADVERBS = word_list(
    "clearly badly fully really greatly slightly completely quickly poorly deeply daily"
)
"""Words in -ly that may stand there: of the others many doubt or bound."""

DOINGS = word_list("vomiting bleeding sleeping drinking smoking feeling itching crying swelling")
"""Words in -ing that may stand there: of the others many say what else was done."""

_SMALL = word_list(
    """
    about above across after against along although am among an and another any anybody anyone
    anything are around as at away back be because been before behind being below beneath beside
    besides between beyond both but by can cannot could despite did do does done down during each
    either else enough even ever every everybody everyone everything except few for from half has
    have he her here hers him his how however i if in inside instead into is it its itself just
    least like many may me might mine most must my near neither never nobody none nor not nothing
    now of off on once one only onto or other others otherwise ought our out outside over own per
    perhaps plus past quite rather same several shall she should since so some somebody someone
    something sometimes still than that them themselves then there therefore these they this those
    though through throughout thus till to together too toward towards two under unless unlike until
    up upon us versus via we what whatever when whenever where whereas whether which while who whom
    whose why will with within without would yet you your yes first second last next also almost
    us apart aside bar save alone only merely barely hardly scarcely vs et al eg ie
    """
)
"""The small words of English: where one stands, more is said than what people felt or had."""

WITHDRAWN = word_list(
    """
    max maximum min minimum alleged supposed claimed claim claims believe believed assumed imagine
    imagined predicted projected simulated hypothetical fictional fiction invented fabricated fake
    faked false falsely wrong wrongly untrue lie lies lied lying myth hoax mistaken mistake mistakes
    error errors incorrect retracted withdrawn corrected correction swapped swap reversed reverse
    opposite vice inverse exchanged disputed doubt doubted doubtful question joke nonsense debunked
    misleading advertised advert adverts advertisement advertising rumour rumor rumours typo bogus
    made-up pretend pretended fantasy untruth falsehood unreliable discredited refuted disproved
    disproven ignore disregard forget
    """
)
"""What takes back, in one sentence, what another says."""

UNITS = word_list(
    """
    point points score scores scale risk risks odds ratio ratios hazard rate rates reduction percent
    percentage chance chances probability price cost costs visit visits episode episodes event
    events case cases unit units mg ml gram grams kilo kilos number numbers figure figures
    confidence interval level levels seconds minute minutes hour hours day days week weeks month
    months year years time later earlier today yesterday tomorrow afterwards ago initially
    eventually million billion thousand hundred dozen average mean median
    """
)
"""What else than people a number may be of."""

_TURNING = word_list(
    """
    fail failed fails failure stop stopped quit withdrawal withheld decline declined avoid avoided
    refuse refused reject rejected deny denied lack lacked unavailable resistant untreated wait
    upper lower limit bound bounds range ranges average mean median total overall top tops upward
    upwards downward estimate estimated maybe probable possible likely unlikely likelier say says
    said tell tells told report reports reported thinks think thought expect expected predict hoped
    hope promise promised uncertain unclear unknown asked ask hypothesis modelled modeled
    impossible double doubled triple twice half minus times fold excluding including
    nicht kein keine pas jamais sin nunca
    view views opinion opinions dependent hooked informed counselled advised based agreed blamed
    supposed meant due set pre post anti non

    trial trials study studies group groups arm arms control controls placebo dummy sham comparator
    drug drugs medicine medicines treatment treatments therapy therapies dose doses spray drip drips
    injection injections infusion infusions ect lithium esketamine ketamine midazolam sedative
    alternative alternatives patient patients person people persons adult adults child children men
    women man woman veterans doctor doctors participant participants responders rats mice animals
    volunteers baseline
    """
)

REFUSED = _SMALL | WITHDRAWN | UNITS | _TURNING | NUMBERS
"""What does not stand in what people felt or had: it bounds, turns, doubts or reports, or speaks of
another group, unit or time."""

POINTING = word_list(
    "this that these those it they both which or not no nobody neither actually sorry rather but so"
)
"""How a sentence starts that may take back the one before."""

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


def is_no_name(name: str) -> bool:
    """Return whether words cannot be what a group had: a time, a unit, a small word."""
    last = name.split()[-1]
    return bool(re.fullmatch(TIME, name)) or last in _SMALL | WITHDRAWN | UNITS


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
