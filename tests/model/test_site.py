"""Where pages are published, and which of them say the same: what rows may say of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ketcontent import read_content, write_content
from ketcontent.diagnostics import Diagnostic
from ketcontent.errors import BrokenTables
from ketcontent.model.content import Content, empty_content, frame_of
from ketcontent.model.page_slices import slice_of
from ketcontent.model.site_address import site_fault
from tests.model.reading import faults_in
from tests.model.test_validation import sound_folder

HINT = "Write it as https://www.example.org/health/."


def pages(*rows: tuple[str, str, str]) -> Content:
    """Return pages: key, language, and what each is a translation of."""
    said = [
        {"document": key, "title": key, "language": language, "translation_of": original}
        | {"review_every_days": 365}
        for key, language, original in rows
    ]
    content = empty_content()
    return replace(content, documents=frame_of("documents", said, content))


def found_in(content: Content, folder: Path) -> list[Diagnostic]:
    try:
        write_content(content, folder)
    except BrokenTables as broken:
        return [one for one in broken.report if one.rule == "not-a-translation"]
    return []


TRANSLATED = (("tea", "en", ""), ("te", "da", "tea"), ("tee", "de", "tea"), ("milk", "en", ""))


def test_a_page_and_its_translations_name_one_original(tmp_path: Path) -> None:
    assert found_in(pages(*TRANSLATED), tmp_path / "data") == []


@pytest.mark.parametrize(
    ("row", "key", "message"),
    [
        (("thee", "nl", "coffee"), "thee", "There is no page 'coffee'."),
        (("thee", "nl", "thee"), "thee", "A page is no translation of itself."),
        (("thee", "nl", "tee"), "thee", "'tee' is itself a translation, of 'tea'."),
        (("thee", "de", "tea"), "thee", "'tee' is that page in 'de' already."),
        (("thee", "EN".lower(), "tea"), "thee", "'tea' is that page in 'en' already."),
    ],
    ids=["of nothing", "of itself", "of a translation", "twice in a language", "as the original"],
)
def test_what_is_no_translation_is_named(
    tmp_path: Path, row: tuple[str, str, str], key: str, message: str
) -> None:
    [found] = found_in(pages(*TRANSLATED, row), tmp_path / "data")
    assert (found.key, found.column, found.message) == (key, "translation_of", message)


def test_the_slice_of_a_page_knows_its_translations_and_no_other_page() -> None:
    content = pages(*TRANSLATED)
    for key in ("tea", "te", "tee"):
        assert set(slice_of(content, key).documents["document"]) == {"tea", "te", "tee"}
    assert list(slice_of(content, "milk").documents["document"]) == ["milk"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://example.org/", "It does not start with https://."),
        ("example.org/health/", "It does not start with https://."),
        ("javascript:alert(1)/", "It does not start with https://."),
        ("https://me:secret@example.org/", "It holds a name or a password."),
        ("https://example.org/?page=/", "It holds a ? or a #, which lead to a part of a page."),
        ("https://example.org/#/", "It holds a ? or a #, which lead to a part of a page."),
        ("https://example/", "It is no address of a host and a folder."),
        ("https:///health/", "It is no address of a host and a folder."),
        ("https://exa mple.org/", "It is no address of a host and a folder."),
        ('https://example.org/"><b>/', "It is no address of a host and a folder."),
        ("https://example.org//evil.org/", "It is no address of a host and a folder."),
        ("https://example.org:0/", "It is no address of a host and a folder."),
        ("https://example.org:high/", "It is no address."),
        ("https://[::/", "It is no address."),
    ],
)
def test_what_is_no_address_of_a_site_is_named_with_its_row(
    tmp_path: Path, address: str, said: str
) -> None:
    folder = sound_folder(tmp_path)
    quoted = address.replace('"', '""')
    (folder / "site.csv").write_text(f'address,name,license\n"{quoted}",Tea,\n', "utf-8")
    [found] = faults_in(folder)
    place = (Path(found.file).name, found.line, found.column, found.rule)
    assert place == ("site.csv", 2, "address", "not-a-site")
    assert (found.message, found.hint) == (said, HINT)


@pytest.mark.parametrize(
    "address",
    ["https://example.org/", "https://www.example.org:8443/a/b-c/", "https://xn--bcher-kva.ch/x/"],
)
def test_an_address_of_a_host_and_a_folder_is_one(address: str) -> None:
    assert site_fault(address) == ("", "")


@pytest.mark.parametrize(
    ("address", "said", "plain"),
    [
        ("HTTPS://Example.org/A/", "It has capitals before its folder.", "example.org/A/"),
        ("https://example.ORG/", "It has capitals before its folder.", "example.org/"),
        (
            "https://bücher.example/",
            "Its host has letters other than a to z, which an address spells with xn--.",
            "xn--bcher-kva.example/",
        ),
        (
            "https://example.org/ä/",
            "Its folder has letters other than a to z, which an address spells with %.",
            "example.org/%C3%A4/",
        ),
        (
            "https://example.org/a/../b/",
            "It has a folder . or .., which browsers take out of it.",
            "example.org/b/",
        ),
        (
            "https://example.org/%2e%2E/b/./",
            "It has a folder . or .., which browsers take out of it.",
            "example.org/b/",
        ),
        (
            "https://example.org/%zz/",
            "It has a % without two of 0 to 9 and A to F behind it.",
            "example.org/%25zz/",
        ),
        (
            "https://example.org:443/a/",
            "It names no port, or the one that https has anyway.",
            "example.org/a/",
        ),
        (
            "https://example.org/health",
            "It does not end in /, as the address of a folder does.",
            "example.org/health/",
        ),
    ],
)
def test_an_address_that_browsers_write_otherwise_is_told_as_they_write_it(
    address: str, said: str, plain: str
) -> None:
    assert site_fault(address) == (said, f"Write it as https://{plain}.")
    assert site_fault(f"https://{plain}") == ("", "")


@pytest.mark.parametrize("host", ["straße.example", "a..example", "-a.example", "x_y.example"])
def test_what_to_write_for_a_host_is_said_only_where_it_is_known(host: str) -> None:
    assert site_fault(f"https://{host}/")[1] == HINT


def test_there_is_one_site(tmp_path: Path) -> None:
    folder = sound_folder(tmp_path)
    with (folder / "site.csv").open("a", encoding="utf-8") as file:
        file.write("https://example.org/other/,Tea,\n")
    [found] = faults_in(folder)
    assert (found.line, found.message) == (3, "There are two sites.")


def test_the_shipped_project_names_no_site() -> None:
    from tests.conftest import ROOT

    assert read_content(ROOT / "data").site.empty
