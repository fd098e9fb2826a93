"""What was typed and what an answer says stand in the text both, and no word grows into another."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.browser

MERGE = (ROOT / "ketcontent" / "editor" / "widget" / "merge.js").read_text("utf-8")

MERGED = """async ([source, base, mine, theirs, first]) => {
    const module = await import(URL.createObjectURL(new Blob([source], {type: "text/javascript"})));
    return module.merged(base, mine, theirs, first);
}"""


@pytest.fixture(scope="module")
def page(browser: Any) -> Any:
    return browser.new_page()


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "first", "found"),
    [
        pytest.param(
            *("", "and these words", "typed before", True, "typed before and these words"),
            id="typed behind a redo, of which the kernel kept no space at its end",
        ),
        pytest.param(*("", "mine", "theirs", False, "mine theirs"), id="both, mine first"),
        pytest.param(*("It ", "It mine ", "It theirs", True, "It theirs mine "), id="at an end"),
        pytest.param(*("", "、茶", "茶", True, "茶、茶"), id="a comma"),
        pytest.param(*("", "喝茶", "我们", True, "我们喝茶"), id="letters without spaces"),
        pytest.param(*("", "of tea", "A cup ", True, "A cup of tea"), id="a space that is there"),
        pytest.param(*("a b", "a x b", "a b y", False, "a x b y"), id="at two places"),
        pytest.param(*("a b", "a x", "a y", False, "a y x"), id="one word by two others"),
        pytest.param(*("ct", "cat", "cut", False, "caut"), id="letters within a word"),
        pytest.param(*("a", "a", "b", False, "b"), id="nothing typed"),
        pytest.param(*("a", "b", "a", False, "b"), id="nothing said"),
    ],
)
def test_both_changes_stand_in_the_text(
    page: Any, base: str, mine: str, theirs: str, found: str, *, first: bool
) -> None:
    assert page.evaluate(MERGED, [MERGE, base, mine, theirs, first]) == found
