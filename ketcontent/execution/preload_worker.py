"""Do once what every worker does: to import this module is all it is for.

The interpreter that workers are forked from imports it last: papermill, nbconvert and their
company are there then, and the templates of the exports are compiled. It is to workers what
`ketcontent.execution.preload_kernel` is to their kernels.
"""

from __future__ import annotations

import gc
import importlib
import json
import tempfile
from pathlib import Path

gc.disable()


def _export_once() -> None:
    """Export a page of one line in each format that is made where none is asked for."""
    from ketcontent.execution.exporters import export

    cell = {"cell_type": "markdown", "id": "one", "metadata": {}, "source": "# A page"}
    page = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "page.ipynb")
        path.write_text(json.dumps(page))
        for form in ("html", "markdown"):
            export(path, form)


for _name in (
    "ketcontent.fast_jsonschema",  # before anything imports jsonschema
    "ketcontent.execution.pool",
    "ketcontent.execution.engine",
    "papermill",
    "nh3",
):
    importlib.import_module(_name)
_export_once()

# Nobody need look for garbage among all this: not a worker, whose memory it is until it touches
# it, and not Python at its end.
gc.freeze()
gc.enable()
