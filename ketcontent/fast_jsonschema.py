"""Import jsonschema in a fraction of the time: to import this module is all it is for.

jsonschema, which frictionless and nbformat hold JSON against, imports what it needs for each of
its formats where that is installed, and jupyterlab brings it: rfc3987-syntax, which builds 39
grammars, for ``iri`` and ``iri-reference``, and isoduration, which loads a library of dates, for
``duration``. No data package and no notebook has these. Where they were not imported already,
jsonschema is imported without them.
"""

from __future__ import annotations

import importlib
import sys

if "jsonschema" not in sys.modules:
    _refused = [name for name in ("rfc3987_syntax", "isoduration") if name not in sys.modules]
    sys.modules.update(dict.fromkeys(_refused))  # type: ignore[arg-type]  # Python then refuses
    try:
        importlib.import_module("jsonschema")
    finally:
        for _name in _refused:
            del sys.modules[_name]
