"""Import jsonschema in a twentieth of the time: to import this module is all it is for.

jsonschema, which frictionless and nbformat hold JSON against, builds 39 grammars while it is
imported where rfc3987-syntax is installed (jupyterlab brings it). They are for the formats ``iri``
and ``iri-reference``, which no data package and no notebook has. Where they were not imported
already, jsonschema is imported without them.
"""

from __future__ import annotations

import importlib
import sys

_GRAMMARS = "rfc3987_syntax"

if "jsonschema" not in sys.modules and _GRAMMARS not in sys.modules:
    sys.modules[_GRAMMARS] = None  # type: ignore[assignment]  # so Python refuses an import
    try:
        importlib.import_module("jsonschema")
    finally:
        del sys.modules[_GRAMMARS]
