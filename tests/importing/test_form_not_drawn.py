"""A form that waits for a decision is given to no other sentence."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ketcontent import import_page
from ketcontent.editor import decided, opened
from ketcontent.model import Content, empty_content, rows_of

FIRST = (
    "Tea\n\nUses:\n- Drink it hot and slowly.\n- Ask your doctor first.\n\nRest for a while now.\n"
)
SECOND = (
    "Tea\n\nUses:\n\nDrink it hot and slowly. Rest for a while now.\n\n- Ask your doctor first.\n"
)


def taken_in(text: str, content: Content) -> Content:
    known = bool(len(content.documents))
    return import_page(content, text, document="tea", replace=known)


def forms(content: Content) -> dict[str, tuple[str, str]]:
    return {
        one["supplied"]: (one["form"], one["supplier_change"])
        for one in rows_of(content.statements)
    }


def test_what_is_received_beside_a_waiting_item_becomes_none() -> None:
    content = taken_in(FIRST, empty_content())
    graded = content.statements.copy()
    graded["certainty"] = pd.Series(["high"] * len(graded), dtype=graded["certainty"].dtype)
    content = replace(content, statements=graded)
    drink, rest = "Drink it hot and slowly.", "Rest for a while now."
    ask = {"Ask your doctor first.": ("item", "")}
    assert forms(content) == {drink: ("item", ""), rest: ("paragraph", "")} | ask

    second = taken_in(SECOND, content)
    assert forms(second) == {drink: ("item", "changed"), rest: ("paragraph", "")} | ask
    assert forms(taken_in(FIRST, second)) == forms(content)

    [key] = second.statements.query("supplier_change == 'changed'")["statement"]
    session = opened(second, "tea")
    took = decided(session, "statements", ("tea", key), "theirs", reason="It is one thought.")
    said = took.content.statements.query("supplied != 'Ask your doctor first.'")
    assert said["form"].tolist() == ["paragraph"] * 2
    assert said["block"].nunique() == 1
