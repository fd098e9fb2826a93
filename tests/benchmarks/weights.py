"""Learn the weights of `ketcontent.checks.manner`: ``python -m tests.benchmarks.weights [write]``.

They are learned from the labelled sentences of ``tests/judged`` and from the examples of the rules,
without the halves that are kept for measuring (`judges.MEASURED`): logistic regression over the
words and lists of a sentence, in as many steps each time, so that the same sentences give the same
weights. What hardly weighs anything is left out. Without ``write`` they are only compared with
those that are shipped. Learn them anew whenever a phrase, an example of a rule or a sentence of
these sets has changed: the first line of the file is a digest of all three (`learned_from`), and a
test says when it is another.

The likelihoods from which on a sentence is called an advert's, perhaps one, or information were
chosen in November 2026 by five folds of the sentences that weights are learned from, each judged
with weights learned without it, and by the rules as they were before ``tenth`` was read: what rules
were mended by shows no false finds of theirs, so that an excuse would look useless on it. Of what
is found by weight alone on the halves ``tune`` of ``tenth`` and ``fourteenth``, 15 of 21 are faulty
from 0.75 on, and 14 of 16 from 0.8 on; from 0.85 on only 9 of 11. To excuse what is information up
to 0.4 finds two more faulty sentences in 100 than up to 0.5, at the same precision (``tenth-tune``
89% at 89%, ``fourteenth-tune`` 78% at 94%); up to 0.3 costs a point of it. Advice from 0.55 on,
where a sentence is more likely an advert than not, finds 94% and 87%, and tells one honest sentence
in seven; from 0.5 on it would tell one in five.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ketcontent.checks import manner
from ketcontent.checks.manner import PERHAPS, parts_of
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
            if PERHAPS in row["looks_for"]:
                continue  # what was learned would be more than perhaps one
            for column, is_fault in (("bad_examples", True), ("good_examples", False)):
                for example in row[column].split(" | "):
                    yield example, is_fault


def learned_from() -> str:
    """Return a digest of the phrases that are weighed and of the sentences to learn from."""
    with (ROOT / "data" / "phrases.csv").open(encoding="utf-8", newline="") as file:
        columns = ("phrase", "list", "language", "exceptions")
        phrases = sorted([row[name] for name in columns] for row in csv.DictReader(file))
    told = json.dumps([phrases, sorted(dict(sentences()).items())])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


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
    found = f"# learned from {learned_from()}\n" + "".join(
        f"{weight:g} {part}\n" for part, weight in sorted(learned().items())
    )
    same = FILE.exists() and found == FILE.read_text(encoding="utf-8")
    print(f"{len(found.splitlines()) - 1} weights, {'as' if same else 'other than'} those shipped")
    if "write" in sys.argv[1:]:
        FILE.write_text(found, encoding="utf-8")
