"""Which parameters a notebook takes: those in its cell tagged ``parameters``.

Each is declared there as ``name: type = default  # help``.

Notes
-----
papermill logs a parameter that it does not know and runs the notebook with the default: a page
exported under another's name. Here that is an error, before any kernel starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ketcontent.errors import KetcontentError, WrongParameter, nearest
from ketcontent.places import cannot_read

_TYPES: dict[str, type] = {one.__name__: one for one in (str, int, float, bool, list, dict)}


def declared_parameters(notebook: Path) -> dict[str, Any]:
    """Return what papermill finds declared in a notebook: by name, type, default and help.

    Raises
    ------
    KetcontentError
        When the file is not a notebook, or may not be read.
    """
    from ketcontent import fast_jsonschema  # noqa: F401

    from papermill import inspect_notebook  # isort: skip

    try:
        return dict(inspect_notebook(str(notebook)))
    except PermissionError as fault:
        raise cannot_read(fault, notebook) from None
    except Exception as fault:
        said = str(fault).strip().splitlines() or [""]
        raise KetcontentError(
            f"{notebook} is not a notebook: {said[0]}",
            hint="Restore it, or save it anew in JupyterLab.",
            path=str(notebook),
        ) from None


def check_parameters(
    notebook: Path, parameters: Mapping[str, Any], declared: Mapping[str, Any]
) -> None:
    """Refuse parameters that a notebook does not declare (`declared_parameters`).

    Raises
    ------
    WrongParameter
        When one is not declared or is not of the type it is annotated with, or a declared one
        without a default is not given. It names the notebook, the parameter, and the nearest one.
    """

    def refuse(name: str, message: str, hint: str) -> WrongParameter:
        return WrongParameter(
            f"{notebook.name} {message}", hint=hint, notebook=str(notebook), parameter=name
        )

    for name, value in parameters.items():
        if name not in declared:
            hint = nearest(name, declared) or "Declare it in the cell tagged 'parameters'."
            raise refuse(name, f"has no parameter '{name}'.", hint)
        wanted = _TYPES.get(declared[name]["inferred_type_name"].partition("[")[0])
        if wanted and not _is_a(value, wanted):
            raise refuse(
                name,
                f"takes a {wanted.__name__} as '{name}', not {value!r}.",
                f"Give it a {wanted.__name__}.",
            )
    for name, parameter in declared.items():
        if parameter["default"] == "..." and name not in parameters:
            raise refuse(name, f"needs the parameter '{name}'.", f"Give {name} a value.")


def _is_a(value: Any, wanted: type) -> bool:
    if isinstance(value, bool):  # an int to Python, but not to whoever wrote `count: int`
        return wanted is bool
    return isinstance(value, (int, float) if wanted is float else wanted)
