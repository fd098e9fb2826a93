"""A chart can be read by eye in both colour schemes, by ear, and as the table behind it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pandas as pd
import pytest

from ketcontent.markup.templates import FACTS
from ketcontent.reports.charts import Chart, bars, strip

HOSTILE = '<script>alert(1)</script> & "so" {{ 1 }}'


def words() -> Chart:
    frame = pd.DataFrame({"section": ["Use", "Risks", HOSTILE], "words": [8, 12.5, 3]})
    return bars(frame, "Words by section", unit="words", target=10)


def stacked() -> Chart:
    frame = pd.DataFrame(
        {"kind": ["use", "risk"], "valid": [1, 2], "stale": [3, 4], "none": [5, 6]}
    )
    return bars(frame, "Sign-offs", unit="sign-offs")


def balance() -> Chart:
    kinds = ["risk", "benefit", "benefit", "use", ""]
    frame = pd.DataFrame({"statement": [f"s-{n}" for n in range(5)], "kind": kinds})
    return strip(frame, "Balance")


MAKERS = pytest.mark.parametrize(
    "make",
    [
        pytest.param(words, id="bars"),
        pytest.param(stacked, id="stacked bars"),
        pytest.param(balance, id="strip"),
    ],
)


@MAKERS
def test_its_svg_is_well_formed_and_an_image_with_a_name(make) -> None:  # type: ignore[no-untyped-def]
    chart = make()
    root = ElementTree.fromstring(chart.svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("role") == "img"
    assert root.get("aria-label") == chart.alternative
    # As wide as its column, with letters of one size: a drawing that is scaled has tiny ones.
    assert root.get("viewBox") is None
    assert root.get("width") == "100%"
    assert str(root.get("height")).isdigit()


@MAKERS
def test_its_svg_runs_and_loads_nothing(make) -> None:  # type: ignore[no-untyped-def]
    for element in ElementTree.fromstring(make().svg).iter():
        assert element.tag.split("}")[-1] not in {"script", "image", "foreignObject", "a", "iframe"}
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            if name.endswith("href"):
                assert value.startswith("#")
            if name != "aria-label":
                assert "//" not in value.replace("http://www.w3.org/", "")
                assert all(place.startswith("#") for place in re.findall(r"url\((.)", value))
        assert "@import" not in (element.text or "")


@MAKERS
def test_the_same_numbers_are_the_same_bytes(make) -> None:  # type: ignore[no-untyped-def]
    assert make().svg == make().svg


@MAKERS
def test_its_ink_is_the_colour_of_the_text_around_it(make) -> None:  # type: ignore[no-untyped-def]
    svg = make().svg
    assert "currentColor" in svg
    colours = set(re.findall(r'="(#[^"]+)"', svg)) - set(re.findall(r'href="(#[^"]+)"', svg))
    assert colours <= {"#3b7dbd", "#c8641e", "#7a7f87"}


@MAKERS
def test_the_table_behind_it_is_there(make) -> None:  # type: ignore[no-untyped-def]
    chart = make()
    html = chart.to_html()
    assert chart.svg in html
    assert chart.table.to_html() in html
    assert f"<figcaption>{chart.caption}</figcaption>" in html
    assert chart.to_markdown() == f"{chart.alternative}\n\n{chart.table.to_markdown()}"


@pytest.mark.parametrize("fill", ["#3b7dbd", "#c8641e", "#7a7f87"])
@pytest.mark.parametrize("ground", ["#ffffff", "#14171a"])
def test_a_fill_stands_out_on_white_and_on_near_black(fill: str, ground: str) -> None:
    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        parts = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    lighter, darker = sorted((light(fill), light(ground)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 3


def test_the_alternative_of_bars_says_all_numbers() -> None:
    assert words().alternative == (
        f"Words by section. Use: 8 words. Risks: 12.5 words. {HOSTILE}: 3 words. The target is 10."
    )
    assert stacked().alternative == (
        "Sign-offs. use: 1 valid sign-offs, 3 stale sign-offs, 5 none sign-offs. "
        "risk: 2 valid sign-offs, 4 stale sign-offs, 6 none sign-offs."
    )


def test_a_number_of_any_size_is_said_in_full() -> None:
    frame = pd.DataFrame({"page": ["a"], "words": [1234567]})
    assert bars(frame, "All", unit="words").alternative == "All. a: 1234567 words."


def test_the_alternative_of_a_strip_says_all_runs() -> None:
    assert balance().alternative == "Balance. In reading order: 1 risk, 2 benefit, 2 other."


def test_names_are_text_in_the_picture() -> None:
    texts = "".join(ElementTree.fromstring(words().svg).itertext())
    assert "Risks" in texts
    assert "target 10" in texts
    assert "<script>alert(1)</script>" in texts


def test_a_notebook_is_given_a_chart_in_all_forms() -> None:
    chart = words()
    assert chart._repr_mimebundle_() == {
        "text/plain": chart.alternative,
        "text/html": chart.to_html(),
        "text/markdown": chart.to_markdown(),
        FACTS: '{"kind": "part"}',
    }


def shares(chart: Chart) -> list[tuple[float, float]]:
    """Return where each bar begins, and its width, in hundredths."""
    found = ElementTree.fromstring(chart.svg).iter("{http://www.w3.org/2000/svg}rect")
    return [
        (float(one.attrib["x"][:-1]), float(one.attrib["width"][:-1]))
        for one in found
        if one.get("width", "").endswith("%")
    ]


def test_a_bar_is_as_long_as_its_number_and_its_parts_stand_one_behind_the_other() -> None:
    assert shares(words()) == [(0, 64), (0, 100), (0, 24)]
    assert shares(stacked()) == [
        *((0, 8.33), (8.33, 25), (33.33, 41.67)),
        *((0, 16.67), (16.67, 33.33), (50, 50)),
    ]


@pytest.mark.parametrize("target", [0.5, 10, 40])
def test_the_line_of_a_target_stands_where_it_is_and_its_words_within_the_drawing(
    target: float,
) -> None:
    frame = pd.DataFrame({"section": ["Use"], "words": [10]})
    svg = bars(frame, "Words", unit="words", target=target).svg
    [place] = re.findall(r'<text x="([0-9.]+)%" y="14" text-anchor="\w+">target', svg)
    assert float(place) == round(100 * target / max(1.04 * target, 10), 2)
    [anchor] = re.findall(r'text-anchor="(\w+)">target', svg)
    assert anchor == {0.5: "start", 10: "end", 40: "end"}[target]


@pytest.mark.parametrize("sizes", [[], [0], [0, 0]])
def test_a_chart_of_nothing_is_a_chart(sizes: list[int]) -> None:
    frame = pd.DataFrame({"section": ["a"] * len(sizes), "words": sizes})
    assert shares(bars(frame, "Words", unit="words")) == []
    assert strip(pd.DataFrame({"statement": [], "kind": []}), "Balance").svg.startswith("<svg")


def test_each_mark_of_a_strip_stands_at_its_place_in_its_lane() -> None:
    root = ElementTree.fromstring(balance().svg)
    marks = [
        (one.attrib["x"], one.attrib["y"], one.attrib["href"].rpartition("_")[2])
        for one in root.findall("{http://www.w3.org/2000/svg}use")
    ]
    assert marks == [
        *(("30.0%", "25", "benefit"), ("50.0%", "25", "benefit")),
        *(("70.0%", "61", "other"), ("90.0%", "61", "other")),
        ("10.0%", "97", "risk"),
    ]


def test_two_charts_on_one_page_have_no_id_in_common() -> None:
    ids = [set(re.findall(r' id="([^"]+)"', one().svg)) for one in (words, stacked, balance)]
    assert all(ids)
    assert len(set.union(*ids)) == sum(map(len, ids))
