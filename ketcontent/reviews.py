"""What a page holds, for those who review it: counts, lengths, repeats, changes.

Each function looks at Content from the side and returns a DataFrame with a row a thing to look
at; `show` draws one so that it can be read on an exported page, by a screen reader too.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

import pandas as pd

from ketcontent import rendering
from ketcontent.citations import references
from ketcontent.documents import Document, Edition, Reference, Statement, assemble
from ketcontent.errors import KetcontentError, UnknownName
from ketcontent.redlines import Redline, compare
from ketcontent.rendering import FACTS
from ketcontent.schemas import SCHEMA_FILE, TABLES, counted
from ketcontent.signoffs import (
    fingerprint,
    reader_words,
    review_date,
    review_due,
    standings,
)
from ketcontent.tables import Content, read_content, unchanged
from ketcontent.wording import canonical, words


def holdings(content: Content, document: str, *, edition: Edition = "current") -> pd.DataFrame:
    """Return how many statements of each kind each section of a page has.

    Returns
    -------
    pandas.DataFrame
        A row a section in reading order, then ``all``. Columns: ``section`` (its heading), one
        for each kind that occurs (``not set`` for statements without one), ``all``: counts.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> counts = holdings(read_content("data"), "ketamine", edition="supplied")
    >>> counts.iloc[-1].loc[["section", "all"]].to_dict()
    {'section': 'all', 'all': 31}
    """
    page = assemble(content, document, edition=edition)
    kinds = sorted({one.kind or _NO_KIND for section in page for one in section.statements})
    rows: list[dict[str, Any]] = []
    for section in page:
        found = [one.kind or _NO_KIND for one in section.statements]
        row = {kind: found.count(kind) for kind in kinds}
        rows.append({"section": _heading(section.title), **row, "all": len(found)})
    frame = pd.DataFrame(rows, columns=["section", *kinds, "all"])
    total = frame[[*kinds, "all"]].sum().to_dict()
    return pd.concat([frame, pd.DataFrame([{"section": "all", **total}])], ignore_index=True)


def lengths(content: Content, document: str, *, edition: Edition = "current") -> pd.DataFrame:
    """Return how long the sentences of each section of a page are.

    Returns
    -------
    pandas.DataFrame
        A row a section with statements, in reading order. Columns: ``section`` (its heading),
        ``statements`` (count), ``words`` (count), ``mean`` and ``longest`` (words a statement).

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> lengths(read_content("data"), "ketamine", edition="supplied").iloc[-1].to_dict()
    {'section': 'Reviews', 'statements': 1, 'words': 5, 'mean': 5, 'longest': 5}
    """
    rows = []
    for section in assemble(content, document, edition=edition):
        counts = [_word_count(one.plain) for one in section.statements]
        if counts:
            row = [_heading(section.title), len(counts), sum(counts)]
            rows.append([*row, round(sum(counts) / len(counts)), max(counts)])
    return pd.DataFrame(rows, columns=["section", "statements", "words", "mean", "longest"])


def repeats(content: Content, document: str, *, edition: Edition = "current") -> pd.DataFrame:
    """Return the sentences that a page says more than once.

    Returns
    -------
    pandas.DataFrame
        A row a repeated sentence, in order of first use. Columns: ``words`` (the sentence),
        ``times`` (count), ``statements`` (the keys, separated by commas).

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> repeats(read_content("data"), "ketamine", edition="supplied")["statements"].tolist()
    ['lede-1, important-note-1', 'lede-2, important-note-2']
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for section in assemble(content, document, edition=edition):
        for one in section.statements:
            found.setdefault(canonical(one.plain).casefold(), []).append((one.plain, one.statement))
    rows = [
        (same[0][0], len(same), ", ".join(key for _, key in same))
        for same in found.values()
        if len(same) > 1
    ]
    return pd.DataFrame(rows, columns=["words", "times", "statements"])


def changes(
    content: Content,
    document: str,
    *,
    old: Edition = "supplied",
    new: Edition = "current",
    section: str = "",
) -> pd.DataFrame:
    """Return what changed in a page from one edition to another, statement by statement.

    Parameters
    ----------
    content, document
        The tables and the page.
    old, new
        The editions.
    section
        One section, where a statement stands in the new edition, or stood in the old one if it was
        cut; by default all.

    Returns
    -------
    pandas.DataFrame
        A row a statement that changed, in the order of the new edition, then those it cut.
        Columns: ``statement`` (its key), ``change`` (``reworded``, ``added``, ``cut``),
        ``redline`` (a `Redline` of its label and words).

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> changes(read_content("data"), "ketamine", old="supplied", new="supplied").empty
    True
    """
    pages = [assemble(content, document, edition=edition) for edition in (old, new)]
    before, after = (_wordings(page) for page in pages)
    homes = {key: home for page in pages for key, (home, _) in _placed(page).items()}
    rows: list[tuple[str, str, Redline]] = []
    for key in [*after, *(key for key in before if key not in after)]:
        if section not in ("", homes[key]):
            continue
        was, now = before.get(key, ""), after.get(key, "")
        if canonical(was) != canonical(now):
            change = "added" if not was else "cut" if not now else "reworded"
            rows.append((key, change, compare(was, now)))
    return pd.DataFrame(rows, columns=["statement", "change", "redline"])


def grounds(
    content: Content, document: str, *, section: str = "", edition: Edition = "current"
) -> pd.DataFrame:
    """Return what the sentences of a page, or of a section of it, rest on.

    Parameters
    ----------
    content, document
        The tables and the page.
    section
        One section; by default all.
    edition
        The edition whose sentences are looked at.

    Raises
    ------
    UnknownName
        When there is no such page or section.

    Returns
    -------
    pandas.DataFrame
        A row what one source says on one statement, in reading order. Columns: ``statement`` (its
        key), ``certainty``, ``source`` (a `ketcontent.documents.Reference`), ``role``,
        ``finding``, ``where`` (in the source), ``checked`` (when, or ``never``).

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> found = grounds(read_content("data"), "ketamine", section="lasting-harm")
    >>> found.loc[0, ["statement", "role"]].tolist()
    ['lasting-1', 'supports']
    """
    page = assemble(content, document, section=section, edition=edition)
    frame = content.evidence[content.evidence["document"] == document]
    said: dict[str, list[dict[str, str]]] = {}
    for row in _records(frame):
        said.setdefault(row["statement"], []).append(row)
    known = {one.source: one for one in _references(content, page)}
    rows = [
        (
            one.statement,
            one.certainty or "not graded",
            known[row["source"]],
            row["role"],
            row["finding"],
            row["locator"],
            row["checked_on"] or "never",
        )
        for part in page
        for one in part.statements
        for row in said.get(one.statement, ())
    ]
    columns = ["statement", "certainty", "source", "role", "finding", "where", "checked"]
    return pd.DataFrame(rows, columns=columns)


def _references(content: Content, page: Document | None = None) -> list[Reference]:
    """Return all sources as references, by key; those that a page cites with their numbers."""
    rows = _records(content.sources)
    numbered = {one.source: one for one in page.references} if page else {}
    return [
        numbered.get(row["source"])
        or Reference(
            source=row["source"],
            number=0,
            text=text,
            doi=row["doi"],
            pmid=row["pmid"],
            url=row["url"],
            unconfirmed=row["unconfirmed"],
        )
        for row, text in zip(rows, references(rows), strict=True)
    ]


def _records(frame: pd.DataFrame) -> list[dict[str, str]]:
    return [
        {str(name): str(cell) for name, cell in row.items()} for row in frame.to_dict("records")
    ]


@dataclass(frozen=True, slots=True)
class Summary:
    """The head of a review: which page, in what state, with how much in it."""

    page: Document
    """The current edition."""
    statements: int
    """Sentences in it."""
    unset: int
    """Sentences whose kind nobody has set."""
    changed: int
    """Sentences that differ from the page as received."""
    signed: int
    """Sign-offs that are valid."""
    needed: int
    """Sign-offs that the policies ask for."""
    last_review: str
    """The day of the oldest sign-off it needs; empty where one lacks."""
    next_review: str
    """The last day on which that is recent enough; empty where one lacks."""

    def to_html(self) -> str:
        """Return the summary as HTML, its title at level 1."""
        return rendering.render("summary.html.j2", summary=self, say=rendering.english())

    def to_markdown(self) -> str:
        """Return the summary as Markdown, its title at level 1."""
        return rendering.render("summary.md.j2", summary=self, say=rendering.english())

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        facts = {
            **self.page.facts,
            "kind": "review",
            "title": f"Review of {self.page.name}",
            "language": "en",
            "contents": [],
        }
        return {
            "text/plain": self.to_markdown(),
            "text/html": self.to_html(),
            "text/markdown": self.to_markdown(),
            FACTS: json.dumps(facts, ensure_ascii=False),
        }


def summary(content: Content, document: str) -> Summary:
    """Return the head of a review of a page.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> summary(read_content("data"), "ketamine").page
    <Document ketamine, current: ... sections>
    """
    with unchanged():
        return _summary(content, document)


def _summary(content: Content, document: str) -> Summary:
    page = assemble(content, document)
    statements = [one for section in page for one in section.statements]
    asked = standings(content, document)
    reviewed, due = review_date(content, document), review_due(content, document)
    return Summary(
        page=page,
        statements=len(statements),
        unset=sum(not one.kind for one in statements),
        changed=len(changes(content, document)),
        signed=sum(one.state == "valid" for one in asked),
        needed=len(asked),
        last_review=str(reviewed or ""),
        next_review=str(due or ""),
    )


@dataclass(frozen=True, slots=True)
class Table:
    """A DataFrame as it is drawn: with a caption, and heads that a screen reader reads out."""

    frame: pd.DataFrame
    """What is drawn; the first column heads its row."""
    caption: str
    """What the table shows."""
    nothing: str
    """What to say in place of a table without rows."""
    folded: bool = False
    """Whether its rows are shown only when the reader asks for them."""

    def to_html(self) -> str:
        """Return the table as HTML."""
        return self._drawn("table.html.j2", "to_html")

    def to_markdown(self) -> str:
        """Return the table as Markdown."""
        return self._drawn("table.md.j2", "to_text")

    def to_text(self) -> str:
        """Return the table as plain text; one that is too wide for a screen, cell by cell.

        Examples
        --------
        >>> print(show(pd.DataFrame({"key": ["a"], "words": ["so " * 40]}), "Wide").to_text())
        a
          words: so so ...
        """
        if self.frame.empty:
            return self.nothing
        cells = [
            [cell.to_text() if hasattr(cell, "to_text") else cell for cell in row]
            for row in self.frame.itertuples(index=False)
        ]
        columns = [str(name) for name in self.frame.columns]
        text = pd.DataFrame(cells, columns=columns).to_string(index=False)
        if max(map(len, text.splitlines())) <= _SCREEN:
            return text
        return "\n".join(
            line
            for row in cells
            for line in [
                str(row[0]),
                *(
                    f"  {name}: {cell}"
                    for name, cell in zip(columns[1:], row[1:], strict=True)
                    if cell != ""
                ),
            ]
        )

    def _drawn(self, template: str, form: str) -> str:
        rows = [[_cell(cell, form) for cell in row] for row in self.frame.itertuples(index=False)]
        columns = [str(name) for name in self.frame.columns]
        return rendering.render(template, table=self, columns=columns, rows=rows)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {
            "text/plain": self.to_text(),
            "text/html": self.to_html(),
            "text/markdown": self.to_markdown(),
            FACTS: json.dumps({"kind": "part"}),
        }


def show(
    frame: pd.DataFrame, caption: str, *, nothing: str = "None.", folded: bool = False
) -> Table:
    """Return a DataFrame as a table to be read.

    Parameters
    ----------
    frame
        What to draw; its first column heads each row.
    caption
        What the table shows.
    nothing
        What to say when the DataFrame has no rows.
    folded
        Whether to show the rows only when the reader asks for them: for long tables that few need.

    Examples
    --------
    >>> print(show(pd.DataFrame({"kind": ["risk"], "count": [2]}), "Kinds").to_markdown())
    **Kinds**
    <BLANKLINE>
    | kind | count |
    | --- | --- |
    | risk | 2 |
    <BLANKLINE>
    """
    return Table(frame, caption, nothing, folded)


def list_sources(
    content: Content, document: str = "", *, section: str = "", edition: Edition = "current"
) -> Table:
    """Return the references of a page, of a section or of all content, and how far to trust them.

    Parameters
    ----------
    content
        The tables.
    document
        The page; by default all of them, with the sources that none cites.
    section
        One section of the page; by default all.
    edition
        The edition of the page; as received, it cites nothing.

    Returns
    -------
    Table
        A row a source; `Table.frame` has the DataFrame. Columns: ``source`` (its key), ``number``
        (on the page; not for all content), ``reference`` (a `ketcontent.documents.Reference`),
        ``not confirmed`` (its fields), ``confirmed``, ``retraction check``, ``newer version
        check`` (dates, or ``never``), ``cited in`` (statements; for all content, how many on how
        many pages, which `impact` lists).

    Raises
    ------
    UnknownName
        When there is no such page or section.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> shown = list_sources(read_content("data"), "ketamine", section="lasting-harm")
    >>> shown.caption
    'Sources of ketamine/lasting-harm: 3, of which 1 with unconfirmed fields'
    """
    if document:
        page = assemble(content, document, section=section, edition=edition)
        found = list(page.references)
        uses = {one.source: ", ".join(one.cited_in) for one in found}
    else:
        found = _references(content)
        uses = _uses(content)
    rows = {row["source"]: row for row in _records(content.sources)}
    drawn = [
        {
            "source": one.source,
            **({"number": one.number} if document else {}),
            "reference": one,
            "not confirmed": one.unconfirmed or ("" if one.source in rows else "all: no such row"),
            **{
                name: rows.get(one.source, {}).get(column, "") or "never"
                for name, column in _CHECKS.items()
            },
            "cited in": uses.get(one.source, "nothing"),
        }
        for one in found
    ]
    columns = ["source", *(["number"] if document else []), "reference", "not confirmed"]
    frame = pd.DataFrame(drawn, columns=[*columns, *_CHECKS, "cited in"])
    of = "/".join(filter(None, [document, section])) or "all pages"
    unsure = int((frame["not confirmed"] != "").sum())
    caption = f"Sources of {of}: {len(frame)}, of which {unsure} with unconfirmed fields"
    return Table(frame, caption, "None.")


_CHECKS = {
    "confirmed": "confirmed_on",
    "retraction check": "retraction_checked_on",
    "newer version check": "revision_checked_on",
}
"""What somebody must look at in a source, and the column that says when they last did."""


def _uses(content: Content) -> dict[str, str]:
    """Return how many sentences cite each source that any does, on how many pages, in words."""
    pages: dict[str, list[str]] = {}
    for document in content.documents["document"]:
        for section in assemble(content, document):
            for one in section.statements:
                for key in one.cites:
                    pages.setdefault(key, []).append(document)
    return {
        key: f"{counted(len(found), 'statement')} on {counted(len(set(found)), 'page')}"
        for key, found in pages.items()
    }


_SCREEN = 100  # characters that a line of a terminal holds

_NO_KIND = "not set"


def _heading(title: str) -> str:
    return title or "(no heading)"


def _word_count(text: str) -> int:
    return sum(any(map(str.isalnum, word)) for word in words(text))


def _wordings(page: Document) -> dict[str, str]:
    return {
        one.statement: f"{one.label_text} {one.plain}".strip()
        for section in page
        for one in section.statements
    }


def _cell(cell: Any, form: str) -> Any:
    """Return a cell drawn by its own form where it has one."""
    if not hasattr(cell, form):
        return str(cell)
    drawn = getattr(cell, form)()
    return rendering.trusted(drawn) if form == "to_html" else drawn


# --- what a change does ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A statement that differs between two versions of a page."""

    statement: str
    """Its key."""
    section: str
    """Its section in the new version; in the old one where it was cut."""
    change: str
    """``reworded``, ``added`` or ``cut``."""
    redline: Redline
    """What changed in its label and words."""
    voids: tuple[str, ...]
    """The sign-offs that were valid before and are not after: person and capacity."""

    def __str__(self) -> str:
        lines = [f"{self.section}/{self.statement}: {self.change}", f"    {self.redline}"]
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

    Examples
    --------
    >>> version("data", "ketamine", "supplied").page.edition
    'supplied'
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

    Examples
    --------
    >>> read_content_at("data", "no-such-commit")
    Traceback (most recent call last):
        ...
    ketcontent.errors.KetcontentError: Git has no tables in data at 'no-such-commit'.
    hint: Name an edition (current, supplied) or a commit that holds the tables.
    """
    folder = Path(data)
    names = [SCHEMA_FILE, *(f"{table}.csv" for table in TABLES)]
    with tempfile.TemporaryDirectory() as place:
        for name in names:
            try:
                if not reference:  # git would take what is staged
                    raise FileNotFoundError
                # "--end-of-options": a reference that starts with a dash is none of git's options.
                shown = subprocess.run(
                    ["git", "show", "--end-of-options", f"{reference}:./{name}"],
                    cwd=folder,
                    capture_output=True,
                    check=True,
                ).stdout
            except (OSError, subprocess.CalledProcessError):
                raise KetcontentError(
                    f"Git has no tables in {folder} at '{reference}'.",
                    hint="Name an edition (current, supplied) or a commit that holds the tables.",
                    reference=reference,
                ) from None
            Path(place, name).write_bytes(shown)
        return read_content(place)


def changes_between(old: Version, new: Version) -> list[Change]:
    """Return what changed from one version of a page to another, statement by statement.

    A statement whose words are the same and whose grade, sources or links are not has changed
    too: its sign-offs are void.

    Examples
    --------
    >>> now = version("data", "ketamine", "current")
    >>> changes_between(now, now)
    []
    """
    before, after = _placed(old.page), _placed(new.page)
    signed = _valid_signers(old)
    found = []
    for key in [*after, *(key for key in before if key not in after)]:
        was, now = before.get(key), after.get(key)
        words = [reader_words(one[1]) if one else "" for one in (was, now)]
        prints = [fingerprint(new.page.document, one[1]) if one else "" for one in (was, now)]
        if canonical(words[0]) == canonical(words[1]) and (
            prints[0] == prints[1] or old.page.edition != new.page.edition
        ):
            continue
        change = "added" if was is None else "cut" if now is None else "reworded"
        voids = signed.get(key, ()) if prints[0] != prints[1] else ()
        section = (now or was or ("", None))[0]
        found.append(Change(key, section, change, compare(*words), tuple(voids)))
    return found


def _placed(page: Document) -> dict[str, tuple[str, Statement]]:
    return {one.statement: (section.section, one) for section in page for one in section.statements}


def _valid_signers(old: Version) -> dict[str, tuple[str, ...]]:
    """Return who has signed each statement of a current edition, validly."""
    if old.page.edition == "supplied":
        return {}
    signers: dict[str, tuple[str, ...]] = {}
    for one in standings(old.content, old.page.document):
        if one.state == "valid":
            said = f"{one.person} ({one.capacity}, {one.signed_on})"
            signers[one.statement] = (*signers.get(one.statement, ()), said)
    return signers


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change to one notice, source or term touches."""

    kind: str
    """``notice``, ``source`` or ``term``."""
    key: str
    """Its key."""
    statements: tuple[tuple[str, str, str], ...]
    """The statements: document, statement, words."""
    sign_offs: tuple[tuple[str, str, str], ...]
    """The valid sign-offs on them: document, statement, who."""

    @property
    def head(self) -> str:
        """How much it touches, in words.

        Examples
        --------
        >>> Impact("term", "ECT", (), ()).head
        'term ECT: 0 statements on 0 pages, 0 sign-offs'
        """
        pages = len({document for document, _, _ in self.statements})
        return (
            f"{self.kind} {self.key}: {counted(len(self.statements), 'statement')} on "
            f"{counted(pages, 'page')}, {counted(len(self.sign_offs), 'sign-off')}"
        )

    def to_html(self) -> str:
        """Return what is touched as HTML: a table of the statements, one of the sign-offs."""
        statements, sign_offs = (
            rendering.trusted(
                show(pd.DataFrame(rows, columns=["page", "statement", last]), caption).to_html()
            )
            for rows, last, caption in (
                (self.statements, "words", "Statements it touches"),
                (self.sign_offs, "who", "Valid sign-offs on them"),
            )
        )
        return rendering.render(
            "impact.html.j2", impact=self, statements=statements, sign_offs=sign_offs
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {
            "text/plain": str(self),
            "text/html": self.to_html(),
            FACTS: json.dumps({"kind": "part"}),
        }

    def __str__(self) -> str:
        lines = [f"  {document}/{key}: {words}" for document, key, words in self.statements]
        lines += [f"  signed: {document}/{key} by {who}" for document, key, who in self.sign_offs]
        return "\n".join([self.head, *lines])


def impact(content: Content, kind: str, key: str) -> Impact:
    """Return each statement, page and valid sign-off that a change to a row touches.

    Parameters
    ----------
    content
        The tables.
    kind
        ``notice``, ``source`` or ``term``.
    key
        The notice, the source or the term.

    Raises
    ------
    UnknownName
        When there is no such kind, or no such row.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> impact(read_content("data"), "source", "nobody-1900")
    Traceback (most recent call last):
        ...
    ketcontent.errors.UnknownName: No source 'nobody-1900'.
    ...
    """
    tables = {"notice": content.notices, "source": content.sources, "term": content.terms}
    if kind not in tables:
        raise UnknownName.of("kind", kind, tables)
    known = list(dict.fromkeys(tables[kind][kind]))
    if key not in known:
        raise UnknownName.of(kind, key, known, hint=f"There are no {kind}s yet.")
    term = re.compile(rf"(?<!\w){re.escape(key)}(?!\w)")
    statements, signed = [], []
    for document in content.documents["document"]:
        page = assemble(content, document)
        signers = _valid_signers(Version(content, page))
        for section in page:
            for one in section.statements:
                touched = {
                    "notice": one.notice == key,
                    "source": key in one.cites,
                    "term": bool(term.search(reader_words(one))),
                }[kind]
                if touched:
                    statements.append((document, one.statement, reader_words(one)))
                    signed += [
                        (document, one.statement, who) for who in signers.get(one.statement, ())
                    ]
    return Impact(kind, key, tuple(statements), tuple(signed))
