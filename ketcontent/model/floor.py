"""What the package asks of every project: the floor under what judges its pages.

A project may ask for more. Where it asks for less, each deviation is named: by ``check --release``,
in the review of a page, and under "About" on the page itself.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ketcontent.model.content import Content
from ketcontent.resources import shipped_file

_WEIGHT = {"error": 0, "warning": 1, "advice": 2}


CLINICAL_PROFESSIONS = frozenset(
    {"dentist", "dietitian", "midwife", "nurse", "occupational-therapist", "optometrist"}
    | {"paramedic", "pharmacist", "physician", "physiotherapist", "psychologist"}
    | {"speech-therapist"}
)
"""The professions of ``people`` of which one must be a signer's, to sign as a clinician.

They stand here too, so that no data package of a project's own makes the list longer.
"""

_FINDS = ("looks_for", "where", "kinds", "unless")
"""The columns of a rule that say what it finds."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """Something that a project asks less of than the package."""

    table: str
    """``policies``, ``rules``, ``phrases``, ``topics`` or ``help_lines``."""
    key: str
    """The key of the shipped row; empty where it is the table as a whole."""
    message: str
    """What is less."""
    stops: bool
    """Whether nothing is released with it."""

    def __str__(self) -> str:
        return f"{self.table} {self.key}: {self.message}".replace(" :", ":")


def shipped_rows(table: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a table as the package came with them.

    They are read each time, so that whoever notes what a notebook read sees it every time.
    """
    return _rows(shipped_file(f"data/{table}.csv").read_text("utf-8"))


@lru_cache(maxsize=16)
def _rows(text: str) -> tuple[dict[str, str], ...]:
    return tuple(csv.DictReader(text.splitlines(keepends=True)))


def shipped_policies() -> tuple[tuple[str, str], ...]:
    """Return the shipped policies: pairs of a kind and a capacity that must sign it."""
    return tuple((row["kind"], row["capacity"]) for row in shipped_rows("policies"))


def deviations(content: Content) -> list[Deviation]:
    """Return where a project asks less than the package."""
    return [
        *_of_policies(content.rows("policies")),
        *_of_rules(content.rows("rules")),
        *_of_phrases(content),
        *_of_topics(content.rows("topics")),
        *_of_help_lines(content),
    ]


def _of_policies(rows: Iterable[Mapping[str, Any]]) -> Iterator[Deviation]:
    """Yield the sign-offs that are not asked for; a kind not named needs what is shipped."""
    own = {(row["kind"], row["capacity"]) for row in rows}
    if not own:
        yield Deviation("policies", "", "it is empty, and the shipped policies hold.", False)
    named = {kind for kind, _ in own}
    for kind, capacity in shipped_policies():
        if kind in named and (kind, capacity) not in own:
            said = f"no {capacity} sign-off is asked for on what is of the kind {kind}."
            yield Deviation("policies", f"{kind}/{capacity}", said, True)


def _of_rules(rows: Iterable[Mapping[str, Any]]) -> Iterator[Deviation]:
    own = {row["rule"]: row for row in rows}
    if not own:
        yield Deviation("rules", "", "it is empty: no prose is judged by a rule.", True)
        return
    for shipped in shipped_rows("rules"):
        mine = own.get(shipped["rule"])
        if mine is None:
            yield Deviation("rules", shipped["rule"], "the shipped rule is not there.", True)
        elif _WEIGHT[mine["severity"]] > _WEIGHT[shipped["severity"]]:
            said = f"its findings are {mine['severity']}, not {shipped['severity']}."
            yield Deviation("rules", shipped["rule"], said, True)
        elif any(mine.get(name) != shipped[name] for name in _FINDS):
            yield Deviation("rules", shipped["rule"], "it looks for other words.", False)


def _of_phrases(content: Content) -> Iterator[Deviation]:
    """Yield how many of the words that rules look for are not looked for."""
    if content.phrases.empty:
        yield Deviation("phrases", "", "it is empty: no rule finds a word.", True)
        return
    gone = _gone(content, "phrases", ("list", "phrase", "language", "exceptions"))
    if gone:
        shipped = shipped_rows("phrases")
        lists = Counter(one[0] for one in gone)
        said = f"{len(gone)} of {len(shipped)} are not there as shipped, most of the lists "
        said += f"{', '.join(name for name, _ in lists.most_common(3))}."
        # A rule that looks for a list that is not there is as good as none.
        yield Deviation("phrases", "", said, not lists.keys() <= set(content.phrases["list"]))


def _of_help_lines(content: Content) -> Iterator[Deviation]:
    """Yield the crisis contacts that are not known."""
    if content.help_lines.empty:
        yield Deviation("help_lines", "", "it is empty: no crisis contact is known.", False)
    elif gone := _gone(content, "help_lines", ("market", "name", "contact")):
        names = ", ".join("/".join(one[:2]) for one in gone[:3])
        said = f"{len(gone)} of {len(shipped_rows('help_lines'))} are not there as shipped: {names}"
        yield Deviation("help_lines", "", f"{said}{' …' if len(gone) > 3 else '.'}", False)


def _gone(content: Content, table: str, columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return, of the shipped rows of a table, the cells of those that a project has otherwise."""
    frame = getattr(content, table)
    own = list(zip(*(frame[name].tolist() for name in columns), strict=True))
    shipped = _cells(shipped_file(f"data/{table}.csv").read_text("utf-8"), columns)
    if own == shipped:  # as nearly always, and told in a tenth of the time
        return []
    known = set(own)
    return [one for one in shipped if one not in known]


@lru_cache(maxsize=8)
def _cells(text: str, columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [tuple(row[name] for name in columns) for row in _rows(text)]


def _of_topics(rows: Iterable[Mapping[str, Any]]) -> Iterator[Deviation]:
    """Yield the questions that need no answer, of a page of the kind that the shipped ones ask."""
    own = {row["topic"]: row["level"] for row in rows}
    musts = [row["topic"] for row in shipped_rows("topics") if row["level"] == "must"]
    if "must" not in own.values():
        yield Deviation("topics", "", "no question must be answered.", False)
        return
    for topic in musts if own.keys() & set(musts) else ():
        if own.get(topic) != "must":
            yield Deviation("topics", topic, "this question need not be answered.", False)
