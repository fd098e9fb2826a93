"""What the supplier changed is decided in the workbench: one action and a reason, undone as one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ketcontent import import_page, read_content, write_content
from ketcontent.editor.session import rows_by_key
from ketcontent.model.content import empty_content
from tests.conftest import ROOT
from tests.editor.test_in_jupyterlab import Tab, faults_of_axe, opened_alone

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
    return folder


@pytest.fixture(scope="module")
def tab(browser: Any, lab: str) -> Iterator[Tab]:
    yield from opened_alone(browser, lab, "data")


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
    tab.at(".kc-bad", has_text="It is not said why.").wait_for()
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
