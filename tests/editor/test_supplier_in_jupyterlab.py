"""In the workbench: what a supplier changed is decided, and its lists and tables are one each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ketcontent import import_page, read_content, write_content
from ketcontent.editor.session import changes_of, rows_by_key
from ketcontent.importing.markdown_reader import read_markdown
from ketcontent.model.content import Content, empty_content
from tests.conftest import ROOT, wait_until
from tests.editor.test_in_jupyterlab import Tab, drag, faults_of_axe, opened_alone
from tests.importing.test_plain_text import edited as worked_on

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FIRST = """\
Asthma inhaler
About the dose
Do not take more than 8 puffs in 24 hours. Rinse your mouth afterwards.
Keeping it
Store it below 30 degrees.
"""
SECOND = """\
Asthma inhaler
About each dose
Do not take more than 6 puffs in 24 hours. Rinse your mouth afterwards.
Keeping it
Keep it dry.
"""


LISTS = """\
# Tea

## Making it

Start so.

- Warm the pot.
  - With hot water.
- Wait.

Mind the cups.

| Who | Cups |
| --- | --- |
| Adults | Two |
| Elders | One |

1. Pour.
2. Drink.
"""
LISTS_ANEW = LISTS.replace("Start so.\n", "- Start so.\n")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of which an editor changed the words and a heading, and then the supplier did."""
    folder = tmp_path_factory.mktemp("lab") / "project"
    content = import_page(empty_content(), FIRST, document="inhaler")
    statements, sections = content.statements.copy(), content.sections.copy()
    dose = statements["supplied"].str.contains("8 puffs")
    statements.loc[dose, "text"] = "Never take more than 8 puffs in 24 hours."
    about = sections["heading"] == "About the dose"
    sections.loc[about, "heading"] = "How much to take"
    edited = replace(content, statements=statements, sections=sections)
    write_content(import_page(edited, SECOND, document="inhaler", replace=True), folder / "data")
    notebook = (ROOT / "notebooks" / "workbench.ipynb").read_text("utf-8")
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "data.ipynb").write_text(
        notebook.replace("ketamine", "inhaler"), "utf-8"
    )
    write_content(page_with_lists(), folder / "lists")
    notebook = notebook.replace("ketamine", "tea").replace('\\"../data\\"', '\\"../lists\\"')
    (folder / "notebooks" / "lists.ipynb").write_text(notebook, "utf-8")
    return folder


def page_with_lists() -> Content:
    """A page with lists and a table, of which the supplier sets a graded sentence otherwise."""
    content = import_page(empty_content(), read_markdown(LISTS), document="tea")
    content = worked_on(content, "making-it-1", kind="advice", certainty="high")
    return import_page(content, read_markdown(LISTS_ANEW), document="tea", replace=True)


@pytest.fixture(scope="module")
def tab(browser: Any, lab: str) -> Iterator[Tab]:
    yield from opened_alone(browser, lab, "data")


@pytest.fixture(scope="module")
def lists(browser: Any, lab: str) -> Iterator[Tab]:
    yield from opened_alone(browser, lab, "lists")


def row_of(project: Path, table: str, words: str) -> dict[str, str]:
    rows = rows_by_key(read_content(project / "data"), table).values()
    [row] = [row for row in rows if words in "".join(row.values())]
    return dict(row)


def test_a_changed_sentence_is_decided_with_a_reason_and_undone_as_one(
    tab: Tab, project: Path
) -> None:
    dose = row_of(project, "statements", "6 puffs")
    assert (dose["supplier_change"], dose["supplier_decision"]) == ("changed", "")
    tab.at(".kc-decisions button", has_text=re.compile(f"^{dose['statement']}$")).click()
    card = tab.at(".kc-middle .kc-conflict")
    card.wait_for()
    assert card.locator("ins", has_text="6").count() == 1
    assert card.locator("del", has_text="8").count() == 1
    card.get_by_role("button", name="Take theirs").click()
    tab.at(".kc-bad", has_text="No reason is given.").wait_for()
    card.get_by_label("Why you decide so").fill("The label was changed.")
    assert faults_of_axe(tab) == []
    card.get_by_role("button", name="Take theirs").click()
    card.wait_for(state="detached")
    assert tab.at(".kc-editor").input_value() == "Do not take more than 6 puffs in 24 hours."
    tab.page.keyboard.press("Control+z")
    card.wait_for()
    assert tab.at(".kc-editor").input_value() == "Never take more than 8 puffs in 24 hours."
    card.get_by_label("Why you decide so").fill("Ours says it, too.")
    card.get_by_role("button", name="Keep ours").click()
    card.wait_for(state="detached")
    tab.save()
    saved = row_of(project, "statements", "6 puffs")
    assert saved["text"] == "Never take more than 8 puffs in 24 hours."
    assert (saved["supplier_decision"], saved["supplier_reason"]) == ("ours", "Ours says it, too.")


def test_a_changed_heading_is_written_anew_by_the_keyboard(tab: Tab, project: Path) -> None:
    card = tab.at(".kc-decisions .kc-conflict", has_text="The heading of")
    card.get_by_label("Why you decide so").focus()
    keys = tab.page.keyboard
    keys.type("Plain words.")
    keys.press("Tab")
    keys.type("How many puffs")
    for _ in range(3):
        keys.press("Tab")
    keys.press("Enter")
    card.wait_for(state="detached")
    tab.save()
    saved = row_of(project, "sections", "each dose")
    assert (saved["heading"], saved["supplier_decision"]) == ("How many puffs", "anew")
    assert saved["supplier_reason"] == "Plain words."


# --- lists and tables ------------------------------------------------------------------------


def lines(lists: Tab) -> list[str]:
    """What the tree shows below the section, in order: the names of nodes."""
    nodes = lists.at("[role=treeitem]").evaluate_all("all => all.map((one) => one.dataset.node)")
    return [one.removeprefix("making-it-") for one in nodes if ":tea" not in one and "/" not in one]


LIST, TABLE, NUMBERS = "run:making-it-2", "run:making-it-6", "run:making-it-9"
ITEMS = ("2", "3", "4")
ALL = ["1", LIST, "2", "3", "4", "5", TABLE, "6", "7", "8", NUMBERS, "9", "10"]


def node(lists: Tab, name: str) -> Any:
    return lists.at(f"[data-node='{name}']")


def undone(lists: Tab) -> None:
    lists.at(".kc-list").focus()
    lists.page.keyboard.press("Control+z")
    wait_until(lambda: lines(lists) == ALL)


def test_a_table_or_a_list_is_folded_moved_and_cut_as_one_by_keyboard(
    lists: Tab, project: Path
) -> None:
    keys = lists.page.keyboard
    was = read_content(project / "lists")
    assert lines(lists) == ALL
    node(lists, TABLE).click()
    lists.at(".kc-several h2", has_text="3 statements chosen").wait_for()
    assert node(lists, TABLE).inner_text().endswith("Table of 2 rows: Who | Cups")
    lists.at(".kc-list").focus()
    keys.press("ArrowLeft")
    folded = [one for one in ALL if one not in ("6", "7", "8")]
    wait_until(lambda: lines(lists) == folded)
    assert node(lists, TABLE).get_attribute("aria-expanded") == "false"
    keys.press("Alt+Shift+ArrowUp")
    there = [one for one in folded if one not in ("5", TABLE)]
    there[5:5] = [TABLE, "5"]
    wait_until(lambda: lines(lists) == there)
    keys.press("ArrowRight")
    wait_until(lambda: len(lines(lists)) == len(ALL))
    assert faults_of_axe(lists) == []
    keys.press("Control+z")
    wait_until(lambda: lines(lists) == ALL)
    node(lists, TABLE).click()
    lists.at(".kc-several h2", has_text="3 statements chosen").wait_for()
    lists.at(".kc-list").focus()
    keys.press("Delete")
    lists.at(".kc-asking").get_by_role("button", name="Cut 3 statements").click()
    wait_until(lambda: TABLE not in lines(lists))
    assert lists.at(".kc-entry.kc-off").count() == 3
    undone(lists)
    assert changes_of(was, read_content(project / "lists")) == ()


def test_an_item_goes_with_what_is_below_it_by_keys_by_mouse_and_off_the_page(lists: Tab) -> None:
    keys = lists.page.keyboard
    node(lists, "making-it-2").click()
    lists.at(".kc-list").focus()
    keys.press("Alt+Shift+ArrowDown")
    wait_until(lambda: [one for one in lines(lists) if one in ITEMS] == ["4", "2", "3"])
    undone(lists)
    drag(lists, "making-it-2", "making-it-4", 0.9)
    wait_until(lambda: [one for one in lines(lists) if one in ITEMS] == ["4", "2", "3"])
    undone(lists)
    node(lists, "making-it-2").click()
    lists.at(".kc-list").focus()
    keys.press("Delete")
    lists.at(".kc-asking", has_text="It takes what is below off the page as well").wait_for()
    keys.press("Escape")
    wait_until(lists.at(".kc-asking").is_hidden)
    assert lines(lists) == ALL


def test_a_row_that_is_dragged_out_of_its_table_is_told_before_it_goes(lists: Tab) -> None:
    drag(lists, "making-it-8", "making-it-1", 0.1)
    told = lists.at(
        ".kc-asking",
        has_text="Then these rows stand under other headers or another lead-in, or none",
    )
    told.wait_for()
    lists.page.keyboard.press("Escape")
    wait_until(told.is_hidden)
    assert lines(lists) == ALL


def test_a_number_has_no_bullet_where_the_page_is_read(lists: Tab) -> None:
    lists.choose("making-it-9")
    styles = lists.at(".kc-reader li").evaluate_all(
        "all => all.map((one) => getComputedStyle(one).listStyleType)"
    )
    assert [one == "none" for one in styles] == [False, False, False, True, True]


def test_another_form_of_the_suppliers_is_shown_and_decided(lists: Tab) -> None:
    lists.choose("making-it-1")
    card = lists.at(".kc-middle .kc-conflict")
    card.get_by_text("It is set as an item of a list, and no longer as a paragraph.").wait_for()
    assert lists.at(".kc-reader p", has_text="Start so.").count() == 1
    card.get_by_label("Why you decide so").fill("It is a step.")
    card.get_by_role("button", name="Take theirs").click()
    lists.at(".kc-reader li", has_text="Start so.").wait_for()
    undone(lists)
