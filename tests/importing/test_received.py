"""The archive copy is what was received: what is changed in it by hand is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ketcontent import check, read_content
from ketcontent.checks.release import release_faults
from ketcontent.importing.rows import import_page
from ketcontent.model.content import Content, empty_content, frame_of, rows_of
from tests.conftest import ROOT

TEA = "Tea\n\nGreen tea is a drink. It is old.\n\n1. Uses\n\n- Hot: In a cup.\n- Cold: With ice.\n"


def received(text: str = TEA, content: Content | None = None) -> Content:
    return import_page(content or empty_content(), text, document="tea", replace=bool(content))


def with_cells(content: Content, table: str, place: int, **cells: Any) -> Content:
    rows = rows_of(getattr(content, table))
    rows[place] |= cells
    return replace(content, **{table: frame_of(table, rows, content)})


def rules(content: Content, document: str = "tea") -> set[str]:
    found = [*check(content, [document]), *release_faults(content, [document])[document]]
    return {one.rule for one in found if one.rule.startswith("supplier-copy")}


def test_what_was_received_stands_when_the_page_is_edited_and_received_again() -> None:
    content = received()
    assert rules(content) == rules(with_cells(content, "statements", 0, text="Tea.")) == set()
    assert rules(received(TEA.replace("old", "new"), content)) == set()
    assert rules(received("Tea\n\nIt is old.\n", content)) == set()
    assert rules(read_content(ROOT / "data"), "ketamine") == set()


@pytest.mark.parametrize(
    ("table", "place", "cells"),
    [
        ("documents", 0, {"supplied_title": "Other"}),
        ("documents", 0, {"supplied_hash": f"sha256:{'0' * 64}"}),
        ("sections", 1, {"supplied_heading": "Abuses"}),
        ("sections", 1, {"supplied_number": "2."}),
        ("sections", 1, {"supplied_run_in": True}),
        ("sections", 1, {"supplied_position": 5}),
        ("statements", 0, {"supplied": "With gin."}),
        ("statements", 0, {"supplied": "With\u00a0ice."}),
        ("statements", 0, {"supplied_label": "Note"}),
        ("statements", 0, {"supplied_form": "paragraph"}),
        ("statements", 0, {"supplied_block": 9}),
        ("statements", 0, {"supplied_position": 90}),
        ("statements", 0, {"supplied_gap": "none"}),
        (
            "statements",
            0,
            {"supplied": "", "supplied_position": None, "supplied_block": None}
            | {"supplied_section": "", "supplied_form": ""},
        ),
    ],
)
def test_each_supplied_cell_that_was_changed_by_hand_is_named(
    table: str, place: int, cells: dict[str, Any]
) -> None:
    content = with_cells(received(), table, place, **cells)
    assert rules(content) == {"supplier-copy-changed"}
    again = received(TEA, content) if "supplied_hash" in cells else received(TEA)
    assert rules(again) == set()


def test_a_page_of_an_older_version_is_told_as_not_held() -> None:
    content = with_cells(received(), "documents", 0, supplied_hash="")
    assert rules(content) == {"supplier-copy-not-held"}
    assert rules(received(TEA, content)) == set()
