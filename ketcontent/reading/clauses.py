"""One reading of a text for all judges: sentences, clauses, who speaks, and what is denied.

Who claims, and how, is a matter of the clause: "it does not help, but it is safe" claims that it
is safe. So a clause ends at a stop, a comma, a bracket or a dash, at "but" or "because", and at
"and it is"; not at "and it is" where the clause before left something open ("whether it works and
it is safe").

A word that denies does so from where it stands to the end of its clause. Some only look as if
they did: "not only", "no doubt", "you will not believe how fast". A comma ends a clause: "not, in
adults, safe" is a false alarm that was preferred to a hidden claim.

Nothing is known here of medicine or of selling: these are words of English grammar, and of who
speaks (a regulator, a newspaper, a study). A text in
another language has no clauses but its sentences, and nothing in it is denied.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from ketcontent.reading.folding import FoldedText
from ketcontent.reading.words import Word, bases_of, spelling, word_set, words_of

Excuse = Literal[
    "denied", "asked", "conditional", "hedged", "quoted", "reported", "compared", "advised", "told"
]

EXCUSES: dict[str, str] = {
    "denied": "the clause denies it, or leaves it open",
    "asked": "the sentence is a question that leaves it open",
    "conditional": "it stands under a condition",
    "hedged": "the clause says may, might or probably",
    "quoted": "the words are quoted to talk about them",
    "reported": "a regulator speaks, or somebody judges a claim",
    "compared": "it is compared with a placebo or another treatment",
    "advised": "the sentence tells the reader to ask, tell or not to do something",
    "told": "the sentence tells what a study did, or what is too much, and instructs nobody",
}
"""What may excuse words, and what it means."""


_Phrases = Mapping[str, Sequence[tuple[str, ...]]]
"""Phrases by their first word, the longest first."""


def _phrases(*lines: str) -> _Phrases:
    found: dict[str, list[tuple[str, ...]]] = {}
    phrases = [tuple(map(spelling, one.split())) for line in lines for one in line.split(",")]
    for phrase in sorted(phrases, key=len):
        found.setdefault(phrase[0], []).insert(0, phrase)
    return found


_DENIES = _phrases(
    "not,no,never,nobody,none,nothing,neither,nor,whether,unclear,unknown,uncertain,unproven",
    "unlikely,doubtful,lack,lacks,lacked,lacking,myth,untrue,false,hardly,scarcely,no-one,unsure",
    "without evidence,without proof,without knowing,without showing,without any evidence",
    "without good evidence,yet to be,fails to,failed to,fail to,instead of,rather than",
    "too few,too little,too small,insufficient,inconclusive,little evidence,little research",
    "few trials,few studies,limited evidence,remains to be,remain to be,far from,n't",
)
_ASKS_IF = word_set("ask asked know check checked tell see sure unsure find tested test")

_NO_DENIAL = _phrases(
    "not only,not just,not merely,not simply,not to mention,no doubt,no question,no wonder",
    "no other,no matter,nothing but,nothing else,nothing like,nothing short,nothing to do with",
    "without doubt,without a doubt,without any doubt,without question,without equal,never before",
    "none other,not believe,not wait,never looked back,not look back,never look back,not miss",
    "not hesitate,not delay,not settle,not recommend,not thank,not imagine,not surprising",
    "no surprise,no secret,no ordinary,no passing,never been easier,never been better",
    "not get enough",
    "never felt better,never been happier,not let,not put off,not suffer,not unclear,not uncertain",
    "not unknown,not unlikely,not doubtful,not a myth,not without,no longer,no more,not worry",
    "why not,not fail,never fail,never fails,no need to,not need to,not have to,not help but",
    "not more,no one else,nobody else,no stranger,not as if",
)
"""Words that only look like a denial; behind them the clause starts anew."""

_HARD = frozenset('.!?;:…()[]"—―') | {"..."}
_JOINS = word_set("but however yet although though whereas while because since so")
_SUBJECTS = word_set("it they this he she we you there is are was were has have had will can")
_LEAVES_OPEN = word_set("whether if evidence proof show shown shows know known knows say says tell")
_HEDGES = word_set(
    "may might could possibly perhaps probably likely seem seems seemed appear appears"
    " appeared suggest suggests suggested unclear maybe conceivably potentially"
)
_QUESTION_WORDS = word_set(
    "is are was were can could do does did will would should may has have how what when"
    " which who where whose"
)
_INDIRECT = word_set("that how what which who whether if when where why whose")
_KNOWS = word_set(
    "know tell clear unclear sure unsure certain say uncertain unknown check evidence show"
)
_RHETORICAL = _phrases(
    "why,did you know,who knew,ready to,ready for,looking for,tired of,fed up,sick of,want to",
    "what if,what are you waiting,who would not,who does not,who else,what could be,how about",
    "is not it time,is it not time,would not you,would not it,do not you,are not you,have you ever",
    "are you ready,are you tired,do you want,would you like,wish you,struggling with",
    "suffering from,want a,could this be,is this the,imagine,what is not to,what better",
    "have you tried",
    "have you heard,are you looking,do you suffer,are you struggling,isn't it",
)
"""How a question starts that is none."""

_SPEAK_OF = word_set(
    "word words term phrase phrases label labelled labeled called advert adverts ad ads"
    " advertisement claim claims claimed title name named slogan headline writing saying"
)
_REGULATORS = word_set(
    "fda mhra asa ftc regulator regulators watchdog agency authority authorities cap tga"
    " ema ruling adjudication court nice commission"
)
_JUDGES = word_set(
    "ban rule warn uphold tell order find say stop recall fine prohibit require remove"
    " mislead breach forbid withdraw reject state advise object challenge conclude"
)
_JUDGED = word_set(
    "misleading mislead untrue unsubstantiated unproven unfounded myth false"
    " misconception exaggerated banned upheld wrong debunked"
)
_CLAIMED = word_set(
    "claim claims claimed claiming idea belief notion myth advert ad ads adverts"
    " advertising advertisement suggestion that word label post posts companies sellers"
    " websites"
)
_SPOKEN_OF = _phrases(
    "words such as,words like,terms such as,terms like,phrases such as,phrases like,claims such as",
    "claims like,promises such as,promises like,adverts that,ads that,sites that promise",
    "be wary of,beware of,be careful of,be suspicious of,the claims listed,claims listed in",
    "warning letter,the word,the term,the phrase,one of the claims",
    "tells you nothing,tell you nothing,tells us nothing,tell us nothing,says nothing about",
    "say nothing about,proves nothing,prove nothing,is not proof,is no proof,is not evidence",
    "is no evidence,are not evidence,are no proof,go further than,goes further than",
    "no legal meaning,does not follow,not mean that,not mean it,not mean they,not mean a",
    "marketing term,is a slogan,may think that,might think that,often think that,wrongly think",
    "is no guarantee,not make it safe,not make it true,not make it work",
    "that does not tell,that does not show,that does not prove,this does not show",
    "this does not prove,alone does not tell,alone does not show,alone does not prove",
    "alone does not make,which no trial,which no study,no trial supports,no study supports",
    "sold as,marketed as,advertised as,sold on the promise,adverts for,stories such as",
    "stories like,testimonials such as,not what they seem,not what it seems,how far is that true",
)
"""What mentions words, or warns of them, and uses them not; or says how little they show."""
_MEDIA = word_set("newspaper newspapers headline headlines press media reporters journalists")
_CALLS = word_set("call describe hail report say claim present label")
_STUDIED = word_set(
    "trial trials study studies participants participant volunteers volunteer researchers"
)
_DONE = word_set(
    "was were took had compared gave given received tested started used got randomized raised"
    " assigned drank ate swallowed"
)
_TOO_MUCH = _phrases(
    "can damage,could damage,may damage,can be fatal,can kill,can poison,is toxic,is poisonous",
    "is an overdose,is dangerous,can be dangerous,can cause serious,can harm,is harmful",
)
_OVER = word_set("than above over exceeding little")
_INSTRUCTS = word_set(
    "you your yours we our ours us should must need try take swallow plenty enough ideal start"
    " recommended recommend best"
)
_COMPARED = _phrases(
    "placebo,compared with,compared to,than placebo,control group,dummy,versus,comparison"
)
_ADVISES = _phrases(
    "do not,never,avoid,tell your,tell us,tell the,ask your,ask a,ask if,ask whether,ask before",
    "ask what,ask how,ask about,ask who,check with,check whether,check if,talk to your,talk with",
    "speak to your,speak with,see a,see your,stop using,stop taking,report any,seek,please tell",
    "please do not,please bear,you should not,you must not",
)
"""How a sentence starts that tells the reader to ask, to tell, or not to do something."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A run of words in which one thing is said."""

    start: int
    """Its first word, as a number of the reading."""
    end: int
    sentence: tuple[int, int]
    denials: tuple[int, ...] = ()
    """The words that deny, or leave open, what comes after them in it."""
    conditional: bool = False
    quoted: bool = False
    excuses: frozenset[Excuse] = frozenset()
    """What its words excuse in it, wherever they stand."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as the judges read it."""

    words: tuple[Word, ...]
    clauses: tuple[Clause, ...]
    asked: frozenset[tuple[int, int]]
    """The sentences that ask and leave open."""
    reported: frozenset[tuple[int, int]]
    """The sentences in which a regulator speaks, or a claim is judged."""
    spoken_of: frozenset[tuple[int, int]]
    """The sentences that talk of the words that they quote."""
    advised: frozenset[tuple[int, int]]
    told: frozenset[tuple[int, int]]
    """The sentences that tell what was done in a study, or what is too much."""

    def clause_at(self, word: int) -> Clause:
        """Return the clause that a word stands in."""
        return self.clauses[self._number_at(word)]

    def _number_at(self, word: int) -> int:
        return bisect_right(self.clauses, word, key=lambda one: one.start) - 1

    def denials_within(self, start: int, end: int) -> Iterator[int]:
        """Yield the words that deny behind the first of a range."""
        for number in range(self._number_at(start), self._number_at(end - 1) + 1):
            denials = self.clauses[number].denials
            first, last = bisect_right(denials, start), bisect_left(denials, end)
            yield from denials[first:last]

    def forms(self, start: int, end: int) -> list[str]:
        """Return the words of a range."""
        return [word.form for word in self.words[start:end]]


@lru_cache(maxsize=2048)
def read(text: str) -> Reading:
    """Return the reading of a folded text."""
    words = words_of(text)
    forms = [word.form for word in words]
    sentences = list(_sentences(words, text))
    clauses = tuple(one for span in sentences for one in _with_questions(forms, span))
    return Reading(
        words=words,
        clauses=clauses,
        asked=frozenset(span for span in sentences if _leaves_open(forms, span)),
        reported=frozenset(span for span in sentences if _judges_a_claim(forms, span)),
        spoken_of=frozenset(
            span for span in sentences if _SPEAK_OF & set(forms[span[0] : span[1]])
        ),
        advised=frozenset(span for span in sentences if _at(forms[: span[1]], span[0], _ADVISES)),
        told=frozenset(span for span in sentences if _tells_and_instructs_nobody(forms, span)),
    )


def excuses_of(reading: Reading, start: int, end: int) -> frozenset[Excuse]:
    """Return what may excuse the words from `start` to `end` (see `EXCUSES`)."""
    clause = reading.clause_at(start)
    found = set(clause.excuses)
    if clause.denials and clause.denials[0] < start:
        found.add("denied")
    if clause.sentence in reading.asked:
        found.add("asked")
    if clause.conditional:
        found.add("conditional")
    if end > clause.end:  # the words go on in the next clause
        found |= _excuses_around(reading.forms(max(clause.start, clause.end - 4), end))
    if clause.quoted and clause.sentence in reading.spoken_of:
        found.add("quoted")
    if clause.sentence in reading.reported:
        found.add("reported")
    if clause.sentence in reading.advised:
        found.add("advised")
    if clause.sentence in reading.told:
        found.add("told")
    return frozenset(found)


def _excuses_around(words: Sequence[str]) -> frozenset[Excuse]:
    found: set[Excuse] = {"hedged"} if _HEDGES.intersection(words) else set()
    if any(_at(words, number, _COMPARED) for number in range(len(words))):
        found.add("compared")
    return frozenset(found)


def explain(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return each clause of a text, with what was understood of it: why words pass, or do not.

    Examples
    --------
    >>> for words, said in explain("It does not help, but it is safe."):
    ...     print(words, said)
    It does not help, ('denied',)
    but it is safe. ()
    """
    text = FoldedText.of(text).text
    reading = read(text)
    found: list[tuple[str, tuple[str, ...]]] = []
    for one in reading.clauses:
        said = excuses_of(reading, one.end - 1, one.end)
        words = text[reading.words[one.start].start : reading.words[one.end - 1].end]
        found.append((words, tuple(name for name in EXCUSES if name in said)))
    return found


_LETTER_STOPS = word_set("e.g i.e vs dr prof mr mrs ms approx fig al st no")


def _sentences(words: Sequence[Word], text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for number, word in enumerate(words):
        if word.form == "|":  # between two cells of a row, which say two things
            if number > start:
                yield start, number
            start = number + 1
            continue
        if word.form not in (".", "!", "?", "…", "..."):
            continue
        following = text[word.end : word.end + 4].lstrip("\"')] ")
        before = words[number - 1].form if number else ""
        ends = text[word.end : word.end + 1] in ("", " ", '"', "'", ")", "]", "?", "!", ".", "[")
        if not ends or (following and following[0].islower()):
            continue
        if word.form == "." and (
            before in _LETTER_STOPS or (len(before) == 1 and before.isalpha())
        ):
            continue
        end = number + 1
        while (
            end < len(words)
            and words[end].form in "\"')]?!."
            and words[end].start == words[end - 1].end
        ):
            end += 1
        if end > start:
            yield start, end
            start = end
    if start < len(words):
        yield start, len(words)


def _clauses(forms: Sequence[str], sentence: tuple[int, int]) -> Iterator[Clause]:
    """Yield the clauses of a sentence."""
    first, last = sentence
    begin, quoted, open_quote = first, False, False
    for number in range(first, last):
        form = forms[number]
        edge = _edge(forms, number, begin, last)
        if edge == "before" and number > begin:
            yield _clause(forms, begin, number, sentence, quoted=quoted)
            begin = number
        elif edge == "after":
            if form == '"':
                open_quote = not open_quote
            yield _clause(forms, begin, number + 1, sentence, quoted=quoted)
            begin = number + 1
        quoted = open_quote
    if begin < last:
        yield _clause(forms, begin, last, sentence, quoted=quoted)


def _with_questions(forms: Sequence[str], sentence: tuple[int, int]) -> Iterator[Clause]:
    """Yield the clauses of a sentence; what one leaves open holds for "…, and how long" too."""
    left_open: int | None = None
    for one in _clauses(forms, sentence):
        inside = forms[one.start : one.end]
        asks = [form for form in inside[:3] if form not in ("and", "or", "for", "by", "to")]
        if left_open is not None and asks and asks[0] in _INDIRECT:
            yield replace(one, denials=(left_open, *one.denials))
            continue
        known = {base for form in inside for base in bases_of(form)} & _KNOWS
        if one.denials and known:
            left_open = one.denials[0]
        elif _JOINS.intersection(inside[:1]):
            left_open = None
        yield one


def _edge(forms: Sequence[str], number: int, begin: int, last: int) -> str:
    form = forms[number]
    following = forms[number + 1] if number + 1 < last else ""
    if form in _HARD and (form != "." or not following):  # within a sentence: an abbreviation
        return "after"
    if form == "," and following not in ("or", "nor"):
        return "after"
    if form in _JOINS and not (form in ("so", "since", "yet") and number > begin):
        return "before"
    joined = form in ("and", "or") and following in _SUBJECTS
    if joined and not _LEAVES_OPEN.intersection(forms[begin:number]):
        return "before"
    return ""


def _clause(
    forms: Sequence[str], start: int, end: int, sentence: tuple[int, int], *, quoted: bool
) -> Clause:
    return Clause(
        start,
        end,
        sentence,
        denials=tuple(_denials(forms, start, end)),
        conditional=_stands_under_a_condition(forms, start, end),
        quoted=quoted,
        excuses=_excuses_around(forms[start:end]),
    )


def _denials(forms: Sequence[str], start: int, end: int) -> Iterator[int]:
    """Yield where a clause denies, or leaves open, what comes after."""
    inside = forms[start:end]
    number = 0
    while number < len(inside):
        if length := _at(inside, number, _NO_DENIAL):
            number += length
            continue
        if _at(inside, number, _DENIES) or (
            inside[number] == "if" and _ASKS_IF.intersection(inside[max(0, number - 6) : number])
        ):
            yield start + number
        number += 1


def _stands_under_a_condition(forms: Sequence[str], start: int, end: int) -> bool:
    return bool({"if", "when", "unless", "until", "whether", "once"} & set(forms[start:end]))


def _leaves_open(forms: Sequence[str], sentence: tuple[int, int]) -> bool:
    """Return whether a sentence is a question, and not one that claims what it asks."""
    start, end = sentence
    if "?" not in forms[max(start, end - 3) : end]:
        return False
    while start < end and not forms[start][0].isalpha():
        start += 1
    near = forms[start:end]
    if any(_at(near, number, _RHETORICAL) for number in range(min(2, len(near)))):
        return False
    return bool(near) and near[0] in _QUESTION_WORDS


def _judges_a_claim(forms: Sequence[str], sentence: tuple[int, int]) -> bool:
    inside = forms[sentence[0] : sentence[1]]
    bases = {base for form in inside for base in bases_of(form)}
    if _REGULATORS.intersection(inside) and _JUDGES & bases:
        return True
    if _MEDIA.intersection(inside) and _CALLS & bases and _JOINS.intersection(inside):
        return True
    if any(_at(inside, number, _SPOKEN_OF) for number in range(len(inside))):
        return True
    return bool(_JUDGED.intersection(inside)) and bool(_CLAIMED.intersection(inside))


def _tells_and_instructs_nobody(forms: Sequence[str], sentence: tuple[int, int]) -> bool:
    inside = forms[sentence[0] : sentence[1]]
    if _INSTRUCTS.intersection(inside):
        return False
    if _STUDIED.intersection(inside) and _DONE.intersection(inside):
        return True
    over = _OVER.intersection(inside)
    return bool(over) and any(_at(inside, number, _TOO_MUCH) for number in range(len(inside)))


def _at(forms: Sequence[str], number: int, phrases: _Phrases) -> int:
    """Return how many words the longest phrase of these has that starts at a place; none, 0."""
    for phrase in phrases.get(forms[number], ()) if number < len(forms) else ():
        if tuple(forms[number : number + len(phrase)]) == phrase:
            return len(phrase)
    return 0
