"""`ketcontent lab`: the notebook that opens, the JupyterLab that runs, a page exported from it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner

from ketcontent import read_content, write_content
from ketcontent.building.plan import plan_runs
from ketcontent.cli import main
from ketcontent.editor import launch as lab
from ketcontent.editor.launch import Desk, set_out, with_values
from ketcontent.errors import KetcontentError, UnknownName, WrongParameter
from ketcontent.scaffold import create_project
from tests.conftest import ROOT, run_notebooks, start, wait_until

pytestmark = pytest.mark.slow

# --- the notebook that opens -----------------------------------------------------------------


@pytest.fixture
def pages(copy_of_made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a project with two pages, whose notebooks name a page that it does not have."""
    monkeypatch.chdir(copy_of_made)
    return copy_of_made


def parameters_of(notebook: Path) -> dict[str, Any]:
    """Run the cell of parameters alone."""
    [cell] = [
        one
        for one in json.loads(notebook.read_bytes())["cells"]
        if "parameters" in one["metadata"].get("tags", ())
    ]
    found: dict[str, Any] = {}
    exec("".join(cell["source"]), found)
    return {name: value for name, value in found.items() if not name.startswith("__")}


def folder_of_tables(desk: Desk) -> Path:
    return (desk.notebook.parent / parameters_of(desk.notebook)["data"]).resolve()


def keep_only(project: Path, name: str) -> None:
    """Leave a project one of the notebooks that may open."""
    for other in {"workbench", "section"} - {name}:
        (project / "notebooks" / f"{other}.ipynb").unlink(missing_ok=True)


def test_where_the_defaults_fit_the_notebook_of_the_project_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("data", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    desk = set_out()
    assert desk.notebook.parent == tmp_path / "notebooks"
    assert desk == set_out("ketamine")
    assert not (tmp_path / ".lab").exists()


def test_a_copy_opens_with_the_page_and_the_section_in_its_parameters(pages: Path) -> None:
    keep_only(pages, "section")
    before = (pages / "notebooks" / "section.ipynb").read_bytes()
    desk = set_out("aspirin", section="uses")
    assert desk.root == pages
    assert desk.notebook == pages / ".lab" / "aspirin" / "section.ipynb"
    found = parameters_of(desk.notebook)
    assert (found["document"], found["section"], found["edition"]) == (
        "aspirin",
        "uses",
        "current",
    )
    assert folder_of_tables(desk) == pages / "data"
    assert (pages / "notebooks" / "section.ipynb").read_bytes() == before


def test_a_copy_says_what_the_notebook_says_but_for_the_values(pages: Path) -> None:
    desk = set_out("tea")
    own = json.loads((pages / "notebooks" / desk.notebook.name).read_bytes())["cells"]
    copy = json.loads(desk.notebook.read_bytes())["cells"]
    differ = [(a, b) for a, b in zip(own, copy, strict=True) if a != b]
    [(before, after)] = differ
    assert after == {**before, "source": after["source"]}
    values = re.compile(r'"[^"]*"')
    assert values.sub("", "".join(after["source"])) == values.sub("", "".join(before["source"]))


def test_where_nobody_names_a_page_or_a_section_the_first_opens(pages: Path) -> None:
    keep_only(pages, "section")
    found = parameters_of(set_out().notebook)
    assert (found["document"], found["section"]) == ("aspirin", "lede")


def test_tables_and_notebooks_may_lie_anywhere(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    desk = set_out("tea", data="project/data", notebooks="project/notebooks")
    assert desk.root == pages
    assert folder_of_tables(desk) == pages / "data"


def test_a_page_to_be_brought_in_is_named_in_the_copy_and_the_next_time_no_more(
    pages: Path,
) -> None:
    page = pages / "new.html"
    desk = set_out(bring_in="new.html")
    assert parameters_of(desk.notebook)["bring_in"] == str(page.resolve())
    copied = desk.notebook.read_bytes()
    assert parameters_of(set_out().notebook)["bring_in"] == ""
    assert b"new.html" in copied


@pytest.mark.usefixtures("pages")
def test_git_sees_nothing_of_the_copies() -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "add", "."], check=True)
    set_out("tea")
    status = ["git", "status", "--porcelain", "--untracked-files=all"]
    found = subprocess.run(status, check=True, capture_output=True, text=True).stdout
    assert [line for line in found.splitlines() if not line.startswith("A ")] == []


def test_a_copy_is_made_anew_until_somebody_changes_it(pages: Path) -> None:
    keep_only(pages, "section")
    own = pages / "notebooks" / "section.ipynb"
    copy = set_out("aspirin", section="uses").notebook
    newer = json.loads(own.read_bytes())
    newer["cells"][0]["source"] = ["# Another title"]
    own.write_text(json.dumps(newer))
    assert not set_out("aspirin", section="uses").changed
    assert "# Another title" in copy.read_text()

    theirs = json.loads(copy.read_bytes())
    theirs["cells"].append({"cell_type": "markdown", "metadata": {}, "source": ["My notes."]})
    copy.write_text(json.dumps(theirs))
    for section in ("side-effects", "uses"):  # however often it is opened
        assert set_out("aspirin", section=section).changed
        assert "My notes." in copy.read_text()
        assert parameters_of(copy)["section"] == section


def test_values_are_replaced_whatever_stands_around_them() -> None:
    source = 'a: str = "é"; b = "x"  # "b"\nc: str = "x"\nd: str = ...'
    assert with_values(source, {"a": 'q"', "b": "\\", "d": "z"}) == (
        'a: str = "q\\""; b = "\\\\"  # "b"\nc: str = "x"\nd: str = "z"'
    )


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        pytest.param(
            {"document": "teaa"},
            UnknownName,
            "No document 'teaa'.\nhint: Did you mean 'tea'?",
            id="a page",
        ),
        pytest.param(
            {"document": "aspirin", "section": "use"},
            UnknownName,
            "No section 'use'.\nhint: Did you mean 'uses'?",
            id="a section",
        ),
        pytest.param(
            {"section": "use"},
            UnknownName,
            "No section 'use'.\nhint: Did you mean 'uses'?",
            id="a section of the first page",
        ),
        pytest.param(
            {"notebooks": "nowhere"},
            KetcontentError,
            "No notebook nowhere/workbench.ipynb.\nhint: Run this in the folder of the project, "
            "or name the folder of the notebooks with --notebooks.",
            id="notebooks",
        ),
        pytest.param(
            {"data": "nowhere"},
            KetcontentError,
            "No datapackage.json in nowhere.\nhint: Name the folder of the tables with --data, "
            "or make a project with 'ketcontent init DIRECTORY'.",
            id="tables",
        ),
    ],
)
def test_what_is_not_there_is_named_and_nothing_is_written(
    pages: Path, given: dict[str, str], kind: type[KetcontentError], said: str
) -> None:
    with pytest.raises(kind) as caught:
        set_out(**given)
    assert str(caught.value) == said
    assert not (pages / ".lab").exists()


def test_a_notebook_without_the_parameter_is_named(pages: Path) -> None:
    keep_only(pages, "section")
    own = pages / "notebooks" / "section.ipynb"
    own.write_text(own.read_text().replace("section: str", "sektion: str"))
    with pytest.raises(WrongParameter) as caught:
        set_out("aspirin", section="uses")
    assert str(caught.value) == (
        "section.ipynb has no parameter 'section'.\nhint: Did you mean 'sektion'?"
    )
    assert parameters_of(set_out("aspirin").notebook)["document"] == "aspirin"


def test_a_project_without_pages_opens_to_take_one_in_where_its_notebook_can(
    tmp_path: Path,
) -> None:
    project = create_project(tmp_path / "pages")
    data, notebooks = project / "data", project / "notebooks"
    desk = set_out(data=data, notebooks=notebooks)
    assert (desk.notebook.name, parameters_of(desk.notebook)["document"]) == ("workbench.ipynb", "")
    (project / "notebooks" / "workbench.ipynb").unlink()
    with pytest.raises(KetcontentError) as caught:
        set_out(data=data, notebooks=notebooks)
    assert str(caught.value) == (
        "This project has no page yet.\n"
        "hint: Take one in: ketcontent import FILE --document ID, or ketcontent lab."
    )


# --- the command -----------------------------------------------------------------------------


def refused(*words: str) -> str:
    result = CliRunner().invoke(main, ["lab", *words])
    assert result.exit_code == 1
    assert result.stdout == ""
    return result.stderr


@pytest.mark.usefixtures("pages")
def test_without_jupyterlab_the_command_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lab, "find_spec", lambda _: None)
    assert refused("tea") == (
        "error: JupyterLab is not installed.\n"
        "hint: Install it: python -m pip install 'ketcontent[lab]' (in a checkout: "
        "python -m pip install -e '.[lab]').\n"
    )


@pytest.mark.usefixtures("pages")
def test_root_is_asked_to_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert refused("tea") == (
        "error: JupyterLab does not run as root: whoever reaches it could do anything here.\n"
        "hint: Run it as another user, or add --allow-root where that is what you want.\n"
    )


def test_an_unknown_page_ends_the_command_before_anything_starts(
    pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("It was started.")

    monkeypatch.setattr(lab, "serve", never)
    assert refused("teaa", "--allow-root") == (
        "error: No document 'teaa'.\nhint: Did you mean 'tea'?\n"
    )
    assert not (pages / ".lab").exists()


# --- the server ------------------------------------------------------------------------------

PLACES = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")


def started(project: Path, own: Path, *words: str, **environment: str) -> tuple[Any, str]:
    """Run ``ketcontent lab`` with settings of its own; return the process and the address."""
    run = start(
        "lab",
        "--allow-root",
        *words,
        cwd=project,
        stderr=subprocess.STDOUT,
        env={**{name: str(own / name) for name in PLACES}, **environment},
    )
    said = ""
    for line in run.stdout or ():
        said += line
        if found := re.search(r"^JupyterLab is at (\S+)$", line, re.MULTILINE):
            return run, found[1]
    run.wait()
    raise AssertionError(said)


def asked(address: str, path: str, token: str = "", data: bytes | None = None) -> Any:
    """Return what the server at an address answers, as JSON."""
    parts = urlsplit(address)
    request = urllib.request.Request(f"{parts.scheme}://{parts.netloc}/{path}", data)
    if token:
        request.add_header("Authorization", f"token {token}")
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or "null")


def token_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["token"][0]


def processes_of(group: int) -> set[int]:
    """Return the processes that descend from one, whatever group they moved to."""
    table = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="], check=True, capture_output=True, text=True
    ).stdout
    rows = [line.split() for line in table.splitlines()]
    found, before = {group}, set[int]()
    while found != before:
        before = set(found)
        found |= {
            int(one) for one, parent, state in rows if int(parent) in found and state[0] != "Z"
        }
    return found - {group}


def alive(process: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


@pytest.mark.parametrize(
    "how",
    [signal.SIGINT, signal.SIGTERM, signal.SIGHUP],
    ids=["Ctrl-C", "terminate", "a closed terminal"],
)
def test_the_command_serves_the_page_with_a_token_and_leaves_no_process(
    copy_of_made: Path, tmp_path: Path, how: signal.Signals
) -> None:
    run, address = started(copy_of_made, tmp_path, "tea", "--no-browser")
    try:
        parts = urlsplit(address)
        assert parts.hostname == "127.0.0.1"
        notebook = parts.path.removeprefix("/lab/tree/")
        token = token_of(address)
        with pytest.raises(urllib.error.HTTPError, match="403"):
            asked(address, f"api/contents/{notebook}")
        found = asked(address, f"api/contents/{notebook}", token)
        [cell] = [
            one
            for one in found["content"]["cells"]
            if "parameters" in one["metadata"].get("tags", ())
        ]
        assert 'document: str = "tea"' in cell["source"]
        # No host is asked for news or for a newer version.
        assert asked(address, "lab/api/news", token) == {"news": []}
        assert asked(address, "lab/api/update", token) == {"notification": None}
        words = ["ps", "-p", str(run.pid), "-o", "args="]
        assert token not in subprocess.run(words, check=True, capture_output=True, text=True).stdout
        asked(address, "api/kernels", token, json.dumps({"name": "python3"}).encode())
        left = wait_until(lambda: processes_of(run.pid))
        os.kill(run.pid, how)
        assert run.wait(timeout=60) == 0
        assert [process for process in left if alive(process)] == []
        said, _ = run.communicate()
        assert "cli.py" not in said  # no traceback of ours; a kernel may say that it was stopped
    finally:
        run.kill()
        run.stdout.close()


def test_the_command_opens_the_page_in_the_browser(copy_of_made: Path, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\ncp "${{1#file://}}" "{seen}.new" && mv "{seen}.new" "{seen}"\n')
    browser.chmod(0o755)
    run, address = started(copy_of_made, tmp_path, "tea", BROWSER=f"{browser} %s")
    try:
        wait_until(seen.exists)
        parts = urlsplit(address)
        assert f"{parts.path}?file-browser-path=notebooks" in seen.read_text()
        assert token_of(address) in seen.read_text()
    finally:
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=60)


# --- in Chromium -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tables and the notebooks."""
    folder = tmp_path_factory.mktemp("lab") / "project"
    for name in ("data", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    keep_only(folder, "section")
    return folder


@pytest.fixture(scope="module")
def exported(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a build writes of the section: one of its runs, out of forty."""
    folder = tmp_path_factory.mktemp("exported")
    content = read_content(project / "data")
    places = {"kept": folder / "kept", "notebooks": project / "notebooks"}
    runs = plan_runs(content, ["ketamine"], editions=["current"], only=["section"], **places)
    [run] = [one for one in runs if one.parameters["section"] == "lasting-harm"]
    write_content(content, run.parameters["data"])
    assert run_notebooks([run], folder) == []
    return folder


@pytest.fixture(scope="module")
def served(browser: Any, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address that ``ketcontent lab`` printed, while it runs."""
    assert browser  # where Chromium is missing, nothing is started
    words = ["ketamine", "--section", "lasting-harm", "--no-browser"]
    run, address = started(project, tmp_path_factory.mktemp("jupyter"), *words)
    try:
        yield address
    finally:
        run.terminate()
        run.communicate()


@pytest.fixture(scope="module")
def notebook(browser: Any, served: str) -> Iterator[Any]:
    """The tab in which the notebook is open and all its cells have been run."""
    # JupyterLab draws only the cells that are in view: here all are.
    context = browser.new_context(accept_downloads=True, viewport={"width": 1440, "height": 6000})
    own = urlsplit(served).netloc

    def stay(route: Any) -> None:
        if urlsplit(route.request.url).netloc == own:
            route.continue_()
        else:
            route.abort()

    context.route("http*://**/*", stay)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(served)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    run_all(page)
    yield page
    context.close()


def run_all(page: Any) -> float:
    """Run all cells as an editor does; return how many seconds it took until all had run."""
    running = (
        "[...document.querySelectorAll('.jp-InputPrompt')].some(one => /\\*/.test(one.textContent))"
    )
    page.get_by_role("menuitem", name="Run", exact=True).click()
    began = time.monotonic()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_function(running)
    page.wait_for_function(f"!{running}", polling=50)
    return time.monotonic() - began


def export_menu(page: Any) -> Any:
    """Open File ▸ Save and Export Notebook As, and return its menu."""
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.locator(".lm-Menu-item", has_text="Save and Export Notebook As").hover()
    menu = page.locator(".lm-Menu", has_text="Executable Script").last
    menu.wait_for()
    return menu


def test_an_editor_who_runs_the_notebook_sees_the_section_as_a_reader_will(notebook: Any) -> None:
    output = notebook.locator(".jp-OutputArea-output")
    headings = output.first.locator("h2").all_inner_texts()
    assert headings == ["Addiction and lasting mental symptoms", "How sure we are", "Sources"]
    assert "Traceback" not in notebook.locator(".jp-Notebook").inner_text()


def test_below_the_section_an_editor_sees_its_faults_its_evidence_and_its_redline(
    notebook: Any,
) -> None:
    tables = notebook.locator(".jp-OutputArea-output table")
    captions = tables.locator("caption").all_inner_texts()
    assert re.fullmatch(r"(\d+ (errors?|warnings?|advice)(, )?)+", captions[0])
    assert captions[1:] == [
        "What the sources say on each sentence",
        "Sources of ketamine/lasting-harm: 3, of which 1 with unconfirmed fields",
        "Sentences that differ from the page as received",
    ]
    shown = [table.inner_text() for table in tables.all()]
    assert "No clinical or editorial sign-off." in shown[0] or "sign-off-missing" in shown[0]
    assert "winstock-2012" in shown[2]
    assert "In a survey of 1,285 people" in shown[3]
    # Words start at the side where one starts to read.
    aligned = "one => getComputedStyle(one).textAlign"
    assert {one.evaluate(aligned) for one in tables.locator("td").all()} == {"start"}


def test_a_screen_reader_meets_no_obstacle_in_what_the_notebook_shows(notebook: Any) -> None:
    found = Axe().run(notebook, context=".jp-OutputArea-output").response
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found["violations"]] == []
    assert found["passes"]


def test_running_the_whole_notebook_takes_its_kernel_less_than_three_seconds(
    notebook: Any,
) -> None:
    notebook.get_by_role("menuitem", name="Kernel", exact=True).click()
    notebook.locator(".lm-Menu-item", has_text=re.compile("^Restart Kernel…")).first.click()
    notebook.locator(".jp-Dialog .jp-mod-accept").click()
    notebook.locator(".jp-Dialog").wait_for(state="detached")
    notebook.get_by_text("Python 3 (ipykernel) | Idle").wait_for(state="detached")
    notebook.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    [kernel] = [
        one
        for one in psutil.Process().children(recursive=True)
        if "ipykernel_launcher" in one.cmdline()
    ]
    before = kernel.cpu_times()
    waited = run_all(notebook)
    after = kernel.cpu_times()
    # Its own seconds, which are the same however busy the machine is with something else.
    took = after.user + after.system - before.user - before.system
    assert 0 < took < 3, waited


def test_nobody_is_asked_about_news(notebook: Any) -> None:
    assert notebook.evaluate(
        "JSON.parse(document.getElementById('jupyter-config-data').textContent)"
        ".disabledExtensions.includes('@jupyterlab/apputils-extension:announcements')"
    )
    assert notebook.get_by_text("official Jupyter news").count() == 0


def test_the_menu_lists_each_exporter_once(notebook: Any) -> None:
    names = export_menu(notebook).locator(".lm-Menu-item").all_inner_texts()
    notebook.keyboard.press("Escape")
    notebook.keyboard.press("Escape")
    ours = [name.strip() for name in names if "ketcontent" in name.lower()]
    assert ours == ["Ketcontent_html", "Ketcontent_markdown", "Ketcontent_pdf"]


@pytest.mark.parametrize(
    ("name", "file"),
    [("ketcontent_html", "lasting-harm.html"), ("ketcontent_markdown", "lasting-harm.md")],
)
def test_what_the_menu_downloads_is_what_a_build_writes(
    notebook: Any, exported: Path, name: str, file: str
) -> None:
    item = export_menu(notebook).locator(".lm-Menu-item", has_text=name)
    with notebook.expect_download() as waiting:
        item.click()
    download = waiting.value
    assert download.suggested_filename == f"section{Path(file).suffix}"
    written = (exported / "ketamine" / "sections" / file).read_bytes()
    assert Path(download.path()).read_bytes() == written
    assert b"In a survey of 1,285 people" in written
