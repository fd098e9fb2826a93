"""Write anew what must come of each file in ``sources/``; read the difference then."""

from __future__ import annotations

import importlib.util
from pathlib import Path

HERE = Path(__file__).parent

if __name__ == "__main__":
    spec = importlib.util.spec_from_file_location("test_sources", HERE / "test_sources.py")
    assert spec is not None
    assert spec.loader is not None
    cases = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(cases)
    for case in cases.CASES:
        path = cases.FOLDER / case.values[0]
        path.with_name(f"{path.name}.expected.txt").write_text(cases.shown(path), "utf-8")
