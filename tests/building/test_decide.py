"""Only what changed is built, and nothing that changed is missed."""

from __future__ import annotations

import contextlib
import datetime
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ketcontent import read_content, sign_off, write_content
from ketcontent.building import cache
from ketcontent.building.builds import as_it_stands, rebuild
from ketcontent.building.plan import EDITIONS, PAGE_FORMATS
from ketcontent.building.request import Built, Request
from ketcontent.errors import BrokenTables
from ketcontent.installed import versions
from ketcontent.model.content import Content, frame_of
from ketcontent.model.schema import TABLES
from tests.conftest import LONG, build_in, build_with, make_project, sign_all, tree
from tests.laws import examples

pytestmark = pytest.mark.slow

PAGE = "aspirin"


def request_of(project: Path) -> Request:
    places = [project / name for name in ("data", "exports", "notebooks")]
    return Request((), *places, EDITIONS, PAGE_FORMATS, False)


@pytest.fixture
def again(executor: Any, copy_of_built: Path) -> Any:
    """Builds the copied project again, and returns what came of it."""

    def build() -> Built:
        return rebuild(request_of(copy_of_built), lambda: contextlib.nullcontext(executor))

    return build


@pytest.fixture
def index_again(executor: Any, copy_of_built: Path) -> Any:
    """Builds the index of the copied project again, and as little of a page as goes with it.

    The reviews are dear, and made anew for whatever comes to lie beside the notebooks.
    """
    return lambda: build_with(executor, copy_of_built, "tea", editions=["supplied"])


def change(project: Path, table: str, row: dict[str, str], **cells: str) -> None:
    """Change cells of the one row that has these values."""
    content = read_content(project / "data")
    frame = getattr(content, table).copy()
    mask = pd.Series(True, index=frame.index)
    for name, value in row.items():
        mask &= frame[name] == value
    assert mask.sum() == 1
    for name, value in cells.items():
        frame.loc[mask, name] = value
    write_content(replace(content, **{table: frame}))


def add_cell(notebook: Path, source: str) -> None:
    said = json.loads(notebook.read_bytes())
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    said["cells"].append({**cell, "execution_count": None, "id": f"added-{len(said['cells'])}"})
    notebook.write_text(json.dumps(said))


INDEX = {"index.html", "editors.html"}


def made_of(built: Built) -> set[str]:
    return set(built.made)


# --- nothing changed -------------------------------------------------------------------------

NOTHING_CHANGED = """\
import sys
from ketcontent.cli import main
try:
    main(["build", "--data", "data"], standalone_mode=False)
finally:
    heavy = {"pandas", "numpy", "frictionless", "papermill", "nbconvert", "ipykernel", "jinja2",
             "multiprocessing", "matplotlib", "asyncio", "zmq", "watchfiles"}
    print(*sorted(heavy & {name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def test_a_build_for_which_nothing_changed_runs_nothing_writes_nothing_and_imports_nothing_heavy(
    copy_of_built: Path,
) -> None:
    command = [sys.executable, "-c", NOTHING_CHANGED]
    subprocess.run(command, cwd=copy_of_built, check=True, capture_output=True, timeout=LONG)
    exports = copy_of_built / "exports"
    before = {path: path.stat().st_mtime_ns for path in exports.rglob("*")}
    options = {"check": True, "capture_output": True, "text": True, "timeout": LONG}
    done = subprocess.run(command, cwd=copy_of_built, **options)
    assert done.stdout == "Nothing has changed. Start at exports/index.html\n"
    assert done.stderr == "\n"
    assert {path: path.stat().st_mtime_ns for path in exports.rglob("*")} == before


def test_a_save_that_changes_no_row_and_a_run_in_jupyterlab_change_nothing(
    copy_of_built: Path, again: Any
) -> None:
    statements = copy_of_built / "data" / "statements.csv"
    statements.write_bytes(statements.read_bytes().replace(b"\n", b"\r\n"))
    notebook = copy_of_built / "notebooks" / "section.ipynb"
    said = json.loads(notebook.read_bytes())
    said["metadata"]["language_info"] = {"name": "python", "version": "3.99"}
    for cell in said["cells"]:
        cell["metadata"]["collapsed"] = True
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
            cell["execution_count"] = 7
    notebook.write_text(json.dumps(said))
    # The index reads all tables, as bytes: it alone cannot tell.
    assert made_of(again()) <= INDEX


# --- one thing changed -----------------------------------------------------------------------


def test_of_one_statement_section_page_review_and_index_are_rebuilt_and_nothing_else(
    copy_of_built: Path, again: Any
) -> None:
    before = tree(copy_of_built / "exports")
    change(copy_of_built, "statements", {"statement": "pain-1"}, text="It dulls a headache.")
    built = again()
    assert made_of(built) == {
        *("aspirin/sections/uses.html", "aspirin/sections/uses.md"),
        *("aspirin/index.html", "aspirin/index.md", "aspirin/record.json"),
        *("aspirin/review.html", "index.html", "editors.html", "manifest.json"),
    }
    row = "statements aspirin/pain-1"
    assert built.reasons["aspirin/sections/uses.md"] == f"section uses changed: {row}"
    assert built.reasons["aspirin/index.html"] == f"the page changed: {row}"
    assert built.reasons["index.html"] == f"statements.csv changed: {row}"
    left = "nothing that it is made from has changed"
    assert built.reasons["aspirin/sections/lede.html"] == left
    assert built.reasons["aspirin/supplied.html"] == left
    assert built.reasons["tea/index.html"] == left
    after = tree(copy_of_built / "exports")
    changed = {name for name in after if after[name] != before[name]}
    # The index says nothing of a wording, so it comes out as it was.
    assert changed == made_of(built) - INDEX


def test_a_rule_rebuilds_the_reviews_and_no_page(copy_of_built: Path, again: Any) -> None:
    rule = read_content(copy_of_built / "data").rules["rule"].iloc[0]
    change(copy_of_built, "rules", {"rule": rule}, hint="Say it plainly.")
    made = made_of(again())
    reviews = {"aspirin/review.html", "tea/review.html"}
    assert reviews <= made
    assert {name for name in made if name.endswith((".md", "index.html"))} == {"index.html"}


def test_what_no_sentence_shows_is_in_the_record_all_the_same(
    copy_of_rich: Path, executor: Any
) -> None:
    signed = sign_off(
        read_content(copy_of_rich / "data"), PAGE, "fever-1", person="test-two", capacity="lay",
        verdict="changes-requested", comment="Which fever?",
    )  # fmt: skip
    write_content(signed)
    made = made_of(build_with(executor, copy_of_rich))
    assert "aspirin/record.json" in made
    assert not {name for name in made if name.endswith(".md")}
    record = json.loads((copy_of_rich / "exports" / "aspirin" / "record.json").read_bytes())
    states = {
        row["statement"]: {one["state"] for one in row["sign_offs"]} for row in record["statements"]
    }
    assert states["fever-1"] == {"missing", "refused"}


APART = [
    ["index.html", "aspirin/index.html", "aspirin/sections/uses.md", "aspirin/review.html"],
    ["editors.html", "aspirin/index.md"],
    ["aspirin/supplied.html", "aspirin/record.json"],
    ["manifest.json"],
]
"""Exports, those together of which none is made anew because of another."""


HARMS = ("deleted", "edited", "cut short")


def harm_one(path: Path, whole: bytes, harm: str) -> None:
    path.unlink()
    if harm != "deleted":
        path.write_bytes(whole[:-9] if harm == "cut short" else whole.replace(b"a", b"e"))


def test_an_export_that_was_harmed_by_hand_is_noticed_and_made_anew(
    copy_of_built: Path, again: Any
) -> None:
    request, exports = request_of(copy_of_built), copy_of_built / "exports"
    again()
    for names in APART:
        whole = {name: (exports / name).read_bytes() for name in names}
        for name in names:
            for harm in HARMS:
                assert as_it_stands(request) is not None
                harm_one(exports / name, whole[name], harm)
                assert as_it_stands(request) is None, (name, harm)
                (exports / name).write_bytes(whole[name])
        # What is deleted is made anew, and what is another: neighbours are harmed in other ways.
        for ways in (("deleted", "edited"), ("cut short", "deleted")):
            for place, name in enumerate(names):
                harm_one(exports / name, whole[name], ways[place % 2])
            built = again()
            assert {name: (exports / name).read_bytes() for name in names} == whole
            assert set(names) <= made_of(built)
            for name in names:
                assert name in built.reasons[name] or name == "manifest.json"


def test_force_runs_everything_that_is_asked_for(copy_of_built: Path, executor: Any) -> None:
    request = replace(request_of(copy_of_built), documents=("tea",))
    built = rebuild(request, lambda: contextlib.nullcontext(executor), force=True)
    assert {name.split("/")[0] for name in built.files} == {"tea", *INDEX, "manifest.json"}
    assert set(built.files) == set(built.made) | {"manifest.json"}
    assert built.reasons["tea/index.md"] == "everything was asked for"


def test_a_notebook_that_changes_is_run_again_and_no_other(copy_of_built: Path, again: Any) -> None:
    add_cell(copy_of_built / "notebooks" / "section.ipynb", "print('A last word.')")
    made = made_of(again())
    sections = {"lede", "uses", "side-effects"}
    wanted = {f"aspirin/sections/{name}.{end}" for name in sections for end in ("html", "md")}
    wanted |= {"tea/sections/description.html", "tea/sections/description.md"}
    records = {"aspirin/record.json", "tea/record.json"}
    assert made == wanted | records | {"manifest.json"}


# --- what a notebook reads besides -----------------------------------------------------------

READS = {
    "extra.txt": "print(open('extra.txt').read())",
    "table.csv": "import pandas\npandas.read_csv('table.csv')",
    "extra.py": "import extra\nextra.words",
    "extra": "import os\nprint(sorted(os.listdir('extra')))",
    "later.txt": "try:\n    print(open('later.txt').read())\nexcept OSError:\n    0",
}
"""Cells that read a file, a table of one's own, a module, a folder, and whether a file is there."""


def test_what_a_notebook_reads_beside_the_tables_is_part_of_its_key(
    copy_of_built: Path, index_again: Any
) -> None:
    notebooks = copy_of_built / "notebooks"
    (notebooks / "extra").mkdir()
    (notebooks / "extra.txt").write_text("one")
    (notebooks / "table.csv").write_text("one\n1\n")
    (notebooks / "extra.py").write_text("words = 'one'\n")
    for source in READS.values():
        add_cell(notebooks / "index.ipynb", source)
    assert "index.html" in index_again().made
    assert "index.html" not in index_again().made
    changes = {
        "extra.txt": lambda path: path.write_text("two"),
        "table.csv": lambda path: path.write_text("three\n2\n"),
        "extra.py": lambda path: path.write_text("words = 'four, at last'\n"),
        "extra": lambda path: (path / "five").touch(),
        "later.txt": lambda path: path.write_text("six"),
    }
    said = [b"two", b"three", b"four, at last", b"five", b"six"]
    for (name, change), words in zip(changes.items(), said, strict=True):
        change(notebooks / name)
        built = index_again()
        assert "index.html" in built.made
        assert built.reasons["index.html"].endswith(f"{name} changed")
        assert words in (copy_of_built / "exports" / "index.html").read_bytes()


def test_a_copy_of_a_project_depends_on_its_own_files_and_on_the_same_ones_outside(
    copy_of_built: Path, index_again: Any, executor: Any, tmp_path: Path
) -> None:
    def in_copy() -> Built:
        return build_with(executor, copy, "tea", editions=["supplied"])

    notebooks = copy_of_built / "notebooks"
    (notebooks / "extra.txt").write_text("one")
    add_cell(notebooks / "index.ipynb", "print(open('extra.txt').read())")
    index_again()
    copy = Path(shutil.copytree(copy_of_built, tmp_path / "elsewhere" / "copy"))
    assert "index.html" not in in_copy().made
    (copy / "notebooks" / "extra.txt").write_text("two")
    assert "index.html" not in index_again().made
    assert "index.html" in in_copy().made
    assert b"two" in (copy / "exports" / "index.html").read_bytes()
    add_cell(notebooks / "index.ipynb", "import os\nprint(os.path.exists('../../out.txt'))")
    index_again()
    assert "index.html" not in index_again().made
    shutil.rmtree(copy)
    shutil.move(copy_of_built, copy)
    built = in_copy()
    assert "lies elsewhere" in built.reasons["index.html"]
    assert not {name for name in built.made if name.endswith(".md")}


def test_settings_of_the_kernel_and_of_matplotlib_are_part_of_what_a_run_depends_on(
    copy_of_built: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    settings = copy_of_built / "notebooks" / "matplotlibrc"
    cell = "import matplotlib\nprint(matplotlib.rcParams['lines.linewidth'], globals().get('of'))"
    add_cell(copy_of_built / "notebooks" / "index.ipynb", cell)

    def again() -> Built:  # in workers of this moment, whose environment is that of the test
        return build_in(copy_of_built, "tea", editions=["supplied"], formats=["html"])

    again()
    assert "index.html" not in again().made
    for change, said in (
        (lambda: settings.write_text("lines.linewidth: 7.25\n"), b"7.25 None"),
        (lambda: (startup / "of.py").write_text("of = 'the user'\n"), b"7.25 the user"),
        (lambda: settings.unlink(), b"1.5 the user"),
    ):
        change()
        assert "index.html" in again().made
        assert said in (copy_of_built / "exports" / "index.html").read_bytes()


def test_a_notebook_that_asks_another_program_runs_every_time_and_why_says_so(
    copy_of_built: Path, again: Any
) -> None:
    add_cell(copy_of_built / "notebooks" / "index.ipynb", "!echo hello")
    again()
    built = again()
    assert made_of(built) == INDEX
    assert "cannot be followed" in built.reasons["index.html"]
    assert as_it_stands(request_of(copy_of_built)) is None


def test_the_day_is_part_of_the_key_of_what_depends_on_it(
    again: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    again()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    built = again()
    assert made_of(built) >= {"aspirin/review.html", "tea/review.html"}
    assert not {name for name in built.made if name.endswith(".md")}
    assert "day" in built.reasons["tea/review.html"]


def test_a_page_is_made_anew_on_the_day_that_its_sign_off_bears_and_where_the_clock_is_behind(
    copy_of_built: Path, executor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = read_content(copy_of_built / "data")
    person = {"person": "an-editor", "name": "A. Roe", "conflicts": "none"}
    content = replace(content, people=frame_of("people", [person], content))
    content = sign_all(content, "tea", editorial="an-editor")
    write_content(replace(content, signoffs=content.signoffs.assign(signed_on="2026-11-28")))
    made = []
    for hour in (9, 11, 11, 9):  # at ten in London that day begins on the first islands
        now = datetime.datetime(2026, 11, 27, hour, tzinfo=datetime.UTC)
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(now.timestamp())))
        # As HTML its review would be made too, which depends on the day in any case.
        built = build_with(
            executor, copy_of_built, "tea", editions=["current"], formats=["markdown"]
        )
        made.append("tea/index.md" in built.made)
    assert made[1:] == [True, False, True]


def test_a_package_that_is_brought_up_to_date_rebuilds_all(
    copy_of_built: Path, again: Any, executor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    again()
    newer = {**versions(), "pandas": "99.0"}
    monkeypatch.setattr(cache, "versions", lambda *_: newer)
    assert as_it_stands(request_of(copy_of_built)) is None
    built = build_with(executor, copy_of_built, "tea", formats=["markdown"])
    assert built.files == built.made
    assert set(built.made) == {
        *("tea/index.md", "tea/supplied.md", "tea/sections/description.md"),
        *("tea/record.json", "manifest.json"),
    }


# --- no change is missed ---------------------------------------------------------------------


def rich_content(project: Path) -> Content:
    """Give the two short pages something in every table; nobody and nothing here is real."""
    content = read_content(project / "data")

    def with_rows(content: Content, table: str, *rows: dict[str, Any]) -> Content:
        frame = pd.concat([getattr(content, table), frame_of(table, list(rows), content)])
        return replace(content, **{table: frame.reset_index(drop=True)})

    statements = content.statements.copy()
    at = statements["statement"]
    statements.loc[at == "pain-1", "text"] = "It may ease a headache (OTC) [@made-up-2001]."
    statements.loc[at == "pain-1", ["kind", "certainty"]] = ["benefit", "low"]
    statements.loc[at == "side-effects-1", "kind"] = "risk"
    content = replace(content, statements=statements)
    source = {"source": "made-up-2001", "type": "book", "title": "A made-up book", "issued": "2001"}
    content = with_rows(content, "sources", source)
    term = {"term": "OTC", "language": "en", "expansion": "over the counter", "definition": "Sold."}
    content = with_rows(content, "terms", term)
    evidence = {"document": PAGE, "statement": "pain-1", "source": "made-up-2001"}
    content = with_rows(content, "evidence", {**evidence, "role": "supports", "finding": "Less."})
    content = with_rows(
        content,
        "people",
        {
            "person": "test-one",
            "name": "T. One",
            "profession": "physician",
            "credential": "MD",
            "conflicts": "none",
        },
        {"person": "test-two", "name": "T. Two", "conflicts": "none"},
    )
    content = with_rows(content, "notices", {"notice": "care", "language": "en", "text": "Ask."})
    content = with_rows(
        content,
        "topics",
        {"topic": "dosing", "question": "How is it used?", "level": "must"},
    )
    content = write_content(content)
    for capacity in ("editorial", "clinical", "lay"):
        content = sign_off(content, PAGE, "pain-1", person="test-one", capacity=capacity)
    return write_content(content)


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory, executor: Any) -> Path:
    """A built project in which nearly every table has rows."""
    project = make_project(tmp_path_factory.mktemp("rich") / "project")
    rich_content(project)
    rebuild(request_of(project), lambda: contextlib.nullcontext(executor))
    return project


@pytest.fixture
def copy_of_rich(rich: Path, tmp_path: Path) -> Path:
    """A copy of that project, to be changed by one test."""
    return Path(shutil.copytree(rich, tmp_path / "project"))


def changed_cell(content: Content, data: st.DataObject) -> tuple[str, int, str, str]:
    """Draw a cell and another value for it."""
    tables = [table for table in TABLES if len(getattr(content, table))]
    table = data.draw(st.sampled_from(tables))
    frame = getattr(content, table)
    row = data.draw(st.integers(0, len(frame) - 1))
    schema = content.schemas[table]
    column = data.draw(st.sampled_from(schema.columns))
    field = schema.fields[column]
    was = str(frame[column].iloc[row])
    values = [f"{was} and more".strip(), f"{was}-x", "", "2025-01-31", "7", "true", "false"]
    values += field.get("constraints", {}).get("enum", [])
    value = data.draw(st.sampled_from([one for one in values if one != was]))
    return table, row, column, value


@settings(
    max_examples=examples(12),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(data=st.data())
def test_a_build_after_any_change_of_a_cell_is_a_clean_build_byte_for_byte(
    rich: Path, executor: Any, data: st.DataObject
) -> None:
    table, row, column, value = changed_cell(read_content(rich / "data"), data)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(shutil.copytree(rich, Path(folder, "project")))
        path = project / "data" / f"{table}.csv"
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        keys = list(read_content(rich / "data").schemas[table].key)
        order = frame.sort_values(keys).index
        frame.loc[order[row], column] = value
        frame.to_csv(path, index=False, lineterminator="\n")
        try:
            read_content(project / "data")
        except BrokenTables:
            assume(False)
        rebuild(request_of(project), lambda: contextlib.nullcontext(executor))
        clean = Path(folder, "clean")
        clean.mkdir()
        for name in ("data", "notebooks"):
            shutil.copytree(project / name, clean / name)
        rebuild(request_of(clean), lambda: contextlib.nullcontext(executor))
        assert tree(project / "exports") == tree(clean / "exports")
