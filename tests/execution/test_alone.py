"""The engine alone needs nothing of the rest: its modules are a package of their own as well."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).parent.parent.parent


def read_toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def packed() -> dict[str, str]:
    """Return what is in the package, by the path of the original within the repository."""
    build = read_toml(ROOT / "engine" / "pyproject.toml")["tool"]["hatch"]["build"]
    included = build["targets"]["wheel"]["force-include"]
    return {os.path.normpath(f"engine/{path}"): place for path, place in included.items()}


def test_the_contract_of_the_engine_names_each_module_on_its_side() -> None:
    contracts = read_toml(ROOT / "pyproject.toml")["tool"]["importlinter"]["contracts"]
    [contract] = [one for one in contracts if one["id"] == "engine"]
    own = {path for path in packed() if path.startswith("ketcontent/execution/")}
    assert {f"{name.replace('.', '/')}.py" for name in contract["source_modules"]} == own
    others = {path.parent if path.name == "__init__.py" else path for path in room(ROOT)}
    named = {name.replace(".", "/") for name in contract["forbidden_modules"]}
    assert {path.with_suffix("").as_posix() for path in others} <= named | {
        name.removesuffix(".py") for name in own
    }


def room(root: Path) -> list[Path]:
    """Return the modules at the top and in the room of the engine, and the faces of the others."""
    places = ("ketcontent/*.py", "ketcontent/*/__init__.py", "ketcontent/execution/*.py")
    found = [path.relative_to(root) for place in places for path in root.glob(place)]
    faces = {"ketcontent/__init__.py", "ketcontent/execution/__init__.py"}
    return [path for path in found if path.as_posix() not in faces]


def test_to_import_the_engine_loads_nothing_of_the_rest() -> None:
    code = "import sys, ketcontent.execution.engine; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    own = {
        path.removesuffix(".py").replace("/", ".")
        for path in packed()
        if path.startswith("ketcontent/execution/")
    }
    ours = {name for name in loaded if name.partition(".")[0] == "ketcontent"}
    assert ours == own | {"ketcontent", "ketcontent.execution"}
    assert not loaded & {"IPython", "frictionless", "matplotlib", "numpy", "pandas", "papermill"}


LOOK = """\
import json, os, sys
tops = {name.partition(".")[0] for name in getattr(sys, "mod" "ules")}
print(json.dumps([sorted(name for name in tops if name.startswith("ketcontent")),
                  open(f"/proc/{os.getppid()}/cmdline").read()]))
"""


@pytest.mark.slow
def test_the_package_of_its_own_runs_a_notebook_without_the_rest(tmp_path: Path) -> None:
    place = tmp_path / "site"
    for path, name in packed().items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, place / name)
    (place / "ketcontent.py").write_text("raise ImportError('This is not installed.')\n")
    # What stands first on the path hides what is installed under that name.
    metadata = place / "ketcontent-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: ketcontent\nVersion: 1\n")
    entries = read_toml(ROOT / "engine" / "pyproject.toml")["project"]["entry-points"]
    (metadata / "entry_points.txt").write_text(
        "".join(
            f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in names.items())
            for group, names in entries.items()
        )
    )
    python = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=[new_code_cell(LOOK)], metadata={"kernelspec": python})
    nbformat.write(notebook, tmp_path / "in.ipynb")
    command = [sys.executable, "-m", "papermill", "--engine", "ketcontent", "in.ipynb", "out.ipynb"]
    environment = {**os.environ, "PYTHONPATH": str(place)}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)
    [output] = nbformat.read(tmp_path / "out.ipynb", 4).cells[0].outputs
    loaded, parent = json.loads(output.text)
    assert loaded == ["ketcontent_engine"]
    assert "from ketcontent_engine.forkserver_program import serve" in parent
