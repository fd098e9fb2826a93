"""How well the structure of a page is read: ``python -m tests.benchmarks.structure``.

The pages in ``pages/`` have the shapes of real ones; the words are made up. Each line of a file is
a label, a bar, and the line as it was received; ``‖`` stands between two sentences, and is not part
of the page. The labels:

===========  ====================================================================================
``t``        the title
``h2`` …     a heading, with its level
``r``, ``rn``  a heading with the words after it on its line; with ``rn`` they are a notice
``p``        a paragraph
``i1`` …     an item of a list, with its depth
``c``        a row of a table, one of headers too
``n``        a notice
``f``        furniture: a menu, a button, a cookie banner, the number of a page
``+``        goes on the block of the line before it
``a``        a line of an address or of a form: no heading, no item, and else nothing is asked of it
``.``        decoration: nothing is asked of it
===========  ====================================================================================

Those in ``tuned/`` were looked at while the reader was made. Those in ``kept/`` were written before
that and only their totals were looked at: ``--faults`` has no answer for them. Those in ``later/``
were written when the reader was made, by somebody who knew it and had not seen what it does with
them; they too are not for tuning.
"""

from __future__ import annotations

import argparse
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

from ketcontent import assemble, import_page
from ketcontent.errors import UnreadablePage
from ketcontent.importing.plain_text_blocks import read_plain_text
from ketcontent.importing.sentences import sentences_of
from ketcontent.importing.supplied_page import Doubt
from ketcontent.importing.text_tables import is_rule
from ketcontent.model import empty_content

PAGES = Path(__file__).parent / "pages"
HALVES = ("tuned", "kept", "later")
BETWEEN = "‖"
KINDS = ("headings", "items", "rows", "notices", "furniture", "joins", "sentences")
"""What is counted: each is found, and is right where a person labelled the same words so."""
STRUCTURE = ("headings", "levels", "items", "rows", "notices", "furniture", "joins")
"""What the structure of a page is scored by, each as far as the page has it."""

_MARKS = re.compile(r"[-–−*•·・‣◦▪●∙⁃✓✔✅❌→+☐\uf0b7\uf0a7^]+\s*|o\t")
_UNSEEN = re.compile(r"[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page as received, with what a person reads in it."""

    name: str
    kind: str
    language: str
    lines: tuple[tuple[str, str], ...]
    """Label and words of each line; the words still have their marks between sentences."""

    @property
    def text(self) -> str:
        """The page as received."""
        return "\n".join(line.replace(BETWEEN, "") for _, line in self.lines)


@dataclass(slots=True)
class Outline:
    """The parts of a page, each known again by its words."""

    parts: dict[str, Counter[str]] = field(
        default_factory=lambda: {kind: Counter() for kind in KINDS}
    )
    levels: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    """Of headings and items: the kind, the words and the level."""

    def add(self, kind: str, words: str, level: int = 0) -> None:
        """Take in a part."""
        self.parts[kind][known_by(words)] += 1
        if level:
            self.levels[kind, known_by(words), level] += 1

    def placed(self) -> Counter[tuple[str, str]]:
        """Return what has a level, without it."""
        placed: Counter[tuple[str, str]] = Counter()
        for (kind, words, _), number in self.levels.items():
            placed[kind, words] += number
        return placed


@dataclass(slots=True)
class Score:
    """What of one page, or of many, was found, was labelled, and was both."""

    found: Counter[str] = field(default_factory=Counter)
    labelled: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    structure: list[float] = field(default_factory=list)
    """Of each page, from 0 to 5."""
    lost: int = 0
    """Words of the pages that did not come back."""

    def add(self, other: Score) -> None:
        """Take in the score of other pages."""
        self.found += other.found
        self.labelled += other.labelled
        self.right += other.right
        self.structure += other.structure
        self.lost += other.lost

    def precision(self, kind: str) -> float:
        """Return the share of what was found that is right."""
        return self.right[kind] / self.found[kind] if self.found[kind] else 1.0

    def recall(self, kind: str) -> float:
        """Return the share of what was labelled that was found."""
        return self.right[kind] / self.labelled[kind] if self.labelled[kind] else 1.0

    def f1(self, kind: str) -> float:
        """Return the harmonic mean of both."""
        both = self.found[kind] + self.labelled[kind]
        return 2 * self.right[kind] / both if both else 1.0

    @property
    def mean_structure(self) -> float:
        """The mean over the pages, from 0 to 5."""
        return mean(self.structure)


def known_by(words: str) -> str:
    """Return what a part is known by: its words, without white space and what parts cells."""
    bare = _UNSEEN.sub("", unicodedata.normalize("NFC", words)).replace("|", " ").strip()
    mark = _MARKS.match(bare)
    return "".join(bare[mark.end() :].split() if mark else bare.split())


def read_labelled(path: Path) -> LabelledPage:
    """Return a labelled page."""
    head, _, body = path.read_text("utf-8").partition("---\n")
    facts = dict(line.split(": ", 1) for line in head.splitlines())
    lines = []
    for line in body.splitlines():
        label, _, words = line.partition("|")
        lines.append((label.strip(), words[1:]))
    return LabelledPage(path.stem, facts["kind"], facts["language"], tuple(lines))


def labelled_pages(half: str) -> list[LabelledPage]:
    """Return the pages of a half."""
    return [read_labelled(path) for path in sorted((PAGES / half).glob("*.page"))]


def labelled_blocks(page: LabelledPage) -> Iterator[tuple[str, list[str]]]:
    """Yield each block of a labelled page, with its lines."""
    block: list[str] = []
    label = ""
    for mark, words in page.lines:
        if mark == "+":
            block.append(words)
        elif mark:
            if block:
                yield label, block
            label, block = mark, [words]
    yield label, block


def labelled_outline(page: LabelledPage) -> Outline:
    """Return what a person reads in a page."""
    outline = Outline()
    for label, lines in labelled_blocks(page):
        words = "\n".join(lines)
        if label in ("r", "rn"):
            heading, _, words = words.partition(BETWEEN)
            outline.add("headings", heading)
            label = {"r": "p", "rn": "n"}[label]
        kind, level = label[0], int(label[1:] or 0)
        bare = words.replace(BETWEEN, "")
        if kind == "c" and is_rule(bare):  # drawn, and no row
            continue
        if kind in "th":
            outline.add("headings", bare, level or 1)
        elif kind == "i":
            outline.add("items", bare, level)
        elif kind in "cnf":
            outline.add({"c": "rows", "n": "notices", "f": "furniture"}[kind], bare)
        if kind in "pin":
            for sentence in words.split(BETWEEN):
                outline.add("sentences", sentence)
        if kind in "thpin":
            for line in lines[1:]:
                outline.add("joins", line.replace(BETWEEN, ""))
    return outline


def read_outline(text: str, language: str, spared: set[str]) -> Outline:
    """Return what the reader reads in a page; of the lines spared, only what was made of them."""
    outline = Outline()
    page = read_plain_text(text)
    lines = text.split("\n")
    furniture = {
        known_by(line)
        for doubt in page.doubts
        for line in lines[slice(*_told_lines(doubt))]
        if line.strip()
    }
    if page.title:
        outline.add("headings", page.title, 1)
    for block in page.blocks:
        label = f"{block.number} {block.label}".strip()
        words = f"{label}{':' if label[-1:].isalnum() else ''} {block.text}"
        first, *broken = block.text.split("\n")
        if block.form == "heading":
            outline.add("headings", f"{block.number} {first}", 0 if block.run_in else block.level)
        elif known_by(words) in furniture:
            outline.add("furniture", words)
        elif block.form in ("item", "notice"):
            outline.add(f"{block.form}s", words, block.depth)
        elif block.table and known_by(words) not in spared:
            outline.add("rows", words)
        kept = block.form == "heading" or block.table or known_by(words) in furniture
        if kept or known_by(first) in spared:
            continue
        for line in broken:
            outline.add("joins", line)
        sentences = [one for one, _ in sentences_of(block.text, language)]
        sentences[0] = words[: len(words) - len(block.text)] + sentences[0]
        for sentence in sentences:
            outline.add("sentences", sentence)
    return outline


def _told_lines(doubt: Doubt) -> tuple[int, int]:
    """Return the lines of which a doubt says that they look like furniture."""
    places = [int(one) for one in re.findall(r"\d+", doubt.where)]
    if "furniture" not in doubt.message:
        return 0, 0
    return places[0] - 1, places[-1]


def words_lost(text: str, language: str) -> int:
    """Return how many words of a page do not come back from its rows; all, of one refused."""
    try:
        content = import_page(empty_content(), text, document="page", language=language)
        back = assemble(content, "page", edition="supplied").to_text()
    except UnreadablePage:
        back = ""
    both = (Counter(re.findall(r"\w+", _UNSEEN.sub("", one))) for one in (text, back))
    received, returned = both
    return (received - returned).total()


def score_page(page: LabelledPage) -> Score:
    """Return the score of one page."""
    wanted = labelled_outline(page)
    spared = {
        known_by(words.replace(BETWEEN, "")) for label, words in page.lines if label in (".", "a")
    }
    spared |= set(wanted.parts["furniture"])
    read = read_outline(page.text, page.language, spared)
    score = Score(lost=words_lost(page.text, page.language))
    for kind in KINDS:
        score.found[kind] = read.parts[kind].total()
        score.labelled[kind] = wanted.parts[kind].total()
        score.right[kind] = (read.parts[kind] & wanted.parts[kind]).total()
    both = wanted.placed() & read.placed()
    score.found["levels"] = score.labelled["levels"] = both.total()
    score.right["levels"] = (wanted.levels & read.levels).total()
    there = [kind for kind in STRUCTURE if score.found[kind] or score.labelled[kind]]
    score.structure = [5 * mean(score.f1(kind) for kind in there)]
    return score


def faults(page: LabelledPage) -> Iterator[str]:
    """Yield what was read otherwise than it was labelled."""
    wanted = labelled_outline(page)
    spared = {known_by(words.replace(BETWEEN, "")) for label, words in page.lines if label in ".a"}
    read = read_outline(page.text, page.language, spared | set(wanted.parts["furniture"]))
    for kind in KINDS:
        for sign, more in (
            ("+", read.parts[kind] - wanted.parts[kind]),
            ("-", wanted.parts[kind] - read.parts[kind]),
        ):
            yield from (f"  {kind:<10} {sign} {words[:90]}" for words in more.elements())
    both = wanted.placed() & read.placed()
    for kind, words, level in (read.levels - wanted.levels).elements():
        if both[kind, words]:
            yield f"  levels     + {level} {words[:88]}"


def total(pages: Iterable[LabelledPage]) -> Score:
    """Return the score of pages together."""
    score = Score()
    for page in pages:
        score.add(score_page(page))
    return score


def table(groups: dict[str, list[LabelledPage]]) -> Iterator[str]:
    """Yield a line a group: precision and recall of each kind, in hundredths."""
    columns = [*KINDS[:-1], "levels", KINDS[-1]]
    yield f"{'':<28}{'pages':>5}  " + "".join(f"{kind:>11}" for kind in columns) + "  of 5  lost"
    for name, pages in groups.items():
        score = total(pages)
        cells = ""
        for kind in columns:
            seen = score.found[kind] or score.labelled[kind]
            both = f"{100 * score.precision(kind):.0f}/{100 * score.recall(kind):.0f}"
            cells += f"{both if seen else '':>11}"
        yield f"{name:<28}{len(pages):>5}  {cells}{score.mean_structure:>6.2f}{score.lost:>6}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--by", choices=["kind", "language"], help="a line for each of these too")
    parser.add_argument("--faults", action="store_true", help="each fault, of the tuned pages only")
    arguments = parser.parse_args()
    for half in HALVES:
        pages = labelled_pages(half)
        groups = {f"{half}, all": pages}
        if arguments.by:
            for value in sorted({getattr(page, arguments.by) for page in pages}):
                groups[value] = [page for page in pages if getattr(page, arguments.by) == value]
        print("\n".join(table(groups)))
    if arguments.faults:
        for page in labelled_pages("tuned"):
            print(page.name, f"{score_page(page).mean_structure:.2f}")
            print("\n".join(faults(page)))


if __name__ == "__main__":
    main()
