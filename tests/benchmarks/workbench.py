"""Measure the workbench's answers: ``python -m tests.benchmarks.workbench``.

What an editor waits for between the last key and the underline is the pause after which the
browser asks (60 ms), the kernel's answer to ``edit``, and the way between the two. This prints the
kernel's part for the ketamine page and for pages of several lengths, as the median of twenty, and
of five saves: what it works, which a busy machine does not change as much as what is waited for.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from ketcontent.editor.workbench import Workbench
from ketcontent.model.store import read_content, write_content
from tests.editor.test_in_jupyterlab import ROOT, long_page


def milliseconds(workbench: Workbench, verb: str, times: int = 20, **given: Any) -> float:
    """Return the median work of an answer, as it is sent; of a save after a change each time."""
    spent = []
    for number in range(times):
        cells = {"text": f"A miracle cure, {number} of them. [@anand-2023]"}
        if verb == "edit":
            given["cells"] = cells
        if verb == "save":
            workbench.answer({"id": "0", "do": "edit", "cells": cells, **given})
        start = time.process_time()
        json.dumps(workbench.answer({"id": str(number), "do": verb, **given}))
        spent.append(1000 * (time.process_time() - start))
    return statistics.median(spent)


def main() -> None:
    """Print a line a page."""
    content = read_content(ROOT / "data")
    pages = {"ketamine": (content, "addiction-1")}
    pages |= {f"{n:,} statements": (long_page(content, n), "long-20") for n in (250, 1000)}
    for name, (tables, statement) in pages.items():
        with tempfile.TemporaryDirectory() as place:
            write_content(tables, Path(place, "data"))
            workbench = Workbench("ketamine", data=str(Path(place, "data")))
            typed = milliseconds(workbench, "edit", statement=statement, burst="one")
            looked = milliseconds(workbench, "choose", statement=statement)
            saved = milliseconds(workbench, "save", 5, statement=statement)
            print(
                f"{name}: faults after a key {typed:.0f} ms, section {looked:.0f} ms, "
                f"save {saved:.0f} ms"
            )


if __name__ == "__main__":
    main()
