"""The laws of the house that no contract of import-linter says, and that its documents are true."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import ketcontent

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "ketcontent"
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    # These do their work by being imported.
    if path.stem not in ("__init__", "fast_jsonschema") and not path.stem.startswith("preload_")
)
ANYWHERE = {"lazy_loader", "markupsafe", "pandas", "traitlets"}
"""Libraries that more than one room may use."""
HEAVY = {"papermill", "nbconvert", "ipykernel", "anywidget", "frictionless", "citeproc", "pandas"}


def faces() -> list[tuple[str, str, str]]:
    """Each name of each face: the room, the module it comes from, and the name."""
    found = []
    for stub in [PACKAGE / "__init__.pyi", *(PACKAGE / room / "__init__.pyi" for room in ROOMS)]:
        room = ".".join(stub.parent.relative_to(ROOT).parts)
        for node in ast.parse(stub.read_text("utf-8")).body:
            if isinstance(node, ast.ImportFrom):
                found += [(room, f"{room}.{node.module}", one.name) for one in node.names]
    return found


def public_things() -> list[tuple[str, str, object]]:
    found: list[tuple[str, str, object]] = []
    for module in MODULES:
        home = importlib.import_module(module)
        for name, thing in vars(home).items():
            ours = getattr(thing, "__module__", "") == module and not name.startswith("_")
            if ours and (inspect.isfunction(thing) or inspect.isclass(thing)):
                found.append((module, name, thing))
    return found


def loaded_by(code: str) -> set[str]:
    code += ";import sys;print(*sorted({m.split('.')[0] for m in sys.modules}))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(run.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert HEAVY & loaded_by("import ketcontent") == set()


def test_reading_and_assembling_load_no_kernel_no_exporter_and_no_validator() -> None:
    loaded = loaded_by(
        "import ketcontent as k; k.assemble(k.read_content('data'), 'ketamine').to_html()"
    )
    assert {"papermill", "nbconvert", "ipykernel", "frictionless"} & loaded == set()


def test_every_verb_of_the_package_is_there() -> None:
    for name in ketcontent.__all__:
        assert getattr(ketcontent, name).__module__.startswith("ketcontent.")


@pytest.mark.parametrize(("room", "module", "name"), faces())
def test_a_face_shows_what_is_there(room: str, module: str, name: str) -> None:
    assert getattr(importlib.import_module(room), name) is getattr(
        importlib.import_module(module), name
    )


def test_no_public_name_is_the_name_of_a_module() -> None:
    # Within a room, or on the face of one: there an import could mean either.
    named = {f"{module.rpartition('.')[0]}.{name}" for module, name, _ in public_things()}
    named |= {f"{room}.{name}" for room, _, name in faces()}
    assert named & {*MODULES, *(f"ketcontent.{room}" for room in ROOMS)} == set()


def test_every_room_is_in_the_docstring_of_the_package_and_in_the_map() -> None:
    tops = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"} | set(ROOMS)
    map_ = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## Where a change")[0]
    assert {name for name in tops if f"`{name}`" not in (ketcontent.__doc__ or "")} == set()
    assert {name for name in tops if f"`{name}`" not in map_} == set()


def test_every_third_party_library_has_an_owner() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    owned = {
        library
        for contract in contracts["contracts"]
        if contract["id"].startswith("owner-")
        for library in contract["protected_modules"]
    }
    imported: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.split(".")[0])
    third_party = imported - set(sys.stdlib_module_names) - {"ketcontent"}
    assert third_party - owned - ANYWHERE == set()


@pytest.mark.parametrize("kind", ["*.py", "*.js", "*.css"])
def test_a_file_has_at_most_500_lines_or_is_one_clear_thing(kind: str) -> None:
    lines = {
        path.relative_to(PACKAGE).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in PACKAGE.rglob(kind)
    }
    assert {name for name, count in lines.items() if count > 500} == set()


def test_no_underscore_crosses_a_file() -> None:
    crossing = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ketcontent"):
                crossing += [f"{path}: {one.name}" for one in node.names if one.name[0] == "_"]
    assert crossing == []


def test_a_test_uses_no_name_with_an_underscore_of_the_library() -> None:
    used = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        ours: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ketcontent"):
                # Another name for it here makes it no less private there.
                used += [f"{path.name}: {one.name}" for one in node.names if one.name[0] == "_"]
                ours |= {one.asname or one.name for one in node.names}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                hidden = node.attr.startswith("_") and not node.attr.startswith(("__", "_repr_"))
                used += (
                    [f"{path.name}: {ast.unparse(node)}"]
                    if hidden and node.value.id in ours
                    else []
                )
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".setattr"):
                patched = [one.value for one in node.args[:2] if isinstance(one, ast.Constant)]
                hidden = any(re.search(r"(^|\.)_[a-zA-Z]", str(name)) for name in patched)
                used += [f"{path.name}: {ast.unparse(node)}"] if hidden else []
    assert used == []


@pytest.mark.parametrize(
    ("module", "name", "thing"),
    [pytest.param(*one, id=f"{one[0]}.{one[1]}") for one in public_things()],
)
def test_every_public_name_is_documented(module: str, name: str, thing: object) -> None:
    said = inspect.getdoc(thing) or ""
    assert said.split("\n")[0].endswith("."), f"{module}.{name}"


def test_every_command_has_help_and_is_in_the_readme() -> None:
    from ketcontent.cli import main

    readme = (ROOT / "README.md").read_text("utf-8")
    assert [name for name, command in main.commands.items() if not command.help] == []
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


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_what_a_page_of_the_project_links_to_is_there(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    headings = {
        re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in text.splitlines()
        if line.startswith("#")
    }
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif not target.startswith("https://"):
            assert (ROOT / target).exists(), target


def test_the_terms_of_the_dictionary_stand_once_and_in_order() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## The dictionary")[2]
    rows = re.findall(r"^\| (\**[^|]+?) \|", text, flags=re.MULTILINE)[1:]
    terms = [row.replace("*", "").casefold() for row in rows if not row.startswith("---")]
    assert terms == sorted(terms)
    assert len(terms) == len(set(terms)) > 50


def test_the_version_is_said_the_same_everywhere() -> None:
    assert f"## {ketcontent.__version__} " in (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"\nversion: {ketcontent.__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")


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


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["-m", "ruff", "check", "."], id="ruff check"),
        pytest.param(["-m", "ruff", "format", "--check", "."], id="ruff format"),
        pytest.param(["-m", "mypy"], id="mypy"),
        pytest.param(
            ["-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
            id="contracts",
        ),
    ],
)
def test_the_checkers_are_clean(command: list[str]) -> None:
    run = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
