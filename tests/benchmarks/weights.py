"""Learn the weights of `ketcontent.checks.manner`: ``python -m tests.benchmarks.weights [write]``.

They are learned from the labelled sentences of ``tests/judged`` and from the examples of the rules,
without the halves that are kept for measuring (`judges.MEASURED`): logistic regression over the
words and lists of a sentence, in as many steps each time, so that the same sentences give the same
weights. What hardly weighs anything is left out. Without ``write`` they are only compared with
those that are shipped. Learn them anew whenever a list of ``phrases.csv`` has changed its name, and
after a set was added.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ketcontent.checks import manner
from ketcontent.checks.manner import parts_of
from ketcontent.checks.rules import rule_book
from ketcontent.model.store import read_content
from ketcontent.pages.assembly import PageView
from ketcontent.reading import FoldedText, read
from tests.benchmarks.judges import MEASURED, ROOT, labelled

FILE = Path(manner.__file__).parent / "weights.txt"
RAREST = 3
"""Sentences that a part must stand in to be weighed."""
STEPS, PULL, LEAST = 300, 3.0, 0.04
"""Steps of learning; how strongly weights are drawn to nothing; the least that is kept."""


def sentences() -> Iterator[tuple[str, bool]]:
    """Yield the sentences to learn from, and whether each is at fault."""
    for row in labelled():
        if row["half"] not in MEASURED and row["label"] != "over-certain":  # that is for grades
            yield row["sentence"], row["label"] != "honest"
    with (ROOT / "tests" / "judged" / "examples.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["place"] == "sentence":
                yield row["sentence"], row["verdict"] == "bad"
    with (ROOT / "data" / "rules.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for column, is_fault in (("bad_examples", True), ("good_examples", False)):
                for example in row[column].split(" | "):
                    yield example, is_fault


def learned() -> dict[str, float]:
    """Return the weight of each part that weighs something."""
    book = rule_book(PageView(read_content(ROOT / "data"), "ketamine"), "en")
    parts: list[set[str]] = []
    faulty: list[bool] = []
    for sentence, is_fault in dict(sentences()).items():  # each once
        reading = read(FoldedText.of(sentence).text)
        found = book.tree.find(reading.words)
        parts.append({part for _, of in parts_of(reading, found) for part in of})
        faulty.append(is_fault)
    seen = Counter(part for of in parts for part in of)
    names = sorted(part for part, count in seen.items() if count >= RAREST)
    place = {name: number for number, name in enumerate(names)}
    stands = np.zeros((len(parts), len(names) + 1))
    stands[:, -1] = 1
    for row, of in enumerate(parts):
        stands[row, [place[part] for part in of if part in place]] = 1
    weights = _fitted(stands, np.array(faulty, dtype=float))
    kept = {name: round(float(weights[place[name]]), 2) for name in names}
    kept = {name: weight for name, weight in kept.items() if abs(weight) >= LEAST}
    return {"(any)": round(float(weights[-1]), 2), **kept}


def _fitted(stands: np.ndarray, faulty: np.ndarray) -> np.ndarray:
    """Return the weights of a logistic regression, by gradient descent with momentum (Adam)."""
    weights, mean, square = (np.zeros(stands.shape[1]) for _ in range(3))
    pull = np.full(stands.shape[1], PULL)
    pull[-1] = 0  # the weight that any sentence has
    for step in range(1, STEPS + 1):
        likely = 1 / (1 + np.exp(-stands @ weights))
        slope = stands.T @ (likely - faulty) + pull * weights
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope**2
        size = 0.05 if step < 0.8 * STEPS else 0.01
        weights -= size * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-6)
    return weights


if __name__ == "__main__":
    found = "".join(f"{weight:g} {part}\n" for part, weight in sorted(learned().items()))
    same = FILE.exists() and found == FILE.read_text(encoding="utf-8")
    print(f"{len(found.splitlines())} weights, {'as' if same else 'other than'} those shipped")
    if "write" in sys.argv[1:]:
        FILE.write_text(found, encoding="utf-8")
