"""Builds: the tree, the same bytes, failures, parameters, and two builds at once."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import ketcontent
from ketcontent import execution, read_content, write_content
from ketcontent.building.plan import plan_runs
from ketcontent.errors import BuildFailed, KetcontentError, UnknownName, WrongParameter
from ketcontent.execution import Failure, Progress
from ketcontent.execution.parameters import check_parameters, declared_parameters
from ketcontent.scaffold import create_project
from tests.conftest import ROOT, add_pages, build_in, make_project, start, tree, wait_until

ASPIRIN = {
    "aspirin/index.html",
    "aspirin/index.md",
    "aspirin/record.json",
    "aspirin/review.html",
    "aspirin/sections/lede.html",
    "aspirin/sections/lede.md",
    "aspirin/sections/side-effects.html",
    "aspirin/sections/side-effects.md",
    "aspirin/sections/uses.html",
    "aspirin/sections/uses.md",
    "aspirin/supplied.html",
    "aspirin/supplied.md",
}
TEA = {
    "tea/index.html",
    "tea/index.md",
    "tea/record.json",
    "tea/review.html",
    "tea/sections/description.html",
    "tea/sections/description.md",
    "tea/supplied.html",
    "tea/supplied.md",
}
TREE = ASPIRIN | TEA | {"index.html", "editors.html", "manifest.json"}


def edit(project: Path, change: Callable[[ketcontent.model.content.Content], Any]) -> None:
    """Save what `change` makes of the tables of a project."""
    write_content(change(read_content(project / "data")))


def reword(project: Path, old: str, new: str) -> None:
    """Change words of the current edition, as any program that saves a table does."""
    table = project / "data" / "statements.csv"
    with table.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    text = header.index("text")
    for row in rows:
        row[text] = row[text].replace(old, new)
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def drop(project: Path, document: str) -> None:
    """Delete a page from the tables."""

    def change(content: Any) -> Any:
        tables = ("documents", "sections", "statements")
        frames = {name: getattr(content, name) for name in tables}
        kept = {name: frame[frame["document"] != document] for name, frame in frames.items()}
        return replace(content, **kept)

    edit(project, change)


def cut(project: Path, document: str, section: str) -> None:
    """Cut a section from the current edition of a page."""

    def change(content: Any) -> Any:
        sections, statements = content.sections.copy(), content.statements.copy()
        for frame, words in ((sections, "heading"), (statements, "text")):
            cells = (frame["document"] == document) & (frame["section"] == section)
            frame.loc[cells, "position"] = pd.NA
            frame.loc[cells, words] = ""
        return replace(content, sections=sections, statements=statements)

    edit(project, change)


def insert_cells(notebook: Path, *cells: tuple[str, list[str]]) -> None:
    """Put code cells, each with its tags, after the cell of the parameters."""
    content = json.loads(notebook.read_bytes())
    content["cells"][2:2] = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"inserted-{number}",
            "metadata": {"tags": tags},
            "outputs": [],
            "source": source,
        }
        for number, (source, tags) in enumerate(cells)
    ]
    notebook.write_text(json.dumps(content), "utf-8")


def with_parameters(notebook: Path, source: str) -> Path:
    """Replace the cell of the parameters."""
    content = json.loads((ROOT / "notebooks" / "section.ipynb").read_bytes())
    content["cells"][1]["source"] = source
    notebook.write_text(json.dumps(content), "utf-8")
    return notebook


# --- what a build writes ---------------------------------------------------------------------


def test_a_build_writes_the_index_each_edition_each_section_the_review_and_the_manifest(
    built: Path,
) -> None:
    assert set(tree(built / "exports")) == TREE


def test_the_manifest_holds_the_hash_of_every_committed_file(built: Path) -> None:
    exports = tree(built / "exports")
    manifest = json.loads(exports["manifest.json"])
    assert manifest["ketcontent"] == ketcontent.__version__
    hashes = dict(manifest["outputs"])
    for page in manifest["documents"].values():
        hashes |= page["outputs"]
    committed = {
        name: f"sha256:{hashlib.sha256(data).hexdigest()}"
        for name, data in exports.items()
        if name != "manifest.json" and not name.endswith("/review.html")
    }
    assert hashes == committed


def test_the_manifest_holds_the_hash_of_what_a_page_was_made_of(copy_of_built: Path) -> None:
    before = json.loads((copy_of_built / "exports" / "manifest.json").read_bytes())["documents"]
    assert set(before["tea"]["notebooks"]) == {"document.ipynb", "review.ipynb", "section.ipynb"}
    reword(copy_of_built, "Green tea", "Black tea")
    build_in(copy_of_built)
    after = json.loads((copy_of_built / "exports" / "manifest.json").read_bytes())["documents"]
    assert after["tea"]["content"] != before["tea"]["content"]
    assert after["aspirin"] == before["aspirin"]


def test_the_page_as_received_is_marked_as_an_archive_copy_in_both_formats(built: Path) -> None:
    exports = {name: data.decode() for name, data in tree(built / "exports").items()}
    assert "<title>Aspirin (archive copy)</title>" in exports["aspirin/supplied.html"]
    assert "<strong>Archive copy.</strong>" in exports["aspirin/supplied.html"]
    assert "\nstate: archive\n" in exports["aspirin/supplied.md"]
    assert "> **Archive copy.**\n" in exports["aspirin/supplied.md"]
    for name in ("aspirin/index.html", "aspirin/index.md"):
        assert "Draft." in exports[name]
        assert "Archive copy." not in exports[name]


def test_every_export_ends_in_one_line_end(built: Path) -> None:
    for name, data in tree(built / "exports").items():
        assert data.endswith(b"\n"), name
        assert not data.endswith(b"\n\n"), name


CLOCK_A_YEAR_LATER = """\
import time
now = time.time
time.time = lambda: now() + 366 * 24 * 3600
"""


def test_exports_on_another_file_system_than_the_project_are_the_same(built: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:  # a file system of its own
        exports = Path(memory, "exports")
        assert os.stat(memory).st_dev != os.stat(built).st_dev
        build_in(built, "tea", formats=["markdown"], exports=exports)
        here, there = tree(built / "exports"), tree(exports)
        assert {"tea/index.md", "tea/supplied.md", "tea/sections/description.md"} <= set(there)
        apart = {"manifest.json", "tea/record.json"}  # which name the HTML too
        assert all(there[name] == here[name] for name in set(there) - apart)
        kept = (exports / "tea" / "index.md").read_bytes()
        (exports / "tea" / "index.md").write_text("mine", "utf-8")
        assert build_in(built, "tea", formats=["markdown"], exports=exports).aside
        assert (exports / "tea" / "index.md").read_bytes() == kept


def test_two_builds_of_the_same_inputs_give_the_same_bytes_wherever_and_whenever(
    built: Path, tmp_path: Path
) -> None:
    project = make_project(tmp_path / "another  place é")
    elsewhere, clock = tmp_path / "elsewhere", tmp_path / "clock"
    elsewhere.mkdir()
    clock.mkdir()
    (clock / "sitecustomize.py").write_text(CLOCK_A_YEAR_LATER)
    surroundings = {
        "LC_ALL": "C",
        "PYTHONHASHSEED": "77",
        "PYTHONPATH": os.pathsep.join([str(clock), str(ROOT)]),
        "SOURCE_DATE_EPOCH": "86400",
        "TZ": "Pacific/Kiritimati",
    }
    words = [f"--{name}={project / name}" for name in ("data", "exports", "notebooks")]
    run = start("build", *words, "--jobs", "3", cwd=elsewhere, env=surroundings)
    _, said = run.communicate()
    assert run.returncode == 0, said
    assert tree(project / "exports") == tree(built / "exports")
    assert list(elsewhere.iterdir()) == []


def test_no_path_of_the_machine_is_in_an_export(
    built: Path, shipped: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for folder in (built / "exports", shipped):
        for name, data in tree(folder).items():
            # What all processes of a run share was made beside their own folders.
            for path in (tmp_path_factory.getbasetemp().parent, ROOT, sys.prefix):
                assert os.fsencode(path) not in data, name


def test_a_build_of_one_edition_in_one_format_of_one_page_leaves_the_rest_as_it_was(
    copy_of_built: Path,
) -> None:
    exports = copy_of_built / "exports"
    before = tree(exports)
    add = {"tea": "Thé vert\nDescription\nGreen tea holds theanine.\n"}
    content = read_content(copy_of_built / "data")
    write_content(ketcontent.import_page(content, add["tea"], document="tea", replace=True))
    shown: list[Progress] = []
    places = {name: copy_of_built / name for name in ("data", "exports", "notebooks")}
    result = ketcontent.build(
        "tea",  # one alone is a list of one
        **places,
        editions="supplied",
        formats="markdown",
        jobs=1,
        progress=shown.append,
    )
    after = tree(exports)
    assert {name for name in before if before[name] != after[name]} == {
        "tea/supplied.md",
        "manifest.json",
    }
    assert set(after) == TREE
    assert b"theanine" in after["tea/supplied.md"]
    assert result.documents == ("tea",)
    assert result.files == ("manifest.json", "tea/supplied.md")
    assert repr(result) == f"<Built 2 files in {exports}>"
    assert [(one.done, one.total, one.finished, one.at_work) for one in shown] == [
        (0, 1, "", "tea: supplied edition"),
        (1, 1, "tea: supplied edition", ""),
    ]


def test_a_build_in_which_there_is_nothing_to_run_is_none_the_worse_for_it(
    copy_of_built: Path,
) -> None:
    for page in ("aspirin", "tea"):
        drop(copy_of_built, page)
    shown: list[Progress] = []
    result = build_in(copy_of_built, formats=["markdown"], progress=shown.append)
    assert result.files == ("manifest.json",)
    assert shown == [Progress(0, 0, "", 0.0, "")]


def test_a_cut_section_and_a_deleted_page_vanish_in_every_format(copy_of_built: Path) -> None:
    exports = copy_of_built / "exports"
    before = tree(exports)
    drop(copy_of_built, "tea")
    cut(copy_of_built, "aspirin", "uses")
    build_in(copy_of_built, editions=["current"], formats=["html"])
    after = tree(exports)
    gone = {"aspirin/sections/uses.html", "aspirin/sections/uses.md"}
    assert set(after) == ASPIRIN - gone | {"index.html", "editors.html", "manifest.json"}
    kept = ("aspirin/sections/lede.md", "aspirin/supplied.html", "aspirin/supplied.md")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert b"headache.</li>" not in after["aspirin/index.html"]
    assert b'href="tea/' not in after["index.html"]
    assert set(json.loads(after["manifest.json"])["documents"]) == {"aspirin"}


@pytest.mark.parametrize(
    ("options", "names"),
    [
        pytest.param(
            {"documents": ["tea"], "editions": ["supplied"]},
            ["tea: supplied edition", "index"],
            id="one edition",
        ),
        pytest.param(
            {"documents": ["tea"], "editions": ["current"], "formats": ["markdown"]},
            ["tea: current edition", "tea: section description"],
            id="Markdown alone, in which there is no review and no index",
        ),
        pytest.param(
            {"documents": ["tea", "aspirin", "tea"], "editions": ["supplied"]},
            ["aspirin: supplied edition", "tea: supplied edition", "index"],
            id="pages in order of their keys, each once",
        ),
    ],
)
def test_a_plan_holds_the_runs_that_were_asked_for(
    built: Path, options: dict[str, Any], names: list[str]
) -> None:
    content = read_content(built / "data")
    runs = plan_runs(content, kept=built / "kept", notebooks=built / "notebooks", **options)
    assert [run.name for run in runs] == names


@pytest.mark.parametrize(
    ("documents", "options", "said"),
    [
        pytest.param(["teaa"], {}, "No document 'teaa'.\nhint: Did you mean 'tea'?", id="a page"),
        pytest.param(
            [],
            {"editions": ["currant"]},
            "No edition 'currant'.\nhint: Did you mean 'current'?",
            id="an edition",
        ),
        pytest.param(
            [],
            {"formats": ["epub"]},
            "No format 'epub'.\nhint: Use one of: html, markdown, pdf.",
            id="a format",
        ),
    ],
)
def test_an_unknown_name_is_refused_before_anything_is_written(
    copy_of_built: Path, documents: list[str], options: dict[str, Any], said: str
) -> None:
    shutil.rmtree(copy_of_built / "exports")
    with pytest.raises(UnknownName) as caught:
        build_in(copy_of_built, *documents, **options)
    assert str(caught.value) == said
    assert not (copy_of_built / "exports").exists()


def test_a_project_without_a_notebook_is_told_which_one_is_missing(copy_of_built: Path) -> None:
    missing = copy_of_built / "notebooks" / "review.ipynb"
    missing.unlink()
    with pytest.raises(KetcontentError) as caught:
        build_in(copy_of_built)
    assert str(caught.value) == (
        f"No notebook {missing}.\nhint: Run this in the folder of the project, or name the "
        "folder of the notebooks with --notebooks."
    )


def test_a_notebook_that_is_not_one_is_named(copy_of_built: Path) -> None:
    broken = copy_of_built / "notebooks" / "review.ipynb"
    broken.write_text("{")
    with pytest.raises(KetcontentError) as caught:
        build_in(copy_of_built)
    assert caught.value.message.startswith(f"{broken} is not a notebook: ")
    assert caught.value.hint == "Restore it, or save it anew in JupyterLab."


def test_a_new_project_is_made_only_where_there_is_none(copy_of_built: Path) -> None:
    before = tree(copy_of_built)
    with pytest.raises(KetcontentError) as caught:
        create_project(copy_of_built)
    assert str(caught.value) == (
        f"{copy_of_built} is there already, and not empty.\n"
        "hint: Name a folder that does not exist yet."
    )
    assert tree(copy_of_built) == before


@pytest.mark.slow
def test_a_section_may_have_the_name_of_an_export(tmp_path: Path) -> None:
    text = "Tea\nReview\nTea holds caffeine.\nSupplied\nIt is brewed hot.\n"
    project = make_project(tmp_path / "project", {"tea": text})
    build_in(project)
    exports = project / "exports"
    named = {
        f"sections/{key}{ending}" for key in ("review", "supplied") for ending in (".html", ".md")
    }
    assert named <= {name.removeprefix("tea/") for name in tree(exports)}
    record = json.loads((exports / "tea" / "record.json").read_bytes())
    assert set(record["pages"]) == {"index.html", "index.md", *named}
    manifest = json.loads((exports / "manifest.json").read_bytes())
    listed = {f"tea/{name}" for name in (*named, "supplied.html", "index.html")}
    assert listed <= set(manifest["documents"]["tea"]["outputs"])
    assert "tea/review.html" not in manifest["documents"]["tea"]["outputs"]


# --- a notebook that fails -------------------------------------------------------------------

FAILING_PAGE = """\
Failing
Raises
One sentence.
Killed
Two sentences.
Leaves
Three sentences.
Blank
Four sentences.
Tagged
Five sentences.
"""
TAGGED = 'if section in ("raises", "tagged"):\n    1 / 0'
FAILS = """\
import os, signal, sys
if section == "raises":
    raise LookupError("no such row\\nand more")
if section == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
if section == "leaves":
    sys.exit()
"""
SHOWS_NOTHING = 'if section == "blank":\n    page = None'


def publish_before(project: Path, page: str, names: Iterable[str]) -> None:
    """Let files of a page be what an earlier build published."""
    manifest = project / "exports" / "manifest.json"
    said = json.loads(manifest.read_bytes())
    said["documents"][page] = {"outputs": {f"{page}/{name}": "" for name in names}}
    manifest.write_text(json.dumps(said), "utf-8")
    for name in names:
        path = project / "exports" / page / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"published before: {name}".encode())


@pytest.fixture(scope="module")
def failed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BuildFailed]:
    """A project in which one page fails in four ways, one page was reworded, one deleted."""
    project = Path(shutil.copytree(built, tmp_path_factory.mktemp("failed") / "project"))
    add_pages(project, {"failing": FAILING_PAGE})
    drop(project, "aspirin")
    reword(project, "Green tea", "Black tea")
    names = ("index.html", "index.md", "sections/raises.html", "sections/cut-before.html")
    publish_before(project, "failing", names)
    section = project / "notebooks" / "section.ipynb"
    insert_cells(section, (TAGGED, ["raises-exception"]), (FAILS, []))
    source = json.loads(section.read_bytes())
    shown = [cell["source"] for cell in source["cells"]].index(["page"])
    source["cells"].insert(shown, {**source["cells"][3], "id": "blank", "source": SHOWS_NOTHING})
    section.write_text(json.dumps(source), "utf-8")
    with pytest.raises(BuildFailed) as caught:
        build_in(project, editions=["current"], formats=["html"])
    return project, caught.value


def failure_of(failed: tuple[Path, BuildFailed], section: str) -> Failure:
    _, fault = failed
    found = [one for one in fault.failures if Path(one.saved).stem == section]
    assert len(found) == 1
    return found[0]  # type: ignore[no-any-return]


def test_a_failing_build_names_document_notebook_cell_line_source_and_exception(
    failed: tuple[Path, BuildFailed],
) -> None:
    project, fault = failed
    kept = project / "exports" / ".notebooks" / "failing" / "sections"
    assert fault.message == (
        "4 notebooks failed; 1 page published.\n"
        "failing: section.ipynb, cell 4, line 3: LookupError: no such row\n"
        '    raise LookupError("no such row\\nand more")\n'
        f"    half-run notebook: {kept / 'raises.ipynb'}\n"
        "failing: section.ipynb, cell 4: DeadKernelError: Kernel died\n"
        "    import os, signal, sys\n"
        f"    half-run notebook: {kept / 'killed.ipynb'}\n"
        "failing: section.ipynb, cell 4: SystemExit\n"
        "    import os, signal, sys\n"
        f"    half-run notebook: {kept / 'leaves.ipynb'}\n"
        "failing: section.ipynb: KetcontentError while exporting: blank.ipynb shows nothing.\n"
        f"    half-run notebook: {kept / 'blank.ipynb'}\n"
        "    hint: End it with a cell that shows the page."
    )
    assert fault.hint == (
        "Open the half-run notebook in JupyterLab, mend the cell or the row, and build again. "
        "What was published before of a page that failed is still there."
    )


@pytest.mark.parametrize("section", ["raises", "killed", "leaves"])
def test_the_cell_of_that_number_in_the_notebook_is_the_one_that_failed(
    failed: tuple[Path, BuildFailed], section: str
) -> None:
    project, _ = failed
    failure = failure_of(failed, section)
    own = json.loads((project / "notebooks" / "section.ipynb").read_bytes())["cells"]
    assert failure.cell is not None
    assert "".join(own[failure.cell - 1]["source"]) == FAILS
    kept = json.loads(Path(failure.saved).read_bytes())["cells"]
    place = ["".join(cell["source"]) for cell in kept].index(FAILS)
    after = [cell for cell in kept[place + 1 :] if cell["cell_type"] == "code"]
    assert after
    assert not any(cell["outputs"] for cell in after)


def test_the_half_run_notebook_is_kept_with_what_its_cells_put_out(
    failed: tuple[Path, BuildFailed],
) -> None:
    failure = failure_of(failed, "raises")
    cells = json.loads(Path(failure.saved).read_bytes())["cells"]
    said = [output.get("evalue") for cell in cells for output in cell.get("outputs", ())]
    assert said == ["division by zero", "no such row\nand more"]


def test_a_cell_tagged_raises_exception_fails_no_notebook(
    failed: tuple[Path, BuildFailed],
) -> None:
    project, fault = failed
    saved = project / "exports" / ".notebooks" / "failing" / "sections" / "tagged.ipynb"
    assert str(saved) not in {one.saved for one in fault.failures}
    cells = json.loads(saved.read_bytes())["cells"]
    # What stands below the page is for editors: no build runs it.
    shown = ["".join(cell["source"]) for cell in cells].index("page")
    assert [cell["cell_type"] for cell in cells[: shown + 1]] == ["markdown", *["code"] * 7]
    assert "Five sentences." in json.dumps(cells[shown]["outputs"])


def test_what_was_published_of_a_failing_page_stays_byte_for_byte(
    failed: tuple[Path, BuildFailed],
) -> None:
    project, _ = failed
    assert tree(project / "exports" / "failing") == {
        name: f"published before: {name}".encode()
        for name in ("index.html", "index.md", "sections/raises.html", "sections/cut-before.html")
    }


def test_the_other_pages_and_the_index_are_published_though_one_fails(
    failed: tuple[Path, BuildFailed],
) -> None:
    project, _ = failed
    exports = tree(project / "exports")
    assert b"Black tea holds caffeine." in exports["tea/index.html"]
    assert b"Black tea holds caffeine." in exports["tea/sections/description.html"]
    assert b'href="failing/index.html"' in exports["index.html"]
    manifest = json.loads(exports["manifest.json"])["documents"]
    assert set(manifest) == {"failing", "tea"}
    assert "content" not in manifest["failing"]  # that is as it was


def test_a_deleted_page_vanishes_though_another_fails(failed: tuple[Path, BuildFailed]) -> None:
    project, fault = failed
    assert not (project / "exports" / "aspirin").exists()
    assert "aspirin/index.html" in fault.built.withdrawn


def test_a_failed_build_leaves_no_work_behind(failed: tuple[Path, BuildFailed]) -> None:
    project, _ = failed
    assert not (project / "exports" / ".ketcontent" / "work").exists()


# --- parameters ------------------------------------------------------------------------------

PARAMETERS = """\
title: str = "x"  # words
count: int = 1
ratio: float = 0.5
draft: bool = False
names: list[str] = []
facts: dict = {}
untyped = "x"
"""


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(
            {"titel": "x"},
            "has no parameter 'titel'.\nhint: Did you mean 'title'?",
            id="misspelt",
        ),
        pytest.param(
            {"zzz": 1},
            "has no parameter 'zzz'.\n"
            "hint: Use one of: title, count, ratio, draft, names, facts, untyped.",
            id="nothing near",
        ),
        pytest.param(
            {"title": 3}, "takes a str as 'title', not 3.\nhint: Give it a str.", id="int for str"
        ),
        pytest.param(
            {"count": "3"},
            "takes a int as 'count', not '3'.\nhint: Give it a int.",
            id="str for int",
        ),
        pytest.param(
            {"count": True},
            "takes a int as 'count', not True.\nhint: Give it a int.",
            id="bool for int",
        ),
        pytest.param(
            {"count": 1.5},
            "takes a int as 'count', not 1.5.\nhint: Give it a int.",
            id="float for int",
        ),
        pytest.param(
            {"ratio": True},
            "takes a float as 'ratio', not True.\nhint: Give it a float.",
            id="bool for float",
        ),
        pytest.param(
            {"draft": 0},
            "takes a bool as 'draft', not 0.\nhint: Give it a bool.",
            id="int for bool",
        ),
        pytest.param(
            {"title": None},
            "takes a str as 'title', not None.\nhint: Give it a str.",
            id="None for str",
        ),
        pytest.param(
            {"names": "x"},
            "takes a list as 'names', not 'x'.\nhint: Give it a list.",
            id="str for list of str",
        ),
        pytest.param(
            {"facts": []},
            "takes a dict as 'facts', not [].\nhint: Give it a dict.",
            id="list for dict",
        ),
    ],
)
def test_a_parameter_that_a_notebook_does_not_take_is_refused(
    tmp_path: Path, given: dict[str, Any], said: str
) -> None:
    notebook = with_parameters(tmp_path / "mine.ipynb", PARAMETERS)
    with pytest.raises(WrongParameter) as caught:
        check_parameters(notebook, given, declared_parameters(notebook))
    assert str(caught.value) == f"mine.ipynb {said}"
    assert caught.value.notebook == str(notebook)
    assert caught.value.parameter == next(iter(given))


def test_parameters_of_the_declared_types_are_taken(tmp_path: Path) -> None:
    notebook = with_parameters(tmp_path / "mine.ipynb", PARAMETERS)
    declared = declared_parameters(notebook)
    check_parameters(notebook, {}, declared)
    facts = {"title": "", "count": 0, "ratio": 2, "draft": True, "names": ["a"], "facts": {}}
    check_parameters(notebook, {**facts, "untyped": 3}, declared)


def test_a_parameter_declared_without_a_value_must_be_given(tmp_path: Path) -> None:
    notebook = with_parameters(tmp_path / "mine.ipynb", "title: str = ...  # which page\n")
    declared = declared_parameters(notebook)
    check_parameters(notebook, {"title": "x"}, declared)
    with pytest.raises(WrongParameter) as caught:
        check_parameters(notebook, {}, declared)
    assert str(caught.value) == (
        "mine.ipynb needs the parameter 'title'.\nhint: Give title a value."
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        pytest.param(
            'documnt: str = "tea"\nsection: str = ""\nedition: str = ""\ndata: str = ""\n',
            "section.ipynb has no parameter 'document'.\nhint: Did you mean 'documnt'?",
            id="misspelt",
        ),
        pytest.param(
            'document: str = ""\nsection: int = 1\nedition: str = ""\ndata: str = ""\n',
            "section.ipynb takes a int as 'section', not 'lede'.\nhint: Give it a int.",
            id="wrongly typed",
        ),
        pytest.param(
            'document: str = ""\nsection: str = ""\nedition: str = ""\ndata: str = ""\n'
            "market: str = ...\n",
            "section.ipynb needs the parameter 'market'.\nhint: Give market a value.",
            id="missing",
        ),
        pytest.param(
            "",
            "section.ipynb has no parameter 'document'.\n"
            "hint: Declare it in the cell tagged 'parameters'.",
            id="nothing declared",
        ),
    ],
)
def test_a_build_with_a_wrong_parameter_starts_no_kernel_and_publishes_nothing(
    copy_of_built: Path, monkeypatch: pytest.MonkeyPatch, source: str, said: str
) -> None:
    shutil.rmtree(copy_of_built / "exports" / ".notebooks")
    before = tree(copy_of_built / "exports")
    with_parameters(copy_of_built / "notebooks" / "section.ipynb", source)
    started: list[Any] = []
    monkeypatch.setattr(execution, "run_all", lambda *given: started.append(given))
    with pytest.raises(WrongParameter) as caught:
        build_in(copy_of_built)
    assert str(caught.value) == said
    assert started == []
    assert not (copy_of_built / "exports" / ".notebooks").exists()
    assert tree(copy_of_built / "exports") == before


# --- two builds at once ----------------------------------------------------------------------


def test_a_second_build_says_who_builds_waits_and_publishes_the_tables_as_they_then_are(
    copy_of_built: Path,
) -> None:
    gate = copy_of_built / "gate"
    waits = f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists():\n"
    insert_cells(
        copy_of_built / "notebooks" / "document.ipynb", (f"{waits}    time.sleep(0.05)", [])
    )
    words = ("build", "tea", "--edition", "current", "--format", "markdown")
    os.utime(copy_of_built / "data" / "statements.csv", (1, 1))
    first = start(*words, cwd=copy_of_built)
    wait_until((copy_of_built / "exports" / ".ketcontent" / "lock.holder").exists)
    second = start(*words, cwd=copy_of_built)
    assert second.stderr is not None
    assert second.stderr.readline() == f"Waiting for a build by process {first.pid} (building) …\n"
    reword(copy_of_built, "Green tea", "Black tea")
    gate.touch()
    for build in (first, second):
        _, error = build.communicate()
        assert build.returncode == 0, error
    exports = tree(copy_of_built / "exports")
    assert b"Black tea" in exports["tea/index.md"]
    assert b"Black tea" in exports["tea/sections/description.md"]


def test_every_place_a_failure_names_is_in_its_line() -> None:
    failure = Failure("tea", "section.ipynb", 5, 2, "  1 / 0", "ZeroDivisionError: x", "a.ipynb")
    assert str(failure) == (
        "tea: section.ipynb, cell 5, line 2: ZeroDivisionError: x\n"
        "    1 / 0\n"
        "    half-run notebook: a.ipynb"
    )
    bare = Failure("", "index.ipynb", None, None, "", "the process that ran it was killed", "")
    assert str(bare) == "all pages: index.ipynb: the process that ran it was killed"
