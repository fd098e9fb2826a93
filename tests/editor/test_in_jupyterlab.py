"""The workbench in a real JupyterLab in Chromium, used as an editor and a reviewer use it."""

from __future__ import annotations

import datetime
import json
import os
import re
import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from ketcontent import check, read_content, write_content
from ketcontent.editor.discussing import commented, proposed
from ketcontent.editor.edits import reworded, waived
from ketcontent.editor.session import changes_of, opened, rows_by_key
from ketcontent.model.content import Content, frame_of
from tests.approvals.test_signatures import BO, PASSPHRASE, protected, written
from tests.conftest import ROOT, TOKEN, wait_until
from tests.editor.test_launch import started
from tests.editor.test_workbench import PEOPLE, text_on_disk
from tests.test_hostile import CELLS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TO_DISCUSS = "conclusion-1"
"""A statement that one test proposes words for and comments on, and that no other changes."""

DISCUSSED = "conclusion-3"
"""A statement that is proposed for and commented on from the first, and that no test changes."""


def with_people(content: Content) -> Content:
    return replace(content, people=frame_of("people", PEOPLE, content))


def with_discussion(content: Content) -> Content:
    """The page with words that one person would have otherwise, and what another says of them."""
    session = opened(content, "ketamine")
    words = {"text": "Ask a doctor first."}
    session = proposed(
        reworded(session, DISCUSSED, words), DISCUSSED, person="ben", reason="Plain."
    )
    session = commented(session, DISCUSSED, "Which?", reads="", person="ada")
    return session.content


def bare(row: dict[str, str], place: int, **cells: str) -> dict[str, str]:
    """A row as if an editor had added it, in a paragraph of its own."""
    empty = {name: "" for name in row if name.startswith(("supplied", "answer"))}
    own = {"block": str(100 + place), "position": str(1000 + 10 * place), "form": "paragraph"}
    return {**row, **empty, **own, **cells}


def long_page(content: Content, number: int) -> Content:
    """A page of so many statements, in sections of twenty-five."""
    rows = [row for row in rows_by_key(content, "statements").values() if row["text"]]
    homes = [f"part-{place}" for place in range(number // 25)]
    statements = [
        bare(rows[place % len(rows)], place, statement=f"long-{place}", section=homes[place // 25])
        for place in range(number)
    ]
    sections = [
        {
            "document": "ketamine",
            "section": home,
            "position": str(place + 1),
            "heading": f"Part {place + 1}",
            "supplied_run_in": "false",
        }
        for place, home in enumerate(homes)
    ]
    empty = {"evidence": [], "waivers": [], "signoffs": []}
    tables = {"statements": statements, "sections": sections, **empty}
    frames: dict[str, Any] = {name: frame_of(name, some, content) for name, some in tables.items()}
    return replace(content, **frames)


def hostile_page(content: Content) -> Content:
    """A page of hostile cells alone: each as the words of a statement, its label and its grade.

    What the sources say on them is hostile as well.
    """
    rows = rows_by_key(content, "statements")
    shown = [row for row in rows.values() if row["text"] and row["section"] == "lasting-harm"]
    # One or two a section: all that stands in a section is drawn anew whenever one is chosen.
    homes = list(dict.fromkeys(row["section"] for row in rows.values() if row["position"]))
    statements = []
    for place, cell in enumerate(CELLS.values()):
        said = {"text": cell, "label": cell, "certainty_reasons": cell}
        said["section"] = homes[place % len(homes)]
        row = bare(shown[place % len(shown)], place, statement=f"hostile-{place}", **said)
        statements.append(row)
    sources = rows_by_key(content, "sources")
    for row in sources.values():
        row |= {"title": CELLS["an event"], "authors": CELLS["a script"]}
    evidence = {}
    for place, row in enumerate(rows_by_key(content, "evidence").values()):
        row |= {"finding": CELLS["an event"], "locator": CELLS["a frame"]}
        row["statement"] = f"hostile-{place % len(CELLS)}"
        evidence[row["statement"], row["source"]] = row
    tables = {"statements": statements, "sources": sources.values(), "evidence": evidence.values()}
    frames: dict[str, Any] = {
        name: frame_of(name, list(some), content) for name, some in tables.items()
    }
    return replace(content, **frames)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables, with two people in them, and a notebook of the workbench on each variant."""
    folder = tmp_path_factory.mktemp("lab") / "project"
    notebook = (ROOT / "notebooks" / "workbench.ipynb").read_text("utf-8")
    content = with_people(read_content(ROOT / "data"))
    variants = {
        "data": with_discussion(content),
        "long": long_page(content, 1000),
        "hostile": hostile_page(content),
    }
    (folder / "notebooks").mkdir(parents=True)
    for name, variant in variants.items():
        write_content(variant, folder / name)
        for other in (name, f"{name}-again"):
            written = notebook.replace('\\"../data\\"', f'\\"../{name}\\"')
            (folder / "notebooks" / f"{other}.ipynb").write_text(written, "utf-8")
    return folder


def seen(locator: Any) -> bool:
    """Whether something comes to be seen in ten seconds."""
    from playwright.sync_api import TimeoutError as TooLong

    try:
        locator.wait_for(timeout=10_000)
    except TooLong:
        return False
    return True


class Tab:
    """A tab of JupyterLab with the workbench of the notebook at an address."""

    def __init__(
        self, browser: Any, address: str, *, before: str = "", by_itself: bool = False
    ) -> None:
        self.asked: list[str] = []
        """Addresses of other places that the page asked for something."""
        self.context = browser.new_context(viewport={"width": 1440, "height": 900})
        own = urlsplit(address).netloc
        # Not by a route: to hold back each request would keep the browser from its cache.
        self.context.on("request", lambda request: self._note(request.url, own))
        self.context.add_init_script(before)
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.goto(address)
        if by_itself:
            self.wait()
        else:
            self.run()

    def _note(self, address: str, own: str) -> None:
        if urlsplit(address).netloc not in (own, ""):
            self.asked.append(address)

    def run(self) -> None:
        """Run all cells, and wait for the workbench."""
        page = self.page
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        page.evaluate("document.querySelectorAll('.kc-workbench').forEach((one) => one.remove())")
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        self.wait()

    def wait(self) -> None:
        """Wait for the workbench, which somebody runs."""
        page = self.page
        page.locator(".kc-entry").first.wait_for()
        # The list is drawn anew when all is known; a click before that may fall between.
        page.locator(".kc-middle[aria-busy=false]").first.wait_for()

    def at(self, selector: str, **given: Any) -> Any:
        return self.page.locator(f".kc-workbench {selector}", **given)

    def choose(self, statement: str, *, wait: bool = True) -> Any:
        """Choose a statement in the list, and return the editor of its words.

        All that the kernel says of it is waited for, unless `wait` is false.
        """
        entry = self.at(f".kc-entry[data-statement={statement}]")
        head = self.at(".kc-head code", has_text=re.compile(f"^{statement}$"))
        entry.click()
        for _ in range(5 if wait else 0):
            if seen(head):
                break
            entry.click()  # the list was drawn anew between press and release: that loses a click
        head.wait_for()
        if wait:
            self.at(".kc-middle[aria-busy=false]").wait_for()
        return self.at(".kc-editor")

    def save(self) -> Any:
        for box in self.at(".kc-notes .kc-quiet").all():
            box.click()
        self.page.keyboard.press("Control+s")
        note = self.at(".kc-notes .kc-saved")
        note.wait_for()
        return note

    def here(self) -> str:
        return str(self.at(".kc-head code").inner_text())


@pytest.fixture(scope="module")
def tab(browser: Any, lab: str) -> Iterator[Tab]:
    """The tab that the tests of one editor share; each leaves nothing unsaved."""
    yield from opened_alone(browser, lab, "data")


def opened_alone(browser: Any, lab: str, name: str) -> Iterator[Tab]:
    place = f"lab/workspaces/{name}/tree/notebooks/{name}.ipynb"
    tab = Tab(browser, f"{lab}/{place}?token={TOKEN}")
    yield tab
    tab.context.close()


def faults_of_axe(tab: Tab) -> list[Any]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(tab.page, context=".kc-workbench").response["violations"]
    return [(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in found]


def test_running_all_cells_opens_the_page_with_its_statements_and_the_section(tab: Tab) -> None:
    shown = read_content(ROOT / "data").statements["position"].notna().sum()
    assert tab.at(".kc-entry:not(.kc-off)").count() == shown > 200
    assert tab.at(".kc-title").inner_text() == "Ketamine"
    tab.choose("description-1")
    assert tab.at(".kc-right h2").first.inner_text() == "What is ketamine?"


def test_an_edit_is_underlined_shown_live_and_saved_as_exactly_its_row(
    tab: Tab, project: Path
) -> None:
    before = read_content(project / "data")
    editor = tab.choose("addiction-2")
    was = editor.input_value()
    editor.press("Control+End")
    editor.press_sequentially(" It is a miracle cure.")
    mark = tab.at(".kc-mirror mark.kc-under-error", has_text="miracle")
    mark.wait_for(state="attached")
    fault = tab.at(".kc-fault.kc-error", has_text="miracle")
    assert "sells something as new" in fault.inner_text()
    assert "State the finding" in fault.inner_text()
    assert editor.get_attribute("aria-describedby") == tab.at(".kc-faults").get_attribute("id")
    tab.at(".kc-right .kc-here", has_text="miracle cure").wait_for()
    tab.at(".kc-entry[data-statement=addiction-2] .kc-changed").wait_for()
    assert tab.at(".kc-changes ins", has_text="miracle").count() == 1
    assert text_on_disk(project / "data", "addiction-2") == was
    note = tab.save()
    assert "Saved 1 change." in note.inner_text()
    assert note.locator("ins", has_text="miracle").count() == 1
    [change] = changes_of(before, read_content(project / "data"))
    assert (change.table, change.key) == ("statements", ("ketamine", "addiction-2"))
    assert change.after is not None
    assert change.after["text"] == f"{was} It is a miracle cure."


def test_undo_brings_the_words_back_and_a_save_the_row(tab: Tab, project: Path) -> None:
    was = text_on_disk(project / "data", "addiction-3")
    editor = tab.choose("addiction-3")
    editor.press("Control+End")
    editor.press_sequentially(" More.")
    tab.at(".kc-entry[data-statement=addiction-3] .kc-changed").wait_for()
    editor.press("Control+z")
    tab.page.wait_for_function(
        "(text) => document.querySelector('.kc-editor').value === text", arg=was
    )
    tab.at(".kc-editor").press("Control+Shift+z")
    tab.page.wait_for_function(
        "(text) => document.querySelector('.kc-editor').value === text", arg=f"{was} More."
    )
    tab.at(".kc-editor").press("Control+z")
    tab.at("button", has_text=re.compile("^Saved$")).wait_for()
    assert text_on_disk(project / "data", "addiction-3") == was


def test_bold_italics_and_links_come_by_key_and_by_button_and_jupyterlab_hears_none(
    tab: Tab, project: Path
) -> None:
    was = text_on_disk(project / "data", "addiction-3")
    first, rest = was.split(" ", 1)
    editor = tab.choose("addiction-3")
    sidebar = tab.page.locator("#jp-left-stack")
    is_shown = sidebar.is_visible()
    select = "(editor) => { editor.focus(); editor.setSelectionRange(0, 2); }"
    editor.evaluate(select)
    editor.press("Control+b")
    assert editor.input_value() == f"**{first}** {rest}"
    tab.at(".kc-right .kc-here strong", has_text=first).wait_for()
    tab.at("button", has_text="Italics").click()
    assert editor.input_value() == f"***{first}*** {rest}"
    editor.press("Control+i")
    editor.press("Control+z")
    tab.page.wait_for_function(
        "(text) => document.querySelector('.kc-editor').value === text", arg=f"***{first}*** {rest}"
    )
    for _ in range(2):
        editor.press("Control+z")
    tab.at("button", has_text=re.compile("^Saved$")).wait_for()
    editor.evaluate(select)
    editor.press("Control+k")
    editor.press_sequentially("#uses")
    assert editor.input_value() == f"[{first}](#uses) {rest}"
    for _ in range(2):
        editor.press("Control+z")
    tab.at("button", has_text=re.compile("^Saved$")).wait_for()
    assert sidebar.is_visible() == is_shown
    assert text_on_disk(project / "data", "addiction-3") == was


def test_words_are_replaced_in_all_statements_that_are_found(tab: Tab, project: Path) -> None:
    search = tab.at("input[aria-label='Find statements by their words']")
    search.fill("drug or alcohol problem")
    tab.at(".kc-matching button", has_text="Replace").click()
    tab.page.keyboard.type("problem with tea")
    tab.page.keyboard.press("Enter")
    asked = tab.at(".kc-asking", has_text="It changes words in")
    asked.wait_for()
    tab.page.keyboard.press("Tab")
    tab.page.keyboard.press("Enter")
    search.fill("problem with tea")
    tab.at(".kc-entry[data-statement=addiction-2] .kc-changed").wait_for()
    assert tab.at(".kc-entry").count() >= 2
    tab.choose("addiction-2")
    tab.at(".kc-right .kc-here", has_text="any past problem with tea.").wait_for()
    search.fill("")
    tab.at("button", has_text=re.compile("^Undo$")).click()
    tab.at("button", has_text=re.compile("^Saved$")).wait_for()
    assert "tea" not in text_on_disk(project / "data", "addiction-2")


def test_a_source_is_found_cited_and_saved(tab: Tab, project: Path) -> None:
    tab.choose("addiction-3")
    tab.at("input[aria-label='Find a source']").press_sequentially("nonpsychotic anand")
    card = tab.at(".kc-results .kc-card", has_text="Nonpsychotic")
    card.get_by_label("Role of anand-2023").select_option("qualifies")
    card.get_by_label("What anand-2023 found").fill("It was not about use of the drug.")
    card.get_by_role("button", name="Cite").click()
    tab.at(".kc-editor").wait_for()
    wait_until(lambda: tab.at(".kc-editor").input_value().endswith("[@anand-2023]"))
    tab.save()
    said = rows_by_key(read_content(project / "data"), "evidence")[
        "ketamine", "addiction-3", "anand-2023"
    ]
    assert (said["role"], said["finding"]) == ("qualifies", "It was not about use of the drug.")
    tab.at("button[aria-label='Remove anand-2023']").click()
    wait_until(lambda: "@" not in tab.at(".kc-editor").input_value())
    tab.save()
    assert ("ketamine", "addiction-3", "anand-2023") not in rows_by_key(
        read_content(project / "data"), "evidence"
    )


def test_a_pasted_source_can_be_cited(tab: Tab, project: Path) -> None:
    tab.choose("addiction-3")
    tab.at(".kc-finder summary").click()
    box = tab.at("textarea[aria-label='Source to add']")
    box.fill("TY  - JOUR\nTI  - On tea\nAU  - Roe, Jo\nPY  - 2020\nER  - \n")
    tab.at("button", has_text="See what it would add").click()
    tab.at(".kc-offers .kc-card", has_text="On tea").get_by_role("button", name="Add").click()
    tab.at(".kc-results .kc-card", has_text="On tea").wait_for()
    tab.save()
    assert ("roe-2020",) in rows_by_key(read_content(project / "data"), "sources")


def test_a_doi_is_added_by_keyboard_and_one_of_two_papers_replaces_no_other_unasked(
    tab: Tab, project: Path
) -> None:
    before = read_content(project / "data")
    tab.choose("addiction-3")
    tab.at(".kc-finder summary").click()
    box = tab.at("textarea[aria-label='Source to add']")
    box.fill("Zarate C. On cups of tea. 2006. https://doi.org/10.1000/tea\n\nPMID: 123")
    box.press("Control+Enter")
    both = tab.at(".kc-offers .kc-card[data-place='0']")
    both.get_by_role("row", name="Title A randomized trial").wait_for()
    assert faults_of_axe(tab) == []
    tab.at(".kc-offers .kc-card[data-place='1'] input").fill("poe-1999")
    tab.at(".kc-offers .kc-card[data-place='1']").get_by_role("button", name="Add").press("Enter")
    tab.at(".kc-results .kc-card", has_text="PMID 123").wait_for()
    card = tab.at(".kc-results .kc-card", has_text="PMID 123")
    card.get_by_label("What poe-1999 found").fill("It was about tea.")
    card.get_by_role("button", name="Cite").click()
    incomplete = tab.at(".kc-evidence .kc-card", has_text="To be completed")
    incomplete.get_by_role("button", name="Look up poe-1999").click()
    # Without a mail address nobody is asked: there is a field for it now.
    wait_until(lambda: tab.at(".kc-contact").evaluate("(one) => one === document.activeElement"))
    both.get_by_role("button", name="Keep both").press("Enter")
    tab.at(".kc-results .kc-card", has_text="On cups of tea").wait_for()
    tab.at(".kc-finder summary").click()
    tab.save()
    rows = rows_by_key(read_content(project / "data"), "sources")
    assert rows[("zarate-2006",)]["pmid"] == "16894061"
    assert rows[("zarate-2006-2",)]["doi"] == "10.1000/tea"
    assert rows[("poe-1999",)]["unconfirmed"] == "everything but the PubMed id"
    for _ in range(3):  # what it added twice, and cited
        tab.at(".kc-bar button", has_text="Undo").click()
    tab.save()
    assert changes_of(before, read_content(project / "data")) == ()


def test_what_an_editor_unfolded_stays_open_when_an_answer_comes(tab: Tab) -> None:
    tab.choose("addiction-3")
    tab.at(".kc-finder summary").click()
    tab.at(".kc-source-search").fill("nonpsychotic")
    tab.at(".kc-results .kc-card").first.wait_for()
    assert tab.at("textarea[aria-label='Source to add']").is_visible()
    tab.at(".kc-finder summary").click()
    tab.at(".kc-source-search").fill("bladder")
    tab.at(".kc-results .kc-card", has_text="adder").first.wait_for()
    assert not tab.at("textarea[aria-label='Source to add']").is_visible()


def test_statements_are_added_split_joined_moved_and_cut_by_keyboard(
    tab: Tab, project: Path
) -> None:
    before = read_content(project / "data")
    tab.choose("lasting-1").focus()
    tab.page.keyboard.press("Alt+Enter")
    tab.at(".kc-head code", has_text="lasting-2").wait_for()
    tab.page.keyboard.type("Ask first. Then wait.")
    for _ in range(len(" Then wait.")):
        tab.page.keyboard.press("ArrowLeft")
    tab.page.keyboard.press("Alt+s")
    tab.at(".kc-entry[data-statement=lasting-3]").wait_for()
    assert tab.at(".kc-editor").input_value() == "Ask first."
    tab.page.keyboard.press("Alt+j")
    tab.at(".kc-entry[data-statement=lasting-3]").wait_for(state="detached")
    assert tab.at(".kc-editor").input_value() == "Ask first. Then wait."
    tab.page.keyboard.press("Alt+Shift+ArrowUp")
    first = tab.at(".kc-group:has([data-statement=lasting-2]) .kc-entry").first
    wait_until(lambda: first.get_attribute("data-statement") == "lasting-2")
    tab.page.keyboard.press("Alt+Delete")
    tab.at(".kc-entry[data-statement=lasting-2]").wait_for(state="detached")
    assert changes_of(before, read_content(project / "data")) == ()
    for _ in range(6):
        tab.page.keyboard.press("Control+z")
    tab.at("button", has_text=re.compile("^Saved$")).wait_for()


def test_jupyterlab_takes_no_key_that_is_pressed_in_the_workbench(tab: Tab) -> None:
    cells = tab.page.locator(".jp-Notebook .jp-Cell").count()
    tab.at(".kc-list").focus()
    for key in ("a", "b", "d", "d", "x", "m"):
        tab.page.keyboard.press(key)
    assert tab.page.locator(".jp-Notebook .jp-Cell").count() == cells
    tab.page.keyboard.press("End")
    last = tab.at(".kc-entry").last.get_attribute("data-statement")
    wait_until(lambda: tab.here() == last)
    assert tab.at(".kc-list").evaluate("(one) => one === document.activeElement")
    tab.page.keyboard.press("Home")
    chosen = tab.at("[aria-selected=true]")
    wait_until(lambda: chosen.get_attribute("data-node") == "documents:ketamine")
    tab.page.keyboard.press("Escape")


def test_a_reviewer_signs_by_keyboard_alone(tab: Tab, project: Path, tmp_path: Path) -> None:
    page = tab.page
    tab.choose("addiction-1")
    tab.at(".kc-list").focus()
    page.keyboard.press("Alt+r")
    who = tab.at(".kc-who select").first
    who.wait_for()
    who.focus()
    page.keyboard.type("Ada")
    page.keyboard.press("Alt+a")
    tab.at(".kc-note", has_text="Approved: addiction-1.").wait_for()
    wait_until(lambda: tab.here() == "addiction-2")
    tab.at(".kc-middle[aria-busy=false]").wait_for()
    page.keyboard.press("Alt+c")
    page.keyboard.type("Say which doctor.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tab.at(".kc-note", has_text="Asked for changes: addiction-2.").wait_for()
    said = rows_by_key(read_content(project / "data"), "signoffs").values()
    found = {row["statement"]: (row["person"], row["verdict"], row["comment"]) for row in said}
    assert found == {
        "addiction-1": ("ada", "approved", ""),
        "addiction-2": ("ada", "changes-requested", "Say which doctor."),
    }
    key = {"signing_key": "ada-1", "person": "ada", "public_key": BO.public}
    key |= {"namespace": "signoff@example.org", "valid_from": "2026-01-01"}
    content = read_content(project / "data")
    write_content(replace(content, signing_keys=frame_of("signing_keys", [key], content)))
    tab.at(".kc-key summary").click()
    file = written(tmp_path / "id_ed25519", BO.private, protected())
    page.get_by_label("File of my private key").fill(str(file))
    page.get_by_label("Passphrase").fill(PASSPHRASE)
    page.keyboard.press("Enter")
    tab.at(".kc-note", has_text="Signing with the key ada-1 of Ada Roe.").wait_for()
    signed = tab.here()
    page.keyboard.press("Alt+a")
    tab.at(".kc-note", has_text=f"Approved with a signature: {signed}.").wait_for()
    rows = rows_by_key(read_content(project / "data"), "signoffs").values()
    assert [bool(row["signature"]) for row in rows if row["statement"] == signed] == [True]
    assert PASSPHRASE not in page.evaluate("JSON.stringify(localStorage)")
    assert faults_of_axe(tab) == []
    page.keyboard.press("Alt+r")
    tab.at(".kc-signer select").select_option("")  # nobody is the writer of what follows
    editor = tab.choose("addiction-1")
    editor.press("Control+End")
    editor.press_sequentially(" More.")
    tab.at(".kc-note", has_text="Saving this voids a sign-off: Ada Roe (clinical").wait_for()
    editor.press("Control+z")
    tab.at("button", has_text=re.compile("^Saved$")).wait_for()


def test_a_finding_is_waived_with_a_reason_until_a_day(tab: Tab, project: Path) -> None:
    tab.choose("ask-1")
    fault = tab.at(".kc-fault", has=tab.page.get_by_label("Waive jargon-plain-word"))
    fault.get_by_label("Waive jargon-plain-word").click()
    fault.get_by_label("Why it may stand").fill("Doctors say it to you.")
    until = (datetime.date.today() + datetime.timedelta(30)).isoformat()
    fault.get_by_label("Until which day").fill(until)
    fault.get_by_label("Who answers for it").select_option("ada")
    fault.get_by_role("button", name="Waive", exact=True).click()
    fault.wait_for(state="detached")
    assert "Saved 1 change." in tab.save().inner_text()
    assert rows_by_key(read_content(project / "data"), "waivers") == {
        ("statements", "ketamine/ask-1", "jargon-plain-word"): {
            "table": "statements",
            "row": "ketamine/ask-1",
            "rule": "jargon-plain-word",
            "reason": "Doctors say it to you.",
            "until": until,
            "owner": "ada",
        }
    }
    tab.page.keyboard.press("Control+z")
    fault.wait_for()
    tab.save()
    assert rows_by_key(read_content(project / "data"), "waivers") == {}


def test_what_a_finding_says_instead_is_taken_by_key_and_button_and_reasons_of_grade_are_kept(
    tab: Tab, project: Path
) -> None:
    editor = tab.choose("addiction-3")
    was = editor.input_value()
    editor.press("Control+End")
    editor.press_sequentially(" He committed suicide prior to this.")
    label = tab.at(".kc-fault.kc-error", has_text="committed suicide")
    jargon = tab.at(".kc-fault.kc-advice", has_text="plainer word")
    label.wait_for()
    jargon.wait_for()
    editor.press("F9")
    wait_until(lambda: editor.input_value() == f"{was} He died by suicide prior to this.")
    label.wait_for(state="detached")
    jargon.get_by_role("button", name="Write “before”").click()
    wait_until(lambda: editor.input_value() == f"{was} He died by suicide before this.")
    jargon.wait_for(state="detached")
    reasons = tab.page.get_by_label("What lowers or raises the grade (GRADE)")
    reasons.fill("risk-of-bias imprecision")
    tab.save()
    row = rows_by_key(read_content(project / "data"), "statements")["ketamine", "addiction-3"]
    assert row["text"] == f"{was} He died by suicide before this."
    assert row["grade_reasons"] == "risk-of-bias imprecision"
    reasons.fill("")
    editor.fill(was)
    tab.save()


def test_a_cut_statement_is_brought_back_and_its_answer_is_held_against_it(
    tab: Tab, project: Path
) -> None:
    tab.choose("addiction-3")
    assert not tab.at(".kc-answer").is_visible()  # nothing was received there
    tab.choose("reviews-1")
    answer = tab.at("[data-field=answer]")
    answer.wait_for()
    assert answer.input_value() == "cut"
    assert "testimonials" in tab.at("[data-field=answer_reason]").input_value()
    assert "There are no reviews yet." in tab.at(".kc-middle").inner_text()
    tab.at("button", has_text="Bring it back").click()
    tab.at(".kc-entry[data-statement=reviews-1]:not(.kc-off)").wait_for()
    assert tab.at(".kc-editor").input_value() == "There are no reviews yet."
    tab.at(".kc-right .kc-here", has_text="There are no reviews yet.").wait_for()
    untrue = tab.at(".kc-fault.kc-error", has_text="'cut' is not what became")
    untrue.wait_for()
    answer.select_option("kept")
    untrue.wait_for(state="detached")
    tab.save()
    row = rows_by_key(read_content(project / "data"), "statements")["ketamine", "reviews-1"]
    assert (row["text"], bool(row["position"])) == ("There are no reviews yet.", True)
    assert row["answer"] == "kept"
    tab.page.keyboard.press("Control+z")
    tab.page.keyboard.press("Control+z")
    tab.at(".kc-entry[data-statement=reviews-1].kc-off").wait_for()
    tab.save()
    assert text_on_disk(project / "data", "reviews-1") == ""


def test_a_statement_moves_to_the_section_that_the_menu_names(tab: Tab, project: Path) -> None:
    tab.choose("addiction-3")
    menu = tab.at(".kc-middle").get_by_label("Section", exact=True)
    menu.select_option("driving")
    there = ".kc-group:has([data-statement=driving-1]) [data-statement=addiction-3]"
    # Where somebody has signed its neighbour, that is asked first.
    moved, asked = tab.at(there), tab.at(".kc-asking .kc-primary")
    wait_until(lambda: moved.count() or asked.count())
    if asked.count():
        asked.click()
    tab.at(there).wait_for()
    assert tab.here() == "addiction-3"
    tab.at(".kc-right h2", has_text="Driving and machines").wait_for()
    tab.save()
    row = rows_by_key(read_content(project / "data"), "statements")["ketamine", "addiction-3"]
    assert row["section"] == "driving"
    tab.page.keyboard.press("Control+z")
    tab.at(there).wait_for(state="detached")
    tab.save()
    row = rows_by_key(read_content(project / "data"), "statements")["ketamine", "addiction-3"]
    assert row["section"] == "lasting-harm"


def headings(tab: Tab) -> list[tuple[str, str]]:
    """The lines of the title and the headings in the list, each with its level."""
    lines = "lines => lines.map(one => [one.ariaLevel, one.children[1].textContent])"
    found = tab.at(".kc-heading:not(.kc-off)").evaluate_all(lines)
    return [(level, words) for level, words in found]


def drag(tab: Tab, node: str, target: str, share: float) -> None:
    """Drag a line of the list over another, so far from its upper end."""
    mouse = tab.page.mouse
    for name in (target, node):
        tab.at(f"[data-node='{name}']").scroll_into_view_if_needed()
    start = tab.at(f"[data-node='{node}']").bounding_box()
    mouse.move(start["x"] + 60, start["y"] + start["height"] / 2)
    mouse.down()
    mouse.move(start["x"] + 66, start["y"] + start["height"] / 2 + 6, steps=3)
    end = tab.at(f"[data-node='{target}']").bounding_box()
    mouse.move(end["x"] + 60, end["y"] + end["height"] * share, steps=5)
    mouse.up()


def test_the_page_is_put_in_another_order_by_keyboard_and_by_mouse(tab: Tab, project: Path) -> None:
    page, keys = tab.page, tab.page.keyboard
    was = read_content(project / "data")
    first = headings(tab)
    live = tab.at("[role=status]")
    asking = tab.at(".kc-asking")
    tab.at("[data-node='sections:ketamine/driving']").click()
    tab.at(".kc-form [data-field=heading]").wait_for()
    tab.at(".kc-list").focus()
    keys.press("F2")
    keys.type("Driving")
    keys.press("Enter")
    wait_until(lambda: ("3", "Driving") in headings(tab))
    wait_until(lambda: "Renamed to “Driving”" in live.inner_text())
    keys.press("Alt+Shift+ArrowLeft")
    wait_until(lambda: ("2", "Driving") in headings(tab))
    keys.press("Alt+n")
    keys.type("What it costs")
    keys.press("Enter")
    wait_until(lambda: ("2", "What it costs") in headings(tab))
    keys.press("Alt+Enter")
    keys.type("It may cost much.")
    made = tab.at(".kc-entry[data-statement=what-it-costs-1]")
    made.wait_for()
    tab.at("[data-node=driving-1]").click()
    keys.press("Shift+ArrowDown")
    tab.at(".kc-several h2", has_text="2 statements chosen").wait_for()
    keys.press("Alt+o")
    asking.locator("select").first.select_option("what-it-costs")
    asking.get_by_role("button", name="Move", exact=True).click()
    there = tab.at(".kc-group:has([data-statement=what-it-costs-1]) .kc-entry")
    wait_until(lambda: there.count() == 3)
    drag(tab, "what-it-costs-1", "driving-2", 0.9)
    order = ["driving-1", "driving-2", "what-it-costs-1"]
    nodes = "lines => lines.map(one => one.dataset.node)"
    wait_until(lambda: there.evaluate_all(nodes) == order)
    tab.at("[data-node='sections:ketamine/what-it-costs']").click()
    tab.at(".kc-list").focus()
    keys.press("Delete")
    asking.get_by_text("It takes the section and 3 of its statements off the page.").wait_for()
    assert asking.evaluate("(one) => one === document.activeElement")
    keys.press("Escape")
    wait_until(asking.is_hidden)
    assert ("2", "What it costs") in headings(tab)
    tab.at(".kc-heading[aria-selected=true]", has_text="What it costs").wait_for()
    keys.press("Delete")
    asking.get_by_role("button", name="Cut the section what-it-costs").click()
    wait_until(lambda: ("2", "What it costs") not in headings(tab))
    undo = tab.at("button", has_text="Undo")
    save = tab.at("button", has_text="Save")
    while save.inner_text() != "Saved":  # what other tests have saved could be undone too
        said = undo.get_attribute("title")
        tab.at(".kc-list").focus()
        page.keyboard.press("Control+z")
        wait_until(lambda said=said: undo.get_attribute("title") != said)
    wait_until(lambda: headings(tab) == first)
    assert changes_of(was, read_content(project / "data")) == ()
    keys.press("Escape")


def test_a_statement_moved_by_keys_leaves_its_neighbours_what_they_are(
    tab: Tab, project: Path
) -> None:
    def others() -> dict[str, tuple[str, str]]:
        found = rows_by_key(read_content(project / "data"), "statements").items()
        return {key: (row["block"], row["form"]) for (_, key), row in found if key != moving}

    rows = rows_by_key(read_content(project / "data"), "statements").values()
    shown = sorted(
        (row for row in rows if row["position"]),
        key=lambda row: (row["section"], int(row["position"])),
    )
    [moving, *_] = [
        row["statement"]
        for row, after in pairwise(shown)
        if row["section"] == after["section"]
        and (row["form"], after["form"]) == ("paragraph", "item")
    ]
    before = others()
    tab.choose(moving).focus()
    for _ in range(3):
        tab.page.keyboard.press("Alt+Shift+ArrowDown")
    tab.save()
    assert others() == before
    for _ in range(3):
        tab.page.keyboard.press("Control+z")
    tab.at(".kc-entry .kc-changed").first.wait_for()
    tab.save()


def test_review_tells_how_many_of_how_many_match_and_offers_to_clear_the_filter(tab: Tab) -> None:
    list_pane, matching = tab.at(".kc-left"), tab.at(".kc-matching")
    tab.at(".kc-search").fill("no such words")
    tab.at("button", has_text=re.compile("^Review$")).click()
    matching.wait_for()
    told = matching.inner_text()
    assert re.match(r"0 of \d+ statements that wait for a clinical sign-off match\.", told)
    assert "Nothing waits" not in list_pane.inner_text()
    tab.at(".kc-search").fill("addiction-2")
    wait_until(lambda: matching.inner_text().startswith("1 of "))
    tab.at("button", has_text="Clear the filter").click()
    waiting = int(told.split()[2])
    assert tab.at(".kc-entry").count() == waiting > 100
    assert matching.is_hidden()
    tab.at("button", has_text=re.compile("^Review$")).click()


def test_a_reviewer_sees_what_changed_since_a_stale_sign_off(tab: Tab) -> None:
    review = tab.at("button", has_text=re.compile("^Review$"))
    tab.choose("driving-1")
    review.click()
    tab.at(".kc-who select").first.select_option("ada")
    tab.at("button", has_text="Approve").click()
    # With the key of the test above, where that is still at hand.
    tab.at(".kc-note", has_text=re.compile("Approved( with a signature)?: driving-1")).wait_for()
    review.click()
    tab.at(".kc-signer select").select_option("ben")  # what Ada wrote herself, she could not sign
    editor = tab.choose("driving-1")
    editor.press("Control+End")
    editor.press_sequentially(" Ask early.")
    tab.at(".kc-note", has_text="Saving this voids a sign-off").wait_for()
    tab.save()
    review.click()
    tab.choose("driving-1")
    assert "What changed since Ada Roe signed on" in tab.at(".kc-review").inner_text()
    [added] = tab.at(".kc-review .kc-redline ins").all_inner_texts()
    assert added.split() == ["[inserted:", "Ask", "early.", "]"]
    assert "clinical: stale" in tab.at(".kc-head").inner_text()
    review.click()
    tab.page.keyboard.press("Control+z")
    tab.at(".kc-head", has_text="clinical: valid").wait_for()
    tab.at(".kc-signer select").select_option("")
    tab.save()


def test_the_words_stand_against_those_saved_and_those_supplied(tab: Tab) -> None:
    editor = tab.choose("alternative-option-1")
    changes = tab.at(".kc-changes")
    assert changes.locator("h3").all_inner_texts() == [
        "Supplied words",
        "Against the supplied words",
    ]
    supplied = changes.locator(".kc-supplied").inner_text()
    assert supplied.startswith("Alternative Option: For individuals who have not responded")
    redline = changes.locator(".kc-redline")
    assert redline.is_visible()
    assert "Alternative Option" in redline.locator("del").first.inner_text()
    assert "If 2 or more antidepressants" in redline.locator("ins").first.inner_text()
    assert tab.at(".kc-middle").inner_text().count(supplied) == 1
    editor.press("Control+End")
    editor.press_sequentially(" Ask.")
    changes.locator("h3", has_text="Against the saved words").wait_for()
    [added] = changes.locator(".kc-redline").first.locator("ins").all_inner_texts()
    assert added.split() == ["[inserted:", "Ask.", "]"]
    tab.at(".kc-editor").press("Control+z")
    tab.at("button", has_text=re.compile("^Saved$")).wait_for()
    # Of what is off the page, the supplied words stand there once.
    tab.choose("rapid-onset-1")
    middle = tab.at(".kc-middle").inner_text()
    assert middle.count("One of the most notable features of ketamine is its quick action.") == 1


def test_what_is_wrong_with_the_whole_page_leads_to_its_statements_by_keyboard(
    tab: Tab, project: Path
) -> None:
    page = tab.page
    focused = "document.activeElement.textContent"
    live = tab.at("[aria-live=polite]")
    content = read_content(project / "data")
    found = [
        one for one in check(content, ["ketamine"]) if one.table not in ("statements", "evidence")
    ]
    unlooked = [one for one in found if one.rule == "retraction-unchecked"]
    assert len(found) > 70
    said = [
        f"{number} {severity}{'s' if number > 1 else ''}"
        for severity, number in Counter(one.severity for one in found).items()
    ]
    tab.choose("addiction-3").press("Alt+5")
    assert page.evaluate(focused) == f"The page as a whole {', '.join(said)}"
    headings = tab.at(".kc-findings h2").all_inner_texts()
    assert [one.split(" ", 1)[1] for one in headings] == said
    assert tab.at(".kc-findings .kc-place:visible").count() == 0
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_until(lambda: live.inner_text() == "The whole page was looked at.")
    assert page.evaluate(focused) == "Look again"
    while not page.evaluate(focused).startswith("Retraction unchecked"):
        page.keyboard.press("Tab")
    assert page.evaluate(focused) == f"Retraction unchecked ({len(unlooked)})"
    page.keyboard.press("Enter")
    assert tab.at(".kc-findings .kc-place:visible").count() == len(unlooked)
    # It scrolls within its pane, and leaves the list its room, the chosen statement in sight.
    sizes = tab.at(".kc-whole").evaluate(
        "(one) => [one.clientHeight, one.scrollHeight, one.parentElement.clientHeight]"
    )
    assert sizes[1] > sizes[0]
    assert sizes[0] < 0.67 * sizes[2]
    chosen = tab.at(".kc-entry[aria-selected=true]").bounding_box()
    frame = tab.at(".kc-list").bounding_box()
    assert frame["y"] <= chosen["y"] <= frame["y"] + frame["height"]
    item = tab.at(".kc-findings li", has_text="source anand-2023")
    ways = item.locator("[aria-label^='Go to ']")
    assert set(ways.all_inner_texts()) == {
        statement
        for document, statement, source in rows_by_key(content, "evidence")
        if (document, source) == ("ketamine", "anand-2023")
    }
    while page.evaluate(focused) != ways.first.inner_text():
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_until(lambda: tab.here() == ways.first.inner_text())
    wait_until(lambda: live.inner_text().startswith(f"{tab.here()} is chosen."))
    assert page.evaluate(focused) == tab.here()
    item.get_by_role("button", name="Waive").press("Enter")
    page.keyboard.type("Looked up by hand.")
    item.get_by_label("Until which day").fill("2999-01-31")
    page.keyboard.press("Enter")
    item.wait_for(state="detached")
    # One error less, and what the waiver itself wants: a sign-off, since it is signed too.
    row = {"table": "sources", "row": "anand-2023", "rule": "retraction-unchecked"}
    said_so = {"reason": "Looked up by hand.", "until": "2999-01-31"}
    left = check(waived(opened(content, "ketamine"), row | said_so).content, ["ketamine"])
    errors = sum(
        one.severity == "error" for one in left if one.table not in ("statements", "evidence")
    )
    wait_until(lambda: f"{errors} errors" in live.inner_text())
    assert page.evaluate(focused) == tab.at(".kc-whole summary").first.text_content()
    page.keyboard.press("Control+z")
    item.wait_for()
    page.keyboard.press("Enter")
    assert tab.at(".kc-findings").is_hidden()
    tab.at("button", has_text=re.compile("^Saved$")).wait_for()


def test_a_finding_ends_where_it_is_put_right_by_keyboard(tab: Tab, project: Path) -> None:
    page, focused = tab.page, "document.activeElement.ariaLabel"
    tab.choose("addiction-3").press("Alt+5")
    for folded in tab.at("[data-field='whole retraction-unchecked']:not([open]) > summary").all():
        folded.press("Enter")
    acts = tab.at(".kc-whole [data-act]:visible")
    first, second = (acts.nth(place).get_attribute("aria-label") for place in (0, 1))
    assert first.startswith("I looked this up today: ")
    acts.first.press("Enter")
    wait_until(lambda: page.evaluate(focused) == second)  # on to the next of its kind
    source = first.split(": ")[1]
    # It can be waived, but what puts it right comes first.
    item = tab.at(".kc-whole li", has=page.get_by_label(second, exact=True))
    ways = item.locator("button").all_inner_texts()[-3:]
    assert ways == ["I looked this up today", "Edit the source", "Waive…"]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    field = tab.at(".kc-form [data-field=retraction_checked_on]")
    field.wait_for()
    wait_until(lambda: field.evaluate("(one) => one === document.activeElement"))
    other = tab.at(".kc-form h2 code").inner_text()
    title = tab.at(".kc-form [data-field=title]")
    was = title.input_value()
    title.press("Control+End")
    title.press_sequentially(", as typed.")
    assert faults_of_axe(tab) == []
    assert "Saved 2 changes." in tab.save().inner_text()
    rows = rows_by_key(read_content(project / "data"), "sources")
    assert rows[source,]["retraction_checked_on"] == datetime.date.today().isoformat()
    assert rows[other,]["title"] == f"{was}, as typed."
    title.press("Control+z")
    wait_until(lambda: title.input_value() == was)
    page.keyboard.press("Escape")
    tab.at(".kc-editor").wait_for()
    page.keyboard.press("Control+z")
    tab.save()
    assert rows_by_key(read_content(project / "data"), "sources")[source,] == {
        **rows[source,],
        "retraction_checked_on": "",
    }
    tab.at(".kc-whole summary").first.click()


def test_a_row_of_any_table_is_found_changed_and_added_by_mouse(tab: Tab, project: Path) -> None:
    tab.at("button", has_text=re.compile("^Rows$")).click()
    table = tab.at(".kc-form").get_by_label("Table")
    table.select_option("sections")
    tab.at(".kc-form").get_by_label("Find a row").fill("what is ketamine")
    tab.at(".kc-rows button").click()
    heading = tab.at(".kc-form [data-field=heading]")
    heading.wait_for()
    heading.fill("What ketamine is")
    tab.at(".kc-form button", has_text="Other rows").click()
    table.wait_for()
    table.select_option("terms")
    tab.at(".kc-form input[aria-label=Term]").fill("HPPD")
    tab.at("button", has_text="Add the term").click()
    plain = tab.at(".kc-form [data-field=plain]")
    plain.wait_for()
    plain.fill("flashbacks")
    tab.save()
    content = read_content(project / "data")
    assert rows_by_key(content, "terms")["HPPD", "en"]["plain"] == "flashbacks"
    section = rows_by_key(content, "sections")["ketamine", "description"]
    assert section["heading"] == "What ketamine is"
    tab.at("button", has_text="Remove this row").click()
    tab.at(".kc-middle").wait_for()
    undo = tab.at(".kc-bar button", has_text=re.compile("^Undo$"))
    for _ in range(4):
        undo.click()
    tab.save()
    content = read_content(project / "data")
    section = rows_by_key(content, "sections")["ketamine", "description"]
    assert section["heading"] == "What is ketamine?"
    assert ("HPPD", "en") not in rows_by_key(content, "terms")


def test_words_are_proposed_accepted_by_piece_and_discussed_by_keyboard(
    tab: Tab, project: Path
) -> None:
    page, talk = tab.page, tab.at(".kc-discussion")
    text = text_on_disk(project / "data", TO_DISCUSS)
    first, last = text.split()[0], text.split()[-1]
    tab.at(".kc-signer select").select_option("ben")
    editor = tab.choose(TO_DISCUSS)
    editor.fill(f"Often, {text} Ask early.")
    talk.get_by_label("Why you would have other words").fill("Plainer.")
    page.keyboard.press("Enter")
    card = talk.locator(".kc-card", has_text="Ben Poe proposes for the words")
    card.wait_for()
    assert editor.input_value() == text  # the words that are saved stand
    assert card.locator(".kc-redline ins").count() == 2
    assert "[inserted:" in card.locator(".kc-redline ins").first.inner_text()
    entry = tab.at(f".kc-entry[data-statement={TO_DISCUSS}]")
    assert "1 proposal" in entry.inner_text()
    tab.save()
    editor.focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+Shift+ArrowRight")
    page.keyboard.press("Alt+m")
    wait_until(lambda: talk.locator("form q").inner_text().strip() == first)
    page.keyboard.type("Which?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    thread = talk.locator(".kc-card", has_text="Which?")
    thread.wait_for()
    assert talk.get_by_label("What you say of it").input_value() == ""
    thread.get_by_label("Answer Ben Poe").fill("That one.")
    page.keyboard.press("Enter")
    thread.locator("li", has_text="That one.").wait_for()
    # Of the two changes one is accepted, which takes effect at once, and one refused: by keys.
    tab.at(".kc-signer select").select_option("ada")
    card.get_by_role("button", name="Accept change 2").focus()
    page.keyboard.press("Enter")
    wait_until(lambda: editor.input_value() == f"{text} Ask early.")
    # The other one is left, and the keys are there.
    wait_until(lambda: card.locator(".kc-redline ins").count() == 1)
    focused = "document.activeElement.ariaLabel"
    wait_until(lambda: page.evaluate(focused) == "Accept: the proposal of Ben Poe")
    editor.focus()
    page.keyboard.press("Control+z")
    wait_until(lambda: editor.input_value() == text)
    card.get_by_role("button", name="Accept change 2").click()
    wait_until(lambda: editor.input_value() == f"{text} Ask early.")
    card.get_by_role("button", name="Refuse: the proposal of Ben Poe").focus()
    page.keyboard.press("Enter")
    card.wait_for(state="detached")
    wait_until(lambda: page.evaluate("document.activeElement.className") == "kc-editor")
    assert editor.input_value() == f"{text} Ask early."
    editor.fill(f"Words of {last}")
    thread.get_by_text("astray").wait_for()
    editor.press("Control+z")
    wait_until(lambda: editor.input_value() == f"{text} Ask early.")
    tab.save()
    editor.fill(f"Often, {text}")
    talk.get_by_role("button", name="Propose what I typed").click()
    talk.locator(".kc-card", has_text="Ada Roe proposes for the words").wait_for()
    tab.save()
    rows = rows_by_key(read_content(project / "data"), "proposals").values()
    decided = [row for row in rows if row["decision"]]
    assert {(row["person"], row["decided_by"]) for row in decided} == {("ben", "ada")}
    taken = {row["decision"]: row["taken"] for row in decided}
    assert taken == {"accepted": f"{text} Ask early.", "refused": ""}
    assert text_on_disk(project / "data", TO_DISCUSS) == taken["accepted"]


def test_a_page_is_brought_in_put_right_by_key_and_by_mouse_and_written(
    tab: Tab, project: Path, tmp_path: Path
) -> None:
    page = tmp_path / "tea.html"
    page.write_text("<h1>Tea</h1><h2>Use</h2><p>Hot.<p>Cold.<p>Green.<nav>Home</nav>", "utf-8")
    tab.choose("addiction-2")
    tab.page.keyboard.press("Alt+b")
    tab.at("[data-field='incoming file']").set_input_files(page)
    tab.at(".kc-block").nth(3).wait_for()
    assert "navigation" in tab.at(".kc-incoming-side").inner_text()
    forms = tab.at(".kc-block-form")
    assert [one.split("\n")[0] for one in forms.all_inner_texts()] == [
        "Heading 2",
        *["Paragraph"] * 3,
    ]
    title = tab.at(".kc-incoming-head p").first
    for key, wanted in [("3", "Heading 3"), ("0", "Heading 1")]:
        tab.page.keyboard.press("Home")
        tab.page.keyboard.press(key)
        tab.at(".kc-block-form", has_text=wanted).wait_for()
    assert "Use" in title.inner_text()  # what was the title is the first heading now
    for _ in range(2):
        tab.page.keyboard.press("Control+z")
    tab.at(".kc-block-form", has_text="Heading 2").wait_for()
    assert "Tea" in title.inner_text()
    for key in ["Home", "ArrowDown", "Shift+ArrowDown", "i"]:
        tab.page.keyboard.press(key)
    tab.at(".kc-is-item").nth(1).wait_for()
    tab.at(".kc-block").last.hover()
    tab.at(".kc-choices [data-form=notice]").click()
    tab.at(".kc-is-notice").wait_for()
    tab.page.keyboard.press("Control+z")
    tab.at(".kc-is-paragraph").wait_for()
    counts = (
        "1 heading, 1 paragraph, 2 items · 1 correction · tea: 1 section, 3 statements in data."
    )
    assert tab.at(".kc-incoming .kc-counts").inner_text() == counts
    assert faults_of_axe(tab) == []
    assert "tea" not in set(read_content(project / "data").documents["document"])
    tab.at("[data-field='incoming write']").press("Enter")
    tab.at(".kc-incoming .kc-saved", has_text="tea: 1 section, 3 statements in data.").wait_for()
    rows = rows_by_key(read_content(project / "data"), "statements")
    written = [row["form"] for (document, _), row in rows.items() if document == "tea"]
    assert sorted(written) == ["item", "item", "paragraph"]
    # It opens in the place of this page, and this one again by the way to all rows.
    opening = tab.at("[data-field='incoming open page']")
    assert opening.evaluate("(one) => one === document.activeElement")
    tab.page.keyboard.press("Enter")
    tab.at(".kc-title", has_text="Tea").wait_for()
    tab.at(".kc-entry").nth(2).wait_for()
    assert faults_of_axe(tab) == []
    tab.page.keyboard.press("Alt+t")
    tab.at(".kc-form select").select_option("documents")
    tab.at(".kc-form button", has_text="Open “Ketamine”").click()
    tab.at(".kc-title", has_text="Ketamine").wait_for()
    tab.at(".kc-middle[aria-busy=false]").wait_for()
    tab.choose("addiction-2").focus()
    tab.page.keyboard.press("Alt+b")
    tab.page.keyboard.press("Escape")
    assert tab.at(".kc-panes").is_visible()
    assert tab.at(".kc-editor").evaluate("(one) => one === document.activeElement")


def test_words_are_typed_where_they_are_read_by_mouse_and_by_keys(tab: Tab, project: Path) -> None:
    page, key = tab.page, "alternative-option-1"
    tab.choose(key)
    was = text_on_disk(project / "data", key)
    assert "[@" in was
    read = tab.at(f".kc-right [data-statement={key}]")
    read.click()
    box = tab.at(".kc-typing .kc-editor")
    wait_until(lambda: box.evaluate("(one) => one === document.activeElement"))
    assert box.input_value() == was  # with its citations, so that none can be lost
    assert tab.at(".kc-middle").is_hidden()
    page.keyboard.press("Control+End")
    page.keyboard.type(" A miracle.")
    tab.at(".kc-typing mark.kc-under-error").wait_for(state="attached")
    tab.at(".kc-typing .kc-changes ins").wait_for()
    assert faults_of_axe(tab) == []
    place = tab.at(".kc-list").bounding_box()
    page.keyboard.press("Control+Enter")
    did = tab.at(".kc-right .kc-did")
    did.wait_for()
    assert "A miracle." in did.locator("ins").inner_text()
    assert text_on_disk(project / "data", key) == f"{was} A miracle."
    # What was said of the save moved nothing.
    assert tab.at(".kc-list").bounding_box() == place
    focused = "document.activeElement.dataset.statement"
    assert page.evaluate(focused) == key
    page.keyboard.press("Control+z")
    page.keyboard.press("Enter")
    wait_until(lambda: box.input_value() == was)
    page.keyboard.type(" Ask early.")
    tab.at(".kc-typing .kc-changes ins", has_text="Ask early").wait_for()
    page.keyboard.press("Escape")
    box.wait_for(state="detached")
    wait_until(lambda: "Ask early" not in read.inner_text())
    assert page.evaluate(focused) == key
    page.keyboard.press("Control+z")  # what was put back was not lost
    wait_until(lambda: "Ask early" in read.inner_text())
    page.keyboard.press("Control+z")
    wait_until(lambda: "Ask early" not in read.inner_text())
    # The heading above it, by the arrows; then what was received, which says why it stays.
    while page.evaluate("document.activeElement.tagName") != "H2":
        page.keyboard.press("ArrowUp")
    heading = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    field = tab.at(".kc-typing [data-field=heading]")
    page.keyboard.type(" now")
    assert field.input_value() == f"{heading} now"
    tab.at(".kc-typing .kc-redline ins", has_text="now").wait_for()
    page.keyboard.press("Escape")
    tab.at(".kc-right h2", has_text=re.compile(rf"^{re.escape(heading)}$")).wait_for()
    tab.at("button", has_text="As received").click()
    tab.at(".kc-eyebrow", has_text="As it was received").wait_for()
    tab.at(".kc-right [data-statement]").first.press("Enter")
    tab.at(".kc-notes .kc-note", has_text="kept word for word").wait_for()
    tab.at("button", has_text="As it is now").click()
    # The label in front of a sentence, and the words of a notice, are typed there as well.
    tab.at(".kc-entry[data-statement=addiction-1]").click()
    tab.at(".kc-right strong", has_text="Addiction").click()
    field = tab.at(".kc-typing [data-field=label]")
    wait_until(lambda: field.evaluate("(one) => one === document.activeElement"))
    page.keyboard.press("End")
    page.keyboard.insert_text(" now")
    tab.at(".kc-typing .kc-changes ins", has_text="now").wait_for()
    tab.at(".kc-entry[data-statement=lede-1]").click()
    tab.at(".kc-typing textarea:not(.kc-editor)[data-field=text]").press("Control+End")
    page.keyboard.insert_text(" Always.")
    tab.at(".kc-typing .kc-changes ins", has_text="Always").wait_for()
    # All that is not saved is saved: both buttons say so.
    saves = tab.at(".kc-bar .kc-primary"), tab.at(".kc-typing .kc-primary")
    wait_until(lambda: re.fullmatch("Save [2-9] changes", saves[0].inner_text()))
    wait_until(lambda: saves[1].inner_text() == saves[0].inner_text().replace("Save", "Save all"))
    assert faults_of_axe(tab) == []
    page.keyboard.press("Escape")
    wait_until(lambda: "Always" not in tab.at(".kc-right [data-statement=lede-1]").inner_text())
    for _ in range(3):  # what was put back, what was typed there, and the label
        page.keyboard.press("Control+z")
    tab.at(".kc-entry[data-statement=addiction-1]").click()
    tab.at(".kc-right strong", has_text="Addiction:").wait_for()
    tab.at(f".kc-entry[data-statement={key}]").click()
    # All fields again, the caret where it was.
    tab.at(".kc-eyebrow", has_text="As a reader sees it").wait_for()
    read.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Home")
    tab.at(".kc-typing button", has_text="All fields").click()
    tab.at(".kc-middle .kc-editor").wait_for()
    assert tab.at(".kc-editor").input_value() == was
    tab.save()
    assert text_on_disk(project / "data", key) == was


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_in_either_theme(tab: Tab, theme: str) -> None:
    page = tab.page
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.locator(".lm-Menu-item", has_text="Theme").first.hover()
    page.locator(".lm-Menu-item", has_text=theme).first.click()
    light = "true" if theme.endswith("Light") else "false"
    page.locator(f"body[data-jp-theme-light={light}]").wait_for(state="attached")
    tab.choose(DISCUSSED)
    assert tab.at(".kc-discussion .kc-card").count() == 2  # a proposal and a thread
    assert faults_of_axe(tab) == []
    editor = tab.choose("addiction-2")
    editor.press("Control+End")
    editor.press_sequentially(" A wonder drug.")
    tab.at(".kc-changes ins").first.wait_for()
    tab.page.keyboard.press("Alt+h")
    assert tab.at(".kc-help").evaluate("(one) => one === document.activeElement")
    assert faults_of_axe(tab) == []
    tab.page.keyboard.press("Escape")
    assert tab.at(".kc-help").is_hidden()
    assert editor.evaluate("(one) => one === document.activeElement")
    for keys, pane in [
        ("Alt+t", ".kc-form"),
        ("Alt+r", ".kc-reviewing"),
        ("Alt+b", ".kc-incoming"),
    ]:
        tab.page.keyboard.press(keys)
        tab.page.locator(f".kc-workbench {pane}, .kc-workbench{pane}").first.wait_for()
        assert faults_of_axe(tab) == []
        tab.page.keyboard.press("Alt+r" if keys == "Alt+r" else "Escape")
    tab.page.keyboard.press("Alt+5")
    folded = tab.at(".kc-findings details:not([open]) > summary")
    while folded.count():
        folded.first.click()
    assert tab.at(".kc-findings .kc-place:visible").count() > 70
    assert faults_of_axe(tab) == []
    tab.at(".kc-whole summary").first.click()
    editor.press("Control+z")
    tab.at("button", has_text=re.compile("^Saved$")).wait_for()


def test_changes_of_state_are_announced_and_the_focus_is_seen(tab: Tab) -> None:
    live = tab.at("[aria-live=polite]")
    editor = tab.choose("addiction-3")
    editor.press("Control+End")
    editor.press_sequentially(" A miracle.")
    tab.at(".kc-mirror mark.kc-under-error").wait_for(state="attached")
    wait_until(lambda: "1 finding" in live.inner_text())
    editor.press("F8")
    wait_until(lambda: live.inner_text().startswith("Error: 'miracle' sells"))
    outline = "(one) => getComputedStyle(one).outlineStyle"
    assert editor.evaluate(outline) == "solid"
    editor.press("Control+z")
    tab.at("button", has_text=re.compile("^Saved$")).wait_for()


VERSIONS = """
(panel) => [...panel.querySelectorAll('.kc-versions > div')].map((one) => {
    const [card, name, words] = [one, ...one.children].map((each) => each.getBoundingClientRect());
    const below = name.bottom <= words.top && words.bottom <= card.bottom;
    return { inside: below && words.left >= card.left && words.right <= card.right };
})
"""
"""Whether the words of each version lie in their card, below its name."""


def kernel_process(data: Path) -> int:
    """The process of the kernel that has the page open: it says so beside the tables."""
    holders = (data / ".drafts").glob("*.holder")  # one a page that was opened
    [process] = {int(json.loads(one.read_text("utf-8"))["process"]) for one in holders}
    return process


def test_words_survive_a_kernel_that_dies_even_those_typed_after_it(
    tab: Tab, project: Path
) -> None:
    tab.choose("description-1").fill("Typed before.")
    tab.at(".kc-entry[data-statement=description-1] .kc-changed").wait_for()
    tab.choose("description-2")
    said = tab.at(".kc-discussion").get_by_label("What you say of it")
    said.fill("Said before.")
    os.kill(kernel_process(project / "data"), signal.SIGKILL)
    tab.at(".kc-editor").fill("Typed after.")
    # JupyterLab starts the kernel again and says so; nothing is running in it.
    kept = "Object.keys(localStorage).some((one) => one.startsWith('ketcontent:'))"
    assert tab.page.evaluate(kept)
    tab.page.reload()
    tab.run()
    tab.at(".kc-note", has_text="restored").wait_for()
    assert tab.here() == "description-2"
    assert tab.at(".kc-editor").input_value() == "Typed after."
    assert said.input_value() == "Said before."  # what was not sent is here still
    assert tab.choose("description-1").input_value() == "Typed before."
    tab.save()
    assert text_on_disk(project / "data", "description-1") == "Typed before."
    assert text_on_disk(project / "data", "description-2") == "Typed after."


def test_a_saved_notebook_holds_nothing_of_the_page(tab: Tab, project: Path) -> None:
    saved = project / "notebooks" / "data.ipynb"
    before = saved.stat().st_mtime_ns
    tab.page.get_by_role("menuitem", name="File", exact=True).click()
    tab.page.get_by_role("menuitem", name=re.compile("^Save Notebook(?! (As|and))")).click()
    wait_until(lambda: saved.stat().st_mtime_ns > before)
    wait_until(lambda: saved.read_text("utf-8").endswith("}\n"))  # it is written in pieces
    notebook = json.loads(saved.read_text("utf-8"))
    assert "widgets" not in notebook["metadata"]
    assert saved.stat().st_size < 5_000


def test_two_tabs_that_change_one_row_lose_nothing(
    browser: Any, lab: str, tab: Tab, project: Path
) -> None:
    data = project / "data"
    for other in opened_alone(browser, lab, "data-again"):
        for one, words in ((tab, "Words of one."), (other, "Words of the other.")):
            one.choose("addiction-2").fill(words)
            one.at(".kc-entry[data-statement=addiction-2] .kc-changed").wait_for()
        tab.save()
        other.page.keyboard.press("Control+s")
        panel = other.at(".kc-conflict")
        panel.wait_for()
        assert text_on_disk(data, "addiction-2") == "Words of one."
        assert "Words of the other" in panel.inner_text()
        assert "Words of one" in panel.inner_text()
        assert "Tell your doctor" in panel.inner_text()
        assert faults_of_axe(other) == []
        assert other.at("button", has_text=re.compile("^Not saved$")).count() == 1
        for width in (1440, 1024):
            other.page.set_viewport_size({"width": width, "height": 900})
            assert [one for one in panel.evaluate(VERSIONS) if not one["inside"]] == []
            # The panes below leave it the height that it needs: its buttons stand at the end.
            box = "const box = panel.parentElement"
            needs = "Math.min(box.scrollHeight, 0.4 * innerHeight)"
            seen = f"(panel) => {{ {box}; return box.clientHeight >= {needs} - 1; }}"
            assert panel.evaluate(seen)
        panel.get_by_label("Words from both versions").fill("Words of both.")
        panel.get_by_role("button", name="Keep the words that I wrote above").click()
        panel.wait_for(state="detached")
        other.save()
        assert text_on_disk(data, "addiction-2") == "Words of both."


FRAMES = """
async ([what, times]) => {
    const list = document.querySelector('.kc-list');
    const editor = document.querySelector('.kc-editor');
    for (let n = 0; n < times; n++) {
        if (what === 'scroll') list.scrollTop += 400;
        else {
            editor.value += 'a';
            editor.dispatchEvent(new InputEvent('input', { bubbles: true }));
        }
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    }
}
"""


@pytest.mark.parametrize("what", ["type", "scroll"])
def test_a_thousand_statements_stay_responsive(long: Tab, what: str) -> None:
    assert long.at(".kc-entry").count() == 1000
    long.choose("long-20").press("Control+End")
    browser = long.page.context.new_cdp_session(long.page)
    browser.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = spent(browser)
    long.page.evaluate(FRAMES, [what, 40])
    each = (spent(browser) - before) / 40
    browser.detach()
    print(f"{what}: {1000 * each:.0f} ms of work a frame")
    assert each < 0.1


def spent(browser: Any) -> float:
    """Return the seconds that the page's thread has worked: waiting for others is not counted."""
    metrics = {
        one["name"]: one["value"] for one in browser.send("Performance.getMetrics")["metrics"]
    }
    return float(metrics["TaskDuration"])


@pytest.fixture(scope="module")
def long(browser: Any, lab: str) -> Iterator[Tab]:
    yield from opened_alone(browser, lab, "long")


LOOK = """
async (statements) => {
    const bench = document.querySelector('.kc-workbench');
    const tags = 'script, iframe, img, svg, base, meta, link, style, object, embed';
    const found = {};
    for (const one of statements) {
        bench.querySelector(`.kc-entry[data-statement=${one}]`).click();
        const end = performance.now() + 20000;
        while (bench.querySelector('.kc-head code')?.textContent !== one
            || bench.querySelector('.kc-middle[aria-busy=true]')
            || bench.querySelector('.kc-entry[aria-selected=true]')?.dataset.statement !== one) {
            if (performance.now() > end) throw new Error(`${one} was not shown`);
            await new Promise((done) => setTimeout(done, 5));
        }
        const running = [...bench.querySelectorAll('*')].flatMap((each) => [...each.attributes])
            .filter((each) => /^on/i.test(each.name) || /^(javascript|data):/i.test(each.value));
        found[one] = [
            bench.querySelector('.kc-editor')?.value
                ?? bench.querySelector('.kc-middle .kc-toread').textContent,
            [...bench.querySelectorAll(tags)].map((each) => each.tagName)
                .concat(running.map((each) => each.name)),
        ];
    }
    return found;
}
"""
"""Choose each statement; tell its words, and what of the workbench could run or load anything."""


def test_no_cell_of_a_table_runs_in_jupyterlab(browser: Any, lab: str) -> None:
    for tab in opened_alone(browser, lab, "hostile"):
        dialogs: list[str] = []
        tab.page.on("dialog", lambda dialog, seen=dialogs: seen.append(dialog.message))
        cells = {f"hostile-{place}": cell for place, cell in enumerate(CELLS.values())}
        for statement, (words, strange) in tab.page.evaluate(LOOK, [*cells]).items():
            assert words.split() == cells[statement].split()
            assert strange == [], statement
        tab.at("button", has_text=re.compile("^Review$")).click()
        tab.at(".kc-review").wait_for()
        for statement, (_, strange) in tab.page.evaluate(LOOK, [*cells]).items():
            assert strange == [], statement
        assert tab.page.evaluate("window.ran") is None
        assert dialogs == []
        assert [one for one in tab.asked if "evil" in one] == []


def test_the_first_quarter_of_an_hour_of_the_readme(
    browser: Any, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    part = readme.split("The first quarter of an hour:")[1].split("*Shortcuts*")[0]
    steps = re.findall(r"^\d\. (.*(?:\n   .*)*)", part, flags=re.MULTILINE)
    typed = [re.findall("`([^`]+)`", step) for step in steps]
    assert len(steps) == 8
    [arguments] = re.findall(r"&& ketcontent lab (.+)$", readme, flags=re.MULTILINE)
    for name in ("data", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns(".*"))
    own = tmp_path_factory.mktemp("jupyter")
    notebook = (tmp_path / "notebooks" / "workbench.ipynb").read_bytes()
    for tab in opened_by_command(browser, tmp_path, own, *arguments.split()):
        assert tab.at(".kc-entry[aria-selected=true]").count() == 1
        stands_alone(tab)
        tab.at(".kc-search").fill(typed[1][0])
        wait_until(lambda tab=tab: tab.at(".kc-entry").count() == 1)
        editor = tab.choose(str(tab.at(".kc-entry").get_attribute("data-statement")))
        was = editor.input_value()
        editor.press("Control+End")
        editor.press_sequentially(typed[2][0])
        tab.at(".kc-mirror mark.kc-under-error").wait_for(state="attached")
        tab.at(".kc-right .kc-here", has_text=typed[2][0].strip()).wait_for()
        editor.press("Control+z")
        tab.at("button", has_text=re.compile("^Saved$")).wait_for()
        assert tab.at(".kc-editor").input_value() == was
        tab.at(".kc-editor").fill(typed[4][0])
        tab.at(".kc-changes ins", has_text="with drugs").wait_for()
        tab.at("input[aria-label='Find a source']").press_sequentially(typed[5][0])
        tab.at("input[aria-label='What anand-2023 found']").fill("Another question.")
        tab.at(".kc-results button", has_text="Cite").click()
        tab.at("button[aria-label='Remove anand-2023']").click()
        tab.at("button[aria-label='Remove anand-2023']").wait_for(state="detached")
        assert "Saved 1 change." in tab.save().inner_text()
        assert text_on_disk(tmp_path / "data", tab.here()) == typed[4][0]
        comes_back_after_a_reload(tab)
        # Nothing that the cells put out was written to the notebook of the project.
        assert (tmp_path / "notebooks" / "workbench.ipynb").read_bytes() == notebook
        tab.at(".kc-saying textarea").fill("In which studies?")
        tab.at(".kc-saying button[type=submit]").click()
        note = tab.at(".kc-notes .kc-bad")
        note.wait_for()
        ways = "Nobody is named in the table of people yet. Press Rows, choose People"
        assert ways in note.inner_text()
        middle = tab.at(".kc-middle")
        middle.evaluate("(pane) => pane.scrollTo(0, pane.scrollHeight)")
        assert middle.evaluate("(pane) => pane.scrollTop") > 0
        tab.at("button", has_text=re.compile("^Review$")).click()
        tab.at(".kc-review").wait_for()
        assert ways in tab.at(".kc-review").inner_text()
        assert middle.evaluate("(pane) => pane.scrollTop") == 0
        tab.at("button", has_text=re.compile("^Review$")).click()
        tab.at(".kc-editor").wait_for()


PANES = ".kc-left:visible, .kc-middle:visible, .kc-right:visible"


def stands_alone(tab: Tab) -> None:
    """The workbench fills the tab, without code around it, at each size and by keys alone."""
    page = tab.page
    code = page.locator(".jp-Cell :is(.jp-InputArea, .jp-RenderedMarkdown):visible")
    assert code.count() == 0
    assert tab.at(".kc-list").evaluate("(one) => one === document.activeElement")
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    page.locator(".jp-Notebook").evaluate("(one) => one.focus()")
    page.keyboard.type("ddx")  # to the notebook, these would be commands
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells
    for width, height, panes in ((1440, 900, 3), (1024, 700, 3), (640, 400, 1)):
        page.set_viewport_size({"width": width, "height": height})
        wait_until(lambda panes=panes: tab.at(PANES).count() == panes)
        wait_until(lambda height=height: filled(tab) > height - 110)
        bar, pane = (tab.at(one).first.bounding_box() for one in (".kc-bar", PANES))
        assert bar["y"] + bar["height"] <= pane["y"] + 1
        assert pane["height"] > 0.4 * height
        outside = "(one) => one.scrollWidth > one.clientWidth"
        assert not tab.page.locator(".kc-workbench").first.evaluate(outside)
    # One pane at a time: what is chosen is shown, and the keys go to the others.
    tab.at(".kc-entry").nth(1).click()
    tab.at(".kc-middle").wait_for()
    page.keyboard.press("Alt+4")
    tab.at(".kc-right").wait_for()
    page.keyboard.press("Alt+1")
    tab.at(".kc-list").wait_for()
    tab.at("button", has_text=re.compile("^More$")).click()
    assert tab.at("button", has_text=re.compile("^Split$")).is_visible()
    assert faults_of_axe(tab) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    for shown in (3, 0):
        page.get_by_role("menuitem", name="View", exact=True).click()
        page.locator(".lm-Menu-item", has_text="Show the Workbench Alone").click()
        wait_until(lambda shown=shown: (code.count() > 0) == bool(shown))


def filled(tab: Tab) -> float:
    """How high the workbench is."""
    return float(tab.page.locator(".kc-workbench").first.bounding_box()["height"])


def comes_back_after_a_reload(tab: Tab) -> None:
    """The same statement, filter and scroll."""
    first = tab.here()
    tab.at(".kc-search").fill("ketamine")
    tab.at(".kc-find select").select_option("unsigned")
    last = str(tab.at(".kc-entry").nth(60).get_attribute("data-statement"))
    tab.choose(last)

    def place() -> float:
        """How far below the upper end of the list the chosen statement stands."""
        boxes = [
            tab.at(one).bounding_box() for one in (".kc-entry[aria-selected=true]", ".kc-list")
        ]
        return float(boxes[0]["y"] - boxes[1]["y"])

    top = place()
    number = tab.at(".kc-entry").count()
    tab.page.reload()
    tab.wait()
    wait_until(lambda: tab.at(".kc-search").input_value() == "ketamine")
    assert tab.at(".kc-entry").count() == number
    assert tab.here() == last
    wait_until(lambda: abs(place() - top) < 60)  # the height of an entry
    # And to the box in which somebody types where the page is read, with what is not saved of it.
    tab.at(f".kc-right [data-statement={last}]").click()
    box = tab.at(".kc-typing .kc-editor")
    was = box.input_value()
    tab.page.keyboard.press("Control+End")
    tab.page.keyboard.type(" Typed.")
    tab.page.keyboard.press("ArrowLeft")
    tab.page.reload()
    wait_until(lambda: box.count() == 1 and box.input_value() == f"{was} Typed.")
    caret = "(one) => one === document.activeElement && one.selectionStart"
    wait_until(lambda: box.evaluate(caret) == len(was) + len(" Typed"))
    tab.page.keyboard.press("Escape")
    box.wait_for(state="detached")
    tab.at("button", has_text=re.compile("^Saved$")).wait_for()
    tab.at("button", has_text="All fields").click()
    tab.at("button", has_text="Clear the filter").click()
    tab.choose(first)


def opened_by_command(browser: Any, project: Path, own: Path, *words: str) -> Iterator[Tab]:
    """What ``ketcontent lab`` opens in a project, all cells run."""
    run, address = started(project, own, *words, "--no-browser")
    try:
        tab = Tab(browser, address, by_itself=True)
        yield tab
        tab.context.close()
    finally:
        run.terminate()
        run.communicate()
