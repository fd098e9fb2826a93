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
for _name in ("model.fast_jsonschema", "execution.pool", "execution.run", "execution.engine"):
    importlib.import_module(f"ketcontent.{_name}")
for _name in ("papermill", "nh3"):
    importlib.import_module(_name)

from ketcontent.execution.exporters import EXPORTERS, export  # noqa: E402

with tempfile.TemporaryDirectory() as _folder:
    _cell = {"cell_type": "markdown", "id": "one", "metadata": {}, "source": "# A page"}
    _path = Path(_folder, "page.ipynb")
    _path.write_text(
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [_cell]})
    )
    for _form in EXPORTERS:
        export(_path, _form)

# Nobody need look for garbage among all this: not a worker, whose memory it is until it touches
# it, and not Python at its end.
gc.freeze()
gc.enable()
