"""What is wrong with what an editor has typed, and which sign-offs a change voids."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ketcontent.approvals import SignoffStatus, judge_signoffs, signables, signoff_statuses
from ketcontent.checks import (
    check_page,
    current_waivers,
    judge_answers,
    judge_by_plugins,
    judge_certainty,
    judge_readability,
    judge_repetition,
    judge_rules,
    judge_supplier,
    judge_support,
    judge_tables,
    judge_terms,
)
from ketcontent.clock import today
from ketcontent.diagnostics import Diagnostic
from ketcontent.editor.session import Session
from ketcontent.model import Content
from ketcontent.pages import PageView


def faults_of(content: Content, document: str, statement: str) -> list[Diagnostic]:
    """Return what the judges find in one statement, worst first, waived findings aside."""
    page = PageView(content, document)
    found = [*sentence_faults(alone_with(page, statement), statement)]
    found += page_faults(page, statement, signoff_statuses(page))
    return worst_first(found)


def sentence_faults(alone: PageView, statement: str) -> list[Diagnostic]:
    """Return what the judges find in a statement who look at one sentence at a time.

    They see a page of that sentence alone (`alone_with`), so this takes no longer on a long page.
    """
    judges: tuple[Callable[..., list[Diagnostic]], ...] = (
        judge_support,
        judge_certainty,
        judge_rules,
        judge_readability,
        judge_supplier,
    )
    found = [fault for judge in judges for fault in judge(alone)]
    return _standing(alone.content, found, f"{alone.document}/{statement}")


def page_faults(page: PageView, statement: str, statuses: list[SignoffStatus]) -> list[Diagnostic]:
    """Return what the judges find in a statement who read the whole page.

    First use, repetition, how many cells a row has beside its table's, what became of the supplied
    sentence and sign-offs (`signoff_statuses`), which depend on where it and others stand; and the
    judges of other packages, which may take their time.
    """
    found = [*page.once(judge_terms), *page.once(judge_repetition), *judge_by_plugins(page)]
    found += [*page.once(judge_tables), *page.once(judge_answers)]
    found += judge_signoffs(page, [one for one in statuses if one.statement == statement])
    return _standing(page.content, found, f"{page.document}/{statement}")


def open_errors(page: PageView, signed: str) -> list[Diagnostic]:
    """Return the errors in what is signed, by its key, but for sign-offs that are missing."""
    if ":" not in signed:
        found = faults_of(page.content, page.document, signed)
    else:
        rows = {(one.table, one.row) for one in signables(page) if one.key == signed}
        found = [one for one in check_page(page) if (one.table, one.key) in rows]
    return [
        one for one in found if one.severity == "error" and not one.rule.startswith("sign-off-")
    ]


def worst_first(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return faults of one statement, each once, errors first, then by their place."""
    order = {"error": 0, "warning": 1, "advice": 2}
    return sorted(dict.fromkeys(found), key=lambda one: (order[one.severity], one.span or (0, 0)))


def _standing(content: Content, found: list[Diagnostic], key: str) -> list[Diagnostic]:
    """Return the faults of a statement and its evidence that no waiver sets aside today."""
    passing = current_waivers(content, today())
    return [
        one
        for one in found
        if (one.key == key or one.key.startswith(f"{key}/"))
        and (one.table, one.key, one.rule) not in passing
    ]


def alone_with(page: PageView, statement: str) -> PageView:
    """Return a view of a page with one statement alone."""
    own = {
        table: [row for row in page.rows(table) if row["statement"] == statement]
        for table in ("statements", "evidence", "signoffs")
    }
    homes = {row["section"] for row in own["statements"]}
    shown = [row for row in page.rows("sections") if row["section"] in homes]
    own["sections"] = [{**row, "heading": ""} for row in shown]
    others = ("documents", "notices", "terms", "sources", "waivers", "releases")
    own |= {table: page.rows(table) for table in others}
    return PageView(page.content, page.document, page.shared, page.worked_out, own)


@dataclass(frozen=True, slots=True)
class Voided:
    """A sign-off that is valid as saved and would not be after a save."""

    statement: str
    """The statement."""
    capacity: str
    """As what it was signed."""
    name: str
    """Who signed."""
    signed_on: str
    """When."""


def voided(session: Session) -> list[Voided]:
    """Return the sign-offs that a save would void."""
    if session.saved.signoffs.empty or session.saved is session.content:
        return []
    names = {row["person"]: row["name"] for row in session.content.rows("people")}
    now = {
        (one.statement, one.capacity): one.state
        for one in signoff_statuses(PageView(session.content, session.document))
    }
    return [
        Voided(one.statement, one.capacity, names.get(one.person, one.person), one.signed_on)
        for one in signoff_statuses(PageView(session.saved, session.document))
        if one.state == "valid" and now.get((one.statement, one.capacity)) != "valid"
    ]
