"""Measure the judges of words on labelled sentences: ``python -m tests.benchmarks.judges [HALF]``.

``tests/judged/sentences.csv`` holds sentences on medicines and procedures that the rules were not
written for, each labelled with its family of fault or as honest. There are two sets, each
shuffled once with a fixed seed and halved.

tune, held
    The author of the rules wrote these first, and then the rules, with them in mind. So neither
    half is unseen text, and the numbers of ``held`` are too good.
fresh-tune, fresh-held
    Two others wrote these, who had seen neither the rules nor the first set nor each other's. On
    ``fresh-tune`` the rules found 43 of 78 faulty sentences as they first were, and were mended.
    Then ``fresh-held`` was run, once: 58 of 77 faulty sentences were found (recall 75%), and 59
    of the 60 sentences found were faulty (precision 98%). Those are the numbers to quote. What
    was missed of crises and prices was mended after that, so a run today gives more.

A sentence is found when a rule of severity error or warning, or the judge of certainty, finds
something in it. Recall of a family counts the sentences that a rule of that family found
(``over-certain``: the judge of certainty); precision is the share of sentences found, whatever the
rule, that are not labelled honest.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ketcontent.checks.certainty import judge_certainty
from ketcontent.checks.rules import judge_rules
from ketcontent.model.content import Content, frame_of
from ketcontent.model.store import read_content
from ketcontent.pages.assembly import PageView

ROOT = Path(__file__).parent.parent.parent
SENTENCES = ROOT / "tests" / "judged" / "sentences.csv"
_FAMILY = {
    "claims-more-than-grade": "over-certain-claim",
    "hedges-what-is-certain": "over-certain-hedge",
}
"""The faults of the judge of certainty, under the name of their label."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled sentence and the rules that found something in it."""

    id: str
    half: str
    label: str
    sentence: str
    rules: tuple[str, ...]

    @property
    def hit(self) -> bool:
        """Whether a rule of the right family found it."""
        return any(rule.startswith(f"{self.label}-") for rule in self.rules)


def labelled() -> list[dict[str, str]]:
    """Return the rows of the labelled set."""
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def page_of(rows: Iterable[dict[str, str]], content: Content) -> Content:
    """Return a Content with the sentences as one page, ``judged``."""
    statements: list[dict[str, Any]] = [
        {
            "document": "judged",
            "statement": row["id"],
            "section": "all",
            "block": str(number),
            "position": str(number),
            "form": "paragraph",
            "text": row["sentence"],
            "kind": row["kind"],
            "certainty": row["certainty"],
        }
        for number, row in enumerate(rows)
    ]
    page = {"document": "judged", "title": "Judged", "language": "en", "review_every_days": "1"}
    section = {"document": "judged", "section": "all", "position": "1"}
    return replace(
        content,
        documents=frame_of("documents", [page], content),
        sections=frame_of("sections", [section], content),
        statements=frame_of("statements", statements, content),
    )


def judge(half: str) -> list[Judged]:
    """Return the sentences of a half, judged by the shipped rules and by their certainty."""
    rows = [row for row in labelled() if row["half"] == half]
    content = page_of(rows, read_content(ROOT / "data"))
    found: dict[str, list[str]] = {}
    for fault in judge_rules(PageView(content, "judged")):
        if fault.severity != "advice" and fault.table == "statements":
            found.setdefault(fault.key.partition("/")[2], []).append(fault.rule)
    for fault in judge_certainty(PageView(content, "judged")):
        if fault.rule in _FAMILY:
            found.setdefault(fault.key.partition("/")[2], []).append(_FAMILY[fault.rule])
    return [
        Judged(
            row["id"], half, row["label"], row["sentence"], tuple(sorted(found.get(row["id"], [])))
        )
        for row in rows
    ]


def share(part: int, whole: int) -> str:
    """Return ``9 of 12 (75%)``."""
    return f"{part} of {whole}" + (f" ({100 * part / whole:.0f}%)" if whole else "")


def report(half: str) -> str:
    """Return the numbers of a half, a line a family."""
    judged = judge(half)
    faulty = [one for one in judged if one.label != "honest"]
    flagged = [one for one in judged if one.rules]
    false = [one for one in flagged if one.label == "honest"]
    lines = [f"{half}: {len(judged)} sentences, {len(judged) - len(faulty)} of them honest"]
    for family in sorted({one.label for one in faulty}):
        mine = [one for one in faulty if one.label == family]
        named = [one for one in flagged if any(rule.startswith(f"{family}-") for rule in one.rules)]
        right = [one for one in named if one.label != "honest"]
        lines.append(
            f"  {family:<17} recall {share(sum(one.hit for one in mine), len(mine)):<16} "
            f"precision {share(len(right), len(named))}"
        )
    found = sum(bool(one.rules) for one in faulty)
    lines += [
        f"  {'all':<17} recall {share(sum(one.hit for one in faulty), len(faulty)):<16} "
        f"precision {share(len(flagged) - len(false), len(flagged))}",
        f"  found by a rule of any family: {share(found, len(faulty))}",
        f"  honest sentences found: {share(len(false), len(judged) - len(faulty))}",
    ]
    lines += [f"    missed {one.id} {one.label}: {one.sentence}" for one in faulty if not one.hit]
    lines += [f"    wrong  {one.id} {', '.join(one.rules)}: {one.sentence}" for one in false]
    return "\n".join(lines)


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted({row["half"] for row in labelled()}, reverse=True):
        print(report(name))
