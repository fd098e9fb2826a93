"""The smallest inputs of each kind that the structure of plain text was once read wrong in."""

from __future__ import annotations

import pytest

from ketcontent import assemble, import_page
from ketcontent.importing.plain_text_blocks import read_plain_text
from ketcontent.importing.sentences import split_sentences
from ketcontent.model.content import empty_content


def forms(text: str) -> list[tuple[str, ...]]:
    """Return each block under the title in short: its form, what is in front of it, its words."""
    found: list[tuple[str, ...]] = []
    for block in read_plain_text(f"Page\n\n{text}").blocks:
        front = f"{block.number} {block.label}".strip()
        form = f"{block.form} {block.depth}" if block.depth > 1 else block.form
        found.append(tuple(filter(None, (form, front, block.text))))
    return found


def levels(text: str) -> list[tuple[int, str]]:
    return [
        (block.level, f"{block.number} {block.text}".strip())
        for block in read_plain_text(f"Page\n\n{text}").blocks
        if block.form == "heading"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "(a) wash\n(b) dry", [("item", "(a)", "wash"), ("item", "(b)", "dry")], id="letters"
        ),
        pytest.param(
            "i) wash\nii) dry", [("item", "i)", "wash"), ("item", "ii)", "dry")], id="Roman"
        ),
        pytest.param("A. Sample", [("paragraph", "A. Sample")], id="a letter alone"),
        pytest.param("\uf0b7\twash", [("item", "wash")], id="Word's bullet"),
        pytest.param("✓ wash", [("item", "✓", "wash")], id="tick"),
        pytest.param("→ wash", [("item", "→", "wash")], id="arrow"),
        pytest.param("❌ gum", [("item", "❌", "gum")], id="cross, which says no"),
        pytest.param(
            "+ wash\n+ dry", [("item", "+", "wash"), ("item", "+", "dry")], id="plus signs"
        ),
        pytest.param("+ 5 is warm.", [("paragraph", "+ 5 is warm.")], id="plus five"),
        pytest.param(
            "No. 1: Rest well\nIt helps.\nNo. 2: Eat\nIt helps.",
            [
                *(("heading", "No. 1:", "Rest well"), ("paragraph", "It helps.")),
                *(("heading", "No. 2:", "Eat"), ("paragraph", "It helps.")),
            ],
            id="No. 1",
        ),
        pytest.param(
            "• 1. Is it safe?\nYes.",
            [("heading", "1.", "Is it safe?"), ("paragraph", "Yes.")],
            id="a bullet before a number and a question",
        ),
        pytest.param(
            "Take two tablets.Then rest *a little.",
            [("paragraph", "Take two tablets.Then rest *a little.")],
            id="no space after a stop",
        ),
        pytest.param(
            "It helps every day * or so.\n\n* Ask first.",
            [("paragraph", "It helps every day * or so."), ("paragraph", "* Ask first.")],
            id="a star and its footnote",
        ),
        pytest.param(
            "Before taking Xyl: tell your doctor.",
            [("paragraph", "Before taking Xyl: tell your doctor.")],
            id="a sentence with a colon",
        ),
        pytest.param(
            "Call a doctor straight away if you have:\na stiff neck\na rash",
            [
                ("paragraph", "Call a doctor straight away if you have:"),
                *(("item", "a stiff neck"), ("item", "a rash")),
            ],
            id="a list without bullets behind a colon",
        ),
        pytest.param(
            "Some signs are:\n\nFever.\n\nCough.\n\nPain.",
            [
                ("paragraph", "Some signs are:"),
                ("item", "Fever."),
                ("item", "Cough."),
                ("item", "Pain."),
            ],
            id="a list that lost its bullets and kept its empty lines",
        ),
        pytest.param(
            "Should I still go for my yearly check when I have felt well for a whole year?\nYes.",
            [
                (
                    "heading",
                    "Should I still go for my yearly check when I have felt well for a whole year?",
                ),
                ("paragraph", "Yes."),
            ],
            id="a long question",
        ),
        pytest.param(
            "It may be done under a local anaesthetic or a gen-\neral one.",
            [("paragraph", "It may be done under a local anaesthetic or a gen-\neral one.")],
            id="a word broken over two lines",
        ),
        pytest.param(
            "| Test | Range |\n|---|---|\n| Urea | 2–8 |",
            [("header", "Test | Range"), ("row", "Urea | 2–8")],
            id="bars",
        ),
        pytest.param(
            "Test\tRange\nUrea\t2–8", [("row", "Test | Range"), ("row", "Urea | 2–8")], id="tabs"
        ),
        pytest.param(
            "Day        Dose\nMonday     one",
            [("row", "Day | Dose"), ("row", "Monday | one")],
            id="columns of spaces",
        ),
        pytest.param(
            "Name        Colour    When\n----------  --------  ------\nReliever    Blue      now\n"
            "Preventer             daily\n            Grey      never\nSpacer      Clear",
            [
                *(("header", "Name | Colour | When"), ("row", "Reliever | Blue | now")),
                *(("row", "Preventer | | daily"), ("row", "| Grey | never")),
                ("row", "Spacer | Clear |"),
            ],
            id="empty cells between spaces",
        ),
        pytest.param(
            "          Men    Women\nAsthma    5      6",
            [("row", "| Men | Women"), ("row", "Asthma | 5 | 6")],
            id="an empty corner",
        ),
        pytest.param(
            "+------+------+\n| Test | Best |\n+======+======+\n| Urea | low  |\n+------+------+",
            [("header", "Test | Best"), ("row", "Urea | low")],
            id="a grid",
        ),
        pytest.param(
            "+---+---+\n| A | B |\n+---+---+\n| C | D |\n| E | F |\n+---+---+",
            [("header", "A | B"), ("row", "C | D"), ("row", "E | F")],
            id="a grid without lines between its rows",
        ),
        pytest.param(
            "+---+---+\n| A | B |\n+---+---+\n| C | D |\n+---+---+\n| E | F |\n+---+---+",
            [("row", "A | B"), ("row", "C | D"), ("row", "E | F")],
            id="a grid without headers",
        ),
        pytest.param(
            "Vitamins: D and B12\nYour body cannot make them by itself.",
            [
                ("heading", "Vitamins: D and B12"),
                ("paragraph", "Your body cannot make them by itself."),
            ],
            id="a name and words over a text",
        ),
        pytest.param(
            "Ward: 7\nYour body cannot make them by itself.",
            [("paragraph", "Ward: 7"), ("paragraph", "Your body cannot make them by itself.")],
            id="a name and a number over a text",
        ),
        pytest.param(
            "Contact\nElm House\n2 Quay Street\nTel. 555 0101",
            [
                ("heading", "Contact"),
                ("paragraph", "Elm House"),
                ("paragraph", "2 Quay Street"),
                ("paragraph", "Tel. 555 0101"),
            ],
            id="an address",
        ),
        pytest.param(
            "1. Wash:\n   - hands\n   - face\n2. Dry.",
            [
                ("item", "1.", "Wash:"),
                ("item 2", "hands"),
                ("item 2", "face"),
                ("item", "2.", "Dry."),
            ],
            id="a list in a list",
        ),
        pytest.param(
            "Bring these\n\nyour card\nyour letter\nyour tablets",
            [
                ("heading", "Bring these"),
                ("item", "your card"),
                ("item", "your letter"),
                ("item", "your tablets"),
            ],
            id="a list without bullets under a heading",
        ),
    ],
)
def test_the_smallest_input_of_a_kind_is_read_as_people_read_it(
    text: str, expected: list[tuple[str, ...]]
) -> None:
    assert forms(text) == expected


def test_a_footnote_in_a_run_of_short_lines_is_no_item_and_keeps_its_star() -> None:
    text = "Tea\n* hot\nGreen\nIt is *old*."
    assert ("paragraph", "* hot") in forms(text)
    content = import_page(empty_content(), f"Page\n\n{text}", document="page")
    assert "* hot" in assemble(content, "page", edition="supplied").to_text().splitlines()


@pytest.mark.parametrize(
    "line",
    [
        *("Add to cart", "Page 2 of 4", "Seite 2 von 4", "[edit]", "Back to top", "12 replies"),
        *("We use cookies to improve this site. Accept all", "© 2025 Elm House", "اقرأ المزيد"),
        *("Home > Services > Asthma", "Page last reviewed: 3 May 2024", "In den Warenkorb"),
        "Home | About | Contact us",
    ],
)
def test_furniture_is_kept_and_told_to_be_furniture(line: str) -> None:
    page = read_plain_text(f"Tea\n\nIt is hot.\n\n{line}\n\nIt is old.")
    assert [block.form for block in page.blocks] == ["paragraph"] * 3
    assert page.blocks[1].text == line
    assert [(one.where, "furniture" in one.message) for one in page.doubts] == [("line 5", True)]


def test_a_banner_in_the_first_line_is_no_title_and_the_order_is_kept() -> None:
    page = read_plain_text("We use cookies. Accept\nSkip to content\nTea\nIt is hot.")
    assert page.title == ""
    found = [(block.form, block.level, block.text) for block in page.blocks]
    assert found[2:] == [("heading", 1, "Tea"), ("paragraph", 0, "It is hot.")]
    assert [one.where for one in page.doubts] == ["lines 1 to 2"]


def test_a_text_with_an_empty_line_after_each_line_is_read_without_them() -> None:
    lines = [
        "Your knee",
        "The surgeon looks into your knee with a camera, and what is torn is",
        "mended or taken out. Most people go home on the same day, and nearly",
        "all of them within two.",
        "Afterwards",
        "• Rest with your leg up for two days, and put ice on your knee if it",
        "hurts.",
        "• Walk as soon as you can.",
        "Ring us if your calf is swollen or hurts, or if you have a fever that",
        "does not go.",
    ]
    page = read_plain_text("\n\n".join(lines))
    assert [(block.form, block.text.count("\n")) for block in page.blocks] == [
        *(("paragraph", 2), ("heading", 0)),
        *(("item", 1), ("item", 0), ("paragraph", 1)),
    ]


def test_marks_of_direction_in_a_text_from_right_to_left_are_left_out_and_told() -> None:
    text = "الربو\n\nيستخدم الطفل \u202bMetformin\u202c كل يوم."
    page = read_plain_text(text)
    assert page.blocks[0].text == "يستخدم الطفل Metformin كل يوم."
    assert [one.where for one in page.doubts] == ["from line 3"]
    assert "2 marks of direction" in page.doubts[0].message
    content = import_page(empty_content(), text, document="asthma", language="ar")
    assert "Metformin" in assemble(content, "asthma", edition="supplied").to_text()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "1. Scope\nIt is short.\n1.1 Who\nAll.\n2. Care\nIt is good.",
            [(2, "1. Scope"), (3, "1.1 Who"), (2, "2. Care")],
            id="numbers",
        ),
        pytest.param(
            "1. Scope\nIt is short.\nWho\nAll.\n2. Care\nIt is good.",
            [(2, "1. Scope"), (3, "Who"), (2, "2. Care")],
            id="a heading among numbered ones",
        ),
        pytest.param(
            "USES\nIt wakes.\nAt work\nOften.\nHARMS\nIt stains.\nTo teeth\nYes.",
            [(2, "USES"), (3, "At work"), (2, "HARMS"), (3, "To teeth")],
            id="capitals",
        ),
        pytest.param(
            "Care\n\nCreams\n\nThey help.\n\nBaths\n\nThey help.",
            [(2, "Care"), (3, "Creams"), (3, "Baths")],
            id="a heading right under another",
        ),
    ],
)
def test_levels_follow_from_numbers_capitals_and_place(
    text: str, expected: list[tuple[int, str]]
) -> None:
    assert levels(text) == expected


@pytest.mark.parametrize(
    ("text", "language", "sentences"),
    [
        pytest.param("It takes approx. five hours.", "en", None, id="approx."),
        pytest.param("Stay for 24 hrs. after that.", "en", None, id="hrs."),
        pytest.param("Ask M. Petit.", "fr", None, id="M."),
        pytest.param("Demandez au Dr. Petit.", "fr", None, id="Dr."),
        pytest.param("Im 19. Jahrhundert half er.", "de", None, id="an ordinal number"),
        pytest.param("قال د. سالم ذلك.", "ar", None, id="a doctor in Arabic"),
        pytest.param("Roe T (2018). “Gout”. Ann Joint. 3: 44.", "en", None, id="a reference"),
        pytest.param(
            "Vitamin C, taken daily, helps. Ask first.",
            "en",
            ["Vitamin C, taken daily, helps.", "Ask first."],
            id="what begins as a reference and has no year",
        ),
        pytest.param("See fig.2 The end.", "en", ["See fig.2 The end."], id="a figure"),
        pytest.param(
            "It is rare (1 in 10.) It hurts.",
            "en",
            ["It is rare (1 in 10.)", "It hurts."],
            id="a stop in a bracket",
        ),
        pytest.param(
            "It helps.¹ It is safe.2,3 Ask.",
            "en",
            ["It helps.¹", "It is safe.2,3", "Ask."],
            id="figures of notes",
        ),
        pytest.param(
            "Du riz, etc. Puis de l'eau.", "fr", ["Du riz, etc.", "Puis de l'eau."], id="etc."
        ),
        pytest.param("It helped. 😀", "en", None, id="an emoji after the last stop"),
        pytest.param("It helps 🙂 Ask us.", "en", ["It helps 🙂", "Ask us."], id="as a stop"),
        pytest.param("✓ Yes. ✗ No.", "en", ["✓ Yes.", "✗ No."], id="a mark of what follows"),
        pytest.param(
            "It swells.[1] It hurts.[2][3] Ask.",
            "en",
            ["It swells.[1]", "It hurts.[2][3]", "Ask."],
            id="marks of notes",
        ),
        pytest.param(
            "It swells.\nIt hurts\nas well.",
            "en",
            ["It swells.", "\nIt hurts\nas well."],
            id="a sentence that ends with its line",
        ),
    ],
)
def test_a_sentence_ends_where_a_reader_says(
    text: str, language: str, sentences: list[str] | None
) -> None:
    assert split_sentences(text, language) == (sentences or [text])


def test_a_line_of_a_grid_that_stands_in_one_box_with_the_one_above_is_told() -> None:
    line = "+---+---+"
    page = read_plain_text(
        f"{line}\n| A | B |\n{line}\n| C | D |\n|   | E |\n{line}\n| F | G |\n{line}"
    )
    assert [block.text for block in page.blocks] == ["A | B", "C | D", "| E", "F | G"]
    assert [(one.where, one.message[:40]) for one in page.doubts] == [
        ("line 5", "This line of a table stands in one box w")
    ]
    without = read_plain_text(f"{line}\n| A | B |\n{line}\n| C | D |\n| E | F |\n{line}")
    assert without.doubts == ()
