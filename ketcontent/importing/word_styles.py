"""What a Word file says beside its text: styles, the numbers of lists, links, notes, comments.

Elements are those of ECMA-376 (Office Open XML), part 1, section 17.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from ketcontent.importing.block_text import counted_as
from ketcontent.text import fold
from ketcontent.zipped_xml import attribute, child, local_name

_KINDS = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}


def children(element: Element | None, name: str) -> Iterator[Element]:
    """Yield the elements of a name right below another."""
    for one in element if element is not None else ():
        if local_name(one.tag) == name:
            yield one


@dataclass(frozen=True, slots=True)
class Style:
    """What a style of paragraphs says of those that have it."""

    level: int = 0
    """Of a heading, from 1; 0 for text."""
    title: bool = False
    list_id: str = ""
    depth: int = 0
    within: int = 0
    """In how many lists more an item stands by the style's name: 1 for "List Bullet 2"."""
    caption: bool = False
    """Whether it is that of a caption, of a table or a picture."""


def read_styles(tree: Element | None) -> Mapping[str, Style]:
    """Return the styles of paragraphs by their key, each with what it has of those below it."""
    found = {attribute(one, "styleId"): one for one in children(tree, "style")}
    return {key: _style(key, found) for key in found}


def _style(key: str, known: Mapping[str, Element]) -> Style:
    level, title, list_id, depth, within, caption = 0, False, "", 0, 0, False
    seen: set[str] = set()
    while key in known and key not in seen:
        seen.add(key)
        one = known[key]
        name = attribute(child(one, "name"), "val").lower()
        outline = attribute(child(one, "pPr", "outlineLvl"), "val")
        heading = re.fullmatch(r"heading ([1-9])", name)
        title = title or name == "title"
        caption = caption or name == "caption"
        listed = re.fullmatch(r"list (?:bullet|number) ([2-5])", name)
        within = within or (int(listed[1]) - 1 if listed else 0)
        if not level and heading:
            level = int(heading[1])
        elif not level and outline.isdigit() and int(outline) < 9:
            level = int(outline) + 1
        numbers = child(one, "pPr", "numPr")
        if not list_id and numbers is not None:
            list_id = attribute(child(numbers, "numId"), "val")
            said = attribute(child(numbers, "ilvl"), "val")
            depth = int(said) if said.isdigit() else 0
        key = attribute(child(one, "basedOn"), "val")
    return Style(level, title, list_id, depth, within, caption)


@dataclass(slots=True)
class Numbering:
    """Counts the items of lists as Word does."""

    levels: Mapping[str, Mapping[int, tuple[str, int, str]]]
    """By the key of a list and the depth: kind of number, first number, text around it."""
    of_list: Mapping[str, str]
    """What each key of a list counts with."""
    counts: dict[str, Counter[int]] = field(default_factory=dict)

    def mark(self, list_id: str, depth: int) -> str:
        """Return the number of the next item of a list; nothing for one with a bullet."""
        key = self.of_list.get(list_id, "")
        levels = self.levels.get(key, {})
        kind, first, around = levels.get(depth, ("bullet", 1, ""))
        count = self.counts.setdefault(key, Counter())
        if depth not in count:
            count[depth] = first - 1
        count[depth] += 1
        for deeper in [one for one in count if one > depth]:
            del count[deeper]
        if kind in ("bullet", "none", ""):
            return ""

        def number(found: re.Match[str]) -> str:
            place = int(found[1]) - 1
            of_level, start, _ = levels.get(place, ("decimal", 1, ""))
            return counted_as(count.get(place, start), _KINDS.get(of_level, "1"))

        return fold(re.sub(r"%([1-9])", number, around))


def read_numbering(tree: Element | None) -> Numbering:
    """Return the lists of a file."""
    levels = {
        attribute(one, "abstractNumId"): {
            int(attribute(level, "ilvl") or 0): (
                attribute(child(level, "numFmt"), "val"),
                int(start) if (start := attribute(child(level, "start"), "val")).isdigit() else 1,
                attribute(child(level, "lvlText"), "val"),
            )
            for level in children(one, "lvl")
            if (attribute(level, "ilvl") or "0").isdigit()
        }
        for one in children(tree, "abstractNum")
    }
    lists = {
        attribute(one, "numId"): attribute(child(one, "abstractNumId"), "val")
        for one in children(tree, "num")
    }
    # A list that begins anew counts by itself.
    anew = {
        attribute(one, "numId"): f"{lists[attribute(one, 'numId')]}/{attribute(one, 'numId')}"
        for one in children(tree, "num")
        if any(True for _ in children(one, "lvlOverride"))
    }
    levels |= {key: levels.get(lists[list_id], {}) for list_id, key in anew.items()}
    return Numbering(levels, lists | anew)


def read_links(tree: Element | None) -> Mapping[str, str]:
    """Return the addresses of links by the key of their relation."""
    return {
        attribute(one, "Id"): attribute(one, "Target")
        for one in children(tree, "Relationship")
        if attribute(one, "TargetMode").lower() == "external"
    }
