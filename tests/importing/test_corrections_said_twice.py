"""What is said of a block on its way in is said once, and a title that is one stays it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ketcontent.editor.incoming import arrived, read_as
from ketcontent.errors import KetcontentError
from ketcontent.importing import corrected, supplied_from

FILE = supplied_from(Path("tea.txt"), b"Tea\n\nUses\n\nDrink it.\n\n- one\n- two\n")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (["4-2=item"], "'4-2=item' ends before it begins."),
        (["2=item", "1-2=heading"], "'1-2=heading' reads block 2 once more."),
        (["2=title", "2=item"], "'2=item' reads block 2 once more."),
    ],
)
def test_a_correction_that_says_nothing_or_something_else_is_refused(
    said: list[str], told: str
) -> None:
    with pytest.raises(KetcontentError) as caught:
        corrected(FILE, said)
    assert caught.value.message == told


def test_the_title_read_as_the_title_stays_it() -> None:
    incoming = arrived(FILE)
    assert read_as(incoming, {0}, "title") == (incoming, [])
