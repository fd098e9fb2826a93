"""What is open of a page's discussion: proposals not decided, threads not settled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ketcontent.discussion.comments import comment_threads
from ketcontent.discussion.proposals import is_out_of_date
from ketcontent.errors import UnknownName
from ketcontent.model import Content, rows_of
from ketcontent.text import counted, redline


def open_discussion(content: Content, document: str) -> str:
    """Return what is open of a page, as text: by statement, each with its key and who said it.

    Raises
    ------
    UnknownName
        When there is no such page.
    """
    if document not in set(content.documents["document"]):
        raise UnknownName.of("document", document, content.documents["document"])
    people = {row["person"]: row["name"] for row in rows_of(content.people)}
    proposals = [row for row in content.rows("proposals", document) if not row["decision"]]
    threads = [
        (first, answers)
        for statement in dict.fromkeys(
            row["statement"] for row in content.rows("comments", document)
        )
        for first, answers in comment_threads(content, document, statement)
        if not first["resolved_on"]
    ]
    if not (proposals or threads):
        return f"Nothing is open of {document}: each proposal is decided, each comment settled."
    lines: list[str] = []
    said = [row["statement"] for row in (*proposals, *(first for first, _ in threads))]
    for statement in _in_order(content, document, said):
        lines += [statement]
        for row in proposals:
            if row["statement"] == statement:
                lines += _proposal_lines(content, row, people)
        for first, answers in threads:
            if first["statement"] == statement:
                lines += _thread_lines(first, answers, people)
    counts = counted(len(proposals), "proposal"), counted(len(threads), "comment")
    return "\n".join(
        [
            *lines,
            "",
            f"{' and '.join(counts)} open. To decide: ketcontent settle KEY … --by ID, of a "
            "proposal with --accept, --words WORDS or --refuse.",
        ]
    )


def _in_order(content: Content, document: str, said: list[str]) -> list[str]:
    """Return keys in the order of the page's rows; what is signed besides stands first."""
    order = {
        row["statement"]: (row["section"], row["position"] or 0)
        for row in content.rows("statements", document)
    }
    sections = {row["section"]: row["position"] or 0 for row in content.rows("sections", document)}

    def place(key: str) -> tuple[Any, ...]:
        section, position = order.get(key, (key.rpartition(":")[2], -1))
        return sections.get(section, -1), position, key

    return sorted(dict.fromkeys(said), key=place)


def _proposal_lines(
    content: Content, row: Mapping[str, Any], people: Mapping[str, str]
) -> Iterator[str]:
    yield f"    {row['proposal']} {_by(row, people)} ({row['column']}): " + redline(
        row["was"], row["words"], style="text"
    )
    if row["reason"]:
        yield f"        because: {row['reason']}"
    if is_out_of_date(content, row):
        yield "        out of date: its words are others now; take it with --words, or refuse it"


def _thread_lines(
    first: Mapping[str, Any], answers: list[dict[str, Any]], people: Mapping[str, str]
) -> Iterator[str]:
    on = f" on “{first['anchor']}”" if first["anchor"] else ""
    yield f"    {first['comment']} {_by(first, people)}{on}: {first['text']}"
    yield from (f"        {_by(one, people)}: {one['text']}" for one in answers)


def _by(row: Mapping[str, Any], people: Mapping[str, str]) -> str:
    """Return who said it, and whether somebody confirmed that."""
    if row["person"]:
        return f"by {people.get(row['person'], row['person'])}"
    return f"by {row['name']}, as the file says"
