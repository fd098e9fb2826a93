"""Measure the rules of prose on labelled sentences: ``python -m tests.benchmarks.judges``.

``tests/judged/sentences.csv`` holds sentences on medicines and procedures that the rules were not
written for, each labelled with its family of fault or as honest. They were shuffled once with a
fixed seed and halved by odd and even id. Rules were tuned on the half ``tune``; the half ``held``
was run once, when they were finished. One author wrote all sentences and then, on the same day
and with them in mind, the rules. So neither half is unseen text, and the numbers of ``held`` are
higher than those on pages of other authors will be. To measure that, let someone who has not read
``rules.csv`` write sentences, and add them under another name in the column ``half``.

A sentence is found when a rule of severity error or warning finds something in it. Recall of a
family counts the sentences that a rule of that family found; precision is the share of sentences
found, whatever the rule, that are not labelled honest. ``over-certain`` sentences are for the
judge of certainty (`ketcontent.evidence`): no rule of prose is meant to find them, so they count
in the precision and not in the recall over all.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ketcontent.prose import judge_rules
from ketcontent.tables import Content, frame_of, read_content

ROOT = Path(__file__).parent.parent.parent
SENTENCES = ROOT / "tests" / "judged" / "sentences.csv"
ELSEWHERE = "over-certain"


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
    """Return the sentences of a half, judged by the shipped rules."""
    rows = [row for row in labelled() if row["half"] == half]
    faults = judge_rules(page_of(rows, read_content(ROOT / "data")), "judged")
    found: dict[str, list[str]] = {}
    for fault in faults:
        if fault.severity != "advice" and fault.table == "statements":
            found.setdefault(fault.key.partition("/")[2], []).append(fault.rule)
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
    ours = [one for one in faulty if one.label != ELSEWHERE]
    flagged = [one for one in judged if one.rules]
    false = [one for one in flagged if one.label == "honest"]
    lines = [f"{half}: {len(judged)} sentences, {len(judged) - len(faulty)} of them honest"]
    for family in sorted({one.label for one in ours}):
        mine = [one for one in ours if one.label == family]
        named = [one for one in flagged if any(rule.startswith(f"{family}-") for rule in one.rules)]
        right = [one for one in named if one.label != "honest"]
        lines.append(
            f"  {family:<17} recall {share(sum(one.hit for one in mine), len(mine)):<16} "
            f"precision {share(len(right), len(named))}"
        )
    other = [one for one in faulty if one.label == ELSEWHERE]
    lines += [
        f"  {'all':<17} recall {share(sum(one.hit for one in ours), len(ours)):<16} "
        f"precision {share(len(flagged) - len(false), len(flagged))}",
        f"  found by a rule of any family: {share(sum(bool(o.rules) for o in ours), len(ours))}",
        f"  honest sentences found: {share(len(false), len(judged) - len(faulty))}",
        f"  {ELSEWHERE} (another judge's): {share(sum(bool(o.rules) for o in other), len(other))}",
    ]
    lines += [f"    missed {one.id} {one.label}: {one.sentence}" for one in ours if not one.hit]
    lines += [f"    wrong  {one.id} {', '.join(one.rules)}: {one.sentence}" for one in false]
    return "\n".join(lines)


if __name__ == "__main__":
    for name in sorted({row["half"] for row in labelled()}, reverse=True):
        print(report(name))
