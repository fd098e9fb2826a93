"""How a list of HTML counts its items, as a browser does (HTML, 4.4.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ketcontent.importing.block_text import counted_as
from ketcontent.markup import attributes_of


@dataclass(slots=True)
class CountedList:
    """A list that is open, and the number of its next item."""

    ordered: bool
    next: int = 1
    kind: str = "1"
    step: int = 1

    def number(self, node: Any) -> str:
        """Return the number of the next item, with its mark."""
        if not self.ordered:
            return ""
        given = attributes_of(node).get("value", "")
        value = int(given) if _WHOLE_NUMBER.fullmatch(given) else self.next
        self.next = value + self.step
        return f"{counted_as(value, self.kind)}."


_WHOLE_NUMBER = re.compile(r"-?\d{1,4}")


_LIST_STYLE = re.compile(
    r"list-style(?:-type)?\s*:[^;]*?\b(none|(?:lower|upper)-(?:alpha|latin|roman))"
)


def list_of(node: Any, given: Mapping[str, str]) -> CountedList:
    """Return a list that begins, from its attributes and its style."""
    kind = given.get("type", "1")
    if found := _LIST_STYLE.search(given.get("style", "")):
        kind = "i" if found[1].endswith("roman") else "a"
        kind = kind.upper() if found[1].startswith("upper") else kind
    ordered = node.name == "ol" and not (found and found[1] == "none")
    backwards = "reversed" in given
    start = given.get("start", "")
    items = sum(one.name == "li" for one in node.children or ())
    first = int(start) if _WHOLE_NUMBER.fullmatch(start) else items if backwards else 1
    return CountedList(ordered, first, kind, -1 if backwards else 1)
