"""Whatever changes what a reader sees of an exported page, or what it does, is named."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from click.testing import CliRunner

from ketcontent.approvals.page_reading import read_page_html
from ketcontent.approvals.verification import hold, verify_alone
from ketcontent.cli import main
from ketcontent.hashing import hash_bytes
from tests.approvals.test_record import exported, mismatches, recorded
from tests.conftest import ROOT

with (ROOT / "tests" / "attacks" / "verify.csv").open(encoding="utf-8", newline="") as _file:
    ATTACKS = [
        pytest.param(*row[1:], id=f"{row[0]}, {row[1]}") for row in list(csv.reader(_file))[1:]
    ]


@pytest.mark.parametrize(("kind", "find", "replace", "named"), ATTACKS)
def test_an_attack_on_a_page_is_named(kind: str, find: str, replace: str, named: str) -> None:
    name = f"index.{kind}"
    text = exported()[name]
    assert find in text
    found = mismatches(name, text.replace(find, replace, 1))
    assert found != []
    assert named in "\n".join(map(str, found))


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("html", 'href="https://example.org"', 'href="https://doi.org/10.1234/a%3Cb%3E"'),
        ("html", 'href="#_1"', 'href="https://example.org"'),
        ("md", "[^lee-2020]", "[^roe-2021]"),
    ],
)
def test_two_addresses_that_changed_places_are_named_where_they_stand(
    kind: str, one: str, other: str
) -> None:
    name, text = f"index.{kind}", exported()[f"index.{kind}"]
    swapped = text.replace(one, "\0", 1).replace(other, one, 1).replace("\0", other)
    found = mismatches(name, swapped)
    assert len(found) == 2
    assert {part.found.split(" on ")[0] for part in found} == {
        part.recorded.split(" on ")[0] for part in found
    }
    assert any(part.statement == "green-2" for part in found)


def test_a_record_of_a_version_that_kept_no_links_tells_of_them_that_they_are_not_checked(
    tmp_path: Path,
) -> None:
    said = json.loads(json.dumps(recorded()))
    for file in said["files"].values():
        del file["links"]
    (tmp_path / "record.json").write_text(json.dumps(said), "utf-8")
    path = tmp_path / "index.html"
    path.write_text(exported()["index.html"], "utf-8")
    untold = "where its links lead: an older version wrote the record"
    assert untold not in hold(path).unchecked
    path.write_text(exported()["index.html"].replace('"#_1"', '"#_2"'), "utf-8")
    assert untold in hold(path).unchecked


BARS = "<span>ketamine 64 in 100</span>"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("find", "replace", "named"),
    [
        pytest.param(
            *('<path d="M0 4h64"/>', '<path d="M0 4h70"/>'),
            *("a bar that is not drawn as 'ketamine 64 in 100'",),
            id="longer",
        ),
        pytest.param(
            *(BARS, "<span>ketamine 74 in 100</span>"),
            *("a bar that is not drawn as 'ketamine 74 in 100'",),
            id="another number",
        ),
        pytest.param(
            *(f"{BARS}<svg", f'{BARS}<svg style="width:100%"'),
            *('the attribute style="width:100%" of <svg>',),
            id="wider",
        ),
        pytest.param(
            *('<path d="M0 4h64"/>', '<path d="M0 4h64"/><path d="M0 4h90"/>'),
            *("a bar that is not drawn as 'ketamine 64 in 100'",),
            id="drawn over",
        ),
        pytest.param(
            *(f'aria-hidden="true">\n{BARS}', f'aria-hidden="true">\nIt is safe.{BARS}'),
            *("It is safe.",),
            id="words for those who see",
        ),
        pytest.param(
            *("<p>", '<p><span class="bars" aria-hidden="true">It is safe.</span>'),
            *("bars that stand otherwise than ours",),
            id="words and no bars",
        ),
        pytest.param(
            *("<span id=", '<span aria-hidden="true" id='),
            *('the attribute aria-hidden="true" of <span>',),
            id="a sentence kept from who hears the page",
        ),
        pytest.param(
            *("</main>", '<svg width="900"><path d="M0 4h64"/></svg></main>'),
            *("the element <svg>",),
            id="a drawing of nothing",
        ),
    ],
)
def test_a_picture_that_was_changed_is_named(find: str, replace: str, named: str) -> None:
    text = (ROOT / "exports/ketamine/index.html").read_text("utf-8")
    record = json.loads((ROOT / "exports/ketamine/record.json").read_bytes())
    assert text.count(find)
    assert mismatches("index.html", text, record) == []
    found = mismatches("index.html", text.replace(find, replace, 1), record)
    assert named in "\n".join(map(str, found))


def bars_of_the_page() -> tuple[str, dict[str, Any], str, str]:
    """Return the page, its record, a row of bars of it, and the statement that they belong to."""
    text = (ROOT / "exports/ketamine/index.html").read_text("utf-8")
    record = json.loads((ROOT / "exports/ketamine/record.json").read_bytes())
    start = text.index('<span class="bars"')
    end = text.index("</svg></span>", start) + len("</svg></span>")
    statement = text[:start].rpartition('id="s_')[2].partition('"')[0]
    return text, record, text[start:end], statement


def test_bars_that_are_gone_have_their_line_and_the_statement_before_them() -> None:
    text, record, bars, statement = bars_of_the_page()
    line = text[: text.index(bars)].count("\n") + 1
    [found] = [
        one for one in mismatches("index.html", text.replace(bars, ""), record) if one.recorded
    ]
    assert (found.found, found.after) == ("", statement)
    assert line <= found.line <= line + 2
    assert str(found).endswith(f"\n    after {statement}, in line {found.line}")


def test_bars_that_changed_places_have_their_lines_and_the_statement_before_them() -> None:
    text, record, bars, statement = bars_of_the_page()
    head, one, other = bars.split("<span>")
    swapped = f"{head}<span>{other.removesuffix('</span>')}<span>{one}</span>"
    found = mismatches("index.html", text.replace(bars, swapped), record)
    assert {one.after for one in found if one.found != one.recorded} == {statement}
    line = text[: text.index(bars)].count("\n") + 1
    assert all(line <= one.line <= line + 8 for one in found)


@pytest.mark.parametrize("name", ["index.html", "index.md"])
def test_a_file_that_was_cut_off_has_the_line_in_which_it_ends(name: str, tmp_path: Path) -> None:
    text = exported()[name]
    cut = text[: len(text) // 2]
    ends_in = cut.rstrip().count("\n") + 1
    (tmp_path / "record.json").write_text(json.dumps(recorded()), "utf-8")
    (tmp_path / name).write_text(cut, "utf-8")
    held = hold(tmp_path / name)
    assert held.lines == str(ends_in)
    if name == "index.html":
        said = [one for one in held.departures if "does not end with </html>" in one.found]
        assert [one.line for one in said] == [ends_in]


@pytest.mark.parametrize("name", ["index.html", "index.md"])
@pytest.mark.parametrize("odd", ["\0", "\x85", "\u2028", "\u00a0" * 4])
def test_a_character_that_is_not_seen_has_its_line(name: str, odd: str) -> None:
    text = exported()[name].replace("stains", f"sta{odd}ins", 1)
    line = text[: text.index(odd)].count("\n") + 1
    found = mismatches(name, text)
    odd_ones = [one for one in found if one.found.startswith(("the character", "a run of"))]
    assert {one.line for one in odd_ones} == {line}


def test_the_lines_that_are_others_are_said_even_where_many_are_gone(tmp_path: Path) -> None:
    lines = exported()["index.md"].split("\n")
    (tmp_path / "record.json").write_text(json.dumps(recorded()), "utf-8")
    page = tmp_path / "index.md"
    page.write_text("\n".join([lines[0], *lines[2:-3], "More.", *lines[-3:]]), "utf-8")
    assert hold(page).lines == f"2, {len(lines) - 3}"
    said = CliRunner().invoke(main, ["verify", str(page)]).output
    assert f"Lines that are others than were written: 2, {len(lines) - 3}.\n" in said
    page.write_text("\n".join(lines), "utf-8")
    assert hold(page).lines == ""


def test_words_that_look_the_same_are_told_apart_by_the_names_of_their_letters() -> None:
    [found] = mismatches("index.html", exported()["index.html"].replace("stains", "st\u0430ins"))
    assert str(found).endswith("\n    with U+0430 CYRILLIC SMALL LETTER A")


def test_what_does_not_belong_has_its_line() -> None:
    text = exported()["index.html"].replace("</main>", "<b>\n</b></main>")
    [found, *_] = mismatches("index.html", text)
    line = text[: text.index("<b>")].count("\n") + 1
    assert str(found) == f"page: not in the record: the element <b>\n    in line {line}"


def test_an_encoding_that_a_browser_does_not_come_to_is_named() -> None:
    text = exported()["index.html"].replace("<head>", "<head>" + "\n" * 1024)
    [found] = mismatches("index.html", text)
    assert found.found == 'a page without <meta charset="utf-8"> in its first 1024 bytes'


def published(folder: Path) -> Path:
    """The exports of this repository, of which some are changed."""
    shutil.copytree(ROOT / "exports", folder, ignore=shutil.ignore_patterns(".*"))
    return folder


def verified(path: Path, *options: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["verify", str(path), *options])
    return result.exit_code, result.output


def test_pages_that_git_wrote_with_the_line_ends_of_windows_verify(tmp_path: Path) -> None:
    exports = published(tmp_path / "exports")
    for path in exports.rglob("*.*"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    for name in ("index.html", "ketamine/index.md", "ketamine/sections/lede.html"):
        assert verified(exports / name)[0] == 0
    code, output = verified(exports / "ketamine" / "index.html")
    assert code == 0
    assert "\nNot checked: why its bytes are others than were written (line ends" in output


@pytest.mark.parametrize("name", ["index.html", "ketamine/supplied.html", "ketamine/supplied.md"])
def test_what_has_no_record_is_held_to_the_manifest(tmp_path: Path, name: str) -> None:
    path = published(tmp_path / "exports") / name
    assert verified(path) == (0, f"{path} says what manifest.json says.\n")
    path.write_text(path.read_text("utf-8").replace("Ketamine", "Esketamine"), "utf-8")
    assert verified(path) == (
        1,
        "page: not in the record: other bytes than manifest.json names\n"
        "Not checked: which words are others: it has no record.\n",
    )


def test_a_record_that_knows_other_bytes_than_the_manifest_is_named(tmp_path: Path) -> None:
    exports = published(tmp_path / "exports")
    path = exports / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["documents"]["ketamine"]["outputs"]["ketamine/index.html"] = "sha256:0"
    path.write_text(json.dumps(manifest))
    code, output = verified(exports / "ketamine" / "index.html")
    assert code == 1
    assert "a record.json that knows other bytes than manifest.json" in output


@pytest.mark.parametrize("manifest", [None, "<<<<<<< HEAD", "[1]", '{"documents": {}}'])
def test_without_its_manifest_a_record_proves_less_and_that_is_said(
    tmp_path: Path, manifest: str | None
) -> None:
    exports = published(tmp_path / "exports")
    (exports / "manifest.json").unlink()
    if manifest is not None:
        (exports / "manifest.json").write_text(manifest)
    code, output = verified(exports / "ketamine" / "index.html")
    assert code == 0
    assert "\nNot checked: whether record.json is the one that was published: no " in output


def test_what_cannot_be_told_of_a_changed_page_is_said(tmp_path: Path) -> None:
    path = published(tmp_path / "exports") / "ketamine" / "index.html"
    text = path.read_text("utf-8").replace("Vets use", "Pets use")
    path.write_text(text.replace("</style>", "p { direction: rtl; } </style>"), "utf-8")
    code, output = verified(path)
    assert code == 1
    assert "Pets use" in output
    assert output.endswith("Not checked: whether its markup differs in more than that.\n")


def test_no_page_steers_the_terminal_that_it_is_verified_in(tmp_path: Path) -> None:
    path = published(tmp_path / "exports") / "ketamine" / "index.html"
    text = path.read_text("utf-8").replace("Vets use", "\u202e\x1b[2JVets use")
    path.write_text(text, "utf-8")
    code, output = verified(path)
    assert code == 1
    assert "<U+202E><U+001B>[2JVets use" in output


@pytest.mark.parametrize("name", ["index.html", "index.md"])
def test_a_record_of_an_older_version_still_knows_the_words(name: str) -> None:
    old = {key: said for key, said in recorded().items() if key != "files"}
    text = exported()[name]
    assert mismatches(name, text, old) == []
    assert mismatches(name, text.replace("stains", "stained"), old) != []


def test_white_space_between_elements_is_no_departure() -> None:
    text = exported()["index.html"].replace("</section>", "</section>\n\n")
    assert mismatches("index.html", text) == []


def test_a_page_alone_is_told_what_cannot_be_checked(tmp_path: Path) -> None:
    path = tmp_path / "copy.html"
    path.write_text(exported()["index.html"])
    assert verify_alone(path).departures == []
    result = CliRunner().invoke(main, ["verify", str(path), "--page-only"])
    assert result.exit_code == 0
    assert "Not checked: whether a sentence is gone, added or moved.\n" in result.output
    path.write_text(exported()["index.html"].replace("</main>", "<script>alert(1)</script></main>"))
    result = CliRunner().invoke(main, ["verify", str(path), "--page-only"])
    assert result.exit_code == 1
    assert "page: not in the record: a script that runs\n" in result.output


def test_a_record_that_is_not_the_one_of_the_manifest_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "ketamine"
    folder.mkdir()
    for name in ("index.html", "record.json"):
        (folder / name).write_bytes((ROOT / "exports" / "ketamine" / name).read_bytes())
    (tmp_path / "manifest.json").write_bytes((ROOT / "exports" / "manifest.json").read_bytes())
    run = CliRunner().invoke
    assert run(main, ["verify", str(folder / "index.html")]).exit_code == 0
    path = folder / "record.json"
    path.write_text(path.read_text("utf-8").replace('"missing"', '"valid"'), "utf-8")
    result = run(main, ["verify", str(folder / "index.html")])
    assert result.exit_code == 1
    assert "a record.json that is not the one in manifest.json" in result.output


@pytest.mark.parametrize(
    ("find", "replace", "named"),
    [
        ("default-src 'none'", "default-src *", "<meta http-equiv="),
        ('charset="utf-8"', 'charset="utf-16"', '<meta charset="utf-16">'),
        ("stains", '<span class="skip">stains</span>', 'class="skip" of <span>'),
        ("stains", "st\0ains", "the character U+0000"),
    ],
)
def test_a_page_alone_holds_nothing_but_what_ours_do(
    tmp_path: Path, find: str, replace: str, named: str
) -> None:
    path = tmp_path / "copy.html"
    path.write_text(exported()["index.html"].replace(find, replace, 1))
    assert named in "\n".join(one.found for one in verify_alone(path).departures)


def test_a_page_of_markdown_alone_is_read_as_markdown(tmp_path: Path) -> None:
    path = tmp_path / "copy.md"
    path.write_text(exported()["index.md"])
    alone = verify_alone(path)
    assert alone.departures == []
    assert "style sheet" not in "".join(alone.unchecked)
    path.write_text(exported()["index.md"] + "\n<script>alert(1)</script>\n")
    assert [one.found for one in verify_alone(path).departures] == [
        "HTML: <script>alert(1)</script>"
    ]


@pytest.mark.parametrize(
    "path",
    sorted(
        path
        for path in (ROOT / "exports").rglob("*.html")
        if path.name != "review.html" and ".aside" not in path.parts
    ),
    ids=lambda path: path.parent.name + "/" + path.name,
)
def test_a_published_page_holds_nothing_that_is_strange(path: Path) -> None:
    assert read_page_html(path.read_text("utf-8")).strange == ()


@pytest.mark.parametrize("shape", ["<div>", "<b><i>", "<!--", "&amp", "<a", "<table><tr>"])
def test_a_page_of_any_shape_is_read(shape: str) -> None:
    found: Any = read_page_html("<!doctype html>" + shape * 5000)
    assert found.markup


@pytest.mark.slow
def test_a_page_of_which_every_word_is_another_is_read_as_fast_as_it_is_long() -> None:
    """Pairing the sentences asks for few comparisons each, however many there are."""
    seconds = []
    for count in (200, 800):
        shown = [f"Sentence number {one} says what it says." for one in range(count)]
        said = {**recorded(), "pages": {"index.md": shown}}
        text = "\n\n".join(one.replace(" says", " said") for one in shown)
        start = process_time()
        assert len(mismatches("index.md", text, said)) >= count
        seconds.append(process_time() - start)
    assert seconds[1] < 9 * seconds[0]


@pytest.mark.parametrize(
    ("name", "find", "replace"),
    [
        ("index.html", '<section id="uses">', '<section id="use">'),
        ("index.html", "<li>", '<li value="7">'),
        ("index.md", "## Uses", "### Uses"),
    ],
)
def test_other_marks_around_the_same_words_have_their_line(
    name: str, find: str, replace: str
) -> None:
    text = exported()[name]
    line = text[: text.index(find)].count("\n") + 1
    [found] = mismatches(name, text.replace(find, replace, 1))
    kind = "markup" if name.endswith(".html") else "marks"
    assert (found.found.startswith(f"other {kind} than"), found.line) == (True, line)
    # A line more above it is one of its own, and moves none of the others.
    new, found = mismatches(name, f"\n{text}".replace(find, replace, 1))
    assert (new.line, found.line) == (1, line + 1)


def test_an_older_record_tells_no_line() -> None:
    said = json.loads(json.dumps(recorded()))
    for file in said["files"].values():
        del file["lines"]
    text = exported()["index.md"].replace("## Uses", "### Uses")
    assert [one.line for one in mismatches("index.md", text, said)] == [0]


def doubled(text: str) -> str:
    return text.replace("\n\n", "\n\n\n", 3)


UNSEEN: list[tuple[str, Callable[[str], str]]] = [
    ("a line more at the end", lambda text: text + "\n"),
    ("no line end at the end", lambda text: text.removesuffix("\n")),
    ("blank lines doubled", doubled),
    ("spaces on blank lines", lambda text: text.replace("\n\n", "\n \t\n")),
    ("line ends of Windows", lambda text: text.replace("\n", "\r\n")),
    ("all of these", lambda text: doubled(text + "\n").replace("\n\n", "\r\n \r\n")),
]
SEEN: list[tuple[str, Callable[[str], str]]] = [
    ("a paragraph joined to the next", lambda text: text.replace("\n\n", "\n", 9)),
    ("one blank line less", lambda text: "\n".join(text.rsplit("\n\n", 1))),
    ("a paragraph parted", lambda text: text.replace(".\n> ", ".\n\n> ", 1)),
    ("a line broken at its end", lambda text: text.replace("\n\n", "  \n\n", 9)),
    ("a line broken by Windows", lambda text: text.replace(".\n", ".  \r\n", 1)),
    ("a blank line before the front matter", lambda text: "\n" + text),
    # A reader that does not take it off shows the front matter as a heading.
    ("a byte order mark", lambda text: "\ufeff" + text),
    ("a line of a space that is seen", lambda text: text.replace("\n\n", "\n\n\u00a0\n\n", 1)),
]


@pytest.mark.parametrize("change", [pytest.param(change, id=what) for what, change in UNSEEN])
def test_white_space_of_markdown_that_no_reader_sees_is_no_departure(
    tmp_path: Path, change: Callable[[str], str]
) -> None:
    text = exported()["index.md"]
    (tmp_path / "record.json").write_text(json.dumps(recorded()), "utf-8")
    (tmp_path / "index.md").write_bytes(change(text).encode())
    held = hold(tmp_path / "index.md")
    assert change(text) != text
    assert (held.departures, held.lines) == ([], "")


@pytest.mark.parametrize("change", [pytest.param(change, id=what) for what, change in SEEN])
def test_white_space_of_markdown_that_a_reader_sees_is_a_departure(
    tmp_path: Path, change: Callable[[str], str]
) -> None:
    text = exported()["index.md"]
    (tmp_path / "record.json").write_text(json.dumps(recorded()), "utf-8")
    (tmp_path / "index.md").write_bytes(change(text).encode())
    assert change(text) != text
    assert hold(tmp_path / "index.md").departures


@pytest.mark.parametrize(("at", "is_same"), [("\n", True), ("Another word.\n", False)])
def test_an_archive_copy_is_held_to_the_manifest_but_for_what_no_reader_sees(
    tmp_path: Path, at: str, is_same: bool
) -> None:
    text = "# Tea\n\nTea is a drink.\n"
    (tmp_path / "tea").mkdir()
    (tmp_path / "tea" / "supplied.md").write_text(text + at, "utf-8")
    outputs = {"tea/supplied.md": hash_bytes(text.encode())}
    manifest = {"outputs": outputs, "documents": {}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert (hold(tmp_path / "tea" / "supplied.md").departures == []) == is_same
