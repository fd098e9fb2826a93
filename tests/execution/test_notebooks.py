"""Every notebook in `notebooks/`: how it is stored, that it runs, what it exports."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from papermill import PapermillExecutionError, execute_notebook, inspect_notebook

from ketcontent import read_content, write_content
from ketcontent.building.plan import NOTEBOOKS
from ketcontent.execution.run import Run
from ketcontent.markup.inline import inline_html
from ketcontent.markup.markdown import inline_markdown
from ketcontent.pages.assembly import assemble
from tests.conftest import PAGES, ROOT, make_project, run_notebooks, tree

PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = [path.stem for path in PATHS]

each_notebook = pytest.mark.parametrize("path", PATHS, ids=NAMES)


def cells_of(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_bytes())["cells"])


def source_of(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def test_the_notebooks_are_those_that_a_build_runs_and_the_workbench() -> None:
    assert set(NAMES) == {*NOTEBOOKS, "guide", "workbench"}


@each_notebook
def test_a_notebook_is_stored_without_outputs_and_counts(path: Path) -> None:
    for cell in cells_of(path):
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None


@each_notebook
def test_a_notebook_starts_with_its_title(path: Path) -> None:
    first = cells_of(path)[0]
    assert first["cell_type"] == "markdown"
    assert source_of(first).startswith("# ")


@each_notebook
def test_one_cell_is_tagged_parameters_and_each_has_a_type_a_value_and_a_help(path: Path) -> None:
    tagged = [cell for cell in cells_of(path) if "parameters" in cell["metadata"].get("tags", ())]
    assert len(tagged) == 1
    lines = source_of(tagged[0]).splitlines()
    declared = inspect_notebook(str(path))
    assert len(declared) == len(lines) > 0
    for parameter in declared.values():
        assert parameter["inferred_type_name"] == "str"
        assert isinstance(ast.literal_eval(parameter["default"]), str)
        assert parameter["help"]


@each_notebook
def test_a_notebook_defines_no_function_and_no_class(path: Path) -> None:
    for cell in cells_of(path):
        if cell["cell_type"] == "code":
            kinds = {type(node).__name__ for node in ast.walk(ast.parse(source_of(cell)))}
            assert not kinds & {"FunctionDef", "AsyncFunctionDef", "ClassDef", "Lambda"}


@pytest.mark.slow
def test_the_guide_runs_and_shows_what_it_says() -> None:
    done = execute_notebook(
        str(ROOT / "notebooks" / "guide.ipynb"),
        None,
        cwd=str(ROOT / "notebooks"),
        progress_bar=False,
    )
    shown = json.dumps([cell.get("outputs") for cell in done.cells], ensure_ascii=False)
    assert "departures: []" in shown
    assert "the page says: It is a cure." in shown
    assert "claims that it is safe." in shown


@pytest.mark.parametrize("path", [path for path in PATHS if path.stem in NOTEBOOKS])
def test_a_notebook_runs_with_its_defaults_and_exports_in_both_formats(
    shipped: Path, path: Path
) -> None:
    places = {
        "document": "ketamine/index",
        "index": "index",
        "review": "ketamine/review",
        "section": "ketamine/sections/description",
    }
    exports = tree(shipped)
    page = exports[f"{places[path.stem]}.html"].decode()
    markdown = exports[f"{places[path.stem]}.md"].decode()
    words = {
        "document": "Ketamine blocks a docking site on brain cells",
        "index": "Ketamine",
        "review": "Review of Ketamine",
        "section": "Ketamine is a medicine used to make people unconscious for surgery",
    }
    assert words[path.stem] in page
    assert words[path.stem] in markdown


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pages", "hint"),
    [
        pytest.param(
            {},
            "This project has none yet: take one in with 'ketcontent import FILE --document "
            "ketamine'.",
            id="without pages",
        ),
        pytest.param(PAGES, "Use one of: aspirin, tea.", id="with other pages"),
    ],
)
def test_a_notebook_whose_page_is_not_there_says_so_in_one_error(
    tmp_path: Path, pages: dict[str, str], hint: str
) -> None:
    project = make_project(tmp_path / "project", pages)
    notebook, ran = project / "notebooks" / "section.ipynb", tmp_path / "ran.ipynb"
    with pytest.raises(PapermillExecutionError):
        execute_notebook(notebook, ran, cwd=notebook.parent, engine_name="ketcontent",
                         kernel_name="python3", progress_bar=False)  # fmt: skip
    [output] = [
        one
        for cell in cells_of(ran)
        for one in cell.get("outputs", [])
        if one["output_type"] == "error"
    ]
    assert output["traceback"] == [
        "Cell In[2], line 4",
        "    page = with_signoffs(content, assemble(content, document, edition=edition, "
        "section=section))",
        "",
        f"UnknownName: No document 'ketamine'.\nhint: {hint}",
    ]


EDITORS = {"remove-cell", "skip-execution"}


def test_what_the_section_notebook_shows_to_editors_alone_is_run_by_no_build(
    shipped: Path,
) -> None:
    own = cells_of(ROOT / "notebooks" / "section.ipynb")
    ran = cells_of(shipped / ".notebooks" / "ketamine" / "sections" / "description.ipynb")
    editors = [cell["id"] for cell in own if set(cell["metadata"].get("tags", ())) >= EDITORS]
    assert editors == [cell["id"] for cell in own[5:] if cell["cell_type"] == "code"]
    outputs = {cell["id"]: cell["outputs"] for cell in ran if cell["cell_type"] == "code"}
    assert [outputs[name] for name in editors] == [[]] * len(editors)
    assert outputs["cell-4"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("section", "edition"),
    [
        pytest.param("lasting-harm", "current", id="added by editors"),
        pytest.param("description", "current", id="reworded"),
        pytest.param("description", "supplied", id="as received"),
    ],
)
def test_what_the_section_notebook_shows_to_editors_runs(
    section: str, edition: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "notebooks")
    names: dict[str, Any] = {}
    cells = [one for one in cells_of(ROOT / "notebooks" / "section.ipynb")
             if one["cell_type"] == "code"]  # fmt: skip
    exec(source_of(cells[0]), names)
    names |= {"section": section, "edition": edition}
    shown = []
    for cell in cells[1:]:
        *statements, last = ast.parse(source_of(cell)).body
        exec(compile(ast.Module(statements, []), "cell", "exec"), names)
        if isinstance(last, ast.Expr):
            shown.append(eval(compile(ast.Expression(last.value), "cell", "eval"), names))
        else:
            exec(compile(ast.Module([last], []), "cell", "exec"), names)
    page, faults, evidence, sources, changed = shown
    assert page.part == section
    assert {one.section for one in faults} <= {section}
    assert set(evidence.frame["statement"]) <= {
        one.statement for one in page.sections[0].statements
    }
    assert sources.frame["source"].tolist() == [row["source"] for row in page.sources]
    assert set(changed.frame["change"]) <= {"added", "reworded", "cut"}
    for one in shown:
        assert one._repr_mimebundle_()["text/html"]


def test_the_page_notebook_shows_every_sentence_of_the_page_in_both_formats(
    shipped: Path,
) -> None:
    page = assemble(read_content(ROOT / "data"), "ketamine")
    exports = tree(shipped)
    html, markdown = (exports[f"ketamine/index{end}"].decode() for end in (".html", ".md"))
    unlinked = re.sub(r'<a class="term" [^>]*>(.*?)</a>', r"\1", html)
    for section in page:
        for statement in section.statements:
            for words, _ in statement.parts:
                assert inline_markdown(words.strip()) in markdown
                # The first use of a term links to the glossary; the words are the same.
                assert str(inline_html(words.strip())) in unlinked


def test_the_review_shows_what_the_page_holds_its_lengths_repeats_and_changes(
    shipped: Path,
) -> None:
    review = tree(shipped)["ketamine/review.md"].decode()
    headings = [line for line in review.splitlines() if line.startswith("#")]
    assert headings == [
        "# Review of Ketamine",
        "## What the judges found",
        "## What its claims rest on",
        "## Benefit and risk",
        "## How hard it is to read",
        "## Who has signed",
        "## What falls due in the next 90 days",
        "## What the page holds",
        "## What changed since it was received",
    ]


REVIEW = """\
## What the page holds

**Statements of the current edition, by section and kind**

| section | not set | all |
| --- | --- | --- |
| (no heading) | 2 | 2 |
| Uses | 2 | 2 |
| Side Effects | 2 | 2 |
| all | 6 | 6 |

**Repeated sentences**

| words | times | statements |
| --- | --- | --- |
| It eases a headache. | 2 | pain-1, side-effects-2 |

## What changed since it was received

**What became of the sentences as received, and why**

| statement | change | redline | answer |
| --- | --- | --- | --- |
"""


def test_the_review_of_a_reworded_page_counts_it_finds_repeats_and_draws_the_redline(
    copy_of_built: Path, tmp_path: Path
) -> None:
    content = read_content(copy_of_built / "data")
    statements = content.statements.copy()
    statements["text"] = statements["text"].str.replace("may cause", "can cause")
    bleeding = statements["statement"] == "side-effects-1"
    statements.loc[bleeding, ["answer", "answer_reason"]] = ["reworded", "Labels say that it does."]
    write_content(replace(content, statements=statements))
    parameters = {"document": "aspirin", "data": str(copy_of_built / "data")}
    outputs = {"html": "review.html", "markdown": "review.md"}
    run = Run(ROOT / "notebooks" / "review.ipynb", parameters, "aspirin", outputs)
    assert run_notebooks([run], tmp_path) == []
    markdown, html = ((tmp_path / f"review.{end}").read_text() for end in ("md", "html"))
    assert "- Statements that differ from the page as received: 1." in markdown
    assert "- Statements whose kind is not set: 6." in markdown
    assert "| (no heading) | 2 | 8 | 4 | 5 |" in markdown  # lengths
    start = markdown.index("## What the page holds")
    assert markdown[start:].rpartition("| side-effects-1")[0] == REVIEW
    line, *rest = markdown[markdown.index("| side-effects-1 | reworded") :].splitlines()
    assert re.fullmatch(
        r"\| side-effects-1 \| reworded \| It .*may.*can.*cause bleeding\. "
        r"\| reworded: Labels say that it does\. \|",
        line,
    )
    assert "\n".join(rest).strip() == "Statements that editors added: None."
    seen = re.sub(r"<span[^>]*>[^<]*</span>", "", html)  # what is only read out
    assert re.search(r"It <del>may ?</del><ins>can ?</ins> ?cause bleeding\.", seen)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "parameter", "given"),
    [("section", "section", 5), ("section", "section", False), ("review", "as_of", 2026)],
)
def test_papermill_by_itself_is_told_which_parameter_is_a_text_and_how_to_write_it(
    tmp_path: Path, name: str, parameter: str, given: Any
) -> None:
    notebook = ROOT / "notebooks" / f"{name}.ipynb"
    with pytest.raises(PapermillExecutionError) as failed:
        execute_notebook(
            notebook,
            tmp_path / "ran.ipynb",
            {parameter: given},
            cwd=notebook.parent,
            engine_name="ketcontent",
            kernel_name="python3",
            progress_bar=False,
        )
    assert failed.value.ename == "WrongParameter"
    kind = type(given).__name__
    assert f"'{parameter}' is a text, not the {kind} {given}." in failed.value.evalue
    assert f'-r {parameter} "{given}" instead of -p' in failed.value.evalue
