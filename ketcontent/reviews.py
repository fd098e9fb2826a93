"""What a page holds, for those who review it: counts, lengths, repeats, changes.

Each function looks at Content from the side and returns a DataFrame with a row a thing to look
at; `show` draws one so that it can be read on an exported page, by a screen reader too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ketcontent import rendering
from ketcontent.documents import FACTS, Document, Edition, assemble
from ketcontent.redlines import Redline, redline
from ketcontent.tables import Content
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
    >>> counts = holdings(read_content("data"), "ketamine")
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
    content: Content, document: str, *, old: Edition = "supplied", new: Edition = "current"
) -> pd.DataFrame:
    """Return what changed in a page from one edition to another, statement by statement.

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
    before = _wordings(assemble(content, document, edition=old))
    after = _wordings(assemble(content, document, edition=new))
    rows: list[tuple[str, str, Redline]] = []
    for key in [*after, *(key for key in before if key not in after)]:
        was, now = before.get(key, ""), after.get(key, "")
        if canonical(was) != canonical(now):
            change = "added" if not was else "cut" if not now else "reworded"
            rows.append((key, change, redline(was, now)))
    return pd.DataFrame(rows, columns=["statement", "change", "redline"])


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

    def to_html(self) -> str:
        """Return the summary as HTML, its title at level 1."""
        return rendering.render("summary.html.j2", summary=self)

    def to_markdown(self) -> str:
        """Return the summary as Markdown, its title at level 1."""
        return rendering.render("summary.md.j2", summary=self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        facts = {
            **self.page.facts,
            "kind": "review",
            "title": f"Review of {self.page.name}",
            "language": "en",
            "contents": [],
        }
        return {
            "text/plain": repr(self),
            "text/html": self.to_html(),
            "text/markdown": self.to_markdown(),
            FACTS: json.dumps(facts, ensure_ascii=False),
        }


def summary(content: Content, document: str) -> Summary:
    """Return the head of a review of a page.

    Examples
    --------
    >>> from ketcontent.tables import read_content
    >>> summary(read_content("data"), "ketamine").statements
    31
    """
    page = assemble(content, document)
    statements = [one for section in page for one in section.statements]
    return Summary(
        page=page,
        statements=len(statements),
        unset=sum(not one.kind for one in statements),
        changed=len(changes(content, document)),
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

    def to_html(self) -> str:
        """Return the table as HTML."""
        return self._drawn("table.html.j2", "to_html")

    def to_markdown(self) -> str:
        """Return the table as Markdown."""
        return self._drawn("table.md.j2", "to_text")

    def _drawn(self, template: str, form: str) -> str:
        rows = [[_cell(cell, form) for cell in row] for row in self.frame.itertuples(index=False)]
        columns = [str(name) for name in self.frame.columns]
        return rendering.render(template, table=self, columns=columns, rows=rows)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {
            "text/plain": self.frame.to_string(index=False) if len(self.frame) else self.nothing,
            "text/html": self.to_html(),
            "text/markdown": self.to_markdown(),
            FACTS: json.dumps({"kind": "part"}),
        }


def show(frame: pd.DataFrame, caption: str, *, nothing: str = "None.") -> Table:
    """Return a DataFrame as a table to be read.

    Parameters
    ----------
    frame
        What to draw; its first column heads each row.
    caption
        What the table shows.
    nothing
        What to say when the DataFrame has no rows.

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
    return Table(frame, caption, nothing)


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
