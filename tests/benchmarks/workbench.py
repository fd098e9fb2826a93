"""Measure the workbench's answers and its judges: ``python -m tests.benchmarks.workbench``.

What an editor waits for between the last key and the underline is the pause after which the
browser asks (60 ms), the kernel's answer to ``edit``, and the way between the two. This prints the
kernel's part for the ketamine page and for pages of several lengths, the least of twenty answers
and of eight saves: what it works, which a busy machine changes less than what is waited for. The
pages take turns, so that what makes the machine slow for a while is the same for all.

Then what the judges work: on one changed statement, with the assembly of its page and every judge
that looks at it; on a page whose tables were read just now; and on the same page again.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ketcontent.approvals import signoff_statuses
from ketcontent.editor.feedback import alone_with, page_faults, sentence_faults
from ketcontent.editor.workbench import Workbench
from ketcontent.model.store import read_content, write_content
from ketcontent.pages.assembly import PageView
from tests.editor.test_in_jupyterlab import ROOT, long_page

VERBS = {"edit": "faults after a key", "choose": "next statement", "save": "save"}

_COLD = """
import time
from ketcontent.checks import check
from ketcontent.model import read_content
content = read_content("data")
for _ in range(2):
    start = time.process_time()
    check(content, ["ketamine"])
    print(1000 * (time.process_time() - start))
"""


def worked(do: Callable[[], Any]) -> tuple[float, Any]:
    """Return the milliseconds that something works, and what it returns."""
    start = time.process_time()
    done = do()
    return 1000 * (time.process_time() - start), done


def answered(workbench: Workbench, verb: str, statement: str, number: int) -> tuple[float, int]:
    """Return what an answer works, as it is sent, and its bytes; a save is of a changed row."""
    message = {"id": str(number), "do": verb, "statement": statement}
    cells = {"text": f"A miracle cure, {number} of them. [@anand-2023]"}
    if verb == "edit":
        message |= {"cells": cells, "burst": "one"}
    if verb == "save":
        workbench.answer({"id": "0", "do": "edit", "statement": statement, "cells": cells})
    spent, sent = worked(lambda: json.dumps(workbench.answer(message)))
    return spent, len(sent)


def changed_statement(number: int) -> list[float]:
    """Return what all judges of one changed statement of the ketamine page work, so many times."""
    content = read_content(ROOT / "data")
    view, key = PageView(content, "ketamine"), "addiction-1"
    place = list(content.statements["statement"]).index(key)
    spent = []
    for time_ in range(number):
        page_faults(view, key, signoff_statuses(view))
        frame = content.statements.copy()
        frame.loc[place, "text"] = f"A miracle cure, {time_} of them. [@anand-2023]"
        after = view.after(replace(content, statements=frame))

        def judged(after: PageView = after) -> list[Any]:
            found = sentence_faults(alone_with(after, key), key)
            return found + page_faults(after, key, signoff_statuses(after))

        spent.append(worked(judged)[0])
        view = after
    return spent


def main() -> None:
    """Print a line a page, and what the judges work."""
    content = read_content(ROOT / "data")
    pages = {"ketamine": (content, "addiction-1")}
    pages |= {f"{n:,} statements": (long_page(content, n), "long-20") for n in (250, 1000)}
    with tempfile.TemporaryDirectory() as folder:
        open_: dict[str, tuple[Workbench, str]] = {}
        for place, (name, (tables, statement)) in enumerate(pages.items()):
            data = Path(folder, str(place))
            write_content(tables, data)
            open_[name] = (Workbench("ketamine", data=str(data)), statement)
        told: dict[str, list[str]] = {name: [] for name in open_}
        for verb, said in VERBS.items():
            spent: dict[str, list[tuple[float, int]]] = {name: [] for name in open_}
            for number in range(8 if verb == "save" else 20):
                for name, (workbench, statement) in open_.items():
                    spent[name].append(answered(workbench, verb, statement, number))
            for name, each in spent.items():
                least, size = min(each)
                told[name].append(f"{said} {least:.0f} ms, {size / 1000:.0f} kB")
    for name, each_verb in told.items():
        print(f"{name}: {'; '.join(each_verb)}")
    runs = [
        subprocess.run(
            [sys.executable, "-c", _COLD], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout.split()
        for _ in range(5)
    ]
    cold, warm = (min(float(run[place]) for run in runs) for place in (0, 1))
    print(
        f"judges: one changed statement {min(changed_statement(20)):.0f} ms, "
        f"a page just read {cold:.0f} ms, again {warm:.0f} ms"
    )


if __name__ == "__main__":
    main()
