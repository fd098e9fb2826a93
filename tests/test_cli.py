"""The command line: help, exit statuses, failures without a traceback, progress."""

from __future__ import annotations

import io
import os
import pty
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import ketcontent
from ketcontent import building
from ketcontent.building.request import Built
from ketcontent.cli import main
from ketcontent.errors import BuildFailed
from ketcontent.execution import Progress
from ketcontent.terminal import show_progress
from tests.conftest import PAGES, ROOT, start, tree

COMMANDS = sorted(main.commands)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


inside_it = pytest.mark.usefixtures("inside")


@pytest.fixture
def inside(copy_of_built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a copy of the built project."""
    monkeypatch.chdir(copy_of_built)
    return copy_of_built


# --- help and exit statuses ------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_each_command_has_help_that_describes_every_option(command: str, option: str) -> None:
    result = run(command, option)
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: main {command} ")
    for parameter in main.commands[command].params:
        if parameter.param_type_name == "option" and parameter.name != "help":
            assert parameter.opts[-1] in result.output
            assert parameter.help, parameter.name  # type: ignore[attr-defined]


def test_the_help_of_the_program_lists_every_command() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert re.findall(r"^  (\w[\w-]+)  +\w", result.output, re.MULTILINE) == COMMANDS


def test_the_program_says_its_version() -> None:
    result = run("--version")
    assert result.exit_code == 0
    assert result.output == f"ketcontent, version {ketcontent.__version__}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(["biuld"], "No such command 'biuld'. Did you mean 'build'?", id="a command"),
        pytest.param(["build", "--job"], "No such option '--job'. Did you mean", id="an option"),
        pytest.param(["assemble"], "Missing argument 'DOCUMENT'.", id="no document"),
        pytest.param(["decide", "tea"], "Missing option '--reason'.", id="no reason"),
        pytest.param(["build", "--jobs", "0"], "0 is not in the range x>=1.", id="no jobs"),
        pytest.param(
            ["build", "--format", "epub"],
            "Invalid value for --format: 'epub' is not one of html, markdown, pdf.",
            id="a format",
        ),
        pytest.param(
            ["build", "--edition", "new"],
            "Invalid value for '--edition': 'new' is not one of 'current', 'supplied'.",
            id="an edition",
        ),
        pytest.param(
            ["assemble", "tea", "--to", "pdf"],
            "Invalid value for '--to': 'pdf' is not one of 'text', 'markdown', 'html'.",
            id="a form",
        ),
    ],
)
def test_a_wrong_command_line_ends_with_status_2(words: list[str], said: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(
            ["assemble", "teaa"],
            "error: No document 'teaa'.\nhint: Did you mean 'tea'?\n",
            id="assemble a document that is not there",
        ),
        pytest.param(
            ["assemble", "aspirin", "--section", "use"],
            "error: No section 'use'.\nhint: Did you mean 'uses'?\n",
            id="assemble a section that is not there",
        ),
        pytest.param(
            ["build", "teaa"],
            "error: No document 'teaa'.\nhint: Did you mean 'tea'?\n",
            id="build a document that is not there",
        ),
        pytest.param(
            ["build", "--data", "nowhere"],
            "error: No datapackage.json in nowhere.\nhint: Name the folder of the tables with "
            "--data, or make a project with 'ketcontent init DIRECTORY'.\n",
            id="build without tables",
        ),
        pytest.param(
            ["import", "page.txt", "--document", "tea"],
            "error: The document 'tea' is there already.\nhint: Add --replace to take it in as the "
            "supplier's new version; edited sentences keep their wording until you decide.\n",
            id="import over a document",
        ),
        pytest.param(
            ["import", "nowhere.txt", "--document", "coffee"],
            "error: nowhere.txt cannot be read: no such file or directory.\n"
            "hint: Name a page: a saved web page, a Word document, a PDF, "
            "Markdown or plain text.\n",
            id="import what is not there",
        ),
        pytest.param(
            ["init", "data"],
            "error: data is there already, and not empty.\n"
            "hint: Name a folder that does not exist yet.\n",
            id="init over a folder",
        ),
    ],
)
def test_a_failed_call_says_error_and_hint_and_ends_with_status_1(
    inside: Path, words: list[str], said: str
) -> None:
    (inside / "page.txt").write_text(PAGES["tea"])
    before = tree(inside)
    result = run(*words)
    assert result.exit_code == 1
    assert result.stderr == said
    assert result.stdout == ""
    assert tree(inside) == before


def test_exports_that_cannot_be_a_folder_are_an_error_without_a_traceback(inside: Path) -> None:
    (inside / "taken").write_text("a file")
    result = run("build", "--exports", "taken")
    assert result.exit_code == 1
    assert result.stderr == (
        f"error: {inside / 'taken'} is a file, not a folder for exports.\n"
        "hint: Move it away, or name another with --exports.\n"
    )


def test_broken_tables_are_printed_fault_by_fault_before_the_error(inside: Path) -> None:
    path = inside / "data" / "statements.csv"
    path.write_text(path.read_text().replace("tea,description-1,", "tea,description-1!,"))
    result = run("build")
    assert result.exit_code == 1
    first, *_, error, hint = result.stderr.splitlines()
    assert first.startswith(str(Path("data", "statements.csv")) + ":")
    assert ": error: " in first
    assert error.startswith("error: ")
    assert hint.startswith("hint: ")


@inside_it
def test_a_failed_build_ends_with_status_1_and_says_what_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        built = Built(Path("exports"), (), (), aside=(".aside/tea/index.1.md",))
        said = "1 notebook failed; 0 pages published.\ntea: x"
        raise BuildFailed(said, hint="Mend it.", built=built)

    monkeypatch.setattr(building, "build", fails)
    result = run("build")
    assert result.exit_code == 1
    assert result.stderr == (
        "error: 1 notebook failed; 0 pages published.\ntea: x\nhint: Mend it.\n"
    )
    kept = Path("exports", ".aside", "tea", "index.1.md")
    assert result.stdout == f"Not as a build wrote it, and kept: {kept}\n"


@inside_it
def test_the_words_of_the_command_line_reach_the_build(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: dict[str, Any] = {}

    def note(documents: Any, **options: Any) -> Built:
        given.update(options, documents=documents)
        return Built(Path("out"), ("tea",), ("tea/index.md",), ("tea/index.md",))

    monkeypatch.setattr(building, "build", note)
    words = "tea aspirin --edition current --format markdown,html --jobs 3 --data d --exports out"
    words += " --notebooks n --cache runs"
    result = run("build", *words.split(), "--site", "https://example.org/")
    assert result.exit_code == 0
    assert result.stdout == f"Wrote 1 file to out. Start at {Path('out', 'tea/index.md')}\n"
    assert {name: given[name] for name in given if name not in {"progress", "waiting"}} == {
        "documents": ("tea", "aspirin"),
        "editions": ("current",),
        "formats": ["markdown", "html"],
        "jobs": 3,
        "data": "d",
        "exports": "out",
        "notebooks": "n",
        "release": False,
        "force": False,
        "dask": None,
        "site": "https://example.org/",
        "cache": Path("runs"),
    }


# --- the commands at work --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "words"),
    [
        pytest.param(
            "text",
            "Uses\n- Pain: It eases a headache.\n- Fever: It lowers a fever.\n",
            id="text",
        ),
        pytest.param(
            "markdown",
            "## Uses\n\n- **Pain:** It eases a headache.\n- **Fever:** It lowers a fever.\n",
            id="markdown",
        ),
        pytest.param(
            "html",
            '<li><strong>Pain:</strong> <span id="s_pain-1">It eases a headache.</span></li>\n',
            id="html",
        ),
    ],
)
@inside_it
def test_assemble_prints_a_page_or_a_section_of_it_in_three_forms(form: str, words: str) -> None:
    whole = run("assemble", "aspirin", "--to", form)
    part = run("assemble", "aspirin", "--section", "uses", "--to", form)
    assert (whole.exit_code, part.exit_code) == (0, 0)
    assert words in whole.stdout
    assert words in part.stdout
    assert "bleeding" in whole.stdout
    assert "bleeding" not in part.stdout


@inside_it
def test_assemble_prints_the_page_as_it_was_received() -> None:
    result = run("assemble", "aspirin", "--edition", "supplied")
    assert result.exit_code == 0
    assert result.stdout == PAGES["aspirin"]


def test_import_prints_what_it_took_in_and_replace_what_a_new_version_changed(
    inside: Path,
) -> None:
    (inside / "page.txt").write_text(PAGES["aspirin"])
    result = run("import", "page.txt", "--document", "pain", "--language", "en-GB", "--yes")
    assert result.exit_code == 0
    assert result.stdout == "pain: 3 sections, 6 statements in data.\n"
    (inside / "page.txt").write_text(PAGES["aspirin"].replace("eases pain", "may ease pain"))
    result = run("import", "page.txt", "--document", "pain", "--replace", "--yes")
    assert result.exit_code == 0
    assert result.stdout == (
        "pain: 5 same, 0 moved, 1 changed, 0 added, 0 withdrawn; of those changed or withdrawn "
        "0 cited, 0 signed.\n"
        "changed sentence lede-1\n"
        "    Aspirin [-eases -]{+may ease +}pain.\n"
        "Nothing to decide.\n"
    )


@inside_it
def test_import_shows_what_it_read_and_writes_nothing_until_it_is_told() -> None:
    page = Path("ache.html")
    page.write_text("<title>Ache</title><h1>Ache</h1><nav>Home</nav><h2>Uses</h2><p>It hurts.")
    before = tree(Path("data"))
    result = run("import", "ache.html")
    assert result.exit_code == 0
    assert re.sub(r"sha256:\w+", "sha256:0", result.stdout) == (
        "ache.html: HTML, 72 bytes, sha256:0…\n"
        "Title: Ache\n"
        "  Uses (line 1): 1 paragraph, 2 words\n"
        "Left out, 1 word:\n"
        "  navigation (line 1): Home\n"
        "ache: 1 section, 1 statement in data.\n"
        "Nothing is written yet. Add --yes to write it. Where a block is read wrongly, "
        "--blocks numbers them, and --as 12=paragraph or --as 12-15=item reads them so; "
        "'ketcontent lab --bring-in FILE' shows them side by side in the workbench.\n"
    )
    assert "  1 heading 2 (line 1): Uses\n" in run("import", "ache.html", "--blocks").stdout
    assert tree(Path("data")) == before
    result = run("import", "ache.html", "--as", "2=paragraph", "--whole", "--yes")
    assert result.stdout == "ache: 1 section, 3 statements in data.\n"
    assert run("assemble", "ache").stdout == "Ache\nHome\nUses\nIt hurts.\n"


@pytest.mark.slow
def test_a_new_project_builds_at_once_and_again_with_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(PAGES["tea"])
    made = run("init", str(tmp_path / "pages"))
    assert made.exit_code == 0
    assert made.stdout == (
        f"A new project is in {tmp_path / 'pages'}. Take a page in and build it:\n"
        f"  cd {tmp_path / 'pages'}\n"
        "  ketcontent import PAGE.html --document my-page --yes\n"
        "  ketcontent build\n"
    )
    project = tmp_path / "pages"
    empty = start("build", cwd=project)
    out, progress = empty.communicate()
    assert empty.returncode == 0, progress
    assert out == f"Wrote 3 files to exports. Start at {Path('exports', 'index.html')}\n"
    assert re.fullmatch(r"\[1/1\] index \(\d+\.\d s\)\n", progress)
    assert set(tree(project / "exports")) == {*("index.html", "editors.html", "manifest.json")}
    assert b"There are no pages yet." in tree(project / "exports")["index.html"]

    imported = start("import", str(page), "--yes", "--document", "tea", cwd=project)
    assert imported.communicate() == ("tea: 1 section, 1 statement in data.\n", "")
    screen = on_a_terminal("build", "tea", "--edition", "supplied", "--jobs", "1", cwd=project)
    assert "There are no pages yet." not in (project / "exports" / "index.html").read_text()
    assert (project / "exports" / "tea" / "supplied.html").exists()
    for shown in ("notebooks", "0/2", "tea: supplied edition", "1/2", "index", "2/2"):
        assert shown in screen
    assert "[1/2]" not in screen


def on_a_terminal(*words: str, cwd: Path) -> str:
    """Run the command line with a terminal for standard error; return what the terminal got."""
    ours, theirs = pty.openpty()
    run = start(*words, cwd=cwd, stderr=theirs, env={"TERM": "xterm", "COLUMNS": "100"})
    os.close(theirs)
    got = b""
    while True:
        try:
            got += os.read(ours, 4096)
        except OSError:  # the terminal was closed at the other end
            break
    os.close(ours)
    run.communicate()
    assert run.returncode == 0, got.decode()
    return got.decode()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "on_ci"),
    [
        pytest.param(Terminal, True, id="on CI, whose log may pass for a terminal"),
        pytest.param(io.StringIO, False, id="where there is no terminal"),
    ],
)
def test_progress_is_plain_lines(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], on_ci: bool
) -> None:
    monkeypatch.delenv("CI", raising=False)
    if on_ci:
        monkeypatch.setenv("CI", "true")
    shown = stream()
    monkeypatch.setattr(sys, "stderr", shown)
    with show_progress() as show:
        show(Progress(0, 2, "", 0.0, "tea: current edition"))
        show(Progress(1, 2, "tea: current edition", 1.26, "index"))
        show(Progress(2, 2, "index", 0.5, ""))
    assert shown.getvalue() == "[1/2] tea: current edition (1.3 s)\n[2/2] index (0.5 s)\n"


@inside_it
def test_a_name_that_would_steer_the_terminal_is_spelled_out() -> None:
    result = run("import", "tea\x1b[2J\u202e", "--document", "tea")
    assert result.exit_code == 1
    assert "tea<U+001B>[2J<U+202E>" in result.stderr
    assert "\x1b[2J" not in result.stderr


def test_a_redline_without_a_change_says_so() -> None:
    said = run("redline", "ketamine", "--from", "current", "--data", str(ROOT / "data")).output
    assert said == "Nothing of ketamine differs between current and current.\n"
