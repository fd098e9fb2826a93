"""What changed between two versions of a page, and whose sign-offs that voids."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from ketcontent.approvals import reader_words, signoff_statuses, statement_digest
from ketcontent.errors import KetcontentError
from ketcontent.importing import SupplierMark, supplier_marks
from ketcontent.model import (
    KEPT,
    SCHEMA_FILE,
    TABLES,
    Content,
    SuppliedAnswer,
    answer_of,
    read_content,
    upgrade_tables,
)
from ketcontent.pages import Document, Edition, PageView, Statement, assemble
from ketcontent.repository import ask_git
from ketcontent.text import Redline, canonical, compare, replaced


@dataclass(frozen=True, slots=True)
class Change:
    """A statement that differs between two versions of a page."""

    statement: str
    """Its key."""
    section: str
    """Its section in the new version; in the old one where it was cut."""
    change: str
    """``reworded``, ``added``, ``cut``; ``kept``: the supplier withdrew it and it still stands. Of
    a supplied sentence, as editors say: ``answered`` by others, ``moved`` with the same words."""
    redline: Redline
    """What changed in its label and words."""
    voids: tuple[str, ...]
    """The sign-offs that were valid before and are not after: person and capacity."""
    supplier: str = ""
    """What the supplier did to it, and what was decided."""
    answer: str = ""
    """From the supplied edition to the current: what became of the supplied sentence, and why."""

    def __str__(self) -> str:
        lines = [f"{self.section}/{self.statement}: {self.change}", f"    {self.redline}"]
        if self.answer:
            lines.append(f"    answer: {self.answer}")
        if self.supplier:
            lines.append(f"    {self.supplier}")
        if self.voids:
            lines.append(f"    voids the sign-off of {', '.join(self.voids)}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Version:
    """A page as it was or is: an edition, now or at a commit."""

    content: Content
    """The tables."""
    page: Document
    """The page."""


def version(data: str | os.PathLike[str], document: str, name: str) -> Version:
    """Return a page in an edition, or its current edition at a commit.

    Parameters
    ----------
    data
        The folder of the tables.
    document
        The page.
    name
        ``current``, ``supplied``, or anything that git takes for a commit: ``HEAD~3``, a tag.

    Raises
    ------
    KetcontentError
        When git knows no such commit, or the tables were not there yet.
    """
    if name in get_args(Edition):
        content = read_content(data)
        edition = cast(Edition, name)
        return Version(content, assemble(content, document, edition=edition))
    content = read_content_at(data, name)
    return Version(content, assemble(content, document))


def read_content_at(data: str | os.PathLike[str], reference: str) -> Content:
    """Return the Content of a folder as it was at a commit.

    Raises
    ------
    KetcontentError
        When git is not there, knows no such commit, or the tables were not in it.
    """
    folder = Path(data)
    # Without a reference, git would take what is staged; and one that starts with a dash is no
    # option of git's.
    listed = ask_git(folder, "ls-tree", "-z", "--name-only", "--end-of-options", reference)
    there = (listed or b"").decode("utf-8", "replace").split("\0")
    # A table that is not in the commit is one that its version did not have yet.
    names = [SCHEMA_FILE, *(name for table in TABLES if (name := f"{table}.csv") in there)]
    with tempfile.TemporaryDirectory() as place:
        for name in names:
            words = ("--end-of-options", f"{reference}:./{name}")
            shown = ask_git(folder, "show", *words) if reference else None
            if shown is None:
                raise KetcontentError(
                    f"Git has no tables in {folder} at '{reference}'.",
                    hint="Name an edition (current, supplied) or a commit that holds the tables.",
                    reference=reference,
                )
            Path(place, name).write_bytes(shown)
        try:
            upgrade_tables(place)  # an older version may have made them
            return read_content(place)
        except KetcontentError as fault:
            # They are a copy, in a folder that is gone by now, and what git holds stays as it is.
            said = str(getattr(fault, "report", fault.message)).replace(place, str(folder))
            raise KetcontentError(
                f"The tables in {folder} at '{reference}' cannot be read: {said}",
                hint="Name a later commit, in which they are mended.",
                reference=reference,
            ) from None


def changes_between(old: Version, new: Version) -> list[Change]:
    """Return what changed from one version of a page to another, statement by statement.

    A statement whose words are the same and whose grade, sources or links are not has changed
    too: its sign-offs are void. From the supplied edition to the current one, each change of what
    was received carries the account that editors give of it.
    """
    before, after = in_reading_order(old.page), in_reading_order(new.page)
    signed = valid_signers(old)
    marks = {mark.key: mark for mark in supplier_marks(new.content, new.page.document)}
    answers = answers_between(new.content, new.page.document, old.page.edition, new.page.edition)
    found = []
    for key in [*after, *(key for key in before if key not in after)]:
        was, now = before.get(key), after.get(key)
        words = [reader_words(one[1]) if one else "" for one in (was, now)]
        digests = [statement_digest(new.page.document, one[1]) if one else "" for one in (was, now)]
        answer = answers.get(key)
        if (
            canonical(words[0]) == canonical(words[1])
            and (digests[0] == digests[1] or old.page.edition != new.page.edition)
            and not (answer and answer.answer == "moved")
        ):
            continue
        mark = marks.get(f"{new.page.document}/{key}")
        change = kind_of_change(
            words[0], words[1], mark if old.page.edition == "supplied" else None, answer
        )
        voids = signed.get(key, ()) if digests[0] != digests[1] else ()
        section = (now or was or ("", None))[0]
        said = f"{mark} ({mark.decision or 'to decide'})" if mark else ""
        laid, told = laid_over(change, *words), told_of(answer)
        found.append(Change(key, section, change, laid, tuple(voids), said, told))
    return found


def answers_between(
    content: Content, document: str, old: str, new: str
) -> dict[str, SuppliedAnswer]:
    """Return what became of each sentence from the supplied edition to the current one, by key.

    Nothing between any other editions: editors give an account of that one step.
    """
    if (old, new) != ("supplied", "current"):
        return {}
    rows = content.rows("statements", document)
    return {row["statement"]: answer_of(row) for row in rows if row["supplied"]}


def kind_of_change(
    was: str, now: str, mark: SupplierMark | None, answer: SuppliedAnswer | None
) -> str:
    """Return what a change of words is called.

    Where the old ones are those supplied, `mark` is what the supplier did to them since, and
    `answer` what an editor says became of them.
    """
    if not was:
        return "kept" if mark and mark.change == "withdrawn" else "added"
    said = answer.answer if answer else ""
    same = canonical(was) == canonical(now)
    if (said == "moved" and same) or (said == "answered" and not same):
        return said
    return "reworded" if now else "cut"


def told_of(answer: SuppliedAnswer | None) -> str:
    """Return what an editor says became of a sentence that has changed; nothing of one added."""
    if answer is None:
        return ""
    return f"{answer}, when it was last answered" if answer.answer == KEPT else str(answer)


def laid_over(change: str, was: str, now: str) -> Redline:
    """Return the redline of a change; what others answer is no other wording of what stands now."""
    return replaced(was, now) if change == "answered" else compare(was, now)


def in_reading_order(page: Document) -> dict[str, tuple[str, Statement]]:
    """Return each statement with its section, by key, in the order of reading."""
    return {one.statement: (section.section, one) for section in page for one in section.statements}


def valid_signers(old: Version) -> dict[str, tuple[str, ...]]:
    """Return who has signed each statement of a current edition, validly."""
    if old.page.edition == "supplied":
        return {}
    signers: dict[str, tuple[str, ...]] = {}
    for one in signoff_statuses(PageView(old.content, old.page.document)):
        if one.state == "valid":
            said = f"{one.person} ({one.capacity}, {one.signed_on})"
            signers[one.statement] = (*signers.get(one.statement, ()), said)
    return signers
