"""All judges, one report.

A judge looks at a view of one page in one edition and returns its faults, with the table, the row
and the words at fault; it changes nothing. `check` runs every judge over every page, adds the
section, the file and the line of each fault, and sets aside what is waived.
"""

from __future__ import annotations

import concurrent.futures
import datetime
import gc
import math
import multiprocessing
import os
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from itertools import repeat

from ketcontent.approvals import (
    SignoffStatus,
    judge_review_date,
    judge_signatures,
    judge_signoffs,
    signoff_statuses,
)
from ketcontent.checks.answers import judge_answers
from ketcontent.checks.certainty import judge_certainty
from ketcontent.checks.comparisons import judge_comparisons
from ketcontent.checks.coverage import (
    judge_balance,
    judge_layers,
    judge_notices,
    judge_strings,
    judge_topics,
)
from ketcontent.checks.dates import judge_freshness
from ketcontent.checks.help_lines import judge_help_lines
from ketcontent.checks.plugins import judge_by_plugins
from ketcontent.checks.reading_levels import judge_readability
from ketcontent.checks.repetition import judge_repetition
from ketcontent.checks.rules import judge_phrases, judge_rules
from ketcontent.checks.signing_keys import judge_revoked_keys
from ketcontent.checks.source_states import judge_source_states
from ketcontent.checks.supplier import judge_supplier
from ketcontent.checks.support import judge_sources, judge_support
from ketcontent.checks.tables import judge_tables
from ketcontent.checks.terms import judge_terms
from ketcontent.checks.unseen import judge_signers, judge_unseen
from ketcontent.checks.waivers import current_waivers, judge_waivers
from ketcontent.clock import today
from ketcontent.dependencies import is_tracing
from ketcontent.diagnostics import Diagnostic, Report
from ketcontent.errors import UnknownName, given_names
from ketcontent.model import Content
from ketcontent.pages import Edition, PageView, page_views

JUDGES: tuple[Callable[..., list[Diagnostic]], ...] = (
    judge_support,
    judge_source_states,
    judge_certainty,
    judge_balance,
    judge_topics,
    judge_layers,
    judge_notices,
    judge_rules,
    judge_terms,
    judge_readability,
    judge_repetition,
    judge_tables,
    judge_unseen,
    judge_by_plugins,
)
"""The judges of one page in one edition."""

_CURRENT: tuple[Edition, ...] = ("current",)

MANY_PAGES = 64
"""Pages from which on it is worth the while to start processes."""


def check(
    content: Content,
    documents: Sequence[str] = (),
    *,
    editions: Collection[Edition] = _CURRENT,
    as_of: datetime.date | None = None,
) -> Report:
    """Return every fault of the content, worst first.

    Parameters
    ----------
    content
        The tables, which `read_content` has found sound.
    documents
        The pages, or one alone: ``"ketamine"``; by default all.
    editions
        Which editions to judge. Sign-offs, sources and dates belong to the current one.
    as_of
        The day to judge dates by; by default today (`today`).

    Raises
    ------
    UnknownName
        When there is no such document.
    WrongParameter
        When a document or an edition is no text.

    Examples
    --------
    >>> from ketcontent.model import read_content
    >>> report = check(read_content("data"), editions=["supplied"])
    >>> report.has_errors
    True
    """
    known = list(content.documents["document"])
    documents = given_names("document", documents)
    chosen = given_names("edition", editions)
    for name in documents:
        if name not in known:
            raise UnknownName.of("document", name, known)
    day = as_of or today()
    with _collector_held() if len(documents or known) < MANY_PAGES else nullcontext():
        found = _judge_pages(content, list(documents) or known, chosen, day)
        if "current" in chosen:
            found += _judge_tables(content, documents)
        return _report(content, found, documents, day)


@contextmanager
def _collector_held() -> Iterator[None]:
    """Let Python not look for garbage meanwhile: a quarter of the time of a page, for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def check_page(view: PageView, statuses: Sequence[SignoffStatus] | None = None) -> Report:
    """Return what `check` does of the current edition of a page, for who holds a view of it.

    And who may hold the `signoff_statuses` of it too.
    """
    day, documents = today(), (view.document,)
    found = judge_page(view, editions=_CURRENT, as_of=day, statuses=statuses)
    return _report(view.content, found + _judge_tables(view.content, documents), documents, day)


def _judge_tables(content: Content, documents: Sequence[str]) -> list[Diagnostic]:
    return judge_sources(content, documents) + judge_phrases(content)


def _report(
    content: Content, found: list[Diagnostic], documents: Sequence[str], day: datetime.date
) -> Report:
    """Return what was found and is not waived, and what is wrong with the waivers themselves."""
    waived = current_waivers(content, day)
    left = [one for one in found if (one.table, one.key, one.rule) not in waived]
    return Report.of(with_places(left + judge_waivers(content, found, documents), content))


def _judge_pages(
    content: Content, documents: list[str], editions: tuple[Edition, ...], day: datetime.date
) -> list[Diagnostic]:
    """Return what the judges of pages find, page by page; of many pages, on all cores."""
    cores = usable_cores()
    if cores == 1 or len(documents) < MANY_PAGES:
        return _judge_in_turn(content, documents, editions, day)
    size = math.ceil(len(documents) / cores)
    with concurrent.futures.ProcessPoolExecutor(
        cores,
        mp_context=multiprocessing.get_context("fork"),
        initializer=_inherit,
        initargs=(content,),
    ) as pool:
        found = pool.map(
            _judge_inherited,
            [documents[start : start + size] for start in range(0, len(documents), size)],
            repeat(editions),
            repeat(day),
        )
        return [one for of_some in found for one in of_some]


def usable_cores() -> int:
    """Return on how many cores pages may be judged.

    One where processes cannot be forked, or not safely: beside another thread, such as those of a
    kernel, which may hold a lock that nobody would ever release in the new process. One, too,
    where a build follows what this process reads.
    """
    alone = threading.active_count() == 1 and not is_tracing()
    if not alone or not hasattr(os, "sched_getaffinity"):  # macOS has fork, and threads of its own
        return 1
    return len(os.sched_getaffinity(0))


_inherited: list[Content] = []
"""In a forked process, the tables; they need not be sent to it."""


def _inherit(content: Content) -> None:
    _inherited[:] = [content]


def _judge_inherited(
    documents: list[str], editions: tuple[Edition, ...], day: datetime.date
) -> list[Diagnostic]:
    return _judge_in_turn(_inherited[0], documents, editions, day)


def _judge_in_turn(
    content: Content, documents: list[str], editions: tuple[Edition, ...], day: datetime.date
) -> list[Diagnostic]:
    return [
        one
        for view in page_views(content, documents)
        for one in judge_page(view, editions=editions, as_of=day)
    ]


def judge_page(
    view: PageView,
    *,
    editions: Collection[Edition],
    as_of: datetime.date,
    statuses: Sequence[SignoffStatus] | None = None,
) -> list[Diagnostic]:
    """Return what all judges of a page find, waived or not; its slice of the tables is enough."""
    found = [
        one for edition in editions for judge in JUDGES for one in _found_by(judge, view, edition)
    ]
    if "current" in editions:
        statuses = signoff_statuses(view) if statuses is None else statuses
        found += judge_supplier(view)
        found += view.once(judge_answers)
        found += judge_signoffs(view, statuses)
        found += judge_signatures(view)
        found += judge_revoked_keys(view, statuses)
        found += judge_signers(view)
        found += judge_review_date(view, statuses, as_of=as_of)
        found += judge_freshness(view, as_of=as_of)
        found += judge_help_lines(view)
        found += judge_comparisons(view)
        found += judge_strings(view)
    return found


def _found_by(
    judge: Callable[..., list[Diagnostic]], view: PageView, edition: Edition
) -> list[Diagnostic]:
    """Return what a judge finds: on the page as it is now, once for all who ask.

    A judge of another package may look at more than the page, and is asked each time.
    """
    if edition == "current" and judge is not judge_by_plugins:
        return view.once(judge)
    return judge(view, edition=edition)


def with_places(found: Sequence[Diagnostic], content: Content) -> list[Diagnostic]:
    """Return faults with the section, the file and the line of their rows."""
    columns = ("document", "statement", "section", "supplied_section")
    rows = zip(*(content.statements[name].tolist() for name in columns), strict=True)
    homes = {(page, key): (section, supplied) for page, key, section, supplied in rows}
    origin = content.origin
    if origin is None:
        return [one.at(_section_of(one, homes), one.file, one.line) for one in found]
    tables = {one.table for one in found if one.table}
    files = {table: (origin.folder / f"{table}.csv").as_posix() for table in tables}
    lines = {
        (table, "/".join(key)): line
        for table in tables & origin.schemas.keys()
        for key, line in origin.lines(table).items()
    }
    return [
        one.at(
            _section_of(one, homes),
            files[one.table] if one.table else one.file,
            lines.get((one.table, one.key)) if one.table else one.line,
        )
        for one in found
    ]


def _section_of(one: Diagnostic, homes: dict[tuple[str, str], tuple[str, str]]) -> str:
    """Return the section in which the row of a fault is read, in the edition that is at fault."""
    document, _, row = one.key.partition("/")
    if one.table == "sections":
        return row
    if one.table not in ("statements", "evidence"):
        return ""
    current, supplied = homes.get((document, row.split("/")[0]), ("", ""))
    return supplied if one.column.startswith("supplied") else current
