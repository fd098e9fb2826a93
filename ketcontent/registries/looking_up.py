"""Look sources up: ask, decide what the answers mean, and note that in the table.

::

    row → questions → records of registries → LookedUp → noted (state, dates) → taken (fields)

A date is noted only where every registry that was asked answered, and at least one knows the work:
that none knows it (404) is no answer to whether it was retracted. Bad news is noted from whoever
gives it; what the table holds is never made better by a look-up, nor a later announcement replaced
by an earlier one.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ketcontent.checks import REVISED_TYPES
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.model import Content, frame_of
from ketcontent.pages import READ_BY_READERS
from ketcontent.registries import crossref, datacite, pubmed
from ketcontent.registries.client import CROSSREF, DATACITE, PUBMED, Answer, Client, Service
from ketcontent.registries.fields import FieldDifference, differences
from ketcontent.registries.records import (
    STATES,
    Announcement,
    NoAnswer,
    RegistryRecord,
    merged,
)
from ketcontent.registries.revisions import last_change
from ketcontent.text import counted


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What was answered about one source."""

    source: str
    """The source."""
    known_by: tuple[str, ...] = ()
    """The registries that know it."""
    unknown_to: tuple[str, ...] = ()
    """Those that do not."""
    failures: tuple[str, ...] = ()
    """Why there was no answer, of each that gave none."""
    answered_on: str = ""
    """The day of the oldest answer, where all that were asked answered and one knows it."""
    announcements: tuple[Announcement, ...] = ()
    """What was announced of it, the worst first."""
    differences: tuple[FieldDifference, ...] = ()
    """The fields of which a registry says something else."""
    newer: tuple[str, ...] = ()
    """What may be a newer version of it."""
    unchanged_on: str = ""
    """The day on which its address said that it had not changed since somebody last looked."""
    remarks: tuple[str, ...] = ()
    """What else somebody should know."""

    @property
    def is_alarming(self) -> bool:
        """Whether it was retracted or is in doubt."""
        return any(one.state != "corrected" for one in self.announcements)


def sources_to_ask(content: Content, keys: Sequence[str] = ()) -> list[str]:
    """Return the sources about which somebody can be asked: of those named, or of all.

    They have a DOI, a PubMed id or, where they come out in new versions, an address.

    Raises
    ------
    UnknownName
        When there is no such source.
    """
    rows = {row["source"]: row for row in content.rows("sources")}
    for key in keys:
        if key not in rows:
            raise UnknownName.of("source", key, rows)
    return [
        key
        for key in dict.fromkeys(keys or rows)
        if rows[key]["doi"] or rows[key]["pmid"] or _is_revised(rows[key])
    ]


def _is_revised(row: Mapping[str, str]) -> bool:
    return bool(row["url"]) and row["type"] in REVISED_TYPES


def look_up(
    content: Content,
    keys: Sequence[str],
    client: Client,
    *,
    progress: Callable[[int, int, str, float, str], None] = lambda *_: None,
) -> list[LookedUp]:
    """Return what registries answer about each source, in the order of the keys.

    Parameters
    ----------
    content
        The tables.
    keys
        The sources, of those in `sources_to_ask`.
    client
        Who asks.
    progress
        Called before the first and after each: how many are done and of how many, which was done
        and in how many seconds, and which is next.

    Raises
    ------
    KetcontentError
        When there is no connection at all.
    """
    rows = {row["source"]: row for row in content.rows("sources")}
    found: list[LookedUp] = []
    progress(0, len(keys), "", 0.0, next(iter(keys), ""))
    for place, key in enumerate(keys, start=1):
        start = client.clock()
        found.append(_looked_up(rows[key], client))
        following = keys[place] if place < len(keys) else ""
        progress(place, len(keys), key, client.clock() - start, following)
    return found


@dataclass(slots=True)
class _Answers:
    """What was gathered about one source."""

    records: list[RegistryRecord] = field(default_factory=list)
    unknown_to: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    days: list[datetime.date] = field(default_factory=list)


def _looked_up(row: Mapping[str, str], client: Client) -> LookedUp:
    answers = _asked_registries(row, client)
    known = tuple(one.registry for one in answers.records)
    told = LookedUp(
        row["source"],
        known_by=known,
        unknown_to=tuple(answers.unknown_to),
        failures=tuple(answers.failures),
        answered_on=str(min(answers.days)) if known and not answers.failures else "",
        announcements=merged(
            tuple(one for record in answers.records for one in record.announcements)
        ),
        differences=differences(row, answers.records),
        newer=tuple(
            f"{one} ({record.registry})" for record in answers.records for one in record.newer
        ),
    )
    return _with_revision(told, row, client) if _is_revised(row) else told


def _asked_registries(row: Mapping[str, str], client: Client) -> _Answers:
    """Ask Crossref for a DOI, where it does not know it DataCite; and PubMed for its id."""
    answers = _Answers()
    doi, pmid = row["doi"], row["pmid"]
    if doi:
        known = _ask(
            client,
            answers,
            CROSSREF,
            crossref.path_of(doi),
            lambda answer: crossref.read_record(answer, doi),
        )
        if known is False:
            known = _ask(
                client,
                answers,
                DATACITE,
                datacite.path_of(doi),
                lambda answer: datacite.read_record(answer, doi),
            )
            if known:
                answers.unknown_to.remove(CROSSREF.name)  # a DOI has one home
    if pmid:
        _ask(
            client,
            answers,
            PUBMED,
            "/efetch.fcgi",
            lambda answer: pubmed.read_record(answer, pmid),
            db="pubmed",
            id=pmid,
            retmode="xml",
        )
    return answers


def _ask(
    client: Client,
    answers: _Answers,
    service: Service,
    path: str,
    read: Callable[[Answer], RegistryRecord | None],
    **words: str,
) -> bool | None:
    """Ask one registry; return whether it knows the work, None where it did not answer."""
    try:
        record, day = client.ask(service, path, read, **words)
    except NoAnswer as fault:
        if fault.is_unreachable and not client.was_answered:
            raise KetcontentError(
                f"There is no connection: {fault}.",
                hint="Nothing was written. Try again where there is one; what was answered within "
                "a day is not asked again.",
            ) from None
        answers.failures.append(str(fault))
        return None
    if record is None:
        answers.unknown_to.append(service.name)
        return False
    answers.records.append(record)
    answers.days.append(day)
    return True


def _with_revision(told: LookedUp, row: Mapping[str, str], client: Client) -> LookedUp:
    """Return what was answered, with what the address says of a newer version."""
    try:
        changed, day = last_change(client, row["url"])
    except NoAnswer as fault:
        return dataclasses.replace(told, failures=(*told.failures, str(fault)))
    except LookupError:
        gone = f"nothing is at {row['url']} any more"
        return dataclasses.replace(told, remarks=(*told.remarks, gone))
    seen = max(row["revision_checked_on"], row["accessed"])
    if not changed:
        said = f"{row['url']} does not say when it was last changed: look there"
        return dataclasses.replace(told, remarks=(*told.remarks, said))
    if seen and changed <= seen:
        return dataclasses.replace(told, unchanged_on=str(day))
    last = f"last looked at on {seen}" if seen else "never looked at"
    newer = f"changed on {changed}, {last}: {row['url']}"
    return dataclasses.replace(told, newer=(*told.newer, newer))


# --- what of it goes into the table -----------------------------------------------------------


def noted(content: Content, found: Sequence[LookedUp]) -> Content:
    """Return the tables with the states and dates that were answered; fields stay as they are."""
    cells = {
        one.source: _noted(row, one)
        for row in content.rows("sources")
        for one in found
        if one.source == row["source"]
    }
    return _with_cells(content, cells)


def _noted(row: Mapping[str, str], one: LookedUp) -> dict[str, str]:
    cells: dict[str, str] = {}
    if one.answered_on:
        cells["retraction_checked_on"] = max(row["retraction_checked_on"], one.answered_on)
    if one.unchanged_on:
        cells["revision_checked_on"] = max(row["revision_checked_on"], one.unchanged_on)
    if one.announcements:
        worst = one.announcements[0]
        announced = {"state": worst.state, "state_on": worst.day, "state_notice": worst.notice}
        rank = _rank(worst.state) - _rank(row["state"])
        if rank > 0 or (rank == 0 and worst.day > row["state_on"] != ""):
            cells |= announced
        elif rank == 0 and row["state_notice"] in ("", worst.notice):
            cells |= {name: row[name] or cell for name, cell in announced.items()}
    return cells


def _rank(state: str) -> int:
    return 1 + STATES.index(state) if state in STATES else 0


def taken(content: Content, wanted: Sequence[FieldDifference]) -> Content:
    """Return the tables with fields as the registries have them.

    Where a reader reads another reference then, the day on which somebody compared every field with
    the source itself is taken away: a registry is not the source.
    """
    cells: dict[str, dict[str, str]] = {}
    for one in wanted:
        cells.setdefault(one.source, {})[one.column] = one.theirs
        if one.column in READ_BY_READERS:
            cells[one.source]["confirmed_on"] = ""
    return _with_cells(content, cells)


def _with_cells(content: Content, cells: Mapping[str, Mapping[str, str]]) -> Content:
    before = content.rows("sources")
    rows = [{**row, **cells.get(row["source"], {})} for row in before]
    if rows == before:
        return content
    return dataclasses.replace(content, sources=frame_of("sources", rows, content))


# --- what is said of it -----------------------------------------------------------------------


def to_text(found: Sequence[LookedUp], content: Content) -> str:
    """Return what was answered, for a person: what is alarming first, then what is to be done.

    Parameters
    ----------
    found
        What was answered.
    content
        The tables as they were before.
    """
    rows = {row["source"]: row for row in content.rows("sources")}
    lines: list[str] = []
    order = sorted(found, key=_worst_first)
    for one in order:
        said = [*_said(one, rows[one.source])]
        if said:
            lines += [one.source, *(f"    {line}" for line in said)]
    definite = sum(bool(one.answered_on) for one in found)
    asked = [one for one in found if one.known_by or one.unknown_to or one.failures]
    lines.append(
        f"{counted(len(found), 'source')} looked up, {definite} with a definite answer about "
        f"retraction; {sum(bool(one.failures) for one in asked)} to ask again."
    )
    return "\n".join(lines)


def _worst_first(one: LookedUp) -> int:
    return -_rank(one.announcements[0].state) if one.announcements else 0


def _said(one: LookedUp, row: Mapping[str, str]) -> Iterator[str]:
    for announcement in one.announcements:
        yield f"{announcement.state}: {announcement}"
    is_still_announced = any(other.state == row["state"] for other in one.announcements)
    if row["state"] and one.answered_on and not is_still_announced:
        said = f"the table says {row['state']}, and no registry does now"
        yield f"{said}: it stays until somebody empties the cell"
    for newer in one.newer:
        yield f"newer version: {newer}"
    if one.unknown_to and not one.known_by:
        names = " or ".join(one.unknown_to)
        yield f"not known to {names}: nothing is known of a retraction, and no date is noted"
    elif one.unknown_to:
        yield f"not known to {' or '.join(one.unknown_to)}: look at its DOI and PubMed id"
    for failure in one.failures:
        yield f"no answer: {failure}"
    yield from one.remarks
    for difference in one.differences:
        yield f"{difference.registry} has {difference}"
