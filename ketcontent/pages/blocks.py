"""The parts of a page as a reader reads them: sections, blocks, statements, references."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from ketcontent.markup import (
    FACTS,
    Strings,
    direction,
    english,
    inline_plain,
    render,
    split_citations,
    trusted,
    without_citations,
)
from ketcontent.pages.block_markdown import row_cells, sentence_lines
from ketcontent.pages.citations import reference_html, reference_plain
from ketcontent.pages.comparisons import Bar, Comparison, Untold, untold
from ketcontent.pages.runs import Nested, levels, nested, runs_of
from ketcontent.pages.tables import Table, cells_html
from ketcontent.reading import Around
from ketcontent.text import joined

if TYPE_CHECKING:
    from markupsafe import Markup

Edition = Literal["current", "supplied"]

Form = Literal["paragraph", "item", "notice", "caption", "header", "row"]

Certainty = Literal["high", "moderate", "low", "very-low"]

State = Literal["archive", "draft", "part-reviewed", "reviewed"]

_NUMBER = re.compile(
    r"[(\[]?(?:\d{1,3}(?:\.\d{1,3})*|[^\W\d_]|[ivx]{2,4}|[IVX]{2,4})[.)\]](?:\s|$)"
)
"""A number, letter or Roman number in front of words, with its mark."""

Runs = tuple[tuple[str, "tuple[Block, ...]"], ...]
"""Blocks in runs of one form, each with the name of the form."""


@lru_cache(maxsize=4096)
def _told(
    comparison: Comparison, words: str, label: str, around: Around, language: str
) -> tuple[Bar, Bar] | Untold:
    """Return what a sentence tells of a comparison; a page is judged and drawn many times."""
    return comparison.told(words, label, around, language)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of one edition."""

    statement: str
    """Its key."""
    label: str
    """The words before it that name it; empty for most."""
    text: str
    """Its words as inline markup, its notice's text in place."""
    plain: str
    """Its words without markup; in the supplied edition, exactly as received."""
    kind: str
    """benefit, risk, mechanism, use, regulatory, advice, background, or empty."""
    notice: str
    """The notice whose text it is, or empty."""
    certainty: str = ""
    """How sure the evidence is: high, moderate, low, very-low, or empty."""
    cites: tuple[str, ...] = ()
    """The sources that its words cite, in order."""
    urgent: bool = False
    """Whether it stands in a notice for a reader in crisis."""
    contested: str = ""
    """What the supplier sends in its place since a later version; empty where it says that."""
    rests_on: tuple[str, ...] = ()
    """What a reader reads of each source, and what it found, of those too that are not cited."""
    stands: tuple[str, ...] = ()
    """Where it stands now: key and title of its section, statement before and behind it in its
    block; ``row``, ``header`` or ``caption`` in a table, or ``within``, and the words of what it
    stands within; of a row under no headers ``beside`` and the key of the first of its table."""
    within: tuple[tuple[str, str], ...] = ()
    """What decides what it says, from the outside in: the sentence with a colon at its end that it
    follows, the items that it is of, the caption and headers above it; of each key and words."""
    against: tuple[str, ...] = ()
    """Those of the sources cited that found otherwise."""
    author: str = ""
    """Who wrote its words, as ``people`` names them; empty where nobody says."""
    comparisons: tuple[Comparison, ...] = ()
    """The numbers that its sources compare, by source."""
    around: Around = field(default_factory=Around)
    """What stands around it, where it has comparisons."""
    drawn_at: tuple[tuple[str, str], ...] = ()
    """Sources whose numbers are drawn already, each with the statement beside which they are."""
    language: str = "en"
    """The language of its page."""
    run_on: bool = False
    """Whether it was received right behind the stop of the one before it."""

    def told(self, comparison: Comparison) -> tuple[Bar, Bar] | Untold:
        """Return the bars of what its own words tell of a comparison; where they do not, why."""
        parts = pairwise(words for words, _ in split_citations(self.text))
        if any(re.fullmatch(r"\w\w", f"{one[-1:]}{other[:1]}") for one, other in parts):
            return untold("treatment", "A citation stands within a word or number.", "Move it.")
        if other := dict(self.drawn_at).get(comparison.source):
            message = f"The same numbers are drawn beside '{other}'."
            return untold("treatment", message, "Empty all from treatment to time in one row.")
        return _told(comparison, self.plain, self.label, self.around, self.language)

    @property
    def pictures(self) -> list[tuple[Bar, Bar]]:
        """The bars that are drawn beside it."""
        told = map(self.told, self.comparisons)
        return [bars for bars in told if not isinstance(bars, Untold)]

    @property
    def is_marked(self) -> bool:
        """Whether a mark says how sure the evidence is: it is weak, for a benefit or a harm.

        Of all else the verb says it ("probably", or a plain one): marks on each sentence are read
        by nobody, and those that warn are lost among them.
        """
        return self.kind in ("benefit", "risk") and self.certainty in ("low", "very-low")

    @property
    def label_text(self) -> str:
        """The label as it stands before the words: ``Form:``.

        A label that ends in a letter or a digit gets a colon; any other brings its own mark.
        """
        return f"{self.label}:" if self.label[-1:].isalnum() else self.label

    @property
    def parts(self) -> list[tuple[str, tuple[str, ...]]]:
        """The words as inline markup in parts, each with the sources cited right after it."""
        if not self.cites:
            return [(self.text, ())]
        parts = split_citations(self.text)
        if "".join(inline_plain(words) for words, _ in parts) == self.plain:
            return parts
        # Markup goes across a citation: all stand after the words.
        return [(self.words, self.cites)]

    @property
    def words(self) -> str:
        """The words as inline markup, without citations."""
        return without_citations(self.text) if self.cites else self.text

    @property
    def described(self) -> list[tuple[str, str]]:
        """What an editor sees of it: the words, and what the table says of them, by name."""
        return [
            ("words", f"{self.label_text} {self.plain}".strip()),
            ("kind", self.kind or "not set"),
            ("certainty", self.certainty or "not graded"),
            ("cites", ", ".join(self.cites) or "nothing"),
            *([("notice", self.notice)] if self.notice else []),
        ]

    def to_html(self) -> str:
        """Return the statement as a table for an editor: its words, and what is known of them."""
        return render("statement.html.j2", statement=self, rows=self.described)

    def to_text(self) -> str:
        """Return the same as plain text."""
        return "\n".join(
            [self.statement, *(f"  {name}: {value}" for name, value in self.described)]
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {
            "text/plain": self.to_text(),
            "text/html": self.to_html(),
            FACTS: json.dumps({"kind": "part"}),
        }


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list item or a notice: one or more sentences that stand together."""

    form: Form
    """How it is set."""
    statements: tuple[Statement, ...]
    """Its sentences, in order."""
    layer: str = ""
    """``more`` where it is folded until a reader unfolds it; empty where it is seen at once."""
    depth: int = 1
    """Of an item: in how many lists it stands, one within the other."""

    @property
    def plain(self) -> str:
        """The words of the block without markup, with labels."""
        run_on = {place for place, one in enumerate(self.statements) if one.run_on}
        return joined([f"{one.label_text} {one.plain}".strip() for one in self.statements], run_on)

    @property
    def numbered(self) -> bool:
        """Whether it is an item that begins with a number or letter, and so needs no bullet."""
        return self.form == "item" and bool(_NUMBER.match(self.statements[0].label))

    @property
    def urgent(self) -> bool:
        """Whether the block is a notice for a reader in crisis."""
        return self.form == "notice" and any(one.urgent for one in self.statements)

    def markdown_lines(self, say: Strings) -> list[str]:
        """Return the block as lines of Markdown, a line a sentence, each with its certainty."""
        return sentence_lines(self.statements, say)

    def markdown_cells(self, say: Strings) -> list[str]:
        """Return the cells of a row as Markdown, in the last of them its certainty."""
        return row_cells(self.statements, say)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the blocks under it."""

    section: str
    """Its key, unique within the page."""
    number: str
    """The number before the heading, with its mark; empty for most."""
    heading: str
    """The heading; empty for text that stands before any."""
    run_in: bool
    """Whether the heading was received on the line of its first sentence."""
    blocks: tuple[Block, ...]
    """What stands under the heading, in order."""
    language: str
    """The language of the page it belongs to."""
    edition: Edition
    """The edition it belongs to."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    """The number of each source that the page cites."""
    firsts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By sentence, where the terms that it is the first to use are defined."""
    say: Strings = field(default_factory=english)
    """The words of the furniture."""
    anchor: str = ""
    """What the place of its heading is called; empty where the key says the same."""
    under: str = ""
    """The section that it belongs under, with a smaller heading; empty for one of its own."""
    form: str = ""
    """``emergency`` where it is set as a card that stands out; else empty."""

    @property
    def title(self) -> str:
        """The heading with its number."""
        return f"{self.number} {self.heading}".strip()

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The sentences of the section, in order."""
        return tuple(one for block in self.blocks for one in block.statements)

    @property
    def runs(self) -> Runs:
        """The blocks, neighbours of one form together, as a list is one run of items.

        Notices for a reader in crisis are a form of their own, ``urgent``.
        """
        return runs_of(self.blocks)

    @property
    def layers(self) -> tuple[Runs, Runs]:
        """The same in two parts: what a reader sees at once, and what is folded behind it.

        Under no heading that is nothing: there only the lines of a `help_box` are folded. Under
        one, lines for a reader in crisis are folded in such a box too where one of them is seen,
        and never behind other text.
        """
        if not self.heading:
            return self.runs, ()
        boxed = any(one.urgent and not one.layer for one in self.blocks)
        first: list[Block] = []
        behind: list[Block] = []
        for one in self.blocks:
            (first if not one.layer or (one.urgent and boxed) else behind).append(one)
        return runs_of(first), runs_of(behind)

    def table(self, blocks: tuple[Block, ...]) -> Table:
        """Return a run of blocks of a table as that."""
        return Table(blocks)

    def cells(self, statement: Statement) -> list[Markup]:
        """Return the cells of a row as HTML."""
        return cells_html(statement, self.firsts.get(statement.statement, {}), self.language)

    def nested(self, blocks: tuple[Block, ...]) -> Nested:
        """Return a run of items, each with those of the list within it."""
        return nested(blocks)

    def levelled(self, blocks: tuple[Block, ...]) -> Iterable[tuple[Block, int]]:
        """Return a run of items, each with how deep it stands."""
        return zip(blocks, levels(blocks), strict=True)

    def help_box(self, blocks: tuple[Block, ...]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
        """Return what is seen of a run for a reader in crisis, and the lines at its end if folded.

        Where it would all be folded, it is all seen.
        """
        seen = len(blocks)
        while seen and blocks[seen - 1].layer:
            seen -= 1
        return (blocks[:seen], blocks[seen:]) if seen else (blocks, ())

    @property
    def seen(self) -> tuple[Block, ...]:
        """The blocks that a reader sees before anything is unfolded."""
        return tuple(
            block
            for form, run in self.layers[0]
            for block in (self.help_box(run)[0] if form == "urgent" else run)
        )

    def to_html(self) -> str:
        """Return the section as HTML, its heading at level 2, with nothing folded."""
        return render("section.html.j2", section=self, say=self.say)

    def to_markdown(self) -> str:
        """Return the section as Markdown, its heading at level 2, a line a sentence."""
        return render("section.md.j2", section=self, say=self.say)

    def to_text(self) -> str:
        """Return the section as plain text, a line a heading, paragraph or item."""
        lines = [
            f"{'  ' * (level - 1)}- {block.plain}" if level else block.plain
            for _, run in self.runs
            for block, level in self.levelled(run)
        ]
        if self.run_in and lines:
            lines[0] = f"{self.title} {lines[0]}"
        elif self.title:
            lines.insert(0, self.title)
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Section {self.section}: {len(self.statements)} statements>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {
            "text/plain": self.to_text(),
            "text/html": self.to_html(),
            "text/markdown": self.to_markdown(),
            FACTS: json.dumps({"kind": "part"}),
        }


@dataclass(frozen=True, slots=True)
class Term:
    """An abbreviation or a term that the page uses."""

    term: str
    """As it stands on the page."""
    expansion: str
    """What an abbreviation is short for."""
    plain: str
    """A plain word for it."""
    definition: str
    """What it means, in a sentence."""

    @property
    def id(self) -> str:
        """What its place on the page is called."""
        letters = (
            one if one.isalnum() else "-" if one == " " else f"_{ord(one):x}" for one in self.term
        )
        return "_term_" + "".join(letters)


@dataclass(frozen=True, slots=True)
class Reference:
    """A source that the page cites."""

    source: str
    """Its key."""
    number: int
    """Its number, by first use on the page."""
    text: str
    """The formatted reference, with the markup of titles."""
    doi: str
    """Its DOI; empty where it has none."""
    pmid: str
    """Its PubMed id; empty where it has none."""
    url: str
    """Its address; empty where it has none."""
    unconfirmed: str
    """The fields that nobody has compared with the source itself."""
    cited_in: tuple[str, ...] = ()
    """The sentences shown that cite it, in order."""

    @property
    def html(self) -> Markup:
        """The formatted reference as HTML, without links."""
        return trusted(reference_html(self.text))

    @property
    def plain(self) -> str:
        """The formatted reference as plain text."""
        return reference_plain(self.text)

    def to_html(self) -> str:
        """Return the reference as HTML, with links to where it can be read."""
        return render("reference.html.j2", one=self)

    def to_text(self) -> str:
        """Return the reference as plain text."""
        return f"{self.plain} {f'doi:{self.doi}' if self.doi else self.url}".strip()


@dataclass(frozen=True, slots=True)
class Signer:
    """Someone whose sign-off is valid on what is shown."""

    name: str
    """The name, with the credential."""
    affiliation: str
    """Where they work."""
    conflicts: str
    """Their conflicts of interest."""
    capacity: str
    """As what they signed."""
    statements: int
    """How many statements."""
    last: str
    """The day of the last of these sign-offs."""
    proof: str
    """How it is known who signed: ``checked``, their signatures were, or else ``recorded``."""
    revoked_on: str = ""
    """The day on which the key of these signatures was revoked since; empty where it was not."""

    def signed_how(self, say: Strings | None = None) -> str:
        """Return how it is known who signed, in the furniture's words; by default in English."""
        say = say or english()
        revoked = say.date(self.revoked_on)
        since = [say("about-key-revoked", date=revoked)] if revoked else []
        return " ".join([say(f"about-signature-{self.proof}"), *since])


@dataclass(frozen=True, slots=True)
class Translation:
    """A page that says the same in another language."""

    document: str
    """Its key."""
    language: str
    """Its language, as a BCP 47 tag."""
    language_name: str
    """What that language calls itself."""

    @property
    def direction(self) -> str:
        """Whether its language is written from left to right, ``ltr``, or ``rtl``."""
        return direction(self.language)


@dataclass(frozen=True, slots=True)
class Site:
    """The site on which the pages are published."""

    address: str
    """Where it is; it ends in a slash."""
    name: str
    """What it is called."""
    license: str = ""
    """Where it stands what others may do with its pages; empty where nothing is said."""
