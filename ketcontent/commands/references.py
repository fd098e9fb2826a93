"""Take references in and out, and ask the registries about them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ketcontent.commands.options import DATA
from ketcontent.errors import KetcontentError
from ketcontent.terminal import say, show_progress

if TYPE_CHECKING:
    from ketcontent.importing import Choice, Suggestion
    from ketcontent.model import Content


@click.command(name="import-sources", short_help="Take in references: CSL-JSON, RIS, BibTeX.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--same-key",
    type=click.Choice(["ask", "keep", "replace"]),
    default="keep",
    show_default=True,
    help="Where a key belongs to another source: ask with both side by side, keep both (this one "
    "under a key of its own), or replace the one that is there.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
@DATA
def import_sources(file: Path, same_key: str, dry_run: bool, data: str) -> None:
    """Take in the sources of FILE: CSL-JSON (Zotero, Crossref), RIS or BibTeX.

    Good entries come in; the others are named, each with its line and what to do (exit status 1).
    An update of a source that is there names each cell, old and new.
    """
    from ketcontent.importing import chosen, read_sources, suggested, take_in, told
    from ketcontent.model import read_content, write_content

    content = read_content(data)
    entries = read_sources(file)
    if same_key == "keep":
        taken = take_in(content, entries)
    else:
        suggestions = suggested(content, entries)
        taken = chosen(content, suggestions, _answers(content, suggestions, same_key))
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


CONTACT = click.option(
    "--contact",
    envvar="KETCONTENT_CONTACT",
    default="",
    metavar="MAIL",
    help="Your mail address, which goes with every question; or set KETCONTENT_CONTACT.",
)


@sources.command(name="add", short_help="Add a source by DOI, PubMed id, ISBN or address.")
@click.argument("given", nargs=-1, required=True, metavar="GIVEN...")
@click.option("--key", default="", help="What texts will cite it by, where it is one and new.")
@click.option("--look-up", "asks", is_flag=True, help="Ask the registries for the rest of it.")
@CONTACT
@click.option(
    "--same-key",
    type=click.Choice(["ask", "keep", "replace"]),
    default="ask",
    show_default=True,
    help="Where a key belongs to another source: ask, keep both, or replace the one that is there.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
@DATA
def add(
    given: tuple[str, ...],
    key: str,
    asks: bool,
    contact: str,
    same_key: str,
    dry_run: bool,
    data: str,
) -> None:
    """Add the sources GIVEN: each a DOI, a PubMed id, an ISBN, an address or a reference with one.

    Also https://doi.org/…, "PMID: 123", and CSL-JSON, RIS or BibTeX; - reads what is typed or
    piped. (A file: 'ketcontent import-sources FILE'.) Nobody is asked without --look-up: the row
    then has what was given, its cell 'unconfirmed' says so, and 'ketcontent check' names it until
    it is completed. A key that belongs to another source is asked about with both side by side;
    nothing is written before that is answered. Exit status 1 where a source is not taken in.
    """
    from ketcontent.importing import chosen, parse_given, require_source_key, suggested
    from ketcontent.model import read_content, write_content
    from ketcontent.registries import Client, cache_folder, complete

    if key:
        require_source_key(key)
    content = read_content(data)
    text = "\n\n".join(_typed(one) for one in given)
    entries = parse_given(text, "What was given")
    if asks:
        client = Client(contact, cache_folder())
        for place, entry in enumerate(entries):
            if not entry.fault:
                entries[place], told = complete(content, entry, client)
                for line in told:
                    say(line)
    suggestions = suggested(content, entries)
    if key and [one.kind for one in suggestions] not in (["new"], ["same-key"]):
        raise click.UsageError("--key is for one source that is new.")
    for one in suggestions:
        if one.kind != "same-key":
            say("\n".join(one.lines()))
    choices = _answers(content, suggestions, same_key, keeps=bool(key))
    taken = chosen(content, suggestions, choices, keys={0: key} if key else {})
    if taken.content is not content and not dry_run:
        write_content(taken.content)
    for name in taken.keys.values():
        say(f"Cite it as [@{name}].")
    if dry_run:
        say("Nothing was written.")
    if any(one.kind == "refused" for one in suggestions):
        sys.exit(1)


def _typed(given: str) -> str:
    """Return what was given; of -, what is typed or piped. The name of a file is none."""
    from ketcontent.importing import decoded_sources

    if given == "-":
        return decoded_sources(sys.stdin.buffer.read())
    if Path(given).suffix.lower() in (".bib", ".ris", ".json") and Path(given).is_file():
        raise KetcontentError(
            f"{given} is a file.", hint=f"Take in its references: ketcontent import-sources {given}"
        )
    return given


def _answers(
    content: Content, suggestions: Sequence[Suggestion], same_key: str, *, keeps: bool = False
) -> dict[int, Choice]:
    """Return what is to become of each reference, asked where a key belongs to another source."""
    from ketcontent.reports import impact

    choices: dict[int, Choice] = {}
    for place, one in enumerate(suggestions):
        if one.kind != "same-key" or keeps or same_key == "keep":
            choices[place] = "take"
        elif same_key == "replace":
            choices[place] = "replace"
        else:
            say("\n".join(one.lines()))
            say(f"Of the one that is there: {impact(content, 'source', one.other).head}.")
            answer = click.prompt(
                f"keep both (this one as {one.key}), replace {one.other}, or leave this one out",
                type=click.Choice(["k", "r", "l"]),
                default="l",
            )
            answers: dict[str, Choice] = {"k": "take", "r": "replace", "l": "leave"}
            choices[place] = answers[answer]
    return choices


@sources.command(name="look-up", short_help="Ask Crossref, DataCite and PubMed about sources.")
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@CONTACT
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
