"""A real JupyterLab in Chromium: a section is run, seen, and exported from the menu."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TOKEN

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def notebook(browser: Any, lab: str) -> Iterator[Any]:
    """The tab in which `notebooks/section.ipynb` is open and all its cells have been run."""
    context = browser.new_context(accept_downloads=True)

    def stay(route: Any) -> None:
        if route.request.url.startswith(lab):
            route.continue_()
        else:
            route.abort()

    context.route("http*://**/*", stay)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{lab}/lab/tree/notebooks/section.ipynb?token={TOKEN}")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".jp-OutputArea-output h2").first.wait_for()
    yield page
    context.close()


def export_menu(page: Any) -> Any:
    """Open File ▸ Save and Export Notebook As, and return its menu."""
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.locator(".lm-Menu-item", has_text="Save and Export Notebook As").hover()
    menu = page.locator(".lm-Menu", has_text="Executable Script").last
    menu.wait_for()
    return menu


def test_an_editor_who_runs_the_notebook_sees_the_section_as_a_reader_will(notebook: Any) -> None:
    output = notebook.locator(".jp-OutputArea-output")
    assert output.locator("h2").all_inner_texts() == [
        "What is ketamine?",
        "How sure we are",
        "Sources",
    ]
    words = output.locator("section p").first.inner_text()
    assert words.startswith("Ketamine is a medicine used to make people unconscious")
    assert "Traceback" not in output.inner_text()


def test_the_menu_lists_each_exporter_once(notebook: Any) -> None:
    names = export_menu(notebook).locator(".lm-Menu-item").all_inner_texts()
    notebook.keyboard.press("Escape")
    notebook.keyboard.press("Escape")
    ours = [name.strip() for name in names if "ketcontent" in name.lower()]
    assert ours == ["Ketcontent_html", "Ketcontent_markdown"]


@pytest.mark.parametrize("name", ["ketcontent_html", "ketcontent_markdown"])
def test_what_the_menu_downloads_is_what_nbconvert_writes(
    notebook: Any, project: Path, tmp_path: Path, name: str
) -> None:
    item = export_menu(notebook).locator(".lm-Menu-item", has_text=name)
    with notebook.expect_download() as waiting:
        item.click()
    download = waiting.value
    saved = project / "notebooks" / "section.ipynb"
    words = ["--to", name.replace("_", "-"), "--output-dir", str(tmp_path), str(saved)]
    subprocess.run([sys.executable, "-m", "nbconvert", *words], check=True, capture_output=True)
    [written] = tmp_path.glob("section.*")
    assert download.suggested_filename == written.name
    assert Path(download.path()).read_bytes() == written.read_bytes()
    assert b"Ketamine is a medicine used to make people" in written.read_bytes()
