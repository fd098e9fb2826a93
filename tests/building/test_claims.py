"""No export says more of its state than the tables, and the index no more than the page."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from nbformat import v4

from ketcontent import assemble, with_signoffs
from ketcontent.building.claims import lower_editors, lower_index, overstatement
from ketcontent.execution.exporters import EXPORTERS
from ketcontent.markup.templates import EDITORS, FACTS, english
from tests.approvals.test_floor import page_notebook
from tests.approvals.test_signed_attacks import signed_page
from tests.conftest import ROOT

DRAFT = {
    one: (ROOT / "exports/ketamine" / one).read_text("utf-8") for one in ("index.html", "index.md")
}
APPROVED = english()("state-reviewed-meaning")


def exported(form: str, *cells: Any) -> str:
    return str(EXPORTERS[form]().from_notebook_node(v4.new_notebook(cells=list(cells)))[0])


def showing(**data: Any) -> Any:
    return v4.new_code_cell("", outputs=[v4.new_output("display_data", data=data)])


def forged(**facts: str) -> Any:
    said = {"kind": "document", "title": "Tea", "language": "en", **facts}
    return showing(**{"text/markdown": "It cures.", "text/html": "<p>It cures.</p>", FACTS: said})


@pytest.mark.parametrize(
    ("form", "cells", "claimed"),
    [
        pytest.param("html", [forged(state="reviewed")], "reviewed", id="in its facts"),
        pytest.param("markdown", [forged(state="reviewed")], "reviewed", id="in front matter"),
        pytest.param("markdown", [forged(state="part-reviewed")], "part-reviewed", id="partly"),
        pytest.param("html", [forged(kind="index")], "reviewed", id="as the index, to be listed"),
        pytest.param(
            "html",
            [showing(**{"text/html": f"<p><strong>Reviewed.</strong> {APPROVED}</p>"})],
            "reviewed",
            id="in words of HTML",
        ),
        pytest.param(
            "markdown",
            [v4.new_markdown_cell(f"**Reviewed.** {APPROVED}")],
            "reviewed",
            id="in words",
        ),
        pytest.param(
            "html",
            [showing(**{"text/html": '<div class="state reviewed"><p>So.</p></div>'})],
            "reviewed",
            id="by its looks",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_what_claims_more_than_the_tables_say_is_named(
    form: str, cells: list[Any], claimed: str
) -> None:
    name, text = {"html": "index.html", "markdown": "index.md"}[form], exported(form, *cells)
    assert overstatement(name, text, "draft", english()) == claimed
    assert overstatement(name, text, "archive", english()) == claimed
    assert overstatement(name, text, "reviewed", english()) == ""


@pytest.mark.parametrize("name", DRAFT)
def test_a_draft_that_says_so_claims_nothing(name: str) -> None:
    assert overstatement(name, DRAFT[name], "draft", english()) == ""


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_the_index_calls_no_page_reviewed_that_says_less(tmp_path: Path) -> None:
    from ketcontent import list_documents

    content = signed_page()
    index = list_documents(content)._repr_mimebundle_()
    index[FACTS] = json.loads(index[FACTS])
    (tmp_path / "page").mkdir()

    def listed(page: str) -> str:
        for name, form in (("index", "html"), ("editors", "editors")):
            text = exported(form, showing(**index))
            (tmp_path / f"{name}.html").write_text(text, "utf-8")
        (tmp_path / "page" / "index.html").write_text(page, "utf-8")
        lower_index(tmp_path / "index.html", tmp_path, content)
        lower_editors(tmp_path / "editors.html", tmp_path)
        return "".join(
            (tmp_path / name).read_text("utf-8") for name in ("index.html", "editors.html")
        )

    def page(*more: Any) -> str:
        return str(EXPORTERS["html"]().from_notebook_node(page_notebook(content, *more))[0])

    assert with_signoffs(content, assemble(content, "page")).state == "reviewed"
    assert "Reviewed: every sentence is signed off" in listed(page())
    lowered = listed(page(v4.new_markdown_cell("It cures.")))
    assert "Draft: a clinician has reviewed parts of it" in lowered
    assert "Draft: no clinician has reviewed it" in listed(DRAFT["index.html"])
    for one in (lowered, listed(DRAFT["index.html"])):
        assert "Reviewed: every sentence" not in one
        assert '<li class="reviewed"' not in one
        assert "<td>reviewed</td>" not in one
    assert "<td>reviewed</td>" in listed(page())
    assert "<td>part-reviewed</td>" in lowered


def test_the_list_for_editors_leads_to_no_archive_copy_that_is_not_there(tmp_path: Path) -> None:
    from ketcontent import import_page, list_documents
    from ketcontent.model.content import empty_content

    content = import_page(empty_content(), "Zinc\nIt is a metal.\n", document="zinc")
    editors = list_documents(content)._repr_mimebundle_()[EDITORS]
    link = 'href="zinc/supplied.html"'
    assert link in editors

    def lowered() -> str:
        (tmp_path / "editors.html").write_text(editors, "utf-8")
        lower_editors(tmp_path / "editors.html", tmp_path)
        return (tmp_path / "editors.html").read_text("utf-8")

    assert link not in lowered()
    assert "archive copy" not in lowered()
    (tmp_path / "zinc").mkdir()
    (tmp_path / "zinc" / "supplied.html").write_text("As received.", "utf-8")
    assert link in lowered()


OF_A_DRAFT = """\
import sys
from pathlib import Path
from ketcontent import read_content
from ketcontent.building.claims import overstated
from ketcontent.building.decide import Views, given_of
from ketcontent.execution.run import Run
content = read_content("data")
given, asked = given_of("ketamine", content, {"signoffs": ""}), {"edition": "current"}
run = Run(Path("document.ipynb"), asked, "ketamine", {"html": "ketamine/index.html"})
print(overstated(run, Path("exports"), Path(), given, Views(content)), "nbconvert" in sys.modules)
"""


def test_what_exports_is_not_loaded_to_look_at_a_draft() -> None:
    command = [sys.executable, "-c", OF_A_DRAFT]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout == "None False\n"
