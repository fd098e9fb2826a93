"""How much of a page a reader meets: ``python -m tests.benchmarks.reading [page.html]``.

Counted in Chromium on a telephone, 360 by 740, with all folded as the page comes: the words and
screens of it, where its first headings stand, what the Tab key stops at, the marks of certainty,
its weight, how hard it is to read by three formulas, and what axe finds with every rule on.
"""

from __future__ import annotations

import argparse
import re
import shutil
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from ketcontent import assemble, read_content
from ketcontent.checks.reading_levels import count_syllables, flesch_kincaid, smog
from tests.conftest import ROOT
from tests.pages.test_reading import EVERY_RULE

SEEN = """() => {
  const seen = one => one.checkVisibility({contentVisibilityAuto: true});
  const all = names => [...document.querySelectorAll(names)].filter(seen);
  const words = document.querySelector("main").innerText.split(/\\s+/);
  const top = one => Math.round(one.getBoundingClientRect().top);
  return {
    words: words.filter(one => /\\w/.test(one)).length,
    height: document.documentElement.scrollHeight,
    headings: all("h2").map(one => `${top(one)} ${one.innerText}`),
    stops: all("a, summary, input").filter(one => one.tabIndex >= 0).length,
    marks: all("p small, li small").length,
  };
}"""
UNFOLD = "document.querySelectorAll('details').forEach(one => { one.open = true; })"


def readability(sentences: list[str]) -> dict[str, float]:
    """Return the school grades of sentences by Flesch-Kincaid, SMOG and the ARI of Smith (1967)."""
    words = [word for one in sentences for word in re.findall(r"\w+(?:['-]\w+)*", one)]
    syllables = [count_syllables(word) for word in words]
    letters = sum(map(len, words))
    number = len(sentences)
    return {
        "Flesch-Kincaid": flesch_kincaid(number, len(words), sum(syllables)),
        "SMOG": smog(number, sum(one > 2 for one in syllables)),
        "ARI": 4.71 * letters / len(words) + 0.5 * len(words) / number - 21.43,
    }


def measured(page: Path) -> dict[str, Any]:
    """Return what a browser tells of a page."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        tab = chromium.new_page(viewport={"width": 360, "height": 740})
        tab.goto(page.as_uri())
        phone = tab.evaluate(SEEN)
        tab.set_viewport_size({"width": 1280, "height": 800})
        desk = tab.evaluate(SEEN)
        tab.set_viewport_size({"width": 360, "height": 740})
        tab.evaluate(UNFOLD)
        open_ = tab.evaluate(SEEN)
        tab.evaluate(Axe().axe_script)
        faults = tab.evaluate(EVERY_RULE)["faults"]
        chromium.close()
    return {
        "words seen": f"{phone['words']} of {open_['words']}",
        "screens of 740": f"{phone['height'] / 740:.1f} of {open_['height'] / 740:.1f} unfolded",
        "screens of 640": f"{phone['height'] / 640:.1f}",
        "headings at": "; ".join(phone["headings"]),
        "Tab stops": f"{phone['stops']}, on a desk {desk['stops']}, unfolded {open_['stops']}",
        "marks": f"{phone['marks']} of {open_['marks']}",
        "kB": page.stat().st_size / 1000,
        "axe": faults or "nothing",
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("page", nargs="?", default=ROOT / "exports/ketamine/index.html", type=Path)
    found = measured(parser.parse_args().page.resolve())
    page = assemble(read_content(ROOT / "data"), "ketamine")
    for name, layers in (("first layer", [""]), ("whole page", ["", "more"])):
        sentences = [
            one.plain
            for section in page
            for block in section.blocks
            for one in block.statements
            if block.layer in layers
        ]
        grades = readability(sentences)
        found[name] = (
            f"{len(sentences)} sentences, {sum(len(one.split()) for one in sentences)} words; "
            + (", ".join(f"{formula} {grade:.1f}" for formula, grade in grades.items()))
        )
    for name, value in found.items():
        print(f"{name:>15}  {value}")


if __name__ == "__main__":
    main()
