"""Bold, italics and links of selected words: the page shows just these so, and no stars."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ketcontent.markup.inline import inline_html
from tests.conftest import ROOT
from tests.laws import examples

pytestmark = pytest.mark.browser

EMPHASIS = (ROOT / "ketcontent" / "editor" / "widget" / "emphasis.js").read_text("utf-8")

MODULE = """async (source) => {
    const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
    window.emphasis = await import(url);
}"""
MARKED = """([text, start, end, kind]) => kind === "link"
    ? window.emphasis.linked(text, start, end)
    : window.emphasis.emphasized(text, start, end, kind)"""


@pytest.fixture(scope="module")
def page(browser: Any) -> Any:
    page = browser.new_page()
    page.evaluate(MODULE, EMPHASIS)
    return page


def marked(page: Any, text: str, kind: str) -> str | None:
    """Mark what stands between < and > in a text; what is selected then stands so again."""
    start, end = text.index("<"), text.index(">") - 1
    plain = text.replace("<", "").replace(">", "")
    found = page.evaluate(MARKED, [plain, start, end, kind])
    if found is None:
        return None
    words, start, end = found["text"], found["start"], found["end"]
    return f"{words[:start]}<{words[start:end]}>{words[end:]}"


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        ("bold", "Call a <doctor> now.", "Call a **<doctor>** now."),
        ("bold", "Call a **<doctor>** now.", "Call a <doctor> now."),
        ("bold", "Call a <**doctor**> now.", "Call a <doctor> now."),
        ("italics", "Call a **<doctor>** now.", "Call a ***<doctor>*** now."),
        ("bold", "Call a ***<doctor>*** now.", "Call a *<doctor>* now."),
        ("bold", "**a <doctor> now**", "**a** <doctor> **now**"),
        ("bold", "<a **b> c** d", "**<a b> c** d"),
        ("bold", "a< doctor >now", "a **<doctor>** now"),
        ("bold", "a doc<>tor now", "a **<doctor>** now"),
        ("italics", "<2 * 3> is 6", "*<2 * 3>* is 6"),
        ("bold", "a <word [@a-1] or> two", "a **<word [@a-1] or>** two"),
        ("bold", "It <helps [@lee>-2020].", "It **<helps [@lee-2020]>**."),
        ("bold", "see [the <hours>](#a)", "see [the **<hours>**](#a)"),
        ("bold", "<see [the](#a)> hours", "**<see [the](#a)>** hours"),
        ("bold", "<one | two> | three", "**<one** | **two>** | three"),
        ("bold", "<cafe>\u0301 b", "**<cafe\u0301>** b"),
        ("link", "see <the hours>", "see [the hours](<>)"),
        ("link", "see <https://a.example/b>", "see [<>](https://a.example/b)"),
    ],
)
def test_words_that_are_selected_are_marked_or_not_any_more(
    page: Any, kind: str, text: str, found: str
) -> None:
    assert marked(page, text, kind) == found


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("bold", "no words < > here"),
        ("bold", "**<a star> too many"),
        ("bold", "<a.>b"),
        ("italics", "**a <b** c>"),
        ("link", "a <> b"),
        ("bold", "It helps [@lee<>-2020]."),
        ("bold", "It helps [@lee-2020]<.>"),
        ("bold", "see [the](https://a.b/c<>)"),
        ("bold", "<see [the> hours](#a)"),
        ("link", "see [<the> hours](#a)"),
        ("link", "<one | two>"),
        ("link", "It helps [@lee<>-2020]."),
        ("link", "**a <b** c>"),
    ],
)
def test_what_cannot_be_marked_is_left_as_it_is(page: Any, kind: str, text: str) -> None:
    assert marked(page, text, kind) is None


def letters(text: str) -> list[tuple[str, bool, bool]]:
    """Return the letters of a text as a page shows them: which are bold, which in italics."""
    found: list[tuple[str, bool, bool]] = []
    within = {"strong": False, "em": False}
    for part in re.split(r"(</?(?:strong|em)>)", inline_html(text)):
        if part.startswith("<"):
            within[part.strip("</>")] = not part.startswith("</")
        else:
            state = (within["strong"], within["em"])
            found += [(one, *state) for one in part if not one.isspace()]
    return found


@settings(max_examples=examples(60))
@given(
    words=st.text("ab. ", min_size=1, max_size=5).map(lambda text: f"a{text}b"),
    steps=st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from(["bold", "italics"])).map(
            lambda step: (min(step[:2]), max(step[:2]), step[2])
        ),
        max_size=4,
    ),
)
def test_the_page_shows_just_those_words_so_and_never_a_star(
    page: Any, words: str, steps: list[tuple[int, int, str]]
) -> None:
    text = words
    for start, end, kind in steps:
        start, end = min(start, len(text)), min(end, len(text))
        found = page.evaluate(MARKED, [text, start, end, kind])
        if found is None:
            continue
        before, after = letters(text), letters(found["text"])
        meant = found["text"][found["start"] : found["end"]].replace("*", "")
        column = 1 if kind == "bold" else 2
        first = len(letters(found["text"][: found["start"]].replace("*", "")))
        span = range(first, first + len("".join(meant.split())))
        states = {after[place][column] for place in span}
        assert states == {not all(before[place][column] for place in span)}
        kept = [one for place, one in enumerate(after) if place not in span]
        assert kept == [one for place, one in enumerate(before) if place not in span]
        assert [one for one, *_ in after] == [one for one in words if not one.isspace()]
        text = found["text"]
