"""Lists and tables in the workbench: what stands within something goes and is signed with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ketcontent import sign_off, write_content
from ketcontent.editor.workbench import Workbench
from ketcontent.model.content import Content
from tests.editor.test_structure import ask, tables


def listed(*lines: tuple[str, str]) -> Content:
    """The page on tea, whose section on flu has blocks of these forms and words, in order."""
    home = {"document": "tea", "section": "flu", "kind": "risk"}
    off = [{"statement": f"flu-{place}", "position": "", "text": ""} for place in (1, 2, 3)]
    rows = [
        {
            **home,
            **{"statement": f"list-{place}", "block": str(place), "position": str(10 * place)},
            **{"form": form, "text": words},
        }
        for place, (form, words) in enumerate(lines, 1)
    ]
    return tables(changed=off, statements=rows)


def signed(content: Content, *keys: str) -> Content:
    for key in keys:
        content = sign_off(content, "tea", key, person="ada", capacity="clinical")
    return content


def bench_on(folder: Path, content: Content) -> Workbench:
    write_content(content, folder / "data")
    return Workbench("tea", data=str(folder / "data"))


LEAD = [("paragraph", "Never with:"), ("item", "Wine."), ("item-2", "Red wine.")]
TABLE = [("header", "Who | Cups"), ("row", "Adults | 2"), ("row", "Children | 0")]


@pytest.mark.parametrize(
    ("lines", "key", "words", "voided"),
    [
        (LEAD, "list-1", "Safe with:", ["list-2", "list-3"]),
        (LEAD, "list-2", "Beer.", ["list-2", "list-3"]),
        (LEAD, "list-3", "White wine.", ["list-3"]),
        (TABLE, "list-1", "Who | Pots", ["list-2", "list-3"]),
    ],
)
def test_what_stands_within_other_words_is_told_before_they_are_saved(
    tmp_path: Path, lines: list[tuple[str, str]], key: str, words: str, voided: list[str]
) -> None:
    bench = bench_on(tmp_path, signed(listed(*lines), "list-2", "list-3"))
    ask(bench, "edit", statement=key, cells={"text": words})
    heard = ask(bench, "choose", statement=key)
    assert [one["statement"] for one in heard["detail"]["voids"]] == voided
    ask(bench, "save")
    waits: dict[str, Any] = {
        one["statement"]: one["signoffs"]
        for section in ask(bench, "open")["listing"]
        for one in section["statements"]
    }
    assert {key for key in ("list-2", "list-3") if waits[key] == {"clinical": "stale"}} == {*voided}
