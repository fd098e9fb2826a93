"""What became of one sentence, commit by commit: words, grade, sources, sign-offs, who and when.

Git is asked for the commits in which a line of the tables that bears the sentence's key changed, on
all branches that led here. Each is held against the commits that it was made from, so that work on
two branches is not told as if one had undone the other, and a merge only says what it made itself.
So are the commits that changed the row of a source that it rests on, or of somebody who signed it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ketcontent.approvals import signoff_statuses
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.markup import cited, without_citations
from ketcontent.model import KEY_PATTERN, Content, read_content
from ketcontent.pages import PageView
from ketcontent.reports.old_tables import Commit, OldTables, Rows
from ketcontent.repository import ask_git
from ketcontent.text import canonical, compare, counted

_Facts = dict[str, str]

_TOLD = ("statements", "evidence", "signoffs")
"""The tables that have a line of a statement's own."""

_READ = (*_TOLD, "documents", "notices", "people", "sources")

_SOURCE = ("title", "container_title", "issued", "publisher", "doi", "url", "state")
"""The columns of a source that are told where they change."""

_CLONED = "Where this shallow clone begins: how it stood then, whoever had made it so"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing about a statement that a commit changed."""

    what: str
    """What: ``words``, ``grade``, ``cites``, ``sign-off 12``, ``evidence of lii-2023`` …"""
    before: str
    """What it was; empty where it was not there."""
    after: str
    """What it is; empty where it is not there any more."""

    def __str__(self) -> str:
        if self.before and self.after and self.what.endswith("words"):
            return f"{self.what}: {compare(self.before, self.after)}"
        if self.before and self.after:
            return f"{self.what}: {self.before} → {self.after}"
        return (
            f"{self.what}: {self.after}" if self.after else f"{self.what}: no longer {self.before}"
        )


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What one commit did to a statement."""

    commit: str
    """The commit; empty for what is not committed yet."""
    author: str
    """Who made it, as git knows them; empty where a shallow clone begins, which does not tell."""
    made_at: str
    """When, as ISO 8601 with the author's time zone; empty as the author."""
    subject: str
    """The first line of what the author said of it."""
    key: str
    """The statement's key after it."""
    facts: tuple[Fact, ...]
    """What it changed."""

    def __str__(self) -> str:
        made = [self.made_at[:16].replace("T", " "), self.author, self.commit[:10], self.subject]
        return "\n".join(
            [
                "  ".join(filter(None, made)) if self.commit else "Not committed yet",
                *(f"    {fact}" for fact in self.facts),
            ]
        )


@dataclass(frozen=True, slots=True)
class StatementHistory:
    """What became of one statement since it first stood in the tables."""

    document: str
    """Its page."""
    statement: str
    """Its key."""
    entries: tuple[HistoryEntry, ...]
    """What each commit did to it, the oldest first."""
    now: tuple[str, ...]
    """Where its sign-offs stand now; what became of it where it stands no longer."""
    is_whole: bool
    """Whether git has the history from its beginning; a shallow clone has not."""

    def __str__(self) -> str:
        cut = "This clone is shallow: what was before is told by 'git fetch --unshallow'."
        return "\n".join(
            [
                f"{self.document}/{self.statement}: {counted(len(self.entries), 'change')}",
                *([] if self.is_whole else [cut]),
                *map(str, self.entries),
                "Now",
                *(f"    {line}" for line in self.now),
            ]
        )

    def to_json(self) -> str:
        """Return the history for a program."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)


def statement_history(data: str | os.PathLike[str], name: str) -> StatementHistory:
    """Return what became of a statement, from git and from what is not committed yet.

    Parameters
    ----------
    data
        The folder of the tables, in a git checkout.
    name
        The statement: its key, or ``page/key`` where two pages have one of that key. It may be one
        that is gone.

    Raises
    ------
    KetcontentError
        When the folder is in no checkout, or nothing says which page is meant.
    UnknownName
        When neither the tables nor git ever had such a statement.
    """
    folder = Path(data)
    content = read_content(data)
    if ask_git(folder, "rev-parse", "--verify", "--quiet", "HEAD") is None:
        raise KetcontentError(
            f"There is no history: {folder} is in no git checkout, or nothing is "
            "committed there, or git is not installed, or does not trust who owns the folder.",
            hint="Keep the project in git, and commit the tables. 'git status' there says more.",
            folder=str(folder),
        )
    repository = OldTables(folder, _READ)
    document, key = _found(repository, content, name)
    entries = _entries(repository, document, key)
    here = _facts(_tables_of(content), document, key)
    committed = _facts(repository.at("HEAD"), document, key)
    if here != committed and (facts := _differences(committed, here)):
        entries.append(HistoryEntry("", "", "", "", key, facts))
    if not entries:
        raise _unknown(content, name)
    return StatementHistory(
        document,
        key,
        tuple(entries),
        _now(content, document, key),
        repository.is_whole,
    )


def _unknown(content: Content, name: str) -> UnknownName:
    rows = content.statements
    keys = rows["document"] + "/" + rows["statement"] if "/" in name else rows["statement"]
    return UnknownName.of("statement", name, dict.fromkeys(keys), hint="Take a page in first.")


def _found(repository: OldTables, content: Content, name: str) -> tuple[str, str]:
    """Return the page and the key of the statement that is meant."""
    document, _, key = name.rpartition("/")
    if not KEY_PATTERN.fullmatch(key) or (document and not KEY_PATTERN.fullmatch(document)):
        raise _unknown(content, name)
    if document:
        return document, key
    rows = content.statements
    pages = sorted(set(rows.loc[rows["statement"] == key, "document"]))
    if not pages:
        pages = sorted(
            {
                row.get("document") or ""
                for commit in repository.commits([key], ["statements"])
                for version in (commit.hash, *commit.parents)
                for row in repository.at(version)["statements"]
                if row.get("statement") == key
            }
        )
    if not pages:
        raise _unknown(content, name)
    if len(pages) > 1:
        raise KetcontentError(
            f"{counted(len(pages), 'page')} have a statement '{key}': {', '.join(pages)}.",
            hint=f"Name the page too: {pages[0]}/{key}",
            documents=tuple(pages),
        )
    return pages[0], key


def _entries(repository: OldTables, document: str, key: str, until: str = "") -> list[HistoryEntry]:
    """Return what each commit did to a statement, also under the keys that it was renamed from.

    With `until`, only what was done before that commit.
    """
    commits = repository.commits([key], _TOLD)
    commits += _commits_behind(repository, commits, document, key)
    last = repository.order[until] if until else len(repository.order)
    entries: dict[str, HistoryEntry] = {}
    for one in commits:
        if repository.order[one.hash] >= last or one.hash in entries:
            continue
        after = _facts(repository.at(one.hash), document, key)
        befores = [_facts(repository.at(parent), document, key) for parent in one.parents]
        if after in (befores or [{}]):
            continue
        before = befores[0] if befores else {}
        other = _renamed(repository, one, document, key) if one.parents else None
        facts: tuple[Fact, ...] = ()
        if other and not before:
            # It was there before, under another key.
            before = _facts(repository.at(one.parents[0]), *other)
            earlier = _entries(repository, *other, one.hash)
            entries = {**{entry.commit: entry for entry in earlier}, **entries}
            facts = (_key_fact(other, (document, key)),)
        if other and not after:
            facts = (_key_fact((document, key), other),)
        else:
            facts += _differences(before, after)
        told = (one.author, one.made_at, one.subject)
        if not one.parents and not repository.is_whole:
            told = ("", "", _CLONED)
        if facts:
            entries[one.hash] = HistoryEntry(one.hash, *told, key, facts)
    return sorted(entries.values(), key=lambda entry: repository.order[entry.commit])


def _commits_behind(
    repository: OldTables, commits: Iterable[Commit], document: str, key: str
) -> list[Commit]:
    """Return the commits that changed what a statement is made of in rows that are not its own."""
    behind = (
        ("statements", "notice", "notices"),
        ("evidence", "source", "sources"),
        ("signoffs", "person", "people"),
    )
    named: dict[str, set[str]] = {table: set() for _, _, table in behind}
    for one in commits:
        tables = repository.at(one.hash)
        for own, column, table in behind:
            named[table] |= {row.get(column) or "" for row in _of(tables[own], document, key)}
    return [
        commit
        for table, keys in named.items()
        for commit in repository.commits(filter(KEY_PATTERN.fullmatch, keys), [table])
    ]


def _renamed(
    repository: OldTables, commit: Commit, document: str, key: str
) -> tuple[str, str] | None:
    """Return the page and key that a statement had before a commit, or has since; None for the own.

    Keys are not to be renamed, so nothing in the tables says it. It is seen where one key of the
    page went as another came, with the same words; or the same key went from one page to another.
    """
    before, after = (
        {
            (row.get("document") or "", row.get("statement") or ""): row
            for row in repository.at(version)["statements"]
        }
        for version in (commit.parents[0], commit.hash)
    )
    own = (document, key)
    if (own in before) == (own in after):
        return None
    mine, here, there = (
        (after[own], before, after) if own in after else (before[own], after, before)
    )
    same = [
        one
        for one, row in here.items()
        if one not in there
        and (one[0] == document or one[1] == key)
        and any(
            row.get(column) and canonical(row[column]) == canonical(mine.get(column) or "")
            for column in ("text", "supplied")
        )
    ]
    near = [one for one in same if one[0] == document] or same
    return near[0] if len(near) == 1 else None


def _key_fact(before: tuple[str, str], after: tuple[str, str]) -> Fact:
    """Return that a statement has another key, with its page where that is another too."""
    if before[0] == after[0]:
        return Fact("key", before[1], after[1])
    return Fact("key", "/".join(before), "/".join(after))


# --- what is so of a statement ----------------------------------------------------------------


def _facts(tables: Mapping[str, Rows], document: str, key: str) -> _Facts:
    """Return what some tables say of a statement, by what it is called; nothing of none."""
    found = _of(tables["statements"], document, key)
    if not found:
        return {}
    row = found[-1]
    notice = row.get("notice") or ""
    language = next(
        (one.get("language") for one in tables["documents"] if one.get("document") == document), ""
    )
    text = row.get("text") or ""
    if notice:
        text = next(
            (
                one.get("text") or ""
                for one in tables["notices"]
                if (one.get("notice"), one.get("language")) == (notice, language)
            ),
            "",
        )
    facts = {
        "stands in": row.get("section") or "" if row.get("position") else "",
        "words": _labelled(row, "", without_citations(text)),
        "notice": notice,
        "supplied words": _labelled(row, "supplied_", row.get("supplied") or ""),
        "kind": row.get("kind") or "",
        "grade": _joined(row, "certainty", "certainty_reasons"),
        "cites": ", ".join(cited(text)),
        "author": row.get("author") or "",
        "answer": _joined(row, "answer", "answered_by", "answer_reason"),
        "supplier": _joined(row, "supplier_change", "supplier_decision", "supplier_reason"),
    }
    sources = {one.get("source"): one for one in tables["sources"]}
    for one in _of(tables["evidence"], document, key):
        source = one.get("source")
        facts[f"evidence of {source}"] = _joined(one, "role", "finding", "locator")
        facts[f"{_QUIET}source {source}"] = _joined(sources.get(source, {}), *_SOURCE)
    names = {one.get("person"): one.get("name") for one in tables["people"]}
    for one in _of(tables["signoffs"], document, key):
        person = one.get("person") or ""
        who = f"{names[person]} ({person})" if names.get(person) else person
        what = f"{one.get('verdict')} by {who}, {one.get('capacity')}, on {one.get('signed_on')}"
        said = f": {one['comment']}" if one.get("comment") else ""
        signed = ", with a signature" if one.get("signature") else ""
        name = f"sign-off {one.get('signoff')}"
        facts[name] = f"{what}{signed}{said}"
        # No command of ours changes these: who did has meddled with what was signed.
        facts[f"{_QUIET}{name} is to the words"] = one.get("wording") or ""
        facts[f"{_QUIET}{name} is to the digest"] = one.get("digest") or ""
        facts[f"{_QUIET}{name} says of its signer"] = one.get("signer") or ""
        facts[f"{_QUIET}{name} has the signature that ends in"] = (one.get("signature") or "")[-16:]
    return {what: said for what, said in facts.items() if said}


def _of(rows: Rows, document: str, key: str) -> Rows:
    return [row for row in rows if (row.get("document"), row.get("statement")) == (document, key)]


def _labelled(row: Mapping[str, str], prefix: str, text: str) -> str:
    label = row.get(f"{prefix}label") or ""
    return f"{label}: {text}" if label and text else label or text


def _joined(row: Mapping[str, str], *columns: str) -> str:
    return " | ".join(row[name] for name in columns if row.get(name))


def _differences(before: _Facts, after: _Facts) -> tuple[Fact, ...]:
    """Return what differs, in the order of the facts; of quiet ones only what became another."""
    return tuple(
        Fact(what.removeprefix(_QUIET), before.get(what, ""), after.get(what, ""))
        for what in {**after, **before}
        if before.get(what) != after.get(what)
        and (not what.startswith(_QUIET) or (what in before and what in after))
    )


_QUIET = "\0"
"""What the names of facts start with that are told where they change, not where they come or go."""


def _now(content: Content, document: str, key: str) -> tuple[str, ...]:
    """Return where the sign-offs of a statement stand, or that it stands no longer."""
    [*row] = _of(_tables_of(content)["statements"], document, key)
    if not row:
        return ("deleted",)
    statuses = [
        one for one in signoff_statuses(PageView(content, document)) if one.statement == key
    ]
    if not statuses:
        return ("not on the page: nobody needs to sign it",)
    return tuple(
        f"{one.capacity} sign-off: {one.state}"
        + (f", by {one.person} on {one.signed_on}" if one.person else "")
        + (f" ({one.why})" if one.why else "")
        for one in statuses
    )


def _tables_of(content: Content) -> dict[str, Rows]:
    """Return the tables in memory as they are written."""
    return {
        name: [
            {column: "" if cell is None else str(cell) for column, cell in row.items()}
            for row in content.rows(name)
        ]
        for name in _READ
    }
