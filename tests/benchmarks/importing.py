"""Measure what an import costs: ``python -m tests.benchmarks.importing [--pages 1 50 500]``.

For each number of pages it makes a new project and a folder of web pages in the shape of real ones
(some 60 blocks, navigation, a cookie banner, a table), and imports the folder with one command in a
new process, then once more as new versions of the same pages, then one more page by itself. The
seconds are CPU of that process, less what a command costs that does nothing; the ratio is to as
many times the cost of one page.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from ketcontent.scaffold import create_project

COMMAND = "import sys; from ketcontent.cli import main; main(sys.argv[1:])"
WORDS = [
    "rest",
    "pain",
    "lung",
    "heart",
    "dose",
    "week",
    "cough",
    "fever",
    "sleep",
    "water",
    "food",
]


def main() -> None:
    """Print a row a number of pages."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", nargs="+", type=int, default=[1, 50, 500], metavar="N")
    options = parser.parse_args()
    nothing = cpu_of("--version")
    print(f"CPU seconds; a command that does nothing takes {nothing:.2f}, and is taken off.")
    heads = ("pages", "import", "ms a page", "ratio", "anew", "ms a page", "ratio", "one more")
    print(" ".join(f"{head:>10}" for head in heads))
    first: list[float] = []
    for pages in options.pages:
        *took, one_more = [cost - nothing for cost in measured(pages)]
        first = first or [cost / pages for cost in took]
        cells = [str(pages)]
        for cost, one in zip(took, first, strict=True):
            cells += [f"{cost:.2f}", f"{1000 * cost / pages:.0f}", f"{cost / pages / one:.2f}"]
        print(" ".join(f"{cell:>10}" for cell in (*cells, f"{one_more:.2f}")), flush=True)


def measured(pages: int) -> list[float]:
    """Return the CPU seconds of an import of so many pages, of their next version, of one more."""
    with tempfile.TemporaryDirectory() as place:
        project, folder = Path(place, "project"), Path(place, "saved")
        create_project(project)
        folder.mkdir()
        for number in range(pages):
            (folder / f"page-{number:04}.html").write_text(page(number, ""), "utf-8")
        words = ["import", str(folder), "--yes", "--data", str(project / "data")]
        first = cpu_of(*words)
        for number in range(pages):
            (folder / f"page-{number:04}.html").write_text(page(number, " now"), "utf-8")
        anew = cpu_of(*words, "--replace")
        (folder / "more.html").write_text(page(pages, ""), "utf-8")
        one_more = cpu_of("import", str(folder / "more.html"), *words[2:])
        return [first, anew, one_more]


def page(number: int, changed: str) -> str:
    """Return a web page that is always the same by its number."""
    chance = random.Random(number)

    def sentence(count: int = 12) -> str:
        return " ".join(chance.choices(WORDS, k=count)).capitalize() + "."

    sections = "".join(
        f"<section><h2>{sentence(3)[:-1]} {place}</h2><p>{sentence()} {sentence()}{changed}</p>"
        f"<ul>{''.join(f'<li>{sentence(8)}</li>' for _ in range(4))}</ul></section>"
        for place in range(10)
    )
    return (
        f"<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>Page {number}</title>"
        "</head><body><div class=cookie-banner><p>We use cookies.</p><button>Yes</button></div>"
        f"<nav><ul>{'<li><a href=/a>A page</a></li>' * 40}</ul></nav>"
        f"<main><h1>Page {number}</h1>{sections}"
        "<table><tr><th>Who<th>What<tr><td>All<td>Rest</table></main>"
        "<footer>Last reviewed</footer></body></html>"
    )


def cpu_of(*words: str) -> float:
    """Return the CPU seconds that a command took in a new process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", COMMAND, *words],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
