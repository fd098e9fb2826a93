"""Keys go on while the kernel is far away and its answers overtake each other: no word is lost.

A real JupyterLab in Chromium; between its widgets and the kernel lies `slow_kernel.js`, which
holds each message back and reorders them. Each verb of the workbench has a scene of its own, on
sentences of its own: words are typed, the verb is given by keys, and the next keys follow at once,
long enough that the answer comes while they are typed. Then the page is saved, and what is on the
screen and in the table is what was typed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from ketcontent.editor.session import rows_by_key
from ketcontent.model import TABLES, Content, frame_of, read_content, write_content
from tests.conftest import ROOT, TOKEN
from tests.editor.test_in_jupyterlab import Tab, with_people

pytestmark = pytest.mark.browser

SHIM = Path(__file__).with_name("slow_kernel.js")
LAST = "Ask early."
TYPED = " and these words at once"


@dataclass(frozen=True, slots=True)
class Far:
    """How far away the kernel is."""

    delay: int
    """Milliseconds that a message takes, one way; later ones overtake earlier ones."""

    @property
    def name(self) -> str:
        return f"{self.delay} ms, out of order"


# Of the near one an answer is there before the workbench asks for the rest (450 ms after the last
# key), of the far one after that; both answer while words are typed. A kernel that is nearer, or
# further away, comes between no other two steps.
FAR = [Far(50), Far(400)]


def sentences(verb: str) -> dict[str, str]:
    """The sentences that the scene of a verb is played on, by key."""
    texts = {
        "split": ["Ask first. Then wait.", LAST],
        "waive": ["It is a miracle cure.", LAST],
    }.get(verb, [f"Some people {verb} now.", LAST, "Ask again."])
    return {f"{verb}-{place}": text for place, text in enumerate(texts, 1)}


def page_of_scenes(content: Content) -> Content:
    """A page with a section for each scene."""
    [row] = [
        one
        for one in rows_by_key(content, "statements").values()
        if one["statement"] == "addiction-2"
    ]
    statements, sections = [], []
    for number, verb in enumerate(SCENES, 1):
        sections.append(
            {
                "document": "ketamine",
                "section": verb,
                "position": str(number),
                "heading": verb.title(),
                "supplied_run_in": "false",
            }
        )
        for place, (key, text) in enumerate(sentences(verb).items(), 1):
            cells = {
                "section": verb,
                "statement": key,
                "text": text,
                "form": "paragraph",
                "label": "",
            }
            if key == "agree-3":
                cells |= {"answered_by": "agree-1"}  # a cut of that is asked about
            statements.append({**row, **cells, "block": str(place), "position": str(10 * place)})
    tables: dict[str, Any] = {"statements": statements, "sections": sections}
    tables |= {"evidence": [], "waivers": [], "signoffs": []}
    frames = {name: frame_of(name, some, content) for name, some in tables.items()}
    return replace(content, **frames)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a scene is played."""

    tab: Tab
    data: Path
    far: Far

    def type(self, words: str) -> None:
        self.tab.page.keyboard.type(words, delay=8)

    def type_on(self, words: str = TYPED) -> None:
        """Type so slowly that the answer to what was asked before comes meanwhile."""
        pause = round(max(600, 2.4 * self.far.delay) / len(words))
        self.tab.page.keyboard.type(words, delay=pause)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.tab.page.keyboard.press(key)

    def start(self, statement: str) -> None:
        """Choose a statement, and type at its end as soon as it stands there."""
        self.tab.choose(statement, wait=False).press("End")
        self.type(" before")

    def rest(self) -> None:
        """Wait until no message is under way any more, and none follows."""
        quiet = "() => farKernel.waiting <= 0 && performance.now() - farKernel.last > 650"
        # Asked at each frame, as is usual, the browser would draw sixty of them a second.
        self.tab.page.wait_for_function(quiet, timeout=240_000, polling=50)


# Each scene gives the words of its statements as they must be in the end, those of rows that the
# editor made under the key of the row before them with a mark behind it.


def save(stage: Stage) -> dict[str, str]:
    stage.start("save-1")
    stage.press("Control+s")
    stage.type_on()
    return {"save-1": f"Some people save now. before{TYPED}"}


def undo(stage: Stage) -> dict[str, str]:
    stage.start("undo-1")
    stage.press("Control+z")
    stage.type_on()
    return {"undo-1": f"Some people undo now.{TYPED}"}


def redo(stage: Stage) -> dict[str, str]:
    stage.start("redo-1")
    stage.press("Control+z", "Control+Shift+z")
    stage.type_on()
    return {"redo-1": f"Some people redo now. before{TYPED}"}


def add(stage: Stage) -> dict[str, str]:
    stage.start("add-1")
    stage.press("Alt+Enter")
    stage.type_on(TYPED.strip())
    stage.press("Alt+Enter")
    stage.type("And one more.")
    stage.press("Alt+ArrowUp")
    stage.type(" Then on.")
    return {
        "add-1": "Some people add now. before",
        "add-1 +": f"{TYPED.strip()} Then on.",
        "add-1 ++": "And one more.",
    }


def split(stage: Stage) -> dict[str, str]:
    stage.tab.choose("split-1", wait=False).press("Home")
    stage.press(*["ArrowRight"] * len("Ask first."), "Alt+s")
    stage.type_on()
    return {"split-1": f"Ask first.{TYPED}", "split-1 +": "Then wait."}


def join(stage: Stage) -> dict[str, str]:
    stage.start("join-1")
    stage.press("Alt+j")
    stage.type_on()
    stage.press("Alt+ArrowDown")
    stage.type(" Last.")
    return {
        "join-1": f"Some people join now. before{TYPED} {LAST}",
        "join-2": "",
        "join-3": "Ask again. Last.",
    }


def move(stage: Stage) -> dict[str, str]:
    stage.start("move-1")
    stage.press("Alt+Shift+ArrowDown")
    stage.type_on()
    return {"move-2": LAST, "move-1": f"Some people move now. before{TYPED}"}


def cut(stage: Stage) -> dict[str, str]:
    stage.start("cut-1")
    stage.press("Alt+Delete")
    stage.type_on()
    return {"cut-1": "", "cut-2": f"{LAST}{TYPED}"}


def agree(stage: Stage) -> dict[str, str]:
    """Cut what an answer names: the question takes no key from who types on in the next one."""
    stage.start("agree-1")
    stage.press("Alt+Delete")
    stage.type_on()
    stage.rest()
    stage.type(" and on")
    stage.press("Alt+0", "Tab", "Enter")
    stage.rest()
    return {"agree-1": "", "agree-2": f"{LAST}{TYPED} and on"}


def regroup(stage: Stage) -> dict[str, str]:
    """Type, move two statements that are chosen together, and type on at once."""
    stage.start("regroup-1")
    stage.press("Alt+1", "Shift+ArrowDown", "Alt+Shift+ArrowDown", "ArrowDown", "Alt+2", "End")
    stage.type_on()
    return {
        "regroup-3": f"Ask again.{TYPED}",
        "regroup-1": "Some people regroup now. before",
        "regroup-2": LAST,
    }


def cite(stage: Stage) -> dict[str, str]:
    stage.start("cite-1")
    stage.tab.at("input[aria-label='Find a source']").press_sequentially("nonpsychotic anand")
    stage.tab.at("input[aria-label='What anand-2023 found']").click()
    stage.type("It was not about this.")
    stage.press("Enter", "Alt+2")
    stage.type_on()
    return {"cite-1": f"Some people cite now. before{TYPED} [@anand-2023]"}


def sign(stage: Stage) -> dict[str, str]:
    stage.rest()  # the words to be signed must have come
    stage.tab.choose("sign-1")
    stage.press("Alt+r")
    stage.tab.at(".kc-who select").first.select_option("ada")
    stage.press("Alt+a", "Alt+c")
    stage.type_on()
    stage.rest()
    comment = stage.tab.at("textarea[data-field=comment]")
    assert (stage.tab.here(), comment.input_value()) == ("sign-2", TYPED)
    comment.fill("")
    stage.press("Alt+r")
    signed = rows_by_key(read_content(stage.data), "signoffs").values()
    assert [(row["statement"], row["comment"]) for row in signed] == [("sign-1", "")]
    return {}


def waive(stage: Stage) -> dict[str, str]:
    stage.start("waive-1")
    stage.rest()
    stage.tab.at("button[aria-label='Waive promotion-novelty']").click()
    stage.tab.at("input[aria-label='Why it may stand']").fill("A quotation.")
    stage.tab.at("input[aria-label='Until which day']").fill("2999-01-31")
    stage.press("Enter", "Alt+2")
    stage.type_on()
    return {"waive-1": f"It is a miracle cure. before{TYPED}"}


def settle(stage: Stage) -> dict[str, str]:
    stage.start("settle-1")
    content = read_content(stage.data)
    rows = list(rows_by_key(content, "statements").values())
    for row in rows:
        if row["statement"] == "settle-1":
            row["text"] = "Theirs."
    write_content(replace(content, statements=frame_of("statements", rows, content)))
    stage.press("Control+s")
    stage.type(" while it was saved")
    stage.tab.at(".kc-conflict").wait_for()
    stage.rest()
    stage.tab.at(".kc-conflict button", has_text="Keep mine").click()
    stage.press("Alt+2", "End")
    stage.type_on()
    return {"settle-1": f"Some people settle now. before while it was saved{TYPED}"}


def fill(stage: Stage) -> dict[str, str]:
    """Type in the form of a row of another table, and in its statement before and after."""
    stage.start("fill-1")
    stage.press("Alt+t")
    find = stage.tab.at("input[aria-label='Find a row']")
    find.wait_for()
    find.fill("anand-2023")
    stage.tab.at(".kc-rows button").click()
    title = stage.tab.at(".kc-form [data-field=title]")
    title.fill("On tea")
    stage.press("End")
    stage.type(" before")
    stage.press("Control+s")
    stage.type_on()
    stage.press("Control+z", "Control+Shift+z")
    stage.type(" and on")
    stage.press("Escape", "Alt+2", "End")
    stage.type_on()
    stage.rest()
    stage.press("Control+s")
    stage.rest()
    row = rows_by_key(read_content(stage.data), "sources")["anand-2023",]
    assert row["title"] == f"On tea before{TYPED} and on"
    return {"fill-1": f"Some people fill now. before{TYPED}"}


PASTED = """(html) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/html", html);
    clipboardData.setData("text/plain", "It may help.\\nWait.");
    const event = { clipboardData, bubbles: true, cancelable: true };
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", event));
}"""


def paste(stage: Stage) -> dict[str, str]:
    stage.start("paste-1")
    stage.type(".")  # behind which the paste begins with a space of its own
    stage.tab.page.evaluate(PASTED, "<p>It <b>may</b> help.<script>x</script><p>Wait.")
    stage.type_on()
    stage.rest()
    assert stage.tab.at(".kc-editor").input_value() == (
        f"Some people paste now. before. It **may** help. Wait.{TYPED}"
    )
    stage.press("Alt+v")
    stage.type_on(" and on")
    return {
        "paste-1": "Some people paste now. before. It **may** help. and on",
        "paste-1 +": f"Wait.{TYPED}",
    }


def following(stage: Stage) -> dict[str, str]:
    stage.start("following-1")
    stage.press("Alt+ArrowDown")
    stage.type_on()
    stage.press("Alt+ArrowUp")
    stage.type(" and back")
    return {
        "following-1": "Some people following now. before and back",
        "following-2": f"{LAST}{TYPED}",
    }


def reading(stage: Stage) -> dict[str, str]:
    """Type where the page is read: save there, go on to the next, add one, put one back."""
    stage.tab.choose("reading-1", wait=False)
    stage.tab.at(".kc-right [data-statement=reading-1]").click()
    stage.press("Control+End")
    stage.type(" before")
    stage.press("Control+Enter")
    stage.type_on()
    stage.press("Alt+ArrowDown")
    stage.type_on()
    stage.press("Alt+Enter")
    stage.type_on("New words.")
    stage.press("Alt+ArrowDown")
    stage.type(" gone")
    stage.press("Escape")
    stage.rest()
    stage.tab.at(".kc-readbar button", has_text="All fields").click()
    return {
        "reading-1": f"Some people reading now. before{TYPED}",
        "reading-2": f"{LAST}{TYPED}",
        "reading-2 +": "New words.",
    }


SCENES: dict[str, Callable[[Stage], dict[str, str]]] = {
    act.__name__: act
    for act in (
        settle,
        save,
        undo,
        redo,
        add,
        split,
        join,
        move,
        cut,
        agree,
        regroup,
        cite,
        sign,
        waive,
        fill,
        paste,
        following,
        reading,
    )
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of scenes, and a notebook that opens it."""
    folder = tmp_path_factory.mktemp("far") / "project"
    notebook = (ROOT / "notebooks" / "workbench.ipynb").read_text("utf-8")
    (folder / "notebooks").mkdir(parents=True)
    written = notebook.replace('\\"lasting-harm\\"', '\\"settle\\"')
    (folder / "notebooks" / "far.ipynb").write_text(written, "utf-8")
    shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns(".*"))
    return folder


@pytest.fixture(scope="module")
def tab(browser: Any, lab: str) -> Iterator[Tab]:
    """The tab in which the scenes are played at each distance."""
    address = f"{lab}/lab/workspaces/far/tree/notebooks/far.ipynb?token={TOKEN}"
    tab = Tab(browser, address, before=SHIM.read_text("utf-8"))
    yield tab
    tab.context.close()


@pytest.fixture
def stage(tab: Tab, project: Path, request: pytest.FixtureRequest) -> Stage:
    """The page as it was, opened anew, and the kernel so far away."""
    far: Far = request.param
    data = project / "data"
    content = page_of_scenes(with_people(read_content(ROOT / "data")))
    write_content(replace(read_content(data), **{name: getattr(content, name) for name in TABLES}))
    tab.run()
    tab.page.evaluate("(delay) => Object.assign(farKernel, { delay })", far.delay)
    return Stage(tab, data, far)


def texts_in_order(data: Path) -> dict[str, str]:
    """The words of the table in reading order; a row that an editor made by the one before it."""
    rows = sorted(
        rows_by_key(read_content(data), "statements").values(),
        key=lambda row: (row["section"], int(row["position"] or 0)),
    )
    known = {key for verb in SCENES for key in sentences(verb)}
    found: dict[str, str] = {}
    name = ""
    for row in rows:
        name = (
            row["statement"]
            if row["statement"] in known
            else f"{name}{' ' if '+' not in name else ''}+"
        )
        found[name] = row["text"]
    return found


ON_SCREEN = """
async () => {
    const bench = document.querySelector('.kc-workbench');
    const texts = {};
    const entries = [...bench.querySelectorAll('.kc-entry:not(.kc-off)')];
    for (const { dataset: { statement } } of entries) {
        bench.querySelector(`.kc-entry[data-statement="${statement}"]`).click();
        const end = performance.now() + 10000;
        const there = () => bench.querySelector('.kc-head code')?.textContent === statement;
        while (!there() && performance.now() < end) {
            await new Promise((done) => setTimeout(done, 5));
        }
        texts[statement] = bench.querySelector('.kc-editor')?.value;
    }
    return texts;
}
"""
"""The words of each statement, as they stand on the screen when it is chosen."""


@pytest.mark.parametrize("stage", FAR, indirect=True, ids=[far.name for far in FAR])
def test_what_is_typed_while_an_answer_is_under_way_is_on_the_screen_and_saved(
    stage: Stage,
) -> None:
    wanted = {key: text for verb in SCENES for key, text in sentences(verb).items()}
    for play in SCENES.values():
        wanted |= play(stage)
    stage.rest()
    stage.tab.page.evaluate("() => Object.assign(farKernel, { delay: 0 })")
    stage.press("Control+s")
    stage.rest()
    told = stage.tab.at(".kc-notes .kc-note").all_inner_texts()
    assert told[0].startswith("Saved"), told
    saved = texts_in_order(stage.data)
    assert saved == wanted
    assert [key for key in saved if key.startswith("move")] == ["move-2", "move-1", "move-3"]
    rows = rows_by_key(read_content(stage.data), "statements")
    shown = {key: row["text"] for (_, key), row in rows.items() if row["position"]}
    assert stage.tab.page.evaluate(ON_SCREEN) == shown
    assert stage.tab.page.evaluate(LEFT_IN_BROWSER) == []


LEFT_IN_BROWSER = "() => Object.keys(localStorage).filter((one) => one.startsWith('ketcontent:'))"
"""The browser's own copies of what was typed: none is needed once the kernel has all of it."""
