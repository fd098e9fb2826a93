"""The laws of the house: imports run downward, `import ketcontent` is light, the docs are true."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import ketcontent

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "ketcontent"
MODULES = sorted(path.stem for path in PACKAGE.glob("*.py") if not path.stem.startswith("__"))

OWNERS = {
    "anywidget": {"workbench"},
    "bibtexparser": {"citations"},
    "citeproc": {"citations"},
    "click": {"cli"},
    "dask": {"clusters"},
    "distributed": {"clusters"},
    "filelock": {"files"},
    "frictionless": {"schemas"},
    "ipykernel": {"nursery"},
    "jinja2": {"rendering"},
    "jupyter_client": {"engine"},
    "jupyterlab": {"lab"},
    "markdown_it": {"rendering"},
    "matplotlib": {"charts"},
    "nbconvert": {"exporters"},
    "nh3": {"exporters"},
    "papermill": {"engine", "parameters", "workers"},
    "pylatexenc": {"citations"},
    "re2": {"prose"},
    "rispy": {"citations"},
    "sentencex": {"intake"},
    "traitlets": {"exporters", "workbench"},
    "watchfiles": {"watching"},
    "yaml": {"exporters"},
}
ANYWHERE = {"markupsafe", "pandas"}
HEAVY = {"papermill", "nbconvert", "ipykernel", "anywidget", "frictionless", "citeproc", "pandas"}


def layers() -> dict[str, int]:
    """The layers as the package's docstring lists them."""
    rows = re.findall(r"^(\d+) +`(\w+)`", ketcontent.__doc__ or "", flags=re.MULTILINE)
    return {module: int(layer) for layer, module in rows}


def imports_of(module: str) -> set[str]:
    """Every name a module imports, lazily or for types too, as a dotted path."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((PACKAGE / f"{module}.py").read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def own_imports(module: str) -> set[str]:
    names = {name.split(".")[1] for name in imports_of(module) if name.startswith("ketcontent.")}
    return names & set(MODULES)


def public_functions() -> list[tuple[str, str, object]]:
    found: list[tuple[str, str, object]] = []
    for module in MODULES:
        if module == "cli":
            continue  # its commands are documented by their help
        home = importlib.import_module(f"ketcontent.{module}")
        for name, thing in vars(home).items():
            if inspect.isfunction(thing) and thing.__module__ == home.__name__ and name[0] != "_":
                found.append((module, name, thing))
            if inspect.isclass(thing) and thing.__module__ == home.__name__ and name[0] != "_":
                found.append((module, name, thing))
    return found


def test_the_docstring_of_the_package_lists_every_module() -> None:
    assert sorted(layers()) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_from_lower_layers_only(module: str) -> None:
    layer = layers()
    upward = {other for other in own_imports(module) - {"errors"} if layer[other] >= layer[module]}
    assert upward == set()


def test_the_bottom_of_the_house_imports_nothing_of_it() -> None:
    assert own_imports("errors") == own_imports("wording") == set()


@pytest.mark.parametrize("module", MODULES)
def test_each_third_party_package_has_one_owner(module: str) -> None:
    packages = {name.split(".")[0] for name in imports_of(module)} - {"ketcontent", "__future__"}
    third_party = packages - set(sys.stdlib_module_names) - ANYWHERE
    assert {package for package in third_party if module not in OWNERS.get(package, set())} == set()


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, ketcontent; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert HEAVY & set(loaded) == set()


def test_reading_and_assembling_load_neither_papermill_nor_nbconvert() -> None:
    code = (
        "import sys, ketcontent as k; k.assemble(k.read_content('data'), 'ketamine').to_html();"
        "print(*sorted({m.split('.')[0] for m in sys.modules}))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    assert {"papermill", "nbconvert", "ipykernel"} & set(loaded) == set()


def test_every_verb_of_the_package_is_there() -> None:
    for name in ketcontent.__all__:
        assert getattr(ketcontent, name).__module__.startswith("ketcontent.")


def test_no_public_name_is_the_name_of_a_module() -> None:
    assert {name for _, name, _ in public_functions()} & set(MODULES) == set()


@pytest.mark.parametrize(
    ("module", "name", "thing"),
    [pytest.param(*one, id=f"{one[0]}.{one[1]}") for one in public_functions()],
)
def test_every_public_name_is_documented(module: str, name: str, thing: object) -> None:
    said = inspect.getdoc(thing) or ""
    assert said.split("\n")[0].endswith("."), f"{module}.{name}"


@pytest.mark.parametrize(
    ("module", "name", "thing"),
    [
        pytest.param(*one, id=f"{one[0]}.{one[1]}")
        for one in public_functions()
        if inspect.isfunction(one[2])
    ],
)
def test_every_public_function_has_an_example_that_runs(
    module: str, name: str, thing: object
) -> None:
    assert ">>> " in (inspect.getdoc(thing) or ""), f"{module}.{name}"


def test_every_command_has_help() -> None:
    from ketcontent.cli import main

    assert [name for name, command in main.commands.items() if not command.help] == []


def test_the_readme_shows_every_command() -> None:
    from ketcontent.cli import main

    readme = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in main.commands if f"ketcontent {name}" not in readme] == []


def test_what_the_readme_names_in_a_notebook_is_drawn() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    table = readme.partition("| name | and see |")[2].partition("\n\n")[0]
    named = [
        code
        for line in table.splitlines()[2:]
        for code in re.findall(r"`([^`.][^`]*)`", line.split("|")[1])
    ]
    content = ketcontent.read_content(ROOT / "data")
    names = {**{name: getattr(ketcontent, name) for name in ketcontent.__all__}, "content": content}
    names["page"] = ketcontent.assemble(content, "ketamine")
    assert len(named) == 7
    for code in named:
        bundle = eval(code, names)._repr_mimebundle_()
        assert {"text/plain", "text/html"} <= set(bundle), code


@pytest.mark.parametrize(
    "command",
    [
        "python -m pip install -e . && ketcontent build",
        "python -m pip install -e '.[test]' && python -m pytest",
        "python -m pip install -e '.[lab]'",
    ],
)
def test_the_readme_holds_the_commands_that_set_up(command: str) -> None:
    assert command in (ROOT / "README.md").read_text("utf-8")


def test_ci_calls_the_test_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8").replace(" --quiet", "")
    assert "python -m pip install -e '.[test]' && python -m pytest" in script


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "."], id="ruff check"),
        pytest.param(["ruff", "format", "--check", "."], id="ruff format"),
        pytest.param(["mypy"], id="mypy"),
    ],
)
def test_the_checkers_are_clean(command: list[str]) -> None:
    run = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
