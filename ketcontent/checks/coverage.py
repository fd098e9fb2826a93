"""Judge what a page must say: balance, topics, notices, furniture."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from ketcontent.checks.certainty import NOT_KNOWN
from ketcontent.checks.statements import (
    evidence_roles,
    statement_fault,
)
from ketcontent.diagnostics import Diagnostic, Severity
from ketcontent.markup import STATE_WORDS, english
from ketcontent.pages import Document, Edition, PageView
from ketcontent.text import word_count

RISK_SHARE = 0.7
"""The least words of risk for each word of benefit (fair balance, 21 CFR 202.1(e))."""

_LIMITS = frozenset({"qualifies", "contradicts"})
"""What evidence may say that limits a benefit."""


def judge_balance(view: PageView, *, edition: Edition = "current") -> list[Diagnostic]:
    """Return where a page says more of benefit than of risk, or says it first."""
    page = view.edition(edition)
    roles = evidence_roles(view)
    sentences = [one for one in page.statements if one.kind in ("benefit", "risk")]
    faults: list[Diagnostic] = []
    for shown, where in ((page.statements, ""), (page.first_layer, " on the first layer")):
        benefit = sum(word_count(one.plain) for one in shown if one.kind == "benefit")
        risk = sum(word_count(one.plain) for one in shown if one.kind == "risk")
        if benefit and risk < RISK_SHARE * benefit:
            faults.append(
                _page_finding(
                    view.document,
                    "benefits-outweigh-risks",
                    f"{risk} words of risk stand against {benefit} words of benefit{where}.",
                    f"Say at least {RISK_SHARE:g} words of risk for each word of benefit.",
                )
            )
            break
    kinds = [one.kind for one in sentences]
    if "benefit" in kinds and "risk" not in kinds[: kinds.index("benefit") + 2]:
        first = sentences[kinds.index("benefit")]
        faults.append(
            statement_fault(
                page,
                first,
                "benefit-before-risk",
                "The first benefit is not followed at once by a risk, nor does one come before.",
                "Put the main risks before the first benefit, or right after it.",
            )
        )
    for section in page:
        benefits = [one for one in section.statements if one.kind == "benefit"]
        limited = benefits and any(
            one.kind == "risk"
            or NOT_KNOWN.search(one.plain)
            or any(roles.get(one.statement, {}).get(key, "") in _LIMITS for key in one.cites)
            for one in section.statements
        )
        if benefits and not limited:
            faults.append(
                statement_fault(
                    page,
                    benefits[0],
                    "benefits-alone",
                    f"The section '{section.title or section.section}' has benefits and neither a "
                    "risk nor a limit.",
                    "Say in the same section what speaks against it, or what is not known.",
                )
            )
    return faults


def judge_topics(view: PageView, *, edition: Edition = "current") -> list[Diagnostic]:
    """Return the questions that a page must or should answer and does not."""
    page = view.edition(edition)
    shown = {one.statement for one in page.statements}
    [document] = view.rows("documents")
    kind = document["kind"]
    rows = view.rows("topics")
    names = {row["topic"] for row in rows}
    known = {
        row["topic"]: row
        for row in rows
        if not (kind and row["kinds"]) or kind in row["kinds"].split()
    }
    covered: set[str] = set()
    faults: list[Diagnostic] = []
    for row in view.rows("statements"):
        if row["statement"] not in shown or edition != "current":
            continue
        for topic in row["topics"].split():
            covered.add(topic)
            if topic not in names:
                faults.append(
                    Diagnostic(
                        rule="unknown-topic",
                        message=f"There is no topic '{topic}'.",
                        hint="Use a key of topics.csv.",
                        table="statements",
                        key=f"{page.document}/{row['statement']}",
                        column="topics",
                        cell=row["topics"],
                    )
                )
    for topic, row in known.items():
        if topic not in covered:
            must = row["level"] == "must"
            faults.append(
                _page_finding(
                    view.document,
                    "topic-missing",
                    f"No statement answers: {row['question']}",
                    f"Write one and give it the topic '{topic}'.",
                    severity="error" if must else "warning",
                )
            )
    return [*faults, *_out_of_order(view, page, known)] if kind and edition == "current" else faults


def _out_of_order(
    view: PageView, page: Document, topics: Mapping[str, Mapping[str, Any]]
) -> Iterator[Diagnostic]:
    """Yield the questions that a page answers before others that readers need answered first.

    A question is answered where most of its statements stand, under one of the page's own
    headings; of those, as few as can be are named.
    """
    groups = {one.section: place for place, group in enumerate(page.groups) for one in group}
    told: dict[str, Counter[int]] = {}
    for row in view.rows("statements"):
        if row["position"] is not None:
            for topic in set(row["topics"].split()) & topics.keys():
                told.setdefault(topic, Counter())[groups[row["section"]]] += 1
    homes = {
        topic: min(places, key=lambda one: (-places[one], one)) for topic, places in told.items()
    }
    ordered = sorted(
        (one for one in homes if topics[one]["order"] is not None),
        key=lambda one: (topics[one]["order"], homes[one]),
    )
    # The most that stand in order, ending at each: the rest stand elsewhere than they should.
    runs: list[list[str]] = []
    for one in ordered:
        before = [run for run in runs if homes[run[-1]] <= homes[one]]
        runs.append([*max(before, key=len, default=[]), one])
    kept = max(runs, key=len, default=[])
    for one in ordered:
        if one not in kept:
            heading = page.groups[homes[one]][0].title
            yield _page_finding(
                view.document,
                "topic-out-of-order",
                f"Readers need it elsewhere than under '{heading}': {topics[one]['question']}",
                "Move what answers it to where topics.csv has it among the questions, or say "
                "another order there.",
                severity="advice",
            )


FIRST_LAYER = 900
"""How many words a reader meets at most before unfolding anything."""

HEADINGS = 7
"""How many headings of its own a page has at most, what it says of itself counted as one."""


def judge_layers(view: PageView, *, edition: Edition = "current") -> list[Diagnostic]:
    """Return where a page asks too much of a tired reader: its first layer, its headings.

    A card for an emergency is read by somebody in a hurry: some of it must be seen at once.
    """
    page = view.edition(edition)
    if edition != "current":
        return []
    faults = []
    words = sum(word_count(one.plain) for one in page.first_layer)
    if words > FIRST_LAYER:
        faults.append(
            _page_finding(
                view.document,
                "first-layer-too-long",
                f"The first layer has {words} words; a tired reader takes in {FIRST_LAYER}.",
                "Give statements that can wait the layer 'more': they are folded behind the rest.",
                severity="advice",
            )
        )
    for section in page:
        if section.form == "emergency" and section.blocks and not section.seen:
            faults.append(
                Diagnostic(
                    rule="card-folded",
                    message=f"Nothing of the card '{section.title or section.section}' is seen "
                    "until a reader unfolds it.",
                    hint="Empty the layer of the statements that say what to do.",
                    table="sections",
                    key=f"{page.document}/{section.section}",
                    column="form",
                    cell=section.form,
                )
            )
    headings = sum(bool(head.title) for head, *_ in page.groups)
    if headings >= HEADINGS:
        faults.append(
            _page_finding(
                view.document,
                "too-many-headings",
                f"The page has {headings} headings of its own, and one more for what it says of "
                f"itself; {HEADINGS} in all can be taken in at once.",
                "Put sections under others: fill in the column 'under' of sections.csv.",
                severity="advice",
            )
        )
    return faults


_CRISIS = re.compile(
    r"\b(?:suicid\w*|self[- ]harm\w*|harm(?:ing)? yourself|(?:in|a|acute) crisis|crisis\b"
    r"|acute distress)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def _spoken_of_crisis(words: str) -> tuple[int, int] | None:
    """Return where words speak of crisis, suicide or self-harm; None where they do not."""
    found = _CRISIS.search(words)
    return found.span() if found else None


_CONTACT = re.compile(r"\d|\]\(")
"""A number to call, or a link."""


def judge_notices(view: PageView, *, edition: Edition = "current") -> list[Diagnostic]:
    """Return where a notice that a page needs is missing.

    A notice whose ``needs`` is ``every-page`` must stand on each page, not folded. One whose
    ``needs`` is ``crisis`` must stand in the first section of a page that speaks of crisis, suicide
    or self-harm, and again in the section of each such sentence; where that is not folded, so that
    one with a number or an address is seen.
    """
    page = view.edition(edition)
    needs = {
        row["notice"]: row["needs"]
        for row in view.rows("notices")
        if row["language"] == page.language
    }
    crisis = {notice for notice, need in needs.items() if need == "crisis"}
    used = {one.notice for one in page.first_layer}
    faults = [
        _page_finding(
            view.document,
            "notice-missing",
            f"The notice '{notice}' is missing; every page must carry it.",
            "Add a statement with that notice, at the top.",
        )
        for notice, need in needs.items()
        if need == "every-page" and notice not in used
    ]
    sections = list(page)
    mentioned = False
    for section in sections:
        there = {one.notice for one in section.statements}
        seen = [one for block in section.seen for one in block.statements]
        helped = any(one.notice in crisis and _CONTACT.search(one.text) for one in seen)
        for one in section.statements:
            said = one.plain if edition == "supplied" else one.text
            spoken = _spoken_of_crisis(said)
            if one.notice or not (spoken or _spoken_of_crisis(one.label)):
                continue
            mentioned = True
            if not crisis or not crisis <= there:
                faults.append(
                    statement_fault(
                        page,
                        one,
                        "crisis-contacts-missing",
                        "The sentence speaks of crisis or suicide, and no crisis contacts stand "
                        "beside it.",
                        "Add the crisis notices to this section.",
                        span=spoken,
                    )
                )
            elif one in seen and not helped:
                faults.append(
                    statement_fault(
                        page,
                        one,
                        "crisis-contacts-folded",
                        "The sentence speaks of crisis or suicide where all see it, and the crisis "
                        "contacts beside it are folded.",
                        "Empty the layer of a crisis notice with a number in this section.",
                        span=spoken,
                    )
                )
    first = {one.notice for one in sections[0].statements} if sections else set()
    if mentioned and (not crisis or not crisis <= first):
        faults.append(
            _page_finding(
                view.document,
                "crisis-contacts-missing",
                "The page speaks of crisis or suicide and does not start with crisis contacts.",
                "Put the crisis notices into the first section.",
            )
        )
    return faults


def judge_strings(view: PageView) -> list[Diagnostic]:
    """Return the words of the furniture that a page's language lacks, or that say something else.

    Until all are there, all furniture of the page is English. What says in English how far a page
    can be trusted is as shipped, and a row that says otherwise has no effect but this fault.
    """
    [page] = view.rows("documents")
    language = page["language"]
    base = language.casefold().split("-")[0]
    tags = {base, language.casefold()}
    say = view.edition().say
    there, faults = set(), []
    for row in view.rows("strings"):
        tag, name = row["language"].casefold(), row["string"]
        if tag in tags:
            there.add(name)
        said = _string_fault(row, say.texts) if tag in {*tags, "en"} else None
        if said and (tag in tags or said[0] == "state-words-changed"):
            rule, message, hint = said
            faults.append(
                Diagnostic(
                    rule=rule,
                    message=message,
                    hint=hint,
                    table="strings",
                    key=f"{name}/{row['language']}",
                    column="text",
                    cell=row["text"],
                )
            )
    needed = set() if base == "en" else set(english().texts) - there
    if not needed:
        return faults if say.checked else [*faults, _not_checked(view.document, language)]
    return [
        *faults,
        _page_finding(
            view.document,
            "strings-missing",
            f"In '{language}' the page lacks: {', '.join(sorted(needed))}.",
            "Add a row to strings.csv for each; until then the words around the sentences are "
            "English.",
        ),
    ]


def _not_checked(document: str, language: str) -> Diagnostic:
    """Return that the words around the sentences are a translation that nobody has vouched for."""
    return _page_finding(
        document,
        "strings-not-checked",
        f"No native speaker has checked all words around the sentences in '{language}', and the "
        "page says so.",
        "Let somebody who grew up with the language read the page, mend strings.csv with them, and "
        "put the day into checked_on.",
        severity="advice",
    )


def _string_fault(row: dict[str, str], texts: Mapping[str, str]) -> tuple[str, str, str] | None:
    """Return rule, message and hint of what is wrong with a string; `texts` are those beside it."""
    name, text = row["string"], row["text"]
    shipped = english().texts
    if name not in shipped:
        return None
    trusted = name.startswith(STATE_WORDS)
    if row["language"].casefold().split("-")[0] == "en" and trusted and text != shipped[name]:
        return (
            "state-words-changed",
            f"The page keeps saying '{shipped[name]}': no project rewords how far to trust a page.",
            "Put the shipped words back, or delete the row.",
        )
    if lost := _lost_fields(name, text):
        return (
            "string-lacks-fields",
            f"It must hold {', '.join(lost)}, as the English does.",
            "Put each where the sentence needs it.",
        )
    alike = [
        other
        for other, said in texts.items()
        if trusted
        and other.startswith(STATE_WORDS)
        and said == text
        and shipped[other] != shipped[name]
    ]
    if alike:
        return (
            "state-words-alike",
            f"It says the same as '{alike[0]}', which means something else.",
            "Translate both so that a reader can tell them apart.",
        )
    return None


def _lost_fields(name: str, text: str) -> list[str]:
    """Return what the English of a string holds for the page to fill in, and a text does not."""
    wanted = english().texts[name]
    lost = [one for one in re.findall(r"\{\w+\}", wanted) if one not in text]
    parts = wanted.count("|") + 1
    return lost + ([f"{parts} parts between |"] if text.count("|") + 1 != parts else [])


def _page_finding(
    document: str, rule: str, message: str, hint: str, *, severity: Severity = "error"
) -> Diagnostic:
    """Return a finding on a page as a whole."""
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
