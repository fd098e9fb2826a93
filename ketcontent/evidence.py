"""Judges: support, certainty, balance, topics, crisis contacts, freshness.

Each judge looks at one page in one edition and returns its faults, with the table, the row and
the words at fault; `ketcontent.checks` adds file and line. The rules are those of the project's
standards: every claim rests on a source that was read, says no more than its grade allows, and
stands beside its risks.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ketcontent.citations import cited
from ketcontent.diagnostics import Diagnostic, Severity
from ketcontent.documents import Document, Edition, Section, Statement, assemble
from ketcontent.rendering import english
from ketcontent.tables import Content, rows_of, rows_of_page
from ketcontent.wording import words

CLAIMS = frozenset({"benefit", "risk", "mechanism", "use", "regulatory"})
"""The kinds of statement that must rest on a source."""

EFFECTS = frozenset({"benefit", "risk", "mechanism", "use"})
"""The kinds whose wording must agree with the grade of certainty."""

RISK_SHARE = 0.7
"""The least words of risk for each word of benefit (fair balance, 21 CFR 202.1(e))."""

RETRACTION_DAYS = 365
"""Days after which a source must be looked up again for a retraction."""

REVISION_DAYS = 90
"""Days after which a label, guideline or web page must be looked up for a newer version."""

HELP_LINE_DAYS = 90
"""Days after which a crisis contact must be tried again."""

_LIMITS = frozenset({"qualifies", "contradicts"})
_REVISED = frozenset({"document", "webpage", "legislation", "report", "regulation", "standard"})


@dataclass(frozen=True, slots=True)
class _Page:
    """A page with the rows the judges need beside its words."""

    content: Content
    document: str
    edition: Edition
    page: Document

    def statements(self) -> Iterator[tuple[Section, Statement]]:
        for section in self.page:
            for one in section.statements:
                yield section, one

    def fault(
        self,
        one: Statement,
        rule: str,
        message: str,
        hint: str,
        *,
        severity: Severity = "error",
        column: str = "",
        span: tuple[int, int] | None = None,
        cell: str = "",
        of_notice: bool = False,
    ) -> Diagnostic:
        """Return a fault of a statement, or of the notice whose text it is."""
        words_ = "supplied" if self.edition == "supplied" else "text"
        column = column or words_
        if column == words_ and not cell:
            cell = one.plain if self.edition == "supplied" else one.text
        table, key = "statements", f"{self.document}/{one.statement}"
        if of_notice and one.notice:
            table, key = "notices", f"{one.notice}/{self.page.language}"
        return Diagnostic(
            rule=rule,
            message=message,
            hint=hint,
            severity=severity,
            table=table,
            key=key,
            column=column,
            cell=cell,
            span=span,
        )


def _open(content: Content, document: str, edition: Edition) -> _Page:
    return _Page(content, document, edition, assemble(content, document, edition=edition))


def _roles(page: _Page) -> dict[str, dict[str, str]]:
    """Return, by statement, the role of each source that has evidence on it."""
    roles: dict[str, dict[str, str]] = {}
    for row in rows_of_page(page.content, "evidence", page.document):
        roles.setdefault(row["statement"], {})[row["source"]] = row["role"]
    return roles


# --- support ---------------------------------------------------------------------------------


def judge_support(
    content: Content, document: str, *, edition: Edition = "current"
) -> list[Diagnostic]:
    """Return the claims without a source, and the citations that lead nowhere.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> faults = judge_support(read_content("data"), "ketamine", edition="supplied")
    >>> "no-source" in {fault.rule for fault in faults}
    True
    """
    page = _open(content, document, edition)
    known = set(content.sources["source"])
    roles = _roles(page)
    faults: list[Diagnostic] = []
    for _, one in page.statements():
        said = roles.get(one.statement, {}) if edition == "current" else {}
        if edition == "current" and not one.kind and not one.notice:
            faults.append(
                page.fault(
                    one,
                    "no-kind",
                    "Nobody has said what kind of statement this is.",
                    "Set its kind: what it must rest on, and who must sign it, depend on it.",
                    column="kind",
                    cell="",
                )
            )
        if one.kind in CLAIMS and not one.notice:
            faults += _support(page, one, said)
        for source in one.cites:
            if source not in known:
                faults.append(
                    page.fault(
                        one,
                        "unknown-source",
                        f"There is no source '{source}'.",
                        "Add it with 'ketcontent import-sources FILE', or cite another.",
                        span=_citation(one.text, source),
                        of_notice=True,
                    )
                )
            elif source not in said and not one.notice:
                faults.append(
                    page.fault(
                        one,
                        "no-finding",
                        f"It cites '{source}', but no row of evidence says what that found.",
                        "Add the row to evidence.csv: role, finding, where in the source.",
                        span=_citation(one.text, source),
                    )
                )
    return faults


def _citation(text: str, source: str) -> tuple[int, int] | None:
    """Return where a text cites a source, without the brackets."""
    found = re.search(rf"[\[;]\s*(@{re.escape(source)})(?![a-z0-9-])", text)
    return found.span(1) if found else None


def _support(page: _Page, one: Statement, said: dict[str, str]) -> Iterator[Diagnostic]:
    supporting = [source for source in one.cites if said.get(source) == "supports"]
    if not supporting:
        yield page.fault(
            one,
            "no-source",
            f"A {one.kind} statement cites no source that supports it.",
            "Cite one, with its row of evidence, or cut the statement.",
        )
    against = [source for source, role in said.items() if role == "contradicts"]
    if one.kind == "benefit" and against and not set(against) & set(one.cites):
        yield page.fault(
            one,
            "contradiction-hidden",
            f"{', '.join(against)} found otherwise, and the statement cites none of it.",
            "Say so in the sentence or the next, and cite it.",
        )


def judge_sources(content: Content, documents: Sequence[str] = ()) -> list[Diagnostic]:
    """Return the sources that nobody cites, and the fields of cited ones that nobody confirmed.

    Parameters
    ----------
    content
        The tables.
    documents
        The pages whose sources must be confirmed; by default all.

    Examples
    --------
    >>> from ketcontent.tables import empty_content
    >>> judge_sources(empty_content())
    []
    """
    used = _citing(content)
    faults: list[Diagnostic] = []
    for row in rows_of(content.sources):
        cited_by = used.get(row["source"], set())
        place = {"table": "sources", "key": row["source"]}
        if not cited_by:
            faults.append(
                Diagnostic(
                    rule="source-not-cited",
                    severity="warning",
                    message=f"No page cites '{row['source']}'.",
                    hint="Cite it where it belongs, or delete the row.",
                    column="source",
                    cell=row["source"],
                    **place,
                )
            )
        elif row["unconfirmed"] and (not documents or cited_by & set(documents)):
            faults.append(
                Diagnostic(
                    rule="source-unconfirmed",
                    message=f"Nobody has confirmed: {row['unconfirmed']}.",
                    hint="Compare the row with the source itself, empty this cell, and date "
                    "confirmed_on.",
                    column="unconfirmed",
                    cell=row["unconfirmed"],
                    **place,
                )
            )
    return faults


def _citing(content: Content) -> dict[str, set[str]]:
    """Return, by source, the pages whose current edition cites it."""
    languages = dict(zip(content.documents["document"], content.documents["language"], strict=True))
    sections = content.sections[content.sections["position"].notna()]
    shown = set(zip(sections["document"], sections["section"], strict=True))
    notices = {
        (notice, language): text
        for notice, language, text in zip(
            *(content.notices[name] for name in ("notice", "language", "text")), strict=True
        )
    }
    statements = content.statements[content.statements["position"].notna()]
    columns = (statements[name] for name in ("document", "section", "notice", "text"))
    used: dict[str, set[str]] = {}
    for document, section, notice, own in zip(*columns, strict=True):
        if (document, section) in shown and document in languages:
            text = notices[notice, languages[document]] if notice else own
            for source in cited(text) if "[" in text else ():
                used.setdefault(source, set()).add(document)
    return used


# --- certainty -------------------------------------------------------------------------------


def _any(*patterns: str) -> re.Pattern[str]:
    """Return a pattern that finds any of these as whole words."""
    return re.compile(rf"\b(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)


_NOT_KNOWN = _any(
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

_ONLY_WHY = _any(
    r"(?:not|n[’']t|nobody|no one) (?:yet |fully )?(?:known?|knows|clear|sure)(?: exactly)?"
    r" (?:why|how (?:it|this|they))",
    r"(?:unclear|unknown)(?: exactly)? (?:why|how (?:it|this|they))",
)
"""Words that leave open why something works, and not whether it does."""

_MAY = _any(
    r"(?-i:may)|(?-i:(?<![^.!?] )May(?! \d| of \d))",  # not the month
    r"might|could|possibly|perhaps",
)
_MAY_SHIFT = _any(
    r"(?:(?-i:may)|might|could)(?: also| even| perhaps| possibly| well)* (?:raise|increase|lower"
    r"|reduce|double|add to|be (?:linked|associated|connected)|play a (?:part|role)|contribute)",
    r"(?:might|could|may) (?:possibly|perhaps|conceivably)",
)
"""Words that hedge a change in the chance of harm.

"May cause" tells one reader what can happen, whatever the grade; "may raise the chance" doubts a
fact about many.
"""
_PROBABLY = _any(r"probably", r"(?<!more )(?<!less )(?<!most )(?<!as )likely")

_PROOF = _any(
    r"(?:ha(?:s|ve|d)|been|is|are|was|were) (?:\w+ly |now |well )?(?:proven|proved|established)",
    r"ha(?:s|ve) been (?:\w+ly )?shown to|proves? (?:that|it|to)",
    r"guarantee[sd]?|definitely|certainly|undoubtedly|without (?:a |any )?doubt",
)
"""Words that claim proof, which no grade below high can carry."""

_DENIED = _any(r"not|\w+n[’']t|never|no|neither|nor|nobody|nothing|cannot|whether|if|without")
"""Words that take back, within a clause, what comes after them."""

_REPORT = _any(
    r"trials?|studies|(?<!to )(?<!you )(?<!people )study(?! for)|reviews?|surveys?|case series",
    r"reports?|reported|in (?:animals|rats|mice)|guidelines?|guidance|labels?",
)
"""Words that say who found it, or where."""

_IN_GENERAL = _any(
    r"(?:trials|studies|reviews|reports|surveys) (?:\w+ly |have |all |now )*(?:shown?|prove[ds]?"
    r"|confirm(?:ed)?|demonstrated?|agree that)"
)
"""Words that call on studies and name none."""

_EFFECT_IN_HEADING = _any(
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


def judge_certainty(
    content: Content, document: str, *, edition: Edition = "current"
) -> list[Diagnostic]:
    """Return the statements whose wording and grade do not agree, and those without a grade.

    The verbs are those of GRADE guidelines 26 (Santesso 2020): a plain verb for high certainty,
    "probably" for moderate, "may" for low; for very low, that it is not known. A sentence that
    says what one named and cited study found claims no more than that, whatever the grade.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> faults = judge_certainty(read_content("data"), "ketamine", edition="supplied")
    >>> "heading-asserts-effect" in {fault.rule for fault in faults}
    True
    """
    page = _open(content, document, edition)
    reasons = {
        row["statement"]: row["certainty_reasons"]
        for row in rows_of_page(content, "statements", document)
    }
    faults: list[Diagnostic] = []
    for _, one in page.statements():
        if one.kind in CLAIMS and not one.notice and edition == "current":
            faults += _graded(page, one, reasons.get(one.statement, ""))
        if one.kind in EFFECTS and not one.notice and one.certainty:
            faults += _worded(page, one)
        if one.label and _asserts(one.label):
            faults.append(
                page.fault(
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
    for section in page.page:
        if _asserts(section.heading):
            faults.append(
                Diagnostic(
                    rule="heading-asserts-effect",
                    message=f"The heading '{section.heading}' claims an effect or its absence.",
                    hint="Name the subject, or ask the question the section answers.",
                    table="sections",
                    key=f"{document}/{section.section}",
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


def _graded(page: _Page, one: Statement, reasons: str) -> Iterator[Diagnostic]:
    if not one.certainty:
        yield page.fault(
            one,
            "no-grade",
            f"A {one.kind} statement has no grade of certainty.",
            "Grade it high, moderate, low or very-low, with the reasons.",
            column="certainty",
        )
    elif not reasons:
        yield page.fault(
            one,
            "no-reasons",
            f"Nobody has said why the certainty is {one.certainty}.",
            "Give the reasons: risk of bias, inconsistency, indirectness, imprecision.",
            column="certainty_reasons",
        )


def _worded(page: _Page, one: Statement) -> Iterator[Diagnostic]:
    text = one.plain
    about = text if one.kind == "mechanism" else _ONLY_WHY.sub("", text)
    not_known = bool(_NOT_KNOWN.search(about))
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
        yield page.fault(
            one,
            "claims-more-than-grade",
            f"The wording claims more than {one.certainty} certainty allows.",
            f"{verb[one.certainty]}, or say which study found it and cite it.",
        )
    if one.certainty == "high" and not reports:
        if one.kind in ("benefit", "mechanism"):
            hedge = _MAY.search(text) or _PROBABLY.search(text) or _NOT_KNOWN.search(text)
        else:
            hedge = _MAY_SHIFT.search(text)
        if hedge:
            yield page.fault(
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


# --- balance, topics, crisis contacts --------------------------------------------------------


def judge_balance(
    content: Content, document: str, *, edition: Edition = "current"
) -> list[Diagnostic]:
    """Return where a page says more of benefit than of risk, or says it first.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> faults = judge_balance(read_content("data"), "ketamine", edition="supplied")
    >>> "benefits-outweigh-risks" in {fault.rule for fault in faults}
    True
    """
    page = _open(content, document, edition)
    roles = _roles(page)
    sentences = [(one, _size(one)) for _, one in page.statements()]
    benefit = sum(size for one, size in sentences if one.kind == "benefit")
    risk = sum(size for one, size in sentences if one.kind == "risk")
    faults: list[Diagnostic] = []
    if benefit and risk < RISK_SHARE * benefit:
        faults.append(
            _of_page(
                document,
                "benefits-outweigh-risks",
                f"{risk} words of risk stand against {benefit} words of benefit.",
                f"Say at least {RISK_SHARE:g} words of risk for each word of benefit.",
            )
        )
    kinds = [one.kind for one, _ in sentences if one.kind in ("benefit", "risk")]
    if "benefit" in kinds and "risk" not in kinds[: kinds.index("benefit") + 2]:
        first = next(one for one, _ in sentences if one.kind == "benefit")
        faults.append(
            page.fault(
                first,
                "benefit-before-risk",
                "The first benefit is not followed at once by a risk, nor does one come before.",
                "Put the main risks before the first benefit, or right after it.",
            )
        )
    for section in page.page:
        benefits = [one for one in section.statements if one.kind == "benefit"]
        limits = [
            one
            for one in section.statements
            if one.kind == "risk"
            or _NOT_KNOWN.search(one.plain)
            or any(roles.get(one.statement, {}).get(key, "") in _LIMITS for key in one.cites)
        ]
        if benefits and not limits:
            faults.append(
                page.fault(
                    benefits[0],
                    "benefits-alone",
                    f"The section '{section.title or section.section}' has benefits and neither a "
                    "risk nor a limit.",
                    "Say in the same section what speaks against it, or what is not known.",
                )
            )
    return faults


def judge_topics(
    content: Content, document: str, *, edition: Edition = "current"
) -> list[Diagnostic]:
    """Return the questions that a page must or should answer and does not.

    Examples
    --------
    >>> from ketcontent.tables import empty_content, read_content
    >>> judge_topics(read_content("data"), "ketamine", edition="supplied")[0].rule
    'topic-missing'
    """
    shown = {one.statement for _, one in _open(content, document, edition).statements()}
    known = {row["topic"]: row for row in rows_of(content.topics)}
    covered: set[str] = set()
    faults: list[Diagnostic] = []
    for row in rows_of_page(content, "statements", document):
        if row["statement"] not in shown or edition != "current":
            continue
        for topic in row["topics"].split():
            covered.add(topic)
            if topic not in known:
                faults.append(
                    Diagnostic(
                        rule="unknown-topic",
                        message=f"There is no topic '{topic}'.",
                        hint="Use a key of topics.csv.",
                        table="statements",
                        key=f"{document}/{row['statement']}",
                        column="topics",
                        cell=row["topics"],
                    )
                )
    for topic, row in known.items():
        if topic not in covered:
            must = row["level"] == "must"
            faults.append(
                _of_page(
                    document,
                    "topic-missing",
                    f"No statement answers: {row['question']}",
                    f"Write one and give it the topic '{topic}'.",
                    severity="error" if must else "warning",
                )
            )
    return faults


_CRISIS = re.compile(
    r"\b(?:suicid\w*|self[- ]harm\w*|harm(?:ing)? yourself|(?:in|a|acute) crisis|crisis\b"
    r"|acute distress)\b",
    re.IGNORECASE,
)


def judge_notices(
    content: Content, document: str, *, edition: Edition = "current"
) -> list[Diagnostic]:
    """Return where a notice that a page needs is missing.

    A notice whose ``needs`` is ``every-page`` must stand on each page. One whose ``needs`` is
    ``crisis`` must stand in the first section of a page that speaks of crisis, suicide or
    self-harm, and again in the section of each such sentence.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> faults = judge_notices(read_content("data"), "ketamine", edition="supplied")
    >>> all(fault.rule in ("notice-missing", "crisis-contacts-missing") for fault in faults)
    True
    """
    page = _open(content, document, edition)
    needs = {
        row["notice"]: row["needs"]
        for row in rows_of(content.notices)
        if row["language"] == page.page.language
    }
    crisis = {notice for notice, need in needs.items() if need == "crisis"}
    used = {one.notice for _, one in page.statements()}
    faults = [
        _of_page(
            document,
            "notice-missing",
            f"The notice '{notice}' is missing; every page must carry it.",
            "Add a statement with that notice, at the top.",
        )
        for notice, need in needs.items()
        if need == "every-page" and notice not in used
    ]
    sections = list(page.page)
    mentioned = False
    for section in sections:
        there = {one.notice for one in section.statements}
        for one in section.statements:
            said = one.plain if edition == "supplied" else one.text
            spoken = _CRISIS.search(said)
            if one.notice or not (spoken or _CRISIS.search(one.label)):
                continue
            mentioned = True
            if not crisis or not crisis <= there:
                faults.append(
                    page.fault(
                        one,
                        "crisis-contacts-missing",
                        "The sentence speaks of crisis or suicide, and no crisis contacts stand "
                        "beside it.",
                        "Add the crisis notices to this section.",
                        span=spoken.span() if spoken else None,
                    )
                )
    first = {one.notice for one in sections[0].statements} if sections else set()
    if mentioned and (not crisis or not crisis <= first):
        faults.append(
            _of_page(
                document,
                "crisis-contacts-missing",
                "The page speaks of crisis or suicide and does not start with crisis contacts.",
                "Put the crisis notices into the first section.",
            )
        )
    return faults


def judge_strings(content: Content, document: str) -> list[Diagnostic]:
    """Return the words of the furniture that a page's language lacks.

    Until they are there, all furniture of the page is English.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> judge_strings(read_content("data"), "ketamine")
    []
    """
    [page] = rows_of_page(content, "documents", document)
    language = page["language"]
    tags = {language.casefold(), language.casefold().split("-")[0]}
    rows = [row for row in rows_of(content.strings) if row["language"].casefold() in tags]
    there = {row["string"] for row in rows}
    needed = set(english().texts) - (there if "en" not in tags else set(english().texts))
    faults = [
        Diagnostic(
            rule="string-lacks-fields",
            message=f"It must hold {', '.join(lost)}, as the English does.",
            hint="Put each where the sentence needs it.",
            table="strings",
            key=f"{row['string']}/{row['language']}",
            column="text",
            cell=row["text"],
        )
        for row in rows
        if row["string"] in english().texts and (lost := _lost_fields(row["string"], row["text"]))
    ]
    if not needed:
        return faults
    return [
        *faults,
        _of_page(
            document,
            "strings-missing",
            f"In '{language}' the page lacks: {', '.join(sorted(needed))}.",
            "Add a row to strings.csv for each; until then the words around the sentences are "
            "English.",
        ),
    ]


def _lost_fields(name: str, text: str) -> list[str]:
    """Return what the English of a string holds for the page to fill in, and a text does not."""
    wanted = english().texts[name]
    lost = [one for one in re.findall(r"\{\w+\}", wanted) if one not in text]
    parts = wanted.count("|") + 1
    return lost + ([f"{parts} parts between |"] if text.count("|") + 1 != parts else [])


# --- freshness -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """Something that must be looked at again."""

    rule: str
    """The rule that asks for it."""
    table: str
    """The table of the row."""
    key: str
    """The key of the row."""
    column: str
    """The date's column."""
    what: str
    """What to do."""
    last: str
    """When it was done last; empty if never."""
    due: datetime.date | None
    """The last day on which that is good enough; None where it was never done."""


def dates_due(content: Content, document: str) -> list[Due]:
    """Return every date that a page depends on, soonest first, those never done before all.

    Examples
    --------
    >>> from ketcontent.tables import empty_content, read_content
    >>> dates_due(read_content("data"), "ketamine")[0].due is None
    True
    """
    page = assemble(content, document)
    used = {source for section in page for one in section.statements for source in one.cites}
    found: list[Due] = []
    for row in rows_of(content.sources):
        if row["source"] not in used:
            continue
        place = ("sources", row["source"])
        found.append(
            _due(
                "retraction-unchecked",
                *place,
                "retraction_checked_on",
                "Look up whether the source was retracted",
                row["retraction_checked_on"],
                RETRACTION_DAYS,
            )
        )
        if row["type"] in _REVISED:
            found.append(
                _due(
                    "revision-unchecked",
                    *place,
                    "revision_checked_on",
                    "Look up whether there is a newer version",
                    row["revision_checked_on"],
                    REVISION_DAYS,
                )
            )
    crisis = {row["notice"] for row in rows_of(content.notices) if row["needs"] == "crisis"}
    if any(one.notice in crisis for section in page for one in section.statements):
        for row in rows_of(content.help_lines):
            found.append(
                _due(
                    "help-line-unchecked",
                    "help_lines",
                    f"{row['market']}/{row['name']}",
                    "checked_on",
                    f"Check that {row['name']} answers",
                    row["checked_on"],
                    HELP_LINE_DAYS,
                )
            )
    for row in rows_of(content.waivers):
        if _concerns(row, document):
            found.append(
                Due(
                    "waiver-expired",
                    "waivers",
                    f"{row['table']}/{row['row']}/{row['rule']}",
                    "until",
                    f"Mend '{row['row']}', or waive {row['rule']} anew",
                    row["until"],
                    datetime.date.fromisoformat(row["until"]),
                )
            )
    return sorted(found, key=lambda one: (one.due or datetime.date.min, one.table, one.key))


def judge_freshness(content: Content, document: str, *, as_of: datetime.date) -> list[Diagnostic]:
    """Return what a page depends on and is past its date, or was never dated.

    Parameters
    ----------
    content, document
        The tables and the page.
    as_of
        The day to judge by.

    Examples
    --------
    >>> from ketcontent.tables import empty_content, read_content
    >>> content = read_content("data")
    >>> faults = judge_freshness(content, "ketamine", as_of=datetime.date(2026, 11, 23))
    >>> {fault.severity for fault in faults}
    {'error'}
    """
    dates = dates_due(content, document)
    to_come = [one for one in dates if one.last > as_of.isoformat() and one.column != "until"]
    return [_future(one.table, one.key, one.column, one.last) for one in to_come] + [
        Diagnostic(
            rule=one.rule,
            message=f"{one.what}: last done {_said(one.last)}."
            if one.due is None or one.rule != "waiver-expired"
            else f"The waiver ended on {one.last}.",
            hint=f"{one.what}, then date {one.column}."
            if one.rule != "waiver-expired"
            else f"{one.what}.",
            table=one.table,
            key=one.key,
            column=one.column,
            cell=one.last,
        )
        for one in dates
        if one.due is None or one.due < as_of
    ]


def _future(table: str, key: str, column: str, date: str) -> Diagnostic:
    return Diagnostic(
        rule="date-in-future",
        message=f"It says that this was done on {date}, a day still to come.",
        hint="Enter the day on which it was done.",
        table=table,
        key=key,
        column=column,
        cell=date,
    )


def _concerns(waiver: dict[str, str], document: str) -> bool:
    """Whether a waiver is for a page's own row, or for one that many pages share."""
    owned = waiver["table"] in ("documents", "sections", "statements", "evidence")
    return not owned or waiver["row"].split("/")[0] == document


def _due(rule: str, table: str, key: str, column: str, what: str, last: str, days: int) -> Due:
    due = None
    if last:
        done = datetime.date.fromisoformat(last)
        due = done + min(datetime.timedelta(days), datetime.date.max - done)
    return Due(rule, table, key, column, what, last, due)


def _said(date: str) -> str:
    return f"on {date}" if date else "never"


def _of_page(
    document: str, rule: str, message: str, hint: str, *, severity: Severity = "error"
) -> Diagnostic:
    return Diagnostic(
        rule=rule,
        message=message,
        hint=hint,
        severity=severity,
        table="documents",
        key=document,
        column="document",
        cell=document,
    )


def _size(one: Statement) -> int:
    return sum(any(map(str.isalnum, word)) for word in words(one.plain))
