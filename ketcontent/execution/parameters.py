"""Which parameters a notebook takes.

Every parameter is declared in the cell tagged ``parameters``: ``name: type = default  # help``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ketcontent.errors import KetcontentError, WrongParameter, nearest


def check_parameters(notebook: Path, parameters: dict[str, Any]) -> None:
    """Refuse parameters that a notebook does not take, before any kernel starts.

    Every parameter must be declared in the cell tagged ``parameters``, with a value of the type
    it is annotated with, and every declared parameter without a default must be given.

    Raises
    ------
    WrongParameter
        Naming the notebook, the parameter, and the nearest one it declares.

    Notes
    -----
    papermill logs an unknown parameter and runs the notebook with the default: a page exported
    under another's name.

    Examples
    --------
    >>> check_parameters(Path("notebooks/section.ipynb"), {"documnet": "ketamine"})
    Traceback (most recent call last):
        ...
    ketcontent.errors.WrongParameter: section.ipynb has no parameter 'documnet'.
    hint: Did you mean 'document'?
    """
    hold_parameters(notebook, parameters, declared_parameters(notebook))


def hold_parameters(
    notebook: Path, parameters: Mapping[str, Any], declared: Mapping[str, Any]
) -> None:
    """Refuse parameters that are not among those declared, or not of their type.

    Raises
    ------
    WrongParameter
        As `check_parameters` does.

    Examples
    --------
    >>> hold_parameters(Path("a.ipynb"), {}, {})
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


_TYPES: dict[str, type] = {one.__name__: one for one in (str, int, float, bool, list, dict)}


def declared_parameters(notebook: Path) -> dict[str, Any]:
    """Return what papermill finds declared in a notebook: by name, type, default and help.

    Raises
    ------
    KetcontentError
        When the file is not a notebook.

    Examples
    --------
    >>> list(declared_parameters(Path("notebooks/section.ipynb")))
    ['document', 'section', 'edition', 'data']
    """
    from papermill import inspect_notebook

    try:
        return dict(inspect_notebook(str(notebook)))
    except Exception as fault:
        said = str(fault).strip().splitlines() or [""]
        raise KetcontentError(
            f"{notebook} is not a notebook: {said[0]}",
            hint="Restore it, or save it anew in JupyterLab.",
            path=str(notebook),
        ) from None
