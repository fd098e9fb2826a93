"""What stands around a sentence takes it back in more ways than can be listed: most is refused."""

from __future__ import annotations

import pytest

from ketcontent.reading import Around, turning

PLAIN = "In both groups some felt sick for an hour."


@pytest.mark.parametrize(
    "behind",
    [
        *("– or so they say.", "— not at all, as it turned out.", "(not in fact, as we know now)"),
        *("... which nobody believes any more.", "or so we were told at the time.", "“So what?”"),
        *("in adverts, that is, and nowhere else.", "If only.", "Hardly.", "As if it were."),
        *("Das stimmt nicht.", "Dat klopt niet.", "To nieprawda.", "Это неправда.", "Non è vero."),
        *("Det är inte sant alls.", "Isso não é verdade.", "Nie ma na to dowodów w tej sprawie."),
        *("The trial was later withdrawn.", "Its authors corrected both numbers a year later."),
        *("Sellers made up both numbers.", "Critics dispute how it was counted.", "Ha!” he said."),
    ],
)
def test_what_stands_behind_and_goes_on_or_denies_is_named(behind: str) -> None:
    assert turning(Around(behind=behind))
    assert turning(Around(after=behind))


@pytest.mark.parametrize(
    "before",
    [
        *("They told us: “", "A seller wrote: ‘", "Made up by sellers (", "He said –", "[Advert"),
        *("What sellers say", "Sellers promise a lot.", "You may hear other things.", "An advert."),
        *("Das sagen die Verkäufer.", "Wat verkopers zeggen.", "Ta ceva ce spun ei mereu."),
    ],
)
def test_what_stands_before_and_introduces_is_named(before: str) -> None:
    assert turning(Around(before=before))
    assert turning(Around(lead=before))


@pytest.mark.parametrize(
    ("heading", "turns"),
    [
        *(("What sellers say", True), ("Common myths", True), ("Mistaken beliefs", True)),
        *(("Claims that were withdrawn", True), ("Is it true?", True), ("“Facts” (", False)),
        *(("What is ketamine?", False), ("Depression that has not improved", False)),
    ],
)
def test_a_heading_turns_what_stands_under_it_where_it_speaks_of_claims(
    heading: str, turns: bool
) -> None:
    assert bool(turning(Around(heading=heading))) == turns


def test_whole_sentences_about_something_else_turn_nothing() -> None:
    assert turning(Around("Short-term effects", PLAIN, PLAIN, PLAIN, PLAIN)) == ""
    for behind in ("But ketamine can be addictive.", "These were 73 people who slept badly."):
        assert turning(Around(behind=behind)) == ""
    assert turning(Around(before="The group (of 12) called it “calm”.")) == ""


def test_on_a_page_in_another_language_every_neighbour_in_the_paragraph_is_named() -> None:
    said = "In beiden Gruppen war manchen eine Stunde lang übel."
    assert turning(Around(behind=said), "de") == said
    assert turning(Around(before=said), "de-AT") == said
    assert turning(Around(heading="Wirkung", lead=said, after=said), "de") == ""
    assert turning(Around(after="Das ist falsch, wie man heute weiß."), "de")
    assert turning(Around(lead="Verkäufer sagen:"), "de")
