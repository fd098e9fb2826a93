"""Judge whether the verb of a claim fits the certainty of its evidence."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ketcontent.checks.statements import evidence_roles, statement_fault
from ketcontent.diagnostics import Diagnostic
from ketcontent.pages import Document, Edition, PageView, Statement
from ketcontent.reading import FoldedText, Reading, bases_of, read, word_set

_EFFECTS = frozenset({"benefit", "risk", "mechanism", "use"})
"""The kinds that are graded, and whose wording must agree with the grade of certainty.

GRADE rates evidence for effects and harms. Law, advice, history and how a service works have
sources, and no grade.
"""

_LOWERS = word_set("risk-of-bias inconsistency indirectness imprecision publication-bias")
"""The values of ``grade_reasons`` for which GRADE lowers a grade (Guyatt 2011)."""

_NO_STUDY = word_set(
    "article-magazine article-newspaper broadcast interview motion_picture pamphlet"
    " personal_communication post post-weblog song speech"
)
"""Types of source that report no study."""

_WEAK_STUDIES = (
    (re.compile(r"\b(?:rats?|mice|mouse|rodents?|in vitro|animal (?:model|study))\b", re.I), 0),
    (re.compile(r"\bcase (?:reports?|series|study)\b", re.I), 1),
)
"""Words of a title or genre, and the highest grade that a study of that kind allows."""


def _whole_words(*patterns: str) -> re.Pattern[str]:
    """Return a pattern that finds any of these as whole words."""
    return re.compile(rf"\b(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)


NOT_KNOWN = _whole_words(
    r"(?:(?:do|does|did|could)(?: not|n't)|can(?: not|'t)) (?:yet )?(?:know|agree|tell|say"
    r"|be (?:\w+ )?(?:sure|certain))",
    r"cannot (?:tell|say|be (?:\w+ )?(?:sure|certain))",
    r"(?:not|never) (?:yet |well |fully )?(?:clear|known|certain|sure|agreed)",
    r"(?:not|never|neither [\w -]{1,40}) (?:has |have )?(?:yet |well |fully )?been (?:shown|proven"
    r"|proved|found|tested|studied|checked)",
    r"(?<!not )(?:unclear|unknown|uncertain)|nobody knows|no one knows|know less",
    r"no (?:good |clear |reliable |direct )?(?:evidence|data)"
    r"(?! of (?:any )?(?:harm|risk|danger|side effect))",
    r"not enough (?:\w+ )?(?:evidence|research|data|trials|studies|is known)",
    r"(?:too )?little (?:evidence|research|is known)|insufficient|inconclusive",
    r"less research|(?:too )?few (?:trials|studies)|conflicting|mixed results",
    r"very[- ]low[- ](?:certainty|quality)|(?:certainty|quality) (?:is|was) very low",
    r"nothing (?:\w+ )?(?:proves?|shows?|suggests?)|no (?:proof|(?:trial|study|review) has)",
    r"did(?: not|n't) (?:find|confirm|differ|show)|found no|(?:was|were) no better",
)
"""Words that say that something is not known, or was looked for and not found."""

_ONLY_WHY = _whole_words(
    r"(?:not|n't|nobody|no one) (?:yet |fully )?(?:known?|knows|clear|sure)(?: exactly)?"
    r" (?:why|how(?= ?$)|how (?:it|this|they|[\w-]+) (?:works?|does))",
    r"(?:unclear|unknown)(?: exactly)? (?:why|how(?= ?$)"
    r"|how (?:it|this|they|[\w-]+) (?:works?|does))",
)
"""Words that leave open why something works, and not whether it does."""

_MAY = _whole_words(
    r"(?-i:may)|(?-i:(?<![^.!?] )May(?! \d| of \d))",  # not the month
    r"might|could|possibly|perhaps|(?:hints?|suggests?|suggested) that",
)

_ALLOWED = _whole_words(
    r"you (?:may|might|could) (?:\w+ly )?(?:take|use|eat|drink|drive|go|ask|need|want|choose"
    r"|have to|be (?:asked|offered|given|able)|not (?:notice|need|have)|notice|stop|start|see)",
)
"""What a reader may do, or may notice: it hedges no effect."""

_MAY_SHIFT = _whole_words(
    r"(?:(?-i:may)|might|could)(?: also| even| perhaps| possibly| well)* (?:raise|increase|lower"
    r"|reduce|double|add to|be (?:linked|associated|connected)|play a (?:part|role)|contribute)",
    r"(?:might|could|may) (?:possibly|perhaps|conceivably)",
)
"""Words that hedge a change in the chance of harm.

"May cause" tells one reader what can happen, whatever the grade; "may raise the chance" doubts a
fact about many.
"""

_PROBABLY = _whole_words(
    r"probably|presumably|(?<!more )(?<!less )(?<!most )(?<!as )likely|(?:seems?|appears?) to"
)

_PROOF = _whole_words(
    r"(?:ha(?:s|ve|d)|been|is|are|was|were) (?:\w+ly |now |well )?(?:proven|proved|established)",
    r"ha(?:s|ve) been (?:\w+ly )?shown to|proves? (?:that|it|to)",
    r"guarantee[sd]?|definitely|certainly|undoubtedly|without (?:a |any )?doubt",
)
"""Words that claim proof, which no grade below high can carry."""

_STUDY = _whole_words(
    r"trials?|studies|(?<!to )(?<!you )(?<!people )study(?! for)|reviews?|surveys?|case series",
    r"reports?|reported|in (?:animals|rats|mice)|guidelines?|guidance|labels?",
)
"""Words that say who found it, or where."""

_COUNTS = re.compile(r"\b\d[\d,]{0,20} (?:in|of|out of)(?: every| about)? \d")
"""How many of how many: what a cited study counted."""

_IN_GENERAL = _whole_words(
    r"(?:trials|studies|reviews|reports|surveys) (?:\w+ly |have |all |now )*(?:shown?|prove[ds]?"
    r"|confirm(?:ed)?|demonstrated?|agree that|report(?:ed)?(?: that)?)"
)
"""Words that call on studies and name none."""

_EFFECTS_SAID = word_set(
    "help ease relieve improve reduce lower raise increase prevent cure treat shorten slow stop"
    " cause protect work calm heal boost damage harm spare block kill lift settle lessen weaken"
    " strengthen restore soothe cut quit shrink worsen lengthen halve double promote support"
    " enhance benefit affect change trigger delay fight quiet curb limit"
    " fewer better worse lower higher effective safe likelier mend"
)
"""Verbs, and degrees, of which a clause that has one claims an effect or a harm."""

_IN_MIND = 1000
"""Characters of a sentence in which a study is looked for before the effect that it found."""

_LEVELS = {"high": 3, "moderate": 2, "low": 1, "very-low": 0}
"""How much a wording may claim: 3 a plain verb, 2 probably, 1 may, 0 that it is not known."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a clause claims of an effect, and how surely."""

    level: int
    """As in `_LEVELS`."""
    words: str
    """The clause."""
    hedge: str = ""
    """The words in it that hedge."""


def claims_of(text: str, *, cited: bool, kind: str = "benefit") -> list[Claim]:
    """Return what the clauses of a text claim of effects.

    Parameters
    ----------
    text
        Plain words.
    cited
        Whether a source is cited, so that "one trial found" says which.
    kind
        Of a mechanism, not to know how it works is not to know it.

    Notes
    -----
    A question claims nothing. A clause without a verb of effect claims nothing either, unless no
    clause of the text has one: then the whole of it is taken for one claim. What a study found is
    no more than that, where the study stands before the effect and is cited.

    Examples
    --------
    >>> for claim in claims_of("Zinc shortens a cold, and it may upset you.", cited=False):
    ...     print(claim.level, claim.words)
    3 Zinc shortens a cold,
    """
    return list(_claims_of(text, cited, kind))


@lru_cache(maxsize=4096)  # a sentence is read again only when it, or its place, is another
def _claims_of(text: str, cited: bool, kind: str) -> tuple[Claim, ...]:
    folded = FoldedText.of(text).text
    reading = read(folded)
    claims: list[Claim] = []
    rest: list[str] = []
    for clause in reading.clauses:
        if clause.sentence in reading.asked:
            continue
        words = folded[reading.words[clause.start].start : reading.words[clause.end - 1].end]
        effect = _effect_at(reading, clause.start, clause.end)
        if effect is None:
            rest.append(words)
            continue
        # Further back in a sentence nobody still has a study in mind.
        begin = max(reading.words[clause.sentence[0]].start, reading.words[effect].start - _IN_MIND)
        before = folded[begin : reading.words[effect].start]
        after = folded[begin : reading.words[clause.end - 1].end]
        inherited = clause.denials and clause.denials[0] < clause.start
        study = cited and (_names_study(before, after) or bool(_COUNTS.search(words)))
        claims.append(_claim(words, study=study, unknown=bool(inherited), kind=kind))
    if not claims and rest:
        whole = " ".join(rest)
        named = cited and bool(_STUDY.search(_IN_GENERAL.sub("", whole)))
        claims.append(_claim(whole, study=named, unknown=False, kind=kind))
    return tuple(claims)


def _effect_at(reading: Reading, start: int, end: int) -> int | None:
    """Return the first word of a clause that says an effect; none where it adds circumstances."""
    if reading.words[start].form in ("at", "by", "with", "alone", "without", "including"):
        return None
    for place in range(start, end):
        form = reading.words[place].form
        if _EFFECTS_SAID.intersection((form, *bases_of(form))):
            return place
    return None


def _names_study(before: str, through: str) -> bool:
    """Return whether a study is named before the effect, or behind it with "in" or "from"."""
    if _STUDY.search(_IN_GENERAL.sub("", before)):
        return True
    return bool(re.search(rf"\b(?:in|from) (?:[\w,-]+ ){{0,4}}{_STUDY.pattern}", through, re.I))


def _claim(words: str, *, study: bool, unknown: bool, kind: str) -> Claim:
    about = words if kind == "mechanism" else _ONLY_WHY.sub("", words)
    found = NOT_KNOWN.search(about)
    if found or unknown or study:
        return Claim(0, words, found.group() if found else "")
    may = _MAY.search(_ALLOWED.sub("", words))
    if may:
        return Claim(1, words, may.group())
    probably = _PROBABLY.search(words)
    return Claim(2, words, probably.group()) if probably else Claim(3, words)


_EFFECT_IN_HEADING = _whole_words(
    r"relie(?:f|ves?|ving)|improv\w+|reduc(?:es?|ed|tions?)|enhanc\w+|promot(?:es|ing)",
    r"prevent(?:s|ing)|lowers|stops|fights|restores|treats|cures?|heals?|boosts?|eases?|works",
    r"effective|benefits?|safe(?! (?:storage|disposal|handling|keeping|use))|safely|safety profile",
    r"minimal|rapid|quick|unique|proven",
    r"(?:no|without) (?:known |serious )?(?:risks?|harms?|side effects)|risk-free|harmless",
    r"non-?addictive|well[- ]tolerated",
    r"(?:feel|be) (?:like )?(?:yourself|better|well|calm)(?: again)?",
)

_OPEN_HEADING = re.compile(
    r"\?$|^(?:what|whether|if|who|when|where)\b"
    r"|^how (?:(?:it|[\w-]+) works?$|it works|well|much|sure|long|often|safe|effective|to)\b"
    r"|\b(?:may|might|possible|whether|being studied|not (?:known|clear|sure)|unknown"
    r"|risks? and (?:\w+ )?benefits?|benefits? and (?:\w+ )?(?:risks?|harms?|limits?))\b",
    re.IGNORECASE,
)
"""A heading that asks, or leaves open."""


def judge_certainty(view: PageView, *, edition: Edition = "current") -> list[Diagnostic]:
    """Return the statements whose wording and grade do not agree, and those without a grade.

    The verbs are those of GRADE guidelines 26 (Santesso 2020): a plain verb for high certainty,
    "probably" for moderate, "may" for low; for very low, that it is not known. A sentence that
    says what one named and cited study found claims no more than that, whatever the grade.
    """
    page = view.edition(edition)
    rows = {row["statement"]: row for row in view.rows("statements")}
    faults: list[Diagnostic] = []
    for one in page.statements:
        if one.kind and not one.notice and edition == "current":
            faults += _graded(page, one, rows[one.statement])
        if one.kind in _EFFECTS and not one.notice and one.certainty:
            faults += _worded(page, one)
        if one.label and _asserts(one.label):
            faults.append(
                statement_fault(
                    page,
                    one,
                    "heading-asserts-effect",
                    f"The label '{one.label}' claims an effect or its absence.",
                    "Name the subject, not the result.",
                    column="supplied_label" if edition == "supplied" else "label",
                    cell=one.label,
                    span=_asserts(one.label),
                )
            )
    if edition == "current":
        faults += [*_above_its_sources(view, page), *_publication_bias(view, page)]
    half = "supplied_heading" if edition == "supplied" else "heading"
    for section in page:
        if _asserts(section.heading):
            faults.append(
                Diagnostic(
                    rule="heading-asserts-effect",
                    message=f"The heading '{section.heading}' claims an effect or its absence.",
                    hint="Name the subject, or ask the question the section answers.",
                    table="sections",
                    key=f"{page.document}/{section.section}",
                    column=half,
                    cell=section.heading,
                    span=_asserts(section.heading),
                )
            )
    return faults


def _asserts(heading: str) -> tuple[int, int] | None:
    """Return where a heading claims an effect; None where it asks or names a subject."""
    if _OPEN_HEADING.search(heading):
        return None
    for found in _EFFECT_IN_HEADING.finditer(heading):
        if not heading[: found.start()].casefold().endswith(("not ", "nor ")):
            return found.span()
    return None


def _graded(page: Document, one: Statement, row: Mapping[str, Any]) -> Iterator[Diagnostic]:
    lowered = sorted(_LOWERS.intersection(row["grade_reasons"].split()))
    if one.kind not in _EFFECTS:
        if one.certainty:
            yield statement_fault(
                page,
                one,
                "grade-of-no-effect",
                f"A statement of kind {one.kind} is graded {one.certainty}.",
                "Empty the grade: GRADE rates evidence for effects and harms. Keep the source.",
                column="certainty",
                cell=one.certainty,
            )
    elif not one.certainty:
        yield statement_fault(
            page,
            one,
            "no-grade",
            f"A {one.kind} statement has no grade of certainty.",
            "Grade it high, moderate, low or very-low, with the reasons.",
            column="certainty",
        )
    elif not row["certainty_reasons"] and not row["grade_reasons"]:
        yield statement_fault(
            page,
            one,
            "no-reasons",
            f"Nobody has said why the certainty is {one.certainty}.",
            "Give the reasons: risk of bias, inconsistency, indirectness, imprecision.",
            column="certainty_reasons",
        )
    elif one.certainty == "high" and lowered:
        yield statement_fault(
            page,
            one,
            "high-with-doubts",
            f"The grade is high, and a reason to lower it is given: {', '.join(lowered)}.",
            "Lower the grade, or take the reason out.",
            column="grade_reasons",
            cell=row["grade_reasons"],
        )


def _above_its_sources(view: PageView, page: Document) -> Iterator[Diagnostic]:
    """Yield the statements graded higher than the best source that supports them allows."""
    sources = {row["source"]: row for row in view.rows("sources")}
    roles = evidence_roles(view)
    for one in page.statements:
        supporting = [
            sources[source]
            for source, role in roles.get(one.statement, {}).items()
            if role == "supports" and source in sources
        ]
        if one.kind not in _EFFECTS or not one.certainty or not supporting:
            continue
        best = max(map(_allows, supporting))
        if _LEVELS[one.certainty] > best:
            name = next(grade for grade, level in _LEVELS.items() if level == best)
            yield statement_fault(
                page,
                one,
                "grade-above-sources",
                f"The grade is {one.certainty}, and its best source allows {name}.",
                f"Grade it {name}, or cite a study in people that allows more.",
                column="certainty",
                cell=one.certainty,
            )


def _allows(source: Mapping[str, Any]) -> int:
    """Return the highest grade that a source allows, as in `_LEVELS`."""
    if source["type"] in _NO_STUDY:
        return 0
    said = f"{source['title']} {source['genre']}"
    return min([3, *(level for words, level in _WEAK_STUDIES if words.search(said))])


_MANY = 5
"""Grades from which on a page should say of publication bias, which is of bodies of evidence."""


def _publication_bias(view: PageView, page: Document) -> Iterator[Diagnostic]:
    """Yield a fault of the page where nobody has thought of what was never published."""
    graded = [row for row in view.rows("statements") if row["certainty"]]
    said = [f"{row['grade_reasons']} {row['certainty_reasons']}".casefold() for row in graded]
    if len(graded) >= _MANY and not any(re.search("publication[- ]bias", one) for one in said):
        yield Diagnostic(
            rule="publication-bias-not-considered",
            message=f"None of {len(graded)} grades says anything of publication bias.",
            hint="Say where it was looked for, and put publication-bias where it lowers a grade.",
            severity="advice",
            table="documents",
            key=page.document,
            column="document",
            cell=page.document,
        )


def _worded(page: Document, one: Statement) -> Iterator[Diagnostic]:
    text = FoldedText.of(one.plain).text
    cited = bool(one.cites) or page.edition == "supplied"
    claims = claims_of(text, cited=cited, kind=one.kind)
    allowed = _LEVELS[one.certainty]
    verb = {
        "moderate": "Say 'probably'",
        "low": "Say 'may'",
        "very-low": "Say 'we do not know whether'",
    }
    too_sure = next((claim for claim in claims if claim.level > allowed), None)
    if one.certainty != "high" and (too_sure or _proof(text)):
        words = too_sure.words.strip(" ,;:.") if too_sure else ""
        yield statement_fault(
            page,
            one,
            "claims-more-than-grade",
            f"'{words}' claims more than {one.certainty} certainty allows."
            if words and words != text.strip(" .")
            else f"The wording claims more than {one.certainty} certainty allows.",
            f"{verb[one.certainty]}, or say which study found it and cite it.",
            span=_within(one.text, words) if words else None,
        )
    if one.certainty == "high":
        hedge = _hedge_of(one, text, claims)
        if hedge:
            yield statement_fault(
                page,
                one,
                "hedges-what-is-certain",
                f"'{hedge}' hedges what is graded high.",
                "Use a plain verb, or lower the grade.",
                severity="advice",
                span=_within(one.text, hedge),
            )


def _hedge_of(one: Statement, text: str, claims: Sequence[Claim]) -> str:
    """Return the words that hedge all that a statement claims; empty where some clause is plain."""
    if one.cites and _STUDY.search(_IN_GENERAL.sub("", text)):
        return ""
    if one.kind not in ("benefit", "mechanism"):
        shift = _MAY_SHIFT.search(text)
        return shift.group() if shift else ""
    if any(claim.level == 3 or not claim.hedge for claim in claims):
        return ""
    return next((claim.hedge for claim in claims), "")


@lru_cache(maxsize=4096)
def _proof(text: str) -> bool:
    """Whether a text claims proof, and does not deny it in the same clause."""
    reading = read(text)
    starts = [word.start for word in reading.words]
    for found in _PROOF.finditer(text):
        place = bisect_right(starts, found.start()) - 1
        clause = reading.clause_at(place)
        last = bisect_right(starts, found.end() - 1)
        if not any(denial < last for denial in clause.denials):
            return True
    return False


def _within(text: str, part: str) -> tuple[int, int] | None:
    """Return where a part of the words stands in their markup, if it stands there unbroken."""
    start = text.find(part)
    while start >= 0:
        end = start + len(part)
        if not _LETTERS.match(text[max(0, start - 1) : start + 1]) and not _LETTERS.match(
            text[end - 1 : end + 1]
        ):
            return start, end
        start = text.find(part, start + 1)
    return None


_LETTERS = re.compile(r"\w\w")
