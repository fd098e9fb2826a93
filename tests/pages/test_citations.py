"""References are printed as the National Library of Medicine prints them.

``references/`` holds forty made entries of every type, what is printed of each
(``printed.expected.txt``), and what another CSL processor prints with the public style of the
National Library of Medicine (``nlm.expected.txt``, made by ``write_nlm.py``).
"""

from __future__ import annotations

import difflib
import importlib.util
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ketcontent.pages import Reference, references
from ketcontent.pages.citations import reference_html, reference_plain, split_names, to_csl

FOLDER = Path(__file__).parent / "references"

DIFFERENT = {
    "Seven authors": "+Named +A, +Namee +A, +Namef +A,",  # three of seven, as medical journals do
    "Particles": "-d'Arc +d’Arc",  # the author's own apostrophe stays
    "A revised edition": "-Revised -ed. +Revised.",
    "A report": "-No.:",  # the library's own words for it
    "A thesis": "-London: +[London]:",  # nobody knows that the place was inferred
    "Of a master": "-[master's -London: +[master’s +[London]:",
    "A page": "+https://example.org/tea",  # the link itself follows the reference
    "A page of a day": "-Sep -3 +https://example.org/tea",  # a page has the day it gives
    "A page of nobody": "+https://example.org/tea",
    "More news": "-2:3. +2;3.",  # page, not volume
}


def rows() -> list[dict[str, str]]:
    spec = importlib.util.spec_from_file_location("entries", FOLDER / "entries.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: list[dict[str, str]] = module.ROWS
    return found


def test_forty_entries_of_every_type_are_printed_so() -> None:
    expected = (FOLDER / "printed.expected.txt").read_text("utf-8")
    assert "\n".join([*references(rows()), ""]) == expected


def test_another_processor_with_the_public_style_prints_the_same_words() -> None:
    others = (FOLDER / "nlm.expected.txt").read_text("utf-8").splitlines()
    found = {}
    for row, ours, other in zip(rows(), references(rows()), others, strict=True):
        words = difflib.ndiff(ours.split(), other.split())
        changed = [f"{word[0]}{word[2:]}" for word in words if word[0] in "+-"]
        if changed:
            found[row["title"]] = sorted(changed)
    allowed = {title: sorted(said.split()) for title, said in DIFFERENT.items()}
    assert found == allowed


@pytest.mark.parametrize("title", ["Is it?", "It is!", "It is.", "“Is it?”", "<i>Is it?</i>"])
def test_no_full_stop_stands_after_a_mark_that_ends_a_title(title: str) -> None:
    row = {"source": "a", "type": "book", "title": title, "publisher": "P", "issued": "2020"}
    assert references([row]) == [f"{title} P; 2020."]


def test_markup_of_titles_is_drawn_in_each_form() -> None:
    one = Reference("a", 1, "<i>Tea</i> & H<sub>2</sub>O <b>x", "", "", "", "")
    assert one.html == "<i>Tea</i> &amp; H<sub>2</sub>O &lt;b&gt;x"
    assert one.to_text() == "Tea & H₂O <b>x"


@given(st.text("<>/iub sp&\"'x", max_size=60))
def test_only_whole_tags_of_the_four_are_markup(text: str) -> None:
    drawn = reference_html(text)
    for tag in ("i", "b", "sub", "sup"):
        assert drawn.count(f"<{tag}>") == drawn.count(f"</{tag}>")
        drawn = drawn.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    assert "<" not in drawn
    assert reference_plain(text.replace("<", "")) == text.replace("<", "")


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        (
            "van Gogh, Vincent",
            {"family": "Gogh", "given": "Vincent", "non-dropping-particle": "van"},
        ),
        ("Roe, Jo von", {"family": "Roe", "given": "Jo", "dropping-particle": "von"}),
        ("bell hooks", {"family": "bell hooks"}),
        ("hooks, bell", {"family": "hooks", "given": "bell"}),
    ],
)
def test_particles_go_out_as_particles(cell: str, name: dict[str, str]) -> None:
    [said] = to_csl({"source": "a", "type": "book", "authors": cell})["author"]
    assert said == name


def test_names_that_are_no_names_are_split_in_a_straight_line() -> None:
    assert len(split_names("{" * 200_000)) == 1
