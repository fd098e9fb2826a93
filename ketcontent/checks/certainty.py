"""Judge whether the verb of a claim fits the certainty of its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ketcontent.checks.statements import (
    CLAIMS,
    statement_fault,
)
from ketcontent.diagnostics import Diagnostic
from ketcontent.pages import Document, Edition, PageView, Statement

_EFFECTS = frozenset({"benefit", "risk", "mechanism", "use"})
"""The kinds whose wording must agree with the grade of certainty."""


def _whole_words(*patterns: str) -> re.Pattern[str]:
    """Return a pattern that finds any of these as whole words."""
    return re.compile(rf"\b(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)


NOT_KNOWN = _whole_words(
    r"(?:do|does|did|could|can)(?: not|n[’']t) (?:yet )?(?:know|agree|tell|say)",
    r"cannot (?:tell|say)",
    r"(?:not|never) (?:yet |well |fully )?(?:clear|known|certain|sure|agreed)",
    r"(?:not|never|neither [\w -]{1,40}) (?:has |have )?(?:yet |well |fully )?been (?:shown|proven"
    r"|proved|found|tested|studied|checked)",
    r"unclear|unknown|uncertain|nobody knows|no one knows|know less",
    r"no (?:good |clear |reliable )?evidence(?! of (?:any )?(?:harm|risk|danger|side effect))",
    r"not enough (?:evidence|research|is known)|little (?:evidence|research|is known)",
    r"less research|few (?:trials|studies)",
    r"nothing (?:\w+ )?(?:proves?|shows?|suggests?)|no (?:proof|(?:trial|study|review) has)",
    r"did(?: not|n[’']t) (?:find|confirm|differ|show)|found no|(?:was|were) no better",
)
"""Words that say that something is not known, or was looked for and not found."""

_ONLY_WHY = _whole_words(
    r"(?:not|n[’']t|nobody|no one) (?:yet |fully )?(?:known?|knows|clear|sure)(?: exactly)?"
    r" (?:why|how (?:it|this|they))",
    r"(?:unclear|unknown)(?: exactly)? (?:why|how (?:it|this|they))",
)
"""Words that leave open why something works, and not whether it does."""

_MAY = _whole_words(
    r"(?-i:may)|(?-i:(?<![^.!?] )May(?! \d| of \d))",  # not the month
    r"might|could|possibly|perhaps",
)

_MAY_SHIFT = _whole_words(
    r"(?:(?-i:may)|might|could)(?: also| even| perhaps| possibly| well)* (?:raise|increase|lower"
    r"|reduce|double|add to|be (?:linked|associated|connected)|play a (?:part|role)|contribute)",
    r"(?:might|could|may) (?:possibly|perhaps|conceivably)",
)
"""Words that hedge a change in the chance of harm.

"May cause" tells one reader what can happen, whatever the grade; "may raise the chance" doubts a
fact about many.
"""

_PROBABLY = _whole_words(r"probably", r"(?<!more )(?<!less )(?<!most )(?<!as )likely")

_PROOF = _whole_words(
    r"(?:ha(?:s|ve|d)|been|is|are|was|were) (?:\w+ly |now |well )?(?:proven|proved|established)",
    r"ha(?:s|ve) been (?:\w+ly )?shown to|proves? (?:that|it|to)",
    r"guarantee[sd]?|definitely|certainly|undoubtedly|without (?:a |any )?doubt",
)
"""Words that claim proof, which no grade below high can carry."""

_DENIED = _whole_words(
    r"not|\w+n[’']t|never|no|neither|nor|nobody|nothing|cannot|whether|if|without"
)
"""Words that take back, within a clause, what comes after them."""

_REPORT = _whole_words(
    r"trials?|studies|(?<!to )(?<!you )(?<!people )study(?! for)|reviews?|surveys?|case series",
    r"reports?|reported|in (?:animals|rats|mice)|guidelines?|guidance|labels?",
)
"""Words that say who found it, or where."""

_IN_GENERAL = _whole_words(
    r"(?:trials|studies|reviews|reports|surveys) (?:\w+ly |have |all |now )*(?:shown?|prove[ds]?"
    r"|confirm(?:ed)?|demonstrated?|agree that)"
)
"""Words that call on studies and name none."""

_EFFECT_IN_HEADING = _whole_words(
    r"relie(?:f|ves?|ving)|improv\w+|reduc(?:es?|ed|tions?)|enhanc\w+|promot(?:es|ing)",
    r"prevent(?:s|ing)|lowers|stops|fights|restores|treats|cures?|heals?|boosts?|eases?|works",
    r"effective|benefits?|safe(?! (?:storage|disposal|handling|keeping|use))|safely|safety profile",
    r"minimal|rapid|quick|unique|proven",
    r"(?:no|without) (?:known |serious )?(?:risks?|harms?|side effects)|risk-free|harmless",
    r"non-?addictive|well[- ]tolerated",
)

_OPEN_HEADING = re.compile(
    r"\?$|^(?:what|whether|if|who|when|where)\b"
    r"|^how (?:it works|well|much|sure|long|often|safe|effective|to)\b"
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
    reasons = {row["statement"]: row["certainty_reasons"] for row in view.rows("statements")}
    faults: list[Diagnostic] = []
    for one in page.statements:
        if one.kind in CLAIMS and not one.notice and edition == "current":
            faults += _graded(page, one, reasons.get(one.statement, ""))
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


def _graded(page: Document, one: Statement, reasons: str) -> Iterator[Diagnostic]:
    if not one.certainty:
        yield statement_fault(
            page,
            one,
            "no-grade",
            f"A {one.kind} statement has no grade of certainty.",
            "Grade it high, moderate, low or very-low, with the reasons.",
            column="certainty",
        )
    elif not reasons:
        yield statement_fault(
            page,
            one,
            "no-reasons",
            f"Nobody has said why the certainty is {one.certainty}.",
            "Give the reasons: risk of bias, inconsistency, indirectness, imprecision.",
            column="certainty_reasons",
        )


def _worded(page: Document, one: Statement) -> Iterator[Diagnostic]:
    text = one.plain
    about = text if one.kind == "mechanism" else _ONLY_WHY.sub("", text)
    not_known = bool(NOT_KNOWN.search(about))
    may, probably = bool(_MAY.search(text)), bool(_PROBABLY.search(text))
    reports = bool(_REPORT.search(_IN_GENERAL.sub("", text)))
    reports = reports and (bool(one.cites) or page.edition == "supplied")
    enough = {
        "high": True,
        "moderate": probably or may or not_known or reports,
        "low": may or not_known or reports,
        "very-low": not_known or reports,
    }[one.certainty]
    verb = {
        "moderate": "Say 'probably'",
        "low": "Say 'may'",
        "very-low": "Say 'we do not know whether'",
    }
    if one.certainty != "high" and (_proof(text) or not enough):
        yield statement_fault(
            page,
            one,
            "claims-more-than-grade",
            f"The wording claims more than {one.certainty} certainty allows.",
            f"{verb[one.certainty]}, or say which study found it and cite it.",
        )
    if one.certainty == "high" and not reports:
        if one.kind in ("benefit", "mechanism"):
            hedge = _MAY.search(text) or _PROBABLY.search(text) or NOT_KNOWN.search(text)
        else:
            hedge = _MAY_SHIFT.search(text)
        if hedge:
            yield statement_fault(
                page,
                one,
                "hedges-what-is-certain",
                f"'{hedge.group()}' hedges what is graded high.",
                "Use a plain verb, or lower the grade.",
                severity="warning",
                span=_within(one.text, hedge.group()),
            )


def _proof(text: str) -> bool:
    """Whether a text claims proof, and does not deny it in the same clause."""
    return any(
        not _DENIED.search(re.split(r"[,;:.]|\bbut\b", text[: found.start()])[-1])
        for found in _PROOF.finditer(text)
    )


def _within(text: str, part: str) -> tuple[int, int] | None:
    """Return where a part of the words stands in their markup, if it stands there unbroken."""
    found = re.search(rf"\b{re.escape(part)}(?!\w)", text)
    return found.span() if found else None
