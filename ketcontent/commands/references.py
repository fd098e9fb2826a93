"""Take references in and out, and ask the registries about them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ketcontent.commands.options import DATA
from ketcontent.terminal import say, show_progress


@click.command(name="import-sources", short_help="Take in references: CSL-JSON, RIS, BibTeX.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
@DATA
def import_sources(file: Path, dry_run: bool, data: str) -> None:
    """Take in the sources of FILE: CSL-JSON (Zotero, Crossref), RIS or BibTeX.

    Good entries come in; the others are named, each with its line and what to do (exit status 1).
    An update of a source that is there names each cell, old and new.
    """
    from ketcontent.importing import read_sources, take_in, told
    from ketcontent.model import read_content, write_content

    content = read_content(data)
    entries = read_sources(file)
    taken = take_in(content, entries)
    if taken.content is not content and not dry_run:
        write_content(taken.content)
    for line in told(entries, taken, str(file)):
        say(line)
    if dry_run:
        say("Nothing was written.")
    if taken.refused:
        raise SystemExit(1)


@click.command(name="export-sources")
@DATA
def export_sources(data: str) -> None:
    """Print all sources as CSL-JSON."""
    from ketcontent.importing import write_sources
    from ketcontent.model import read_content

    say(write_sources(read_content(data)), nl=False, form="json")


@click.group()
def sources() -> None:
    """Keep the sources true: what registries say of them now."""


@sources.command(name="look-up", short_help="Ask Crossref, DataCite and PubMed about sources.")
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@click.option(
    "--contact",
    envvar="KETCONTENT_CONTACT",
    default="",
    metavar="MAIL",
    help="Your mail address, which goes with every question; or set KETCONTENT_CONTACT.",
)
@click.option(
    "--take/--leave",
    "take",
    default=None,
    help="Take the fields that differ, or leave them; by default you are asked, once.",
)
@click.option("--dry-run", is_flag=True, help="Say what is answered, and write nothing.")
@click.option("--fresh", is_flag=True, help="Ask again for what was answered within a day.")
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Keep the answers of a day here, and not in your cache folder.",
)
@DATA
def look_up_(
    keys: tuple[str, ...],
    contact: str,
    take: bool | None,
    dry_run: bool,
    fresh: bool,
    cache: Path | None,
    data: str,
) -> None:
    """Look up the sources KEY, by default all, and note what is answered.

    By DOI at Crossref, which Retraction Watch reports to as well, or at DataCite; by PubMed id at
    PubMed; a label or guideline at its address. Retractions, expressions of concern and corrections
    are noted in sources.csv, with the day of the look-up where the answer is definite: a source
    that no registry knows gets none. Fields that differ are shown as a redline and taken with one
    yes.

    Questions go out one by one, as often as each registry allows. Answers are kept for a day, so a
    run that was interrupted goes on where it ended. Without a connection nothing is written. Exit
    status 1 where a source was retracted or is in doubt, or one gave no answer.

    Addresses to ask instead: KETCONTENT_CROSSREF, KETCONTENT_DATACITE, KETCONTENT_PUBMED,
    KETCONTENT_DAILYMED, KETCONTENT_PAGES (of web pages). KETCONTENT_PUBMED_KEY is a key of NCBI's.
    """
    from ketcontent.execution import Progress
    from ketcontent.model import read_content, write_content
    from ketcontent.registries import (
        Client,
        cache_folder,
        look_up,
        noted,
        sources_to_ask,
        taken,
        to_text,
    )
    from ketcontent.text import counted

    content = read_content(data)
    wanted = sources_to_ask(content, keys)
    client = Client(contact, cache or cache_folder(), fresh)
    client.clear_up()
    with show_progress("sources", at_end="") as show:
        found = look_up(content, wanted, client, progress=lambda *so_far: show(Progress(*so_far)))
    say(to_text(found, content))
    if others := len(set(keys or content.sources["source"])) - len(wanted):
        say(f"{counted(others, 'source')} without a DOI, PubMed id or address to look up.")
    if not dry_run:
        content = write_content(noted(content, found))
    if fields := [field for one in found for field in one.differences]:
        what = counted(len(fields), "field")
        if take is None and not dry_run:
            try:
                take = click.confirm(
                    f"Take {what} as the registries have them? Sign-offs of sentences that cite "
                    "these sources are stale then."
                )
            except click.Abort:  # nobody is there to ask
                say("", err=True)
        if take and not dry_run:
            write_content(taken(content, fields))
            say(f"Took {what}.")
        else:
            say(f"{what}, left as the table has them.")
    if dry_run:
        say("Nothing was written.")
    if any(one.is_alarming or one.failures for one in found):
        sys.exit(1)
