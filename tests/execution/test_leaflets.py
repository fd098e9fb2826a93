"""Leaflets: tagged PDFs that say what their page says, in its order, with nothing made of words."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib
import pdfua
import pikepdf
import pytest
from nbformat import v4

from ketcontent import assemble, import_page, read_content, with_signoffs
from ketcontent.errors import KetcontentError
from ketcontent.execution.exporters import export
from ketcontent.execution.typesetting import require_fonts, require_typst, typeset
from ketcontent.markup.inline import inline_plain
from ketcontent.markup.templates import LEAFLET
from ketcontent.model.content import Content, empty_content, frame_of
from ketcontent.pages.document import Document
from tests.conftest import ROOT
from tests.execution.test_exporters import code, saved, shows

with (ROOT / "tests" / "attacks" / "text.csv").open(encoding="utf-8", newline="") as _file:
    ATTACKS = [row["text"] for row in csv.DictReader(_file)]

SOURCE_OF_TYPST = [
    '#panic("no") #let x = 1; #import "@preview/cetz:0.3.0": canvas',
    "= Heading * bold * _thin_ $x^2$ <label> @reference #[block] // gone /* gone */ ~ -- ... \\ e",
    '#read("/etc/passwd") #sys.inputs `raw` ```raw``` \'quoted\' "quoted" https://x.example',
]
"""What Typst would act on, where it read words as source."""


def squeezed(text: str) -> str:
    """Text without its white space, which a page breaks where it likes."""
    return re.sub(r"\s+", "", text)


def drawn(pdf: bytes, folder: Path, *options: str) -> str:
    """What a reader of PDF gives as the text of it."""
    path = folder / "leaflet.pdf"
    path.write_bytes(pdf)
    args = ["pdftotext", *options, str(path), "-"]
    return subprocess.run(args, capture_output=True, text=True, check=True).stdout


def faults(pdf: bytes, folder: Path) -> list[str]:
    """What a checker of PDF/UA-1 finds."""
    path = folder / "checked.pdf"
    path.write_bytes(pdf)
    return [f"{one.rule_id}: {one.message}" for one in pdfua.validate(path).findings]


def changed(content: Content, table: str, **cells: Any) -> Content:
    """Return tables with columns of one of them set in every row."""
    return replace(content, **{table: getattr(content, table).assign(**cells)})


@pytest.fixture(scope="module")
def page() -> Document:
    """The shipped page."""
    content = read_content(ROOT / "data")
    return with_signoffs(content, assemble(content, "ketamine"))


@pytest.fixture(scope="module")
def leaflet(page: Document) -> bytes:
    return typeset(page.to_leaflet())


@pytest.mark.slow
def test_the_leaflet_passes_a_checker_of_pdf_ua(leaflet: bytes, tmp_path: Path) -> None:
    assert faults(leaflet, tmp_path) == []


def test_the_checker_sees_a_leaflet_that_lost_its_tags(leaflet: bytes, tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(leaflet)) as pdf:
        del pdf.Root.StructTreeRoot, pdf.Root.MarkInfo
        lost = io.BytesIO()
        pdf.save(lost)
    assert faults(lost.getvalue(), tmp_path)


def test_a_leaflet_has_a_title_a_language_bookmarks_and_a_tab_order(
    page: Document, leaflet: bytes
) -> None:
    with pikepdf.open(io.BytesIO(leaflet)) as pdf:
        assert str(pdf.Root.Lang) == "en"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert pdf.docinfo["/Title"] == page.name
        assert "/CreationDate" not in pdf.docinfo
        assert all(one.Tabs == "/S" for one in pdf.pages)
        with pdf.open_outline() as outline:
            [top] = outline.root
        headings = [group[0].title for group in page.groups if group[0].title]
        assert [one.title for one in top.children] == [*headings, "About this page"]
        links = [
            str(note.A.URI)
            for one in pdf.pages
            for note in one.get("/Annots", [])
            if "/A" in note and "/URI" in note.A
        ]
        fonts = {str(font.BaseFont) for one in pdf.pages for font in one.Resources.Font.values()}
    assert "tel:116123" in links
    assert any(one.startswith("https://doi.org/10.") for one in links)
    assert {re.sub(r"/[A-Z]+\+|-.*", "", one) for one in fonts} <= {
        "LibertinusSerif",
        "DejaVuSansMono",
    }


def test_each_page_of_a_leaflet_says_that_it_is_a_draft_and_which_page_it_is(
    leaflet: bytes, tmp_path: Path
) -> None:
    pages = drawn(leaflet, tmp_path, "-raw").split("\f")[:-1]
    state = "Draft. No clinician has reviewed this page. Do not use it to decide about your health."
    for number, text in enumerate(pages, start=1):
        assert squeezed(text).startswith(squeezed(state))
        assert squeezed(text).endswith(f"Ketamine{number}/{len(pages)}")


def assert_said_once_in_order(page: Document, text: str) -> None:
    words = [
        squeezed(f"{one.label_text if one.label else ''}{one.plain}") for one in page.statements
    ]
    place = 0
    for one in words:
        found = text.find(one, place)
        assert found >= 0, one
        place = found + len(one)
        assert text.count(one) == sum(other.count(one) for other in words), one


def test_each_sentence_of_the_page_is_in_the_leaflet_once_and_in_its_order(
    page: Document, leaflet: bytes, tmp_path: Path
) -> None:
    pages = drawn(leaflet, tmp_path, "-raw").split("\f")[:-1]
    around = re.compile(r"\ADraft\. .*\n|Ketamine\s+\d+ / \d+\s*\Z")
    text = squeezed("".join(around.sub("", one) for one in pages))
    assert_said_once_in_order(page, text)
    runs = [blocks for section in page for _, blocks in section.runs]
    cited = [any(one.cites for block in blocks for one in block.statements) for blocks in runs]
    assert len(re.findall(r"Sources:Sentence\d+:", text)) == sum(cited)
    assert text.count("against:") == sum(bool(one.against) for one in page.statements) > 0
    listed = text[text.rindex("Sources") :]
    assert all(squeezed(one.plain) in listed for one in page.references)


@pytest.mark.slow
def test_a_screen_reader_has_the_sentences_in_the_same_order(
    page: Document, tmp_path: Path
) -> None:
    some = replace(page, sections=page.sections[:3], terms=())  # the whole page takes a while
    cited = {key for one in some.statements for key in one.cites}
    some = replace(some, sources=tuple(one for one in page.sources if one["source"] in cited))
    path = tmp_path / "leaflet.pdf"
    path.write_bytes(typeset(some.to_leaflet()))
    said = subprocess.run(["pdfinfo", "-struct-text", str(path)], capture_output=True, text=True)
    tagged = "".join(re.findall(r'^ *"(.*)"$', said.stdout, re.MULTILINE))
    assert_said_once_in_order(some, squeezed(tagged))
    # What stands at the head of each page is heard once, at the start.
    assert tagged.count("No clinician has reviewed this page.") == 1


def test_a_leaflet_is_the_same_bytes_wherever_it_is_set(
    page: Document, leaflet: bytes, tmp_path: Path
) -> None:
    said = tmp_path / "leaflet.json"
    said.write_text(page.to_leaflet(), "utf-8")
    program = (
        "import sys, hashlib, pathlib; from ketcontent.execution.typesetting import typeset; "
        "print(hashlib.sha256(typeset(pathlib.Path(sys.argv[1]).read_text('utf-8'))).hexdigest())"
    )
    surroundings = {"TZ": "Asia/Tokyo", "HOME": str(tmp_path), "LC_ALL": "C", "PATH": "/usr/bin"}
    args = [sys.executable, "-c", program, str(said)]
    one = subprocess.run(args, cwd=tmp_path, env=surroundings, capture_output=True, text=True)
    assert one.stdout.strip() == hashlib.sha256(leaflet).hexdigest(), one.stderr


def test_nothing_in_any_field_is_more_than_words(tmp_path: Path) -> None:
    hostile = [one for one in [*ATTACKS, *SOURCE_OF_TYPST] if "\u202e" not in one]
    lines = [f"W{number}: x." for number, _ in enumerate(hostile)]
    content = import_page(empty_content(), "\n".join(["Tea", "Uses", *lines]), document="tea")
    bad = SOURCE_OF_TYPST[0]
    frame = content.statements.assign(
        label=SOURCE_OF_TYPST[1], text=[*hostile, *["x."] * len(content.statements)][: len(lines)]
    )
    content = replace(content, statements=frame)
    content = changed(content, "documents", title=bad, publisher=bad, funding=bad, audience=bad)
    content = changed(content, "documents", purpose=bad)
    content = changed(content, "sections", heading=bad)
    content = replace(
        content,
        terms=frame_of(
            "terms",
            [{"term": "raw", "language": "en", "plain": bad, "definition": SOURCE_OF_TYPST[2]}],
            content,
        ),
    )
    page = assemble(content, "tea")
    pdf = typeset(page.to_leaflet())
    text = squeezed(drawn(pdf, tmp_path, "-raw"))
    assert len(page.statements) == len(hostile)
    for words in hostile:
        body = squeezed(inline_plain(words))
        # A line that ends a page is followed by what stands at its foot.
        assert body in text or body in re.sub(rf"{re.escape(squeezed(bad))}\d+/\d+", "", text), (
            words
        )
    assert text.count(squeezed(bad)) >= 6
    assert squeezed(SOURCE_OF_TYPST[1]) in text
    assert faults(pdf, tmp_path) == []
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.docinfo["/Title"] == bad
        kinds = {
            str(note.A.S) for one in opened.pages for note in one.get("/Annots", []) if "/A" in note
        }
    assert kinds <= {"/URI", "/GoTo"}


def test_arabic_runs_from_right_to_left_and_its_numbers_keep_their_order(tmp_path: Path) -> None:
    content = import_page(empty_content(), "شاي\nاتصل 1-800-55.\n", document="tea", language="ar")
    said = assemble(content, "tea").to_leaflet()
    assert '{"text": "1-800-55", "ltr": true}' in said
    pdf = typeset(said)
    assert faults(pdf, tmp_path) == []
    assert "1-800-55" in drawn(pdf, tmp_path)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert str(opened.Root.Lang) == "ar"
        names = {str(one.BaseFont) for page in opened.pages for one in page.Resources.Font.values()}
    assert any("DejaVuSans" in one and "Mono" not in one for one in names)


def test_every_letter_that_no_font_has_is_named_once_with_one_thing_to_do() -> None:
    content = import_page(empty_content(), "Tea\n効く。 x 効ก.\n", document="tea", language="ja")
    with pytest.raises(KetcontentError) as raised:
        typeset(assemble(content, "tea").to_leaflet())
    assert raised.value.message == "No font of the leaflet has 効 く 。 ก"
    assert raised.value.letters == ("効", "く", "。", "ก")
    assert raised.value.hint == (
        "Put a font that has them into a folder, and name the folder with --fonts."
    )


@pytest.mark.parametrize("names", [(), ("a.ttf", "sub/b.otf")])
def test_a_folder_in_which_no_font_can_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]
) -> None:
    monkeypatch.setenv("KETCONTENT_FONTS", str(tmp_path))
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("not a font")
    with pytest.raises(KetcontentError, match="has no font that can be read") as refused:
        require_fonts()
    assert refused.value.path == str(tmp_path / names[0] if names else tmp_path)
    assert "--fonts" in (refused.value.hint or "")
    shutil.copy(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "cmr10.ttf", tmp_path)
    require_fonts()


def test_a_folder_of_fonts_brings_the_letters_that_are_lacking(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    content = import_page(empty_content(), "Tea\n効く。\n", document="tea", language="ja")
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    shutil.copy(fonts / "LastResortHE-Regular.ttf", tmp_path)  # it has a sign for each letter
    monkeypatch.setenv("KETCONTENT_FONTS", str(tmp_path))
    pdf = typeset(assemble(content, "tea").to_leaflet())
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        names = {str(one.BaseFont) for page in opened.pages for one in page.Resources.Font.values()}
    assert any("LastResort" in one for one in names)


def test_without_typst_an_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(KetcontentError) as raised:
        require_typst()
    assert raised.value.hint == "Install it with: python -m pip install 'ketcontent[pdf]'"


def test_a_template_of_ones_own_that_cannot_be_set_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "leaflet").mkdir()
    (tmp_path / "leaflet" / "leaflet.typ").write_text("#panic()")
    monkeypatch.setenv("KETCONTENT_TEMPLATES", str(tmp_path))
    with pytest.raises(KetcontentError, match=r"leaflet\.typ cannot be set as a leaflet: panicked"):
        typeset("{}")


def shown(said: str) -> Any:
    return v4.new_output("display_data", data={"text/html": "<p>x</p>", LEAFLET: said})


@pytest.mark.parametrize("beside", [v4.new_markdown_cell("More."), code(shows(plain="More."))])
def test_a_notebook_that_shows_more_than_the_page_has_no_leaflet(
    beside: Any, tmp_path: Path
) -> None:
    said = assemble(import_page(empty_content(), "Tea\nIt is hot.\n", document="tea"), "tea")
    path = saved(tmp_path, code(shown(said.to_leaflet())), beside)
    with pytest.raises(
        KetcontentError, match="nothing else, and the notebook shows more than that"
    ):
        export(path, "pdf")
    assert export(saved(tmp_path, code(shown(said.to_leaflet()))), "pdf").startswith(b"%PDF-1.7")


def test_a_notebook_that_shows_no_whole_page_has_no_leaflet(tmp_path: Path) -> None:
    with pytest.raises(KetcontentError, match="the notebook shows none"):
        export(saved(tmp_path, code(shows(html="<p>x</p>"))), "pdf")
