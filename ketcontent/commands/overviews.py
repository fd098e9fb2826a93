"""Print a page, its faults, its dates, its history and what a change touches."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ketcontent.commands.options import DATA
from ketcontent.errors import BrokenTables
from ketcontent.terminal import say

if TYPE_CHECKING:
    from ketcontent.pages import Edition


@click.command()
@click.argument("document")
@click.option("--section", default="", metavar="S", help="One section of it, by its key.")
@click.option(
    "--edition",
    type=click.Choice(["current", "supplied"]),
    default="current",
    show_default=True,
    help="The page as it is now, or as it was received.",
)
@click.option(
    "--to",
    "form",
    type=click.Choice(["text", "markdown", "html"]),
    default="text",
    show_default=True,
    help="The form to print it in.",
)
@DATA
def assemble(document: str, section: str, edition: Edition, form: str, data: str) -> None:
    """Print a page, or a section of it."""
    from ketcontent.model import read_content
    from ketcontent.pages import assemble

    page = assemble(read_content(data), document, edition=edition, section=section)
    drawn = {"text": page.to_text, "markdown": page.to_markdown, "html": page.to_html}[form]()
    say(drawn.rstrip("\n"))


@click.command(short_help="Find every fault of the pages.")
@click.argument("documents", nargs=-1)
@click.option(
    "--edition",
    "editions",
    type=click.Choice(["current", "supplied"]),
    multiple=True,
    default=["current"],
    show_default=True,
    help="The edition to judge; may be given twice.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "jsonl", "github", "sarif", "junit"]),
    default="text",
    show_default=True,
    help="The form of the report; json is one list, jsonl an object a line.",
)
@click.option("--release", is_flag=True, help="Judge whether the pages may be released today.")
@click.option(
    "--notebooks",
    default="notebooks",
    show_default=True,
    metavar="DIR",
    help="With --release: the folder of the notebooks.",
)
@DATA
def check(
    documents: tuple[str, ...],
    editions: tuple[Edition, ...],
    form: str,
    release: bool,
    notebooks: str,
    data: str,
) -> None:
    """Find every fault of DOCUMENTS, by default all; exit 1 where there is an error."""
    from ketcontent.checks import check, drawn, release_faults, to_summary
    from ketcontent.diagnostics import Report
    from ketcontent.model import read_content

    try:
        content = read_content(data)
    except BrokenTables as broken:
        report = broken.report
    else:
        report = check(content, documents, editions=editions)
        if release:
            pages = documents or tuple(content.documents["document"])
            more = release_faults(content, pages, notebooks).values()
            report = Report.of([*report, *(one for found in more for one in found)])
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if form == "github" and summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(to_summary(report) + "\n")
    if said := drawn(report, form):  # no fault is no line of JSON Lines
        say(said, form=form)
    if release and not report.has_errors:
        say("Ready for release.", err=True)
    if report.has_errors:
        sys.exit(1)


@click.command(short_help="List what is late, and what falls due.")
@click.argument("documents", nargs=-1)
@click.option(
    "--days",
    type=click.IntRange(0, 36_500),
    default=90,
    show_default=True,
    help="How many days ahead to look.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "ics"]),
    default="text",
    show_default=True,
    help="The form; json is one list with an object a row, ics a calendar.",
)
@DATA
def due(documents: tuple[str, ...], days: int, form: str, data: str) -> None:
    """List what must be looked at again of DOCUMENTS, by default all.

    Retractions, newer versions of labels and guidelines, crisis contacts, waivers and signing keys
    that end, reviews of pages that have all sign-offs (of others the text says so). Exit status: 0
    where nothing is late; 1 where something is, or was never done: its day is past. What is due
    today or later is not late. It is meant for a weekly run: it sends nothing and opens nothing.

    A calendar (RFC 5545) has an all-day event for what is to be done by one day; what is late
    stands on the day that the calendar was made on, and its last event says to make it anew.
    """
    from ketcontent.clock import today
    from ketcontent.model import read_content
    from ketcontent.reports import outlook, to_calendar, to_json, to_text

    content, day = read_content(data), today()
    found, unreviewed = outlook(content, documents, as_of=day, days=days)
    drawn = {
        "text": lambda: to_text(found, as_of=day, days=days, unreviewed=unreviewed),
        "json": lambda: to_json(found),
        "ics": lambda: to_calendar(found, content, as_of=day, days=days),
    }
    say(drawn[form](), form=form)
    if any(one.is_late for one in found):
        sys.exit(1)


@click.command(short_help="Print what changed between two versions.")
@click.argument("document")
@click.option(
    "--from",
    "old",
    default="supplied",
    show_default=True,
    metavar="EDITION|REF",
    help="The old version: an edition, or a commit.",
)
@click.option(
    "--to",
    "new",
    default="current",
    show_default=True,
    metavar="EDITION|REF",
    help="The new version: an edition, or a commit.",
)
@DATA
def redline(document: str, old: str, new: str, data: str) -> None:
    """Print what changed in DOCUMENT between two editions, or two commits of the tables."""
    from ketcontent.reports import changes_between, version

    before, after = version(data, document, old), version(data, document, new)
    changes = changes_between(before, after)
    for change in changes:
        say(str(change))
    if not changes:
        say(f"Nothing of {document} differs between {old} and {new}.")


@click.command(short_help="Tell what became of a statement: words, grade, sources, sign-offs.")
@click.argument("statement")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="The form.",
)
@DATA
def history(statement: str, form: str, data: str) -> None:
    """Tell what became of STATEMENT, commit by commit: who changed what of it, and when.

    Words (a redline), grade, kind, sources, evidence, sign-offs, what the supplier sent, oldest
    first, then what is not committed yet and where its sign-offs stand now. STATEMENT is its key,
    or PAGE/KEY. One that was deleted is told to its end; one that was given another key, with the
    words it had, is told from before that.
    """
    from ketcontent.reports import statement_history

    told = statement_history(data, statement)
    say(str(told) if form == "text" else told.to_json(), form=form)


@click.command(short_help="List what a change would touch.")
@click.argument("kind", type=click.Choice(["notice", "source", "term"]))
@click.argument("key")
@click.option("--fail-over", type=click.IntRange(min=0), help="Exit 1 when more are touched.")
@DATA
def impact(kind: str, key: str, fail_over: int | None, data: str) -> None:
    """List what a change to a notice, source or term touches: statements, pages, sign-offs."""
    from ketcontent.model import read_content
    from ketcontent.reports import impact

    touched = impact(read_content(data), kind, key)
    say(str(touched))
    if fail_over is not None and len(touched.statements) > fail_over:
        sys.exit(1)
